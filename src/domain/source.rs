//! Where reports come from, and how a source is doing.

use std::{fmt, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use url::Url;

/// A source's short name in configuration, metrics and links: `a-z 0-9 -`, at most 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(String);

/// Why a source's description was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The id holds other characters, or is empty or too long.
    #[error("source id {0:?} must be 1 to 40 characters of a-z, 0-9 and -")]
    Id(String),
}

impl SourceId {
    /// Parses an id.
    ///
    /// # Errors
    /// [`SourceError::Id`] when it is not 1 to 40 characters of `a-z 0-9 -`.
    pub fn parse(id: &str) -> Result<Self, SourceError> {
        let fits = (1..=40).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(id.to_owned())) } else { Err(SourceError::Id(id.to_owned())) }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a source announces its reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// RSS, Atom or JSON Feed, told apart by content.
    Feed(Url),
    /// A sitemap, plain or Google News; an index is followed one level.
    Sitemap(Url),
    /// An HTML page with a list of links.
    List {
        /// The page.
        url: Url,
        /// What to read in it.
        selectors: ListSelectors,
    },
    /// A PTT board's index page.
    Board(Url),
    /// A Mastodon hashtag timeline (`/api/v1/timelines/tag/…`).
    Mastodon(Url),
    /// A YouTube channel's Atom feed.
    Youtube(Url),
    /// Any JSON document, read by RFC 6901 pointers.
    Json {
        /// The document.
        url: Url,
        /// Where the fields are.
        pointers: Pointers,
    },
    /// A watched folder of HTML or JSONL files.
    Folder(PathBuf),
}

impl SourceKind {
    /// The name used in configuration and as a metric label.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Feed(_) => "feed",
            Self::Sitemap(_) => "sitemap",
            Self::List { .. } => "list",
            Self::Board(_) => "board",
            Self::Mastodon(_) => "mastodon",
            Self::Youtube(_) => "youtube",
            Self::Json { .. } => "json",
            Self::Folder(_) => "folder",
        }
    }

    /// What sort of outlet it is to people: a new sort is a reason to alert again.
    #[must_use]
    pub fn sort(&self) -> &'static str {
        match self {
            Self::Feed(_) | Self::Sitemap(_) | Self::List { .. } | Self::Json { .. } | Self::Folder(_) => "news",
            Self::Board(_) => "board",
            Self::Mastodon(_) => "social",
            Self::Youtube(_) => "video",
        }
    }

    /// The address that is polled; a folder has none.
    #[must_use]
    pub fn url(&self) -> Option<&Url> {
        match self {
            Self::Feed(url)
            | Self::Sitemap(url)
            | Self::Board(url)
            | Self::Mastodon(url)
            | Self::Youtube(url)
            | Self::List { url, .. }
            | Self::Json { url, .. } => Some(url),
            Self::Folder(_) => None,
        }
    }
}

/// CSS selectors for a list page. Only `item` is required: the link is the first `a[href]` inside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListSelectors {
    /// One row.
    pub item: String,
    /// The link inside the row.
    pub link: Option<String>,
    /// The headline inside the row; without it the link's text.
    pub title: Option<String>,
    /// The date inside the row.
    pub date: Option<String>,
    /// A lead inside the row.
    pub summary: Option<String>,
}

/// RFC 6901 pointers into a JSON document. `items` leads to an array; the others start at one of its elements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pointers {
    /// The array of items; empty for a document that is itself the array.
    pub items: String,
    /// What the source calls the item.
    pub id: Option<String>,
    /// The headline.
    pub title: String,
    /// The link.
    pub link: Option<String>,
    /// The text.
    pub content: Option<String>,
    /// The time.
    pub published: Option<String>,
    /// The author.
    pub author: Option<String>,
}

/// CSS selectors for the parts of a report's page, tried before anything else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArticleSelectors {
    /// The headline.
    pub title: Option<String>,
    /// The writer.
    pub byline: Option<String>,
    /// The body; every match is taken, in order.
    pub body: Option<String>,
    /// The time of publication.
    pub published: Option<String>,
    /// What is cut out of the body before reading it.
    pub remove: Option<String>,
}

