//! Who asks for a page.

use std::net::IpAddr;

use crate::{
    domain::{Account, Actor, Role, Token},
    web::{Desk, access},
};

/// Somebody at the console, logged in or not.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// Where the request came from.
    pub address: IpAddr,
    /// Cases that wait for an answer, as the navigation tells them.
    pub awaiting: Option<u64>,
    session: Option<(Account, Token)>,
    /// In whose name a program asks that showed a key.
    key_of: Option<Account>,
    wants_json: bool,
    /// Whether pages offer a log-in at all.
    is_offered_log_in: bool,
}

impl Visitor {
    /// Somebody who is not logged in.
    pub fn nobody(address: IpAddr, desk: &Desk) -> Self {
        Self {
            address,
            awaiting: None,
            session: None,
            key_of: None,
            wants_json: false,
            is_offered_log_in: desk.console.entrance.offers_log_in,
        }
    }

    /// Somebody of whom nothing is known, on a page that says that something went wrong.
    pub fn unknown() -> Self {
        Self {
            address: IpAddr::from([0, 0, 0, 0]),
            awaiting: None,
            session: None,
            key_of: None,
            wants_json: false,
            is_offered_log_in: false,
        }
    }

    pub fn is_logged_in(&mut self, account: Account, token: Token) {
        self.session = Some((account, token));
    }

    /// A program that showed the key of this account. It has no session, and can neither log out nor change a password.
    pub fn uses_key(&mut self, account: Account) {
        self.key_of = Some(account);
    }

    pub fn reads_json(&mut self) {
        self.wants_json = true;
    }

    /// Whether what is refused is to be refused in JSON.
    pub fn wants_json(&self) -> bool {
        self.wants_json
    }

    pub fn session(&self) -> Option<(&Account, &Token)> {
        self.session.as_ref().map(|(account, token)| (account, token))
    }

    pub fn account(&self) -> Option<&Account> {
        self.key_of.as_ref().or(self.session.as_ref().map(|(account, _)| account))
    }

    pub fn holds_any(&self, roles: &[Role]) -> bool {
        self.account().is_some_and(|account| account.duties.include_any(roles))
    }

    /// Whether they may enter what an agency states: a contact only for the own one.
    pub fn may_state_for(&self, agency: &str) -> bool {
        let own = self.account().and_then(|account| account.duties.agency());
        let for_all: Vec<Role> = access::STATERS.iter().copied().filter(|role| *role != Role::AgencyContact).collect();
        self.holds_any(&for_all) || (self.holds_any(access::STATERS) && own == Some(agency))
    }

    /// What the pages call them.
    pub fn person(&self) -> Option<&str> {
        self.account().map(|account| account.person.as_str())
    }

    pub fn is_offered_log_in(&self) -> bool {
        self.is_offered_log_in && self.session.is_none()
    }

    /// What the audit log calls them.
    pub fn actor(&self) -> Actor {
        let address = self.address.to_string();
        self.account().map_or_else(|| Actor::visitor(&address), |account| Actor::account(account, &address))
    }
}

#[cfg(test)]
impl Visitor {
    /// Somebody on a page in a test.
    pub fn sample(account: Option<Account>) -> Self {
        let token = Token::new([7; crate::domain::TOKEN_BYTES]);
        Self { session: account.map(|account| (account, token)), is_offered_log_in: true, ..Self::unknown() }
    }
}
