//! Keys with which programs use the API in the name of an account.

use std::net::IpAddr;

use chrono::TimeDelta;

use super::{Accounts, AuthError, secret};
use crate::{
    domain::{Account, Actor, Token, TokenHash},
    store::ApiKey,
};

/// How long a key may be used at the most: a year, so that forgotten ones end.
pub const LONGEST_KEY_LIFE: TimeDelta = TimeDelta::days(366);

impl Accounts {
    /// A new key of an account. What it is for is told in `label`; it ends after `life`, or after the longest a key may
    /// have.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn make_key(
        &self,
        account: &Account,
        label: &str,
        life: TimeDelta,
        address: IpAddr,
    ) -> Result<Token, AuthError> {
        let (token, now) = (secret::token()?, self.clock.now());
        let key = ApiKey {
            token: token.hash(),
            user: account.name.clone(),
            label: label.to_owned(),
            made_at: now,
            ends_at: now + life.min(LONGEST_KEY_LIFE),
            used_at: None,
        };
        self.store.add_api_key(key, Actor::account(account, &address.to_string())).await?;
        Ok(token)
    }

    /// In whose name a key is used, when it is good.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn holder(&self, token: &Token) -> Result<Option<Account>, AuthError> {
        let (token, now) = (token.hash(), self.clock.now());
        let account = self.store.account_of_key(&token, now).await?;
        if account.is_some() {
            self.store.note_api_key(&token, now).await?;
        }
        Ok(account)
    }

    /// Ends a key of an account at once. False when there is none of that hash.
    ///
    /// # Errors
    /// When it cannot be written; then the key is still good.
    pub async fn end_key(&self, account: &Account, token: &TokenHash, address: IpAddr) -> Result<bool, AuthError> {
        let actor = Actor::account(account, &address.to_string());
        Ok(self.store.end_api_key(&account.name, token, actor, self.clock.now()).await?)
    }
}
