//! The 輿情彙整表: which part of a day it is about, what stands in it in which order, and what people are told of it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use url::Url;

use super::deadline;
use crate::domain::{
    Answer, CaseLevel, City, Closure, Digest, DigestCase, DigestMatter, DigestReport, DigestRow, Goal, Level, Message,
    Need, Period, Purpose, Source, Stage, StepKind, TAIPEI, masked, roc_date, taipei,
};

/// Characters of a text that stand in the column 摘要.
const LONGEST_SUMMARY: usize = 100;

/// Characters of an account's name that are shown.
const SHOWN_OF_ACCOUNT: usize = 2;

/// Cases that are named in a message; the table has them all.
const MOST_NAMED: usize = 20;

/// What a digest is made with.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// Services and due times.
    pub city: &'a City,
    /// Days on which work was suspended.
    pub closures: &'a [Closure],
    /// The sources, whose names tell the section or the board.
    pub sources: &'a [Source],
    /// The office that makes it.
    pub office: &'a str,
    /// Where people open the console.
    pub base: &'a Url,
}

/// The part of the day that a digest made at `at` is about: since the last of `times` before. Without any, a day.
#[must_use]
pub fn period(times: &[NaiveTime], at: DateTime<Utc>) -> Period {
    let from = slots(times, at).into_iter().filter(|slot| *slot < at).max();
    Period { from: from.unwrap_or(at - TimeDelta::days(1)), until: at }
}

/// The parts of the day that ended within `patience` before `now`, the earliest first: the digests that are to be there.
#[must_use]
pub fn ended(times: &[NaiveTime], now: DateTime<Utc>, patience: TimeDelta) -> Vec<Period> {
    let mut due: Vec<_> =
        slots(times, now).into_iter().filter(|slot| *slot <= now && now - *slot <= patience).collect();
    due.sort_unstable();
    due.into_iter().map(|slot| period(times, slot)).collect()
}

/// The part of the day that ended last.
#[must_use]
pub fn last_ended(times: &[NaiveTime], now: DateTime<Utc>) -> Period {
    let last = slots(times, now).into_iter().filter(|slot| *slot <= now).max();
    period(times, last.unwrap_or(now))
}

/// From when on reports are needed to tell whether a story stood in an earlier digest of the day.
#[must_use]
pub fn day_began(times: &[NaiveTime], wanted: Period) -> DateTime<Utc> {
    let mut from = wanted.from;
    while is_same_day(from, wanted.until) && from < wanted.until {
        from = period(times, from).from;
    }
    from
}

/// Every time of the day before, the day of `at` and the one behind.
fn slots(times: &[NaiveTime], at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let day = taipei(at).date_naive();
    let days = [day.pred_opt(), Some(day), day.succ_opt()].into_iter().flatten();
    days.flat_map(|day| times.iter().filter_map(move |time| instant(day.and_time(*time)))).collect()
}

fn instant(local: NaiveDateTime) -> Option<DateTime<Utc>> {
    local.and_local_timezone(TAIPEI).single().map(|at| at.to_utc())
}

fn is_same_day(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    taipei(one).date_naive() == taipei(other).date_naive()
}

/// The table: cases, the urgent first, then the reports that speak ill of the city and have none, each story once.
#[must_use]
pub fn digest(matter: DigestMatter, period: Period, with: &Making<'_>, made: DateTime<Utc>) -> Digest {
    let DigestMatter { mut cases, reports } = matter;
    let due = |it: &DigestCase| due(it, with);
    cases.sort_by_cached_key(|it| {
        let state = it.case.stage.state();
        (Reverse(it.case.level), !state.awaits_answer(), due(it).unwrap_or(DateTime::<Utc>::MAX_UTC), it.case.number)
    });
    let told: BTreeSet<i64> = cases.iter().map(|it| it.case.number).collect();
    let mut rows: Vec<DigestRow> = cases.iter().map(|it| of_case(it, period, with)).collect();
    let mut stories: BTreeMap<&str, Vec<&DigestReport>> = BTreeMap::new();
    for report in reports.iter().filter(|it| it.case_number.is_none_or(|number| !told.contains(&number))) {
        stories.entry(&report.story).or_default().push(report);
    }
    let mut others: Vec<DigestRow> = stories.values().filter_map(|all| of_story(all, period, with)).collect();
    others.sort_by_key(|row| (Reverse(row.outlets), row.received));
    rows.extend(others);
    for (number, row) in (1..).zip(&mut rows) {
        row.number = number;
    }
    Digest { office: with.office.to_owned(), period, made, rows }
}

