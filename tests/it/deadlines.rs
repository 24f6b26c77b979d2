//! When a case is due: a table worked out by hand.

use std::collections::BTreeSet;

use clarion::{
    dictionary::Dictionaries,
    domain::{CaseLevel, Closure},
    wire,
    workflow::deadline::{Office, due},
};

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/deadlines.tsv"));

/// The closures that the table names; the days and hours are invented.
fn closures(key: &str) -> Vec<Closure> {
    let lines: &[&str] = match key {
        "-" => &[],
        "whole" => &[r#"{"day":"2024-07-25","valid_from":"2024-07-24T20:00"}"#],
        "noon" => &[r#"{"day":"2024-07-25","from":"12:00","valid_from":"2024-07-25T11:00"}"#],
        "morning" => &[r#"{"day":"2024-07-25","until":"12:00","valid_from":"2024-07-24T20:00"}"#],
        "qianzhen" => &[r#"{"day":"2024-07-25","district":"前鎮區","valid_from":"2024-07-24T22:00"}"#],
        "late" => &[r#"{"day":"2024-07-25","valid_from":"2024-07-25T10:20"}"#],
        "toolate" => &[r#"{"day":"2024-07-25","valid_from":"2024-07-26T09:00"}"#],
        "midday" => &[r#"{"day":"2024-07-25","from":"10:00","until":"15:00","valid_from":"2024-07-24T20:00"}"#],
        "friday" => &[r#"{"day":"2024-07-26","from":"12:00","valid_from":"2024-07-26T11:00"}"#],
        "saturday" => &[r#"{"day":"2024-07-27"}"#],
        "twodays" => &[r#"{"day":"2024-07-24"}"#, r#"{"day":"2024-07-25"}"#],
        _ => panic!("the table names the closures {key:?}, which are not here"),
    };
    lines.iter().map(|line| wire::closure(line).unwrap()).collect()
}

#[test]
fn every_due_time_of_the_table_is_as_worked_out_by_hand() {
    let city = Dictionaries::embedded().unwrap();
    let rows: Vec<Vec<&str>> =
        TABLE.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('\t').collect()).collect();
    let mut faults = Vec::new();
    for row in &rows {
        let [level, known, district, key, goal, expect, comment] = row[..] else { panic!("{row:?}") };
        assert!(!comment.is_empty(), "{row:?} does not say why");
        let closures = closures(key);
        let office = Office {
            deadlines: &city.deadlines,
            calendar: &city.calendar,
            closures: &closures,
            district: (district != "-").then_some(district),
        };
        let profile = city.deadlines.profile(CaseLevel::from_name(level).unwrap()).unwrap();
        let dues = due(profile, &office, wire::instant(known).unwrap());
        let found = dues.iter().find(|due| due.goal.name() == goal).unwrap_or_else(|| panic!("{row:?}: no such goal"));
        if found.at != wire::instant(expect).unwrap() {
            let at = clarion::domain::taipei(found.at).to_rfc3339();
            faults.push(format!("{row:?}\n  is {at}\n  {}", found.why.join("\n  ")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(rows.len() >= 70, "only {} cases", rows.len());
    let different: BTreeSet<_> = rows.iter().map(|row| &row[..5]).collect();
    assert_eq!(different.len(), rows.len(), "a case stands in the table twice");
}
