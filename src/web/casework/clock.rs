//! When the goals of a case are due, and whether they were reached.

use chrono::{DateTime, Utc};

use super::act::Undone;
use crate::{
    domain::{Case, ClockStatus, Due},
    store::ClosureRow,
    web::{Desk, moment},
    workflow::{deadline, notice},
};

/// A goal of a case with how its clock stands.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::web) struct Clock {
    /// When it is due, and why.
    pub due: Due,
    /// When it was reached.
    pub reached: Option<DateTime<Utc>>,
}

/// A clock as a page shows it.
#[derive(Debug)]
pub(in crate::web) struct ClockRow {
    pub goal: &'static str,
    /// How it stands: a class of the state's look, a shape, and words.
    pub class: &'static str,
    pub shape: &'static str,
    pub words: String,
    /// When it is due.
    pub clock: String,
    pub iso: String,
    /// When it was reached.
    pub reached: Option<(String, String)>,
    /// How the due time was found.
    pub why: Vec<String>,
}

impl Clock {
    /// How it stands at `now`; none once it was reached.
    pub fn status(&self, now: DateTime<Utc>) -> Option<ClockStatus> {
        self.reached.is_none().then(|| deadline::status(&self.due, now))
    }

    /// As a page shows it.
    pub fn row(&self, now: DateTime<Utc>) -> ClockRow {
        let (class, shape, words) = match (self.reached, self.status(now)) {
            (Some(at), _) if at > self.due.at => {
                ("failing", "■", format!("逾時 {} 完成", notice::span(at - self.due.at)))
            }
            (Some(_), _) | (None, None) => ("well", "●", "如期完成".to_owned()),
            (None, Some(ClockStatus::Overdue(by))) => ("failing", "■", format!("逾時 {}", notice::span(by))),
            (None, Some(ClockStatus::Near(left))) => ("silent", "◆", format!("即將到期，剩 {}", notice::span(left))),
            (None, Some(ClockStatus::HalfPassed(left))) => ("silent", "◇", format!("剩 {}", notice::span(left))),
            (None, Some(ClockStatus::Running(left))) => ("", "○", format!("剩 {}", notice::span(left))),
        };
        ClockRow {
            goal: self.due.goal.words(),
            class,
            shape,
            words,
            clock: moment::clock(self.due.at, now),
            iso: moment::iso(self.due.at),
            reached: self.reached.map(|at| (moment::clock(at, now), moment::iso(at))),
            why: self.due.why.clone(),
        }
    }
}

impl Desk {
    /// The goals of a case.
    pub(in crate::web) async fn dues(&self, case: &Case) -> Result<Vec<Clock>, Undone> {
        let closures = self.console.store.closures().await?;
        Ok(self.clocks(case, &closures))
    }

    /// The goals of a case, with the suspensions known already.
    pub(in crate::web) fn clocks(&self, case: &Case, closures: &[ClosureRow]) -> Vec<Clock> {
        let closures: Vec<_> = closures.iter().map(|row| row.closure.clone()).collect();
        let dues = deadline::of_case(&self.console.city, &closures, case);
        dues.into_iter().map(|due| Clock { reached: deadline::reached(case, due.goal), due }).collect()
    }
}
