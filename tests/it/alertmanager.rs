//! Open cases as alerts: in a real Alertmanager, which forgets what it is not told again, and in stand-ins that fail.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    clock::SystemClock,
    domain::{Actor, Audience, CaseLevel, Channel, ChannelId, Destination, Level, Moments, Office, Secret, Stage},
    fetch::{self, Fetcher},
    lifecycle::Pulse,
    notify::{Senders, Settings},
    store::{AlarmChanges, Moved, Opened, Opening, Store},
    workers::{Alarms, Bureau, Heartbeat, Shared},
};
use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use crate::{
    cases::{changing, opening},
    on_both,
    support::{alertmanager::Alertmanager, analyzer, built_in, morning, receiver::Receiver, sqlite},
    workers::World,
};

/// A key of Standard Webhooks.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn channel(id: &str, destination: Destination) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: id.into(),
        audience: Audience::Staff,
        destination,
        min_level: Level::B,
        quiet: None,
        fall_back: None,
        allow_private: true,
    }
}

fn told(id: &str, url: Url, seconds: u64) -> Channel {
    channel(id, Destination::Alertmanager { url, resend: Duration::from_secs(seconds) })
}

fn bureau(channels: Vec<Channel>) -> Arc<Bureau> {
    Arc::new(Bureau {
        office: Office { name: "高雄市政府新聞局".into(), contacts: Vec::new(), channels },
        city: Arc::new(built_in().clone()),
        public_url: "https://clarion.example/".parse().unwrap(),
    })
}

fn alarms(shared: &Shared, channels: Vec<Channel>, beaten: Vec<Channel>) -> Alarms {
    fetch::install_tls();
    let settings = Settings { total: Duration::from_millis(500), ..Settings::new("https://clarion.example/") };
    let secrets: HashMap<_, _> = beaten.iter().map(|it| (it.id.clone(), vec![Secret::new(KEY)])).collect();
    let senders = Arc::new(Senders::new(settings, secrets).unwrap());
    let heartbeat = Heartbeat { channels: beaten, every: Duration::from_mins(1) };
    Alarms::new(shared, &bureau(channels), &senders, &heartbeat, Pulse::default)
}

/// What the loops share, on the machine's own clock, by which a real Alertmanager judges ends.
async fn shared(store: &Store, metrics: Arc<clarion::metrics::Metrics>) -> Shared {
    fetch::install_tls();
    let clock = Arc::new(SystemClock::start());
    let fetcher = Arc::new(Fetcher::new(fetch::Settings::default(), clock.clone()).unwrap());
    let (_, sources) = watch::channel(Arc::new(Vec::new()));
    Shared::new(store.clone(), fetcher, analyzer().await, sources, metrics, clock)
}

async fn open(store: &Store, id: &str, level: CaseLevel, known: DateTime<Utc>) {
    let moments = Moments { fetched: known, known, ..opening(id, None, Vec::new()).moments };
    let opening = Opening {
        level,
        moments,
        service: Some("sewer".into()),
        postings: Vec::new(),
        ..opening(id, None, Vec::new())
    };
    assert!(matches!(store.open_case(opening, Actor::daemon(), known).await.unwrap(), Opened::New(_)));
}

async fn dismiss(store: &Store, id: &str, at: DateTime<Utc>) {
    let version = store.case(id).await.unwrap().unwrap().version;
    let moved = store.change_case(changing(id, version, Stage::Dismissed(None)), Actor::daemon(), at).await.unwrap();
    assert!(matches!(moved, Moved::Done(_)));
}

fn ok() -> Vec<u8> {
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
}

fn busy() -> Vec<u8> {
    b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec()
}

/// What a stand-in was told of cases, a request after the other: number, and end if it is over.
fn heard(receiver: &Receiver) -> Vec<Vec<(String, String)>> {
    let of = |alert: &Value| {
        let case = alert["labels"]["case"].as_str()?.to_owned();
        Some((case, alert["endsAt"].as_str().unwrap().to_owned()))
    };
    receiver.taken().iter().map(|it| it.json().as_array().unwrap().iter().filter_map(of).collect()).collect()
}

