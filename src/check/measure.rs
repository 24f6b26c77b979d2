//! What speaks for a pair of a claim and an official statement, measured on both texts.

use super::{
    Feature, Features, Topic,
    agree::{Relation, likenesses, relation, slips},
    pair::Pairs,
    topic::{Other, is_specific},
    wording::Wording,
};
use crate::{
    claims::{Item, Mark, Sheet, Value},
    domain::{ClaimKind, Field, NamedBody},
    text::Rounding,
};

/// Days that are more than a month: 去年, 今年.
const LONG_DAYS: i64 = 31;

/// Days after which a report no longer follows on a statement.
const SOON_DAYS: f64 = 3.0;

impl Pairs<'_, '_> {
    pub(super) fn value_features(&self, at: usize, item: &Item, near: Other) -> Features {
        let (topic, report) = (self.topic, self.report.sheet);
        let Some(other) = self.official().items.get(near.at) else { return Features::default() };
        let mut features = self.features(item.clause, other.clause);
        let how = topic.matches.get(at).cloned().unwrap_or_default();
        let agreed = how.agreeing.first();
        let used = topic.used.get(near.at).copied().flatten();
        let rival = topic.rivals.get(near.at).copied().flatten();
        let alike_items: Vec<usize> = (0..report.items.len())
            .filter(|at| report.items.get(*at).is_some_and(|it| relation(self.city, it, item) != Relation::Apart))
            .collect();
        let orphans = alike_items
            .iter()
            .filter(|at| topic.matches.get(**at).is_some_and(|how| how.agreeing.is_empty() && how.comparable() > 0))
            .count();
        let [beside, sentence] = self.beside(item.clause, other.clause, Some(at));
        features.set(Feature::Beside, beside);
        features.set(Feature::BesideSentence, sentence);
        features.set(Feature::Before, near.around[0]);
        features.set(Feature::After, near.around[1]);
        features.mark(Feature::Agrees, agreed.is_some());
        features.set(Feature::AgreesNear, agreed.map_or(0.0, |it| it.near / 3.0));
        features.mark(Feature::Used, used.is_some());
        features.set(Feature::UsedNear, used.map_or(0.0, |it| it.near / 3.0));
        features.set(Feature::Margin, (near.near - agreed.map_or(0.0, |it| it.near)) / 3.0);
        features.mark(Feature::BestForClaim, how.differing.first().is_some_and(|best| best.at == near.at));
        features.mark(Feature::BestForFact, rival.is_some_and(|best| best.at == at));
        features.set(Feature::FewInFact, one_of(how.comparable()));
        features.set(Feature::FewInReport, one_of(alike_items.len()));
        features.mark(Feature::Orphans, agreed.is_none() && used.is_none());
        features.set(Feature::FewOrphans, one_of(orphans));
        let beside = |it: &Other| it.around[0] + it.around[1] / 2.0;
        features.set(Feature::LocalMargin, agreed.map_or(0.0, |it| beside(&near) - beside(it)));
        features.set(Feature::UsedMargin, used.map_or(0.0, |it| beside(&near) - beside(&it)));
        let digits = |sheet: &Sheet, it: &Item| -> String {
            let written = sheet.written(it.field, it.span);
            written.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect()
        };
        let own_digits = digits(report, item);
        let is_unit =
            item.kind() == ClaimKind::Figure && own_digits.len() > 1 && own_digits == digits(self.official(), other);
        features.mark(Feature::UnitSlip, is_unit);
        for found in slips(item, other).into_iter().chain(likenesses(item, other)) {
            features.mark(found, true);
        }
        features.mark(Feature::Crossed, agreed.is_some() && used.is_some());
        if let (Value::Time(a), Value::Time(b)) = (item.value, other.value) {
            let long = |it: crate::text::Moment| {
                it.start.days.is_some_and(|days| (days.last - days.first).num_days() > LONG_DAYS)
            };
            features.mark(Feature::Vague, long(a) || long(b));
        }
        features.mark(Feature::Delta, item.is(Mark::Delta) != other.is(Mark::Delta));
        features.mark(Feature::ClaimFormer, item.is(Mark::Former));
        features.mark(Feature::ClaimInCharge, item.is(Mark::Charge));
        features.mark(Feature::FactInCharge, other.is(Mark::Charge));
        features.set(Feature::AgreesOlder, self.agreeing(at, |own, other| other < own));
        features.set(Feature::AgreesNewer, self.agreeing(at, |own, other| other >= own));
        features.mark(
            Feature::Rounded,
            matches!(item.value, Value::Figure(figure, _) if figure.rounding != Rounding::Plain),
        );
        let written = report.written(item.field, item.span);
        features.mark(Feature::Relative, matches!(item.value, Value::Time(_)) && is_relative(written));
        features.mark(
            Feature::Unlisted,
            matches!(
                (item.value, other.value),
                (Value::Agent(_) | Value::Site(_), _) | (_, Value::Agent(_) | Value::Site(_))
            ),
        );
        if let Value::Agency(claimed) = item.value {
            let speaks = |it: &Item| it.is(Mark::Speaker) && matches!(it.value, Value::Agency(body) if body == claimed);
            features.mark(Feature::ClaimIsSpeaker, self.official().items.iter().any(speaks));
        }
        features
    }

