//! The day: common era or Republic, numbers or names, with or without a year.

use chrono::{Datelike, NaiveDate};

use super::words::Word;
use crate::domain::ad_date;

/// A day as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// The day.
    pub(super) date: NaiveDate,
    /// Whether its year was not written.
    pub(super) inferred: bool,
}

/// Finds the day in the words left after the time was taken out.
pub(super) fn find(words: &[Word], today: NaiveDate) -> Option<Day> {
    let republic = words.contains(&Word::Republic);
    let words: Vec<Word> = words.iter().copied().filter(|word| *word != Word::Republic).collect();
    (0..words.len()).find_map(|at| {
        // Digits glued to digits by a mark belong together: the tail of what failed is no day of its own.
        let inside = at.checked_sub(1).and_then(|before| words.get(before));
        if matches!(inside, Some(Word::Mark('-' | '/' | '.' | '年' | '月'))) {
            return None;
        }
        read(words.get(at..)?, republic, today)
    })
}

fn read(words: &[Word], republic: bool, today: NaiveDate) -> Option<Day> {
    use Word::{Mark, Month, Number};
    let written = |date: Option<NaiveDate>| date.map(|date| Day { date, inferred: false });
    match *words {
        // 2026-03-17, 2026/3/17, 2026年3月17日, 115.03.17, 民國115年3月17日
        [
            Number { value: y, width },
            Mark(first @ ('-' | '/' | '.' | '年')),
            Number { value: m, width: 1..=2 },
            Mark(second @ ('-' | '/' | '.' | '月')),
            Number { value: d, width: 1..=2 },
            ..,
        ] if width >= 2 && (first == second || first == '年') => written(by_year(y, width, m, d, republic || first == '年')),
        // 3/17/2026 as ASP.NET writes it; 17/3/2026 where the first cannot be a month
        [
            Number { value: a, width: 1..=2 },
            Mark(first @ ('-' | '/' | '.')),
            Number { value: b, width: 1..=2 },
            Mark(second),
            Number { value: y, width: 4 },
            ..,
        ] if first == second => written(if a > 12 { ymd(y, b, a) } else { ymd(y, a, b) }),
        // 17 Mar 2026, 17-Mar-26
        [Number { value: d, width: 1..=2 }, Mark('-' | '/' | '.' | ','), Month(m), Mark('-' | '/' | '.' | ','), Number { value: y, width }, ..]
        | [Number { value: d, width: 1..=2 }, Month(m), Mark(','), Number { value: y, width }, ..]
        | [Number { value: d, width: 1..=2 }, Mark('.' | ','), Month(m), Number { value: y, width }, ..]
        | [Number { value: d, width: 1..=2 }, Month(m), Number { value: y, width }, ..]
        // 28 九月 2026
        | [Number { value: d, width: 1..=2 }, Number { value: m, width: 1..=2 }, Mark('月'), Mark(','), Number { value: y, width }, ..]
        | [Number { value: d, width: 1..=2 }, Number { value: m, width: 1..=2 }, Mark('月'), Number { value: y, width }, ..]
        // Mar 17, 2026
        | [Month(m), Mark('.'), Number { value: d, width: 1..=2 }, Mark(','), Number { value: y, width }, ..]
        | [Month(m), Number { value: d, width: 1..=2 }, Mark(','), Number { value: y, width }, ..]
        | [Month(m), Number { value: d, width: 1..=2 }, Number { value: y, width }, ..] => written(ymd(full_year(y, width)?, m, d)),
        // 2026 Mar 17
        [Number { value: y, width: 4 }, Month(m), Number { value: d, width: 1..=2 }, ..] => written(ymd(y, m, d)),
        [Number { value, width: 8 }, ..] => written(ymd(value / 10_000, value / 100 % 100, value % 100)),
        // 1150317, the Republic's calendar in file names and open data
        [Number { value, width: 7 }, ..] => {
            written(ad_date(i32::try_from(value / 10_000).ok()?, value / 100 % 100, value % 100))
        },
        // 2026-03 and 2026年3月 (W3C's note on dates): the month is all there is
        [Number { value: y, width: 4 }, Mark('-' | '/' | '年'), Number { value: m, width: 1..=2 }]
        | [Number { value: y, width: 4 }, Mark('年'), Number { value: m, width: 1..=2 }, Mark('月')] => {
            ymd(y, m, 1).map(|date| Day { date, inferred: true })
        },
        // 3月17日, 3/17, Mar 17
        [Number { value: m, width: 1..=2 }, Mark('月' | '/' | '-'), Number { value: d, width: 1..=2 }, ref rest @ ..]
        | [Month(m), Number { value: d, width: 1..=2 }, ref rest @ ..]
        | [Number { value: d, width: 1..=2 }, Month(m), ref rest @ ..]
            if !matches!(rest, [Mark('/' | '-' | '.'), ..]) =>
        {
            without_year(m, d, today).map(|date| Day { date, inferred: true })
        },
        _ => None,
    }
}

/// A year first: the common era with four digits, the Republic's with two or three.
fn by_year(y: u32, width: usize, m: u32, d: u32, republic: bool) -> Option<NaiveDate> {
    match width {
        4 if !republic || y > 1911 => ymd(y, m, d),
        3 => ad_date(i32::try_from(y).ok()?, m, d),
        // 99/3/17: two digits are the Republic's only where they cannot be a day or a recent Western year.
        2 if republic || y > 31 => ad_date(i32::try_from(y).ok()?, m, d),
        _ => None,
    }
}

fn ymd(y: u32, m: u32, d: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(y).ok()?, m, d)
}

/// Two digits of a year as RFC 2822 §4.3 reads them; three are years since 1900.
fn full_year(y: u32, width: usize) -> Option<u32> {
    match width {
        2 if y < 50 => Some(2000 + y),
        2 | 3 => Some(1900 + y),
        4 => Some(y),
        _ => None,
    }
}

/// The latest such day that is not after tomorrow; leap days look back until they fit.
fn without_year(m: u32, d: u32, today: NaiveDate) -> Option<NaiveDate> {
    let tomorrow = today.succ_opt()?;
    (0..9).find_map(|back| NaiveDate::from_ymd_opt(today.year() - back, m, d).filter(|date| *date <= tomorrow))
}
