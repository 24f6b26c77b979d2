//! `[[channel]]`: by what people are told, parsed into the domain's words once, here.

use std::{collections::HashMap, path::PathBuf, time::Duration};

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::{
    Audience, Channel, ChannelId, ChannelKind, Destination, Level, MailRoute, MailTls, OnUncertain, QuietHours, Secret,
};

/// The base address of LINE's Messaging API.
const LINE_API: &str = "https://api.line.me/";

/// The base address of Telegram's bot API.
const TELEGRAM_API: &str = "https://api.telegram.org/";

/// Keys of one webhook that may be active: the old and the new.
const MOST_KEYS: usize = 2;

/// One `[[channel]]`, as written. Empty texts mean "not set".
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelSection {
    /// Short name: `a-z 0-9 -`.
    pub id: String,
    /// Name on screen.
    pub name: String,
    /// `line`, `email`, `telegram`, `slack`, `teams`, `mattermost`, `webhook` or `alertmanager`.
    pub kind: String,
    /// `staff`, `unit` (only the units that name it) or `public`.
    pub audience: String,
    /// Recipients: LINE ids, mail addresses, one Telegram chat.
    #[serde(default)]
    pub to: Vec<String>,
    /// The address, for `webhook` and `alertmanager`; for `line` and `telegram` another base address than the official one.
    #[serde(default)]
    pub url: String,
    /// The file with the token, password, address or keys.
    #[serde(default)]
    pub secret_file: PathBuf,
    /// Alerts below this level are not sent by it: `A`, `B` or `none`.
    #[serde(default = "level_b")]
    pub min_level: String,
    /// The channel that takes over when this one fails.
    #[serde(default)]
    pub fall_back: String,
    /// Whether its address may be a private one.
    #[serde(default)]
    pub allow_private: bool,
    /// From when on only level A is sent, as `22:00`.
    #[serde(default)]
    pub quiet_from: String,
    /// Until when.
    #[serde(default)]
    pub quiet_to: String,
    /// For `alertmanager`: seconds between two tellings of an open alert.
    #[serde(default = "a_minute")]
    pub resend_seconds: u64,
    /// Whether it is used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// For `email`: the server.
    #[serde(default)]
    pub smtp: SmtpSection,
}

/// `[channel.smtp]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmtpSection {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `required` (STARTTLS), `wrapped` or `none`.
    pub tls: String,
    /// Who logs in there; empty where that is not asked.
    pub user: String,
    /// The sender's address.
    pub from: String,
    /// A PEM file of certificates the server's may be signed by, beside those of the system.
    pub ca_file: PathBuf,
    /// `by_level`, `hold` or `resend`.
    pub on_uncertain: String,
}

impl Default for SmtpSection {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            tls: "required".into(),
            user: String::new(),
            from: String::new(),
            ca_file: PathBuf::new(),
            on_uncertain: "by_level".into(),
        }
    }
}

/// A channel that is described wrongly: which one, which key, what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct ChannelsFault {
    place: usize,
    key: &'static str,
    what: String,
}

impl ChannelsFault {
    /// The key, with dots.
    #[must_use]
    pub fn key(&self) -> String {
        format!("channel.{}.{}", self.place, self.key)
    }
}

