//! The queue: entries a source announced and nobody has read yet. The database is the queue, so a crash loses
//! nothing and several daemons can share the work.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AnyConnection, any::AnyRow};

use super::{Store, StoreError, rows};
use crate::domain::{Entry, SourceId};

/// Rows written in one transaction: enough for any feed, and well under a tenth of a second on a slow disk.
const SLICE: usize = 500;

/// An entry with the fingerprint of what was announced: a changed fingerprint means it must be read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The key this row gets when it is new.
    pub id: String,
    /// SHA-256 over the announced fields, in hex.
    pub fingerprint: String,
    /// What was announced.
    pub entry: Entry,
}

/// An entry claimed from the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEntry {
    /// The row.
    pub id: String,
    /// Whose it is.
    pub source_id: String,
    /// How often it was tried, this time included.
    pub attempts: u32,
    /// When it was first announced.
    pub found_at: DateTime<Utc>,
    /// Until when the claim holds. It also tells this claim from later ones: an entry that was announced anew in
    /// the meantime, or claimed by another daemon after the lease, is not settled by this claim.
    pub claim: i64,
    /// What was announced.
    pub entry: Entry,
}

impl Store {
    /// Queues what is new or was announced differently; returns how many rows that were. A long listing is written in
    /// slices, so that it does not hold the only writer of SQLite for long.
    ///
    /// # Errors
    /// When it cannot be written; slices before the failed one are queued.
    pub async fn announce(
        &self,
        source: &SourceId,
        mut found: Vec<Announced>,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let mut queued = 0;
        while !found.is_empty() {
            let rest = found.split_off(found.len().min(SLICE));
            let slice = std::mem::replace(&mut found, rest);
            let (source, now) = (source.as_str().to_owned(), rows::micros(now));
            queued += self
                .write("announce", Box::new(move |connection| Box::pin(announce(connection, source, slice, now))))
                .await?;
        }
        Ok(queued)
    }

