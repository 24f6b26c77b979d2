//! When a case is due and why, how its clocks stand, and who is told next.

mod case;
mod extension;
mod hours;
mod overdue;
mod status;
mod words;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

pub use case::{latest_extension, may_extend, of_case, of_level, reached};
pub use extension::{ExtensionFault, extended};
pub use hours::Office;
pub use overdue::{broken, missed, unexplained};
pub use status::{OnTime, escalations, heard, next_slot, next_warning, on_time, status};

use crate::domain::{Due, Profile, Rule, TAIPEI, TimedGoal, taipei};

/// The latest moment that due times are computed from: far enough before the end of the calendar that no rule runs over it.
const LATEST: (i32, u32, u32) = (9000, 1, 1);

/// A stretch of time as a clock in Taipei shows it.
type Stretch = (NaiveDateTime, NaiveDateTime);

/// The due times of all goals of a profile for a matter that was first known at `known`.
#[must_use]
pub fn due(profile: &Profile, office: &Office<'_>, known: DateTime<Utc>) -> Vec<Due> {
    profile.goals.iter().map(|goal| due_of(profile, goal, office, known)).collect()
}

fn due_of(profile: &Profile, timed: &TimedGoal, office: &Office<'_>, known: DateTime<Utc>) -> Due {
    let t0 = local(known);
    let (at, counted, mut why) = match timed.rule {
        Rule::Elapsed { minutes } => {
            let at = later(t0, TimeDelta::minutes(i64::from(minutes)));
            (at, vec![(t0, at)], words::elapsed(profile.level, timed.goal, minutes, (t0, at)))
        }
        Rule::Working { minutes, cap, late_from, late_cap } => {
            let rule = Working { length: TimeDelta::minutes(i64::from(minutes)), cap, late_from, late_cap };
            let found = rule.find(office, t0);
            let why = words::working(profile.level, timed.goal, office, &rule, &found);
            (found.at, office.between(found.start, found.at), why)
        }
        Rule::Days { days, until, .. } => {
            let found = count_days(office, t0, days, until);
            let why = words::days(profile.level, timed.goal, office, &found);
            (found.at, office.between(found.start(), found.at), why)
        }
    };
    why.push(words::basis(&timed.basis));
    let (half, near) = marks(&counted, TimeDelta::minutes(i64::from(office.deadlines.near_minutes)), at);
    Due { goal: timed.goal, known, at: instant(at).max(known), half: instant(half), near: instant(near), why }
}

/// [`Rule::Working`], with its length as one.
struct Working {
    length: TimeDelta,
    cap: NaiveTime,
    late_from: NaiveTime,
    late_cap: NaiveTime,
}

/// What [`Working`] came to.
struct Worked {
    known: NaiveDateTime,
    /// From when on office hours count: when it was known, or the start of the next working day.
    start: NaiveDateTime,
    /// When all of its office hours have passed.
    full: NaiveDateTime,
    /// The latest it may be by the rule, before closures.
    wanted_cap: NaiveDateTime,
    /// The latest it may be.
    cap: NaiveDateTime,
    at: NaiveDateTime,
}

impl Working {
    /// A due time never comes earlier for a matter that was known later, nor for a further closure: the start moves on
    /// with the moment, and closures only take away office hours and times that a cap may fall on.
    fn find(&self, office: &Office<'_>, known: NaiveDateTime) -> Worked {
        let day = known.date();
        let in_time = !office.calendar.is_off(day) && known.time() < self.late_from;
        let (start, wanted_cap) = if in_time {
            (known, day.and_time(self.cap))
        } else {
            let next = office.next_day(day);
            (next.and_time(NaiveTime::MIN), next.and_time(self.late_cap))
        };
        let (full, cap) = (office.after(start, self.length), self.fall_on(office, wanted_cap));
        Worked { known, start, full, wanted_cap, cap, at: full.min(cap) }
    }

    /// The first cap from `wanted` on before which offices are not shut: midday and evening of a working day take turns.
    fn fall_on(&self, office: &Office<'_>, wanted: NaiveDateTime) -> NaiveDateTime {
        let mut day = wanted.date();
        loop {
            let caps = [day.and_time(self.late_cap), day.and_time(self.cap)];
            if let Some(cap) = caps.into_iter().find(|cap| *cap >= wanted && office.is_worked_up_to(*cap)) {
                return cap;
            }
            match day.succ_opt() {
                Some(next) => day = next,
                None => return wanted,
            }
        }
    }
}

/// Working days that were counted.
struct Counted {
    known: NaiveDateTime,
    days: Vec<NaiveDate>,
    /// The day and time that count comes to, before closures.
    wanted: NaiveDateTime,
    at: NaiveDateTime,
}

impl Counted {
    /// The start of the day after the one it was known on, which is not counted.
    fn start(&self) -> NaiveDateTime {
        self.known.date().checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN)
    }
}

/// 始日不算入 (行政程序法第48條第2項); a day on which offices are shut throughout is none of the working days, and a last day
/// on which they are shut at the time it is due moves on (第4項).
fn count_days(office: &Office<'_>, known: NaiveDateTime, days: u16, until: NaiveTime) -> Counted {
    let mut counted = Vec::with_capacity(usize::from(days));
    let mut day = known.date();
    for _ in 0..days {
        day = office.next_worked_day(day);
        counted.push(day);
    }
    let wanted = day.and_time(until);
    Counted { known, days: counted, wanted, at: last_moment(office, wanted) }
}

/// That moment, or the same time of the first working day behind it on which offices are not shut by then.
fn last_moment(office: &Office<'_>, wanted: NaiveDateTime) -> NaiveDateTime {
    let mut at = wanted;
    while !office.is_worked_up_to(at) {
        match at.checked_add_days(Days::new(1)) {
            Some(next) => at = next,
            None => return wanted,
        }
    }
    at
}

/// When half of the time that counts has passed, and when only so much of it is left. Where nothing counts, both are the
/// due time.
fn marks(counted: &[Stretch], left: TimeDelta, at: NaiveDateTime) -> (NaiveDateTime, NaiveDateTime) {
    let whole: TimeDelta = counted.iter().map(|(from, until)| *until - *from).sum();
    let walk = |length: TimeDelta| {
        let mut rest = length.max(TimeDelta::zero());
        for (from, until) in counted {
            if *until - *from >= rest {
                return *from + rest;
            }
            rest -= *until - *from;
        }
        at
    };
    (walk(whole / 2), walk(whole - left))
}

/// A moment as a clock in Taipei shows it.
fn local(at: DateTime<Utc>) -> NaiveDateTime {
    let (year, month, day) = LATEST;
    let latest =
        NaiveDate::from_ymd_opt(year, month, day).map_or(NaiveDateTime::MAX, |day| day.and_time(NaiveTime::MIN));
    taipei(at.min(latest.and_utc())).naive_local()
}

/// The moment at which a clock in Taipei shows this.
fn instant(at: NaiveDateTime) -> DateTime<Utc> {
    at.checked_sub_offset(TAIPEI).map_or(DateTime::<Utc>::MIN_UTC, |utc| utc.and_utc())
}

fn later(at: NaiveDateTime, length: TimeDelta) -> NaiveDateTime {
    at.checked_add_signed(length).unwrap_or(at)
}

#[cfg(test)]
mod tests;
