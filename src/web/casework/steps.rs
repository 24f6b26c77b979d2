//! The steps of a case as forms, what they send, and what is said when a step is not taken.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    act::{Ask, LONGEST_REASON, Undone},
    draft,
};
use crate::{
    casefile,
    domain::{Account, OrgUnit, Outcome, Stage, StepKind},
    store::Dossier,
    web::{
        Desk,
        access::Member,
        fault::{Fault, Shared},
        findings::OutcomeWords,
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        names,
        visitor::Visitor,
    },
    workflow::roster,
};

/// Between the agency and its unit in one choice; no name of either has it.
const UNIT: char = '|';

/// Steps that are taken with the whole text before one's eyes, on the page of the draft.
const ON_DRAFT: [StepKind; 5] =
    [StepKind::Submit, StepKind::Return, StepKind::Review, StepKind::Approve, StepKind::Publish];

/// The units of an agency, itself first.
#[derive(Debug)]
pub(in crate::web) struct AgencyChoices {
    pub agency: String,
    pub choices: Vec<Choice>,
}

/// A step that somebody may take.
#[derive(Debug)]
pub(in crate::web) struct StepForm {
    pub kind: StepKind,
    /// Whether it takes the case from an agency that has it.
    pub again: bool,
    /// Whom it may be assigned to.
    pub agencies: Vec<AgencyChoices>,
    /// Bodies outside it may be referred to, and the likely one.
    pub bodies: Vec<String>,
    pub body: String,
    /// What may have become of its alerts.
    pub outcomes: Vec<OutcomeWords>,
}

/// The page that says why a step was not taken.
#[derive(Debug, Template)]
#[template(path = "case_refused.html")]
pub(in crate::web) struct RefusedPage {
    pub frame: Frame,
    pub title: String,
    pub advice: &'static str,
    /// What is wrong with the text: the part and the sentence.
    pub faults: Vec<(String, String)>,
    /// Where to go on.
    pub back: String,
}

impl StepForm {
    pub fn words(&self) -> &'static str {
        if self.again { "改派" } else { self.kind.words() }
    }

    pub fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Whether a click is all it takes.
    pub fn is_plain(&self) -> bool {
        matches!(self.kind, StepKind::Accept | StepKind::Draft | StepKind::Track)
    }

    pub fn is_assign(&self) -> bool {
        self.kind == StepKind::Assign
    }

    pub fn is_submit(&self) -> bool {
        self.kind == StepKind::Submit
    }

    pub fn is_refer(&self) -> bool {
        self.kind == StepKind::Refer
    }

    pub fn needs_reason(&self) -> bool {
        self.kind.needs_reason()
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the step")]
    pub fn longest_reason(&self) -> usize {
        LONGEST_REASON
    }

    /// What follows from it, in a sentence.
    pub fn hint(&self) -> &'static str {
        match self.kind {
            StepKind::Assign => "分派後，權責機關的聯絡人會收到通知。",
            StepKind::Accept => "簽收即表示開始查證，停止逐級通知。",
            StepKind::Draft => "請先確認兩處文字孰是，再開始擬稿。",
            StepKind::Admit => "市府資料有誤時，改擬更正致歉稿；稿中不得歸咎報導。",
            StepKind::Submit => "請於稿件頁確認檢核結果後陳核。",
            StepKind::Return => "退回後須重新陳核，原有核章失效。",
            StepKind::Track => "持續追蹤媒體是否更正。",
            StepKind::Close => "結案後，同一事件如有新的不符說法會另開新案。",
            StepKind::Reply => "請填寫函復文號與要旨。",
            StepKind::Dismiss => "不對外回應；理由會留存備查。",
            StepKind::Refer => "非市府權責時，移請權責機關處理。",
            StepKind::NoteCorrection => "媒體已自行更正，不再對外回應。",
            StepKind::Reopen => "案件回到待查證，重新辦理。",
            StepKind::Review | StepKind::Approve | StepKind::Publish => "請於稿件頁辦理。",
        }
    }
}

