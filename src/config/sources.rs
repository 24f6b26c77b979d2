//! `[[source]]`: where reports come from, parsed into the domain's words once, here.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{ArticleSelectors, ListSelectors, Pointers, Policy, Source, SourceId, SourceKind};

/// One `[[source]]`, as written. Empty texts mean "not set".
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSection {
    /// Short name: `a-z 0-9 -`.
    pub id: String,
    /// Name on screen.
    pub name: String,
    /// The outlet its reports are counted under; the name when empty.
    #[serde(default)]
    pub outlet: String,
    /// `feed`, `sitemap`, `list`, `board`, `mastodon`, `youtube`, `json` or `folder`.
    pub kind: String,
    /// The address to poll; not for `folder`.
    #[serde(default)]
    pub url: String,
    /// The folder to watch; only for `folder`.
    #[serde(default)]
    pub path: PathBuf,
    /// Seconds between two polls.
    #[serde(default = "five_minutes")]
    pub interval_seconds: u64,
    /// `full` or `headline`.
    #[serde(default = "full")]
    pub policy: String,
    /// Reach against an ordinary outlet at 1.0.
    #[serde(default = "one")]
    pub weight: f64,
    /// The agency whose official statements these are; empty for media.
    #[serde(default)]
    pub official: String,
    /// Internal networks it may reach, as CIDR.
    #[serde(default)]
    pub allow_networks: Vec<String>,
    /// Whether it is polled.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// For `list`: CSS selectors of a row and its parts.
    #[serde(default)]
    pub list: ListSection,
    /// For `json`: RFC 6901 pointers.
    #[serde(default)]
    pub json: JsonSection,
    /// CSS selectors for the parts of a report's page.
    #[serde(default)]
    pub article: ArticleSection,
}

/// `[source.list]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ListSection {
    /// One row.
    pub item: String,
    /// The link in it; the first `a[href]` when empty.
    pub link: String,
    /// The headline in it; the link's text when empty.
    pub title: String,
    /// The date in it.
    pub date: String,
    /// A lead in it.
    pub summary: String,
}

/// `[source.json]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct JsonSection {
    /// Pointer to the array; empty when the document is the array.
    pub items: String,
    /// Pointer to the id, inside an item.
    pub id: String,
    /// Pointer to the headline.
    pub title: String,
    /// Pointer to the link.
    pub link: String,
    /// Pointer to the text.
    pub content: String,
    /// Pointer to the time.
    pub published: String,
    /// Pointer to the author.
    pub author: String,
}

/// `[source.article]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArticleSection {
    /// The headline.
    pub title: String,
    /// The writer.
    pub byline: String,
    /// The body.
    pub body: String,
    /// The time of publication.
    pub published: String,
    /// What is cut out of the body.
    pub remove: String,
}

/// A source that is described wrongly: which one, which key, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct SourcesFault {
    place: usize,
    key: &'static str,
    what: String,
}

impl SourcesFault {
    /// The key, with dots.
    #[must_use]
    pub fn key(&self) -> String {
        format!("source.{}.{}", self.place, self.key)
    }
}

/// All sources, or the first fault.
pub(super) fn all(sections: &[SourceSection]) -> Result<Vec<Source>, SourcesFault> {
    let mut sources: Vec<Source> = Vec::with_capacity(sections.len());
    for (place, section) in sections.iter().enumerate() {
        let source = one_source(section).map_err(|(key, what)| SourcesFault { place, key, what })?;
        if sources.iter().any(|known| known.id == source.id) {
            let what = format!("two sources have the id {:?}; ids must differ", section.id);
            return Err(SourcesFault { place, key: "id", what });
        }
        sources.push(source);
    }
    Ok(sources)
}

