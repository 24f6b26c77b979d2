//! Places named in a text, and the district it is about.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    gazetteer::Gazetteer,
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

/// What a name counts that only says which way or how near (往楠梓方向, 近中山路), against one that says where.
const BEARING_PART: f64 = 0.2;

/// What stands before or behind a name that only says which way or how near.
const BEARINGS_BEFORE: [&str; 8] = ["往", "近", "面對", "朝", "通往", "開往", "離", "從"];
const BEARINGS_BEHIND: [&str; 3] = ["方向", "附近", "交界"];

/// Whoever goes to a place (前往三民區噴藥) is there in the end.
const GOES_TO: &str = "前往";

/// With this many districts nearly as strong as the best, a text is about the whole city.
const TOO_MANY: usize = 3;
const NEARLY: f64 = 0.8;

/// Places that only say which way or how near do not say where: the least that one district must be given.
const LEAST_VOTES: f64 = 1.4;

/// Roads and buildings of two districts this near to each other leave it open, unless a district, a village or an office
/// is named too.
const APART: f64 = 0.7;

/// A place with the evidence it gives.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) mention: PlaceMention,
    vote: f64,
}

/// The places of this city that a text names, in order. Roads and villages share their names with other cities:
/// they count only where the text, or the nearest place before them, is ours.
pub(super) fn list(city: &City, gazetteer: &Gazetteer, reading: &Reading<'_>, here: bool) -> Vec<Place> {
    let settling =
        Settling { gazetteer, named: named_districts(city, reading), roads: road_districts(city, gazetteer, reading) };
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
        let lane = lane_behind(reading, found);
        let known = known
            .entry((found.what.owner, lane))
            .or_insert_with(|| known_place(city, found.what.owner, lane, &settling));
        let span = reading.original(found.field, found.span);
        if let (Some((kind, name, district, vote)), Some(span)) = (known, span) {
            let (name, district) = (name.clone(), district.clone());
            places.push(Place {
                mention: PlaceMention { kind: *kind, name, field: found.field, span, district },
                vote: if is_bearing(reading, found) { *vote * BEARING_PART } else { *vote },
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
    let with_offices = !offices.is_empty();
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
    let near = |part: f64| votes.values().filter(|&&votes| votes >= best.1 * part).count();
    let is_area = |place: &Place| matches!(place.mention.kind, PlaceKind::District | PlaceKind::Village);
    let only_points = !with_offices && !places.iter().any(is_area);
    let settled = best.1 >= LEAST_VOTES && near(NEARLY) < TOO_MANY && !(only_points && near(APART) > 1);
    settled.then(|| best.0.to_owned())
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
    let placed = reading.names.iter().filter(|found| !is_bearing(reading, found));
    placed.filter_map(|found| district(found.what.owner)).collect()
}

/// Whether a name only says which way or how near.
fn is_bearing(reading: &Reading<'_>, found: &Found<Meaning>) -> bool {
    let whole = reading.copy(found.field).text();
    let (before, behind) = (whole.get(..found.span.start), whole.get(found.span.end..));
    let bears = |before: &str| !before.ends_with(GOES_TO) && BEARINGS_BEFORE.iter().any(|word| before.ends_with(word));
    before.is_some_and(bears)
        || behind.is_some_and(|behind| BEARINGS_BEHIND.iter().any(|word| behind.starts_with(word)))
}

/// What tells districts of one name apart.
struct Settling<'a> {
    gazetteer: &'a Gazetteer,
    /// The districts a text names.
    named: BTreeSet<&'a str>,
    /// The districts of each road it names.
    roads: Vec<&'a BTreeSet<String>>,
}

/// The districts of each road of the text: a corner lies where both roads do.
fn road_districts<'a>(city: &City, gazetteer: &'a Gazetteer, reading: &Reading<'_>) -> Vec<&'a BTreeSet<String>> {
    let owners: BTreeSet<usize> = reading
        .names
        .iter()
        .filter_map(|found| match found.what.owner {
            Owner::Road(index) | Owner::RoadStem(index) => Some(index),
            _ => None,
        })
        .collect();
    owners
        .into_iter()
        .map(|index| gazetteer.districts_of_road(city.roads.get(index).map_or("", |road| &road.name)))
        .collect()
}

/// The number of the lane right behind a road (自強街446巷); empty without one.
fn lane_behind<'a>(reading: &Reading<'a>, found: &Found<Meaning>) -> &'a str {
    let whole = reading.copy(found.field).text();
    let behind = whole.get(found.span.end..).unwrap_or_default();
    let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
    behind.split_at_checked(end).filter(|(_, rest)| rest.starts_with('巷')).map_or("", |(number, _)| number)
}

/// Kind, name, district and vote of a place.
fn known_place(
    city: &City,
    owner: Owner,
    lane: &str,
    settling: &Settling<'_>,
) -> Option<(PlaceKind, String, Option<String>, f64)> {
    let (kind, name, district, vote) = match owner {
        Owner::District { district, short } => {
            let name = &city.districts.get(district)?.name;
            (PlaceKind::District, name, Some(name.clone()), if short { SHORT_VOTE } else { DISTRICT_VOTE })
        }
        Owner::Village(index) => {
            let name = &city.villages.get(index)?.name;
            (PlaceKind::Village, name, settling.among(settling.gazetteer.districts_of_village(name)), VILLAGE_VOTE)
        }
        Owner::Road(index) => {
            let name = &city.roads.get(index)?.name;
            (PlaceKind::Road, name, settling.road(name, lane), POINT_VOTE)
        }
        Owner::RoadStem(index) => {
            let stem = road_stem(&city.roads.get(index)?.name)?;
            let district = settling.road(&stem, lane);
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

impl Settling<'_> {
    /// The one district of a shared name: its only one, or the only one of them that the text names.
    fn among(&self, all: &BTreeSet<String>) -> Option<String> {
        only(all.iter()).or_else(|| only(all.iter().filter(|district| self.named.contains(district.as_str()))))
    }

    /// The one district of a road: where its lane lies, or as for other names, or where all roads of the text meet, or
    /// where it usually lies.
    fn road(&self, name: &str, lane: &str) -> Option<String> {
        let all = self.gazetteer.districts_of_road(name);
        let meets = |district: &&String| self.roads.iter().all(|road| road.contains(*district));
        let usual = |lane| self.gazetteer.usual(name, lane).map(str::to_owned);
        let of_lane = if lane.is_empty() { None } else { usual(lane) };
        let settled = of_lane.or_else(|| self.among(all)).or_else(|| only(all.iter().filter(meets)));
        settled.or_else(|| usual(""))
    }
}

/// The district, where there is just one.
fn only<'a>(mut districts: impl Iterator<Item = &'a String>) -> Option<String> {
    districts.next().filter(|_| districts.next().is_none()).cloned()
}
