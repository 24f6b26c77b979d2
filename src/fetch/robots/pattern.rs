//! The path patterns of robots.txt: a prefix with `*` for anything and `$` at the end for the end.

use std::{borrow::Cow, fmt::Write as _};

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
}

impl Pattern {
    pub fn new(written: &str) -> Self {
        Self { text: capital_escapes(&encoded(written)).into_owned() }
    }

    /// Its length in bytes, percent-encoded: the longest pattern that matches decides.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether `target`, a percent-encoded path with query, matches.
    ///
    /// Each piece between stars is taken at its first place, which is enough because a star may stand for
    /// anything; the last piece before `$` must also be the end. The time is at most pattern times target.
    pub fn matches(&self, target: &[u8]) -> bool {
        let (text, anchored) = match self.text.strip_suffix('$') {
            Some(text) => (text, true),
            None => (self.text.as_str(), false),
        };
        let mut pieces = text.split('*');
        let Some(mut rest) = target.strip_prefix(pieces.next().unwrap_or_default().as_bytes()) else { return false };
        let Some(last) = pieces.next_back() else { return !anchored || rest.is_empty() };
        for piece in pieces {
            let Some(after) = after_first(rest, piece.as_bytes()) else { return false };
            rest = after;
        }
        if anchored { rest.ends_with(last.as_bytes()) } else { after_first(rest, last.as_bytes()).is_some() }
    }
}

/// What follows the first `piece` in `text`.
fn after_first<'a>(text: &'a [u8], piece: &[u8]) -> Option<&'a [u8]> {
    if piece.is_empty() {
        return Some(text);
    }
    let at = text.windows(piece.len()).position(|window| window == piece)?;
    text.get(at + piece.len()..)
}

/// `text` with its escapes in capitals, so that spellings of one path compare equal.
pub(super) fn capital_escapes(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let mut digits_left = 0_u8;
    text.chars()
        .map(|c| {
            let in_escape = digits_left > 0 && c.is_ascii_hexdigit();
            digits_left = if c == '%' {
                2
            } else if in_escape {
                digits_left - 1
            } else {
                0
            };
            if in_escape { c.to_ascii_uppercase() } else { c }
        })
        .collect::<String>()
        .into()
}

/// `text` with everything that is not ASCII percent-encoded.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii() {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, target: &str, expect: bool) {
        assert_eq!(Pattern::new(pattern).matches(target.as_bytes()), expect, "{pattern} on {target}");
    }

    #[test]
    fn a_pattern_is_a_prefix() {
        check("/news", "/newsroom", true);
        check("/news", "/old/news", false);
        check("/", "/", true);
    }

    #[test]
    fn a_star_stands_for_anything_and_a_dollar_for_the_end() {
        check("/*/print", "/a/b/print?x", true);
        check("/*/print", "/print", false);
        check("/*.pdf$", "/a.pdf", true);
        check("/*.pdf$", "/a.pdf?x", false);
        check("/*.pdf$", "/a.pdf.pdf", true);
        check("/a*b*b$", "/ab", false);
        check("/a*b*b$", "/abb", true);
        check("/a$", "/a", true);
        check("/a$", "/ab", false);
        check("*", "/x", true);
        check("/a$b", "/a$b/c", true);
        check("/a**$", "/a/b", true);
    }

    #[test]
    fn escapes_compare_whatever_their_case() {
        check("/市府", "/%E5%B8%82%E5%BA%9C", true);
        check("/%e5%b8%82", "/%E5%B8%82", true);
        check("/%zz%e5", "/%zz%E5", true);
        check("/%e5", "/%zz", false);
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let pattern = "/".to_owned() + &"*a".repeat(8_000) + "b";
        check(&pattern, &("/".to_owned() + &"a".repeat(16_000)), false);
    }
}
