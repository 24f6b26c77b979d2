//! What changes the time of a case: another level, a longer period of a complaint, what is said of a missed goal. And
//! messages that a person sends again.

use axum::http::{Method, StatusCode};
use chrono::TimeDelta;
use clarion::{
    domain::{
        Assignment, Audience, CaseLevel, Channel, ChannelId, Destination, Goal, Level, Office, OverdueNotice, Role,
        Stage,
    },
    lifecycle::Pulse,
    store::{Sending, Settled, Store},
    workers::Deadlines,
};
use serde_json::{Value, json};

use crate::{
    cases::{actor, changing, opening, posting, user},
    duty::bureau,
    on_both,
    support::{
        built_in, morning,
        room::{Answer, CLOSED, NOBODY, Room},
        sqlite,
    },
    workers::World,
};

const AGENCY: &str = "高雄市政府水利局";

fn channel(id: &str, destination: Destination) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: id.into(),
        audience: Audience::Staff,
        destination,
        min_level: Level::None,
        quiet: None,
        fall_back: None,
        allow_private: false,
    }
}

fn line(to: &str) -> Destination {
    Destination::Line { api: "https://api.line.me/".parse().unwrap(), to: vec![to.into()] }
}

/// A room with a duty officer, a reader, and the contacts of two agencies; and a way to ask as each.
async fn room() -> Room {
    let channels = vec![channel("duty", Destination::Slack), channel("line", line("C1"))];
    let room = Room::of(sqlite().await, &CLOSED, built_in().clone(), Office { channels, ..NOBODY });
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    room.contact("chen", AGENCY).await;
    room.contact("lin", "高雄市政府交通局").await;
    room
}

async fn post(room: &Room, who: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let cookie = room.cookie(who).await;
    room.post(path, fields).with(&cookie).send().await
}

async fn page(room: &Room, who: &str, path: &str) -> String {
    let cookie = room.cookie(who).await;
    room.get(path).with(&cookie).send().await.text
}

async fn api(room: &Room, who: &str, path: &str, body: Value) -> (StatusCode, Value) {
    let cookie = room.cookie(who).await;
    let answer = room.ask(Method::POST, path).with(&cookie).body(&body.to_string()).send().await;
    (answer.status, serde_json::from_str(&answer.text).unwrap())
}

/// A case of this level that an agency has; its page.
async fn open(room: &Room, level: &str) -> String {
    let fields = [("title", "箱涵淤積"), ("level", level), ("matter", "淤積"), ("place", "五甲一路")];
    let page = post(room, "wang", "/cases", &fields).await.location().to_owned();
    let assign = [("step", "assign"), ("version", "1"), ("to", AGENCY)];
    assert_eq!(post(room, "wang", &format!("{page}/steps"), &assign).await.location(), page);
    page
}

/// Messages of a sort about a subject.
async fn sent(store: &Store, subject: &str, kind: &str) -> usize {
    store.messages(subject, 200).await.unwrap().iter().filter(|row| row.kind == kind).count()
}

