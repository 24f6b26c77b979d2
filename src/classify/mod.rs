//! Texts → what they are about: scope, services, agencies, places, kind, sentiment, personal data. It reads words
//! and rules, never the outside world, and what it says can be shown as spans of the text.

mod agencies;
mod decide;
mod found;
mod gazetteer;
mod kind;
mod linear;
mod name;
mod overlap;
mod personal;
mod places;
mod reading;
mod roles;
mod scope;
mod sentiment;
mod services;

use chrono::NaiveDate;

pub use linear::{BUCKETS, Features, Model, ModelError};

use crate::{
    domain::{
        AgencyGuess, AgencyKind, Analysis, City, Evidence, Field, Label, Named, NamedBody, PersonalSpan, Scope, Target,
        TextKind,
    },
    text::{Fold, LexiconError, Normalised, Normaliser},
};
use found::Rules;
use gazetteer::Gazetteer;
use linear::{Linear, Opinion};
use name::Owner;
use reading::{Reading, Vocabulary};

/// A text that names more places, or gives more evidence, is a list of names; the first ones tell as much.
const ROWS: usize = 500;

/// Why a classifier could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    /// The dictionaries hold too many words for the automaton.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// A model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// Fewer letters than these say nothing.
const LEAST_LETTERS: usize = 3;

/// A classifier by a city's dictionaries and models.
#[derive(Debug)]
pub struct Classifier {
    city: City,
    normaliser: Normaliser,
    fold: Fold,
    vocabulary: Vocabulary,
    gazetteer: Gazetteer,
    linear: Linear,
}

/// What the words of a text say, before any model is asked.
struct Read<'a> {
    reading: Reading<'a>,
    location: scope::Location,
    services: Vec<services::ServiceScore>,
    agencies: Vec<AgencyGuess>,
    places: Vec<places::Place>,
    kind: TextKind,
    scope: Scope,
    tones: sentiment::Tones,
}

impl Classifier {
    /// Compiles the dictionaries and models of a city.
    ///
    /// # Errors
    /// [`ClassifierError`] when the dictionaries hold too many words for the automaton or a model is damaged.
    pub fn new(city: &City) -> Result<Self, ClassifierError> {
        let normaliser = Normaliser::new(&city.variants);
        let vocabulary = Vocabulary::new(city, &normaliser)?;
        let linear = Linear::new(&city.models)?;
        let gazetteer = Gazetteer::new(city);
        Ok(Self { city: city.clone(), normaliser, fold: Fold::new(&city.fold), vocabulary, gazetteer, linear })
    }

    /// Everything that can be said of a text. `day` is the day it appeared in Taipei: names that had ended by then are
    /// read as what they name now; without it all names are read as of today. Spans in the answer are bytes of `title`
    /// and `text` as given.
    #[must_use]
    pub fn analyse(&self, title: &str, text: &str, day: Option<NaiveDate>) -> Analysis {
        self.analyse_copies(&self.normaliser.normalise(title), &self.normaliser.normalise(text), day).0
    }

    /// The same of canonical copies, with the names in them as of [`Self::names`].
    #[must_use]
    pub fn analyse_copies(
        &self,
        title: &Normalised,
        text: &Normalised,
        day: Option<NaiveDate>,
    ) -> (Analysis, Vec<Named>) {
        let read = self.read(title, text, day);
        let found = named(&read.reading.names);
        let features = self.features_of(&read);
        // Of a text without words, such as a row of emoji, the models would only give their habits.
        let opinion = if is_bare(&[title, text]) { Opinion::none(&self.linear) } else { self.linear.judge(&features) };
        let rules = read.rules();
        let here = read.location.is_here();
        let scope = decide::scope(&opinion, &rules);
        let kind = decide::kind(&opinion, &rules);
        let toward_city = decide::toward_city(&opinion, &rules, scope.inside);
        let categories = decide::categories(&opinion, here);
        let named = self.named_bodies(&read.reading);
        let led = !read.reading.leads.is_empty();
        let agencies = decide::agencies(&self.city, &opinion, &read.agencies, &named, led, here);
        let mut evidence = services::evidence(&self.city, &read.reading, &read.services);
        evidence.extend(agencies::evidence(&self.city, &read.reading, &agencies));
        evidence.sort_by_key(|found| (found.field, found.span));
        let mut asked = vec![(Target::Kind, kind.name().to_owned())];
        if toward_city.label != Label::Neutral {
            asked.push((Target::TowardCity, toward_city.label.name().to_owned()));
        }
        asked.extend(categories.first().map(|best| (Target::Category, best.name.clone())));
        let reasons: Vec<Evidence> =
            asked.iter().flat_map(|(target, label)| self.reasons(&features, &read.reading, *target, label)).collect();
        evidence.truncate(ROWS.saturating_sub(reasons.len()));
        evidence.extend(reasons);
        let analysis = Analysis {
            district: places::district(&self.city, &read.places, &read.reading),
            services: decide::services(&self.city, &opinion, &read.services, scope.inside),
            scope,
            categories,
            agencies,
            sentiment: decide::sentiment(&opinion, &rules),
            kind,
            toward_city,
            places: read.places.into_iter().map(|place| place.mention).take(ROWS).collect(),
            claims: Vec::new(),
            personal_data: [(Field::Title, title), (Field::Text, text)]
                .into_iter()
                .flat_map(|(field, copy)| personal::find(field, copy, &self.city.cues.switchboards))
                .collect(),
            evidence,
        };
        (analysis, found)
    }

