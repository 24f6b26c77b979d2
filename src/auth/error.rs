//! Why nobody could be let in, or refused.

use crate::store::StoreError;

/// A failure that is not the visitor's.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// Too many passwords are being checked at once.
    #[error("passwords are being checked for too many at once; try again in some seconds")]
    Busy,
    /// The system gives no random bytes.
    #[error("no random bytes: {0}; see the system's log")]
    Random(#[from] getrandom::Error),
    /// A password could not be hashed.
    #[error("a password could not be hashed: {0}; see the free memory")]
    Hash(#[from] argon2::password_hash::Error),
    /// The hashing thread died.
    #[error("a password was not hashed: the thread died; this is a fault of the program, report it")]
    Interrupted,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthError {
    /// Whether the same may succeed a little later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        match self {
            Self::Busy => true,
            Self::Store(error) => error.retryable(),
            Self::Random(_) | Self::Hash(_) | Self::Interrupted => false,
        }
    }
}
