//! Starting, stopping and being watched: signals, tasks, and what systemd is told.
//!
//! A soft stop lets work in hand end and takes no more; a second signal, or the end of the grace period, is a hard
//! stop. A task that dies stops the process: half a daemon is worse than none, and systemd starts it anew.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use sd_notify::NotifyState;
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::{JoinError, JoinSet},
};
use tokio_util::sync::CancellationToken;

/// How long a soft stop may take before it becomes a hard one; systemd's own limit is 90 s.
pub const GRACE: Duration = Duration::from_secs(25);

/// Asks everybody to stop, softly.
pub type Stop = CancellationToken;

/// Why the process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was asked to.
    Asked,
    /// A task died.
    Died,
    /// It was asked twice, or the grace period was over.
    Forced,
}

/// The tasks of the process.
#[derive(Debug)]
pub struct Tasks {
    stop: Stop,
    running: JoinSet<&'static str>,
    died: bool,
    signals: Signals,
}

impl Tasks {
    /// No tasks yet. Signals are listened to from now on: one that comes before the daemon is up must not end it
    /// halfway.
    ///
    /// # Errors
    /// When the signals cannot be listened to.
    pub fn listening() -> std::io::Result<Self> {
        Ok(Self { stop: Stop::new(), running: JoinSet::new(), died: false, signals: Signals::listen()? })
    }

    /// What every task listens to.
    #[must_use]
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Starts a task that runs until the stop; ending earlier counts as dying.
    pub fn spawn(&mut self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.running.spawn(async move {
            task.await;
            if !stop.is_cancelled() {
                tracing::error!(task = name, "a task ended by itself");
            }
            name
        });
    }

    /// Waits for a signal or a dead task, then stops everything.
    pub async fn run(mut self, mut on_panic: impl FnMut(&JoinError)) -> Ending {
        let stop = self.stop.clone();
        tokio::select! {
            () = self.signals.stop() => tracing::info!("stopping: a signal asked for it"),
            () = stop.cancelled() => tracing::info!("stopping"),
            ended = self.running.join_next() => {
                if let Some(Err(error)) = &ended {
                    on_panic(error);
                }
                // A task that ends because of the stop may be seen before the stop itself.
                self.died = !stop.is_cancelled() || matches!(ended, Some(Err(_)));
                if self.died {
                    tracing::error!("stopping: a task died");
                }
            }
        }
        stop.cancel();
        tell(&[NotifyState::Stopping]);
        let all = async {
            while let Some(ended) = self.running.join_next().await {
                if let Err(error) = ended {
                    self.died = true;
                    on_panic(&error);
                }
            }
        };
        tokio::select! {
            () = all => {}
            () = self.signals.stop() => return Ending::Forced,
            () = grace() => {
                tracing::warn!("stopping hard: tasks did not end in time");
                return Ending::Forced;
            }
        }
        if self.died { Ending::Died } else { Ending::Asked }
    }
}

#[expect(clippy::disallowed_methods, reason = "the grace period is real time, whatever clock the daemon runs on")]
async fn grace() {
    tokio::time::sleep(GRACE).await;
}

#[derive(Debug)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// SIGHUP, which asks for the configuration to be read again. It must be listened to before systemd is told that the
/// daemon is ready: unheard, the signal ends the process.
#[derive(Debug)]
pub struct Hangup(Signal);

impl Hangup {
    /// Listens from now on.
    ///
    /// # Errors
    /// When the signal cannot be listened to.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }
}

/// Calls `reload` at every SIGHUP until the stop. What it returns goes to systemd as the status line.
pub async fn on_hangup(mut hangup: Hangup, stop: Stop, mut reload: impl FnMut() -> String + Send) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.0.recv() => {
                let status = reload();
                tell(&[NotifyState::Status(&status)]);
            }
        }
    }
}

/// Tells systemd that the daemon is ready and what it does. Without systemd this does nothing.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}

/// Signs of life of one loop.
#[derive(Debug, Clone, Default)]
pub struct Pulse(Arc<AtomicU64>);

impl Pulse {
    /// The loop is alive.
    pub fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Pings systemd's watchdog, but only while every loop has shown a sign of life since the last ping: a daemon whose
/// scheduler hangs must be restarted even though its web pages still answer.
#[derive(Debug, Default)]
pub struct Watchdog {
    pulses: Vec<(&'static str, Pulse)>,
}

impl Watchdog {
    /// A pulse for one more loop.
    pub fn watch(&mut self, name: &'static str) -> Pulse {
        let pulse = Pulse::default();
        self.pulses.push((name, pulse.clone()));
        pulse
    }

    /// Runs until the stop. Without a watchdog it only waits.
    pub async fn run(self, stop: Stop) {
        let Some(limit) = sd_notify::watchdog_enabled() else {
            stop.cancelled().await;
            return;
        };
        let mut every = tokio::time::interval(limit / 3);
        let mut seen: Vec<u64> = vec![u64::MAX; self.pulses.len()];
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = every.tick() => {}
            }
            let now: Vec<u64> = self.pulses.iter().map(|(_, pulse)| pulse.count()).collect();
            let silent: Vec<_> = self
                .pulses
                .iter()
                .zip(now.iter().zip(&seen))
                .filter(|(_, (now, seen))| now == seen)
                .map(|((name, _), _)| *name)
                .collect();
            if silent.is_empty() {
                tell(&[NotifyState::Watchdog]);
                seen = now;
            } else {
                tracing::warn!(loops = silent.join(" "), "no sign of life, the watchdog is not pinged");
            }
        }
    }
}

/// A switch that says whether the daemon is up, shared between the loops and `/readyz`.
#[derive(Debug, Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Sets it.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Release);
    }

    /// Reads it.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_task_that_ends_by_itself_stops_the_others() {
        let mut tasks = Tasks::listening().unwrap();
        let stop = tasks.stop();
        tasks.spawn("steady", async move { stop.cancelled().await });
        tasks.spawn("dying", async {});
        assert_eq!(tasks.run(|_| {}).await, Ending::Died);
    }

    #[tokio::test]
    async fn a_soft_stop_waits_for_work_in_hand() {
        let mut tasks = Tasks::listening().unwrap();
        let (stop, ended) = (tasks.stop(), Arc::new(AtomicBool::new(false)));
        let (listening, flag) = (stop.clone(), Arc::clone(&ended));
        tasks.spawn("working", async move {
            listening.cancelled().await;
            tokio::task::yield_now().await;
            flag.store(true, Ordering::SeqCst);
        });
        stop.cancel();
        assert_eq!(tasks.run(|_| {}).await, Ending::Asked);
        assert!(ended.load(Ordering::SeqCst));
    }
}
