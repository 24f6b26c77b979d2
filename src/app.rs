//! The composition root: the one place that names concrete adapters and puts the daemon together.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::Context;
use chrono::TimeDelta;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};

use crate::{
    auth::Accounts,
    clock::Clock,
    config::Config,
    convert::{self, Converter},
    dictionary::Dictionaries,
    domain::{Channel, City, SessionLimits, Source, Token},
    fetch::{self, Fetcher},
    lifecycle::{Readiness, Tasks, Watchdog},
    metrics::Metrics,
    notify::{self, Model, ModelSettings, Senders},
    pipeline::{Analyzer, Consistency},
    store::Store,
    web,
    workers::{
        Alarms, Bureau, Casework, Deadlines, Digests, Dispatch, Heartbeat, Poll, Quotas, Read, Recheck, Revisits,
        Shared, Upkeep,
    },
    workflow::{corrections::Judge, gate::GateRules},
};

/// How long a database server may take to come up, well inside the five minutes systemd gives the start.
const DATABASE_PATIENCE: Duration = Duration::from_mins(2);

/// Between two tries to reach it.
const DATABASE_PAUSE: Duration = Duration::from_secs(2);

/// A daemon that was started.
pub struct Daemon {
    /// Where the console listens.
    pub console: SocketAddr,
    /// Where Prometheus is answered.
    pub exposition: SocketAddr,
    /// The database.
    pub store: Store,
    /// Who may come in.
    pub accounts: Accounts,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Replaces the sources, for a reload.
    pub sources: watch::Sender<Arc<Vec<Source>>>,
}

/// The city's dictionaries: the built-in ones, or those of a folder.
///
/// # Errors
/// When a file is missing or wrong; the message names it.
pub fn city(folder: &Path) -> anyhow::Result<City> {
    if folder.as_os_str().is_empty() {
        Dictionaries::embedded().context("the built-in dictionaries cannot be read")
    } else {
        Dictionaries::load(folder).with_context(|| format!("dictionaries in {} cannot be read", folder.display()))
    }
}

/// Opens the database, binds both listeners and starts all loops.
///
/// # Errors
/// When an address is taken, the database cannot be opened, or the dictionaries are wrong. Nothing runs then.
pub async fn start(
    config: &Config,
    sources: Vec<Source>,
    clock: Arc<dyn Clock>,
    tasks: &mut Tasks,
) -> anyhow::Result<Daemon> {
    fetch::install_tls();
    let metrics = Arc::new(Metrics::new().context("the metrics cannot be registered")?);
    let console = listen(&config.http.listen, "http.listen").await?;
    let exposition = listen(&config.metrics.listen, "metrics.listen").await?;
    let (console_at, exposition_at) = (console.local_addr()?, exposition.local_addr()?);
    let store = open(&config.database.url, &metrics, clock.as_ref(), &tasks.stop()).await?;
    let city = Arc::new(city(&config.dictionaries.folder)?);
    let analyzer = Arc::new(Analyzer::new(&city)?);
    let accounts = accounts(config, store.clone(), Arc::clone(&clock), &city)?;
    let fetcher = Arc::new(Fetcher::new(settings(config)?, Arc::clone(&clock))?);
    metrics.build_info.with_label_values(&[env!("CARGO_PKG_VERSION"), store.kind()]).set(1);
    configured(&metrics, clock.as_ref(), true);
    begin_at_zero(&metrics, &city, &sources);
    let (sender, receiver) = watch::channel(Arc::new(sources));

    let shared = Shared::new(
        store.clone(),
        fetcher,
        Arc::clone(&analyzer),
        receiver.clone(),
        Arc::clone(&metrics),
        Arc::clone(&clock),
    );
    let (found, ready) = (Arc::new(Notify::new()), Readiness::default());
    let mut watchdog = Watchdog::default();
    let poll = Poll::new(shared.clone(), watchdog.watch("poll"), Arc::clone(&found));
    let read = Read::new(shared.clone(), watchdog.watch("read"), found, config.read.concurrency, config.read.attempts);
    let recheck = Recheck::new(shared.clone(), watchdog.watch("recheck"));
    let revisits = Revisits::new(shared.clone(), watchdog.watch("revisits"));
    let bureau = Arc::new(bureau(config, &city, console_at)?);
    let senders = Arc::new(senders(config, &bureau)?);
    let casework = Casework::new(shared.clone(), Arc::clone(&bureau), watchdog.watch("casework"));
    let deadlines = Deadlines::new(shared.clone(), Arc::clone(&bureau), watchdog.watch("deadlines"));
    let digests = Digests::new(shared.clone(), Arc::clone(&bureau), watchdog.watch("digests"));
    let heartbeat = heartbeat(config, &bureau);
    let alarms = Alarms::new(&shared, &bureau, &senders, &heartbeat, || watchdog.watch("alarms"));
    let pulse = watchdog.watch("quotas");
    let quotas = Quotas::new(shared.clone(), Arc::clone(&bureau), Arc::clone(&senders), config.quota.warn_below, pulse);
    let dispatch = Dispatch::new(shared.clone(), Arc::clone(&bureau), senders, watchdog.watch("dispatch"));
    let services = city.services.iter().map(|service| service.id.clone()).collect();
    let upkeep = Upkeep::new(shared, watchdog.watch("upkeep"), limits(config), services);
    let stop = tasks.stop();
    tasks.spawn("poll", poll.run(stop.clone()));
    tasks.spawn("read", read.run(stop.clone()));
    tasks.spawn("recheck", recheck.run(stop.clone()));
    tasks.spawn("revisits", revisits.run(stop.clone()));
    tasks.spawn("casework", casework.run(stop.clone()));
    tasks.spawn("deadlines", deadlines.run(stop.clone()));
    tasks.spawn("digests", digests.run(stop.clone()));
    tasks.spawn("dispatch", dispatch.run(stop.clone()));
    tasks.spawn("alarms", alarms.run(stop.clone()));
    tasks.spawn("quotas", quotas.run(stop.clone()));
    tasks.spawn("upkeep", upkeep.run(stop.clone()));
    tasks.spawn("watchdog", watchdog.run(stop.clone()));

    let (is_ready, stopping) = (ready.clone(), stop.clone());
    let pages = web::console(web::Console {
        store: store.clone(),
        metrics: Arc::clone(&metrics),
        segmenter: Arc::clone(analyzer.segmenter()),
        gate: Arc::new(GateRules::new(&city).context("the rules of the gate")?),
        disagreeing: disagreeing(&analyzer),
        judge: Arc::new(Judge::new(&city).context("the names of the city's bodies")?),
        base: bureau.public_url.clone(),
        office: bureau.office.clone(),
        converter: Arc::new(converter(config)),
        model: model(config)?,
        quota_warning: config.quota.warn_below,
        city,
        sources: receiver,
        clock,
        entrance: entrance(config, accounts.clone())?,
        ready: Arc::new(move || is_ready.get() && !stopping.is_cancelled()),
    })
    .context("http.public_url")?;
    let page = web::exposition(Arc::clone(&metrics), store.clone());
    tasks.spawn("console", logged(web::serve(console, pages, stop.clone())));
    tasks.spawn("exposition", logged(web::serve(exposition, page, stop)));
    ready.set(true);
    Ok(Daemon { console: console_at, exposition: exposition_at, store, accounts, metrics, sources: sender })
}

