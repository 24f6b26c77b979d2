//! A text cut into pieces for the page: plain, highlighted or masked. Pieces are text, never markup; the template
//! decides what they look like.

use std::cmp::Reverse;

use crate::{
    domain::{Evidence, Field, Span},
    store::Mark,
    text::Normaliser,
    web::names::{self, Names},
};

/// What stands for personal data, whatever its length.
pub(super) const MASK: &str = "●●●";

/// How marks of the store begin that hide personal data.
const PERSONAL: &str = "personal:";

/// A stretch of text with one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// What is shown.
    pub text: String,
    /// How.
    pub look: Look,
}

/// How a piece is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Look {
    /// As it is.
    Plain,
    /// Highlighted; what the word spoke for, empty for a searched word.
    Marked(String),
    /// Said otherwise by an official statement; in which way.
    Doubted(&'static str),
    /// Hidden; which kind of personal data it is.
    Masked(&'static str),
}

impl Piece {
    fn plain(text: &str) -> Self {
        Self { text: text.to_owned(), look: Look::Plain }
    }
}

/// A span with the look it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paint {
    /// The bytes.
    pub span: Span,
    /// The look.
    pub look: Look,
}

impl Paint {
    pub(super) fn is_mask(&self) -> bool {
        matches!(self.look, Look::Masked(_))
    }
}

/// The marks of one field as paints. What spoke for a model is named beside the text and not painted in it: n-grams are
/// no words.
pub(super) fn paints(marks: &[Mark], field: Field, names: &Names) -> Vec<Paint> {
    let of_field = marks.iter().filter(|mark| mark.field == field && !mark.what.starts_with(Evidence::MODEL));
    of_field
        .map(|mark| Paint {
            span: mark.span,
            look: match mark.what.strip_prefix(PERSONAL) {
                Some(kind) => Look::Masked(names::personal(kind)),
                None => Look::Marked(names.of_either(&mark.what).to_owned()),
            },
        })
        .collect()
}

/// Where the words of a search stand in `text`, whatever variant of a character either was written with.
pub(super) fn found(words: &[String], text: &str, normaliser: &Normaliser) -> Vec<Paint> {
    if words.is_empty() {
        return Vec::new();
    }
    let copy = normaliser.normalise(text);
    let places = words.iter().filter(|word| !word.is_empty()).flat_map(|word| {
        copy.text().match_indices(word.as_str()).map(|(start, word)| Span::new(start, start + word.len()))
    });
    let spans = places.filter_map(|span| copy.to_original(span));
    spans.map(|span| Paint { span, look: Look::Marked(String::new()) }).collect()
}

/// Cuts the bytes `range` of `text` into pieces. A mask wins over a highlight; of two that overlap, the earlier and
/// then the longer wins as far as it reaches. Spans that do not lie on characters of `text` are left out, but a mask
/// that runs past the end of a shortened text hides what is there of it.
pub(super) fn cut(text: &str, range: Span, paints: &[Paint]) -> Vec<Piece> {
    let (hidden, shown): (Vec<_>, Vec<_>) = in_order(text, paints).into_iter().partition(Paint::is_mask);
    let (mut hidden, mut shown) = (hidden.iter().peekable(), shown.iter().peekable());
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = range.start;
    while at < range.end {
        while hidden.next_if(|paint| paint.span.end <= at).is_some() {}
        while shown.next_if(|paint| paint.span.end <= at).is_some() {}
        let next_hidden = hidden.peek().map_or(usize::MAX, |paint| paint.span.start);
        let next_shown = shown.peek().map_or(usize::MAX, |paint| paint.span.start);
        let (end, look) = match (hidden.peek(), shown.peek()) {
            (Some(paint), _) if next_hidden <= at => (paint.span.end, paint.look.clone()),
            (_, Some(paint)) if next_shown <= at => (paint.span.end.min(next_hidden), paint.look.clone()),
            _ => (next_hidden.min(next_shown), Look::Plain),
        };
        let end = end.min(range.end);
        match look {
            Look::Masked(_) => {
                if pieces.last().is_none_or(|last| last.look != look) {
                    pieces.push(Piece { text: MASK.to_owned(), look });
                }
            }
            look => {
                let Some(part) = text.get(at..end) else { break };
                pieces.push(Piece { text: part.chars().filter(|&c| !turns(c)).collect(), look });
            }
        }
        at = end;
    }
    pieces
}

/// All of `text` in pieces.
pub(super) fn whole(text: &str, paints: &[Paint]) -> Vec<Piece> {
    cut(text, Span::new(0, text.len()), paints)
}

