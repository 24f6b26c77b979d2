//! Accounts as people meet them: logging in and out, being locked out, what each role may do, and what gets past nobody.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use chrono::TimeDelta;
use clarion::{
    clock::Clock,
    domain::{Actor, Role, UserName},
    web::{Gate, RULES},
};

use crate::{
    on_both,
    support::{
        morning,
        room::{Answer, CLOSED, PASSWORD, Room, Setting},
        sqlite,
    },
};

const OTHER: &str = "q7#mLp2vXz9t";

#[tokio::test]
async fn nothing_but_the_doors_opens_without_a_log_in() {
    let room = Room::closed().await;
    for path in ["/", "/?q=x", "/reports/latest", "/reports/none", "/sources", "/password", "/accounts", "/audit"] {
        let answer = room.get(path).send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(answer.text.contains("action=\"/login\""), "{path}");
    }
    for path in ["/login", "/healthz", "/readyz"] {
        assert_eq!(room.get(path).send().await.status, StatusCode::OK, "{path}");
    }
    assert!(room.get("/sources?a=1").send().await.text.contains("name=\"next\" value=\"/sources?a=1\""));
}

#[tokio::test]
async fn where_reading_is_open_changes_still_need_a_log_in() {
    let room = Room::open(sqlite().await, &Setting { anyone_may_read: true, ..CLOSED });
    for path in ["/", "/reports/latest", "/sources"] {
        assert_eq!(room.get(path).send().await.status, StatusCode::OK, "{path}");
    }
    assert!(room.get("/").send().await.text.contains("<a href=\"/login\">登入</a>"));
    for rule in RULES.iter().filter(|rule| matches!(rule.gate, Gate::Persons | Gate::Holders(_))) {
        let answer = room.ask(rule.method.parse().unwrap(), &filled(rule.path)).send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{} {}", rule.method, rule.path);
    }
}

/// A path of a route.
fn filled(path: &str) -> String {
    path.replace("{id}", "none")
        .replace("{name}", "nobody")
        .replace("{token}", "x")
        .replace("{hash}", "x")
        .replace("{correction}", "none")
        .replace("{revision}", "1")
        .replace("{basis}", "none")
        .replace("{slug}", "0-0")
        .replace("{finding}", "none")
        .replace("{substitute}", "none")
        .replace("{explained}", "none")
}

#[tokio::test]
async fn every_role_may_what_the_table_says_and_no_more() {
    let room = Room::closed().await;
    let mut walked = 0;
    for role in Role::ALL {
        let name = role.name();
        room.person(name, &[role]).await;
        for rule in RULES {
            let cookie = room.cookie(name).await;
            let answer = room
                .ask(rule.method.parse().unwrap(), &filled(rule.path))
                .with(&cookie)
                .from("198.51.100.9")
                .send()
                .await;
            let may = match rule.gate {
                Gate::Holders(roles) => roles.contains(&role),
                Gate::Machines | Gate::Anybody | Gate::Readers | Gate::Persons => true,
            };
            let refused = answer.status == StatusCode::FORBIDDEN;
            assert_eq!(refused, !may, "{name}: {} {} answered {}", rule.method, rule.path, answer.status);
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{} {} has no route", rule.method, rule.path);
            walked += 1;
        }
    }
    assert_eq!(walked, Role::ALL.len() * RULES.len());
}

#[test]
fn the_table_says_what_was_decided() {
    let admin_only: BTreeSet<&str> =
        RULES.iter().filter(|rule| rule.gate == Gate::Holders(&[Role::Admin])).map(|rule| rule.path).collect();
    let others = ["/audit", "/messages/test"];
    let is_admins = |path: &&str| path.starts_with("/accounts") || path.contains("/units") || others.contains(path);
    assert!(admin_only.iter().all(is_admins), "{admin_only:?}");
    let correctors = Gate::Holders(&[Role::DutyOfficer, Role::AgencyContact, Role::Spokesperson, Role::Admin]);
    for rule in RULES.iter().filter(|rule| rule.path.starts_with("/reports") && rule.path.contains("/corrections")) {
        assert_eq!(rule.gate, correctors, "{}", rule.path);
    }
    for rule in RULES {
        let is_open = matches!(rule.gate, Gate::Machines | Gate::Anybody);
        let doors = ["/login", "/setup/{token}", "/healthz", "/readyz", "/assets/{hash}/{name}"];
        let is_public = rule.path.starts_with("/clarifications");
        assert_eq!(is_open, is_public || doors.contains(&rule.path), "{}", rule.path);
    }
}

