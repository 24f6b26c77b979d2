//! A report's title and text → everything understood of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    claims::Reader,
    classify::{Classifier, ClassifierError},
    domain::{Analysis, City, Mention, taipei},
    text::{LexiconError, Normaliser, Segmenter},
};

/// Why an analyzer could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzerError {
    /// The dictionaries do not fit the matching automaton, or a model is damaged.
    #[error("the dictionaries cannot be compiled: {0}")]
    Dictionary(#[from] ClassifierError),
    /// The cue words of statements do not fit theirs.
    #[error("the words of statements cannot be compiled: {0}")]
    Cues(#[from] LexiconError),
}

/// What reads a text, which the register does as well as whoever has the analyzer.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) classifier: Classifier,
    pub(super) claims: Reader,
    pub(super) normaliser: Normaliser,
}

/// All stages over one city's dictionaries. Making one takes a fraction of a second; it is then shared by all
/// threads.
#[derive(Debug)]
pub struct Analyzer {
    segmenter: Arc<Segmenter>,
    reading: Arc<Reading>,
    city: City,
    version: String,
}

impl Analyzer {
    /// An analyzer of a city's dictionaries.
    ///
    /// # Errors
    /// [`AnalyzerError::Dictionary`] when they are too large or a model is damaged.
    pub fn new(city: &City) -> Result<Self, AnalyzerError> {
        let segmenter = Arc::new(Segmenter::new(city));
        Ok(Self {
            reading: Arc::new(Reading {
                claims: Reader::new(city, Arc::clone(&segmenter))?,
                classifier: Classifier::new(city)?,
                normaliser: Normaliser::new(&city.variants),
            }),
            segmenter,
            city: city.clone(),
            version: city.version.clone(),
        })
    }

    /// The segmenter, for search.
    #[must_use]
    pub fn segmenter(&self) -> &Arc<Segmenter> {
        &self.segmenter
    }

    /// The classifier, for those who train its models.
    #[must_use]
    pub fn classifier(&self) -> &Classifier {
        &self.reading.classifier
    }

    /// What the dictionaries and models are told apart by.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// What reads texts.
    pub(super) fn reading(&self) -> &Arc<Reading> {
        &self.reading
    }

    /// The dictionaries.
    pub(super) fn city(&self) -> &City {
        &self.city
    }

    /// Everything understood of a text that appeared at `published_at`; names are read as of that day in Taipei,
    /// or as of today without it.
    #[must_use]
    pub fn analyse(&self, title: &str, text: &str, published_at: Option<DateTime<Utc>>) -> Analysis {
        self.classifier().analyse(title, text, published_at.map(|at| taipei(at).date_naive()))
    }

    /// The analysis with what search needs and what it was made by.
    #[must_use]
    pub fn mention(&self, title: &str, text: &str, published_at: Option<DateTime<Utc>>) -> Mention {
        let analysis = self.analyse(title, text, published_at);
        let mut search_words = self.segmenter.words(title);
        if !search_words.is_empty() && !text.is_empty() {
            search_words.push(' ');
        }
        search_words.push_str(&self.segmenter.words(text));
        Mention { analysis, search_words, model_version: self.version.clone() }
    }
}
