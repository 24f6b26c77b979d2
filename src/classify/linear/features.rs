//! A text as numbers: hashed character n-grams, what the dictionaries found in it, and what the rules made of that.

use crate::{
    classify::{name::Owner, reading::Reading},
    domain::{Field, Span, Target},
    text::Fold,
};

/// Bits of a bucket's number. 2^18 buckets keep the n-grams of the training texts apart well enough: 2^20 measured no
/// better, and the table of weights stays within the second-level cache of an ordinary machine.
const BUCKET_BITS: u32 = 18;

/// How many buckets there are.
pub(super) const BUCKETS: usize = 1 << BUCKET_BITS;

/// Characters of a field that are read. A report says in its opening what it is about, and time stays bounded.
const READ_CHARS: usize = 700;

/// The longest n-gram, in characters. Four measured no better on the city's cases.
const LONGEST: usize = 3;

/// The length of the dictionary's part of a text's vector, against 1 for its n-grams.
const FOUND_LENGTH: f32 = 0.5;

/// What one statement of the rules counts. They are right too often on the texts they were written by: more than this,
/// and the models follow them where they err.
const RULE_VALUE: f32 = 0.05;

/// Words of asking and of procedure. Every office is asked with them, so n-grams that touch one say nothing of the matter
/// of a text; of its kind they say much.
const ASKING: [&str; 15] =
    ["請問", "如何", "什麼", "何謂", "怎麼", "辦理", "哪些", "是否", "可以", "申請", "應", "需", "嗎", "呢", "吗"];

/// The length of what is said of the parts its places play, likewise.
const ROLES_LENGTH: f32 = 1.0;

/// What of a text a model sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// All but what is said of its places.
    Whole,
    /// The same without words of asking: the matter of the text, not how it is told.
    Matter,
    /// All.
    Placed,
}

impl View {
    /// What the model of a target sees.
    pub(super) fn of(target: Target) -> Self {
        match target {
            Target::Category | Target::Agency | Target::Service => Self::Matter,
            Target::Scope => Self::Placed,
            Target::Kind | Target::Sentiment | Target::TowardCity => Self::Whole,
        }
    }
}

impl Value {
    pub(super) fn seen(&self, view: View) -> f32 {
        match view {
            View::Whole => self.whole,
            View::Matter => self.matter,
            View::Placed => self.placed,
        }
    }
}

/// One n-gram where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gram {
    pub(super) bucket: u32,
    pub(super) field: Field,
    /// Bytes of the canonical copy of the field.
    pub(super) span: Span,
}

/// What a bucket counts in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    pub(super) bucket: u32,
    /// For the models of how a text is told.
    pub(super) whole: f32,
    /// For those of its matter: without what touches a word of asking.
    pub(super) matter: f32,
    /// For the one of its scope: with the parts that its places play.
    pub(super) placed: f32,
}

/// A text as a sparse vector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    /// A bucket may come more than once.
    values: Vec<Value>,
    /// The n-grams behind them, in order of bucket, and in a bucket in the order of the text.
    grams: Vec<Key>,
    /// Where the characters that were read stand in title and text.
    places: [Vec<Span>; 2],
}

/// An n-gram in one number, so that they are put in order by comparing numbers: its bucket, whether it touches a word of
/// asking, its field, the number of its first character among those read, and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key(u32);

/// Bits of a key for the length, the first character and the field.
const LENGTH_BITS: u32 = 2;
const FIRST_BITS: u32 = 10;
const FIELD_BITS: u32 = 1;
const ASKING_BITS: u32 = 1;

const _: () = assert!(LONGEST < 1 << LENGTH_BITS && READ_CHARS <= 1 << FIRST_BITS);
const _: () = assert!(BUCKET_BITS + ASKING_BITS + FIELD_BITS + FIRST_BITS + LENGTH_BITS <= u32::BITS);

impl Key {
    fn new(bucket: u32, asking: bool, field: Field, first: usize, length: usize) -> Self {
        let (asking, field) = (u32::from(asking), u32::from(field == Field::Text));
        let (first, length) = (u32::try_from(first).unwrap_or_default(), u32::try_from(length).unwrap_or_default());
        let bucket = (bucket << ASKING_BITS) | asking;
        Self((((((bucket << FIELD_BITS) | field) << FIRST_BITS) | first) << LENGTH_BITS) | length)
    }

    fn bucket(self) -> u32 {
        self.0 >> (ASKING_BITS + FIELD_BITS + FIRST_BITS + LENGTH_BITS)
    }

    fn is_asking(self) -> bool {
        self.0 >> (FIELD_BITS + FIRST_BITS + LENGTH_BITS) & 1 == 1
    }

    fn field(self) -> Field {
        if self.0 >> (FIRST_BITS + LENGTH_BITS) & 1 == 0 { Field::Title } else { Field::Text }
    }

    fn is_single(self) -> bool {
        self.0 & ((1 << LENGTH_BITS) - 1) == 1
    }

