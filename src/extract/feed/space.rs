//! Which vocabulary a feed's element belongs to. Publishers leave prefixes undeclared and misspell namespaces, so a
//! well-known prefix speaks for itself when its declaration does not.

use crate::extract::xml::Element;

/// The vocabularies that say something of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// The format's own elements.
    Own,
    Atom,
    /// Dublin Core elements and terms.
    Dublin,
    /// RSS's `content` module.
    Content,
    Itunes,
    Media,
    Other,
}

/// More prefixes than this are no feed's; every entry carries them, so a flood would cost a flood each.
const MAX_PREFIXES: usize = 64;

/// Prefixes as declared; the later one counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Names<'a> {
    declared: Vec<(&'a str, Space)>,
}

impl<'a> Names<'a> {
    /// The same with what an element declares.
    pub(super) fn within(&self, element: &Element<'a>) -> Self {
        let mut names = self.clone();
        for (key, uri) in element.attributes().take(MAX_PREFIXES) {
            match key.split_once(':') {
                None if key == "xmlns" => names.declared.push(("", by_uri(&uri).unwrap_or(Space::Own))),
                Some(("xmlns", prefix)) => {
                    names.declared.push((prefix, by_uri(&uri).unwrap_or_else(|| by_prefix(prefix))));
                }
                _ => {}
            }
        }
        let flood = names.declared.len().saturating_sub(MAX_PREFIXES);
        names.declared.drain(..flood);
        names
    }

    /// The same for an RSS document, where a default namespace on the root never means the elements of another format.
    pub(super) fn for_rss(mut self) -> Self {
        self.declared.retain(|(prefix, _)| !prefix.is_empty());
        self
    }

    /// Where an element belongs.
    pub(super) fn space(&self, element: &Element<'a>) -> Space {
        let prefix = element.prefix();
        if prefix.is_empty()
            && let Some((_, uri)) = element.attributes().find(|(key, _)| *key == "xmlns")
        {
            return by_uri(&uri).unwrap_or(Space::Own);
        }
        let declared = self.declared.iter().rev().find(|(name, _)| *name == prefix).map(|(_, space)| *space);
        declared.unwrap_or_else(|| if prefix.is_empty() { Space::Own } else { by_prefix(prefix) })
    }
}

fn by_uri(uri: &str) -> Option<Space> {
    let uri = uri.trim().to_ascii_lowercase();
    let name = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest).trim_end_matches(['/', '#']);
    let name = name.strip_prefix("www.").unwrap_or(name);
    match name {
        "w3.org/2005/atom" | "purl.org/atom/ns" => Some(Space::Atom),
        "purl.org/rss/1.0" | "my.netscape.com/rdf/simple/0.9" | "channel.netscape.com/rdf/simple/0.9" => {
            Some(Space::Own)
        }
        "purl.org/rss/1.0/modules/content" => Some(Space::Content),
        "itunes.com/dtds/podcast-1.0.dtd" => Some(Space::Itunes),
        "search.yahoo.com/mrss" => Some(Space::Media),
        _ if name.starts_with("purl.org/dc/") => Some(Space::Dublin),
        _ => None,
    }
}

fn by_prefix(prefix: &str) -> Space {
    match prefix.to_ascii_lowercase().as_str() {
        "atom" | "atom10" | "a10" => Space::Atom,
        "dc" | "dcterms" => Space::Dublin,
        "content" => Space::Content,
        "itunes" => Space::Itunes,
        "media" => Space::Media,
        "rss" => Space::Own,
        _ => Space::Other,
    }
}
