//! An official statement beside a report: what they share, and how their values stand to each other.

use chrono::{DateTime, Utc};

use super::{
    Fact, Hit,
    agree::{Relation, relation},
    nearness::Nearness,
    rumour::{Rumour, rumours},
    similar::{Bag, Marks},
};
use crate::{
    claims::{Item, Mark, Sheet, Value},
    domain::{City, Field},
};

/// The share of the smaller text's words that a report and a statement must have in common.
const SAME_TOPIC: f64 = 0.07;

/// The same for two statements of which the one may replace the other.
const ONE_MATTER: f64 = 0.25;

/// What a headline is set back against the body, where a statement says a thing in full.
const HEADLINE: f64 = 0.25;

/// What the words right before and behind two values count beside their clauses, which count 3 in all.
const BEFORE: f64 = 1.5;
const BEHIND: f64 = 0.75;

/// Items of one text that are compared; a longer list is a table.
const MOST_ITEMS: usize = 400;

/// A report as it is compared with every statement on its topic.
#[derive(Debug)]
pub(super) struct Laid<'r> {
    pub(super) sheet: &'r Sheet,
    pub(super) published: Option<DateTime<Utc>>,
    pub(super) whole: Bag,
    pub(super) all: Bag,
    pub(super) clauses: Vec<[Bag; 3]>,
    around: Vec<[Bag; 2]>,
}

impl<'r> Laid<'r> {
    pub(super) fn new(sheet: &'r Sheet, published: Option<DateTime<Utc>>) -> Self {
        Self {
            sheet,
            published,
            whole: Bag::whole(sheet),
            all: Bag::all(sheet),
            clauses: (0..sheet.clauses.len()).map(|at| bags(sheet, at)).collect(),
            around: around(sheet),
        }
    }
}

/// A statement beside a report, with what both share.
#[derive(Debug)]
pub struct Topic<'a> {
    pub(super) fact: &'a Fact,
    /// It is the nearest to the report of those that held when it appeared.
    pub(super) first: bool,
    /// The share of the smaller one's words that the other has.
    pub(super) alike: f64,
    /// What they weigh.
    pub(super) mass: f32,
    /// For each item of the report, how it stands to the items of the statement.
    pub(super) matches: Vec<Match>,
    /// For each item of the statement, the item of the report that agrees with it, and the nearest that differs.
    pub(super) used: Vec<Option<Other>>,
    pub(super) rivals: Vec<Option<Other>>,
    /// Specific values of the report, and those of them that the statement has too.
    pub(super) specific: usize,
    pub(super) agreeing: usize,
    /// The statement was published after the report.
    pub(super) later: bool,
    /// It held no longer when the report appeared: it tells what was so, and nothing is held against it.
    pub(super) expired: bool,
    pub(super) clauses: Vec<[Bag; 3]>,
    /// How near its clauses are to those of the report.
    pub(super) table: Nearness,
    /// Its words.
    pub(super) whole: Bag,
    /// The words around each of its values.
    pub(super) around: Vec<[Bag; 2]>,
    /// What the statement says is not so.
    pub(super) rumours: Vec<Rumour>,
}

/// An item of the other text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Other {
    /// Its place in the sheet.
    pub(super) at: usize,
    /// How near the clauses and the words around the values are.
    pub(super) near: f64,
    /// How alike the words before and behind the values are.
    pub(super) around: [f64; 2],
}

/// The items of a statement that can be compared with one of the report, the nearest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Match {
    pub(super) agreeing: Vec<Other>,
    pub(super) differing: Vec<Other>,
    /// The value that the statement says was so and is no longer.
    pub(super) former: Option<Other>,
    /// The value that the statement says is not so.
    pub(super) denied: Option<Other>,
}

impl Match {
    pub(super) fn comparable(&self) -> usize {
        self.agreeing.len() + self.differing.len()
    }
}

impl<'a> Topic<'a> {
    /// What a report and a statement share; nothing when they speak of different things.
    pub(super) fn new(city: &City, report: &Laid<'_>, hit: &'a Hit) -> Option<Self> {
        let fact = &*hit.fact;
        let whole = Bag::whole(&fact.sheet);
        let alike = report.whole.held(&whole);
        if alike < SAME_TOPIC {
            return None;
        }
        let from = fact.valid_from.or(fact.published);
        let later = report.published.zip(from).is_some_and(|(report, fact)| fact > report);
        let expired = report.published.zip(fact.valid_to).is_some_and(|(report, until)| until < report);
        let mut topic = Self {
            fact,
            first: false,
            alike,
            mass: hit.shared,
            matches: Vec::with_capacity(report.sheet.items.len()),
            used: vec![None; fact.sheet.items.len()],
            rivals: vec![None; fact.sheet.items.len()],
            specific: 0,
            agreeing: 0,
            later,
            expired,
            clauses: (0..fact.sheet.clauses.len()).map(|at| bags(&fact.sheet, at)).collect(),
            table: Nearness::default(),
            whole,
            around: around(&fact.sheet),
            rumours: rumours(&fact.sheet),
        };
        topic.table = Nearness::new(&report.clauses, &topic.clauses);
        topic.compare(city, report);
        Some(topic)
    }

