//! Entering an official statement by hand, putting one right, ending one, and putting a new one in its place.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use ulid::Ulid;
use url::form_urlencoded;

use crate::{
    domain::{Action, Entered, FactKind, FactVersion, Statement, StatementFault, TAIPEI, taipei},
    store::{Stating, StoreError},
    web::{
        Desk,
        access::Person,
        facts,
        fault::{Fault, Shared},
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        names,
        visitor::Visitor,
    },
};

/// Characters of a text that is entered by hand.
const LONGEST_TEXT: usize = 20_000;

/// What becomes of what was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aim {
    /// A new statement.
    New,
    /// A further version of the statement of that key, whose latest one this was.
    Edit(String, u32),
    /// A new statement in the place of the one of that key, likewise.
    Supersede(String, u32),
}

/// Why a statement was not kept.
#[derive(Debug)]
pub(super) enum Unkept {
    /// Something in it is wrong; the words are for the person who wrote it.
    Wrong(String),
    /// Something else went wrong.
    Fault(Fault),
}

impl From<StoreError> for Unkept {
    fn from(error: StoreError) -> Self {
        Self::Fault(Fault::Store(error))
    }
}

/// The form as it was filled in.
#[derive(Debug, Default)]
pub(super) struct StatementFields {
    pub title: String,
    pub text: String,
    pub document_no: String,
    pub url: String,
    pub published: String,
    pub from: String,
    pub to: String,
    pub kinds: Vec<Choice>,
    pub agencies: Vec<Choice>,
    pub error: Option<String>,
}

/// The page of the form.
#[derive(Debug, Template)]
#[template(path = "statement.html")]
pub(super) struct StatementPage {
    pub(super) frame: Frame,
    pub(super) aim: Aim,
    /// The headline of the statement that is put right or replaced.
    pub(super) former: String,
    pub(super) fields: StatementFields,
}

impl StatementPage {
    fn heading(&self) -> &'static str {
        match self.aim {
            Aim::New => "登錄事實",
            Aim::Edit(..) => "修正事實",
            Aim::Supersede(..) => "以新事實取代",
        }
    }

    fn back(&self) -> String {
        match &self.aim {
            Aim::New => "/facts".to_owned(),
            Aim::Edit(id, _) | Aim::Supersede(id, _) => names::fact_address(id),
        }
    }

    /// Name and value of the field that says what it is about, and the version.
    fn hidden(&self) -> Option<(&'static str, &str, u32)> {
        match &self.aim {
            Aim::New => None,
            Aim::Edit(id, revision) => Some(("edit", id, *revision)),
            Aim::Supersede(id, revision) => Some(("supersede", id, *revision)),
        }
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest_text(&self) -> usize {
        LONGEST_TEXT
    }
}

impl Desk {
    /// The agencies a visitor may speak for, as choices; the one that is held already stays.
    fn statable(&self, visitor: &Visitor, chosen: &str) -> Vec<Choice> {
        let cities = self.console.city.agencies.iter().filter(|agency| agency.city);
        let mut choices: Vec<Choice> = cities
            .filter(|agency| visitor.may_state_for(&agency.name))
            .map(|agency| Choice {
                value: agency.name.clone(),
                name: agency.short.clone(),
                count: String::new(),
                chosen: agency.name == chosen,
            })
            .collect();
        if !chosen.is_empty() && choices.iter().all(|choice| !choice.chosen) {
            let name = self.names.agency(chosen).to_owned();
            choices.insert(0, Choice { value: chosen.to_owned(), name, count: String::new(), chosen: true });
        }
        choices
    }

