//! Why something is due when it is, in sentences for a duty officer.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::{Counted, Office, Stretch, Worked, Working, local};
use crate::domain::{CaseLevel, Closure, Goal, TimedGoal, is_weekend, roc_date};

/// So many days are told one by one; of more, the first and the last.
const TOLD_DAYS: usize = 10;

/// How closures bear on the count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counting {
    Hours,
    Days,
}

pub(super) fn basis(basis: &str) -> String {
    format!("依據：{basis}。")
}

pub(super) fn elapsed(level: CaseLevel, goal: Goal, minutes: u16, (known, at): Stretch) -> Vec<String> {
    let length = length(TimeDelta::minutes(i64::from(minutes)));
    vec![
        format!(
            "{}：應於知悉後{length}內完成「{}」，全天候計時，夜間、放假日及颱風停班均不扣除。",
            name(level),
            goal.words()
        ),
        format!("{}知悉，至{}為期限。", full(known), moment(at, known)),
    ]
}

pub(super) fn working(
    level: CaseLevel,
    goal: Goal,
    office: &Office<'_>,
    rule: &Working,
    found: &Worked,
) -> Vec<String> {
    let Worked { known, start, at, .. } = *found;
    let whole = length(rule.length);
    let mut why = vec![format!(
        "{}：應於知悉後上班時間{whole}內完成「{}」，至遲為當日 {}；{} 以後或非上班日知悉者，視同次一上班日收件，至遲為該日 {}。",
        name(level),
        goal.words(),
        clock(rule.cap),
        clock(rule.late_from),
        clock(rule.late_cap),
    )];
    let first = office.between(start, found.full).first().map_or(start, |(from, _)| *from);
    let (is_late, begins) = (start != known, moment(first, known));
    why.push(match (is_late, office.calendar.is_off(known.date())) {
        (true, true) => format!("{}知悉，當日非上班日，自{begins}起算。", full(known)),
        (true, false) => {
            format!(
                "{}知悉，已在當日 {} 以後，視同次一上班日收件，自{begins}起算。",
                full(known),
                clock(rule.late_from)
            )
        }
        (false, _) if first == known => format!("{}知悉，即時起算。", full(known)),
        (false, _) => format!("{}知悉，非上班時間，自{begins}起算。", full(known)),
    });
    why.extend(days_between(office, (known, at), Counting::Hours));
    why.extend(hours(office, start, found));
    if found.cap != found.wanted_cap {
        why.push(format!(
            "{}逢停止上班，至遲時間順延為{}。",
            moment(found.wanted_cap, known),
            moment(found.cap, known)
        ));
    }
    let full_at = moment(found.full, known);
    why.push(if found.full <= found.cap {
        format!("上班時間滿{whole}為{full_at}，即為期限。")
    } else {
        let cap = moment(found.cap, known);
        format!("上班時間滿{whole}為{full_at}，已逾至遲時間，以{cap}為期限。")
    });
    why
}

pub(super) fn days(level: CaseLevel, goal: Goal, office: &Office<'_>, found: &Counted) -> Vec<String> {
    let Counted { known, days, wanted, at } = found;
    let count = days.len();
    let mut why = vec![
        format!("{}：應於 {count} 個工作日內完成「{}」，始日不計入（行政程序法第48條）。", name(level), goal.words()),
        format!("{}知悉，當日為始日，不計入。", full(*known)),
    ];
    why.extend(days_between(office, (found.start(), *at), Counting::Days));
    let told = |date: &NaiveDate| day(*date, *known);
    if let [first, .., last] = days.as_slice()
        && count > TOLD_DAYS
    {
        why.push(format!("自{}起計 {count} 個工作日，末日為{}。", told(first), told(last)));
    } else {
        why.push(format!("計入{}，共 {count} 個工作日。", days.iter().map(told).collect::<Vec<_>>().join("、")));
    }
    if at != wanted {
        why.push(format!("末日{}逢停止上班，順延至次一上班日。", moment(*wanted, *known)));
    }
    why.push(format!("以{}為期限。", moment(*at, *known)));
    why
}

