//! How long a log-in lasts, and what failed ones lead to. Times are absolute, but none of them lasts longer because a clock
//! was set back: what lies ahead of the clock counts as over.

use std::fmt::{self, Write as _};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

/// Bytes of a token: 256 bits cannot be guessed.
pub const TOKEN_BYTES: usize = 32;

/// How long a set-up link may be used.
pub const LINK_LIFE: TimeDelta = TimeDelta::hours(24);

/// Failures after which an address or an account is locked (資通系統防護基準: five).
const MOST_FAILURES: u32 = 5;

/// How long it is locked, and how long failures are remembered (資通系統防護基準: fifteen minutes).
pub const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

/// Clocks of several machines differ a little; what lies further ahead than this was written before the clock was set
/// back.
const DRIFT: TimeDelta = TimeDelta::minutes(1);

/// Requests within this time are noted once, so that not every page costs a write. It makes the idle time shorter, never
/// longer.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A secret that stands for a person: in a cookie or a set-up link. Only its hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token of these random bytes.
    #[must_use]
    pub fn new(bytes: [u8; TOKEN_BYTES]) -> Self {
        Self(hex(&bytes))
    }

    /// Reads a token as it came back; none when it never was one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        (text.len() == TOKEN_BYTES * 2 && is_hex).then(|| Self(text.to_owned()))
    }

    /// The token itself, for the one who is to have it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256_hex(self.0.as_bytes()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 of a token, in hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash as it was kept.
    #[must_use]
    pub fn kept(hash: String) -> Self {
        Self(hash)
    }

    /// The hash as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without a request.
    pub idle: TimeDelta,
    /// In all.
    pub whole: TimeDelta,
}

/// A log-in that lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// When it began.
    pub began_at: DateTime<Utc>,
    /// The last request that was noted.
    pub seen_at: DateTime<Utc>,
}

impl Session {
    /// Whether it still lasts.
    #[must_use]
    pub fn is_open(&self, limits: SessionLimits, now: DateTime<Utc>) -> bool {
        lasts(self.began_at, limits.whole, now) && lasts(self.seen_at, limits.idle, now)
    }

    /// Whether a request now is to be noted.
    #[must_use]
    pub fn is_to_be_noted(&self, now: DateTime<Utc>) -> bool {
        now - self.seen_at >= NOTED_EVERY
    }
}

/// Failed log-ins from one address or to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// How many, since the last pause of fifteen minutes.
    pub failures: u32,
    /// The last one.
    pub failed_at: DateTime<Utc>,
    /// When there were too many.
    pub locked_at: Option<DateTime<Utc>>,
}

impl Tries {
    /// What one more failure makes of them.
    #[must_use]
    pub fn after_failure(before: Option<Self>, now: DateTime<Utc>) -> Self {
        let remembered = before.filter(|tries| tries.locked_at.is_none() && lasts(tries.failed_at, LOCKED_FOR, now));
        let failures = remembered.map_or(0, |tries| tries.failures).saturating_add(1);
        Self { failures, failed_at: now, locked_at: (failures >= MOST_FAILURES).then_some(now) }
    }

    /// Whether even the right password is refused.
    #[must_use]
    pub fn are_locked(&self, now: DateTime<Utc>) -> bool {
        self.locked_at.is_some_and(|at| lasts(at, LOCKED_FOR, now))
    }
}

/// Whether what began at `since` and takes `length` is under way.
#[must_use]
pub fn lasts(since: DateTime<Utc>, length: TimeDelta, now: DateTime<Utc>) -> bool {
    let passed = now - since;
    passed >= -DRIFT && passed < length
}

/// SHA-256 of bytes, in hex.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: SessionLimits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    #[test]
    fn a_session_ends_after_its_idle_and_its_whole_time() {
        let session = |seen| Session { began_at: at(0), seen_at: at(seen) };
        assert!(session(0).is_open(LIMITS, at(29)) && !session(0).is_open(LIMITS, at(30)));
        assert!(session(700).is_open(LIMITS, at(719)) && !session(700).is_open(LIMITS, at(720)));
    }

    #[test]
    fn a_clock_that_goes_back_lengthens_nothing() {
        let session = Session { began_at: at(0), seen_at: at(10) };
        assert!(session.is_open(LIMITS, at(9)), "clocks of two machines may differ by a minute");
        assert!(!session.is_open(LIMITS, at(8)) && !session.is_open(LIMITS, at(-60)));
        let locked = Tries { failures: 5, failed_at: at(0), locked_at: Some(at(0)) };
        assert!(locked.are_locked(at(14)) && !locked.are_locked(at(15)));
        assert!(!locked.are_locked(at(-60)), "a lock of yesterday's clock is not kept for a day");
    }

    #[test]
    fn the_fifth_failure_locks_and_a_pause_forgets() {
        let fail = |tries, minute| Some(Tries::after_failure(tries, at(minute)));
        let four = (0..4).fold(None, fail);
        assert!(!four.unwrap().are_locked(at(3)));
        let five = fail(four, 4).unwrap();
        assert!(five.are_locked(at(4)) && five.are_locked(at(18)) && !five.are_locked(at(19)));
        assert_eq!(fail(Some(five), 20).unwrap().failures, 1, "a lock that is over counts no more");
        assert_eq!(fail(four, 30).unwrap().failures, 1);
    }

    #[test]
    fn a_token_comes_back_as_it_went_and_is_never_written_out() {
        let token = Token::new([0xab; TOKEN_BYTES]);
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert_ne!(token.hash().as_str(), token.reveal());
        assert_eq!(format!("{token:?}"), "Token(…)");
        for bad in ["", "ab", &"AB".repeat(TOKEN_BYTES), &"zz".repeat(TOKEN_BYTES), &"ab".repeat(TOKEN_BYTES + 1)] {
            assert_eq!(Token::parse(bad), None, "{bad}");
        }
    }
}
