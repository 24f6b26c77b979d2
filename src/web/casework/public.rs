//! What went out, for anybody: the list, each release, and the feeds. Nothing internal stands on these pages, and no name of
//! staff but those of the contacts in the text; caches may keep them.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, LAST_MODIFIED},
    },
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use super::{
    draft::revision::PrintPage,
    export::{self, Form},
    paper::Paper,
    release,
};
use crate::{
    document::{self, Feed},
    domain::{Release, TAIPEI, roc_date, taipei},
    store::PublishedRow,
    web::{
        Desk,
        fault::{Fault, Shared},
        frame::{Frame, Section},
        moment,
        visitor::Visitor,
    },
};

/// Releases on a page of the list and in a feed.
const PAGE: usize = 30;

/// How long caches may keep a page, in seconds: a correction is seen within a minute.
const KEPT: &str = "public, max-age=60";

/// The day that the ids of feeds are made with (RFC 4151): one on which the host certainly was ours. It is not changed, or
/// every reader would show everything anew.
const BEGUN: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 1, 1);

/// Bytes of the hash by which a cache knows a page.
const TAG_BYTES: usize = 12;

/// How a feed is written.
#[derive(Debug, Clone, Copy)]
enum Syntax {
    Atom,
    Json,
}

/// A release in the list.
#[derive(Debug, Clone)]
pub(in crate::web) struct PublicRow {
    pub address: String,
    pub title: String,
    pub lead: String,
    pub agency: String,
    pub answer: &'static str,
    pub day: String,
    pub iso: String,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "clarifications.html")]
pub(in crate::web) struct ClarificationsPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) office: String,
    pub(in crate::web) rows: Vec<PublicRow>,
    pub(in crate::web) is_first: bool,
    pub(in crate::web) next: Option<String>,
}

/// One release.
#[derive(Debug, Template)]
#[template(path = "clarification.html")]
pub(in crate::web) struct ClarificationPage {
    pub(in crate::web) frame: Frame,
    pub(in crate::web) office: String,
    pub(in crate::web) address: String,
    pub(in crate::web) url: String,
    pub(in crate::web) lead: String,
    pub(in crate::web) paper: Paper,
    /// Whether there is a program that makes PDF.
    pub(in crate::web) makes_pdf: bool,
    /// Where a later release on the same matter is.
    pub(in crate::web) newer: Option<String>,
    /// `ClaimReview`, escaped so that it can stand in a script element.
    pub(in crate::web) review: Option<String>,
}

impl Desk {
    fn public_frame(&self) -> Frame {
        Frame::new(Section::Nowhere, self.console.clock.now(), Visitor::unknown())
    }

    fn public_row(&self, row: &PublishedRow) -> PublicRow {
        let it = &row.release.releasing;
        PublicRow {
            address: address(row),
            title: document::clean(&it.text.title),
            lead: document::clean(&it.text.lead),
            agency: self.names.agency(&it.agency).to_owned(),
            answer: it.answer.words(),
            day: roc_date(taipei(row.release.issued_at).date_naive()),
            iso: moment::iso(row.release.issued_at),
        }
    }

    async fn clarifications(&self, before: Option<i64>) -> Result<(ClarificationsPage, DateTime<Utc>), Fault> {
        let mut rows = self.console.store.published(before, PAGE + 1).await?;
        let next = rows.get(PAGE - 1).filter(|_| rows.len() > PAGE).map(|row| row.release.number);
        rows.truncate(PAGE);
        let changed = rows.first().map_or_else(begun, |row| row.release.issued_at);
        let page = ClarificationsPage {
            frame: self.public_frame(),
            office: self.console.office.name.clone(),
            rows: rows.iter().map(|row| self.public_row(row)).collect(),
            is_first: before.is_none(),
            next: next.map(|number| format!("/clarifications?before={number}")),
        };
        Ok((page, changed))
    }

    async fn newer(&self, row: &PublishedRow) -> Result<Option<String>, Fault> {
        let of_case = self.console.store.releases_of_case(&row.release.releasing.case_id).await?;
        let latest = of_case.first().filter(|latest| latest.number != row.release.number);
        let latest = latest.filter(|latest| latest.releasing.revision != row.release.releasing.revision);
        Ok(latest
            .map(|latest| format!("/clarifications/{}", release::slug(row.case_number, latest.releasing.revision))))
    }

