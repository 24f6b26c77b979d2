//! `clarion run`: the daemon.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context;

use super::say;
use crate::{
    app,
    clock::{Clock, SystemClock},
    config::{Config, LogStyle},
    lifecycle::{self, Ending, Tasks},
    telemetry::{self, LogFormat},
};

/// Runs the daemon until it is told to stop
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The configuration file
    #[arg(long, value_name = "FILE", default_value = "/etc/clarion/clarion.toml")]
    config: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong or the daemon cannot start.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let config = Config::load(&args.config)?;
    let format = match config.log.format {
        LogStyle::Text => LogFormat::Text,
        LogStyle::Json => LogFormat::Json,
    };
    telemetry::start(&config.log.level, format);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start threads")?;
    let ending = runtime.block_on(daemon(&config, args.config))?;
    runtime.shutdown_background();
    Ok(if ending == Ending::Asked { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn daemon(config: &Config, path: PathBuf) -> anyhow::Result<Ending> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
    let mut tasks = Tasks::listening().context("signals cannot be listened to")?;
    let sources = config.sources()?;
    let count = sources.len();
    let daemon = app::start(config, sources, Arc::clone(&clock), &mut tasks).await?;
    say(&format!("console http://{}  metrics http://{}/metrics", daemon.console, daemon.exposition))?;
    offer_first_account(config, &daemon).await?;
    let (store, metrics) = (daemon.store.clone(), Arc::clone(&daemon.metrics));
    let hangup = lifecycle::Hangup::listen().context("SIGHUP cannot be listened to")?;
    lifecycle::ready(&format!("{count} sources"));
    tracing::info!(sources = count, database = store.kind(), console = %daemon.console, "ready");
    let stop = tasks.stop();
    tasks.spawn("reload", async move {
        let reloading = lifecycle::on_hangup(hangup, stop, || match reload(&path) {
            Ok(sources) => {
                let count = sources.len();
                daemon.sources.send_replace(Arc::new(sources));
                app::configured(&daemon.metrics, clock.as_ref(), true);
                tracing::info!(sources = count, "the configuration was read again");
                format!("{count} sources")
            }
            Err(error) => {
                app::configured(&daemon.metrics, clock.as_ref(), false);
                tracing::error!("the configuration was not taken over: {error:#}");
                format!("the configuration is wrong, the old one stays: {error:#}")
            }
        });
        reloading.await;
    });
    let ending = tasks
        .run(|error| {
            metrics.task_panics_total.with_label_values(&["worker"]).inc();
            tracing::error!(%error, "a task panicked");
        })
        .await;
    store.close().await;
    Ok(ending)
}

/// Where nobody has an account yet, shows the link that sets up the first administrator's. It is a secret and goes to
/// standard output alone, once.
async fn offer_first_account(config: &Config, daemon: &app::Daemon) -> anyhow::Result<()> {
    if !config.auth.required {
        return Ok(());
    }
    if let Some(token) = daemon.accounts.first().await? {
        tracing::warn!("there is no account yet; the link that sets up the first one is on standard output");
        let link = app::set_up_link(config, Some(daemon.console), &token);
        say(&format!("set up the account admin within 24 hours: {link}"))?;
    }
    Ok(())
}

fn reload(path: &std::path::Path) -> anyhow::Result<Vec<crate::domain::Source>> {
    Ok(Config::load(path)?.sources()?)
}
