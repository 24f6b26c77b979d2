//! `clarion eval`: measures the stages on real data and prints the figures beside their targets.

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use serde_json::json;

use super::{dictionary, say};
use crate::{
    clock::{Clock, SystemClock},
    eval::{self, understanding::Asked},
    pipeline::Analyzer,
};

/// Measures the stages on a folder of real data
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder, as described in its README
    folder: PathBuf,
    /// The folder of the texts written for this project; `dictionaries/training` of its sources
    #[arg(long, value_name = "DIR")]
    written: Option<PathBuf>,
    /// The labelled set of misreports; `tests/golden/misreports.jsonl` of its sources
    #[arg(long, value_name = "FILE")]
    misreports: Option<PathBuf>,
    /// Also holds invented reports against a register of that many invented statements; may be given several times
    #[arg(long, value_name = "STATEMENTS")]
    register: Vec<u64>,
    /// Prints each label with its precision, recall and what it was taken for
    #[arg(long)]
    details: bool,
    /// Writes what was answered to each written text that was held out, as JSON Lines
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When a set is there but cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { folder, written, misreports, register, details, answers } = args;
    let city = dictionary::open(None)?;
    let analyzer = Analyzer::new(&city)?;
    // First, while nothing else has taken memory.
    let clock = SystemClock::start();
    for statements in register {
        say(&eval::capacity::measure(&city, &analyzer, statements, &|| clock.monotonic()).to_string())?;
    }
    if !folder.is_dir() {
        say(&format!("{} is not there: nothing was measured", folder.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    for line in eval::all(&folder, clock.now())? {
        say(&line)?;
    }
    for figure in eval::stories::measure(&folder, &analyzer)? {
        say(&figure.to_string())?;
    }
    let labelled = misreports.map(|path| eval::misreports::labelled(&path, &analyzer)).transpose()?;
    let mutated = eval::misreports::mutated(&folder, &city, &analyzer)?;
    let pairs = eval::misreports::contradictions(&folder, &city, &analyzer)?;
    for figure in labelled.into_iter().flatten().chain(mutated).chain(pairs) {
        say(&figure.to_string())?;
    }
    let report = eval::understanding::measure(&folder, written.as_deref(), &city)?;
    for figure in &report.figures {
        say(&figure.to_string())?;
    }
    if details {
        for (name, table) in &report.details {
            say(&format!("{name}\n{table}"))?;
        }
    }
    if let Some(path) = answers {
        write(&report.asked, &path).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn write(asked: &[Asked], path: &Path) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for Asked { target, title, text, truth, answer } in asked {
        let line = json!({"target": target.name(), "title": title, "text": text, "truth": truth, "answer": answer});
        writeln!(file, "{line}")?;
    }
    file.flush()
}
