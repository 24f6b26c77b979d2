//! What an Alertmanager may have been told is burning. It forgets what it is not told again, and never learns of an end that
//! it is not told, so that both have to outlive a restart of either side.

use chrono::{DateTime, Utc};

use super::{Store, StoreError, rows};
use crate::domain::CaseLevel;

/// One alert that an Alertmanager may have been told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmRow {
    /// The case.
    pub case_id: String,
    /// The level it was told with: another level is another alert.
    pub level: CaseLevel,
    /// The end it is to be told; none while it burns.
    pub ended: Option<DateTime<Utc>>,
}

/// Alerts that change, each by its case and level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlarmChanges {
    /// They begin to burn, or burn again.
    pub begun: Vec<(String, CaseLevel)>,
    /// They are over.
    pub ended: Vec<(String, CaseLevel)>,
    /// The Alertmanager took that they are over, or will never hear of it.
    pub settled: Vec<(String, CaseLevel)>,
}

impl AlarmChanges {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.begun.is_empty() && self.ended.is_empty() && self.settled.is_empty()
    }
}

impl Store {
    /// What the Alertmanager of this channel may have been told, in the order of cases.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alarms(&self, channel: &str) -> Result<Vec<AlarmRow>, StoreError> {
        let work = async {
            let found =
                sqlx::query("SELECT case_id, level, ended_at FROM alarms WHERE channel = $1 ORDER BY case_id, level")
                    .bind(channel.to_owned())
                    .fetch_all(&self.read)
                    .await?;
            let row = |row| {
                let level = rows::text(row, "level")?;
                Ok(AlarmRow {
                    case_id: rows::text(row, "case_id")?,
                    level: CaseLevel::from_name(&level).ok_or(StoreError::Value { column: "level", value: level })?,
                    ended: rows::optional_time(row, "ended_at")?,
                })
            };
            found.iter().map(row).collect()
        };
        self.timed("alarms", work).await
    }

    /// Keeps changes, before the Alertmanager is told of them. An end that stands is not moved: it is told the same at
    /// every try. What is settled goes only if it is still over.
    ///
    /// # Errors
    /// When they cannot be written; then none of them was.
    pub async fn change_alarms(
        &self,
        channel: &str,
        changes: AlarmChanges,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const BEGIN: &str = "INSERT INTO alarms (channel, case_id, level) VALUES ($1, $2, $3) \
                             ON CONFLICT (channel, case_id, level) DO UPDATE SET ended_at = NULL";
        const END: &str = "UPDATE alarms SET ended_at = $4 \
                           WHERE channel = $1 AND case_id = $2 AND level = $3 AND ended_at IS NULL";
        const SETTLE: &str = "DELETE FROM alarms \
                              WHERE channel = $1 AND case_id = $2 AND level = $3 AND ended_at IS NOT NULL";
        let channel = channel.to_owned();
        self.write(
            "change_alarms",
            Box::new(move |connection| {
                Box::pin(async move {
                    let all = [(BEGIN, changes.begun), (END, changes.ended), (SETTLE, changes.settled)];
                    for (sql, alarms) in all {
                        for (case_id, level) in alarms {
                            let query = sqlx::query(sql).bind(channel.clone()).bind(case_id).bind(level.name());
                            let query = if sql == END { query.bind(rows::micros(at)) } else { query };
                            query.execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            }),
        )
        .await
    }
}
