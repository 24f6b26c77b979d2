//! A linear support vector machine of squared hinge loss, solved in its dual one coordinate at a time (Hsieh, Chang, Lin,
//! Keerthi, Sundararajan, "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008, algorithm 1).

use crate::{
    classify::{BUCKETS, Features},
    domain::Target,
};

/// A text's vector: buckets in order, each once.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    values: Vec<(u32, f32)>,
    /// The square of its length, with the one of the bias.
    square: f32,
}

/// A text on one side of a question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample<'a> {
    pub(super) row: &'a Row,
    pub(super) positive: bool,
    /// What an error on it costs.
    pub(super) cost: f64,
}

impl Row {
    pub(super) fn of(features: &Features, target: Target) -> Self {
        let mut values: Vec<(u32, f32)> = features.values(target).collect();
        values.sort_unstable_by_key(|&(bucket, _)| bucket);
        values.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        Self::from_values(values)
    }

    /// The buckets it has, in order.
    pub(super) fn buckets(&self) -> impl Iterator<Item = u32> {
        self.values.iter().map(|&(bucket, _)| bucket)
    }

    /// The same with each value multiplied by the factor of its bucket.
    pub(super) fn scaled(&self, factors: &[f32]) -> Self {
        Self::from_values(
            self.values.iter().map(|&(bucket, value)| (bucket, value * weight(factors, bucket))).collect(),
        )
    }

    /// A text of these values, in order of bucket.
    pub(super) fn from_values(values: Vec<(u32, f32)>) -> Self {
        let square = 1.0 + values.iter().map(|(_, value)| value * value).sum::<f32>();
        Self { values, square }
    }

    /// The margin of the text under weights and a bias.
    #[must_use]
    pub fn margin(&self, bias: f32, weights: &[f32]) -> f32 {
        let terms = self.values.iter().map(|&(bucket, value)| value * weight(weights, bucket));
        bias + terms.sum::<f32>()
    }
}

fn weight(weights: &[f32], bucket: u32) -> f32 {
    usize::try_from(bucket).ok().and_then(|at| weights.get(at)).copied().unwrap_or_default()
}

/// Bias and weights that tell the positive texts from the others. Each pass visits the texts in a new order; texts that
/// lie well on their side are passed over until the others have settled (section 3.3 of the paper).
pub(super) fn solve(samples: &[Sample<'_>], passes: u32) -> (f32, Vec<f32>) {
    let mut solver = Solver { weights: vec![0.0; BUCKETS], bias: 0.0, duals: vec![0.0; samples.len()] };
    let all: Vec<usize> = (0..samples.len()).collect();
    let mut active = all.clone();
    let mut shuffle = Shuffle(0x5eed);
    let mut idle = f32::INFINITY;
    for _ in 0..passes {
        shuffle.order(&mut active);
        let mut worst = 0.0_f32;
        active.retain(|&at| {
            let Some(violation) = samples.get(at).and_then(|sample| solver.visit(at, sample)) else { return false };
            match violation {
                Violation::Idle(gradient) => gradient <= idle,
                Violation::Moved(size) => {
                    worst = worst.max(size);
                    true
                }
            }
        });
        idle = if worst > 0.0 { worst } else { f32::INFINITY };
        if worst < SETTLED {
            if active.len() == all.len() {
                break;
            }
            active.clone_from(&all);
            idle = f32::INFINITY;
        }
    }
    (solver.bias, solver.weights)
}

struct Solver {
    weights: Vec<f32>,
    bias: f32,
    duals: Vec<f32>,
}

/// What a text said of the weights.
enum Violation {
    /// It lies on its side by this much more than asked for and does not hold them.
    Idle(f32),
    /// It was off by this much, and the weights were moved.
    Moved(f32),
}

impl Solver {
    fn visit(&mut self, at: usize, sample: &Sample<'_>) -> Option<Violation> {
        let dual = self.duals.get_mut(at)?;
        let slack = half_over(sample.cost);
        let side = if sample.positive { 1.0 } else { -1.0 };
        let gradient = side * sample.row.margin(self.bias, &self.weights) - 1.0 + *dual * slack;
        if *dual == 0.0 && gradient >= 0.0 {
            return Some(Violation::Idle(gradient));
        }
        let next = (*dual - gradient / (sample.row.square + slack)).max(0.0);
        let step = (next - *dual) * side;
        *dual = next;
        self.bias += step;
        for &(bucket, value) in &sample.row.values {
            if let Some(weight) = usize::try_from(bucket).ok().and_then(|at| self.weights.get_mut(at)) {
                *weight += step * value;
            }
        }
        Some(Violation::Moved(gradient.abs()))
    }
}

/// No text is off by more than this any more. The paper's tool stops at 0.1.
const SETTLED: f32 = 0.05;

/// The diagonal that squared hinge loss adds to the dual.
#[expect(clippy::cast_possible_truncation, reason = "a cost is a small number; single precision is enough")]
fn half_over(cost: f64) -> f32 {
    (0.5 / cost.max(1e-6)) as f32
}

/// The same shuffles on every machine: Marsaglia's xorshift (Journal of Statistical Software 8/14, 2003).
struct Shuffle(u64);

impl Shuffle {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn order(&mut self, order: &mut [usize]) {
        for last in (1..order.len()).rev() {
            let chosen = usize::try_from(self.next() % (last as u64 + 1)).unwrap_or_default();
            order.swap(last, chosen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[(u32, f32)]) -> Row {
        Row::from_values(values.to_vec())
    }

    #[test]
    fn two_heaps_are_told_apart() {
        let rows: Vec<(Row, bool)> =
            (0..20_u8).map(|n| (row(&[(u32::from(n % 2), 1.0), (7, f32::from(n) / 20.0)]), n % 2 == 0)).collect();
        let samples: Vec<Sample<'_>> =
            rows.iter().map(|(row, positive)| Sample { row, positive: *positive, cost: 1.0 }).collect();
        let (bias, weights) = solve(&samples, 200);
        for sample in &samples {
            let margin = sample.row.margin(bias, &weights);
            assert_eq!(margin > 0.0, sample.positive, "{margin}");
            assert!(margin.abs() > 0.4);
        }
        assert_eq!(solve(&samples, 200), (bias, weights), "the same texts give the same weights");
    }

    #[test]
    fn a_costly_text_is_not_given_up() {
        let rows = [row(&[(0, 1.0)]), row(&[(0, 1.0)]), row(&[(0, 1.0)])];
        let side = |cost| {
            let samples: Vec<Sample<'_>> = rows
                .iter()
                .zip([true, false, false])
                .map(|(row, positive)| Sample { row, positive, cost: if positive { cost } else { 1.0 } })
                .collect();
            let (bias, weights) = solve(&samples, 100);
            rows[0].margin(bias, &weights) > 0.0
        };
        assert!(side(10.0) && !side(1.0));
    }
}
