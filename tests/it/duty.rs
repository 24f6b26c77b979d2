//! Casework as the daemon does it by itself: cases that open, clocks that warn, messages that arrive whatever happens to
//! the channels.

use std::{collections::HashMap, sync::Arc, time::Duration};

use clarion::{
    domain::{
        Actor, Audience, CaseLevel, CaseState, Channel, ChannelId, Destination, Level, Message, Office, Purpose,
        Secret, Source, SourceKind,
    },
    lifecycle::Pulse,
    notify::{Senders, Settings},
    store::{CaseFilter, Posting, SentRow},
    wire::Letter,
    workers::{Bureau, Casework, Deadlines, Dispatch},
};

use crate::{
    register::{RELEASE, WRONG, paper, world},
    support::{Site, built_in, morning, receiver::Receiver},
    workers::{World, item, page, rss, source},
};

/// A key of Standard Webhooks.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub fn channel(id: &str, receiver: &Receiver, fall_back: Option<&str>) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: id.into(),
        audience: Audience::Staff,
        destination: Destination::Webhook { url: receiver.url("/") },
        min_level: Level::None,
        quiet: None,
        fall_back: fall_back.map(|id| ChannelId::parse(id).unwrap()),
        allow_private: true,
    }
}

pub fn bureau(channels: Vec<Channel>) -> Arc<Bureau> {
    Arc::new(Bureau {
        office: Office { name: "高雄市政府新聞局".into(), contacts: Vec::new(), channels },
        city: Arc::new(built_in().clone()),
        public_url: "https://clarion.example/".parse().unwrap(),
    })
}

pub fn dispatch(world: &World, bureau: &Arc<Bureau>) -> Dispatch {
    let settings = Settings { total: Duration::from_millis(500), ..Settings::new("https://clarion.example/") };
    let channels = &bureau.office.channels;
    let secrets: HashMap<_, _> = channels.iter().map(|it| (it.id.clone(), vec![Secret::new(KEY)])).collect();
    let senders = Arc::new(Senders::new(settings, secrets).unwrap());
    Dispatch::new(world.shared.clone(), Arc::clone(bureau), senders, Pulse::default())
}

pub fn answer(status: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
}

pub fn alert(n: i64, level: Level) -> Posting {
    let message = Message {
        key: String::new(),
        retry_key: String::new(),
        purpose: Purpose::Alert,
        level,
        subject: format!("第 {n} 則"),
        text: "內容".into(),
        html: None,
        link: None,
        card: None,
        case_number: None,
        occurred_at: morning(),
        ended_at: None,
    };
    Posting {
        subject: format!("c{n}"),
        kind: "alert",
        channel: String::new(),
        recipient: String::new(),
        epoch: 1,
        urgent: level == Level::A,
        message: Letter::of(&message).written(),
    }
}

pub async fn states(world: &World) -> HashMap<String, usize> {
    let mut states = HashMap::new();
    for SentRow { channel, state, .. } in world.store().messages("", 10_000).await.unwrap() {
        *states.entry(format!("{channel} {state}")).or_default() += 1;
    }
    states
}

