//! Any JSON document, read by RFC 6901 pointers that the source's configuration gives.

use chrono::{DateTime, Utc};
use serde_json::Value;
use url::Url;

use super::{
    date,
    feed::{FeedError, Seen, identified, newest},
    link, plain,
};
use crate::domain::{Entry, Listing, Pointers};

/// Reads the items that `pointers` lead to. An item with neither title nor link nor text is passed over; an item's id is what
/// its pointer gives, else its link, else a hash of its text.
///
/// # Errors
/// [`FeedError`] when the text is not JSON, when `pointers.items` leads to no array, or when the pointer to the title fits no
/// item.
pub fn parse(text: &str, pointers: &Pointers, base: Option<&Url>, now: DateTime<Utc>) -> Result<Listing, FeedError> {
    let start = text.trim_start();
    if start.is_empty() {
        return Err(FeedError::Empty);
    }
    if start.starts_with('<') {
        return Err(FeedError::NotAFeed(Seen::of(start)));
    }
    let document: Value = serde_json::from_str(start).map_err(|error| FeedError::Json(error.to_string()))?;
    let astray = |pointer: &str, wanted| FeedError::Pointer { pointer: pointer.to_owned(), wanted };
    let items = document.pointer(&pointers.items).and_then(Value::as_array);
    let items = items.ok_or_else(|| astray(&pointers.items, "array"))?;
    let entries: Vec<Entry> = items.iter().map(|item| entry(item, pointers, base, now)).collect();
    if !entries.is_empty() && entries.iter().all(|entry| entry.title.is_empty()) {
        return Err(astray(&pointers.title, "title"));
    }
    let told: Vec<Entry> =
        entries.into_iter().filter(|e| !e.title.is_empty() || e.link.is_some() || e.content.is_some()).collect();
    let empty = items.len() - told.len();
    let mut listing = newest(told);
    listing.passed_over += empty;
    Ok(listing)
}

fn entry(item: &Value, pointers: &Pointers, base: Option<&Url>, now: DateTime<Utc>) -> Entry {
    let at = |pointer: &Option<String>| pointer.as_deref().and_then(|pointer| scalar(item.pointer(pointer)?));
    let address = at(&pointers.link);
    let link = address.and_then(|href| match base {
        Some(base) => link::resolve(base, &href),
        None => link::absolute(&href),
    });
    identified(Entry {
        id: at(&pointers.id).unwrap_or_default(),
        title: item.pointer(&pointers.title).and_then(scalar).map(|title| plain::line(&title)).unwrap_or_default(),
        link: link.map(Into::into),
        author: at(&pointers.author),
        published: at(&pointers.published).and_then(|text| date::parse(&text, now)),
        content: at(&pointers.content),
        ..Entry::default()
    })
}

/// A string, number or truth value as text; nothing for null, for an empty string and for structures.
fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-03-17T10:00:00Z").unwrap().to_utc()
    }

    fn pointers() -> Pointers {
        Pointers {
            items: "/data/list".into(),
            id: Some("/no".into()),
            title: "/head~1line".into(),
            link: Some("/links/0/href".into()),
            content: Some("/body".into()),
            published: Some("/at".into()),
            author: Some("/dept".into()),
        }
    }

    #[test]
    fn fields_are_found_where_the_pointers_lead() {
        let text = r#"{"data":{"list":[{"no":42,"head/line":"<b>停水</b>公告","links":[{"href":"/n/42"}],"body":"全文",
            "at":"115/03/17 10:48","dept":"水利局"},{"no":43}]}}"#;
        let base = Url::parse("https://open.example.tw/api").unwrap();
        let listing = parse(text, &pointers(), Some(&base), now()).unwrap();
        let [entry] = listing.entries.as_slice() else { panic!("{listing:?}") };
        assert_eq!((entry.id.as_str(), entry.title.as_str()), ("42", "停水公告"));
        assert_eq!(entry.link.as_deref(), Some("https://open.example.tw/n/42"));
        assert_eq!(entry.published, date::parse("2026-03-17 10:48", now()));
        assert_eq!((entry.author.as_deref(), entry.content.as_deref()), (Some("水利局"), Some("全文")));
        assert_eq!(listing.passed_over, 1);
    }

    #[test]
    fn a_pointer_that_leads_nowhere_is_named() {
        let error = parse(r#"{"data":[]}"#, &pointers(), None, now()).unwrap_err();
        assert!(error.to_string().contains("/data/list"), "{error}");
        let error = parse(r#"{"data":{"list":[{"title":"x"}]}}"#, &pointers(), None, now()).unwrap_err();
        assert!(error.to_string().contains("/head~1line"), "{error}");
    }

    #[test]
    fn a_document_may_itself_be_the_array() {
        let pointers = Pointers { title: "/t".into(), ..Pointers::default() };
        assert_eq!(parse(r#"[{"t":"甲"}]"#, &pointers, None, now()).unwrap().entries.len(), 1);
    }
}
