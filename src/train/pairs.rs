//! Learns what the features of a pair of statements count: logistic regression, one a row, by Newton's method.

use crate::check::{FEATURES, Features};

/// What stands against large weights: the inverse of the variance that is expected of them. Chosen by cross-validation on
/// the training pairs and the development half of the labelled set.
const PENALTY: f64 = 2.0;

/// Steps; ten are enough where a step changes nothing any more.
const STEPS: usize = 25;

/// A row with fewer right pairs than these learns nothing.
const LEAST_RIGHT: usize = 5;

/// A pair of a claim and an official statement, with whether it is the misreport.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Its row of weights (see `check::Ground::row`).
    pub row: &'static str,
    /// What speaks for it.
    pub features: Features,
    /// Whether the pair is the misreport.
    pub right: bool,
    /// How much it counts.
    pub weight: f64,
}

/// The weights of each row that has enough pairs, with the names of the features, in the order of their names.
#[must_use]
pub fn learn(pairs: &[Pair]) -> Vec<(&'static str, Vec<(&'static str, f64)>)> {
    let mut rows: Vec<&'static str> = pairs.iter().map(|pair| pair.row).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut learned = Vec::new();
    for row in rows {
        let own: Vec<&Pair> = pairs.iter().filter(|pair| pair.row == row).collect();
        let right = own.iter().filter(|pair| pair.right).count();
        if right >= LEAST_RIGHT && right < own.len() {
            learned.push((row, FEATURES.iter().copied().zip(fit(&own)).collect()));
        }
    }
    learned
}

/// Newton's method on the penalised likelihood; the first feature is the constant and is not penalised.
fn fit(pairs: &[&Pair]) -> Vec<f64> {
    let count = FEATURES.len();
    let mut weights = vec![0.0; count];
    for _ in 0..STEPS {
        let mut slope = vec![0.0; count];
        let mut curve = vec![vec![0.0; count]; count];
        for pair in pairs {
            let features = pair.features.all();
            let sum: f64 = weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum();
            let likely = 1.0 / (1.0 + (-sum).exp());
            let miss = pair.weight * (f64::from(u8::from(pair.right)) - likely);
            let bend = pair.weight * likely * (1.0 - likely);
            let set: Vec<(usize, f64)> = features.iter().copied().enumerate().filter(|(_, it)| *it != 0.0).collect();
            for (at, feature) in &set {
                if let Some(slot) = slope.get_mut(*at) {
                    *slot += miss * feature;
                }
                let Some(line) = curve.get_mut(*at) else { continue };
                for (other, value) in &set {
                    if let Some(slot) = line.get_mut(*other) {
                        *slot += bend * feature * value;
                    }
                }
            }
        }
        for (at, weight) in weights.iter().enumerate() {
            let penalty = if at == 0 { 1e-6 } else { PENALTY };
            if let Some(slot) = slope.get_mut(at) {
                *slot -= penalty * weight;
            }
            if let Some(slot) = curve.get_mut(at).and_then(|line| line.get_mut(at)) {
                *slot += penalty;
            }
        }
        let step = solve(curve, slope);
        let largest = step.iter().fold(0.0_f64, |most, it| most.max(it.abs()));
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
        if largest < 1e-8 {
            break;
        }
    }
    weights
}

/// Solves a system of equations whose matrix is symmetric and positive, by elimination.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let count = right.len();
    for at in 0..count {
        let Some(pivot_line) = matrix.get(at).cloned() else { continue };
        let (pivot, value) = (pivot_line.get(at).copied().unwrap_or(1.0), right.get(at).copied().unwrap_or_default());
        for (line, right) in matrix.iter_mut().zip(right.iter_mut()).skip(at + 1) {
            let factor = line.get(at).copied().unwrap_or_default() / pivot;
            if factor != 0.0 {
                line.iter_mut().zip(&pivot_line).skip(at).for_each(|(cell, above)| *cell -= factor * above);
                *right -= factor * value;
            }
        }
    }
    let mut solved = vec![0.0; count];
    for at in (0..count).rev() {
        let Some(line) = matrix.get(at) else { continue };
        let known: f64 = line.iter().zip(&solved).skip(at + 1).map(|(cell, value)| cell * value).sum();
        let value = (right.get(at).copied().unwrap_or_default() - known) / line.get(at).copied().unwrap_or(1.0);
        if let Some(slot) = solved.get_mut(at) {
            *slot = value;
        }
    }
    solved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        let solved = solve(vec![vec![4.0, 1.0], vec![1.0, 3.0]], vec![1.0, 2.0]);
        assert!((solved[0] - 1.0 / 11.0).abs() < 1e-12 && (solved[1] - 7.0 / 11.0).abs() < 1e-12, "{solved:?}");
    }

    #[test]
    fn what_goes_with_misreports_gets_weight() {
        let pair = |alike: f64, right| {
            let mut features = Features::default();
            features.set(crate::check::Feature::Bias, 1.0);
            features.set(crate::check::Feature::Words, alike);
            Pair { row: "figure", features, right, weight: 1.0 }
        };
        let pairs: Vec<Pair> = (0..40).map(|at| pair(f64::from(at % 10) / 10.0, at % 10 > 5)).collect();
        let learned = learn(&pairs);
        let words = learned[0].1.iter().find(|(name, _)| *name == "clause_words").unwrap().1;
        assert!(words > 0.5, "{words}");
        assert!(learn(&pairs[..4]).is_empty());
    }
}
