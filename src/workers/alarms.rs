//! Tells every Alertmanager again and again which cases wait for an answer, tells it once when one does no longer, and gives
//! a sign of life with every telling. What was told stands in the database before it is told, so that neither a restart of
//! this daemon nor one of the Alertmanager loses an alert or leaves one burning.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;

use super::{Bureau, Shared};
use crate::{
    domain::{Alarm, Case, CaseLevel, Channel, Closure, Delivery, Destination},
    lifecycle::{Pulse, Stop},
    notify::Senders,
    store::{AlarmChanges, AlarmRow, StoreError},
    workflow::{alarm, deadline, notice},
};

/// How often cases are looked at. A new one burns this soon, and the watchdog looks every ten seconds.
const EVERY: Duration = Duration::from_secs(5);

/// The first wait after a failure. It doubles up to the interval of the channel, so that an Alertmanager that comes back
/// knows everything within one interval.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The longest wait that an Alertmanager may ask for: the time after which it lets go of what it is not told
/// (`resolve_timeout`, 5 min).
const LONGEST_ASKED: Duration = Duration::from_mins(5);

/// An end that could not be told for so long is told no more: the alert lapsed by itself long before.
const FORGOTTEN: TimeDelta = TimeDelta::hours(24);

/// How signs of life go to webhooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// The webhooks.
    pub channels: Vec<Channel>,
    /// How often.
    pub every: Duration,
}

/// All loops that tell, each with a pace and failures of its own.
pub struct Alarms {
    bells: Vec<Bell>,
    clock: Arc<dyn crate::clock::Clock>,
}

impl Alarms {
    /// A loop for each Alertmanager of the office and each webhook that is given signs of life; `pulse` makes a pulse for
    /// one.
    pub fn new(
        shared: &Shared,
        bureau: &Arc<Bureau>,
        senders: &Arc<Senders>,
        heartbeat: &Heartbeat,
        mut pulse: impl FnMut() -> Pulse,
    ) -> Self {
        let told = bureau.office.channels.iter().filter_map(|channel| match channel.destination {
            Destination::Alertmanager { resend, .. } => Some((channel, resend)),
            _ => None,
        });
        let beaten = heartbeat.channels.iter().map(|channel| (channel, heartbeat.every));
        let since = shared.clock.now();
        let bells = told.chain(beaten).map(|(channel, every)| Bell {
            shared: shared.clone(),
            bureau: Arc::clone(bureau),
            senders: Arc::clone(senders),
            channel: channel.clone(),
            every,
            since,
            pulse: pulse(),
            next: Duration::ZERO,
            failures: 0,
        });
        Self { bells: bells.collect(), clock: Arc::clone(&shared.clock) }
    }

    /// Tells each what is due, all at the same time; says how many were told.
    ///
    /// # Errors
    /// When the database does not answer: then nobody is told, for silence is what a dead man's switch hears.
    pub async fn tick(&mut self) -> Result<usize, StoreError> {
        let told = join_all(self.bells.iter_mut().map(Bell::tick)).await;
        let told: Vec<bool> = told.into_iter().collect::<Result<_, _>>()?;
        Ok(told.into_iter().filter(|told| *told).count())
    }

    /// Tells until the stop.
    pub async fn run(self, stop: Stop) {
        let clock = self.clock;
        join_all(self.bells.into_iter().map(|bell| bell.run(&stop, clock.as_ref()))).await;
        stop.cancelled().await;
    }
}

/// One receiver.
struct Bell {
    shared: Shared,
    bureau: Arc<Bureau>,
    senders: Arc<Senders>,
    channel: Channel,
    every: Duration,
    /// Since when this daemon runs.
    since: DateTime<Utc>,
    pulse: Pulse,
    /// When it is told next, on the monotonic clock.
    next: Duration,
    /// Tellings in a row that failed.
    failures: u32,
}

impl Bell {
    async fn run(mut self, stop: &Stop, clock: &dyn crate::clock::Clock) {
        loop {
            self.pulse.beat();
            if let Err(error) = self.tick().await {
                tracing::error!(channel = %self.channel.id, %error, "open cases cannot be read, nobody is told of them");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = clock.sleep(EVERY) => {}
            }
        }
    }

    /// Tells what is due; whether anything was.
    async fn tick(&mut self) -> Result<bool, StoreError> {
        let is_due = self.shared.clock.monotonic() >= self.next;
        if let Destination::Webhook { .. } = self.channel.destination {
            if is_due {
                self.shared.store.ping().await?;
                let delivery = self.senders.beat(&self.channel, self.shared.clock.now()).await;
                self.note(&delivery);
            }
            return Ok(is_due);
        }
        // What is new is told at once, but not to one that fails: that is asked again at its own pace.
        if !is_due && self.failures > 0 {
            return Ok(false);
        }
        let now = self.shared.clock.now();
        let (open, rows, is_new) = self.burning(now).await?;
        if !is_due && !is_new {
            return Ok(false);
        }
        let alarms = self.alarms(&open, &rows, now).await?;
        let delivery = self.senders.tell(&self.channel, &alarms, now).await;
        self.note(&delivery);
        let accepted = matches!(delivery, Delivery::Accepted { .. });
        let over = rows.iter().filter(|row| row.ended.is_some_and(|end| accepted || now - end > FORGOTTEN));
        let settled: Vec<_> = over.map(|row| (row.case_id.clone(), row.level)).collect();
        if !settled.is_empty() {
            let changes = AlarmChanges { settled, ..AlarmChanges::default() };
            self.shared.store.change_alarms(self.channel.id.as_str(), changes, now).await?;
        }
        Ok(true)
    }