/// How often a real Alertmanager told its receiver that a case of this number is over.
fn resolved(hook: &Receiver, case: &str) -> usize {
    let is_it = |body: &Value| {
        body["status"] == "resolved" && body["alerts"].as_array().unwrap().iter().any(|it| it["labels"]["case"] == case)
    };
    hook.taken().iter().filter(|taken| is_it(&taken.json())).count()
}

on_both! {
    async fn what_may_have_been_told_is_kept_until_its_end_was_taken(database: Database) {
        let store = &database.store;
        open(store, "c1", CaseLevel::B, morning()).await;
        let it = || vec![("c1".to_owned(), CaseLevel::B)];
        let change = async |changes: AlarmChanges, minutes: i64| {
            store.change_alarms("duty", changes, morning() + TimeDelta::minutes(minutes)).await.unwrap();
            store.alarms("duty").await.unwrap().into_iter().map(|row| row.ended).collect::<Vec<_>>()
        };
        let begun = || AlarmChanges { begun: it(), ..AlarmChanges::default() };
        let ended = || AlarmChanges { ended: it(), ..AlarmChanges::default() };
        let settled = || AlarmChanges { settled: it(), ..AlarmChanges::default() };
        assert_eq!(change(begun(), 0).await, [None]);
        assert_eq!(change(begun(), 0).await, [None], "twice is once");
        assert_eq!(change(settled(), 1).await, [None], "what burns is not forgotten");
        let end = Some(morning() + TimeDelta::minutes(2));
        assert_eq!(change(ended(), 2).await, [end]);
        assert_eq!(change(ended(), 3).await, [end], "an end is not moved");
        assert_eq!(change(begun(), 4).await, [None], "it burns again");
        change(ended(), 5).await;
        assert!(change(settled(), 6).await.is_empty());
        assert!(store.alarms("other").await.unwrap().is_empty());
    }
}

