//! What part the places of a text play in it: where its matter is, and what is only named beside it.
//!
//! 「台中的表哥說高雄的三民路又淹水」 and 「高雄的表哥說台中的三民路又淹水」 have the same words. What tells them apart is which
//! name stands where, so every name is read as its sort, ours or another's, and what surrounds it in the words around.

use super::{
    linear::named,
    name::{Meaning, Owner},
    reading::{Found, Reading},
};
use crate::domain::{Field, Span};

/// The sorts of names, as the signs that stand for them. They are private-use characters, which no text has.
const OURS: char = '\u{e000}';
const OTHERS: char = '\u{e001}';
const SHARED: char = '\u{e002}';
const BODY: char = '\u{e003}';
/// A word of a public service.
const SERVICE: char = '\u{e004}';

/// The longest stretch that is looked at around a name, in characters.
const LONGEST: usize = 5;

/// Characters of a field that are read, as for n-grams.
const READ_CHARS: usize = 700;

/// Marks that end a sentence, and those that end a clause.
const SENTENCE: [char; 7] = ['。', '！', '？', '!', '?', '\n', '；'];
const CLAUSE: [char; 4] = ['，', ',', '、', '：'];

/// The buckets of everything said of the parts that places play.
pub(super) fn roles(reading: &Reading<'_>) -> Vec<u32> {
    let mut found = Vec::new();
    let mut order = String::new();
    for field in [Field::Title, Field::Text] {
        let signs = signs(reading, field);
        around(&signs, &mut found);
        clauses(&signs, &mut found);
        order.extend(signs.iter().filter(|sign| matches!(**sign, OURS | OTHERS)));
    }
    let mut steps: Vec<char> = order.chars().collect();
    let (first, last) = (steps.first().copied(), steps.last().copied());
    for (name, sign) in [("first:", first), ("last:", last)] {
        found.push(named(&[name, sign.unwrap_or(' ').encode_utf8(&mut [0; 4])]));
    }
    steps.dedup();
    found.push(named(&["order:", &steps.iter().take(4).collect::<String>()]));
    found
}

/// A field in which every name is one sign, and every word of a service too where no name stands.
fn signs(reading: &Reading<'_>, field: Field) -> Vec<char> {
    let text = reading.copy(field).text();
    let mut marks: Vec<(Span, char)> = Vec::new();
    marks.extend(reading.names.iter().filter(|it| it.field == field).map(|it| (it.span, sort(it))));
    let services = reading.services.iter().filter(|it| it.field == field && it.what.strong);
    marks.extend(services.map(|it| (it.span, SERVICE)));
    // Of two that overlap the name counts, and of two names the longer one.
    marks.sort_by_key(|(span, sign)| (span.start, *sign == SERVICE, std::cmp::Reverse(span.end)));
    let (mut signs, mut at) = (Vec::new(), 0);
    for (span, sign) in marks {
        if span.start < at {
            continue;
        }
        signs.extend(Span::new(at, span.start).of(text).unwrap_or_default().chars().filter(|c| !c.is_whitespace()));
        signs.push(sign);
        at = span.end;
    }
    signs.extend(text.get(at..).unwrap_or_default().chars().filter(|c| !c.is_whitespace() || *c == '\n'));
    signs.truncate(READ_CHARS);
    signs
}

fn sort(found: &Found<Meaning>) -> char {
    match found.what.owner {
        Owner::Here | Owner::District { .. } | Owner::Facility(_) | Owner::Station(_) => OURS,
        Owner::Government | Owner::Agency { .. } if found.what.local => OURS,
        Owner::Government | Owner::Agency { .. } => BODY,
        Owner::Village(_) | Owner::Road(_) | Owner::RoadStem(_) => SHARED,
        Owner::OtherCity | Owner::OtherDistrict | Owner::OtherAgency | Owner::Abroad => OTHERS,
    }
}

fn is_place(sign: char) -> bool {
    matches!(sign, OURS | OTHERS | SHARED | BODY)
}

