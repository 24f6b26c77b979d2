//! `Retry-After` (RFC 9110 §10.2.3): seconds, or a date in one of the three spellings of HTTP.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// The wait a site asks for, at most `cap`. A date that has passed asks for none; what is neither a count nor a
/// date says nothing.
pub(super) fn parse(value: &str, now: DateTime<Utc>, cap: Duration) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that do not fit are a very long time.
        return Some(value.parse().map_or(cap, Duration::from_secs).min(cap));
    }
    let until = http_date(value)?;
    Some((until - now).to_std().unwrap_or_default().min(cap))
}

fn http_date(value: &str) -> Option<DateTime<Utc>> {
    if let Ok(date) = DateTime::parse_from_rfc2822(value) {
        return Some(date.to_utc());
    }
    // The two obsolete forms a recipient must still accept (RFC 9110 §5.6.7).
    ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(value, form).ok())
        .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expect: Option<u64>) {
        let now = "2026-03-02T01:00:00Z".parse().unwrap();
        let cap = Duration::from_hours(1);
        assert_eq!(parse(value, now, cap), expect.map(Duration::from_secs), "{value:?}");
    }

    #[test]
    fn seconds_are_obeyed_up_to_an_hour() {
        check("0", Some(0));
        check(" 120 ", Some(120));
        check("3600", Some(3600));
        check("3601", Some(3600));
        check("99999999999999999999999999", Some(3600));
    }

    #[test]
    fn dates_in_all_three_spellings_are_obeyed() {
        check("Mon, 02 Mar 2026 01:10:00 GMT", Some(600));
        check("Monday, 02-Mar-26 01:10:00 GMT", Some(600));
        check("Mon Mar  2 01:10:00 2026", Some(600));
        check("Mon, 02 Mar 2026 00:00:00 GMT", Some(0));
        check("Tue, 02 Mar 2027 01:00:00 GMT", Some(3600));
    }

    #[test]
    fn garbage_says_nothing() {
        for value in ["", "-1", "1e9", "soon", "1.5", "十", "Mon, 99 Mar 2026 01:10:00 GMT"] {
            check(value, None);
        }
    }
}
