//! From weighed pairs to findings and an alert.

use super::{Candidate, Level, Topic, level::ALERT, pair::Ground, weights::Weights, why};
use crate::{
    claims::{Mark, Sheet},
    domain::{ClaimKind, Field, Span, Verdict},
};

/// Findings of one report that are told; more of them say the same.
const TOLD: usize = 20;

/// How near an official statement must be to support a claim, of 3 in all.
const SUPPORTS: f64 = 0.6;

/// How sure, of the headline's own sureness, a pair with the body must be to stand for it.
const IN_FULL: f64 = 0.3;

/// Words of a document: of the report, or of the official statement of that id. Spans are bytes of the field as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quoted {
    /// The id of the statement; none for the report.
    pub id: Option<String>,
    /// The field.
    pub field: Field,
    /// The bytes of the whole clause.
    pub span: Span,
    /// The bytes of the part that decides.
    pub part: Span,
}

/// What was found of one claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What came out.
    pub verdict: Verdict,
    /// What sort of claim.
    pub kind: ClaimKind,
    /// The claim.
    pub claim: Quoted,
    /// The official statement.
    pub fact: Option<Quoted>,
    /// How sure it is, 0 to 1.
    pub score: f64,
    /// Why, in a sentence.
    pub why: String,
}

/// What was found of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The level of the alert.
    pub level: Level,
    /// The score of the strongest finding that alerts.
    pub score: f64,
    /// The strongest first.
    pub findings: Vec<Finding>,
}

pub(super) fn decide(
    learned: &Weights,
    report: &Sheet,
    topics: &[Topic<'_>],
    candidates: Vec<Candidate<'_>>,
) -> Checked {
    let mut weighed: Vec<(f64, Candidate<'_>)> =
        candidates.into_iter().map(|it| (learned.score(it.ground, it.kind, &it.features), it)).collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let score = weighed.first().map_or(0.0, |it| it.0);
    let mut findings: Vec<Finding> = Vec::new();
    for (score, it) in weighed.iter().filter(|(score, _)| *score >= ALERT) {
        let it = in_full(it, *score, &weighed);
        let Some(finding) = found(report, *score, it) else { continue };
        let known = findings
            .iter()
            .any(|other| other.claim.field == finding.claim.field && other.claim.span.overlaps(finding.claim.span));
        if !known {
            findings.push(finding);
        }
    }
    let level = findings.iter().map(|finding| level(report, finding)).max().unwrap_or(Level::None);
    for topic in topics.iter().filter(|topic| !topic.expired) {
        for (claim, truth, near) in topic.supported(report).filter(|(_, _, near)| *near >= SUPPORTS) {
            let quoted = claim_quoted(report, claim.clause, claim.span);
            let Some((quoted, fact)) = quoted.zip(fact_quoted(topic, truth.clause, truth.span)) else { continue };
            if findings.iter().any(|other| other.claim.field == quoted.field && other.claim.span == quoted.span) {
                continue;
            }
            let why = why::supported(topic.fact);
            findings.push(Finding {
                verdict: Verdict::Supported,
                kind: claim.kind(),
                claim: quoted,
                fact: Some(fact),
                score: (near / 3.0).min(1.0),
                why,
            });
        }
    }
    for (at, clause) in report.clauses.iter().enumerate().filter(|(_, clause)| clause.stance.is_opinion()) {
        let Some(quoted) = claim_quoted(report, at, clause.span) else { continue };
        if findings.iter().any(|other| other.claim.field == quoted.field && other.claim.span == quoted.span) {
            continue;
        }
        let (kind, why) = (ClaimKind::Status, why::opinion());
        findings.push(Finding { verdict: Verdict::Opinion, kind, claim: quoted, fact: None, score: 0.5, why });
    }
    if topics.iter().all(|topic| topic.expired) {
        let specific = report.items.iter().filter(|item| !matches!(item.kind(), ClaimKind::Agency | ClaimKind::Status));
        for item in specific {
            let Some(quoted) = claim_quoted(report, item.clause, item.span) else { continue };
            if findings.iter().any(|other| other.claim.field == quoted.field && other.claim.span == quoted.span) {
                continue;
            }
            let (kind, why) = (item.kind(), why::not_found());
            findings.push(Finding { verdict: Verdict::NotFound, kind, claim: quoted, fact: None, score: 0.5, why });
        }
    }
    findings.truncate(TOLD);
    Checked { level, score, findings }
}

/// What a headline says in short the body says in full: the pair with the body, where it is nearly as sure.
fn in_full<'c, 'a>(it: &'c Candidate<'a>, score: f64, all: &'c [(f64, Candidate<'a>)]) -> &'c Candidate<'a> {
    if it.truth.0 == Field::Text {
        return it;
    }
    let same = |other: &Candidate<'_>| {
        other.truth.0 == Field::Text
            && other.claim == it.claim
            && other.ground == it.ground
            && std::ptr::eq(other.fact, it.fact)
    };
    all.iter().find(|(other, pair)| *other >= score * IN_FULL && same(pair)).map_or(it, |(_, pair)| pair)
}

