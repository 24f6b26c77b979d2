//! When a report was published and last changed, from all the places a page says so.

use chrono::{DateTime, TimeDelta, Utc};
use scraper::Html;

use crate::domain::{DateQuality, Dated};

use super::super::{date, tree};

/// Publishers' clocks may run ahead by this much; the domain allows the same.
const DRIFT: TimeDelta = TimeDelta::minutes(10);

/// Taipei's lead over UTC: what a local time falsely marked `Z` is wrong by.
const LEAD: TimeDelta = TimeDelta::hours(8);

/// An element longer than this is text, not a time.
const LONGEST_STAMP: usize = 120;

/// How lines begin that say when a report came out.
const LABELS: [&str; 15] = [
    "發布",
    "發佈",
    "發稿",
    "發表",
    "刊登",
    "刊出",
    "上稿",
    "上架",
    "張貼",
    "公告",
    "建立",
    "日期",
    "時間",
    "更新",
    "最後更新",
];

/// A label is shorter than this, in characters, with the sign behind it.
const LONGEST_LABEL: usize = 12;

/// Halves and parts of a day that stand before the hour.
const PARTS: [&str; 11] = ["上午", "下午", "晚上", "中午", "凌晨", "早上", "晚間", "傍晚", "清晨", "AM", "PM"];

/// First published and last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Times {
    /// First published.
    pub published: Option<Dated>,
    /// Last changed.
    pub updated: Option<Dated>,
}

/// A time printed on the page for readers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Printed {
    at: Dated,
    is_update: bool,
}

/// Chooses among stated times (best first, as written) and what the page prints.
///
/// A stated day without time takes the printed time of that day. A stated time marked UTC that lies in the future, or
/// whose figures the page prints as local time, is a local time that was labelled wrongly. `lines` gives text that may print a
/// time, for a page without any other.
pub(super) fn choose<'a>(
    html: &Html,
    published: impl Iterator<Item = &'a str>,
    modified: impl Iterator<Item = &'a str>,
    lines: impl FnOnce() -> Vec<String>,
    now: DateTime<Utc>,
) -> Times {
    let mut printed = printed(html, now);
    let mut stated = published.peekable();
    // Words of a text may hold any date: its lines are asked only where nothing else says when.
    if stated.peek().is_none() && !printed.iter().any(|p| !p.is_update) {
        printed.extend(lines().iter().flat_map(|line| in_line(line, now)));
    }
    let first = |is_update: bool| printed.iter().filter(move |p| p.is_update == is_update).map(|p| p.at);
    let exact = |times: &mut dyn Iterator<Item = Dated>| times.min_by_key(|at| at.quality);
    let stated = stated.filter_map(|raw| instant(raw, &printed, now)).min_by_key(|at| at.quality);
    let printed_first = exact(&mut first(false));
    let found = match (stated, printed_first) {
        (Some(stated), Some(shown)) if stated.quality != DateQuality::Exact && shown.quality == DateQuality::Exact => {
            Some(shown)
        }
        (stated, shown) => stated.or(shown).or_else(|| machine_readable(html, &printed, now)),
    };
    let updated = modified.into_iter().find_map(|raw| instant(raw, &printed, now)).or_else(|| exact(&mut first(true)));
    // A page that prints nothing but 「更新」 was published then or before: good enough to sort by, and marked so.
    let published = found.or_else(|| updated.map(|at| Dated { quality: DateQuality::Inferred, ..at }));
    Times {
        published: published.map(|at| at.not_after(now)),
        updated: updated
            .filter(|at| found.is_none_or(|first| at.at >= first.at || at.quality != DateQuality::Exact))
            .map(|at| at.not_after(now)),
    }
}

/// A stated time as an instant, with false UTC marks corrected.
fn instant(raw: &str, printed: &[Printed], now: DateTime<Utc>) -> Option<Dated> {
    let read = date::parse(raw, now).or_else(|| stamps(raw).next().and_then(|stamp| date::parse(stamp, now)))?;
    let local = Dated { at: read.at - LEAD, ..read };
    let marked = ["Z", "z", "+00:00", "+0000", "GMT", "UTC"].iter().any(|mark| raw.trim_end().ends_with(mark));
    let minute = |at: DateTime<Utc>| at.timestamp().div_euclid(60);
    let is_printed =
        |at: DateTime<Utc>| printed.iter().any(|p| p.at.quality == DateQuality::Exact && minute(p.at.at) == minute(at));
    let ahead = read.at > now + DRIFT && local.at <= now + DRIFT;
    Some(if marked && (ahead || (is_printed(local.at) && !is_printed(read.at))) { local } else { read })
}

