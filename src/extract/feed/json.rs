//! JSON Feed 1.0 and 1.1.

use serde_json::Value;
use url::Url;

use super::{FeedError, Reading, Seen, base::Base, identified, said};
use crate::domain::Entry;

/// The entries of a JSON Feed.
pub(super) fn entries(text: &str, base: Option<&Url>, reading: Reading) -> Result<Vec<Entry>, FeedError> {
    let document: Value = serde_json::from_str(text).map_err(|error| FeedError::Json(error.to_string()))?;
    let items = document.get("items").and_then(Value::as_array).ok_or(FeedError::NotAFeed(Seen::Json))?;
    let base = Base::new(base);
    Ok(items.iter().map(|item| entry(item, &base, reading)).collect())
}

fn entry(item: &Value, base: &Base<'_>, reading: Reading) -> Entry {
    let text = |name: &str| item.get(name).and_then(string);
    let date = |name: &str| text(name).and_then(|text| reading.date(&text));
    let strings = |name: &str| item.get(name).and_then(Value::as_array).into_iter().flatten();
    let authors = strings("authors").chain(item.get("author")).chain(strings("author"));
    identified(Entry {
        id: text("id").unwrap_or_default(),
        title: text("title").unwrap_or_default(),
        link: ["url", "external_url"].iter().find_map(|name| base.link(&text(name)?)),
        author: authors
            .filter_map(|author| author.get("name").unwrap_or(author).as_str())
            .find_map(|name| said(name.trim().to_owned())),
        published: date("date_published"),
        updated: date("date_modified"),
        summary: text("summary"),
        content: text("content_html").or_else(|| text("content_text")),
        categories: strings("tags").filter_map(string).collect(),
        outlet: None,
    })
}

/// A string, or a number where a publisher's id is one.
fn string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => said(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
