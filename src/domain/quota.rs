//! How many messages a service takes in a month, and when the next month begins.

use chrono::{DateTime, Datelike, Days, Months, NaiveTime, TimeDelta, Utc};

use super::{TAIPEI, taipei};

/// A closure that ends later than this was written by a clock that ran ahead, and does not count: no month is longer.
const LONGEST_CLOSURE: TimeDelta = TimeDelta::days(32);

/// A month's messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many there may be; none when they are not limited.
    pub limit: Option<u64>,
    /// How many there were; each recipient counts, in a group each member.
    pub used: u64,
}

impl Quota {
    /// How many are left; none when they are not limited.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }

    /// The part of the month's messages that is left, from 0 to 1; 1 when they are not limited.
    #[must_use]
    pub fn remaining(&self) -> f64 {
        match (self.left(), self.limit) {
            (Some(_), Some(0)) => 0.0,
            (Some(left), Some(limit)) => left as f64 / limit as f64,
            _ => 1.0,
        }
    }
}

/// The first moment of the month after `now`, by the calendar of Taipei.
///
/// LINE counts by "the current month" and does not say in which zone (LINE Developers, "Get number of messages sent this
/// month" and "Messaging API pricing"). Its other statistics go by UTC+9, where a month begins an hour before it does in
/// Taipei: at midnight in Taipei it has begun by either.
#[must_use]
pub fn next_month(now: DateTime<Utc>) -> DateTime<Utc> {
    let today = taipei(now).date_naive();
    let first =
        today.checked_sub_days(Days::new(u64::from(today.day0()))).and_then(|it| it.checked_add_months(Months::new(1)));
    let start = first.and_then(|day| day.and_time(NaiveTime::MIN).and_local_timezone(TAIPEI).single());
    start.map_or(DateTime::<Utc>::MAX_UTC, |start| start.to_utc())
}

/// Whether two moments lie in the same month, by the calendar of Taipei.
#[must_use]
pub fn same_month(a: DateTime<Utc>, b: DateTime<Utc>) -> bool {
    next_month(a) == next_month(b)
}

/// Until when nothing is sent; none when it may be. A clock that was set back or ran ahead closes nothing for longer than a
/// month.
#[must_use]
pub fn closed(until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    until.filter(|until| now < *until && *until - now <= LONGEST_CLOSURE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_ends_at_midnight_in_taipei() {
        for (now, next) in [
            ("2026-03-17T08:00:00+08:00", "2026-04-01T00:00:00+08:00"),
            ("2026-03-31T23:59:59+08:00", "2026-04-01T00:00:00+08:00"),
            ("2026-03-31T16:00:00Z", "2026-05-01T00:00:00+08:00"),
            ("2026-12-31T12:00:00+08:00", "2027-01-01T00:00:00+08:00"),
            ("2028-02-29T12:00:00+08:00", "2028-03-01T00:00:00+08:00"),
        ] {
            assert_eq!(next_month(at(now)), at(next), "{now}");
        }
        assert!(same_month(at("2026-03-01T00:00:00+08:00"), at("2026-03-31T23:59:00+08:00")));
        assert!(!same_month(at("2026-03-31T23:59:00+08:00"), at("2026-04-01T00:00:00+08:00")));
    }

    #[test]
    fn what_is_left_is_a_part_of_the_whole() {
        let part = |limit, used| Quota { limit, used }.remaining();
        let is = |a: f64, b: f64| (a - b).abs() < f64::EPSILON;
        assert!(is(part(Some(200), 50), 0.75) && is(part(Some(200), 250), 0.0));
        assert!(is(part(None, 9000), 1.0) && is(part(Some(0), 0), 0.0));
    }

    #[test]
    fn a_closure_by_a_clock_that_ran_years_ahead_does_not_count() {
        let now = at("2026-03-17T08:00:00+08:00");
        assert_eq!(closed(Some(next_month(now)), now), Some(next_month(now)));
        assert_eq!(closed(Some(next_month(now)), next_month(now)), None);
        assert_eq!(closed(Some(at("2036-04-01T00:00:00+08:00")), now), None);
        assert_eq!(closed(None, now), None);
    }
}
