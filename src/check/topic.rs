//! An official statement beside a report: what they share, and how their values stand to each other.

use chrono::{DateTime, Utc};

use super::{
    Fact, Hit,
    agree::{Relation, relation},
    similar::Bag,
};
use crate::{
    claims::{Item, Sheet, Value},
    domain::{City, Field},
};

/// The share of the smaller text's words that a report and a statement must have in common.
const SAME_TOPIC: f64 = 0.12;

/// Differing items that are weighed for one claim: the nearest clause is not always the one that speaks of the same thing.
const RIVALS: usize = 3;

/// What a headline is set back against the body, where a statement says a thing in full.
const HEADLINE: f64 = 0.25;

/// A statement beside a report, with what both share.
#[derive(Debug)]
pub struct Topic<'a> {
    pub(super) fact: &'a Fact,
    /// The share of the smaller one's words that the other has.
    pub(super) alike: f64,
    /// What they weigh.
    pub(super) mass: f32,
    /// For each item of the report, how it stands to the items of the statement.
    pub(super) matches: Vec<Match>,
    /// For each item of the statement, whether an item of the report agrees with it.
    pub(super) used: Vec<bool>,
    /// Figures, times and places of the report that the statement has too.
    pub(super) agreeing: usize,
    /// The statement was published after the report.
    pub(super) later: bool,
    pub(super) clauses: Vec<[Bag; 3]>,
}

/// The items of a statement that are nearest to one of the report.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Match {
    pub(super) agreeing: Option<(usize, f64)>,
    pub(super) differing: [Option<(usize, f64)>; RIVALS],
    /// The value agrees with one that the statement says was so and is no longer.
    pub(super) agrees_former: bool,
    pub(super) comparable: usize,
}

impl<'a> Topic<'a> {
    /// What a report and a statement share; nothing when they speak of different things.
    pub(super) fn new(city: &City, report: &Sheet, hit: Hit<'a>, published: Option<DateTime<Utc>>) -> Option<Self> {
        let fact = hit.fact;
        let alike = Bag::whole(report).held(&Bag::whole(&fact.sheet));
        if alike < SAME_TOPIC {
            return None;
        }
        let from = fact.valid_from.or(fact.published);
        let later = published.zip(from).is_some_and(|(report, fact)| fact > report);
        let expired = published.zip(fact.valid_to).is_some_and(|(report, until)| until < report);
        if expired {
            return None;
        }
        let clauses: Vec<[Bag; 3]> = (0..fact.sheet.clauses.len()).map(|at| bags(&fact.sheet, at)).collect();
        let mut topic = Self {
            fact,
            alike,
            mass: hit.shared,
            matches: Vec::with_capacity(report.items.len()),
            used: vec![false; fact.sheet.items.len()],
            agreeing: 0,
            later,
            clauses,
        };
        let mut bag = (usize::MAX, [Bag::default(), Bag::default(), Bag::default()]);
        for item in &report.items {
            if bag.0 != item.clause {
                bag = (item.clause, bags(report, item.clause));
            }
            let found = topic.nearest(city, item, &bag.1);
            if let Some((at, _)) = found.agreeing.filter(|_| is_specific(item)) {
                if let Some(used) = topic.used.get_mut(at) {
                    *used = true;
                }
                topic.agreeing += 1;
            }
            topic.matches.push(found);
        }
        Some(topic)
    }

    fn nearest(&self, city: &City, item: &Item, bags: &[Bag; 3]) -> Match {
        let mut found = Match::default();
        for (at, other) in self.fact.sheet.items.iter().enumerate() {
            let how = relation(city, item, other);
            if how == Relation::Apart || (other.speaker && matches!(other.value, Value::Agency(_) | Value::Time(_))) {
                continue;
            }
            found.comparable += 1;
            if how == Relation::Agree && other.former && !item.former {
                found.agrees_former = true;
                continue;
            }
            let set_back = if other.field == Field::Title { HEADLINE } else { 0.0 };
            let near = self.nearness(other.clause, bags) - set_back;
            if how == Relation::Agree {
                if found.agreeing.is_none_or(|(_, best)| near > best) {
                    found.agreeing = Some((at, near));
                }
                continue;
            }
            let mut next = Some((at, near));
            for slot in &mut found.differing {
                if next.is_some_and(|(_, near)| slot.is_none_or(|(_, best)| near > best)) {
                    std::mem::swap(slot, &mut next);
                }
            }
        }
        found
    }

    /// The items of the report that the statement has too, with how near the clauses are, of 3 in all.
    pub(super) fn supported<'s>(&'s self, report: &'s Sheet) -> impl Iterator<Item = (&'s Item, &'s Item, f64)> {
        report.items.iter().zip(&self.matches).filter(|(item, _)| is_specific(item)).filter_map(|(item, how)| {
            let (at, near) = how.agreeing?;
            Some((item, self.fact.sheet.items.get(at)?, near))
        })
    }

    pub(super) fn nearness(&self, clause: usize, bags: &[Bag; 3]) -> f64 {
        self.clauses.get(clause).map_or(0.0, |other| nearness(bags, other))
    }
}

pub(super) fn bags(sheet: &Sheet, clause: usize) -> [Bag; 3] {
    [Bag::clause(sheet, clause), Bag::context(sheet, clause), Bag::characters(sheet, clause)]
}

/// How near two clauses are to saying something of the same thing.
fn nearness(a: &[Bag; 3], b: &[Bag; 3]) -> f64 {
    let [clause, context, characters] = alike(a, b);
    clause + context + characters
}

pub(super) fn alike(ours: &[Bag; 3], theirs: &[Bag; 3]) -> [f64; 3] {
    let ([clause, context, characters], [other, others, their_characters]) = (ours, theirs);
    [clause.alike(other), context.alike(others), characters.alike(their_characters)]
}

/// A value that hardly two matters share by chance.
pub(super) fn is_specific(item: &Item) -> bool {
    match item.value {
        Value::Figure(figure, _) => figure.low >= 3.0 || figure.step < 1.0,
        Value::Time(moment) => {
            moment.start.days.is_some_and(|days| days.first == days.last) || moment.start.minutes.is_some()
        }
        Value::Place(_) => true,
        Value::Agency(_) | Value::State(..) => false,
    }
}
