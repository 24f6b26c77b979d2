//! Why a listing gave no entries.

use super::{
    article::Obstacle,
    board::BoardError,
    charset::CharsetError,
    feed::{FeedError, Seen},
    list::ListError,
};

/// Why no entries came out of an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// A feed, sitemap, timeline or JSON document could not be read.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// A list page could not be read.
    #[error(transparent)]
    List(#[from] ListError),
    /// A board could not be read.
    #[error(transparent)]
    Board(#[from] BoardError),
    /// The bytes are in a charset without decoder.
    #[error(transparent)]
    Charset(#[from] CharsetError),
    /// The site answered with a page that keeps programs out.
    #[error("{url} answered with {obstacle}")]
    Challenge {
        /// The address.
        url: String,
        /// What stands in the way, and what to do.
        obstacle: Obstacle,
    },
    /// The listing breaks off before its first entry.
    #[error(
        "the answer breaks off before its first entry: open its address in a browser, and tell the site if it stays so"
    )]
    Broken,
    /// A folder has no listing: its files are read one by one.
    #[error("a folder is read file by file, not as a listing: use `extract::folder`")]
    Folder,
}

impl ExtractError {
    /// Whether a web page came where data was expected.
    #[must_use]
    pub fn met_html(&self) -> bool {
        matches!(self, Self::Challenge { .. } | Self::Feed(FeedError::NotAFeed(Seen::Html { .. })))
    }

    /// Whether the site keeps programs out: asking again soon makes it worse.
    #[must_use]
    pub fn met_challenge(&self) -> bool {
        matches!(self, Self::Challenge { .. } | Self::Board(BoardError::AgeGate { .. }))
    }
}
