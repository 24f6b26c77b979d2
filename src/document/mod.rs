//! Releases → what the public and the press receive: ODT and ODS, feeds, `ClaimReview`, HTML, plain and spoken text; and
//! the tables an office makes of its day, its month and its year. It makes bytes and strings out of what it is given; it reads no clock, sends nothing, and decides nothing about a text.
//!
//! Whatever stands in a release is written as text: marks of the format are escaped, and characters that no reader sees
//! but that break a document or turn its reading direction are dropped (`words::clean`).

mod body;
mod claim_review;
mod digest;
mod faq;
mod feed;
mod html;
mod markup;
mod message;
mod odf;
mod reading;
mod spoken;
mod statistics;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use body::{Block, blocks, fields};
pub use claim_review::claim_review;
pub use digest::{digest_html, digest_table};
pub use faq::{UNANSWERED, faq_table};
pub use feed::Feed;
pub use html::html;
pub use message::{card, plain};
pub use odf::{Cell, Column, DocumentFault, FONT_RULES, ODS_TYPE, ODT_TYPE, Sheet, ods, odt};
pub use spoken::{LONGEST_TICKER, script, ticker};
pub use statistics::{statistics_tables, statistics_title, year_tables};
pub use table::{Table, tables_html, tables_lines};
pub use words::{DRAFT_MARK, clean, title};
