//! `clarion dictionary check`: the faults of a dictionary folder.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;

use crate::{
    dictionary::{Dictionaries, check},
    domain::City,
    pipeline::Analyzer,
};

/// Works on the dictionaries
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Lists what is wrong with the dictionaries; exit code 1 when anything is
    Check {
        /// A folder of dictionaries that replaces the built-in one
        #[arg(long, value_name = "DIR")]
        dictionaries: Option<PathBuf>,
    },
}

/// Runs the command.
///
/// # Errors
/// When the dictionaries cannot be read or output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Command::Check { dictionaries } = args.command;
    let city = open(dictionaries.as_deref())?;
    let faults = faults(&city)?;
    let mut out = io::stdout().lock();
    for fault in &faults {
        writeln!(out, "{fault}").context("cannot write the list of faults")?;
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The dictionaries in `dir`, or the built-in ones.
///
/// # Errors
/// When they cannot be read, with file, entry and what to do.
pub fn open(dir: Option<&Path>) -> anyhow::Result<City> {
    Ok(match dir {
        Some(dir) => Dictionaries::load(dir)?,
        None => Dictionaries::embedded()?,
    })
}

/// All faults, one a line: of the entries themselves, and of services whose golden sentence is not recognised.
fn faults(city: &City) -> anyhow::Result<Vec<String>> {
    let analyzer = Analyzer::new(city)?;
    let segmenter = analyzer.segmenter();
    let words = |text: &str| {
        segmenter.segment(text).into_iter().filter_map(|word| word.span.of(text)).map(str::to_owned).collect()
    };
    let mut faults: Vec<String> = check(city, words).iter().map(ToString::to_string).collect();
    for service in &city.services {
        let found = analyzer.analyse("", &service.golden, None).services;
        let first = found.first().map_or("none", |best| best.name.as_str());
        if first != service.id {
            let id = &service.id;
            faults.push(format!("services.toml: {id}: the golden sentence is read as {first}; sharpen its words"));
        }
    }
    Ok(faults)
}
