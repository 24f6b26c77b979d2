//! How far margins are to be trusted: the temperature by which they become probabilities (Guo, Pleiss, Sun, Weinberger,
//! "On Calibration of Modern Neural Networks", ICML 2017, section 4.2).

use super::{Example, Row};
use crate::{classify::Model, domain::Target};

/// Temperatures tried: 0.05 to about 4, each an eighth above the last. Margins of a support vector machine lie around 1.
const STEPS: u32 = 38;
const COLDEST: f64 = 0.05;
const FACTOR: f64 = 1.125;

/// Too few texts say nothing; then margins are taken as they are.
const LEAST_TEXTS: usize = 20;

/// The temperature under which `model` is least surprised by the labels of texts it was not trained on.
pub(super) fn fit(model: &Model, target: Target, texts: &[(&Example, &Row)]) -> f32 {
    let judged: Vec<(usize, Vec<f64>)> = texts
        .iter()
        .filter_map(|(example, row)| {
            let right = model.labels.iter().position(|label| Some(label.as_str()) == example.label(target))?;
            Some((right, margins(model, row)))
        })
        .collect();
    if judged.len() < LEAST_TEXTS {
        return 1.0;
    }
    let surprise = |temperature: f64| -> f64 {
        judged
            .iter()
            .map(|(right, margins)| {
                let best = margins.iter().copied().fold(f64::MIN, f64::max);
                let sum: f64 = margins.iter().map(|margin| ((margin - best) / temperature).exp()).sum();
                let own = margins.get(*right).map_or(0.0, |margin| (margin - best) / temperature);
                sum.ln() - own
            })
            .sum()
    };
    let tried = (0..STEPS).map(|step| COLDEST * FACTOR.powi(step.cast_signed()));
    let best = tried.min_by(|left, right| surprise(*left).total_cmp(&surprise(*right))).unwrap_or(1.0);
    single(best)
}

fn margins(model: &Model, row: &Row) -> Vec<f64> {
    model.biases.iter().zip(&model.weights).map(|(bias, weights)| f64::from(row.margin(*bias, weights))).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "a temperature between 0.05 and 4")]
fn single(value: f64) -> f32 {
    value as f32
}
