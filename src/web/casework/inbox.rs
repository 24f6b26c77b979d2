//! 案件收件匣: the cases that somebody has to see to, the most urgent first.

use std::cmp::Reverse;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    response::Response,
};
use chrono::{DateTime, TimeDelta, Utc};
use url::form_urlencoded::{self, Serializer};

use super::{
    channels::ChannelNotices,
    clock::{Clock, ClockRow},
};
use crate::{
    domain::{Case, CaseLevel, CaseState, Field, Role, taipei},
    store::{CaseFilter, CaseSize, ClosureRow, Dossier},
    web::{
        Desk,
        access::OPENERS,
        fault::{Fault, Shared},
        filter,
        frame::{Frame, Section},
        list::Choice,
        moment,
        pieces::{self, Piece},
        visitor::Visitor,
    },
};

/// Cases on a page.
const PAGE: usize = 30;

/// Cases that are put in the order of their due times. More than these are open at once after a disaster, when the oldest
/// are not what is looked for here.
const MOST: usize = 500;

/// A message that waits longer than this was not taken by its channel.
pub(in crate::web) const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// In the address: the cases of all agencies, which for an agency's contact is not what is shown without it.
const ALL_AGENCIES: &str = "all";

/// Which cases, by where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::web) enum View {
    /// 待辦: the public waits for an answer.
    #[default]
    Awaiting,
    /// 追蹤中: the answer is out, its effect is watched.
    Out,
    /// 全部
    All,
}

/// What of the inbox is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web) struct WantedCases {
    pub view: View,
    pub level: Option<CaseLevel>,
    /// Empty for what the visitor usually looks at.
    pub agency: String,
    /// Which page of those in the order of due times, from 0.
    pub page: usize,
    /// The number before which a page of all begins.
    pub before: Option<i64>,
}

/// A case as a row.
#[derive(Debug)]
pub(in crate::web) struct CaseRow {
    pub address: String,
    pub number: i64,
    pub title: Vec<Piece>,
    pub level: CaseLevel,
    pub state: CaseState,
    pub agency: Option<String>,
    pub district: Option<String>,
    /// The goal that is reached next.
    pub next: Option<ClockRow>,
    pub size: CaseSize,
    /// When it was first known.
    pub clock: String,
    pub ago: String,
    pub iso: String,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "cases.html")]
pub(in crate::web) struct CasesPage {
    pub frame: Frame,
    pub wanted: WantedCases,
    pub levels: Vec<Choice>,
    pub agencies: Vec<Choice>,
    pub rows: Vec<CaseRow>,
    pub total: u64,
    pub next: Option<String>,
    /// Why due times may be wrong.
    pub calendar: Option<String>,
    /// Channels in trouble.
    pub channels: ChannelNotices,
    pub may_open: bool,
    pub may_close: bool,
}

impl View {
    pub const ALL: [Self; 3] = [Self::Awaiting, Self::Out, Self::All];

    fn name(self) -> &'static str {
        match self {
            Self::Awaiting => "",
            Self::Out => "out",
            Self::All => "all",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Awaiting => "待辦",
            Self::Out => "追蹤中",
            Self::All => "全部",
        }
    }

    fn states(self) -> Vec<CaseState> {
        CaseState::ALL
            .into_iter()
            .filter(|state| match self {
                Self::Awaiting => state.awaits_answer(),
                Self::Out => state.is_out(),
                Self::All => true,
            })
            .collect()
    }
}

impl WantedCases {
    fn read(query: &str) -> Self {
        let mut wanted = Self::default();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = filter::clean(&value);
            match key.as_ref() {
                "view" => wanted.view = View::ALL.into_iter().find(|view| view.name() == value).unwrap_or_default(),
                "level" => wanted.level = CaseLevel::from_name(&value),
                "agency" => wanted.agency = value,
                "page" => wanted.page = value.parse().unwrap_or(0),
                "before" => wanted.before = value.parse().ok(),
                _ => {}
            }
        }
        wanted
    }

    fn address(&self) -> String {
        let mut query = Serializer::new(String::new());
        let page = if self.page == 0 { String::new() } else { self.page.to_string() };
        for (key, value) in [
            ("view", self.view.name()),
            ("level", self.level.map_or("", CaseLevel::name)),
            ("agency", &self.agency),
            ("page", &page),
            ("before", &self.before.map(|before| before.to_string()).unwrap_or_default()),
        ] {
            if !value.is_empty() {
                query.append_pair(key, value);
            }
        }
        match query.finish() {
            query if query.is_empty() => "/cases".into(),
            query => format!("/cases?{query}"),
        }
    }

    fn first_page(&self) -> Self {
        Self { page: 0, before: None, ..self.clone() }
    }
}

