//! What decides a claim, in whatever notation it is written: 25億, 25億元 and 二十五億 are one value.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    domain::{ClaimKind, Span},
    text::{Measure, Moment, Quantity, clauses, moments, quantities, sentences},
};

/// A number of this size that has no unit behind it still tells an amount: 25億 in a headline.
const TELLING: f64 = 10_000.0;

/// Characters from which words are compared by how many of their pairs of characters are there, and the share that has to
/// be: a quotation stays the same when a mark or a particle changes.
const LONG_WORDS: usize = 8;
const LEAST_SAME: f64 = 0.75;

/// A field of a version, read.
#[derive(Debug)]
pub(super) struct Laid {
    pub(super) text: String,
    pub(super) sentences: Vec<Span>,
    pub(super) clauses: Vec<Span>,
    quantities: Vec<Quantity>,
    moments: Vec<Moment>,
}

impl Laid {
    /// Reads a field in canonical characters. A headline is one sentence, whatever marks stand in it.
    pub(super) fn new(text: String, headline: bool, day: Option<NaiveDate>) -> Self {
        let all = Span::new(0, text.len());
        let sentences = if headline { vec![all] } else { sentences(&text) };
        let clauses = clauses(&text, all);
        let moments = moments(&text, day);
        let taken: Vec<Span> = moments.iter().map(|moment| moment.span).collect();
        let quantities = quantities(&text, &taken);
        Self { text, sentences, clauses, quantities, moments }
    }

    /// The words under a span.
    pub(super) fn at(&self, span: Span) -> &str {
        span.of(&self.text).unwrap_or_default()
    }

    /// The sentence in which a span begins, by its place.
    pub(super) fn sentence_of(&self, span: Span) -> Option<usize> {
        let next = self.sentences.partition_point(|sentence| sentence.end <= span.start);
        self.sentences.get(next).filter(|sentence| sentence.start <= span.start).map(|_| next)
    }

    /// The paragraph around a span.
    pub(super) fn paragraph_of(&self, span: Span) -> &str {
        let before = self.text.get(..span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = self.text.get(start..).unwrap_or_default();
        rest.split('\n').next().unwrap_or_default()
    }
}

/// What decides.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Figure(Quantity),
    Time(Moment),
    Words(String),
}

impl Value {
    /// The value in a stretch of canonical text. Words where it is no figure and no time.
    pub(super) fn read(text: &str, kind: ClaimKind, day: Option<NaiveDate>) -> Self {
        let laid = Laid::new(text.to_owned(), true, day);
        let figure = laid.quantities.first().filter(|_| kind == ClaimKind::Figure);
        let time = laid.moments.first().filter(|_| kind == ClaimKind::Date);
        match (figure, time) {
            (Some(figure), _) => Self::Figure(*figure),
            (_, Some(time)) => Self::Time(*time),
            _ => Self::Words(text.trim().to_owned()),
        }
    }

    /// Where exactly this value stands.
    pub(super) fn places(&self, laid: &Laid) -> Vec<Span> {
        match self {
            Self::Figure(own) => laid.quantities.iter().filter(|it| same_figure(own, it)).map(|it| it.span).collect(),
            Self::Time(own) => laid.moments.iter().filter(|it| same_time(own, it)).map(|it| it.span).collect(),
            Self::Words(words) if words.chars().count() >= LONG_WORDS => {
                let pairs = pairs(words);
                let alike = |span: &&Span| share(&pairs, laid.at(**span)) >= LEAST_SAME;
                laid.sentences.iter().filter(alike).copied().collect()
            }
            Self::Words(words) if words.is_empty() => Vec::new(),
            Self::Words(words) => {
                laid.text.match_indices(words.as_str()).map(|(at, it)| Span::new(at, at + it.len())).collect()
            }
        }
    }

    /// Where this value stands as an official one: also fairly rounded.
    pub(super) fn fair_places(&self, laid: &Laid) -> Vec<Span> {
        let Self::Figure(own) = self else { return self.places(laid) };
        let fair = |it: &&Quantity| same_figure(own, it) || (same_measure(own, it) && it.covers(own.low, own.high));
        laid.quantities.iter().filter(fair).map(|it| it.span).collect()
    }

    /// What of the same measure stands within `clause`.
    pub(super) fn likes_within(&self, laid: &Laid, clause: Span) -> Vec<Span> {
        match self {
            Self::Figure(own) => {
                let like = |it: &&Quantity| it.span.overlaps(clause) && own.measure == it.measure && !it.ordinal;
                laid.quantities.iter().filter(like).map(|it| it.span).collect()
            }
            Self::Time(own) => {
                let like = |it: &&Moment| it.span.overlaps(clause) && own.start.is_comparable(it.start);
                laid.moments.iter().filter(like).map(|it| it.span).collect()
            }
            Self::Words(_) => Vec::new(),
        }
    }

    /// Whether hardly anything else of a report is told with the same value.
    pub(super) fn is_telling(&self) -> bool {
        match self {
            Self::Figure(own) => {
                own.low.abs() >= TELLING || (matches!(own.measure, Measure::Money) && own.low.abs() >= 100.0)
            }
            Self::Time(own) => own.start.days.is_some() && own.start.minutes.is_some(),
            Self::Words(words) => words.chars().count() >= LONG_WORDS,
        }
    }
}

fn same_measure(a: &Quantity, b: &Quantity) -> bool {
    let telling = |it: &Quantity| it.measure == Measure::Bare && it.low.abs() >= TELLING;
    a.ordinal == b.ordinal && (a.measure == b.measure || telling(a) || telling(b))
}

fn same_figure(a: &Quantity, b: &Quantity) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    same_measure(a, b) && near(a.low, b.low) && near(a.high, b.high)
}

fn same_time(a: &Moment, b: &Moment) -> bool {
    let ends = match (a.end, b.end) {
        (Some(a), Some(b)) => a.agrees(b),
        _ => true,
    };
    // A report that only says the day says nothing of the hour.
    let all = (a.start.minutes.is_none() || b.start.minutes.is_some()) && a.start.is_comparable(b.start);
    all && ends && a.start.agrees(b.start)
}

/// All pairs of neighbouring letters, without digits and white space: what a clause is about.
pub(super) fn pairs(text: &str) -> BTreeSet<(char, char)> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    letters.iter().copied().zip(letters.iter().copied().skip(1)).collect()
}

/// The share of `pairs` that stand in `text`. All of them when there are none.
pub(super) fn share(pairs: &BTreeSet<(char, char)>, text: &str) -> f64 {
    if pairs.is_empty() {
        return 1.0;
    }
    let others = self::pairs(text);
    pairs.intersection(&others).count() as f64 / pairs.len() as f64
}
