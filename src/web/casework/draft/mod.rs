//! 稿件: the form in which a clarification is written, with what the gate says of every part and what it is written from.
//! No word that somebody typed is lost: what cannot be kept stays in the form, and what was not kept yet comes back.

pub(in crate::web) mod consistency;
pub(in crate::web) mod evidence;
pub(in crate::web) mod field;
pub(in crate::web) mod page;
pub(in crate::web) mod proposal;
pub(in crate::web) mod review;
pub(in crate::web) mod revision;

use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use url::form_urlencoded;

pub(in crate::web) use consistency::Held;
use page::{Look, Notice};

use super::act::Undone;
use crate::{
    domain::Clarification,
    store::Kept,
    web::{
        Desk,
        access::Member,
        fault::{Fault, Shared},
        form::Form,
        visitor::Visitor,
    },
};

impl Notice {
    fn done(words: String, keeps: bool) -> Self {
        Self { is_refusal: false, keeps, words, points: Vec::new() }
    }

    fn refusal(words: &str, points: Vec<String>) -> Self {
        Self { is_refusal: true, keeps: false, words: words.to_owned(), points }
    }
}

impl Undone {
    /// Why, for the person who asked; what failed on our side has a page of its own.
    pub(in crate::web) fn told(self) -> Result<(StatusCode, Notice), Fault> {
        match self {
            Self::Missing => Err(Fault::Missing),
            Self::Store(error) => Err(Fault::Store(error)),
            Self::Broken(what) => Err(Fault::Panic(what)),
            Self::Stale => {
                let words = "案件已由他人變更，未執行。請重新檢視目前內容後再操作。";
                Ok((StatusCode::CONFLICT, Notice::refusal(words, Vec::new())))
            }
            Self::Refused(refusal) => {
                Ok((StatusCode::CONFLICT, Notice::refusal(&format!("未執行：{refusal}。"), Vec::new())))
            }
            Self::Gate(faults) => {
                let points = faults.iter().map(ToString::to_string).collect();
                let words = "未發布：稿件未通過發布前檢核，請退回補正。";
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Notice::refusal(words, points)))
            }
            Self::Unfit(words) => {
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Notice::refusal(&format!("未執行：{words}。"), Vec::new())))
            }
            Self::Wrong(words) => {
                Ok((StatusCode::UNPROCESSABLE_ENTITY, Notice::refusal(&format!("未執行：{words}。"), Vec::new())))
            }
        }
    }
}

impl Desk {
    /// The page of a draft, or why there is none.
    pub(in crate::web) async fn draft_answer(&self, visitor: &Visitor, id: &str, look: Look) -> Response {
        match self.draft_page(visitor.clone(), id, look).await {
            Ok(page) => self.answer(visitor, Ok(page)),
            Err(undone) => match undone.told() {
                Ok((status, _)) => (status, self.apology(visitor, &Fault::Changed)).into_response(),
                Err(fault) => self.apology(visitor, &fault),
            },
        }
    }

    /// The page again with why something was not done, and with what was typed.
    pub(in crate::web) async fn draft_refusal(
        &self,
        visitor: &Visitor,
        id: &str,
        undone: Undone,
        typed: Option<(u32, Clarification)>,
    ) -> Response {
        match undone.told() {
            Ok((status, notice)) => {
                let look = Look { typed, notices: vec![notice] };
                (status, self.draft_answer(visitor, id, look).await).into_response()
            }
            Err(fault) => self.apology(visitor, &fault),
        }
    }
}

/// Where the draft of a case is.
pub(in crate::web) fn address(id: &str) -> String {
    format!("/cases/{id}/draft")
}

/// The draft.
pub(in crate::web) async fn page(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let notices = form_urlencoded::parse(query.as_bytes()).find_map(|(key, value)| match key.as_ref() {
        "kept" => value.parse::<u32>().ok().map(|revision| Notice::done(format!("已儲存為第 {revision} 版。"), true)),
        "same" => Some(Notice::done("內容與最新版相同，未另存新版。".to_owned(), true)),
        "done" => Some(Notice::done("已完成。".to_owned(), false)),
        _ => None,
    });
    let notices = notices.into_iter().collect();
    desk.draft_answer(&visitor, &id, Look { typed: None, notices }).await
}

