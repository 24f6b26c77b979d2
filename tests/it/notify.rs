//! The senders against receivers on loopback: what each status, body and failure comes to, what goes over the wire, and
//! that no secret comes back out.

use std::{collections::HashMap, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use clarion::{
    domain::{
        Audience, Channel, ChannelId, ChannelKind, Delivery, Destination, Level, MailRoute, MailTls, Message,
        OnUncertain, Purpose, Quota, Secret,
    },
    notify::{Senders, Settings},
};
use serde_json::json;

use crate::support::{
    mail::{CLOSE, MailServer, SILENCE, certificate},
    receiver::Receiver,
};

const TOKEN: &str = "s3cret-t0ken";
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn now() -> DateTime<Utc> {
    "2026-03-17T08:00:00+08:00".parse().unwrap()
}

fn message() -> Message {
    Message {
        key: "01KKX5W7V8Q2M4N6P8R0S2T4V6".into(),
        retry_key: "6f9619ff-8b86-4d11-b42d-00c04fc964ff".into(),
        purpose: Purpose::Alert,
        level: Level::A,
        subject: "【重大】停水時間與公布內容不符".into(),
        text: "木棉日報報導停水三天，水公司公告為 12 小時。".into(),
        html: None,
        link: Some("https://clarion.example.gov.tw/cases/115-0001".parse().unwrap()),
        card: None,
        case_number: Some("115-0001".into()),
        occurred_at: now() - chrono::TimeDelta::minutes(10),
        ended_at: None,
    }
}

fn channel(destination: Destination) -> Channel {
    Channel {
        id: ChannelId::parse("duty").unwrap(),
        name: "值勤".into(),
        audience: Audience::Staff,
        destination,
        min_level: Level::B,
        quiet: None,
        fall_back: None,
        allow_private: true,
    }
}

fn senders(secrets: &[&str]) -> Senders {
    patient(secrets, Duration::from_secs(15))
}

/// Senders for a receiver that is silent.
fn hasty(secrets: &[&str]) -> Senders {
    patient(secrets, Duration::from_millis(300))
}

fn patient(secrets: &[&str], total: Duration) -> Senders {
    let secrets = secrets.iter().map(|secret| Secret::new(secret)).collect();
    let settings = Settings { total, ..Settings::new("https://clarion.example.gov.tw") };
    Senders::new(settings, HashMap::from([(ChannelId::parse("duty").unwrap(), secrets)])).unwrap()
}

/// An answer with its head; `status` may bring further header lines.
fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
}

/// The channel of this kind that leads to `receiver`, and its secret.
fn to(kind: ChannelKind, receiver: &Receiver) -> (Channel, String) {
    let hook = receiver.url("/hooks/s3cret-path").to_string();
    let (destination, secret) = match kind {
        ChannelKind::Line => (Destination::Line { api: receiver.url("/"), to: vec!["U1".into()] }, TOKEN.into()),
        ChannelKind::Telegram => (Destination::Telegram { api: receiver.url("/"), chat: "-100".into() }, TOKEN.into()),
        ChannelKind::Slack => (Destination::Slack, hook),
        ChannelKind::Teams => (Destination::Teams, hook),
        ChannelKind::Mattermost => (Destination::Mattermost, hook),
        ChannelKind::Webhook => (Destination::Webhook { url: receiver.url("/in") }, KEY.into()),
        ChannelKind::Alertmanager => {
            let resend = Duration::from_mins(1);
            (Destination::Alertmanager { url: receiver.url("/am/"), resend }, TOKEN.into())
        }
        ChannelKind::Email => panic!("mail is no HTTP"),
    };
    (channel(destination), secret)
}

