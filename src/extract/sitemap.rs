//! Sitemaps, plain and Google News, and their indexes.

use chrono::{DateTime, Utc};

use super::{
    date,
    feed::{FeedError, MAX_ENTRIES, Seen, newest},
    link,
    xml::{self, Element},
};
use crate::domain::{Entry, Listing};

/// What a sitemap held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sitemap {
    /// The pages, at most 500 (the newest), in the order of the sitemap.
    pub entries: Vec<Entry>,
    /// The child sitemaps of an index, the most recently changed first.
    pub indexes: Vec<String>,
    /// Rows without a web address, and pages beyond the newest 500.
    pub passed_over: usize,
    /// Whether it ended before its root element did.
    pub truncated: bool,
}

/// Reads a sitemap or a sitemap index; times without zone are Taipei's. An entry's id is its address, its outlet the name of
/// the publication.
///
/// # Errors
/// [`FeedError`] when the text is neither; it says what it looks like instead.
pub fn parse(text: &str, now: DateTime<Utc>) -> Result<Sitemap, FeedError> {
    if text.trim().is_empty() {
        return Err(FeedError::Empty);
    }
    let clean = xml::without_stray_brackets(text);
    let root = xml::elements(&clean).find(|root| matches!(root.local(), "urlset" | "sitemapindex"));
    let root = root.ok_or_else(|| FeedError::NotAFeed(Seen::of(text.trim_start())))?;
    let mut sitemap = Sitemap { truncated: !root.complete, ..Sitemap::default() };
    let mut entries = Vec::new();
    let mut indexes = Vec::new();
    for row in root.children() {
        let Some(address) = child(&row, "loc").filter(|loc| link::absolute(loc).is_some()) else {
            sitemap.passed_over += 1;
            continue;
        };
        let changed = child(&row, "lastmod").and_then(|text| date::parse(&text, now));
        match row.local() {
            "url" => entries.push(page(&row, address, changed, now)),
            "sitemap" => indexes.push((changed.map(|dated| dated.at), address)),
            _ => sitemap.passed_over += 1,
        }
    }
    indexes.sort_by_key(|(changed, _)| std::cmp::Reverse(*changed));
    indexes.truncate(MAX_ENTRIES);
    sitemap.indexes = indexes.into_iter().map(|(_, address)| address).collect();
    let Listing { entries, passed_over, .. } = newest(entries);
    sitemap.entries = entries;
    sitemap.passed_over += passed_over;
    Ok(sitemap)
}

fn page(row: &Element<'_>, address: String, updated: Option<crate::domain::Dated>, now: DateTime<Utc>) -> Entry {
    let mut entry = Entry { id: address.clone(), link: Some(address), updated, ..Entry::default() };
    let Some(news) = row.children().find(|e| e.local() == "news") else { return entry };
    entry.title = child(&news, "title").unwrap_or_default();
    entry.published = child(&news, "publication_date").and_then(|text| date::parse(&text, now));
    let publication = news.children().find(|e| e.local() == "publication");
    entry.outlet = publication.and_then(|publication| child(&publication, "name"));
    let keywords = child(&news, "keywords").unwrap_or_default();
    let keywords = keywords.split([',', '，', '、']).map(str::trim).filter(|word| !word.is_empty());
    entry.categories = keywords.map(str::to_owned).collect();
    entry
}

/// The text of a child element, if it says something.
fn child(element: &Element<'_>, local: &str) -> Option<String> {
    element.children().find(|e| e.local() == local).map(|e| e.text()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-03-17T10:00:00Z").unwrap().to_utc()
    }

    #[test]
    fn a_news_sitemap_gives_title_time_and_outlet() {
        let text = "<?xml version='1.0'?><urlset xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'><url>
            <loc>https://nanfeng.example/a?x=1&amp;y=2</loc><lastmod>2026-03-17T11:00:00+08:00</lastmod>
            <n:news><n:publication><n:name>南風線上</n:name><n:language>zh-tw</n:language></n:publication>
            <n:publication_date>2026-03-17T10:48:00+08:00</n:publication_date><n:title><![CDATA[路燈 & 人行道]]></n:title>
            <n:keywords>路燈, 前鎮</n:keywords></n:news></url><url><loc>/relative</loc></url></urlset>";
        let sitemap = parse(text, now()).unwrap();
        let [entry] = sitemap.entries.as_slice() else { panic!("{sitemap:?}") };
        assert_eq!(entry.title, "路燈 & 人行道");
        assert_eq!(entry.link.as_deref(), Some("https://nanfeng.example/a?x=1&y=2"));
        assert_eq!(entry.published, date::parse("2026-03-17 10:48", now()));
        assert_eq!(entry.updated, date::parse("2026-03-17 11:00", now()));
        assert_eq!(entry.outlet.as_deref(), Some("南風線上"));
        assert_eq!(entry.categories, ["路燈", "前鎮"]);
        assert_eq!(sitemap.passed_over, 1);
    }

    #[test]
    fn an_index_lists_its_sitemaps_newest_first() {
        let text = "<sitemapindex><sitemap><loc>https://a.example/1.xml</loc><lastmod>2026-03-01</lastmod></sitemap>
            <sitemap><loc>https://a.example/2.xml</loc><lastmod>2026-03-17</lastmod></sitemap></sitemapindex>";
        assert_eq!(parse(text, now()).unwrap().indexes, ["https://a.example/2.xml", "https://a.example/1.xml"]);
    }

    #[test]
    fn a_page_is_no_sitemap() {
        let error = parse("<!DOCTYPE html><html><title>找不到網頁</title></html>", now()).unwrap_err();
        assert!(error.to_string().contains("找不到網頁"), "{error}");
        assert_eq!(parse(" \n", now()), Err(FeedError::Empty));
    }
}
