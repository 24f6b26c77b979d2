//! On which days and at which hours an office works: the government's calendar, office hours, closures for typhoons.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};

use super::{roc_date, taipei};

/// Days that must still lie ahead in the calendar. The table of a year is announced in the middle of the year before, so
/// that one with less ahead was forgotten.
const DAYS_AHEAD: i64 = 60;

/// A day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarDay {
    /// Which.
    pub date: NaiveDate,
    /// Whether offices are shut. A make-up Saturday (補行上班) is not off.
    pub off: bool,
    /// Its name, 春節 or 補行上班; may be empty.
    pub note: String,
}

/// 政府行政機關辦公日曆表 (行政院人事行政總處). Where it knows nothing, Monday to Friday are taken for working days.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// In the order of the days, each once.
    days: Vec<CalendarDay>,
}

impl Calendar {
    /// A calendar of these days, in any order; of a day that is told twice the first counts.
    #[must_use]
    pub fn new(mut days: Vec<CalendarDay>) -> Self {
        days.sort_by_key(|day| day.date);
        days.dedup_by_key(|day| day.date);
        Self { days }
    }

    /// What it says of a day; nothing of one that is not in it.
    #[must_use]
    pub fn day(&self, date: NaiveDate) -> Option<&CalendarDay> {
        self.days.get(self.days.binary_search_by_key(&date, |day| day.date).ok()?)
    }

    /// Whether offices are shut that day.
    #[must_use]
    pub fn is_off(&self, date: NaiveDate) -> bool {
        self.day(date).map_or_else(|| is_weekend(date), |day| day.off)
    }

    /// The last day in it.
    #[must_use]
    pub fn last(&self) -> Option<NaiveDate> {
        self.days.last().map(|day| day.date)
    }

    /// What is to be said of it to somebody who asks for `day` on the day `today`: that it does not hold that day, or that
    /// it soon ends.
    #[must_use]
    pub fn warning(&self, day: NaiveDate, today: NaiveDate) -> Option<CalendarWarning> {
        if self.day(day).is_none() {
            return Some(CalendarWarning::Missing(day));
        }
        let last = self.last()?;
        ((last - today).num_days() < DAYS_AHEAD).then_some(CalendarWarning::Ending(last))
    }
}

/// Saturday or Sunday.
#[must_use]
pub fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// Why due times may be wrong: the calendar is too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarWarning {
    /// It does not hold the day asked for.
    Missing(NaiveDate),
    /// It ends soon, or has ended.
    Ending(NaiveDate),
}

impl fmt::Display for CalendarWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(day) => write!(
                f,
                "辦公日曆未載{}，暫依週一至週五上班推算；請依行政院人事行政總處公布之辦公日曆表更新 calendar/workdays.tsv。",
                roc_date(*day)
            ),
            Self::Ending(last) => write!(
                f,
                "辦公日曆僅載至{}，所餘不足 {DAYS_AHEAD} 日；請依行政院人事行政總處公布之辦公日曆表更新 calendar/workdays.tsv。",
                roc_date(*last)
            ),
        }
    }
}

/// The hours of a working day: periods from and to, in their order, none touching the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeHours(Vec<(NaiveTime, NaiveTime)>);

impl OfficeHours {
    /// Office hours of these periods; none when there is no period, one is empty, or they are out of order.
    #[must_use]
    pub fn new(periods: Vec<(NaiveTime, NaiveTime)>) -> Option<Self> {
        let whole = periods.iter().all(|(from, to)| from < to);
        let ordered = periods.iter().zip(periods.iter().skip(1)).all(|(before, after)| before.1 < after.0);
        (whole && ordered && !periods.is_empty()).then_some(Self(periods))
    }

    /// The periods.
    #[must_use]
    pub fn periods(&self) -> &[(NaiveTime, NaiveTime)] {
        &self.0
    }
}

impl Default for OfficeHours {
    /// The usual hours of Taiwan's offices, 08:00 to 12:00 and 13:30 to 17:30.
    fn default() -> Self {
        let at = |minutes| NaiveTime::MIN + TimeDelta::minutes(minutes);
        Self(vec![(at(8 * 60), at(12 * 60)), (at(13 * 60 + 30), at(17 * 60 + 30))])
    }
}

/// 停止上班: offices are shut for a typhoon, for a day or a part of it, in a district or the whole city. A person enters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// The day.
    pub day: NaiveDate,
    /// The district; none is the whole city.
    pub district: Option<String>,
    /// From when on; none is from the start of the day.
    pub from: Option<NaiveTime>,
    /// Until when; none is to the end of the day.
    pub until: Option<NaiveTime>,
    /// Since when it was known: the hours before were worked and count as such.
    pub valid_from: DateTime<Utc>,
    /// Why: the typhoon's name; may be empty.
    pub note: String,
}

