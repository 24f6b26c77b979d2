//! Words of Chinese text: jieba over a Simplified working copy, with the city's own words.

use jieba_rs::Jieba;

use super::{Fold, Normaliser};
use crate::domain::{City, Span};

/// The longest stretch given to jieba at once. Its working memory grows with the stretch, and no word is this long.
const CHUNK_BYTES: usize = 4096;

/// The least frequency of a city word, so that it holds against neighbours in a sentence and not only alone: in
/// the default dictionary of 60 million words this is the rank of a word that an ordinary reader knows.
const CITY_WORD_FREQUENCY: usize = 60;

/// How far above the frequency that keeps a city word whole alone it is set, for the same reason.
const CITY_WORD_FACTOR: usize = 4;

/// Numbers and the words that stand for one before a measure, as in the Simplified working copy.
const NUMBERS: &str = "一二三四五六七八九十两几每这那各";

/// Measure words of Chinese grammar that count people, things, time and money, likewise.
const MEASURES: &str = "个名位次条件种家间场只栋盏支辆台座张份片块根颗头户层段项篇句幅艘架笔组批群对双天年月日周岁元";

/// One word and where it stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The bytes.
    pub span: Span,
}

/// Cuts text into words.
///
/// jieba's default dictionary is Simplified, so it reads a folded working copy that has the same byte offsets; the
/// words given back are those of the input.
#[derive(Debug)]
pub struct Segmenter {
    jieba: Jieba,
    fold: Fold,
    normaliser: Normaliser,
    /// Words of one character that carry no meaning of their own (的, 很, 到), as they stand in the working copy.
    particles: CharSet,
    numbers: CharSet,
    measures: CharSet,
}

impl Segmenter {
    /// A segmenter that keeps the city's names and words whole.
    #[must_use]
    pub fn new(city: &City) -> Self {
        // jieba takes 〇 for a mark and not for a numeral.
        let fold = Fold::new(&[city.fold.as_slice(), &[('〇', '零')]].concat());
        let mut jieba = Jieba::new();
        for word in city_words(city) {
            let word = fold.apply(word);
            let frequency = jieba.suggest_freq(&word).max(CITY_WORD_FREQUENCY) * CITY_WORD_FACTOR;
            jieba.add_word(&word, Some(frequency), None);
        }
        let single = |word: &String| word.chars().next().filter(|_| word.chars().nth(1).is_none());
        let particles = city.stopwords.iter().filter_map(single).map(|c| fold.char(c)).collect();
        let (numbers, measures) = (NUMBERS.chars().collect(), MEASURES.chars().collect());
        Self { jieba, fold, normaliser: Normaliser::new(&city.variants), particles, numbers, measures }
    }

    /// The words of `text` in order. Together they cover it exactly: white space and marks come as words too.
    #[must_use]
    pub fn segment(&self, text: &str) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::with_capacity(text.len() / 5);
        for stretch in stretches(text) {
            let Some(part) = stretch.span.of(text) else { continue };
            if stretch.address {
                words.push(Word { span: stretch.span });
                continue;
            }
            let working = self.fold.apply(part);
            for token in self.jieba.cut(&working, true) {
                let start = stretch.span.start + token.byte_start;
                let span = Span::new(start, stretch.span.start + token.byte_end);
                match words.last_mut() {
                    Some(last) if is_one_picture(text, last.span, span) => last.span.end = span.end,
                    _ => self.push_parts(token.word, span, &mut words),
                }
            }
        }
        words
    }

    /// The words of `text` joined by one space, without marks, in canonical characters: what full-text search
    /// indexes. The shorter words inside a long one follow it, so that 捷運局 is found by 捷運.
    #[must_use]
    pub fn words(&self, text: &str) -> String {
        let mut joined = String::with_capacity(text.len() * 2);
        let canonical = self.normaliser.normalise(text);
        let text = canonical.text();
        for stretch in stretches(text) {
            let Some(part) = stretch.span.of(text) else { continue };
            let working = self.fold.apply(part);
            for token in self.jieba.cut_for_search(&working, true) {
                push_word(part.get(token.byte_start..token.byte_end), &mut joined);
            }
        }
        joined
    }

    /// The words of a query, in canonical characters, without marks: each must be in a text that answers it.
    #[must_use]
    pub fn tokens(&self, query: &str) -> Vec<String> {
        let canonical = self.normaliser.normalise(query);
        let words = self.segment(canonical.text());
        let words = words.into_iter().filter_map(|word| word.span.of(canonical.text()));
        words.filter(|word| speaks(word)).map(str::to_owned).collect()
    }
}

