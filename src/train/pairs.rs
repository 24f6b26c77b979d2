//! Learns what the features of a pair of statements count: for every report, which of its pairs is the misreport, or that
//! none is. Weights that all rows share and what each row adds to them, by the method of limited-memory BFGS (Nocedal and
//! Wright, Numerical Optimization, 2006, algorithm 7.4).

use crate::check::{FEATURES, Features};

/// What stands against large weights: the inverse of the variance that is expected of them, for those that all rows share
/// and for what a row adds. Chosen by cross-validation on the training pairs and the development half of the labelled set.
const SHARED: f64 = 1.0;
const OWN: f64 = 2.0;

/// The same for the constant that all rows share.
const CONSTANT: f64 = 1e-3;

/// What a misreport counts of which no pair is where the label says: some other pair of it should be found.
const ELSEWHERE: f64 = 0.3;

/// Steps; the sum changes no more after about half of them.
const STEPS: usize = 400;

/// Steps that the shape of the sum is told from.
const MEMORY: usize = 10;

/// The change of the sum, of its size, that ends it.
const STILL: f64 = 1e-10;

/// The share of the slope by which a step must lessen the sum (Armijo).
const LESSENS: f64 = 1e-4;

/// A pair of a claim and an official statement, with whether it is the misreport.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Its row of weights (see `check::Ground::row`).
    pub row: &'static str,
    /// What speaks for it.
    pub features: Features,
    /// Whether the pair is the misreport.
    pub right: bool,
}

/// A report with all its pairs.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Whether the report is wrong.
    pub wrong: bool,
    /// Its pairs.
    pub pairs: Vec<Pair>,
}

/// The weights of each row, with the names of the features, in the order of their names.
#[must_use]
pub fn learn(reports: &[Judged]) -> Vec<(&'static str, Vec<(&'static str, f64)>)> {
    let mut rows: Vec<&'static str> = reports.iter().flat_map(|report| &report.pairs).map(|pair| pair.row).collect();
    rows.sort_unstable();
    rows.dedup();
    let lists: Vec<List> = reports.iter().filter(|it| !it.pairs.is_empty()).map(|it| List::new(it, &rows)).collect();
    let count = FEATURES.len();
    let penalties: Vec<f64> = (0..count * (rows.len() + 1))
        .map(|at| match at {
            0 => CONSTANT,
            at if at < count => SHARED,
            _ => OWN,
        })
        .collect();
    let weights = least(&vec![0.0; penalties.len()], |weights| loss(&lists, &penalties, weights));
    let (shared, own) = weights.split_at(count);
    let added = |own: &[f64]| shared.iter().zip(own).map(|(shared, own)| shared + own).collect::<Vec<f64>>();
    rows.into_iter()
        .zip(own.chunks(count))
        .map(|(row, own)| (row, FEATURES.into_iter().zip(added(own)).collect()))
        .collect()
}

/// A report as it is summed over.
struct List {
    wrong: bool,
    /// The weights that count for each pair with the features they are multiplied by, and whether it is the misreport.
    pairs: Vec<(Vec<(usize, f64)>, bool)>,
}

impl List {
    fn new(report: &Judged, rows: &[&str]) -> Self {
        let count = FEATURES.len();
        let pair = |pair: &Pair| {
            let row = rows.iter().position(|row| *row == pair.row).unwrap_or_default();
            let set = pair.features.all().iter().copied().enumerate().filter(|(_, feature)| *feature != 0.0);
            (set.flat_map(|(at, feature)| [(at, feature), (at + count * (row + 1), feature)]).collect(), pair.right)
        };
        Self { wrong: report.wrong, pairs: report.pairs.iter().map(pair).collect() }
    }
}

/// What the labels are unlikely by, with the penalty, and how that changes with each weight.
fn loss(lists: &[List], penalties: &[f64], weights: &[f64]) -> (f64, Vec<f64>) {
    let mut slope: Vec<f64> = weights.iter().zip(penalties).map(|(weight, penalty)| weight * penalty).collect();
    let mut sum: f64 = weights.iter().zip(&slope).map(|(weight, slope)| weight * slope / 2.0).sum();
    for list in lists {
        let sums: Vec<f64> = list.pairs.iter().map(|(set, _)| dot(weights, set)).collect();
        let most = sums.iter().copied().fold(0.0, f64::max);
        let none = (-most).exp();
        let all: f64 = none + sums.iter().map(|sum| (sum - most).exp()).sum::<f64>();
        let shares: Vec<f64> = sums.iter().map(|sum| (sum - most).exp() / all).collect();
        let none = none / all;
        let right: f64 = list.pairs.iter().zip(&shares).filter(|(pair, _)| pair.1).map(|(_, share)| share).sum();
        let known = list.pairs.iter().any(|pair| pair.1);
        let (share, counts) = match (list.wrong, known) {
            (false, _) => (none, 1.0),
            (true, true) => (right, 1.0),
            (true, false) => (1.0 - none, ELSEWHERE),
        };
        let share = share.max(f64::MIN_POSITIVE);
        sum -= counts * share.ln();
        for ((set, is_right), own) in list.pairs.iter().zip(&shares) {
            let towards = match (list.wrong, known) {
                (false, _) => 0.0,
                (true, true) => f64::from(u8::from(*is_right)) * own / share,
                (true, false) => own / share,
            };
            let change = counts * (own - towards);
            for (at, feature) in set {
                if let Some(slot) = slope.get_mut(*at) {
                    *slot += change * feature;
                }
            }
        }
    }
    (sum, slope)
}

