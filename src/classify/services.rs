//! Which services a text speaks of.

use std::collections::{BTreeMap, HashMap};

use super::{name::Owner, reading::Reading};
use crate::domain::{City, Evidence, Field};

/// A headline names the matter; a body also names its surroundings.
const TITLE_WEIGHT: f64 = 2.0;

/// A weak word beside other evidence, against a strong one at 1.
const WEAK_WEIGHT: f64 = 0.3;

/// A weak word where nothing stronger speaks for its service and the text is known to be about the city.
const ALONE_WEIGHT: f64 = 0.45;

/// What it adds that the agency in charge is named.
const AGENCY_WEIGHT: f64 = 0.35;

/// What it adds that the very unit in charge is named.
const UNIT_WEIGHT: f64 = 0.8;

/// A service below this part of the best one's evidence is only mentioned.
const KEPT_PART: f64 = 0.34;

/// The service of the city at large. Its words (議員, 預算) stand in reports about every other one.
const GENERAL: &str = "city_gov";

/// What remains of its evidence where another service has a word that speaks for itself.
const GENERAL_PART: f64 = 0.7;

/// More than this many services is no answer.
const KEPT: usize = 5;

/// A service with what speaks for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ServiceScore {
    /// Index into the city's services.
    pub(super) service: usize,
    /// 0 to 1.
    pub(super) score: f64,
}

#[derive(Debug, Default, Clone)]
struct Tally<'a> {
    /// Per written word: how often, and its weight.
    strong: HashMap<&'a str, (f64, f64)>,
    weak: HashMap<&'a str, (f64, f64)>,
}

/// The services of a text, best first.
pub(super) fn rank(city: &City, reading: &Reading<'_>) -> Vec<ServiceScore> {
    let mut tallies: BTreeMap<usize, Tally<'_>> = BTreeMap::new();
    for found in &reading.services {
        let tally = tallies.entry(found.what.service).or_default();
        let place = if found.field == Field::Title { TITLE_WEIGHT } else { 1.0 };
        let words = if found.what.strong { &mut tally.strong } else { &mut tally.weak };
        let entry = words.entry(reading.written(found.field, found.span)).or_insert((0.0, 0.0));
        entry.0 += 1.0;
        entry.1 = f64::max(entry.1, place * length_weight(found.what.chars));
    }
    let placed = reading
        .names
        .iter()
        .any(|found| found.what.local || matches!(found.what.owner, Owner::Government | Owner::District { .. }));
    let is_general = |service: usize| city.services.get(service).is_some_and(|service| service.id == GENERAL);
    let special = tallies.iter().any(|(&service, tally)| !is_general(service) && !tally.strong.is_empty());
    let mut ranked: Vec<(usize, f64)> = tallies
        .iter()
        .filter_map(|(&service, tally)| {
            let strong = sum(&tally.strong);
            let weak = sum(&tally.weak) * if strong > 0.0 { WEAK_WEIGHT } else { ALONE_WEIGHT };
            let office = office_evidence(city, reading, service);
            let enough = strong > 0.0 || tally.weak.len() >= 2 || placed;
            let part = if special && is_general(service) { GENERAL_PART } else { 1.0 };
            enough.then_some((service, (strong + weak + office) * part))
        })
        .collect();
    ranked.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
    let best = ranked.first().map_or(0.0, |&(_, evidence)| evidence);
    ranked
        .into_iter()
        .filter(|&(_, evidence)| evidence >= best * KEPT_PART)
        .take(KEPT)
        .map(|(service, evidence)| ServiceScore { service, score: 1.0 - (-0.9 * evidence).exp() })
        .collect()
}

/// The words that spoke for the services given.
pub(super) fn evidence(city: &City, reading: &Reading<'_>, services: &[ServiceScore]) -> Vec<Evidence> {
    let words = reading.services.iter().filter(|found| services.iter().any(|kept| kept.service == found.what.service));
    words
        .filter_map(|found| {
            Some(Evidence {
                field: found.field,
                span: reading.original(found.field, found.span)?,
                speaks_for: city.services.get(found.what.service)?.id.clone(),
            })
        })
        .collect()
}

/// A word repeated adds less each time.
fn sum(words: &HashMap<&str, (f64, f64)>) -> f64 {
    let mut terms: Vec<f64> = words.values().map(|(count, weight)| weight * (1.0 + 0.4 * count.ln())).collect();
    // A fixed order of addition gives the same last digit on every run.
    terms.sort_by(f64::total_cmp);
    terms.into_iter().sum()
}

fn length_weight(chars: usize) -> f64 {
    match chars {
        0..=2 => 1.0,
        3 => 1.15,
        _ => 1.3,
    }
}

fn office_evidence(city: &City, reading: &Reading<'_>, service: usize) -> f64 {
    let Some(service) = city.services.get(service) else { return 0.0 };
    let mut evidence: f64 = 0.0;
    for found in &reading.names {
        let Owner::Agency { agency, unit } = found.what.owner else { continue };
        let Some(agency) = city.agencies.get(agency) else { continue };
        if service.agencies.first() != Some(&agency.name) {
            continue;
        }
        let unit = unit.and_then(|unit| agency.units.get(unit)).map(|unit| &unit.name);
        let weight = if unit.is_some() && unit == service.unit.as_ref() { UNIT_WEIGHT } else { AGENCY_WEIGHT };
        evidence = evidence.max(weight);
    }
    evidence
}