impl Segmenter {
    /// The words that `word` of the working copy is made of: nearly always itself. A number with its measure (三名)
    /// is two, as it is with a written number (3 名), so that what is counted is found alone. A guess of the model
    /// for unknown words that begins or ends in a particle (很爛) is the particle and the rest.
    fn push_parts(&self, word: &str, span: Span, words: &mut Vec<Word>) {
        let (head, tail) = self.loose_ends(word);
        let (middle, end) = (span.start + head, span.end - tail);
        if head > 0 {
            words.push(Word { span: Span::new(span.start, middle) });
        }
        if middle < end {
            words.push(Word { span: Span::new(middle, end) });
        }
        if tail > 0 {
            words.push(Word { span: Span::new(end, span.end) });
        }
    }

    /// Bytes at the beginning and at the end of a word that are words of their own.
    fn loose_ends(&self, word: &str) -> (usize, usize) {
        let mut chars = word.chars();
        let (Some(first), Some(second)) = (chars.next(), chars.next()) else { return (0, 0) };
        let third = chars.next();
        if third.is_some() && chars.next().is_some() {
            return (0, 0);
        }
        let last = third.unwrap_or(second);
        if third.is_none() && self.numbers.contains(first) && self.measures.contains(last) {
            return (first.len_utf8(), 0);
        }
        let (opens, closes) = (self.particles.contains(first), self.particles.contains(last));
        if (!opens && !closes) || self.jieba.has_word(word) {
            return (0, 0);
        }
        if opens { (first.len_utf8(), 0) } else { (0, last.len_utf8()) }
    }
}

/// A set of characters that is asked for every word: one bit a code point.
#[derive(Debug, Default)]
struct CharSet {
    bits: Vec<u64>,
}

impl CharSet {
    fn contains(&self, c: char) -> bool {
        let (at, bit) = Self::place(c);
        self.bits.get(at).is_some_and(|bits| bits & bit != 0)
    }

    fn place(c: char) -> (usize, u64) {
        (c as usize / 64, 1 << (c as usize % 64))
    }
}

impl FromIterator<char> for CharSet {
    fn from_iter<I: IntoIterator<Item = char>>(chars: I) -> Self {
        let mut set = Self::default();
        for c in chars {
            let (at, bit) = Self::place(c);
            set.bits.resize(set.bits.len().max(at + 1), 0);
            if let Some(bits) = set.bits.get_mut(at) {
                *bits |= bit;
            }
        }
        set
    }
}

/// A part of the input that is handled at once.
struct Stretch {
    span: Span,
    /// A web address, which is one word.
    address: bool,
}

/// Cuts a text into stretches of at most [`CHUNK_BYTES`], at white space or the end of a sentence where there is
/// one, with web addresses on their own.
fn stretches(text: &str) -> Vec<Stretch> {
    let mut parts = Vec::new();
    // Most lines are short and without anything that an address could begin with; looking at all bytes in any order is
    // faster than stopping at the first.
    let openings = text.bytes().fold(0, |found, byte| found | u8::from(matches!(byte, b'h' | b'w')));
    if text.len() <= CHUNK_BYTES && openings == 0 {
        push_plain(&mut parts, 0, text.len());
        return parts;
    }
    let mut start = 0;
    let mut last_break = None;
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        let end = at + c.len_utf8();
        if let Some(length) = address_at(text, at, c) {
            push_plain(&mut parts, start, at);
            parts.push(Stretch { span: Span::new(at, at + length), address: true });
            start = at + length;
            skip_to = start;
            last_break = None;
            continue;
        }
        if end - start > CHUNK_BYTES {
            let cut = last_break.take().unwrap_or(at);
            push_plain(&mut parts, start, cut);
            start = cut;
        }
        if c.is_whitespace() || matches!(c, '。' | '！' | '？' | '；' | '，' | ',' | '、') {
            last_break = Some(end);
        }
    }
    push_plain(&mut parts, start, text.len());
    parts
}

fn push_plain(parts: &mut Vec<Stretch>, start: usize, end: usize) {
    if start < end {
        parts.push(Stretch { span: Span::new(start, end), address: false });
    }
}

