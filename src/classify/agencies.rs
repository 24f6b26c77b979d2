//! Who is in charge: bodies named in the text and bodies that own the services it speaks of.

use std::collections::BTreeMap;

use super::{
    name::{Meaning, Owner},
    reading::{Found, Reading},
    services::ServiceScore,
};
use crate::domain::{AgencyGuess, AgencyKind, City, Evidence, Field, Service};

/// How sure one mention in a headline or in the body makes us.
const NAMED_IN_TITLE: f64 = 0.6;
const NAMED_IN_TEXT: f64 = 0.4;

/// How far a service vouches for its first agency, and for the others in charge with it.
const LEAD: f64 = 0.85;
const PARTNER: f64 = 0.4;

/// What a service that is not the first one still says of who is in charge.
const SECOND: f64 = 0.7;

/// The council asks questions about everything and is in charge of little.
const COUNCIL: f64 = 0.4;

/// A district office is named when it acts itself.
const DISTRICT_OFFICE: f64 = 1.5;

/// What stands right behind a body that only says where: 高醫附近, 中油旁.
const WHEREABOUTS: [&str; 12] = ["前", "外", "旁", "邊", "門口", "對面", "後方", "後面", "附近", "周邊", "路段", "站"];

/// More than this many agencies is no answer.
const KEPT: usize = 6;

#[derive(Debug, Default)]
struct Tally {
    /// The chance that it is not in charge.
    doubt: f64,
    /// Units by how much speaks for them.
    units: BTreeMap<usize, f64>,
}

/// The agencies of a text, best first. When the text is about another place only bodies whose name says where
/// they are, and bodies of the whole country, are given.
pub(super) fn rank(city: &City, reading: &Reading<'_>, services: &[ServiceScore], here: bool) -> Vec<AgencyGuess> {
    let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
    let (mut named_city, mut named_other) = (false, false);
    for found in &reading.names {
        let Owner::Agency { agency, unit } = found.what.owner else { continue };
        let Some(entry) = city.agencies.get(agency) else { continue };
        if entry.city && !here && !found.what.local {
            continue;
        }
        let named = if found.field == Field::Title { NAMED_IN_TITLE } else { NAMED_IN_TEXT };
        let weight = match entry.kind {
            AgencyKind::Council => named * COUNCIL,
            AgencyKind::District => named * DISTRICT_OFFICE,
            _ => named,
        };
        add(&mut tallies, agency, unit, weight);
        named_city |= entry.city;
        named_other |= entry.kind == AgencyKind::External && !says_where(reading, found);
    }
    let outside = named_other && !named_city;
    if here {
        for (rank, found) in services.iter().enumerate() {
            let Some(service) = city.services.get(found.service) else { continue };
            let owners = owners(city, reading, found.service, service);
            // Of several in charge the one that the text names is meant: 消防局 and not 警察局 at a fire. A text
            // that names only bodies outside the city is theirs: 高公局 on its motorway.
            let named = owners.iter().position(|(owner, _)| tallies.contains_key(owner));
            let lead = named.or_else(|| (!outside).then_some(0));
            for (at, &(agency, unit)) in owners.iter().enumerate() {
                let part = if lead == Some(at) { LEAD } else { PARTNER };
                add(&mut tallies, agency, unit, found.score * part * if rank == 0 { 1.0 } else { SECOND });
            }
        }
    }
    let mut ranked: Vec<AgencyGuess> =
        tallies.into_iter().filter_map(|(agency, tally)| guess(city, agency, &tally)).collect();
    ranked.sort_by(|left, right| right.score.total_cmp(&left.score));
    ranked.truncate(KEPT);
    ranked
}

/// The names that spoke for the agencies given.
pub(super) fn evidence(city: &City, reading: &Reading<'_>, agencies: &[AgencyGuess]) -> Vec<Evidence> {
    let named = reading.names.iter().filter_map(|found| {
        let Owner::Agency { agency, .. } = found.what.owner else { return None };
        let name = &city.agencies.get(agency)?.name;
        agencies.iter().any(|kept| kept.name == *name).then_some((found, name))
    });
    named
        .filter_map(|(found, name)| {
            let span = reading.original(found.field, found.span)?;
            Some(Evidence { field: found.field, span, speaks_for: name.clone() })
        })
        .collect()
}

/// Independent pieces of evidence leave the product of their doubts.
fn add(tallies: &mut BTreeMap<usize, Tally>, agency: usize, unit: Option<usize>, weight: f64) {
    let tally = tallies.entry(agency).or_insert_with(|| Tally { doubt: 1.0, units: BTreeMap::new() });
    tally.doubt *= 1.0 - weight;
    if let Some(unit) = unit {
        *tally.units.entry(unit).or_default() += weight;
    }
}

/// Agency and unit of those in charge of a service, the one first whom most of the words point to.
fn owners(city: &City, reading: &Reading<'_>, index: usize, service: &Service) -> Vec<(usize, Option<usize>)> {
    let agency_of = |name: &str| city.agencies.iter().position(|agency| agency.name == name);
    let mut owners: Vec<(usize, Option<usize>)> = service
        .agencies
        .iter()
        .enumerate()
        .filter_map(|(at, name)| agency_of(name).map(|agency| (at, agency)))
        .map(|(at, agency)| {
            (agency, service.unit.as_ref().filter(|_| at == 0).and_then(|unit| unit_of(city, agency, unit)))
        })
        .collect();
    let mut votes = vec![0_usize; service.leads.len()];
    for found in reading.leads.iter().filter(|found| found.what.service == index) {
        if let Some(votes) = votes.get_mut(found.what.lead) {
            *votes += if found.field == Field::Title { 2 } else { 1 };
        }
    }
    // Of equals the one listed first: `max_by_key` keeps the last.
    let best = votes.iter().zip(&service.leads).rev().filter(|(votes, _)| **votes > 0).max_by_key(|(votes, _)| **votes);
    if let Some((_, lead)) = best
        && let Some(agency) = agency_of(&lead.agency)
    {
        owners.retain(|&(owner, _)| owner != agency);
        owners.insert(0, (agency, lead.unit.as_ref().and_then(|unit| unit_of(city, agency, unit))));
    }
    owners
}

/// Whether a name only says where something is.
fn says_where(reading: &Reading<'_>, found: &Found<Meaning>) -> bool {
    let whole = reading.copy(found.field).text();
    let behind = whole.get(found.span.end..).unwrap_or_default();
    WHEREABOUTS.iter().any(|word| behind.starts_with(word))
}

fn unit_of(city: &City, agency: usize, unit: &str) -> Option<usize> {
    city.agencies.get(agency)?.units.iter().position(|known| known.name == unit)
}

fn guess(city: &City, agency: usize, tally: &Tally) -> Option<AgencyGuess> {
    let entry = city.agencies.get(agency)?;
    let unit = tally.units.iter().max_by(|left, right| left.1.total_cmp(right.1)).map(|(&unit, _)| unit);
    Some(AgencyGuess {
        name: entry.name.clone(),
        unit: unit.and_then(|unit| entry.units.get(unit)).map(|unit| unit.name.clone()),
        score: 1.0 - tally.doubt,
        city: entry.city,
    })
}
