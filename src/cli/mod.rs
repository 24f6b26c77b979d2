//! The command line: one file a subcommand. Results go to standard output, logs and complaints to standard error;
//! exit codes are 0 done, 1 failed at run time, 2 wrong usage, 78 bad configuration (sysexits' `EX_CONFIG`).

mod analyze;
mod audit;
mod check;
mod check_config;
mod corrections;
mod demo;
mod dictionary;
mod eval;
mod extract;
mod facts;
mod feed;
mod learn;
mod lines;
mod robots;
mod run;
mod segment;
mod stories;
mod train;
mod user;

use std::{io::Write, path::Path, process::ExitCode, sync::Arc};

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::{
    config::{Config, ConfigError},
    metrics::Metrics,
    store::Store,
};

/// `EX_CONFIG` of sysexits.h: the configuration is wrong.
const BAD_CONFIGURATION: u8 = 78;

/// Watches what media say about a city's services and supports same-day clarification
#[derive(Debug, Parser)]
#[command(name = "clarion", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Demo(demo::Args),
    CheckConfig(check_config::Args),
    Analyze(analyze::Args),
    Stories(stories::Args),
    Check(check::Args),
    Segment(segment::Args),
    Extract(extract::Args),
    Feed(feed::Args),
    Facts(facts::Args),
    User(user::Args),
    Audit(audit::Args),
    Corrections(corrections::Args),
    Robots(robots::Args),
    Dictionary(dictionary::Args),
    Eval(eval::Args),
    Train(train::Args),
}

/// Parses the command line, runs it, and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(args) => run::run(args),
        Command::Demo(args) => demo::run(args),
        Command::CheckConfig(args) => check_config::run(args),
        Command::Analyze(args) => analyze::run(args),
        Command::Check(args) => check::run(args),
        Command::Stories(args) => stories::run(args),
        Command::Segment(args) => segment::run(args),
        Command::Extract(args) => extract::run(args),
        Command::Feed(args) => feed::run(args),
        Command::Facts(args) => facts::run(args),
        Command::User(args) => user::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Corrections(args) => corrections::run(args),
        Command::Robots(args) => robots::run(args),
        Command::Dictionary(args) => dictionary::run(args),
        Command::Eval(args) => eval::run(args),
        Command::Train(args) => train::run(args),
    };
    done.unwrap_or_else(|error| {
        // Standard error may be closed; the exit code still tells.
        let _ = writeln!(std::io::stderr(), "clarion: {error:#}");
        match error.downcast_ref::<ConfigError>() {
            Some(_) => ExitCode::from(BAD_CONFIGURATION),
            None => ExitCode::FAILURE,
        }
    })
}

/// Opens the database of a configuration and works on it; a daemon may be running on the same one.
fn with_store<T>(path: &Path, work: impl AsyncFnOnce(Config, Store) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let config = Config::load(path)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start a thread")?;
    runtime.block_on(async {
        let metrics = Arc::new(Metrics::new().context("the metrics cannot be registered")?);
        let store = Store::open(&config.database.url, metrics).await?;
        let done = work(config, store.clone()).await;
        store.close().await;
        done
    })
}

/// Writes one line to standard output.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
