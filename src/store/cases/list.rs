//! Cases as lists and pages need them, and what calls for a new one.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;

use super::{
    super::{Store, StoreError, findings::finding, rows},
    changes::CaseClaim,
    drafts,
    rows::case,
};
use crate::domain::{Case, CaseLevel, CaseState, ClaimKind, Finding, Sealed, Stage, Verdict};

/// Which cases are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// In one of these states; all without any.
    pub states: Vec<CaseState>,
    /// Of this level.
    pub level: Option<CaseLevel>,
    /// Of this agency; empty for all.
    pub agency: String,
}

/// A page of cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePage {
    /// The cases, the latest opened first.
    pub cases: Vec<Case>,
    /// All that match, whatever the page.
    pub total: u64,
    /// The number before which the next page begins.
    pub next: Option<i64>,
}

/// Cases that are open, by state and level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenCount {
    /// Where they stand.
    pub state: CaseState,
    /// How they are timed.
    pub level: CaseLevel,
    /// How many.
    pub cases: u64,
}

/// An alert that no case speaks of yet.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseAlert {
    /// The story the report tells.
    pub story: String,
    /// The source that brought the report.
    pub source_id: String,
    /// Its outlet.
    pub outlet: String,
    /// Its headline.
    pub title: String,
    /// When it was published, by its own words.
    pub published: Option<DateTime<Utc>>,
    /// When it was first fetched.
    pub fetched: DateTime<Utc>,
    /// Where it plays.
    pub district: Option<String>,
    /// The service it is most about.
    pub service: Option<String>,
    /// The alert.
    pub finding: Finding,
    /// The words of the claim that decide.
    pub claimed: String,
}

/// How much is told of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseSize {
    /// Its reports.
    pub reports: u64,
    /// The outlets they are by.
    pub outlets: u64,
}

/// A report of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReport {
    /// Its key.
    pub article_id: String,
    /// Its current version.
    pub revision: u32,
    /// Its source.
    pub source_id: String,
    /// Its outlet.
    pub outlet: String,
    /// What sort of outlet that is.
    pub sort: String,
    /// Its address.
    pub url: String,
    /// Its current headline.
    pub title: String,
    /// Its current text.
    pub text: String,
    /// The hash of its current version.
    pub hash: String,
    /// When it was published, by its own words.
    pub published: Option<DateTime<Utc>>,
    /// When it was first fetched.
    pub fetched: DateTime<Utc>,
    /// When it joined.
    pub joined: DateTime<Utc>,
    /// Whether its page is gone.
    pub gone: bool,
}

/// The condition by which a finding is no longer news to any case of its report.
const UNCLAIMED: &str = "SELECT f.*, a.source_id, a.outlet, a.first_seen_at, r.title, r.published_at, m.district, \
     s.service, t.story FROM findings f \
     JOIN articles a ON a.id = f.article_id JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision \
     JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision JOIN stories t ON t.article_id = a.id \
     LEFT JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0 \
     WHERE f.ended_at IS NULL AND f.level <> 'none' AND (f.outcome IS NULL OR f.outcome = 'misreport') \
     AND f.found_at >= $1 AND NOT EXISTS (SELECT 1 FROM case_reports e JOIN case_claims k ON k.case_id = e.case_id \
     WHERE e.article_id = f.article_id AND k.verdict = f.verdict AND k.kind = f.kind AND k.claimed = f.claimed \
     AND k.fact_id = COALESCE(f.fact_id, '')) ORDER BY f.found_at, f.id LIMIT $2";

