//! Setting the own password: by a set-up link, or in place of the current one.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    auth::{NewPassword, SetUp},
    domain::{Account, PasswordFault, Token},
    web::{
        Desk,
        access::Person,
        cookie,
        fault::{Fault, Shared},
        form::Form,
        frame::{Frame, Section},
        visitor::Visitor,
    },
};

/// What is wrong with the fields, in the words beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Errors {
    pub current: Option<&'static str>,
    pub new: Option<&'static str>,
    pub again: Option<&'static str>,
}

/// The page, for a new account or an old one.
#[derive(Debug, Template)]
#[template(path = "password.html")]
pub(super) struct PasswordPage {
    pub(super) frame: Frame,
    /// Where the form goes.
    pub(super) action: String,
    /// Whose password it is.
    pub(super) name: String,
    pub(super) person: String,
    /// Whether the current one is asked for.
    pub(super) asks_current: bool,
    pub(super) errors: Errors,
    pub(super) is_done: bool,
}

impl PasswordPage {
    fn title(&self) -> &'static str {
        if self.asks_current { "變更密碼" } else { "設定密碼" }
    }

    fn has_errors(&self) -> bool {
        self.errors != Errors::default()
    }
}

impl Errors {
    fn of(fault: PasswordFault) -> Self {
        let new = match fault {
            PasswordFault::Short => "密碼至少須 12 個字元。",
            PasswordFault::Long => "密碼過長，請縮短至 1,024 位元組以內。",
            PasswordFault::Common => "這個密碼過於常見或變化太少，請另設一個。",
            PasswordFault::Telling => "密碼不得包含帳號、城市或系統的名稱。",
            PasswordFault::Used => "新密碼不得與最近 3 次使用的密碼相同。",
        };
        Self { new: Some(new), ..Self::default() }
    }

    fn differing() -> Self {
        Self { again: Some("兩次輸入的新密碼不一致，請重新輸入。"), ..Self::default() }
    }

    fn wrong() -> Self {
        Self {
            current: Some("目前密碼不正確，或因多次輸入錯誤暫停變更，請稍後再試。"), ..Self::default()
        }
    }
}

impl Desk {
    fn set_up_page(&self, visitor: Visitor, token: &Token, account: &Account, errors: Errors) -> PasswordPage {
        PasswordPage {
            frame: Frame::new(Section::Nowhere, self.console.clock.now(), visitor),
            action: format!("/setup/{}", token.reveal()),
            name: account.name.to_string(),
            person: account.person.as_str().to_owned(),
            asks_current: false,
            errors,
            is_done: false,
        }
    }

    fn own_page(&self, person: &Person, errors: Errors, is_done: bool) -> PasswordPage {
        PasswordPage {
            frame: Frame::new(Section::Password, self.console.clock.now(), person.visitor.clone()),
            action: "/password".into(),
            name: person.account.name.to_string(),
            person: person.account.person.as_str().to_owned(),
            asks_current: true,
            errors,
            is_done,
        }
    }

    /// A form with what is wrong in it.
    fn refused(&self, visitor: &Visitor, page: PasswordPage) -> Response {
        (StatusCode::UNPROCESSABLE_ENTITY, self.answer(visitor, Ok(page))).into_response()
    }
}

/// The page of a set-up link. Looking at it changes nothing.
pub(super) async fn set_up_page(State(desk): State<Shared>, visitor: Visitor, Path(token): Path<String>) -> Response {
    match invited(&desk, &token).await {
        Ok((token, account)) => {
            let page = desk.set_up_page(visitor.clone(), &token, &account, Errors::default());
            desk.answer(&visitor, Ok(page))
        }
        Err(fault) => desk.apology(&visitor, &fault),
    }
}

/// Uses a set-up link.
pub(super) async fn set_up(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path(token): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let (token, account) = match invited(&desk, &token).await {
        Ok(found) => found,
        Err(fault) => return desk.apology(&visitor, &fault),
    };
    if form.typed("new") != form.typed("again") {
        let page = desk.set_up_page(visitor.clone(), &token, &account, Errors::differing());
        return desk.refused(&visitor, page);
    }
    match desk.console.entrance.accounts.set_up(&token, form.typed("new"), visitor.address).await {
        Ok(SetUp::Done) => Desk::go("/login?after=setup", None),
        Ok(SetUp::Gone) => desk.apology(&visitor, &Fault::LinkGone),
        Ok(SetUp::Refused(fault)) => {
            let page = desk.set_up_page(visitor.clone(), &token, &account, Errors::of(fault));
            desk.refused(&visitor, page)
        }
        Err(error) => desk.apology(&visitor, &Fault::from(error)),
    }
}

async fn invited(desk: &Desk, token: &str) -> Result<(Token, Account), Fault> {
    let token = Token::parse(token).ok_or(Fault::LinkGone)?;
    let account = desk.console.entrance.accounts.invited(&token).await?.ok_or(Fault::LinkGone)?;
    Ok((token, account))
}

/// The page on which a person changes the own password.
pub(super) async fn own_page(State(desk): State<Shared>, person: Person) -> Response {
    desk.answer(&person.visitor, Ok(desk.own_page(&person, Errors::default(), false)))
}

/// Changes it.
pub(super) async fn change(State(desk): State<Shared>, person: Person, body: Bytes) -> Response {
    let form = Form::read(&body);
    let Person { account, visitor, .. } = &person;
    if form.typed("new") != form.typed("again") {
        return desk.refused(visitor, desk.own_page(&person, Errors::differing(), false));
    }
    let accounts = &desk.console.entrance.accounts;
    match accounts.change_password(account, form.typed("current"), form.typed("new"), visitor.address).await {
        Ok(NewPassword::Set(token)) => {
            let mut response = desk.answer(visitor, Ok(desk.own_page(&person, Errors::default(), true)));
            if let Some(cookie) = cookie::give(&token, desk.is_secure) {
                response.headers_mut().insert(axum::http::header::SET_COOKIE, cookie);
            }
            response
        }
        Ok(NewPassword::Wrong) => desk.refused(visitor, desk.own_page(&person, Errors::wrong(), false)),
        Ok(NewPassword::Refused(fault)) => desk.refused(visitor, desk.own_page(&person, Errors::of(fault), false)),
        Err(error) => desk.apology(visitor, &Fault::from(error)),
    }
}
