//! Accounts and the links that set them up. Every change stands in the audit log or does not take place.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, any::AnyRow};

use super::{Store, StoreError, audit, rows};
use crate::domain::{
    Account, AccountState, Duties, Event, PersonName, REMEMBERED_PASSWORDS, Role, TokenHash, UserName,
};

/// Other accounts that can still look after accounts, when `$1` no longer does.
const OTHER_ADMINS: &str = "SELECT COUNT(*) FROM users WHERE name <> $1 AND state <> 'disabled' \
                            AND ',' || roles || ',' LIKE '%,admin,%'";

/// What became of a change to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was made.
    Done,
    /// There is no such account.
    Unknown,
    /// It would have left nobody to look after accounts.
    LastAdmin,
}

/// A set-up link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The hash of its token.
    pub token: TokenHash,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
}

impl Store {
    /// Adds an account with the link that sets it up; false when the name is taken.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn add_account(&self, account: Account, link: Link, event: Event) -> Result<bool, StoreError> {
        self.audited(
            "add_account",
            Box::new(move |connection| {
                Box::pin(async move {
                    let added = sqlx::query(
                        "INSERT INTO users (name, person, roles, agency, unit, state, created_at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO NOTHING",
                    )
                    .bind(account.name.to_string())
                    .bind(account.person.as_str().to_owned())
                    .bind(account.duties.role_names())
                    .bind(account.duties.agency().map(str::to_owned))
                    .bind(account.duties.unit().map(str::to_owned))
                    .bind(account.state.name())
                    .bind(rows::micros(account.created_at))
                    .execute(&mut *connection)
                    .await?;
                    if added.rows_affected() == 0 {
                        return Ok(false);
                    }
                    add_link(connection, &account.name, &link).await?;
                    audit::append(connection, event).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM users ORDER BY name").fetch_all(&self.read).await?;
            found.iter().map(account).collect()
        };
        self.timed("accounts", work).await
    }

    /// One account.
    ///
    /// # Errors
    /// When the database does not answer. An unknown name is `Ok(None)`.
    pub async fn account(&self, name: &UserName) -> Result<Option<Account>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM users WHERE name = $1")
                .bind(name.to_string())
                .fetch_optional(&self.read)
                .await?;
            found.as_ref().map(account).transpose()
        };
        self.timed("account", work).await
    }

    /// Disables an account and ends its sessions and links.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn disable_account(&self, name: &UserName, event: Event) -> Result<Changed, StoreError> {
        let name = name.clone();
        self.audited(
            "disable_account",
            Box::new(move |connection| {
                Box::pin(async move {
                    if is_last_admin(connection, &name).await? {
                        return Ok(Changed::LastAdmin);
                    }
                    if !set_state(connection, &name, AccountState::Disabled).await? {
                        return Ok(Changed::Unknown);
                    }
                    shut_out(connection, &name).await?;
                    audit::append(connection, event).await?;
                    Ok(Changed::Done)
                })
            }),
        )
        .await
    }

