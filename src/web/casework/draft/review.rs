//! A submitted text before those who consent to it, and before who publishes it.

use chrono::{DateTime, Utc};

use crate::{
    domain::{Account, Approval, Audience, Stage, StepKind, Submitted},
    store::Dossier,
    web::{Desk, casework::paper::Paper, moment},
};

/// Who consented, and when.
#[derive(Debug, Clone)]
pub(in crate::web) struct Consent {
    pub what: &'static str,
    /// Name and time; none while it is missing.
    pub by: Option<(String, String, String)>,
}

/// A step that may be taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct StepButton {
    pub name: &'static str,
    pub words: &'static str,
    pub needs_reason: bool,
    /// Whether it is the form of publication.
    pub publishes: bool,
}

/// What is laid before them.
#[derive(Debug, Clone)]
pub(in crate::web) struct Review {
    pub revision: u32,
    pub hash: String,
    pub version: i64,
    pub submitted_by: String,
    pub drafters: String,
    pub consents: [Consent; 2],
    pub paper: Paper,
    pub steps: Vec<StepButton>,
    /// Why somebody who otherwise might consent may not.
    pub barred: Option<&'static str>,
    /// Key, name and sort of each channel the public reads.
    pub channels: Vec<(String, String, &'static str)>,
}

impl Review {
    /// The beginning of the hash: enough to compare two by eye.
    pub(in crate::web) fn short_hash(&self) -> String {
        self.hash.chars().take(12).collect()
    }
}

impl Desk {
    /// The submitted text of a case under review.
    pub(super) fn review(&self, dossier: &Dossier, account: Option<&Account>, now: DateTime<Utc>) -> Option<Review> {
        let Stage::Reviewing(_, _, text) = &dossier.case.stage else { return None };
        let draft = dossier.drafts.iter().find(|draft| draft.revision == text.revision)?;
        let allowed = self.steps_of(&dossier.case, account);
        let wrote = account.is_some_and(|account| text.drafters.contains(&account.name));
        let consents = allowed.iter().any(|step| matches!(step, StepKind::Review | StepKind::Approve));
        let steps = allowed.into_iter().filter(|step| is_next(*step, text, wrote)).map(button);
        let public = self.console.office.channels.iter().filter(|channel| channel.audience == Audience::Public);
        Some(Review {
            revision: text.revision,
            hash: text.hash.clone(),
            version: dossier.case.version,
            submitted_by: text.by.to_string(),
            drafters: text.drafters.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
            consents: [consent("核稿", text.reviewed.as_ref(), now), consent("核定", text.approved.as_ref(), now)],
            paper: Paper::of(&self.preview(dossier, draft)),
            steps: steps.collect(),
            barred: (wrote && consents).then_some("您參與擬稿，依規定不得核自己的稿，請由其他同仁核稿及核定。"),
            channels: public
                .map(|channel| (channel.id.to_string(), channel.name.clone(), channel.kind().words()))
                .collect(),
        })
    }
}

/// Whether a step comes next by what was consented to so far. Who may take it was asked before.
fn is_next(step: StepKind, text: &Submitted, wrote: bool) -> bool {
    match step {
        StepKind::Review => text.reviewed.is_none() && !wrote,
        StepKind::Approve => text.reviewed.is_some() && text.approved.is_none() && !wrote,
        StepKind::Publish => text.reviewed.is_some() && text.approved.is_some(),
        StepKind::Return => true,
        _ => false,
    }
}

fn button(step: StepKind) -> StepButton {
    StepButton {
        name: step.name(),
        words: step.words(),
        needs_reason: step.needs_reason(),
        publishes: step == StepKind::Publish,
    }
}

fn consent(what: &'static str, given: Option<&Approval>, now: DateTime<Utc>) -> Consent {
    let by = given.map(|it| (it.by.to_string(), moment::clock(it.at, now), moment::iso(it.at)));
    Consent { what, by }
}
