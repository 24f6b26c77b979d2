//! 科室: the units below the agencies, what each watches, who works in them, and who stands in for whom.

use chrono::{DateTime, Utc};

use super::{AccountState, Contact, PersonName, UserName};

/// Which new cases a unit is told of. A district narrows; a service or a word is a reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WatchList {
    /// Services, by their ids.
    pub services: Vec<String>,
    /// Districts, by their names; empty for the whole city.
    pub districts: Vec<String>,
    /// Words of headlines and of quoted claims.
    pub words: Vec<String>,
}

impl WatchList {
    /// Whether nothing is watched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.services.is_empty() && self.districts.is_empty() && self.words.is_empty()
    }
}

/// A unit of an agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgUnit {
    /// Its key.
    pub id: String,
    /// Grows with every change: who writes says which one they saw.
    pub version: i64,
    /// The agency, by its full official name.
    pub agency: String,
    /// Its name below that.
    pub name: String,
    /// Whom the press may ask about what it says; empty for those of the agency.
    pub contacts: Vec<Contact>,
    /// The channels that reach it as a whole, by their ids.
    pub channels: Vec<String>,
    /// What it watches.
    pub watch: WatchList,
    /// Who works in it, with whether they are its head.
    pub members: Vec<(UserName, bool)>,
}

impl OrgUnit {
    /// Agency and unit in one, as an assignment is written.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}{}", self.agency, self.name)
    }

    /// Whether somebody is its head.
    #[must_use]
    pub fn is_headed_by(&self, name: &UserName) -> bool {
        self.members.iter().any(|(member, heads)| *heads && member == name)
    }
}

/// A person as messages reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reachable {
    /// The account.
    pub name: UserName,
    /// Who it is.
    pub person: PersonName,
    /// Where the account stands: nobody is told anything by one that was disabled.
    pub state: AccountState,
    /// Channels by their ids, each with the address there.
    pub addresses: Vec<(String, String)>,
}

/// A post that somebody can stand in for, or that stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Post {
    /// A unit, by its key.
    Unit(String),
    /// A person.
    Person(UserName),
}

/// 職務代理: one stands in for another for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    /// Its key.
    pub id: String,
    /// Who is away.
    pub of: Post,
    /// Who stands in.
    pub by: Post,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Why, in a few words.
    pub note: String,
    /// Who entered it.
    pub made_by: UserName,
}

impl Substitute {
    /// Whether it holds at this moment; at its end it no longer does.
    #[must_use]
    pub fn holds(&self, at: DateTime<Utc>) -> bool {
        self.from <= at && at < self.until
    }
}

/// All units, everybody who can be reached, and who stands in for whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// The units, by agency and name.
    pub units: Vec<OrgUnit>,
    /// Everybody with an account.
    pub people: Vec<Reachable>,
    /// Substitutes, also those that are over; those entered last come last.
    pub substitutes: Vec<Substitute>,
}

impl Roster {
    /// The unit of that key.
    #[must_use]
    pub fn unit(&self, id: &str) -> Option<&OrgUnit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// The unit of that name below an agency.
    #[must_use]
    pub fn unit_named(&self, agency: &str, name: &str) -> Option<&OrgUnit> {
        self.units.iter().find(|unit| unit.agency == agency && unit.name == name)
    }

    /// The person with that account.
    #[must_use]
    pub fn person(&self, name: &UserName) -> Option<&Reachable> {
        self.people.iter().find(|person| person.name == *name)
    }

    /// What a post is called: a unit with its agency, a person by name.
    #[must_use]
    pub fn called(&self, post: &Post) -> String {
        match post {
            Post::Unit(id) => self.unit(id).map_or_else(|| id.clone(), OrgUnit::full_name),
            Post::Person(name) => {
                self.person(name).map_or_else(|| name.to_string(), |person| person.person.as_str().to_owned())
            }
        }
    }

    /// Who stands in for a post at this moment; of several the one that was entered last.
    #[must_use]
    pub fn substitute_of(&self, post: &Post, at: DateTime<Utc>) -> Option<&Substitute> {
        self.substitutes.iter().rev().find(|it| it.of == *post && it.holds(at))
    }
}
