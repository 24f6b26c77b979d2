//! Counts for the filters of a list: which outlets, services, agencies and districts there are.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Store, StoreError, rows};

/// How often each value occurs among the reports in scope, most frequent first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By outlet.
    pub outlets: Vec<(String, u64)>,
    /// By service.
    pub services: Vec<(String, u64)>,
    /// By agency.
    pub agencies: Vec<(String, u64)>,
    /// By district.
    pub districts: Vec<(String, u64)>,
    /// By sentiment toward the city.
    pub sentiments: Vec<(String, u64)>,
}

/// Reports in scope of one hour, by first service and district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourCount {
    /// The beginning of the hour.
    pub hour: DateTime<Utc>,
    /// The service's id.
    pub service: String,
    /// The district, when one is known.
    pub district: Option<String>,
    /// Reports.
    pub reports: u64,
}

/// An hour in the units of the columns.
const HOUR: i64 = TimeDelta::hours(1).num_seconds() * 1_000_000;

const HOURS: &str = "SELECT a.sort_at / $3 AS hour, s.service AS service, m.district AS district, COUNT(*) AS n \
     FROM articles a JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision JOIN mention_services s \
     ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0 \
     WHERE m.in_scope = 1 AND a.sort_at >= $1 AND a.sort_at < $2 GROUP BY a.sort_at / $3, s.service, m.district \
     ORDER BY hour, service, district";
const OUTLETS: &str = "SELECT a.outlet AS name, COUNT(*) AS n FROM articles a GROUP BY a.outlet ORDER BY n DESC, name";
const SERVICES: &str = "SELECT s.service AS name, COUNT(*) AS n FROM articles a JOIN mentions m ON m.article_id = a.id \
     AND m.revision = a.revision JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision \
     WHERE m.in_scope = 1 GROUP BY s.service ORDER BY n DESC, name";
const AGENCIES: &str = "SELECT s.agency AS name, COUNT(*) AS n FROM articles a JOIN mentions m ON m.article_id = a.id \
     AND m.revision = a.revision JOIN mention_agencies s ON s.article_id = a.id AND s.revision = a.revision \
     WHERE m.in_scope = 1 GROUP BY s.agency ORDER BY n DESC, name";
const DISTRICTS: &str = "SELECT m.district AS name, COUNT(*) AS n FROM articles a JOIN mentions m \
     ON m.article_id = a.id AND m.revision = a.revision WHERE m.in_scope = 1 AND m.district IS NOT NULL \
     GROUP BY m.district ORDER BY n DESC, name";
const SENTIMENTS: &str = "SELECT m.toward_city AS name, COUNT(*) AS n FROM articles a JOIN mentions m \
     ON m.article_id = a.id AND m.revision = a.revision WHERE m.in_scope = 1 \
     GROUP BY m.toward_city ORDER BY n DESC, name";

impl Store {
    /// The counts as they are now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tally(&self) -> Result<Tally, StoreError> {
        let work = async {
            Ok(Tally {
                outlets: self.counted(OUTLETS).await?,
                services: self.counted(SERVICES).await?,
                agencies: self.counted(AGENCIES).await?,
                districts: self.counted(DISTRICTS).await?,
                sentiments: self.counted(SENTIMENTS).await?,
            })
        };
        self.timed("tally", work).await
    }

    /// The reports in scope from `since` to before `until`, the earliest hour first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn by_hour(&self, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<HourCount>, StoreError> {
        let work = async {
            let found = sqlx::query(HOURS)
                .bind(rows::micros(since))
                .bind(rows::micros(until))
                .bind(HOUR)
                .fetch_all(&self.read)
                .await?;
            let count = |row| {
                Ok(HourCount {
                    hour: rows::instant(rows::integer(row, "hour")?.saturating_mul(HOUR)),
                    service: rows::text(row, "service")?,
                    district: rows::optional(row, "district")?,
                    reports: u64::try_from(rows::integer(row, "n")?).unwrap_or_default(),
                })
            };
            found.iter().map(count).collect()
        };
        self.timed("by_hour", work).await
    }

    async fn counted(&self, sql: &'static str) -> Result<Vec<(String, u64)>, StoreError> {
        let found = sqlx::query(sql).fetch_all(&self.read).await?;
        found
            .iter()
            .map(|row| Ok((rows::text(row, "name")?, u64::try_from(rows::integer(row, "n")?).unwrap_or_default())))
            .collect()
    }
}
