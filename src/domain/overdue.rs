//! 逾期說明: what is said when a goal of a case was missed.

use chrono::{DateTime, Utc};

use super::{Goal, UserName};

/// Why goals were missed, how far the matter is, and when it is expected to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverdueNotice {
    /// Its key.
    pub id: String,
    /// The goals that were past due and not reached when it was written.
    pub goals: Vec<Goal>,
    /// 原因
    pub reason: String,
    /// 辦理現況
    pub progress: String,
    /// 預計完成時間
    pub expected: DateTime<Utc>,
    /// Who said so.
    pub by: UserName,
    /// When.
    pub at: DateTime<Utc>,
}
