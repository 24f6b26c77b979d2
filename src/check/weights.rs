//! What each feature counts, one row a ground or kind, in the order of [`super::FEATURES`].
//!
//! Fitted by logistic regression (L2, C = 1) on the pairs of the development half of `tests/golden/misreports.jsonl`: the
//! lines whose id has an even SHA-256. What this reached on the other half stands in `clarion eval`.

use super::{Features, pair::Ground};
use crate::domain::ClaimKind;

const FIGURE: Features = [
    -6.06, 0.11, 0.45, 0.51, 0.96, 2.25, 2.15, 0.28, 0.18, -0.95, -1.94, 2.24, 1.16, 0.76, 0.29, 0.0, -0.01, -0.01,
    -0.11, -0.33, -0.06, 2.48, -0.82, -0.56, -0.02, 0.0, 0.0, 0.0, 0.0, -0.12, -0.38, 0.16, 0.35, 0.55, 0.27, 0.52,
    1.27, 0.0,
];

const DATE: Features = [
    -5.78, 0.42, 1.11, 0.35, 1.33, 0.56, 2.39, -0.16, 0.40, -0.83, -0.88, 1.32, 0.0, -0.66, 0.42, -0.26, -0.01, 0.0,
    0.64, 0.37, 1.36, 1.30, 0.0, -0.83, 0.0, 0.01, 0.0, 0.0, 0.0, 0.86, -0.36, 0.92, 0.63, 0.87, 0.43, 0.64, 0.0,
    -1.30,
];

const AGENCY: Features = [
    -3.05, 0.32, 0.45, 0.08, 0.80, 1.01, 2.04, 0.08, 0.55, 0.0, -1.38, 1.03, 0.0, -0.19, -0.15, 0.0, 0.0, 0.0, 0.0,
    0.0, 0.58, -0.78, 0.0, -0.72, 0.0, 0.0, 0.0, 0.0, 0.0, 0.12, -0.55, -0.09, 0.29, 0.50, 0.19, 0.37, 0.0, 0.0,
];

const PLACE: Features = [
    -7.67, 0.86, 0.90, 0.27, 0.81, 1.04, 2.84, -0.05, 0.0, -0.50, 0.39, 1.93, 0.0, -0.12, -0.47, -0.01, 0.0, 0.0, 0.0,
    -0.17, -0.01, -0.48, 0.0, 0.14, 0.0, 0.0, 0.0, 0.0, 0.0, 0.73, 0.34, 0.73, 0.68, 0.97, 0.33, 1.07, 0.0, 0.0,
];

const STATUS: Features = [
    -4.04, 1.08, 1.00, 1.50, 0.89, 0.02, 1.56, -0.03, -0.21, 0.0, -2.11, 2.24, 0.0, -0.29, 1.26, -0.27, -0.51, 0.0,
    0.45, -0.52, 0.0, 0.24, 0.0, -0.33, 0.0, 0.0, 0.0, 0.0, 0.0, 1.11, 0.21, 0.34, 1.19, 0.58, 0.56, 1.02, 0.0, 0.0,
];

const POLARITY: Features = [
    -6.42, 0.66, 0.98, 0.73, 0.77, 1.31, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.16, -0.43, -0.09, -0.18, 0.40, 0.72,
    -0.67, 0.0, 0.0, 0.0, -0.18, 0.0, 0.0, 0.0, 0.0, 0.0, 0.79, 0.0, 0.0, 0.79, 0.0, 0.81, 0.61, 0.0, 0.0,
];

const DENIAL: Features = [
    -2.91, 0.81, 0.22, 1.11, 0.61, -0.68, 0.43, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, -0.41, 0.0, -0.42, -0.59, 0.0, -0.27,
    0.0, 0.0, 0.0, 0.0, -0.09, 0.0, 0.0, 0.0, 0.0, 0.0, 0.72, 0.0, 0.0, 0.72, 0.0, 0.46, 0.35, 0.0, 0.0,
];

/// What stands against a sentence or quotation taken over being a misreport, whatever was changed in it: opinion, hearsay,
/// a question, a report that tells of a correction. Set by hand: the labelled set has hardly a copy and few quotations.
const DOUBTS: [(usize, f64); 4] = [(13, -0.8), (15, -0.8), (16, -1.5), (19, -1.0)];

/// Of a sentence taken over with one thing changed: the more of it is the same, the surer.
const COPY: [(usize, f64); 1] = [(29, 2.5)];

/// Of a quotation: how much of it is the same, and whether somebody else is said to have said it.
const QUOTATION: [(usize, f64); 3] = [(0, -2.0), (29, 3.2), (12, 0.8)];

/// How sure it is that a pair with these features is a misreport, 0 to 1.
pub(super) fn score(ground: Ground, kind: ClaimKind, features: &Features) -> f64 {
    let few = |weights: &[(usize, f64)]| -> f64 {
        weights.iter().chain(&DOUBTS).filter_map(|(at, weight)| Some(weight * features.get(*at)?)).sum()
    };
    let all =
        |weights: &Features| -> f64 { weights.iter().zip(features).map(|(weight, feature)| weight * feature).sum() };
    let sum = match (ground, kind) {
        (Ground::Copy, _) => few(&COPY),
        (Ground::Quotation, _) => few(&QUOTATION),
        (Ground::Polarity, _) => all(&POLARITY),
        (Ground::Denial, _) => all(&DENIAL),
        (Ground::Values, ClaimKind::Figure) => all(&FIGURE),
        (Ground::Values, ClaimKind::Date) => all(&DATE),
        (Ground::Values, ClaimKind::Agency) => all(&AGENCY),
        (Ground::Values, ClaimKind::Place) => all(&PLACE),
        (Ground::Values, _) => all(&STATUS),
    };
    1.0 / (1.0 + (-sum).exp())
}