    /// The cases that wait and are for this channel, what it may have been told with them taken in, and whether any of it
    /// is new.
    async fn burning(&self, now: DateTime<Utc>) -> Result<(BTreeMap<String, Case>, Vec<AlarmRow>, bool), StoreError> {
        let waiting = self.shared.waiting_cases().await?;
        let open: BTreeMap<String, Case> = waiting
            .into_iter()
            .filter(|case| notice::level(case.level) >= self.channel.min_level)
            .map(|case| (case.id.clone(), case))
            .collect();
        let id = self.channel.id.as_str();
        let rows = self.shared.store.alarms(id).await?;
        let told: BTreeSet<(&str, CaseLevel)> =
            rows.iter().filter(|row| row.ended.is_none()).map(|row| (row.case_id.as_str(), row.level)).collect();
        let wanted: BTreeSet<(&str, CaseLevel)> = open.values().map(|case| (case.id.as_str(), case.level)).collect();
        let owned = |(id, level): &(&str, CaseLevel)| ((*id).to_owned(), *level);
        let changes = AlarmChanges {
            begun: wanted.difference(&told).map(owned).collect(),
            ended: told.difference(&wanted).map(owned).collect(),
            settled: Vec::new(),
        };
        if changes.is_empty() {
            return Ok((open, rows, false));
        }
        self.shared.store.change_alarms(id, changes, now).await?;
        let rows = self.shared.store.alarms(id).await?;
        Ok((open, rows, true))
    }

    /// What is told: what is over, that we live, and what burns, the gravest first.
    async fn alarms(
        &self,
        open: &BTreeMap<String, Case>,
        rows: &[AlarmRow],
        now: DateTime<Utc>,
    ) -> Result<Vec<Alarm>, StoreError> {
        let closures: Vec<Closure> = self.shared.store.closures().await?.into_iter().map(|it| it.closure).collect();
        let link = |path: &str| self.bureau.address(path);
        let mut over = Vec::new();
        for row in rows {
            let Some(ended) = row.ended else { continue };
            // One whose level changed is still open, with an alert of its new level.
            let case = match open.get(&row.case_id) {
                Some(case) => Some(case.clone()),
                None => self.shared.store.case(&row.case_id).await?,
            };
            let Some(case) = case else { continue };
            let burning = alarm::of_case(&case, row.level, None, link(&format!("/cases/{}", case.id)), now);
            over.push(Alarm { ended: Some(ended), ..burning });
        }
        let mut cases: Vec<&Case> = open.values().collect();
        cases.sort_by_key(|case| (std::cmp::Reverse(case.level), case.number));
        let burning = cases.into_iter().map(|case| {
            let dues = deadline::of_case(&self.bureau.city, &closures, case);
            let next =
                dues.into_iter().filter(|due| deadline::reached(case, due.goal).is_none()).min_by_key(|it| it.at);
            alarm::of_case(case, case.level, next.as_ref(), link(&format!("/cases/{}", case.id)), now)
        });
        let burning: Vec<Alarm> = burning.collect();
        let count = i64::try_from(burning.len()).unwrap_or(i64::MAX);
        let channel = self.shared.metrics.bounded("channel", self.channel.id.as_str());
        self.shared.metrics.casework.alarms.with_label_values(&[channel]).set(count);
        over.push(alarm::watchdog(link("/"), self.since));
        over.extend(burning);
        Ok(over)
    }

    /// Counts what came of a telling, and says when the next one is due.
    fn note(&mut self, delivery: &Delivery) {
        let (metrics, clock) = (&self.shared.metrics, &self.shared.clock);
        let channel = metrics.bounded("channel", self.channel.id.as_str());
        metrics.casework.alarm_sends_total.with_label_values(&[channel, delivery.name()]).inc();
        let wait = if matches!(delivery, Delivery::Accepted { .. }) {
            self.failures = 0;
            let at = clock.now().timestamp() as f64;
            metrics.casework.alarm_last_success_timestamp_seconds.with_label_values(&[channel]).set(at);
            self.every
        } else {
            let why = delivery.why();
            tracing::warn!(channel = %self.channel.id, result = delivery.name(), why, "open cases were not told");
            let pause = FIRST_PAUSE.saturating_mul(1 << self.failures.min(10)).min(self.every);
            self.failures = self.failures.saturating_add(1);
            let asked = match delivery {
                Delivery::Retry { after: Some(after), .. } => (*after).min(LONGEST_ASKED),
                _ => Duration::ZERO,
            };
            pause.max(asked)
        };
        self.next = clock.monotonic().saturating_add(wait);
    }
}
