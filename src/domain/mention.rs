//! What a report was understood to say.

use super::Span;

/// Which text of a report a span indexes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The headline.
    Title,
    /// The body.
    Text,
}

/// A value with how sure we are, 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Id or name.
    pub name: String,
    /// 0 to 1.
    pub score: f64,
}

/// Whether a report concerns this city.
#[derive(Debug, Clone, PartialEq)]
pub struct Scope {
    /// The decision.
    pub inside: bool,
    /// 0 to 1.
    pub score: f64,
}

/// An agency the report is for, with its unit when that is clear.
#[derive(Debug, Clone, PartialEq)]
pub struct AgencyGuess {
    /// Full official name.
    pub name: String,
    /// The unit below it.
    pub unit: Option<String>,
    /// 0 to 1.
    pub score: f64,
    /// Whether it is the city's own.
    pub city: bool,
}

/// What sort of place was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// 行政區
    District,
    /// 里
    Village,
    /// 路街
    Road,
    /// 車站
    Station,
    /// 設施
    Facility,
}

impl PlaceKind {
    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::District => "district",
            Self::Village => "village",
            Self::Road => "road",
            Self::Station => "station",
            Self::Facility => "facility",
        }
    }
}

/// A place named in a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceMention {
    /// What it is.
    pub kind: PlaceKind,
    /// Its current official name.
    pub name: String,
    /// Where it is written.
    pub field: Field,
    /// The bytes.
    pub span: Span,
    /// The district it lies in, when there is only one.
    pub district: Option<String>,
}

/// Who or what a name in a text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NamedBody {
    /// A body in charge, by its place in the city's list; the unit when one was named.
    Agency {
        /// Index into the city's agencies.
        agency: usize,
        /// Index into the units of the agency.
        unit: Option<usize>,
    },
    /// The city's government as a whole.
    Government,
    /// A district, by its index.
    District(usize),
    /// A village, by the index of the first of its name.
    Village(usize),
    /// A road, by the index of the first of its name.
    Road(usize),
    /// A station, by its index.
    Station(usize),
    /// A facility, by its index.
    Facility(usize),
    /// The city itself.
    Here,
    /// Another city, a place in it or a body of it.
    Elsewhere,
}

/// A name in a text. The span is in the canonical copy of the field (see `text::Normalised`), in which statements are
/// compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Where it is written.
    pub field: Field,
    /// The bytes of the canonical copy.
    pub span: Span,
    /// Whom or what it names.
    pub body: NamedBody,
}

/// What sort of text a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// 陳情
    Complaint,
    /// 詢問
    Question,
    /// 報導
    Report,
    /// 評論
    Opinion,
    /// 公告
    Notice,
    /// 肯定
    Praise,
    /// 其他
    Other,
}

impl TextKind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Complaint, Self::Question, Self::Report, Self::Opinion, Self::Notice, Self::Praise, Self::Other];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Question => "question",
            Self::Report => "report",
            Self::Opinion => "opinion",
            Self::Notice => "notice",
            Self::Praise => "praise",
            Self::Other => "other",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A polarity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// 負面
    Negative,
    /// 中性
    Neutral,
    /// 正面
    Positive,
}

impl Label {
    /// All polarities.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// The name in JSON, metrics and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    /// The polarity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|label| label.name() == name)
    }
}

/// A polarity with its strength, -1 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sentiment {
    /// The decision.
    pub label: Label,
    /// -1 to 1.
    pub score: f64,
}

impl Sentiment {
    /// Neither good nor bad.
    pub const NEUTRAL: Self = Self { label: Label::Neutral, score: 0.0 };
}

/// What sort of checkable statement a claim is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// 數字
    Figure,
    /// 日期
    Date,
    /// 權責
    Agency,
    /// 狀態
    Status,
    /// 公告
    Notice,
    /// 地點
    Place,
    /// 引述
    Quote,
}

impl ClaimKind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Figure, Self::Date, Self::Agency, Self::Status, Self::Notice, Self::Place, Self::Quote];

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Figure => "figure",
            Self::Date => "date",
            Self::Agency => "agency",
            Self::Status => "status",
            Self::Notice => "notice",
            Self::Place => "place",
            Self::Quote => "quote",
        }
    }
}

/// A checkable statement in a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What it is about.
    pub kind: ClaimKind,
    /// Where it is written.
    pub field: Field,
    /// The bytes.
    pub span: Span,
    /// What it speaks of.
    pub subject: String,
    /// What it says.
    pub value: String,
    /// The unit of the value.
    pub unit: Option<String>,
    /// Whether it is denied.
    pub negated: bool,
    /// Who is quoted as saying it.
    pub attributed_to: Option<String>,
}

/// What sort of personal data was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalData {
    /// 電話
    Phone,
    /// 車牌
    Plate,
    /// 身分證字號
    Id,
    /// 門牌
    Address,
    /// 姓名
    Name,
}

impl PersonalData {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Plate => "plate",
            Self::Id => "id",
            Self::Address => "address",
            Self::Name => "name",
        }
    }
}

/// Where personal data stands, so that it can be masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalSpan {
    /// What it is.
    pub kind: PersonalData,
    /// Where it is written.
    pub field: Field,
    /// The bytes.
    pub span: Span,
}

/// A word that decided something, for highlighting and for the reader's trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Where it is written.
    pub field: Field,
    /// The bytes.
    pub span: Span,
    /// The service or agency it spoke for; behind [`Self::MODEL`] the target and label of a model.
    pub speaks_for: String,
}

impl Evidence {
    /// Marks a stretch that spoke for a model's answer: `model:category:路燈故障`.
    pub const MODEL: &'static str = "model:";
}

/// Everything understood of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// Is it about this city.
    pub scope: Scope,
    /// Services, best first.
    pub services: Vec<Scored>,
    /// 1999 categories, best first.
    pub categories: Vec<Scored>,
    /// Agencies, best first.
    pub agencies: Vec<AgencyGuess>,
    /// Places, in order of appearance.
    pub places: Vec<PlaceMention>,
    /// The district it is about.
    pub district: Option<String>,
    /// What sort of text.
    pub kind: TextKind,
    /// Of the text as a whole.
    pub sentiment: Sentiment,
    /// Toward the city's government.
    pub toward_city: Sentiment,
    /// Checkable statements.
    pub claims: Vec<Claim>,
    /// Personal data.
    pub personal_data: Vec<PersonalSpan>,
    /// The words that decided.
    pub evidence: Vec<Evidence>,
}

/// An analysis with what it was made by and what search needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    /// What was understood.
    pub analysis: Analysis,
    /// Title and body in words separated by one space, for full-text search.
    pub search_words: String,
    /// Version of dictionaries and models.
    pub model_version: String,
}
