//! The figures of a month or a year as tables. Each says which cases it counts, by what, when it was made and by which
//! command, so that it can be made again.

use std::collections::BTreeMap;

use chrono::Datelike;

use super::{
    odf::{Cell, Column, Sheet},
    table::Table,
    words::roc_moment,
};
use crate::domain::{Goal, GoalCount, Statistics, Stretch, YearReport};

/// Days of the week from Monday on.
const WEEKDAYS: [&str; 7] = ["週一", "週二", "週三", "週四", "週五", "週六", "週日"];

/// What a time-limit is measured with.
const BY_CLOCK: &str =
    "以辦公日曆、停班登錄與時限設定（deadlines.toml）算出之期限，對照 cases.acknowledged_at、planned_at、answered_at";

/// What answers to surveys are taken from.
const BY_SURVEY: &str = "satisfaction.day 於統計範圍內之全部問卷，1 至 5 分，4 分以上為滿意";

/// What is read from a report.
type OfReport = fn(&Statistics) -> Cell;

/// Something that is counted, row by row.
struct Figure {
    /// What it is called.
    name: &'static str,
    /// What the rows are.
    over: &'static str,
    /// What is counted.
    unit: &'static str,
    /// By what, in the names of the database.
    query: &'static str,
    rows: Vec<(String, u64)>,
}

/// What the report is called: `115年3月輿情案件統計`, `115年輿情案件統計`.
#[must_use]
pub fn statistics_title(report: &Statistics) -> String {
    let year = report.stretch.roc_year();
    match report.stretch {
        Stretch::Month(first) => format!("{year}年{}月輿情案件統計", first.month()),
        Stretch::Year(_) => format!("{year}年輿情案件統計"),
    }
}

/// The tables of a month; where there was no case, one that says so.
#[must_use]
pub fn statistics_tables(report: &Statistics) -> Vec<Table> {
    if report.cases == 0 {
        let rows = vec![vec![Cell::Text("本期間沒有案件".to_owned()), Cell::Count(0)]];
        let mut tables = vec![table(report, ("案件", "cases"), columns(&[("說明", 60), ("件數", 20)]), rows)];
        tables.extend(report.satisfaction.is_some().then(|| content(report)));
        return tables;
    }
    let counted = |figure: Figure| {
        let has_share = figure.unit == "件數";
        let rows = figure.rows.into_iter().map(|(name, count)| {
            let mut row = vec![Cell::Text(name), cell(count)];
            row.extend(has_share.then(|| share(count, report.cases)));
            row
        });
        let mut all = vec![(figure.over, 50), (figure.unit, 20)];
        all.extend(has_share.then_some(("百分比", 20)));
        table(report, (figure.name, figure.query), columns(&all), rows.collect())
    };
    let mut tables: Vec<Table> = figures(report).into_iter().map(counted).collect();
    tables.push(goals(report));
    tables.push(content(report));
    tables
}

