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
    let city = app::city(&config.dictionaries.folder)?;
    let polled = sources.iter().filter(|source| source.enabled).count();
    for source in &sources {
        let Some(official) = &source.official else { continue };
        // The city itself has no entry; the full names of its agencies begin with its name.
        if !city.agencies.iter().any(|agency| agency.city && agency.name.starts_with(official.as_str())) {
            say(&format!(
                "source {}: official = {official:?} is no agency of the dictionaries; its statements count, but no agency's \
                 contact may end or replace them",
                source.id
            ))?;
        }
    }
    let program = &config.pdf.program;
    if !program.as_os_str().is_empty() && !app::converter(&config).is_there() {
        say(&format!(
            "pdf.program: there is no {} here; pages offer the print view instead of PDF. Install LibreOffice \
             (apt-get install libreoffice-writer-nogui fonts-arphic-ukai fonts-liberation) or set pdf.program = \"\"",
            program.display()
        ))?;
    }
    let official = sources.iter().filter(|source| source.official.is_some()).count();
    say(&format!(
        "{}: {} sources, {polled} of them polled, {official} official; no fault found",
        path.display(),
        sources.len()
    ))?;
    Ok(ExitCode::SUCCESS)
}
