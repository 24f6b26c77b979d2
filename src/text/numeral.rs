//! Numbers as Taiwanese texts write them: 12,000、２.５億、二億五千萬、一四七．七億、2千多、兩三百、廿五.

use crate::domain::Span;

/// A number as written. A spread of values is one where the text leaves it open (兩三百, 數十).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numeral {
    /// The bytes.
    pub span: Span,
    /// The least value meant.
    pub low: f64,
    /// The greatest value meant; that of `low` for a plain number.
    pub high: f64,
    /// The worth of the last place written: 2.5億 is said to a tenth of 億, so `1e7`. It bounds how finely the writer
    /// meant it.
    pub step: f64,
    /// More than the value was meant: 2千多, 百餘.
    pub more: bool,
    /// Written with Chinese characters alone, which are also parts of names and words (三民, 一般).
    pub chinese: bool,
}

/// The most bytes of one number; longer runs are not numbers that anybody reads.
const LONGEST: usize = 96;

/// The number that begins at byte `at` of `text`, which must be in canonical characters (see
/// [`super::Normaliser`]); nothing when none begins there.
#[must_use]
pub fn numeral_at(text: &str, at: usize) -> Option<Numeral> {
    let rest = text.get(at..)?;
    let first = rest.chars().next()?;
    if !first.is_ascii_digit() && worth(first).is_none() && !matches!(first, '數' | '幾' | '上') {
        return None;
    }
    Reader { rest, at: 0, ..Reader::default() }
        .read()
        .map(|numeral| Numeral { span: Span::new(at, at + numeral.span.end), ..numeral })
}

/// The number that a whole `text` is, such as the day in 今(廿一)日.
#[must_use]
pub fn whole_number(text: &str) -> Option<f64> {
    numeral_at(text, 0).filter(|numeral| numeral.span.end == text.len()).map(|numeral| numeral.low)
}

/// What one character is worth in a number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Worth {
    Digit(f64),
    /// 十百千: multiplies what stands before it.
    Place(f64),
    /// 萬億兆: multiplies everything since the last of its kind.
    Myriad(f64),
}

fn worth(c: char) -> Option<Worth> {
    Some(match c {
        '〇' | '零' | '○' => Worth::Digit(0.0),
        '一' | '壹' => Worth::Digit(1.0),
        '二' | '兩' | '貳' => Worth::Digit(2.0),
        '三' | '參' | '叁' => Worth::Digit(3.0),
        '四' | '肆' => Worth::Digit(4.0),
        '五' | '伍' => Worth::Digit(5.0),
        '六' | '陸' => Worth::Digit(6.0),
        '七' | '柒' => Worth::Digit(7.0),
        '八' | '捌' => Worth::Digit(8.0),
        '九' | '玖' => Worth::Digit(9.0),
        '廿' => Worth::Digit(20.0),
        '卅' => Worth::Digit(30.0),
        '十' | '拾' => Worth::Place(10.0),
        '百' | '佰' => Worth::Place(100.0),
        '千' | '仟' => Worth::Place(1000.0),
        '萬' | '万' => Worth::Myriad(1e4),
        '億' => Worth::Myriad(1e8),
        '兆' => Worth::Myriad(1e12),
        _ => return None,
    })
}

/// The number nearest to `value` with twelve digits: 147.7 × 億 is off in the last binary place, and nothing is counted
/// more finely.
pub(super) fn even(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let scale = 10_f64.powf(11.0 - value.abs().log10().floor());
    (value * scale).round() / scale
}

