//! A text as numbers: hashed character n-grams, what the dictionaries found in it, and what the rules made of that.

use crate::{
    classify::{name::Owner, reading::Reading},
    domain::{Field, Span},
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

/// One n-gram where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gram {
    pub(super) bucket: u32,
    pub(super) field: Field,
    /// Bytes of the canonical copy of the field.
    pub(super) span: Span,
}

/// A text as a sparse vector.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    /// Bucket and value; a bucket may come more than once.
    values: Vec<(u32, f32)>,
    /// The n-grams behind them, in order of bucket.
    grams: Vec<Gram>,
}

impl Features {
    /// Bucket and value of everything in the text; a bucket may come more than once.
    #[must_use]
    pub fn values(&self) -> &[(u32, f32)] {
        &self.values
    }

    pub(super) fn grams(&self) -> &[Gram] {
        &self.grams
    }

    /// Whether there is too little text to say anything of it: fewer than three characters.
    pub(in crate::classify) fn is_bare(&self) -> bool {
        self.grams.len() < 6
    }

    /// The n-grams of a text, read in the folded form.
    pub(in crate::classify) fn of(reading: &Reading<'_>, fold: &Fold) -> Self {
        let mut grams = Vec::new();
        for field in [Field::Title, Field::Text] {
            read(field, reading.copy(field).text(), fold, &mut grams);
        }
        // 衛生局站 is a place and says nothing of the 衛生局.
        let stations = reading.names.iter().filter(|found| matches!(found.what.owner, Owner::Station(_)));
        let stations: Vec<(Field, Span)> = stations.map(|found| (found.field, found.span)).collect();
        if !stations.is_empty() {
            let inside = |gram: &Gram| {
                stations.iter().any(|&(field, span)| {
                    field == gram.field && span.start <= gram.span.start && gram.span.end <= span.end
                })
            };
            grams.retain(|gram| !inside(gram));
        }
        grams.sort_unstable_by_key(|gram| (gram.bucket, gram.field, gram.span));
        let mut values: Vec<(u32, f32)> = grams
            .chunk_by(|left, right| left.bucket == right.bucket)
            .filter_map(|same| Some((same.first()?.bucket, 1.0 + (same.len() as f32).ln())))
            .collect();
        scale(&mut values, 1.0);
        Self { values, grams }
    }

    /// Adds what the dictionaries found.
    pub(in crate::classify) fn add_found(&mut self, found: &[String]) {
        let mut values: Vec<(u32, f32)> = found.iter().map(|name| (named(name), 1.0)).collect();
        values.sort_unstable_by_key(|&(bucket, _)| bucket);
        values.dedup_by_key(|&mut (bucket, _)| bucket);
        scale(&mut values, FOUND_LENGTH);
        self.values.append(&mut values);
    }

    /// Adds what the rules said.
    pub(in crate::classify) fn add_rules(&mut self, rules: &[String]) {
        self.values.extend(rules.iter().map(|rule| (named(rule), RULE_VALUE)));
    }
}

/// Makes a vector of this length.
fn scale(values: &mut [(u32, f32)], length: f32) {
    let square: f32 = values.iter().map(|(_, value)| value * value).sum();
    if square > 0.0 {
        let factor = length / square.sqrt();
        for (_, value) in values {
            *value *= factor;
        }
    }
}

fn read(field: Field, text: &str, fold: &Fold, grams: &mut Vec<Gram>) {
    // The last characters read, oldest first, with where each begins.
    let mut window = [(0_u32, 0_usize); LONGEST];
    let mut filled = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()).take(READ_CHARS) {
        window.rotate_left(1);
        if let Some(last) = window.last_mut() {
            *last = (u32::from(classed(fold.char(c))), at);
        }
        filled = LONGEST.min(filled + 1);
        let end = at + c.len_utf8();
        for length in 1..=filled {
            let Some(part @ [(_, start), ..]) = window.get(LONGEST - length..) else { continue };
            let bucket = hashed(part.iter().map(|&(c, _)| c));
            grams.push(Gram { bucket, field, span: Span::new(*start, end) });
        }
    }
}

/// Digits are one character: a number says that something is counted, not what.
fn classed(c: char) -> char {
    if c.is_ascii_digit() || c == '○' || c == '〇' { '0' } else { c }
}

/// The bucket of a name; names begin with their own mark (`S:`), so that they are apart from each other.
fn named(name: &str) -> u32 {
    hashed(std::iter::once(u32::MAX).chain(name.bytes().map(u32::from)))
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
        let mut grams = Vec::new();
        read(Field::Text, text, &Fold::default(), &mut grams);
        grams
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
        assert_ne!(named("S"), hashed(std::iter::once(u32::from('S'))));
        assert_ne!(named("S:road"), named("W:road"));
    }

    #[test]
    fn a_long_text_is_read_from_its_opening() {
        assert_eq!(grams(&"燈".repeat(100_000)).len(), LONGEST * READ_CHARS - 3);
        assert!(grams("").is_empty());
    }
}
