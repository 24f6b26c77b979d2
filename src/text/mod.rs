//! Chinese text made workable: canonical characters, words, sentences and word lists to look for. It knows
//! nothing of agencies or services and never changes the text it was given: whatever it finds comes back as
//! byte spans of the input.

mod fold;
mod lexicon;
mod normal;
mod segment;
mod sentence;

pub use fold::Fold;
pub use lexicon::{Hit, Lexicon, LexiconError};
pub use normal::{Normalised, Normaliser};
pub use segment::{Segmenter, Word, city_words};
pub use sentence::{clauses, sentences};