/// A number being read.
#[derive(Debug, Default)]
struct Reader<'a> {
    rest: &'a str,
    at: usize,
    /// Everything before the last 萬, 億 or 兆.
    total: f64,
    /// Since then, up to the last 十, 百 or 千.
    section: f64,
    /// Digits with nothing behind them yet, with the worth of their last place.
    run: Option<Run>,
    step: f64,
    /// The multiplier read last; it tells what the 五 of 兩千五 is worth.
    multiplier: f64,
    /// A 零 stood before the last digit: 一百零五.
    after_zero: bool,
    more: bool,
    /// How far digits of ASCII reached; nothing for Chinese ones alone.
    digits: Option<usize>,
    /// 數十, 幾百: from 2 to 9 of them.
    vague: bool,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    value: f64,
    /// The second value of two digits one apart: the 三 of 兩三百.
    other: Option<f64>,
    step: f64,
    chars: usize,
    chinese: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at..)?.chars().next()
    }

    fn peek_after(&self, c: char) -> Option<char> {
        self.rest.get(self.at + c.len_utf8()..)?.chars().next()
    }

    fn read(mut self) -> Option<Numeral> {
        if let Some(c @ ('數' | '幾' | '上')) = self.peek() {
            // 數十, 幾百萬, 上千: only before a multiplier.
            let next = self.peek_after(c).and_then(worth)?;
            if matches!(next, Worth::Digit(_)) {
                return None;
            }
            self.at += c.len_utf8();
            if matches!(next, Worth::Myriad(_)) {
                // 數萬, 上億: one of them, by the word before it.
                self.run = Some(Run { value: 1.0, other: None, step: 1.0, chars: 1, chinese: true });
            }
            self.vague = true;
            self.more = c == '上';
        }
        let mut spread = 0.0;
        while let Some(c) = self.peek().filter(|_| self.at < LONGEST) {
            if c.is_ascii_digit() {
                if self.run.is_some() {
                    break;
                }
                self.ascii_digits();
                continue;
            }
            match worth(c) {
                Some(Worth::Digit(value)) => {
                    if self.run.is_some_and(|run| !run.chinese) {
                        break;
                    }
                    self.chinese_digit(c, value);
                }
                Some(Worth::Place(times)) => {
                    if self.multiplier > 0.0 && times >= self.multiplier && self.run.is_none() && self.section > 0.0 {
                        break;
                    }
                    spread = self.spread_of_run() * times;
                    let before = self.run.take().map_or(1.0, |run| run.value);
                    self.section += before * times;
                    self.passed(c, times, times);
                }
                Some(Worth::Myriad(times)) => {
                    let before = self.section + self.run.map_or(0.0, |run| run.value);
                    // A number does not begin with 萬: 萬一, 億載.
                    if before == 0.0 {
                        break;
                    }
                    spread = spread.max(self.spread_of_run()) * times;
                    let step =
                        self.run.map_or(if self.multiplier > 0.0 { self.step } else { 1.0 }, |run| run.step) * times;
                    self.run = None;
                    self.section = 0.0;
                    self.total += before * times;
                    self.passed(c, times, step);
                }
                None if matches!(c, '多' | '餘' | '幾' | '來')
                    && self.has_value()
                    && !self.more
                    && self.is_open_end(c) =>
                {
                    self.more = true;
                    self.at += c.len_utf8();
                }
                None => break,
            }
        }
        self.finish(spread)
    }

    fn passed(&mut self, c: char, multiplier: f64, step: f64) {
        self.multiplier = multiplier;
        self.step = step;
        self.after_zero = false;
        self.at += c.len_utf8();
    }

    fn has_value(&self) -> bool {
        self.multiplier > 0.0 || self.run.is_some()
    }

    /// 2千多, 百餘人, 十幾年; but 五幾 and 一來 are words.
    fn is_open_end(&self, c: char) -> bool {
        match c {
            '幾' | '來' => self.multiplier > 0.0 && self.run.is_none(),
            '多' => self.multiplier > 0.0 || self.run.is_some_and(|run| !run.chinese || run.chars > 1),
            _ => true,
        }
    }

    fn ascii_digits(&mut self) {
        let bytes = self.rest.as_bytes();
        let digits_from = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
        let mut written = String::new();
        let head = digits_from(self.at).min(LONGEST);
        written.push_str(self.rest.get(self.at..self.at + head).unwrap_or_default());
        self.at += head;
        if head <= 3 {
            // A comma is one of thousands only before exactly three digits.
            while bytes.get(self.at) == Some(&b',') && digits_from(self.at + 1) == 3 {
                written.push_str(self.rest.get(self.at + 1..self.at + 4).unwrap_or_default());
                self.at += 4;
            }
        }
        let mut step = 1.0;
        if bytes.get(self.at) == Some(&b'.') {
            let decimals = digits_from(self.at + 1);
            if decimals > 0 && decimals <= 9 {
                written.push_str(self.rest.get(self.at..=self.at + decimals).unwrap_or_default());
                self.at += decimals + 1;
                step = (0..decimals).fold(1.0, |step, _| step / 10.0);
            }
        }
        let Ok(value) = written.parse::<f64>() else { return };
        self.run = Some(Run { value, other: None, step, chars: written.len(), chinese: false });
        self.step = if self.multiplier > 0.0 { self.step.min(step) } else { step };
        self.digits = Some(self.at);
    }

    fn chinese_digit(&mut self, c: char, value: f64) {
        self.at += c.len_utf8();
        if value == 0.0 && self.multiplier > 0.0 && self.run.is_none() {
            self.after_zero = true;
            return;
        }
        let run = match self.run {
            // 廿五 is 25, 一四七 is 147, 三四 in front of 百 is three or four.
            Some(run) if run.value >= 20.0 && run.chars == 1 => Run { value: run.value + value, chars: 2, ..run },
            Some(run) => Run {
                value: run.value * 10.0 + value,
                other: (run.chars == 1 && (value - run.value - 1.0).abs() < 0.5).then_some(value),
                chars: run.chars + 1,
                ..run
            },
            None => Run { value, other: None, step: 1.0, chars: 1, chinese: true },
        };
        self.run = Some(run);
        self.step = 1.0;
        self.chinese_decimals();
    }

    /// 一四七．七: a dot between Chinese digits, or 點 as it is spoken.
    fn chinese_decimals(&mut self) {
        let Some(dot @ ('.' | '·' | '點' | '‧' | '・')) = self.peek() else { return };
        let mut at = self.at + dot.len_utf8();
        let mut run = self.run;
        let mut step = 1.0;
        while let Some(c) = self.rest.get(at..).and_then(|rest| rest.chars().next()) {
            let Some(Worth::Digit(value)) = worth(c).filter(|worth| *worth != Worth::Digit(20.0)) else { break };
            step /= 10.0;
            run = run.map(|run| Run { value: run.value + value * step, other: None, step, ..run });
            at += c.len_utf8();
        }
        if step < 1.0 {
            self.run = run;
            self.step = step;
            self.at = at;
        }
    }

    /// How far apart the two values of 兩三百 are, before the multiplier.
    fn spread_of_run(&mut self) -> f64 {
        let Some(run) = &mut self.run else { return 0.0 };
        let Some(other) = run.other else { return 0.0 };
        run.value = other - 1.0;
        1.0
    }

    fn finish(mut self, spread: f64) -> Option<Numeral> {
        if !self.has_value() {
            return None;
        }
        let mut step = self.step;
        let tail = self.run.take().map_or(0.0, |run| {
            // 兩千五 is 2,500 and 一萬二 is 12,000; 二十五 and 一百零五 are what they say.
            if run.chinese && run.chars == 1 && self.multiplier >= 100.0 && !self.after_zero && self.digits.is_none() {
                step = self.multiplier / 10.0;
                run.value * step
            } else {
                run.value
            }
        });
        let value = self.total + self.section + tail;
        let (low, high) = if self.vague && !self.more { (value * 2.0, value * 10.0) } else { (value, value + spread) };
        Some(Numeral {
            span: Span::new(0, self.at),
            low: even(low),
            high: even(high),
            step,
            more: self.more,
            chinese: self.digits.is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, low: f64, high: f64, written: &str) -> Numeral {
        let numeral = numeral_at(text, 0).unwrap_or_else(|| panic!("{text}"));
        assert_eq!((numeral.low, numeral.high), (low, high), "{text}");
        assert_eq!(numeral.span.of(text), Some(written), "{text}");
        numeral
    }

    #[test]
    fn digits_are_read_with_commas_decimals_and_myriads() {
        for (text, value, written) in [
            ("12,000元", 12_000.0, "12,000"),
            ("2.5億元", 2.5e8, "2.5億"),
            ("2億5,000萬", 2.5e8, "2億5,000萬"),
            ("2億5000萬3千元", 250_003_000.0, "2億5000萬3千"),
            ("1,23", 1.0, "1"),
            ("3千5百戶", 3500.0, "3千5百"),
            ("1.1億", 1.1e8, "1.1億"),
            ("2026", 2026.0, "2026"),
            ("1兆2,300億", 1.23e12, "1兆2,300億"),
            ("3.", 3.0, "3"),
        ] {
            check(text, value, value, written);
        }
    }

    #[test]
    fn chinese_numerals_are_read_by_place_or_digit_by_digit() {
        for (text, value, written) in [
            ("一四七.七億", 147.7e8, "一四七.七億"),
            ("二億五千萬", 2.5e8, "二億五千萬"),
            ("三百零五人", 305.0, "三百零五"),
            ("兩千五", 2500.0, "兩千五"),
            ("一萬二", 12_000.0, "一萬二"),
            ("二十五", 25.0, "二十五"),
            ("十二", 12.0, "十二"),
            ("廿五", 25.0, "廿五"),
            ("一一五年", 115.0, "一一五"),
            ("二〇二六", 2026.0, "二〇二六"),
            ("一百萬", 1e6, "一百萬"),
            ("三點五", 3.5, "三點五"),
            ("十萬", 1e5, "十萬"),
            ("一億零五百萬", 1.05e8, "一億零五百萬"),
        ] {
            check(text, value, value, written);
        }
    }

    #[test]
    fn what_is_left_open_is_a_spread_or_more() {
        check("兩三百人", 200.0, 300.0, "兩三百");
        check("數十戶", 20.0, 100.0, "數十");
        assert!(check("2千多戶", 2000.0, 2000.0, "2千多").more);
        assert!(check("百餘人", 100.0, 100.0, "百餘").more);
        assert!(check("20多萬", 2e5, 2e5, "20多萬").more);
        assert!(check("上千人", 1000.0, 1000.0, "上千").more);
        assert!(check("十幾年", 10.0, 10.0, "十幾").more);
    }

    #[test]
    fn the_last_place_written_says_how_fine_a_number_is() {
        for (text, step) in
            [("2.5億", 1e7), ("300", 1.0), ("三百", 100.0), ("2億5,000萬", 1e4), ("147.25", 0.01), ("3千", 1000.0)]
        {
            let found = numeral_at(text, 0).unwrap().step;
            assert!((found / step - 1.0).abs() < 1e-9, "{text}: {found}");
        }
    }

    #[test]
    fn no_number_is_none_and_endless_digits_end() {
        for text in ["", "元", "上午", "數據", "幾個", "多"] {
            assert_eq!(numeral_at(text, 0), None, "{text}");
        }
        assert!(numeral_at(&"9".repeat(10_000), 0).unwrap().span.end <= 10_000);
        assert!(numeral_at(&"一".repeat(10_000), 0).unwrap().span.end <= LONGEST + 3);
        assert_eq!(numeral_at("高雄", 1), None);
        assert_eq!(whole_number("廿一"), Some(21.0));
        assert_eq!(whole_number("廿一日"), None);
    }
}
