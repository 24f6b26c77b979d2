//! The loops: each has a `tick` that does what is due once, and a `run` that does so until the stop. They join the
//! pure stages to the network and the database and decide as little as possible themselves.

mod alarms;
mod announced;
mod bursts;
mod casework;
mod deadlines;
mod digest;
mod dispatch;
mod folder;
mod keeping;
mod officials;
mod page;
mod poll;
mod quotas;
mod read;
mod recheck;
mod revisit;
mod story;
mod understand;
mod upkeep;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;
use url::Url;

use crate::{
    clock::Clock,
    domain::{Case, CaseState, City, Office, Source},
    fetch::{Fetcher, Guard, GuardError},
    metrics::Metrics,
    pipeline::Analyzer,
    store::{CaseFilter, Store, StoreError},
};

pub use alarms::{Alarms, Heartbeat};
pub use casework::Casework;
pub use deadlines::Deadlines;
pub use digest::Digests;
pub use dispatch::Dispatch;
pub use poll::Poll;
pub use quotas::Quotas;
pub use read::Read;
pub use recheck::Recheck;
pub use revisit::Revisits;
pub use upkeep::Upkeep;

/// Cases read at once.
const CASES_AT_ONCE: usize = 200;

/// The sources as they are configured now; replaced as a whole on reload.
pub type Sources = watch::Receiver<Arc<Vec<Source>>>;

/// The office for which the loops work.
#[derive(Debug, Clone)]
pub struct Bureau {
    /// Who it is, whom the press may ask, by what people are told.
    pub office: Office,
    /// What the dictionaries say of the city.
    pub city: Arc<City>,
    /// Where people open the console; links begin with it.
    pub public_url: Url,
}

impl Bureau {
    /// Where a page of the console is found, when it has an address.
    fn address(&self, path: &str) -> Option<Url> {
        self.public_url.join(path).ok()
    }
}

/// What all loops share.
#[derive(Clone)]
pub struct Shared {
    /// The database.
    pub store: Store,
    /// The way to outside sites.
    pub fetcher: Arc<Fetcher>,
    /// Dictionaries and models.
    pub analyzer: Arc<Analyzer>,
    /// Where reports come from.
    pub sources: Sources,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Official statements.
    register: officials::Register,
    guards: Guards,
}

type Guards = Arc<Mutex<HashMap<Vec<String>, Arc<Guard>>>>;

impl Shared {
    /// Everything the loops need, with no guard made and no official statement known yet.
    #[must_use]
    pub fn new(
        store: Store,
        fetcher: Arc<Fetcher>,
        analyzer: Arc<Analyzer>,
        sources: Sources,
        metrics: Arc<Metrics>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let register = officials::Register::new(analyzer.no_officials());
        Self { store, fetcher, analyzer, sources, metrics, clock, register, guards: Guards::default() }
    }

    /// Every case that waits for an answer.
    async fn waiting_cases(&self) -> Result<Vec<Case>, StoreError> {
        let filter = CaseFilter {
            states: CaseState::ALL.into_iter().filter(|state| state.awaits_answer()).collect(),
            ..CaseFilter::default()
        };
        let (mut before, mut open) = (None, Vec::new());
        loop {
            let page = self.store.cases(&filter, before, CASES_AT_ONCE).await?;
            open.extend(page.cases);
            before = page.next;
            if before.is_none() {
                return Ok(open);
            }
        }
    }

    /// The address rules of a source; sources with the same networks share one guard and its connections.
    fn guard(&self, source: &Source) -> Result<Arc<Guard>, GuardError> {
        let mut guards = self.guards.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = guards.get(&source.allow_networks) {
            return Ok(Arc::clone(known));
        }
        let made = Arc::new(Guard::new(&source.allow_networks)?);
        guards.insert(source.allow_networks.clone(), Arc::clone(&made));
        Ok(made)
    }
}

/// SHA-256 of bytes, in hex.
fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    hex(&Sha256::digest(bytes))
}

/// SHA-256 over several texts, in hex. Each is preceded by its length, so that "ab" + "c" and "a" + "bc" differ.
fn fingerprint<const N: usize>(texts: [&[u8]; N]) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
