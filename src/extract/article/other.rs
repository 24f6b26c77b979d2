//! Answers that are no page at all: feeds, JSON, bare text. A server that mixes up its addresses sends them with status
//! 200, and the words in them would pass for a report.

use std::fmt;

/// Signs that hold no meaning make up less than a twentieth of any text that was decoded rightly.
const MEANINGLESS_SHARE: usize = 20;

/// Root elements of feeds and sitemaps.
const FEEDS: [&str; 5] = ["rss", "feed", "rdf:rdf", "urlset", "sitemapindex"];

/// What was there where a page was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// A feed or a sitemap.
    Feed,
    /// JSON or JSON Lines.
    Json,
    /// Text without any markup.
    Text,
    /// Characters that make no text, and no headline.
    Garbage,
}

impl Other {
    /// Looks at a decoded answer; none when it may be a page, and when it is empty.
    pub(super) fn of(text: &str) -> Option<Self> {
        let start = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if is_json(start) {
            return Some(Self::Json);
        }
        if FEEDS.iter().any(|feed| root(start).eq_ignore_ascii_case(feed)) {
            return Some(Self::Feed);
        }
        (!start.is_empty() && !has_markup(start)).then_some(Self::Text)
    }

    /// Looks at what was read out of a page without headline.
    pub(super) fn of_text(text: &str) -> Option<Self> {
        let meaningless = |c: char| c == char::REPLACEMENT_CHARACTER || c.is_control() || is_private(c);
        let signs = text.chars().filter(|c| !c.is_whitespace());
        let (all, bad) = signs.fold((0_usize, 0_usize), |(all, bad), c| (all + 1, bad + usize::from(meaningless(c))));
        let words = text.chars().any(char::is_alphanumeric);
        (!words || bad * MEANINGLESS_SHARE > all).then_some(Self::Garbage)
    }
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Feed => "a feed or a sitemap, not a report's page; read it with `clarion feed` or make it a source",
            Self::Json => {
                "JSON, not a report's page; analyse documents with `clarion analyze`, or read the address with kind = \"json\""
            }
            Self::Text => "text without any markup, not a report's page; check the address and what it was saved as",
            Self::Garbage => "no headline and nothing that can be read; check the file, and the charset it was saved in",
        })
    }
}

/// An object or an array, told by its first two signs: no page begins so, and a document that is cut off is JSON too.
fn is_json(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    match signs.next() {
        Some('{') => matches!(signs.next(), Some('"' | '}')),
        Some('[') => matches!(signs.next(), Some('{' | '[' | '"' | ']')),
        _ => false,
    }
}

/// The name of the first element, past declarations and comments.
fn root(text: &str) -> &str {
    let mut rest = text;
    while let Some(tag) = rest.strip_prefix('<') {
        let end = match tag.chars().next() {
            Some('!') if tag.starts_with("!--") => "-->",
            Some('!' | '?') => ">",
            _ => return tag.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default(),
        };
        rest = tag.split_once(end).map_or("", |(_, after)| after.trim_start());
    }
    ""
}

fn has_markup(text: &str) -> bool {
    text.split('<')
        .skip(1)
        .any(|tag| tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')))
}

/// Code points that mean nothing without an agreement.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_page_is_named() {
        for (text, expect) in [
            ("<!-- x --><rss version='2.0'><channel>", Some(Other::Feed)),
            ("<?xml version='1.0'?>\n<feed xmlns='x'>", Some(Other::Feed)),
            ("<rdf:RDF xmlns='x'>", Some(Other::Feed)),
            ("{\"items\":[{\"content_html\":\"<p>路燈</p>\"}]}", Some(Other::Json)),
            ("\u{feff}[ {\"title\":\"路燈", Some(Other::Json)),
            ("路燈不亮，3 < 5。", Some(Other::Text)),
            ("<!DOCTYPE html><html><p>路燈", None),
            ("路燈<br>不亮", None),
            ("<feedback>路燈</feedback>", None),
            (" \n", None),
        ] {
            assert_eq!(Other::of(text), expect, "{text}");
        }
    }

    #[test]
    fn misread_signs_are_told_from_a_short_text() {
        assert_eq!(Other::of_text("路燈\u{fffd}\u{e000}不亮"), Some(Other::Garbage));
        assert_eq!(Other::of_text("－－　！"), Some(Other::Garbage));
        assert_eq!(Other::of_text("路燈不亮。"), None);
    }
}
