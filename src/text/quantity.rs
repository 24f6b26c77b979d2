//! Numbers with what they count and how exactly they were meant: 近三百名, 2.5億元, 逾三成, 3至5天, 第15屆.

use super::{
    numeral::{Numeral, even, numeral_at},
    unit::{Measure, unit_at},
};
use crate::domain::Span;

/// How exactly a number was meant, by the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// As written.
    Plain,
    /// 約, 左右, 上下: a little more or less.
    About,
    /// 近, 將近, 不到, 未滿: a little less.
    Under,
    /// 逾, 超過, 多, 餘, 破: a little more.
    Over,
    /// 至少, 以上: this or more.
    AtLeast,
    /// 最多, 以下, 以內, 上限: this or less.
    AtMost,
}

/// A number with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// All of it: the rounding words, the number, the unit.
    pub span: Span,
    /// The number with its unit, without the words around it.
    pub core: Span,
    /// The least value, in the base unit of `measure`.
    pub low: f64,
    /// The greatest value: that of `low` unless a range was written.
    pub high: f64,
    /// How finely it was written, in the base unit.
    pub step: f64,
    /// What it counts.
    pub measure: Measure,
    /// How exactly it was meant.
    pub rounding: Rounding,
    /// 第15屆: a place in a row, not an amount.
    pub ordinal: bool,
}

/// Words before a number, the longest first where one begins another.
const BEFORE: [(&str, Rounding); 34] = [
    ("大約", Rounding::About),
    ("約莫", Rounding::About),
    ("粗估", Rounding::About),
    ("約", Rounding::About),
    ("將近", Rounding::Under),
    ("接近", Rounding::Under),
    ("逼近", Rounding::Under),
    ("近", Rounding::Under),
    ("不到", Rounding::Under),
    ("未達", Rounding::Under),
    ("未滿", Rounding::Under),
    ("不足", Rounding::Under),
    ("低於", Rounding::Under),
    ("少於", Rounding::Under),
    ("逾", Rounding::Over),
    ("超過", Rounding::Over),
    ("超逾", Rounding::Over),
    ("突破", Rounding::Over),
    ("高於", Rounding::Over),
    ("多於", Rounding::Over),
    ("衝破", Rounding::Over),
    ("破", Rounding::Over),
    ("超", Rounding::Over),
    ("至少", Rounding::AtLeast),
    ("最少", Rounding::AtLeast),
    ("最低", Rounding::AtLeast),
    ("起碼", Rounding::AtLeast),
    ("不低於", Rounding::AtLeast),
    ("至多", Rounding::AtMost),
    ("最多", Rounding::AtMost),
    ("最高", Rounding::AtMost),
    ("上限", Rounding::AtMost),
    ("不超過", Rounding::AtMost),
    ("不逾", Rounding::AtMost),
];

/// Words behind the unit.
const BEHIND: [(&str, Rounding); 9] = [
    ("左右", Rounding::About),
    ("上下", Rounding::About),
    ("不等", Rounding::About),
    ("以上", Rounding::AtLeast),
    ("以下", Rounding::AtMost),
    ("以內", Rounding::AtMost),
    ("之內", Rounding::AtMost),
    ("多", Rounding::Over),
    ("餘", Rounding::Over),
];

/// What joins the two ends of a range.
const JOINS: [&str; 8] = ["至", "到", "~", "～", "-", "–", "—", "或"];

/// Shares that are written without a number, with the rounding their words carry.
const HALVES: [(&str, Rounding); 5] = [
    ("超過一半", Rounding::Over),
    ("過半", Rounding::Over),
    ("近半", Rounding::Under),
    ("一半", Rounding::Plain),
    ("半數", Rounding::Plain),
];

/// The quantities of `text`, in order. The text must be in canonical characters (see [`super::Normaliser`]);
/// `taken` are stretches where numbers are parts of something else, such as dates and names, in order.
#[must_use]
pub fn quantities(text: &str, taken: &[Span]) -> Vec<Quantity> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut taken = taken.iter().peekable();
    let mut before = None;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        while taken.next_if(|span| span.end <= at).is_some() {}
        if let Some(span) = taken.peek().filter(|span| span.start <= at) {
            at = span.end.max(at + c.len_utf8());
            before = None;
            continue;
        }
        if let Some(quantity) = quantity_at(text, at, before) {
            at = quantity.span.end.max(quantity.core.end);
            before = None;
            found.push(quantity);
        } else {
            // A letter or digit runs into the number behind it: A1, PM2.5, B1區.
            before = Some(c);
            at += c.len_utf8();
        }
    }
    found
}

