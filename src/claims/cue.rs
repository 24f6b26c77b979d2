//! Words that say how a statement is meant: denied, foreseen, passed on, judged.

use std::collections::HashSet;

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
    /// Says who is in charge.
    Charge,
    /// Brings up a rumour.
    Rumour,
    /// A body that is in no list of agencies, by its place in `agents`.
    Agent(u16),
    /// One pole of what cannot both be true: index of the opposition, index of the pole.
    Pole(u8, u8),
}

/// How a clause is meant, gathered from its cue words and marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stance {
    bits: u16,
}

impl Stance {
    const NEGATED: u16 = 1;
    const DENIED: u16 = 2;
    const OPINION: u16 = 4;
    const CORRECTION: u16 = 8;
    const SPOKEN: u16 = 16;
    const HEARSAY: u16 = 32;
    const QUESTION: u16 = 64;
    const QUOTED: u16 = 128;
    const CHARGE: u16 = 256;
    const RUMOUR: u16 = 512;
    const ELSEWHERE: u16 = 1024;

    fn has(self, bit: u16) -> bool {
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
            Manner::Charge => Self::CHARGE,
            Manner::Rumour => Self::RUMOUR,
            Manner::Former | Manner::Pole(..) | Manner::Agent(_) => 0,
        };
    }

    /// Adds all that another one has.
    pub(super) fn join(&mut self, other: Self) {
        self.bits |= other.bits;
    }

    pub(super) fn be_elsewhere(&mut self) {
        self.bits |= Self::ELSEWHERE;
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

    /// It says who is in charge, pays or is to blame.
    #[must_use]
    pub fn is_of_charge(self) -> bool {
        self.has(Self::CHARGE)
    }

    /// It names another city or a place in it.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        self.has(Self::ELSEWHERE)
    }

    /// It brings up a rumour.
    #[must_use]
    pub fn is_rumour(self) -> bool {
        self.has(Self::RUMOUR)
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
        (&cues.charge, Manner::Charge),
        (&cues.rumours, Manner::Rumour),
    ];
    let plain = lists.into_iter().flat_map(|(words, manner)| words.iter().map(move |word| (word, manner)));
    let poles = (0_u8..).zip(&cues.oppositions).flat_map(|(opposition, it)| {
        (0_u8..)
            .zip(&it.poles)
            .flat_map(move |(pole, words)| words.iter().map(move |word| (word, Manner::Pole(opposition, pole))))
    });
    let known: HashSet<&str> = city
        .agencies
        .iter()
        .flat_map(|it| {
            [it.name.as_str(), &it.short].into_iter().chain(it.aliases.iter().map(|alias| alias.name.as_str()))
        })
        .collect();
    let agents = (0_u16..).zip(&cues.agents).flat_map(|(kind, names)| {
        names.iter().filter(|name| !known.contains(name.as_str())).map(move |name| (name, Manner::Agent(kind)))
    });
    Lexicon::new(plain.chain(poles).chain(agents).map(|(word, manner)| (canonical(word), manner)))
}
