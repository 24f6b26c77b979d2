//! Addresses of pages: those of stored texts, and of the government's own sites.

use super::{Bench, FaultKind, reading::Reading};
use crate::domain::Span;

/// The addresses in a text in canonical characters.
pub(super) fn find(text: &str) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    for (at, _) in text.match_indices("http") {
        let rest = text.get(at..).unwrap_or_default();
        let begins = rest.starts_with("http://") || rest.starts_with("https://");
        // An address within an address is a part of it.
        if !begins || found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len());
        let written = rest.get(..end).unwrap_or_default().trim_end_matches(['.', ',', ')', ';']);
        found.push(Span::new(at, at + written.len()));
    }
    found
}

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    for span in &reading.links {
        let written = reading.written(*span);
        let canonical = |url: &str| bench.rules.normaliser.normalise(url).text().trim_end_matches('/').to_owned();
        let wanted = written.trim_end_matches('/');
        let known =
            bench.shelf.volumes.iter().find(|it| it.source.url.as_deref().is_some_and(|url| canonical(url) == wanted));
        if let Some(rest) = known.map(super::shelf::Volume::record).or_else(|| bench.basis(&[written])) {
            bench.anchor(reading, *span, rest);
        } else if !is_of_government(written) {
            bench.fault(reading, *span, FaultKind::Link(reading.shown(*span)));
        }
    }
}

/// Whether the host is one of gov.tw, which 數位發展部 gives to agencies alone.
fn is_of_government(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default().split(['/', '?', '#', ':']).next().unwrap_or_default();
    !url.contains('@') && (host == "gov.tw" || host.ends_with(".gov.tw"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_the_government_are_its_own() {
        assert!(is_of_government("https://www.kcg.gov.tw/news?id=1"));
        for url in ["https://gov.tw.example.com/", "https://kcg.gov.tw@evil.example/", "http://xgov.tw/"] {
            assert!(!is_of_government(url), "{url}");
        }
        let text = "見https://a.gov.tw/1。";
        assert_eq!(find(text)[0].of(text), Some("https://a.gov.tw/1"));
    }
}
