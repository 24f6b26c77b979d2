//! Pairs of a claim and an official statement that may disagree, with what speaks for it.

use super::{
    Fact, Features, Topic,
    agree::{Relation, is_slip, relation},
    copy::{self, Echoes},
    topic::{alike, bags},
};
use crate::{
    claims::{Item, Sheet, Value},
    domain::{City, ClaimKind, Field, NamedBody, Span},
    text::Rounding,
};

/// How much nearer the differing value must be than one that agrees, of 1 in all.
const LEAST_MARGIN: f64 = 0.03;

/// What makes a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Two values that cannot both be true.
    Values,
    /// One is negated and the other is not.
    Polarity,
    /// The statement says that what the report says is not so.
    Denial,
    /// The sentence is the statement's own but for one thing.
    Copy,
    /// The same words are said by somebody else, or other words by the same.
    Quotation,
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
    /// What speaks for it.
    pub features: Features,
}

/// Every pair worth weighing, claim by claim.
pub(super) fn candidates<'a>(city: &City, report: &Sheet, topics: &[Topic<'a>]) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    if report.elsewhere {
        return found;
    }
    let echoes = Echoes::new(report, topics);
    for topic in topics {
        if topic.later {
            // What was announced afterwards does not make an earlier report wrong; what was denied afterwards does.
            clauses(report, topic, &mut found);
            found.retain(|it: &Candidate<'_>| it.ground == Ground::Denial || !std::ptr::eq(it.fact, topic.fact));
            continue;
        }
        copies(city, report, topic, &mut found);
        values(city, report, topic, topics, &mut found);
        clauses(report, topic, &mut found);
        if !report.tells_of_correction {
            quotations(report, topic, &mut found);
        }
    }
    // What is taken over word for word is what was announced, whatever else the statement says.
    found.retain(|it| !echoes.has_sentence(it.clause) && (it.ground == Ground::Copy || !echoes.has(it.clause)));
    found
}

/// Sentences that are the statement's own but for one thing.
fn copies<'a>(city: &City, report: &Sheet, topic: &Topic<'a>, found: &mut Vec<Candidate<'a>>) {
    for changed in copy::changed(city, report, topic) {
        let (Some(clause), Some(truth)) =
            (report.clauses.get(changed.clause), topic.fact.sheet.clauses.get(changed.other))
        else {
            continue;
        };
        let mut features = shared_features(report, topic, changed.clause, changed.other);
        if let Some(slot) = features.get_mut(29) {
            *slot = changed.same;
        }
        found.push(Candidate {
            ground: Ground::Copy,
            kind: changed.kind,
            clause: changed.clause,
            claim: (clause.field, clause.span),
            claim_value: changed.claim,
            fact: topic.fact,
            truth: (truth.field, truth.span),
            truth_value: changed.truth,
            former: false,
            features,
        });
    }
}

