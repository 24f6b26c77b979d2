//! A text → what of it can be checked; official statements → a register to check against.

use chrono::{DateTime, Utc};

use super::Analyzer;
use crate::{
    check::{Checker, Register},
    claims::Sheet,
    domain::{Analysis, taipei},
};

impl Analyzer {
    /// A text laid out for comparing with others.
    #[must_use]
    pub fn sheet(&self, title: &str, text: &str, published_at: Option<DateTime<Utc>>) -> Sheet {
        let day = published_at.map(|at| taipei(at).date_naive());
        let (title, text) = (self.normaliser().normalise(title), self.normaliser().normalise(text));
        let names = self.classifier().names(&title, &text, day);
        self.claims().read(title, text, &names, day)
    }

    /// Everything understood of a text (see [`Self::analyse`]), and what it states that can be checked.
    #[must_use]
    pub fn analyse_with_claims(&self, title: &str, text: &str, published_at: Option<DateTime<Utc>>) -> Analysis {
        let day = published_at.map(|at| taipei(at).date_naive());
        let (title, text) = (self.normaliser().normalise(title), self.normaliser().normalise(text));
        let (analysis, names) = self.classifier().analyse_copies(&title, &text, day);
        Analysis { claims: self.claims().read(title, text, &names, day).claims(), ..analysis }
    }

    /// A checker against a register of official statements.
    #[must_use]
    pub fn checker(&self, register: Register) -> Checker {
        Checker::new(self.city(), register)
    }
}
