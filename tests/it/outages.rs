//! What goes wrong outside, end to end: answers that come late, mail servers with moods, and clocks that somebody sets.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    domain::{
        Actor, Audience, Channel, ChannelId, Destination, Level, MailRoute, MailTls, Office, OnUncertain, Outcome,
        Purpose, Role, Secret, SessionLimits, SourceKind, Stage, UserName,
    },
    fetch,
    lifecycle::Pulse,
    notify::{Senders, Settings},
    store::{AlertOutcome, AuditFilter, CaseFilter, Moved, Posting},
    wire::Letter,
    workers::{Bureau, Casework, Deadlines, Dispatch, Upkeep},
};

use crate::{
    cases::{changing, opening},
    duty::{alert, states},
    facts::{RELEASE, WRONG, contradicted, keep, latest, own, put, statement},
    on_both,
    register::{self, world},
    support::{
        Site, built_in,
        mail::{MailServer, SILENCE},
        morning,
        receiver::Receiver,
        room::{CLOSED, Room},
    },
    workers::{World, item, page, rss, source},
};

/// A key of Standard Webhooks.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn channel(destination: Destination) -> Channel {
    Channel {
        id: ChannelId::parse("duty").unwrap(),
        name: "值勤".into(),
        audience: Audience::Staff,
        destination,
        min_level: Level::None,
        quiet: None,
        fall_back: None,
        allow_private: true,
    }
}

fn route(server: &MailServer, to: &str) -> MailRoute {
    MailRoute {
        host: "localhost".into(),
        port: server.port(),
        tls: MailTls::None,
        user: None,
        from: "clarion@example.gov.tw".into(),
        to: vec![to.into()],
        ca_file: None,
        on_uncertain: OnUncertain::ByLevel,
    }
}

fn bureau(channels: Vec<Channel>) -> Arc<Bureau> {
    Arc::new(Bureau {
        office: Office { name: "高雄市政府新聞局".into(), contacts: Vec::new(), channels },
        city: Arc::new(built_in().clone()),
        public_url: "https://clarion.example/".parse().unwrap(),
    })
}

fn senders(total: Duration) -> Arc<Senders> {
    fetch::install_tls();
    let settings = Settings { total, ..Settings::new("https://clarion.example/") };
    let secrets = HashMap::from([(ChannelId::parse("duty").unwrap(), vec![Secret::new(KEY)])]);
    Arc::new(Senders::new(settings, secrets).unwrap())
}

/// Sends one message by one channel, again and again for a quarter of an hour.
async fn told(world: &World, channel: &Channel, posting: Posting) -> HashMap<String, usize> {
    let bureau = bureau(vec![channel.clone()]);
    let dispatch = Dispatch::new(world.shared.clone(), bureau, senders(Duration::from_millis(400)), Pulse::default());
    world.store().post_messages(posting.each(channel), world.shared.clock.now()).await.unwrap();
    for _ in 0..15 {
        while dispatch.tick().await.unwrap() > 0 {}
        world.pass(Duration::from_mins(1));
    }
    states(world).await
}

fn answer(status: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}").into_bytes()
}

/// N02: the service took the message and its answer comes after we stopped waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_message_whose_answer_came_late_is_known_by_its_key_and_told_once() {
    let world = World::new(Vec::new()).await;
    let receiver = Receiver::open([Vec::new(), answer("409 Conflict")]).await;
    let line = channel(Destination::Line { api: receiver.url("/"), to: vec!["U1".into()] });
    assert_eq!(told(&world, &line, alert(1, Level::A)).await, HashMap::from([("duty sent".into(), 1)]));
    let taken = receiver.taken();
    assert_eq!(taken.len(), 2, "409 is success: no third try");
    assert_eq!(taken[0].header("x-line-retry-key"), taken[1].header("x-line-retry-key"));
    assert_eq!(taken[0].body, taken[1].body);
}

