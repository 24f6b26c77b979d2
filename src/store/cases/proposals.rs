//! What a language model proposed for drafts. A proposal is no revision: it becomes one of the person who takes it over.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::any::AnyRow;
use ulid::Ulid;

use super::{
    super::{Store, StoreError, audit, rows},
    drafts::{self, Kept},
    rows::user,
};
use crate::domain::{Action, Actor, Clarification, Event, UserName};

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its key.
    pub id: String,
    /// The revision it was made from.
    pub base: u32,
    /// The model, by its name.
    pub model: String,
    /// What it says.
    pub text: Clarification,
    /// The hash of that.
    pub hash: String,
    /// Who asked for it.
    pub asked_by: UserName,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether it was taken over; none before somebody decided.
    pub taken: Option<bool>,
}

/// What became of a decision on a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// There is no such proposal, or somebody decided on it before.
    Gone,
    /// It is not used.
    Dropped,
    /// It was taken over, if nobody kept a later revision meanwhile.
    Kept(Kept),
}

impl Store {
    /// Keeps what a model proposed for the revision numbered `base`; its key.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn propose(
        &self,
        (case_id, base): (&str, u32),
        (model, text): (&str, Clarification),
        (by, actor): (UserName, Actor),
        at: DateTime<Utc>,
    ) -> Result<String, StoreError> {
        let (case_id, model, id) = (case_id.to_owned(), model.to_owned(), Ulid::generate().to_string());
        let key = id.clone();
        self.audited(
            "propose",
            Box::new(move |connection| {
                Box::pin(async move {
                    let hash = text.hash();
                    sqlx::query(
                        "INSERT INTO draft_proposals (id, case_id, base, model, text, hash, asked_by, at) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(id.clone())
                    .bind(case_id.clone())
                    .bind(i64::from(base))
                    .bind(model.clone())
                    .bind(drafts::written(&text))
                    .bind(hash.clone())
                    .bind(by.to_string())
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = json!({
                        "result": "proposed", "model": model, "base": base, "proposal": id, "hash": hash,
                    });
                    let (action, detail) = (Action::ModelAsked, detail.to_string());
                    audit::append(connection, Event { at, actor, action, subject: case_id, detail }).await
                })
            }),
        )
        .await?;
        Ok(key)
    }

    /// The proposals for a case's draft, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn proposals(&self, case_id: &str) -> Result<Vec<Proposal>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM draft_proposals WHERE case_id = $1 ORDER BY id DESC")
                .bind(case_id.to_owned())
                .fetch_all(&self.read)
                .await?;
            found.iter().map(proposal).collect()
        };
        self.timed("proposals", work).await
    }

    /// Takes a proposal over as a revision of this person's, or drops it.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn decide_proposal(
        &self,
        (case_id, id): (&str, &str),
        takes: bool,
        (by, actor): (UserName, Actor),
        at: DateTime<Utc>,
    ) -> Result<Decided, StoreError> {
        let (case_id, id) = (case_id.to_owned(), id.to_owned());
        self.audited(
            "decide_proposal",
            Box::new(move |connection| {
                Box::pin(async move {
                    let found =
                        sqlx::query("SELECT * FROM draft_proposals WHERE id = $1 AND case_id = $2 AND outcome IS NULL")
                            .bind(id.clone())
                            .bind(case_id.clone())
                            .fetch_optional(&mut *connection)
                            .await?;
                    let Some(row) = found else { return Ok(Decided::Gone) };
                    let it = proposal(&row)?;
                    let (decided, action, detail) = if takes {
                        let latest = drafts::latest(connection, &case_id).await?.map_or(0, |draft| draft.revision);
                        if latest != it.base {
                            return Ok(Decided::Kept(Kept::Behind(latest)));
                        }
                        let revision = drafts::insert(connection, &case_id, &it.text, Some(&by), at).await?;
                        let detail = json!({
                            "proposal": id, "model": it.model, "revision": revision, "hash": it.hash,
                        });
                        (Decided::Kept(Kept::New(revision)), Action::DraftKept, detail)
                    } else {
                        (Decided::Dropped, Action::ProposalDropped, json!({ "proposal": id, "model": it.model }))
                    };
                    sqlx::query(
                        "UPDATE draft_proposals SET outcome = $2, settled_by = $3, settled_at = $4 WHERE id = $1",
                    )
                    .bind(id)
                    .bind(if takes { TAKEN } else { "dropped" })
                    .bind(by.to_string())
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = detail.to_string();
                    audit::append(connection, Event { at, actor, action, subject: case_id, detail }).await?;
                    Ok(decided)
                })
            }),
        )
        .await
    }
}

/// What stands in the database for a proposal that was taken over.
const TAKEN: &str = "taken";

fn proposal(row: &AnyRow) -> Result<Proposal, StoreError> {
    Ok(Proposal {
        id: rows::text(row, "id")?,
        base: u32::try_from(rows::integer(row, "base")?).unwrap_or(u32::MAX),
        model: rows::text(row, "model")?,
        text: drafts::read("draft_proposals.text", rows::text(row, "text")?)?,
        hash: rows::text(row, "hash")?,
        asked_by: user(rows::text(row, "asked_by")?, "draft_proposals.asked_by")?,
        at: rows::time(row, "at")?,
        taken: rows::optional(row, "outcome")?.map(|outcome| outcome == TAKEN),
    })
}
