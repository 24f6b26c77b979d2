//! The list of reports with its filter.

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Redirect, Response},
};

use crate::{
    domain::{Doubt, Field, Label, Level, TextKind},
    store::{Mark, ReportRow, Tally},
    web::{
        Desk,
        corrections::Amended,
        fault::{Fault, Shared},
        filter::{Condition, DOUBTFUL, Scope, Wanted},
        frame::{Frame, Section},
        moment, names,
        pieces::{self, Piece},
        snippet,
        visitor::Visitor,
    },
};

/// Reports on a page: two screens of a desk.
const PAGE: usize = 30;

/// One value of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub value: String,
    pub name: String,
    pub count: String,
    pub chosen: bool,
}

/// A condition in force, with the address of the list without it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InForce {
    pub what: &'static str,
    pub value: String,
    pub without: String,
}

/// What the filter offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facets {
    pub outlets: Vec<Choice>,
    pub services: Vec<Choice>,
    pub agencies: Vec<Choice>,
    pub districts: Vec<Choice>,
    pub sentiments: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub scopes: Vec<Choice>,
    pub checks: Vec<Choice>,
}

/// One report as a row.
#[derive(Debug)]
pub(super) struct Row {
    pub id: String,
    pub outlet: String,
    pub clock: String,
    pub ago: String,
    pub iso: String,
    pub title: Vec<Piece>,
    pub lead: Vec<Piece>,
    /// The address of its reports, and its name.
    pub service: Option<(String, String)>,
    /// Short name.
    pub agency: Option<String>,
    pub agency_is_citys: bool,
    pub district: Option<String>,
    pub kind: TextKind,
    pub toward_city: Label,
    pub official: bool,
    pub in_scope: bool,
    pub revision: u32,
    /// Other outlets that told its story.
    pub others: u64,
    pub doubt: Doubt,
    /// Why it is to be looked at.
    pub reason: Option<String>,
    pub amended: Amended,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "list.html")]
pub(super) struct ListPage {
    pub(super) frame: Frame,
    pub(super) wanted: Wanted,
    pub(super) facets: Facets,
    pub(super) in_force: Vec<InForce>,
    pub(super) rows: Vec<Row>,
    pub(super) total: u64,
    pub(super) next: Option<String>,
    /// The search held nothing to look for.
    pub(super) idle_search: bool,
    /// Reports on which an alert is open, whatever is asked for.
    pub(super) doubtful: u64,
}

impl Row {
    fn kind_name(&self) -> &'static str {
        names::kind(self.kind)
    }

    fn label(&self) -> &'static str {
        names::label(self.toward_city)
    }

    fn shape(&self) -> &'static str {
        names::shape(self.toward_city)
    }

    fn label_class(&self) -> &'static str {
        self.toward_city.name()
    }

    fn is_revised(&self) -> bool {
        self.revision > 1
    }

    fn is_doubtful(&self) -> bool {
        matches!(self.doubt, Doubt::Open(_))
    }

    fn is_confirmed(&self) -> bool {
        self.doubt == Doubt::Confirmed
    }

    fn is_grave(&self) -> bool {
        self.doubt == Doubt::Open(Level::A)
    }
}

