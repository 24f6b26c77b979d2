//! The pace a host can bear: one fetch at a time, with a pause between two starts.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Mutex as Gate, OwnedMutexGuard};
use url::Url;

use crate::clock::Clock;

/// Hosts remembered before those that may be asked again anyway are forgotten.
const HOSTS: usize = 4096;

/// Hands out turns. A host is a name or address with its port, since two ports are two servers.
pub struct Politeness {
    clock: Arc<dyn Clock>,
    spacing: Duration,
    /// For each host the time from which it may be asked, behind a lock that is held for as long as it is asked.
    /// The lock queues fairly.
    gates: Mutex<HashMap<String, Arc<Gate<Duration>>>>,
    /// Hosts that asked for a pause, and until when.
    pauses: Mutex<HashMap<String, Duration>>,
}

/// A host's turn, over when dropped.
pub struct Permit {
    host: String,
    started: Duration,
    next: OwnedMutexGuard<Duration>,
}

impl Permit {
    /// Whether this turn is for the host of `url`.
    #[must_use]
    pub fn is_for(&self, url: &Url) -> bool {
        self.host == host(url)
    }

    /// Lets the next turn begin no earlier than `delay` after this one.
    pub fn space(&mut self, delay: Duration) {
        *self.next = (*self.next).max(self.started.saturating_add(delay));
    }
}

impl Politeness {
    /// Turns on `clock`'s monotonic time, their starts `spacing` apart on one host.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, spacing: Duration) -> Self {
        Self { clock, spacing, gates: Mutex::default(), pauses: Mutex::default() }
    }

    /// Waits for the turn of `url`'s host, in the order of asking. Dropping the future gives the place up.
    pub async fn turn(&self, url: &Url) -> Permit {
        let host = host(url);
        let mut next = self.gate(&host).lock_owned().await;
        self.clock.sleep_until(*next).await;
        let started = self.clock.monotonic();
        *next = started.saturating_add(self.spacing);
        Permit { host, started, next }
    }

    /// Keeps `url`'s host unasked for `span`, as it wished.
    pub fn pause(&self, url: &Url, span: Duration) {
        let now = self.clock.monotonic();
        let mut pauses = locked(&self.pauses);
        if pauses.len() >= HOSTS {
            pauses.retain(|_, until| *until > now);
        }
        pauses.insert(host(url), now.saturating_add(span));
    }

    /// What is left of the pause of `url`'s host.
    #[must_use]
    pub fn paused(&self, url: &Url) -> Option<Duration> {
        let until = *locked(&self.pauses).get(&host(url))?;
        until.checked_sub(self.clock.monotonic()).filter(|left| !left.is_zero())
    }

    fn gate(&self, host: &str) -> Arc<Gate<Duration>> {
        let mut gates = locked(&self.gates);
        if gates.len() >= HOSTS {
            let now = self.clock.monotonic();
            // A gate that is locked or waited for is in use; an open one whose time has come says nothing new.
            gates.retain(|_, gate| gate.try_lock().map_or(true, |next| *next > now) || Arc::strong_count(gate) > 1);
        }
        Arc::clone(gates.entry(host.to_owned()).or_default())
    }
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// The maps are whole after every statement, so a panic elsewhere leaves them usable.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, timeout};

    use super::*;
    use crate::clock::SystemClock;

    fn politeness() -> Politeness {
        Politeness::new(Arc::new(SystemClock::start()), Duration::from_secs(1))
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn starts_on_one_host_are_a_second_apart_and_hosts_do_not_wait_for_each_other() {
        let (politeness, begun) = (politeness(), Instant::now());
        for _ in 0..3 {
            drop(politeness.turn(&url("http://a.tw/x")).await);
        }
        assert_eq!(begun.elapsed().as_secs(), 2);
        drop(politeness.turn(&url("http://b.tw/")).await);
        drop(politeness.turn(&url("http://a.tw:8080/")).await);
        assert_eq!(begun.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_turn_at_a_time_in_the_order_of_asking() {
        let (politeness, site) = (politeness(), url("https://a.tw/"));
        let first = politeness.turn(&site).await;
        assert!(timeout(Duration::from_mins(1), politeness.turn(&site)).await.is_err());
        drop(first);
        let order = Mutex::new(Vec::new());
        let ask = |number: u32| {
            let (politeness, site, order) = (&politeness, &site, &order);
            async move {
                let _turn = politeness.turn(site).await;
                order.lock().unwrap().push(number);
            }
        };
        futures_util::future::join_all((0..20).map(ask)).await;
        assert_eq!(order.into_inner().unwrap(), (0..20).collect::<Vec<_>>());
    }

    #[tokio::test(start_paused = true)]
    async fn a_crawl_delay_widens_the_space() {
        let (politeness, site, begun) = (politeness(), url("https://a.tw/"), Instant::now());
        politeness.turn(&site).await.space(Duration::from_secs(30));
        drop(politeness.turn(&site).await);
        assert_eq!(begun.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_when_it_is_over() {
        let (politeness, site) = (politeness(), url("https://a.tw/"));
        politeness.pause(&site, Duration::from_mins(1));
        assert_eq!(politeness.paused(&site), Some(Duration::from_mins(1)));
        assert_eq!(politeness.paused(&url("https://b.tw/")), None);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(politeness.paused(&site), None);
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_are_forgotten_when_there_are_many() {
        let politeness = politeness();
        for number in 0..HOSTS + 10 {
            drop(politeness.turn(&url(&format!("http://h{number}.tw/"))).await);
            tokio::time::advance(Duration::from_millis(2)).await;
        }
        assert!(politeness.gates.lock().unwrap().len() < HOSTS);
    }
}
