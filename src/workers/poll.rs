//! Asks every source that is due what is new, and queues it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::sync::Notify;
use ulid::Ulid;

use super::{Shared, announced, folder, keeping};
use crate::{
    domain::{Entry, Listing, Page, Source, SourceKind, SourceState, Trouble, TroubleKind},
    extract::{self, ExtractError},
    fetch::{FetchError, Fetched, Request, Timeouts},
    lifecycle::{Pulse, Stop},
    sources::{Outcome, Success, after, due, first_due, wants_full},
    store::{StoreError, Turn},
};

/// Polls under way at once. One a host is the rule anyway; this bounds memory with many hosts.
const POLLS_AT_ONCE: usize = 32;

/// The longest the loop sleeps, so that the watchdog, which looks every ten seconds, sees a sign of life.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// How long a turn to poll is kept from other daemons: longer than the slowest listing with its further pages. When
/// this daemon dies during a poll, the source is asked again after it.
const TURN: TimeDelta = TimeDelta::minutes(5);

/// Older pages of a board read in one poll when everything on the newest was unknown.
const OLDER_PAGES: usize = 3;

/// Child sitemaps of an index read in one poll; outlets put the newest first.
const CHILD_SITEMAPS: usize = 3;

/// Official sites have been seen to take 25 s to answer, and without them there is nothing to check reports against.
const OFFICIAL_TIMEOUTS: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    first_byte: Duration::from_secs(40),
    idle: Duration::from_secs(20),
    total: Duration::from_mins(1),
    least_rate: 128,
    rate_after: Duration::from_secs(20),
};

/// When a source whose turn another daemon has is looked at again.
const OTHERS_TURN: TimeDelta = TimeDelta::seconds(30);

/// The metric label of a poll that brought nothing new.
const NOT_MODIFIED: &str = "not_modified";

/// The polling loop.
pub struct Poll {
    shared: Shared,
    pulse: Pulse,
    found: Arc<Notify>,
    seen: Mutex<HashMap<String, folder::Seen>>,
}

/// A poll that did not work, before it is put into words for the duty officer.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Listing(#[from] ExtractError),
    #[error("{}: {source}; check that the folder exists and can be read", path.display())]
    Folder { path: std::path::PathBuf, source: std::io::Error },
    #[error("{0}")]
    Guard(#[from] crate::fetch::GuardError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("the reading of the listing was interrupted")]
    Interrupted,
}

impl Failed {
    fn kind(&self) -> TroubleKind {
        match self {
            Self::Fetch(error) => error.kind(),
            Self::Listing(error) if error.met_challenge() => TroubleKind::Challenge,
            Self::Listing(_) => TroubleKind::ParseError,
            Self::Guard(_) => TroubleKind::Blocked,
            Self::Folder { .. } | Self::Store(_) | Self::Interrupted => TroubleKind::Internal,
        }
    }
}

impl Poll {
    /// A loop that tells `found` when something was queued.
    #[must_use]
    pub fn new(shared: Shared, pulse: Pulse, found: Arc<Notify>) -> Self {
        Self { shared, pulse, found, seen: Mutex::default() }
    }

    /// Polls everything that is due once and says how many sources that were.
    ///
    /// # Errors
    /// When the sources' memory cannot be read.
    pub async fn tick(&self) -> Result<usize, StoreError> {
        let mut states = self.remembered().await?;
        let now = self.shared.clock.now();
        let sources = self.shared.sources.borrow().clone();
        let polls: FuturesUnordered<_> = sources
            .iter()
            .filter(|source| source.enabled)
            .filter_map(|source| {
                let state = states.remove(source.id.as_str()).unwrap_or_default();
                due(&state, now).then(|| self.poll(source.clone(), state))
            })
            .collect();
        Ok(polls.collect::<Vec<_>>().await.len())
    }

