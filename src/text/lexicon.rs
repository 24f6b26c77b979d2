//! A list of words to look for, each with what it means to the one who looks.

use std::collections::BTreeMap;

use daachorse::{CharwiseDoubleArrayAhoCorasick, CharwiseDoubleArrayAhoCorasickBuilder, MatchKind};

use crate::domain::Span;

/// Why a list of words could not be compiled.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// The automaton's limits were passed.
    #[error("{words} words make too large an automaton; shorten the dictionary: {reason}")]
    TooLarge {
        /// How many words were given.
        words: usize,
        /// What the automaton says.
        reason: String,
    },
}

/// Words with payloads, found in one pass: at each place the longest word that begins there, never overlapping.
/// A word may carry several payloads.
pub struct Lexicon<V> {
    /// None when there is nothing to look for.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    payloads: Vec<Vec<V>>,
}

/// A word found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit<'a, V> {
    /// Where, in the searched text.
    pub span: Span,
    /// What the word means.
    pub payloads: &'a [V],
}

impl<V> Lexicon<V> {
    /// Compiles `(word, payload)` pairs; empty words are left out. Words must be in the form of the texts that
    /// will be searched (see [`super::Normaliser`]).
    ///
    /// # Errors
    /// [`LexiconError::TooLarge`] past the limits of the automaton, some millions of characters.
    pub fn new(words: impl IntoIterator<Item = (String, V)>) -> Result<Self, LexiconError> {
        let mut by_word: BTreeMap<String, Vec<V>> = BTreeMap::new();
        for (word, payload) in words {
            if !word.is_empty() {
                by_word.entry(word).or_default().push(payload);
            }
        }
        let words = by_word.len();
        if words == 0 {
            return Ok(Self { automaton: None, payloads: Vec::new() });
        }
        let too_large = |reason: String| LexiconError::TooLarge { words, reason };
        let automaton = CharwiseDoubleArrayAhoCorasickBuilder::new()
            .match_kind(MatchKind::LeftmostLongest)
            .build_with_values((0_u32..).zip(by_word.keys()).map(|(index, word)| (word, index)))
            .map_err(|error| too_large(error.to_string()))?;
        Ok(Self { automaton: Some(automaton), payloads: by_word.into_values().collect() })
    }

    /// The words in `text`, in order.
    pub fn find<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit<'a, V>> {
        let matches = self.automaton.as_ref().map(|automaton| automaton.leftmost_find_iter(text));
        matches.into_iter().flatten().filter_map(|found| {
            let payloads = self.payloads.get(usize::try_from(found.value()).ok()?)?;
            Some(Hit { span: Span::new(found.start(), found.end()), payloads })
        })
    }
}

impl<V> std::fmt::Debug for Lexicon<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("words", &self.payloads.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins_and_may_mean_two_things() {
        let words = [("鳳山", 1), ("鳳山車站", 2), ("衛生局", 3), ("衛生局", 4), ("", 5)];
        let lexicon = Lexicon::new(words.map(|(word, value)| (word.to_owned(), value))).unwrap();
        let found: Vec<_> = lexicon.find("鳳山車站到衛生局").map(|hit| hit.payloads.to_vec()).collect();
        assert_eq!(found, [vec![2], vec![3, 4]]);
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        let lexicon: Lexicon<u8> = Lexicon::new([]).unwrap();
        assert_eq!(lexicon.find("高雄").count(), 0);
    }
}
