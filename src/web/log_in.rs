//! Logging in and out.

use askama::Template;
use axum::{
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use url::form_urlencoded;

use crate::web::{
    Desk,
    access::Person,
    cookie,
    fault::{Fault, Shared},
    form::Form,
    frame::{Frame, Section},
    held::{Held, HeldPage},
    visitor::Visitor,
};

/// What just happened, as the page of the log-in tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// Nothing.
    None,
    /// The name or the password was wrong, or too many were.
    Wrong,
    /// A page was asked for that is not for everybody.
    Asked,
    /// The person logged out.
    LoggedOut,
    /// A set-up link was used.
    SetUp,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "login.html")]
pub(super) struct LogInPage {
    pub(super) frame: Frame,
    pub(super) news: News,
    /// The name as it was typed.
    pub(super) name: String,
    /// Where to go afterwards.
    pub(super) next: String,
    /// What was sent when the log-in had run out.
    pub(super) held: Option<Held>,
}

impl LogInPage {
    fn is_wrong(&self) -> bool {
        self.news == News::Wrong
    }

    fn notice(&self) -> Option<&'static str> {
        match self.news {
            News::None | News::Wrong => None,
            News::Asked => Some("請先登入再繼續。若原已登入，可能因閒置過久而自動登出。"),
            News::LoggedOut => Some("您已登出。"),
            News::SetUp => Some("密碼設定完成，請以新密碼登入。"),
        }
    }
}

impl Desk {
    /// The page of the log-in in place of one that is not for everybody.
    pub(super) fn ask_to_log_in(&self, visitor: Visitor, next: &str) -> Response {
        self.ask_to_log_in_first(visitor, next, None)
    }

    /// The same, with what was sent, which is not lost over it.
    pub(super) fn ask_to_log_in_first(&self, visitor: Visitor, next: &str, held: Option<Held>) -> Response {
        let page = self.log_in_page(visitor, News::Asked, ("", next), held);
        (StatusCode::UNAUTHORIZED, self.answer(&Visitor::unknown(), Ok(page))).into_response()
    }

    fn log_in_page(&self, visitor: Visitor, news: News, (name, next): (&str, &str), held: Option<Held>) -> LogInPage {
        let frame = Frame::new(Section::LogIn, self.console.clock.now(), visitor);
        LogInPage { frame, news, name: name.to_owned(), next: inside(next).to_owned(), held }
    }

    /// Sends a browser on with the cookie.
    pub(super) fn go(to: &str, cookie: Option<HeaderValue>) -> Response {
        let mut response = Redirect::to(to).into_response();
        if let Some(cookie) = cookie {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }
}

/// An address of this console; of any other, the first page. A log-in must not lead elsewhere.
fn inside(address: &str) -> &str {
    let is_path = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
    if is_path && !address.chars().any(char::is_control) { address } else { "/" }
}

/// The page of the log-in.
pub(super) async fn page(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let value = |name: &str| {
        form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let news = match value("after").as_deref() {
        Some("logout") => News::LoggedOut,
        Some("setup") => News::SetUp,
        _ => News::None,
    };
    let page = desk.log_in_page(visitor.clone(), news, ("", &value("next").unwrap_or_default()), None);
    desk.answer(&visitor, Ok(page))
}

/// Logs somebody in.
pub(super) async fn log_in(State(desk): State<Shared>, visitor: Visitor, body: Bytes) -> Response {
    let form = Form::read(&body);
    let (name, password) = (form.typed("name"), form.typed("password"));
    let accounts = &desk.console.entrance.accounts;
    let replaces = visitor.session().map(|(_, token)| token);
    match accounts.log_in(name, password, visitor.address, replaces).await {
        Ok(Some(token)) => {
            let (next, cookie) = (inside(form.typed("next")), cookie::give(&token, desk.is_secure));
            let Some(held) = Held::carried(&form) else { return Desk::go(next, cookie) };
            let frame = Frame::new(Section::LogIn, desk.console.clock.now(), Visitor::unknown());
            let page = HeldPage { frame, held, next: next.to_owned() };
            let mut response = desk.answer(&visitor, Ok(page));
            if let Some(cookie) = cookie {
                response.headers_mut().insert(SET_COOKIE, cookie);
            }
            response
        }
        Ok(None) => {
            let typed = (name, form.typed("next"));
            let page = desk.log_in_page(visitor.clone(), News::Wrong, typed, Held::carried(&form));
            (StatusCode::UNAUTHORIZED, desk.answer(&visitor, Ok(page))).into_response()
        }
        Err(error) => desk.apology(&visitor, &Fault::from(error)),
    }
}

/// Logs somebody out.
pub(super) async fn log_out(State(desk): State<Shared>, person: Person) -> Response {
    let Person { account, token, visitor } = person;
    match desk.console.entrance.accounts.log_out(&token, &account, visitor.address).await {
        Ok(()) => Desk::go("/login?after=logout", cookie::take(desk.is_secure)),
        Err(error) => desk.apology(&visitor, &Fault::from(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_nowhere_else() {
        for good in ["/", "/sources", "/?q=%E8%B7%AF", "/reports/01?a=//b"] {
            assert_eq!(inside(good), good);
        }
        for bad in ["", "https://a.example/", "//a.example", "/\\a.example", "javascript:alert(1)", "/a\nb"] {
            assert_eq!(inside(bad), "/", "{bad}");
        }
    }
}
