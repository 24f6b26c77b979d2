//! `clarion demo`: a staged newsroom and the real daemon against it.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Context;

use crate::{
    demo::{self, Settings},
    telemetry::{self, LogFormat},
};

/// Plays a staged news day on this machine and watches it
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The console's port; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The port for Prometheus; 0 takes a free one
    #[arg(long, default_value_t = 9464)]
    metrics_port: u16,
    /// Plays the whole day in this time (such as 90s or 2m), checks it and ends
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    play_for: Option<Duration>,
    /// Where the report of what happened goes, with --for
    #[arg(long, value_name = "FILE", requires = "play_for")]
    report: Option<PathBuf>,
    /// What is logged on standard error
    #[arg(long, default_value = "error")]
    log: String,
}

/// Runs the command.
///
/// # Errors
/// When a port is taken or the daemon cannot start.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    telemetry::start(&args.log, LogFormat::Text);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let settings =
        Settings { port: args.port, metrics_port: args.metrics_port, play_for: args.play_for, report: args.report };
    let well = runtime.block_on(demo::play(settings))?;
    runtime.shutdown_background();
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `90s`, `2m` or plain seconds; a day played faster than five seconds outruns the machine.
fn span(written: &str) -> Result<Duration, String> {
    let (number, unit) = match written.strip_suffix('m') {
        Some(minutes) => (minutes, 60),
        None => (written.strip_suffix('s').unwrap_or(written), 1),
    };
    let seconds = number.parse::<u64>().map_err(|_| format!("{written:?} is no time; write 90s or 2m"))? * unit;
    if (5..=86_400).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err("write a time from 5s to 24 hours".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_seconds_or_minutes() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(span("30"), Ok(Duration::from_secs(30)));
        assert!(span("1s").is_err() && span("soon").is_err());
    }
}
