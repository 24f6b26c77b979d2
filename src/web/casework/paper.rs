//! A release as it lies on a page: to be approved, to be printed, to be read by the public.

use crate::{
    document::{self, Block},
    domain::Release,
};

/// A release, ready for the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Paper {
    /// The mark of a text that nobody approved yet.
    pub mark: Option<&'static str>,
    /// The title.
    pub title: String,
    /// Who published it and when.
    pub fields: Vec<(&'static str, String)>,
    /// What stands below.
    pub blocks: Vec<Block>,
}

impl Paper {
    /// The paper of a release.
    pub fn of(release: &Release) -> Self {
        Self {
            mark: release.issued.is_none().then_some(document::DRAFT_MARK),
            title: document::title(release),
            fields: document::fields(release),
            blocks: document::blocks(release),
        }
    }
}
