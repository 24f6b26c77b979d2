//! Answers to surveys: kept by their keys, and counted by the day on which they were given.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Put, Store, StoreError, audit, rows};
use crate::domain::{Action, Actor, Event, Period, Score, Survey, Surveyed, taipei};

/// How days are kept.
const DAY: &str = "%Y-%m-%d";

impl Store {
    /// Keeps answers. One whose key is there takes the place of what was there. The audit log gets one row, about `subject`.
    ///
    /// # Errors
    /// When they cannot be written; then none of them was.
    pub async fn put_surveys(
        &self,
        surveys: Vec<Survey>,
        subject: String,
        actor: Actor,
        at: DateTime<Utc>,
    ) -> Result<Vec<Put>, StoreError> {
        self.audited(
            "put_surveys",
            Box::new(move |connection| {
                Box::pin(async move {
                    let mut done = Vec::with_capacity(surveys.len());
                    for survey in &surveys {
                        done.push(put(connection, survey, at).await?);
                    }
                    let count = |put| done.iter().filter(|it| **it == put).count();
                    let (new, revised) = (count(Put::New), count(Put::Revised));
                    if new + revised > 0 {
                        let detail = serde_json::json!({ "new": new, "revised": revised }).to_string();
                        let action = Action::SurveysImported;
                        audit::append(connection, Event { at, actor, action, subject, detail }).await?;
                    }
                    Ok(done)
                })
            }),
        )
        .await
    }

    /// The day and the step of every answer that was given in a period, by Taipei's days.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn survey_scores(&self, period: Period) -> Result<Vec<(NaiveDate, Score)>, StoreError> {
        let day = |at: DateTime<Utc>| taipei(at).date_naive().format(DAY).to_string();
        let work = async {
            let sql = "SELECT day, score FROM satisfaction WHERE day >= $1 AND day < $2 ORDER BY day, key";
            let found = sqlx::query(sql).bind(day(period.from)).bind(day(period.until)).fetch_all(&self.read).await?;
            let scored = |row| {
                let (day, step) = (rows::text(row, "day")?, rows::integer(row, "score")?);
                let read = NaiveDate::parse_from_str(&day, DAY).ok();
                let score = u8::try_from(step).ok().and_then(Score::new);
                Ok((
                    read.ok_or(StoreError::Value { column: "satisfaction.day", value: day })?,
                    score.ok_or(StoreError::Value { column: "satisfaction.score", value: step.to_string() })?,
                ))
            };
            found.iter().map(scored).collect()
        };
        self.timed("survey_scores", work).await
    }
}

async fn put(connection: &mut sqlx::AnyConnection, survey: &Survey, at: DateTime<Utc>) -> Result<Put, StoreError> {
    let (about, reference) = match &survey.about {
        Surveyed::Case(id) => ("case", id),
        Surveyed::Line1999(number) => ("1999", number),
    };
    let day = survey.day.format(DAY).to_string();
    let step = i64::from(survey.score.step());
    let known = sqlx::query("SELECT about, reference, day, score, channel, comment FROM satisfaction WHERE key = $1")
        .bind(survey.key.clone())
        .fetch_optional(&mut *connection)
        .await?;
    let put = match &known {
        None => Put::New,
        Some(row) => {
            let is_same = rows::text(row, "about")? == about
                && rows::text(row, "reference")? == *reference
                && rows::text(row, "day")? == day
                && rows::integer(row, "score")? == step
                && rows::text(row, "channel")? == survey.channel
                && rows::optional(row, "comment")? == survey.comment;
            if is_same {
                return Ok(Put::Same);
            }
            Put::Revised
        }
    };
    sqlx::query(
        "INSERT INTO satisfaction (key, about, reference, day, score, channel, comment, imported_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (key) DO UPDATE SET about = excluded.about, reference = excluded.reference, day = excluded.day, \
         score = excluded.score, channel = excluded.channel, comment = excluded.comment, \
         imported_at = excluded.imported_at",
    )
    .bind(survey.key.clone())
    .bind(about)
    .bind(reference.clone())
    .bind(day)
    .bind(step)
    .bind(survey.channel.clone())
    .bind(survey.comment.clone())
    .bind(rows::micros(at))
    .execute(connection)
    .await?;
    Ok(put)
}
