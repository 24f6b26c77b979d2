//! What a city's dictionaries say: its services, agencies, places and the cue words of the field. Everything
//! here comes out of `dictionaries/`; another city is another set of files.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Calendar, Deadlines, Drafting, StepTable, Target};

/// A name with the last day it was in use; none for one still in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The name.
    pub name: String,
    /// The last day it was official.
    pub until: Option<NaiveDate>,
}

/// What sort of body an agency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgencyKind {
    /// 局
    Bureau,
    /// 處
    Office,
    /// 委員會
    Commission,
    /// 大學
    University,
    /// 區公所
    District,
    /// 市屬公司
    Company,
    /// 市屬機構、行政法人
    Institution,
    /// 市議會
    Council,
    /// 中央機關、國營事業與其他外部單位
    External,
}

/// A body that owns a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// The full official name.
    pub name: String,
    /// The short form on screen.
    pub short: String,
    /// What it is.
    pub kind: AgencyKind,
    /// Whether it is the city's own.
    pub city: bool,
    /// Other names, current and former.
    pub aliases: Vec<Alias>,
    /// Bodies below it.
    pub units: Vec<Unit>,
}

/// A body below an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
}

/// Words that say which of several bodies is first in charge of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// The body in charge; it need not be one of the service's own list.
    pub agency: String,
    /// The unit of that body.
    pub unit: Option<String>,
    /// The words, which need not be words of the service.
    pub words: Vec<String>,
}

/// One service of the closed list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The id others rely on.
    pub id: String,
    /// The name on screen.
    pub name: String,
    /// Whether the city itself provides it.
    pub city: bool,
    /// Who is in charge, first in charge first.
    pub agencies: Vec<String>,
    /// The unit of the first agency.
    pub unit: Option<String>,
    /// Who leads instead when a text has certain words.
    pub leads: Vec<Lead>,
    /// Words that speak of it by themselves.
    pub words: Vec<String>,
    /// Words that count only beside other evidence.
    pub weak: Vec<String>,
    /// A sentence that must be recognised.
    pub golden: String,
}

/// A district with its postal code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// `鳳山區`
    pub name: String,
    /// `830`
    pub zip: String,
    /// Old and short names.
    pub aliases: Vec<String>,
}

/// A village (里).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Its name with 里.
    pub name: String,
    /// Its district.
    pub district: String,
}

/// A road; the same name may lie in several districts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Road {
    /// Its name.
    pub name: String,
    /// A district it runs through.
    pub district: String,
}

/// Where cases of a road of several districts, or of one of its lanes, have nearly always been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsualPlace {
    /// The road.
    pub road: String,
    /// The number of the lane (巷); empty for the whole road.
    pub lane: String,
    /// The district.
    pub district: String,
}

/// A railway, metro or light-rail station.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Station {
    /// Its name, without 站.
    pub name: String,
    /// Its district.
    pub district: String,
    /// `KRTC`, `KLRT`, `TRA`, `THSR`.
    pub system: String,
    /// Other names, current and former.
    pub aliases: Vec<Alias>,
}

/// A park, hospital, school, venue or other named place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Its district.
    pub district: String,
}

/// Names that say a text is about somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elsewhere {
    /// Other cities and counties.
    pub cities: Vec<String>,
    /// Districts and towns of other cities.
    pub districts: Vec<String>,
    /// Bodies of other cities.
    pub agencies: Vec<String>,
    /// Countries and foreign cities.
    pub abroad: Vec<String>,
}

/// Statements that cannot both be true of one thing (暫停, 恢復), as lists of words, one a pole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opposition {
    /// What is opposed.
    pub name: String,
    /// The words of each pole.
    pub poles: Vec<Vec<String>>,
}

/// Words by which checkable statements are read and compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimCues {
    /// Words that turn the next one around.
    pub negators: Vec<String>,
    /// What an official statement says of what is not so.
    pub denials: Vec<String>,
    /// Words of judging, foreseeing, joking and wondering.
    pub opinions: Vec<String>,
    /// Words of a report that tells of a denial.
    pub corrections: Vec<String>,
    /// What stands before a value that was so and is no longer.
    pub former: Vec<String>,
    /// Words of who is in charge of something, pays for it or caused it.
    pub charge: Vec<String>,
    /// Words by which an official statement brings up a rumour.
    pub rumours: Vec<String>,
    /// Bodies in charge that are in no list of agencies, each with all its names.
    pub agents: Vec<Vec<String>>,
    /// Groups of words of one meaning.
    pub synonyms: Vec<Vec<String>>,
    /// What cannot both be true.
    pub oppositions: Vec<Opposition>,
    /// Verbs with which a named speaker says something.
    pub speakers: Vec<String>,
    /// Phrases by which a statement is passed on without a speaker who answers for it.
    pub hearsay: Vec<String>,
}

