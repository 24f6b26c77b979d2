//! How far two people who labelled the same texts agree.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;

use super::Figure;

/// What both were asked, in the order of the columns.
const ASKED: [&str; 5] = ["in scope", "kind", "sentiment of the text", "toward the city", "service"];

/// Below this agreement by more than chance the labels would be a matter of taste (Landis and Koch, Biometrics 33, 1977, call
/// .81 and above almost perfect).
const LEAST_KAPPA: f64 = 0.81;

/// Cohen's kappa of each question, from a table whose rows are an id, the first labels and the second ones.
///
/// # Errors
/// When the file cannot be read or a row has not all labels.
pub(super) fn measure(path: &Path) -> anyhow::Result<Vec<Figure>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut pairs: [Vec<(&str, &str)>; ASKED.len()] = Default::default();
    for (number, line) in (1..).zip(text.lines()).skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let labels = cells.get(1..).filter(|labels| labels.len() == 2 * ASKED.len());
        let labels = labels.with_context(|| format!("{} line {number} has not all labels", path.display()))?;
        let (first, second) = labels.split_at(ASKED.len());
        for (pairs, pair) in pairs.iter_mut().zip(first.iter().copied().zip(second.iter().copied())) {
            pairs.push(pair);
        }
    }
    let figures = ASKED.iter().zip(&pairs).map(|(asked, pairs)| Figure {
        name: format!("two labelling passes, {asked}: kappa"),
        reached: kappa(pairs),
        of: pairs.len(),
        interval: None,
        target: Some(LEAST_KAPPA),
    });
    Ok(figures.collect())
}

/// Cohen's kappa: agreement beyond what two strangers with the same habits would reach (Educational and Psychological
/// Measurement 20, 1960).
fn kappa(pairs: &[(&str, &str)]) -> f64 {
    let total = pairs.len().max(1) as f64;
    let mut counts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (first, second) in pairs {
        counts.entry(first).or_default().0 += 1.0;
        counts.entry(second).or_default().1 += 1.0;
    }
    let agreed = pairs.iter().filter(|(first, second)| first == second).count() as f64 / total;
    let chance: f64 = counts.values().map(|(first, second)| first * second / (total * total)).sum();
    if chance < 1.0 { (agreed - chance) / (1.0 - chance) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_is_counted_beyond_chance() {
        let near = |pairs: &[(&str, &str)], expected: f64| assert!((kappa(pairs) - expected).abs() < 1e-9);
        near(&[("a", "a"), ("b", "b")], 1.0);
        near(&[("a", "b"), ("b", "a")], -1.0);
        near(&[("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")], 0.0);
        near(&[("a", "a")], 1.0);
    }
}
