//! Time as an argument: the one place that asks the machine what time it is.
//!
//! Intervals run on the monotonic reading so that a corrected wall clock never causes a burst of polls; what is
//! shown and stored uses the wall reading. Only the demo and tests scale time.

use std::{future::Future, pin::Pin, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// A future that ends when the time has come.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Wall time, monotonic time and waiting.
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn now(&self) -> DateTime<Utc>;

    /// Time since some fixed moment; never goes back and never jumps.
    fn monotonic(&self) -> Duration;

    /// Waits until [`Clock::monotonic`] reads `at`.
    fn sleep_until(&self, at: Duration) -> Sleep<'_>;

    /// Waits for `span` of this clock's time.
    fn sleep(&self, span: Duration) -> Sleep<'_> {
        self.sleep_until(self.monotonic().saturating_add(span))
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose monotonic reading starts at zero.
    #[must_use]
    pub fn start() -> Self {
        Self { started: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one home of the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    fn sleep_until(&self, at: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep_until(self.started + at))
    }
}

/// A clock that starts at a chosen moment and runs `factor` times as fast until `until`, then at normal speed:
/// the demo plays a whole news day in a minute and a half and stays usable afterwards.
#[derive(Debug, Clone, Copy)]
pub struct ScaledClock {
    started: Instant,
    epoch: DateTime<Utc>,
    factor: u32,
    fast: Duration,
}

impl ScaledClock {
    /// A clock that reads `epoch` now and runs `factor` times as fast until it reads `until`.
    #[must_use]
    pub fn start(epoch: DateTime<Utc>, until: DateTime<Utc>, factor: u32) -> Self {
        let fast = (until - epoch).to_std().unwrap_or_default();
        Self { started: Instant::now(), epoch, factor: factor.max(1), fast }
    }

    /// Real time to wait until this clock reads `at`.
    fn real(&self, at: Duration) -> Duration {
        match at.checked_sub(self.fast) {
            None => at / self.factor,
            Some(after) => self.fast / self.factor + after,
        }
    }
}

impl Clock for ScaledClock {
    fn now(&self) -> DateTime<Utc> {
        self.epoch + TimeDelta::from_std(self.monotonic()).unwrap_or(TimeDelta::MAX)
    }

    fn monotonic(&self) -> Duration {
        let real = self.started.elapsed();
        match real.checked_sub(self.fast / self.factor) {
            None => real * self.factor,
            Some(after) => self.fast + after,
        }
    }

    fn sleep_until(&self, at: Duration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep_until(self.started + self.real(at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_scaled_day_passes_quickly_and_then_time_runs_as_usual() {
        let epoch = DateTime::UNIX_EPOCH;
        let clock = ScaledClock::start(epoch, epoch + TimeDelta::hours(1), 3600);
        let begun = Instant::now();
        clock.sleep(Duration::from_mins(30)).await;
        assert_eq!(begun.elapsed().as_millis() / 10, 50);
        clock.sleep_until(Duration::from_secs(3610)).await;
        assert_eq!(begun.elapsed().as_secs(), 11);
        assert_eq!((clock.now() - epoch).num_seconds(), 3610);
    }
}
