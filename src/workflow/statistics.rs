//! Counts the cases of a month and of a year.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, Timelike, Utc};

use super::deadline;
use crate::domain::{
    Case, CaseLevel, CaseState, City, Closure, Goal, GoalCount, Period, Remedy, Satisfaction, Score, Served,
    Statistics, Stretch, TAIPEI, YearReport, taipei,
};

/// A case with what is counted beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The case.
    pub case: Case,
    /// The sort of outlet of its first report.
    pub sort: Option<String>,
    /// How many outlets did what about it.
    pub remedies: BTreeMap<Remedy, usize>,
}

/// What figures are made with.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// Names of services, deadlines and the calendar.
    pub city: &'a City,
    /// When work was suspended.
    pub closures: &'a [Closure],
    /// The office that makes them.
    pub office: &'a str,
    /// Now.
    pub made: DateTime<Utc>,
}

/// The month that a day lies in.
#[must_use]
pub fn month_of(day: NaiveDate) -> Option<Stretch> {
    day.with_day(1).map(Stretch::Month)
}

/// The year that a day lies in.
#[must_use]
pub fn year_of(day: NaiveDate) -> Option<Stretch> {
    day.with_ordinal(1).map(Stretch::Year)
}

/// From when until when it lasts, as Taipei's clocks have it. None at the end of the calendar.
#[must_use]
pub fn period(stretch: Stretch) -> Option<Period> {
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_local_timezone(TAIPEI).single();
    let months = match stretch {
        Stretch::Month(_) => 1,
        Stretch::Year(_) => 12,
    };
    let end = stretch.first().checked_add_months(Months::new(months))?;
    Some(Period { from: at(stretch.first())?.to_utc(), until: at(end)?.to_utc() })
}

/// From the beginning of one day to the end of another, as Taipei's clocks have it. None at the end of the calendar.
#[must_use]
pub fn days(from: NaiveDate, to: NaiveDate) -> Option<Period> {
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_local_timezone(TAIPEI).single();
    Some(Period { from: at(from)?.to_utc(), until: at(to.succ_opt()?)?.to_utc() })
}

/// The figures of the cases that became known in a stretch of time; others are left out. `answers` are those of surveys,
/// with the days on which they were given.
#[must_use]
pub fn statistics(
    with: &Making<'_>,
    stretch: Stretch,
    cases: &[Counted],
    answers: &[(NaiveDate, Score)],
) -> Option<Statistics> {
    let period = period(stretch)?;
    let cases: Vec<&Counted> =
        cases.iter().filter(|it| (period.from..period.until).contains(&it.case.moments.known)).collect();
    let (first, last) = (stretch.first(), taipei(period.until).date_naive());
    let asked = answers.iter().filter(|(day, _)| (first..last).contains(day)).map(|(_, score)| *score);
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let count = |is: &dyn Fn(&Counted) -> bool| number(cases.iter().filter(|counted| is(counted)).count());
    let service = |counted: &&Counted| {
        let id = counted.case.service.as_ref()?;
        let known = with.city.services.iter().find(|it| it.id == *id);
        Some(known.map_or_else(|| id.clone(), |it| it.name.clone()))
    };
    let known = |counted: &Counted| taipei(counted.case.moments.known);
    let served = |counted: &Counted| Served::of(counted.case.level, counted.sort.as_deref());
    Some(Statistics {
        office: with.office.to_owned(),
        stretch,
        period,
        made: with.made,
        cases: number(cases.len()),
        levels: CaseLevel::ALL.into_iter().rev().map(|level| (level, count(&|it| it.case.level == level))).collect(),
        services: by_name(cases.iter().map(service)),
        districts: by_name(cases.iter().map(|counted| counted.case.district.clone())),
        hours: (0..24).map(|hour| count(&|it| known(it).hour() == hour)).collect(),
        weekdays: (0..7).map(|day| count(&|it| known(it).weekday().num_days_from_monday() == day)).collect(),
        served: Served::ALL.into_iter().map(|whom| (whom, count(&|it| served(it) == whom))).collect(),
        goals: goals(with, &cases),
        states: CaseState::ALL.into_iter().map(|state| (state, count(&|it| it.case.stage.state() == state))).collect(),
        remedies: Remedy::ALL
            .into_iter()
            .rev()
            .map(|remedy| (remedy, number(cases.iter().filter_map(|it| it.remedies.get(&remedy)).sum())))
            .collect(),
        satisfaction: Satisfaction::of(asked),
    })
}

