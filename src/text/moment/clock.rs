//! Times of day: 下午3時30分, 晚上10點半, 14:30, 中午12時, 上午.

use super::Stamp;
use crate::text::numeral::numeral_at;

/// A part of the day: how it is written, the minutes it covers, and whether hours up to 11 are those of the afternoon.
struct Part {
    written: &'static str,
    from: u32,
    to: u32,
    late: bool,
}

const fn part(written: &'static str, from: u32, to: u32, late: bool) -> Part {
    Part { written, from, to, late }
}

const NOON: u32 = 12 * 60;
const MIDNIGHT: u32 = 24 * 60;

/// Parts of the day, two characters before one.
const PARTS: [Part; 21] = [
    part("凌晨", 0, 6 * 60, false),
    part("清晨", 4 * 60, 8 * 60, false),
    part("清早", 4 * 60, 8 * 60, false),
    part("早上", 5 * 60, NOON, false),
    part("早晨", 5 * 60, 10 * 60, false),
    part("上午", 0, NOON, false),
    part("中午", 11 * 60, 14 * 60, false),
    part("正午", NOON, NOON, false),
    part("午間", 11 * 60, 14 * 60, false),
    part("下午", NOON, 18 * 60, true),
    part("午後", NOON, 18 * 60, true),
    part("傍晚", 16 * 60, 19 * 60, true),
    part("晚上", 17 * 60, MIDNIGHT, true),
    part("晚間", 17 * 60, MIDNIGHT, true),
    part("夜間", 17 * 60, MIDNIGHT, true),
    part("深夜", 21 * 60, MIDNIGHT, true),
    part("半夜", 0, 5 * 60, false),
    part("午夜", 0, 0, false),
    part("晚", 17 * 60, MIDNIGHT, true),
    part("早", 5 * 60, NOON, false),
    part("晨", 0, 8 * 60, false),
];

/// The time of day at byte `at` and where it ends. Behind a day
/// (`dated`) a part of the day says enough by itself; elsewhere it does not.
pub(super) fn time_at(text: &str, at: usize, dated: bool) -> Option<(Stamp, usize)> {
    let rest = text.get(at..)?;
    let part = PARTS.iter().find(|part| rest.starts_with(part.written));
    let (part_end, single) = part.map_or((at, false), |part| (at + part.written.len(), part.written.len() == 3));
    if let Some((minutes, end)) = hour_at(text, part_end, part, dated) {
        let either = part.is_none() && minutes < NOON + 60;
        return Some((Stamp { days: None, minutes: Some((minutes, minutes)), either }, end));
    }
    let part = part.filter(|_| dated)?;
    // 早 and 晚 alone are times behind 今, 明 and 昨, which `day` has read; 早 begins many other words.
    let is_word =
        single && text.get(part_end..).is_some_and(|rest| rest.starts_with(['期', '已', '就', '場', '餐', '年', '安']));
    (!is_word).then_some((Stamp { days: None, minutes: Some((part.from, part.to)), either: false }, part_end))
}

/// 3時30分, 10點半, 14:30, 九時許.
fn hour_at(text: &str, at: usize, part: Option<&Part>, dated: bool) -> Option<(u32, usize)> {
    let hour =
        numeral_at(text, at).filter(|hour| hour.low <= 24.0 && hour.low.fract() == 0.0 && hour.span.len() <= 9)?;
    let rest = text.get(hour.span.end..)?;
    let mark = rest.chars().next()?;
    let after = hour.span.end + mark.len_utf8();
    let tail = text.get(after..)?;
    let (minute, end) = match mark {
        ':' | '：' => {
            let minute = tail.get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
            if tail.get(2..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) || hour.chinese {
                return None;
            }
            (minute, after + 2)
        }
        '時' if !tail.starts_with(['間', '候', '段', '機', '代', '數', '速']) => minute_at(text, after),
        // 3點 alone may be three points; a time has a part of the day, a day or a half before or behind it.
        '點' if part.is_some() || dated || tail.starts_with(['半', '整', '許', '起', '至', '到', '前', '後', '多']) => {
            minute_at(text, after)
        }
        _ => return None,
    };
    if minute >= 60 {
        return None;
    }
    let hour = whole(hour.low);
    let hour = match part {
        Some(part) if part.late && hour < 12 => hour + 12,
        // 中午1時 is 13:00; 凌晨12時 and 晚上12時 are midnight.
        Some(part) if part.written == "中午" && hour < 4 => hour + 12,
        Some(part) if !part.late && part.to <= 6 * 60 && hour == 12 => 0,
        Some(part) if part.late && part.from >= 17 * 60 && hour == 12 => 24,
        _ => hour,
    };
    Some((hour * 60 + minute, end))
}

/// The minutes behind 時 or 點 and where they end.
fn minute_at(text: &str, at: usize) -> (u32, usize) {
    let rest = text.get(at..).unwrap_or_default();
    for (word, minute) in [("半", 30), ("整", 0), ("正", 0), ("許", 0), ("多", 0)] {
        if rest.starts_with(word) {
            return (minute, at + word.len());
        }
    }
    let minute = numeral_at(text, at).filter(|minute| minute.low < 60.0 && minute.low.fract() == 0.0);
    match minute.map(|minute| (whole(minute.low), minute.span.end)) {
        Some((minute, end))
            if text.get(end..).is_some_and(|rest| rest.starts_with('分') && !rest.starts_with("分之")) =>
        {
            (minute, end + '分'.len_utf8())
        }
        _ => (0, at),
    }
}

/// A small whole number as read by [`numeral_at`].
pub(super) fn whole(value: f64) -> u32 {
    // Lengths and values were bounded by the callers, so nothing is cut off.
    (0..=9999_u32).find(|whole| f64::from(*whole) >= value).unwrap_or(0)
}
