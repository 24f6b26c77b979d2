//! The console's pages of cases: a case is opened by hand, given to an agency, seen to; who may not is refused.

use axum::http::StatusCode;
use clarion::domain::{Audience, Channel, ChannelId, Destination, Level, Office, Role};

use crate::{
    facts::{RELEASE, put, statement},
    support::{
        built_in,
        room::{CLOSED, NOBODY, Room},
        sqlite,
    },
};

const AGENCY: &str = "高雄市政府水利局";

/// The version on the page of a case, as its forms send it.
fn version(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"version\" value=\"").expect("the page has a form");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_case_is_opened_by_hand_assigned_and_seen_to() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    room.contact("chen", AGENCY).await;
    room.contact("lin", "高雄市政府交通局").await;
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let (chen, lin) = (room.cookie("chen").await, room.cookie("lin").await);
    let get = async |path: &str, cookie: &str| room.get(path).with(cookie).send().await;
    let post =
        async |path: &str, fields: &[(&str, &str)], cookie: &str| room.post(path, fields).with(cookie).send().await;

    assert!(get("/cases", &reader).await.text.contains("目前沒有待辦案件"));
    assert!(!get("/cases", &reader).await.text.contains("/cases/new"));
    assert_eq!(get("/cases/new", &reader).await.status, StatusCode::FORBIDDEN);
    assert!(get("/cases/new", &wang).await.text.contains("開立案件"));
    let fields = [("title", "箱涵<b>工程"), ("level", "B")];
    assert_eq!(post("/cases", &fields, &reader).await.status, StatusCode::FORBIDDEN);
    let refused = post("/cases", &[("title", "路燈不亮"), ("level", "C"), ("matter", "不亮")], &wang).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("轉錄 1999 須有具體事項與地點") && refused.text.contains("路燈不亮"));
    let opened = post("/cases", &fields, &wang).await;
    let page = opened.location().to_owned();

    let list = get("/cases", &wang).await.text;
    for words in [page.as_str(), "箱涵&#60;b&#62;工程", "尚未分派", "待查證", "一般", "發布回應時限", "剩 "]
    {
        assert!(list.contains(words), "{words}: {list}");
    }
    assert!(list.contains("件待辦"), "the navigation counts it");
    assert!(!get("/cases", &lin).await.text.contains(&page), "a contact sees the own agency first");
    assert!(get("/cases?agency=all", &lin).await.text.contains(&page));

    let shown = get(&page, &wang).await.text;
    for words in ["時限說明", "開立案件", "分派", "時限由此起算", "辦理歷程"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(get(&page, &chen).await.text.contains("目前沒有您可辦理的步驟"), "it is nobody's yet");
    let steps = format!("{page}/steps");
    let seen = version(&shown);
    let assign = [("step", "assign"), ("version", seen.as_str()), ("to", AGENCY)];
    assert_eq!(post(&steps, &assign, &reader).await.status, StatusCode::FORBIDDEN);
    let refused = post(&steps, &assign, &chen).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("回案件"), "{}", refused.text);
    let outside = [("step", "assign"), ("version", seen.as_str()), ("to", "無此局")];
    assert_eq!(post(&steps, &outside, &wang).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post(&steps, &assign, &wang).await.location(), page);
    let stale = post(&steps, &assign, &wang).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("案件已由他人變更"), "{}", stale.text);

    let shown = get(&page, &chen).await.text;
    assert!(shown.contains("待查證 → 已分派") && shown.contains("簽收查證"), "{shown}");
    assert!(!get(&page, &lin).await.text.contains("簽收查證"), "it is another agency's");
    assert!(get("/cases", &chen).await.text.contains(&page));
    let seen = version(&shown);
    let accept = [("step", "accept"), ("version", seen.as_str())];
    assert_eq!(post(&steps, &accept, &lin).await.status, StatusCode::CONFLICT);
    assert_eq!(post(&steps, &accept, &chen).await.location(), page);
    let shown = get(&page, &wang).await.text;
    assert!(shown.contains("查證中") && shown.contains("已分派 → 查證中"), "{shown}");

    put(&room.store, "f/1 號", statement(RELEASE)).await;
    let sources = format!("{page}/sources");
    let none = post(&sources, &[("fact", "無")], &chen).await;
    assert!(none.text.contains("事實資料中沒有這一筆"), "{}", none.text);
    let fact = [("fact", "https://clarion.example/facts/f%2F1%20%E8%99%9F")];
    assert_eq!(post(&sources, &fact, &chen).await.location(), format!("{page}#statements"));
    let shown = get(&page, &chen).await.text;
    assert!(shown.contains("加入佐證") && shown.contains("/facts/f%2F1%20%E8%99%9F"), "{shown}");

    let seen = version(&get(&page, &wang).await.text);
    let silent = [("step", "dismiss"), ("version", seen.as_str())];
    assert!(post(&steps, &silent, &wang).await.text.contains("請填寫理由"));
    let said = [("step", "dismiss"), ("version", seen.as_str()), ("reason", "與<i>市府無關")];
    assert_eq!(post(&steps, &said, &wang).await.location(), page);
    let shown = get(&page, &wang).await.text;
    assert!(shown.contains("與&#60;i&#62;市府無關") && shown.contains("重啟"), "{shown}");
    assert!(!get("/cases", &wang).await.text.contains(&page));
    assert!(get("/cases?view=all", &wang).await.text.contains(&page));
    for address in ["/cases/none", "/cases/%00"] {
        assert_eq!(get(address, &wang).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn offices_are_shut_and_opened_again() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let post =
        async |path: &str, fields: &[(&str, &str)], cookie: &str| room.post(path, fields).with(cookie).send().await;
    let get = async |cookie: &str| room.get("/closures").with(cookie).send().await.text;
    let fields = [("day", "2026-03-18"), ("from", "12:00"), ("note", "颱風<b>公告")];
    assert_eq!(post("/closures", &fields, &reader).await.status, StatusCode::FORBIDDEN);
    let refused = post("/closures", &fields[..2], &wang).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("請填寫公告依據"));
    assert_eq!(post("/closures", &fields, &wang).await.location(), "/closures");
    let shown = get(&reader).await;
    assert!(shown.contains("115年3月18日") && shown.contains("12:00 起") && shown.contains("全市"), "{shown}");
    assert!(shown.contains("颱風&#60;b&#62;公告") && !shown.contains("/withdraw"));
    let id = room.store.closures().await.unwrap().remove(0).id;
    let withdraw = format!("/closures/{id}/withdraw");
    assert_eq!(post(&withdraw, &[], &reader).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&withdraw, &[], &wang).await.location(), "/closures");
    assert_eq!(post(&withdraw, &[], &wang).await.status, StatusCode::CONFLICT, "it was withdrawn");
    assert!(get(&wang).await.contains("目前沒有停班紀錄"));
}

