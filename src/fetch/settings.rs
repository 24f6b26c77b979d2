//! How patient, how greedy and under what name sites are read.

use std::time::Duration;

use url::Url;

/// How long each part of a fetch may take, in real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name, TCP and TLS together.
    pub connect: Duration,
    /// From asking to the end of the answer's head.
    pub first_byte: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// The whole fetch with its redirects, without waiting for the host's turn.
    pub total: Duration,
    /// Bytes a second a body must reach once `rate_after` has passed.
    pub least_rate: u32,
    /// When `least_rate` begins to count.
    pub rate_after: Duration,
}

impl Default for Timeouts {
    /// Wide enough for every outlet seen; a site that needs more has it in its request.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(10),
            idle: Duration::from_secs(10),
            total: Duration::from_secs(30),
            least_rate: 1024,
            rate_after: Duration::from_secs(5),
        }
    }
}

/// How much of an answer is taken, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The body, unzipped.
    pub decoded: usize,
    /// The body as sent.
    pub wire: usize,
    /// Unzipped bytes for each byte sent, beyond which a body is taken for a bomb.
    pub ratio: usize,
    /// Unzipped size from which `ratio` counts: a short run of zeros packs well and harms nobody.
    pub ratio_after: usize,
    /// Names and values of all headers.
    pub headers: usize,
    /// Redirects followed.
    pub hops: usize,
}

impl Default for Limits {
    /// Ten times the largest page and feed seen, and still nothing to a small machine.
    fn default() -> Self {
        Self { decoded: 8 << 20, wire: 2 << 20, ratio: 200, ratio_after: 1 << 20, headers: 64 << 10, hops: 5 }
    }
}

/// A proxy all requests go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where it is; it may be on a private address.
    pub url: Url,
    /// Whether it refuses private targets itself. If not, targets are resolved and checked here as well.
    pub guards_targets: bool,
}

/// Settings of the fetcher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Sent as `User-Agent`; the part before `/` is the name looked up in robots.txt.
    pub user_agent: String,
    /// Time-outs of a request that brings none of its own.
    pub timeouts: Timeouts,
    /// Caps on an answer.
    pub limits: Limits,
    /// The proxy; without one the environment's proxy variables are ignored too.
    pub proxy: Option<Proxy>,
    /// Time between the starts of two fetches from one host.
    pub spacing: Duration,
    /// The longest `Crawl-delay` that is obeyed; a longer one counts as this, so that news stays news.
    pub longest_crawl_delay: Duration,
    /// The longest `Retry-After` that is obeyed; a longer one counts as this.
    pub longest_retry_after: Duration,
}

impl Settings {
    /// The defaults, with a `User-Agent` that tells a site's owner whom to write to.
    #[must_use]
    pub fn new(contact: &str) -> Self {
        let contact = if contact.is_empty() { String::new() } else { format!(" (+{contact})") };
        Self { user_agent: format!("Clarion/{}{contact}", env!("CARGO_PKG_VERSION")), ..Self::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: format!("Clarion/{}", env!("CARGO_PKG_VERSION")),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            proxy: None,
            spacing: Duration::from_secs(1),
            longest_crawl_delay: Duration::from_mins(1),
            longest_retry_after: Duration::from_hours(1),
        }
    }
}
