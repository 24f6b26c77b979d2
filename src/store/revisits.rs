//! Visits to reports that are known: when the next is due, what the last one found, and everything that was seen at an
//! address.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AnyConnection, any::AnyRow};

use super::{
    Reading, Store, StoreError, Stored,
    articles::{self, Origin},
    findings::finding,
    rows,
};
use crate::domain::{Answered, Dated, Finding, Revisit, Round, Seen, Sighting, Source, Visits};

/// A report that is planned to be visited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The report.
    pub article_id: String,
    /// When it was first fetched.
    pub first_fetched: DateTime<Utc>,
    /// When it is asked next whether a visit is due; none when there is none to come.
    pub next: Option<DateTime<Utc>>,
}

/// A report that was claimed for a visit, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The report.
    pub article_id: String,
    /// Its source.
    pub source_id: String,
    /// Its outlet.
    pub outlet: String,
    /// Where it is read.
    pub url: String,
    /// By which address it is known.
    pub canonical_url: String,
    /// The headline of its current version.
    pub title: String,
    /// The writer.
    pub byline: Option<String>,
    /// First published, by its own words.
    pub published: Option<Dated>,
    /// The hash of its current version.
    pub hash: String,
    /// The story it tells.
    pub story: Option<String>,
    /// What its visits are planned by.
    pub visits: Visits,
    /// The first of the latest visits that found no page, when there was one.
    pub missing_since: Option<DateTime<Utc>>,
    /// Since when its page counts as gone.
    pub gone: Option<DateTime<Utc>>,
    /// The end of the lease, which tells one claim from the next.
    held_until: i64,
}

/// A version of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1.
    pub revision: u32,
    /// SHA-256 of title and text.
    pub hash: String,
    /// The headline.
    pub title: String,
    /// The text.
    pub text: String,
    /// When it was first fetched.
    pub fetched: DateTime<Utc>,
}

/// What a visit found.
#[derive(Debug, Clone)]
pub enum Finds {
    /// A page with other words than the current version.
    Changed(Box<Reading>),
    /// The current version.
    Same,
    /// No page any more.
    Missing,
    /// Nothing that says anything about the page.
    Nothing,
}

/// A visit that was made.
#[derive(Debug, Clone)]
pub struct Visited {
    /// When.
    pub at: DateTime<Utc>,
    /// What it found.
    pub finds: Finds,
    /// Where the visits stand now.
    pub visits: Visits,
    /// See [`Planned::next`].
    pub next: Option<DateTime<Utc>>,
    /// The first of the latest visits that found no page.
    pub missing_since: Option<DateTime<Utc>>,
    /// Since when its page counts as gone.
    pub gone: Option<DateTime<Utc>>,
}

