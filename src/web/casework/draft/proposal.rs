//! 「請模型試改」: what a language model proposes for a draft, and what people make of it. A proposal stands beside the draft
//! with the model's name and is nobody's text until a person takes it over, who wrote it then.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::field;
use crate::{
    domain::{Account, Action, Clarification, Field, SourceTextKind},
    notify::{Model, ModelFault},
    store::{Decided, Dossier, Kept, Proposal},
    web::{
        Desk,
        access::Member,
        casework::{act::Undone, api, json as shapes},
        fault::Shared,
        form::Form,
        moment, pieces,
        visitor::Visitor,
    },
    wire::{self, ClarificationJson},
    workflow::{
        draft,
        rewrite::{self, AnswerFault, Material},
    },
};

/// Proposals on a page.
const MOST: usize = 3;

/// A proposal on the page of a draft.
#[derive(Debug, Clone)]
pub(in crate::web) struct ProposalRow {
    pub id: String,
    pub model: String,
    pub asked_by: String,
    pub clock: String,
    pub iso: String,
    /// Part, what it was, what it is.
    pub changes: Vec<(String, String, String)>,
    /// What the gate refuses of it.
    pub faults: Vec<String>,
    /// Whether a later revision was kept since.
    pub is_behind: bool,
}

/// Why a model's help came to nothing; nothing was changed.
fn sentence(fault: &ModelFault) -> &'static str {
    match fault {
        ModelFault::Silent(_) => "模型服務未於時限內回覆，稿件未變更",
        ModelFault::Unreachable(_) => "無法連線至模型服務，稿件未變更",
        ModelFault::Busy(_) => "模型服務忙碌中，請稍後再試；稿件未變更",
        ModelFault::Unauthorised(_) => "模型服務的金鑰失效，請通知系統管理人員；稿件未變更",
        ModelFault::Refused(_) => "模型服務未能處理這份稿件，稿件未變更",
        ModelFault::TooLong => "模型的回覆過長，未予採用；稿件未變更",
        ModelFault::Malformed => "模型的回覆不符格式，未予採用；稿件未變更",
    }
}

fn unusable(fault: AnswerFault) -> &'static str {
    match fault {
        AnswerFault::Same => "模型未提出任何修改",
        AnswerFault::Missing => "模型的回覆缺少標題、導言或說明，未予採用；稿件未變更",
        AnswerFault::TooLong => "模型的回覆過長，未予採用；稿件未變更",
    }
}

/// The text in a model's answer: a JSON object, with or without words around it. What it leaves out stays as it is in
/// `base`; a key that no draft has is no text, whatever it promises.
fn read(answer: &str, base: &Clarification) -> Option<Clarification> {
    let (start, end) = (answer.find('{')?, answer.rfind('}')?);
    let mut said: Value = serde_json::from_str(answer.get(start..=end)?).ok()?;
    let kept = serde_json::to_value(ClarificationJson::from(base)).ok()?;
    let parts = said.as_object_mut()?;
    for (key, value) in kept.as_object()? {
        parts.entry(key.clone()).or_insert_with(|| value.clone());
    }
    serde_json::from_value::<ClarificationJson>(said).ok().map(Clarification::from)
}

impl Desk {
    /// Asks the model to improve the latest revision; the key of its proposal.
    async fn ask_model(&self, member: &Member, id: &str) -> Result<String, Undone> {
        let Some(model) = self.console.model.clone() else {
            return Err(Undone::Wrong("本系統未啟用模型試改"));
        };
        let dossier = self.dossier(id).await?;
        self.may_write(&dossier.case, &member.account)?;
        let draft = dossier.draft().ok_or(Undone::Wrong("尚無稿件可供試改"))?;
        let (base, text) = (draft.revision, draft.text.clone());
        let timer = self.console.metrics.casework.rewrite_duration_seconds.start_timer();
        let asked = self.asked(&model, &dossier, &text).await;
        timer.observe_duration();
        let (actor, now) = (member.visitor.actor(), self.console.clock.now());
        let (result, words) = match asked {
            Ok(text) => {
                self.rewrite_ended("proposed");
                let by = (member.account.name.clone(), actor);
                return Ok(self.console.store.propose((id, base), (model.name(), text), by, now).await?);
            }
            Err(refused) => refused,
        };
        self.rewrite_ended(result);
        let detail = json!({ "result": result, "model": model.name(), "base": base }).to_string();
        self.console.store.note_on_case(id, (Action::ModelAsked, detail), actor, now).await?;
        Err(Undone::Wrong(words))
    }

