//! The console in a browser and the figures for Prometheus. It shows what the store holds and finds it again; it
//! decides nothing and runs no stage of the analysis, except to cut the words of a search. Who may see and do what stands
//! in one table.

mod access;
mod accounts;
mod address;
mod assets;
mod audit;
mod bodies;
mod cookie;
mod corrections;
mod exposition;
mod facts;
mod fault;
mod filter;
mod findings;
mod form;
mod frame;
mod guard;
mod health;
mod list;
mod log_in;
mod moment;
mod names;
mod password;
mod pieces;
mod report;
mod server;
mod snippet;
mod sources;
mod statement;
mod story;
#[cfg(test)]
mod tests;
mod visitor;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use ipnet::IpNet;
use tokio::sync::watch;
use tower_http::csrf::ConfigError;
use url::Url;

pub use access::{Gate, RULES, Rule};
pub use exposition::exposition;
pub use server::serve;

use crate::{
    auth::Accounts,
    clock::Clock,
    domain::{City, Source},
    metrics::Metrics,
    store::Store,
    text::{Normaliser, Segmenter},
};
use names::Names;

/// Who may come in, and how they are told apart.
#[derive(Clone)]
pub struct Entrance {
    /// Everything about accounts.
    pub accounts: Accounts,
    /// Whether reports and sources are shown without a log-in.
    pub anyone_may_read: bool,
    /// Whether pages offer a log-in to those who read without one.
    pub offers_log_in: bool,
    /// The address people open the console at, when it is another than the listener's.
    pub public_url: Option<Url>,
    /// Proxies that may say for whom they speak.
    pub trusted_proxies: Vec<IpNet>,
}

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
    /// Who may come in.
    pub entrance: Entrance,
    /// Whether the daemon does its work; asked by `/readyz` beside the database.
    pub ready: Arc<dyn Fn() -> bool + Send + Sync>,
}

/// The console with what is derived from it once.
struct Desk {
    console: Console,
    names: Names,
    normaliser: Normaliser,
    /// Whether browsers reach the console over https.
    is_secure: bool,
}

/// Every page of the console, guarded.
///
/// # Errors
/// When the public address is no origin.
pub fn console(console: Console) -> Result<Router, ConfigError> {
    let names = Names::of(&console.city);
    let normaliser = Normaliser::new(&console.city.variants);
    let is_secure = console.entrance.public_url.as_ref().is_some_and(|url| url.scheme() == "https");
    let desk = Arc::new(Desk { console, names, normaliser, is_secure });
    let pages = Router::new()
        .route("/", get(list::list))
        .route("/reports/latest", get(list::latest))
        .route("/reports/{id}", get(report::report))
        .route("/reports/{id}/corrections", post(corrections::correct))
        .route("/reports/{id}/corrections/{correction}/withdraw", post(corrections::withdraw))
        .route("/reports/{id}/findings/{finding}", post(findings::judge))
        .route("/facts", get(facts::list).post(statement::keep))
        .route("/facts/new", get(statement::blank))
        .route("/facts/{id}", get(facts::one))
        .route("/facts/{id}/end", post(statement::end))
        .route("/sources", get(sources::sources))
        .route("/login", get(log_in::page).post(log_in::log_in))
        .route("/logout", post(log_in::log_out))
        .route("/setup/{token}", get(password::set_up_page).post(password::set_up))
        .route("/password", get(password::own_page).post(password::change))
        .route("/accounts", get(accounts::list).post(accounts::add))
        .route("/accounts/{name}", get(accounts::one))
        .route("/accounts/{name}/duties", post(accounts::assign))
        .route("/accounts/{name}/disable", post(accounts::disable))
        .route("/accounts/{name}/reset", post(accounts::reset))
        .route("/audit", get(audit::log))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/assets/{hash}/{name}", get(assets::asset))
        .fallback(fault::missing)
        .with_state(Arc::clone(&desk));
    guard::guarded(pages, &desk)
}
