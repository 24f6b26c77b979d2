//! `clarion demo`: a staged newsroom on loopback and the real daemon against it, over real HTTP, on a database in a
//! temporary folder. Outlets, events and texts are invented.

mod account;
mod casework;
pub mod day;
mod guests;
pub mod newsroom;
mod receiver;
mod sources;
mod staff;

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use chrono::{DateTime, Utc};
use ulid::Ulid;

use crate::{
    app::{self, Daemon},
    clock::{Clock, ScaledClock},
    config::{ChannelSection, Config, ContactSection},
    domain::taipei,
    lifecycle::{Ending, Tasks},
    store::{Filter, Tally},
};
use account::Account;
use day::Day;
use guests::{Guest, Guests};
use newsroom::Newsroom;
use receiver::{Counts, Receiver};
use staff::Staff;

/// How long the staged day takes when nothing else is asked for.
const USUAL_PLAY: Duration = Duration::from_secs(90);

/// Real time between two status lines.
const STATUS_EVERY: Duration = Duration::from_millis(500);

/// Looks at the outbox after the day, half a second apart, before it is judged with what has not arrived.
const MOST_WAITS: usize = 20;

/// Staged time after the last report in which sources are polled once more before the day is judged.
const AFTERMATH: chrono::TimeDelta = chrono::TimeDelta::minutes(30);

/// What the command line asks for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The console's port.
    pub port: u16,
    /// The port for Prometheus.
    pub metrics_port: u16,
    /// Plays the day in this time, judges it and ends.
    pub play_for: Option<Duration>,
    /// Where the report goes.
    pub report: Option<PathBuf>,
}

/// Plays the day. Without a time to play for it stays up until it is stopped; with one it says whether every step
/// of the story took place.
///
/// # Errors
/// When a port is taken, a staged text is wrong, or the daemon cannot start.
pub async fn play(settings: Settings) -> anyhow::Result<bool> {
    let day = Arc::new(Day::staged()?);
    let end = day.closes + AFTERMATH;
    let staged = (end - day.opens).to_std().unwrap_or_default();
    let real = settings.play_for.unwrap_or(USUAL_PLAY);
    let factor = u32::try_from(staged.as_millis() / real.as_millis().max(1)).unwrap_or(u32::MAX).max(1);
    let clock: Arc<dyn Clock> = Arc::new(ScaledClock::start(day.opens, end, factor));

    let folder = std::env::temp_dir().join(format!("clarion-demo-{}", Ulid::generate().to_string()));
    let mut tasks = Tasks::listening().context("signals cannot be listened to")?;
    let newsroom = Newsroom::open(Arc::clone(&day), Arc::clone(&clock)).context("the staged newsroom")?;
    let sources = newsroom.sources();
    let outlets = sources.len();
    let newsroom = newsroom.run(tasks.stop());
    tasks.spawn("newsroom", newsroom);
    let receiver = Receiver::open().context("the staged receiver of messages")?;
    let counts = receiver.counts();
    let config = config(&settings, &folder, &receiver)?;
    tasks.spawn("receiver", receive(receiver, tasks.stop()));
    let daemon = app::start(&config, sources, Arc::clone(&clock), &mut tasks).await?;
    let stage = Stage { day, daemon, clock, factor, counts };
    stage.introduce(outlets, real)?;
    let Guests { officer, keys } = guests::introduce(&stage.daemon.accounts, &stage.daemon.store).await?;
    let mut staff = Staff::new(format!("http://{}/", stage.daemon.console).parse()?, keys)?;

    let stop = tasks.stop();
    let (store, judged) = (stage.daemon.store.clone(), settings.play_for.is_some());
    let (say, hear) = tokio::sync::oneshot::channel();
    tasks.spawn("status", async move {
        let account = stage.watch(&stop, end, judged.then_some(&officer), &mut staff).await;
        if let Err(error) = &account {
            tracing::error!("the demo cannot be watched: {error:#}");
        }
        stop.cancel();
        // The receiver is gone only when the process is ending anyway.
        drop(say.send(account));
    });
    let ending = tasks.run(|error| tracing::error!(%error, "a task panicked")).await;
    store.close().await;
    // A leftover folder in the system's temporary place harms nobody.
    drop(std::fs::remove_dir_all(&folder));
    if !judged {
        return Ok(ending == Ending::Asked);
    }
    let account = hear.await.context("the demo was stopped before it was judged")??;
    account.tell(settings.report.as_deref())?;
    Ok(account.ok)
}

/// Takes messages until the stop; what goes wrong is logged, and the task's end stops the demo.
async fn receive(receiver: Receiver, stop: crate::lifecycle::Stop) {
    if let Err(error) = receiver.run(stop).await {
        tracing::error!(%error, "the staged receiver failed");
    }
}

/// A key for the demo's webhooks, as Standard Webhooks write it. It protects nothing: both ends are this process.
const WEBHOOK_KEY: &str = "whsec_Y2xhcmlvbi1kZW1vLXdlYmhvb2sta2V5LTAwMDE=";