impl Desk {
    /// The steps that somebody may take on the page of the case. What needs the whole text before one's eyes is done on
    /// the page of the draft.
    pub(super) fn step_forms(&self, dossier: &Dossier, account: Option<&Account>) -> Vec<StepForm> {
        let on_draft = [StepKind::Review, StepKind::Approve, StepKind::Publish];
        let steps = self.steps_of(&dossier.case, account).into_iter().filter(|step| !on_draft.contains(step));
        let has_open_alerts = dossier.quoted.iter().any(|it| it.finding.judged.is_none());
        let has_agency = dossier.case.stage.assignment().is_some();
        let form = |kind| StepForm {
            kind,
            again: kind == StepKind::Assign && has_agency,
            agencies: if kind == StepKind::Assign { self.assignable(dossier) } else { Vec::new() },
            bodies: if kind == StepKind::Refer { self.bodies_outside() } else { Vec::new() },
            body: if kind == StepKind::Refer { self.likely_body(dossier) } else { String::new() },
            outcomes: if matches!(kind, StepKind::Dismiss | StepKind::Refer) && has_open_alerts {
                Outcome::ALL.map(|it| OutcomeWords { name: it.name(), words: names::outcome(it) }).into()
            } else {
                Vec::new()
            },
        };
        let mut forms: Vec<StepForm> = steps.map(form).collect();
        // What comes next stands first; giving the case to somebody else is the exception.
        forms.sort_by_key(|form| form.again);
        forms
    }

    /// The city's agencies with their units; the one that has the case, or likely gets it, is chosen.
    fn assignable(&self, dossier: &Dossier) -> Vec<AgencyChoices> {
        let to = dossier.case.stage.assignment();
        let matter = casefile::matter(dossier);
        let watching = roster::watching(&dossier.roster, &matter);
        let chosen = match to {
            Some(to) => (Some(to.agency.clone()), to.unit.clone()),
            // A unit that watches for such a case comes before the agency that is only likely.
            None if !watching.is_empty() => (None, None),
            None => (self.likely_agency(dossier), None),
        };
        let first = (!watching.is_empty()).then(|| AgencyChoices {
            agency: "關注清單相符".to_owned(),
            choices: watching
                .iter()
                .enumerate()
                .map(|(at, (unit, reasons))| Choice {
                    value: format!("{}{UNIT}{}", unit.agency, unit.name),
                    name: self.watching_words(unit, reasons),
                    count: String::new(),
                    chosen: at == 0 && to.is_none(),
                })
                .collect(),
        });
        let of = |agency: &str, unit: Option<&str>, name: &str| Choice {
            value: unit.map_or_else(|| agency.to_owned(), |unit| format!("{agency}{UNIT}{unit}")),
            name: name.to_owned(),
            count: String::new(),
            chosen: chosen.0.as_deref() == Some(agency) && chosen.1.as_deref() == unit,
        };
        let cities = self.console.city.agencies.iter().filter(|agency| agency.city);
        let all = cities.map(|agency| {
            let mut names: Vec<&str> = agency.units.iter().map(|unit| unit.name.as_str()).collect();
            let kept = dossier.roster.units.iter().filter(|unit| unit.agency == agency.name);
            names.extend(kept.map(|unit| unit.name.as_str()));
            let mut seen = BTreeSet::new();
            names.retain(|name| seen.insert(*name));
            let units = names.iter().map(|unit| of(&agency.name, Some(unit), &format!("{}・{unit}", agency.short)));
            let own = of(&agency.name, None, &agency.short);
            AgencyChoices { agency: agency.short.clone(), choices: std::iter::once(own).chain(units).collect() }
        });
        first.into_iter().chain(all).collect()
    }

    /// A unit that watches for such a case, with what it has in common with its list.
    fn watching_words(&self, unit: &OrgUnit, reasons: &[&str]) -> String {
        let reasons: Vec<String> = reasons.iter().map(|reason| self.console.city.called(reason)).collect();
        format!("{}・{}（{}）", self.names.agency(&unit.agency), unit.name, reasons.join("、"))
    }

    fn bodies_outside(&self) -> Vec<String> {
        let outside = self.console.city.agencies.iter().filter(|agency| !agency.city);
        outside.map(|agency| agency.name.clone()).collect()
    }

    /// The body outside whose statement stands against the report.
    fn likely_body(&self, dossier: &Dossier) -> String {
        let stated = dossier.quoted.iter().filter_map(|it| it.fact.as_ref()).map(|it| &it.statement.agency);
        let is_citys = |name: &str| self.console.city.agencies.iter().any(|it| it.city && it.name == name);
        stated.into_iter().find(|name| !is_citys(name)).cloned().unwrap_or_default()
    }

