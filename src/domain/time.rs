//! Taiwan time: one zone, no daylight saving, and the Republic's calendar in documents.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc};

/// Asia/Taipei has been UTC+8 all year since 1980, so a fixed offset says it exactly.
pub const TAIPEI: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => unreachable!(),
};

/// The years between the Republic's calendar and the common era: 民國元年 is 1912.
const ROC_EPOCH: i32 = 1911;

/// An instant as a wall clock in Taipei.
#[must_use]
pub fn taipei(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    at.with_timezone(&TAIPEI)
}

/// The common-era year of a year of the Republic (`115` is 2026).
#[must_use]
pub fn ad_date(roc_year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(roc_year.checked_add(ROC_EPOCH)?, month, day)
}

/// A day as official documents write it: `115年3月17日`.
#[must_use]
pub fn roc_date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year() - ROC_EPOCH, day.month(), day.day())
}

/// The year of the Republic that a day lies in.
#[must_use]
pub fn roc_year(day: NaiveDate) -> i32 {
    day.year() - ROC_EPOCH
}

/// How sure we are of a time read from a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateQuality {
    /// Day and time of day were written.
    Exact,
    /// Only the day was written: the time is midnight in Taipei.
    DayOnly,
    /// The year or the day was inferred (`M/D`, 「昨天」, 「3 小時前」).
    Inferred,
    /// The written time lay in the future and was moved to the time of fetching.
    Clamped,
}

/// An instant read from a page, with how it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// The instant.
    pub at: DateTime<Utc>,
    /// How sure we are.
    pub quality: DateQuality,
}

impl Dated {
    /// A time that was written in full.
    #[must_use]
    pub fn exact(at: DateTime<Utc>) -> Self {
        Self { at, quality: DateQuality::Exact }
    }

    /// The same, moved to `now` when it lies more than ten minutes ahead of it: clocks of publishers drift,
    /// and a report from the future would stay on top of every list.
    #[must_use]
    pub fn not_after(self, now: DateTime<Utc>) -> Self {
        if self.at > now + chrono::TimeDelta::minutes(10) {
            Self { at: now, quality: DateQuality::Clamped }
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_year_of_the_republic_is_1912() {
        assert_eq!(ad_date(1, 1, 1), NaiveDate::from_ymd_opt(1912, 1, 1));
        assert_eq!(NaiveDate::from_ymd_opt(2026, 3, 17).map(roc_date), Some("115年3月17日".into()));
    }

    #[test]
    fn a_report_from_the_future_is_moved_to_now() {
        let now = DateTime::UNIX_EPOCH;
        let ahead = Dated::exact(now + chrono::TimeDelta::days(700));
        assert_eq!(ahead.not_after(now), Dated { at: now, quality: DateQuality::Clamped });
        let drift = Dated::exact(now + chrono::TimeDelta::minutes(9));
        assert_eq!(drift.not_after(now), drift);
    }
}
