//! Agencies and their units as the choices of one field, which needs no script to hang together.

use crate::{domain::City, web::list::Choice};

/// What stands between an agency and its unit in a value; no name holds it.
const BELOW: char = '｜';

/// Every agency and unit as a choice.
pub(super) fn all(city: &City, chosen: &str) -> Vec<Choice> {
    let choice = |value: String, name: String| Choice { chosen: value == chosen, value, name, count: String::new() };
    let mut bodies = Vec::new();
    for agency in &city.agencies {
        bodies.push(choice(agency.name.clone(), agency.short.clone()));
        for unit in &agency.units {
            bodies.push(choice(value(&agency.name, Some(&unit.name)), in_words(&agency.short, Some(&unit.name))));
        }
    }
    bodies
}

/// The value of an agency, or of its unit.
pub(super) fn value(agency: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| agency.to_owned(), |unit| format!("{agency}{BELOW}{unit}"))
}

/// The agency and the unit of a value.
pub(super) fn parts(value: &str) -> (String, Option<String>) {
    match value.split_once(BELOW) {
        Some((agency, unit)) => (agency.to_owned(), Some(unit.to_owned())),
        None => (value.to_owned(), None),
    }
}

/// An agency with its unit on screen.
pub(super) fn in_words(agency: &str, unit: Option<&str>) -> String {
    unit.map_or_else(|| agency.to_owned(), |unit| format!("{agency} {unit}"))
}
