//! Holding reports against the register: which are to be checked, and what came out. A finding that is no longer found is
//! ended and kept.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;
use ulid::Ulid;

use super::{Store, StoreError, findings::finding, rows};
use crate::domain::{Examined, Finding, Found, Level, Quote};

/// What a version of a report is to be kept with.
#[derive(Debug, Clone, PartialEq)]
pub enum Checking {
    /// It concerns nobody here, or is itself an official statement.
    Left,
    /// It was held against the register; the deciding parts of the claims are given in the order of the findings.
    Own {
        /// Tells texts apart by their words alone.
        wording: String,
        /// What was found.
        examined: Examined,
        /// The words of each finding's deciding part.
        claimed: Vec<String>,
    },
    /// It says what another report of its story says.
    Shared {
        /// Tells texts apart by their words alone.
        wording: String,
        /// That report.
        with: String,
        /// The number of the last version of a statement that the register held.
        register: i64,
    },
    /// Nothing that changed since the last check concerns it.
    Still {
        /// The number of the last version of a statement that the register held.
        register: i64,
    },
}

/// A version of a report that was not yet held against the register as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The report.
    pub article_id: String,
    /// Its version.
    pub revision: u32,
    /// The headline.
    pub title: String,
    /// The body.
    pub text: String,
    /// When it was published, or first seen.
    pub at: DateTime<Utc>,
    /// The number of the last version that the register held when it was checked; none when it never was.
    pub register: Option<i64>,
}

/// What of re-checked reports changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rechecked {
    /// Of each report on which a new alert was raised, the level of its most urgent one.
    pub alerts: Vec<Level>,
    /// Alerts that hold no longer.
    pub ended: u64,
}

impl Store {
    /// Reports in scope, since `since`, that were not held against the register as of its row `register`: the newest first,
    /// `limit` at a time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn behind(&self, register: i64, since: DateTime<Utc>, limit: usize) -> Result<Vec<Behind>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT a.id, a.revision, a.sort_at, r.title, r.text, c.register FROM articles a \
                 JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision \
                 JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision \
                 LEFT JOIN checks c ON c.article_id = a.id AND c.revision = a.revision \
                 WHERE a.sort_at >= $2 AND a.official IS NULL AND m.in_scope = 1 \
                 AND (c.register IS NULL OR (c.register < $1 AND c.shared_with IS NULL)) \
                 ORDER BY a.sort_at DESC, a.number DESC LIMIT $3",
            )
            .bind(register)
            .bind(rows::micros(since))
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            let behind = |row| {
                Ok(Behind {
                    article_id: rows::text(row, "id")?,
                    revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
                    title: rows::text(row, "title")?,
                    text: rows::text(row, "text")?,
                    at: rows::time(row, "sort_at")?,
                    register: sqlx::Row::try_get(row, "register")?,
                })
            };
            found.iter().map(behind).collect()
        };
        self.timed("behind", work).await
    }

    /// Keeps what the register now says of versions of reports. One that has another version by now is passed over.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn recheck(
        &self,
        mut checked: Vec<(String, u32, Checking)>,
        at: DateTime<Utc>,
    ) -> Result<Rechecked, StoreError> {
        let dialect = self.dialect;
        // Several daemons lock the same reports in one order.
        checked.sort_by(|a, b| a.0.cmp(&b.0));
        self.write(
            "recheck",
            Box::new(move |connection| {
                Box::pin(async move {
                    let mut changed = Rechecked::default();
                    for (article_id, revision, checking) in checked {
                        let current: Option<i64> = sqlx::query_scalar(dialect.current_revision())
                            .bind(article_id.clone())
                            .fetch_optional(&mut *connection)
                            .await?;
                        if current == Some(i64::from(revision)) {
                            let now = check(connection, &article_id, i64::from(revision), &checking, at).await?;
                            changed.alerts.extend(now.alerts);
                            changed.ended += now.ended;
                        }
                    }
                    Ok(changed)
                })
            }),
        )
        .await
    }

    /// The report of a story whose check a report of this wording can share.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn same_wording(&self, story: &str, wording: &str) -> Result<Option<String>, StoreError> {
        let work = async {
            Ok(sqlx::query_scalar(
                "SELECT c.article_id FROM checks c JOIN stories s ON s.article_id = c.article_id \
                 JOIN articles a ON a.id = c.article_id AND a.revision = c.revision \
                 WHERE c.wording = $2 AND s.story = $1 AND c.shared_with IS NULL ORDER BY a.number LIMIT 1",
            )
            .bind(story.to_owned())
            .bind(wording.to_owned())
            .fetch_optional(&self.read)
            .await?)
        };
        self.timed("same_wording", work).await
    }
}