/// The tables of a year: a column for every month, left blank where it had not begun, and the year's total.
#[must_use]
pub fn year_tables(report: &YearReport) -> Vec<Table> {
    let whole = &report.whole;
    let counted = |figure: Figure| {
        let months: Vec<Option<BTreeMap<String, u64>>> = report
            .months
            .iter()
            .map(|month| {
                let same = figures(month.as_ref()?).into_iter().find(|it| it.name == figure.name)?;
                Some(same.rows.into_iter().collect())
            })
            .collect();
        let has_share = figure.unit == "件數";
        let rows = figure.rows.iter().map(|(name, count)| {
            let of_month = |month: &Option<BTreeMap<String, u64>>| {
                month.as_ref().map_or(Cell::Empty, |rows| cell(rows.get(name).copied().unwrap_or_default()))
            };
            let mut row = vec![Cell::Text(name.clone())];
            row.extend(months.iter().map(of_month));
            row.push(cell(*count));
            row.extend(has_share.then(|| share(*count, whole.cases)));
            row
        });
        let last: &[&str] = if has_share { &["合計", "百分比"] } else { &["合計"] };
        table(whole, (figure.name, figure.query), by_month(figure.over, last), rows.collect())
    };
    let all = |of: &dyn Fn(&Statistics) -> Cell| -> Vec<Cell> {
        let months = report.months.iter().map(|month| month.as_ref().map_or(Cell::Empty, of));
        months.chain([of(whole)]).collect()
    };
    let named = |name: String, cells: Vec<Cell>| [Cell::Text(name)].into_iter().chain(cells).collect::<Vec<_>>();
    let goal = |of: fn(GoalCount) -> Cell| -> Vec<Vec<Cell>> {
        let row = |goal: Goal| {
            let cells = all(&|it| it.goals.iter().find(|it| it.goal == goal).map_or(Cell::Empty, |it| of(*it)));
            named(goal.words().to_owned(), cells)
        };
        Goal::ALL.into_iter().map(row).collect()
    };
    let total = named("案件".to_owned(), all(&|it| cell(it.cases)));
    let mut tables = vec![table(whole, ("案件總數", "cases 計件"), by_month("項目", &["合計"]), vec![total])];
    tables.extend(figures(whole).into_iter().map(counted));
    tables.push(table(
        whole,
        ("回覆時限－如期百分比", BY_CLOCK),
        by_month("時限", &["全年"]),
        goal(|it| it.rate().map_or(Cell::Empty, |rate| Cell::Number(rate * 100.0))),
    ));
    tables.push(table(
        whole,
        ("逾期件次", BY_CLOCK),
        by_month("時限", &["合計"]),
        goal(|it| cell(it.late + it.overdue)),
    ));
    let answers = content_rows().into_iter().map(|(name, of)| named(name.to_owned(), all(&of)));
    tables.push(table(whole, ("滿意度", BY_SURVEY), by_month("項目", &["全年"]), answers.collect()));
    tables
}

/// Everything that is counted case by case or outlet by outlet, in the order of the report.
fn figures(report: &Statistics) -> Vec<Figure> {
    let named = |name: &Option<String>, none: &str| name.clone().unwrap_or_else(|| none.to_owned());
    let of_cases = |name, over, query, rows| Figure { name, over, unit: "件數", query, rows };
    let levels = report.levels.iter().map(|(level, n)| (format!("{}（{}）", level.words(), level.name()), *n));
    let services = report.services.iter().map(|(name, n)| (named(name, "未分類"), *n));
    let districts = report.districts.iter().map(|(name, n)| (named(name, "未指明"), *n));
    let hours = report.hours.iter().zip(0..).map(|(n, hour)| (format!("{hour:02}:00–{hour:02}:59"), *n));
    let weekdays = report.weekdays.iter().zip(WEEKDAYS).map(|(n, day)| (day.to_owned(), *n));
    let served = report.served.iter().map(|(whom, n)| (whom.words().to_owned(), *n));
    let states = report.states.iter().map(|(state, n)| (state.words().to_owned(), *n));
    let remedies = report.remedies.iter().map(|(remedy, n)| (remedy.words().to_owned(), *n));
    vec![
        of_cases("案件類型－等級", "等級", "依 cases.level 計件", levels.collect()),
        of_cases("案件類型－服務類別", "服務類別", "依 cases.service 計件", services.collect()),
        of_cases("地域", "行政區", "依 cases.district 計件", districts.collect()),
        of_cases("時間－時段", "知悉時段", "依 cases.known_at 之臺北時間計件", hours.collect()),
        of_cases("時間－星期", "知悉日", "依 cases.known_at 之臺北日期計件", weekdays.collect()),
        of_cases(
            "服務對象",
            "服務對象",
            "C 級為陳情民眾，其餘依最先列入報導之 case_reports.sort 計件",
            served.collect(),
        ),
        of_cases("處理結果", "辦理情形", "依 cases.state 計件", states.collect()),
        Figure {
            name: "媒體更正",
            over: "媒體處理情形",
            unit: "家次",
            query: "依各報導歷次查看（visits、revisions）判定，每案每家媒體計一次",
            rows: remedies.collect(),
        },
    ]
}

