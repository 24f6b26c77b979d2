//! Who is told of a case: the office's channels for staff, and the unit it concerns, or who stands in there.

use chrono::{DateTime, Utc};

use crate::{
    domain::{Channel, Message, Office, Roster},
    store::{Dossier, Posting},
    wire::Letter,
    workflow::{
        notice,
        roster::{self, Matter, Recipient, Whom},
    },
};

/// The sort of message by which a unit is told of a case that fits its watch list.
pub const WATCHED: &str = "watch";

/// A message about a case, before it is known who gets it.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    /// The key of the case.
    pub subject: &'a str,
    /// What sort of message.
    pub kind: &'static str,
    /// Tells a repetition that is meant from one that is not.
    pub epoch: i64,
    /// Whether it is tried for as long as it may help.
    pub urgent: bool,
    /// What it says.
    pub message: &'a Message,
}

impl Note<'_> {
    /// For these channels, each recipient by itself.
    #[must_use]
    pub fn by_channels<'c>(&self, channels: impl IntoIterator<Item = &'c Channel>) -> Vec<Posting> {
        let posting = self.posting(self.message);
        channels.into_iter().flat_map(|channel| posting.clone().each(channel)).collect()
    }

    /// For these recipients. Who stands in for somebody reads for whom.
    #[must_use]
    pub fn to(&self, recipients: Vec<Recipient>) -> Vec<Posting> {
        let posting = |it: Recipient| {
            let own = match &it.stands_in_for {
                Some(away) => self.posting(&notice::standing_in(self.message, away)),
                None => self.posting(self.message),
            };
            Posting { channel: it.channel, recipient: it.address, ..own }
        };
        recipients.into_iter().map(posting).collect()
    }

    /// For the unit a case was given to, if it is one of the roster.
    #[must_use]
    pub fn to_unit(
        &self,
        roster: &Roster,
        office: &Office,
        to: Option<&crate::domain::Assignment>,
        whom: Whom,
        now: DateTime<Utc>,
    ) -> Vec<Posting> {
        let unit = roster::unit_of(roster, to);
        let level = self.message.level;
        unit.map_or_else(Vec::new, |unit| {
            self.to(roster::recipients(roster, &office.channels, unit, (whom, level), now))
        })
    }

    /// For the units that watch for such a matter, each with what it has in common with their lists.
    #[must_use]
    pub fn to_watching(
        &self,
        roster: &Roster,
        office: &Office,
        matter: &Matter<'_>,
        called: impl Fn(&str) -> String,
        now: DateTime<Utc>,
    ) -> Vec<Posting> {
        let mut postings: Vec<Posting> = Vec::new();
        for (unit, reasons) in roster::watching(roster, matter) {
            let reasons: Vec<String> = reasons.into_iter().map(&called).collect();
            let message = notice::watched(self.message, &unit.full_name(), &reasons);
            let own = Note { kind: WATCHED, message: &message, ..*self };
            let level = self.message.level;
            for posting in own.to(roster::recipients(roster, &office.channels, unit, (Whom::All, level), now)) {
                let is_told = |it: &Posting| (&it.channel, &it.recipient) == (&posting.channel, &posting.recipient);
                if !postings.iter().any(is_told) {
                    postings.push(posting);
                }
            }
        }
        postings
    }

    fn posting(&self, message: &Message) -> Posting {
        Posting {
            subject: self.subject.to_owned(),
            kind: self.kind,
            channel: String::new(),
            recipient: String::new(),
            epoch: self.epoch,
            urgent: self.urgent,
            message: Letter::of(message).written(),
        }
    }
}

/// What of a case watch lists are held against.
#[must_use]
pub fn matter(dossier: &Dossier) -> Matter<'_> {
    let titles = dossier.reports.iter().map(|report| report.title.as_str());
    let claims = dossier.quoted.iter().map(crate::store::Quoted::claim);
    Matter {
        service: dossier.case.service.as_deref(),
        district: dossier.case.district.as_deref(),
        texts: std::iter::once(dossier.case.title.as_str()).chain(titles).chain(claims).collect(),
    }
}
