//! Pairs of a claim and an official statement that may disagree, with what speaks for it.

use super::{
    Fact, Feature, Features, Topic,
    agree::{Relation, relation, slips},
    copy::{self, Echoes},
    topic::{Laid, Match, Other, is_specific},
    wording::Wording,
};
use crate::{
    claims::{Item, Mark, Sheet, Value},
    domain::{City, ClaimKind, Field, NamedBody, Span},
    text::Rounding,
};

/// Differing values that are weighed for one claim: the nearest is not always the one that speaks of the same thing.
const RIVALS: usize = 3;

/// How much nearer a value that agrees may be, of 3 and the words around, than one that differs and is weighed.
const VALUE_SLACK: f64 = 0.3;
const CHARGE_SLACK: f64 = 1.5;

/// How near two clauses must be, of 3 in all, to be weighed for being each other turned around.
const NEAR_CLAUSES: f64 = 0.3;

/// Oppositions of amounts.
const OF_AMOUNTS: [&str; 3] = ["direction", "limit", "compare"];

/// Days that are more than a month: 去年, 今年.
const LONG_DAYS: i64 = 31;

/// Days after which a report no longer follows on a statement.
const SOON_DAYS: f64 = 3.0;

/// What makes a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Two values that cannot both be true.
    Values,
    /// The claimed value was so and was replaced.
    Former,
    /// One is negated and the other is not.
    Polarity,
    /// The statement says that what the report says is not so.
    Denial,
    /// The sentence is the statement's own but for one thing.
    Copy,
    /// The same words are said by somebody else, or other words by the same.
    Quotation,
    /// What is told as said by one is told as said by another.
    Speaker,
}

impl Ground {
    /// The row of weights that pairs of this ground and kind are weighed by.
    #[must_use]
    pub fn row(self, kind: ClaimKind) -> &'static str {
        match (self, kind) {
            (Self::Values, ClaimKind::Status | ClaimKind::Notice | ClaimKind::Quote) => "status",
            (Self::Values, kind) => kind.name(),
            (Self::Former, _) => "former",
            (Self::Polarity, _) => "polarity",
            (Self::Denial, _) => "denial",
            (Self::Copy, _) => "copy",
            (Self::Quotation, _) => "quotation",
            (Self::Speaker, _) => "speaker",
        }
    }
}

/// A claim of the report and what an official statement says of the same thing.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// What makes it one.
    pub ground: Ground,
    /// What sort of claim it is.
    pub kind: ClaimKind,
    /// The clause of the report, by its place in the sheet.
    pub clause: usize,
    /// Where in the report: field and bytes of the canonical copy.
    pub claim: (Field, Span),
    /// The differing part of the claim.
    pub claim_value: Span,
    /// The statement.
    pub fact: &'a Fact,
    /// Where in the statement.
    pub truth: (Field, Span),
    /// The differing part of the statement.
    pub truth_value: Span,
    /// An earlier statement says what the report says.
    pub former: bool,
    /// The states are of amounts: 增加 and 減少.
    pub of_amounts: bool,
    /// What speaks for it.
    pub features: Features,
}

/// Every pair worth weighing, claim by claim.
pub(super) fn candidates<'a>(city: &City, report: &Laid<'_>, topics: &[Topic<'a>]) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    if report.sheet.elsewhere {
        return found;
    }
    let echoes = Echoes::new(report.sheet, topics);
    for topic in topics.iter().filter(|topic| !topic.expired) {
        let mut own = Vec::new();
        let pairs = Pairs { city, report, topic, topics };
        // What was announced afterwards does not make an earlier report wrong; what was denied afterwards does.
        pairs.denials(&mut own);
        if topic.later {
            found.append(&mut own);
            continue;
        }
        pairs.copies(&mut own);
        pairs.values(&mut own);
        pairs.polarities(&mut own);
        if !report.sheet.tells_of_correction {
            pairs.quotations(&mut own);
            pairs.speakers(&mut own);
        }
        // A replaced value is one still, unless the statement that replaced it says the very words.
        if own.iter().any(|it| it.ground == Ground::Former) {
            let said = Echoes::new(report.sheet, std::slice::from_ref(topic));
            own.retain(|it| it.ground != Ground::Former || !said.has(it.clause));
        }
        found.append(&mut own);
    }
    let most = found.iter().map(|it| it.features.nearness()).fold(0.0, f64::max);
    for it in &mut found {
        it.features.set(Feature::NearestPair, if most > 0.0 { it.features.nearness() / most } else { 0.0 });
    }
    // What is taken over word for word is what was announced, whatever else the statement says.
    found.retain(|it| match it.ground {
        Ground::Quotation | Ground::Speaker | Ground::Former => true,
        Ground::Copy => !echoes.has_sentence(it.clause),
        Ground::Values | Ground::Polarity | Ground::Denial => !echoes.has_sentence(it.clause) && !echoes.has(it.clause),
    });
    found
}

