//! Whether two values of one kind can both be true of the same thing.

use chrono::Datelike as _;

use super::Feature;
use crate::{
    claims::{Agent, Item, Mark, Per, Site, Value},
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
        // 每月一日 is no date of an event.
        (Value::Time(_), Value::Time(_)) if claim.is(Mark::Every) != fact.is(Mark::Every) => Relation::Apart,
        (Value::Time(own), Value::Time(other)) if claim.is(Mark::Every) && is_day(own) && is_day(other) => {
            told(own.start.days.map(|it| it.first.day()) == other.start.days.map(|it| it.first.day()))
        }
        (Value::Time(claim), Value::Time(fact)) => times(claim, fact),
        (Value::Agency(claim), Value::Agency(fact)) => bodies(city, claim, fact),
        (Value::Agent(claim), Value::Agent(fact)) => told(claim.may_be(fact)),
        (Value::Agency(agency), Value::Agent(agent)) | (Value::Agent(agent), Value::Agency(agency)) => {
            told(is_kin(city, agency, agent))
        }
        (Value::Site(claim), Value::Site(fact)) => sites(claim, fact),
        (Value::Site(site), Value::Place(place)) | (Value::Place(place), Value::Site(site)) => {
            named_site(city, place).map_or(Relation::Apart, |place| sites(site, place))
        }
        (Value::Weekdays(claim), Value::Weekdays(fact)) => told(claim == fact),
        (Value::Place(claim), Value::Place(fact)) => places(city, claim, fact),
        // 擬納入收費 and 現有車格未收費 are both true.
        (Value::State(..), Value::State(..))
            if (claim.is(Mark::Planned) && fact.is(Mark::Present))
                || (claim.is(Mark::Present) && fact.is(Mark::Planned)) =>
        {
            Relation::Apart
        }
        (Value::State(a, p, turned), Value::State(b, q, negated)) if a == b => {
            let poles = city.cues.claims.oppositions.get(usize::from(a)).map_or(0, |it| it.poles.len());
            states(poles, (p, turned), (q, negated))
        }
        _ => Relation::Apart,
    }
}

/// Whether a body without an entry may be one that has: 消防人員 of the 消防局, 由養護工程處南區分隊 of the 養護工程處.
fn is_kin(city: &City, agency: NamedBody, agent: Agent) -> bool {
    let NamedBody::Agency { agency, .. } = agency else { return false };
    let Some(agency) = city.agencies.get(agency) else { return false };
    let head = |name: &str| name.chars().take(2).collect::<String>();
    match agent {
        Agent::Kind(kind) => city
            .cues
            .claims
            .agents
            .get(usize::from(kind))
            .is_some_and(|names| names.iter().any(|name| agency.name.contains(&head(name)))),
        Agent::Name(_) => agent.may_be(Agent::named(&agency.short)),
    }
}

fn sites(claim: Site, fact: Site) -> Relation {
    if claim.kind == fact.kind { told(claim.name & fact.name != 0) } else { Relation::Apart }
}

/// A place of the gazetteer as one told by what its name ends in.
fn named_site(city: &City, place: NamedBody) -> Option<Site> {
    match place {
        NamedBody::Facility(at) => Site::of(&city.facilities.get(at)?.name),
        NamedBody::Station(at) => Site::of(&format!("{}站", city.stations.get(at)?.name.trim_end_matches('站'))),
        _ => None,
    }
}

fn told(agree: bool) -> Relation {
    if agree { Relation::Agree } else { Relation::Differ }
}

fn figures(claim: Quantity, claim_per: Option<Per>, fact: Quantity, fact_per: Option<Per>) -> Relation {
    // What a bare number counts is not known.
    if claim.measure == Measure::Bare {
        return Relation::Apart;
    }
    if !is_same_measure(claim.measure, fact.measure) {
        // 汽車格312個 and 汽車312格: one number of things that are counted in two ways.
        let counts = matches!(
            (claim.measure, fact.measure),
            (Measure::Count("個"), Measure::Count(_)) | (Measure::Count(_), Measure::Count("個"))
        );
        let alike = |a: f64, b: f64| (a - b).abs() < 1e-9 * b.abs();
        let same = counts && claim.low >= LEAST_COUNT && alike(claim.low, claim.high) && alike(claim.low, fact.low);
        return if same { Relation::Agree } else { Relation::Apart };
    }
    let fair = claim.covers(fact.low, fact.high) || fact.covers(claim.low, claim.high);
    if fair && claim_per.zip(fact_per).is_some_and(|(claim, fact)| claim != fact) {
        return Relation::Differ;
    }
    told(fair)
}

/// From this number on, two counts that are equal are of the same things, whatever they are counted in.
const LEAST_COUNT: f64 = 10.0;

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

/// Whether a time is one day.
fn is_day(moment: Moment) -> bool {
    moment.end.is_none() && moment.start.days.is_some_and(|days| days.first == days.last)
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
            if a != b && begins_alike(name(a), name(b)) {
                return Relation::Apart;
            }
            told(a == b || is_part(name(a), name(b)))
        }
        (Village(a), Village(b)) => {
            told(city.villages.get(a).map(|it| &it.name) == city.villages.get(b).map(|it| &it.name))
        }
        (Road(a), Road(b)) => {
            let name = |at: usize| city.roads.get(at).map(|it| it.name.as_str());
            told(
                name(a) == name(b)
                    || is_part(name(a), name(b))
                    || is_unnumbered(name(a), name(b))
                    || is_unnumbered(name(b), name(a)),
            )
        }
        _ => Relation::Apart,
    }
}