/// How urgent a finding of this report is, by its score and the sentence it stands in.
#[must_use]
pub fn level(report: &Sheet, finding: &Finding) -> Level {
    let words = report.sentences.iter().find(|sentence| {
        sentence.field == finding.claim.field
            && report.original(sentence.field, sentence.span).is_some_and(|span| span.overlaps(finding.claim.span))
    });
    Level::of(finding.score, words.map_or("", |sentence| report.written(sentence.field, sentence.span)))
}

fn found(report: &Sheet, score: f64, it: &Candidate<'_>) -> Option<Finding> {
    let (field, span) = it.claim;
    let claim = Quoted {
        id: None,
        field,
        span: report.original(field, trimmed(report.written(field, span), span))?,
        part: report.original(field, it.claim_value)?,
    };
    let sheet = &it.fact.sheet;
    let (field, span) = it.truth;
    let fact = Quoted {
        id: Some(it.fact.id.clone()),
        field,
        span: sheet.original(field, trimmed(sheet.written(field, span), span))?,
        part: sheet.original(field, it.truth_value)?,
    };
    let verdict = match it.ground {
        Ground::Denial => Verdict::Denied,
        _ if it.former => Verdict::Outdated,
        _ => Verdict::Contradicted,
    };
    let why = why::alert(report, it, verdict);
    Some(Finding { verdict, kind: kind(report, it), claim, fact: Some(fact), score, why })
}

/// Words of what a city announces to those who live in it.
const NOTICE: [&str; 40] = [
    "停水",
    "停電",
    "停班",
    "停課",
    "上班",
    "上課",
    "封閉",
    "封路",
    "封街",
    "禁止進入",
    "禁行",
    "停診",
    "門診",
    "停駛",
    "停航",
    "發放",
    "請領",
    "補助",
    "停止服務",
    "免費搭",
    "停業",
    "受理",
    "管制",
    "津貼",
    "禮金",
    "領",
    "停收",
    "改道",
    "供水",
    "限電",
    "疏散",
    "接種",
    "收運",
    "休市",
    "停辦",
    "作廢",
    "失效",
    "免費",
    "普發",
    "公車",
];

/// What sort of claim it is, as a news desk would sort it.
fn kind(report: &Sheet, it: &Candidate<'_>) -> ClaimKind {
    let official = &it.fact.sheet;
    let is_notice = |text: &str| NOTICE.iter().any(|word| text.contains(word));
    let in_claim = is_notice(report.written(it.claim.0, it.claim.1));
    let in_title = is_notice(official.written(Field::Title, Span::new(0, official.copy(Field::Title).text().len())));
    let quoted = report
        .quotations
        .iter()
        .any(|quote| quote.speaker.is_some() && quote.field == it.claim.0 && quote.span.overlaps(it.claim_value));
    let items = || report.items.iter().filter(|item| item.clause == it.clause);
    match (it.ground, it.kind) {
        (_, ClaimKind::Status) if quoted => ClaimKind::Quote,
        (_, ClaimKind::Status) if it.of_amounts => ClaimKind::Figure,
        (_, ClaimKind::Status) if in_claim || in_title => ClaimKind::Notice,
        (Ground::Denial, _) if items().any(|item| item.kind() == ClaimKind::Agency && item.is(Mark::Charge)) => {
            ClaimKind::Agency
        }
        (Ground::Denial, _) if items().any(|item| item.kind() == ClaimKind::Figure) => ClaimKind::Figure,
        (_, ClaimKind::Place) if in_claim && in_title => ClaimKind::Notice,
        (_, kind) => kind,
    }
}

fn claim_quoted(report: &Sheet, clause: usize, part: Span) -> Option<Quoted> {
    quoted(report, clause, part, None)
}

fn fact_quoted(topic: &Topic<'_>, clause: usize, part: Span) -> Option<Quoted> {
    quoted(&topic.fact.sheet, clause, part, Some(topic.fact.id.clone()))
}

fn quoted(sheet: &Sheet, clause: usize, part: Span, id: Option<String>) -> Option<Quoted> {
    let clause = sheet.clauses.get(clause)?;
    let span = trimmed(sheet.written(clause.field, clause.span), clause.span);
    Some(Quoted {
        id,
        field: clause.field,
        span: sheet.original(clause.field, span)?,
        part: sheet.original(clause.field, part)?,
    })
}

/// A clause without the mark that ends it.
fn trimmed(written: &str, span: Span) -> Span {
    let kept = written.trim_end_matches(['，', '。', '；', '：', ',', ':', ';', '！', '!', ' ']);
    Span::new(span.start, span.start + kept.len())
}
