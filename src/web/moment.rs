//! Times and numbers as the console writes them: Taipei, 24 hours, thousands with commas.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike, Utc};

use crate::domain::{TAIPEI, taipei};

/// `3月17日 08:12`, with the year when it is not this one.
pub(super) fn clock(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (at, now) = (taipei(at), taipei(now));
    let year = if at.year() == now.year() { String::new() } else { format!("{}年", at.year()) };
    format!("{year}{}月{}日 {:02}:{:02}", at.month(), at.day(), at.hour(), at.minute())
}

/// `2026-03-17T08:12:00+08:00`, for machines.
pub(super) fn iso(at: DateTime<Utc>) -> String {
    taipei(at).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// How the browser's field of day and time writes a moment.
const LOCAL: &str = "%Y-%m-%dT%H:%M";

/// A moment as the browser's field of day and time takes it.
pub(super) fn local(at: DateTime<Utc>) -> String {
    taipei(at).format(LOCAL).to_string()
}

/// A moment as a form writes it, by Taipei's clock, or as a program does (RFC 3339).
pub(super) fn read(written: &str) -> Option<DateTime<Utc>> {
    let whole = DateTime::parse_from_rfc3339(written).ok().map(|at| at.to_utc());
    let local = || {
        let read = NaiveDateTime::parse_from_str(written, LOCAL).ok()?;
        read.and_local_timezone(TAIPEI).single().map(|at| at.to_utc())
    };
    whole.or_else(local)
}

/// How long ago, in the largest unit that fits; a moment ahead of us by a drifting clock is now.
pub(super) fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match now - at {
        gone if gone < TimeDelta::minutes(1) => "剛剛".into(),
        gone => format!("{}前", length(gone)),
    }
}

/// How soon.
pub(super) fn ahead(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match at - now {
        left if left < TimeDelta::minutes(1) => "即將輪詢".into(),
        left => format!("{}後", length(left)),
    }
}

/// How often.
pub(super) fn every(interval: Duration) -> String {
    let seconds = interval.as_secs();
    if seconds < 60 {
        format!("每 {seconds} 秒")
    } else {
        format!("每 {}", length(TimeDelta::from_std(interval).unwrap_or(TimeDelta::MAX)))
    }
}

/// `12,345`.
pub(super) fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn length(span: TimeDelta) -> String {
    match (span.num_minutes(), span.num_hours(), span.num_days()) {
        (minutes, 0, _) => format!("{minutes} 分鐘"),
        (_, hours, 0) => format!("{hours} 小時"),
        (_, _, days) => format!("{days} 天"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_that_is_typed_is_taipeis_unless_it_says_otherwise() {
        let at = |written: &str| read(written).map(|at| at.to_rfc3339());
        assert_eq!(at("2026-03-17T08:30").as_deref(), Some("2026-03-17T00:30:00+00:00"));
        assert_eq!(at("2026-03-17T08:30:00+09:00").as_deref(), Some("2026-03-16T23:30:00+00:00"));
        assert_eq!(at("明天"), None);
        assert_eq!(local(read("2026-03-17T08:30").unwrap()), "2026-03-17T08:30");
    }

    fn check(seconds: i64, expect: &str) {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(ago(now - TimeDelta::seconds(seconds), now), expect);
    }

    #[test]
    fn the_past_is_told_in_the_largest_unit_that_fits() {
        check(-30, "剛剛");
        check(59, "剛剛");
        check(60, "1 分鐘前");
        check(3_599, "59 分鐘前");
        check(7_200, "2 小時前");
        check(200_000, "2 天前");
    }

    #[test]
    fn a_time_is_read_in_taipei_and_another_year_is_named() {
        let at = DateTime::from_timestamp(1_773_706_320, 0).unwrap();
        assert_eq!(clock(at, at), "3月17日 08:12");
        assert_eq!(clock(at, at + TimeDelta::days(365)), "2026年3月17日 08:12");
        assert_eq!(iso(at), "2026-03-17T08:12:00+08:00");
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
