//! Telephone numbers: those of configured contacts and of official statements.

use super::{Bench, FaultKind, PersonalKind, copy::squeeze, reading::Reading};
use crate::{
    domain::{Part, Span},
    text::Normaliser,
};

/// The longest written telephone number, in characters: +886 and ten digits with marks between.
const LONGEST: usize = 24;

/// A telephone number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Phone {
    /// With its extension.
    pub(super) span: Span,
    /// The digits of the number, from 0.
    digits: String,
    /// The digits of the extension.
    extension: String,
}

impl Phone {
    fn is_mobile(&self) -> bool {
        self.digits.starts_with("09")
    }
}

/// The numbers in a text in canonical characters, in order: 07-7995678#2513, (07)799-5678分機2513, 0800-000-000,
/// 0912-345-678, +886 7 799 5678. The number of a document (第0912345678號) is none.
pub(super) fn find(text: &str) -> Vec<Phone> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut before = None;
    while let Some(c) = text.get(from..).and_then(|rest| rest.chars().next()) {
        let runs_on =
            before.is_some_and(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/' | '第' | '字'));
        let phone = if !runs_on && matches!(c, '0' | '(' | '（' | '+') { phone_at(text, from) } else { None };
        if let Some(phone) = phone {
            from = phone.span.end;
            before = None;
            found.push(phone);
        } else {
            from += c.len_utf8();
            before = Some(c);
        }
    }
    found
}

fn phone_at(text: &str, at: usize) -> Option<Phone> {
    let rest = text.get(at..)?;
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')' | '（' | '）' | '+');
    let run: usize = rest.chars().take(LONGEST).take_while(|c| is_part(*c)).map(char::len_utf8).sum();
    let run = rest.get(..run)?.trim_end_matches(|c: char| !c.is_ascii_digit());
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let digits = match digits.strip_prefix("886") {
        Some(national) if run.starts_with('+') => format!("0{national}"),
        _ => digits,
    };
    let is_number = digits.starts_with('0') && !digits.starts_with("00") && (9..=10).contains(&digits.len());
    let tail = rest.get(run.len()..)?;
    if !is_number || tail.starts_with(['號', '年']) || tail.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let trimmed = tail.trim_start_matches(' ');
    let mark = ["#", "分機", "轉", "ext."].iter().find(|mark| trimmed.starts_with(**mark));
    let (extension, length) = mark.map_or((String::new(), 0), |mark| {
        let behind = trimmed.get(mark.len()..).unwrap_or_default();
        let digits: String = behind.trim_start_matches(' ').chars().take_while(char::is_ascii_digit).collect();
        let spaces = (tail.len() - trimmed.len()) + (behind.len() - behind.trim_start_matches(' ').len());
        let length = if digits.is_empty() { 0 } else { spaces + mark.len() + digits.len() };
        (digits, length)
    });
    Some(Phone { span: Span::new(at, at + run.len() + length), digits, extension })
}

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    for phone in &reading.phones {
        let written = reading.shown(phone.span);
        let is_contact = bench.laid.contacts.iter().any(|contact| {
            numbers(&contact.telephone, &bench.rules.normaliser).iter().any(|known| is_same(phone, known))
        });
        if is_contact {
            continue;
        }
        if let Some(rest) = bench.basis(&[&written]) {
            bench.anchor(reading, phone.span, rest);
        } else if phone.is_mobile() {
            bench.fault(reading, phone.span, FaultKind::Personal { kind: PersonalKind::Mobile, written });
        } else if let Some(rest) = stated(phone, bench) {
            bench.anchor(reading, phone.span, rest);
        } else {
            let in_contacts = reading.part == Part::Contacts;
            bench.fault(reading, phone.span, FaultKind::Phone { written, in_contacts });
        }
    }
}

fn numbers(text: &str, normaliser: &Normaliser) -> Vec<Phone> {
    find(normaliser.normalise(text).text())
}

fn is_same(phone: &Phone, known: &Phone) -> bool {
    phone.digits == known.digits && (phone.extension.is_empty() || phone.extension == known.extension)
}

fn stated(phone: &Phone, bench: &Bench<'_>) -> Option<crate::domain::Rest> {
    bench.shelf.statements().find_map(|volume| {
        volume.pages().find_map(|page| {
            let text = page.copy.text();
            let known = find(text).into_iter().find(|known| is_same(phone, known))?;
            volume.rest(page, known.span)
        })
    })
}

/// Whether a text has a telephone number.
pub(super) fn is_in(canonical: &str) -> bool {
    !find(canonical).is_empty() || squeeze(canonical).contains("電話：1999")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_in_all_its_spellings() {
        for (text, digits, extension) in [
            ("電話：07-7995678#2513", "077995678", "2513"),
            ("(07)799-5678 分機 2513", "077995678", "2513"),
            ("0912-345-678", "0912345678", ""),
            ("+886 912 345 678", "0912345678", ""),
            ("0800-000-123。", "0800000123", ""),
        ] {
            let found = find(text);
            assert_eq!((found[0].digits.as_str(), found[0].extension.as_str()), (digits, extension), "{text}");
        }
        for text in ["第0912345678號", "0.5公里", "民國098年", "07年", "00886712345678"] {
            assert!(find(text).is_empty(), "{text}");
        }
    }
}
