//! Fetches and reads the page of a report, the same way whether it was just announced or is visited again.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use url::Url;

use super::{Shared, folder, keeping, poll};
use crate::{
    domain::{Article, Page, Source, SourceKind},
    extract::{
        article::{self, ArticleError},
        board,
        charset::{self, CharsetError},
    },
    fetch::{FetchError, Fetched, Request},
    metrics::Metrics,
};

/// Why a page could not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
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
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Fetch(error) => error.retry_after(),
            _ => None,
        }
    }

    /// Whether the site says that there is no such page any more.
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Fetch(error) if matches!(error.status(), Some(404 | 410)))
    }

    /// Whether a later try may end better.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Fetch(FetchError::Blocked { .. }) | Self::Guard(_) | Self::Link(_) | Self::Charset(_) => false,
            Self::Fetch(error) => !matches!(error.status(), Some(401 | 403 | 404 | 410 | 451)),
            Self::Article(error) => matches!(error, ArticleError::Challenge { .. } | ArticleError::NoText { .. }),
            Self::File { .. } | Self::Interrupted => true,
        }
    }
}

impl Shared {
    /// Fetches and reads the page at `link`.
    pub(super) async fn page(&self, source: &Source, link: &str) -> Result<(Page, Article), Trouble> {
        let written = link.to_owned();
        let url = Url::parse(&written).map_err(|_| Trouble::Link(written.clone()))?;
        let page = if let SourceKind::Folder(dir) = &source.kind {
            let (dir, now) = (dir.clone(), self.clock.now());
            let reading = tokio::task::spawn_blocking(move || folder::page(&url, &dir, now));
            let page = reading.await.map_err(|_| Trouble::Interrupted)?;
            page.map_err(|source| Trouble::File { link: written, source })?
        } else {
            let mut request = Request::new(url, self.guard(source)?);
            poll::shape(&mut request, source);
            match self.fetcher.get(&request).await? {
                Fetched::Full { page, .. } => page,
                Fetched::NotModified { .. } => return Err(Trouble::Link(written)),
            }
        };
        let label = self.metrics.bounded("source", source.id.as_str());
        let bytes = u64::try_from(page.body.len()).unwrap_or(u64::MAX);
        self.metrics.source_response_bytes_total.with_label_values(&[label]).inc_by(bytes);
        let (source, metrics, now) = (source.clone(), Arc::clone(&self.metrics), self.clock.now());
        let reading = tokio::task::spawn_blocking(move || {
            let article = read_page(&page, &source, &metrics, now)?;
            Ok((page, article))
        });
        reading.await.map_err(|_| Trouble::Interrupted)?
    }

    /// Counts a page that could not be read.
    pub(super) fn count_trouble(&self, trouble: &Trouble) {
        let (stage, reason) = trouble.labels();
        self.metrics.analysis_errors_total.with_label_values(&[stage, reason]).inc();
        if let Trouble::Fetch(error) = trouble {
            keeping::count_blocked(&self.metrics, error);
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
