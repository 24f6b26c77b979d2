//! A draft that says otherwise than the city said before: both clauses are shown, and it does not go out before somebody
//! says that they know.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use clarion::{
    domain::{Clarification, Verification},
    pipeline::Consistency,
    store::AuditFilter,
    web::Disagreeing,
};
use serde_json::{Value, json};

use crate::{
    drafts_console::{CASE, Stage, text},
    support::analyzer,
};

/// The comparison of the daemon.
async fn comparing() -> Disagreeing {
    let consistency = Consistency::new(analyzer().await);
    Arc::new(move |text, earlier, now| consistency.disagreements(text, earlier, now))
}

/// What the gate says of the latest revision.
async fn gate(stage: &Stage, cookie: &str) -> Value {
    serde_json::from_str(&stage.get(&format!("/api/v1/cases/{CASE}/gate"), cookie).await.text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_contradicts_an_earlier_release_goes_out_only_with_the_word_of_a_person() {
    let stage = Stage::comparing(comparing().await).await;
    let (wang, li, reader) =
        (stage.room.cookie("wang").await, stage.room.cookie("li").await, stage.room.cookie("reader").await);
    // The first draft agrees with the statement it rests on, and goes out.
    assert_eq!(gate(&stage, &wang).await["disagreements"], json!([]));
    assert!(!stage.draft(&wang).await.contains("與先前說法不一致"));
    let hash = stage.submit(&wang).await;
    stage.consent(&hash).await;
    stage.step(&li, &[("step", "publish"), ("hash", &hash)]).await;
    stage.step(&li, &[("step", "close")]).await;
    stage.step(&wang, &[("step", "reopen"), ("reason", "決算後更正")]).await;
    stage.step(&wang, &[("step", "assign"), ("agency", "高雄市政府水利局")]).await;
    stage.step(&wang, &[("step", "accept")]).await;
    stage.step(&wang, &[("step", "draft")]).await;

    // The second one has another figure, for which somebody signed; that is not enough.
    let other = Clarification {
        facts: vec!["五甲地區雨水下水道改善工程總經費新臺幣3億5,000萬元。".into()],
        card: "總經費業經更正。".into(),
        ..text()
    };
    let base = stage.room.store.latest_draft(CASE).await.unwrap().unwrap().revision;
    let kept = stage.save(&wang, base, &other).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    let basis = [("phrase", "3億5,000萬元"), ("basis", "高市水字第1150000000號函")];
    let signed = stage.room.post(&format!("/cases/{CASE}/bases"), &basis).with(&wang).send().await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
    let page = stage.draft(&wang).await;
    for words in [
        "與先前說法不一致",
        "待說明",
        "<mark class=\"doubted\" title=\"不一致\">3億5,000萬元</mark>",
        "2億5,000萬元</mark>",
        "/clarifications/1-1",
        "發布前檢核：",
        "項待補正",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!stage.draft(&reader).await.contains("name=\"key\""), "who reads answers for nothing");
    let seen = gate(&stage, &wang).await;
    let kinds: Vec<&str> = seen["faults"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"disagrees") && !kinds.contains(&"figure"), "{seen}");
    let keys: Vec<String> =
        seen["disagreements"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap().to_owned()).collect();
    assert!(!keys.is_empty());

    let hash = stage.submit(&wang).await;
    stage.consent(&hash).await;
    let refused = stage.try_step(&li, &[("step", "publish"), ("hash", &hash)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("已知並說明"), "{}", refused.text);

    // Every contradiction needs a word of its own, with a reason, by somebody who works on the case.
    let path = format!("/cases/{CASE}/explained");
    let say = async |cookie: &str, key: &str, note: &str| {
        stage.room.post(&path, &[("key", key), ("note", note)]).with(cookie).send().await
    };
    assert_eq!(say(&reader, &keys[0], "知悉").await.status, StatusCode::FORBIDDEN);
    assert!(say(&li, &keys[0], " ").await.text.contains("請說明為何與先前說法不同"));
    assert!(say(&li, "0000000000000000", "知悉").await.text.contains("已有變動"));
    for key in &keys[1..] {
        assert_eq!(say(&li, key, "同上").await.status, StatusCode::SEE_OTHER);
    }
    let api = stage
        .room
        .ask(Method::POST, &format!("/api/v1/cases/{CASE}/explained"))
        .with(&li)
        .body(&json!({ "key": keys[0], "note": "決算<b>後更正" }).to_string())
        .send()
        .await;
    assert_eq!(api.status, StatusCode::OK, "{}", api.text);
    assert!(say(&li, &keys[0], "再說").await.text.contains("已有人說明"));
    let page = stage.draft(&wang).await;
    assert!(page.contains("決算&#60;b&#62;後更正") && page.contains("發布前檢核：全數通過"), "{page}");

    // Taken back, the way is shut again; said again, it is open.
    let told: Value = serde_json::from_str(&api.text).unwrap();
    let withdraw = format!("{path}/{}/withdraw", told["id"].as_str().unwrap());
    let withdrawn = stage.room.post(&withdraw, &[]).with(&li).send().await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER);
    assert_eq!(
        stage.try_step(&li, &[("step", "publish"), ("hash", &hash)]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(say(&li, &keys[0], "決算後更正").await.status, StatusCode::SEE_OTHER);
    stage.step(&li, &[("step", "publish"), ("hash", &hash)]).await;

    let rows = stage.room.store.audit_log(&AuditFilter::default(), None, 200).await.unwrap();
    let mut chain = Verification::against(None);
    rows.iter().rev().for_each(|row| chain.read(row).unwrap());
    let count = |action: &str| rows.iter().filter(|row| row.action == action).count();
    assert_eq!((count("contradiction_explained"), count("explanation_withdrawn")), (keys.len() + 1, 1));
    let case = stage.get(&format!("/cases/{CASE}"), &reader).await.text;
    assert!(case.contains("已知並說明") && case.contains("決算後更正"), "{case}");
}
