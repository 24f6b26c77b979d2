//! Alertmanager: alerts with their labels. It forgets what it is not told again, so each telling says until when it holds;
//! one that is over is told with the time at which it ended.
//!
//! Source: Alertmanager, API v2 (`POST /api/v2/alerts`) and "Clients".

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use super::{
    Ask, cut,
    http::{JSON, bearer, under},
};
use crate::domain::{Alarm, Delivery, Message, Purpose};

/// How many tellings may be lost before an open alert lapses.
const TELLINGS: i32 = 4;

/// Units of an annotation.
const LONGEST_ANNOTATION: usize = 2000;

/// Alerts of one request: some 100 KB, far below what a proxy before it may refuse.
const MOST_ALERTS: usize = 100;

/// Tells of all these alerts; what came of the first request that was not taken, or of the last.
pub(super) async fn tell(ask: Ask<'_>, base: &Url, resend: Duration, alarms: &[Alarm]) -> Delivery {
    let mut delivery = Delivery::Accepted { receipt: String::new() };
    for some in alarms.chunks(MOST_ALERTS) {
        let body: Vec<Value> = some.iter().map(|it| alert(it, resend, ask.now)).collect();
        delivery = post(ask, base, json!(body)).await;
        if !matches!(delivery, Delivery::Accepted { .. }) {
            break;
        }
    }
    delivery
}

/// Sends a message as an alert of its own: what an administrator tries the channel with.
pub(super) async fn send(ask: Ask<'_>, base: &Url, resend: Duration, message: &Message) -> Delivery {
    let name = if message.purpose == Purpose::Test { "ClarionTest" } else { "ClarionMessage" };
    let alarm = Alarm {
        labels: vec![
            ("alertname", name.to_owned()),
            ("case", message.case_number.clone().unwrap_or_else(|| message.key.clone())),
            ("level", message.level.name().to_owned()),
        ],
        summary: message.subject.clone(),
        description: message.card.as_ref().unwrap_or(&message.text).clone(),
        started: message.occurred_at,
        ended: message.ended_at,
        link: message.link.clone(),
    };
    tell(ask, base, resend, &[alarm]).await
}

/// Where the channel has a token, it is sent along.
async fn post(ask: Ask<'_>, base: &Url, body: Value) -> Delivery {
    let posted = async {
        let headers = ask.secrets.first().map_or_else(|| Ok(HeaderMap::new()), bearer)?;
        ask.post(under(base, &["api", "v2", "alerts"]), headers, JSON, body.to_string()).await
    };
    match posted.await {
        Ok(answer) => answer.by_status(ask.now),
        Err(delivery) => delivery,
    }
}

fn alert(alarm: &Alarm, resend: Duration, now: DateTime<Utc>) -> Value {
    let holds = TimeDelta::from_std(resend).unwrap_or(TimeDelta::minutes(1)) * TELLINGS;
    // An alert that ends before it starts is refused.
    let ends = alarm.ended.unwrap_or(now + holds).max(alarm.started);
    let labels: serde_json::Map<String, Value> =
        alarm.labels.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "labels": labels,
        "annotations": {
            "summary": cut::piece(&alarm.summary, None, LONGEST_ANNOTATION),
            "description": cut::piece(&alarm.description, None, LONGEST_ANNOTATION),
        },
        "startsAt": alarm.started.to_rfc3339(),
        "endsAt": ends.to_rfc3339(),
        "generatorURL": alarm.link.as_ref().map_or("", Url::as_str),
    })
}