/// N02 for a webhook.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_whose_answer_came_late_is_sent_again_under_the_same_id() {
    let world = World::new(Vec::new()).await;
    let receiver = Receiver::open([Vec::new(), answer("200 OK")]).await;
    let hook = channel(Destination::Webhook { url: receiver.url("/in") });
    assert_eq!(told(&world, &hook, alert(1, Level::B)).await, HashMap::from([("duty sent".into(), 1)]));
    let taken = receiver.taken();
    assert_eq!((taken.len(), taken[0].header("webhook-id")), (2, taken[1].header("webhook-id")));
}

/// N02 for mail (RFC 1047): an alert goes out once more at most, a digest waits for a person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_was_not_answered_for_is_sent_once_more_or_held_by_its_level() {
    for (level, purpose, state, mails) in
        [(Level::A, Purpose::Alert, "duty held", 2), (Level::None, Purpose::Digest, "duty held", 1)]
    {
        let world = World::new(Vec::new()).await;
        let server = MailServer::open(&[(".", "close")], None).await;
        let mail = channel(Destination::Email(route(&server, "duty@example.gov.tw")));
        let letter = Letter::read(&alert(1, level).message, "", "").unwrap();
        let letter = clarion::domain::Message { purpose, ..letter };
        let posting = Posting { message: Letter::of(&letter).written(), ..alert(1, level) };
        assert_eq!(told(&world, &mail, posting).await, HashMap::from([(state.into(), 1)]), "{level:?}");
        assert_eq!(server.mails().len(), mails, "{level:?}");
        let mails = server.mails();
        let id = |mail: &String| mail.lines().find(|line| line.starts_with("Message-ID")).unwrap().to_owned();
        let ids: std::collections::BTreeSet<String> = mails.iter().map(id).collect();
        assert_eq!(ids.len(), 1, "a mail program shows it once");
    }
}

/// N05: greylisting asks to come back, a full mailbox likewise, and a server that is silent for a while is just late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_says_later_gets_the_mail_later_and_once() {
    for (line, reply) in [("RCPT", "450 greylisted, come back"), ("MAIL", "451 4.7.1 later"), ("RCPT", SILENCE)] {
        let world = World::new(Vec::new()).await;
        let server = MailServer::open(&[(line, reply)], None).await;
        let mail = channel(Destination::Email(route(&server, "duty@example.gov.tw")));
        let bureau = bureau(vec![mail.clone()]);
        let dispatch =
            Dispatch::new(world.shared.clone(), bureau, senders(Duration::from_millis(400)), Pulse::default());
        let now = world.shared.clock.now();
        world.store().post_messages(alert(1, Level::B).each(&mail), now).await.unwrap();
        dispatch.tick().await.unwrap();
        assert!(server.mails().is_empty(), "{line} {reply}");
        if reply == SILENCE {
            // The stand-in is still silent to the first visitor.
            continue;
        }
        server.answer(&[]);
        world.pass(Duration::from_mins(6));
        while dispatch.tick().await.unwrap() > 0 {}
        assert_eq!(server.mails().len(), 1, "{line} {reply}");
        assert_eq!(states(&world).await, HashMap::from([("duty sent".into(), 1)]));
    }
}

/// N05: addresses that are not ASCII (RFC 6531), and a server that talks without end.
#[tokio::test]
async fn an_address_in_chinese_is_written_as_the_server_takes_it_or_not_at_all() {
    let message = Letter::read(&alert(1, Level::A).message, "01J", "k").unwrap();
    let at = morning();
    let try_with = async |server: &MailServer, to: &str| {
        let mail = channel(Destination::Email(route(server, to)));
        senders(Duration::from_secs(5)).send(&mail, &message, at).await
    };
    let plain = MailServer::open(&[], None).await;
    assert_eq!(try_with(&plain, "duty@測試.tw").await.name(), "accepted");
    assert!(plain.heard().contains(&"RCPT TO:<duty@xn--g6w251d.tw>".to_owned()), "{:?}", plain.heard());
    let refused = try_with(&plain, "值勤@example.gov.tw").await;
    assert!(refused.name() == "rejected" && refused.why().contains("RFC 6531"), "{refused:?}");
    assert_eq!(plain.mails().len(), 1, "nothing was sent to a mangled address");
    let modern = MailServer::open(&[("EHLO", "250-relay.example\r\n250 SMTPUTF8")], None).await;
    assert_eq!(try_with(&modern, "值勤@example.gov.tw").await.name(), "accepted");
    assert!(modern.heard().iter().any(|line| line.starts_with("MAIL") && line.ends_with("SMTPUTF8")));

    let endless = format!("220 {}", "x".repeat(8 * 1024 * 1024));
    let chatty = MailServer::open(&[("greeting", &endless)], None).await;
    let delivery = try_with(&chatty, "duty@example.gov.tw").await;
    assert!(["accepted", "retry", "rejected"].contains(&delivery.name()), "{delivery:?}");
    assert!(delivery.why().len() < 1000, "a megabyte in every row of the log");
}