    /// Polls until the stop. A slow source delays nobody but itself.
    pub async fn run(self, stop: Stop) {
        let mut states = loop {
            match self.remembered().await {
                Ok(states) => break states,
                Err(error) => {
                    self.pulse.beat();
                    tracing::error!(%error, "the sources' memory cannot be read, trying again");
                    tokio::select! {
                        () = stop.cancelled() => return,
                        () = self.shared.clock.sleep(LONGEST_NAP) => {}
                    }
                }
            }
        };
        self.spread(&mut states);
        let mut known = self.labels();
        let mut under_way = FuturesUnordered::new();
        let mut busy = HashSet::new();
        let mut changes = self.shared.sources.clone();
        loop {
            self.pulse.beat();
            let now = self.shared.clock.now();
            let sources = self.shared.sources.borrow().clone();
            let mut next = LONGEST_NAP;
            for source in sources.iter().filter(|source| source.enabled) {
                if under_way.len() >= POLLS_AT_ONCE {
                    break;
                }
                let state = states.entry(source.id.as_str().to_owned()).or_default();
                if busy.contains(source.id.as_str()) {
                    continue;
                }
                if due(state, now) {
                    let late = state.due_at.map_or(0, |at| (now - at).num_milliseconds());
                    self.shared.metrics.scheduler_tick_delay_seconds.set(late as f64 / 1000.0);
                    busy.insert(source.id.as_str().to_owned());
                    under_way.push(self.poll(source.clone(), state.clone()));
                } else if let Some(wait) = state.due_at.and_then(|at| (at - now).to_std().ok()) {
                    next = next.min(wait);
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some((id, state)) = under_way.next() => {
                    busy.remove(&id);
                    states.insert(id, state);
                }
                () = self.shared.clock.sleep(next) => {}
                _ = changes.changed() => {
                    let now = self.labels();
                    for gone in known.difference(&now) {
                        self.shared.metrics.forget_source(gone);
                    }
                    known = now;
                    self.spread(&mut states);
                }
            }
        }
    }

    async fn remembered(&self) -> Result<HashMap<String, SourceState>, StoreError> {
        Ok(self.shared.store.source_states().await?.into_iter().collect())
    }

    /// Sources that were never polled do not all begin in the same second.
    fn spread(&self, states: &mut HashMap<String, SourceState>) {
        let now = self.shared.clock.now();
        let sources = self.shared.sources.borrow();
        for (place, source) in sources.iter().enumerate().filter(|(_, source)| source.enabled) {
            self.shared.metrics.start_source_at_zero(source.id.as_str());
            let state = states.entry(source.id.as_str().to_owned()).or_default();
            self.show(source, state);
            if state.due_at.is_none() {
                state.due_at = Some(first_due(now, source.interval, place, sources.len()));
            }
        }
    }

    /// The ids of the sources that are polled.
    fn labels(&self) -> HashSet<String> {
        let sources = self.shared.sources.borrow();
        sources.iter().filter(|source| source.enabled).map(|source| source.id.to_string()).collect()
    }

    /// One poll, from the request to the kept memory. It never fails: trouble is an outcome.
    async fn poll(&self, source: Source, believed: SourceState) -> (String, SourceState) {
        let now = self.shared.clock.now();
        let state = match self.shared.store.take_turn(&source.id, now, now + TURN).await {
            Ok(Turn::Ours(state)) => state,
            Ok(Turn::Others(state)) => {
                self.show(&source, &state);
                // Looked at again soon: the other daemon's poll ends, or its turn runs out.
                let due_at = state.due_at.max(Some(now + OTHERS_TURN));
                return (source.id.to_string(), SourceState { due_at, ..state });
            }
            Err(error) => {
                tracing::error!(source = %source.id, %error, "the turn to poll could not be taken");
                return (source.id.to_string(), SourceState { due_at: Some(now + TURN), ..believed });
            }
        };
        let metrics = &self.shared.metrics;
        let label = metrics.bounded("source", source.id.as_str());
        let timer = metrics.source_poll_duration_seconds.with_label_values(&[source.kind.name()]).start_timer();
        let (result, outcome) = match self.ask(&source, &state).await {
            Ok(answered) => answered,
            Err(failed) => {
                if let Failed::Fetch(error) = &failed {
                    keeping::count_blocked(metrics, error);
                }
                let retry_after = match &failed {
                    Failed::Fetch(error) => error.retry_after(),
                    _ => None,
                };
                let trouble = Trouble { kind: failed.kind(), detail: failed.to_string() };
                (trouble.kind.name(), Outcome::Failure { trouble, retry_after })
            }
        };
        timer.observe_duration();
        metrics.source_polls_total.with_label_values(&[label, result]).inc();
        let was_well = state.failures == 0;
        let unsaved = SourceState { due_at: Some(now + TURN), ..state.clone() };
        let state = after(state, outcome, source.interval, self.shared.clock.now(), jitter());
        self.show(&source, &state);
        match (&state.trouble, was_well) {
            (Some(trouble), true) => {
                tracing::warn!(source = %source.id, result, trouble = trouble.detail, "a source is in trouble");
            }
            (Some(trouble), false) => {
                tracing::debug!(source = %source.id, result, trouble = trouble.detail, "still in trouble");
            }
            (None, false) => tracing::info!(source = %source.id, "a source works again"),
            (None, true) => {}
        }
        if let Err(error) = self.shared.store.save_source_state(&source.id, state.clone()).await {
            tracing::error!(source = %source.id, %error, "the source's memory could not be kept");
            return (source.id.to_string(), unsaved);
        }
        (source.id.to_string(), state)
    }

    /// Sets the gauges of a source. One that never succeeded has no time of success rather than 1970.
    fn show(&self, source: &Source, state: &SourceState) {
        let metrics = &self.shared.metrics;
        let label = metrics.bounded("source", source.id.as_str());
        metrics.source_consecutive_failures.with_label_values(&[label]).set(i64::from(state.failures));
        if let Some(at) = state.succeeded_at {
            metrics.source_last_success_timestamp_seconds.with_label_values(&[label]).set(at.timestamp() as f64);
        }
    }

    /// Asks once: the metric label of the answer, and the outcome.
    async fn ask(&self, source: &Source, state: &SourceState) -> Result<(&'static str, Outcome), Failed> {
        let Some(url) = source.kind.url() else { return self.look(source).await };
        let mut request = Request::new(url.clone(), self.shared.guard(source)?);
        if !wants_full(state, self.shared.clock.now()) {
            request.etag.clone_from(&state.etag);
            request.last_modified.clone_from(&state.last_modified);
        }
        shape(&mut request, source);
        let (page, success) = match self.shared.fetcher.get(&request).await? {
            Fetched::NotModified { .. } => return Ok((NOT_MODIFIED, Outcome::NotModified)),
            Fetched::Full { page, etag, last_modified, body_sha256_hex, moved_to } => {
                self.count_bytes(source, &page);
                if let Some(moved) = moved_to {
                    tracing::warn!(source = %source.id, %moved, "the site says this source has moved for good");
                }
                let success = Success { etag, last_modified, body_hash: Some(body_sha256_hex), ..Success::default() };
                if state.body_hash.is_some() && state.body_hash == success.body_hash && state.failures == 0 {
                    let (newest_at, count) = (state.newest_at, state.last_count);
                    return Ok((NOT_MODIFIED, Outcome::Success(Success { newest_at, count, ..success })));
                }
                (page, success)
            }
        };
        let (listing, is_index) = self.listing(source, page, &request).await?;
        let newest_at = listing.entries.iter().filter_map(|e| e.published.or(e.updated)).map(|d| d.at).max();
        let count = u32::try_from(listing.entries.len()).unwrap_or(u32::MAX);
        let listing_is_cut = listing.truncated;
        self.queue(source, listing.entries).await?;
        if listing_is_cut {
            tracing::warn!(source = %source.id, "the listing was cut short; it is read whole next time");
        }
        // An index that stays the same says nothing of the sitemaps it lists, and a listing that was cut short nothing
        // of its end: both must be read again next time.
        let success = if is_index || listing_is_cut { Success::default() } else { success };
        Ok(("ok", Outcome::Success(Success { newest_at, count, ..success })))
    }

    /// The listing of a page with what belongs to it, children of a sitemap index or older pages of a board, and whether
    /// it was an index. One of these that cannot be read costs itself only, unless nothing else was found.
    async fn listing(&self, source: &Source, page: Page, request: &Request) -> Result<(Listing, bool), Failed> {
        let mut listing = self.read_listing(source, page).await?;
        let children = std::mem::take(&mut listing.children);
        let is_index = !children.is_empty();
        let mut failed = None;
        for child in children.into_iter().take(CHILD_SITEMAPS) {
            match self.follow(source, child, request).await {
                Ok(more) => listing.entries.extend(more.entries),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            if listing.entries.is_empty() {
                return Err(error);
            }
            tracing::warn!(source = %source.id, %error, "a child sitemap was passed over");
        }
        let mut older = listing.older.take();
        for _ in 0..OLDER_PAGES {
            let Some(url) = older.take() else { break };
            if self.knows_any(source, &listing).await? {
                break;
            }
            match self.follow(source, url, request).await {
                Ok(more) => {
                    listing.entries.extend(more.entries);
                    older = more.older;
                }
                Err(error) => tracing::warn!(source = %source.id, %error, "an older page was passed over"),
            }
        }
        Ok((listing, is_index))
    }

    async fn follow(&self, source: &Source, url: url::Url, request: &Request) -> Result<Listing, Failed> {
        let next = Request { url, etag: None, last_modified: None, ..request.clone() };
        match self.shared.fetcher.get(&next).await? {
            Fetched::Full { page, .. } => {
                self.count_bytes(source, &page);
                self.read_listing(source, page).await
            }
            Fetched::NotModified { .. } => Ok(Listing::default()),
        }
    }

    async fn knows_any(&self, source: &Source, listing: &Listing) -> Result<bool, StoreError> {
        let ids = listing.entries.iter().map(|entry| entry.id.clone()).collect();
        self.shared.store.knows_any(&source.id, ids).await
    }

    async fn read_listing(&self, source: &Source, page: Page) -> Result<Listing, Failed> {
        let (kind, now) = (source.kind.clone(), self.shared.clock.now());
        let reading = tokio::task::spawn_blocking(move || extract::listing(&kind, &page, now));
        Ok(reading.await.map_err(|_| Failed::Interrupted)??)
    }

    /// Looks into a watched folder and queues it file by file.
    async fn look(&self, source: &Source) -> Result<(&'static str, Outcome), Failed> {
        let SourceKind::Folder(path) = &source.kind else { return Ok((NOT_MODIFIED, Outcome::NotModified)) };
        let id = source.id.to_string();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&id).unwrap_or_default();
        let (dir, before) = (path.clone(), seen.clone());
        let looking = tokio::task::spawn_blocking(move || folder::changed(&dir, &before));
        let files = looking
            .await
            .map_err(|_| Failed::Interrupted)?
            .map_err(|source| Failed::Folder { path: path.clone(), source })?;
        let mut count = 0_u32;
        for (file, stamp) in files {
            let (reading, now) = (file.clone(), self.shared.clock.now());
            let read = tokio::task::spawn_blocking(move || folder::entries(&reading, stamp, now)).await;
            let (entries, complaints) = match read.map_err(|_| Failed::Interrupted)? {
                Ok(read) => read,
                Err(error) => (Vec::new(), vec![format!("{}: {error}", file.display())]),
            };
            for complaint in complaints {
                tracing::warn!(source = %source.id, complaint, "passed over");
            }
            count = count.saturating_add(u32::try_from(entries.len()).unwrap_or(u32::MAX));
            self.queue(source, entries).await?;
            seen.insert(file, stamp);
        }
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(id, seen);
        Ok(("ok", Outcome::Success(Success { count, ..Success::default() })))
    }

    async fn queue(&self, source: &Source, entries: Vec<Entry>) -> Result<(), StoreError> {
        let mut ids = HashSet::new();
        let mut queue = Vec::new();
        for entry in entries {
            let row = announced::row(Ulid::generate().to_string(), entry);
            if ids.insert(row.entry.id.clone()) {
                queue.push(row);
            } else {
                tracing::debug!(source = %source.id, entry = row.entry.id, "the listing names this entry twice");
            }
        }
        let queued = self.shared.store.announce(&source.id, queue, self.shared.clock.now()).await?;
        if queued > 0 {
            self.found.notify_one();
            tracing::debug!(source = %source.id, queued, "entries queued");
        }
        Ok(())
    }

    fn count_bytes(&self, source: &Source, page: &Page) {
        let label = self.shared.metrics.bounded("source", source.id.as_str());
        let bytes = u64::try_from(page.body.len()).unwrap_or(u64::MAX);
        self.shared.metrics.source_response_bytes_total.with_label_values(&[label]).inc_by(bytes);
    }
}

/// What a kind of source needs in every request.
pub(super) fn shape(request: &mut Request, source: &Source) {
    if matches!(source.kind, SourceKind::Board(_)) {
        // PTT's boards ask every visitor to confirm an age of 18 and remember it in this cookie.
        request.cookies.push(("over18".into(), "1".into()));
    }
    if source.official.is_some() {
        request.timeouts = Some(OFFICIAL_TIMEOUTS);
    }
}

/// 0 to 1, different for every poll.
fn jitter() -> f64 {
    (Ulid::generate().random() % 1000) as f64 / 1000.0
}
