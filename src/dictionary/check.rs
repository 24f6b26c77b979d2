//! Faults of dictionaries that parse but cannot do their work.

use std::{
    collections::{BTreeMap, HashSet},
    fmt,
};

use super::files;
use crate::domain::{City, Service};

/// Something wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file inside the dictionary folder.
    pub file: &'static str,
    /// The entry.
    pub entry: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.file, self.entry, self.problem)
    }
}

/// The faults of `city`, none for dictionaries that are fit for use. `segment` cuts a text into words as the
/// segmenter built from the same dictionaries does.
#[must_use]
pub fn check(city: &City, segment: impl Fn(&str) -> Vec<String>) -> Vec<Fault> {
    let mut faults = Faults::default();
    check_lists(city, &mut faults);
    check_agencies(city, &mut faults);
    check_services(city, &mut faults);
    check_districts(city, &mut faults);
    check_words(city, &segment, &mut faults);
    faults.0
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn push(&mut self, file: &'static str, entry: &str, problem: String) {
        self.0.push(Fault { file, entry: entry.to_owned(), problem });
    }
}

/// Every list is sorted by code point and names nothing twice, so that a change shows as one line.
fn check_lists(city: &City, faults: &mut Faults) {
    for agency in &city.agencies {
        let current = agency.aliases.iter().filter(|alias| alias.until.is_none()).map(|alias| &alias.name);
        check_sorted(files::AGENCIES, &agency.name, current, faults);
        for unit in &agency.units {
            check_sorted(files::AGENCIES, &unit.name, &unit.aliases, faults);
        }
    }
    for service in &city.services {
        check_sorted(files::SERVICES, &service.id, &service.words, faults);
        check_sorted(files::SERVICES, &service.id, &service.weak, faults);
        for lead in &service.leads {
            check_sorted(files::SERVICES, &format!("{} lead {}", service.id, lead.agency), &lead.words, faults);
        }
    }
    for facility in &city.facilities {
        check_sorted(files::FACILITIES, &facility.name, &facility.aliases, faults);
    }
    let cues = &city.cues;
    for (name, list) in [
        ("positive", &cues.positive),
        ("negative", &cues.negative),
        ("strong_positive", &cues.strong_positive),
        ("strong_negative", &cues.strong_negative),
        ("events", &cues.events),
        ("remedies", &cues.remedies),
        ("negators", &cues.negators),
        ("intensifiers", &cues.intensifiers),
    ] {
        check_sorted(files::SENTIMENT, name, list, faults);
    }
    for (name, list) in [
        ("complaint", &cues.complaint),
        ("question", &cues.question),
        ("opinion", &cues.opinion),
        ("notice", &cues.notice),
        ("praise", &cues.praise),
        ("report", &cues.report),
    ] {
        check_sorted(files::KIND, name, list, faults);
    }
    check_sorted(files::STOPWORDS, "all", &city.stopwords, faults);
    check_twice(files::WORDS, city.words.iter().map(|word| (word.as_str(), "words")), faults);
}

fn check_sorted<'a>(file: &'static str, entry: &str, list: impl IntoIterator<Item = &'a String>, faults: &mut Faults) {
    let list: Vec<&String> = list.into_iter().collect();
    for (left, right) in list.iter().zip(list.iter().skip(1)) {
        if left == right {
            faults.push(file, entry, format!("{left} stands twice; remove one"));
        } else if left > right {
            faults.push(file, entry, format!("{right} must stand before {left}; sort the list by code point"));
        }
    }
}

/// Reports names that two owners claim.
fn check_twice<'a>(file: &'static str, names: impl Iterator<Item = (&'a str, &'a str)>, faults: &mut Faults) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, owner) in names {
        match owners.insert(name, owner) {
            Some(other) if other == owner => faults.push(file, owner, format!("{name} stands twice; remove one")),
            Some(other) => faults.push(file, owner, format!("{name} also belongs to {other}; keep it in one")),
            None => {}
        }
    }
}

fn check_agencies(city: &City, faults: &mut Faults) {
    let names = city.agencies.iter().flat_map(|agency| {
        let aliases = agency.aliases.iter().map(|alias| alias.name.as_str());
        let units = agency.units.iter().flat_map(|unit| unit.aliases.iter().map(String::as_str));
        aliases.chain(units).map(|name| (name, agency.name.as_str()))
    });
    check_twice(files::AGENCIES, names, faults);
}

