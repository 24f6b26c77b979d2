//! 常見問題候選: what people keep asking, beside what comes nearest to an answer.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use chrono::{Datelike, NaiveDate, TimeDelta};
use serde_json::json;
use url::form_urlencoded;

use crate::{
    casefile,
    document::{self, ODS_TYPE, Table},
    domain::{FaqCandidate, Period, Said, taipei},
    web::{
        Desk,
        casework::api,
        fault::{Fault, Shared},
        frame::{Frame, Section},
        moment, names,
        visitor::Visitor,
    },
    wire::{self, FaqOut},
    workflow::{faq::Questions, statistics},
};

/// A table for spreadsheets.
const CSV_TYPE: &str = "text/csv; charset=utf-8";

/// Days that may be asked for at once: more is a year, whose questions nobody answers together.
const MOST_DAYS: i64 = 93;

/// Reports that are linked of one question.
const MOST_LINKED: usize = 5;

/// A question as the page shows it.
#[derive(Debug, Clone)]
pub(in crate::web) struct QuestionRow {
    pub wording: String,
    pub variants: Vec<String>,
    pub service: String,
    pub asked: usize,
    pub outlets: String,
    pub districts: String,
    pub first: String,
    pub last: String,
    /// Pages of reports.
    pub reports: Vec<String>,
    /// Headline, agency, page, quotation and nearness in percent.
    pub answer: Option<(String, String, String, String, String)>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "faq.html")]
pub(in crate::web) struct FaqPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) from: String,
    pub(in crate::web) to: String,
    pub(in crate::web) caption: String,
    /// What was wrong with the days asked for.
    pub(in crate::web) wrong: Option<&'static str>,
    pub(in crate::web) rows: Vec<QuestionRow>,
}

/// The days that are asked for, and what was wrong with them: `from` and `to`, or this month so far.
fn wanted(query: Option<&str>, today: NaiveDate) -> (NaiveDate, NaiveDate, Option<&'static str>) {
    let value = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (first, from, to) = (today.with_day(1).unwrap_or(today), value("from"), value("to"));
    if from.is_empty() && to.is_empty() {
        return (first, today, None);
    }
    match (wire::whole_day(&from), wire::whole_day(&to)) {
        (Some(from), Some(to)) if to < from => (first, today, Some("結束日期早於開始日期，以下為本月資料。")),
        (Some(from), Some(to)) if to - from >= TimeDelta::days(MOST_DAYS) => {
            (first, today, Some("期間最長 93 日，以下為本月資料。"))
        }
        (Some(from), Some(to)) => (from, to, None),
        _ => (first, today, Some("日期無法判讀，請寫成 2026-03-17 或 115/03/17；以下為本月資料。")),
    }
}

/// What was found, for what days.
struct Found {
    candidates: Vec<FaqCandidate>,
    days: (NaiveDate, NaiveDate),
    period: Period,
    wrong: Option<&'static str>,
}

impl Desk {
    async fn frequent(&self, query: Option<&str>) -> Result<Found, Fault> {
        let console = &self.console;
        let now = console.clock.now();
        let (from, to, wrong) = wanted(query, taipei(now).date_naive());
        let period = statistics::days(from, to).ok_or(Fault::Missing)?;
        let (store, city) = (console.store.clone(), Arc::clone(&console.city));
        let segmenter = Arc::clone(&console.segmenter);
        let runtime = tokio::runtime::Handle::current();
        // It cuts and compares thousands of sentences, which would hold up every other page.
        let reading = move || {
            let questions = Questions::new(&city, segmenter);
            runtime.block_on(casefile::faq(&store, &questions, period, now))
        };
        let candidates =
            tokio::task::spawn_blocking(reading).await.map_err(|error| Fault::Panic(error.to_string()))??;
        Ok(Found { candidates, days: (from, to), period, wrong })
    }

    fn faq_table(&self, found: &Found) -> Table {
        let name = |id: &str| self.names.service(id).to_owned();
        document::faq_table(&found.candidates, found.period, self.console.clock.now(), name)
    }

