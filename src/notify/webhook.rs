//! A webhook of any receiver: a `CloudEvents` 1.0 envelope, signed by Standard Webhooks.
//!
//! Sources: `CloudEvents` 1.0 §2 and its JSON format; Standard Webhooks specification, "Signature scheme".

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use super::{Ask, http::header};
use crate::domain::{Delivery, Message, Secret};

/// The media type of the envelope.
const CLOUD_EVENT: &str = "application/cloudevents+json; charset=utf-8";

/// What a key begins with.
const KEY_PREFIX: &str = "whsec_";

/// Sends the event. A receiver that has seen its id before may drop it.
pub(super) async fn send(ask: Ask<'_>, url: &Url, source: &str, message: &Message) -> Delivery {
    post(ask, url, &message.key, envelope(source, message)).await
}

/// Gives a sign of life. Each is an event of its own, so that no receiver takes it for one it has seen.
pub(super) async fn beat(ask: Ask<'_>, url: &Url, source: &str) -> Delivery {
    let id = format!("heartbeat-{}", ask.now.timestamp_millis());
    let event = json!({
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": "tw.clarion.heartbeat",
        "subject": "heartbeat",
        "time": ask.now.to_rfc3339(),
    });
    post(ask, url, &id, event).await
}

async fn post(ask: Ask<'_>, url: &Url, id: &str, event: Value) -> Delivery {
    let body = event.to_string();
    let posted = async {
        let at = ask.now.timestamp().to_string();
        let mut headers = HeaderMap::new();
        header(&mut headers, "webhook-id", id)?;
        header(&mut headers, "webhook-timestamp", &at)?;
        header(&mut headers, "webhook-signature", &signatures(ask.secrets, id, &at, &body)?)?;
        ask.post(url.clone(), headers, CLOUD_EVENT, body).await
    };
    match posted.await {
        Ok(answer) => match answer.by_status(ask.now) {
            Delivery::Accepted { .. } => Delivery::Accepted { receipt: answer.status.to_string() },
            other => other,
        },
        Err(delivery) => delivery,
    }
}

/// One signature for each active key, so that a receiver can change keys without losing an event.
fn signatures(keys: &[Secret], id: &str, at: &str, body: &str) -> Result<String, Delivery> {
    let unusable =
        || Delivery::Unauthorised { why: "a key of the webhook is not base64; write it as whsec_…".into() };
    if keys.is_empty() {
        return Err(Delivery::Unauthorised { why: "the webhook has no key; set its secret_file".into() });
    }
    let mut signatures = Vec::with_capacity(keys.len());
    for key in keys {
        let text = key.reveal();
        let bytes = STANDARD.decode(text.strip_prefix(KEY_PREFIX).unwrap_or(text)).map_err(|_| unusable())?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&bytes).map_err(|_| unusable())?;
        mac.update(format!("{id}.{at}.{body}").as_bytes());
        signatures.push(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
    }
    Ok(signatures.join(" "))
}

fn envelope(source: &str, message: &Message) -> Value {
    json!({
        "specversion": "1.0",
        "id": message.key,
        "source": source,
        "type": format!("tw.clarion.{}", message.purpose.name()),
        "subject": message.case_number.as_deref().unwrap_or(message.purpose.name()),
        "time": message.occurred_at.to_rfc3339(),
        "datacontenttype": "application/json",
        "data": {
            "level": message.level.name(),
            "case": message.case_number,
            "subject": message.subject,
            "text": message.text,
            "card": message.card,
            "link": message.link.as_ref().map(Url::as_str),
            "ended_at": message.ended_at.map(|at| at.to_rfc3339()),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: &str = "1614265330";
    const BODY: &str = r#"{"test": 2432232314}"#;

    fn signed(keys: &[&str]) -> Result<String, Delivery> {
        signatures(&keys.iter().map(|key| Secret::new(key)).collect::<Vec<_>>(), ID, AT, BODY)
    }

    #[test]
    fn the_signature_is_the_one_openssl_makes() {
        // printf '%s' 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' | openssl dgst -sha256 -mac HMAC
        //   -macopt hexkey:$(printf '%s' MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw | base64 -d | xxd -p -c 99) -binary | base64
        // The key and text are those of the Standard Webhooks libraries' own tests.
        let first = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signed(&["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]).unwrap(), first);
        // The same with the key `bmV4dCBrZXkgb2YgdGhlIHdlYmhvb2s=`.
        let second = "v1,EbBnceSCEcXh2/9kr23qucW6TgmAmeir8H+axEHOJrI=";
        let both = signed(&["whsec_bmV4dCBrZXkgb2YgdGhlIHdlYmhvb2s=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
        assert_eq!(both.unwrap(), format!("{second} {first}"));
    }

    #[test]
    fn a_key_that_is_none_is_not_used_and_not_shown() {
        for keys in [&["whsec_嗨"][..], &["not base64!"], &[]] {
            let Err(Delivery::Unauthorised { why }) = signed(keys) else { panic!("{keys:?}") };
            assert!(!keys.iter().any(|key| why.contains(key)), "{why}");
        }
    }
}
