//! Where the draft says otherwise than the city said before: both clauses side by side, and the word of a person who knows
//! of it. Without that word the text does not go out; with it it does, since the city may have put itself right.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use ulid::Ulid;

use super::address;
use crate::{
    casefile,
    domain::{Account, CaseState, Clarification, Disagreement, Explained, Role, SourceText, Span, roc_date, taipei},
    store::{Dossier, PublishedRow},
    web::{
        Desk,
        access::Member,
        casework::{
            act::{LONGEST_REASON, Undone},
            api::{answer, read},
        },
        fault::{Fault, Shared},
        form::Form,
        moment,
        pieces::{self, Look, Paint, Piece},
        visitor::Visitor,
    },
    workflow::casework::Refusal,
};

/// A disagreement with what it disagrees with, and with the word of who knows of it.
#[derive(Debug, Clone)]
pub(in crate::web) struct Held {
    pub it: Disagreement,
    pub source: SourceText,
    pub explained: Option<Explained>,
}

/// The same as the page shows it.
#[derive(Debug, Clone)]
pub(in crate::web) struct HeldRow {
    pub key: String,
    pub part: String,
    pub why: String,
    pub ours: Vec<Piece>,
    pub theirs: Vec<Piece>,
    /// Who said the earlier, when, and where it can be read.
    pub publisher: String,
    pub day: Option<String>,
    pub address: String,
    pub explained: Option<ExplainedRow>,
}

/// The word of a person.
#[derive(Debug, Clone)]
pub(in crate::web) struct ExplainedRow {
    pub id: String,
    pub note: String,
    pub by: String,
    pub clock: String,
    pub iso: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExplainedIn {
    /// The key of the disagreement, as the gate tells it.
    key: String,
    note: String,
}

impl Held {
    /// Of which nobody said yet that they know.
    pub fn open(held: &[Self]) -> Vec<Disagreement> {
        held.iter().filter(|it| it.explained.is_none()).map(|it| it.it.clone()).collect()
    }

    pub(super) fn row(&self, desk: &Desk, now: DateTime<Utc>) -> HeldRow {
        let marked = |text: &str, part: Span| {
            let whole = Span::new(0, text.len());
            pieces::cut(text, whole, &[Paint { span: part, look: Look::Doubted("不一致") }])
        };
        HeldRow {
            key: self.it.key(),
            part: self.it.part.words(),
            why: self.it.why.clone(),
            ours: marked(&self.it.words, self.it.differs),
            theirs: marked(&self.it.earlier, self.it.earlier_differs),
            publisher: desk.names.agency(&self.source.publisher).to_owned(),
            day: self.source.published.map(|at| roc_date(taipei(at).date_naive())),
            address: match casefile::release_of(&self.source) {
                Some(slug) => format!("/clarifications/{slug}"),
                None => super::field::source_address(&self.source),
            },
            explained: self.explained.as_ref().map(|it| ExplainedRow {
                id: it.id.clone(),
                note: it.note.clone(),
                by: it.by.to_string(),
                clock: moment::clock(it.at, now),
                iso: moment::iso(it.at),
            }),
        }
    }

    pub(in crate::web) fn json(&self) -> Value {
        let it = &self.it;
        json!({
            "key": it.key(), "part": super::super::json::part(it.part), "why": it.why,
            "draft": { "text": it.words, "part": it.differs.of(&it.words) },
            "earlier": {
                "text": it.earlier, "part": it.earlier_differs.of(&it.earlier), "agency": self.source.publisher,
                "release": casefile::release_of(&self.source), "published_at": self.source.published.map(crate::wire::time),
            },
            "explained": self.explained.as_ref().map(|it| {
                json!({ "id": it.id, "note": it.note, "by": it.by.as_str(), "at": crate::wire::time(it.at) })
            }),
        })
    }
}

impl Desk {
    /// Holds a text of a case against what the city said before on the matter.
    pub(in crate::web) async fn held(
        &self,
        dossier: &Dossier,
        (text, releases): (&Clarification, &[PublishedRow]),
    ) -> Result<Vec<Held>, Undone> {
        let earlier = casefile::earlier_texts(dossier, releases);
        let explained = self.console.store.explained(&dossier.case.id).await?;
        let (compare, now) = (Arc::clone(&self.console.disagreeing), self.console.clock.now());
        let (draft, texts) = (text.clone(), earlier.clone());
        let comparing = tokio::task::spawn_blocking(move || compare(&draft, &texts, now));
        let found = comparing.await.map_err(|error| Undone::Broken(error.to_string()))?;
        let held = found.into_iter().filter_map(|it| {
            let source = earlier.iter().find(|source| it.source == format!("{}@{}", source.id, source.revision))?;
            let explained = explained.iter().find(|known| known.covers(&it)).cloned();
            Some(Held { it, source: source.clone(), explained })
        });
        Ok(held.collect())
    }

