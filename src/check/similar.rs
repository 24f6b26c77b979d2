//! How alike two clauses are, by the words and characters they share.

use crate::{
    claims::Sheet,
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

/// Where the marks of a sheet stand.
#[derive(Debug)]
pub(super) struct Marks([Vec<usize>; 2]);

impl Marks {
    pub(super) fn of(sheet: &Sheet) -> Self {
        Self([Field::Title, Field::Text].map(|field| {
            let marks = ['，', '、', '；', '：', ',', '。', '\n'];
            sheet.copy(field).text().match_indices(marks).map(|it| it.0).collect()
        }))
    }

    /// How many stand in a span of a field.
    fn within(&self, field: Field, span: Span) -> usize {
        let Self([title, text]) = self;
        let marks = if field == Field::Title { title } else { text };
        let before = |end: usize| marks.partition_point(|at| *at < end);
        before(span.end) - before(span.start)
    }
}

/// Keys with their weights, in order of the keys, each once.
#[derive(Debug, Clone, Default)]
pub(super) struct Bag {
    words: Vec<(u64, f32)>,
    mass: f32,
}

impl Bag {
    fn new(mut words: Vec<(u64, f32)>) -> Self {
        words.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        words.dedup_by_key(|it| it.0);
        let mass = words.iter().map(|it| it.1).sum();
        Self { words, mass }
    }

    /// The words of one clause.
    pub(super) fn clause(sheet: &Sheet, clause: usize) -> Self {
        Self::new(sheet.words_of(clause).iter().map(|token| (token.key, token.weight)).collect())
    }

    /// The characters of one clause.
    pub(super) fn characters(sheet: &Sheet, clause: usize) -> Self {
        Self::new(sheet.characters_of(clause).to_vec())
    }

    /// The words of a clause with those of its sentence, which count less.
    pub(super) fn context(sheet: &Sheet, clause: usize) -> Self {
        let Some(own) = sheet.clauses.get(clause) else { return Self::default() };
        let (from, to) = sheet.sentences.get(own.sentence).map_or((clause, clause + 1), |sentence| sentence.clauses);
        let (from, to) = (from.max(clause.saturating_sub(REACH)), to.min(clause + REACH + 1));
        let mut all = Vec::with_capacity((from..to).map(|at| sheet.words_of(at).len()).sum());
        for at in from..to {
            let share = if at == clause { 1.0 } else { NEIGHBOUR };
            all.extend(sheet.words_of(at).iter().map(|token| (token.key, token.weight * share)));
        }
        Self::new(all)
    }

    /// The words and characters under a span of a field.
    pub(super) fn under(sheet: &Sheet, field: Field, span: Span) -> Self {
        let mut all = Vec::new();
        for token in sheet.tokens.iter().filter(|it| it.field == field && it.span.overlaps(span)) {
            all.push((token.key, token.weight));
            all.extend(sheet.characters.get(token.characters.0..token.characters.1).unwrap_or_default());
        }
        Self::new(all)
    }

    /// Both together.
    pub(super) fn with(self, other: &Self) -> Self {
        let mut all = self.words;
        all.extend_from_slice(&other.words);
        Self::new(all)
    }

    /// The words and characters of a whole text.
    pub(super) fn all(sheet: &Sheet) -> Self {
        let mut all = Vec::with_capacity(sheet.tokens.len() + sheet.characters.len());
        all.extend(sheet.tokens.iter().map(|token| (token.key, token.weight)));
        all.extend_from_slice(&sheet.characters);
        Self::new(all)
    }

    /// The words of a whole text.
    pub(super) fn whole(sheet: &Sheet) -> Self {
        Self::new(sheet.tokens.iter().map(|token| (token.key, token.weight)).collect())
    }

    /// The words and characters before the bytes of `part` and those behind it, the nearer the more.
    pub(super) fn around(sheet: &Sheet, marks: &Marks, clause: usize, part: Span) -> [Self; 2] {
        let Some(own) = sheet.clauses.get(clause) else { return [Self::default(), Self::default()] };
        let (from, to) = sheet.sentences.get(own.sentence).map_or((clause, clause + 1), |sentence| sentence.clauses);
        let clauses = from.max(clause.saturating_sub(BEFORE))..to.min(clause + BEHIND + 1);
        let most: usize = clauses.clone().map(|at| sheet.words_of(at).len() + sheet.characters_of(at).len()).sum();
        let (mut before, mut behind) = (Vec::with_capacity(most), Vec::with_capacity(most));
        for token in clauses.flat_map(|at| sheet.words_of(at)) {
            let (side, gap, mark) = if token.span.end <= part.start {
                (&mut before, Span::new(token.span.end, part.start), MARK_BEFORE)
            } else if part.end <= token.span.start {
                (&mut behind, Span::new(part.end, token.span.start), MARK_BEHIND)
            } else {
                continue;
            };
            let distance = gap.len() as f32 / '字'.len_utf8() as f32 + mark * marks.within(own.field, gap) as f32;
            let share = (-distance / FADES).exp();
            side.push((token.key, token.weight * share));
            let characters = sheet.characters.get(token.characters.0..token.characters.1).unwrap_or_default();
            side.extend(characters.iter().map(|(key, weight)| (*key, weight * share)));
        }
        [Self::new(before), Self::new(behind)]
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
