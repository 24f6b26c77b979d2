//! 報表: the figures of a month or a year, to read, to print and to take along.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use chrono::{Datelike, NaiveDate};
use url::form_urlencoded;

use crate::{
    casefile,
    document::{self, ODS_TYPE, Table},
    domain::{Statistics, Stretch, YearReport, roc_year, taipei},
    web::{
        Desk,
        casework::api,
        fault::{Fault, Shared},
        frame::{Frame, Section},
        list::Choice,
        visitor::Visitor,
    },
    wire::{self, StatisticsOut, YearOut},
    workflow::statistics::{self, Making},
};

/// A table for spreadsheets.
const CSV_TYPE: &str = "text/csv; charset=utf-8";

/// Years that are offered, this one among them.
const YEARS: i32 = 6;

/// The page.
#[derive(Debug, Template)]
#[template(path = "statistics.html")]
pub(in crate::web) struct StatisticsPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) title: String,
    pub(in crate::web) years: Vec<Choice>,
    pub(in crate::web) months: Vec<Choice>,
    /// What asks for the same as a file.
    pub(in crate::web) query: String,
    /// Whether it has a column for every month.
    pub(in crate::web) is_year: bool,
    pub(in crate::web) tables: Vec<TableView>,
}

/// A table as the page shows it.
#[derive(Debug, Clone)]
pub(in crate::web) struct TableView {
    pub name: String,
    pub caption: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl TableView {
    fn of(table: &Table) -> Self {
        let mut lines = table.lines().into_iter();
        let head = lines.next().unwrap_or_default();
        let mut rows: Vec<Vec<String>> = lines.collect();
        // The last line is the caption, which has a place of its own here.
        rows.pop();
        Self { name: table.sheet.name.clone(), caption: document::clean(&table.caption), head, rows }
    }
}

/// What was counted.
enum Made {
    Month(Box<Statistics>),
    Year(Box<YearReport>),
}

impl Made {
    fn whole(&self) -> &Statistics {
        match self {
            Self::Month(report) => report,
            Self::Year(report) => &report.whole,
        }
    }

    fn tables(&self) -> Vec<Table> {
        match self {
            Self::Month(report) => document::statistics_tables(report),
            Self::Year(report) => document::year_tables(report),
        }
    }
}

/// Which month or year is asked for: `year`, with `month` or without. This month when nothing is, or nothing that can be.
fn wanted(query: Option<&str>, today: NaiveDate) -> Stretch {
    let value = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let year: Option<i32> = value("year").parse().ok();
    let month: Option<u32> = value("month").parse().ok();
    let read = match (year, month) {
        (Some(year), Some(month)) => NaiveDate::from_ymd_opt(year, month, 1).and_then(statistics::month_of),
        (Some(year), None) => NaiveDate::from_ymd_opt(year, 1, 1).and_then(statistics::year_of),
        (None, _) => None,
    };
    // No case is older than the Republic's calendar, and its end has no end.
    let read = read.filter(|it| (1912..=9998).contains(&it.first().year()));
    read.or_else(|| statistics::month_of(today)).unwrap_or(Stretch::Month(today))
}

fn address(stretch: Stretch) -> String {
    let first = stretch.first();
    match stretch {
        Stretch::Month(_) => format!("year={}&month={}", first.year(), first.month()),
        Stretch::Year(_) => format!("year={}", first.year()),
    }
}

impl Desk {
    async fn figures(&self, query: Option<&str>) -> Result<(Made, Stretch), Fault> {
        let console = &self.console;
        let made = console.clock.now();
        let stretch = wanted(query, taipei(made).date_naive());
        let period = statistics::period(stretch).ok_or(Fault::Missing)?;
        let (store, judge) = (console.store.clone(), Arc::clone(&console.judge));
        let runtime = tokio::runtime::Handle::current();
        // It reads every version of many reports word by word, which would hold up every other page.
        let counting = move || runtime.block_on(casefile::counted(&store, &judge, period));
        let cases = tokio::task::spawn_blocking(counting).await.map_err(|error| Fault::Panic(error.to_string()))??;
        let answers = console.store.survey_scores(period).await?;
        let closures: Vec<_> = console.store.closures().await?.into_iter().map(|row| row.closure).collect();
        let with = Making { city: &console.city, closures: &closures, office: &console.office.name, made };
        let report = match stretch {
            Stretch::Month(_) => {
                statistics::statistics(&with, stretch, &cases, &answers).map(|it| Made::Month(Box::new(it)))
            }
            Stretch::Year(_) => statistics::year(&with, stretch, &cases, &answers).map(|it| Made::Year(Box::new(it))),
        };
        Ok((report.ok_or(Fault::Missing)?, stretch))
    }

