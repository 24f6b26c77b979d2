//! The 輿情彙整表: what stands in it, from the database to the command line and the channels.

use std::{path::Path, process::Command, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    domain::{
        Actor, Answer, Audience, CaseLevel, Channel, ChannelId, Destination, DigestMatter, Issued, Label, Level,
        Office, Period, Purpose, Source, Stage, StepKind,
    },
    lifecycle::Pulse,
    store::{CaseClaim, Changing, Checking, Opening, Reading, Store, Told},
    wire::Letter,
    workers::{Bureau, Digests},
};

use crate::{
    cases::{actor, changing, opening, releasing, to},
    facts::{WRONG, contradicted, keep, latest, own, put, statement},
    on_both,
    support::{
        Database, announced, built_in, morning, reading,
        room::{CLOSED, Room},
        source, sqlite,
    },
    workers::World,
};

/// From the evening before until noon.
fn whole() -> Period {
    Period { from: morning() - TimeDelta::hours(14), until: morning() + TimeDelta::hours(4) }
}

/// Keeps a report that speaks like this of the city, first fetched at this time.
async fn told(store: &Store, from: &Source, tale: Option<&str>, toward_city: Label, seen: DateTime<Utc>) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let url = format!("https://{}.example/{number}", from.id.as_str());
    store.announce(&from.id, vec![announced(&url, "路燈")], morning()).await.unwrap();
    let claimed = store.claim(1, morning(), Duration::from_mins(5)).await.unwrap();
    let title = format!("高雄路燈不亮 電話0912345678 之{number}");
    let mut read = reading(&claimed[0], &url, &title, "高雄市鳳山區路燈三晚不亮，民眾批市府擺爛。").await;
    read.mention.analysis.toward_city.label = toward_city;
    read.mention.analysis.scope.inside = true;
    read.article.byline = Some("王小明".into());
    read.outlet.clone_from(&from.outlet);
    let id = read.article_id.clone();
    let told = Told { story: tale.map(str::to_owned), ..Told::default() };
    store.keep(from, Reading { told, fetched_at: seen, ..read }).await.unwrap();
    id
}

fn stepped(step: StepKind, version: i64, stage: Stage) -> Changing {
    let detail = serde_json::json!({ "step": step.name() }).to_string();
    Changing { detail, ..changing("c1", version, stage) }
}

