//! Keeps the register of official statements in memory up to date, and holds recent reports against it again when it
//! changed: a report may have become right or wrong by what was announced since.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use chrono::TimeDelta;

use super::{Shared, keeping};
use crate::{
    claims::Sheet,
    domain::{Examined, FactVersion, Level, Source, Statement},
    lifecycle::{Pulse, Stop},
    pipeline::{Analyzer, Dispute, Doubts, Officials, wording},
    store::{Behind, Checking, Disagreeing, Lesson, Orphan, Stating, StoreError},
};

/// How far back reports are checked again. What is older can no longer be answered the same day, nor the next.
const WINDOW: TimeDelta = TimeDelta::hours(72);

/// The longest the loop sleeps: what other processes enter is seen by then, and the watchdog wants a sign of life.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// Versions read from the database at once; each may hold a whole release.
const PAGE: usize = 500;

/// Reports checked in one piece of work, and written in one transaction.
const BATCH: usize = 32;

/// Reports that are kept laid out, some twenty kilobytes each: what a large city's outlets publish in the window.
const LAID_OUT: usize = 4000;

/// Reports taken into the register in one transaction.
const ADOPTED: usize = 200;

/// Statements that came together of which each is held against the others' agencies. An import of more is a table, whose
/// rows are alike and not told apart well enough for that.
const COMPARED: usize = 100;

/// The loop.
pub struct Recheck {
    shared: Shared,
    pulse: Pulse,
    /// What people made of alerts, as last read.
    lessons: Vec<Lesson>,
    gauged: bool,
    sheets: Sheets,
    /// The official sources whose earlier reports are in the register, each with its agency.
    adopted: BTreeSet<(String, String)>,
}

/// Reports of the window that are laid out already, by key and version.
type Sheets = HashMap<(String, u32), Arc<Sheet>>;

impl Recheck {
    /// A loop that knows nothing of the register yet.
    #[must_use]
    pub fn new(shared: Shared, pulse: Pulse) -> Self {
        Self { shared, pulse, lessons: Vec::new(), gauged: false, sheets: Sheets::new(), adopted: BTreeSet::new() }
    }

