//! 科室: the units below the agencies, what each watches, who works there, and who stands in for whom.

pub(super) mod api;
mod keep;
mod page;

use std::collections::BTreeSet;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};

#[cfg(test)]
pub(super) use page::{MemberRow, SubstituteRow, UnitFields, UnitRow};
pub(super) use page::{UnitPage, UnitsPage};

use self::keep::{Undone, Wanted};
use crate::{
    domain::{OrgUnit, Role, Roster, WatchList},
    web::{
        Desk,
        access::Member,
        bodies,
        fault::{Fault, Shared},
        form::Form,
        visitor::Visitor,
    },
};

/// Characters of a name, a word or a note.
const LONGEST: usize = 100;

/// The unit of an address, or why there is none.
async fn unit_of(desk: &Desk, id: &str) -> Result<(Roster, OrgUnit), Fault> {
    let roster = desk.console.store.roster().await?;
    let unit = roster.unit(id).cloned().ok_or(Fault::Missing)?;
    Ok((roster, unit))
}

/// All units.
pub(super) async fn list(State(desk): State<Shared>, visitor: Visitor) -> Response {
    desk.answer(&visitor, UnitsPage::load(&desk, visitor.clone(), None).await)
}

/// Adds a unit.
pub(super) async fn add(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let form = Form::read(&body);
    let (agency, _) = bodies::parts(form.typed("agency"));
    let name = form.line("name").unwrap_or_default();
    let wanted = Wanted { agency, name, ..Wanted::default() };
    match desk.keep_unit(&member, None, wanted).await {
        Ok(id) => Desk::go(&format!("/units/{id}"), None),
        Err(Undone::Fault(fault)) => desk.apology(&member.visitor, &fault),
        Err(undone) => {
            let page = UnitsPage::load(&desk, member.visitor.clone(), Some((&form, undone.words()))).await;
            desk.unit_refused(&member.visitor, &undone, page)
        }
    }
}

/// One unit.
pub(super) async fn one(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    desk.answer(&visitor, UnitPage::load(&desk, visitor.clone(), &id, None).await)
}

/// Changes a unit.
pub(super) async fn change(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let done = async {
        let (_, unit) = unit_of(&desk, &id).await?;
        let lines = |name: &str| form.typed(name).lines().map(str::to_owned).collect::<Vec<_>>();
        let all = |name: &str| form.all(name).map(str::to_owned).collect::<Vec<_>>();
        let wanted = Wanted {
            agency: unit.agency,
            name: form.line("name").unwrap_or_default(),
            contacts: lines("contacts"),
            channels: all("channel"),
            watch: WatchList { services: all("service"), districts: all("district"), words: lines("words") },
        };
        // A form that says no version has seen none.
        let seen = form.typed("version").parse().unwrap_or(-1);
        desk.keep_unit(&member, Some((&id, seen)), wanted).await
    };
    let done = done.await.map(|_| ());
    desk.unit_answer(&member, &id, (&form, "unit"), done).await
}

/// Makes somebody a member.
pub(super) async fn join(State(desk): State<Shared>, member: Member, Path(id): Path<String>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let done = desk.staff_unit(&member, (&id, form.typed("account")), Some(form.has("heads"))).await;
    desk.unit_answer(&member, &id, (&form, "member"), done).await
}

/// Takes somebody out.
pub(super) async fn leave(
    State(desk): State<Shared>,
    member: Member,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let done = desk.staff_unit(&member, (&id, &name), None).await;
    desk.unit_answer(&member, &id, (&Form::default(), "member"), done).await
}

/// Enters who stands in.
pub(super) async fn substitute(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let done = desk.enter_substitute(&member, &id, &form).await;
    desk.unit_answer(&member, &id, (&form, "substitute"), done.map(|_| ())).await
}

/// Takes that back.
pub(super) async fn withdraw(
    State(desk): State<Shared>,
    member: Member,
    Path((id, substitute)): Path<(String, String)>,
) -> Response {
    let done = desk.withdraw_substitute(&member, (&id, &substitute)).await;
    desk.unit_answer(&member, &id, (&Form::default(), "substitute"), done).await
}

impl Desk {
    /// The page again after something was done, or with why it was not.
    async fn unit_answer(
        &self,
        member: &Member,
        id: &str,
        (form, part): (&Form, &'static str),
        done: Result<(), Undone>,
    ) -> Response {
        match done {
            Ok(()) => Self::go(&format!("/units/{id}#{part}"), None),
            Err(Undone::Fault(fault)) => self.apology(&member.visitor, &fault),
            Err(undone) => {
                let page = UnitPage::load(self, member.visitor.clone(), id, Some((form, part, undone.words()))).await;
                self.unit_refused(&member.visitor, &undone, page)
            }
        }
    }
}

/// Whether somebody may enter who stands in for a unit or for somebody in it: its head, and who looks after accounts.
fn may_substitute(visitor: &Visitor, unit: &OrgUnit) -> bool {
    visitor.holds_any(&[Role::Admin]) || visitor.account().is_some_and(|it| unit.is_headed_by(&it.name))
}

/// Lines with something in them, each once and without space around it.
fn cleaned(lines: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let kept = lines.into_iter().map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>());
    kept.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty() && seen.insert(line.clone())).collect()
}
