//! Contradictions with earlier statements that a named person knows of and explains.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::any::AnyRow;

use super::super::{Store, StoreError, audit, rows};
use crate::domain::{Action, Actor, Event, Explained, UserName};

impl Store {
    /// Keeps that somebody answers for a contradiction.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn explain(&self, case_id: &str, it: Explained, actor: Actor) -> Result<(), StoreError> {
        let case_id = case_id.to_owned();
        self.audited(
            "explain",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO explained (id, case_id, sentence, source, earlier, note, by_user, at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(it.id.clone())
                    .bind(case_id.clone())
                    .bind(it.words.clone())
                    .bind(it.source.clone())
                    .bind(it.earlier.clone())
                    .bind(it.note.clone())
                    .bind(it.by.to_string())
                    .bind(rows::micros(it.at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = json!({
                        "id": it.id, "words": it.words, "source": it.source, "earlier": it.earlier, "reason": it.note,
                    });
                    let (at, action) = (it.at, Action::ContradictionExplained);
                    let event = Event { at, actor, action, subject: case_id, detail: detail.to_string() };
                    audit::append(connection, event).await
                })
            }),
        )
        .await
    }

    /// Takes that back. False when none of that key holds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn withdraw_explained(
        &self,
        (case_id, id): (&str, &str),
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (case_id, id) = (case_id.to_owned(), id.to_owned());
        self.audited(
            "withdraw_explained",
            Box::new(move |connection| {
                Box::pin(async move {
                    let changed = sqlx::query(
                        "UPDATE explained SET withdrawn_at = $3 \
                         WHERE id = $1 AND case_id = $2 AND withdrawn_at IS NULL",
                    )
                    .bind(id.clone())
                    .bind(case_id.clone())
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    if changed > 0 {
                        let (action, detail) = (Action::ExplanationWithdrawn, json!({ "id": id }).to_string());
                        audit::append(connection, Event { at, actor, action, subject: case_id, detail }).await?;
                    }
                    Ok(changed > 0)
                })
            }),
        )
        .await
    }

    /// What people answer for in a case and did not take back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn explained(&self, case_id: &str) -> Result<Vec<Explained>, StoreError> {
        let work = async {
            let found =
                sqlx::query("SELECT * FROM explained WHERE case_id = $1 AND withdrawn_at IS NULL ORDER BY at, id")
                    .bind(case_id.to_owned())
                    .fetch_all(&self.read)
                    .await?;
            found.iter().map(explained).collect()
        };
        self.timed("explained", work).await
    }
}

fn explained(row: &AnyRow) -> Result<Explained, StoreError> {
    let by = rows::text(row, "by_user")?;
    Ok(Explained {
        id: rows::text(row, "id")?,
        words: rows::text(row, "sentence")?,
        source: rows::text(row, "source")?,
        earlier: rows::text(row, "earlier")?,
        note: rows::text(row, "note")?,
        by: UserName::parse(&by).map_err(|_| StoreError::Value { column: "explained.by_user", value: by })?,
        at: rows::time(row, "at")?,
    })
}
