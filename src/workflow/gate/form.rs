//! What a release has to have, and how it may not be worded.

use super::{Bench, FaultKind, person, phone, reading::Reading, rules::Word};
use crate::domain::{Answer, LONGEST_CARD, Part, Rest, Span};

/// How a place that a person has to fill in is written.
const OPEN: [&str; 14] =
    ["○○", "〇〇", "◯◯", "●●", "__", "＿", "xxx", "待補", "待填", "請填", "(略)", "todo", "tbd", "□□"];

/// Characters of the longest name between { and }.
const LONGEST_NAME: usize = 20;

/// The wording of a part, and places that were left open.
pub(super) fn check_part(reading: &Reading, bench: &mut Bench<'_>) {
    let text = reading.copy.text();
    let mut refused: Vec<(Span, usize)> = Vec::new();
    for hit in bench.rules.wording.find(text) {
        if hit.payloads.contains(&Word::Harmless) {
            continue;
        }
        let group = hit.payloads.iter().find_map(|word| match word {
            Word::Refused(at) => {
                let group = bench.rules.groups.get(*at)?;
                group.answers.contains(&bench.laid.answer).then_some(*at)
            }
            Word::Harmless => None,
        });
        refused.extend(group.map(|group| (hit.span, group)));
    }
    for (span, group) in refused {
        if reading.is_settled(span) {
            continue;
        }
        let Some(group) = bench.rules.groups.get(group) else { continue };
        let kind = FaultKind::Wording {
            written: reading.shown(span),
            group: group.name.clone(),
            reason: group.reason.clone(),
            suggestion: group.suggestion.clone(),
        };
        bench.fault(reading, span, kind);
    }
    for span in open_places(text) {
        if !reading.is_settled(span) {
            let written = reading.shown(span);
            bench.fault(reading, span, FaultKind::Placeholder(written));
        }
    }
}

/// Places left open: {機關}, 【請填寫…】, ○○.
fn open_places(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('{') {
        let rest = text.get(at..).unwrap_or_default();
        let end = rest.char_indices().take(LONGEST_NAME).find(|(_, c)| *c == '}').map_or(1, |(end, _)| end + 1);
        found.push(Span::new(at, at + end));
    }
    for word in OPEN {
        for (at, word) in text.match_indices(word) {
            let span = Span::new(at, at + word.len());
            if !found.iter().any(|other: &Span| other.overlaps(span)) {
                found.push(span);
            }
        }
    }
    found
}

/// The text as a whole.
pub(super) fn check(parts: &[Reading], bench: &mut Bench<'_>) {
    let text = bench.laid.text;
    let part = |wanted: Part| parts.iter().find(|reading| reading.part == wanted);
    if part(Part::Title).is_none() {
        bench.fault_of(Part::Title, FaultKind::NoTitle);
    }
    match part(Part::Lead) {
        None => bench.fault_of(Part::Lead, FaultKind::NoLead),
        Some(lead) => {
            let quotes = lead.quotations.iter().any(|quoted| quoted.is_claim);
            // Words in marks that were found nowhere have a fault of their own.
            let tries = lead.quotations.iter().any(|quoted| quoted.rest.is_none());
            if bench.laid.answer == Answer::Clarification && !quotes && !tries {
                bench.fault_of(Part::Lead, FaultKind::NoClaim);
            }
        }
    }
    let rests_on_fact = |rest: &Rest| match rest {
        Rest::Source { id, .. } | Rest::Record { id, .. } => {
            bench.shelf.statements().any(|volume| volume.source.id == *id)
        }
        Rest::Basis(_) => true,
    };
    let founded =
        bench.examined.anchors.iter().any(|anchor| matches!(anchor.part, Part::Fact(_)) && rests_on_fact(&anchor.rest));
    if !founded {
        bench.fault_of(Part::Fact(0), FaultKind::NoFact);
    }
    let length = text.card.chars().count();
    if length > LONGEST_CARD {
        let end = text.card.char_indices().nth(LONGEST_CARD).map_or(text.card.len(), |(at, _)| at);
        let span = Span::new(end, text.card.len());
        bench.examined.faults.push(super::Fault { part: Part::Card, span, kind: FaultKind::LongCard(length) });
    }
    if !part(Part::Contacts).is_some_and(|contacts| names_contact(contacts, bench)) {
        bench.fault_of(Part::Contacts, FaultKind::NoContact);
    }
}

/// Whether somebody with a post can be called.
fn names_contact(contacts: &Reading, bench: &Bench<'_>) -> bool {
    let text = contacts.copy.text();
    let canonical = |text: &str| bench.rules.normaliser.normalise(text).text().to_owned();
    let configured = bench
        .laid
        .contacts
        .iter()
        .any(|contact| text.contains(&canonical(&contact.name)) && text.contains(&canonical(&contact.post)));
    phone::is_in(text) && (configured || person::has_named_post(text))
}
