//! Putting the machine's readings right: what is shown and counted then, and what comes back.

use axum::http::StatusCode;
use clarion::{
    domain::{AgencyGuess, Aspect, Judgement, Label, Role, Scored, TextKind, UserName},
    store::{Corrected, Correcting, Filter, Report, Store},
};

use crate::{
    on_both,
    support::{
        announced, morning, reading,
        room::{CLOSED, Room},
        source, sqlite,
    },
};

const TITLE: &str = "鳳山路燈三晚不亮";

/// Keeps a report and returns it as it is read.
async fn report(store: &Store, text: &str) -> Report {
    let from = source("mumian", "木棉日報");
    store.announce(&from.id, vec![announced(text, TITLE)], morning()).await.unwrap();
    let claimed = store.claim(1, morning(), std::time::Duration::from_mins(5)).await.unwrap();
    let read = reading(&claimed[0], "https://a.example/1", TITLE, text).await;
    store.keep(&from, read).await.unwrap();
    let row = store.reports(&Filter::default(), None, 1).await.unwrap().rows.remove(0);
    store.report(&row.id).await.unwrap().unwrap()
}

fn service(name: &str) -> Judgement {
    Judgement::Service(vec![Scored { name: name.into(), score: 1.0 }])
}

fn agency(name: &str, unit: Option<&str>) -> Judgement {
    Judgement::Agency(vec![AgencyGuess { name: name.into(), unit: unit.map(str::to_owned), score: 1.0, city: true }])
}

async fn correct(room: &Room, report: &Report, id: &str, becomes: Vec<Judgement>) -> Corrected {
    let wang = UserName::parse("wang").unwrap();
    let corrections =
        becomes.into_iter().enumerate().map(|(n, becomes)| Correcting { id: format!("{id}{n}"), becomes }).collect();
    let by = (wang, clarion::domain::Actor::visitor("192.0.2.1"));
    room.store.correct(&report.row.id, report.row.revision, corrections, None, by, morning()).await.unwrap()
}

/// The one line that `clarion corrections export` prints.
fn exported(database: &str) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("clarion.toml");
    std::fs::write(&config, format!("[database]\nurl = \"{database}\"\n")).unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_clarion"));
    let output = command.args(["corrections", "export", "--config"]).arg(&config).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

on_both! {
    async fn what_was_put_right_is_shown_counted_and_comes_back(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let before = report(&room.store, "鳳山區民眾抱怨路燈連續三晚不亮，里民只能摸黑走路。").await;
        assert_eq!(before.row.service.as_deref(), Some("streetlight"));
        let all = vec![
            Judgement::Scope(!before.row.in_scope),
            service("mrt"),
            agency("高雄市政府捷運工程局", Some("企劃科")),
            Judgement::Kind(TextKind::Praise),
            Judgement::TowardCity(Label::Positive),
        ];
        assert_eq!(correct(&room, &before, "c", all.clone()).await, Corrected::Done);
        let after = room.store.report(&before.row.id).await.unwrap().unwrap();
        assert!(after.row.corrected && after.row.in_scope != before.row.in_scope);
        assert_eq!(after.row.service.as_deref(), Some("mrt"));
        assert_eq!((after.row.unit.as_deref(), after.row.kind), (Some("企劃科"), TextKind::Praise));
        assert_eq!((after.toward_city.label, after.services.len()), (Label::Positive, 1));
        let found = |service: &str| Filter { service: service.into(), ..Filter::default() };
        let count = async |filter| room.store.reports(&filter, None, 10).await.unwrap().total;
        assert_eq!((count(found("mrt")).await, count(found("streetlight")).await), (1, 0));

        let kept = room.store.corrections_of(&before.row.id, before.row.revision).await.unwrap();
        assert_eq!(kept.iter().map(|it| it.becomes.aspect()).collect::<Vec<_>>(), Aspect::ALL);
        assert_eq!(kept[1].was, Judgement::Service(before.services.clone()), "the machine's own stays");
        let exported = room.store.corrected_revisions(None, 10).await.unwrap();
        assert_eq!((exported.len(), &exported[0].judgements, exported[0].title.as_str()), (1, &all, TITLE));
        let last = Some((before.row.id.clone(), before.row.revision));
        assert!(room.store.corrected_revisions(last, 10).await.unwrap().is_empty());

        for correction in kept {
            let actor = clarion::domain::Actor::visitor("192.0.2.1");
            let withdraw = room.store.withdraw_correction(&before.row.id, &correction.id, actor.clone(), morning());
            assert!(withdraw.await.unwrap());
            let again = room.store.withdraw_correction(&before.row.id, &correction.id, actor, morning());
            assert!(!again.await.unwrap(), "it is withdrawn already");
        }
        assert_eq!(room.store.report(&before.row.id).await.unwrap().unwrap(), before);
    }
}

