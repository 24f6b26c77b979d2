//! Reports that are visited again: when, what is kept of it, what it comes to, and how it is shown.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    auth::Accounts,
    clock::Clock,
    domain::{
        Actor, Answer, Answered, CaseState, ClaimKind, Duties, Field, Issued, Office, PersonName, Policy, Remark,
        Remedy, Revisit, Role, Round, Seen, SessionLimits, Source, SourceKind, Stage, Tracked, WrongClaim,
    },
    lifecycle::Pulse,
    store::{CaseClaim, Changing, Due, Finds, Moved, Opened, Opening, Planned, Reading, Store, Stored, Visited},
    workers::{Bureau, Casework},
    workflow::corrections::{Judge, Told},
};
use serde_json::Value;

use crate::{
    cases::{changing, opening, releasing, to, user},
    facts::{RELEASE, WRONG, contradicted, keep, latest, own, put, statement},
    on_both,
    support::{
        self, Site, announced, built_in, morning, reading,
        room::{CLOSED, NOBODY, Room},
        whole,
    },
    workers::{HandClock, World, item, page, rss, source},
};

const TITLE: &str = "五甲下水道經費25億元";
const BODY: &str = "鳳山區五甲地區雨水下水道改善工程今天動工，水利局表示，工程總經費25億元，預定8月底完工，施工期間將維持雙向通車，\
                    請用路人配合現場人員指揮減速慢行，市府並將加強夜間照明與警示設施。";

fn right(text: &str) -> String {
    text.replace("25億元", "2.5億元")
}

/// A site with one report, and a daemon that has read it.
async fn told() -> (Site, World) {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", TITLE, "五甲動工")));
    site.serve("/1", "text/html", page(TITLE, BODY));
    let world = World::new(vec![feed(&site)]).await;
    world.look().await;
    assert_eq!((site.asked(), world.reports().await[0].row.in_scope), (2, true));
    (site, world)
}

fn feed(site: &Site) -> Source {
    source("mumian", SourceKind::Feed(site.url("/rss")))
}

/// What the outlet did, of the report's only claim.
async fn outcome(world: &World, told: Option<DateTime<Utc>>) -> Tracked {
    let claim = WrongClaim {
        kind: ClaimKind::Figure,
        field: Field::Text,
        clause: "工程總經費25億元".into(),
        wrong: "25億元".into(),
        official: Some("2.5億元".into()),
    };
    let id = &world.reports().await[0].row.id;
    let seen = world.store().sightings(id).await.unwrap();
    let told = told.map(|at| Told { at, title: "澄清說明", text: RELEASE });
    Judge::new(built_in()).unwrap().judge(&seen, &[claim], None, told).unwrap()
}

fn counted(world: &World) -> [u64; 4] {
    let total = &world.database.metrics.casework.article_revisits_total;
    ["changed", "unchanged", "gone", "failed"].map(|result| total.with_label_values(&[result]).get())
}

