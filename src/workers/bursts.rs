//! How surprising the reports of the last hours are, by service, from what the database holds.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use crate::{
    metrics::Metrics,
    store::{Store, StoreError},
    story::Usual,
};

/// The hours that are held against the usual: long enough for several outlets to write, short enough for the same day.
const HOURS: u32 = 6;

/// How far back the usual is learnt from at a start: three half-lives, after which an eighth of the weight is older.
const HISTORY: TimeDelta = TimeDelta::weeks(12);

/// The last hours, which are counted anew each time, because reports of them still come.
const OPEN: TimeDelta = TimeDelta::hours(24);

/// Hours by which what is settled moves on at once.
const STEP: TimeDelta = TimeDelta::hours(24);

/// Between two measurements: the figure is one of hours.
const EVERY: TimeDelta = TimeDelta::minutes(1);

/// The bursts of services.
pub(super) struct Bursts {
    services: Vec<String>,
    /// What is usual, from the hours before `settled`.
    usual: Usual,
    settled: Option<DateTime<Utc>>,
    measured: Option<DateTime<Utc>>,
}

impl Bursts {
    /// The services whose bursts are measured.
    pub(super) fn new(services: Vec<String>) -> Self {
        Self { services, usual: Usual::new(), settled: None, measured: None }
    }

    /// Sets the gauges as of now, once a minute.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn measure(
        &mut self,
        store: &Store,
        metrics: &Metrics,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.measured.is_some_and(|before| before <= now && now - before < EVERY) {
            return Ok(());
        }
        let settled = self.settle(store, now).await?;
        let mut usual = self.usual.clone();
        count(&mut usual, store, settled, now + TimeDelta::seconds(1)).await?;
        for service in &self.services {
            let highest = usual.highest(service, now, HOURS).map_or(0.0, |burst| burst.score);
            metrics.service_burst_score.with_label_values(&[service]).set(highest);
        }
        self.measured = Some(now);
        Ok(())
    }

    /// Learns the hours that are over and says up to where. A clock that was set back begins anew.
    async fn settle(&mut self, store: &Store, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let open = hour(now - OPEN);
        let settled = match self.settled.filter(|settled| *settled <= now) {
            Some(settled) if open - settled < STEP => return Ok(settled),
            Some(settled) => settled,
            None => {
                self.usual = Usual::new();
                open - HISTORY
            }
        };
        // A failure between the two would count some hours twice.
        let mut usual = self.usual.clone();
        count(&mut usual, store, settled, open).await?;
        (self.usual, self.settled) = (usual, Some(open));
        Ok(open)
    }
}

/// Counts the reports of a stretch of time.
async fn count(usual: &mut Usual, store: &Store, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), StoreError> {
    for counted in store.by_hour(since, until).await? {
        for _ in 0..counted.reports {
            usual.count(&counted.service, counted.district.as_deref(), counted.hour);
        }
    }
    Ok(())
}

/// The beginning of the hour, which is the same in Taipei.
fn hour(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at)
}
