//! The console's pages of facts and findings: who sees what, who may change it, and what stays behind.

use axum::http::{Method, StatusCode};
use clarion::{
    domain::{FactKind, Role, Statement},
    store::{FactFilter, Filter},
};

use crate::{
    facts::{RELEASE, WRONG, contradicted, keep, latest, own, put, statement},
    support::{
        room::{CLOSED, Room},
        source, sqlite,
    },
};

const AGENCY: &str = "高雄市政府水利局";

fn form(text: &str) -> Vec<(&str, &str)> {
    vec![
        ("agency", AGENCY),
        ("kind", "hand"),
        ("title", "五甲雨水下水道"),
        ("text", text),
        ("from", "2026-03-01T00:00"),
    ]
}

#[tokio::test]
async fn a_claim_stands_beside_the_fact_and_a_person_says_what_became_of_it() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    put(&room.store, "f/1 號", statement(RELEASE)).await;
    let fact = latest(&room.store, "f/1 號").await;
    let checked = own(vec![contradicted(WRONG, &fact)], fact.number);
    keep(&room.store, &source("mumian", "木棉日報"), ("https://a.example/1", WRONG), None, checked).await;
    let report = room.store.reports(&Filter::default(), None, 1).await.unwrap().rows.remove(0);
    let path = format!("/reports/{}", report.id);
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let get = async |path: &str, cookie: &str| room.get(path).with(cookie).send().await.text;

    let list = get("/?scope=all", &wang).await;
    assert!(list.contains("待查證・重大") && list.contains("/?check=doubtful"), "{list}");
    let list = get("/?scope=all&check=doubtful", &wang).await;
    assert!(list.contains(&path) && list.contains("移除條件：查核 待查證"), "{list}");
    let page = get(&path, &wang).await;
    for words in [
        "待查證（1）",
        "數字與公布內容不符",
        "研判把握度：高",
        "總經費高達<mark>25億元</mark>",
        "總經費新臺幣<mark>2億5,000萬元</mark>",
        "href=\"/facts/f%2F1%20%E8%99%9F\"",
        "確為誤報",
        "市府資料有誤",
        "無法判斷",
        "r1",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("假新聞"));
    let seen = get(&path, &reader).await;
    assert!(seen.contains("總經費高達<mark>25億元</mark>") && !seen.contains("name=\"outcome\""));
    let fact_page = get("/facts/f%2F1%20%E8%99%9F", &reader).await;
    assert!(fact_page.contains("與本筆不符的報導") && fact_page.contains("五甲下水道拚防汛"), "{fact_page}");
    assert!(!fact_page.contains("停止適用"));

    let (_, found) = room.store.findings_of(&report.id).await.unwrap().unwrap();
    let to = format!("{path}/findings/{}", found[0].id);
    let judge = async |cookie: &str, outcome: &str| {
        room.post(&to, &[("outcome", outcome), ("note", "已去電<b>更正</b>")]).with(cookie).send().await
    };
    assert_eq!(judge(&reader, "misreport").await.status, StatusCode::FORBIDDEN);
    assert_eq!(judge(&wang, "fake_news").await.status, StatusCode::CONFLICT);
    assert_eq!(judge(&wang, "misreport").await.location(), format!("{path}#findings"));
    assert_eq!(judge(&wang, "unclear").await.status, StatusCode::CONFLICT, "it was judged");
    let page = get(&path, &reader).await;
    assert!(page.contains("已去電&#60;b&#62;更正") && page.contains("查證結果") && !page.contains("待查證（"));
    let list = get("/?scope=all", &wang).await;
    assert!(list.contains("確為誤報") && !list.contains("待查證・重大"));
    assert!(room.database.metrics.findings_judged_total.with_label_values(&["misreport"]).get() == 1);
    let (head, _) = room.store.audit_head().await.unwrap();
    let log = room.store.audit_rows(head.seq - 1, 1).await.unwrap();
    assert_eq!((log[0].actor.name.as_str(), log[0].action.as_str()), ("wang", "finding_judged"));
}