fn quantity_at(text: &str, at: usize, before: Option<char>) -> Option<Quantity> {
    let rest = text.get(at..)?;
    if let Some(half) = half_at(rest, at) {
        return Some(half);
    }
    if let Some(share) = rest.strip_prefix("百分之") {
        let numeral = numeral_at(text, at + (rest.len() - share.len()))?;
        let core = Span::new(at, numeral.span.end);
        return Some(finished(text, &numeral, numeral, core, Measure::Share, 0.01));
    }
    if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '_')) {
        return None;
    }
    let first = numeral_at(text, at)?;
    let (unit, unit_end) = unit_behind(text, first.span.end);
    // 3至5天: the unit stands behind the second number; 3天至5天: behind both.
    let range_from = if unit.is_some() { unit_end } else { first.span.end };
    let last = range_end(text, range_from).filter(|last| last.low >= first.high);
    let (unit, end) = match last {
        Some(last) => {
            let (behind, behind_end) = unit_behind(text, last.span.end);
            let same = unit.zip(behind).is_none_or(|(a, b)| a.measure == b.measure);
            if !same || behind.is_none() { (unit, None) } else { (behind, Some(behind_end)) }
        }
        None => (unit, None),
    };
    let (last, end) = match (last, end) {
        (Some(last), Some(end)) => (last, end),
        _ => (first, unit_end),
    };
    let ordinal = text.get(..at)?.ends_with('第');
    let Some(unit) = unit else {
        let is_figure = !first.chinese || first.low >= 100.0;
        let numeral = is_figure.then_some(first)?;
        return Some(Quantity {
            ordinal,
            ..finished(text, &numeral, numeral, Span::new(at, first.span.end), Measure::Bare, 1.0)
        });
    };
    if unit.weak && first.chinese && first.low < 11.0 {
        return None;
    }
    let mut quantity = finished(text, &first, last, Span::new(at, end), unit.measure, unit.factor);
    quantity.ordinal = ordinal;
    if unit.measure == Measure::Share && unit.written == "成" {
        add_tenth(text, &mut quantity);
    }
    add_smaller_unit(text, &mut quantity);
    Some(quantity)
}

fn half_at(rest: &str, at: usize) -> Option<Quantity> {
    let (written, rounding) = HALVES.iter().find(|(written, _)| rest.starts_with(written))?;
    let span = Span::new(at, at + written.len());
    Some(Quantity {
        span,
        core: span,
        low: 0.5,
        high: 0.5,
        step: 0.01,
        measure: Measure::Share,
        rounding: *rounding,
        ordinal: false,
    })
}

/// The unit behind a number, past a space and the 個 that some units are written with, and where it ends.
fn unit_behind(text: &str, at: usize) -> (Option<&'static super::unit::Unit>, usize) {
    let Some(rest) = text.get(at..) else { return (None, at) };
    let trimmed = rest.trim_start_matches(' ');
    let from = at + (rest.len() - trimmed.len());
    let skipped = ["餘", "多"].iter().find_map(|word| trimmed.strip_prefix(word).map(|_| word.len())).unwrap_or(0);
    let found = text.get(from + skipped..).and_then(unit_at).map(|unit| (unit, from + skipped));
    match found {
        // 5年級 and 3號線 are not 5 years and number 3 of something, but they are no amounts either.
        Some((unit, start)) if !text.get(start..).is_some_and(|rest| is_part_of_word(rest, unit.written)) => {
            (Some(unit), start + unit.written.len())
        }
        _ => (None, at),
    }
}

/// Words that begin with a unit and mean something else.
fn is_part_of_word(rest: &str, unit: &str) -> bool {
    const WORDS: [&str; 22] = [
        "年級",
        "年度",
        "日內瓦",
        "天王",
        "人行",
        "家長",
        "家戶",
        "件事",
        "處處",
        "部分",
        "項目",
        "名單",
        "份子",
        "口氣",
        "期間",
        "點鐘",
        "分局",
        "分隊",
        "級分",
        "成功",
        "成為",
        "成立",
    ];
    WORDS.iter().any(|word| word.starts_with(unit) && rest.starts_with(word))
}

fn range_end(text: &str, at: usize) -> Option<Numeral> {
    let rest = text.get(at..)?;
    let join = JOINS.iter().find(|join| rest.starts_with(**join))?;
    numeral_at(text, at + join.len())
}

