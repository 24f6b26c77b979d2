//! `clarion segment`: plain text in, the same lines with words separated by one space out.

use std::{path::PathBuf, process::ExitCode};

use super::{
    dictionary,
    lines::{self, Blank, Input},
};
use crate::text::Segmenter;

/// Separates the words of plain text by one space
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The text.
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
    let segmenter = Segmenter::new(&dictionary::open(dictionaries.as_deref())?);
    lines::each_line(&input, Blank::Keep, |line| Ok(spaced(&segmenter, line)))
}

fn spaced(segmenter: &Segmenter, line: &str) -> String {
    let mut spaced = String::with_capacity(line.len() * 3 / 2);
    for word in segmenter.segment(line) {
        let Some(word) = word.span.of(line).filter(|word| word.chars().any(|c| !c.is_whitespace())) else { continue };
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}