on_both! {
    async fn a_correction_of_a_correction_keeps_the_machines_own(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let before = report(&room.store, "鳳山區民眾抱怨路燈連續三晚不亮，里民只能摸黑走路。").await;
        let (head, _) = room.store.audit_head().await.unwrap();
        correct(&room, &before, "same", vec![service("streetlight")]).await;
        assert_eq!(room.store.audit_head().await.unwrap().0, head, "what is so already is no correction");
        correct(&room, &before, "one", vec![service("mrt")]).await;
        correct(&room, &before, "two", vec![Judgement::Service(Vec::new())]).await;
        let kept = room.store.corrections_of(&before.row.id, before.row.revision).await.unwrap();
        assert_eq!((kept.len(), &kept[0].was), (1, &Judgement::Service(before.services.clone())));
        assert_eq!(room.store.report(&before.row.id).await.unwrap().unwrap().row.service, None);
        correct(&room, &before, "back", vec![service("streetlight")]).await;
        assert_eq!(room.store.report(&before.row.id).await.unwrap().unwrap(), before, "the whole list comes back");
        assert!(room.store.corrected_revisions(None, 10).await.unwrap().is_empty());
        assert_eq!(room.store.audit_head().await.unwrap().0.seq, head.seq + 3);
    }
}

on_both! {
    async fn a_report_that_changed_meanwhile_is_not_corrected(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let before = report(&room.store, "鳳山區民眾抱怨路燈連續三晚不亮，里民只能摸黑走路。").await;
        let after = report(&room.store, "鳳山區路燈已修復，工務局昨晚完成搶修。").await;
        assert_eq!(after.row.revision, 2);
        assert_eq!(correct(&room, &before, "c", vec![service("mrt")]).await, Corrected::Stale);
        assert!(!room.store.report(&after.row.id).await.unwrap().unwrap().row.corrected);
    }
}

#[tokio::test]
async fn a_duty_officer_puts_a_report_right_and_takes_it_back() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("wang", &[Role::DutyOfficer]).await;
    room.person("reader", &[Role::ReadOnly]).await;
    let report = report(&room.store, "鳳山區民眾抱怨路燈連續三晚不亮，里民只能摸黑走路。").await;
    let (wang, reader) = (room.cookie("wang").await, room.cookie("reader").await);
    let path = format!("/reports/{}", report.row.id);
    let page = async |cookie: &str| room.get(&path).with(cookie).send().await.text;
    assert!(page(&wang).await.contains("更正研判結果") && !page(&reader).await.contains("更正研判結果"));

    let to = format!("{path}/corrections");
    let revision = report.row.revision.to_string();
    let label = report.toward_city.label.name();
    let post = async |cookie: &str, fields: &[(&str, &str)]| room.post(&to, fields).with(cookie).send().await;
    let fields = [
        ("revision", revision.as_str()),
        ("shown-service", "streetlight"),
        ("service", "mrt"),
        ("shown-toward_city", label),
        ("toward_city", label),
        ("note", "應為<b>捷運</b>"),
    ];
    assert_eq!(post(&reader, &fields).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&wang, &fields).await.location(), path);
    let text = page(&wang).await;
    for words in ["已更正", "title=\"系統原判：路燈\"", "捷運輕軌", "更正紀錄", "應為&#60;b&#62;捷運", "wang", "撤回"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(page(&reader).await.contains("更正紀錄") && !page(&reader).await.contains(">撤回<"));
    let list = room.get("/?scope=all").with(&reader).send().await.text;
    assert!(list.contains("已更正") && list.contains("系統原判：路燈"));

    let line = exported(&room.database.url);
    let keys: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["id", "title", "text", "published_at", "service"], "only what was corrected");
    assert_eq!((line["title"].as_str(), line["service"].as_str()), (Some(TITLE), Some("mrt")));

    for bad in [("revision", "7"), ("revision", "x"), ("service", "no-such"), ("kind", "no-such"), ("agency", "無此局")]
    {
        let rest = if bad.0 == "revision" { ("kind", "praise") } else { ("revision", revision.as_str()) };
        assert_eq!(post(&wang, &[bad, rest]).await.status, StatusCode::CONFLICT, "{bad:?}");
    }
    let kept = room.store.corrections_of(&report.row.id, report.row.revision).await.unwrap();
    assert_eq!(kept.len(), 1, "what was shown and left alone is no correction");
    let withdraw = format!("{to}/{}/withdraw", kept[0].id);
    assert_eq!(room.post(&withdraw, &[]).with(&reader).send().await.status, StatusCode::FORBIDDEN);
    assert_eq!(room.post(&withdraw, &[]).with(&wang).send().await.status, StatusCode::SEE_OTHER);
    assert_eq!(room.post(&withdraw, &[]).with(&wang).send().await.status, StatusCode::CONFLICT);
    assert!(!page(&wang).await.contains("已更正"));
    let (head, _) = room.store.audit_head().await.unwrap();
    let log = room.store.audit_rows(head.seq - 2, 10).await.unwrap();
    let told: Vec<(&str, &str)> = log.iter().map(|row| (row.actor.name.as_str(), row.action.as_str())).collect();
    assert_eq!(told, [("wang", "corrected"), ("wang", "correction_withdrawn")]);
}
