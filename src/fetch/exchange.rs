//! One question to one server and its answer, within the time-outs.

use std::{error::Error, io, time::Duration};

use reqwest::{Response, header::HeaderMap};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{
    body::{AtCap, BodyError, Encoding, Intake},
    outcome::{FetchError, Limit, Stage, place},
    resolver::ResolveError,
    settings::{Limits, Timeouts},
};

/// The time one fetch has, over all its hops. The network runs in real time whatever clock the program is given,
/// so this is measured on tokio's timer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    timeouts: Timeouts,
    end: Instant,
}

impl Allowance {
    /// Begins now.
    pub fn start(timeouts: Timeouts) -> Self {
        Self { timeouts, end: Instant::now() + timeouts.total }
    }

    /// Moves the end by `waited`: waiting for a host's turn and for its robots.txt does not count.
    pub fn after_waiting(self, waited: Duration) -> Self {
        Self { end: self.end + waited, ..self }
    }

    /// Runs `step` for at most `span`, and not beyond the end of the whole.
    async fn within<T>(&self, span: Duration, stage: Stage, step: impl Future<Output = T>) -> Result<T, Stage> {
        let limit = Instant::now() + span;
        let (limit, stage) = if self.end < limit { (self.end, Stage::Total) } else { (limit, stage) };
        timeout_at(limit, step).await.map_err(|_| stage)
    }

    /// Sends `request` and waits for the head of the answer.
    pub async fn head(
        &self,
        request: reqwest::RequestBuilder,
        url: &Url,
        limits: &Limits,
    ) -> Result<Response, FetchError> {
        let answer = self
            .within(self.timeouts.first_byte, Stage::FirstByte, request.send())
            .await
            .map_err(|stage| FetchError::Timeout { place: place(url), stage })?
            .map_err(|error| classify(&error, url))?;
        let size = header_bytes(answer.headers());
        if size > limits.headers {
            return Err(FetchError::TooLarge { place: place(url), limit: Limit::Headers(limits.headers) });
        }
        Ok(answer)
    }

    /// Reads the body of `answer`.
    pub async fn body(
        &self,
        mut answer: Response,
        url: &Url,
        limits: Limits,
        at_cap: AtCap,
    ) -> Result<Vec<u8>, FetchError> {
        let refused = |error| match error {
            BodyError::TooLarge(limit) => FetchError::TooLarge { place: place(url), limit },
            BodyError::Damaged(reason) => FetchError::Broken { place: place(url), reason },
        };
        let slow = |stage| FetchError::Timeout { place: place(url), stage };
        let announced = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        if announced > limits.wire && at_cap == AtCap::Refuse {
            return Err(refused(BodyError::TooLarge(Limit::Wire(limits.wire))));
        }
        let mut intake = Intake::new(Encoding::of(answer.headers()).map_err(refused)?, limits, at_cap);
        let begun = Instant::now();
        loop {
            let piece = self
                .within(self.timeouts.idle, Stage::Idle, answer.chunk())
                .await
                .map_err(slow)?
                .map_err(|error| classify(&error, url))?;
            let Some(piece) = piece else { break };
            if !intake.take(&piece).map_err(refused)? {
                break;
            }
            let passed = begun.elapsed();
            let owed = passed.as_secs_f64() * f64::from(self.timeouts.least_rate);
            if passed > self.timeouts.rate_after && (intake.wire() as f64) < owed {
                return Err(slow(Stage::Rate));
            }
        }
        intake.finish().map_err(refused)
    }
}

fn header_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// Names what went wrong below HTTP.
pub(super) fn classify(error: &reqwest::Error, url: &Url) -> FetchError {
    let place = place(url);
    let mut deepest = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        if let Some(name) = found.downcast_ref::<ResolveError>() {
            return unresolved(name, place);
        }
        if let Some(reason) = untrusted(found) {
            return FetchError::Tls { place, reason };
        }
        deepest = found.to_string();
        cause = found.source();
    }
    if error.is_timeout() {
        let stage = if error.is_connect() { Stage::Connect } else { Stage::FirstByte };
        return FetchError::Timeout { place, stage };
    }
    FetchError::Broken { place, reason: format!("the connection failed ({deepest})") }
}

/// Names what went wrong with the host's name.
pub(super) fn unresolved(error: &ResolveError, place: String) -> FetchError {
    match error {
        ResolveError::Blocked(reason) => FetchError::Blocked { place, reason: *reason },
        ResolveError::Timeout => FetchError::Timeout { place, stage: Stage::Name },
        ResolveError::Failed(reason) => FetchError::Dns { place, reason: reason.clone() },
    }
}

/// What rustls says, which may be wrapped in an I/O error whose `source` skips it.
fn untrusted(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls.to_string());
    }
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    untrusted(inner)
}