    /// The latest version of the statement that is put right or replaced, if the visitor may.
    pub(super) async fn former(&self, visitor: &Visitor, aim: &Aim) -> Result<Option<FactVersion>, Fault> {
        let (Aim::Edit(id, revision) | Aim::Supersede(id, revision)) = aim else { return Ok(None) };
        if id.chars().any(char::is_control) {
            return Err(Fault::Missing);
        }
        let versions = self.console.store.fact_versions(id).await?;
        let is_published = versions.iter().any(|version| matches!(version.entered, Entered::Source(_)));
        let Some(latest) = versions.into_iter().next() else { return Err(Fault::Missing) };
        if !visitor.may_state_for(&latest.statement.agency) || (matches!(aim, Aim::Edit(..)) && is_published) {
            return Err(Fault::NotAllowed);
        }
        // Nobody writes over what somebody else has changed meanwhile; a page that is only opened has seen nothing yet.
        if *revision != 0 && *revision != latest.revision {
            return Err(Fault::Changed);
        }
        Ok(Some(latest))
    }

    async fn blank_page(&self, visitor: Visitor, aim: Aim) -> Result<StatementPage, Fault> {
        let now = self.console.clock.now();
        let former = self.former(&visitor, &aim).await?;
        let today = taipei(now).date_naive().to_string();
        let aim = match (aim, &former) {
            (Aim::Edit(id, _), Some(former)) => Aim::Edit(id, former.revision),
            (Aim::Supersede(id, _), Some(former)) => Aim::Supersede(id, former.revision),
            (aim, _) => aim,
        };
        let own = visitor.account().and_then(|account| account.duties.agency()).unwrap_or_default();
        let agency = former.as_ref().map_or(own, |former| &former.statement.agency);
        let agencies = self.statable(&visitor, agency);
        let mut fields =
            StatementFields { agencies, kinds: facts::kinds(Some(FactKind::Hand)), ..StatementFields::default() };
        match (&aim, &former) {
            (Aim::Edit(..), Some(former)) => {
                let it = &former.statement;
                fields.title.clone_from(&it.title);
                fields.text.clone_from(&it.text);
                fields.document_no = it.document_no.clone().unwrap_or_default();
                fields.url = it.url.clone().unwrap_or_default();
                fields.published = it.published.map(local).unwrap_or_default();
                fields.from = it.valid_from.map(local).unwrap_or_default();
                fields.to = it.valid_to.map(local).unwrap_or_default();
                fields.kinds = facts::kinds(Some(it.kind));
            }
            (Aim::Supersede(..), Some(former)) => {
                fields.title.clone_from(&former.statement.title);
                fields.text.clone_from(&former.statement.text);
                fields.from = local(now);
            }
            _ => fields.published = format!("{today}T{}", taipei(now).format("%H:%M")),
        }
        let title = former.map(|former| former.statement.title).unwrap_or_default();
        Ok(StatementPage { frame: Frame::new(Section::Facts, now, visitor), aim, former: title, fields })
    }

    /// The form again, with what is wrong in it.
    fn refilled(&self, visitor: Visitor, aim: Aim, former: String, form: &Form, error: String) -> StatementPage {
        let typed = |name: &str| form.typed(name).to_owned();
        let fields = StatementFields {
            title: typed("title"),
            text: typed("text"),
            document_no: typed("document_no"),
            url: typed("url"),
            published: typed("published"),
            from: typed("from"),
            to: typed("to"),
            kinds: facts::kinds(FactKind::from_name(form.typed("kind"))),
            agencies: self.statable(&visitor, form.typed("agency")),
            error: Some(error),
        };
        StatementPage { frame: Frame::new(Section::Facts, self.console.clock.now(), visitor), aim, former, fields }
    }

