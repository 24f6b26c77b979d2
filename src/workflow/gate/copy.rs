//! A text in canonical characters, to be searched whatever its spaces and sorts of quotation marks.

use crate::{
    domain::Span,
    text::{Normalised, Normaliser},
};

/// A canonical copy with a further copy without white space and with one sort of quotation marks.
#[derive(Debug)]
pub(super) struct Copy {
    normalised: Normalised,
    squeezed: String,
    /// Where each character of `squeezed` begins, there and in the canonical copy.
    places: Vec<(usize, usize)>,
}

/// One character of a squeezed text; nothing for white space.
fn squeezed(c: char) -> Option<char> {
    match c {
        c if c.is_whitespace() => None,
        '『' | '“' | '〝' => Some('「'),
        '』' | '”' | '〞' => Some('」'),
        ',' => Some('，'),
        other => Some(other),
    }
}

/// Canonical text without white space and with one sort of quotation marks and commas.
pub(super) fn squeeze(canonical: &str) -> String {
    canonical.chars().filter_map(squeezed).collect()
}

impl Copy {
    pub(super) fn new(text: &str, normaliser: &Normaliser) -> Self {
        let canonical = normaliser.normalise(text);
        let (mut out, mut places) = (String::new(), Vec::new());
        for (at, c) in canonical.text().char_indices() {
            if let Some(c) = squeezed(c) {
                places.push((out.len(), at));
                out.push(c);
            }
        }
        Self { normalised: canonical, squeezed: out, places }
    }

    /// The canonical copy.
    pub(super) fn text(&self) -> &str {
        self.normalised.text()
    }

    /// The bytes of the text itself.
    pub(super) fn original(&self, span: Span) -> Option<Span> {
        self.normalised.to_original(span)
    }

    /// Where squeezed words stand in the canonical copy.
    pub(super) fn find(&self, words: &str) -> Option<Span> {
        self.find_where(words, |_, _| true)
    }

    /// The same, where the characters before and behind are as asked for.
    pub(super) fn find_where(&self, words: &str, fits: impl Fn(Option<char>, Option<char>) -> bool) -> Option<Span> {
        if words.is_empty() {
            return None;
        }
        let (at, found) = self.squeezed.match_indices(words).find(|(at, found)| {
            let before = self.squeezed.get(..*at).and_then(|head| head.chars().next_back());
            let behind = self.squeezed.get(at + found.len()..).and_then(|tail| tail.chars().next());
            fits(before, behind)
        })?;
        let start = self.place(at)?;
        let end = self.place(at + found.len()).unwrap_or(self.text().len());
        Some(Span::new(start, end))
    }

    fn place(&self, at: usize) -> Option<usize> {
        let found = self.places.binary_search_by_key(&at, |(squeezed, _)| *squeezed).ok()?;
        self.places.get(found).map(|(_, copy)| *copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whatever_their_spaces_marks_and_widths() {
        let text = "市長 說「２.５億\n元」，『臺北』";
        let copy = Copy::new(text, &Normaliser::new(&[('臺', '台')]));
        let at = |words: &str| copy.find(words).and_then(|span| copy.original(span)).and_then(|span| span.of(text));
        assert_eq!(at("說「2.5億元」"), Some("說「２.５億\n元」"));
        assert_eq!(at("「台北」"), Some("『臺北』"));
        assert_eq!((at("5億元停"), at("")), (None, None));
    }
}