fn check_services(city: &City, faults: &mut Faults) {
    for service in &city.services {
        let mut complain = |problem: String| faults.push(files::SERVICES, &service.id, problem);
        if service.agencies.is_empty() {
            complain("has no agency; name who is in charge".into());
        }
        for name in &service.agencies {
            if !city.agencies.iter().any(|agency| agency.name == *name) {
                complain(format!("names {name}, which agencies.toml does not; add it there or correct the name"));
            }
        }
        let lead = service.agencies.first().and_then(|name| city.agencies.iter().find(|agency| agency.name == *name));
        if let (Some(unit), Some(lead)) = (&service.unit, lead)
            && !lead.units.iter().any(|known| known.name == *unit)
        {
            complain(format!("names the unit {unit}, which {} does not have; add it or correct the name", lead.name));
        }
        check_leads(city, service, &mut complain);
        if service.words.is_empty() {
            complain("has no words; without them no text can speak of it".into());
        }
        if service.golden.trim().is_empty() {
            complain("has no golden sentence; write one that must be recognised".into());
        }
    }
    let words =
        city.services.iter().flat_map(|service| service.words.iter().map(|word| (word.as_str(), service.id.as_str())));
    check_twice(files::SERVICES, words, faults);
    check_twice(files::SERVICES, city.services.iter().map(|service| (service.id.as_str(), "services")), faults);
}

/// A word may hand a service to one body only, and that body must be known.
fn check_leads(city: &City, service: &Service, complain: &mut impl FnMut(String)) {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for lead in &service.leads {
        let Some(agency) = city.agencies.iter().find(|agency| agency.name == lead.agency) else {
            complain(format!(
                "lets {} lead, which agencies.toml does not name; add it there or correct the name",
                lead.agency
            ));
            continue;
        };
        if let Some(unit) = &lead.unit
            && !agency.units.iter().any(|known| known.name == *unit)
        {
            complain(format!(
                "lets {} lead with {unit}, which it does not have; add it or correct the name",
                agency.name
            ));
        }
        if lead.words.is_empty() {
            complain(format!("lets {} lead by no word; give the words or remove the entry", agency.name));
        }
        for word in &lead.words {
            if let Some(other) = owners.insert(word, &lead.agency).filter(|other| *other != lead.agency) {
                complain(format!("lets both {other} and {} lead by {word}; keep it in one", lead.agency));
            }
        }
    }
}

fn check_districts(city: &City, faults: &mut Faults) {
    let known: HashSet<&str> = city.districts.iter().map(|district| district.name.as_str()).collect();
    let named = city
        .villages
        .iter()
        .map(|village| (files::VILLAGES, &village.name, &village.district))
        .chain(city.roads.iter().map(|road| (files::ROADS, &road.name, &road.district)))
        .chain(city.stations.iter().map(|station| (files::STATIONS, &station.name, &station.district)))
        .chain(city.facilities.iter().map(|facility| (files::FACILITIES, &facility.name, &facility.district)));
    for (file, name, district) in named {
        // A river or an expressway runs through several districts and names none.
        let runs_through = file == files::FACILITIES && district.is_empty();
        if !known.contains(district.as_str()) && !runs_through {
            faults.push(file, name, format!("lies in {district}, which places/districts.tsv does not name"));
        }
    }
}

/// Every word and alias must come out of the segmenter in one piece, alone and in a sentence, or search and the
/// console would show it broken.
fn check_words(city: &City, segment: &impl Fn(&str) -> Vec<String>, faults: &mut Faults) {
    let services = city
        .services
        .iter()
        .flat_map(|service| service.words.iter().map(|word| (files::SERVICES, service.id.as_str(), word.as_str())));
    let agencies = city.agencies.iter().flat_map(|agency| {
        let units = agency.units.iter().flat_map(|unit| unit.aliases.iter());
        let aliases = agency.aliases.iter().filter(|alias| alias.until.is_none()).map(|alias| &alias.name);
        aliases.chain(units).map(|alias| (files::AGENCIES, agency.name.as_str(), alias.as_str()))
    });
    let words = city.words.iter().map(|word| (files::WORDS, "words", word.as_str()));
    for (file, entry, word) in services.chain(agencies).chain(words) {
        if word.chars().nth(1).is_none() {
            faults.push(file, entry, format!("{word} is a single character; give a longer word"));
            continue;
        }
        for carrier in [word.to_owned(), format!("民眾認為{word}很重要")] {
            let found = segment(&carrier);
            if !found.iter().any(|piece| piece == word) {
                let pieces = found.join("/");
                faults.push(file, entry, format!("{word} does not stay one word ({pieces}); remove or reword it"));
                break;
            }
        }
    }
}
