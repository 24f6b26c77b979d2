//! By which channels people are told, whom each reaches, and when it is to be quiet.

use std::{fmt, path::PathBuf, time::Duration};

use chrono::{DateTime, Days, NaiveTime, Utc};
use url::Url;

use super::{Level, Purpose, TAIPEI, taipei};

/// By what a message travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChannelKind {
    /// LINE Messaging API.
    Line,
    /// E-mail by SMTP.
    Email,
    /// Telegram's bot API.
    Telegram,
    /// A Slack incoming webhook.
    Slack,
    /// A Teams workflow.
    Teams,
    /// A Mattermost incoming webhook.
    Mattermost,
    /// A signed webhook of any receiver.
    Webhook,
    /// Alertmanager's API.
    Alertmanager,
}

/// What a channel promises of how often a message arrives (the table of delivery semantics in the plan).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Promise {
    /// Exactly once, if all tries lie within 24 hours of the first.
    OnceWithinADay,
    /// At least once.
    AtLeastOnce,
    /// Any number of times with the effect of one.
    Idempotent,
    /// At least once, and at most once more.
    AtMostOneDuplicate,
}

impl ChannelKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Line,
        Self::Email,
        Self::Telegram,
        Self::Slack,
        Self::Teams,
        Self::Mattermost,
        Self::Webhook,
        Self::Alertmanager,
    ];

    /// The name in files, metrics, JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Email => "email",
            Self::Telegram => "telegram",
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Mattermost => "mattermost",
            Self::Webhook => "webhook",
            Self::Alertmanager => "alertmanager",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Line => "LINE",
            Self::Email => "電子郵件",
            Self::Telegram => "Telegram",
            Self::Slack => "Slack",
            Self::Teams => "Teams",
            Self::Mattermost => "Mattermost",
            Self::Webhook => "外部系統（Webhook）",
            Self::Alertmanager => "Alertmanager",
        }
    }

    /// What it promises.
    #[must_use]
    pub fn promise(self) -> Promise {
        match self {
            Self::Line => Promise::OnceWithinADay,
            Self::Email => Promise::AtMostOneDuplicate,
            Self::Alertmanager => Promise::Idempotent,
            Self::Telegram | Self::Slack | Self::Teams | Self::Mattermost | Self::Webhook => Promise::AtLeastOnce,
        }
    }
}

/// Whom a channel reaches. An internal alert never falls over to a channel that the public reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// 同仁
    Staff,
    /// 科室: only the units that name it among their channels.
    Unit,
    /// 對外
    Public,
}

impl Audience {
    /// All.
    pub const ALL: [Self; 3] = [Self::Staff, Self::Unit, Self::Public];

    /// The name in files and JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Unit => "unit",
            Self::Public => "public",
        }
    }

    /// The audience of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Staff => "同仁",
            Self::Unit => "科室",
            Self::Public => "對外",
        }
    }
}

/// A channel's short name in files and metrics: `a-z 0-9 -`, at most 40 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelId(String);

/// A name that no channel may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("channel id {0:?} must be 1 to 40 characters of a-z, 0-9 and -")]
pub struct ChannelIdFault(String);

impl ChannelId {
    /// Parses an id.
    ///
    /// # Errors
    /// [`ChannelIdFault`] when it is not 1 to 40 characters of `a-z 0-9 -`.
    pub fn parse(id: &str) -> Result<Self, ChannelIdFault> {
        let fits = (1..=40).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits { Ok(Self(id.to_owned())) } else { Err(ChannelIdFault(id.to_owned())) }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailTls {
    /// STARTTLS before anything else; a server without it gets no mail (RFC 3207).
    Required,
    /// TLS from the first byte (RFC 8314).
    Wrapped,
    /// None: for a relay on the same machine.
    None,
}

/// What becomes of a mail that was handed over and not answered for (RFC 1047).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OnUncertain {
    /// Alerts are sent again, what has no level waits for a person.
    ByLevel,
    /// It waits for a person.
    Hold,
    /// It is sent once more.
    Resend,
}

/// Where mail goes, and by which server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRoute {
    /// The server's name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub tls: MailTls,
    /// Who logs in there; none where that is not asked.
    pub user: Option<String>,
    /// The sender's address, as `name@example.gov.tw`.
    pub from: String,
    /// The recipients' addresses.
    pub to: Vec<String>,
    /// Certificates the server's may be signed by, beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// What becomes of a mail that was not answered for.
    pub on_uncertain: OnUncertain,
}

