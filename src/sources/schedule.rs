//! When a source is polled next. A source that fails is asked less and less often, up to a cap, and never given
//! up: a feed that silently died is what duty officers fear most.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{SourceState, Trouble};

/// The longest pause between two polls of a failing source. Long enough not to trouble a broken site, short
/// enough that it is noticed the same day when it recovers.
pub const BACK_OFF_CAP: Duration = Duration::from_hours(6);

/// A source that only ever answers "not modified" is asked for the whole once a day: some servers do so for ever.
pub const FORCED_FULL_FETCH: Duration = Duration::from_hours(24);

/// The longest that a site's `Retry-After` is obeyed.
const RETRY_AFTER_CAP: Duration = Duration::from_hours(1);

/// The time over which first polls are spread.
const LONGEST_SPREAD: Duration = Duration::from_mins(1);

/// How a poll ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A listing was read.
    Success(Success),
    /// The site said that nothing changed.
    NotModified,
    /// It failed.
    Failure {
        /// What went wrong.
        trouble: Trouble,
        /// How long the site asked to be left alone.
        retry_after: Option<Duration>,
    },
}

/// What a successful poll is remembered by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Success {
    /// `ETag`, byte for byte.
    pub etag: Option<String>,
    /// `Last-Modified`, byte for byte.
    pub last_modified: Option<String>,
    /// SHA-256 of the body.
    pub body_hash: Option<String>,
    /// Publication time of the newest entry.
    pub newest_at: Option<DateTime<Utc>>,
    /// Entries in the listing.
    pub count: u32,
}

/// Whether a source is due.
#[must_use]
pub fn due(state: &SourceState, now: DateTime<Utc>) -> bool {
    // A poll in the future means that the wall clock was set back: waiting for it could take days.
    state.due_at.is_none_or(|at| at <= now) || state.polled_at.is_some_and(|at| at > now)
}

/// When a source that was never polled is due: spread over a minute by its place in the list, so that a start does not
/// ask everybody in the same second.
#[must_use]
pub fn first_due(now: DateTime<Utc>, interval: Duration, place: usize, of: usize) -> DateTime<Utc> {
    let share = place as f64 / of.max(1) as f64;
    now + delta(interval.min(LONGEST_SPREAD).mul_f64(share))
}

/// The state after a poll that ended at `now`. `jitter` is 0 to 1 and moves the next poll by up to a tenth of its
/// pause, so that sources do not march in step.
#[must_use]
pub fn after(
    mut state: SourceState,
    outcome: Outcome,
    interval: Duration,
    now: DateTime<Utc>,
    jitter: f64,
) -> SourceState {
    state.polled_at = Some(now);
    let pause = match outcome {
        Outcome::Success(Success { etag, last_modified, body_hash, newest_at, count }) => {
            state.etag = etag;
            state.last_modified = last_modified;
            state.body_hash = body_hash;
            state.newest_at = state.newest_at.max(newest_at);
            state.last_count = count;
            state.full_at = Some(now);
            worked(&mut state, now);
            interval
        }
        Outcome::NotModified => {
            worked(&mut state, now);
            interval
        }
        Outcome::Failure { trouble, retry_after } => {
            state.failures = state.failures.saturating_add(1);
            state.trouble = Some(trouble);
            let doubled = interval.saturating_mul(1 << state.failures.min(16));
            let back_off = doubled.min(BACK_OFF_CAP).max(interval.min(BACK_OFF_CAP));
            retry_after.map_or(back_off, |asked| back_off.max(asked.min(RETRY_AFTER_CAP)))
        }
    };
    state.due_at = Some(now + delta(pause.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 10.0)));
    state
}

/// Whether the next request must ask for the whole: never yet, or not for a day.
#[must_use]
pub fn wants_full(state: &SourceState, now: DateTime<Utc>) -> bool {
    state.full_at.is_none_or(|at| now - at >= delta(FORCED_FULL_FETCH))
}

fn worked(state: &mut SourceState, now: DateTime<Utc>) {
    state.succeeded_at = Some(now);
    state.failures = 0;
    state.trouble = None;
}

fn delta(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TroubleKind;

    const FIVE_MINUTES: Duration = Duration::from_mins(5);

    fn fail(state: SourceState, now: DateTime<Utc>, retry_after: Option<u64>) -> SourceState {
        let retry_after = retry_after.map(Duration::from_secs);
        let trouble = Trouble { kind: TroubleKind::HttpError, detail: "503".into() };
        after(state, Outcome::Failure { trouble, retry_after }, FIVE_MINUTES, now, 0.0)
    }

    #[test]
    fn a_failing_source_is_asked_ever_less_often_but_never_given_up() {
        let now = DateTime::UNIX_EPOCH;
        let mut state = SourceState::default();
        let mut last = TimeDelta::zero();
        for n in 1..=100 {
            state = fail(state, now, None);
            let pause = state.due_at.unwrap() - now;
            assert!(pause >= last && pause <= delta(BACK_OFF_CAP), "{n}: {pause}");
            last = pause;
        }
        assert_eq!(last, delta(BACK_OFF_CAP));
        assert_eq!(state.failures, 100);
    }

    #[test]
    fn a_success_forgets_the_failures() {
        let now = DateTime::UNIX_EPOCH;
        let state = after(fail(SourceState::default(), now, None), Outcome::NotModified, FIVE_MINUTES, now, 0.0);
        assert_eq!((state.failures, state.trouble, state.succeeded_at), (0, None, Some(now)));
        assert_eq!(state.due_at, Some(now + delta(FIVE_MINUTES)));
    }

    #[test]
    fn retry_after_is_obeyed_up_to_an_hour() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(fail(SourceState::default(), now, Some(1800)).due_at, Some(now + TimeDelta::seconds(1800)));
        assert_eq!(fail(SourceState::default(), now, Some(1_000_000_000)).due_at, Some(now + TimeDelta::hours(1)));
    }

    #[test]
    fn the_whole_is_asked_for_once_a_day() {
        let now = DateTime::UNIX_EPOCH;
        assert!(wants_full(&SourceState::default(), now));
        let read = after(SourceState::default(), Outcome::Success(Success::default()), FIVE_MINUTES, now, 0.0);
        assert!(!wants_full(&read, now + TimeDelta::hours(23)));
        assert!(wants_full(&read, now + TimeDelta::hours(24)));
    }

    #[test]
    fn a_start_does_not_ask_every_source_at_once() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(first_due(now, FIVE_MINUTES, 0, 200), now);
        assert!(first_due(now, FIVE_MINUTES, 199, 200) <= now + TimeDelta::seconds(60));
        let due: Vec<_> = (0..200).map(|place| first_due(now, FIVE_MINUTES, place, 200)).collect();
        assert!(due.windows(2).all(|pair| pair[0] < pair[1]), "no two in the same instant");
    }
}
