//! What the store promises, on both databases.

use std::time::Duration;

use chrono::TimeDelta;
use clarion::{
    domain::{Label, SourceState, Trouble, TroubleKind},
    store::{Filter, Search, Store, Stored, Told, Turn},
};

use crate::{
    on_both,
    support::{Database, analyzer, announced, morning, reading, source},
};

const LEASE: Duration = Duration::from_mins(5);

async fn keep(database: &Database, id: &str, url: &str, title: &str, text: &str) -> Stored {
    let source = source("mumian", "木棉日報");
    database.store.announce(&source.id, vec![announced(id, title)], morning()).await.unwrap();
    let claimed = database.store.claim(10, morning(), LEASE).await.unwrap();
    let row = claimed.iter().find(|row| row.entry.id == id).expect("the entry was queued");
    database.store.keep(&source, reading(row, url, title, text).await).await.unwrap()
}

async fn search(words: &str) -> Filter {
    let words = analyzer().await.segmenter().tokens(words);
    Filter { search: Search { words }, ..Filter::default() }
}

on_both! {
    async fn an_entry_is_queued_once_and_again_when_it_changes(database: Database) {
        let source = source("mumian", "木棉日報");
        let announce = |entry| database.store.announce(&source.id, vec![entry], morning());
        assert_eq!(announce(announced("1", "捷運黃線開工")).await.unwrap(), 1);
        assert_eq!(announce(announced("1", "捷運黃線開工")).await.unwrap(), 0);
        assert_eq!(announce(announced("1", "捷運黃線今開工")).await.unwrap(), 1);
        assert_eq!(database.store.waiting().await.unwrap(), 1);
        let claimed = database.store.claim(10, morning(), LEASE).await.unwrap();
        assert_eq!(claimed[0].entry.title, "捷運黃線今開工");
        assert_eq!(claimed[0].entry.published.unwrap().at, morning());
    }
}

on_both! {
    async fn a_claim_is_exclusive_until_its_lease_ends(database: Database) {
        let source = source("mumian", "木棉日報");
        let entries = (0..20).map(|n| announced(&n.to_string(), "路燈不亮")).collect();
        database.store.announce(&source.id, entries, morning()).await.unwrap();
        let claims = (0..8).map(|_| database.store.claim(5, morning(), LEASE));
        let mut ids: Vec<String> = futures_util::future::join_all(claims)
            .await
            .into_iter()
            .flat_map(|claimed| claimed.unwrap().into_iter().map(|row| row.id))
            .collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((all, ids.len()), (20, 20));
        let later = morning() + TimeDelta::minutes(6);
        let again = database.store.claim(50, later, LEASE).await.unwrap();
        assert_eq!((again.len(), again[0].attempts), (20, 2));
    }
}

on_both! {
    async fn what_cannot_be_read_waits_or_is_given_up(database: Database) {
        let source = source("mumian", "木棉日報");
        database.store.announce(&source.id, vec![announced("1", "停水公告")], morning()).await.unwrap();
        let claim = async |at| database.store.claim(1, at, LEASE).await.unwrap();
        let row = claim(morning()).await.remove(0);
        let later = morning() + TimeDelta::minutes(1);
        database.store.put_back(&row, Some(later), "503").await.unwrap();
        assert!(claim(morning()).await.is_empty());
        let row = claim(later).await.remove(0);
        assert_eq!(row.attempts, 2);
        database.store.release(&row, later).await.unwrap();
        let row = claim(later).await.remove(0);
        assert_eq!(row.attempts, 2, "what was not tried is not counted");
        database.store.put_back(&row, None, "404").await.unwrap();
        assert_eq!(database.store.waiting().await.unwrap(), 0);
    }
}

