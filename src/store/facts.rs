//! The register of official statements: every version is kept, the latest of each counts.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, any::AnyRow};

use super::{Store, StoreError, audit, dialect::Dialect, reports::Search, rows};
use crate::domain::{Action, Actor, Entered, Event, FactKind, FactVersion, Statement};

/// A statement to be kept.
#[derive(Debug, Clone)]
pub struct Stating {
    /// Its key.
    pub id: String,
    /// What it says.
    pub statement: Statement,
    /// Its words, segmented, for the search.
    pub words: String,
}

/// What became of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// Nobody had it before.
    New,
    /// It is a further version.
    Revised,
    /// It says what the latest version says.
    Same,
}

/// Which statements are wanted, by their latest versions. Empty texts and `None` ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FactFilter {
    /// Words that must all be there, already segmented.
    pub search: Search,
    /// The kind.
    pub kind: Option<FactKind>,
    /// Who says it.
    pub agency: String,
    /// Only those that hold at this time or will.
    pub holding: Option<DateTime<Utc>>,
}

/// A page of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactPage {
    /// The latest versions, the latest recorded first. Their texts are cut after 400 characters.
    pub facts: Vec<FactVersion>,
    /// All that match, whatever the page.
    pub total: u64,
    /// The number before which the next page begins.
    pub next: Option<i64>,
}

/// Two agencies' statements that disagree.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreement {
    /// The one: key, agency and headline.
    pub fact: (String, String, String),
    /// The other.
    pub other: (String, String, String),
    /// In what, in a sentence.
    pub why: String,
    /// When it was noticed.
    pub found_at: DateTime<Utc>,
}

/// Two statements that were found to disagree: key and hash of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Disagreeing {
    /// The one.
    pub fact: (String, String),
    /// The other.
    pub other: (String, String),
    /// In what, in a sentence.
    pub why: String,
    /// How sure it is, 0 to 1.
    pub score: f64,
}

