//! The command line: one file a subcommand. Results go to standard output, logs and complaints to standard error;
//! exit codes are 0 done, 1 failed at run time, 2 wrong usage, 78 bad configuration (sysexits' `EX_CONFIG`).

mod analyze;
mod audit;
mod cases;
mod check;
mod check_config;
mod corrections;
mod deadline;
mod demo;
mod dictionary;
mod digest;
mod eval;
mod extract;
mod facts;
mod faq;
mod feed;
mod learn;
mod lines;
mod openapi;
mod report;
mod robots;
mod run;
mod satisfaction;
mod segment;
mod stories;
mod train;
mod user;

use std::{
    io::{Read, Write},
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use clap::{Parser, Subcommand};
use url::Url;

use crate::{
    config::{Config, ConfigError},
    extract::charset,
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
    Faq(faq::Args),
    Deadline(deadline::Args),
    Cases(cases::Args),
    Digest(digest::Args),
    Report(report::Args),
    Satisfaction(satisfaction::Args),
    User(user::Args),
    Audit(audit::Args),
    Corrections(corrections::Args),
    Robots(robots::Args),
    #[command(name = "openapi")]
    OpenApi(openapi::Args),
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
        Command::Faq(args) => faq::run(args),
        Command::Deadline(args) => deadline::run(args),
        Command::Cases(args) => cases::run(args),
        Command::Digest(args) => digest::run(args),
        Command::Report(args) => report::run(args),
        Command::Satisfaction(args) => satisfaction::run(args),
        Command::User(args) => user::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Corrections(args) => corrections::run(args),
        Command::Robots(args) => robots::run(args),
        Command::OpenApi(args) => openapi::run(args),
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

/// In which form a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values, UTF-8 with a mark, as spreadsheets open them
    Csv,
    /// A spreadsheet of `OpenDocument`
    Ods,
    /// A page
    Html,
    /// JSON
    Json,
}

/// Where people open the console: where the configuration says, else where it listens.
fn base(config: &Config) -> anyhow::Result<Url> {
    let url = match config.http.public_url.as_str() {
        "" => format!("http://{}/", config.http.listen),
        url => url.to_owned(),
    };
    url.parse().context("http.public_url")
}

/// The text of a file. Tables of offices are often in Big5.
fn input(file: &Path) -> anyhow::Result<String> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        bytes
    } else {
        std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => Ok(charset::decode(error.as_bytes(), None)
            .with_context(|| format!("{} is in no encoding that can be read; convert it to UTF-8", file.display()))?
            .text),
    }
}

/// Writes a whole file, or to standard output.
fn output(path: Option<&Path>, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(path) = path {
        return std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()));
    }
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).context("cannot write to standard output")
}

/// Writes one line to standard output.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
