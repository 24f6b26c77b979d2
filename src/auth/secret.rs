//! Secrets nobody can guess.

use super::AuthError;
use crate::domain::{TOKEN_BYTES, Token};

/// Random bytes of the operating system.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], AuthError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A new token.
pub(super) fn token() -> Result<Token, AuthError> {
    Ok(Token::new(bytes::<TOKEN_BYTES>()?))
}
