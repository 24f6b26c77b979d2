//! Announcements as RSS 2.0, Atom, YouTube's Atom and JSON Feed.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    page::values,
    site::Site,
    stamp,
    template::{Values, fill, paragraphs},
};
use crate::demo::{day::Shown, sources::Outlet};

/// RSS 2.0: leads, and the whole text as `content:encoded` where the outlet gives it.
pub(super) fn rss(site: &Site, now: DateTime<Utc>) -> Answer {
    let items = items(site, now, |shown| {
        let mut values = values(site, shown);
        if site.outlet == Outlet::Gangbian {
            let encoded = format!("<content:encoded><![CDATA[{}]]></content:encoded>", paragraphs(shown.text));
            values.push(("encoded", encoded));
        }
        fill(include_str!("markup/rss_item.xml"), &values)
    });
    let channel = channel(site, items, stamp::rfc822(changed(site, now)));
    Answer::ok("application/rss+xml; charset=utf-8", fill(include_str!("markup/rss.xml"), &channel))
}

/// Atom with summaries.
pub(super) fn atom(site: &Site, now: DateTime<Utc>) -> Answer {
    let items = items(site, now, |shown| fill(include_str!("markup/atom_entry.xml"), &values(site, shown)));
    let channel = channel(site, items, stamp::rfc3339(changed(site, now)));
    Answer::ok("application/atom+xml; charset=utf-8", fill(include_str!("markup/atom.xml"), &channel))
}

/// Atom with a `media:group` for each video.
pub(super) fn youtube(site: &Site, now: DateTime<Utc>) -> Answer {
    let items = items(site, now, |shown| fill(include_str!("markup/youtube_entry.xml"), &values(site, shown)));
    let channel = channel(site, items, String::new());
    Answer::ok("text/xml; charset=UTF-8", fill(include_str!("markup/youtube.xml"), &channel))
}

/// JSON Feed 1.1 with whole texts.
pub(super) fn json(site: &Site, now: DateTime<Utc>) -> Answer {
    let shown = site.shown(now);
    let items: Vec<Value> = shown
        .iter()
        .map(|shown| {
            let url = site.at(&site.path(shown.report));
            json!({
                "id": url,
                "url": url,
                "title": shown.title,
                "content_html": paragraphs(shown.text),
                "date_published": stamp::rfc3339(shown.report.at),
                "date_modified": stamp::rfc3339(shown.changed_at()),
                "authors": [{"name": shown.report.byline}],
                "language": "zh-Hant-TW",
            })
        })
        .collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.outlet.name(),
        "home_page_url": site.home.as_str(),
        "feed_url": site.at(site.outlet.listing()),
        "language": "zh-Hant-TW",
        "items": items,
    });
    Answer::ok("application/feed+json; charset=utf-8", feed.to_string())
}

fn items(site: &Site, now: DateTime<Utc>, item: impl FnMut(Shown<'_>) -> String) -> String {
    site.shown(now).into_iter().map(item).collect()
}

fn channel(site: &Site, items: String, changed: String) -> Values {
    vec![
        ("outlet", site.outlet.name().to_owned()),
        ("home", site.home.to_string()),
        ("self", site.at(site.outlet.listing())),
        ("changed", changed),
        ("items", items),
    ]
}

/// When the feed last changed: a feed that wrote the time of asking would never be unchanged.
fn changed(site: &Site, now: DateTime<Utc>) -> DateTime<Utc> {
    site.shown(now).iter().map(Shown::changed_at).max().unwrap_or(site.day.opens)
}
