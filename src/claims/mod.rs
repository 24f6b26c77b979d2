//! A text → what in it can be checked: figures, times, bodies in charge, places, states and quotations, each with the
//! clause it stands in and the words that say what it is about. It reads one text at a time and compares nothing.

mod agent;
mod cue;
mod item;
mod phrase;
mod read;
mod sheet;
mod site;
mod token;
mod told;

pub use agent::Agent;
pub use cue::{Manner, Stance};
pub use item::{Item, Mark, Per, Value};
pub use read::Reader;
pub use sheet::{Clause, Quotation, Sentence, Sheet};
pub use site::Site;
pub use token::Token;

#[cfg(test)]
mod tests;
