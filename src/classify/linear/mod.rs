//! Linear models over hashed n-grams: what a text looks like, beside what the words in it say.

mod features;
mod model;
mod reasons;

pub use features::Features;
pub(super) use features::named;
pub(super) use model::{Linear, Opinion};
pub use model::{Model, ModelError};
pub(super) use reasons::reasons;

/// Buckets of a text's vector, for those who train.
pub const BUCKETS: usize = features::BUCKETS;
