//! What people keep asking, and what was already said about it.

use chrono::{DateTime, Utc};

/// Where something was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// An official statement, by its key.
    Statement(String),
    /// A release, by the last part of its address.
    Release(String),
}

/// Something official that may answer a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAnswer {
    /// Its headline.
    pub title: String,
    /// What it says, or how it begins.
    pub text: String,
    /// Who says it.
    pub agency: String,
    /// Where it was said.
    pub said: Said,
}

/// The answer that comes nearest to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct NearestAnswer {
    /// Its headline.
    pub title: String,
    /// Who says it.
    pub agency: String,
    /// Where it was said.
    pub said: Said,
    /// The sentence of it that comes nearest; empty when the headline does.
    pub quote: String,
    /// How much of what the question turns on it speaks of, 0 to 1, by the weight of the words.
    pub nearness: f64,
}

/// A question that was asked more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct FaqCandidate {
    /// How it is asked most typically, without personal data.
    pub wording: String,
    /// Other ways of asking it, without personal data.
    pub variants: Vec<String>,
    /// The service it is about, by its id.
    pub service: Option<String>,
    /// How often it was asked: copies of one text count once.
    pub asked: usize,
    /// The texts it was asked in, by their keys, the earliest first; copies among them.
    pub reports: Vec<String>,
    /// Where it was asked, each once.
    pub outlets: Vec<String>,
    /// Where it is about, each once.
    pub districts: Vec<String>,
    /// When it was first seen.
    pub first: DateTime<Utc>,
    /// When it was last seen.
    pub last: DateTime<Utc>,
    /// What comes nearest to an answer; none when nothing comes near enough.
    pub answer: Option<NearestAnswer>,
}