/// The pieces of every paragraph that holds something to read.
pub(super) fn paragraphs(text: &str, paints: &[Paint]) -> Vec<Vec<Piece>> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split('\n') {
        let range = Span::new(start, start + line.len());
        start = range.end + 1;
        if !line.trim().is_empty() {
            let inside: Vec<Paint> = paints.iter().filter(|paint| paint.span.overlaps(range)).cloned().collect();
            found.push(cut(text, range, &inside));
        }
    }
    found
}

/// The pieces as one plain text, for places that cannot highlight.
pub(super) fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// The pieces with an ellipsis where something was left out.
pub(super) fn shortened(mut pieces: Vec<Piece>, before: bool, after: bool) -> Vec<Piece> {
    if before {
        pieces.insert(0, Piece::plain("…"));
    }
    if after {
        pieces.push(Piece::plain("…"));
    }
    pieces
}

/// Signs that turn the direction of what follows (Unicode UAX 9, 2.1 to 2.4). Chinese has no use for them, and with
/// one a headline can read as something else.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn in_order(text: &str, paints: &[Paint]) -> Vec<Paint> {
    let fits = |paint: &Paint| {
        let end = if paint.is_mask() { paint.span.end.min(text.len()) } else { paint.span.end };
        let span = Span::new(paint.span.start, end);
        let usable = paint.span.start < end && span.of(text).is_some();
        usable.then(|| Paint { span, look: paint.look.clone() })
    };
    let mut paints: Vec<Paint> = paints.iter().filter_map(fits).collect();
    paints.sort_by_key(|paint| (paint.span.start, Reverse(paint.span.end)));
    paints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(start: usize, end: usize) -> Paint {
        Paint { span: Span::new(start, end), look: Look::Marked("路燈".into()) }
    }

    fn mask(start: usize, end: usize) -> Paint {
        Paint { span: Span::new(start, end), look: Look::Masked("電話") }
    }

    fn check(text: &str, paints: &[Paint], expect: &str) {
        let shown: String = whole(text, paints)
            .into_iter()
            .map(|piece| match piece.look {
                Look::Plain => piece.text,
                Look::Doubted(_) => format!("!{}!", piece.text),
                Look::Marked(_) => format!("[{}]", piece.text),
                Look::Masked(_) => format!("({})", piece.text),
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn words_are_highlighted_where_they_stand() {
        check("路燈不亮", &[mark(0, 6)], "[路燈]不亮");
        check("路燈不亮", &[mark(6, 12), mark(0, 6)], "[路燈][不亮]");
        check("路燈不亮", &[mark(0, 9), mark(3, 12)], "[路燈不][亮]");
    }

    #[test]
    fn personal_data_is_hidden_under_any_highlight() {
        check("電話07-1234567", &[mark(0, 16), mask(6, 16)], "[電話](●●●)");
        check("甲乙丙", &[mask(0, 6), mask(3, 9)], "(●●●)");
    }

    #[test]
    fn a_mask_past_the_end_of_a_shortened_text_still_hides() {
        check("電話07", &[mask(6, 16)], "電話(●●●)");
    }

    #[test]
    fn spans_off_the_characters_are_left_out() {
        check("路燈", &[mark(1, 3), mark(0, 99), mark(3, 3)], "路燈");
    }

    #[test]
    fn empty_lines_are_no_paragraphs_and_a_mask_may_cross_lines() {
        let text = "第一段\n\n第二段";
        let all = paragraphs(text, &[mask(6, 14)]);
        assert_eq!(all.iter().map(|pieces| plain(pieces)).collect::<Vec<_>>(), ["第一●●●", "●●●二段"]);
    }

    #[test]
    fn a_headline_cannot_be_turned_around() {
        check("路\u{202e}燈\u{2066}", &[mark(0, 9)], "[路燈]");
    }

    #[test]
    fn a_search_finds_variants_of_a_character() {
        let normaliser = Normaliser::new(&[('臺', '台')]);
        let hits = found(&["台鐵".into()], "搭臺鐵與台鐵", &normaliser);
        assert_eq!(hits.iter().map(|hit| hit.span.start).collect::<Vec<_>>(), [3, 12]);
    }

    proptest::proptest! {
        #[test]
        fn no_span_can_break_a_text(text in "\\PC{0,40}", spans in proptest::collection::vec((0_usize..90, 0_usize..90, 0..2), 0..8)) {
            let paints: Vec<Paint> = spans
                .into_iter()
                .map(|(start, end, kind)| if kind == 0 { mark(start.min(end), start.max(end)) } else { mask(start.min(end), start.max(end)) })
                .collect();
            let marks: Vec<Paint> = paints.iter().filter(|paint| !paint.is_mask()).cloned().collect();
            proptest::prop_assert_eq!(plain(&whole(&text, &marks)), text.clone());
            whole(&text, &paints);
            paragraphs(&text, &paints);
        }
    }
}