/// What these answers come to, one after the other. No secret comes back.
async fn outcomes(kind: ChannelKind, answers: Vec<Vec<u8>>) -> Vec<Delivery> {
    let make = if answers.iter().any(Vec::is_empty) { hasty } else { senders };
    let count = answers.len();
    let receiver = Receiver::open(answers).await;
    let (channel, secret) = to(kind, &receiver);
    let senders = make(&[&secret]);
    let mut deliveries = Vec::with_capacity(count);
    for _ in 0..count {
        let delivery = senders.send(&channel, &message(), now()).await;
        let said = format!("{delivery:?}");
        assert!(!said.contains(&secret) && !said.contains("s3cret"), "{kind:?}: {said}");
        deliveries.push(delivery);
    }
    deliveries
}

async fn table(kind: ChannelKind, rows: &[(&str, &str, &str)]) {
    let answers = rows.iter().map(|(status, body, _)| answer(status, body)).collect();
    for ((status, body, expect), delivery) in rows.iter().zip(outcomes(kind, answers).await) {
        assert_eq!(delivery.name(), *expect, "{kind:?} {status} {body}: {delivery:?}");
    }
}

#[tokio::test]
async fn line_tells_pace_from_quota_and_a_repeated_key_from_a_failure() {
    let rows = [
        ("200 OK", r#"{"sentMessages":[{"id":"1"}]}"#, "accepted"),
        ("409 Conflict", r#"{"message":"The retry key is already accepted"}"#, "duplicate"),
        ("400 Bad Request", r#"{"message":"The property, 'to', in the request body is invalid"}"#, "rejected"),
        ("401 Unauthorized", r#"{"message":"Authentication failed"}"#, "unauthorised"),
        ("403 Forbidden", r#"{"message":"Not authorised"}"#, "unauthorised"),
        ("429 Too Many Requests", r#"{"message":"The API rate limit has been exceeded."}"#, "retry"),
        ("429 Too Many Requests", r#"{"message":"You have reached your monthly limit."}"#, "quota"),
        ("500 Internal Server Error", "", "retry"),
    ];
    table(ChannelKind::Line, &rows).await;
}

#[tokio::test]
async fn chats_say_by_a_word_whether_they_took_it() {
    let rows = [
        ("200 OK", "ok", "accepted"),
        ("200 OK", "<html>Please log in to the proxy</html>", "uncertain"),
        ("400 Bad Request", "invalid_payload", "rejected"),
        ("403 Forbidden", "action_prohibited", "unauthorised"),
        ("404 Not Found", "no_service at /hooks/s3cret-path", "unauthorised"),
        ("429 Too Many Requests\r\nRetry-After: 30", "", "retry"),
        ("503 Service Unavailable", "", "retry"),
    ];
    table(ChannelKind::Slack, &rows).await;
    table(ChannelKind::Mattermost, &rows).await;
}

#[tokio::test]
async fn teams_hides_failures_in_a_success() {
    let failed = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error";
    let rows = [
        ("202 Accepted", "", "accepted"),
        ("200 OK", "1", "accepted"),
        ("200 OK", &format!("{failed} 429 with ContextId x"), "retry"),
        ("200 OK", &format!("{failed} 400 with ContextId x"), "rejected"),
        ("200 OK", "<html>Sign in</html>", "uncertain"),
        ("400 Bad Request", "{}", "rejected"),
        ("401 Unauthorized", "{}", "unauthorised"),
        ("410 Gone", "", "unauthorised"),
        ("502 Bad Gateway", "", "retry"),
    ];
    table(ChannelKind::Teams, &rows).await;
}

#[tokio::test]
async fn telegram_says_in_the_body_what_came_of_it() {
    let pace = r#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":17}}"#;
    let rows = [
        ("200 OK", r#"{"ok":true,"result":{"message_id":7}}"#, "accepted"),
        ("200 OK", r#"{"ok":false,"error_code":400,"description":"Bad Request"}"#, "rejected"),
        ("200 OK", "<html>blocked</html>", "uncertain"),
        ("400 Bad Request", r#"{"ok":false,"error_code":400,"description":"chat not found"}"#, "rejected"),
        ("401 Unauthorized", r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#, "unauthorised"),
        ("403 Forbidden", r#"{"ok":false,"error_code":403,"description":"bot was blocked"}"#, "rejected"),
        ("404 Not Found", r#"{"ok":false,"error_code":404,"description":"Not Found"}"#, "unauthorised"),
        ("429 Too Many Requests", pace, "retry"),
        ("500 Internal Server Error", "", "retry"),
    ];
    table(ChannelKind::Telegram, &rows).await;
    let slow = outcomes(ChannelKind::Telegram, vec![answer("429 x", pace)]).await;
    assert!(
        matches!(&slow[..], [Delivery::Retry { after: Some(wait), .. }] if *wait == Duration::from_secs(17)),
        "{slow:?}"
    );
}

#[tokio::test]
async fn webhook_and_alertmanager_go_by_the_status() {
    let rows = [
        ("200 OK", "{\"error\":\"ours to ignore\"}", "accepted"),
        ("204 No Content", "", "accepted"),
        ("301 Moved Permanently\r\nLocation: http://127.0.0.1:1/", "", "rejected"),
        ("400 Bad Request", "", "rejected"),
        ("401 Unauthorized", "", "unauthorised"),
        ("404 Not Found", "", "rejected"),
        ("408 Request Timeout", "", "retry"),
        ("409 Conflict", "", "retry"),
        ("410 Gone", "", "rejected"),
        ("413 Content Too Large", "", "rejected"),
        ("425 Too Early", "", "retry"),
        ("429 Too Many Requests", "", "retry"),
        ("500 Internal Server Error", "", "retry"),
        ("504 Gateway Timeout", "", "retry"),
    ];
    table(ChannelKind::Webhook, &rows).await;
    table(ChannelKind::Alertmanager, &rows).await;
}

#[tokio::test]
async fn what_a_receiver_asks_to_wait_is_passed_on() {
    let rows = [("120", Some(120)), ("Tue, 17 Mar 2026 00:05:00 GMT", Some(300)), ("soon", None)];
    let answers = rows.iter().map(|(value, _)| answer(&format!("503 Busy\r\nRetry-After: {value}"), "")).collect();
    for ((value, expect), delivery) in rows.iter().zip(outcomes(ChannelKind::Webhook, answers).await) {
        let Delivery::Retry { after, .. } = delivery else { panic!("{value}: {delivery:?}") };
        assert_eq!(after, expect.map(Duration::from_secs), "{value}");
    }
}

#[tokio::test]
async fn silence_a_hang_up_and_half_an_answer_leave_it_open_whether_it_arrived() {
    for kind in ChannelKind::ALL.into_iter().filter(|kind| *kind != ChannelKind::Email) {
        let half: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok";
        // The silence is last, since a receiver that is silent takes nothing more.
        let answers = [half, b"\r\n", b"HTTP/1.1 2", b""].map(<[u8]>::to_vec).to_vec();
        let names: Vec<_> = outcomes(kind, answers).await.iter().map(Delivery::name).collect();
        let by_body = matches!(kind, ChannelKind::Slack | ChannelKind::Mattermost | ChannelKind::Telegram);
        assert_eq!(names[0], if by_body { "uncertain" } else { "accepted" }, "{kind:?}");
        assert_eq!(names[1..], ["uncertain"; 3], "{kind:?}");
    }
}

#[tokio::test]
async fn nobody_there_means_nothing_was_sent() {
    for kind in ChannelKind::ALL.into_iter().filter(|kind| *kind != ChannelKind::Email) {
        let receiver = Receiver::open([]).await;
        let (mut channel, mut secret) = to(kind, &receiver);
        let closed: url::Url = "http://127.0.0.1:1/s3cret-path".parse().unwrap();
        match &mut channel.destination {
            Destination::Line { api: url, .. }
            | Destination::Telegram { api: url, .. }
            | Destination::Webhook { url }
            | Destination::Alertmanager { url, .. } => *url = closed,
            _ => secret = closed.to_string(),
        }
        let delivery = senders(&[&secret]).send(&channel, &message(), now()).await;
        assert_eq!(delivery.name(), "retry", "{kind:?}: {delivery:?}");
        let said = format!("{delivery:?}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_known_means_nothing_was_sent() {
    for allow_private in [true, false] {
        let nowhere = Destination::Webhook { url: "https://nobody.invalid/in".parse().unwrap() };
        let channel = Channel { allow_private, ..channel(nowhere) };
        let delivery = senders(&[KEY]).send(&channel, &message(), now()).await;
        assert_eq!(delivery.name(), "retry", "{delivery:?}");
    }
}

#[tokio::test]
async fn a_private_address_is_reached_only_where_the_channel_may() {
    for kind in ChannelKind::ALL.into_iter().filter(|kind| *kind != ChannelKind::Email) {
        let receiver = Receiver::open([answer("200 OK", "ok")]).await;
        let (mut channel, secret) = to(kind, &receiver);
        channel.allow_private = false;
        let delivery = senders(&[&secret]).send(&channel, &message(), now()).await;
        assert_eq!(delivery.name(), "rejected", "{kind:?}: {delivery:?}");
        assert!(delivery.why().contains("allow_private") && receiver.taken().is_empty());
    }
    let receiver = Receiver::open([answer("200 OK", "ok")]).await;
    let mut by_name = receiver.url("/in");
    by_name.set_host(Some("localhost")).unwrap();
    let closed = Channel { allow_private: false, ..channel(Destination::Webhook { url: by_name }) };
    let delivery = senders(&[KEY]).send(&closed, &message(), now()).await;
    assert!(delivery.name() == "rejected" && delivery.why().contains("allow_private"), "{delivery:?}");
}

#[tokio::test]
async fn a_line_message_is_tried_again_with_the_key_of_its_row_and_recipients() {
    let receiver = Receiver::open([answer("500 x", ""), answer("200 OK\r\nX-Line-Request-Id: r-1", "{}")]).await;
    let (channel, secret) = to(ChannelKind::Line, &receiver);
    let senders = senders(&[&secret]);
    assert_eq!(senders.send(&channel, &message(), now()).await.name(), "retry");
    assert_eq!(senders.send(&channel, &message(), now()).await, Delivery::Accepted { receipt: "r-1".into() });
    let taken = receiver.taken();
    assert_eq!(taken[0].path(), "/v2/bot/message/push");
    assert_eq!(taken[0].header("authorization"), Some("Bearer s3cret-t0ken"));
    assert_eq!(taken[0].header("x-line-retry-key").map(str::len), Some(36));
    assert_eq!(taken[0].header("x-line-retry-key"), taken[1].header("x-line-retry-key"));
    let body = taken[0].json();
    assert_eq!((&body["to"], &body["messages"][0]["type"]), (&json!("U1"), &json!("text")));
    let text = body["messages"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("【重大】停水") && text.ends_with("\nhttps://clarion.example.gov.tw/cases/115-0001"));
}

#[tokio::test]
async fn line_users_are_told_together_and_each_group_by_itself() {
    let receiver = Receiver::open([answer("200 OK", "{}")]).await;
    let to = ["U1", "C9", "U2", "R7"].map(str::to_owned).to_vec();
    let channel = channel(Destination::Line { api: receiver.url("/"), to });
    assert_eq!(senders(&[TOKEN]).send(&channel, &message(), now()).await.name(), "accepted");
    let asked: Vec<_> = receiver.taken().iter().map(|it| (it.path().to_owned(), it.json()["to"].clone())).collect();
    let path = |step: &str| format!("/v2/bot/message/{step}");
    let expect = [(path("multicast"), json!(["U1", "U2"])), (path("push"), json!("C9")), (path("push"), json!("R7"))];
    assert_eq!(asked, expect);
    let mut keys: Vec<_> =
        receiver.taken().iter().map(|it| it.header("x-line-retry-key").unwrap().to_owned()).collect();
    keys.dedup();
    assert_eq!(keys.len(), 3);
}

#[tokio::test]
async fn a_text_too_long_for_line_keeps_whole_characters_and_its_link() {
    let receiver = Receiver::open([answer("200 OK", "{}")]).await;
    let (channel, secret) = to(ChannelKind::Line, &receiver);
    let long = Message { text: "👨‍👩‍👧水".repeat(4000), ..message() };
    senders(&[&secret]).send(&channel, &long, now()).await;
    let body = receiver.taken()[0].json();
    let texts: Vec<&str> = body["messages"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(texts.len(), 5);
    assert!(texts.iter().all(|text| text.encode_utf16().count() <= 5000));
    let (kept, link) = texts[4].rsplit_once('\n').unwrap();
    assert_eq!(link, "https://clarion.example.gov.tw/cases/115-0001");
    assert!(kept.ends_with("👨‍👩‍👧…") || kept.ends_with("水…"), "{:?}", kept.chars().rev().take(6).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_left_of_the_month_is_asked_for() {
    let limited = [answer("200 OK", r#"{"type":"limited","value":200}"#), answer("200 OK", r#"{"totalUsage":180}"#)];
    for (answers, expect) in [
        (limited, Some(Quota { limit: Some(200), used: 180 })),
        (
            [answer("200 OK", r#"{"type":"none"}"#), answer("200 OK", r#"{"totalUsage":5}"#)],
            Some(Quota { limit: None, used: 5 }),
        ),
        ([answer("401 x", "{}"), answer("401 x", "{}")], None),
    ] {
        let receiver = Receiver::open(answers).await;
        let (channel, secret) = to(ChannelKind::Line, &receiver);
        assert_eq!(senders(&[&secret]).quota(&channel, now()).await, expect);
        assert_eq!(receiver.taken()[0].path(), "/v2/bot/message/quota");
    }
}

#[tokio::test]
async fn a_webhook_carries_a_signed_cloud_event_with_the_same_id_at_every_try() {
    let receiver = Receiver::open([answer("500 x", ""), answer("204 No Content", "")]).await;
    let (channel, _) = to(ChannelKind::Webhook, &receiver);
    let senders = senders(&[KEY, "whsec_bmV4dCBrZXkgb2YgdGhlIHdlYmhvb2s="]);
    senders.send(&channel, &message(), now()).await;
    assert_eq!(senders.send(&channel, &message(), now()).await.name(), "accepted");
    let taken = &receiver.taken()[1];
    assert_eq!(taken.header("webhook-id"), Some("01KKX5W7V8Q2M4N6P8R0S2T4V6"));
    assert_eq!(receiver.taken()[0].header("webhook-id"), taken.header("webhook-id"));
    assert_eq!(taken.header("webhook-timestamp"), Some("1773705600"));
    assert_eq!(taken.header("content-type"), Some("application/cloudevents+json; charset=utf-8"));
    let signatures: Vec<&str> = taken.header("webhook-signature").unwrap().split(' ').collect();
    assert_eq!(signatures.len(), 2);
    assert_eq!(signatures[0], format!("v1,{}", openssl_hmac("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", taken)));
    assert_eq!(signatures[1], format!("v1,{}", openssl_hmac("bmV4dCBrZXkgb2YgdGhlIHdlYmhvb2s=", taken)));
    let event = taken.json();
    assert_eq!((&event["specversion"], &event["type"]), (&json!("1.0"), &json!("tw.clarion.alert")));
    assert_eq!((&event["id"], &event["subject"]), (&json!("01KKX5W7V8Q2M4N6P8R0S2T4V6"), &json!("115-0001")));
    assert_eq!(event["source"], json!("https://clarion.example.gov.tw"));
    assert_eq!(event["time"], json!("2026-03-16T23:50:00+00:00"));
    assert_eq!(event["data"]["level"], json!("A"));
}

/// The signature of a request as openssl makes it.
fn openssl_hmac(key: &str, taken: &crate::support::receiver::Taken) -> String {
    let script = r#"openssl dgst -sha256 -mac HMAC -macopt hexkey:$(printf %s "$1" | base64 -d | od -An -v -tx1 | tr -d ' \n') -binary | base64"#;
    let id = taken.header("webhook-id").unwrap();
    let text = format!("{id}.{}.{}", taken.header("webhook-timestamp").unwrap(), taken.body);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text");
    std::fs::write(&file, text).unwrap();
    let made = std::process::Command::new("bash")
        .args(["-c", script, "openssl", key])
        .stdin(std::fs::File::open(file).unwrap())
        .output()
        .expect("bash and openssl can be run");
    String::from_utf8(made.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn a_key_with_a_line_break_makes_no_header() {
    let receiver = Receiver::open([answer("204 No Content", "")]).await;
    let (webhook, _) = to(ChannelKind::Webhook, &receiver);
    let forged = Message { key: "01J\r\nX-Forged: 1".into(), ..message() };
    assert_eq!(senders(&[KEY]).send(&webhook, &forged, now()).await.name(), "rejected");
    let (line, _) = to(ChannelKind::Line, &receiver);
    assert_eq!(senders(&["to\r\nken"]).send(&line, &message(), now()).await.name(), "unauthorised");
    assert!(receiver.taken().is_empty());
}

#[tokio::test]
async fn a_headline_calls_no_channel_and_makes_no_link() {
    let hostile = Message { subject: "<!channel> @all [看](https://evil.example)".into(), ..message() };
    let receiver = Receiver::open([answer("200 OK", "ok")]).await;
    for kind in [ChannelKind::Slack, ChannelKind::Mattermost, ChannelKind::Teams] {
        let (channel, secret) = to(kind, &receiver);
        assert_eq!(senders(&[&secret]).send(&channel, &hostile, now()).await.name(), "accepted");
    }
    let taken = receiver.taken();
    assert!(taken[0].json()["text"].as_str().unwrap().starts_with("&lt;!channel&gt; "));
    let mattermost = taken[1].json()["text"].as_str().unwrap().to_owned();
    assert!(mattermost.contains("@\u{200b}all") && mattermost.contains("\\[看\\]\\("), "{mattermost}");
    assert!(mattermost.ends_with("\nhttps://clarion.example.gov.tw/cases/115-0001"));
    let card = taken[2].json()["attachments"][0]["content"].clone();
    assert_eq!((&card["type"], &card["body"][0]["type"]), (&json!("AdaptiveCard"), &json!("RichTextBlock")));
    assert_eq!(card["actions"][0]["url"], json!("https://clarion.example.gov.tw/cases/115-0001"));
}

#[tokio::test]
async fn a_message_that_tries_an_alertmanager_burns_there_until_it_is_over() {
    let receiver = Receiver::open([answer("200 OK", "")]).await;
    let (channel, secret) = to(ChannelKind::Alertmanager, &receiver);
    let senders = senders(&[&secret]);
    senders.send(&channel, &message(), now()).await;
    let over = Message { ended_at: Some(now()), subject: "已結案".into(), ..message() };
    senders.send(&channel, &over, now() + chrono::TimeDelta::minutes(1)).await;
    let taken = receiver.taken();
    assert_eq!(taken[0].path(), "/am/api/v2/alerts");
    let (open, over) = (taken[0].json()[0].clone(), taken[1].json()[0].clone());
    assert_eq!(open["labels"], json!({ "alertname": "ClarionMessage", "case": "115-0001", "level": "A" }));
    assert_eq!(open["labels"], over["labels"]);
    // Four tellings, a minute apart, from eight o'clock on.
    assert_eq!(open["endsAt"], json!("2026-03-17T00:04:00+00:00"));
    assert_eq!(over["endsAt"], json!("2026-03-17T00:00:00+00:00"));
    assert_eq!(open["startsAt"], json!("2026-03-16T23:50:00+00:00"));
}

#[test]
fn no_secret_is_printed_with_the_senders() {
    assert!(!format!("{:?}", senders(&[TOKEN, KEY])).contains("s3cret"));
}

#[tokio::test]
async fn a_channel_without_its_secret_sends_nothing() {
    for kind in [ChannelKind::Line, ChannelKind::Telegram, ChannelKind::Slack, ChannelKind::Teams, ChannelKind::Webhook]
    {
        let receiver = Receiver::open([answer("200 OK", "ok")]).await;
        let (channel, _) = to(kind, &receiver);
        assert_eq!(senders(&[]).send(&channel, &message(), now()).await.name(), "unauthorised", "{kind:?}");
        assert!(receiver.taken().is_empty());
    }
}

fn route(port: u16, tls: MailTls) -> MailRoute {
    MailRoute {
        host: "localhost".into(),
        port,
        tls,
        user: None,
        from: "clarion@example.gov.tw".into(),
        to: vec!["duty@example.gov.tw".into()],
        ca_file: None,
        on_uncertain: OnUncertain::ByLevel,
    }
}

#[tokio::test]
async fn every_refusal_of_a_mail_server_has_its_meaning() {
    let (calm, quick) = (senders(&[]), hasty(&[]));
    for (line, reply, expect) in [
        ("greeting", "421 too busy", "retry"),
        ("greeting", "554 go away", "rejected"),
        ("MAIL", "451 try later", "retry"),
        ("MAIL", "530 must log in", "unauthorised"),
        ("RCPT", "421 shutting down", "retry"),
        ("RCPT", "450 greylisted", "retry"),
        ("RCPT", "452 mailbox full", "retry"),
        ("RCPT", "550 no such user", "rejected"),
        ("RCPT", "552 too many recipients", "retry"),
        ("DATA", "451 not now", "retry"),
        ("DATA", "554 no", "rejected"),
        (".", "250 queued", "accepted"),
        (".", "451 disk full", "retry"),
        (".", "552 too large", "rejected"),
        (".", "554 spam", "rejected"),
        ("MAIL", CLOSE, "retry"),
        ("RCPT", SILENCE, "retry"),
        ("DATA", CLOSE, "retry"),
        (".", CLOSE, "uncertain"),
        (".", SILENCE, "uncertain"),
        (".", "gibberish", "uncertain"),
    ] {
        let server = MailServer::open(&[(line, reply)], None).await;
        let channel = channel(Destination::Email(route(server.port(), MailTls::None)));
        let senders = if reply == SILENCE { &quick } else { &calm };
        let delivery = senders.send(&channel, &message(), now()).await;
        assert_eq!(delivery.name(), expect, "{line} {reply}: {delivery:?}");
        assert_eq!(server.mails().len(), usize::from(line == "."), "{line} {reply}");
    }
    let nobody = channel(Destination::Email(route(1, MailTls::None)));
    assert_eq!(senders(&[]).send(&nobody, &message(), now()).await.name(), "retry");
}

#[tokio::test]
async fn a_mail_has_a_stable_id_a_chinese_subject_and_no_forged_header() {
    let server = MailServer::open(&[], None).await;
    let channel = channel(Destination::Email(route(server.port(), MailTls::None)));
    let forged = Message {
        subject: "停水\r\nBcc: spy@evil.example".into(),
        text: format!("{}\n.\n後文", "水".repeat(5000)),
        html: Some("<p>停水</p>".into()),
        ..message()
    };
    for _ in 0..2 {
        let delivery = senders(&[]).send(&channel, &forged, now()).await;
        assert_eq!(delivery, Delivery::Accepted { receipt: "queued as 42".into() });
    }
    for mail in server.mails() {
        let (head, body) = mail.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("Message-ID: <01KKX5W7V8Q2M4N6P8R0S2T4V6@example.gov.tw>\r\n"), "{head}");
        assert!(head.contains("References: <case.115-0001@example.gov.tw>\r\n"), "{head}");
        assert!(head.contains("Date: Tue, 17 Mar 2026 00:00:00 +0000"), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(head.contains("Subject: =?utf-8?b?"), "{head}");
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.contains("multipart/alternative") && body.contains("text/plain") && body.contains("text/html"));
        // RFC 5321 §4.5.3.1.6 allows 1000 octets a line.
        assert!(mail.is_ascii() && mail.lines().all(|line| line.len() <= 998));
    }
    let envelope: Vec<String> = server.heard().into_iter().filter(|line| line.starts_with("RCPT")).collect();
    assert_eq!(envelope, ["RCPT TO:<duty@example.gov.tw>"; 2]);
}

#[tokio::test]
async fn readers_outside_do_not_see_each_other() {
    let server = MailServer::open(&[], None).await;
    let to = ["a@press.example", "b@press.example"].map(str::to_owned).to_vec();
    let route = MailRoute { to, ..route(server.port(), MailTls::None) };
    let public = Channel { audience: Audience::Public, ..channel(Destination::Email(route)) };
    let published = Message { purpose: Purpose::Clarification, ..message() };
    senders(&[]).send(&public, &published, now()).await;
    assert!(server.heard().contains(&"RCPT TO:<b@press.example>".to_owned()));
    assert!(!server.mails()[0].contains("press.example") && server.mails()[0].contains("To: clarion@example.gov.tw"));
}

#[tokio::test]
async fn one_recipient_that_is_refused_costs_the_others_nothing_and_is_named() {
    let server = MailServer::open(&[("RCPT TO:<gone", "550 no such user")], None).await;
    let to = ["gone@example.gov.tw", "duty@example.gov.tw"].map(str::to_owned).to_vec();
    let channel = channel(Destination::Email(MailRoute { to, ..route(server.port(), MailTls::None) }));
    let delivery = senders(&[]).send(&channel, &message(), now()).await;
    assert!(delivery.name() == "accepted" && delivery.why().contains("gone@example.gov.tw"), "{delivery:?}");
    let gone = channel.only("gone@example.gov.tw").unwrap();
    assert_eq!(senders(&[]).send(&gone, &message(), now()).await.name(), "rejected");
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_and_a_person_is_called() {
    let server = MailServer::open(&[], None).await;
    let user = Some("clarion".to_owned());
    let route = MailRoute { user, ..route(server.port(), MailTls::Required) };
    let delivery = senders(&[TOKEN]).send(&channel(Destination::Email(route)), &message(), now()).await;
    assert!(delivery.name() == "unauthorised" && delivery.why().contains("STARTTLS"), "{delivery:?}");
    assert!(
        server.heard().iter().all(|line| line.starts_with("EHLO") || line.starts_with("QUIT")),
        "{:?}",
        server.heard()
    );
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_refused_until_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let tls = certificate(folder.path());
    let server = MailServer::open(&[], Some(tls.clone())).await;
    let unknown = route(server.port(), MailTls::Required);
    let delivery = senders(&[]).send(&channel(Destination::Email(unknown.clone())), &message(), now()).await;
    assert!(delivery.name() == "unauthorised" && delivery.why().contains("ca_file"), "{delivery:?}");
    assert!(server.mails().is_empty());

    let ca_file: Option<PathBuf> = Some(folder.path().join("cert.pem"));
    let user = Some("clarion".to_owned());
    let named = channel(Destination::Email(MailRoute { ca_file, user, ..unknown }));
    assert_eq!(senders(&[TOKEN]).send(&named, &message(), now()).await.name(), "accepted");
    assert_eq!(server.mails().len(), 1);

    let strict = MailServer::open(&[("AUTH", "535 wrong password s3cret-t0ken")], Some(tls)).await;
    let Destination::Email(route) = named.destination else { panic!() };
    let refused = channel(Destination::Email(MailRoute { port: strict.port(), ..route }));
    let delivery = senders(&[TOKEN]).send(&refused, &message(), now()).await;
    assert!(delivery.name() == "unauthorised" && !delivery.why().contains(TOKEN), "{delivery:?}");
}
