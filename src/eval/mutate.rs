//! One thing in an official sentence made wrong: a number, a day, a body, a place, a state, a negation.

use crate::{
    claims::{Item, Mark, Sheet, Value},
    domain::{City, Field, NamedBody, Span},
    text::{Edge, moments},
};

/// A text with one thing made wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mutated {
    /// The text.
    pub(super) text: String,
    /// What was changed.
    pub(super) what: &'static str,
}

/// The text of a sheet with each of its items made wrong in turn, at most one of each sort.
pub(super) fn all(city: &City, sheet: &Sheet) -> Vec<Mutated> {
    let mut made: Vec<Mutated> = Vec::new();
    let whole = sheet.copy(Field::Text).text();
    for item in sheet.items.iter().filter(|item| item.field == Field::Text) {
        let Some((what, span, with)) = wrong(city, sheet, item) else { continue };
        if made.iter().any(|it| it.what == what) {
            continue;
        }
        let (Some(head), Some(tail)) = (whole.get(..span.start), whole.get(span.end..)) else { continue };
        made.push(Mutated { text: format!("{head}{with}{tail}"), what });
    }
    if let Some(text) = without_negator(whole) {
        made.push(Mutated { text, what: "negation" });
    }
    made
}

fn wrong(city: &City, sheet: &Sheet, item: &Item) -> Option<(&'static str, Span, String)> {
    let written = sheet.written(item.field, item.span);
    match item.value {
        Value::Figure(figure, _) => {
            let core = sheet.written(item.field, figure.core);
            Some(("number", figure.core, other_digit(core)?))
        }
        Value::Time(moment) if moment.edge == Edge::At => Some(("date", item.span, other_time(written)?)),
        Value::Agency(NamedBody::Agency { agency, .. }) if !item.is(Mark::Speaker) => {
            let other = city
                .agencies
                .iter()
                .enumerate()
                .find(|(at, it)| *at != agency && it.city && !written.contains(&it.short))?;
            Some(("agency", item.span, other.1.short.clone()))
        }
        Value::Place(NamedBody::District(district)) => {
            let other = city.districts.iter().enumerate().find(|(at, _)| *at != district)?;
            Some(("place", item.span, other.1.name.clone()))
        }
        Value::State(opposition, pole, false) => {
            let poles = &city.cues.claims.oppositions.get(usize::from(opposition))?.poles;
            let other = poles.iter().enumerate().find(|(at, _)| *at != usize::from(pole))?;
            Some(("status", item.span, other.1.first()?.clone()))
        }
        _ => None,
    }
}

/// The first digit changed to the one three above it, so that the number stays one that could be.
fn other_digit(written: &str) -> Option<String> {
    let at = written.find(|c: char| c.is_ascii_digit())?;
    let digit = written.get(at..=at)?.parse::<u32>().ok()?;
    let other = if digit > 6 { digit - 3 } else { digit + 3 };
    Some(format!("{}{other}{}", written.get(..at)?, written.get(at + 1..)?))
}

/// One digit changed so that what comes out is a time again, and another one: the last that allows it.
fn other_time(written: &str) -> Option<String> {
    let read = |text: &str| moments(text, None).pop().filter(|it| it.span == Span::new(0, text.len()));
    let before = read(written)?;
    let digits = written.char_indices().rev().filter_map(|(at, c)| Some((at, c.to_digit(10)?)));
    digits.flat_map(|(at, digit)| [1, 2, 3].map(|more| (at, (digit + more) % 10))).find_map(|(at, digit)| {
        let made = format!("{}{digit}{}", written.get(..at)?, written.get(at + 1..)?);
        let after = read(&made)?;
        (after.start != before.start || after.end != before.end).then_some(made)
    })
}

fn without_negator(text: &str) -> Option<String> {
    const NEGATORS: [(&str, &str); 6] =
        [("不得", "得"), ("無須", "須"), ("無需", "需"), ("不可", "可"), ("不予", "予以"), ("免", "須")];
    let (at, negator, without) =
        NEGATORS.iter().find_map(|(negator, without)| Some((text.find(negator)?, negator, without)))?;
    Some(format!("{}{without}{}", text.get(..at)?, text.get(at + negator.len()..)?))
}
