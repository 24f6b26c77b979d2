//! One case: its clocks, what stands against what, what may be done, and what was done.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use chrono::{DateTime, Utc};

use super::{change::Changes, clock::ClockRow, messages::MessageRow, release, steps::StepForm, timeline::Happening};
use crate::{
    domain::{Case, CaseLevel, CaseState, Draft, Field, Stage},
    store::{CaseReport, Dossier},
    web::{
        Desk,
        access::CASEWORKERS,
        fault::{Fault, Shared},
        findings::FindingRow,
        frame::{Frame, Section},
        moment, names,
        pieces::{self, Piece},
        visitor::Visitor,
    },
};

/// Messages and events on the page.
const MOST: usize = 200;

/// A finding with the report it quotes.
#[derive(Debug)]
pub(in crate::web) struct CaseFinding {
    pub report: String,
    pub outlet: String,
    pub row: FindingRow,
}

/// A report of the case.
#[derive(Debug)]
pub(in crate::web) struct ReportLine {
    pub address: String,
    pub outlet: String,
    pub title: Vec<Piece>,
    pub published: Option<(String, String)>,
    pub gone: bool,
}

/// The latest revision of the draft.
#[derive(Debug)]
pub(in crate::web) struct DraftLine {
    pub revision: u32,
    pub title: String,
    pub lead: String,
    pub parts: usize,
    pub by: Option<String>,
    pub clock: String,
    pub iso: String,
}

/// A text that went out.
#[derive(Debug)]
pub(in crate::web) struct ReleaseLine {
    pub address: String,
    pub title: String,
    pub answer: &'static str,
    pub by: String,
    pub clock: String,
    pub iso: String,
}

/// A statement that people laid beside the case.
#[derive(Debug)]
pub(in crate::web) struct LaidLine {
    pub address: String,
    pub agency: String,
    pub title: String,
    pub revision: u32,
}

/// A moment of the case, with what it is.
#[derive(Debug)]
pub(in crate::web) struct KnownMoment {
    pub what: &'static str,
    pub clock: String,
    pub iso: String,
    /// Whether the clocks run from it.
    pub counts: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "case.html")]
pub(in crate::web) struct CasePage {
    pub frame: Frame,
    pub id: String,
    pub number: i64,
    pub version: i64,
    pub title: Vec<Piece>,
    pub level: CaseLevel,
    pub state: CaseState,
    /// What the state alone does not tell: who has to consent yet, whom it was referred to.
    pub remark: Option<String>,
    pub agency: Option<String>,
    pub district: Option<String>,
    pub service: Option<String>,
    pub since: (String, String),
    pub moments: Vec<KnownMoment>,
    pub extension: Option<(String, String)>,
    pub clocks: Vec<ClockRow>,
    pub findings: Vec<CaseFinding>,
    pub reports: Vec<ReportLine>,
    pub steps: Vec<StepForm>,
    pub changes: Changes,
    pub draft: Option<DraftLine>,
    pub releases: Vec<ReleaseLine>,
    /// Whether there is a program that makes PDF.
    pub makes_pdf: bool,
    pub laid: Vec<LaidLine>,
    pub may_lay: bool,
    pub messages: Vec<MessageRow>,
    pub timeline: Vec<Happening>,
}

impl CasePage {
    async fn load(desk: &Desk, visitor: Visitor, id: &str) -> Result<Self, Fault> {
        let (store, now) = (&desk.console.store, desk.console.clock.now());
        let dossier = store.dossier(id).await?.ok_or(Fault::Missing)?;
        let closures = store.closures().await?;
        let open: Vec<_> = closures.iter().map(|row| row.closure.clone()).collect();
        let mut findings = Vec::with_capacity(dossier.quoted.len());
        for quoted in &dossier.quoted {
            let it = &quoted.finding;
            let marks = store.marks_of(&it.article_id, it.revision).await?;
            let text = (quoted.title.as_str(), quoted.text.as_str(), marks.as_slice());
            findings.push(CaseFinding {
                report: format!("/reports/{}#findings", it.article_id),
                outlet: quoted.outlet.clone(),
                row: desk.finding_row(it.clone(), text, now).await?,
            });
        }
        let mut reports = Vec::with_capacity(dossier.reports.len());
        for report in &dossier.reports {
            reports.push(desk.report_line(report, now).await?);
        }
        let releases = store.releases_of_case(id).await?;
        let timeline = store.timeline(id, MOST).await?;
        let messages = store.messages(id, MOST).await?;
        let case = &dossier.case;
        let state = case.stage.state();
        Ok(Self {
            title: desk.case_title(case).await?,
            makes_pdf: desk.console.converter.is_there(),
            clocks: desk.clocks(case, &closures).iter().map(|clock| clock.row(now)).collect(),
            steps: desk.step_forms(&dossier, visitor.account()),
            changes: desk.case_changes(&dossier, visitor.account(), &open, now),
            draft: dossier.draft().map(|draft| draft_line(draft, now)),
            releases: releases
                .into_iter()
                .map(|it| ReleaseLine {
                    address: format!("/clarifications/{}", release::slug(case.number, it.releasing.revision)),
                    title: it.releasing.text.title,
                    answer: it.releasing.answer.words(),
                    by: it.releasing.by.to_string(),
                    clock: moment::clock(it.issued_at, now),
                    iso: moment::iso(it.issued_at),
                })
                .collect(),
            laid: desk.laid_lines(&dossier),
            may_lay: state.awaits_answer() && visitor.holds_any(CASEWORKERS),
            messages: messages.into_iter().map(|it| desk.message_row(it, Vec::new(), now)).collect(),
            timeline: timeline.into_iter().map(|row| Happening::of(desk, row, now)).collect(),
            id: case.id.clone(),
            number: case.number,
            version: case.version,
            level: case.level,
            state,
            remark: remark(case),
            agency: case.stage.assignment().map(|to| desk.assignee(&to.agency, to.unit.as_deref())),
            district: case.district.clone(),
            service: case.service.as_deref().map(|id| desk.names.service(id).to_owned()),
            since: (moment::clock(case.since, now), moment::iso(case.since)),
            moments: moments(case, now),
            extension: case.extension.as_ref().map(|it| (crate::domain::roc_date(it.to), it.reason.clone())),
            findings,
            reports,
            frame: Frame::new(Section::Cases, now, visitor),
        })
    }

