//! One revision of a draft: what it changed, and the same as a file to take along.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};

use super::page::author;
use crate::{
    domain::{Draft, Part},
    web::{
        Desk,
        casework::{
            act::Undone,
            export::{self, Form},
            paper::Paper,
        },
        fault::{Fault, Shared},
        frame::{Frame, Section},
        moment,
        visitor::Visitor,
    },
    workflow::{
        corrections::{RunKind, Side, difference},
        draft,
    },
};

/// Words with what became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct RunRow {
    pub kind: RunKind,
    pub text: String,
}

impl RunRow {
    pub(in crate::web) fn is_removed(&self) -> bool {
        matches!(self.kind, RunKind::Removed | RunKind::MovedAway)
    }

    pub(in crate::web) fn is_added(&self) -> bool {
        matches!(self.kind, RunKind::Added | RunKind::MovedHere)
    }
}

/// The page of a revision.
#[derive(Debug, Template)]
#[template(path = "revision.html")]
pub(in crate::web) struct RevisionPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) case_id: String,
    pub(in crate::web) number: i64,
    pub(in crate::web) revision: u32,
    pub(in crate::web) by: String,
    pub(in crate::web) clock: String,
    pub(in crate::web) iso: String,
    pub(in crate::web) hash: String,
    /// The revision it is compared with.
    pub(in crate::web) before: Option<u32>,
    pub(in crate::web) after: Option<u32>,
    /// Part and its words.
    pub(in crate::web) changes: Vec<(String, Vec<RunRow>)>,
    pub(in crate::web) paper: Paper,
    /// Whether there is a program that makes PDF.
    pub(in crate::web) makes_pdf: bool,
}

impl RevisionPage {
    fn address(&self) -> String {
        format!("/cases/{}/draft/{}", self.case_id, self.revision)
    }
}

/// The print view.
#[derive(Debug, Template)]
#[template(path = "print.html")]
pub(in crate::web) struct PrintPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) paper: Paper,
    pub(in crate::web) back: String,
    /// Whether it leads back to a draft, and else to what went out.
    pub(in crate::web) is_draft: bool,
}

/// A revision as a page, or, with an ending, as a file.
pub(in crate::web) async fn one(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path((id, name)): Path<(String, String)>,
) -> Response {
    let Some((number, form)) = export::read::<u32>(&name) else { return desk.apology(&visitor, &Fault::Missing) };
    let dossier = match desk.dossier(&id).await {
        Ok(dossier) => dossier,
        Err(Undone::Store(error)) => return desk.apology(&visitor, &Fault::Store(error)),
        Err(_) => return desk.apology(&visitor, &Fault::Missing),
    };
    let Some(draft) = dossier.drafts.iter().find(|draft| draft.revision == number) else {
        return desk.apology(&visitor, &Fault::Missing);
    };
    let release = desk.preview(&dossier, draft);
    let now = desk.console.clock.now();
    let frame = Frame::new(Section::Nowhere, now, visitor.clone());
    match form {
        Form::Page => {
            let before = dossier.drafts.iter().find(|other| other.revision < number);
            let after = dossier.drafts.iter().rev().find(|other| other.revision > number);
            let page = RevisionPage {
                frame,
                case_id: id,
                number: dossier.case.number,
                revision: number,
                by: author(draft),
                clock: moment::clock(draft.at, now),
                iso: moment::iso(draft.at),
                hash: draft.hash.chars().take(12).collect(),
                before: before.map(|draft| draft.revision),
                after: after.map(|draft| draft.revision),
                changes: before.map(|before| desk.changes(before, draft)).unwrap_or_default(),
                paper: Paper::of(&release),
                makes_pdf: desk.console.converter.is_there(),
            };
            desk.answer(&visitor, Ok(page))
        }
        Form::Print => {
            let page = PrintPage { frame, paper: Paper::of(&release), back: super::address(&id), is_draft: true };
            desk.answer(&visitor, Ok(page))
        }
        Form::File(kind) => desk.file(&visitor, &release, kind).await,
    }
}

impl Desk {
    /// What a revision changed, part by part, word by word.
    fn changes(&self, before: &Draft, after: &Draft) -> Vec<(String, Vec<RunRow>)> {
        let words = |(part, was, is): (Part, &str, &str)| {
            let (earlier, later) = (self.console.segmenter.segment(was), self.console.segmenter.segment(is));
            let found = difference(Side { text: was, words: &earlier }, Side { text: is, words: &later });
            let run = |run: &crate::workflow::corrections::Run| {
                let text = run.after.and_then(|span| span.of(is)).or_else(|| run.before.and_then(|span| span.of(was)));
                RunRow { kind: run.kind, text: text.unwrap_or_default().to_owned() }
            };
            (part.words(), found.runs.iter().map(run).collect())
        };
        draft::difference(&before.text, &after.text).into_iter().map(words).collect()
    }
}