fn config(settings: &Settings, folder: &std::path::Path, receiver: &Receiver) -> anyhow::Result<Config> {
    let mut config = Config::default();
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let secret_file = folder.join("webhook-key");
    std::fs::write(&secret_file, WEBHOOK_KEY).with_context(|| format!("cannot write {}", secret_file.display()))?;
    for (audience, name) in [("staff", "值勤通知（示範）"), ("public", "對外發布（示範）")] {
        config.channels.push(ChannelSection {
            id: audience.to_owned(),
            name: name.to_owned(),
            kind: "webhook".to_owned(),
            audience: audience.to_owned(),
            url: receiver.address(audience)?.to_string(),
            secret_file: secret_file.clone(),
            min_level: "none".to_owned(),
            allow_private: true,
            enabled: true,
            ..ChannelSection::default()
        });
    }
    "高雄市政府新聞局".clone_into(&mut config.office.name);
    config.contacts.push(ContactSection {
        agency: String::new(),
        name: "王小明".to_owned(),
        post: "股長".to_owned(),
        telephone: "07-0000000#0100".to_owned(),
    });
    config.database.url = format!("sqlite:{}", folder.join("clarion.db").display());
    config.http.listen = format!("127.0.0.1:{}", settings.port);
    config.auth.anonymous_read = true;
    // The staged clock runs through half an hour in some seconds, and nobody is to be logged out by that.
    config.auth.session_idle_minutes = 7 * 24 * 60;
    config.auth.session_hours = 7 * 24;
    config.metrics.listen = format!("127.0.0.1:{}", settings.metrics_port);
    Ok(config)
}

/// The staged day under way.
struct Stage {
    day: Arc<Day>,
    daemon: Daemon,
    clock: Arc<dyn Clock>,
    factor: u32,
    counts: Arc<Counts>,
}

impl Stage {
    fn introduce(&self, outlets: usize, real: Duration) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            "澄訊 Clarion 示範：{}，{outlets} 個虛構來源",
            crate::domain::roc_date(taipei(self.day.opens).date_naive())
        )?;
        writeln!(out, "  主控台  http://{}/", self.daemon.console)?;
        writeln!(out, "  指標    http://{}/metrics", self.daemon.exposition)?;
        writeln!(
            out,
            "  全日 {} 則報導將於 {} 秒內播完（{} 倍速），之後主控台持續開啟；按 Ctrl+C 結束。",
            self.day.reports.len(),
            real.as_secs(),
            self.factor
        )?;
        out.flush()
    }

    /// Shows the day as it passes. When an officer is to judge it, returns the account at the end of the day; otherwise
    /// goes on until the stop.
    async fn watch(
        &self,
        stop: &crate::lifecycle::Stop,
        end: DateTime<Utc>,
        officer: Option<&Guest>,
        staff: &mut Staff,
    ) -> anyhow::Result<Account> {
        let mut account = Account::new(self.factor);
        let terminal = std::io::stdout().is_terminal();
        let (mut shown, usual) = (String::new(), STATUS_EVERY * self.factor);
        loop {
            account.observe(&self.day, &self.daemon, self.clock.as_ref()).await?;
            staff.work(&self.day, self.clock.now()).await?;
            let line = self.status().await?;
            if line != shown {
                let mut out = std::io::stdout().lock();
                if terminal {
                    // Returns to the line's beginning and clears it, so that the status stays on one line.
                    write!(out, "\r\u{1b}[2K{line}")?;
                } else {
                    writeln!(out, "{line}")?;
                }
                out.flush()?;
                shown = line;
            }
            let over = self.clock.now() >= end;
            if let Some(officer) = officer.filter(|_| over) {
                if terminal {
                    writeln!(std::io::stdout())?;
                }
                self.settled().await?;
                account.casework(&self.day, staff, &self.counts).await?;
                account.judge(&self.day, &self.daemon, officer).await?;
                return Ok(account);
            }
            // A wait across the end of the day would go on at normal speed.
            let left = (end - self.clock.now()).to_std().unwrap_or(STATUS_EVERY);
            let pause = usual.min(left).max(STATUS_EVERY);
            tokio::select! {
                () = stop.cancelled() => return Ok(account),
                () = self.clock.sleep(pause) => {}
            }
        }
    }

    /// Waits a little for the last messages: the day is over, and what was written in it may still be on its way.
    async fn settled(&self) -> anyhow::Result<()> {
        for _ in 0..MOST_WAITS {
            let messages = self.daemon.store.count_messages().await?;
            if !messages.iter().any(|(_, state, ..)| state == "waiting") {
                break;
            }
            self.clock.sleep(STATUS_EVERY).await;
        }
        Ok(())
    }

    async fn status(&self) -> anyhow::Result<String> {
        let store = &self.daemon.store;
        let all = store.reports(&Filter { singly: true, ..Filter::default() }, None, 1).await?.total;
        let ours =
            store.reports(&Filter { in_scope: Some(true), singly: true, ..Filter::default() }, None, 1).await?.total;
        let Tally { sentiments, .. } = store.tally().await?;
        let negative = sentiments.iter().find(|(name, _)| name == "negative").map_or(0, |(_, n)| *n);
        let states = store.source_states().await?;
        let troubled = states.iter().filter(|(_, state)| state.trouble.is_some()).count();
        let now = taipei(self.clock.now()).format("%H:%M");
        Ok(format!("{now}  報導 {all:>3}  市政相關 {ours:>3}  對市府負面 {negative:>3}  異常來源 {troubled}"))
    }
}
