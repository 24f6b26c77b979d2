//! Messages on their way. They are written in the transaction of what they tell of, claimed with a lease, and every try is
//! kept in the sent-log.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AnyConnection, any::AnyRow};
use ulid::Ulid;

use super::super::{Store, StoreError, rows};
use crate::domain::Channel;

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// What it is about: the key of a case, or the name of a digest.
    pub subject: String,
    /// What sort of message: one of each sort goes to a channel about a subject in an epoch.
    pub kind: &'static str,
    /// The channel.
    pub channel: String,
    /// Which of the channel's recipients, where they are told one by one; empty for all.
    pub recipient: String,
    /// Tells a repetition that is meant from one that is not.
    pub epoch: i64,
    /// Whether it is tried for as long as it may help.
    pub urgent: bool,
    /// What it says, in the form the sender reads.
    pub message: String,
}

/// A message that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// Its key.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// What sort of message.
    pub kind: String,
    /// The channel.
    pub channel: String,
    /// Which of the channel's recipients; empty for all.
    pub recipient: String,
    /// Tells a repetition that is meant from one that is not.
    pub epoch: i64,
    /// Whether it is tried for as long as it may help.
    pub urgent: bool,
    /// What it says.
    pub message: String,
    /// By which a channel knows a repetition.
    pub retry_key: String,
    /// Whether an earlier try was left without an answer.
    pub uncertain: bool,
    /// Which try this is, from 1.
    pub attempt: u32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was first tried.
    pub first_tried_at: Option<DateTime<Utc>>,
    /// The end of the lease, which tells one claim from the next.
    held_until: i64,
}

/// What a try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// In a word, for the sent-log and metrics.
    pub result: &'static str,
    /// What the channel said.
    pub why: String,
    /// SHA-256 of what was handed over, in hex.
    pub hash: String,
    /// Where the message stands now.
    pub state: Standing,
    /// Whether the try was left without an answer.
    pub uncertain: bool,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is tried again at this time.
    Waiting(DateTime<Utc>),
    /// It arrived.
    Sent,
    /// It is given up.
    Failed,
    /// A person decides whether it is sent again.
    Held,
}

impl Posting {
    /// The same for each recipient of a channel that tells them one by one, else for the channel as a whole.
    #[must_use]
    pub fn each(self, channel: &Channel) -> Vec<Self> {
        let channel_id = channel.id.as_str().to_owned();
        match channel.recipients() {
            [] => vec![Self { channel: channel_id, recipient: String::new(), ..self }],
            many => many
                .iter()
                .map(|it| Self { channel: channel_id.clone(), recipient: it.clone(), ..self.clone() })
                .collect(),
        }
    }
}

