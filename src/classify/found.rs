//! What the dictionaries found in a text and what the rules made of it, as names for the models.

use super::{name::Owner, places::Place, reading::Reading, scope::Location, sentiment::Tones, services::ServiceScore};
use crate::domain::{AgencyGuess, City, Field, Label, Scope, TextKind};

/// What the rules said of a text.
pub(super) struct Rules<'a> {
    pub(super) location: Location,
    pub(super) services: &'a [ServiceScore],
    pub(super) agencies: &'a [AgencyGuess],
    pub(super) scope: &'a Scope,
    pub(super) kind: TextKind,
    pub(super) tones: Tones,
}

/// Bounds between which a score is one statement.
const STEPS: [f64; 6] = [-0.6, -0.3, -0.1, 0.1, 0.3, 0.6];

/// Lengths of a text in characters between which it is of one sort: a comment, a post, a short and a long report.
const LENGTHS: [usize; 5] = [12, 30, 70, 150, 400];

/// Names for everything found: services by strong (`S:`) and weak words (`W:`) and the words themselves (`w:`), bodies
/// that lead (`L:`) and that are named (`A:`), other names by what they name, and districts (`D:`).
pub(super) fn found(city: &City, reading: &Reading<'_>, places: &[Place]) -> Vec<String> {
    let mut found = Vec::new();
    for word in &reading.services {
        let Some(service) = city.services.get(word.what.service) else { continue };
        found.push(format!("{}:{}", if word.what.strong { 'S' } else { 'W' }, service.id));
        found.push(format!("w:{}", reading.written(word.field, word.span)));
    }
    for word in &reading.leads {
        let lead = city.services.get(word.what.service).and_then(|service| service.leads.get(word.what.lead));
        found.extend(lead.map(|lead| format!("L:{}", lead.agency)));
    }
    for name in &reading.names {
        found.push(match name.what.owner {
            Owner::Agency { agency, .. } => {
                let Some(agency) = city.agencies.get(agency) else { continue };
                format!("A:{}", agency.name)
            }
            Owner::Government => "G".to_owned(),
            Owner::Here | Owner::District { .. } => "H".to_owned(),
            Owner::Village(_) | Owner::Road(_) | Owner::RoadStem(_) => "V".to_owned(),
            Owner::Station(_) => "T".to_owned(),
            Owner::Facility(_) => "F".to_owned(),
            Owner::OtherCity => "O".to_owned(),
            Owner::OtherDistrict => "Q".to_owned(),
            Owner::OtherAgency => "P".to_owned(),
            Owner::Abroad => "R".to_owned(),
        });
    }
    found.extend(places.iter().filter_map(|place| place.mention.district.as_ref()).map(|name| format!("D:{name}")));
    found
}

/// Names for what the rules said.
pub(super) fn statements(city: &City, reading: &Reading<'_>, rules: &Rules<'_>) -> Vec<String> {
    let step = |score: f64| STEPS.iter().filter(|bound| score > **bound).count();
    let texts = [Field::Title, Field::Text].map(|field| reading.copy(field).text());
    let length = texts.iter().map(|text| text.chars().take(500).count()).sum::<usize>();
    let mut said = vec![
        format!("kind:{}", rules.kind.name()),
        format!("tone:{}", rules.tones.whole.label.name()),
        format!("tone:{}", step(rules.tones.whole.score)),
        format!("city:{}", rules.tones.toward_city.label.name()),
        format!("city:{}", step(rules.tones.toward_city.score)),
        format!("here:{}", step(rules.location.probability() * 2.0 - 1.0)),
        format!("scope:{}", step(rules.scope.score * 2.0 - 1.0)),
        format!("long:{}", LENGTHS.iter().filter(|bound| length > **bound).count()),
        format!("headline:{}", !texts.iter().any(|text| text.is_empty())),
        format!("end:{}", end(texts)),
        format!("cleared:{}", rules.tones.cleared),
    ];
    let service = rules.services.first().and_then(|best| city.services.get(best.service));
    said.push(format!("service:{}", service.map_or("-", |service| &service.id)));
    said.push(format!("ours:{}", rules.agencies.first().map_or("-", |best| if best.city { "yes" } else { "no" })));
    let blamed = rules.tones.toward_city.label == Label::Negative;
    said.push(format!("{}:{blamed}", rules.kind.name()));
    said
}

/// How a text ends says what its writer is doing.
fn end(texts: [&str; 2]) -> char {
    let last = texts.iter().rev().find_map(|text| text.trim_end().chars().next_back()).unwrap_or(' ');
    if last.is_alphabetic() { '字' } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_ends_in_its_last_sign() {
        assert_eq!(end(["標題", "有人知道嗎？ "]), '？');
        assert_eq!(end(["標題", ""]), '字');
        assert_eq!(end(["", ""]), ' ');
    }
}