/// The figures of a year, month by month. None outside the calendar.
#[must_use]
pub fn year(
    with: &Making<'_>,
    stretch: Stretch,
    cases: &[Counted],
    answers: &[(NaiveDate, Score)],
) -> Option<YearReport> {
    let whole = statistics(with, stretch, cases, answers)?;
    let months = (1..=12).map(|month| {
        let stretch = Stretch::Month(stretch.first().with_month(month)?);
        let has_begun = period(stretch)?.from <= with.made;
        statistics(with, stretch, cases, answers).filter(|_| has_begun)
    });
    Some(YearReport { months: months.collect(), whole })
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

fn goals(with: &Making<'_>, cases: &[&Counted]) -> Vec<GoalCount> {
    let clocks: Vec<(Goal, DateTime<Utc>, Option<DateTime<Utc>>)> = cases
        .iter()
        .flat_map(|counted| {
            let dues = deadline::of_case(with.city, with.closures, &counted.case);
            dues.into_iter().map(|due| (due.goal, due.at, deadline::reached(&counted.case, due.goal)))
        })
        .collect();
    let of = |goal: Goal| {
        let mine = || clocks.iter().filter(|(it, ..)| *it == goal);
        let kept = deadline::on_time(mine().map(|(_, due, reached)| (*due, *reached)), with.made);
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

    fn case(level: CaseLevel, known: &str, answered: Option<&str>, district: Option<&str>) -> Counted {
        let case = Case {
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
        };
        Counted { case, sort: Some("news".into()), remedies: BTreeMap::new() }
    }

    fn cases() -> Vec<Counted> {
        let mut cases = vec![
            case(CaseLevel::A, "03-17T09:00", Some("03-17T10:00"), Some("鳳山區")),
            case(CaseLevel::A, "03-17T09:30", Some("03-17T15:00"), Some("鳳山區")),
            case(CaseLevel::A, "03-18T23:10", None, None),
            case(CaseLevel::A, "03-31T23:30", None, Some("三民區")),
        ];
        cases[0].remedies = [(Remedy::Corrected, 2)].into();
        cases[1].remedies = [(Remedy::Corrected, 1), (Remedy::Unchanged, 1)].into();
        cases[2].sort = None;
        cases
    }

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    fn made_with<T>(moment: &str, counting: impl FnOnce(&Making<'_>) -> Option<T>) -> T {
        let city = Dictionaries::embedded().unwrap();
        counting(&Making { city: &city, closures: &[], office: "新聞局", made: at(moment) }).unwrap()
    }

    #[test]
    fn a_month_and_a_year_are_those_of_taipei() {
        let month = period(month_of(day(12, 9)).unwrap()).unwrap();
        assert_eq!(month.from, at("12-01T00:00"));
        assert_eq!(month.until, "2027-01-01T00:00:00+08:00".parse::<DateTime<Utc>>().unwrap());
        let year = period(year_of(day(12, 9)).unwrap()).unwrap();
        assert_eq!((year.from, year.until), (at("01-01T00:00"), month.until));
        assert_eq!(period(month_of(NaiveDate::MAX).unwrap()), None);
    }

    #[test]
    fn every_case_is_counted_once_in_every_table() {
        let answers = [(day(3, 31), Score::new(5).unwrap()), (day(4, 1), Score::new(1).unwrap())];
        let march = month_of(day(3, 1)).unwrap();
        let report = made_with("04-01T00:30", |with| statistics(with, march, &cases(), &answers));
        assert_eq!((report.cases, &report.levels[0]), (4, &(CaseLevel::A, 4)));
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(report.districts, [(name("鳳山區"), 2), (name("三民區"), 1), (None, 1)]);
        assert_eq!(report.services, [(name("路燈"), 3), (None, 1)]);
        assert_eq!((report.hours[9], report.hours[23], report.hours.iter().sum::<u64>()), (2, 2, 4));
        assert_eq!(report.weekdays, [0, 3, 1, 0, 0, 0, 0]);
        assert_eq!((report.served[1], report.served[5]), ((Served::News, 3), (Served::Manual, 1)));
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
        assert_eq!(report.satisfaction.map(|it| (it.answers, it.content)), Some((1, 1)), "by the day of the answer");
    }

    #[test]
    fn the_months_of_a_year_add_up_to_it_and_those_to_come_are_left_blank() {
        let mut cases = cases();
        cases.push(case(CaseLevel::B, "01-01T00:00", None, None));
        cases.push(case(CaseLevel::C, "04-30T23:59", None, Some("三民區")));
        let report = made_with("05-20T09:00", |with| year(with, year_of(day(7, 1)).unwrap(), &cases, &[]));
        let months: Vec<Option<u64>> = report.months.iter().map(|it| it.as_ref().map(|it| it.cases)).collect();
        assert_eq!(months[..6], [Some(1), Some(0), Some(4), Some(1), Some(0), None]);
        assert!(months[6..].iter().all(Option::is_none) && months.len() == 12);
        assert_eq!(report.whole.cases, 6);
        let sum = |of: &dyn Fn(&Statistics) -> u64| report.months.iter().flatten().map(of).sum::<u64>();
        let overdue = |it: &Statistics| it.goals.iter().map(|goal| goal.late + goal.overdue).sum::<u64>();
        assert_eq!(sum(&overdue), overdue(&report.whole));
        assert_eq!(sum(&|it| it.served[0].1), 1);
        assert_eq!(report.whole.served[0], (Served::Petitioner, 1));
        assert_eq!(report.whole.satisfaction, None);
    }
}
