//! Rows of JSON Lines, or of a table whose first row names its columns, by the names of the columns.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::csv;
use crate::domain::StatementFault;

/// A column, with the heads it may have besides its name.
pub(super) type ColumnName = (&'static str, &'static [&'static str]);

/// Why a row is refused, in words for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// A line is no JSON object.
    #[error("不是 JSON 物件")]
    NotObject,
    /// A field holds a list or an object.
    #[error("欄位 {0} 須為文字或數字")]
    NotText(String),
    /// A quoted field of a table is never closed.
    #[error("引號未成對，其後各行均無法判讀")]
    OpenQuote,
    /// A row has more fields than the table has columns.
    #[error("欄位數 {0} 多於表頭的 {1} 欄")]
    TooManyFields(usize, usize),
    /// A time cannot be read.
    #[error("{0}「{1}」不是日期或時間，請寫成 2026-03-17 或 115/03/17")]
    Time(&'static str, String),
    /// The kind is none.
    #[error("種類「{0}」須為 release、decision、jurisdiction、denial 或 hand")]
    Kind(String),
    /// A row of a table says of nothing.
    #[error("缺少主題（subject），或標題、內容")]
    NoSubject,
    /// A row of a table says nothing.
    #[error("缺少數值（value）或狀態（status）")]
    NoValue,
    /// A statement cannot be kept.
    #[error(transparent)]
    Statement(#[from] StatementFault),
    /// A survey is about nothing, or about two things.
    #[error("須填案件（case）或 1999 案號（number_1999），且只填其一")]
    NotOneMatter,
    /// The number of a matter is not one.
    #[error("1999 案號「{0}」須為 40 字以內的英數字與連字號")]
    Number(String),
    /// A survey has no day.
    #[error("缺少日期（date）")]
    NoDay,
    /// A survey was answered on a day to come.
    #[error("日期 {0} 在今天之後")]
    Future(String),
    /// How content somebody is cannot be read.
    #[error("分數「{0}」須為 1 至 5，或非常滿意、滿意、普通、不滿意、非常不滿意")]
    Score(String),
    /// A field is longer than it may be.
    #[error("欄位 {0} 超過 {1} 字")]
    TooLong(&'static str, usize),
    /// There is no such case.
    #[error("沒有案件「{0}」")]
    NoCase(String),
}

/// A row, or why it cannot be read, with the line it begins on, from 1.
pub(super) struct Record {
    pub line: usize,
    /// What it says, by column; nothing empty.
    pub fields: Result<HashMap<&'static str, String>, RowFault>,
}

/// The rows of a text: JSON Lines, or, where the first sign is no brace, a table. Columns that are not known are left out.
pub(super) fn records(text: &str, columns: &[ColumnName]) -> Vec<Record> {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    if begins.starts_with(['{', '[']) { from_lines(text, columns) } else { from_table(text, columns) }
}

fn from_lines(text: &str, columns: &[ColumnName]) -> Vec<Record> {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            let object = serde_json::from_str::<Map<String, Value>>(line).map_err(|_| RowFault::NotObject);
            Record { line: at + 1, fields: object.and_then(|object| of_object(&object, columns)) }
        })
        .collect()
}

fn from_table(text: &str, columns: &[ColumnName]) -> Vec<Record> {
    let mut rows = csv::rows(text).into_iter();
    let Some(head) = rows.next().and_then(|row| row.fields) else { return Vec::new() };
    let named: Vec<Option<&'static str>> = head.iter().map(|name| column(name, columns)).collect();
    rows.map(|row| {
        let fields = match row.fields {
            None => Err(RowFault::OpenQuote),
            Some(fields) if fields.len() > named.len() => Err(RowFault::TooManyFields(fields.len(), named.len())),
            Some(fields) => Ok(of_row(&named, fields)),
        };
        Record { line: row.line, fields }
    })
    .collect()
}

fn column(head: &str, columns: &[ColumnName]) -> Option<&'static str> {
    let head = head.trim();
    columns.iter().find(|(name, others)| head.eq_ignore_ascii_case(name) || others.contains(&head)).map(|it| it.0)
}

/// What a JSON object says, by column.
pub(super) fn of_object(
    object: &Map<String, Value>,
    columns: &[ColumnName],
) -> Result<HashMap<&'static str, String>, RowFault> {
    let mut fields = HashMap::new();
    for (name, value) in object {
        let Some(name) = column(name, columns) else { continue };
        let written = match value {
            Value::Null => continue,
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(RowFault::NotText(name.to_owned())),
        };
        if !written.is_empty() {
            fields.insert(name, written);
        }
    }
    Ok(fields)
}

fn of_row(columns: &[Option<&'static str>], fields: Vec<String>) -> HashMap<&'static str, String> {
    let named = columns.iter().zip(fields).filter_map(|(name, field)| Some(((*name)?, field.trim().to_owned())));
    named.filter(|(_, field)| !field.is_empty()).collect()
}
