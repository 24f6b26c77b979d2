//! Whether a story dies down after the clarification, and whether it comes back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

/// A report of the story: who, and when it appeared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witness<'a> {
    /// The outlet.
    pub outlet: &'a str,
    /// When it appeared.
    pub at: DateTime<Utc>,
}

/// An hour beside the publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// Hours from the publication to its beginning; negative before it.
    pub from: i64,
    /// Reports that appeared in it.
    pub reports: u32,
    /// Outlets that told the story for the first time.
    pub new_outlets: u32,
}

/// How much was reported before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// All hours of the stretch in order, empty ones as well.
    pub hours: Vec<Hour>,
    /// Reports in the stretch before the publication.
    pub before: u32,
    /// Reports in the stretch of the same length after it, as far as it has passed.
    pub after: u32,
}

/// When a story counts as coming back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WavePolicy {
    /// How long it has to have died down: six hours by the product's requirements.
    pub decline: TimeDelta,
    /// The latest stretch, in which it rises.
    pub rise: TimeDelta,
    /// Outlets that have to take it up in that stretch who never told it before.
    pub new_outlets: usize,
}

impl Default for WavePolicy {
    fn default() -> Self {
        Self { decline: TimeDelta::hours(6), rise: TimeDelta::hours(3), new_outlets: 3 }
    }
}

/// A story that comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondWave {
    /// When it had died down.
    pub quiet_from: DateTime<Utc>,
    /// When the first of the new outlets took it up.
    pub rises_at: DateTime<Utc>,
    /// Outlets that never told it before, by name.
    pub outlets: Vec<String>,
    /// In a sentence.
    pub why: String,
}

