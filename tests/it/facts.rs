//! The register of official statements in the database: versions, findings, what people make of them, and the command
//! line.

use std::process::{Command, Output, Stdio};

use chrono::TimeDelta;
use clarion::{
    domain::{
        Action, Actor, ClaimKind, Doubt, Entered, Examined, FactKind, FactQuote, FactVersion, Field, Found, Level,
        Outcome, Quote, Role, Source, Span, Statement, UserName, Verdict,
    },
    store::{Checking, FactFilter, Filter, Judging, Put, Reading, Search, Stating, Store, Stored, Told},
};
use sqlx::{AnyConnection, Connection, Executor};

use crate::{
    on_both,
    support::{
        analyzer, announced, morning, reading,
        room::{CLOSED, Room},
        source, sqlite,
    },
};

pub const RELEASE: &str = "五甲地區雨水下水道改善工程總經費新臺幣2億5,000萬元，預定115年8月31日完工。";
pub const WRONG: &str = "五甲地區雨水下水道改善工程總經費高達25億元，預定8月底完工。";

pub fn statement(text: &str) -> Statement {
    Statement {
        kind: FactKind::Hand,
        agency: "高雄市政府水利局".into(),
        title: "五甲雨水下水道".into(),
        text: text.into(),
        url: None,
        document_no: None,
        published: Some(morning()),
        valid_from: None,
        valid_to: None,
        superseded_by: None,
    }
}

pub async fn put(store: &Store, id: &str, says: Statement) -> Put {
    let words = analyzer().await.segmenter().words(&format!("{} {}", says.title, says.text));
    let new = Stating { id: id.into(), statement: says, words };
    let about = (Action::FactEntered, id.to_owned());
    let actor = Actor::visitor("192.0.2.1");
    store.put_facts(vec![new], about, actor, morning()).await.unwrap().remove(0)
}

/// Keeps a report with what the register says of it, as the `read` worker does.
pub async fn keep(
    store: &Store,
    from: &Source,
    report: (&str, &str),
    tale: Option<String>,
    checking: Checking,
) -> Stored {
    let (url, text) = report;
    let entry = announced(&format!("{url}{text}"), "五甲下水道");
    store.announce(&from.id, vec![entry], morning()).await.unwrap();
    let claimed = store.claim(1, morning(), std::time::Duration::from_mins(5)).await.unwrap();
    let read = reading(&claimed[0], url, "五甲下水道拚防汛", text).await;
    let told = Told { story: tale, ..Told::default() };
    let outlet = from.outlet.clone();
    store.keep(from, Reading { outlet, checking, told, ..read }).await.unwrap()
}

/// The words of one text as a quotation of it.
fn quote(text: &str, part: &str) -> Quote {
    let start = text.find(part).unwrap();
    Quote { field: Field::Text, span: Span::new(0, text.len()), part: Span::new(start, start + part.len()) }
}

pub fn contradicted(text: &str, fact: &FactVersion) -> Found {
    let (claim, truth) = (quote(text, "25億元"), quote(&fact.statement.text, "2億5,000萬元"));
    Found {
        verdict: Verdict::Contradicted,
        kind: ClaimKind::Figure,
        level: Level::A,
        score: 0.93,
        claim,
        fact: Some(FactQuote { id: fact.id.clone(), revision: fact.revision, hash: fact.hash.clone(), quote: truth }),
        why: "數字不一致".into(),
    }
}

pub fn own(found: Vec<Found>, register: i64) -> Checking {
    let claimed = found.iter().map(|_| "25億元".to_owned()).collect();
    let examined = Examined { register, dictionaries: "d1".into(), rules: "r1".into(), found };
    Checking::Own { wording: "w1".into(), examined, claimed }
}

pub async fn latest(store: &Store, id: &str) -> FactVersion {
    store.fact_versions(id).await.unwrap().remove(0)
}

async fn doubtful(store: &Store) -> u64 {
    store.reports(&Filter { doubtful: true, ..Filter::default() }, None, 10).await.unwrap().total
}