/// Ticks until it holds, for ten seconds at most.
async fn until(shared: &Shared, alarms: &mut Alarms, what: &str, holds: impl Fn() -> bool) {
    for _ in 0..50 {
        alarms.tick().await.unwrap();
        if holds() {
            return;
        }
        shared.clock.sleep(Duration::from_millis(200)).await;
    }
    panic!("not within ten seconds: {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_burns_in_every_alertmanager_comes_back_after_a_restart_and_is_over_once() {
    let database = sqlite().await;
    let shared = shared(&database.store, Arc::clone(&database.metrics)).await;
    let hook = Receiver::open([ok()]).await;
    let (mut first, second) = (Alertmanager::start(&hook.url("/")).await, Alertmanager::start(&hook.url("/2")).await);
    let channels = vec![told("first", first.url(), 1), told("second", second.url(), 1)];
    let mut ringing = alarms(&shared, channels.clone(), Vec::new());
    open(&database.store, "c1", CaseLevel::A, shared.clock.now()).await;
    open(&database.store, "c2", CaseLevel::B, shared.clock.now()).await;
    // A complaint is below the level of the channel.
    open(&database.store, "c3", CaseLevel::C, shared.clock.now()).await;
    assert_eq!(ringing.tick().await.unwrap(), 2);
    for server in [&first, &second] {
        assert_eq!(server.cases(), ["1", "2"]);
        assert_eq!(server.active("ClarionWatchdog").len(), 1);
    }
    let burning = first.active("ClarionCase");
    let labels = &burning.iter().find(|alert| alert["labels"]["case"] == "1").unwrap()["labels"];
    assert_eq!((&labels["severity"], &labels["service"]), (&"critical".into(), &"sewer".into()), "{labels}");

    // The Alertmanager comes back knowing nothing: within one interval it knows everything.
    first.restart().await;
    assert!(first.cases().is_empty());
    shared.clock.sleep(Duration::from_secs(1)).await;
    ringing.tick().await.unwrap();
    assert_eq!(first.cases(), ["1", "2"]);

    // This daemon is away while a case is closed, and comes back knowing nothing but the database.
    drop(ringing);
    dismiss(&database.store, "c1", shared.clock.now()).await;
    let mut anew = alarms(&shared, channels, Vec::new());
    until(&shared, &mut anew, "both are told that it is over", || resolved(&hook, "1") >= 2).await;
    assert_eq!((first.cases(), second.cases()), (vec!["2".to_owned()], vec!["2".to_owned()]));
    for _ in 0..10 {
        anew.tick().await.unwrap();
        shared.clock.sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(resolved(&hook, "1"), 2, "once by each");
    assert_eq!(resolved(&hook, "2"), 0);
    assert!(database.store.alarms("first").await.unwrap().iter().all(|row| row.case_id == "c2"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alertmanager_that_is_cut_off_costs_the_other_nothing_and_catches_up() {
    let database = sqlite().await;
    let shared = shared(&database.store, Arc::clone(&database.metrics)).await;
    let hook = Receiver::open([ok()]).await;
    let (cut, near) = (Alertmanager::start(&hook.url("/")).await, Alertmanager::start(&hook.url("/2")).await);
    let mut ringing = alarms(&shared, vec![told("cut", cut.url(), 1), told("near", near.url(), 1)], Vec::new());
    open(&database.store, "c1", CaseLevel::B, shared.clock.now()).await;
    ringing.tick().await.unwrap();
    cut.cut_off();
    open(&database.store, "c2", CaseLevel::A, shared.clock.now()).await;
    until(&shared, &mut ringing, "the other is told", || near.cases() == ["1", "2"]).await;
    // Longer than an alert holds: what is not told again has lapsed on the far side.
    for _ in 0..10 {
        ringing.tick().await.unwrap();
        shared.clock.sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(near.cases(), ["1", "2"]);
    cut.reach_again();
    shared.clock.sleep(Duration::from_secs(1)).await;
    ringing.tick().await.unwrap();
    assert_eq!(cut.cases(), ["1", "2"], "within one interval");
    let metrics = &database.metrics.casework;
    assert!(metrics.alarm_sends_total.with_label_values(&["cut", "uncertain"]).get() >= 1);
    assert_eq!(metrics.alarms.with_label_values(&["near"]).get(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_is_told_the_same_at_every_try_until_it_is_taken_and_never_again() {
    let world = World::new(Vec::new()).await;
    let receiver = Receiver::open([ok()]).await;
    let channels = vec![told("duty", receiver.url("/"), 60)];
    let mut ringing = alarms(&world.shared, channels.clone(), Vec::new());
    open(world.store(), "c1", CaseLevel::B, world.shared.clock.now()).await;
    assert_eq!(ringing.tick().await.unwrap(), 1);
    world.pass(Duration::from_secs(5));
    assert_eq!(ringing.tick().await.unwrap(), 0, "nothing new, and the minute is not over");
    receiver.answer([busy()]);
    world.pass(Duration::from_mins(1));
    dismiss(world.store(), "c1", world.shared.clock.now()).await;
    ringing.tick().await.unwrap();
    // Killed here, started anew half an hour later.
    drop(ringing);
    world.pass(Duration::from_mins(30));
    let mut anew = alarms(&world.shared, channels, Vec::new());
    anew.tick().await.unwrap();
    receiver.answer([ok()]);
    world.pass(Duration::from_mins(1));
    anew.tick().await.unwrap();
    for _ in 0..3 {
        world.pass(Duration::from_mins(1));
        anew.tick().await.unwrap();
    }
    let told = heard(&receiver);
    let end = ("1".to_owned(), "2026-03-17T00:01:05+00:00".to_owned());
    assert_eq!(told[0], [("1".to_owned(), "2026-03-17T00:04:00+00:00".to_owned())]);
    assert_eq!(told[1..4], [vec![end.clone()], vec![end.clone()], vec![end]]);
    assert!(told[4..].iter().all(Vec::is_empty) && told.len() == 7, "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_level_is_another_alert_and_the_old_one_is_over() {
    let world = World::new(Vec::new()).await;
    let receiver = Receiver::open([ok()]).await;
    let mut ringing = alarms(&world.shared, vec![told("duty", receiver.url("/"), 60)], Vec::new());
    open(world.store(), "c1", CaseLevel::B, world.shared.clock.now()).await;
    ringing.tick().await.unwrap();
    let case = world.store().case("c1").await.unwrap().unwrap();
    let at = world.shared.clock.now();
    assert!(
        world
            .store()
            .relevel_case(("c1", case.version), (CaseLevel::A, Vec::new()), "{}".into(), Actor::daemon(), at)
            .await
            .unwrap()
    );
    world.pass(Duration::from_secs(5));
    assert_eq!(ringing.tick().await.unwrap(), 1, "at once");
    let last = receiver.taken().pop().unwrap().json();
    let cases: Vec<(&str, &str)> = last
        .as_array()
        .unwrap()
        .iter()
        .filter(|alert| alert["labels"]["alertname"] == "ClarionCase")
        .map(|alert| (alert["labels"]["level"].as_str().unwrap(), alert["endsAt"].as_str().unwrap()))
        .collect();
    assert_eq!(cases, [("B", "2026-03-17T00:00:05+00:00"), ("A", "2026-03-17T00:04:05+00:00")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_fails_is_asked_ever_more_rarely_up_to_the_interval_and_the_other_at_its_pace() {
    let world = World::new(Vec::new()).await;
    let (down, well) = (Receiver::open([busy()]).await, Receiver::open([ok()]).await);
    let channels = vec![told("down", down.url("/"), 60), told("well", well.url("/"), 60)];
    let mut ringing = alarms(&world.shared, channels, Vec::new());
    let (mut asked, mut seconds) = (Vec::new(), 0_u64);
    while seconds <= 320 {
        let before = down.taken().len();
        ringing.tick().await.unwrap();
        if down.taken().len() > before {
            asked.push(seconds);
        }
        world.pass(Duration::from_secs(5));
        seconds += 5;
    }
    assert_eq!(asked, [0, 5, 15, 35, 75, 135, 195, 255, 315]);
    assert_eq!(well.taken().len(), 6, "every minute");
    let metrics = &world.database.metrics.casework;
    assert_eq!(metrics.alarm_sends_total.with_label_values(&["down", "retry"]).get(), 9);
    assert_eq!(metrics.alarm_sends_total.with_label_values(&["well", "accepted"]).get(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_hears_signed_signs_of_life_and_none_once_the_database_is_gone() {
    let world = World::new(Vec::new()).await;
    let receiver = Receiver::open([ok()]).await;
    let watched = channel("switch", Destination::Webhook { url: receiver.url("/beat") });
    let mut ringing = alarms(&world.shared, Vec::new(), vec![watched]);
    for _ in 0..24 {
        ringing.tick().await.unwrap();
        world.pass(Duration::from_secs(5));
    }
    let taken = receiver.taken();
    assert_eq!(taken.len(), 2, "one a minute");
    assert_eq!(taken[0].json()["type"], "tw.clarion.heartbeat");
    assert!(taken[0].header("webhook-signature").is_some_and(|it| it.starts_with("v1,")));
    assert_ne!(taken[0].header("webhook-id"), taken[1].header("webhook-id"), "each is an event of its own");
    world.store().close().await;
    world.pass(Duration::from_mins(2));
    assert!(ringing.tick().await.is_err());
    assert_eq!(receiver.taken().len(), 2);
}
