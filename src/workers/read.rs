//! Takes announced entries from the queue, fetches and reads their pages, and keeps what was understood.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::sync::{Mutex, Notify};
use ulid::Ulid;
use url::Url;

use super::{Shared, announced, folder, keeping, poll, story::Tellings};
use crate::{
    domain::{Article, Entry, Level, Mention, Page, Policy, Source, SourceKind},
    extract::{
        article::{self, ArticleError},
        board,
        charset::{self, CharsetError},
        link,
    },
    fetch::{FetchError, Fetched, Request},
    lifecycle::{Pulse, Stop},
    metrics::Metrics,
    pipeline::{Analyzer, Officials, wording},
    store::{Checking, QueuedEntry, Reading, StoreError, Stored, Told},
    story::{Limits, Report},
};

/// How long a claimed entry is kept from others: longer than the longest time-out that can be configured (ten minutes)
/// and the wait for a host's turn together.
const LEASE: Duration = Duration::from_mins(15);

/// The longest the loop sleeps: entries put back for later become due without anybody being told, and the watchdog,
/// which looks every ten seconds, wants a sign of life.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// The pause after a first failed try; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause between two tries of one entry. News older than that helps nobody the same day.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// Bytes of segmented words that can be searched; PostgreSQL's vectors hold a megabyte at the most.
const SEARCHED_BYTES: usize = 256 << 10;

/// The reading loop.
pub struct Read {
    shared: Shared,
    pulse: Pulse,
    found: Arc<Notify>,
    concurrency: usize,
    attempts: u32,
    /// Held from the finding of a story until the report is kept: two reports of one event that are read at once would
    /// each begin it.
    tellings: Mutex<Tellings>,
}

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Guard(#[from] crate::fetch::GuardError),
    #[error("{0}")]
    Charset(#[from] CharsetError),
    #[error("{0}")]
    Article(#[from] ArticleError),
    #[error("{link}: {source}")]
    File { link: String, source: std::io::Error },
    #[error("{0:?} is not an address that can be fetched; the source's feed is at fault")]
    Link(String),
    #[error("the reading of the page was interrupted")]
    Interrupted,
}

impl Trouble {
    /// The stage and reason as metric labels.
    fn labels(&self) -> (&'static str, &'static str) {
        match self {
            Self::Fetch(error) => ("fetch", error.kind().name()),
            Self::Guard(_) | Self::Link(_) => ("fetch", "blocked"),
            Self::Charset(_) => ("decode", "charset"),
            Self::Article(ArticleError::Challenge { .. }) => ("extract", "challenge"),
            Self::Article(ArticleError::NoText { .. }) => ("extract", "no_text"),
            Self::Article(_) => ("extract", "malformed"),
            Self::File { .. } => ("fetch", "io_error"),
            Self::Interrupted => ("extract", "interrupted"),
        }
    }

    /// How long the site asks to be left alone.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Fetch(error) => error.retry_after(),
            _ => None,
        }
    }

    /// Whether a later try may end better.
    fn may_pass(&self) -> bool {
        match self {
            Self::Fetch(FetchError::Blocked { .. }) | Self::Guard(_) | Self::Link(_) | Self::Charset(_) => false,
            Self::Fetch(error) => !matches!(error.status(), Some(401 | 403 | 404 | 410 | 451)),
            Self::Article(error) => matches!(error, ArticleError::Challenge { .. } | ArticleError::NoText { .. }),
            Self::File { .. } | Self::Interrupted => true,
        }
    }
}

impl Read {
    /// A loop that is woken by `found`, reads `concurrency` reports at once and tries each `attempts` times.
    #[must_use]
    pub fn new(shared: Shared, pulse: Pulse, found: Arc<Notify>, concurrency: usize, attempts: u32) -> Self {
        let tellings = Mutex::new(Tellings::new(Limits::default()));
        Self { shared, pulse, found, concurrency: concurrency.max(1), attempts: attempts.max(1), tellings }
    }

