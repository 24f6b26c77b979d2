//! `clarion check-config`: is a configuration usable?

use std::{path::PathBuf, process::ExitCode};

use super::say;
use crate::{app, config::Config};

/// Reads a configuration and says what is wrong with it; exit code 78 when anything is
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/clarion/clarion.toml")]
    config: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the configuration or the dictionaries it names are wrong.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { config: path } = args;
    let config = Config::load(&path)?;
    let sources = config.sources()?;
    app::city(&config.dictionaries.folder)?;
    let polled = sources.iter().filter(|source| source.enabled).count();
    say(&format!("{}: {} sources, {polled} of them polled; no fault found", path.display(), sources.len()))?;
    Ok(ExitCode::SUCCESS)
}