    /// Says why something was not done with a case, on a page that leads back to `back`.
    pub(in crate::web) fn undone(&self, visitor: &Visitor, undone: Undone, back: String) -> Response {
        let (status, title, advice, faults) = match undone {
            Undone::Missing => return self.apology(visitor, &Fault::Missing),
            Undone::Store(error) => return self.apology(visitor, &Fault::Store(error)),
            Undone::Broken(what) => return self.apology(visitor, &Fault::Panic(what)),
            Undone::Stale => (
                StatusCode::CONFLICT,
                "案件已由他人變更".to_owned(),
                "您開啟頁面之後，已有他人變更這件案件，您的操作未執行。請重新查看案件現況，再決定是否辦理。",
                Vec::new(),
            ),
            Undone::Refused(refusal) => {
                (StatusCode::CONFLICT, refusal.to_string(), "您的操作未執行。請依案件流程辦理。", Vec::new())
            }
            Undone::Gate(faults) => {
                let words = faults.iter().map(|it| (it.part.words(), it.kind.to_string())).collect();
                (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "稿件未通過發布前檢核".to_owned(),
                    "稿件未發布。請逐項補正，重新陳核後再發布。",
                    words,
                )
            }
            Undone::Unfit(words) => {
                (StatusCode::UNPROCESSABLE_ENTITY, words, "您的操作未執行。請回上一頁補正後再送出。", Vec::new())
            }
            Undone::Wrong(words) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                words.to_owned(),
                "您的操作未執行。請回上一頁補正後再送出。",
                Vec::new(),
            ),
        };
        let frame = Frame::new(Section::Cases, self.console.clock.now(), visitor.clone());
        let page = self.answer(visitor, Ok(RefusedPage { frame, title, advice, faults, back }));
        (status, page).into_response()
    }
}

/// Takes a step.
pub(in crate::web) async fn step(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    if id.chars().any(char::is_control) {
        return desk.apology(&member.visitor, &Fault::Missing);
    }
    let form = Form::read(&body);
    let case = format!("/cases/{id}");
    let Some(kind) = StepKind::from_name(form.typed("step")) else {
        return desk.undone(&member.visitor, Undone::Wrong("沒有這個步驟"), case);
    };
    let (agency, unit) = match form.line("to") {
        Some(to) => match to.split_once(UNIT) {
            Some((agency, unit)) => (Some(agency.to_owned()), Some(unit.to_owned())),
            None => (Some(to), None),
        },
        None => (form.line("agency"), form.line("unit")),
    };
    let ask = Ask {
        // A form that says no version has seen none.
        version: Some(form.typed("version").parse().unwrap_or(-1)),
        reason: form.line("reason"),
        agency,
        unit,
        hash: form.line("hash"),
        channels: form.all("channels").map(str::to_owned).collect(),
        outcome: Outcome::from_name(form.typed("outcome")),
    };
    if ON_DRAFT.contains(&kind) {
        return match desk.step(&member, &id, kind, ask).await {
            Ok(_) => Desk::go(&format!("{}?done=1", draft::address(&id)), None),
            Err(undone) => desk.draft_refusal(&member.visitor, &id, undone, None).await,
        };
    }
    match desk.step(&member, &id, kind, ask).await {
        Ok(moved) if matches!(moved.stage, Stage::Drafting(..)) && kind != StepKind::Return => {
            Desk::go(&format!("{case}/draft"), None)
        }
        Ok(_) => Desk::go(&case, None),
        Err(undone) => desk.undone(&member.visitor, undone, case),
    }
}

/// Lays a statement of the register beside a case, by its key or the address of its page.
pub(in crate::web) async fn lay(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    if id.chars().any(char::is_control) {
        return desk.apology(&member.visitor, &Fault::Missing);
    }
    let typed = Form::read(&body).line("fact").unwrap_or_default();
    let back = format!("/cases/{id}");
    match desk.lay(&member, &id, &fact_key(&typed)).await {
        Ok(()) => Desk::go(&format!("{back}#statements"), None),
        Err(undone) => desk.undone(&member.visitor, undone, back),
    }
}

/// The key of a statement, out of what a person pasted: the key itself, or the address of its page.
fn fact_key(typed: &str) -> String {
    let Some((_, rest)) = typed.split_once("/facts/") else { return typed.to_owned() };
    let key = rest.split(['?', '#', '/']).next().unwrap_or(rest);
    // A form's decoding takes `+` for a space, which the path of an address does not.
    let pair = format!("k={}", key.replace('+', "%2B"));
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned());
    decoded.unwrap_or_default().chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_found_by_key_or_address() {
        for (typed, key) in [
            ("f1", "f1"),
            ("https://clarion.example/facts/f%2F1%20%E8%99%9F?x=1#a", "f/1 號"),
            ("/facts/a+b", "a+b"),
            ("", ""),
            ("/facts/%00x", "x"),
        ] {
            assert_eq!(fact_key(typed), key, "{typed}");
        }
    }
}
