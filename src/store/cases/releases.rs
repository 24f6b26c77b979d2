//! What went out, which is never changed, and the days on which work was suspended.

use chrono::{DateTime, NaiveTime, Timelike, Utc};
use serde_json::json;
use sqlx::{AnyConnection, any::AnyRow};

use super::{
    super::{Store, StoreError, audit, rows},
    drafts,
    rows::user,
};
use crate::domain::{Action, Actor, Answer, Clarification, Closure, Event, SourceTextKind, UserName, Verdict};

/// A report or a statement that a release names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedSource {
    /// Which of the two.
    pub kind: SourceTextKind,
    /// Its key.
    pub id: String,
    /// Its version.
    pub revision: u32,
    /// The outlet, or the agency.
    pub publisher: String,
    /// Its headline.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// The number of the document.
    pub document_no: Option<String>,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// The claim that is answered, in its own words, of a report.
    pub claim: Option<String>,
    /// What official statements say of that claim.
    pub verdict: Option<Verdict>,
}

/// A text that goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releasing {
    /// The key it gets.
    pub id: String,
    /// The case.
    pub case_id: String,
    /// Which revision of the draft.
    pub revision: u32,
    /// The hash of its text.
    pub hash: String,
    /// Whether it is a clarification or an apology.
    pub answer: Answer,
    /// The agency that speaks.
    pub agency: String,
    /// The unit below it.
    pub unit: Option<String>,
    /// What it says.
    pub text: Clarification,
    /// What every figure, day, name and quotation in it rests on, as JSON.
    pub anchors: String,
    /// What it names.
    pub sources: Vec<NamedSource>,
    /// Who published it.
    pub by: UserName,
}

/// A text that went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRow {
    /// The number of its public page; grows from 1.
    pub number: i64,
    /// When it went out.
    pub issued_at: DateTime<Utc>,
    /// What it is.
    pub releasing: Releasing,
}

/// A time on which work was suspended, as it was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosureRow {
    /// Its key.
    pub id: String,
    /// When and where.
    pub closure: Closure,
    /// Who entered it.
    pub by: UserName,
}

impl Store {
    /// Releases, the latest first, `limit` at a time, before the one numbered `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn releases(&self, before: Option<i64>, limit: usize) -> Result<Vec<ReleaseRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM releases WHERE number < $1 ORDER BY number DESC LIMIT $2")
                .bind(before.unwrap_or(i64::MAX))
                .bind(rows::big(limit))
                .fetch_all(&self.read)
                .await?;
            self.with_sources(&found).await
        };
        self.timed("releases", work).await
    }

    /// The release of that number.
    ///
    /// # Errors
    /// When the database does not answer. An unknown one is `Ok(None)`.
    pub async fn release_numbered(&self, number: i64) -> Result<Option<ReleaseRow>, StoreError> {
        let work = async {
            let found =
                sqlx::query("SELECT * FROM releases WHERE number = $1").bind(number).fetch_all(&self.read).await?;
            Ok(self.with_sources(&found).await?.pop())
        };
        self.timed("release_numbered", work).await
    }

    /// The releases of a case, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn releases_of_case(&self, case_id: &str) -> Result<Vec<ReleaseRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM releases WHERE case_id = $1 ORDER BY number DESC")
                .bind(case_id.to_owned())
                .fetch_all(&self.read)
                .await?;
            self.with_sources(&found).await
        };
        self.timed("releases_of_case", work).await
    }

    pub(super) async fn with_sources(&self, found: &[AnyRow]) -> Result<Vec<ReleaseRow>, StoreError> {
        let mut releases = Vec::with_capacity(found.len());
        for row in found {
            let mut release = release(row)?;
            let sources = sqlx::query("SELECT * FROM release_sources WHERE release_id = $1 ORDER BY position")
                .bind(release.releasing.id.clone())
                .fetch_all(&self.read)
                .await?;
            release.releasing.sources = sources.iter().map(source).collect::<Result<_, _>>()?;
            releases.push(release);
        }
        Ok(releases)
    }

    /// Enters a time on which work was suspended.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn enter_closure(&self, closure: ClosureRow, actor: Actor) -> Result<(), StoreError> {
        self.audited(
            "enter_closure",
            Box::new(move |connection| {
                Box::pin(async move {
                    let ClosureRow { id, closure, by } = closure;
                    let minute = |time: NaiveTime| i64::from(time.num_seconds_from_midnight() / 60);
                    sqlx::query(
                        "INSERT INTO closures (id, district, day, from_minute, until_minute, known_at, note, by_user) \
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(id.clone())
                    .bind(closure.district.clone())
                    .bind(closure.day.to_string())
                    .bind(closure.from.map(minute))
                    .bind(closure.until.map(minute))
                    .bind(rows::micros(closure.valid_from))
                    .bind(closure.note.clone())
                    .bind(by.to_string())
                    .execute(&mut *connection)
                    .await?;
                    let detail = json!({
                        "district": closure.district, "day": closure.day.to_string(), "note": closure.note,
                        "from": closure.from.map(|time| time.to_string()),
                        "until": closure.until.map(|time| time.to_string()),
                    });
                    let event = Event {
                        at: closure.valid_from,
                        actor,
                        action: Action::ClosureEntered,
                        subject: id,
                        detail: detail.to_string(),
                    };
                    audit::append(connection, event).await
                })
            }),
        )
        .await
    }

    /// Takes a suspension back. False when none of that key holds.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn withdraw_closure(&self, id: &str, actor: Actor, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.audited(
            "withdraw_closure",
            Box::new(move |connection| {
                Box::pin(async move {
                    let sql = "UPDATE closures SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
                    let (action, detail) = (Action::ClosureWithdrawn, "{}".to_owned());
                    audit::take_back(connection, sql, Event { at, actor, action, subject: id, detail }).await
                })
            }),
        )
        .await
    }

    /// Suspensions that hold, the latest day first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn closures(&self) -> Result<Vec<ClosureRow>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM closures WHERE withdrawn_at IS NULL ORDER BY day DESC, id")
                .fetch_all(&self.read)
                .await?;
            let time = |row, column| -> Result<Option<NaiveTime>, StoreError> {
                let minute: Option<i64> = sqlx::Row::try_get(row, column)?;
                let seconds = minute.and_then(|minute| u32::try_from(minute * 60).ok());
                Ok(seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)))
            };
            let closure = |row| {
                let day = rows::text(row, "day")?;
                Ok(ClosureRow {
                    id: rows::text(row, "id")?,
                    closure: Closure {
                        district: rows::optional(row, "district")?,
                        day: day.parse().map_err(|_| StoreError::Value { column: "closures.day", value: day })?,
                        from: time(row, "from_minute")?,
                        until: time(row, "until_minute")?,
                        valid_from: rows::time(row, "known_at")?,
                        note: rows::text(row, "note")?,
                    },
                    by: user(rows::text(row, "by_user")?, "closures.by_user")?,
                })
            };
            found.iter().map(closure).collect()
        };
        self.timed("closures", work).await
    }
}

