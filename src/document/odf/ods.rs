//! Tables with typed cells, for the 輿情彙整表 and the reports of a month or a year.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    super::{
        markup::Markup,
        words::{one_line, roc_moment},
    },
    DocumentFault, FONTS, NAMESPACES,
    package::{Meta, Parts, package},
    part, words,
};
use crate::domain::{roc_date, taipei};

/// The media type of the file.
pub const ODS_TYPE: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// Characters of a sheet's name; other programs cut longer ones.
const LONGEST_NAME: usize = 31;

/// Cells, the page and how values are shown.
const STYLES: &str = include_str!("ods-styles.xml");

/// A sheet. What stands in a row behind the last column is written too.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Its name on the tab. Characters that programs refuse are replaced, and a name that is taken gets a number.
    pub name: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The word in the first row, which stays in sight and is printed on every page.
    pub title: String,
    /// Its width in millimetres.
    pub width: u16,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text. It is never a formula, whatever it begins with.
    Text(String),
    /// A whole number or a count, shown with thousands.
    Count(i64),
    /// A number, shown with two places; what is not finite stays empty.
    Number(f64),
    /// A day, shown as 115年3月17日.
    Day(NaiveDate),
    /// An instant, shown in Taipei's time.
    Moment(DateTime<Utc>),
    /// How long, shown as hours and minutes.
    Duration(TimeDelta),
}

/// The file. `title` and `creator` stand in its properties, `at` is the end of the period it tells of.
///
/// # Errors
/// When a part is larger than 4 GiB.
pub fn ods(title: &str, creator: &str, at: DateTime<Utc>, sheets: &[Sheet]) -> Result<Vec<u8>, DocumentFault> {
    let names = names(sheets);
    package(&Parts {
        media_type: ODS_TYPE,
        meta: Meta {
            title: &one_line(title),
            creator: &one_line(creator),
            date: Some(taipei(at).format("%Y-%m-%dT%H:%M:%S").to_string()),
        },
        content: content(sheets, &names),
        styles: styles(),
        settings: Some(settings(&names)),
    })
}

/// Names that every program takes, each once.
fn names(sheets: &[Sheet]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut names = Vec::new();
    for (sheet, number) in sheets.iter().zip(1..) {
        let plain: String = one_line(&sheet.name)
            .trim_matches('\'')
            .chars()
            .map(|sign| if "[]*?:/\\".contains(sign) { '－' } else { sign })
            .take(LONGEST_NAME)
            .collect();
        let mut name = if plain.is_empty() { format!("工作表{number}") } else { plain.clone() };
        let mut again = 2;
        while !taken.insert(name.to_lowercase()) {
            let mark = format!("（{again}）");
            name = plain.chars().take(LONGEST_NAME - mark.chars().count()).chain(mark.chars()).collect();
            again += 1;
        }
        names.push(name);
    }
    names
}

fn content(sheets: &[Sheet], names: &[String]) -> String {
    let widths: BTreeSet<u16> = sheets.iter().flat_map(|sheet| &sheet.columns).map(|column| column.width).collect();
    part("office:document-content", |xml| {
        xml.constant(FONTS);
        xml.element("office:automatic-styles", &[], |xml| {
            for width in widths {
                let name = format!("width{width}");
                xml.element("style:style", &[("style:name", &name), ("style:family", "table-column")], |xml| {
                    xml.void("style:table-column-properties", &[("style:column-width", &format!("{width}mm"))]);
                });
            }
            xml.constant(
                "<style:style style:name=\"sheet\" style:family=\"table\" style:master-page-name=\"Standard\">\
                 <style:table-properties table:display=\"true\" style:writing-mode=\"lr-tb\"/></style:style>\
                 <style:style style:name=\"row\" style:family=\"table-row\"><style:table-row-properties \
                 style:use-optimal-row-height=\"true\"/></style:style>",
            );
        });
        xml.element("office:body", &[], |xml| {
            xml.element("office:spreadsheet", &[], |xml| {
                for (sheet, name) in sheets.iter().zip(names) {
                    table(xml, sheet, name);
                }
            });
        });
    })
}

