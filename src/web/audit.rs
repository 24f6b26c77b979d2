//! 稽核紀錄: who did what and when, newest first.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use chrono::{DateTime, Utc};
use url::form_urlencoded::{self, Serializer};

use crate::{
    domain::{Action, Sealed},
    store::AuditFilter,
    web::{
        Desk,
        fault::{Fault, Shared},
        frame::{Frame, Section},
        list::Choice,
        moment, names,
        visitor::Visitor,
    },
};

/// Rows on a page.
const PAGE: usize = 50;

/// Characters of a name that are looked at.
const LONGEST: usize = 64;

/// One row.
#[derive(Debug)]
pub(super) struct AuditRow {
    pub seq: i64,
    pub clock: String,
    pub iso: String,
    pub actor: String,
    pub roles: String,
    pub address: String,
    pub action: String,
    pub subject: String,
    pub detail: Option<String>,
    pub hash: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "audit.html")]
pub(super) struct AuditPage {
    pub(super) frame: Frame,
    pub(super) actor: String,
    pub(super) actions: Vec<Choice>,
    pub(super) rows: Vec<AuditRow>,
    pub(super) is_first: bool,
    pub(super) first: String,
    pub(super) next: Option<String>,
}

impl AuditRow {
    fn of(row: Sealed, now: DateTime<Utc>) -> Self {
        let roles = row.actor.role.split(',').map(|name| {
            crate::domain::Role::from_name(name).map_or_else(|| name.to_owned(), |role| names::role(role).to_owned())
        });
        Self {
            seq: row.seq,
            clock: moment::clock(row.at, now),
            iso: moment::iso(row.at),
            roles: roles.collect::<Vec<_>>().join("、"),
            actor: row.actor.name,
            address: row.actor.address,
            action: Action::from_name(&row.action)
                .map_or_else(|| row.action.clone(), |action| names::action(action).to_owned()),
            subject: row.subject,
            detail: Some(row.detail).filter(|detail| detail != "{}"),
            hash: row.hash.chars().take(12).collect(),
        }
    }
}

impl AuditPage {
    async fn load(desk: &Desk, visitor: Visitor, query: &str) -> Result<Self, Fault> {
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            let value = pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default();
            value.chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
        };
        let filter = AuditFilter { actor: value("actor"), action: Action::from_name(&value("action")) };
        let before = value("before").parse().ok();
        let mut rows = desk.console.store.audit_log(&filter, before, PAGE + 1).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let last = rows.last().map(|row| row.seq).filter(|_| more);
        let now = desk.console.clock.now();
        Ok(Self {
            frame: Frame::new(Section::Audit, now, visitor),
            actions: Action::ALL
                .map(|action| Choice {
                    value: action.name().to_owned(),
                    name: names::action(action).to_owned(),
                    count: String::new(),
                    chosen: filter.action == Some(action),
                })
                .into(),
            rows: rows.into_iter().map(|row| AuditRow::of(row, now)).collect(),
            is_first: before.is_none(),
            first: address(&filter, None),
            next: last.map(|seq| address(&filter, Some(seq))),
            actor: filter.actor,
        })
    }
}

fn address(filter: &AuditFilter, before: Option<i64>) -> String {
    let mut query = Serializer::new(String::new());
    for (key, value) in [
        ("actor", filter.actor.clone()),
        ("action", filter.action.map_or("", Action::name).to_owned()),
        ("before", before.map(|seq| seq.to_string()).unwrap_or_default()),
    ] {
        if !value.is_empty() {
            query.append_pair(key, &value);
        }
    }
    match query.finish() {
        query if query.is_empty() => "/audit".into(),
        query => format!("/audit?{query}"),
    }
}

/// The page of the log.
pub(super) async fn log(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    desk.answer(&visitor, AuditPage::load(&desk, visitor.clone(), &query.unwrap_or_default()).await)
}