/// A report and one statement on its topic.
pub(super) struct Pairs<'p, 'a> {
    pub(super) city: &'p City,
    pub(super) report: &'p Laid<'p>,
    pub(super) topic: &'p Topic<'a>,
    pub(super) topics: &'p [Topic<'a>],
}

impl<'a> Pairs<'_, 'a> {
    pub(super) fn official(&self) -> &'a Sheet {
        &self.topic.fact.sheet
    }

    /// A pair of two parts of clauses.
    pub(super) fn pair(
        &self,
        (ground, kind): (Ground, ClaimKind),
        (clause, claim): (usize, Span),
        (other, truth): (usize, Span),
        mut features: Features,
    ) -> Option<Candidate<'a>> {
        features.combine();
        let (own, official) = (self.report.sheet.clauses.get(clause)?, self.official().clauses.get(other)?);
        Some(Candidate {
            ground,
            kind,
            clause,
            claim: (own.field, own.span),
            claim_value: claim,
            fact: self.topic.fact,
            truth: (official.field, official.span),
            truth_value: truth,
            former: ground == Ground::Former,
            of_amounts: false,
            features,
        })
    }

    /// Sentences that are the statement's own but for one thing.
    fn copies(&self, found: &mut Vec<Candidate<'a>>) {
        for changed in copy::changed(self.city, self.report.sheet, self.topic) {
            let mut features = self.features(changed.clause, changed.other);
            features.set(Feature::Copied, changed.same);
            let what = (Ground::Copy, changed.kind);
            found.extend(self.pair(what, (changed.clause, changed.claim), (changed.other, changed.truth), features));
        }
    }

    /// Values that cannot both be true, and values that were replaced.
    fn values(&self, found: &mut Vec<Candidate<'a>>) {
        for (at, (item, how)) in self.report.sheet.items.iter().zip(&self.topic.matches).enumerate() {
            if item.is(Mark::Speaker) && matches!(item.value, Value::Agency(_) | Value::Time(_)) {
                continue;
            }
            if let Some(former) = how.former
                && let Some(near) = self.replacing(former, &how.differing)
            {
                let mut features = self.value_features(at, item, near);
                features.mark(Feature::AgreesFormer, true);
                features.set(Feature::Before, former.around[0]);
                features.set(Feature::After, former.around[1]);
                found.extend(self.value_pair(Ground::Former, item, near, features));
                continue;
            }
            if let Some(denied) = how.denied.filter(|_| how.agreeing.is_empty() && !item.is(Mark::Negated)) {
                let mut features = self.value_features(at, item, denied);
                features.mark(Feature::AgreesDenied, true);
                found.extend(self.value_pair(Ground::Values, item, denied, features));
            }
            let replacing = self.replaced(at, how);
            if !replacing.is_empty() {
                for near in replacing.into_iter().take(RIVALS) {
                    let features = self.value_features(at, item, near);
                    found.extend(self.value_pair(Ground::Former, item, near, features));
                }
                continue;
            }
            for near in how.differing.iter().take(RIVALS) {
                // 勞檢處負責局限空間、消防局負責危險物品: what stands beside the value that agrees is another thing. A body may
                // be named for one thing and be in charge of another.
                let slack = if self.is_of_charge(item, near) { CHARGE_SLACK } else { VALUE_SLACK };
                if how.agreeing.first().is_some_and(|agreed| agreed.near >= near.near + slack) {
                    break;
                }
                let clause = |near: &Other| self.official().items.get(near.at).map(|it| it.clause);
                let in_lists = matches!(item.value, Value::State(..) | Value::Place(_) | Value::Site(_));
                if in_lists && how.agreeing.iter().any(|agreed| clause(agreed) == clause(near)) {
                    continue;
                }
                let features = self.value_features(at, item, *near);
                found.extend(self.value_pair(Ground::Values, item, *near, features));
            }
        }
    }

    /// Whether a body of the report and one of the statement are both said to be in charge of something.
    fn is_of_charge(&self, item: &Item, near: &Other) -> bool {
        item.kind() == ClaimKind::Agency
            && item.is(Mark::Charge)
            && self.official().items.get(near.at).is_some_and(|other| other.is(Mark::Charge))
    }

    fn value_pair(&self, ground: Ground, item: &Item, near: Other, features: Features) -> Option<Candidate<'a>> {
        let other = self.official().items.get(near.at)?;
        let pair = self.pair((ground, item.kind()), (item.clause, item.span), (other.clause, other.span), features)?;
        let name = match item.value {
            Value::State(at, ..) => self.city.cues.claims.oppositions.get(usize::from(at)).map_or("", |it| &it.name),
            _ => "",
        };
        Some(Candidate { of_amounts: OF_AMOUNTS.contains(&name), ..pair })
    }

    /// The value that replaced a former one: the next in its clause, or the nearest of all.
    fn replacing(&self, former: Other, differing: &[Other]) -> Option<Other> {
        let items = &self.official().items;
        let old = items.get(former.at)?;
        let beside = |near: &&Other| {
            items.get(near.at).is_some_and(|it| it.clause == old.clause && it.span.start >= old.span.end)
        };
        let next = differing.iter().filter(beside).min_by_key(|near| near.at);
        next.or(differing.first()).copied()
    }

    /// Where an older statement on the matter has the claimed value and this one has not: the values that may stand here in
    /// its place, those in words most like the older one's first.
    fn replaced(&self, at: usize, how: &Match) -> Vec<Other> {
        let agreed =
            |it: &'_ Topic<'a>| it.matches.get(at).and_then(|how| how.agreeing.first()).map(|agreed| agreed.at);
        let older = self.others(|own, other| other < own).find_map(|it| Some((it, agreed(it)?)));
        let Some((older, old)) = older.filter(|_| how.agreeing.is_empty()) else { return Vec::new() };
        let near = |it: &Other| self.topic.nearness_to(it.at, older, old);
        let mut replacing = how.differing.clone();
        replacing.sort_by(|a, b| near(b).total_cmp(&near(a)).then(a.at.cmp(&b.at)));
        replacing
    }

    /// How near the words are around the claimed value in statements of another time than this one.
    fn agreeing(&self, at: usize, which: impl Fn(i64, i64) -> bool) -> f64 {
        let nears = self.others(which).filter_map(|it| it.matches.get(at)?.agreeing.first());
        nears.map(|near| near.near / 3.0).fold(0.0, f64::max)
    }

    /// The statements on the same matter whose time stands so to this one's.
    fn others(&self, which: impl Fn(i64, i64) -> bool) -> impl Iterator<Item = &Topic<'a>> {
        let time = |topic: &Topic<'_>| topic.fact.valid_from.or(topic.fact.published).map(|it| it.timestamp());
        let own = time(self.topic);
        self.topics.iter().filter(move |it| {
            own.zip(time(it)).is_some_and(|(own, other)| which(own, other)) && it.is_of_one_matter(self.topic)
        })
    }

    fn value_features(&self, at: usize, item: &Item, near: Other) -> Features {
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
        for slip in slips(item, other) {
            features.mark(slip, true);
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
        let (mut all, mut apart) = (0, 0);
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

    /// Clauses of which the one is negated and the other is not.
    fn polarities(&self, found: &mut Vec<Candidate<'a>>) {
        for (at, clause) in self.report.sheet.clauses.iter().enumerate() {
            let nearest = self.topic.table.nearest(at);
            let Some((other, _)) = nearest.filter(|(_, near)| *near > NEAR_CLAUSES) else { continue };
            let Some(truth) = self.official().clauses.get(other) else { continue };
            if truth.stance.is_negated() != clause.stance.is_negated() {
                let what = (Ground::Polarity, ClaimKind::Status);
                let features = self.features(at, other);
                found.extend(self.pair(what, (at, clause.span), (other, truth.span), features));
            }
        }
    }

    /// What every pair of clauses has.
    pub(super) fn features(&self, clause: usize, other: usize) -> Features {
        let (topic, report) = (self.topic, self.report.sheet);
        let [words, context, characters] = topic.table.of(clause, other);
        let [claim_ahead, fact_ahead] = topic.table.ahead(clause, other);
        let (own, theirs) = (self.report.clauses.get(clause), topic.clauses.get(other));
        let [claim_within, fact_within] = own
            .zip(theirs)
            .map_or([0.0; 2], |([own, context, _], [truth, others, _])| [own.within(others), truth.within(context)]);
        let claim_told = own.map_or(0.0, |[own, ..]| own.within(&topic.whole));
        let fact_told = theirs.map_or(0.0, |[truth, ..]| truth.within(&self.report.whole));
        let wording = Wording::of((report, clause), (self.official(), other));
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
            (Feature::ClaimWithin, claim_within),
            (Feature::FactWithin, fact_within),
            (Feature::ClaimTold, claim_told),
            (Feature::FactTold, fact_told),
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
