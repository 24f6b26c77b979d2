//! What went out, as the public reads it: with the number of its case, from which its address is made.

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::{
    super::{Store, StoreError, rows},
    releases::ReleaseRow,
};
use crate::domain::Case;

/// A release with what its case says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRow {
    /// What went out.
    pub release: ReleaseRow,
    /// The number of its case.
    pub case_number: i64,
    /// When the city first knew of the matter.
    pub known: DateTime<Utc>,
    /// When the case's first release went out.
    pub first: DateTime<Utc>,
}

/// A query of releases with their cases, under this condition.
macro_rules! where_published {
    ($condition:literal) => {
        concat!(
            "SELECT r.*, c.number AS case_number, c.known_at AS case_known_at, \
             (SELECT MIN(f.issued_at) FROM releases f WHERE f.case_id = r.case_id) AS first_at \
             FROM releases r JOIN cases c ON c.id = r.case_id WHERE ",
            $condition
        )
    };
}

impl Store {
    /// Releases with their cases, the latest first, `limit` at a time, before the one numbered `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn published(&self, before: Option<i64>, limit: usize) -> Result<Vec<PublishedRow>, StoreError> {
        let work = async {
            let found = sqlx::query(where_published!("r.number < $1 ORDER BY r.number DESC LIMIT $2"))
                .bind(before.unwrap_or(i64::MAX))
                .bind(rows::big(limit))
                .fetch_all(&self.read)
                .await?;
            self.with_cases(&found).await
        };
        self.timed("published", work).await
    }

    /// The release of a revision of a case's draft: what its public address tells.
    ///
    /// # Errors
    /// When the database does not answer. What never went out is `Ok(None)`.
    pub async fn published_as(&self, case_number: i64, revision: u32) -> Result<Option<PublishedRow>, StoreError> {
        let work = async {
            let sql = where_published!("c.number = $1 AND r.revision = $2 ORDER BY r.number DESC LIMIT 1");
            let found = sqlx::query(sql).bind(case_number).bind(i64::from(revision)).fetch_all(&self.read).await?;
            Ok(self.with_cases(&found).await?.pop())
        };
        self.timed("published_as", work).await
    }

    /// What went out before on the matter of a case: by itself, by a case of the same story, by one of the same service; the
    /// latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn published_on_matter_of(&self, case: &Case, limit: usize) -> Result<Vec<PublishedRow>, StoreError> {
        let work = async {
            let sql = where_published!("(c.id = $1 OR c.story = $2 OR c.service = $3) ORDER BY r.number DESC LIMIT $4");
            let found = sqlx::query(sql)
                .bind(case.id.clone())
                .bind(case.story.clone())
                .bind(case.service.clone())
                .bind(rows::big(limit))
                .fetch_all(&self.read)
                .await?;
            self.with_cases(&found).await
        };
        self.timed("published_on_matter_of", work).await
    }

    async fn with_cases(&self, found: &[AnyRow]) -> Result<Vec<PublishedRow>, StoreError> {
        let releases = self.with_sources(found).await?;
        let with = |(row, release): (&AnyRow, ReleaseRow)| {
            Ok(PublishedRow {
                release,
                case_number: rows::integer(row, "case_number")?,
                known: rows::time(row, "case_known_at")?,
                first: rows::time(row, "first_at")?,
            })
        };
        found.iter().zip(releases).map(with).collect()
    }
}
