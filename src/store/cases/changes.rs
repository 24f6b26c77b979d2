//! What changes a case. Every change writes its row of the audit log and its messages in one transaction.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{
    super::{Store, StoreError, audit, findings, revisits, rows},
    drafts, outbox,
    outbox::Posting,
    releases::{self, Releasing},
    rows::{StageColumns, case},
};
use crate::domain::{
    Action, Actor, Case, CaseLevel, ClaimKind, Clarification, Event, Extension, Moments, Outcome, Stage, UserName,
    Verdict,
};

/// What a report says otherwise than an official statement, by which the same error of several reports is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CaseClaim {
    /// What had come out.
    pub verdict: Verdict,
    /// What sort of claim.
    pub kind: ClaimKind,
    /// The words that decide.
    pub claimed: String,
    /// The statement that stands against it.
    pub fact_id: Option<String>,
}

/// A case to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The key it gets.
    pub id: String,
    /// How it is timed.
    pub level: CaseLevel,
    /// What it is about, in a line.
    pub title: String,
    /// The story it is opened for.
    pub story: Option<String>,
    /// The district.
    pub district: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// When it became known.
    pub moments: Moments,
    /// Its reports, each with the sort of its outlet.
    pub reports: Vec<(String, String)>,
    /// What they say otherwise.
    pub claims: Vec<CaseClaim>,
    /// The draft that is laid before people.
    pub draft: Option<Clarification>,
    /// Messages about it.
    pub postings: Vec<Posting>,
    /// What the audit log says of it, as a JSON object.
    pub detail: String,
}

/// What became of an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is there, with this number.
    New(i64),
    /// The story has a case that is not over.
    Already,
}

/// What joins a case.
#[derive(Debug, Clone)]
pub struct Joining {
    /// The case.
    pub case_id: String,
    /// How it is timed from now on, when that is more urgent than before.
    pub level: Option<CaseLevel>,
    /// Further reports, each with the sort of its outlet.
    pub reports: Vec<(String, String)>,
    /// Further claims.
    pub claims: Vec<CaseClaim>,
    /// Messages about it.
    pub postings: Vec<Posting>,
    /// What the audit log says of it, as a JSON object.
    pub detail: String,
}

/// A step that was taken.
#[derive(Debug, Clone)]
pub struct Changing {
    /// The case.
    pub id: String,
    /// The version it was taken on.
    pub version: i64,
    /// Where the case stands now.
    pub stage: Stage,
    /// What the audit log says of it, as a JSON object.
    pub detail: String,
    /// A draft that is laid before people anew, because another agency speaks or the city apologises.
    pub draft: Option<Clarification>,
    /// What goes out with it.
    pub release: Option<Releasing>,
    /// Messages about it.
    pub postings: Vec<Posting>,
}

/// What a step says of the alerts of its case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertOutcome {
    /// What became of them.
    pub outcome: Outcome,
    /// Why, in the person's words.
    pub note: Option<String>,
    /// Who says so.
    pub by: UserName,
    /// The alerts: report and key of each.
    pub alerts: Vec<(String, String)>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// The case as it stands now.
    Done(Box<Case>),
    /// Somebody else changed the case meanwhile; nothing was written.
    Stale,
}

