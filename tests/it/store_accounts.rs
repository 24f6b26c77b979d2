//! What the store promises of accounts, sessions and the audit log, on both databases.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    domain::{
        Account, AccountState, Action, Actor, AuditFault, Duties, Event, Head, PersonName, Role, SessionLimits,
        TOKEN_BYTES, Token, TokenHash, UserName, Verification,
    },
    store::{Attempt, AuditFilter, Changed, Link, Store},
};
use sqlx::{AnyConnection, Connection};

use crate::{on_both, support::morning};

const LIMITS: SessionLimits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn token(n: u8) -> TokenHash {
    Token::new([n; TOKEN_BYTES]).hash()
}

fn event(action: Action, subject: &str) -> Event {
    Event { at: morning(), actor: Actor::command_line(), action, subject: subject.into(), detail: "{}".into() }
}

fn account(text: &str, roles: &[Role]) -> Account {
    Account {
        name: name(text),
        person: PersonName::parse("王小明").unwrap(),
        duties: Duties::given(roles.iter().copied().collect(), Some("工務局".into()), None),
        state: AccountState::Invited,
        created_at: morning(),
        logged_in_at: None,
    }
}

fn attempt(who: &str, hash: Option<&str>, at: DateTime<Utc>) -> Attempt {
    Attempt {
        address: "address:192.0.2.1".into(),
        account: format!("account:{who}"),
        actor: Actor::visitor("192.0.2.1"),
        name: UserName::parse(who).ok(),
        fits: hash.map(str::to_owned),
        at,
    }
}

/// An account that was set up with the password `hash` by the link `n`.
async fn active(store: &Store, who: &str, roles: &[Role], n: u8) {
    let link = Link { token: token(n), issued_at: morning() };
    assert!(store.add_account(account(who, roles), link, event(Action::AccountAdded, who)).await.unwrap());
    assert!(store.set_up(&token(n), "hash".into(), event(Action::SetUp, who)).await.unwrap());
}

async fn actions(store: &Store) -> Vec<String> {
    store.audit_rows(0, 100).await.unwrap().into_iter().map(|row| row.action).collect()
}

async fn verified(store: &Store, anchor: Option<Head>) -> Result<Head, AuditFault> {
    let mut verification = Verification::against(anchor);
    for row in store.audit_rows(0, 1_000).await.unwrap() {
        verification.read(&row)?;
    }
    verification.end()
}

on_both! {
    async fn an_account_is_added_once_and_set_up_once(database: Database) {
        let store = &database.store;
        let link = || Link { token: token(1), issued_at: morning() };
        let add = || store.add_account(account("wang", &[Role::Admin]), link(), event(Action::AccountAdded, "wang"));
        assert!(add().await.unwrap());
        assert!(!add().await.unwrap(), "the name is taken");
        let (invited, since) = store.invited(&token(1)).await.unwrap().unwrap();
        assert_eq!((invited, since), (account("wang", &[Role::Admin]), morning()));
        assert!(store.invited(&token(2)).await.unwrap().is_none());
        assert!(store.set_up(&token(1), "hash".into(), event(Action::SetUp, "wang")).await.unwrap());
        assert!(!store.set_up(&token(1), "other".into(), event(Action::SetUp, "wang")).await.unwrap());
        assert!(store.invited(&token(1)).await.unwrap().is_none());
        let found = store.account(&name("wang")).await.unwrap().unwrap();
        assert_eq!(found.state, AccountState::Active);
        assert_eq!(store.accounts().await.unwrap(), [found]);
        assert!(store.account(&name("nobody")).await.unwrap().is_none());
        assert_eq!(actions(store).await, ["account_added", "set_up"], "what was refused is not logged as done");
    }
}

on_both! {
    async fn a_log_in_opens_a_session_under_a_new_token(database: Database) {
        let store = &database.store;
        active(store, "wang", &[Role::DutyOfficer], 1).await;
        assert!(store.log_in(attempt("wang", Some("hash"), morning()), token(2), None).await.unwrap());
        assert!(store.log_in(attempt("wang", Some("hash"), morning()), token(3), Some(token(2))).await.unwrap());
        assert!(store.session(&token(2)).await.unwrap().is_none(), "the old token is dead");
        let (session, account) = store.session(&token(3)).await.unwrap().unwrap();
        assert_eq!((session.began_at, account.logged_in_at), (morning(), Some(morning())));
        let later = morning() + TimeDelta::minutes(5);
        store.note_session(&token(3), later).await.unwrap();
        store.note_session(&token(3), morning()).await.unwrap();
        assert_eq!(store.session(&token(3)).await.unwrap().unwrap().0.seen_at, later, "time does not go back");
        store.log_out(&token(3), event(Action::LogOut, "wang")).await.unwrap();
        store.log_out(&token(3), event(Action::LogOut, "wang")).await.unwrap();
        store.note_session(&token(3), later).await.unwrap();
        assert!(store.session(&token(3)).await.unwrap().is_none(), "a request in flight brings nothing back");
        assert_eq!(actions(store).await[2..], ["log_in", "log_in", "log_out"]);
    }
}

