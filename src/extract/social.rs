//! Posts of Mastodon's public timelines.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    date,
    feed::{FeedError, Seen, newest},
    link, plain,
};
use crate::domain::{Entry, Listing};

/// A post has no headline: this many characters of its text stand in.
const TITLE_CHARS: usize = 40;

/// Reads an array of statuses (`/api/v1/timelines/tag/…`). The text is plain text in `content`; a boost counts as the post it
/// repeats; posts without text are passed over.
///
/// # Errors
/// [`FeedError`] when the text is not JSON, or not an array; the server's own error message is repeated.
pub fn mastodon(text: &str, now: DateTime<Utc>) -> Result<Listing, FeedError> {
    let start = text.trim_start();
    if start.is_empty() {
        return Err(FeedError::Empty);
    }
    if start.starts_with('<') {
        return Err(FeedError::NotAFeed(Seen::of(start)));
    }
    let document: Value = serde_json::from_str(start).map_err(|error| FeedError::Json(error.to_string()))?;
    let Some(statuses) = document.as_array() else {
        let said = document.get("error").and_then(Value::as_str).unwrap_or("an object instead of a list of posts");
        return Err(FeedError::Json(format!("the server answered: {said}")));
    };
    let entries: Vec<Entry> = statuses.iter().filter_map(|status| entry(status, now)).collect();
    let silent = statuses.len() - entries.len();
    let mut listing = newest(entries);
    listing.passed_over += silent;
    Ok(listing)
}

fn entry(status: &Value, now: DateTime<Utc>) -> Option<Entry> {
    let status = status.get("reblog").filter(|boosted| boosted.is_object()).unwrap_or(status);
    let string = |name: &str| status.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let date = |name: &str| string(name).and_then(|text| date::parse(text, now));
    let body = plain::text(string("content").unwrap_or_default());
    let warning = plain::line(string("spoiler_text").unwrap_or_default());
    let text = [warning, body].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        return None;
    }
    let uri = string("uri");
    let author = status.get("account").and_then(|account| account.get("acct")).and_then(Value::as_str);
    let tags = status.get("tags").and_then(Value::as_array).into_iter().flatten();
    Some(Entry {
        id: uri.or_else(|| string("id")).or_else(|| string("url"))?.to_owned(),
        title: title(&text),
        link: string("url").or(uri).filter(|address| link::absolute(address).is_some()).map(str::to_owned),
        author: author.map(str::to_owned),
        published: date("created_at"),
        updated: date("edited_at"),
        summary: None,
        content: Some(text),
        categories: tags.filter_map(|tag| tag.get("name").and_then(Value::as_str)).map(str::to_owned).collect(),
        outlet: None,
    })
}

/// The first line, cut after 40 characters.
fn title(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut title: String = line.chars().take(TITLE_CHARS).collect();
    if title.len() < line.len() {
        title.push('…');
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-03-17T10:00:00Z").unwrap().to_utc()
    }

    #[test]
    fn a_status_becomes_a_plain_text_entry() {
        let text = r#"[{"id":"1","uri":"https://m.example/users/a/statuses/1","url":"https://m.example/@a/1",
            "created_at":"2026-03-17T02:48:00.000Z","edited_at":null,"account":{"acct":"takao@m.example"},
            "content":"<p>前鎮區 <a href=\"x\">#<span>路燈</span></a> 又不亮了 &amp; 好暗</p><p>第二段</p>","tags":[{"name":"路燈"}]},
            {"id":"2","content":""}]"#;
        let listing = mastodon(text, now()).unwrap();
        let [entry] = listing.entries.as_slice() else { panic!("{listing:?}") };
        assert_eq!(entry.title, "前鎮區 #路燈 又不亮了 & 好暗");
        assert_eq!(entry.content.as_deref(), Some("前鎮區 #路燈 又不亮了 & 好暗\n第二段"));
        assert_eq!(entry.id, "https://m.example/users/a/statuses/1");
        assert_eq!(entry.link.as_deref(), Some("https://m.example/@a/1"));
        assert_eq!(entry.author.as_deref(), Some("takao@m.example"));
        assert_eq!(entry.published, date::parse("2026-03-17 10:48", now()));
        assert_eq!((entry.updated, entry.categories.as_slice()), (None, ["路燈".to_owned()].as_slice()));
        assert_eq!(listing.passed_over, 1);
    }

    #[test]
    fn a_long_post_is_cut_for_its_title() {
        assert_eq!(title(&"高".repeat(41)), format!("{}…", "高".repeat(40)));
    }

    #[test]
    fn the_servers_refusal_is_repeated() {
        let error = mastodon(r#"{"error":"This method requires an authenticated user"}"#, now()).unwrap_err();
        assert!(error.to_string().contains("authenticated user"), "{error}");
    }
}
