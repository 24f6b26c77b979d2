//! The fetcher: address rules, turns, robots.txt, hops and the answer, in this order.

use std::{
    collections::HashMap,
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use reqwest::{
    Client, Response,
    header::{
        ACCEPT, ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE,
        IF_NONE_MATCH, LAST_MODIFIED, LOCATION, RETRY_AFTER,
    },
};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use super::{
    body::{self, AtCap},
    exchange::{Allowance, unresolved},
    guard::{Blocked, Guard, Reach},
    outcome::{FetchError, Fetched, place},
    politeness::{Permit, Politeness},
    redirect::{Trail, is_redirect},
    request::Request,
    resolver::{Lookup, Resolver, SystemLookup},
    retry_after,
    robots::{FILE_CAP, Rules, shelf::Shelf},
    settings::Settings,
};
use crate::{clock::Clock, domain::Page};

/// What is asked for when a request does not say: feeds, pages, JSON.
const PAGES_AND_FEEDS: &str =
    "application/atom+xml, application/rss+xml, application/feed+json, text/html, application/xml;q=0.9, */*;q=0.8";

/// The language of the outlets watched.
const LANGUAGE: &str = "zh-TW, zh;q=0.9, en;q=0.5";

/// How long an idle connection is kept: longer than the space between two pages of one site, shorter than most
/// servers' own patience.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);

/// Clients kept; one for each distinct set of address rules.
const CLIENTS: usize = 64;

/// Fetches addresses politely and within bounds.
pub struct Fetcher {
    settings: Settings,
    clock: Arc<dyn Clock>,
    lookup: Arc<dyn Lookup>,
    /// Each set of address rules has its own client and thereby its own connections: a connection opened for an
    /// intranet source is never reused for a source that may not reach it.
    clients: Mutex<HashMap<(Arc<Guard>, Reach), Client>>,
    politeness: Politeness,
    robots: Shelf,
}

/// How an answer is taken.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    /// Read by the pipeline.
    Page,
    /// The site's own rules, asked for within the turn of the page they are about.
    Robots,
}

