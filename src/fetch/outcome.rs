//! What came of a fetch.

use std::{fmt, time::Duration};

use url::Url;

use super::guard::Blocked;
use crate::domain::{Page, TroubleKind};

/// An answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one exists a fetch and is taken apart at once")]
pub enum Fetched {
    /// Nothing changed since the validators sent along.
    NotModified {
        /// `ETag` as sent now; a site may renew it.
        etag: Option<String>,
        /// `Last-Modified` as sent now.
        last_modified: Option<String>,
    },
    /// A whole body.
    Full {
        /// The body and where it came from.
        page: Page,
        /// `ETag`, byte for byte.
        etag: Option<String>,
        /// `Last-Modified`, byte for byte.
        last_modified: Option<String>,
        /// SHA-256 of the unzipped body, in hex: the same hash means nothing new.
        body_sha256_hex: String,
        /// Where the site says the address has moved for good, when that is another host. A person decides
        /// whether the source's address is changed.
        moved_to: Option<Url>,
    },
}

/// The part of a fetch that took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The name server.
    Name,
    /// TCP and TLS.
    Connect,
    /// The head of the answer.
    FirstByte,
    /// A pause within the body.
    Idle,
    /// The body, sent drop by drop.
    Rate,
    /// The whole.
    Total,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "its name was not resolved in time",
            Self::Connect => "no connection in time",
            Self::FirstByte => "no answer in time",
            Self::Idle => "the answer stopped midway",
            Self::Rate => "the answer comes too slowly",
            Self::Total => "the answer was not complete in time",
        })
    }
}

/// The cap that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Bytes as sent.
    Wire(usize),
    /// Bytes unzipped.
    Decoded(usize),
    /// Bytes unzipped for each byte sent.
    Ratio(usize),
    /// Bytes of headers.
    Headers(usize),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wire(cap) => write!(f, "more than {cap} bytes sent"),
            Self::Decoded(cap) => write!(f, "more than {cap} bytes unzipped"),
            Self::Ratio(cap) => write!(f, "unzips to more than {cap} times what was sent"),
            Self::Headers(cap) => write!(f, "more than {cap} bytes of headers"),
        }
    }
}

/// Why there is no answer that can be used. `place` is the address without its query, which may hold secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The site answered, but not with the page.
    #[error("{place} answered {status}; open it in a browser and correct the source if it has moved")]
    Status {
        /// Where.
        place: String,
        /// The status.
        status: u16,
    },
    /// The site asks to come back later, or did so a moment ago.
    #[error("{place} answered {status}, asking for a pause; nothing to do, or lengthen the source's interval")]
    RateLimited {
        /// Where.
        place: String,
        /// The status.
        status: u16,
        /// The pause it asks for, when it says.
        retry_after: Option<Duration>,
    },
    /// Too slow.
    #[error("{place}: {stage}; see whether the site is up, and raise the source's time-outs if it is always slow")]
    Timeout {
        /// Where.
        place: String,
        /// Which part.
        stage: Stage,
    },
    /// The name led nowhere.
    #[error("{place}: its name cannot be resolved ({reason}); check the spelling and this machine's name server")]
    Dns {
        /// Where.
        place: String,
        /// What the resolver said.
        reason: String,
    },
    /// No trustworthy encrypted connection.
    #[error("{place}: no trusted encrypted connection ({reason}); tell the site, its certificate may have run out")]
    Tls {
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// More than is taken.
    #[error("{place}: {limit}; watch a smaller feed of the site, or raise the limit")]
    TooLarge {
        /// Where.
        place: String,
        /// The cap.
        limit: Limit,
    },
    /// Not asked.
    #[error("{place} is not fetched: {reason}")]
    Blocked {
        /// Where.
        place: String,
        /// The rule.
        reason: Blocked,
    },
    /// The site's robots.txt could not be read, so nothing there is asked for.
    #[error("{place} is not fetched while the site's robots.txt cannot be read: {cause}")]
    RobotsUnread {
        /// Where.
        place: String,
        /// Why it could not be read.
        cause: Box<FetchError>,
    },
    /// A test for humans instead of the page.
    #[error("{place} shows {by}'s test for humans; ask the outlet to let this reader in, or use its feed")]
    Challenge {
        /// Where.
        place: String,
        /// Whose test.
        by: &'static str,
    },
    /// No proper HTTP, or a body cut short.
    #[error("{place}: {reason}; it is tried again, tell the site if it stays")]
    Broken {
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot be set up: {0}; check the proxy's address and this machine's root certificates")]
    Setup(String),
}

impl FetchError {
    /// The kind, for counting.
    #[must_use]
    pub fn kind(&self) -> TroubleKind {
        match self {
            Self::Status { .. } | Self::Broken { .. } | Self::Setup(_) => TroubleKind::HttpError,
            Self::RateLimited { .. } => TroubleKind::RateLimited,
            Self::Timeout { .. } => TroubleKind::Timeout,
            Self::Dns { .. } => TroubleKind::Dns,
            Self::Tls { .. } => TroubleKind::Tls,
            Self::TooLarge { .. } => TroubleKind::TooLarge,
            Self::Blocked { reason: Blocked::Robots, .. } => TroubleKind::Robots,
            Self::Blocked { .. } => TroubleKind::Blocked,
            // A site that is down is down; only its own refusal to show robots.txt is a matter of robots.
            Self::RobotsUnread { cause, .. } => match cause.kind() {
                TroubleKind::HttpError | TroubleKind::RateLimited => TroubleKind::Robots,
                other => other,
            },
            Self::Challenge { .. } => TroubleKind::Challenge,
        }
    }

    /// The address rule that forbade the request, for `fetch_blocked_total`.
    #[must_use]
    pub fn blocked(&self) -> Option<Blocked> {
        match self {
            Self::Blocked { reason, .. } => Some(*reason),
            Self::RobotsUnread { cause, .. } if self.kind() != TroubleKind::Robots => cause.blocked(),
            Self::RobotsUnread { .. } => Some(Blocked::Robots),
            _ => None,
        }
    }

    /// How long the site asks not to be asked again.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => *retry_after,
            Self::RobotsUnread { cause, .. } => cause.retry_after(),
            _ => None,
        }
    }

    /// The HTTP status, where there was an answer other than success.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } | Self::RateLimited { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// The address without credentials, query and fragment, for messages.
pub(super) fn place(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_place_without_its_query() {
        let url = Url::parse("https://user:pw@a.tw:8443/feed?key=secret#x").unwrap();
        let error = FetchError::Status { place: place(&url), status: 404 };
        assert_eq!(
            error.to_string(),
            "https://a.tw:8443/feed answered 404; open it in a browser and correct the source if it has moved"
        );
    }

    #[test]
    fn an_unread_robots_file_counts_by_its_cause() {
        let unread = |cause| FetchError::RobotsUnread { place: String::new(), cause: Box::new(cause) };
        let down = unread(FetchError::Timeout { place: String::new(), stage: Stage::Connect });
        assert_eq!((down.kind(), down.blocked()), (TroubleKind::Timeout, None));
        let refused = unread(FetchError::Status { place: String::new(), status: 500 });
        assert_eq!((refused.kind(), refused.blocked()), (TroubleKind::Robots, Some(Blocked::Robots)));
    }
}
