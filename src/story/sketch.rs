//! One-permutation MinHash: a text as a row of numbers, of which two texts share about as large a part as they share
//! of their shingles (Jaccard similarity).
//!
//! One hash of a shingle says both its place and its value; a place keeps the least value (P. Li, A. Owen and C.-H.
//! Zhang, "One Permutation Hashing", NIPS 2012). Places that no shingle fell on take the value of a place drawn by a
//! hash, anew until it holds one (A. Shrivastava, "Optimal Densification for Fast and Accurate Minwise Hashing", ICML
//! 2017), so that short texts are compared as fairly as long ones.

use super::hash;

/// Places of a sketch. The error of an estimate is √(j(1−j)/128), at most 0.044.
pub(super) const PLACES: usize = 128;

/// Tries to find a full place for an empty one. With one full place of 128 it takes 128 on average; past this many the
/// first full place is taken, which a text of one shingle cannot tell apart.
const DRAWS: u64 = 4096;

/// A text with at least one shingle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sketch {
    places: Vec<u32>,
    shingles: usize,
}

impl Sketch {
    /// The sketch of a text cut into words: its shingles are its words and its pairs of neighbouring words. Words alone
    /// would make two reports on one service alike, pairs alone lose three shingles for each word that was changed.
    /// None for a text without words.
    #[must_use]
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut shingles = Vec::new();
        let mut before = None;
        for word in words {
            let word = hash::text(word);
            shingles.push(word);
            if let Some(before) = before.replace(word) {
                shingles.push(hash::pair(before, word));
            }
        }
        shingles.sort_unstable();
        shingles.dedup();
        (!shingles.is_empty()).then(|| Self { places: dense(&sparse(&shingles)), shingles: shingles.len() })
    }

    /// How many different shingles the text has.
    #[must_use]
    pub fn shingles(&self) -> usize {
        self.shingles
    }

    /// The estimated share of shingles that two texts have in common, 0 to 1.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> f64 {
        let agreed = self.places.iter().zip(&other.places).filter(|(left, right)| left == right).count();
        agreed as f64 / PLACES as f64
    }

    /// The number of shingles, then the places.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        std::iter::once(u32::try_from(self.shingles).unwrap_or(u32::MAX)).chain(self.places.iter().copied())
    }

    /// The sketch of so many shingles with the first of these numbers as its places; none when there are too few.
    pub(super) fn from_numbers(shingles: u32, places: impl Iterator<Item = u32>) -> Option<Self> {
        let places: Vec<u32> = places.take(PLACES).collect();
        let shingles = usize::try_from(shingles).ok()?;
        (places.len() == PLACES).then_some(Self { places, shingles })
    }

    /// One key for every `rows` places; what is left over at the end is in none. Two texts of likeness j share a certain one
    /// with the probability j to the power of `rows`.
    pub(super) fn bands(&self, rows: usize) -> impl Iterator<Item = u64> {
        self.places
            .chunks_exact(rows.max(1))
            .zip(0_u64..)
            .map(|(rows, band)| rows.iter().fold(hash::number(band), |key, place| hash::pair(key, u64::from(*place))))
    }
}

/// The least value that fell on each place.
fn sparse(shingles: &[u64]) -> Vec<Option<u32>> {
    let mut places: Vec<Option<u32>> = vec![None; PLACES];
    for shingle in shingles {
        // The upper half says the place, the lower half the value.
        let (place, value) = (hash::below(shingle >> 32, PLACES), hash::lower(*shingle));
        if let Some(least) = places.get_mut(place) {
            *least = Some(least.map_or(value, |least| least.min(value)));
        }
    }
    places
}

/// The same with every place filled.
fn dense(sparse: &[Option<u32>]) -> Vec<u32> {
    let first = sparse.iter().flatten().next().copied().unwrap_or_default();
    let draw = |place: u64| {
        let seed = hash::number(place);
        let drawn = |draw| sparse.get(hash::below(hash::pair(seed, draw) >> 32, PLACES)).copied().flatten();
        (1..=DRAWS).find_map(drawn).unwrap_or(first)
    };
    sparse.iter().zip(0_u64..).map(|(value, place)| value.unwrap_or_else(|| draw(place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(numbers: std::ops::Range<u32>) -> Sketch {
        let words: Vec<String> = numbers.map(|n| format!("字{n}")).collect();
        Sketch::of(words.iter().map(String::as_str)).unwrap()
    }

    /// The exact share that two runs of numbered words have in common, words and pairs.
    fn exact(left: &std::ops::Range<u32>, right: &std::ops::Range<u32>) -> f64 {
        let common = f64::from(left.end.min(right.end).saturating_sub(left.start.max(right.start)));
        let (left, right) = (f64::from(left.end - left.start), f64::from(right.end - right.start));
        (2.0 * common - 1.0).max(0.0) / (2.0 * (left + right - common) - 1.0)
    }

    #[test]
    fn a_text_is_like_itself_and_unlike_another() {
        assert!((numbered(0..300).likeness(&numbered(0..300)) - 1.0).abs() < f64::EPSILON);
        assert!(numbered(0..300).likeness(&numbered(1000..1300)) < 0.03);
        assert!(numbered(0..4).likeness(&numbered(10..14)) < 0.03);
    }

    #[test]
    fn the_estimate_is_near_the_truth_for_long_and_for_short_texts() {
        for length in [20, 60, 200, 1000] {
            let mut error = 0.0;
            let rounds = 60;
            for round in 0..rounds {
                let start = round * 5_000;
                let (left, right) = (start..start + length, start + length / 4..start + length + length / 4);
                error += numbered(left.clone()).likeness(&numbered(right.clone())) - exact(&left, &right);
            }
            let bias = error / f64::from(rounds);
            assert!(bias.abs() < 0.02, "{length} words: off by {bias:.3} on average");
        }
    }

    #[test]
    fn a_text_without_words_has_no_sketch() {
        assert_eq!(Sketch::of([]), None);
        assert_eq!(Sketch::of(["路燈"]).map(|sketch| sketch.shingles()), Some(1));
    }

    #[test]
    fn a_sketch_is_the_same_in_every_build() {
        // Worked out by another program from the papers' formulas.
        let sketch = Sketch::of(["鳳山區", "路燈", "不亮"]).unwrap();
        assert_eq!(sketch.places.get(..3), Some([1_614_750_036, 63_369_946, 1_614_750_036].as_slice()));
        assert_eq!(sketch.places.iter().map(|place| u64::from(*place)).sum::<u64>(), 195_922_475_303);
        assert_eq!(sketch.bands(3).next(), Some(0x9287_5eb1_c068_40ff));
    }
}
