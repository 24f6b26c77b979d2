//! What every page has around it: head, navigation and foot.

use chrono::{DateTime, Utc};

use crate::{
    domain::{roc_date, taipei},
    web::{assets, moment},
};

/// Which entry of the navigation a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// 輿情清單
    Reports,
    /// 來源狀態
    Sources,
    /// Pages that belong to none.
    Nowhere,
}

/// The surroundings of one page at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// When the page was made.
    pub now: DateTime<Utc>,
    section: Section,
}

impl Frame {
    pub(super) fn new(section: Section, now: DateTime<Utc>) -> Self {
        Self { now, section }
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