fn table(xml: &mut Markup, sheet: &Sheet, name: &str) {
    xml.element("table:table", &[("table:name", name), ("table:style-name", "sheet")], |xml| {
        for column in &sheet.columns {
            let style = format!("width{}", column.width);
            xml.void(
                "table:table-column",
                &[("table:style-name", &style), ("table:default-cell-style-name", "Default")],
            );
        }
        // A row may not be longer than the columns that are declared.
        let widest = sheet.rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        if let Some(further @ 1..) = widest.checked_sub(sheet.columns.len()) {
            xml.void("table:table-column", &[("table:number-columns-repeated", &further.to_string())]);
        }
        xml.element("table:table-header-rows", &[], |xml| {
            xml.element("table:table-row", &[("table:style-name", "row")], |xml| {
                for column in &sheet.columns {
                    text_cell(xml, "Head", &one_line(&column.title));
                }
                if sheet.columns.is_empty() {
                    xml.void("table:table-cell", &[]);
                }
            });
        });
        for row in &sheet.rows {
            xml.element("table:table-row", &[("table:style-name", "row")], |xml| {
                for one in row {
                    cell(xml, one);
                }
                if row.is_empty() {
                    xml.void("table:table-cell", &[]);
                }
            });
        }
    });
}

fn cell(xml: &mut Markup, cell: &Cell) {
    match cell {
        Cell::Text(text) => text_cell(xml, "Words", text),
        Cell::Count(count) => {
            let written = count.to_string();
            value_cell(xml, "Count", "float", ("office:value", &written), &written);
        }
        Cell::Number(number) if number.is_finite() => {
            let written = number.to_string();
            value_cell(xml, "Number", "float", ("office:value", &written), &written);
        }
        Cell::Day(day) => {
            value_cell(xml, "Day", "date", ("office:date-value", &day.format("%Y-%m-%d").to_string()), &roc_date(*day));
        }
        Cell::Moment(at) => {
            let written = taipei(*at).format("%Y-%m-%dT%H:%M:%S").to_string();
            value_cell(xml, "Moment", "date", ("office:date-value", &written), &roc_moment(*at));
        }
        Cell::Duration(length) => {
            let (seconds, sign) =
                (length.num_seconds().unsigned_abs(), if length.num_seconds() < 0 { "-" } else { "" });
            let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let written = format!("{sign}PT{hours}H{minutes}M{rest}S");
            value_cell(
                xml,
                "Duration",
                "time",
                ("office:time-value", &written),
                &format!("{sign}{hours}:{minutes:02}"),
            );
        }
        Cell::Empty | Cell::Number(_) => xml.void("table:table-cell", &[("table:style-name", "Words")]),
    }
}

fn value_cell(xml: &mut Markup, style: &str, kind: &str, value: (&str, &str), shown: &str) {
    let attributes = [("table:style-name", style), ("office:value-type", kind), value];
    xml.element("table:table-cell", &attributes, |xml| xml.leaf("text:p", &[], shown));
}

fn text_cell(xml: &mut Markup, style: &str, text: &str) {
    xml.element("table:table-cell", &[("table:style-name", style), ("office:value-type", "string")], |xml| {
        // A cell's line is a paragraph of its own; a line break inside one is lost by some programs.
        for line in super::clean(text).lines() {
            xml.element("text:p", &[], |xml| words(xml, line));
        }
    });
}

fn styles() -> String {
    let mut xml = Markup::xml();
    xml.element("office:document-styles", &NAMESPACES, |xml| {
        xml.constant(FONTS);
        xml.constant(STYLES);
    });
    xml.finish()
}

/// Keeps the first row of every sheet in sight.
fn settings(names: &[String]) -> String {
    let item = |xml: &mut Markup, name: &str, kind: &str, value: &str| {
        xml.leaf("config:config-item", &[("config:name", name), ("config:type", kind)], value);
    };
    part("office:document-settings", |xml| {
        xml.element("office:settings", &[], |xml| {
            xml.element("config:config-item-set", &[("config:name", "ooo:view-settings")], |xml| {
                xml.element("config:config-item-map-indexed", &[("config:name", "Views")], |xml| {
                    xml.element("config:config-item-map-entry", &[], |xml| {
                        item(xml, "ViewId", "string", "view1");
                        xml.element("config:config-item-map-named", &[("config:name", "Tables")], |xml| {
                            for name in names {
                                xml.element("config:config-item-map-entry", &[("config:name", name)], |xml| {
                                    // 2 is "frozen"; pane 2 lies below the split.
                                    item(xml, "VerticalSplitMode", "short", "2");
                                    item(xml, "VerticalSplitPosition", "int", "1");
                                    item(xml, "ActiveSplitRange", "short", "2");
                                    item(xml, "PositionBottom", "int", "1");
                                });
                            }
                        });
                    });
                });
            });
        });
    })
}
