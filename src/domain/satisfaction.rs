//! What people answered who were asked whether they are content with how their matter was handled. Nobody is named.

use chrono::NaiveDate;

/// How content somebody is, on the usual scale of five: 1 非常不滿意, 2 不滿意, 3 普通, 4 滿意, 5 非常滿意.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score(u8);

impl Score {
    /// The least that counts as content.
    const CONTENT: u8 = 4;

    /// A step of the five; none outside of them.
    #[must_use]
    pub fn new(step: u8) -> Option<Self> {
        (1..=5).contains(&step).then_some(Self(step))
    }

    /// From what stands in a table: a step as a figure, or its words.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let step = match written.trim() {
            "非常不滿意" | "很不滿意" => 1,
            "不滿意" => 2,
            "普通" | "尚可" => 3,
            "滿意" => 4,
            "非常滿意" | "很滿意" => 5,
            figure => figure.parse().ok()?,
        };
        Self::new(step)
    }

    /// The step.
    #[must_use]
    pub fn step(self) -> u8 {
        self.0
    }

    /// Whether it is 滿意 or better.
    #[must_use]
    pub fn is_content(self) -> bool {
        self.0 >= Self::CONTENT
    }
}

/// What a survey is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Surveyed {
    /// A case here, by its key.
    Case(String),
    /// A matter of the 1999 line, by its number there.
    Line1999(String),
}

/// One answer to a survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// By what it is known: the same key is the same answer.
    pub key: String,
    /// What it is about.
    pub about: Surveyed,
    /// The day on which it was given.
    pub day: NaiveDate,
    /// How content they are.
    pub score: Score,
    /// By what they were asked: 電話, 簡訊, 網路…
    pub channel: String,
    /// What they said besides, without personal data.
    pub comment: Option<String>,
}

/// All answers of a period together; there is at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Satisfaction {
    /// How many.
    pub answers: u64,
    /// The sum of their steps.
    pub total: u64,
    /// Those that are 滿意 or better.
    pub content: u64,
}

impl Satisfaction {
    /// Of these answers; none where there is none, which is not the same as nobody being content.
    #[must_use]
    pub fn of(scores: impl IntoIterator<Item = Score>) -> Option<Self> {
        let mut all = Self { answers: 0, total: 0, content: 0 };
        for score in scores {
            all.answers += 1;
            all.total += u64::from(score.step());
            all.content += u64::from(score.is_content());
        }
        (all.answers > 0).then_some(all)
    }

    /// The mean step, 1 to 5.
    #[must_use]
    pub fn mean(self) -> f64 {
        self.total as f64 / self.answers as f64
    }

    /// The share that is content, 0 to 1.
    #[must_use]
    pub fn share(self) -> f64 {
        self.content as f64 / self.answers as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_figures_are_steps_of_one_scale() {
        for (written, step) in [("滿意", 4), (" 普通 ", 3), ("不滿意", 2), ("非常滿意", 5), ("1", 1), ("5", 5)]
        {
            assert_eq!(Score::parse(written).map(Score::step), Some(step), "{written}");
        }
        for wrong in ["0", "6", "", "很好", "4.5", "-1"] {
            assert_eq!(Score::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_answer_is_no_figure() {
        assert_eq!(Satisfaction::of([]), None);
        let all = Satisfaction::of([5, 4, 3, 1].map(|step| Score::new(step).unwrap())).unwrap();
        assert_eq!((all.answers, all.mean(), all.share()), (4, 3.25, 0.5));
    }
}