    /// The personal data in a text that is no report, such as what somebody answered to a survey.
    #[must_use]
    pub fn personal(&self, text: &str) -> Vec<PersonalSpan> {
        personal::find(Field::Text, &self.normaliser.normalise(text), &self.city.cues.switchboards)
    }

    /// The names in a text, in order, title first. `day` as in [`Self::analyse`].
    #[must_use]
    pub fn names(&self, title: &Normalised, text: &Normalised, day: Option<NaiveDate>) -> Vec<Named> {
        named(&self.vocabulary.names(title, text, day))
    }

    /// The vector that the models see of a text, for those who train them.
    #[must_use]
    pub fn features(&self, title: &str, text: &str, day: Option<NaiveDate>) -> Features {
        let title = self.normaliser.normalise(title);
        let text = self.normaliser.normalise(text);
        self.features_of(&self.read(&title, &text, day))
    }

    fn read<'a>(&self, title: &'a Normalised, text: &'a Normalised, day: Option<NaiveDate>) -> Read<'a> {
        let reading = Reading::new(&self.vocabulary, title, text, day);
        let location = scope::locate(&self.city, &reading);
        let services = services::rank(&self.city, &reading);
        let kind = kind::of(&reading, &services);
        let scope = scope::decide(&self.city, &location, &reading, &services, kind);
        let places = places::list(&self.city, &self.gazetteer, &reading, location.is_here());
        let agencies = agencies::rank(&self.city, &reading, &services, location.is_here());
        let tones = sentiment::of(&self.city, &reading, &services, &agencies, kind, scope.inside);
        Read { reading, location, services, agencies, places, kind, scope, tones }
    }

    fn features_of(&self, read: &Read<'_>) -> Features {
        let mut features = Features::of(&read.reading, &self.fold);
        features.add_found(found::found(&self.city, &read.reading, &read.places));
        features.add_rules(found::statements(&self.city, &read.reading, &read.rules()));
        features.add_roles(roles::roles(&read.reading));
        features
    }

    /// The bodies that a text names; the council asks about everything and is in charge of little.
    fn named_bodies(&self, reading: &Reading<'_>) -> Vec<&str> {
        let body = |owner| match owner {
            Owner::Agency { agency, .. } => self.city.agencies.get(agency),
            _ => None,
        };
        let named = reading.names.iter().filter_map(|found| body(found.what.owner));
        named.filter(|agency| agency.kind != AgencyKind::Council).map(|agency| agency.name.as_str()).collect()
    }

    /// The stretches that spoke for a model's answer.
    fn reasons(&self, features: &Features, reading: &Reading<'_>, target: Target, label: &str) -> Vec<Evidence> {
        let name = format!("{}{}:{label}", Evidence::MODEL, target.name());
        linear::reasons(&self.linear, features, reading, target, label, &name)
    }
}

/// Whether there is too little in the fields of a text to say anything of it.
fn is_bare(fields: &[&Normalised]) -> bool {
    let letters = fields.iter().flat_map(|field| field.text().chars()).filter(|c| c.is_alphabetic());
    letters.take(LEAST_LETTERS).count() < LEAST_LETTERS
}

impl Read<'_> {
    fn rules(&self) -> Rules<'_> {
        Rules {
            location: self.location,
            services: &self.services,
            agencies: &self.agencies,
            scope: &self.scope,
            kind: self.kind,
            tones: self.tones,
        }
    }
}

/// Names as others may see them.
fn named(found: &[reading::Found<name::Meaning>]) -> Vec<Named> {
    let body = |owner| match owner {
        Owner::Agency { agency, unit } => NamedBody::Agency { agency, unit },
        Owner::Government => NamedBody::Government,
        Owner::District { district, .. } => NamedBody::District(district),
        Owner::Village(index) => NamedBody::Village(index),
        Owner::Road(index) | Owner::RoadStem(index) => NamedBody::Road(index),
        Owner::Station(index) => NamedBody::Station(index),
        Owner::Facility(index) => NamedBody::Facility(index),
        Owner::Here => NamedBody::Here,
        Owner::OtherCity | Owner::OtherDistrict | Owner::OtherAgency | Owner::Abroad => NamedBody::Elsewhere,
    };
    found.iter().map(|it| Named { field: it.field, span: it.span, body: body(it.what.owner) }).collect()
}
