//! What people made of earlier alerts, and by which rules an alert came about.

use std::sync::LazyLock;

use super::{FEATURES, level::ALERT};

/// What one alert that turned out to be none takes from the log-odds of the next of the same pattern: a sureness of .9
/// becomes .67, which alerts no more, and one of .98 becomes .92.
const STEP: f64 = 1.5;

/// More of them say no more: a pattern is never silenced for good, because the next report may be the wrong one.
const MOST: u32 = 3;

/// How sure a finding is when `doubts` more alerts of its pattern turned out to be none than were confirmed.
#[must_use]
pub fn tempered(score: f64, doubts: u32) -> f64 {
    if doubts == 0 || score <= 0.0 || score >= 1.0 {
        return score;
    }
    let odds = (score / (1.0 - score)).ln() - STEP * f64::from(doubts.min(MOST));
    1.0 / (1.0 + (-odds).exp())
}

/// The version of the rules: the program's, with a digest of what is weighed and from where on it alerts.
#[must_use]
pub fn rules() -> &'static str {
    static RULES: LazyLock<String> = LazyLock::new(|| format!("{}-{:08x}", env!("CARGO_PKG_VERSION"), digest()));
    &RULES
}

/// FNV-1a over the names of the features and the threshold.
fn digest() -> u32 {
    let names = FEATURES.iter().flat_map(|name| name.bytes().chain([0]));
    let threshold = ALERT.to_bits().to_be_bytes();
    names.chain(threshold).fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubted_pattern_must_be_surer_and_is_never_silenced() {
        assert!((tempered(0.9, 0) - 0.9).abs() < 1e-12);
        let once = tempered(0.9, 1);
        assert!((0.6..ALERT).contains(&once), "{once}");
        assert!(tempered(0.98, 1) > ALERT && tempered(0.98, 2) < tempered(0.98, 1));
        assert!((tempered(0.999, 3) - tempered(0.999, 99)).abs() < 1e-12 && tempered(0.999, 99) > ALERT);
        assert!((tempered(1.0, 5) - 1.0).abs() < 1e-12 && tempered(0.0, 5).abs() < 1e-12);
    }

    #[test]
    fn the_rules_are_told_by_the_program_and_what_it_weighs() {
        assert!(rules().starts_with(env!("CARGO_PKG_VERSION")) && rules() == rules());
    }
}
