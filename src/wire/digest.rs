//! The 輿情彙整表 as JSON.

use serde::Serialize;

use super::time;
use crate::domain::{Digest, DigestRow};

/// A digest. Times are RFC 3339 with Taipei's offset.
#[derive(Debug, Clone, Serialize)]
pub struct DigestOut<'a> {
    office: &'a str,
    from: String,
    until: String,
    made_at: String,
    cases: usize,
    awaiting: usize,
    overdue: usize,
    stories: usize,
    again: usize,
    rows: Vec<RowOut<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct RowOut<'a> {
    number: usize,
    case_number: Option<i64>,
    received_at: String,
    outlet: Option<&'a str>,
    outlets: u64,
    section: Option<&'a str>,
    author: Option<&'a str>,
    title: &'a str,
    url: Option<&'a str>,
    summary: &'a str,
    district: Option<&'a str>,
    service: Option<&'a str>,
    agency: Option<&'a str>,
    toward_city: Option<&'static str>,
    level: Option<&'static str>,
    need: &'static str,
    handling: &'a str,
    due_at: Option<String>,
    answered_at: Option<String>,
    answer: Option<AnswerOut<'a>>,
    officer: Option<&'a str>,
    reviewer: Option<&'a str>,
    again: bool,
    closed_at: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct AnswerOut<'a> {
    title: &'a str,
    url: &'a str,
}

impl<'a> From<&'a Digest> for DigestOut<'a> {
    fn from(digest: &'a Digest) -> Self {
        let counts = digest.counts();
        Self {
            office: &digest.office,
            from: time(digest.period.from),
            until: time(digest.period.until),
            made_at: time(digest.made),
            cases: counts.cases,
            awaiting: counts.awaiting,
            overdue: counts.overdue,
            stories: counts.stories,
            again: counts.again,
            rows: digest.rows.iter().map(RowOut::from).collect(),
        }
    }
}

impl<'a> From<&'a DigestRow> for RowOut<'a> {
    fn from(row: &'a DigestRow) -> Self {
        Self {
            number: row.number,
            case_number: row.case_number,
            received_at: time(row.received),
            outlet: row.outlet.as_deref(),
            outlets: row.outlets,
            section: row.section.as_deref(),
            author: row.author.as_deref(),
            title: &row.title,
            url: row.url.as_deref(),
            summary: &row.summary,
            district: row.district.as_deref(),
            service: row.service.as_deref(),
            agency: row.agency.as_deref(),
            toward_city: row.toward_city.map(crate::domain::Label::name),
            level: row.level.map(crate::domain::CaseLevel::name),
            need: row.need.name(),
            handling: &row.handling,
            due_at: row.due.map(time),
            answered_at: row.answered.map(time),
            answer: row.answer.as_ref().map(|(title, url)| AnswerOut { title, url }),
            officer: row.officer.as_deref(),
            reviewer: row.reviewer.as_deref(),
            again: row.again,
            closed_at: row.closed.map(time),
        }
    }
}
