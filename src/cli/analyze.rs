//! `clarion analyze`: documents in, what was understood of them out.

use std::{path::PathBuf, process::ExitCode};

use super::{
    dictionary,
    lines::{self, Blank, Input},
};
use crate::{
    pipeline::Analyzer,
    wire::{AnalysisOut, Document},
};

/// Reads documents as JSON Lines and says what each is about
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The documents.
    #[command(flatten)]
    input: Input,
    /// A folder of dictionaries that replaces the built-in one
    #[arg(long, value_name = "DIR")]
    dictionaries: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When dictionaries or input cannot be read, or output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { input, dictionaries } = args;
    let analyzer = Analyzer::new(&dictionary::open(dictionaries.as_deref())?)?;
    lines::each_line(&input, Blank::Skip, |line| {
        let document = Document::from_line(line)?;
        let (title, text, published) = (&document.title, &document.text, document.published());
        let analysis = analyzer.analyse_with_claims(title, text, published);
        let answer = AnalysisOut::new(document.id, &document.title, &document.text, &analysis);
        Ok(serde_json::to_string(&answer)?)
    })
}
