//! The clocks of a case: its goals by its level, and which of them were reached.

use chrono::{DateTime, NaiveDate, Utc};

use super::{ExtensionFault, Office, due, extended};
use crate::domain::{Case, CaseLevel, City, Closure, Due, Goal};

/// The due times of a case. A complaint that was given further time is due then.
#[must_use]
pub fn of_case(city: &City, closures: &[Closure], case: &Case) -> Vec<Due> {
    let office = office(city, closures, case.district.as_deref());
    let Some(profile) = city.deadlines.profile(case.level) else { return Vec::new() };
    let mut dues = due(profile, &office, case.moments.known);
    if let Some(extension) = &case.extension {
        for (due, timed) in dues.iter_mut().zip(&profile.goals) {
            let moments = (case.moments.known, due.at);
            // Goals that are not counted in days are not extended.
            if let Ok(later) = extended(timed, &office, moments, extension.to, &extension.reason) {
                *due = later;
            }
        }
    }
    dues
}

/// The due times of a matter of this level that became known at `known`.
#[must_use]
pub fn of_level(
    city: &City,
    closures: &[Closure],
    district: Option<&str>,
    (level, known): (CaseLevel, DateTime<Utc>),
) -> Vec<Due> {
    let office = office(city, closures, district);
    city.deadlines.profile(level).map_or_else(Vec::new, |profile| due(profile, &office, known))
}

/// Whether a complaint may be extended to a day, which is the further time it gets.
///
/// # Errors
/// [`ExtensionFault`], in words for the person who asks.
pub fn may_extend(
    city: &City,
    closures: &[Closure],
    case: &Case,
    to: NaiveDate,
    reason: &str,
) -> Result<Due, ExtensionFault> {
    let office = office(city, closures, case.district.as_deref());
    let timed = city.deadlines.profile(case.level).and_then(|profile| profile.goals.last());
    let due = of_case(city, closures, case).pop();
    let (Some(timed), Some(due)) = (timed, due) else { return Err(ExtensionFault::NotInDays) };
    extended(timed, &office, (case.moments.known, due.at), to, reason)
}

/// The last day that a complaint may be extended to; none of what is not counted in days, or is there already.
#[must_use]
pub fn latest_extension(city: &City, closures: &[Closure], case: &Case) -> Option<NaiveDate> {
    match may_extend(city, closures, case, NaiveDate::MAX, "-") {
        Err(ExtensionFault::TooLong(latest)) => may_extend(city, closures, case, latest, "-").is_ok().then_some(latest),
        _ => None,
    }
}

/// When a case reached a goal. What was answered needs no plan and no acknowledgement any more.
#[must_use]
pub fn reached(case: &Case, goal: Goal) -> Option<DateTime<Utc>> {
    let it = case.moments;
    match goal {
        Goal::Acknowledge => it.acknowledged.or(it.answered),
        Goal::Plan => it.planned.or(it.answered),
        Goal::Publish | Goal::Answer => it.answered,
    }
}

fn office<'a>(city: &'a City, closures: &'a [Closure], district: Option<&'a str>) -> Office<'a> {
    Office { deadlines: &city.deadlines, calendar: &city.calendar, closures, district }
}
