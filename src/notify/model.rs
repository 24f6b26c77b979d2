//! A language model behind an endpoint that speaks as `OpenAI`'s does: one question, one answer, no tools, no stream.
//!
//! Source: `OpenAI`, API reference, "Create chat completion" (`POST /chat/completions`); llama.cpp, vLLM and Ollama take the
//! same.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use url::Url;

use super::{
    Ask, CONNECT, Settings, SetupFault,
    http::{Http, JSON, bearer, under},
};
use crate::domain::{Delivery, Secret};

/// How much an answer may stray. Little: figures and names are to stay what they are.
const TEMPERATURE: f64 = 0.2;

/// Which model, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSettings {
    /// The base address, such as `https://host/v1`.
    pub url: Url,
    /// The model's name there.
    pub model: String,
    /// The key, if it asks for one.
    pub key: Option<Secret>,
    /// The longest wait for an answer.
    pub wait: Duration,
    /// Bytes of the longest answer.
    pub longest: usize,
    /// Whether its address may be a private one: the operator named the host.
    pub allow_private: bool,
}

/// A language model.
#[derive(Debug)]
pub struct Model {
    http: Http,
    settings: ModelSettings,
    /// Questions under way: whoever presses a button again and again keeps nobody else waiting, and costs no more.
    under_way: Semaphore,
}

/// Questions at the same time.
const AT_ONCE: usize = 2;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelFault {
    /// It did not answer in time, or the connection broke.
    Silent(String),
    /// It cannot be reached, or must not be.
    Unreachable(String),
    /// It has too much to do, or we ask too often.
    Busy(String),
    /// The key is refused.
    Unauthorised(String),
    /// It failed, or refused the question.
    Refused(String),
    /// The answer is too long.
    TooLong,
    /// The answer is not what was agreed.
    Malformed,
}

impl ModelFault {
    /// All names.
    pub const NAMES: [&str; 7] = ["silent", "unreachable", "busy", "unauthorised", "refused", "too_long", "malformed"];

    /// The name in metrics and the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Silent(_) => "silent",
            Self::Unreachable(_) => "unreachable",
            Self::Busy(_) => "busy",
            Self::Unauthorised(_) => "unauthorised",
            Self::Refused(_) => "refused",
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
        }
    }

    /// What was said, for the log.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Silent(why)
            | Self::Unreachable(why)
            | Self::Busy(why)
            | Self::Unauthorised(why)
            | Self::Refused(why) => why,
            Self::TooLong => "the answer is longer than longest_answer_bytes",
            Self::Malformed => "the answer holds no text",
        }
    }
}

impl Model {
    /// A model that can be asked.
    ///
    /// # Errors
    /// [`SetupFault`] when the HTTP client cannot be built.
    pub fn new(settings: ModelSettings) -> Result<Self, SetupFault> {
        let waits = Settings { source: String::new(), connect: CONNECT.min(settings.wait), total: settings.wait };
        Ok(Self { http: Http::new(&waits)?, settings, under_way: Semaphore::new(AT_ONCE) })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.settings.model
    }

    /// Asks once; the text of the answer.
    ///
    /// # Errors
    /// [`ModelFault`], without the key in it.
    pub async fn ask(&self, rules: &str, task: &str, now: DateTime<Utc>) -> Result<String, ModelFault> {
        let Ok(_turn) = self.under_way.try_acquire() else {
            return Err(ModelFault::Busy("as many questions as may be are under way".into()));
        };
        let settings = &self.settings;
        let secrets = settings.key.as_slice();
        let ask = Ask { http: &self.http, open: settings.allow_private, secrets, now, longest: settings.longest };
        let body = json!({
            "model": settings.model,
            "messages": [{ "role": "system", "content": rules }, { "role": "user", "content": task }],
            "temperature": TEMPERATURE,
            "n": 1,
            "stream": false,
        });
        let posted = async {
            let headers = secrets.first().map_or_else(|| Ok(HeaderMap::new()), bearer)?;
            ask.post(under(&settings.url, &["chat", "completions"]), headers, JSON, body.to_string()).await
        };
        let answer = posted.await.map_err(|delivery| unanswered(&super::hidden(delivery, secrets)))?;
        match super::hidden(answer.by_status(now), secrets) {
            Delivery::Accepted { .. } => {}
            other => return Err(refused(answer.status, &other)),
        }
        if answer.is_too_long {
            return Err(ModelFault::TooLong);
        }
        if answer.body.is_none() {
            return Err(ModelFault::Silent("the answer broke off".into()));
        }
        let said = answer.json().ok_or(ModelFault::Malformed)?;
        said.pointer("/choices/0/message/content")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or(ModelFault::Malformed)
    }
}

fn unanswered(delivery: &Delivery) -> ModelFault {
    let why = delivery.why().to_owned();
    match delivery {
        Delivery::Uncertain { .. } => ModelFault::Silent(why),
        Delivery::Unauthorised { .. } => ModelFault::Unauthorised(why),
        _ => ModelFault::Unreachable(why),
    }
}

fn refused(status: u16, delivery: &Delivery) -> ModelFault {
    let why = delivery.why().to_owned();
    match delivery {
        Delivery::Unauthorised { .. } => ModelFault::Unauthorised(why),
        Delivery::Retry { .. } if matches!(status, 429 | 503) => ModelFault::Busy(why),
        _ => ModelFault::Refused(why),
    }
}
