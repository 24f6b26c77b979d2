//! E-mail by SMTP, step by step, so that what failed before the text was handed over is told from what was left without an
//! answer after it (RFC 1047).

use std::{error::Error as _, io};

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message as Letter,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use tokio::time::timeout;
use url::Host;

use super::Settings;
use crate::domain::{Audience, Delivery, MailRoute, MailTls, Message, Purpose, Secret};

/// Characters of a subject: longer ones are cut by most programs that show them.
const LONGEST_SUBJECT: usize = 200;

/// The step at which a server refused. One number does not mean the same at each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Greeting,
    LogIn,
    Recipient,
    Text,
}

/// A mail that is ready to go.
struct Ready {
    from: Address,
    to: Vec<Address>,
    bytes: Vec<u8>,
}

/// A connection that waits for the text, and who was refused on the way there.
struct Open {
    connection: AsyncSmtpConnection,
    refused: Vec<String>,
}

/// Sends to all recipients in one go. Those that are refused while others are taken are named in the receipt; where one
/// must not miss it for another's sake, a channel is narrowed to each.
pub(super) async fn send(
    route: &MailRoute,
    audience: Audience,
    password: Option<&Secret>,
    settings: &Settings,
    message: &Message,
    now: DateTime<Utc>,
) -> Delivery {
    let ready = match letter(route, audience, message, now) {
        Ok(ready) => ready,
        Err(delivery) => return delivery,
    };
    let before = || Delivery::Retry { after: None, why: "the mail server did not answer in time".into() };
    let opened = timeout(settings.total, open(route, password, settings, &ready)).await;
    let Open { mut connection, refused } = match opened.map_err(|_| before()).flatten() {
        Ok(open) => open,
        Err(delivery) => return delivery,
    };
    let delivery = match timeout(settings.total, connection.message(&ready.bytes)).await {
        Ok(Ok(answer)) => {
            let said = answer.first_line().unwrap_or_default();
            let receipt =
                if refused.is_empty() { said.to_owned() } else { format!("{said}; refused: {}", refused.join("; ")) };
            Delivery::Accepted { receipt }
        }
        Ok(Err(error)) if error.status().is_some() => refusal(&error, Step::Text),
        Ok(Err(error)) => Delivery::Uncertain { why: format!("no answer to the text: {error}") },
        Err(_) => Delivery::Uncertain { why: "no answer to the text in time".into() },
    };
    if !matches!(delivery, Delivery::Uncertain { .. }) {
        // A farewell is good manners, nothing hangs on it, and who did not answer the text will not answer this.
        let _ = timeout(settings.connect, connection.quit()).await;
    }
    delivery
}

/// Everything up to the server's word to go on with the text.
async fn open(
    route: &MailRoute,
    password: Option<&Secret>,
    settings: &Settings,
    ready: &Ready,
) -> Result<Open, Delivery> {
    let hello = ClientId::Domain(ready.from.domain().to_owned());
    let server = (route.host.as_str(), route.port);
    let tls = if route.tls == MailTls::None { None } else { Some(trust(route).await?) };
    let greeting = |error: Error| refusal(&error, Step::Greeting);
    let wrapped = if route.tls == MailTls::Wrapped { tls.clone() } else { None };
    let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(settings.connect), &hello, wrapped, None)
        .await
        .map_err(greeting)?;
    if let (MailTls::Required, Some(tls)) = (route.tls, tls) {
        if !connection.can_starttls() {
            let why = "the mail server offers no STARTTLS; nothing was sent. Set smtp.tls if that is meant".into();
            return Err(Delivery::Unauthorised { why });
        }
        connection.starttls(tls, &hello).await.map_err(greeting)?;
    }
    if let Some(user) = &route.user {
        let password = password.map(Secret::reveal).unwrap_or_default().to_owned();
        let credentials = Credentials::new(user.clone(), password);
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        let logged_in = connection.auth(&mechanisms, &credentials).await;
        logged_in.map_err(|error| without_words(refusal(&error, Step::LogIn)))?;
    }
    let refused = envelope(&mut connection, ready).await?;
    connection.command(Data).await.map_err(|error| refusal(&error, Step::Recipient))?;
    Ok(Open { connection, refused })
}

