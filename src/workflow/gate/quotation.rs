//! Quotations: each stands word for word in a stored text, or was signed.

use super::{
    Bench, FaultKind,
    copy::{Copy, squeeze},
    reading::Reading,
    shelf::Volume,
};
use crate::{
    domain::{Answer, Part, Rest, SourceTextKind, Span, Standing},
    text::{moments, quantities},
};

/// Words in quotation marks.
#[derive(Debug)]
pub(super) struct Quoted {
    /// Without the marks.
    pub(super) span: Span,
    /// Where they stand; nothing when nowhere.
    pub(super) rest: Option<Rest>,
    /// Whether they rest on a report: what is claimed.
    pub(super) is_claim: bool,
}

/// Marks that show a cut.
const CUT: [&str; 4] = ["……", "…", "...", "⋯"];

/// The quotations of a part, with where they stand.
pub(super) fn find(part: Part, copy: &Copy, bench: &Bench<'_>) -> Vec<Quoted> {
    marked(copy.text())
        .0
        .into_iter()
        .map(|span| {
            let written = span.of(copy.text()).unwrap_or_default();
            let (rest, is_claim) = look_up(part, written, bench);
            Quoted { span, rest, is_claim }
        })
        .collect()
}

/// What stands between outer marks, without them, and where a mark is left without its partner.
fn marked(text: &str) -> (Vec<Span>, Option<usize>) {
    let mut found = Vec::new();
    let mut open: Vec<(usize, char)> = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '「' | '『' | '“' | '〝' => open.push((at, c)),
            '」' | '』' | '”' | '〞' => {
                let Some((start, first)) = open.pop() else { return (found, Some(at)) };
                if open.is_empty() {
                    found.push(Span::new(start + first.len_utf8(), at));
                }
            }
            _ => {}
        }
    }
    (found, open.first().map(|(at, _)| *at))
}

fn look_up(part: Part, written: &str, bench: &Bench<'_>) -> (Option<Rest>, bool) {
    let pieces = pieces(written);
    if pieces.is_empty() {
        return (None, false);
    }
    if let Some(rest) = bench.shelf.statements().find_map(|volume| all_in(volume, &pieces)) {
        return (Some(rest), false);
    }
    // A bare figure in marks is no quotation of a claim where facts are told: it would let what only a report says
    // through as a fact.
    if !(tells_facts(part) && is_value(written))
        && let Some(rest) = bench.shelf.reports().find_map(|volume| all_in(volume, &pieces))
    {
        return (Some(rest), true);
    }
    (bench.basis(&[written, &format!("「{written}」")]), false)
}

/// The squeezed pieces between cuts, without stops at their ends.
fn pieces(written: &str) -> Vec<String> {
    let mut whole = written.to_owned();
    for cut in CUT {
        whole = whole.replace(cut, "\u{1}");
    }
    let stops = ['。', '，', ',', '；', '、', '！', '!', '？', '?', '：'];
    whole
        .split('\u{1}')
        .map(|piece| squeeze(piece).trim_matches(stops).to_owned())
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// Where the first piece stands in a text that has them all.
fn all_in(volume: &Volume<'_>, pieces: &[String]) -> Option<Rest> {
    let mut rests = pieces.iter().map(|piece| volume.find(piece));
    let first = rests.next()??;
    rests.all(|rest| rest.is_some()).then_some(first)
}

fn tells_facts(part: Part) -> bool {
    matches!(part, Part::Fact(_) | Part::Jurisdiction | Part::Measures | Part::Appeal | Part::Reply(_))
}

/// Whether all of it is a figure or a day.
fn is_value(written: &str) -> bool {
    let whole = written.trim();
    let covers = |span: Span| span.len() == whole.len();
    quantities(whole, &[]).iter().any(|it| covers(it.span)) || moments(whole, None).iter().any(|it| covers(it.span))
}

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    if let (_, Some(at)) = marked(reading.copy.text()) {
        let end = reading.copy.text().get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        bench.fault(reading, Span::new(at, end), FaultKind::OpenQuotation);
    }
    for quoted in &reading.quotations {
        if let Some(rest) = &quoted.rest {
            bench.anchor(reading, quoted.span, rest.clone());
        } else {
            let written = reading.shown(quoted.span);
            bench.fault(reading, quoted.span, FaultKind::Quotation(written));
        }
        if quoted.is_claim {
            check_standing(reading, quoted.span, bench);
        }
    }
}

/// Whether the claim still stands in the pages it is quoted from.
fn check_standing(reading: &Reading, span: Span, bench: &mut Bench<'_>) {
    if bench.laid.answer == Answer::Apology {
        return;
    }
    let Some(core) = pieces(reading.written(span)).into_iter().max_by_key(String::len) else { return };
    let squeezed = |standing: &Standing| squeeze(bench.rules.normaliser.normalise(&standing.quote).text());
    let seen: Vec<&Standing> = bench
        .laid
        .standing
        .iter()
        .filter(|it| Some(squeezed(it)).is_some_and(|quote| quote.contains(&core) || core.contains(&quote)))
        .collect();
    if seen.is_empty() {
        bench.fault(reading, span, FaultKind::Unseen);
        return;
    }
    let none_stands = !seen.iter().any(|it| it.stands && !it.deleted);
    let text = bench.laid.text;
    for gone in seen.into_iter().filter(|it| !it.stands || it.deleted) {
        let source = bench.laid.sources.iter().find(|it| it.kind == SourceTextKind::Report && it.id == gone.report);
        let outlet = source.map_or_else(|| gone.report.clone(), |source| source.publisher.clone());
        // A copy that was put right only matters to a draft that still names it.
        let is_named = [&text.title, &text.lead].iter().any(|part| part.contains(&outlet));
        if none_stands || is_named {
            let kind = if gone.deleted { FaultKind::Deleted(outlet) } else { FaultKind::Gone(outlet) };
            bench.fault(reading, span, kind);
        }
    }
}
