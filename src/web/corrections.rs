//! Putting the machine's reading of a report right, and taking that back.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use chrono::{DateTime, Utc};
use ulid::Ulid;

use crate::{
    domain::{AgencyGuess, Aspect, Correction, Judgement, Label, Scored, TextKind},
    store::{Corrected, Correcting, Report},
    web::{
        Desk,
        access::Person,
        bodies,
        fault::{Fault, Shared},
        form::Form,
        list::Choice,
        moment, names,
    },
};

/// Characters of a note.
pub(super) const LONGEST_NOTE: usize = 500;

/// How sure a person is.
const CERTAIN: f64 = 1.0;

/// What the field of an aspect shows before anybody chose: only a choice that differs is a correction, so that two
/// people at once do not undo each other's.
const SHOWN: &str = "shown-";

/// The machine's own words for what a person put right, one for each aspect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Amended {
    pub scope: Option<String>,
    pub service: Option<String>,
    pub agency: Option<String>,
    pub kind: Option<String>,
    pub toward_city: Option<String>,
}

/// A field of the form.
#[derive(Debug)]
pub(super) struct Question {
    pub name: &'static str,
    pub words: &'static str,
    pub shown: String,
    pub choices: Vec<Choice>,
}

/// A correction as the page lists it.
#[derive(Debug)]
pub(super) struct CorrectionRow {
    pub id: String,
    pub what: &'static str,
    pub was: String,
    pub becomes: String,
    pub note: Option<String>,
    pub by: String,
    pub clock: String,
    pub iso: String,
}

impl Desk {
    /// What lists and reports mark as put right.
    pub(super) fn amended(&self, corrections: &[Correction]) -> Amended {
        let mut amended = Amended::default();
        for correction in corrections {
            let own = Some(format!("系統原判：{}", self.in_words(&correction.was)));
            match correction.becomes.aspect() {
                Aspect::Scope => amended.scope = own,
                Aspect::Service => amended.service = own,
                Aspect::Agency => amended.agency = own,
                Aspect::Kind => amended.kind = own,
                Aspect::TowardCity => amended.toward_city = own,
            }
        }
        amended
    }

    pub(super) fn correction_row(&self, correction: &Correction, now: DateTime<Utc>) -> CorrectionRow {
        CorrectionRow {
            id: correction.id.clone(),
            what: names::aspect(correction.becomes.aspect()),
            was: self.in_words(&correction.was),
            becomes: self.in_words(&correction.becomes),
            note: correction.note.clone(),
            by: correction.by.to_string(),
            clock: moment::clock(correction.at, now),
            iso: moment::iso(correction.at),
        }
    }

    /// The fields of the form, as the report is held to be now.
    pub(super) fn questions(&self, report: &Report) -> Vec<Question> {
        let judgements = [
            Judgement::Scope(report.row.in_scope),
            Judgement::Service(report.services.clone()),
            Judgement::Agency(report.agencies.clone()),
            Judgement::Kind(report.row.kind),
            Judgement::TowardCity(report.toward_city.label),
        ];
        judgements.iter().map(|held| self.question(held)).collect()
    }

    fn question(&self, held: &Judgement) -> Question {
        let aspect = held.aspect();
        let shown = value(held);
        let choice = |value: &str, name: &str| Choice {
            value: value.to_owned(),
            name: name.to_owned(),
            count: String::new(),
            chosen: value == shown,
        };
        let none = || choice("", "無");
        let mut choices: Vec<Choice> = match aspect {
            Aspect::Scope => [true, false].map(|inside| choice(scope_value(inside), names::scope(inside))).into(),
            Aspect::Kind => TextKind::ALL.map(|kind| choice(kind.name(), names::kind(kind))).into(),
            Aspect::TowardCity => Label::ALL.map(|label| choice(label.name(), names::label(label))).into(),
            Aspect::Service => {
                let services = self.console.city.services.iter().map(|it| choice(&it.id, &it.name));
                std::iter::once(none()).chain(services).collect()
            }
            Aspect::Agency => std::iter::once(none()).chain(bodies::all(&self.console.city, &shown)).collect(),
        };
        if choices.iter().all(|choice| !choice.chosen) {
            // The dictionaries no longer know it, but it is what is held.
            choices.insert(0, choice(&shown, &self.in_words(held)));
        }
        Question { name: aspect.name(), words: names::aspect(aspect), shown, choices }
    }

