//! What became of a report that was found wrong: what the outlet made of it, and how long that took.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ClaimKind, Field};

/// What an outlet did about a report, as it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remedy {
    /// 未更正
    Unchanged,
    /// 兩版輪替: readers are shown the one or the other.
    Flapping,
    /// 僅改標題
    TitleOnly,
    /// 加註市府說明: the claim is still there, and beside it what the city says.
    AddedStatement,
    /// 已下架
    Deleted,
    /// 已更正
    Corrected,
}

impl Remedy {
    /// All of them, what helps the reader least first.
    pub const ALL: [Self; 6] =
        [Self::Unchanged, Self::Flapping, Self::TitleOnly, Self::AddedStatement, Self::Deleted, Self::Corrected];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Flapping => "flapping",
            Self::TitleOnly => "title_only",
            Self::AddedStatement => "added_statement",
            Self::Deleted => "deleted",
            Self::Corrected => "corrected",
        }
    }

    /// The remedy of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|remedy| remedy.name() == name)
    }

    /// What it is called on screen.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Unchanged => "未更正",
            Self::Flapping => "兩版輪替",
            Self::TitleOnly => "僅改標題",
            Self::AddedStatement => "加註市府說明",
            Self::Deleted => "已下架",
            Self::Corrected => "已更正",
        }
    }

    /// Whether the wrong claim can no longer be read as true where it stood.
    #[must_use]
    pub fn settles(self) -> bool {
        matches!(self, Self::Corrected | Self::Deleted)
    }
}

/// What one visit to the address of a report found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// A page.
    Page {
        /// The headline.
        title: String,
        /// The text, one paragraph a line.
        text: String,
        /// The hash of both.
        hash: String,
    },
    /// 404 or 410: there is no such page any more.
    Gone,
}

/// A visit to the address of a report that brought an answer. A visit that brought the same page as the one before is
/// one as well: it shows that the page stood that long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When.
    pub at: DateTime<Utc>,
    /// What was there.
    pub seen: Seen,
}

/// A claim of a report that was found wrong, by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongClaim {
    /// What sort of claim.
    pub kind: ClaimKind,
    /// Where it stood.
    pub field: Field,
    /// The clause.
    pub clause: String,
    /// The part of it that decides: 25億元.
    pub wrong: String,
    /// The part of the official statement that decides: 2.5億元. None where the city says that nothing of it is so.
    pub official: Option<String>,
}

/// From when the time to a remedy is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountedFrom {
    /// The clarification went out.
    Publication,
    /// The report was first seen; the outlet acted without, or before, a clarification.
    FirstSeen,
}

impl CountedFrom {
    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Publication => "publication",
            Self::FirstSeen => "first_seen",
        }
    }
}

/// Something about a report's way to where it stands that the remedy alone does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Remark {
    /// It was put right and then set back to the wrong claim.
    Restored,
    /// It was gone and came back.
    Returned,
    /// It could not be opened once; a second visit has to confirm that it is gone.
    PerhapsGone,
    /// The value was changed to another one that is not the official one either.
    OtherValue,
    /// Some of its wrong claims were put right, others not.
    Partly,
    /// The text was put right, and the headline still claims it.
    TitleStill,
    /// A note of correction stands in it, and the wrong sentence as well.
    NoteOnly,
    /// Only a part of the page can be read: the rest is for subscribers, or was not delivered.
    Hidden,
    /// Two versions take turns, and it comes to the same in both.
    Alternating,
}

impl Remark {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Restored,
        Self::Returned,
        Self::PerhapsGone,
        Self::OtherValue,
        Self::Partly,
        Self::TitleStill,
        Self::NoteOnly,
        Self::Hidden,
        Self::Alternating,
    ];

    /// The name in JSON and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Restored => "restored",
            Self::Returned => "returned",
            Self::PerhapsGone => "perhaps_gone",
            Self::OtherValue => "other_value",
            Self::Partly => "partly",
            Self::TitleStill => "title_still",
            Self::NoteOnly => "note_only",
            Self::Hidden => "hidden",
            Self::Alternating => "alternating",
        }
    }

    /// The remark of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|remark| remark.name() == name)
    }
}

/// Where a report stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// What the outlet did.
    pub remedy: Remedy,
    /// When it was first seen to stand so, for everything but [`Remedy::Unchanged`]. The outlet acted at this visit at the
    /// latest, and after the visit before it.
    pub since: Option<DateTime<Utc>>,
    /// The visit before, at which it did not stand so yet.
    pub not_before: Option<DateTime<Utc>>,
    /// How long it took at the most, and from when that is counted.
    pub took: Option<(CountedFrom, TimeDelta)>,
    /// What else is to be known, in order.
    pub remarks: Vec<Remark>,
    /// Why, in a sentence.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        assert!(Remedy::ALL.iter().all(|it| Remedy::from_name(it.name()) == Some(*it)));
        assert!(Remark::ALL.iter().all(|it| Remark::from_name(it.name()) == Some(*it)));
    }
}
