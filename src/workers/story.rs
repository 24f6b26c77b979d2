//! The stories as the database knows them: what this daemon and others on the same server have kept.

use std::collections::BTreeSet;

use crate::{
    store::{Store, StoreError},
    story::{Limits, Report, Stories},
};

/// How far back numbers are read again. Two daemons take numbers in one order and may commit in another; a report whose
/// transaction is so much slower than the others' begins a story of its own.
const OVERLAP: i64 = 64;

/// The stories of the latest reports.
pub(super) struct Tellings {
    limits: Limits,
    stories: Stories<String>,
    /// The highest number taken in, and the numbers taken in that are not much lower.
    last: i64,
    latest: BTreeSet<i64>,
}

impl Tellings {
    /// Nothing taken in yet.
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, stories: Stories::new(limits), last: 0, latest: BTreeSet::new() }
    }

    /// The story of a report, named by its first report, when there is one among those kept by now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) async fn story_of(
        &mut self,
        store: &Store,
        report: &Report<String>,
    ) -> Result<Option<String>, StoreError> {
        self.catch_up(store).await?;
        Ok(self.stories.find(report))
    }

    /// Takes in what was kept since the last time; at first, as many reports as are held.
    async fn catch_up(&mut self, store: &Store) -> Result<(), StoreError> {
        for kept in store.tellings(self.last - OVERLAP, self.limits.held).await? {
            if !self.latest.insert(kept.number) {
                continue;
            }
            self.last = self.last.max(kept.number);
            let recalled = Report::recalled(kept.id, kept.outlet, Some(kept.at), kept.syndicated, &kept.known_by);
            if let Some(report) = recalled {
                self.stories.recall(&report, &kept.story);
            }
        }
        self.latest = self.latest.split_off(&(self.last - OVERLAP));
        Ok(())
    }
}
