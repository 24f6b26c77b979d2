//! The audit log. It is written inside the transaction of what it tells of: a change whose row cannot be written does
//! not take place.

use sqlx::{AnyConnection, any::AnyRow};

use super::{Dialect, Store, StoreError, Work, rows};
use crate::domain::{Action, Actor, Event, Head, Sealed};

/// Which rows of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By this actor; empty for all.
    pub actor: String,
    /// Of this sort.
    pub action: Option<Action>,
}

impl Store {
    /// Rows that match, newest first, `limit` at a time, before the row numbered `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_log(
        &self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Sealed>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT * FROM audit WHERE ($1 = '' OR actor = $1) AND ($2 = '' OR action = $2) AND seq < $3 \
                 ORDER BY seq DESC LIMIT $4",
            )
            .bind(filter.actor.clone())
            .bind(filter.action.map_or("", Action::name))
            .bind(before.unwrap_or(i64::MAX))
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(sealed).collect()
        };
        self.timed("audit_log", work).await
    }

    /// Rows after the one numbered `after`, oldest first, for verification.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_rows(&self, after: i64, limit: usize) -> Result<Vec<Sealed>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2")
                .bind(after)
                .bind(rows::big(limit))
                .fetch_all(&self.read)
                .await?;
            found.iter().map(sealed).collect()
        };
        self.timed("audit_rows", work).await
    }

    /// The last row and how many there are by counting, which are the same number in a log without gaps.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn audit_head(&self) -> Result<(Head, i64), StoreError> {
        let work = async {
            let mut connection = self.read.acquire().await?;
            let count = sqlx::query_scalar("SELECT COUNT(*) FROM audit").fetch_one(&mut *connection).await?;
            Ok((head(&mut connection).await?, count))
        };
        self.timed("audit_head", work).await
    }

    /// Runs `work`, which appends to the log, in a write transaction. The chain is locked before anything else is: in
    /// any other order two transactions could wait for each other.
    pub(super) async fn audited<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: Work<T>,
    ) -> Result<T, StoreError> {
        let dialect = self.dialect;
        self.write(
            operation,
            Box::new(move |connection| {
                Box::pin(async move {
                    lock(connection, dialect).await?;
                    work(connection).await
                })
            }),
        )
        .await
    }
}

async fn lock(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), StoreError> {
    if let Some(lock) = dialect.lock_audit() {
        sqlx::query(lock).execute(connection).await?;
    }
    Ok(())
}

async fn head(connection: &mut AnyConnection) -> Result<Head, StoreError> {
    let last =
        sqlx::query("SELECT seq, hash, at FROM audit ORDER BY seq DESC LIMIT 1").fetch_optional(connection).await?;
    let Some(row) = last else { return Ok(Head::default()) };
    Ok(Head { seq: rows::integer(&row, "seq")?, hash: rows::text(&row, "hash")?, at: Some(rows::time(&row, "at")?) })
}

/// Takes a row back by a statement whose `$1` is the key that the event is about and `$2` the time, and adds the event. False
/// when no row of that key holds. Only inside [`Store::audited`].
pub(super) async fn take_back(
    connection: &mut AnyConnection,
    sql: &'static str,
    event: Event,
) -> Result<bool, StoreError> {
    let work = sqlx::query(sql).bind(event.subject.clone()).bind(rows::micros(event.at));
    if work.execute(&mut *connection).await?.rows_affected() == 0 {
        return Ok(false);
    }
    append(connection, event).await?;
    Ok(true)
}

/// Adds an event to the end of the chain. Only inside [`Store::audited`].
pub(super) async fn append(connection: &mut AnyConnection, event: Event) -> Result<(), StoreError> {
    let row = Sealed::after(&head(connection).await?, event);
    sqlx::query(
        "INSERT INTO audit (seq, at, actor, role, address, action, subject, detail, prev_hash, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.seq)
    .bind(rows::micros(row.at))
    .bind(row.actor.name)
    .bind(row.actor.role)
    .bind(row.actor.address)
    .bind(row.action)
    .bind(row.subject)
    .bind(row.detail)
    .bind(row.prev_hash)
    .bind(row.hash)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) fn sealed(row: &AnyRow) -> Result<Sealed, StoreError> {
    Ok(Sealed {
        seq: rows::integer(row, "seq")?,
        at: rows::time(row, "at")?,
        actor: Actor {
            name: rows::text(row, "actor")?,
            role: rows::text(row, "role")?,
            address: rows::text(row, "address")?,
        },
        action: rows::text(row, "action")?,
        subject: rows::text(row, "subject")?,
        detail: rows::text(row, "detail")?,
        prev_hash: rows::text(row, "prev_hash")?,
        hash: rows::text(row, "hash")?,
    })
}
