//! The senders: one file a channel, each from a message to what came of one try. They keep nothing, decide nothing about
//! another try, and never show a secret. So does the language model that drafts can be tried on.

mod address;
mod alertmanager;
mod chat;
mod cut;
mod http;
mod line;
mod mail;
mod model;
mod teams;
mod telegram;
mod webhook;

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use url::Url;

pub use model::{Model, ModelFault, ModelSettings};

use crate::domain::{Alarm, Channel, ChannelId, Delivery, Destination, Message, Quota, Secret};
use http::Http;

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// The longest wait for an answer, connection included.
const TOTAL: Duration = Duration::from_secs(15);

/// How the senders work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What receivers of webhooks know this daemon by: the `source` of `CloudEvents`, such as the console's address.
    pub source: String,
    /// The longest wait for a connection.
    pub connect: Duration,
    /// The longest wait for an answer, connection included. A mail server is given it once up to the text and once for the
    /// answer to it.
    pub total: Duration,
}

impl Settings {
    /// The ordinary waits: 5 s for a connection, 15 s in all.
    #[must_use]
    pub fn new(source: &str) -> Self {
        Self { source: source.to_owned(), connect: CONNECT, total: TOTAL }
    }
}

/// The senders cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for notices cannot be built: {0}; check the root certificates of the system")]
pub struct SetupFault(#[from] reqwest::Error);

/// All senders.
#[derive(Debug)]
pub struct Senders {
    http: Http,
    settings: Settings,
    secrets: HashMap<ChannelId, Vec<Secret>>,
}

impl Senders {
    /// Senders that use `secrets`: of each channel its token, its password, its address or its keys, the newest first.
    ///
    /// # Errors
    /// [`SetupFault`] when the HTTP client cannot be built.
    pub fn new(settings: Settings, secrets: HashMap<ChannelId, Vec<Secret>>) -> Result<Self, SetupFault> {
        Ok(Self { http: Http::new(&settings)?, settings, secrets })
    }

    /// Tries once to send `message` by `channel`. Whatever fails is told in the [`Delivery`], with every secret of the
    /// channel taken out of it. The message's keys make a repeated try the same message to those who look at them.
    pub async fn send(&self, channel: &Channel, message: &Message, now: DateTime<Utc>) -> Delivery {
        let ask = self.ask(channel, now);
        let secrets = ask.secrets;
        let delivery = match &channel.destination {
            Destination::Line { api, to } => line::send(ask, api, to, message).await,
            Destination::Telegram { api, chat } => telegram::send(ask, api, chat, message).await,
            Destination::Slack => chat::slack(ask, message).await,
            Destination::Mattermost => chat::mattermost(ask, message).await,
            Destination::Teams => teams::send(ask, message).await,
            Destination::Webhook { url } => webhook::send(ask, url, &self.settings.source, message).await,
            Destination::Alertmanager { url, resend } => alertmanager::send(ask, url, *resend, message).await,
            Destination::Email(route) => {
                mail::send(route, channel.audience, secrets.first(), &self.settings, message, now).await
            }
        };
        hidden(delivery, secrets)
    }

    /// Tells the Alertmanager of a channel of these alerts: that they burn, or that they are over. Telling it again changes
    /// nothing.
    pub async fn tell(&self, channel: &Channel, alarms: &[Alarm], now: DateTime<Utc>) -> Delivery {
        let ask = self.ask(channel, now);
        let delivery = match &channel.destination {
            Destination::Alertmanager { url, resend } => alertmanager::tell(ask, url, *resend, alarms).await,
            _ => Delivery::Rejected { why: "the channel is no Alertmanager".into() },
        };
        hidden(delivery, ask.secrets)
    }

    /// Gives a sign of life by a webhook: whoever hears none any more knows that this daemon is silent.
    pub async fn beat(&self, channel: &Channel, now: DateTime<Utc>) -> Delivery {
        let ask = self.ask(channel, now);
        let delivery = match &channel.destination {
            Destination::Webhook { url } => webhook::beat(ask, url, &self.settings.source).await,
            _ => Delivery::Rejected { why: "the channel is no webhook".into() },
        };
        hidden(delivery, ask.secrets)
    }

    /// What is left of a LINE channel's monthly quota; none when the channel is not LINE or LINE does not say.
    pub async fn quota(&self, channel: &Channel, now: DateTime<Utc>) -> Option<Quota> {
        let Destination::Line { api, .. } = &channel.destination else { return None };
        let ask = self.ask(channel, now);
        line::quota(ask, api).await
    }

    fn ask<'a>(&'a self, channel: &Channel, now: DateTime<Utc>) -> Ask<'a> {
        let secrets = self.secrets.get(&channel.id).map_or(&[][..], Vec::as_slice);
        Ask { http: &self.http, open: channel.allow_private, secrets, now, longest: http::LONGEST_ANSWER }
    }
}

/// What a sender needs beside the message.
#[derive(Clone, Copy)]
struct Ask<'a> {
    http: &'a Http,
    /// Whether private addresses may be reached.
    open: bool,
    /// The channel's secrets.
    secrets: &'a [Secret],
    now: DateTime<Utc>,
    /// Bytes of an answer that are read.
    longest: usize,
}

impl<'a> Ask<'a> {
    /// The one secret of a channel that has one.
    fn secret(&self) -> Result<&'a Secret, Delivery> {
        let missing = || Delivery::Unauthorised { why: "the channel has no secret; set its secret_file".into() };
        self.secrets.first().ok_or_else(missing)
    }
}

/// What a messenger shows: the headline, then the short version or else the whole text.
fn short(message: &Message) -> String {
    let body = message.card.as_deref().unwrap_or(&message.text);
    format!("{}\n{}", message.subject.trim(), body.trim())
}

/// A delivery without the channel's secrets.
fn hidden(delivery: Delivery, secrets: &[Secret]) -> Delivery {
    // Of an address that is a key, servers repeat the path alone.
    let paths = secrets.iter().filter_map(|secret| Url::parse(secret.reveal()).ok());
    let paths: Vec<Secret> = paths.map(|url| Secret::new(url.path().trim_matches('/'))).collect();
    let hide = |text: String| secrets.iter().chain(&paths).fold(text, |text, secret| secret.hide_in(&text));
    match delivery {
        Delivery::Accepted { receipt } => Delivery::Accepted { receipt: hide(receipt) },
        Delivery::Duplicate => Delivery::Duplicate,
        Delivery::Retry { after, why } => Delivery::Retry { after, why: hide(why) },
        Delivery::Rejected { why } => Delivery::Rejected { why: hide(why) },
        Delivery::Unauthorised { why } => Delivery::Unauthorised { why: hide(why) },
        Delivery::Quota { why } => Delivery::Quota { why: hide(why) },
        Delivery::Uncertain { why } => Delivery::Uncertain { why: hide(why) },
    }
}
