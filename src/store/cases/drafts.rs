//! Drafts revision by revision, what people typed and did not keep yet, and what they signed for.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{AnyConnection, any::AnyRow};

use super::{
    super::{Store, StoreError, audit, rows},
    rows::user,
};
use crate::domain::{Action, Actor, Basis, Clarification, Draft, Event, UserName};

/// What became of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is this revision now.
    New(u32),
    /// It says what the latest one says.
    Same(u32),
    /// Somebody else kept a later revision than the one it was written from: the latest one's number.
    Behind(u32),
}

/// What somebody typed and did not keep yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftNote {
    /// The revision it was written from.
    pub base: u32,
    /// What it says.
    pub text: Clarification,
    /// When.
    pub at: DateTime<Utc>,
}

/// A basis with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptBasis {
    /// Its key.
    pub id: String,
    /// What was signed.
    pub basis: Basis,
}

impl Store {
    /// Keeps a revision that was written from the one numbered `base`. What its writer had typed before goes away.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_draft(
        &self,
        (case_id, base): (&str, u32),
        text: Clarification,
        (by, actor): (UserName, Actor),
        at: DateTime<Utc>,
    ) -> Result<Kept, StoreError> {
        let case_id = case_id.to_owned();
        self.audited(
            "keep_draft",
            Box::new(move |connection| {
                Box::pin(async move {
                    let latest = latest(connection, &case_id).await?;
                    let number = latest.as_ref().map_or(0, |draft| draft.revision);
                    if number != base {
                        return Ok(Kept::Behind(number));
                    }
                    forget_note(connection, &case_id, &by).await?;
                    let hash = text.hash();
                    if latest.is_some_and(|draft| draft.hash == hash) {
                        return Ok(Kept::Same(number));
                    }
                    let revision = insert(connection, &case_id, &text, Some(&by), at).await?;
                    let detail = json!({ "revision": revision, "hash": hash }).to_string();
                    let event = Event { at, actor, action: Action::DraftKept, subject: case_id, detail };
                    audit::append(connection, event).await?;
                    Ok(Kept::New(revision))
                })
            }),
        )
        .await
    }

    /// Keeps what somebody typed, without making a revision of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_draft(
        &self,
        (case_id, base): (&str, u32),
        text: &Clarification,
        by: &UserName,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (case_id, text, by) = (case_id.to_owned(), written(text), by.to_string());
        self.write(
            "note_draft",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO draft_notes (case_id, user_name, base, text, at) VALUES ($1, $2, $3, $4, $5) \
                         ON CONFLICT (case_id, user_name) DO UPDATE SET base = excluded.base, text = excluded.text, \
                         at = excluded.at",
                    )
                    .bind(case_id)
                    .bind(by)
                    .bind(i64::from(base))
                    .bind(text)
                    .bind(rows::micros(at))
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Drops what somebody typed and did not keep.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn forget_draft_note(&self, case_id: &str, by: &UserName) -> Result<(), StoreError> {
        let (case_id, by) = (case_id.to_owned(), by.clone());
        self.write(
            "forget_draft_note",
            Box::new(move |connection| Box::pin(async move { forget_note(connection, &case_id, &by).await })),
        )
        .await
    }

    /// What somebody typed and did not keep yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn draft_note(&self, case_id: &str, by: &UserName) -> Result<Option<DraftNote>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT base, text, at FROM draft_notes WHERE case_id = $1 AND user_name = $2")
                .bind(case_id.to_owned())
                .bind(by.to_string())
                .fetch_optional(&self.read)
                .await?;
            let Some(row) = found else { return Ok(None) };
            Ok(Some(DraftNote {
                base: u32::try_from(rows::integer(&row, "base")?).unwrap_or(u32::MAX),
                text: read("draft_notes.text", rows::text(&row, "text")?)?,
                at: rows::time(&row, "at")?,
            }))
        };
        self.timed("draft_note", work).await
    }

    /// Cases that wait for an answer and have no draft, the earliest first. Complaints are replied to without one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn undrafted_cases(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT c.id FROM cases c WHERE c.level <> 'C' \
                 AND c.state IN ('to_verify', 'assigned', 'verifying', 'drafting') \
                 AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.case_id = c.id) ORDER BY c.number LIMIT $1",
            )
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(|row| rows::text(row, "id")).collect()
        };
        self.timed("undrafted_cases", work).await
    }

    /// Lays a first draft before people, unless there is one, or the case is no longer at the version that the draft was
    /// written for: given to an agency meanwhile, it would speak for another body. It is laid for the new one then.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn lay_draft(
        &self,
        (case_id, version): (&str, i64),
        text: Clarification,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (case_id, dialect) = (case_id.to_owned(), self.dialect);
        self.audited(
            "lay_draft",
            Box::new(move |connection| {
                Box::pin(async move {
                    let seen: Option<i64> = sqlx::query_scalar(dialect.case_version())
                        .bind(case_id.clone())
                        .fetch_optional(&mut *connection)
                        .await?;
                    if seen == Some(version) && latest(connection, &case_id).await?.is_none() {
                        let revision = insert(connection, &case_id, &text, None, at).await?;
                        let detail = json!({ "revision": revision, "hash": text.hash() }).to_string();
                        let (actor, action) = (Actor::daemon(), Action::DraftKept);
                        audit::append(connection, Event { at, actor, action, subject: case_id, detail }).await?;
                    }
                    Ok(())
                })
            }),
        )
        .await
    }

    /// All revisions of a case's draft, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn drafts(&self, case_id: &str) -> Result<Vec<Draft>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM drafts WHERE case_id = $1 ORDER BY revision DESC")
                .bind(case_id.to_owned())
                .fetch_all(&self.read)
                .await?;
            found.iter().map(draft).collect()
        };
        self.timed("drafts", work).await
    }

    /// The latest revision of a case's draft.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn latest_draft(&self, case_id: &str) -> Result<Option<Draft>, StoreError> {
        let work = async {
            let mut connection = self.read.acquire().await?;
            latest(&mut connection, case_id).await
        };
        self.timed("latest_draft", work).await
    }

    /// Signs for words of a draft.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn sign_basis(&self, case_id: &str, kept: KeptBasis, actor: Actor) -> Result<(), StoreError> {
        let case_id = case_id.to_owned();
        self.audited(
            "sign_basis",
            Box::new(move |connection| {
                Box::pin(async move {
                    let KeptBasis { id, basis } = kept;
                    sqlx::query(
                        "INSERT INTO bases (id, case_id, phrase, basis, by_user, at) VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(id.clone())
                    .bind(case_id.clone())
                    .bind(basis.phrase.clone())
                    .bind(basis.basis.clone())
                    .bind(basis.by.to_string())
                    .bind(rows::micros(basis.at))
                    .execute(&mut *connection)
                    .await?;
                    let detail = json!({ "id": id, "phrase": basis.phrase, "basis": basis.basis }).to_string();
                    let (at, action) = (basis.at, Action::BasisSigned);
                    audit::append(connection, Event { at, actor, action, subject: case_id, detail }).await
                })
            }),
        )
        .await
    }

    /// Takes a signature back. False when none of that key holds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn withdraw_basis(
        &self,
        case_id: &str,
        id: &str,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (case_id, id) = (case_id.to_owned(), id.to_owned());
        self.audited(
            "withdraw_basis",
            Box::new(move |connection| {
                Box::pin(async move {
                    let changed = sqlx::query(
                        "UPDATE bases SET withdrawn_at = $3 WHERE id = $1 AND case_id = $2 AND withdrawn_at IS NULL",
                    )
                    .bind(id.clone())
                    .bind(case_id.clone())
                    .bind(rows::micros(at))
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    if changed > 0 {
                        let detail = json!({ "id": id }).to_string();
                        let action = Action::BasisWithdrawn;
                        audit::append(connection, Event { at, actor, action, subject: case_id, detail }).await?;
                    }
                    Ok(changed > 0)
                })
            }),
        )
        .await
    }

    /// What people signed for in a case and did not take back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bases(&self, case_id: &str) -> Result<Vec<KeptBasis>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM bases WHERE case_id = $1 AND withdrawn_at IS NULL ORDER BY at, id")
                .bind(case_id.to_owned())
                .fetch_all(&self.read)
                .await?;
            let basis = |row| {
                Ok(KeptBasis {
                    id: rows::text(row, "id")?,
                    basis: Basis {
                        phrase: rows::text(row, "phrase")?,
                        basis: rows::text(row, "basis")?,
                        by: user(rows::text(row, "by_user")?, "bases.by_user")?,
                        at: rows::time(row, "at")?,
                    },
                })
            };
            found.iter().map(basis).collect()
        };
        self.timed("bases", work).await
    }
}