    /// Claims up to `most` waiting entries for `lease`; a claim that is not settled by then is open to others.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(
        &self,
        most: usize,
        now: DateTime<Utc>,
        lease: Duration,
    ) -> Result<Vec<QueuedEntry>, StoreError> {
        let sql = self.dialect.claim();
        let until = now + TimeDelta::from_std(lease).unwrap_or(TimeDelta::MAX);
        self.write(
            "claim",
            Box::new(move |connection| {
                Box::pin(async move {
                    let found = sqlx::query(sql)
                        .bind(rows::micros(until))
                        .bind(rows::micros(now))
                        .bind(rows::big(most))
                        .fetch_all(connection)
                        .await?;
                    let mut claimed = found.iter().map(queued).collect::<Result<Vec<_>, _>>()?;
                    claimed.sort_by(|a, b| (a.found_at, &a.id).cmp(&(b.found_at, &b.id)));
                    Ok(claimed)
                })
            }),
        )
        .await
    }

    /// Puts a claimed entry back for a later try, or gives it up when `again` is none, with what went wrong.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_back(
        &self,
        entry: &QueuedEntry,
        again: Option<DateTime<Utc>>,
        trouble: &str,
    ) -> Result<(), StoreError> {
        let (id, claim, trouble) = (entry.id.clone(), entry.claim, trouble.to_owned());
        let state = if again.is_some() { "waiting" } else { "failed" };
        let next = again.map_or(0, rows::micros);
        self.write(
            "put_back",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE entries SET state = $3, next_try_at = $4, locked_until = 0, trouble = $5 \
                         WHERE id = $1 AND locked_until = $2",
                    )
                    .bind(id)
                    .bind(claim)
                    .bind(state)
                    .bind(next)
                    .bind(trouble)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Returns a claimed entry that was not tried, to be claimed again from `at` on; the attempt is not counted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn release(&self, entry: &QueuedEntry, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (id, claim, at) = (entry.id.clone(), entry.claim, rows::micros(at));
        self.write(
            "release",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE entries SET next_try_at = $3, locked_until = 0, attempts = attempts - 1 \
                         WHERE id = $1 AND locked_until = $2",
                    )
                    .bind(id)
                    .bind(claim)
                    .bind(at)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Makes every waiting entry and message claimable at once, for when the wall clock was set back and their times lie in
    /// a future that takes long to come. A message that was first tried then counts as first tried now, so that it is given
    /// up no later than it would be.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_waits(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(
            "forget_waits",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE entries SET next_try_at = 0, locked_until = 0 WHERE state = 'waiting'")
                        .execute(&mut *connection)
                        .await?;
                    // A message that is under way keeps its lease: it must not be sent a second time beside the first.
                    sqlx::query(
                        "UPDATE outbox SET next_at = 0, first_tried_at = \
                         CASE WHEN first_tried_at > $1 THEN $1 ELSE first_tried_at END WHERE state = 'waiting'",
                    )
                    .bind(rows::micros(now))
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Whether any of these was announced before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn knows_any(&self, source: &SourceId, ids: Vec<String>) -> Result<bool, StoreError> {
        let work = async {
            for id in ids {
                let known = sqlx::query("SELECT 1 FROM entries WHERE source_id = $1 AND external_id = $2")
                    .bind(source.as_str().to_owned())
                    .bind(id)
                    .fetch_optional(&self.read)
                    .await?;
                if known.is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        self.timed("knows_any", work).await
    }

    /// Entries waiting to be read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waiting(&self) -> Result<u64, StoreError> {
        let work = async {
            let n: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM entries WHERE state = 'waiting'")
                .fetch_one(&self.read)
                .await?;
            Ok(u64::try_from(n).unwrap_or_default())
        };
        self.timed("waiting", work).await
    }
}

fn queued(row: &AnyRow) -> Result<QueuedEntry, StoreError> {
    Ok(QueuedEntry {
        id: rows::text(row, "id")?,
        source_id: rows::text(row, "source_id")?,
        attempts: u32::try_from(rows::integer(row, "attempts")?).unwrap_or(u32::MAX),
        found_at: rows::time(row, "found_at")?,
        claim: rows::integer(row, "locked_until")?,
        entry: Entry {
            id: rows::text(row, "external_id")?,
            title: rows::text(row, "title")?,
            link: rows::optional(row, "link")?,
            author: rows::optional(row, "author")?,
            published: rows::dated(row, "published_at", "published_quality")?,
            updated: rows::dated(row, "updated_at", "updated_quality")?,
            summary: rows::optional(row, "summary")?,
            content: rows::optional(row, "content")?,
            categories: Vec::new(),
            outlet: rows::optional(row, "outlet")?,
        },
    })
}

async fn announce(
    connection: &mut AnyConnection,
    source: String,
    slice: Vec<Announced>,
    now: i64,
) -> Result<usize, StoreError> {
    let mut queued = 0;
    for Announced { id, fingerprint, entry } in slice {
        let done = sqlx::query(
            "INSERT INTO entries (id, source_id, external_id, fingerprint, state, next_try_at, \
                             found_at, title, link, author, published_at, published_quality, updated_at, \
                             updated_quality, summary, content, outlet) \
                             VALUES ($1, $2, $3, $4, 'waiting', $5, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) \
                             ON CONFLICT (source_id, external_id) DO UPDATE SET fingerprint = excluded.fingerprint, \
                             state = 'waiting', attempts = 0, next_try_at = excluded.next_try_at, locked_until = 0, \
                             trouble = NULL, title = excluded.title, link = excluded.link, author = excluded.author, \
                             published_at = excluded.published_at, published_quality = excluded.published_quality, \
                             updated_at = excluded.updated_at, updated_quality = excluded.updated_quality, \
                             summary = excluded.summary, content = excluded.content, outlet = excluded.outlet \
                             WHERE entries.fingerprint <> excluded.fingerprint",
        )
        .bind(id)
        .bind(source.clone())
        .bind(entry.id)
        .bind(fingerprint)
        .bind(now)
        .bind(entry.title)
        .bind(entry.link)
        .bind(entry.author)
        .bind(entry.published.map(|d| rows::micros(d.at)))
        .bind(entry.published.map(|d| rows::quality_name(d.quality)))
        .bind(entry.updated.map(|d| rows::micros(d.at)))
        .bind(entry.updated.map(|d| rows::quality_name(d.quality)))
        .bind(entry.summary)
        .bind(entry.content)
        .bind(entry.outlet)
        .execute(&mut *connection)
        .await?;
        queued += rows::small(i64::try_from(done.rows_affected()).unwrap_or_default());
    }
    Ok(queued)
}
