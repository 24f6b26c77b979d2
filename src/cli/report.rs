//! `clarion report`: the cases of a month or a year in tables.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use chrono::NaiveDate;

use super::{Format, output, with_store};
use crate::{
    app, casefile,
    clock::{Clock, SystemClock},
    config::Config,
    document,
    domain::{Stretch, ad_date},
    store::Store,
    wire::{self, StatisticsOut, YearOut},
    workflow::{
        corrections::Judge,
        statistics::{self, Making},
    },
};

/// Years of the common era have four digits, those of the Republic three at most.
const FIRST_OF_COMMON_ERA: i32 = 1000;

/// Writes the report of the cases of a month or a year: sorts, districts, times, whom they served, answers in time, results,
/// corrections by outlets, satisfaction
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("stretch").required(true))]
pub struct Args {
    /// The month, 2026-03 or 115-03; cases that became known in it are counted
    #[arg(long, value_name = "MONTH", value_parser = month, group = "stretch")]
    month: Option<Stretch>,
    /// The year, 2026 or 115, month by month and altogether
    #[arg(long, value_name = "YEAR", value_parser = year, group = "stretch")]
    year: Option<Stretch>,
    /// In which form
    #[arg(long, value_enum, default_value_t = Format::Html)]
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
    let Args { month, year, format, out, config } = args;
    let stretch = month.or(year).context("neither a month nor a year")?;
    let bytes = with_store(&config, async |config, store| report(&config, &store, stretch, format).await)?;
    output(out.as_deref(), &bytes)?;
    Ok(ExitCode::SUCCESS)
}

async fn report(config: &Config, store: &Store, stretch: Stretch, format: Format) -> anyhow::Result<Vec<u8>> {
    let city = app::city(&config.dictionaries.folder)?;
    let office = config.office()?.name;
    let judge = Judge::new(&city).context("the names of the city's bodies")?;
    let period = statistics::period(stretch).context("it lies outside the calendar")?;
    let cases = casefile::counted(store, &judge, period).await?;
    let answers = store.survey_scores(period).await?;
    let closures: Vec<_> = store.closures().await?.into_iter().map(|row| row.closure).collect();
    let made = SystemClock::start().now();
    let with = Making { city: &city, closures: &closures, office: &office, made };
    let (title, tables, json) = match stretch {
        Stretch::Month(_) => {
            let report = statistics::statistics(&with, stretch, &cases, &answers).context("outside the calendar")?;
            let json = serde_json::to_string(&StatisticsOut::from(&report))?;
            (document::statistics_title(&report), document::statistics_tables(&report), json)
        }
        Stretch::Year(_) => {
            let report = statistics::year(&with, stretch, &cases, &answers).context("outside the calendar")?;
            let json = serde_json::to_string(&YearOut::from(&report))?;
            (document::statistics_title(&report.whole), document::year_tables(&report), json)
        }
    };
    Ok(match format {
        Format::Html => document::tables_html(&title, &tables).into_bytes(),
        Format::Csv => wire::comma_separated(&document::tables_lines(&tables)).into_bytes(),
        Format::Ods => {
            let sheets: Vec<_> = tables.iter().map(document::Table::noted).collect();
            document::ods(&title, &office, period.until, &sheets)?
        }
        Format::Json => (json + "\n").into_bytes(),
    })
}

fn month(written: &str) -> Result<Stretch, String> {
    let read = written.split_once('-').and_then(|(year, month)| first_day(year, month.parse().ok()?));
    read.map(Stretch::Month).ok_or_else(|| format!("{written:?} is no month; write it as 2026-03 or 115-03"))
}

fn year(written: &str) -> Result<Stretch, String> {
    let read = first_day(written, 1).map(Stretch::Year);
    read.ok_or_else(|| format!("{written:?} is no year; write it as 2026 or 115"))
}

/// The first day of a month of a year in either calendar.
fn first_day(year: &str, month: u32) -> Option<NaiveDate> {
    let year = year.parse::<i32>().ok().filter(|year| *year > 0)?;
    if year < FIRST_OF_COMMON_ERA { ad_date(year, month, 1) } else { NaiveDate::from_ymd_opt(year, month, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_in_either_calendar() {
        let march = Stretch::Month(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
        assert_eq!((month("2026-03"), month("115-3")), (Ok(march), Ok(march)));
        for bad in ["2026", "2026-13", "x-1", "2026-03-01"] {
            assert!(month(bad).unwrap_err().contains("is no month"), "{bad}");
        }
    }

    #[test]
    fn a_year_is_written_in_either_calendar() {
        let whole = Stretch::Year(NaiveDate::from_ymd_opt(2026, 1, 1).unwrap());
        assert_eq!((year("2026"), year("115")), (Ok(whole), Ok(whole)));
        for bad in ["", "x", "2026-03", "-3"] {
            assert!(year(bad).unwrap_err().contains("is no year"), "{bad}");
        }
    }
}
