//! The reports that a new one is compared with: the latest ones, found again by bands of their sketches (locality-sensitive
//! hashing) and by what they name. It holds a bounded number, and what was put on it first is dropped first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use super::{
    hash,
    report::{Names, Report},
    sketch::Sketch,
};

/// Places of a sketch in one band: 128 places make 42 bands, and two are left over. Two texts of likeness j share a band
/// with the probability 1 − (1 − j³)⁴², which is .996 at .5 and .29 at .2. Bands of four, which would give fewer to
/// compare, lose one in eight at .5, where short texts with a changed word lie.
const ROWS: usize = 3;

/// Reports that one key gives. Those of one story are like each other, so that the latest lead to it as well as all; a text
/// that is sent without end costs no more than this.
const LATEST: usize = 16;

/// Figures and sites two reports must share to be compared although their texts share no band.
const SHARED_NAMES: usize = 2;

/// Where a report stands on the shelf. Later ones have larger numbers.
pub(super) type Place = u64;

/// The latest reports, each with what its owner keeps of it.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    capacity: usize,
    /// Places of the first report in `held` and of the next one to come.
    first: Place,
    next: Place,
    held: VecDeque<(Known, T)>,
    bands: BTreeSet<(u64, Place)>,
    named: BTreeSet<(u64, Place)>,
}

/// What stays of a report.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) at: Option<DateTime<Utc>>,
    pub(super) sketch: Option<Sketch>,
    pub(super) names: Names,
}

impl<T> Shelf<T> {
    /// A shelf for that many reports, one at the least.
    pub(super) fn new(capacity: usize) -> Self {
        let (bands, named) = (BTreeSet::new(), BTreeSet::new());
        Self { capacity: capacity.max(1), first: 0, next: 0, held: VecDeque::new(), bands, named }
    }

    /// Where the reports stand that may be of the same story, the earliest first.
    pub(super) fn candidates<Id>(&self, report: &Report<Id>) -> BTreeSet<Place> {
        let Some(sketch) = &report.sketch else { return BTreeSet::new() };
        let mut found: BTreeSet<Place> = sketch.bands(ROWS).flat_map(|key| latest(&self.bands, key)).collect();
        let mut shared: BTreeMap<Place, usize> = BTreeMap::new();
        for place in keys(&report.names).flat_map(|key| latest(&self.named, key)) {
            *shared.entry(place).or_default() += 1;
        }
        found.extend(shared.into_iter().filter(|(_, shared)| *shared >= SHARED_NAMES).map(|(place, _)| place));
        found
    }

    /// The report at a place, when it is still held.
    pub(super) fn get(&self, place: Place) -> Option<&(Known, T)> {
        self.held.get(usize::try_from(place.checked_sub(self.first)?).ok()?)
    }

    /// Puts a report on the shelf and gives back what was kept of the one that had to leave.
    pub(super) fn put<Id>(&mut self, report: &Report<Id>, kept: T) -> Option<T> {
        let left = if self.held.len() >= self.capacity { self.drop_first() } else { None };
        let place = self.next;
        self.next += 1;
        let known = Known { at: report.at, sketch: report.sketch.clone(), names: report.names.clone() };
        self.bands.extend(known.bands().map(|key| (key, place)));
        self.named.extend(keys(&known.names).map(|key| (key, place)));
        self.held.push_back((known, kept));
        left
    }

    fn drop_first(&mut self) -> Option<T> {
        let (known, kept) = self.held.pop_front()?;
        for key in known.bands() {
            self.bands.remove(&(key, self.first));
        }
        for key in keys(&known.names) {
            self.named.remove(&(key, self.first));
        }
        self.first += 1;
        Some(kept)
    }
}

impl Known {
    fn bands(&self) -> impl Iterator<Item = u64> {
        self.sketch.iter().flat_map(|sketch| sketch.bands(ROWS))
    }
}

/// What tells one event from another of its kind: its sites and figures.
fn keys(names: &Names) -> impl Iterator<Item = u64> {
    names.sites.iter().copied().chain(names.figures.iter().map(|figure| hash::pair(2, *figure)))
}

/// The latest places of a key.
fn latest(index: &BTreeSet<(u64, Place)>, key: u64) -> impl Iterator<Item = Place> {
    index.range((key, Place::MIN)..=(key, Place::MAX)).rev().take(LATEST).map(|(_, place)| *place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::Entity;

    fn report(words: std::ops::Range<u32>, entities: &[Entity<'_>]) -> Report<()> {
        let words: Vec<String> = words.map(|n| format!("字{n}")).collect();
        Report::new((), "", None, None, words.iter().map(String::as_str), entities.iter().copied())
    }

    fn found(shelf: &Shelf<u32>, report: &Report<()>) -> Vec<u32> {
        shelf.candidates(report).into_iter().filter_map(|place| Some(shelf.get(place)?.1)).collect()
    }

    #[test]
    fn like_texts_and_shared_names_are_found() {
        let mut shelf = Shelf::new(10);
        let named = [Entity::Site("鳳仁路"), Entity::Figure("52人")];
        shelf.put(&report(0..200, &[]), 1);
        shelf.put(&report(1000..1200, &named), 2);
        shelf.put(&report(2000..2200, &[]), 3);
        assert_eq!(found(&shelf, &report(5..205, &[])), [1]);
        assert_eq!(found(&shelf, &report(3000..3200, &named)), [2]);
        assert_eq!(found(&shelf, &report(3000..3200, &[Entity::Site("鳳仁路")])), [0; 0]);
        assert_eq!(found(&shelf, &report(0..0, &named)), [0; 0], "a text without words is like none");
    }

    #[test]
    fn the_report_held_longest_leaves_with_all_its_keys() {
        let mut shelf = Shelf::new(2);
        let left: Vec<Option<u32>> =
            (0..5_u32).map(|n| shelf.put(&report(n * 500..n * 500 + 100, &[Entity::Site("鳳仁路")]), n)).collect();
        assert_eq!(left, [None, None, Some(0), Some(1), Some(2)]);
        assert_eq!((shelf.held.len(), shelf.bands.len(), shelf.named.len()), (2, 84, 2));
        assert_eq!(found(&shelf, &report(0..100, &[])), [0; 0]);
        assert_eq!(found(&shelf, &report(2000..2100, &[])), [4]);
    }

    #[test]
    fn a_text_sent_without_end_costs_no_more_than_its_latest_copies() {
        let mut shelf = Shelf::new(1000);
        (0..500).for_each(|n| assert_eq!(shelf.put(&report(0..100, &[]), n), None));
        assert_eq!(found(&shelf, &report(0..100, &[])), (484..500).collect::<Vec<_>>());
    }
}
