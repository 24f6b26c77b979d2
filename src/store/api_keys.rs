//! Keys with which programs use the API in the name of an account. Only hashes are kept.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, accounts, audit, rows};
use crate::domain::{Account, Action, Actor, Event, TokenHash, UserName};

/// A key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// The hash of it.
    pub token: TokenHash,
    /// In whose name it is used.
    pub user: UserName,
    /// What it is for, in the words of who made it.
    pub label: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Until when it may be used.
    pub ends_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub used_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Keeps a new key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_api_key(&self, key: ApiKey, actor: Actor) -> Result<(), StoreError> {
        self.audited(
            "add_api_key",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO api_keys (token_hash, user_name, label, made_at, ends_at) \
                         VALUES ($1, $2, $3, $4, $5)",
                    )
                    .bind(key.token.as_str().to_owned())
                    .bind(key.user.to_string())
                    .bind(key.label.clone())
                    .bind(rows::micros(key.made_at))
                    .bind(rows::micros(key.ends_at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = serde_json::json!({ "label": key.label, "ends_at": key.ends_at.to_rfc3339() });
                    let event = Event {
                        at: key.made_at,
                        actor,
                        action: Action::ApiKeyMade,
                        subject: key.user.to_string(),
                        detail: detail.to_string(),
                    };
                    audit::append(connection, event).await
                })
            }),
        )
        .await
    }

    /// In whose name a key is used, when it may be used at `now`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_of_key(&self, token: &TokenHash, now: DateTime<Utc>) -> Result<Option<Account>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT u.* FROM api_keys k JOIN users u ON u.name = k.user_name \
                 WHERE k.token_hash = $1 AND k.made_at <= $2 AND k.ends_at > $2 AND u.state = 'active'",
            )
            .bind(token.as_str().to_owned())
            .bind(rows::micros(now))
            .fetch_optional(&self.read)
            .await?;
            found.as_ref().map(accounts::account).transpose()
        };
        self.timed("account_of_key", work).await
    }

    /// The keys of an account, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn api_keys(&self, user: &UserName) -> Result<Vec<ApiKey>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM api_keys WHERE user_name = $1 ORDER BY made_at DESC, token_hash")
                .bind(user.to_string())
                .fetch_all(&self.read)
                .await?;
            let key = |row| {
                Ok(ApiKey {
                    token: TokenHash::kept(rows::text(row, "token_hash")?),
                    user: user.clone(),
                    label: rows::text(row, "label")?,
                    made_at: rows::time(row, "made_at")?,
                    ends_at: rows::time(row, "ends_at")?,
                    used_at: rows::optional_time(row, "used_at")?,
                })
            };
            found.iter().map(key).collect()
        };
        self.timed("api_keys", work).await
    }

    /// Notes that a key was used.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_api_key(&self, token: &TokenHash, at: DateTime<Utc>) -> Result<(), StoreError> {
        let token = token.as_str().to_owned();
        self.write(
            "note_api_key",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE api_keys SET used_at = $2 WHERE token_hash = $1 AND (used_at IS NULL OR used_at < $3)",
                    )
                    .bind(token)
                    .bind(rows::micros(at))
                    .bind(rows::micros(at - chrono::TimeDelta::minutes(1)))
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Ends a key of an account at once. False when there is none of that hash.
    ///
    /// # Errors
    /// When it cannot be written; then the key is still good.
    pub async fn end_api_key(
        &self,
        user: &UserName,
        token: &TokenHash,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (user, token) = (user.to_string(), token.as_str().to_owned());
        self.audited(
            "end_api_key",
            Box::new(move |connection| {
                Box::pin(async move {
                    let ended = sqlx::query("DELETE FROM api_keys WHERE token_hash = $1 AND user_name = $2")
                        .bind(token)
                        .bind(user.clone())
                        .execute(&mut *connection)
                        .await?
                        .rows_affected();
                    if ended > 0 {
                        let (action, detail) = (Action::ApiKeyEnded, "{}".to_owned());
                        audit::append(connection, Event { at, actor, action, subject: user, detail }).await?;
                    }
                    Ok(ended > 0)
                })
            }),
        )
        .await
    }
}
