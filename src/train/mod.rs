//! Learns the weights of the linear models from labelled texts. The same texts give the same weights, bit for bit. It
//! reads nothing but the texts it is given, and knows nothing of who measures them.

mod card;
mod contrast;
mod example;
mod pairs;
mod recipe;
mod sets;
mod split;
mod svm;
mod temperature;

use rayon::prelude::*;

use contrast::Contrast;
pub use example::{Example, Origin};
pub use pairs::{Judged, Pair, learn};
pub use recipe::Recipe;
pub use sets::{SetError, read_rows, read_sets};
pub use split::{FOLDS, HELD_OUT, fold};
use svm::Row;

use crate::{
    classify::{Classifier, Features, Model},
    domain::Target,
};

/// The fold that the temperature is fitted on; its texts are then trained on like the others.
const TUNING: u32 = 1;

/// Whether a text may shape weights that are shipped: the held-out fold of the texts written for this project may not.
#[must_use]
pub fn may_ship(example: &Example) -> bool {
    !(example.origin == Origin::Written && fold(example) == HELD_OUT)
}

/// Texts as vectors, made once for all targets.
#[derive(Debug)]
pub struct Corpus {
    examples: Vec<Example>,
    features: Vec<Features>,
}

impl Corpus {
    /// Reads every text with the dictionaries of `classifier`; its own models, if any, are not asked.
    #[must_use]
    pub fn new(classifier: &Classifier, examples: Vec<Example>) -> Self {
        let features = examples
            .par_iter()
            .map(|example| classifier.features(&example.title, example.words(), example.day))
            .collect();
        Self { examples, features }
    }

    /// The texts.
    #[must_use]
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Trains the model of a target on the texts that `take` accepts; none when fewer than two labels are left.
    #[must_use]
    pub fn train(&self, target: Target, take: impl Fn(&Example) -> bool) -> Option<Model> {
        let recipe = Recipe::of(target);
        let chosen: Vec<(&Example, Row)> = self
            .examples
            .iter()
            .zip(&self.features)
            .filter(|(example, _)| example.label(target).is_some() && take(example))
            .map(|(example, features)| (example, Row::of(features, target)))
            .collect();
        let chosen: Vec<(&Example, &Row)> = chosen.iter().map(|(example, row)| (*example, row)).collect();
        let (tuning, rest): (Vec<_>, Vec<_>) = chosen.iter().partition(|(example, _)| fold(example) == TUNING);
        let probe = fit(&recipe, target, &rest)?;
        let temperature = temperature::fit(&probe, target, &tuning);
        let model = fit(&recipe, target, &chosen)?;
        Some(Model { temperature, ..model })
    }
}

fn fit(recipe: &Recipe, target: Target, texts: &[(&Example, &Row)]) -> Option<Model> {
    let mut labels: Vec<&str> = texts.iter().filter_map(|(example, _)| example.label(target)).collect();
    labels.sort_unstable();
    labels.dedup();
    if labels.len() < 2 {
        return None;
    }
    let count = |label: &str| texts.iter().filter(|(example, _)| example.label(target) == Some(label)).count();
    let mean = texts.len() as f64 / labels.len() as f64;
    let solved: Vec<(f32, Vec<f32>)> = labels
        .par_iter()
        .map(|&label| {
            let lift = (mean / count(label).max(1) as f64).powf(recipe.balance);
            let is = |example: &Example| example.label(target) == Some(label);
            let sides = texts.iter().map(|&(example, row)| (row, example.weight(target), is(example)));
            let contrast = Contrast::new(sides, recipe.contrast);
            let scaled: Vec<Row> = texts.iter().map(|(_, row)| contrast.of(row)).collect();
            let rows: Vec<svm::Sample<'_>> = texts
                .iter()
                .zip(&scaled)
                .map(|(&(example, _), row)| {
                    let positive = is(example);
                    let cost = recipe.cost * example.weight(target) * if positive { lift } else { 1.0 };
                    svm::Sample { row, positive, cost }
                })
                .collect();
            let (bias, weights) = svm::solve(&rows, recipe.passes);
            (bias, contrast.plain(weights))
        })
        .collect();
    let (biases, weights) = solved.into_iter().unzip();
    Some(Model { labels: labels.into_iter().map(str::to_owned).collect(), biases, weights, temperature: 1.0 })
}
