//! Writing → speech: numbers, times, telephone numbers and units as a newsreader in Taiwan says them. What can be read in
//! two ways (1/2: half, or the second of January) stays as it is written, for the reader to decide.

use std::fmt::Write as _;

use super::words::{cardinal, clean, digits};

/// A text as it is said.
pub(super) fn spoken(text: &str) -> String {
    let signs = without_addresses(&clean(text)).chars().map(half_width).collect();
    Reader { signs, at: 0, said: String::new(), share_said: false }.read()
}

/// A text without web addresses: nobody can read or hear one.
pub(super) fn without_addresses(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut kept, mut rest, mut gone) = (String::new(), text, 0);
    while let Some(at) = lower
        .get(gone..)
        .and_then(|lower| ["http://", "https://", "www."].iter().filter_map(|begin| lower.find(begin)).min())
    {
        let Some((before, address)) = rest.split_at_checked(at) else { break };
        kept.push_str(before);
        rest = address.trim_start_matches(|sign: char| sign.is_ascii_graphic());
        gone = text.len() - rest.len();
    }
    kept.push_str(rest);
    kept
}

/// Digits, letters and signs of numbers in the width of ASCII.
fn half_width(sign: char) -> char {
    match sign {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '％' | '＃' | '．' | '／' | '＄' => {
            u32::from(sign).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(sign)
        }
        sign => sign,
    }
}

/// Words that are said otherwise than written.
const WORDS: [(&str, &str); 3] = [("MRT", "捷運"), ("LRT", "輕軌"), ("Q&A", "問答")];

/// Units: as written behind a number, what is said before it, what behind. Longer ones come first.
const UNITS: [(&str, &str, &str); 24] = [
    ("km/h", "時速", "公里"),
    ("km²", "", "平方公里"),
    ("km2", "", "平方公里"),
    ("km", "", "公里"),
    ("m²", "", "平方公尺"),
    ("m2", "", "平方公尺"),
    ("m³", "", "立方公尺"),
    ("m3", "", "立方公尺"),
    ("mm", "", "毫米"),
    ("mg", "", "毫克"),
    ("mL", "", "毫升"),
    ("ml", "", "毫升"),
    ("m", "", "公尺"),
    ("cm", "", "公分"),
    ("kg", "", "公斤"),
    ("g", "", "公克"),
    ("ha", "", "公頃"),
    ("L", "", "公升"),
    ("㎡", "", "平方公尺"),
    ("°C", "攝氏", "度"),
    ("℃", "攝氏", "度"),
    ("%", "百分之", ""),
    ("‰", "千分之", ""),
    ("°", "", "度"),
];

/// Numbers that are called: said sign by sign.
const HOTLINES: [&str; 12] =
    ["1999", "1966", "1922", "1925", "1950", "1955", "1957", "1980", "110", "113", "119", "165"];

/// What stands behind a number that is called.
const CALLED: [&str; 7] = ["專線", "熱線", "市民", "話務", "派工", "報案", "反映"];

/// What is counted with 兩.
const COUNTED: &str = "個人位名件天週周年處座條輛次點戶家里棟間場項萬億兆千百公小倍段隊組張片架艘班梯批層成元噸坪筆支";

#[derive(Debug)]
struct Reader {
    signs: Vec<char>,
    at: usize,
    said: String,
    /// 百分之 was said already for the number that comes.
    share_said: bool,
}

impl Reader {
    fn read(mut self) -> String {
        while let Some(sign) = self.ahead(0) {
            if sign.is_ascii_digit() {
                self.number();
            } else if let Some((written, said)) = WORDS.iter().find(|(written, _)| self.word_here(written)) {
                self.said.push_str(said);
                self.at += written.chars().count();
            } else {
                self.at += 1;
                self.sign(sign);
            }
        }
        self.said
    }

    fn ahead(&self, by: usize) -> Option<char> {
        self.signs.get(self.at + by).copied()
    }