/// Keeps a revision.
pub(in crate::web) async fn keep(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let base = form.typed("base").parse().unwrap_or(0);
    let text = field::typed(&form);
    let visitor = member.visitor.clone();
    if let Some(wrong) = too_long(&text) {
        return desk.draft_refusal(&visitor, &id, Undone::Wrong(wrong), Some((base, text))).await;
    }
    match desk.keep_draft(&member, &id, base, text.clone()).await {
        Ok(Kept::New(revision)) => Desk::go(&format!("{}?kept={revision}", address(&id)), None),
        Ok(Kept::Same(_)) => Desk::go(&format!("{}?same=1", address(&id)), None),
        Ok(Kept::Behind(_)) => {
            if let Err(error) = desk.note(&member, &id, base, &text).await {
                return desk.apology(&visitor, &Fault::Store(error));
            }
            let words = "尚未儲存：您編輯期間已有他人儲存新版。您輸入的內容仍在下方表單，請對照後再儲存。";
            let look = Look { typed: Some((base, text)), notices: vec![Notice::refusal(words, Vec::new())] };
            (StatusCode::CONFLICT, desk.draft_answer(&visitor, &id, look).await).into_response()
        }
        Err(undone @ Undone::Refused(_)) => {
            // Somebody submitted it meanwhile: what was typed comes back when it is returned.
            if let Err(error) = desk.note(&member, &id, base, &text).await {
                return desk.apology(&visitor, &Fault::Store(error));
            }
            desk.draft_refusal(&visitor, &id, undone, Some((base, text))).await
        }
        Err(undone) => desk.draft_refusal(&visitor, &id, undone, Some((base, text))).await,
    }
}

/// Keeps what somebody typed so far, without making a revision of it; or drops it.
pub(in crate::web) async fn note(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    if form.has("discard") {
        return match desk.console.store.forget_draft_note(&id, &member.account.name).await {
            Ok(()) => Desk::go(&address(&id), None),
            Err(error) => desk.apology(&member.visitor, &Fault::Store(error)),
        };
    }
    let text = field::typed(&form);
    let noted = async {
        let case = desk.console.store.case(&id).await?.ok_or(Undone::Missing)?;
        desk.may_write(&case, &member.account)?;
        match too_long(&text) {
            Some(wrong) => Err(Undone::Wrong(wrong)),
            None => Ok(desk.note(&member, &id, form.typed("base").parse().unwrap_or(0), &text).await?),
        }
    };
    match noted.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(undone) => match undone.told() {
            Ok((status, _)) => status.into_response(),
            Err(fault) => desk.apology(&member.visitor, &fault),
        },
    }
}

/// Signs for words of the draft.
pub(in crate::web) async fn sign(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let signed = (form.line("phrase").unwrap_or_default(), form.line("basis").unwrap_or_default());
    match desk.sign(&member, &id, signed).await {
        Ok(_) => Desk::go(&format!("{}?done=1#bases", address(&id)), None),
        Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
    }
}

/// Takes a signature back.
pub(in crate::web) async fn withdraw(
    State(desk): State<Shared>,
    member: Member,
    Path((id, basis)): Path<(String, String)>,
) -> Response {
    let withdrawn = async {
        let case = desk.console.store.case(&id).await?.ok_or(Undone::Missing)?;
        desk.may_write(&case, &member.account)?;
        let (actor, now) = (member.visitor.actor(), desk.console.clock.now());
        if desk.console.store.withdraw_basis(&id, &basis, actor, now).await? { Ok(()) } else { Err(Undone::Stale) }
    };
    match withdrawn.await {
        Ok(()) => Desk::go(&format!("{}?done=1#bases", address(&id)), None),
        Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
    }
}

impl Desk {
    async fn note(
        &self,
        member: &Member,
        id: &str,
        base: u32,
        text: &Clarification,
    ) -> Result<(), crate::store::StoreError> {
        let now = self.console.clock.now();
        self.console.store.note_draft((id, base), text, &member.account.name, now).await
    }
}

fn too_long(text: &Clarification) -> Option<&'static str> {
    let part = text.parts().iter().any(|(_, words)| words.chars().count() > field::LONGEST_PART);
    match (part, field::length(text) > field::LONGEST_TEXT) {
        (true, _) => Some("單一欄位過長（上限 4,000 字）"),
        (false, true) => Some("稿件過長（上限 20,000 字）"),
        (false, false) => None,
    }
}
