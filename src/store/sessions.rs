//! Log-ins that last, and the counts of those that failed.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::AnyConnection;

use super::{Store, StoreError, accounts, audit, rows};
use crate::domain::{
    Account, Action, Actor, Event, LINK_LIFE, LOCKED_FOR, Session, SessionLimits, TokenHash, Tries, UserName,
};

/// Somebody who shows a password.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What the failures of the address are counted under.
    pub address: String,
    /// What the failures to this account are counted under, whether there is one or not.
    pub account: String,
    /// Who tries, for the log.
    pub actor: Actor,
    /// The account that is tried, when there is one; whatever else was typed may be a password and is not kept.
    pub name: Option<UserName>,
    /// The hash that the password was found to fit, if it did.
    pub fits: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

impl Store {
    /// The open or expired session of this token, with its account as it is now. Only active accounts have one.
    ///
    /// # Errors
    /// When the database does not answer. An unknown token is `Ok(None)`.
    pub async fn session(&self, token: &TokenHash) -> Result<Option<(Session, Account)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT u.*, s.began_at, s.seen_at FROM sessions s JOIN users u ON u.name = s.user_name \
                 WHERE s.token_hash = $1 AND u.state = 'active'",
            )
            .bind(token.as_str().to_owned())
            .fetch_optional(&self.read)
            .await?;
            let Some(row) = found else { return Ok(None) };
            let session = Session { began_at: rows::time(&row, "began_at")?, seen_at: rows::time(&row, "seen_at")? };
            Ok(Some((session, accounts::account(&row)?)))
        };
        self.timed("session", work).await
    }

    /// Notes a request. A session that was ended meanwhile stays ended, and the time noted never goes back.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_session(&self, token: &TokenHash, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (token, at) = (token.clone(), rows::micros(at));
        self.write(
            "note_session",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2")
                        .bind(token.as_str().to_owned())
                        .bind(at)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Opens a session under `token` when the attempt is good, and ends the one that `replaces` stands for; otherwise
    /// counts the failure. Says whether a session was opened.
    ///
    /// # Errors
    /// When it cannot be written; then nobody is logged in.
    pub async fn log_in(
        &self,
        attempt: Attempt,
        token: TokenHash,
        replaces: Option<TokenHash>,
    ) -> Result<bool, StoreError> {
        self.audited(
            "log_in",
            Box::new(move |connection| {
                Box::pin(async move {
                    let Some(name) = admit(connection, &attempt).await? else { return Ok(false) };
                    if let Some(old) = replaces {
                        end_session(connection, &old).await?;
                    }
                    begin_session(connection, &name, &token, attempt.at).await?;
                    sqlx::query("UPDATE users SET logged_in_at = $2 WHERE name = $1")
                        .bind(name.to_string())
                        .bind(rows::micros(attempt.at))
                        .execute(&mut *connection)
                        .await?;
                    audit::append(connection, event(&attempt, Action::LogIn, name.to_string())).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// Whether attempts like this one are refused for now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_locked(&self, attempt: &Attempt) -> Result<bool, StoreError> {
        let work = async {
            let mut connection = self.read.acquire().await?;
            for subject in [&attempt.address, &attempt.account] {
                if tries(&mut connection, subject).await?.is_some_and(|tries| tries.are_locked(attempt.at)) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        self.timed("is_locked", work).await
    }

    /// Replaces the password of an account when the attempt with the current one is good and there is another: all its
    /// sessions end, and one begins under `token`. Otherwise counts the failure. Says whether it was replaced.
    ///
    /// # Errors
    /// When it cannot be written; then the old password stays.
    pub async fn change_password(
        &self,
        attempt: Attempt,
        password: Option<String>,
        token: TokenHash,
    ) -> Result<bool, StoreError> {
        self.audited(
            "change_password",
            Box::new(move |connection| {
                Box::pin(async move {
                    let (Some(name), Some(password)) = (admit(connection, &attempt).await?, password) else {
                        return Ok(false);
                    };
                    accounts::add_password(connection, &name, password, attempt.at).await?;
                    sqlx::query("DELETE FROM sessions WHERE user_name = $1")
                        .bind(name.to_string())
                        .execute(&mut *connection)
                        .await?;
                    begin_session(connection, &name, &token, attempt.at).await?;
                    audit::append(connection, event(&attempt, Action::PasswordChanged, name.to_string())).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// Ends a session; nothing is logged when there was none.
    ///
    /// # Errors
    /// When it cannot be written; then the session goes on.
    pub async fn log_out(&self, token: &TokenHash, event: Event) -> Result<(), StoreError> {
        let token = token.clone();
        self.audited(
            "log_out",
            Box::new(move |connection| {
                Box::pin(async move {
                    if end_session(connection, &token).await? {
                        audit::append(connection, event).await?;
                    }
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Removes sessions, links and failures that are over, those from before a clock was set back among them.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_expired(&self, limits: SessionLimits, now: DateTime<Utc>) -> Result<(), StoreError> {
        let ago = move |length: TimeDelta| rows::micros(now - length);
        // A day ahead is no difference between the clocks of two machines.
        let ahead = rows::micros(now + TimeDelta::days(1));
        self.write(
            "forget_expired",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM sessions WHERE began_at <= $1 OR seen_at <= $2 OR seen_at > $3")
                        .bind(ago(limits.whole))
                        .bind(ago(limits.idle))
                        .bind(ahead)
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("DELETE FROM set_up_links WHERE issued_at <= $1 OR issued_at > $2")
                        .bind(ago(LINK_LIFE))
                        .bind(ahead)
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query("DELETE FROM tries WHERE failed_at <= $1 OR failed_at > $2")
                        .bind(ago(LOCKED_FOR))
                        .bind(ahead)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            }),
        )
        .await
    }
}

/// Whether an attempt is good: who it is then. A failure is counted and logged; one on a locked address or account is
/// neither, since it would tell that there is a lock by the time it takes to end, and fill the log.
async fn admit(connection: &mut AnyConnection, attempt: &Attempt) -> Result<Option<UserName>, StoreError> {
    let counted = [attempt.address.as_str(), &attempt.account];
    let mut before = Vec::with_capacity(counted.len());
    for subject in counted {
        before.push(tries(connection, subject).await?);
    }
    if before.iter().flatten().any(|tries| tries.are_locked(attempt.at)) {
        return Ok(None);
    }
    if let (Some(name), Some(hash)) = (&attempt.name, &attempt.fits)
        && current_password(connection, name).await?.as_ref() == Some(hash)
    {
        // The address keeps its failures: an account of one's own must not be a way to go on guessing at others.
        sqlx::query("DELETE FROM tries WHERE subject = $1").bind(attempt.account.clone()).execute(connection).await?;
        return Ok(Some(name.clone()));
    }
    let subject = attempt.name.as_ref().map_or_else(|| "(unknown)".to_owned(), UserName::to_string);
    audit::append(connection, event(attempt, Action::LogInFailed, subject.clone())).await?;
    for (key, (what, before)) in counted.into_iter().zip([&attempt.actor.address, &subject].into_iter().zip(before)) {
        let after = Tries::after_failure(before, attempt.at);
        keep_tries(connection, key, after).await?;
        if after.locked_at.is_some() {
            audit::append(connection, event(attempt, Action::Lock, what.clone())).await?;
        }
    }
    Ok(None)
}

fn event(attempt: &Attempt, action: Action, subject: String) -> Event {
    Event { at: attempt.at, actor: attempt.actor.clone(), action, subject, detail: "{}".into() }
}

async fn tries(connection: &mut AnyConnection, subject: &str) -> Result<Option<Tries>, StoreError> {
    let found = sqlx::query("SELECT * FROM tries WHERE subject = $1")
        .bind(subject.to_owned())
        .fetch_optional(connection)
        .await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(Tries {
        failures: u32::try_from(rows::integer(&row, "failures")?).unwrap_or(u32::MAX),
        failed_at: rows::time(&row, "failed_at")?,
        locked_at: rows::optional_time(&row, "locked_at")?,
    }))
}

async fn keep_tries(connection: &mut AnyConnection, subject: &str, tries: Tries) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tries (subject, failures, failed_at, locked_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, failed_at = excluded.failed_at, \
         locked_at = excluded.locked_at",
    )
    .bind(subject.to_owned())
    .bind(i64::from(tries.failures))
    .bind(rows::micros(tries.failed_at))
    .bind(tries.locked_at.map(rows::micros))
    .execute(connection)
    .await?;
    Ok(())
}

/// The hash of the password by which an account may log in now.
async fn current_password(connection: &mut AnyConnection, name: &UserName) -> Result<Option<String>, StoreError> {
    let found = sqlx::query(
        "SELECT p.hash FROM passwords p JOIN users u ON u.name = p.user_name \
         WHERE u.name = $1 AND u.state = 'active' ORDER BY p.number DESC LIMIT 1",
    )
    .bind(name.to_string())
    .fetch_optional(connection)
    .await?;
    found.map(|row| rows::text(&row, "hash")).transpose()
}

async fn begin_session(
    connection: &mut AnyConnection,
    name: &UserName,
    token: &TokenHash,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO sessions (token_hash, user_name, began_at, seen_at) VALUES ($1, $2, $3, $3)")
        .bind(token.as_str().to_owned())
        .bind(name.to_string())
        .bind(rows::micros(at))
        .execute(connection)
        .await?;
    Ok(())
}

async fn end_session(connection: &mut AnyConnection, token: &TokenHash) -> Result<bool, StoreError> {
    let ended = sqlx::query("DELETE FROM sessions WHERE token_hash = $1")
        .bind(token.as_str().to_owned())
        .execute(connection)
        .await?;
    Ok(ended.rows_affected() > 0)
}
