//! Days: written in full, without a year, as a weekday, or as seen from the day of the text.

use chrono::{Datelike, Days as Span, Months, NaiveDate};

use super::{Context, Days, clock::whole, words};
use crate::{
    domain::ad_date,
    text::numeral::{Numeral, numeral_at},
};

/// A leap year, so that every day of a calendar exists in it.
const YEARLESS: i32 = 2000;

/// The first and last day that `text` names at byte `at`, and where the name ends.
pub(super) fn day_at(text: &str, at: usize, context: Context) -> Option<(Days, usize)> {
    written(text, at, context).or_else(|| seen_from_here(text, at, context)).map(|(days, end)| {
        let rest = text.get(end..).unwrap_or_default();
        (days, end + words::weekday_in_brackets(rest))
    })
}

/// The day of the month behind a join (3月4日至8日) or on its own (21日), near the day of the text.
pub(super) fn bare_day(text: &str, at: usize, context: Context) -> Option<(Days, usize)> {
    let number = number_at(text, at, 31)?;
    let rest = text.get(number.1..)?;
    let mark = rest.chars().next().filter(|c| matches!(c, '日' | '號'))?;
    let end = number.1 + mark.len_utf8();
    let near = context.last.or(context.published)?;
    Some((Days::one(nearest_day_of_month(near, number.0)?), end))
}

fn written(text: &str, at: usize, context: Context) -> Option<(Days, usize)> {
    let rest = text.get(at..)?;
    let republic = rest.starts_with("民國");
    let start = if republic { at + "民國".len() } else { at };
    let slashed = if republic { None } else { with_slashes(text, start, context) };
    if slashed.is_some() {
        return slashed;
    }
    let (number, end) = number_at(text, start, 9999)?;
    match text.get(end..)?.chars().next()? {
        '年' => year(text, (number, end + '年'.len_utf8()), republic, context),
        '月' if (1..=12).contains(&number) => month(text, None, number, end + '月'.len_utf8(), context),
        '日' if (1..=31).contains(&number) && stands_alone(text, at, end + '日'.len_utf8()) => {
            bare_day(text, at, context)
        }
        // 18號早上 is a day; 18號 alone is as often a house, a platform or a wharf.
        '號' if (1..=31).contains(&number) && has_part_behind(text, end + '號'.len_utf8()) => {
            bare_day(text, at, context)
        }
        _ => None,
    }
}

fn has_part_behind(text: &str, at: usize) -> bool {
    text.get(at..)
        .is_some_and(|rest| PARTS_BEHIND.iter().any(|part| rest.starts_with(part)) || rest.starts_with("開始"))
}

/// Whether N日 is a day of the month and not so many days: 7日內, 連續3日, 第2日.
fn stands_alone(text: &str, at: usize, end: usize) -> bool {
    const SPAN_BEFORE: [&str; 17] = [
        "第", "達", "共", "約", "為期", "連續", "近", "逾", "滿", "每", "隔離", "最多", "計", "長達", "延長", "縮短",
        "超過",
    ];
    const SPAN_BEHIND: [&str; 9] = ["內", "之內", "間", "遊", "份", "圓", "以上", "以內", "的工"];
    let head = text.get(..at).unwrap_or_default();
    let tail = text.get(end..).unwrap_or_default();
    !SPAN_BEFORE.iter().any(|word| head.ends_with(word)) && !SPAN_BEHIND.iter().any(|word| tail.starts_with(word))
}

fn year(text: &str, (number, end): (u32, usize), republic: bool, context: Context) -> Option<(Days, usize)> {
    let rest = text.get(end..)?;
    let month_behind =
        number_at(text, end, 12).filter(|(_, end)| text.get(*end..).is_some_and(|rest| rest.starts_with('月')));
    let ad = match number {
        1900..=2199 => i32::try_from(number).ok()?,
        // 115年 is a year of the Republic; 98年 is one only before a month, else it may be a length of time.
        100..=199 => ad_date(i32::try_from(number).ok()?, 1, 1)?.year(),
        1..=99 if republic || month_behind.is_some() => ad_date(i32::try_from(number).ok()?, 1, 1)?.year(),
        _ => return None,
    };
    if let Some((month_number, month_end)) = month_behind.filter(|(month, _)| *month >= 1) {
        return month(text, Some(ad), month_number, month_end + '月'.len_utf8(), context);
    }
    if let Some((days, length)) = part_of_year(ad, rest) {
        return Some((days, end + length));
    }
    let length = if rest.starts_with('度') { '度'.len_utf8() } else { 0 };
    Some((whole_year(ad)?, end + length))
}

