//! The 輿情彙整表: what was reported in a part of a day and where each matter stands, row by row. The columns are those of
//! the first reports of 行政院, 消防署 and 司法院 put together; no official blank form is published.

use chrono::{DateTime, Utc};

use super::{Case, CaseLevel, Label, OverdueNotice, Span, StepKind};

/// From when until when. What lies at the end belongs to the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// The first moment that belongs to it.
    pub from: DateTime<Utc>,
    /// The first that no longer does.
    pub until: DateTime<Utc>,
}

/// A report as a digest takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestReport {
    /// Its key.
    pub id: String,
    /// The story it tells.
    pub story: String,
    /// The source that brought it.
    pub source_id: String,
    /// Its outlet.
    pub outlet: String,
    /// Who wrote it: a name, or an account of a board.
    pub author: Option<String>,
    /// Its headline.
    pub title: String,
    /// Personal data in the headline.
    pub title_masks: Vec<Span>,
    /// How its text begins.
    pub lead: String,
    /// Personal data in the text.
    pub lead_masks: Vec<Span>,
    /// Its address.
    pub url: String,
    /// When it was first fetched.
    pub seen: DateTime<Utc>,
    /// The district.
    pub district: Option<String>,
    /// The service, by its id.
    pub service: Option<String>,
    /// The agency it is most likely the matter of.
    pub agency: Option<String>,
    /// How it speaks of the city.
    pub toward_city: Label,
    /// Outlets that told its story by the end of the period.
    pub outlets: u64,
    /// The latest case of its story, by number.
    pub case_number: Option<i64>,
}

/// A text that went out in a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestRelease {
    /// Its headline.
    pub title: String,
    /// The revision of the draft that went out.
    pub revision: u32,
}

/// A case as a digest takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestCase {
    /// The case.
    pub case: Case,
    /// The first report that joined it; none for a matter that was entered by hand without one.
    pub report: Option<DigestReport>,
    /// Outlets its reports are by.
    pub outlets: u64,
    /// What its reports say otherwise than official statements: the words that decide.
    pub claims: Vec<String>,
    /// What last went out.
    pub release: Option<DigestRelease>,
    /// What was last said of a missed goal.
    pub notice: Option<OverdueNotice>,
    /// Steps that people took, with their names, in order.
    pub steps: Vec<(StepKind, String)>,
}

/// All that a digest is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DigestMatter {
    /// Cases that were open at any moment of the period.
    pub cases: Vec<DigestCase>,
    /// Reports in scope that speak ill of the city, the earliest first.
    pub reports: Vec<DigestReport>,
}

/// Whether the city has to put something straight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// 是
    Yes,
    /// 已澄清
    Done,
    /// 待查證
    ToVerify,
    /// 否
    No,
}

impl Need {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Done => "done",
            Self::ToVerify => "to_verify",
            Self::No => "no",
        }
    }

    /// What stands in the table.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Yes => "是",
            Self::Done => "已澄清",
            Self::ToVerify => "待查證",
            Self::No => "否",
        }
    }
}

/// A row of the table, in the order of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestRow {
    /// 編號, from 1
    pub number: usize,
    /// The number of the case, when the row is one.
    pub case_number: Option<i64>,
    /// 接獲時間
    pub received: DateTime<Utc>,
    /// 媒體/平臺
    pub outlet: Option<String>,
    /// How many outlets told it.
    pub outlets: u64,
    /// 版面/看板
    pub section: Option<String>,
    /// 記者/帳號, masked
    pub author: Option<String>,
    /// 標題
    pub title: String,
    /// The path of its page in the console.
    pub page: String,
    /// 網址
    pub url: Option<String>,
    /// 摘要/爭點
    pub summary: String,
    /// 行政區
    pub district: Option<String>,
    /// 服務類別, by its name
    pub service: Option<String>,
    /// 權責機關
    pub agency: Option<String>,
    /// 情緒傾向
    pub toward_city: Option<Label>,
    /// 等級; none is 參考.
    pub level: Option<CaseLevel>,
    /// 是否需澄清
    pub need: Need,
    /// 處理方式
    pub handling: String,
    /// 回應時限
    pub due: Option<DateTime<Utc>>,
    /// 實際回應時間
    pub answered: Option<DateTime<Utc>>,
    /// 回應內容/連結
    pub answer: Option<(String, String)>,
    /// 承辦人
    pub officer: Option<String>,
    /// 核稿
    pub reviewer: Option<String>,
    /// 續報: it stood in an earlier digest of the day.
    pub again: bool,
    /// Whether the public still waits for an answer.
    pub awaits: bool,
    /// 結案
    pub closed: Option<DateTime<Utc>>,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The office that makes it.
    pub office: String,
    /// What it is about.
    pub period: Period,
    /// When it was made: cases are told as they stood then.
    pub made: DateTime<Utc>,
    /// Cases, then reports without one.
    pub rows: Vec<DigestRow>,
}

/// How much a digest tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DigestCounts {
    /// Cases.
    pub cases: usize,
    /// Cases that wait for an answer.
    pub awaiting: usize,
    /// Of those, how many are past due.
    pub overdue: usize,
    /// Stories without a case.
    pub stories: usize,
    /// Rows that stood in an earlier digest of the day.
    pub again: usize,
}

impl Digest {
    /// How much it tells.
    #[must_use]
    pub fn counts(&self) -> DigestCounts {
        let count = |is: &dyn Fn(&DigestRow) -> bool| self.rows.iter().filter(|row| is(row)).count();
        DigestCounts {
            cases: count(&|row| row.case_number.is_some()),
            awaiting: count(&|row| row.awaits),
            overdue: count(&|row| row.awaits && row.due.is_some_and(|due| due < self.made)),
            stories: count(&|row| row.case_number.is_none()),
            again: count(&|row| row.again),
        }
    }
}
