//! The console in a browser and the figures for Prometheus. It shows what the store holds and finds it again; it
//! decides nothing and runs no stage of the analysis, except to cut the words of a search. Who may see and do what stands
//! in one table.

mod access;
mod accounts;
mod address;
mod assets;
mod audit;
mod bodies;
mod casework;
mod cookie;
mod corrections;
mod exposition;
mod facts;
mod facts_api;
mod faq;
mod fault;
mod filter;
mod findings;
mod form;
mod frame;
mod guard;
mod health;
mod held;
mod keys;
mod list;
mod log_in;
mod moment;
mod names;
mod openapi;
mod password;
mod pieces;
mod report;
mod server;
mod snippet;
mod sources;
mod statement;
mod statistics;
mod story;
#[cfg(test)]
mod tests;
mod units;
mod visitor;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use ipnet::IpNet;
use tokio::sync::watch;
use tower_http::csrf::ConfigError;
use url::Url;

pub use access::{Gate, RULES, Rule};
pub use exposition::exposition;
pub use openapi::openapi;
pub use server::serve;

use crate::{
    auth::Accounts,
    clock::Clock,
    convert::Converter,
    domain::{City, Clarification, Disagreement, Office, Source, SourceText},
    metrics::Metrics,
    notify::Model,
    store::Store,
    text::{Normaliser, Segmenter},
    workflow::{corrections::Judge, gate::GateRules},
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

/// Where a draft says otherwise than earlier statements, as of a moment. The comparison is that of reports with statements,
/// which pages do not name.
pub type Disagreeing = Arc<dyn Fn(&Clarification, &[SourceText], DateTime<Utc>) -> Vec<Disagreement> + Send + Sync>;

/// What the console needs from the rest of the daemon.
#[derive(Clone)]
pub struct Console {
    /// Where reports and the sources' memory are.
    pub store: Store,
    /// Where answers are counted.
    pub metrics: Arc<Metrics>,
    /// Cuts a search into the words the index holds.
    pub segmenter: Arc<Segmenter>,
    /// The names of services and agencies, the table of steps, the deadlines.
    pub city: Arc<City>,
    /// Where people open the console; links and the addresses of releases begin with it.
    pub base: Url,
    /// Who answers, whom the press may ask, by what people are told.
    pub office: Office,
    /// Makes PDF, where there is a program for it.
    pub converter: Arc<Converter>,
    /// What a text is held to before it goes out.
    pub gate: Arc<GateRules>,
    /// Says where a draft disagrees with earlier statements.
    pub disagreeing: Disagreeing,
    /// Decides what became of a report that was found wrong.
    pub judge: Arc<Judge>,
    /// The language model that drafts can be tried on, where there is one.
    pub model: Option<Arc<Model>>,
    /// The part of a month's messages below which people are warned.
    pub quota_warning: f64,
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
        .route("/cases", get(casework::inbox::list).post(casework::entry::open))
        .route("/cases/new", get(casework::entry::blank))
        .route("/cases/{id}", get(casework::page::one))
        .route("/cases/{id}/steps", post(casework::steps::step))
        .route("/cases/{id}/sources", post(casework::steps::lay))
        .route("/closures", get(casework::closures::list).post(casework::closures::enter))
        .route("/closures/{id}/withdraw", post(casework::closures::withdraw))
        .route("/digest", get(casework::digest::page))
        .route("/digest.ods", get(casework::digest::ods))
        .route("/digest.csv", get(casework::digest::csv))
        .merge(reporting())
        .route("/messages", get(casework::messages::log))
        .route("/messages/test", post(casework::messages::test))
        .route("/api/v1/facts", get(facts_api::list).post(facts_api::enter))
        .route("/api/v1/facts/{id}", get(facts_api::one).post(facts_api::edit))
        .route("/api/v1/facts/{id}/end", post(facts_api::end))
        .route("/api/v1/cases", get(casework::api::list).post(casework::api::open))
        .route("/api/v1/cases/{id}", get(casework::api::one))
        .route("/api/v1/cases/{id}/steps", post(casework::api::step))
        .route("/api/v1/cases/{id}/drafts", get(casework::api::drafts).post(casework::api::keep_draft))
        .route("/api/v1/cases/{id}/drafts/{revision}", get(casework::api::draft))
        .route("/api/v1/cases/{id}/gate", get(casework::api::gate))
        .route("/api/v1/cases/{id}/bases", post(casework::api::sign))
        .route("/api/v1/cases/{id}/sources", post(casework::api::lay))
        .route("/api/v1/cases/{id}/corrections", get(casework::track::list))
        .route("/cases/{id}/corrections", get(casework::track::page).post(casework::track::note))
        .route("/api/v1/releases", get(casework::outgoing::releases))
        .route("/api/v1/releases/{slug}", get(casework::outgoing::release))
        .route("/api/v1/messages", get(casework::outgoing::messages))
        .route("/api/v1/closures", get(casework::outgoing::closures).post(casework::outgoing::close))
        .merge(drafts())
        .merge(units())
        .merge(changes())
        .route("/keys", get(keys::list).post(keys::make))
        .route("/keys/{hash}/end", post(keys::end))
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

/// What is reported of longer stretches of time.
fn reporting() -> Router<Arc<Desk>> {
    Router::new()
        .route("/statistics", get(statistics::page))
        .route("/statistics.ods", get(statistics::ods))
        .route("/statistics.csv", get(statistics::csv))
        .route("/api/v1/statistics", get(statistics::json))
        .route("/faq", get(faq::page))
        .route("/faq.ods", get(faq::ods))
        .route("/faq.csv", get(faq::csv))
        .route("/api/v1/faq", get(faq::json))
        .route("/api/v1/openapi.json", get(openapi::document))
}

/// What changes the time of a case, and messages that are sent again.
fn changes() -> Router<Arc<Desk>> {
    Router::new()
        .route("/cases/{id}/overdue", post(casework::change::overdue))
        .route("/cases/{id}/level", post(casework::change::level))
        .route("/cases/{id}/extension", post(casework::change::extension))
        .route("/messages/{id}/resend", post(casework::messages::resend))
        .route("/api/v1/cases/{id}/overdue", post(casework::change::overdue_json))
        .route("/api/v1/cases/{id}/level", post(casework::change::level_json))
        .route("/api/v1/cases/{id}/extension", post(casework::change::extension_json))
        .route("/api/v1/messages/{id}/resend", post(casework::messages::resend_json))
}

/// The units below the agencies, and where people are reached.
fn units() -> Router<Arc<Desk>> {
    Router::new()
        .route("/units", get(units::list).post(units::add))
        .route("/units/{id}", get(units::one).post(units::change))
        .route("/units/{id}/members", post(units::join))
        .route("/units/{id}/members/{name}/remove", post(units::leave))
        .route("/units/{id}/substitutes", post(units::substitute))
        .route("/units/{id}/substitutes/{substitute}/withdraw", post(units::withdraw))
        .route("/accounts/{name}/addresses", post(accounts::reach))
        .route("/api/v1/units", get(units::api::list).post(units::api::keep))
        .route("/api/v1/units/{id}/members", post(units::api::staff))
        .route("/api/v1/units/{id}/substitutes", post(units::api::substitute))
        .route("/api/v1/units/{id}/substitutes/{substitute}/withdraw", post(units::api::withdraw))
}

/// The pages on which drafts are written and consented to, and those of what went out.
fn drafts() -> Router<Arc<Desk>> {
    Router::new()
        .route("/cases/{id}/draft", get(casework::draft::page).post(casework::draft::keep))
        .route("/cases/{id}/draft/note", post(casework::draft::note))
        .route("/cases/{id}/draft/proposals", post(casework::draft::proposal::ask))
        .route("/cases/{id}/draft/proposals/{proposal}", post(casework::draft::proposal::decide))
        .route(
            "/api/v1/cases/{id}/proposals",
            get(casework::draft::proposal::list).post(casework::draft::proposal::ask_by_key),
        )
        .route("/api/v1/cases/{id}/proposals/{proposal}", post(casework::draft::proposal::decide_by_key))
        .route("/cases/{id}/draft/{revision}", get(casework::draft::revision::one))
        .route("/cases/{id}/explained", post(casework::draft::consistency::explain))
        .route("/cases/{id}/explained/{explained}/withdraw", post(casework::draft::consistency::withdraw))
        .route("/api/v1/cases/{id}/explained", post(casework::draft::consistency::explain_json))
        .route("/cases/{id}/bases", post(casework::draft::sign))
        .route("/cases/{id}/bases/{basis}/withdraw", post(casework::draft::withdraw))
        .route("/clarifications", get(casework::public::list))
        .route("/clarifications/feed.atom", get(casework::public::atom))
        .route("/clarifications/feed.json", get(casework::public::json))
        .route("/clarifications/{slug}", get(casework::public::one))
}
