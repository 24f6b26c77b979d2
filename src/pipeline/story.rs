//! A report and its analysis → what clustering compares it by.

use chrono::{DateTime, Utc};

use super::Analyzer;
use crate::{
    domain::{Analysis, PlaceKind},
    story::{self, Entity, Report},
};

/// Bytes of a text that are compared: more than the longest report has. What lies behind them is cut off, so that one
/// sender of a very long line does not take the memory of all.
const COMPARED_BYTES: usize = 64 << 10;

/// Words with which a body speaks for itself. A shorter one, as outlets leave of a report behind their headline, is
/// compared together with it.
const OWN_WORDS: usize = 12;

/// Characters below which a text is compared by its characters instead of its words. In so little, one character that was
/// changed cuts other words out of all around it. A copy that falls on the other side of this bound is not found by its
/// text.
const SPELLED: usize = 250;

/// How sure a service or agency must be to be named: below it a guess is what any text might be about.
const SURE: f64 = 0.3;

/// Words of a headline that asks without a question mark, as the headings of an office's answers do.
const ASKING: [&str; 6] = ["請問", "如何", "何謂", "是否", "什麼", "有哪些"];

impl Analyzer {
    /// What clustering compares a text by. The headline counts only where there is hardly a body, as outlets that take over
    /// a dispatch write their own above it, and where it asks: then it is the matter.
    #[must_use]
    pub fn report<Id>(
        &self,
        id: Id,
        outlet: &str,
        (title, text): (&str, &str),
        published_at: Option<DateTime<Utc>>,
        analysis: &Analysis,
    ) -> Report<Id> {
        let credited = story::strip(text);
        let body = head(credited.body);
        let mut words = self.segmenter().tokens(body);
        if words.len() < OWN_WORDS {
            words.splice(0..0, self.segmenter().tokens(head(title)));
        }
        if words.iter().map(|word| word.chars().count()).sum::<usize>() < SPELLED {
            words = words.iter().flat_map(|word| word.chars()).map(String::from).collect();
        }
        let figures = story::figures(body);
        let asked = asked(head(title));
        Report::new(
            id,
            outlet,
            published_at,
            credited.agency,
            words.iter().map(String::as_str),
            named(analysis)
                .chain(figures.iter().map(|figure| Entity::Figure(figure)))
                .chain(asked.iter().map(|pair| Entity::Asked(pair))),
        )
    }
}

/// The pairs of neighbouring characters of a headline that asks; none of any other.
fn asked(title: &str) -> Vec<String> {
    let title = title.trim();
    let asks = title.ends_with(['？', '?']) || ASKING.iter().any(|word| title.contains(word));
    let chars: Vec<char> = title.chars().filter(|c| asks && c.is_alphanumeric()).collect();
    chars.windows(2).map(|pair| pair.iter().collect()).collect()
}

fn named(analysis: &Analysis) -> impl Iterator<Item = Entity<'_>> {
    let places = analysis.places.iter().map(|place| match place.kind {
        PlaceKind::District => Entity::District(&place.name),
        PlaceKind::Village | PlaceKind::Road | PlaceKind::Station | PlaceKind::Facility => Entity::Site(&place.name),
    });
    let agencies = analysis.agencies.iter().filter(|agency| agency.score >= SURE);
    let services = analysis.services.iter().filter(|service| service.score >= SURE);
    places
        .chain(agencies.map(|agency| Entity::Agency(&agency.name)))
        .chain(services.map(|service| Entity::Service(&service.name)))
}

/// The beginning of a text, cut between characters.
fn head(text: &str) -> &str {
    let end = (0..=COMPARED_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}
