//! `clarion stories`: documents in, the story that each tells out.

use std::{path::PathBuf, process::ExitCode};

use chrono::TimeDelta;

use super::{
    dictionary,
    lines::{self, Blank, Input},
};
use crate::{
    pipeline::Analyzer,
    story::{Limits, Stories},
    wire::{Document, StoryOut},
};

/// Reads documents as JSON Lines and says which of them tell the same story
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The documents.
    #[command(flatten)]
    input: Input,
    /// A folder of dictionaries that replaces the built-in one
    #[arg(long, value_name = "DIR")]
    dictionaries: Option<PathBuf>,
    /// The longest time between two documents that are compared
    #[arg(long, value_name = "HOURS", default_value_t = 72, value_parser = clap::value_parser!(u16).range(1..))]
    window: u16,
    /// The most documents held for comparison, some two kilobytes each
    #[arg(long, value_name = "N", default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..))]
    held: u32,
}

/// Runs the command.
///
/// # Errors
/// When dictionaries or input cannot be read, or output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { input, dictionaries, window, held } = args;
    let analyzer = Analyzer::new(&dictionary::open(dictionaries.as_deref())?)?;
    let window = TimeDelta::hours(i64::from(window));
    let mut stories = Stories::new(Limits { window, held: usize::try_from(held).unwrap_or(usize::MAX) });
    lines::each_line_in_turn(
        &input,
        Blank::Skip,
        |line| {
            let document = Document::from_line(line)?;
            let published_at = document.published();
            let analysis = analyzer.analyse(&document.title, &document.text, published_at);
            let outlet = document.outlet_or_host();
            Ok(analyzer.report(document.id, &outlet, (&document.title, &document.text), published_at, &analysis))
        },
        |report| {
            let placed = stories.place(&report);
            let answer = StoryOut {
                id: report.id,
                story: placed.story,
                first: placed.first,
                outlets: placed.outlets,
                syndicated: placed.syndicated,
            };
            Ok(serde_json::to_string(&answer)?)
        },
    )
}
