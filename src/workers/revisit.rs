//! Visits reports that are known again, at the moments `workflow` plans, and keeps what has become of them: every version,
//! and when a page was found gone.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream::FuturesUnordered};
use url::Url;

use super::{Shared, announced, keeping, page::Trouble, understand};
use crate::{
    domain::{Answered, Article, Entry, Page, Policy, Revisit, Source, SourceKind, Visits},
    lifecycle::{Pulse, Stop},
    store::{Due, Finds, Planned, StoreError, Stored, Visited},
    workflow::corrections,
};

/// Reports older than this are not taken up: the last visit the schedule knows comes seven days after the first fetch.
const WINDOW: TimeDelta = TimeDelta::days(7);

/// How often new reports are planned. The first visit comes after fifteen minutes.
const PLAN_EVERY: Duration = Duration::from_secs(30);

/// Reports planned at once, so that nobody else waits long for the only writer of SQLite.
const MOST_PLANNED: usize = 500;

/// Visits under way at once. What is new comes first, and is read by others.
const AT_ONCE: usize = 4;

/// How long a claimed report is kept from others: as `read` keeps an entry.
const LEASE: TimeDelta = TimeDelta::minutes(15);

/// The longest the loop sleeps: the watchdog, which looks every ten seconds, wants a sign of life.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// When a report of a source that is not configured is asked for again: it may come back with the next reload.
const UNKNOWN_PAUSE: TimeDelta = TimeDelta::hours(1);

/// The loop.
pub struct Revisits {
    shared: Shared,
    pulse: Pulse,
}

/// What a visit brought.
struct Brought {
    at: DateTime<Utc>,
    finds: Finds,
}

impl Revisits {
    /// A loop.
    #[must_use]
    pub fn new(shared: Shared, pulse: Pulse) -> Self {
        Self { shared, pulse }
    }

    /// Plans what is new and makes every visit that is due; says how many reports were looked at. After the stop, what is
    /// claimed is given back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tick(&self, stop: &Stop) -> Result<usize, StoreError> {
        while self.plan().await? == MOST_PLANNED {}
        let mut looked_at = 0;
        loop {
            let claimed = self.claim(AT_ONCE).await?;
            if claimed.is_empty() {
                return Ok(looked_at);
            }
            looked_at += claimed.len();
            let visiting: FuturesUnordered<_> = claimed.into_iter().map(|due| self.settle(due, stop)).collect();
            visiting.collect::<Vec<()>>().await;
            if stop.is_cancelled() {
                return Ok(looked_at);
            }
        }
    }

    /// Visits until the stop. A slow site takes one place, the others go on.
    pub async fn run(self, stop: Stop) {
        let mut visiting = FuturesUnordered::new();
        let mut planned: Option<Duration> = None;
        loop {
            self.pulse.beat();
            let now = self.shared.clock.monotonic();
            if planned.is_none_or(|at| now.saturating_sub(at) >= PLAN_EVERY) {
                match self.plan().await {
                    Ok(MOST_PLANNED) => {}
                    Ok(_) => planned = Some(now),
                    Err(error) => tracing::error!(%error, "visits cannot be planned, trying again"),
                }
            }
            let free = AT_ONCE.saturating_sub(visiting.len());
            if free > 0 && !stop.is_cancelled() {
                match self.claim(free).await {
                    Ok(claimed) => visiting.extend(claimed.into_iter().map(|due| self.settle(due, &stop))),
                    Err(error) => tracing::error!(%error, "visits cannot be claimed, trying again"),
                }
            }
            if stop.is_cancelled() && visiting.is_empty() {
                return;
            }
            tokio::select! {
                Some(()) = visiting.next() => {}
                () = stop.cancelled(), if !stop.is_cancelled() => {}
                () = self.shared.clock.sleep(LONGEST_NAP) => {}
            }
        }
    }

    /// Plans the first visit of reports that have none; says how many those were.
    async fn plan(&self) -> Result<usize, StoreError> {
        let now = self.shared.clock.now();
        let new = self.shared.store.unplanned(now - WINDOW, MOST_PLANNED).await?;
        let count = new.len();
        let planned = new.into_iter().map(|(article_id, first_fetched)| {
            let next = Visits::new(first_fetched).next(&article_id, now).map(|visit| visit.at);
            Planned { article_id, first_fetched, next }
        });
        if count > 0 {
            self.shared.store.plan_visits(planned.collect()).await?;
        }
        Ok(count)
    }

    async fn claim(&self, most: usize) -> Result<Vec<Due>, StoreError> {
        self.shared.store.claim_visits(most, self.shared.clock.now(), LEASE).await
    }

    /// Makes one visit. What cannot be kept is made again when the lease ends.
    async fn settle(&self, due: Due, stop: &Stop) {
        if let Err(error) = self.visit(&due, stop).await {
            tracing::error!(report = due.article_id, %error, "a visit could not be kept, it is made again later");
        }
    }

    async fn visit(&self, due: &Due, stop: &Stop) -> Result<(), StoreError> {
        let (store, now) = (&self.shared.store, self.shared.clock.now());
        let Some(visit) = due.visits.next(&due.article_id, now) else { return store.put_visit_off(due, None).await };
        if visit.at > now || stop.is_cancelled() {
            return store.put_visit_off(due, Some(visit.at)).await;
        }
        let sources = self.shared.sources.borrow().clone();
        let Some(source) = sources.iter().find(|source| source.id.as_str() == due.source_id) else {
            let again = (now - visit.at < WINDOW).then(|| now + UNKNOWN_PAUSE);
            return store.put_visit_off(due, again).await;
        };
        if !may_be_visited(source, &due.url) {
            return store.put_visit_off(due, None).await;
        }
        let read = tokio::select! {
            read = self.shared.page(source, &due.url) => read,
            () = stop.cancelled() => return store.put_visit_off(due, Some(visit.at)).await,
        };
        let brought = match read {
            Ok((page, article)) => self.read(source, due, page, article).await?,
            Err(trouble) => self.without_page(source, &trouble),
        };
        self.keep(source, due, visit, brought).await
    }

    /// A page that came: the version that is known, or another one.
    async fn read(&self, source: &Source, due: &Due, page: Page, article: Article) -> Result<Brought, StoreError> {
        let article = announced::complete(article, &known(due));
        let at = page.fetched_at;
        if super::fingerprint([article.title.as_bytes(), article.text.as_bytes()]) == due.hash {
            return Ok(Brought { at, finds: Finds::Same });
        }
        let from = (None, due.outlet.clone());
        let Some((mut reading, _)) = self.shared.understand(source, from, Some(page), article).await else {
            return Ok(Brought { at, finds: Finds::Nothing });
        };
        // It is this report, whatever the page calls itself now, and it keeps its story.
        reading.article.canonical_url.clone_from(&due.canonical_url);
        reading.told.story.clone_from(&due.story);
        self.shared.share(&mut reading).await?;
        Ok(Brought { at, finds: Finds::Changed(Box::new(reading)) })
    }

    fn without_page(&self, source: &Source, trouble: &Trouble) -> Brought {
        let at = self.shared.clock.now();
        if trouble.is_missing() {
            return Brought { at, finds: Finds::Missing };
        }
        self.shared.count_trouble(trouble);
        tracing::debug!(source = %source.id, %trouble, "a visit brought no answer");
        Brought { at, finds: Finds::Nothing }
    }

    async fn keep(&self, source: &Source, due: &Due, visit: Revisit, brought: Brought) -> Result<(), StoreError> {
        let Brought { at, finds } = brought;
        let answered = match finds {
            Finds::Changed(_) | Finds::Same => Answered::Page,
            Finds::Missing => Answered::Gone,
            Finds::Nothing => Answered::Nothing,
        };
        let (missing_since, gone) = match answered {
            Answered::Page => (None, None),
            Answered::Nothing => (due.missing_since, due.gone),
            Answered::Gone => {
                let since = due.missing_since.unwrap_or(at);
                (Some(since), due.gone.or_else(|| corrections::is_gone(since, at).then_some(since)))
            }
        };
        let examined = match &finds {
            Finds::Changed(reading) => understand::examined(&reading.checking),
            Finds::Same | Finds::Missing | Finds::Nothing => None,
        };
        let visits = due.visits.after(visit, at, answered);
        let next = visits.next(&due.article_id, self.shared.clock.now()).map(|visit| visit.at);
        let visited = Visited { at, finds, visits, next, missing_since, gone };
        let stored = self.shared.store.keep_visit(source, due, visited).await?;
        let metrics = &self.shared.metrics;
        let result = match (answered, stored) {
            (Answered::Gone, _) => "gone",
            (Answered::Nothing, _) => "failed",
            (Answered::Page, Some(Stored::New | Stored::Revised)) => "changed",
            (Answered::Page, _) => "unchanged",
        };
        metrics.casework.article_revisits_total.with_label_values(&[result]).inc();
        if let Some(stored) = stored {
            keeping::count_kept(metrics, source, examined.as_ref(), stored);
        }
        Ok(())
    }
}

