//! Goals of cases that were missed: each is counted once, whatever daemon saw it and however often it is restarted.

use chrono::{DateTime, Utc};

use super::super::{Store, StoreError, rows};
use crate::domain::Goal;

impl Store {
    /// Keeps that a goal of a case was missed; false when that is known already, whichever daemon found it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn count_breach(&self, id: &str, goal: Goal, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let known: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM case_breaches WHERE case_id = $1 AND goal = $2")
            .bind(id.to_owned())
            .bind(goal.name())
            .fetch_one(&self.read)
            .await?;
        if known > 0 {
            return Ok(false);
        }
        let id = id.to_owned();
        self.write(
            "count_breach",
            Box::new(move |connection| {
                Box::pin(async move {
                    let written = sqlx::query(
                        "INSERT INTO case_breaches (case_id, goal, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    )
                    .bind(id)
                    .bind(goal.name())
                    .bind(rows::micros(at))
                    .execute(connection)
                    .await?;
                    Ok(written.rows_affected() > 0)
                })
            }),
        )
        .await
    }
}
