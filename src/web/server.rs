//! Serving until the stop.

use std::{future::IntoFuture, io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long answers in hand may take after the stop: as long as the slowest page, and well inside the grace period
/// of the whole process.
const DRAIN: Duration = Duration::from_secs(10);

/// Serves `router` until the stop, then lets answers in hand end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let stopped = stop.clone();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).into_future();
    let mut serving = std::pin::pin!(serving);
    tokio::select! {
        ended = &mut serving => return ended,
        () = stopped.cancelled() => {}
    }
    if let Ok(ended) = tokio::time::timeout(DRAIN, serving).await {
        return ended;
    }
    tracing::warn!("answers in hand were cut off");
    Ok(())
}
