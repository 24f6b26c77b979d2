//! A text with everything of the dictionaries marked in it.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::{
    name::{Meaning, Owner, names},
    overlap,
};
use crate::{
    domain::{City, Field, Span, TextKind},
    text::{Lexicon, LexiconError, Normalised, Normaliser},
};

/// The compiled dictionaries.
#[derive(Debug)]
pub(super) struct Vocabulary {
    names: Lexicon<Meaning>,
    services: Lexicon<ServiceWord>,
    leads: Lexicon<LeadWord>,
    feelings: Lexicon<Feeling>,
    kinds: Lexicon<TextKind>,
}

/// A word that speaks of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ServiceWord {
    /// Index into the city's services.
    pub(super) service: usize,
    /// Speaks for itself.
    pub(super) strong: bool,
    /// Characters of the word: a longer one says more.
    pub(super) chars: usize,
}

/// A word that says which body is first in charge of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeadWord {
    /// Index into the city's services.
    pub(super) service: usize,
    /// Index into the leads of the service.
    pub(super) lead: usize,
}

/// What a word does to the tone of its clause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Feeling {
    /// Above zero approves.
    Tone(f64),
    /// Bad news in itself, which blames nobody.
    Event,
    /// Puts an end to the bad news of its clause.
    Remedy,
    /// Turns the next tone around.
    Negator,
    /// Strengthens the next tone.
    Intensifier,
}

/// Something found in one field; the span is in the canonical copy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found<T> {
    pub(super) field: Field,
    pub(super) span: Span,
    pub(super) what: T,
}

/// Title and body with all finds, in order, title first.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    title: &'a Normalised,
    text: &'a Normalised,
    pub(super) names: Vec<Found<Meaning>>,
    pub(super) services: Vec<Found<ServiceWord>>,
    pub(super) leads: Vec<Found<LeadWord>>,
    pub(super) feelings: Vec<Found<Feeling>>,
    pub(super) kinds: Vec<Found<TextKind>>,
}

impl Vocabulary {
    pub(super) fn new(city: &City, normaliser: &Normaliser) -> Result<Self, LexiconError> {
        let canonical = |word: &str| normaliser.normalise(word).text().to_owned();
        let services = city.services.iter().enumerate().flat_map(|(service, entry)| {
            let strong = entry.words.iter().map(|word| (word, true));
            let weak = entry.weak.iter().map(|word| (word, false));
            strong.chain(weak).map(move |(word, strong)| {
                let chars = word.chars().count();
                (word, ServiceWord { service, strong, chars })
            })
        });
        let leads =
            city.services.iter().enumerate().flat_map(|(service, entry)| {
                entry.leads.iter().enumerate().flat_map(move |(lead, entry)| {
                    entry.words.iter().map(move |word| (word, LeadWord { service, lead }))
                })
            });
        Ok(Self {
            names: Lexicon::new(names(city).into_iter().map(|(name, meaning)| (canonical(&name), meaning)))?,
            services: Lexicon::new(services.map(|(word, what)| (canonical(word), what)))?,
            leads: Lexicon::new(leads.map(|(word, what)| (canonical(word), what)))?,
            feelings: Lexicon::new(feelings(city).into_iter().map(|(word, what)| (canonical(word), what)))?,
            kinds: Lexicon::new(kinds(city).map(|(word, what)| (canonical(word), what)))?,
        })
    }
}

impl Vocabulary {
    /// The names alone.
    pub(super) fn names(&self, title: &Normalised, text: &Normalised, day: Option<NaiveDate>) -> Vec<Found<Meaning>> {
        let mut reading = Reading::empty(title, text);
        for (field, copy) in [(Field::Title, title), (Field::Text, text)] {
            collect(&self.names, field, copy, &mut reading.names);
        }
        reading.settle_ambiguous(day);
        reading.mark_other_cities();
        reading.names
    }
}

impl<'a> Reading<'a> {
    pub(super) fn empty(title: &'a Normalised, text: &'a Normalised) -> Self {
        Self { title, text, names: vec![], services: vec![], leads: vec![], feelings: vec![], kinds: vec![] }
    }

    pub(super) fn new(
        vocabulary: &Vocabulary,
        title: &'a Normalised,
        text: &'a Normalised,
        day: Option<NaiveDate>,
    ) -> Self {
        let mut reading = Self::empty(title, text);
        for (field, copy) in [(Field::Title, title), (Field::Text, text)] {
            collect(&vocabulary.names, field, copy, &mut reading.names);
            collect(&vocabulary.services, field, copy, &mut reading.services);
            collect(&vocabulary.leads, field, copy, &mut reading.leads);
            collect(&vocabulary.feelings, field, copy, &mut reading.feelings);
            collect(&vocabulary.kinds, field, copy, &mut reading.kinds);
        }
        reading.settle_ambiguous(day);
        reading.drop_chance_words();
        reading.mark_other_cities();
        reading
    }

