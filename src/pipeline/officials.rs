//! The register of official statements in memory, and what it says of a report in the words the store keeps.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use rayon::prelude::*;

use super::{Analyzer, layers::Layers};
use crate::{
    check::{self, Checker, Fact, Quoted, Register},
    claims::Sheet,
    domain::{ClaimKind, Entered, Examined, FactQuote, FactVersion, Found, Level, Quote, Verdict, sha256_hex},
    story,
};

/// What statements of before may take in memory that are laid out, in bytes. They are asked for only where a report
/// contradicts what took their place.
const FORMER_LAID_OUT: usize = 16 << 20;

/// Changes of the register that are told apart when reports are checked again.
const TOLD_APART: usize = 64;

/// What people made of alerts: by statement, sort of claim and what had come out, how many more turned out to be none than
/// were confirmed.
pub type Doubts = BTreeMap<(String, ClaimKind, Verdict), u32>;

/// A version of a statement, laid out for comparing.
#[derive(Debug)]
pub struct Laid {
    number: i64,
    source: Source,
    superseded_by: Option<String>,
    recorded_at: DateTime<Utc>,
    /// Whether a source published it, so that readers saw the version before as well.
    published: bool,
    fact: Fact,
}

/// The version of a statement that a text in the register is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Source {
    id: Arc<str>,
    revision: u32,
    hash: Box<str>,
}

/// The register as it was at one moment. Cheap to clone; a later one shares with it what did not change.
#[derive(Debug, Clone)]
pub struct Officials {
    checker: Arc<Checker>,
    /// The version of a statement that each text is, by the key the checker knows it by.
    texts: Layers<Source>,
    /// The key of a statement's latest text where that is not the statement's own.
    latest: Layers<Arc<str>>,
    statements: usize,
    /// What was so before, by the key of what took its place: the text itself, or the statement. The texts stand in
    /// `past`.
    former: Layers<Vec<String>>,
    past: Register,
    /// A checker of the same city whose register holds nothing, and keeps nothing laid out.
    blank: Arc<Checker>,
    number: i64,
    doubts: Arc<Doubts>,
    /// The latest changes by their numbers, each with the statement as it was before and is now.
    changes: Arc<Vec<(i64, Register)>>,
    /// The number up to which changes are no longer told apart.
    settled: i64,
}

/// Two statements that disagree.
#[derive(Debug, Clone, PartialEq)]
pub struct Dispute {
    /// The other statement's key and hash.
    pub other: (String, String),
    /// In what, in a sentence.
    pub why: String,
    /// How sure it is, 0 to 1.
    pub score: f64,
}

impl Analyzer {
    /// A register that holds nothing.
    #[must_use]
    pub fn no_officials(&self) -> Officials {
        let none = self.register(Vec::new());
        Officials {
            checker: Arc::new(self.checker(none.clone())),
            texts: Layers::default(),
            latest: Layers::default(),
            statements: 0,
            former: Layers::default(),
            past: none.with_laid_out(FORMER_LAID_OUT),
            blank: Arc::new(self.checker(none.with_laid_out(0))),
            number: 0,
            doubts: Arc::default(),
            changes: Arc::default(),
            settled: 0,
        }
    }

    /// Lays versions of statements out for comparing, on all cores.
    #[must_use]
    pub fn lay_out(&self, versions: Vec<FactVersion>) -> Vec<Laid> {
        versions.into_par_iter().map(|version| self.laid(version)).collect()
    }

    fn laid(&self, version: FactVersion) -> Laid {
        let it = version.statement;
        Laid {
            number: version.number,
            source: Source { id: version.id.as_str().into(), revision: version.revision, hash: version.hash.into() },
            superseded_by: it.superseded_by.clone(),
            recorded_at: version.recorded_at,
            published: matches!(version.entered, Entered::Source(_)),
            fact: Fact {
                sheet: self.sheet(&it.title, &it.text, it.from()),
                id: version.id,
                agency: it.agency,
                published: it.published,
                valid_from: it.valid_from,
                valid_to: it.valid_to,
                url: it.url,
            },
        }
    }

    /// What the register says of a report that is laid out, with the words of each finding's deciding part.
    #[must_use]
    pub fn examine(
        &self,
        officials: &Officials,
        sheet: &Sheet,
        (title, text): (&str, &str),
        published: Option<DateTime<Utc>>,
    ) -> (Examined, Vec<String>) {
        let checked = officials.checker.check(sheet, published);
        let mut found: Vec<Found> =
            checked.findings.into_iter().filter_map(|finding| officials.found(sheet, published, finding)).collect();
        found.sort_by_key(|found| std::cmp::Reverse(found.level));
        let claimed = found.iter().map(|found| {
            let field = match found.claim.field {
                crate::domain::Field::Title => title,
                crate::domain::Field::Text => text,
            };
            found.claim.part.of(field).unwrap_or_default().to_owned()
        });
        let claimed = claimed.collect();
        let (dictionaries, rules) = (self.version().to_owned(), check::rules().to_owned());
        (Examined { register: officials.number, dictionaries, rules, found }, claimed)
    }

