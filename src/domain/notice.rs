//! What is told, and what may come of a try to tell it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use url::Url;

use super::Level;

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// 警示
    Alert,
    /// 澄清稿: a published one.
    Clarification,
    /// 彙整
    Digest,
    /// 測試
    Test,
}

impl Purpose {
    /// All purposes.
    pub const ALL: [Self; 4] = [Self::Alert, Self::Clarification, Self::Digest, Self::Test];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Clarification => "clarification",
            Self::Digest => "digest",
            Self::Test => "test",
        }
    }

    /// The purpose of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Alert => "警示",
            Self::Clarification => "澄清稿",
            Self::Digest => "彙整",
            Self::Test => "測試",
        }
    }
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The key of its outbox row, a ULID: the same at every try.
    pub key: String,
    /// A UUID that was stored with the row before the first try.
    pub retry_key: String,
    /// What it is for.
    pub purpose: Purpose,
    /// How urgent it is.
    pub level: Level,
    /// One line.
    pub subject: String,
    /// The whole text.
    pub text: String,
    /// The same for mail programs that show HTML.
    pub html: Option<String>,
    /// Where to read on.
    pub link: Option<Url>,
    /// The short version for messengers.
    pub card: Option<String>,
    /// The number of the case.
    pub case_number: Option<String>,
    /// When what it tells of happened.
    pub occurred_at: DateTime<Utc>,
    /// When that was over; none while it goes on.
    pub ended_at: Option<DateTime<Utc>>,
}

/// What came of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Accepted {
        /// What the receiver calls it, or said.
        receipt: String,
    },
    /// It had been taken before.
    Duplicate,
    /// Not now.
    Retry {
        /// What the receiver asked to be left alone for.
        after: Option<Duration>,
        /// What it said.
        why: String,
    },
    /// Never: the message or the recipient is refused.
    Rejected {
        /// What was said.
        why: String,
    },
    /// Never, until a person sees to the channel's key or its protection: calls for a banner.
    Unauthorised {
        /// What was said.
        why: String,
    },
    /// Not before the quota is renewed.
    Quota {
        /// What was said.
        why: String,
    },
    /// It was sent, and nobody knows whether it was taken.
    Uncertain {
        /// What happened.
        why: String,
    },
}

impl Delivery {
    /// The name in metrics (`result`), JSON and the database.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Duplicate => "duplicate",
            Self::Retry { .. } => "retry",
            Self::Rejected { .. } => "rejected",
            Self::Unauthorised { .. } => "unauthorised",
            Self::Quota { .. } => "quota",
            Self::Uncertain { .. } => "uncertain",
        }
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "已送出",
            Self::Duplicate => "先前已送出",
            Self::Retry { .. } => "稍後重送",
            Self::Rejected { .. } => "對方拒收",
            Self::Unauthorised { .. } => "金鑰或權限失效",
            Self::Quota { .. } => "本月額度已用完",
            Self::Uncertain { .. } => "無法確認是否送達",
        }
    }

    /// What was said, for the log of what was sent.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Accepted { receipt: why }
            | Self::Retry { why, .. }
            | Self::Rejected { why }
            | Self::Unauthorised { why }
            | Self::Quota { why }
            | Self::Uncertain { why } => why,
            Self::Duplicate => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        assert!(Purpose::ALL.iter().all(|it| Purpose::from_name(it.name()) == Some(*it)));
    }
}