on_both! {
    async fn every_version_of_a_statement_is_kept(database: Database) {
        let store = &database.store;
        assert_eq!(put(store, "f1", statement(RELEASE)).await, Put::New);
        assert_eq!(put(store, "f1", statement(RELEASE)).await, Put::Same);
        let ended = Statement { valid_to: Some(morning() + TimeDelta::days(1)), ..statement(RELEASE) };
        assert_eq!(put(store, "f1", ended.clone()).await, Put::Revised);
        let versions = store.fact_versions("f1").await.unwrap();
        assert_eq!(versions.iter().map(|it| it.revision).collect::<Vec<_>>(), [2, 1]);
        assert_eq!((&versions[0].statement, &versions[1].statement), (&ended, &statement(RELEASE)));
        assert_eq!(versions[0].hash, versions[1].hash, "the words are the same");
        assert_eq!(versions[0].entered, Entered::Person("(visitor)".into()));
        let after = store.facts_after(versions[1].number, 10).await.unwrap();
        assert_eq!(after, [versions[0].clone()]);
        let (head, _) = store.audit_head().await.unwrap();
        assert_eq!(head.seq, 2, "what changed nothing is not in the log");

        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&database.url).await.unwrap();
        for change in ["UPDATE facts SET text = 'x'", "DELETE FROM facts"] {
            let refused = connection.execute(change).await.unwrap_err().to_string();
            assert!(refused.contains("a version of a fact is never changed"), "{refused}");
        }
    }
}

on_both! {
    async fn statements_are_found_by_words_kind_agency_and_validity(database: Database) {
        let store = &database.store;
        put(store, "f1", statement(RELEASE)).await;
        let lift = "岡山車站跨站天橋電梯為國營臺灣鐵路公司所有。";
        let over = Some(morning() - TimeDelta::days(1));
        put(store, "f2", Statement {
            kind: FactKind::Jurisdiction,
            agency: "高雄市政府交通局".into(),
            published: None,
            valid_to: over,
            ..statement(lift)
        }).await;
        // The search knows the latest version alone.
        put(store, "f1", statement("五甲地區雨水下水道改善工程進度42%。")).await;
        let count = async |filter| store.facts(&filter, None, 10).await.unwrap().total;
        let words = |words: &[&str]| FactFilter {
            search: Search { words: words.iter().map(|word| (*word).to_owned()).collect() },
            ..FactFilter::default()
        };
        assert_eq!(count(FactFilter::default()).await, 2);
        assert_eq!((count(words(&["電梯"])).await, count(words(&["經費"])).await), (1, 0));
        assert_eq!(count(words(&["\"' OR *"])).await, 0);
        assert_eq!(count(FactFilter { kind: Some(FactKind::Hand), ..FactFilter::default() }).await, 1);
        assert_eq!(count(FactFilter { agency: "高雄市政府交通局".into(), ..FactFilter::default() }).await, 1);
        assert_eq!(count(FactFilter { holding: Some(morning()), ..FactFilter::default() }).await, 1);
        let page = store.facts(&FactFilter::default(), None, 1).await.unwrap();
        assert_eq!(page.facts[0].id, "f1", "the latest recorded comes first");
        let next = store.facts(&FactFilter::default(), page.next, 1).await.unwrap();
        assert_eq!((next.facts[0].id.as_str(), next.next), ("f2", None));
    }
}

on_both! {
    async fn what_an_official_source_publishes_is_in_the_register(database: Database) {
        let store = &database.store;
        let city = Source { official: Some("高雄市政府水利局".into()), ..source("cityhall", "市府") };
        keep(store, &city, ("https://city.example/1", RELEASE), None, Checking::Left).await;
        keep(store, &source("mumian", "木棉日報"), ("https://a.example/1", WRONG), None, Checking::Left).await;
        let page = store.facts(&FactFilter::default(), None, 10).await.unwrap();
        assert_eq!(page.total, 1);
        let first = latest(store, &page.facts[0].id).await;
        assert_eq!((first.statement.text.as_str(), first.statement.agency.as_str()), (RELEASE, "高雄市政府水利局"));
        assert_eq!((first.statement.kind, &first.entered), (FactKind::Release, &Entered::Source("cityhall".into())));
        assert!(store.report(&first.id).await.unwrap().is_some(), "its key is that of the report");

        let ended = Statement { valid_to: Some(morning() + TimeDelta::days(30)), ..first.statement.clone() };
        put(store, &first.id, ended).await;
        let changed = RELEASE.replace("8月31日", "9月30日");
        let stored = keep(store, &city, ("https://city.example/1", &changed), None, Checking::Left).await;
        assert_eq!(stored, Stored::Revised);
        let third = latest(store, &first.id).await;
        assert_eq!((third.revision, third.statement.text.as_str()), (3, changed.as_str()));
        assert_eq!(third.statement.valid_to, Some(morning() + TimeDelta::days(30)), "a person's end is kept");
        let last = store.last_statements().await.unwrap();
        assert_eq!(last.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["cityhall"]);
    }
}

