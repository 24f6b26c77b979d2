//! Statements that people laid beside a case.

use chrono::{DateTime, Utc};

use super::super::{Store, StoreError, audit, rows};
use crate::domain::{Action, Actor, Event, UserName};

impl Store {
    /// Lays the latest version of a statement beside a case. False when there is no such statement.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn lay_source(
        &self,
        id: &str,
        fact_id: &str,
        (by, actor): (UserName, Actor),
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (id, fact_id) = (id.to_owned(), fact_id.to_owned());
        self.audited(
            "lay_source",
            Box::new(move |connection| {
                Box::pin(async move {
                    let revision: Option<i64> = sqlx::query_scalar("SELECT MAX(revision) FROM facts WHERE id = $1")
                        .bind(fact_id.clone())
                        .fetch_one(&mut *connection)
                        .await?;
                    let Some(revision) = revision else { return Ok(false) };
                    sqlx::query(
                        "INSERT INTO case_sources (case_id, fact_id, fact_revision, by_user, at) \
                         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (case_id, fact_id) \
                         DO UPDATE SET fact_revision = excluded.fact_revision, by_user = excluded.by_user, \
                         at = excluded.at",
                    )
                    .bind(id.clone())
                    .bind(fact_id.clone())
                    .bind(revision)
                    .bind(by.to_string())
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = serde_json::json!({ "fact": fact_id, "revision": revision }).to_string();
                    let event = Event { at, actor, action: Action::SourceLaid, subject: id, detail };
                    audit::append(connection, event).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// The statements that people laid beside a case: key and version.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn laid_sources(&self, id: &str) -> Result<Vec<(String, u32)>, StoreError> {
        let work = async {
            let found =
                sqlx::query("SELECT fact_id, fact_revision FROM case_sources WHERE case_id = $1 ORDER BY at, fact_id")
                    .bind(id.to_owned())
                    .fetch_all(&self.read)
                    .await?;
            let source = |row| {
                let revision = u32::try_from(rows::integer(row, "fact_revision")?).unwrap_or(u32::MAX);
                Ok((rows::text(row, "fact_id")?, revision))
            };
            found.iter().map(source).collect()
        };
        self.timed("laid_sources", work).await
    }
}
