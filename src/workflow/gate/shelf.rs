//! The stored texts a draft may rest on, laid out so that words, figures and days can be found in them.

use super::copy::{Copy, squeeze};
use crate::{
    domain::{Rest, SourceText, SourceTextKind, Span, taipei},
    text::{Moment, Normaliser, Quantity, moments, quantities},
};

/// All stored texts of a draft.
#[derive(Debug)]
pub(super) struct Shelf<'a> {
    pub(super) volumes: Vec<Volume<'a>>,
    normaliser: &'a Normaliser,
}

/// One stored text.
#[derive(Debug)]
pub(super) struct Volume<'a> {
    pub(super) source: &'a SourceText,
    pages: [Page; 2],
    /// The number of its document, squeezed.
    document_no: String,
}

/// Its headline or its text.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) copy: Copy,
    in_title: bool,
    pub(super) figures: Vec<Quantity>,
    pub(super) times: Vec<Moment>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(sources: &'a [SourceText], normaliser: &'a Normaliser) -> Self {
        Self { volumes: sources.iter().map(|source| Volume::new(source, normaliser)).collect(), normaliser }
    }

    /// Official statements.
    pub(super) fn statements(&self) -> impl Iterator<Item = &Volume<'a>> {
        self.volumes.iter().filter(|volume| volume.source.kind == SourceTextKind::Statement)
    }

    /// Reports.
    pub(super) fn reports(&self) -> impl Iterator<Item = &Volume<'a>> {
        self.volumes.iter().filter(|volume| volume.source.kind == SourceTextKind::Report)
    }

    /// Where an official statement has the words, by themselves and not as part of a longer number.
    pub(super) fn stated(&self, words: &str) -> Option<Rest> {
        let words = squeeze(self.normaliser.normalise(words).text());
        self.statements().find_map(|volume| volume.literal(&words))
    }

    /// Whether a report has the words.
    pub(super) fn is_reported(&self, words: &str) -> bool {
        let words = squeeze(self.normaliser.normalise(words).text());
        self.reports().any(|volume| volume.literal(&words).is_some())
    }
}

impl<'a> Volume<'a> {
    fn new(source: &'a SourceText, normaliser: &Normaliser) -> Self {
        let day = source.published.map(|at| taipei(at).date_naive());
        let page = |text: &str, in_title| {
            let copy = Copy::new(text, normaliser);
            let times = moments(copy.text(), day);
            let taken: Vec<Span> = times.iter().map(|time| time.span).collect();
            let figures = quantities(copy.text(), &taken);
            Page { copy, in_title, figures, times }
        };
        let document_no = source.document_no.as_deref().unwrap_or_default();
        Self {
            source,
            pages: [page(&source.title, true), page(&source.text, false)],
            document_no: squeeze(normaliser.normalise(document_no).text()),
        }
    }

    pub(super) fn is_report(&self) -> bool {
        self.source.kind == SourceTextKind::Report
    }

    pub(super) fn pages(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// Where squeezed words stand in it.
    pub(super) fn find(&self, words: &str) -> Option<Rest> {
        self.pages.iter().find_map(|page| page.copy.find(words).and_then(|span| self.rest(page, span)))
    }

    fn literal(&self, words: &str) -> Option<Rest> {
        let page = |page: &Page| page.copy.find_where(words, |before, behind| is_whole(words, before, behind));
        let in_number = |at: usize| {
            let before = self.document_no.get(..at).and_then(|head| head.chars().next_back());
            let behind = self.document_no.get(at + words.len()..).and_then(|tail| tail.chars().next());
            is_whole(words, before, behind)
        };
        self.pages
            .iter()
            .find_map(|it| page(it).and_then(|span| self.rest(it, span)))
            .or_else(|| self.document_no.match_indices(words).any(|(at, _)| in_number(at)).then(|| self.record()))
    }

    /// Bytes of it by a span of a page's canonical copy.
    pub(super) fn rest(&self, page: &Page, span: Span) -> Option<Rest> {
        Some(Rest::Source {
            id: self.source.id.clone(),
            revision: self.source.revision,
            in_title: page.in_title,
            span: page.copy.original(span)?,
        })
    }

    /// What is recorded of it beside its words.
    pub(super) fn record(&self) -> Rest {
        Rest::Record { id: self.source.id.clone(), revision: self.source.revision }
    }
}

/// Whether words end where their numbers end: 5億 is not in 25億, and 2 is not in 2.5.
fn is_whole(words: &str, before: Option<char>, behind: Option<char>) -> bool {
    let counts = |c: char| c.is_ascii_digit() || "〇零一二三四五六七八九十百千萬億兆兩廿卅".contains(c);
    let starts = words.chars().next().is_some_and(counts);
    let ends = words.chars().next_back().is_some_and(counts);
    let runs_in = before.is_some_and(|c| counts(c) || matches!(c, '.' | '，'));
    let goes_on = behind.is_some_and(|c| counts(c) || c == '.');
    !(starts && runs_in || ends && goes_on)
}
