//! The reports that tell one story, on the page of each of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{store::Teller, web::moment};

/// One report of a story.
#[derive(Debug)]
pub(super) struct Telling {
    pub id: String,
    pub outlet: String,
    pub clock: String,
    pub iso: String,
    /// Whether nobody published the story before.
    pub first: bool,
    /// Whether it is a news agency's dispatch in another outlet.
    pub syndicated: bool,
    /// Whether it is the report whose page this is.
    pub current: bool,
}

impl Telling {
    /// The reports of the story that the report `id` tells, in the order of publication.
    pub(super) fn of(tellers: Vec<Teller>, id: &str, now: DateTime<Utc>) -> Vec<Self> {
        let telling = |(place, teller): (usize, Teller)| Self {
            first: place == 0,
            syndicated: teller.syndicated,
            current: teller.id == id,
            clock: moment::clock(teller.at, now),
            iso: moment::iso(teller.at),
            id: teller.id,
            outlet: teller.outlet,
        };
        tellers.into_iter().enumerate().map(telling).collect()
    }

    /// How many outlets there are among them.
    pub(super) fn outlets(tellings: &[Self]) -> usize {
        tellings.iter().map(|telling| &telling.outlet).collect::<BTreeSet<_>>().len()
    }
}
