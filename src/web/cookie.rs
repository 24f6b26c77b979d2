//! The cookie that holds a session's token.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};

use crate::domain::Token;

/// Its name over https. The prefix makes browsers refuse it from elsewhere, without `Secure`, and for part of the site.
const SECURE_NAME: &str = "__Host-clarion";

/// Its name without https, where browsers refuse the prefix.
const PLAIN_NAME: &str = "clarion";

fn name(is_secure: bool) -> &'static str {
    if is_secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The token a request brings.
pub(super) fn token(headers: &HeaderMap, is_secure: bool) -> Option<Token> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name(is_secure)).and_then(|(_, value)| Token::parse(value))
}

/// Gives a browser the token until it is closed; when the session ends is known here alone.
pub(super) fn give(token: &Token, is_secure: bool) -> Option<HeaderValue> {
    written(token.reveal(), "", is_secure)
}

/// Takes it away.
pub(super) fn take(is_secure: bool) -> Option<HeaderValue> {
    written("", "; Max-Age=0", is_secure)
}

fn written(value: &str, age: &str, is_secure: bool) -> Option<HeaderValue> {
    let (name, secure) = (name(is_secure), if is_secure { "; Secure" } else { "" });
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TOKEN_BYTES;

    #[test]
    fn the_prefix_goes_with_https() {
        let given = |is_secure| give(&Token::new([1; TOKEN_BYTES]), is_secure).unwrap().to_str().unwrap().to_owned();
        let value = "01".repeat(TOKEN_BYTES);
        assert_eq!(given(true), format!("__Host-clarion={value}; Path=/; HttpOnly; SameSite=Lax; Secure"));
        assert_eq!(given(false), format!("clarion={value}; Path=/; HttpOnly; SameSite=Lax"));
        assert!(take(true).unwrap().to_str().unwrap().contains("Max-Age=0"));
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let sent = Token::new([1; TOKEN_BYTES]);
        let check = |line: String, expect: Option<&Token>| {
            let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(&line).unwrap())]);
            assert_eq!(token(&headers, true).as_ref(), expect, "{line}");
        };
        check(format!("a=b; __Host-clarion={}; c", sent.reveal()), Some(&sent));
        check(format!("clarion={}", sent.reveal()), None);
        check("__Host-clarion=short".into(), None);
        check(String::new(), None);
    }
}
