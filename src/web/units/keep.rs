//! What is done with units, the same for pages and for programs.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use ulid::Ulid;

use super::{LONGEST, cleaned, may_substitute, unit_of};
use crate::{
    domain::{Audience, Contact, OrgUnit, Post, Roster, Substitute, UserName, WatchList},
    store::{KeepingUnit, KeptUnit, StoreError},
    web::{Desk, access::Member, fault::Fault, form::Form, moment, visitor::Visitor},
};

/// The longest time that somebody stands in for: longer, and the members of the unit are to be changed.
const LONGEST_ABSENCE: TimeDelta = TimeDelta::days(366);

/// Contacts, channels, services, districts or words of one unit.
const MOST: usize = 100;

/// Why something was not done.
#[derive(Debug)]
pub(super) enum Undone {
    /// Something that was sent cannot be used; what, in words for the person.
    Wrong(&'static str),
    /// Somebody else changed the unit since it was looked at.
    Stale,
    /// Anything that has a page of its own.
    Fault(Fault),
}

impl Undone {
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Wrong(words) => words,
            Self::Stale => "已有他人變更這個科室，您的內容未儲存；請比對下方現況後再儲存。",
            Self::Fault(_) => "",
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Stale => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

/// A unit as somebody wants it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub agency: String,
    pub name: String,
    /// A line each: name, post, telephone.
    pub contacts: Vec<String>,
    pub channels: Vec<String>,
    pub watch: WatchList,
}

impl Desk {
    /// Adds a unit, or changes the one of that key in the version that was seen; its key.
    pub(super) async fn keep_unit(
        &self,
        member: &Member,
        id: Option<(&str, i64)>,
        wanted: Wanted,
    ) -> Result<String, Undone> {
        let city = &self.console.city;
        let names = (wanted.name.trim().to_owned(), wanted.agency);
        if names.0.is_empty() || names.0.chars().count() > LONGEST || names.0.chars().any(char::is_control) {
            return Err(Undone::Wrong("請填寫科室名稱（100 字以內）。"));
        }
        if !city.agencies.iter().any(|it| it.city && it.name == names.1) {
            return Err(Undone::Wrong("請由清單選擇市府所屬機關。"));
        }
        let channels = cleaned(wanted.channels);
        let for_staff = |id: &String| {
            let mut known = self.console.office.channels.iter();
            known.any(|it| it.id.as_str() == id && it.audience != Audience::Public)
        };
        if !channels.iter().all(for_staff) {
            return Err(Undone::Wrong("請由清單選擇同仁或科室通道。"));
        }
        let watch = WatchList {
            services: cleaned(wanted.watch.services),
            districts: cleaned(wanted.watch.districts),
            words: cleaned(wanted.watch.words),
        };
        if !watch.services.iter().all(|id| city.services.iter().any(|it| it.id == *id)) {
            return Err(Undone::Wrong("請由清單選擇服務類別。"));
        }
        if !watch.districts.iter().all(|name| city.districts.iter().any(|it| it.name == *name)) {
            return Err(Undone::Wrong("請由清單選擇行政區。"));
        }
        if watch.words.iter().any(|word| !(2..=LONGEST).contains(&word.chars().count())) {
            return Err(Undone::Wrong("關注詞須為 2 至 100 字，一行一詞。"));
        }
        let contacts = contacts(wanted.contacts)?;
        if [channels.len(), watch.words.len(), contacts.len()].iter().any(|count| *count > MOST) {
            return Err(Undone::Wrong("聯絡人、通道及關注詞各以 100 筆為限。"));
        }
        let (key, seen) = match id {
            Some((id, seen)) => (id.to_owned(), Some(seen)),
            None => (Ulid::generate().to_string(), None),
        };
        let (name, agency) = names;
        let keeping = KeepingUnit { id: key.clone(), seen, agency, name, contacts, channels, watch };
        match self.console.store.keep_unit(keeping, member.visitor.actor(), self.console.clock.now()).await? {
            KeptUnit::Done => Ok(key),
            KeptUnit::Taken => Err(Undone::Wrong("該機關已有同名的科室。")),
            KeptUnit::Stale => Err(Undone::Stale),
        }
    }

    /// Makes somebody a member of a unit, or takes them out.
    pub(super) async fn staff_unit(
        &self,
        member: &Member,
        (id, account): (&str, &str),
        heads: Option<bool>,
    ) -> Result<(), Undone> {
        let (roster, unit) = unit_of(self, id).await?;
        let name = UserName::parse(account).ok().filter(|name| roster.person(name).is_some());
        let name = name.ok_or(Undone::Wrong("請由清單選擇帳號。"))?;
        let account = self.console.store.account(&name).await?;
        let by_account = account
            .is_some_and(|it| it.duties.agency() == Some(&*unit.agency) && it.duties.unit() == Some(&*unit.name));
        if heads.is_none() && by_account {
            return Err(Undone::Wrong("這位成員依帳號所屬機關列入，請至帳號管理變更。"));
        }
        let (actor, now) = (member.visitor.actor(), self.console.clock.now());
        let done = self.console.store.staff_unit((id, &name), heads, actor, now).await?;
        if done { Ok(()) } else { Err(Undone::Fault(Fault::Missing)) }
    }

