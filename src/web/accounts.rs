//! 帳號管理: who may use the console, and as what.

use std::collections::BTreeSet;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use crate::{
    domain::{
        Account, AccountFault, AccountState, Audience, Channel, ChannelKind, Duties, PersonName, Role, Token, UserName,
    },
    store::Changed,
    web::{
        Desk, bodies,
        fault::{Fault, Shared},
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        moment, names,
        visitor::Visitor,
    },
};

/// An account as a row.
#[derive(Debug)]
pub(super) struct AccountRow {
    pub name: String,
    pub person: String,
    pub roles: Vec<&'static str>,
    pub body: Option<String>,
    pub state: AccountState,
    /// When, and for machines.
    pub logged_in: Option<(String, String)>,
}

/// A one-time link, shown once.
#[derive(Debug)]
pub(super) struct NewLink {
    pub name: String,
    pub address: String,
}

/// What is wrong with the fields, in the words beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Errors {
    pub name: Option<&'static str>,
    pub person: Option<&'static str>,
    pub roles: Option<&'static str>,
    pub body: Option<&'static str>,
}

/// The fields of the form.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub name: String,
    pub person: String,
    pub roles: Vec<Choice>,
    pub bodies: Vec<Choice>,
    pub errors: Errors,
}

/// The page of all accounts.
#[derive(Debug, Template)]
#[template(path = "accounts.html")]
pub(super) struct AccountsPage {
    pub(super) frame: Frame,
    pub(super) rows: Vec<AccountRow>,
    pub(super) fields: Fields,
    pub(super) link: Option<NewLink>,
}

/// The page of one account.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub(super) struct AccountPage {
    pub(super) frame: Frame,
    pub(super) row: AccountRow,
    pub(super) fields: Fields,
    pub(super) link: Option<NewLink>,
    /// What was done, or why not.
    pub(super) notice: Option<&'static str>,
    /// By which channels the person can be reached, and where.
    pub(super) reaches: Vec<Reach>,
}

/// A channel that tells people one by one, with the person's address there.
#[derive(Debug)]
pub(super) struct Reach {
    pub channel: String,
    pub name: String,
    pub kind: &'static str,
    pub address: String,
}

impl AccountRow {
    fn state_words(&self) -> &'static str {
        names::account_state(self.state)
    }

    fn state_class(&self) -> &'static str {
        match self.state {
            AccountState::Active => "well",
            AccountState::Invited => "silent",
            AccountState::Disabled => "off",
        }
    }

    fn is_disabled(&self) -> bool {
        self.state == AccountState::Disabled
    }
}

impl Fields {
    fn has_errors(&self) -> bool {
        self.errors != Errors::default()
    }
}

impl Errors {
    fn of(fault: AccountFault) -> Self {
        match fault {
            AccountFault::Name => Self {
                name: Some("帳號須為 2 至 32 個小寫英文字母、數字或 . - _，並以英文字母開頭。"),
                ..Self::default()
            },
            AccountFault::Person => Self { person: Some("請輸入姓名（40 字以內）。"), ..Self::default() },
            AccountFault::NoRole => Self { roles: Some("請至少勾選一個角色。"), ..Self::default() },
            AccountFault::NoAgency => Self { body: Some("機關聯絡人須選擇所屬機關。"), ..Self::default() },
            AccountFault::UnknownAgency | AccountFault::UnknownUnit => {
                Self { body: Some("查無這個機關，請由清單選擇。"), ..Self::default() }
            }
        }
    }

    fn taken() -> Self {
        Self {
            name: Some("這個帳號已有人使用（停用的帳號亦不得重複），請另取一個。"), ..Self::default()
        }
    }
}

impl Desk {
    fn account_row(&self, account: &Account, now: DateTime<Utc>) -> AccountRow {
        let duties = &account.duties;
        let body = duties.agency().map(|agency| bodies::in_words(self.names.agency(agency), duties.unit()));
        AccountRow {
            name: account.name.to_string(),
            person: account.person.as_str().to_owned(),
            roles: account.duties.roles().iter().map(|role| names::role(*role)).collect(),
            body,
            state: account.state,
            logged_in: account.logged_in_at.map(|at| (moment::clock(at, now), moment::iso(at))),
        }
    }

    /// The form with what was sent, or with what the account has.
    fn fields(&self, name: &str, person: &str, roles: &BTreeSet<Role>, body: &str, errors: Errors) -> Fields {
        let role = |role: Role| Choice {
            value: role.name().to_owned(),
            name: names::role(role).to_owned(),
            count: String::new(),
            chosen: roles.contains(&role),
        };
        Fields {
            name: name.to_owned(),
            person: person.to_owned(),
            roles: Role::ALL.map(role).into(),
            bodies: bodies::all(&self.console.city, body),
            errors,
        }
    }

