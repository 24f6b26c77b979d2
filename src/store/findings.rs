//! What the register says of reports, and what people made of it.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, any::AnyRow};

use super::{Store, StoreError, audit, rows};
use crate::domain::{
    Action, Actor, ClaimKind, Event, FactQuote, Finding, Found, Judged, Level, Outcome, Quote, Span, UserName, Verdict,
};

/// What people made of alerts that a statement gave rise to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// The statement.
    pub fact_id: String,
    /// What sort of claim.
    pub kind: ClaimKind,
    /// What had come out.
    pub verdict: Verdict,
    /// Alerts that turned out to be none.
    pub doubted: u32,
    /// Alerts that were confirmed.
    pub confirmed: u32,
}

/// What became of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judging {
    /// It stands, on so many findings: the same error of one story is judged once.
    Done(u64),
    /// The finding holds no longer, was judged by somebody, or never was an alert.
    Stale,
}

impl Store {
    /// What holds of a report: the key of the report whose check it is, which may be another one of the same words, and
    /// the findings, alerts first. None of a report that was not checked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn findings_of(&self, article_id: &str) -> Result<Option<(String, Vec<Finding>)>, StoreError> {
        let work = async {
            let checked = sqlx::query(
                "SELECT c.article_id, c.shared_with FROM checks c JOIN articles a ON a.id = c.article_id \
                 AND a.revision = c.revision WHERE c.article_id = $1",
            )
            .bind(article_id.to_owned())
            .fetch_optional(&self.read)
            .await?;
            let Some(row) = checked else { return Ok(None) };
            let whose = rows::optional(&row, "shared_with")?.unwrap_or_else(|| article_id.to_owned());
            let found = sqlx::query(
                "SELECT * FROM findings WHERE article_id = $1 AND ended_at IS NULL ORDER BY rank, found_at, id",
            )
            .bind(whose.clone())
            .fetch_all(&self.read)
            .await?;
            Ok(Some((whose, found.iter().map(finding).collect::<Result<_, _>>()?)))
        };
        self.timed("findings_of", work).await
    }

    /// The reports on which a statement gave rise to an alert that holds, with the headline and the finding, the newest
    /// first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alerts_of_fact(
        &self,
        fact_id: &str,
        limit: usize,
    ) -> Result<Vec<(String, String, Finding)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT f.*, a.outlet, r.title FROM findings f JOIN articles a ON a.id = f.article_id \
                 JOIN revisions r ON r.article_id = f.article_id AND r.revision = f.revision \
                 WHERE f.fact_id = $1 AND f.ended_at IS NULL AND f.level <> 'none' \
                 ORDER BY f.found_at DESC, f.id DESC LIMIT $2",
            )
            .bind(fact_id.to_owned())
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(|row| Ok((rows::text(row, "outlet")?, rows::text(row, "title")?, finding(row)?))).collect()
        };
        self.timed("alerts_of_fact", work).await
    }

    /// Open alerts by level, each report counted once.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open_alerts(&self) -> Result<Vec<(Level, u64)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT level, COUNT(*) AS n FROM (SELECT article_id, MIN(level) AS level FROM findings \
                 WHERE ended_at IS NULL AND outcome IS NULL AND level <> 'none' GROUP BY article_id) AS open \
                 GROUP BY level",
            )
            .fetch_all(&self.read)
            .await?;
            let count = |row| {
                let n = u64::try_from(rows::integer(row, "n")?).unwrap_or_default();
                Ok((known(Level::from_name, "findings.level", rows::text(row, "level")?)?, n))
            };
            found.iter().map(count).collect()
        };
        self.timed("open_alerts", work).await
    }

    /// What people made of alerts, by the statement, the sort of claim and what had come out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lessons(&self) -> Result<Vec<Lesson>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT fact_id, kind, verdict, SUM(CASE WHEN outcome = 'misreport' THEN 0 ELSE 1 END) AS doubted, \
                 SUM(CASE WHEN outcome = 'misreport' THEN 1 ELSE 0 END) AS confirmed FROM findings \
                 WHERE outcome IS NOT NULL AND fact_id IS NOT NULL GROUP BY fact_id, kind, verdict \
                 ORDER BY fact_id, kind, verdict",
            )
            .fetch_all(&self.read)
            .await?;
            let lesson = |row| {
                let count =
                    |column| Ok::<_, StoreError>(u32::try_from(rows::integer(row, column)?).unwrap_or(u32::MAX));
                Ok(Lesson {
                    fact_id: rows::text(row, "fact_id")?,
                    kind: known(ClaimKind::from_name, "findings.kind", rows::text(row, "kind")?)?,
                    verdict: known(Verdict::from_name, "findings.verdict", rows::text(row, "verdict")?)?,
                    doubted: count("doubted")?,
                    confirmed: count("confirmed")?,
                })
            };
            found.iter().map(lesson).collect()
        };
        self.timed("lessons", work).await
    }

    /// Records what a person found out about an alert of a report, for every open alert of its story that says the same
    /// of the same words.
    ///
    /// # Errors
    /// When it cannot be written; then the alerts are still open.
    pub async fn judge_finding(
        &self,
        (article_id, id): (&str, &str),
        outcome: Outcome,
        note: Option<String>,
        (by, actor): (UserName, Actor),
        at: DateTime<Utc>,
    ) -> Result<Judging, StoreError> {
        let (article_id, id) = (article_id.to_owned(), id.to_owned());
        self.audited(
            "judge_finding",
            Box::new(move |connection| {
                Box::pin(async move { judge(connection, (article_id, id), (outcome, note), (by, actor), at).await })
            }),
        )
        .await
    }
}

