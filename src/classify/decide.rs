//! Words and models joined into one answer. The models have read what the words found; where a city has no model for a
//! question, the words answer alone.

use super::{found::Rules, linear::Opinion, services::ServiceScore};
use crate::domain::{AgencyGuess, City, Label, Scope, Scored, Sentiment, Target, TextKind};

/// At or above it a text is in scope, as the folds that are trained on liked it best.
const INSIDE: f64 = 0.55;

/// What the model's word weighs for scope, as the folds that are trained on liked it best. It knows what part a place plays
/// in a text (`roles`); the bare count of names is the other side of it.
const SCOPE_SHARE: f64 = 0.85;

/// A model that is less sure than this of its best label leaves the choice to the words, if it holds theirs possible.
const SURE: f64 = 0.5;
const POSSIBLE: f64 = 0.25;

/// What the model's word weighs for services, against the words' own.
const SERVICE_SHARE: f64 = 0.6;

/// A service that no word speaks for is given from this probability on.
const SERVICE_LEAST: f64 = 0.5;

/// The same for who is in charge, as two tuning folds of the city's cases and questions liked it best: more of the words
/// than this, and they overrule the model where it is right. Less where the text has a word that says who leads or names
/// a body, and least where the words point outside the city: of other bodies the models were shown few.
const AGENCY_SHARE: f64 = 0.97;
const AGENCY_SHARE_LED: f64 = 0.93;
const AGENCY_SHARE_NAMED: f64 = 0.3;
const AGENCY_SHARE_OUTSIDE: f64 = 0.15;

/// What it adds that the text names the body.
const NAMED: f64 = 0.25;

/// Categories below this probability are not worth a look.
const LEAST: f64 = 0.02;

/// The same for bodies. A text that could be several offices' is passed on by a person, who wants to see them all.
const LEAST_AGENCY: f64 = 0.002;

/// More than this many are no answer.
const KEPT: usize = 8;

/// Whether it is about this city and a public matter.
pub(super) fn scope(opinion: &Opinion<'_>, rules: &Rules<'_>) -> Scope {
    match opinion.chance(Target::Scope, "yes") {
        Some(chance) => {
            let score = SCOPE_SHARE * chance + (1.0 - SCOPE_SHARE) * rules.scope.score;
            Scope { inside: score >= INSIDE, score }
        }
        None => rules.scope.clone(),
    }
}

/// What sort of text.
pub(super) fn kind(opinion: &Opinion<'_>, rules: &Rules<'_>) -> TextKind {
    let label = label(&opinion.ranked(Target::Kind), rules.kind.name());
    match label.and_then(|label| TextKind::from_name(&label)) {
        // Whoever takes blame back is not complaining.
        Some(TextKind::Complaint) if rules.tones.cleared && rules.tones.toward_city.label != Label::Negative => {
            rules.kind
        }
        Some(kind) => kind,
        None => rules.kind,
    }
}

/// The tone of the whole text.
pub(super) fn sentiment(opinion: &Opinion<'_>, rules: &Rules<'_>) -> Sentiment {
    tone(opinion, Target::Sentiment, rules.tones.whole)
}

/// The tone toward the city; a text that is not about it has none.
pub(super) fn toward_city(opinion: &Opinion<'_>, rules: &Rules<'_>, inside: bool) -> Sentiment {
    if !inside {
        return Sentiment { label: Label::Neutral, score: 0.0 };
    }
    let tone = tone(opinion, Target::TowardCity, rules.tones.toward_city);
    // N-grams do not see what a denial denies; the rules do.
    if tone.label == Label::Negative && rules.tones.cleared && rules.tones.toward_city.label != Label::Negative {
        rules.tones.toward_city
    } else {
        tone
    }
}

/// The likeliest label, and how much likelier praise is than blame.
fn tone(opinion: &Opinion<'_>, target: Target, words: Sentiment) -> Sentiment {
    let ranked = opinion.ranked(target);
    let chance =
        |label: Label| ranked.iter().find(|(known, _)| *known == label.name()).map_or(0.0, |(_, chance)| *chance);
    match label(&ranked, words.label.name()).and_then(|label| Label::from_name(&label)) {
        Some(label) => Sentiment { label, score: chance(Label::Positive) - chance(Label::Negative) },
        None => words,
    }
}

/// The model's label, or where it is unsure and holds the words' possible, theirs; none without a model.
fn label(ranked: &[(&str, f64)], words: &str) -> Option<String> {
    let &(best, sure) = ranked.first()?;
    let possible = ranked.iter().any(|&(label, chance)| label == words && chance >= POSSIBLE);
    Some(if sure < SURE && possible { words } else { best }.to_owned())
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

/// Who is in charge, best first. `named` are the bodies that the text names; `led` says that a word of it tells who leads.
pub(super) fn agencies(
    city: &City,
    opinion: &Opinion<'_>,
    words: &[AgencyGuess],
    named: &[&str],
    led: bool,
    here: bool,
) -> Vec<AgencyGuess> {
    let ranked = opinion.ranked(Target::Agency);
    if ranked.is_empty() || !here {
        return words.to_vec();
    }
    let share = match words.first() {
        Some(best) if !best.city => AGENCY_SHARE_OUTSIDE,
        _ if !named.is_empty() => AGENCY_SHARE_NAMED,
        _ if led => AGENCY_SHARE_LED,
        _ => AGENCY_SHARE,
    };
    let by_words = |guess: &AgencyGuess| {
        let bonus = if named.contains(&guess.name.as_str()) { NAMED } else { 0.0 };
        AgencyGuess { score: guess.score * (1.0 - share) + bonus, ..guess.clone() }
    };
    let mut agencies: Vec<AgencyGuess> = words.iter().map(by_words).collect();
    for (label, chance) in ranked.into_iter().take_while(|(_, chance)| *chance >= LEAST_AGENCY) {
        let (name, unit) = label.split_once('/').map_or((label, None), |(name, unit)| (name, Some(unit)));
        let score = share * chance;
        if let Some(guess) = agencies.iter_mut().find(|guess| guess.name == name) {
            // The surer of both says which unit, and whether there is one.
            if guess.score < score {
                guess.unit = unit.map(str::to_owned);
            }
            guess.score += score;
        } else if let Some(agency) = city.agencies.iter().find(|agency| agency.name == name) {
            let (name, unit) = (name.to_owned(), unit.map(str::to_owned));
            agencies.push(AgencyGuess { name, unit, score, city: agency.city });
        }
    }
    agencies.sort_by(|left, right| right.score.total_cmp(&left.score));
    agencies.retain(|guess| guess.score >= LEAST_AGENCY);
    agencies.truncate(KEPT);
    for guess in &mut agencies {
        guess.score = guess.score.min(1.0);
    }
    agencies
}
