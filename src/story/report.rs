//! A report as clustering sees it: a sketch of its text, what it names, when it appeared and who published it.

use chrono::{DateTime, Utc};

use super::{hash, sketch::Sketch};

/// Figures a report is known by. Tables of figures are no news, and the first ones tell as much.
const FIGURES: usize = 32;

/// Places, agencies and services a report is known by, likewise.
const NAMES: usize = 32;

/// Pairs of characters that a question in a headline is known by.
const ASKED: usize = 64;

/// Something a report names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entity<'a> {
    /// A road, station, village or facility.
    Site(&'a str),
    /// A district.
    District(&'a str),
    /// An agency.
    Agency(&'a str),
    /// A service, by its id.
    Service(&'a str),
    /// A number with its unit.
    Figure(&'a str),
    /// A pair of neighbouring characters of a headline that asks.
    Asked(&'a str),
}

/// What two reports are compared by, apart from their texts. All lists are sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Names {
    pub(super) sites: Vec<u64>,
    pub(super) districts: Vec<u64>,
    pub(super) matters: Vec<u64>,
    pub(super) figures: Vec<u64>,
    pub(super) asked: Vec<u64>,
}

/// A report to be placed. `Id` is whatever names it to its owner.
#[derive(Debug, Clone, PartialEq)]
pub struct Report<Id> {
    /// Its name.
    pub id: Id,
    /// Who published it; reports that do not say count as one outlet together.
    pub outlet: String,
    /// When it appeared. One without a time counts as near to every report that is still held.
    pub at: Option<DateTime<Utc>>,
    /// Whether it is the dispatch of a news agency in another outlet.
    pub syndicated: bool,
    pub(super) sketch: Option<Sketch>,
    pub(super) names: Names,
}

impl<Id> Report<Id> {
    /// A report of these words, in their order and without marks, that names these things. `agency` is the news agency in
    /// its credit.
    #[must_use]
    pub fn new<'a>(
        id: Id,
        outlet: &str,
        at: Option<DateTime<Utc>>,
        agency: Option<&str>,
        words: impl IntoIterator<Item = &'a str>,
        entities: impl IntoIterator<Item = Entity<'a>>,
    ) -> Self {
        Self {
            id,
            outlet: outlet.trim().to_owned(),
            at,
            syndicated: agency.is_some_and(|agency| !is_same_outlet(agency, outlet)),
            sketch: Sketch::of(words),
            names: Names::of(entities),
        }
    }
}

impl Names {
    /// How many lists there are.
    pub(super) const LISTS: usize = 5;

    /// The lists in their lasting order.
    pub(super) fn lists(&self) -> [&Vec<u64>; Self::LISTS] {
        [&self.sites, &self.districts, &self.matters, &self.figures, &self.asked]
    }

    /// The names of such lists.
    pub(super) fn from_lists(lists: Vec<Vec<u64>>) -> Option<Self> {
        let [sites, districts, matters, figures, asked] = <[Vec<u64>; Self::LISTS]>::try_from(lists).ok()?;
        Some(Self { sites, districts, matters, figures, asked })
    }

    fn of<'a>(entities: impl IntoIterator<Item = Entity<'a>>) -> Self {
        let mut names = Self::default();
        for entity in entities {
            let (list, name, most) = match entity {
                Entity::Site(name) => (&mut names.sites, hash::text(name), NAMES),
                Entity::District(name) => (&mut names.districts, hash::text(name), NAMES),
                Entity::Agency(name) => (&mut names.matters, hash::text(name), NAMES),
                Entity::Service(name) => (&mut names.matters, hash::pair(1, hash::text(name)), NAMES),
                Entity::Figure(name) => (&mut names.figures, hash::text(name), FIGURES),
                Entity::Asked(pair) => (&mut names.asked, hash::text(pair), ASKED),
            };
            if list.len() < most && !list.contains(&name) {
                list.push(name);
            }
        }
        let Self { sites, districts, matters, figures, asked } = &mut names;
        for list in [sites, districts, matters, figures, asked] {
            list.sort_unstable();
        }
        names
    }
}

/// Whether an agency's name in a credit is the outlet itself: 中央社 is 中央通訊社.
fn is_same_outlet(agency: &str, outlet: &str) -> bool {
    let bare = |name: &str| name.replace("通訊", "");
    bare(outlet).contains(&bare(agency))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_in_its_own_paper_is_not_syndicated() {
        let syndicated = |outlet, agency| Report::new((), outlet, None, agency, [], []).syndicated;
        assert!(!syndicated("中央通訊社", Some("中央社")));
        assert!(!syndicated("木棉日報", None));
        assert!(syndicated("木棉日報", Some("中央社")));
        assert!(syndicated("", Some("中央社")));
    }

    #[test]
    fn what_is_named_twice_is_known_once_and_lists_end() {
        let figures: Vec<String> = (0..100).map(|n| format!("{n}戶")).collect();
        let twice = figures.iter().chain(&figures).map(|figure| Entity::Figure(figure));
        assert_eq!(Names::of(twice).figures.len(), FIGURES);
        assert_eq!(Names::of([Entity::Site("五甲二路"), Entity::Site("五甲二路")]).sites.len(), 1);
    }
}
