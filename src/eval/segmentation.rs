//! How well text is cut into words: against a corpus that people cut, and whether the city's own words stay whole.

use std::{collections::HashSet, path::Path};

use anyhow::Context as _;

use super::{Figure, Tally};
use crate::{
    domain::City,
    text::{Segmenter, city_words},
};

/// A sentence frame in which a city word must stay whole as well as alone: the neighbours are everyday words that jieba
/// knows.
const FRAMES: [(&str, &str); 3] = [("", ""), ("昨天下午", "發布新聞稿"), ("民眾反映", "附近的情形")];

/// The words of a gold line as byte spans of the joined line.
fn spans<'a>(words: impl Iterator<Item = &'a str>) -> HashSet<(usize, usize)> {
    let mut start = 0;
    words
        .map(|word| {
            let span = (start, start + word.len());
            start = span.1;
            span
        })
        .collect()
}

/// Precision and recall joined, over all words of a gold file whose words are separated by white space.
///
/// # Errors
/// When the file cannot be read.
pub fn against_gold(path: &Path, segmenter: &Segmenter) -> anyhow::Result<Figure> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut right, mut cut, mut gold) = (0, 0, 0);
    for line in text.lines() {
        let expected = spans(line.split_whitespace());
        let joined: String = line.split_whitespace().collect();
        let found: HashSet<(usize, usize)> =
            segmenter.segment(&joined).into_iter().map(|word| (word.span.start, word.span.end)).collect();
        right += expected.intersection(&found).count();
        cut += found.len();
        gold += expected.len();
    }
    let f1 = 2.0 * right as f64 / (cut + gold).max(1) as f64;
    Ok(Figure { name: "segmentation, CityU: F1".into(), reached: f1, of: gold, interval: None, target: Some(0.85) })
}

/// How many of the city's words stay whole, alone and inside sentences, and the sentences in which one did not.
#[must_use]
pub fn whole_words(city: &City, segmenter: &Segmenter) -> (Figure, Vec<String>) {
    let mut torn = Vec::new();
    let mut tally = Tally::new("city words kept whole, alone and in sentences");
    for word in city_words(city) {
        for (before, behind) in FRAMES {
            let sentence = format!("{before}{word}{behind}");
            let (start, end) = (before.len(), before.len() + word.len());
            let whole = segmenter.segment(&sentence).iter().any(|it| (it.span.start, it.span.end) == (start, end));
            tally.count(whole);
            if !whole {
                torn.push(sentence);
            }
        }
    }
    (Figure::new(tally, Some(1.0)), torn)
}
