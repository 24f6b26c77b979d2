//! What an office reports of a month: how many cases of which sort, where, when, whether they were answered in time, what
//! came of them and what the outlets did.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CaseLevel, CaseState, Goal, Period, Remedy};

/// How often a goal was reached in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoalCount {
    /// What had to be reached.
    pub goal: Goal,
    /// Reached in time.
    pub on_time: u64,
    /// Reached, and late.
    pub late: u64,
    /// Past due and not reached.
    pub overdue: u64,
    /// Not reached, and not due yet.
    pub running: u64,
}

impl GoalCount {
    /// The share that was in time, 0 to 1, of those that say something already; none where none does.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        let counted = self.on_time + self.late + self.overdue;
        (counted > 0).then(|| self.on_time as f64 / counted as f64)
    }
}

/// The report.
#[derive(Debug, Clone, PartialEq)]
pub struct MonthReport {
    /// The office that makes it.
    pub office: String,
    /// The first day of the month.
    pub month: NaiveDate,
    /// The month: cases that became known in it are counted.
    pub period: Period,
    /// When it was made: cases are counted as they stood then.
    pub made: DateTime<Utc>,
    /// How many cases.
    pub cases: u64,
    /// By how they are timed, the most urgent first.
    pub levels: Vec<(CaseLevel, u64)>,
    /// By the name of the service, the most frequent first; none where there is no service.
    pub services: Vec<(Option<String>, u64)>,
    /// By district, the most frequent first; none where there is no district.
    pub districts: Vec<(Option<String>, u64)>,
    /// By the hour of the day, from midnight on.
    pub hours: Vec<u64>,
    /// By the day of the week, from Monday on.
    pub weekdays: Vec<u64>,
    /// Whether goals were reached in time.
    pub goals: Vec<GoalCount>,
    /// By where they stand.
    pub states: Vec<(CaseState, u64)>,
    /// Outlets by what they did about a wrong claim, once a case.
    pub remedies: Vec<(Remedy, u64)>,
}
