//! The stages joined in their order, for workers, the command line and evaluation. It decides nothing itself and
//! touches neither network nor database.

mod analysis;
mod check;
mod consistency;
mod layers;
mod officials;
mod story;

pub use analysis::{Analyzer, AnalyzerError};
pub use consistency::Consistency;
pub use officials::{Dispute, Doubts, Laid, Officials, wording};
