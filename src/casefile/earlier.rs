//! What the city said before on the matter of a case: its releases, and the statements laid beside it.

use crate::{
    domain::{Clarification, SourceText, SourceTextKind},
    store::{Dossier, PublishedRow, Store, StoreError},
};

/// Earlier releases that a draft is held against, and that are shown beside it.
const MOST: usize = 5;

/// Before the number of a release in its key; no statement of the register has it.
const RELEASE: &str = "release:";

/// What went out before on the matter of a case, the latest first. Its own release is no earlier one once it is out.
///
/// # Errors
/// When the database does not answer.
pub async fn earlier_releases(store: &Store, dossier: &Dossier) -> Result<Vec<PublishedRow>, StoreError> {
    let mut earlier = store.published_on_matter_of(&dossier.case, MOST).await?;
    if dossier.case.stage.issued().is_some() {
        earlier.retain(|row| row.release.releasing.case_id != dossier.case.id);
    }
    Ok(earlier)
}

/// The texts that a draft is held against: what those releases say in their own words, and the official statements of the
/// case.
#[must_use]
pub fn earlier_texts(dossier: &Dossier, releases: &[PublishedRow]) -> Vec<SourceText> {
    let release = |row: &PublishedRow| {
        let it = &row.release.releasing;
        SourceText {
            kind: SourceTextKind::Statement,
            id: format!("{RELEASE}{}-{}", row.case_number, it.revision),
            revision: it.revision,
            hash: it.hash.clone(),
            publisher: it.agency.clone(),
            published: Some(row.release.issued_at),
            document_no: None,
            url: None,
            title: String::new(),
            text: own_words(&it.text),
        }
    };
    let statements = dossier.sources().into_iter().filter(|it| it.kind == SourceTextKind::Statement);
    releases.iter().map(release).chain(statements).collect()
}

/// The last part of the public address of the release that such a text is; none of a statement.
#[must_use]
pub fn release_of(source: &SourceText) -> Option<&str> {
    source.id.strip_prefix(RELEASE)
}

/// What a release says itself: not its headline and lead, which quote what it denies.
fn own_words(text: &Clarification) -> String {
    let parts = text.facts.iter().chain([&text.jurisdiction, &text.measures]);
    parts.filter(|part| !part.trim().is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
}
