//! How alike two clauses are letter by letter: runs and pairs that both have, however the words are cut.

use super::copy::TURNS;
use crate::claims::Sheet;

/// What may stand between a negator and the word it negates: 未曾被拆除, 沒有要收費.
const BETWEEN: [char; 12] = ['有', '是', '能', '會', '被', '再', '予', '得', '曾', '要', '可', '必'];

/// Letters of one clause or sentence that are compared; a longer one is a list.
const MOST_LETTERS: usize = 120;

/// Letters of a run that leave no doubt that both speak of the same thing.
const LONG_RUN: f64 = 8.0;

/// What two clauses share.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wording {
    /// The longest run of letters in both, 1 for eight letters.
    pub(super) run: f64,
    /// Twice the pairs of neighbouring letters in both by those of both.
    pub(super) pairs: f64,
    /// The share of the first clause's pairs that the other's sentence has.
    pub(super) claim_pairs: f64,
    /// The one has a word that the other has behind a negator.
    pub(super) turned: bool,
}

impl Wording {
    /// Compares a clause of a report with one of a statement.
    pub(super) fn of((report, clause): (&Sheet, usize), (official, other): (&Sheet, usize)) -> Self {
        let (own, theirs) = (letters(report, clause, false), letters(official, other, false));
        let sentence = letters(official, other, true);
        let (own_pairs, their_pairs, whole) = (pairs(&own), pairs(&theirs), pairs(&sentence));
        let shared = own_pairs.iter().filter(|pair| their_pairs.binary_search(pair).is_ok()).count();
        let told = own_pairs.iter().filter(|pair| whole.binary_search(pair).is_ok()).count();
        let all = own_pairs.len() + their_pairs.len();
        Self {
            run: (longest_run(&own, &theirs) as f64 / LONG_RUN).min(1.5),
            pairs: if all == 0 { 0.0 } else { 2.0 * shared as f64 / all as f64 },
            claim_pairs: told as f64 / own_pairs.len().max(1) as f64,
            turned: negates(&own, &theirs) != negates(&theirs, &own),
        }
    }
}

/// The letters of a clause or its sentence, without digits and marks.
fn letters(sheet: &Sheet, clause: usize, sentence: bool) -> Vec<char> {
    let Some(found) = sheet.clauses.get(clause) else { return Vec::new() };
    let whole = sheet.sentences.get(found.sentence).map(|it| it.span).filter(|_| sentence);
    let written = sheet.written(found.field, whole.unwrap_or(found.span));
    written.chars().filter(|c| c.is_alphabetic()).take(MOST_LETTERS).collect()
}

/// The pairs of neighbours, in order, each once.
fn pairs(letters: &[char]) -> Vec<(char, char)> {
    let mut pairs: Vec<(char, char)> = letters.iter().copied().zip(letters.iter().copied().skip(1)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Whether one of the words that `letters` negate stands in `other`.
pub(super) fn negates(letters: &[char], other: &[char]) -> bool {
    let mut rest = letters.iter().copied();
    while let Some(letter) = rest.next() {
        if !TURNS.contains(&letter) {
            continue;
        }
        let word: Vec<char> = rest.clone().skip_while(|c| TURNS.contains(c) || BETWEEN.contains(c)).take(2).collect();
        let stands = other.windows(2).any(|pair| pair == word);
        let negated =
            |three: &[char]| three.first().is_some_and(|c| TURNS.contains(c)) && three.get(1..) == Some(&word);
        let negated = other.windows(3).any(negated);
        if word.len() == 2 && stands && !negated {
            return true;
        }
    }
    false
}

pub(super) fn longest_run(own: &[char], theirs: &[char]) -> usize {
    let mut before = vec![0; theirs.len() + 1];
    let mut longest = 0;
    for letter in own {
        let mut diagonal = 0;
        for (other, slot) in theirs.iter().zip(before.iter_mut().skip(1)) {
            let run = if letter == other { diagonal + 1 } else { 0 };
            diagonal = std::mem::replace(slot, run);
            longest = longest.max(run);
        }
    }
    longest
}
