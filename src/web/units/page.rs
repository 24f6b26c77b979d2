//! The pages of units.

use askama::Template;
use chrono::{DateTime, Utc};

use super::keep::{is_of, post_value};
use crate::{
    domain::{AccountState, Audience, OrgUnit, Post, Role, Roster, Substitute},
    web::{
        Desk,
        fault::Fault,
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        moment, names,
        visitor::Visitor,
    },
};

/// A unit as a row.
#[derive(Debug)]
pub(in crate::web) struct UnitRow {
    pub address: String,
    pub agency: String,
    pub name: String,
    /// What it watches, in words.
    pub watch: Vec<String>,
    pub heads: Vec<String>,
    pub members: usize,
    /// Who stands in for it now.
    pub substitute: Option<String>,
}

/// The page of all units.
#[derive(Debug, Template)]
#[template(path = "units.html")]
pub(in crate::web) struct UnitsPage {
    pub frame: Frame,
    pub rows: Vec<UnitRow>,
    pub agencies: Vec<Choice>,
    pub name: String,
    pub error: Option<String>,
    pub may_add: bool,
}

/// The fields of a unit, as they are kept or as they were sent.
#[derive(Debug, Default)]
pub(in crate::web) struct UnitFields {
    pub name: String,
    pub contacts: String,
    pub words: String,
    pub channels: Vec<Choice>,
    pub services: Vec<Choice>,
    pub districts: Vec<Choice>,
}

/// Somebody of a unit.
#[derive(Debug)]
pub(in crate::web) struct MemberRow {
    pub name: String,
    pub person: String,
    pub heads: bool,
    pub state: Option<&'static str>,
    /// By which channels they are reached themselves.
    pub reached: Vec<String>,
    /// Who stands in for them now.
    pub substitute: Option<String>,
}

/// Who stands in for whom.
#[derive(Debug)]
pub(in crate::web) struct SubstituteRow {
    pub id: String,
    pub of: String,
    pub by: String,
    pub from: (String, String),
    pub until: (String, String),
    pub note: String,
    pub made_by: String,
    pub holds: bool,
}

