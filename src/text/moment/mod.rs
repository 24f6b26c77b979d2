//! Days and times of day as Taiwanese texts write them: 115年3月4日, 今(21)日, 明起, 下週一, 3/4, 下午3時30分,
//! 晚上10點至隔日清晨5點, 月底前.

mod clock;
mod day;
mod words;

use chrono::NaiveDate;

use crate::domain::Span;

/// Days as far as they were said: one day, or the first and last day of a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first day meant.
    pub first: NaiveDate,
    /// The last day meant.
    pub last: NaiveDate,
    /// No year was written and none could be concluded: only month and day count, the year is a leap year at hand.
    pub yearless: bool,
}

/// A day, a time of day, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// The days, when said.
    pub days: Option<Days>,
    /// Minutes since midnight, first and last that fit what was said: the same for a time by the clock, apart for 上午.
    pub minutes: Option<(u32, u32)>,
    /// The half of the day was not said: 八點半 may be 20:30.
    pub either: bool,
}

/// Which side of its stamp a moment means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edge {
    /// At it.
    At,
    /// 起: from it on.
    From,
    /// 前, 止, 截止: up to it.
    Until,
    /// 後: after it.
    After,
}

/// A day or time named in a text, or a period between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The bytes.
    pub span: Span,
    /// When, or when it begins.
    pub start: Stamp,
    /// When it ends, for a period.
    pub end: Option<Stamp>,
    /// Which side of `start`.
    pub edge: Edge,
}

/// What has been read so far and is leaned on: 隔天, 當日, the 21日 behind 3月.
#[derive(Debug, Clone, Copy, Default)]
struct Context {
    published: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

/// Minutes from 8 in the morning to 8 in the evening.
const HALF_DAY: u32 = 12 * 60;

/// What joins the two ends of a period.
const JOINS: [&str; 9] = ["起至", "起到", "至", "到", "~", "～", "-", "–", "—"];

/// The days and times in `text`, in order. `published` is the day the text appeared in Taipei: 今天 and dates without a
/// year are read from it, and stay without a year when it is not known. The text must be in canonical characters (see
/// [`super::Normaliser`]).
#[must_use]
pub fn moments(text: &str, published: Option<NaiveDate>) -> Vec<Moment> {
    let mut found = Vec::new();
    let mut context = Context { published, last: None };
    let mut at = 0;
    let mut before = None;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(c) = rest.chars().next() else { break };
        let runs_on = c.is_ascii_digit() && before.is_some_and(|c: char| c.is_ascii_alphanumeric() || c == '.');
        let moment = if words::may_begin(c) && !runs_on { moment_at(text, at, context) } else { None };
        let Some(moment) = moment else {
            before = Some(c);
            at += c.len_utf8();
            continue;
        };
        let days = moment.end.and_then(|end| end.days).or(moment.start.days);
        context.last = days.filter(|days| days.first == days.last).map(|days| days.first).or(context.last);
        at = moment.span.end;
        before = None;
        found.push(moment);
    }
    found
}

fn moment_at(text: &str, at: usize, context: Context) -> Option<Moment> {
    let (start, mut end_at) = stamp_at(text, at, context)?;
    let inner = Context { last: one_day(start).or(context.last), ..context };
    let rest = text.get(end_at..)?;
    let period = JOINS.iter().find(|join| rest.starts_with(**join)).and_then(|join| {
        let from = end_at + join.len();
        let (end, after) = stamp_at(text, from, inner)
            .or_else(|| day::bare_day(text, from, inner).map(|(days, after)| (dated(days), after)))?;
        (is_later(start, end)).then_some((end, after))
    });
    if let Some((end, after)) = period {
        end_at = after;
        let closing = text.get(end_at..)?;
        if closing.starts_with('止') {
            end_at += '止'.len_utf8();
        }
        let end = Stamp { days: end.days.or(start.days), ..end };
        return Some(Moment { span: Span::new(at, end_at), start, end: Some(end), edge: Edge::At });
    }
    let (edge, length) = words::edge(rest);
    let begins_before = words::begins_before(text.get(..at).unwrap_or_default());
    let edge = if edge == Edge::At && begins_before { Edge::From } else { edge };
    Some(Moment { span: Span::new(at, end_at + length), start, end: None, edge })
}

/// A day, a day with a time, or a time, and where it ends.
fn stamp_at(text: &str, at: usize, context: Context) -> Option<(Stamp, usize)> {
    if let Some((days, end)) = day::day_at(text, at, context) {
        let gap = words::gap(text.get(end..).unwrap_or_default());
        return Some(match clock::time_at(text, end + gap, true) {
            Some((time, after)) => (Stamp { days: Some(days), ..time }, after),
            None => (dated(days), end),
        });
    }
    clock::time_at(text, at, false)
}

fn dated(days: Days) -> Stamp {
    Stamp { days: Some(days), ..Stamp::default() }
}

fn one_day(stamp: Stamp) -> Option<NaiveDate> {
    stamp.days.filter(|days| days.first == days.last).map(|days| days.first)
}

/// Whether `end` may be the end of a period from `start`: two days in their order, or two times.
fn is_later(start: Stamp, end: Stamp) -> bool {
    match (start.days, end.days) {
        (Some(start), Some(end)) => start.first <= end.last,
        _ => true,
    }
}

impl Days {
    /// One day.
    #[must_use]
    pub fn one(day: NaiveDate) -> Self {
        Self { first: day, last: day, yearless: false }
    }

    /// Whether both may mean the same time: one lies within the other, by month and day alone when one has no year.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        use chrono::Datelike;
        if self.yearless || other.yearless {
            let key = |day: NaiveDate| (day.month(), day.day());
            return key(self.first) <= key(other.last) && key(other.first) <= key(self.last);
        }
        self.first <= other.last && other.first <= self.last
    }
}

impl Stamp {
    /// Whether both may mean the same time, as far as both were said.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        let days = self.days.zip(other.days).is_none_or(|(a, b)| a.agrees(b));
        let overlap = |a: (u32, u32), b: (u32, u32)| a.0 <= b.1 && b.0 <= a.1;
        let later = |it: (u32, u32)| (it.0 + HALF_DAY, it.1 + HALF_DAY);
        let minutes = self.minutes.zip(other.minutes).is_none_or(|(a, b)| {
            overlap(a, b) || (self.either && overlap(later(a), b)) || (other.either && overlap(a, later(b)))
        });
        days && minutes
    }

    /// Whether both say a day, or both say a time of day, so that they can be compared.
    #[must_use]
    pub fn is_comparable(self, other: Self) -> bool {
        (self.days.is_some() && other.days.is_some()) || (self.minutes.is_some() && other.minutes.is_some())
    }
}

#[cfg(test)]
mod tests;
