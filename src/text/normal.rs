//! A canonical copy of a text for matching, with the way back to the text.

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class};

use super::Fold;
use crate::domain::Span;

/// Makes canonical copies. Holds the city's table of character variants.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    variants: Fold,
}

/// A canonical copy: compatibility forms and full-width letters and digits unified (NFKC), decomposed sequences
/// composed, variants replaced by the usual character, ASCII letters in lower case, invisible characters dropped.
/// Chinese punctuation stays as written, because sentences are cut at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normalised {
    text: String,
    /// The original where it is not the same as the copy.
    original: Option<Box<str>>,
    /// Stretches in order of both texts. Empty when the copy has the same offsets as the original.
    pieces: Vec<Piece>,
}

/// A stretch of the copy and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    copy: Span,
    original: Span,
    /// Every character has the same place in both; otherwise the stretch only maps as a whole.
    aligned: bool,
}

impl Normaliser {
    /// A normaliser with a table of `(variant, canonical)` characters.
    #[must_use]
    pub fn new(variants: &[(char, char)]) -> Self {
        Self { variants: Fold::new(variants) }
    }

    /// The canonical copy of `original`.
    #[must_use]
    pub fn normalise(&self, original: &str) -> Normalised {
        let mut copy = Normalised { text: String::with_capacity(original.len()), original: None, pieces: Vec::new() };
        let mut chars = original.char_indices().peekable();
        let mut unit = String::new();
        while let Some((start, c)) = chars.next() {
            let follows = chars.peek().is_some_and(|&(_, next)| continues(next));
            let mut end = start + c.len_utf8();
            if !follows && stays(c) {
                let to = if c.is_ascii() { c.to_ascii_lowercase() } else { self.variants.char(c) };
                copy.push_aligned(to, start);
                continue;
            }
            if is_invisible(c) {
                continue;
            }
            unit.clear();
            unit.push(c);
            while let Some((at, next)) = chars.next_if(|&(_, next)| continues(next)) {
                end = at + next.len_utf8();
                if !is_invisible(next) {
                    unit.push(next);
                }
            }
            let canonical: String =
                unit.nfkc().map(|c| self.variants.char(c).to_ascii_lowercase()).filter(|&c| !is_invisible(c)).collect();
            copy.push_unit(&canonical, Span::new(start, end));
        }
        if copy.is_identical_to(original) {
            copy.pieces = Vec::new();
        }
        copy.original = (copy.text != original).then(|| original.into());
        copy
    }
}

impl Normalised {
    /// The canonical copy.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text as it was given.
    #[must_use]
    pub fn original(&self) -> &str {
        self.original.as_deref().unwrap_or(&self.text)
    }

    /// How many bytes of memory it holds beside its own size.
    #[must_use]
    pub fn held(&self) -> usize {
        let original = self.original.as_ref().map_or(0, |it| it.len());
        self.text.capacity() + original + self.pieces.capacity() * size_of::<Piece>()
    }

    /// Gives back memory that was taken for a text still growing.
    pub fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.pieces.shrink_to_fit();
    }

    /// The bytes of the original that a span of the copy came from, on character boundaries of the original
    /// whenever `span` is on boundaries of the copy. Nothing when `span` reaches outside the copy.
    #[must_use]
    pub fn to_original(&self, span: Span) -> Option<Span> {
        self.text.get(span.start..span.end)?;
        if self.pieces.is_empty() {
            return Some(span);
        }
        let start = self.piece_at(span.start).map_or_else(|| self.original_end(), |piece| piece.start_of(span.start));
        if span.is_empty() {
            return Some(Span::new(start, start));
        }
        let end = self.piece_at(span.end - 1).map_or(start, |piece| piece.end_of(span.end));
        Some(Span::new(start, end))
    }

    fn piece_at(&self, at: usize) -> Option<&Piece> {
        let next = self.pieces.partition_point(|piece| piece.copy.end <= at);
        self.pieces.get(next)
    }

    fn original_end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.original.end)
    }

    /// Whether the offsets of the copy are those of the original, so that no map is needed.
    fn is_identical_to(&self, original: &str) -> bool {
        match self.pieces.as_slice() {
            [] => original.is_empty(),
            [one] => one.aligned && one.original.start == 0 && one.original.end == original.len(),
            _ => false,
        }
    }

    fn push_aligned(&mut self, c: char, start: usize) {
        let at = self.text.len();
        self.text.push(c);
        let (copy_end, end) = (self.text.len(), start + c.len_utf8());
        match self.pieces.last_mut() {
            Some(last) if last.aligned && last.original.end == start => {
                last.copy.end = copy_end;
                last.original.end = end;
            }
            _ => self.pieces.push(Piece {
                copy: Span::new(at, copy_end),
                original: Span::new(start, end),
                aligned: true,
            }),
        }
    }

    fn push_unit(&mut self, canonical: &str, original: Span) {
        if canonical.is_empty() {
            return;
        }
        let at = self.text.len();
        self.text.push_str(canonical);
        self.pieces.push(Piece { copy: Span::new(at, self.text.len()), original, aligned: false });
    }
}

