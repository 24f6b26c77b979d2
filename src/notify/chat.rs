//! Incoming webhooks of Slack and Mattermost: one text, answered by the word `ok`.
//!
//! Sources: Slack, "Sending messages using incoming webhooks"; Mattermost, "Incoming webhooks".

use reqwest::header::HeaderMap;
use serde_json::json;

use super::{
    Ask, cut,
    http::{Answer, JSON, secret_url},
    short,
};
use crate::domain::{Delivery, Message};

/// Units of a text, below what Slack (40,000) and Mattermost (16,383) take, with room for what escaping adds.
const LONGEST_TEXT: usize = 8000;

/// Sends to Slack. The three signs that could make a link or call the whole channel are written as entities.
pub(super) async fn slack(ask: Ask<'_>, message: &Message) -> Delivery {
    send(ask, message, |text| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")).await
}

/// Sends to Mattermost. What Markdown could read as a picture, a link or a heading is shown as written, and `@all` in a
/// headline calls nobody.
pub(super) async fn mattermost(ask: Ask<'_>, message: &Message) -> Delivery {
    let escape = |text: &str| {
        text.chars().fold(String::with_capacity(text.len() * 2), |mut out, c| {
            if "\\`*_{}[]()<>#+!|~".contains(c) {
                out.push('\\');
            }
            out.push(c);
            if c == '@' {
                // A zero-width space ends the name before it begins.
                out.push('\u{200b}');
            }
            out
        })
    };
    send(ask, message, escape).await
}

async fn send(ask: Ask<'_>, message: &Message, escape: impl Fn(&str) -> String) -> Delivery {
    let mut text = escape(&cut::piece(&short(message), None, LONGEST_TEXT));
    if let Some(link) = &message.link {
        text = format!("{text}\n{link}");
    }
    let posted = async {
        let url = secret_url(ask.secret()?)?;
        ask.post(url, HeaderMap::new(), JSON, json!({ "text": text }).to_string()).await
    };
    match posted.await {
        Ok(answer) => judge(&answer, ask),
        Err(delivery) => delivery,
    }
}

/// A success without the word is not from there, such as the page of a proxy that asks for a log-in.
fn judge(answer: &Answer, ask: Ask<'_>) -> Delivery {
    match answer.by_status(ask.now) {
        Delivery::Accepted { .. } if answer.body.as_deref().map(str::trim) != Some("ok") => {
            Delivery::Uncertain { why: format!("not the answer ok: {}", answer.said()) }
        }
        // Slack refuses the address, which is its key, as not found or gone.
        Delivery::Rejected { why } if matches!(answer.status, 404 | 410) => Delivery::Unauthorised { why },
        other => other,
    }
}