/// Where a channel leads, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// LINE: the API's base address, and users (`U…`), groups (`C…`) and rooms (`R…`).
    Line {
        /// The base address.
        api: Url,
        /// The recipients.
        to: Vec<String>,
    },
    /// E-mail.
    Email(MailRoute),
    /// Telegram: the API's base address, and one chat.
    Telegram {
        /// The base address.
        api: Url,
        /// The chat's number, or `@name`.
        chat: String,
    },
    /// Slack. The address is the secret.
    Slack,
    /// Teams. The address is the secret.
    Teams,
    /// Mattermost. The address is the secret.
    Mattermost,
    /// A webhook that takes `CloudEvents`.
    Webhook {
        /// The address.
        url: Url,
    },
    /// Alertmanager.
    Alertmanager {
        /// The base address.
        url: Url,
        /// How often an open alert is told again: Alertmanager forgets what it is not told.
        resend: Duration,
    },
}

/// A time of day in Taipei from which and until which only what is urgent is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// From.
    pub from: NaiveTime,
    /// Until; earlier than `from` when midnight lies between.
    pub until: NaiveTime,
}

/// A channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its short name.
    pub id: ChannelId,
    /// Its name on screen.
    pub name: String,
    /// Whom it reaches.
    pub audience: Audience,
    /// Where it leads.
    pub destination: Destination,
    /// Alerts below this level are not sent by it.
    pub min_level: Level,
    /// When only level A is sent.
    pub quiet: Option<QuietHours>,
    /// The channel that takes over when this one fails.
    pub fall_back: Option<ChannelId>,
    /// Whether its address may be a private one.
    pub allow_private: bool,
}

impl Channel {
    /// By what it travels.
    #[must_use]
    pub fn kind(&self) -> ChannelKind {
        match self.destination {
            Destination::Line { .. } => ChannelKind::Line,
            Destination::Email(_) => ChannelKind::Email,
            Destination::Telegram { .. } => ChannelKind::Telegram,
            Destination::Slack => ChannelKind::Slack,
            Destination::Teams => ChannelKind::Teams,
            Destination::Mattermost => ChannelKind::Mattermost,
            Destination::Webhook { .. } => ChannelKind::Webhook,
            Destination::Alertmanager { .. } => ChannelKind::Alertmanager,
        }
    }

    /// Whether a message of this sort and level is one for this channel: an alert at or above its level and never on a
    /// channel the public reads. An Alertmanager is told what burns, not sent messages.
    #[must_use]
    pub fn takes(&self, purpose: Purpose, level: Level) -> bool {
        match purpose {
            Purpose::Alert | Purpose::Digest if self.kind() == ChannelKind::Alertmanager => false,
            Purpose::Alert => self.audience != Audience::Public && level >= self.min_level,
            Purpose::Digest => self.audience == Audience::Staff,
            Purpose::Clarification | Purpose::Test => true,
        }
    }

    /// When the quiet hours that hold a message of this level back are over; none when it goes out now. Level A and
    /// published clarifications are never held back.
    #[must_use]
    pub fn held_until(&self, purpose: Purpose, level: Level, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let quiet = self.quiet?;
        let local = taipei(now).naive_local();
        let time = local.time();
        let inside = if quiet.from <= quiet.until {
            quiet.from <= time && time < quiet.until
        } else {
            time >= quiet.from || time < quiet.until
        };
        if !inside || level == Level::A || matches!(purpose, Purpose::Clarification | Purpose::Test) {
            return None;
        }
        let day = if time < quiet.until { local.date() } else { local.date().checked_add_days(Days::new(1))? };
        day.and_time(quiet.until).and_local_timezone(TAIPEI).single().map(|end| end.to_utc())
    }

    /// The recipients that are told one by one; of the others there is one. An outbox row for each keeps the refusal of one
    /// from holding back the others.
    #[must_use]
    pub fn recipients(&self) -> &[String] {
        match &self.destination {
            Destination::Line { to, .. } => to,
            Destination::Email(route) => &route.to,
            _ => &[],
        }
    }

    /// The same channel for an address that is not among its recipients, because it is a person's own; none of a channel
    /// that has no addresses.
    #[must_use]
    pub fn toward(&self, address: &str) -> Option<Self> {
        let mut one = self.clone();
        match &mut one.destination {
            Destination::Line { to, .. } | Destination::Email(MailRoute { to, .. }) => *to = vec![address.to_owned()],
            _ => return None,
        }
        Some(one)
    }

    /// Whether a text is an address of this channel: a LINE user, or a mail address and nothing beside it. The sender
    /// looks closer.
    #[must_use]
    pub fn is_address(&self, text: &str) -> bool {
        match self.destination {
            Destination::Line { .. } => {
                text.starts_with('U') && text.len() > 1 && text.chars().all(|c| c.is_ascii_alphanumeric())
            }
            Destination::Email(_) => {
                let whole = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
                let parts = text.split_once('@');
                whole && parts.is_some_and(|(user, host)| !user.is_empty() && url::Host::parse(host).is_ok())
            }
            _ => false,
        }
    }

