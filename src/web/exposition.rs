//! The figures for Prometheus, on a listener of their own.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{metrics::Metrics, store::Store, web::guard};

/// Version 0.0.4 of the text exposition format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `/metrics`.
pub fn exposition(metrics: Arc<Metrics>, store: Store) -> Router {
    Router::new().route("/metrics", get(scrape)).with_state((metrics, store)).layer(map_response(guard::with_headers))
}

/// A database that fails must not hide the figures that say so.
async fn scrape(State((metrics, store)): State<(Arc<Metrics>, Store)>) -> Response {
    if let Err(error) = store.gauge().await {
        tracing::warn!(%error, "the size of the database is not known");
    }
    match metrics.render() {
        Ok(text) => ([(CONTENT_TYPE, TEXT_FORMAT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the figures could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, "the figures could not be written; see the log\n").into_response()
        }
    }
}
