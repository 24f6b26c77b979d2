//! What happened on the staged day, step by step, as JSON.

use std::path::Path;

use anyhow::Context;
use serde::Serialize;

use super::{
    day::{Day, Report},
    guests::Guest,
};
use crate::{
    app::Daemon,
    clock::Clock,
    domain::{Doubt, taipei},
    store::{Filter, ReportRow},
};

/// Reports that are in the newsroom when the day opens, at the least.
const AT_OPENING: u64 = 20;

/// Real seconds in which the first analysed report must be in the console.
const FIRST_WITHIN_MS: u64 = 10_000;

/// Characters by which a post without a headline is known.
const BEGINNING: usize = 16;

/// Misreports that are staged, at the least, and true reports close to a release.
const STAGED: usize = 8;
const TEMPTING: usize = 30;

/// Rows read at once when the day is judged.
const PAGE: usize = 200;

/// The demo's report.
#[derive(Debug, Serialize)]
pub(super) struct Account {
    pub ok: bool,
    steps: Vec<Step>,
    polls: u64,
    reports: u64,
    misreports: Misreports,
    pub(super) refused: Vec<Reason>,
    pub(super) corrections: Vec<Correction>,
    pub(super) notifications: u64,
    latency_ms: Latency,
    #[serde(skip)]
    factor: u32,
}

/// One step of the story.
#[derive(Debug, Serialize)]
struct Step {
    name: &'static str,
    /// Staged time, RFC 3339.
    at: String,
    ok: bool,
    detail: String,
}

/// Staged misreports and what the check made of them.
#[derive(Debug, Default, Serialize)]
struct Misreports {
    staged: usize,
    found: usize,
    wrong: usize,
}

/// A publication that was refused.
#[derive(Debug, Serialize)]
pub(super) struct Reason {
    pub reason: String,
}

/// What an outlet did after a clarification.
#[derive(Debug, Serialize)]
pub(super) struct Correction {
    /// The staged report, by its key.
    pub report: String,
    pub outlet: String,
    pub outcome: String,
    /// From the clarification to what the outlet did; none when it did nothing.
    pub seconds: Option<u64>,
}

/// Real time from a report's appearance to its analysis in the console.
#[derive(Debug, Default, Serialize)]
struct Latency {
    p50: u64,
    p99: u64,
}

impl Account {
    /// An empty account of a day that runs `factor` times as fast.
    pub fn new(factor: u32) -> Self {
        Self {
            ok: false,
            steps: Vec::new(),
            polls: 0,
            reports: 0,
            misreports: Misreports::default(),
            refused: Vec::new(),
            corrections: Vec::new(),
            notifications: 0,
            latency_ms: Latency::default(),
            factor,
        }
    }

    /// Notes the steps that pass while the day goes on.
    pub async fn observe(&mut self, day: &Day, daemon: &Daemon, clock: &dyn Clock) -> anyhow::Result<()> {
        let at = taipei(clock.now()).to_rfc3339();
        let real_ms = u64::try_from(clock.monotonic().as_millis()).unwrap_or(u64::MAX) / u64::from(self.factor);
        let total = daemon.store.reports(&Filter { singly: true, ..Filter::default() }, None, 1).await?.total;
        if total > 0 && !self.has("first_report") {
            let ok = real_ms <= FIRST_WITHIN_MS;
            self.note("first_report", at.clone(), ok, format!("{real_ms} ms after the start"));
        }
        let expected = u64::try_from(day.reports.iter().filter(|r| r.at <= day.opens).count()).unwrap_or_default();
        if total >= expected && !self.has("opening") {
            let detail = format!("{expected} reports of the dawn are there");
            self.note("opening", at.clone(), expected >= AT_OPENING, detail);
        }
        let states = daemon.store.source_states().await?;
        let troubled = states.iter().find_map(|(id, state)| Some((id.clone(), state.trouble.clone()?)));
        match troubled {
            Some((id, trouble)) if !self.has("source_degraded") => {
                self.note("source_degraded", at, true, format!("{id}: {}", trouble.detail));
            }
            None if self.has("source_degraded") && !self.has("source_recovered") => {
                self.note("source_recovered", at, true, "all sources work again".into());
            }
            _ => {}
        }
        Ok(())
    }

