//! What people put right. The corrected value goes into the tables of mentions, so that every list and count uses it;
//! the machine's own stays in the correction and comes back when that is withdrawn.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, any::AnyRow};

use super::{
    Store, StoreError, audit,
    judgements::{self, Place},
    rows,
};
use crate::domain::{Action, Actor, Correction, Event, Judgement, UserName};

/// A judgement to be put right.
#[derive(Debug, Clone)]
pub struct Correcting {
    /// The key the correction gets.
    pub id: String,
    /// What it is to be.
    pub becomes: Judgement,
}

/// What became of corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// They hold now; those that said what was said already are left out.
    Done,
    /// The report has another version by now, or there is none.
    Stale,
}

/// A version of a report with what people put right in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectedRevision {
    /// The report.
    pub article_id: String,
    /// Its version.
    pub revision: u32,
    /// The headline of that version.
    pub title: String,
    /// The body of that version.
    pub text: String,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// What people say.
    pub judgements: Vec<Judgement>,
}

impl Store {
    /// Puts judgements of one version right, all or none.
    ///
    /// # Errors
    /// When they cannot be written; then nothing of it was.
    pub async fn correct(
        &self,
        article_id: &str,
        revision: u32,
        corrections: Vec<Correcting>,
        note: Option<String>,
        by: (UserName, Actor),
        at: DateTime<Utc>,
    ) -> Result<Corrected, StoreError> {
        let place = Place { article_id: article_id.to_owned(), revision: revision.into() };
        self.audited(
            "correct",
            Box::new(move |connection| {
                Box::pin(async move {
                    let current: Option<i64> = sqlx::query_scalar("SELECT revision FROM articles WHERE id = $1")
                        .bind(place.article_id.clone())
                        .fetch_optional(&mut *connection)
                        .await?;
                    if current != Some(place.revision) {
                        return Ok(Corrected::Stale);
                    }
                    for correcting in corrections {
                        correct(connection, &place, correcting, note.clone(), &by, at).await?;
                    }
                    Ok(Corrected::Done)
                })
            }),
        )
        .await
    }

    /// Takes a correction of a report back; the machine's own value comes back. False when none of that key holds.
    ///
    /// # Errors
    /// When it cannot be written; then the correction still holds.
    pub async fn withdraw_correction(
        &self,
        article_id: &str,
        id: &str,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (article_id, id) = (article_id.to_owned(), id.to_owned());
        self.audited(
            "withdraw_correction",
            Box::new(move |connection| {
                Box::pin(async move {
                    let withdrawn = sqlx::query(
                        "UPDATE corrections SET withdrawn_at = $3 WHERE id = $2 AND article_id = $1 \
                         AND withdrawn_at IS NULL RETURNING *",
                    )
                    .bind(article_id.clone())
                    .bind(id)
                    .bind(rows::micros(at))
                    .fetch_optional(&mut *connection)
                    .await?;
                    let Some(row) = withdrawn else { return Ok(false) };
                    let place = Place { article_id, revision: rows::integer(&row, "revision")? };
                    let Correction { was, becomes, .. } = correction(&row)?;
                    judgements::put(connection, &place, &was).await?;
                    let event = event(&place, Action::CorrectionWithdrawn, actor, (&becomes, &was), at);
                    audit::append(connection, event).await?;
                    Ok(true)
                })
            }),
        )
        .await
    }

