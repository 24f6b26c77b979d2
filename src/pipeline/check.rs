//! A text → what of it can be checked; official statements → a register to check against.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::{Analyzer, analysis::Reading};
use crate::{
    check::{Checker, Fact, Layout, Register},
    claims::Sheet,
    domain::{Analysis, taipei},
};

impl Layout for Reading {
    fn lay_out(&self, title: &str, text: &str, day: Option<NaiveDate>) -> Sheet {
        let (title, text) = (self.normaliser.normalise(title), self.normaliser.normalise(text));
        let names = self.classifier.names(&title, &text, day);
        self.claims.read(title, text, &names, day)
    }
}

impl Analyzer {
    /// A text laid out for comparing with others.
    #[must_use]
    pub fn sheet(&self, title: &str, text: &str, published_at: Option<DateTime<Utc>>) -> Sheet {
        self.reading().lay_out(title, text, published_at.map(|at| taipei(at).date_naive()))
    }

    /// Everything understood of a text (see [`Self::analyse`]), and what it states that can be checked.
    #[must_use]
    pub fn analyse_with_claims(&self, title: &str, text: &str, published_at: Option<DateTime<Utc>>) -> Analysis {
        let day = published_at.map(|at| taipei(at).date_naive());
        let Reading { normaliser, classifier, claims } = &**self.reading();
        let (title, text) = (normaliser.normalise(title), normaliser.normalise(text));
        let (analysis, names) = classifier.analyse_copies(&title, &text, day);
        Analysis { claims: claims.read(title, text, &names, day).claims(), ..analysis }
    }

    /// A register of official statements.
    #[must_use]
    pub fn register(&self, facts: Vec<Fact>) -> Register {
        let layout: Arc<Reading> = Arc::clone(self.reading());
        Register::new(layout, facts)
    }

    /// A checker against a register of official statements.
    #[must_use]
    pub fn checker(&self, register: Register) -> Checker {
        Checker::new(self.city(), register)
    }
}
