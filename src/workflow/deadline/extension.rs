//! Extending a period of days (延長處理期限).

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::{Office, instant, last_moment, local, marks, words};
use crate::domain::{Due, Rule, TimedGoal, roc_date};

/// Why a period is not extended, in words for the person who asks for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionFault {
    /// A goal that is not counted in days.
    #[error("此項時限不以工作日計，不得延長")]
    NotInDays,
    /// Nothing is said of why.
    #[error("請填寫延長原因，並以書面告知陳情人")]
    NoReason,
    /// The day is not behind the one it is due at now.
    #[error("延長後之期限須晚於原期限{}", roc_date(*.0))]
    NotLater(NaiveDate),
    /// It would take longer than the rules allow.
    #[error("處理期限最長至{}", roc_date(*.0))]
    TooLong(NaiveDate),
}

/// The due time of a goal in days after it was extended to `to`; a day on which offices are shut moves on. Counted from
/// the day after the matter was known, the whole may be no longer than the rule's calendar days.
///
/// # Errors
/// [`ExtensionFault`], in words for the person who asks.
pub fn extended(
    timed: &TimedGoal,
    office: &Office<'_>,
    (known, now_due): (DateTime<Utc>, DateTime<Utc>),
    to: NaiveDate,
    reason: &str,
) -> Result<Due, ExtensionFault> {
    let Rule::Days { until, longest, .. } = timed.rule else { return Err(ExtensionFault::NotInDays) };
    if reason.trim().is_empty() {
        return Err(ExtensionFault::NoReason);
    }
    let t0 = local(known);
    let last_day = t0.date().checked_add_days(Days::new(u64::from(longest))).unwrap_or(NaiveDate::MAX);
    let latest = last_moment(office, last_day.and_time(until));
    let current = local(now_due).date();
    if to <= current {
        return Err(ExtensionFault::NotLater(current));
    }
    if to > latest.date() {
        return Err(ExtensionFault::TooLong(latest.date()));
    }
    let wanted = to.and_time(until);
    let at = last_moment(office, wanted);
    let start = t0.date().succ_opt().unwrap_or(NaiveDate::MAX).and_time(chrono::NaiveTime::MIN);
    let near = TimeDelta::minutes(i64::from(office.deadlines.near_minutes));
    let (half, near) = marks(&office.between(start, at), near, at);
    let why = words::extended(timed, longest, reason.trim(), (t0, wanted, at));
    Ok(Due { goal: timed.goal, known, at: instant(at), half: instant(half), near: instant(near), why })
}
