//! Who may use which route. There is one table; a route that is not in it is refused to everybody.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, Method, header::AUTHORIZATION, request::Parts},
    middleware::Next,
    response::Response,
};

use crate::{
    domain::{Account, Duties, Role, Token},
    web::{
        address::client_address,
        cookie,
        fault::{Fault, Shared},
        held::Held,
        visitor::Visitor,
    },
};

/// Those who look after accounts.
const ADMINS: &[Role] = &[Role::Admin];

/// Those who put the machine's readings right.
pub(super) const CORRECTORS: &[Role] = &[Role::DutyOfficer, Role::AgencyContact, Role::Spokesperson, Role::Admin];

/// Those who say what is so: they enter official statements and end them. A contact speaks for the own agency alone.
pub(super) const STATERS: &[Role] = &[Role::DutyOfficer, Role::AgencyContact, Role::Spokesperson, Role::Admin];

/// Those who say what became of an alert.
pub(super) const JUDGES: &[Role] = &[Role::DutyOfficer, Role::AgencyContact, Role::Spokesperson, Role::Admin];

/// Where the API begins: what is refused there is refused in JSON.
const API: &str = "/api/";

/// Those who take steps of casework; which of them may take which stands in the table of steps.
pub(super) const CASEWORKERS: &[Role] = &[Role::DutyOfficer, Role::AgencyContact, Role::Spokesperson, Role::Approver];

/// Those who open a case by hand.
pub(super) const OPENERS: &[Role] = &[Role::DutyOfficer, Role::AgencyContact, Role::Spokesperson];

/// Those who send a message again that a channel did not take.
pub(super) const RESENDERS: &[Role] = &[Role::DutyOfficer, Role::Spokesperson, Role::Admin];

/// Those who enter that offices are shut.
pub(super) const CLOSERS: &[Role] = &[Role::DutyOfficer, Role::Spokesperson, Role::Admin];

/// The longest form that is kept over a log-in, in bytes: as much as is read of any.
const MOST_HELD: usize = 256 * 1024;

/// Who may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Machines and browsers by themselves; nobody is looked up.
    Machines,
    /// Anybody.
    Anybody,
    /// Whoever is logged in, and anybody where reading is open.
    Readers,
    /// Whoever is logged in.
    Persons,
    /// Whoever holds one of these roles.
    Holders(&'static [Role]),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// `GET`, which stands for `HEAD` too, or `POST`.
    pub method: &'static str,
    /// The route.
    pub path: &'static str,
    /// Who may use it.
    pub gate: Gate,
    /// Whether a script asks for it by itself: that is no sign of life of a person, and keeps no session open.
    pub by_script: bool,
}

const fn get(path: &'static str, gate: Gate) -> Rule {
    Rule { method: "GET", path, gate, by_script: false }
}

const fn post(path: &'static str, gate: Gate) -> Rule {
    Rule { method: "POST", path, gate, by_script: false }
}

