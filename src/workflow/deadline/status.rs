//! How the clocks stand now: what is left, who is warned next, who is told when nobody acknowledges, how often it was kept.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{instant, later, local};
use crate::domain::{CaseLevel, ClockStatus, Deadlines, Due, EscalationTo, RestHours};

/// How the clock of a goal stands.
#[must_use]
pub fn status(due: &Due, now: DateTime<Utc>) -> ClockStatus {
    let left = due.at - now;
    if now > due.at {
        ClockStatus::Overdue(-left)
    } else if now >= due.near {
        ClockStatus::Near(left)
    } else if now >= due.half {
        ClockStatus::HalfPassed(left)
    } else {
        ClockStatus::Running(left)
    }
}

/// When people are warned next of any of these, at an hour at which the level may be heard.
#[must_use]
pub fn next_warning(dues: &[Due], quiet: &RestHours, level: CaseLevel, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let warnings = dues.iter().flat_map(Due::warnings).map(|at| heard(quiet, level, at, TimeDelta::zero()));
    warnings.filter(|at| *at > now).min()
}

/// Who has been told by `now` or is to be told now, with when, of a matter that was first alerted at `alerted`. Nobody once
/// it was acknowledged.
#[must_use]
pub fn escalations(
    deadlines: &Deadlines,
    level: CaseLevel,
    alerted: DateTime<Utc>,
    acknowledged: bool,
    now: DateTime<Utc>,
) -> Vec<(EscalationTo, DateTime<Utc>)> {
    if acknowledged {
        return Vec::new();
    }
    let told = |minutes| heard(&deadlines.quiet, level, alerted, TimeDelta::minutes(i64::from(minutes)));
    let steps = deadlines.escalation.iter().map(|step| (step.to, told(step.after_minutes)));
    steps.filter(|(_, at)| *at <= now).collect()
}

/// When so much time outside the quiet hours of a level has passed since `from`: a chain that begins at night takes its
/// steps one after the other in the morning, not all at once.
#[must_use]
pub fn heard(quiet: &RestHours, level: CaseLevel, from: DateTime<Utc>, length: TimeDelta) -> DateTime<Utc> {
    if !quiet.levels.contains(&level) || quiet.from == quiet.until {
        return from.checked_add_signed(length).unwrap_or(from);
    }
    let (mut at, mut left) = (local(from), length);
    loop {
        if is_quiet(quiet, at.time()) {
            at = next(at, quiet.until);
        }
        let falls_quiet = next(at, quiet.from);
        if left < falls_quiet - at {
            return instant(later(at, left)).max(from);
        }
        left -= falls_quiet - at;
        at = falls_quiet;
    }
}

fn is_quiet(quiet: &RestHours, time: NaiveTime) -> bool {
    match quiet.from.cmp(&quiet.until) {
        Ordering::Less => quiet.from <= time && time < quiet.until,
        _ => quiet.from <= time || time < quiet.until,
    }
}

/// The next moment after `at` when the clock shows `time`.
fn next(at: chrono::NaiveDateTime, time: NaiveTime) -> chrono::NaiveDateTime {
    let today = at.date().and_time(time);
    if today > at { today } else { later(today, TimeDelta::days(1)) }
}

/// When the next report up the line is due.
#[must_use]
pub fn next_slot(slots: &[NaiveTime], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    slots.iter().map(|slot| instant(next(local(now), *slot))).min()
}

/// How often a goal was reached in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OnTime {
    /// Reached in time.
    pub on_time: u64,
    /// Reached at all, or past due and still open. What is open and not yet due says nothing yet.
    pub counted: u64,
}

impl OnTime {
    /// The share that was in time, 0 to 1; none where nothing counts.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.counted > 0).then(|| self.on_time as f64 / self.counted as f64)
    }
}

/// Counts goals by when they were due and when they were reached, if they were.
#[must_use]
pub fn on_time(goals: impl IntoIterator<Item = (DateTime<Utc>, Option<DateTime<Utc>>)>, now: DateTime<Utc>) -> OnTime {
    goals.into_iter().fold(OnTime::default(), |sum, (due, reached)| {
        let in_time = reached.is_some_and(|at| at <= due);
        let counts = reached.is_some() || now > due;
        OnTime { on_time: sum.on_time + u64::from(in_time), counted: sum.counted + u64::from(counts) }
    })
}