    /// The same channel for one of its recipients; none when it is not one.
    #[must_use]
    pub fn only(&self, recipient: &str) -> Option<Self> {
        let mut one = self.clone();
        match &mut one.destination {
            Destination::Line { to, .. } | Destination::Email(MailRoute { to, .. }) => to.retain(|it| it == recipient),
            _ => return None,
        }
        (!one.recipients().is_empty()).then_some(one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(audience: Audience, quiet: Option<(&str, &str)>) -> Channel {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").unwrap();
        Channel {
            id: ChannelId::parse("duty").unwrap(),
            name: "值勤".into(),
            audience,
            destination: Destination::Line {
                api: "https://api.line.me/".parse().unwrap(),
                to: vec!["U1".into(), "U2".into()],
            },
            min_level: Level::B,
            quiet: quiet.map(|(from, until)| QuietHours { from: time(from), until: time(until) }),
            fall_back: None,
            allow_private: false,
        }
    }

    #[track_caller]
    fn held(quiet: (&str, &str), now: &str, expect: Option<&str>) {
        let channel = channel(Audience::Staff, Some(quiet));
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(channel.held_until(Purpose::Alert, Level::B, at(now)), expect.map(at), "{quiet:?} {now}");
        assert_eq!(channel.held_until(Purpose::Alert, Level::A, at(now)), None);
        assert_eq!(channel.held_until(Purpose::Clarification, Level::B, at(now)), None);
    }

    #[test]
    fn at_night_only_what_is_urgent_goes_out() {
        let night = ("22:00", "07:00");
        held(night, "2026-03-17T21:59:59+08:00", None);
        held(night, "2026-03-17T22:00:00+08:00", Some("2026-03-18T07:00:00+08:00"));
        held(night, "2026-03-18T06:59:00+08:00", Some("2026-03-18T07:00:00+08:00"));
        held(night, "2026-03-18T07:00:00+08:00", None);
        held(("12:00", "13:30"), "2026-03-18T12:10:00+08:00", Some("2026-03-18T13:30:00+08:00"));
        held(("12:00", "13:30"), "2026-03-18T23:10:00+08:00", None);
    }

    #[test]
    fn the_public_is_sent_no_alerts() {
        let public = channel(Audience::Public, None);
        assert!(!public.takes(Purpose::Alert, Level::A));
        assert!(!public.takes(Purpose::Digest, Level::None));
        assert!(public.takes(Purpose::Clarification, Level::None));
        let staff = channel(Audience::Staff, None);
        assert!(staff.takes(Purpose::Alert, Level::B) && !staff.takes(Purpose::Alert, Level::None));
    }

    #[test]
    fn an_alertmanager_is_sent_no_messages_but_those_it_is_tried_with() {
        let destination = Destination::Alertmanager {
            url: "https://alerts.example/".parse().unwrap(),
            resend: Duration::from_mins(1),
        };
        let channel = Channel { destination, ..channel(Audience::Staff, None) };
        assert!(!channel.takes(Purpose::Alert, Level::A) && !channel.takes(Purpose::Digest, Level::None));
        assert!(channel.takes(Purpose::Test, Level::None));
    }

    #[test]
    fn a_channel_can_be_narrowed_to_one_of_its_recipients_and_to_nobody_else() {
        let channel = channel(Audience::Staff, None);
        assert_eq!(channel.only("U2").unwrap().recipients(), ["U2"]);
        assert_eq!(channel.only("U3"), None);
        assert_eq!(channel.toward("U3").unwrap().recipients(), ["U3"]);
        let slack = Channel { destination: Destination::Slack, ..channel };
        assert_eq!(slack.toward("U3"), None);
    }

    #[test]
    fn an_address_is_one_of_its_channel_and_nothing_beside_it() {
        let line = channel(Audience::Unit, None);
        assert!(line.is_address("U4af4980629") && line.takes(Purpose::Alert, Level::A));
        assert!(!line.takes(Purpose::Digest, Level::None), "the list of the day is for all staff");
        for bad in ["", "U", "C123", "U1\r\nX", "wang@example.gov.tw"] {
            assert!(!line.is_address(bad), "{bad}");
        }
        let route = MailRoute {
            host: "relay.example".into(),
            port: 587,
            tls: MailTls::Required,
            user: None,
            from: "clarion@example.gov.tw".into(),
            to: Vec::new(),
            ca_file: None,
            on_uncertain: OnUncertain::ByLevel,
        };
        let mail = Channel { destination: Destination::Email(route), ..line };
        assert!(mail.is_address("wang@example.gov.tw"));
        for bad in ["wang", "@example.gov.tw", "a@b, c@d", "a@b\r\nBcc: x@y", "王 <a@b>"] {
            assert!(!mail.is_address(bad), "{bad}");
        }
    }

    #[test]
    fn every_name_leads_back() {
        assert!(ChannelKind::ALL.iter().all(|it| ChannelKind::from_name(it.name()) == Some(*it)));
        assert!(Audience::ALL.iter().all(|it| Audience::from_name(it.name()) == Some(*it)));
    }
}
