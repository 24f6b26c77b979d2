//! The page of a draft: the form with the gate's findings, what it is written from, and the text under review.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    consistency::{self, Held, HeldRow},
    evidence::Evidence,
    field::FieldRow,
    proposal::{self, ProposalRow},
    review::Review,
};
use crate::{
    casefile,
    domain::{Account, Clarification, Draft, StepKind},
    store::{Dossier, KeptBasis},
    web::{
        Desk,
        casework::act::Undone,
        frame::{Frame, Section},
        moment,
        visitor::Visitor,
    },
    workflow::draft,
};

/// What is to be shown in the place of what is kept.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Look {
    /// What somebody typed, and the revision they began from.
    pub typed: Option<(u32, Clarification)>,
    /// What happened.
    pub notices: Vec<Notice>,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(in crate::web) struct Notice {
    /// Whether nothing was done.
    pub is_refusal: bool,
    /// Whether the console has every word of the form now.
    pub keeps: bool,
    /// What, in a sentence.
    pub words: String,
    /// More, point by point.
    pub points: Vec<String>,
}

/// A later revision by somebody else than who typed.
#[derive(Debug, Clone)]
pub(in crate::web) struct Behind {
    pub revision: u32,
    pub by: String,
    pub clock: String,
    pub iso: String,
    /// Part, what it was, what it is.
    pub changes: Vec<(String, String, String)>,
}

/// A basis that was signed.
#[derive(Debug, Clone)]
pub(in crate::web) struct BasisRow {
    pub id: String,
    pub phrase: String,
    pub basis: String,
    pub by: String,
    pub clock: String,
    pub iso: String,
}

/// A revision in the list.
#[derive(Debug, Clone)]
pub(in crate::web) struct RevisionRow {
    pub number: u32,
    pub by: String,
    pub clock: String,
    pub iso: String,
    pub hash: String,
    pub current: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "draft.html")]
pub(in crate::web) struct DraftPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) case_id: String,
    pub(in crate::web) number: i64,
    pub(in crate::web) title: String,
    pub(in crate::web) state: &'static str,
    pub(in crate::web) answer: &'static str,
    pub(in crate::web) speaker: String,
    /// The latest revision, from which what is typed now is written.
    pub(in crate::web) base: u32,
    pub(in crate::web) editable: bool,
    pub(in crate::web) notices: Vec<Notice>,
    pub(in crate::web) behind: Option<Behind>,
    /// When what is shown was typed and not kept.
    pub(in crate::web) restored: Option<(String, String)>,
    pub(in crate::web) fields: Vec<FieldRow>,
    pub(in crate::web) bases: Vec<BasisRow>,
    /// Where it says otherwise than the city said before.
    pub(in crate::web) held: Vec<HeldRow>,
    /// Whether who looks may answer for that: of a text that is kept.
    pub(in crate::web) may_know: bool,
    pub(in crate::web) evidence: Evidence,
    pub(in crate::web) review: Option<Review>,
    pub(in crate::web) revisions: Vec<RevisionRow>,
    /// Version of the case and hash of the text, where it may be submitted as it is kept.
    pub(in crate::web) submit: Option<(i64, String)>,
    /// Whether there is a program that makes PDF.
    pub(in crate::web) makes_pdf: bool,
    /// The model that may be asked to improve the text.
    pub(in crate::web) model: Option<String>,
    /// What models proposed and nobody decided on.
    pub(in crate::web) proposals: Vec<ProposalRow>,
}

impl DraftPage {
    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn notice_of_proposals(&self) -> &'static str {
        proposal::NOTICE
    }

    /// Points that stand in the way.
    fn faults(&self) -> usize {
        self.fields.iter().map(|field| field.faults.len()).sum()
    }

    /// Points whose words a person can sign for: key of its form, words.
    fn signable(&self) -> impl Iterator<Item = (&str, &str)> {
        let faults = self.fields.iter().flat_map(|field| &field.faults);
        faults.filter_map(|fault| Some((fault.id.as_str(), fault.phrase.as_deref()?)))
    }

    fn has_draft(&self) -> bool {
        !self.revisions.is_empty()
    }

    /// Where the revision that is shown can be seen and taken along.
    fn revision_address(&self, suffix: &str) -> String {
        format!("/cases/{}/draft/{}{suffix}", self.case_id, self.base)
    }
}

impl BasisRow {
    fn of(kept: &KeptBasis, now: DateTime<Utc>) -> Self {
        Self {
            id: kept.id.clone(),
            phrase: kept.basis.phrase.clone(),
            basis: kept.basis.basis.clone(),
            by: kept.basis.by.to_string(),
            clock: moment::clock(kept.basis.at, now),
            iso: moment::iso(kept.basis.at),
        }
    }
}

/// Who wrote a revision.
pub(super) fn author(draft: &Draft) -> String {
    draft.author.as_ref().map_or_else(|| "系統初稿".to_owned(), ToString::to_string)
}

