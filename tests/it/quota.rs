//! A month's messages: counted, warned of, used up, and there again; and what is said of a key that is refused.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    domain::{
        Audience, Channel, ChannelId, Destination, Level, MailRoute, MailTls, Office, OnUncertain, Quota, Secret,
        next_month,
    },
    fetch,
    lifecycle::Pulse,
    notify::{Senders, Settings},
    store::{Posting, Sending, Settled},
    workers::{Bureau, Dispatch, Quotas},
};

use crate::{
    duty::{alert, states},
    on_both,
    support::{
        built_in,
        mail::MailServer,
        morning,
        receiver::Receiver,
        room::{CLOSED, Room},
        sqlite,
    },
    workers::World,
};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn channel(id: &str, destination: Destination) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: id.into(),
        audience: Audience::Staff,
        destination,
        min_level: Level::None,
        quiet: None,
        fall_back: None,
        allow_private: true,
    }
}

fn line(receiver: &Receiver) -> Channel {
    let to = ["Ua", "Ub"].map(str::to_owned).into();
    channel("line", Destination::Line { api: receiver.url("/"), to })
}

fn mail(server: &MailServer) -> Channel {
    channel(
        "mail",
        Destination::Email(MailRoute {
            host: "localhost".into(),
            port: server.port(),
            tls: MailTls::None,
            user: None,
            from: "clarion@example.gov.tw".into(),
            to: vec!["duty@example.gov.tw".into()],
            ca_file: None,
            on_uncertain: OnUncertain::ByLevel,
        }),
    )
}

fn senders() -> Arc<Senders> {
    fetch::install_tls();
    let secrets = HashMap::from([(ChannelId::parse("line").unwrap(), vec![Secret::new("t0ken")])]);
    Arc::new(Senders::new(Settings::new("https://clarion.example/"), secrets).unwrap())
}

fn office(channels: Vec<Channel>) -> Office {
    Office { name: "高雄市政府新聞局".into(), contacts: Vec::new(), channels }
}

fn bureau(channels: Vec<Channel>) -> Arc<Bureau> {
    Arc::new(Bureau {
        office: office(channels),
        city: Arc::new(built_in().clone()),
        public_url: "https://clarion.example/".parse().unwrap(),
    })
}

