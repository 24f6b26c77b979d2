//! `clarion deadline`: when a matter is due, and why.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use chrono::{DateTime, Datelike, Utc};

use super::{dictionary, say};
use crate::{
    clock::{Clock, SystemClock},
    domain::{CalendarWarning, CaseLevel, City, Closure, Due, taipei},
    wire::{self, DeadlineNote, DeadlineOut},
    workflow::deadline::{Office, due},
};

/// sysexits has no code below 64; 2 is what the command line's own parser ends with.
const WRONG_USAGE: u8 = 2;

/// Tells when a matter is due and why
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The profile: A (重大), B (一般) or C (陳情)
    #[arg(long, value_parser = level)]
    profile: CaseLevel,
    /// When the matter was known, 2026-03-17T09:00+08:00; without an offset in Taipei
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: DateTime<Utc>,
    /// The district of the matter, 前鎮區; without it only closures of the whole city count
    #[arg(long)]
    district: Option<String>,
    /// Typhoon closures, JSON Lines of day, from, until, district, `valid_from`, note
    #[arg(long, value_name = "FILE")]
    closures: Option<PathBuf>,
    /// A folder of dictionaries that replaces the built-in one
    #[arg(long, value_name = "DIR")]
    dictionaries: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When dictionaries or closures cannot be read, or output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { profile: level, at, district, closures, dictionaries } = args;
    let city = dictionary::open(dictionaries.as_deref())?;
    let district = match district.map(|name| full_name(&city, &name).ok_or(name)).transpose() {
        Ok(district) => district,
        Err(name) => {
            complain(&format!("clarion: {name:?} is no district of the city; write its name, for example 前鎮區"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let (closures, complete) = match &closures {
        Some(path) => read_closures(&city, path)?,
        None => (Vec::new(), true),
    };
    let office = Office {
        deadlines: &city.deadlines,
        calendar: &city.calendar,
        closures: &closures,
        district: district.as_deref(),
    };
    let dues = city.deadlines.profile(level).map(|profile| due(profile, &office, at)).unwrap_or_default();
    for due in &dues {
        say(&serde_json::to_string(&DeadlineOut::new(level, due))?)?;
    }
    if let Some(warning) = stale(&city, &dues, SystemClock::start().now()) {
        say(&serde_json::to_string(&DeadlineNote::new(warning))?)?;
    }
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn level(name: &str) -> Result<CaseLevel, String> {
    let known = || CaseLevel::ALL.map(CaseLevel::name).join(", ");
    CaseLevel::from_name(name).ok_or_else(|| format!("{name:?} is no profile; write one of {}", known()))
}

fn time(written: &str) -> Result<DateTime<Utc>, String> {
    let read = wire::instant(written).filter(|at| (1912..=9999).contains(&taipei(*at).year()));
    read.ok_or_else(|| format!("{written:?} is no time; write it as 2026-03-17T09:00 or 2026-03-17T09:00:00+08:00"))
}

/// A district by its name or alias.
fn full_name(city: &City, name: &str) -> Option<String> {
    let name = name.trim();
    let is_it = |known: &&crate::domain::District| known.name == name || known.aliases.iter().any(|it| it == name);
    city.districts.iter().find(is_it).map(|district| district.name.clone())
}

/// Reads closures; says whether all lines could be.
fn read_closures(city: &City, path: &Path) -> anyhow::Result<(Vec<Closure>, bool)> {
    let written = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut closures, mut complete) = (Vec::new(), true);
    for (number, line) in (1..).zip(written.trim_start_matches('\u{feff}').lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match read_closure(city, line) {
            Ok(closure) => closures.push(closure),
            Err(fault) => {
                complete = false;
                complain(&format!("{} line {number}: {fault}", path.display()));
            }
        }
    }
    Ok((closures, complete))
}

/// A closure whose district is written by its name, so that it meets the matter's.
fn read_closure(city: &City, line: &str) -> Result<Closure, String> {
    let closure = wire::closure(line).map_err(|fault| fault.to_string())?;
    let Some(name) = &closure.district else { return Ok(closure) };
    let district = full_name(city, name).ok_or_else(|| format!("「{name}」不是本市行政區"))?;
    Ok(Closure { district: Some(district), ..closure })
}

/// Why the due times may be wrong: of the days they begin and end on, or of the calendar as a whole.
fn stale(city: &City, dues: &[Due], now: DateTime<Utc>) -> Option<CalendarWarning> {
    let day = |at| taipei(at).date_naive();
    let days = dues.iter().flat_map(|due| [day(due.known), day(due.at)]);
    let warnings = days.filter_map(|asked| city.calendar.warning(asked, day(now)));
    // That a day is missing says more than that the calendar ends soon.
    warnings.max_by_key(|warning| matches!(warning, CalendarWarning::Missing(_)))
}

fn complain(line: &str) {
    // Standard error may be closed; the exit code still tells.
    let _ = writeln!(std::io::stderr(), "{line}");
}
