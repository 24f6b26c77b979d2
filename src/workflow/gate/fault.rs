//! What can be wrong with a draft, and what to do about it.

use std::fmt;

use crate::domain::{LONGEST_CARD, Part, Span};

/// Something that stands in the way of publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The part of the draft.
    pub part: Part,
    /// The words, as bytes of that part; empty when it is the part as a whole.
    pub span: Span,
    /// What is wrong.
    pub kind: FaultKind,
}

/// Sorts of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonalKind {
    /// 手機號碼
    Mobile,
    /// 身分證統一編號
    Identity,
    /// 車牌號碼
    Plate,
    /// 私人電子郵件
    Mail,
}

/// What is wrong. `written` are the words of the draft; `reported` says that a report has them and no official statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A figure that nothing official has.
    Figure {
        /// The words.
        written: String,
        /// Only a report has it.
        reported: bool,
    },
    /// A figure that is a bound there and none here, or the other way round.
    Bound {
        /// The words.
        written: String,
        /// Those of the statement.
        official: String,
    },
    /// A day or time that nothing official has.
    Day {
        /// The words.
        written: String,
        /// Only a report has it.
        reported: bool,
    },
    /// A day to come that is told as past.
    Future(String),
    /// An agency that nothing official names.
    Agency {
        /// The words.
        written: String,
        /// Only a report has it.
        reported: bool,
    },
    /// A body of the city that is in no list.
    UnknownAgency(String),
    /// A person whom nothing official names.
    Person {
        /// The words.
        written: String,
        /// Only a report has it.
        reported: bool,
    },
    /// A quotation that stands nowhere.
    Quotation(String),
    /// A quotation mark without its partner.
    OpenQuotation,
    /// The lead quotes no report.
    NoClaim,
    /// Nobody has looked whether the quoted claim still stands.
    Unseen,
    /// The outlet took the claim out of its page.
    Gone(String),
    /// The outlet took the page down.
    Deleted(String),
    /// A telephone that is nobody's here.
    Phone {
        /// The words.
        written: String,
        /// Whether it stands among the contacts.
        in_contacts: bool,
    },
    /// An address that is no source's and not the government's.
    Link(String),
    /// Personal data.
    Personal {
        /// The sort.
        kind: PersonalKind,
        /// The words.
        written: String,
    },
    /// A word of the list.
    Wording {
        /// The words.
        written: String,
        /// The group it is in.
        group: String,
        /// Why it is refused.
        reason: String,
        /// What to write instead.
        suggestion: String,
    },
    /// A place that was to be filled in.
    Placeholder(String),
    /// No title.
    NoTitle,
    /// No lead.
    NoLead,
    /// No fact that rests on anything.
    NoFact,
    /// Nobody to call.
    NoContact,
    /// The card has that many characters.
    LongCard(usize),
    /// The city said otherwise before, and nobody answers for it.
    Disagrees {
        /// The words.
        written: String,
        /// Those of before.
        earlier: String,
    },
}

impl FaultKind {
    /// The name in JSON and the audit log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Figure { .. } => "figure",
            Self::Bound { .. } => "bound",
            Self::Day { .. } => "day",
            Self::Future(_) => "future",
            Self::Agency { .. } => "agency",
            Self::UnknownAgency(_) => "unknown_agency",
            Self::Person { .. } => "person",
            Self::Quotation(_) => "quotation",
            Self::OpenQuotation => "open_quotation",
            Self::NoClaim => "no_claim",
            Self::Unseen => "unseen",
            Self::Gone(_) => "gone",
            Self::Deleted(_) => "deleted",
            Self::Phone { .. } => "phone",
            Self::Link(_) => "link",
            Self::Personal { .. } => "personal",
            Self::Wording { .. } => "wording",
            Self::Placeholder(_) => "placeholder",
            Self::NoTitle => "no_title",
            Self::NoLead => "no_lead",
            Self::NoFact => "no_fact",
            Self::NoContact => "no_contact",
            Self::LongCard(_) => "long_card",
            Self::Disagrees { .. } => "disagrees",
        }
    }
}

