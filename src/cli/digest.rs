//! `clarion digest`: the 輿情彙整表 of a part of a day.

use std::{path::PathBuf, process::ExitCode};

use chrono::{DateTime, Utc};

use super::{Format, base, output, with_store};
use crate::{
    app,
    clock::{Clock, SystemClock},
    document,
    wire::{self, DigestOut},
    workflow::digest::{self, Making},
};

/// Writes the table of the day's reports and cases (輿情彙整表)
#[derive(Debug, clap::Args)]
pub struct Args {
    /// When it ends, 2026-03-17T08:00; without an offset in Taipei. It begins where the one before ended. Now without it
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<DateTime<Utc>>,
    /// In which form
    #[arg(long, value_enum, default_value_t = Format::Csv)]
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
    let Args { at, format, out, config } = args;
    let bytes = with_store(&config, async |config, store| {
        let city = app::city(&config.dictionaries.folder)?;
        let (office, sources, base) = (config.office()?, config.sources()?, base(&config)?);
        let now = SystemClock::start().now();
        let times = city.deadlines.digest_times();
        let period = digest::period(&times, at.unwrap_or(now));
        let matter = store.digest_matter(period, digest::day_began(&times, period)).await?;
        let closures: Vec<_> = store.closures().await?.into_iter().map(|row| row.closure).collect();
        let with = Making { city: &city, closures: &closures, sources: &sources, office: &office.name, base: &base };
        let digest = digest::digest(matter, period, &with, now);
        let table = document::digest_table(&digest);
        Ok(match format {
            Format::Csv => wire::comma_separated(&table.lines()).into_bytes(),
            Format::Ods => document::ods(&table.sheet.name, &office.name, period.until, &[table.noted()])?,
            Format::Html => document::digest_html(&digest).into_bytes(),
            Format::Json => (serde_json::to_string(&DigestOut::from(&digest))? + "\n").into_bytes(),
        })
    })?;
    output(out.as_deref(), &bytes)?;
    Ok(ExitCode::SUCCESS)
}

fn time(written: &str) -> Result<DateTime<Utc>, String> {
    wire::instant(written)
        .ok_or_else(|| format!("{written:?} is no time; write it as 2026-03-17T08:00 or 2026-03-17T08:00:00+08:00"))
}
