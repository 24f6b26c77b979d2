//! How unevenly each bucket is spread over the two sides of a question. Of few texts a machine learns faster when what is
//! uneven already counts more (Wang, Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic Classification", ACL
//! 2012: a support vector machine over naive Bayes log-count ratios, mixed with an even one).

use super::svm::Row;
use crate::classify::BUCKETS;

/// What each bucket is multiplied with.
pub(super) struct Contrast(Vec<f32>);

impl Contrast {
    /// The contrast of texts, each with what it counts and whether it is positive; `share` of 0 makes all buckets alike, one
    /// of 1 leaves nothing but the ratio.
    pub(super) fn new<'a>(texts: impl Iterator<Item = (&'a Row, f64, bool)>, share: f64) -> Self {
        // One text more on either side, so that what was seen once is not taken for certain.
        let mut counts = vec![[1.0_f64; 2]; BUCKETS];
        let mut totals = [0.0_f64; 2];
        for (row, weight, positive) in texts {
            let side = usize::from(positive);
            for bucket in row.buckets() {
                let count = usize::try_from(bucket).ok().and_then(|at| counts.get_mut(at)?.get_mut(side));
                if let Some(count) = count {
                    *count += weight;
                }
            }
            if let Some(total) = totals.get_mut(side) {
                *total += weight;
            }
        }
        let [against, favour] = totals.map(|total| total.max(1.0));
        let ratio = |[no, yes]: &[f64; 2]| ((yes / favour) / (no / against)).ln().abs();
        Self(counts.iter().map(|count| single(1.0 - share + share * ratio(count))).collect())
    }

    /// A text with its values multiplied.
    pub(super) fn of(&self, row: &Row) -> Row {
        row.scaled(&self.0)
    }

    /// Weights learned from such texts, as they count on plain ones.
    pub(super) fn plain(&self, mut weights: Vec<f32>) -> Vec<f32> {
        for (weight, factor) in weights.iter_mut().zip(&self.0) {
            *weight *= factor;
        }
        weights
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a factor is a small number; single precision is enough")]
fn single(factor: f64) -> f32 {
    factor as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_one_side_alone_counts_more_and_what_stands_on_both_less() {
        let rows = [3, 2].map(|other| Row::from_values(vec![(1, 1.0), (other, 1.0)]));
        let texts = || (0..40).map(|n| (&rows[n % 2], 1.0, n % 2 == 0));
        let contrast = Contrast::new(texts(), 0.5);
        let [even, uneven] = [1, 3].map(|bucket| contrast.plain(vec![1.0; 4])[bucket]);
        // 20 of 20 beside 0 of 20, with one more each: ln 21.
        assert!((even - 0.5).abs() < 1e-5 && (uneven - (0.5 + 0.5 * 21.0_f32.ln())).abs() < 1e-4, "{even} {uneven}");
        let plain = Contrast::new(texts(), 0.0);
        assert_eq!(plain.of(&rows[0]), rows[0]);
    }
}
