//! Every metric of the daemon, in one place, with its help text and a bound on its labels.
//!
//! Names and units follow the Prometheus naming rules: base units, `_total` for counters, timestamps instead of
//! ages. Labels are closed sets, except `source` and `outlet`, which come from the configuration and are cut off
//! at a budget.

mod casework;
mod catalogue;

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use prometheus::{
    Encoder, Gauge, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Registry,
    TextEncoder,
};

use catalogue::Catalogue;

pub use casework::Casework;
pub use catalogue::Family;

/// Distinct values a configured label may take before further ones are counted as `other`: 200 sources are the
/// reference size, and Prometheus' own advice is to think again above 100 values a label.
pub const LABEL_BUDGET: usize = 500;

/// What stands for a label value past the budget.
const OTHER: &str = "other";

/// What the text toward the city can be, as the mention counters label it.
const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];

/// All metrics. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    families: Vec<Family>,
    labels: Mutex<BTreeSet<(&'static str, String)>>,
    /// 1, with the version and the database in use.
    pub build_info: IntGaugeVec,
    /// Whether the last reload of the configuration worked.
    pub config_last_reload_successful: IntGauge,
    /// When the configuration was last read without a fault.
    pub config_last_reload_success_timestamp_seconds: Gauge,
    /// Polls by source and result.
    pub source_polls_total: IntCounterVec,
    /// Time of one poll, by kind of source.
    pub source_poll_duration_seconds: HistogramVec,
    /// Last poll that worked.
    pub source_last_success_timestamp_seconds: GaugeVec,
    /// Failures since then.
    pub source_consecutive_failures: IntGaugeVec,
    /// Bytes received.
    pub source_response_bytes_total: IntCounterVec,
    /// Requests that were not sent.
    pub fetch_blocked_total: IntCounterVec,
    /// Entries by source and outcome.
    pub articles_ingested_total: IntCounterVec,
    /// Announced entries that nobody has read yet.
    pub entries_waiting: IntGauge,
    /// Reports that changed after they were first read.
    pub article_revisions_total: IntCounterVec,
    /// From publication to storage.
    pub ingest_lag_seconds: Histogram,
    /// Time of one stage of analysis.
    pub analysis_duration_seconds: HistogramVec,
    /// Stages that failed.
    pub analysis_errors_total: IntCounterVec,
    /// In-scope reports by service and sentiment toward the city.
    pub mentions_total: IntCounterVec,
    /// The same by agency.
    pub mentions_by_agency_total: IntCounterVec,
    /// The same by district.
    pub mentions_by_district_total: IntCounterVec,
    /// The same by outlet.
    pub mentions_by_outlet_total: IntCounterVec,
    /// New reports that began a story.
    pub stories_total: IntCounter,
    /// New reports, whether they began a story or joined one.
    pub story_reports_total: IntCounter,
    /// How surprising the reports of the last hours are, by service.
    pub service_burst_score: GaugeVec,
    /// Official statements in memory.
    pub register_facts: IntGauge,
    /// When a source last brought an official statement.
    pub register_last_statement_timestamp_seconds: GaugeVec,
    /// Pairs of agencies' statements that disagree.
    pub register_disagreements: IntGauge,
    /// Reports held against the register, by what came out.
    pub checks_total: IntCounterVec,
    /// Alerts by level.
    pub alerts_total: IntCounterVec,
    /// Reports with an alert that nobody judged yet, by level.
    pub open_alerts: IntGaugeVec,
    /// What people made of alerts.
    pub findings_judged_total: IntCounterVec,
    /// Of cases and of messages about them.
    pub casework: Casework,
    /// Answers of the console.
    pub http_requests_total: IntCounterVec,
    /// Time to answer.
    pub http_request_duration_seconds: HistogramVec,
    /// Time of one use of the database.
    pub db_query_duration_seconds: HistogramVec,
    /// Failures of the database by class.
    pub db_errors_total: IntCounterVec,
    /// Size of the database's files.
    pub db_size_bytes: IntGaugeVec,
    /// Connections by pool and state.
    pub db_pool_connections: IntGaugeVec,
    /// Rounds of background work. The label is `kind`, for Prometheus keeps `job` for the scrape job.
    pub jobs_total: IntCounterVec,
    /// The last round that worked.
    pub job_last_success_timestamp_seconds: GaugeVec,
    /// Tasks that died.
    pub task_panics_total: IntCounterVec,
    /// How late the last poll was begun.
    pub scheduler_tick_delay_seconds: Gauge,
    /// Corrections of the wall clock larger than a minute.
    pub clock_jumps_total: IntCounterVec,
    /// Label values counted as `other`.
    pub label_values_dropped_total: IntCounterVec,
}

