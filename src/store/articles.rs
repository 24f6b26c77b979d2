//! Reports, their revisions and what was understood of them, written together or not at all.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row};

use super::{
    QueuedEntry, Store, StoreError,
    checks::{self, Checking},
    dialect::Dialect,
    facts::{self, Stating},
    revisits, rows,
    stories::{self, Told},
};
use crate::domain::{Article, Entered, Field, Mention, Page, Source, Statement};

/// Versions of one report that are kept. A page that changes more often counts words or visitors, and no further version of
/// it tells anybody anything.
const MOST_REVISIONS: i64 = 100;

/// Everything one entry became.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The queue row this settles, as it was claimed; none when a known page was visited again.
    pub queued: Option<QueuedEntry>,
    /// The key the report gets when it is new.
    pub article_id: String,
    /// The outlet it is counted under.
    pub outlet: String,
    /// SHA-256 over title and text, in hex: what makes a revision.
    pub content_hash: String,
    /// The bytes it was read from and their SHA-256, when a page was fetched.
    pub snapshot: Option<(String, Page)>,
    /// What was read.
    pub article: Article,
    /// What was understood.
    pub mention: Mention,
    /// The story it tells, should it be new.
    pub told: Told,
    /// What the register says of it.
    pub checking: Checking,
    /// When it was fetched.
    pub fetched_at: DateTime<Utc>,
}

/// What became of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// A report nobody had before.
    New,
    /// A known report with another text.
    Revised,
    /// A known report with a known text.
    Duplicate,
}

impl Stored {
    /// The metric label.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Revised => "updated",
            Self::Duplicate => "duplicate",
        }
    }
}

impl Store {
    /// Keeps a reading: snapshot, report, revision, mention, search words and the settled queue row in one
    /// transaction. A changed report becomes a further revision; nothing is overwritten.
    ///
    /// # Errors
    /// When it cannot be written; then nothing of it was.
    pub async fn keep(&self, source: &Source, reading: Reading) -> Result<Stored, StoreError> {
        let (dialect, origin) = (self.dialect, Origin::of(source));
        self.write(
            "keep",
            Box::new(move |connection| {
                Box::pin(async move {
                    let stored = keep_report(connection, dialect, &origin, &reading).await?;
                    let Some(queued) = reading.queued else { return Ok(stored) };
                    // What was announced is in the revision now and need not be kept twice.
                    sqlx::query(
                        "UPDATE entries SET state = 'done', locked_until = 0, trouble = NULL, summary = NULL, \
                         content = NULL WHERE id = $1 AND locked_until = $2",
                    )
                    .bind(queued.id)
                    .bind(queued.claim)
                    .execute(connection)
                    .await?;
                    Ok(stored)
                })
            }),
        )
        .await
    }
}

/// Where a report comes from, as far as it is kept with it.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    source_id: String,
    official: Option<String>,
}

impl Origin {
    pub(super) fn of(source: &Source) -> Self {
        Self { source_id: source.id.as_str().to_owned(), official: source.official.clone() }
    }
}