impl Piece {
    fn start_of(&self, at: usize) -> usize {
        if self.aligned { self.original.start + (at - self.copy.start) } else { self.original.start }
    }

    fn end_of(&self, at: usize) -> usize {
        if self.aligned { self.original.start + (at - self.copy.start) } else { self.original.end }
    }
}

/// Characters that NFKC leaves alone or that we leave alone: ASCII, unified ideographs, kana, bopomofo and the
/// punctuation of Chinese, whose full-width forms mean what ASCII's do not.
fn stays(c: char) -> bool {
    matches!(c,
        '\0'..='\u{7f}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{3001}'..='\u{3002}' | '\u{3008}'..='\u{3011}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fc}' | '\u{3105}'..='\u{312f}'
        | '！' | '，' | '：' | '；' | '？' | '（' | '）' | '…' | '‧' | '—' | '～'
        | '\u{20000}'..='\u{2f7ff}' | '\u{1f300}'..='\u{1faff}')
}

/// Characters that belong to the one before them: combining marks, half-width voicing marks, conjoining jamo, and
/// what has no picture of its own.
fn continues(c: char) -> bool {
    !stays(c)
        && (canonical_combining_class(c) != 0
            || is_invisible(c)
            || matches!(c, '\u{ff9e}' | '\u{ff9f}' | '\u{1160}'..='\u{11ff}'))
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}')
}

/// Characters with no picture of their own that break words apart: zero-width, bidirectional controls, soft
/// hyphen, byte order mark, variation selectors.
fn is_invisible(c: char) -> bool {
    is_variation_selector(c)
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn normaliser() -> Normaliser {
        Normaliser::new(&[('臺', '台'), ('裏', '裡')])
    }

    fn check(original: &str, expect: &str) -> Normalised {
        let copy = normaliser().normalise(original);
        assert_eq!(copy.text(), expect);
        copy
    }

    #[test]
    fn forms_of_one_character_become_one() {
        check("臺北１２３ＡＢＣ", "台北123abc");
        check("高\u{200b}雄\u{fe0f}市", "高雄市");
        check("cafe\u{301}", "café");
        check("\u{f9d1}龜", "六龜");
        check("MeNGo，（一）！", "mengo，（一）！");
        check("ｶﾞ", "ガ");
        check("", "");
    }

    #[test]
    fn a_find_leads_back_to_what_was_written() {
        let original = "在臺北\u{200b}市①１２３號";
        let copy = normaliser().normalise(original);
        for (find, written) in [("台北市", "臺北\u{200b}市"), ("123", "１２３"), ("號", "號")] {
            let at = copy.text().find(find).unwrap();
            let span = copy.to_original(Span::new(at, at + find.len())).unwrap();
            assert_eq!(span.of(original), Some(written));
        }
        assert_eq!(copy.original(), original);
        assert_eq!(copy.to_original(Span::new(0, 999)), None);
    }

    proptest! {
        #[test]
        fn every_span_of_the_copy_lies_on_boundaries_of_the_original(text: String, a: prop::sample::Index, b: prop::sample::Index) {
            let copy = normaliser().normalise(&text);
            let mut bounds: Vec<usize> = copy.text().char_indices().map(|(at, _)| at).collect();
            bounds.push(copy.text().len());
            let span = Span::new(bounds[a.index(bounds.len())], bounds[b.index(bounds.len())]);
            let original = copy.to_original(span).unwrap();
            prop_assert!(original.of(&text).is_some());
        }

        #[test]
        fn a_canonical_copy_is_its_own_canonical_copy(text in "[臺台裏ａ-ｚ０-９a-z\u{200b}\u{fe0f}\u{301}，。 ]{0,40}") {
            let once = normaliser().normalise(&text);
            let twice = normaliser().normalise(once.text());
            prop_assert_eq!(once.text(), twice.text());
        }
    }
}
