//! Coming in, being there, and going.

use std::net::{IpAddr, Ipv6Addr};

use serde_json::json;

use super::{Accounts, AuthError, secret};
use crate::{
    domain::{Account, Action, Actor, Token, UserName, sha256_hex},
    store::Attempt,
};

/// The part of an IPv6 address that tells one visitor from another: whoever has one address has its whole /64.
const VISITOR_PREFIX: u128 = !0 << 64;

impl Accounts {
    /// Whose session a token stands for, if it still lasts. `is_person` says whether somebody asked, rather than a
    /// script by itself: only that keeps a session from running out.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visit(&self, token: &Token, is_person: bool) -> Result<Option<Account>, AuthError> {
        let token = token.hash();
        let now = self.clock.now();
        let Some((session, account)) = self.store.session(&token).await? else { return Ok(None) };
        if !session.is_open(self.limits, now) {
            return Ok(None);
        }
        if is_person && session.is_to_be_noted(now) {
            self.store.note_session(&token, now).await?;
        }
        Ok(Some(account))
    }

    /// Lets somebody in who knows a name and its password, and ends the session that `replaces` stands for. An unknown
    /// name, a wrong password and a locked account cost the same and give the same answer: none.
    ///
    /// # Errors
    /// When too many try at once, or the database does not answer. Nobody is let in then.
    pub async fn log_in(
        &self,
        typed: &str,
        password: &str,
        address: IpAddr,
        replaces: Option<&Token>,
    ) -> Result<Option<Token>, AuthError> {
        let account = match UserName::parse(typed) {
            Ok(name) => self.store.account(&name).await?,
            Err(_) => None,
        };
        let attempt = self.attempt(typed, account.as_ref(), password, address).await?;
        let token = secret::token()?;
        let is_in = self.store.log_in(attempt, token.hash(), replaces.map(Token::hash)).await?;
        Ok(is_in.then_some(token))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When it cannot be written; then the session goes on.
    pub async fn log_out(&self, token: &Token, account: &Account, address: IpAddr) -> Result<(), AuthError> {
        let actor = Actor::account(account, &address.to_string());
        let event = self.event(actor, Action::LogOut, &account.name, &json!({}));
        Ok(self.store.log_out(&token.hash(), event).await?)
    }

    /// Checks a password against an account's, and says what the store is to decide on.
    pub(super) async fn attempt(
        &self,
        typed: &str,
        account: Option<&Account>,
        password: &str,
        address: IpAddr,
    ) -> Result<Attempt, AuthError> {
        let current = match account {
            Some(account) => self.store.last_passwords(&account.name).await?.into_iter().next(),
            None => None,
        };
        let fits = self.hasher.fits(password.to_owned(), current.clone()).await?;
        let shown = address.to_string();
        let actor = account.filter(|_| fits).map_or_else(|| Actor::visitor(&shown), |it| Actor::account(it, &shown));
        Ok(Attempt {
            address: format!("address:{}", visitor(address)),
            account: format!("account:{}", sha256_hex(typed.trim().to_lowercase().as_bytes())),
            actor,
            name: account.map(|account| account.name.clone()),
            fits: current.filter(|_| fits),
            at: self.clock.now(),
        })
    }
}

/// What an address is counted under.
fn visitor(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & VISITOR_PREFIX).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_with_a_whole_network_is_one_visitor() {
        let check = |address: &str, expect: &str| {
            assert_eq!(visitor(address.parse().unwrap()).to_string(), expect);
        };
        check("192.0.2.7", "192.0.2.7");
        check("::ffff:192.0.2.7", "192.0.2.7");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::");
    }
}
