//! What is personal and has no place in a release: identity numbers, plates, private mail addresses. Mobile numbers are
//! looked up with the telephones.

use super::{Bench, FaultKind, PersonalKind, reading::Reading};
use crate::domain::Span;

/// Letters before a hyphen and digits that name a standard or a thing and not a vehicle.
const NOT_PLATES: [&str; 12] = ["cns", "gmt", "iec", "iso", "utc", "usb", "led", "fm", "pm", "no", "mrt", "tel"];

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    for &(kind, span) in &reading.personal {
        if reading.links.iter().any(|link| link.overlaps(span))
            || reading.phones.iter().any(|it| it.span.overlaps(span))
        {
            continue;
        }
        let written = reading.shown(span);
        bench.fault(reading, span, FaultKind::Personal { kind, written });
    }
}

/// The personal data in a text in canonical characters, in order.
pub(super) fn find(text: &str) -> Vec<(PersonalKind, Span)> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let belongs = c.is_ascii_alphanumeric() || matches!(c, '-' | '@' | '.' | '_' | '+');
        match (start, belongs) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let word = text.get(from..at).unwrap_or_default();
                found.extend(kind_of(word).map(|kind| (kind, Span::new(from, at))));
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn kind_of(word: &str) -> Option<PersonalKind> {
    let word = word.trim_matches(['-', '.', '_', '+']);
    if is_private_mail(word) {
        Some(PersonalKind::Mail)
    } else if is_identity(word) {
        Some(PersonalKind::Identity)
    } else if is_plate(word) {
        Some(PersonalKind::Plate)
    } else {
        None
    }
}

/// An address outside of the government's own domain.
fn is_private_mail(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && host != "gov.tw" && !host.ends_with(".gov.tw")
    })
}

/// A national identity or residence number: letter, 1, 2, 8 or 9, eight digits, of which the last makes the weighted sum
/// (1 and 9 for the letter's number, then 8 down to 1, then 1) a multiple of ten (內政部 numbering rule).
fn is_identity(word: &str) -> bool {
    const ORDER: &str = "abcdefghjklmnpqrstuvxywzio";
    let mut chars = word.chars();
    let letter = chars.next().and_then(|c| ORDER.find(c)).and_then(|at| u32::try_from(at + 10).ok());
    let digits: Option<Vec<u32>> = chars.map(|c| c.to_digit(10)).collect();
    let (Some(letter), Some(digits)) = (letter, digits) else { return false };
    if digits.len() != 9 || !matches!(digits.first(), Some(1 | 2 | 8 | 9)) {
        return false;
    }
    let sum: u32 = digits.iter().zip([8, 7, 6, 5, 4, 3, 2, 1, 1]).map(|(digit, weight)| digit * weight).sum();
    (letter / 10 + letter % 10 * 9 + sum).is_multiple_of(10)
}

/// A vehicle's plate: two or three letters, a hyphen and three or four digits, or the other way round.
fn is_plate(word: &str) -> bool {
    let Some((left, right)) = word.split_once('-') else { return false };
    let letters = |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
    let digits = |part: &str| (3..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    (letters(left) && digits(right) && !NOT_PLATES.contains(&left)) || (digits(left) && letters(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plates_identity_numbers_and_private_mail_are_personal() {
        let of = |text: &str| find(text).first().map(|(kind, _)| *kind);
        assert_eq!(of("車號abc-1234違停"), Some(PersonalKind::Plate));
        assert_eq!(of("身分證a123456789遺失"), Some(PersonalKind::Identity));
        assert_eq!(of("信箱ming@example.com。"), Some(PersonalKind::Mail));
        for text in ["iso-9001", "a123456788", "press@kcg.gov.tw", "2026-03-17", "covid-19", "07-7995678"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