fn dot(weights: &[f64], set: &[(usize, f64)]) -> f64 {
    set.iter().map(|(at, feature)| weights.get(*at).copied().unwrap_or_default() * feature).sum()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// `a` and `share` of `b`.
fn plus(a: &[f64], share: f64, b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + share * b).collect()
}

/// A step that was taken: how the place changed, how the slope did, and one by their product.
struct Step {
    place: Vec<f64>,
    slope: Vec<f64>,
    scale: f64,
}

/// Where a sum that is bent upwards everywhere is least.
fn least(from: &[f64], sum: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let mut place = from.to_vec();
    let (mut value, mut slope) = sum(&place);
    let mut taken: Vec<Step> = Vec::new();
    for _ in 0..STEPS {
        let way = downhill(&slope, &taken);
        let fall = product(&way, &slope);
        if fall >= 0.0 {
            break;
        }
        let mut length = if taken.is_empty() { 1.0 / product(&slope, &slope).sqrt().max(1.0) } else { 1.0 };
        let (next, found) = loop {
            let next = plus(&place, length, &way);
            let found = sum(&next);
            if found.0 <= value + LESSENS * length * fall || length < STILL {
                break (next, found);
            }
            length /= 2.0;
        };
        let made = Step { place: plus(&next, -1.0, &place), slope: plus(&found.1, -1.0, &slope), scale: 0.0 };
        let bend = product(&made.place, &made.slope);
        if bend > 0.0 {
            taken.push(Step { scale: 1.0 / bend, ..made });
            if taken.len() > MEMORY {
                taken.remove(0);
            }
        }
        let still = value - found.0 <= STILL * value.abs();
        (place, value, slope) = (next, found.0, found.1);
        if still {
            break;
        }
    }
    place
}

/// The way down from a place with this slope, by what the steps before tell of the shape.
fn downhill(slope: &[f64], taken: &[Step]) -> Vec<f64> {
    let mut way = slope.to_vec();
    let mut shares = Vec::with_capacity(taken.len());
    for step in taken.iter().rev() {
        let share = step.scale * product(&step.place, &way);
        way = plus(&way, -share, &step.slope);
        shares.push(share);
    }
    if let Some(last) = taken.last() {
        let bend = product(&last.slope, &last.slope);
        let scale = 1.0 / (last.scale * bend);
        for it in &mut way {
            *it *= scale;
        }
    }
    for (step, share) in taken.iter().zip(shares.iter().rev()) {
        let back = step.scale * product(&step.slope, &way);
        way = plus(&way, share - back, &step.place);
    }
    for it in &mut way {
        *it = -*it;
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Feature;

    #[test]
    fn the_least_of_a_bowl_is_its_bottom() {
        let bowl = |at: &[f64]| {
            let (x, y) = (at[0] - 3.0, at[1] + 2.0);
            (10.0 * x * x + x * y + y * y, vec![20.0 * x + y, x + 2.0 * y])
        };
        let bottom = least(&[0.0, 0.0], bowl);
        assert!((bottom[0] - 3.0).abs() < 1e-4 && (bottom[1] + 2.0).abs() < 1e-4, "{bottom:?}");
    }

    fn judged(nears: &[f64], right: Option<usize>) -> Judged {
        let pair = |(at, near): (usize, &f64)| {
            let mut features = Features::default();
            features.set(Feature::Bias, 1.0);
            features.set(Feature::Words, *near);
            Pair { row: "figure", features, right: right == Some(at) }
        };
        Judged { wrong: right.is_some(), pairs: nears.iter().enumerate().map(pair).collect() }
    }

    #[test]
    fn the_pair_that_goes_with_misreports_gets_weight() {
        let reports: Vec<Judged> = (0..40)
            .map(|at| if at % 2 == 0 { judged(&[0.2, 0.9, 0.1], Some(1)) } else { judged(&[0.3, 0.2], None) })
            .collect();
        let learned = learn(&reports);
        let weight = |name: &str| learned[0].1.iter().find(|(other, _)| *other == name).unwrap().1;
        let sum = |near: f64| weight("bias") + weight("clause_words") * near;
        assert!(sum(0.9) > 0.0 && sum(0.3) < 0.0, "{learned:?}");
        assert_eq!(learned, learn(&reports), "the same reports give the same weights");
        assert!(learn(&[]).is_empty());
    }
}
