//! Cases and drafts in the JSON of the API.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::{Approval, Case, Clarification, Draft, Moments, Stage, taipei};

/// A case as the API tells it.
#[derive(Debug, Clone, Serialize)]
pub struct CaseJson<'a> {
    id: &'a str,
    number: i64,
    version: i64,
    level: &'static str,
    title: &'a str,
    state: &'static str,
    state_words: &'static str,
    since: String,
    agency: Option<&'a str>,
    unit: Option<&'a str>,
    referred_to: Option<&'a str>,
    answer: Option<&'static str>,
    district: Option<&'a str>,
    service: Option<&'a str>,
    story: Option<&'a str>,
    moments: MomentsJson,
    submitted: Option<SubmittedJson<'a>>,
    issued: Option<IssuedJson<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct MomentsJson {
    published: Option<String>,
    fetched: String,
    acknowledged: Option<String>,
    known: String,
    planned: Option<String>,
    answered: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct SubmittedJson<'a> {
    revision: u32,
    hash: &'a str,
    drafters: Vec<&'a str>,
    reviewed: Option<ApprovalJson<'a>>,
    approved: Option<ApprovalJson<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct ApprovalJson<'a> {
    by: &'a str,
    at: String,
}

#[derive(Debug, Clone, Serialize)]
struct IssuedJson<'a> {
    revision: u32,
    hash: &'a str,
    answer: &'static str,
    at: String,
}

impl<'a> From<&'a Case> for CaseJson<'a> {
    fn from(case: &'a Case) -> Self {
        let answer = match &case.stage {
            Stage::Drafting(_, answer) | Stage::Reviewing(_, answer, _) => Some(answer.name()),
            stage => stage.issued().map(|issued| issued.answer.name()),
        };
        let submitted = match &case.stage {
            Stage::Reviewing(_, _, text) => Some(SubmittedJson {
                revision: text.revision,
                hash: &text.hash,
                drafters: text.drafters.iter().map(crate::domain::UserName::as_str).collect(),
                reviewed: text.reviewed.as_ref().map(ApprovalJson::from),
                approved: text.approved.as_ref().map(ApprovalJson::from),
            }),
            _ => None,
        };
        let Moments { published, fetched, acknowledged, known, planned, answered } = case.moments;
        Self {
            id: &case.id,
            number: case.number,
            version: case.version,
            level: case.level.name(),
            title: &case.title,
            state: case.stage.state().name(),
            state_words: case.stage.state().words(),
            since: time(case.since),
            agency: case.stage.assignment().map(|it| it.agency.as_str()),
            unit: case.stage.assignment().and_then(|it| it.unit.as_deref()),
            referred_to: match &case.stage {
                Stage::Referred(body) => Some(body),
                _ => None,
            },
            answer,
            district: case.district.as_deref(),
            service: case.service.as_deref(),
            story: case.story.as_deref(),
            moments: MomentsJson {
                published: published.map(time),
                fetched: time(fetched),
                acknowledged: acknowledged.map(time),
                known: time(known),
                planned: planned.map(time),
                answered: answered.map(time),
            },
            submitted,
            issued: case.stage.issued().map(|it| IssuedJson {
                revision: it.revision,
                hash: &it.hash,
                answer: it.answer.name(),
                at: time(it.at),
            }),
        }
    }
}

impl<'a> From<&'a Approval> for ApprovalJson<'a> {
    fn from(approval: &'a Approval) -> Self {
        Self { by: approval.by.as_str(), at: time(approval.at) }
    }
}

/// The text of a clarification. What is left out is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClarificationJson {
    /// 標題
    pub title: String,
    /// 導言
    pub lead: String,
    /// 說明
    pub facts: Vec<String>,
    /// 權責釐清
    pub jurisdiction: String,
    /// 後續作為
    pub measures: String,
    /// 呼籲
    pub appeal: String,
    /// 新聞聯絡人
    pub contacts: String,
    /// 圖卡短文
    pub card: String,
    /// 問答
    pub questions: Vec<QuestionJson>,
}

/// A question with its reply.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuestionJson {
    /// 問
    pub question: String,
    /// 答
    pub reply: String,
}

impl From<&Clarification> for ClarificationJson {
    fn from(text: &Clarification) -> Self {
        Self {
            title: text.title.clone(),
            lead: text.lead.clone(),
            facts: text.facts.clone(),
            jurisdiction: text.jurisdiction.clone(),
            measures: text.measures.clone(),
            appeal: text.appeal.clone(),
            contacts: text.contacts.clone(),
            card: text.card.clone(),
            questions: text
                .questions
                .iter()
                .map(|(question, reply)| QuestionJson { question: question.clone(), reply: reply.clone() })
                .collect(),
        }
    }
}

impl From<ClarificationJson> for Clarification {
    fn from(json: ClarificationJson) -> Self {
        Self {
            title: json.title,
            lead: json.lead,
            facts: json.facts,
            jurisdiction: json.jurisdiction,
            measures: json.measures,
            appeal: json.appeal,
            contacts: json.contacts,
            card: json.card,
            questions: json.questions.into_iter().map(|it| (it.question, it.reply)).collect(),
        }
    }
}

/// A revision of a draft.
#[derive(Debug, Clone, Serialize)]
pub struct DraftJson<'a> {
    revision: u32,
    hash: &'a str,
    author: Option<&'a str>,
    at: String,
    text: ClarificationJson,
}

impl<'a> From<&'a Draft> for DraftJson<'a> {
    fn from(draft: &'a Draft) -> Self {
        Self {
            revision: draft.revision,
            hash: &draft.hash,
            author: draft.author.as_ref().map(crate::domain::UserName::as_str),
            at: time(draft.at),
            text: ClarificationJson::from(&draft.text),
        }
    }
}

/// A time as JSON has it: RFC 3339 with Taipei's offset.
#[must_use]
pub fn time(at: DateTime<Utc>) -> String {
    taipei(at).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_leaves_parts_out_has_empty_ones() {
        let json: ClarificationJson =
            serde_json::from_str(r#"{"title":"標題","questions":[{"question":"問"}]}"#).unwrap();
        let text = Clarification::from(json.clone());
        assert_eq!((text.title.as_str(), text.lead.as_str(), text.facts.len()), ("標題", "", 0));
        assert_eq!(ClarificationJson::from(&text), json);
        assert!(serde_json::from_str::<ClarificationJson>(r#"{"titel":""}"#).is_err(), "a slip is no part");
    }
}
