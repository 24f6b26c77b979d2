//! What a report states against what official statements say: supported, contradicted, outdated, denied, not found,
//! opinion, with both sentences and the reason. It compares and decides; it fetches, stores and publishes nothing.

mod agree;
mod cache;
mod copy;
mod decide;
mod denial;
mod doubt;
mod features;
mod level;
mod measure;
mod nearness;
mod pair;
mod quotation;
mod record;
mod register;
mod rumour;
mod segment;
mod similar;
mod topic;
mod weights;
mod why;
mod wording;

pub use crate::domain::{Level, Verdict};
pub use decide::{Checked, Finding, Quoted, level};
pub use doubt::{rules, tempered};
pub use features::{FEATURES, Feature, Features};
pub use pair::{Candidate, Ground};
pub use register::{Fact, Hit, Layout, Register};
use topic::{Laid, Topic};
use weights::Weights;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{claims::Sheet, domain::City};

/// Checks reports against a register of official statements.
#[derive(Debug)]
pub struct Checker {
    city: Arc<City>,
    weights: Arc<Weights>,
    register: Register,
}

impl Checker {
    /// A checker by a city's dictionaries and a register.
    #[must_use]
    pub fn new(city: &City, register: Register) -> Self {
        Self { city: Arc::new(city.clone()), weights: Arc::new(Weights::new(city)), register }
    }

    /// The same with statements added to the register; one of a known id takes the place of the one before.
    #[must_use]
    pub fn with(&self, changed: Vec<Fact>) -> Self {
        Self { city: Arc::clone(&self.city), weights: Arc::clone(&self.weights), register: self.register.with(changed) }
    }

    /// The same without one statement.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        Self { city: Arc::clone(&self.city), weights: Arc::clone(&self.weights), register: self.register.without(id) }
    }

    /// The register.
    #[must_use]
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// What is found of a report that appeared at `published`; facts of later are only used where they deny what the
    /// report says. Without a time every fact counts as earlier.
    #[must_use]
    pub fn check(&self, report: &Sheet, published: Option<DateTime<Utc>>) -> Checked {
        let laid = Laid::new(report, published);
        let hits = self.register.find(report);
        let topics = self.topics(&laid, &hits);
        let candidates = pair::candidates(&self.city, &laid, &topics);
        decide::decide(&self.weights, report, &topics, candidates)
    }

    /// Every pair that was compared with the statements that [`Register::find`] found, with its features: for fitting and
    /// explaining.
    #[must_use]
    pub fn candidates<'h>(
        &self,
        report: &Sheet,
        published: Option<DateTime<Utc>>,
        hits: &'h [Hit],
    ) -> Vec<Candidate<'h>> {
        let laid = Laid::new(report, published);
        pair::candidates(&self.city, &laid, &self.topics(&laid, hits))
    }

    fn topics<'h>(&self, report: &Laid<'_>, hits: &'h [Hit]) -> Vec<Topic<'h>> {
        let mut topics: Vec<Topic<'h>> = hits.iter().filter_map(|hit| Topic::new(&self.city, report, hit)).collect();
        if let Some(first) = topics.iter_mut().find(|topic| !topic.expired) {
            first.first = true;
        }
        topics
    }
}

#[cfg(test)]
mod tests;