/// The page of one unit.
#[derive(Debug, Template)]
#[template(path = "unit.html")]
pub(in crate::web) struct UnitPage {
    pub frame: Frame,
    pub id: String,
    pub version: i64,
    pub agency: String,
    pub title: String,
    pub watch: Vec<String>,
    pub contacts: Vec<String>,
    pub channels: Vec<String>,
    pub fields: UnitFields,
    pub members: Vec<MemberRow>,
    pub substitutes: Vec<SubstituteRow>,
    pub accounts: Vec<Choice>,
    /// Who may be away, and who may stand in.
    pub away: Vec<Choice>,
    pub standing_in: Vec<Choice>,
    pub from: String,
    pub until: String,
    pub note: String,
    pub may_edit: bool,
    pub may_substitute: bool,
    /// The part of the page that something was wrong in, and what.
    pub error: Option<(&'static str, String)>,
}

impl UnitPage {
    /// What was wrong in a part of the page.
    fn error_in(&self, part: &str) -> Option<&str> {
        self.error.as_ref().filter(|(at, _)| *at == part).map(|(_, words)| words.as_str())
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest(&self) -> usize {
        super::LONGEST
    }

    pub(super) async fn load(
        desk: &Desk,
        visitor: Visitor,
        id: &str,
        refused: Option<(&Form, &'static str, &str)>,
    ) -> Result<Self, Fault> {
        let (roster, unit) = super::unit_of(desk, id).await?;
        let now = desk.console.clock.now();
        let sent = |part: &str| refused.filter(|(_, at, _)| *at == part).map(|(form, ..)| form);
        let typed =
            |name: &str, default: String| sent("substitute").map_or(default, |form| form.typed(name).to_owned());
        let own = roster.substitutes.iter().filter(|it| is_of(&unit, &it.of) && it.until > now);
        let choice = |post: Post, chosen: &str| Choice {
            name: roster.called(&post),
            chosen: post_value(&post) == chosen,
            value: post_value(&post),
            count: String::new(),
        };
        let posts = std::iter::once(Post::Unit(unit.id.clone()))
            .chain(unit.members.iter().map(|(name, _)| Post::Person(name.clone())));
        let active = || roster.people.iter().filter(|person| person.state != AccountState::Disabled);
        let others = active()
            .map(|person| Post::Person(person.name.clone()))
            .chain(roster.units.iter().filter(|it| it.id != unit.id).map(|it| Post::Unit(it.id.clone())));
        let joinable = active().filter(|person| !unit.members.iter().any(|(name, _)| *name == person.name));
        Ok(Self {
            may_edit: visitor.holds_any(&[Role::Admin]),
            may_substitute: super::may_substitute(&visitor, &unit),
            substitutes: own.map(|it| SubstituteRow::of(&roster, it, now)).collect(),
            members: unit.members.iter().map(|(name, heads)| desk.member_row(&roster, name, *heads, now)).collect(),
            accounts: joinable
                .map(|person| Choice {
                    value: person.name.to_string(),
                    name: format!("{}（{}）", person.person.as_str(), person.name),
                    count: String::new(),
                    chosen: sent("member").is_some_and(|form| form.typed("account") == person.name.as_str()),
                })
                .collect(),
            away: posts.map(|post| choice(post, &typed("of", String::new()))).collect(),
            standing_in: others.map(|post| choice(post, &typed("by", String::new()))).collect(),
            from: typed("from", moment::local(now)),
            until: typed("until", String::new()),
            note: typed("note", String::new()),
            fields: desk.unit_fields(&unit, sent("unit")),
            watch: desk.watch_words(&unit),
            contacts: unit.contacts.iter().map(|it| format!("{} {}　{}", it.post, it.name, it.telephone)).collect(),
            channels: unit.channels.iter().map(|id| desk.channel_name(id)).collect(),
            agency: desk.names.agency(&unit.agency).to_owned(),
            title: unit.name.clone(),
            version: unit.version,
            id: unit.id,
            error: refused.map(|(_, part, words)| (part, words.to_owned())),
            frame: Frame::new(Section::Cases, now, visitor),
        })
    }
}

impl UnitsPage {
    pub(super) async fn load(desk: &Desk, visitor: Visitor, refused: Option<(&Form, &str)>) -> Result<Self, Fault> {
        let (roster, now) = (desk.console.store.roster().await?, desk.console.clock.now());
        let chosen = refused.map_or("", |(form, _)| form.typed("agency"));
        let agencies = desk.console.city.agencies.iter().filter(|agency| agency.city).map(|agency| Choice {
            value: agency.name.clone(),
            name: agency.short.clone(),
            count: String::new(),
            chosen: agency.name == chosen,
        });
        Ok(Self {
            agencies: agencies.collect(),
            rows: roster.units.iter().map(|unit| desk.unit_row(&roster, unit, now)).collect(),
            name: refused.map_or_else(String::new, |(form, _)| form.typed("name").to_owned()),
            error: refused.map(|(_, words)| words.to_owned()),
            may_add: visitor.holds_any(&[Role::Admin]),
            frame: Frame::new(Section::Cases, now, visitor),
        })
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest(&self) -> usize {
        super::LONGEST
    }
}

impl SubstituteRow {
    fn of(roster: &Roster, it: &Substitute, now: DateTime<Utc>) -> Self {
        let time = |at| (moment::clock(at, now), moment::iso(at));
        Self {
            id: it.id.clone(),
            of: roster.called(&it.of),
            by: roster.called(&it.by),
            from: time(it.from),
            until: time(it.until),
            note: it.note.clone(),
            made_by: it.made_by.to_string(),
            holds: it.holds(now),
        }
    }
}

impl Desk {
    fn unit_row(&self, roster: &Roster, unit: &OrgUnit, now: DateTime<Utc>) -> UnitRow {
        let heads = unit.members.iter().filter(|(_, heads)| *heads);
        let substitute = roster.substitute_of(&Post::Unit(unit.id.clone()), now);
        UnitRow {
            address: format!("/units/{}", unit.id),
            agency: self.names.agency(&unit.agency).to_owned(),
            name: unit.name.clone(),
            watch: self.watch_words(unit),
            heads: heads.map(|(name, _)| roster.called(&Post::Person(name.clone()))).collect(),
            members: unit.members.len(),
            substitute: substitute.map(|it| roster.called(&it.by)),
        }
    }

    fn member_row(
        &self,
        roster: &Roster,
        name: &crate::domain::UserName,
        heads: bool,
        now: DateTime<Utc>,
    ) -> MemberRow {
        let post = Post::Person(name.clone());
        let person = roster.person(name);
        let away = person.filter(|person| person.state != AccountState::Active);
        MemberRow {
            name: name.to_string(),
            person: roster.called(&post),
            heads,
            state: away.map(|person| names::account_state(person.state)),
            reached: person.map_or_else(Vec::new, |person| {
                person.addresses.iter().map(|(channel, _)| self.channel_name(channel)).collect()
            }),
            substitute: roster.substitute_of(&post, now).map(|it| roster.called(&it.by)),
        }
    }

    /// What a unit watches: services by name, districts, words.
    pub(super) fn watch_words(&self, unit: &OrgUnit) -> Vec<String> {
        let services = unit.watch.services.iter().map(|id| self.names.service(id).to_owned());
        let words = unit.watch.words.iter().map(|word| format!("「{word}」"));
        unit.watch.districts.iter().cloned().chain(services).chain(words).collect()
    }

    fn unit_fields(&self, unit: &OrgUnit, sent: Option<&Form>) -> UnitFields {
        let is_in = |name: &str, value: &str, kept: &[String]| match sent {
            Some(form) => form.all(name).any(|it| it == value),
            None => kept.iter().any(|it| it == value),
        };
        let choice = |field: &str, value: &str, name: &str, kept: &[String]| Choice {
            chosen: is_in(field, value, kept),
            value: value.to_owned(),
            name: name.to_owned(),
            count: String::new(),
        };
        let text = |name: &str, kept: String| sent.map_or(kept, |form| form.typed(name).to_owned());
        let contacts = unit.contacts.iter().map(|it| format!("{}、{}、{}", it.name, it.post, it.telephone));
        let channels = self.console.office.channels.iter().filter(|channel| channel.audience != Audience::Public);
        let (services, districts) = (&self.console.city.services, &self.console.city.districts);
        UnitFields {
            name: text("name", unit.name.clone()),
            contacts: text("contacts", contacts.collect::<Vec<_>>().join("\n")),
            words: text("words", unit.watch.words.join("\n")),
            channels: channels
                .map(|it| {
                    let name = format!("{}（{}・{}）", it.name, it.kind().words(), it.audience.words());
                    choice("channel", it.id.as_str(), &name, &unit.channels)
                })
                .collect(),
            services: services.iter().map(|it| choice("service", &it.id, &it.name, &unit.watch.services)).collect(),
            districts: districts
                .iter()
                .map(|it| choice("district", &it.name, &it.name, &unit.watch.districts))
                .collect(),
        }
    }
}
