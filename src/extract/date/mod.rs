//! Times as publishers write them → instants. Everything that Taiwanese pages, boards and feeds of thirty years write is
//! understood; what is impossible (30 February, year 1, year 9999) is no time at all. The clock is never looked at.

mod calendar;
mod clock;
mod numerals;
mod relative;
mod words;

use chrono::{DateTime, FixedOffset, NaiveTime, TimeDelta, TimeZone, Utc};

use crate::domain::{DateQuality, Dated, TAIPEI};
use calendar::Day;
use words::Word;

/// A written time longer than this, in bytes, is a paragraph that happens to hold digits.
const MAX_BYTES: usize = 400;

/// A time of day without a date that lies further ahead than this is yesterday's: clocks of publishers drift.
const DRIFT: TimeDelta = TimeDelta::minutes(10);

/// Reads a written time; one without zone is Taipei's.
#[must_use]
pub fn parse(text: &str, now: DateTime<Utc>) -> Option<Dated> {
    parse_in(text, now, TAIPEI)
}

/// Reads a written time; one without zone is meant in `zone`. `now` says which year, day or hour is left out.
#[must_use]
pub fn parse_in(text: &str, now: DateTime<Utc>, zone: FixedOffset) -> Option<Dated> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let plain = numerals::in_ascii(text.trim());
    if let Some(at) = epoch(&plain) {
        return sane(at).map(Dated::exact);
    }
    let local = now.with_timezone(&zone);
    if let Some(ago) = relative::ago(&plain, now) {
        return sane(ago).map(inferred);
    }
    let (mut words, day) = relative::day(&plain, local.date_naive())
        .map_or_else(|| (words::split(&plain), None), |(day, rest)| (words::split(&rest), Some(day)));
    let clock = clock::take(&mut words, zone).ok()?;
    let day = match day {
        Some(day) => Some(Day { date: day, inferred: true }),
        None => calendar::find(&words, local.date_naive()),
    };
    match (day, clock) {
        (Some(day), Some(clock)) => {
            let offset = clock.offset.unwrap_or(zone);
            let quality = if day.inferred { DateQuality::Inferred } else { DateQuality::Exact };
            let date = day.date.checked_add_days(chrono::Days::new(clock.days))?;
            at(date.and_time(clock.time), offset).map(|at| Dated { at, quality })
        }
        (Some(day), None) => {
            let quality = if day.inferred { DateQuality::Inferred } else { DateQuality::DayOnly };
            at(day.date.and_time(NaiveTime::MIN), zone).map(|at| Dated { at, quality })
        }
        (None, Some(clock)) if !has_digits_left(&words) => {
            let today = local.date_naive().and_time(clock.time);
            let at = at(today, clock.offset.unwrap_or(zone))?;
            let at = if at > now + DRIFT { at - TimeDelta::days(1) } else { at };
            Some(inferred(at))
        }
        _ => None,
    }
}

fn inferred(at: DateTime<Utc>) -> Dated {
    Dated { at, quality: DateQuality::Inferred }
}

fn at(local: chrono::NaiveDateTime, offset: FixedOffset) -> Option<DateTime<Utc>> {
    sane(offset.from_local_datetime(&local).single()?.with_timezone(&Utc))
}

/// Times outside 1900–2100 are placeholders (year 1, 9999) or mistakes.
fn sane(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    use chrono::Datelike;
    (1900..=2100).contains(&at.year()).then_some(at)
}

fn has_digits_left(words: &[Word]) -> bool {
    words.iter().any(|word| matches!(word, Word::Number { .. } | Word::Month(_)))
}

/// Seconds or milliseconds since 1970, bare or as ASP.NET's `/Date(…)/`.
fn epoch(text: &str) -> Option<DateTime<Utc>> {
    let inner = text.trim_matches(['"', '\\', '/']).strip_prefix("Date(").and_then(|rest| rest.strip_suffix(')'));
    let digits = inner.map_or(text, |inner| inner.split_at_checked(13).map_or(inner, |(millis, _)| millis));
    let digits = digits.split('.').next().unwrap_or_default();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    match digits.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