/// Cue words of kind, sentiment and statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cues {
    /// Of statements that can be checked.
    pub claims: ClaimCues,
    /// Approving words.
    pub positive: Vec<String>,
    /// Disapproving words.
    pub negative: Vec<String>,
    /// Approving words that count double.
    pub strong_positive: Vec<String>,
    /// Disapproving words that count double.
    pub strong_negative: Vec<String>,
    /// Bad news in itself, which blames nobody.
    pub events: Vec<String>,
    /// Words that put an end to bad news.
    pub remedies: Vec<String>,
    /// Words that turn a cue around.
    pub negators: Vec<String>,
    /// Words that strengthen a cue.
    pub intensifiers: Vec<String>,
    /// Words of a complaint.
    pub complaint: Vec<String>,
    /// Words of a question.
    pub question: Vec<String>,
    /// Words of an opinion.
    pub opinion: Vec<String>,
    /// Words of an official notice.
    pub notice: Vec<String>,
    /// Words of praise.
    pub praise: Vec<String>,
    /// Words of a report.
    pub report: Vec<String>,
    /// Place evidence for the city.
    pub here: Vec<String>,
    /// Words that mean the city's government.
    pub government: Vec<String>,
    /// Telephone numbers of the government itself, digits only.
    pub switchboards: Vec<String>,
}

/// The file of a linear model, and what it decides.
pub type ModelFile = (Target, Arc<[u8]>);

/// What the features of a pair of statements count: a ground or kind, and features with their weights.
pub type WeightRow = (String, Vec<(String, f64)>);

/// All that the dictionaries say of one city.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct City {
    /// The closed list of services.
    pub services: Vec<Service>,
    /// Everybody who may be in charge.
    pub agencies: Vec<Agency>,
    /// Districts.
    pub districts: Vec<District>,
    /// Villages.
    pub villages: Vec<Village>,
    /// Roads.
    pub roads: Vec<Road>,
    /// Where roads of several districts usually lie.
    pub usual: Vec<UsualPlace>,
    /// Stations.
    pub stations: Vec<Station>,
    /// Facilities.
    pub facilities: Vec<Facility>,
    /// Names of other places.
    pub elsewhere: Elsewhere,
    /// Cue words.
    pub cues: Cues,
    /// Further words the segmenter must keep whole.
    pub words: Vec<String>,
    /// Words that carry no meaning of their own.
    pub stopwords: Vec<String>,
    /// Traditional → Simplified, one character to one, for the segmenter's working copy.
    pub fold: Vec<(char, char)>,
    /// Variant → canonical character, for matching.
    pub variants: Vec<(char, char)>,
    /// Common words, each with the parts of ten thousand texts that have it.
    pub common: Vec<(String, u32)>,
    /// What the features of pairs of statements count in the check: rows by ground or kind, of features with weights.
    pub check_weights: Vec<WeightRow>,
    /// Who may take a case from where to where.
    pub steps: StepTable,
    /// Which days are worked.
    pub calendar: Calendar,
    /// What casework is timed by.
    pub deadlines: Deadlines,
    /// How a clarification is written.
    pub drafting: Drafting,
    /// The files of the linear models, one a target.
    pub models: Vec<ModelFile>,
    /// A short hash of all files, stored with every analysis.
    pub version: String,
}

impl City {
    /// The agency, and the unit below it, that is or was called `name`: by its own name, by the name of a unit, or by the
    /// agency's with the unit's behind it (水利局防洪維護科). Indices into [`Self::agencies`] and its units.
    #[must_use]
    pub fn body(&self, name: &str) -> Option<(usize, Option<usize>)> {
        let agencies = || self.agencies.iter().enumerate();
        let agency = agencies().find(|(_, agency)| agency.is_called(name)).map(|(at, _)| (at, None));
        let unit = || {
            agencies()
                .find_map(|(at, agency)| Some((at, Some(agency.units.iter().position(|unit| unit.is_called(name))?))))
        };
        let both = || {
            agencies().find_map(|(at, agency)| {
                let rest = agency.names().filter_map(|known| name.strip_prefix(known)).min_by_key(|rest| rest.len())?;
                Some((at, Some(agency.units.iter().position(|unit| unit.is_called(rest))?)))
            })
        };
        agency.or_else(unit).or_else(both)
    }
}

impl City {
    /// What a service is called, by its id; anything else by itself.
    #[must_use]
    pub fn called(&self, id: &str) -> String {
        self.services.iter().find(|service| service.id == id).map_or(id, |service| service.name.as_str()).to_owned()
    }
}

impl Agency {
    /// All its names, current and former.
    fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.short].into_iter().chain(self.aliases.iter().map(|alias| &alias.name)).map(String::as_str)
    }

    fn is_called(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

impl Unit {
    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }
}