    /// The canonical copy of a field.
    pub(super) fn copy(&self, field: Field) -> &'a Normalised {
        match field {
            Field::Title => self.title,
            Field::Text => self.text,
        }
    }

    /// The words under a find.
    pub(super) fn written(&self, field: Field, span: Span) -> &'a str {
        span.of(self.copy(field).text()).unwrap_or_default()
    }

    /// Where a find stands in the field as given.
    pub(super) fn original(&self, field: Field, span: Span) -> Option<Span> {
        self.copy(field).to_original(span)
    }

    /// One written name has one meaning: a name of today before one that had ended by `day` (today without one),
    /// a station or facility before the agency that it is called after.
    fn settle_ambiguous(&mut self, day: Option<NaiveDate>) {
        let ended = |until: Option<NaiveDate>| until.is_some_and(|until| day.is_none_or(|day| day > until));
        let rank = |meaning: &Meaning| {
            let kind = match meaning.owner {
                Owner::Station(_) => 0,
                Owner::Facility(_) => 1,
                Owner::Agency { unit: None, .. } => 2,
                Owner::Agency { .. } => 3,
                Owner::District { .. } => 4,
                Owner::Government | Owner::Here => 5,
                Owner::OtherCity | Owner::OtherAgency => 6,
                Owner::Village(_) => 7,
                Owner::Road(_) | Owner::RoadStem(_) => 8,
                Owner::OtherDistrict | Owner::Abroad => 9,
            };
            (ended(meaning.until), kind)
        };
        // Finds at one place stand next to each other, so a stable sort and a dedup leave the best of each.
        self.names.sort_by_key(|found| (found.field, found.span, rank(&found.what)));
        self.names.dedup_by_key(|found| (found.field, found.span));
    }

    /// A service word inside or astride a place name is there by chance: 山區 of 旗山區, 澄清 of 澄清湖.
    fn drop_chance_words(&mut self) {
        let mut services = std::mem::take(&mut self.services);
        overlap::drop_chance(&self.names, &mut services, |field, span| self.written(field, span));
        self.services = services;
    }

    /// A body named right after another city (台南市政府工務局) is that city's, not ours; so is a road or a village.
    fn mark_other_cities(&mut self) {
        let mut last_other: Option<(Field, usize)> = None;
        for index in 0..self.names.len() {
            let Some(found) = self.names.get(index).copied() else { return };
            let follows_other = last_other.is_some_and(|(field, end)| {
                field == found.field
                    && end <= found.span.start
                    && is_office_link(self.written(field, Span::new(end, found.span.start)))
            });
            let becomes = match found.what.owner {
                Owner::Agency { .. } | Owner::Government if follows_other && !found.what.local => Owner::OtherAgency,
                Owner::Road(_) | Owner::RoadStem(_) | Owner::Village(_) if follows_other => Owner::OtherDistrict,
                other => other,
            };
            if let Some(found) = self.names.get_mut(index) {
                found.what.owner = becomes;
            }
            match becomes {
                Owner::OtherCity | Owner::OtherDistrict | Owner::OtherAgency => {
                    last_other = Some((found.field, found.span.end));
                }
                _ => last_other = None,
            }
        }
    }
}

/// What may stand between a city and its body or its road: 政府, 市, 縣府, a district of two or three characters.
fn is_office_link(between: &str) -> bool {
    matches!(between, "" | "市" | "縣" | "政府" | "市政府" | "縣政府" | "府" | "市府" | "縣府" | "的")
        || (between.chars().count() <= 5 && between.ends_with(['區', '鄉', '鎮']))
}

fn collect<T: Copy>(lexicon: &Lexicon<T>, field: Field, copy: &Normalised, found: &mut Vec<Found<T>>) {
    for hit in lexicon.find(copy.text()) {
        found.extend(hit.payloads.iter().map(|&what| Found { field, span: hit.span, what }));
    }
}

fn feelings(city: &City) -> HashMap<&str, Feeling> {
    let cues = &city.cues;
    // Later lists win: a strong word may also stand in the plain list.
    [
        (&cues.positive, Feeling::Tone(1.0)),
        (&cues.negative, Feeling::Tone(-1.0)),
        (&cues.events, Feeling::Event),
        (&cues.remedies, Feeling::Remedy),
        (&cues.strong_positive, Feeling::Tone(2.0)),
        (&cues.strong_negative, Feeling::Tone(-2.0)),
        (&cues.intensifiers, Feeling::Intensifier),
        (&cues.negators, Feeling::Negator),
    ]
    .into_iter()
    .flat_map(|(words, feeling)| words.iter().map(move |word| (word.as_str(), feeling)))
    .collect()
}

fn kinds(city: &City) -> impl Iterator<Item = (&str, TextKind)> {
    let cues = &city.cues;
    [
        (&cues.complaint, TextKind::Complaint),
        (&cues.question, TextKind::Question),
        (&cues.opinion, TextKind::Opinion),
        (&cues.notice, TextKind::Notice),
        (&cues.praise, TextKind::Praise),
        (&cues.report, TextKind::Report),
    ]
    .into_iter()
    .flat_map(|(words, kind)| words.iter().map(move |word| (word.as_str(), kind)))
}