on_both! {
    async fn an_entry_announced_anew_while_it_is_read_is_read_again(database: Database) {
        let source = source("mumian", "木棉日報");
        database.store.announce(&source.id, vec![announced("1", "停水公告")], morning()).await.unwrap();
        let row = database.store.claim(1, morning(), LEASE).await.unwrap().remove(0);
        database.store.announce(&source.id, vec![announced("1", "停水公告更正")], morning()).await.unwrap();
        let read = reading(&row, "https://a.example/1", "停水公告", "三民區停水。").await;
        assert_eq!(database.store.keep(&source, read).await.unwrap(), Stored::New);
        let again = database.store.claim(1, morning() + TimeDelta::seconds(1), LEASE).await.unwrap();
        assert_eq!(again[0].entry.title, "停水公告更正");
        database.store.put_back(&row, None, "an old claim").await.unwrap();
        assert_eq!(database.store.waiting().await.unwrap(), 1, "an old claim settles nothing");
    }
}

on_both! {
    async fn a_source_is_polled_by_one_daemon_at_a_time(database: Database) {
        let id = source("mumian", "木棉日報").id;
        let until = morning() + TimeDelta::minutes(5);
        let turns = (0..6).map(|_| database.store.take_turn(&id, morning(), until));
        let ours = futures_util::future::join_all(turns)
            .await
            .into_iter()
            .filter(|turn| matches!(turn, Ok(Turn::Ours(_))))
            .count();
        assert_eq!(ours, 1);
        let later = database.store.take_turn(&id, until, until + TimeDelta::minutes(5)).await.unwrap();
        assert!(matches!(later, Turn::Ours(_)), "a turn that was never ended runs out");
        database.store.take_over().await.unwrap();
        let taken = database.store.take_turn(&id, until, until + TimeDelta::minutes(5)).await.unwrap();
        let alone = database.store.kind() == "sqlite";
        assert_eq!(matches!(taken, Turn::Ours(_)), alone, "who is alone takes over from the dead");
    }
}

on_both! {
    async fn one_report_from_two_sources_at_once_is_one_report(database: Database) {
        let (a, b) = (source("mumian", "木棉日報"), source("fenghuang", "鳳凰木晚報"));
        database.store.announce(&a.id, vec![announced("1", "輕軌延誤")], morning()).await.unwrap();
        database.store.announce(&b.id, vec![announced("1", "輕軌延誤")], morning()).await.unwrap();
        let rows = database.store.claim(2, morning(), LEASE).await.unwrap();
        let url = "https://a.example/1";
        let first = reading(&rows[0], url, "輕軌延誤", "輕軌今早延誤十分鐘。").await;
        let second = reading(&rows[1], url, "輕軌延誤", "輕軌今早延誤十分鐘。").await;
        let (one, two) = tokio::join!(database.store.keep(&a, first), database.store.keep(&b, second));
        let mut stored = [one.unwrap(), two.unwrap()].map(Stored::name);
        stored.sort_unstable();
        assert_eq!(stored, ["duplicate", "new"]);
    }
}

on_both! {
    async fn a_clock_set_back_keeps_nobody_waiting(database: Database) {
        let source = source("mumian", "木棉日報");
        database.store.announce(&source.id, vec![announced("1", "停水公告")], morning()).await.unwrap();
        let yesterday = morning() - TimeDelta::days(1);
        assert!(database.store.claim(1, yesterday, LEASE).await.unwrap().is_empty());
        database.store.forget_waits(morning()).await.unwrap();
        assert_eq!(database.store.claim(1, yesterday, LEASE).await.unwrap().len(), 1);
    }
}

on_both! {
    async fn a_changed_report_becomes_a_revision_and_nothing_is_overwritten(database: Database) {
        let url = "https://a.example/1";
        assert_eq!(keep(&database, "1", url, "鳳山淹水", "鳳山區積水二十公分。").await, Stored::New);
        assert_eq!(keep(&database, "2", url, "鳳山淹水", "鳳山區積水二十公分。").await, Stored::Duplicate);
        assert_eq!(keep(&database, "3", url, "鳳山淹水", "鳳山區積水三十公分。").await, Stored::Revised);
        let row = database.store.reports(&Filter::default(), None, 10).await.unwrap().rows.remove(0);
        let report = database.store.report(&row.id).await.unwrap().unwrap();
        assert_eq!(report.text, "鳳山區積水三十公分。");
        assert_eq!(report.revisions.len(), 2);
        assert_eq!(report.revisions[0].content_hash, "鳳山淹水|鳳山區積水二十公分。");
        // An outlet that flips back gets no third version.
        assert_eq!(keep(&database, "4", url, "鳳山淹水", "鳳山區積水二十公分。").await, Stored::Revised);
        let report = database.store.report(&row.id).await.unwrap().unwrap();
        assert_eq!((report.text.as_str(), report.revisions.len()), ("鳳山區積水二十公分。", 2));
    }
}

