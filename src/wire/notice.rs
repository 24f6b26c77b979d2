//! Messages as the outbox keeps them: all but the keys, which are columns of their own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{Level, Message, Purpose};

/// A message without its keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    purpose: String,
    level: String,
    subject: String,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    card: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case_number: Option<String>,
    occurred_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
}

/// What stands in the outbox and is no message of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the outbox holds a message this version cannot read ({0})")]
pub struct LetterFault(String);

impl Letter {
    /// What is kept of a message.
    #[must_use]
    pub fn of(message: &Message) -> Self {
        Self {
            purpose: message.purpose.name().to_owned(),
            level: message.level.name().to_owned(),
            subject: message.subject.clone(),
            text: message.text.clone(),
            html: message.html.clone(),
            link: message.link.as_ref().map(Url::to_string),
            card: message.card.clone(),
            case_number: message.case_number.clone(),
            occurred_at: message.occurred_at.timestamp_micros(),
            ended_at: message.ended_at.map(|at| at.timestamp_micros()),
        }
    }

    /// As text.
    #[must_use]
    pub fn written(&self) -> String {
        serde_json::json!(self).to_string()
    }

    /// The message that was kept under these keys.
    ///
    /// # Errors
    /// [`LetterFault`] when it was written by another version.
    pub fn read(written: &str, key: &str, retry_key: &str) -> Result<Message, LetterFault> {
        let fault = |what: &dyn std::fmt::Display| LetterFault(what.to_string());
        let letter: Self = serde_json::from_str(written).map_err(|error| fault(&error))?;
        let time = |micros| DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
        Ok(Message {
            key: key.to_owned(),
            retry_key: retry_key.to_owned(),
            purpose: Purpose::from_name(&letter.purpose).ok_or_else(|| fault(&letter.purpose))?,
            level: Level::from_name(&letter.level).ok_or_else(|| fault(&letter.level))?,
            subject: letter.subject,
            text: letter.text,
            html: letter.html,
            link: letter.link.and_then(|link| link.parse().ok()),
            card: letter.card,
            case_number: letter.case_number,
            occurred_at: time(letter.occurred_at),
            ended_at: letter.ended_at.map(time),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_comes_back_as_it_was_kept() {
        let message = Message {
            key: "k".into(),
            retry_key: "r".into(),
            purpose: Purpose::Alert,
            level: Level::A,
            subject: "主旨".into(),
            text: "第一行\n「第二行」".into(),
            html: None,
            link: "https://a.example/cases/1".parse().ok(),
            card: Some("短".into()),
            case_number: Some("7".into()),
            occurred_at: DateTime::UNIX_EPOCH,
            ended_at: None,
        };
        assert_eq!(Letter::read(&Letter::of(&message).written(), "k", "r"), Ok(message));
        assert!(Letter::read("{}", "k", "r").is_err());
    }
}