    /// Other agencies' statements that disagree with one that the register holds.
    #[must_use]
    pub fn disputes(&self, officials: &Officials, version: &FactVersion) -> Vec<Dispute> {
        let it = &version.statement;
        let sheet = self.sheet(&it.title, &it.text, it.from());
        let Some(own) = officials.latest(&version.id) else { return Vec::new() };
        let others = officials.checker.without(own);
        let alerts = others
            .check(&sheet, it.from())
            .findings
            .into_iter()
            .filter(|finding| finding.verdict.alerts() && check::level(&sheet, finding) > Level::None);
        let mut disputes: Vec<Dispute> = Vec::new();
        for finding in alerts {
            let Some(key) = finding.fact.and_then(|fact| fact.id) else { continue };
            let Some(Source { id, hash, .. }) = officials.texts.get(&key) else { continue };
            let is_others = others.register().get(&key).is_some_and(|other| other.agency != it.agency);
            if is_others && disputes.iter().all(|known| known.other.0 != **id) {
                let other = (id.to_string(), hash.to_string());
                disputes.push(Dispute { other, why: finding.why, score: finding.score });
            }
        }
        disputes
    }
}

impl Officials {
    /// The number of the last version it holds.
    #[must_use]
    pub fn number(&self) -> i64 {
        self.number
    }

    /// How many statements it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.statements
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.statements == 0
    }

    /// The same with further versions, in the order of their numbers. What a source published before it changed stays, up to
    /// the change: reports of before were written from it. What a person puts right takes the place of what was wrong.
    #[must_use]
    pub fn with(&self, laid: Vec<Laid>) -> Self {
        let mut next = self.clone();
        next.number = laid.iter().map(|it| it.number).fold(self.number, i64::max);
        let is_told_apart = laid.len() <= TOLD_APART;
        let mut changes = Vec::clone(&self.changes);
        let mut batch = Batch::default();
        for Laid { number, source, superseded_by, recorded_at, published, mut fact } in laid {
            let known = batch.latest.get(&source.id).cloned().or_else(|| self.latest(&source.id).map(Arc::from));
            let before = known.as_ref().and_then(|key| batch.fact(self, key));
            if known.is_none() {
                next.statements += 1;
            }
            let known = known.unwrap_or_else(|| Arc::clone(&source.id));
            if is_told_apart {
                let both = before.iter().cloned().chain([fact.clone()]);
                changes.push((number, self.blank.register().with(both.collect())));
            }
            let is_other = batch.texts.get(&known).or(self.texts.get(&known)).is_some_and(|it| it.hash != source.hash);
            let key = if published && is_other {
                format!("{}@{}", source.id, source.revision).into()
            } else {
                Arc::clone(&known)
            };
            if let (true, Some(before)) = (key != known, before) {
                fact.valid_from = Some(fact.valid_from.map_or(recorded_at, |from| from.max(recorded_at)));
                let until = recorded_at - TimeDelta::microseconds(1);
                batch.falls(self, &key, &before);
                let ended = Fact { valid_to: Some(before.valid_to.map_or(until, |to| to.min(until))), ..before };
                batch.held.insert(known.to_string(), ended);
            }
            if let Some(by) = superseded_by {
                batch.falls(self, &by.into(), &fact);
            }
            batch.latest.insert(Arc::clone(&source.id), Arc::clone(&key));
            batch.held.insert(key.to_string(), Fact { id: key.to_string(), ..fact });
            batch.texts.insert(key, source);
        }
        if !is_told_apart {
            changes.clear();
            next.settled = next.number;
        }
        let over = changes.len().saturating_sub(TOLD_APART);
        next.settled = changes.drain(..over).map(|(number, _)| number).fold(next.settled, i64::max);
        next.changes = Arc::new(changes);
        batch.latest.retain(|id, key| id != key);
        next.checker = Arc::new(self.checker.with(batch.held.into_values().collect()));
        next.texts = self.texts.with(batch.texts);
        next.latest = self.latest.with(batch.latest);
        next.former = self.former.with(batch.former);
        next.past = self.past.with(batch.past);
        next
    }

    /// The key of a statement's latest text.
    fn latest(&self, id: &str) -> Option<&str> {
        let own = || self.texts.get(id).map(|source| &*source.id).filter(|own| *own == id);
        self.latest.get(id).map(|key| &**key).or_else(own)
    }

    /// Whether anything that changed after the version numbered `since` shares a telling word with a report. What does not
    /// can neither speak for it nor against it.
    #[must_use]
    pub fn concern(&self, sheet: &Sheet, since: i64) -> bool {
        let changed = self.changes.iter().filter(|(number, _)| *number > since);
        since < self.settled || changed.into_iter().any(|(_, register)| register.speaks_of(sheet))
    }

    /// The same, with what people made of alerts.
    #[must_use]
    pub fn doubting(&self, doubts: Doubts) -> Self {
        Self { doubts: Arc::new(doubts), ..self.clone() }
    }

    fn found(&self, sheet: &Sheet, at: Option<DateTime<Utc>>, mut finding: check::Finding) -> Option<Found> {
        let fact = match finding.fact.take() {
            Some(quoted) => {
                let key = quoted.id.as_ref()?;
                let Source { id, revision, hash } = self.texts.get(key)?.clone();
                if finding.verdict == Verdict::Contradicted && self.was_so(sheet, at, &finding, [key, &id]) {
                    finding.verdict = Verdict::Outdated;
                    finding.why.push_str("報導所引與更新前公布的內容相符，為舊資料。");
                }
                Some(FactQuote { id: id.to_string(), revision, hash: hash.into(), quote: quote(&quoted) })
            }
            None => None,
        };
        let mut level = Level::None;
        if finding.verdict.alerts() {
            let pattern = fact.as_ref().map(|fact| (fact.id.clone(), finding.kind, finding.verdict));
            let doubts = pattern.and_then(|pattern| self.doubts.get(&pattern)).copied().unwrap_or_default();
            finding.score = check::tempered(finding.score, doubts);
            level = check::level(sheet, &finding);
        }
        let claim = quote(&finding.claim);
        let check::Finding { verdict, kind, score, why, .. } = finding;
        Some(Found { verdict, kind, level, score, claim, fact, why })
    }
}

