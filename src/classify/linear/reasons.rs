//! Which stretches of a text decided.

use super::{features::Features, model::Linear};
use crate::{
    classify::reading::Reading,
    domain::{Evidence, Field, Span, Target},
};

/// More stretches than this explain no better.
const MOST: usize = 3;

/// A stretch must say at least this part of what the strongest one says.
const LEAST_PART: f32 = 0.4;

/// The stretches of a text that spoke most for a label, as evidence under `name`. Where n-grams overlap the stronger
/// one stands for both.
pub(in crate::classify) fn reasons(
    linear: &Linear,
    features: &Features,
    reading: &Reading<'_>,
    target: Target,
    label: &str,
    name: &str,
) -> Vec<Evidence> {
    let Some(output) = linear.output(target, label) else { return Vec::new() };
    let spoken = features.spoken(target, |bucket| linear.weight(output, bucket));
    let mut spoken: Vec<(f32, Field, Span)> = spoken.map(|(weight, gram)| (weight, gram.field, gram.span)).collect();
    spoken.sort_by(|left, right| right.0.total_cmp(&left.0).then((left.1, left.2).cmp(&(right.1, right.2))));
    let strongest = spoken.first().map_or(0.0, |&(weight, ..)| weight);
    let mut kept: Vec<(Field, Span)> = Vec::new();
    for (weight, field, span) in spoken {
        if kept.len() == MOST || weight < strongest * LEAST_PART {
            break;
        }
        let overlaps =
            kept.iter().any(|(other, taken)| *other == field && taken.start < span.end && span.start < taken.end);
        if !overlaps {
            kept.push((field, span));
        }
    }
    kept.into_iter()
        .filter_map(|(field, span)| {
            Some(Evidence { field, span: reading.original(field, span)?, speaks_for: name.to_owned() })
        })
        .collect()
}
