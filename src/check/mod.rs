//! What a report states against what official statements say: supported, contradicted, outdated, denied, not found,
//! opinion, with both sentences and the reason. It compares and decides; it fetches, stores and publishes nothing.

mod agree;
mod copy;
mod decide;
mod features;
mod level;
mod pair;
mod register;
mod similar;
mod topic;
mod weights;
mod why;

pub use decide::{Checked, Finding, Quoted, Verdict};
pub use features::{FEATURES, Features};
pub use level::Level;
pub use pair::{Candidate, Ground};
pub use register::{Fact, Hit, Register};
pub use topic::Topic;

use chrono::{DateTime, Utc};

use crate::{claims::Sheet, domain::City};

/// Checks reports against a register of official statements.
#[derive(Debug)]
pub struct Checker {
    city: City,
    register: Register,
}

impl Checker {
    /// A checker by a city's dictionaries and a register.
    #[must_use]
    pub fn new(city: &City, register: Register) -> Self {
        Self { city: city.clone(), register }
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
        let topics = self.topics(report, published);
        let candidates = pair::candidates(&self.city, report, &topics);
        decide::decide(report, &topics, candidates)
    }

    /// Every pair that was compared, with its features: for fitting and explaining.
    #[must_use]
    pub fn candidates(&self, report: &Sheet, published: Option<DateTime<Utc>>) -> Vec<Candidate<'_>> {
        pair::candidates(&self.city, report, &self.topics(report, published))
    }

    fn topics(&self, report: &Sheet, published: Option<DateTime<Utc>>) -> Vec<Topic<'_>> {
        self.register
            .find(report)
            .into_iter()
            .filter_map(|hit| Topic::new(&self.city, report, hit, published))
            .collect()
    }
}

#[cfg(test)]
mod tests;