/// Records what a person found out, in a transaction of the caller's.
pub(super) async fn judge(
    connection: &mut AnyConnection,
    (article_id, id): (String, String),
    (outcome, note): (Outcome, Option<String>),
    (by, actor): (UserName, Actor),
    at: DateTime<Utc>,
) -> Result<Judging, StoreError> {
    let open = sqlx::query(
        "SELECT * FROM findings WHERE id = $1 AND article_id = $2 AND ended_at IS NULL \
         AND outcome IS NULL AND level <> 'none'",
    )
    .bind(id.clone())
    .bind(article_id.clone())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = open else { return Ok(Judging::Stale) };
    let judged = sqlx::query(
        "UPDATE findings SET outcome = $1, outcome_by = $2, outcome_at = $3, outcome_note = $4 \
         WHERE ended_at IS NULL AND outcome IS NULL AND level <> 'none' AND (id = $5 OR \
         (fact_id = $6 AND fact_hash = $7 AND verdict = $8 AND kind = $9 AND claimed = $10 \
         AND article_id IN (SELECT o.article_id FROM stories o JOIN stories t ON t.story = o.story \
         WHERE t.article_id = $11)))",
    )
    .bind(outcome.name())
    .bind(by.to_string())
    .bind(rows::micros(at))
    .bind(note.clone())
    .bind(id.clone())
    .bind(rows::optional(&row, "fact_id")?)
    .bind(rows::optional(&row, "fact_hash")?)
    .bind(rows::text(&row, "verdict")?)
    .bind(rows::text(&row, "kind")?)
    .bind(rows::text(&row, "claimed")?)
    .bind(article_id.clone())
    .execute(&mut *connection)
    .await?
    .rows_affected();
    let detail = serde_json::json!({
        "finding": id, "outcome": outcome.name(), "findings": judged, "note": note,
        "fact": rows::optional(&row, "fact_id")?, "verdict": rows::text(&row, "verdict")?,
    });
    let event = Event { at, actor, action: Action::FindingJudged, subject: article_id, detail: detail.to_string() };
    audit::append(connection, event).await?;
    Ok(Judging::Done(judged))
}

pub(super) fn finding(row: &AnyRow) -> Result<Finding, StoreError> {
    let by = rows::optional(row, "outcome_by")?;
    let judged = match (rows::optional(row, "outcome")?, rows::optional_time(row, "outcome_at")?) {
        (Some(outcome), Some(at)) => Some(Judged {
            outcome: known(Outcome::from_name, "findings.outcome", outcome)?,
            by: known(|name| UserName::parse(name).ok(), "findings.outcome_by", by.unwrap_or_default())?,
            at,
            note: rows::optional(row, "outcome_note")?,
        }),
        _ => None,
    };
    Ok(Finding {
        id: rows::text(row, "id")?,
        article_id: rows::text(row, "article_id")?,
        revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
        found: Found {
            verdict: known(Verdict::from_name, "findings.verdict", rows::text(row, "verdict")?)?,
            kind: known(ClaimKind::from_name, "findings.kind", rows::text(row, "kind")?)?,
            level: known(Level::from_name, "findings.level", rows::text(row, "level")?)?,
            score: rows::number(row, "score")?,
            claim: quote(row, ["claim_field", "claim_start", "claim_end", "claim_part_start", "claim_part_end"])?,
            fact: match rows::optional(row, "fact_id")? {
                Some(id) => Some(FactQuote {
                    id,
                    revision: u32::try_from(rows::integer(row, "fact_revision")?).unwrap_or(u32::MAX),
                    hash: rows::text(row, "fact_hash")?,
                    quote: quote(row, ["fact_field", "fact_start", "fact_end", "fact_part_start", "fact_part_end"])?,
                }),
                None => None,
            },
            why: rows::text(row, "why")?,
        },
        dictionaries: rows::text(row, "dictionaries")?,
        rules: rows::text(row, "rules")?,
        found_at: rows::time(row, "found_at")?,
        judged,
    })
}

fn quote(row: &AnyRow, [field, start, end, from, to]: [&str; 5]) -> Result<Quote, StoreError> {
    let at = |column| Ok::<_, StoreError>(rows::small(rows::integer(row, column)?));
    Ok(Quote {
        field: rows::field_from(&rows::text(row, field)?),
        span: Span::new(at(start)?, at(end)?),
        part: Span::new(at(from)?, at(to)?),
    })
}

fn known<T>(parse: impl Fn(&str) -> Option<T>, column: &'static str, name: String) -> Result<T, StoreError> {
    parse(&name).ok_or(StoreError::Value { column, value: name })
}