/// 三成五 is 35 %.
fn add_tenth(text: &str, quantity: &mut Quantity) {
    let Some(tenth) = numeral_at(text, quantity.core.end).filter(|tenth| tenth.low < 10.0) else { return };
    if unit_behind(text, tenth.span.end).0.is_none() {
        quantity.low = even(quantity.low + tenth.low / 100.0);
        quantity.high = even(quantity.high + tenth.low / 100.0);
        quantity.step = 0.01;
        quantity.core.end = tenth.span.end;
        quantity.span.end = quantity.span.end.max(tenth.span.end);
    }
}

/// 1小時30分, 2公里500公尺, 3年6個月: one amount in two units.
fn add_smaller_unit(text: &str, quantity: &mut Quantity) {
    if !matches!(quantity.measure, Measure::Duration | Measure::Length) || quantity.span.end > quantity.core.end {
        return;
    }
    if text.get(quantity.core.end..).is_some_and(|rest| rest.starts_with('半')) && quantity.measure == Measure::Duration
    {
        // 2小時半, 3年半.
        let half = quantity.step / 2.0;
        quantity.low += half;
        quantity.high += half;
        quantity.step = half;
        quantity.core.end += '半'.len_utf8();
        quantity.span.end = quantity.core.end;
        return;
    }
    let Some(numeral) = numeral_at(text, quantity.core.end) else { return };
    let Some(rest) = text.get(numeral.span.end..) else { return };
    let minutes = rest.starts_with('分') && !rest.starts_with("分之") && quantity.measure == Measure::Duration;
    let (factor, length) = match unit_at(rest) {
        Some(unit) if unit.measure == quantity.measure => (unit.factor, unit.written.len()),
        _ if minutes => (1.0, '分'.len_utf8()),
        _ => return,
    };
    if factor < quantity.step {
        quantity.low += numeral.low * factor;
        quantity.high += numeral.high * factor;
        quantity.step = factor;
        quantity.core.end = numeral.span.end + length;
        quantity.span.end = quantity.core.end;
    }
}

fn finished(text: &str, first: &Numeral, last: Numeral, core: Span, measure: Measure, factor: f64) -> Quantity {
    let mut span = core;
    let mut rounding = if first.more { Rounding::Over } else { Rounding::Plain };
    let head = text.get(..core.start).unwrap_or_default();
    if let Some((word, found)) =
        BEFORE.iter().filter(|(word, _)| head.ends_with(word)).max_by_key(|(word, _)| word.len())
    {
        rounding = *found;
        span.start -= word.len();
    }
    let behind_number = text.get(first.span.end..core.end).unwrap_or_default();
    if behind_number.starts_with(['多', '餘']) {
        rounding = Rounding::Over;
    }
    let tail = text.get(core.end..).unwrap_or_default();
    if let Some((word, found)) = BEHIND.iter().find(|(word, _)| tail.starts_with(word)) {
        rounding = *found;
        span.end += word.len();
    }
    Quantity {
        span,
        core,
        low: even(first.low * factor),
        high: even(last.high * factor),
        step: last.step * factor,
        measure,
        rounding,
        ordinal: false,
    }
}

impl Quantity {
    /// Whether the number was given to the last one of what it counts, so that nothing was rounded.
    fn is_counted_out(&self) -> bool {
        (self.step - 1.0).abs() < 1e-9
    }