on_both! {
    async fn words_of_two_characters_are_found(database: Database) {
        keep(&database, "1", "https://a.example/1", "捷運黃線開工", "高雄捷運黃線今天動工。").await;
        keep(&database, "2", "https://a.example/2", "明日停水", "台水公司明日在三民區停水。").await;
        for (words, expect) in [("捷運", 1), ("停水", 1), ("三民區 停水", 1), ("捷運 停水", 0), ("公車", 0)] {
            let page = database.store.reports(&search(words).await, None, 10).await.unwrap();
            assert_eq!((page.rows.len(), page.total), (expect, expect as u64), "{words}");
        }
    }
}

on_both! {
    async fn a_changed_report_is_found_by_its_new_words_only(database: Database) {
        let url = "https://a.example/1";
        keep(&database, "1", url, "路燈故障", "鳳山區路燈不亮。").await;
        keep(&database, "2", url, "號誌故障", "鳳山區號誌不亮。").await;
        let found = async |words| database.store.reports(&search(words).await, None, 10).await.unwrap().total;
        assert_eq!((found("路燈").await, found("號誌").await), (0, 1));
    }
}

on_both! {
    async fn syntax_in_a_search_is_taken_for_text(database: Database) {
        keep(&database, "1", "https://a.example/1", "捷運黃線開工", "高雄捷運黃線今天動工。").await;
        for hostile in ["\"", "*", "捷運*", "a\" OR \"b", "NEAR(捷運)", "words:捷運", "%", "'; DROP TABLE articles; --", "捷"] {
            let words = vec![hostile.to_owned()];
            let filter = Filter { search: Search { words }, ..Filter::default() };
            let page = database.store.reports(&filter, None, 10).await;
            assert!(page.is_ok(), "{hostile}: {page:?}");
        }
        assert_eq!(database.store.reports(&Filter::default(), None, 10).await.unwrap().total, 1);
    }
}

