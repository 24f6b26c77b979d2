//! Looks after the house: sizes, connections, log-ins that are over, bursts, jumps of the wall clock.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Shared, bursts::Bursts};
use crate::{
    domain::SessionLimits,
    lifecycle::{Pulse, Stop},
    store::StoreError,
};

/// Often enough for every scrape to see fresh figures, and for the watchdog, which looks every ten seconds.
const EVERY: Duration = Duration::from_secs(5);

/// A wall clock that moves this much against the monotonic one was set by somebody; NTP's slewing stays below.
const JUMP: TimeDelta = TimeDelta::minutes(1);

/// The metric label of a clock that was set back.
const BACKWARD: &str = "backward";

/// The upkeep loop.
pub struct Upkeep {
    shared: Shared,
    pulse: Pulse,
    limits: SessionLimits,
    bursts: Bursts,
}

impl Upkeep {
    /// A loop over the shared parts; sessions that last longer than the limits are removed, and bursts are measured of the
    /// services with these ids.
    #[must_use]
    pub fn new(shared: Shared, pulse: Pulse, limits: SessionLimits, services: Vec<String>) -> Self {
        Self { shared, pulse, limits, bursts: Bursts::new(services) }
    }

    /// Both clocks now.
    #[must_use]
    pub fn clocks(&self) -> Reading {
        Reading { wall: self.shared.clock.now(), monotonic: self.shared.clock.monotonic() }
    }

    /// Looks once; `before` and `now` are readings of both clocks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tick(&mut self, before: Option<Reading>, now: Reading) -> Result<(), StoreError> {
        if let Some(direction) = before.and_then(|before| now.jump_since(before)) {
            tracing::warn!(direction, "the wall clock was changed by more than a minute");
            self.shared.metrics.clock_jumps_total.with_label_values(&[direction]).inc();
            if direction == BACKWARD {
                self.shared.store.forget_waits(now.wall).await?;
            }
        }
        self.shared.store.forget_expired(self.limits, now.wall).await?;
        let waiting = self.shared.store.waiting().await?;
        self.shared.metrics.entries_waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        self.bursts.measure(&self.shared.store, &self.shared.metrics, now.wall).await?;
        self.shared.store.gauge().await
    }

    /// Looks until the stop.
    pub async fn run(mut self, stop: Stop) {
        let mut last = None;
        loop {
            self.pulse.beat();
            let now = self.clocks();
            match self.tick(last.replace(now), now).await {
                Ok(()) => {
                    let at = now.wall.timestamp() as f64;
                    self.shared.metrics.jobs_total.with_label_values(&["upkeep", "ok"]).inc();
                    self.shared.metrics.job_last_success_timestamp_seconds.with_label_values(&["upkeep"]).set(at);
                }
                Err(error) => {
                    self.shared.metrics.jobs_total.with_label_values(&["upkeep", "failed"]).inc();
                    tracing::error!(%error, "upkeep failed, trying again");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.clock.sleep(EVERY) => {}
            }
        }
    }
}

/// Both clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    wall: DateTime<Utc>,
    monotonic: Duration,
}

impl Reading {
    fn jump_since(self, before: Self) -> Option<&'static str> {
        let passed = TimeDelta::from_std(self.monotonic.saturating_sub(before.monotonic)).unwrap_or(TimeDelta::MAX);
        let moved = (self.wall - before.wall) - passed;
        if moved > JUMP {
            Some("forward")
        } else if moved < -JUMP {
            Some(BACKWARD)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_back_an_hour_is_noticed() {
        let before = Reading { wall: DateTime::UNIX_EPOCH + TimeDelta::days(1), monotonic: Duration::ZERO };
        let later = |hours, secs| Reading {
            wall: before.wall + TimeDelta::hours(hours) + TimeDelta::seconds(15),
            monotonic: Duration::from_secs(secs),
        };
        assert_eq!(later(0, 15).jump_since(before), None);
        assert_eq!(later(1, 15).jump_since(before), Some("forward"));
        assert_eq!(later(-1, 15).jump_since(before), Some("backward"));
    }
}
