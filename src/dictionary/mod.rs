//! Reads `dictionaries/` into a [`City`]: the built-in files or a folder that replaces them, and finds their
//! faults. It only reads and checks; what the words are good for is decided by the stages.

mod casework;
mod check;
mod drafting;
mod files;
mod shapes;
mod steps;
mod tables;

use std::path::Path;

use sha2::{Digest, Sha256};

pub use check::{Fault, check};
use files::Files;

use crate::domain::{City, ClaimCues, Cues, Drafting, ModelFile, Opposition, TemplateFault};

/// Hex digits of the hash that name a version of the dictionaries: 48 bits, enough to tell any two editions apart.
const VERSION_DIGITS: usize = 12;

/// Why the dictionaries could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DictionaryError {
    /// A file is missing or unreadable.
    #[error("{file} cannot be read ({reason}); a dictionary folder must hold every file of the built-in one")]
    Read {
        /// The file.
        file: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A TOML file does not have its shape.
    #[error("{file} does not have the expected shape; correct the entry shown: {detail}")]
    Shape {
        /// The file.
        file: &'static str,
        /// Line, column and what was expected.
        detail: Box<toml::de::Error>,
    },
    /// A row of a table does not have its columns.
    #[error("{file} line {line}: expected {expected}, tab-separated; correct or remove the row")]
    Row {
        /// The file.
        file: &'static str,
        /// Counted from 1.
        line: usize,
        /// The columns.
        expected: &'static str,
    },
    /// A template that cannot be filled.
    #[error("{file}, entry {entry}: {fault}")]
    Template {
        /// The file.
        file: &'static str,
        /// The entry's name.
        entry: String,
        /// What is wrong and what may be written.
        fault: TemplateFault,
    },
    /// An entry that is needed is not there.
    #[error("{file}: the entry {entry} is missing; take it over from the built-in file")]
    Missing {
        /// The file.
        file: &'static str,
        /// The entry's name.
        entry: String,
    },
    /// A value outside its closed list.
    #[error("{file}, entry {entry}: {value:?} is not one of {expected}")]
    Value {
        /// The file.
        file: &'static str,
        /// The entry's name.
        entry: String,
        /// What was written.
        value: String,
        /// What may be written.
        expected: &'static str,
    },
}

/// The dictionaries of a city, from the built-in files or from a folder.
#[derive(Debug)]
pub struct Dictionaries;

impl Dictionaries {
    /// The dictionaries built into the program.
    ///
    /// # Errors
    /// [`DictionaryError`] with file and entry; never for a released program, whose files were tested.
    pub fn embedded() -> Result<City, DictionaryError> {
        read(&Files::Embedded)
    }

    /// The dictionaries in a folder laid out as the built-in one.
    ///
    /// # Errors
    /// [`DictionaryError`] with file and line or entry, and what to do.
    pub fn load(dir: &Path) -> Result<City, DictionaryError> {
        read(&Files::Folder(dir))
    }
}

fn read(files: &Files<'_>) -> Result<City, DictionaryError> {
    let mut reader = Reader { files, hash: Sha256::new() };
    let city = City {
        agencies: shapes::agencies(&reader.text(files::AGENCIES)?)?,
        services: shapes::services(&reader.text(files::SERVICES)?)?,
        words: shapes::words(&reader.text(files::WORDS)?)?,
        districts: tables::districts(&reader.text(files::DISTRICTS)?)?,
        villages: tables::villages(&reader.text(files::VILLAGES)?)?,
        roads: tables::roads(&reader.text(files::ROADS)?)?,
        usual: tables::usual(&reader.text(files::USUAL)?)?,
        stations: shapes::stations(&reader.text(files::STATIONS)?)?,
        facilities: shapes::facilities(&reader.text(files::FACILITIES)?)?,
        elsewhere: shapes::elsewhere(&reader.text(files::ELSEWHERE)?)?,
        fold: tables::characters(files::FOLD, &reader.text(files::FOLD)?)?,
        variants: tables::characters(files::VARIANTS, &reader.text(files::VARIANTS)?)?,
        stopwords: tables::lines(&reader.text(files::STOPWORDS)?),
        cues: cues(&mut reader)?,
        common: tables::common(&reader.text(files::COMMON)?)?,
        check_weights: tables::check_weights(&reader.text(files::CHECK)?)?,
        steps: steps::steps(&reader.text(files::STEPS)?)?,
        calendar: tables::workdays(&reader.text(files::WORKDAYS)?)?,
        deadlines: casework::deadlines(&reader.text(files::DEADLINES)?)?,
        drafting: Drafting {
            templates: drafting::templates(&reader.text(files::DRAFT)?)?,
            wording: drafting::wording(&reader.text(files::WORDING)?)?,
            rewrite: drafting::rewrite(&reader.text(files::REWRITE)?)?,
        },
        models: reader.models()?,
        version: String::new(),
    };
    let version = reader.hash.finalize().iter().flat_map(|byte| hex(*byte)).take(VERSION_DIGITS).collect();
    Ok(City { version, ..city })
}

fn cues(reader: &mut Reader<'_>) -> Result<Cues, DictionaryError> {
    let sentiment = shapes::sentiment(&reader.text(files::SENTIMENT)?)?;
    let kind = shapes::kind(&reader.text(files::KIND)?)?;
    let city = shapes::city(&reader.text(files::CITY)?)?;
    let attribution = shapes::attribution(&reader.text(files::ATTRIBUTION)?)?;
    let claims = shapes::claims(&reader.text(files::CLAIMS)?)?;
    let oppositions = claims.oppositions.into_iter();
    Ok(Cues {
        claims: ClaimCues {
            negators: claims.negators,
            charge: claims.charge,
            rumours: claims.rumours,
            agents: claims.agents,
            denials: claims.denials,
            opinions: claims.opinions,
            corrections: claims.corrections,
            former: claims.former,
            synonyms: tables::lines(&reader.text(files::SYNONYMS)?)
                .iter()
                .map(|line| line.split_whitespace().map(str::to_owned).collect())
                .collect(),
            oppositions: oppositions.map(|it| Opposition { name: it.name, poles: it.poles }).collect(),
            speakers: attribution.speakers,
            hearsay: attribution.hearsay,
        },
        positive: sentiment.positive,
        negative: sentiment.negative,
        strong_positive: sentiment.strong_positive,
        strong_negative: sentiment.strong_negative,
        events: sentiment.events,
        remedies: sentiment.remedies,
        negators: sentiment.negators,
        intensifiers: sentiment.intensifiers,
        complaint: kind.complaint,
        question: kind.question,
        opinion: kind.opinion,
        notice: kind.notice,
        praise: kind.praise,
        report: kind.report,
        here: city.kaohsiung,
        government: city.government,
        switchboards: city.switchboards,
    })
}

/// Reads files in the order asked for and hashes them on the way.
struct Reader<'a> {
    files: &'a Files<'a>,
    hash: Sha256,
}

impl Reader<'_> {
    fn text(&mut self, name: &'static str) -> Result<String, DictionaryError> {
        let text = self.files.read(name)?;
        self.hash.update(name.as_bytes());
        self.hash.update(text.as_bytes());
        Ok(text)
    }

    fn models(&mut self) -> Result<Vec<ModelFile>, DictionaryError> {
        let models = self.files.models()?;
        for (target, bytes) in &models {
            self.hash.update(target.name().as_bytes());
            self.hash.update(bytes);
        }
        Ok(models)
    }
}

fn hex(byte: u8) -> [char; 2] {
    [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0'))
}