#[tokio::test]
async fn a_fact_is_entered_put_right_ended_and_replaced() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let get = async |path: &str, cookie: &str| room.get(path).with(cookie).send().await;
    let post =
        async |path: &str, fields: &[(&str, &str)], cookie: &str| room.post(path, fields).with(cookie).send().await;
    assert!(get("/facts", &reader).await.text.contains("尚無事實資料"));
    assert_eq!(get("/facts/new", &reader).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post("/facts", &form(RELEASE), &reader).await.status, StatusCode::FORBIDDEN);
    let refused = post("/facts", &[("agency", "無此局"), ("kind", "hand"), ("text", "某<i>事")], &wang).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("請由清單選擇機關") && refused.text.contains("某&#60;i&#62;事"), "{}", refused.text);

    let made = post("/facts", &form(RELEASE), &wang).await;
    let page = made.location().to_owned();
    let id = page.trim_start_matches("/facts/").to_owned();
    let shown = get(&page, &wang).await.text;
    for words in ["總經費新臺幣2億5,000萬元", "有效", "水利局", "人工登錄", "停止適用", "修正內容"]
    {
        assert!(shown.contains(words), "{words}");
    }
    let found = get("/facts?q=%E7%B8%BD%E7%B6%93%E8%B2%BB&kind=hand", &reader).await.text;
    assert!(found.contains("五甲雨水下水道"), "{found}");
    assert!(get("/facts?q=%E9%9B%BB%E6%A2%AF", &reader).await.text.contains("查無符合條件的事實"));

    let changed = RELEASE.replace("2億5,000萬", "2億6,000萬");
    let mut fields = form(&changed);
    fields.extend([("edit", id.as_str()), ("revision", "1")]);
    assert!(get(&format!("/facts/new?edit={id}"), &wang).await.text.contains("2億5,000萬"));
    assert_eq!(post("/facts", &fields, &wang).await.location(), page);
    assert_eq!(post("/facts", &fields, &wang).await.status, StatusCode::CONFLICT, "version 1 is not the latest");
    let shown = get(&page, &wang).await.text;
    assert!(shown.contains("變更：內容") && shown.contains("第 2 版") && shown.contains("2億6,000萬"), "{shown}");

    let mut fields = form("五甲地區雨水下水道改善工程總經費調整為2億8,000萬元。");
    fields.extend([("supersede", id.as_str()), ("revision", "2")]);
    fields.retain(|field| field.0 != "from");
    let newer = post("/facts", &fields, &wang).await.location().to_owned();
    let shown = get(&page, &wang).await.text;
    assert!(shown.contains("已被取代") && shown.contains(&format!("href=\"{newer}\"")), "{shown}");
    let old = latest(&room.store, &id).await.statement;
    assert_eq!(
        (old.superseded_by.as_deref(), old.valid_to),
        (newer.strip_prefix("/facts/"), Some(crate::support::morning()))
    );

    let end = format!("{newer}/end");
    assert_eq!(post(&end, &[("revision", "1"), ("to", "2026-03-17")], &reader).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&end, &[("revision", "9"), ("to", "2026-03-17")], &wang).await.status, StatusCode::CONFLICT);
    assert_eq!(post(&end, &[("revision", "1"), ("to", "2026-03-17")], &wang).await.location(), newer);
    let all = room
        .store
        .facts(
            &FactFilter {
                holding: Some(crate::support::morning() + chrono::TimeDelta::minutes(1)),
                ..FactFilter::default()
            },
            None,
            9,
        )
        .await
        .unwrap();
    assert_eq!(all.total, 0, "both have ended");
    assert!(get("/facts?all=1", &reader).await.text.contains("已失效"));
    let (head, _) = room.store.audit_head().await.unwrap();
    let log = room.store.audit_rows(head.seq - 4, 9).await.unwrap();
    assert!(log.iter().all(|row| row.action == "fact_entered" && row.actor.name == "wang"), "{log:?}");
}

#[tokio::test]
async fn a_contact_speaks_for_the_own_agency_alone_and_nobody_rewrites_a_release() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.contact("chen", "高雄市政府交通局").await;
    room.person("wang", &[Role::Spokesperson]).await;
    let (chen, wang) = (room.cookie("chen").await, room.cookie("wang").await);
    let post =
        async |path: &str, fields: &[(&str, &str)], cookie: &str| room.post(path, fields).with(cookie).send().await;
    let blank = room.get("/facts/new").with(&chen).send().await.text;
    assert!(blank.contains("交通局") && !blank.contains("高雄市政府水利局"), "{blank}");
    assert_eq!(post("/facts", &form(RELEASE), &chen).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    put(&room.store, "f1", statement(RELEASE)).await;
    let edit = room.get("/facts/new?edit=f1").with(&chen).send().await;
    assert_eq!(edit.status, StatusCode::FORBIDDEN);
    assert_eq!(
        post("/facts/f1/end", &[("revision", "1"), ("to", "2026-03-17")], &chen).await.status,
        StatusCode::FORBIDDEN
    );

    let city = clarion::domain::Source { official: Some(AGENCY.into()), ..source("cityhall", "市府") };
    keep(&room.store, &city, ("https://city.example/1", RELEASE), None, clarion::store::Checking::Left).await;
    let kind = FactFilter { kind: Some(FactKind::Release), ..FactFilter::default() };
    let id = room.store.facts(&kind, None, 1).await.unwrap().facts.remove(0).id;
    let page = room.get(&format!("/facts/{id}")).with(&wang).send().await.text;
    assert!(page.contains("以新事實取代") && page.contains("停止適用") && !page.contains(">修正內容<"));
    assert!(page.contains(&format!("href=\"/reports/{id}\"")) && page.contains("來源「cityhall」"));
    let release = room.get(&format!("/reports/{id}")).with(&wang).send().await.text;
    assert!(release.contains(&format!("href=\"/facts/{id}\"")) && !release.contains("與公布內容比對"), "{release}");
    let mut fields = form(RELEASE);
    fields.extend([("edit", id.as_str()), ("revision", "1")]);
    assert_eq!(post("/facts", &fields, &wang).await.status, StatusCode::FORBIDDEN);
    let ended = post(&format!("/facts/{id}/end"), &[("revision", "1"), ("to", "2026-03-20")], &wang).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER);
    let Statement { valid_to, .. } = latest(&room.store, &id).await.statement;
    assert_eq!(valid_to.unwrap().to_rfc3339(), "2026-03-20T15:59:59.999999+00:00");
    for (address, status) in [("/facts/none", StatusCode::NOT_FOUND), ("/facts/%00", StatusCode::NOT_FOUND)] {
        assert_eq!(room.get(address).with(&wang).send().await.status, status, "{address}");
    }
}

