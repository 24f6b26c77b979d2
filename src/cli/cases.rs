//! `clarion cases`: the cases of the database, a line of JSON each.

use std::{path::PathBuf, process::ExitCode};

use serde_json::{Value, json};

use super::{say, with_store};
use crate::{
    domain::{Case, CaseState},
    store::{CaseFilter, Store, StoreError},
    wire::{CaseJson, DraftJson},
};

/// Cases read at once.
const PAGE: usize = 200;

/// Lists and exports cases
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
    /// Prints every case as a line of JSON, the latest opened first
    List(Wanted),
    /// Prints the same with the reports, the claims and the latest draft of each
    Export(Wanted),
}

#[derive(Debug, clap::Args)]
struct Wanted {
    /// Only those that stand here, for example `drafting`; may be given more than once
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Vec<CaseState>,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong or the database cannot be opened.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { command, config } = args;
    let (Wanted { state }, is_whole) = match command {
        Command::List(wanted) => (wanted, false),
        Command::Export(wanted) => (wanted, true),
    };
    with_store(&config, async |_, store| {
        let filter = CaseFilter { states: state, ..CaseFilter::default() };
        let mut before = None;
        loop {
            let page = store.cases(&filter, before, PAGE).await?;
            for case in &page.cases {
                let mut line = json!(CaseJson::from(case));
                if let Some(object) = line.as_object_mut().filter(|_| is_whole) {
                    object.extend(rest(&store, case).await?);
                }
                say(&line.to_string())?;
            }
            before = page.next;
            if before.is_none() {
                return Ok(ExitCode::SUCCESS);
            }
        }
    })
}

/// What a case rests on.
async fn rest(store: &Store, case: &Case) -> Result<Vec<(String, Value)>, StoreError> {
    let reports: Vec<Value> = store
        .reports_of_case(&case.id)
        .await?
        .iter()
        .map(|it| json!({ "id": it.article_id, "outlet": it.outlet, "title": it.title, "url": it.url }))
        .collect();
    let claims: Vec<Value> = store
        .claims_of_case(&case.id)
        .await?
        .iter()
        .map(|it| {
            json!({
                "verdict": it.verdict.name(), "kind": it.kind.name(), "claimed": it.claimed, "fact": it.fact_id,
            })
        })
        .collect();
    let draft = store.drafts(&case.id).await?.into_iter().next();
    let draft = draft.as_ref().map(DraftJson::from);
    Ok([("reports", json!(reports)), ("claims", json!(claims)), ("draft", json!(draft))]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

fn state(name: &str) -> Result<CaseState, String> {
    let known = || CaseState::ALL.map(CaseState::name).join(", ");
    CaseState::from_name(name).ok_or_else(|| format!("{name:?} is no state; write one of {}", known()))
}
