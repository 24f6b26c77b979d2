//! Measures of answers against the truth.

use std::{collections::BTreeMap, fmt::Write as _};

/// Samples drawn for an interval.
const RESAMPLES: u32 = 400;

/// Classes of confidence in which answers are compared with how often they were right.
const BINS: usize = 10;

/// One question with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What is right.
    pub truth: String,
    /// What was answered, best first, with how sure the answer was, 0 to 1.
    pub ranked: Vec<(String, f64)>,
}

impl Answer {
    fn best(&self) -> &str {
        self.ranked.first().map_or("", |(label, _)| label.as_str())
    }

    fn is_right(&self) -> bool {
        self.best() == self.truth
    }
}

/// The share of right answers.
#[must_use]
pub fn accuracy(answers: &[&Answer]) -> f64 {
    answers.iter().filter(|answer| answer.is_right()).count() as f64 / answers.len().max(1) as f64
}

/// The mean over all labels, asked for or answered, of the harmonic mean of precision and recall.
#[must_use]
pub fn macro_f1(answers: &[&Answer]) -> f64 {
    let table = by_label(answers);
    table.values().map(Counts::f1).sum::<f64>() / table.len().max(1) as f64
}

/// The F1 of one label.
#[must_use]
pub fn f1_of(answers: &[&Answer], label: &str) -> f64 {
    by_label(answers).get(label).map_or(0.0, Counts::f1)
}

/// Normalised discounted cumulative gain with one right answer a question: 1 at the first place, 1/log2(3) at the second.
#[must_use]
pub fn ndcg(answers: &[&Answer]) -> f64 {
    let gain = |answer: &&Answer| {
        let place = answer.ranked.iter().position(|(label, _)| *label == answer.truth);
        place.map_or(0.0, |place| 1.0 / (place as f64 + 2.0).log2())
    };
    answers.iter().map(gain).sum::<f64>() / answers.len().max(1) as f64
}

/// The expected calibration error: how far the sureness of the best answers is from how often they are right, over
/// [`BINS`] classes of sureness.
#[must_use]
pub fn calibration_error(answers: &[&Answer]) -> f64 {
    let mut bins = [(0.0_f64, 0.0_f64); BINS];
    for answer in answers {
        let Some(&(_, sure)) = answer.ranked.first() else { continue };
        let at = (1..BINS).filter(|bound| sure >= *bound as f64 / BINS as f64).count();
        if let Some(bin) = bins.get_mut(at) {
            bin.0 += sure;
            bin.1 += f64::from(u8::from(answer.is_right()));
        }
    }
    bins.iter().map(|(sure, right)| (sure - right).abs()).sum::<f64>() / answers.len().max(1) as f64
}

/// The bounds between which `measure` falls in 95 of 100 samples drawn from the answers with replacement (Efron's
/// percentile bootstrap).
#[must_use]
pub fn interval(answers: &[&Answer], measure: fn(&[&Answer]) -> f64) -> (f64, f64) {
    let mut state = 0x1234_5678_9abc_def1_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % answers.len().max(1) as u64).unwrap_or_default()
    };
    let mut measured: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let sample: Vec<&Answer> = answers.iter().filter_map(|_| answers.get(draw()).copied()).collect();
            measure(&sample)
        })
        .collect();
    measured.sort_by(f64::total_cmp);
    let at = |part: usize| measured.get(measured.len() * part / 1000).copied().unwrap_or_default();
    (at(25), at(975))
}

/// A line for each label: how often it was asked and answered, precision, recall, F1, and what it was taken for most.
#[must_use]
pub fn per_label(answers: &[&Answer]) -> String {
    let mut lines = String::from("    asked answered precision recall    f1  label (taken for)\n");
    for (label, counts) in by_label(answers) {
        let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
        for answer in answers.iter().filter(|answer| answer.truth == label && !answer.is_right()) {
            *taken.entry(answer.best()).or_default() += 1;
        }
        let mut taken: Vec<(&str, usize)> = taken.into_iter().collect();
        taken.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        let most: Vec<String> = taken.iter().take(3).map(|(other, count)| format!("{other} {count}")).collect();
        // Writing into a string does not fail.
        let _ = writeln!(
            lines,
            "    {:>5} {:>8} {:>9.3} {:>6.3} {:>5.3}  {label} ({})",
            counts.asked,
            counts.answered,
            counts.precision(),
            counts.recall(),
            counts.f1(),
            most.join(", "),
        );
    }
    lines
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    asked: usize,
    answered: usize,
    right: usize,
}

impl Counts {
    fn precision(&self) -> f64 {
        self.right as f64 / self.answered.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.asked.max(1) as f64
    }

    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.asked + self.answered).max(1) as f64
    }
}

fn by_label<'a>(answers: &[&'a Answer]) -> BTreeMap<&'a str, Counts> {
    let mut table: BTreeMap<&str, Counts> = BTreeMap::new();
    for answer in answers {
        table.entry(&answer.truth).or_default().asked += 1;
        if !answer.ranked.is_empty() {
            table.entry(answer.best()).or_default().answered += 1;
        }
        if answer.is_right() {
            table.entry(&answer.truth).or_default().right += 1;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(list: &[(&str, &str)]) -> Vec<Answer> {
        let answer = |&(truth, ranked): &(&str, &str)| Answer {
            truth: truth.to_owned(),
            ranked: ranked.split_whitespace().map(|label| (label.to_owned(), 0.75)).collect(),
        };
        list.iter().map(answer).collect()
    }

    #[test]
    fn measures_are_those_of_the_textbooks() {
        let list = answers(&[("a", "a b"), ("a", "b a"), ("b", "b a"), ("c", "")]);
        let all: Vec<&Answer> = list.iter().collect();
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} and not {expected}");
        near(accuracy(&all), 0.5);
        // a: precision 1, recall 1/2; b: precision 1/2, recall 1; c: never answered.
        near(macro_f1(&all), (2.0 / 3.0 + 2.0 / 3.0) / 3.0);
        near(f1_of(&all, "a"), 2.0 / 3.0);
        near(ndcg(&all), (2.0 + 1.0 / 3.0_f64.log2()) / 4.0);
        near(calibration_error(&all), (3.0 * 0.75 - 2.0_f64).abs() / 4.0);
        let (low, high) = interval(&all, accuracy);
        assert!(low <= 0.5 && high >= 0.5 && low < high);
        near(macro_f1(&[]), 0.0);
    }
}
