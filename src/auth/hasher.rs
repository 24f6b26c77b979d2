//! Hashing of passwords: slow and large on purpose, so that a stolen database does not give them away, and for the same
//! reason done for a few at a time.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{Error, PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;

use super::{AuthError, secret};
use crate::domain::{LONGEST_PASSWORD, Password};

/// Memory in KiB, passes and lanes, as OWASP recommends for argon2id: about 20 ms and 19 MiB each.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Memory in KiB and passes of a stored hash beyond which it is not computed: a row that was tampered with must not take
/// the machine down.
const MOST_COST: (u32, u32) = (COST.0 * 4, COST.1 * 4);

/// Passwords worked on at once: 76 MiB, and a core or two.
const AT_ONCE: usize = 4;

/// How long a visitor waits for a turn before being told to come back.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of the salt, as the PHC format recommends.
const SALT_BYTES: usize = 16;

/// Hashes and checks passwords. Cheap to clone; clones share the turns.
#[derive(Clone)]
pub(super) struct Hasher {
    turns: Arc<Semaphore>,
    /// What the password of somebody who does not exist is checked against, so that it takes as long.
    nobody: Arc<str>,
}

impl Hasher {
    /// A hasher with all its turns free.
    pub fn new() -> Result<Self, AuthError> {
        let nobody = hashed(&secret::bytes::<SALT_BYTES>()?)?;
        Ok(Self { turns: Arc::new(Semaphore::new(AT_ONCE)), nobody: nobody.into() })
    }

    /// The hash of a password, in PHC form.
    pub async fn hash(&self, password: Password) -> Result<String, AuthError> {
        self.in_turn(move || hashed(password.as_bytes())).await?
    }

    /// Whether a password fits a hash. Without a hash it fits nothing, and that takes as long to find out.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, AuthError> {
        let (against, exists) = (hash.clone().unwrap_or_else(|| self.nobody.to_string()), hash.is_some());
        // A text too long to be a password is not worked on, but costs the same.
        let (password, may_fit) =
            if password.len() > LONGEST_PASSWORD { (String::new(), false) } else { (password, exists) };
        Ok(self.in_turn(move || fits(password.as_bytes(), &against)).await?? && may_fit)
    }

    /// Whether a password fits one of several hashes.
    pub async fn fits_any(&self, password: Password, hashes: Vec<String>) -> Result<bool, AuthError> {
        self.in_turn(move || {
            for hash in hashes {
                if fits(password.as_bytes(), &hash)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await?
    }

    /// Runs `work` in a thread of its own when it is its turn. The turn goes with the work: a visitor who goes away early
    /// does not free it before the memory is free.
    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, AuthError> {
        let waiting = Arc::clone(&self.turns).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| AuthError::Busy)?;
        let turn = turn.map_err(|_| AuthError::Interrupted)?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        working.await.map_err(|_| AuthError::Interrupted)
    }
}

fn hashed(password: &[u8]) -> Result<String, AuthError> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| Error::ParamsInvalid)?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Ok(argon2.hash_password_with_salt(password, &secret::bytes::<SALT_BYTES>()?)?.to_string())
}

fn fits(password: &[u8], hash: &str) -> Result<bool, AuthError> {
    let hash = PasswordHash::new(hash).map_err(|_| Error::EncodingInvalid)?;
    let params = Params::try_from(&hash).map_err(|_| Error::ParamsInvalid)?;
    if params.m_cost() > MOST_COST.0 || params.t_cost() > MOST_COST.1 {
        return Err(Error::ParamsInvalid.into());
    }
    match Argon2::default().verify_password(password, &hash) {
        Ok(()) => Ok(true),
        Err(Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UserName;

    fn password(text: &str) -> Password {
        Password::parse(text, &UserName::parse("wang").unwrap(), &[]).unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let hasher = Hasher::new().unwrap();
        let hash = hasher.hash(password("q7#mLp2vXz9t")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let fits = async |text: &str, hash: Option<&String>| hasher.fits(text.into(), hash.cloned()).await.unwrap();
        assert!(fits("q7#mLp2vXz9t", Some(&hash)).await);
        assert!(!fits("q7#mLp2vXz9T", Some(&hash)).await);
        assert!(!fits("q7#mLp2vXz9t", None).await);
        assert!(!fits(&"x".repeat(LONGEST_PASSWORD + 1), Some(&hash)).await);
        let others = vec![hasher.hash(password("騎樓下的貓最愛看夜市燈火")).await.unwrap(), hash];
        assert!(hasher.fits_any(password("q7#mLp2vXz9t"), others.clone()).await.unwrap());
        assert!(!hasher.fits_any(password("騎樓下的貓不愛看夜市燈火"), others).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_fifth_visitor_waits_two_seconds_and_is_told_to_come_back() {
        let hasher = Hasher::new().unwrap();
        let held = Arc::clone(&hasher.turns).acquire_many_owned(4).await.unwrap();
        assert!(matches!(hasher.fits("x".into(), None).await, Err(AuthError::Busy)));
        drop(held);
        assert!(!hasher.fits("x".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_visitor_who_goes_away_frees_no_turn_before_the_work_is_done() {
        let hasher = Hasher::new().unwrap();
        let (end, ended) = std::sync::mpsc::channel::<()>();
        {
            let mut working = Box::pin(hasher.in_turn(move || ended.recv()));
            assert!(futures_util::poll!(&mut working).is_pending());
        }
        assert_eq!(hasher.turns.available_permits(), AT_ONCE - 1);
        end.send(()).unwrap();
        drop(Arc::clone(&hasher.turns).acquire_many_owned(4).await.unwrap());
    }

    #[test]
    fn a_hash_that_would_take_the_machine_down_is_not_computed() {
        let huge = "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHRzYWx0$WWFkYQkJCQkJCQkJCQkJCQ";
        assert!(matches!(fits(b"x", huge), Err(AuthError::Hash(_))));
        assert!(fits(b"x", "not a hash").is_err());
    }
}
