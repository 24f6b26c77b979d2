//! 新增案件: a case that a person opens, for a report or for a complaint that came to 1999.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use url::form_urlencoded;

use super::{
    act::{ByHand, LONGEST_REASON, Undone},
    inbox,
};
use crate::{
    domain::{CaseLevel, Field},
    web::{
        Desk,
        access::Member,
        fault::{Fault, Shared},
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        moment, pieces,
        visitor::Visitor,
    },
};

/// The form as it was filled in.
#[derive(Debug, Default)]
pub(in crate::web) struct CaseFields {
    pub title: String,
    pub matter: String,
    pub place: String,
    pub known: String,
    /// The report it is about.
    pub report: Option<String>,
    pub levels: Vec<Choice>,
    pub districts: Vec<Choice>,
    pub services: Vec<Choice>,
    pub error: Option<String>,
}

/// The page of the form.
#[derive(Debug, Template)]
#[template(path = "case_new.html")]
pub(in crate::web) struct EntryPage {
    pub frame: Frame,
    pub fields: CaseFields,
}

impl EntryPage {
    fn back(&self) -> String {
        self.fields.report.as_ref().map_or_else(|| "/cases".to_owned(), |id| format!("/reports/{id}"))
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest(&self) -> usize {
        LONGEST_REASON
    }
}

impl Desk {
    fn services(&self, chosen: &str) -> Vec<Choice> {
        let services = self.console.city.services.iter();
        services
            .map(|service| Choice {
                value: service.id.clone(),
                name: service.name.clone(),
                count: String::new(),
                chosen: service.id == chosen,
            })
            .collect()
    }

    /// The form, empty, or with what is known of a report.
    async fn blank_case(&self, visitor: Visitor, report: Option<String>) -> Result<EntryPage, Fault> {
        let now = self.console.clock.now();
        let mut fields = CaseFields { known: moment::local(now), ..CaseFields::default() };
        let (mut district, mut service) = (String::new(), String::new());
        if let Some(id) = report {
            let report = self.console.store.report(&id).await?.ok_or(Fault::Missing)?;
            let masks = self.masks(&report.marks, Field::Title);
            pieces::plain(&pieces::whole(&report.row.title, &masks)).trim().clone_into(&mut fields.title);
            district = report.row.district.unwrap_or_default();
            service = report.row.service.unwrap_or_default();
            fields.report = Some(id);
        }
        fields.levels = inbox::levels(Some(CaseLevel::B));
        (fields.districts, fields.services) = (self.districts(&district), self.services(&service));
        Ok(EntryPage { frame: Frame::new(Section::Cases, now, visitor), fields })
    }

    /// The form again, with what is wrong in it.
    fn refilled_case(&self, visitor: Visitor, form: &Form, error: &str) -> EntryPage {
        let typed = |name: &str| form.typed(name).to_owned();
        let fields = CaseFields {
            title: typed("title"),
            matter: typed("matter"),
            place: typed("place"),
            known: typed("known"),
            report: form.line("report"),
            levels: inbox::levels(CaseLevel::from_name(form.typed("level"))),
            districts: self.districts(form.typed("district")),
            services: self.services(form.typed("service")),
            error: Some(error.to_owned()),
        };
        EntryPage { frame: Frame::new(Section::Cases, self.console.clock.now(), visitor), fields }
    }
}

/// What the form says.
fn read(form: &Form, desk: &Desk) -> Result<ByHand, &'static str> {
    let known = match form.line("known") {
        None => None,
        Some(written) => Some(moment::read(&written).ok_or("知悉時間無法判讀")?),
    };
    let city = &desk.console.city;
    let (district, service) = (form.line("district"), form.line("service"));
    if district.as_ref().is_some_and(|name| !city.districts.iter().any(|it| it.name == *name)) {
        return Err("請由清單選擇行政區");
    }
    if service.as_ref().is_some_and(|id| !city.services.iter().any(|it| it.id == *id)) {
        return Err("請由清單選擇服務類別");
    }
    Ok(ByHand {
        level: CaseLevel::from_name(form.typed("level")),
        title: form.line("title"),
        matter: form.line("matter"),
        place: form.line("place"),
        district,
        service,
        report: form.line("report"),
        known,
    })
}

/// The form.
pub(in crate::web) async fn blank(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let report = pairs.find(|(key, _)| key == "report").map(|(_, value)| value.into_owned());
    if report.as_ref().is_some_and(|id| id.chars().any(char::is_control)) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    desk.answer(&visitor, desk.blank_case(visitor.clone(), report.filter(|id| !id.is_empty())).await)
}

/// Opens the case.
pub(in crate::web) async fn open(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let form = Form::read(&body);
    let error = match read(&form, &desk) {
        Ok(hand) => match desk.open_by_hand(&member, hand).await {
            Ok((id, _)) => return Desk::go(&format!("/cases/{id}"), None),
            Err(Undone::Wrong(words)) => words,
            Err(undone) => return desk.undone(&member.visitor, undone, "/cases".to_owned()),
        },
        Err(words) => words,
    };
    let page = desk.refilled_case(member.visitor.clone(), &form, error);
    (StatusCode::UNPROCESSABLE_ENTITY, desk.answer(&member.visitor, Ok(page))).into_response()
}
