//! A written time, cut into words that mean something.

/// One word of a written time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Digits: their value and how many there were.
    Number { value: u32, width: usize },
    /// A month by name.
    Month(u32),
    /// A half of the day or a part of it.
    Part(Part),
    /// A zone by name, in minutes east of Greenwich.
    Zone(i32),
    /// CST, which is Chicago's in mail and Taipei's in Taiwan and in Java.
    Cst,
    /// 民國: the year that follows is the Republic's.
    Republic,
    /// ISO 8601's T.
    T,
    /// 半
    Half,
    /// A unit or a mark: 年 月 日 時 分 秒 - / . : + and so on.
    Mark(char),
}

/// A part of the day that settles which half an hour is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// 上午, 早上, 清晨, am
    Morning,
    /// 凌晨
    SmallHours,
    /// 中午
    Noon,
    /// 下午, 傍晚, pm
    Afternoon,
    /// 晚上
    Night,
}

/// Chinese words, longer before shorter.
const CHINESE: [(&str, Option<Word>); 23] = [
    ("中華民國", Some(Word::Republic)),
    ("民國", Some(Word::Republic)),
    ("上午", Some(Word::Part(Part::Morning))),
    ("早上", Some(Word::Part(Part::Morning))),
    ("清晨", Some(Word::Part(Part::Morning))),
    ("凌晨", Some(Word::Part(Part::SmallHours))),
    ("中午", Some(Word::Part(Part::Noon))),
    ("下午", Some(Word::Part(Part::Afternoon))),
    ("傍晚", Some(Word::Part(Part::Afternoon))),
    ("晚上", Some(Word::Part(Part::Night))),
    ("晚間", Some(Word::Part(Part::Night))),
    ("深夜", Some(Word::Part(Part::Night))),
    ("半", Some(Word::Half)),
    ("年", Some(Word::Mark('年'))),
    ("月", Some(Word::Mark('月'))),
    ("日", Some(Word::Mark('日'))),
    ("號", Some(Word::Mark('日'))),
    ("号", Some(Word::Mark('日'))),
    ("時", Some(Word::Mark('時'))),
    ("點", Some(Word::Mark('時'))),
    ("点", Some(Word::Mark('時'))),
    ("分", Some(Word::Mark('分'))),
    ("秒", Some(Word::Mark('秒'))),
];

/// Weekdays with the day's own character, which must not be read as 日 or as a numeral.
const WEEKDAYS: [&str; 4] = ["星期", "禮拜", "週", "周"];

/// Months as English writes them; three letters are enough.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Zones by name, in minutes: RFC 822 §5.1, and those of East Asia and Europe that feeds use.
const ZONES: [(&str, i32); 23] = [
    ("z", 0),
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("wet", 0),
    ("edt", -240),
    ("est", -300),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("hst", -600),
    ("akst", -540),
    ("bst", 60),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("hkt", 480),
    ("sgt", 480),
    ("tst", 480),
    ("jst", 540),
    ("kst", 540),
];

/// Cuts a text into words; what means nothing is left out.
pub(super) fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (word, tail) = if first.is_ascii_digit() {
            number(rest)
        } else if first.is_ascii_alphabetic() {
            english(rest)
        } else {
            Some(rest).filter(|_| first == '(' || !first.is_ascii()).and_then(chinese).unwrap_or_else(|| {
                let mark = "-/.:+,".contains(first).then_some(Word::Mark(first));
                (mark, rest.get(first.len_utf8()..).unwrap_or_default())
            })
        };
        words.extend(word);
        rest = tail;
    }
    words
}

fn number(text: &str) -> (Option<Word>, &str) {
    let width = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(width).unwrap_or((text, ""));
    // Nine digits of a fraction fit; what does not fit is no number of a date.
    (Some(Word::Number { value: digits.parse().unwrap_or(u32::MAX), width }), rest)
}

fn english(text: &str) -> (Option<Word>, &str) {
    let length = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    let word = word.to_ascii_lowercase();
    if let (2.., Some(month)) = (length, MONTHS.iter().position(|name| length >= 3 && name.starts_with(&word))) {
        return (u32::try_from(month + 1).ok().map(Word::Month), rest);
    }
    if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| *name == word) {
        return (Some(Word::Zone(*minutes)), rest);
    }
    let dotted = |letter: &str| rest.strip_prefix(".m").filter(|_| word == letter);
    if let Some(rest) = dotted("a") {
        return (Some(Word::Part(Part::Morning)), rest);
    }
    if let Some(rest) = dotted("p") {
        return (Some(Word::Part(Part::Afternoon)), rest);
    }
    let word = match word.as_str() {
        "am" => Some(Word::Part(Part::Morning)),
        "pm" => Some(Word::Part(Part::Afternoon)),
        "cst" => Some(Word::Cst),
        "sept" => Some(Word::Month(9)),
        "t" => Some(Word::T),
        _ => None,
    };
    (word, rest)
}

fn chinese(text: &str) -> Option<(Option<Word>, &str)> {
    for weekday in WEEKDAYS {
        if let Some(rest) = text.strip_prefix(weekday) {
            return Some((None, rest.strip_prefix(['一', '二', '三', '四', '五', '六', '日', '天']).unwrap_or(rest)));
        }
    }
    if let Some(rest) = text.strip_prefix('(')
        && let Some(rest) = rest.strip_prefix(['一', '二', '三', '四', '五', '六', '日'])
        && let Some(rest) = rest.strip_prefix(')')
    {
        return Some((None, rest));
    }
    CHINESE.iter().find_map(|(name, word)| text.strip_prefix(name).map(|rest| (*word, rest)))
}
