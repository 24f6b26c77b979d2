//! Whether the process lives, and whether it can do its work.

use std::time::Duration;

use axum::{extract::State, http::StatusCode};

use crate::web::fault::Shared;

/// A load balancer asks every few seconds; an answer later than this is a no.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers and the daemon says that it works.
pub(super) async fn readyz(State(desk): State<Shared>) -> (StatusCode, &'static str) {
    match tokio::time::timeout(PATIENCE, desk.console.store.ping()).await {
        Ok(Ok(())) if (desk.console.ready)() => (StatusCode::OK, "ready\n"),
        Ok(Ok(())) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: starting or stopping\n"),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready: the database failed; see the log\n")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: the database does not answer in time\n"),
    }
}
