//! What official statements say of a report's claims, and what a person makes of it.

use chrono::{DateTime, Utc};

use super::{ClaimKind, Field, Span, UserName};

/// What came out for one claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// 與公布內容不符
    Contradicted,
    /// 所引為舊資料
    Outdated,
    /// 市府已說明並無此事
    Denied,
    /// 與公布內容相符
    Supported,
    /// 查無可比對之公布內容
    NotFound,
    /// 意見或評論
    Opinion,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 6] =
        [Self::Contradicted, Self::Outdated, Self::Denied, Self::Supported, Self::NotFound, Self::Opinion];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Contradicted => "contradicted",
            Self::Outdated => "outdated",
            Self::Denied => "denied",
            Self::Supported => "supported",
            Self::NotFound => "not_found",
            Self::Opinion => "opinion",
        }
    }

    /// The verdict of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// Whether it calls for an alert.
    #[must_use]
    pub fn alerts(self) -> bool {
        matches!(self, Self::Contradicted | Self::Outdated | Self::Denied)
    }
}

/// The level of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// No alert.
    None,
    /// 一般
    B,
    /// 重大
    A,
}

/// From this score a finding is sure enough for the highest level. Set by cross-validation on the training pairs and the
/// development half of `tests/golden/misreports.jsonl`, for a precision of .97.
pub const SURE: f64 = 0.9;

impl Level {
    /// All levels.
    pub const ALL: [Self; 3] = [Self::None, Self::B, Self::A];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::B => "B",
            Self::A => "A",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// Whether a report is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// Nothing alerts, or it was settled.
    None,
    /// A person confirmed an alert, and no other one is open.
    Confirmed,
    /// An alert is open; the most urgent one's level.
    Open(Level),
}

/// What a person found out about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// 確為誤報
    Misreport,
    /// 市府資料有誤
    CityWrong,
    /// 比對有誤: the two sentences do not disagree, or not on the same thing.
    Mismatch,
    /// 無法判斷
    Unclear,
}

impl Outcome {
    /// All outcomes.
    pub const ALL: [Self; 4] = [Self::Misreport, Self::CityWrong, Self::Mismatch, Self::Unclear];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Misreport => "misreport",
            Self::CityWrong => "city_wrong",
            Self::Mismatch => "mismatch",
            Self::Unclear => "unclear",
        }
    }

    /// The outcome of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

/// Words of a document: bytes of a field as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// The field.
    pub field: Field,
    /// The whole clause.
    pub span: Span,
    /// The part that decides.
    pub part: Span,
}

/// Words of one version of an official statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactQuote {
    /// The statement.
    pub id: String,
    /// Its version.
    pub revision: u32,
    /// The hash of that version's title and text.
    pub hash: String,
    /// The words.
    pub quote: Quote,
}

/// What was found of one claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What came out.
    pub verdict: Verdict,
    /// What sort of claim.
    pub kind: ClaimKind,
    /// How urgent it is.
    pub level: Level,
    /// How sure it is, 0 to 1.
    pub score: f64,
    /// The claim, in the report.
    pub claim: Quote,
    /// The official statement.
    pub fact: Option<FactQuote>,
    /// Why, in a sentence.
    pub why: String,
}

/// A report that was held against the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// The number of the last version of a statement that the register held.
    pub register: i64,
    /// The dictionaries that read both sides.
    pub dictionaries: String,
    /// The rules and weights that compared them.
    pub rules: String,
    /// What was found, the strongest first.
    pub found: Vec<Found>,
}

impl Examined {
    /// The level of the strongest alert.
    #[must_use]
    pub fn level(&self) -> Level {
        self.found.iter().map(|found| found.level).max().unwrap_or(Level::None)
    }

    /// What came out for the report as a whole: of what alerts, the strongest; else whether anything supports it; else what
    /// came first.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let alert = self.found.iter().find(|found| found.level > Level::None);
        let supported = || self.found.iter().find(|found| found.verdict == Verdict::Supported);
        alert.or_else(supported).or(self.found.first()).map(|found| found.verdict)
    }
}

/// What a person made of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What they found out.
    pub outcome: Outcome,
    /// Who.
    pub by: UserName,
    /// When.
    pub at: DateTime<Utc>,
    /// In their words.
    pub note: Option<String>,
}

/// A finding as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its key.
    pub id: String,
    /// The report.
    pub article_id: String,
    /// The version of the report it quotes.
    pub revision: u32,
    /// What was found.
    pub found: Found,
    /// The dictionaries that read both sides.
    pub dictionaries: String,
    /// The rules and weights that compared them.
    pub rules: String,
    /// When it was found.
    pub found_at: DateTime<Utc>,
    /// What a person made of it.
    pub judged: Option<Judged>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_alerts_speaks_for_the_whole_report() {
        let quote = Quote { field: Field::Text, span: Span::new(0, 3), part: Span::new(0, 3) };
        let found = |verdict, level| Found {
            verdict,
            kind: ClaimKind::Figure,
            level,
            score: 0.9,
            claim: quote,
            fact: None,
            why: String::new(),
        };
        let examined = |found| Examined { register: 1, dictionaries: String::new(), rules: String::new(), found };
        let opinion = found(Verdict::Opinion, Level::None);
        let supported = found(Verdict::Supported, Level::None);
        let denied = found(Verdict::Denied, Level::A);
        let all = examined(vec![opinion.clone(), supported.clone(), denied]);
        assert_eq!((all.verdict(), all.level()), (Some(Verdict::Denied), Level::A));
        let calm = examined(vec![opinion, supported]);
        assert_eq!((calm.verdict(), calm.level()), (Some(Verdict::Supported), Level::None));
        assert_eq!(examined(Vec::new()).verdict(), None);
    }

    #[test]
    fn every_name_leads_back() {
        assert!(Verdict::ALL.iter().all(|it| Verdict::from_name(it.name()) == Some(*it)));
        assert!(Level::ALL.iter().all(|it| Level::from_name(it.name()) == Some(*it)));
        assert!(Outcome::ALL.iter().all(|it| Outcome::from_name(it.name()) == Some(*it)));
    }
}