/// Sender and recipients. At least one is taken, or this fails.
async fn envelope(connection: &mut AsyncSmtpConnection, ready: &Ready) -> Result<Vec<String>, Delivery> {
    let is_ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    let mut options = Vec::new();
    if !is_ascii(&ready.from) || !ready.to.iter().all(is_ascii) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let why = "an address is not ASCII and the mail server takes no such addresses (RFC 6531)".into();
            return Err(Delivery::Rejected { why });
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    let from = Mail::new(Some(ready.from.clone()), options);
    connection.command(from).await.map_err(|error| refusal(&error, Step::Greeting))?;
    let mut refused = Vec::new();
    for to in &ready.to {
        match connection.command(Rcpt::new(to.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.status().is_some() => refused.push((to, refusal(&error, Step::Recipient))),
            Err(error) => return Err(refusal(&error, Step::Recipient)),
        }
    }
    if refused.len() < ready.to.len() {
        return Ok(refused.iter().map(|(to, delivery)| format!("{to} {}", delivery.why())).collect());
    }
    // Of several refusals the one that may pass decides, so that nobody is given up with the others.
    let later = refused.iter().position(|(_, delivery)| matches!(delivery, Delivery::Retry { .. })).unwrap_or_default();
    let none = || Delivery::Rejected { why: "the channel has no recipients".into() };
    Err(refused.into_iter().nth(later).map_or_else(none, |(_, delivery)| delivery))
}

/// What a refusal or a failure before the text means (RFC 5321 §4.2.1): 4xx is for now, 5xx for good.
fn refusal(error: &Error, step: Step) -> Delivery {
    let why = error.to_string();
    let code = error.status().map(u16::from);
    match (code, step) {
        // Of a recipient 552 says that there are too many for now (RFC 5321 §4.5.3.1.10); of a text that it is too large.
        (Some(400..=499), _) | (Some(552), Step::Recipient) => Delivery::Retry { after: None, why },
        (Some(530 | 534 | 535 | 538), _) | (_, Step::LogIn) if code.is_some() || error.is_client() => {
            Delivery::Unauthorised { why }
        }
        (Some(_), _) => Delivery::Rejected { why },
        (None, _) if untrusted(error) => Delivery::Unauthorised {
            why: format!("{why}; name the server as its certificate does, or set smtp.ca_file"),
        },
        (None, _) => Delivery::Retry { after: None, why },
    }
}

/// A refused log-in without the server's words, which may hold what it was sent.
fn without_words(delivery: Delivery) -> Delivery {
    match delivery {
        Delivery::Unauthorised { .. } => Delivery::Unauthorised {
            why: "the mail server refused the log-in; see to smtp.user and secret_file".into(),
        },
        other => other,
    }
}

/// Whether the server's certificate was refused: waiting does not mend that.
fn untrusted(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inside = inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if matches!(inside.and_then(|it| it.downcast_ref()), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// The certificates the server's may be signed by.
async fn trust(route: &MailRoute) -> Result<TlsParameters, Delivery> {
    let mut builder = TlsParameters::builder(route.host.clone());
    let unusable = |path: &std::path::Path, error: &dyn std::fmt::Display| Delivery::Unauthorised {
        why: format!("smtp.ca_file {} cannot be used: {error}", path.display()),
    };
    if let Some(path) = &route.ca_file {
        let pem = tokio::fs::read(path).await.map_err(|error| unusable(path, &error))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unusable(path, &error))?);
    }
    builder.build().map_err(|error| Delivery::Unauthorised { why: format!("TLS cannot be set up: {error}") })
}

/// The mail. Public readers do not see each other's addresses; colleagues do.
fn letter(route: &MailRoute, audience: Audience, message: &Message, now: DateTime<Utc>) -> Result<Ready, Delivery> {
    let broken =
        |error: &dyn std::fmt::Display| Delivery::Rejected { why: format!("the mail cannot be written: {error}") };
    let from = address(&route.from)?;
    let to = route.to.iter().map(|to| address(to)).collect::<Result<Vec<_>, _>>()?;
    let domain = from.domain().to_owned();
    let mut builder = Letter::builder()
        .from(Mailbox::new(None, from.clone()))
        .date(now.into())
        .message_id(Some(format!("<{}@{domain}>", token(&message.key))))
        .subject(one_line(&message.subject));
    let shown = if audience == Audience::Public { std::slice::from_ref(&from) } else { to.as_slice() };
    for to in shown {
        builder = builder.to(Mailbox::new(None, to.clone()));
    }
    if let Some(case) = message.case_number.as_deref().map(token).filter(|case| !case.is_empty()) {
        // Mail programs show together what refers to the same mail, even to one that never was.
        builder = builder.references(format!("<case.{case}@{domain}>"));
    }
    if message.purpose != Purpose::Clarification {
        // Keeps holiday replies away (RFC 3834 §5).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        builder = builder.raw_header(HeaderValue::new(name, "auto-generated".to_owned()));
    }
    let text = match &message.link {
        Some(link) if !message.text.contains(link.as_str()) => format!("{}\n\n{link}\n", message.text.trim_end()),
        _ => message.text.clone(),
    };
    let letter = match &message.html {
        Some(html) => builder.multipart(MultiPart::alternative_plain_html(text, html.clone())),
        None => builder.singlepart(SinglePart::plain(text)),
    };
    Ok(Ready { from, to, bytes: letter.map_err(|error| broken(&error))?.formatted() })
}

/// An address with its domain in ASCII (IDNA), as every mail server takes it.
fn address(text: &str) -> Result<Address, Delivery> {
    let refused = || Delivery::Rejected { why: format!("{:?} is no mail address", one_line(text)) };
    let (user, domain) = text.trim().rsplit_once('@').ok_or_else(refused)?;
    let Ok(Host::Domain(domain)) = Host::parse(domain) else { return Err(refused()) };
    Address::new(user, domain).map_err(|_| refused())
}

/// One line of at most [`LONGEST_SUBJECT`] characters: a line break in a header would begin another header.
fn one_line(text: &str) -> String {
    text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_SUBJECT).collect()
}

/// What may stand in a message id.
fn token(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_domain_is_written_in_ascii() {
        assert_eq!(address("duty@測試.tw").unwrap().to_string(), "duty@xn--g6w251d.tw");
        for text in ["duty", "duty@", "@a.tw", "a b@a.tw", "a@b.tw\r\nRCPT TO:<x@y.tw>", "a@127.0.0.1>"] {
            assert!(matches!(address(text), Err(Delivery::Rejected { .. })), "{text:?}");
        }
    }

    #[test]
    fn a_line_break_begins_no_header() {
        assert_eq!(one_line("停水\r\nBcc: x@y.tw"), "停水  Bcc: x@y.tw");
        assert_eq!(token("01J\r\n<x>@y"), "01Jxy");
    }
}
