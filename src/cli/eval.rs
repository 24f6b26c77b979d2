//! `clarion eval`: measures the stages on real data and prints the figures beside their targets.

use std::{path::PathBuf, process::ExitCode};

use super::say;
use crate::{
    clock::{Clock, SystemClock},
    eval,
};

/// Measures the stages on a folder of real data
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder, as described in its README
    folder: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When a set is there but cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { folder } = args;
    if !folder.is_dir() {
        say(&format!("{} is not there: nothing was measured", folder.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    for line in eval::all(&folder, SystemClock::start().now())? {
        say(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}