impl CaseRow {
    pub fn is_grave(&self) -> bool {
        self.level == CaseLevel::A
    }

    fn is_overdue(&self) -> bool {
        self.next.as_ref().is_some_and(|next| next.class == "failing")
    }
}

impl CasesPage {
    async fn load(desk: &Desk, visitor: Visitor, wanted: WantedCases) -> Result<Self, Fault> {
        let (store, now) = (&desk.console.store, desk.console.clock.now());
        let own = own_agency(&visitor);
        let agency = match wanted.agency.as_str() {
            "" => own.clone().unwrap_or_default(),
            ALL_AGENCIES => String::new(),
            name => name.to_owned(),
        };
        let filter = CaseFilter { states: wanted.view.states(), level: wanted.level, agency: agency.clone() };
        let closures = store.closures().await?;
        let (cases, total, next) = if wanted.view == View::All {
            let page = store.cases(&filter, wanted.before, PAGE).await?;
            let next = page.next.map(|before| WantedCases { before: Some(before), ..wanted.clone() });
            (page.cases, page.total, next)
        } else {
            let page = store.cases(&filter, None, MOST).await?;
            let mut cases = page.cases;
            cases.sort_by_cached_key(|case| urgency(desk, case, &closures));
            let end = wanted.page.saturating_add(1).saturating_mul(PAGE);
            let next = (cases.len() > end).then(|| WantedCases { page: wanted.page + 1, ..wanted.clone() });
            let shown = cases.into_iter().skip(end - PAGE).take(PAGE).collect();
            (shown, page.total, next)
        };
        let numbers = cases.iter().map(|case| case.number);
        let sizes = match (numbers.clone().min(), numbers.max()) {
            (Some(first), Some(last)) => store.case_sizes(first, last).await?,
            _ => std::collections::HashMap::new(),
        };
        let mut rows = Vec::with_capacity(cases.len());
        for case in cases {
            let next = next_goal(&desk.clocks(&case, &closures)).map(|clock| clock.row(now));
            let size = sizes.get(&case.id).copied().unwrap_or_default();
            rows.push(desk.case_row(&case, (next, size), now).await?);
        }
        let today = taipei(now).date_naive();
        Ok(Self {
            levels: levels(wanted.level),
            agencies: desk.case_agencies(own.as_deref(), &wanted.agency),
            rows,
            total,
            next: next.map(|next| next.address()),
            calendar: desk.console.city.calendar.warning(today, today).map(|warning| warning.to_string()),
            channels: desk.channel_notices(now).await?,
            may_open: visitor.holds_any(OPENERS),
            may_close: visitor.holds_any(crate::web::access::CLOSERS),
            frame: Frame::new(Section::Cases, now, visitor),
            wanted,
        })
    }

    fn total_text(&self) -> String {
        moment::thousands(self.total)
    }

    /// The three views, with their addresses.
    fn views(&self) -> Vec<(View, String)> {
        let of = |view| (view, WantedCases { view, ..self.wanted.first_page() }.address());
        View::ALL.map(of).into()
    }

    fn view_name(&self) -> &'static str {
        self.wanted.view.name()
    }

    fn is_first(&self) -> bool {
        self.wanted == self.wanted.first_page()
    }

    fn first(&self) -> String {
        self.wanted.first_page().address()
    }

    fn is_filtered(&self) -> bool {
        self.wanted.level.is_some() || !self.wanted.agency.is_empty()
    }

    fn unfiltered(&self) -> String {
        WantedCases { view: self.wanted.view, ..WantedCases::default() }.address()
    }
}

/// The goal that is to be reached next: of those that are open, the one that is due first.
fn next_goal(clocks: &[Clock]) -> Option<&Clock> {
    clocks.iter().filter(|clock| clock.reached.is_none()).min_by_key(|clock| clock.due.at)
}

/// Overdue before due, what is due sooner before what is due later, what is due no more last and the latest of it first.
fn urgency(desk: &Desk, case: &Case, closures: &[ClosureRow]) -> (bool, Option<DateTime<Utc>>, Reverse<i64>) {
    let due = next_goal(&desk.clocks(case, closures)).map(|clock| clock.due.at);
    (due.is_none(), due, Reverse(case.number))
}