on_both! {
    async fn a_finding_stays_until_it_is_found_no_longer(database: Database) {
        let store = &database.store;
        put(store, "f1", statement(RELEASE)).await;
        let fact = latest(store, "f1").await;
        let from = source("mumian", "木棉日報");
        let found = vec![contradicted(WRONG, &fact)];
        keep(store, &from, ("https://a.example/1", WRONG), None, own(found.clone(), fact.number)).await;
        let row = store.reports(&Filter::default(), None, 1).await.unwrap().rows.remove(0);
        assert_eq!((row.doubt, doubtful(store).await), (Doubt::Open(Level::A), 1));
        let (whose, first) = store.findings_of(&row.id).await.unwrap().unwrap();
        assert_eq!((whose.as_str(), &first[0].found), (row.id.as_str(), &found[0]));
        assert_eq!((first[0].dictionaries.as_str(), first[0].rules.as_str()), ("d1", "r1"));
        assert_eq!(store.open_alerts().await.unwrap(), [(Level::A, 1)]);

        let since = morning() - TimeDelta::days(3);
        assert!(store.behind(fact.number, since, 10).await.unwrap().is_empty());
        let behind = store.behind(fact.number + 1, since, 10).await.unwrap();
        assert_eq!((behind[0].article_id.as_str(), behind[0].text.as_str(), behind[0].register), (row.id.as_str(), WRONG, Some(fact.number)));
        let again = vec![(row.id.clone(), 1, own(found.clone(), fact.number + 1))];
        assert_eq!(store.recheck(again, morning()).await.unwrap(), clarion::store::Rechecked::default());
        let (_, second) = store.findings_of(&row.id).await.unwrap().unwrap();
        assert_eq!(second, first, "the same finding is not made anew");
        assert!(store.behind(fact.number + 1, since, 10).await.unwrap().is_empty());

        let gone = vec![(row.id.clone(), 1, own(Vec::new(), fact.number + 2))];
        assert_eq!(store.recheck(gone, morning()).await.unwrap().ended, 1);
        assert_eq!((doubtful(store).await, store.findings_of(&row.id).await.unwrap().unwrap().1.len()), (0, 0));
        let stale = vec![(row.id.clone(), 7, own(found.clone(), fact.number + 3))];
        store.recheck(stale, morning()).await.unwrap();
        assert_eq!(doubtful(store).await, 0, "another version was checked meanwhile");
        let back = vec![(row.id.clone(), 1, own(found, fact.number + 3))];
        assert_eq!(store.recheck(back, morning()).await.unwrap().alerts, [Level::A]);

        let right = WRONG.replace("25億元", "2.5億元");
        keep(store, &from, ("https://a.example/1", &right), None, own(Vec::new(), fact.number + 3)).await;
        assert_eq!(doubtful(store).await, 0, "the outlet put it right");
    }
}

on_both! {
    async fn one_error_of_a_story_is_judged_once_and_remembered(database: Database) {
        let room = Room::open(database, &CLOSED);
        let store = &room.store;
        room.person("wang", &[Role::DutyOfficer]).await;
        put(store, "f1", statement(RELEASE)).await;
        let fact = latest(store, "f1").await;
        let checked = || own(vec![contradicted(WRONG, &fact)], fact.number);
        let from = source("mumian", "木棉日報");
        keep(store, &from, ("https://a.example/1", WRONG), None, checked()).await;
        let first = store.reports(&Filter::default(), None, 1).await.unwrap().rows.remove(0).id;
        keep(store, &from, ("https://a.example/2", WRONG), Some(first.clone()), checked()).await;
        keep(store, &from, ("https://a.example/3", WRONG), None, checked()).await;
        assert_eq!(store.same_wording(&first, "w1").await.unwrap(), Some(first.clone()));
        let shared = Checking::Shared { wording: "w1".into(), with: first.clone(), register: fact.number };
        keep(store, &from, ("https://a.example/4", WRONG), Some(first.clone()), shared).await;
        let all = Filter { singly: true, ..Filter::default() };
        let rows = store.reports(&all, None, 10).await.unwrap().rows;
        let fourth = rows.iter().find(|row| row.url.ends_with("/4")).unwrap();
        let (whose, found) = store.findings_of(&fourth.id).await.unwrap().unwrap();
        assert_eq!((whose.as_str(), found.len()), (first.as_str(), 1));
        assert_eq!(doubtful(store).await, 2, "two stories");

        let by = || (UserName::parse("wang").unwrap(), Actor::visitor("192.0.2.1"));
        let judge = async |article: &str, outcome| {
            let note = Some("已電洽".to_owned());
            store.judge_finding((article, &found[0].id), outcome, note, by(), morning()).await.unwrap()
        };
        assert_eq!(judge("report-x", Outcome::Misreport).await, Judging::Stale);
        assert_eq!(judge(&first, Outcome::CityWrong).await, Judging::Done(2));
        assert_eq!(judge(&first, Outcome::Misreport).await, Judging::Stale);
        assert_eq!(doubtful(store).await, 1, "another story is another matter");
        let (_, kept) = store.findings_of(&first).await.unwrap().unwrap();
        let judged = kept[0].judged.as_ref().unwrap();
        assert_eq!((judged.outcome, judged.by.as_str(), judged.note.as_deref()), (Outcome::CityWrong, "wang", Some("已電洽")));
        let lessons = store.lessons().await.unwrap();
        assert_eq!(lessons.len(), 1);
        assert_eq!((lessons[0].fact_id.as_str(), lessons[0].doubted, lessons[0].confirmed), ("f1", 2, 0));
        let again = vec![(first.clone(), 1, checked())];
        store.recheck(again, morning()).await.unwrap();
        assert_eq!(store.findings_of(&first).await.unwrap().unwrap().1, kept, "what was judged stays judged");
        let (head, _) = store.audit_head().await.unwrap();
        let log = store.audit_rows(head.seq - 1, 1).await.unwrap();
        assert_eq!((log[0].action.as_str(), log[0].subject.as_str()), ("finding_judged", first.as_str()));
    }
}

