//! Finding reports again: lists with filters, one report with its revisions and marks, and the figures a
//! console needs.

use chrono::{DateTime, Utc};
use sqlx::{Any, any::AnyRow, query::Query};

use super::{Store, StoreError, rows};
use crate::domain::{AgencyGuess, Dated, Doubt, Field, Label, Level, Scored, Sentiment, Span, TextKind};

/// Which reports are wanted. Empty texts and `None` ask for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that must all be there, already segmented.
    pub search: Search,
    /// The outlet.
    pub outlet: String,
    /// A service among those found.
    pub service: String,
    /// An agency among those found.
    pub agency: String,
    /// The district.
    pub district: String,
    /// Sentiment toward the city.
    pub toward_city: Option<Label>,
    /// The kind of text.
    pub kind: Option<TextKind>,
    /// The source.
    pub source: String,
    /// In scope only, out of scope only, or both.
    pub in_scope: Option<bool>,
    /// Not before.
    pub since: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
    /// Only those on which an alert is open.
    pub doubtful: bool,
    /// Every report by itself. Otherwise a story has one row, its newest report among those that are wanted.
    pub singly: bool,
}

/// The words of a search, as the segmenter cut them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// The words; none asks for everything.
    pub words: Vec<String>,
}

/// Where the last list ended: publication time and number of its last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Time of that row, in UTC microseconds.
    pub sort_at: i64,
    /// Number of that row.
    pub number: i64,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportRow {
    /// The report's key.
    pub id: String,
    /// Where a next page begins after this row.
    pub stage: Stage,
    /// The outlet.
    pub outlet: String,
    /// The agency when it is an official statement.
    pub official: Option<String>,
    /// Its address.
    pub url: String,
    /// How many versions are known.
    pub revision: u32,
    /// When it was first seen.
    pub first_seen_at: DateTime<Utc>,
    /// When it was published, or first seen.
    pub at: DateTime<Utc>,
    /// The headline.
    pub title: String,
    /// The first 400 characters of the body.
    pub lead: String,
    /// Whether it concerns the city.
    pub in_scope: bool,
    /// The district.
    pub district: Option<String>,
    /// The kind of text.
    pub kind: TextKind,
    /// Sentiment of the text.
    pub sentiment: Label,
    /// Sentiment toward the city.
    pub toward_city: Label,
    /// The first service.
    pub service: Option<String>,
    /// The first agency.
    pub agency: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// Whether that agency is the city's own.
    pub city_agency: bool,
    /// Whether a person put something of this right.
    pub corrected: bool,
    /// Outlets beside its own that told its story, whatever was asked for.
    pub other_outlets: u64,
    /// Whether it is to be looked at; in a list with a row a story, whether any report of the story is.
    pub doubt: Doubt,
}

/// A list with how many there are in all.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportPage {
    /// The rows, newest first.
    pub rows: Vec<ReportRow>,
    /// All rows that match, whatever the page.
    pub total: u64,
    /// Where the next page begins.
    pub next: Option<Stage>,
}

/// A span to highlight or to mask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The service or agency it spoke for, or `personal:` and the kind of data.
    pub what: String,
    /// Which text.
    pub field: Field,
    /// The bytes.
    pub span: Span,
}

/// One version of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionRow {
    /// Its number, from 1.
    pub revision: u32,
    /// SHA-256 of title and text.
    pub content_hash: String,
    /// The headline of that version.
    pub title: String,
    /// When it was fetched.
    pub fetched_at: DateTime<Utc>,
}