impl Store {
    /// Alerts found since `since` that no case speaks of, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unclaimed_alerts(&self, since: DateTime<Utc>, limit: usize) -> Result<Vec<CaseAlert>, StoreError> {
        let work = async {
            let found =
                sqlx::query(UNCLAIMED).bind(rows::micros(since)).bind(rows::big(limit)).fetch_all(&self.read).await?;
            let alert = |row| {
                Ok(CaseAlert {
                    story: rows::text(row, "story")?,
                    source_id: rows::text(row, "source_id")?,
                    outlet: rows::text(row, "outlet")?,
                    title: rows::text(row, "title")?,
                    published: rows::optional_time(row, "published_at")?,
                    fetched: rows::time(row, "first_seen_at")?,
                    district: rows::optional(row, "district")?,
                    service: rows::optional(row, "service")?,
                    claimed: rows::text(row, "claimed")?,
                    finding: finding(row)?,
                })
            };
            found.iter().map(alert).collect()
        };
        self.timed("unclaimed_alerts", work).await
    }

    /// Reports that say word for word what a report of an open case says and have not joined it: case, report and source.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unjoined_copies(&self, limit: usize) -> Result<Vec<(String, String, String)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT e.case_id, k.article_id, a.source_id FROM checks k \
                 JOIN articles a ON a.id = k.article_id AND a.revision = k.revision \
                 JOIN case_reports e ON e.article_id = k.shared_with JOIN cases c ON c.id = e.case_id \
                 WHERE c.state IN ('to_verify', 'assigned', 'verifying', 'drafting', 'reviewing', 'published', \
                 'tracking', 'apologised') AND NOT EXISTS (SELECT 1 FROM case_reports j WHERE j.case_id = e.case_id \
                 AND j.article_id = k.article_id) ORDER BY e.case_id, k.article_id LIMIT $1",
            )
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            let copy =
                |row| Ok((rows::text(row, "case_id")?, rows::text(row, "article_id")?, rows::text(row, "source_id")?));
            found.iter().map(copy).collect()
        };
        self.timed("unjoined_copies", work).await
    }

    /// A case, with everybody who wrote a revision of a submitted draft.
    ///
    /// # Errors
    /// When the database does not answer. An unknown one is `Ok(None)`.
    pub async fn case(&self, id: &str) -> Result<Option<Case>, StoreError> {
        let work = async {
            let mut connection = self.read.acquire().await?;
            let found = sqlx::query("SELECT * FROM cases WHERE id = $1")
                .bind(id.to_owned())
                .fetch_optional(&mut *connection)
                .await?;
            let Some(row) = found else { return Ok(None) };
            let mut case = case(&row)?;
            if let Stage::Reviewing(_, _, text) = &mut case.stage {
                text.drafters.extend(drafts::writers(&mut connection, id).await?);
            }
            Ok(Some(case))
        };
        self.timed("case", work).await
    }

    /// The key of the case of this number.
    ///
    /// # Errors
    /// When the database does not answer. An unknown one is `Ok(None)`.
    pub async fn case_id(&self, number: i64) -> Result<Option<String>, StoreError> {
        let work = async {
            let sql = "SELECT id FROM cases WHERE number = $1";
            let found = sqlx::query(sql).bind(number).fetch_optional(&self.read).await?;
            found.map(|row| rows::text(&row, "id")).transpose()
        };
        self.timed("case_id", work).await
    }

    /// The case that was last opened for a story, over or not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_case_of_story(&self, story: &str) -> Result<Option<Case>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM cases WHERE story = $1 ORDER BY number DESC LIMIT 1")
                .bind(story.to_owned())
                .fetch_optional(&self.read)
                .await?;
            found.as_ref().map(case).transpose()
        };
        self.timed("last_case_of_story", work).await
    }

    /// What the reports of a case say otherwise.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claims_of_case(&self, id: &str) -> Result<Vec<CaseClaim>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM case_claims WHERE case_id = $1 ORDER BY added_at, claimed")
                .bind(id.to_owned())
                .fetch_all(&self.read)
                .await?;
            let claim = |row| {
                let (verdict, kind) = (rows::text(row, "verdict")?, rows::text(row, "kind")?);
                Ok(CaseClaim {
                    verdict: Verdict::from_name(&verdict)
                        .ok_or(StoreError::Value { column: "case_claims.verdict", value: verdict })?,
                    kind: ClaimKind::from_name(&kind)
                        .ok_or(StoreError::Value { column: "case_claims.kind", value: kind })?,
                    claimed: rows::text(row, "claimed")?,
                    fact_id: Some(rows::text(row, "fact_id")?).filter(|id| !id.is_empty()),
                })
            };
            found.iter().map(claim).collect()
        };
        self.timed("claims_of_case", work).await
    }

    /// The cases a report belongs to, the latest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn cases_of_report(&self, article_id: &str) -> Result<Vec<Case>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT c.* FROM cases c JOIN case_reports e ON e.case_id = c.id WHERE e.article_id = $1 \
                 ORDER BY c.number DESC",
            )
            .bind(article_id.to_owned())
            .fetch_all(&self.read)
            .await?;
            found.iter().map(case).collect()
        };
        self.timed("cases_of_report", work).await
    }

    /// Cases that match, the latest opened first, `limit` at a time, before the one numbered `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn cases(&self, filter: &CaseFilter, before: Option<i64>, limit: usize) -> Result<CasePage, StoreError> {
        let work = async {
            // Names of states have no comma, so that one text can hold any number of them.
            let states: String = filter.states.iter().flat_map(|state| [",", state.name()]).collect::<String>() + ",";
            let chosen = |sql: &'static str| {
                sqlx::query(sql)
                    .bind(if filter.states.is_empty() { String::new() } else { states.clone() })
                    .bind(filter.level.map_or("", CaseLevel::name))
                    .bind(filter.agency.clone())
            };
            let found = chosen(
                "SELECT * FROM cases WHERE ($1 = '' OR $1 LIKE '%,' || state || ',%') AND ($2 = '' OR level = $2) \
                 AND ($3 = '' OR agency = $3) AND number < $4 ORDER BY number DESC LIMIT $5",
            )
            .bind(before.unwrap_or(i64::MAX))
            .bind(rows::big(limit.saturating_add(1)))
            .fetch_all(&self.read)
            .await?;
            let count = chosen(
                "SELECT COUNT(*) FROM cases WHERE ($1 = '' OR $1 LIKE '%,' || state || ',%') \
                 AND ($2 = '' OR level = $2) AND ($3 = '' OR agency = $3)",
            )
            .fetch_one(&self.read)
            .await?;
            let total: i64 = sqlx::Row::try_get(&count, 0)?;
            let mut cases = found.iter().map(case).collect::<Result<Vec<_>, _>>()?;
            let more = cases.len() > limit;
            cases.truncate(limit);
            let next = if more { cases.last().map(|case| case.number) } else { None };
            Ok(CasePage { cases, total: u64::try_from(total).unwrap_or_default(), next })
        };
        self.timed("cases", work).await
    }

    /// How many cases stand where.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_cases(&self) -> Result<Vec<OpenCount>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT state, level, COUNT(*) AS n FROM cases GROUP BY state, level ORDER BY state, level",
            )
            .fetch_all(&self.read)
            .await?;
            let count = |row: &AnyRow| -> Result<OpenCount, StoreError> {
                let (state, level) = (rows::text(row, "state")?, rows::text(row, "level")?);
                Ok(OpenCount {
                    state: CaseState::from_name(&state)
                        .ok_or(StoreError::Value { column: "cases.state", value: state })?,
                    level: CaseLevel::from_name(&level)
                        .ok_or(StoreError::Value { column: "cases.level", value: level })?,
                    cases: u64::try_from(rows::integer(row, "n")?).unwrap_or_default(),
                })
            };
            found.iter().map(count).collect()
        };
        self.timed("count_cases", work).await
    }

    /// How many cases wait for an answer.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn count_awaiting(&self) -> Result<u64, StoreError> {
        let work = async {
            let row = sqlx::query(
                "SELECT COUNT(*) AS n FROM cases \
                 WHERE state IN ('to_verify', 'assigned', 'verifying', 'drafting', 'reviewing')",
            )
            .fetch_one(&self.read)
            .await?;
            Ok(u64::try_from(rows::integer(&row, "n")?).unwrap_or_default())
        };
        self.timed("count_awaiting", work).await
    }

    /// The headlines of the reports of a case, in all their versions: report, version and headline.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn headlines_of_case(&self, id: &str) -> Result<Vec<(String, u32, String)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT r.article_id, r.revision, r.title FROM case_reports e \
                 JOIN revisions r ON r.article_id = e.article_id WHERE e.case_id = $1 \
                 ORDER BY e.joined_at, r.article_id, r.revision",
            )
            .bind(id.to_owned())
            .fetch_all(&self.read)
            .await?;
            let headline = |row| {
                let revision = u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX);
                Ok((rows::text(row, "article_id")?, revision, rows::text(row, "title")?))
            };
            found.iter().map(headline).collect()
        };
        self.timed("headlines_of_case", work).await
    }

    /// How much is told of the cases numbered from `first` to `last`, by their keys; one without reports is left out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn case_sizes(&self, first: i64, last: i64) -> Result<HashMap<String, CaseSize>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT e.case_id, COUNT(*) AS reports, COUNT(DISTINCT a.outlet) AS outlets FROM cases c \
                 JOIN case_reports e ON e.case_id = c.id JOIN articles a ON a.id = e.article_id \
                 WHERE c.number >= $1 AND c.number <= $2 GROUP BY e.case_id",
            )
            .bind(first)
            .bind(last)
            .fetch_all(&self.read)
            .await?;
            let size = |row| {
                let (reports, outlets) = (rows::integer(row, "reports")?, rows::integer(row, "outlets")?);
                let size = CaseSize {
                    reports: u64::try_from(reports).unwrap_or_default(),
                    outlets: u64::try_from(outlets).unwrap_or_default(),
                };
                Ok((rows::text(row, "case_id")?, size))
            };
            found.iter().map(size).collect()
        };
        self.timed("case_sizes", work).await
    }

    /// The reports of a case, the first to join first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reports_of_case(&self, id: &str) -> Result<Vec<CaseReport>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT a.id, a.revision, a.source_id, a.outlet, a.url, a.first_seen_at, r.title, r.text, \
                 r.content_hash, r.published_at, e.sort, e.joined_at, v.gone_at FROM case_reports e \
                 JOIN articles a ON a.id = e.article_id LEFT JOIN revisits v ON v.article_id = a.id \
                 JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision \
                 WHERE e.case_id = $1 ORDER BY e.joined_at, a.number",
            )
            .bind(id.to_owned())
            .fetch_all(&self.read)
            .await?;
            let report = |row| {
                Ok(CaseReport {
                    article_id: rows::text(row, "id")?,
                    revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
                    source_id: rows::text(row, "source_id")?,
                    outlet: rows::text(row, "outlet")?,
                    sort: rows::text(row, "sort")?,
                    url: rows::text(row, "url")?,
                    title: rows::text(row, "title")?,
                    text: rows::text(row, "text")?,
                    hash: rows::text(row, "content_hash")?,
                    published: rows::optional_time(row, "published_at")?,
                    fetched: rows::time(row, "first_seen_at")?,
                    joined: rows::time(row, "joined_at")?,
                    gone: rows::optional_time(row, "gone_at")?.is_some(),
                })
            };
            found.iter().map(report).collect()
        };
        self.timed("reports_of_case", work).await
    }

    /// The alerts that the case is about, those that hold no longer among them, each claim once: of several reports that
    /// say the same, the first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn findings_of_case(&self, id: &str) -> Result<Vec<Finding>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT f.* FROM findings f JOIN case_reports e ON e.article_id = f.article_id \
                 JOIN case_claims k ON k.case_id = e.case_id AND k.verdict = f.verdict AND k.kind = f.kind \
                 AND k.claimed = f.claimed AND k.fact_id = COALESCE(f.fact_id, '') \
                 WHERE e.case_id = $1 AND f.level <> 'none' \
                 AND NOT EXISTS (SELECT 1 FROM findings g JOIN case_reports h ON h.article_id = g.article_id \
                 WHERE h.case_id = e.case_id AND g.level <> 'none' AND g.verdict = f.verdict AND g.kind = f.kind \
                 AND g.claimed = f.claimed AND COALESCE(g.fact_id, '') = COALESCE(f.fact_id, '') \
                 AND (g.found_at < f.found_at OR (g.found_at = f.found_at AND g.id < f.id))) \
                 ORDER BY f.level, f.score DESC, f.id",
            )
            .bind(id.to_owned())
            .fetch_all(&self.read)
            .await?;
            found.iter().map(finding).collect()
        };
        self.timed("findings_of_case", work).await
    }

    /// What the audit log says of a case, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn timeline(&self, id: &str, limit: usize) -> Result<Vec<Sealed>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM audit WHERE subject = $1 ORDER BY seq LIMIT $2")
                .bind(id.to_owned())
                .bind(rows::big(limit))
                .fetch_all(&self.read)
                .await?;
            found.iter().map(super::super::audit::sealed).collect()
        };
        self.timed("timeline", work).await
    }
}