    /// Takes in what is new in the register, then checks some reports again; says how many those were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tick(&mut self) -> Result<usize, StoreError> {
        self.adopt().await?;
        let changed = self.take_in().await?;
        self.learn().await?;
        let again = self.check_again().await?;
        if changed || !self.gauged {
            self.gauge().await?;
            self.gauged = true;
        }
        let open = self.shared.store.open_alerts().await?;
        for level in [Level::A, Level::B] {
            let open = open.iter().find(|(of, _)| *of == level).map_or(0, |(_, open)| *open);
            let open = i64::try_from(open).unwrap_or(i64::MAX);
            self.shared.metrics.open_alerts.with_label_values(&[level.name()]).set(open);
        }
        Ok(again)
    }

    /// Ticks until the stop.
    pub async fn run(mut self, stop: Stop) {
        let register = self.shared.register.clone();
        loop {
            self.pulse.beat();
            let mut again = 0;
            match self.tick().await {
                Ok(checked) => {
                    again = checked;
                    let at = self.shared.clock.now().timestamp() as f64;
                    self.shared.metrics.jobs_total.with_label_values(&["recheck", "ok"]).inc();
                    self.shared.metrics.job_last_success_timestamp_seconds.with_label_values(&["recheck"]).set(at);
                }
                Err(error) => {
                    self.shared.metrics.jobs_total.with_label_values(&["recheck", "failed"]).inc();
                    tracing::error!(%error, "the register cannot be kept up to date, trying again");
                }
            }
            if again > 0 && !stop.is_cancelled() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = register.told() => {}
                () = self.shared.clock.sleep(LONGEST_NAP) => {}
            }
        }
    }

    /// What a source published before it was called official, or before there was a register, is official too. Each source is
    /// looked at once; whatever it brings later, `read` takes in.
    async fn adopt(&mut self) -> Result<(), StoreError> {
        let of = |source: &Source| source.official.clone().map(|agency| (source.id.as_str().to_owned(), agency));
        let sources: Vec<_> = self.shared.sources.borrow().iter().filter_map(of).collect();
        for (source, agency) in sources {
            if self.adopted.contains(&(source.clone(), agency.clone())) {
                continue;
            }
            let (mut after, mut adopted) = (String::new(), 0);
            loop {
                self.pulse.beat();
                let page = self.shared.store.orphans(&source, &after, ADOPTED).await?;
                let Some(last) = page.last() else { break };
                after.clone_from(&last.id);
                let (analyzer, by) = (Arc::clone(&self.shared.analyzer), agency.clone());
                let statings =
                    self.aside(move || page.into_iter().filter_map(|it| stating(&analyzer, &by, it)).collect());
                let statings: Vec<_> = statings.await.unwrap_or_default();
                let from = (source.clone(), agency.clone());
                adopted += self.shared.store.adopt(from, statings, self.shared.clock.now()).await?;
            }
            if adopted > 0 {
                tracing::info!(source, adopted, "earlier releases were taken into the register");
            }
            self.adopted.insert((source, agency));
        }
        Ok(())
    }

    /// Takes in the versions the database has beyond those in memory; says whether there were any.
    async fn take_in(&mut self) -> Result<bool, StoreError> {
        let before = self.shared.register.now();
        let (mut number, mut officials) = (before.number(), Arc::clone(&before));
        let since = self.shared.clock.now() - WINDOW;
        let mut recent: BTreeMap<String, FactVersion> = BTreeMap::new();
        loop {
            let page = self.shared.store.facts_after(number, PAGE).await?;
            let Some(last) = page.last() else { break };
            number = last.number;
            for version in page.iter().filter(|version| version.recorded_at >= since) {
                if recent.len() <= COMPARED {
                    recent.insert(version.id.clone(), version.clone());
                }
            }
            // Page by page, since a statement that is laid out takes twenty times what the register keeps of it.
            let (analyzer, held) = (Arc::clone(&self.shared.analyzer), Arc::clone(&officials));
            if let Some(further) = self.aside(move || held.with(analyzer.lay_out(page))).await {
                officials = Arc::new(further);
            }
            self.pulse.beat();
        }
        if officials.number() == before.number() {
            return Ok(false);
        }
        let officials = Officials::clone(&officials);
        self.shared.metrics.register_facts.set(i64::try_from(officials.len()).unwrap_or(i64::MAX));
        tracing::debug!(facts = officials.len(), number = officials.number(), "the register was brought up to date");
        self.shared.register.replace(officials.clone());
        if recent.len() <= COMPARED {
            self.compare(officials, recent.into_values().collect()).await?;
        }
        Ok(true)
    }

    /// Looks for other agencies' statements that disagree with new ones.
    async fn compare(&self, officials: Officials, recent: Vec<FactVersion>) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let analyzer = Arc::clone(&self.shared.analyzer);
        let comparing = self.aside(move || {
            let holding = recent.into_iter().filter(|version| version.statement.holds(now));
            let found = holding.flat_map(|version| {
                let disputes = analyzer.disputes(&officials, &version);
                disputes.into_iter().map(move |Dispute { other, why, score }| Disagreeing {
                    fact: (version.id.clone(), version.hash.clone()),
                    other,
                    why,
                    score,
                })
            });
            found.collect::<Vec<_>>()
        });
        match comparing.await {
            Some(found) if !found.is_empty() => self.shared.store.disagree(found, now).await,
            _ => Ok(()),
        }
    }

    /// Takes to heart what people made of alerts.
    async fn learn(&mut self) -> Result<(), StoreError> {
        let lessons = self.shared.store.lessons().await?;
        if lessons != self.lessons {
            let doubts = lessons.iter().map(|it| {
                let pattern = (it.fact_id.clone(), it.kind, it.verdict);
                (pattern, it.doubted.saturating_sub(it.confirmed))
            });
            let doubts: Doubts = doubts.filter(|(_, doubts)| *doubts > 0).collect();
            let officials = self.shared.register.now().doubting(doubts);
            self.shared.register.replace(officials);
            self.lessons = lessons;
        }
        Ok(())
    }

    /// Checks the newest of the reports that were not held against the register as it is now.
    async fn check_again(&mut self) -> Result<usize, StoreError> {
        let officials = self.shared.register.now();
        let now = self.shared.clock.now();
        let behind = self.shared.store.behind(officials.number(), now - WINDOW, BATCH).await?;
        if behind.is_empty() {
            return Ok(0);
        }
        let mut checked = Vec::with_capacity(behind.len());
        for report in behind {
            let (analyzer, officials) = (Arc::clone(&self.shared.analyzer), Arc::clone(&officials));
            let (id, revision, register) = (report.article_id.clone(), report.revision, officials.number());
            let key = (id.clone(), revision);
            let known = self.sheets.get(&key).cloned();
            let timer = self.shared.metrics.analysis_duration_seconds.with_label_values(&["check"]).start_timer();
            let checking = match self.aside(move || check(&analyzer, &officials, &report, known)).await {
                Some((checking, sheet)) => {
                    if self.sheets.len() >= LAID_OUT {
                        self.sheets.clear();
                    }
                    self.sheets.insert(key, sheet);
                    checking
                }
                // Checked with nothing found: it would come back for ever.
                None => nothing(register),
            };
            timer.observe_duration();
            if let Checking::Own { examined, .. } = &checking {
                keeping::count_check(&self.shared.metrics, examined);
            }
            checked.push((id, revision, checking));
        }
        let many = checked.len();
        let changed = self.shared.store.recheck(checked, now).await?;
        for level in changed.alerts {
            self.shared.metrics.alerts_total.with_label_values(&[level.name()]).inc();
        }
        if changed.ended > 0 {
            tracing::info!(alerts = changed.ended, "alerts hold no longer by what was announced since");
        }
        Ok(many)
    }

    async fn gauge(&self) -> Result<(), StoreError> {
        let (store, metrics) = (&self.shared.store, &self.shared.metrics);
        for (source, last) in store.last_statements().await? {
            let label = metrics.bounded("source", &source);
            metrics.register_last_statement_timestamp_seconds.with_label_values(&[label]).set(last.timestamp() as f64);
        }
        let disagreements = store.disagreements(self.shared.clock.now(), COMPARED).await?;
        metrics.register_disagreements.set(i64::try_from(disagreements.len()).unwrap_or(i64::MAX));
        Ok(())
    }

    /// Works off the async threads, with a sign of life as long as that takes. None when the work died, which is logged and
    /// counted.
    async fn aside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let mut working = tokio::task::spawn_blocking(work);
        // Real time, whatever clock the daemon runs on: the watchdog's is real too.
        let done = loop {
            match tokio::time::timeout(LONGEST_NAP, &mut working).await {
                Ok(done) => break done,
                Err(_) => self.pulse.beat(),
            }
        };
        done.inspect_err(|error| {
            tracing::error!(%error, "a check against the register died");
            self.shared.metrics.task_panics_total.with_label_values(&["check"]).inc();
        })
        .ok()
    }
}