fn values<'a>(city: &City, report: &Sheet, topic: &Topic<'a>, topics: &[Topic<'a>], found: &mut Vec<Candidate<'a>>) {
    for (at, (item, how)) in report.items.iter().zip(&topic.matches).enumerate() {
        if item.speaker && matches!(item.value, Value::Agency(_) | Value::Time(_)) {
            continue;
        }
        for (other_at, near) in how.differing.into_iter().flatten() {
            let Some(other) = topic.fact.sheet.items.get(other_at) else { continue };
            let (Some(clause), Some(truth)) =
                (report.clauses.get(item.clause), topic.fact.sheet.clauses.get(other.clause))
            else {
                continue;
            };
            let mut features = shared_features(report, topic, item.clause, other.clause);
            let set = |features: &mut Features, name: usize, value: f64| {
                if let Some(slot) = features.get_mut(name) {
                    *slot = value;
                }
            };
            let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
            let agreeing = how.agreeing.map_or(0.0, |(_, near)| near / 3.0);
            let differing = near / 3.0;
            set(&mut features, 7, agreeing);
            set(&mut features, 8, flag(how.agreeing.is_some()));
            set(&mut features, 9, flag(topic.used.get(other_at).copied().unwrap_or(false)));
            set(&mut features, 10, one_of(how.comparable));
            let alike_in_report = report.items.iter().filter(|it| relation(city, it, item) != Relation::Apart).count();
            set(&mut features, 11, one_of(alike_in_report));
            set(&mut features, 12, flag(is_slip(item, other)));
            set(&mut features, 20, flag(item.former));
            set(&mut features, 21, flag(how.agrees_former && !other.former));
            set(
                &mut features,
                22,
                flag(matches!(item.value, Value::Figure(figure, _) if figure.rounding != Rounding::Plain)),
            );
            let kind = item.kind();
            set(&mut features, kind_feature(kind), 1.0);
            set(&mut features, 29, differing - agreeing);
            let agreed = how.agreeing.and_then(|(at, _)| topic.fact.sheet.items.get(at));
            // 勞檢處負責局限空間、消防局負責危險物品: what stands beside the value that agrees is another thing.
            if agreed.is_some_and(|agreed| agreed.clause == other.clause)
                || (agreed.is_some() && !is_state(item) && differing - agreeing < LEAST_MARGIN)
            {
                continue;
            }
            let orphan = flag(how.agreeing.is_none() && !topic.used.get(other_at).copied().unwrap_or(false));
            products(&mut features, orphan);
            set(
                &mut features,
                37,
                flag(matches!(item.value, Value::Time(_)) && is_relative(report.written(item.field, item.span))),
            );
            let agrees_elsewhere = topics.iter().any(|other| {
                !std::ptr::eq(other.fact, topic.fact)
                    && other
                        .matches
                        .get(at)
                        .is_some_and(|how| how.agreeing.is_some_and(|(_, near)| near / 3.0 >= differing * 0.8))
            });
            found.push(Candidate {
                ground: Ground::Values,
                kind,
                clause: item.clause,
                claim: (clause.field, clause.span),
                claim_value: item.span,
                fact: topic.fact,
                truth: (truth.field, truth.span),
                truth_value: other.span,
                former: agrees_elsewhere || (how.agrees_former && !other.former),
                features,
            });
        }
    }
}

fn is_state(item: &Item) -> bool {
    matches!(item.value, Value::State(..))
}

/// 今天, 下週: the day of an announcement as often as of what is announced.
fn is_relative(written: &str) -> bool {
    written.contains(['今', '昨', '明', '週', '周', '本', '這'])
}

/// Features that only count together.
fn products(features: &mut Features, orphan: f64) {
    let [_, words, context, characters, topic, _, specifics, _, _, _, _, _, slip, ..] = *features;
    let alike = (words + context + characters) / 3.0;
    let values = [orphan, orphan * alike, alike, orphan * topic, alike * topic, alike * specifics, orphan * slip];
    for (slot, value) in features.iter_mut().skip(30).zip(values) {
        *slot = value;
    }
}

/// Pairs of clauses: the one negated and the other not, or the one denying what the other says.
fn clauses<'a>(report: &Sheet, topic: &Topic<'a>, found: &mut Vec<Candidate<'a>>) {
    for (at, clause) in report.clauses.iter().enumerate() {
        let own = bags(report, at);
        let mut polarity: Option<(usize, f64)> = None;
        let mut denial: Option<(usize, f64)> = None;
        for (other, truth) in topic.fact.sheet.clauses.iter().enumerate() {
            let near = topic.nearness(other, &own);
            let best = |slot: &mut Option<(usize, f64)>| {
                if slot.is_none_or(|(_, best)| near > best) {
                    *slot = Some((other, near));
                }
            };
            // A report that tells of the denial itself does not spread what is denied.
            if truth.stance.is_denial() && !clause.stance.is_denial() && !report.tells_of_correction {
                best(&mut denial);
            } else {
                best(&mut polarity);
            }
        }
        let differs = |other: usize| {
            topic
                .fact
                .sheet
                .clauses
                .get(other)
                .is_some_and(|truth| truth.stance.is_negated() != clause.stance.is_negated())
        };
        for (ground, nearest) in
            [(Ground::Polarity, polarity.filter(|(other, _)| differs(*other))), (Ground::Denial, denial)]
        {
            let Some((other, near)) = nearest.filter(|(_, near)| *near > 0.3) else { continue };
            let Some(truth) = topic.fact.sheet.clauses.get(other) else { continue };
            let mut features = shared_features(report, topic, at, other);
            if let Some(slot) = features.get_mut(29) {
                *slot = near / 3.0;
            }
            products(&mut features, 0.0);
            found.push(Candidate {
                ground,
                kind: ClaimKind::Status,
                clause: at,
                claim: (clause.field, clause.span),
                claim_value: clause.span,
                fact: topic.fact,
                truth: (truth.field, truth.span),
                truth_value: truth.span,
                former: false,
                features,
            });
        }
    }
}