    fn behind(&self, by: usize) -> Option<char> {
        self.at.checked_sub(by).and_then(|at| self.signs.get(at)).copied()
    }

    fn digit_at(&self, by: usize) -> bool {
        self.ahead(by).is_some_and(|sign| sign.is_ascii_digit())
    }

    /// Whether `text` stands `by` characters ahead.
    fn stands(&self, by: usize, text: &str) -> bool {
        (by..).zip(text.chars()).all(|(by, sign)| self.ahead(by) == Some(sign))
    }

    fn any_stands(&self, by: usize, texts: &[&str]) -> bool {
        texts.iter().any(|text| self.stands(by, text))
    }

    fn word_here(&self, word: &str) -> bool {
        let letter = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_alphanumeric());
        self.stands(0, word) && !letter(self.behind(1)) && !letter(self.ahead(word.chars().count()))
    }

    /// How many digits follow from `by` on.
    fn run(&self, by: usize) -> usize {
        self.reach(by, |by| self.digit_at(by))
    }

    /// How many characters follow from `from` on, each of which passes.
    fn reach(&self, from: usize, passes: impl Fn(usize) -> bool) -> usize {
        (from..self.signs.len()).take_while(|by| passes(*by)).count()
    }

    fn taken(&mut self, count: usize) -> String {
        let taken = self.signs.iter().skip(self.at).take(count).collect();
        self.at += count;
        taken
    }

    /// A character that begins no number; it was taken already.
    fn sign(&mut self, sign: char) {
        let within_number = self.digit_at(0);
        match sign {
            // 今(17)日 is said without a pause.
            '(' | '（' if within_number && matches!(self.ahead(self.run(0)), Some(')' | '）')) => {}
            ')' | '）' if matches!(self.ahead(0), Some('年' | '月' | '日' | '時')) => {}
            '(' | '（' => self.pause(),
            ')' | '）' if self.ahead(0).is_some_and(|next| !"，、。；：！？」』）)\n".contains(next)) => {
                self.pause();
            }
            '#' if within_number && self.behind(2).is_some_and(|before| before.is_ascii_digit()) => {
                let run = self.run(0);
                let extension = self.taken(run);
                self.said.push_str("，分機");
                self.said.push_str(&digits(&extension));
            }
            ')' | '）' | '#' => {}
            // 7月-9月, 20℃~25℃.
            '-' | '~' | '～' | '–' if within_number && self.number_just_before() => self.said.push('到'),
            '-' | '−' if within_number && self.below_zero() => self.said.push('負'),
            '$' if within_number => self.money(),
            sign => self.said.push(sign),
        }
    }

    /// Whether a number ended at most two characters before the sign that was taken.
    fn number_just_before(&self) -> bool {
        (2..=4).any(|by| self.behind(by).is_some_and(|before| before.is_ascii_digit()))
    }

    /// Whether a dash before a number is a minus: nothing is joined by it, or a temperature follows.
    fn below_zero(&self) -> bool {
        let alone = self.behind(2).is_none_or(|before| before.is_whitespace() || "，、：（(「".contains(before));
        let number = self.reach(0, |by| self.digit_at(by) || self.ahead(by) == Some('.'));
        alone || self.any_stands(number, &["℃", "°C", "度"])
    }

    fn pause(&mut self) {
        if self.said.chars().last().is_some_and(|last| !"，、。；：！？\n".contains(last)) {
            self.said.push('，');
        }
    }

    /// An amount behind `$`, `NT$` or `US$`; of another currency the sign stays.
    fn money(&mut self) {
        let code = self.said.rfind(|sign: char| !sign.is_ascii_uppercase()).map_or(self.said.as_str(), |at| {
            self.said.get(at..).map_or("", |tail| tail.trim_start_matches(|sign: char| !sign.is_ascii_uppercase()))
        });
        let currency = match code {
            "" | "NT" => "新臺幣",
            "US" => "美金",
            _ => return self.said.push('$'),
        };
        self.said.truncate(self.said.len() - code.len());
        self.said.push_str(currency);
        self.number();
        if !self.ahead(0).is_some_and(|next| "元萬億".contains(next)) {
            self.said.push('元');
        }
    }

    fn number(&mut self) {
        if self.telephone() || self.iso_day() || self.clock() || self.unclear() {
            return;
        }
        let whole = self.whole();
        let mut written: String = self.taken(whole);
        written.retain(|sign| sign != ',');
        let begin = self.at - whole;
        let fraction = if self.ahead(0) == Some('.') { self.run(1) } else { 0 };
        let said = if fraction == 0 {
            self.integer(&written, begin)
        } else {
            let part: String = self.taken(fraction + 1);
            let spelt = cardinal_of(&written).unwrap_or_else(|| digits(&written));
            format!("{spelt}點{}", digits(part.trim_start_matches('.')))
        };
        let ranges = |dash: Option<char>| matches!(dash, Some('-' | '~' | '～' | '–' | '—' | '－'));
        // The sign behind the second number of 3-5% is said before the first.
        let second = self.reach(1, |by| self.digit_at(by) || self.ahead(by) == Some('.'));
        if ranges(self.ahead(0)) && second > 0 && self.ahead(second + 1) == Some('%') {
            self.said.push_str("百分之");
            self.share_said = true;
        }
        self.with_unit(&said);
        if ranges(self.ahead(0)) && self.digit_at(1) {
            self.at += 1;
            self.said.push('到');
        }
    }

    /// How many characters the whole part of the number here has, with commas between thousands.
    fn whole(&self) -> usize {
        let mut length = self.run(0);
        while length > 0 && self.ahead(length) == Some(',') && self.run(length + 1) == 3 {
            length += 4;
        }
        length
    }

    /// A whole number that began at `begin` and was taken.
    fn integer(&self, written: &str, begin: usize) -> String {
        let before = |by: usize| begin.checked_sub(by).and_then(|at| self.signs.get(at)).copied();
        let part_of_date = self.ahead(0).is_some_and(|next| "年月日時分秒".contains(next));
        let called = HOTLINES.contains(&written)
            && (before(1).is_some_and(|sign| "撥打洽電線".contains(sign))
                || self.any_stands(0, &CALLED)
                || written == "1999" && !self.ahead(0).is_some_and(|next| COUNTED.contains(next)));
        let year = written.len() == 4 && matches!(written.parse(), Ok(1900..=2100)) && self.ends_in_year();
        let numbered =
            (before(2), before(1)) == (Some('字'), Some('第')) || (before(2), before(1)) == (Some('分'), Some('機'));
        let lettered = before(1).is_some_and(|sign| sign.is_ascii_alphabetic());
        let zeros = written.len() > 1 && written.starts_with('0') && !part_of_date;
        if called || year || numbered || lettered || zeros {
            return digits(written);
        }
        if written == "2" && before(1) != Some('第') && self.ahead(0).is_some_and(|next| COUNTED.contains(next)) {
            return "兩".into();
        }
        cardinal_of(written).unwrap_or_else(|| digits(written))
    }

    /// Whether 年 follows, or a further year: 2025-2026年.
    fn ends_in_year(&self) -> bool {
        let range = matches!(self.ahead(0), Some('-' | '~' | '～' | '–' | '至' | '到'));
        self.ahead(0) == Some('年') || range && self.run(1) == 4 && self.ahead(5) == Some('年')
    }

    fn with_unit(&mut self, said: &str) {
        let space = usize::from(self.ahead(0) == Some(' '));
        let unit = UNITS.iter().find(|(written, ..)| {
            let end = space + written.chars().count();
            let goes_on = written.is_ascii() && self.ahead(end).is_some_and(|next| next.is_ascii_alphanumeric());
            self.stands(space, written) && !goes_on
        });
        let Some((written, before, behind)) = unit else { return self.said.push_str(said) };
        // 時速50km/h and 3-5% have it once.
        let before = if self.said.ends_with(before) || std::mem::take(&mut self.share_said) { "" } else { before };
        // A minus was said already: 攝氏負三度.
        let minus = if before.is_empty() { None } else { self.said.strip_suffix('負').map(str::to_owned) };
        if let Some(kept) = minus {
            self.said = format!("{kept}{before}負{said}{behind}");
        } else {
            let _ = write!(self.said, "{before}{said}{behind}");
        }
        self.at += space + written.chars().count();
    }

    /// 07-7995678, 0800-123-456, (07)799-5678.
    fn telephone(&mut self) -> bool {
        if self.ahead(0) != Some('0') || !self.digit_at(1) {
            return false;
        }
        let joins = |sign: Option<char>| matches!(sign, Some('-' | ')' | '）'));
        let length = self.reach(0, |by| self.digit_at(by) || joins(self.ahead(by)) && self.digit_at(by + 1));
        let count = (0..length).filter(|by| self.digit_at(*by)).count();
        if count < 8 {
            return false;
        }
        let written = self.taken(length);
        self.said.push_str(&digits(&written).replace(['-', ')', '）'], "，"));
        true
    }

    /// 2026-03-17.
    fn iso_day(&mut self) -> bool {
        let shaped = self.run(0) == 4 && self.run(5) == 2 && self.run(8) == 2;
        if !shaped || self.ahead(4) != Some('-') || self.ahead(7) != Some('-') {
            return false;
        }
        let written = self.taken(10);
        let mut parts = written.split('-');
        if let (Some(year), Some(month), Some(day)) = (parts.next(), parts.next(), parts.next()) {
            let [month, day] = [month, day].map(|part| cardinal_of(part).unwrap_or_default());
            let _ = write!(self.said, "{}年{month}月{day}日", digits(year));
        }
        true
    }

    /// 14:30, with the part of the day unless it is written before.
    fn clock(&mut self) -> bool {
        let hours = self.run(0);
        let colon = |by: usize| matches!(self.ahead(by), Some(':' | '：'));
        if !(1..=2).contains(&hours) || !colon(hours) || self.run(hours + 1) != 2 || colon(hours + 3) {
            return false;
        }
        let number = |from: usize, count: usize| -> Option<u64> {
            self.signs.iter().skip(self.at + from).take(count).collect::<String>().parse().ok()
        };
        let (Some(hour @ 0..=24), Some(minute @ 0..=59)) = (number(0, hours), number(hours + 1, 2)) else {
            return false;
        };
        let part = if self.part_of_day_said() { "" } else { part_of_day(hour) };
        let shown = if part.is_empty() || hour <= 12 { hour } else { hour - 12 };
        let hour = match shown {
            2 => "兩".into(),
            shown => cardinal(shown).unwrap_or_default(),
        };
        let minute = match minute {
            0 => String::new(),
            minute @ 1..=9 => format!("零{}分", cardinal(minute).unwrap_or_default()),
            minute => format!("{}分", cardinal(minute).unwrap_or_default()),
        };
        self.at += hours + 3;
        let _ = write!(self.said, "{part}{hour}點{minute}");
        if self.digit_at(1) && matches!(self.ahead(0), Some('-' | '~' | '～' | '–')) {
            self.at += 1;
            self.said.push('到');
        }
        true
    }

    fn part_of_day_said(&self) -> bool {
        let before = self.said.trim_end();
        ["凌晨", "清晨", "早上", "上午", "中午", "下午", "傍晚", "晚上", "晚間", "深夜"]
            .iter()
            .any(|part| before.ends_with(part))
    }

    /// 1/2, 115.3.17, 12-3-4: dates, shares or numbers of something; taken over as written.
    fn unclear(&mut self) -> bool {
        let joins = |sign: Option<char>| matches!(sign, Some('/' | '.' | '-'));
        let length = self.reach(0, |by| self.digit_at(by) || joins(self.ahead(by)) && self.digit_at(by + 1));
        let written: String = self.signs.iter().skip(self.at).take(length).collect();
        let unclear = written.contains('/')
            || written.matches(['.', '-']).count() > 1 && !written.contains('-')
            || written.matches('-').count() > 1;
        if unclear {
            self.at += length;
            self.said.push_str(&written);
        }
        unclear
    }
}