    fn rewrite_ended(&self, result: &str) {
        self.console.metrics.casework.rewrite_requests_total.with_label_values(&[result]).inc();
    }

    /// What the model makes of a text; else the name of why not, and that in words.
    async fn asked(
        &self,
        model: &Model,
        dossier: &Dossier,
        text: &Clarification,
    ) -> Result<Clarification, (&'static str, &'static str)> {
        let material = self.material(dossier).await.map_err(|error| {
            tracing::error!(%error, "what a model is to be sent cannot be read");
            ("unread", "無法讀取案件資料，稿件未變更")
        })?;
        // The contacts are printed as they are configured: no model needs to know whom the press may call.
        let sent = ClarificationJson { contacts: String::new(), ..ClarificationJson::from(text) };
        let prompt = rewrite::prompt(&self.console.city.drafting.rewrite, &json!(sent).to_string(), &material);
        let answer = model.ask(&prompt.rules, &prompt.task, self.console.clock.now()).await.map_err(|fault| {
            tracing::warn!(result = fault.name(), why = fault.why(), "the model did not help");
            (fault.name(), sentence(&fault))
        })?;
        let fault = ModelFault::Malformed;
        let answer = read(&answer, text).ok_or((fault.name(), sentence(&fault)))?;
        rewrite::proposed(text, answer, (field::LONGEST_PART, field::LONGEST_TEXT))
            .map_err(|fault| (fault.name(), unusable(fault)))
    }

    /// What is sent along: the reports of the case without personal data, and the statements that stand against them.
    async fn material(&self, dossier: &Dossier) -> Result<Material, crate::store::StoreError> {
        let mut material = Material::default();
        for report in &dossier.reports {
            let marks = self.console.store.marks_of(&report.article_id, report.revision).await?;
            let hidden = |text: &str, field| {
                let pieces = pieces::whole(text, &self.masks(&marks, field));
                pieces.into_iter().map(|piece| piece.text).collect::<String>()
            };
            let (title, text) = (hidden(&report.title, Field::Title), hidden(&report.text, Field::Text));
            material.reports.push(format!("{}：{title}\n{text}", report.outlet));
        }
        let sources = dossier.sources();
        let statements = sources.iter().filter(|it| it.kind == SourceTextKind::Statement);
        material.statements.extend(statements.map(|it| format!("{}：{}\n{}", it.publisher, it.title, it.text)));
        Ok(material)
    }

    async fn decide(&self, member: &Member, id: &str, proposal: &str, takes: bool) -> Result<Option<u32>, Undone> {
        let case = self.console.store.case(id).await?.ok_or(Undone::Missing)?;
        self.may_write(&case, &member.account)?;
        let by = (member.account.name.clone(), member.visitor.actor());
        let now = self.console.clock.now();
        match self.console.store.decide_proposal((id, proposal), takes, by, now).await? {
            Decided::Kept(Kept::New(revision) | Kept::Same(revision)) => Ok(Some(revision)),
            Decided::Kept(Kept::Behind(_)) => Err(Undone::Wrong("稿件已有新版，這項建議已不適用，請重新試改")),
            Decided::Dropped => Ok(None),
            Decided::Gone => Err(Undone::Stale),
        }
    }

    /// The proposals that nobody decided on, as the page shows them.
    pub(super) async fn proposal_rows(
        &self,
        dossier: &Dossier,
        now: DateTime<Utc>,
    ) -> Result<Vec<ProposalRow>, crate::store::StoreError> {
        let found = self.console.store.proposals(&dossier.case.id).await?;
        let open = found.into_iter().filter(|it| it.taken.is_none()).take(MOST);
        Ok(open.map(|it| self.proposal_row(dossier, &it, now)).collect())
    }

    fn proposal_row(&self, dossier: &Dossier, it: &Proposal, now: DateTime<Utc>) -> ProposalRow {
        let base = dossier.drafts.iter().find(|draft| draft.revision == it.base);
        let base = base.map(|draft| draft.text.clone()).unwrap_or_default();
        let changes = draft::difference(&base, &it.text).into_iter();
        ProposalRow {
            id: it.id.clone(),
            model: it.model.clone(),
            asked_by: it.asked_by.to_string(),
            clock: moment::clock(it.at, now),
            iso: moment::iso(it.at),
            changes: changes.map(|(part, was, is)| (part.words(), was.to_owned(), is.to_owned())).collect(),
            faults: self.examined(dossier, (&it.text, &[]), now).faults.iter().map(ToString::to_string).collect(),
            is_behind: dossier.draft().is_some_and(|draft| draft.revision != it.base),
        }
    }

