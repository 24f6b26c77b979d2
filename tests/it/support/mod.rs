//! What the tests stand on: a throw-away PostgreSQL, databases that vanish, reports to store.

pub mod alertmanager;
pub mod mail;
mod postgres;
pub mod receiver;
pub mod room;
mod site;

pub use site::{Site, whole};

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    dictionary::Dictionaries,
    domain::{Article, City, Dated, Entry, Policy, Source, SourceId, SourceKind},
    metrics::Metrics,
    pipeline::Analyzer,
    store::{Announced, Checking, QueuedEntry, Reading, Store, Told},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// 17 March 2026, 08:00 in Taipei.
pub fn morning() -> DateTime<Utc> {
    "2026-03-17T08:00:00+08:00".parse().unwrap()
}

/// A database of its own for one test; it vanishes with this value.
pub struct Database {
    pub store: Store,
    pub metrics: Arc<Metrics>,
    pub url: String,
    _folder: Option<TempDir>,
}

/// An empty SQLite database.
pub async fn sqlite() -> Database {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("clarion.db").display());
    open(url, Some(folder)).await
}

/// An empty PostgreSQL database on the server all tests share.
pub async fn postgres() -> Database {
    open(postgres::database().await, None).await
}

async fn open(url: String, folder: Option<TempDir>) -> Database {
    let metrics = Arc::new(Metrics::new().unwrap());
    let store = Store::open(&url, Arc::clone(&metrics)).await.unwrap();
    Database { store, metrics, url, _folder: folder }
}

/// Runs one test on both databases, one after the other; a failure names the database.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* async fn $name:ident($database:ident: Database) $body:block) => {
        async fn $name($database: $crate::support::Database) $body

        mod $name {
            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name($crate::support::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name($crate::support::postgres().await).await;
            }
        }
    };
}

/// The analyzer over the built-in dictionaries; made once, because that takes a second.
pub async fn analyzer() -> Arc<Analyzer> {
    static ANALYZER: OnceCell<Arc<Analyzer>> = OnceCell::const_new();
    let made = ANALYZER.get_or_init(|| async { Arc::new(Analyzer::new(&city()).unwrap()) }).await;
    Arc::clone(made)
}

/// The built-in dictionaries, read once.
pub fn built_in() -> &'static City {
    static CITY: std::sync::OnceLock<City> = std::sync::OnceLock::new();
    CITY.get_or_init(city)
}

/// The built-in dictionaries.
pub fn city() -> City {
    Dictionaries::embedded().unwrap()
}

/// A source of the invented outlet `outlet`.
pub fn source(id: &str, outlet: &str) -> Source {
    Source {
        id: SourceId::parse(id).unwrap(),
        name: outlet.into(),
        outlet: outlet.into(),
        kind: SourceKind::Feed(format!("https://{id}.example/rss").parse().unwrap()),
        interval: std::time::Duration::from_mins(5),
        policy: Policy::FullText,
        weight: 1.0,
        official: None,
        article: clarion::domain::ArticleSelectors::default(),
        allow_networks: Vec::new(),
        enabled: true,
    }
}

/// An announced entry.
pub fn announced(id: &str, title: &str) -> Announced {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let row = NEXT.fetch_add(1, Ordering::Relaxed);
    let entry = Entry {
        id: id.into(),
        title: title.into(),
        link: Some(format!("https://a.example/{id}")),
        published: Some(Dated::exact(morning())),
        ..Entry::default()
    };
    Announced { id: format!("row-{row:06}"), fingerprint: format!("{id}{title}"), entry }
}

/// A reading of a claimed entry with this title and text, as the read worker makes it.
pub async fn reading(queued: &QueuedEntry, url: &str, title: &str, text: &str) -> Reading {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // A later reading is of a later time, whichever tests run beside.
    let published = morning() + TimeDelta::seconds(i64::from(number));
    Reading {
        queued: Some(queued.clone()),
        article_id: format!("report-{number:06}"),
        outlet: "木棉日報".into(),
        content_hash: format!("{title}|{text}"),
        snapshot: None,
        article: Article {
            url: url.into(),
            canonical_url: url.into(),
            title: title.into(),
            published_at: Some(Dated::exact(published)),
            text: text.into(),
            charset: "utf-8".into(),
            ..Article::default()
        },
        mention: analyzer().await.mention(title, text, Some(published)),
        told: Told::default(),
        checking: Checking::Left,
        fetched_at: published + TimeDelta::minutes(2),
    }
}