/// Holds drafts against earlier statements by the rules that reports are held against official ones by.
fn disagreeing(analyzer: &Arc<Analyzer>) -> web::Disagreeing {
    let consistency = Consistency::new(Arc::clone(analyzer));
    Arc::new(move |text, earlier, now| consistency.disagreements(text, earlier, now))
}

/// The office for which the daemon works. Links lead to where people open the console; without a configured address, to
/// the listener.
fn bureau(config: &Config, city: &Arc<City>, listener: SocketAddr) -> anyhow::Result<Bureau> {
    let url = match config.http.public_url.as_str() {
        "" => format!("http://{listener}/"),
        url => url.to_owned(),
    };
    Ok(Bureau {
        office: config.office().context("the channels")?,
        city: Arc::clone(city),
        public_url: url.parse().context("http.public_url")?,
    })
}

/// What makes PDF.
#[must_use]
pub fn converter(config: &Config) -> Converter {
    let section = &config.pdf;
    Converter::new(convert::Settings {
        program: section.program.clone(),
        patience: Duration::from_secs(section.seconds),
        at_once: section.at_once,
    })
}

/// The senders of all channels, with their secrets.
fn senders(config: &Config, bureau: &Bureau) -> anyhow::Result<Senders> {
    let source = bureau.public_url.as_str();
    let secrets = config.channel_secrets().context("the secrets of the channels")?;
    Senders::new(notify::Settings::new(source), secrets).context("the senders")
}

/// The language model that drafts can be tried on, where one is switched on.
fn model(config: &Config) -> anyhow::Result<Option<Arc<Model>>> {
    let section = &config.rewrite;
    if !section.enabled {
        return Ok(None);
    }
    let settings = ModelSettings {
        url: section.url.parse().context("rewrite.url")?,
        model: section.model.clone(),
        key: config.rewrite_key().map_err(anyhow::Error::msg)?,
        wait: Duration::from_secs(section.seconds),
        longest: section.longest_answer_bytes,
        allow_private: !section.private_host.is_empty(),
    };
    Ok(Some(Arc::new(Model::new(settings).context("the language model")?)))
}