/// How much of a report may be kept, by the outlet's terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// The whole text, for internal reference.
    FullText,
    /// Headline and the announced lead only: the page is never fetched.
    HeadlineOnly,
}

/// One place reports come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Its short name.
    pub id: SourceId,
    /// Its name on screen.
    pub name: String,
    /// The outlet its reports are counted under.
    pub outlet: String,
    /// How it announces reports.
    pub kind: SourceKind,
    /// Time between two polls when all is well.
    pub interval: Duration,
    /// What may be kept.
    pub policy: Policy,
    /// How far the outlet reaches, against an ordinary one at 1.0.
    pub weight: f64,
    /// The agency whose official statements this source carries, when it is one of the city's own.
    pub official: Option<String>,
    /// Selectors for its pages.
    pub article: ArticleSelectors,
    /// Internal networks this source may reach, as CIDR; empty for all public sites.
    pub allow_networks: Vec<String>,
    /// Whether it is polled.
    pub enabled: bool,
}

/// What went wrong with a poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Of what kind, for counting and for the duty officer.
    pub kind: TroubleKind,
    /// What, where and what to do, for the log and for operations.
    pub detail: String,
}

/// Kinds of failed polls: the failing values of `result` in `clarion_source_polls_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// An answer other than success, or no proper HTTP.
    HttpError,
    /// Too slow.
    Timeout,
    /// The name led nowhere.
    Dns,
    /// No trustworthy encrypted connection.
    Tls,
    /// More than is taken.
    TooLarge,
    /// Not asked, by the address rules.
    Blocked,
    /// Not asked, by the site's robots.txt.
    Robots,
    /// A test for humans, a login or a notice of maintenance instead of the listing.
    Challenge,
    /// Asked to come back later.
    RateLimited,
    /// Not what the source's kind says, or broken.
    ParseError,
    /// A folder that cannot be read, or a fault of our own.
    Internal,
}

impl TroubleKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::HttpError,
        Self::Timeout,
        Self::Dns,
        Self::Tls,
        Self::TooLarge,
        Self::Blocked,
        Self::Robots,
        Self::Challenge,
        Self::RateLimited,
        Self::ParseError,
        Self::Internal,
    ];

    /// The metric label and the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::HttpError => "http_error",
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::Tls => "tls",
            Self::TooLarge => "too_large",
            Self::Blocked => "blocked",
            Self::Robots => "robots",
            Self::Challenge => "challenge",
            Self::RateLimited => "rate_limited",
            Self::ParseError => "parse_error",
            Self::Internal => "internal",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is remembered of a source between polls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceState {
    /// `ETag` of the last full answer, byte for byte.
    pub etag: Option<String>,
    /// `Last-Modified` of the last full answer, byte for byte.
    pub last_modified: Option<String>,
    /// SHA-256 of the last body, in hex.
    pub body_hash: Option<String>,
    /// When it is due next.
    pub due_at: Option<DateTime<Utc>>,
    /// The last poll of any outcome.
    pub polled_at: Option<DateTime<Utc>>,
    /// The last poll that worked.
    pub succeeded_at: Option<DateTime<Utc>>,
    /// The last answer with a body, for the forced full fetch once a day.
    pub full_at: Option<DateTime<Utc>>,
    /// Failures since the last success.
    pub failures: u32,
    /// What went wrong last.
    pub trouble: Option<Trouble>,
    /// Publication time of the newest report seen.
    pub newest_at: Option<DateTime<Utc>>,
    /// Entries in the last listing.
    pub last_count: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_short_and_plain() {
        assert!(SourceId::parse("cna-local").is_ok());
        for bad in ["", "CNA", "a b", "中央社", &"x".repeat(41)] {
            assert_eq!(SourceId::parse(bad), Err(SourceError::Id(bad.into())));
        }
    }
}
