//! What becomes of an article: analysed, held against the register, ready to be kept.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use ulid::Ulid;

use super::{Shared, announced};
use crate::{
    domain::{Article, Examined, Mention, Page, Source},
    extract::link,
    metrics::Metrics,
    pipeline::{Analyzer, Officials, wording},
    store::{Checking, QueuedEntry, Reading, StoreError, Told},
    story::Report,
};

/// Bytes of segmented words that can be searched; PostgreSQL's vectors hold a megabyte at the most.
const SEARCHED_BYTES: usize = 256 << 10;

impl Shared {
    /// Analyses off the async threads: what is kept of the report, and what its story is found by. `from` is the queue row
    /// and the outlet. None when the analysis died, which is logged and counted.
    pub(super) async fn understand(
        &self,
        source: &Source,
        from: (Option<QueuedEntry>, String),
        snapshot: Option<Page>,
        article: Article,
    ) -> Option<(Reading, Report<String>)> {
        let (analyzer, metrics, now) = (Arc::clone(&self.analyzer), Arc::clone(&self.metrics), self.clock.now());
        let officials = source.official.is_none().then(|| self.register.now());
        let understanding = tokio::task::spawn_blocking(move || {
            reading((&analyzer, officials.as_deref()), &metrics, from, snapshot, article, now)
        });
        match understanding.await {
            Ok(reading) => Some(reading),
            Err(error) => {
                tracing::error!(source = %source.id, %error, "the analysis of a report died");
                self.metrics.task_panics_total.with_label_values(&["analysis"]).inc();
                None
            }
        }
    }

    /// A report that says word for word what one of its story says shares that one's check.
    pub(super) async fn share(&self, reading: &mut Reading) -> Result<(), StoreError> {
        let (Checking::Own { wording, examined, .. }, Some(story)) = (&reading.checking, &reading.told.story) else {
            return Ok(());
        };
        if let Some(with) = self.store.same_wording(story, wording).await? {
            reading.checking = Checking::Shared { wording: wording.clone(), with, register: examined.register };
        }
        Ok(())
    }
}

/// What the report's own check came to, when it has one.
pub(super) fn examined(checking: &Checking) -> Option<Examined> {
    match checking {
        Checking::Own { examined, .. } => Some(examined.clone()),
        Checking::Left | Checking::Shared { .. } | Checking::Still { .. } => None,
    }
}

/// Everything that becomes of an entry; without official statements to hold it against, it is one itself.
fn reading(
    (analyzer, officials): (&Analyzer, Option<&Officials>),
    metrics: &Metrics,
    (queued, outlet): (Option<QueuedEntry>, String),
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
