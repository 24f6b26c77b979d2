//! Visits to the address of a report: why one takes place, how it ended, and by what the next is planned.

use chrono::{DateTime, Utc};

/// Why a visit takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Round {
    /// A step after the first fetch.
    Fetch,
    /// A step after the clarification went out.
    Publication,
    /// Once more after a try that brought no answer.
    MakeUp,
    /// Once more to see whether the page is really gone.
    Confirm,
}

impl Round {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fetch, Self::Publication, Self::MakeUp, Self::Confirm];

    /// The name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fetch => "fetch",
            Self::Publication => "publication",
            Self::MakeUp => "make_up",
            Self::Confirm => "confirm",
        }
    }

    /// The round of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|round| round.name() == name)
    }
}

/// A visit that is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revisit {
    /// Why.
    pub round: Round,
    /// From when on.
    pub at: DateTime<Utc>,
}

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answered {
    /// A page came, changed or not.
    Page,
    /// 404 or 410.
    Gone,
    /// No answer, or one that says nothing about the page: a time-out, 5xx, 429.
    Nothing,
}

impl Answered {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Page, Self::Gone, Self::Nothing];

    /// The name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Gone => "gone",
            Self::Nothing => "nothing",
        }
    }

    /// The end of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answered| answered.name() == name)
    }
}

/// What the visits to a report are planned by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visits {
    /// When it was first fetched.
    pub first_fetched: DateTime<Utc>,
    /// When the clarification of its case went out; the latest, if there were several.
    pub published: Option<DateTime<Utc>>,
    /// The last visit that was made, when, and how it ended.
    pub last: Option<(Revisit, DateTime<Utc>, Answered)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        assert!(Round::ALL.iter().all(|it| Round::from_name(it.name()) == Some(*it)));
        assert!(Answered::ALL.iter().all(|it| Answered::from_name(it.name()) == Some(*it)));
    }
}
