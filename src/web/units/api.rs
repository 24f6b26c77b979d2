//! Units for programs: what the pages do, in JSON.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::keep::{Undone, Wanted, post_value};
use crate::{
    domain::{OrgUnit, Roster, Substitute, WatchList},
    web::{
        Desk,
        access::Member,
        casework::api::{answer, problem, read},
        fault::{Fault, Shared},
        form::Form,
        visitor::Visitor,
    },
    wire,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitIn {
    /// The unit that is changed, with the version that was seen; without it one is added.
    id: Option<String>,
    version: Option<i64>,
    agency: String,
    name: String,
    /// Name, post and telephone, with 、 between.
    #[serde(default)]
    contacts: Vec<String>,
    #[serde(default)]
    channels: Vec<String>,
    #[serde(default)]
    services: Vec<String>,
    #[serde(default)]
    districts: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberIn {
    account: String,
    /// Whether they belong to the unit from now on.
    #[serde(default = "yes")]
    member: bool,
    #[serde(default)]
    head: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubstituteIn {
    /// `unit:KEY` or `person:ACCOUNT`.
    of: String,
    by: String,
    from: String,
    until: String,
    #[serde(default)]
    note: String,
}

fn yes() -> bool {
    true
}

/// All units.
pub(in crate::web) async fn list(State(desk): State<Shared>, visitor: Visitor) -> Response {
    match desk.console.store.roster().await {
        Ok(roster) => {
            let units = roster.units.iter().map(|unit| written(&roster, unit));
            answer(&json!({ "units": units.collect::<Vec<_>>() }))
        }
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// Adds or changes a unit.
pub(in crate::web) async fn keep(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let sent: UnitIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let seen = sent.id.as_deref().map(|id| (id, sent.version.unwrap_or(-1)));
    let wanted = Wanted {
        agency: sent.agency,
        name: sent.name,
        contacts: sent.contacts,
        channels: sent.channels,
        watch: WatchList { services: sent.services, districts: sent.districts, words: sent.words },
    };
    let done = desk.keep_unit(&member, seen, wanted).await;
    desk.told(&member, done.map(|id| json!({ "id": id })))
}

/// Makes somebody a member of a unit, its head, or neither.
pub(in crate::web) async fn staff(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: MemberIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let done = desk.staff_unit(&member, (&id, &sent.account), sent.member.then_some(sent.head)).await;
    desk.told(&member, done.map(|()| json!({ "account": sent.account })))
}

/// Enters who stands in.
pub(in crate::web) async fn substitute(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: SubstituteIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let fields =
        [("of", &sent.of), ("by", &sent.by), ("from", &sent.from), ("until", &sent.until), ("note", &sent.note)];
    let form = Serializer::new(String::new()).extend_pairs(fields).finish();
    let done = desk.enter_substitute(&member, &id, &Form::read(&Bytes::from(form))).await;
    desk.told(&member, done.map(|id| json!({ "id": id })))
}

/// Takes that back.
pub(in crate::web) async fn withdraw(
    State(desk): State<Shared>,
    member: Member,
    Path((id, substitute)): Path<(String, String)>,
) -> Response {
    let done = desk.withdraw_substitute(&member, (&id, &substitute)).await;
    desk.told(&member, done.map(|()| json!({ "id": substitute })))
}

impl Desk {
    fn told(&self, member: &Member, done: Result<Value, Undone>) -> Response {
        match done {
            Ok(value) => answer(&value),
            Err(Undone::Fault(fault)) => self.apology(&member.visitor, &fault),
            Err(undone) => {
                let reason = if matches!(undone, Undone::Stale) { "stale" } else { "wrong" };
                problem(undone.status(), undone.words(), "請補正後再送出。", &[("reason", json!(reason))])
            }
        }
    }
}

fn written(roster: &Roster, unit: &OrgUnit) -> Value {
    let contacts = unit.contacts.iter().map(|it| format!("{}、{}、{}", it.name, it.post, it.telephone));
    let members = unit.members.iter().map(|(name, head)| json!({ "account": name.as_str(), "head": head }));
    let own = roster.substitutes.iter().filter(|it| super::keep::is_of(unit, &it.of));
    json!({
        "id": unit.id, "version": unit.version, "agency": unit.agency, "name": unit.name,
        "contacts": contacts.collect::<Vec<_>>(), "channels": unit.channels, "services": unit.watch.services,
        "districts": unit.watch.districts, "words": unit.watch.words, "members": members.collect::<Vec<_>>(),
        "substitutes": own.map(substitute_json).collect::<Vec<_>>(),
    })
}

fn substitute_json(it: &Substitute) -> Value {
    json!({
        "id": it.id, "of": post_value(&it.of), "by": post_value(&it.by), "from": wire::time(it.from),
        "until": wire::time(it.until), "note": it.note, "made_by": it.made_by.as_str(),
    })
}