fn of_case(it: &DigestCase, period: Period, with: &Making<'_>) -> DigestRow {
    let case = &it.case;
    let stands = case.stage.state();
    let took = |wanted: &[StepKind]| it.steps.iter().rev().find(|(step, _)| wanted.contains(step));
    let name = |wanted: &[StepKind]| took(wanted).map(|(_, name)| name.clone());
    let claims: Vec<String> = it.claims.iter().map(|claim| format!("「{claim}」")).collect();
    let answer = it.release.as_ref().map(|release| {
        let path = format!("/clarifications/{}-{}", case.number, release.revision);
        (release.title.clone(), with.base.join(&path).map(String::from).unwrap_or_default())
    });
    let report = it.report.as_ref();
    DigestRow {
        number: 0,
        case_number: Some(case.number),
        received: case.moments.known,
        outlet: report.map(|report| report.outlet.clone()),
        outlets: it.outlets,
        section: report.and_then(|report| section(report, with.sources)),
        author: report.and_then(|report| report.author.as_deref()).map(masked_name),
        title: report.map_or_else(|| case.title.clone(), headline),
        page: format!("/cases/{}", case.id),
        url: report.map(|report| report.url.clone()),
        summary: match claims.as_slice() {
            [] => case.title.clone(),
            claims => format!("{}：{}", case.title, claims.join("、")),
        },
        district: case.district.clone(),
        service: case.service.as_deref().map(|id| service(id, with.city)),
        agency: match &case.stage {
            Stage::Referred(body) => Some(body.clone()),
            stage => stage.assignment().map(ToString::to_string).or_else(|| guessed(report)),
        },
        toward_city: report.map(|report| report.toward_city),
        level: Some(case.level),
        need: need(&case.stage),
        handling: handling(it),
        due: due(it, with),
        // What needs no answer has a moment too, at which that was found out.
        answered: case.moments.answered.filter(|_| case.level == CaseLevel::C || case.stage.issued().is_some()),
        answer,
        officer: name(&[StepKind::Accept, StepKind::Draft, StepKind::Submit]),
        reviewer: name(&[StepKind::Review, StepKind::Approve]),
        again: is_same_day(period.from, period.until) && case.moments.known < period.from,
        awaits: stands.awaits_answer(),
        closed: (!stands.is_open()).then_some(case.since),
    }
}

/// A story that was told in the period; none when all of it was told before.
fn of_story(all: &[&DigestReport], period: Period, with: &Making<'_>) -> Option<DigestRow> {
    let first = *all.iter().filter(|it| it.seen >= period.from).min_by_key(|it| (it.seen, &it.id))?;
    let handling = match first.case_number {
        Some(number) => format!("錄案（第 {number} 案已結）"),
        None => "錄案".to_owned(),
    };
    Some(DigestRow {
        number: 0,
        case_number: None,
        received: first.seen,
        outlet: Some(first.outlet.clone()),
        outlets: first.outlets,
        section: section(first, with.sources),
        author: first.author.as_deref().map(masked_name),
        title: headline(first),
        page: format!("/reports/{}", first.id),
        url: Some(first.url.clone()),
        summary: shortened(&masked(&first.lead, &first.lead_masks)),
        district: first.district.clone(),
        service: first.service.as_deref().map(|id| service(id, with.city)),
        agency: guessed(Some(first)),
        toward_city: Some(first.toward_city),
        level: None,
        need: Need::No,
        handling,
        due: None,
        answered: None,
        answer: None,
        officer: None,
        reviewer: None,
        again: is_same_day(period.from, period.until) && all.iter().any(|it| it.seen < period.from),
        awaits: false,
        closed: None,
    })
}

/// Where the city was wrong it apologises; there is nothing to clarify then.
fn need(stage: &Stage) -> Need {
    match stage {
        Stage::ToVerify | Stage::Assigned(_) | Stage::Verifying(_) => Need::ToVerify,
        Stage::Drafting(_, Answer::Clarification) | Stage::Reviewing(_, Answer::Clarification, _) => Need::Yes,
        stage if stage.issued().is_some_and(|issued| issued.answer == Answer::Clarification) => Need::Done,
        _ => Need::No,
    }
}

fn handling(it: &DigestCase) -> String {
    let (case, stage) = (&it.case, &it.case.stage);
    let answer = match stage {
        Stage::Drafting(_, answer) | Stage::Reviewing(_, answer, _) => Some(*answer),
        stage => stage.issued().map(|issued| issued.answer),
    };
    let answer = answer.map(|answer| match answer {
        Answer::Clarification => "，澄清稿",
        Answer::Apology => "，更正致歉稿",
    });
    // What was said of a missed goal is of interest until the public has its answer.
    let notice = it.notice.as_ref().filter(|_| stage.state().awaits_answer()).map(|notice| {
        let expected = moment(notice.expected);
        format!("；逾期說明：{}；現況：{}；預計 {expected} 完成", notice.reason, notice.progress)
    });
    let (stands, answer) = (stage.state().words(), answer.unwrap_or_default());
    format!("第 {} 案（{stands}{answer}）{}", case.number, notice.unwrap_or_default())
}