impl Closure {
    /// Whether it shuts the offices of a district; a matter without a district is the whole city's.
    #[must_use]
    pub fn concerns(&self, district: Option<&str>) -> bool {
        self.district.is_none() || self.district.as_deref() == district
    }

    /// The time that was announced as shut, as a clock in Taipei shows it.
    #[must_use]
    pub fn announced(&self) -> (NaiveDateTime, NaiveDateTime) {
        let midnight = self.day.and_time(NaiveTime::MIN);
        let end = midnight.checked_add_signed(TimeDelta::days(1)).unwrap_or(midnight);
        (
            self.from.map_or(midnight, |from| self.day.and_time(from)),
            self.until.map_or(end, |until| self.day.and_time(until)),
        )
    }

    /// The time that does not count: what was announced, from when it was known on. Nothing when it was known too late.
    #[must_use]
    pub fn closed(&self) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let (from, until) = self.announced();
        let from = from.max(taipei(self.valid_from).naive_local());
        (from < until).then_some((from, until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn day(text: &str, off: bool) -> CalendarDay {
        CalendarDay { date: date(text), off, note: String::new() }
    }

    #[test]
    fn what_the_calendar_does_not_hold_is_monday_to_friday() {
        let calendar = Calendar::new(vec![day("2025-02-08", false), day("2025-02-07", true)]);
        assert!(calendar.is_off(date("2025-02-07")), "told as off");
        assert!(!calendar.is_off(date("2025-02-08")), "a Saturday that is worked");
        assert!(calendar.is_off(date("2025-02-15")) && !calendar.is_off(date("2025-02-17")), "not in it");
        assert!(calendar.day(date("2025-02-09")).is_none());
        assert_eq!(calendar.last(), Some(date("2025-02-08")));
    }

    #[test]
    fn a_calendar_that_is_missing_a_day_or_soon_ends_says_so() {
        let calendar = Calendar::new(vec![day("2027-12-30", false), day("2027-12-31", true)]);
        let warning = |asked: &str, today: &str| calendar.warning(date(asked), date(today));
        assert_eq!(warning("2027-12-30", "2027-11-01"), None, "60 days ahead");
        assert_eq!(warning("2027-12-30", "2027-11-02"), Some(CalendarWarning::Ending(date("2027-12-31"))), "59 days");
        assert_eq!(warning("2028-01-03", "2027-01-01"), Some(CalendarWarning::Missing(date("2028-01-03"))));
        let empty = Calendar::default().warning(date("2026-03-17"), date("2026-03-17")).unwrap().to_string();
        assert!(empty.contains("未載115年3月17日") && empty.contains("週一至週五"), "{empty}");
    }

    #[test]
    fn office_hours_that_overlap_or_are_empty_are_refused() {
        let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        assert!(OfficeHours::new(Vec::new()).is_none());
        assert!(OfficeHours::new(vec![(at(12), at(8))]).is_none());
        assert!(OfficeHours::new(vec![(at(8), at(12)), (at(11), at(17))]).is_none());
        assert!(OfficeHours::new(vec![(at(8), at(12)), (at(13), at(17))]).is_some());
    }

    #[test]
    fn hours_before_a_closure_was_known_were_worked() {
        let known = |time: &str| DateTime::parse_from_rfc3339(time).unwrap().to_utc();
        let closure = |valid_from: &str| Closure {
            day: date("2024-07-25"),
            district: None,
            from: None,
            until: None,
            valid_from: known(valid_from),
            note: String::new(),
        };
        let midnight = date("2024-07-25").and_time(NaiveTime::MIN);
        let whole = closure("2024-07-24T20:00:00+08:00").closed().unwrap();
        assert_eq!(whole, (midnight, midnight + TimeDelta::days(1)));
        let late = closure("2024-07-25T10:00:00+08:00").closed().unwrap();
        assert_eq!(late.0, midnight + TimeDelta::hours(10));
        assert_eq!(closure("2024-07-26T00:00:00+08:00").closed(), None);
    }

    #[test]
    fn a_closure_of_one_district_leaves_the_others_open() {
        let of = |district: Option<&str>| Closure {
            day: date("2024-07-25"),
            district: district.map(str::to_owned),
            from: None,
            until: None,
            valid_from: DateTime::UNIX_EPOCH,
            note: String::new(),
        };
        assert!(of(None).concerns(Some("前鎮區")) && of(None).concerns(None));
        assert!(of(Some("前鎮區")).concerns(Some("前鎮區")));
        assert!(!of(Some("前鎮區")).concerns(Some("鳳山區")) && !of(Some("前鎮區")).concerns(None));
    }
}