type Fault = (&'static str, String);

/// All channels that are used, or the first fault. Those that are switched off are held to the same rules.
pub(super) fn all(sections: &[ChannelSection]) -> Result<Vec<Channel>, ChannelsFault> {
    let mut channels: Vec<Channel> = Vec::with_capacity(sections.len());
    for (place, section) in sections.iter().enumerate() {
        let channel = one_channel(section).map_err(|(key, what)| ChannelsFault { place, key, what })?;
        if channels.iter().any(|known| known.id == channel.id) {
            let what = format!("two channels have the id {:?}; ids must differ", section.id);
            return Err(ChannelsFault { place, key: "id", what });
        }
        channels.push(channel);
    }
    for (place, channel) in channels.iter().enumerate() {
        takes_over(channel, sections, &channels).map_err(|what| ChannelsFault { place, key: "fall_back", what })?;
    }
    let on = channels.into_iter().zip(sections).filter(|(_, section)| section.enabled);
    Ok(on.map(|(channel, _)| channel).collect())
}

/// The secrets of the channels that are used, out of their files.
pub(super) fn secrets(sections: &[ChannelSection]) -> Result<HashMap<ChannelId, Vec<Secret>>, ChannelsFault> {
    let mut found = HashMap::new();
    for (place, section) in sections.iter().enumerate().filter(|(_, section)| section.enabled) {
        let fault = |(key, what)| ChannelsFault { place, key, what };
        let id = ChannelId::parse(&section.id).map_err(|error| fault(("id", error.to_string())))?;
        found.insert(id, read_secrets(section).map_err(fault)?);
    }
    Ok(found)
}

fn one_channel(s: &ChannelSection) -> Result<Channel, Fault> {
    let id = ChannelId::parse(&s.id).map_err(|error| ("id", error.to_string()))?;
    if s.name.trim().is_empty() {
        return Err(("name", format!("channel {id} needs a name")));
    }
    let audience = Audience::from_name(&s.audience).ok_or_else(|| {
        ("audience", format!("channel {id}: audience is {:?}; write staff, unit or public", s.audience))
    })?;
    let min_level = Level::from_name(&s.min_level)
        .ok_or_else(|| ("min_level", format!("channel {id}: min_level is {:?}; write A, B or none", s.min_level)))?;
    let fall_back = given(&s.fall_back).map(|id| ChannelId::parse(&id)).transpose();
    let destination = destination(s)?;
    needs_secret(s, &destination)?;
    Ok(Channel {
        name: s.name.clone(),
        audience,
        destination,
        min_level,
        quiet: quiet(s)?,
        fall_back: fall_back.map_err(|error| ("fall_back", error.to_string()))?,
        allow_private: s.allow_private,
        id,
    })
}

fn destination(s: &ChannelSection) -> Result<Destination, Fault> {
    let url = |official: &str| {
        let written = if s.url.is_empty() { official } else { &s.url };
        let parsed =
            Url::parse(written).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.password().is_none());
        // What is written may hold a key and is not repeated.
        parsed.ok_or_else(|| {
            ("url", format!("channel {}: url must be a whole http or https address, without a password", s.id))
        })
    };
    let Some(kind) = ChannelKind::from_name(&s.kind) else {
        let known = ChannelKind::ALL.map(ChannelKind::name).join(", ");
        return Err(("kind", format!("channel {}: kind is {:?}; write one of {known}", s.id, s.kind)));
    };
    Ok(match kind {
        ChannelKind::Line => Destination::Line { api: url(LINE_API)?, to: line_ids(s)? },
        ChannelKind::Email => Destination::Email(mail(s)?),
        ChannelKind::Telegram => match s.to.as_slice() {
            [chat] if !chat.trim().is_empty() => Destination::Telegram { api: url(TELEGRAM_API)?, chat: chat.clone() },
            _ => return Err(("to", format!("channel {}: to must be one chat; make a channel for each", s.id))),
        },
        ChannelKind::Slack | ChannelKind::Teams | ChannelKind::Mattermost if !s.url.is_empty() => {
            let what = format!(
                "channel {}: whoever has the address of a {} webhook can post there; keep it in secret_file",
                s.id, s.kind
            );
            return Err(("url", what));
        }
        ChannelKind::Slack => Destination::Slack,
        ChannelKind::Teams => Destination::Teams,
        ChannelKind::Mattermost => Destination::Mattermost,
        ChannelKind::Webhook => Destination::Webhook { url: url("")? },
        ChannelKind::Alertmanager => {
            // Alertmanager's clients tell it again every 30 s to 3 min (its resolve_timeout is 5 min).
            if !(30..=180).contains(&s.resend_seconds) {
                return Err(("resend_seconds", format!("channel {}: resend_seconds must be 30 to 180", s.id)));
            }
            if s.audience == Audience::Public.name() {
                return Err((
                    "audience",
                    format!("channel {}: an Alertmanager is told of open cases; write staff", s.id),
                ));
            }
            Destination::Alertmanager { url: url("")?, resend: Duration::from_secs(s.resend_seconds) }
        }
    })
}

