//! How many reports a service and district usually have at an hour of the week, and how surprising the last hours are
//! beside it.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::domain::taipei;

/// Hours of a week, the period of a newsroom.
const WEEK: i64 = 7 * 24;

/// The hours that are still counted. What is in them has not become usual yet, so that a burst is not measured by itself.
const COUNTED: u32 = 24;

/// Weeks after which a count weighs half: a month of rain is forgotten in a season.
const HALF_LIFE_WEEKS: f64 = 4.0;

/// Weeks without a report after which everything before is forgotten; less than one part in a thousand of it is left.
const FORGOTTEN_WEEKS: i64 = 40;

/// Reports an hour of which nothing is known, and the least that is ever usual: one in eight days. Without it the first
/// report of a quiet service would be a sensation. With it one report in six hours scores 1.5, three score 5.4.
const LEAST_RATE: f64 = 1.0 / 192.0;

/// The weight, in weeks, of the average of all hours beside that of the hour of the week itself, which alone has only one
/// count a week to learn from.
const AVERAGE_WEEKS: f64 = 2.0;

/// The highest score. Beyond it nothing is to be told apart.
const HIGHEST: f64 = 99.0;

/// Pairs of service and district that are kept. The city has 38 of each.
const PAIRS: usize = 4096;

/// What is usual, by service and district.
#[derive(Debug, Clone, Default)]
pub struct Usual {
    pairs: BTreeMap<(String, String), Counts>,
}

/// The last hours of a service and district beside the usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burst {
    /// Reports of the last hours.
    pub reports: u32,
    /// Reports that are usual in these hours.
    pub usual: f64,
    /// How surprising so many reports are: −log₁₀ of the probability of as many or more under a Poisson law of the usual
    /// rate, 0 to 99. At 3 it happens once in a thousand such stretches.
    pub score: f64,
}

/// The counts of one service and district.
#[derive(Debug, Clone)]
struct Counts {
    /// The first and the last hour in `recent`.
    oldest: i64,
    hour: i64,
    /// The counts of each hour, the latest last.
    recent: VecDeque<u32>,
    /// The usual count at each hour of the week.
    slots: Vec<f64>,
    /// Hours that went into `slots`.
    learnt: u64,
}

impl Usual {
    /// Nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a report of a service in a district, or of no district, at the hour it appeared, which must have begun:
    /// see [`crate::domain::Dated::not_after`]. One that is more than a day late says nothing about a burst and is passed
    /// over; so is a pair beyond the number that is kept.
    pub fn count(&mut self, service: &str, district: Option<&str>, at: DateTime<Utc>) {
        let key = (service.to_owned(), district.unwrap_or_default().to_owned());
        if self.pairs.len() >= PAIRS && !self.pairs.contains_key(&key) {
            return;
        }
        self.pairs.entry(key).or_insert_with(|| Counts::from(hour_of(at))).count(hour_of(at));
    }

    /// The burst of a service in a district, or of no district, in the `hours` up to and with that of `now`: 24 hours at
    /// the most.
    #[must_use]
    pub fn burst(&self, service: &str, district: Option<&str>, now: DateTime<Utc>, hours: u32) -> Burst {
        let key = (service.to_owned(), district.unwrap_or_default().to_owned());
        let hours = i64::from(hours.clamp(1, COUNTED));
        let last = hour_of(now);
        let (reports, usual) = self.pairs.get(&key).map_or((0, LEAST_RATE * hours as f64), |counts| {
            let mut counts = counts.clone();
            counts.advance(last);
            let stretch = last - hours + 1..=last;
            let usual = stretch.clone().map(|hour| counts.usual(hour)).sum();
            (stretch.map(|hour| counts.at(hour)).fold(0, u32::saturating_add), usual)
        });
        Burst { reports, usual, score: surprise(reports, usual) }
    }

    /// The highest burst of a service over its districts and the reports without one.
    #[must_use]
    pub fn highest(&self, service: &str, now: DateTime<Utc>, hours: u32) -> Option<Burst> {
        let of_service = (service.to_owned(), String::new())..;
        let pairs = self.pairs.range(of_service).map(|(pair, _)| pair).take_while(|(name, _)| name == service);
        pairs
            .map(|(service, district)| self.burst(service, Some(district.as_str()), now, hours))
            .max_by(|left, right| left.score.total_cmp(&right.score))
    }
}