    fn plain_title(&self) -> String {
        pieces::plain(&self.title)
    }

    fn is_grave(&self) -> bool {
        self.level == CaseLevel::A
    }

    fn is_complaint(&self) -> bool {
        self.level == CaseLevel::C
    }

    /// Whether the draft is what is to be worked on.
    fn is_on_draft(&self) -> bool {
        matches!(self.state, CaseState::Drafting | CaseState::Reviewing)
    }
}

impl DraftLine {
    /// Whether nobody wrote anything yet.
    fn is_blank(&self) -> bool {
        self.parts == 0
    }
}

impl Desk {
    async fn report_line(&self, report: &CaseReport, now: DateTime<Utc>) -> Result<ReportLine, Fault> {
        let marks = self.console.store.marks_of(&report.article_id, report.revision).await?;
        Ok(ReportLine {
            address: format!("/reports/{}", report.article_id),
            outlet: report.outlet.clone(),
            title: pieces::whole(&report.title, &self.masks(&marks, Field::Title)),
            published: report.published.map(|at| (moment::clock(at, now), moment::iso(at))),
            gone: report.gone,
        })
    }

    fn laid_lines(&self, dossier: &Dossier) -> Vec<LaidLine> {
        let line = |fact: &crate::domain::FactVersion| LaidLine {
            address: names::fact_address(&fact.id),
            agency: self.names.agency(&fact.statement.agency).to_owned(),
            title: fact.statement.title.clone(),
            revision: fact.revision,
        };
        dossier.laid.iter().map(line).collect()
    }
}

fn draft_line(draft: &Draft, now: DateTime<Utc>) -> DraftLine {
    DraftLine {
        revision: draft.revision,
        title: draft.text.title.clone(),
        lead: draft.text.lead.clone(),
        parts: draft.text.parts().len(),
        by: draft.author.as_ref().map(ToString::to_string),
        clock: moment::clock(draft.at, now),
        iso: moment::iso(draft.at),
    }
}

fn remark(case: &Case) -> Option<String> {
    match &case.stage {
        Stage::Drafting(_, answer) => Some(format!("擬{}稿", answer.words())),
        Stage::Reviewing(_, answer, text) => {
            let waits = match (&text.reviewed, &text.approved) {
                (None, _) => "待核稿",
                (Some(_), None) => "已核稿，待核定",
                (Some(_), Some(_)) => "已核定，待發布",
            };
            Some(format!("{}稿第 {} 版{waits}", answer.words(), text.revision))
        }
        Stage::Referred(body) => Some(format!("已移請{body}")),
        _ => None,
    }
}

fn moments(case: &Case, now: DateTime<Utc>) -> Vec<KnownMoment> {
    let it = &case.moments;
    let all = [
        ("首則刊登", it.published, false),
        ("首次擷取", Some(it.fetched), false),
        ("知悉", Some(it.known), true),
        ("簽收", it.acknowledged, false),
    ];
    let known = all.into_iter().filter_map(|(what, at, counts)| {
        at.map(|at| KnownMoment { what, clock: moment::clock(at, now), iso: moment::iso(at), counts })
    });
    known.collect()
}

/// The page of a case.
pub(in crate::web) async fn one(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    if id.chars().any(char::is_control) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    desk.answer(&visitor, CasePage::load(&desk, visitor.clone(), &id).await)
}
