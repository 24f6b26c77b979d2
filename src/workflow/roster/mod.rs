//! Which units a case is for, and by which addresses a unit is told: its channels, its people, and who stands in for them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::domain::{
    AccountState, Assignment, Audience, Channel, Level, OrgUnit, Post, Purpose, Roster, UserName, WatchList,
};

/// What of a case a watch list is held against.
#[derive(Debug, Clone, Default)]
pub struct Matter<'a> {
    /// The service, by its id.
    pub service: Option<&'a str>,
    /// The district.
    pub district: Option<&'a str>,
    /// The title, headlines and quoted claims.
    pub texts: Vec<&'a str>,
}

/// Whom of a unit a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// The unit as a whole.
    All,
    /// Its heads; where it has none that can be reached, the unit.
    Heads,
}

/// An address that a message goes to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recipient {
    /// The channel, by its id.
    pub channel: String,
    /// Where there; empty for a channel as a whole.
    pub address: String,
    /// For whom the one who is told stands in.
    pub stands_in_for: Option<String>,
}

/// Why a case is one for a watch list: the services, words and districts that it has in common with it; none when it is
/// not. A list of districts alone watches everything there.
#[must_use]
pub fn fits<'w>(watch: &'w WatchList, matter: &Matter<'_>) -> Option<Vec<&'w str>> {
    let district = watch.districts.iter().find(|it| matter.district == Some(it.as_str()));
    if watch.is_empty() || (!watch.districts.is_empty() && district.is_none()) {
        return None;
    }
    let service = watch.services.iter().find(|it| matter.service == Some(it.as_str()));
    let words = watch.words.iter().filter(|word| matter.texts.iter().any(|text| text.contains(word.as_str())));
    let reasons: Vec<&str> = service.into_iter().chain(words).map(String::as_str).collect();
    let anything = watch.services.is_empty() && watch.words.is_empty();
    (anything || !reasons.is_empty()).then(|| reasons.into_iter().chain(district.map(String::as_str)).collect())
}

/// The units that watch for such a case, each with why, those with the most reasons first.
#[must_use]
pub fn watching<'r>(roster: &'r Roster, matter: &Matter<'_>) -> Vec<(&'r OrgUnit, Vec<&'r str>)> {
    let mut found: Vec<_> = roster.units.iter().filter_map(|unit| Some((unit, fits(&unit.watch, matter)?))).collect();
    found.sort_by_key(|(_, reasons)| std::cmp::Reverse(reasons.len()));
    found
}

/// The unit that a case was given to.
#[must_use]
pub fn unit_of<'r>(roster: &'r Roster, to: Option<&Assignment>) -> Option<&'r OrgUnit> {
    let to = to?;
    roster.unit_named(&to.agency, to.unit.as_deref()?)
}

/// Where a unit is told something of this level now.
#[must_use]
pub fn recipients(
    roster: &Roster,
    channels: &[Channel],
    unit: &OrgUnit,
    (whom, level): (Whom, Level),
    now: DateTime<Utc>,
) -> Vec<Recipient> {
    let mut search = Search { roster, channels, level, now, seen: BTreeSet::new(), found: BTreeSet::new() };
    if whom == Whom::Heads {
        for (name, _) in unit.members.iter().filter(|(_, heads)| *heads) {
            search.post(&Post::Person(name.clone()), None);
        }
    }
    if search.found.is_empty() {
        search.seen.clear();
        search.post(&Post::Unit(unit.id.clone()), None);
    }
    let mut found: Vec<Recipient> = search.found.into_iter().collect();
    // Whoever is told for themselves is not told again for somebody else.
    found.dedup_by(|later, earlier| (&later.channel, &later.address) == (&earlier.channel, &earlier.address));
    found
}

/// Where what was for a person who can no longer be told goes: to the units of that person.
#[must_use]
pub fn instead_of(
    roster: &Roster,
    channels: &[Channel],
    name: &UserName,
    level: Level,
    now: DateTime<Utc>,
) -> Vec<Recipient> {
    let own = roster.units.iter().filter(|unit| unit.members.iter().any(|(member, _)| member == name));
    let found: BTreeSet<Recipient> =
        own.flat_map(|unit| recipients(roster, channels, unit, (Whom::All, level), now)).collect();
    found.into_iter().collect()
}

/// For whom somebody stands in when they act in a case of this unit: for the unit, or for a person of it. None for who
/// works there themselves.
#[must_use]
pub fn acts_for(roster: &Roster, unit: &OrgUnit, name: &UserName, now: DateTime<Utc>) -> Option<String> {
    if unit.members.iter().any(|(member, _)| member == name) {
        return None;
    }
    let is_by = |by: &Post| match by {
        Post::Person(person) => person == name,
        Post::Unit(id) => roster.unit(id).is_some_and(|unit| unit.members.iter().any(|(member, _)| member == name)),
    };
    let posts = std::iter::once(Post::Unit(unit.id.clone()))
        .chain(unit.members.iter().map(|(member, _)| Post::Person(member.clone())));
    let mut held = posts.filter(|post| roster.substitute_of(post, now).is_some_and(|it| is_by(&it.by)));
    held.next().map(|post| roster.called(&post))
}

struct Search<'a> {
    roster: &'a Roster,
    channels: &'a [Channel],
    level: Level,
    now: DateTime<Utc>,
    /// Posts that were looked at: two who stand in for each other end here.
    seen: BTreeSet<Post>,
    found: BTreeSet<Recipient>,
}

impl<'a> Search<'a> {
    fn post(&mut self, post: &Post, stands_in_for: Option<&str>) {
        if !self.seen.insert(post.clone()) {
            return;
        }
        if let Some(substitute) = self.roster.substitute_of(post, self.now) {
            let away = stands_in_for.map_or_else(|| self.roster.called(post), str::to_owned);
            self.post(&substitute.by, Some(&away));
            return;
        }
        match post {
            Post::Unit(id) => self.unit(id, stands_in_for),
            Post::Person(name) => self.person(name, stands_in_for),
        }
    }

    fn unit(&mut self, id: &str, stands_in_for: Option<&str>) {
        let Some(unit) = self.roster.unit(id) else { return };
        let channels: Vec<&Channel> = unit.channels.iter().filter_map(|id| self.channel(id)).collect();
        for channel in channels {
            let whole = [String::new()];
            let addresses = if channel.recipients().is_empty() { &whole } else { channel.recipients() };
            for address in addresses {
                self.found.insert(Recipient {
                    channel: channel.id.to_string(),
                    address: address.clone(),
                    stands_in_for: stands_in_for.map(str::to_owned),
                });
            }
        }
        for (name, _) in &unit.members {
            self.post(&Post::Person(name.clone()), stands_in_for);
        }
    }

    fn person(&mut self, name: &UserName, stands_in_for: Option<&str>) {
        let Some(person) = self.roster.person(name).filter(|it| it.state != AccountState::Disabled) else { return };
        for (channel, address) in &person.addresses {
            if self.channel(channel).is_some() {
                self.found.insert(Recipient {
                    channel: channel.clone(),
                    address: address.clone(),
                    stands_in_for: stands_in_for.map(str::to_owned),
                });
            }
        }
    }

    /// A channel that tells staff of something of this level.
    fn channel(&self, id: &str) -> Option<&'a Channel> {
        let takes = |channel: &&Channel| {
            channel.id.as_str() == id
                && channel.audience != Audience::Public
                && channel.takes(Purpose::Alert, self.level)
        };
        self.channels.iter().find(takes)
    }
}

#[cfg(test)]
mod tests;
