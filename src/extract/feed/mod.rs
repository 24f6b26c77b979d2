//! RSS 0.9x/1.0/2.0, Atom 0.3/1.0 and JSON Feed → entries. The format is told by the content, never by its label. Text is
//! handed on as the publisher gave it: turning it into plain text is not done here.

mod atom;
mod base;
mod base64;
mod error;
mod json;
mod rss;
mod space;

use chrono::{DateTime, FixedOffset, Offset, Utc};
use url::Url;

use super::{charset, date, xml};
use crate::domain::{Dated, Entry, Listing, TAIPEI};
use base::Base;
pub use error::{FeedError, Seen};
use space::Names;

/// A feed beyond this many entries is an archive: the newest are kept and the rest counted, so that one source cannot
/// flood a poll.
pub const MAX_ENTRIES: usize = 500;

/// An id beyond this many bytes is replaced by its hash: ids are keys, and some publishers put the text there.
const MAX_ID_BYTES: usize = 1024;

/// How many top-level elements may precede the feed itself; a warning of the server's script often does.
const MAX_PREAMBLE: usize = 64;

/// How much of a feed is looked at to tell whether it is in Chinese.
const LANGUAGE_SAMPLE: usize = 2000;

/// What every entry of one feed is read with.
#[derive(Debug, Clone, Copy)]
struct Reading {
    now: DateTime<Utc>,
    /// What a time without zone means here.
    zone: FixedOffset,
}

impl Reading {
    fn date(&self, text: &str) -> Option<Dated> {
        date::parse_in(text, self.now, self.zone)
    }
}

/// Reads a feed. Entries come in the feed's order, at most [`MAX_ENTRIES`] (the newest); `passed_over` counts the rest.
/// Items that say nothing are among them; `extract::listing` passes those over. A feed that was cut off on its way gives
/// the entries it still holds and is `truncated`. An entry's id is the feed's own (guid, `atom:id`, `rdf:about`), else its link, else a hash of its text. A time without zone is
/// Taipei's in a Chinese feed or one from a `.tw` host, and UTC elsewhere. A feed's own author is the outlet, not a
/// reporter, so entries do not inherit it.
///
/// # Errors
/// [`FeedError`] when the bytes cannot be decoded or are no feed; it says what they look like instead.
pub fn parse(
    body: &[u8],
    content_type: Option<&str>,
    base: Option<&Url>,
    now: DateTime<Utc>,
) -> Result<Listing, FeedError> {
    let decoded = charset::decode(body, content_type)?;
    read(&decoded.text, base, now)
}

/// Reads a feed that is text already.
///
/// # Errors
/// [`FeedError`] when the text is no feed.
pub fn read(text: &str, base: Option<&Url>, now: DateTime<Utc>) -> Result<Listing, FeedError> {
    let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if start.is_empty() {
        return Err(FeedError::Empty);
    }
    let reading = Reading { now, zone: usual_zone(start, base) };
    if start.starts_with(['{', '[']) {
        return json::entries(start, base, reading).map(newest);
    }
    let text = xml::without_stray_brackets(start);
    let roots: Vec<_> = xml::elements(&text).take(MAX_PREAMBLE).collect();
    let is_html = roots.iter().any(|e| e.local().eq_ignore_ascii_case("html"));
    let feed = roots.into_iter().find_map(|root| {
        let names = Names::default().within(&root);
        let base = Base::new(base).within(&root);
        match root.local().to_ascii_lowercase().as_str() {
            "feed" => Some((root.complete, atom::entries(root, &names, &base, reading))),
            "rss" | "rdf" | "channel" => Some((root.complete, rss::entries(root, &names.for_rss(), &base, reading))),
            _ => None,
        }
    });
    match feed {
        Some((complete, entries)) if !is_html => Ok(Listing { truncated: !complete, ..newest(entries) }),
        _ => Err(FeedError::NotAFeed(Seen::of(start))),
    }
}

/// Taipei for what is written in Chinese or comes from a `.tw` host, UTC for the rest of the world, as feed readers do.
fn usual_zone(text: &str, base: Option<&Url>) -> FixedOffset {
    let host = base.and_then(Url::host_str).unwrap_or_default();
    let chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    if host.rsplit('.').next() == Some("tw") || text.chars().take(LANGUAGE_SAMPLE).any(chinese) {
        TAIPEI
    } else {
        Utc.fix()
    }
}

/// Gives every entry an id.
pub(super) fn identified(mut entry: Entry) -> Entry {
    if entry.id.is_empty() {
        entry.id = entry.link.clone().unwrap_or_default();
    }
    if entry.id.is_empty() {
        let summary = entry.summary.as_deref().or(entry.content.as_deref()).unwrap_or_default();
        entry.id = hash(&format!("{}\n{summary}", entry.title));
    } else if entry.id.len() > MAX_ID_BYTES {
        entry.id = hash(&entry.id);
    }
    entry
}

/// SHA-256 in hex.
fn hash(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut out, byte| {
        for half in [byte >> 4, byte & 0xF] {
            out.extend(char::from_digit(u32::from(half), 16));
        }
        out
    })
}

/// The newest entries of a feed, in its own order. Where times are missing the feed's order decides, which has the newest
/// first nearly everywhere.
pub(super) fn newest(entries: Vec<Entry>) -> Listing {
    let passed_over = entries.len().saturating_sub(MAX_ENTRIES);
    if passed_over == 0 {
        return Listing { entries, ..Listing::default() };
    }
    let mut ranked: Vec<(usize, Entry)> = entries.into_iter().enumerate().collect();
    ranked.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.published.or(entry.updated).map(|dated| dated.at)));
    ranked.truncate(MAX_ENTRIES);
    ranked.sort_by_key(|(at, _)| *at);
    Listing { entries: ranked.into_iter().map(|(_, entry)| entry).collect(), passed_over, ..Listing::default() }
}

/// A text that says something, or nothing.
pub(super) fn said(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
