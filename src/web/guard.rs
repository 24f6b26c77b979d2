//! What surrounds every answer: limits, security headers, the catching of panics, and counting.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{
        HeaderName, HeaderValue,
        header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS},
    },
    middleware::{Next, from_fn_with_state, map_response},
    response::Response,
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    csrf::{ConfigError, CsrfLayer, ProtectionError},
    limit::RequestBodyLimitLayer,
};

use crate::web::{
    Desk, access,
    fault::{Fault, Shared},
    visitor::Visitor,
};

/// The longest form holds an official statement, whose every character takes nine bytes on its way; this much is read of
/// one before it is refused.
const MOST_BODY: usize = 256 * 1024;

/// A page that takes longer has lost its reader.
const SLOWEST: Duration = Duration::from_secs(10);

/// A table of a year may be waited for.
const SLOWEST_COUNT: Duration = Duration::from_mins(1);

/// Only what the console itself serves is loaded or run, it is framed by nobody, and the addresses of its pages,
/// which hold what was searched for, stay inside (OWASP ASVS 5.0, 3.4).
const HEADERS: [(HeaderName, &str); 4] = [
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// The same routes, guarded.
///
/// # Errors
/// When the public address is no origin.
pub(super) fn guarded(pages: Router, desk: &Shared) -> Result<Router, ConfigError> {
    let for_panics = Arc::clone(desk);
    let guarded = pages
        .layer(from_fn_with_state(Arc::clone(desk), access::admitted))
        .layer(from_home(desk)?)
        .layer(RequestBodyLimitLayer::new(MOST_BODY))
        .layer(from_fn_with_state(Arc::clone(desk), in_time))
        .layer(CatchPanicLayer::custom(move |panic: Box<dyn Any + Send>| {
            for_panics.apology(&Visitor::unknown(), &Fault::Panic(said(panic.as_ref())))
        }))
        .layer(from_fn_with_state(Arc::clone(desk), counted))
        .layer(map_response(with_headers));
    Ok(guarded)
}

/// Lets only this console's own pages change anything, by what browsers say of where a request comes from. Proxies may
/// change the host a request is for, so that the public address is named.
fn from_home(desk: &Shared) -> Result<CsrfLayer<impl Fn(ProtectionError) -> Response + Clone + use<>>, ConfigError> {
    let for_strangers = Arc::clone(desk);
    let refuse = move |_: ProtectionError| for_strangers.apology(&Visitor::unknown(), &Fault::Foreign);
    let layer = CsrfLayer::new().with_rejection_response(refuse);
    match &desk.console.entrance.public_url {
        Some(url) => layer.add_trusted_origin(url.origin().ascii_serialization()),
        None => Ok(layer),
    }
}

/// Adds the security headers; also for the routes of other listeners.
pub(super) async fn with_headers(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn in_time(State(desk): State<Shared>, request: Request, next: Next) -> Response {
    let most = patience(request.uri().path(), desk.console.converter.longest());
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => desk.apology(&Visitor::unknown(), &Fault::Slow(most.as_secs())),
    }
}

/// How long an answer may take: a PDF is made by another program, which has a time-out of its own, the figures of a year
/// are counted out of every version of every report, and questions are held against thousands of sentences.
fn patience(path: &str, of_pdf: Duration) -> Duration {
    let counts =
        ["/statistics", "/api/v1/statistics", "/faq", "/api/v1/faq"].iter().any(|begins| path.starts_with(begins));
    match () {
        () if path.rsplit_once('.').is_some_and(|(_, ending)| ending == "pdf") => SLOWEST + of_pdf,
        () if counts => SLOWEST_COUNT,
        () => SLOWEST,
    }
}

async fn counted(State(desk): State<Shared>, request: Request, next: Next) -> Response {
    let Desk { console, .. } = desk.as_ref();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let handler = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let method = match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    };
    let timer = console.metrics.http_request_duration_seconds.with_label_values(&[handler]).start_timer();
    let response = next.run(request).await;
    timer.observe_duration();
    let code = response.status();
    console.metrics.http_requests_total.with_label_values(&[handler, method, code.as_str()]).inc();
    response
}

fn said(panic: &(dyn Any + Send)) -> String {
    let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_longer_by_its_nature_is_waited_for() {
        let of_pdf = Duration::from_secs(40);
        for (path, seconds) in [
            ("/", 10),
            ("/clarifications/1-2.pdf", 50),
            ("/statistics.ods", 60),
            ("/api/v1/statistics", 60),
            ("/clarifications/1-2.odt", 10),
        ] {
            assert_eq!(patience(path, of_pdf).as_secs(), seconds, "{path}");
        }
    }

    #[test]
    fn a_panic_is_logged_with_its_words() {
        assert_eq!(said(&"a"), "a");
        assert_eq!(said(&String::from("b")), "b");
        assert_eq!(said(&1), "without a word");
    }
}
