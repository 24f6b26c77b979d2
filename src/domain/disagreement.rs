//! Where a draft says otherwise than the city said before on the same matter.

use chrono::{DateTime, Utc};

use super::{Part, Span, UserName, sha256_hex};

/// Hexadecimal digits by which a disagreement is known on a page: enough that no two of one draft share them.
const KEY_DIGITS: usize = 16;

/// A clause of a draft that disagrees with one of an earlier statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The part of the draft.
    pub part: Part,
    /// The clause, as bytes of that part.
    pub span: Span,
    /// Its words.
    pub words: String,
    /// The bytes of `words` that decide.
    pub differs: Span,
    /// The earlier text: its key with its version.
    pub source: String,
    /// Its clause.
    pub earlier: String,
    /// The bytes of `earlier` that decide.
    pub earlier_differs: Span,
    /// In what they disagree, in a sentence.
    pub why: String,
}

impl Disagreement {
    /// By what it is known: the two clauses. When either changes it is another one, of which nobody knows yet.
    #[must_use]
    pub fn key(&self) -> String {
        let all = format!("{}\n{}\n{}", self.words, self.source, self.earlier);
        sha256_hex(all.as_bytes()).chars().take(KEY_DIGITS).collect()
    }
}

/// 已知並說明: a named person knows of a disagreement and says why it is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// Its key.
    pub id: String,
    /// The clause of the draft.
    pub words: String,
    /// The earlier text.
    pub source: String,
    /// Its clause.
    pub earlier: String,
    /// Why the draft is right.
    pub note: String,
    /// Who says so.
    pub by: UserName,
    /// When.
    pub at: DateTime<Utc>,
}

impl Explained {
    /// Whether it is about this disagreement, word for word.
    #[must_use]
    pub fn covers(&self, it: &Disagreement) -> bool {
        self.words == it.words && self.source == it.source && self.earlier == it.earlier
    }
}