/// Keeps what goes out.
pub(super) async fn insert(connection: &mut AnyConnection, it: Releasing, at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO releases (id, case_id, revision, hash, answer, agency, unit, text, anchors, issued_by, issued_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(it.id.clone())
    .bind(it.case_id)
    .bind(i64::from(it.revision))
    .bind(it.hash)
    .bind(it.answer.name())
    .bind(it.agency)
    .bind(it.unit)
    .bind(drafts::written(&it.text))
    .bind(it.anchors)
    .bind(it.by.to_string())
    .bind(rows::micros(at))
    .execute(&mut *connection)
    .await?;
    for (position, source) in it.sources.into_iter().enumerate() {
        sqlx::query(
            "INSERT INTO release_sources (release_id, position, kind, source_id, revision, publisher, title, url, \
             document_no, published_at, claim, verdict) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(it.id.clone())
        .bind(rows::big(position))
        .bind(source.kind.name())
        .bind(source.id)
        .bind(i64::from(source.revision))
        .bind(source.publisher)
        .bind(source.title)
        .bind(source.url)
        .bind(source.document_no)
        .bind(source.published.map(rows::micros))
        .bind(source.claim)
        .bind(source.verdict.map(|verdict| verdict.name().to_owned()))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn release(row: &AnyRow) -> Result<ReleaseRow, StoreError> {
    let answer = rows::text(row, "answer")?;
    Ok(ReleaseRow {
        number: rows::integer(row, "number")?,
        issued_at: rows::time(row, "issued_at")?,
        releasing: Releasing {
            id: rows::text(row, "id")?,
            case_id: rows::text(row, "case_id")?,
            revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
            hash: rows::text(row, "hash")?,
            answer: Answer::from_name(&answer).ok_or(StoreError::Value { column: "releases.answer", value: answer })?,
            agency: rows::text(row, "agency")?,
            unit: rows::optional(row, "unit")?,
            text: drafts::read("releases.text", rows::text(row, "text")?)?,
            anchors: rows::text(row, "anchors")?,
            sources: Vec::new(),
            by: user(rows::text(row, "issued_by")?, "releases.issued_by")?,
        },
    })
}

fn source(row: &AnyRow) -> Result<NamedSource, StoreError> {
    let kind = rows::text(row, "kind")?;
    Ok(NamedSource {
        kind: SourceTextKind::from_name(&kind)
            .ok_or(StoreError::Value { column: "release_sources.kind", value: kind })?,
        id: rows::text(row, "source_id")?,
        revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
        publisher: rows::text(row, "publisher")?,
        title: rows::text(row, "title")?,
        url: rows::optional(row, "url")?,
        document_no: rows::optional(row, "document_no")?,
        published: rows::optional_time(row, "published_at")?,
        claim: rows::optional(row, "claim")?,
        verdict: rows::optional(row, "verdict")?.as_deref().and_then(Verdict::from_name),
    })
}
