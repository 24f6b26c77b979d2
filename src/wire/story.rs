//! What `stories` answers.

use serde::Serialize;

use super::DocumentId;

/// The story of one document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryOut {
    /// The sender's id.
    pub id: DocumentId,
    /// The id of the first document of the story, as its sender wrote it.
    pub story: DocumentId,
    /// Whether this is that document.
    pub first: bool,
    /// Outlets that told the story up to this document.
    pub outlets: usize,
    /// Whether it is the dispatch of a news agency in another outlet.
    pub syndicated: bool,
}