/// What the form holds.
struct Shown {
    text: Clarification,
    /// The revision it was written from, where that is not the latest.
    from: Option<u32>,
    restored: Option<DateTime<Utc>>,
}

impl Desk {
    pub(super) async fn draft_page(&self, visitor: Visitor, id: &str, look: Look) -> Result<DraftPage, Undone> {
        let now = self.console.clock.now();
        let dossier = self.dossier(id).await?;
        let may_write = visitor.account().is_some_and(|it| self.may_write(&dossier.case, it).is_ok());
        let editable = may_write || look.typed.is_some();
        let is_typed = look.typed.is_some();
        let shown = self.shown(&dossier, visitor.account().filter(|_| may_write), look.typed).await?;
        let earlier = casefile::earlier_releases(&self.console.store, &dossier).await?;
        let held = self.held(&dossier, (&shown.text, &earlier)).await?;
        let examined = self.examined(&dossier, (&shown.text, &Held::open(&held)), now);
        let may_submit = self.steps_of(&dossier.case, visitor.account()).contains(&StepKind::Submit);
        let latest = dossier.draft();
        let submit = latest.filter(|_| may_submit && !is_typed && shown.restored.is_none());
        let (speaker, answer) = self.speaker(&dossier.case);
        Ok(DraftPage {
            model: self.offered_model(&dossier, visitor.account()),
            proposals: self.proposal_rows(&dossier, now).await?,
            case_id: dossier.case.id.clone(),
            number: dossier.case.number,
            title: dossier.case.title.clone(),
            state: dossier.case.stage.state().words(),
            answer: answer.words(),
            speaker: speaker.to_string(),
            base: latest.map_or(0, |draft| draft.revision),
            editable,
            notices: look.notices,
            behind: shown.from.and_then(|from| behind(&dossier, from, now)),
            restored: shown.restored.map(|at| (moment::clock(at, now), moment::iso(at))),
            fields: self.field_rows(&dossier, (&shown.text, &examined), editable),
            bases: dossier.bases.iter().map(|kept| BasisRow::of(kept, now)).collect(),
            held: held.iter().map(|it| it.row(self, now)).collect(),
            may_know: !is_typed && shown.restored.is_none() && consistency::offers(&dossier, &visitor),
            evidence: self.evidence(&dossier, &earlier),
            review: self.review(&dossier, visitor.account(), now),
            revisions: dossier.drafts.iter().map(|draft| revision(draft, latest, now)).collect(),
            submit: submit.map(|draft| (dossier.case.version, draft.hash.clone())),
            makes_pdf: self.console.converter.is_there(),
            frame: Frame::new(Section::Nowhere, now, visitor),
        })
    }

    /// What was typed just now, what was typed before and not kept, or what is kept.
    async fn shown(
        &self,
        dossier: &Dossier,
        writer: Option<&Account>,
        typed: Option<(u32, Clarification)>,
    ) -> Result<Shown, Undone> {
        let latest = dossier.draft();
        let number = latest.map_or(0, |draft| draft.revision);
        let from = |base: u32| Some(base).filter(|base| *base < number);
        if let Some((base, text)) = typed {
            return Ok(Shown { text, from: from(base), restored: None });
        }
        let kept = latest.map(|draft| draft.text.clone()).unwrap_or_default();
        let note = match writer {
            Some(account) => self.console.store.draft_note(&dossier.case.id, &account.name).await?,
            None => None,
        };
        // A note may reach the console after the form it was taken from.
        let is_kept = |text: &Clarification| dossier.drafts.iter().any(|draft| draft.text == *text);
        Ok(match note.filter(|note| !is_kept(&note.text)) {
            Some(note) => Shown { text: note.text, from: from(note.base), restored: Some(note.at) },
            None => Shown { text: kept, from: None, restored: None },
        })
    }
}

/// What others changed since the revision numbered `from`.
fn behind(dossier: &Dossier, from: u32, now: DateTime<Utc>) -> Option<Behind> {
    let latest = dossier.draft()?;
    let began = dossier.drafts.iter().find(|draft| draft.revision == from);
    let began = began.map(|draft| draft.text.clone()).unwrap_or_default();
    let changes = draft::difference(&began, &latest.text);
    Some(Behind {
        revision: latest.revision,
        by: author(latest),
        clock: moment::clock(latest.at, now),
        iso: moment::iso(latest.at),
        changes: changes.into_iter().map(|(part, was, is)| (part.words(), was.to_owned(), is.to_owned())).collect(),
    })
}

fn revision(draft: &Draft, latest: Option<&Draft>, now: DateTime<Utc>) -> RevisionRow {
    RevisionRow {
        number: draft.revision,
        by: author(draft),
        clock: moment::clock(draft.at, now),
        iso: moment::iso(draft.at),
        hash: draft.hash.chars().take(12).collect(),
        current: latest.is_some_and(|latest| latest.revision == draft.revision),
    }
}
