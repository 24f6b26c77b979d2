//! The shapes of the TOML files, and how they become domain types.

use chrono::NaiveDate;
use serde::{Deserialize, de::DeserializeOwned};

use super::{DictionaryError, files};
use crate::domain;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyFile {
    agency: Vec<Agency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agency {
    name: String,
    short: String,
    kind: String,
    city: bool,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    former: Vec<Former>,
    #[serde(default)]
    unit: Vec<Unit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Former {
    name: String,
    until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unit {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceFile {
    service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    id: String,
    name: String,
    city: bool,
    agencies: Vec<String>,
    unit: Option<String>,
    #[serde(default)]
    lead: Vec<Lead>,
    words: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    golden: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lead {
    agency: String,
    unit: Option<String>,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordFile {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[serde(rename = "name")]
    _name: String,
    words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StationFile {
    station: Vec<Station>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Station {
    system: String,
    #[serde(rename = "codes")]
    _codes: Vec<String>,
    name: String,
    district: String,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    former: Vec<Former>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FacilityFile {
    facility: Vec<Facility>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Facility {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    district: String,
    #[serde(rename = "kind")]
    _kind: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElsewhereFile {
    group: Elsewhere,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    cities: Vec<String>,
    districts: Vec<String>,
    agencies: Vec<String>,
    abroad: Vec<String>,
}

/// `cues/sentiment.toml`
#[derive(Deserialize)]
pub(super) struct SentimentCues {
    pub(super) positive: Vec<String>,
    pub(super) negative: Vec<String>,
    pub(super) strong_positive: Vec<String>,
    pub(super) strong_negative: Vec<String>,
    #[serde(default)]
    pub(super) events: Vec<String>,
    #[serde(default)]
    pub(super) remedies: Vec<String>,
    pub(super) negators: Vec<String>,
    pub(super) intensifiers: Vec<String>,
}

/// `cues/attribution.toml`
#[derive(Deserialize)]
pub(super) struct Attribution {
    pub(super) speakers: Vec<String>,
    pub(super) hearsay: Vec<String>,
}

/// `cues/claims.toml`
#[derive(Deserialize)]
pub(super) struct ClaimShape {
    pub(super) negators: Vec<String>,
    pub(super) denials: Vec<String>,
    pub(super) charge: Vec<String>,
    pub(super) rumours: Vec<String>,
    pub(super) agents: Vec<Vec<String>>,
    pub(super) opinions: Vec<String>,
    pub(super) corrections: Vec<String>,
    pub(super) former: Vec<String>,
    pub(super) oppositions: Vec<OppositionShape>,
}

/// One entry of `oppositions`.
#[derive(Deserialize)]
pub(super) struct OppositionShape {
    pub(super) name: String,
    pub(super) poles: Vec<Vec<String>>,
}

/// `cues/kind.toml`
#[derive(Deserialize)]
pub(super) struct KindCues {
    pub(super) complaint: Vec<String>,
    pub(super) question: Vec<String>,
    pub(super) opinion: Vec<String>,
    pub(super) notice: Vec<String>,
    pub(super) praise: Vec<String>,
    pub(super) report: Vec<String>,
}

/// `cues/city.toml`
#[derive(Deserialize)]
pub(super) struct CityCues {
    pub(super) kaohsiung: Vec<String>,
    pub(super) government: Vec<String>,
    #[serde(default)]
    pub(super) switchboards: Vec<String>,
}

pub(super) fn agencies(text: &str) -> Result<Vec<domain::Agency>, DictionaryError> {
    parse::<AgencyFile>(files::AGENCIES, text)?.agency.into_iter().map(agency).collect()
}

pub(super) fn services(text: &str) -> Result<Vec<domain::Service>, DictionaryError> {
    let file: ServiceFile = parse(files::SERVICES, text)?;
    Ok(file
        .service
        .into_iter()
        .map(|service| domain::Service {
            id: service.id,
            name: service.name,
            city: service.city,
            agencies: service.agencies,
            unit: service.unit,
            leads: service.lead.into_iter().map(lead).collect(),
            words: service.words,
            weak: service.weak,
            golden: service.golden,
        })
        .collect())
}

fn lead(Lead { agency, unit, words }: Lead) -> domain::Lead {
    domain::Lead { agency, unit, words }
}

pub(super) fn words(text: &str) -> Result<Vec<String>, DictionaryError> {
    Ok(parse::<WordFile>(files::WORDS, text)?.group.into_iter().flat_map(|group| group.words).collect())
}

pub(super) fn stations(text: &str) -> Result<Vec<domain::Station>, DictionaryError> {
    let station = |station: Station| {
        Ok(domain::Station {
            aliases: aliases(files::STATIONS, &station.name, station.aliases, station.former)?,
            name: station.name,
            district: station.district,
            system: station.system,
        })
    };
    parse::<StationFile>(files::STATIONS, text)?.station.into_iter().map(station).collect()
}

pub(super) fn facilities(text: &str) -> Result<Vec<domain::Facility>, DictionaryError> {
    let facility = |Facility { name, aliases, district, .. }| domain::Facility { name, aliases, district };
    Ok(parse::<FacilityFile>(files::FACILITIES, text)?.facility.into_iter().map(facility).collect())
}

pub(super) fn elsewhere(text: &str) -> Result<domain::Elsewhere, DictionaryError> {
    let Elsewhere { cities, districts, agencies, abroad } = parse::<ElsewhereFile>(files::ELSEWHERE, text)?.group;
    Ok(domain::Elsewhere { cities, districts, agencies, abroad })
}

pub(super) fn sentiment(text: &str) -> Result<SentimentCues, DictionaryError> {
    parse(files::SENTIMENT, text)
}

pub(super) fn kind(text: &str) -> Result<KindCues, DictionaryError> {
    parse(files::KIND, text)
}

pub(super) fn claims(text: &str) -> Result<ClaimShape, DictionaryError> {
    parse(files::CLAIMS, text)
}

pub(super) fn attribution(text: &str) -> Result<Attribution, DictionaryError> {
    parse(files::ATTRIBUTION, text)
}

pub(super) fn city(text: &str) -> Result<CityCues, DictionaryError> {
    parse(files::CITY, text)
}

fn parse<T: DeserializeOwned>(file: &'static str, text: &str) -> Result<T, DictionaryError> {
    toml::from_str(text).map_err(|error| DictionaryError::Shape { file, detail: Box::new(error) })
}

fn agency(agency: Agency) -> Result<domain::Agency, DictionaryError> {
    let kind = match agency.kind.as_str() {
        "bureau" => domain::AgencyKind::Bureau,
        "office" => domain::AgencyKind::Office,
        "commission" => domain::AgencyKind::Commission,
        "university" => domain::AgencyKind::University,
        "district" => domain::AgencyKind::District,
        "company" => domain::AgencyKind::Company,
        "institution" => domain::AgencyKind::Institution,
        "council" => domain::AgencyKind::Council,
        "external" => domain::AgencyKind::External,
        _ => {
            return Err(DictionaryError::Value {
                file: files::AGENCIES,
                entry: agency.name,
                value: agency.kind,
                expected: "bureau, office, commission, university, district, company, institution, council, external",
            });
        }
    };
    let units = agency.unit.into_iter().map(|Unit { name, aliases }| domain::Unit { name, aliases }).collect();
    Ok(domain::Agency {
        aliases: aliases(files::AGENCIES, &agency.name, agency.aliases, agency.former)?,
        name: agency.name,
        short: agency.short,
        kind,
        city: agency.city,
        units,
    })
}

/// Names in use followed by former ones.
fn aliases(
    file: &'static str,
    entry: &str,
    current: Vec<String>,
    former: Vec<Former>,
) -> Result<Vec<domain::Alias>, DictionaryError> {
    let current = current.into_iter().map(|name| Ok(domain::Alias { name, until: None }));
    let former = former.into_iter().map(|former| match former.until.parse::<NaiveDate>() {
        Ok(until) => Ok(domain::Alias { name: former.name, until: Some(until) }),
        Err(_) => Err(DictionaryError::Value {
            file,
            entry: format!("{entry}, former {}", former.name),
            value: former.until,
            expected: "the days, written 2010-12-24",
        }),
    });
    current.chain(former).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_name_carries_its_last_day() {
        let text = r#"
            [[agency]]
            name = "高雄市政府工務局"
            short = "工務局"
            kind = "bureau"
            city = true
            aliases = ["工務局"]
            [[agency.former]]
            name = "高雄市政府建設局"
            until = "2010-12-24"
        "#;
        let agencies = agencies(text).unwrap();
        assert_eq!(agencies[0].aliases[1].until, NaiveDate::from_ymd_opt(2010, 12, 24));
    }

    #[test]
    fn an_unknown_kind_is_named_with_its_entry() {
        let text = "[[agency]]\nname = \"甲\"\nshort = \"甲\"\nkind = \"club\"\ncity = true\n";
        let error = agencies(text).unwrap_err().to_string();
        assert!(error.contains("agencies.toml, entry 甲: \"club\" is not one of bureau"), "{error}");
    }

    #[test]
    fn a_wrong_shape_is_shown_with_its_line() {
        let error = words("[[group]]\nname = \"交通\"\nword = []\n").err().unwrap().to_string();
        assert!(error.contains("words.toml") && error.contains("line 3"), "{error}");
    }
}
