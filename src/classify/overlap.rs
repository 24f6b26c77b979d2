//! Service words that only seem to stand in a text because a place name holds their characters.

use super::{
    name::{Meaning, Owner},
    reading::{Found, ServiceWord},
};
use crate::domain::{Field, Span};

/// A word of this many characters inside a longer name is there by chance; a longer one (圖書館) means what it says.
const SHORT: usize = 2;

/// Characters that end a place name and begin words that follow it: 嘉興里 + 里民, 林園區 + 區長, 中山路 + 路面.
const SHARED_ENDS: [char; 5] = ['區', '里', '路', '街', '站'];

/// Drops the words of `words` that a name of `names` holds by chance. Both are in the order of the text.
pub(super) fn drop_chance<'a>(
    names: &[Found<Meaning>],
    words: &mut Vec<Found<ServiceWord>>,
    written: impl Fn(Field, Span) -> &'a str,
) {
    let mut rest = names;
    words.retain(|word| {
        let before = rest.partition_point(|name| (name.field, name.span.end) <= (word.field, word.span.start));
        rest = rest.get(before..).unwrap_or_default();
        let overlapping = rest.iter().take_while(|name| name.field == word.field && name.span.start < word.span.end);
        !overlapping.into_iter().any(|name| {
            let text = written(name.field, name.span);
            is_place(name.what.owner, text).is_some_and(|place| is_chance(place, name.span, text, word))
        })
    });
}

/// How firmly a name is one of a place: a district, village, road or station is nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Firm,
    Loose,
}

fn is_place(owner: Owner, text: &str) -> Option<Place> {
    match owner {
        Owner::District { short: false, .. }
        | Owner::Village(_)
        | Owner::Road(_)
        | Owner::RoadStem(_)
        | Owner::Station(_)
        | Owner::OtherCity
        | Owner::OtherDistrict => Some(Place::Firm),
        Owner::Here | Owner::District { .. } | Owner::Facility(_) => Some(Place::Loose),
        // A district office bears the name of its district.
        Owner::Agency { .. } if text.ends_with("公所") => Some(Place::Loose),
        Owner::Government | Owner::Agency { .. } | Owner::OtherAgency | Owner::Abroad => None,
    }
}

fn is_chance(place: Place, name: Span, text: &str, word: &Found<ServiceWord>) -> bool {
    let span = word.span;
    let short = word.what.chars <= SHORT;
    if span.start <= name.start && name.end <= span.end {
        return false;
    }
    if name.start <= span.start && span.end <= name.end {
        // 高雄捷運 ends in what it is; 小港區 does not end in a harbour.
        return short && (place == Place::Firm || span.end < name.end);
    }
    if span.start < name.start {
        return short;
    }
    // 旗津 + 貼補 is no 津貼, but 高雄公車 + 站牌 is a 公車站牌.
    let shared = text.len().saturating_sub(span.start - name.start);
    shared <= '路'.len_utf8() && !text.ends_with(SHARED_ENDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the word at `word` of `text` stays beside the name at `name`, both in characters.
    fn stays(text: &str, owner: Owner, name: (usize, usize), word: (usize, usize)) -> bool {
        let span = |(start, end): (usize, usize)| Span::new(start * 3, end * 3);
        let names =
            [Found { field: Field::Text, span: span(name), what: Meaning { owner, local: false, until: None } }];
        let what = ServiceWord { service: 0, strong: true, chars: word.1 - word.0 };
        let mut words = vec![Found { field: Field::Text, span: span(word), what }];
        drop_chance(&names, &mut words, |_, span| span.of(text).unwrap());
        !words.is_empty()
    }

    #[test]
    fn a_word_inside_a_district_is_chance() {
        assert!(!stays("小港區路燈", Owner::District { district: 0, short: false }, (0, 3), (1, 3)));
        assert!(!stays("旗津貼補", Owner::District { district: 0, short: true }, (0, 2), (1, 3)));
    }

    #[test]
    fn a_word_that_goes_on_from_a_name_is_meant() {
        assert!(stays("嘉興里民反映", Owner::Village(0), (0, 3), (2, 4)));
        assert!(stays("高雄公車站牌", Owner::Here, (0, 4), (2, 6)));
        assert!(stays("小港區路燈", Owner::District { district: 0, short: false }, (0, 3), (3, 5)));
    }

    #[test]
    fn a_word_that_holds_the_name_is_meant() {
        assert!(stays("鳳山車站", Owner::District { district: 0, short: true }, (0, 2), (0, 4)));
        assert!(stays("高雄捷運", Owner::Here, (0, 4), (2, 4)));
    }
}