on_both! {
    async fn who_knows_the_password_comes_in_and_is_named(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let answer = room.log_in(" Wang ", PASSWORD).send().await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sources"));
        let set = answer.headers["set-cookie"].to_str().unwrap();
        assert!(set.starts_with("clarion=") && set.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{set}");
        let page = room.get("/").with(&answer.cookie()).send().await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("<bdi>王小明</bdi>") && page.text.contains("登出"));
        assert!(!page.text.contains("帳號管理"), "only administrators are shown that");
    }
}

#[tokio::test]
async fn over_https_the_cookie_is_bound_to_it() {
    let room = Room::open(sqlite().await, &Setting { public_url: Some("https://clarion.example"), ..CLOSED });
    room.person("wang", &[Role::DutyOfficer]).await;
    let answer = room.log_in("wang", PASSWORD).send().await;
    let set = answer.headers["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("__Host-clarion=") && set.ends_with("; Secure"), "{set}");
    assert!(room.is_in(&answer.cookie()).await);
}

#[tokio::test]
async fn a_log_in_gives_a_new_token_and_ends_the_old_one() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let first = room.cookie("wang").await;
    let second = room.log_in("wang", PASSWORD).with(&first).send().await.cookie();
    assert_ne!(first, second);
    assert!(!room.is_in(&first).await && room.is_in(&second).await);
    let planted = format!("clarion={}", "0".repeat(64));
    assert_ne!(room.log_in("wang", PASSWORD).with(&planted).send().await.cookie(), planted);
    assert!(!room.is_in(&planted).await);
}

