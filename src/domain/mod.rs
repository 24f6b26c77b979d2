//! The words of the field: what a source, a report and a mention are. No I/O, no clock, no database, and no
//! derive for a wire format: those belong to the modules that do the talking.

mod account;
mod article;
mod audit;
mod city;
mod correction;
mod fact;
mod finding;
mod mention;
mod password;
mod session;
mod source;
mod span;
mod target;
mod time;

pub use account::{Account, AccountFault, AccountState, Duties, PersonName, Role, UserName};
pub use article::{Article, Entry, Listing, Page};
pub use audit::{Action, Actor, AuditFault, Event, Head, Sealed, Verification};
pub use city::{
    Agency, AgencyKind, Alias, City, ClaimCues, Cues, District, Elsewhere, Facility, Lead, ModelFile, Opposition, Road,
    Service, Station, Unit, UsualPlace, Village, WeightRow,
};
pub use correction::{Aspect, Correction, Judgement};
pub use fact::{Entered, FactKind, FactVersion, LONGEST_STATEMENT, Statement, StatementFault};
pub use finding::{Doubt, Examined, FactQuote, Finding, Found, Judged, Level, Outcome, Quote, Verdict};
pub use mention::{
    AgencyGuess, Analysis, Claim, ClaimKind, Evidence, Field, Label, Mention, Named, NamedBody, PersonalData,
    PersonalSpan, PlaceKind, PlaceMention, Scope, Scored, Sentiment, TextKind,
};
pub use password::{LONGEST_PASSWORD, Password, PasswordFault, REMEMBERED_PASSWORDS};
pub use session::{
    LINK_LIFE, LOCKED_FOR, Session, SessionLimits, TOKEN_BYTES, Token, TokenHash, Tries, lasts, sha256_hex,
};
pub use source::{
    ArticleSelectors, ListSelectors, Pointers, Policy, Source, SourceError, SourceId, SourceKind, SourceState, Trouble,
    TroubleKind,
};
pub use span::Span;
pub use target::Target;
pub use time::{DateQuality, Dated, TAIPEI, ad_date, roc_date, taipei};
