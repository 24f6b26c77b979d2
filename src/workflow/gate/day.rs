//! Days and times of day: each is one of an official statement, was signed, or is the day of an issue.

use chrono::Datelike;

use super::{Bench, FaultKind, reading::Reading};
use crate::{
    domain::{Part, Rest, Span, taipei},
    text::{Days, Moment, Stamp},
};

/// Words near the day on which something was said about the matter, not done.
const REPORTING: [&str; 14] =
    ["報導", "報載", "刊登", "刊載", "流傳", "轉傳", "貼文", "播出", "登載", "轉載", "發文", "留言", "指稱", "載稱"];
const ISSUING: [&str; 16] = [
    "公布",
    "發布",
    "函",
    "核定",
    "公告",
    "說明",
    "新聞稿",
    "表示",
    "澄清",
    "回應",
    "指出",
    "聲明",
    "更正",
    "簽",
    "令",
    "公開",
];

/// How far behind a day such a word stands, in characters.
const NEAR: usize = 14;

/// Words by which a clause tells of what was done.
const DONE: [&str; 10] = ["已於", "業於", "業已", "已經", "曾於", "前於", "前已", "已在", "早於", "完成於"];
/// Words by which it tells of what will be.
const TO_COME: [&str; 12] =
    ["將", "預計", "預定", "擬", "規劃", "排定", "訂於", "定於", "決定", "核定", "公告", "預告"];

const HALF_DAY: u32 = 12 * 60;

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    for moment in &reading.times {
        check_moment(reading, moment, bench);
    }
}

fn check_moment(reading: &Reading, moment: &Moment, bench: &mut Bench<'_>) {
    let written = reading.shown(moment.span);
    let first = moment.start.days.map(|days| days.first);
    if first.is_some_and(|day| day > bench.today) && tells_of_the_past(reading, moment.span) {
        bench.fault(reading, moment.span, FaultKind::Future(written.clone()));
        return;
    }
    let mut rests = Vec::new();
    for stamp in [Some(moment.start), moment.end].into_iter().flatten() {
        match look_up(reading, moment.span, stamp, bench) {
            Found::Rest(rest) => rests.push(rest),
            Found::Plain => {}
            Found::Nowhere => {
                if let Some(rest) = bench.basis(&[&written]) {
                    rests.push(rest);
                    break;
                }
                let reported = bench.shelf.is_reported(&written);
                bench.fault(reading, moment.span, FaultKind::Day { written, reported });
                return;
            }
        }
    }
    if let Some(rest) = rests.into_iter().next() {
        bench.anchor(reading, moment.span, rest);
    }
}

enum Found {
    Rest(Rest),
    /// Today, which rests on nothing.
    Plain,
    Nowhere,
}

fn look_up(reading: &Reading, span: Span, stamp: Stamp, bench: &Bench<'_>) -> Found {
    let mut found = Found::Plain;
    if let Some(days) = stamp.days {
        match days_of(reading, span, days, bench) {
            Found::Nowhere => return Found::Nowhere,
            other => found = other,
        }
    }
    if let Some(minutes) = stamp.minutes {
        let of_day = |other: Stamp| other.minutes.is_some_and(|it| is_within(it, other.either, minutes, stamp.either));
        match stated(bench, of_day) {
            Some(rest) => found = Found::Rest(rest),
            None => return Found::Nowhere,
        }
    }
    found
}

fn days_of(reading: &Reading, span: Span, days: Days, bench: &Bench<'_>) -> Found {
    if let Some(rest) = stated(bench, |stamp| stamp.days.is_some_and(|it| says(days, it))) {
        return Found::Rest(rest);
    }
    if days.first != days.last {
        return Found::Nowhere;
    }
    let day = days.first;
    let behind: String = reading.clause_behind(span.end).chars().take(NEAR).collect();
    let before = reading.clause_before(span.start);
    let near = |words: &[&str]| words.iter().any(|word| behind.contains(word) || before.contains(word));
    let heads = matches!(reading.part, Part::Title | Part::Lead | Part::Card | Part::Question(_));
    let published =
        |volume: &&super::shelf::Volume<'_>| volume.source.published.is_some_and(|at| taipei(at).date_naive() == day);
    if let Some(volume) = bench.shelf.statements().find(published).filter(|_| near(&ISSUING)) {
        return Found::Rest(volume.record());
    }
    if let Some(volume) = bench.shelf.reports().find(published).filter(|_| heads || near(&REPORTING)) {
        return Found::Rest(volume.record());
    }
    let is_issue = heads || reading.part == Part::Contacts || near(&ISSUING);
    if day == bench.today && is_issue { Found::Plain } else { Found::Nowhere }
}

/// The first day or time of an official statement that fits.
fn stated(bench: &Bench<'_>, fits: impl Fn(Stamp) -> bool) -> Option<Rest> {
    bench.shelf.statements().find_map(|volume| {
        volume.pages().find_map(|page| {
            let fitting = |time: &&Moment| fits(time.start) || time.end.is_some_and(&fits);
            page.times.iter().find(fitting).and_then(|time| volume.rest(page, time.span))
        })
    })
}

/// Whether the draft's days are those of a statement: the same ones, or the whole month of its day.
fn says(draft: Days, statement: Days) -> bool {
    if draft.yearless || statement.yearless {
        return draft.agrees(statement) && draft.first.day() == statement.first.day();
    }
    let next_is_first = draft.last.succ_opt().is_some_and(|day| day.day() == 1);
    let is_month = draft.first.day() == 1 && next_is_first && draft.first.month() == draft.last.month();
    draft.first == statement.first && draft.last == statement.last
        || is_month && draft.first <= statement.first && statement.last <= draft.last
}

/// Whether the statement's minutes lie within the draft's: 上午9時 may be told as 上午, never the other way round.
fn is_within(statement: (u32, u32), its_either: bool, draft: (u32, u32), either: bool) -> bool {
    let within = |it: (u32, u32), of: (u32, u32)| of.0 <= it.0 && it.1 <= of.1;
    let later = |it: (u32, u32)| (it.0 + HALF_DAY, it.1 + HALF_DAY);
    within(statement, draft)
        || (its_either && within(later(statement), draft))
        || (either && within(statement, later(draft)))
}

/// Whether the clause around a day tells of what was done by then.
fn tells_of_the_past(reading: &Reading, span: Span) -> bool {
    let (before, behind) = (reading.clause_before(span.start), reading.clause_behind(span.end));
    let has = |words: &[&str]| words.iter().any(|word| before.contains(word) || behind.contains(word));
    let ended = ["完工了", "完成了", "已完工", "已完成", "竣工了", "已啟用"].iter().any(|word| behind.contains(word));
    (has(&DONE) || ended) && !has(&TO_COME)
}