/// Whether the page of the only report counts as gone, as the case of it sees it.
async fn gone(world: &World) -> bool {
    let store = world.store();
    if store.case("c1").await.unwrap().is_none() {
        let id = world.reports().await[0].row.id.clone();
        let case = opening("c1", None, vec![(id, "news".into())]);
        assert_eq!(store.open_case(case, Actor::daemon(), morning()).await.unwrap(), Opened::New(1));
    }
    store.reports_of_case("c1").await.unwrap()[0].gone
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outlet_that_corrects_within_a_quarter_of_an_hour_is_seen_to_do_so() {
    let (site, world) = told().await;
    world.visit_after(0).await;
    world.visit_after(14).await;
    assert_eq!(site.asked(), 2, "nothing is asked for before it is due");
    site.serve("/1", "text/html", page(&right(TITLE), &right(BODY)));
    world.visit_after(3).await;
    world.visit_after(3).await;
    assert_eq!((site.asked(), counted(&world)), (3, [1, 0, 0, 0]));
    let report = world.reports().await.remove(0);
    assert_eq!((report.row.title, report.revisions.len(), report.snapshot.is_some()), (right(TITLE), 2, true));
    let tracked = outcome(&world, None).await;
    assert_eq!((tracked.remedy, tracked.took.unwrap().1.num_minutes()), (Remedy::Corrected, 17));
    let revised = world.database.metrics.article_revisions_total.with_label_values(&["mumian"]).get();
    assert_eq!((revised, world.store().tellings(0, 10).await.unwrap().len()), (1, 1), "the story stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_headline_over_the_same_text_is_no_correction() {
    let (site, world) = told().await;
    site.serve("/1", "text/html", page("五甲下水道今動工", BODY));
    world.visit_after(17).await;
    assert_eq!(outcome(&world, None).await.remedy, Remedy::TitleOnly);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_gone_when_two_visits_say_so_and_comes_back() {
    let (site, world) = told().await;
    site.answer("/1", whole("404 Not Found", "text/plain", b"gone"));
    world.visit_after(17).await;
    let tracked = outcome(&world, None).await;
    assert_eq!((tracked.remedy, tracked.remarks), (Remedy::Unchanged, vec![Remark::PerhapsGone]));
    assert!(!gone(&world).await);
    world.visit_after(9).await;
    assert_eq!(site.asked(), 3, "it is looked at again after more than ten minutes");
    site.answer("/1", whole("410 Gone", "text/plain", b"gone"));
    world.visit_after(4).await;
    assert_eq!((outcome(&world, None).await.remedy, gone(&world).await), (Remedy::Deleted, true));
    assert_eq!(world.reports().await[0].text, BODY, "what stood there is kept");
    site.serve("/1", "text/html", page(TITLE, BODY));
    world.visit_after(40).await;
    let tracked = outcome(&world, None).await;
    assert_eq!((tracked.remedy, tracked.remarks), (Remedy::Unchanged, vec![Remark::Returned]));
    assert_eq!((gone(&world).await, counted(&world)), (false, [0, 1, 2, 0]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_stays_is_no_version_but_seen() {
    let (site, world) = told().await;
    for minutes in [17, 50, 130] {
        world.visit_after(minutes).await;
    }
    let report = world.reports().await.remove(0);
    let seen = world.store().sightings(&report.row.id).await.unwrap();
    assert_eq!((site.asked(), report.revisions.len(), seen.len(), counted(&world)), (5, 1, 4, [0, 3, 0, 0]));
    assert_eq!(outcome(&world, None).await.remedy, Remedy::Unchanged);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_versions_that_take_turns_stay_two() {
    let (site, world) = told().await;
    for (at, minutes) in [17, 50, 130, 180].into_iter().enumerate() {
        let (title, body) = if at % 2 == 0 { (right(TITLE), right(BODY)) } else { (TITLE.into(), BODY.into()) };
        site.serve("/1", "text/html", page(&title, &body));
        world.visit_after(minutes).await;
    }
    let report = world.reports().await.remove(0);
    assert_eq!((report.revisions.len(), counted(&world)), (2, [4, 0, 0, 0]));
    assert_eq!(outcome(&world, None).await.remedy, Remedy::Flapping);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_one_visit_makes_up_for_all() {
    let (site, world) = told().await;
    world.visit_after(0).await;
    world.visit_after(6 * 60 + 20).await;
    world.visit_after(60).await;
    assert_eq!((site.asked(), counted(&world)), (3, [0, 1, 0, 0]));
    world.visit_after(17 * 60).await;
    assert_eq!(site.asked(), 4, "the next one comes after a day");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_that_fails_is_asked_once_more_and_nothing_is_said_of_the_page() {
    let (site, world) = told().await;
    site.answer("/1", whole("503 Service Unavailable", "text/plain", b"later"));
    world.visit_after(17).await;
    site.serve("/1", "text/html", page(TITLE, BODY));
    world.visit_after(60).await;
    let report = world.reports().await.remove(0);
    assert_eq!((world.store().sightings(&report.row.id).await.unwrap().len(), counted(&world)), (2, [0, 1, 0, 1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_bound_to_headlines_is_not_visited() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", TITLE, BODY)));
    let world = World::new(vec![Source { policy: Policy::HeadlineOnly, ..feed(&site) }]).await;
    world.look().await;
    assert!(world.reports().await[0].row.in_scope);
    for _ in 0..3 {
        world.visit_after(24 * 60).await;
    }
    assert_eq!(site.asked(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publication_opens_another_round_and_the_case_is_tracked() {
    let (site, world) = told().await;
    for minutes in [17, 50, 130, 180] {
        world.visit_after(minutes).await;
    }
    assert!(!gone(&world).await);
    let (asked, at) = (site.asked(), world.clock.now());
    publish(world.store(), at).await;
    world.visit_after(10).await;
    assert_eq!(site.asked(), asked, "the round begins a quarter of an hour later");
    site.serve("/1", "text/html", page(&right(TITLE), &right(BODY)));
    world.visit_after(7).await;
    assert_eq!(site.asked(), asked + 1);
    let tracked = outcome(&world, Some(at)).await;
    assert_eq!((tracked.remedy, tracked.took.unwrap().1.num_minutes()), (Remedy::Corrected, 17));

    let bureau = Bureau {
        office: Office { name: "高雄市政府新聞局".into(), ..NOBODY },
        city: Arc::new(built_in().clone()),
        public_url: "https://clarion.example/".parse().unwrap(),
    };
    Casework::new(world.shared.clone(), Arc::new(bureau), Pulse::default()).tick().await.unwrap();
    let case = world.store().case("c1").await.unwrap().unwrap();
    assert_eq!((case.stage.state(), case.version), (CaseState::Tracking, 3));
    let log = world.store().timeline("c1", 10).await.unwrap();
    assert!(log.last().unwrap().detail.contains("\"track\""), "{log:?}");
}

/// Publishes the case `c1` in the name of somebody who has an account.
async fn publish(store: &Store, at: DateTime<Utc>) {
    let limits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };
    let accounts = Accounts::new(store.clone(), Arc::new(HandClock::default()), limits, built_in()).unwrap();
    let (person, duties) =
        (PersonName::parse("王小明").unwrap(), Duties::given([Role::Spokesperson].into(), None, None));
    accounts.add(Actor::command_line(), &user("wang"), person, duties).await.unwrap().unwrap();
    let issued = Issued { revision: 1, hash: "h1".into(), answer: Answer::Clarification, at };
    let release = releasing(&issued);
    let version = store.case("c1").await.unwrap().unwrap().version;
    let step = Changing { release: Some(release), ..changing("c1", version, Stage::Published(to(), issued)) };
    assert!(matches!(store.change_case(step, crate::cases::actor("wang"), at).await.unwrap(), Moved::Done(_)));
}

/// Keeps a version of the report at one address, as the read worker does, and returns what became of it.
async fn version(store: &Store, n: usize, at: DateTime<Utc>) -> Stored {
    let from = support::source("mumian", "木棉日報");
    store.announce(&from.id, vec![announced("1", &format!("第{n}次"))], at).await.unwrap();
    let claimed = store.claim(1, at, Duration::from_mins(5)).await.unwrap();
    let read = reading(&claimed[0], "https://a.example/1", TITLE, &format!("{BODY}第{n}次更新。")).await;
    store.keep(&from, Reading { fetched_at: at, ..read }).await.unwrap()
}

async fn plan(store: &Store, at: DateTime<Utc>) -> String {
    let new = store.unplanned(at - TimeDelta::days(7), 10).await.unwrap();
    assert_eq!(new.len(), 1);
    let (article_id, first_fetched) = new[0].clone();
    let planned = Planned { article_id: article_id.clone(), first_fetched, next: Some(at) };
    store.plan_visits(vec![planned.clone(), planned]).await.unwrap();
    assert!(store.unplanned(at - TimeDelta::days(7), 10).await.unwrap().is_empty());
    article_id
}

fn visited(due: &Due, at: DateTime<Utc>, finds: Finds, answered: Answered, next: TimeDelta) -> Visited {
    let visits = due.visits.after(Revisit { round: Round::Fetch, at }, at, answered);
    Visited { at, finds, visits, next: Some(at + next), missing_since: None, gone: None }
}

const LEASE: TimeDelta = TimeDelta::minutes(15);

on_both! {
    async fn a_visit_is_held_by_one_daemon_and_kept_whole(database: Database) {
        let (store, now) = (&database.store, morning());
        let from = support::source("mumian", "木棉日報");
        version(store, 1, now).await;
        let id = plan(store, now).await;
        let dues = store.claim_visits(5, now, LEASE).await.unwrap();
        assert_eq!((dues.len(), dues[0].article_id.as_str(), dues[0].visits.last), (1, id.as_str(), None));
        assert!(store.claim_visits(5, now, LEASE).await.unwrap().is_empty(), "another daemon holds it");
        let later = now + LEASE;
        let again = store.claim_visits(5, later, LEASE).await.unwrap().remove(0);

        // The first comes back too late: what it saw is kept, and it moves no date.
        let gone = visited(&dues[0], later, Finds::Missing, Answered::Gone, TimeDelta::days(1));
        store.keep_visit(&from, &dues[0], gone).await.unwrap();
        let page = visited(&again, later + TimeDelta::minutes(1), Finds::Same, Answered::Page, TimeDelta::hours(1));
        assert_eq!(store.keep_visit(&from, &again, page).await.unwrap(), None);
        let seen = store.sightings(&id).await.unwrap();
        let pages: Vec<bool> = seen.iter().map(|it| matches!(it.seen, Seen::Page { .. })).collect();
        assert_eq!(pages, [true, false, true]);
        assert!(store.claim_visits(5, later + TimeDelta::minutes(59), LEASE).await.unwrap().is_empty());
        let next = store.claim_visits(5, later + TimeDelta::minutes(61), LEASE).await.unwrap().remove(0);
        assert_eq!(next.visits.last.unwrap().2, Answered::Page);

        // A lease that a clock ahead of its time gave does not hold for ever.
        let now = now + TimeDelta::hours(3);
        let ahead = store.claim_visits(5, now + TimeDelta::days(30), LEASE).await.unwrap();
        assert_eq!((ahead.len(), store.claim_visits(5, now, LEASE).await.unwrap().len()), (1, 1));
    }
}

on_both! {
    async fn versions_are_told_by_their_words_and_a_hundred_are_kept(database: Database) {
        let (store, now) = (&database.store, morning());
        let at = |n: usize| now + TimeDelta::minutes(i64::try_from(n).unwrap());
        assert_eq!(version(store, 0, now).await, Stored::New);
        let id = plan(store, now).await;
        // Fifty edits, and back to the third of them.
        for n in 1..=50 {
            assert_eq!(version(store, n, at(n)).await, Stored::Revised);
        }
        assert_eq!(version(store, 3, at(60)).await, Stored::Revised);
        assert_eq!(store.versions_of(&id).await.unwrap().len(), 51);
        let seen = store.sightings(&id).await.unwrap();
        assert_eq!((seen.len(), seen.last().unwrap().at), (52, at(60)));
        assert_eq!(seen.last().unwrap().seen, seen[3].seen);
        for n in 51..=120 {
            version(store, n, at(n + 20)).await;
        }
        assert_eq!(store.versions_of(&id).await.unwrap().len(), 100);
    }
}

on_both! {
    async fn a_release_opens_the_round_of_every_report_of_its_case(database: Database) {
        let (store, now) = (&database.store, morning());
        version(store, 1, now).await;
        let id = plan(store, now).await;
        let due = store.claim_visits(5, now, LEASE).await.unwrap().remove(0);
        let case = opening("c1", None, vec![(id.clone(), "news".into())]);
        store.open_case(case, Actor::daemon(), now).await.unwrap();
        publish(store, now).await;
        // The visit that was under way does not lose it.
        store.put_visit_off(&due, None).await.unwrap();
        let due = store.claim_visits(5, now, LEASE).await.unwrap().remove(0);
        assert_eq!(due.visits.published, Some(now));
        store.put_visit_off(&due, None).await.unwrap();
        assert!(store.claim_visits(5, now + TimeDelta::days(9), LEASE).await.unwrap().is_empty());
    }
}

on_both! {
    async fn the_table_says_what_each_outlet_did_and_shows_the_versions(database: Database) {
        let room = Room::open(database, &CLOSED);
        let (store, now) = (&room.store, morning());
        put(store, "f1", statement(RELEASE)).await;
        let fact = latest(store, "f1").await;
        let checked = own(vec![contradicted(WRONG, &fact)], fact.number);
        let from = support::source("mumian", "木棉日報");
        keep(store, &from, ("https://a.example/1", WRONG), None, checked).await;
        let alert = store.unclaimed_alerts(now - TimeDelta::days(1), 10).await.unwrap().remove(0);
        let report = alert.finding.article_id.clone();
        let claim = CaseClaim {
            verdict: alert.finding.found.verdict,
            kind: alert.finding.found.kind,
            claimed: "25億元".into(),
            fact_id: Some("f1".into()),
        };
        let reports = vec![(report.clone(), "news".into())];
        let case = Opening { claims: vec![claim], ..opening("c1", Some(alert.story), reports) };
        store.open_case(case, Actor::daemon(), now).await.unwrap();
        room.person("reader", &[Role::ReadOnly]).await;
        room.person("speaker", &[Role::Spokesperson]).await;
        let (reader, speaker) = (room.cookie("reader").await, room.cookie("speaker").await);
        let table = async || -> Value {
            let answer = room.get("/api/v1/cases/c1/corrections").with(&reader).send().await;
            serde_json::from_str(&answer.text).unwrap()
        };
        let before = table().await;
        assert_eq!((&before["corrections"][0]["outcome"], &before["corrections"][0]["outlet"]), (&"unchanged".into(), &"木棉日報".into()));
        assert_eq!((&before["released_at"], &before["outlets_corrected_first"]), (&Value::Null, &false.into()));

        let case = room.get("/cases/c1").with(&reader).send().await.text;
        assert!(case.contains("href=\"/cases/c1/corrections\""), "{case}");

        // The outlet puts it right by itself.
        let right = WRONG.replace("25億元", "2.5億元");
        keep(store, &from, ("https://a.example/1", &right), None, own(Vec::new(), fact.number)).await;
        let after = table().await;
        assert_eq!((&after["corrections"][0]["outcome"], &after["summary"]["outcomes"]["corrected"]), (&"corrected".into(), &1.into()));
        assert_eq!((&after["corrections"][0]["counted_from"], &after["outlets_corrected_first"]), (&"first_seen".into(), &true.into()));
        let shown = room.get("/cases/c1/corrections").with(&reader).send().await.text;
        for part in ["已更正", "媒體已更正", "<del>", "<ins>", "第 1 版 → 第 2 版", "尚未發布澄清稿"] {
            assert!(shown.contains(part), "{part} is not in {shown}");
        }
        assert!(!shown.contains("登記媒體已更正"), "a reader takes no step");
        let offered = room.get("/cases/c1/corrections").with(&speaker).send().await.text;
        assert!(offered.contains("登記媒體已更正"), "{offered}");
        let version = store.case("c1").await.unwrap().unwrap().version.to_string();
        let own_page = ("sec-fetch-site", "same-origin");
        let noted = room
            .post("/cases/c1/corrections", &[("version", &version), ("reason", "木棉日報已更正")])
            .with(&speaker)
            .header(own_page.0, own_page.1)
            .send()
            .await;
        assert_eq!((noted.status.as_u16(), noted.headers["location"].to_str().unwrap()), (303, "/cases/c1/corrections"));
        assert_eq!(store.case("c1").await.unwrap().unwrap().stage.state(), CaseState::OutletCorrected);
        let missing = room.get("/api/v1/cases/none/corrections").with(&reader).send().await;
        assert_eq!(missing.status.as_u16(), 404);
    }
}