    /// The share of the other specific values of a clause that the statement has of the kind and none that agrees.
    fn conflicts(&self, clause: usize) -> f64 {
        let (mut all, mut apart) = (0_usize, 0_usize);
        for (item, how) in self.report.sheet.items.iter().zip(&self.topic.matches) {
            if item.clause == clause && is_specific(item) && how.comparable() > 0 {
                all += 1;
                apart += usize::from(how.agreeing.is_empty());
            }
        }
        (apart.saturating_sub(1)) as f64 / all.max(1) as f64
    }

    /// Whether both clauses have figures that can be compared and none of them agrees.
    fn counts_apart(&self, clause: usize, other: usize) -> bool {
        let figures = |sheet: &'_ Sheet, at: usize| -> Vec<Item> {
            let figure = |it: &&Item| it.clause == at && it.kind() == ClaimKind::Figure;
            sheet.items.iter().filter(figure).copied().collect()
        };
        let theirs = figures(self.official(), other);
        let relations: Vec<Relation> = figures(self.report.sheet, clause)
            .iter()
            .flat_map(|own| theirs.iter().map(|it| relation(self.city, own, it)).collect::<Vec<_>>())
            .collect();
        relations.contains(&Relation::Differ) && !relations.contains(&Relation::Agree)
    }

    /// How many values the two clauses share, and how many their sentences, other than one of the report.
    fn beside(&self, clause: usize, other: usize, but: Option<usize>) -> [f64; 2] {
        let (report, official) = (self.report.sheet, self.official());
        let sentence = |sheet: &Sheet, at: usize| sheet.clauses.get(at).map(|it| it.sentence);
        let own = sentence(report, clause);
        let theirs = sentence(official, other);
        let mut shared = [0.0; 2];
        for (at, (item, how)) in report.items.iter().zip(&self.topic.matches).enumerate() {
            if Some(at) == but || !is_specific(item) || sentence(report, item.clause) != own {
                continue;
            }
            let agreed = |near: &Other| official.items.get(near.at).map(|it| it.clause);
            let clauses: Vec<usize> = how.agreeing.iter().filter_map(agreed).collect();
            if item.clause == clause && clauses.contains(&other) {
                shared[0] += 1.0;
            }
            if clauses.iter().any(|it| sentence(official, *it) == theirs) {
                shared[1] += 1.0;
            }
        }
        shared.map(|count: f64| (count / 2.0).min(1.0))
    }

    /// What every pair of clauses has.
    pub(super) fn features(&self, clause: usize, other: usize) -> Features {
        let (topic, report) = (self.topic, self.report.sheet);
        let [words, context, characters] = topic.table.of(clause, other);
        let [claim_ahead, fact_ahead] = topic.table.ahead(clause, other);
        let claim_told = self.report.clauses.get(clause).map_or(0.0, |[own, ..]| own.within(&topic.whole));
        // Without a letter in common there is nothing to compare.
        let wording = (words + characters > 0.0).then(|| Wording::of((report, clause), (self.official(), other)));
        let wording = wording.unwrap_or_default();
        let (stance, sentence) = report.stances(clause);
        let (truth, truth_sentence) = self.official().stances(other);
        let mut features = Features::default();
        let [beside, sentence_beside] = self.beside(clause, other, None);
        for (feature, value) in [
            (Feature::Beside, beside),
            (Feature::BesideSentence, sentence_beside),
            (Feature::Bias, 1.0),
            (Feature::Words, words),
            (Feature::Context, context),
            (Feature::Characters, characters),
            (Feature::Topic, topic.alike),
            (Feature::TopicMass, f64::from(topic.mass / 100.0).min(2.0)),
            (Feature::Covered, topic.agreeing as f64 / topic.specific.max(1) as f64),
            (Feature::Specifics, (topic.agreeing as f64).ln_1p() / 2.0),
            (Feature::Soon, self.soon()),
            (Feature::ClaimAhead, claim_ahead),
            (Feature::FactAhead, fact_ahead),
            (Feature::ClaimTold, claim_told),
            (Feature::CommonRun, wording.run),
            (Feature::CommonPairs, wording.pairs),
            (Feature::ClaimPairs, wording.claim_pairs),
            (Feature::Conflicts, self.conflicts(clause)),
        ] {
            features.set(feature, value);
        }
        let field = |sheet: &Sheet, at: usize| sheet.clauses.get(at).is_some_and(|it| it.field == Field::Title);
        for (feature, yes) in [
            (Feature::First, topic.first),
            (Feature::Opinion, stance.is_opinion()),
            (Feature::SentenceOpinion, sentence.is_opinion()),
            (Feature::Hearsay, stance.is_hearsay()),
            (Feature::NegatedWord, wording.turned),
            (Feature::CountsApart, self.counts_apart(clause, other)),
            (Feature::Total, is_sum(report, clause) != is_sum(self.official(), other)),
            (Feature::OtherCity, sentence.is_elsewhere() && !truth_sentence.is_elsewhere()),
            (Feature::TitleAsks, report.clauses.iter().any(|it| it.field == Field::Title && it.stance.is_question())),
            (Feature::ReportRumour, report.clauses.iter().any(|it| it.stance.is_rumour())),
            (
                Feature::CitySpeaks,
                report.items.iter().any(|it| it.is(Mark::Speaker) && matches!(it.value, Value::Agency(_))),
            ),
            (Feature::Rumour, stance.is_rumour() || sentence.is_rumour()),
            (Feature::Question, stance.is_question()),
            (Feature::Quoted, stance.is_quoted()),
            (Feature::Spoken, stance.is_spoken()),
            (Feature::Correction, report.tells_of_correction),
            (Feature::OtherPlace, names_other_place(report, topic, clause)),
            (Feature::Negation, stance.is_negated() != truth.is_negated()),
            (Feature::ClaimNegated, stance.is_negated()),
            (Feature::ReportDenies, report.clauses.iter().any(|it| it.stance.is_denial())),
            (Feature::ClaimTitle, field(report, clause)),
            (Feature::FactTitle, field(self.official(), other)),
            (Feature::Denies, !topic.rumours.is_empty()),
            (Feature::ClaimOfCharge, stance.is_of_charge()),
            (Feature::FactOfCharge, truth.is_of_charge()),
        ] {
            features.mark(feature, yes);
        }
        features
    }

    /// 1 for a report of the same day, less the later it is.
    fn soon(&self) -> f64 {
        let Some((report, fact)) = self.report.published.zip(self.topic.fact.published) else { return 0.5 };
        let days = (report - fact).num_hours().unsigned_abs() as f64 / 24.0;
        1.0 / (1.0 + days / SOON_DAYS)
    }
}

