//! Sentences taken over from an official statement: word for word, or with one thing changed.

use super::{
    Topic,
    agree::{Relation, relation},
};
use crate::{
    claims::{Item, Sheet, Value},
    domain::{City, ClaimKind, Field, Span},
};

/// Characters that a sentence must have in common with the original, before and behind the change, to be a copy of it.
const LEAST_COMMON: usize = 10;

/// The share of both sentences that must be in common.
const LEAST_SHARE: f64 = 0.7;

/// A clause of fewer characters comes back by chance.
const LEAST_CLAUSE: usize = 6;

/// Words whose presence turns a sentence around.
pub(super) const TURNS: [char; 9] = ['不', '未', '無', '沒', '非', '免', '勿', '毋', '別'];

/// Which parts of a report stand word for word in an official statement.
#[derive(Debug, Default)]
pub(super) struct Echoes {
    clauses: Vec<Echo>,
}

/// How much of a clause's sentence stands word for word in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Echo {
    None,
    Clause,
    Sentence,
}

impl Echoes {
    /// Compares a report with all statements on its topic.
    pub(super) fn new(report: &Sheet, topics: &[Topic<'_>]) -> Self {
        let stands = |field, span| {
            let written = bare(report.written(field, span));
            written.chars().nth(LEAST_CLAUSE - 1).is_some()
                && topics.iter().any(|topic| {
                    [Field::Title, Field::Text].iter().any(|own| topic.fact.sheet.copy(*own).text().contains(written))
                })
        };
        let sentences: Vec<bool> = report.sentences.iter().map(|it| stands(it.field, it.span)).collect();
        let whole = |at: usize| sentences.get(at).copied().unwrap_or(false);
        let clauses = report.clauses.iter().map(|it| (whole(it.sentence), stands(it.field, it.span)));
        Self {
            clauses: clauses
                .map(|(sentence, clause)| {
                    if sentence {
                        Echo::Sentence
                    } else if clause {
                        Echo::Clause
                    } else {
                        Echo::None
                    }
                })
                .collect(),
        }
    }

    /// Whether the sentence of a clause stands word for word in a statement.
    pub(super) fn has_sentence(&self, clause: usize) -> bool {
        self.clauses.get(clause) == Some(&Echo::Sentence)
    }

    /// Whether the clause stands word for word in a statement.
    pub(super) fn has(&self, clause: usize) -> bool {
        self.clauses.get(clause).is_some_and(|echo| *echo != Echo::None)
    }
}

/// A sentence taken over with one thing changed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed {
    /// The clause of the report, by its place in the sheet.
    pub(super) clause: usize,
    /// The clause of the statement.
    pub(super) other: usize,
    /// The changed part of the report.
    pub(super) claim: Span,
    /// What the statement has there.
    pub(super) truth: Span,
    /// What sort of thing was changed.
    pub(super) kind: ClaimKind,
    /// The share of the sentence that is the same.
    pub(super) same: f64,
}

