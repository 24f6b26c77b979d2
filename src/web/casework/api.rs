//! Cases for programs: what the pages do, in JSON. A program shows a key and acts in the name of an account.

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use ulid::Ulid;
use url::form_urlencoded;

use super::{
    act::{Ask, ByHand, Undone},
    change,
    draft::Held,
    export::{self, Form},
    json as shapes,
};
use crate::{
    domain::{Basis, CaseLevel, CaseState, Clarification, Outcome, StepKind},
    store::{CaseFilter, Kept, KeptBasis},
    web::{
        Desk,
        access::Member,
        fault::{Fault, PROBLEM_JSON, Shared},
        visitor::Visitor,
    },
    wire::{self, CaseJson, ClarificationJson, DraftJson},
};

/// Cases in one answer.
const PAGE: usize = 50;

/// Entries of a timeline in one answer.
const TIMELINE: usize = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepIn {
    step: String,
    version: Option<i64>,
    reason: Option<String>,
    agency: Option<String>,
    unit: Option<String>,
    hash: Option<String>,
    #[serde(default)]
    channels: Vec<String>,
    outcome: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftIn {
    base: u32,
    text: ClarificationJson,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BasisIn {
    phrase: String,
    basis: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceIn {
    fact: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseIn {
    level: String,
    title: String,
    matter: Option<String>,
    place: Option<String>,
    district: Option<String>,
    service: Option<String>,
    report: Option<String>,
    known_at: Option<String>,
}

/// The cases that match: `state` (several with commas), `level`, `agency`, `before`.
pub(in crate::web) async fn list(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let value = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let filter = CaseFilter {
        states: value("state").split(',').filter_map(CaseState::from_name).collect(),
        level: CaseLevel::from_name(&value("level")),
        agency: value("agency"),
    };
    match desk.console.store.cases(&filter, value("before").parse().ok(), PAGE).await {
        Ok(page) => answer(&json!({
            "cases": page.cases.iter().map(|case| json!(CaseJson::from(case))).collect::<Vec<_>>(),
            "total": page.total, "next": page.next,
        })),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// A case with everything it rests on.
pub(in crate::web) async fn one(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let found = async {
        let dossier = desk.dossier(&id).await?;
        let timeline = desk.console.store.timeline(&id, TIMELINE).await?;
        let dues = desk.dues(&dossier.case).await?;
        let messages = desk.console.store.messages(&id, TIMELINE).await?;
        Ok::<_, Undone>((dossier, timeline, dues, messages))
    };
    let (dossier, timeline, dues, messages) = match found.await {
        Ok(found) => found,
        Err(undone) => return desk.refusal(&visitor, undone),
    };
    let steps = desk.steps_of(&dossier.case, visitor.account());
    let reports = dossier.reports.iter().map(|it| {
        json!({
            "id": it.article_id, "revision": it.revision, "outlet": it.outlet, "sort": it.sort, "url": it.url,
            "title": it.title, "published_at": it.published.map(wire::time), "gone": it.gone,
        })
    });
    let events = timeline.iter().map(|it| {
        json!({
            "seq": it.seq, "at": wire::time(it.at), "actor": it.actor.name, "action": it.action,
            "detail": serde_json::from_str::<Value>(&it.detail).unwrap_or_default(),
        })
    });
    let bases = dossier.bases.iter().map(|it| {
        json!({
            "id": it.id, "phrase": it.basis.phrase, "basis": it.basis.basis, "by": it.basis.by.as_str(),
            "at": wire::time(it.basis.at),
        })
    });
    let clocks = dues.iter().map(|due| {
        json!({
            "goal": due.due.goal.name(), "words": due.due.goal.words(), "due": wire::time(due.due.at),
            "why": due.due.why, "reached_at": due.reached.map(wire::time),
        })
    });
    let sent = messages.iter().map(|it| {
        json!({
            "kind": it.kind, "channel": it.channel, "state": it.state, "attempts": it.attempts,
            "created_at": wire::time(it.created_at), "settled_at": it.settled_at.map(wire::time), "why": it.why,
        })
    });
    let notices = dossier.notices.iter().map(|it| {
        json!({
            "goals": it.goals.iter().map(|goal| goal.name()).collect::<Vec<_>>(), "reason": it.reason,
            "progress": it.progress, "expected_at": wire::time(it.expected), "by": it.by.as_str(),
            "at": wire::time(it.at),
        })
    });
    answer(&json!({
        "case": CaseJson::from(&dossier.case),
        "extension": dossier.case.extension.as_ref().map(|it| json!({ "to": it.to.to_string(), "reason": it.reason })),
        "overdue_notices": notices.collect::<Vec<_>>(),
        "unexplained": change::unexplained(&dues, &dossier, desk.console.clock.now()),
        "steps": steps.iter().map(|step| step.name()).collect::<Vec<_>>(),
        "clocks": clocks.collect::<Vec<_>>(),
        "findings": dossier.quoted.iter().map(shapes::quoted).collect::<Vec<_>>(),
        "reports": reports.collect::<Vec<_>>(),
        "draft": dossier.draft().map(DraftJson::from),
        "bases": bases.collect::<Vec<_>>(),
        "messages": sent.collect::<Vec<_>>(),
        "timeline": events.collect::<Vec<_>>(),
    }))
}

/// Opens a case by hand.
pub(in crate::web) async fn open(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let sent: CaseIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let known = match sent.known_at.as_deref().map(DateTime::parse_from_rfc3339).transpose() {
        Ok(known) => known.map(|at| at.with_timezone(&Utc)),
        Err(_) => return problem(StatusCode::BAD_REQUEST, "無法判讀時間", "known_at 須為 RFC 3339 時間。", &[]),
    };
    let hand = ByHand {
        level: CaseLevel::from_name(&sent.level),
        title: Some(sent.title),
        matter: sent.matter,
        place: sent.place,
        district: sent.district,
        service: sent.service,
        report: sent.report,
        known,
    };
    match desk.open_by_hand(&member, hand).await {
        Ok((id, number)) => {
            let body = json!({ "id": id, "number": number }).to_string();
            (StatusCode::CREATED, [(CONTENT_TYPE, "application/json")], body).into_response()
        }
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// Takes a step.
pub(in crate::web) async fn step(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: StepIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(kind) = StepKind::from_name(&sent.step) else {
        return problem(StatusCode::BAD_REQUEST, "沒有這個步驟", "step 不在流程表內。", &[]);
    };
    let ask = Ask {
        version: sent.version,
        reason: sent.reason,
        agency: sent.agency,
        unit: sent.unit,
        hash: sent.hash,
        channels: sent.channels,
        outcome: sent.outcome.as_deref().and_then(Outcome::from_name),
    };
    match desk.step(&member, &id, kind, ask).await {
        Ok(case) => answer(&json!({ "case": CaseJson::from(&case) })),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// All revisions of the draft, the latest first.
pub(in crate::web) async fn drafts(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    match desk.console.store.drafts(&id).await {
        Ok(drafts) => answer(&json!({ "drafts": drafts.iter().map(DraftJson::from).collect::<Vec<_>>() })),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// One revision of the draft or, with an ending, the same as a file.
pub(in crate::web) async fn draft(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let Some((number, form)) = export::read::<u32>(&name) else { return desk.apology(&visitor, &Fault::Missing) };
    let dossier = match desk.dossier(&id).await {
        Ok(dossier) => dossier,
        Err(undone) => return desk.refusal(&visitor, undone),
    };
    let Some(draft) = dossier.drafts.iter().find(|draft| draft.revision == number) else {
        return desk.apology(&visitor, &Fault::Missing);
    };
    match form {
        Form::File(kind) => desk.file(&visitor, &desk.preview(&dossier, draft), kind).await,
        Form::Page => answer(&json!({ "draft": DraftJson::from(draft) })),
        Form::Print => desk.apology(&visitor, &Fault::Missing),
    }
}

/// Keeps a revision of the draft.
pub(in crate::web) async fn keep_draft(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: DraftIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let text = Clarification::from(sent.text);
    let hash = text.hash();
    match desk.keep_draft(&member, &id, sent.base, text).await {
        Ok(Kept::New(revision) | Kept::Same(revision)) => answer(&json!({ "revision": revision, "hash": hash })),
        Ok(Kept::Behind(_)) => desk.refusal(&member.visitor, Undone::Stale),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// What the gate says of the latest revision of the draft.
pub(in crate::web) async fn gate(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let dossier = match desk.dossier(&id).await {
        Ok(dossier) => dossier,
        Err(undone) => return desk.refusal(&visitor, undone),
    };
    let Some(draft) = dossier.draft() else { return desk.refusal(&visitor, Undone::Missing) };
    let held = match desk.held_of(&dossier, &draft.text).await {
        Ok(held) => held,
        Err(undone) => return desk.refusal(&visitor, undone),
    };
    let open = Held::open(&held);
    let examined = desk.examined(&dossier, (&draft.text, &open), desk.console.clock.now());
    answer(&json!({
        "revision": draft.revision, "hash": draft.hash, "clean": examined.faults.is_empty(),
        "faults": shapes::faults(&examined.faults), "anchors": shapes::anchors(&examined.anchors),
        "disagreements": held.iter().map(Held::json).collect::<Vec<_>>(),
    }))
}

/// Signs for words of the draft.
pub(in crate::web) async fn sign(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: BasisIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    match desk.sign(&member, &id, (sent.phrase, sent.basis)).await {
        Ok(basis) => answer(&json!({ "id": basis })),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// Lays a statement of the register beside the case.
pub(in crate::web) async fn lay(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: SourceIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    match desk.lay(&member, &id, &sent.fact).await {
        Ok(()) => answer(&json!({ "fact": sent.fact })),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

impl Desk {
    /// Signs for words of a draft; the key of the signature.
    pub(in crate::web) async fn sign(
        &self,
        member: &Member,
        id: &str,
        (phrase, basis): (String, String),
    ) -> Result<String, Undone> {
        let case = self.console.store.case(id).await?.ok_or(Undone::Missing)?;
        self.may_write(&case, &member.account)?;
        let (phrase, basis) = (phrase.trim().to_owned(), basis.trim().to_owned());
        if phrase.is_empty() || basis.is_empty() {
            return Err(Undone::Wrong("請填寫詞句與依據"));
        }
        let longest = super::act::LONGEST_REASON;
        if phrase.chars().count() > longest || basis.chars().count() > longest {
            return Err(Undone::Wrong("詞句或依據過長（上限 500 字）"));
        }
        let key = Ulid::generate().to_string();
        let by = member.account.name.clone();
        let kept = KeptBasis { id: key.clone(), basis: Basis { phrase, basis, by, at: self.console.clock.now() } };
        self.console.store.sign_basis(id, kept, member.visitor.actor()).await?;
        Ok(key)
    }

    /// Lays a statement of the register beside a case.
    pub(in crate::web) async fn lay(&self, member: &Member, id: &str, fact: &str) -> Result<(), Undone> {
        let case = self.console.store.case(id).await?.ok_or(Undone::Missing)?;
        if !case.stage.state().awaits_answer() {
            return Err(Undone::Refused(crate::workflow::casework::Refusal::NotFromHere));
        }
        let by = (member.account.name.clone(), member.visitor.actor());
        let laid = self.console.store.lay_source(id, fact, by, self.console.clock.now()).await?;
        if laid { Ok(()) } else { Err(Undone::Wrong("事實資料中沒有這一筆")) }
    }

    /// Why something was not done, for programs.
    pub(super) fn refusal(&self, visitor: &Visitor, undone: Undone) -> Response {
        match undone {
            Undone::Missing => self.apology(visitor, &Fault::Missing),
            Undone::Store(error) => self.apology(visitor, &Fault::Store(error)),
            Undone::Broken(what) => self.apology(visitor, &Fault::Panic(what)),
            Undone::Stale => problem(
                StatusCode::CONFLICT,
                "案件已有變動",
                "這件案件已由他人變更，請重新讀取後再操作。",
                &[("reason", json!("stale"))],
            ),
            Undone::Refused(refusal) => problem(
                StatusCode::CONFLICT,
                &refusal.to_string(),
                "請依案件流程表辦理。",
                &[("reason", json!(refusal.name()))],
            ),
            Undone::Gate(faults) => problem(
                StatusCode::UNPROCESSABLE_ENTITY,
                "稿件未通過發布前檢核",
                "請逐項補正後再發布。",
                &[("reason", json!("gate")), ("faults", shapes::faults(&faults))],
            ),
            Undone::Unfit(words) => {
                problem(StatusCode::UNPROCESSABLE_ENTITY, &words, "請補正後再送出。", &[("reason", json!("wrong"))])
            }
            Undone::Wrong(words) => {
                problem(StatusCode::UNPROCESSABLE_ENTITY, words, "請補正後再送出。", &[("reason", json!("wrong"))])
            }
        }
    }
}

pub(in crate::web) fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Box<Response>> {
    serde_json::from_slice(body)
        .map_err(|error| Box::new(problem(StatusCode::BAD_REQUEST, "無法判讀的 JSON", &error.to_string(), &[])))
}

pub(in crate::web) fn answer(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json"), (axum::http::header::CACHE_CONTROL, "no-store")], value.to_string())
        .into_response()
}

/// A refusal in JSON (RFC 9457).
pub(in crate::web) fn problem(status: StatusCode, title: &str, detail: &str, more: &[(&str, Value)]) -> Response {
    let mut body = json!({ "title": title, "detail": detail, "status": status.as_u16() });
    if let Some(object) = body.as_object_mut() {
        object.extend(more.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
    }
    (status, [(CONTENT_TYPE, PROBLEM_JSON)], body.to_string()).into_response()
}
