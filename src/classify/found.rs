//! What the dictionaries found in a text and what the rules made of it, as names for the models.

use super::{
    linear::named, name::Owner, places::Place, reading::Reading, scope::Location, sentiment::Tones,
    services::ServiceScore,
};
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

/// The buckets of the names of everything found: services by strong (`S:`) and weak words (`W:`) and the words themselves
/// (`w:`), bodies that lead (`L:`) and that are named (`A:`), other names by what they name, and districts (`D:`).
pub(super) fn found(city: &City, reading: &Reading<'_>, places: &[Place]) -> Vec<u32> {
    let most = 2 * reading.services.len() + reading.leads.len() + reading.names.len() + places.len();
    let mut found = Vec::with_capacity(most);
    for word in &reading.services {
        let Some(service) = city.services.get(word.what.service) else { continue };
        found.push(named(&[if word.what.strong { "S:" } else { "W:" }, &service.id]));
        found.push(named(&["w:", reading.written(word.field, word.span)]));
    }
    for word in &reading.leads {
        let lead = city.services.get(word.what.service).and_then(|service| service.leads.get(word.what.lead));
        found.extend(lead.map(|lead| named(&["L:", &lead.agency])));
    }
    for name in &reading.names {
        found.push(match name.what.owner {
            Owner::Agency { agency, .. } => {
                let Some(agency) = city.agencies.get(agency) else { continue };
                named(&["A:", &agency.name])
            }
            Owner::Government => named(&["G"]),
            Owner::Here | Owner::District { .. } => named(&["H"]),
            Owner::Village(_) | Owner::Road(_) | Owner::RoadStem(_) => named(&["V"]),
            Owner::Station(_) => named(&["T"]),
            Owner::Facility(_) => named(&["F"]),
            Owner::OtherCity => named(&["O"]),
            Owner::OtherDistrict => named(&["Q"]),
            Owner::OtherAgency => named(&["P"]),
            Owner::Abroad => named(&["R"]),
        });
    }
    let districts = places.iter().filter_map(|place| place.mention.district.as_ref());
    found.extend(districts.map(|name| named(&["D:", name])));
    found
}

/// The buckets of the names of what the rules said.
pub(super) fn statements(city: &City, reading: &Reading<'_>, rules: &Rules<'_>) -> [u32; 14] {
    let texts = [Field::Title, Field::Text].map(|field| reading.copy(field).text());
    let length = texts.iter().map(|text| text.chars().take(500).count()).sum::<usize>();
    let service = rules.services.first().and_then(|best| city.services.get(best.service));
    let Tones { whole, toward_city, cleared } = rules.tones;
    [
        named(&["kind:", rules.kind.name()]),
        named(&["tone:", whole.label.name()]),
        named(&["tone:", step(whole.score)]),
        named(&["city:", toward_city.label.name()]),
        named(&["city:", step(toward_city.score)]),
        named(&["here:", step(rules.location.probability() * 2.0 - 1.0)]),
        named(&["scope:", step(rules.scope.score * 2.0 - 1.0)]),
        named(&["long:", digit(LENGTHS.iter().filter(|bound| length > **bound).count())]),
        named(&["headline:", truth(!texts.iter().any(|text| text.is_empty()))]),
        named(&["end:", end(texts).encode_utf8(&mut [0; 4])]),
        named(&["cleared:", truth(cleared)]),
        named(&["service:", service.map_or("-", |service| &service.id)]),
        named(&["ours:", rules.agencies.first().map_or("-", |best| if best.city { "yes" } else { "no" })]),
        named(&[rules.kind.name(), ":", truth(toward_city.label == Label::Negative)]),
    ]
}

fn step(score: f64) -> &'static str {
    digit(STEPS.iter().filter(|bound| score > **bound).count())
}

fn digit(number: usize) -> &'static str {
    ["0", "1", "2", "3", "4", "5", "6"].get(number).copied().unwrap_or_default()
}

fn truth(holds: bool) -> &'static str {
    if holds { "true" } else { "false" }
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
