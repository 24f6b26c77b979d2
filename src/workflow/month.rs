//! Counts a month's cases.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Timelike, Utc};

use super::deadline;
use crate::domain::{
    Case, CaseLevel, CaseState, City, Closure, Goal, GoalCount, MonthReport, Period, Remedy, TAIPEI, taipei,
};

/// The month that a day lies in, as Taipei's clocks have it. None at the end of the calendar.
#[must_use]
pub fn period(day: NaiveDate) -> Option<Period> {
    let first = day.with_day(1)?;
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_local_timezone(TAIPEI).single();
    Some(Period { from: at(first)?.to_utc(), until: at(first.checked_add_months(Months::new(1))?)?.to_utc() })
}

/// The report of the cases that became known in a month. `remedies` says of each case how many outlets did what.
#[must_use]
pub fn report(
    (city, closures, office): (&City, &[Closure], &str),
    (month, period): (NaiveDate, Period),
    cases: &[Case],
    remedies: &[BTreeMap<Remedy, usize>],
    made: DateTime<Utc>,
) -> MonthReport {
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let count = |is: &dyn Fn(&Case) -> bool| number(cases.iter().filter(|case| is(case)).count());
    let service = |case: &Case| {
        let id = case.service.as_ref()?;
        Some(city.services.iter().find(|it| it.id == *id).map_or_else(|| id.clone(), |it| it.name.clone()))
    };
    let known = |case: &Case| taipei(case.moments.known);
    MonthReport {
        office: office.to_owned(),
        month,
        period,
        made,
        cases: number(cases.len()),
        levels: CaseLevel::ALL.into_iter().rev().map(|level| (level, count(&|it| it.level == level))).collect(),
        services: by_name(cases.iter().map(service)),
        districts: by_name(cases.iter().map(|case| case.district.clone())),
        hours: (0..24).map(|hour| count(&|it| known(it).hour() == hour)).collect(),
        weekdays: (0..7).map(|day| count(&|it| known(it).weekday().num_days_from_monday() == day)).collect(),
        goals: goals(city, closures, cases, made),
        states: CaseState::ALL.into_iter().map(|state| (state, count(&|it| it.stage.state() == state))).collect(),
        remedies: Remedy::ALL
            .into_iter()
            .rev()
            .map(|remedy| (remedy, number(remedies.iter().filter_map(|it| it.get(&remedy)).sum())))
            .collect(),
    }
}

/// How often each name occurs, the most frequent first, what has none at the end.
fn by_name(names: impl Iterator<Item = Option<String>>) -> Vec<(Option<String>, u64)> {
    let mut counts: BTreeMap<Option<String>, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(name, count)| (name.is_none(), Reverse(*count)));
    counts
}

fn goals(city: &City, closures: &[Closure], cases: &[Case], now: DateTime<Utc>) -> Vec<GoalCount> {
    let clocks: Vec<(Goal, DateTime<Utc>, Option<DateTime<Utc>>)> = cases
        .iter()
        .flat_map(|case| {
            let dues = deadline::of_case(city, closures, case);
            dues.into_iter().map(|due| (due.goal, due.at, deadline::reached(case, due.goal)))
        })
        .collect();
    let of = |goal: Goal| {
        let mine = || clocks.iter().filter(|(it, ..)| *it == goal);
        let kept = deadline::on_time(mine().map(|(_, due, reached)| (*due, *reached)), now);
        let late = mine().filter(|(_, due, reached)| reached.is_some_and(|at| at > *due)).count();
        let late = u64::try_from(late).unwrap_or(u64::MAX);
        let all = u64::try_from(mine().count()).unwrap_or(u64::MAX);
        GoalCount {
            goal,
            on_time: kept.on_time,
            late,
            overdue: kept.counted - kept.on_time - late,
            running: all - kept.counted,
        }
    };
    Goal::ALL.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dictionary::Dictionaries,
        domain::{Moments, Stage},
    };

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-{text}:00+08:00").parse().unwrap()
    }

    fn case(level: CaseLevel, known: &str, answered: Option<&str>, district: Option<&str>) -> Case {
        Case {
            id: known.into(),
            number: 1,
            version: 1,
            level,
            title: "案由".into(),
            story: None,
            district: district.map(str::to_owned),
            service: district.map(|_| "streetlight".into()),
            moments: Moments {
                published: None,
                fetched: at(known),
                acknowledged: None,
                known: at(known),
                planned: None,
                answered: answered.map(at),
            },
            extension: None,
            stage: if answered.is_some() { Stage::Dismissed(None) } else { Stage::ToVerify },
            since: at(known),
        }
    }

    #[test]
    fn a_month_is_that_of_taipei() {
        let day = NaiveDate::from_ymd_opt(2026, 12, 9).unwrap();
        let period = period(day).unwrap();
        assert_eq!(period.from, at("12-01T00:00"));
        assert_eq!(period.until, "2027-01-01T00:00:00+08:00".parse::<DateTime<Utc>>().unwrap());
        assert_eq!(super::period(NaiveDate::MAX), None);
    }

    #[test]
    fn every_case_is_counted_once_in_every_table() {
        let city = Dictionaries::embedded().unwrap();
        let cases = [
            case(CaseLevel::A, "03-17T09:00", Some("03-17T10:00"), Some("鳳山區")),
            case(CaseLevel::A, "03-17T09:30", Some("03-17T15:00"), Some("鳳山區")),
            case(CaseLevel::A, "03-18T23:10", None, None),
            case(CaseLevel::A, "03-31T23:30", None, Some("三民區")),
        ];
        let remedies = [[(Remedy::Corrected, 2)].into(), [(Remedy::Corrected, 1), (Remedy::Unchanged, 1)].into()];
        let month = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let period = period(month).unwrap();
        let made = at("04-01T00:30");
        let report = report((&city, &[], "新聞局"), (month, period), &cases, &remedies, made);
        assert_eq!((report.cases, &report.levels[0]), (4, &(CaseLevel::A, 4)));
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(report.districts, [(name("鳳山區"), 2), (name("三民區"), 1), (None, 1)]);
        assert_eq!(report.services, [(name("路燈"), 3), (None, 1)]);
        assert_eq!((report.hours[9], report.hours[23], report.hours.iter().sum::<u64>()), (2, 2, 4));
        assert_eq!(report.weekdays, [0, 3, 1, 0, 0, 0, 0]);
        let publish = report.goals.iter().find(|it| it.goal == Goal::Publish).copied().unwrap();
        assert_eq!(publish, GoalCount { goal: Goal::Publish, on_time: 1, late: 1, overdue: 1, running: 1 });
        assert_eq!(publish.rate(), Some(1.0 / 3.0));
        assert_eq!(report.goals.last().and_then(|it| it.rate()), None, "no complaint, no share");
        assert_eq!(report.states.iter().map(|(_, count)| count).sum::<u64>(), 4);
        assert!(report.states.contains(&(CaseState::Dismissed, 2)));
        assert_eq!(
            (report.remedies[0], report.remedies.last()),
            ((Remedy::Corrected, 3), Some(&(Remedy::Unchanged, 1)))
        );
    }
}