    /// Keeps a statement: a new one, a further version, or one in the place of another, which ends.
    pub(super) async fn keep_statement(
        &self,
        visitor: &Visitor,
        (aim, former): (Aim, Option<FactVersion>),
        id: &str,
        statement: Statement,
    ) -> Result<(), Unkept> {
        let is_known = self.statable(visitor, "").iter().any(|choice| choice.value == statement.agency)
            || former.as_ref().is_some_and(|former| former.statement.agency == statement.agency);
        if !is_known {
            return Err(Unkept::Wrong("請由清單選擇機關；機關聯絡人僅得登錄所屬機關的事實。".to_owned()));
        }
        let now = self.console.clock.now();
        let statement = match (&aim, &former) {
            (Aim::Edit(..), Some(former)) => {
                Statement { superseded_by: former.statement.superseded_by.clone(), ..statement }
            }
            _ => Statement { published: statement.published.or(Some(now)), superseded_by: None, ..statement },
        };
        let mut statings = Vec::new();
        if let (Aim::Supersede(former_id, _), Some(former)) = (&aim, former) {
            let until = statement.from().unwrap_or(now);
            let until = former.statement.from().map_or(until, |from| until.max(from));
            let ended = Statement { valid_to: Some(until), superseded_by: Some(id.to_owned()), ..former.statement };
            statings.push(self.stating(former_id, ended));
        }
        statings.push(self.stating(id, statement));
        let about = (Action::FactEntered, id.to_owned());
        self.console.store.put_facts(statings, about, visitor.actor(), now).await?;
        Ok(())
    }

    /// Ends a statement's validity at the end of a day.
    pub(super) async fn end_statement(
        &self,
        visitor: &Visitor,
        former: FactVersion,
        day: NaiveDate,
    ) -> Result<(), Fault> {
        let now = self.console.clock.now();
        // Today ends now, for a statement that is found wrong must not be held against anybody until midnight.
        let until = if day <= taipei(now).date_naive() {
            now
        } else {
            let midnight = day.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_local_timezone(TAIPEI));
            let midnight = midnight.and_then(chrono::MappedLocalTime::single);
            midnight.map_or(now, |at| at.to_utc() - TimeDelta::microseconds(1))
        };
        let until = former.statement.from().map_or(until, |from| until.max(from));
        let ended = Statement { valid_to: Some(until), ..former.statement };
        let about = (Action::FactEntered, former.id.clone());
        self.console.store.put_facts(vec![self.stating(&former.id, ended)], about, visitor.actor(), now).await?;
        Ok(())
    }

    fn stating(&self, id: &str, statement: Statement) -> Stating {
        let words = self.console.segmenter.words(&format!("{} {}", statement.title, statement.text));
        Stating { id: id.to_owned(), statement, words }
    }
}

/// What the form says.
fn read(form: &Form, id: &str) -> Result<Statement, String> {
    let time = |name: &str, what: &str| match form.line(name) {
        None => Ok(None),
        Some(written) => moment(&written).map(Some).ok_or_else(|| format!("{what}「{written}」無法判讀。")),
    };
    let kind = FactKind::from_name(form.typed("kind")).ok_or("請選擇種類。")?;
    let url = form.line("url");
    if url.as_deref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        return Err("網址須以 https:// 或 http:// 開頭。".to_owned());
    }
    if form.typed("text").chars().count() > LONGEST_TEXT {
        return Err(format!("內容請勿超過 {LONGEST_TEXT} 字。"));
    }
    let statement = Statement {
        kind,
        agency: form.line("agency").unwrap_or_default(),
        title: form.line("title").unwrap_or_default(),
        // Browsers send line breaks as two signs.
        text: form.typed("text").replace("\r\n", "\n").trim().to_owned(),
        url,
        document_no: form.line("document_no"),
        published: time("published", "發布時間")?,
        valid_from: time("from", "生效時間")?,
        valid_to: time("to", "失效時間")?,
        superseded_by: None,
    };
    if statement.text.is_empty() {
        return Err("請輸入內容。".to_owned());
    }
    statement.checked(id).map_err(|fault: StatementFault| format!("{fault}。"))
}

/// What the browser's field of day and time holds, in Taipei.
fn moment(written: &str) -> Option<DateTime<Utc>> {
    let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let read = formats.iter().find_map(|format| chrono::NaiveDateTime::parse_from_str(written, format).ok())?;
    Some(read.and_local_timezone(TAIPEI).single()?.to_utc())
}

fn local(at: DateTime<Utc>) -> String {
    taipei(at).format("%Y-%m-%dT%H:%M").to_string()
}

