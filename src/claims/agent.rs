//! Bodies that no list of agencies has: 廠商, 里長, and whoever stands behind 由 in 由潮聲娛樂辦理.

use super::{Manner, token};
use crate::{domain::Span, text::Hit};

/// A body that is in no list of agencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// One of `agents` in the cue words, by its place: 廠商, 里長.
    Kind(u16),
    /// A name, as a set of its pairs of characters; two names of one body share one.
    Name(u64),
}

impl Agent {
    /// A name that is in no list.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self::Name(pairs(name))
    }

    /// Whether both may be the same body.
    #[must_use]
    pub fn may_be(self, other: Self) -> bool {
        match (self, other) {
            (Self::Kind(a), Self::Kind(b)) => a == b,
            (Self::Name(a), Self::Name(b)) => a & b != 0,
            _ => false,
        }
    }
}

/// Characters between 由 and the verb that are looked through for a name.
const LONGEST_NAME: usize = 16;

/// The name behind each 由 of a clause that leads up to a verb of being in charge: 由潮聲娛樂自5月28日起受理 and
/// 由原承攬廠商修復. 理由, 自由, 經由 and 由於 lead up to nobody.
pub(super) fn named(copy: &str, clause: Span, cues: &[Hit<'_, Manner>]) -> Vec<(Span, Agent)> {
    let written = clause.of(copy).unwrap_or_default();
    let mut found = Vec::new();
    for (at, _) in written.match_indices('由') {
        let before = written.get(..at).and_then(|head| head.chars().next_back());
        let start = clause.start + at + '由'.len_utf8();
        let rest = written.get(at + '由'.len_utf8()..).unwrap_or_default();
        if before.is_some_and(|c| "理自經緣事因".contains(c)) || rest.starts_with('於') {
            continue;
        }
        let verb = cues.iter().find(|cue| cue.span.start > start && cue.payloads.contains(&Manner::Charge));
        let Some(verb) = verb.filter(|verb| verb.span.end <= clause.end) else { continue };
        let name = Span::new(start, verb.span.start).of(copy).unwrap_or_default();
        let end = name.find(|c: char| c.is_ascii_digit() || "自於全編以依從至".contains(c)).unwrap_or(name.len());
        let name = name.get(..end).unwrap_or_default();
        if (2..=LONGEST_NAME).contains(&name.chars().count()) {
            found.push((Span::new(start, start + name.len()), Agent::Name(pairs(name))));
        }
    }
    found
}

/// The bodies of the cue words in a clause.
pub(super) fn listed<'a>(cues: &'a [Hit<'_, Manner>]) -> impl Iterator<Item = (Span, Agent)> + 'a {
    cues.iter().flat_map(|cue| {
        cue.payloads.iter().filter_map(|manner| match manner {
            Manner::Agent(kind) => Some((cue.span, Agent::Kind(*kind))),
            _ => None,
        })
    })
}

/// A set of pairs of characters in 64 bits.
pub(super) fn pairs(name: &str) -> u64 {
    let chars: Vec<char> = name.chars().collect();
    chars.windows(2).fold(0, |bits, pair| {
        let written: String = pair.iter().collect();
        bits | (1 << ((token::key(&written) >> 32) % 64))
    })
}

/// Finds the bodies of one clause.
pub(super) fn agents(copy: &str, clause: Span, cues: &[Hit<'_, Manner>]) -> Vec<(Span, Agent)> {
    let mut found: Vec<(Span, Agent)> = listed(cues).collect();
    for (span, agent) in named(copy, clause, cues) {
        if !found.iter().any(|(other, _)| other.overlaps(span)) {
            found.push((span, agent));
        }
    }
    found
}
