//! A text with its labels.

use chrono::NaiveDate;

use crate::domain::Target;

/// Where a text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The city's 1999 cases, in the operators' words.
    Cases,
    /// The city's 1999 cases that citizens typed themselves.
    Citizens,
    /// Questions of the city's FAQ.
    Question,
    /// Answers of the city's FAQ.
    Answer,
    /// Titles of the web sites of the city's bodies.
    Site,
    /// Questions of another city's FAQ.
    OtherQuestion,
    /// Answers of another city's FAQ.
    OtherAnswer,
    /// Texts written for this project.
    Written,
    /// Cases written for this project.
    WrittenCase,
    /// Questions written for this project.
    WrittenQuestion,
    /// What staff corrected in the console, or rows of their own.
    Given,
}

impl Origin {
    /// All origins.
    pub const ALL: [Self; 11] = [
        Self::Cases,
        Self::Citizens,
        Self::Question,
        Self::Answer,
        Self::Site,
        Self::OtherQuestion,
        Self::OtherAnswer,
        Self::Written,
        Self::WrittenCase,
        Self::WrittenQuestion,
        Self::Given,
    ];

    /// How a model card names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cases => "1999 cases, operators' words",
            Self::Citizens => "1999 cases, citizens' own words",
            Self::Question => "city FAQ, questions",
            Self::Answer => "city FAQ, answers",
            Self::Site => "web sites of the city, titles",
            Self::OtherQuestion => "another city's FAQ, questions",
            Self::OtherAnswer => "another city's FAQ, answers",
            Self::Written => "texts written for this project",
            Self::WrittenCase => "cases written for this project",
            Self::WrittenQuestion => "questions written for this project",
            Self::Given => "corrections and rows given on the command line",
        }
    }
}

/// A text with the labels it is known to have.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Where it comes from.
    pub origin: Origin,
    /// The headline, often empty.
    pub title: String,
    /// The body.
    pub text: String,
    /// The day it appeared.
    pub day: Option<NaiveDate>,
    /// The text that it belongs to and is held back with, as an answer to its question.
    of: Option<String>,
    labels: Vec<(Target, String)>,
}

impl Example {
    /// A text without labels.
    #[must_use]
    pub fn new(origin: Origin, title: &str, text: &str) -> Self {
        Self { origin, title: title.to_owned(), text: text.to_owned(), day: None, of: None, labels: Vec::new() }
    }

    /// The text with a further label; an empty one says that it is not known.
    #[must_use]
    pub fn with(mut self, target: Target, label: &str) -> Self {
        if !label.is_empty() {
            self.labels.push((target, label.to_owned()));
        }
        self
    }

    /// The text as one that belongs to another one, of which it tells too much to be trained on while that is held back.
    #[must_use]
    pub fn answering(mut self, question: &str) -> Self {
        self.of = Some(question.to_owned());
        self
    }

    /// The words that tell which texts are held back together.
    pub(super) fn kin(&self) -> &str {
        match &self.of {
            Some(of) => of,
            None if self.text.is_empty() => &self.title,
            None => self.words(),
        }
    }

    /// Its label for a target.
    #[must_use]
    pub fn label(&self, target: Target) -> Option<&str> {
        self.labels.iter().find(|(known, _)| *known == target).map(|(_, label)| label.as_str())
    }

    /// What it says in its own words: a case without the operator's frame, which says nothing of the matter and would let a
    /// model look better than it is on texts that have none.
    #[must_use]
    pub fn words(&self) -> &str {
        match self.origin {
            Origin::Cases | Origin::Citizens => without_frame(&self.text),
            _ => &self.text,
        }
    }

    /// How much it counts in training a target's model, against 1.
    pub(super) fn weight(&self, target: Target) -> f64 {
        super::recipe::weight(self.origin, target)
    }
}

/// What an operator writes before and behind what was reported.
const OPERATOR_OPENS: [&str; 6] = ["渠反映", "渠反應", "民眾反映", "民眾反應", "市民反映", "渠表示"];
const OPERATOR_CLOSES: [&str; 5] = ["建請查處", "請查處", "建請處理", "建請查修", "請派員處理"];

fn without_frame(text: &str) -> &str {
    let text = text.trim();
    let text = OPERATOR_OPENS.iter().find_map(|frame| text.strip_prefix(frame)).unwrap_or(text);
    let text = text.trim_end_matches(['。', '.', '，', ' ']);
    let text = OPERATOR_CLOSES.iter().find_map(|frame| text.strip_suffix(frame)).unwrap_or(text);
    text.trim_matches(['，', '：', '。', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operators_frame_is_no_part_of_a_case() {
        for (case, words) in [
            ("渠反映該處1盞路燈故障不亮，建請查處。", "該處1盞路燈故障不亮"),
            ("民眾反映：狗在水溝裡，請查處", "狗在水溝裡"),
            ("路燈不亮 謝謝", "路燈不亮 謝謝"),
            ("建請查處。", ""),
        ] {
            assert_eq!(Example::new(Origin::Cases, "", case).words(), words);
        }
        assert_eq!(Example::new(Origin::Written, "", "請查處").words(), "請查處");
    }
}