impl Store {
    /// Reports in scope that were first fetched since `since` and are not planned to be visited, `limit` of them, the
    /// earliest first. What the city publishes itself is none of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unplanned(
        &self,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT a.id, a.first_seen_at FROM articles a JOIN mentions m ON m.article_id = a.id \
                 AND m.revision = a.revision WHERE a.first_seen_at >= $1 AND a.official IS NULL AND m.in_scope = 1 \
                 AND NOT EXISTS (SELECT 1 FROM revisits v WHERE v.article_id = a.id) \
                 ORDER BY a.first_seen_at, a.id LIMIT $2",
            )
            .bind(rows::micros(since))
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            found.iter().map(|row| Ok((rows::text(row, "id")?, rows::time(row, "first_seen_at")?))).collect()
        };
        self.timed("unplanned", work).await
    }

    /// Plans visits. What another daemon has planned already stays as it is.
    ///
    /// # Errors
    /// When they cannot be written; then none of them was.
    pub async fn plan_visits(&self, planned: Vec<Planned>) -> Result<(), StoreError> {
        self.write(
            "plan_visits",
            Box::new(move |connection| {
                Box::pin(async move {
                    for it in planned {
                        sqlx::query(
                            "INSERT INTO revisits (article_id, first_fetched_at, next_at, held_until) \
                             VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING",
                        )
                        .bind(it.article_id)
                        .bind(rows::micros(it.first_fetched))
                        .bind(it.next.map(rows::micros))
                        .execute(&mut *connection)
                        .await?;
                    }
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Claims up to `most` reports that may be due for a visit, until `lease` is over.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn claim_visits(
        &self,
        most: usize,
        now: DateTime<Utc>,
        lease: TimeDelta,
    ) -> Result<Vec<Due>, StoreError> {
        let (sql, until) = (self.dialect.claim_visits(), rows::micros(now + lease));
        self.write(
            "claim_visits",
            Box::new(move |connection| {
                Box::pin(async move {
                    let claimed = sqlx::query(sql)
                        .bind(until)
                        .bind(rows::micros(now))
                        .bind(rows::big(most))
                        .fetch_all(&mut *connection)
                        .await?;
                    let mut dues = Vec::with_capacity(claimed.len());
                    for row in &claimed {
                        let found =
                            sqlx::query(DUE).bind(rows::text(row, "article_id")?).fetch_one(&mut *connection).await?;
                        dues.push(due(&found)?);
                    }
                    dues.sort_by(|a, b| a.article_id.cmp(&b.article_id));
                    Ok(dues)
                })
            }),
        )
        .await
    }

    /// Keeps what a visit found: a changed page as a further revision, the visit itself, and when the next one is due, all
    /// or nothing. One whose lease another daemon has by now moves no date. Says what became of a changed page.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn keep_visit(&self, source: &Source, due: &Due, visited: Visited) -> Result<Option<Stored>, StoreError> {
        let (dialect, due, origin) = (self.dialect, due.clone(), Origin::of(source));
        self.write(
            "keep_visit",
            Box::new(move |connection| {
                Box::pin(async move {
                    let seen = match &visited.finds {
                        Finds::Changed(reading) => Some(Some(reading.content_hash.clone())),
                        Finds::Same => Some(Some(due.hash.clone())),
                        Finds::Missing => Some(None),
                        Finds::Nothing => None,
                    };
                    let stored = match &visited.finds {
                        Finds::Changed(reading) => {
                            Some(articles::keep_report(connection, dialect, &origin, reading).await?)
                        }
                        Finds::Same | Finds::Missing | Finds::Nothing => None,
                    };
                    if let Some(hash) = seen {
                        saw(connection, &due.article_id, visited.at, hash).await?;
                    }
                    settle(connection, &due, &visited).await?;
                    Ok(stored)
                })
            }),
        )
        .await
    }

    /// Gives a claimed report back without a visit, to be asked for again at `next`; with none it is visited no more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn put_visit_off(&self, due: &Due, next: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let (id, held, next) = (due.article_id.clone(), due.held_until, next.map(rows::micros));
        let published = due.visits.published.map_or(0, rows::micros);
        self.write(
            "put_visit_off",
            Box::new(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "UPDATE revisits SET held_until = 0, \
                         next_at = CASE WHEN COALESCE(published_at, 0) = $4 THEN $3 ELSE published_at END \
                         WHERE article_id = $1 AND held_until = $2",
                    )
                    .bind(id)
                    .bind(held)
                    .bind(next)
                    .bind(published)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            }),
        )
        .await
    }

    /// All versions of a report with their texts, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn versions_of(&self, article_id: &str) -> Result<Vec<Version>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT revision, content_hash, title, text, fetched_at FROM revisions WHERE article_id = $1 \
                 ORDER BY revision",
            )
            .bind(article_id.to_owned())
            .fetch_all(&self.read)
            .await?;
            let version = |row| {
                Ok(Version {
                    revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
                    hash: rows::text(row, "content_hash")?,
                    title: rows::text(row, "title")?,
                    text: rows::text(row, "text")?,
                    fetched: rows::time(row, "fetched_at")?,
                })
            };
            found.iter().map(version).collect()
        };
        self.timed("versions_of", work).await
    }

    /// Everything that was seen at the address of a report, in order of time: each version when it was first fetched, and
    /// each visit that found one of them or none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sightings(&self, article_id: &str) -> Result<Vec<Sighting>, StoreError> {
        let versions = self.versions_of(article_id).await?;
        let work = async {
            let visits = sqlx::query("SELECT at, content_hash FROM visits WHERE article_id = $1")
                .bind(article_id.to_owned())
                .fetch_all(&self.read)
                .await?;
            let (mut pages, mut seen) = (HashMap::new(), Vec::new());
            for Version { hash, title, text, fetched, .. } in versions {
                let page = Seen::Page { title, text, hash: hash.clone() };
                seen.push(Sighting { at: fetched, seen: page.clone() });
                pages.insert(hash, page);
            }
            for row in &visits {
                let at = rows::time(row, "at")?;
                let page = match rows::optional(row, "content_hash")? {
                    Some(hash) => pages.get(&hash).cloned(),
                    None => Some(Seen::Gone),
                };
                seen.extend(page.map(|seen| Sighting { at, seen }));
            }
            seen.sort_by_key(|it| it.at);
            seen.dedup();
            Ok(seen)
        };
        self.timed("sightings", work).await
    }

    /// The alerts of one report of a case that the case is about, those that hold no longer among them, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claims_of_report(&self, case_id: &str, article_id: &str) -> Result<Vec<Finding>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT f.* FROM findings f JOIN case_claims k ON k.verdict = f.verdict AND k.kind = f.kind \
                 AND k.claimed = f.claimed AND k.fact_id = COALESCE(f.fact_id, '') \
                 WHERE k.case_id = $1 AND f.article_id = $2 AND f.level <> 'none' ORDER BY f.found_at, f.id",
            )
            .bind(case_id.to_owned())
            .bind(article_id.to_owned())
            .fetch_all(&self.read)
            .await?;
            found.iter().map(finding).collect()
        };
        self.timed("claims_of_report", work).await
    }
}