/// What can be done about words that nothing official has.
fn remedy(reported: bool) -> &'static str {
    if reported {
        "僅見於報導，官方資料並無此內容；請改列於引述之說法，或登錄依據後再行陳核"
    } else {
        "查無官方資料可佐證；請更正，或登錄文號、法規等依據後再行陳核"
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure { written, reported } => write!(f, "數字「{written}」{}。", remedy(*reported)),
            Self::Bound { written, official } => write!(
                f,
                "數字「{written}」與公布內容「{official}」之上下限用語不一致；請依公布內容保留「最高」「至少」「逾」等字。"
            ),
            Self::Day { written, reported } => write!(f, "日期或時間「{written}」{}。", remedy(*reported)),
            Self::Future(written) => {
                write!(f, "「{written}」尚未到來，卻以已發生之語氣敘述；請確認日期，或改為「預計」「訂於」。")
            }
            Self::Agency { written, reported } => write!(f, "機關「{written}」{}。", remedy(*reported)),
            Self::UnknownAgency(written) => {
                write!(f, "「{written}」不在機關名冊內；請改用正式全銜，或登錄依據後再行陳核。")
            }
            Self::Person { written, reported } => write!(f, "人名「{written}」{}。", remedy(*reported)),
            Self::Quotation(written) => {
                write!(f, "引文「{written}」與存證之報導及官方資料均不符；請逐字引述，或登錄依據，若非引述請勿加引號。")
            }
            Self::OpenQuotation => f.write_str("引號未成對；請補上或刪除。"),
            Self::NoClaim => f.write_str("導言未逐字引述報導之說法；請以「」引述原文。"),
            Self::Unseen => f.write_str("尚未確認所引說法是否仍在原網頁；請先重新查看原報導，再行陳核。"),
            Self::Gone(outlet) => {
                write!(f, "{outlet}之網頁已無所引說法，可能業經更正；請重新查看，並改引其他報導或註記「媒體已更正」。")
            }
            Self::Deleted(outlet) => {
                write!(f, "{outlet}之原報導已下架；請改引其他報導，或評估是否仍須澄清。")
            }
            Self::Phone { written, in_contacts: true } => {
                write!(f, "電話「{written}」不在設定之新聞聯絡人內；請更正，或於設定檔增列聯絡人。")
            }
            Self::Phone { written, in_contacts: false } => {
                write!(f, "電話「{written}」查無官方資料可佐證；請更正，或登錄依據後再行陳核。")
            }
            Self::Link(written) => {
                write!(f, "網址「{written}」並非存證資料之來源，亦非政府網站；請更正，或登錄依據後再行陳核。")
            }
            Self::Personal { kind, written } => {
                let kind = match kind {
                    PersonalKind::Mobile => "手機號碼",
                    PersonalKind::Identity => "身分證統一編號",
                    PersonalKind::Plate => "車牌號碼",
                    PersonalKind::Mail => "私人電子郵件",
                };
                write!(f, "「{written}」疑為{kind}，屬個人資料；請刪除。")
            }
            Self::Wording { written, group, reason, suggestion } => {
                write!(f, "「{written}」屬{group}：{reason}；{suggestion}。")
            }
            Self::Placeholder(written) => write!(f, "「{written}」尚未填寫；請補上內容或刪除。"),
            Self::NoTitle => f.write_str("缺少標題；請補上。"),
            Self::NoLead => f.write_str("缺少導言；請補上。"),
            Self::NoFact => f.write_str("說明欄未引用任何官方資料；請至少列一項有依據之事實。"),
            Self::NoContact => f.write_str("缺少新聞聯絡人；請列明姓名、職稱及電話。"),
            Self::Disagrees { written, earlier } => write!(
                f,
                "「{written}」與先前說法「{earlier}」不一致；請更正，或於「與先前說法不一致」填寫「已知並說明」。"
            ),
            Self::LongCard(length) => {
                write!(f, "圖卡短文計{length}字，超過上限{LONGEST_CARD}字；請精簡。")
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "【{}】{}", self.part.words(), self.kind)
    }
}
