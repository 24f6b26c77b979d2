//! The gate's lists, compiled once: names of agencies, words that are refused, names of places.

use std::collections::HashSet;

use crate::{
    domain::{City, WordGroup},
    text::{Lexicon, LexiconError, Normaliser},
};

/// What a name of the list of agencies stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// The agency of that place in the list, or a unit of it.
    Agency(usize),
    /// The city's government as such.
    Government,
}

/// What a word of the list of wording means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Refused, for the reason of that group.
    Refused(usize),
    /// Harmless, though it has such a word in it.
    Harmless,
}

/// What the gate goes by.
#[derive(Debug)]
pub struct GateRules {
    pub(super) normaliser: Normaliser,
    pub(super) bodies: Lexicon<Body>,
    pub(super) wording: Lexicon<Word>,
    pub(super) groups: Vec<WordGroup>,
    /// Names of villages, districts, roads and stations, which are not persons though 里長 or 區長 stands behind them.
    pub(super) places: HashSet<String>,
}

impl GateRules {
    /// The rules by a city's dictionaries.
    ///
    /// # Errors
    /// [`LexiconError`] when the lists are too large to be compiled.
    pub fn new(city: &City) -> Result<Self, LexiconError> {
        let normaliser = Normaliser::new(&city.variants);
        let canonical = |text: &str| normaliser.normalise(text).text().to_owned();
        let bodies = city.agencies.iter().enumerate().flat_map(|(at, agency)| {
            let own = [&agency.name, &agency.short].into_iter().chain(agency.aliases.iter().map(|alias| &alias.name));
            let units = agency.units.iter().flat_map(|unit| unit.aliases.iter().chain([&unit.name]));
            own.chain(units).map(move |name| (name, Body::Agency(at)))
        });
        let government = ["本府", "市府", "本市"].map(|name| (name.to_owned(), Body::Government));
        let government =
            government.into_iter().chain(city.cues.government.iter().map(|it| (it.clone(), Body::Government)));
        let bodies: Vec<(String, Body)> = bodies
            .map(|(name, body)| (canonical(name), body))
            .chain(government.map(|(it, body)| (canonical(&it), body)))
            .collect();
        let words = city.drafting.wording.iter().enumerate().flat_map(|(at, group)| {
            let refused = group.words.iter().map(move |word| (word, Word::Refused(at)));
            refused.chain(group.except.iter().map(|word| (word, Word::Harmless)))
        });
        let words: Vec<(String, Word)> = words.map(|(word, means)| (canonical(word), means)).collect();
        let places = (city.villages.iter().map(|it| &it.name))
            .chain(city.districts.iter().map(|it| &it.name))
            .chain(city.stations.iter().map(|it| &it.name))
            .chain(city.facilities.iter().map(|it| &it.name))
            .map(|name| canonical(name))
            .collect();
        Ok(Self {
            bodies: Lexicon::new(bodies)?,
            wording: Lexicon::new(words)?,
            groups: city.drafting.wording.clone(),
            places,
            normaliser,
        })
    }
}