    async fn accounts_page(
        &self,
        visitor: &Visitor,
        fields: Fields,
        link: Option<NewLink>,
    ) -> Result<AccountsPage, Fault> {
        let now = self.console.clock.now();
        let accounts = self.console.entrance.accounts.all().await?;
        Ok(AccountsPage {
            frame: Frame::new(Section::Accounts, now, visitor.clone()),
            rows: accounts.iter().map(|account| self.account_row(account, now)).collect(),
            fields,
            link,
        })
    }

    fn blank(&self) -> Fields {
        self.fields("", "", &BTreeSet::new(), "", Errors::default())
    }

    async fn account_page(
        &self,
        visitor: &Visitor,
        name: &str,
        link: Option<NewLink>,
        notice: Option<&'static str>,
    ) -> Result<AccountPage, Fault> {
        let all = self.console.entrance.accounts.all().await?;
        let account = all.into_iter().find(|account| account.name.as_str() == name).ok_or(Fault::Missing)?;
        let now = self.console.clock.now();
        let duties = &account.duties;
        let body = body_of(duties);
        let roster = self.console.store.roster().await?;
        let addresses = roster.person(&account.name).map(|person| person.addresses.as_slice()).unwrap_or_default();
        let personal = self.console.office.channels.iter().filter(|it| is_personal(it)).map(|it| Reach {
            channel: it.id.to_string(),
            name: it.name.clone(),
            kind: it.kind().words(),
            address: addresses
                .iter()
                .find(|(channel, _)| channel == it.id.as_str())
                .map_or("", |(_, at)| at)
                .to_owned(),
        });
        Ok(AccountPage {
            reaches: personal.collect(),
            frame: Frame::new(Section::Accounts, now, visitor.clone()),
            fields: self.fields(name, account.person.as_str(), duties.roles(), &body, Errors::default()),
            row: self.account_row(&account, now),
            link,
            notice,
        })
    }

    /// A link as it is passed on: whole where the public address is known.
    fn link(&self, name: &str, token: &Token) -> NewLink {
        let base = self.console.entrance.public_url.as_ref().map(|url| url.origin().ascii_serialization());
        NewLink { name: name.to_owned(), address: format!("{}/setup/{}", base.unwrap_or_default(), token.reveal()) }
    }

    fn duties(&self, form: &Form) -> Result<Duties, AccountFault> {
        let (agency, unit) = form.line("body").map(|body| bodies::parts(&body)).unzip();
        Duties::new(read_roles(form), agency, unit.flatten(), &self.console.city)
    }
}

fn read_roles(form: &Form) -> BTreeSet<Role> {
    form.all("role").filter_map(Role::from_name).collect()
}

fn body_of(duties: &Duties) -> String {
    duties.agency().map(|agency| bodies::value(agency, duties.unit())).unwrap_or_default()
}

/// The page of all accounts.
pub(super) async fn list(State(desk): State<Shared>, visitor: Visitor) -> Response {
    desk.answer(&visitor, desk.accounts_page(&visitor, desk.blank(), None).await)
}

