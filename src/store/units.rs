//! The units below the agencies, who works in them, where people are reached, and who stands in for whom. Every change
//! stands in the audit log or does not take place.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{AnyConnection, any::AnyRow};

use super::{Store, StoreError, accounts, audit, rows};
use crate::domain::{
    AccountState, Action, Actor, Contact, Event, OrgUnit, Post, Reachable, Roster, Substitute, UserName, WatchList,
};

/// Substitutes that are read.
const MOST_SUBSTITUTES: usize = 1000;

/// What a unit is to be: without a version it is added, with one it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepingUnit {
    /// Its key.
    pub id: String,
    /// The version that was seen; none for one that is added.
    pub seen: Option<i64>,
    /// The agency, by its full official name.
    pub agency: String,
    /// Its name.
    pub name: String,
    /// Whom the press may ask.
    pub contacts: Vec<Contact>,
    /// The channels that reach it.
    pub channels: Vec<String>,
    /// What it watches.
    pub watch: WatchList,
}

/// What became of a change to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptUnit {
    /// It was made.
    Done,
    /// The agency has a unit of that name.
    Taken,
    /// Somebody else changed it meanwhile, or it is not there; nothing was written.
    Stale,
}

impl Store {
    /// All units, everybody who can be reached, and who stands in for whom: what ends last, so that what holds is in it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn roster(&self) -> Result<Roster, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM units ORDER BY agency, name").fetch_all(&self.read).await?;
            let mut units: Vec<OrgUnit> = found.iter().map(unit).collect::<Result<_, _>>()?;
            let found = sqlx::query("SELECT * FROM users ORDER BY name").fetch_all(&self.read).await?;
            let accounts = found.iter().map(accounts::account).collect::<Result<Vec<_>, _>>()?;
            let found = sqlx::query("SELECT * FROM unit_members ORDER BY unit_id, is_head DESC, user_name")
                .fetch_all(&self.read)
                .await?;
            for row in &found {
                let (id, name) = (rows::text(row, "unit_id")?, user(rows::text(row, "user_name")?)?);
                let is_head = rows::integer(row, "is_head")? != 0;
                if let Some(unit) = units.iter_mut().find(|unit| unit.id == id) {
                    unit.members.push((name, is_head));
                }
            }
            // Whose account names a unit works in it; nobody has to be entered twice.
            for account in &accounts {
                let (agency, name) = (account.duties.agency(), account.duties.unit());
                let own = units.iter_mut().find(|unit| agency == Some(&*unit.agency) && name == Some(&*unit.name));
                if let Some(unit) = own.filter(|unit| unit.members.iter().all(|(member, _)| *member != account.name)) {
                    unit.members.push((account.name.clone(), false));
                }
            }
            let found = sqlx::query("SELECT * FROM addresses ORDER BY channel, address").fetch_all(&self.read).await?;
            let mut addresses: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
            for row in &found {
                let address = (rows::text(row, "channel")?, rows::text(row, "address")?);
                addresses.entry(rows::text(row, "user_name")?).or_default().push(address);
            }
            let people = accounts.into_iter().map(|it| Reachable {
                addresses: addresses.remove(it.name.as_str()).unwrap_or_default(),
                name: it.name,
                person: it.person,
                state: it.state,
            });
            let found = sqlx::query(
                "SELECT * FROM (SELECT * FROM substitutes WHERE withdrawn_at IS NULL ORDER BY until_at DESC LIMIT $1) s \
                 ORDER BY made_at, id",
            )
            .bind(rows::big(MOST_SUBSTITUTES))
            .fetch_all(&self.read)
            .await?;
            let substitutes = found.iter().map(substitute).collect::<Result<_, _>>()?;
            Ok(Roster { people: people.collect(), units, substitutes })
        };
        self.timed("roster", work).await
    }

    /// Adds or changes a unit.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_unit(
        &self,
        keeping: KeepingUnit,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<KeptUnit, StoreError> {
        self.audited(
            "keep_unit",
            Box::new(move |connection| {
                Box::pin(async move {
                    let taken: i64 =
                        sqlx::query_scalar("SELECT COUNT(*) FROM units WHERE agency = $1 AND name = $2 AND id <> $3")
                            .bind(keeping.agency.clone())
                            .bind(keeping.name.clone())
                            .bind(keeping.id.clone())
                            .fetch_one(&mut *connection)
                            .await?;
                    if taken > 0 {
                        return Ok(KeptUnit::Taken);
                    }
                    if write(connection, &keeping, at).await? == 0 {
                        return Ok(KeptUnit::Stale);
                    }
                    let detail = json!({
                        "agency": keeping.agency, "name": keeping.name, "channels": keeping.channels,
                        "contacts": contacts(&keeping.contacts), "services": keeping.watch.services,
                        "districts": keeping.watch.districts, "words": keeping.watch.words,
                    });
                    let (action, subject, detail) = (Action::UnitKept, keeping.id, detail.to_string());
                    audit::append(connection, Event { at, actor, action, subject, detail }).await?;
                    Ok(KeptUnit::Done)
                })
            }),
        )
        .await
    }

    /// Makes somebody a member of a unit, or takes them out of it (`heads` none). False when there is no such unit or
    /// account.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn staff_unit(
        &self,
        (id, name): (&str, &UserName),
        heads: Option<bool>,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (id, name) = (id.to_owned(), name.to_string());
        self.audited(
            "staff_unit",
            Box::new(move |connection| {
                Box::pin(async move {
                    let known: i64 = sqlx::query_scalar(
                        "SELECT (SELECT COUNT(*) FROM units WHERE id = $1) * (SELECT COUNT(*) FROM users WHERE name = $2)",
                    )
                    .bind(id.clone())
                    .bind(name.clone())
                    .fetch_one(&mut *connection)
                    .await?;
                    if known == 0 {
                        return Ok(false);
                    }
                    sqlx::query("DELETE FROM unit_members WHERE unit_id = $1 AND user_name = $2")
                        .bind(id.clone())
                        .bind(name.clone())
                        .execute(&mut *connection)
                        .await?;
                    if let Some(heads) = heads {
                        sqlx::query(
                            "INSERT INTO unit_members (unit_id, user_name, is_head, added_at) VALUES ($1, $2, $3, $4)",
                        )
                        .bind(id.clone())
                        .bind(name.clone())
                        .bind(i64::from(heads))
                        .bind(rows::micros(at))
                        .execute(&mut *connection)
                        .await?;
                    }
                    let detail = json!({ "account": name, "joins": heads.is_some(), "heads": heads == Some(true) });
                    let (action, detail) = (Action::UnitStaffed, detail.to_string());
                    audit::append(connection, Event { at, actor, action, subject: id, detail }).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// Says where a channel reaches a person; none there takes the address away. False when another account has the
    /// address.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn set_address(
        &self,
        name: &UserName,
        (channel, address): (&str, Option<&str>),
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (name, channel, address) = (name.to_string(), channel.to_owned(), address.map(str::to_owned));
        self.audited(
            "set_address",
            Box::new(move |connection| {
                Box::pin(async move {
                    let others: i64 = sqlx::query_scalar(
                        "SELECT COUNT(*) FROM addresses WHERE channel = $1 AND address = $2 AND user_name <> $3",
                    )
                    .bind(channel.clone())
                    .bind(address.clone().unwrap_or_default())
                    .bind(name.clone())
                    .fetch_one(&mut *connection)
                    .await?;
                    if others > 0 {
                        return Ok(false);
                    }
                    sqlx::query("DELETE FROM addresses WHERE channel = $1 AND user_name = $2")
                        .bind(channel.clone())
                        .bind(name.clone())
                        .execute(&mut *connection)
                        .await?;
                    if let Some(address) = address.clone() {
                        sqlx::query(
                            "INSERT INTO addresses (channel, address, user_name, set_at) VALUES ($1, $2, $3, $4)",
                        )
                        .bind(channel.clone())
                        .bind(address)
                        .bind(name.clone())
                        .bind(rows::micros(at))
                        .execute(&mut *connection)
                        .await?;
                    }
                    // The address itself stays out of the log, which is never emptied.
                    let detail = json!({ "channel": channel, "set": address.is_some() }).to_string();
                    let event = Event { at, actor, action: Action::AddressChanged, subject: name, detail };
                    audit::append(connection, event).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// Whose address it is, with where the account stands.
    ///
    /// # Errors
    /// When the database does not answer. An address that is nobody's is `Ok(None)`.
    pub async fn holder_of(
        &self,
        channel: &str,
        address: &str,
    ) -> Result<Option<(UserName, AccountState)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT u.name, u.state FROM addresses a JOIN users u ON u.name = a.user_name \
                 WHERE a.channel = $1 AND a.address = $2",
            )
            .bind(channel.to_owned())
            .bind(address.to_owned())
            .fetch_optional(&self.read)
            .await?;
            let holder = |row: &AnyRow| {
                let state = rows::text(row, "state")?;
                let known = AccountState::from_name(&state);
                let state = known.ok_or(StoreError::Value { column: "users.state", value: state })?;
                Ok((user(rows::text(row, "name")?)?, state))
            };
            found.as_ref().map(holder).transpose()
        };
        self.timed("holder_of", work).await
    }

    /// Enters who stands in for whom.
    ///
    /// # Errors
    /// When it cannot be written, for instance because a post is not there.
    pub async fn enter_substitute(&self, it: Substitute, actor: Actor, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.audited(
            "enter_substitute",
            Box::new(move |connection| {
                Box::pin(async move {
                    let (of_unit, of_user) = columns(&it.of);
                    let (by_unit, by_user) = columns(&it.by);
                    sqlx::query(
                        "INSERT INTO substitutes (id, of_unit, of_user, by_unit, by_user, from_at, until_at, note, \
                         made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                    )
                    .bind(it.id.clone())
                    .bind(of_unit.clone())
                    .bind(of_user.clone())
                    .bind(by_unit.clone())
                    .bind(by_user.clone())
                    .bind(rows::micros(it.from))
                    .bind(rows::micros(it.until))
                    .bind(it.note.clone())
                    .bind(it.made_by.to_string())
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = json!({
                        "of_unit": of_unit, "of": of_user, "by_unit": by_unit, "by": by_user, "note": it.note,
                        "from": it.from.to_rfc3339(), "until": it.until.to_rfc3339(),
                    });
                    let (action, subject, detail) = (Action::SubstituteEntered, it.id, detail.to_string());
                    audit::append(connection, Event { at, actor, action, subject, detail }).await
                })
            }),
        )
        .await
    }

    /// Takes a substitute back. False when none of that key holds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn withdraw_substitute(&self, id: &str, actor: Actor, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.audited(
            "withdraw_substitute",
            Box::new(move |connection| {
                Box::pin(async move {
                    let sql = "UPDATE substitutes SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
                    let (action, detail) = (Action::SubstituteWithdrawn, "{}".to_owned());
                    audit::take_back(connection, sql, Event { at, actor, action, subject: id, detail }).await
                })
            }),
        )
        .await
    }
}

async fn write(connection: &mut AnyConnection, it: &KeepingUnit, at: DateTime<Utc>) -> Result<u64, StoreError> {
    let sql = match it.seen {
        None => {
            "INSERT INTO units (id, version, agency, name, contacts, channels, services, districts, words, made_at) \
             VALUES ($1, $2 + 1, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING"
        }
        Some(_) => {
            "UPDATE units SET version = version + 1, agency = $3, name = $4, contacts = $5, channels = $6, \
             services = $7, districts = $8, words = $9 WHERE id = $1 AND version = $2 AND $10 >= 0"
        }
    };
    let list = |list: &[String]| json!(list).to_string();
    let done = sqlx::query(sql)
        .bind(it.id.clone())
        .bind(it.seen.unwrap_or_default())
        .bind(it.agency.clone())
        .bind(it.name.clone())
        .bind(contacts(&it.contacts).to_string())
        .bind(list(&it.channels))
        .bind(list(&it.watch.services))
        .bind(list(&it.watch.districts))
        .bind(list(&it.watch.words))
        .bind(rows::micros(at))
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

fn contacts(contacts: &[Contact]) -> serde_json::Value {
    let lines = contacts.iter().map(|it| json!([it.name, it.post, it.telephone]));
    lines.collect::<Vec<_>>().into()
}

fn unit(row: &AnyRow) -> Result<OrgUnit, StoreError> {
    let contacts: Vec<[String; 3]> = read("units.contacts", rows::text(row, "contacts")?)?;
    let contact = |[name, post, telephone]: [String; 3]| Contact { name, post, telephone };
    Ok(OrgUnit {
        id: rows::text(row, "id")?,
        version: rows::integer(row, "version")?,
        agency: rows::text(row, "agency")?,
        name: rows::text(row, "name")?,
        contacts: contacts.into_iter().map(contact).collect(),
        channels: read("units.channels", rows::text(row, "channels")?)?,
        watch: WatchList {
            services: read("units.services", rows::text(row, "services")?)?,
            districts: read("units.districts", rows::text(row, "districts")?)?,
            words: read("units.words", rows::text(row, "words")?)?,
        },
        members: Vec::new(),
    })
}

/// A list as it is kept.
fn read<T: serde::de::DeserializeOwned>(column: &'static str, value: String) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(&value).map_err(|_| StoreError::Value { column, value })
}

fn substitute(row: &AnyRow) -> Result<Substitute, StoreError> {
    let post = |unit: &str, name: &str| match (rows::optional(row, unit)?, rows::optional(row, name)?) {
        (Some(id), _) => Ok(Post::Unit(id)),
        (None, Some(name)) => Ok(Post::Person(user(name)?)),
        (None, None) => Err(StoreError::Value { column: "substitutes", value: rows::text(row, "id")? }),
    };
    Ok(Substitute {
        of: post("of_unit", "of_user")?,
        by: post("by_unit", "by_user")?,
        id: rows::text(row, "id")?,
        from: rows::time(row, "from_at")?,
        until: rows::time(row, "until_at")?,
        note: rows::text(row, "note")?,
        made_by: user(rows::text(row, "made_by")?)?,
    })
}

/// Unit and account of a post, of which one is empty.
fn columns(post: &Post) -> (Option<String>, Option<String>) {
    match post {
        Post::Unit(id) => (Some(id.clone()), None),
        Post::Person(name) => (None, Some(name.to_string())),
    }
}

fn user(name: String) -> Result<UserName, StoreError> {
    UserName::parse(&name).map_err(|_| StoreError::Value { column: "users.name", value: name })
}