/// Keeps what the register says of the current version of a report. What was found before and is found again stays as it
/// is, with what a person made of it; what is found no longer, or was found of another version, is ended.
pub(super) async fn check(
    connection: &mut AnyConnection,
    article_id: &str,
    revision: i64,
    checking: &Checking,
    at: DateTime<Utc>,
) -> Result<Rechecked, StoreError> {
    if let Checking::Still { register } = checking {
        sqlx::query("UPDATE checks SET register = $3 WHERE article_id = $1 AND revision = $2")
            .bind(article_id.to_owned())
            .bind(revision)
            .bind(*register)
            .execute(connection)
            .await?;
        return Ok(Rechecked::default());
    }
    let (wording, shared_with, register) = match checking {
        Checking::Left | Checking::Still { .. } => (None, None, 0),
        Checking::Own { wording, examined, .. } => (Some(wording), None, examined.register),
        Checking::Shared { wording, with, register } => (Some(wording), Some(with.clone()), *register),
    };
    if let Some(wording) = wording {
        sqlx::query(
            "INSERT INTO checks (article_id, revision, register, wording, shared_with, checked_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (article_id, revision) DO UPDATE SET \
             register = excluded.register, wording = excluded.wording, shared_with = excluded.shared_with, \
             checked_at = excluded.checked_at",
        )
        .bind(article_id.to_owned())
        .bind(revision)
        .bind(register)
        .bind(wording.clone())
        .bind(shared_with)
        .bind(rows::micros(at))
        .execute(&mut *connection)
        .await?;
    }
    let held = sqlx::query("SELECT * FROM findings WHERE article_id = $1 AND ended_at IS NULL")
        .bind(article_id.to_owned())
        .fetch_all(&mut *connection)
        .await?;
    let mut held = held.iter().map(finding).collect::<Result<Vec<_>, _>>()?;
    let (mut changed, mut raised) = (Rechecked::default(), Level::None);
    if let Checking::Own { examined, claimed, .. } = checking {
        for (rank, (found, claimed)) in examined.found.iter().zip(claimed).enumerate() {
            let known = held.iter().position(|it| i64::from(it.revision) == revision && is_same(it, found));
            if let Some(known) = known {
                held.swap_remove(known);
                continue;
            }
            insert(connection, (article_id, revision), rank, (found, claimed), examined, at).await?;
            raised = raised.max(found.level);
        }
    }
    changed.alerts.extend((raised > Level::None).then_some(raised));
    for gone in held {
        sqlx::query("UPDATE findings SET ended_at = $2 WHERE id = $1")
            .bind(gone.id)
            .bind(rows::micros(at))
            .execute(&mut *connection)
            .await?;
        changed.ended += u64::from(gone.found.level > Level::None && gone.judged.is_none());
    }
    Ok(changed)
}

/// Whether a finding says the same of the same words. A level that moved makes an open finding another one; what a person
/// judged stays judged.
fn is_same(held: &Finding, found: &Found) -> bool {
    let place = |it: &Found| it.fact.as_ref().map(|fact| (fact.id.clone(), fact.hash.clone(), fact.quote));
    held.found.verdict == found.verdict
        && held.found.kind == found.kind
        && held.found.claim == found.claim
        && place(&held.found) == place(found)
        && (held.found.level == found.level || held.judged.is_some())
}

async fn insert(
    connection: &mut AnyConnection,
    (article_id, revision): (&str, i64),
    rank: usize,
    (found, claimed): (&Found, &str),
    examined: &Examined,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let fact = found.fact.as_ref();
    let of_fact = |of: fn(&Quote) -> usize| fact.map(|fact| rows::big(of(&fact.quote)));
    sqlx::query(
        "INSERT INTO findings (id, article_id, revision, content_hash, rank, verdict, kind, level, score, claimed, \
         claim_field, claim_start, claim_end, claim_part_start, claim_part_end, fact_id, fact_revision, fact_hash, \
         fact_field, fact_start, fact_end, fact_part_start, fact_part_end, why, dictionaries, rules, found_at) \
         SELECT $1, r.article_id, r.revision, r.content_hash, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
         $17, $18, $19, $20, $21, $22, $23, $24, $25, $26 FROM revisions r WHERE r.article_id = $2 AND r.revision = $3",
    )
    .bind(Ulid::generate().to_string())
    .bind(article_id.to_owned())
    .bind(revision)
    .bind(rows::big(rank))
    .bind(found.verdict.name())
    .bind(found.kind.name())
    .bind(found.level.name())
    .bind(found.score)
    .bind(claimed.to_owned())
    .bind(rows::field_name(found.claim.field))
    .bind(rows::big(found.claim.span.start))
    .bind(rows::big(found.claim.span.end))
    .bind(rows::big(found.claim.part.start))
    .bind(rows::big(found.claim.part.end))
    .bind(fact.map(|fact| fact.id.clone()))
    .bind(fact.map(|fact| i64::from(fact.revision)))
    .bind(fact.map(|fact| fact.hash.clone()))
    .bind(fact.map(|fact| rows::field_name(fact.quote.field)))
    .bind(of_fact(|quote| quote.span.start))
    .bind(of_fact(|quote| quote.span.end))
    .bind(of_fact(|quote| quote.part.start))
    .bind(of_fact(|quote| quote.part.end))
    .bind(found.why.clone())
    .bind(examined.dictionaries.clone())
    .bind(examined.rules.clone())
    .bind(rows::micros(at))
    .execute(&mut *connection)
    .await?;
    Ok(())
}
