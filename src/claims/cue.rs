//! Words that say how a statement is meant: denied, foreseen, passed on, judged.

use crate::{
    domain::City,
    text::{Lexicon, LexiconError},
};

/// What a cue word does to its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Turns the word behind it around.
    Negator,
    /// An official 並無, 與事實不符.
    Denial,
    /// Judges, foresees, jokes, wonders.
    Opinion,
    /// Tells that something was denied.
    Correction,
    /// What follows was so and is no longer.
    Former,
    /// Somebody says it.
    Speaker,
    /// It is passed on.
    Hearsay,
    /// One pole of what cannot both be true: index of the opposition, index of the pole.
    Pole(u8, u8),
}

/// How a clause is meant, gathered from its cue words and marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stance {
    bits: u8,
}

impl Stance {
    const NEGATED: u8 = 1;
    const DENIED: u8 = 2;
    const OPINION: u8 = 4;
    const CORRECTION: u8 = 8;
    const SPOKEN: u8 = 16;
    const HEARSAY: u8 = 32;
    const QUESTION: u8 = 64;
    const QUOTED: u8 = 128;

    fn has(self, bit: u8) -> bool {
        self.bits & bit != 0
    }

    /// Adds what a cue word says.
    pub(super) fn add(&mut self, manner: Manner) {
        self.bits |= match manner {
            Manner::Negator => Self::NEGATED,
            Manner::Denial => Self::DENIED,
            Manner::Opinion => Self::OPINION,
            Manner::Correction => Self::CORRECTION,
            Manner::Speaker => Self::SPOKEN,
            Manner::Hearsay => Self::HEARSAY,
            Manner::Former | Manner::Pole(..) => 0,
        };
    }

    /// Adds all that another one has.
    pub(super) fn join(&mut self, other: Self) {
        self.bits |= other.bits;
    }

    pub(super) fn ask(&mut self) {
        self.bits |= Self::QUESTION;
    }

    pub(super) fn quote(&mut self) {
        self.bits |= Self::QUOTED;
    }

    /// A negator stands in it.
    #[must_use]
    pub fn is_negated(self) -> bool {
        self.has(Self::NEGATED)
    }

    /// It denies something, as officials do.
    #[must_use]
    pub fn is_denial(self) -> bool {
        self.has(Self::DENIED)
    }

    /// It judges, foresees, jokes or wonders.
    #[must_use]
    pub fn is_opinion(self) -> bool {
        self.has(Self::OPINION)
    }

    /// It tells of a denial or a correction.
    #[must_use]
    pub fn is_correction(self) -> bool {
        self.has(Self::CORRECTION)
    }

    /// It is attributed to a speaker.
    #[must_use]
    pub fn is_spoken(self) -> bool {
        self.has(Self::SPOKEN)
    }

    /// It is passed on as hearsay.
    #[must_use]
    pub fn is_hearsay(self) -> bool {
        self.has(Self::HEARSAY)
    }

    /// It asks.
    #[must_use]
    pub fn is_question(self) -> bool {
        self.has(Self::QUESTION)
    }

    /// It stands in quotation marks.
    #[must_use]
    pub fn is_quoted(self) -> bool {
        self.has(Self::QUOTED)
    }
}

/// All cue words of a city's dictionaries.
pub(super) fn lexicon(city: &City, canonical: impl Fn(&str) -> String) -> Result<Lexicon<Manner>, LexiconError> {
    let cues = &city.cues.claims;
    let lists = [
        (&cues.negators, Manner::Negator),
        (&cues.denials, Manner::Denial),
        (&cues.opinions, Manner::Opinion),
        (&cues.corrections, Manner::Correction),
        (&cues.former, Manner::Former),
        (&cues.speakers, Manner::Speaker),
        (&cues.hearsay, Manner::Hearsay),
    ];
    let plain = lists.into_iter().flat_map(|(words, manner)| words.iter().map(move |word| (word, manner)));
    let poles = (0_u8..).zip(&cues.oppositions).flat_map(|(opposition, it)| {
        (0_u8..)
            .zip(&it.poles)
            .flat_map(move |(pole, words)| words.iter().map(move |word| (word, Manner::Pole(opposition, pole))))
    });
    Lexicon::new(plain.chain(poles).map(|(word, manner)| (canonical(word), manner)))
}
