//! The table of the steps of casework, and how it becomes a domain type.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{DictionaryError, files};
use crate::domain::{CaseLevel, CaseState, Role, StepKind, StepRule, StepTable};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepFile {
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(rename = "step")]
    kind: String,
    from: Vec<String>,
    to: String,
    roles: Vec<String>,
    levels: Option<Vec<String>>,
    #[serde(default)]
    daemon: bool,
}

/// Reads the table. Every step must have exactly one row.
///
/// # Errors
/// [`DictionaryError`] when a row has another shape, names something outside its closed list, or a step has no row or two.
pub(super) fn steps(text: &str) -> Result<StepTable, DictionaryError> {
    let file: StepFile = toml::from_str(text)
        .map_err(|detail| DictionaryError::Shape { file: files::STEPS, detail: Box::new(detail) })?;
    let mut table = StepTable::default();
    for row in file.step {
        let kind = known(StepKind::from_name, &row.kind, &row.kind, "the steps of the table's own comment")?;
        let levels = row.levels.unwrap_or_else(|| CaseLevel::ALL.map(|level| level.name().to_owned()).to_vec());
        let rule = StepRule {
            from: all(CaseState::from_name, &row.kind, &row.from, "the states of cases")?,
            to: known(CaseState::from_name, &row.kind, &row.to, "the states of cases")?,
            roles: all(Role::from_name, &row.kind, &row.roles, "the roles of accounts")?,
            levels: all(CaseLevel::from_name, &row.kind, &levels, "A, B, C")?,
            daemon: row.daemon,
        };
        if table.rules.insert(kind, rule).is_some() {
            return Err(wrong(&row.kind, &row.kind, "a step with one row; this one has two"));
        }
    }
    match StepKind::ALL.into_iter().find(|kind| !table.rules.contains_key(kind)) {
        Some(missing) => Err(wrong(missing.name(), "", "a step with one row; this one has none")),
        None => Ok(table),
    }
}

fn all<T: Ord>(
    parse: impl Fn(&str) -> Option<T>,
    entry: &str,
    names: &[String],
    expected: &'static str,
) -> Result<BTreeSet<T>, DictionaryError> {
    names.iter().map(|name| known(&parse, entry, name, expected)).collect()
}

fn known<T>(
    parse: impl Fn(&str) -> Option<T>,
    entry: &str,
    name: &str,
    expected: &'static str,
) -> Result<T, DictionaryError> {
    parse(name).ok_or_else(|| wrong(entry, name, expected))
}

fn wrong(entry: &str, value: &str, expected: &'static str) -> DictionaryError {
    DictionaryError::Value { file: files::STEPS, entry: entry.to_owned(), value: value.to_owned(), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = r#"
        [[step]]
        step = "assign"
        from = ["to_verify"]
        to = "assigned"
        roles = ["duty_officer"]
    "#;

    #[test]
    fn a_step_without_a_row_or_with_two_is_refused() {
        assert!(matches!(steps(ROW), Err(DictionaryError::Value { entry, .. }) if entry == "accept"));
        assert!(
            matches!(steps(&ROW.repeat(2)), Err(DictionaryError::Value { expected, .. }) if expected.contains("two"))
        );
        let other = ROW.replace("to_verify", "somewhere");
        assert!(matches!(steps(&other), Err(DictionaryError::Value { value, .. }) if value == "somewhere"));
        assert!(matches!(steps("[[step]]\nname = 1"), Err(DictionaryError::Shape { .. })));
    }
}
