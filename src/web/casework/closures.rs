//! 停班登錄: days and hours on which offices are shut, by which due times move.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use ulid::Ulid;

use super::act::LONGEST_REASON;
use crate::{
    domain::{City, Closure, roc_date, taipei},
    store::ClosureRow,
    web::{
        Desk,
        access::{CLOSERS, Member},
        fault::{Fault, Shared},
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        moment,
        visitor::Visitor,
    },
};

/// A suspension as a row.
#[derive(Debug)]
pub(in crate::web) struct ClosureLine {
    pub id: String,
    pub day: String,
    pub hours: String,
    pub place: String,
    pub note: String,
    pub by: String,
    pub clock: String,
    pub iso: String,
}

/// The form as it was filled in.
#[derive(Debug, Default)]
pub(in crate::web) struct ClosureFields {
    pub day: String,
    pub from: String,
    pub until: String,
    pub note: String,
    pub districts: Vec<Choice>,
    pub error: Option<String>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "closures.html")]
pub(in crate::web) struct ClosuresPage {
    pub frame: Frame,
    pub rows: Vec<ClosureLine>,
    pub fields: ClosureFields,
    pub may_enter: bool,
}

impl ClosuresPage {
    async fn load(desk: &Desk, visitor: Visitor, form: Option<(&Form, String)>) -> Result<Self, Fault> {
        let now = desk.console.clock.now();
        let closures = desk.console.store.closures().await?;
        let fields = match form {
            Some((form, error)) => ClosureFields {
                day: form.typed("day").to_owned(),
                from: form.typed("from").to_owned(),
                until: form.typed("until").to_owned(),
                note: form.typed("note").to_owned(),
                districts: desk.districts(form.typed("district")),
                error: Some(error),
            },
            None => ClosureFields {
                day: taipei(now).date_naive().to_string(),
                districts: desk.districts(""),
                ..ClosureFields::default()
            },
        };
        Ok(Self {
            rows: closures.into_iter().map(|row| ClosureLine::of(row, now)).collect(),
            fields,
            may_enter: visitor.holds_any(CLOSERS),
            frame: Frame::new(Section::Cases, now, visitor),
        })
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest_note(&self) -> usize {
        LONGEST_REASON
    }
}

impl ClosureLine {
    fn of(row: ClosureRow, now: DateTime<Utc>) -> Self {
        let ClosureRow { id, closure, by } = row;
        let time = |time: NaiveTime| time.format("%H:%M").to_string();
        Self {
            id,
            day: roc_date(closure.day),
            hours: match (closure.from, closure.until) {
                (None, None) => "全日".to_owned(),
                (Some(from), None) => format!("{} 起", time(from)),
                (None, Some(until)) => format!("至 {}", time(until)),
                (Some(from), Some(until)) => format!("{} 至 {}", time(from), time(until)),
            },
            place: closure.district.unwrap_or_else(|| "全市".to_owned()),
            note: closure.note,
            by: by.to_string(),
            clock: moment::clock(closure.valid_from, now),
            iso: moment::iso(closure.valid_from),
        }
    }
}

impl Desk {
    /// The city's districts as choices.
    pub(super) fn districts(&self, chosen: &str) -> Vec<Choice> {
        let choice = |name: &String| Choice {
            value: name.clone(),
            name: name.clone(),
            count: String::new(),
            chosen: name == chosen,
        };
        self.console.city.districts.iter().map(|district| choice(&district.name)).collect()
    }
}

/// What the form says.
fn read(form: &Form, city: &City, now: DateTime<Utc>) -> Result<Closure, String> {
    let day = form.line("day").and_then(|day| NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok());
    let time = |name: &str| match form.line(name) {
        None => Ok(None),
        Some(written) => NaiveTime::parse_from_str(&written, "%H:%M")
            .map(Some)
            .map_err(|_| format!("時間「{written}」無法判讀，請寫成 12:00。")),
    };
    let (from, until) = (time("from")?, time("until")?);
    let district = form.line("district");
    if from.zip(until).is_some_and(|(from, until)| from >= until) {
        return Err("停班迄時須晚於起時。".to_owned());
    }
    if district.as_ref().is_some_and(|name| !city.districts.iter().any(|it| it.name == *name)) {
        return Err("請由清單選擇行政區。".to_owned());
    }
    let note = form.line("note").ok_or("請填寫公告依據。")?;
    if note.chars().count() > LONGEST_REASON {
        return Err("公告依據過長（上限 500 字）。".to_owned());
    }
    Ok(Closure { day: day.ok_or("請選擇日期。")?, district, from, until, valid_from: now, note })
}

/// The list with its form.
pub(in crate::web) async fn list(State(desk): State<Shared>, visitor: Visitor) -> Response {
    desk.answer(&visitor, ClosuresPage::load(&desk, visitor.clone(), None).await)
}

/// Enters a suspension.
pub(in crate::web) async fn enter(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let form = Form::read(&body);
    let Member { account, visitor } = member;
    let closure = match read(&form, &desk.console.city, desk.console.clock.now()) {
        Ok(closure) => closure,
        Err(error) => {
            let page = ClosuresPage::load(&desk, visitor.clone(), Some((&form, error))).await;
            return (StatusCode::UNPROCESSABLE_ENTITY, desk.answer(&visitor, page)).into_response();
        }
    };
    let row = ClosureRow { id: Ulid::generate().to_string(), closure, by: account.name };
    match desk.console.store.enter_closure(row, visitor.actor()).await {
        Ok(()) => Desk::go("/closures", None),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

/// Takes a suspension back.
pub(in crate::web) async fn withdraw(State(desk): State<Shared>, member: Member, Path(id): Path<String>) -> Response {
    let visitor = member.visitor;
    if id.chars().any(char::is_control) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    match desk.console.store.withdraw_closure(&id, visitor.actor(), desk.console.clock.now()).await {
        Ok(true) => Desk::go("/closures", None),
        Ok(false) => desk.apology(&visitor, &Fault::Changed),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_says_what_is_wrong_with_it() {
        let read_with = |fields: &[(&str, &str)]| {
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            read(&Form::read(&Bytes::from(body)), &City::default(), DateTime::UNIX_EPOCH)
        };
        let good = read_with(&[("day", "2024-07-25"), ("from", "12:00"), ("note", "凱米颱風")]).unwrap();
        assert_eq!((good.day.to_string().as_str(), good.district, good.until), ("2024-07-25", None, None));
        for (fields, error) in [
            (vec![("note", "x")], "請選擇日期。"),
            (vec![("day", "2024-07-25")], "請填寫公告依據。"),
            (vec![("day", "2024-07-25"), ("from", "中午"), ("note", "x")], "時間「中午」無法判讀，請寫成 12:00。"),
            (vec![("from", "12:00"), ("until", "12:00")], "停班迄時須晚於起時。"),
            (vec![("district", "無此區")], "請由清單選擇行政區。"),
        ] {
            assert_eq!(read_with(&fields).unwrap_err(), error);
        }
    }
}