on_both! {
    async fn an_old_cookie_opens_nothing_after_log_out_disabling_or_a_new_password(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("boss", &[Role::Admin]).await;
        room.person("wang", &[Role::DutyOfficer]).await;
        let name = UserName::parse("wang").unwrap();

        let cookie = room.cookie("wang").await;
        let out = room.post("/logout", &[]).with(&cookie).send().await;
        assert_eq!(out.location(), "/login?after=logout");
        assert!(out.headers["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert!(!room.is_in(&cookie).await);

        let (here, there) = (room.cookie("wang").await, room.cookie("wang").await);
        let fields = [("current", PASSWORD), ("new", OTHER), ("again", OTHER)];
        let changed = room.post("/password", &fields).with(&here).send().await;
        assert!(changed.text.contains("密碼已變更"), "{}", changed.text);
        assert!(!room.is_in(&here).await && !room.is_in(&there).await);
        assert!(room.is_in(&changed.cookie()).await);

        room.accounts.disable(Actor::command_line(), &name).await.unwrap();
        assert!(!room.is_in(&changed.cookie()).await);
        assert_eq!(room.log_in("wang", OTHER).send().await.status, StatusCode::UNAUTHORIZED);
        room.accounts.reset(Actor::command_line(), &name).await.unwrap();
        assert_eq!(room.log_in("wang", OTHER).send().await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_session_ends_when_nobody_is_there_and_at_the_latest_after_twelve_hours() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let idle = room.cookie("wang").await;
    for _ in 0..3 {
        room.clock.pass(TimeDelta::minutes(10));
        assert_eq!(
            room.get("/reports/latest").with(&idle).send().await.status.is_success(),
            room.clock.now() < morning() + TimeDelta::minutes(30)
        );
    }
    assert!(!room.is_in(&idle).await, "the script that asks by itself is nobody");
    let busy = room.cookie("wang").await;
    for _ in 0..(12 * 60 / 20 - 1) {
        room.clock.pass(TimeDelta::minutes(20));
        assert!(room.is_in(&busy).await);
    }
    room.clock.pass(TimeDelta::minutes(20));
    assert!(!room.is_in(&busy).await);
}

#[tokio::test]
async fn a_clock_that_goes_back_lengthens_no_session_no_lock_and_no_link() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let (cookie, token) = (room.cookie("wang").await, room.invite("chen", &[Role::ReadOnly]).await);
    for _ in 0..5 {
        room.log_in("nobody", "wrong").from("198.51.100.1").send().await;
    }
    room.clock.pass(TimeDelta::hours(-1));
    assert!(!room.is_in(&cookie).await);
    assert_eq!(room.get(&format!("/setup/{}", token.reveal())).send().await.status, StatusCode::GONE);
    assert_eq!(room.log_in("wang", PASSWORD).from("198.51.100.1").send().await.status, StatusCode::SEE_OTHER);
}

on_both! {
    async fn five_failures_lock_and_the_answer_tells_nothing(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let unknown = room.log_in("nobody", "wrong").from("198.51.100.1").send().await;
        for _ in 0..5 {
            let wrong = room.log_in("wang", "wrong").send().await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        }
        let locked = room.log_in("wang", PASSWORD).send().await;
        let elsewhere = room.log_in("wang", PASSWORD).from("198.51.100.2").send().await;
        let told = |answer: &Answer, name: &str| answer.text.replace(&format!("value=\"{name}\""), "value=\"\"");
        assert_eq!(locked.status, unknown.status);
        assert_eq!(told(&locked, "wang"), told(&unknown, "nobody"), "wrong, locked and unknown look the same");
        assert_eq!(told(&elsewhere, "wang"), told(&unknown, "nobody"));
        room.clock.pass(TimeDelta::minutes(14));
        assert_eq!(room.log_in("wang", PASSWORD).send().await.status, StatusCode::UNAUTHORIZED);
        room.clock.pass(TimeDelta::minutes(1));
        assert_eq!(room.log_in("wang", PASSWORD).send().await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn failures_are_counted_by_the_visitor_a_trusted_proxy_names() {
    let room = Room::open(sqlite().await, &Setting { trusted: vec!["192.0.2.1/32"], ..CLOSED });
    room.person("wang", &[Role::DutyOfficer]).await;
    for n in 0..5 {
        let ask = room.log_in(&format!("guess{n}"), "wrong").header("x-forwarded-for", "203.0.113.5");
        ask.send().await;
    }
    let from =
        async |visitor: &str| room.log_in("wang", PASSWORD).header("x-forwarded-for", visitor).send().await.status;
    assert_eq!(from("203.0.113.5").await, StatusCode::UNAUTHORIZED);
    assert_eq!(from("10.9.9.9, 203.0.113.5").await, StatusCode::UNAUTHORIZED, "what the visitor wrote is not believed");
    assert_eq!(from("203.0.113.6").await, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_stolen_session_cannot_be_used_to_guess_the_password() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let cookie = room.cookie("wang").await;
    let change = |current| {
        let fields = [("current", current), ("new", PASSWORD), ("again", PASSWORD)];
        room.post("/password", &fields).with(&cookie).send()
    };
    assert!(change(PASSWORD).await.text.contains("最近 3 次"));
    for _ in 0..5 {
        assert!(change("wrong").await.text.contains("目前密碼不正確"));
    }
    assert!(change(PASSWORD).await.text.contains("目前密碼不正確"), "locked: not even the right one is told");
}

#[tokio::test]
async fn a_new_password_keeps_the_rules_and_the_fault_stands_beside_its_field() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let cookie = room.cookie("wang").await;
    for (new, again, field, words) in [
        ("short", "short", "new", "至少須 12 個字元"),
        ("password12345", "password12345", "new", "過於常見"),
        ("wang-q7#mLp2vXz9t", "wang-q7#mLp2vXz9t", "new", "不得包含帳號"),
        ("高雄的夜市燈火裡有一隻貓", "高雄的夜市燈火裡有一隻貓", "new", "不得包含帳號"),
        (PASSWORD, PASSWORD, "new", "最近 3 次"),
        (OTHER, "different", "again", "不一致"),
    ] {
        let fields = [("current", PASSWORD), ("new", new), ("again", again)];
        let page = room.post("/password", &fields).with(&cookie).send().await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(page.text.contains(words) && page.text.contains(&format!("id=\"{field}-error\"")), "{new}");
        assert!(page.text.contains("aria-invalid=\"true\"") && !page.text.contains(new), "{new}");
    }
    assert!(room.is_in(&cookie).await);
}

on_both! {
    async fn a_set_up_link_is_good_once_and_for_a_day(database: Database) {
        let room = Room::open(database, &CLOSED);
        let path = format!("/setup/{}", room.invite("wang", &[Role::DutyOfficer]).await.reveal());
        let page = room.get(&path).send().await;
        assert!(page.text.contains("設定密碼") && page.text.contains("<code>wang</code>"));
        assert_eq!(room.get(&path).send().await.status, StatusCode::OK, "looking at it does not use it up");
        let short = room.post(&path, &[("new", "short"), ("again", "short")]).send().await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        let set = || room.post(&path, &[("new", PASSWORD), ("again", PASSWORD)]).send();
        assert_eq!(set().await.location(), "/login?after=setup");
        assert_eq!(set().await.status, StatusCode::GONE);
        assert_eq!(room.get(&path).send().await.status, StatusCode::GONE);
        room.cookie("wang").await;

        let late = format!("/setup/{}", room.invite("chen", &[Role::ReadOnly]).await.reveal());
        room.clock.pass(TimeDelta::hours(24));
        assert_eq!(room.get(&late).send().await.status, StatusCode::GONE);
        for path in ["/setup/x".to_owned(), format!("/setup/{}", "0".repeat(64)), "/setup/%00".to_owned()] {
            assert_eq!(room.get(&path).send().await.status, StatusCode::GONE, "{path}");
        }
    }
}

#[tokio::test]
async fn the_first_account_is_offered_only_where_there_is_none() {
    let room = Room::closed().await;
    let token = room.accounts.first().await.unwrap().expect("nobody is there");
    assert!(room.accounts.first().await.unwrap().is_none(), "it is offered once");
    let path = format!("/setup/{}", token.reveal());
    room.post(&path, &[("new", PASSWORD), ("again", PASSWORD)]).send().await;
    let cookie = room.cookie("admin").await;
    assert_eq!(room.get("/accounts").with(&cookie).send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_the_consoles_own_pages_change_anything() {
    let room = Room::open(sqlite().await, &Setting { public_url: Some("https://clarion.example"), ..CLOSED });
    for (site, origin, passes) in [
        (None, None, true),
        (Some("same-origin"), None, true),
        (Some("none"), None, true),
        (Some("same-site"), None, false),
        (Some("cross-site"), None, false),
        (Some("cross-site"), Some("https://evil.example"), false),
        (Some("same-site"), Some("https://other.example"), false),
        (None, Some("https://evil.example"), false),
        (None, Some("null"), false),
        (None, Some("http://inside:8080"), true),
        (None, Some("https://clarion.example"), true),
        (None, Some("https://clarion.example.evil.example"), false),
    ] {
        for (method, safe) in [("GET", true), ("HEAD", true), ("POST", false), ("PUT", false), ("DELETE", false)] {
            let mut ask = room.ask(method.parse().unwrap(), "/login").header("host", "inside:8080");
            for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
                if let Some(value) = value {
                    ask = ask.header(name, value);
                }
            }
            let refused = ask.send().await.status == StatusCode::FORBIDDEN;
            assert_eq!(refused, !passes && !safe, "{method} {site:?} {origin:?}");
        }
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let room = Room::closed().await;
    room.person("boss", &[Role::Admin]).await;
    let cookie = room.cookie("boss").await;
    let (before, _) = room.store.audit_head().await.unwrap();
    for rule in RULES.iter().filter(|rule| rule.method == "GET") {
        room.get(&filled(rule.path)).with(&cookie).send().await;
    }
    for rule in
        RULES.iter().filter(|rule| rule.method == "POST" && rule.path != "/login" && !rule.path.starts_with("/setup"))
    {
        let status = room.get(&filled(rule.path)).with(&cookie).send().await.status;
        let has_page = RULES.iter().any(|other| other.method == "GET" && other.path == rule.path);
        assert_eq!(status == StatusCode::METHOD_NOT_ALLOWED, !has_page, "{}", rule.path);
    }
    assert_eq!(room.store.audit_head().await.unwrap().0, before);
}

#[tokio::test]
async fn an_administrator_adds_changes_disables_and_resets() {
    let room = Room::closed().await;
    room.person("boss", &[Role::Admin]).await;
    let cookie = room.cookie("boss").await;
    let post = |path: &str, fields: &[(&str, &str)]| room.post(path, fields).with(&cookie).send();
    let fields = [("name", "chen"), ("person", "陳大文"), ("role", "duty_officer"), ("role", "approver")];
    let added = post("/accounts", &fields).await;
    assert!(added.text.contains("一次性連結") && added.text.contains("陳大文") && added.text.contains("待設定密碼"));
    let path = added.link();
    assert!(!room.get("/accounts").with(&cookie).send().await.text.contains("/setup/"), "the link is shown once");
    room.post(&path, &[("new", PASSWORD), ("again", PASSWORD)]).send().await;
    let chen = room.cookie("chen").await;

    let again = post("/accounts", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text.contains("id=\"name-error\"") && again.text.contains("value=\"陳大文\""));
    for (field, value, error) in [
        ("name", "陳", "name-error"),
        ("person", "", "person-error"),
        ("role", "king", "roles-error"),
        ("body", "無此局", "body-error"),
    ] {
        let fields: Vec<(&str, &str)> = [("name", "lin"), ("person", "林"), ("role", "read_only"), ("body", "")]
            .map(|(name, given)| (name, if name == field { value } else { given }))
            .into();
        let page = post("/accounts", &fields).await;
        assert!(page.text.contains(&format!("id=\"{error}\"")), "{field}");
    }

    let page = post("/accounts/chen/duties", &[("role", "admin")]).await;
    assert!(page.text.contains("已更新"));
    assert_eq!(room.get("/audit").with(&chen).send().await.status, StatusCode::OK, "roles hold at once");
    assert!(post("/accounts/chen/duties", &[]).await.text.contains("roles-error"));
    assert!(post("/accounts/chen/disable", &[]).await.text.contains("帳號已停用"));
    assert!(!room.is_in(&chen).await);
    assert_eq!(post("/accounts/boss/disable", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(post("/accounts/boss/duties", &[("role", "read_only")]).await.status, StatusCode::CONFLICT);
    let reset = post("/accounts/chen/reset", &[]).await;
    assert_ne!(reset.link(), path);
    assert_eq!(post("/accounts/nobody/reset", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(post("/accounts/%00/disable", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(room.get("/accounts/nobody").with(&cookie).send().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_audit_page_tells_who_did_what_and_no_secret() {
    let room = Room::closed().await;
    room.person("boss", &[Role::Admin]).await;
    room.log_in("secret-typed-as-name", "wrong").send().await;
    let cookie = room.cookie("boss").await;
    let log = async |query: &str| room.get(&format!("/audit{query}")).with(&cookie).send().await.text;
    let all = log("").await;
    for words in ["登入失敗", "新增帳號", "設定密碼", "192.0.2.1", "(command line)", "(unknown)", "系統管理者"]
    {
        assert!(all.contains(words), "{words}");
    }
    for secret in ["secret-typed-as-name", PASSWORD, "argon2", cookie.split('=').nth(1).unwrap()] {
        assert!(!all.contains(secret), "{secret}");
    }
    let only = log("?action=log_in").await;
    assert!(
        only.contains("<td data-name=\"動作\">登入</td>") && !only.contains("<td data-name=\"動作\">登入失敗</td>")
    );
    assert!(log("?actor=nobody").await.contains("查無紀錄"));
    for n in 0..60 {
        room.log_in(&format!("guess{n}"), "wrong").from("198.51.100.7").send().await;
        room.clock.pass(TimeDelta::minutes(16));
    }
    let cookie = room.cookie("boss").await;
    let page = room.get("/audit").with(&cookie).send().await.text;
    let next = page.split_once("rel=\"next\" href=\"").and_then(|(_, rest)| rest.split_once('"')).unwrap().0;
    assert!(room.get(next).with(&cookie).send().await.text.contains("回最新一頁"));
}