/// Reports by the hour for so many hours on either side of the publication, up to `now`.
#[must_use]
pub fn volume(reports: &[Witness<'_>], published: DateTime<Utc>, stretch: u32, now: DateTime<Utc>) -> Volume {
    let stretch = i64::from(stretch);
    let mut first: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
    for report in reports {
        let known = first.entry(report.outlet).or_insert(report.at);
        *known = report.at.min(*known);
    }
    let hour_of = |at: DateTime<Utc>| (at - published).num_seconds().div_euclid(3600);
    let count = |moments: &mut dyn Iterator<Item = DateTime<Utc>>| {
        let mut counted: BTreeMap<i64, u32> = BTreeMap::new();
        for at in moments.filter(|at| *at <= now) {
            *counted.entry(hour_of(at)).or_default() += 1;
        }
        counted
    };
    let all = count(&mut reports.iter().map(|report| report.at));
    let new = count(&mut first.into_values());
    let last = hour_of(now).min(stretch - 1);
    let of = |counted: &BTreeMap<i64, u32>, hour: i64| counted.get(&hour).copied().unwrap_or_default();
    let hours: Vec<Hour> =
        (-stretch..=last).map(|from| Hour { from, reports: of(&all, from), new_outlets: of(&new, from) }).collect();
    let sum = |is: fn(&&Hour) -> bool| hours.iter().filter(is).map(|hour| hour.reports).fold(0, u32::saturating_add);
    let (before, after) = (sum(|hour| hour.from < 0), sum(|hour| hour.from >= 0));
    Volume { hours, before, after }
}

/// Whether the story comes back at `now`: right before the latest stretch lies one in which at most half as much was
/// reported as in the busiest of that length before it, and in the latest enough outlets took it up who never told it,
/// more than all outlets that still told it in an equal part of the quiet.
#[must_use]
pub fn second_wave(
    reports: &[Witness<'_>],
    published: DateTime<Utc>,
    now: DateTime<Utc>,
    policy: WavePolicy,
) -> Option<SecondWave> {
    let mut reports: Vec<Witness<'_>> = reports.iter().copied().filter(|report| report.at <= now).collect();
    reports.sort_unstable_by_key(|report| report.at);
    let rise_from = now - policy.rise;
    let quiet_from = rise_from - policy.decline;
    // What comes while the first answers are still being printed is the first wave.
    if rise_from < published {
        return None;
    }
    let within = |from: DateTime<Utc>, to: DateTime<Utc>| {
        reports.iter().filter(move |report| report.at > from && report.at <= to)
    };
    let earlier: Vec<DateTime<Utc>> =
        reports.iter().map(|report| report.at).take_while(|at| *at <= quiet_from).collect();
    let busiest = earlier
        .iter()
        .enumerate()
        .map(|(at, from)| earlier.get(at..).unwrap_or_default().partition_point(|it| *it - *from < policy.decline))
        .max()?;
    let quiet = within(quiet_from, rise_from).count();
    if quiet * 2 > busiest {
        return None;
    }
    let known: BTreeSet<&str> =
        reports.iter().filter(|report| report.at <= rise_from).map(|report| report.outlet).collect();
    let new: Vec<&Witness<'_>> = within(rise_from, now).filter(|report| !known.contains(report.outlet)).collect();
    let outlets: BTreeSet<&str> = new.iter().map(|report| report.outlet).collect();
    let before: BTreeSet<&str> = within(rise_from - policy.rise, rise_from).map(|report| report.outlet).collect();
    if outlets.len() < policy.new_outlets || outlets.len() <= before.len() {
        return None;
    }
    let why = format!(
        "報導量先前{}小時由高峰{busiest}則降至{quiet}則，最近{}小時又有{}家先前未報導的媒體跟進：{}。",
        policy.decline.num_hours(),
        policy.rise.num_hours(),
        outlets.len(),
        outlets.iter().copied().collect::<Vec<_>>().join("、")
    );
    let rises_at = new.first().map(|report| report.at)?;
    Some(SecondWave { quiet_from, rises_at, outlets: outlets.into_iter().map(str::to_owned).collect(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn witnesses<'a>(list: &[(&'a str, i64)]) -> Vec<Witness<'a>> {
        list.iter().map(|(outlet, minutes)| Witness { outlet, at: at(*minutes) }).collect()
    }

    const FIRST: [(&str, i64); 6] =
        [("甲報", -90), ("乙報", -80), ("丙報", -30), ("甲報", 5), ("丁報", 20), ("乙報", 70)];

    #[test]
    fn every_hour_is_counted_once() {
        let found = volume(&witnesses(&FIRST), at(0), 3, at(100));
        let hours: Vec<(i64, u32, u32)> =
            found.hours.iter().map(|hour| (hour.from, hour.reports, hour.new_outlets)).collect();
        assert_eq!(hours, [(-3, 0, 0), (-2, 2, 2), (-1, 1, 1), (0, 2, 1), (1, 1, 0)]);
        assert_eq!((found.before, found.after), (3, 3));
    }

    fn wave(more: &[(&str, i64)], now: i64) -> Option<SecondWave> {
        let all = [FIRST.as_slice(), more].concat();
        second_wave(&witnesses(&all), at(0), at(now), WavePolicy::default())
    }

    #[test]
    fn three_new_outlets_after_six_quiet_hours_are_a_second_wave() {
        let found = wave(&[("戊報", 620), ("己報", 640), ("庚報", 660)], 700).unwrap();
        assert_eq!(found.outlets, ["己報", "庚報", "戊報"].map(str::to_owned));
        assert_eq!(found.rises_at, at(620));
        assert_eq!(
            found.why,
            "報導量先前6小時由高峰6則降至0則，最近3小時又有3家先前未報導的媒體跟進：己報、庚報、戊報。"
        );
    }

    #[test]
    fn old_outlets_few_outlets_and_no_quiet_are_none() {
        assert_eq!(wave(&[("戊報", 620), ("己報", 640)], 700), None);
        assert_eq!(wave(&[("甲報", 620), ("乙報", 640), ("丙報", 660)], 700), None);
        let busy = [("甲報", 300), ("乙報", 350), ("丙報", 400), ("丁報", 450)];
        let all = [busy.as_slice(), &[("戊報", 620), ("己報", 640), ("庚報", 660)]].concat();
        assert_eq!(wave(&all, 700), None);
        assert_eq!(wave(&[("戊報", 30), ("己報", 40), ("庚報", 50)], 100), None);
        assert_eq!(second_wave(&[], at(0), at(700), WavePolicy::default()), None);
    }
}