/// The agency whose cases alone are a visitor's: that of a contact who holds no other duty in casework.
fn own_agency(visitor: &Visitor) -> Option<String> {
    let only_contact = visitor.holds_any(&[Role::AgencyContact])
        && !visitor.holds_any(&[Role::DutyOfficer, Role::Spokesperson, Role::Approver]);
    visitor.account().filter(|_| only_contact)?.duties.agency().map(str::to_owned)
}

/// The levels as choices, the gravest first.
pub(in crate::web) fn levels(chosen: Option<CaseLevel>) -> Vec<Choice> {
    let choice = |level: CaseLevel| Choice {
        value: level.name().to_owned(),
        name: level.words().to_owned(),
        count: String::new(),
        chosen: chosen == Some(level),
    };
    CaseLevel::ALL.into_iter().rev().map(choice).collect()
}

impl Desk {
    async fn case_row(
        &self,
        case: &Case,
        (next, size): (Option<ClockRow>, CaseSize),
        now: DateTime<Utc>,
    ) -> Result<CaseRow, Fault> {
        Ok(CaseRow {
            address: format!("/cases/{}", case.id),
            number: case.number,
            title: self.case_title(case).await?,
            level: case.level,
            state: case.stage.state(),
            agency: case.stage.assignment().map(|to| self.assignee(&to.agency, to.unit.as_deref())),
            district: case.district.clone(),
            next,
            size,
            clock: moment::clock(case.moments.known, now),
            ago: moment::ago(case.moments.known, now),
            iso: moment::iso(case.moments.known),
        })
    }

    /// An agency by its short name, with its unit.
    pub(in crate::web) fn assignee(&self, agency: &str, unit: Option<&str>) -> String {
        format!("{}{}", self.names.agency(agency), unit.unwrap_or_default())
    }

    /// What a case is about. Most are called by the headline of a report, whose personal data are hidden here as well.
    pub(in crate::web) async fn case_title(&self, case: &Case) -> Result<Vec<Piece>, Fault> {
        let headlines = self.console.store.headlines_of_case(&case.id).await?;
        let named = headlines.into_iter().find(|(_, _, title)| title.trim() == case.title);
        let Some((report, revision, title)) = named else { return Ok(pieces::whole(&case.title, &[])) };
        let marks = self.console.store.marks_of(&report, revision).await?;
        Ok(pieces::whole(&title, &self.masks(&marks, Field::Title)))
    }

    /// The agencies cases may be with, as choices.
    fn case_agencies(&self, own: Option<&str>, chosen: &str) -> Vec<Choice> {
        let choice = |value: &str, name: String| Choice {
            value: value.to_owned(),
            chosen: value == chosen,
            name,
            count: String::new(),
        };
        let first = match own {
            Some(own) => vec![
                choice("", format!("我的機關（{}）", self.names.agency(own))),
                choice(ALL_AGENCIES, "全部機關".to_owned()),
            ],
            None => vec![choice("", "全部機關".to_owned())],
        };
        let cities = self.console.city.agencies.iter().filter(|agency| agency.city);
        first.into_iter().chain(cities.map(|agency| choice(&agency.name, agency.short.clone()))).collect()
    }

    /// The agency that is most likely in charge: whose statement stands against the report, else whose service it is.
    pub(in crate::web) fn likely_agency(&self, dossier: &Dossier) -> Option<String> {
        let is_citys = |name: &&str| self.console.city.agencies.iter().any(|it| it.city && it.name == **name);
        let stated = dossier.quoted.iter().filter_map(|it| it.fact.as_ref()).map(|it| it.statement.agency.as_str());
        let service = self.console.city.services.iter().find(|it| dossier.case.service.as_ref() == Some(&it.id));
        let served = service.into_iter().flat_map(|it| it.agencies.iter().map(String::as_str));
        stated.chain(served).find(is_citys).map(str::to_owned)
    }
}

/// The inbox.
pub(in crate::web) async fn list(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let wanted = WantedCases::read(&query.unwrap_or_default());
    desk.answer(&visitor, CasesPage::load(&desk, visitor.clone(), wanted).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_for_and_no_more() {
        for (query, expect) in [
            ("", "/cases"),
            ("view=x&level=Z&page=a&before=b", "/cases"),
            ("view=out&level=A&agency=all&page=2", "/cases?view=out&level=A&agency=all&page=2"),
            ("view=all&before=7", "/cases?view=all&before=7"),
        ] {
            assert_eq!(WantedCases::read(query).address(), expect);
        }
    }
}
