//! What was said of missed goals, and messages that a person sends again.

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::{
    super::{Store, StoreError, audit, rows},
    outbox::{SentRow, sent},
};
use crate::domain::{Action, Actor, Event, Goal, OverdueNotice, UserName};

impl Store {
    /// Keeps what was said of missed goals of a case. The case gets a further version, so that who looks at it is told.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn explain_overdue(&self, case_id: &str, notice: OverdueNotice, actor: Actor) -> Result<(), StoreError> {
        let case_id = case_id.to_owned();
        self.audited(
            "explain_overdue",
            Box::new(move |connection| {
                Box::pin(async move {
                    let goals: Vec<&str> = notice.goals.iter().map(|goal| goal.name()).collect();
                    sqlx::query(
                        "INSERT INTO overdue_notices (id, case_id, goals, reason, progress, expected_at, by_user, at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(notice.id)
                    .bind(case_id.clone())
                    .bind(goals.join(","))
                    .bind(notice.reason.clone())
                    .bind(notice.progress.clone())
                    .bind(rows::micros(notice.expected))
                    .bind(notice.by.to_string())
                    .bind(rows::micros(notice.at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = serde_json::json!({
                        "goals": goals, "reason": notice.reason, "progress": notice.progress,
                        "expected_at": notice.expected.to_rfc3339(),
                    });
                    let (at, action) = (notice.at, Action::OverdueExplained);
                    let event = Event { at, actor, action, subject: case_id, detail: detail.to_string() };
                    audit::append(connection, event).await
                })
            }),
        )
        .await
    }

    /// What was said of missed goals of a case, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn overdue_notices(&self, case_id: &str) -> Result<Vec<OverdueNotice>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM overdue_notices WHERE case_id = $1 ORDER BY at, id")
                .bind(case_id.to_owned())
                .fetch_all(&self.read)
                .await?;
            found.iter().map(notice).collect()
        };
        self.timed("overdue_notices", work).await
    }

    /// What was said of missed goals since, each with the key of its case, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn overdue_notices_since(&self, at: DateTime<Utc>) -> Result<Vec<(String, OverdueNotice)>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM overdue_notices WHERE at >= $1 ORDER BY at, id")
                .bind(rows::micros(at))
                .fetch_all(&self.read)
                .await?;
            found.iter().map(|row| Ok((rows::text(row, "case_id")?, notice(row)?))).collect()
        };
        self.timed("overdue_notices_since", work).await
    }

    /// One message.
    ///
    /// # Errors
    /// When the database does not answer. An unknown one is `Ok(None)`.
    pub async fn message(&self, id: &str) -> Result<Option<SentRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM outbox WHERE id = $1")
                .bind(id.to_owned())
                .fetch_optional(&self.read)
                .await?;
            found.as_ref().map(sent).transpose()
        };
        self.timed("message", work).await
    }

    /// Lets a message that was held or given up be tried again, under the key by which its channel knows a repetition.
    /// `within` keeps the moment of its first try: what was asked of the channel then still counts. False when it waits
    /// or was sent meanwhile.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn resend_message(
        &self,
        (id, within): (&str, bool),
        detail: String,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.audited(
            "resend_message",
            Box::new(move |connection| {
                Box::pin(async move {
                    let found = sqlx::query(
                        "UPDATE outbox SET state = 'waiting', next_at = $2, held_until = 0, settled_at = NULL, \
                         first_tried_at = CASE WHEN $3 = 1 THEN first_tried_at ELSE NULL END \
                         WHERE id = $1 AND state IN ('held', 'failed') RETURNING subject",
                    )
                    .bind(id)
                    .bind(rows::micros(at))
                    .bind(i64::from(within))
                    .fetch_optional(&mut *connection)
                    .await?;
                    let Some(row) = found else { return Ok(false) };
                    let (subject, action) = (rows::text(&row, "subject")?, Action::MessageResent);
                    audit::append(connection, Event { at, actor, action, subject, detail }).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }
}

fn notice(row: &AnyRow) -> Result<OverdueNotice, StoreError> {
    let by = rows::text(row, "by_user")?;
    Ok(OverdueNotice {
        id: rows::text(row, "id")?,
        goals: rows::text(row, "goals")?.split(',').filter_map(Goal::from_name).collect(),
        reason: rows::text(row, "reason")?,
        progress: rows::text(row, "progress")?,
        expected: rows::time(row, "expected_at")?,
        by: UserName::parse(&by).map_err(|_| StoreError::Value { column: "overdue_notices.by_user", value: by })?,
        at: rows::time(row, "at")?,
    })
}
