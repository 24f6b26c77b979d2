//! Official statements, and those of them that speak of what a report speaks of.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::claims::Sheet;

/// Statements looked at closely for one report.
const CLOSE: usize = 6;

/// Words of a statement by which it is found, the most telling first. More make the index larger and find the same.
const INDEXED: usize = 40;

/// Statements that may share a word before it is too common to look up: one in so many, but never fewer than the floor.
const COMMON_ONE_IN: usize = 8;
const COMMON_FLOOR: usize = 2000;

/// What a word must weigh to find a statement by: about one in a hundred texts.
const TELLING: f32 = 3.0;

/// The share of the best hit's score below which a statement is not about the same thing.
const NEARLY: f32 = 0.3;

/// An official statement.
#[derive(Debug, Clone)]
pub struct Fact {
    /// Its id.
    pub id: String,
    /// Who says it.
    pub agency: String,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// From when it holds; from its publication without one.
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when it holds.
    pub valid_to: Option<DateTime<Utc>>,
    /// Where it can be read.
    pub url: Option<String>,
    /// What it says.
    pub sheet: Sheet,
}

/// A statement that speaks of what a report speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// The statement.
    pub fact: &'a Fact,
    /// What the words weigh that both have.
    pub shared: f32,
}

/// All official statements, with an index of their telling words.
#[derive(Debug, Clone, Default)]
pub struct Register {
    facts: Vec<Arc<Fact>>,
    index: HashMap<u64, Vec<u32>>,
}

impl Register {
    /// A register of statements, in any order.
    #[must_use]
    pub fn new(facts: Vec<Fact>) -> Self {
        let mut index: HashMap<u64, Vec<u32>> = HashMap::new();
        for (at, fact) in (0_u32..).zip(&facts) {
            for (key, _) in telling(&fact.sheet) {
                index.entry(key).or_default().push(at);
            }
        }
        Self { facts: facts.into_iter().map(Arc::new).collect(), index }
    }

    /// The same with statements added; one of a known id takes the place of the one before. The others are shared with
    /// this register and not read again.
    #[must_use]
    pub fn with(&self, changed: Vec<Fact>) -> Self {
        let (mut facts, mut index) = (self.facts.clone(), self.index.clone());
        let mut places: HashMap<String, usize> =
            facts.iter().enumerate().map(|(at, fact)| (fact.id.clone(), at)).collect();
        for fact in changed {
            let place = *places.entry(fact.id.clone()).or_insert(facts.len());
            let Ok(at) = u32::try_from(place) else { continue };
            if let Some(before) = facts.get(place) {
                for (key, _) in telling(&before.sheet) {
                    if let Some(having) = index.get_mut(&key) {
                        having.retain(|other| *other != at);
                    }
                }
            }
            for (key, _) in telling(&fact.sheet) {
                index.entry(key).or_default().push(at);
            }
            let fact = Arc::new(fact);
            match facts.get_mut(place) {
                Some(slot) => *slot = fact,
                None => facts.push(fact),
            }
        }
        Self { facts, index }
    }

    /// The same without the statement of that id. Its place stays taken, so that the index need not be made anew.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        let (facts, mut index) = (self.facts.clone(), self.index.clone());
        for (at, fact) in (0_u32..).zip(&facts).filter(|(_, fact)| fact.id == id) {
            for (key, _) in telling(&fact.sheet) {
                if let Some(having) = index.get_mut(&key) {
                    having.retain(|other| *other != at);
                }
            }
        }
        Self { facts, index }
    }

    /// The statement of that id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id).map(Arc::as_ref)
    }

    /// How many statements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The statements nearest to a report, nearest first.
    #[must_use]
    pub fn find(&self, report: &Sheet) -> Vec<Hit<'_>> {
        let common = (self.facts.len() / COMMON_ONE_IN).max(COMMON_FLOOR);
        let mut scores: HashMap<u32, f32> = HashMap::new();
        for (key, weight) in telling(report) {
            let Some(having) = self.index.get(&key).filter(|having| having.len() <= common) else { continue };
            for at in having {
                *scores.entry(*at).or_default() += weight;
            }
        }
        let mut found: Vec<(u32, f32)> = scores.into_iter().collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let best = found.first().map_or(0.0, |it| it.1);
        let near = found.into_iter().take(CLOSE).take_while(|it| it.1 >= best * NEARLY);
        near.filter_map(|(at, shared)| Some(Hit { fact: self.facts.get(usize::try_from(at).ok()?)?, shared })).collect()
    }
}

/// The most telling words of a text with their weights, each once.
fn telling(sheet: &Sheet) -> Vec<(u64, f32)> {
    let mut words: BTreeMap<u64, f32> = BTreeMap::new();
    for token in sheet.tokens.iter().filter(|token| token.weight >= TELLING) {
        words.insert(token.key, token.weight);
    }
    let mut words: Vec<_> = words.into_iter().collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    words.truncate(INDEXED);
    words
}