#[tokio::test]
async fn a_program_enters_reads_puts_right_replaces_and_ends_a_fact() {
    let room = Room::closed().await;
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let post = async |cookie: &str, path: &str, body: serde_json::Value| {
        room.ask(Method::POST, path).with(cookie).body(&body.to_string()).send().await
    };
    let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    let fact = serde_json::json!({
        "agency": AGENCY, "title": "五甲雨水下水道", "text": "總經費新臺幣2億5,000萬元。", "valid_from": "115/03/01", "kind": "hand",
    });

    assert_eq!(post(&reader, "/api/v1/facts", fact.clone()).await.status, StatusCode::FORBIDDEN);
    let foreign = serde_json::json!({ "agency": "無此機關", "title": "甲", "text": "乙。" });
    let refused = post(&wang, "/api/v1/facts", foreign).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text.contains("請由清單選擇機關"));
    let undated = serde_json::json!({ "agency": AGENCY, "text": "乙。", "valid_from": "昨天" });
    assert!(post(&wang, "/api/v1/facts", undated).await.text.contains("valid_from「昨天」不是日期或時間"));

    let entered = post(&wang, "/api/v1/facts", fact.clone()).await;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text);
    let id = read(&entered.text)["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/facts/{id}");

    let mut right = fact.clone();
    right["text"] = "總經費新臺幣2億6,000萬元。".into();
    assert_eq!(post(&wang, &path, right.clone()).await.status, StatusCode::CONFLICT, "no version was looked at");
    right["revision"] = 1.into();
    assert_eq!(read(&post(&wang, &path, right.clone()).await.text)["revision"], 2);
    assert_eq!(post(&wang, &path, right).await.status, StatusCode::CONFLICT, "somebody was faster");

    let one = read(&room.get(&path).with(&reader).send().await.text);
    assert_eq!(one["fact"]["text"], "總經費新臺幣2億6,000萬元。");
    assert_eq!(one["fact"]["valid_from"], "2026-03-01T00:00:00+08:00");
    assert_eq!(one["versions"].as_array().map(Vec::len), Some(2));
    let list = read(&room.get("/api/v1/facts?q=下水道&kind=hand").with(&reader).send().await.text);
    assert_eq!((list["total"].as_u64(), &list["facts"][0]["id"]), (Some(1), &serde_json::json!(id)));

    let mut newer = fact;
    newer["supersedes"] = id.clone().into();
    newer["revision"] = 2.into();
    newer["valid_from"] = "2026-04-01".into();
    let replaced = read(&post(&wang, "/api/v1/facts", newer).await.text);
    let former = read(&room.get(&path).with(&reader).send().await.text);
    assert_eq!(former["fact"]["superseded_by"], replaced["id"]);
    assert_eq!(former["fact"]["valid_to"], "2026-04-01T00:00:00+08:00");

    let newer = format!("/api/v1/facts/{}/end", replaced["id"].as_str().unwrap());
    let badly = post(&wang, &newer, serde_json::json!({ "revision": 1, "to": "30/4" })).await;
    assert!(badly.status == StatusCode::UNPROCESSABLE_ENTITY && badly.text.contains("to 須為日期"));
    let ended = post(&wang, &newer, serde_json::json!({ "revision": 1, "to": "2026-04-30" })).await;
    assert_eq!((ended.status, read(&ended.text)["revision"].as_u64()), (StatusCode::OK, Some(2)));
    assert_eq!(room.get("/api/v1/facts/none").with(&reader).send().await.status, StatusCode::NOT_FOUND);
    let rows = room.store.audit_rows(0, 1000).await.unwrap();
    let entered = rows.iter().filter(|row| row.action == clarion::domain::Action::FactEntered.name());
    assert!(entered.clone().count() == 4 && entered.clone().all(|row| row.actor.name == "wang"));
}
