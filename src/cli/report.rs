//! `clarion report`: the cases of a month in tables.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use chrono::NaiveDate;

use super::{output, with_store};
use crate::{
    app, casefile,
    clock::{Clock, SystemClock},
    document,
    domain::{City, ad_date},
    store::Store,
    wire,
    workflow::{corrections::Judge, month},
};

/// Years of the common era have four digits, those of the Republic three at most.
const FIRST_OF_COMMON_ERA: i32 = 1000;

/// Writes the report of a month's cases: sorts, districts, times, answers in time, results, corrections by outlets
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The month, 2026-03 or 115-03; cases that became known in it are counted
    #[arg(long, value_name = "MONTH", value_parser = first_day)]
    month: NaiveDate,
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

/// In which form the tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A page
    Html,
    /// All tables one after the other, comma-separated, UTF-8 with a mark
    Csv,
    /// A spreadsheet of `OpenDocument`, a sheet each
    Ods,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the database cannot be opened, or the file cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { month, format, out, config } = args;
    let bytes = with_store(&config, async |config, store| {
        let city = app::city(&config.dictionaries.folder)?;
        let office = config.office()?.name;
        let period = month::period(month).context("the month lies outside the calendar")?;
        let cases = store.cases_known(period).await?;
        let closures: Vec<_> = store.closures().await?.into_iter().map(|row| row.closure).collect();
        let remedies = remedies(&store, &city, cases.iter().map(|case| case.id.as_str())).await?;
        let now = SystemClock::start().now();
        let report = month::report((&city, &closures, &office), (month, period), &cases, &remedies, now);
        let (title, tables) = (document::month_title(&report), document::month_tables(&report));
        Ok(match format {
            Format::Html => document::tables_html(&title, &tables).into_bytes(),
            Format::Csv => {
                let rows = tables.iter().flat_map(|table| {
                    let name = vec![table.sheet.name.clone()];
                    std::iter::once(name).chain(table.lines()).chain(std::iter::once(Vec::new()))
                });
                wire::comma_separated(&rows.collect::<Vec<_>>()).into_bytes()
            }
            Format::Ods => {
                let sheets: Vec<_> = tables.iter().map(document::Table::noted).collect();
                document::ods(&title, &office, period.until, &sheets)?
            }
        })
    })?;
    output(out.as_deref(), &bytes)?;
    Ok(ExitCode::SUCCESS)
}

/// What the outlets of each case did.
async fn remedies(
    store: &Store,
    city: &City,
    cases: impl Iterator<Item = &str>,
) -> anyhow::Result<Vec<std::collections::BTreeMap<crate::domain::Remedy, usize>>> {
    let judge = Judge::new(city).context("the names of the city's bodies")?;
    let mut all = Vec::new();
    for id in cases {
        let Some(dossier) = store.dossier(id).await? else { continue };
        let watched = casefile::watched(store, &dossier).await?;
        // What the latest release says is what an outlet may have taken over; time counts from the first.
        let went_out = store.releases_of_case(id).await?;
        let told = went_out.last().map(|it| it.issued_at).zip(went_out.first().map(|it| &it.releasing.text));
        all.push(casefile::summary(&casefile::judged(&judge, watched, told)).by_remedy);
    }
    Ok(all)
}

fn first_day(written: &str) -> Result<NaiveDate, String> {
    let read = written.split_once('-').and_then(|(year, month)| {
        let (year, month): (i32, u32) = (year.parse().ok()?, month.parse().ok()?);
        if year < FIRST_OF_COMMON_ERA { ad_date(year, month, 1) } else { NaiveDate::from_ymd_opt(year, month, 1) }
    });
    read.ok_or_else(|| format!("{written:?} is no month; write it as 2026-03 or 115-03"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_written_in_either_calendar() {
        let march = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!((first_day("2026-03"), first_day("115-3")), (Ok(march), Ok(march)));
        for bad in ["2026", "2026-13", "x-1", "2026-03-01"] {
            assert!(first_day(bad).unwrap_err().contains("is no month"), "{bad}");
        }
    }
}