fn goals(report: &Statistics) -> Table {
    let all = [("時限", 40), ("如期", 20), ("逾時完成", 20), ("逾時未完成", 24), ("未到期", 20), ("如期百分比", 24)];
    let rows = report.goals.iter().map(|it| {
        let rate = it.rate().map_or(Cell::Empty, |rate| Cell::Number(rate * 100.0));
        let name = Cell::Text(it.goal.words().to_owned());
        vec![name, cell(it.on_time), cell(it.late), cell(it.overdue), cell(it.running), rate]
    });
    table(report, ("回覆時限", BY_CLOCK), columns(&all), rows.collect())
}

fn content(report: &Statistics) -> Table {
    let rows = content_rows().into_iter().map(|(name, of)| vec![Cell::Text(name.to_owned()), of(report)]);
    table(report, ("滿意度", BY_SURVEY), columns(&[("項目", 50), ("數值", 20)]), rows.collect())
}

/// What is said of surveys. Where none was imported there is no figure, not zero.
fn content_rows() -> [(&'static str, OfReport); 3] {
    fn none() -> Cell {
        Cell::Text("—".to_owned())
    }
    [
        ("問卷份數", |it| it.satisfaction.map_or_else(none, |it| cell(it.answers))),
        ("平均分數（1 至 5）", |it| it.satisfaction.map_or_else(none, |it| Cell::Number(it.mean()))),
        ("滿意百分比", |it| it.satisfaction.map_or_else(none, |it| Cell::Number(it.share() * 100.0))),
    ]
}

fn table(report: &Statistics, (name, query): (&str, &str), columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> Table {
    let (from, until) = (roc_moment(report.period.from), roc_moment(report.period.until));
    let made = roc_moment(report.made);
    let command = match report.stretch {
        Stretch::Month(first) => format!("--month {}", first.format("%Y-%m")),
        Stretch::Year(first) => format!("--year {}", first.year()),
    };
    Table {
        caption: format!(
            "{}　統計範圍：知悉時間自{from}至{until}（不含）之案件，計 {} 件　統計方式：{query}　\
             製表：{made}，案件為製表時之辦理情形　重製：clarion report {command}",
            report.office, report.cases
        ),
        sheet: Sheet { name: name.to_owned(), columns, rows },
    }
}

fn columns(all: &[(&str, u16)]) -> Vec<Column> {
    all.iter().map(|(title, width)| Column { title: (*title).to_owned(), width: *width }).collect()
}

fn by_month(over: &str, last: &[&str]) -> Vec<Column> {
    let column = |title: String, width| Column { title, width };
    let months = (1..=12).map(|month| column(format!("{month}月"), 13));
    let last = last.iter().map(|title| column((*title).to_owned(), 16));
    [column(over.to_owned(), 48)].into_iter().chain(months).chain(last).collect()
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
    use crate::domain::{CaseLevel, CaseState, Period, Remedy, Satisfaction, Served};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn report(cases: u64) -> Statistics {
        Statistics {
            office: "新聞局".into(),
            stretch: Stretch::Month(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()),
            period: Period { from: at("2026-03-01T00:00:00+08:00"), until: at("2026-04-01T00:00:00+08:00") },
            made: at("2026-04-01T09:00:00+08:00"),
            cases,
            levels: vec![(CaseLevel::A, cases)],
            services: vec![(None, cases)],
            districts: vec![(Some("鳳山區".into()), 1), (None, 3)],
            hours: vec![0; 24],
            weekdays: vec![1, 0, 0, 0, 0, 0, 3],
            served: vec![(Served::Petitioner, cases)],
            goals: vec![GoalCount { goal: Goal::Publish, on_time: 2, late: 1, overdue: 1, running: 0 }],
            states: vec![(CaseState::Closed, 4)],
            remedies: vec![(Remedy::Corrected, 2)],
            satisfaction: None,
        }
    }

    fn lines(tables: &[Table], name: &str) -> Vec<Vec<String>> {
        tables.iter().find(|it| it.sheet.name == name).map(Table::lines).unwrap()
    }

    #[test]
    fn every_table_says_what_it_counts_by_what_and_how_it_is_made_again() {
        let tables = statistics_tables(&report(4));
        assert_eq!(tables.len(), 10);
        for table in &tables {
            for words in [
                "新聞局　統計範圍：知悉時間自115年3月1日 00:00至115年4月1日 00:00（不含）之案件，計 4 件　統計方式：",
                "製表：115年4月1日 09:00，案件為製表時之辦理情形　重製：clarion report --month 2026-03",
            ] {
                assert!(table.caption.contains(words), "{}", table.caption);
            }
        }
        assert!(tables[2].caption.contains("統計方式：依 cases.district 計件　"), "{}", tables[2].caption);
        assert_eq!(lines(&tables, "地域")[1..3], [["鳳山區", "1", "25.00"], ["未指明", "3", "75.00"]]);
        assert_eq!(lines(&tables, "時間－星期")[7], ["週日", "3", "75.00"]);
        assert_eq!(lines(&tables, "服務對象")[1], ["陳情民眾（1999 轉錄）", "4", "100.00"]);
        assert_eq!(lines(&tables, "回覆時限")[1], ["發布回應", "2", "1", "1", "0", "50.00"]);
        assert_eq!(lines(&tables, "媒體更正")[1].len(), 2);
        assert_eq!(lines(&tables, "滿意度")[1], ["問卷份數", "—"]);
        assert_eq!(statistics_title(&report(4)), "115年3月輿情案件統計");
    }

    #[test]
    fn an_empty_month_says_so() {
        let tables = statistics_tables(&report(0));
        assert_eq!((tables.len(), tables[0].lines()[1][0].as_str()), (1, "本期間沒有案件"));
        assert!(tables[0].caption.contains("計 0 件"));
        let asked = Statistics { satisfaction: Some(Satisfaction { answers: 4, total: 13, content: 2 }), ..report(0) };
        let tables = statistics_tables(&asked);
        assert_eq!(
            lines(&tables, "滿意度")[1..4],
            [["問卷份數", "4"], ["平均分數（1 至 5）", "3.25"], ["滿意百分比", "50.00"]]
        );
    }

    #[test]
    fn a_year_shows_its_months_beside_each_other_and_blanks_for_those_to_come() {
        let whole = Statistics {
            stretch: Stretch::Year(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()),
            districts: vec![(Some("三民區".into()), 7), (Some("鳳山區".into()), 1), (None, 3)],
            satisfaction: Some(Satisfaction { answers: 2, total: 9, content: 2 }),
            ..report(11)
        };
        let mut months = vec![None; 12];
        months[2] = Some(report(4));
        let year = YearReport { whole, months };
        assert_eq!(statistics_title(&year.whole), "115年輿情案件統計");
        let tables = year_tables(&year);
        let region = lines(&tables, "地域");
        assert_eq!(region[0][..4], ["行政區", "1月", "2月", "3月"]);
        assert_eq!((region[0].len(), region[0][13].as_str(), region[0][14].as_str()), (15, "合計", "百分比"));
        assert_eq!((region[1][0].as_str(), region[1][3].as_str(), region[1][13].as_str()), ("三民區", "0", "7"));
        assert_eq!((region[2][3].as_str(), region[2][4].as_str(), region[2][14].as_str()), ("1", "", "9.09"));
        let (kept, late) = (lines(&tables, "回覆時限－如期百分比"), lines(&tables, "逾期件次"));
        assert_eq!((kept[3][0].as_str(), kept[3][3].as_str(), late[3][3].as_str()), ("發布回應", "50.00", "2"));
        assert_eq!((kept[1][3].as_str(), kept[1][4].as_str()), ("", ""), "nothing was measured, or it is to come");
        let content = lines(&tables, "滿意度");
        assert_eq!((content[1][3].as_str(), content[1][4].as_str(), content[2][13].as_str()), ("—", "", "4.50"));
        assert!(tables.iter().all(|table| table.caption.ends_with("重製：clarion report --year 2026")));
    }
}
