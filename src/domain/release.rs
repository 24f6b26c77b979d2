//! A clarification as it leaves the console: its text, who answers for it, what it answers and what it rests on.

use chrono::{DateTime, NaiveDate, Utc};
use url::Url;

use super::{Answer, Clarification, Verdict};

/// A clarification or an apology in the form in which every channel takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// 文稿編號: the same for every revision.
    pub number: String,
    /// Which revision, from 1.
    pub revision: u32,
    /// 發布機關, by its full name.
    pub agency: String,
    /// 發布單位; empty when the agency speaks as a whole.
    pub unit: String,
    /// Whether a report was wrong or the city was.
    pub answer: Answer,
    /// When it was published; none while it is a 預擬稿, which bears that mark on every page and in every channel.
    pub issued: Option<Publication>,
    /// Where the public reads it, or will.
    pub url: Url,
    /// The reports it answers.
    pub reports: Vec<AnsweredReport>,
    /// The official statements it rests on.
    pub statements: Vec<CitedStatement>,
    /// What it says.
    pub text: Clarification,
}

/// When a release was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// Its first revision that went out.
    pub first: DateTime<Utc>,
    /// This revision; the same as `first` when nothing was changed since.
    pub at: DateTime<Utc>,
}

/// A report that a release answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredReport {
    /// The outlet.
    pub outlet: String,
    /// Its headline.
    pub title: String,
    /// Where it can be read.
    pub url: Option<Url>,
    /// The day it was published, in Taipei.
    pub day: Option<NaiveDate>,
    /// The claim, word for word; empty when none is quoted.
    pub claim: String,
    /// What official statements say of the claim.
    pub verdict: Verdict,
}

/// An official statement that a release rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedStatement {
    /// Who says it.
    pub agency: String,
    /// Its headline.
    pub title: String,
    /// 文號
    pub document_no: Option<String>,
    /// Where it can be read.
    pub url: Option<Url>,
}
