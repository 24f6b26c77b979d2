//! Whom a step of a case is told to: the public what goes out, the staff and the unit in charge what is theirs to do now.

use chrono::{DateTime, Utc};
use url::Url;

use super::{act::Ask, release};
use crate::{
    casefile::{self, Note},
    domain::{Audience, Case, Level, Message, Purpose, Stage, StepKind, UserName},
    store::{Dossier, Opening, Posting, Releasing, StoreError},
    web::Desk,
    workflow::{
        notice,
        roster::{self, Matter, Whom},
    },
};

impl Desk {
    /// Messages about a step.
    pub(super) fn postings(
        &self,
        dossier: &Dossier,
        kind: StepKind,
        stage: &Stage,
        (ask, release): (&Ask, Option<&Releasing>),
        now: DateTime<Utc>,
    ) -> Vec<Posting> {
        let (case, office) = (&dossier.case, &self.console.office);
        let mut postings = Vec::new();
        if let Some(release) = release {
            let document = release::document(release, case.number, &self.console.base, (case.moments.known, Some(now)));
            let (body, link) = (crate::document::plain(&document), Some(document.url));
            let message = notice::released(case, &release.text, body, link, now);
            let chosen = office.channels.iter().filter(|channel| {
                channel.audience == Audience::Public && ask.channels.iter().any(|id| id == channel.id.as_str())
            });
            postings.extend(note(case, "release", &message).by_channels(chosen));
        }
        if !matches!(kind, StepKind::Assign | StepKind::Submit | StepKind::Return | StepKind::Publish) {
            return postings;
        }
        let message = notice::stepped(case, kind, stage, ask.reason.as_deref(), self.case_link(&case.id), now);
        postings.extend(self.for_staff((case, dossier), kind.name(), stage, &message, now));
        postings
    }

    /// A message about a case for all staff and for the unit that has it.
    pub(super) fn for_staff(
        &self,
        (case, dossier): (&Case, &Dossier),
        kind: &'static str,
        stage: &Stage,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Vec<Posting> {
        let (note, office) = (note(case, kind, message), &self.console.office);
        let mut postings = note.by_channels(office.staff(message.level));
        postings.extend(note.to_unit(&dossier.roster, office, stage.assignment(), Whom::All, now));
        postings
    }

    /// What units are told of a case that a person opens and that fits their watch lists.
    pub(super) async fn for_watching(&self, opening: &Opening, now: DateTime<Utc>) -> Result<Vec<Posting>, StoreError> {
        let roster = self.console.store.roster().await?;
        let matter = Matter {
            service: opening.service.as_deref(),
            district: opening.district.as_deref(),
            texts: vec![&opening.title],
        };
        let message = notice::opened((&opening.title, opening.level), self.case_link(&opening.id), now);
        let note = Note {
            subject: &opening.id,
            kind: casefile::WATCHED,
            epoch: 1,
            urgent: message.level == Level::A,
            message: &message,
        };
        let called = |reason: &str| self.console.city.called(reason);
        Ok(note.to_watching(&roster, &self.console.office, &matter, called, now))
    }

    pub(super) fn case_link(&self, id: &str) -> Option<Url> {
        self.console.base.join(&format!("/cases/{id}")).ok()
    }
}

/// For whom somebody stands in who takes a step in a case.
pub(super) fn acts_for(dossier: &Dossier, name: &UserName, now: DateTime<Utc>) -> Option<String> {
    let unit = roster::unit_of(&dossier.roster, dossier.case.stage.assignment())?;
    roster::acts_for(&dossier.roster, unit, name, now)
}

fn note<'n>(case: &'n Case, kind: &'static str, message: &'n Message) -> Note<'n> {
    let urgent = message.level == Level::A || message.purpose == Purpose::Clarification;
    Note { subject: &case.id, kind, epoch: case.version, urgent, message }
}