on_both! {
    async fn filters_narrow_and_pages_follow_each_other(database: Database) {
        for n in 0..7 {
            let title = format!("鳳山區路燈故障第{n}起");
            keep(&database, &n.to_string(), &format!("https://a.example/{n}"), &title, "民眾抱怨鳳山區路燈不亮。").await;
        }
        keep(&database, "x", "https://a.example/x", "旗山區停水", "台灣自來水公司在旗山區停水。").await;
        let lights = Filter { service: "streetlight".into(), ..Filter::default() };
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = database.store.reports(&lights, after, 3).await.unwrap();
            assert_eq!(page.total, 7);
            seen.extend(page.rows.into_iter().map(|row| row.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 7);
        let count = async |filter: Filter| database.store.reports(&filter, None, 100).await.unwrap().total;
        assert_eq!(count(Filter { district: "旗山區".into(), ..Filter::default() }).await, 1);
        assert_eq!(count(Filter { outlet: "無此媒體".into(), ..Filter::default() }).await, 0);
        assert_eq!(count(Filter { since: Some(morning() + TimeDelta::days(1)), ..Filter::default() }).await, 0);
        let all: u64 = {
            let mut sum = 0;
            for label in Label::ALL {
                sum += count(Filter { toward_city: Some(label), ..Filter::default() }).await;
            }
            sum
        };
        assert_eq!(all, 8);
        let tally = database.store.tally().await.unwrap();
        assert_eq!(tally.services.iter().find(|(name, _)| name == "streetlight").map(|(_, n)| *n), Some(7));
    }
}

on_both! {
    async fn a_source_is_remembered(database: Database) {
        let id = source("mumian", "木棉日報").id;
        let state = SourceState {
            etag: Some("W/\"1\"".into()),
            due_at: Some(morning()),
            failures: 3,
            trouble: Some(Trouble { kind: TroubleKind::RateLimited, detail: "503".into() }),
            last_count: 30,
            ..SourceState::default()
        };
        database.store.save_source_state(&id, state.clone()).await.unwrap();
        let changed = SourceState { failures: 0, trouble: None, ..state };
        database.store.save_source_state(&id, changed.clone()).await.unwrap();
        assert_eq!(database.store.source_states().await.unwrap(), vec![("mumian".into(), changed)]);
    }
}

on_both! {
    async fn an_unknown_report_is_not_an_error(database: Database) {
        assert!(database.store.report("nothing").await.unwrap().is_none());
        database.store.ping().await.unwrap();
        database.store.gauge().await.unwrap();
        assert!(database.metrics.db_size_bytes.with_label_values(&["main"]).get() > 0);
    }
}

on_both! {
    async fn a_dropped_caller_leaves_no_open_transaction(database: Database) {
        let source = source("mumian", "木棉日報");
        for n in 0..50_u64 {
            let store = database.store.clone();
            let (id, entry) = (source.id.clone(), announced(&n.to_string(), "垃圾清運"));
            let write = async move { store.announce(&id, vec![entry], morning()).await };
            let _ = tokio::time::timeout(Duration::from_micros(n * 40), write).await;
        }
        let work = database.store.announce(&source.id, vec![announced("last", "垃圾清運")], morning());
        tokio::time::timeout(Duration::from_secs(10), work).await.expect("the writer is free").unwrap();
    }
}

on_both! {
    async fn a_second_start_finds_everything_again(database: Database) {
        keep(&database, "1", "https://a.example/1", "捷運黃線開工", "高雄捷運黃線今天動工。").await;
        let again = Store::open(&database.url, database.metrics.clone()).await.unwrap();
        assert_eq!(again.reports(&search("黃線").await, None, 10).await.unwrap().total, 1);
        again.close().await;
    }
}

on_both! {
    async fn the_story_of_a_report_is_kept_with_it_and_found_from_each_of_its_reports(database: Database) {
        let source = source("mumian", "木棉日報");
        let keep = async |id: &str, story: Option<String>, syndicated: bool| {
            database.store.announce(&source.id, vec![announced(id, "火警")], morning()).await.unwrap();
            let row = database.store.claim(1, morning(), LEASE).await.unwrap().remove(0);
            let url = format!("https://a.example/story/{id}");
            let reading = reading(&row, &url, "火警", &format!("仁武區家具工廠起火，{id}。")).await;
            let known_by = id.as_bytes().to_vec();
            let reading = clarion::store::Reading { told: Told { story, syndicated, known_by }, ..reading };
            let key = reading.article_id.clone();
            assert_eq!(database.store.keep(&source, reading).await.unwrap(), Stored::New);
            key
        };
        let first = keep("1", None, false).await;
        let other = keep("2", None, false).await;
        let copy = keep("3", Some(first.clone()), true).await;
        for id in [&first, &copy] {
            let tellers = database.store.tellers(id).await.unwrap();
            let mut found: Vec<(&str, bool)> = tellers.iter().map(|it| (it.id.as_str(), it.syndicated)).collect();
            found.sort_unstable();
            assert_eq!(found, [(first.as_str(), false), (copy.as_str(), true)]);
            assert!(tellers.is_sorted_by_key(|it| it.at));
        }
        assert_eq!(database.store.tellers(&other).await.unwrap().len(), 1);
        assert_eq!(database.store.tellers("nobody").await.unwrap(), []);
        let kept = database.store.tellings(0, 10).await.unwrap();
        let found: Vec<(&str, &str, &[u8])> =
            kept.iter().map(|it| (it.id.as_str(), it.story.as_str(), it.known_by.as_slice())).collect();
        assert_eq!(found, [
            (first.as_str(), first.as_str(), b"1".as_slice()),
            (other.as_str(), other.as_str(), b"2"),
            (copy.as_str(), first.as_str(), b"3"),
        ]);
        let latest = |after, limit| database.store.tellings(after, limit);
        assert_eq!(latest(0, 1).await.unwrap()[0].id, copy, "the latest are taken in when there are too many");
        assert_eq!(latest(kept[1].number, 10).await.unwrap().len(), 1);
    }
}

on_both! {
    async fn a_story_has_one_row_its_newest_report_that_is_wanted(database: Database) {
        let mut keys: Vec<String> = Vec::new();
        // Stories of two reports each, one after the other; the later one of each is another outlet's in another district.
        for n in 0..10_usize {
            let later = n >= 5;
            let (id, outlet) = if later { ("fenghuang", "鳳凰木晚報") } else { ("mumian", "木棉日報") };
            let source = source(id, outlet);
            database.store.announce(&source.id, vec![announced(&n.to_string(), "停水")], morning()).await.unwrap();
            let row = database.store.claim(1, morning(), LEASE).await.unwrap().remove(0);
            let text = if later { "旗山區停水。" } else { "鳳山區停水。" };
            let mut reading = reading(&row, &format!("https://a.example/{n}"), "停水", text).await;
            let at = morning() - TimeDelta::minutes(100) + TimeDelta::minutes(i64::try_from(n).unwrap());
            reading.article.published_at = Some(clarion::domain::Dated::exact(at));
            reading.outlet = outlet.into();
            reading.told.story = later.then(|| keys[n - 5].clone());
            keys.push(reading.article_id.clone());
            assert_eq!(database.store.keep(&source, reading).await.unwrap(), Stored::New);
        }
        let list = async |filter: &Filter, size: usize| {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = database.store.reports(filter, after, size).await.unwrap();
                seen.extend(page.rows.iter().map(|row| (row.id.clone(), row.other_outlets)));
                after = page.next;
                if after.is_none() {
                    assert_eq!(page.total, seen.len() as u64);
                    return seen;
                }
            }
        };
        let rows = |numbers: std::ops::Range<usize>| -> Vec<(String, u64)> {
            numbers.rev().map(|n| (keys[n].clone(), 1)).collect()
        };
        let all = Filter::default();
        assert_eq!(list(&all, 2).await, rows(5..10), "no story comes twice on later pages");
        assert_eq!(list(&Filter { singly: true, ..all.clone() }, 3).await, rows(0..10));
        assert_eq!(list(&Filter { outlet: "木棉日報".into(), ..all.clone() }, 2).await, rows(0..5));
        assert_eq!(list(&Filter { district: "鳳山區".into(), ..all.clone() }, 2).await, rows(0..5));
        assert_eq!(list(&search("鳳山區").await, 2).await, rows(0..5));
        assert_eq!(list(&search("停水").await, 2).await, rows(5..10));
        let until = Some(morning() - TimeDelta::minutes(93));
        assert_eq!(list(&Filter { until, ..all.clone() }, 2).await, [rows(5..7), rows(2..5)].concat());
        assert_eq!(database.store.report(&keys[0]).await.unwrap().unwrap().row.other_outlets, 1);
        keep(&database, "x", "https://a.example/x", "輕軌延誤", "輕軌今早延誤十分鐘。").await;
        assert_eq!(list(&all, 100).await.iter().filter(|(_, others)| *others == 0).count(), 1);
    }
}

on_both! {
    async fn reports_in_scope_are_counted_by_hour_service_and_district(database: Database) {
        for n in 0..3 {
            let url = format!("https://a.example/{n}");
            keep(&database, &n.to_string(), &url, "鳳山區路燈故障", "民眾抱怨鳳山區路燈不亮。").await;
        }
        let counted = database.store.by_hour(morning(), morning() + TimeDelta::hours(1)).await.unwrap();
        let found: Vec<_> =
            counted.iter().map(|it| (it.hour, it.service.as_str(), it.district.as_deref(), it.reports)).collect();
        assert_eq!(found, [(morning(), "streetlight", Some("鳳山區"), 3)]);
        assert_eq!(database.store.by_hour(morning() - TimeDelta::hours(5), morning()).await.unwrap(), []);
    }
}
