//! Times told from now: 「3 小時前」「昨天 10:48」「剛剛」.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// Ways of saying this very moment.
const NOW: [&str; 6] = ["剛剛", "剛才", "現在", "just now", "now", "moments ago"];

/// Units and their seconds, longer names before shorter ones. Months and years are near enough at 30 and 365 days: nobody who
/// writes them means the day.
const UNITS: [(&str, i64); 27] = [
    ("秒鐘", 1),
    ("秒", 1),
    ("分鐘", 60),
    ("分", 60),
    ("個小時", 3600),
    ("小時", 3600),
    ("鐘頭", 3600),
    ("個鐘頭", 3600),
    ("天", 86_400),
    ("日", 86_400),
    ("個星期", 604_800),
    ("星期", 604_800),
    ("週", 604_800),
    ("周", 604_800),
    ("個禮拜", 604_800),
    ("個月", 2_592_000),
    ("年", 31_536_000),
    ("second", 1),
    ("sec", 1),
    ("minute", 60),
    ("min", 60),
    ("hour", 3600),
    ("hr", 3600),
    ("day", 86_400),
    ("week", 604_800),
    ("month", 2_592_000),
    ("year", 31_536_000),
];

/// Days by name and how far back they are.
const DAYS: [(&str, u64); 11] = [
    ("大前天", 3),
    ("前天", 2),
    ("前日", 2),
    ("昨天", 1),
    ("昨日", 1),
    ("昨晚", 1),
    ("今天", 0),
    ("今日", 0),
    ("今早", 0),
    ("yesterday", 1),
    ("today", 0),
];

/// The moment a text tells by its distance from now.
pub(super) fn ago(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.to_ascii_lowercase();
    if NOW.contains(&text.trim()) {
        return Some(now);
    }
    let before = ["前", "ago", "以前", "之前"].iter().find_map(|mark| text.trim().strip_suffix(mark))?;
    let before = before.trim_end_matches(['以', '之', ' ', '約']);
    let at = before.find(|c: char| c.is_ascii_digit() || c == '半')?;
    let rest = before.get(at..)?;
    let half = rest.strip_prefix('半');
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = rest.split_at_checked(digits)?;
    let unit = half.unwrap_or(unit).trim();
    let seconds =
        UNITS.iter().find(|(name, _)| unit == *name || unit.strip_suffix('s') == Some(name)).map(|(_, s)| *s)?;
    let distance = if half.is_some() { seconds / 2 } else { number.parse::<i64>().ok()?.checked_mul(seconds)? };
    now.checked_sub_signed(TimeDelta::try_seconds(distance)?)
}

/// The day a text names from today, and the text without that name.
pub(super) fn day(text: &str, today: NaiveDate) -> Option<(NaiveDate, String)> {
    let lower = text.to_ascii_lowercase();
    let (name, back) = DAYS.iter().find(|(name, _)| lower.contains(name))?;
    let part = if name.ends_with('晚') { "晚上" } else { " " };
    Some((today.checked_sub_days(Days::new(*back))?, lower.replacen(name, part, 1)))
}