/// A message with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRow {
    /// Its key.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// What sort of message.
    pub kind: String,
    /// The channel.
    pub channel: String,
    /// Which of the channel's recipients; empty for all.
    pub recipient: String,
    /// What it says.
    pub message: String,
    /// `waiting`, `sent`, `failed`, `held`, `merged` or `rerouted`.
    pub state: String,
    /// Tries so far.
    pub attempts: u32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When it was settled.
    pub settled_at: Option<DateTime<Utc>>,
    /// What the channel last said.
    pub why: Option<String>,
    /// Whether a try was left without an answer: it may have arrived.
    pub uncertain: bool,
    /// When it was first tried.
    pub first_tried_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Writes messages that tell of nothing else that is written: digests, reminders, test messages.
    ///
    /// # Errors
    /// When they cannot be written; then none of them was.
    pub async fn post_messages(&self, postings: Vec<Posting>, at: DateTime<Utc>) -> Result<u64, StoreError> {
        self.write(
            "post_messages",
            Box::new(move |connection| Box::pin(async move { post(connection, postings, at).await })),
        )
        .await
    }

    /// Claims up to `most` messages that are due, until `lease` is over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn claim_messages(
        &self,
        most: usize,
        now: DateTime<Utc>,
        lease: TimeDelta,
    ) -> Result<Vec<Queued>, StoreError> {
        // Most of the time there is nothing: reading that costs no lock.
        let due: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND next_at <= $1 AND held_until <= $1",
        )
        .bind(rows::micros(now))
        .fetch_one(&self.read)
        .await?;
        if due == 0 {
            return Ok(Vec::new());
        }
        let (sql, until) = (self.dialect.claim_messages(), rows::micros(now + lease));
        self.write(
            "claim_messages",
            Box::new(move |connection| {
                Box::pin(async move {
                    let found = sqlx::query(sql)
                        .bind(until)
                        .bind(rows::micros(now))
                        .bind(rows::big(most))
                        .fetch_all(connection)
                        .await?;
                    let mut claimed = found.iter().map(queued).collect::<Result<Vec<_>, _>>()?;
                    claimed.sort_by(|a, b| a.id.cmp(&b.id));
                    Ok(claimed)
                })
            }),
        )
        .await
    }

    /// Keeps what a try came to, in the sent-log and in the message. One whose lease another daemon has by now is only
    /// logged.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn settle_message(&self, queued: &Queued, settled: Settled, at: DateTime<Utc>) -> Result<(), StoreError> {
        let queued = queued.clone();
        self.write(
            "settle_message",
            Box::new(move |connection| {
                Box::pin(async move {
                    log(connection, &queued, &settled, at).await?;
                    let (state, next) = match settled.state {
                        Standing::Waiting(at) => ("waiting", Some(at)),
                        Standing::Sent => ("sent", None),
                        Standing::Failed => ("failed", None),
                        Standing::Held => ("held", None),
                    };
                    sqlx::query(
                        "UPDATE outbox SET state = $3, next_at = $4, held_until = 0, why = $5, \
                         first_tried_at = COALESCE(first_tried_at, $6), settled_at = $7, \
                         uncertain = CASE WHEN $8 = 1 THEN 1 ELSE uncertain END \
                         WHERE id = $1 AND held_until = $2",
                    )
                    .bind(queued.id)
                    .bind(queued.held_until)
                    .bind(state)
                    .bind(next.map_or(0, rows::micros))
                    .bind(settled.why)
                    .bind(rows::micros(at))
                    .bind(next.is_none().then(|| rows::micros(at)))
                    .bind(i64::from(settled.uncertain))
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Gives a claimed message back, to be tried from `at` on; nothing was tried.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_message_back(&self, queued: &Queued, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (id, held, at) = (queued.id.clone(), queued.held_until, rows::micros(at));
        self.write(
            "put_message_back",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE outbox SET next_at = $3, held_until = 0, attempts = attempts - 1 \
                         WHERE id = $1 AND held_until = $2",
                    )
                    .bind(id)
                    .bind(held)
                    .bind(at)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Puts one message in the place of others that wait for the same channel: after an outage nobody wants them one by
    /// one. Says how many it stands for.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn merge_messages(
        &self,
        postings: Vec<Posting>,
        ids: Vec<String>,
        at: DateTime<Utc>,
    ) -> Result<u64, StoreError> {
        self.write(
            "merge_messages",
            Box::new(move |connection| {
                Box::pin(async move {
                    let mut merged = 0;
                    for id in ids {
                        merged += sqlx::query(
                            "UPDATE outbox SET state = 'merged', settled_at = $2 WHERE id = $1 AND state = 'waiting'",
                        )
                        .bind(id)
                        .bind(rows::micros(at))
                        .execute(&mut *connection)
                        .await?
                        .rows_affected();
                    }
                    post(connection, postings, at).await?;
                    Ok(merged)
                })
            }),
        )
        .await
    }

    /// Puts messages for others in the place of one whose recipient left; nothing was tried. Where there are no others it
    /// failed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn reroute_message(
        &self,
        queued: &Queued,
        postings: Vec<Posting>,
        why: String,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (id, held) = (queued.id.clone(), queued.held_until);
        self.write(
            "reroute_message",
            Box::new(move |connection| {
                Box::pin(async move {
                    let state = if postings.is_empty() { "failed" } else { "rerouted" };
                    let changed = sqlx::query(
                        "UPDATE outbox SET state = $3, why = $4, settled_at = $5, held_until = 0, \
                         attempts = attempts - 1 WHERE id = $1 AND held_until = $2",
                    )
                    .bind(id)
                    .bind(held)
                    .bind(state)
                    .bind(why)
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?;
                    if changed.rows_affected() > 0 {
                        post(connection, postings, at).await?;
                    }
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Messages that wait for a channel, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn waiting_for(&self, channel: &str, limit: usize) -> Result<Vec<SentRow>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT * FROM outbox WHERE channel = $1 AND state = 'waiting' ORDER BY created_at, id LIMIT $2",
            )
            .bind(channel.to_owned())
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(sent).collect()
        };
        self.timed("waiting_for", work).await
    }

    /// Messages about a subject, or all without one, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn messages(&self, subject: &str, limit: usize) -> Result<Vec<SentRow>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT * FROM outbox WHERE ($1 = '' OR subject = $1) ORDER BY created_at DESC, id DESC LIMIT $2",
            )
            .bind(subject.to_owned())
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(sent).collect()
        };
        self.timed("messages", work).await
    }

    /// Messages by channel and state, with when the earliest of them was written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_messages(&self) -> Result<Vec<(String, String, u64, DateTime<Utc>)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT channel, state, COUNT(*) AS n, MIN(created_at) AS earliest FROM outbox GROUP BY channel, state",
            )
            .fetch_all(&self.read)
            .await?;
            let count = |row| {
                let n = u64::try_from(rows::integer(row, "n")?).unwrap_or_default();
                Ok((rows::text(row, "channel")?, rows::text(row, "state")?, n, rows::time(row, "earliest")?))
            };
            found.iter().map(count).collect()
        };
        self.timed("count_messages", work).await
    }

    /// The latest epoch of a sort of message about a subject, with when it was written.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_posting(&self, subject: &str, kind: &str) -> Result<Option<(i64, DateTime<Utc>)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT epoch, created_at FROM outbox WHERE subject = $1 AND kind = $2 ORDER BY epoch DESC LIMIT 1",
            )
            .bind(subject.to_owned())
            .bind(kind.to_owned())
            .fetch_optional(&self.read)
            .await?;
            found.as_ref().map(|row| Ok((rows::integer(row, "epoch")?, rows::time(row, "created_at")?))).transpose()
        };
        self.timed("last_posting", work).await
    }
}

