//! What became of the reports of a case, out of what was seen at their addresses.

use chrono::{DateTime, Utc};

use crate::{
    domain::{Clarification, Field, Outcome, Seen, Sighting, Tracked, WrongClaim, taipei},
    store::{CaseReport, Dossier, Quoted, Store, StoreError},
    workflow::corrections::{self, Copy, Judge, Summary, Told},
};

/// A report of a case with all that was seen of it.
#[derive(Debug, Clone)]
pub struct Watched {
    report: CaseReport,
    claims: Vec<WrongClaim>,
    seen: Vec<Sighting>,
}

/// A report of a case and where it stands.
#[derive(Debug, Clone)]
pub struct TrackedReport {
    /// The report.
    pub report: CaseReport,
    /// Where it stands; none when nothing of it was found wrong.
    pub tracked: Option<Tracked>,
}

/// The reports of a case with what of them was found wrong and what was seen since.
///
/// # Errors
/// When the database does not answer.
pub async fn watched(store: &Store, dossier: &Dossier) -> Result<Vec<Watched>, StoreError> {
    let mut all = Vec::with_capacity(dossier.reports.len());
    for report in &dossier.reports {
        all.push(of_report(store, dossier, report).await?);
    }
    Ok(all)
}

/// Where each stands, when this went out in the case. It reads every version word by word: work for a thread of its own.
#[must_use]
pub fn judged(
    judge: &Judge,
    watched: Vec<Watched>,
    released: Option<(DateTime<Utc>, &Clarification)>,
) -> Vec<TrackedReport> {
    let said = released.map(|(at, text)| (at, text.title.as_str(), body(text)));
    let told = said.as_ref().map(|(at, title, text)| Told { at: *at, title, text });
    let judged = watched.into_iter().map(|it| {
        let day = taipei(it.report.published.unwrap_or(it.report.fetched)).date_naive();
        let tracked = judge.judge(&it.seen, &it.claims, Some(day), told);
        TrackedReport { report: it.report, tracked }
    });
    judged.collect()
}

/// All reports of a case together.
#[must_use]
pub fn summary(reports: &[TrackedReport]) -> Summary {
    let copies: Vec<Copy<'_>> = reports
        .iter()
        .filter_map(|it| it.tracked.as_ref().map(|tracked| Copy { outlet: &it.report.outlet, tracked }))
        .collect();
    corrections::summary(&copies)
}

/// A report with what of it was found wrong: by its own alerts, or as a copy of one that has them.
async fn of_report(store: &Store, dossier: &Dossier, report: &CaseReport) -> Result<Watched, StoreError> {
    let seen = store.sightings(&report.article_id).await?;
    let mut claims: Vec<WrongClaim> = Vec::new();
    let mut add = |quoted: &Quoted| {
        let is_new = |it: &WrongClaim| claims.iter().all(|known| (known.kind, &known.clause) != (it.kind, &it.clause));
        if let Some(claim) = wrong_claim(quoted).filter(is_new) {
            claims.push(claim);
        }
    };
    for finding in store.claims_of_report(&dossier.case.id, &report.article_id).await? {
        add(&store.quoted(finding).await?);
    }
    for quoted in dossier.quoted.iter().filter(|quoted| stood(&seen, quoted.claim())) {
        add(quoted);
    }
    Ok(Watched { report: report.clone(), claims, seen })
}

/// A claim as it was quoted. One that turned out to be no error is none.
fn wrong_claim(quoted: &Quoted) -> Option<WrongClaim> {
    let found = &quoted.finding.found;
    let is_error = quoted.finding.judged.as_ref().is_none_or(|judged| judged.outcome == Outcome::Misreport);
    let official = quoted.fact.as_ref().zip(found.fact.as_ref()).and_then(|(version, words)| {
        let text = match words.quote.field {
            Field::Title => &version.statement.title,
            Field::Text => &version.statement.text,
        };
        words.quote.part.of(text)
    });
    WrongClaim::quoted(&quoted.title, &quoted.text, &found.claim, found.kind, official).filter(|_| is_error)
}

/// Whether words stood in any version.
fn stood(seen: &[Sighting], words: &str) -> bool {
    let has = |sighting: &Sighting| match &sighting.seen {
        Seen::Page { title, text, .. } => title.contains(words) || text.contains(words),
        Seen::Gone => false,
    };
    !words.is_empty() && seen.iter().any(has)
}

/// What a release says, without its headline and what only the press needs.
fn body(text: &Clarification) -> String {
    let rest = [&text.jurisdiction, &text.measures, &text.appeal];
    let parts = [&text.lead].into_iter().chain(&text.facts).chain(rest);
    parts.filter(|part| !part.trim().is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n")
}
