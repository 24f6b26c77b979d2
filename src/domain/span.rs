//! Byte ranges into a named text.

use std::ops::Range;

/// A half-open byte range `[start, end)` into one field of a report, always on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span over `start..end`; an inverted pair is put in order.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start.min(end), end: start.max(end) }
    }

    /// The words under the span, or nothing when it does not lie on character boundaries of `text`.
    #[must_use]
    pub fn of(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether two spans share a byte.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}
/// What stands in the place of personal data.
const MASK: &str = "●●●";

/// A text with personal data hidden. A span that goes past the end of a shortened text hides up to its end.
#[must_use]
pub fn masked(text: &str, spans: &[Span]) -> String {
    let mut spans: Vec<Span> = spans.to_vec();
    spans.sort_by_key(|span| (span.start, span.end));
    let (mut shown, mut at) = (String::new(), 0);
    for span in spans.into_iter().filter(|span| span.start < text.len()) {
        let end = span.end.min(text.len());
        if end <= at {
            continue;
        }
        shown.push_str(text.get(at..span.start).unwrap_or_default());
        shown.push_str(MASK);
        at = end;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    shown
}