/// Keeps all but the queue row.
pub(super) async fn keep_report(
    connection: &mut AnyConnection,
    dialect: Dialect,
    Origin { source_id, official }: &Origin,
    reading: &Reading,
) -> Result<Stored, StoreError> {
    let (source_id, official) = (source_id.as_str(), official.as_deref());
    if let Some(lock) = dialect.lock_report() {
        sqlx::query(lock).bind(reading.article.canonical_url.clone()).execute(&mut *connection).await?;
    }
    let known = sqlx::query(
        "SELECT a.id, a.number, a.revision, (SELECT revision FROM revisions WHERE article_id = a.id \
         AND content_hash = $2) AS same, (SELECT MAX(revision) FROM revisions WHERE article_id = a.id) AS last \
         FROM articles a WHERE a.canonical_url = $1",
    )
    .bind(reading.article.canonical_url.clone())
    .bind(reading.content_hash.clone())
    .fetch_optional(&mut *connection)
    .await?;
    let sort_at = reading.article.published_at.map_or(reading.fetched_at, |d| d.at.min(reading.fetched_at));
    let Some(row) = known else {
        let number: i64 = sqlx::query_scalar(
            "INSERT INTO articles (id, source_id, outlet, official, canonical_url, url, revision, first_seen_at, \
             sort_at) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8) RETURNING number",
        )
        .bind(reading.article_id.clone())
        .bind(source_id.to_owned())
        .bind(reading.outlet.clone())
        .bind(official.map(str::to_owned))
        .bind(reading.article.canonical_url.clone())
        .bind(reading.article.url.clone())
        .bind(rows::micros(reading.fetched_at))
        .bind(rows::micros(sort_at))
        .fetch_one(&mut *connection)
        .await?;
        add_revision(connection, &reading.article_id, 1, reading).await?;
        stories::tell(connection, &reading.article_id, &reading.told).await?;
        index(connection, dialect, number, reading).await?;
        hold(connection, dialect, (&reading.article_id, 1), (source_id, official), reading).await?;
        return Ok(Stored::New);
    };
    let (id, number) = (rows::text(&row, "id")?, rows::integer(&row, "number")?);
    let current = rows::integer(&row, "revision")?;
    let revision = match row.try_get::<Option<i64>, _>("same")? {
        Some(same) if same == current => return Ok(Stored::Duplicate),
        // An outlet that flips between two versions gets no third one; that it went back is kept as a visit.
        Some(same) => {
            revisits::saw(connection, &id, reading.fetched_at, Some(reading.content_hash.clone())).await?;
            same
        }
        None if rows::integer(&row, "last")? >= MOST_REVISIONS => return Ok(Stored::Duplicate),
        None => {
            let next = rows::integer(&row, "last")? + 1;
            add_revision(connection, &id, next, reading).await?;
            next
        }
    };
    sqlx::query("UPDATE articles SET revision = $2 WHERE id = $1")
        .bind(id.clone())
        .bind(revision)
        .execute(&mut *connection)
        .await?;
    sqlx::query(dialect.forget_words()).bind(number).execute(&mut *connection).await?;
    index(connection, dialect, number, reading).await?;
    hold(connection, dialect, (&id, revision), (source_id, official), reading).await?;
    Ok(Stored::Revised)
}

/// Takes an official statement into the register, under the key of the report it was published as, and keeps what the
/// register says of any other report.
async fn hold(
    connection: &mut AnyConnection,
    dialect: Dialect,
    (id, revision): (&str, i64),
    (source_id, official): (&str, Option<&str>),
    reading: &Reading,
) -> Result<(), StoreError> {
    let Some(agency) = official else {
        checks::check(connection, id, revision, &reading.checking, reading.fetched_at).await?;
        return Ok(());
    };
    let article = &reading.article;
    let published = article.published_at.map_or(reading.fetched_at, |d| d.at.min(reading.fetched_at));
    let statement = Statement::released(agency, (&article.title, &article.text), &article.url, published);
    // What a person said of the validity of an earlier version is kept.
    let statement = facts::carry_on(connection, id, statement).await?;
    // A page of nothing, or of more than any statement holds, is kept as a report alone.
    let Ok(statement) = statement.checked(id) else { return Ok(()) };
    facts::lock(connection, dialect).await?;
    let stating = Stating { id: id.to_owned(), statement, words: reading.mention.search_words.clone() };
    facts::put(connection, dialect, &stating, &Entered::Source(source_id.to_owned()), reading.fetched_at).await?;
    Ok(())
}

async fn index(
    connection: &mut AnyConnection,
    dialect: Dialect,
    number: i64,
    reading: &Reading,
) -> Result<(), StoreError> {
    sqlx::query(dialect.index_words())
        .bind(number)
        .bind(reading.mention.search_words.clone())
        .execute(connection)
        .await?;
    Ok(())
}

