//! What each feature counts: rows of weights learned from labelled pairs, and two rows set by hand.

use super::{FEATURES, Feature, Features, pair::Ground};
use crate::domain::{City, ClaimKind};

/// What stands against a sentence or quotation taken over being a misreport, whatever was changed in it: opinion,
/// hearsay, a question, a report that tells of a correction. Set by hand: labelled sets have hardly a copy and few
/// quotations.
const DOUBTS: [(Feature, f64); 4] =
    [(Feature::Opinion, -0.8), (Feature::Hearsay, -0.8), (Feature::Question, -1.5), (Feature::Correction, -1.0)];

/// Of a sentence taken over with one thing changed: the more of it is the same, the surer.
const COPY: [(Feature, f64); 2] = [(Feature::Bias, 0.7), (Feature::Copied, 2.5)];

/// Of a quotation: how much of it is the same, and whether somebody else is said to have said it.
const QUOTATION: [(Feature, f64); 3] = [(Feature::Bias, -1.3), (Feature::SameWords, 3.2), (Feature::OtherSpeaker, 0.8)];

/// The weights of all features, one row a ground or kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Weights {
    rows: Vec<(String, Vec<f64>)>,
}

impl Weights {
    /// The weights in a city's dictionaries, brought into the order of [`FEATURES`]; features that a row does not name
    /// do not count.
    pub(super) fn new(city: &City) -> Self {
        let ordered = |weights: &[(String, f64)]| {
            let weight = |name: &&str| weights.iter().find(|(other, _)| other == name).map_or(0.0, |it| it.1);
            FEATURES.iter().map(weight).collect()
        };
        Self { rows: city.check_weights.iter().map(|(row, weights)| (row.clone(), ordered(weights))).collect() }
    }

    /// How sure it is that a pair with these features is a misreport, 0 to 1; 0 without weights for it.
    pub(super) fn score(&self, ground: Ground, kind: ClaimKind, features: &Features) -> f64 {
        let few = |weights: &[(Feature, f64)]| -> f64 {
            weights.iter().chain(&DOUBTS).map(|(feature, weight)| weight * features.get(*feature)).sum()
        };
        let sum = match ground {
            Ground::Copy => few(&COPY),
            Ground::Quotation => few(&QUOTATION),
            Ground::Values | Ground::Former | Ground::Polarity | Ground::Denial | Ground::Speaker => {
                let row = ground.row(kind);
                let Some((_, weights)) = self.rows.iter().find(|(name, _)| name == row) else { return 0.0 };
                weights.iter().zip(features.all()).map(|(weight, feature)| weight * feature).sum()
            }
        };
        1.0 / (1.0 + (-sum).exp())
    }
}
