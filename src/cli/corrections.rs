//! `clarion corrections`: what people put right, to learn from.

use std::{path::PathBuf, process::ExitCode};

use super::{say, with_store};
use crate::wire;

/// Versions read at once.
const PAGE: usize = 200;

/// Prints what people put right in the machine's readings
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
    /// Prints every corrected report as a line of JSON with the corrected fields alone, for training
    Export,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong or the database cannot be opened.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { command: Command::Export, config } = args;
    with_store(&config, async |_, store| {
        let mut after = None;
        loop {
            let page = store.corrected_revisions(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(ExitCode::SUCCESS) };
            after = Some((last.article_id.clone(), last.revision));
            for it in &page {
                let line = wire::example(&it.article_id, &it.title, &it.text, it.published_at, &it.judgements);
                say(&line.to_string())?;
            }
        }
    })
}
