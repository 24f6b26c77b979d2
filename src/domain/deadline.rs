//! What a case is timed by: the goals of each level, their rules, and what came of them for a case. The rules are read from
//! `dictionaries/casework/deadlines.toml`; what is due when is computed in `workflow`.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};

use super::{CaseLevel, OfficeHours};

/// What has to be reached by a due time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// 簽收
    Acknowledge,
    /// 查證與預擬回應
    Plan,
    /// 發布回應
    Publish,
    /// 函復
    Answer,
}

impl Goal {
    /// All goals, in the order in which they are reached.
    pub const ALL: [Self; 4] = [Self::Acknowledge, Self::Plan, Self::Publish, Self::Answer];

    /// The name in JSON, files and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Plan => "plan",
            Self::Publish => "publish",
            Self::Answer => "answer",
        }
    }

    /// The goal of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|goal| goal.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Acknowledge => "簽收",
            Self::Plan => "查證與預擬回應",
            Self::Publish => "發布回應",
            Self::Answer => "函復",
        }
    }
}

/// How a due time follows from the moment a matter was known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// So many minutes by the clock, day and night, on all days.
    Elapsed {
        /// Minutes.
        minutes: u16,
    },
    /// So many minutes of office hours, but not past a time of day.
    Working {
        /// Minutes of office hours.
        minutes: u16,
        /// The latest time of the same day.
        cap: NaiveTime,
        /// From this time on it counts as known on the next working day.
        late_from: NaiveTime,
        /// The latest time of that next working day.
        late_cap: NaiveTime,
    },
    /// So many working days, the first of them the one after it was known.
    Days {
        /// Working days.
        days: u16,
        /// The time of the last day it is due at.
        until: NaiveTime,
        /// Days of the calendar that it may be extended to, counted alike.
        longest: u16,
    },
}

/// A goal with its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimedGoal {
    /// What has to be reached.
    pub goal: Goal,
    /// By when.
    pub rule: Rule,
    /// Where the rule comes from, in words for people.
    pub basis: String,
}

/// How a level is timed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Which.
    pub level: CaseLevel,
    /// Its goals, in their order.
    pub goals: Vec<TimedGoal>,
}

/// Who is told next when nobody acknowledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EscalationTo {
    /// 承辦人
    Assignee,
    /// 科長
    SectionChief,
    /// 發言人群組
    Spokespersons,
}

impl EscalationTo {
    /// All, from the bottom up.
    pub const ALL: [Self; 3] = [Self::Assignee, Self::SectionChief, Self::Spokespersons];

    /// The name in JSON, files and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assignee => "assignee",
            Self::SectionChief => "section_chief",
            Self::Spokespersons => "spokespersons",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|to| to.name() == name)
    }

    /// What they are called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Assignee => "承辦人",
            Self::SectionChief => "科長",
            Self::Spokespersons => "發言人群組",
        }
    }
}

/// A step of the chain that goes on until somebody acknowledges; that a message was delivered does not end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// Minutes after the first alert.
    pub after_minutes: u16,
    /// Who is told.
    pub to: EscalationTo,
}

/// Hours in which nobody is called for a matter that can wait.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RestHours {
    /// The levels that can wait.
    pub levels: Vec<CaseLevel>,
    /// From when on, in Taipei. Quiet hours that end when they begin are none.
    pub from: NaiveTime,
    /// Until when; on the next day when that is earlier.
    pub until: NaiveTime,
}

/// All that casework is timed by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deadlines {
    /// When offices work.
    pub office: OfficeHours,
    /// One profile a level.
    pub profiles: Vec<Profile>,
    /// The last warning comes so many minutes before a due time.
    pub near_minutes: u16,
    /// When reports are due up the line, every day, ascending.
    pub slots: Vec<NaiveTime>,
    /// When the list of the day is made besides, ascending.
    pub digests: Vec<NaiveTime>,
    /// The chain, in its order.
    pub escalation: Vec<Escalation>,
    /// Quiet hours.
    pub quiet: RestHours,
}

impl Deadlines {
    /// The profile of a level.
    #[must_use]
    pub fn profile(&self, level: CaseLevel) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.level == level)
    }

    /// Every time of day at which the list of the day is made, ascending.
    #[must_use]
    pub fn digest_times(&self) -> Vec<NaiveTime> {
        let mut times: Vec<NaiveTime> = self.slots.iter().chain(&self.digests).copied().collect();
        times.sort_unstable();
        times.dedup();
        times
    }
}

/// A due time, with why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What has to be reached.
    pub goal: Goal,
    /// When the clock began: the city first knew.
    pub known: DateTime<Utc>,
    /// When it is due; reached at this very instant it is on time.
    pub at: DateTime<Utc>,
    /// When half of the time that counts has passed.
    pub half: DateTime<Utc>,
    /// When only the last minutes of it are left.
    pub near: DateTime<Utc>,
    /// How that was found, in sentences for a duty officer.
    pub why: Vec<String>,
}

impl Due {
    /// When people are warned, in order.
    #[must_use]
    pub fn warnings(&self) -> Vec<DateTime<Utc>> {
        let mut warnings = vec![self.half, self.near];
        warnings.sort_unstable();
        warnings.dedup();
        warnings.retain(|at| *at > self.known);
        warnings
    }
}

/// How the clock of a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStatus {
    /// Less than half of the time has passed.
    Running(TimeDelta),
    /// Half of it has; so much is left.
    HalfPassed(TimeDelta),
    /// Only the last minutes are left.
    Near(TimeDelta),
    /// It is past due by so much.
    Overdue(TimeDelta),
}
