//! The figures of a month or a year as JSON.

use serde::Serialize;

use super::time;
use crate::domain::{Satisfaction, Statistics, Stretch, YearReport};

/// The figures of a month or a year. Times are RFC 3339 with Taipei's offset; cases that became known from `from` to before
/// `until` are counted, as they stood at `made_at`.
#[derive(Debug, Clone, Serialize)]
pub struct StatisticsOut<'a> {
    office: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    month: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    from: String,
    until: String,
    made_at: String,
    cases: u64,
    levels: Vec<CountOut<'a>>,
    services: Vec<CountOut<'a>>,
    districts: Vec<CountOut<'a>>,
    /// By the hour, from midnight on.
    hours: &'a [u64],
    /// From Monday on.
    weekdays: &'a [u64],
    served: Vec<CountOut<'a>>,
    goals: Vec<GoalOut>,
    states: Vec<CountOut<'a>>,
    /// Outlets, once a case.
    remedies: Vec<CountOut<'a>>,
    /// None when no answer was imported.
    satisfaction: Option<SatisfactionOut>,
}

/// The figures of a year: the whole, and its twelve months; none for one that had not begun.
#[derive(Debug, Clone, Serialize)]
pub struct YearOut<'a> {
    whole: StatisticsOut<'a>,
    months: Vec<Option<StatisticsOut<'a>>>,
}

#[derive(Debug, Clone, Serialize)]
struct CountOut<'a> {
    /// None where a case has no such thing.
    name: Option<&'a str>,
    count: u64,
}

#[derive(Debug, Clone, Serialize)]
struct GoalOut {
    goal: &'static str,
    on_time: u64,
    late: u64,
    overdue: u64,
    running: u64,
    rate: Option<f64>,
}

#[derive(Debug, Clone, Serialize)]
struct SatisfactionOut {
    answers: u64,
    mean: f64,
    satisfied: f64,
}

impl<'a> From<&'a Statistics> for StatisticsOut<'a> {
    fn from(it: &'a Statistics) -> Self {
        let (month, year) = match it.stretch {
            Stretch::Month(first) => (Some(first.format("%Y-%m").to_string()), None),
            Stretch::Year(first) => (None, Some(first.format("%Y").to_string())),
        };
        let of = |(name, count): &'a (Option<String>, u64)| CountOut { name: name.as_deref(), count: *count };
        let counted = |name: &'static str, count: u64| CountOut { name: Some(name), count };
        Self {
            office: &it.office,
            month,
            year,
            from: time(it.period.from),
            until: time(it.period.until),
            made_at: time(it.made),
            cases: it.cases,
            levels: it.levels.iter().map(|(level, n)| counted(level.name(), *n)).collect(),
            services: it.services.iter().map(of).collect(),
            districts: it.districts.iter().map(of).collect(),
            hours: &it.hours,
            weekdays: &it.weekdays,
            served: it.served.iter().map(|(whom, n)| counted(whom.name(), *n)).collect(),
            goals: it
                .goals
                .iter()
                .map(|goal| GoalOut {
                    goal: goal.goal.name(),
                    on_time: goal.on_time,
                    late: goal.late,
                    overdue: goal.overdue,
                    running: goal.running,
                    rate: goal.rate(),
                })
                .collect(),
            states: it.states.iter().map(|(state, n)| counted(state.name(), *n)).collect(),
            remedies: it.remedies.iter().map(|(remedy, n)| counted(remedy.name(), *n)).collect(),
            satisfaction: it.satisfaction.map(SatisfactionOut::from),
        }
    }
}

impl From<Satisfaction> for SatisfactionOut {
    fn from(it: Satisfaction) -> Self {
        Self { answers: it.answers, mean: it.mean(), satisfied: it.share() }
    }
}

impl<'a> From<&'a YearReport> for YearOut<'a> {
    fn from(report: &'a YearReport) -> Self {
        Self {
            whole: StatisticsOut::from(&report.whole),
            months: report.months.iter().map(|month| month.as_ref().map(StatisticsOut::from)).collect(),
        }
    }
}
