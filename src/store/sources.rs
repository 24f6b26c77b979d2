//! What is remembered of each source between polls.

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::{Dialect, Store, StoreError, rows};
use crate::domain::{SourceId, SourceState, Trouble, TroubleKind};

/// Whose turn it is to poll a source, with what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Ours.
    Ours(SourceState),
    /// Another daemon's, or it is not due.
    Others(SourceState),
}

impl Store {
    /// The memory of every source that was ever polled.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn source_states(&self) -> Result<Vec<(String, SourceState)>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM source_state ORDER BY source_id").fetch_all(&self.read).await?;
            found.iter().map(|row| Ok((rows::text(row, "source_id")?, state(row)?))).collect()
        };
        self.timed("source_states", work).await
    }

    /// Takes the turn to poll a source until `until`, when it is due at `now`; none when another daemon has it. The
    /// answer is what is remembered of the source now, whoever polled it last.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn take_turn(&self, id: &SourceId, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Turn, StoreError> {
        let (id, now, until) = (id.as_str().to_owned(), rows::micros(now), rows::micros(until));
        self.write(
            "take_turn",
            Box::new(move |connection| {
                Box::pin(async move {
                    let taken = sqlx::query(
                        "INSERT INTO source_state (source_id, turn_until) VALUES ($1, $3) \
                         ON CONFLICT (source_id) DO UPDATE SET turn_until = excluded.turn_until \
                         WHERE source_state.turn_until <= $2 AND (source_state.due_at IS NULL \
                         OR source_state.due_at <= $2 OR source_state.polled_at > $2) RETURNING *",
                    )
                    .bind(id.clone())
                    .bind(now)
                    .bind(until)
                    .fetch_optional(&mut *connection)
                    .await?;
                    if let Some(row) = taken {
                        return Ok(Turn::Ours(state(&row)?));
                    }
                    let row = sqlx::query("SELECT * FROM source_state WHERE source_id = $1")
                        .bind(id)
                        .fetch_one(&mut *connection)
                        .await?;
                    Ok(Turn::Others(state(&row)?))
                })
            }),
        )
        .await
    }

    /// Voids turns and claims that a daemon held when it died. Only for SQLite, where this daemon is the only one; on a
    /// shared server they run out by themselves.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn take_over(&self) -> Result<(), StoreError> {
        if self.dialect == Dialect::Postgres {
            return Ok(());
        }
        self.write(
            "take_over",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE source_state SET turn_until = 0").execute(&mut *connection).await?;
                    sqlx::query("UPDATE entries SET locked_until = 0 WHERE locked_until > 0")
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("UPDATE revisits SET held_until = 0 WHERE held_until > 0").execute(connection).await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Keeps the memory of one source and ends the turn to poll it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn save_source_state(&self, id: &SourceId, state: SourceState) -> Result<(), StoreError> {
        let id = id.as_str().to_owned();
        self.write(
            "save_source_state",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO source_state (source_id, etag, last_modified, body_hash, due_at, polled_at, \
                         succeeded_at, full_at, failures, trouble_kind, trouble, newest_at, last_count) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                         ON CONFLICT (source_id) DO UPDATE SET etag = excluded.etag, \
                         last_modified = excluded.last_modified, body_hash = excluded.body_hash, \
                         due_at = excluded.due_at, turn_until = 0, polled_at = excluded.polled_at, \
                         succeeded_at = excluded.succeeded_at, full_at = excluded.full_at, \
                         failures = excluded.failures, trouble_kind = excluded.trouble_kind, trouble = excluded.trouble, \
                         newest_at = excluded.newest_at, last_count = excluded.last_count",
                    )
                    .bind(id)
                    .bind(state.etag)
                    .bind(state.last_modified)
                    .bind(state.body_hash)
                    .bind(state.due_at.map(rows::micros))
                    .bind(state.polled_at.map(rows::micros))
                    .bind(state.succeeded_at.map(rows::micros))
                    .bind(state.full_at.map(rows::micros))
                    .bind(i64::from(state.failures))
                    .bind(state.trouble.as_ref().map(|trouble| trouble.kind.name()))
                    .bind(state.trouble.map(|trouble| trouble.detail))
                    .bind(state.newest_at.map(rows::micros))
                    .bind(i64::from(state.last_count))
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }
}

fn state(row: &AnyRow) -> Result<SourceState, StoreError> {
    Ok(SourceState {
        etag: rows::optional(row, "etag")?,
        last_modified: rows::optional(row, "last_modified")?,
        body_hash: rows::optional(row, "body_hash")?,
        due_at: rows::optional_time(row, "due_at")?,
        polled_at: rows::optional_time(row, "polled_at")?,
        succeeded_at: rows::optional_time(row, "succeeded_at")?,
        full_at: rows::optional_time(row, "full_at")?,
        failures: u32::try_from(rows::integer(row, "failures")?).unwrap_or(u32::MAX),
        trouble: trouble(row)?,
        newest_at: rows::optional_time(row, "newest_at")?,
        last_count: u32::try_from(rows::integer(row, "last_count")?).unwrap_or(u32::MAX),
    })
}

fn trouble(row: &AnyRow) -> Result<Option<Trouble>, StoreError> {
    let (Some(name), Some(detail)) = (rows::optional(row, "trouble_kind")?, rows::optional(row, "trouble")?) else {
        return Ok(None);
    };
    // A kind only a newer version knows must not keep this one from polling.
    let kind = TroubleKind::from_name(&name).unwrap_or(TroubleKind::Internal);
    Ok(Some(Trouble { kind, detail }))
}