#[tokio::test]
async fn a_complaint_is_given_further_time_by_its_agency_and_no_more_than_the_rules_allow() {
    let room = room().await;
    let case = open(&room, "C").await;
    let path = format!("{case}/extension");
    let shown = page(&room, "chen", &case).await;
    // Known on 17 March: 30 days from the 18th end on 16 April.
    assert!(shown.contains("延長處理期限") && shown.contains("max=\"2026-04-16\""), "{shown}");
    assert!(!page(&room, "lin", &case).await.contains("延長處理期限"));
    let fields = |to: &'static str| [("version", "2"), ("to", to), ("reason", "須會勘<b>")];
    assert_eq!(post(&room, "reader", &path, &fields("2026-04-10")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&room, "lin", &path, &fields("2026-04-10")).await.status, StatusCode::CONFLICT);
    for (to, words) in [
        ("2026-04-17", "處理期限最長至115年4月16日"),
        ("2026-03-20", "延長後之期限須晚於原期限115年3月25日"),
        ("明天", "請選擇展延後的日期"),
    ] {
        let refused = post(&room, "chen", &path, &fields(to)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}");
        assert!(refused.text.contains(words), "{to}: {}", refused.text);
    }
    assert!(
        post(&room, "chen", &path, &[("version", "2"), ("to", "2026-04-10")]).await.text.contains("請填寫延長原因")
    );
    assert_eq!(post(&room, "chen", &path, &fields("2026-04-10")).await.location(), case);
    assert_eq!(post(&room, "chen", &path, &fields("2026-04-15")).await.status, StatusCode::CONFLICT, "it was changed");
    let shown = page(&room, "wang", &case).await;
    for words in ["已展延至115年4月10日", "須會勘&#60;b&#62;", "4月10日 17:30", "延長處理期限"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let id = case.trim_start_matches("/cases/");
    let path = format!("/api/v1/cases/{id}/extension");
    let (status, told) = api(&room, "chen", &path, json!({ "to": "2026-04-15", "reason": "再會勘" })).await;
    assert_eq!((status, &told["case"]["version"]), (StatusCode::OK, &json!(4)));
    let (status, told) = api(&room, "chen", &path, json!({ "to": "2026-05-15", "reason": "再會勘" })).await;
    assert_eq!((status, &told["reason"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("wrong")));
}

#[tokio::test]
async fn another_level_moves_the_clocks_and_is_told_when_it_rises() {
    let room = room().await;
    let case = open(&room, "B").await;
    let (id, path) = (case.trim_start_matches("/cases/"), format!("{case}/level"));
    assert!(page(&room, "wang", &case).await.contains("調整等級"));
    assert!(!page(&room, "chen", &case).await.contains("調整等級"), "the office says how grave it is");
    let fields = |level: &'static str, version: &'static str| {
        [("version", version), ("level", level), ("reason", "已有<i>多家報導")]
    };
    assert_eq!(post(&room, "reader", &path, &fields("A", "2")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&room, "chen", &path, &fields("A", "2")).await.status, StatusCode::CONFLICT);
    assert!(post(&room, "wang", &path, &fields("B", "2")).await.text.contains("案件已是這個等級"));
    assert_eq!(post(&room, "wang", &path, &fields("A", "1")).await.status, StatusCode::CONFLICT, "an older version");
    let silent = [("version", "2"), ("level", "A")];
    assert!(post(&room, "wang", &path, &silent).await.text.contains("請填寫理由"));
    assert_eq!(post(&room, "wang", &path, &fields("A", "2")).await.location(), case);
    let shown = page(&room, "wang", &case).await;
    // Known at 08:00: two hours by the clock.
    for words in ["等級改為重大", "已有&#60;i&#62;多家報導", "3月17日 10:00", "查證與預擬回應"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert_eq!(sent(&room.store, id, "level").await, 2, "by both channels");
    let (status, told) =
        api(&room, "wang", &format!("/api/v1/cases/{id}/level"), json!({ "level": "B", "reason": "單一報導" })).await;
    assert_eq!((status, &told["case"]["level"]), (StatusCode::OK, &json!("B")));
    assert_eq!(sent(&room.store, id, "level").await, 2, "a lower level wakes nobody");
    // Once there is a draft, a matter for the press is no complaint any more.
    for (step, version) in [("accept", "4"), ("draft", "5")] {
        post(&room, "chen", &format!("{case}/steps"), &[("step", step), ("version", version)]).await;
    }
    let refused = post(&room, "wang", &path, &fields("C", "6")).await;
    assert!(refused.text.contains("擬稿後不得改為或改自陳情案件"), "{}", refused.text);
}

#[tokio::test]
async fn an_agency_that_is_late_says_why_before_it_goes_on() {
    let room = room().await;
    let case = open(&room, "A").await;
    let (id, steps, path) = (case.trim_start_matches("/cases/"), format!("{case}/steps"), format!("{case}/overdue"));
    let fields = |expected: &'static str| [("reason", "待廠商<b>"), ("progress", "已函詢"), ("expected", expected)];
    let early = post(&room, "chen", &path, &fields("2026-03-17T12:00")).await;
    assert!(early.text.contains("本案目前沒有逾時的項目"), "{}", early.text);
    // Acknowledged it was when the duty officer gave it on; plan and answer are missed.
    room.clock.pass(TimeDelta::minutes(121));
    let shown = page(&room, "chen", &case).await;
    assert!(shown.contains("機關辦理下一步前") && shown.contains("逾時項目：查證與預擬回應、發布回應"), "{shown}");
    let accept = [("step", "accept"), ("version", "2")];
    let refused = post(&room, "chen", &steps, &accept).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("須先填報逾期說明"), "{}", refused.text);
    let (status, told) = api(&room, "chen", &format!("/api/v1/cases/{id}/steps"), json!({ "step": "accept" })).await;
    assert_eq!((status, &told["reason"]), (StatusCode::CONFLICT, &json!("unexplained")));

    assert_eq!(post(&room, "reader", &path, &fields("2026-03-17T12:00")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&room, "lin", &path, &fields("2026-03-17T12:00")).await.status, StatusCode::CONFLICT);
    assert!(post(&room, "chen", &path, &fields("2026-03-17T09:00")).await.text.contains("預計完成時間須晚於現在"));
    assert!(
        post(&room, "chen", &path, &[("reason", "x"), ("expected", "2026-03-17T12:00")])
            .await
            .text
            .contains("請填寫辦理現況")
    );
    assert_eq!(post(&room, "chen", &path, &fields("2026-03-17T12:00")).await.location(), case);
    let shown = page(&room, "wang", &case).await;
    for words in ["填報逾期說明", "待廠商&#60;b&#62;", "辦理現況：已函詢", "預計完成：115年3月17日 12:00"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!page(&room, "chen", &case).await.contains("機關辦理下一步前"));
    assert_eq!(post(&room, "chen", &steps, &accept).await.location(), case);
    let cookie = room.cookie("wang").await;
    let told: Value =
        serde_json::from_str(&room.get(&format!("/api/v1/cases/{id}")).with(&cookie).send().await.text).unwrap();
    assert_eq!(told["overdue_notices"][0]["goals"], json!(["plan", "publish"]));
    assert_eq!(told["unexplained"], json!([]));
    // Who acts for the office is not held up: another case, as late, is closed without a word.
    let other = open(&room, "A").await;
    room.clock.pass(TimeDelta::minutes(121));
    let dismiss = [("step", "dismiss"), ("version", "2"), ("reason", "無需回應")];
    assert_eq!(post(&room, "wang", &format!("{other}/steps"), &dismiss).await.location(), other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_time_that_was_promised_comes_people_are_reminded_once() {
    let world = World::new(Vec::new()).await;
    let store = world.store();
    crate::units::account(store, "chen", None).await;
    let mut late = opening("c1", None, Vec::new());
    late.level = CaseLevel::A;
    late.postings = Vec::new();
    store.open_case(late, actor("chen"), morning()).await.unwrap();
    let to = Assignment { agency: AGENCY.into(), unit: None };
    store.change_case(changing("c1", 1, Stage::Assigned(to)), actor("chen"), morning()).await.unwrap();
    let bureau = bureau(vec![channel("duty", Destination::Slack)]);
    let mut deadlines = Deadlines::new(world.shared.clone(), bureau, Pulse::default());
    let notice = |id: &str, minutes: i64, expected: i64| OverdueNotice {
        id: id.into(),
        goals: vec![Goal::Publish],
        reason: "待廠商".into(),
        progress: "已函詢".into(),
        expected: morning() + TimeDelta::minutes(expected),
        by: user("chen"),
        at: morning() + TimeDelta::minutes(minutes),
    };
    store.explain_overdue("c1", notice("n1", 121, 180), actor("chen")).await.unwrap();
    let mut reminded = Vec::new();
    for minute in 0..300 {
        if minute == 150 {
            store.explain_overdue("c1", notice("n2", 150, 240), actor("chen")).await.unwrap();
        }
        deadlines.tick().await.unwrap();
        if sent(store, "c1", "expected").await > reminded.len() {
            reminded.push(minute);
        }
        world.pass(std::time::Duration::from_mins(1));
    }
    assert_eq!(reminded, [240], "the later promise stands in the place of the first");
    let message = store.messages("c1", 200).await.unwrap().into_iter().find(|row| row.kind == "expected").unwrap();
    assert!(message.message.contains("預計完成時間已到") && message.message.contains("待廠商"), "{}", message.message);
}

on_both! {
    async fn a_message_that_was_given_up_is_sent_again_under_its_key(database: Database) {
        let store = &database.store;
        crate::units::account(store, "wang", None).await;
        let now = morning();
        store.post_messages(vec![posting("c1", "duty", 1)], now).await.unwrap();
        let claim = async |at| store.claim_messages(1, at, TimeDelta::minutes(2)).await.unwrap().pop();
        let first = claim(now).await.unwrap();
        assert!(!store.resend_message((&first.id, false), "{}".into(), actor("wang"), now).await.unwrap(), "it is on its way");
        let settled = |state| Settled { result: "uncertain", why: "逾時".into(), hash: String::new(), state, uncertain: true };
        store.settle_message(&first, settled(Sending::Held), now).await.unwrap();
        let row = store.message(&first.id).await.unwrap().unwrap();
        assert_eq!((row.state.as_str(), row.uncertain, row.first_tried_at), ("held", true, Some(now)));
        assert!(claim(now).await.is_none());
        let later = now + TimeDelta::hours(1);
        assert!(store.resend_message((&first.id, true), "{}".into(), actor("wang"), later).await.unwrap());
        let again = claim(later).await.unwrap();
        assert_eq!((&again.id, &again.retry_key, again.attempt), (&first.id, &first.retry_key, 2));
        assert_eq!(again.first_tried_at, Some(now), "the channel still knows the key");
        assert!(again.uncertain);
        store.settle_message(&again, settled(Sending::Failed), later).await.unwrap();
        let next_day = now + TimeDelta::hours(30);
        assert!(store.resend_message((&first.id, false), "{}".into(), actor("wang"), next_day).await.unwrap());
        assert_eq!(claim(next_day).await.unwrap().first_tried_at, None, "its time begins anew");
        assert_eq!(store.sends(&first.id, &first.id).await.unwrap().len(), 2, "every try stays in the log");
    }
}

#[tokio::test]
async fn who_sends_again_says_why_and_that_they_know_it_may_come_twice() {
    let room = room().await;
    let now = morning();
    let case = open(&room, "B").await;
    let id = case.trim_start_matches("/cases/");
    let claimed = room.store.claim_messages(10, now, TimeDelta::minutes(2)).await.unwrap();
    for queued in &claimed {
        let uncertain = queued.channel == "duty";
        let state = if uncertain { Sending::Held } else { Sending::Failed };
        let settled = Settled { result: "uncertain", why: "逾時".into(), hash: String::new(), state, uncertain };
        room.store.settle_message(queued, settled, now).await.unwrap();
    }
    let key = |channel: &str| claimed.iter().find(|it| it.channel == channel).unwrap().id.clone();
    let (slack, line) = (key("duty"), key("line"));
    let shown = page(&room, "wang", "/messages").await;
    assert!(shown.contains(&format!("/messages/{slack}/resend")) && shown.contains("知悉對方可能已收到"), "{shown}");
    assert!(!page(&room, "reader", "/messages").await.contains("/resend"));
    let path = |id: &str| format!("/messages/{id}/resend");
    let why = [("reason", "值班確認未收到")];
    assert_eq!(post(&room, "reader", &path(&line), &why).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&room, "wang", &path("none"), &why).await.status, StatusCode::NOT_FOUND);
    assert!(post(&room, "wang", &path(&line), &[]).await.text.contains("請填寫重送理由"));
    assert!(post(&room, "wang", &path(&slack), &why).await.text.contains("請勾選確認後再重送"));
    let knows = [why[0], ("knows", "1")];
    assert_eq!(post(&room, "wang", &path(&slack), &knows).await.status, StatusCode::SEE_OTHER);
    let (status, told) =
        api(&room, "wang", &format!("/api/v1/messages/{line}/resend"), json!({ "reason": "再送" })).await;
    assert_eq!((status, &told["state"]), (StatusCode::OK, &json!("waiting")));
    assert!(post(&room, "wang", &path(&line), &why).await.text.contains("不需要重送"), "it waits already");
    let shown = page(&room, "wang", &case).await;
    assert!(shown.contains("重送訊息") && shown.contains("值班確認未收到"), "{shown}");
    assert_eq!(room.store.messages(id, 10).await.unwrap().iter().filter(|row| row.state == "waiting").count(), 2);
}
