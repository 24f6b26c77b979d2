//! `[office]` and `[[contact]]`: who answers, and whom the press may ask.

use serde::{Deserialize, Serialize};

use super::Config;
use crate::domain::{Contact, Office};

/// `[office]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeSection {
    /// Who speaks when no agency was given a case, by its full official name.
    pub name: String,
}

impl Default for OfficeSection {
    fn default() -> Self {
        Self { name: "新聞局".into() }
    }
}

/// `[[contact]]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ContactSection {
    /// The agency they are asked about, by its full official name; empty for all.
    pub agency: String,
    /// The full name.
    pub name: String,
    /// The post.
    pub post: String,
    /// The telephone, as it is printed.
    pub telephone: String,
}

/// The office as the rest of the daemon knows it, without its channels.
pub(super) fn office(config: &Config) -> Office {
    let contacts = config.contacts.iter().map(|it| {
        let contact = Contact { name: it.name.clone(), post: it.post.clone(), telephone: it.telephone.clone() };
        (it.agency.clone(), contact)
    });
    Office { name: config.office.name.clone(), contacts: contacts.collect(), channels: Vec::new() }
}

/// What is wrong with these sections: the key, and what to do.
pub(super) fn validate(config: &Config) -> Result<(), (String, String)> {
    if config.office.name.trim().is_empty() {
        return Err(("office.name".into(), "office.name must say who speaks, by its full official name".into()));
    }
    for it in &config.contacts {
        for (key, value) in [("name", &it.name), ("post", &it.post), ("telephone", &it.telephone)] {
            if value.trim().is_empty() {
                let key = format!("contact.{key}");
                let remedy = format!("{key} must not be empty: the press has to know whom it calls");
                return Err((key, remedy));
            }
        }
    }
    Ok(())
}