fn line_ids(s: &ChannelSection) -> Result<Vec<String>, Fault> {
    let is_id = |id: &String| id.starts_with(['U', 'C', 'R']) && id.chars().all(|c| c.is_ascii_alphanumeric());
    if s.to.is_empty() || !s.to.iter().all(is_id) {
        let what = format!("channel {}: to must be LINE ids, which begin with U (user), C (group) or R (room)", s.id);
        return Err(("to", what));
    }
    Ok(s.to.clone())
}

fn mail(s: &ChannelSection) -> Result<MailRoute, Fault> {
    let smtp = &s.smtp;
    if smtp.host.trim().is_empty() || smtp.host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(("smtp.host", format!("channel {}: smtp.host must be the mail server's name", s.id)));
    }
    let tls = match smtp.tls.as_str() {
        "required" => MailTls::Required,
        "wrapped" => MailTls::Wrapped,
        "none" => MailTls::None,
        other => {
            return Err((
                "smtp.tls",
                format!("channel {}: smtp.tls is {other:?}; write required, wrapped or none", s.id),
            ));
        }
    };
    let user = given(&smtp.user);
    if tls == MailTls::None && user.is_some() {
        return Err(("smtp.user", format!("channel {}: a password is not sent without TLS; set smtp.tls", s.id)));
    }
    let on_uncertain = match smtp.on_uncertain.as_str() {
        "by_level" => OnUncertain::ByLevel,
        "hold" => OnUncertain::Hold,
        "resend" => OnUncertain::Resend,
        other => {
            let what = format!("channel {}: smtp.on_uncertain is {other:?}; write by_level, hold or resend", s.id);
            return Err(("smtp.on_uncertain", what));
        }
    };
    if !is_mail_address(&smtp.from) {
        return Err((
            "smtp.from",
            format!("channel {}: smtp.from is {:?}; write name@example.gov.tw", s.id, smtp.from),
        ));
    }
    if s.to.is_empty() || !s.to.iter().all(|to| is_mail_address(to)) {
        return Err(("to", format!("channel {}: to must be mail addresses such as name@example.gov.tw", s.id)));
    }
    let ca_file = (!smtp.ca_file.as_os_str().is_empty()).then(|| smtp.ca_file.clone());
    let (host, port) = (smtp.host.trim().to_owned(), smtp.port);
    Ok(MailRoute { host, port, tls, user, from: smtp.from.clone(), to: s.to.clone(), ca_file, on_uncertain })
}

/// Whether a text can be a mail address and nothing beside it; the sender looks closer.
fn is_mail_address(text: &str) -> bool {
    let whole = !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
    whole && text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && url::Host::parse(host).is_ok())
}

fn quiet(s: &ChannelSection) -> Result<Option<QuietHours>, Fault> {
    if s.quiet_from.is_empty() && s.quiet_to.is_empty() {
        return Ok(None);
    }
    let time = |key, text: &str| {
        let what =
            || (key, format!("channel {}: {key} is {text:?}; write a time such as 22:00, or leave both empty", s.id));
        NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| what())
    };
    Ok(Some(QuietHours { from: time("quiet_from", &s.quiet_from)?, until: time("quiet_to", &s.quiet_to)? }))
}

/// Whether the channel that takes over is there, reaches the same people, and does not hand back.
fn takes_over(channel: &Channel, sections: &[ChannelSection], channels: &[Channel]) -> Result<(), String> {
    let mut here = channel;
    for _ in channels {
        let Some(next) = &here.fall_back else { return Ok(()) };
        let is_on = sections.iter().any(|section| section.id == next.as_str() && section.enabled);
        let Some(found) = channels.iter().find(|other| other.id == *next).filter(|_| is_on) else {
            return Err(format!(
                "channel {}: fall_back is {next}, and no channel that is switched on has this id",
                here.id
            ));
        };
        if found.kind() == ChannelKind::Alertmanager {
            return Err(format!(
                "channel {}: fall_back {next} is an Alertmanager, which is told of open cases anyway; name another channel",
                here.id
            ));
        }
        // What is a unit's may become known to all staff rather than to nobody.
        let widens = channel.audience == Audience::Unit && found.audience == Audience::Staff;
        if found.audience != channel.audience && !widens {
            return Err(format!("channel {}: fall_back {next} has another audience", here.id));
        }
        here = found;
    }
    Err(format!("channel {}: fall_back leads back to where it began", channel.id))
}

