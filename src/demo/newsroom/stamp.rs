//! Times as the staged sites write them, all in Taipei's time unless a form wants otherwise.

use chrono::{DateTime, Timelike, Utc};

use crate::domain::{roc_date, taipei};

/// RFC 3339, as Atom, JSON Feed, sitemaps and meta tags have it.
pub(super) fn rfc3339(at: DateTime<Utc>) -> String {
    taipei(at).to_rfc3339()
}

/// RFC 3339 in UTC, as YouTube has it.
pub(super) fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}

/// RFC 3339 in UTC with milliseconds, as Mastodon has it.
pub(super) fn millis(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// RFC 822, as RSS has it: `Tue, 17 Mar 2026 07:12:00 +0800`.
pub(super) fn rfc822(at: DateTime<Utc>) -> String {
    taipei(at).to_rfc2822()
}

/// RFC 9110 §5.6.7, as HTTP headers have it.
pub(super) fn http(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `2026/03/17 07:12`
pub(super) fn slash(at: DateTime<Utc>) -> String {
    taipei(at).format("%Y/%m/%d %H:%M").to_string()
}

/// `2026-03-17`
pub(super) fn day(at: DateTime<Utc>) -> String {
    taipei(at).format("%Y-%m-%d").to_string()
}

/// `2026/03/17 下午 01:02`
pub(super) fn noon(at: DateTime<Utc>) -> String {
    let local = taipei(at);
    let (half, hour) = halved(local.hour());
    format!("{} {half} {hour:02}:{:02}", local.format("%Y/%m/%d"), local.minute())
}

/// `115年3月17日 下午1時02分`
pub(super) fn roc(at: DateTime<Utc>) -> String {
    let local = taipei(at);
    let (half, hour) = halved(local.hour());
    format!("{} {half}{hour}時{:02}分", roc_date(local.date_naive()), local.minute())
}

/// `Tue Mar 17 05:46:00 2026`, as boards have it.
pub(super) fn ctime(at: DateTime<Utc>) -> String {
    taipei(at).format("%a %b %e %H:%M:%S %Y").to_string()
}

/// ` 3/17`, as lists of a board have it: no year.
pub(super) fn month_day(at: DateTime<Utc>) -> String {
    taipei(at).format("%_m/%d").to_string()
}

/// `03/17 05:49`, as comments on a board have it.
pub(super) fn month_day_time(at: DateTime<Utc>) -> String {
    taipei(at).format("%m/%d %H:%M").to_string()
}

fn halved(hour: u32) -> (&'static str, u32) {
    let half = if hour < 12 { "上午" } else { "下午" };
    (half, if hour.is_multiple_of(12) { 12 } else { hour % 12 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_writes_the_same_moment() {
        let at = DateTime::parse_from_rfc3339("2026-03-17T13:02:00+08:00").unwrap().to_utc();
        assert_eq!(rfc3339(at), "2026-03-17T13:02:00+08:00");
        assert_eq!(utc(at), "2026-03-17T05:02:00+00:00");
        assert_eq!(millis(at), "2026-03-17T05:02:00.000Z");
        assert_eq!(rfc822(at), "Tue, 17 Mar 2026 13:02:00 +0800");
        assert_eq!(http(at), "Tue, 17 Mar 2026 05:02:00 GMT");
        assert_eq!((slash(at).as_str(), noon(at).as_str()), ("2026/03/17 13:02", "2026/03/17 下午 01:02"));
        assert_eq!((roc(at).as_str(), day(at).as_str()), ("115年3月17日 下午1時02分", "2026-03-17"));
        assert_eq!((ctime(at).as_str(), month_day(at).as_str()), ("Tue Mar 17 13:02:00 2026", " 3/17"));
        assert_eq!(halved(0), ("上午", 12));
        assert_eq!(halved(12), ("下午", 12));
    }
}