#[tokio::test]
async fn an_administrator_tests_a_channel_and_finds_it_in_the_log() {
    let channel = Channel {
        id: ChannelId::parse("duty").unwrap(),
        name: "值班群組".into(),
        audience: Audience::Staff,
        destination: Destination::Slack,
        min_level: Level::B,
        quiet: None,
        fall_back: None,
        allow_private: false,
    };
    let office = Office { channels: vec![channel], ..NOBODY };
    let room = Room::of(sqlite().await, &CLOSED, built_in().clone(), office);
    room.person("boss", &[Role::Admin]).await;
    room.person("wang", &[Role::DutyOfficer]).await;
    let (boss, wang) = (room.cookie("boss").await, room.cookie("wang").await);
    let log = async |path: &str, cookie: &str| room.get(path).with(cookie).send().await.text;
    assert!(log("/messages", &wang).await.contains("尚無發送紀錄"));
    assert!(!log("/messages", &wang).await.contains("測試發送") && log("/messages", &boss).await.contains("測試發送"));
    let test = async |channel: &str, cookie: &str| {
        room.post("/messages/test", &[("channel", channel)]).with(cookie).send().await
    };
    assert_eq!(test("duty", &wang).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test("none", &boss).await.status, StatusCode::CONFLICT);
    assert_eq!(test("duty", &boss).await.location(), "/messages?tested=1");
    let shown = log("/messages?state=waiting", &wang).await;
    assert!(shown.contains("測試") && shown.contains("值班群組") && shown.contains("尚未嘗試"), "{shown}");
    assert!(log("/messages?state=held", &wang).await.contains("查無符合條件的訊息"));
    assert!(!log("/cases", &wang).await.contains("訊息發送異常"));
    room.clock.pass(chrono::TimeDelta::minutes(6));
    assert!(log("/cases", &wang).await.contains("「值班群組」有 1 則訊息尚未送出"));
}