impl Metrics {
    /// All metrics on a registry of their own, fixed label sets already at zero.
    ///
    /// # Errors
    /// Only when two metrics share a name, which a test rules out.
    #[expect(clippy::too_many_lines, reason = "a catalogue is read from top to bottom; one entry a metric")]
    pub fn new() -> prometheus::Result<Self> {
        let mut r = Catalogue::new()?;
        let metrics = Self {
            build_info: r.int_gauges(
                "build_info",
                "Always 1; the version and the database in use.",
                &["version", "db"],
            )?,
            config_last_reload_successful: r.int_gauge(
                "config_last_reload_successful",
                "Whether the last reading of the configuration worked (1) or not (0).",
            )?,
            config_last_reload_success_timestamp_seconds: r.gauge(
                "config_last_reload_success_timestamp_seconds",
                "When the configuration was last read without a fault.",
            )?,
            source_polls_total: r.counters(
                "source_polls_total",
                "Polls of a source by result.",
                &["source", "result"],
            )?,
            source_poll_duration_seconds: r.histograms(
                "source_poll_duration_seconds",
                "Time of one poll by kind of source.",
                &["kind"],
                &[0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0],
            )?,
            source_last_success_timestamp_seconds: r.gauges(
                "source_last_success_timestamp_seconds",
                "When a source was last polled without a fault.",
                &["source"],
            )?,
            source_consecutive_failures: r.int_gauges(
                "source_consecutive_failures",
                "Failed polls of a source since its last success.",
                &["source"],
            )?,
            source_response_bytes_total: r.counters(
                "source_response_bytes_total",
                "Bytes of listings and pages received from a source, after decompression.",
                &["source"],
            )?,
            fetch_blocked_total: r.counters(
                "fetch_blocked_total",
                "Requests refused before they were sent, by reason.",
                &["reason"],
            )?,
            articles_ingested_total: r.counters(
                "articles_ingested_total",
                "Announced entries by source and what became of them.",
                &["source", "outcome"],
            )?,
            entries_waiting: r.int_gauge("entries_waiting", "Announced entries that wait to be read.")?,
            article_revisions_total: r.counters(
                "article_revisions_total",
                "Reports whose text changed after they were first read.",
                &["source"],
            )?,
            ingest_lag_seconds: r.histogram(
                "ingest_lag_seconds",
                "Time from a report's publication until it was stored.",
                &[60.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0, 86400.0],
            )?,
            analysis_duration_seconds: r.histograms(
                "analysis_duration_seconds",
                "Time of one stage of the analysis of one report.",
                &["stage"],
                &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0],
            )?,
            analysis_errors_total: r.counters(
                "analysis_errors_total",
                "Reports that a stage of the analysis failed on, by reason.",
                &["stage", "reason"],
            )?,
            mentions_total: r.counters(
                "mentions_total",
                "Reports in scope by service and sentiment toward the city.",
                &["service", "sentiment"],
            )?,
            mentions_by_agency_total: r.counters(
                "mentions_by_agency_total",
                "Reports in scope by first agency and sentiment toward the city.",
                &["agency", "sentiment"],
            )?,
            mentions_by_district_total: r.counters(
                "mentions_by_district_total",
                "Reports in scope by district and sentiment toward the city.",
                &["district", "sentiment"],
            )?,
            mentions_by_outlet_total: r.counters(
                "mentions_by_outlet_total",
                "Reports in scope by outlet.",
                &["outlet"],
            )?,
            stories_total: r.counter("stories_total", "New reports that told what no report before them did.")?,
            story_reports_total: r.counter(
                "story_reports_total",
                "New reports, whether they began a story or told one that was known.",
            )?,
            service_burst_score: r.gauges(
                "service_burst_score",
                "How surprising the reports in scope of the last six hours are beside the usual, in the district where \
                 they are most so: 3 happens by chance once in a thousand such stretches.",
                &["service"],
            )?,
            register_facts: r
                .int_gauge("register_facts", "Official statements in memory, each in its latest version.")?,
            register_last_statement_timestamp_seconds: r.gauges(
                "register_last_statement_timestamp_seconds",
                "When a source last brought a new or changed official statement.",
                &["source"],
            )?,
            register_disagreements: r.int_gauge(
                "register_disagreements",
                "Pairs of two agencies' official statements that hold and disagree.",
            )?,
            checks_total: r.counters(
                "checks_total",
                "Reports held against the official statements, by what came out for the report as a whole.",
                &["verdict"],
            )?,
            alerts_total: r.counters(
                "alerts_total",
                "Reports on which a new alert was raised, by its level.",
                &["level"],
            )?,
            open_alerts: r.int_gauges(
                "open_alerts",
                "Reports with an alert that nobody has judged yet, by the most urgent one's level.",
                &["level"],
            )?,
            findings_judged_total: r.counters(
                "findings_judged_total",
                "Alerts that a person judged, by what they found out.",
                &["outcome"],
            )?,
            casework: Casework::new(&mut r)?,
            http_requests_total: r.counters(
                "http_requests_total",
                "Answers of the console by matched route, method and status.",
                &["handler", "method", "code"],
            )?,
            http_request_duration_seconds: r.histograms(
                "http_request_duration_seconds",
                "Time to answer by matched route.",
                &["handler"],
                &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5],
            )?,
            db_query_duration_seconds: r.histograms(
                "db_query_duration_seconds",
                "Time of one use of the database by operation.",
                &["operation"],
                &[0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0],
            )?,
            db_errors_total: r.counters("db_errors_total", "Failures of the database by class.", &["class"])?,
            db_size_bytes: r.int_gauges("db_size_bytes", "Size of the database's files.", &["file"])?,
            db_pool_connections: r.int_gauges(
                "db_pool_connections",
                "Database connections by pool and state.",
                &["pool", "state"],
            )?,
            jobs_total: r.counters(
                "jobs_total",
                "Rounds of background work by kind and result.",
                &["kind", "result"],
            )?,
            job_last_success_timestamp_seconds: r.gauges(
                "job_last_success_timestamp_seconds",
                "When a kind of background work last ended well.",
                &["kind"],
            )?,
            task_panics_total: r.counters("task_panics_total", "Tasks that ended by a panic.", &["task"])?,
            scheduler_tick_delay_seconds: r.gauge(
                "scheduler_tick_delay_seconds",
                "How late the most overdue source was when it was last polled.",
            )?,
            clock_jumps_total: r.counters(
                "clock_jumps_total",
                "Corrections of the wall clock by more than a minute.",
                &["direction"],
            )?,
            label_values_dropped_total: r.counters(
                "label_values_dropped_total",
                "Label values past the budget that were counted as \"other\".",
                &["label"],
            )?,
            labels: Mutex::new(BTreeSet::new()),
            families: r.families,
            registry: r.registry,
        };
        metrics.start_at_zero();
        Ok(metrics)
    }

    /// Fixed label sets exist from the first scrape on, so that `rate()` sees the first event.
    fn start_at_zero(&self) {
        for reason in ["private_address", "scheme", "port", "redirect", "robots"] {
            self.fetch_blocked_total.with_label_values(&[reason]);
        }
        for class in ["busy", "full", "io", "corrupt", "constraint", "timeout", "other"] {
            self.db_errors_total.with_label_values(&[class]);
        }
        for verdict in ["contradicted", "outdated", "denied", "supported", "not_found", "opinion", "none"] {
            self.checks_total.with_label_values(&[verdict]);
        }
        for level in ["A", "B"] {
            self.alerts_total.with_label_values(&[level]);
            self.open_alerts.with_label_values(&[level]);
        }
        for outcome in ["misreport", "city_wrong", "mismatch", "unclear"] {
            self.findings_judged_total.with_label_values(&[outcome]);
        }
        for direction in ["forward", "backward"] {
            self.clock_jumps_total.with_label_values(&[direction]);
        }
        for label in ["source", "outlet"] {
            self.label_values_dropped_total.with_label_values(&[label]);
        }
    }

    /// Begins a configured source's counters at zero, for the results every source sees sooner or later. The rarer
    /// results stay absent: at 200 sources they would be most of the series.
    pub fn start_source_at_zero(&self, source: &str) {
        let source = self.bounded("source", source);
        self.source_polls_total.with_label_values(&[source, "ok"]);
        self.source_consecutive_failures.with_label_values(&[source]);
        self.source_response_bytes_total.with_label_values(&[source]);
        self.article_revisions_total.with_label_values(&[source]);
        for outcome in ["new", "updated", "duplicate", "rejected"] {
            self.articles_ingested_total.with_label_values(&[source, outcome]);
        }
    }

    /// Forgets the gauges of a source that is no longer polled, so that nobody is alarmed by its silence.
    pub fn forget_source(&self, source: &str) {
        // A source that was never polled has nothing to forget.
        let _ = self.source_last_success_timestamp_seconds.remove_label_values(&[source]);
        let _ = self.source_consecutive_failures.remove_label_values(&[source]);
    }

    /// Begins the mention counters, and the bursts of services, at zero for the ids of all services and the names of all agencies, districts and
    /// outlets, so that the first report about each is seen by `increase()`.
    pub fn start_mentions_at_zero(&self, services: &[&str], agencies: &[&str], districts: &[&str], outlets: &[&str]) {
        let families = [
            (&self.mentions_total, services),
            (&self.mentions_by_agency_total, agencies),
            (&self.mentions_by_district_total, districts),
        ];
        for (family, values) in families {
            for value in values {
                for sentiment in SENTIMENTS {
                    family.with_label_values(&[*value, sentiment]);
                }
            }
        }
        for service in services {
            self.service_burst_score.with_label_values(&[*service]);
        }
        for outlet in outlets {
            self.mentions_by_outlet_total.with_label_values(&[self.bounded("outlet", outlet)]);
        }
    }

    /// Every metric of the daemon's own, whether or not it has a value yet.
    #[must_use]
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// A value for the label `name`, or `other` once [`LABEL_BUDGET`] different ones were used.
    #[must_use]
    pub fn bounded<'a>(&self, name: &'static str, value: &'a str) -> &'a str {
        let mut seen = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.contains(&(name, value.to_owned())) {
            return value;
        }
        if seen.iter().filter(|(label, _)| *label == name).count() >= LABEL_BUDGET {
            self.label_values_dropped_total.with_label_values(&[name]).inc();
            return OTHER;
        }
        seen.insert((name, value.to_owned()));
        value
    }

    /// The text exposition format, with the process's own figures.
    ///
    /// # Errors
    /// When a metric cannot be encoded, which only a bug in a name can cause.
    pub fn render(&self) -> prometheus::Result<String> {
        let mut families = self.registry.gather();
        let process = Registry::new();
        process.register(Box::new(prometheus::process_collector::ProcessCollector::for_self()))?;
        families.extend(process.gather());
        families.sort_by(|a, b| a.name().cmp(b.name()));
        let mut out = Vec::new();
        TextEncoder::new().encode(&families, &mut out)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_past_its_budget_is_counted_as_other() {
        let metrics = Metrics::new().unwrap();
        for n in 0..LABEL_BUDGET {
            let name = format!("s{n}");
            assert_eq!(metrics.bounded("source", &name), name);
        }
        assert_eq!(metrics.bounded("source", "one-more"), OTHER);
        assert_eq!(metrics.bounded("source", "s7"), "s7");
        assert_eq!(metrics.bounded("outlet", "one-more"), "one-more");
        assert_eq!(metrics.label_values_dropped_total.with_label_values(&["source"]).get(), 1);
    }

    #[test]
    fn what_is_configured_begins_at_zero() {
        let metrics = Metrics::new().unwrap();
        metrics.start_source_at_zero("harbour-daily");
        metrics.start_mentions_at_zero(&["streetlight"], &["高雄市政府工務局"], &["鳳山區"], &["港都日報"]);
        let text = metrics.render().unwrap();
        for line in [
            r#"clarion_articles_ingested_total{outcome="rejected",source="harbour-daily"} 0"#,
            r#"clarion_mentions_total{sentiment="positive",service="streetlight"} 0"#,
            r#"clarion_mentions_by_agency_total{agency="高雄市政府工務局",sentiment="negative"} 0"#,
            r#"clarion_mentions_by_district_total{district="鳳山區",sentiment="neutral"} 0"#,
            r#"clarion_mentions_by_outlet_total{outlet="港都日報"} 0"#,
            r#"clarion_service_burst_score{service="streetlight"} 0"#,
            "clarion_stories_total 0",
        ] {
            assert!(text.contains(line), "{line}");
        }
    }

    #[test]
    fn no_label_is_one_that_prometheus_keeps_for_itself() {
        for family in Metrics::new().unwrap().families() {
            assert!(family.labels.iter().all(|label| !["job", "instance", "le"].contains(label)), "{}", family.name);
        }
    }

    #[test]
    fn the_first_scrape_shows_the_fixed_label_sets() {
        let text = Metrics::new().unwrap().render().unwrap();
        assert!(text.contains("clarion_fetch_blocked_total{reason=\"robots\"} 0"));
        assert!(text.contains("process_resident_memory_bytes"));
    }
}