/// Whether the page of a report may and can be compared with what was read before: the outlet's terms allow more than the
/// headline, and it is a page of its own. What a timeline announces reads otherwise on its page.
fn may_be_visited(source: &Source, url: &str) -> bool {
    let has_pages = match source.kind {
        SourceKind::Feed(_)
        | SourceKind::Sitemap(_)
        | SourceKind::List { .. }
        | SourceKind::Board(_)
        | SourceKind::Json { .. } => true,
        SourceKind::Mastodon(_) | SourceKind::Youtube(_) | SourceKind::Folder(_) => false,
    };
    let is_page = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    source.policy == Policy::FullText && has_pages && is_page
}

/// What is known of a report, where its page does not say it.
fn known(due: &Due) -> Entry {
    Entry { title: due.title.clone(), author: due.byline.clone(), published: due.published, ..Entry::default() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::{ArticleSelectors, SourceId};

    fn source(kind: SourceKind, policy: Policy) -> Source {
        Source {
            id: SourceId::parse("mumian").unwrap(),
            name: String::new(),
            outlet: String::new(),
            kind,
            interval: Duration::from_mins(5),
            policy,
            weight: 1.0,
            official: None,
            article: ArticleSelectors::default(),
            allow_networks: Vec::new(),
            enabled: true,
        }
    }

    #[test]
    fn only_pages_that_may_be_kept_are_visited() {
        let url: Url = "https://mumian.example/rss".parse().unwrap();
        let feed = source(SourceKind::Feed(url.clone()), Policy::FullText);
        assert!(may_be_visited(&feed, "https://mumian.example/1"));
        for address in ["mumian:guid-1", "file:///news/1.html", ""] {
            assert!(!may_be_visited(&feed, address), "{address}");
        }
        let bound = source(SourceKind::Feed(url.clone()), Policy::HeadlineOnly);
        let timeline = source(SourceKind::Mastodon(url), Policy::FullText);
        let folder = source(SourceKind::Folder(PathBuf::from("/news")), Policy::FullText);
        for other in [bound, timeline, folder] {
            assert!(!may_be_visited(&other, "https://mumian.example/1"), "{other:?}");
        }
    }
}