    /// The feed of the latest releases, with when it last changed.
    async fn feed(&self, syntax: Syntax) -> Result<(String, DateTime<Utc>), Fault> {
        let rows = self.console.store.published(None, PAGE).await?;
        let base = &self.console.base;
        let releases: Vec<Release> = rows.iter().map(|row| release::published(row, base)).collect();
        let at = |path: &str| base.join(path).unwrap_or_else(|_| base.clone());
        let (home, atom_url, json_url): (Url, Url, Url) =
            (at("/clarifications"), at("/clarifications/feed.atom"), at("/clarifications/feed.json"));
        let title = format!("{}澄清說明", self.console.office.name);
        let feed = Feed {
            title: &title,
            agency: &self.console.office.name,
            authority: base.host_str().unwrap_or("localhost"),
            begun: begun(),
            home: &home,
            atom_url: &atom_url,
            json_url: &json_url,
            releases: &releases,
        };
        let written = match syntax {
            Syntax::Atom => feed.atom(),
            Syntax::Json => feed.json(),
        };
        Ok((written, rows.first().map_or_else(begun, |row| row.release.issued_at)))
    }
}

fn begun() -> DateTime<Utc> {
    let midnight = BEGUN.map(|day| day.and_time(NaiveTime::MIN).and_local_timezone(TAIPEI));
    midnight.and_then(chrono::MappedLocalTime::single).map_or(DateTime::UNIX_EPOCH, |at| at.to_utc())
}

fn address(row: &PublishedRow) -> String {
    format!("/clarifications/{}", release::slug(row.case_number, row.release.releasing.revision))
}

/// The list: `before` is the number before which it begins.
pub(in crate::web) async fn list(
    State(desk): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let query = query.unwrap_or_default();
    let before = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "before");
    let made = desk.clarifications(before.and_then(|(_, value)| value.parse().ok())).await;
    let made = made.and_then(|(page, changed)| Ok((page.render()?, changed)));
    desk.kept(&visitor, &headers, "text/html; charset=utf-8", made)
}

/// A release as a page or, with an ending, as a file.
pub(in crate::web) async fn one(
    State(desk): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    let wanted = export::read::<String>(&name);
    let wanted = wanted.and_then(|(slug, form)| Some((release::read_slug(&slug)?, form)));
    let Some(((number, revision), form)) = wanted else { return desk.apology(&visitor, &Fault::Missing) };
    let row = match desk.console.store.published_as(number, revision).await {
        Ok(Some(row)) => row,
        Ok(None) => return desk.apology(&visitor, &Fault::Missing),
        Err(error) => return desk.apology(&visitor, &Fault::Store(error)),
    };
    let release = release::published(&row, &desk.console.base);
    match form {
        Form::File(kind) => return desk.file(&visitor, &release, kind).await,
        Form::Print => {
            let page = PrintPage {
                frame: desk.public_frame(),
                paper: Paper::of(&release),
                back: address(&row),
                is_draft: false,
            };
            return desk.answer(&visitor, Ok(page));
        }
        Form::Page => {}
    }
    let made = async {
        let page = ClarificationPage {
            frame: desk.public_frame(),
            office: desk.console.office.name.clone(),
            address: address(&row),
            url: release.url.to_string(),
            lead: document::clean(&release.text.lead),
            paper: Paper::of(&release),
            makes_pdf: desk.console.converter.is_there(),
            newer: desk.newer(&row).await?,
            review: document::claim_review(&release),
        };
        Ok((page.render()?, row.release.issued_at))
    };
    let made = made.await;
    desk.kept(&visitor, &headers, "text/html; charset=utf-8", made)
}

/// The Atom feed.
pub(in crate::web) async fn atom(State(desk): State<Shared>, visitor: Visitor, headers: HeaderMap) -> Response {
    let made = desk.feed(Syntax::Atom).await;
    desk.kept(&visitor, &headers, "application/atom+xml; charset=utf-8", made)
}

/// The JSON feed.
pub(in crate::web) async fn json(State(desk): State<Shared>, visitor: Visitor, headers: HeaderMap) -> Response {
    let made = desk.feed(Syntax::Json).await;
    desk.kept(&visitor, &headers, "application/feed+json; charset=utf-8", made)
}

impl Desk {
    /// What caches may keep; nothing of it again for one that has it.
    fn kept(
        &self,
        visitor: &Visitor,
        asked: &HeaderMap,
        media_type: &'static str,
        made: Result<(String, DateTime<Utc>), Fault>,
    ) -> Response {
        let (body, changed) = match made {
            Ok(made) => made,
            Err(fault) => return self.apology(visitor, &fault),
        };
        let hash = Sha256::digest(body.as_bytes());
        let hash = hash.iter().take(TAG_BYTES).fold(0_u128, |hash, byte| hash << 8 | u128::from(*byte));
        let tag = format!("\"{hash:024x}\"");
        let known = asked.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_known = known.is_some_and(|known| known.split(',').any(|it| it.trim().trim_start_matches("W/") == tag));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, media_type)], body).into_response()
        };
        let changed = changed.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let fields: [(HeaderName, String); 3] =
            [(CACHE_CONTROL, KEPT.to_owned()), (ETAG, tag), (LAST_MODIFIED, changed)];
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}
