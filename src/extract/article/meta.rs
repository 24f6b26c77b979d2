//! What the head of a page says: meta tags, title, canonical link, language.

use scraper::Html;
use url::Url;

use super::super::{link, tree};

/// The head of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Head {
    /// Names in lower case with their contents, in document order.
    meta: Vec<(String, String)>,
    /// `<title>`.
    pub title: Option<String>,
    /// `<html lang>`.
    pub language: Option<String>,
    /// `<link rel="canonical">`, as written.
    canonical: Option<String>,
}

/// First published, best first. Names by Open Graph, schema.org microdata, Dublin Core, Parse.ly, Highwire Press
/// and the older habits of Taiwanese outlets.
const PUBLISHED: [&str; 14] = [
    "article:published_time",
    "datepublished",
    "og:published_time",
    "pubdate",
    "publishdate",
    "publish_date",
    "parsely-pub-date",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "date",
    "date.available",
    "datecreated",
];

/// Last changed, best first.
const MODIFIED: [&str; 6] =
    ["article:modified_time", "datemodified", "og:updated_time", "lastmod", "dcterms.modified", "last-modified"];

/// The headline, best first.
const TITLES: [&str; 5] = ["og:title", "twitter:title", "parsely-title", "citation_title", "dc.title"];

/// The outlet, best first.
const OUTLETS: [&str; 4] = ["og:site_name", "application-name", "citation_journal_title", "dc.publisher"];

/// The writer, best first.
const AUTHORS: [&str; 7] =
    ["author", "article:author", "parsely-author", "citation_author", "dable:author", "dc.creator", "sailthru.author"];

impl Head {
    /// Reads the head; meta tags are taken wherever they stand, as browsers move them about.
    pub fn read(html: &Html) -> Self {
        let root = html.root_element();
        let mut meta = Vec::new();
        for tag in tree::find(root, "meta[content]") {
            let Some(content) = tag.attr("content").map(str::trim).filter(|content| !content.is_empty()) else {
                continue;
            };
            for name in ["property", "name", "itemprop"].iter().filter_map(|key| tag.attr(key)) {
                meta.push((name.trim().to_ascii_lowercase(), content.to_owned()));
            }
        }
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Self {
            meta,
            title: tree::find(root, "title")
                .into_iter()
                .map(|tag| tree::one_line(&tag.text().collect::<String>()))
                .find_map(filled),
            language: root.attr("lang").map(|lang| lang.trim().to_owned()).and_then(filled),
            canonical: tree::find(root, "link[rel~=canonical i]")
                .first()
                .and_then(|tag| tag.attr("href"))
                .map(str::to_owned),
        }
    }

    /// The times of publication, as written, best first.
    pub fn published(&self) -> impl Iterator<Item = &str> {
        self.all(&PUBLISHED)
    }

    /// The times of change, as written, best first.
    pub fn modified(&self) -> impl Iterator<Item = &str> {
        self.all(&MODIFIED)
    }

    /// The headlines with whatever the outlet put behind them, best first.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.all(&TITLES).chain(self.title.as_deref())
    }

    /// The names the outlet gives itself, best first.
    pub fn outlets(&self) -> impl Iterator<Item = &str> {
        self.all(&OUTLETS)
    }

    /// Who wrote it, best first; may name bodies and addresses too.
    pub fn authors(&self) -> impl Iterator<Item = &str> {
        self.all(&AUTHORS)
    }

    /// The lasting address: the canonical link, `og:url`, else the address itself, without trackers. An address on
    /// another site is not believed: a copied template must not file a report under somebody else's name.
    pub fn canonical(&self, url: &Url) -> String {
        self.canonical
            .as_deref()
            .into_iter()
            .chain(self.all(&["og:url"]))
            .filter_map(|href| link::resolve(url, href))
            // A canonical link to the front page is a template's mistake: it would make all reports one.
            .find(|other| {
                same_site(url, other) && (other.path().len() > 1 || other.query().is_some() || url.path().len() <= 1)
            })
            .map_or_else(|| link::canonical(url), |other| link::canonical(&other))
    }

    fn all<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        names
            .iter()
            .flat_map(|name| self.meta.iter().filter(move |(key, _)| key == name).map(|(_, content)| content.as_str()))
    }
}

/// Whether two hosts belong together: equal, or one below the other's site (`m.` beside `www.`).
fn same_site(a: &Url, b: &Url) -> bool {
    let site = |url: &Url| url.host_str().map(registered);
    site(a).is_some() && site(a) == site(b)
}

/// The part of a host that somebody registered: two labels, or three below second-level names such as `com.tw`.
fn registered(host: &str) -> String {
    if host.parse::<core::net::IpAddr>().is_ok() || host.starts_with('[') {
        return host.to_owned();
    }
    let labels: Vec<&str> = host.rsplit('.').collect();
    let second_level = ["com", "org", "net", "gov", "edu", "idv", "co", "ac", "or", "ne", "go"];
    let kept = if labels.get(1).is_some_and(|label| second_level.contains(label)) { 3 } else { 2 };
    labels.iter().take(kept).rev().copied().collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(head: &str, url: &str) -> String {
        Head::read(&tree::parse(head).unwrap()).canonical(&Url::parse(url).unwrap())
    }

    #[test]
    fn the_canonical_link_is_believed_on_the_same_site_only() {
        let url = "https://m.lantern.com.tw/news/1?utm_source=x";
        assert_eq!(
            canonical("<link rel=canonical href='//www.lantern.com.tw/news/1'>", url),
            "https://www.lantern.com.tw/news/1"
        );
        assert_eq!(
            canonical("<link rel=canonical href='https://other.com.tw/news/1'>", url),
            "https://m.lantern.com.tw/news/1"
        );
        assert_eq!(canonical("<meta property=og:url content='/news/1'>", url), "https://m.lantern.com.tw/news/1");
        assert_eq!(canonical("<link rel=canonical href='/'>", url), "https://m.lantern.com.tw/news/1");
        assert_eq!(
            canonical("<link rel=canonical href='javascript:alert(1)'>", url),
            "https://m.lantern.com.tw/news/1"
        );
    }

    #[test]
    fn a_tag_with_two_names_answers_to_both() {
        let head = Head::read(&tree::parse("<html lang=zh-Hant-TW><meta name=pubdate property=article:published_time itemprop=datePublished content='2026-03-17'><title>\n甲\n</title>").unwrap());
        assert_eq!(head.published().count(), 3);
        assert_eq!((head.title.as_deref(), head.language.as_deref()), (Some("甲"), Some("zh-Hant-TW")));
    }

    #[test]
    fn two_councils_of_one_suffix_are_two_sites() {
        assert_eq!(registered("news.kcg.gov.tw"), "kcg.gov.tw");
        assert_ne!(registered("a.gov.tw"), registered("b.gov.tw"));
        assert_eq!(registered("127.0.0.1"), "127.0.0.1");
    }
}
