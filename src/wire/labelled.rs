//! Reports labelled by hand as wrong or right against official statements: what the check is fitted and measured with.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::FactIn;
use crate::domain::{Field, Span};

/// A line of a labelled set.
#[derive(Debug, Clone, Deserialize)]
pub struct Labelled {
    /// Its id.
    pub id: String,
    /// Whether the report is wrong.
    pub flag: bool,
    /// What a person found: the name of a verdict.
    pub verdict: String,
    /// What sort of claim: the name of a kind.
    pub kind: String,
    /// The official statements.
    pub facts: Vec<FactIn>,
    /// The report, a document as given.
    pub report: serde_json::Value,
    /// Where the report says it.
    pub claim: Option<Place>,
    /// Where a statement says what is so.
    pub fact: Option<Place>,
}

/// Where something stands.
#[derive(Debug, Clone, Deserialize)]
pub struct Place {
    /// The statement; none for the report.
    pub id: Option<String>,
    /// `title` or `text`.
    pub field: String,
    /// Bytes of the field.
    pub span: [usize; 2],
    /// The words there.
    #[serde(default)]
    pub text: String,
}

impl Labelled {
    /// Whether a span of the report touches where it is wrong.
    #[must_use]
    pub fn is_claim(&self, field: Field, span: Span) -> bool {
        self.claim.as_ref().is_some_and(|place| place.touches(field, span))
    }

    /// Whether a span of the statement `id` touches where it says what is so, or has the same words: a headline says some
    /// things again.
    #[must_use]
    pub fn is_fact(&self, id: &str, field: Field, span: Span) -> bool {
        let words = |place: &Place| {
            let fact = self.facts.iter().find(|fact| fact.id == id)?;
            let whole = if field == Field::Title { fact.title.as_deref() } else { fact.text.as_deref() };
            Some(!place.text.is_empty() && span.of(whole?)?.contains(&place.text))
        };
        let stands = |place: &Place| place.touches(field, span) || words(place).unwrap_or(false);
        self.is_of(id) && self.fact.as_ref().is_some_and(stands)
    }

    /// Whether the statement `id` is the one that says what is so.
    #[must_use]
    pub fn is_of(&self, id: &str) -> bool {
        self.fact.as_ref().and_then(|place| place.id.as_deref()) == Some(id)
    }

    /// The half that nothing may be fitted on: lines whose id has an odd hash.
    #[must_use]
    pub fn is_held_out(&self) -> bool {
        Sha256::digest(self.id.as_bytes()).last().is_some_and(|byte| byte % 2 == 1)
    }
}

impl Place {
    fn touches(&self, field: Field, span: Span) -> bool {
        let name = if field == Field::Title { "title" } else { "text" };
        let [start, end] = self.span;
        self.field == name && span.start < end && start < span.end
    }
}