    /// Its first and last character, by their numbers.
    fn ends(self) -> (usize, usize) {
        let part = |shift: u32, bits: u32| usize::try_from(self.0 >> shift & ((1 << bits) - 1)).unwrap_or_default();
        let first = part(LENGTH_BITS, FIRST_BITS);
        (first, (first + part(0, LENGTH_BITS)).saturating_sub(1))
    }

    /// The n-gram itself; `places` as in [`Features`].
    fn gram(self, [title, text]: &[Vec<Span>; 2]) -> Option<Gram> {
        let places = if self.field() == Field::Title { title } else { text };
        let (first, last) = self.ends();
        let span = Span::new(places.get(first)?.start, places.get(last)?.end);
        Some(Gram { bucket: self.bucket(), field: self.field(), span })
    }
}

impl Features {
    /// Bucket and value of everything in the text that a model of `target` sees; a bucket may come more than once.
    pub fn values(&self, target: Target) -> impl Iterator<Item = (u32, f32)> {
        let view = View::of(target);
        let value = move |value: &Value| (value.bucket, value.seen(view));
        self.values.iter().map(value).filter(|(_, value)| *value > 0.0)
    }

    /// The same for all targets.
    pub(super) fn all(&self) -> &[Value] {
        &self.values
    }

    /// Of each bucket that has a weight above zero the n-gram that stands first, where a model of `target` sees it and it
    /// has more than one character: a single one tells a reader nothing.
    pub(super) fn spoken(&self, target: Target, weight: impl Fn(u32) -> f32) -> impl Iterator<Item = (f32, Gram)> {
        let matter = View::of(target) == View::Matter;
        let speaks = move |key: &&Key| !key.is_single() && (!matter || !key.is_asking());
        let same = self.grams.chunk_by(|left, right| left.bucket() == right.bucket());
        same.filter_map(move |same| {
            let first = same.first().filter(speaks)?;
            let weight = weight(first.bucket());
            if weight > 0.0 { Some((weight, first.gram(&self.places)?)) } else { None }
        })
    }

    /// The n-grams of a text, read in the folded form.
    pub(in crate::classify) fn of(reading: &Reading<'_>, fold: &Fold) -> Self {
        let mut grams = Vec::new();
        let places = [Field::Title, Field::Text].map(|field| read(field, reading.copy(field).text(), fold, &mut grams));
        // 衛生局站 is a place and says nothing of the 衛生局.
        let stations = reading.names.iter().filter(|found| matches!(found.what.owner, Owner::Station(_)));
        let stations: Vec<(Field, Span)> = stations.map(|found| (found.field, found.span)).collect();
        if !stations.is_empty() {
            let inside = |gram: Gram| {
                stations.iter().any(|&(field, span)| {
                    field == gram.field && span.start <= gram.span.start && gram.span.end <= span.end
                })
            };
            grams.retain(|key| !key.gram(&places).is_some_and(inside));
        }
        grams.sort_unstable();
        let mut values = Vec::with_capacity(grams.len() + 64);
        let damped = |count: usize| if count == 0 { 0.0 } else { 1.0 + (count as f32).ln() };
        values.extend(grams.chunk_by(|left, right| left.bucket() == right.bucket()).filter_map(|same| {
            let matter = same.iter().filter(|key| !key.is_asking()).count();
            let whole = damped(same.len());
            Some(Value { bucket: same.first()?.bucket(), whole, matter: damped(matter), placed: whole })
        }));
        scale(&mut values, 1.0);
        Self { values, grams, places }
    }

    /// Adds what the dictionaries found, by the buckets of its names.
    pub(in crate::classify) fn add_found(&mut self, mut found: Vec<u32>) {
        found.sort_unstable();
        found.dedup();
        let at = self.values.len();
        self.values.extend(found.into_iter().map(|bucket| Value { bucket, whole: 1.0, matter: 1.0, placed: 1.0 }));
        scale(self.values.get_mut(at..).unwrap_or_default(), FOUND_LENGTH);
    }

    /// Adds what the rules said, likewise.
    pub(in crate::classify) fn add_rules(&mut self, rules: impl IntoIterator<Item = u32>) {
        let value = |bucket| Value { bucket, whole: RULE_VALUE, matter: RULE_VALUE, placed: RULE_VALUE };
        self.values.extend(rules.into_iter().map(value));
    }

    /// Adds what is said of the parts that its places play, likewise.
    pub(in crate::classify) fn add_roles(&mut self, mut roles: Vec<u32>) {
        roles.sort_unstable();
        roles.dedup();
        let at = self.values.len();
        self.values.extend(roles.into_iter().map(|bucket| Value { bucket, whole: 0.0, matter: 0.0, placed: 1.0 }));
        scale(self.values.get_mut(at..).unwrap_or_default(), ROLES_LENGTH);
    }
}

/// Makes the vectors of this length.
fn scale(values: &mut [Value], length: f32) {
    let factor = |square: f32| if square > 0.0 { length / square.sqrt() } else { 0.0 };
    let [whole, matter, placed] = [View::Whole, View::Matter, View::Placed]
        .map(|view| factor(values.iter().map(|value| value.seen(view) * value.seen(view)).sum()));
    for value in values {
        value.whole *= whole;
        value.matter *= matter;
        value.placed *= placed;
    }
}

