//! Reports of an official source that were read before it was one, or before there was a register: they become statements.

use chrono::{DateTime, Utc};

use super::{
    Store, StoreError, checks,
    checks::Checking,
    facts::{self, Stating},
    rows,
};
use crate::domain::Entered;

/// A report that is an official statement and not in the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orphan {
    /// The report's key, which becomes the statement's.
    pub id: String,
    /// Its current version.
    pub revision: u32,
    /// Its headline.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Where it is found.
    pub url: String,
    /// When it was published, by its own words, or first seen.
    pub published: DateTime<Utc>,
}

impl Store {
    /// Reports of a source that are not in the register, the earliest first, `limit` at a time, after the report `after`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn orphans(&self, source: &str, after: &str, limit: usize) -> Result<Vec<Orphan>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT a.id, a.revision, a.url, a.first_seen_at, r.title, r.text, r.published_at FROM articles a \
                 JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision WHERE a.source_id = $1 AND a.id > $2 \
                 AND NOT EXISTS (SELECT 1 FROM facts f WHERE f.id = a.id) ORDER BY a.id LIMIT $3",
            )
            .bind(source.to_owned())
            .bind(after.to_owned())
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            let orphan = |row| {
                let seen = rows::time(row, "first_seen_at")?;
                Ok(Orphan {
                    id: rows::text(row, "id")?,
                    revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
                    title: rows::text(row, "title")?,
                    text: rows::text(row, "text")?,
                    url: rows::text(row, "url")?,
                    published: rows::optional_time(row, "published_at")?.map_or(seen, |at| at.min(seen)),
                })
            };
            found.iter().map(orphan).collect()
        };
        self.timed("orphans", work).await
    }

    /// Takes such reports into the register as statements of an agency; what was held against them as reports ends. One that
    /// has another version by now, or that another daemon took in, is passed over. Says how many were taken in.
    ///
    /// # Errors
    /// When they cannot be written; then none of them was.
    pub async fn adopt(
        &self,
        (source, agency): (String, String),
        orphans: Vec<(u32, Stating)>,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        let dialect = self.dialect;
        self.write(
            "adopt",
            Box::new(move |connection| {
                Box::pin(async move {
                    facts::lock(connection, dialect).await?;
                    let mut adopted = 0;
                    for (revision, stating) in &orphans {
                        let revision = i64::from(*revision);
                        let current: Option<i64> = sqlx::query_scalar(dialect.current_revision())
                            .bind(stating.id.clone())
                            .fetch_optional(&mut *connection)
                            .await?;
                        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM facts WHERE id = $1")
                            .bind(stating.id.clone())
                            .fetch_one(&mut *connection)
                            .await?;
                        if current != Some(revision) || known > 0 {
                            continue;
                        }
                        sqlx::query("UPDATE articles SET official = $2 WHERE id = $1")
                            .bind(stating.id.clone())
                            .bind(agency.clone())
                            .execute(&mut *connection)
                            .await?;
                        checks::check(connection, &stating.id, revision, &Checking::Left, at).await?;
                        facts::put(connection, dialect, stating, &Entered::Source(source.clone()), at).await?;
                        adopted += 1;
                    }
                    Ok(adopted)
                })
            }),
        )
        .await
    }
}
