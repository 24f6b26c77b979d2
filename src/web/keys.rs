//! API 金鑰: a person makes and ends the keys with which programs act in their name. A key is shown once.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::TokenHash,
    store::ApiKey,
    web::{
        Desk,
        access::Person,
        fault::{Fault, Shared},
        form::Form,
        frame::{Frame, Section},
        moment,
    },
};

/// Characters of what a key is for.
const LONGEST_LABEL: usize = 60;

/// The most days a key may be used; those who make one rarely come back earlier to end it.
const MOST_DAYS: i64 = 366;

/// Days that are proposed.
const USUAL_DAYS: i64 = 90;

/// A key in the list.
#[derive(Debug, Clone)]
pub(super) struct KeyRow {
    pub hash: String,
    pub label: String,
    pub made: String,
    pub ends: String,
    pub used: Option<String>,
    pub is_over: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "keys.html")]
pub(super) struct KeysPage {
    pub(super) frame: Frame,
    pub(super) rows: Vec<KeyRow>,
    /// What it is for, and the key itself, right after it was made.
    pub(super) made: Option<(String, String)>,
    pub(super) label: String,
    pub(super) days: String,
    pub(super) error: Option<&'static str>,
}

impl KeysPage {
    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn most_days(&self) -> i64 {
        MOST_DAYS
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest_label(&self) -> usize {
        LONGEST_LABEL
    }
}

impl KeyRow {
    fn of(key: &ApiKey, now: DateTime<Utc>) -> Self {
        Self {
            hash: key.token.as_str().to_owned(),
            label: key.label.clone(),
            made: moment::clock(key.made_at, now),
            ends: moment::clock(key.ends_at, now),
            used: key.used_at.map(|at| moment::ago(at, now)),
            is_over: key.ends_at <= now,
        }
    }
}

impl Desk {
    async fn keys_page(&self, person: &Person, made: Option<(String, String)>) -> Result<KeysPage, Fault> {
        let now = self.console.clock.now();
        let keys = self.console.store.api_keys(&person.account.name).await?;
        Ok(KeysPage {
            frame: Frame::new(Section::Password, now, person.visitor.clone()),
            rows: keys.iter().map(|key| KeyRow::of(key, now)).collect(),
            made,
            label: String::new(),
            days: USUAL_DAYS.to_string(),
            error: None,
        })
    }
}

/// The keys of the person.
pub(super) async fn list(State(desk): State<Shared>, person: Person) -> Response {
    desk.answer(&person.visitor, desk.keys_page(&person, None).await)
}

/// Makes one.
pub(super) async fn make(State(desk): State<Shared>, person: Person, body: Bytes) -> Response {
    let form = Form::read(&body);
    let label = form.line("label").unwrap_or_default();
    let days = form.typed("days").trim().parse::<i64>().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let wrong = match (label.chars().count(), days) {
        (0, _) => Some("請填寫用途。"),
        (length, _) if length > LONGEST_LABEL => Some("用途過長（上限 60 字）。"),
        (_, None) => Some("效期須為 1 至 366 日。"),
        _ => None,
    };
    let Some(days) = days.filter(|_| wrong.is_none()) else {
        let page = desk.keys_page(&person, None).await;
        let page = page.map(|page| KeysPage { label, days: form.typed("days").to_owned(), error: wrong, ..page });
        return (StatusCode::UNPROCESSABLE_ENTITY, desk.answer(&person.visitor, page)).into_response();
    };
    let accounts = &desk.console.entrance.accounts;
    match accounts.make_key(&person.account, &label, TimeDelta::days(days), person.visitor.address).await {
        Ok(token) => {
            let made = Some((label, token.reveal().to_owned()));
            desk.answer(&person.visitor, desk.keys_page(&person, made).await)
        }
        Err(error) => desk.apology(&person.visitor, &Fault::from(error)),
    }
}

/// Ends one at once.
pub(super) async fn end(State(desk): State<Shared>, person: Person, Path(hash): Path<String>) -> Response {
    let accounts = &desk.console.entrance.accounts;
    match accounts.end_key(&person.account, &TokenHash::kept(hash), person.visitor.address).await {
        Ok(true) => Desk::go("/keys", None),
        Ok(false) => desk.apology(&person.visitor, &Fault::Missing),
        Err(error) => desk.apology(&person.visitor, &Fault::from(error)),
    }
}
