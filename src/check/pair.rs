//! Pairs of a claim and an official statement that may disagree, with what speaks for it.

use super::{
    Fact, Feature, Features, Topic,
    copy::{self, Echoes},
    topic::{Laid, Match, Other, is_specific},
};
use crate::{
    claims::{Item, Mark, Sheet, Value},
    domain::{City, ClaimKind, Field, Span},
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
            if is_specific(item) && self.is_told_nearer(at) {
                continue;
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

    /// Whether another statement that is at least as near to the report has the claimed value: the report speaks of that. An older one on
    /// the matter may have been replaced.
    fn is_told_nearer(&self, at: usize) -> bool {
        self.topics.iter().any(|it| {
            it.mass >= self.topic.mass
                && !std::ptr::eq(it, self.topic)
                && !it.later
                && !it.expired
                && it.matches.get(at).is_some_and(|how| !how.agreeing.is_empty())
                && !self.others(|own, other| other < own).any(|older| std::ptr::eq(older, it))
        })
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
    pub(super) fn agreeing(&self, at: usize, which: impl Fn(i64, i64) -> bool) -> f64 {
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
}
