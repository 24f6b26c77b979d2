//! What stands in the way of publication, by code: every figure, day, name and quotation of a draft rests on a stored text
//! or on a basis that a named person signed; what is quoted still stands; nothing personal, nothing heated. It judges a
//! text and changes none.

mod copy;
mod day;
mod fault;
mod figure;
mod form;
mod link;
mod name;
mod person;
mod personal;
mod phone;
mod quotation;
mod reading;
mod rules;
mod shelf;

use chrono::{DateTime, NaiveDate, Utc};

pub use fault::{Fault, FaultKind, PersonalKind};
pub use rules::GateRules;

use crate::domain::{
    Anchor, Answer, Assignment, Basis, Clarification, Contact, Disagreement, Part, Rest, SourceText, Span, Standing,
    taipei,
};
use reading::Reading;
use shelf::Shelf;

/// What is laid before the gate.
#[derive(Debug, Clone, Copy)]
pub struct Laid<'a> {
    /// Whether the city clarifies or apologises.
    pub answer: Answer,
    /// The text.
    pub text: &'a Clarification,
    /// Who issues it.
    pub issuer: &'a Assignment,
    /// Whom the press may ask, as configured.
    pub contacts: &'a [Contact],
    /// The stored texts it may rest on.
    pub sources: &'a [SourceText],
    /// What people signed.
    pub bases: &'a [Basis],
    /// Whether what is quoted still stands.
    pub standing: &'a [Standing],
    /// Where the text says otherwise than the city said before, as far as nobody answers for it.
    pub disagreements: &'a [Disagreement],
}

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Examined {
    /// What was looked up and found, in the order of the text.
    pub anchors: Vec<Anchor>,
    /// What stands in the way, in the order of the text.
    pub faults: Vec<Fault>,
}

/// A text that has no fault. Only [`clear`] makes one, so that whoever holds it holds a clean gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleared {
    hash: String,
    at: DateTime<Utc>,
}

impl Cleared {
    /// The hash of the text that was examined, see [`Clarification::hash`].
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// When it was examined. A page may change and a day may pass after it.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}

/// Lets a text through that has no fault.
///
/// # Errors
/// Its faults, in the order of the text.
pub fn clear(laid: &Laid<'_>, rules: &GateRules, now: DateTime<Utc>) -> Result<Cleared, Vec<Fault>> {
    let Examined { faults, .. } = examine(laid, rules, now);
    if faults.is_empty() { Ok(Cleared { hash: laid.text.hash(), at: now }) } else { Err(faults) }
}

/// Examines a text at the moment `now`.
#[must_use]
pub fn examine(laid: &Laid<'_>, rules: &GateRules, now: DateTime<Utc>) -> Examined {
    let shelf = Shelf::new(laid.sources, &rules.normaliser);
    let mut bench = Bench { laid, rules, shelf, today: taipei(now).date_naive(), examined: Examined::default() };
    let parts: Vec<Reading> =
        laid.text.parts().into_iter().map(|(part, text)| Reading::new(part, text, &bench)).collect();
    for reading in &parts {
        bench.look_up(reading);
    }
    form::check(&parts, &mut bench);
    for it in laid.disagreements {
        let kind = FaultKind::Disagrees { written: it.words.clone(), earlier: it.earlier.clone() };
        bench.examined.faults.push(Fault { part: it.part, span: it.span, kind });
    }
    let mut examined = bench.examined;
    examined.anchors.sort_by_key(|anchor| (anchor.part, anchor.span));
    examined.faults.sort_by_key(|fault| (fault.part, fault.span));
    examined.faults.dedup();
    examined
}

/// A text being examined.
struct Bench<'a> {
    laid: &'a Laid<'a>,
    rules: &'a GateRules,
    shelf: Shelf<'a>,
    /// The day in Taipei.
    today: NaiveDate,
    examined: Examined,
}

impl Bench<'_> {
    fn look_up(&mut self, reading: &Reading) {
        quotation::check(reading, self);
        link::check(reading, self);
        phone::check(reading, self);
        day::check(reading, self);
        name::check(reading, self);
        person::check(reading, self);
        figure::check(reading, self);
        personal::check(reading, self);
        form::check_part(reading, self);
    }

    /// Notes where the words under `span` of the canonical copy rest.
    fn anchor(&mut self, reading: &Reading, span: Span, rest: Rest) {
        if let Some(span) = reading.copy.original(span) {
            self.examined.anchors.push(Anchor { part: reading.part, span, rest });
        }
    }

    /// Notes a fault of the words under `span` of the canonical copy.
    fn fault(&mut self, reading: &Reading, span: Span, kind: FaultKind) {
        let span = reading.copy.original(span).unwrap_or(Span::new(0, 0));
        self.examined.faults.push(Fault { part: reading.part, span, kind });
    }

    /// Notes a fault of a part as a whole.
    fn fault_of(&mut self, part: Part, kind: FaultKind) {
        self.examined.faults.push(Fault { part, span: Span::new(0, 0), kind });
    }

    /// The basis whose phrase is exactly one of `written`.
    fn basis(&self, written: &[&str]) -> Option<Rest> {
        let squeezed = |text: &str| copy::squeeze(self.rules.normaliser.normalise(text).text());
        let written: Vec<String> = written.iter().map(|written| squeezed(written)).collect();
        let at = self.laid.bases.iter().position(|basis| written.contains(&squeezed(&basis.phrase)))?;
        Some(Rest::Basis(at))
    }
}

/// A text that passed, for the tests of what asks for one.
#[cfg(test)]
pub(super) fn cleared(hash: &str) -> Cleared {
    Cleared { hash: hash.to_owned(), at: DateTime::UNIX_EPOCH }
}

#[cfg(test)]
mod tests;