/// 今天, 下週: the day of an announcement as often as of what is announced.
fn is_relative(written: &str) -> bool {
    !written.contains(['月', '/']) && written.contains(['今', '昨', '明', '週', '周', '本', '這', '當', '隔', '翌'])
}

/// Whether the claim's sentence names a district or road that the statement does not name anywhere.
fn names_other_place(report: &Sheet, topic: &Topic<'_>, clause: usize) -> bool {
    let sentence = report.clauses.get(clause).map(|it| it.sentence);
    report.items.iter().zip(&topic.matches).any(|(item, how)| {
        matches!(item.value, Value::Place(NamedBody::District(_) | NamedBody::Road(_)))
            && report.clauses.get(item.clause).map(|it| it.sentence) == sentence
            && how.agreeing.is_empty()
            && how.comparable() > 0
    })
}

/// Whether a clause tells a sum.
fn is_sum(sheet: &Sheet, clause: usize) -> bool {
    const SUMS: [&str; 8] = ["合計", "總計", "共計", "加起來", "總共", "一共", "總和", "累計"];
    let written = sheet.clauses.get(clause).map_or("", |it| sheet.written(it.field, it.span));
    SUMS.iter().any(|word| written.contains(word))
}

fn one_of(count: usize) -> f64 {
    1.0 / count.max(1) as f64
}
