//! Too much at once and what goes to and fro: an alert storm (N06), an outlet that flaps (N07), a message that cannot be
//! read (N10).

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    domain::{Channel, Examined, Level, Period, Verdict},
    lifecycle::Pulse,
    store::{CaseFilter, Checking, Posting},
    workers::{Casework, Deadlines},
};

use crate::{
    cases::{actor, opening},
    duty::{answer, bureau, channel, dispatch},
    facts::{RELEASE, WRONG, contradicted, keep, latest, put, statement},
    support::{morning, receiver::Receiver, source},
    workers::World,
};

/// Most messages of a recipient within ten minutes (N06).
const MOST_IN_TEN_MINUTES: usize = 3;

/// What stands for one thing said of a report, with the words that decide.
async fn checking(world: &World, level: Level, verdict: Verdict, claimed: &str) -> Checking {
    let fact = latest(world.store(), "f1").await;
    let found = clarion::domain::Found { level, verdict, ..contradicted(WRONG, &fact) };
    let examined = Examined { register: fact.number, dictionaries: "d".into(), rules: "r".into(), found: vec![found] };
    Checking::Own { wording: claimed.into(), examined, claimed: vec![claimed.into()] }
}

/// When each message to a channel and recipient was written.
async fn written(world: &World) -> BTreeMap<String, Vec<DateTime<Utc>>> {
    let mut times: BTreeMap<String, Vec<DateTime<Utc>>> = BTreeMap::new();
    for row in world.store().messages("", 1000).await.unwrap() {
        times.entry(format!("{} {}", row.channel, row.recipient)).or_default().push(row.created_at);
    }
    for times in times.values_mut() {
        times.sort();
    }
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_copies_of_a_dispatch_within_ten_minutes_are_one_case_and_hardly_a_message() {
    let world = World::new(Vec::new()).await;
    let store = world.store();
    put(store, "f1", statement(RELEASE)).await;
    let receiver = Receiver::open([answer("204 No Content")]).await;
    let bureau = bureau(vec![channel("duty", &receiver, None), channel("second", &receiver, None)]);
    let casework = Casework::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    let mut deadlines = Deadlines::new(world.shared.clone(), bureau, Pulse::default());
    let checked = checking(&world, Level::A, Verdict::Contradicted, "25億元").await;
    let mut tale = None;
    for batch in 0..10 {
        for n in 0..50 {
            let outlet = source(&format!("outlet{n}"), &format!("第{n}家報社"));
            let url = format!("https://a.example/{batch}/{n}");
            keep(store, &outlet, (&url, WRONG), tale.clone(), checked.clone()).await;
            if tale.is_none() {
                tale = Some(store.unclaimed_alerts(morning(), 1).await.unwrap().remove(0).story);
            }
        }
        casework.tick().await.unwrap();
        deadlines.tick().await.unwrap();
        world.pass(Duration::from_mins(1));
    }
    let cases = store.cases(&CaseFilter::default(), None, 10).await.unwrap();
    assert_eq!(cases.total, 1, "one dispatch, one case");
    assert_eq!(store.reports_of_case(&cases.cases[0].id).await.unwrap().len(), 500, "every copy belongs to it");
    for (recipient, times) in written(&world).await {
        for (at, first) in times.iter().enumerate() {
            let within = times[at..].iter().filter(|time| **time - *first <= TimeDelta::minutes(10)).count();
            assert!(within <= MOST_IN_TEN_MINUTES, "{recipient}: {times:?}");
        }
        assert!(!times.is_empty(), "{recipient} was told once");
    }
    // The rest stands in the list of the day: one row, with how many outlets told it.
    let period = Period { from: morning(), until: morning() + TimeDelta::minutes(30) };
    let matter = store.digest_matter(period, period.from).await.unwrap();
    assert_eq!(matter.cases.iter().map(|it| it.outlets).collect::<Vec<_>>(), [50]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outlet_that_flaps_is_told_of_every_half_hour_at_most_unless_it_becomes_graver() {
    let world = World::new(Vec::new()).await;
    let store = world.store();
    put(store, "f1", statement(RELEASE)).await;
    let receiver = Receiver::open([answer("204 No Content")]).await;
    let bureau = bureau(vec![channel("duty", &receiver, None)]);
    let casework = Casework::new(world.shared.clone(), bureau, Pulse::default());
    let outlet = source("mumian", "木棉日報");
    let mut tale = None;
    let mut minutes = Vec::new();
    for minute in 0..100 {
        // Another figure every minute, and at the end one that is grave.
        let level = if minute == 95 { Level::A } else { Level::B };
        let claimed = format!("{minute}億元");
        let checked = checking(&world, level, Verdict::Contradicted, &claimed).await;
        let url = format!("https://a.example/{minute}");
        keep(store, &outlet, (&url, WRONG), tale.clone(), checked).await;
        if tale.is_none() {
            tale = Some(store.unclaimed_alerts(morning(), 1).await.unwrap().remove(0).story);
        }
        casework.tick().await.unwrap();
        if written(&world).await.values().map(Vec::len).sum::<usize>() > minutes.len() {
            minutes.push(minute);
        }
        world.pass(Duration::from_mins(1));
    }
    assert_eq!(minutes, [0, 30, 60, 90, 95]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_cannot_be_read_still_names_its_case_and_where_to_look() {
    let world = World::new(Vec::new()).await;
    let store = world.store();
    let (staff, press) =
        (Receiver::open([answer("204 No Content")]).await, Receiver::open([answer("204 No Content")]).await);
    let public = Channel { audience: clarion::domain::Audience::Public, ..channel("press", &press, None) };
    let bureau = bureau(vec![channel("duty", &staff, None), public]);
    let dispatch = dispatch(&world, &bureau);
    let mut case = opening("c1", None, Vec::new());
    case.postings = Vec::new();
    store.open_case(case, actor("wang"), morning()).await.unwrap();
    let broken = |channel: &str, kind: &'static str, message: &str| Posting {
        subject: "c1".into(),
        kind,
        channel: channel.into(),
        recipient: String::new(),
        epoch: 1,
        urgent: true,
        message: message.into(),
    };
    // A field is missing, a level is unknown, it is no JSON at all; and what the public would get.
    let unknown = r#"{"purpose":"alert","level":"Z","subject":"x","text":"y","occurred_at":0}"#;
    let postings = vec![
        broken("duty", "alert", "{}"),
        broken("duty", "due", unknown),
        broken("duty", "escalation", "<"),
        broken("press", "release", "{}"),
    ];
    store.post_messages(postings, morning()).await.unwrap();
    while dispatch.tick().await.unwrap() > 0 {}
    let told: Vec<String> = staff.taken().into_iter().map(|taken| taken.body).collect();
    assert_eq!(told.len(), 3);
    for body in &told {
        assert!(body.contains("第 1 案") && body.contains("/cases/c1") && body.contains("五甲下水道經費"), "{body}");
    }
    assert!(press.taken().is_empty(), "the public is told nothing that nobody wrote");
    assert_eq!(world.database.metrics.casework.notification_fallbacks_total.get(), 3);
}
