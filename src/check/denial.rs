//! Pairs of a rumour that a report tells and the words of a statement that deny it.

use super::{
    Candidate, Feature,
    agree::{Relation, relation},
    pair::{Ground, Pairs},
    rumour::Rumour,
};
use crate::{
    claims::{Item, Value},
    domain::{ClaimKind, Field},
};

/// Clauses of a report that are weighed for telling one rumour.
const TELLING: usize = 2;

/// 水利局澄清 says that a denial follows, and not what is not so.
const ANNOUNCES: [&str; 4] = ["澄清", "闢謠", "駁斥", "嚴正聲明"];

impl<'a> Pairs<'_, 'a> {
    /// Clauses that tell what the statement denies.
    pub(super) fn denials(&self, found: &mut Vec<Candidate<'a>>) {
        let sheet = self.report.sheet;
        for rumour in &self.topic.rumours {
            let held = rumour.words.within(&self.report.all);
            let mut told: Vec<(usize, f64)> = self
                .report
                .clauses
                .iter()
                .enumerate()
                .filter(|(at, _)| sheet.clauses.get(*at).is_some_and(|it| !it.stance.is_denial()))
                .map(|(at, [words, _, characters])| (at, rumour.words.alike(&words.clone().with(characters))))
                .collect();
            told.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            for (at, near) in told.into_iter().take(TELLING) {
                let denial = self.denial(rumour, at);
                let (Some(clause), Some(truth)) = (sheet.clauses.get(at), self.official().clauses.get(denial)) else {
                    continue;
                };
                let mut features = self.features(at, denial);
                features.set(Feature::RumourHeld, held);
                features.set(Feature::RumourAlike, near);
                features.set(Feature::RumourValues, self.rumour_values(rumour));
                features.mark(Feature::Quoted, rumour.told.is_some());
                let what = (Ground::Denial, ClaimKind::Status);
                found.extend(self.pair(what, (at, clause.span), (denial, truth.span), features));
            }
        }
    }

    /// The clause of the body that says most plainly that what clause `at` tells is not so; the one the rumour came with
    /// when none does.
    fn denial(&self, rumour: &Rumour, at: usize) -> usize {
        let official = self.official();
        let plain = |clause: &usize| {
            official.clauses.get(*clause).is_some_and(|it| {
                let written = official.written(it.field, it.span);
                it.field == Field::Text
                    && it.stance.is_denial()
                    && !it.stance.is_rumour()
                    && !ANNOUNCES.iter().any(|word| written.contains(word))
            })
        };
        let near = |clause: usize| self.topic.table.of(at, clause).iter().sum::<f64>();
        let plainest = (0..official.clauses.len()).filter(plain).map(|clause| (clause, near(clause)));
        plainest.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map_or(rumour.denial, |it| it.0)
    }

    /// The share of a rumour's values that the report has; half of nothing to be known.
    fn rumour_values(&self, rumour: &Rumour) -> f64 {
        let Some((field, span)) = rumour.told else { return 0.5 };
        let items = self.official().items.iter().filter(|it| it.field == field && it.span.overlaps(span));
        let (mut all, mut shared) = (0, 0);
        for item in items.filter(|it| !matches!(it.value, Value::State(..))) {
            all += 1;
            let agrees = |own: &Item| relation(self.city, own, item) == Relation::Agree;
            shared += usize::from(self.report.sheet.items.iter().any(agrees));
        }
        if all == 0 { 0.5 } else { f64::from(u32::try_from(shared).unwrap_or(u32::MAX)) / f64::from(all) }
    }
}
