//! The sections of the file, one struct each, with their defaults.

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::Config;

/// `[database]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH`, or `postgres://user@host/name`.
    pub url: String,
    /// A file that holds the address instead, for one with a password; empty for none.
    pub url_file: PathBuf,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite:/var/lib/clarion/clarion.db".into(), url_file: PathBuf::new() }
    }
}

/// `[http]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address and port of the console; port 0 takes a free one.
    pub listen: String,
    /// The address people open the console at, when it is another; empty for none.
    pub public_url: String,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
}

impl Default for Http {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8080".into(), public_url: String::new(), trusted_proxies: Vec::new() }
    }
}

/// `[auth]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// Whether the console asks for a log-in.
    pub required: bool,
    /// Whether reports, cases and sources are shown without one.
    pub anonymous_read: bool,
    /// Minutes without a request after which a session ends.
    pub session_idle_minutes: u32,
    /// Hours after which a session ends whatever happens.
    pub session_hours: u32,
}

impl Default for Auth {
    fn default() -> Self {
        Self { required: true, anonymous_read: false, session_idle_minutes: 30, session_hours: 12 }
    }
}

/// `[metrics]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsListener {
    /// Address and port for Prometheus; port 0 takes a free one.
    pub listen: String,
}

impl Default for MetricsListener {
    fn default() -> Self {
        Self { listen: "127.0.0.1:9464".into() }
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogStyle {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// A filter such as `info` or `clarion=debug,warn`.
    pub level: String,
    /// `text` or `json`.
    pub format: LogStyle,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info,html5ever=error".into(), format: LogStyle::Text }
    }
}

/// `[fetch]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Fetch {
    /// What sites see as `User-Agent`; `{contact}` is replaced.
    pub user_agent: String,
    /// An address at which a site's owner reaches the operator.
    pub contact: String,
    /// Least seconds between two requests to one host.
    pub spacing_seconds: f64,
    /// Most seconds for one answer.
    pub timeout_seconds: u64,
    /// Most bytes of one answer after decompression.
    pub max_body_bytes: usize,
    /// A proxy for all requests; empty for none.
    pub proxy: String,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            user_agent: concat!("Clarion/", env!("CARGO_PKG_VERSION"), " (+{contact})").into(),
            contact: "mailto:webmaster@example.gov.tw".into(),
            spacing_seconds: 1.0,
            timeout_seconds: 30,
            max_body_bytes: 8 * 1024 * 1024,
            proxy: String::new(),
        }
    }
}

/// `[read]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reading {
    /// Reports fetched and analysed at the same time.
    pub concurrency: usize,
    /// Tries before an entry is given up.
    pub attempts: u32,
}

impl Default for Reading {
    fn default() -> Self {
        Self { concurrency: 4, attempts: 5 }
    }
}

/// `[pdf]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pdf {
    /// `LibreOffice`: a name or a path; empty for none.
    pub program: PathBuf,
    /// Seconds that one document may take.
    pub seconds: u64,
    /// Documents converted at the same time.
    pub at_once: usize,
}

impl Default for Pdf {
    fn default() -> Self {
        Self { program: "soffice".into(), seconds: 40, at_once: 2 }
    }
}

/// `[heartbeat]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeartbeatSection {
    /// The ids of the webhooks that are given signs of life.
    pub channels: Vec<String>,
    /// Seconds between two of them.
    pub every_seconds: u64,
}

impl Default for HeartbeatSection {
    fn default() -> Self {
        Self { channels: Vec::new(), every_seconds: 60 }
    }
}

/// `[quota]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaSection {
    /// The part of a month's messages below which people are warned.
    pub warn_below: f64,
}

impl Default for QuotaSection {
    fn default() -> Self {
        Self { warn_below: 0.2 }
    }
}

/// `[rewrite]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RewriteSection {
    /// Whether a language model may be asked to improve a draft.
    pub enabled: bool,
    /// The base address of an endpoint that speaks as `OpenAI`'s does.
    pub url: String,
    /// The model's name there.
    pub model: String,
    /// The file with its key; empty for none.
    pub key_file: PathBuf,
    /// Most seconds for one answer.
    pub seconds: u64,
    /// Most bytes of one answer.
    pub longest_answer_bytes: usize,
    /// The host of the address again, where it may lead to a private network.
    pub private_host: String,
}

impl Default for RewriteSection {
    fn default() -> Self {
        Self {
            enabled: false,
            url: String::new(),
            model: String::new(),
            key_file: PathBuf::new(),
            seconds: 60,
            longest_answer_bytes: 256 * 1024,
            private_host: String::new(),
        }
    }
}

/// `[dictionaries]`
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dictionaries {
    /// A folder that replaces the built-in dictionaries; empty for those.
    pub folder: PathBuf,
}

