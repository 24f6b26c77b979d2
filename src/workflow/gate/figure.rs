//! Figures: each is one of an official statement, in whatever notation, or was signed. What only a report says is no fact.

use super::{Bench, FaultKind, reading::Reading};
use crate::{
    domain::{Part, Rest, Span},
    text::{Measure, Quantity, Rounding, quantities},
};

/// Lines that every draft may name: 1999 (市民專線), 110, 112, 113 (保護專線), 117, 118, 119, 165 (反詐騙), 1911 (台電), 1910
/// (台水), 1912, 1922 (防疫), 1925 (安心), 1950 (消費者), 1955 (移工), 1957 (福利), 1966 (長照), 1968 (國道), by the
/// numbering plan of 國家通訊傳播委員會.
const LINES: [&str; 18] = [
    "1999", "110", "112", "113", "117", "118", "119", "165", "1910", "1911", "1912", "1922", "1925", "1950", "1955",
    "1957", "1966", "1968",
];

/// How far before a figure a word that bounds it stands, in characters.
const NEAR: usize = 8;

/// Figures this large without a unit are told apart well enough.
const LARGE: f64 = 10_000.0;

/// What a figure says of the true value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Near,
    Under,
    Over,
    AtLeast,
    AtMost,
}

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    // Contacts are lines of names and telephones, which are looked up by themselves.
    if reading.part == Part::Contacts {
        return;
    }
    for quantity in quantities(reading.copy.text(), &reading.taken()) {
        if !is_idle(reading, &quantity) {
            check_figure(reading, &quantity, bench);
        }
    }
}

fn check_figure(reading: &Reading, quantity: &Quantity, bench: &mut Bench<'_>) {
    let (core, whole) = (reading.written(quantity.core), reading.written(quantity.span));
    if let Some(rest) = bench.basis(&[core, whole]) {
        bench.anchor(reading, quantity.core, rest);
        return;
    }
    match stated(reading, quantity, bench) {
        Found::Same(rest) => bench.anchor(reading, quantity.span, rest),
        Found::OtherBound(official) => {
            let kind = FaultKind::Bound { written: reading.shown(quantity.span), official };
            bench.fault(reading, quantity.span, kind);
        }
        Found::Nowhere => {
            let reported = bench
                .shelf
                .reports()
                .any(|volume| volume.pages().any(|page| page.figures.iter().any(|it| is_equal(quantity, it))));
            let kind = FaultKind::Figure { written: reading.shown(quantity.core), reported };
            bench.fault(reading, quantity.core, kind);
        }
    }
}

enum Found {
    Same(Rest),
    /// The value is there, but as a bound where the draft has none, or the other way round.
    OtherBound(String),
    Nowhere,
}

fn stated(reading: &Reading, quantity: &Quantity, bench: &Bench<'_>) -> Found {
    let mine = bound(reading.copy.text(), quantity);
    let mut other = None;
    for volume in bench.shelf.statements() {
        for page in volume.pages() {
            let text = page.copy.text();
            for figure in page.figures.iter().filter(|it| is_of_one_kind(quantity, it)) {
                let theirs = bound(text, figure);
                let rounds = matches!(mine, Bound::Over | Bound::Under) || quantity.rounding == Rounding::About;
                let fair = rounds && theirs == Bound::Near && quantity.covers(figure.low, figure.high);
                if (is_equal(quantity, figure) && mine == theirs) || fair {
                    if let Some(rest) = volume.rest(page, figure.span) {
                        return Found::Same(rest);
                    }
                } else if is_equal(quantity, figure) {
                    other = other.or_else(|| shown(text, figure.span));
                }
            }
        }
    }
    if let Some(official) = other {
        return Found::OtherBound(official);
    }
    // What is read in no other way is still there when it stands there as it is: numbers of documents, routes.
    let literal = reading.written(quantity.core);
    bench.shelf.stated(literal).map_or(Found::Nowhere, Found::Same)
}

/// The words of a figure with those before it that may bound it.
fn shown(text: &str, span: Span) -> Option<String> {
    let head: String = clause_before(text, span.start);
    Some(format!("{head}{}", span.of(text)?))
}

fn is_of_one_kind(left: &Quantity, right: &Quantity) -> bool {
    let large = left.low >= LARGE;
    let same = match (left.measure, right.measure) {
        (Measure::Count(one), Measure::Count(other)) => one == other || one == "個" || other == "個",
        (Measure::Bare, other) | (other, Measure::Bare) => other == Measure::Bare || large,
        (one, other) => one == other,
    };
    same && left.ordinal == right.ordinal
}

fn is_equal(left: &Quantity, right: &Quantity) -> bool {
    let even = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    is_of_one_kind(left, right) && even(left.low, right.low) && even(left.high, right.high)
}

/// The bound a figure has by the words beside it, or a few characters before: 最高補助3萬元.
fn bound(text: &str, quantity: &Quantity) -> Bound {
    match quantity.rounding {
        Rounding::Under => return Bound::Under,
        Rounding::Over => return Bound::Over,
        Rounding::AtLeast => return Bound::AtLeast,
        Rounding::AtMost => return Bound::AtMost,
        Rounding::Plain | Rounding::About => {}
    }
    let head = clause_before(text, quantity.span.start);
    let has = |words: &[&str]| words.iter().any(|word| head.contains(word));
    if has(&["最高", "最多", "上限", "至多", "不超過", "不得逾"]) {
        Bound::AtMost
    } else if has(&["至少", "最低", "最少", "下限", "不低於", "不得少於"]) {
        Bound::AtLeast
    } else {
        Bound::Near
    }
}

/// The last characters before `at`, back to a mark or another number.
fn clause_before(text: &str, at: usize) -> String {
    let head = text.get(..at).unwrap_or_default();
    let near: Vec<char> = head
        .chars()
        .rev()
        .take(NEAR)
        .take_while(|c| !c.is_ascii_digit() && !"。，；：！？,;「」『』、（）()\n".contains(*c))
        .collect();
    near.into_iter().rev().collect()
}

/// Numbers that say nothing that could be wrong: a place in a list, a line to call, 一個 as an article, 百 of 百貨.
fn is_idle(reading: &Reading, quantity: &Quantity) -> bool {
    let text = reading.copy.text();
    let written = reading.written(quantity.core);
    let head = text.get(..quantity.core.start).unwrap_or_default();
    let tail = text.get(quantity.core.end..).unwrap_or_default();
    let near = head.char_indices().rev().nth(NEAR).and_then(|(at, _)| head.get(at..)).unwrap_or(head);
    let line = near.rsplit(['\n', '：', '。']).next().unwrap_or_default().trim();
    let numbers_a_list = matches!(line, "" | "(" | "（" | "第" | "附件" | "附圖" | "圖" | "表")
        && tail.starts_with(['、', '.', '．', ')', '）', '：', ':'])
        && quantity.measure == Measure::Bare
        && quantity.low < 100.0;
    let calls = quantity.measure == Measure::Bare && LINES.contains(&written);
    let is_chinese = !written.contains(|c: char| c.is_ascii_digit());
    let one_thing = is_chinese
        && written.starts_with('一')
        && (quantity.low - 1.0).abs() < f64::EPSILON
        && [
            "個", "項", "次", "起", "份", "點", "道", "線", "部", "本", "段", "條", "處", "案", "口", "套", "組", "片",
            "支", "位",
        ]
        .iter()
        .any(|unit| written.ends_with(unit));
    let one_character = quantity.measure == Measure::Bare && is_chinese && written.chars().count() == 1;
    numbers_a_list || calls || one_thing || one_character
}
