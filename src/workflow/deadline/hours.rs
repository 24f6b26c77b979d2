//! Which time is worked: calendar, office hours and closures together.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

use super::Stretch;
use crate::domain::{Calendar, Closure, Deadlines};

/// What due times depend on, apart from the moment a matter was known.
#[derive(Debug, Clone, Copy)]
pub struct Office<'a> {
    /// The rules, with the office hours.
    pub deadlines: &'a Deadlines,
    /// Which days are worked.
    pub calendar: &'a Calendar,
    /// When offices are shut besides; those of other districts count for nothing.
    pub closures: &'a [Closure],
    /// The matter's district.
    pub district: Option<&'a str>,
}

impl<'a> Office<'a> {
    /// The closures of its district, or the whole city, on that day.
    pub(super) fn closures_on(&self, day: NaiveDate) -> impl Iterator<Item = &'a Closure> {
        let district = self.district;
        self.closures.iter().filter(move |closure| closure.day == day && closure.concerns(district))
    }

    /// The office hours of a day by its calendar, whatever was shut.
    pub(super) fn usual(&self, day: NaiveDate) -> Vec<Stretch> {
        if self.calendar.is_off(day) {
            return Vec::new();
        }
        let periods = self.deadlines.office.periods().iter();
        periods.map(|(from, until)| (day.and_time(*from), day.and_time(*until))).collect()
    }

    /// The hours of a day that are worked.
    pub(super) fn open(&self, day: NaiveDate) -> Vec<Stretch> {
        let closed: Vec<Stretch> = self.closures_on(day).filter_map(Closure::closed).collect();
        closed
            .into_iter()
            .fold(self.usual(day), |open, shut| open.into_iter().flat_map(|it| without(it, shut)).collect())
    }

    /// The next day that the calendar says is worked.
    pub(super) fn next_day(&self, day: NaiveDate) -> NaiveDate {
        first_after(day, |day| !self.calendar.is_off(day))
    }

    /// The next day that is worked, if only in part.
    pub(super) fn next_worked_day(&self, day: NaiveDate) -> NaiveDate {
        first_after(day, |day| !self.open(day).is_empty())
    }

    /// Whether that is a working day and offices are not shut right before the moment. Lunch does not count as shut: a cap
    /// may be at its end.
    pub(super) fn is_worked_up_to(&self, at: NaiveDateTime) -> bool {
        let shut = |(from, until): Stretch| from < at && at <= until;
        let day = at.date();
        !self.calendar.is_off(day) && !self.closures_on(day).filter_map(Closure::closed).any(shut)
    }

    /// When so much time has been worked from `start` on.
    pub(super) fn after(&self, start: NaiveDateTime, length: TimeDelta) -> NaiveDateTime {
        let (mut left, mut day) = (length, start.date());
        loop {
            for (from, until) in self.open(day) {
                let from = from.max(start);
                if from >= until {
                    continue;
                }
                if until - from >= left {
                    return from + left;
                }
                left -= until - from;
            }
            // Behind the last day of the calendar and the last closure every week has its working days.
            match day.succ_opt() {
                Some(next) => day = next,
                None => return start,
            }
        }
    }

    /// The stretches that are worked between two moments.
    pub(super) fn between(&self, start: NaiveDateTime, end: NaiveDateTime) -> Vec<Stretch> {
        let days = start.date().iter_days().take_while(|day| *day <= end.date());
        days.flat_map(|day| self.open(day))
            .map(|(from, until)| (from.max(start), until.min(end)))
            .filter(|(from, until)| from < until)
            .collect()
    }
}

/// What is left of a stretch when another is taken out of it.
fn without((from, until): Stretch, (shut, opened): Stretch) -> impl Iterator<Item = Stretch> {
    [(from, until.min(shut)), (from.max(opened), until)].into_iter().filter(|(from, until)| from < until)
}

fn first_after(day: NaiveDate, is_it: impl Fn(NaiveDate) -> bool) -> NaiveDate {
    day.iter_days().skip(1).find(|day| is_it(*day)).unwrap_or(day)
}
