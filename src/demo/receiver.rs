//! The staged receiver of webhooks: what people are told during the day arrives here over real HTTP.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use tokio_util::sync::CancellationToken;
use url::Url;

/// Receives messages and counts them. Two addresses: one for the staff, one for the public.
pub(super) struct Receiver {
    listener: TcpListener,
    counts: Arc<Counts>,
}

/// How many messages arrived.
#[derive(Debug, Default)]
pub(super) struct Counts {
    staff: AtomicU64,
    public: AtomicU64,
}

impl Counts {
    /// Messages to the staff.
    pub fn staff(&self) -> u64 {
        self.staff.load(Ordering::Relaxed)
    }

    /// Messages to the public.
    pub fn public(&self) -> u64 {
        self.public.load(Ordering::Relaxed)
    }
}

impl Receiver {
    /// Takes a free port of the loopback.
    pub fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self { listener, counts: Arc::default() })
    }

    /// Where messages of a sort (`staff`, `public`) are to be sent.
    pub fn address(&self, sort: &str) -> anyhow::Result<Url> {
        Ok(Url::parse(&format!("http://{}/{sort}", self.listener.local_addr()?))?)
    }

    /// What is counted.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// Answers until `stop`.
    pub async fn run(self, stop: CancellationToken) -> io::Result<()> {
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let router = Router::new().route("/staff", post(staff)).route("/public", post(public)).with_state(self.counts);
        axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

async fn staff(State(counts): State<Arc<Counts>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    taken(&counts.staff, &headers, &body)
}

async fn public(State(counts): State<Arc<Counts>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    taken(&counts.public, &headers, &body)
}

/// Takes what bears a signature and is JSON, as a careful receiver would.
fn taken(count: &AtomicU64, headers: &HeaderMap, body: &[u8]) -> StatusCode {
    let signed = headers.contains_key("webhook-signature") && headers.contains_key("webhook-id");
    if !signed || serde_json::from_slice::<serde_json::Value>(body).is_err() {
        return StatusCode::BAD_REQUEST;
    }
    count.fetch_add(1, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}
