//! The words of the field: what a source, a report and a mention are. No I/O, no clock, no database, and no
//! derive for a wire format: those belong to the modules that do the talking.

mod article;
mod city;
mod mention;
mod source;
mod span;
mod target;
mod time;

pub use article::{Article, Entry, Listing, Page};
pub use city::{
    Agency, AgencyKind, Alias, City, Cues, District, Elsewhere, Facility, Lead, Road, Service, Station, Unit,
    UsualPlace, Village,
};
pub use mention::{
    AgencyGuess, Analysis, Claim, ClaimKind, Evidence, Field, Label, Mention, PersonalData, PersonalSpan, PlaceKind,
    PlaceMention, Scope, Scored, Sentiment, TextKind,
};
pub use source::{
    ArticleSelectors, ListSelectors, Pointers, Policy, Source, SourceError, SourceId, SourceKind, SourceState, Trouble,
    TroubleKind,
};
pub use span::Span;
pub use target::Target;
pub use time::{DateQuality, Dated, TAIPEI, ad_date, roc_date, taipei};