/// S07: what somebody sets the clock by, and a night's sleep, in which the monotonic clock stands still.
const JUMPS: [(TimeDelta, &str); 5] = [
    (TimeDelta::hours(1), "forward"),
    (TimeDelta::hours(-1), "backward"),
    (TimeDelta::days(-1), "backward"),
    (TimeDelta::days(3652), "forward"),
    (TimeDelta::hours(8), "forward"),
];

fn upkeep(world: &World) -> Upkeep {
    let limits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };
    Upkeep::new(world.shared.clone(), Pulse::default(), limits, Vec::new())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_jump_of_the_clock_makes_a_burst_of_polls_or_ends_polling() {
    for (jump, direction) in JUMPS {
        let site = Site::open().await;
        site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
        site.serve("/1", "text/html", page("五甲二路路燈不亮", "路燈不亮，里民摸黑。"));
        let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
        let mut upkeep = upkeep(&world);
        world.round().await;
        let before = (site.asked(), upkeep.clocks());
        world.clock.jump(jump);
        world.pass(Duration::from_secs(5));
        let now = upkeep.clocks();
        upkeep.tick(Some(before.1), now).await.unwrap();
        let jumps = |name| world.database.metrics.clock_jumps_total.with_label_values(&[name]).get();
        assert_eq!(jumps(direction), 1, "{jump}");
        assert_eq!(jumps("forward") + jumps("backward"), 1, "{jump}");
        // Half an hour at an interval of five minutes.
        for _ in 0..60 {
            world.look().await;
            world.pass(Duration::from_secs(30));
        }
        let polls = site.asked() - before.0;
        assert!((5..=8).contains(&polls), "{jump}: {polls} polls in half an hour");
        let after = upkeep.clocks();
        upkeep.tick(Some(now), after).await.unwrap();
        assert_eq!(jumps(direction), 1, "{jump}: once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_back_holds_no_message_back_and_lengthens_no_messages_life() {
    let world = World::new(Vec::new()).await;
    let receiver = Receiver::open([answer("503 Down")]).await;
    let hook = channel(Destination::Webhook { url: receiver.url("/in") });
    let bureau = bureau(vec![hook.clone()]);
    let dispatch = Dispatch::new(world.shared.clone(), bureau, senders(Duration::from_secs(1)), Pulse::default());
    let mut upkeep = upkeep(&world);
    world.store().post_messages(alert(1, Level::B).each(&hook), world.shared.clock.now()).await.unwrap();
    dispatch.tick().await.unwrap();
    let before = upkeep.clocks();
    world.clock.jump(TimeDelta::days(-1));
    let now = upkeep.clocks();
    upkeep.tick(Some(before), now).await.unwrap();
    let tries = receiver.taken().len();
    world.pass(Duration::from_secs(10));
    dispatch.tick().await.unwrap();
    assert_eq!(receiver.taken().len(), tries + 1, "not a day later");
    // It is tried for six hours of this clock, and not for a day and six hours.
    for _ in 0..90 {
        while dispatch.tick().await.unwrap() > 0 {}
        world.pass(Duration::from_mins(5));
    }
    assert_eq!(states(&world).await, HashMap::from([("duty failed".into(), 1)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn due_times_follow_the_wall_clock_and_nothing_is_told_or_counted_twice_for_it() {
    let site = Site::open().await;
    let (world, mut recheck) = world(&site, register::RELEASE, register::WRONG).await;
    let receiver = Receiver::open([answer("200 OK")]).await;
    let bureau = bureau(vec![channel(Destination::Webhook { url: receiver.url("/in") })]);
    let casework = Casework::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    let mut deadlines = Deadlines::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default());
    world.round().await;
    while recheck.tick().await.unwrap() > 0 {}
    casework.tick().await.unwrap();
    let case = world.store().cases(&CaseFilter::default(), None, 10).await.unwrap().cases.remove(0);
    let told = async || world.store().messages(&case.id, 500).await.unwrap().len();
    let missed = || {
        let total = &world.database.metrics.casework.deadline_breaches_total;
        ["acknowledge", "plan", "publish", "answer"]
            .iter()
            .map(|goal| total.with_label_values(&[goal]).get())
            .sum::<u64>()
    };
    deadlines.tick().await.unwrap();
    assert_eq!(missed(), 0);
    let quiet = told().await;
    // The machine slept through every goal.
    world.clock.jump(TimeDelta::days(2));
    deadlines.tick().await.unwrap();
    let (late, count) = (told().await, missed());
    assert!(late > quiet && count >= 1, "{late} {count}");
    // The clock was wrong, and is put right, and wrong again; a daemon that starts anew meanwhile knows all that.
    for jump in [-2, 2, -2, 2] {
        world.clock.jump(TimeDelta::days(jump));
        deadlines.tick().await.unwrap();
        Deadlines::new(world.shared.clone(), Arc::clone(&bureau), Pulse::default()).tick().await.unwrap();
        assert_eq!((told().await, missed()), (late, count), "{jump} days");
    }
}

on_both! {
    async fn what_a_step_says_of_its_alerts_is_written_with_the_step_or_not_at_all(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let store = &room.store;
        put(store, "f1", statement(RELEASE)).await;
        let fact = latest(store, "f1").await;
        let checked = own(vec![contradicted(WRONG, &fact)], fact.number);
        let outlet = crate::support::source("mumian", "木棉日報");
        keep(store, &outlet, ("https://a.example/1", WRONG), None, checked).await;
        let alerts = store.unclaimed_alerts(morning() - TimeDelta::days(1), 10).await.unwrap();
        let alert = (alerts[0].finding.article_id.clone(), alerts[0].finding.id.clone());
        store.open_case(opening("c1", None, vec![(alert.0.clone(), "news".into())]), Actor::daemon(), morning()).await.unwrap();
        let outcome = |by: &str| AlertOutcome {
            outcome: Outcome::Unclear,
            note: Some("無從查證".into()),
            by: UserName::parse(by).unwrap(),
            alerts: vec![alert.clone()],
        };
        let dismissed = || changing("c1", 1, Stage::Dismissed(None));
        let at: DateTime<Utc> = morning();

        // On a version that is not the current one nothing is written of either.
        let stale = changing("c1", 9, Stage::Dismissed(None));
        let moved = store.change_case_and_alerts(stale, Some(outcome("wang")), Actor::daemon(), at).await.unwrap();
        assert_eq!(moved, Moved::Stale);
        assert_eq!(judged(store, &alert.0).await, None);

        // When the outcome cannot be written, the step is not either.
        let failed = store.change_case_and_alerts(dismissed(), Some(outcome("nobody")), Actor::daemon(), at).await;
        assert!(failed.is_err());
        assert_eq!(store.case("c1").await.unwrap().unwrap().version, 1);
        assert_eq!(judged(store, &alert.0).await, None);

        let moved = store.change_case_and_alerts(dismissed(), Some(outcome("wang")), Actor::daemon(), at).await.unwrap();
        assert!(matches!(moved, Moved::Done(_)));
        assert_eq!(judged(store, &alert.0).await, Some(Outcome::Unclear));
        let log = store.audit_log(&AuditFilter::default(), None, 2).await.unwrap();
        let actions: Vec<&str> = log.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["finding_judged", "case_stepped"]);
    }
}

/// What was made of the alert of a report.
async fn judged(store: &clarion::store::Store, report: &str) -> Option<Outcome> {
    let (_, findings) = store.findings_of(report).await.unwrap().expect("the report is there");
    let [finding] = findings.as_slice() else { panic!("one alert: {findings:?}") };
    finding.judged.as_ref().map(|judged| judged.outcome)
}
