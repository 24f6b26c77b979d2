//! One part of a draft as the gate reads it.

use super::{Bench, PersonalKind, copy::Copy, link, personal, phone, quotation};
use crate::{
    domain::{Part, Span},
    text::{Moment, moments},
};

/// How far a clause is read, in characters.
const LONGEST_CLAUSE: usize = 60;

/// A part of a draft with what was found in it. All spans are of the canonical copy.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) part: Part,
    pub(super) copy: Copy,
    text: String,
    /// What stands in quotation marks, without them.
    pub(super) quotations: Vec<quotation::Quoted>,
    pub(super) links: Vec<Span>,
    pub(super) phones: Vec<phone::Phone>,
    pub(super) personal: Vec<(PersonalKind, Span)>,
    /// Days and times outside of quotations, links and telephones.
    pub(super) times: Vec<Moment>,
    /// Names of the publishers of stored texts.
    pub(super) publishers: Vec<Span>,
}

impl Reading {
    pub(super) fn new(part: Part, text: &str, bench: &Bench<'_>) -> Self {
        let copy = Copy::new(text, &bench.rules.normaliser);
        let quotations = quotation::find(part, &copy, bench);
        let links = link::find(copy.text());
        let phones = phone::find(copy.text());
        let publishers = publishers(&copy, bench);
        let mut reading = Self {
            part,
            text: text.to_owned(),
            personal: personal::find(copy.text()),
            copy,
            quotations,
            links,
            phones,
            times: Vec::new(),
            publishers,
        };
        reading.times = moments(reading.copy.text(), Some(bench.today))
            .into_iter()
            .filter(|it| !reading.is_settled(it.span))
            .collect();
        reading
    }

    /// The words under a span, as they stand in the draft.
    pub(super) fn shown(&self, span: Span) -> String {
        self.copy.original(span).and_then(|span| span.of(&self.text)).unwrap_or_default().to_owned()
    }

    /// The words under a span, in canonical characters.
    pub(super) fn written(&self, span: Span) -> &str {
        span.of(self.copy.text()).unwrap_or_default()
    }

    /// Whether the words belong to a quotation that was found, a link, a telephone or the name of a publisher, which are
    /// looked up as wholes.
    pub(super) fn is_settled(&self, span: Span) -> bool {
        self.is_quoted(span)
            || self.links.iter().any(|link| link.overlaps(span))
            || self.phones.iter().any(|phone| phone.span.overlaps(span))
            || self.publishers.iter().any(|name| name.overlaps(span))
    }

    /// Whether the words lie within a quotation that was found in a source or signed.
    pub(super) fn is_quoted(&self, span: Span) -> bool {
        self.quotations.iter().any(|it| it.rest.is_some() && it.span.start <= span.start && span.end <= it.span.end)
    }

    /// All that figures are not to be read out of, in order.
    pub(super) fn taken(&self) -> Vec<Span> {
        let quoted = self.quotations.iter().filter(|it| it.rest.is_some()).map(|it| it.span);
        let mut taken: Vec<Span> = quoted
            .chain(self.links.iter().copied())
            .chain(self.phones.iter().map(|phone| phone.span))
            .chain(self.times.iter().map(|moment| moment.span))
            .chain(self.publishers.iter().copied())
            .chain(self.personal.iter().map(|(_, span)| *span))
            .collect();
        taken.sort();
        taken
    }

    /// The clause up to `at`, back to the last mark.
    pub(super) fn clause_before(&self, at: usize) -> &str {
        let head = self.copy.text().get(..at).unwrap_or_default();
        let near = head.char_indices().rev().nth(LONGEST_CLAUSE).and_then(|(at, _)| head.get(at..)).unwrap_or(head);
        near.rsplit(is_mark).next().unwrap_or_default()
    }

    /// The clause from `at` on, up to the next mark.
    pub(super) fn clause_behind(&self, at: usize) -> &str {
        let tail = self.copy.text().get(at..).unwrap_or_default();
        let near = tail.char_indices().nth(LONGEST_CLAUSE).and_then(|(end, _)| tail.get(..end)).unwrap_or(tail);
        near.split(is_mark).next().unwrap_or_default()
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '。' | '，' | '；' | '：' | '！' | '？' | ',' | ';' | '!' | '?' | '\n' | '（' | '）' | '(' | ')')
}

/// The names of the publishers of stored texts, wherever they stand.
fn publishers(copy: &Copy, bench: &Bench<'_>) -> Vec<Span> {
    let mut found = Vec::new();
    for source in bench.laid.sources {
        let name = bench.rules.normaliser.normalise(&source.publisher);
        let name = name.text().trim();
        if name.chars().count() >= 2 {
            found.extend(copy.text().match_indices(name).map(|(at, name)| Span::new(at, at + name.len())));
        }
    }
    found.sort();
    found.dedup();
    found
}