on_both! {
    async fn the_fifth_failure_locks_account_and_address_for_a_quarter_of_an_hour(database: Database) {
        let store = &database.store;
        active(store, "wang", &[Role::DutyOfficer], 1).await;
        active(store, "chen", &[Role::DutyOfficer], 2).await;
        let log_in = async |who: &str, hash, minute| {
            let at = morning() + TimeDelta::minutes(minute);
            store.log_in(attempt(who, hash, at), token(3), None).await.unwrap()
        };
        for minute in 0..5 {
            assert!(!log_in("wang", None, minute).await);
        }
        assert!(!log_in("wang", Some("hash"), 5).await, "the right password comes too late");
        assert!(!log_in("chen", Some("hash"), 5).await, "the address is locked as well");
        let elsewhere = |who: &str| Attempt {
            address: "address:192.0.2.9".into(), ..attempt(who, Some("hash"), morning() + TimeDelta::minutes(6))
        };
        assert!(!store.log_in(elsewhere("wang"), token(3), None).await.unwrap());
        assert!(store.log_in(elsewhere("chen"), token(4), None).await.unwrap());
        assert!(log_in("wang", Some("hash"), 19).await, "a quarter of an hour after the last failure");
        let logged = actions(store).await;
        let failed = logged.iter().filter(|action| *action == "log_in_failed").count();
        let locked = logged.iter().filter(|action| *action == "lock").count();
        assert_eq!((failed, locked), (5, 2));
    }
}

on_both! {
    async fn a_clock_set_back_keeps_no_lock(database: Database) {
        let store = &database.store;
        active(store, "wang", &[Role::DutyOfficer], 1).await;
        for _ in 0..5 {
            store.log_in(attempt("wang", None, morning()), token(3), None).await.unwrap();
        }
        let yesterday = morning() - TimeDelta::days(1);
        assert!(store.log_in(attempt("wang", Some("hash"), yesterday), token(3), None).await.unwrap());
    }
}

on_both! {
    async fn a_password_is_replaced_only_by_who_knows_the_current_one(database: Database) {
        let store = &database.store;
        active(store, "wang", &[Role::DutyOfficer], 1).await;
        store.log_in(attempt("wang", Some("hash"), morning()), token(2), None).await.unwrap();
        let change = async |from: Option<&str>, to: &str, n| {
            store.change_password(attempt("wang", from, morning()), Some(to.into()), token(n)).await.unwrap()
        };
        assert!(!change(None, "two", 3).await);
        assert!(!change(Some("stale"), "two", 3).await, "a hash that is no longer the current one");
        assert!(change(Some("hash"), "two", 3).await);
        assert!(store.session(&token(2)).await.unwrap().is_none(), "sessions from before end");
        assert!(store.session(&token(3)).await.unwrap().is_some());
        assert!(change(Some("two"), "three", 4).await && change(Some("three"), "four", 5).await);
        assert_eq!(store.last_passwords(&name("wang")).await.unwrap(), ["four", "three", "two"]);
    }
}