    /// The model that this person may ask to improve a draft.
    pub(super) fn offered_model(&self, dossier: &Dossier, account: Option<&Account>) -> Option<String> {
        let model = self.console.model.as_ref()?;
        let may = account.is_some_and(|account| self.may_write(&dossier.case, account).is_ok());
        (may && dossier.draft().is_some()).then(|| model.name().to_owned())
    }
}

/// Asks the model.
pub(in crate::web) async fn ask(State(desk): State<Shared>, member: Member, Path(id): Path<String>) -> Response {
    match desk.ask_model(&member, &id).await {
        Ok(_) => Desk::go(&format!("{}#proposals", super::address(&id)), None),
        Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
    }
}

/// Takes a proposal over, or drops it.
pub(in crate::web) async fn decide(
    State(desk): State<Shared>,
    member: Member,
    Path((id, proposal)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let takes = Form::read(&body).typed("decision") == "take";
    match desk.decide(&member, &id, &proposal, takes).await {
        Ok(Some(revision)) => Desk::go(&format!("{}?kept={revision}", super::address(&id)), None),
        Ok(None) => Desk::go(&format!("{}?done=1", super::address(&id)), None),
        Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
    }
}

/// All proposals of a case, for programs.
pub(in crate::web) async fn list(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let now = desk.console.clock.now();
    let found = async { Ok((desk.dossier(&id).await?, desk.console.store.proposals(&id).await?)) };
    let (dossier, found) = match found.await {
        Ok(found) => found,
        Err(undone) => return desk.refusal(&visitor, undone),
    };
    let shape = |it: &Proposal| {
        let faults = desk.examined(&dossier, (&it.text, &[]), now).faults;
        json!({
            "id": it.id, "base": it.base, "author": { "model": it.model }, "reviewed": false,
            "notice": NOTICE, "text": ClarificationJson::from(&it.text), "hash": it.hash,
            "asked_by": it.asked_by.as_str(), "at": wire::time(it.at), "taken": it.taken,
            "faults": shapes::faults(&faults),
        })
    };
    api::answer(&json!({ "proposals": found.iter().map(shape).collect::<Vec<_>>() }))
}

/// Asks the model, for programs.
pub(in crate::web) async fn ask_by_key(State(desk): State<Shared>, member: Member, Path(id): Path<String>) -> Response {
    match desk.ask_model(&member, &id).await {
        Ok(proposal) => {
            (StatusCode::CREATED, api::answer(&json!({ "id": proposal, "notice": NOTICE }))).into_response()
        }
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// Takes a proposal over or drops it, for programs: `{"decision": "take"}` or `{"decision": "drop"}`.
pub(in crate::web) async fn decide_by_key(
    State(desk): State<Shared>,
    member: Member,
    Path((id, proposal)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
    let takes = match sent.get("decision").and_then(Value::as_str) {
        Some("take") => true,
        Some("drop") => false,
        _ => {
            let detail = "decision 須為 take 或 drop。";
            return api::problem(StatusCode::BAD_REQUEST, "無法判讀的決定", detail, &[]);
        }
    };
    match desk.decide(&member, &id, &proposal, takes).await {
        Ok(revision) => api::answer(&json!({ "taken": takes, "revision": revision })),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// What every proposal is marked with.
pub(in crate::web) const NOTICE: &str = "模型建議，未經核閱";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_words_around_it_and_keeps_what_it_leaves_out() {
        let base = Clarification { title: "舊".into(), measures: "持續辦理".into(), ..Clarification::default() };
        let text = read("好的：\n```json\n{\"title\": \"新\"}\n```\n以上。", &base).unwrap();
        assert_eq!((text.title.as_str(), text.measures.as_str()), ("新", "持續辦理"));
    }

    #[test]
    fn what_is_no_text_of_a_draft_is_not_read() {
        let base = Clarification::default();
        for answer in [
            "",
            "我無法協助。",
            "{\"title\": ",
            "[\"title\"]",
            "} {",
            "{\"title\": \"新\", \"approve\": true}",
            "{\"title\": {\"a\": 1}}",
            "{\"facts\": \"不是清單\"}",
        ] {
            assert_eq!(read(answer, &base), None, "{answer}");
        }
    }
}
