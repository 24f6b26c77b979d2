//! The steps of casework, and the table of who may take which from where.

use std::collections::{BTreeMap, BTreeSet};

use super::{CaseLevel, CaseState, Role};

/// A step of casework.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// 分派
    Assign,
    /// 簽收
    Accept,
    /// 查證完成，開始擬稿
    Draft,
    /// 市府資料有誤，改擬更正致歉稿
    Admit,
    /// 陳核
    Submit,
    /// 退回修改
    Return,
    /// 核稿
    Review,
    /// 核定
    Approve,
    /// 發布
    Publish,
    /// 開始追蹤
    Track,
    /// 結案
    Close,
    /// 函復結案, of a complaint
    Reply,
    /// 不處理
    Dismiss,
    /// 移請權責機關
    Refer,
    /// 媒體已更正
    NoteCorrection,
    /// 重啟
    Reopen,
}

impl StepKind {
    /// All steps.
    pub const ALL: [Self; 16] = [
        Self::Assign,
        Self::Accept,
        Self::Draft,
        Self::Admit,
        Self::Submit,
        Self::Return,
        Self::Review,
        Self::Approve,
        Self::Publish,
        Self::Track,
        Self::Close,
        Self::Reply,
        Self::Dismiss,
        Self::Refer,
        Self::NoteCorrection,
        Self::Reopen,
    ];

    /// The name in JSON, files and the audit log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Assign => "assign",
            Self::Accept => "accept",
            Self::Draft => "draft",
            Self::Admit => "admit",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Review => "review",
            Self::Approve => "approve",
            Self::Publish => "publish",
            Self::Track => "track",
            Self::Close => "close",
            Self::Reply => "reply",
            Self::Dismiss => "dismiss",
            Self::Refer => "refer",
            Self::NoteCorrection => "note_correction",
            Self::Reopen => "reopen",
        }
    }

    /// The step of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Assign => "分派",
            Self::Accept => "簽收查證",
            Self::Draft => "查證完成，開始擬稿",
            Self::Admit => "市府資料有誤，改擬更正致歉稿",
            Self::Submit => "陳核",
            Self::Return => "退回修改",
            Self::Review => "核稿",
            Self::Approve => "核定",
            Self::Publish => "發布",
            Self::Track => "開始追蹤",
            Self::Close => "結案",
            Self::Reply => "函復結案",
            Self::Dismiss => "不處理",
            Self::Refer => "移請權責機關",
            Self::NoteCorrection => "媒體已更正",
            Self::Reopen => "重啟",
        }
    }

    /// Whether it says why in words.
    #[must_use]
    pub fn needs_reason(self) -> bool {
        matches!(self, Self::Admit | Self::Return | Self::Reply | Self::Dismiss | Self::Refer | Self::Reopen)
    }
}

/// One row of the table of steps: from where to where, and who may take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRule {
    /// Where the case may stand before.
    pub from: BTreeSet<CaseState>,
    /// Where it stands after.
    pub to: CaseState,
    /// Who may take it.
    pub roles: BTreeSet<Role>,
    /// The levels of cases that have it.
    pub levels: BTreeSet<CaseLevel>,
    /// Whether the daemon takes it by itself as well.
    pub daemon: bool,
}

/// The table of steps. What is not in it cannot be done by anybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepTable {
    /// One rule a step.
    pub rules: BTreeMap<StepKind, StepRule>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        assert!(StepKind::ALL.iter().all(|it| StepKind::from_name(it.name()) == Some(*it)));
    }
}
