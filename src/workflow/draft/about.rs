//! What a first draft is made of.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{Answer, Assignment, ClaimKind, Contact, Verdict};

/// What a first draft is about.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// What the city says.
    pub answer: Answer,
    /// What is disputed, the weightiest first.
    pub disputed: Vec<Disputed>,
    /// Who answers.
    pub issuer: Assignment,
    /// Whom the press may ask.
    pub contacts: Vec<Contact>,
    /// The moment of drafting.
    pub now: DateTime<Utc>,
}

/// A claim and what the city published on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Disputed {
    /// What came out.
    pub verdict: Verdict,
    /// What sort of claim.
    pub kind: ClaimKind,
    /// Who says so.
    pub outlets: Vec<Outlet>,
    /// The words that are quoted, as they stand in the report.
    pub claim: String,
    /// The whole sentence they stand in.
    pub sentence: String,
    /// The official statement.
    pub fact: Option<Stated>,
}

/// A newspaper, a site, a board that carries a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Its name.
    pub name: String,
    /// The day of the report in Taipei.
    pub day: Option<NaiveDate>,
    /// Whether it is a post of social media and no news.
    pub is_post: bool,
}

/// A sentence of an official statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// The sentence.
    pub sentence: String,
    /// Who published it.
    pub agency: String,
    /// The day it was published in Taipei.
    pub day: Option<NaiveDate>,
    /// The number of the document.
    pub document_no: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// The body in charge by this sentence, where the dispute is about that.
    pub in_charge: Option<String>,
}
