//! Throw-away accounts, one a role, so that a newcomer can try what each may do. They vanish with the demo.

use std::{
    collections::BTreeSet,
    io::Write,
    net::{IpAddr, Ipv4Addr},
};

use anyhow::Context;
use ulid::Ulid;

use crate::{
    auth::{Accounts, SetUp},
    domain::{Actor, Duties, PersonName, Role, UserName},
};

/// The agency the contact speaks for; the staged day has reports for it.
const AGENCY: &str = "高雄市政府工務局";

/// How somebody logs in.
#[derive(Clone)]
pub(super) struct Guest {
    pub name: UserName,
    pub person: PersonName,
    pub password: String,
}

/// Adds the accounts and prints how to log in; returns the duty officer's, who tries the console at the end of the day.
pub(super) async fn introduce(accounts: &Accounts) -> anyhow::Result<Guest> {
    let mut officer = None;
    let mut lines = vec!["  示範帳號（僅供本次示範，結束即失效；查閱無須登入）".to_owned()];
    for role in Role::ALL {
        let (name, person) = guest(role);
        let agency = (role == Role::AgencyContact).then(|| AGENCY.to_owned());
        let password = password();
        let duties = Duties::given(BTreeSet::from([role]), agency, None);
        let (name, person) = (UserName::parse(name)?, PersonName::parse(person)?);
        let token = accounts.add(Actor::daemon(), &name, person.clone(), duties).await?;
        let token = token.with_context(|| format!("the demo's account {name} is there already"))?;
        let done = accounts.set_up(&token, &password, IpAddr::V4(Ipv4Addr::LOCALHOST)).await?;
        anyhow::ensure!(done == SetUp::Done, "the demo's account {name} could not be set up: {done:?}");
        lines.push(format!("    {:<12}  {password}  {}", name.as_str(), person.as_str()));
        if role == Role::DutyOfficer {
            officer = Some(Guest { name, person, password });
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", lines.join("\n"))?;
    out.flush()?;
    officer.context("no account is the duty officer's")
}

fn guest(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::DutyOfficer => ("duty", "值班人員"),
        Role::AgencyContact => ("contact", "工務局聯絡人"),
        Role::Spokesperson => ("spokesperson", "發言人"),
        Role::Approver => ("approver", "核定人"),
        Role::Admin => ("admin", "系統管理者"),
        Role::ReadOnly => ("reader", "唯讀人員"),
    }
}

/// The random half of a ULID in groups of four, to be typed by hand.
fn password() -> String {
    let letters: Vec<char> = Ulid::generate().to_string().to_lowercase().chars().skip(10).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