    fn question_row(&self, it: &FaqCandidate) -> QuestionRow {
        let now = self.console.clock.now();
        QuestionRow {
            wording: document::clean(&it.wording),
            variants: it.variants.iter().map(|wording| document::clean(wording)).collect(),
            service: it.service.as_deref().map_or_else(|| "未分類".to_owned(), |id| self.names.service(id).to_owned()),
            asked: it.asked,
            outlets: it.outlets.join("、"),
            districts: it.districts.join("、"),
            first: moment::clock(it.first, now),
            last: moment::clock(it.last, now),
            reports: it.reports.iter().take(MOST_LINKED).map(|id| format!("/reports/{id}")).collect(),
            answer: it.answer.as_ref().map(|answer| {
                let nearness = format!("{:.0}%", answer.nearness * 100.0);
                let quote = document::clean(&answer.quote);
                let page = match &answer.said {
                    Said::Statement(id) => names::fact_address(id),
                    Said::Release(slug) => format!("/clarifications/{slug}"),
                };
                (document::clean(&answer.title), answer.agency.clone(), page, quote, nearness)
            }),
        }
    }

    async fn faq_file(
        &self,
        visitor: &Visitor,
        query: Option<&str>,
        (media_type, ending): (&'static str, &str),
        write: impl FnOnce(&Table) -> Result<Vec<u8>, Fault>,
    ) -> Response {
        let made = self.frequent(query).await.and_then(|found| {
            let (from, to) = found.days;
            Ok((format!("faq-{}-{}", from.format("%Y%m%d"), to.format("%Y%m%d")), write(&self.faq_table(&found))?))
        });
        match made {
            Ok((named, content)) => {
                let headers = [
                    (CONTENT_TYPE, media_type.to_owned()),
                    (CONTENT_DISPOSITION, format!("attachment; filename=\"{named}.{ending}\"")),
                    (CACHE_CONTROL, "no-store".to_owned()),
                ];
                (headers, content).into_response()
            }
            Err(fault) => self.apology(visitor, &fault),
        }
    }
}

/// The page.
pub(in crate::web) async fn page(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let made = desk.frequent(query.as_deref()).await.map(|found| FaqPage {
        frame: Frame::new(Section::Statistics, desk.console.clock.now(), visitor.clone()),
        from: found.days.0.to_string(),
        to: found.days.1.to_string(),
        caption: desk.faq_table(&found).caption,
        wrong: found.wrong,
        rows: found.candidates.iter().map(|it| desk.question_row(it)).collect(),
    });
    desk.answer(&visitor, made)
}

/// The spreadsheet.
pub(in crate::web) async fn ods(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let (office, now) = (desk.console.office.name.clone(), desk.console.clock.now());
    let write = |table: &Table| Ok(document::ods(&table.sheet.name, &office, now, &[table.noted()])?);
    desk.faq_file(&visitor, query.as_deref(), (ODS_TYPE, "ods"), write).await
}

/// The comma-separated table.
pub(in crate::web) async fn csv(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let write = |table: &Table| Ok(wire::comma_separated(&table.lines()).into_bytes());
    desk.faq_file(&visitor, query.as_deref(), (CSV_TYPE, "csv"), write).await
}

/// The questions for programs: `from` and `to` are days.
pub(in crate::web) async fn json(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    match desk.frequent(query.as_deref()).await {
        Ok(Found { wrong: Some(wrong), .. }) => {
            api::problem(axum::http::StatusCode::UNPROCESSABLE_ENTITY, "期間有誤", wrong, &[])
        }
        Ok(found) => api::answer(&json!({
            "from": found.days.0.to_string(), "to": found.days.1.to_string(),
            "candidates": found.candidates.iter().map(FaqOut::from).collect::<Vec<_>>(),
        })),
        Err(fault) => desk.apology(&visitor, &fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_either_calendar_and_nonsense_is_told_and_replaced_by_this_month() {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let today = day(3, 17);
        assert_eq!(wanted(None, today), (day(3, 1), today, None));
        assert_eq!(wanted(Some("from=115/02/01&to=2026-02-28"), today), (day(2, 1), day(2, 28), None));
        for bad in ["from=2026-03-02&to=2026-03-01", "from=x&to=2026-03-01", "from=2026-01-01&to=2026-12-31", "to=x"] {
            let (from, to, wrong) = wanted(Some(bad), today);
            assert!((from, to) == (day(3, 1), today) && wrong.is_some_and(|it| it.contains("本月")), "{bad}");
        }
    }
}
