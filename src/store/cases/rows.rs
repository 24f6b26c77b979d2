//! A case between its columns and the domain.

use sqlx::any::AnyRow;

use super::super::{StoreError, rows};
use crate::domain::{
    Answer, Approval, Assignment, Case, CaseLevel, CaseState, Extension, Issued, Moments, Stage, Submitted, UserName,
};

/// The columns that say where a case stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StageColumns {
    pub agency: Option<String>,
    pub unit: Option<String>,
    pub answer: Option<&'static str>,
    pub referred_to: Option<String>,
    pub submitted: Option<(i64, String, String)>,
    pub reviewed: Option<(String, i64)>,
    pub approved: Option<(String, i64)>,
    pub issued: Option<(i64, String, i64)>,
}

impl StageColumns {
    pub(super) fn of(stage: &Stage) -> Self {
        let assignment = stage.assignment();
        let mut columns = Self {
            agency: assignment.map(|it| it.agency.clone()),
            unit: assignment.and_then(|it| it.unit.clone()),
            issued: stage.issued().map(|it| (i64::from(it.revision), it.hash.clone(), rows::micros(it.at))),
            answer: stage.issued().map(|it| it.answer.name()),
            ..Self::default()
        };
        let consent = |it: &Approval| (it.by.to_string(), rows::micros(it.at));
        match stage {
            Stage::Drafting(_, answer) => columns.answer = Some(answer.name()),
            Stage::Reviewing(_, answer, text) => {
                columns.answer = Some(answer.name());
                columns.submitted = Some((i64::from(text.revision), text.hash.clone(), text.by.to_string()));
                columns.reviewed = text.reviewed.as_ref().map(consent);
                columns.approved = text.approved.as_ref().map(consent);
            }
            Stage::Referred(body) => columns.referred_to = Some(body.clone()),
            _ => {}
        }
        columns
    }
}

/// A case; of a submitted text the earlier writers are left out, which stand in another table.
pub(in crate::store) fn case(row: &AnyRow) -> Result<Case, StoreError> {
    let level = rows::text(row, "level")?;
    Ok(Case {
        id: rows::text(row, "id")?,
        number: rows::integer(row, "number")?,
        version: rows::integer(row, "version")?,
        level: CaseLevel::from_name(&level).ok_or(StoreError::Value { column: "cases.level", value: level })?,
        title: rows::text(row, "title")?,
        story: rows::optional(row, "story")?,
        district: rows::optional(row, "district")?,
        service: rows::optional(row, "service")?,
        moments: Moments {
            published: rows::optional_time(row, "published_at")?,
            fetched: rows::time(row, "fetched_at")?,
            acknowledged: rows::optional_time(row, "acknowledged_at")?,
            known: rows::time(row, "known_at")?,
            planned: rows::optional_time(row, "planned_at")?,
            answered: rows::optional_time(row, "answered_at")?,
        },
        extension: extension(row)?,
        stage: stage(row)?,
        since: rows::time(row, "since")?,
    })
}

fn stage(row: &AnyRow) -> Result<Stage, StoreError> {
    let name = rows::text(row, "state")?;
    let unknown =
        |column: &'static str, value: Option<String>| StoreError::Value { column, value: value.unwrap_or_default() };
    let state = CaseState::from_name(&name).ok_or_else(|| unknown("cases.state", Some(name.clone())))?;
    let agency = rows::optional(row, "agency")?;
    let unit = rows::optional(row, "unit")?;
    let assignment = agency.map(|agency| Assignment { agency, unit });
    let assigned = || assignment.clone().ok_or_else(|| unknown("cases.agency", None));
    let answer = || -> Result<Answer, StoreError> {
        let name = rows::optional(row, "answer")?;
        let known = name.as_deref().and_then(Answer::from_name);
        known.ok_or_else(|| unknown("cases.answer", name))
    };
    let issued = || -> Result<Option<Issued>, StoreError> {
        let Some(at) = rows::optional_time(row, "issued_at")? else { return Ok(None) };
        Ok(Some(Issued {
            revision: revision(row, "issued_revision")?,
            hash: rows::optional(row, "issued_hash")?.unwrap_or_default(),
            answer: answer()?,
            at,
        }))
    };
    let submitter = || user(rows::optional(row, "submitted_by")?.unwrap_or_default(), "cases.submitted_by");
    let out = || issued()?.ok_or_else(|| unknown("cases.issued_at", None));
    Ok(match state {
        CaseState::ToVerify => Stage::ToVerify,
        CaseState::Assigned => Stage::Assigned(assigned()?),
        CaseState::Verifying => Stage::Verifying(assigned()?),
        CaseState::Drafting => Stage::Drafting(assigned()?, answer()?),
        CaseState::Reviewing => Stage::Reviewing(
            assigned()?,
            answer()?,
            Submitted {
                revision: revision(row, "submitted_revision")?,
                hash: rows::optional(row, "submitted_hash")?.unwrap_or_default(),
                drafters: [submitter()?].into(),
                by: submitter()?,
                reviewed: consent(row, "reviewed_by", "reviewed_at")?,
                approved: consent(row, "approved_by", "approved_at")?,
            },
        ),
        CaseState::Published => Stage::Published(assigned()?, out()?),
        CaseState::Tracking => Stage::Tracking(assigned()?, out()?),
        CaseState::Apologised => Stage::Apologised(assigned()?, out()?),
        CaseState::Closed => Stage::Closed(assignment, issued()?),
        CaseState::Dismissed => Stage::Dismissed(assignment),
        CaseState::Referred => Stage::Referred(rows::optional(row, "referred_to")?.unwrap_or_default()),
        CaseState::OutletCorrected => Stage::OutletCorrected(assignment),
    })
}

fn extension(row: &AnyRow) -> Result<Option<Extension>, StoreError> {
    let Some(written) = rows::optional(row, "extended_to")? else { return Ok(None) };
    let to = written.parse().map_err(|_| StoreError::Value { column: "cases.extended_to", value: written })?;
    Ok(Some(Extension { to, reason: rows::optional(row, "extension_reason")?.unwrap_or_default() }))
}

fn revision(row: &AnyRow, column: &str) -> Result<u32, StoreError> {
    let number: Option<i64> = sqlx::Row::try_get(row, column)?;
    Ok(number.and_then(|it| u32::try_from(it).ok()).unwrap_or_default())
}

fn consent(row: &AnyRow, by: &'static str, at: &str) -> Result<Option<Approval>, StoreError> {
    let (Some(name), Some(at)) = (rows::optional(row, by)?, rows::optional_time(row, at)?) else { return Ok(None) };
    Ok(Some(Approval { by: user(name, by)?, at }))
}

/// The name of an account as a column holds it.
pub(super) fn user(name: String, column: &'static str) -> Result<UserName, StoreError> {
    UserName::parse(&name).map_err(|_| StoreError::Value { column, value: name })
}
