//! Configuration: defaults < file < environment (`CLARION_SECTION__KEY`) < command line. The only place that reads
//! the environment. Every key is documented in `systemd/clarion.toml`, which a test holds equal to this code.

mod channels;
mod fault;
mod office;
mod sections;
mod sources;

use std::{collections::HashMap, path::Path};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

pub use channels::{ChannelSection, ChannelsFault, SmtpSection};
pub use fault::ConfigError;
pub use office::{ContactSection, OfficeSection};
pub use sections::{
    Auth, Database, Dictionaries, Fetch, HeartbeatSection, Http, Log, LogStyle, MetricsListener, Pdf, QuotaSection,
    Reading, RewriteSection,
};
pub use sources::{SourceSection, SourcesFault};

use crate::domain::{Channel, ChannelId, Office, Secret, Source};

/// What stands between a section and a key in an environment variable.
const ENVIRONMENT_SEPARATOR: &str = "__";

/// Everything that can be set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where reports are kept.
    #[serde(default)]
    pub database: Database,
    /// The console.
    #[serde(default)]
    pub http: Http,
    /// Who may use the console.
    #[serde(default)]
    pub auth: Auth,
    /// The listener for Prometheus.
    #[serde(default)]
    pub metrics: MetricsListener,
    /// Logging.
    #[serde(default)]
    pub log: Log,
    /// How sites are asked.
    #[serde(default)]
    pub fetch: Fetch,
    /// How reports are read.
    #[serde(default)]
    pub read: Reading,
    /// How PDF is made.
    #[serde(default)]
    pub pdf: Pdf,
    /// Who is given signs of life.
    #[serde(default)]
    pub heartbeat: HeartbeatSection,
    /// When people are warned that a month's messages run out.
    #[serde(default)]
    pub quota: QuotaSection,
    /// The language model that drafts can be tried on.
    #[serde(default)]
    pub rewrite: RewriteSection,
    /// The city's dictionaries.
    #[serde(default)]
    pub dictionaries: Dictionaries,
    /// Who answers.
    #[serde(default)]
    pub office: OfficeSection,
    /// Whom the press may ask.
    #[serde(default, rename = "contact")]
    pub contacts: Vec<ContactSection>,
    /// Where reports come from.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceSection>,
    /// By what people are told.
    #[serde(default, rename = "channel")]
    pub channels: Vec<ChannelSection>,
}

impl Config {
    /// Reads the file and the environment.
    ///
    /// # Errors
    /// When the file cannot be read, is not TOML, holds an unknown key or an unusable value: the message names the
    /// file, the line and the remedy.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
        Self::parse(&text, path)
    }

    /// The same from a text; `path` is only named in messages.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        if let Err(error) = text.parse::<toml::Table>() {
            return Err(ConfigError::syntax(path, text, &error));
        }
        let mut config: Self = Figment::from(Serialized::defaults(Self::default()))
            .merge(Toml::string(text))
            .merge(Env::prefixed("CLARION_").split(ENVIRONMENT_SEPARATOR))
            .extract()
            .map_err(|error| ConfigError::value(path, text, &error))?;
        config.read_secrets(path, text)?;
        config.validate(path, text)?;
        Ok(config)
    }

    /// Reads what is kept in files of its own, so that no password stands in this one.
    fn read_secrets(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let file = &self.database.url_file;
        if file.as_os_str().is_empty() {
            return Ok(());
        }
        let url = std::fs::read_to_string(file).map_err(|error| {
            let what = format!("database.url_file {} cannot be read: {error}", file.display());
            ConfigError::refused(path, text, "database.url_file", what)
        })?;
        url.trim().clone_into(&mut self.database.url);
        Ok(())
    }

    /// The sources as the rest of the daemon knows them.
    ///
    /// # Errors
    /// When one is described wrongly, or two share an id.
    pub fn sources(&self) -> Result<Vec<Source>, SourcesFault> {
        sources::all(&self.sources)
    }

    /// The channels that are switched on, as the rest of the daemon knows them.
    ///
    /// # Errors
    /// When one is described wrongly, two share an id, or what takes over for one cannot.
    pub fn channels(&self) -> Result<Vec<Channel>, ChannelsFault> {
        channels::all(&self.channels)
    }

    /// The office that answers, with its channels.
    ///
    /// # Errors
    /// As [`Config::channels`].
    pub fn office(&self) -> Result<Office, ChannelsFault> {
        Ok(Office { channels: self.channels()?, ..office::office(self) })
    }

    /// Their secrets, read from their files now: a token, a password, an address or keys for each.
    ///
    /// # Errors
    /// When a file cannot be read or holds another number of lines than it may.
    pub fn channel_secrets(&self) -> Result<HashMap<ChannelId, Vec<Secret>>, ChannelsFault> {
        channels::secrets(&self.channels)
    }

    /// The key of the language model, read from its file now.
    ///
    /// # Errors
    /// When the file cannot be read or is empty.
    pub fn rewrite_key(&self) -> Result<Option<Secret>, String> {
        let file = &self.rewrite.key_file;
        if !self.rewrite.enabled || file.as_os_str().is_empty() {
            return Ok(None);
        }
        let fault = |what: &dyn std::fmt::Display| format!("rewrite.key_file {} {what}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| fault(&format!("cannot be read: {error}")))?;
        let key = text.trim();
        if key.is_empty() || key.contains('\n') {
            return Err(fault(&"must hold one line"));
        }
        Ok(Some(Secret::new(key)))
    }

    fn validate(&self, path: &Path, text: &str) -> Result<(), ConfigError> {
        sections::validate(self)
            .and_then(|()| office::validate(self))
            .map_err(|(key, remedy)| ConfigError::refused(path, text, &key, remedy))?;
        self.sources().map_err(|fault| ConfigError::refused(path, text, &fault.key(), fault.to_string()))?;
        // Read here too, so that a file that cannot be read is told by check-config and not by the first alert.
        let refused = |fault: ChannelsFault| ConfigError::refused(path, text, &fault.key(), fault.to_string());
        self.channels().map_err(refused)?;
        self.channel_secrets().map(|_| ()).map_err(refused)?;
        self.rewrite_key().map(|_| ()).map_err(|what| ConfigError::refused(path, text, "rewrite.key_file", what))
    }
}
