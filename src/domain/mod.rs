//! The words of the field: what a source, a report and a mention are. No I/O, no clock, no database, and no
//! derive for a wire format: those belong to the modules that do the talking.

mod account;
mod alarm;
mod article;
mod audit;
mod calendar;
mod case;
mod channel;
mod city;
mod clarification;
mod correction;
mod deadline;
mod digest;
mod disagreement;
mod drafting;
mod fact;
mod faq;
mod finding;
mod internet;
mod mention;
mod notice;
mod office;
mod overdue;
mod password;
mod quota;
mod release;
mod remedy;
mod retry;
mod revisit;
mod satisfaction;
mod secret;
mod session;
mod source;
mod span;
mod statistics;
mod step;
mod target;
mod time;
mod unit;

pub use account::{Account, AccountFault, AccountState, Duties, PersonName, Role, UserName};
pub use alarm::Alarm;
pub use article::{Article, Entry, Listing, Page};
pub use audit::{Action, Actor, AuditFault, Event, Head, Sealed, Verification};
pub use calendar::{Calendar, CalendarDay, CalendarWarning, Closure, OfficeHours, is_weekend};
pub use case::{
    Answer, Approval, Assignment, Case, CaseLevel, CaseState, Extension, Issued, Moments, Stage, Submitted,
};
pub use channel::{
    Audience, Channel, ChannelId, ChannelIdFault, ChannelKind, Destination, MailRoute, MailTls, OnUncertain, Promise,
    QuietHours,
};
pub use city::{
    Agency, AgencyKind, Alias, City, ClaimCues, Cues, District, Elsewhere, Facility, Lead, ModelFile, Opposition, Road,
    Service, Station, Unit, UsualPlace, Village, WeightRow,
};
pub use clarification::{
    Anchor, Basis, Clarification, Draft, LONGEST_CARD, Part, Rest, SourceText, SourceTextKind, Standing,
};
pub use correction::{Aspect, Correction, Judgement};
pub use deadline::{ClockStatus, Deadlines, Due, Escalation, EscalationTo, Goal, Profile, RestHours, Rule, TimedGoal};
pub use digest::{
    Digest, DigestCase, DigestCounts, DigestMatter, DigestRelease, DigestReport, DigestRow, Need, Period,
};
pub use disagreement::{Disagreement, Explained};
pub use drafting::{Contact, Drafting, RewriteWords, Sentence, Slot, Template, TemplateFault, Templates, WordGroup};
pub use fact::{Entered, FactKind, FactVersion, LONGEST_STATEMENT, Statement, StatementFault};
pub use faq::{FaqCandidate, KnownAnswer, NearestAnswer, Said};
pub use finding::{Doubt, Examined, FactQuote, Finding, Found, Judged, Level, Outcome, Quote, SURE, Verdict};
pub use internet::{is_public, unmasked};
pub use mention::{
    AgencyGuess, Analysis, Claim, ClaimKind, Evidence, Field, Label, Mention, Named, NamedBody, PersonalData,
    PersonalSpan, PlaceKind, PlaceMention, Scope, Scored, Sentiment, TextKind,
};
pub use notice::{Delivery, Message, Purpose};
pub use office::Office;
pub use overdue::OverdueNotice;
pub use password::{LONGEST_PASSWORD, Password, PasswordFault, REMEMBERED_PASSWORDS};
pub use quota::{Quota, closed, next_month, same_month};
pub use release::{AnsweredReport, CitedStatement, Publication, Release};
pub use remedy::{CountedFrom, Remark, Remedy, Seen, Sighting, Tracked, WrongClaim};
pub use retry::{Ended, Next, Resend, Tried, falls_over, next_try, resend};
pub use revisit::{Answered, Revisit, Round, Visits};
pub use satisfaction::{Satisfaction, Score, Survey, Surveyed};
pub use secret::Secret;
pub use session::{
    LINK_LIFE, LOCKED_FOR, Session, SessionLimits, TOKEN_BYTES, Token, TokenHash, Tries, lasts, sha256_hex,
};
pub use source::{
    ArticleSelectors, ListSelectors, Pointers, Policy, Source, SourceError, SourceId, SourceKind, SourceState, Trouble,
    TroubleKind,
};
pub use span::{Span, masked};
pub use statistics::{GoalCount, Served, Statistics, Stretch, YearReport};
pub use step::{StepKind, StepRule, StepTable};
pub use target::Target;
pub use time::{DateQuality, Dated, TAIPEI, ad_date, roc_date, roc_year, taipei};
pub use unit::{OrgUnit, Post, Reachable, Roster, Substitute, WatchList};
