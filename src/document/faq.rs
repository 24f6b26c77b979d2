//! What people keep asking, as a table.

use super::{
    odf::{Cell, Column, Sheet},
    table::Table,
    words::roc_moment,
};
use crate::domain::{FaqCandidate, Period};

use chrono::{DateTime, Utc};

/// What stands where nothing was said yet.
pub const UNANSWERED: &str = "尚無說明";

/// The table. `service` gives the name of a service by its id.
#[must_use]
pub fn faq_table(
    candidates: &[FaqCandidate],
    period: Period,
    made: DateTime<Utc>,
    service: impl Fn(&str) -> String,
) -> Table {
    let columns = [
        ("問題", 90),
        ("次數", 16),
        ("服務類別", 32),
        ("行政區", 40),
        ("來源", 50),
        ("最早", 44),
        ("最近", 44),
        ("最接近的說明", 90),
        ("說明機關", 50),
        ("接近程度（%）", 28),
    ];
    let row = |it: &FaqCandidate| {
        let answer = it.answer.as_ref();
        let text = |words: String| Cell::Text(words);
        vec![
            text(it.wording.clone()),
            Cell::Count(i64::try_from(it.asked).unwrap_or(i64::MAX)),
            text(it.service.as_deref().map_or_else(|| "未分類".to_owned(), &service)),
            text(it.districts.join("、")),
            text(it.outlets.join("、")),
            Cell::Moment(it.first),
            Cell::Moment(it.last),
            text(answer.map_or_else(|| UNANSWERED.to_owned(), |it| it.title.clone())),
            answer.map_or(Cell::Empty, |it| text(it.agency.clone())),
            answer.map_or(Cell::Empty, |it| Cell::Number(it.nearness * 100.0)),
        ]
    };
    let rows = if candidates.is_empty() {
        vec![vec![Cell::Text("本期間沒有重複詢問的問題".to_owned()), Cell::Count(0)]]
    } else {
        candidates.iter().map(row).collect()
    };
    Table {
        caption: format!(
            "統計範圍：{}至{}（不含）首次取得、研判屬市政且為提問或陳情之貼文及報導；同一文字之轉載計一次，列出二次以上者　製表：{}",
            roc_moment(period.from),
            roc_moment(period.until),
            roc_moment(made)
        ),
        sheet: Sheet {
            name: "常見問題候選".to_owned(),
            columns: columns.map(|(title, width)| Column { title: title.to_owned(), width }).into(),
            rows,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{NearestAnswer, Said};

    #[test]
    fn a_question_without_an_answer_says_so() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let period = Period { from: at("2026-03-01T00:00:00+08:00"), until: at("2026-04-01T00:00:00+08:00") };
        let open = FaqCandidate {
            wording: "垃圾車幾點來".into(),
            variants: Vec::new(),
            service: Some("waste".into()),
            asked: 3,
            reports: vec!["r1".into()],
            outlets: vec!["甲論壇".into(), "乙社群".into()],
            districts: Vec::new(),
            first: period.from,
            last: period.from,
            answer: None,
        };
        let near = NearestAnswer {
            title: "清運路線".into(),
            agency: "環境保護局".into(),
            said: Said::Statement("f".into()),
            quote: String::new(),
            nearness: 0.625,
        };
        let answered = FaqCandidate { answer: Some(near), service: None, ..open.clone() };
        let lines = faq_table(&[open, answered], period, period.until, |id| format!("<{id}>")).lines();
        assert_eq!(lines[1][..5], ["垃圾車幾點來", "3", "<waste>", "", "甲論壇、乙社群"]);
        assert_eq!(lines[1][7..], ["尚無說明", "", ""]);
        assert_eq!(
            (lines[2][2].as_str(), &lines[2][7..]),
            ("未分類", &["清運路線".into(), "環境保護局".into(), "62.50".to_owned()][..])
        );
        assert!(lines[3][0].contains("115年3月1日 00:00至115年4月1日 00:00（不含）"), "{lines:?}");
        assert_eq!(faq_table(&[], period, period.until, str::to_owned).lines()[1], ["本期間沒有重複詢問的問題", "0"]);
    }
}
