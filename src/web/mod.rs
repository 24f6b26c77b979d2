//! The console in a browser and the figures for Prometheus. It shows what the store holds and finds it again; it
//! decides nothing and runs no stage of the analysis, except to cut the words of a search.

mod assets;
mod exposition;
mod fault;
mod filter;
mod frame;
mod guard;
mod health;
mod list;
mod moment;
mod names;
mod pieces;
mod report;
mod server;
mod snippet;
mod sources;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{Router, routing::get};
use tokio::sync::watch;

pub use exposition::exposition;
pub use server::serve;

use crate::{
    clock::Clock,
    domain::{City, Source},
    metrics::Metrics,
    store::Store,
    text::{Normaliser, Segmenter},
};
use names::Names;

/// What the console needs from the rest of the daemon.
#[derive(Clone)]
pub struct Console {
    /// Where reports and the sources' memory are.
    pub store: Store,
    /// Where answers are counted.
    pub metrics: Arc<Metrics>,
    /// Cuts a search into the words the index holds.
    pub segmenter: Arc<Segmenter>,
    /// The names of services and agencies.
    pub city: Arc<City>,
    /// The configured sources, as of the last reload.
    pub sources: watch::Receiver<Arc<Vec<Source>>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Whether the daemon does its work; asked by `/readyz` beside the database.
    pub ready: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// The console with what is derived from it once.
struct Desk {
    console: Console,
    names: Names,
    normaliser: Normaliser,
}

/// Every page of the console, guarded.
pub fn console(console: Console) -> Router {
    let names = Names::of(&console.city);
    let normaliser = Normaliser::new(&console.city.variants);
    let desk = Arc::new(Desk { console, names, normaliser });
    let pages = Router::new()
        .route("/", get(list::list))
        .route("/reports/latest", get(list::latest))
        .route("/reports/{id}", get(report::report))
        .route("/sources", get(sources::sources))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/assets/{hash}/{name}", get(assets::asset))
        .fallback(fault::missing)
        .method_not_allowed_fallback(fault::wrong_method)
        .with_state(Arc::clone(&desk));
    guard::guarded(pages, &desk)
}