    /// Enters who stands in for a unit or for somebody in it.
    pub(super) async fn enter_substitute(&self, member: &Member, id: &str, form: &Form) -> Result<String, Undone> {
        let (roster, unit) = unit_of(self, id).await?;
        if !may_substitute(&member.visitor, &unit) {
            return Err(Undone::Fault(Fault::NotAllowed));
        }
        let now = self.console.clock.now();
        let time = |name: &str| moment::read(form.typed(name));
        let (from, until) = (time("from"), time("until"));
        let from = from.ok_or(Undone::Wrong("請填寫代理起時。"))?;
        let until = until.ok_or(Undone::Wrong("請填寫代理迄時。"))?;
        if until <= from || until <= now {
            return Err(Undone::Wrong("代理迄時須晚於起時及現在。"));
        }
        if until - from > LONGEST_ABSENCE {
            return Err(Undone::Wrong("代理期間以一年為限。"));
        }
        let note = form.line("note").unwrap_or_default();
        if note.chars().count() > LONGEST {
            return Err(Undone::Wrong("事由過長（上限 100 字）。"));
        }
        let (of, by) = posts(&roster, &unit, form)?;
        let made_by = member.account.name.clone();
        let key = Ulid::generate().to_string();
        let substitute = Substitute { id: key.clone(), of, by, from, until, note, made_by };
        self.console.store.enter_substitute(substitute, member.visitor.actor(), now).await?;
        Ok(key)
    }

    /// Takes a substitute of a unit back.
    pub(super) async fn withdraw_substitute(
        &self,
        member: &Member,
        (id, substitute): (&str, &str),
    ) -> Result<(), Undone> {
        let (roster, unit) = unit_of(self, id).await?;
        let own = roster.substitutes.iter().any(|it| it.id == substitute && is_of(&unit, &it.of));
        if !own {
            return Err(Undone::Fault(Fault::Missing));
        }
        if !may_substitute(&member.visitor, &unit) {
            return Err(Undone::Fault(Fault::NotAllowed));
        }
        let (actor, now) = (member.visitor.actor(), self.console.clock.now());
        let done = self.console.store.withdraw_substitute(substitute, actor, now).await?;
        if done { Ok(()) } else { Err(Undone::Fault(Fault::Changed)) }
    }

    /// A page with what was wrong, under the status that says so.
    pub(super) fn unit_refused<P: askama::Template>(
        &self,
        visitor: &Visitor,
        undone: &Undone,
        page: Result<P, Fault>,
    ) -> Response {
        (undone.status(), self.answer(visitor, page)).into_response()
    }
}

/// Whether a post is a unit's own: the unit, or somebody in it.
pub(super) fn is_of(unit: &OrgUnit, post: &Post) -> bool {
    match post {
        Post::Unit(id) => *id == unit.id,
        Post::Person(name) => unit.members.iter().any(|(member, _)| member == name),
    }
}

/// A post as a form names it.
pub(super) fn post_value(post: &Post) -> String {
    match post {
        Post::Unit(id) => format!("unit:{id}"),
        Post::Person(name) => format!("person:{name}"),
    }
}

/// Who is away and who stands in, both of whom there are.
fn posts(roster: &Roster, unit: &OrgUnit, form: &Form) -> Result<(Post, Post), Undone> {
    let read = |name: &str| {
        let (sort, key) = form.typed(name).split_once(':')?;
        match sort {
            "unit" => roster.unit(key).map(|unit| Post::Unit(unit.id.clone())),
            "person" => {
                let name = UserName::parse(key).ok()?;
                roster.person(&name).map(|person| Post::Person(person.name.clone()))
            }
            _ => None,
        }
    };
    let of = read("of").filter(|post| is_of(unit, post)).ok_or(Undone::Wrong("請選擇本科室或其成員。"))?;
    let by = read("by").ok_or(Undone::Wrong("請選擇代理人或代理科室。"))?;
    let is_gone = match &by {
        Post::Person(name) => roster.person(name).is_none_or(|it| it.state == crate::domain::AccountState::Disabled),
        Post::Unit(_) => false,
    };
    if is_gone {
        return Err(Undone::Wrong("代理人的帳號已停用。"));
    }
    if of == by { Err(Undone::Wrong("不得由本人代理。")) } else { Ok((of, by)) }
}

/// Contacts, a line each, with 、 between name, post and telephone.
fn contacts(lines: Vec<String>) -> Result<Vec<Contact>, Undone> {
    let contact = |line: String| {
        let parts: Vec<&str> = line.split(['、', '，', ',']).map(str::trim).collect();
        match parts.as_slice() {
            [name, post, telephone] if parts.iter().all(|part| !part.is_empty() && part.chars().count() <= LONGEST) => {
                Ok(Contact { name: (*name).into(), post: (*post).into(), telephone: (*telephone).into() })
            }
            _ => Err(Undone::Wrong("聯絡人須一行一人，依序為姓名、職稱、電話，以頓號分隔。")),
        }
    };
    cleaned(lines).into_iter().map(contact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_a_line_of_name_post_and_telephone() {
        let read = contacts(vec![" 王小明、股長、07-0000000 ".into(), String::new()]).unwrap();
        assert_eq!(read, [Contact { name: "王小明".into(), post: "股長".into(), telephone: "07-0000000".into() }]);
        for bad in ["王小明", "王小明、股長", "王小明、、07", "王小明、股長、07-1、分機2"] {
            assert!(contacts(vec![bad.into()]).is_err(), "{bad}");
        }
    }
}
