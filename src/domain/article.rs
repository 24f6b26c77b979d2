//! Entry → Page → Article: what a source announces, what was fetched, what was read out of it.

use chrono::{DateTime, Utc};
use url::Url;

use super::Dated;

/// One item a source announces: a feed entry, a sitemap row, a row of a board.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// What the source calls it (guid, atom:id, URL); never empty once it comes out of `extract`.
    pub id: String,
    /// The headline as announced, plain text.
    pub title: String,
    /// Where the whole report is, as written by the source and resolved against its address.
    pub link: Option<String>,
    /// Who wrote it, as announced.
    pub author: Option<String>,
    /// When it was first published.
    pub published: Option<Dated>,
    /// When it was last changed.
    pub updated: Option<Dated>,
    /// A short text, HTML or plain, as announced.
    pub summary: Option<String>,
    /// The whole text, HTML or plain, when the source gives it.
    pub content: Option<String>,
    /// The source's own categories.
    pub categories: Vec<String>,
    /// The outlet, where an aggregator names one.
    pub outlet: Option<String>,
}

/// What a source's listing held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The entries, in the order of the source.
    pub entries: Vec<Entry>,
    /// Where older entries are, for sources that page (PTT's 「‹ 上頁」).
    pub older: Option<Url>,
    /// Child sitemaps of a sitemap index, newest first.
    pub children: Vec<Url>,
    /// Rows that held no usable entry (a deleted post, a row without link).
    pub passed_over: usize,
    /// Whether the document ended before its root element did: what came after was lost on the way.
    pub truncated: bool,
}

/// Bytes as they came from a site, untouched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address they came from, after redirects.
    pub url: Url,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// The decoded (unzipped) body.
    pub body: Vec<u8>,
    /// When they were fetched.
    pub fetched_at: DateTime<Utc>,
}

/// A report as read from its page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Article {
    /// The address it was fetched from.
    pub url: String,
    /// The address the outlet calls the lasting one, without trackers.
    pub canonical_url: String,
    /// The headline.
    pub title: String,
    /// Who wrote it.
    pub byline: Option<String>,
    /// The outlet as the page names itself.
    pub outlet: Option<String>,
    /// First published.
    pub published_at: Option<Dated>,
    /// Last changed.
    pub updated_at: Option<Dated>,
    /// The body: plain text, one paragraph a line. Spans of later stages index into this text.
    pub text: String,
    /// The charset it was decoded from (WHATWG label, lower case).
    pub charset: String,
    /// The language the page declares.
    pub language: Option<String>,
}