fn part_of_day(hour: u64) -> &'static str {
    match hour {
        0..6 => "凌晨",
        6..12 => "上午",
        12 => "中午",
        13..18 => "下午",
        _ => "晚上",
    }
}

fn cardinal_of(written: &str) -> Option<String> {
    written.parse().ok().and_then(cardinal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, said: &str) {
        assert_eq!(spoken(written), said, "{written}");
    }

    #[test]
    fn numbers_are_spoken() {
        check("編列1,200萬元，執行率12.5%", "編列一千兩百萬元，執行率百分之十二點五");
        check("115年3月17日", "一百一十五年三月十七日");
        check("115年03月05日", "一百一十五年三月五日");
        check("2026年及2025-2026年", "二零二六年及二零二五到二零二六年");
        check("共2人、2億元、第2期、2月", "共兩人、兩億元、第二期、二月");
        check("３－５天、3~5天", "三到五天、三到五天");
        check("管徑300mm、長2.5km、面積 12 ha", "管徑三百毫米、長二點五公里、面積 十二公頃");
        check("時速50km/h，氣溫-3℃", "時速五十公里，氣溫攝氏負三度");
        check("調漲3-5%", "調漲百分之三到五");
        check("7月-9月、20℃～25℃、路段A-甲", "七月到九月、攝氏二十度到攝氏二十五度、路段A-甲");
        check("NT$500及$3萬元、US$20、HK$20", "新臺幣五百元及新臺幣三萬元、美金二十元、HK$二十");
        check("PM2.5、A1類、5G", "PM二點五、A一類、五G");
    }

    #[test]
    fn times_of_day_are_spoken_with_their_part_of_the_day() {
        check("14:30至16:00", "下午兩點三十分至下午四點");
        check("上午09:05", "上午九點零五分");
        check("08:00-17:00", "上午八點到下午五點");
        check("今(17)日說明", "今十七日說明");
        check("2026-03-17", "二零二六年三月十七日");
    }

    #[test]
    fn numbers_that_are_called_or_name_a_document_are_read_sign_by_sign() {
        check("請撥1999或119", "請撥一九九九或一百一十九");
        check("請撥119", "請撥一一九");
        check("07-7995678#2513", "零七，七九九五六七八，分機二五一三");
        check("(07)799-5678", "零七，七九九，五六七八");
        check("0800-123-456", "零八零零，一二三，四五六");
        check("高市水字第11530001號", "高市水字第一一五三零零零一號");
        check("分機2513", "分機二五一三");
    }

    #[test]
    fn what_can_be_read_in_two_ways_stays_as_written() {
        check("1/2、3/17、115.3.17、1-2-3", "1/2、3/17、115.3.17、1-2-3");
    }

    #[test]
    fn addresses_are_left_out_and_brackets_become_pauses() {
        check("詳見https://news.example/a?b=1。請參考", "詳見。請參考");
        check("本案（含附屬設施）已完工（註）。", "本案，含附屬設施，已完工，註。");
        check("MRT及LRT", "捷運及輕軌");
        check("#澄清 abc", "澄清 abc");
        check("", "");
    }

    #[test]
    fn numbers_beyond_speech_are_read_sign_by_sign() {
        check("99999999999999999999號", "九九九九九九九九九九九九九九九九九九九九號");
    }
}