impl Officials {
    /// Whether what a report says against a statement was so before that statement took another one's place: the former one
    /// speaks of the same matter and says nothing else.
    fn was_so(&self, sheet: &Sheet, at: Option<DateTime<Utc>>, finding: &check::Finding, keys: [&str; 2]) -> bool {
        let former = keys.into_iter().filter_map(|key| self.former.get(key)).flatten();
        former.filter_map(|id| self.past.get(id)).any(|former| {
            let alone = self.blank.with(vec![Fact::clone(&former)]);
            alone.register().speaks_of(sheet)
                && alone.check(sheet, at).findings.iter().all(|other| {
                    let is_same =
                        other.claim.field == finding.claim.field && other.claim.span.overlaps(finding.claim.part);
                    !(is_same && other.verdict.alerts())
                })
        })
    }
}

/// What versions that come together change.
#[derive(Default)]
struct Batch {
    held: BTreeMap<String, Fact>,
    texts: BTreeMap<Arc<str>, Source>,
    latest: BTreeMap<Arc<str>, Arc<str>>,
    former: BTreeMap<Arc<str>, Vec<String>>,
    past: Vec<Fact>,
}

impl Batch {
    /// The text of a key as it is by now.
    fn fact(&self, officials: &Officials, key: &str) -> Option<Fact> {
        let held = || officials.checker.register().get(key).map(|it| Fact::clone(&it));
        self.held.get(key).cloned().or_else(held)
    }

    /// Notes that what a statement says was so until what `key` names took its place.
    fn falls(&mut self, officials: &Officials, key: &Arc<str>, fact: &Fact) {
        let id = (officials.past.len() + self.past.len()).to_string();
        let known = || officials.former.get(key).cloned().unwrap_or_default();
        self.former.entry(Arc::clone(key)).or_insert_with(known).push(id.clone());
        self.past.push(Fact { id, valid_to: None, ..fact.clone() });
    }
}

fn quote(quoted: &Quoted) -> Quote {
    Quote { field: quoted.field, span: quoted.span, part: quoted.part }
}

/// What tells reports apart by their words alone: whoever prints them, and wherever lines are broken. One character that
/// differs may be the whole error, so nothing else is left out.
#[must_use]
pub fn wording(title: &str, text: &str) -> String {
    let body = story::strip(text).body;
    let words: String = title.chars().chain(['\n']).chain(body.chars().filter(|c| !c.is_whitespace())).collect();
    sha256_hex(words.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_credit_and_line_breaks_are_no_words() {
        let text = "水利局表示，經費2.5億元，8月完工。";
        let same = wording("下水道", text);
        assert_eq!(wording("下水道", "（港邊社記者王小明高雄17日電）水利局表示，\n經費2.5億元，8月完工。"), same);
        assert_ne!(wording("下水道", "水利局表示，經費25億元，8月完工。"), same);
        assert_ne!(wording("下水道延宕", text), same);
    }
}