fn needs_secret(s: &ChannelSection, destination: &Destination) -> Result<(), Fault> {
    let what = match destination {
        Destination::Line { .. } => "the channel access token",
        Destination::Telegram { .. } => "the bot's token",
        Destination::Slack | Destination::Teams | Destination::Mattermost => "the webhook's address",
        Destination::Webhook { .. } => "the signing key, whsec_…",
        Destination::Email(MailRoute { user: Some(_), .. }) => "the password",
        Destination::Email(_) | Destination::Alertmanager { .. } => return Ok(()),
    };
    if s.secret_file.as_os_str().is_empty() {
        return Err(("secret_file", format!("channel {}: secret_file must name the file with {what}", s.id)));
    }
    Ok(())
}

fn read_secrets(s: &ChannelSection) -> Result<Vec<Secret>, Fault> {
    if s.secret_file.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let fault =
        |what: String| ("secret_file", format!("channel {}: secret_file {} {what}", s.id, s.secret_file.display()));
    let text = std::fs::read_to_string(&s.secret_file).map_err(|error| fault(format!("cannot be read: {error}")))?;
    let secrets: Vec<Secret> = text.lines().filter(|line| !line.trim().is_empty()).map(Secret::new).collect();
    let most = if s.kind == ChannelKind::Webhook.name() { MOST_KEYS } else { 1 };
    if !(1..=most).contains(&secrets.len()) {
        let lines = if most == 1 { "one line" } else { "one or two lines, the newest key first" };
        return Err(fault(format!("must hold {lines}")));
    }
    Ok(secrets)
}

