//! Alertmanager: an alert with its labels. It forgets what it is not told again, so each telling says until when it holds;
//! one that is over is told with the time at which it ended.
//!
//! Source: Alertmanager, API v2 (`POST /api/v2/alerts`) and "Clients".

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use super::{
    Ask, cut,
    http::{JSON, bearer, under},
};
use crate::domain::{Delivery, Message, Purpose};

/// How many tellings may be lost before an open alert lapses.
const TELLINGS: i32 = 4;

/// Units of an annotation.
const LONGEST_ANNOTATION: usize = 2000;

/// Tells of the alert. Where the channel has a token, it is sent along.
pub(super) async fn send(ask: Ask<'_>, base: &Url, resend: Duration, message: &Message) -> Delivery {
    let posted = async {
        let headers = ask.secrets.first().map_or_else(|| Ok(HeaderMap::new()), bearer)?;
        let body = json!([alert(ask, resend, message)]);
        ask.post(under(base, &["api", "v2", "alerts"]), headers, JSON, body.to_string()).await
    };
    match posted.await {
        Ok(answer) => answer.by_status(ask.now),
        Err(delivery) => delivery,
    }
}

fn alert(ask: Ask<'_>, resend: Duration, message: &Message) -> Value {
    let holds = TimeDelta::from_std(resend).unwrap_or(TimeDelta::minutes(1)) * TELLINGS;
    // An alert that ends before it starts is refused.
    let ends = message.ended_at.unwrap_or(ask.now + holds).max(message.occurred_at);
    let name = match message.purpose {
        Purpose::Alert => "ClarionCase",
        Purpose::Clarification => "ClarionPublished",
        Purpose::Digest => "ClarionDigest",
        Purpose::Test => "ClarionTest",
    };
    json!({
        // Labels are what Alertmanager knows an alert by: nothing in them may change from one telling to the next.
        "labels": {
            "alertname": name,
            "case": message.case_number.as_deref().unwrap_or(&message.key),
            "level": message.level.name(),
        },
        "annotations": {
            "summary": cut::piece(&message.subject, None, LONGEST_ANNOTATION),
            "description": cut::piece(message.card.as_deref().unwrap_or(&message.text), None, LONGEST_ANNOTATION),
        },
        "startsAt": message.occurred_at.to_rfc3339(),
        "endsAt": ends.to_rfc3339(),
        "generatorURL": message.link.as_ref().map_or("", Url::as_str),
    })
}
