//! The report of a month as tables. Each says which cases it counts and when it was made, so that it can be made again.

use super::{
    odf::{Cell, Column, Sheet},
    table::Table,
    words::roc_moment,
};
use crate::domain::{MonthReport, roc_year};
use chrono::Datelike;

/// Days of the week from Monday on.
const WEEKDAYS: [&str; 7] = ["週一", "週二", "週三", "週四", "週五", "週六", "週日"];

/// What the report is called: `115年3月輿情案件統計`.
#[must_use]
pub fn month_title(report: &MonthReport) -> String {
    format!("{}年{}月輿情案件統計", roc_year(report.month), report.month.month())
}

/// Its tables; one that says so when there was no case.
#[must_use]
pub fn month_tables(report: &MonthReport) -> Vec<Table> {
    if report.cases == 0 {
        let rows = vec![vec![Cell::Text("本月份沒有案件".to_owned()), Cell::Count(0)]];
        return vec![table(report, "案件", &[("說明", 60), ("件數", 20)], rows)];
    }
    let named = |name: &Option<String>, none: &str| name.clone().unwrap_or_else(|| none.to_owned());
    let counted = |name: &str, over: &str, counts: Vec<(String, u64)>| {
        let rows =
            counts.into_iter().map(|(name, count)| vec![Cell::Text(name), cell(count), share(count, report.cases)]);
        table(report, name, &[(over, 50), ("件數", 20), ("百分比", 20)], rows.collect())
    };
    let levels = report.levels.iter().map(|(level, n)| (format!("{}（{}）", level.words(), level.name()), *n));
    let services = report.services.iter().map(|(name, n)| (named(name, "未分類"), *n));
    let districts = report.districts.iter().map(|(name, n)| (named(name, "未指明"), *n));
    let hours = report.hours.iter().zip(0..).map(|(n, hour)| (format!("{hour:02}:00–{hour:02}:59"), *n));
    let weekdays = report.weekdays.iter().zip(WEEKDAYS).map(|(n, day)| (day.to_owned(), *n));
    let states = report.states.iter().map(|(state, n)| (state.words().to_owned(), *n));
    vec![
        counted("案件類型－等級", "等級", levels.collect()),
        counted("案件類型－服務類別", "服務類別", services.collect()),
        counted("地域", "行政區", districts.collect()),
        counted("時間－時段", "知悉時段", hours.collect()),
        counted("時間－星期", "知悉日", weekdays.collect()),
        goals(report),
        counted("處理結果", "辦理情形", states.collect()),
        table(
            report,
            "媒體更正",
            &[("媒體處理情形", 50), ("家次", 20)],
            report.remedies.iter().map(|(remedy, n)| vec![Cell::Text(remedy.words().to_owned()), cell(*n)]).collect(),
        ),
    ]
}

fn goals(report: &MonthReport) -> Table {
    let columns =
        [("時限", 40), ("如期", 20), ("逾時完成", 20), ("逾時未完成", 24), ("未到期", 20), ("如期百分比", 24)];
    let rows = report.goals.iter().map(|it| {
        let rate = it.rate().map_or(Cell::Empty, |rate| Cell::Number(rate * 100.0));
        let name = Cell::Text(it.goal.words().to_owned());
        vec![name, cell(it.on_time), cell(it.late), cell(it.overdue), cell(it.running), rate]
    });
    table(report, "回覆時限", &columns, rows.collect())
}

fn table(report: &MonthReport, name: &str, columns: &[(&str, u16)], rows: Vec<Vec<Cell>>) -> Table {
    let columns = columns.iter().map(|(title, width)| Column { title: (*title).to_owned(), width: *width }).collect();
    let (from, until) = (roc_moment(report.period.from), roc_moment(report.period.until));
    let made = roc_moment(report.made);
    Table {
        caption: format!(
            "{}　統計範圍：知悉時間自{from}至{until}（不含）之案件，計 {} 件　製表：{made}，案件為製表時之辦理情形",
            report.office, report.cases
        ),
        sheet: Sheet { name: name.to_owned(), columns, rows },
    }
}

fn cell(count: u64) -> Cell {
    Cell::Count(i64::try_from(count).unwrap_or(i64::MAX))
}

fn share(count: u64, all: u64) -> Cell {
    Cell::Number(if all == 0 { f64::NAN } else { count as f64 * 100.0 / all as f64 })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate, Utc};

    use super::*;
    use crate::domain::{CaseLevel, CaseState, Goal, GoalCount, Period, Remedy};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn report(cases: u64) -> MonthReport {
        MonthReport {
            office: "新聞局".into(),
            month: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            period: Period { from: at("2026-03-01T00:00:00+08:00"), until: at("2026-04-01T00:00:00+08:00") },
            made: at("2026-04-01T09:00:00+08:00"),
            cases,
            levels: vec![(CaseLevel::A, cases)],
            services: vec![(None, cases)],
            districts: vec![(Some("鳳山區".into()), 1), (None, 3)],
            hours: vec![0; 24],
            weekdays: vec![1, 0, 0, 0, 0, 0, 3],
            goals: vec![GoalCount { goal: Goal::Publish, on_time: 2, late: 1, overdue: 1, running: 0 }],
            states: vec![(CaseState::Closed, 4)],
            remedies: vec![(Remedy::Corrected, 2)],
        }
    }

    #[test]
    fn every_table_says_what_it_counts_and_when_it_was_made() {
        let tables = month_tables(&report(4));
        let caption = "新聞局　統計範圍：知悉時間自115年3月1日 00:00至115年4月1日 00:00（不含）之案件，計 4 件　\
                       製表：115年4月1日 09:00，案件為製表時之辦理情形";
        assert!(tables.len() == 8 && tables.iter().all(|table| table.caption == caption), "{tables:?}");
        let lines = |name: &str| tables.iter().find(|it| it.sheet.name == name).unwrap().lines();
        assert_eq!(lines("地域")[1..3], [["鳳山區", "1", "25.00"], ["未指明", "3", "75.00"]]);
        assert_eq!(lines("時間－星期")[7], ["週日", "3", "75.00"]);
        assert_eq!(lines("回覆時限")[1], ["發布回應", "2", "1", "1", "0", "50.00"]);
        assert_eq!(month_title(&report(4)), "115年3月輿情案件統計");
    }

    #[test]
    fn an_empty_month_says_so() {
        let tables = month_tables(&report(0));
        assert_eq!((tables.len(), tables[0].lines()[1][0].as_str()), (1, "本月份沒有案件"));
        assert!(tables[0].caption.contains("計 0 件"));
    }
}