/// Whether the one is the other without its number.
fn is_unnumbered(a: Option<&str>, b: Option<&str>) -> bool {
    a.zip(b).is_some_and(|(a, b)| a == unnumbered(b))
}

/// 民族路 for 民族一路: the section is left out as often as said.
fn unnumbered(road: &str) -> String {
    let numbers = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];
    let mut kept = String::new();
    let chars: Vec<char> = road.chars().collect();
    for (at, c) in chars.iter().enumerate() {
        let before_end = chars.get(at + 1).is_some_and(|next| "路街".contains(*next)) && at > 1;
        if !(before_end && numbers.contains(c)) {
            kept.push(*c);
        }
    }
    kept
}

/// Whether two names begin with the same two characters: parts of one place (衛武營國家藝術文化中心 and 衛武營都會公園).
fn begins_alike(a: Option<&str>, b: Option<&str>) -> bool {
    let head = |name: &str| name.chars().take(2).collect::<String>();
    a.zip(b).is_some_and(|(a, b)| head(a) == head(b))
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

/// In what ways two values look like those of one thing, or of two.
pub(super) fn likenesses(claim: &Item, fact: &Item) -> Vec<Feature> {
    let found = match (claim.value, fact.value) {
        (Value::Figure(claim, _), Value::Figure(fact, _)) if claim.low > 0.0 && fact.low > 0.0 => {
            let ratio = (claim.low / fact.low).log10().abs();
            vec![
                (Feature::SameUnit, claim.measure == fact.measure),
                (Feature::SoonAfter, ratio < NEAR_RATIO),
                (Feature::FarApart, ratio > FAR_RATIO),
            ]
        }
        (Value::Time(claim), Value::Time(fact)) => {
            let days = claim.start.days.zip(fact.start.days);
            let gap = days.map(|(a, b)| (a.first - b.first).num_days().abs());
            vec![
                (Feature::SameEdge, claim.edge == fact.edge && claim.edge != Edge::At),
                (Feature::OtherEdge, claim.edge != fact.edge),
                (Feature::SameDay, days.is_some_and(|(a, b)| a.first == b.first && a.last == b.last)),
                (Feature::SoonAfter, gap.is_some_and(|days| (1..=NEAR_DAYS).contains(&days))),
                (Feature::FarApart, gap.is_some_and(|days| days > FAR_DAYS)),
                (Feature::BothPeriods, claim.end.is_some() && fact.end.is_some()),
            ]
        }
        _ => Vec::new(),
    };
    found.into_iter().filter(|it| it.1).map(|it| it.0).collect()
}

/// In what ways two values look like one written wrongly.
pub(super) fn slips(claim: &Item, fact: &Item) -> Vec<Feature> {
    let found = match (claim.value, fact.value) {
        (Value::Figure(claim, claim_per), Value::Figure(fact, fact_per)) if claim.low > 0.0 && fact.low > 0.0 => {
            let ratio = (claim.low / fact.low).log10();
            let (own, official) = (digits(claim.low), digits(fact.low));
            let apart = own.iter().zip(&official).filter(|(a, b)| a != b).count();
            let per = claim_per.zip(fact_per).is_some_and(|(a, b)| a != b);
            vec![
                (Feature::Power, (ratio - ratio.round()).abs() < 1e-6 && ratio.abs() > 0.5),
                (Feature::Digits, own != official && sorted(&own) == sorted(&official)),
                (Feature::Per, per && ratio.abs() < 1e-9),
                (Feature::Near, own.len() == official.len() && own.len() > 1 && apart == 1),
            ]
        }
        (Value::Time(claim), Value::Time(fact)) => {
            let near = claim.start.days.zip(fact.start.days).is_some_and(|(a, b)| {
                a.first == a.last
                    && b.first == b.last
                    && (a.first.month() == b.first.month()) != (a.first.day() == b.first.day())
            });
            let told = !claim.start.either && !fact.start.either;
            let minutes = claim.start.minutes.zip(fact.start.minutes).filter(|_| told);
            let half = minutes.is_some_and(|(a, b)| a.0.abs_diff(b.0) == HALF_DAY);
            vec![(Feature::Near, near), (Feature::HalfDay, half)]
        }
        _ => Vec::new(),
    };
    found.into_iter().filter(|it| it.1).map(|it| it.0).collect()
}

/// Days between two dates that are mistaken for each other, and days between dates of two matters.
const NEAR_DAYS: i64 = 31;
const FAR_DAYS: i64 = 180;

/// The same for figures, in powers of ten.
const NEAR_RATIO: f64 = 0.3;
const FAR_RATIO: f64 = 1.3;

/// Minutes between 上午9時 and 晚上9時.
const HALF_DAY: u32 = 12 * 60;

/// The digits of a number without zeros behind.
fn digits(value: f64) -> Vec<char> {
    let mut digits: Vec<char> = format!("{value}").chars().filter(char::is_ascii_digit).collect();
    while digits.last() == Some(&'0') {
        digits.pop();
    }
    digits
}

fn sorted(digits: &[char]) -> Vec<char> {
    let mut digits = digits.to_vec();
    digits.sort_unstable();
    digits
}
