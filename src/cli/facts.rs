//! `clarion facts`: the register of official statements, from the machine the daemon runs on.

use std::{
    collections::HashMap,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::bail;
use serde_json::json;

use super::{input, say, with_store};
use crate::{
    app,
    clock::{Clock, SystemClock},
    domain::{Action, Actor, FactKind, Statement},
    store::{FactFilter, Put, Stating, Store},
    text::Segmenter,
    wire::{self, FactRead},
};

/// Statements written in one transaction, and read at once.
const BATCH: usize = 500;

/// Imports, lists and exports the official statements that reports are checked against
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
    /// Imports statements from CSV or JSON Lines; what is there already is left as it is, what changed becomes a new version
    Import {
        /// The file; `-` is standard input
        file: PathBuf,
    },
    /// Prints the latest version of every statement as a line of JSON, without its text
    List(Wanted),
    /// Prints the same with the texts, as `facts import` and `check --facts` read them
    Export(Wanted),
}

#[derive(Debug, clap::Args)]
struct Wanted {
    /// Only of this agency, by its name as it was entered
    #[arg(long)]
    agency: Option<String>,
    /// Only of this kind: release, decision, jurisdiction, denial or hand
    #[arg(long, value_parser = kind)]
    kind: Option<FactKind>,
    /// Only those that hold now or will
    #[arg(long)]
    holding: bool,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the database cannot be opened, or the file cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { command, config } = args;
    with_store(&config, async |config, store| match command {
        Command::Import { file } => {
            let segmenter = Segmenter::new(&app::city(&config.dictionaries.folder)?);
            import(&store, &segmenter, &file).await
        }
        Command::List(wanted) => print(&store, &wanted, false).await,
        Command::Export(wanted) => print(&store, &wanted, true).await,
    })
}

fn kind(name: &str) -> Result<FactKind, String> {
    let known = || FactKind::ALL.map(FactKind::name).join(", ");
    FactKind::from_name(name).ok_or_else(|| format!("{name:?} is no kind; write one of {}", known()))
}

async fn import(store: &Store, segmenter: &Segmenter, file: &Path) -> anyhow::Result<ExitCode> {
    let text = input(file)?;
    let rows = wire::facts(&text);
    if rows.is_empty() {
        bail!("{} holds no statement; write a table with a head, or JSON Lines", file.display());
    }
    let (statements, refused) = good(rows);
    let (mut new, mut revised, mut same) = (0, 0, 0);
    let subject = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let clock = SystemClock::start();
    let mut left = statements.into_iter().peekable();
    while left.peek().is_some() {
        let batch = left.by_ref().take(BATCH).map(|(id, statement)| {
            let words = segmenter.words(&format!("{} {}", statement.title, statement.text));
            Stating { id, statement, words }
        });
        let about = (Action::FactsImported, subject.clone());
        for put in store.put_facts(batch.collect(), about, Actor::command_line(), clock.now()).await? {
            match put {
                Put::New => new += 1,
                Put::Revised => revised += 1,
                Put::Same => same += 1,
            }
        }
    }
    say(&json!({ "new": new, "revised": revised, "same": same, "refused": refused }).to_string())?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The statements that can be kept; the others are told on standard error with their lines, and counted.
fn good(rows: Vec<FactRead>) -> (Vec<(String, Statement)>, usize) {
    let mut refused = 0;
    let mut refuse = |line: usize, why: &str| {
        refused += 1;
        // Standard error may be closed; the exit code still tells.
        let _ = writeln!(io::stderr(), "第 {line} 行：{why}，未匯入。");
    };
    let mut known: HashMap<String, (usize, Statement)> = HashMap::new();
    let mut statements = Vec::with_capacity(rows.len());
    for FactRead { line, read } in rows {
        match read {
            Err(fault) => refuse(line, &fault.to_string()),
            Ok((id, statement)) => match known.get(&id) {
                Some((first, other)) if *other != statement => {
                    let why = format!("與第 {first} 行為同一事實但內容不同（可另加識別碼 id 欄區分）");
                    refuse(line, &why);
                }
                Some(_) => {}
                None => {
                    known.insert(id.clone(), (line, statement.clone()));
                    statements.push((id, statement));
                }
            },
        }
    }
    (statements, refused)
}

async fn print(store: &Store, wanted: &Wanted, whole: bool) -> anyhow::Result<ExitCode> {
    let filter = FactFilter {
        agency: wanted.agency.clone().unwrap_or_default(),
        kind: wanted.kind,
        holding: wanted.holding.then(|| SystemClock::start().now()),
        ..FactFilter::default()
    };
    let mut before = None;
    loop {
        let page = store.facts(&filter, before, BATCH).await?;
        for version in &page.facts {
            let line = if whole {
                let found = store.fact_version(&version.id, version.revision).await?;
                wire::exported(found.as_ref().unwrap_or(version))
            } else {
                wire::listed(version)
            };
            say(&line.to_string())?;
        }
        before = page.next;
        if before.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
