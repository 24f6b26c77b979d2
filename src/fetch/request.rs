//! What is asked for.

use std::sync::Arc;

use url::Url;

use super::{guard::Guard, settings::Timeouts};

/// One address to fetch.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address. Credentials in it are not sent.
    pub url: Url,
    /// The address rules of the source.
    pub guard: Arc<Guard>,
    /// `ETag` of the last full answer, sent back byte for byte.
    pub etag: Option<String>,
    /// `Last-Modified` of the last full answer, sent back byte for byte.
    pub last_modified: Option<String>,
    /// `Accept`, where the default for pages and feeds does not suit.
    pub accept: Option<String>,
    /// Cookies, sent to the host of `url` alone (a board's confirmation of age).
    pub cookies: Vec<(String, String)>,
    /// Whether the site's robots.txt is asked first.
    pub robots: bool,
    /// Whether a redirect from https to http may be followed.
    pub allow_downgrade: bool,
    /// Time-outs for a site known to be slow, in place of the fetcher's.
    pub timeouts: Option<Timeouts>,
}

impl Request {
    /// A request that heeds robots.txt and sends neither validators nor cookies.
    #[must_use]
    pub fn new(url: Url, guard: Arc<Guard>) -> Self {
        Self {
            url,
            guard,
            etag: None,
            last_modified: None,
            accept: None,
            cookies: Vec::new(),
            robots: true,
            allow_downgrade: false,
            timeouts: None,
        }
    }

    /// Whether the site may answer that nothing changed.
    pub(super) fn is_conditional(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }
}