/// The form, empty, or with the statement that is to be put right or replaced.
pub(super) async fn blank(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let mut aim = Aim::New;
    for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match key.as_ref() {
            "edit" => aim = Aim::Edit(value.into_owned(), 0),
            "supersede" => aim = Aim::Supersede(value.into_owned(), 0),
            _ => {}
        }
    }
    desk.answer(&visitor, desk.blank_page(visitor.clone(), aim).await)
}

/// Keeps what the form says.
pub(super) async fn keep(State(desk): State<Shared>, person: Person, body: Bytes) -> Response {
    let form = Form::read(&body);
    let visitor = person.visitor;
    // A form that was sent has seen some version; none has the number 0.
    let revision = form.typed("revision").parse().ok().filter(|revision| *revision > 0).unwrap_or(u32::MAX);
    let aim = match (form.line("edit"), form.line("supersede")) {
        (Some(id), _) => Aim::Edit(id, revision),
        (None, Some(id)) => Aim::Supersede(id, revision),
        (None, None) => Aim::New,
    };
    let former = match desk.former(&visitor, &aim).await {
        Ok(former) => former,
        Err(fault) => return desk.apology(&visitor, &fault),
    };
    let id = match &aim {
        Aim::Edit(id, _) => id.clone(),
        Aim::New | Aim::Supersede(..) => Ulid::generate().to_string(),
    };
    let title = former.as_ref().map(|former| former.statement.title.clone()).unwrap_or_default();
    let refuse = |error| {
        let page = desk.refilled(visitor.clone(), aim.clone(), title.clone(), &form, error);
        (StatusCode::UNPROCESSABLE_ENTITY, desk.answer(&visitor, Ok(page))).into_response()
    };
    let statement = match read(&form, &id) {
        Ok(statement) => statement,
        Err(error) => return refuse(error),
    };
    match desk.keep_statement(&visitor, (aim.clone(), former), &id, statement).await {
        Ok(()) => Desk::go(&names::fact_address(&id), None),
        Err(Unkept::Wrong(error)) => refuse(error),
        Err(Unkept::Fault(fault)) => desk.apology(&visitor, &fault),
    }
}

/// Ends a statement's validity at the end of a day.
pub(super) async fn end(State(desk): State<Shared>, person: Person, Path(id): Path<String>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let visitor = person.visitor;
    let aim = Aim::Supersede(id.clone(), form.typed("revision").parse().unwrap_or(u32::MAX));
    let former = match desk.former(&visitor, &aim).await {
        Ok(Some(former)) => former,
        Ok(None) => return desk.apology(&visitor, &Fault::Missing),
        Err(fault) => return desk.apology(&visitor, &fault),
    };
    let day = form.line("to").and_then(|day| NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok());
    let Some(day) = day else { return desk.apology(&visitor, &Fault::Changed) };
    match desk.end_statement(&visitor, former, day).await {
        Ok(()) => Desk::go(&names::fact_address(&id), None),
        Err(fault) => desk.apology(&visitor, &fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Form {
        Form::read(&Bytes::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()))
    }

    #[test]
    fn a_form_says_what_is_wrong_with_it() {
        let good =
            [("kind", "hand"), ("agency", "水利局"), ("text", "總經費\r\n2.5億元"), ("from", "2026-03-17T08:00")];
        let read_with = |field: (&str, &str)| {
            let mut fields = good.to_vec();
            fields.retain(|it| it.0 != field.0);
            fields.push(field);
            read(&form(&fields), "f1")
        };
        assert_eq!(read_with(("title", "")).unwrap().text, "總經費\n2.5億元");
        for (field, error) in [
            (("kind", "x"), "請選擇種類。"),
            (("text", " "), "請輸入內容。"),
            (("agency", ""), "缺少發布機關。"),
            (("url", "javascript:alert(1)"), "網址須以 https:// 或 http:// 開頭。"),
            (("to", "昨天"), "失效時間「昨天」無法判讀。"),
            (("to", "2026-03-16T08:00"), "失效時間早於生效時間。"),
        ] {
            assert_eq!(read_with(field).unwrap_err(), error);
        }
    }
}
