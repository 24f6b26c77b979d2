//! Due times as `clarion deadline` prints them, and closures as it reads them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::instant;
use crate::domain::{CalendarWarning, CaseLevel, Closure, Due, TAIPEI, taipei};

/// A due time, with why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineOut {
    /// The profile: A, B or C.
    pub profile: &'static str,
    /// The goal: acknowledge, plan, publish or answer.
    pub goal: &'static str,
    /// The same in words.
    pub goal_words: &'static str,
    /// When the matter was known.
    pub t0: String,
    /// When it is due.
    pub due: String,
    /// How that was found, sentence by sentence.
    pub why: Vec<String>,
    /// When people are warned.
    pub warnings: Vec<String>,
}

impl DeadlineOut {
    /// A due time of a level.
    #[must_use]
    pub fn new(level: CaseLevel, due: &Due) -> Self {
        Self {
            profile: level.name(),
            goal: due.goal.name(),
            goal_words: due.goal.words(),
            t0: written(due.known),
            due: written(due.at),
            warnings: due.warnings().into_iter().map(written).collect(),
            why: due.why.clone(),
        }
    }
}

/// What is to be said of all of them: that the calendar is too old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadlineNote {
    /// The sentence.
    pub note: String,
}

impl DeadlineNote {
    /// Says that the calendar is too old.
    #[must_use]
    pub fn new(warning: CalendarWarning) -> Self {
        Self { note: warning.to_string() }
    }
}

fn written(at: DateTime<Utc>) -> String {
    taipei(at).to_rfc3339()
}

/// Why a closure is refused, in words for the person who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum ClosureFault {
    /// The line is no JSON object of the shape.
    #[error("不是停班資料 {{\"day\":\"2024-07-25\",\"from\":\"12:00\",\"district\":\"前鎮區\"}}：{0}")]
    Shape(#[from] serde_json::Error),
    /// The day cannot be read.
    #[error("日期「{0}」不是日期，請寫成 2024-07-25")]
    Day(String),
    /// A time of day cannot be read.
    #[error("時間「{0}」不是時間，請寫成 12:00")]
    Clock(String),
    /// The moment it was known cannot be read.
    #[error("得知時間「{0}」不是時間，請寫成 2024-07-25T11:00:00+08:00")]
    Known(String),
    /// It ends before it begins.
    #[error("停班迄時須晚於起時")]
    Empty,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosureIn {
    day: String,
    #[serde(default)]
    district: Option<String>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    until: Option<String>,
    #[serde(default)]
    valid_from: Option<String>,
    #[serde(default)]
    note: Option<String>,
}

/// Reads a closure from a line of JSON Lines: `day`, and where it is not the whole day or the whole city `from`, `until` and
/// `district`; `valid_from` is since when it was known, without it that was before the day began.
///
/// # Errors
/// [`ClosureFault`], in words for the person who wrote it.
pub fn closure(line: &str) -> Result<Closure, ClosureFault> {
    let ClosureIn { day, district, from, until, valid_from, note } = serde_json::from_str(line)?;
    let date: NaiveDate = day.trim().parse().map_err(|_| ClosureFault::Day(day))?;
    let clock = |written: Option<String>| match written {
        None => Ok(None),
        Some(written) => match NaiveTime::parse_from_str(written.trim(), "%H:%M") {
            Ok(time) => Ok(Some(time)),
            Err(_) => Err(ClosureFault::Clock(written)),
        },
    };
    let closure = Closure {
        day: date,
        district: district.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        from: clock(from)?,
        until: clock(until)?,
        valid_from: match valid_from {
            Some(written) => instant(&written).ok_or(ClosureFault::Known(written))?,
            None => day_before(date),
        },
        note: note.unwrap_or_default(),
    };
    let (begins, ends) = closure.announced();
    if begins < ends { Ok(closure) } else { Err(ClosureFault::Empty) }
}

/// The start of a day in Taipei.
fn day_before(date: NaiveDate) -> DateTime<Utc> {
    let offset = TimeDelta::seconds(i64::from(TAIPEI.local_minus_utc()));
    let midnight = date.and_time(NaiveTime::MIN);
    midnight.checked_sub_signed(offset).unwrap_or(midnight).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Goal;

    #[test]
    fn a_due_time_is_written_with_taipeis_offset() {
        let known = instant("2026-03-17T09:00").unwrap();
        let at = |minutes| known + TimeDelta::minutes(minutes);
        let (half, near) = (at(60), at(105));
        let due = Due { goal: Goal::Publish, known, at: at(120), half, near, why: vec!["因為。".into()] };
        assert_eq!(
            serde_json::to_string(&DeadlineOut::new(CaseLevel::A, &due)).unwrap(),
            "{\"profile\":\"A\",\"goal\":\"publish\",\"goal_words\":\"發布回應\",\"t0\":\"2026-03-17T09:00:00+08:00\",\
             \"due\":\"2026-03-17T11:00:00+08:00\",\"why\":[\"因為。\"],\
             \"warnings\":[\"2026-03-17T10:00:00+08:00\",\"2026-03-17T10:45:00+08:00\"]}"
        );
    }

    #[test]
    fn a_closure_without_more_is_the_whole_day_and_city_and_known_before() {
        let read = closure("{\"day\":\"2024-07-25\"}").unwrap();
        assert_eq!(read.closed(), Some(read.announced()));
        assert_eq!((read.district, read.from, read.until), (None, None, None));
    }

    #[test]
    fn a_closure_may_be_part_of_a_day_of_a_district_and_known_late() {
        let line = "{\"day\":\"2024-07-25\",\"from\":\"12:00\",\"until\":\"15:00\",\"district\":\"前鎮區\",\
                    \"valid_from\":\"2024-07-25T13:00\",\"note\":\"凱米颱風\"}";
        let read = closure(line).unwrap();
        let (from, until) = read.closed().unwrap();
        assert_eq!((from.to_string(), until.to_string()), ("2024-07-25 13:00:00".into(), "2024-07-25 15:00:00".into()));
        assert!(read.concerns(Some("前鎮區")) && !read.concerns(Some("鳳山區")));
    }

    #[test]
    fn a_closure_that_cannot_be_read_says_what_is_wrong() {
        for (line, told) in [
            ("[]", "不是停班資料"),
            ("{\"day\":\"2024-07-25\",\"distict\":\"前鎮區\"}", "distict"),
            ("{\"day\":\"7/25\"}", "日期「7/25」"),
            ("{\"day\":\"2024-07-25\",\"from\":\"noon\"}", "時間「noon」"),
            ("{\"day\":\"2024-07-25\",\"from\":\"15:00\",\"until\":\"12:00\"}", "停班迄時須晚於起時"),
            ("{\"day\":\"2024-07-25\",\"valid_from\":\"昨晚\"}", "得知時間「昨晚」"),
        ] {
            let error = closure(line).unwrap_err().to_string();
            assert!(error.contains(told), "{line}: {error}");
        }
    }
}