/// An earlier report as a statement; none of a page of nothing, or of more than any statement holds.
fn stating(analyzer: &Analyzer, agency: &str, it: Orphan) -> Option<(u32, Stating)> {
    let statement = Statement::released(agency, (&it.title, &it.text), &it.url, it.published).checked(&it.id).ok()?;
    let words = analyzer.segmenter().words(&format!("{} {}", statement.title, statement.text));
    Some((it.revision, Stating { id: it.id, statement, words }))
}

fn check(
    analyzer: &Analyzer,
    officials: &Officials,
    report: &Behind,
    known: Option<Arc<Sheet>>,
) -> (Checking, Arc<Sheet>) {
    let texts = (report.title.as_str(), report.text.as_str());
    let sheet = known.unwrap_or_else(|| Arc::new(analyzer.sheet(texts.0, texts.1, Some(report.at))));
    if report.register.is_some_and(|since| !officials.concern(&sheet, since)) {
        return (Checking::Still { register: officials.number() }, sheet);
    }
    let (examined, claimed) = analyzer.examine(officials, &sheet, texts, Some(report.at));
    (Checking::Own { wording: wording(texts.0, texts.1), examined, claimed }, sheet)
}

fn nothing(register: i64) -> Checking {
    let examined = Examined { register, dictionaries: String::new(), rules: String::new(), found: Vec::new() };
    Checking::Own { wording: String::new(), examined, claimed: Vec::new() }
}