on_both! {
    async fn what_a_digest_is_made_of_comes_from_one_period(database: Database) {
        let room = Room::open(database, &CLOSED);
        let store = &room.store;
        room.person("wang", &[clarion::domain::Role::Spokesperson]).await;
        let (one, other) = (source("mumian", "木棉日報"), source("gangbian", "港邊通訊社"));
        let at = |minutes: i64| morning() + TimeDelta::minutes(minutes);
        let first = told(store, &one, None, Label::Negative, at(0)).await;
        told(store, &other, Some(&first), Label::Neutral, at(10)).await;
        told(store, &one, None, Label::Positive, at(5)).await;
        told(store, &one, None, Label::Negative, whole().until).await;
        let of_case = told(store, &one, None, Label::Negative, at(20)).await;
        let copy = told(store, &other, Some(&of_case), Label::Negative, at(30)).await;
        let reports = vec![(of_case.clone(), "news".to_owned())];
        let claim = CaseClaim {
            verdict: clarion::domain::Verdict::Contradicted,
            kind: clarion::domain::ClaimKind::Figure,
            claimed: "25億元".into(),
            fact_id: None,
        };
        let new = Opening { claims: vec![claim], ..opening("c1", Some(of_case.clone()), reports) };
        store.open_case(new, Actor::daemon(), at(21)).await.unwrap();

        let DigestMatter { cases, reports } = store.digest_matter(whole(), whole().from).await.unwrap();
        let found: Vec<_> = reports.iter().map(|it| (it.id.as_str(), it.outlets, it.case_number)).collect();
        assert_eq!(found, [(first.as_str(), 2, None), (of_case.as_str(), 2, Some(1)), (copy.as_str(), 2, Some(1))]);
        assert_eq!((reports[0].outlet.as_str(), reports[0].author.as_deref()), ("木棉日報", Some("王小明")));
        assert_eq!((reports[0].story.as_str(), reports[0].toward_city), (first.as_str(), Label::Negative));
        let masked: Vec<&str> = reports[0].title_masks.iter().filter_map(|span| span.of(&reports[0].title)).collect();
        assert_eq!(masked, ["0912345678"]);
        assert_eq!((cases.len(), cases[0].outlets, cases[0].claims.as_slice()), (1, 1, &["25億元".to_owned()][..]));
        assert_eq!(cases[0].report.as_ref().map(|it| it.id.as_str()), Some(of_case.as_str()));
        assert!(cases[0].release.is_none() && cases[0].steps.is_empty());

        // What people do with it, up to its end.
        let issued = Issued { revision: 1, hash: "h".into(), answer: Answer::Clarification, at: at(50) };
        let steps = [
            (StepKind::Accept, Stage::Verifying(to())),
            (StepKind::Review, Stage::Drafting(to(), Answer::Clarification)),
            (StepKind::Publish, Stage::Published(to(), issued.clone())),
        ];
        for (version, (step, stage)) in (1..).zip(steps) {
            let release = (step == StepKind::Publish).then(|| releasing(&issued));
            let change = Changing { release, ..stepped(step, version, stage) };
            store.change_case(change, actor("wang"), at(40)).await.unwrap();
        }
        let cases = store.digest_matter(whole(), whole().from).await.unwrap().cases;
        let person = |step| (step, "王小明".to_owned());
        assert_eq!(cases[0].steps, [StepKind::Accept, StepKind::Review, StepKind::Publish].map(person));
        assert_eq!(cases[0].release.as_ref().map(|it| (it.title.as_str(), it.revision)), Some(("澄清說明", 1)));

        // A case that is over stands in the digest of the period in which it ended, and in none behind it.
        let closed = Stage::Closed(Some(to()), Some(issued));
        store.change_case(stepped(StepKind::Close, 4, closed), actor("wang"), at(60)).await.unwrap();
        let later = |from, until| Period { from: at(from), until: at(until) };
        let count = async |period: Period| store.digest_matter(period, period.from).await.unwrap().cases.len();
        assert_eq!((count(later(60, 120)).await, count(later(61, 120)).await, count(later(-60, 0)).await), (1, 0, 0));
    }
}

