//! Names of agencies: each stands in an official statement, is the issuer's, or was signed.

use super::{Bench, FaultKind, reading::Reading, rules::Body};
use crate::domain::{Part, Rest, Span};

/// What a body of the city is called by behind 高雄市政府.
const ENDS: [&str; 5] = ["委員會", "公所", "局", "處", "所"];

/// Characters that no name of a body has in it.
const NO_NAME: &str = "的是將於已在為與及各到由請向對就把被也並等其該此，。、；：「」（）";

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    if reading.part == Part::Contacts {
        return;
    }
    let text = reading.copy.text();
    let mut known: Vec<(Span, Body)> = Vec::new();
    for hit in bench.rules.bodies.find(text) {
        if let Some(body) = hit.payloads.first() {
            known.push((hit.span, *body));
        }
    }
    let outlets = |span: Span| reading.is_quoted(span) || reading.links.iter().any(|link| link.overlaps(span));
    for (span, body) in &known {
        let Body::Agency(agency) = *body else { continue };
        if outlets(*span) {
            continue;
        }
        match look_up(reading, *span, agency, bench) {
            Found::Rest(rest) => bench.anchor(reading, *span, rest),
            Found::Own => {}
            Found::Nowhere => {
                let written = reading.shown(*span);
                let reported = names(bench, agency, true).is_some();
                bench.fault(reading, *span, FaultKind::Agency { written, reported });
            }
        }
    }
    for span in unlisted(text, &known) {
        let written = reading.shown(span);
        if let Some(rest) = bench.shelf.stated(&written).or_else(|| bench.basis(&[&written])) {
            bench.anchor(reading, span, rest);
        } else if !outlets(span) {
            bench.fault(reading, span, FaultKind::UnknownAgency(written));
        }
    }
}

/// Where a name rests.
enum Found {
    Rest(Rest),
    /// The issuer's, or that of whoever published a source: it rests on nothing else.
    Own,
    Nowhere,
}

fn look_up(reading: &Reading, span: Span, agency: usize, bench: &Bench<'_>) -> Found {
    let issuer = bench.rules.normaliser.normalise(&bench.laid.issuer.agency);
    let is_issuer = |body: &Body| *body == Body::Agency(agency);
    if bench.rules.bodies.find(issuer.text()).any(|hit| hit.payloads.iter().any(is_issuer)) {
        return Found::Own;
    }
    if bench.laid.sources.iter().any(|source| source.publisher == reading.written(span)) {
        return Found::Own;
    }
    names(bench, agency, false).or_else(|| bench.basis(&[reading.written(span)])).map_or(Found::Nowhere, Found::Rest)
}

/// Where an official statement, or a report, names the agency.
fn names(bench: &Bench<'_>, agency: usize, in_reports: bool) -> Option<Rest> {
    let means = |payloads: &[Body]| payloads.contains(&Body::Agency(agency));
    let lexicon = &bench.rules.bodies;
    bench.shelf.volumes.iter().filter(|it| it.is_report() == in_reports).find_map(|volume| {
        let publisher = bench.rules.normaliser.normalise(&volume.source.publisher);
        if lexicon.find(publisher.text()).any(|hit| means(hit.payloads)) {
            return Some(volume.record());
        }
        volume.pages().find_map(|page| {
            let hit = lexicon.find(page.copy.text()).find(|hit| means(hit.payloads))?;
            volume.rest(page, hit.span)
        })
    })
}

/// What is written as a body of the city and is in no list: 高雄市政府太空局.
fn unlisted(text: &str, known: &[(Span, Body)]) -> Vec<Span> {
    let mut found = Vec::new();
    for (span, body) in known {
        if *body != Body::Government || !span.of(text).is_some_and(|name| name.ends_with('府')) {
            continue;
        }
        let tail: String = text
            .get(span.end..)
            .unwrap_or_default()
            .chars()
            .take(10)
            .take_while(|c| matches!(c, '\u{4e00}'..='\u{9fff}') && !NO_NAME.contains(*c))
            .collect();
        let end = ENDS.iter().filter_map(|end| tail.find(end).map(|at| at + end.len())).min();
        if let Some(end) = end.filter(|end| *end > "局".len() * 2) {
            found.push(Span::new(span.start, span.end + end));
        }
    }
    found
}
