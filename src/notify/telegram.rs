//! Telegram's bot API: `sendMessage`. The token is part of the address, so no address is ever printed.
//!
//! Source: Telegram, "Bot API", Making requests and sendMessage.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use super::{
    Ask, cut,
    http::{Answer, JSON, under},
    short,
};
use crate::domain::{Delivery, Message};

/// UTF-16 units of one message.
const LONGEST_TEXT: usize = 4096;

/// Sends to the chat. Without `parse_mode` the text is shown as it is, whatever signs stand in it.
pub(super) async fn send(ask: Ask<'_>, api: &Url, chat: &str, message: &Message) -> Delivery {
    let text = cut::piece(&short(message), message.link.as_ref(), LONGEST_TEXT);
    let body = json!({ "chat_id": chat, "text": text, "link_preview_options": { "is_disabled": true } });
    let posted = async {
        let url = under(api, &[&format!("bot{}", ask.secret()?.reveal()), "sendMessage"]);
        ask.post(url, HeaderMap::new(), JSON, body.to_string()).await
    };
    match posted.await {
        Ok(answer) => judge(&answer, ask),
        Err(delivery) => delivery,
    }
}

/// Telegram says in the body what came of it; the status repeats it.
fn judge(answer: &Answer, ask: Ask<'_>) -> Delivery {
    let told = answer.json();
    let part = |pointer: &str| told.as_ref().and_then(|told| told.pointer(pointer));
    match part("/ok").and_then(Value::as_bool) {
        Some(true) => {
            let number = part("/result/message_id").and_then(Value::as_i64);
            Delivery::Accepted { receipt: number.map(|number| number.to_string()).unwrap_or_default() }
        }
        Some(false) => {
            let code = part("/error_code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
            let by_code = Answer {
                status: code.unwrap_or(answer.status),
                headers: answer.headers.clone(),
                body: answer.body.clone(),
                is_too_long: answer.is_too_long,
            };
            let after = part("/parameters/retry_after").and_then(Value::as_u64).map(Duration::from_secs);
            match by_code.by_status(ask.now) {
                Delivery::Retry { why, after: said } => Delivery::Retry { after: after.or(said), why },
                // A bot that was put out of the chat is told 403, one whose token is wrong 401 or 404.
                Delivery::Unauthorised { why } if by_code.status == 403 => Delivery::Rejected { why },
                Delivery::Rejected { why } if by_code.status == 404 => Delivery::Unauthorised { why },
                Delivery::Accepted { .. } => Delivery::Rejected { why: answer.said() },
                other => other,
            }
        }
        None if (200..300).contains(&answer.status) => {
            Delivery::Uncertain { why: format!("not an answer of Telegram: {}", answer.said()) }
        }
        None => answer.by_status(ask.now),
    }
}
