//! 彙整表: the latest table of the day, to read and to take along.

use askama::Template;
use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use crate::{
    document::{self, DocumentFault, ODS_TYPE},
    domain::{CaseLevel, Digest, DigestCounts, DigestRow, Need, taipei},
    web::{
        Desk,
        fault::{Fault, Shared},
        frame::{Frame, Section},
        moment,
        visitor::Visitor,
    },
    wire,
    workflow::digest::{self, Making},
};

/// A table for spreadsheets.
const CSV_TYPE: &str = "text/csv; charset=utf-8";

/// A row as the page shows it.
#[derive(Debug)]
pub(in crate::web) struct DigestLine {
    pub number: usize,
    /// The page of the case or the report.
    pub address: String,
    pub title: String,
    pub summary: String,
    pub outlet: String,
    pub clock: String,
    pub iso: String,
    pub place: Option<String>,
    pub agency: Option<String>,
    pub level: Option<CaseLevel>,
    pub need: Need,
    pub handling: String,
    /// When the public is to be answered, and whether that has passed.
    pub due: Option<(String, String, bool)>,
    pub again: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "digest.html")]
pub(in crate::web) struct DigestPage {
    pub frame: Frame,
    /// What it is about, in words.
    pub period: String,
    pub counts: DigestCounts,
    pub rows: Vec<DigestLine>,
}

impl DigestLine {
    fn of(row: DigestRow, now: DateTime<Utc>) -> Self {
        let outlet = row.outlet.unwrap_or_else(|| "人工立案".to_owned());
        Self {
            number: row.number,
            address: row.page,
            title: row.title,
            summary: row.summary,
            outlet: if row.outlets > 1 { format!("{outlet}等 {} 家", row.outlets) } else { outlet },
            clock: moment::clock(row.received, now),
            iso: moment::iso(row.received),
            place: row.district,
            agency: row.agency,
            level: row.level,
            need: row.need,
            handling: row.handling,
            due: row.due.filter(|_| row.awaits).map(|due| (moment::clock(due, now), moment::iso(due), due < now)),
            again: row.again,
        }
    }

    pub fn level_words(&self) -> &'static str {
        self.level.map_or("參考", CaseLevel::words)
    }

    pub fn is_grave(&self) -> bool {
        self.level == Some(CaseLevel::A)
    }
}

impl Desk {
    /// The table of the part of the day that ended last, as cases stand now.
    async fn latest_digest(&self) -> Result<Digest, Fault> {
        let console = &self.console;
        let (now, times) = (console.clock.now(), console.city.deadlines.digest_times());
        let period = digest::last_ended(&times, now);
        let matter = console.store.digest_matter(period, digest::day_began(&times, period)).await?;
        let closures: Vec<_> = console.store.closures().await?.into_iter().map(|row| row.closure).collect();
        let sources = console.sources.borrow().clone();
        let with = Making {
            city: &console.city,
            closures: &closures,
            sources: &sources,
            office: &console.office.name,
            base: &console.base,
        };
        Ok(digest::digest(matter, period, &with, now))
    }

    /// The table as a file.
    async fn digest_file(
        &self,
        visitor: &Visitor,
        (media_type, ending): (&'static str, &str),
        write: impl FnOnce(&Digest) -> Result<Vec<u8>, DocumentFault>,
    ) -> Response {
        let digest = match self.latest_digest().await {
            Ok(digest) => digest,
            Err(fault) => return self.apology(visitor, &fault),
        };
        let named = taipei(digest.period.until).format("digest-%Y%m%d-%H%M");
        match write(&digest) {
            Ok(content) => {
                let headers = [
                    (CONTENT_TYPE, media_type.to_owned()),
                    (CONTENT_DISPOSITION, format!("attachment; filename=\"{named}.{ending}\"")),
                    (CACHE_CONTROL, "no-store".to_owned()),
                ];
                (headers, content).into_response()
            }
            Err(fault) => self.apology(visitor, &Fault::Document(fault)),
        }
    }
}

/// The page.
pub(in crate::web) async fn page(State(desk): State<Shared>, visitor: Visitor) -> Response {
    let made = desk.latest_digest().await.map(|digest| {
        let now = digest.made;
        DigestPage {
            frame: Frame::new(Section::Digest, now, visitor.clone()),
            period: digest::words(digest.period),
            counts: digest.counts(),
            rows: digest.rows.into_iter().map(|row| DigestLine::of(row, now)).collect(),
        }
    });
    desk.answer(&visitor, made)
}

/// The spreadsheet.
pub(in crate::web) async fn ods(State(desk): State<Shared>, visitor: Visitor) -> Response {
    let write = |digest: &Digest| {
        let table = document::digest_table(digest);
        document::ods(&table.sheet.name, &digest.office, digest.period.until, &[table.noted()])
    };
    desk.digest_file(&visitor, (ODS_TYPE, "ods"), write).await
}

/// The comma-separated table.
pub(in crate::web) async fn csv(State(desk): State<Shared>, visitor: Visitor) -> Response {
    let write = |digest: &Digest| Ok(wire::comma_separated(&document::digest_table(digest).lines()).into_bytes());
    desk.digest_file(&visitor, (CSV_TYPE, "csv"), write).await
}