/// Installs the cryptography all TLS connections of this process use. Calling it again changes nothing.
pub fn install_tls() {
    // The only failure is that one is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Fetcher {
    /// A fetcher that resolves names by the machine's resolver.
    ///
    /// # Errors
    /// [`FetchError::Setup`] when the HTTP client cannot be built from the settings.
    pub fn new(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, FetchError> {
        Self::with_lookup(settings, clock, Arc::new(SystemLookup))
    }

    /// A fetcher that resolves names by `lookup`.
    ///
    /// # Errors
    /// As [`Fetcher::new`].
    pub fn with_lookup(settings: Settings, clock: Arc<dyn Clock>, lookup: Arc<dyn Lookup>) -> Result<Self, FetchError> {
        install_tls();
        let fetcher = Self {
            politeness: Politeness::new(Arc::clone(&clock), settings.spacing),
            settings,
            clock,
            lookup,
            clients: Mutex::default(),
            robots: Shelf::default(),
        };
        // Built now so that a bad proxy or missing root certificates show at the start, not at the first poll.
        fetcher.client(&Arc::default(), Reach::Anywhere)?;
        Ok(fetcher)
    }

    /// Fetches one address, waiting for its host's turn.
    ///
    /// # Errors
    /// A [`FetchError`] that says what failed, where, and what to do. Nothing partial is ever returned.
    pub async fn get(&self, request: &Request) -> Result<Fetched, FetchError> {
        self.walk(request, Purpose::Page).await
    }

    async fn walk(&self, request: &Request, purpose: Purpose) -> Result<Fetched, FetchError> {
        let mut trail = Trail::new(&request.url, self.settings.limits.hops, request.allow_downgrade);
        let mut allowance = Allowance::start(request.timeouts.unwrap_or(self.settings.timeouts));
        let mut turn: Option<Permit> = None;
        loop {
            let blocked = |reason| FetchError::Blocked { place: place(&request.url), reason };
            let url = trail.here().cloned().ok_or_else(|| blocked(Blocked::Redirect))?;
            let reach =
                request.guard.check_url(&url).map_err(|reason| FetchError::Blocked { place: place(&url), reason })?;
            if matches!(purpose, Purpose::Page) {
                let waiting = tokio::time::Instant::now();
                turn = Some(self.admitted(turn, &url, request).await?);
                allowance = allowance.after_waiting(waiting.elapsed());
            }
            let answer = self.ask(&url, reach, request, trail.at_home(), allowance).await?;
            let status = answer.status().as_u16();
            if !is_redirect(status) {
                return self.take(answer, &trail, request, purpose, allowance).await;
            }
            let location = answer.headers().get(LOCATION).map(reqwest::header::HeaderValue::as_bytes);
            trail.follow(status, location).map_err(|reason| FetchError::Blocked { place: place(&url), reason })?;
        }
    }

    /// The turn of `url`'s host, with the host's own wishes heeded. A hop within one host keeps its turn; before
    /// waiting for another host's the first is given back, so that two fetches cannot wait for each other.
    async fn admitted(&self, turn: Option<Permit>, url: &Url, request: &Request) -> Result<Permit, FetchError> {
        if let Some(left) = self.politeness.paused(url) {
            return Err(FetchError::RateLimited { place: place(url), status: 429, retry_after: Some(left) });
        }
        let mut turn = match turn {
            Some(turn) if turn.is_for(url) => turn,
            other => {
                drop(other);
                self.politeness.turn(url).await
            }
        };
        if request.robots {
            let rules = self.rules(url, request).await?;
            if let Some(delay) = rules.crawl_delay(&self.settings.user_agent) {
                turn.space(delay.min(self.settings.longest_crawl_delay));
            }
            if !rules.allows(&self.settings.user_agent, url.as_str()) {
                return Err(FetchError::Blocked { place: place(url), reason: Blocked::Robots });
            }
        }
        Ok(turn)
    }

    /// The rules of `url`'s site. The turn of the host is held meanwhile, so they are asked for once.
    async fn rules(&self, url: &Url, request: &Request) -> Result<Arc<Rules>, FetchError> {
        let site = url.origin().ascii_serialization();
        if let Some(held) = self.robots.get(&site, self.clock.monotonic()) {
            return held.map_err(|cause| unread(url, cause));
        }
        let found = match url.join("/robots.txt") {
            Ok(address) => {
                let mut question = Request::new(address, Arc::clone(&request.guard));
                question.accept = Some("text/plain, */*;q=0.5".to_owned());
                question.timeouts = request.timeouts;
                // Boxed because fetching asks for rules and asking for rules fetches.
                Box::pin(self.walk(&question, Purpose::Robots)).await
            }
            Err(_) => Err(FetchError::Blocked { place: place(url), reason: Blocked::Scheme }),
        };
        let found = match found {
            Ok(Fetched::Full { page, .. }) => Ok(Rules::parse(&page.body)),
            Ok(Fetched::NotModified { .. }) => Ok(Rules::default()),
            Err(error) if forbids_nothing(&error) => Ok(Rules::default()),
            Err(error) => Err(error),
        };
        self.robots.put(&site, found, self.clock.monotonic()).map_err(|cause| unread(url, cause))
    }

    /// Asks `url` and waits for the head of the answer.
    async fn ask(
        &self,
        url: &Url,
        reach: Reach,
        request: &Request,
        at_home: bool,
        allowance: Allowance,
    ) -> Result<Response, FetchError> {
        if let Some(proxy) = &self.settings.proxy
            && !proxy.guards_targets
            && let Some(Host::Domain(name)) = url.host()
        {
            let resolver = self.resolver(&request.guard, reach);
            resolver.addresses(name).await.map_err(|error| unresolved(&error, place(url)))?;
        }
        let mut question = self
            .client(&request.guard, reach)?
            .get(url.clone())
            .header(ACCEPT, request.accept.as_deref().unwrap_or(PAGES_AND_FEEDS))
            .header(ACCEPT_ENCODING, body::ACCEPT_ENCODING)
            .header(ACCEPT_LANGUAGE, LANGUAGE);
        if let Some(etag) = &request.etag {
            question = question.header(IF_NONE_MATCH, etag);
        }
        if let Some(last_modified) = &request.last_modified {
            question = question.header(IF_MODIFIED_SINCE, last_modified);
        }
        if at_home && !request.cookies.is_empty() {
            let cookies: Vec<_> = request.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            question = question.header(COOKIE, cookies.join("; "));
        }
        allowance.head(question, url, &self.settings.limits).await
    }

    /// Takes an answer that is no redirect.
    async fn take(
        &self,
        answer: Response,
        trail: &Trail,
        request: &Request,
        purpose: Purpose,
        allowance: Allowance,
    ) -> Result<Fetched, FetchError> {
        let url = trail.here().cloned().unwrap_or_else(|| request.url.clone());
        let headers = answer.headers().clone();
        let (etag, last_modified) = (text(&headers, &ETAG), text(&headers, &LAST_MODIFIED));
        if let Some(by) = challenger(&headers) {
            return Err(FetchError::Challenge { place: place(&url), by });
        }
        match answer.status().as_u16() {
            304 if request.is_conditional() => return Ok(Fetched::NotModified { etag, last_modified }),
            // 203 is 200 by way of a proxy; other successes hold no whole page.
            200 | 203 => {}
            status => return Err(self.refusal(status, &headers, &url)),
        }
        let (at_cap, limits) = match purpose {
            Purpose::Page => (AtCap::Refuse, self.settings.limits),
            Purpose::Robots => (AtCap::Cut, super::Limits { decoded: FILE_CAP, ..self.settings.limits }),
        };
        let body = allowance.body(answer, &url, limits, at_cap).await?;
        Ok(Fetched::Full {
            body_sha256_hex: hex(&Sha256::digest(&body)),
            page: Page { url, content_type: text(&headers, &CONTENT_TYPE), body, fetched_at: self.clock.now() },
            etag,
            last_modified,
            moved_to: trail.moved_to(),
        })
    }

    /// Names a status other than success. A host that asks for a pause gets it from every source.
    fn refusal(&self, status: u16, headers: &HeaderMap, url: &Url) -> FetchError {
        let retry_after = text(headers, &RETRY_AFTER)
            .and_then(|value| retry_after::parse(&value, self.clock.now(), self.settings.longest_retry_after));
        match (status, retry_after) {
            (429, _) | (503, Some(_)) => {
                if let Some(span) = retry_after {
                    self.politeness.pause(url, span);
                }
                FetchError::RateLimited { place: place(url), status, retry_after }
            }
            _ => FetchError::Status { place: place(url), status },
        }
    }

    fn resolver(&self, guard: &Arc<Guard>, reach: Reach) -> Resolver {
        let proxy = self.settings.proxy.as_ref();
        Resolver {
            lookup: Arc::clone(&self.lookup),
            guard: Arc::clone(guard),
            reach,
            timeout: self.settings.timeouts.connect,
            proxy: proxy.and_then(|proxy| proxy.url.host_str().map(str::to_owned)),
        }
    }

    fn client(&self, guard: &Arc<Guard>, reach: Reach) -> Result<Client, FetchError> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (Arc::clone(guard), reach);
        if let Some(client) = clients.get(&key) {
            return Ok(client.clone());
        }
        let client = self.build(guard, reach).map_err(|error| FetchError::Setup(error.to_string()))?;
        if clients.len() >= CLIENTS {
            // Rules change only when the configuration is read anew, so old ones pile up slowly.
            clients.clear();
        }
        clients.insert(key, client.clone());
        Ok(client)
    }

    fn build(&self, guard: &Arc<Guard>, reach: Reach) -> Result<Client, reqwest::Error> {
        let mut builder = Client::builder()
            .user_agent(&self.settings.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .no_proxy()
            .connect_timeout(self.settings.timeouts.connect)
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(1)
            .http2_max_header_list_size(u32::try_from(self.settings.limits.headers).unwrap_or(u32::MAX))
            .dns_resolver(Arc::new(self.resolver(guard, reach)));
        if let Some(proxy) = &self.settings.proxy {
            builder = builder.proxy(reqwest::Proxy::all(proxy.url.clone())?);
        }
        builder.build()
    }
}

/// Whether a robots.txt that could not be had forbids nothing, by RFC 9309 §2.3.1.2 and .3: it is not there, or
/// lies behind redirects that are not followed.
fn forbids_nothing(error: &FetchError) -> bool {
    error.blocked() == Some(Blocked::Redirect) || error.status().is_some_and(|status| (400..500).contains(&status))
}

fn unread(url: &Url, cause: FetchError) -> FetchError {
    FetchError::RobotsUnread { place: place(url), cause: Box::new(cause) }
}

/// A header as text, byte for byte; one that is not UTF-8 is as good as none.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    String::from_utf8(headers.get(name)?.as_bytes().to_vec()).ok()
}

/// Whose test for humans this is. Both vendors mark their tests by a header; the pages themselves change too often
/// to be known by their words.
fn challenger(headers: &HeaderMap) -> Option<&'static str> {
    if headers.get("cf-mitigated").is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"challenge")) {
        return Some("Cloudflare");
    }
    headers.contains_key("x-amzn-waf-action").then_some("AWS WAF")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
