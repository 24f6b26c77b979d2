//! `clarion user`: accounts, from the machine the daemon runs on.

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use serde_json::json;

use super::{say, with_store};
use crate::{
    app,
    auth::Accounts,
    clock::SystemClock,
    config::Config,
    domain::{Account, Actor, City, Duties, PersonName, Role, Token, UserName},
    store::Changed,
};

/// Adds, lists, disables and resets the accounts of the console
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "/etc/clarion/clarion.toml")]
    config: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Adds an account and prints the one-time link by which its owner sets the password within 24 hours
    Add {
        /// What the person logs in with: a-z, 0-9, '.', '-' and '_'
        name: String,
        /// The person's name on screen
        #[arg(long)]
        person: String,
        /// What the person may do; may be given more than once
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        /// The full name of the agency, for which a contact speaks
        #[arg(long)]
        agency: Option<String>,
        /// The unit of that agency
        #[arg(long, requires = "agency")]
        unit: Option<String>,
    },
    /// Prints every account as a line of JSON
    List,
    /// Disables an account; its sessions and links end at once
    Disable {
        /// The account
        name: String,
    },
    /// Voids an account's password and sessions and prints a new one-time link; enables a disabled account
    Reset {
        /// The account
        name: String,
    },
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the database cannot be opened, or the account cannot be changed so.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { command, config } = args;
    with_store(&config, async |config, store| {
        let city = app::city(&config.dictionaries.folder)?;
        let accounts = app::accounts(&config, store, Arc::new(SystemClock::start()), &city)?;
        work(command, &config, &accounts, &city).await
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn work(command: Command, config: &Config, accounts: &Accounts, city: &City) -> anyhow::Result<()> {
    let actor = Actor::command_line();
    match command {
        Command::Add { name, person, roles, agency, unit } => {
            let (name, person) = (UserName::parse(&name)?, PersonName::parse(&person)?);
            let duties = Duties::new(BTreeSet::from_iter(roles), agency, unit, city)?;
            let token = accounts.add(actor, &name, person, duties).await?;
            let token =
                token.with_context(|| format!("there is an account {name} already; names are not used twice"))?;
            say(&link(config, &name, &token))?;
        }
        Command::List => {
            for account in accounts.all().await? {
                say(&line(&account))?;
            }
        }
        Command::Disable { name } => {
            let name = UserName::parse(&name)?;
            match accounts.disable(actor, &name).await? {
                Changed::Done => say(&json!({ "name": name.as_str(), "state": "disabled" }).to_string())?,
                Changed::Unknown => bail!("there is no account {name}; see clarion user list"),
                Changed::LastAdmin => bail!("{name} is the last admin; make another one first"),
            }
        }
        Command::Reset { name } => {
            let name = UserName::parse(&name)?;
            let token = accounts.reset(actor, &name).await?;
            let token = token.with_context(|| format!("there is no account {name}; see clarion user list"))?;
            say(&link(config, &name, &token))?;
        }
    }
    Ok(())
}

fn role(name: &str) -> Result<Role, String> {
    let known = || Role::ALL.map(Role::name).join(", ");
    Role::from_name(name).ok_or_else(|| format!("{name:?} is no role; write one of {}", known()))
}

fn link(config: &Config, name: &UserName, token: &Token) -> String {
    let link = app::set_up_link(config, None, token);
    json!({ "name": name.as_str(), "link": link, "token": token.reveal(), "valid_hours": 24 }).to_string()
}

fn line(account: &Account) -> String {
    let time = |at| crate::domain::taipei(at).to_rfc3339();
    json!({
        "name": account.name.as_str(),
        "person": account.person.as_str(),
        "roles": account.duties.roles().iter().map(|role| role.name()).collect::<Vec<_>>(),
        "agency": account.duties.agency(),
        "unit": account.duties.unit(),
        "state": account.state.name(),
        "created_at": time(account.created_at),
        "logged_in_at": account.logged_in_at.map(time),
    })
    .to_string()
}