/// 底, 初, 上半年, 第一季 behind a year.
fn part_of_year(year: i32, rest: &str) -> Option<(Days, usize)> {
    let months = |from: u32, to: u32| {
        let first = NaiveDate::from_ymd_opt(year, from, 1)?;
        Some(Days { first, last: end_of_month(NaiveDate::from_ymd_opt(year, to, 1)?)?, yearless: false })
    };
    for (word, from, to) in [
        ("上半年", 1, 6),
        ("下半年", 7, 12),
        ("底", 11, 12),
        ("初", 1, 2),
        ("中", 5, 8),
        ("第一季", 1, 3),
        ("第二季", 4, 6),
        ("第三季", 7, 9),
        ("第四季", 10, 12),
        ("第1季", 1, 3),
        ("第2季", 4, 6),
        ("第3季", 7, 9),
        ("第4季", 10, 12),
        ("q1", 1, 3),
        ("q2", 4, 6),
        ("q3", 7, 9),
        ("q4", 10, 12),
    ] {
        if rest.starts_with(word) {
            return Some((months(from, to)?, word.len()));
        }
    }
    None
}

fn month(text: &str, year: Option<i32>, month: u32, end: usize, context: Context) -> Option<(Days, usize)> {
    let rest = text.get(end..)?;
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let day = number_at(text, end + spaces, 31)
        .filter(|(day, at)| *day >= 1 && text.get(*at..).is_some_and(|rest| rest.starts_with(['日', '號'])));
    let on = |day: u32| match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, day).map(|day| (day, false)),
        None => near(month, day, context),
    };
    if let Some((day, after)) = day {
        let (day, yearless) = on(day)?;
        return Some((Days { yearless, ..Days::one(day) }, after + '日'.len_utf8()));
    }
    let (first, yearless) = on(1)?;
    let (days, length) = part_of_month(first, rest)?;
    Some((Days { yearless, ..days }, end + length))
}

/// 初, 上旬, 中旬, 下旬, 底 behind a month; the whole month without one.
fn part_of_month(first: NaiveDate, rest: &str) -> Option<(Days, usize)> {
    let last = end_of_month(first)?;
    let days = |from: u32, to: u32| {
        Some(Days { first: first.with_day(from)?, last: first.with_day(to).unwrap_or(last), yearless: false })
    };
    for (word, from, to) in [
        ("上旬", 1, 10),
        ("中旬", 11, 20),
        ("下旬", 21, 31),
        ("初", 1, 10),
        ("中", 11, 20),
        ("底", 21, 31),
        ("份", 1, 31),
    ] {
        if rest.starts_with(word) {
            return Some((days(from, to)?, word.len()));
        }
    }
    Some((days(1, 31)?, 0))
}

/// 2026/3/4, 115/3/4, 115.3.4, 2026-03-04, 3/4.
fn with_slashes(text: &str, at: usize, context: Context) -> Option<(Days, usize)> {
    let digits = |from: usize, most: usize| {
        let run = text.get(from..)?.bytes().take_while(u8::is_ascii_digit).count();
        let number = text.get(from..from + run).filter(|_| (1..=most).contains(&run))?.parse::<u32>().ok()?;
        Some((number, from + run))
    };
    let (first, end) = digits(at, 4)?;
    let mark = text.get(end..)?.chars().next().filter(|c| matches!(c, '/' | '-' | '.'))?;
    let (second, end) = digits(end + 1, 2)?;
    let third = text.get(end..)?.starts_with(mark).then(|| digits(end + 1, 2)).flatten();
    let is_open = |end: usize| {
        !text.get(end..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '/' | '%')))
    };
    if let Some((day, end)) = third.filter(|(_, end)| is_open(*end)) {
        let first = i32::try_from(first).ok()?;
        let day = match first {
            1900..=2199 => NaiveDate::from_ymd_opt(first, second, day)?,
            90..=199 => ad_date(first, second, day)?,
            _ => return None,
        };
        return Some((Days::one(day), end));
    }
    if mark != '/' || first > 12 || !is_open(end) {
        return None;
    }
    let (day, yearless) = near(first, second, context)?;
    Some((Days { yearless, ..Days::one(day) }, end))
}

/// What follows 今, 昨 and 明 where these are days by themselves: 明起, 今晨, 昨晚.
const PARTS_BEHIND: [&str; 11] = ["起", "早", "晚", "晨", "上午", "下午", "中午", "凌晨", "深夜", "傍晚", "清晨"];

