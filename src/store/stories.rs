//! Which story each report tells.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Store, StoreError, rows};

/// Reports of one story that are listed. The first ones say who published it; hardly an event is told more often.
const MOST_TELLERS: usize = 200;

/// What a new report is told of its story when it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// The story, named by the id of its first report; none when this is the first.
    pub story: Option<String>,
    /// Whether the report is the dispatch of a news agency in another outlet.
    pub syndicated: bool,
    /// What the report is compared by; the store does not look inside.
    pub known_by: Vec<u8>,
}

/// A kept report as clustering needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTelling {
    /// Numbers grow, but two daemons may write theirs in either order.
    pub number: i64,
    /// The report.
    pub id: String,
    /// Its outlet.
    pub outlet: String,
    /// When it was published, or first seen.
    pub at: DateTime<Utc>,
    /// Its story.
    pub story: String,
    /// See [`Told::syndicated`].
    pub syndicated: bool,
    /// See [`Told::known_by`].
    pub known_by: Vec<u8>,
}

/// A report among those of its story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teller {
    /// The report.
    pub id: String,
    /// Its outlet.
    pub outlet: String,
    /// When it was published, or first seen.
    pub at: DateTime<Utc>,
    /// See [`Told::syndicated`].
    pub syndicated: bool,
}

impl Store {
    /// The latest reports with a number above `after`, `limit` at the most, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tellings(&self, after: i64, limit: usize) -> Result<Vec<KeptTelling>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT a.number, a.id, a.outlet, a.sort_at, s.story, s.syndicated, s.known_by FROM articles a \
                 JOIN stories s ON s.article_id = a.id WHERE a.number > $1 ORDER BY a.number DESC LIMIT $2",
            )
            .bind(after)
            .bind(rows::big(limit))
            .fetch_all(&self.read)
            .await?;
            let telling = |row| {
                Ok(KeptTelling {
                    number: rows::integer(row, "number")?,
                    id: rows::text(row, "id")?,
                    outlet: rows::text(row, "outlet")?,
                    at: rows::time(row, "sort_at")?,
                    story: rows::text(row, "story")?,
                    syndicated: rows::integer(row, "syndicated")? != 0,
                    known_by: sqlx::Row::try_get(row, "known_by")?,
                })
            };
            found.iter().rev().map(telling).collect()
        };
        self.timed("tellings", work).await
    }

    /// The reports of the story that a report tells, itself among them, in the order of publication. None for a report
    /// of no story.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tellers(&self, id: &str) -> Result<Vec<Teller>, StoreError> {
        let work = async {
            let found = sqlx::query(
                "SELECT a.id, a.outlet, a.sort_at, s.syndicated FROM stories s JOIN articles a ON a.id = s.article_id \
                 WHERE s.story = (SELECT story FROM stories WHERE article_id = $1) ORDER BY a.sort_at, a.number LIMIT $2",
            )
            .bind(id.to_owned())
            .bind(rows::big(MOST_TELLERS))
            .fetch_all(&self.read)
            .await?;
            let teller = |row| {
                Ok(Teller {
                    id: rows::text(row, "id")?,
                    outlet: rows::text(row, "outlet")?,
                    at: rows::time(row, "sort_at")?,
                    syndicated: rows::integer(row, "syndicated")? != 0,
                })
            };
            found.iter().map(teller).collect()
        };
        self.timed("tellers", work).await
    }
}

/// Writes down the story of a new report.
pub(super) async fn tell(connection: &mut AnyConnection, id: &str, told: &Told) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO stories (article_id, story, syndicated, known_by) VALUES ($1, $2, $3, $4)")
        .bind(id.to_owned())
        .bind(told.story.clone().unwrap_or_else(|| id.to_owned()))
        .bind(i64::from(told.syndicated))
        .bind(told.known_by.clone())
        .execute(connection)
        .await?;
    Ok(())
}