    /// The same of the latest revision as it is kept.
    pub(in crate::web) async fn held_of(&self, dossier: &Dossier, text: &Clarification) -> Result<Vec<Held>, Undone> {
        let releases = casefile::earlier_releases(&self.console.store, dossier).await?;
        self.held(dossier, (text, &releases)).await
    }

    /// Keeps that somebody knows of a disagreement of the draft and says why it is right.
    async fn know(&self, member: &Member, id: &str, (key, note): (&str, &str)) -> Result<String, Undone> {
        let dossier = self.dossier(id).await?;
        may_know(&dossier, &member.account)?;
        let note: String = note.chars().filter(|c| !c.is_control()).collect();
        let note = note.trim();
        if note.is_empty() {
            return Err(Undone::Wrong("請說明為何與先前說法不同"));
        }
        if note.chars().count() > LONGEST_REASON {
            return Err(Undone::Wrong("說明過長（上限 500 字）"));
        }
        let draft = dossier.draft().ok_or(Undone::Missing)?;
        let held = self.held_of(&dossier, &draft.text).await?;
        let found = held.into_iter().find(|held| held.it.key() == key);
        let found = found.ok_or(Undone::Wrong("稿件或先前說法已有變動，請重新開啟稿件頁再說明"))?;
        if found.explained.is_some() {
            return Err(Undone::Wrong("這一處已有人說明"));
        }
        let (ulid, by) = (Ulid::generate().to_string(), member.account.name.clone());
        let Disagreement { words, source, earlier, .. } = found.it;
        let at = self.console.clock.now();
        let explained = Explained { id: ulid.clone(), words, source, earlier, note: note.to_owned(), by, at };
        self.console.store.explain(id, explained, member.visitor.actor()).await?;
        Ok(ulid)
    }
}

/// Whether somebody may answer for a disagreement: who works on the case, up to its publication. A contact only for the
/// own agency.
fn may_know(dossier: &Dossier, account: &Account) -> Result<(), Undone> {
    let stage = &dossier.case.stage;
    if !matches!(stage.state(), CaseState::Drafting | CaseState::Reviewing) {
        return Err(Undone::Refused(Refusal::NotFromHere));
    }
    let own = stage.assignment().is_some_and(|it| account.duties.agency() == Some(it.agency.as_str()));
    let for_all = account.duties.include_any(&[Role::DutyOfficer, Role::Spokesperson, Role::Approver]);
    if for_all || (own && account.duties.include_any(&[Role::AgencyContact])) {
        Ok(())
    } else {
        Err(Undone::Refused(Refusal::OtherAgency))
    }
}

/// Whether the page offers it.
pub(super) fn offers(dossier: &Dossier, visitor: &Visitor) -> bool {
    visitor.account().is_some_and(|account| may_know(dossier, account).is_ok())
}

/// Says that somebody knows.
pub(in crate::web) async fn explain(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    match desk.know(&member, &id, (form.typed("key"), form.typed("note"))).await {
        Ok(_) => Desk::go(&format!("{}?done=1#consistency", address(&id)), None),
        Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
    }
}

/// The same for programs.
pub(in crate::web) async fn explain_json(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: ExplainedIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    match desk.know(&member, &id, (&sent.key, &sent.note)).await {
        Ok(key) => answer(&json!({ "id": key })),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// Takes it back.
pub(in crate::web) async fn withdraw(
    State(desk): State<Shared>,
    member: Member,
    Path((id, explained)): Path<(String, String)>,
) -> Response {
    let withdrawn = async {
        let dossier = desk.dossier(&id).await?;
        may_know(&dossier, &member.account)?;
        let (actor, now) = (member.visitor.actor(), desk.console.clock.now());
        let done = desk.console.store.withdraw_explained((&id, &explained), actor, now).await?;
        if done { Ok(()) } else { Err(Undone::Stale) }
    };
    match withdrawn.await {
        Ok(()) => Desk::go(&format!("{}?done=1#consistency", address(&id)), None),
        Err(Undone::Missing) => desk.apology(&member.visitor, &Fault::Missing),
        Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
    }
}