/// A day or a span of days as seen from the day of the text.
fn seen_from_here(text: &str, at: usize, context: Context) -> Option<(Days, usize)> {
    let rest = text.get(at..)?;
    let today = context.published?;
    if let Some((shift, length)) = day_word(rest) {
        let day = shifted(today, shift)?;
        let end = at + length;
        // 今（21）日, 今21日: what is in the brackets is the surer word.
        let (number, after) = bracketed_number(text, end)
            .or_else(|| {
                number_at(text, end, 31)
                    .filter(|(_, after)| text.get(*after..).is_some_and(|rest| rest.starts_with('日')))
            })
            .unwrap_or((0, end));
        let tail = text.get(after..)?;
        let named = ["日", "天"].iter().find(|word| tail.starts_with(**word)).map_or(0, |word| word.len());
        if number > 0 {
            return Some((Days::one(nearest_day_of_month(day, number)?), after + named));
        }
        if named > 0 || PARTS_BEHIND.iter().any(|part| tail.starts_with(part)) {
            return Some((Days::one(day), after + named));
        }
    }
    if let Some((day, length)) = last_named(rest, context) {
        return Some((Days::one(day), at + length));
    }
    week_word(rest, today)
        .map(|(days, length)| (days, at + length))
        .or_else(|| month_word(text, at, today))
        .or_else(|| year_word(rest, today).map(|(days, length)| (days, at + length)))
}

/// 今, 昨, 明, 前天, 後天 and their length without 日 or 天 where these stand apart.
fn day_word(rest: &str) -> Option<(i64, usize)> {
    for (word, shift) in [("大後", 3), ("大前", -3)] {
        if rest.starts_with(word) && rest.get(word.len()..)?.starts_with('天') {
            return Some((shift, word.len()));
        }
    }
    for (word, shift) in [("前天", -2), ("後天", 2), ("前日", -2), ("即日", 0)] {
        if rest.starts_with(word) {
            // The 天 is left for the caller, who wants to see one.
            return Some((shift, '前'.len_utf8()));
        }
    }
    let shift = match rest.chars().next()? {
        '今' => 0,
        '昨' => -1,
        '明' => 1,
        _ => return None,
    };
    Some((shift, '今'.len_utf8()))
}

/// 隔天, 翌日, 當天, 同日: as seen from the day named before.
fn last_named(rest: &str, context: Context) -> Option<(NaiveDate, usize)> {
    let last = context.last.or(context.published)?;
    for (word, shift) in [
        ("隔天", 1),
        ("隔日", 1),
        ("翌日", 1),
        ("翌晨", 1),
        ("次日", 1),
        ("當天", 0),
        ("當日", 0),
        ("同日", 0),
        ("當晚", 0),
    ] {
        if rest.starts_with(word) {
            let length = if matches!(word, "翌晨" | "當晚") { '當'.len_utf8() } else { word.len() };
            return Some((shifted(last, shift)?, length));
        }
    }
    None
}

/// 下週一, 本周五, 上星期三, 週三, 下週.
fn week_word(rest: &str, today: NaiveDate) -> Option<(Days, usize)> {
    let (weeks, head) = [("上上", -2), ("下下", 2), ("上", -1), ("下", 1), ("本", 0), ("這", 0)]
        .iter()
        .find(|(word, _)| rest.starts_with(word))
        .map_or((None, 0), |(word, weeks)| (Some(*weeks), word.len()));
    let after = rest.get(head..)?;
    let after = after.strip_prefix('個').unwrap_or(after);
    let name = ["星期", "禮拜", "週", "周"].iter().find(|word| after.starts_with(**word))?;
    let tail = after.get(name.len()..)?;
    let taken = rest.len() - tail.len();
    let monday = shifted(today, -i64::from(today.weekday().num_days_from_monday()))?;
    let Some(day) = tail.chars().next().and_then(words::weekday) else {
        let monday = shifted(monday, 7 * weeks?)?;
        return Some((Days { first: monday, last: shifted(monday, 6)?, yearless: false }, taken));
    };
    let length = taken + '一'.len_utf8();
    // 週年, 周一致: a weekday is followed by what follows days.
    if tail.chars().nth(1).is_some_and(|c| matches!(c, '致' | '次' | '個' | '定')) {
        return None;
    }
    let first = shifted(monday, 7 * weeks.unwrap_or(0) + day)?;
    let first = match weeks {
        Some(_) => first,
        // 週三 alone is the nearest one; a report speaks of the days around it.
        None => [-7, 0, 7]
            .iter()
            .filter_map(|shift| shifted(first, *shift))
            .min_by_key(|day| (*day - today).num_days().abs())?,
    };
    // 週末 is Saturday and Sunday.
    let is_weekend = tail.starts_with('末');
    let days = Days { first: if is_weekend { shifted(first, -1)? } else { first }, last: first, yearless: false };
    Some((days, length))
}

