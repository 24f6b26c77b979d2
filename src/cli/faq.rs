//! `clarion faq`: what people keep asking.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use chrono::NaiveDate;

use super::{Format, output, with_store};
use crate::{
    app, casefile,
    clock::{Clock, SystemClock},
    document,
    text::Segmenter,
    wire::{self, FaqOut},
    workflow::{faq::Questions, statistics},
};

/// Lists questions that people keep asking, for the collection of frequently asked ones
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prints what was asked more than once, each with where, how, and the official statement that comes nearest to an answer
    Candidates(Wanted),
}

#[derive(Debug, clap::Args)]
struct Wanted {
    /// The first day, 2026-03-01 or 115/03/01
    #[arg(long, value_name = "DAY", value_parser = day)]
    from: NaiveDate,
    /// The last day, which belongs to it
    #[arg(long, value_name = "DAY", value_parser = day)]
    to: NaiveDate,
    /// In which form; json is one object a line
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// The file to write; standard output without it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/clarion/clarion.toml")]
    config: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the database cannot be opened, or the file cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Command::Candidates(Wanted { from, to, format, out, config }) = args.command;
    if to < from {
        bail!("--to lies before --from");
    }
    let period = statistics::days(from, to).context("the days lie outside the calendar")?;
    let bytes = with_store(&config, async |config, store| {
        let city = app::city(&config.dictionaries.folder)?;
        let questions = Questions::new(&city, Arc::new(Segmenter::new(&city)));
        let now = SystemClock::start().now();
        let found = casefile::faq(&store, &questions, period, now).await?;
        let name = |id: &str| {
            let known = city.services.iter().find(|it| it.id == id);
            known.map_or_else(|| id.to_owned(), |it| it.name.clone())
        };
        let table = document::faq_table(&found, period, now, name);
        Ok(match format {
            Format::Json => {
                let mut lines = String::new();
                for candidate in &found {
                    lines += &serde_json::to_string(&FaqOut::from(candidate))?;
                    lines.push('\n');
                }
                lines.into_bytes()
            }
            Format::Csv => wire::comma_separated(&table.lines()).into_bytes(),
            Format::Ods => document::ods(&table.sheet.name, &config.office()?.name, now, &[table.noted()])?,
            Format::Html => document::tables_html(&table.sheet.name.clone(), &[table]).into_bytes(),
        })
    })?;
    output(out.as_deref(), &bytes)?;
    Ok(ExitCode::SUCCESS)
}

fn day(written: &str) -> Result<NaiveDate, String> {
    wire::whole_day(written).ok_or_else(|| format!("{written:?} is no day; write it as 2026-03-17 or 115/03/17"))
}
