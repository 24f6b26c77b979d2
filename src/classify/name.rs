//! What a proper name in a text can stand for.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;

use crate::domain::{Alias, City};

/// The owner of a name; numbers are indices into the lists of [`City`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    /// The city itself.
    Here,
    /// The city's government as a whole.
    Government,
    /// An agency; `unit` when a body below it was named.
    Agency { agency: usize, unit: Option<usize> },
    /// A district; `short` when written without 區.
    District { district: usize, short: bool },
    /// A village, by name: there may be several.
    Village(usize),
    /// A road, by name: there may be several rows.
    Road(usize),
    /// A road of several numbered parts named without the number (明誠路), by its first part.
    RoadStem(usize),
    /// A station.
    Station(usize),
    /// A facility.
    Facility(usize),
    /// Another city or county.
    OtherCity,
    /// A district or town of another city.
    OtherDistrict,
    /// A body of another city.
    OtherAgency,
    /// Another country or a city in it.
    Abroad,
}

/// A name's meaning with what it says about the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Who or what it names.
    pub(super) owner: Owner,
    /// The name itself says which city it is (高市工務局), so it is evidence of place.
    pub(super) local: bool,
    /// The last day the name was in use.
    pub(super) until: Option<NaiveDate>,
}

/// Roads and villages of fewer characters are everyday words (公路, 公里).
const SHORTEST_ROAD: usize = 3;

/// All names of a city with what they mean.
pub(super) fn names(city: &City) -> Vec<(String, Meaning)> {
    let stems = city.districts.iter().filter_map(|district| stem(&district.name));
    let here = city.cues.here.iter().map(String::as_str).chain(stems).collect();
    let mut names = Names { here, all: Vec::new() };
    agency_names(city, &mut names);
    place_names(city, &mut names);
    names.plain(&city.cues.here, Owner::Here);
    for word in &city.cues.government {
        names.push(word, office_behind(city, word).unwrap_or(Owner::Government), None);
    }
    names.plain(&city.elsewhere.cities, Owner::OtherCity);
    names.plain(&city.elsewhere.districts, Owner::OtherDistrict);
    names.plain(&city.elsewhere.agencies, Owner::OtherAgency);
    names.plain(&city.elsewhere.abroad, Owner::Abroad);
    names.all
}

/// The name of a district without its last character (鳳山 of 鳳山區), as bodies in it are called (鳳山分局).
pub(super) fn stem(district: &str) -> Option<&str> {
    let (last, _) = district.char_indices().next_back()?;
    district.get(..last).filter(|stem| stem.chars().nth(1).is_some())
}

/// The agency or unit of the city that a longer name of the government ends in (市府工務局).
fn office_behind(city: &City, word: &str) -> Option<Owner> {
    let ends = |name: &str| word.len() > name.len() && word.ends_with(name);
    city.agencies.iter().enumerate().filter(|(_, agency)| agency.city).find_map(|(index, agency)| {
        let unit =
            || agency.units.iter().position(|unit| ends(&unit.name) || unit.aliases.iter().any(|alias| ends(alias)));
        let named =
            ends(&agency.short) || agency.aliases.iter().any(|alias| alias.until.is_none() && ends(&alias.name));
        let unit = if named { None } else { Some(unit()?) };
        Some(Owner::Agency { agency: index, unit })
    })
}

struct Names<'a> {
    /// What in a name says that it is in this city.
    here: Vec<&'a str>,
    all: Vec<(String, Meaning)>,
}

impl Names<'_> {
    fn push(&mut self, name: &str, owner: Owner, until: Option<NaiveDate>) {
        let local = self.here.iter().any(|here| name.contains(here));
        self.all.push((name.to_owned(), Meaning { owner, local, until }));
    }

    fn plain(&mut self, names: &[String], owner: Owner) {
        for name in names {
            self.push(name, owner, None);
        }
    }

    fn aliases(&mut self, aliases: &[Alias], owner: Owner) {
        for alias in aliases {
            self.push(&alias.name, owner, alias.until);
        }
    }
}

fn agency_names(city: &City, names: &mut Names<'_>) {
    for (index, agency) in city.agencies.iter().enumerate() {
        let owner = Owner::Agency { agency: index, unit: None };
        names.push(&agency.name, owner, None);
        names.push(&agency.short, owner, None);
        names.aliases(&agency.aliases, owner);
        for (unit, below) in agency.units.iter().enumerate() {
            let owner = Owner::Agency { agency: index, unit: Some(unit) };
            names.push(&below.name, owner, None);
            names.plain(&below.aliases, owner);
        }
    }
}

fn place_names(city: &City, names: &mut Names<'_>) {
    for (index, district) in city.districts.iter().enumerate() {
        names.push(&district.name, Owner::District { district: index, short: false }, None);
        names.plain(&district.aliases, Owner::District { district: index, short: true });
    }
    for (index, village) in city.villages.iter().enumerate() {
        if is_first(&city.villages, index, |village| &village.name) && is_road_length(&village.name) {
            names.push(&village.name, Owner::Village(index), None);
        }
    }
    for (index, road) in city.roads.iter().enumerate() {
        if is_first(&city.roads, index, |road| &road.name) && is_road_length(&road.name) {
            names.push(&road.name, Owner::Road(index), None);
        }
    }
    for (stem, index) in road_stems(city) {
        names.push(&stem, Owner::RoadStem(index), None);
    }
    for (index, station) in city.stations.iter().enumerate() {
        let owner = Owner::Station(index);
        names.push(&with_station_mark(&station.name), owner, None);
        for alias in &station.aliases {
            // A former name is a bare one (市議會): only with 站 does it name a station.
            let name = if alias.until.is_some() { with_station_mark(&alias.name) } else { alias.name.clone() };
            names.push(&name, owner, alias.until);
        }
    }
    for (index, facility) in city.facilities.iter().enumerate() {
        names.push(&facility.name, Owner::Facility(index), None);
        names.plain(&facility.aliases, Owner::Facility(index));
    }
}

/// The numerals that tell the parts of a long road apart.
const NUMERALS: [char; 10] = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/// The name of a road without the numeral of its part: 明誠路 of 明誠三路.
pub(super) fn road_stem(road: &str) -> Option<String> {
    let part = road.strip_suffix('路')?;
    let stem = part.trim_end_matches(NUMERALS);
    // A stem of one character would be an everyday word.
    (stem.len() < part.len() && stem.chars().nth(1).is_some()).then(|| format!("{stem}路"))
}

/// Stems that are not themselves the name of a road, each with the first of its parts.
fn road_stems(city: &City) -> BTreeMap<String, usize> {
    let whole: HashSet<&str> = city.roads.iter().map(|road| road.name.as_str()).collect();
    let mut stems = BTreeMap::new();
    for (index, road) in city.roads.iter().enumerate() {
        if let Some(stem) = road_stem(&road.name).filter(|stem| !whole.contains(stem.as_str())) {
            stems.entry(stem).or_insert(index);
        }
    }
    stems
}

fn with_station_mark(name: &str) -> String {
    if name.ends_with('站') { name.to_owned() } else { format!("{name}站") }
}

fn is_road_length(name: &str) -> bool {
    name.chars().nth(SHORTEST_ROAD - 1).is_some()
}

/// Whether the row at `index` is the first of its name. Names repeat within a few rows of one another or not at
/// all often enough to matter, and this runs once at the start.
fn is_first<T>(rows: &[T], index: usize, name: impl Fn(&T) -> &String) -> bool {
    let Some(row) = rows.get(index) else { return false };
    rows.iter().position(|other| name(other) == name(row)) == Some(index)
}
