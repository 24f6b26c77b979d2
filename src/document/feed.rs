//! What was published, as feeds: Atom (RFC 4287) and JSON Feed 1.1. A release that was not issued is in neither.

use std::{collections::BTreeMap, fmt::Write as _};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::{
    html::fragment,
    markup::Markup,
    words::{iso, one_line, title},
};
use crate::domain::{Publication, Release};

/// The language of everything (BCP 47).
const LANGUAGE: &str = "zh-Hant-TW";

/// A feed and what is in it.
#[derive(Debug, Clone, Copy)]
pub struct Feed<'a> {
    /// Its title.
    pub title: &'a str,
    /// Who publishes it.
    pub agency: &'a str,
    /// The host name that ids are made with. It stays when the site moves to another, so that no reader shows
    /// everything anew.
    pub authority: &'a str,
    /// When the feed began. Ids are made with it, and an empty feed was last changed then.
    pub begun: DateTime<Utc>,
    /// The page that lists the same.
    pub home: &'a Url,
    /// Where the Atom feed is.
    pub atom_url: &'a Url,
    /// Where the JSON feed is.
    pub json_url: &'a Url,
    /// The releases, in any order; of several revisions the last one counts.
    pub releases: &'a [Release],
}

impl Feed<'_> {
    /// Served as `application/atom+xml`.
    #[must_use]
    pub fn atom(&self) -> String {
        let entries = self.entries();
        let updated = entries.first().map_or(self.begun, |(_, issued)| issued.at);
        let mut xml = Markup::xml();
        let root = [("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", LANGUAGE)];
        xml.element("feed", &root, |xml| {
            xml.leaf("id", &[], &self.id(None));
            xml.leaf("title", &[], &one_line(self.title));
            xml.leaf("updated", &[], &iso(updated));
            xml.element("author", &[], |xml| xml.leaf("name", &[], &one_line(self.agency)));
            xml.void("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", self.atom_url.as_str())]);
            xml.void("link", &[("rel", "alternate"), ("type", "text/html"), ("href", self.home.as_str())]);
            xml.leaf("generator", &[], "Clarion");
            for (release, issued) in entries {
                self.entry(xml, release, issued);
            }
        });
        xml.finish()
    }

    fn entry(&self, xml: &mut Markup, release: &Release, issued: Publication) {
        xml.element("entry", &[], |xml| {
            xml.leaf("id", &[], &self.id(Some(&release.number)));
            xml.leaf("title", &[], &title(release));
            xml.leaf("published", &[], &iso(issued.first));
            xml.leaf("updated", &[], &iso(issued.at));
            xml.element("author", &[], |xml| xml.leaf("name", &[], &one_line(&release.agency)));
            xml.void("link", &[("rel", "alternate"), ("type", "text/html"), ("href", release.url.as_str())]);
            xml.void("category", &[("term", release.answer.name()), ("label", release.answer.words())]);
            xml.leaf("summary", &[], &one_line(&release.text.lead));
            // HTML inside of XML: escaped once for each.
            xml.leaf("content", &[("type", "html")], &fragment(release));
        });
    }

    /// Served as `application/feed+json`.
    #[must_use]
    pub fn json(&self) -> String {
        let items: Vec<Value> =
            self.entries().into_iter().map(|(release, issued)| self.item(release, issued)).collect();
        json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": one_line(self.title),
            "home_page_url": self.home.as_str(),
            "feed_url": self.json_url.as_str(),
            "language": LANGUAGE,
            "authors": [{ "name": one_line(self.agency) }],
            "items": items,
        })
        .to_string()
    }

    fn item(&self, release: &Release, issued: Publication) -> Value {
        json!({
            "id": self.id(Some(&release.number)),
            "url": release.url.as_str(),
            "title": title(release),
            "summary": one_line(&release.text.lead),
            "content_html": fragment(release),
            "date_published": iso(issued.first),
            "date_modified": iso(issued.at),
            "authors": [{ "name": one_line(&release.agency) }],
            "tags": [release.answer.words()],
            "language": LANGUAGE,
        })
    }

    /// What was issued, the newest first, each release once.
    fn entries(&self) -> Vec<(&Release, Publication)> {
        let mut latest: BTreeMap<&str, (&Release, Publication)> = BTreeMap::new();
        for release in self.releases {
            let Some(issued) = release.issued else { continue };
            let held = latest.entry(&release.number).or_insert((release, issued));
            if held.0.revision < release.revision {
                *held = (release, issued);
            }
        }
        let mut entries: Vec<_> = latest.into_values().collect();
        entries.sort_by_key(|(release, issued)| (std::cmp::Reverse(issued.at), &release.number));
        entries
    }

    /// A tag URI (RFC 4151) that never changes: of the feed, or of the release of that number.
    fn id(&self, number: Option<&str>) -> String {
        let day = crate::domain::taipei(self.begun).format("%Y-%m-%d");
        let what = number.map_or_else(|| "feed".into(), |number| format!("release:{}", encoded(number)));
        format!("tag:{},{day}:{what}", self.authority)
    }
}

/// Characters that may not stand in a URI as %XX (RFC 3986 §2).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
