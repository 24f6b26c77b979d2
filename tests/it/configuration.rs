//! The documented configuration and the code agree.

use std::{collections::BTreeMap, path::Path};

use clarion::config::{ChannelSection, Config, ContactSection, SourceSection};
use toml::{Table, Value};

fn shipped() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/clarion.toml")).unwrap()
}

/// All keys with their values, written with dots.
fn flat(value: &Value, at: &str, into: &mut BTreeMap<String, String>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let at = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
                flat(value, &at, into);
            }
        }
        other => {
            into.insert(at.to_owned(), format!("{other:?}"));
        }
    }
}

fn keys(value: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    flat(value, "", &mut found);
    found
}

#[test]
fn every_key_is_documented_with_its_default() {
    let mut documented: Table = shipped().parse().unwrap();
    let contact = documented.remove("contact").unwrap();
    let (source, channel) = (documented.remove("source").unwrap(), documented.remove("channel").unwrap());
    let mut coded = Table::try_from(Config::default()).unwrap();
    coded.remove("source");
    coded.remove("channel");
    coded.remove("contact");
    assert_eq!(keys(&Value::Table(documented)), keys(&Value::Table(coded)));

    let names = |value: &Value| keys(value).into_keys().collect::<Vec<_>>();
    let first = |sections: &Value| names(&sections.as_array().unwrap()[0]);
    let coded = |section: Table| names(&Value::Table(section));
    assert_eq!(first(&source), coded(Table::try_from(SourceSection::default()).unwrap()));
    assert_eq!(first(&contact), coded(Table::try_from(ContactSection::default()).unwrap()));
    assert_eq!(first(&channel), coded(Table::try_from(ChannelSection::default()).unwrap()));
}

#[test]
fn the_shipped_file_is_usable_as_it_is() {
    let config = Config::parse(&shipped(), Path::new("clarion.toml")).unwrap();
    let sources = config.sources().unwrap();
    assert_eq!((sources.len(), sources[0].enabled), (1, false));
    assert!(config.channels().unwrap().is_empty() && !config.channels[0].enabled);
}

#[test]
fn the_shipped_user_agent_names_the_version() {
    assert!(shipped().contains(concat!("Clarion/", env!("CARGO_PKG_VERSION"))));
}