const DUE: &str = "SELECT v.*, a.source_id, a.outlet, a.url, a.canonical_url, r.title, r.byline, \
                   r.published_at AS appeared_at, r.published_quality, r.content_hash, s.story FROM revisits v \
                   JOIN articles a ON a.id = v.article_id \
                   JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision \
                   LEFT JOIN stories s ON s.article_id = a.id WHERE v.article_id = $1";

fn due(row: &AnyRow) -> Result<Due, StoreError> {
    Ok(Due {
        article_id: rows::text(row, "article_id")?,
        source_id: rows::text(row, "source_id")?,
        outlet: rows::text(row, "outlet")?,
        url: rows::text(row, "url")?,
        canonical_url: rows::text(row, "canonical_url")?,
        title: rows::text(row, "title")?,
        byline: rows::optional(row, "byline")?,
        published: rows::dated(row, "appeared_at", "published_quality")?,
        hash: rows::text(row, "content_hash")?,
        story: rows::optional(row, "story")?,
        visits: Visits {
            first_fetched: rows::time(row, "first_fetched_at")?,
            published: rows::optional_time(row, "published_at")?,
            last: last(row)?,
        },
        missing_since: rows::optional_time(row, "missing_since")?,
        gone: rows::optional_time(row, "gone_at")?,
        held_until: rows::integer(row, "held_until")?,
    })
}

fn last(row: &AnyRow) -> Result<Option<(Revisit, DateTime<Utc>, Answered)>, StoreError> {
    let Some(round) = rows::optional(row, "last_round")? else { return Ok(None) };
    let round = Round::from_name(&round).ok_or(StoreError::Value { column: "revisits.last_round", value: round })?;
    let answered = rows::text(row, "last_answered")?;
    let answered = Answered::from_name(&answered)
        .ok_or(StoreError::Value { column: "revisits.last_answered", value: answered })?;
    let visit = Revisit { round, at: rows::time(row, "last_planned_at")? };
    Ok(Some((visit, rows::time(row, "last_made_at")?, answered)))
}

/// Writes down what stood at the address of a report at one moment.
pub(super) async fn saw(
    connection: &mut AnyConnection,
    article_id: &str,
    at: DateTime<Utc>,
    hash: Option<String>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO visits (article_id, at, content_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(article_id.to_owned())
        .bind(rows::micros(at))
        .bind(hash)
        .execute(connection)
        .await?;
    Ok(())
}

async fn settle(connection: &mut AnyConnection, due: &Due, visited: &Visited) -> Result<(), StoreError> {
    let last = visited.visits.last;
    // A clarification that went out while the page was fetched has opened its round: that is asked for at once.
    sqlx::query(
        "UPDATE revisits SET last_round = $3, last_planned_at = $4, last_made_at = $5, last_answered = $6, \
         next_at = CASE WHEN COALESCE(published_at, 0) = $7 THEN $8 ELSE published_at END, held_until = 0, \
         missing_since = $9, gone_at = $10 WHERE article_id = $1 AND held_until = $2",
    )
    .bind(due.article_id.clone())
    .bind(due.held_until)
    .bind(last.map(|(visit, ..)| visit.round.name()))
    .bind(last.map(|(visit, ..)| rows::micros(visit.at)))
    .bind(last.map(|(_, at, _)| rows::micros(at)))
    .bind(last.map(|(.., answered)| answered.name()))
    .bind(due.visits.published.map_or(0, rows::micros))
    .bind(visited.next.map(rows::micros))
    .bind(visited.missing_since.map(rows::micros))
    .bind(visited.gone.map(rows::micros))
    .execute(connection)
    .await?;
    Ok(())
}

/// Opens the round of visits after publication for all reports of a case, also for those that were visited no more.
pub(super) async fn clarified(
    connection: &mut AnyConnection,
    case_id: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO revisits (article_id, first_fetched_at, published_at, next_at, held_until) \
         SELECT a.id, a.first_seen_at, $2, $2, 0 FROM case_reports e JOIN articles a ON a.id = e.article_id \
         WHERE e.case_id = $1 ON CONFLICT (article_id) \
         DO UPDATE SET published_at = excluded.published_at, next_at = excluded.next_at",
    )
    .bind(case_id.to_owned())
    .bind(rows::micros(at))
    .execute(connection)
    .await?;
    Ok(())
}