pub(super) fn extended(
    timed: &TimedGoal,
    longest: u16,
    reason: &str,
    (known, wanted, at): (NaiveDateTime, NaiveDateTime, NaiveDateTime),
) -> Vec<String> {
    let (goal, to) = (timed.goal.words(), moment(wanted, known));
    let mut why = vec![format!("「{goal}」經核准延長至{to}，原因：{reason}；應以書面告知陳情人。")];
    if at != wanted {
        why.push(format!("{to}逢放假或停止上班，順延至{}。", moment(at, known)));
    }
    why.push(format!("{}知悉，自次日起算，處理期限最長 {longest} 日。", full(known)));
    why.push(basis(&timed.basis));
    why
}

/// Which hours of which day were counted, up to the due time.
fn hours(office: &Office<'_>, start: NaiveDateTime, found: &Worked) -> Vec<String> {
    let counted = office.between(start, found.at);
    let mut by_day: Vec<(NaiveDate, Vec<Stretch>)> = Vec::new();
    for stretch in &counted {
        match by_day.last_mut().filter(|(date, _)| *date == stretch.0.date()) {
            Some((_, stretches)) => stretches.push(*stretch),
            None => by_day.push((stretch.0.date(), vec![*stretch])),
        }
    }
    let mut told: Vec<String> = by_day
        .iter()
        .map(|(date, stretches)| {
            let sum = stretches.iter().map(|(from, until)| *until - *from).sum();
            let hours: Vec<String> = stretches.iter().map(|(from, until)| span(from.time(), until.time())).collect();
            format!("{}計入 {}，共{}。", day(*date, found.known), hours.join("、"), length(sum))
        })
        .collect();
    let periods = office.deadlines.office.periods();
    for ((_, from), (until, _)) in periods.iter().zip(periods.iter().skip(1)) {
        let spans_it = counted.iter().zip(counted.iter().skip(1)).any(|(before, after)| {
            before.1.date() == after.0.date() && before.1.time() == *from && after.0.time() == *until
        });
        if spans_it {
            told.push(format!("{} 午休不計。", span(*from, *until)));
        }
    }
    told
}

/// What is special about the days between two moments: days off, make-up days, closures, days that the calendar lacks.
fn days_between(office: &Office<'_>, (from, until): Stretch, counting: Counting) -> Vec<String> {
    let days = || from.date().iter_days().take_while(|date| *date <= until.date());
    let mut told = days_off(office, days(), from);
    for date in days().filter(|date| !office.calendar.is_off(*date)) {
        if is_weekend(date) {
            told.push(format!("{}補行上班，照常計入。", day(date, from)));
        }
        let closures = office.closures_on(date).filter_map(|it| closure(office, it, (from, until), counting));
        told.extend(closures);
    }
    if let Some(unknown) = days().find(|date| office.calendar.day(*date).is_none()) {
        told.push(format!("{}未載於辦公日曆，暫依週一至週五上班推算。", day(unknown, from)));
    }
    told
}

