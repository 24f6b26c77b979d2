//! What a register of many official statements takes: memory, the time to build it, and reports checked a second on one
//! thread.

use std::{fmt, fs, time::Duration};

use rayon::prelude::*;

use super::releases::Press;
use crate::{
    check::{Checker, Fact, Level, Register},
    domain::City,
    pipeline::Analyzer,
};

/// Statements laid out at once: what the register does not keep of them, some twenty kilobytes each, is given back behind.
const BATCH: u64 = 1024;

/// Reports checked in one round, and rounds, of which the fastest counts: noise only ever slows one down. No two rounds
/// check the same reports, as none comes twice in the daemon.
const REPORTS: u64 = 500;
const ROUNDS: u64 = 5;

/// Of so many reports one is of something that no statement speaks of.
const UNKNOWN_ONE_IN: u64 = 4;

/// The least reports a second that are asked for against that many statements, and the most bytes a process may hold.
const TARGETS: [(u64, f64); 2] = [(10_000, 1000.0), (1_000_000, 200.0)];
const MOST_RESIDENT: f64 = 1.5 * GIBI;

const GIBI: f64 = 1024.0 * 1024.0 * 1024.0;
const MEBI: f64 = 1024.0 * 1024.0;

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Capacity {
    /// Statements held.
    pub statements: u64,
    /// Characters of one on average.
    pub characters: u64,
    /// How long laying them all out took, on all cores.
    pub building: Duration,
    /// Bytes of the register, and of the statements it holds laid out.
    pub bytes: (usize, usize),
    /// Bytes that the process holds after the checks, where the system says so.
    pub resident: Option<f64>,
    /// Reports laid out and checked in a second on one thread.
    pub rate: f64,
    /// Of these, the share for which there was an alert.
    pub alerts: f64,
}

/// Builds a register of invented statements and checks invented reports against it; `elapsed` reads a clock that never
/// goes back.
#[must_use]
pub fn measure(city: &City, analyzer: &Analyzer, statements: u64, elapsed: &dyn Fn() -> Duration) -> Capacity {
    let press = Press::new(city);
    let began = elapsed();
    let (register, characters) = register(analyzer, &press, statements);
    let building = elapsed().saturating_sub(began);
    let checker = analyzer.checker(register);
    let mut fastest = Duration::MAX;
    let mut alerts = 0;
    for round in 0..ROUNDS {
        let (took, found) = check(analyzer, &press, &checker, (statements, round), elapsed);
        fastest = fastest.min(took);
        alerts += found;
    }
    Capacity {
        statements,
        characters: characters / statements.max(1),
        building,
        bytes: checker.register().bytes(),
        resident: resident(),
        rate: REPORTS as f64 / fastest.as_secs_f64().max(f64::MIN_POSITIVE),
        alerts: alerts as f64 / (REPORTS * ROUNDS) as f64,
    }
}

/// A register of that many statements, and how many characters they have.
fn register(analyzer: &Analyzer, press: &Press<'_>, statements: u64) -> (Register, u64) {
    let mut register = analyzer.register(Vec::new());
    let mut characters = 0;
    for first in (0..statements).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        let numbers = first..statements.min(first + BATCH);
        let facts: Vec<(Fact, usize)> = numbers.into_par_iter().map(|number| fact(analyzer, press, number)).collect();
        characters += facts.iter().map(|it| it.1 as u64).sum::<u64>();
        register = register.with(facts.into_iter().map(|it| it.0).collect());
    }
    (register, characters)
}

fn fact(analyzer: &Analyzer, press: &Press<'_>, number: u64) -> (Fact, usize) {
    let it = press.statement(number);
    let published = Some(it.published);
    let url = format!("https://www.example.gov.tw/news/{number}");
    let fact = Fact {
        sheet: analyzer.sheet(&it.title, &it.text, published),
        id: url.clone(),
        agency: it.agency,
        published,
        valid_from: None,
        valid_to: None,
        url: Some(url),
    };
    (fact, it.text.chars().count())
}

/// One round: how long it took and how many alerts there were.
fn check(
    analyzer: &Analyzer,
    press: &Press<'_>,
    checker: &Checker,
    (statements, round): (u64, u64),
    elapsed: &dyn Fn() -> Duration,
) -> (Duration, u64) {
    let spread = (statements / REPORTS).max(1);
    let number = |at: u64| {
        let known = (at * spread + round * spread / ROUNDS) % statements.max(1);
        if at.is_multiple_of(UNKNOWN_ONE_IN) { statements + known } else { known }
    };
    let reports: Vec<_> = (0..REPORTS).map(|at| press.report(number(at))).collect();
    let began = elapsed();
    let alerts = reports.iter().filter(|it| {
        let sheet = analyzer.sheet(&it.title, &it.text, Some(it.published));
        checker.check(&sheet, Some(it.published)).level > Level::None
    });
    let alerts = alerts.count() as u64;
    (elapsed().saturating_sub(began), alerts)
}

/// The bytes that this process holds in memory, by Linux (proc(5), `VmRSS`).
fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kibi| kibi * 1024.0)
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { statements, characters, building, bytes: (kept, laid_out), resident, rate, alerts } = self;
        let said = |reached: bool| if reached { "reached" } else { "NOT REACHED" };
        write!(
            f,
            "check against {statements} statements of {characters} characters: {rate:.0} reports/s on one thread"
        )?;
        if let Some((_, target)) = TARGETS.iter().find(|it| it.0 == *statements) {
            write!(f, "  target {target:.0}  {}", said(rate >= target))?;
        }
        let (each, laid_out) = (kept / usize::try_from(*statements).unwrap_or(1).max(1), *laid_out as f64 / MEBI);
        write!(
            f,
            "\n    {each} bytes a statement, {laid_out:.0} MiB laid out, built in {:.1} s, {:.0} % alerts",
            building.as_secs_f64(),
            alerts * 100.0
        )?;
        match resident {
            Some(resident) => {
                let reached = said(*resident <= MOST_RESIDENT);
                write!(f, ", {:.0} MiB resident  target {:.0}  {reached}", resident / MEBI, MOST_RESIDENT / MEBI)
            }
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Dictionaries;

    /// Bytes of a statement of two hundred characters with its part of the index, so that a million take less than half of
    /// what they may.
    const MOST_EACH: usize = 760;

    #[test]
    fn a_statement_takes_few_bytes() {
        let city = Dictionaries::embedded().unwrap();
        let analyzer = Analyzer::new(&city).unwrap();
        let (register, characters) = register(&analyzer, &Press::new(&city), 5000);
        assert_eq!(register.len(), 5000);
        assert!((180..220).contains(&(characters / 5000)), "{characters}");
        let (kept, laid_out) = register.bytes();
        assert!(kept / 5000 <= MOST_EACH, "{}", kept / 5000);
        assert!(laid_out > kept, "sheets are held while there is room");
    }
}
