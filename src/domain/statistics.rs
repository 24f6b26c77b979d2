//! What an office reports of a month and of a year: how many cases of which sort, where, when, for whom, whether they were
//! answered in time, what came of them, what the outlets did, and how content people were.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CaseLevel, CaseState, Goal, Period, Remedy, Satisfaction, roc_year};

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// The month that begins on this day.
    Month(NaiveDate),
    /// The year that begins on this day.
    Year(NaiveDate),
}

impl Stretch {
    /// Its first day.
    #[must_use]
    pub fn first(self) -> NaiveDate {
        match self {
            Self::Month(first) | Self::Year(first) => first,
        }
    }

    /// The year of the Republic it lies in.
    #[must_use]
    pub fn roc_year(self) -> i32 {
        roc_year(self.first())
    }
}

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Served {
    /// Somebody who complained to the city.
    Petitioner,
    /// Readers of news.
    News,
    /// Readers of a board.
    Board,
    /// Readers of a social platform.
    Social,
    /// Viewers of a channel.
    Video,
    /// The readers of a report that was entered by hand, or nobody in particular.
    Manual,
}

impl Served {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Petitioner, Self::News, Self::Board, Self::Social, Self::Video, Self::Manual];

    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Petitioner => "petitioner",
            Self::News => "news",
            Self::Board => "board",
            Self::Social => "social",
            Self::Video => "video",
            Self::Manual => "manual",
        }
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Petitioner => "陳情民眾（1999 轉錄）",
            Self::News => "新聞媒體閱聽大眾",
            Self::Board => "論壇使用者",
            Self::Social => "社群平臺使用者",
            Self::Video => "影音平臺觀眾",
            Self::Manual => "人工登錄",
        }
    }

    /// Of a case of this level, whose first report is of this sort of outlet.
    #[must_use]
    pub fn of(level: CaseLevel, sort: Option<&str>) -> Self {
        match (level, sort) {
            (CaseLevel::C, _) => Self::Petitioner,
            (_, Some("news")) => Self::News,
            (_, Some("board")) => Self::Board,
            (_, Some("social")) => Self::Social,
            (_, Some("video")) => Self::Video,
            (_, _) => Self::Manual,
        }
    }
}

/// How often a goal was reached in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoalCount {
    /// What had to be reached.
    pub goal: Goal,
    /// Reached in time.
    pub on_time: u64,
    /// Reached, and late.
    pub late: u64,
    /// Past due and not reached.
    pub overdue: u64,
    /// Not reached, and not due yet.
    pub running: u64,
}

impl GoalCount {
    /// The share that was in time, 0 to 1, of those that say something already; none where none does.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        let counted = self.on_time + self.late + self.overdue;
        (counted > 0).then(|| self.on_time as f64 / counted as f64)
    }
}

/// The figures of a month or a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The office that makes them.
    pub office: String,
    /// What they are about.
    pub stretch: Stretch,
    /// The same: cases that became known in it are counted.
    pub period: Period,
    /// When they were made: cases are counted as they stood then.
    pub made: DateTime<Utc>,
    /// How many cases.
    pub cases: u64,
    /// By how they are timed, the most urgent first.
    pub levels: Vec<(CaseLevel, u64)>,
    /// By the name of the service, the most frequent first; none where there is no service.
    pub services: Vec<(Option<String>, u64)>,
    /// By district, the most frequent first; none where there is no district.
    pub districts: Vec<(Option<String>, u64)>,
    /// By the hour of the day, from midnight on.
    pub hours: Vec<u64>,
    /// By the day of the week, from Monday on.
    pub weekdays: Vec<u64>,
    /// By whom the answer is for.
    pub served: Vec<(Served, u64)>,
    /// Whether goals were reached in time.
    pub goals: Vec<GoalCount>,
    /// By where they stand.
    pub states: Vec<(CaseState, u64)>,
    /// Outlets by what they did about a wrong claim, once a case.
    pub remedies: Vec<(Remedy, u64)>,
    /// How content people were who were asked in the period; none when no answer was imported.
    pub satisfaction: Option<Satisfaction>,
}

/// The figures of a year, month by month.
#[derive(Debug, Clone, PartialEq)]
pub struct YearReport {
    /// All of it.
    pub whole: Statistics,
    /// Its twelve months; none for one that had not begun when the report was made.
    pub months: Vec<Option<Statistics>>,
}