    /// Whether two statements are on one matter, so that the later may replace the earlier.
    pub(super) fn is_of_one_matter(&self, other: &Self) -> bool {
        self.whole.held(&other.whole) >= ONE_MATTER
    }

    fn compare(&mut self, city: &City, report: &Laid<'_>) {
        for (at, (item, own)) in report.sheet.items.iter().zip(&report.around).enumerate() {
            let found = self.nearest(city, (item, own));
            if is_specific(item) {
                self.specific += 1;
                if !found.agreeing.is_empty() {
                    self.agreeing += 1;
                }
            }
            for (slots, nears) in [(&mut self.used, &found.agreeing), (&mut self.rivals, &found.differing)] {
                for near in nears {
                    if let Some(slot) = slots.get_mut(near.at)
                        && slot.is_none_or(|best| near.near > best.near)
                    {
                        *slot = Some(Other { at, ..*near });
                    }
                }
            }
            self.matches.push(found);
        }
    }

    /// How alike what an older statement says of its value `old` is to what this one says of `at`.
    pub(super) fn nearness_to(&self, at: usize, older: &Topic<'_>, old: usize) -> f64 {
        let clause = |topic: &Topic<'_>, at: usize| topic.fact.sheet.items.get(at).map(|it| it.clause);
        let clauses = clause(self, at).zip(clause(older, old));
        let bags = clauses.and_then(|(own, old)| self.clauses.get(own).zip(older.clauses.get(old)));
        let clause: f64 = bags.map_or(0.0, |(own, old)| alike(own, old).iter().sum());
        let sides = self.around.get(at).zip(older.around.get(old));
        let [before, behind] = sides.map_or([0.0; 2], |(own, old)| [own[0].alike(&old[0]), own[1].alike(&old[1])]);
        clause + BEFORE * before + BEHIND * behind
    }

    fn nearest(&self, city: &City, (item, own): (&Item, &[Bag; 2])) -> Match {
        let mut found = Match::default();
        for (at, (other, around)) in self.fact.sheet.items.iter().zip(&self.around).enumerate() {
            let how = relation(city, item, other);
            if how == Relation::Apart
                || (other.is(Mark::Speaker) && matches!(other.value, Value::Agency(_) | Value::Time(_)))
            {
                continue;
            }
            let around = [0, 1].map(|side| own.get(side).zip(around.get(side)).map_or(0.0, |(a, b)| a.alike(b)));
            let [before, behind] = around;
            let set_back = if other.field == Field::Title { HEADLINE } else { 0.0 };
            let near = self.table.of(item.clause, other.clause).iter().sum::<f64>() + BEFORE * before + BEHIND * behind
                - set_back;
            let near = Other { at, near, around };
            let put = |slot: &mut Option<Other>| {
                if slot.is_none_or(|best: Other| near.near > best.near) {
                    *slot = Some(near);
                }
            };
            let denied = self
                .rumours
                .iter()
                .filter_map(|it| it.told)
                .any(|(field, span)| field == other.field && span.overlaps(other.span));
            match how {
                Relation::Agree if other.is(Mark::Former) && !item.is(Mark::Former) => put(&mut found.former),
                Relation::Agree if denied || (other.is(Mark::Negated) && !item.is(Mark::Negated)) => {
                    put(&mut found.denied);
                }
                Relation::Agree => found.agreeing.push(near),
                _ if denied || other.is(Mark::Former) || other.is(Mark::Negated) || item.is(Mark::Negated) => {}
                _ => found.differing.push(near),
            }
        }
        for list in [&mut found.agreeing, &mut found.differing] {
            list.sort_by(|a, b| b.near.total_cmp(&a.near));
        }
        found
    }

    /// The items of the report that the statement has too, with how near the clauses are, of 3 in all.
    pub(super) fn supported<'s>(&'s self, report: &'s Sheet) -> impl Iterator<Item = (&'s Item, &'s Item, f64)> {
        report.items.iter().zip(&self.matches).filter(|(item, _)| is_specific(item)).filter_map(|(item, how)| {
            let near = how.agreeing.first()?;
            Some((item, self.fact.sheet.items.get(near.at)?, near.near))
        })
    }
}

fn bags(sheet: &Sheet, clause: usize) -> [Bag; 3] {
    [Bag::clause(sheet, clause), Bag::context(sheet, clause), Bag::characters(sheet, clause)]
}

fn around(sheet: &Sheet) -> Vec<[Bag; 2]> {
    let marks = Marks::of(sheet);
    sheet.items.iter().take(MOST_ITEMS).map(|item| Bag::around(sheet, &marks, item.clause, item.span)).collect()
}

/// How near two clauses are to saying something of the same thing: by their words, their sentences', their characters.
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
        Value::Place(_) | Value::Weekdays(_) => true,
        Value::Agency(_) | Value::Agent(_) | Value::Site(_) | Value::State(..) => false,
    }
}