    /// Judges the day at its end: every staged report must have been found, read and kept.
    pub async fn judge(&mut self, day: &Day, daemon: &Daemon, officer: &Guest) -> anyhow::Result<()> {
        let at = taipei(day.closes).to_rfc3339();
        let rows = all_rows(daemon).await?;
        self.reports = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.polls = polls(&daemon.metrics.render().context("the metrics")?);

        let missing: Vec<&str> = day
            .reports
            .iter()
            .filter(|report| found(day, report, &rows).is_none())
            .map(|report| report.key.as_str())
            .collect();
        let detail = if missing.is_empty() {
            format!("all {} staged reports are in the console", day.reports.len())
        } else {
            format!("missing: {}", missing.join(" "))
        };
        self.note("all_reports", at.clone(), missing.is_empty(), detail);

        let revised = rows.iter().filter(|row| row.revision > 1).count();
        self.note(
            "revisions",
            at.clone(),
            revised > 0,
            format!("{revised} reports were changed and have a second version"),
        );
        self.check(&at, day, daemon, &rows).await?;
        self.console(&at, daemon).await?;
        self.log_in(&at, daemon, officer).await?;
        for name in ["first_report", "opening", "source_degraded", "source_recovered"] {
            if !self.has(name) {
                self.note(name, at.clone(), false, "did not take place".into());
            }
        }
        self.latency_ms = latency(day, &rows, self.factor);
        self.ok = self.steps.iter().all(|step| step.ok);
        Ok(())
    }

    /// What the console holds against the staged misreports and against the true reports that tempt to a hasty check.
    async fn check(&mut self, at: &str, day: &Day, daemon: &Daemon, rows: &[ReportRow]) -> anyhow::Result<()> {
        let staged: Vec<&Report> = day.reports.iter().filter(|report| report.misreport.is_some()).collect();
        let tempting = day.reports.iter().filter(|report| report.misreport.is_none() && report.fact.is_some()).count();
        let mut flagged: Vec<&ReportRow> = Vec::new();
        for row in rows {
            if row.doubt != Doubt::None || !daemon.store.cases_of_report(&row.id).await?.is_empty() {
                flagged.push(row);
            }
        }
        let is_flagged = |row: &ReportRow| flagged.iter().any(|it| it.id == row.id);
        let row_of = |report: &&Report| found(day, report, rows).filter(|row| is_flagged(row));
        let known: Vec<&ReportRow> = staged.iter().filter_map(row_of).collect();
        let missed: Vec<&str> = staged.iter().filter(|it| row_of(it).is_none()).map(|it| it.key.as_str()).collect();
        let wrong: Vec<&str> = flagged
            .iter()
            .filter(|row| !known.iter().any(|it| it.id == row.id))
            .map(|row| row.title.as_str())
            .collect();
        self.misreports = Misreports { staged: staged.len(), found: known.len(), wrong: wrong.len() };
        let ok = missed.is_empty() && wrong.is_empty() && staged.len() >= STAGED && tempting >= TEMPTING;
        let detail = format!(
            "{} of {} misreports are to be looked at, {} of {tempting} true and tempting reports and the rest; missed: {}; wrong: {}",
            known.len(),
            staged.len(),
            wrong.len(),
            missed.join(" "),
            wrong.join(" "),
        );
        self.note("misreports", at.to_owned(), ok, detail);

        let client = reqwest::Client::builder().no_proxy().build()?;
        let list = format!("http://{}/?check=doubtful&scope=all&stories=apart", daemon.console);
        let list = client.get(list).send().await?.text().await?;
        // What was settled during the day is in the list no more.
        let open: Vec<&str> =
            known.iter().filter(|row| matches!(row.doubt, Doubt::Open(_))).map(|row| row.id.as_str()).collect();
        let listed = open.iter().filter(|id| list.contains(&format!("/reports/{id}\""))).count();
        let total = list.contains(&format!("共 <strong>{}</strong>", open.len()));
        let mut beside = 0;
        for id in &open {
            let page = client.get(format!("http://{}/reports/{id}", daemon.console)).send().await?.text().await?;
            let (Some((_, claim)), true) = (page.split_once("<figure>"), page.contains("class=\"reason\"")) else {
                continue;
            };
            let (claim, fact) = claim.split_once("<figure class=\"official\">").unwrap_or((claim, ""));
            let fact = fact.split("</figure>").next().unwrap_or_default();
            beside += usize::from(
                claim.contains("<blockquote>")
                    && fact.contains("/facts/")
                    && (claim.contains("<mark>") || fact.contains("<mark>")),
            );
        }
        let ok = total && !open.is_empty() && listed == open.len() && beside == open.len();
        let detail = format!("the list of doubtful reports holds {listed}, {beside} show claim and fact side by side");
        self.note("side_by_side", at.to_owned(), ok, detail);
        Ok(())
    }

