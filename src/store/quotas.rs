//! What services said of the month's messages, and which channels are closed until the next month.

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::{Store, StoreError, rows};
use crate::domain::Quota;

/// What is known of a channel's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRow {
    /// The channel.
    pub channel: String,
    /// What its service last said, if it ever did.
    pub quota: Option<Quota>,
    /// When it was last asked.
    pub asked: Option<DateTime<Utc>>,
    /// Until when it takes nothing, as it was written.
    pub closed_until: Option<DateTime<Utc>>,
}

impl Store {
    /// What is known of the months of channels.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn quotas(&self) -> Result<Vec<QuotaRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM channel_quotas ORDER BY channel").fetch_all(&self.read).await?;
            found.iter().map(quota_row).collect()
        };
        self.timed("quotas", work).await
    }

    /// What is known of a channel's month.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn quota(&self, channel: &str) -> Result<Option<QuotaRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM channel_quotas WHERE channel = $1")
                .bind(channel.to_owned())
                .fetch_optional(&self.read)
                .await?;
            found.as_ref().map(quota_row).transpose()
        };
        self.timed("quota", work).await
    }

    /// Keeps that a service was asked, and what it said if it did. A limit that grew since opens a closed channel: the plan
    /// was changed within the month.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn count_quota(&self, channel: &str, said: Option<Quota>, at: DateTime<Utc>) -> Result<(), StoreError> {
        let channel = channel.to_owned();
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.write(
            "count_quota",
            Box::new(move |connection| {
                Box::pin(async move {
                    let query = match said {
                        None => sqlx::query(
                            "INSERT INTO channel_quotas (channel, asked_at) VALUES ($1, $2) \
                             ON CONFLICT (channel) DO UPDATE SET asked_at = excluded.asked_at",
                        )
                        .bind(channel)
                        .bind(rows::micros(at)),
                        Some(quota) => sqlx::query(
                            "INSERT INTO channel_quotas (channel, asked_at, most, used) VALUES ($1, $2, $3, $4) \
                             ON CONFLICT (channel) DO UPDATE SET closed_until = CASE \
                             WHEN excluded.most IS NULL OR excluded.most > channel_quotas.most THEN NULL \
                             ELSE channel_quotas.closed_until END, \
                             asked_at = excluded.asked_at, most = excluded.most, used = excluded.used",
                        )
                        .bind(channel)
                        .bind(rows::micros(at))
                        .bind(quota.limit.map(count))
                        .bind(count(quota.used)),
                    };
                    query.execute(connection).await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Keeps that a channel takes nothing before `until`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn close_quota(&self, channel: &str, until: DateTime<Utc>) -> Result<(), StoreError> {
        let channel = channel.to_owned();
        self.write(
            "close_quota",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO channel_quotas (channel, closed_until) VALUES ($1, $2) \
                         ON CONFLICT (channel) DO UPDATE SET closed_until = excluded.closed_until",
                    )
                    .bind(channel)
                    .bind(rows::micros(until))
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }
}

fn quota_row(row: &AnyRow) -> Result<QuotaRow, StoreError> {
    let whole = |n: i64| u64::try_from(n).unwrap_or_default();
    let (most, used): (Option<i64>, Option<i64>) = (row_integer(row, "most")?, row_integer(row, "used")?);
    Ok(QuotaRow {
        channel: rows::text(row, "channel")?,
        quota: used.map(|used| Quota { limit: most.map(whole), used: whole(used) }),
        asked: rows::optional_time(row, "asked_at")?,
        closed_until: rows::optional_time(row, "closed_until")?,
    })
}

fn row_integer(row: &AnyRow, column: &str) -> Result<Option<i64>, StoreError> {
    use sqlx::Row;
    Ok(row.try_get(column)?)
}
