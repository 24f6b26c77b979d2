//! A clarification as it is written: its parts, what they rest on, and what stands in the way of its publication.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Span, UserName, session::hex};

/// Characters of the version for cards and messengers (a norm often followed in Taiwan: two hundred characters).
pub const LONGEST_CARD: usize = 200;

/// A part of a clarification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// 標題
    Title,
    /// 導言
    Lead,
    /// 說明, counted from 0
    Fact(usize),
    /// 權責釐清
    Jurisdiction,
    /// 後續作為
    Measures,
    /// 呼籲
    Appeal,
    /// 新聞聯絡人
    Contacts,
    /// 圖卡短文
    Card,
    /// 問, counted from 0
    Question(usize),
    /// 答, counted from 0
    Reply(usize),
}

impl Part {
    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> String {
        let numbered = |name: &str, at: usize| format!("{name}{}", at + 1);
        match self {
            Self::Title => "標題".into(),
            Self::Lead => "導言".into(),
            Self::Fact(at) => numbered("說明", at),
            Self::Jurisdiction => "權責釐清".into(),
            Self::Measures => "後續作為".into(),
            Self::Appeal => "呼籲".into(),
            Self::Contacts => "新聞聯絡人".into(),
            Self::Card => "圖卡短文".into(),
            Self::Question(at) => numbered("問", at),
            Self::Reply(at) => numbered("答", at),
        }
    }
}

/// The text of a clarification, part by part. Empty parts are left out of what is published.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clarification {
    /// 標題
    pub title: String,
    /// 導言, with the claim word for word in 「」.
    pub lead: String,
    /// 說明, one paragraph each, numbered 一、二、三 when shown.
    pub facts: Vec<String>,
    /// 權責釐清: who is in charge when it is not the city.
    pub jurisdiction: String,
    /// 後續作為
    pub measures: String,
    /// 呼籲
    pub appeal: String,
    /// 新聞聯絡人: name, post and telephone, one a line.
    pub contacts: String,
    /// 圖卡短文, at most [`LONGEST_CARD`] characters.
    pub card: String,
    /// 問答
    pub questions: Vec<(String, String)>,
}

impl Clarification {
    /// Every part that has words, in the order in which it is read.
    #[must_use]
    pub fn parts(&self) -> Vec<(Part, &str)> {
        let mut parts: Vec<(Part, &str)> = vec![(Part::Title, &self.title), (Part::Lead, &self.lead)];
        parts.extend(self.facts.iter().enumerate().map(|(at, fact)| (Part::Fact(at), fact.as_str())));
        parts.extend([
            (Part::Jurisdiction, self.jurisdiction.as_str()),
            (Part::Measures, self.measures.as_str()),
            (Part::Appeal, self.appeal.as_str()),
            (Part::Contacts, self.contacts.as_str()),
            (Part::Card, self.card.as_str()),
        ]);
        for (at, (question, reply)) in self.questions.iter().enumerate() {
            parts.extend([(Part::Question(at), question.as_str()), (Part::Reply(at), reply.as_str())]);
        }
        parts.retain(|(_, text)| !text.trim().is_empty());
        parts
    }

    /// SHA-256 over all parts, in hex, to which approvals are bound. Each part is preceded by its length and each list by
    /// its number, so that no word can move from one to the next unseen.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX).to_be_bytes();
        let mut take = |text: &str| {
            hash.update(count(text.len()));
            hash.update(text.as_bytes());
        };
        take(&self.title);
        take(&self.lead);
        take(&self.facts.len().to_string());
        self.facts.iter().for_each(|fact| take(fact));
        for part in [&self.jurisdiction, &self.measures, &self.appeal, &self.contacts, &self.card] {
            take(part);
        }
        take(&self.questions.len().to_string());
        for (question, reply) in &self.questions {
            take(question);
            take(reply);
        }
        hex(&hash.finalize())
    }
}

/// One revision of a draft. A revision is never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The case.
    pub case_id: String,
    /// Which revision, from 1.
    pub revision: u32,
    /// What it says.
    pub text: Clarification,
    /// See [`Clarification::hash`].
    pub hash: String,
    /// Who wrote it; none for the one the daemon lays before people.
    pub author: Option<UserName>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a text comes from that a draft may rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceTextKind {
    /// A report: what was claimed. It shows that the claim was made, never that something is so.
    Report,
    /// An official statement of the register.
    Statement,
}

impl SourceTextKind {
    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Statement => "statement",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Report, Self::Statement].into_iter().find(|kind| kind.name() == name)
    }
}

/// A stored text that a draft may rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// What it is.
    pub kind: SourceTextKind,
    /// Its key: of a report or a statement.
    pub id: String,
    /// Its version.
    pub revision: u32,
    /// The hash of that version.
    pub hash: String,
    /// The outlet, or the agency.
    pub publisher: String,
    /// When it was published.
    pub published: Option<DateTime<Utc>>,
    /// The number of the document, of a statement.
    pub document_no: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its headline.
    pub title: String,
    /// Its text.
    pub text: String,
}

/// Something a named person answers for: words of a draft and what they rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The words of the draft, exactly as they stand there: a figure, a day, a name, a quotation.
    pub phrase: String,
    /// What they rest on: the number of a document, a statute, a contract.
    pub basis: String,
    /// Who signed.
    pub by: UserName,
    /// When.
    pub at: DateTime<Utc>,
}

/// Whether a quoted claim still stands where it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The key of the report.
    pub report: String,
    /// The words.
    pub quote: String,
    /// Whether the page has them still.
    pub stands: bool,
    /// Whether the page is gone.
    pub deleted: bool,
}

/// Words of a draft that were looked up, and where they were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The part of the draft.
    pub part: Part,
    /// The words, as bytes of that part.
    pub span: Span,
    /// Where they rest.
    pub rest: Rest,
}

/// What words of a draft rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    /// Bytes of a stored text: the key of the source, its version, whether the headline, and where.
    Source {
        /// The key.
        id: String,
        /// The version.
        revision: u32,
        /// Whether in the headline, else in the text.
        in_title: bool,
        /// The bytes.
        span: Span,
    },
    /// What is recorded of a stored text beside its words: who published it, when, under which number, at which address.
    Record {
        /// The key.
        id: String,
        /// The version.
        revision: u32,
    },
    /// A basis that a person signed, by its place in the list.
    Basis(usize),
}