pub(super) async fn latest(connection: &mut AnyConnection, case_id: &str) -> Result<Option<Draft>, StoreError> {
    let found = sqlx::query("SELECT * FROM drafts WHERE case_id = $1 ORDER BY revision DESC LIMIT 1")
        .bind(case_id.to_owned())
        .fetch_optional(connection)
        .await?;
    found.as_ref().map(draft).transpose()
}

/// Everybody who wrote a revision.
pub(super) async fn writers(connection: &mut AnyConnection, case_id: &str) -> Result<BTreeSet<UserName>, StoreError> {
    let found = sqlx::query("SELECT DISTINCT author FROM drafts WHERE case_id = $1 AND author IS NOT NULL")
        .bind(case_id.to_owned())
        .fetch_all(connection)
        .await?;
    found.iter().map(|row| user(rows::text(row, "author")?, "drafts.author")).collect()
}

/// Adds a revision and says which one it is.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    case_id: &str,
    text: &Clarification,
    author: Option<&UserName>,
    at: DateTime<Utc>,
) -> Result<u32, StoreError> {
    let number: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(revision), 0) + 1 FROM drafts WHERE case_id = $1")
        .bind(case_id.to_owned())
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO drafts (case_id, revision, text, hash, author, at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(case_id.to_owned())
        .bind(number)
        .bind(written(text))
        .bind(text.hash())
        .bind(author.map(ToString::to_string))
        .bind(rows::micros(at))
        .execute(connection)
        .await?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

async fn forget_note(connection: &mut AnyConnection, case_id: &str, by: &UserName) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM draft_notes WHERE case_id = $1 AND user_name = $2")
        .bind(case_id.to_owned())
        .bind(by.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

fn draft(row: &AnyRow) -> Result<Draft, StoreError> {
    Ok(Draft {
        case_id: rows::text(row, "case_id")?,
        revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
        text: read("drafts.text", rows::text(row, "text")?)?,
        hash: rows::text(row, "hash")?,
        author: rows::optional(row, "author")?.map(|name| user(name, "drafts.author")).transpose()?,
        at: rows::time(row, "at")?,
    })
}

/// A text as the database keeps it.
pub(super) fn written(text: &Clarification) -> String {
    json!({
        "title": text.title, "lead": text.lead, "facts": text.facts, "jurisdiction": text.jurisdiction,
        "measures": text.measures, "appeal": text.appeal, "contacts": text.contacts, "card": text.card,
        "questions": text.questions.iter().map(|(question, reply)| json!([question, reply])).collect::<Vec<_>>(),
    })
    .to_string()
}

/// The same, back.
pub(super) fn read(column: &'static str, text: String) -> Result<Clarification, StoreError> {
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return Err(StoreError::Value { column, value: text }) };
    let line = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let part = |name: &str| value.get(name).map(line).unwrap_or_default();
    let list = |name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let pair = |value: &Value| {
        let at = |n: usize| value.get(n).map(line).unwrap_or_default();
        (at(0), at(1))
    };
    Ok(Clarification {
        title: part("title"),
        lead: part("lead"),
        facts: list("facts").iter().map(line).collect(),
        jurisdiction: part("jurisdiction"),
        measures: part("measures"),
        appeal: part("appeal"),
        contacts: part("contacts"),
        card: part("card"),
        questions: list("questions").iter().map(pair).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_as_it_was_kept() {
        let text = Clarification {
            title: "標題\"".into(),
            facts: vec!["一".into(), String::new(), "三\n".into()],
            questions: vec![("問".into(), "答".into())],
            card: "短".into(),
            ..Clarification::default()
        };
        assert_eq!(read("drafts.text", written(&text)).unwrap(), text);
        assert!(matches!(read("drafts.text", "{".into()), Err(StoreError::Value { .. })));
    }
}
