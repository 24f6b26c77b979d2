//! What `check` takes and answers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{DocumentId, instant};
use crate::domain::{Field, Span};

/// An official statement, a line of JSON.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct FactIn {
    /// Its id.
    pub id: String,
    /// The headline.
    #[serde(default)]
    pub title: Option<String>,
    /// The whole text.
    #[serde(default)]
    pub text: Option<String>,
    /// Who says it.
    #[serde(default)]
    pub agency: Option<String>,
    /// When.
    #[serde(default)]
    pub published_at: Option<String>,
    /// From when it holds.
    #[serde(default)]
    pub valid_from: Option<String>,
    /// Until when it holds.
    #[serde(default)]
    pub valid_to: Option<String>,
    /// Where it can be read.
    #[serde(default)]
    pub url: Option<String>,
}

impl FactIn {
    /// A time written in it; nothing when none is, or it cannot be read.
    #[must_use]
    pub fn time(written: Option<&str>) -> Option<DateTime<Utc>> {
        written.and_then(instant)
    }
}

/// One answer of `check`, a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckOut {
    /// The document's id as given.
    pub id: DocumentId,
    /// Whether it needs a look.
    pub flag: bool,
    /// `A`, `B`, `none`.
    pub level: &'static str,
    /// 0 to 1.
    pub score: f64,
    /// The strongest first.
    pub findings: Vec<FindingOut>,
}

/// What was found of one claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FindingOut {
    /// `contradicted`, `outdated`, `denied`, `supported`, `not_found`, `opinion`.
    pub verdict: &'static str,
    /// `figure`, `date`, `agency`, `status`, `notice`, `place`, `quote`.
    pub kind: &'static str,
    /// The claim.
    pub claim: QuotedOut,
    /// The official statement.
    pub fact: Option<QuotedOut>,
    /// 0 to 1.
    pub score: f64,
    /// Why, in a sentence.
    pub why: String,
}

/// Words of a document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotedOut {
    /// The id of the official statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// `title` or `text`.
    pub field: &'static str,
    /// Bytes of the field.
    pub span: [usize; 2],
    /// The words under the span.
    pub text: String,
    /// The bytes that decide, within the same field.
    pub part: [usize; 2],
}

impl QuotedOut {
    /// The words under `span` of a document's `title` or `text`.
    #[must_use]
    pub fn new(id: Option<String>, field: Field, (span, part): (Span, Span), (title, text): (&str, &str)) -> Self {
        let (name, whole) = match field {
            Field::Title => ("title", title),
            Field::Text => ("text", text),
        };
        Self {
            id,
            field: name,
            span: [span.start, span.end],
            text: span.of(whole).unwrap_or_default().to_owned(),
            part: [part.start, part.end],
        }
    }
}
