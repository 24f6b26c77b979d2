//! Judgements between the tables of mentions, the text a correction keeps, and the domain.

use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::{StoreError, rows};
use crate::domain::{AgencyGuess, Aspect, Judgement, Label, Scored, TextKind};

/// One version of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub article_id: String,
    pub revision: i64,
}

/// What the tables of mentions hold one aspect to be; none when there is no such version.
pub(super) async fn read(
    connection: &mut AnyConnection,
    place: &Place,
    aspect: Aspect,
) -> Result<Option<Judgement>, StoreError> {
    let query = |sql: &'static str| sqlx::query(sql).bind(place.article_id.clone()).bind(place.revision);
    let mention = query("SELECT in_scope, kind, toward_city FROM mentions WHERE article_id = $1 AND revision = $2")
        .fetch_optional(&mut *connection)
        .await?;
    let Some(mention) = mention else { return Ok(None) };
    Ok(Some(match aspect {
        Aspect::Scope => Judgement::Scope(rows::integer(&mention, "in_scope")? != 0),
        Aspect::Kind => Judgement::Kind(known(TextKind::from_name, "mentions.kind", rows::text(&mention, "kind")?)?),
        Aspect::TowardCity => {
            let name = rows::text(&mention, "toward_city")?;
            Judgement::TowardCity(known(Label::from_name, "mentions.toward_city", name)?)
        }
        Aspect::Service => {
            let sql =
                "SELECT service, score FROM mention_services WHERE article_id = $1 AND revision = $2 ORDER BY rank";
            let found = query(sql).fetch_all(connection).await?;
            let scored = found
                .iter()
                .map(|row| Ok(Scored { name: rows::text(row, "service")?, score: rows::number(row, "score")? }));
            Judgement::Service(scored.collect::<Result<_, StoreError>>()?)
        }
        Aspect::Agency => {
            let sql = "SELECT agency, unit, score, city FROM mention_agencies WHERE article_id = $1 AND revision = $2 \
                       ORDER BY rank";
            let found = query(sql).fetch_all(connection).await?;
            let guesses = found.iter().map(|row| {
                Ok(AgencyGuess {
                    name: rows::text(row, "agency")?,
                    unit: rows::optional(row, "unit")?,
                    score: rows::number(row, "score")?,
                    city: rows::integer(row, "city")? != 0,
                })
            });
            Judgement::Agency(guesses.collect::<Result<_, StoreError>>()?)
        }
    }))
}

/// Puts a judgement into the tables of mentions, in place of what they hold.
pub(super) async fn put(
    connection: &mut AnyConnection,
    place: &Place,
    judgement: &Judgement,
) -> Result<(), StoreError> {
    let query = |sql: &'static str| sqlx::query(sql).bind(place.article_id.clone()).bind(place.revision);
    match judgement {
        Judgement::Scope(inside) => {
            let sql = "UPDATE mentions SET in_scope = $3 WHERE article_id = $1 AND revision = $2";
            query(sql).bind(i64::from(*inside)).execute(connection).await?;
        }
        Judgement::Kind(kind) => {
            let sql = "UPDATE mentions SET kind = $3 WHERE article_id = $1 AND revision = $2";
            query(sql).bind(kind.name()).execute(connection).await?;
        }
        Judgement::TowardCity(label) => {
            let sql = "UPDATE mentions SET toward_city = $3 WHERE article_id = $1 AND revision = $2";
            query(sql).bind(label.name()).execute(connection).await?;
        }
        Judgement::Service(services) => {
            let sql = "DELETE FROM mention_services WHERE article_id = $1 AND revision = $2";
            query(sql).execute(&mut *connection).await?;
            for (rank, service) in services.iter().enumerate() {
                let sql = "INSERT INTO mention_services (article_id, revision, rank, service, score) \
                           VALUES ($1, $2, $3, $4, $5)";
                let insert = query(sql).bind(rows::big(rank)).bind(service.name.clone()).bind(service.score);
                insert.execute(&mut *connection).await?;
            }
        }
        Judgement::Agency(agencies) => {
            let sql = "DELETE FROM mention_agencies WHERE article_id = $1 AND revision = $2";
            query(sql).execute(&mut *connection).await?;
            for (rank, agency) in agencies.iter().enumerate() {
                let sql = "INSERT INTO mention_agencies (article_id, revision, rank, agency, unit, score, city) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7)";
                let insert = query(sql).bind(rows::big(rank)).bind(agency.name.clone()).bind(agency.unit.clone());
                insert.bind(agency.score).bind(i64::from(agency.city)).execute(&mut *connection).await?;
            }
        }
    }
    Ok(())
}

/// A judgement as a correction keeps it.
pub(super) fn written(judgement: &Judgement) -> String {
    let value = match judgement {
        Judgement::Scope(inside) => json!(inside),
        Judgement::Kind(kind) => json!(kind.name()),
        Judgement::TowardCity(label) => json!(label.name()),
        Judgement::Service(services) => {
            services.iter().map(|it| json!({ "name": it.name, "score": it.score })).collect()
        }
        Judgement::Agency(agencies) => agencies
            .iter()
            .map(|it| json!({ "name": it.name, "unit": it.unit, "score": it.score, "city": it.city }))
            .collect(),
    };
    value.to_string()
}

/// The same, back.
pub(super) fn understood(field: &str, text: &str) -> Result<Judgement, StoreError> {
    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let named = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    let score = |value: &Value| value.get("score").and_then(Value::as_f64).unwrap_or_default();
    let aspect = Aspect::ALL.into_iter().find(|aspect| aspect.name() == field);
    let judgement = aspect.and_then(|aspect| match aspect {
        Aspect::Scope => value.as_bool().map(Judgement::Scope),
        Aspect::Kind => value.as_str().and_then(TextKind::from_name).map(Judgement::Kind),
        Aspect::TowardCity => value.as_str().and_then(Label::from_name).map(Judgement::TowardCity),
        Aspect::Service => {
            let services = value.as_array()?.iter().map(|it| Some(Scored { name: named(it)?, score: score(it) }));
            services.collect::<Option<_>>().map(Judgement::Service)
        }
        Aspect::Agency => {
            let agencies = value.as_array()?.iter().map(|it| {
                Some(AgencyGuess {
                    name: named(it)?,
                    unit: it.get("unit").and_then(Value::as_str).map(str::to_owned),
                    score: score(it),
                    city: it.get("city").and_then(Value::as_bool).unwrap_or_default(),
                })
            });
            agencies.collect::<Option<_>>().map(Judgement::Agency)
        }
    });
    judgement.ok_or_else(|| StoreError::Value { column: "corrections", value: format!("{field}: {text}") })
}

fn known<T>(from: impl Fn(&str) -> Option<T>, column: &'static str, name: String) -> Result<T, StoreError> {
    from(&name).ok_or(StoreError::Value { column, value: name })
}