/// The times the page prints in elements made for them, those after the headline first: lists of other reports and
/// today's date usually stand above it or far below.
fn printed(html: &Html, now: DateTime<Utc>) -> Vec<Printed> {
    let root = html.root_element();
    let headline =
        tree::find(root, r#"h1, [itemprop~="headline"]"#).into_iter().map(|element| element.id()).collect::<Vec<_>>();
    let mut after = false;
    let (mut late, mut early) = (Vec::new(), Vec::new());
    for element in tree::find(
        root,
        r#"h1, [itemprop~="headline"], time, [class*="time" i], [class*="date" i], [id*="time" i], [id*="date" i], [class*="info" i]"#,
    ) {
        if headline.contains(&element.id()) {
            after = true;
            continue;
        }
        let line = element.text().flat_map(str::chars).take(LONGEST_STAMP + 1).collect::<String>();
        if line.len() > LONGEST_STAMP * 3 || line.chars().count() > LONGEST_STAMP {
            continue;
        }
        if after { &mut late } else { &mut early }.extend(in_line(&line, now));
    }
    late.extend(early);
    late
}

/// The times in one line, each with what its label says of it.
fn in_line(line: &str, now: DateTime<Utc>) -> Vec<Printed> {
    let mut found = Vec::new();
    let mut label = line;
    for stamp in stamps(line) {
        let Some((before, rest)) = label.split_once(stamp) else { break };
        let is_update = ["更新", "修改", "編修", "pdate", "odified"].iter().any(|word| before.contains(word));
        label = rest;
        if let Some(at) = date::parse(stamp, now)
            && at.at <= now + DRIFT
        {
            found.push(Printed { at, is_update });
        }
    }
    found
}

/// Whether a line is a label such as 「發布日期：」 with a time behind it.
pub(super) fn is_labelled(line: &str) -> bool {
    let label = line.trim_start_matches(['※', '【', '（', '(', '•', ' ', '　']);
    LABELS.iter().any(|word| label.starts_with(word))
        && line.chars().count() <= LONGEST_STAMP
        && stamps(line).next().is_some_and(|stamp| {
            let name = line.split(stamp).next().unwrap_or_default();
            name.chars().count() <= LONGEST_LABEL && !name.contains(['，', '。'])
        })
}

/// `<time datetime>`, for pages that print only 「3 小時前」.
fn machine_readable(html: &Html, printed: &[Printed], now: DateTime<Utc>) -> Option<Dated> {
    tree::find(html.root_element(), "time[datetime]")
        .into_iter()
        .filter_map(|element| element.attr("datetime"))
        .find_map(|raw| instant(raw, printed, now))
}

/// The stretches of a text that are a date, with the time of day behind it if there is one: `2026/03/17 10:48`,
/// `2026年3月17日 下午 5:23`, `民國115年3月17日`, `115-03-17`.
pub(super) fn stamps(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(|c: char| c.is_ascii_digit())?;
            let (_, from) = rest.split_at_checked(start)?;
            let year_end = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
            if let Some(end) = stamp_end(from) {
                let (stamp, tail) = from.split_at_checked(end)?;
                rest = tail;
                return Some(stamp.trim_end());
            }
            rest = from.get(year_end..)?;
        }
    })
}

/// Where the date at the beginning of `text` ends.
fn stamp_end(text: &str) -> Option<usize> {
    let mut cursor = Cursor { text, at: 0 };
    let year = cursor.number(3..=4)?;
    if !(90..=199).contains(&year) && !(1950..=2100).contains(&year) {
        return None;
    }
    cursor.one_of(&['-', '/', '.', '年'])?;
    cursor.spaces();
    cursor.number(1..=2)?;
    cursor.one_of(&['-', '/', '.', '月'])?;
    cursor.spaces();
    cursor.number(1..=2)?;
    let _ = cursor.one_of(&['日']);
    let day = cursor.at;
    // A time of day follows at once, after a space or T, or after a weekday in brackets.
    let _ = cursor.weekday();
    cursor.spaces();
    let _ = cursor.one_of(&['T', '•', '|', '·', ',']);
    cursor.spaces();
    let _ = PARTS.iter().find(|word| cursor.word(word));
    cursor.spaces();
    let hour = cursor.number(1..=2).and_then(|_| cursor.one_of(&[':', '：', '時', '點']));
    // 「8時5分」 is a whole time; behind a colon one digit is a number cut short.
    let spoken = matches!(hour, Some('時' | '點'));
    if hour.is_none() || cursor.number(if spoken { 1..=2 } else { 2..=2 }).is_none() {
        return Some(day);
    }
    let counted = cursor.one_of(&['分']).is_some();
    if spoken {
        let minute = cursor.at;
        let second = counted && cursor.number(1..=2).is_some() && cursor.one_of(&['秒']).is_some();
        return Some(if second { cursor.at } else { minute });
    }
    let minute = cursor.at;
    let seconds = cursor.one_of(&[':', '：']).is_some() && cursor.number(2..=2).is_some();
    let mut end = if seconds { cursor.at } else { minute };
    cursor.at = end;
    cursor.spaces();
    if ["AM", "PM", "am", "pm"].iter().any(|word| cursor.word(word)) {
        end = cursor.at;
    }
    Some(end)
}

