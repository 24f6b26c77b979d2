//! Feed parsing against documents with expected fields, in the field names of the gofeed project: one JSON object a line with
//! `path`, `input` and `expected`.

use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::tally::Tally;
use crate::{
    domain::{Dated, Entry},
    extract::feed,
};

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedScore {
    /// One tally a field, then `entries` (as many as expected) and `documents` (read, or refused where that is expected).
    pub fields: Vec<Tally>,
    /// Document, field, expected and read, for each wrong answer.
    pub wrong: Vec<Wrong>,
}

/// One wrong answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The document.
    pub document: String,
    /// The field.
    pub field: &'static str,
    /// What was expected.
    pub expected: String,
    /// What was read.
    pub read: String,
}

impl FeedScore {
    /// Right answers of all fields of entries.
    #[must_use]
    pub fn all_fields(&self) -> Tally {
        let mut all = Tally::new("all fields");
        for tally in self.fields.iter().filter(|tally| FIELDS.contains(&tally.name.as_str())) {
            all.right += tally.right;
            all.total += tally.total;
        }
        all
    }

    fn count(&mut self, document: &str, field: &'static str, expected: &str, read: &str) {
        let right = expected == read;
        if let Some(tally) = self.fields.iter_mut().find(|tally| tally.name == field) {
            tally.count(right);
        }
        if !right {
            let (expected, read) = (expected.to_owned(), read.to_owned());
            self.wrong.push(Wrong { document: document.to_owned(), field, expected, read });
        }
    }
}

const FIELDS: [&str; 9] = ["title", "link", "id", "author", "published", "updated", "summary", "content", "categories"];

/// Parses every document of `gofeed_testdata.jsonl` in `dir` and compares every expected field of every entry. A field that is
/// not expected is not asked for.
///
/// # Errors
/// When the file cannot be read or holds something else.
pub fn score(dir: &Path, now: DateTime<Utc>) -> anyhow::Result<FeedScore> {
    let path = dir.join("gofeed_testdata.jsonl");
    let rows = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let fields = FIELDS.iter().chain(&["entries", "documents"]).map(|name| Tally::new(name)).collect();
    let mut score = FeedScore { fields, wrong: Vec::new() };
    for line in rows.lines().filter(|line| !line.trim().is_empty()) {
        let row: Value = serde_json::from_str(line).with_context(|| format!("a row of {}", path.display()))?;
        let text = |name: &str| row.get(name).and_then(Value::as_str).with_context(|| format!("a row without {name}"));
        document(&mut score, text("path")?, text("input")?, row.get("expected").unwrap_or(&Value::Null), now);
    }
    Ok(score)
}

fn document(score: &mut FeedScore, path: &str, input: &str, expected: &Value, now: DateTime<Utc>) {
    let listing = feed::parse(input.as_bytes(), None, None, now);
    let is_feed = if path.contains("unknown") { "refused" } else { "read" };
    score.count(path, "documents", is_feed, if listing.is_ok() { "read" } else { "refused" });
    let items = ["items", "entries"].iter().find_map(|name| expected.get(name)?.as_array());
    let Some(items) = items else { return };
    let entries = listing.map(|listing| listing.entries).unwrap_or_default();
    score.count(path, "entries", &items.len().to_string(), &entries.len().to_string());
    let nothing = Entry::default();
    for (at, item) in items.iter().enumerate() {
        let read = entries.get(at).unwrap_or(&nothing);
        for field in FIELDS {
            if let Some(expected) = wanted(item, field) {
                score.count(path, field, &expected, &given(read, field, &expected));
            }
        }
    }
}

/// What the entry says of a field, in the form of `wanted`.
fn given(entry: &Entry, field: &str, expected: &str) -> String {
    let date = |dated: Option<Dated>| dated.map(|dated| dated.at.to_rfc3339()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match field {
        "title" => entry.title.clone(),
        "link" => text(&entry.link),
        "id" => entry.id.clone(),
        // The name may have been taken out of `address (name)`.
        "author" => text(&entry.author.as_ref().map(|name| {
            if !name.is_empty() && expected.contains(&format!("({name})")) { expected.to_owned() } else { name.clone() }
        })),
        "published" => date(entry.published),
        "updated" => date(entry.updated),
        "summary" => text(&entry.summary),
        "content" => text(&entry.content),
        _ => entry.categories.join("\n"),
    }
}

/// What a document expects of a field; the names differ between gofeed's parsers and its common form.
fn wanted(item: &Value, field: &str) -> Option<String> {
    let at = |names: &[&str]| names.iter().find_map(|name| item.get(name)).filter(|value| !value.is_null());
    let text = |value: &Value| value.as_str().map(str::to_owned).filter(|text| !text.is_empty());
    let date = |names: &[&str]| {
        let at = DateTime::parse_from_rfc3339(at(names)?.as_str()?).ok()?;
        Some(at.to_utc().to_rfc3339())
    };
    match field {
        "title" => text(at(&["title"])?),
        "link" => at(&["link", "url", "external_url"]).and_then(text).or_else(|| {
            let links = item.get("links")?.as_array()?;
            let alternate = links.iter().find(|link| link.get("rel").is_some_and(|rel| rel == "alternate"));
            text(alternate.map_or(links.first()?, |link| link.get("href").unwrap_or(&Value::Null)))
        }),
        "id" => at(&["guid", "id"]).and_then(|id| text(id.get("value").unwrap_or(id))),
        "author" => {
            let author = item.get("author").or_else(|| item.get("authors")?.get(0))?;
            text(author).or_else(|| ["name", "email"].iter().find_map(|name| text(author.get(name)?)))
        }
        "published" => date(&["publishedParsed", "pubDateParsed", "date_published"]),
        "updated" => date(&["updatedParsed", "date_modified"]),
        "summary" => text(at(&["description", "summary"])?),
        "content" => {
            let content = at(&["content", "content_html", "content_text"])?;
            text(content.get("value").unwrap_or(content))
        }
        _ => {
            let values = at(&["categories", "tags"])?.as_array()?;
            let name = |value: &Value| {
                text(value).or_else(|| ["value", "label", "term"].iter().find_map(|name| text(value.get(name)?)))
            };
            let names: Vec<String> = values.iter().filter_map(name).collect();
            (!names.is_empty()).then(|| names.join("\n"))
        }
    }
}
