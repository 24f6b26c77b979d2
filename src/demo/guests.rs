//! Throw-away accounts, one a role, so that a newcomer can try what each may do. They vanish with the demo.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    net::{IpAddr, Ipv4Addr},
};

use anyhow::Context;
use chrono::TimeDelta;
use ulid::Ulid;

use crate::{
    auth::{Accounts, SetUp},
    domain::{Actor, Duties, PersonName, Role, UserName},
    store::Store,
};

/// The agency the contact speaks for; the staged day has reports for it.
const AGENCY: &str = "高雄市政府工務局";

/// Where the guests come from.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// How somebody logs in.
#[derive(Clone)]
pub(super) struct Guest {
    pub name: UserName,
    pub person: PersonName,
    pub password: String,
}

/// The accounts of the demo, with the keys by which its staff use the API.
pub(super) struct Guests {
    /// The duty officer, who tries the console at the end of the day.
    pub officer: Guest,
    /// By user name.
    pub keys: BTreeMap<String, String>,
}

/// Adds the accounts and prints how to log in.
pub(super) async fn introduce(accounts: &Accounts, store: &Store) -> anyhow::Result<Guests> {
    let (mut officer, mut keys) = (None, BTreeMap::new());
    let mut lines = vec!["  示範帳號（僅供本次示範，結束即失效；查閱無須登入）".to_owned()];
    let alone = Role::ALL.map(|role| (guest(role), BTreeSet::from([role])));
    let deputy = (("deputy", "副發言人（核稿及核定）"), BTreeSet::from([Role::Spokesperson, Role::Approver]));
    for ((name, person), roles) in alone.into_iter().chain([deputy]) {
        let agency = roles.contains(&Role::AgencyContact).then(|| AGENCY.to_owned());
        let is_officer = roles.contains(&Role::DutyOfficer);
        let password = password();
        let duties = Duties::given(roles, agency, None);
        let (name, person) = (UserName::parse(name)?, PersonName::parse(person)?);
        let token = accounts.add(Actor::daemon(), &name, person.clone(), duties).await?;
        let token = token.with_context(|| format!("the demo's account {name} is there already"))?;
        let done = accounts.set_up(&token, &password, HERE).await?;
        anyhow::ensure!(done == SetUp::Done, "the demo's account {name} could not be set up: {done:?}");
        let account = store.account(&name).await?.with_context(|| format!("the demo's account {name} is gone"))?;
        let key = accounts.make_key(&account, "示範", TimeDelta::days(7), HERE).await?;
        keys.insert(name.to_string(), key.reveal().to_owned());
        lines.push(format!("    {:<12}  {password}  {}", name.as_str(), person.as_str()));
        if is_officer {
            officer = Some(Guest { name, person, password });
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", lines.join("\n"))?;
    out.flush()?;
    Ok(Guests { officer: officer.context("no account is the duty officer's")?, keys })
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
