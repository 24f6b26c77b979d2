//! LINE Messaging API: push and multicast with a retry key, and the monthly quota.
//!
//! Source of every number here: LINE Developers, "Messaging API reference" and "Retrying a failed API request".

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    Ask, cut,
    http::{Answer, JSON, bearer, header, under},
    short,
};
use crate::domain::{Delivery, Message, Quota};

/// UTF-16 units of one text message.
const LONGEST_TEXT: usize = 5000;

/// Messages of one request.
const MOST_TEXTS: usize = 5;

/// Users of one multicast.
const MOST_USERS: usize = 500;

/// What LINE says with 429 when the month's messages are used up; any other 429 is about the pace.
const QUOTA_USED_UP: &str = "monthly limit";

/// Sends to all recipients: users together, groups and rooms one by one. Each request has a key that only this row and
/// these recipients give, so that a repeated try reaches nobody twice, and nobody new is taken for having been told.
pub(super) async fn send(ask: Ask<'_>, api: &Url, to: &[String], message: &Message) -> Delivery {
    let texts = cut::pieces(&short(message), message.link.as_ref(), LONGEST_TEXT, MOST_TEXTS);
    let messages: Vec<Value> = texts.iter().map(|text| json!({ "type": "text", "text": text })).collect();
    let (users, others): (Vec<&String>, Vec<&String>) = to.iter().partition(|id| id.starts_with('U'));
    let mut outcomes = Vec::new();
    for group in users.chunks(MOST_USERS).chain(others.chunks(1)) {
        let (step, recipient) = match group {
            [one] => ("push", json!(one)),
            many => ("multicast", json!(many)),
        };
        let body = json!({ "to": recipient, "messages": messages });
        let key = retry_key(&message.retry_key, group);
        let outcome = request(ask, under(api, &["v2", "bot", "message", step]), &key, body).await;
        let is_last = matches!(outcome, Delivery::Unauthorised { .. } | Delivery::Quota { .. });
        outcomes.push(outcome);
        if is_last {
            break;
        }
    }
    together(outcomes)
}

/// What is left of the month.
pub(super) async fn quota(ask: Ask<'_>, api: &Url) -> Option<Quota> {
    let headers = bearer(ask.secret().ok()?).ok()?;
    let limit = ask.get(under(api, &["v2", "bot", "message", "quota"]), headers.clone()).await.ok()?.json()?;
    let used = ask.get(under(api, &["v2", "bot", "message", "quota", "consumption"]), headers).await.ok()?.json()?;
    let limit = match limit.get("type")?.as_str()? {
        "limited" => Some(limit.get("value")?.as_u64()?),
        _ => None,
    };
    Some(Quota { limit, used: used.get("totalUsage")?.as_u64()? })
}

async fn request(ask: Ask<'_>, url: Url, key: &str, body: Value) -> Delivery {
    let posted = async {
        let mut headers = bearer(ask.secret()?)?;
        header(&mut headers, "x-line-retry-key", key)?;
        ask.post(url, headers, JSON, body.to_string()).await
    };
    match posted.await {
        Ok(answer) => judge(&answer, ask),
        Err(delivery) => delivery,
    }
}

fn judge(answer: &Answer, ask: Ask<'_>) -> Delivery {
    match answer.status {
        200..=299 => Delivery::Accepted { receipt: answer.header("x-line-request-id").unwrap_or_default().to_owned() },
        // The key was taken before.
        409 => Delivery::Duplicate,
        429 if answer.said().to_lowercase().contains(QUOTA_USED_UP) => Delivery::Quota { why: answer.said() },
        _ => answer.by_status(ask.now),
    }
}

/// A UUID of version 8 (RFC 9562 §5.8) from the row's key and the recipients.
fn retry_key(row: &str, recipients: &[&String]) -> String {
    let mut hash = Sha256::new();
    hash.update(row.as_bytes());
    for recipient in recipients {
        hash.update([0]);
        hash.update(recipient.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let number = digest.first_chunk().map_or(0, |chunk| u128::from_be_bytes(*chunk));
    let number = number & !(0xf << 76) | 0x8 << 76; // version
    let number = number & !(0x3 << 62) | 0x2 << 62; // variant
    let (head, rest) = (number >> 96, number & 0xffff_ffff_ffff);
    let (second, third, fourth) = (number >> 80 & 0xffff, number >> 64 & 0xffff, number >> 48 & 0xffff);
    format!("{head:08x}-{second:04x}-{third:04x}-{fourth:04x}-{rest:012x}")
}

/// One outcome for all requests. What concerns the channel comes first, then what has to be tried again (those that were
/// reached are not reached twice); who is refused for good is named, and costs the others nothing.
fn together(outcomes: Vec<Delivery>) -> Delivery {
    let rank = |delivery: &Delivery| match delivery {
        Delivery::Unauthorised { .. } => 0,
        Delivery::Quota { .. } => 1,
        Delivery::Uncertain { .. } => 2,
        Delivery::Retry { .. } => 3,
        Delivery::Accepted { .. } => 4,
        Delivery::Duplicate => 5,
        Delivery::Rejected { .. } => 6,
    };
    let refused: Vec<String> = outcomes
        .iter()
        .filter_map(|it| if let Delivery::Rejected { why } = it { Some(why.clone()) } else { None })
        .collect();
    let first = outcomes.into_iter().min_by_key(rank);
    match first {
        Some(Delivery::Accepted { receipt }) if !refused.is_empty() => {
            Delivery::Accepted { receipt: format!("{receipt}; refused: {}", refused.join("; ")) }
        }
        Some(Delivery::Duplicate) if !refused.is_empty() => {
            Delivery::Accepted { receipt: format!("refused: {}", refused.join("; ")) }
        }
        Some(delivery) => delivery,
        None => Delivery::Rejected { why: "the channel has no recipients".into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_uuid_of_its_row_and_recipients() {
        let (a, b) = ("U1".to_owned(), "U2".to_owned());
        let key = retry_key("row", &[&a]);
        let lengths: Vec<usize> = key.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert!(key.chars().nth(14) == Some('8') && key.chars().nth(19).is_some_and(|c| "89ab".contains(c)), "{key}");
        assert_eq!(key, retry_key("row", &[&a]));
        assert_ne!(key, retry_key("row", &[&b]));
        assert_ne!(key, retry_key("row", &[&a, &b]));
        assert_ne!(key, retry_key("other", &[&a]));
    }

    #[test]
    fn one_group_that_is_gone_costs_the_others_nothing_and_is_named() {
        let gone = Delivery::Rejected { why: "400 gone".into() };
        let there = Delivery::Accepted { receipt: "r1".into() };
        let expect = Delivery::Accepted { receipt: "r1; refused: 400 gone".into() };
        assert_eq!(together(vec![gone.clone(), there.clone()]), expect);
        let later = Delivery::Retry { after: None, why: "500".into() };
        assert_eq!(together(vec![there, later.clone(), gone.clone()]), later);
        assert_eq!(together(vec![gone.clone()]), gone);
    }
}
