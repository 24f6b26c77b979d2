//! How urgent a finding is.

use crate::domain::{Level, SURE};

/// From this score a finding is worth a person's look. Set by cross-validation on the training pairs and the development
/// half of `tests/golden/misreports.jsonl` so that one true report in seventy is flagged.
pub(super) const ALERT: f64 = 0.84;

/// What harms people when it is told wrongly: closures, water, power, money, disasters, food, safety.
const HARM: [&str; 27] = [
    "停班",
    "停課",
    "停水",
    "停電",
    "封路",
    "封閉",
    "疏散",
    "撤離",
    "淹水",
    "潰堤",
    "土石流",
    "颱風",
    "地震",
    "補助",
    "津貼",
    "發放",
    "普發",
    "中毒",
    "食安",
    "外洩",
    "爆炸",
    "火災",
    "疫",
    "停診",
    "詐騙",
    "死亡",
    "警戒",
];

impl Level {
    /// The level of a finding with this score about these words.
    #[must_use]
    pub fn of(score: f64, words: &str) -> Self {
        if score < ALERT {
            Self::None
        } else if score >= SURE && HARM.iter().any(|word| words.contains(word)) {
            Self::A
        } else {
            Self::B
        }
    }
}