/// Values that parse but cannot be used: the key, and what to do.
pub(super) fn validate(config: &Config) -> Result<(), (String, String)> {
    for (key, address) in [("http.listen", &config.http.listen), ("metrics.listen", &config.metrics.listen)] {
        if address.parse::<SocketAddr>().is_err() {
            return Err((key.into(), format!("{key} is {address:?}; write address:port, such as 127.0.0.1:8080")));
        }
    }
    access(config).map_err(|(key, remedy)| (key.into(), remedy.into()))?;
    let url = &config.database.url;
    if !["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(("database.url".into(), "database.url must begin with sqlite: or postgres://".into()));
    }
    let fetch = &config.fetch;
    if !(0.0..=3600.0).contains(&fetch.spacing_seconds) {
        return Err(("fetch.spacing_seconds".into(), "fetch.spacing_seconds must be 0 to 3600".into()));
    }
    if !(1..=600).contains(&fetch.timeout_seconds) {
        return Err(("fetch.timeout_seconds".into(), "fetch.timeout_seconds must be 1 to 600".into()));
    }
    if !(1024..=256 * 1024 * 1024).contains(&fetch.max_body_bytes) {
        return Err(("fetch.max_body_bytes".into(), "fetch.max_body_bytes must be 1 KiB to 256 MiB".into()));
    }
    let is_proxy = |url: url::Url| matches!(url.scheme(), "http" | "https");
    if !fetch.proxy.is_empty() && !url::Url::parse(&fetch.proxy).is_ok_and(is_proxy) {
        // The value may hold a password and is not repeated.
        return Err(("fetch.proxy".into(), "fetch.proxy must be an address such as http://proxy.example:3128".into()));
    }
    if !(1..=64).contains(&config.read.concurrency) {
        return Err(("read.concurrency".into(), "read.concurrency must be 1 to 64".into()));
    }
    if !(1..=300).contains(&config.pdf.seconds) {
        return Err(("pdf.seconds".into(), "pdf.seconds must be 1 to 300".into()));
    }
    if !(1..=16).contains(&config.pdf.at_once) {
        return Err(("pdf.at_once".into(), "pdf.at_once must be 1 to 16; each may take 400 MB of memory".into()));
    }
    rewrite(&config.rewrite)?;
    if !(0.0..=1.0).contains(&config.quota.warn_below) {
        return Err(("quota.warn_below".into(), "quota.warn_below must be 0 to 1, such as 0.2 for a fifth".into()));
    }
    if !(10..=3600).contains(&config.heartbeat.every_seconds) {
        return Err(("heartbeat.every_seconds".into(), "heartbeat.every_seconds must be 10 to 3600".into()));
    }
    let is_webhook = |id: &String| config.channels.iter().any(|it| it.id == *id && it.enabled && it.kind == "webhook");
    if let Some(id) = config.heartbeat.channels.iter().find(|id| !is_webhook(id)) {
        let what =
            format!("heartbeat.channels names {id:?}; write ids of channels of kind webhook that are switched on");
        return Err(("heartbeat.channels".into(), what));
    }
    if config.read.attempts == 0 {
        return Err(("read.attempts".into(), "read.attempts must be at least 1".into()));
    }
    Ok(())
}

/// Whether a language model can be asked as it is described. One that is switched off needs no address.
fn rewrite(section: &RewriteSection) -> Result<(), (String, String)> {
    let fault = |key: &str, what: &str| Err((format!("rewrite.{key}"), format!("rewrite.{key} {what}")));
    if !(1..=600).contains(&section.seconds) {
        return fault("seconds", "must be 1 to 600");
    }
    if !(1024..=4 * 1024 * 1024).contains(&section.longest_answer_bytes) {
        return fault("longest_answer_bytes", "must be 1 KiB to 4 MiB");
    }
    if !section.enabled {
        return Ok(());
    }
    let url = url::Url::parse(&section.url).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.username().is_empty());
    let Some(host) = url.as_ref().and_then(url::Url::host_str) else {
        return fault("url", "must be an address such as https://llm.example.gov.tw/v1, without a password");
    };
    if section.model.trim().is_empty() || section.model.chars().any(char::is_control) {
        return fault("model", "must be the model's name at the endpoint");
    }
    let is_plain = url.as_ref().is_some_and(|url| url.scheme() == "http");
    if is_plain && section.private_host.is_empty() {
        return fault(
            "url",
            "must begin with https: drafts and reports are not sent in the clear but to a private_host",
        );
    }
    if !section.private_host.is_empty() && section.private_host != host {
        return fault("private_host", "must be the host of rewrite.url, or empty");
    }
    Ok(())
}

/// Who may come in, and from where.
fn access(config: &Config) -> Result<(), (&'static str, &'static str)> {
    let Config { http, auth, .. } = config;
    let is_origin = |url: url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty()
    };
    if !http.public_url.is_empty() && !url::Url::parse(&http.public_url).is_ok_and(is_origin) {
        return Err(("http.public_url", "http.public_url must be an address such as https://clarion.example.gov.tw"));
    }
    if http.trusted_proxies.iter().any(|network| network.parse::<ipnet::IpNet>().is_err()) {
        return Err(("http.trusted_proxies", "http.trusted_proxies must be networks such as 10.1.2.3/32"));
    }
    if !(1..=10_080).contains(&auth.session_idle_minutes) {
        return Err(("auth.session_idle_minutes", "auth.session_idle_minutes must be 1 to 10080"));
    }
    if !(1..=168).contains(&auth.session_hours) {
        return Err(("auth.session_hours", "auth.session_hours must be 1 to 168"));
    }
    Ok(())
}