/// Appends the n-grams of a field and says where the characters stand that were read.
fn read(field: Field, text: &str, fold: &Fold, grams: &mut Vec<Key>) -> Vec<Span> {
    let most = READ_CHARS.min(text.len());
    let mut places = Vec::with_capacity(most);
    grams.reserve(most * LONGEST);
    // The last characters read, oldest first.
    let mut window = [0_u32; LONGEST];
    // Where the last word of asking ends, in bytes and in characters read.
    let (mut asked, mut asking_until) = (0, 0);
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()).take(READ_CHARS) {
        window.rotate_left(1);
        if let Some(last) = window.last_mut() {
            *last = u32::from(classed(fold.char(c)));
        }
        if at >= asked {
            asked = at + asking_at(text, at, c);
        }
        places.push(Span::new(at, at + c.len_utf8()));
        if at < asked {
            asking_until = places.len();
        }
        for length in 1..=LONGEST.min(places.len()) {
            let Some(part) = window.get(LONGEST - length..) else { continue };
            let bucket = hashed(part.iter().copied());
            let first = places.len() - length;
            grams.push(Key::new(bucket, first < asking_until, field, first, length));
        }
    }
    places
}

/// The length of the word of asking that begins with the character `c` at `at`; 0 where none does.
fn asking_at(text: &str, at: usize, c: char) -> usize {
    // This is asked of every character, and nearly none begins one.
    if !opens_asking(c) {
        return 0;
    }
    let rest = || text.get(at..).unwrap_or_default();
    let words = ASKING.iter().filter(|word| word.starts_with(c));
    words.filter(|word| rest().starts_with(*word)).map(|word| word.len()).max().unwrap_or_default()
}

/// Whether a word of asking begins with this character.
fn opens_asking(c: char) -> bool {
    matches!(c, '請' | '如' | '什' | '何' | '怎' | '辦' | '哪' | '是' | '可' | '申' | '應' | '需' | '嗎' | '呢' | '吗')
}

/// Digits are one character: a number says that something is counted, not what.
fn classed(c: char) -> char {
    if c.is_ascii_digit() || c == '○' || c == '〇' { '0' } else { c }
}

/// The bucket of a name that is given in parts; names begin with their own mark (`S:`), so that they are apart from each
/// other.
pub(in crate::classify) fn named(parts: &[&str]) -> u32 {
    hashed(std::iter::once(u32::MAX).chain(parts.iter().flat_map(|part| part.bytes()).map(u32::from)))
}

/// Multiply and shift after each part, as in Knuth's multiplicative hashing (The Art of Computer Programming 6.4); the
/// highest bits are the bucket.
fn hashed(parts: impl Iterator<Item = u32>) -> u32 {
    let hash = parts.fold(0_u64, |hash, part| {
        let mixed = (hash ^ u64::from(part)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    });
    u32::try_from(hash >> (u64::BITS - BUCKET_BITS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(text: &str) -> Vec<Gram> {
        let mut keys = Vec::new();
        let places = [Vec::new(), read(Field::Text, text, &Fold::default(), &mut keys)];
        keys.into_iter().map(|key| key.gram(&places).unwrap()).collect()
    }

    #[test]
    fn every_run_of_up_to_three_characters_is_one() {
        let found: Vec<&str> = grams("路 燈壞").iter().map(|gram| gram.span.of("路 燈壞").unwrap()).collect();
        assert_eq!(found, ["路", "燈", "路 燈", "壞", "燈壞", "路 燈壞"]);
    }

    #[test]
    fn numbers_are_alike_and_names_are_not_texts() {
        let buckets = |text| grams(text).iter().map(|gram| gram.bucket).collect::<Vec<_>>();
        assert_eq!(buckets("3盞"), buckets("8盞"));
        assert_ne!(named(&["S"]), hashed(std::iter::once(u32::from('S'))));
        assert_ne!(named(&["S:road"]), named(&["W:road"]));
        assert_eq!(named(&["S:", "road"]), named(&["S:road"]));
    }

    #[test]
    fn every_word_of_asking_is_looked_for() {
        assert!(ASKING.iter().all(|word| asking_at(word, 0, word.chars().next().unwrap()) == word.len()));
    }

    #[test]
    fn what_touches_a_word_of_asking_is_no_matter() {
        let asking = |text: &str| {
            let mut keys = Vec::new();
            let places = [Vec::new(), read(Field::Text, text, &Fold::default(), &mut keys)];
            let asking = keys.into_iter().filter(|key| !key.is_asking());
            asking.filter_map(|key| key.gram(&places)?.span.of(text).map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(asking("如何報修"), ["報", "修", "報修"]);
        assert_eq!(asking("修何如"), ["修", "何", "修何", "如", "何如", "修何如"]);
        assert!(asking("可以申請嗎").is_empty());
    }

    #[test]
    fn a_long_text_is_read_from_its_opening() {
        assert_eq!(grams(&"燈".repeat(100_000)).len(), LONGEST * READ_CHARS - 3);
        assert!(grams("").is_empty());
    }
}
