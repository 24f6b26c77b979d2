//! Reports → stories: which reports tell of one event, and where there are more of them than usual. It compares words and
//! names that it is given; it reads no clock, keeps nothing on a disk, and gives the same answer for the same reports in
//! the same order, whatever they and their outlets are called.

mod burst;
mod bytes;
mod credit;
mod figure;
mod hash;
mod link;
mod report;
mod shelf;
mod sketch;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

pub use burst::{Burst, Usual};
pub use credit::{Credited, strip};
pub use figure::figures;
pub use report::{Entity, Report};
pub use sketch::Sketch;

use shelf::Shelf;

/// Outlets that a story counts. One that more outlets tell is no news to anybody.
const MOST_OUTLETS: usize = 4096;

/// How far back reports are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest time between two reports that are compared. Stories may last longer, from report to report.
    pub window: TimeDelta,
    /// The most reports held, each some two kilobytes; the one that was held longest is dropped first.
    pub held: usize,
}

impl Default for Limits {
    /// Three days, and as many reports as a large city's outlets publish in them several times over.
    fn default() -> Self {
        Self { window: TimeDelta::hours(72), held: 20_000 }
    }
}

/// Where a report was placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<Id> {
    /// The story, named by the id of its first report.
    pub story: Id,
    /// Whether this is that report.
    pub first: bool,
    /// Outlets that told the story up to this report.
    pub outlets: usize,
    /// Whether the report is the dispatch of a news agency in another outlet.
    pub syndicated: bool,
}

/// The stories of the reports that are held.
#[derive(Debug)]
pub struct Stories<Id> {
    window: TimeDelta,
    shelf: Shelf<Number>,
    told: BTreeMap<Number, Story<Id>>,
    next: Number,
}

/// Stories in the order in which they began.
type Number = u64;

#[derive(Debug)]
struct Story<Id> {
    id: Id,
    outlets: BTreeSet<u64>,
    held: usize,
}

impl<Id: Clone> Stories<Id> {
    /// No stories yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        let Limits { window, held } = limits;
        Self { window, shelf: Shelf::new(held), told: BTreeMap::new(), next: 0 }
    }

    /// Places a report into the story of the report it is most like, or into one of its own. Of several that it is
    /// equally like, the earliest counts.
    pub fn place(&mut self, report: &Report<Id>) -> Placed<Id> {
        let found = self.number_of(report);
        let first = found.is_none();
        let number = found.unwrap_or(self.next);
        self.join(number, report, &report.id);
        // The story is there: it was found through a report that is held, or was begun just now.
        let story = self.told.get(&number);
        Placed {
            story: story.map_or_else(|| report.id.clone(), |story| story.id.clone()),
            first,
            outlets: story.map_or(1, |story| story.outlets.len()),
            syndicated: report.syndicated,
        }
    }

    /// The story that a report would be placed into; none when it would begin one.
    #[must_use]
    pub fn find(&self, report: &Report<Id>) -> Option<Id> {
        Some(self.told.get(&self.number_of(report)?)?.id.clone())
    }

    /// Puts a report back into the story it was placed into before.
    pub fn recall(&mut self, report: &Report<Id>, story: &Id)
    where
        Id: PartialEq,
    {
        // A report that begins its story is looked for nowhere: most do, and thousands are put back at a start. Of the
        // others, the latest stories are those that go on.
        let known = self.told.iter().rev().filter(|_| report.id != *story).find(|(_, known)| known.id == *story);
        let known = known.map(|(number, _)| *number);
        self.join(known.unwrap_or(self.next), report, story);
    }

    fn number_of(&self, report: &Report<Id>) -> Option<Number> {
        let mut best: Option<(f64, Number)> = None;
        for place in self.shelf.candidates(report) {
            let Some((known, number)) = self.shelf.get(place) else { continue };
            let Some(strength) = link::strength(report, known, self.window) else { continue };
            if best.is_none_or(|(strongest, _)| strength > strongest) {
                best = Some((strength, *number));
            }
        }
        best.map(|(_, number)| number)
    }

    fn join(&mut self, number: Number, report: &Report<Id>, story: &Id) {
        let begin = || Story { id: story.clone(), outlets: BTreeSet::new(), held: 0 };
        let story = self.told.entry(number).or_insert_with(begin);
        if story.outlets.len() < MOST_OUTLETS {
            story.outlets.insert(hash::text(&report.outlet));
        }
        story.held += 1;
        self.next = self.next.max(number + 1);
        if let Some(left) = self.shelf.put(report, number) {
            self.leave(left);
        }
    }

    /// A report of that story is held no longer; with its last one the story is forgotten.
    fn leave(&mut self, number: Number) {
        let Some(story) = self.told.get_mut(&number) else { return };
        story.held = story.held.saturating_sub(1);
        if story.held == 0 {
            self.told.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests;