    /// Voids an account's password, sessions and earlier links, and gives it a new link. A disabled account is enabled
    /// by this.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn reset_account(&self, name: &UserName, link: Link, event: Event) -> Result<Changed, StoreError> {
        let name = name.clone();
        self.audited(
            "reset_account",
            Box::new(move |connection| {
                Box::pin(async move {
                    if !set_state(connection, &name, AccountState::Invited).await? {
                        return Ok(Changed::Unknown);
                    }
                    shut_out(connection, &name).await?;
                    add_link(connection, &name, &link).await?;
                    audit::append(connection, event).await?;
                    Ok(Changed::Done)
                })
            }),
        )
        .await
    }

    /// Gives an account other duties. They hold from the next request on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn assign_duties(&self, name: &UserName, duties: Duties, event: Event) -> Result<Changed, StoreError> {
        let name = name.clone();
        self.audited(
            "assign_duties",
            Box::new(move |connection| {
                Box::pin(async move {
                    if !duties.roles().contains(&Role::Admin) && is_last_admin(connection, &name).await? {
                        return Ok(Changed::LastAdmin);
                    }
                    let changed = sqlx::query("UPDATE users SET roles = $2, agency = $3, unit = $4 WHERE name = $1")
                        .bind(name.to_string())
                        .bind(duties.role_names())
                        .bind(duties.agency().map(str::to_owned))
                        .bind(duties.unit().map(str::to_owned))
                        .execute(&mut *connection)
                        .await?;
                    if changed.rows_affected() == 0 {
                        return Ok(Changed::Unknown);
                    }
                    audit::append(connection, event).await?;
                    Ok(Changed::Done)
                })
            }),
        )
        .await
    }

    /// Whom a link sets up, and since when it is out.
    ///
    /// # Errors
    /// When the database does not answer. An unknown link is `Ok(None)`.
    pub async fn invited(&self, token: &TokenHash) -> Result<Option<(Account, DateTime<Utc>)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT u.*, l.issued_at FROM set_up_links l JOIN users u ON u.name = l.user_name \
                 WHERE l.token_hash = $1 AND u.state = 'invited'",
            )
            .bind(token.as_str().to_owned())
            .fetch_optional(&self.read)
            .await?;
            found.map(|row| Ok((account(&row)?, rows::time(&row, "issued_at")?))).transpose()
        };
        self.timed("invited", work).await
    }

    /// Uses a link up: the account gets this password and becomes active. False when the link is gone by now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_up(&self, token: &TokenHash, password: String, event: Event) -> Result<bool, StoreError> {
        let token = token.clone();
        self.audited(
            "set_up",
            Box::new(move |connection| {
                Box::pin(async move {
                    let used = sqlx::query("DELETE FROM set_up_links WHERE token_hash = $1 RETURNING user_name")
                        .bind(token.as_str().to_owned())
                        .fetch_optional(&mut *connection)
                        .await?;
                    let Some(row) = used else { return Ok(false) };
                    let name = user_name(&row, "user_name")?;
                    set_state(connection, &name, AccountState::Active).await?;
                    add_password(connection, &name, password, event.at).await?;
                    audit::append(connection, event).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// The hashes of an account's last passwords, the current one first, whatever state it is in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_passwords(&self, name: &UserName) -> Result<Vec<String>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT hash FROM passwords WHERE user_name = $1 ORDER BY number DESC")
                .bind(name.to_string())
                .fetch_all(&self.read)
                .await?;
            found.iter().map(|row| rows::text(row, "hash")).collect()
        };
        self.timed("last_passwords", work).await
    }
}

async fn is_last_admin(connection: &mut AnyConnection, name: &UserName) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT * FROM users WHERE name = $1")
        .bind(name.to_string())
        .fetch_optional(&mut *connection)
        .await?;
    let is_admin = |it: &Account| it.state != AccountState::Disabled && it.duties.include_any(&[Role::Admin]);
    if !row.as_ref().map(account).transpose()?.is_some_and(|it| is_admin(&it)) {
        return Ok(false);
    }
    let others: i64 = sqlx::query_scalar(OTHER_ADMINS).bind(name.to_string()).fetch_one(connection).await?;
    Ok(others == 0)
}

async fn set_state(connection: &mut AnyConnection, name: &UserName, state: AccountState) -> Result<bool, StoreError> {
    let changed = sqlx::query("UPDATE users SET state = $2 WHERE name = $1")
        .bind(name.to_string())
        .bind(state.name())
        .execute(connection)
        .await?;
    Ok(changed.rows_affected() > 0)
}

/// Ends everything by which somebody could use an account.
async fn shut_out(connection: &mut AnyConnection, name: &UserName) -> Result<(), StoreError> {
    for sql in ["DELETE FROM sessions WHERE user_name = $1", "DELETE FROM set_up_links WHERE user_name = $1"] {
        sqlx::query(sql).bind(name.to_string()).execute(&mut *connection).await?;
    }
    Ok(())
}

async fn add_link(connection: &mut AnyConnection, name: &UserName, link: &Link) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO set_up_links (token_hash, user_name, issued_at) VALUES ($1, $2, $3)")
        .bind(link.token.as_str().to_owned())
        .bind(name.to_string())
        .bind(rows::micros(link.issued_at))
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes a password the current one. Those before are kept only as long as they are refused.
pub(super) async fn add_password(
    connection: &mut AnyConnection,
    name: &UserName,
    hash: String,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let number: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(number), 0) + 1 FROM passwords WHERE user_name = $1")
        .bind(name.to_string())
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO passwords (user_name, number, hash, set_at) VALUES ($1, $2, $3, $4)")
        .bind(name.to_string())
        .bind(number)
        .bind(hash)
        .bind(rows::micros(at))
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM passwords WHERE user_name = $1 AND number <= $2")
        .bind(name.to_string())
        .bind(number.saturating_sub(rows::big(REMEMBERED_PASSWORDS)))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) fn account(row: &AnyRow) -> Result<Account, StoreError> {
    let person = rows::text(row, "person")?;
    let state = rows::text(row, "state")?;
    // A role only a newer version knows gives nothing here.
    let roles: BTreeSet<Role> = rows::text(row, "roles")?.split(',').filter_map(Role::from_name).collect();
    Ok(Account {
        name: user_name(row, "name")?,
        person: PersonName::parse(&person).map_err(|_| StoreError::Value { column: "users.person", value: person })?,
        duties: Duties::given(roles, rows::optional(row, "agency")?, rows::optional(row, "unit")?),
        state: AccountState::from_name(&state).ok_or(StoreError::Value { column: "users.state", value: state })?,
        created_at: rows::time(row, "created_at")?,
        logged_in_at: rows::optional_time(row, "logged_in_at")?,
    })
}

fn user_name(row: &AnyRow, column: &'static str) -> Result<UserName, StoreError> {
    let name = rows::text(row, column)?;
    UserName::parse(&name).map_err(|_| StoreError::Value { column, value: name })
}
