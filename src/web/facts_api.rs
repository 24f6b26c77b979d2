//! The register of official statements for programs: what the pages do, in JSON. A statement is written as `clarion facts
//! import` reads it, and read as `clarion facts list|export` print it.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use ulid::Ulid;

use crate::{
    domain::Statement,
    store::FactPage,
    web::{
        Desk,
        access::Member,
        casework::api::{answer, problem, read},
        facts::{PAGE, WantedFacts},
        fault::{Fault, Shared},
        statement::{Aim, Unkept},
        visitor::Visitor,
    },
    wire,
};

/// Alerts named with a statement.
const MOST_ALERTS: usize = 200;

/// The end of a statement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndIn {
    /// The version that was looked at.
    revision: u32,
    /// The last day on which it holds, such as 2026-03-17; a day that is over, or today, ends it now.
    to: String,
}

/// The statements that match: `q`, `kind`, `agency`, `all=1` for those that hold no longer too, `before`.
pub(super) async fn list(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let wanted = WantedFacts::read(&query.unwrap_or_default());
    match desk.console.store.facts(&desk.fact_filter(&wanted), wanted.before, PAGE).await {
        Ok(FactPage { facts, total, next }) => answer(&json!({
            "facts": facts.iter().map(wire::listed).collect::<Vec<_>>(), "total": total, "next": next,
        })),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// A statement, whole, with its versions and what reports say otherwise.
pub(super) async fn one(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let found = async {
        if id.chars().any(char::is_control) {
            return Err(Fault::Missing);
        }
        let versions = desk.console.store.fact_versions(&id).await?;
        let alerts = desk.console.store.alerts_of_fact(&id, MOST_ALERTS).await?;
        Ok((versions, alerts))
    };
    let (versions, alerts) = match found.await {
        Ok(found) => found,
        Err(fault) => return desk.apology(&visitor, &fault),
    };
    let Some(latest) = versions.first() else { return desk.apology(&visitor, &Fault::Missing) };
    let alerts = alerts.iter().map(|(outlet, title, finding)| {
        json!({
            "report": finding.article_id, "revision": finding.revision, "outlet": outlet, "title": title,
            "verdict": finding.found.verdict.name(), "kind": finding.found.kind.name(),
            "level": finding.found.level.name(), "score": finding.found.score, "why": finding.found.why,
            "found_at": wire::time(finding.found_at),
            "outcome": finding.judged.as_ref().map(|judged| judged.outcome.name()),
        })
    });
    answer(&json!({
        "fact": wire::exported(latest), "revision": latest.revision,
        "versions": versions.iter().map(wire::listed).collect::<Vec<_>>(), "alerts": alerts.collect::<Vec<_>>(),
    }))
}

/// Keeps a new statement, or with `supersedes` and `revision` one in the place of another.
pub(super) async fn enter(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let mut sent: Map<String, Value> = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let id = Ulid::generate().to_string();
    sent.insert("id".to_owned(), Value::from(id.clone()));
    let aim = match sent.remove("supersedes") {
        None | Some(Value::Null) => Aim::New,
        Some(Value::String(former)) => Aim::Supersede(former, seen(&sent)),
        Some(_) => return wrong("supersedes 須為事實的識別碼。"),
    };
    desk.put(&member, aim, &id, sent).await
}

/// Puts a statement right: a further version of it.
pub(super) async fn edit(State(desk): State<Shared>, member: Member, Path(id): Path<String>, body: Bytes) -> Response {
    let mut sent: Map<String, Value> = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    sent.insert("id".to_owned(), Value::from(id.clone()));
    let aim = Aim::Edit(id.clone(), seen(&sent));
    desk.put(&member, aim, &id, sent).await
}

/// Ends a statement's validity.
pub(super) async fn end(State(desk): State<Shared>, member: Member, Path(id): Path<String>, body: Bytes) -> Response {
    let sent: EndIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visitor = &member.visitor;
    let former = match desk.former(visitor, &Aim::Supersede(id.clone(), sent.revision.max(1))).await {
        Ok(Some(former)) => former,
        Ok(None) => return desk.apology(visitor, &Fault::Missing),
        Err(fault) => return desk.apology(visitor, &fault),
    };
    let Ok(day) = sent.to.parse::<NaiveDate>() else { return wrong("to 須為日期，例如 2026-03-17。") };
    match desk.end_statement(visitor, former, day).await {
        Ok(()) => desk.entered(visitor, StatusCode::OK, &id).await,
        Err(fault) => desk.apology(visitor, &fault),
    }
}

impl Desk {
    async fn put(&self, member: &Member, aim: Aim, id: &str, sent: Map<String, Value>) -> Response {
        let visitor = &member.visitor;
        let former = match self.former(visitor, &aim).await {
            Ok(former) => former,
            Err(fault) => return self.apology(visitor, &fault),
        };
        let written: Result<Statement, _> = wire::fact(&sent).map(|(_, statement)| statement);
        let statement = match written {
            Ok(statement) => statement,
            Err(fault) => return wrong(&format!("{fault}。")),
        };
        let status = if matches!(aim, Aim::Edit(..)) { StatusCode::OK } else { StatusCode::CREATED };
        match self.keep_statement(visitor, (aim, former), id, statement).await {
            Ok(()) => self.entered(visitor, status, id).await,
            Err(Unkept::Wrong(words)) => wrong(&words),
            Err(Unkept::Fault(fault)) => self.apology(visitor, &fault),
        }
    }

    async fn entered(&self, visitor: &Visitor, status: StatusCode, id: &str) -> Response {
        match self.console.store.fact_versions(id).await {
            Ok(versions) => {
                let revision = versions.first().map(|version| version.revision);
                let body = json!({ "id": id, "revision": revision }).to_string();
                (status, [(CONTENT_TYPE, "application/json")], body).into_response()
            }
            Err(error) => self.apology(visitor, &Fault::Store(error)),
        }
    }
}

/// The version that was looked at; none has the number that stands for not saying so.
fn seen(sent: &Map<String, Value>) -> u32 {
    let revision = sent.get("revision").and_then(Value::as_u64).filter(|revision| *revision > 0);
    revision.and_then(|revision| u32::try_from(revision).ok()).unwrap_or(u32::MAX)
}

fn wrong(words: &str) -> Response {
    problem(StatusCode::UNPROCESSABLE_ENTITY, "事實資料有誤", words, &[("reason", json!("wrong"))])
}
