//! The office that answers: who it is, whom the press may ask, by which channels it speaks.

use super::{Audience, Channel, ChannelKind, Contact, Level, Purpose};

/// The office that does the casework.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Office {
    /// Who speaks when no agency was given a case.
    pub name: String,
    /// Whom the press may ask, each with the agency they are asked about; empty for all.
    pub contacts: Vec<(String, Contact)>,
    /// By what people are told.
    pub channels: Vec<Channel>,
}

impl Office {
    /// Whom the press may ask about what an agency says: its own contacts, or those of the office for all.
    #[must_use]
    pub fn contacts_of(&self, agency: &str) -> Vec<Contact> {
        let of = |wanted: &str| -> Vec<Contact> {
            self.contacts.iter().filter(|(of, _)| of == wanted).map(|(_, contact)| contact.clone()).collect()
        };
        let own = of(agency);
        if own.is_empty() { of("") } else { own }
    }

    /// The channel that takes over from another: the one that is named for it; else, when the other is closed for the rest
    /// of a month and speaks to the staff, the first that mails the staff. Nobody outside is written to unasked.
    #[must_use]
    pub fn takes_over(&self, from: &Channel, is_closed: bool) -> Option<&Channel> {
        if let Some(named) = &from.fall_back {
            return self.channels.iter().find(|it| it.id == *named);
        }
        let mails =
            |it: &&Channel| it.kind() == ChannelKind::Email && it.audience == Audience::Staff && it.id != from.id;
        self.channels.iter().find(mails).filter(|_| is_closed && from.audience == Audience::Staff)
    }

    /// The channels by which all staff are alerted of something of this level.
    pub fn staff(&self, level: Level) -> impl Iterator<Item = &Channel> {
        let is_staffs =
            move |channel: &&Channel| channel.audience == Audience::Staff && channel.takes(Purpose::Alert, level);
        self.channels.iter().filter(is_staffs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_without_contacts_has_those_of_the_office() {
        let contact = |name: &str| Contact { name: name.into(), post: "股長".into(), telephone: "07-0000000".into() };
        let office = Office {
            contacts: vec![(String::new(), contact("甲")), ("水利局".into(), contact("乙"))],
            ..Office::default()
        };
        let names = |agency: &str| office.contacts_of(agency).into_iter().map(|it| it.name).collect::<Vec<_>>();
        assert_eq!((names("水利局"), names("工務局")), (vec!["乙".to_owned()], vec!["甲".to_owned()]));
    }
}
