//! JSON Lines handed in as files → [`Entry`]. The shape of a line is that of `clarion analyze`.

use serde::Deserialize;

use crate::domain::{Dated, Entry};

use super::date;
use chrono::{DateTime, Utc};

/// A line longer than this is no report; the longest court judgments are about 2 MB.
pub const LONGEST_LINE: usize = 8 * 1024 * 1024;

/// Why a line was passed over. The other lines are read all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FolderError {
    /// Not JSON of the expected shape.
    #[error("line {line}: not a document ({reason}); each line is one object with \"id\", \"title\" and \"text\"")]
    Shape {
        /// The line, counted from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// A document without any words.
    #[error("line {line}: document {id:?} has neither title nor text; leave it out or fill it in")]
    Empty {
        /// The line, counted from 1.
        line: usize,
        /// What it calls itself.
        id: String,
    },
    /// A document without an id.
    #[error("line {line}: \"id\" is empty; give each document an id of its own")]
    NoId {
        /// The line, counted from 1.
        line: usize,
    },
    /// A time that is none.
    #[error("line {line}: published_at = {written:?} is no time; write it like 2026-03-17T10:48:00+08:00")]
    Time {
        /// The line, counted from 1.
        line: usize,
        /// As written.
        written: String,
    },
    /// A line beyond all measure.
    #[error("line {line} has {bytes} bytes, more than {LONGEST_LINE}; split the document")]
    TooLong {
        /// The line, counted from 1.
        line: usize,
        /// Its length.
        bytes: usize,
    },
}

#[derive(Deserialize)]
struct Document {
    id: Id,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    text: Option<String>,
    url: Option<String>,
    outlet: Option<String>,
    channel: Option<String>,
    published_at: Option<String>,
}

/// Exports write ids as text or as numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Id {
    Text(String),
    Number(i64),
}

/// The documents of a JSON Lines text, one result a line; empty lines are passed over in silence. The channel becomes
/// the entry's category, the text its content. `now` resolves times written without a year.
pub fn rows(text: &str, now: DateTime<Utc>) -> impl Iterator<Item = Result<Entry, FolderError>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(move |(number, line)| row(line, number + 1, now))
}

fn row(text: &str, line: usize, now: DateTime<Utc>) -> Result<Entry, FolderError> {
    if text.len() > LONGEST_LINE {
        return Err(FolderError::TooLong { line, bytes: text.len() });
    }
    let document: Document =
        serde_json::from_str(text).map_err(|error| FolderError::Shape { line, reason: error.to_string() })?;
    let filled = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let id = match document.id {
        Id::Text(id) => id.trim().to_owned(),
        Id::Number(id) => id.to_string(),
    };
    if id.is_empty() {
        return Err(FolderError::NoId { line });
    }
    let (title, content) = (filled(document.title), filled(document.text));
    if title.is_none() && content.is_none() {
        return Err(FolderError::Empty { line, id });
    }
    let published = filled(document.published_at).map(|written| time(written, line, now)).transpose()?;
    Ok(Entry {
        id,
        title: title.unwrap_or_default(),
        content,
        link: filled(document.url),
        outlet: filled(document.outlet),
        categories: filled(document.channel).into_iter().collect(),
        published,
        ..Entry::default()
    })
}

fn time(written: String, line: usize, now: DateTime<Utc>) -> Result<Dated, FolderError> {
    date::parse(&written, now).ok_or(FolderError::Time { line, written })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Entry, FolderError>> {
        rows(text, "2026-03-20T00:00:00Z".parse().unwrap()).collect()
    }

    #[test]
    fn a_line_is_a_document() {
        let rows = read(
            "\u{feff}{\"id\":\"a\",\"title\":\"路燈\",\"text\":\"不亮\",\"outlet\":\"燈塔\",\"published_at\":\"2026-03-17T10:48:00+08:00\"}\r\n\n{\"id\":7,\"title\":null,\"text\":\"積水\",\"channel\":\"social\"}\n",
        );
        let rows: Vec<Entry> = rows.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            (rows[0].title.as_str(), rows[0].content.as_deref(), rows[0].outlet.as_deref()),
            ("路燈", Some("不亮"), Some("燈塔"))
        );
        assert_eq!((rows[1].id.as_str(), rows[1].categories.as_slice()), ("7", ["social".to_owned()].as_slice()));
        assert!(rows[0].published.is_some());
    }

    #[test]
    fn a_bad_line_is_named_by_its_number_and_the_rest_goes_on() {
        let rows = read(
            "{\n{\"id\":\"a\",\"title\":\"x\",\"text\":\"\"}\n{\"id\":\"b\",\"title\":\" \",\"text\":\"\"}\n{\"id\":\"\",\"title\":\"x\"}\n{\"id\":\"c\",\"title\":\"x\",\"published_at\":\"whenever\"}\n[]",
        );
        let errors: Vec<String> = rows.iter().filter_map(|row| row.as_ref().err()).map(ToString::to_string).collect();
        assert!(rows[1].is_ok());
        let starts = ["line 1: not", "line 3: document \"b\"", "line 4: \"id\"", "line 5: published_at", "line 6: not"];
        assert!(
            errors.iter().zip(starts).all(|(error, start)| error.starts_with(start)) && errors.len() == 5,
            "{errors:?}"
        );
    }
}
