//! What is reported of months and years: figures, satisfaction, and what people keep asking.

use std::{path::Path, process::Command, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clarion::{
    domain::{Action, Actor, CaseLevel, Moments, Period, Role, Score, Source, Survey, Surveyed, TextKind},
    store::{AuditFilter, Filter, Opening, Put, Reading, Store},
};
use serde_json::Value;

use crate::{
    cases::opening,
    digest::clarion,
    facts::{put, statement},
    on_both,
    support::{
        Database, announced, morning, reading,
        room::{CLOSED, Room},
        source, sqlite,
    },
};

fn march() -> Period {
    Period { from: at("2026-03-01T00:00:00+08:00"), until: at("2026-04-01T00:00:00+08:00") }
}

fn at(written: &str) -> DateTime<Utc> {
    written.parse().unwrap()
}

fn survey(key: &str, day: u32, step: u8) -> Survey {
    Survey {
        key: key.into(),
        about: Surveyed::Line1999("KC-1".into()),
        day: NaiveDate::from_ymd_opt(2026, 3, day).unwrap(),
        score: Score::new(step).unwrap(),
        channel: "電話".into(),
        comment: Some("很快".into()),
    }
}

/// Keeps a question that somebody asked.
async fn asked(store: &Store, from: &Source, title: &str, text: &str) -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let url = format!("https://{}.example/asked/{number}", from.id.as_str());
    store.announce(&from.id, vec![announced(&url, title)], morning()).await.unwrap();
    let claimed = store.claim(1, morning(), Duration::from_mins(5)).await.unwrap();
    let mut read = reading(&claimed[0], &url, title, text).await;
    read.mention.analysis.kind = TextKind::Question;
    read.mention.analysis.scope.inside = true;
    read.outlet.clone_from(&from.outlet);
    let id = read.article_id.clone();
    store.keep(from, Reading { fetched_at: morning(), ..read }).await.unwrap();
    id
}

on_both! {
    async fn an_answer_to_a_survey_is_kept_once_and_counted_on_its_day(database: Database) {
        let store = &database.store;
        let import = async |surveys: Vec<Survey>| {
            store.put_surveys(surveys, "三月.csv".into(), Actor::command_line(), morning()).await.unwrap()
        };
        let all = vec![survey("a", 1, 5), survey("b", 31, 2)];
        assert_eq!(import(all.clone()).await, [Put::New, Put::New]);
        assert_eq!(import(all).await, [Put::Same, Put::Same]);
        assert_eq!(import(vec![survey("b", 31, 4)]).await, [Put::Revised]);
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        let steps = |at| Score::new(at).unwrap();
        assert_eq!(store.survey_scores(march()).await.unwrap(), [(day(1), steps(5)), (day(31), steps(4))]);
        let april = Period { from: march().until, until: at("2026-05-01T00:00:00+08:00") };
        assert!(store.survey_scores(april).await.unwrap().is_empty());
        let logged = store.audit_log(&AuditFilter::default(), None, 9).await.unwrap();
        let imported = logged.iter().filter(|row| row.action == Action::SurveysImported.name()).count();
        assert_eq!(imported, 2, "what changed nothing is not logged");
    }
}

on_both! {
    async fn questions_of_a_period_come_with_their_personal_data_marked(database: Database) {
        let store = &database.store;
        let board = source("board", "港都論壇");
        let id = asked(store, &board, "垃圾車幾點來", "鳳山垃圾車幾點來，請回電0912345678").await;
        let found = store.asked(march()).await.unwrap();
        assert_eq!(found.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), [id.as_str()]);
        let hidden: Vec<&str> = found[0].lead_masks.iter().filter_map(|span| span.of(&found[0].lead)).collect();
        assert_eq!(hidden, ["0912345678"]);
        assert!(store.asked(Period { until: march().from, ..march() }).await.unwrap().is_empty());
    }
}

