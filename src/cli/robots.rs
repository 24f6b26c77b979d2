//! `clarion robots`: may this address be fetched?

use std::{path::PathBuf, process::ExitCode};

use super::{extract, say};
use crate::fetch::robots;

/// Says whether a robots.txt lets an agent fetch an address
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The robots.txt; `-` for standard input
    file: PathBuf,
    /// The agent's name
    #[arg(long)]
    agent: String,
    /// The address
    url: String,
}

/// Runs the command.
///
/// # Errors
/// When the file cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { file, agent, url } = args;
    let rules = extract::read(&file)?;
    say(if robots::robots_allowed(&rules, &agent, &url) { "allow" } else { "deny" })?;
    Ok(ExitCode::SUCCESS)
}
