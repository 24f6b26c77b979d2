//! Why something is no feed, in words that say what to do.

use std::fmt;

use crate::extract::{charset::CharsetError, plain};

/// The longest piece of a page that is quoted in a message, in characters.
const QUOTED: usize = 60;

/// Why no entries came out of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// The bytes are in a charset without decoder.
    #[error(transparent)]
    Charset(#[from] CharsetError),
    /// There was nothing in it.
    #[error("the feed is empty (no bytes but white space): open its address in a browser to see whether it has moved")]
    Empty,
    /// It is something else.
    #[error("this is not a feed but {0}")]
    NotAFeed(Seen),
    /// JSON that does not parse.
    #[error("the JSON cannot be read ({0}): fetch it again, and ask the site when it stays so")]
    Json(String),
    /// A pointer that leads nowhere.
    #[error("the pointer {pointer:?} leads to no {wanted} in this document: correct it in the source's `pointers`")]
    Pointer {
        /// The pointer as configured.
        pointer: String,
        /// What it should lead to.
        wanted: &'static str,
    },
}

/// What was there where a feed was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A web page with this title.
    Html {
        /// Its title, possibly empty.
        title: String,
    },
    /// Another XML document.
    Xml {
        /// The name of its root.
        root: String,
    },
    /// A JSON document without `items`.
    Json,
    /// Anything else.
    Text {
        /// How it begins.
        start: String,
    },
}

impl Seen {
    /// Looks at a text that holds no feed.
    pub(in crate::extract) fn of(text: &str) -> Self {
        let lower = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
        let root = crate::extract::xml::elements(text).next().map(|e| e.name.to_owned());
        let is_html = ["<html", "<!doctype html", "<head", "<body"].iter().any(|mark| lower.contains(mark));
        if is_html {
            let title = after(text, "<title").and_then(|rest| rest.split_once('>')).map_or("", |(_, rest)| rest);
            let title = title.split("</").next().unwrap_or_default();
            return Self::Html { title: cut(&plain::line(title)) };
        }
        match root {
            Some(root) if text.starts_with('<') => Self::Xml { root: cut(&root) },
            _ => Self::Text { start: cut(&plain::line(&lower)) },
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Html { title } if title.is_empty() => {
                write!(f, "an HTML page without title; use kind = \"list\" for a page with a list of reports")
            }
            Self::Html { title } => {
                write!(f, "an HTML page titled 「{title}」; use kind = \"list\" for a page with a list of reports")
            }
            Self::Xml { root } if matches!(root.as_str(), "urlset" | "sitemapindex") => {
                write!(f, "a sitemap; use kind = \"sitemap\"")
            }
            Self::Xml { root } => write!(f, "an XML document <{root}>; check the source's address"),
            Self::Json => write!(f, "JSON without the `items` of JSON Feed; use kind = \"json\" with pointers"),
            Self::Text { start } => write!(f, "text that begins 「{start}」; check the source's address"),
        }
    }
}

/// What follows a mark written in lower case, whatever case the text has.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let at = text.to_ascii_lowercase().find(mark)?;
    text.get(at + mark.len()..)
}

fn cut(text: &str) -> String {
    text.chars().take(QUOTED).collect()
}
