//! A text laid out for comparing.

use chrono::NaiveDate;

use super::{Item, Stance, Token};
use crate::{
    domain::{ClaimKind, Field, Span},
    text::Normalised,
};

/// A clause: what stands between two marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// The field.
    pub field: Field,
    /// The bytes of the canonical copy.
    pub span: Span,
    /// The sentence it belongs to, by its place in the sheet.
    pub sentence: usize,
    /// Its words: a range of [`Sheet::tokens`].
    pub tokens: (usize, usize),
    /// Its characters, as pairs of key and weight: a range of [`Sheet::characters`].
    pub characters: (usize, usize),
    /// How it is meant.
    pub stance: Stance,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentence {
    /// The field.
    pub field: Field,
    /// The bytes of the canonical copy.
    pub span: Span,
    /// Its clauses: a range of [`Sheet::clauses`].
    pub clauses: (usize, usize),
    /// How it is meant, all clauses together.
    pub stance: Stance,
}

/// Words in quotation marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Quotation {
    /// The field.
    pub field: Field,
    /// The bytes between the marks, of the canonical copy.
    pub span: Span,
    /// Its words, without marks.
    pub words: Vec<u64>,
    /// Who says it: the words before the verb of saying, when there is one.
    pub speaker: Option<Span>,
}

/// A text laid out for comparing: spans are of the canonical copies, which lead back to what was written.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub(super) title: Normalised,
    pub(super) text: Normalised,
    /// The day it appeared in Taipei.
    pub published: Option<NaiveDate>,
    /// Title first.
    pub sentences: Vec<Sentence>,
    /// In order.
    pub clauses: Vec<Clause>,
    /// All words that tell something.
    pub tokens: Vec<Token>,
    /// The characters of these words.
    pub characters: Vec<(u64, f32)>,
    /// In order of their clauses.
    pub items: Vec<Item>,
    /// In order.
    pub quotations: Vec<Quotation>,
    /// The text tells of a rumour being denied, or of an error being corrected.
    pub tells_of_correction: bool,
    /// Names of other cities stand in it, and none of this one.
    pub elsewhere: bool,
}

impl Sheet {
    /// The canonical copy of a field.
    #[must_use]
    pub fn copy(&self, field: Field) -> &Normalised {
        match field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        }
    }

    /// The words under a span of a field.
    #[must_use]
    pub fn written(&self, field: Field, span: Span) -> &str {
        span.of(self.copy(field).text()).unwrap_or_default()
    }

    /// How many bytes of memory it holds beside its own size.
    #[must_use]
    pub fn held(&self) -> usize {
        fn of<T>(list: &Vec<T>) -> usize {
            list.capacity() * size_of::<T>()
        }
        let quoted: usize = self.quotations.iter().map(|it| of(&it.words)).sum();
        let words = of(&self.tokens) + of(&self.characters);
        let parts = of(&self.sentences) + of(&self.clauses) + of(&self.items) + of(&self.quotations);
        self.title.held() + self.text.held() + words + parts + quoted
    }

    /// Gives back memory that was taken for lists still growing: about a third of a sheet that is kept.
    pub fn shrink(&mut self) {
        self.title.shrink();
        self.text.shrink();
        self.sentences.shrink_to_fit();
        self.clauses.shrink_to_fit();
        self.tokens.shrink_to_fit();
        self.characters.shrink_to_fit();
        self.items.shrink_to_fit();
        self.quotations.shrink_to_fit();
    }

    /// Where a span stands in the field as given.
    #[must_use]
    pub fn original(&self, field: Field, span: Span) -> Option<Span> {
        self.copy(field).to_original(span)
    }

    /// The words of a clause.
    #[must_use]
    pub fn words_of(&self, clause: usize) -> &[Token] {
        self.clauses.get(clause).and_then(|it| self.tokens.get(it.tokens.0..it.tokens.1)).unwrap_or_default()
    }

    /// The characters of a clause.
    #[must_use]
    pub fn characters_of(&self, clause: usize) -> &[(u64, f32)] {
        self.clauses
            .get(clause)
            .and_then(|it| self.characters.get(it.characters.0..it.characters.1))
            .unwrap_or_default()
    }

    /// How the clause at `index` and its sentence are meant.
    #[must_use]
    pub fn stances(&self, clause: usize) -> (Stance, Stance) {
        let Some(found) = self.clauses.get(clause) else { return (Stance::default(), Stance::default()) };
        let sentence = self.sentences.get(found.sentence).map(|sentence| sentence.stance).unwrap_or_default();
        (found.stance, sentence)
    }
}

impl Item {
    /// What sort of claim it makes.
    #[must_use]
    pub fn kind(&self) -> ClaimKind {
        use super::Value;
        match self.value {
            Value::Figure(..) => ClaimKind::Figure,
            Value::Time(_) | Value::Weekdays(_) => ClaimKind::Date,
            Value::Agency(_) | Value::Agent(_) => ClaimKind::Agency,
            Value::Place(_) | Value::Site(_) => ClaimKind::Place,
            Value::State(..) => ClaimKind::Status,
        }
    }
}
