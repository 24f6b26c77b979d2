//! Teams by a Workflows webhook: an Adaptive Card.
//!
//! Sources: Microsoft, "Create incoming webhooks with Workflows"; the Adaptive Cards schema 1.4.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use super::{
    Ask, cut,
    http::{Answer, JSON, secret_url},
};
use crate::domain::{Delivery, Message};

/// Units of the text: 28 KB are taken, and a Chinese character is three bytes.
const LONGEST_TEXT: usize = 7000;

/// Units of the headline.
const LONGEST_HEADLINE: usize = 300;

/// Sends the card.
pub(super) async fn send(ask: Ask<'_>, message: &Message) -> Delivery {
    let posted = async {
        let url = secret_url(ask.secret()?)?;
        ask.post(url, HeaderMap::new(), JSON, card(message).to_string()).await
    };
    match posted.await {
        Ok(answer) => judge(&answer, ask),
        Err(delivery) => delivery,
    }
}

/// The card. Its texts are runs of a `RichTextBlock`, which knows no Markdown, so that nothing in a headline becomes a link.
fn card(message: &Message) -> Value {
    let block = |text: &str, bold: bool| {
        let run = json!({ "type": "TextRun", "text": text, "weight": if bold { "Bolder" } else { "Default" } });
        json!({ "type": "RichTextBlock", "inlines": [run] })
    };
    let text = cut::piece(message.card.as_deref().unwrap_or(&message.text), None, LONGEST_TEXT);
    let paragraphs = text.lines().filter(|line| !line.trim().is_empty()).map(|line| block(line, false));
    let headline = block(&cut::piece(message.subject.trim(), None, LONGEST_HEADLINE), true);
    let body: Vec<Value> = std::iter::once(headline).chain(paragraphs).collect();
    let open = |link| json!({ "type": "Action.OpenUrl", "title": "開啟", "url": link });
    let actions: Vec<Value> = message.link.as_ref().map(|link| open(link.as_str())).into_iter().collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "body": body,
                "actions": actions,
            },
        }],
    })
}

/// A workflow that was started answers 202 and nothing else. What Teams itself refuses is told in the body of a 200, with
/// the status it had there.
fn judge(answer: &Answer, ask: Ask<'_>) -> Delivery {
    let body = answer.body.as_deref().unwrap_or_default();
    match answer.by_status(ask.now) {
        Delivery::Accepted { .. } if body.contains("HTTP error 429") => {
            Delivery::Retry { after: None, why: answer.said() }
        }
        Delivery::Accepted { .. } if body.contains("delivery failed") => Delivery::Rejected { why: answer.said() },
        Delivery::Accepted { .. } if body.trim_start().starts_with('<') => {
            Delivery::Uncertain { why: format!("not an answer of a workflow: {}", answer.said()) }
        }
        // The address is the key.
        Delivery::Rejected { why } if matches!(answer.status, 404 | 410) => Delivery::Unauthorised { why },
        other => other,
    }
}