/// Quotations of nearly the same words by different speakers, or with words that turn them around.
fn quotations<'a>(report: &Sheet, topic: &Topic<'a>, found: &mut Vec<Candidate<'a>>) {
    for quote in &report.quotations {
        for other in &topic.fact.sheet.quotations {
            let same = quote.words.iter().filter(|word| other.words.contains(word)).count();
            let share = same as f64 / quote.words.len().max(other.words.len()).max(1) as f64;
            if share < 0.5 {
                continue;
            }
            let speakers = quote
                .speaker
                .zip(other.speaker)
                .map(|(a, b)| same_speaker(report.written(quote.field, a), topic.fact.sheet.written(other.field, b)));
            let turned = copy::turns(report.written(quote.field, quote.span))
                != copy::turns(topic.fact.sheet.written(other.field, other.span));
            // The same words by the same person, or by nobody in particular, are no error.
            if speakers != Some(false) && !(turned && quote.speaker.is_some()) {
                continue;
            }
            let Some(clause) =
                report.clauses.iter().position(|it| it.field == quote.field && it.span.overlaps(quote.span))
            else {
                continue;
            };
            let Some(truth) =
                topic.fact.sheet.clauses.iter().position(|it| it.field == other.field && it.span.overlaps(other.span))
            else {
                continue;
            };
            let mut features = shared_features(report, topic, clause, truth);
            for (at, value) in [(29, share), (12, if speakers == Some(false) { 1.0 } else { 0.0 })] {
                if let Some(slot) = features.get_mut(at) {
                    *slot = value;
                }
            }
            products(&mut features, 0.0);
            found.push(Candidate {
                ground: Ground::Quotation,
                kind: ClaimKind::Quote,
                clause,
                claim: (quote.field, quote.span),
                claim_value: quote.span,
                fact: topic.fact,
                truth: (other.field, other.span),
                truth_value: other.span,
                former: false,
                features,
            });
        }
    }
}

/// Whether two descriptions of a speaker may be of one person: they share two characters in a row.
fn same_speaker(a: &str, b: &str) -> bool {
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let b = pairs(b);
    pairs(a).iter().any(|pair| b.contains(pair))
}

/// What every pair of clauses has.
fn shared_features(report: &Sheet, topic: &Topic<'_>, clause: usize, other: usize) -> Features {
    let own = bags(report, clause);
    let [words, context, characters] = topic.clauses.get(other).map_or([0.0; 3], |truth| alike(&own, truth));
    let (stance, sentence) = report.stances(clause);
    let flag = |yes: bool| if yes { 1.0 } else { 0.0 };
    let mut features: Features = [0.0; 38];
    let values = [
        1.0,
        words,
        context,
        characters,
        topic.alike,
        f64::from(topic.mass / 100.0).min(2.0),
        (topic.agreeing as f64).ln_1p() / 2.0,
    ];
    for (slot, value) in features.iter_mut().zip(values) {
        *slot = value;
    }
    let stances = [
        stance.is_opinion(),
        sentence.is_opinion(),
        stance.is_hearsay(),
        stance.is_question(),
        stance.is_quoted(),
        stance.is_spoken(),
        report.tells_of_correction,
    ];
    for (slot, yes) in features.iter_mut().skip(13).zip(stances) {
        *slot = flag(yes);
    }
    if let Some(slot) = features.get_mut(23) {
        *slot = flag(names_other_place(report, topic, clause));
    }
    features
}

/// Whether the claim's sentence names a district or road that the statement does not name anywhere.
fn names_other_place(report: &Sheet, topic: &Topic<'_>, clause: usize) -> bool {
    let sentence = report.clauses.get(clause).map(|it| it.sentence);
    report.items.iter().zip(&topic.matches).any(|(item, how)| {
        matches!(item.value, Value::Place(NamedBody::District(_) | NamedBody::Road(_)))
            && report.clauses.get(item.clause).map(|it| it.sentence) == sentence
            && how.agreeing.is_none()
            && how.comparable > 0
    })
}

fn one_of(count: usize) -> f64 {
    1.0 / count.max(1) as f64
}

fn kind_feature(kind: ClaimKind) -> usize {
    match kind {
        ClaimKind::Figure => 24,
        ClaimKind::Date => 25,
        ClaimKind::Agency => 26,
        ClaimKind::Place => 27,
        ClaimKind::Status | ClaimKind::Notice | ClaimKind::Quote => 28,
    }
}
