//! Who may use the console, and as what.

use std::{collections::BTreeSet, fmt};

use chrono::{DateTime, Utc};

use super::City;

/// Characters of a person's name on screen.
const LONGEST_PERSON: usize = 40;

/// What a person may do; one person may hold several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 值班人員
    DutyOfficer,
    /// 機關聯絡人, bound to an agency
    AgencyContact,
    /// 發言人
    Spokesperson,
    /// 核定人
    Approver,
    /// 系統管理者
    Admin,
    /// 唯讀
    ReadOnly,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] =
        [Self::DutyOfficer, Self::AgencyContact, Self::Spokesperson, Self::Approver, Self::Admin, Self::ReadOnly];

    /// The name on the command line, in the audit log and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DutyOfficer => "duty_officer",
            Self::AgencyContact => "agency_contact",
            Self::Spokesperson => "spokesperson",
            Self::Approver => "approver",
            Self::Admin => "admin",
            Self::ReadOnly => "read_only",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// What is wrong with an account that is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccountFault {
    /// The name to log in with.
    #[error("a user name is 2 to 32 characters of a-z, 0-9, '.', '-' and '_', the first a letter")]
    Name,
    /// The name of the person.
    #[error("the person's name is 1 to 40 characters without control characters")]
    Person,
    /// Nobody is without a role.
    #[error("an account needs at least one role")]
    NoRole,
    /// An agency contact speaks for an agency.
    #[error("an agency_contact needs an agency")]
    NoAgency,
    /// The dictionaries do not know the agency.
    #[error("the agency is not in the dictionaries; write its full official name")]
    UnknownAgency,
    /// The agency has no such unit.
    #[error("the agency has no such unit in the dictionaries; write the unit's official name and its agency")]
    UnknownUnit,
}

/// The name a person logs in with. It is never given to somebody else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName(String);

impl UserName {
    /// Reads a name; capitals and space around it do not count.
    ///
    /// # Errors
    /// When it holds another character or is too short or too long.
    pub fn parse(text: &str) -> Result<Self, AccountFault> {
        let name = text.trim().to_ascii_lowercase();
        let begins = name.chars().next().is_some_and(|first| first.is_ascii_lowercase());
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
        if begins && (2..=32).contains(&name.len()) && name.chars().all(allowed) {
            Ok(Self(name))
        } else {
            Err(AccountFault::Name)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a person is called on screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name; space around it does not count.
    ///
    /// # Errors
    /// When it is empty, too long, or holds control characters.
    pub fn parse(text: &str) -> Result<Self, AccountFault> {
        let name = text.trim();
        let fits = (1..=LONGEST_PERSON).contains(&name.chars().count());
        if fits && !name.chars().any(char::is_control) { Ok(Self(name.to_owned())) } else { Err(AccountFault::Person) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The roles of an account, and for whom it acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duties {
    roles: BTreeSet<Role>,
    agency: Option<String>,
    unit: Option<String>,
}

impl Duties {
    /// Duties whose agency and unit the dictionaries know.
    ///
    /// # Errors
    /// When there is no role, an agency contact has no agency, or the dictionaries do not know a name.
    pub fn new(
        roles: BTreeSet<Role>,
        agency: Option<String>,
        unit: Option<String>,
        city: &City,
    ) -> Result<Self, AccountFault> {
        if roles.is_empty() {
            return Err(AccountFault::NoRole);
        }
        if agency.is_none() && roles.contains(&Role::AgencyContact) {
            return Err(AccountFault::NoAgency);
        }
        let known = agency.as_ref().map(|name| city.agencies.iter().find(|it| it.name == *name));
        if known == Some(None) {
            return Err(AccountFault::UnknownAgency);
        }
        let has_unit = |name: &String| known.flatten().is_some_and(|it| it.units.iter().any(|unit| unit.name == *name));
        if unit.as_ref().is_some_and(|name| !has_unit(name)) {
            return Err(AccountFault::UnknownUnit);
        }
        Ok(Self { roles, agency, unit })
    }

    /// Duties as they were once given; the dictionaries may have changed since.
    #[must_use]
    pub fn given(roles: BTreeSet<Role>, agency: Option<String>, unit: Option<String>) -> Self {
        Self { roles, agency, unit }
    }

    /// The roles, in the order of [`Role::ALL`].
    #[must_use]
    pub fn roles(&self) -> &BTreeSet<Role> {
        &self.roles
    }

    /// The names of the roles with commas between.
    #[must_use]
    pub fn role_names(&self) -> String {
        self.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",")
    }

    /// The agency, by its full name.
    #[must_use]
    pub fn agency(&self) -> Option<&str> {
        self.agency.as_deref()
    }

    /// The unit of that agency.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// Whether one of these roles is held.
    #[must_use]
    pub fn include_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.roles.contains(role))
    }
}

/// Where an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// A set-up link is out; the person has no password yet, or none any more.
    Invited,
    /// The person may log in.
    Active,
    /// Nobody may log in with it.
    Disabled,
}

impl AccountState {
    /// The name on the command line and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Disabled].into_iter().find(|state| state.name() == name)
    }
}

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What the person logs in with.
    pub name: UserName,
    /// Who it is.
    pub person: PersonName,
    /// What the person may do.
    pub duties: Duties,
    /// Where it stands.
    pub state: AccountState,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
    /// The last time somebody logged in with it.
    pub logged_in_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Agency, AgencyKind, Unit};

    #[test]
    fn a_user_name_is_plain_and_small() {
        assert_eq!(UserName::parse("  Wang.Mei-2 ").unwrap().as_str(), "wang.mei-2");
        for bad in ["", "a", "2wang", "王小明", "a b", "a/b", "(daemon)", &"a".repeat(33)] {
            assert_eq!(UserName::parse(bad), Err(AccountFault::Name), "{bad}");
        }
    }

    #[test]
    fn a_person_has_a_name_that_fits_a_line() {
        assert_eq!(PersonName::parse(" 王小明 ").unwrap().as_str(), "王小明");
        for bad in ["", "  ", "a\nb", &"王".repeat(41)] {
            assert_eq!(PersonName::parse(bad), Err(AccountFault::Person), "{bad}");
        }
    }

    #[test]
    fn a_contact_speaks_for_an_agency_that_exists() {
        let unit = Unit { name: "養護工程處".into(), aliases: Vec::new() };
        let agency = Agency {
            name: "工務局".into(),
            short: "工務局".into(),
            kind: AgencyKind::Bureau,
            city: true,
            aliases: Vec::new(),
            units: vec![unit],
        };
        let city = City { agencies: vec![agency], ..City::default() };
        let check = |roles: &[Role], agency: Option<&str>, unit: Option<&str>, expect: Option<AccountFault>| {
            let roles = roles.iter().copied().collect();
            let duties = Duties::new(roles, agency.map(str::to_owned), unit.map(str::to_owned), &city);
            assert_eq!(duties.err(), expect);
        };
        check(&[Role::Admin], None, None, None);
        check(&[], None, None, Some(AccountFault::NoRole));
        check(&[Role::AgencyContact], None, None, Some(AccountFault::NoAgency));
        check(&[Role::AgencyContact], Some("工務局"), Some("養護工程處"), None);
        check(&[Role::AgencyContact], Some("無此局"), None, Some(AccountFault::UnknownAgency));
        check(&[Role::AgencyContact], Some("工務局"), Some("無此處"), Some(AccountFault::UnknownUnit));
        check(&[Role::Admin], None, Some("養護工程處"), Some(AccountFault::UnknownUnit));
    }
}
