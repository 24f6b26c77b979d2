//! Words as statements are compared by them.

use std::{
    collections::{HashMap, HashSet},
    hash::{Hash, Hasher},
};

use crate::{
    domain::{City, Field, Span},
    text::{Hit, Lexicon, LexiconError},
};

/// The share of texts that a word has which is in no list: rarer than the rarest that is.
const UNSEEN_SHARE: f64 = 0.0008;

/// What a word of one character weighs against one of two. Single characters are parts of everything.
const SINGLE: f32 = 0.35;

/// What a character weighs against a word: it only helps where words differ (小客車, 汽車).
const PER_CHARACTER: f32 = 0.3;

/// A word of a clause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Token {
    /// The word, or the group of words of one meaning it belongs to.
    pub key: u64,
    /// How much it tells.
    pub weight: f32,
    /// The field.
    pub field: Field,
    /// The bytes of the canonical copy.
    pub span: Span,
    /// Its characters: a range of [`super::Sheet::characters`].
    pub characters: (usize, usize),
}

/// What words tell, by how common they are and which words mean the same.
#[derive(Debug)]
pub(super) struct Weights {
    shares: HashMap<u64, f32>,
    groups: HashMap<u64, u64>,
    /// Words of one meaning that the segmenter may cut into several, with the key of their group and what it weighs.
    phrases: Lexicon<(u64, f32)>,
    silent: HashSet<u64>,
}

/// A number for a word that is the same in every run.
#[must_use]
pub(super) fn key(word: &str) -> u64 {
    // FNV-1a: the standard hasher of the library may change between releases, and indices are compared across runs.
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for byte in bytes {
                self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    word.hash(&mut hasher);
    hasher.finish()
}

impl Weights {
    pub(super) fn new(city: &City, canonical: impl Fn(&str) -> String) -> Result<Self, LexiconError> {
        let shares = city.common.iter();
        let groups =
            city.cues.claims.synonyms.iter().filter_map(|group| Some((key(&canonical(group.first()?)), group)));
        let mut by_word = HashMap::new();
        for (head, group) in groups {
            for word in group {
                by_word.entry(key(&canonical(word))).or_insert(head);
            }
        }
        let shares: HashMap<u64, f32> =
            shares.map(|(word, share)| (key(&canonical(word)), weight_of_share(f64::from(*share) / 1e4))).collect();
        let weight = |group: &[String]| {
            let known = group.iter().filter_map(|word| shares.get(&key(&canonical(word))).copied());
            known.fold(weight_of_share(UNSEEN_SHARE), f32::min)
        };
        let phrases = city
            .cues
            .claims
            .synonyms
            .iter()
            .filter_map(|group| Some((group, (key(&canonical(group.first()?)), weight(group)))));
        let phrases = Lexicon::new(
            phrases
                .flat_map(|(group, payload)| group.iter().map(move |word| (word, payload)))
                .filter(|(word, _)| word.chars().nth(1).is_some())
                .map(|(word, payload)| (canonical(word), payload)),
        )?;
        Ok(Self {
            shares,
            groups: by_word,
            phrases,
            silent: city.stopwords.iter().map(|word| key(&canonical(word))).collect(),
        })
    }

    /// A word as it is compared; nothing for one that tells nothing.
    pub(super) fn token(&self, word: &str, field: Field, span: Span) -> Option<Token> {
        let own = key(word);
        if self.silent.contains(&own) || !word.chars().any(char::is_alphanumeric) {
            return None;
        }
        let weight = self.shares.get(&own).copied().unwrap_or_else(|| weight_of_share(UNSEEN_SHARE));
        let single = word.chars().nth(1).is_none();
        let weight = if single { weight * SINGLE } else { weight };
        Some(Token { key: self.groups.get(&own).copied().unwrap_or(own), weight, field, span, characters: (0, 0) })
    }

    /// The words of one meaning in a text.
    pub(super) fn phrases<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit<'a, (u64, f32)>> {
        self.phrases.find(text)
    }

    /// A word of one meaning with others, as it is compared.
    pub(super) fn phrase(field: Field, found: &Hit<'_, (u64, f32)>) -> Option<Token> {
        let (key, weight) = *found.payloads.first()?;
        Some(Token { key, weight, field, span: found.span, characters: (0, 0) })
    }

    /// The characters of a word as they are compared where words differ.
    pub(super) fn characters<'a>(&'a self, word: &'a str) -> impl Iterator<Item = (u64, f32)> + 'a {
        let alone = word.chars().nth(1).is_none();
        let mut buffer = [0; 4];
        word.chars().filter(move |c| !alone && c.is_alphabetic()).map(move |c| {
            let own = key(c.encode_utf8(&mut buffer));
            let weight = self.shares.get(&own).copied().unwrap_or_else(|| weight_of_share(UNSEEN_SHARE));
            (own, weight * PER_CHARACTER)
        })
    }
}

/// What a word tells by the share of texts that have it: its information, so that one in every second text tells hardly
/// anything.
#[expect(clippy::cast_possible_truncation, reason = "a weight needs no more digits than f32 has")]
fn weight_of_share(share: f64) -> f32 {
    (-share.max(1e-5).ln()).max(0.05) as f32
}