/// A place in a text that moves over what it expects and stays where it is otherwise.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn number(&mut self, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number = rest.get(..end).filter(|_| digits.contains(&end))?.parse().ok()?;
        self.at += end;
        Some(number)
    }

    fn one_of(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.rest().chars().next().filter(|c| signs.contains(c))?;
        self.at += sign.len_utf8();
        Some(sign)
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn spaces(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn weekday(&mut self) -> Option<()> {
        let back = self.at;
        self.spaces();
        let bracket = self.one_of(&['(', '（']).is_some();
        let named = self.word("星期") || self.word("週") || self.word("周");
        if (bracket || named) && self.one_of(&['一', '二', '三', '四', '五', '六', '日']).is_some() {
            let _ = self.one_of(&[')', '）']);
            return Some(());
        }
        self.at = back;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-17T04:00:00Z".parse().unwrap()
    }

    fn times(page: &str, published: &[&str], modified: &[&str]) -> (Option<String>, Option<String>) {
        let html = tree::parse(page).unwrap();
        let times = choose(&html, published.iter().copied(), modified.iter().copied(), Vec::new, now());
        let written = |at: Option<Dated>| at.map(|at| at.at.format("%m-%dT%H:%M").to_string());
        (written(times.published), written(times.updated))
    }

    #[test]
    fn dates_are_found_inside_labels() {
        let found = |text| stamps(text).collect::<Vec<_>>();
        assert_eq!(
            found("建立時間：2016/05/21 11:44 更新：2016-05-21 12:00:01"),
            ["2016/05/21 11:44", "2016-05-21 12:00:01"]
        );
        assert_eq!(found("民國115年3月17日（二）下午 5:23"), ["115年3月17日（二）下午 5:23"]);
        assert_eq!(found("發布 115.03.17 點閱 1234"), ["115.03.17"]);
        assert_eq!(found("115年3月17日 上午8時5分 點閱"), ["115年3月17日 上午8時5分"]);
        assert_eq!(found("115年3月17日上午9時0分30秒"), ["115年3月17日上午9時0分30秒"]);
        assert_eq!(found("電話 07-3368333 分機 2/3"), [""; 0]);
    }

    #[test]
    fn a_local_time_marked_as_utc_is_corrected_by_the_printed_one() {
        let page = "<h1>甲</h1><span class=viewtime>2026-03-16 08:19</span>";
        assert_eq!(times(page, &["2026-03-16T08:19:35Z"], &[]).0.as_deref(), Some("03-16T00:19"));
        assert_eq!(times("<h1>甲</h1>", &["2026-03-16T08:19:35Z"], &[]).0.as_deref(), Some("03-16T08:19"));
        let honest = "<h1>甲</h1><span class=time>2026-03-16 16:19</span>";
        assert_eq!(times(honest, &["2026-03-16T08:19:35Z"], &[]).0.as_deref(), Some("03-16T08:19"));
    }

    #[test]
    fn a_local_time_marked_as_utc_is_corrected_when_it_lies_in_the_future() {
        assert_eq!(times("", &["2026-03-17T11:30:00Z"], &[]).0.as_deref(), Some("03-17T03:30"));
    }

    #[test]
    fn a_stated_day_takes_the_printed_time() {
        let page = "<h1>甲</h1><time datetime='2026-03-15'>建立時間：2026/03/16 11:44</time>";
        assert_eq!(times(page, &["2026-03-16"], &[]).0.as_deref(), Some("03-16T03:44"));
        assert_eq!(times(page, &[], &[]).0.as_deref(), Some("03-16T03:44"));
    }

    #[test]
    fn published_and_updated_are_kept_apart() {
        let page = "<h1>甲</h1><div class=time>2026/03/16 08:15（3/16 10:48 更新）</div><div class=updatetime>最新更新：2026/03/16 10:48</div>";
        assert_eq!(times(page, &[], &[]), (Some("03-16T00:15".into()), Some("03-16T02:48".into())));
        assert_eq!(
            times("", &["2026-03-16 08:15"], &["2026-03-16 10:48"]),
            (Some("03-16T00:15".into()), Some("03-16T02:48".into()))
        );
    }

    #[test]
    fn a_change_before_publication_is_not_believed() {
        assert_eq!(times("", &["2026-03-16 08:15"], &["2026-03-15 10:48"]).1, None);
    }

    #[test]
    fn times_behind_the_headline_win_over_those_above_it() {
        let page = "<p class=date>2026年03月17日 09:00</p><h1>甲</h1><time>2026-03-16 11:44</time>";
        assert_eq!(times(page, &[], &[]).0.as_deref(), Some("03-16T03:44"));
    }
}
