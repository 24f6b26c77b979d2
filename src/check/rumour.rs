//! What an official statement says is not so: the rumour, and the words that deny it.

use super::similar::Bag;
use crate::{
    claims::Sheet,
    domain::{Field, Span},
};

/// A rumour of fewer words could be any.
const LEAST_WORDS: usize = 2;

/// Something that a statement denies.
#[derive(Debug)]
pub(super) struct Rumour {
    /// Its words and characters.
    pub(super) words: Bag,
    /// The quotation that tells it.
    pub(super) told: Option<(Field, Span)>,
    /// The clause that denies it, by its place in the sheet.
    pub(super) denial: usize,
}

/// Everything that a statement denies. A quotation in a sentence with words of hearsay or denial is the rumour; a
/// denial without one (「並無停用之規劃」) holds it in its own words and those before it.
pub(super) fn rumours(sheet: &Sheet) -> Vec<Rumour> {
    let denials: Vec<usize> = (0..sheet.clauses.len()).filter(|at| is_denial(sheet, *at)).collect();
    let Some(first) = denials.iter().copied().find(|at| field(sheet, *at) == Field::Text).or(denials.first().copied())
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut quoting = Vec::new();
    for quote in &sheet.quotations {
        let inside = |at: &usize| {
            sheet.clauses.get(*at).is_some_and(|it| it.field == quote.field && it.span.overlaps(quote.span))
        };
        let clauses: Vec<usize> = (0..sheet.clauses.len()).filter(inside).collect();
        let Some(sentence) = clauses.first().and_then(|at| sheet.clauses.get(*at)).map(|it| it.sentence) else {
            continue;
        };
        let stance = sheet.sentences.get(sentence).map(|it| it.stance).unwrap_or_default();
        let told = stance.is_hearsay()
            || stance.is_rumour()
            || (stance.is_denial() && quote.speaker.is_none())
            || quote.field == Field::Title;
        if !told || quote.words.len() < LEAST_WORDS {
            continue;
        }
        quoting.push(sentence);
        let behind = |at: &usize| field(sheet, *at) == quote.field && clauses.last().is_some_and(|last| at >= last);
        let denial = denials.iter().copied().find(behind).filter(|_| quote.field == Field::Text).unwrap_or(first);
        found.push(Rumour {
            words: Bag::under(sheet, quote.field, quote.span),
            told: Some((quote.field, quote.span)),
            denial,
        });
    }
    for denial in denials {
        let Some(clause) = sheet.clauses.get(denial) else { continue };
        if quoting.contains(&clause.sentence) {
            continue;
        }
        let words = Bag::context(sheet, denial).with(&Bag::characters(sheet, denial));
        found.push(Rumour { words, told: None, denial });
    }
    found
}

fn field(sheet: &Sheet, clause: usize) -> Field {
    sheet.clauses.get(clause).map_or(Field::Text, |it| it.field)
}

fn is_denial(sheet: &Sheet, clause: usize) -> bool {
    sheet.clauses.get(clause).is_some_and(|it| it.stance.is_denial())
}
