//! Tables that say of themselves what they were made of: as a page and as text, beside the sheets of a spreadsheet.

use super::{
    markup::Markup,
    odf::{Cell, Sheet},
    words::{clean, one_line, roc_moment},
};
use crate::domain::roc_date;

/// The page, wider than a letter: tables have many columns.
const PAGE: &str = "max-width:70em;margin:0 auto;padding:16px;color:#1a1a1a;background:#ffffff;font-size:16px;\
                    line-height:1.6;font-family:'PingFang TC','Microsoft JhengHei','Noto Sans TC',sans-serif";

/// A table that is wider than a telephone moves sideways by itself, not with the page.
const FRAME: &str = "overflow-x:auto;margin:1.2em 0";

const TABLE: &str = "border-collapse:collapse;min-width:20em";

const CAPTION: &str = "text-align:left;padding:4px 0;font-size:14px;color:#4a4a4a";

const CELL: &str = "border:1px solid #767676;padding:4px 8px;text-align:left;vertical-align:top";

/// A sheet with what it was made of and when, without which nobody could make it again.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// What it was made of and when.
    pub caption: String,
    /// The rows.
    pub sheet: Sheet,
}

impl Table {
    /// The sheet with the caption below its rows, where it is printed with them.
    #[must_use]
    pub fn noted(&self) -> Sheet {
        let mut sheet = self.sheet.clone();
        sheet.rows.push(vec![Cell::Text(self.caption.clone())]);
        sheet
    }

    /// The rows as text, the words over the columns first and the caption last.
    #[must_use]
    pub fn lines(&self) -> Vec<Vec<String>> {
        let head = self.sheet.columns.iter().map(|column| one_line(&column.title)).collect();
        let sheet = self.noted();
        let rows = sheet.rows.iter().map(|row| row.iter().map(Cell::words).collect());
        std::iter::once(head).chain(rows).collect()
    }

    fn write(&self, page: &mut Markup) {
        page.element("div", &[("style", FRAME), ("tabindex", "0")], |page| {
            page.element("table", &[("style", TABLE)], |page| {
                page.leaf("caption", &[("style", CAPTION)], &one_line(&self.caption));
                page.element("thead", &[], |page| {
                    page.element("tr", &[], |page| {
                        for column in &self.sheet.columns {
                            page.leaf("th", &[("scope", "col"), ("style", CELL)], &one_line(&column.title));
                        }
                    });
                });
                page.element("tbody", &[], |page| {
                    for row in &self.sheet.rows {
                        page.element("tr", &[], |page| {
                            for cell in row {
                                page.leaf("td", &[("style", CELL)], &cell.words());
                            }
                        });
                    }
                });
            });
        });
    }
}

impl Cell {
    /// What is read in it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) => clean(text),
            Self::Count(count) => count.to_string(),
            Self::Number(number) if number.is_finite() => format!("{number:.2}"),
            Self::Day(day) => roc_date(*day),
            Self::Moment(at) => roc_moment(*at),
            Self::Duration(length) => {
                let minutes = length.num_minutes().unsigned_abs();
                let sign = if length.num_minutes() < 0 { "-" } else { "" };
                format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
            }
            Self::Empty | Self::Number(_) => String::new(),
        }
    }
}

/// Tables one after the other as text, each under its name and with an empty line behind it.
#[must_use]
pub fn tables_lines(tables: &[Table]) -> Vec<Vec<String>> {
    let lines = |table: &Table| {
        let name = vec![table.sheet.name.clone()];
        std::iter::once(name).chain(table.lines()).chain(std::iter::once(Vec::new())).collect::<Vec<_>>()
    };
    tables.iter().flat_map(lines).collect()
}

/// A page of tables under their names.
#[must_use]
pub fn tables_html(title: &str, tables: &[Table]) -> String {
    page(title, |page| {
        for table in tables {
            page.leaf("h2", &[("style", "font-size:19px;margin:1.4em 0 0.2em")], &one_line(&table.sheet.name));
            table.write(page);
        }
    })
}

/// A whole page.
pub(super) fn page(title: &str, inside: impl FnOnce(&mut Markup)) -> String {
    let mut page = Markup::default();
    page.constant("<!DOCTYPE html>\n");
    page.element("html", &[("lang", "zh-Hant-TW")], |page| {
        page.element("head", &[], |page| {
            page.void("meta", &[("charset", "utf-8")]);
            page.void("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
            page.leaf("title", &[], &one_line(title));
        });
        page.element("body", &[("style", "margin:0;background:#ffffff")], |page| {
            page.element("main", &[("style", PAGE)], |page| {
                page.leaf("h1", &[("style", "font-size:24px;line-height:1.4")], &one_line(title));
                inside(page);
            });
        });
    });
    page.finish()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::document::Column;

    #[test]
    fn a_table_is_read_with_what_it_was_made_of() {
        let table = Table {
            caption: "統計期間：<3月>".into(),
            sheet: Sheet {
                name: "等級".into(),
                columns: ["等級", "件數"].map(|title| Column { title: title.into(), width: 20 }).into(),
                rows: vec![vec![Cell::Text("<b>重大</b>".into()), Cell::Count(1234)]],
            },
        };
        let lines = table.lines();
        assert_eq!(
            (&lines[0], &lines[1]),
            (&vec!["等級".to_owned(), "件數".into()], &vec!["<b>重大</b>".into(), "1234".into()])
        );
        assert_eq!(lines[2], ["統計期間：<3月>"]);
        assert_eq!(table.noted().rows.last(), Some(&vec![Cell::Text("統計期間：<3月>".into())]));
        let page = tables_html("月報", &[table]);
        assert!(page.contains("統計期間：&lt;3月&gt;</caption>") && page.contains("&lt;b&gt;重大&lt;/b&gt;"), "{page}");
        assert!(page.contains("<th scope=\"col\"") && !page.contains("<b>"), "{page}");
    }

    #[test]
    fn a_length_of_time_keeps_its_sign() {
        assert_eq!(Cell::Duration(TimeDelta::minutes(125)).words(), "2:05");
        assert_eq!(Cell::Duration(TimeDelta::minutes(-5)).words(), "-0:05");
        assert_eq!(Cell::Number(f64::NAN).words(), "");
    }
}
