//! What people keep asking as JSON.

use serde::Serialize;

use super::time;
use crate::domain::{FaqCandidate, Said};

/// A question that was asked more than once. Times are RFC 3339 with Taipei's offset; wordings are without personal data.
#[derive(Debug, Clone, Serialize)]
pub struct FaqOut<'a> {
    wording: &'a str,
    variants: &'a [String],
    service: Option<&'a str>,
    asked: usize,
    reports: &'a [String],
    outlets: &'a [String],
    districts: &'a [String],
    first_at: String,
    last_at: String,
    /// None when nothing comes near enough.
    answer: Option<AnswerOut<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct AnswerOut<'a> {
    title: &'a str,
    agency: &'a str,
    /// The key of a statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'a str>,
    /// The slug of a release.
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<&'a str>,
    quote: &'a str,
    nearness: f64,
}

impl<'a> From<&'a FaqCandidate> for FaqOut<'a> {
    fn from(it: &'a FaqCandidate) -> Self {
        Self {
            wording: &it.wording,
            variants: &it.variants,
            service: it.service.as_deref(),
            asked: it.asked,
            reports: &it.reports,
            outlets: &it.outlets,
            districts: &it.districts,
            first_at: time(it.first),
            last_at: time(it.last),
            answer: it.answer.as_ref().map(|answer| {
                let (statement, release) = match &answer.said {
                    Said::Statement(id) => (Some(id.as_str()), None),
                    Said::Release(slug) => (None, Some(slug.as_str())),
                };
                AnswerOut {
                    title: &answer.title,
                    agency: &answer.agency,
                    statement,
                    release,
                    quote: &answer.quote,
                    nearness: answer.nearness,
                }
            }),
        }
    }
}
