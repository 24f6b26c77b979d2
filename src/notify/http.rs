//! One request and its answer, bounded in time and size, with the one question that matters told apart: whether the
//! receiver may have got it.

use std::{error::Error as _, time::Duration};

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::{
    Client, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use url::Url;

use super::{
    Ask, Settings, SetupFault,
    address::{self, NotPublic, PublicOnly},
};
use crate::domain::{Delivery, Secret};

/// Bytes of an answer that are read; the longest that means anything is an error of a few hundred.
pub(super) const LONGEST_ANSWER: usize = 64 * 1024;

/// Characters of an answer that are kept.
const QUOTED: usize = 200;

/// What receivers see of us.
const USER_AGENT: &str = concat!("Clarion/", env!("CARGO_PKG_VERSION"));

/// JSON, as every receiver but one takes it.
pub(super) const JSON: &str = "application/json";

/// The clients: one that reaches public addresses only, and one for channels that may reach private ones.
#[derive(Debug)]
pub(super) struct Http {
    public: Client,
    open: Client,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// None when it broke off or was too long.
    pub body: Option<String>,
    /// Whether there was more of it than is read.
    pub is_too_long: bool,
}

impl Http {
    /// Builds both clients.
    pub fn new(settings: &Settings) -> Result<Self, SetupFault> {
        // Already installed where the fetcher was built before; that is the only failure.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = || {
            Client::builder()
                .user_agent(USER_AGENT)
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .connect_timeout(settings.connect)
                .timeout(settings.total)
                // A connection that was kept may be closed just as the next notice goes out, and nobody could tell whether
                // that one arrived. Notices are few.
                .pool_max_idle_per_host(0)
        };
        Ok(Self { public: builder().dns_resolver(PublicOnly).build()?, open: builder().build()? })
    }
}

impl Ask<'_> {
    /// Posts `body`. What did not come to an answer is told as a delivery.
    pub async fn post(
        &self,
        url: Url,
        mut headers: HeaderMap,
        kind: &'static str,
        body: String,
    ) -> Result<Answer, Delivery> {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        self.client(&url)?
            .post(url)
            .headers(headers)
            .body(body)
            .send()
            .await
            .map_err(unanswered)
            .map(|response| Answer::read(response, self.longest))?
            .await
    }

    /// Asks for `url`.
    pub async fn get(&self, url: Url, headers: HeaderMap) -> Result<Answer, Delivery> {
        self.client(&url)?
            .get(url)
            .headers(headers)
            .send()
            .await
            .map_err(unanswered)
            .map(|it| Answer::read(it, self.longest))?
            .await
    }

    fn client(&self, url: &Url) -> Result<&Client, Delivery> {
        if self.open {
            return Ok(&self.http.open);
        }
        address::check(url).map_err(|error| Delivery::Rejected { why: error.to_string() })?;
        Ok(&self.http.public)
    }
}

impl Answer {
    async fn read(mut response: Response, longest: usize) -> Result<Self, Delivery> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let (whole, is_too_long) = loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() <= longest => body.extend_from_slice(&piece),
                Ok(None) => break (true, false),
                Ok(Some(_)) => break (false, true),
                Err(_) => break (false, false),
            }
        };
        let body = whole.then(|| String::from_utf8_lossy(&body).into_owned());
        Ok(Self { status, headers, body, is_too_long })
    }

    /// What came of it, by the status alone: 4xx is for good but for 408, 409, 425 and 429.
    pub fn by_status(&self, now: DateTime<Utc>) -> Delivery {
        let why = self.said();
        match self.status {
            200..=299 => Delivery::Accepted { receipt: why },
            300..=399 => {
                Delivery::Rejected { why: format!("{why}; redirects are not followed: set the address it leads to") }
            }
            401 | 403 | 407 => Delivery::Unauthorised { why },
            408 | 409 | 425 | 429 | 500.. => Delivery::Retry { after: self.retry_after(now), why },
            _ => Delivery::Rejected { why },
        }
    }

    /// Status and the beginning of the body, on one line.
    pub fn said(&self) -> String {
        let body = self.body.as_deref().unwrap_or("the answer broke off");
        let line = body.chars().map(|c| if c.is_control() { ' ' } else { c });
        let quoted: String = line.take(QUOTED).collect();
        let (status, quoted) = (self.status, quoted.trim());
        if quoted.is_empty() { status.to_string() } else { format!("{status} {quoted}") }
    }

    /// The body as JSON.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(self.body.as_deref()?).ok()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date in one of the three spellings of HTTP.
    fn retry_after(&self, now: DateTime<Utc>) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let old = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
        let date = DateTime::parse_from_rfc2822(value).map(|date| date.to_utc()).ok().or_else(|| {
            old.iter().find_map(|form| NaiveDateTime::parse_from_str(value, form).ok()).map(|date| date.and_utc())
        })?;
        Some((date - now).to_std().unwrap_or_default())
    }
}

/// A header of this value. One that cannot be a header, as with a line break in it, is sent to nobody.
pub(super) fn header(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), Delivery> {
    let value = HeaderValue::from_str(value).map_err(|_| Delivery::Rejected {
        why: format!("what belongs into the header {name} holds a character that may not stand there"),
    })?;
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// The header of a bearer token.
pub(super) fn bearer(token: &Secret) -> Result<HeaderMap, Delivery> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal())).map_err(|_| {
        Delivery::Unauthorised { why: "the token holds a character that may not stand in a header".into() }
    })?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

/// The address that is itself the secret.
pub(super) fn secret_url(secret: &Secret) -> Result<Url, Delivery> {
    let url = Url::parse(secret.reveal()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| Delivery::Unauthorised { why: "the secret is no http or https address".into() })
}

/// `base` with further steps at its end.
pub(super) fn under(base: &Url, steps: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(steps);
    }
    url
}

/// Why there was no answer. Without its address, which may be a secret.
fn unanswered(error: reqwest::Error) -> Delivery {
    let error = error.without_url();
    let (unsent, malformed) = (error.is_connect(), error.is_builder());
    let mut why = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<NotPublic>() {
            return Delivery::Rejected { why: NotPublic.to_string() };
        }
        why = format!("{why}: {inner}");
        cause = inner.source();
    }
    if malformed {
        Delivery::Rejected { why }
    } else if unsent {
        Delivery::Retry { after: None, why }
    } else {
        Delivery::Uncertain { why }
    }
}