impl Store {
    /// Opens a case.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn open_case(&self, opening: Opening, actor: Actor, at: DateTime<Utc>) -> Result<Opened, StoreError> {
        self.audited(
            "open_case",
            Box::new(move |connection| {
                Box::pin(async move {
                    if let Some(story) = &opening.story
                        && is_open(connection, story).await?
                    {
                        return Ok(Opened::Already);
                    }
                    let number = insert(connection, &opening, &actor, at).await?;
                    add(connection, &opening.id, (&opening.reports, &opening.claims), at).await?;
                    if let Some(text) = &opening.draft {
                        drafts::insert(connection, &opening.id, text, None, at).await?;
                    }
                    outbox::post(connection, opening.postings, at).await?;
                    let event =
                        Event { at, actor, action: Action::CaseOpened, subject: opening.id, detail: opening.detail };
                    audit::append(connection, event).await?;
                    Ok(Opened::New(number))
                })
            }),
        )
        .await
    }

    /// Adds reports and claims to a case.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn join_case(&self, joining: Joining, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.audited(
            "join_case",
            Box::new(move |connection| {
                Box::pin(async move {
                    let id = joining.case_id;
                    add(connection, &id, (&joining.reports, &joining.claims), at).await?;
                    // A changed version tells those who look at the case that it is no longer what they saw.
                    sqlx::query("UPDATE cases SET version = version + 1, level = COALESCE($2, level) WHERE id = $1")
                        .bind(id.clone())
                        .bind(joining.level.map(|level| level.name().to_owned()))
                        .execute(&mut *connection)
                        .await?;
                    outbox::post(connection, joining.postings, at).await?;
                    let event = Event {
                        at,
                        actor: Actor::daemon(),
                        action: Action::CaseJoined,
                        subject: id,
                        detail: joining.detail,
                    };
                    audit::append(connection, event).await
                })
            }),
        )
        .await
    }

    /// Writes a step, on the version it was taken on. What goes out with it is kept in the same transaction.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn change_case(&self, changing: Changing, actor: Actor, at: DateTime<Utc>) -> Result<Moved, StoreError> {
        self.change_case_and_alerts(changing, None, actor, at).await
    }

    /// The same with what the step says of the alerts of the case. An alert that somebody judged meanwhile keeps what they
    /// said.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn change_case_and_alerts(
        &self,
        changing: Changing,
        outcome: Option<AlertOutcome>,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<Moved, StoreError> {
        self.audited(
            "change_case",
            Box::new(move |connection| {
                Box::pin(async move {
                    if !update(connection, &changing, !actor.name.starts_with('('), at).await? {
                        return Ok(Moved::Stale);
                    }
                    if let Some(text) = &changing.draft {
                        drafts::insert(connection, &changing.id, text, None, at).await?;
                    }
                    if let Some(release) = changing.release {
                        releases::insert(connection, release, at).await?;
                        revisits::clarified(connection, &changing.id, at).await?;
                    }
                    outbox::post(connection, changing.postings, at).await?;
                    let (subject, detail) = (changing.id.clone(), changing.detail);
                    let stepped = Event { at, actor: actor.clone(), action: Action::CaseStepped, subject, detail };
                    audit::append(connection, stepped).await?;
                    if let Some(AlertOutcome { outcome, note, by, alerts }) = outcome {
                        for alert in alerts {
                            let (said, who) = ((outcome, note.clone()), (by.clone(), actor.clone()));
                            findings::judge(connection, alert, said, who, at).await?;
                        }
                    }
                    let row = sqlx::query("SELECT * FROM cases WHERE id = $1")
                        .bind(changing.id)
                        .fetch_one(&mut *connection)
                        .await?;
                    Ok(Moved::Done(Box::new(case(&row)?)))
                })
            }),
        )
        .await
    }

    /// Changes how a case is timed, with messages about it. False when somebody else changed the case meanwhile.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn relevel_case(
        &self,
        (id, version): (&str, i64),
        (level, postings): (CaseLevel, Vec<Posting>),
        detail: String,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.audited(
            "relevel_case",
            Box::new(move |connection| {
                Box::pin(async move {
                    let changed = sqlx::query(
                        "UPDATE cases SET level = $3, version = version + 1 WHERE id = $1 AND version = $2",
                    )
                    .bind(id.clone())
                    .bind(version)
                    .bind(level.name())
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    if changed > 0 {
                        outbox::post(connection, postings, at).await?;
                        let event = Event { at, actor, action: Action::CaseChanged, subject: id, detail };
                        audit::append(connection, event).await?;
                    }
                    Ok(changed > 0)
                })
            }),
        )
        .await
    }

    /// Gives a complaint further time. False when somebody else changed the case meanwhile.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn extend_case(
        &self,
        (id, version): (&str, i64),
        extension: Extension,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.audited(
            "extend_case",
            Box::new(move |connection| {
                Box::pin(async move {
                    let changed = sqlx::query(
                        "UPDATE cases SET extended_to = $3, extension_reason = $4, version = version + 1 \
                         WHERE id = $1 AND version = $2",
                    )
                    .bind(id.clone())
                    .bind(version)
                    .bind(extension.to.to_string())
                    .bind(extension.reason.clone())
                    .execute(&mut *connection)
                    .await?
                    .rows_affected();
                    if changed > 0 {
                        let detail = serde_json::json!({
                            "extended_to": extension.to.to_string(), "reason": extension.reason,
                        });
                        let event =
                            Event { at, actor, action: Action::CaseChanged, subject: id, detail: detail.to_string() };
                        audit::append(connection, event).await?;
                    }
                    Ok(changed > 0)
                })
            }),
        )
        .await
    }

    /// Writes an event about a case into the audit log: a refused publication, something that changed nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn note_on_case(
        &self,
        id: &str,
        (action, detail): (Action, String),
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let subject = id.to_owned();
        self.audited(
            "note_on_case",
            Box::new(move |connection| {
                Box::pin(async move { audit::append(connection, Event { at, actor, action, subject, detail }).await })
            }),
        )
        .await
    }
}