/// Adds an account and shows its link, once.
pub(super) async fn add(State(desk): State<Shared>, visitor: Visitor, body: Bytes) -> Response {
    let form = Form::read(&body);
    let read =
        || Ok((UserName::parse(form.typed("name"))?, PersonName::parse(form.typed("person"))?, desk.duties(&form)?));
    let errors = match read() {
        Err(fault) => Errors::of(fault),
        Ok((name, person, duties)) => {
            match desk.console.entrance.accounts.add(visitor.actor(), &name, person, duties).await {
                Ok(Some(token)) => {
                    let link = desk.link(name.as_str(), &token);
                    return desk.answer(&visitor, desk.accounts_page(&visitor, desk.blank(), Some(link)).await);
                }
                Ok(None) => Errors::taken(),
                Err(error) => return desk.apology(&visitor, &Fault::from(error)),
            }
        }
    };
    let (name, person, body) = (form.typed("name"), form.typed("person"), form.typed("body"));
    let fields = desk.fields(name, person, &read_roles(&form), body, errors);
    let page = desk.answer(&visitor, desk.accounts_page(&visitor, fields, None).await);
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// The page of one account.
pub(super) async fn one(State(desk): State<Shared>, visitor: Visitor, Path(name): Path<String>) -> Response {
    desk.answer(&visitor, desk.account_page(&visitor, &name, None, None).await)
}

/// Gives an account other duties.
pub(super) async fn assign(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let (Ok(user), duties) = (UserName::parse(&name), desk.duties(&form)) else {
        return desk.apology(&visitor, &Fault::Missing);
    };
    match duties {
        Ok(duties) => {
            let changed = desk.console.entrance.accounts.assign(visitor.actor(), &user, duties).await;
            desk.changed(&visitor, &name, changed.map_err(Fault::from), "角色與所屬機關已更新。").await
        }
        Err(fault) => {
            let page = desk.account_page(&visitor, &name, None, None).await.map(|page| AccountPage {
                fields: desk.fields(&name, &page.row.person, &read_roles(&form), form.typed("body"), Errors::of(fault)),
                ..page
            });
            (StatusCode::UNPROCESSABLE_ENTITY, desk.answer(&visitor, page)).into_response()
        }
    }
}

/// Disables an account.
pub(super) async fn disable(State(desk): State<Shared>, visitor: Visitor, Path(name): Path<String>) -> Response {
    let Ok(user) = UserName::parse(&name) else { return desk.apology(&visitor, &Fault::Missing) };
    let changed = desk.console.entrance.accounts.disable(visitor.actor(), &user).await;
    desk.changed(&visitor, &name, changed.map_err(Fault::from), "帳號已停用，其登入中的工作階段均已結束。").await
}

/// Whether a channel tells staff one by one.
fn is_personal(channel: &Channel) -> bool {
    channel.audience != Audience::Public && matches!(channel.kind(), ChannelKind::Line | ChannelKind::Email)
}

/// Says where a channel reaches a person.
pub(super) async fn reach(
    State(desk): State<Shared>,
    visitor: Visitor,
    Path(name): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let channels = &desk.console.office.channels;
    let channel = channels.iter().find(|it| it.id.as_str() == form.typed("channel") && is_personal(it));
    let (Ok(user), Some(channel)) = (UserName::parse(&name), channel) else {
        return desk.apology(&visitor, &Fault::Missing);
    };
    let address = form.line("address");
    let told = if address.as_ref().is_some_and(|address| !channel.is_address(address)) {
        Err("位址不符通道格式：電子郵件如 name@example.gov.tw，LINE 為 U 開頭的使用者識別碼。")
    } else {
        let store = &desk.console.store;
        match store.account(&user).await {
            Ok(Some(_)) => {}
            Ok(None) => return desk.apology(&visitor, &Fault::Missing),
            Err(error) => return desk.apology(&visitor, &Fault::Store(error)),
        }
        let set = (channel.id.as_str(), address.as_deref());
        match store.set_address(&user, set, visitor.actor(), desk.console.clock.now()).await {
            Ok(true) => Ok("個人通知位址已更新。"),
            Ok(false) => Err("這個位址已登錄於其他帳號。"),
            Err(error) => return desk.apology(&visitor, &Fault::Store(error)),
        }
    };
    let (status, notice) = match told {
        Ok(done) => (StatusCode::OK, done),
        Err(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, wrong),
    };
    (status, desk.answer(&visitor, desk.account_page(&visitor, &name, None, Some(notice)).await)).into_response()
}

/// Replaces an account's password by a link, and shows that once.
pub(super) async fn reset(State(desk): State<Shared>, visitor: Visitor, Path(name): Path<String>) -> Response {
    let Ok(user) = UserName::parse(&name) else { return desk.apology(&visitor, &Fault::Missing) };
    match desk.console.entrance.accounts.reset(visitor.actor(), &user).await {
        Ok(Some(token)) => {
            let link = desk.link(&name, &token);
            desk.answer(&visitor, desk.account_page(&visitor, &name, Some(link), None).await)
        }
        Ok(None) => desk.apology(&visitor, &Fault::Missing),
        Err(error) => desk.apology(&visitor, &Fault::from(error)),
    }
}

impl Desk {
    async fn changed(
        &self,
        visitor: &Visitor,
        name: &str,
        changed: Result<Changed, Fault>,
        done: &'static str,
    ) -> Response {
        let (status, notice) = match changed {
            Ok(Changed::Done) => (StatusCode::OK, done),
            Ok(Changed::LastAdmin) => {
                (StatusCode::CONFLICT, "系統至少須保留一位可用的系統管理者，請先指定另一位再變更。")
            }
            Ok(Changed::Unknown) => return self.apology(visitor, &Fault::Missing),
            Err(fault) => return self.apology(visitor, &fault),
        };
        (status, self.answer(visitor, self.account_page(visitor, name, None, Some(notice)).await)).into_response()
    }
}