fn given(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

fn level_b() -> String {
    "B".into()
}

fn a_minute() -> u64 {
    60
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    const MAIL: &str = "[[channel]]\nid = \"mail\"\nname = \"郵件\"\nkind = \"email\"\naudience = \"staff\"\nto = [\"duty@example.gov.tw\"]\n";
    const SMTP: &str = "[channel.smtp]\nhost = \"relay.example\"\nfrom = \"clarion@example.gov.tw\"\n";

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("clarion.toml")).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(text: &str, expect: &str) {
        let error = parse(text).unwrap_err();
        assert!(error.starts_with(expect), "{error}");
    }

    /// A channel of this kind with these further lines.
    fn of(kind: &str, lines: &str) -> String {
        format!("[[channel]]\nid = \"a\"\nname = \"甲\"\nkind = \"{kind}\"\naudience = \"staff\"\n{lines}\n")
    }

    #[test]
    fn mail_needs_no_more_than_a_server_a_sender_and_recipients() {
        let config = parse(&format!("{MAIL}{SMTP}")).unwrap();
        let channels = config.channels().unwrap();
        let Destination::Email(route) = &channels[0].destination else { panic!("{channels:?}") };
        assert_eq!((route.port, route.tls, route.user.as_deref()), (587, MailTls::Required, None));
        assert_eq!((channels[0].min_level, channels[0].quiet), (Level::B, None));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        refused(&of("fax", ""), "clarion.toml:4: channel a: kind is \"fax\"; write one of line, email,");
        refused(&of("line", "to = [\"@duty\"]"), "clarion.toml:6: channel a: to must be LINE ids");
        refused(
            &of("line", "to = [\"U1\"]"),
            "clarion.toml:1: channel a: secret_file must name the file with the channel",
        );
        refused(&of("telegram", "to = [\"1\", \"2\"]"), "clarion.toml:6: channel a: to must be one chat");
        refused(&of("webhook", "url = \"ftp://a.tw\""), "clarion.toml:6: channel a: url must be a whole http");
        refused(
            &of("alertmanager", "url = \"http://a.tw\"\nresend_seconds = 600"),
            "clarion.toml:7: channel a: resend_seconds",
        );
        refused(
            &of("alertmanager", "url = \"http://a.tw\"\nmin_level = \"C\""),
            "clarion.toml:7: channel a: min_level is \"C\"",
        );
        refused(
            &of("alertmanager", "url = \"http://a.tw\"\nquiet_from = \"22:00\""),
            "clarion.toml:1: channel a: quiet_to is \"\"",
        );
        refused(
            &format!("{MAIL}[channel.smtp]\nhost = \"r\"\nfrom = \"a@b\"\ntls = \"maybe\"\n"),
            "clarion.toml:10: channel mail: smtp.tls",
        );
        refused(
            &format!("{MAIL}{SMTP}tls = \"none\"\nuser = \"u\"\n"),
            "clarion.toml:11: channel mail: a password is not sent without",
        );
        refused(&format!("{MAIL}{SMTP}{MAIL}{SMTP}"), "clarion.toml:11: two channels have the id \"mail\"");
    }

    #[test]
    fn an_address_that_is_a_key_stays_out_of_the_file_and_of_the_message() {
        let error = parse(&of("slack", "url = \"https://hooks.example/s3cret\"")).unwrap_err();
        assert!(error.contains("keep it in secret_file") && !error.contains("s3cret"), "{error}");
        let error = parse(&of("webhook", "url = \"https://u:s3cret@hooks.example/\"")).unwrap_err();
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_line_break_in_an_address_is_refused() {
        let mail = MAIL.replace("duty@example.gov.tw", "duty@example.gov.tw\\r\\nBcc: x@y.tw");
        refused(&format!("{mail}{SMTP}"), "clarion.toml:6: channel mail: to must be mail addresses");
    }

    #[test]
    fn what_takes_over_must_be_there_reach_the_same_people_and_not_hand_back() {
        let alone = MAIL.replace("to =", "fall_back = \"nobody\"\nto =");
        refused(&format!("{alone}{SMTP}"), "clarion.toml:6: channel mail: fall_back is nobody");
        let back = |id: &str, to: &str, audience: &str| {
            let mail = MAIL.replace("to =", &format!("fall_back = \"{to}\"\nto ="));
            format!("{mail}{SMTP}").replace("id = \"mail\"", &format!("id = \"{id}\"")).replace("staff", audience)
        };
        refused(
            &format!("{}{}", back("x", "y", "staff"), back("y", "x", "staff")),
            "clarion.toml:6: channel x: fall_back leads back",
        );
        refused(
            &format!("{}{}", back("x", "y", "staff"), back("y", "", "public")),
            "clarion.toml:6: channel x: fall_back y has another",
        );
        let burning = of("alertmanager", "url = \"http://a.tw\"");
        refused(
            &format!("{}{burning}", back("x", "a", "staff")),
            "clarion.toml:6: channel x: fall_back a is an Alertmanager",
        );
        refused(
            &burning.replace("staff", "public"),
            "clarion.toml:5: channel a: an Alertmanager is told of open cases",
        );
    }

    #[test]
    fn secrets_come_from_their_files_and_are_not_printed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        std::fs::write(&file, "whsec_bmV3\nwhsec_b2xk\n").unwrap();
        let lines = format!("url = \"https://a.tw/hook\"\nsecret_file = {:?}", file.display().to_string());
        let config = parse(&of("webhook", &lines)).unwrap();
        let secrets = config.channel_secrets().unwrap();
        let keys: Vec<&str> = secrets.values().flatten().map(Secret::reveal).collect();
        assert_eq!(keys, ["whsec_bmV3", "whsec_b2xk"]);
        assert!(!format!("{secrets:?}{config:?}").contains("bmV3"));

        std::fs::write(&file, "one\ntwo\nthree\n").unwrap();
        let error = parse(&of("webhook", &lines)).unwrap_err();
        assert!(error.starts_with("clarion.toml:7: channel a: secret_file") && !error.contains("three"), "{error}");
        std::fs::remove_file(&file).unwrap();
        assert!(parse(&of("webhook", &lines)).unwrap_err().contains("cannot be read"));
        parse(&of("webhook", &format!("{lines}\nenabled = false"))).unwrap();
    }
}