async fn is_open(connection: &mut AnyConnection, story: &str) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM cases WHERE story = $1 AND state IN ('to_verify', 'assigned', 'verifying', 'drafting', \
         'reviewing', 'published', 'tracking', 'apologised')",
    )
    .bind(story.to_owned())
    .fetch_one(connection)
    .await?;
    Ok(count > 0)
}

async fn insert(
    connection: &mut AnyConnection,
    opening: &Opening,
    actor: &Actor,
    at: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let Moments { published, fetched, acknowledged, known, .. } = opening.moments;
    Ok(sqlx::query_scalar(
        "INSERT INTO cases (id, version, level, title, story, district, service, state, published_at, fetched_at, \
         acknowledged_at, known_at, opened_by, opened_at, since) \
         VALUES ($1, 1, $2, $3, $4, $5, $6, 'to_verify', $7, $8, $9, $10, $11, $12, $12) RETURNING number",
    )
    .bind(opening.id.clone())
    .bind(opening.level.name())
    .bind(opening.title.clone())
    .bind(opening.story.clone())
    .bind(opening.district.clone())
    .bind(opening.service.clone())
    .bind(published.map(rows::micros))
    .bind(rows::micros(fetched))
    .bind(acknowledged.map(rows::micros))
    .bind(rows::micros(known))
    .bind(actor.name.clone())
    .bind(rows::micros(at))
    .fetch_one(connection)
    .await?)
}

async fn add(
    connection: &mut AnyConnection,
    id: &str,
    (reports, claims): (&[(String, String)], &[CaseClaim]),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    for (article_id, sort) in reports {
        sqlx::query(
            "INSERT INTO case_reports (case_id, article_id, sort, joined_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
        )
        .bind(id.to_owned())
        .bind(article_id.clone())
        .bind(sort.clone())
        .bind(rows::micros(at))
        .execute(&mut *connection)
        .await?;
    }
    for claim in claims {
        sqlx::query(
            "INSERT INTO case_claims (case_id, verdict, kind, claimed, fact_id, added_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        )
        .bind(id.to_owned())
        .bind(claim.verdict.name())
        .bind(claim.kind.name())
        .bind(claim.claimed.clone())
        .bind(claim.fact_id.clone().unwrap_or_default())
        .bind(rows::micros(at))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Writes where a case stands, on the version given. A step by a person is also its acknowledgement.
async fn update(
    connection: &mut AnyConnection,
    changing: &Changing,
    by_person: bool,
    at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let columns = StageColumns::of(&changing.stage);
    let (reviewed_by, reviewed_at) = columns.reviewed.unzip();
    let (approved_by, approved_at) = columns.approved.unzip();
    let submitted = columns.submitted;
    let issued = columns.issued;
    let changed = sqlx::query(
        "UPDATE cases SET version = version + 1, since = CASE WHEN state = $3 THEN since ELSE $4 END, state = $3, \
         agency = $5, unit = $6, answer = $7, referred_to = $8, submitted_revision = $9, submitted_hash = $10, \
         submitted_by = $11, reviewed_by = $12, reviewed_at = $13, approved_by = $14, approved_at = $15, \
         issued_revision = $16, issued_hash = $17, issued_at = $18, \
         acknowledged_at = CASE WHEN $19 = 1 THEN COALESCE(acknowledged_at, $4) ELSE acknowledged_at END, \
         known_at = CASE WHEN $19 = 1 AND $4 < known_at THEN $4 ELSE known_at END, \
         planned_at = CASE WHEN $3 IN ('drafting', 'reviewing') THEN COALESCE(planned_at, $4) ELSE planned_at END, \
         answered_at = CASE WHEN $3 IN ('to_verify', 'assigned', 'verifying', 'drafting', 'reviewing') THEN NULL \
         ELSE COALESCE(answered_at, $4) END \
         WHERE id = $1 AND version = $2",
    )
    .bind(changing.id.clone())
    .bind(changing.version)
    .bind(changing.stage.state().name())
    .bind(rows::micros(at))
    .bind(columns.agency)
    .bind(columns.unit)
    .bind(columns.answer)
    .bind(columns.referred_to)
    .bind(submitted.as_ref().map(|it| it.0))
    .bind(submitted.as_ref().map(|it| it.1.clone()))
    .bind(submitted.map(|it| it.2))
    .bind(reviewed_by)
    .bind(reviewed_at)
    .bind(approved_by)
    .bind(approved_at)
    .bind(issued.as_ref().map(|it| it.0))
    .bind(issued.as_ref().map(|it| it.1.clone()))
    .bind(issued.as_ref().map(|it| it.2))
    .bind(i64::from(by_person))
    .execute(connection)
    .await?
    .rows_affected();
    Ok(changed > 0)
}