/// Runs the program on a database.
pub fn clarion(database: &Database, folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let config = folder.join("clarion.toml");
    let written = format!("[database]\nurl = \"{}\"\n[http]\npublic_url = \"https://clarion.example\"\n", database.url);
    std::fs::write(&config, written).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
    let output = command.args(arguments).arg("--config").arg(&config).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_writes_the_table_in_every_form_and_no_telephone_number() {
    let database = sqlite().await;
    let store = &database.store;
    told(store, &source("mumian", "木棉日報"), None, Label::Negative, morning()).await;
    put(store, "f1", statement(crate::facts::RELEASE)).await;
    let fact = latest(store, "f1").await;
    let checked: Checking = own(vec![contradicted(WRONG, &fact)], fact.number);
    keep(store, &source("gangbian", "港邊通訊社"), ("https://b.example/1", WRONG), None, checked).await;
    let alert = store.unclaimed_alerts(morning() - TimeDelta::days(1), 1).await.unwrap().remove(0);
    let reports = vec![(alert.finding.article_id, "news".to_owned())];
    let new = Opening { title: "=1+1".into(), level: CaseLevel::A, ..opening("c1", Some(alert.story), reports) };
    store.open_case(new, Actor::daemon(), morning()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |format: &str| {
        let out = folder.path().join("digest");
        let arguments = ["digest", "--at", "2026-03-17T10:30", "--format", format, "--out", out.to_str().unwrap()];
        assert!(clarion(&database, folder.path(), &arguments).is_empty());
        std::fs::read(out).unwrap()
    };
    let text = |format: &str| String::from_utf8(write(format)).unwrap();
    let csv = text("csv");
    assert!(csv.starts_with("\u{feff}編號,接獲時間,"), "{csv}");
    assert!(csv.contains("期間：115年3月17日 08:00 至 115年3月17日 10:30") && csv.contains("'=1+1"), "{csv}");
    let html = text("html");
    assert!(html.contains("1. 〔重大〕") && html.contains("2. 〔參考〕高雄路燈不亮 電話●●●"), "{html}");
    let json: serde_json::Value = serde_json::from_str(&text("json")).unwrap();
    assert_eq!((json["cases"].as_u64(), json["stories"].as_u64()), (Some(1), Some(1)));
    assert_eq!((json["rows"][0]["level"].as_str(), json["rows"][1]["author"].as_str()), (Some("A"), Some("王○明")));
    assert!(![&csv, &html, &json.to_string()].iter().any(|text| text.contains("0912345678")));
    assert!(write("ods").starts_with(b"PK"));

    let lines = |arguments: &[&str]| -> Vec<serde_json::Value> {
        let text = String::from_utf8(clarion(&database, folder.path(), arguments)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let listed = lines(&["cases", "list", "--state", "to_verify"]);
    assert_eq!((listed.len(), listed[0]["id"].as_str()), (1, Some("c1")));
    assert!(listed[0].get("reports").is_none());
    assert!(lines(&["cases", "list", "--state", "closed"]).is_empty());
    let exported = lines(&["cases", "export"]);
    assert_eq!(exported[0]["reports"][0]["url"].as_str(), Some("https://b.example/1"));
    assert_eq!(exported[0]["draft"]["text"]["title"].as_str(), Some("初稿"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_is_reported_from_the_command_line_and_an_empty_one_says_so() {
    let database = sqlite().await;
    let store = &database.store;
    put(store, "f1", statement(crate::facts::RELEASE)).await;
    let fact = latest(store, "f1").await;
    let checked: Checking = own(vec![contradicted(WRONG, &fact)], fact.number);
    keep(store, &source("gangbian", "港邊通訊社"), ("https://b.example/1", WRONG), None, checked).await;
    let alert = store.unclaimed_alerts(morning() - TimeDelta::days(1), 1).await.unwrap().remove(0);
    let claim = CaseClaim {
        verdict: alert.finding.found.verdict,
        kind: alert.finding.found.kind,
        claimed: alert.claimed,
        fact_id: Some("f1".into()),
    };
    let reports = vec![(alert.finding.article_id, "news".to_owned())];
    let new = Opening { claims: vec![claim], ..opening("c1", Some(alert.story), reports) };
    store.open_case(new, Actor::daemon(), morning()).await.unwrap();
    let period = |from: &str, until: &str| Period { from: from.parse().unwrap(), until: until.parse().unwrap() };
    let march = period("2026-02-28T16:00:00Z", "2026-03-31T16:00:00Z");
    assert_eq!(store.cases_known(march).await.unwrap().len(), 1);
    assert!(store.cases_known(Period { from: march.from, until: morning() }).await.unwrap().is_empty());

    let folder = tempfile::tempdir().unwrap();
    let report = |month: &str, format: &str| {
        clarion(&database, folder.path(), &["report", "--month", month, "--format", format])
    };
    let csv = String::from_utf8(report("2026-03", "csv")).unwrap();
    for line in
        ["鳳山區,1,100.00", "08:00–08:59,1,100.00", "週二,1,100.00", "發布回應,0,0,", "未更正,1", "待查證,1,100.00"]
    {
        assert!(csv.contains(line), "{line}: {csv}");
    }
    assert!(csv.contains("知悉時間自115年3月1日 00:00至115年4月1日 00:00（不含）之案件，計 1 件"), "{csv}");
    let html = String::from_utf8(report("115-02", "html")).unwrap();
    assert!(html.contains("115年2月輿情案件統計") && html.contains("本期間沒有案件"), "{html}");
    assert!(report("2026-03", "ods").starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_latest_digest_is_read_and_taken_along_by_those_who_are_logged_in() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("reader", &[clarion::domain::Role::ReadOnly]).await;
    let early = morning() - TimeDelta::hours(1);
    let report = told(&room.store, &source("mumian", "木棉日報"), None, Label::Negative, early).await;
    let cookie = room.cookie("reader").await;
    let page = room.get("/digest").with(&cookie).send().await.text;
    for words in
        ["115年3月16日 18:30 至 115年3月17日 08:00", "電話●●●", "href=\"/digest.ods\"", "aria-current=\"page\">彙整表"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.contains(&format!("/reports/{report}")) && !page.contains("0912345678"));
    let csv = room.get("/digest.csv").with(&cookie).send().await;
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"digest-20260317-0800.csv\"");
    assert!(csv.text.contains("木棉日報") && !csv.text.contains("0912345678"));
    assert!(room.get("/digest.ods").with(&cookie).send().await.bytes.starts_with(b"PK"));
    assert_eq!(room.get("/digest.csv").send().await.status, axum::http::StatusCode::UNAUTHORIZED);
}

fn channel(id: &str, audience: Audience) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: id.into(),
        audience,
        destination: Destination::Slack,
        min_level: Level::A,
        quiet: None,
        fall_back: None,
        allow_private: true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_digest_of_a_time_is_told_once_to_those_who_take_it() {
    let world = World::new(Vec::new()).await;
    let channels = vec![channel("duty", Audience::Staff), channel("press", Audience::Public)];
    let bureau = Arc::new(Bureau {
        office: Office { name: "新聞局".into(), contacts: Vec::new(), channels },
        city: Arc::new(built_in().clone()),
        public_url: "https://clarion.example/".parse().unwrap(),
    });
    let start = || Digests::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    told(world.store(), &source("mumian", "木棉日報"), None, Label::Negative, morning() - TimeDelta::hours(1)).await;
    let mut digests = start();
    // 08:00 itself.
    assert_eq!(digests.tick().await.unwrap(), 1);
    world.pass(Duration::from_mins(5));
    assert_eq!(digests.tick().await.unwrap(), 0);
    assert_eq!(start().tick().await.unwrap(), 0, "a daemon that starts anew tells nobody a second time");
    let sent = world.store().messages("digest", 10).await.unwrap();
    assert_eq!((sent.len(), sent[0].channel.as_str()), (1, "duty"));
    let message = Letter::read(&sent[0].message, "k", "r").unwrap();
    assert_eq!((message.purpose, message.level), (Purpose::Digest, Level::None));
    assert_eq!(message.subject, "〔輿情彙整〕115年3月17日 08:00");
    assert!(message.text.contains("未立案之負面報導 1 則"), "{}", message.text);
    assert!(message.html.unwrap().contains("〔參考〕高雄路燈不亮"));
    // 10:30 was missed by three hours, 14:30 by one.
    world.pass(Duration::from_mins(5 * 60 + 25));
    assert_eq!(start().tick().await.unwrap(), 0);
    world.pass(Duration::from_hours(2));
    assert_eq!(digests.tick().await.unwrap(), 1);
    let subjects: Vec<String> = world
        .store()
        .messages("digest", 10)
        .await
        .unwrap()
        .iter()
        .map(|row| Letter::read(&row.message, "k", "r").unwrap().subject)
        .collect();
    assert!(subjects.iter().any(|it| it.ends_with("14:30")) && !subjects.iter().any(|it| it.ends_with("10:30")));
}