impl Store {
    /// Keeps statements that a person entered or imported, each as a further version where it says something new. The
    /// audit log gets one row, about `subject`.
    ///
    /// # Errors
    /// When they cannot be written; then none of them was.
    pub async fn put_facts(
        &self,
        statements: Vec<Stating>,
        (action, subject): (Action, String),
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<Vec<Put>, StoreError> {
        let dialect = self.dialect;
        let entered = Entered::Person(actor.name.clone());
        self.audited(
            "put_facts",
            Box::new(move |connection| {
                Box::pin(async move {
                    lock(connection, dialect).await?;
                    let mut done = Vec::with_capacity(statements.len());
                    for stating in &statements {
                        done.push(put(connection, dialect, stating, &entered, at).await?);
                    }
                    let count = |put| done.iter().filter(|it| **it == put).count();
                    let (new, revised) = (count(Put::New), count(Put::Revised));
                    if new + revised > 0 {
                        let detail = serde_json::json!({ "new": new, "revised": revised }).to_string();
                        audit::append(connection, Event { at, actor, action, subject, detail }).await?;
                    }
                    Ok(done)
                })
            }),
        )
        .await
    }

    /// Versions with a number above `after`, in the order of their numbers, `limit` at a time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn facts_after(&self, after: i64, limit: usize) -> Result<Vec<FactVersion>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM facts WHERE number > $1 ORDER BY number LIMIT $2")
                .bind(after)
                .bind(rows::big(limit))
                .fetch_all(&self.read)
                .await?;
            found.iter().map(version).collect()
        };
        self.timed("facts_after", work).await
    }

    /// All versions of a statement, the latest first; none of an unknown key.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fact_versions(&self, id: &str) -> Result<Vec<FactVersion>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM facts WHERE id = $1 ORDER BY revision DESC")
                .bind(id.to_owned())
                .fetch_all(&self.read)
                .await?;
            found.iter().map(version).collect()
        };
        self.timed("fact_versions", work).await
    }

    /// One version of a statement.
    ///
    /// # Errors
    /// When the database does not answer. An unknown one is `Ok(None)`.
    pub async fn fact_version(&self, id: &str, revision: u32) -> Result<Option<FactVersion>, StoreError> {
        let work = async {
            let found = sqlx::query("SELECT * FROM facts WHERE id = $1 AND revision = $2")
                .bind(id.to_owned())
                .bind(i64::from(revision))
                .fetch_optional(&self.read)
                .await?;
            found.as_ref().map(version).transpose()
        };
        self.timed("fact_version", work).await
    }

    /// Statements that match, the latest recorded first, `limit` at a time, before the version numbered `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn facts(&self, filter: &FactFilter, before: Option<i64>, limit: usize) -> Result<FactPage, StoreError> {
        let work = async {
            let search = self.dialect.search_text(&filter.search.words);
            let [list, count] = self.dialect.facts();
            let chosen = |sql: &'static str| {
                sqlx::query(sql)
                    .bind(search.clone())
                    .bind(filter.kind.map_or("", FactKind::name))
                    .bind(filter.agency.clone())
                    .bind(filter.holding.map_or(-1, rows::micros))
            };
            let found = chosen(list)
                .bind(before.unwrap_or(i64::MAX))
                .bind(rows::big(limit.saturating_add(1)))
                .fetch_all(&self.read)
                .await?;
            let total: i64 = sqlx::Row::try_get(&chosen(count).fetch_one(&self.read).await?, 0)?;
            let mut facts = found.iter().map(version).collect::<Result<Vec<_>, _>>()?;
            let more = facts.len() > limit;
            facts.truncate(limit);
            let next = if more { facts.last().map(|fact| fact.number) } else { None };
            Ok(FactPage { facts, total: u64::try_from(total).unwrap_or_default(), next })
        };
        self.timed("facts", work).await
    }

    /// The agencies that statements are by, by how many they have.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fact_agencies(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT agency AS name, COUNT(DISTINCT id) AS n FROM facts GROUP BY agency ORDER BY n DESC, name",
            )
            .fetch_all(&self.read)
            .await?;
            let count = |row| {
                let n = u64::try_from(rows::integer(row, "n")?).unwrap_or_default();
                Ok((rows::text(row, "name")?, n))
            };
            found.iter().map(count).collect()
        };
        self.timed("fact_agencies", work).await
    }

    /// When each source last brought a statement.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn last_statements(&self) -> Result<Vec<(String, DateTime<Utc>)>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT source_id, MAX(recorded_at) AS last FROM facts WHERE source_id IS NOT NULL GROUP BY source_id",
            )
            .fetch_all(&self.read)
            .await?;
            found.iter().map(|row| Ok((rows::text(row, "source_id")?, rows::time(row, "last")?))).collect()
        };
        self.timed("last_statements", work).await
    }

    /// Keeps which statements were found to disagree.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn disagree(&self, found: Vec<Disagreeing>, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.write(
            "disagree",
            Box::new(move |connection| {
                Box::pin(async move {
                    for mut it in found {
                        // Either of the two may have been the one that was looked at.
                        if it.fact.0 > it.other.0 {
                            std::mem::swap(&mut it.fact, &mut it.other);
                        }
                        sqlx::query(
                            "INSERT INTO disagreements (fact_id, fact_hash, other_id, other_hash, why, score, found_at) \
                             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                        )
                        .bind(it.fact.0)
                        .bind(it.fact.1)
                        .bind(it.other.0)
                        .bind(it.other.1)
                        .bind(it.why)
                        .bind(it.score)
                        .bind(rows::micros(at))
                        .execute(&mut *connection)
                        .await?;
                    }
                    Ok(())
                })
            }),
        )
        .await
    }

    /// Statements whose latest versions disagree and that both hold at `now`, the latest noticed first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn disagreements(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Disagreement>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT d.fact_id, a.agency AS fact_agency, a.title AS fact_title, d.other_id, \
                 b.agency AS other_agency, b.title AS other_title, d.why, d.found_at \
                 FROM disagreements d JOIN facts a ON a.id = d.fact_id AND a.hash = d.fact_hash \
                 JOIN facts b ON b.id = d.other_id AND b.hash = d.other_hash \
                 WHERE a.superseded_by IS NULL AND b.superseded_by IS NULL \
                 AND (a.valid_to IS NULL OR a.valid_to >= $1) AND (b.valid_to IS NULL OR b.valid_to >= $1) \
                 AND NOT EXISTS (SELECT 1 FROM facts n WHERE n.id = a.id AND n.revision > a.revision) \
                 AND NOT EXISTS (SELECT 1 FROM facts n WHERE n.id = b.id AND n.revision > b.revision) \
                 ORDER BY d.found_at DESC, d.fact_id, d.other_id LIMIT $2",
            )
            .bind(rows::micros(now))
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            let disagreement = |row| {
                let text = |column| rows::text(row, column);
                Ok(Disagreement {
                    fact: (text("fact_id")?, text("fact_agency")?, text("fact_title")?),
                    other: (text("other_id")?, text("other_agency")?, text("other_title")?),
                    why: text("why")?,
                    found_at: rows::time(row, "found_at")?,
                })
            };
            found.iter().map(disagreement).collect()
        };
        self.timed("disagreements", work).await
    }
}

