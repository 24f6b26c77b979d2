//! What a person put right in the machine's reading of a report.

use chrono::{DateTime, Utc};

use super::{AgencyGuess, Label, Scored, TextKind, UserName};

/// What of a reading may be put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aspect {
    /// 範圍: whether it concerns the city.
    Scope,
    /// 服務類別
    Service,
    /// 權責機關
    Agency,
    /// 內容類型
    Kind,
    /// 對市府傾向
    TowardCity,
}

impl Aspect {
    /// All aspects.
    pub const ALL: [Self; 5] = [Self::Scope, Self::Service, Self::Agency, Self::Kind, Self::TowardCity];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scope => "in_scope",
            Self::Service => "service",
            Self::Agency => "agency",
            Self::Kind => "kind",
            Self::TowardCity => "toward_city",
        }
    }
}

/// What somebody or something holds one aspect to be. The machine's services and agencies are lists, best first; a
/// person's hold one or none.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    /// Whether it concerns the city.
    Scope(bool),
    /// Which services it is about.
    Service(Vec<Scored>),
    /// Who is responsible.
    Agency(Vec<AgencyGuess>),
    /// What sort of text it is.
    Kind(TextKind),
    /// How it speaks of the city.
    TowardCity(Label),
}

impl Judgement {
    /// Of what it is.
    #[must_use]
    pub fn aspect(&self) -> Aspect {
        match self {
            Self::Scope(_) => Aspect::Scope,
            Self::Service(_) => Aspect::Service,
            Self::Agency(_) => Aspect::Agency,
            Self::Kind(_) => Aspect::Kind,
            Self::TowardCity(_) => Aspect::TowardCity,
        }
    }

    /// Whether it comes to the same: of lists the first counts, since that is what is shown and counted first.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Service(a), Self::Service(b)) => a.first().map(|it| &it.name) == b.first().map(|it| &it.name),
            (Self::Agency(a), Self::Agency(b)) => {
                a.first().map(|it| (&it.name, &it.unit)) == b.first().map(|it| (&it.name, &it.unit))
            }
            _ => self == other,
        }
    }
}

/// A judgement of the machine's that a person replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// Its key.
    pub id: String,
    /// The machine's own.
    pub was: Judgement,
    /// The person's.
    pub becomes: Judgement,
    /// Why, in the person's words.
    pub note: Option<String>,
    /// Who.
    pub by: UserName,
    /// When.
    pub at: DateTime<Utc>,
    /// The dictionaries and models that were wrong.
    pub model_version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn services(names: &[&str]) -> Judgement {
        Judgement::Service(names.iter().map(|name| Scored { name: (*name).into(), score: 0.5 }).collect())
    }

    #[test]
    fn of_a_list_the_first_counts() {
        assert!(services(&["a", "b"]).agrees_with(&services(&["a"])));
        assert!(!services(&["a"]).agrees_with(&services(&["b", "a"])) && !services(&[]).agrees_with(&services(&["a"])));
        let agency = |unit: Option<&str>| {
            let unit = unit.map(str::to_owned);
            Judgement::Agency(vec![AgencyGuess { name: "工務局".into(), unit, score: 1.0, city: true }])
        };
        assert!(!agency(None).agrees_with(&agency(Some("養護工程處"))));
        assert!(Judgement::Scope(true).agrees_with(&Judgement::Scope(true)));
        assert!(!Judgement::Scope(true).agrees_with(&Judgement::Kind(TextKind::Other)));
    }
}
