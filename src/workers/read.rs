//! Takes announced entries from the queue, fetches and reads their pages, and keeps what was understood.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::sync::{Mutex, Notify};

use super::{Shared, announced, keeping, page::Trouble, story::Tellings, understand};
use crate::{
    domain::{Article, Entry, Policy, Source},
    fetch::FetchError,
    lifecycle::{Pulse, Stop},
    store::{QueuedEntry, Reading, StoreError, Stored},
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
                let link = queued.entry.link.as_deref().unwrap_or_default();
                let page = self.shared.page(source, link).await;
                page.map(|(page, article)| (Some(page), announced::complete(article, &queued.entry)))
            }
        };
        let read = tokio::select! {
            read = page => read,
            () = stop.cancelled() => return store.release(queued, self.shared.clock.now()).await,
        };
        let (snapshot, article) = match read {
            Ok(read) => read,
            Err(trouble) => {
                self.shared.count_trouble(&trouble);
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
        let from = (Some(queued.clone()), announced::outlet(source, &queued.entry));
        match self.shared.understand(source, from, snapshot, article).await {
            Some((reading, report)) => self.keep(source, reading, &report).await,
            None => store.put_back(queued, self.again(queued), "its analysis died").await,
        }
    }

    async fn keep(&self, source: &Source, mut reading: Reading, report: &Report<String>) -> Result<(), StoreError> {
        let metrics = &self.shared.metrics;
        let (outlet, analysis) = (reading.outlet.clone(), reading.mention.analysis.clone());
        let published = reading.article.published_at;
        let mut tellings = self.tellings.lock().await;
        reading.told.story = tellings.story_of(&self.shared.store, report).await?;
        let begins = reading.told.story.is_none();
        self.shared.share(&mut reading).await?;
        let examined = understand::examined(&reading.checking);
        let stored = self.shared.store.keep(source, reading).await?;
        drop(tellings);
        keeping::count_outcome(metrics, source, stored.name());
        keeping::count_kept(metrics, source, examined.as_ref(), stored);
        if source.official.is_some() && stored != Stored::Duplicate {
            self.shared.register.is_behind();
        }
        if stored == Stored::New {
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
        Ok(())
    }
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
