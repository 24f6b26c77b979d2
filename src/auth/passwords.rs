//! Setting a password: by a link, or by who knows the current one. Nobody sets another person's password, so that none
//! has to be changed at the first log-in.

use std::net::IpAddr;

use serde_json::json;

use super::{Accounts, AuthError, secret};
use crate::domain::{Account, Action, Actor, LINK_LIFE, Password, PasswordFault, Token, UserName, lasts};

/// What became of a set-up link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetUp {
    /// The account has its password.
    Done,
    /// The link is used, void or too old.
    Gone,
    /// The password breaks a rule; the link stays good.
    Refused(PasswordFault),
}

/// What became of a password that was to replace the current one.
#[derive(Debug, Clone)]
pub enum NewPassword {
    /// It did; this token stands for the one session that is left.
    Set(Token),
    /// The current password was wrong, or too many wrong ones were given before.
    Wrong,
    /// It breaks a rule.
    Refused(PasswordFault),
}

impl Accounts {
    /// Whom a link sets up, if it is still good.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn invited(&self, token: &Token) -> Result<Option<Account>, AuthError> {
        let invited = self.store.invited(&token.hash()).await?;
        Ok(invited.filter(|(_, since)| lasts(*since, LINK_LIFE, self.clock.now())).map(|(account, _)| account))
    }

    /// Uses a link: the account gets this password.
    ///
    /// # Errors
    /// When too many passwords are set at once, or it cannot be kept.
    pub async fn set_up(&self, token: &Token, password: &str, address: IpAddr) -> Result<SetUp, AuthError> {
        let Some(account) = self.invited(token).await? else { return Ok(SetUp::Gone) };
        let hash = match self.hashed(&account.name, password).await? {
            Ok(hash) => hash,
            Err(fault) => return Ok(SetUp::Refused(fault)),
        };
        let actor = Actor::account(&account, &address.to_string());
        let event = self.event(actor, Action::SetUp, &account.name, &json!({}));
        let is_set = self.store.set_up(&token.hash(), hash, event).await?;
        Ok(if is_set { SetUp::Done } else { SetUp::Gone })
    }

    /// Replaces a person's own password. All sessions end, and a new one begins.
    ///
    /// # Errors
    /// When too many passwords are checked at once, or it cannot be kept.
    pub async fn change_password(
        &self,
        account: &Account,
        current: &str,
        password: &str,
        address: IpAddr,
    ) -> Result<NewPassword, AuthError> {
        let attempt = self.attempt(account.name.as_str(), Some(account), current, address).await?;
        let token = secret::token()?;
        if attempt.fits.is_none() || self.store.is_locked(&attempt).await? {
            // The store counts the failure; under a lock nothing is told of the current password.
            self.store.change_password(attempt, None, token.hash()).await?;
            return Ok(NewPassword::Wrong);
        }
        let hash = match self.hashed(&account.name, password).await? {
            Ok(hash) => hash,
            Err(fault) => return Ok(NewPassword::Refused(fault)),
        };
        let is_set = self.store.change_password(attempt, Some(hash), token.hash()).await?;
        Ok(if is_set { NewPassword::Set(token) } else { NewPassword::Wrong })
    }

    /// The hash of a password that keeps all rules, the last of which needs the hashes of those before.
    async fn hashed(&self, name: &UserName, password: &str) -> Result<Result<String, PasswordFault>, AuthError> {
        let password = match Password::parse(password, name, &self.city_words) {
            Ok(password) => password,
            Err(fault) => return Ok(Err(fault)),
        };
        let before = self.store.last_passwords(name).await?;
        if self.hasher.fits_any(password.clone(), before).await? {
            return Ok(Err(PasswordFault::Used));
        }
        Ok(Ok(self.hasher.hash(password).await?))
    }
}