on_both! {
    async fn a_disabled_account_is_shut_out_and_a_reset_lets_it_in_again(database: Database) {
        let store = &database.store;
        active(store, "boss", &[Role::Admin], 1).await;
        active(store, "wang", &[Role::DutyOfficer], 2).await;
        store.log_in(attempt("wang", Some("hash"), morning()), token(3), None).await.unwrap();
        let disable = async |who: &str| {
            store.disable_account(&name(who), event(Action::AccountDisabled, who)).await.unwrap()
        };
        assert_eq!(disable("wang").await, Changed::Done);
        assert!(store.session(&token(3)).await.unwrap().is_none());
        assert!(!store.log_in(attempt("wang", Some("hash"), morning()), token(4), None).await.unwrap());
        let link = Link { token: token(5), issued_at: morning() };
        let reset = event(Action::AccountReset, "wang");
        assert_eq!(store.reset_account(&name("wang"), link, reset.clone()).await.unwrap(), Changed::Done);
        assert!(!store.log_in(attempt("wang", Some("hash"), morning()), token(4), None).await.unwrap());
        let newer = Link { token: token(6), issued_at: morning() };
        assert_eq!(store.reset_account(&name("wang"), newer.clone(), reset.clone()).await.unwrap(), Changed::Done);
        assert!(store.invited(&token(5)).await.unwrap().is_none(), "an earlier link is void");
        assert!(store.set_up(&token(6), "new".into(), event(Action::SetUp, "wang")).await.unwrap());
        assert!(store.log_in(attempt("wang", Some("new"), morning()), token(4), None).await.unwrap());
        assert_eq!(disable("boss").await, Changed::LastAdmin);
        assert_eq!(disable("nobody").await, Changed::Unknown);
        assert_eq!(store.reset_account(&name("nobody"), newer, reset).await.unwrap(), Changed::Unknown);
    }
}

on_both! {
    async fn duties_change_at_once_but_never_the_last_admins(database: Database) {
        let store = &database.store;
        active(store, "boss", &[Role::Admin], 1).await;
        active(store, "wang", &[Role::ReadOnly], 2).await;
        store.log_in(attempt("wang", Some("hash"), morning()), token(3), None).await.unwrap();
        let assign = async |who: &str, roles: &[Role]| {
            let duties = Duties::given(roles.iter().copied().collect(), None, None);
            store.assign_duties(&name(who), duties, event(Action::RolesChanged, who)).await.unwrap()
        };
        assert_eq!(assign("boss", &[Role::ReadOnly]).await, Changed::LastAdmin);
        assert_eq!(assign("wang", &[Role::Admin, Role::Approver]).await, Changed::Done);
        let (_, account) = store.session(&token(3)).await.unwrap().unwrap();
        assert_eq!(account.duties.roles(), &BTreeSet::from([Role::Approver, Role::Admin]));
        assert_eq!(assign("boss", &[Role::ReadOnly]).await, Changed::Done);
        assert_eq!(assign("nobody", &[Role::ReadOnly]).await, Changed::Unknown);
    }
}

on_both! {
    async fn what_is_over_is_forgotten_and_the_rest_is_kept(database: Database) {
        let store = &database.store;
        active(store, "wang", &[Role::DutyOfficer], 1).await;
        let link = Link { token: token(2), issued_at: morning() };
        store.add_account(account("chen", &[Role::ReadOnly]), link, event(Action::AccountAdded, "chen")).await.unwrap();
        store.log_in(attempt("wang", Some("hash"), morning()), token(3), None).await.unwrap();
        let after = async |minutes| {
            store.forget_expired(LIMITS, morning() + TimeDelta::minutes(minutes)).await.unwrap();
            (store.session(&token(3)).await.unwrap().is_some(), store.invited(&token(2)).await.unwrap().is_some())
        };
        assert_eq!(after(29).await, (true, true));
        assert_eq!(after(30).await, (false, true));
        assert_eq!(after(24 * 60).await, (false, false));
        store.log_in(attempt("wang", Some("hash"), morning()), token(3), None).await.unwrap();
        assert_eq!(after(-3 * 24 * 60).await, (false, false), "nor does a clock that was set back keep it");
    }
}

on_both! {
    async fn many_at_once_make_one_chain(database: Database) {
        let store = &database.store;
        let adds = (0..12_u8).map(|n| {
            let who = format!("user{n}");
            let link = Link { token: token(n), issued_at: morning() };
            let added = event(Action::AccountAdded, &who);
            let account = account(&who, &[Role::ReadOnly]);
            async move { store.add_account(account, link, added).await }
        });
        let added = futures_util::future::join_all(adds).await;
        assert!(added.into_iter().all(|added| added.unwrap()));
        let (head, count) = store.audit_head().await.unwrap();
        assert_eq!((head.seq, count), (12, 12));
        assert_eq!(verified(store, Some(head.clone())).await, Ok(head));
    }
}

