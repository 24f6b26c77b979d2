//! A case: one story with something to put straight, on its way from doubt to an answer the public can read.

use std::{collections::BTreeSet, fmt};

use chrono::{DateTime, NaiveDate, Utc};

use super::UserName;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseState {
    /// 待查證
    ToVerify,
    /// 已分派
    Assigned,
    /// 查證中
    Verifying,
    /// 擬稿
    Drafting,
    /// 核稿
    Reviewing,
    /// 已發布
    Published,
    /// 追蹤
    Tracking,
    /// 結案
    Closed,
    /// 不處理
    Dismissed,
    /// 移請權責機關
    Referred,
    /// 更正致歉: the city was wrong, and said so.
    Apologised,
    /// 媒體已更正: the outlet put it right by itself.
    OutletCorrected,
}

impl CaseState {
    /// All states, in the order in which a case passes through them.
    pub const ALL: [Self; 12] = [
        Self::ToVerify,
        Self::Assigned,
        Self::Verifying,
        Self::Drafting,
        Self::Reviewing,
        Self::Published,
        Self::Tracking,
        Self::Closed,
        Self::Dismissed,
        Self::Referred,
        Self::Apologised,
        Self::OutletCorrected,
    ];

    /// The name in JSON, files and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ToVerify => "to_verify",
            Self::Assigned => "assigned",
            Self::Verifying => "verifying",
            Self::Drafting => "drafting",
            Self::Reviewing => "reviewing",
            Self::Published => "published",
            Self::Tracking => "tracking",
            Self::Closed => "closed",
            Self::Dismissed => "dismissed",
            Self::Referred => "referred",
            Self::Apologised => "apologised",
            Self::OutletCorrected => "outlet_corrected",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::ToVerify => "待查證",
            Self::Assigned => "已分派",
            Self::Verifying => "查證中",
            Self::Drafting => "擬稿",
            Self::Reviewing => "核稿",
            Self::Published => "已發布",
            Self::Tracking => "追蹤",
            Self::Closed => "結案",
            Self::Dismissed => "不處理",
            Self::Referred => "移請權責機關",
            Self::Apologised => "更正致歉",
            Self::OutletCorrected => "媒體已更正",
        }
    }

    /// Whether the public still waits for an answer: the clock of publication runs.
    #[must_use]
    pub fn awaits_answer(self) -> bool {
        matches!(self, Self::ToVerify | Self::Assigned | Self::Verifying | Self::Drafting | Self::Reviewing)
    }

    /// Whether an answer went out and its effect is watched.
    #[must_use]
    pub fn is_out(self) -> bool {
        matches!(self, Self::Published | Self::Tracking | Self::Apologised)
    }

    /// Whether new copies of the story still join it.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.awaits_answer() || self.is_out()
    }
}

/// How a case is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseLevel {
    /// 陳情: handed on, timed in working days.
    C,
    /// 一般
    B,
    /// 重大
    A,
}

impl CaseLevel {
    /// All levels, the least urgent first.
    pub const ALL: [Self; 3] = [Self::C, Self::B, Self::A];

    /// The name in JSON, files and the database; also that of its deadline profile.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::A => "重大",
            Self::B => "一般",
            Self::C => "陳情",
        }
    }
}

/// What the city says in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// 澄清說明: the report was wrong.
    Clarification,
    /// 更正致歉: the city was wrong. Such a case never accuses a report.
    Apology,
}

impl Answer {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Clarification, Self::Apology];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clarification => "clarification",
            Self::Apology => "apology",
        }
    }

    /// The answer of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Clarification => "澄清說明",
            Self::Apology => "更正致歉",
        }
    }
}

/// The agency in charge of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// By its full official name.
    pub agency: String,
    /// The unit below it.
    pub unit: Option<String>,
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.agency)?;
        self.unit.as_deref().map_or(Ok(()), |unit| f.write_str(unit))
    }
}

/// Consent to a text, bound to its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: UserName,
    /// When.
    pub at: DateTime<Utc>,
}

/// A text that two people have to consent to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Which revision of the draft.
    pub revision: u32,
    /// The hash of its text.
    pub hash: String,
    /// Who submitted it, and stands behind every word of it.
    pub by: UserName,
    /// Who submitted it, and everybody who wrote any revision of it.
    pub drafters: BTreeSet<UserName>,
    /// 核稿
    pub reviewed: Option<Approval>,
    /// 核定
    pub approved: Option<Approval>,
}