/// Writes messages; one that is there already is not written again.
pub(super) async fn post(
    connection: &mut AnyConnection,
    postings: Vec<Posting>,
    at: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut written = 0;
    for it in postings {
        written += sqlx::query(
            "INSERT INTO outbox (id, subject, kind, channel, recipient, epoch, urgent, message, retry_key, state, \
             attempts, next_at, held_until, created_at, uncertain) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'waiting', 0, $10, 0, $10, 0) \
             ON CONFLICT DO NOTHING",
        )
        .bind(Ulid::generate().to_string())
        .bind(it.subject)
        .bind(it.kind)
        .bind(it.channel)
        .bind(it.recipient)
        .bind(it.epoch)
        .bind(i64::from(it.urgent))
        .bind(it.message)
        .bind(retry_key())
        .bind(rows::micros(at))
        .execute(&mut *connection)
        .await?
        .rows_affected();
    }
    Ok(written)
}

/// A UUID in its usual form, made of the bits of a ULID: by it a channel knows a repetition, so that it is kept before the
/// first try.
fn retry_key() -> String {
    let bits = format!("{:032x}", u128::from(Ulid::generate()));
    let cut = [(0, 8), (8, 12), (12, 16), (16, 20), (20, 32)];
    cut.iter().filter_map(|(from, to)| bits.get(*from..*to)).collect::<Vec<_>>().join("-")
}

async fn log(
    connection: &mut AnyConnection,
    queued: &Queued,
    settled: &Settled,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sends (outbox_id, channel, attempt, result, why, hash, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(queued.id.clone())
    .bind(queued.channel.clone())
    .bind(i64::from(queued.attempt))
    .bind(settled.result)
    .bind(settled.why.clone())
    .bind(settled.hash.clone())
    .bind(rows::micros(at))
    .execute(connection)
    .await?;
    Ok(())
}

fn queued(row: &AnyRow) -> Result<Queued, StoreError> {
    Ok(Queued {
        id: rows::text(row, "id")?,
        subject: rows::text(row, "subject")?,
        kind: rows::text(row, "kind")?,
        channel: rows::text(row, "channel")?,
        recipient: rows::text(row, "recipient")?,
        epoch: rows::integer(row, "epoch")?,
        uncertain: rows::integer(row, "uncertain")? != 0,
        urgent: rows::integer(row, "urgent")? != 0,
        message: rows::text(row, "message")?,
        retry_key: rows::text(row, "retry_key")?,
        attempt: u32::try_from(rows::integer(row, "attempts")?).unwrap_or(u32::MAX),
        created_at: rows::time(row, "created_at")?,
        first_tried_at: rows::optional_time(row, "first_tried_at")?,
        held_until: rows::integer(row, "held_until")?,
    })
}

pub(super) fn sent(row: &AnyRow) -> Result<SentRow, StoreError> {
    Ok(SentRow {
        id: rows::text(row, "id")?,
        subject: rows::text(row, "subject")?,
        kind: rows::text(row, "kind")?,
        channel: rows::text(row, "channel")?,
        recipient: rows::text(row, "recipient")?,
        message: rows::text(row, "message")?,
        state: rows::text(row, "state")?,
        attempts: u32::try_from(rows::integer(row, "attempts")?).unwrap_or(u32::MAX),
        created_at: rows::time(row, "created_at")?,
        settled_at: rows::optional_time(row, "settled_at")?,
        why: rows::optional(row, "why")?,
        uncertain: rows::integer(row, "uncertain")? != 0,
        first_tried_at: rows::optional_time(row, "first_tried_at")?,
    })
}