impl ListPage {
    async fn load(desk: &Desk, visitor: Visitor, wanted: Wanted) -> Result<Self, Fault> {
        let store = &desk.console.store;
        let filter = wanted.filter(&desk.console.segmenter);
        let page = store.reports(&filter, wanted.after, PAGE).await?;
        let now = desk.console.clock.now();
        let mut rows = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            let marks = store.marks_of(&row.id, row.revision).await?;
            let corrections =
                if row.corrected { store.corrections_of(&row.id, row.revision).await? } else { Vec::new() };
            let amended = desk.amended(&corrections);
            let reason = match row.doubt {
                Doubt::Open(_) => desk.reason_to_look(&row.id).await?,
                Doubt::None | Doubt::Confirmed => None,
            };
            rows.push(Row { reason, ..desk.row(row, &marks, amended, &filter.search.words, now) });
        }
        Ok(Self {
            frame: Frame::new(Section::Reports, now, visitor),
            facets: desk.facets(&wanted, store.tally().await?),
            in_force: desk.in_force(&wanted),
            rows,
            total: page.total,
            next: page.next.map(|after| Wanted { after: Some(after), ..wanted.clone() }.address()),
            doubtful: store.open_alerts().await?.iter().map(|(_, open)| open).sum(),
            idle_search: !wanted.search.is_empty() && filter.search.words.is_empty(),
            wanted,
        })
    }

    fn total_text(&self) -> String {
        moment::thousands(self.total)
    }

    /// What the total counts.
    fn unit(&self) -> &'static str {
        if self.wanted.apart { "則" } else { "件" }
    }

    /// What the script tells of.
    fn news(&self) -> &'static str {
        if self.wanted.apart { "則新報導" } else { "件新事件" }
    }

    fn is_first(&self) -> bool {
        self.wanted.after.is_none()
    }

    fn first(&self) -> String {
        self.wanted.first_page().address()
    }

    #[expect(clippy::unused_self, reason = "templates reach addresses through the page")]
    fn all_doubtful(&self) -> String {
        Wanted::all_doubtful().address()
    }

    /// Where the script asks for news of this very list.
    fn latest(&self) -> String {
        format!("/reports/latest?{}", self.wanted.first_page().query())
    }

    fn from(&self) -> String {
        self.wanted.from.map(|day| day.to_string()).unwrap_or_default()
    }

    fn to(&self) -> String {
        self.wanted.to.map(|day| day.to_string()).unwrap_or_default()
    }

    fn is_backward(&self) -> bool {
        self.wanted.from.zip(self.wanted.to).is_some_and(|(from, to)| from > to)
    }
}

impl Desk {
    fn row(
        &self,
        row: ReportRow,
        marks: &[Mark],
        amended: Amended,
        words: &[String],
        now: chrono::DateTime<chrono::Utc>,
    ) -> Row {
        let pieces_of = |text: &str, field| {
            let mut paints = pieces::paints(marks, field, &self.names);
            if !words.is_empty() {
                paints.retain(pieces::Paint::is_mask);
                paints.extend(pieces::found(words, text, &self.normaliser));
            }
            paints
        };
        Row {
            title: pieces::whole(&row.title, &pieces_of(&row.title, Field::Title)),
            lead: snippet::snippet(&row.lead, &pieces_of(&row.lead, Field::Text)),
            clock: moment::clock(row.at, now),
            ago: moment::ago(row.at, now),
            iso: moment::iso(row.at),
            service: row.service.map(|id| {
                let name = self.names.service(&id).to_owned();
                (Wanted { service: id, ..Wanted::default() }.address(), name)
            }),
            agency: row.agency.map(|name| self.names.agency(&name).to_owned()),
            agency_is_citys: row.city_agency,
            id: row.id,
            outlet: row.outlet,
            district: row.district,
            kind: row.kind,
            toward_city: row.toward_city,
            official: row.official.is_some(),
            in_scope: row.in_scope,
            revision: row.revision,
            others: row.other_outlets,
            doubt: row.doubt,
            reason: None,
            amended,
        }
    }

    fn facets(&self, wanted: &Wanted, tally: Tally) -> Facets {
        let plain = |name: &str| name.to_owned();
        let chosen = |label: Label| wanted.toward_city == Some(label);
        let counts: Vec<(&str, u64)> = tally.sentiments.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        let count = |label: Label| counts.iter().find(|(name, _)| *name == label.name()).map_or(0, |(_, n)| *n);
        Facets {
            sentiments: Label::ALL
                .into_iter()
                .map(|label| Choice {
                    value: label.name().to_owned(),
                    name: format!("{} {}", names::shape(label), names::label(label)),
                    count: moment::thousands(count(label)),
                    chosen: chosen(label),
                })
                .collect(),
            kinds: fixed(TextKind::ALL, |kind| (kind.name(), names::kind(kind), wanted.kind == Some(kind))),
            checks: fixed([false, true], |doubtful| {
                let (value, words) = if doubtful { (DOUBTFUL, "待查證") } else { ("", "不限") };
                (value, words, wanted.doubtful == doubtful)
            }),
            scopes: fixed(Scope::ALL, |scope| (scope.name(), scope.words(), wanted.scope == scope)),
            outlets: choices(tally.outlets, &wanted.outlet, plain),
            services: choices(tally.services, &wanted.service, |id| self.names.service(id).to_owned()),
            agencies: choices(tally.agencies, &wanted.agency, |name| self.names.agency(name).to_owned()),
            districts: choices(tally.districts, &wanted.district, plain),
        }
    }

