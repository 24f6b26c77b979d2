//! What every page has around it: head, navigation and foot.

use chrono::{DateTime, Utc};

use crate::{
    domain::{Role, roc_date, taipei},
    web::{access, assets, moment, visitor::Visitor},
};

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// 輿情清單
    Reports,
    /// 案件
    Cases,
    /// 彙整表
    Digest,
    /// 報表
    Statistics,
    /// 事實資料
    Facts,
    /// 來源狀態
    Sources,
    /// 帳號管理
    Accounts,
    /// 稽核紀錄
    Audit,
    /// 變更密碼
    Password,
    /// 登入
    LogIn,
    /// Pages that belong to none.
    Nowhere,
}

/// The surroundings of one page at one moment.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// When the page was made.
    pub now: DateTime<Utc>,
    section: Section,
    visitor: Visitor,
}

impl Frame {
    pub(super) fn new(section: Section, now: DateTime<Utc>, visitor: Visitor) -> Self {
        Self { now, section, visitor }
    }

    /// Who is logged in.
    pub(super) fn person(&self) -> Option<&str> {
        self.visitor.person()
    }

    pub(super) fn offers_log_in(&self) -> bool {
        self.visitor.is_offered_log_in() && self.section != Section::LogIn
    }

    pub(super) fn is_for_admins(&self) -> bool {
        self.visitor.holds_any(&[Role::Admin])
    }

    /// Whether they may put readings right.
    pub(super) fn may_correct(&self) -> bool {
        self.visitor.holds_any(access::CORRECTORS)
    }

    /// Whether they may enter official statements.
    pub(super) fn may_state(&self) -> bool {
        self.visitor.holds_any(access::STATERS)
    }

    /// Whether they may say what became of an alert.
    pub(super) fn may_judge(&self) -> bool {
        self.visitor.holds_any(access::JUDGES)
    }

    /// Whether they may open a case by hand.
    pub(super) fn may_open_case(&self) -> bool {
        self.visitor.holds_any(access::OPENERS)
    }

    pub(super) fn in_cases(&self) -> bool {
        self.section == Section::Cases
    }

    /// Cases that wait for an answer, if there are any and it is known.
    pub(super) fn awaiting(&self) -> Option<u64> {
        self.visitor.awaiting.filter(|cases| *cases > 0)
    }

    pub(super) fn in_digest(&self) -> bool {
        self.section == Section::Digest
    }

    pub(super) fn in_statistics(&self) -> bool {
        self.section == Section::Statistics
    }

    pub(super) fn in_facts(&self) -> bool {
        self.section == Section::Facts
    }

    pub(super) fn in_accounts(&self) -> bool {
        self.section == Section::Accounts
    }

    pub(super) fn in_audit(&self) -> bool {
        self.section == Section::Audit
    }

    pub(super) fn in_password(&self) -> bool {
        self.section == Section::Password
    }

    pub(super) fn in_reports(&self) -> bool {
        self.section == Section::Reports
    }

    pub(super) fn in_sources(&self) -> bool {
        self.section == Section::Sources
    }

    pub(super) fn roc_date(&self) -> String {
        roc_date(taipei(self.now).date_naive())
    }

    pub(super) fn time(&self) -> String {
        taipei(self.now).format("%H:%M").to_string()
    }

    pub(super) fn iso(&self) -> String {
        moment::iso(self.now)
    }

    #[expect(clippy::unused_self, reason = "templates reach what a page has around it through its frame")]
    pub(super) fn style(&self) -> &'static str {
        assets::style()
    }

    #[expect(clippy::unused_self, reason = "templates reach what a page has around it through its frame")]
    pub(super) fn script(&self) -> &'static str {
        assets::script()
    }

    #[expect(clippy::unused_self, reason = "templates reach what a page has around it through its frame")]
    pub(super) fn icon(&self) -> &'static str {
        assets::icon()
    }

    #[expect(clippy::unused_self, reason = "templates reach what a page has around it through its frame")]
    pub(super) fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