/// 本月5日, 下個月底, 上月, 月底.
fn month_word(text: &str, at: usize, today: NaiveDate) -> Option<(Days, usize)> {
    let rest = text.get(at..)?;
    let (shift, length) = [
        ("上個月", -1),
        ("下個月", 1),
        ("這個月", 0),
        ("上月", -1),
        ("下月", 1),
        ("本月", 0),
        ("當月", 0),
        ("月底", 0),
        ("月初", 0),
        ("月中", 0),
    ]
    .iter()
    .find(|(word, _)| rest.starts_with(word))
    .map(|(word, shift)| (*shift, if word.starts_with('月') { '月'.len_utf8() } else { word.len() }))?;
    let first = today.with_day(1)?;
    let first = match shift {
        -1 => first.checked_sub_months(Months::new(1))?,
        1 => first.checked_add_months(Months::new(1))?,
        _ => first,
    };
    let end = at + length;
    if let Some((day, after)) =
        number_at(text, end, 31).filter(|(_, at)| text.get(*at..).is_some_and(|rest| rest.starts_with(['日', '號'])))
    {
        return Some((Days::one(first.with_day(day)?), after + '日'.len_utf8()));
    }
    let (days, length) = part_of_month(first, text.get(end..)?)?;
    Some((days, end + length))
}

/// 今年底, 去年3月 (the year alone; the month is read with it), 明年, 年底, 上半年.
fn year_word(rest: &str, today: NaiveDate) -> Option<(Days, usize)> {
    let (shift, length) = [("今年", 0), ("本年", 0), ("去年", -1), ("前年", -2), ("明年", 1), ("後年", 2), ("同年", 0)]
        .iter()
        .find(|(word, _)| rest.starts_with(word))
        .map_or((0, 0), |(word, shift)| (*shift, word.len()));
    let year = today.year() + shift;
    let tail = rest.get(length..)?;
    let tail =
        if length == 0 { tail.strip_prefix('年').filter(|tail| tail.starts_with(['底', '初']))? } else { tail };
    let taken = rest.len() - tail.len();
    let inner = Context { published: NaiveDate::from_ymd_opt(year, 7, 1), last: None };
    if let Some((number, end)) = number_at(tail, 0, 12)
        .filter(|(number, end)| *number >= 1 && tail.get(*end..).is_some_and(|rest| rest.starts_with('月')))
    {
        let (days, end) = month(tail, Some(year), number, end + '月'.len_utf8(), inner)?;
        return Some((days, taken + end));
    }
    if let Some((days, length)) = part_of_year(year, tail) {
        return Some((days, taken + length));
    }
    Some((whole_year(year)?, taken + if tail.starts_with('度') { '度'.len_utf8() } else { 0 }))
}

/// A whole number of at most `most` at byte `at`, and where it ends.
fn number_at(text: &str, at: usize, most: u32) -> Option<(u32, usize)> {
    let Numeral { span, low, high, more, .. } = numeral_at(text, at)?;
    let plain = low.fract() == 0.0 && high <= low && !more && low <= f64::from(most);
    plain.then(|| (whole(low), span.end))
}

fn bracketed_number(text: &str, at: usize) -> Option<(u32, usize)> {
    let open = text.get(at..)?.chars().next().filter(|c| matches!(c, '(' | '（'))?;
    let (number, end) = number_at(text, at + open.len_utf8(), 31)?;
    let close = text.get(end..)?.chars().next().filter(|c| matches!(c, ')' | '）'))?;
    (number >= 1).then_some((number, end + close.len_utf8()))
}

fn shifted(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let span = Span::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(span) } else { day.checked_add_days(span) }
}

/// The day of that number in the month of `near`, the one before or the one after, whichever is nearest.
fn nearest_day_of_month(near: NaiveDate, day: u32) -> Option<NaiveDate> {
    let first = near.with_day(1)?;
    [first.checked_sub_months(Months::new(1))?, first, first.checked_add_months(Months::new(1))?]
        .iter()
        .filter_map(|month| month.with_day(day))
        .min_by_key(|day| (*day - near).num_days().abs())
}

/// A month and day without a year: of the year that brings it nearest to the day of the text.
fn near(month: u32, day: u32, context: Context) -> Option<(NaiveDate, bool)> {
    let Some(published) = context.published else {
        return NaiveDate::from_ymd_opt(YEARLESS, month, day).map(|day| (day, true));
    };
    [-1, 0, 1]
        .iter()
        .filter_map(|shift| NaiveDate::from_ymd_opt(published.year() + shift, month, day))
        .min_by_key(|day| (*day - published).num_days().abs())
        .map(|day| (day, false))
}

fn end_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()
}

fn whole_year(year: i32) -> Option<Days> {
    Some(Days {
        first: NaiveDate::from_ymd_opt(year, 1, 1)?,
        last: NaiveDate::from_ymd_opt(year, 12, 31)?,
        yearless: false,
    })
}
