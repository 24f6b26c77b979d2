//! What `extract` and `feed` answer.

use chrono::SecondsFormat;
use serde::Serialize;

use crate::domain::{Article, Dated, Entry, taipei};

/// A report as read from its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArticleOut {
    /// The address it was fetched from.
    pub url: String,
    /// The lasting address.
    pub canonical_url: String,
    /// The headline.
    pub title: String,
    /// The writer.
    pub byline: Option<String>,
    /// The outlet as the page names itself.
    pub outlet: Option<String>,
    /// First published, RFC 3339 with Taipei's offset.
    pub published_at: Option<String>,
    /// Last changed.
    pub updated_at: Option<String>,
    /// The body, one paragraph a line.
    pub text: String,
    /// The charset it was decoded from.
    pub charset: String,
    /// The language the page declares.
    pub language: Option<String>,
    /// Length of `text` in bytes.
    pub text_bytes: usize,
}

impl From<Article> for ArticleOut {
    fn from(article: Article) -> Self {
        Self {
            url: article.url,
            canonical_url: article.canonical_url,
            title: article.title,
            byline: article.byline,
            outlet: article.outlet,
            published_at: article.published_at.map(time),
            updated_at: article.updated_at.map(time),
            text_bytes: article.text.len(),
            text: article.text,
            charset: article.charset,
            language: article.language,
        }
    }
}

/// An entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryOut {
    /// What the feed calls it.
    pub id: String,
    /// The headline.
    pub title: String,
    /// Where the whole report is.
    pub link: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// First published.
    pub published_at: Option<String>,
    /// Last changed.
    pub updated_at: Option<String>,
    /// A short text.
    pub summary: Option<String>,
    /// The whole text, when the feed gives it.
    pub content: Option<String>,
    /// The feed's own categories.
    pub categories: Vec<String>,
}

impl From<Entry> for EntryOut {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id,
            title: entry.title,
            link: entry.link,
            author: entry.author,
            published_at: entry.published.map(time),
            updated_at: entry.updated.map(time),
            summary: entry.summary,
            content: entry.content,
            categories: entry.categories,
        }
    }
}

fn time(dated: Dated) -> String {
    taipei(dated.at).to_rfc3339_opts(SecondsFormat::Secs, false)
}