/// The sentences of a report that a statement has too but for one thing that cannot both be true.
pub(super) fn changed(city: &City, report: &Sheet, topic: &Topic<'_>) -> Vec<Changed> {
    let fact = &topic.fact.sheet;
    let mut found = Vec::new();
    for sentence in &report.sentences {
        let written = report.written(sentence.field, sentence.span);
        let nearest = fact
            .sentences
            .iter()
            .filter_map(|other| {
                let official = fact.written(other.field, other.span);
                let (head, tail) = common(written, official);
                let same = (head + tail) as f64 / written.len().max(official.len()).max(1) as f64;
                let enough = (head + tail) >= LEAST_COMMON * '字'.len_utf8();
                (enough && (LEAST_SHARE..1.0).contains(&same)).then_some((other, head, tail, same))
            })
            .max_by(|a, b| a.3.total_cmp(&b.3));
        let Some((other, head, tail, same)) = nearest else { continue };
        let middle = |span: Span| Span::new(span.start + head, span.end - tail);
        let (claim, truth) = (middle(sentence.span), middle(other.span));
        let within = |sheet: &Sheet, field: Field, part: Span| -> Vec<Item> {
            let touches =
                |item: &&Item| item.field == field && item.span.start <= part.end && part.start <= item.span.end;
            sheet.items.iter().filter(touches).copied().collect()
        };
        let (ours, theirs) = (within(report, sentence.field, claim), within(fact, other.field, truth));
        let differing = ours.iter().find_map(|item| {
            let rival = theirs.iter().find(|rival| strictly(city, item, rival))?;
            Some((item.clause, rival.clause, item.span, rival.span, item.kind()))
        });
        let turned = || {
            let differs = turns(report.written(sentence.field, claim)) != turns(fact.written(other.field, truth));
            differs.then_some(())?;
            let (clause, rival) = (place(report, sentence.field, claim)?, place(fact, other.field, truth)?);
            Some((clause, rival, claim, truth, ClaimKind::Status))
        };
        let numbered = || {
            let (ours, theirs) = (digits(report, sentence.field, claim), digits(fact, other.field, truth));
            let kind = if report
                .copy(sentence.field)
                .text()
                .get(ours.end..)?
                .starts_with(['年', '月', '日', '時', '點', ':', '：'])
            {
                ClaimKind::Date
            } else {
                ClaimKind::Figure
            };
            let numbers = report.written(sentence.field, ours).parse::<u64>().ok()
                != fact.written(other.field, theirs).parse::<u64>().ok();
            numbers.then_some(())?;
            let (clause, rival) = (place(report, sentence.field, ours)?, place(fact, other.field, theirs)?);
            (!ours.is_empty() && !theirs.is_empty()).then_some((clause, rival, ours, theirs, kind))
        };
        if let Some((clause, other, claim, truth, kind)) = differing.or_else(turned).or_else(numbered) {
            found.push(Changed { clause, other, claim, truth, kind, same });
        }
    }
    found
}

/// The clause that a stretch begins in.
fn place(sheet: &Sheet, field: Field, part: Span) -> Option<usize> {
    sheet.clauses.iter().position(|it| it.field == field && it.span.start <= part.start && part.start <= it.span.end)
}

/// The digits that a stretch is part of; nothing when other characters stand in it.
fn digits(sheet: &Sheet, field: Field, part: Span) -> Span {
    let text = sheet.copy(field).text();
    let is_digit = |c: &u8| c.is_ascii_digit();
    let before = text.as_bytes().get(..part.start).unwrap_or_default().iter().rev().take_while(|c| is_digit(c)).count();
    let behind = text.as_bytes().get(part.end..).unwrap_or_default().iter().take_while(|c| is_digit(c)).count();
    let whole = Span::new(part.start - before, part.end + behind);
    if sheet.written(field, whole).bytes().all(|c| c.is_ascii_digit()) {
        whole
    } else {
        Span::new(part.start, part.start)
    }
}

/// Whether the words of a stretch turn it around an odd number of times.
pub(super) fn turns(written: &str) -> bool {
    written.chars().filter(|c| TURNS.contains(c)).count() % 2 == 1
}

/// In a copy a number is the same or another one; nothing was rounded.
fn strictly(city: &City, claim: &Item, fact: &Item) -> bool {
    match (claim.value, fact.value) {
        (Value::Figure(a, _), Value::Figure(b, _)) => {
            a.measure == b.measure
                && ((a.low - b.low).abs() > f64::EPSILON * b.low.abs()
                    || (a.high - b.high).abs() > f64::EPSILON * b.high.abs())
        }
        // 1月至6月 and 1月至5月 overlap, which is agreement for two writers, not for a copy.
        (Value::Time(a), Value::Time(b)) => a.start.is_comparable(b.start) && (a.start != b.start || a.end != b.end),
        _ => relation(city, claim, fact) == Relation::Differ,
    }
}

/// How many bytes two texts have in common at the beginning and, behind that, at the end; whole characters.
fn common(a: &str, b: &str) -> (usize, usize) {
    let head: usize = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    (head, tail)
}

fn bare(written: &str) -> &str {
    written.trim_end_matches(['，', '。', '；', '：', '！', '？', ',', '」', ' '])
}