    /// The corrections of one version that hold, oldest first.
    ///
    /// # Errors
    /// When the database does not answer. An unknown version has none.
    pub async fn corrections_of(&self, article_id: &str, revision: u32) -> Result<Vec<Correction>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT * FROM corrections WHERE article_id = $1 AND revision = $2 AND withdrawn_at IS NULL \
                 ORDER BY at, id",
            )
            .bind(article_id.to_owned())
            .bind(i64::from(revision))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(correction).collect()
        };
        self.timed("corrections_of", work).await
    }

    /// Corrected versions after the one of `after`, in the order of their keys, `limit` at a time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn corrected_revisions(
        &self,
        after: Option<(String, u32)>,
        limit: usize,
    ) -> Result<Vec<CorrectedRevision>, StoreError> {
        let work = async {
            let (article_id, revision) = after.unwrap_or_default();
            let found = sqlx::query(
                "SELECT r.article_id, r.revision, r.title, r.text, r.published_at FROM revisions r \
                 WHERE (r.article_id > $1 OR (r.article_id = $1 AND r.revision > $2)) \
                 AND EXISTS (SELECT 1 FROM corrections c WHERE c.article_id = r.article_id \
                 AND c.revision = r.revision AND c.withdrawn_at IS NULL) \
                 ORDER BY r.article_id, r.revision LIMIT $3",
            )
            .bind(article_id)
            .bind(i64::from(revision))
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            let mut revisions = Vec::with_capacity(found.len());
            for row in &found {
                let article_id = rows::text(row, "article_id")?;
                let revision = u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX);
                let corrections = self.corrections_of(&article_id, revision).await?;
                revisions.push(CorrectedRevision {
                    article_id,
                    revision,
                    title: rows::text(row, "title")?,
                    text: rows::text(row, "text")?,
                    published_at: rows::optional_time(row, "published_at")?,
                    judgements: corrections.into_iter().map(|correction| correction.becomes).collect(),
                });
            }
            Ok(revisions)
        };
        self.timed("corrected_revisions", work).await
    }
}

/// Puts one judgement right. A correction of a correction keeps the machine's own value, and one that comes back to it
/// only ends what was before.
async fn correct(
    connection: &mut AnyConnection,
    place: &Place,
    Correcting { id, becomes }: Correcting,
    note: Option<String>,
    (by, actor): &(UserName, Actor),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let field = becomes.aspect().name();
    let Some(held) = judgements::read(connection, place, becomes.aspect()).await? else { return Ok(()) };
    if becomes.agrees_with(&held) {
        return Ok(());
    }
    let before = sqlx::query(
        "UPDATE corrections SET withdrawn_at = $4 WHERE article_id = $1 AND revision = $2 AND field = $3 \
         AND withdrawn_at IS NULL RETURNING *",
    )
    .bind(place.article_id.clone())
    .bind(place.revision)
    .bind(field)
    .bind(rows::micros(at))
    .fetch_optional(&mut *connection)
    .await?;
    let was = before.as_ref().map(correction).transpose()?.map_or_else(|| held.clone(), |before| before.was);
    let is_machines = becomes.agrees_with(&was);
    let holds = if is_machines { &was } else { &becomes };
    judgements::put(connection, place, holds).await?;
    if !is_machines {
        sqlx::query(
            "INSERT INTO corrections (id, article_id, revision, field, was, becomes, note, by_user, at, model_version) \
             SELECT $3, article_id, revision, $4, $5, $6, $7, $8, $9, model_version FROM mentions \
             WHERE article_id = $1 AND revision = $2",
        )
        .bind(place.article_id.clone())
        .bind(place.revision)
        .bind(id)
        .bind(field)
        .bind(judgements::written(&was))
        .bind(judgements::written(&becomes))
        .bind(note)
        .bind(by.to_string())
        .bind(rows::micros(at))
        .execute(&mut *connection)
        .await?;
    }
    audit::append(connection, event(place, Action::Corrected, actor.clone(), (&held, holds), at)).await
}

fn event(
    place: &Place,
    action: Action,
    actor: Actor,
    (was, becomes): (&Judgement, &Judgement),
    at: DateTime<Utc>,
) -> Event {
    let (before, after) = (judgements::written(was), judgements::written(becomes));
    let detail = serde_json::json!({
        "revision": place.revision, "field": becomes.aspect().name(), "was": before, "becomes": after,
    });
    Event { at, actor, action, subject: place.article_id.clone(), detail: detail.to_string() }
}

fn correction(row: &AnyRow) -> Result<Correction, StoreError> {
    let (field, by) = (rows::text(row, "field")?, rows::text(row, "by_user")?);
    Ok(Correction {
        id: rows::text(row, "id")?,
        was: judgements::understood(&field, &rows::text(row, "was")?)?,
        becomes: judgements::understood(&field, &rows::text(row, "becomes")?)?,
        note: rows::optional(row, "note")?,
        by: UserName::parse(&by).map_err(|_| StoreError::Value { column: "corrections.by_user", value: by })?,
        at: rows::time(row, "at")?,
        model_version: rows::text(row, "model_version")?,
    })
}