    async fn statistics_file(
        &self,
        visitor: &Visitor,
        query: Option<&str>,
        (media_type, ending): (&'static str, &str),
        write: impl FnOnce(&Statistics, &[Table]) -> Result<Vec<u8>, Fault>,
    ) -> Response {
        let made = self.figures(query).await.and_then(|(made, stretch)| {
            let named = match stretch {
                Stretch::Month(first) => first.format("statistics-%Y-%m").to_string(),
                Stretch::Year(first) => first.format("statistics-%Y").to_string(),
            };
            Ok((named, write(made.whole(), &made.tables())?))
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
    let made = desk.figures(query.as_deref()).await.map(|(made, stretch)| {
        let now = made.whole().made;
        let today = taipei(now).date_naive();
        let first = stretch.first();
        let year = |year: i32| Choice {
            value: year.to_string(),
            name: NaiveDate::from_ymd_opt(year, 1, 1).map_or_else(String::new, |day| format!("{}年", roc_year(day))),
            count: String::new(),
            chosen: year == first.year(),
        };
        let is_year = matches!(stretch, Stretch::Year(_));
        let month = |month: u32| Choice {
            value: month.to_string(),
            name: format!("{month}月"),
            count: String::new(),
            chosen: !is_year && month == first.month(),
        };
        // One that is older was asked for by its address.
        let oldest = (today.year() - YEARS + 1).min(first.year()).max(today.year() - 30);
        StatisticsPage {
            frame: Frame::new(Section::Statistics, now, visitor.clone()),
            title: document::statistics_title(made.whole()),
            years: (oldest..=today.year().max(first.year().min(today.year() + 1))).rev().map(year).collect(),
            months: (1..=12).map(month).collect(),
            query: address(stretch),
            is_year,
            tables: made.tables().iter().map(TableView::of).collect(),
        }
    });
    desk.answer(&visitor, made)
}

/// The spreadsheet.
pub(in crate::web) async fn ods(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let write = |whole: &Statistics, tables: &[Table]| {
        let sheets: Vec<_> = tables.iter().map(Table::noted).collect();
        Ok(document::ods(&document::statistics_title(whole), &whole.office, whole.period.until, &sheets)?)
    };
    desk.statistics_file(&visitor, query.as_deref(), (ODS_TYPE, "ods"), write).await
}

/// The comma-separated tables.
pub(in crate::web) async fn csv(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let write =
        |_: &Statistics, tables: &[Table]| Ok(wire::comma_separated(&document::tables_lines(tables)).into_bytes());
    desk.statistics_file(&visitor, query.as_deref(), (CSV_TYPE, "csv"), write).await
}

/// The figures for programs.
pub(in crate::web) async fn json(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let made = desk.figures(query.as_deref()).await.and_then(|(made, _)| {
        let told = match &made {
            Made::Month(report) => serde_json::to_value(StatisticsOut::from(report.as_ref())),
            Made::Year(report) => serde_json::to_value(YearOut::from(report.as_ref())),
        };
        told.map_err(|error| Fault::Panic(error.to_string()))
    });
    match made {
        Ok(told) => api::answer(&told),
        Err(fault) => desk.apology(&visitor, &fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_asks_for_a_month_or_a_year_and_nonsense_for_this_month() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 17).unwrap();
        let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1).unwrap();
        for (query, expect) in [
            ("year=2025&month=12", Stretch::Month(day(2025, 12))),
            ("year=2025", Stretch::Year(day(2025, 1))),
            ("year=2025&month=", Stretch::Year(day(2025, 1))),
            ("", Stretch::Month(day(2026, 3))),
            ("year=2025&month=13", Stretch::Month(day(2026, 3))),
            ("year=x&month=1", Stretch::Month(day(2026, 3))),
            ("year=200000", Stretch::Month(day(2026, 3))),
        ] {
            assert_eq!(wanted(Some(query), today), expect, "{query}");
            assert_eq!(wanted(Some(&address(expect)), today), expect, "{query}");
        }
    }
}