/// Sends what is due until nothing is.
async fn settle(dispatch: &Dispatch) {
    while dispatch.tick().await.unwrap() > 0 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_down_for_six_hours_costs_nobody_an_alert() {
    let world = World::new(Vec::new()).await;
    let (down, other) = (Receiver::open([answer("503 Down")]).await, Receiver::open([answer("204 No Content")]).await);
    let bureau = bureau(vec![channel("first", &down, Some("second")), channel("second", &other, None)]);
    let dispatch = dispatch(&world, &bureau);
    let first = bureau.office.channels.first().unwrap();
    let post = async |posting: Posting| {
        let now = world.shared.clock.now();
        world.store().post_messages(posting.each(first), now).await.unwrap();
    };

    // An urgent alert reaches people by the other channel within five minutes of the first failure.
    post(alert(0, Level::A)).await;
    let mut waited = Duration::ZERO;
    while other.taken().is_empty() {
        assert!(waited <= Duration::from_mins(5), "nobody was told within five minutes");
        settle(&dispatch).await;
        world.pass(Duration::from_secs(10));
        waited += Duration::from_secs(10);
    }
    // Six hours of alerts of either level, one every six minutes.
    for n in 1..=60 {
        post(alert(n, if n % 3 == 0 { Level::A } else { Level::B })).await;
        for _ in 0..6 {
            settle(&dispatch).await;
            world.pass(Duration::from_mins(1));
        }
    }
    let by_other = other.taken();
    let told: std::collections::BTreeSet<String> =
        by_other.iter().map(|taken| taken.header("webhook-id").unwrap().to_owned()).collect();
    assert_eq!(told.len(), by_other.len(), "no message twice");
    let urgent = (0..=60)
        .filter(|n| n % 3 == 0)
        .filter(|n| by_other.iter().any(|taken| taken.body.contains(&format!("第 {n} 則"))));
    assert_eq!(urgent.count(), 21, "every urgent one");
    // Of the rest only what is as old as the six hours for which it is tried: the first, if its last try is over.
    assert!(by_other.len() <= 22, "{by_other:#?}");

    // The channel is back: what waited is told in one message, each alert at most once.
    let before = down.taken().len();
    down.answer([answer("204 No Content")]);
    for _ in 0..10 {
        settle(&dispatch).await;
        world.pass(Duration::from_mins(1));
    }
    let back: Vec<String> = down.taken().split_off(before).iter().map(|taken| taken.body.clone()).collect();
    let merged: Vec<&String> = back.iter().filter(|body| body.contains("則通知延遲")).collect();
    assert_eq!(merged.len(), 1, "{back:#?}");
    assert!(back.len() <= 12, "{} messages are a flood: {back:#?}", back.len());
    let left = states(&world).await;
    assert!(!left.contains_key("first waiting"), "{left:?}");
    assert!(left.get("first merged").is_some_and(|merged| *merged > 2), "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_message_goes_to_the_other_channel_at_once_and_is_not_tried_again() {
    let world = World::new(Vec::new()).await;
    let (deaf, other) = (Receiver::open([answer("410 Gone")]).await, Receiver::open([answer("200 OK")]).await);
    let bureau = bureau(vec![channel("first", &deaf, Some("second")), channel("second", &other, None)]);
    let dispatch = dispatch(&world, &bureau);
    let first = bureau.office.channels.first().unwrap();
    world.store().post_messages(alert(1, Level::B).each(first), morning()).await.unwrap();
    for _ in 0..3 {
        settle(&dispatch).await;
        world.pass(Duration::from_mins(10));
    }
    assert_eq!((deaf.taken().len(), other.taken().len()), (1, 1));
    assert_eq!(states(&world).await, HashMap::from([("first failed".into(), 1), ("second sent".into(), 1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_misreport_opens_a_case_with_its_draft_and_people_are_told_once() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    let receiver = Receiver::open([answer("204 No Content")]).await;
    let bureau = bureau(vec![channel("duty", &receiver, None)]);
    let casework = Casework::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    let dispatch = dispatch(&world, &bureau);
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    assert_eq!(casework.tick().await.unwrap(), 1);
    assert_eq!(casework.tick().await.unwrap(), 0, "one story, one case");
    let case = world.store().cases(&CaseFilter::default(), None, 10).await.unwrap().cases.remove(0);
    assert_eq!(case.stage.state(), CaseState::ToVerify);
    let dossier = world.store().dossier(&case.id).await.unwrap().unwrap();
    let draft = &dossier.draft().expect("a draft is there already").text;
    assert!(draft.lead.contains("25億") && draft.facts.iter().any(|fact| fact.contains("2億5,000萬")), "{draft:?}");
    settle(&dispatch).await;
    let told = receiver.taken();
    assert_eq!(told.len(), 1, "{told:?}");
    let body = told[0].body.clone();
    assert!(body.contains("25億") && body.contains("2億5,000萬") && body.contains("/cases/"), "{body}");
    let report = paper(&world).await;
    assert_eq!(world.store().cases_of_report(&report.id).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_that_five_outlets_print_becomes_grave_and_people_are_told_so_once() {
    let site = Site::open().await;
    // Money of a building site harms nobody by itself.
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    let desk = Receiver::open([answer("204 No Content")]).await;
    let bureau = bureau(vec![channel("desk", &desk, None)]);
    let casework = Casework::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    let dispatch = dispatch(&world, &bureau);
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    casework.tick().await.unwrap();
    let case = async || world.store().cases(&CaseFilter::default(), None, 10).await.unwrap().cases.remove(0);
    assert_eq!(case().await.level, CaseLevel::B);
    settle(&dispatch).await;
    assert_eq!(desk.taken().len(), 1);

    let sources: Vec<Source> = world.shared.sources.borrow().iter().cloned().collect();
    let title = "砸25億做箱涵！五甲雨水下水道做了42%";
    let others = (2..=6).map(|n| {
        let (feed, path) = (format!("/rss{n}"), format!("/{n}"));
        site.serve(&feed, "application/rss+xml", rss(&item(&site, &path, title, "里長")));
        site.serve(&path, "text/html", page(title, WRONG));
        let outlet = format!("第{n}日報");
        Source {
            outlet: outlet.clone(),
            name: outlet,
            ..source(&format!("paper{n}"), SourceKind::Feed(site.url(&feed)))
        }
    });
    let (four, fifth): (Vec<Source>, Vec<Source>) = others.partition(|it| it.id.as_str() != "paper6");
    let mut all: Vec<Source> = sources.into_iter().chain(four.into_iter().take(3)).collect();
    for (added, expect, told) in [(Vec::new(), CaseLevel::B, 1), (fifth, CaseLevel::A, 2)] {
        all.extend(added);
        world.configure(all.clone());
        world.round().await;
        while recheck.tick().await.unwrap() > 0 {}
        for _ in 0..2 {
            casework.tick().await.unwrap();
            settle(&dispatch).await;
        }
        assert_eq!(case().await.level, expect);
        assert_eq!(desk.taken().len(), told);
    }
    let last = desk.taken().pop().unwrap();
    assert!(last.body.contains("等級提高，已有 5 家媒體報導"), "{}", last.body);

    // What a person put back stays there, however many print it then.
    let (grave, now) = (case().await, world.shared.clock.now());
    let detail = "{\"level\":\"B\",\"from_level\":\"A\",\"reason\":\"已電話澄清\"}".to_owned();
    let by = Actor { name: "wang".into(), ..Actor::command_line() };
    let put = world.store().relevel_case((&grave.id, grave.version), (CaseLevel::B, Vec::new()), detail, by, now);
    put.await.unwrap();
    site.serve("/rss7", "application/rss+xml", rss(&item(&site, "/7", title, "里長")));
    site.serve("/7", "text/html", page(title, WRONG));
    all.push(Source { outlet: "第7日報".into(), ..source("paper7", SourceKind::Feed(site.url("/rss7"))) });
    world.configure(all);
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    casework.tick().await.unwrap();
    assert_eq!(case().await.level, CaseLevel::B);
    assert_eq!(world.store().reports_of_case(&grave.id).await.unwrap().len(), 6, "the copy joined");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_nobody_sees_to_is_told_of_up_the_chain_and_each_warning_once() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, RELEASE, WRONG).await;
    let receiver = Receiver::open([answer("204 No Content")]).await;
    let bureau = bureau(vec![channel("duty", &receiver, None)]);
    let casework = Casework::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    let mut deadlines = Deadlines::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    casework.tick().await.unwrap();
    let case = world.store().cases(&CaseFilter::default(), None, 10).await.unwrap().cases.remove(0);
    for _ in 0..600 {
        deadlines.tick().await.unwrap();
        world.pass(Duration::from_mins(1));
    }
    let mut kinds: Vec<String> =
        world.store().messages(&case.id, 100).await.unwrap().into_iter().map(|row| row.kind).collect();
    kinds.sort();
    let count = |kind: &str| kinds.iter().filter(|it| *it == kind).count();
    assert_eq!(count("escalation"), 3, "{kinds:?}");
    let goals = if case.level == CaseLevel::A { 3 } else { 1 };
    assert!(count("due") >= goals && count("due") <= goals * 3, "{kinds:?}");
    // A daemon that starts anew tells nobody a second time.
    let mut anew = Deadlines::new(world.shared.clone(), bureau, Pulse::default());
    anew.tick().await.unwrap();
    assert_eq!(world.store().messages(&case.id, 100).await.unwrap().len(), kinds.len());
    let metrics = &world.database.metrics.casework;
    // Nor does it count a goal a second time.
    assert_eq!(metrics.deadline_breaches_total.with_label_values(&["publish"]).get(), 1);
    assert!(!world.store().count_breach(&case.id, clarion::domain::Goal::Publish, morning()).await.unwrap());
    assert_eq!(metrics.cases.with_label_values(&["to_verify", case.level.name()]).get(), 1);
}