/// A report with all that is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The row of the lists.
    pub row: ReportRow,
    /// The body.
    pub text: String,
    /// The writer.
    pub byline: Option<String>,
    /// First published.
    pub published: Option<Dated>,
    /// Last changed.
    pub updated: Option<Dated>,
    /// The source.
    pub source_id: String,
    /// The lasting address.
    pub canonical_url: String,
    /// The charset it was decoded from.
    pub charset: String,
    /// SHA-256 of the bytes it was read from.
    pub snapshot: Option<String>,
    /// 0 to 1.
    pub scope_score: f64,
    /// Sentiment of the text.
    pub sentiment: Sentiment,
    /// Sentiment toward the city.
    pub toward_city: Sentiment,
    /// Dictionaries and models it was read with.
    pub model_version: String,
    /// Services, best first.
    pub services: Vec<Scored>,
    /// 1999 categories, best first.
    pub categories: Vec<Scored>,
    /// Agencies, best first.
    pub agencies: Vec<AgencyGuess>,
    /// Places: kind, name, district.
    pub places: Vec<(String, String, Option<String>)>,
    /// What to highlight or mask.
    pub marks: Vec<Mark>,
    /// All versions, oldest first.
    pub revisions: Vec<RevisionRow>,
}

impl Store {
    /// Reports that match, newest first, `limit` at a time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reports(&self, filter: &Filter, after: Option<Stage>, limit: usize) -> Result<ReportPage, StoreError> {
        let work = async {
            let from = after.unwrap_or(Stage { sort_at: i64::MAX, number: i64::MAX });
            let search = self.dialect.search_text(&filter.search.words);
            let found = chosen(sqlx::query(self.dialect.list()), filter, &search)
                .bind(from.sort_at)
                .bind(from.number)
                .bind(rows::big(limit.saturating_add(1)))
                .fetch_all(&self.read)
                .await?;
            let total = chosen(sqlx::query(self.dialect.count()), filter, &search).fetch_one(&self.read).await?;
            let total: i64 = sqlx::Row::try_get(&total, 0)?;
            let mut list = found.iter().map(report_row).collect::<Result<Vec<_>, _>>()?;
            let more = list.len() > limit;
            list.truncate(limit);
            let next = if more { list.last().map(|row| row.stage) } else { None };
            Ok(ReportPage { rows: list, total: u64::try_from(total).unwrap_or_default(), next })
        };
        self.timed("reports", work).await
    }

    /// One report with its current version.
    ///
    /// # Errors
    /// When the database does not answer. An unknown key is `Ok(None)`.
    pub async fn report(&self, id: &str) -> Result<Option<Report>, StoreError> {
        self.timed("report", self.read_report(id)).await
    }

    /// What to highlight or to mask in one version of a report.
    ///
    /// # Errors
    /// When the database does not answer. An unknown version has no marks.
    pub async fn marks_of(&self, id: &str, revision: u32) -> Result<Vec<Mark>, StoreError> {
        self.timed("marks_of", self.marks(id, i64::from(revision))).await
    }

    async fn read_report(&self, id: &str) -> Result<Option<Report>, StoreError> {
        let found = sqlx::query(
            "SELECT a.id, a.number, a.outlet, a.official, a.url, a.revision, a.first_seen_at, a.sort_at, a.source_id, \
             a.canonical_url, r.title, '' AS lead, r.text, r.byline, r.published_at, r.published_quality, \
             r.updated_at, r.updated_quality, r.charset, r.snapshot_hash, m.in_scope, m.scope_score, m.district, \
             m.kind, m.sentiment, m.sentiment_score, m.toward_city, m.toward_city_score, m.model_version, \
             s.service, g.agency, g.unit, g.city, \
             (SELECT COUNT(*) FROM corrections c WHERE c.article_id = a.id AND c.revision = a.revision \
             AND c.withdrawn_at IS NULL) AS corrected, \
             (SELECT COUNT(DISTINCT e.outlet) FROM stories t JOIN stories p ON p.story = t.story \
             JOIN articles e ON e.id = p.article_id WHERE t.article_id = a.id AND e.outlet <> a.outlet) AS other_outlets, \
             (SELECT MIN(z.level) FROM findings z WHERE z.article_id = a.id AND z.ended_at IS NULL \
             AND z.outcome IS NULL AND z.level <> 'none') AS alert, \
             (SELECT COUNT(*) FROM findings z WHERE z.article_id = a.id AND z.ended_at IS NULL \
             AND z.outcome = 'misreport') AS confirmed \
             FROM articles a JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision \
             JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision \
             LEFT JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0 \
             LEFT JOIN mention_agencies g ON g.article_id = a.id AND g.revision = a.revision AND g.rank = 0 \
             WHERE a.id = $1",
        )
        .bind(id.to_owned())
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = found else { return Ok(None) };
        let revision = rows::integer(&row, "revision")?;
        Ok(Some(Report {
            text: rows::text(&row, "text")?,
            byline: rows::optional(&row, "byline")?,
            published: rows::dated(&row, "published_at", "published_quality")?,
            updated: rows::dated(&row, "updated_at", "updated_quality")?,
            source_id: rows::text(&row, "source_id")?,
            canonical_url: rows::text(&row, "canonical_url")?,
            charset: rows::text(&row, "charset")?,
            snapshot: rows::optional(&row, "snapshot_hash")?,
            scope_score: rows::number(&row, "scope_score")?,
            sentiment: Sentiment { label: label(&row, "sentiment")?, score: rows::number(&row, "sentiment_score")? },
            toward_city: Sentiment {
                label: label(&row, "toward_city")?,
                score: rows::number(&row, "toward_city_score")?,
            },
            model_version: rows::text(&row, "model_version")?,
            services: self.scored(SERVICES, id, revision).await?,
            categories: self.scored(CATEGORIES, id, revision).await?,
            agencies: self.agencies(id, revision).await?,
            places: self.places(id, revision).await?,
            marks: self.marks(id, revision).await?,
            revisions: self.revisions(id).await?,
            row: report_row(&row)?,
        }))
    }

    async fn scored(&self, sql: &'static str, id: &str, revision: i64) -> Result<Vec<Scored>, StoreError> {
        let found = sqlx::query(sql).bind(id.to_owned()).bind(revision).fetch_all(&self.read).await?;
        found
            .iter()
            .map(|row| Ok(Scored { name: rows::text(row, "name")?, score: rows::number(row, "score")? }))
            .collect()
    }

    async fn agencies(&self, id: &str, revision: i64) -> Result<Vec<AgencyGuess>, StoreError> {
        let found = sqlx::query(
            "SELECT agency, unit, score, city FROM mention_agencies WHERE article_id = $1 AND revision = $2 \
             ORDER BY rank",
        )
        .bind(id.to_owned())
        .bind(revision)
        .fetch_all(&self.read)
        .await?;
        found
            .iter()
            .map(|row| {
                Ok(AgencyGuess {
                    name: rows::text(row, "agency")?,
                    unit: rows::optional(row, "unit")?,
                    score: rows::number(row, "score")?,
                    city: rows::integer(row, "city")? != 0,
                })
            })
            .collect()
    }

    async fn places(&self, id: &str, revision: i64) -> Result<Vec<(String, String, Option<String>)>, StoreError> {
        let found = sqlx::query(
            "SELECT kind, name, district FROM mention_places WHERE article_id = $1 AND revision = $2 \
             ORDER BY position",
        )
        .bind(id.to_owned())
        .bind(revision)
        .fetch_all(&self.read)
        .await?;
        let mut places = Vec::new();
        for row in &found {
            let place = (rows::text(row, "kind")?, rows::text(row, "name")?, rows::optional(row, "district")?);
            if !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }

    async fn marks(&self, id: &str, revision: i64) -> Result<Vec<Mark>, StoreError> {
        let found = sqlx::query(
            "SELECT what, field, span_start, span_end FROM mention_marks WHERE article_id = $1 AND revision = $2 \
             ORDER BY position",
        )
        .bind(id.to_owned())
        .bind(revision)
        .fetch_all(&self.read)
        .await?;
        found
            .iter()
            .map(|row| {
                let (start, end) = (rows::integer(row, "span_start")?, rows::integer(row, "span_end")?);
                Ok(Mark {
                    what: rows::text(row, "what")?,
                    field: rows::field_from(&rows::text(row, "field")?),
                    span: Span::new(rows::small(start), rows::small(end)),
                })
            })
            .collect()
    }

    async fn revisions(&self, id: &str) -> Result<Vec<RevisionRow>, StoreError> {
        let found = sqlx::query(
            "SELECT revision, content_hash, title, fetched_at FROM revisions WHERE article_id = $1 ORDER BY revision",
        )
        .bind(id.to_owned())
        .fetch_all(&self.read)
        .await?;
        found
            .iter()
            .map(|row| {
                Ok(RevisionRow {
                    revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
                    content_hash: rows::text(row, "content_hash")?,
                    title: rows::text(row, "title")?,
                    fetched_at: rows::time(row, "fetched_at")?,
                })
            })
            .collect()
    }
}

