//! What sort of text: complaint, question, report, opinion, notice, praise.

use super::{
    name::Owner,
    reading::{Feeling, Found, Reading},
    services::ServiceScore,
};
use crate::domain::{Field, Span, TextKind};

/// Where a cue stands tells more than how often: headlines and openings announce what follows.
const TITLE_WEIGHT: f64 = 1.5;
const OPENING_WEIGHT: f64 = 1.2;
const OPENING_BYTES: usize = 180;

/// A text of this many bytes (150 characters) with somebody quoted is a report, whatever is complained of in it.
const REPORT_BYTES: usize = 450;

/// Less than one cue is none.
const LEAST: f64 = 0.9;

/// The kind of a text.
pub(super) fn of(reading: &Reading<'_>, services: &[ServiceScore]) -> TextKind {
    let body = reading.copy(Field::Text).text();
    let mut scores = [0.0_f64; TextKind::ALL.len()];
    let mut last: Option<(Field, usize, TextKind)> = None;
    for found in &reading.kinds {
        if found.what == TextKind::Complaint && is_denied(reading, found) {
            continue;
        }
        let place = match found.field {
            Field::Title => TITLE_WEIGHT,
            Field::Text if found.span.start < OPENING_BYTES => OPENING_WEIGHT,
            Field::Text => 1.0,
        };
        // Two cues of one kind side by side (請問可以嗎) are one way of saying it.
        let adjoining = last.is_some_and(|(field, end, kind)| {
            field == found.field && kind == found.what && found.span.start.saturating_sub(end) < 6
        });
        add(&mut scores, found.what, if adjoining { place * 0.5 } else { place });
        last = Some((found.field, found.span.end, found.what));
    }
    for field in [Field::Title, Field::Text] {
        if ends_in_question(reading.copy(field).text()) {
            add(&mut scores, TextKind::Question, 1.0);
        }
    }
    add(&mut scores, TextKind::Report, quoted(reading).max(acted(reading)));
    add(&mut scores, TextKind::Praise, thanked(reading));
    if body.len() >= REPORT_BYTES && score(&scores, TextKind::Report) >= 1.0 {
        add(&mut scores, TextKind::Report, 2.0);
    }
    let best = TextKind::ALL.into_iter().filter(|&kind| kind != TextKind::Other).max_by(|&left, &right| {
        // Of equals the one listed first: `max_by` keeps the last.
        score(&scores, left).total_cmp(&score(&scores, right)).then(right.cmp(&left))
    });
    let asks = score(&scores, TextKind::Complaint) + score(&scores, TextKind::Question) >= LEAST;
    match best {
        // 「請盡快處理，感謝」 thanks beforehand.
        Some(TextKind::Praise) if asks && score(&scores, TextKind::Complaint) >= LEAST => TextKind::Complaint,
        Some(TextKind::Praise) if asks => TextKind::Question,
        Some(kind) if score(&scores, kind) >= LEAST => kind,
        _ => without_cues(reading, services),
    }
}

/// Verbs by which a report lets somebody speak.
const SPEAKING: [&str; 10] = ["表示", "指出", "說明", "強調", "回應", "坦言", "澄清", "受訪", "宣布", "提醒"];

/// Evidence of a report: an office that is named and somebody who is quoted.
fn quoted(reading: &Reading<'_>) -> f64 {
    if !reading.names.iter().any(|found| is_office(found.what.owner)) {
        return 0.0;
    }
    let text = reading.copy(Field::Text).text();
    match SPEAKING.iter().filter(|verb| text.contains(**verb)).count() {
        0 => 0.0,
        1 => 1.3,
        _ => 1.8,
    }
}

/// What offices do, as reports tell it. A complaint about them does not say so.
const ACTING: [&str; 22] = [
    "查獲",
    "破獲",
    "緝獲",
    "偵破",
    "起獲",
    "逮捕",
    "救出",
    "尋獲",
    "撲滅",
    "灌救",
    "搶通",
    "開罰",
    "送辦",
    "攔阻",
    "移送",
    "查緝",
    "完工",
    "啟用",
    "率下降",
    "率降",
    "減少",
    "獲救",
];

/// Evidence of a report: an office that is named and something done.
fn acted(reading: &Reading<'_>) -> f64 {
    if !reading.names.iter().any(|found| is_office(found.what.owner)) {
        return 0.0;
    }
    let texts = [Field::Title, Field::Text].map(|field| reading.copy(field).text());
    if ACTING.iter().any(|verb| texts.iter().any(|text| text.contains(verb))) { 1.3 } else { 0.0 }
}

/// 「不是不滿」 complains of nothing.
fn is_denied(reading: &Reading<'_>, found: &Found<TextKind>) -> bool {
    let before = reading.written(found.field, Span::new(0, found.span.start));
    ["不是", "並非", "並未", "沒有", "不會", "毫無", "不再"].iter().any(|denial| before.ends_with(denial))
}

/// Evidence of praise: thanks said to an office by name.
fn thanked(reading: &Reading<'_>) -> f64 {
    let is_thanked = reading.names.iter().filter(|found| is_office(found.what.owner)).any(|found| {
        let before = reading.written(found.field, Span::new(0, found.span.start));
        before.ends_with("謝謝") || before.ends_with("感謝")
    });
    if is_thanked { 1.5 } else { 0.0 }
}

fn is_office(owner: Owner) -> bool {
    matches!(owner, Owner::Agency { .. } | Owner::Government)
}

/// A text about a service that only finds fault and names no office is a complaint; about an agency's doings, a
/// report.
fn without_cues(reading: &Reading<'_>, services: &[ServiceScore]) -> TextKind {
    let tone: f64 = reading
        .feelings
        .iter()
        .map(|found| match found.what {
            Feeling::Tone(tone) => tone,
            Feeling::Event => -1.0,
            _ => 0.0,
        })
        .sum();
    let names_office = reading.names.iter().any(|found| is_office(found.what.owner));
    match (services.is_empty(), tone, names_office) {
        (_, _, true) => TextKind::Report,
        (false, tone, _) if tone < 0.0 && is_post(reading) => TextKind::Complaint,
        _ => TextKind::Other,
    }
}

/// A post has no headline, or is short, and tells of nothing that anybody has done about it.
fn is_post(reading: &Reading<'_>) -> bool {
    let [title, text] = [Field::Title, Field::Text].map(|field| reading.copy(field).text());
    let done = ACTING.iter().any(|verb| title.contains(verb) || text.contains(verb));
    !done && (title.is_empty() || text.is_empty() || text.len() < REPORT_BYTES)
}

fn ends_in_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '嗎', '呢'])
}

fn position(kind: TextKind) -> Option<usize> {
    TextKind::ALL.iter().position(|&known| known == kind)
}

fn score(scores: &[f64], kind: TextKind) -> f64 {
    position(kind).and_then(|at| scores.get(at)).copied().unwrap_or_default()
}

fn add(scores: &mut [f64], kind: TextKind, weight: f64) {
    if let Some(slot) = position(kind).and_then(|at| scores.get_mut(at)) {
        *slot += weight;
    }
}