/// Every route of the console.
pub const RULES: &[Rule] = &[
    get("/", Gate::Readers),
    Rule { by_script: true, ..get("/reports/latest", Gate::Readers) },
    get("/reports/{id}", Gate::Readers),
    post("/reports/{id}/corrections", Gate::Holders(CORRECTORS)),
    post("/reports/{id}/corrections/{correction}/withdraw", Gate::Holders(CORRECTORS)),
    post("/reports/{id}/findings/{finding}", Gate::Holders(JUDGES)),
    get("/facts", Gate::Readers),
    post("/facts", Gate::Holders(STATERS)),
    get("/facts/new", Gate::Holders(STATERS)),
    get("/facts/{id}", Gate::Readers),
    post("/facts/{id}/end", Gate::Holders(STATERS)),
    get("/sources", Gate::Readers),
    get("/cases", Gate::Readers),
    post("/cases", Gate::Holders(OPENERS)),
    get("/cases/new", Gate::Holders(OPENERS)),
    get("/cases/{id}", Gate::Readers),
    post("/cases/{id}/steps", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/sources", Gate::Holders(CASEWORKERS)),
    get("/closures", Gate::Readers),
    post("/closures", Gate::Holders(CLOSERS)),
    post("/closures/{id}/withdraw", Gate::Holders(CLOSERS)),
    get("/digest", Gate::Persons),
    get("/digest.ods", Gate::Persons),
    get("/digest.csv", Gate::Persons),
    get("/statistics", Gate::Persons),
    get("/statistics.ods", Gate::Persons),
    get("/statistics.csv", Gate::Persons),
    get("/api/v1/statistics", Gate::Persons),
    get("/faq", Gate::Persons),
    get("/faq.ods", Gate::Persons),
    get("/faq.csv", Gate::Persons),
    get("/api/v1/faq", Gate::Persons),
    get("/api/v1/openapi.json", Gate::Persons),
    get("/messages", Gate::Persons),
    post("/messages/test", Gate::Holders(ADMINS)),
    get("/api/v1/facts", Gate::Persons),
    post("/api/v1/facts", Gate::Holders(STATERS)),
    get("/api/v1/facts/{id}", Gate::Persons),
    post("/api/v1/facts/{id}", Gate::Holders(STATERS)),
    post("/api/v1/facts/{id}/end", Gate::Holders(STATERS)),
    get("/api/v1/cases", Gate::Persons),
    post("/api/v1/cases", Gate::Holders(OPENERS)),
    get("/api/v1/cases/{id}", Gate::Persons),
    post("/api/v1/cases/{id}/steps", Gate::Holders(CASEWORKERS)),
    get("/api/v1/cases/{id}/drafts", Gate::Persons),
    post("/api/v1/cases/{id}/drafts", Gate::Holders(CASEWORKERS)),
    get("/api/v1/cases/{id}/drafts/{revision}", Gate::Persons),
    get("/api/v1/cases/{id}/gate", Gate::Persons),
    post("/api/v1/cases/{id}/bases", Gate::Holders(CASEWORKERS)),
    post("/api/v1/cases/{id}/sources", Gate::Holders(CASEWORKERS)),
    get("/api/v1/cases/{id}/corrections", Gate::Persons),
    get("/cases/{id}/corrections", Gate::Readers),
    post("/cases/{id}/corrections", Gate::Holders(CASEWORKERS)),
    get("/api/v1/releases", Gate::Persons),
    get("/api/v1/releases/{slug}", Gate::Persons),
    get("/api/v1/messages", Gate::Persons),
    get("/api/v1/closures", Gate::Persons),
    post("/api/v1/closures", Gate::Holders(OPENERS)),
    get("/cases/{id}/draft", Gate::Persons),
    post("/cases/{id}/draft", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/draft/note", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/draft/proposals", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/draft/proposals/{proposal}", Gate::Holders(CASEWORKERS)),
    get("/api/v1/cases/{id}/proposals", Gate::Persons),
    post("/api/v1/cases/{id}/proposals", Gate::Holders(CASEWORKERS)),
    post("/api/v1/cases/{id}/proposals/{proposal}", Gate::Holders(CASEWORKERS)),
    get("/cases/{id}/draft/{revision}", Gate::Persons),
    post("/cases/{id}/explained", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/explained/{explained}/withdraw", Gate::Holders(CASEWORKERS)),
    post("/api/v1/cases/{id}/explained", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/bases", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/bases/{basis}/withdraw", Gate::Holders(CASEWORKERS)),
    get("/clarifications", Gate::Anybody),
    get("/clarifications/feed.atom", Gate::Anybody),
    get("/clarifications/feed.json", Gate::Anybody),
    get("/clarifications/{slug}", Gate::Anybody),
    post("/cases/{id}/overdue", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/level", Gate::Holders(CASEWORKERS)),
    post("/cases/{id}/extension", Gate::Holders(CASEWORKERS)),
    post("/messages/{id}/resend", Gate::Holders(RESENDERS)),
    post("/api/v1/cases/{id}/overdue", Gate::Holders(CASEWORKERS)),
    post("/api/v1/cases/{id}/level", Gate::Holders(CASEWORKERS)),
    post("/api/v1/cases/{id}/extension", Gate::Holders(CASEWORKERS)),
    post("/api/v1/messages/{id}/resend", Gate::Holders(RESENDERS)),
    get("/units", Gate::Persons),
    post("/units", Gate::Holders(ADMINS)),
    get("/units/{id}", Gate::Persons),
    post("/units/{id}", Gate::Holders(ADMINS)),
    post("/units/{id}/members", Gate::Holders(ADMINS)),
    post("/units/{id}/members/{name}/remove", Gate::Holders(ADMINS)),
    // The head of a unit enters who stands in there, whatever the role; the page asks who that is.
    post("/units/{id}/substitutes", Gate::Persons),
    post("/units/{id}/substitutes/{substitute}/withdraw", Gate::Persons),
    post("/accounts/{name}/addresses", Gate::Holders(ADMINS)),
    get("/api/v1/units", Gate::Persons),
    post("/api/v1/units", Gate::Holders(ADMINS)),
    post("/api/v1/units/{id}/members", Gate::Holders(ADMINS)),
    post("/api/v1/units/{id}/substitutes", Gate::Persons),
    post("/api/v1/units/{id}/substitutes/{substitute}/withdraw", Gate::Persons),
    get("/keys", Gate::Persons),
    post("/keys", Gate::Persons),
    post("/keys/{hash}/end", Gate::Persons),
    get("/login", Gate::Anybody),
    post("/login", Gate::Anybody),
    post("/logout", Gate::Persons),
    get("/setup/{token}", Gate::Anybody),
    post("/setup/{token}", Gate::Anybody),
    get("/password", Gate::Persons),
    post("/password", Gate::Persons),
    get("/accounts", Gate::Holders(ADMINS)),
    post("/accounts", Gate::Holders(ADMINS)),
    get("/accounts/{name}", Gate::Holders(ADMINS)),
    post("/accounts/{name}/duties", Gate::Holders(ADMINS)),
    post("/accounts/{name}/disable", Gate::Holders(ADMINS)),
    post("/accounts/{name}/reset", Gate::Holders(ADMINS)),
    get("/audit", Gate::Holders(ADMINS)),
    get("/healthz", Gate::Machines),
    get("/readyz", Gate::Machines),
    get("/assets/{hash}/{name}", Gate::Machines),
];

/// Why somebody may not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    NotLoggedIn,
    NotAllowed,
}

impl Gate {
    fn check(self, duties: Option<&Duties>, anyone_may_read: bool) -> Result<(), Refusal> {
        match (self, duties) {
            (Self::Machines | Self::Anybody, _) | (Self::Readers | Self::Persons, Some(_)) => Ok(()),
            (Self::Readers, None) if anyone_may_read => Ok(()),
            (Self::Readers | Self::Persons | Self::Holders(_), None) => Err(Refusal::NotLoggedIn),
            (Self::Holders(roles), Some(duties)) if duties.include_any(roles) => Ok(()),
            (Self::Holders(_), Some(_)) => Err(Refusal::NotAllowed),
        }
    }
}

/// Finds out who asks and whether they may.
pub(super) async fn admitted(State(desk): State<Shared>, mut request: Request, next: Next) -> Response {
    let address = client_address(&request, &desk.console.entrance.trusted_proxies);
    let mut visitor = Visitor::nobody(address, &desk);
    if request.uri().path().starts_with(API) {
        visitor.reads_json();
    }
    let Some(path) = request.extensions().get::<MatchedPath>().cloned() else {
        // Nothing is there, and the page that says so is for everybody.
        request.extensions_mut().insert(visitor);
        return next.run(request).await;
    };
    let method = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let Some(rule) = RULES.iter().find(|rule| rule.path == path.as_str() && rule.method == method) else {
        return desk.apology(&visitor, &Fault::Method(path.as_str().to_owned()));
    };
    if let Some(key) = bearer(request.headers()).filter(|_| rule.gate != Gate::Machines) {
        // A program that shows a key wants to be known by it: a bad one is refused, whatever the page.
        let holder = match Token::parse(key) {
            Some(token) => desk.console.entrance.accounts.holder(&token).await,
            None => Ok(None),
        };
        match holder {
            Ok(Some(account)) => visitor.uses_key(account),
            Ok(None) => return desk.apology(&visitor, &Fault::BadKey),
            Err(error) => return desk.apology(&visitor, &Fault::from(error)),
        }
    } else if rule.gate != Gate::Machines
        && let Some(token) = cookie::token(request.headers(), desk.is_secure)
    {
        match desk.console.entrance.accounts.visit(&token, !rule.by_script).await {
            Ok(Some(account)) => visitor.is_logged_in(account, token),
            Ok(None) => {}
            Err(error) => return desk.apology(&visitor, &Fault::from(error)),
        }
    }
    let duties = visitor.account().map(|account| &account.duties);
    match rule.gate.check(duties, desk.console.entrance.anyone_may_read) {
        Ok(()) => {
            // Only a page has a navigation to show it in, and a page is shown without it when it is not to be had.
            if rule.gate != Gate::Machines && method == "GET" && !rule.by_script && !visitor.wants_json() {
                visitor.awaiting = desk.console.store.count_awaiting().await.ok();
            }
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Err(Refusal::NotAllowed) => desk.apology(&visitor, &Fault::NotAllowed),
        Err(Refusal::NotLoggedIn) if visitor.wants_json() => desk.apology(&visitor, &Fault::BadKey),
        Err(Refusal::NotLoggedIn) => {
            let wanted = request.uri().path_and_query().filter(|_| method == "GET" && !rule.by_script);
            let next = wanted.map_or("/", |wanted| wanted.as_str()).to_owned();
            if method == "GET" {
                return desk.ask_to_log_in(visitor, &next);
            }
            // What was typed is not lost over the log-in; what is longer than any form is none.
            let path = request.uri().path().to_owned();
            let body = axum::body::to_bytes(request.into_body(), MOST_HELD).await.unwrap_or_default();
            desk.ask_to_log_in_first(visitor, &next, Held::sent(&path, &body))
        }
    }
}

/// The key a program shows (RFC 6750, 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let written = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = written.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The methods a route answers, for `Allow`.
pub(super) fn methods(path: &str) -> String {
    let answered = RULES.iter().filter(|rule| rule.path == path).map(|rule| match rule.method {
        "GET" => "GET, HEAD",
        other => other,
    });
    answered.collect::<Vec<_>>().join(", ")
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Shared) -> Result<Self, Response> {
        let address = std::net::IpAddr::from([0, 0, 0, 0]);
        parts.extensions.get::<Self>().cloned().ok_or_else(|| desk.ask_to_log_in(Self::nobody(address, desk), "/"))
    }
}

/// Somebody who acts: logged in, or a program in the name of an account.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// In whose name.
    pub account: Account,
    /// What else is known of the visit.
    pub visitor: Visitor,
}

impl FromRequestParts<Shared> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Shared) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, &Arc::clone(desk)).await?;
        match visitor.account() {
            Some(account) => Ok(Self { account: account.clone(), visitor }),
            None if visitor.wants_json() => Err(desk.apology(&visitor, &Fault::BadKey)),
            None => Err(desk.ask_to_log_in(visitor, "/")),
        }
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Who.
    pub account: Account,
    /// What their session is known by.
    pub token: Token,
    /// What else is known of the visit.
    pub visitor: Visitor,
}

impl FromRequestParts<Shared> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Shared) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, &Arc::clone(desk)).await?;
        match visitor.session() {
            Some((account, token)) => Ok(Self { account: account.clone(), token: token.clone(), visitor }),
            None => Err(desk.ask_to_log_in(visitor, "/")),
        }
    }
}
