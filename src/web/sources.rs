//! How the sources are doing, those in trouble first.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    domain::{Policy, Source, SourceState, Trouble},
    web::{
        Desk,
        fault::{Fault, Shared},
        filter::Wanted,
        frame::{Frame, Section},
        moment, names,
        visitor::Visitor,
    },
};

/// Intervals without a success before a source counts as silent: one may be lost to a restart, one to the site.
const SILENT_INTERVALS: i32 = 3;

/// The least such time, for sources that are polled every few minutes.
const SILENT_AT_LEAST: TimeDelta = TimeDelta::minutes(30);

/// How a source is doing. The order is that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// Its last poll failed.
    Failing,
    /// No fault is known, but nothing was heard for too long.
    Silent,
    /// It was never polled.
    Waiting,
    /// All is well.
    Well,
    /// It is switched off.
    Off,
}

/// A time with what it is from here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct When {
    pub clock: String,
    pub distance: String,
    pub iso: String,
}

/// One source as a row.
#[derive(Debug)]
pub(super) struct SourceRow {
    pub id: String,
    pub name: String,
    pub outlet: String,
    pub address: Option<String>,
    pub kind: &'static str,
    pub interval: String,
    pub policy: &'static str,
    pub official: Option<String>,
    pub condition: Condition,
    pub failures: u32,
    pub trouble: Option<Trouble>,
    pub succeeded: Option<When>,
    pub newest: Option<When>,
    pub count: Option<String>,
    pub due: Option<When>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "sources.html")]
pub(super) struct SourcesPage {
    pub(super) frame: Frame,
    pub(super) rows: Vec<SourceRow>,
}

impl Condition {
    fn of(source: &Source, state: &SourceState, now: DateTime<Utc>) -> Self {
        let interval = TimeDelta::from_std(source.interval).unwrap_or(TimeDelta::days(1));
        let patience = (interval * SILENT_INTERVALS).max(SILENT_AT_LEAST);
        match (source.enabled, state.polled_at, state.succeeded_at) {
            (false, ..) => Self::Off,
            (true, None, _) => Self::Waiting,
            (true, ..) if state.failures > 0 => Self::Failing,
            (true, _, Some(at)) if now - at > patience => Self::Silent,
            (true, ..) => Self::Well,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Failing => "異常",
            Self::Silent => "逾時未更新",
            Self::Waiting => "尚未輪詢",
            Self::Well => "正常",
            Self::Off => "停用",
        }
    }

    fn shape(self) -> &'static str {
        match self {
            Self::Failing => "✕",
            Self::Silent => "!",
            Self::Waiting => "○",
            Self::Well => "●",
            Self::Off => "–",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Failing => "failing",
            Self::Silent => "silent",
            Self::Waiting => "waiting",
            Self::Well => "well",
            Self::Off => "off",
        }
    }

    fn is_trouble(self) -> bool {
        matches!(self, Self::Failing | Self::Silent)
    }
}

impl SourceRow {
    /// What happened, in a duty officer's words.
    fn what(trouble: &Trouble) -> &'static str {
        names::trouble(trouble.kind).0
    }

    /// What can be done about it.
    fn remedy(trouble: &Trouble) -> &'static str {
        names::trouble(trouble.kind).1
    }

    fn reports(&self) -> String {
        Wanted::of_source(&self.id).address()
    }
}

impl SourcesPage {
    async fn load(desk: &Desk, visitor: Visitor) -> Result<Self, Fault> {
        let states: HashMap<String, SourceState> = desk.console.store.source_states().await?.into_iter().collect();
        let sources = desk.console.sources.borrow().clone();
        let now = desk.console.clock.now();
        let unknown = SourceState::default();
        let mut rows: Vec<SourceRow> = sources
            .iter()
            .map(|source| desk.source_row(source, states.get(source.id.as_str()).unwrap_or(&unknown), now))
            .collect();
        rows.sort_by(|a, b| (a.condition, &a.outlet, &a.name).cmp(&(b.condition, &b.outlet, &b.name)));
        Ok(Self { frame: Frame::new(Section::Sources, now, visitor), rows })
    }

    fn in_trouble(&self) -> usize {
        self.rows.iter().filter(|row| row.condition.is_trouble()).count()
    }

    fn switched_off(&self) -> usize {
        self.rows.iter().filter(|row| row.condition == Condition::Off).count()
    }
}

impl Desk {
    fn source_row(&self, source: &Source, state: &SourceState, now: DateTime<Utc>) -> SourceRow {
        let past = |at: DateTime<Utc>| When {
            clock: moment::clock(at, now),
            distance: moment::ago(at, now),
            iso: moment::iso(at),
        };
        SourceRow {
            id: source.id.to_string(),
            name: source.name.clone(),
            outlet: source.outlet.clone(),
            address: source.kind.url().map(|url| url.host_str().unwrap_or_default().to_owned()),
            kind: names::source_kind(source.kind.name()),
            interval: moment::every(source.interval),
            policy: match source.policy {
                Policy::FullText => "留存全文",
                Policy::HeadlineOnly => "僅標題與導言",
            },
            official: source.official.as_deref().map(|name| self.names.agency(name).to_owned()),
            condition: Condition::of(source, state, now),
            failures: state.failures,
            trouble: state.trouble.clone().filter(|_| state.failures > 0),
            succeeded: state.succeeded_at.map(past),
            newest: state.newest_at.map(past),
            count: state.polled_at.map(|_| moment::thousands(state.last_count.into())),
            due: state.due_at.filter(|_| source.enabled).map(|at| When {
                clock: moment::clock(at, now),
                distance: moment::ahead(at, now),
                iso: moment::iso(at),
            }),
        }
    }
}

/// The page of the sources.
pub(super) async fn sources(State(desk): State<Shared>, visitor: Visitor) -> Response {
    desk.answer(&visitor, SourcesPage::load(&desk, visitor.clone()).await)
}
