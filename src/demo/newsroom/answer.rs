//! What a staged site answers, and when it may answer that nothing changed (RFC 9110 §13).

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::stamp;

/// An HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// How a site lets a poller say what it knows already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validator {
    /// `ETag`, byte for byte.
    Strong,
    /// `ETag` marked weak.
    Weak,
    /// `Last-Modified`.
    Date,
    /// Not at all.
    None,
}

/// What a poller says it knows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    pub(super) etag: Option<&'a str>,
    pub(super) since: Option<&'a str>,
}

impl Answer {
    pub(super) fn ok(content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status: 200, headers, body: body.into() }
    }

    pub(super) fn html(body: String) -> Self {
        Self::ok("text/html; charset=utf-8", body)
    }

    pub(super) fn not_found() -> Self {
        Self { status: 404, ..Self::html("<!DOCTYPE html><title>404</title><p>找不到網頁".to_owned()) }
    }

    /// A temporary redirect.
    pub(super) fn elsewhere(to: &str) -> Self {
        Self { status: 302, headers: vec![("location", to.to_owned())], body: Vec::new() }
    }

    /// A refusal with the seconds after which to ask again.
    pub(super) fn unavailable(seconds: u32) -> Self {
        let retry = ("retry-after", seconds.to_string());
        Self { status: 503, headers: vec![retry], body: Vec::new() }
    }

    /// The answer with its validator, or 304 when the poller knows it already. `changed` is when the page last changed.
    pub(super) fn validated(mut self, validator: Validator, changed: Option<DateTime<Utc>>, known: Known<'_>) -> Self {
        if self.status != 200 {
            return self;
        }
        let (header, same) = match validator {
            Validator::None => return self,
            Validator::Strong | Validator::Weak => {
                let tag = tag(&self.body);
                let same = known
                    .etag
                    .is_some_and(|list| list.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
                let mark = if validator == Validator::Weak { "W/" } else { "" };
                (("etag", format!("{mark}{tag}")), same)
            }
            Validator::Date => {
                let Some(changed) = changed.map(stamp::http) else { return self };
                let same = known.since == Some(changed.as_str());
                (("last-modified", changed), same)
            }
        };
        if same {
            return Self { status: 304, headers: vec![header], body: Vec::new() };
        }
        self.headers.push(header);
        self
    }
}

/// A quoted tag: the first eight bytes of the body's SHA-256 tell apart all a day can hold.
fn tag(body: &[u8]) -> String {
    let number = Sha256::digest(body).iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("\"{number:016x}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(answer: &Answer, name: &str) -> String {
        answer.headers.iter().find(|(n, _)| *n == name).unwrap().1.clone()
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let page = || Answer::html("頁".into());
        for validator in [Validator::Strong, Validator::Weak] {
            let etag = header(&page().validated(validator, None, Known::default()), "etag");
            assert_eq!(etag.starts_with("W/"), validator == Validator::Weak);
            let list = format!("\"other\", {etag}");
            let again = page().validated(validator, None, Known { etag: Some(&list), since: None });
            assert_eq!((again.status, again.body.len()), (304, 0));
            assert_eq!(page().validated(validator, None, Known { etag: Some("\"x\""), since: None }).status, 200);
        }
        let at = Some(DateTime::UNIX_EPOCH);
        let since = header(&page().validated(Validator::Date, at, Known::default()), "last-modified");
        assert_eq!(page().validated(Validator::Date, at, Known { etag: None, since: Some(&since) }).status, 304);
    }

    #[test]
    fn a_missing_page_is_never_unchanged() {
        let gone = Answer::not_found().validated(Validator::Strong, None, Known::default());
        assert_eq!((gone.status, gone.headers.len()), (404, 1));
    }
}
