//! Announcements as a Mastodon hashtag timeline.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{answer::Answer, site::Site, stamp, template::escape};
use crate::demo::day::Shown;

/// The statuses that are out, as `/api/v1/timelines/tag/…` gives them.
pub(super) fn statuses(site: &Site, now: DateTime<Utc>) -> Answer {
    let statuses: Value = site.shown(now).iter().map(|shown| status(site, shown)).collect();
    Answer::ok("application/json; charset=utf-8", statuses.to_string())
}

fn status(site: &Site, shown: &Shown<'_>) -> Value {
    let (report, url) = (shown.report, site.at(&site.path(shown.report)));
    let account = &report.byline;
    let tags: Vec<Value> =
        tags(shown.text).map(|name| json!({"name": name, "url": site.at(&format!("/tags/{name}"))})).collect();
    json!({
        "id": format!("1142760000000{}", report.serial),
        "created_at": stamp::millis(report.at),
        "edited_at": shown.updated.map(stamp::millis),
        "in_reply_to_id": null,
        "sensitive": false,
        "spoiler_text": "",
        "visibility": "public",
        "language": "zh-TW",
        "uri": site.at(&format!("/users/{account}/statuses/1142760000000{}", report.serial)),
        "url": url,
        "replies_count": report.serial % 4,
        "reblogs_count": report.serial % 7,
        "favourites_count": report.serial % 23,
        "content": content(site, shown.text),
        "reblog": null,
        "account": {"id": format!("10{}", report.serial), "username": account, "acct": account, "display_name": account, "bot": false},
        "media_attachments": [],
        "tags": tags,
    })
}

/// Paragraphs of HTML with every hashtag a link.
fn content(site: &Site, text: &str) -> String {
    let lines = text.lines().map(|line| {
        let mut html = escape(line);
        for name in tags(line) {
            let link = format!(
                r#"<a href="{}" class="mention hashtag" rel="tag">#<span>{name}</span></a>"#,
                site.at(&format!("/tags/{name}"))
            );
            html = html.replace(&format!("#{name}"), &link);
        }
        format!("<p>{html}</p>")
    });
    lines.collect()
}

/// The hashtags of a text, without their marks.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    let marked = text.split('#').skip(1);
    marked.filter_map(|rest| rest.split(|c: char| !c.is_alphanumeric()).next()).filter(|name| !name.is_empty())
}
