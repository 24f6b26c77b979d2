//! Counting what happened, the same way for every loop.

use crate::{
    domain::{Analysis, Examined, Level, Source},
    fetch::FetchError,
    metrics::Metrics,
    store::Stored,
};

/// Counts a request the address rules or robots.txt forbade.
pub(super) fn count_blocked(metrics: &Metrics, error: &FetchError) {
    if let Some(reason) = error.blocked() {
        metrics.fetch_blocked_total.with_label_values(&[reason.reason()]).inc();
    }
}

/// Counts what became of one announced entry.
pub(super) fn count_outcome(metrics: &Metrics, source: &Source, outcome: &str) {
    let label = metrics.bounded("source", source.id.as_str());
    metrics.articles_ingested_total.with_label_values(&[label, outcome]).inc();
}

/// Counts a new report in scope into the opinion figures: under its first service, first agency and district.
pub(super) fn count_mention(metrics: &Metrics, outlet: &str, analysis: &Analysis) {
    if !analysis.scope.inside {
        return;
    }
    let sentiment = analysis.toward_city.label.name();
    if let Some(service) = analysis.services.first() {
        metrics.mentions_total.with_label_values(&[&service.name, sentiment]).inc();
    }
    if let Some(agency) = analysis.agencies.first() {
        metrics.mentions_by_agency_total.with_label_values(&[&agency.name, sentiment]).inc();
    }
    if let Some(district) = &analysis.district {
        metrics.mentions_by_district_total.with_label_values(&[district, sentiment]).inc();
    }
    let outlet = metrics.bounded("outlet", outlet);
    metrics.mentions_by_outlet_total.with_label_values(&[outlet]).inc();
}

/// Counts what came out of a check, once for the report as a whole.
pub(super) fn count_check(metrics: &Metrics, examined: &Examined) {
    let verdict = examined.verdict().map_or("none", crate::domain::Verdict::name);
    metrics.checks_total.with_label_values(&[verdict]).inc();
}

/// Counts what is the same for a report that was announced and for one that was visited again: its check, its alert, and
/// that it changed.
pub(super) fn count_kept(metrics: &Metrics, source: &Source, examined: Option<&Examined>, stored: Stored) {
    if let Some(examined) = examined.filter(|_| stored != Stored::Duplicate) {
        count_check(metrics, examined);
        if examined.level() > Level::None {
            metrics.alerts_total.with_label_values(&[examined.level().name()]).inc();
        }
    }
    if stored == Stored::Revised {
        let label = metrics.bounded("source", source.id.as_str());
        metrics.article_revisions_total.with_label_values(&[label]).inc();
    }
}