impl Counts {
    fn from(hour: i64) -> Self {
        let slots = (0..WEEK).map(|_| 0.0).collect();
        Self { oldest: hour, hour, recent: VecDeque::from([0]), slots, learnt: 0 }
    }

    fn count(&mut self, hour: i64) {
        self.advance(hour);
        if let Some(count) = self.place(hour).and_then(|place| self.recent.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }

    /// Moves on to an hour. Hours that are counted no longer become usual.
    fn advance(&mut self, hour: i64) {
        if hour - self.hour > FORGOTTEN_WEEKS * WEEK {
            *self = Self::from(hour);
        }
        while self.hour < hour {
            self.hour += 1;
            self.recent.push_back(0);
            if self.hour - self.oldest >= i64::from(COUNTED) {
                let past = self.recent.pop_front().unwrap_or_default();
                self.learn(self.oldest, past);
                self.oldest += 1;
            }
        }
    }

    fn learn(&mut self, hour: i64, count: u32) {
        // The first weeks are averaged; later ones take the place of older ones by the half-life.
        let weeks = (self.learnt / WEEK.unsigned_abs() + 1) as f64;
        let share = (1.0 / weeks).max(1.0 - 0.5_f64.powf(1.0 / HALF_LIFE_WEEKS));
        if let Some(slot) = usize::try_from(hour.rem_euclid(WEEK)).ok().and_then(|at| self.slots.get_mut(at)) {
            *slot += share * (f64::from(count) - *slot);
        }
        self.learnt += 1;
    }

    /// The usual count at an hour: that of the hour of the week, drawn towards the average of all.
    fn usual(&self, hour: i64) -> f64 {
        let slot = usize::try_from(hour.rem_euclid(WEEK)).ok().and_then(|at| self.slots.get(at));
        let learnt = self.learnt as f64;
        // Before a week has passed only the hours that were learnt hold anything.
        let average = self.slots.iter().sum::<f64>() / learnt.clamp(1.0, WEEK as f64);
        let weeks = learnt / WEEK as f64;
        let usual = (slot.copied().unwrap_or_default() * weeks + average * AVERAGE_WEEKS) / (weeks + AVERAGE_WEEKS);
        usual.max(LEAST_RATE)
    }

    fn at(&self, hour: i64) -> u32 {
        self.place(hour).and_then(|place| self.recent.get(place)).copied().unwrap_or_default()
    }

    /// Where an hour stands in `recent`, when it is not past; one to come stands behind the last.
    fn place(&self, hour: i64) -> Option<usize> {
        usize::try_from(hour - self.oldest).ok()
    }
}

/// The hours of Taipei's calendar, counted through: the remainder by 168 is the hour of the week.
fn hour_of(at: DateTime<Utc>) -> i64 {
    let wall = taipei(at);
    i64::from(wall.num_days_from_ce()) * 24 + i64::from(wall.hour())
}

/// −log₁₀ P(X ≥ count) of a Poisson law of that mean.
fn surprise(count: u32, mean: f64) -> f64 {
    if count == 0 || mean <= 0.0 {
        return 0.0;
    }
    // The terms from `count` on, as parts of the first, fall from the mean on; below the mean nothing is surprising.
    if f64::from(count) <= mean {
        return 0.0;
    }
    let first = f64::from(count) * mean.ln() - mean - (1..=count).map(|k| f64::from(k).ln()).sum::<f64>();
    let (mut sum, mut term, mut k) = (1.0, 1.0, f64::from(count));
    while term > sum * f64::EPSILON {
        k += 1.0;
        term *= mean / k;
        sum += term;
    }
    (-(first + sum.ln()) / std::f64::consts::LN_10).clamp(0.0, HIGHEST)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn hour(hour: i64) -> DateTime<Utc> {
        // A Monday at midnight in Taipei.
        "2026-03-16T00:00:00+08:00".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
    }

    /// Weeks with `reports` at nine every morning from Monday to Friday.
    fn taught(weeks: i64, reports: u32) -> Usual {
        let mut usual = Usual::new();
        for day in (0..weeks * 7).filter(|day| day % 7 < 5) {
            (0..reports).for_each(|_| usual.count("streetlight", Some("鳳山區"), hour(day * 24 + 9)));
        }
        usual
    }

    fn score(usual: &Usual, at: i64, hours: u32) -> f64 {
        usual.burst("streetlight", Some("鳳山區"), hour(at), hours).score
    }

    #[test]
    fn the_surprise_is_that_of_a_poisson_law() {
        // 1 − e⁻² − 2e⁻² − 2e⁻² = .3233; P(X ≥ 10 | 2) = 4.65e-5.
        assert!((surprise(3, 2.0) - 0.4904).abs() < 1e-3);
        assert!((surprise(10, 2.0) - 4.333).abs() < 1e-2);
        assert!((surprise(2, 2.0), surprise(0, 1.0), surprise(1, 0.0)) == (0.0, 0.0, 0.0));
        assert!((surprise(u32::from(u16::MAX), 0.01) - HIGHEST).abs() < f64::EPSILON);
        assert!((surprise(1, 6.0 * LEAST_RATE) - 1.5).abs() < 0.05);
        assert!((surprise(3, 6.0 * LEAST_RATE) - 5.3).abs() < 0.1);
    }

    #[test]
    fn the_usual_number_at_the_usual_hour_is_no_burst() {
        let weeks = 8;
        let mut usual = taught(weeks, 4);
        let monday = weeks * 7 * 24 + 9;
        (0..4).for_each(|_| usual.count("streetlight", Some("鳳山區"), hour(monday)));
        let expected = usual.burst("streetlight", Some("鳳山區"), hour(monday), 1);
        assert!((2.5..4.5).contains(&expected.usual) && expected.score < 1.0, "{expected:?}");
        // The same four in the night before are one.
        let mut usual = taught(weeks, 4);
        (0..4).for_each(|_| usual.count("streetlight", Some("鳳山區"), hour(monday - 6)));
        assert!(score(&usual, monday - 6, 1) > 3.0, "{}", score(&usual, monday - 6, 1));
    }

    #[test]
    fn a_burst_passes_and_does_not_count_against_itself() {
        let mut usual = taught(4, 1);
        let noon = 4 * 7 * 24 + 12;
        (0..20).for_each(|_| usual.count("streetlight", Some("鳳山區"), hour(noon)));
        assert!(score(&usual, noon, 6) > 10.0);
        assert!(score(&usual, noon + 3, 6) > 10.0);
        assert!(score(&usual, noon + 6, 6).abs() < f64::EPSILON);
    }

    #[test]
    fn old_weeks_are_forgotten() {
        let busy = taught(12, 8);
        let mut usual = busy.clone();
        for day in 12 * 7..36 * 7 {
            usual.count("streetlight", Some("鳳山區"), hour(day * 24 + 9));
        }
        let rate = |usual: &Usual, week: i64| usual.burst("streetlight", Some("鳳山區"), hour(week * 168 + 9), 1).usual;
        assert!(rate(&busy, 12) > 5.0, "{}", rate(&busy, 12));
        assert!((0.5..2.0).contains(&rate(&usual, 36)), "{}", rate(&usual, 36));
        let silent = busy.burst("streetlight", Some("鳳山區"), hour(200 * 168), 24);
        assert_eq!((silent.reports, silent.score), (0, 0.0));
    }

    #[test]
    fn districts_are_apart_and_the_highest_is_found() {
        let mut usual = Usual::new();
        (0..5).for_each(|_| usual.count("flood", Some("三民區"), hour(1)));
        usual.count("flood", None, hour(1));
        usual.count("fire", Some("三民區"), hour(1));
        assert_eq!(usual.highest("flood", hour(1), 6).map(|burst| burst.reports), Some(5));
        assert_eq!(usual.burst("flood", None, hour(1), 6).reports, 1);
        assert_eq!(usual.highest("dengue", hour(1), 6), None);
    }

    #[test]
    fn a_late_report_is_counted_for_a_day_and_then_passed_over() {
        let mut usual = Usual::new();
        usual.count("flood", None, hour(100));
        usual.count("flood", None, hour(99));
        assert_eq!(usual.burst("flood", None, hour(100), 24).reports, 1);
        usual.count("flood", None, hour(101));
        usual.count("flood", None, hour(100));
        assert_eq!(usual.burst("flood", None, hour(101), 24).reports, 3);
    }

    #[test]
    fn pairs_are_bounded() {
        let mut usual = Usual::new();
        (0..PAIRS + 10).for_each(|n| usual.count(&n.to_string(), None, hour(0)));
        assert_eq!(usual.pairs.len(), PAIRS);
    }
}