/// A text that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Which revision of the draft.
    pub revision: u32,
    /// The hash of its text.
    pub hash: String,
    /// Whether it was a clarification or an apology.
    pub answer: Answer,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a case stands, with what belongs to that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// 待查證
    ToVerify,
    /// 已分派
    Assigned(Assignment),
    /// 查證中
    Verifying(Assignment),
    /// 擬稿
    Drafting(Assignment, Answer),
    /// 核稿
    Reviewing(Assignment, Answer, Submitted),
    /// 已發布
    Published(Assignment, Issued),
    /// 追蹤
    Tracking(Assignment, Issued),
    /// 更正致歉
    Apologised(Assignment, Issued),
    /// 結案, with what went out, if anything did
    Closed(Option<Assignment>, Option<Issued>),
    /// 不處理
    Dismissed(Option<Assignment>),
    /// 移請權責機關, to a body outside
    Referred(String),
    /// 媒體已更正
    OutletCorrected(Option<Assignment>),
}

impl Stage {
    /// The state by itself.
    #[must_use]
    pub fn state(&self) -> CaseState {
        match self {
            Self::ToVerify => CaseState::ToVerify,
            Self::Assigned(_) => CaseState::Assigned,
            Self::Verifying(_) => CaseState::Verifying,
            Self::Drafting(..) => CaseState::Drafting,
            Self::Reviewing(..) => CaseState::Reviewing,
            Self::Published(..) => CaseState::Published,
            Self::Tracking(..) => CaseState::Tracking,
            Self::Apologised(..) => CaseState::Apologised,
            Self::Closed(..) => CaseState::Closed,
            Self::Dismissed(_) => CaseState::Dismissed,
            Self::Referred(_) => CaseState::Referred,
            Self::OutletCorrected(_) => CaseState::OutletCorrected,
        }
    }

    /// The agency in charge.
    #[must_use]
    pub fn assignment(&self) -> Option<&Assignment> {
        match self {
            Self::ToVerify | Self::Referred(_) => None,
            Self::Assigned(it)
            | Self::Verifying(it)
            | Self::Drafting(it, _)
            | Self::Reviewing(it, ..)
            | Self::Published(it, _)
            | Self::Tracking(it, _)
            | Self::Apologised(it, _) => Some(it),
            Self::Closed(it, _) | Self::Dismissed(it) | Self::OutletCorrected(it) => it.as_ref(),
        }
    }

    /// What went out.
    #[must_use]
    pub fn issued(&self) -> Option<&Issued> {
        match self {
            Self::Published(_, it) | Self::Tracking(_, it) | Self::Apologised(_, it) => Some(it),
            Self::Closed(_, it) => it.as_ref(),
            _ => None,
        }
    }
}

/// When a matter became known, each moment kept for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moments {
    /// When the first report appeared, by what it says itself.
    pub published: Option<DateTime<Utc>>,
    /// When the first report was fetched, or the matter was entered by hand.
    pub fetched: DateTime<Utc>,
    /// When a person first saw to it.
    pub acknowledged: Option<DateTime<Utc>>,
    /// When the city first knew, from which the clock runs: the alert or the person, whichever came first.
    pub known: DateTime<Utc>,
    /// When it was verified and an answer was begun.
    pub planned: Option<DateTime<Utc>>,
    /// When it was answered, or turned out to need no answer.
    pub answered: Option<DateTime<Utc>>,
}

/// A further time for a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The day on which it is due now.
    pub to: NaiveDate,
    /// Why, which the person who complained is told as well.
    pub reason: String,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its key.
    pub id: String,
    /// The number people call it by; grows from 1.
    pub number: i64,
    /// Grows with every change: who writes says which one they saw.
    pub version: i64,
    /// How it is timed.
    pub level: CaseLevel,
    /// What it is about, in a line.
    pub title: String,
    /// The story it was opened for; none for one that was entered by hand.
    pub story: Option<String>,
    /// The district.
    pub district: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// When it became known.
    pub moments: Moments,
    /// The further time it was given.
    pub extension: Option<Extension>,
    /// Where it stands.
    pub stage: Stage,
    /// Since when it stands there.
    pub since: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        assert!(CaseState::ALL.iter().all(|it| CaseState::from_name(it.name()) == Some(*it)));
        assert!(CaseLevel::ALL.iter().all(|it| CaseLevel::from_name(it.name()) == Some(*it)));
        assert!(Answer::ALL.iter().all(|it| Answer::from_name(it.name()) == Some(*it)));
    }

    #[test]
    fn a_case_that_is_out_is_open_and_waits_for_no_answer() {
        for state in CaseState::ALL {
            assert!(!(state.awaits_answer() && state.is_out()), "{state:?}");
        }
        assert!(CaseState::Tracking.is_open() && !CaseState::Tracking.awaits_answer());
        assert!(!CaseState::OutletCorrected.is_open() && !CaseState::Closed.is_open());
    }
}
