//! The files of a dictionary folder.

use std::{fs, io, path::Path, sync::Arc};

use super::DictionaryError;
use crate::domain::{ModelFile, Target};

pub(super) const AGENCIES: &str = "agencies.toml";
pub(super) const SERVICES: &str = "services.toml";
pub(super) const WORDS: &str = "words.toml";
pub(super) const DISTRICTS: &str = "places/districts.tsv";
pub(super) const VILLAGES: &str = "places/villages.tsv";
pub(super) const ROADS: &str = "places/roads.tsv";
pub(super) const USUAL: &str = "places/usual.tsv";
pub(super) const STATIONS: &str = "places/stations.toml";
pub(super) const FACILITIES: &str = "places/facilities.toml";
pub(super) const ELSEWHERE: &str = "places/elsewhere.toml";
pub(super) const FOLD: &str = "fold.tsv";
pub(super) const VARIANTS: &str = "variants.tsv";
pub(super) const STOPWORDS: &str = "stopwords.txt";
pub(super) const SENTIMENT: &str = "cues/sentiment.toml";
pub(super) const KIND: &str = "cues/kind.toml";
pub(super) const CITY: &str = "cues/city.toml";
pub(super) const CLAIMS: &str = "cues/claims.toml";
pub(super) const ATTRIBUTION: &str = "cues/attribution.toml";
pub(super) const COMMON: &str = "common.tsv";
pub(super) const CHECK: &str = "models/check.tsv";
pub(super) const DRAFT: &str = "casework/draft.toml";
pub(super) const REWRITE: &str = "casework/rewrite.toml";
pub(super) const WORDING: &str = "casework/wording.toml";
pub(super) const SYNONYMS: &str = "synonyms.txt";
pub(super) const STEPS: &str = "casework/steps.toml";
pub(super) const WORKDAYS: &str = "calendar/workdays.tsv";
pub(super) const DEADLINES: &str = "casework/deadlines.toml";

macro_rules! built_in {
    ($name:literal) => {
        ($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/", $name)))
    };
}

const BUILT_IN: [(&str, &str); 27] = [
    built_in!("casework/steps.toml"),
    built_in!("calendar/workdays.tsv"),
    built_in!("casework/deadlines.toml"),
    built_in!("casework/draft.toml"),
    built_in!("casework/wording.toml"),
    built_in!("casework/rewrite.toml"),
    built_in!("cues/claims.toml"),
    built_in!("cues/attribution.toml"),
    built_in!("common.tsv"),
    built_in!("synonyms.txt"),
    built_in!("models/check.tsv"),
    built_in!("agencies.toml"),
    built_in!("services.toml"),
    built_in!("words.toml"),
    built_in!("places/districts.tsv"),
    built_in!("places/villages.tsv"),
    built_in!("places/roads.tsv"),
    built_in!("places/usual.tsv"),
    built_in!("places/stations.toml"),
    built_in!("places/facilities.toml"),
    built_in!("places/elsewhere.toml"),
    built_in!("fold.tsv"),
    built_in!("variants.tsv"),
    built_in!("stopwords.txt"),
    built_in!("cues/sentiment.toml"),
    built_in!("cues/kind.toml"),
    built_in!("cues/city.toml"),
];

macro_rules! built_in_model {
    ($target:expr, $name:literal) => {
        ($target, include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/models/", $name, ".bin")))
    };
}

/// The linear models, by what they decide.
const BUILT_IN_MODELS: [(Target, &[u8]); 7] = [
    built_in_model!(Target::Scope, "scope"),
    built_in_model!(Target::Service, "service"),
    built_in_model!(Target::Category, "category"),
    built_in_model!(Target::Agency, "agency"),
    built_in_model!(Target::Kind, "kind"),
    built_in_model!(Target::Sentiment, "sentiment"),
    built_in_model!(Target::TowardCity, "toward_city"),
];

/// Where the files come from.
#[derive(Debug)]
pub(super) enum Files<'a> {
    Embedded,
    Folder(&'a Path),
}

impl Files<'_> {
    /// A whole file by its name inside the folder, with `\n` line ends and no byte order mark, so that a checkout
    /// on another system is the same edition.
    pub(super) fn read(&self, name: &'static str) -> Result<String, DictionaryError> {
        let text = match self {
            Self::Embedded => BUILT_IN
                .iter()
                .find(|(file, _)| *file == name)
                .map(|(_, text)| (*text).to_owned())
                .ok_or(io::Error::from(io::ErrorKind::NotFound)),
            Self::Folder(dir) => fs::read_to_string(dir.join(name)),
        };
        let text = text.map_err(|reason| DictionaryError::Read { file: self.describe(name), reason })?;
        Ok(text.trim_start_matches('\u{feff}').replace("\r\n", "\n"))
    }

    /// The models that are there: a folder without one leaves that question to the words alone.
    pub(super) fn models(&self) -> Result<Vec<ModelFile>, DictionaryError> {
        let dir = match self {
            Self::Embedded => return Ok(BUILT_IN_MODELS.map(|(target, bytes)| (target, Arc::from(bytes))).to_vec()),
            Self::Folder(dir) => dir,
        };
        let mut models = Vec::new();
        for target in Target::ALL {
            let path = dir.join("models").join(format!("{}.bin", target.name()));
            match fs::read(&path) {
                Ok(bytes) => models.push((target, Arc::from(bytes))),
                Err(reason) if reason.kind() == io::ErrorKind::NotFound => {}
                Err(reason) => return Err(DictionaryError::Read { file: path.display().to_string(), reason }),
            }
        }
        Ok(models)
    }

    fn describe(&self, name: &str) -> String {
        match self {
            Self::Embedded => format!("built-in {name}"),
            Self::Folder(dir) => dir.join(name).display().to_string(),
        }
    }
}
