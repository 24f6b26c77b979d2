//! Words and models joined into one answer. The models have read what the words found; where a city has no model for a
//! question, the words answer alone.

use super::{found::Rules, linear::Opinion, services::ServiceScore};
use crate::domain::{AgencyGuess, City, Label, Scope, Scored, Sentiment, Target, TextKind};

/// At or above it a text is in scope.
const INSIDE: f64 = 0.5;

/// What the model's word weighs for services, against the words' own.
const SERVICE_SHARE: f64 = 0.6;

/// A service that no word speaks for is given from this probability on.
const SERVICE_LEAST: f64 = 0.3;

/// The same for who is in charge; where the text names a body itself, that counts for more.
const AGENCY_SHARE: f64 = 0.85;
const AGENCY_SHARE_NAMED: f64 = 0.45;

/// Bodies and categories below this probability are not worth a look.
const LEAST: f64 = 0.01;

/// More than this many are no answer.
const KEPT: usize = 10;

/// Whether it is about this city and a public matter.
pub(super) fn scope(opinion: &Opinion<'_>, rules: &Rules<'_>) -> Scope {
    match opinion.chance(Target::Scope, "yes") {
        Some(score) => Scope { inside: score >= INSIDE, score },
        None => rules.scope.clone(),
    }
}

/// What sort of text.
pub(super) fn kind(opinion: &Opinion<'_>, rules: &Rules<'_>) -> TextKind {
    let best = opinion.ranked(Target::Kind).first().and_then(|(label, _)| TextKind::from_name(label));
    best.unwrap_or(rules.kind)
}

/// The tone of the whole text.
pub(super) fn sentiment(opinion: &Opinion<'_>, rules: &Rules<'_>) -> Sentiment {
    tone(opinion, Target::Sentiment).unwrap_or(rules.sentiment)
}

/// The tone toward the city; a text that is not about it has none.
pub(super) fn toward_city(opinion: &Opinion<'_>, rules: &Rules<'_>, inside: bool) -> Sentiment {
    if inside {
        tone(opinion, Target::TowardCity).unwrap_or(rules.toward_city)
    } else {
        Sentiment { label: Label::Neutral, score: 0.0 }
    }
}

/// The likeliest label, and how much likelier praise is than blame.
fn tone(opinion: &Opinion<'_>, target: Target) -> Option<Sentiment> {
    let ranked = opinion.ranked(target);
    let chance =
        |label: Label| ranked.iter().find(|(known, _)| *known == label.name()).map_or(0.0, |(_, chance)| *chance);
    let (best, _) = ranked.first()?;
    let label = Label::from_name(best)?;
    Some(Sentiment { label, score: chance(Label::Positive) - chance(Label::Negative) })
}

/// The services, best first.
pub(super) fn services(city: &City, opinion: &Opinion<'_>, words: &[ServiceScore], inside: bool) -> Vec<Scored> {
    let ranked = opinion.ranked(Target::Service);
    let name = |found: &ServiceScore| city.services.get(found.service).map(|service| service.id.clone());
    let mut services: Vec<Scored> = words
        .iter()
        .filter_map(|found| {
            let name = name(found)?;
            let chance = ranked.iter().find(|(label, _)| *label == name).map(|(_, chance)| *chance);
            let score = match chance {
                Some(chance) => SERVICE_SHARE * chance + (1.0 - SERVICE_SHARE) * found.score,
                None => found.score,
            };
            Some(Scored { name, score })
        })
        .collect();
    if inside {
        let unspoken = ranked.iter().take_while(|(_, chance)| *chance >= SERVICE_LEAST);
        for &(label, chance) in unspoken {
            let known = city.services.iter().any(|service| service.id == label);
            if known && !services.iter().any(|service| service.name == label) {
                services.push(Scored { name: label.to_owned(), score: SERVICE_SHARE * chance });
            }
        }
    }
    services.sort_by(|left, right| right.score.total_cmp(&left.score));
    services
}

/// The categories of the 1999 line, best first; none for a text about another place.
pub(super) fn categories(opinion: &Opinion<'_>, here: bool) -> Vec<Scored> {
    if !here {
        return Vec::new();
    }
    let ranked = opinion.ranked(Target::Category).into_iter();
    ranked
        .take(KEPT)
        .take_while(|(_, chance)| *chance >= LEAST)
        .map(|(label, score)| Scored { name: label.to_owned(), score })
        .collect()
}

/// Who is in charge, best first. `named` says that the text itself names a body of the city or beside it.
pub(super) fn agencies(
    city: &City,
    opinion: &Opinion<'_>,
    words: &[AgencyGuess],
    named: bool,
    here: bool,
) -> Vec<AgencyGuess> {
    let ranked = opinion.ranked(Target::Agency);
    if ranked.is_empty() || !here {
        return words.to_vec();
    }
    let share = if named { AGENCY_SHARE_NAMED } else { AGENCY_SHARE };
    let mut agencies: Vec<AgencyGuess> =
        words.iter().map(|guess| AgencyGuess { score: guess.score * (1.0 - share), ..guess.clone() }).collect();
    for (label, chance) in ranked.into_iter().take_while(|(_, chance)| *chance >= LEAST) {
        let (name, unit) = label.split_once('/').map_or((label, None), |(name, unit)| (name, Some(unit)));
        let score = share * chance;
        match agencies.iter_mut().find(|guess| guess.name == name) {
            Some(guess) => {
                // The surer of both says which unit, and whether there is one.
                if guess.score < score {
                    guess.unit = unit.map(str::to_owned);
                }
                guess.score += score;
            }
            None => {
                let Some(agency) = city.agencies.iter().find(|agency| agency.name == name) else { continue };
                agencies.push(AgencyGuess {
                    name: name.to_owned(),
                    unit: unit.map(str::to_owned),
                    score,
                    city: agency.city,
                });
            }
        }
    }
    agencies.sort_by(|left, right| right.score.total_cmp(&left.score));
    agencies.retain(|guess| guess.score >= LEAST);
    agencies.truncate(KEPT);
    agencies
}