async fn add_revision(
    connection: &mut AnyConnection,
    id: &str,
    revision: i64,
    reading: &Reading,
) -> Result<(), StoreError> {
    if let Some((hash, page)) = &reading.snapshot {
        sqlx::query(
            "INSERT INTO snapshots (hash, url, content_type, fetched_at, body) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (hash) DO NOTHING",
        )
        .bind(hash.clone())
        .bind(page.url.to_string())
        .bind(page.content_type.clone())
        .bind(rows::micros(page.fetched_at))
        .bind(page.body.clone())
        .execute(&mut *connection)
        .await?;
    }
    let article = &reading.article;
    sqlx::query(
        "INSERT INTO revisions (article_id, revision, content_hash, snapshot_hash, title, byline, text, \
         published_at, published_quality, updated_at, updated_quality, fetched_at, charset, language) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(id.to_owned())
    .bind(revision)
    .bind(reading.content_hash.clone())
    .bind(reading.snapshot.as_ref().map(|(hash, _)| hash.clone()))
    .bind(article.title.clone())
    .bind(article.byline.clone())
    .bind(article.text.clone())
    .bind(article.published_at.map(|d| rows::micros(d.at)))
    .bind(article.published_at.map(|d| rows::quality_name(d.quality)))
    .bind(article.updated_at.map(|d| rows::micros(d.at)))
    .bind(article.updated_at.map(|d| rows::quality_name(d.quality)))
    .bind(rows::micros(reading.fetched_at))
    .bind(article.charset.clone())
    .bind(article.language.clone())
    .execute(&mut *connection)
    .await?;
    add_mention(connection, id, revision, reading).await
}

async fn add_mention(
    connection: &mut AnyConnection,
    id: &str,
    revision: i64,
    reading: &Reading,
) -> Result<(), StoreError> {
    let Mention { analysis, model_version, .. } = &reading.mention;
    sqlx::query(
        "INSERT INTO mentions (article_id, revision, analysed_at, model_version, in_scope, scope_score, district, \
         kind, sentiment, sentiment_score, toward_city, toward_city_score) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id.to_owned())
    .bind(revision)
    .bind(rows::micros(reading.fetched_at))
    .bind(model_version.clone())
    .bind(i64::from(analysis.scope.inside))
    .bind(analysis.scope.score)
    .bind(analysis.district.clone())
    .bind(analysis.kind.name())
    .bind(analysis.sentiment.label.name())
    .bind(analysis.sentiment.score)
    .bind(analysis.toward_city.label.name())
    .bind(analysis.toward_city.score)
    .execute(&mut *connection)
    .await?;
    for (rank, service) in analysis.services.iter().enumerate() {
        sqlx::query(
            "INSERT INTO mention_services (article_id, revision, rank, service, score) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.to_owned())
        .bind(revision)
        .bind(rows::big(rank))
        .bind(service.name.clone())
        .bind(service.score)
        .execute(&mut *connection)
        .await?;
    }
    for (rank, category) in analysis.categories.iter().enumerate() {
        sqlx::query(
            "INSERT INTO mention_categories (article_id, revision, rank, category, score) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.to_owned())
        .bind(revision)
        .bind(rows::big(rank))
        .bind(category.name.clone())
        .bind(category.score)
        .execute(&mut *connection)
        .await?;
    }
    for (rank, agency) in analysis.agencies.iter().enumerate() {
        sqlx::query(
            "INSERT INTO mention_agencies (article_id, revision, rank, agency, unit, score, city) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.to_owned())
        .bind(revision)
        .bind(rows::big(rank))
        .bind(agency.name.clone())
        .bind(agency.unit.clone())
        .bind(agency.score)
        .bind(i64::from(agency.city))
        .execute(&mut *connection)
        .await?;
    }
    for (position, place) in analysis.places.iter().enumerate() {
        sqlx::query(
            "INSERT INTO mention_places (article_id, revision, position, kind, name, field, span_start, span_end, \
             district) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(id.to_owned())
        .bind(revision)
        .bind(rows::big(position))
        .bind(place.kind.name())
        .bind(place.name.clone())
        .bind(rows::field_name(place.field))
        .bind(rows::big(place.span.start))
        .bind(rows::big(place.span.end))
        .bind(place.district.clone())
        .execute(&mut *connection)
        .await?;
    }
    add_marks(connection, id, revision, reading).await
}

/// Spans to highlight or to mask: the words that decided, and personal data.
async fn add_marks(
    connection: &mut AnyConnection,
    id: &str,
    revision: i64,
    reading: &Reading,
) -> Result<(), StoreError> {
    let analysis = &reading.mention.analysis;
    let words = analysis.evidence.iter().map(|e| (e.speaks_for.clone(), e.field, e.span));
    let personal = analysis.personal_data.iter().map(|p| (format!("personal:{}", p.kind.name()), p.field, p.span));
    for (position, (what, field, span)) in words.chain(personal).enumerate() {
        let field: Field = field;
        sqlx::query(
            "INSERT INTO mention_marks (article_id, revision, position, what, field, span_start, span_end) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id.to_owned())
        .bind(revision)
        .bind(rows::big(position))
        .bind(what)
        .bind(rows::field_name(field))
        .bind(rows::big(span.start))
        .bind(rows::big(span.end))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
