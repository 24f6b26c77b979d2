//! The time of day and its zone.

use chrono::{FixedOffset, NaiveTime};

use super::words::{Part, Word};
use crate::domain::TAIPEI;

/// A time of day as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// The time.
    pub(super) time: NaiveTime,
    /// One when the time was 24:00, the end of the day it stands by.
    pub(super) days: u64,
    /// The zone, when one was written.
    pub(super) offset: Option<FixedOffset>,
}

/// A time of day was written that no clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Impossible;

/// Finds the time of day and takes it, its part of the day and its zone out of the words. `usual` is what a time without
/// zone means where it was written.
pub(super) fn take(words: &mut Vec<Word>, usual: FixedOffset) -> Result<Option<Clock>, Impossible> {
    let found = (0..words.len()).find_map(|at| {
        let (used, hms) = read(words.get(at..)?, at.checked_sub(1).and_then(|before| words.get(before)))?;
        Some((at, at + used, hms))
    });
    let Some((from, mut until, hms)) = found else { return Ok(None) };
    let mut part = None;
    let mut start = from;
    if let Some(Word::Part(before)) = from.checked_sub(1).and_then(|at| words.get(at)) {
        part = Some(*before);
        start = from - 1;
    } else if let Some(Word::Part(after)) = words.get(until) {
        part = Some(*after);
        until += 1;
    }
    let offset = zone(words, until, usual).map(|(offset, end)| {
        until = end;
        offset
    });
    if start > 0 && words.get(start - 1) == Some(&Word::T) {
        start -= 1;
    }
    words.drain(start..until);
    let offset = offset.or_else(|| later_zone(words, usual));
    let Hms { hour, minute, second, nano } = hms;
    let hour = in_day(hour, part).ok_or(Impossible)?;
    let (hour, days) = if hour == 24 && minute == 0 { (0, 1) } else { (hour, 0) };
    // A leap second is not a second of its own here.
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second.min(59), nano).filter(|_| second <= 60);
    Ok(Some(Clock { time: time.ok_or(Impossible)?, days, offset }))
}

/// The numbers of a time of day, unchecked.
struct Hms {
    hour: u32,
    minute: u32,
    second: u32,
    nano: u32,
}

fn whole(hour: u32, minute: u32, second: u32) -> Hms {
    Hms { hour, minute, second, nano: 0 }
}

/// A decimal fraction of a second; digits beyond the ninth did not fit and are taken for nothing.
fn nanoseconds(value: u32, width: usize) -> u32 {
    let missing = u32::try_from(width).ok().and_then(|width| 9_u32.checked_sub(width));
    missing.and_then(|digits| value.checked_mul(10_u32.pow(digits))).unwrap_or(0)
}

/// Reads a time of day at the start of the words: how many it took, and hour, minute and second.
fn read(words: &[Word], before: Option<&Word>) -> Option<(usize, Hms)> {
    let number = |at: usize| match words.get(at) {
        Some(Word::Number { value, width: 1..=2 }) => Some(*value),
        _ => None,
    };
    let mark = |at: usize, mark: char| words.get(at) == Some(&Word::Mark(mark));
    if let (Some(Word::T), Some(Word::Number { value, width })) = (before, words.first()) {
        match width {
            6 => return Some((1, whole(value / 10_000, value / 100 % 100, value % 100))),
            4 => return Some((1, whole(value / 100, value % 100, 0))),
            _ => {}
        }
    }
    let hour = number(0)?;
    if mark(1, ':') {
        let minute = number(2)?;
        let Some(second) = number(4).filter(|_| mark(3, ':')) else {
            return Some((3, whole(hour, minute, 0)));
        };
        return match words.get(6) {
            Some(Word::Number { value, width }) if mark(5, '.') || mark(5, ',') => {
                Some((7, Hms { nano: nanoseconds(*value, *width), ..whole(hour, minute, second) }))
            }
            _ => Some((5, whole(hour, minute, second))),
        };
    }
    if !mark(1, '時') {
        return None;
    }
    if words.get(2) == Some(&Word::Half) {
        return Some((3, whole(hour, 30, 0)));
    }
    let Some(minute) = number(2) else { return Some((2, whole(hour, 0, 0))) };
    let after_minute = if mark(3, '分') { 4 } else { 3 };
    match number(after_minute).filter(|_| mark(after_minute + 1, '秒')) {
        Some(second) => Some((after_minute + 2, whole(hour, minute, second))),
        None => Some((after_minute, whole(hour, minute, 0))),
    }
}

/// The hour on a 24-hour clock.
fn in_day(hour: u32, part: Option<Part>) -> Option<u32> {
    let hour = match (part, hour) {
        (Some(Part::Morning | Part::SmallHours), 12) => 0,
        (Some(Part::Afternoon), 1..=11) | (Some(Part::Noon), 1..=4) | (Some(Part::Night), 5..=11) => hour + 12,
        (Some(Part::Night), 12) => 24,
        _ => hour,
    };
    (hour <= 24).then_some(hour)
}

/// A zone right after the time: a name, a signed offset, or both (`GMT+0800`).
fn zone(words: &[Word], at: usize, usual: FixedOffset) -> Option<(FixedOffset, usize)> {
    match words.get(at)? {
        Word::Zone(minutes) => match signed(words, at + 1) {
            Some((offset, end)) => Some((offset, end)),
            None => Some((minutes_east(*minutes)?, at + 1)),
        },
        // In Taiwan it is the island's own, once Chungyuan Standard Time. Before the year it is the zone of the machine
        // that wrote it (Java), which is in Taipei.
        Word::Cst if usual == TAIPEI || matches!(words.get(at + 1), Some(Word::Number { width: 4, .. })) => {
            Some((TAIPEI, at + 1))
        }
        Word::Cst => Some((minutes_east(-360)?, at + 1)),
        Word::Mark('+' | '-') => signed(words, at),
        _ => None,
    }
}

fn signed(words: &[Word], at: usize) -> Option<(FixedOffset, usize)> {
    let sign = match words.get(at)? {
        Word::Mark('+') => 1,
        Word::Mark('-') => -1,
        _ => return None,
    };
    let Some(Word::Number { value, width }) = words.get(at + 1) else { return None };
    let value = i32::try_from(*value).ok()?;
    let (minutes, end) = match (width, words.get(at + 2), words.get(at + 3)) {
        (1 | 2, Some(Word::Mark(':')), Some(Word::Number { value: part, width: 2 })) => {
            (value * 60 + i32::try_from(*part).ok()?, at + 4)
        }
        (1 | 2, _, _) => (value * 60, at + 2),
        (3 | 4, _, _) => (value / 100 * 60 + value % 100, at + 2),
        _ => return None,
    };
    Some((minutes_east(sign * minutes)?, end))
}

fn minutes_east(minutes: i32) -> Option<FixedOffset> {
    // No zone is further than 14 hours from Greenwich.
    FixedOffset::east_opt(minutes * 60).filter(|_| minutes.abs() <= 14 * 60)
}

/// A zone that stands apart from the time, after the year.
fn later_zone(words: &mut Vec<Word>, usual: FixedOffset) -> Option<FixedOffset> {
    let at = words.iter().position(|word| matches!(word, Word::Zone(_)))?;
    let (offset, end) = zone(words, at, usual)?;
    words.drain(at..end);
    Some(offset)
}
