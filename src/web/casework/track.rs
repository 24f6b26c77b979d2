//! Whether the outlets put things right: where each report of a case stands, and how much is still reported.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{act::Ask, api, corrections::CorrectionsPage};
use crate::{
    casefile::{self, TrackedReport},
    domain::{Remark, Remedy, StepKind},
    store::{Dossier, Teller},
    web::{
        Desk,
        access::Member,
        fault::{Fault, Shared},
        form::Form,
        visitor::Visitor,
    },
    wire,
    workflow::corrections::{self, SecondWave, Summary, Volume, WavePolicy, Witness},
};

/// Hours on either side of the publication of which reports are counted: a matter of the day is over after one.
const STRETCH: u32 = 24;

/// What became of a case outside.
#[derive(Debug, Clone)]
pub(in crate::web) struct Tracking {
    /// Its reports.
    pub reports: Vec<TrackedReport>,
    /// All of them together.
    pub summary: Summary,
    /// When its first release went out.
    pub released: Option<DateTime<Utc>>,
    /// How much was reported before and after.
    pub volume: Option<Volume>,
    /// Whether it comes back.
    pub wave: Option<SecondWave>,
    /// Whether every outlet put it right, or took it down, before the city answered.
    pub is_settled_early: bool,
}

impl Desk {
    /// Where every report of a case stands.
    pub(in crate::web) async fn tracked(&self, dossier: &Dossier) -> Result<Tracking, Fault> {
        let store = &self.console.store;
        let watched = casefile::watched(store, dossier).await?;
        let tellers = match dossier.reports.first() {
            Some(first) => store.tellers(&first.article_id).await?,
            None => Vec::new(),
        };
        // What the latest release says is what an outlet may have taken over; time counts from the first.
        let went_out = store.releases_of_case(&dossier.case.id).await?;
        let released = went_out.last().map(|release| release.issued_at);
        let told = released.zip(went_out.into_iter().next().map(|it| it.releasing.text));
        let (judge, now) = (Arc::clone(&self.console.judge), self.console.clock.now());
        let judging = tokio::task::spawn_blocking(move || {
            casefile::judged(&judge, watched, told.as_ref().map(|(at, text)| (*at, text)))
        });
        let reports = judging.await.map_err(|error| Fault::Panic(error.to_string()))?;
        let is_settled = |it: &TrackedReport| it.tracked.as_ref().is_none_or(|it| it.remedy.settles());
        let is_any = reports.iter().any(|it| it.tracked.is_some());
        let is_settled_early = released.is_none()
            && dossier.case.stage.state().awaits_answer()
            && is_any
            && reports.iter().all(is_settled);
        let (volume, wave) = course(&tellers, released, now).unzip();
        Ok(Tracking {
            summary: casefile::summary(&reports),
            reports,
            released,
            volume,
            wave: wave.flatten(),
            is_settled_early,
        })
    }
}

/// How much was reported beside the publication, and whether it comes back.
fn course(
    tellers: &[Teller],
    released: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<(Volume, Option<SecondWave>)> {
    let released = released?;
    let witnesses: Vec<Witness<'_>> = tellers.iter().map(|it| Witness { outlet: &it.outlet, at: it.at }).collect();
    let volume = corrections::volume(&witnesses, released, STRETCH, now);
    Some((volume, corrections::second_wave(&witnesses, released, now, WavePolicy::default())))
}

/// A report in the table for programs.
fn row(it: &TrackedReport) -> Value {
    let tracked = it.tracked.as_ref();
    let took = tracked.and_then(|it| it.took);
    json!({
        "outlet": it.report.outlet, "report": it.report.article_id, "url": it.report.url, "gone": it.report.gone,
        "outcome": tracked.map(|it| it.remedy.name()), "words": tracked.map(|it| it.remedy.words()),
        "since": tracked.and_then(|it| it.since).map(wire::time),
        "not_before": tracked.and_then(|it| it.not_before).map(wire::time),
        "seconds": took.map(|(_, time)| time.num_seconds()),
        "counted_from": took.map(|(from, _)| from.name()),
        "remarks": tracked.map(|it| it.remarks.iter().map(|remark: &Remark| remark.name()).collect::<Vec<_>>()),
        "why": tracked.map(|it| it.why.as_str()),
    })
}

fn table(tracking: &Tracking) -> Value {
    let summary = &tracking.summary;
    let by_remedy: serde_json::Map<String, Value> = Remedy::ALL
        .iter()
        .map(|remedy| (remedy.name().to_owned(), summary.by_remedy.get(remedy).copied().unwrap_or_default().into()))
        .collect();
    let hours = |volume: &Volume| {
        let hour = |it: &corrections::Hour| json!({ "from": it.from, "reports": it.reports, "new": it.new_outlets });
        volume.hours.iter().map(hour).collect::<Vec<_>>()
    };
    json!({
        "summary": {
            "outlets": summary.outlets, "copies": summary.copies, "outcomes": by_remedy,
            "median_seconds": summary.median.map(|time| time.num_seconds()), "open": summary.open,
            "words": summary.words,
        },
        "released_at": tracking.released.map(wire::time),
        "volume": tracking.volume.as_ref().map(|it| {
            json!({ "before": it.before, "after": it.after, "hours": hours(it) })
        }),
        "second_wave": tracking.wave.as_ref().map(|it| {
            json!({ "rises_at": wire::time(it.rises_at), "outlets": it.outlets, "why": it.why })
        }),
        "outlets_corrected_first": tracking.is_settled_early,
        "corrections": tracking.reports.iter().map(row).collect::<Vec<_>>(),
    })
}

/// The table for programs.
pub(in crate::web) async fn list(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    let found = async {
        let Some(dossier) = desk.console.store.dossier(&id).await? else { return Err(Fault::Missing) };
        desk.tracked(&dossier).await
    };
    match found.await {
        Ok(tracking) => api::answer(&table(&tracking)),
        Err(fault) => desk.apology(&visitor, &fault),
    }
}

/// 更正追蹤
pub(in crate::web) async fn page(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    // PostgreSQL refuses NUL in a text, and no key holds any control character.
    if id.chars().any(char::is_control) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    desk.answer(&visitor, CorrectionsPage::load(&desk, visitor.clone(), &id).await)
}

/// Enters that the outlets put it right before the city answered.
pub(in crate::web) async fn note(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let ask = Ask { version: form.typed("version").parse().ok(), reason: form.line("reason"), ..Ask::default() };
    let back = format!("/cases/{id}/corrections");
    match desk.step(&member, &id, StepKind::NoteCorrection, ask).await {
        Ok(_) => Desk::go(&back, None),
        Err(undone) => desk.undone(&member.visitor, undone, back),
    }
}