/// Days off, those that follow each other in one sentence with all their names.
fn days_off(office: &Office<'_>, days: impl Iterator<Item = NaiveDate>, reference: NaiveDateTime) -> Vec<String> {
    let mut groups: Vec<(NaiveDate, NaiveDate, Vec<&str>)> = Vec::new();
    for date in days.filter(|date| office.calendar.is_off(*date)) {
        let note = office.calendar.day(date).map_or("", |day| day.note.as_str());
        let name = match note {
            "" if is_weekend(date) => "週末",
            "" => "放假日",
            note => note,
        };
        match groups.last_mut().filter(|(_, last, _)| last.succ_opt() == Some(date)) {
            Some((_, last, names)) => {
                *last = date;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            None => groups.push((date, date, vec![name])),
        }
    }
    let told = |(first, last, names): (NaiveDate, NaiveDate, Vec<&str>)| {
        let days = if first == last {
            day(first, reference)
        } else {
            format!("{}至{}", day(first, reference), day(last, reference))
        };
        format!("{days}放假（{}），不計。", names.join("、"))
    };
    groups.into_iter().map(told).collect()
}

/// A closure, where it falls into office hours between the two moments.
fn closure(office: &Office<'_>, it: &Closure, (from, until): Stretch, counting: Counting) -> Option<String> {
    let (shut, opened) = it.announced();
    let usual = office.usual(it.day);
    let overlaps = usual.iter().any(|(begins, ends)| shut < *ends && *begins < opened);
    if !overlaps || opened <= from || until <= shut {
        return None;
    }
    let is_whole = usual.iter().all(|(begins, ends)| shut <= *begins && *ends <= opened);
    let hours = match (it.from, it.until) {
        _ if is_whole => "全日".to_owned(),
        (Some(shut), Some(opened)) => format!(" {} ", span(shut, opened)),
        (Some(shut), None) => format!(" {} 起", clock(shut)),
        (None, Some(opened)) => format!(" {} 以前", clock(opened)),
        (None, None) => "全日".to_owned(),
    };
    let note = if it.note.is_empty() { String::new() } else { format!("（{}）", it.note) };
    let known = local(it.valid_from);
    let first_hour = usual.first().map_or(shut, |(begins, _)| *begins).max(shut);
    let late = match it.closed() {
        None => format!("，惟{}始得知", moment(known, from)),
        Some(_) if known > first_hour => format!("，惟{}始得知，此前照常計入", moment(known, from)),
        Some(_) => String::new(),
    };
    let effect = match (it.closed(), counting) {
        (None, _) => "不予扣除",
        (Some(_), Counting::Hours) => "停班時間不計",
        (Some(_), Counting::Days) if office.open(it.day).is_empty() => "不計為工作日",
        (Some(_), Counting::Days) => "仍計為工作日",
    };
    let place = it.district.as_deref().unwrap_or("全市");
    Some(format!("{}{place}{hours}停止上班{note}{late}，{effect}。", day(it.day, from)))
}

fn name(level: CaseLevel) -> String {
    format!("{} 級（{}）", level.name(), level.words())
}

/// `115年3月17日（二）09:00`
fn full(at: NaiveDateTime) -> String {
    format!("{}（{}）{}", roc_date(at.date()), weekday(at.date()), clock(at.time()))
}

/// `3月17日（二）09:00`, with the year where it is not that of `reference`.
fn moment(at: NaiveDateTime, reference: NaiveDateTime) -> String {
    format!("{}{}", day(at.date(), reference), clock(at.time()))
}

fn day(date: NaiveDate, reference: NaiveDateTime) -> String {
    if date.year() == reference.year() {
        format!("{}月{}日（{}）", date.month(), date.day(), weekday(date))
    } else {
        format!("{}（{}）", roc_date(date), weekday(date))
    }
}

fn weekday(date: NaiveDate) -> &'static str {
    match date.weekday() {
        chrono::Weekday::Mon => "一",
        chrono::Weekday::Tue => "二",
        chrono::Weekday::Wed => "三",
        chrono::Weekday::Thu => "四",
        chrono::Weekday::Fri => "五",
        chrono::Weekday::Sat => "六",
        chrono::Weekday::Sun => "日",
    }
}

/// `09:00`; with seconds only where there are any.
fn clock(time: NaiveTime) -> String {
    let format = if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" };
    time.format(format).to_string()
}

fn span(from: NaiveTime, until: NaiveTime) -> String {
    format!("{} 至 {}", clock(from), clock(until))
}

/// ` 4 小時`, ` 1 小時 30 分鐘`, ` 30 分鐘`, with a space before as a number after words has.
fn length(length: TimeDelta) -> String {
    let seconds = length.num_seconds();
    let parts = [(seconds / 3600, "小時"), (seconds / 60 % 60, "分鐘"), (seconds % 60, "秒")];
    let told: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!(" {n} {unit}")).collect();
    if told.is_empty() { " 0 分鐘".to_owned() } else { told.concat() }
}
