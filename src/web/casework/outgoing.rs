//! What went out and what is on its way, and the days on which work was suspended, for programs.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};
use ulid::Ulid;
use url::form_urlencoded;

use super::{
    act::Undone,
    api::{answer, problem},
    export::{self, Form},
    release,
};
use crate::{
    domain::{SourceTextKind, Verdict},
    store::{ClosureRow, PublishedRow},
    web::{
        Desk,
        access::Member,
        fault::{Fault, Shared},
        visitor::Visitor,
    },
    wire::{self, ClarificationJson},
};

/// Releases in one answer.
const PAGE: usize = 50;

/// Messages in one answer.
const MESSAGES: usize = 200;

/// Releases, the latest first: `before` is the number of the last one of the page before.
pub(in crate::web) async fn releases(
    State(desk): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Response {
    let before = value(query.as_deref(), "before").parse().ok();
    match desk.console.store.published(before, PAGE).await {
        Ok(rows) => {
            let next = rows.get(PAGE - 1).map(|row| row.release.number);
            answer(
                &json!({ "releases": rows.iter().map(|row| desk.release_json(row)).collect::<Vec<_>>(), "next": next }),
            )
        }
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// A release by the last part of its public address or, with an ending, the same as a file.
pub(in crate::web) async fn release(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Response {
    let wanted = export::read::<String>(&slug);
    let wanted = wanted.and_then(|(slug, form)| Some((release::read_slug(&slug)?, form)));
    let Some(((number, revision), form)) = wanted else { return desk.apology(&visitor, &Fault::Missing) };
    match desk.console.store.published_as(number, revision).await {
        Ok(Some(row)) => match form {
            Form::File(kind) => desk.file(&visitor, &release::published(&row, &desk.console.base), kind).await,
            Form::Page => answer(&desk.release_json(&row)),
            Form::Print => desk.apology(&visitor, &Fault::Missing),
        },
        Ok(None) => desk.apology(&visitor, &Fault::Missing),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// Messages, the latest first: `subject` is the key of a case, all without.
pub(in crate::web) async fn messages(
    State(desk): State<Shared>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Response {
    match desk.console.store.messages(&value(query.as_deref(), "subject"), MESSAGES).await {
        Ok(rows) => {
            let message = |it: &crate::store::SentRow| {
                json!({
                    "id": it.id, "subject": it.subject, "kind": it.kind, "channel": it.channel, "state": it.state,
                    "attempts": it.attempts, "created_at": wire::time(it.created_at),
                    "settled_at": it.settled_at.map(wire::time), "why": it.why,
                })
            };
            answer(&json!({ "messages": rows.iter().map(message).collect::<Vec<_>>() }))
        }
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// The times on which work was suspended.
pub(in crate::web) async fn closures(State(desk): State<Shared>, visitor: Visitor) -> Response {
    match desk.console.store.closures().await {
        Ok(rows) => answer(&json!({ "closures": rows.iter().map(closure).collect::<Vec<_>>() })),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// Enters one, in the shape that `clarion deadline` reads.
pub(in crate::web) async fn close(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let read = std::str::from_utf8(&body).map(wire::closure);
    let closure = match read {
        Ok(Ok(closure)) => closure,
        Ok(Err(fault)) => {
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "無法判讀停班資料", &fault.to_string(), &[]);
        }
        Err(_) => return problem(StatusCode::BAD_REQUEST, "無法判讀停班資料", "內容須為 UTF-8。", &[]),
    };
    let known = |name: &String| desk.console.city.districts.iter().any(|district| district.name == *name);
    if closure.district.as_ref().is_some_and(|name| !known(name)) {
        return desk.refusal(&member.visitor, Undone::Wrong("沒有這個行政區"));
    }
    let row = ClosureRow { id: Ulid::generate().to_string(), closure, by: member.account.name.clone() };
    let told = self::closure(&row);
    match desk.console.store.enter_closure(row, member.visitor.actor()).await {
        Ok(()) => answer(&told),
        Err(error) => desk.apology(&member.visitor, &Fault::Store(error)),
    }
}

impl Desk {
    fn release_json(&self, row: &PublishedRow) -> Value {
        let it = &row.release.releasing;
        let slug = release::slug(row.case_number, it.revision);
        let source = |source: &crate::store::NamedSource| {
            json!({
                "kind": if source.kind == SourceTextKind::Report { "report" } else { "statement" },
                "id": source.id, "revision": source.revision, "publisher": source.publisher, "title": source.title,
                "url": source.url, "document_no": source.document_no,
                "published_at": source.published.map(wire::time), "claim": source.claim,
                "verdict": source.verdict.map(Verdict::name),
            })
        };
        json!({
            "number": row.release.number, "slug": slug, "case": it.case_id, "case_number": row.case_number,
            "revision": it.revision, "hash": it.hash, "answer": it.answer.name(), "agency": it.agency, "unit": it.unit,
            "issued_at": wire::time(row.release.issued_at), "issued_by": it.by.as_str(),
            "url": self.console.base.join(&format!("/clarifications/{slug}")).ok().map(String::from),
            "text": ClarificationJson::from(&it.text),
            "sources": it.sources.iter().map(source).collect::<Vec<_>>(),
            "anchors": serde_json::from_str::<Value>(&it.anchors).unwrap_or_default(),
        })
    }
}

fn closure(row: &ClosureRow) -> Value {
    let it = &row.closure;
    let clock = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    json!({
        "id": row.id, "day": it.day.to_string(), "district": it.district, "from": it.from.map(clock),
        "until": it.until.map(clock), "valid_from": wire::time(it.valid_from), "note": it.note, "by": row.by.as_str(),
    })
}

fn value(query: Option<&str>, name: &str) -> String {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}