const SERVICES: &str = "SELECT service AS name, score FROM mention_services WHERE article_id = $1 AND revision = $2 \
                        ORDER BY rank";
const CATEGORIES: &str = "SELECT category AS name, score FROM mention_categories WHERE article_id = $1 AND \
                          revision = $2 ORDER BY rank";

type AnyQuery<'q> = Query<'q, Any, sqlx::any::AnyArguments>;

/// Binds `$1` to `$13` of a list or a count.
fn chosen<'q>(query: AnyQuery<'q>, filter: &Filter, search: &str) -> AnyQuery<'q> {
    query
        .bind(search.to_owned())
        .bind(filter.outlet.clone())
        .bind(filter.service.clone())
        .bind(filter.agency.clone())
        .bind(filter.district.clone())
        .bind(filter.toward_city.map_or("", Label::name))
        .bind(filter.kind.map_or("", TextKind::name))
        .bind(filter.source.clone())
        .bind(filter.in_scope.map_or(-1, i64::from))
        .bind(filter.since.map_or(i64::MIN, rows::micros))
        .bind(filter.until.map_or(i64::MAX, rows::micros))
        .bind(i64::from(filter.singly))
        .bind(i64::from(filter.doubtful))
}

fn report_row(row: &AnyRow) -> Result<ReportRow, StoreError> {
    let kind = rows::text(row, "kind")?;
    Ok(ReportRow {
        id: rows::text(row, "id")?,
        stage: Stage { sort_at: rows::integer(row, "sort_at")?, number: rows::integer(row, "number")? },
        outlet: rows::text(row, "outlet")?,
        official: rows::optional(row, "official")?,
        url: rows::text(row, "url")?,
        revision: u32::try_from(rows::integer(row, "revision")?).unwrap_or(u32::MAX),
        first_seen_at: rows::time(row, "first_seen_at")?,
        at: rows::time(row, "sort_at")?,
        title: rows::text(row, "title")?,
        lead: rows::text(row, "lead")?,
        in_scope: rows::integer(row, "in_scope")? != 0,
        district: rows::optional(row, "district")?,
        kind: TextKind::from_name(&kind).ok_or(StoreError::Value { column: "mentions.kind", value: kind })?,
        sentiment: label(row, "sentiment")?,
        toward_city: label(row, "toward_city")?,
        service: rows::optional(row, "service")?,
        agency: rows::optional(row, "agency")?,
        unit: rows::optional(row, "unit")?,
        city_agency: sqlx::Row::try_get::<Option<i64>, _>(row, "city")?.is_some_and(|city| city != 0),
        corrected: rows::integer(row, "corrected")? > 0,
        other_outlets: u64::try_from(rows::integer(row, "other_outlets")?).unwrap_or_default(),
        doubt: match rows::optional(row, "alert")? {
            Some(name) => {
                Doubt::Open(Level::from_name(&name).ok_or(StoreError::Value { column: "findings.level", value: name })?)
            }
            None if rows::integer(row, "confirmed")? > 0 => Doubt::Confirmed,
            None => Doubt::None,
        },
    })
}

fn label(row: &AnyRow, column: &'static str) -> Result<Label, StoreError> {
    let name = rows::text(row, column)?;
    Label::from_name(&name).ok_or(StoreError::Value { column, value: name })
}
