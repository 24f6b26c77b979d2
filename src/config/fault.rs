//! What is wrong with a configuration: which file, which line, what to do.

use std::path::{Path, PathBuf};

use figment::error::Kind;
use toml::de::{DeTable, DeValue};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read: {source}; check the path and the owner", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line of the file is wrong.
    #[error("{}:{line}: {what}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        what: String,
    },
    /// Something outside the file (the environment, or a key that is missing).
    #[error("{}: {what}", path.display())]
    Elsewhere {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        what: String,
    },
}

impl ConfigError {
    /// The file is not TOML.
    pub(super) fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(1, |span| line_at(text, span.start));
        Self::Line { path: path.into(), line, what: format!("not valid TOML: {}", error.message()) }
    }

    /// figment refused a key or a value. It names the key; the line is found here.
    pub(super) fn value(path: &Path, text: &str, error: &figment::Error) -> Self {
        let mut keys: Vec<&str> = error.path.iter().map(String::as_str).collect();
        let what = match &error.kind {
            Kind::UnknownField(name, known) => {
                if keys.last() != Some(&name.as_str()) {
                    keys.push(name);
                }
                format!("unknown key {name:?}; {}", remedy(name, known))
            }
            kind => format!("{}: {kind}", keys.join(".")),
        };
        let from_environment = error.metadata.as_ref().is_some_and(|m| m.name.contains("environment"));
        if from_environment {
            return Self::Elsewhere {
                path: path.into(),
                what: format!("the environment sets CLARION_{}: {what}", keys.join("__").to_uppercase()),
            };
        }
        Self::at(path, text, &keys, what)
    }

    /// A value that parsed but cannot be used; `key` is written with dots.
    pub(super) fn refused(path: &Path, text: &str, key: &str, remedy: String) -> Self {
        Self::at(path, text, &key.split('.').collect::<Vec<_>>(), remedy)
    }

    fn at(path: &Path, text: &str, keys: &[&str], what: String) -> Self {
        match find(text, keys) {
            Some(line) => Self::Line { path: path.into(), line, what },
            None => Self::Elsewhere { path: path.into(), what },
        }
    }
}

/// The nearest known key, or all of them.
fn remedy(name: &str, known: &[&str]) -> String {
    let near = known.iter().min_by_key(|candidate| distance(name, candidate));
    match near {
        Some(near) if distance(name, near) <= 2 => format!("did you mean {near:?}?"),
        _ => format!("known here are {}", known.join(", ")),
    }
}

/// Levenshtein's distance; keys are short.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut above = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let next = (above + usize::from(x != y)).min(*cell + 1).min(left + 1);
            above = *cell;
            left = next;
            *cell = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The line of a key: `source.2.url` is the `url` of the third `[[source]]`. When the last key is not there, the
/// line of the innermost table that is.
fn find(text: &str, keys: &[&str]) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut table = Some(root.get_ref());
    let mut array = None;
    let mut found = None;
    for key in keys {
        if let Some(items) = array.take() {
            let items: &toml::de::DeArray<'_> = items;
            let item = items.get(key.parse::<usize>().ok()?)?;
            found = Some(item.span().start);
            table = item.get_ref().as_table();
            continue;
        }
        let Some((name, value)) = table.and_then(|t| t.iter().find(|(name, _)| name.get_ref().as_ref() == *key)) else {
            break;
        };
        found = Some(name.span().start);
        table = None;
        match value.get_ref() {
            DeValue::Table(inner) => table = Some(inner),
            DeValue::Array(items) => array = Some(items),
            _ => {}
        }
    }
    found.map(|offset| line_at(text, offset))
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let error = Config::parse(text, Path::new("clarion.toml")).unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_likely_word() {
        check(
            "[http]\n# the console\nlisen = \"127.0.0.1:1\"\n",
            "clarion.toml:3: unknown key \"lisen\"; did you mean \"listen\"?",
        );
        check("[htp]\n", "clarion.toml:1: unknown key \"htp\"; did you mean \"http\"?");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        check("[fetch]\n\ntimeout_seconds = \"soon\"\n", "clarion.toml:3: fetch.timeout_seconds: invalid type");
        check("[http]\nlisten = \"nowhere\"\n", "clarion.toml:2: ");
    }

    #[test]
    fn a_value_that_cannot_be_used_is_named_without_its_secret() {
        check("[fetch]\nproxy = \"user:secret@nowhere\"\n", "clarion.toml:2: fetch.proxy must be an address");
        let source = "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"feed\"\nurl = \"https://a.example/rss\"\n";
        check(&format!("{source}allow_networks = [\"10.0.0.0/33\"]\n"), "clarion.toml:6: source a: allow_networks has");
    }

    #[test]
    fn a_broken_line_is_named() {
        check("[http]\nlisten 8080\n", "clarion.toml:2: not valid TOML");
    }

    #[test]
    fn the_line_of_the_second_source_is_found() {
        let source = "[[source]]\nid = \"a\"\nname = \"甲\"\nkind = \"feed\"\nurl = \"https://a.example/rss\"\n";
        let second = "[[source]]\nid = \"B!\"\nname = \"乙\"\nkind = \"feed\"\nurl = \"https://b.example/rss\"\n";
        check(&format!("{source}{second}"), "clarion.toml:7: source id");
        check(&format!("{source}{source}"), "clarion.toml:7: two sources");
    }
}