/// Keeps others from adding to the register until the transaction ends, so that numbers grow in the order of commits and
/// nobody who reads on from a number misses one.
pub(super) async fn lock(connection: &mut AnyConnection, dialect: Dialect) -> Result<(), StoreError> {
    if let Some(lock) = dialect.lock_facts() {
        sqlx::query(lock).execute(connection).await?;
    }
    Ok(())
}

/// A statement as its source now publishes it, with the validity that a person gave its latest version. A release that is
/// edited after a person ended it stays ended.
pub(super) async fn carry_on(
    connection: &mut AnyConnection,
    id: &str,
    statement: Statement,
) -> Result<Statement, StoreError> {
    let latest = sqlx::query("SELECT * FROM facts WHERE id = $1 ORDER BY revision DESC LIMIT 1")
        .bind(id.to_owned())
        .fetch_optional(connection)
        .await?;
    let Some(latest) = latest.as_ref().map(version).transpose()? else { return Ok(statement) };
    let Statement { kind, valid_from, valid_to, superseded_by, .. } = latest.statement;
    Ok(Statement { kind, valid_from, valid_to, superseded_by, ..statement })
}

/// Adds a version, unless the latest one says the same. Only under [`lock`].
pub(super) async fn put(
    connection: &mut AnyConnection,
    dialect: Dialect,
    Stating { id, statement, words }: &Stating,
    entered: &Entered,
    at: DateTime<Utc>,
) -> Result<Put, StoreError> {
    let latest = sqlx::query("SELECT * FROM facts WHERE id = $1 ORDER BY revision DESC LIMIT 1")
        .bind(id.clone())
        .fetch_optional(&mut *connection)
        .await?;
    let latest = latest.as_ref().map(version).transpose()?;
    if latest.as_ref().is_some_and(|latest| latest.statement == *statement) {
        return Ok(Put::Same);
    }
    let (source, person) = match entered {
        Entered::Source(source) => (Some(source.clone()), None),
        Entered::Person(person) => (None, Some(person.clone())),
    };
    let number: i64 = sqlx::query_scalar(
        "INSERT INTO facts (id, revision, kind, agency, title, text, url, document_no, published_at, valid_from, \
         valid_to, superseded_by, hash, source_id, entered_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING number",
    )
    .bind(id.clone())
    .bind(latest.as_ref().map_or(1, |latest| i64::from(latest.revision) + 1))
    .bind(statement.kind.name())
    .bind(statement.agency.clone())
    .bind(statement.title.clone())
    .bind(statement.text.clone())
    .bind(statement.url.clone())
    .bind(statement.document_no.clone())
    .bind(statement.published.map(rows::micros))
    .bind(statement.valid_from.map(rows::micros))
    .bind(statement.valid_to.map(rows::micros))
    .bind(statement.superseded_by.clone())
    .bind(statement.hash())
    .bind(source)
    .bind(person)
    .bind(rows::micros(at))
    .fetch_one(&mut *connection)
    .await?;
    if let Some(latest) = &latest {
        sqlx::query(dialect.forget_fact_words()).bind(latest.number).execute(&mut *connection).await?;
    }
    sqlx::query(dialect.index_fact_words()).bind(number).bind(words.clone()).execute(&mut *connection).await?;
    Ok(if latest.is_some() { Put::Revised } else { Put::New })
}

fn version(row: &AnyRow) -> Result<FactVersion, StoreError> {
    let kind = rows::text(row, "kind")?;
    let source = rows::optional(row, "source_id")?;
    Ok(FactVersion {
        number: rows::integer(row, "number")?,
        id: rows::text(row, "id")?,
        revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
        statement: Statement {
            kind: FactKind::from_name(&kind).ok_or(StoreError::Value { column: "facts.kind", value: kind })?,
            agency: rows::text(row, "agency")?,
            title: rows::text(row, "title")?,
            text: rows::text(row, "text")?,
            url: rows::optional(row, "url")?,
            document_no: rows::optional(row, "document_no")?,
            published: rows::optional_time(row, "published_at")?,
            valid_from: rows::optional_time(row, "valid_from")?,
            valid_to: rows::optional_time(row, "valid_to")?,
            superseded_by: rows::optional(row, "superseded_by")?,
        },
        hash: rows::text(row, "hash")?,
        entered: match source {
            Some(source) => Entered::Source(source),
            None => Entered::Person(rows::optional(row, "entered_by")?.unwrap_or_default()),
        },
        recorded_at: rows::time(row, "recorded_at")?,
    })
}
