//! `clarion feed`: a feed in, its entries out.

use std::{path::PathBuf, process::ExitCode};

use url::Url;

use super::{extract, say};
use crate::{
    clock::{Clock, SystemClock},
    extract::feed,
    wire::EntryOut,
};

/// Reads the entries of a saved RSS, Atom or JSON feed
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The feed; `-` or nothing for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The address it came from, against which relative links are resolved
    #[arg(long)]
    url: Option<Url>,
    /// The Content-Type it was sent with
    #[arg(long)]
    content_type: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the file cannot be read or is not a feed.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { file, url, content_type } = args;
    let bytes = extract::read(&file)?;
    let now = SystemClock::start().now();
    let listing = feed::parse(&bytes, content_type.as_deref(), url.as_ref(), now)?;
    for entry in listing.entries {
        say(&serde_json::to_string(&EntryOut::from(entry))?)?;
    }
    Ok(ExitCode::SUCCESS)
}