    /// Reads what waits, as many reports as are read at once, and says how many entries that were. After the stop,
    /// what is claimed goes back into the queue.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub async fn tick(&self, stop: &Stop) -> Result<usize, StoreError> {
        let claimed = self.shared.store.claim(self.concurrency, self.shared.clock.now(), LEASE).await?;
        let reading: FuturesUnordered<_> = claimed.into_iter().map(|entry| self.settle(entry, stop)).collect();
        Ok(reading.collect::<Vec<_>>().await.len())
    }

    /// Reads until the stop; a report whose page is still awaited then goes back into the queue. A slow site takes one
    /// place, the others go on.
    pub async fn run(self, stop: Stop) {
        let mut reading = FuturesUnordered::new();
        loop {
            self.pulse.beat();
            let free = self.concurrency - reading.len();
            if free > 0 && !stop.is_cancelled() {
                match self.shared.store.claim(free, self.shared.clock.now(), LEASE).await {
                    Ok(claimed) => reading.extend(claimed.into_iter().map(|entry| self.settle(entry, &stop))),
                    Err(error) => tracing::error!(%error, "the queue cannot be read, trying again"),
                }
            }
            if stop.is_cancelled() && reading.is_empty() {
                return;
            }
            tokio::select! {
                Some(()) = reading.next() => {}
                () = self.found.notified(), if reading.len() < self.concurrency => {}
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = self.shared.clock.sleep(LONGEST_NAP) => {}
            }
        }
    }

    /// Reads one entry and settles its row. What cannot even be settled stays claimed until its lease ends.
    async fn settle(&self, queued: QueuedEntry, stop: &Stop) {
        let settled = if stop.is_cancelled() {
            self.shared.store.release(&queued, self.shared.clock.now()).await
        } else {
            self.read(&queued, stop).await
        };
        if let Err(error) = settled {
            tracing::error!(entry = queued.id, %error, "a report could not be kept");
            let again = self.shared.store.put_back(&queued, self.again(&queued), &error.to_string()).await;
            if let Err(error) = again {
                tracing::error!(entry = queued.id, %error, "nor be put back; it waits for its lease to end");
            }
        }
    }

    /// When an entry that failed is tried next, or none when it was tried often enough.
    fn again(&self, queued: &QueuedEntry) -> Option<DateTime<Utc>> {
        (queued.attempts < self.attempts).then(|| self.shared.clock.now() + pause(queued.attempts))
    }

    /// Reads one entry: kept, put back, released or given up.
    async fn read(&self, queued: &QueuedEntry, stop: &Stop) -> Result<(), StoreError> {
        let store = &self.shared.store;
        let sources = self.shared.sources.borrow().clone();
        let Some(source) = sources.iter().find(|source| source.id.as_str() == queued.source_id) else {
            // It may come back with the next reload, or belong to another daemon's configuration.
            return store.release(queued, self.shared.clock.now() + delta(LONGEST_PAUSE)).await;
        };
        let listed = source.policy == Policy::HeadlineOnly || announced::is_whole(source, &queued.entry);
        let page = async {
            if listed {
                Ok((None, headline_or_all(source, &queued.entry)))
            } else {
                self.page(source, &queued.entry).await
            }
        };
        let read = tokio::select! {
            read = page => read,
            () = stop.cancelled() => return store.release(queued, self.shared.clock.now()).await,
        };
        let (snapshot, article) = match read {
            Ok(read) => read,
            Err(trouble) => {
                self.count(&trouble);
                if let Trouble::Fetch(FetchError::RateLimited { .. }) = &trouble {
                    // The site was not asked for this page, or asks to wait: that is no try.
                    let wait = trouble.retry_after().unwrap_or(FIRST_PAUSE).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                    return store.release(queued, self.shared.clock.now() + delta(wait)).await;
                }
                if let Some(again) = self.again(queued).filter(|_| trouble.may_pass()) {
                    tracing::debug!(source = %source.id, %trouble, "put back for later");
                    return store.put_back(queued, Some(again), &trouble.to_string()).await;
                }
                tracing::warn!(source = %source.id, %trouble, "the page cannot be read");
                if queued.entry.title.trim().is_empty() {
                    keeping::count_outcome(&self.shared.metrics, source, "rejected");
                    return store.put_back(queued, None, &trouble.to_string()).await;
                }
                // The headline and lead are news too: better a short report than none.
                (None, announced::article(source, &queued.entry))
            }
        };
        match self.understand(source, queued, snapshot, article).await {
            Some((reading, report)) => self.keep(source, reading, &report).await,
            None => store.put_back(queued, self.again(queued), "its analysis died").await,
        }
    }

    fn count(&self, trouble: &Trouble) {
        let (stage, reason) = trouble.labels();
        self.shared.metrics.analysis_errors_total.with_label_values(&[stage, reason]).inc();
        if let Trouble::Fetch(error) = trouble {
            keeping::count_blocked(&self.shared.metrics, error);
        }
    }

    async fn keep(&self, source: &Source, mut reading: Reading, report: &Report<String>) -> Result<(), StoreError> {
        let metrics = &self.shared.metrics;
        let (outlet, analysis) = (reading.outlet.clone(), reading.mention.analysis.clone());
        let published = reading.article.published_at;
        let mut tellings = self.tellings.lock().await;
        reading.told.story = tellings.story_of(&self.shared.store, report).await?;
        let begins = reading.told.story.is_none();
        self.share(&mut reading).await?;
        let examined = match &reading.checking {
            Checking::Own { examined, .. } => Some(examined.clone()),
            Checking::Left | Checking::Shared { .. } | Checking::Still { .. } => None,
        };
        let stored = self.shared.store.keep(source, reading).await?;
        drop(tellings);
        keeping::count_outcome(metrics, source, stored.name());
        if let Some(examined) = examined.filter(|_| stored != Stored::Duplicate) {
            keeping::count_check(metrics, &examined);
            if examined.level() > Level::None {
                metrics.alerts_total.with_label_values(&[examined.level().name()]).inc();
            }
        }
        if source.official.is_some() && stored != Stored::Duplicate {
            self.shared.register.is_behind();
        }
        match stored {
            Stored::New => {
                keeping::count_mention(metrics, &outlet, &analysis);
                metrics.story_reports_total.inc();
                if begins {
                    metrics.stories_total.inc();
                }
                if let Some(published) = published {
                    let lag = (self.shared.clock.now() - published.at).num_milliseconds().max(0);
                    metrics.ingest_lag_seconds.observe(lag as f64 / 1000.0);
                }
            }
            Stored::Revised => {
                let label = metrics.bounded("source", source.id.as_str());
                metrics.article_revisions_total.with_label_values(&[label]).inc();
            }
            Stored::Duplicate => {}
        }
        Ok(())
    }

    /// A report that says word for word what one of its story says shares that one's check.
    async fn share(&self, reading: &mut Reading) -> Result<(), StoreError> {
        let (Checking::Own { wording, examined, .. }, Some(story)) = (&reading.checking, &reading.told.story) else {
            return Ok(());
        };
        if let Some(with) = self.shared.store.same_wording(story, wording).await? {
            reading.checking = Checking::Shared { wording: wording.clone(), with, register: examined.register };
        }
        Ok(())
    }

    /// Fetches and reads the page of an entry.
    async fn page(&self, source: &Source, entry: &Entry) -> Result<(Option<Page>, Article), Trouble> {
        let written = entry.link.clone().unwrap_or_default();
        let url = Url::parse(&written).map_err(|_| Trouble::Link(written.clone()))?;
        let page = if let SourceKind::Folder(dir) = &source.kind {
            let (dir, now) = (dir.clone(), self.shared.clock.now());
            let reading = tokio::task::spawn_blocking(move || folder::page(&url, &dir, now));
            let page = reading.await.map_err(|_| Trouble::Interrupted)?;
            page.map_err(|source| Trouble::File { link: written, source })?
        } else {
            let mut request = Request::new(url, self.shared.guard(source)?);
            poll::shape(&mut request, source);
            match self.shared.fetcher.get(&request).await? {
                Fetched::Full { page, .. } => page,
                Fetched::NotModified { .. } => return Err(Trouble::Link(written)),
            }
        };
        let label = self.shared.metrics.bounded("source", source.id.as_str());
        let bytes = u64::try_from(page.body.len()).unwrap_or(u64::MAX);
        self.shared.metrics.source_response_bytes_total.with_label_values(&[label]).inc_by(bytes);
        let (source, entry) = (source.clone(), entry.clone());
        let (metrics, now) = (Arc::clone(&self.shared.metrics), self.shared.clock.now());
        let reading = tokio::task::spawn_blocking(move || {
            let article = read_page(&page, &source, &metrics, now)?;
            Ok((Some(page), announced::complete(article, &entry)))
        });
        reading.await.map_err(|_| Trouble::Interrupted)?
    }

    /// Analyses off the async threads: what is kept of the report, and what its story is found by. None when the analysis
    /// died, which is logged and counted.
    async fn understand(
        &self,
        source: &Source,
        queued: &QueuedEntry,
        snapshot: Option<Page>,
        article: Article,
    ) -> Option<(Reading, Report<String>)> {
        let (analyzer, metrics) = (Arc::clone(&self.shared.analyzer), Arc::clone(&self.shared.metrics));
        let outlet = announced::outlet(source, &queued.entry);
        let (queued, now) = (queued.clone(), self.shared.clock.now());
        let officials = source.official.is_none().then(|| self.shared.register.now());
        let understanding = tokio::task::spawn_blocking(move || {
            reading((&analyzer, officials.as_deref()), &metrics, outlet, queued, snapshot, article, now)
        });
        match understanding.await {
            Ok(reading) => Some(reading),
            Err(error) => {
                tracing::error!(source = %source.id, %error, "the analysis of a report died");
                self.shared.metrics.task_panics_total.with_label_values(&["analysis"]).inc();
                None
            }
        }
    }
}

