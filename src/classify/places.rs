//! Places named in a text, and the district it is about.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    name::{Meaning, Owner, road_stem, stem},
    reading::{Found, Reading},
};
use crate::domain::{AgencyKind, City, District, Field, PlaceKind, PlaceMention};

/// What a name says for its district: written out in full, by the office in charge of it, or by what lies in it.
const DISTRICT_VOTE: f64 = 3.0;
const SHORT_VOTE: f64 = 2.0;
const OFFICE_VOTE: f64 = 2.5;
const VILLAGE_VOTE: f64 = 2.5;
const POINT_VOTE: f64 = 1.5;

/// A branch named after a district (岡山分局) also works beyond it.
const BRANCH_VOTE: f64 = 1.2;

/// The first place named is usually where it happened.
const FIRST_VOTE: f64 = 0.5;

/// With this many districts nearly as strong as the best, a text is about the whole city.
const TOO_MANY: usize = 3;
const NEARLY: f64 = 0.8;

/// A place with the evidence it gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) mention: PlaceMention,
    vote: f64,
}

/// The places of this city that a text names, in order. Roads and villages share their names with other cities:
/// they count only where the text, or the nearest place before them, is ours.
pub(super) fn list(city: &City, reading: &Reading<'_>, here: bool) -> Vec<Place> {
    let named = named_districts(city, reading);
    let mut known = HashMap::new();
    let mut places = Vec::new();
    let mut nearest_is_ours = here;
    let mut field = Field::Title;
    for found in &reading.names {
        if found.field != field {
            (field, nearest_is_ours) = (found.field, here);
        }
        match found.what.owner {
            Owner::OtherCity | Owner::OtherAgency => nearest_is_ours = false,
            Owner::Here | Owner::District { .. } => nearest_is_ours = true,
            _ => {}
        }
        let shared =
            matches!(found.what.owner, Owner::Road(_) | Owner::RoadStem(_) | Owner::Village(_) | Owner::Station(_));
        if shared && !(nearest_is_ours && here) {
            continue;
        }
        // A long text names the same places again and again.
        let known = known.entry(found.what.owner).or_insert_with(|| known_place(city, found.what.owner, &named));
        let span = reading.original(found.field, found.span);
        if let (Some((kind, name, district, vote)), Some(span)) = (known, span) {
            let (name, district) = (name.clone(), district.clone());
            places.push(Place {
                mention: PlaceMention { kind: *kind, name, field: found.field, span, district },
                vote: *vote,
            });
        }
    }
    places
}

/// The district that most of the evidence lies in; none when it is spread over the city.
pub(super) fn district(city: &City, places: &[Place], reading: &Reading<'_>) -> Option<String> {
    let mut votes: BTreeMap<&str, f64> = BTreeMap::new();
    let mut seen: HashSet<(&str, Field)> = HashSet::new();
    let mut first = FIRST_VOTE;
    let offices = offices(city, reading);
    let all = places.iter().filter_map(|place| {
        let district = place.mention.district.as_deref()?;
        Some((place.mention.name.as_str(), place.mention.field, district, place.vote))
    });
    for (name, field, district, vote) in all.chain(offices) {
        // The same name again in the same field is not a second piece of evidence.
        let vote = if seen.insert((name, field)) { vote } else { vote * 0.1 };
        let title = if field == Field::Title { 1.5 } else { 1.0 };
        *votes.entry(district).or_default() += vote * title + std::mem::take(&mut first);
    }
    let best = votes.iter().max_by(|left, right| left.1.total_cmp(right.1)).map(|(&name, &votes)| (name, votes))?;
    let close = votes.values().filter(|&&votes| votes >= best.1 * NEARLY).count();
    (close < TOO_MANY).then(|| best.0.to_owned())
}

fn offices<'a>(city: &'a City, reading: &Reading<'_>) -> Vec<(&'a str, Field, &'a str, f64)> {
    let office = |found: &Found<Meaning>| {
        let Owner::Agency { agency, unit } = found.what.owner else { return None };
        let agency = city.agencies.get(agency).filter(|agency| agency.city)?;
        let name = match unit {
            Some(unit) => agency.units.get(unit)?.name.as_str(),
            None => agency.name.as_str(),
        };
        let district =
            city.districts.iter().find(|district| stem(&district.name).is_some_and(|stem| name.contains(stem)))?;
        let vote = if agency.kind == AgencyKind::District { OFFICE_VOTE } else { BRANCH_VOTE };
        Some((name, found.field, district.name.as_str(), vote))
    };
    reading.names.iter().filter_map(office).collect()
}

/// The districts a text names, to tell roads of one name apart.
fn named_districts<'a>(city: &'a City, reading: &Reading<'_>) -> BTreeSet<&'a str> {
    let district = |owner| match owner {
        Owner::District { district, .. } => {
            city.districts.get(district).map(|district: &District| district.name.as_str())
        }
        _ => None,
    };
    reading.names.iter().filter_map(|found| district(found.what.owner)).collect()
}

/// Kind, name, district and vote of a place.
fn known_place(city: &City, owner: Owner, named: &BTreeSet<&str>) -> Option<(PlaceKind, String, Option<String>, f64)> {
    let (kind, name, district, vote) = match owner {
        Owner::District { district, short } => {
            let name = &city.districts.get(district)?.name;
            (PlaceKind::District, name, Some(name.clone()), if short { SHORT_VOTE } else { DISTRICT_VOTE })
        }
        Owner::Village(index) => {
            let name = &city.villages.get(index)?.name;
            let all = city.villages.iter().filter(|village| village.name == *name).map(|village| &village.district);
            (PlaceKind::Village, name, settle(all, named), VILLAGE_VOTE)
        }
        Owner::Road(index) => {
            let name = &city.roads.get(index)?.name;
            let all = city.roads.iter().filter(|road| road.name == *name).map(|road| &road.district);
            // 凱旋路 is a street of one district and what people call 凱旋一路 to 四路 of others.
            let parts = city.roads.iter().filter(|road| road_stem(&road.name).as_ref() == Some(name));
            let all = all.chain(parts.map(|road| &road.district));
            (PlaceKind::Road, name, settle(all, named), POINT_VOTE)
        }
        Owner::RoadStem(index) => {
            let stem = road_stem(&city.roads.get(index)?.name)?;
            let parts = city.roads.iter().filter(|road| road_stem(&road.name).as_ref() == Some(&stem));
            let district = settle(parts.map(|road| &road.district), named);
            return Some((PlaceKind::Road, stem, district, POINT_VOTE));
        }
        Owner::Station(index) => {
            let station = city.stations.get(index)?;
            (PlaceKind::Station, &station.name, Some(station.district.clone()), POINT_VOTE)
        }
        Owner::Facility(index) => {
            let facility = city.facilities.get(index)?;
            let district = Some(facility.district.clone()).filter(|district| !district.is_empty());
            (PlaceKind::Facility, &facility.name, district, POINT_VOTE)
        }
        _ => return None,
    };
    Some((kind, name.clone(), district, vote))
}

/// The one district of a shared name: its only one, or the only one of them that the text names.
fn settle<'a>(all: impl Iterator<Item = &'a String>, named: &BTreeSet<&str>) -> Option<String> {
    let mut all: Vec<&String> = all.collect();
    all.sort_unstable();
    all.dedup();
    if let [only] = all.as_slice() {
        return Some((*only).clone());
    }
    all.retain(|district| named.contains(district.as_str()));
    match all.as_slice() {
        [only] => Some((*only).clone()),
        _ => None,
    }
}