/// The length of the web address that begins at `at`, at most [`CHUNK_BYTES`].
fn address_at(text: &str, at: usize, c: char) -> Option<usize> {
    if !matches!(c, 'h' | 'w') {
        return None;
    }
    let rest = text.get(at..)?;
    if !["https://", "http://", "www."].iter().any(|prefix| rest.starts_with(prefix)) {
        return None;
    }
    let ends = |b: u8| !b.is_ascii_graphic() || matches!(b, b'"' | b'\'' | b'<' | b'>' | b')' | b',');
    Some(rest.bytes().take(CHUNK_BYTES).position(ends).unwrap_or(rest.len().min(CHUNK_BYTES)))
}

/// Whether two neighbours are drawn as one: a joined, coloured or decorated emoji, a flag, a letter with marks.
fn is_one_picture(text: &str, left: Span, right: Span) -> bool {
    let (Some(left), Some(right)) = (left.of(text), right.of(text)) else { return false };
    let (Some(last), Some(first)) = (left.chars().next_back(), right.chars().next()) else { return false };
    if stands_alone(first) {
        return last == '\u{200d}';
    }
    let is_flag = |c: char| matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
    last == '\u{200d}'
        || matches!(first, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{20e3}'
            | '\u{e0100}'..='\u{e01ef}')
        || unicode_normalization::char::is_combining_mark(first)
        || (is_flag(last) && is_flag(first) && left.chars().filter(|&c| is_flag(c)).count() == 1)
}

/// Characters of nearly all text, none of which is drawn into the one before it.
fn stands_alone(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{3000}'..='\u{3029}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

fn speaks(word: &str) -> bool {
    word.chars().any(char::is_alphanumeric)
}

fn push_word(word: Option<&str>, joined: &mut String) {
    let Some(word) = word.filter(|word| speaks(word)) else { return };
    if !joined.is_empty() {
        joined.push(' ');
    }
    joined.push_str(word);
}

/// Every name and word of the city's dictionaries that is one word to a reader. Full official names are left to
/// their parts (高雄市政府 工務局), which is how they are searched for.
pub fn city_words(city: &City) -> impl Iterator<Item = &str> {
    let agencies = city.agencies.iter().flat_map(|agency| {
        let units = agency.units.iter().flat_map(|unit| unit.aliases.iter().chain([&unit.name]));
        agency.aliases.iter().map(|alias| &alias.name).chain([&agency.short]).chain(units)
    });
    let services = city.services.iter().flat_map(|service| service.words.iter().chain(&service.weak));
    let districts = city.districts.iter().flat_map(|district| district.aliases.iter().chain([&district.name]));
    let stations =
        city.stations.iter().flat_map(|station| station.aliases.iter().map(|alias| &alias.name).chain([&station.name]));
    let facilities = city.facilities.iter().flat_map(|facility| facility.aliases.iter().chain([&facility.name]));
    let elsewhere = city.elsewhere.cities.iter().chain(&city.elsewhere.agencies).chain(&city.elsewhere.districts);
    agencies
        .chain(services)
        .chain(districts)
        .chain(stations)
        .chain(facilities)
        .chain(elsewhere)
        .chain(&city.words)
        .chain(&city.cues.here)
        .chain(&city.cues.government)
        .chain(city.villages.iter().map(|village| &village.name))
        .chain(city.roads.iter().map(|road| &road.name))
        .map(String::as_str)
        // A name with a bracket or a space in it is several words.
        .filter(|word| word.chars().nth(1).is_some() && !word.contains([' ', '(', ')']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_alone_is_never_drawn_into_what_is_before_it() {
        let alone = ('\0'..=char::MAX).filter(|&c| stands_alone(c));
        let marks: Vec<char> = alone.filter(|&c| unicode_normalization::char::is_combining_mark(c)).collect();
        assert!(marks.is_empty(), "{marks:?}");
        assert!(
            !['\u{200d}', '\u{fe0f}', '\u{1f3fd}', '\u{20e3}', '\u{e0100}', '\u{1f1f9}']
                .map(stands_alone)
                .contains(&true)
        );
    }

    #[test]
    fn a_set_of_characters_holds_those_put_in() {
        let set: CharSet = "的𠀀".chars().collect();
        assert_eq!(
            "的𠀀了𠀁\0".chars().map(|c| set.contains(c)).collect::<Vec<_>>(),
            [true, true, false, false, false]
        );
    }
}