/// When the public is to be answered.
fn due(it: &DigestCase, with: &Making<'_>) -> Option<DateTime<Utc>> {
    let dues = deadline::of_case(with.city, with.closures, &it.case);
    dues.into_iter().find(|due| matches!(due.goal, Goal::Publish | Goal::Answer)).map(|due| due.at)
}

fn service(id: &str, city: &City) -> String {
    city.services.iter().find(|service| service.id == id).map_or_else(|| id.to_owned(), |service| service.name.clone())
}

/// What the source calls itself, where that says more than the outlet.
fn section(report: &DigestReport, sources: &[Source]) -> Option<String> {
    let source = sources.iter().find(|source| source.id.as_str() == report.source_id)?;
    (source.name != report.outlet).then(|| source.name.clone())
}

/// The agency by the machine's reading, which nobody confirmed.
fn guessed(report: Option<&DigestReport>) -> Option<String> {
    report.and_then(|report| report.agency.as_ref()).map(|agency| format!("{agency}（研判）"))
}

fn headline(report: &DigestReport) -> String {
    masked(&report.title, &report.title_masks)
}

/// 王小明 is 王○明, an account is its first letters: who wrote it can be told apart and not be looked for.
fn masked_name(name: &str) -> String {
    let masked = |one: &str| {
        let signs: Vec<char> = one.chars().collect();
        match signs.as_slice() {
            [] => String::new(),
            all if all.iter().any(char::is_ascii) => {
                all.iter().take(SHOWN_OF_ACCOUNT).chain(&['*', '*', '*']).collect()
            }
            [first] => first.to_string(),
            [first, _] => format!("{first}○"),
            [first, inner @ .., last] => format!("{first}{}{last}", "○".repeat(inner.len())),
        }
    };
    let names = name.split(['、', '／', '/', '，', ',', ' ']).filter(|one| !one.is_empty());
    names.map(masked).collect::<Vec<_>>().join("、")
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_SUMMARY) {
        Some((end, _)) => line.get(..end).unwrap_or(&line).to_owned() + "…",
        None => line,
    }
}

/// What people are told of a digest: how much there is, and the cases that are open.
#[must_use]
pub fn message(digest: &Digest, html: Option<String>, link: Option<Url>) -> Message {
    let counts = digest.counts();
    let mut lines = vec![format!("期間：{}", words(digest.period))];
    if digest.rows.is_empty() {
        lines.push("本期間沒有案件，也沒有負面報導。".to_owned());
    } else {
        lines.push(format!(
            "案件 {} 件（待回應 {} 件，其中逾時 {} 件）、未立案之負面報導 {} 則、續報 {} 則",
            counts.cases, counts.awaiting, counts.overdue, counts.stories, counts.again
        ));
    }
    let open: Vec<&DigestRow> =
        digest.rows.iter().filter(|row| row.case_number.is_some() && row.closed.is_none()).collect();
    for row in open.iter().take(MOST_NAMED) {
        let level = row.level.map_or("參考", |level| level.words());
        let due = row.due.filter(|_| row.awaits).map(|due| format!("，時限 {}", clock(due, digest.made)));
        lines.push(format!("・〔{level}〕{} {}{}", row.handling, row.title, due.unwrap_or_default()));
    }
    if let Some(further @ 1..) = open.len().checked_sub(MOST_NAMED) {
        lines.push(format!("其餘 {further} 件請見彙整表。"));
    }
    Message {
        key: String::new(),
        retry_key: String::new(),
        purpose: Purpose::Digest,
        level: Level::None,
        subject: format!("〔輿情彙整〕{}", moment(digest.period.until)),
        text: lines.join("\n"),
        html,
        link,
        card: None,
        case_number: None,
        occurred_at: digest.period.until,
        ended_at: None,
    }
}

/// `115年3月17日 08:00 至 10:30`.
#[must_use]
pub fn words(period: Period) -> String {
    format!("{} 至 {}", moment(period.from), clock(period.until, period.from))
}

fn moment(at: DateTime<Utc>) -> String {
    let at = taipei(at);
    format!("{} {}", roc_date(at.date_naive()), at.format("%H:%M"))
}

/// `10:30`, with the day when that is another one.
fn clock(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if is_same_day(at, now) { taipei(at).format("%H:%M").to_string() } else { moment(at) }
}

#[cfg(test)]
mod tests;