    fn in_force(&self, wanted: &Wanted) -> Vec<InForce> {
        let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let scope = if wanted.scope == Scope::default() { "" } else { wanted.scope.words() };
        [
            (Condition::Search, "搜尋", wanted.search.clone()),
            (Condition::Scope, "範圍", scope.to_owned()),
            (Condition::TowardCity, "對市府傾向", wanted.toward_city.map_or("", names::label).to_owned()),
            (Condition::Outlet, "媒體", wanted.outlet.clone()),
            (Condition::Service, "服務類別", self.names.service(&wanted.service).to_owned()),
            (Condition::Agency, "權責機關", self.names.agency(&wanted.agency).to_owned()),
            (Condition::District, "行政區", wanted.district.clone()),
            (Condition::Kind, "內容類型", wanted.kind.map_or("", names::kind).to_owned()),
            (Condition::Source, "來源", self.source_name(&wanted.source)),
            (Condition::From, "起日", day(wanted.from)),
            (Condition::To, "迄日", day(wanted.to)),
            (Condition::Check, "查核", if wanted.doubtful { "待查證" } else { "" }.to_owned()),
            (Condition::Stories, "同一事件", if wanted.apart { "不合併" } else { "" }.to_owned()),
        ]
        .into_iter()
        .filter(|(_, _, value)| !value.is_empty())
        .map(|(condition, what, value)| InForce { what, value, without: wanted.without(condition).address() })
        .collect()
    }

    /// A source's name on screen; one that is configured no longer is known by its id.
    pub(super) fn source_name(&self, id: &str) -> String {
        let sources = self.console.sources.borrow();
        sources.iter().find(|source| source.id.as_str() == id).map_or(id, |source| &source.name).to_owned()
    }
}

/// Counted values as choices. A chosen value stays in the list even when nothing has it any more.
fn choices(counted: Vec<(String, u64)>, wanted: &str, name: impl Fn(&str) -> String) -> Vec<Choice> {
    let is_gone = !wanted.is_empty() && counted.iter().all(|(value, _)| value != wanted);
    let gone = is_gone.then(|| (wanted.to_owned(), 0));
    counted
        .into_iter()
        .chain(gone)
        .map(|(value, n)| Choice { name: name(&value), count: moment::thousands(n), chosen: value == wanted, value })
        .collect()
}

/// The values of a closed list as choices.
fn fixed<T, const N: usize>(all: [T; N], choice: impl Fn(T) -> (&'static str, &'static str, bool)) -> Vec<Choice> {
    all.into_iter()
        .map(choice)
        .map(|(value, name, chosen)| Choice {
            value: value.to_owned(),
            name: name.to_owned(),
            count: String::new(),
            chosen,
        })
        .collect()
}

/// The list. A form sends its empty fields along; they are taken out of the address, so that it can be passed on.
pub(super) async fn list(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let wanted = Wanted::read(&query);
    if Wanted::has_blanks(&query) {
        return Redirect::to(&wanted.address()).into_response();
    }
    desk.answer(&visitor, ListPage::load(&desk, visitor.clone(), wanted).await)
}

/// How many rows a list holds by now and the number of its first, for the script that tells of new ones.
pub(super) async fn latest(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let wanted = Wanted::read(&query.unwrap_or_default());
    let filter = wanted.filter(&desk.console.segmenter);
    match desk.console.store.reports(&filter, None, 1).await {
        Ok(page) => {
            let newest = page.rows.first().map_or(0, |row| row.stage.number);
            let body = serde_json::json!({ "newest": newest, "total": page.total }).to_string();
            ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
        }
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}
