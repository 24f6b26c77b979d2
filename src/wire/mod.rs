//! The JSON that others rely on: shapes and conversions only. Fields may be added, never changed.

mod analysis;
mod case;
mod check;
mod csv;
mod deadline;
mod digest;
mod document;
mod fact;
mod faq;
mod labelled;
mod notice;
mod page;
mod records;
mod statistics;
mod story;
mod survey;
mod training;

pub use analysis::{
    AgencyOut, AnalysisOut, CategoryOut, ClaimOut, EvidenceOut, PersonalOut, PlaceOut, SentimentOut, ServiceOut,
};
pub use case::{CaseJson, ClarificationJson, DraftJson, QuestionJson, time};
pub use check::{CheckOut, FactIn, FindingOut, QuotedOut};
pub use csv::comma_separated;
pub use deadline::{ClosureFault, DeadlineNote, DeadlineOut, closure};
pub use digest::DigestOut;
pub use document::{Document, DocumentId, instant};
pub use fact::{FactRead, exported, fact, facts, last_moment, listed, moment, whole_day};
pub use faq::FaqOut;
pub use labelled::{Labelled, Place};
pub use notice::{Letter, LetterFault};
pub use page::{ArticleOut, EntryOut};
pub use records::RowFault;
pub use statistics::{StatisticsOut, YearOut};
pub use story::StoryOut;
pub use survey::{SurveyRead, surveys};
pub use training::example;
