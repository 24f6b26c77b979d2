//! How urgent a case is: by what its reports may do to people, how sure the check is, how far they reach and how fresh they
//! are.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{CaseLevel, Level, SURE};

/// How far a matter has to reach to be of the highest level although no single report of it harms anybody: as far as five
/// ordinary outlets, by the weights of `[[source]]`. Half of a day's newsrooms then print it, and the others ask by noon.
const WIDE: f64 = 5.0;

/// From this surprise on more is written of a service than usual (`story::Burst::score`; 3 is once in a thousand stretches),
/// and every outlet counts twice, because others are about to follow.
const BURST: f64 = 3.0;

/// What is older than three days cannot be put straight the same day any more, and wakes nobody at night.
const FRESH: TimeDelta = TimeDelta::hours(72);

/// An alert, as far as the level of its case depends on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Doubtful {
    /// The level that the check gave it by its score and words.
    pub level: Level,
    /// How sure the check is, 0 to 1.
    pub score: f64,
    /// When the report was published, or first fetched.
    pub at: DateTime<Utc>,
}

/// How far the reports of a case go.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reach {
    /// The weights of its outlets together, an ordinary outlet at 1.0.
    pub weight: f64,
    /// How surprising the number of reports of its service is (`story::Burst::score`).
    pub burst: f64,
}

impl Reach {
    fn is_wide(self) -> bool {
        self.weight * if self.burst >= BURST { 2.0 } else { 1.0 } >= WIDE
    }
}

/// The level of a case: A when a fresh report harms people, or when a fresh one is surely wrong and reaches far; B else.
#[must_use]
pub fn level(doubtful: &[Doubtful], reach: Reach, now: DateTime<Utc>) -> CaseLevel {
    let grave = |it: &Doubtful| it.level == Level::A || (it.level == Level::B && it.score >= SURE && reach.is_wide());
    let fresh = |it: &Doubtful| now - it.at <= FRESH;
    if doubtful.iter().any(|it| fresh(it) && grave(it)) { CaseLevel::A } else { CaseLevel::B }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-17T10:00:00+08:00".parse().unwrap()
    }

    fn doubtful(level: Level, score: f64, hours: i64) -> Doubtful {
        Doubtful { level, score, at: now() - TimeDelta::hours(hours) }
    }

    #[test]
    fn harm_makes_a_case_grave_as_long_as_it_is_fresh() {
        for (hours, expect) in [(0, CaseLevel::A), (72, CaseLevel::A), (73, CaseLevel::B)] {
            assert_eq!(level(&[doubtful(Level::A, 0.9, hours)], Reach::default(), now()), expect, "{hours}");
        }
        let both = [doubtful(Level::A, 0.9, 100), doubtful(Level::B, 0.75, 1)];
        assert_eq!(level(&both, Reach::default(), now()), CaseLevel::B, "the grave report is old");
    }

    #[test]
    fn what_five_outlets_print_is_grave_when_it_is_surely_wrong() {
        for (score, weight, burst, expect) in [
            (SURE, 5.0, 0.0, CaseLevel::A),
            (SURE, 4.9, 0.0, CaseLevel::B),
            (SURE, 2.5, 3.0, CaseLevel::A),
            (SURE, 2.5, 2.9, CaseLevel::B),
            (SURE - 0.01, 99.0, 9.0, CaseLevel::B),
        ] {
            let reach = Reach { weight, burst };
            assert_eq!(level(&[doubtful(Level::B, score, 1)], reach, now()), expect, "{score} {weight} {burst}");
        }
    }

    #[test]
    fn a_case_without_alerts_and_one_of_silenced_alerts_can_wait() {
        let far = Reach { weight: 50.0, burst: 9.0 };
        assert_eq!(level(&[], far, now()), CaseLevel::B);
        assert_eq!(level(&[doubtful(Level::None, 0.95, 1)], far, now()), CaseLevel::B);
    }
}
