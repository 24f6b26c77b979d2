//! Goals that were missed, and which of them nobody explained yet.

use chrono::{DateTime, Utc};

use super::reached;
use crate::domain::{Case, Due, Goal, OverdueNotice};

/// The goals that are past due and not reached.
#[must_use]
pub fn missed(case: &Case, dues: &[Due], now: DateTime<Utc>) -> Vec<Goal> {
    let is_missed = |due: &&Due| now > due.at && reached(case, due.goal).is_none();
    dues.iter().filter(is_missed).map(|due| due.goal).collect()
}

/// Those of them of which nobody said yet why.
#[must_use]
pub fn unexplained(case: &Case, dues: &[Due], notices: &[OverdueNotice], now: DateTime<Utc>) -> Vec<Goal> {
    let mut goals = missed(case, dues, now);
    goals.retain(|goal| !notices.iter().any(|notice| notice.goals.contains(goal)));
    goals
}

/// The notice whose time has come without what it promised: the latest of a case, once its goals are still not all
/// reached at the time it gave.
#[must_use]
pub fn broken<'n>(case: &Case, notices: &'n [OverdueNotice], now: DateTime<Utc>) -> Option<&'n OverdueNotice> {
    let last = notices.iter().max_by_key(|notice| notice.at)?;
    let open = last.goals.iter().any(|goal| reached(case, *goal).is_none());
    (open && now >= last.expected && case.stage.state().awaits_answer()).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CaseLevel, Moments, Stage, UserName};

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-03-17T{text}:00+08:00").parse().unwrap()
    }

    fn case(acknowledged: Option<&str>) -> Case {
        Case {
            id: "c".into(),
            number: 1,
            version: 1,
            level: CaseLevel::A,
            title: "案由".into(),
            story: None,
            district: None,
            service: None,
            moments: Moments {
                published: None,
                fetched: at("08:00"),
                acknowledged: acknowledged.map(at),
                known: at("08:00"),
                planned: None,
                answered: None,
            },
            extension: None,
            stage: Stage::ToVerify,
            since: at("08:00"),
        }
    }

    fn due(goal: Goal, time: &str) -> Due {
        Due { goal, known: at("08:00"), at: at(time), half: at(time), near: at(time), why: Vec::new() }
    }

    fn notice(goals: &[Goal], written: &str, expected: &str) -> OverdueNotice {
        OverdueNotice {
            id: written.into(),
            goals: goals.to_vec(),
            reason: "查證中".into(),
            progress: "已函詢".into(),
            expected: at(expected),
            by: UserName::parse("chen").unwrap(),
            at: at(written),
        }
    }

    #[test]
    fn only_goals_that_were_missed_need_a_word_and_each_only_once() {
        let dues = [due(Goal::Acknowledge, "08:30"), due(Goal::Plan, "09:00"), due(Goal::Publish, "10:00")];
        let open = |case: &Case, notices: &[OverdueNotice], now: &str| unexplained(case, &dues, notices, at(now));
        assert_eq!(open(&case(None), &[], "08:30"), [], "at the very moment it is on time");
        assert_eq!(open(&case(None), &[], "09:01"), [Goal::Acknowledge, Goal::Plan]);
        assert_eq!(open(&case(Some("08:20")), &[], "09:01"), [Goal::Plan]);
        let said = [notice(&[Goal::Acknowledge, Goal::Plan], "09:02", "09:30")];
        assert_eq!(open(&case(None), &said, "09:10"), []);
        assert_eq!(open(&case(None), &said, "10:01"), [Goal::Publish], "what is missed later needs its own");
    }

    #[test]
    fn a_promise_is_broken_when_its_time_comes_and_the_latest_one_counts() {
        let said = [notice(&[Goal::Publish], "10:01", "11:00"), notice(&[Goal::Publish], "10:30", "12:00")];
        assert_eq!(broken(&case(None), &said, at("11:30")), None, "a later one stands in its place");
        assert_eq!(broken(&case(None), &said, at("12:00")).map(|it| it.id.as_str()), Some("10:30"));
        let mut done = case(None);
        done.moments.answered = Some(at("11:50"));
        done.stage = Stage::Dismissed(None);
        assert_eq!(broken(&done, &said, at("12:30")), None);
    }
}