/// Decodes and reads a page.
fn read_page(page: &Page, source: &Source, metrics: &Metrics, now: DateTime<Utc>) -> Result<Article, Trouble> {
    let decode = metrics.analysis_duration_seconds.with_label_values(&["decode"]).start_timer();
    let decoded = charset::decode(&page.body, page.content_type.as_deref())?;
    decode.observe_duration();
    let extract = metrics.analysis_duration_seconds.with_label_values(&["extract"]).start_timer();
    let article = if matches!(source.kind, SourceKind::Board(_)) {
        board::article(&decoded.text, &page.url, now)?
    } else {
        article::read(&decoded.text, decoded.charset, &page.url, &source.article, now)?
    };
    extract.observe_duration();
    Ok(article)
}

/// What the outlet's terms allow to keep of an entry that is not fetched.
fn headline_or_all(source: &Source, entry: &Entry) -> Article {
    let mut article = announced::article(source, entry);
    if source.policy == Policy::HeadlineOnly {
        let lead = Entry { content: None, ..entry.clone() };
        article.text = announced::article(source, &lead).text;
    }
    article
}

/// Everything that becomes of an entry; without official statements to hold it against, it is one itself.
fn reading(
    (analyzer, officials): (&Analyzer, Option<&Officials>),
    metrics: &Metrics,
    outlet: String,
    queued: QueuedEntry,
    snapshot: Option<Page>,
    mut article: Article,
    now: DateTime<Utc>,
) -> (Reading, Report<String>) {
    article.published_at = article.published_at.map(|d| d.not_after(now));
    article.updated_at = article.updated_at.map(|d| d.not_after(now));
    if let Some(url) = link::absolute(&article.canonical_url) {
        article.canonical_url = link::canonical(&url);
    }
    article.canonical_url = announced::key(article.canonical_url);
    let fetched_at = snapshot.as_ref().map_or(now, |page| page.fetched_at);
    let classify = metrics.analysis_duration_seconds.with_label_values(&["classify"]).start_timer();
    let published = article.published_at.map_or(now, |d| d.at);
    let mut mention: Mention = analyzer.mention(&article.title, &article.text, Some(published));
    classify.observe_duration();
    cut(&mut mention.search_words, SEARCHED_BYTES);
    let article_id = Ulid::generate().to_string();
    let texts = (article.title.as_str(), article.text.as_str());
    let report = analyzer.report(article_id.clone(), &outlet, texts, Some(published), &mention.analysis);
    let checking = match officials.filter(|_| mention.analysis.scope.inside) {
        Some(officials) => {
            let check = metrics.analysis_duration_seconds.with_label_values(&["check"]).start_timer();
            let sheet = analyzer.sheet(texts.0, texts.1, Some(published));
            let (examined, claimed) = analyzer.examine(officials, &sheet, texts, Some(published));
            check.observe_duration();
            Checking::Own { wording: wording(&article.title, &article.text), examined, claimed }
        }
        None => Checking::Left,
    };
    let reading = Reading {
        queued,
        article_id,
        outlet,
        content_hash: super::fingerprint([article.title.as_bytes(), article.text.as_bytes()]),
        snapshot: snapshot.map(|page| (super::sha256_hex(&page.body), page)),
        article,
        mention,
        told: Told { story: None, syndicated: report.syndicated, known_by: report.known_by() },
        checking,
        fetched_at,
    };
    (reading, report)
}

/// Cuts a text at the last space before `most` bytes.
fn cut(words: &mut String, most: usize) {
    if words.len() > most {
        let end = words.floor_char_boundary(most);
        let end = words.get(..end).and_then(|kept| kept.rfind(' ')).unwrap_or(end);
        words.truncate(end);
    }
}

/// The pause before the next try of an entry that failed `attempts` times.
fn pause(attempts: u32) -> TimeDelta {
    delta(FIRST_PAUSE.saturating_mul(1 << attempts.saturating_sub(1).min(16)).min(LONGEST_PAUSE))
}

fn delta(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_of_one_entry_grow_apart_up_to_an_hour() {
        assert_eq!(pause(1), TimeDelta::minutes(1));
        assert_eq!(pause(3), TimeDelta::minutes(4));
        assert_eq!(pause(40), TimeDelta::hours(1));
    }
}
