//! Bytes of a page → entries and articles. Nothing here reaches a site, a clock or a database: what was fetched and what time
//! it is are arguments, so every page can be read again and says the same.

pub mod article;
pub mod board;
pub mod charset;
pub mod date;
mod declared;
mod error;
pub mod feed;
pub mod folder;
pub mod link;
pub mod list;
pub mod plain;
pub mod pointer;
pub mod sitemap;
pub mod social;
pub mod tree;
mod xml;

use chrono::{DateTime, Utc};
use url::Url;

use crate::domain::{ArticleSelectors, Entry, Listing, Page, SourceKind};
use article::ArticleError;
pub use error::ExtractError;

/// Reads what a source announces out of its page. Headlines come as plain text on one line, times ahead of `now` are moved to
/// it, and entries that say nothing are passed over.
///
/// # Errors
/// [`ExtractError`]: what was there instead, and what to do; a page that keeps programs out is told apart from a page of
/// another sort.
pub fn listing(kind: &SourceKind, page: &Page, now: DateTime<Utc>) -> Result<Listing, ExtractError> {
    let decoded = charset::decode(&page.body, page.content_type.as_deref())?;
    let text = decoded.text.as_str();
    let read = match kind {
        SourceKind::Feed(_) | SourceKind::Youtube(_) => {
            feed::read(text, Some(&page.url), now).map_err(ExtractError::from)
        }
        SourceKind::Sitemap(_) => sitemap::parse(text, now).map(sitemap_listing).map_err(ExtractError::from),
        SourceKind::List { selectors, .. } => list::parse(text, &page.url, selectors, now).map_err(ExtractError::from),
        SourceKind::Board(_) => board::index(text, &page.url, now).map_err(ExtractError::from),
        SourceKind::Mastodon(_) => social::mastodon(text, now).map_err(ExtractError::from),
        SourceKind::Json { pointers, .. } => {
            pointer::parse(text, pointers, Some(&page.url), now).map_err(ExtractError::from)
        }
        SourceKind::Folder(_) => Err(ExtractError::Folder),
    };
    let whole = |listing: Listing| {
        if listing.truncated && listing.entries.is_empty() {
            Err(ExtractError::Broken)
        } else {
            Ok(tidied(listing, now))
        }
    };
    read.and_then(whole).map_err(|error| challenge(text, decoded.charset, &page.url, now).unwrap_or(error))
}

/// A sitemap's pages and child sitemaps as a listing.
fn sitemap_listing(sitemap: sitemap::Sitemap) -> Listing {
    Listing {
        entries: sitemap.entries,
        older: None,
        children: sitemap.indexes.iter().filter_map(|address| link::absolute(address)).collect(),
        passed_over: sitemap.passed_over,
        truncated: sitemap.truncated,
    }
}

fn tidied(mut listing: Listing, now: DateTime<Utc>) -> Listing {
    let before = listing.entries.len();
    listing.entries.retain(|e| !e.title.is_empty() || e.link.is_some() || e.summary.is_some() || e.content.is_some());
    listing.passed_over += before - listing.entries.len();
    for Entry { title, published, updated, .. } in &mut listing.entries {
        *title = plain::line(title);
        *published = published.map(|dated| dated.not_after(now));
        *updated = updated.map(|dated| dated.not_after(now));
    }
    listing
}

/// The obstacle, when what came instead of a listing is one.
fn challenge(text: &str, charset: &str, url: &Url, now: DateTime<Utc>) -> Option<ExtractError> {
    if !text.trim_start().starts_with('<') {
        return None;
    }
    match article::read(text, charset, url, &ArticleSelectors::default(), now) {
        Err(ArticleError::Challenge { url, obstacle }) => Some(ExtractError::Challenge { url, obstacle }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
