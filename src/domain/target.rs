//! What the models of a city decide.

/// A question that a model answers with one of its labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Is it about this city and a public matter: `yes`, `no`.
    Scope,
    /// Which service, by its id.
    Service,
    /// Which category of the city's 1999 line.
    Category,
    /// Which agency is in charge, `AGENCY` or `AGENCY/UNIT` by their full names.
    Agency,
    /// What sort of text, by the name of its [`super::TextKind`].
    Kind,
    /// The tone of the whole text, by the name of its [`super::Label`].
    Sentiment,
    /// The tone toward the city's government, likewise.
    TowardCity,
}

impl Target {
    /// All targets.
    pub const ALL: [Self; 7] =
        [Self::Scope, Self::Service, Self::Category, Self::Agency, Self::Kind, Self::Sentiment, Self::TowardCity];

    /// The name in files and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scope => "scope",
            Self::Service => "service",
            Self::Category => "category",
            Self::Agency => "agency",
            Self::Kind => "kind",
            Self::Sentiment => "sentiment",
            Self::TowardCity => "toward_city",
        }
    }
}