/// Which webhooks are given signs of life.
fn heartbeat(config: &Config, bureau: &Bureau) -> Heartbeat {
    let section = &config.heartbeat;
    let is_one = |channel: &&Channel| section.channels.iter().any(|id| id == channel.id.as_str());
    Heartbeat {
        channels: bureau.office.channels.iter().filter(is_one).cloned().collect(),
        every: Duration::from_secs(section.every_seconds),
    }
}

/// Everything about the accounts of a store.
///
/// # Errors
/// When the system gives no random bytes.
pub fn accounts(config: &Config, store: Store, clock: Arc<dyn Clock>, city: &City) -> anyhow::Result<Accounts> {
    Accounts::new(store, clock, limits(config), city).context("accounts")
}

/// Where a set-up link leads; the path alone when nobody said at which address people open the console.
#[must_use]
pub fn set_up_link(config: &Config, listener: Option<SocketAddr>, token: &Token) -> String {
    let base = match (config.http.public_url.trim_end_matches('/'), listener) {
        ("", Some(listener)) => format!("http://{listener}"),
        (url, _) => url.to_owned(),
    };
    format!("{base}/setup/{}", token.reveal())
}

fn limits(config: &Config) -> SessionLimits {
    SessionLimits {
        idle: TimeDelta::minutes(config.auth.session_idle_minutes.into()),
        whole: TimeDelta::hours(config.auth.session_hours.into()),
    }
}

fn entrance(config: &Config, accounts: Accounts) -> anyhow::Result<web::Entrance> {
    let Config { http, auth, .. } = config;
    let networks = http.trusted_proxies.iter().map(|network| network.parse());
    Ok(web::Entrance {
        accounts,
        anyone_may_read: auth.anonymous_read || !auth.required,
        offers_log_in: auth.required,
        public_url: (!http.public_url.is_empty()).then(|| http.public_url.parse()).transpose()?,
        trusted_proxies: networks.collect::<Result<_, _>>().context("http.trusted_proxies")?,
    })
}

/// Opens the database. A server that starts together with this daemon is waited for.
async fn open(
    url: &str,
    metrics: &Arc<Metrics>,
    clock: &dyn Clock,
    stop: &crate::lifecycle::Stop,
) -> anyhow::Result<Store> {
    let begun = clock.monotonic();
    loop {
        let error = match Store::open(url, Arc::clone(metrics)).await {
            Ok(store) => {
                store.take_over().await?;
                return Ok(store);
            }
            Err(error) => error,
        };
        let may_come = url.starts_with("postgres") && error.retryable();
        if !may_come || clock.monotonic().saturating_sub(begun) > DATABASE_PATIENCE || stop.is_cancelled() {
            return Err(error.into());
        }
        tracing::warn!(%error, "the database does not answer yet, trying again");
        clock.sleep(DATABASE_PAUSE).await;
    }
}

/// Records whether the configuration could be read.
pub fn configured(metrics: &Metrics, clock: &dyn Clock, well: bool) {
    metrics.config_last_reload_successful.set(i64::from(well));
    if well {
        metrics.config_last_reload_success_timestamp_seconds.set(clock.now().timestamp() as f64);
    }
}

/// The label sets that are known beforehand exist from the first scrape on.
fn begin_at_zero(metrics: &Metrics, city: &City, sources: &[Source]) {
    let services: Vec<&str> = city.services.iter().map(|it| it.id.as_str()).collect();
    let agencies: Vec<&str> = city.agencies.iter().map(|it| it.name.as_str()).collect();
    let districts: Vec<&str> = city.districts.iter().map(|it| it.name.as_str()).collect();
    let outlets: Vec<&str> = sources.iter().map(|it| it.outlet.as_str()).collect();
    metrics.start_mentions_at_zero(&services, &agencies, &districts, &outlets);
}

async fn listen(address: &str, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is the port taken? Set {key} (port 0 takes a free one)"))
}

/// A listener as a task: what goes wrong is logged, and the task's end stops the process.
async fn logged(serving: impl Future<Output = std::io::Result<()>>) {
    if let Err(error) = serving.await {
        tracing::error!(%error, "a listener failed");
    }
}

fn settings(config: &Config) -> anyhow::Result<fetch::Settings> {
    let section = &config.fetch;
    let mut settings = fetch::Settings {
        user_agent: section.user_agent.replace("{contact}", &section.contact),
        spacing: Duration::from_secs_f64(section.spacing_seconds),
        ..fetch::Settings::default()
    };
    settings.timeouts.total = Duration::from_secs(section.timeout_seconds);
    settings.limits.decoded = section.max_body_bytes;
    if !section.proxy.is_empty() {
        let url = section.proxy.parse().context("fetch.proxy is not an address")?;
        settings.proxy = Some(fetch::Proxy { url, guards_targets: false });
    }
    Ok(settings)
}