/// `clarion facts …` on a database.
fn facts(database: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("clarion.toml");
    std::fs::write(&config, format!("[database]\nurl = \"{database}\"\n")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
    command.arg("facts").args(arguments).arg("--config").arg(&config).stdin(Stdio::null()).output().unwrap()
}

fn lines(output: &Output) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

on_both! {
    async fn a_table_is_imported_once_and_its_bad_rows_are_told(database: Database) {
        let folder = tempfile::tempdir().unwrap();
        let (table, back) = (folder.path().join("費率.csv"), folder.path().join("back.jsonl"));
        let table_path = table.to_str().unwrap();
        let write = |fare: &str| {
            let rows = format!(
                "主題,項目,數值,單位,機關,生效日期\r\n旗津渡輪,全票票價,{fare},元,高雄市政府交通局,115/01/01\r\n\
                 旗津渡輪,機車票價,40,元,,\r\n旗津渡輪,全票票價,99,元,高雄市政府交通局,115/01/01\r\n"
            );
            // As an office's spreadsheet writes it.
            std::fs::write(&table, encoding_rs::BIG5.encode(&rows).0).unwrap();
        };
        write("30");
        let done = facts(&database.url, &["import", table_path]);
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{told}");
        assert!(told.contains("第 3 行：缺少發布機關，未匯入。"), "{told}");
        assert!(told.contains("第 4 行：與第 2 行為同一事實但內容不同"), "{told}");
        let counts = |new: u64, revised: u64, same: u64| {
            serde_json::json!({ "new": new, "revised": revised, "same": same, "refused": 2 })
        };
        assert_eq!(lines(&done), [counts(1, 0, 0)]);
        assert_eq!(lines(&facts(&database.url, &["import", table_path])), [counts(0, 0, 1)]);
        write("35");
        assert_eq!(lines(&facts(&database.url, &["import", table_path])), [counts(0, 1, 0)]);

        let listed = lines(&facts(&database.url, &["list", "--agency", "高雄市政府交通局"]));
        assert_eq!((listed.len(), listed[0]["revision"].as_u64()), (1, Some(2)));
        assert!(listed[0].get("text").is_none());
        let exported = facts(&database.url, &["export"]);
        let line = &lines(&exported)[0];
        assert_eq!(line["text"], "旗津渡輪的全票票價為35元。");
        assert_eq!(line["valid_from"], "2026-01-01T00:00:00+08:00");
        std::fs::write(&back, &exported.stdout).unwrap();
        let again = facts(&database.url, &["import", back.to_str().unwrap()]);
        assert_eq!((again.status.code(), lines(&again)[0]["same"].as_u64()), (Some(0), Some(1)));
        let (head, _) = database.store.audit_head().await.unwrap();
        let log = database.store.audit_rows(head.seq - 1, 1).await.unwrap();
        assert_eq!((log[0].action.as_str(), log[0].subject.as_str()), ("facts_imported", "費率.csv"));
    }
}

#[tokio::test]
async fn an_import_of_nothing_is_an_error_that_says_what_to_do() {
    let database = sqlite().await;
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.csv");
    std::fs::write(&empty, "").unwrap();
    let done = facts(&database.url, &["import", empty.to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("holds no statement"));
    assert_eq!(facts(&database.url, &["import", "/no/such/file"]).status.code(), Some(1));
    assert_eq!(facts(&database.url, &["list", "--kind", "rumour"]).status.code(), Some(2));
}
