//! The register of official statements in memory, and what it says of a report in the words the store keeps.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use rayon::prelude::*;

use super::Analyzer;
use crate::{
    check::{self, Checker, Fact, Quoted, Register},
    claims::Sheet,
    domain::{ClaimKind, Examined, FactQuote, FactVersion, Found, Level, Quote, Verdict, sha256_hex},
    story,
};

/// Changes of the register that are told apart when reports are checked again.
const TOLD_APART: usize = 64;

/// What people made of alerts: by statement, sort of claim and what had come out, how many more turned out to be none than
/// were confirmed.
pub type Doubts = BTreeMap<(String, ClaimKind, Verdict), u32>;

/// A version of a statement, laid out for comparing.
#[derive(Debug)]
pub struct Laid {
    number: i64,
    revision: u32,
    hash: String,
    fact: Fact,
}

/// The register as it was at one moment. Cheap to clone; a later one shares with it what did not change.
#[derive(Debug, Clone)]
pub struct Officials {
    checker: Arc<Checker>,
    /// Of each statement the version and its hash.
    versions: Arc<HashMap<String, (u32, String)>>,
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
        Officials {
            checker: Arc::new(self.checker(Register::default())),
            versions: Arc::default(),
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
            revision: version.revision,
            hash: version.hash,
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
            checked.findings.into_iter().filter_map(|finding| officials.found(sheet, finding)).collect();
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
        let others = officials.checker.without(&version.id);
        let alerts = others
            .check(&sheet, it.from())
            .findings
            .into_iter()
            .filter(|finding| finding.verdict.alerts() && check::level(&sheet, finding) > Level::None);
        let mut disputes: Vec<Dispute> = Vec::new();
        for finding in alerts {
            let Some(id) = finding.fact.and_then(|fact| fact.id) else { continue };
            let Some((_, hash)) = officials.versions.get(&id) else { continue };
            let is_others = others.register().get(&id).is_some_and(|other| other.agency != it.agency);
            if is_others && disputes.iter().all(|known| known.other.0 != id) {
                disputes.push(Dispute { other: (id, hash.clone()), why: finding.why, score: finding.score });
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
        self.versions.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// The same with further versions, in the order of their numbers.
    #[must_use]
    pub fn with(&self, laid: Vec<Laid>) -> Self {
        let mut versions = HashMap::clone(&self.versions);
        let number = laid.iter().map(|it| it.number).fold(self.number, i64::max);
        let (mut changes, mut settled) = (Vec::clone(&self.changes), self.settled);
        if laid.len() > TOLD_APART {
            changes.clear();
            settled = number;
        } else {
            changes.extend(laid.iter().map(|it| {
                let before = self.checker.register().get(&it.fact.id).cloned();
                (it.number, Register::new(before.into_iter().chain([it.fact.clone()]).collect()))
            }));
            let over = changes.len().saturating_sub(TOLD_APART);
            settled = changes.drain(..over).map(|(number, _)| number).fold(settled, i64::max);
        }
        let facts = laid.into_iter().map(|it| {
            versions.insert(it.fact.id.clone(), (it.revision, it.hash));
            it.fact
        });
        let checker = Arc::new(self.checker.with(facts.collect()));
        Self {
            checker,
            versions: Arc::new(versions),
            number,
            doubts: Arc::clone(&self.doubts),
            changes: Arc::new(changes),
            settled,
        }
    }

    /// Whether anything that changed after the version numbered `since` shares a telling word with a report. What does not
    /// can neither speak for it nor against it.
    #[must_use]
    pub fn concern(&self, sheet: &Sheet, since: i64) -> bool {
        let changed = self.changes.iter().filter(|(number, _)| *number > since);
        since < self.settled || changed.into_iter().any(|(_, register)| !register.find(sheet).is_empty())
    }

    /// The same, with what people made of alerts.
    #[must_use]
    pub fn doubting(&self, doubts: Doubts) -> Self {
        Self { doubts: Arc::new(doubts), ..self.clone() }
    }

    fn found(&self, sheet: &Sheet, mut finding: check::Finding) -> Option<Found> {
        let fact = match finding.fact.take() {
            Some(quoted) => {
                let id = quoted.id.clone()?;
                let (revision, hash) = self.versions.get(&id)?;
                Some(FactQuote { id, revision: *revision, hash: hash.clone(), quote: quote(&quoted) })
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
