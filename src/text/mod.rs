//! Chinese text made workable: canonical characters, words, sentences and word lists to look for. It knows
//! nothing of agencies or services and never changes the text it was given: whatever it finds comes back as
//! byte spans of the input.

mod fold;
mod lexicon;
mod moment;
mod normal;
mod numeral;
mod packed;
mod quantity;
mod segment;
mod sentence;
mod unit;

pub use fold::Fold;
pub use lexicon::{Hit, Lexicon, LexiconError};
pub use moment::{Days, Edge, Moment, Stamp, moments};
pub use normal::{Normalised, Normaliser};
pub use numeral::{Numeral, numeral_at, whole_number};
pub use packed::{pack, unpack};
pub use quantity::{Quantity, Rounding, quantities};
pub use segment::{Segmenter, Word, city_words};
pub use sentence::{clauses, sentences};
pub use unit::Measure;