type Fault = (&'static str, String);

fn one_source(s: &SourceSection) -> Result<Source, Fault> {
    let id = SourceId::parse(&s.id).map_err(|error| ("id", error.to_string()))?;
    if s.name.trim().is_empty() {
        return Err(("name", format!("source {id} needs a name")));
    }
    if !(1..=86_400).contains(&s.interval_seconds) {
        return Err(("interval_seconds", format!("source {id}: interval_seconds must be 1 to 86400")));
    }
    if !(0.0..=100.0).contains(&s.weight) {
        return Err(("weight", format!("source {id}: weight must be 0 to 100")));
    }
    let policy = match s.policy.as_str() {
        "full" => Policy::FullText,
        "headline" => Policy::HeadlineOnly,
        other => return Err(("policy", format!("source {id}: policy is {other:?}; write full or headline"))),
    };
    if policy == Policy::HeadlineOnly && !s.official.is_empty() {
        let what = format!(
            "source {id}: an official source needs policy full; its texts are what reports are checked against"
        );
        return Err(("policy", what));
    }
    if let Some(bad) = s.allow_networks.iter().find(|network| !is_network(network)) {
        let what = format!("source {id}: allow_networks has {bad:?}; write networks such as 10.1.0.0/16");
        return Err(("allow_networks", what));
    }
    Ok(Source {
        name: s.name.clone(),
        outlet: given(&s.outlet).unwrap_or_else(|| s.name.clone()),
        kind: kind(s)?,
        interval: Duration::from_secs(s.interval_seconds),
        policy,
        weight: s.weight,
        official: given(&s.official),
        article: ArticleSelectors {
            title: given(&s.article.title),
            byline: given(&s.article.byline),
            body: given(&s.article.body),
            published: given(&s.article.published),
            remove: given(&s.article.remove),
        },
        allow_networks: s.allow_networks.clone(),
        enabled: s.enabled,
        id,
    })
}

fn kind(s: &SourceSection) -> Result<SourceKind, Fault> {
    let url = || {
        Url::parse(&s.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))
            .ok_or_else(|| ("url", format!("source {}: url is {:?}; write a whole http or https address", s.id, s.url)))
    };
    Ok(match s.kind.as_str() {
        "feed" => SourceKind::Feed(url()?),
        "sitemap" => SourceKind::Sitemap(url()?),
        "board" => SourceKind::Board(url()?),
        "mastodon" => SourceKind::Mastodon(url()?),
        "youtube" => SourceKind::Youtube(url()?),
        "list" => {
            if s.list.item.is_empty() {
                return Err(("list", format!("source {}: [source.list] needs item, the selector of a row", s.id)));
            }
            let selectors = ListSelectors {
                item: s.list.item.clone(),
                link: given(&s.list.link),
                title: given(&s.list.title),
                date: given(&s.list.date),
                summary: given(&s.list.summary),
            };
            SourceKind::List { url: url()?, selectors }
        }
        "json" => {
            if s.json.title.is_empty() {
                return Err(("json", format!("source {}: [source.json] needs title, the pointer to it", s.id)));
            }
            let pointers = Pointers {
                items: s.json.items.clone(),
                id: given(&s.json.id),
                title: s.json.title.clone(),
                link: given(&s.json.link),
                content: given(&s.json.content),
                published: given(&s.json.published),
                author: given(&s.json.author),
            };
            SourceKind::Json { url: url()?, pointers }
        }
        "folder" => {
            if s.path.as_os_str().is_empty() {
                return Err(("kind", format!("source {}: a folder source needs path", s.id)));
            }
            SourceKind::Folder(s.path.clone())
        }
        other => {
            let known = "feed, sitemap, list, board, mastodon, youtube, json or folder";
            return Err(("kind", format!("source {}: kind is {other:?}; write {known}", s.id)));
        }
    })
}

/// Whether a text is an address with a prefix length.
fn is_network(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else { return false };
    match (address.parse::<core::net::IpAddr>(), prefix.parse::<u8>()) {
        (Ok(address), Ok(prefix)) => prefix <= if address.is_ipv4() { 32 } else { 128 },
        _ => false,
    }
}

fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn five_minutes() -> u64 {
    300
}

fn full() -> String {
    "full".into()
}

fn one() -> f64 {
    1.0
}

fn yes() -> bool {
    true
}
