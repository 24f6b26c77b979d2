//! `clarion openapi`: the API described for programs.

use std::process::ExitCode;

use super::say;
use crate::web;

/// Prints the description of the API (`OpenAPI` 3.1), as `/api/v1/openapi.json` answers it
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the command.
///
/// # Errors
/// When standard output is closed.
pub fn run(_: Args) -> anyhow::Result<ExitCode> {
    say(&serde_json::to_string_pretty(&web::openapi(None))?)?;
    Ok(ExitCode::SUCCESS)
}