/// The stretches of up to five characters that hold a name, each name as its sort.
fn around(signs: &[char], found: &mut Vec<u32>) {
    for (at, _) in signs.iter().enumerate().filter(|(_, sign)| matches!(**sign, OURS | OTHERS)) {
        for length in 2..=LONGEST {
            for start in at.saturating_sub(length - 1)..=at {
                let Some(stretch) = signs.get(start..start + length) else { continue };
                found.push(named(&["around:", &stretch.iter().collect::<String>()]));
            }
        }
    }
}

/// Which places stand in one clause or sentence with a word of a service, and which in the first and the last one.
fn clauses(signs: &[char], found: &mut Vec<u32>) {
    let mut nearest = ' ';
    for sentence in signs.split(|sign| SENTENCE.contains(sign)) {
        let mut within = ' ';
        for clause in sentence.split(|sign| CLAUSE.contains(sign)) {
            let mut places: Vec<char> = clause.iter().copied().filter(|sign| is_place(*sign)).collect();
            let served = clause.contains(&SERVICE);
            if let Some(last) = places.iter().rfind(|sign| matches!(**sign, OURS | OTHERS)) {
                (nearest, within) = (*last, *last);
            }
            if served {
                let mut say = |name: &str, sign: char| found.push(named(&[name, sign.encode_utf8(&mut [0; 4])]));
                say("served, last named:", nearest);
                say("served, named in the sentence:", within);
            }
            places.dedup();
            let sorts: String = places.into_iter().take(3).collect();
            found.push(named(&[if served { "served:" } else { "clause:" }, &sorts]));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        classify::{name::Owner, reading::ServiceWord},
        text::Normaliser,
    };

    /// What is said of a text in which 高雄 is ours, 台中 another's and 淹水 a service.
    fn said(text: &str) -> BTreeSet<u32> {
        let normaliser = Normaliser::new(&[]);
        let (title, copy) = (normaliser.normalise(""), normaliser.normalise(text));
        let at =
            |word: &str| text.match_indices(word).map(|(at, _)| Span::new(at, at + word.len())).collect::<Vec<_>>();
        let name =
            |owner| move |span| Found { field: Field::Text, span, what: Meaning { owner, local: false, until: None } };
        let mut names: Vec<_> = at("高雄").into_iter().map(name(Owner::Here)).collect();
        names.extend(at("台中").into_iter().map(name(Owner::OtherCity)));
        let word = ServiceWord { service: 0, strong: true, chars: 2 };
        let services = at("淹水").into_iter().map(|span| Found { field: Field::Text, span, what: word }).collect();
        let mut reading = Reading::empty(&title, &copy);
        (reading.names, reading.services) = (names, services);
        roles(&reading).into_iter().collect()
    }

    #[test]
    fn two_texts_of_the_same_words_are_told_apart_by_where_they_stand() {
        let (ours, others) = (said("台中的表哥說高雄又淹水"), said("高雄的表哥說台中又淹水"));
        let sign = |sign: char| sign.to_string();
        for (name, of) in [("served, last named:", OURS), ("first:", OTHERS), ("last:", OURS)] {
            let bucket = named(&[name, &sign(of)]);
            assert!(ours.contains(&bucket) && !others.contains(&bucket), "{name}");
        }
        assert!(ours.contains(&named(&["around:", &format!("{OTHERS}的表哥")])));
        assert!(others.contains(&named(&["around:", &format!("{OURS}的表哥")])));
        assert!(ours.contains(&named(&["order:", &format!("{OTHERS}{OURS}")])));
    }

    #[test]
    fn a_matter_is_where_the_place_named_last_is() {
        let across = said("我從台中搬來。住在高雄，上週淹水");
        assert!(across.contains(&named(&["served, named in the sentence:", &OURS.to_string()])));
        let before = said("高雄又淹水那天，他人在台中");
        assert!(before.contains(&named(&["served, last named:", &OURS.to_string()])));
        assert!(before.contains(&named(&["last:", &OTHERS.to_string()])));
    }

    #[test]
    fn a_text_without_places_says_so_and_no_more() {
        assert!(said("路燈壞了").contains(&named(&["first:", " "])));
        assert!(said("").len() <= 4, "{:?}", said(""));
    }
}
