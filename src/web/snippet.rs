//! The part of a lead that is worth showing in a list.

use crate::{
    domain::Span,
    web::pieces::{self, Paint, Piece},
};

/// Characters of a snippet: two to three lines on a desk screen.
const LENGTH: usize = 110;

/// Characters shown before the first highlighted word when the snippet does not begin the text.
const BEFORE: usize = 24;

/// The stretch of `text` around the first highlight, or its beginning.
pub(super) fn snippet(text: &str, paints: &[Paint]) -> Vec<Piece> {
    let first = paints.iter().filter(|paint| !paint.is_mask()).map(|paint| paint.span.start).min().unwrap_or_default();
    let before = text.get(..first).map_or(0, |head| head.chars().count());
    let skip = if before + BEFORE < LENGTH { 0 } else { before.saturating_sub(BEFORE) };
    let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let start = ends.clone().nth(skip).unwrap_or_default();
    let end = ends.nth(skip + LENGTH).unwrap_or(text.len());
    let cut = pieces::cut(text, Span::new(start, end), paints);
    pieces::shortened(cut, start > 0, end < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::pieces::Look;

    fn shown(text: &str, at: Option<usize>) -> String {
        let paint = |at| Paint { span: Span::new(at, at + 3), look: Look::Marked(String::new()) };
        pieces::plain(&snippet(text, &at.map(paint).into_iter().collect::<Vec<_>>()))
    }

    #[test]
    fn a_short_lead_is_shown_whole() {
        assert_eq!(shown("路燈不亮", Some(0)), "路燈不亮");
        assert_eq!(shown("", None), "");
    }

    #[test]
    fn a_word_far_into_the_lead_is_brought_into_view() {
        let text = format!("{}燈{}", "前".repeat(200), "後".repeat(200));
        let part = shown(&text, Some(600));
        assert!(part.starts_with("…前") && part.contains("前燈後") && part.ends_with("後…"), "{part}");
        assert_eq!(part.chars().count(), LENGTH + 2);
    }
}
