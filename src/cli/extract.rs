//! `clarion extract`: one page of a report in, what it says out.

use std::{
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use url::Url;

use super::say;
use crate::{
    clock::{Clock, SystemClock},
    domain::ArticleSelectors,
    extract::{article, charset},
    wire::ArticleOut,
};

/// Reads the report out of a saved page
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The page; `-` for standard input
    file: PathBuf,
    /// The address it came from
    #[arg(long)]
    url: Url,
    /// The Content-Type it was sent with
    #[arg(long)]
    content_type: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the file cannot be read, its charset is unknown, or it holds no report.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { file, url, content_type } = args;
    let bytes = read(&file)?;
    let decoded = charset::decode(&bytes, content_type.as_deref())?;
    let now = SystemClock::start().now();
    let article = article::read(&decoded.text, decoded.charset, &url, &ArticleSelectors::default(), now)?;
    say(&serde_json::to_string(&ArticleOut::from(article))?)?;
    Ok(ExitCode::SUCCESS)
}

/// The bytes of a file, or of standard input for `-`.
pub(super) fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}
