//! The log of what was handed to channels, as people read it, and which channels are in trouble.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::any::AnyRow;

use super::{
    super::{Store, StoreError, rows},
    outbox::{SentRow, sent},
};

/// What failed before that is history.
const RECENT: TimeDelta = TimeDelta::hours(24);

/// One try to send a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendRow {
    /// The message.
    pub outbox_id: String,
    /// Which try, from 1.
    pub attempt: u32,
    /// What it came to, in a word.
    pub result: String,
    /// What the channel said.
    pub why: String,
    /// SHA-256 of what was handed over, in hex.
    pub hash: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Messages that a channel did not deliver as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelTrouble {
    /// The channel.
    pub channel: String,
    /// `failed`, `held` or `waiting`.
    pub state: String,
    /// How many.
    pub messages: u64,
    /// When the earliest of them was written.
    pub earliest: DateTime<Utc>,
}

impl Store {
    /// Messages in a state, or in any, the latest written first, `limit` at a time, before the one of that key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sent_log(&self, state: &str, before: Option<&str>, limit: usize) -> Result<Vec<SentRow>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT * FROM outbox WHERE ($1 = '' OR state = $1) AND ($2 = '' OR id < $2) ORDER BY id DESC LIMIT $3",
            )
            .bind(state.to_owned())
            .bind(before.unwrap_or_default().to_owned())
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(sent).collect()
        };
        self.timed("sent_log", work).await
    }

    /// Every try to send the messages whose keys lie from `first` to `last`, in their order.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sends(&self, first: &str, last: &str) -> Result<Vec<SendRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM sends WHERE outbox_id >= $1 AND outbox_id <= $2 ORDER BY number")
                .bind(first.to_owned())
                .bind(last.to_owned())
                .fetch_all(&self.read)
                .await?;
            found.iter().map(send).collect()
        };
        self.timed("sends", work).await
    }

    /// Channels whose latest try was refused for want of a valid key, within a day: nothing goes out by them before somebody
    /// sees to it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refused_channels(&self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let work = async {
            let found = sqlx::query_scalar(
                "SELECT channel FROM sends WHERE result = 'unauthorised' AND at >= $1 AND number IN \
                 (SELECT MAX(number) FROM sends GROUP BY channel) ORDER BY channel",
            )
            .bind(rows::micros(now - RECENT))
            .fetch_all(&self.read)
            .await?;
            Ok(found)
        };
        self.timed("refused_channels", work).await
    }

    /// Channels with messages that a person has to decide on, that were given up within a day, or that have waited for
    /// longer than `patience`. What waits for the end of quiet hours was not tried and is not late.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn channel_troubles(
        &self,
        now: DateTime<Utc>,
        patience: TimeDelta,
    ) -> Result<Vec<ChannelTrouble>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT channel, state, COUNT(*) AS n, MIN(created_at) AS earliest FROM outbox WHERE state = 'held' \
                 OR (state = 'failed' AND settled_at >= $1) \
                 OR (state = 'waiting' AND created_at < $2 AND (attempts > 0 OR next_at <= $3)) \
                 GROUP BY channel, state ORDER BY channel, state",
            )
            .bind(rows::micros(now - RECENT))
            .bind(rows::micros(now - patience))
            .bind(rows::micros(now))
            .fetch_all(&self.read)
            .await?;
            let trouble = |row| {
                Ok(ChannelTrouble {
                    channel: rows::text(row, "channel")?,
                    state: rows::text(row, "state")?,
                    messages: u64::try_from(rows::integer(row, "n")?).unwrap_or_default(),
                    earliest: rows::time(row, "earliest")?,
                })
            };
            found.iter().map(trouble).collect()
        };
        self.timed("channel_troubles", work).await
    }
}

fn send(row: &AnyRow) -> Result<SendRow, StoreError> {
    Ok(SendRow {
        outbox_id: rows::text(row, "outbox_id")?,
        attempt: u32::try_from(rows::integer(row, "attempt")?).unwrap_or(u32::MAX),
        result: rows::text(row, "result")?,
        why: rows::text(row, "why")?,
        hash: rows::text(row, "hash")?,
        at: rows::time(row, "at")?,
    })
}
