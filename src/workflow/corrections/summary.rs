//! A case as a whole: how many outlets put it right, how fast, and who did not.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::domain::{CountedFrom, Remedy, Tracked};

/// A report of the case and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Copy<'a> {
    /// The outlet.
    pub outlet: &'a str,
    /// Where its report stands.
    pub tracked: &'a Tracked,
}

/// A case as a whole. An outlet with several copies stands where the worst of them does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Outlets that made the wrong claim.
    pub outlets: usize,
    /// Copies of it.
    pub copies: usize,
    /// Outlets by what they did.
    pub by_remedy: BTreeMap<Remedy, usize>,
    /// The time outlets took that corrected after the clarification went out: the middle one; of an even number, the mean
    /// of the middle two. Outlets count by their slowest copy.
    pub median: Option<TimeDelta>,
    /// Outlets whose readers still find the wrong claim, by name.
    pub open: Vec<String>,
    /// In a sentence.
    pub words: String,
}

/// The summary of all copies of a case.
#[must_use]
pub fn summary(copies: &[Copy<'_>]) -> Summary {
    let mut outlets: BTreeMap<&str, Vec<&Tracked>> = BTreeMap::new();
    for copy in copies {
        outlets.entry(copy.outlet).or_default().push(copy.tracked);
    }
    let (mut by_remedy, mut times, mut open) = (BTreeMap::new(), Vec::new(), Vec::new());
    for (outlet, tracked) in &outlets {
        let worst = tracked.iter().map(|it| it.remedy).min().unwrap_or(Remedy::Unchanged);
        *by_remedy.entry(worst).or_default() += 1;
        if !worst.settles() {
            open.push((*outlet).to_owned());
        }
        if worst == Remedy::Corrected {
            let after = |it: &&Tracked| it.took.filter(|(from, _)| *from == CountedFrom::Publication).map(|it| it.1);
            times.extend(tracked.iter().filter_map(after).max());
        }
    }
    let median = median(times);
    let words = words(outlets.len(), &by_remedy, median, &open);
    Summary { outlets: outlets.len(), copies: copies.len(), by_remedy, median, open, words }
}

fn median(mut times: Vec<TimeDelta>) -> Option<TimeDelta> {
    times.sort_unstable();
    let middle = times.len() / 2;
    let upper = *times.get(middle)?;
    let lower = if times.len().is_multiple_of(2) { *times.get(middle.checked_sub(1)?)? } else { upper };
    Some((lower + upper) / 2)
}

fn words(outlets: usize, by_remedy: &BTreeMap<Remedy, usize>, median: Option<TimeDelta>, open: &[String]) -> String {
    if outlets == 0 {
        return "尚無媒體報導納入追蹤。".to_owned();
    }
    let counted: Vec<String> =
        by_remedy.iter().rev().map(|(remedy, count)| format!("{}{count}家", remedy.words())).collect();
    let mut parts = vec![format!("共{outlets}家媒體：{}", counted.join("、"))];
    parts.extend(median.map(|median| format!("發布澄清後更正時間中位數為{}", time_in_words(median))));
    if !open.is_empty() {
        parts.push(format!("尚未更正：{}", open.join("、")));
    }
    parts.join("；") + "。"
}

/// A length of time as it is said: 45分鐘, 3小時5分, 2天4小時.
#[must_use]
pub fn time_in_words(time: TimeDelta) -> String {
    let (days, hours, minutes) = (time.num_days(), time.num_hours() % 24, time.num_minutes() % 60);
    match (days, hours, minutes) {
        (0, 0, minutes) => format!("{minutes}分鐘"),
        (0, hours, 0) => format!("{hours}小時"),
        (0, hours, minutes) => format!("{hours}小時{minutes}分"),
        (days, 0, _) => format!("{days}天"),
        (days, hours, _) => format!("{days}天{hours}小時"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracked(remedy: Remedy, minutes: Option<i64>) -> Tracked {
        let took = minutes.map(|minutes| (CountedFrom::Publication, TimeDelta::minutes(minutes)));
        Tracked { remedy, since: None, not_before: None, took, remarks: Vec::new(), why: String::new() }
    }

    #[test]
    fn an_outlet_stands_where_its_worst_copy_does() {
        let all = [
            ("港邊日報", tracked(Remedy::Corrected, Some(60))),
            ("港邊日報", tracked(Remedy::Corrected, Some(185))),
            ("晨間新聞網", tracked(Remedy::Corrected, Some(15))),
            ("晨間新聞網", tracked(Remedy::Unchanged, None)),
            ("南方快訊", tracked(Remedy::Deleted, Some(20))),
            ("海線週報", tracked(Remedy::Corrected, Some(65))),
        ];
        let copies: Vec<Copy<'_>> = all.iter().map(|(outlet, tracked)| Copy { outlet, tracked }).collect();
        let found = summary(&copies);
        assert_eq!((found.outlets, found.copies), (4, 6));
        assert_eq!(found.by_remedy[&Remedy::Corrected], 2);
        assert_eq!(found.median, Some(TimeDelta::minutes(125)));
        assert_eq!(found.open, ["晨間新聞網"]);
        assert_eq!(
            found.words,
            "共4家媒體：已更正2家、已下架1家、未更正1家；發布澄清後更正時間中位數為2小時5分；尚未更正：晨間新聞網。"
        );
        assert_eq!(summary(&[]).words, "尚無媒體報導納入追蹤。");
    }

    #[test]
    fn a_length_of_time_is_said_in_two_units_at_most() {
        for (minutes, words) in
            [(0, "0分鐘"), (45, "45分鐘"), (180, "3小時"), (185, "3小時5分"), (1440, "1天"), (3125, "2天4小時")]
        {
            assert_eq!(time_in_words(TimeDelta::minutes(minutes)), words);
        }
    }
}
