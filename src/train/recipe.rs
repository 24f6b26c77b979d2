//! How each target's model is made. The figures were chosen by the fold that tunes, never by the one held out.

use super::Origin;
use crate::domain::Target;

/// The settings of one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// What an error costs: higher follows the texts more closely.
    pub cost: f64,
    /// How far rare labels are lifted: 0 not at all, 1 until all count alike.
    pub balance: f64,
    /// How far a bucket counts by how unevenly it is spread over the label and the others: 0 not at all, 1 by nothing else.
    pub contrast: f64,
    /// Passes over the texts at most.
    pub passes: u32,
    /// Weights kept in the file.
    pub kept: usize,
}

impl Recipe {
    /// The recipe of a target.
    #[must_use]
    pub fn of(target: Target) -> Self {
        // Of the matter of texts the city's many cases tell enough; how a text is told has to be learned from few.
        let (cost, balance, contrast, kept) = match target {
            Target::Category => (0.6, 0.25, 0.0, 900_000),
            Target::Agency => (2.0, 0.25, 0.0, 900_000),
            Target::Service => (3.0, 0.0, 0.0, 500_000),
            Target::Scope => (2.0, 0.0, 0.5, 150_000),
            Target::Kind => (3.0, 0.0, 0.25, 350_000),
            Target::Sentiment | Target::TowardCity => (3.0, 0.0, 0.5, 250_000),
        };
        Self { cost, balance, contrast, passes: 60, kept }
    }
}

/// How much a text of an origin counts for a target. The operators' frame sentences are many and alike; what people
/// write themselves is what comes in by the feeds.
pub(super) fn weight(origin: Origin, target: Target) -> f64 {
    match (origin, target) {
        (Origin::Cases, Target::Agency) => 0.4,
        (Origin::Citizens, Target::Category) => 6.0,
        (Origin::Citizens, Target::Agency) => 4.0,
        (Origin::WrittenCase, Target::Category | Target::Agency) => 3.0,
        (Origin::Question, Target::Agency) => 2.0,
        (Origin::Site, Target::Agency) => 0.5,
        (Origin::OtherQuestion, Target::Agency) => 0.2,
        // Another city's offices have other tasks. And for scope they are all complaints, or all questions, and all of one
        // place: a little of them says enough.
        (Origin::OtherAnswer, Target::Agency)
        | (
            Origin::Citizens | Origin::Question | Origin::OtherQuestion | Origin::WrittenCase | Origin::WrittenQuestion,
            Target::Scope,
        ) => 0.05,
        _ => 1.0,
    }
}
