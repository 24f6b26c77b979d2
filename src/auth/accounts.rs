//! Looking after accounts: adding, disabling, resetting, giving roles.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::json;

use super::{AuthError, hasher::Hasher, secret};
use crate::{
    clock::Clock,
    domain::{
        Account, AccountFault, AccountState, Action, Actor, City, Duties, Event, PersonName, Role, SessionLimits,
        Token, UserName,
    },
    store::{Changed, Link, Store},
};

/// The account that is offered when there is none.
const FIRST: (&str, &str) = ("admin", "系統管理者");

/// Everything about accounts. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    pub(super) store: Store,
    pub(super) hasher: Hasher,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: SessionLimits,
    /// Names of the city, which no password may hold.
    pub(super) city_words: Arc<[String]>,
}

impl Accounts {
    /// The accounts of a store.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn new(store: Store, clock: Arc<dyn Clock>, limits: SessionLimits, city: &City) -> Result<Self, AuthError> {
        Ok(Self { store, hasher: Hasher::new()?, clock, limits, city_words: city.cues.here.clone().into() })
    }

    /// Adds an account and returns the token of the link that sets it up; none when the name is taken.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn add(
        &self,
        actor: Actor,
        name: &UserName,
        person: PersonName,
        duties: Duties,
    ) -> Result<Option<Token>, AuthError> {
        let now = self.clock.now();
        let token = secret::token()?;
        let event = self.event(actor, Action::AccountAdded, name, &told(&duties));
        let account = Account {
            name: name.clone(),
            person,
            duties,
            state: AccountState::Invited,
            created_at: now,
            logged_in_at: None,
        };
        let added = self.store.add_account(account, Link { token: token.hash(), issued_at: now }, event).await?;
        Ok(added.then_some(token))
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn all(&self) -> Result<Vec<Account>, AuthError> {
        Ok(self.store.accounts().await?)
    }

    /// Disables an account; its sessions and links end.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn disable(&self, actor: Actor, name: &UserName) -> Result<Changed, AuthError> {
        let event = self.event(actor, Action::AccountDisabled, name, &json!({}));
        Ok(self.store.disable_account(name, event).await?)
    }

    /// Voids an account's password, sessions and links and returns the token of a new link; none when there is no such
    /// account. A disabled account is enabled by this.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn reset(&self, actor: Actor, name: &UserName) -> Result<Option<Token>, AuthError> {
        let token = secret::token()?;
        let event = self.event(actor, Action::AccountReset, name, &json!({}));
        let link = Link { token: token.hash(), issued_at: self.clock.now() };
        Ok((self.store.reset_account(name, link, event).await? == Changed::Done).then_some(token))
    }

    /// Gives an account other duties.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub async fn assign(&self, actor: Actor, name: &UserName, duties: Duties) -> Result<Changed, AuthError> {
        let event = self.event(actor, Action::RolesChanged, name, &told(&duties));
        Ok(self.store.assign_duties(name, duties, event).await?)
    }

    /// When there is no account at all, adds the first administrator's and returns the token of its link. Of several
    /// daemons that start at once, one does.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn first(&self) -> Result<Option<Token>, AuthError> {
        if !self.store.accounts().await?.is_empty() {
            return Ok(None);
        }
        let names = || Ok::<_, AccountFault>((UserName::parse(FIRST.0)?, PersonName::parse(FIRST.1)?));
        let Ok((name, person)) = names() else { return Ok(None) };
        self.add(Actor::daemon(), &name, person, Duties::given(BTreeSet::from([Role::Admin]), None, None)).await
    }

    pub(super) fn event(&self, actor: Actor, action: Action, subject: &UserName, detail: &serde_json::Value) -> Event {
        Event { at: self.clock.now(), actor, action, subject: subject.to_string(), detail: detail.to_string() }
    }
}

fn told(duties: &Duties) -> serde_json::Value {
    json!({ "roles": duties.role_names(), "agency": duties.agency(), "unit": duties.unit() })
}
