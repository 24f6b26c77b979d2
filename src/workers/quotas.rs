//! Asks LINE how many of the month's messages are left, sparingly, and shows it, so that somebody can act before there are
//! none.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Bureau, Shared};
use crate::{
    domain::{Channel, ChannelKind, closed, same_month},
    lifecycle::{Pulse, Stop},
    notify::Senders,
    store::{QuotaRow, StoreError},
};

/// How often it is looked whether somebody has to be asked; the watchdog looks every ten seconds.
const EVERY: Duration = Duration::from_secs(5);

/// How often a service is asked. LINE's own figure is approximate and lags behind; two requests in half an hour are far
/// below any limit.
const BETWEEN: TimeDelta = TimeDelta::minutes(30);

/// The loop.
pub struct Quotas {
    shared: Shared,
    bureau: Arc<Bureau>,
    senders: Arc<Senders>,
    pulse: Pulse,
}

impl Quotas {
    /// A loop over the channels that have a quota. Below the part `warning` of a month's messages people are warned.
    #[must_use]
    pub fn new(shared: Shared, bureau: Arc<Bureau>, senders: Arc<Senders>, warning: f64, pulse: Pulse) -> Self {
        shared.metrics.casework.channel_quota_warning_ratio.set(warning);
        Self { shared, bureau, senders, pulse }
    }

    /// Asks what is due and shows what is known; says how many were asked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tick(&self) -> Result<usize, StoreError> {
        let now = self.shared.clock.now();
        let mut asked = 0;
        let channels = || self.bureau.office.channels.iter().filter(|it| it.kind() == ChannelKind::Line);
        if channels().next().is_none() {
            return Ok(0);
        }
        let known = self.shared.store.quotas().await?;
        let of =
            |rows: &[QuotaRow], channel: &Channel| rows.iter().find(|row| row.channel == channel.id.as_str()).cloned();
        for channel in channels() {
            let row = of(&known, channel);
            if !is_due(row.as_ref().and_then(|row| row.asked), now) {
                continue;
            }
            asked += 1;
            let said = self.senders.quota(channel, now).await;
            if said.is_none() {
                tracing::warn!(channel = %channel.id, "the service does not say how many messages are left");
            }
            self.shared.store.count_quota(channel.id.as_str(), said, now).await?;
        }
        let known = if asked == 0 { known } else { self.shared.store.quotas().await? };
        let metrics = &self.shared.metrics;
        for channel in channels() {
            let Some(row) = of(&known, channel) else { continue };
            let shut = closed(row.closed_until, now).is_some();
            let Some(part) = row.quota.map(|quota| quota.remaining()).or(shut.then_some(0.0)) else { continue };
            let label = metrics.bounded("channel", channel.id.as_str());
            let part = if shut { 0.0 } else { part };
            metrics.casework.channel_quota_remaining_ratio.with_label_values(&[label]).set(part);
        }
        Ok(asked)
    }

    /// Looks until the stop.
    pub async fn run(self, stop: Stop) {
        loop {
            self.pulse.beat();
            if let Err(error) = self.tick().await {
                tracing::error!(%error, "the quotas of channels cannot be kept, trying again");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.clock.sleep(EVERY) => {}
            }
        }
    }
}

/// Whether a service that was asked then is to be asked now: after half an hour, in a new month, and when the clock was set
/// back behind the last time.
fn is_due(asked: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    asked.is_none_or(|asked| now - asked >= BETWEEN || now < asked || !same_month(asked, now))
}