on_both! {
    async fn the_log_is_paged_and_filtered(database: Database) {
        let store = &database.store;
        for n in 0..5_u8 {
            active(store, &format!("user{n}"), &[Role::ReadOnly], n).await;
        }
        let log = async |filter: AuditFilter, before, limit| {
            store.audit_log(&filter, before, limit).await.unwrap().into_iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        assert_eq!(log(AuditFilter::default(), None, 3).await, [10, 9, 8]);
        assert_eq!(log(AuditFilter::default(), Some(8), 3).await, [7, 6, 5]);
        let set_up = AuditFilter { action: Some(Action::SetUp), ..AuditFilter::default() };
        assert_eq!(log(set_up, None, 2).await, [10, 8]);
        let nobody = AuditFilter { actor: "nobody".into(), ..AuditFilter::default() };
        assert_eq!(log(nobody, None, 2).await, [0_i64; 0]);
    }
}

on_both! {
    async fn the_log_only_grows(database: Database) {
        active(&database.store, "wang", &[Role::ReadOnly], 1).await;
        let mut connection = AnyConnection::connect(&database.url).await.unwrap();
        for tampering in [
            "UPDATE audit SET subject = 'x' WHERE seq = 1",
            "DELETE FROM audit WHERE seq = 2",
            "DELETE FROM audit",
            "INSERT INTO audit SELECT 1, at, actor, role, address, action, 'x', detail, prev_hash, hash FROM audit \
             WHERE seq = 1",
        ] {
            assert!(sqlx::query(tampering).execute(&mut connection).await.is_err(), "{tampering}");
        }
        if database.store.kind() == "sqlite" {
            let replace = "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 1";
            assert!(sqlx::query(replace).execute(&mut connection).await.is_err(), "{replace}");
        } else {
            assert!(sqlx::query("TRUNCATE audit").execute(&mut connection).await.is_err());
        }
        assert_eq!(verified(&database.store, None).await.unwrap().seq, 2);
    }
}

on_both! {
    async fn who_gets_past_the_triggers_is_found_out(database: Database) {
        let store = &database.store;
        for n in 1..4_u8 {
            active(store, &format!("user{n}"), &[Role::ReadOnly], n).await;
        }
        let (anchor, _) = store.audit_head().await.unwrap();
        let mut connection = AnyConnection::connect(&database.url).await.unwrap();
        let unguard: &[&'static str] = if store.kind() == "sqlite" {
            &["DROP TRIGGER audit_is_not_changed", "DROP TRIGGER audit_is_not_deleted", "DROP TRIGGER audit_only_grows"]
        } else {
            &["DROP TRIGGER audit_is_not_changed ON audit"]
        };
        for sql in unguard {
            sqlx::query(*sql).execute(&mut connection).await.unwrap();
        }
        sqlx::query("UPDATE audit SET address = 'local.' WHERE seq = 3").execute(&mut connection).await.unwrap();
        assert_eq!(verified(store, None).await, Err(AuditFault::Altered(3)));
        sqlx::query("UPDATE audit SET address = 'local' WHERE seq = 3").execute(&mut connection).await.unwrap();
        assert_eq!(verified(store, None).await.as_ref(), Ok(&anchor));

        sqlx::query("DELETE FROM audit WHERE seq > 4").execute(&mut connection).await.unwrap();
        assert_eq!(verified(store, None).await.unwrap().seq, 4, "a chain alone does not miss its tail");
        let cut = verified(store, Some(anchor.clone())).await;
        assert_eq!(cut, Err(AuditFault::Truncated { last: 4, anchored: 6 }));

        sqlx::query("DELETE FROM audit").execute(&mut connection).await.unwrap();
        for n in 11..15_u8 {
            active(store, &format!("user{n}"), &[Role::ReadOnly], n).await;
        }
        assert_eq!(verified(store, None).await.unwrap().seq, 8, "a rebuilt chain holds by itself");
        assert_eq!(verified(store, Some(anchor)).await, Err(AuditFault::Rebuilt(6)));
    }
}

on_both! {
    async fn a_change_that_cannot_be_logged_does_not_take_place(database: Database) {
        let store = &database.store;
        active(store, "boss", &[Role::Admin], 1).await;
        active(store, "wang", &[Role::ReadOnly], 2).await;
        let mut connection = AnyConnection::connect(&database.url).await.unwrap();
        sqlx::query("ALTER TABLE audit RENAME TO elsewhere").execute(&mut connection).await.unwrap();
        assert!(store.disable_account(&name("wang"), event(Action::AccountDisabled, "wang")).await.is_err());
        assert!(store.log_in(attempt("wang", Some("hash"), morning()), token(3), None).await.is_err());
        assert_eq!(store.account(&name("wang")).await.unwrap().unwrap().state, AccountState::Active);
        assert!(store.session(&token(3)).await.unwrap().is_none());
    }
}
