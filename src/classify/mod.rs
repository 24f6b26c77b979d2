//! Texts → what they are about: scope, services, agencies, places, kind, sentiment, personal data. It reads words
//! and rules, never the outside world, and what it says can be shown as spans of the text.

mod agencies;
mod kind;
mod name;
mod overlap;
mod personal;
mod places;
mod reading;
mod scope;
mod sentiment;
mod services;

use chrono::NaiveDate;

use crate::{
    domain::{Analysis, City, Field, Scored},
    text::{LexiconError, Normaliser},
};
use reading::{Reading, Vocabulary};

/// A text that names more places, or gives more evidence, is a list of names; the first ones tell as much.
const ROWS: usize = 500;

/// A rule-based classifier over a city's dictionaries.
#[derive(Debug)]
pub struct Classifier {
    city: City,
    normaliser: Normaliser,
    vocabulary: Vocabulary,
}

impl Classifier {
    /// Compiles the dictionaries of a city.
    ///
    /// # Errors
    /// [`LexiconError`] when the dictionaries hold too many words for the automaton.
    pub fn new(city: &City) -> Result<Self, LexiconError> {
        let normaliser = Normaliser::new(&city.variants);
        let vocabulary = Vocabulary::new(city, &normaliser)?;
        Ok(Self { city: city.clone(), normaliser, vocabulary })
    }

    /// Everything that can be said of a text by its words. `day` is the day it appeared in Taipei: names that had
    /// ended by then are read as what they name now; without it all names are read as of today. Spans in the
    /// answer are bytes of `title` and `text` as given.
    #[must_use]
    pub fn analyse(&self, title: &str, text: &str, day: Option<NaiveDate>) -> Analysis {
        let title = self.normaliser.normalise(title);
        let text = self.normaliser.normalise(text);
        let reading = Reading::new(&self.vocabulary, &title, &text, day);
        let location = scope::locate(&self.city, &reading);
        let services = services::rank(&self.city, &reading);
        let kind = kind::of(&reading, &services);
        let scope = scope::decide(&self.city, &location, &reading, &services, kind);
        let places = places::list(&self.city, &reading, location.is_here());
        let agencies = agencies::rank(&self.city, &reading, &services, location.is_here());
        let (sentiment, toward_city) = sentiment::of(&self.city, &reading, &services, &agencies, kind, scope.inside);
        let mut evidence = services::evidence(&self.city, &reading, &services);
        evidence.extend(agencies::evidence(&self.city, &reading, &agencies));
        evidence.sort_by_key(|found| (found.field, found.span));
        evidence.truncate(ROWS);
        Analysis {
            scope,
            district: places::district(&self.city, &places, &reading),
            services: services.iter().map(|found| self.scored(found)).collect(),
            categories: Vec::new(),
            agencies,
            places: places.into_iter().map(|place| place.mention).take(ROWS).collect(),
            kind,
            sentiment,
            toward_city,
            claims: Vec::new(),
            personal_data: [(Field::Title, &title), (Field::Text, &text)]
                .into_iter()
                .flat_map(|(field, copy)| personal::find(field, copy, &self.city.cues.switchboards))
                .collect(),
            evidence,
        }
    }

    fn scored(&self, found: &services::ServiceScore) -> Scored {
        let name = self.city.services.get(found.service).map(|service| service.id.clone()).unwrap_or_default();
        Scored { name, score: found.score }
    }
}