fn dispatch(world: &World, channels: Vec<Channel>) -> Dispatch {
    Dispatch::new(world.shared.clone(), bureau(channels), senders(), Pulse::default())
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

fn used_up() -> Vec<u8> {
    answer("429 Too Many Requests", r#"{"message":"You have reached your monthly limit."}"#)
}

async fn settle(dispatch: &Dispatch) {
    while dispatch.tick().await.unwrap() > 0 {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_month_is_used_up_mail_takes_over_until_the_next_month_and_line_is_not_asked() {
    let world = World::new(Vec::new()).await;
    let (receiver, server) = (Receiver::open([used_up()]).await, MailServer::open(&[], None).await);
    let channels = vec![line(&receiver), mail(&server)];
    let post = async |n: i64| {
        let now = world.shared.clock.now();
        world.store().post_messages(alert(n, Level::B).each(&channels[0]), now).await.unwrap();
    };
    let first = dispatch(&world, channels.clone());
    post(1).await;
    settle(&first).await;
    // Both recipients were on their way at the same moment; what comes later is not tried.
    let tried = receiver.taken().len();
    assert!((1..=2).contains(&tried));
    assert_eq!(server.mails().len(), 1, "one mail for both recipients");
    post(2).await;
    settle(&first).await;
    assert_eq!((receiver.taken().len(), server.mails().len()), (tried, 2));

    // Another daemon, the last second of the month.
    drop(first);
    let anew = dispatch(&world, channels.clone());
    let left = next_month(morning()) - morning() - TimeDelta::seconds(1);
    world.pass(left.to_std().unwrap());
    assert_eq!(world.shared.clock.now(), at("2026-03-31T23:59:59+08:00"));
    post(3).await;
    settle(&anew).await;
    assert_eq!((receiver.taken().len(), server.mails().len()), (tried, 3));

    // The next month: LINE again, by itself.
    receiver.answer([answer("200 OK", "{}")]);
    world.pass(Duration::from_secs(1));
    post(4).await;
    settle(&anew).await;
    assert_eq!((receiver.taken().len(), server.mails().len()), (tried + 2, 3));
    let states = states(&world).await;
    assert_eq!((states["line failed"], states["line sent"], states["mail sent"]), (6, 2, 3), "{states:?}");
    let row = world.store().quota("line").await.unwrap().unwrap();
    assert_eq!(row.closed_until, Some(at("2026-04-01T00:00:00+08:00")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_is_not_mailed_unasked_when_its_line_is_used_up() {
    let world = World::new(Vec::new()).await;
    let (receiver, server) = (Receiver::open([used_up()]).await, MailServer::open(&[], None).await);
    let public = Channel { audience: Audience::Public, ..line(&receiver) };
    let channels = vec![public, mail(&server)];
    let dispatch = dispatch(&world, channels.clone());
    let posting = Posting { kind: "release", ..alert(1, Level::A) };
    world.store().post_messages(posting.each(&channels[0]), morning()).await.unwrap();
    settle(&dispatch).await;
    assert!(server.mails().is_empty());
    assert_eq!(states(&world).await["line failed"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_left_is_asked_every_half_hour_and_in_a_new_month_and_a_larger_plan_opens_at_once() {
    let world = World::new(Vec::new()).await;
    let says = |limit: u64, used: u64| {
        [
            answer("200 OK", &format!(r#"{{"type":"limited","value":{limit}}}"#)),
            answer("200 OK", &format!(r#"{{"totalUsage":{used}}}"#)),
        ]
    };
    let receiver = Receiver::open(says(200, 150)).await;
    let quotas = || Quotas::new(world.shared.clone(), bureau(vec![line(&receiver)]), senders(), 0.3, Pulse::default());
    let watching = quotas();
    let metrics = &world.database.metrics.casework;
    let left = || metrics.channel_quota_remaining_ratio.with_label_values(&["line"]).get();
    let is = |a: f64, b: f64| (a - b).abs() < 1e-9;
    assert_eq!(watching.tick().await.unwrap(), 1);
    assert!(is(left(), 0.25) && is(metrics.channel_quota_warning_ratio.get(), 0.3));
    for _ in 0..29 {
        world.pass(Duration::from_mins(1));
        // A daemon that starts anew asks no earlier.
        assert_eq!(quotas().tick().await.unwrap(), 0);
    }
    receiver.answer(says(200, 200));
    world.pass(Duration::from_mins(1));
    assert_eq!(watching.tick().await.unwrap(), 1);
    assert!(is(left(), 0.0));

    // Closed for the month; the same limit with some left does not open it, a larger one does.
    let until = next_month(morning());
    world.store().close_quota("line", until).await.unwrap();
    receiver.answer(says(200, 197));
    world.pass(Duration::from_mins(30));
    watching.tick().await.unwrap();
    assert_eq!(world.store().quota("line").await.unwrap().unwrap().closed_until, Some(until));
    assert!(is(left(), 0.0), "three are left, and a group of ten was refused");
    receiver.answer(says(3000, 200));
    world.pass(Duration::from_mins(30));
    watching.tick().await.unwrap();
    assert_eq!(world.store().quota("line").await.unwrap().unwrap().closed_until, None);
    assert!(left() > 0.9);

    // No answer is no news, and no reason to ask again and again.
    receiver.answer([answer("500 x", "")]);
    world.pass(Duration::from_mins(30));
    assert_eq!(watching.tick().await.unwrap(), 1);
    assert_eq!(watching.tick().await.unwrap(), 0);
    assert!(left() > 0.9);

    // In a new month at once.
    receiver.answer(says(3000, 0));
    let now = world.shared.clock.now();
    world.pass((next_month(now) - now - TimeDelta::minutes(1)).to_std().unwrap());
    watching.tick().await.unwrap();
    world.pass(Duration::from_mins(1));
    receiver.answer(says(3000, 0));
    assert_eq!(watching.tick().await.unwrap(), 1);
    assert!(is(left(), 1.0));
}

on_both! {
    async fn a_closed_month_outlives_what_the_service_says_until_the_plan_grows(database: Database) {
        let (store, until) = (&database.store, next_month(morning()));
        store.close_quota("line", until).await.unwrap();
        assert_eq!(store.quota("line").await.unwrap().unwrap().quota, None);
        let said = |limit, used| Some(Quota { limit, used });
        store.count_quota("line", said(Some(200), 10), morning()).await.unwrap();
        assert_eq!(store.quota("line").await.unwrap().unwrap().closed_until, Some(until), "nothing to compare with");
        store.count_quota("line", None, morning()).await.unwrap();
        let row = store.quota("line").await.unwrap().unwrap();
        assert_eq!((row.quota, row.closed_until), (said(Some(200), 10), Some(until)));
        store.count_quota("line", said(None, 10), morning()).await.unwrap();
        let row = store.quota("line").await.unwrap().unwrap();
        assert_eq!((row.quota, row.closed_until), (said(None, 10), None), "no limit any more");
        assert_eq!(store.quotas().await.unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_inbox_says_that_a_key_is_refused_and_that_a_month_runs_out() {
    let receiver = Receiver::open([]).await;
    let mut channels = vec![line(&receiver), channel("hook", Destination::Slack)];
    channels[0].name = "值勤 LINE".into();
    channels[1].name = "值勤 Slack".into();
    let room = Room::of(sqlite().await, &CLOSED, built_in().clone(), office(channels.clone()));
    room.person("duty", &[clarion::domain::Role::DutyOfficer]).await;
    let cookie = room.cookie("duty").await;
    let page = async || room.get("/cases").with(&cookie).send().await.text;
    assert!(!page().await.contains("訊息通道"));

    let send = async |n: i64, result: &'static str, state: Sending| {
        room.store.post_messages(alert(n, Level::B).each(&channels[1]), morning()).await.unwrap();
        let claimed = room.store.claim_messages(9, morning(), TimeDelta::minutes(2)).await.unwrap();
        let settled = Settled { result, why: "401".into(), hash: String::new(), state, uncertain: false };
        for queued in claimed {
            room.store.settle_message(&queued, settled.clone(), morning()).await.unwrap();
        }
    };
    send(1, "unauthorised", Sending::Failed).await;
    let text = page().await;
    assert!(text.contains("訊息通道需立即處理") && text.contains("「值勤 Slack」的金鑰或權限失效"), "{text}");
    send(2, "accepted", Sending::Sent).await;
    assert!(!page().await.contains("金鑰或權限失效"), "it works again");

    room.store.count_quota("line", Some(Quota { limit: Some(200), used: 170 }), morning()).await.unwrap();
    assert!(page().await.contains("「值勤 LINE」本月訊息額度僅剩 30 則"));
    room.store.close_quota("line", next_month(morning())).await.unwrap();
    let text = page().await;
    assert!(text.contains("「值勤 LINE」本月訊息額度已用完，115年4月1日起恢復；期間沒有替代通道"), "{text}");
    room.clock.pass(TimeDelta::days(20));
    assert!(!page().await.contains("已用完"));
}
