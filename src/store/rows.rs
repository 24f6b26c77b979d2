//! Between columns and domain values: times are UTC microseconds, booleans 0 or 1.

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::StoreError;
use crate::domain::{DateQuality, Dated, Field};

pub(super) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

pub(super) fn instant(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

pub(super) fn text(row: &AnyRow, column: &str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

pub(super) fn optional(row: &AnyRow, column: &str) -> Result<Option<String>, StoreError> {
    Ok(row.try_get(column)?)
}

pub(super) fn integer(row: &AnyRow, column: &str) -> Result<i64, StoreError> {
    Ok(row.try_get(column)?)
}

pub(super) fn number(row: &AnyRow, column: &str) -> Result<f64, StoreError> {
    Ok(row.try_get(column)?)
}

pub(super) fn time(row: &AnyRow, column: &str) -> Result<DateTime<Utc>, StoreError> {
    Ok(instant(integer(row, column)?))
}

pub(super) fn optional_time(row: &AnyRow, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(instant))
}

/// A time with its quality, kept in two columns.
pub(super) fn dated(row: &AnyRow, at: &str, quality: &'static str) -> Result<Option<Dated>, StoreError> {
    let Some(at) = optional_time(row, at)? else { return Ok(None) };
    let name = optional(row, quality)?.unwrap_or_default();
    let quality = quality_from(&name).ok_or(StoreError::Value { column: quality, value: name })?;
    Ok(Some(Dated { at, quality }))
}

pub(super) fn quality_name(quality: DateQuality) -> &'static str {
    match quality {
        DateQuality::Exact => "exact",
        DateQuality::DayOnly => "day",
        DateQuality::Inferred => "inferred",
        DateQuality::Clamped => "clamped",
    }
}

fn quality_from(name: &str) -> Option<DateQuality> {
    [DateQuality::Exact, DateQuality::DayOnly, DateQuality::Inferred, DateQuality::Clamped]
        .into_iter()
        .find(|quality| quality_name(*quality) == name)
}

pub(super) fn field_name(field: Field) -> &'static str {
    match field {
        Field::Title => "title",
        Field::Text => "text",
    }
}

pub(super) fn field_from(name: &str) -> Field {
    if name == "title" { Field::Title } else { Field::Text }
}

/// A length or position as the databases keep it.
pub(super) fn big(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The same, back.
pub(super) fn small(n: i64) -> usize {
    usize::try_from(n).unwrap_or_default()
}