    /// Whether a true value between `low` and `high` makes this statement a fair one: by the words around it, and by
    /// how finely it was written.
    #[must_use]
    pub fn covers(&self, low: f64, high: f64) -> bool {
        let slack = |share: f64| (self.low.abs() * share).max(f64::EPSILON);
        let half_step = self.step / 2.0 * (1.0 + 1e-9);
        let (from, to) = match self.rounding {
            // A report that writes 2.5億 for 2億4,800萬 has rounded, not erred.
            Rounding::Plain if !self.is_counted_out() => (self.low - half_step, self.high + half_step),
            Rounding::Plain => (self.low, self.high),
            Rounding::About => (self.low - slack(0.1).max(half_step), self.high + slack(0.1).max(half_step)),
            Rounding::Under => (self.low - slack(0.15).max(half_step), self.high),
            Rounding::Over => (self.low, self.high + slack(0.3).max(self.step * (1.0 - 1e-9))),
            Rounding::AtLeast => (self.low, f64::INFINITY),
            Rounding::AtMost => (f64::NEG_INFINITY, self.high),
        };
        let grain = 1e-9 * self.high.abs().max(1e-9);
        low <= to + grain && high >= from - grain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<(String, f64, f64, Measure, Rounding)> {
        let written = |span: Span| span.of(text).unwrap().to_owned();
        quantities(text, &[])
            .into_iter()
            .map(|found| (written(found.span), found.low, found.high, found.measure, found.rounding))
            .collect()
    }

    #[track_caller]
    fn check(text: &str, written: &str, low: f64, high: f64, measure: Measure, rounding: Rounding) {
        let found = of(text);
        let expect = (written.to_owned(), low, high, measure, rounding);
        assert!(found.contains(&expect), "{text}: {found:?}");
    }

    #[test]
    fn a_number_has_its_unit_and_its_rounding() {
        use Rounding::{About, AtLeast, AtMost, Over, Plain, Under};
        let people = Measure::Count("人");
        for (text, written, value, measure, rounding) in [
            ("總經費2.5億元", "2.5億元", 2.5e8, Measure::Money, Plain),
            ("近三百名學生", "近三百名", 300.0, people, Under),
            ("逾2千多戶", "逾2千多戶", 2000.0, Measure::Count("戶"), Over),
            ("約占三成五", "三成五", 0.35, Measure::Share, Plain),
            ("約三成", "約三成", 0.3, Measure::Share, About),
            ("成長百分之十二點五", "百分之十二點五", 0.125, Measure::Share, Plain),
            ("成長12.5%", "12.5%", 0.125, Measure::Share, Plain),
            ("一四七.七億元", "一四七.七億元", 147.7e8, Measure::Money, Plain),
            ("100人以上", "100人以上", 100.0, people, AtLeast),
            ("最多20 公里", "最多20 公里", 20_000.0, Measure::Length, AtMost),
            ("百餘名員工", "百餘名", 100.0, people, Over),
            ("50多人", "50多人", 50.0, people, Over),
            ("面積3公頃", "3公頃", 30_000.0, Measure::Area, Plain),
            ("1小時30分", "1小時30分", 90.0, Measure::Duration, Plain),
            ("兩小時半", "兩小時半", 150.0, Measure::Duration, Plain),
            ("近半住戶", "近半", 0.5, Measure::Share, Under),
            ("補助300元整", "300元", 300.0, Measure::Money, Plain),
            ("電動公車45輛", "45輛", 45.0, Measure::Count("輛"), Plain),
            ("2公里500公尺", "2公里500公尺", 2500.0, Measure::Length, Plain),
        ] {
            check(text, written, value, value, measure, rounding);
        }
    }

    #[test]
    fn a_range_has_two_ends() {
        check("為期3至5天", "3至5天", 3.0 * 1440.0, 5.0 * 1440.0, Measure::Duration, Rounding::Plain);
        check("補助1萬到3萬元", "1萬到3萬元", 1e4, 3e4, Measure::Money, Rounding::Plain);
        check("100~120人", "100~120人", 100.0, 120.0, Measure::Count("人"), Rounding::Plain);
    }

    #[test]
    fn an_ordinal_is_no_amount_and_letters_make_a_name() {
        assert!(quantities("第15屆", &[])[0].ordinal);
        for text in ["PM2.5", "A1出口", "三民", "一般民眾", "統一", "萬一"] {
            assert!(of(text).is_empty(), "{text}: {:?}", of(text));
        }
        assert!(quantities("3月4日", &[Span::new(0, 8)]).is_empty());
    }

    #[test]
    fn a_fair_rounding_covers_the_true_value() {
        let of = |text: &str| quantities(text, &[])[0];
        for (claim, truth, fair) in [
            ("2.5億元", 2.48e8, true),
            ("2.5億元", 2.3e8, false),
            ("25億元", 2.5e8, false),
            ("近三百人", 298.0, true),
            ("近三百人", 312.0, false),
            ("逾百人", 135.0, true),
            ("逾百人", 90.0, false),
            ("約三成", 0.31, true),
            ("約三成", 0.4, false),
            ("298人", 300.0, false),
            ("2千多戶", 2480.0, true),
            ("至少20人", 45.0, true),
            ("3至5天", 4.0 * 1440.0, true),
        ] {
            assert_eq!(of(claim).covers(truth, truth), fair, "{claim} {truth}");
        }
    }

    #[test]
    fn a_table_of_figures_takes_bounded_time() {
        let table = "項目1,234萬5千元\t".repeat(20_000);
        assert_eq!(quantities(&table, &[]).len(), 20_000);
        assert_eq!(quantities(&"一".repeat(200_000), &[]).len(), quantities(&"一".repeat(200_000), &[]).len());
    }
}
