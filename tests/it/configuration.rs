//! The documented configuration and the code agree.

use std::{collections::BTreeMap, path::Path};

use clarion::config::{Config, SourceSection};
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
    let example = documented.remove("source").unwrap();
    let mut coded = Table::try_from(Config::default()).unwrap();
    coded.remove("source");
    assert_eq!(keys(&Value::Table(documented)), keys(&Value::Table(coded)));

    let example = example.as_array().unwrap()[0].clone();
    let section = Table::try_from(SourceSection::default()).unwrap();
    let names = |value: &Value| keys(value).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&example), names(&Value::Table(section)));
}

#[test]
fn the_shipped_file_is_usable_as_it_is() {
    let config = Config::parse(&shipped(), Path::new("clarion.toml")).unwrap();
    let sources = config.sources().unwrap();
    assert_eq!((sources.len(), sources[0].enabled), (1, false));
}

#[test]
fn the_shipped_user_agent_names_the_version() {
    assert!(shipped().contains(concat!("Clarion/", env!("CARGO_PKG_VERSION"))));
}