/// What a program says that does not succeed: its exit code, standard output and standard error.
fn failing(database: &Database, folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let config = folder.join("failing.toml");
    std::fs::write(&config, format!("[database]\nurl = \"{}\"\n", database.url)).unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_clarion")).args(arguments).arg("--config").arg(&config).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn level(level: CaseLevel, id: &str, known: DateTime<Utc>) -> Opening {
    let moments = Moments { published: None, fetched: known, acknowledged: None, known, planned: None, answered: None };
    Opening { level, moments, claims: Vec::new(), ..opening(id, None, Vec::new()) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_stands_month_by_month_with_the_satisfaction_that_was_imported() {
    let database = sqlite().await;
    let store = &database.store;
    for (id, kind, known) in [
        ("c1", CaseLevel::A, "2026-03-17T09:00:00+08:00"),
        ("c2", CaseLevel::B, "2026-02-28T23:59:59+08:00"),
        ("c3", CaseLevel::C, "2025-12-31T23:59:59+08:00"),
    ] {
        store.open_case(level(kind, id, at(known)), Actor::daemon(), at(known)).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| String::from_utf8(clarion(&database, folder.path(), arguments)).unwrap();
    let before = run(&["report", "--year", "115", "--format", "csv"]);
    assert!(before.contains("問卷份數,—,"), "{before}");

    let file = folder.path().join("三月.csv");
    let rows = "案件,1999案號,調查日期,滿意度,管道,意見\n\
                1,,115/03/18,滿意,電話,請回電0912-345-678\n\
                ,KC-115-0001,2026-02-10,不滿意,簡訊,\n\
                99,,2026-02-10,5,簡訊,\n\
                1,,115/13/01,5,,\n";
    std::fs::write(&file, rows).unwrap();
    let name = file.to_string_lossy().into_owned();
    let (code, told, complaints) = failing(&database, folder.path(), &["satisfaction", "import", &name]);
    assert_eq!((code, told.trim()), (1, "{\"new\":2,\"revised\":0,\"same\":0,\"refused\":2}"), "{complaints}");
    assert!(complaints.contains("第 4 行：沒有案件「99」，未匯入。"), "{complaints}");
    assert!(complaints.contains("第 5 行：date「115/13/01」不是日期或時間"), "{complaints}");
    let (_, again, _) = failing(&database, folder.path(), &["satisfaction", "import", &name]);
    assert_eq!(again.trim(), "{\"new\":0,\"revised\":0,\"same\":2,\"refused\":2}");
    let kept = std::fs::read(database.url.trim_start_matches("sqlite:")).unwrap();
    assert!(!String::from_utf8_lossy(&kept).contains("345-678"), "no telephone number is kept");

    let csv = run(&["report", "--year", "2026", "--format", "csv"]);
    let row = |begins: &str| csv.lines().find(|line| line.starts_with(begins)).unwrap().to_owned();
    assert!(row("項目,1月").ends_with("12月,合計"), "{csv}");
    assert!(row("案件,0,1,1,").ends_with(",2"), "the case of the old year is not in it: {csv}");
    assert!(row("重大（A）").starts_with("重大（A）,0,0,1,") && row("重大（A）").ends_with(",1,50.00"), "{csv}");
    assert!(row("問卷份數").starts_with("問卷份數,—,1,1,") && row("問卷份數").ends_with(",2"), "{csv}");
    assert!(row("平均分數").ends_with(",3.00") && row("滿意百分比").ends_with(",50.00"), "{csv}");
    assert!(csv.contains("重製：clarion report --year 2026"), "{csv}");
    let json: Value = serde_json::from_str(&run(&["report", "--month", "2026-03", "--format", "json"])).unwrap();
    assert_eq!((json["cases"].as_u64(), json["satisfaction"]["mean"].as_f64()), (Some(1), Some(4.0)));
    assert_eq!(json["served"][5]["name"].as_str(), Some("manual"));
    let (code, _, complaint) = failing(&database, folder.path(), &["report", "--month", "2026-03", "--year", "2026"]);
    assert!(code == 2 && complaint.contains("cannot be used with"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_and_questions_are_read_taken_along_and_asked_for_by_programs() {
    let room = Room::open(sqlite().await, &CLOSED);
    room.person("reader", &[Role::ReadOnly]).await;
    let store = &room.store;
    let known = morning() - TimeDelta::hours(1);
    store.open_case(level(CaseLevel::B, "c1", known), Actor::daemon(), known).await.unwrap();
    let (board, other) = (source("board", "港都論壇"), source("social", "南方社群"));
    asked(store, &board, "請問鳳山垃圾車幾點來", "最近垃圾車時間改了，垃圾車幾點到？電話0912345678").await;
    asked(store, &other, "三民區垃圾車幾點來", "等不到垃圾車，垃圾車時間改了嗎").await;
    let mut answer = statement("垃圾車時間自4月1日起調整，垃圾車幾點到站可於網站查詢。");
    answer.title = "垃圾車清運時間".into();
    put(store, "f/1", answer).await;
    assert_eq!(store.reports(&Filter::default(), None, 9).await.unwrap().total, 2);
    for path in ["/statistics", "/faq", "/api/v1/statistics", "/faq.csv"] {
        assert_ne!(room.get(path).send().await.status, 200, "{path} is for those who are logged in");
    }
    let cookie = room.cookie("reader").await;
    let get = async |path: &str| {
        let answer = room.get(path).with(&cookie).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer
    };
    let month = get("/statistics").await.text;
    for words in ["115年3月輿情案件統計", "aria-current=\"page\">報表", "回覆時限", "服務對象", "year=2026&#38;month=3"]
    {
        assert!(month.contains(words), "{words}: {month}");
    }
    let year = get("/statistics?year=2026&month=").await.text;
    assert!(year.contains("115年輿情案件統計") && year.contains("<th scope=\"col\">12月</th>"), "{year}");
    let csv = get("/statistics.csv?year=2026").await;
    assert_eq!(csv.headers["content-disposition"], "attachment; filename=\"statistics-2026.csv\"");
    assert!(get("/statistics.ods?year=2026&month=3").await.bytes.starts_with(b"PK"));
    let json: Value = serde_json::from_str(&get("/api/v1/statistics?year=2026").await.text).unwrap();
    assert_eq!((json["whole"]["cases"].as_u64(), json["months"][2]["cases"].as_u64()), (Some(1), Some(1)));
    assert!(json["months"][3].is_null() && json["whole"]["satisfaction"].is_null());

    let page = get("/faq?from=2026-03-17&to=2026-03-17").await.text;
    for words in ["垃圾車", "2 次", "南方社群、港都論壇", "href=\"/facts/f%2F1\"", "接近程度"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("0912345678"));
    let json: Value = serde_json::from_str(&get("/api/v1/faq?from=2026-03-01&to=2026-03-31").await.text).unwrap();
    let first = &json["candidates"][0];
    assert_eq!((first["asked"].as_u64(), first["answer"]["statement"].as_str()), (Some(2), Some("f/1")));
    assert!(first["answer"]["nearness"].as_f64().unwrap() > 0.4);
    let none = get("/faq?from=2025-03-01&to=2025-03-31").await.text;
    assert!(none.contains("本期間沒有重複詢問的問題"), "{none}");
    let told: Value = serde_json::from_str(&get("/api/v1/openapi.json").await.text).unwrap();
    assert_eq!(told["servers"][0]["url"].as_str(), Some("https://clarion.example/"));
    assert!(told["paths"]["/api/v1/faq"]["get"]["parameters"][0]["name"].is_string());
    let refused = room.get("/api/v1/faq?from=x&to=y").with(&cookie).send().await;
    assert!(refused.status == 422 && refused.text.contains("日期無法判讀"), "{}", refused.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_without_an_answer_are_listed_from_the_command_line() {
    let database = sqlite().await;
    let (board, other) = (source("board", "港都論壇"), source("social", "南方社群"));
    asked(&database.store, &board, "鳳山垃圾車幾點來", "垃圾車時間改了？").await;
    asked(&database.store, &other, "三民垃圾車幾點來", "垃圾車時間改了嗎").await;
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| {
        let days = ["faq", "candidates", "--from", "115/03/17", "--to", "2026-03-17"];
        String::from_utf8(clarion(&database, folder.path(), &[&days, more].concat())).unwrap()
    };
    let line: Value = serde_json::from_str(run(&[]).trim()).unwrap();
    assert_eq!((line["asked"].as_u64(), line["answer"].is_null()), (Some(2), true));
    assert_eq!(line["outlets"].as_array().unwrap().len(), 2);
    let csv = run(&["--format", "csv"]);
    assert!(csv.contains("尚無說明") && csv.contains("最接近的說明"), "{csv}");
    let html = run(&["--format", "html"]);
    assert!(html.contains("<h1") && html.contains("常見問題候選"), "{html}");
}
