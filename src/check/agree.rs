//! Whether two values of one kind can both be true of the same thing.

use crate::{
    claims::{Item, Per, Value},
    domain::{City, NamedBody},
    text::{Edge, Measure, Moment, Quantity, Stamp},
};

/// How two values stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    /// Not of one kind: nothing can be said.
    Apart,
    /// Both can be true.
    Agree,
    /// If they speak of the same thing, one is wrong.
    Differ,
}

/// How a claimed value stands to an official one.
pub(super) fn relation(city: &City, claim: &Item, fact: &Item) -> Relation {
    match (claim.value, fact.value) {
        (Value::Figure(claim, claim_per), Value::Figure(fact, fact_per)) => figures(claim, claim_per, fact, fact_per),
        (Value::Time(claim), Value::Time(fact)) => times(claim, fact),
        (Value::Agency(claim), Value::Agency(fact)) => bodies(city, claim, fact),
        (Value::Place(claim), Value::Place(fact)) => places(city, claim, fact),
        (Value::State(a, p, turned), Value::State(b, q, negated)) if a == b => {
            let poles = city.cues.claims.oppositions.get(usize::from(a)).map_or(0, |it| it.poles.len());
            states(poles, (p, turned), (q, negated))
        }
        _ => Relation::Apart,
    }
}

fn told(agree: bool) -> Relation {
    if agree { Relation::Agree } else { Relation::Differ }
}

fn figures(claim: Quantity, claim_per: Option<Per>, fact: Quantity, fact_per: Option<Per>) -> Relation {
    // What a bare number counts is not known.
    if claim.measure == Measure::Bare || !is_same_measure(claim.measure, fact.measure) {
        return Relation::Apart;
    }
    let fair = claim.covers(fact.low, fact.high) || fact.covers(claim.low, claim.high);
    if fair && claim_per.zip(fact_per).is_some_and(|(claim, fact)| claim != fact) {
        return Relation::Differ;
    }
    told(fair)
}

/// People are counted with 人 and 名, buildings with 座 and 處: classifiers that writers exchange.
fn is_same_measure(claim: Measure, fact: Measure) -> bool {
    const EXCHANGED: [&[&str]; 6] = [
        &["處", "座", "個", "站"],
        &["輛", "台", "車位"],
        &["件", "例", "個", "次"],
        &["家", "個", "站"],
        &["人", "個"],
        &["條", "項", "件"],
    ];
    match (claim, fact) {
        (Measure::Count(a), Measure::Count(b)) => {
            a == b || EXCHANGED.iter().any(|group| group.contains(&a) && group.contains(&b))
        }
        (a, b) => a == b,
    }
}

fn times(claim: Moment, fact: Moment) -> Relation {
    if !claim.start.is_comparable(fact.start) {
        return Relation::Apart;
    }
    // A point in time within a period is in it; two periods have the same ends.
    let (from, to) = (fact.start, fact.end);
    let agree = match (claim.end, to) {
        (Some(claim_end), Some(fact_end)) => claim.start.agrees(from) && ends_agree(claim_end, fact_end),
        (None, Some(fact_end)) => {
            claim.start.agrees(from) || claim.start.agrees(fact_end) || lies_within(claim.start, from, fact_end)
        }
        (Some(claim_end), None) => claim.start.agrees(from) || claim_end.agrees(from),
        (None, None) => claim.start.agrees(from),
    };
    let opposed = matches!(
        (claim.edge, fact.edge),
        (Edge::From | Edge::After, Edge::Until) | (Edge::Until, Edge::From | Edge::After)
    );
    told(agree && !opposed)
}

fn ends_agree(claim: Stamp, fact: Stamp) -> bool {
    claim.agrees(fact)
}

fn lies_within(claim: Stamp, from: Stamp, to: Stamp) -> bool {
    match (claim.days, from.days, to.days) {
        (Some(claim), Some(from), Some(to)) => {
            from.first <= claim.first
                && claim.last <= to.last
                && claim.first == claim.last
                && claim.first != from.first
                && claim.first != to.last
        }
        _ => false,
    }
}

fn bodies(city: &City, claim: NamedBody, fact: NamedBody) -> Relation {
    let own = |agency: usize| city.agencies.get(agency).is_some_and(|agency| agency.city);
    match (claim, fact) {
        (NamedBody::Agency { agency: a, unit: u }, NamedBody::Agency { agency: b, unit: v }) => {
            told(a == b && u.zip(v).is_none_or(|(u, v)| u == v))
        }
        // 市府 is any of the city's own bodies.
        (NamedBody::Government, NamedBody::Agency { agency, .. })
        | (NamedBody::Agency { agency, .. }, NamedBody::Government) => told(own(agency)),
        (NamedBody::Government, NamedBody::Government) => Relation::Agree,
        _ => Relation::Apart,
    }
}

fn places(city: &City, claim: NamedBody, fact: NamedBody) -> Relation {
    use NamedBody::{District, Facility, Road, Station, Village};
    match (claim, fact) {
        (District(a), District(b)) | (Station(a), Station(b)) => told(a == b),
        (Facility(a), Facility(b)) => {
            let name = |at: usize| city.facilities.get(at).map(|it| it.name.as_str());
            told(a == b || is_part(name(a), name(b)))
        }
        (Village(a), Village(b)) => {
            told(city.villages.get(a).map(|it| &it.name) == city.villages.get(b).map(|it| &it.name))
        }
        (Road(a), Road(b)) => {
            let name = |at: usize| city.roads.get(at).map(|it| it.name.as_str());
            told(name(a) == name(b) || is_part(name(a), name(b)))
        }
        _ => Relation::Apart,
    }
}

/// Whether one name begins with the other: 衛武營 and 衛武營都會公園, 青年路 and 青年路二段.
fn is_part(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a.starts_with(b) || b.starts_with(a))
}

fn states(poles: usize, (p, turned): (u8, bool), (q, negated): (u8, bool)) -> Relation {
    match (p == q, turned == negated) {
        (true, true) => Relation::Agree,
        (true, false) => Relation::Differ,
        (false, true) => {
            if turned && poles > 2 {
                Relation::Apart
            } else {
                Relation::Differ
            }
        }
        // Not the one pole of two is the other.
        (false, false) => {
            if poles == 2 {
                Relation::Agree
            } else {
                Relation::Apart
            }
        }
    }
}

/// Whether two figures look like one written wrongly: a power of ten apart, digits exchanged, counted by something else.
pub(super) fn is_slip(claim: &Item, fact: &Item) -> bool {
    let (Value::Figure(claim, claim_per), Value::Figure(fact, fact_per)) = (claim.value, fact.value) else {
        return false;
    };
    if claim.low <= 0.0 || fact.low <= 0.0 {
        return false;
    }
    let ratio = (claim.low / fact.low).log10();
    let power = (ratio - ratio.round()).abs() < 1e-6 && ratio.abs() > 0.5;
    let per = claim_per.zip(fact_per).is_some_and(|(a, b)| a != b) && ratio.abs() < 1e-9;
    power || per || digits(claim.low) == digits(fact.low)
}

/// The digits of a number without their order and without zeros behind.
fn digits(value: f64) -> Vec<char> {
    let mut digits: Vec<char> = format!("{value}").chars().filter(char::is_ascii_digit).collect();
    while digits.last() == Some(&'0') {
        digits.pop();
    }
    digits.sort_unstable();
    digits
}
