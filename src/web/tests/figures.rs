//! The pages of figures with nothing in them and with the worst.

use super::{check, frame, hostile};
use crate::web::{
    faq::{FaqPage, QuestionRow},
    list::Choice,
    statistics::{StatisticsPage, TableView},
};

#[test]
fn the_figures_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let choice = || vec![Choice { value: own(), name: own(), count: own(), chosen: true }];
        let table = TableView {
            name: own(),
            caption: own(),
            head: vec![own(), own()],
            rows: vec![vec![own(), own()], Vec::new()],
        };
        let page = StatisticsPage {
            frame: frame(),
            title: own(),
            years: choice(),
            months: choice(),
            query: own(),
            is_year: text.is_empty(),
            tables: vec![table],
        };
        check(&page);
        check(&StatisticsPage { tables: Vec::new(), years: Vec::new(), months: Vec::new(), ..page });
    }
}

#[test]
fn questions_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = QuestionRow {
            wording: own(),
            variants: vec![own()],
            service: own(),
            asked: usize::MAX,
            outlets: own(),
            districts: own(),
            first: own(),
            last: own(),
            reports: vec![own()],
            answer: Some((own(), own(), own(), own(), own())),
        };
        let open = QuestionRow { answer: None, variants: Vec::new(), reports: Vec::new(), ..row.clone() };
        let page = FaqPage {
            frame: frame(),
            from: own(),
            to: own(),
            caption: own(),
            wrong: Some("註"),
            rows: vec![row, open],
        };
        check(&page);
        check(&FaqPage { wrong: None, rows: Vec::new(), ..page });
    }
}