    /// Uses the console as a duty officer would, over HTTP.
    async fn console(&mut self, at: &str, daemon: &Daemon) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        for (name, path, expect) in [
            ("search", "/?q=捷運&scope=all", "捷運"),
            ("sources_page", "/sources", "圍島快訊"),
            ("ready", "/readyz", "ready"),
        ] {
            let url = format!("http://{}{path}", daemon.console);
            let answer = client.get(url).send().await?;
            let status = answer.status();
            let found = answer.text().await?.contains(expect);
            self.note(
                name,
                at.to_owned(),
                status.is_success() && found,
                format!("{path} answered {}", status.as_u16()),
            );
        }
        let text = client.get(format!("http://{}/metrics", daemon.exposition)).send().await?.text().await?;
        let found = text.contains("clarion_mentions_total{");
        self.note("metrics", at.to_owned(), found, "the opinion counters are exposed".into());
        Ok(())
    }

    /// Logs in as the duty officer does, through the form.
    async fn log_in(&mut self, at: &str, daemon: &Daemon, officer: &Guest) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let base = format!("http://{}", daemon.console);
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", officer.name.as_str()), ("password", &officer.password)])
            .finish();
        let answer = client.post(format!("{base}/login")).body(form).send().await?;
        let set = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookie = set.split(';').next().unwrap_or_default().to_owned();
        let page = client.get(&base).header("cookie", cookie).send().await?.text().await?;
        let ok = page.contains("登出") && page.contains(officer.person.as_str());
        self.note("log_in", at.to_owned(), ok, format!("{} logs in and is named on the page", officer.name));
        Ok(())
    }

    /// Prints the steps, and writes the JSON where it was asked for.
    pub fn tell(&self, report: Option<&Path>) -> anyhow::Result<()> {
        use std::io::Write;
        let mut out = std::io::stdout().lock();
        for step in &self.steps {
            writeln!(out, "{} {:<17} {}", if step.ok { "通過" } else { "失敗" }, step.name, step.detail)?;
        }
        if let Some(path) = report {
            let json = serde_json::to_string_pretty(self)?;
            std::fs::write(path, json + "\n").with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.steps.iter().any(|step| step.name == name)
    }

    pub(super) fn note(&mut self, name: &'static str, at: String, ok: bool, detail: String) {
        self.steps.push(Step { name, at, ok, detail });
    }
}

async fn all_rows(daemon: &Daemon) -> anyhow::Result<Vec<ReportRow>> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = daemon.store.reports(&Filter { singly: true, ..Filter::default() }, after, PAGE).await?;
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}

/// All polls of all sources, read from the exposition.
fn polls(exposition: &str) -> u64 {
    exposition
        .lines()
        .filter(|line| line.starts_with("clarion_source_polls_total{"))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// The row of a staged report, known by its last headline; posts without one are known by how they begin.
fn found<'a>(day: &Day, report: &Report, rows: &'a [ReportRow]) -> Option<&'a ReportRow> {
    let shown = report.shown(day.closes);
    let title = shown.map_or(report.title.as_str(), |shown| shown.title);
    let beginning: String = report.text.chars().take(BEGINNING).collect();
    rows.iter().find(|row| row.title.contains(title) || row.lead.starts_with(&beginning))
}

/// Staged time from appearance to first sight, turned back into real time.
fn latency(day: &Day, rows: &[ReportRow], factor: u32) -> Latency {
    let mut waits: Vec<u64> = day
        .reports
        .iter()
        .filter(|report| report.at > day.opens)
        .filter_map(|report| {
            let row = found(day, report, rows)?;
            u64::try_from((row.first_seen_at - report.at).num_milliseconds()).ok()
        })
        .map(|staged| staged / u64::from(factor))
        .collect();
    waits.sort_unstable();
    let at = |share: usize| waits.get((waits.len() * share / 100).min(waits.len().saturating_sub(1))).copied();
    Latency { p50: at(50).unwrap_or_default(), p99: at(99).unwrap_or_default() }
}
