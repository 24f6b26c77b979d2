//! Words as every form of a release writes them: cleaned text, days, numbers in Chinese characters, quotation marks.

use chrono::{DateTime, Timelike, Utc};
use url::Url;

use crate::domain::{Release, roc_date, taipei};

/// What a text bears that nobody approved yet.
pub(super) const DRAFT: &str = "預擬稿";

/// The same in full, for the head of a page or a message.
pub const DRAFT_MARK: &str = "預擬稿　未經核定，不得對外發布";

/// A text as it may be shown: line ends are `\n`, and characters are dropped that XML 1.0 forbids (§2.2, `Char`), that
/// control a terminal, or that turn the reading direction of what follows them (U+202A to U+202E, U+2066 to U+2069):
/// Chinese needs none of these, and one left open would turn our own words about.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\r' => {
                signs.next_if_eq(&'\n');
                cleaned.push('\n');
            }
            '\n' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' => cleaned.push('\t'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {}
            sign if sign.is_control() => {}
            sign => cleaned.push(sign),
        }
    }
    cleaned
}

/// A text in one line: what stood in several is joined by a space. A wide space between two halves of a headline stays.
pub(super) fn one_line(text: &str) -> String {
    let text = clean(text);
    let words: Vec<&str> = text.trim().split([' ', '\t', '\n']).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// A quotation: 「」 around it, and what it quotes itself in 『』 (教育部《重訂標點符號手冊》, 引號).
pub(super) fn quoted(text: &str) -> String {
    format!("「{}」", one_line(text).replace('「', "『").replace('」', "』"))
}

/// The title, marked while nobody approved it.
#[must_use]
pub fn title(release: &Release) -> String {
    let title = one_line(&release.text.title);
    if release.issued.is_some() { title } else { format!("【{DRAFT}】{title}") }
}

/// `115年3月17日`, or that there is no such day yet.
pub(super) fn issue_day(release: &Release) -> String {
    release.issued.map_or_else(|| "尚未發布".into(), |issued| roc_date(taipei(issued.at).date_naive()))
}

/// `115年3月17日 14:30`.
pub(super) fn roc_moment(at: DateTime<Utc>) -> String {
    let at = taipei(at);
    format!("{} {:02}:{:02}", roc_date(at.date_naive()), at.hour(), at.minute())
}

/// `2026-03-17T14:30:00+08:00` (RFC 3339).
pub(super) fn iso(at: DateTime<Utc>) -> String {
    taipei(at).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// An address that may become a link: of the web, and nothing a browser would run.
pub(super) fn linkable(url: Option<&Url>) -> Option<&Url> {
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// The most of a whole number that is read in 萬 and 億; more is read sign by sign.
const LARGEST: u64 = 9_999_999_999_999_999;

/// A number as it numbers a paragraph: 一, 十, 十一, 一百二十.
pub(super) fn ordinal(number: u64) -> String {
    number_words(number, '二')
}

/// A number as it is said: 兩百, 一萬兩千零五十. Nothing for more than 兆 can hold.
pub(super) fn cardinal(number: u64) -> Option<String> {
    (number <= LARGEST).then(|| number_words(number, '兩'))
}

/// Signs of a number one by one: 一九九九.
pub(super) fn digits(written: &str) -> String {
    written.chars().map(|sign| sign.to_digit(10).map_or(sign, digit)).collect()
}

fn digit(value: u32) -> char {
    match value {
        0 => '零',
        1 => '一',
        2 => '二',
        3 => '三',
        4 => '四',
        5 => '五',
        6 => '六',
        7 => '七',
        8 => '八',
        _ => '九',
    }
}

/// `two` is the word for 2 before 百, 千, 萬 and more.
fn number_words(number: u64, two: char) -> String {
    if number == 0 {
        return digit(0).into();
    }
    let mut words = String::new();
    let mut gap = false;
    for (unit, name) in [(1_000_000_000_000, "兆"), (100_000_000, "億"), (10_000, "萬"), (1, "")] {
        let group = number / unit % 10_000;
        if group == 0 {
            gap |= !words.is_empty();
            continue;
        }
        if !words.is_empty() && (gap || group < 1000) {
            words.push('零');
        }
        if group == 2 && !name.is_empty() {
            words.push(two);
        } else {
            push_group(&mut words, group, two);
        }
        words.push_str(name);
        gap = false;
    }
    // 一十五 is only said behind something larger.
    words.strip_prefix("一十").map(|rest| format!("十{rest}")).unwrap_or(words)
}

fn push_group(words: &mut String, group: u64, two: char) {
    let (mut begun, mut gap) = (false, false);
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let value = u32::try_from(group / unit % 10).unwrap_or(0);
        if value == 0 {
            gap |= begun;
            continue;
        }
        if gap {
            words.push('零');
        }
        words.push(if value == 2 && unit >= 100 { two } else { digit(value) });
        words.push_str(name);
        (begun, gap) = (true, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_dropped_and_what_is_read_stays() {
        assert_eq!(clean("水\u{0}庫\u{202e}蓄\u{7f}水\u{fffe}率]]>&<\u{1b}"), "水庫蓄水率]]>&<");
        assert_eq!(clean("一\r\n二\r三\u{2028}四\t五"), "一\n二\n三\n四\t五");
        assert_eq!(one_line("　 一\n\n二  三　四 "), "一 二 三　四");
    }

    #[test]
    fn a_quotation_in_a_quotation_has_the_other_marks() {
        assert_eq!(quoted("里長說「停水三天」"), "「里長說『停水三天』」");
    }

    #[test]
    fn numbers_are_said_as_people_say_them() {
        for (number, words) in [
            (0, "零"),
            (2, "二"),
            (10, "十"),
            (15, "十五"),
            (22, "二十二"),
            (110, "一百一十"),
            (115, "一百一十五"),
            (200, "兩百"),
            (1005, "一千零五"),
            (2050, "兩千零五十"),
            (12_000, "一萬兩千"),
            (20_000, "兩萬"),
            (100_200, "十萬零兩百"),
            (150_000, "十五萬"),
            (1_0000_0001, "一億零一"),
            (2_5000_0000, "兩億五千萬"),
        ] {
            assert_eq!(cardinal(number).unwrap(), words, "{number}");
        }
        assert_eq!(cardinal(u64::MAX), None);
        assert_eq!(ordinal(200), "二百");
        assert_eq!(digits("1999"), "一九九九");
    }
}