    fn in_words(&self, judgement: &Judgement) -> String {
        match judgement {
            Judgement::Scope(inside) => names::scope(*inside).to_owned(),
            Judgement::Service(services) => {
                services.first().map_or("無", |service| self.names.service(&service.name)).to_owned()
            }
            Judgement::Agency(agencies) => agencies.first().map_or_else(
                || "無".to_owned(),
                |agency| bodies::in_words(self.names.agency(&agency.name), agency.unit.as_deref()),
            ),
            Judgement::Kind(kind) => names::kind(*kind).to_owned(),
            Judgement::TowardCity(label) => names::label(*label).to_owned(),
        }
    }

    /// What the form says; none when a choice is not one of those offered.
    fn chosen(&self, form: &Form) -> Option<Vec<Judgement>> {
        let changed = Aspect::ALL.into_iter().filter(|aspect| {
            let name = aspect.name();
            form.has(name) && form.typed(name) != form.typed(&format!("{SHOWN}{name}"))
        });
        changed.map(|aspect| self.judgement(aspect, form.typed(aspect.name()))).collect()
    }

    fn judgement(&self, aspect: Aspect, value: &str) -> Option<Judgement> {
        let city = &self.console.city;
        Some(match aspect {
            Aspect::Scope => Judgement::Scope([true, false].into_iter().find(|inside| scope_value(*inside) == value)?),
            Aspect::Kind => Judgement::Kind(TextKind::from_name(value)?),
            Aspect::TowardCity => Judgement::TowardCity(Label::from_name(value)?),
            Aspect::Service | Aspect::Agency if value.is_empty() => match aspect {
                Aspect::Service => Judgement::Service(Vec::new()),
                _ => Judgement::Agency(Vec::new()),
            },
            Aspect::Service => {
                let service = city.services.iter().find(|service| service.id == value)?;
                Judgement::Service(vec![Scored { name: service.id.clone(), score: CERTAIN }])
            }
            Aspect::Agency => {
                let (name, unit) = bodies::parts(value);
                let agency = city.agencies.iter().find(|agency| agency.name == name)?;
                let is_known = unit.as_ref().is_none_or(|unit| agency.units.iter().any(|it| it.name == *unit));
                let guess = AgencyGuess { name, unit, score: CERTAIN, city: agency.city };
                Judgement::Agency(is_known.then_some(vec![guess])?)
            }
        })
    }
}

/// A judgement as the value of its field.
fn value(judgement: &Judgement) -> String {
    match judgement {
        Judgement::Scope(inside) => scope_value(*inside).to_owned(),
        Judgement::Service(services) => services.first().map(|service| service.name.clone()).unwrap_or_default(),
        Judgement::Agency(agencies) => {
            agencies.first().map(|agency| bodies::value(&agency.name, agency.unit.as_deref())).unwrap_or_default()
        }
        Judgement::Kind(kind) => kind.name().to_owned(),
        Judgement::TowardCity(label) => label.name().to_owned(),
    }
}

fn scope_value(inside: bool) -> &'static str {
    if inside { "city" } else { "other" }
}

/// Puts what was chosen right.
pub(super) async fn correct(
    State(desk): State<Shared>,
    person: Person,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let Person { account, visitor, .. } = person;
    let revision = form.typed("revision").parse::<u32>();
    let (Ok(revision), Some(chosen), false) = (revision, desk.chosen(&form), id.chars().any(char::is_control)) else {
        return desk.apology(&visitor, &Fault::Changed);
    };
    let note = form.line("note").map(|note| note.chars().take(LONGEST_NOTE).collect());
    let corrections = chosen.into_iter().map(|becomes| Correcting { id: Ulid::generate().to_string(), becomes });
    let by = (account.name, visitor.actor());
    let now = desk.console.clock.now();
    match desk.console.store.correct(&id, revision, corrections.collect(), note, by, now).await {
        Ok(Corrected::Done) => Desk::go(&format!("/reports/{id}"), None),
        Ok(Corrected::Stale) => desk.apology(&visitor, &Fault::Changed),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// Takes a correction back.
pub(super) async fn withdraw(
    State(desk): State<Shared>,
    person: Person,
    Path((id, correction)): Path<(String, String)>,
) -> Response {
    let visitor = person.visitor;
    if id.chars().chain(correction.chars()).any(char::is_control) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    let now = desk.console.clock.now();
    match desk.console.store.withdraw_correction(&id, &correction, visitor.actor(), now).await {
        Ok(true) => Desk::go(&format!("/reports/{id}"), None),
        Ok(false) => desk.apology(&visitor, &Fault::Changed),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}
