//! How alike two clauses are, by the words and characters they share.

use crate::{
    claims::{Sheet, Token},
    domain::{Field, Span},
};

/// What the words of a neighbouring clause of the sentence count against those of the clause itself.
const NEIGHBOUR: f32 = 0.4;

/// How many clauses before and behind one are its neighbours: a list without a full stop has hundreds.
const REACH: usize = 6;

/// Clauses before a value and behind it whose words may say what it is of.
const BEFORE: usize = 2;
const BEHIND: usize = 1;

/// Characters after which a word counts a third of what it counts right beside a value.
const FADES: f32 = 8.0;

/// Characters that a mark between a word and a value stands for: 三民區12件、左營區8件.
const MARK_BEFORE: f32 = 5.0;
const MARK_BEHIND: f32 = 14.0;

/// Keys with their weights, in order of the keys, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag {
    words: Vec<(u64, f32)>,
    mass: f32,
}

impl Bag {
    fn new(words: impl Iterator<Item = (u64, f32)>) -> Self {
        let mut words: Vec<(u64, f32)> = words.collect();
        words.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        words.dedup_by_key(|it| it.0);
        let mass = words.iter().map(|it| it.1).sum();
        Self { words, mass }
    }

    /// The words of one clause.
    pub(super) fn clause(sheet: &Sheet, clause: usize) -> Self {
        Self::new(sheet.words_of(clause).iter().map(|token| (token.key, token.weight)))
    }

    /// The characters of one clause.
    pub(super) fn characters(sheet: &Sheet, clause: usize) -> Self {
        Self::new(sheet.characters_of(clause).iter().copied())
    }

    /// The words of a clause with those of its sentence, which count less.
    pub(super) fn context(sheet: &Sheet, clause: usize) -> Self {
        let Some(own) = sheet.clauses.get(clause) else { return Self::default() };
        let (from, to) = sheet.sentences.get(own.sentence).map_or((clause, clause + 1), |sentence| sentence.clauses);
        let (from, to) = (from.max(clause.saturating_sub(REACH)), to.min(clause + REACH + 1));
        let all = (from..to).flat_map(|at| {
            let share = if at == clause { 1.0 } else { NEIGHBOUR };
            sheet.words_of(at).iter().map(move |token| (token.key, token.weight * share))
        });
        Self::new(all)
    }

    /// The words and characters under a span of a field.
    pub(super) fn under(sheet: &Sheet, field: Field, span: Span) -> Self {
        let within = sheet.tokens.iter().filter(|it| it.field == field && it.span.overlaps(span));
        let characters = |it: &Token| sheet.characters.get(it.characters.0..it.characters.1).unwrap_or_default();
        Self::new(within.flat_map(|it| {
            std::iter::once((it.key, it.weight)).chain(characters(it).iter().copied()).collect::<Vec<_>>()
        }))
    }

    /// Both together.
    pub(super) fn with(self, other: &Self) -> Self {
        Self::new(self.words.into_iter().chain(other.words.iter().copied()))
    }

    /// The words and characters of a whole text.
    pub(super) fn all(sheet: &Sheet) -> Self {
        let characters = sheet.characters.iter().copied();
        Self::new(sheet.tokens.iter().map(|token| (token.key, token.weight)).chain(characters))
    }

    /// The words of a whole text.
    pub(super) fn whole(sheet: &Sheet) -> Self {
        Self::new(sheet.tokens.iter().map(|token| (token.key, token.weight)))
    }

    /// The words and characters before the bytes of `part` and those behind it, the nearer the more.
    pub(super) fn around(sheet: &Sheet, clause: usize, part: Span) -> [Self; 2] {
        let Some(own) = sheet.clauses.get(clause) else { return [Self::default(), Self::default()] };
        let (from, to) = sheet.sentences.get(own.sentence).map_or((clause, clause + 1), |sentence| sentence.clauses);
        let clauses = from.max(clause.saturating_sub(BEFORE))..to.min(clause + BEHIND + 1);
        let (mut before, mut behind) = (Vec::new(), Vec::new());
        for token in clauses.flat_map(|at| sheet.words_of(at)) {
            let (side, gap, mark) = if token.span.end <= part.start {
                (&mut before, Span::new(token.span.end, part.start), MARK_BEFORE)
            } else if part.end <= token.span.start {
                (&mut behind, Span::new(part.end, token.span.start), MARK_BEHIND)
            } else {
                continue;
            };
            let between = sheet.written(own.field, gap);
            let marks = between.chars().filter(|c| ['，', '、', '；', '：', ',', '。', '\n'].contains(c)).count();
            let distance = between.len() as f32 / '字'.len_utf8() as f32 + mark * marks as f32;
            let share = (-distance / FADES).exp();
            side.push((token.key, token.weight * share));
            let characters = sheet.characters.get(token.characters.0..token.characters.1).unwrap_or_default();
            side.extend(characters.iter().map(|(key, weight)| (*key, weight * share)));
        }
        [Self::new(before.into_iter()), Self::new(behind.into_iter())]
    }

    /// The share of this one's weight that the other has too.
    pub(super) fn within(&self, other: &Self) -> f64 {
        if self.mass <= 0.0 { 0.0 } else { f64::from(self.shared(other) / self.mass) }
    }

    /// What the keys weigh that both have.
    pub(super) fn shared(&self, other: &Self) -> f32 {
        let (mut left, mut right) = (self.words.iter().peekable(), other.words.iter().peekable());
        let mut shared = 0.0;
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            match a.0.cmp(&b.0) {
                std::cmp::Ordering::Less => {
                    left.next();
                }
                std::cmp::Ordering::Greater => {
                    right.next();
                }
                std::cmp::Ordering::Equal => {
                    shared += a.1.min(b.1);
                    left.next();
                    right.next();
                }
            }
        }
        shared
    }

    /// Twice the shared weight by the weight of both: 1 for the same words, 0 for none in common.
    pub(super) fn alike(&self, other: &Self) -> f64 {
        let mass = self.mass + other.mass;
        if mass <= 0.0 { 0.0 } else { f64::from(2.0 * self.shared(other) / mass) }
    }

    /// The share of the smaller one's weight that the other has too.
    pub(super) fn held(&self, other: &Self) -> f64 {
        let mass = self.mass.min(other.mass);
        if mass <= 0.0 { 0.0 } else { f64::from(self.shared(other) / mass) }
    }
}
