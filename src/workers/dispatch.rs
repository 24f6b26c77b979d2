//! Sends what waits in the outbox, tries again what did not arrive, hands over to another channel what a channel will not
//! take, and after an outage tells in one message what was late.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, stream::FuturesUnordered};
use sha2::{Digest, Sha256};

use super::{Bureau, Shared, hex};
use crate::{
    casefile::Note,
    domain::{
        AccountState, Audience, CaseLevel, CaseState, Channel, ChannelKind, Delivery, Destination, Level, Message,
        Next, OnUncertain, Purpose, Tried, UserName, closed, falls_over, next_month, next_try,
    },
    lifecycle::{Pulse, Stop},
    notify::Senders,
    store::{CaseFilter, Posting, Queued, Sending, SentRow, Settled, StoreError},
    wire::Letter,
    workflow::{notice, roster},
};

/// How often the outbox is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Messages on their way at the same time.
const AT_ONCE: usize = 8;

/// How long a claimed message is kept from other daemons: longer than the slowest sender takes.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// How long a channel was down before what waits for it is told in one message.
const OUTAGE: TimeDelta = TimeDelta::minutes(10);

/// Messages that are not worth merging.
const FEW: usize = 2;

/// Messages merged into one.
const MOST_MERGED: usize = 2000;

/// Open cases that the merged message looks for.
const MOST_OPEN: usize = 50;

/// The subject and kind of the message that stands for others.
const LATE: &str = "late";

/// The loop.
pub struct Dispatch {
    shared: Shared,
    bureau: Arc<Bureau>,
    senders: Arc<Senders>,
    pulse: Pulse,
}

impl Dispatch {
    /// A loop with these senders.
    #[must_use]
    pub fn new(shared: Shared, bureau: Arc<Bureau>, senders: Arc<Senders>, pulse: Pulse) -> Self {
        Self { shared, bureau, senders, pulse }
    }

    /// Tries what is due, once each; says how many messages that were.
    ///
    /// # Errors
    /// When the database does not answer. What was claimed is tried again when its lease is over.
    pub async fn tick(&self) -> Result<usize, StoreError> {
        let claimed = self.shared.store.claim_messages(AT_ONCE, self.shared.clock.now(), LEASE).await?;
        let sending: FuturesUnordered<_> = claimed.iter().map(|queued| self.send(queued)).collect();
        let done = sending.collect::<Vec<_>>().await;
        done.into_iter().collect::<Result<Vec<()>, _>>().map(|done| done.len())
    }

    /// Sends until the stop. What is on its way is awaited.
    pub async fn run(self, stop: Stop) {
        loop {
            self.pulse.beat();
            let sent = match self.tick().await {
                Ok(sent) => sent,
                Err(error) => {
                    tracing::error!(%error, "messages cannot be sent, trying again");
                    0
                }
            };
            if sent == AT_ONCE && !stop.is_cancelled() {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.clock.sleep(EVERY) => {}
            }
        }
    }

    async fn send(&self, queued: &Queued) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let channel = self.bureau.office.channels.iter().find(|it| it.id.as_str() == queued.channel);
        let holder = match &queued.recipient {
            whole if whole.is_empty() => None,
            address => self.shared.store.holder_of(&queued.channel, address).await?,
        };
        let narrowed = match channel {
            Some(channel) if queued.recipient.is_empty() => Some(channel.clone()),
            // The address of a person need not be one of the channel's own.
            Some(channel) if holder.is_some() => channel.toward(&queued.recipient),
            Some(channel) => channel.only(&queued.recipient),
            None => None,
        };
        let Some(channel) = narrowed else {
            return self.give_up(queued, "the channel or the recipient is no longer configured", now).await;
        };
        let message = match Letter::read(&queued.message, &queued.id, &queued.retry_key) {
            Ok(message) => message,
            Err(fault) => match self.in_plain_words(queued, &channel, now).await? {
                Some(message) => message,
                None => return self.give_up(queued, &fault.to_string(), now).await,
            },
        };
        if let Some((name, AccountState::Disabled)) = &holder
            && message.purpose != Purpose::Test
        {
            return self.reroute(queued, name, &message, now).await;
        }
        if let Some(until) = channel.held_until(message.purpose, message.level, now) {
            return self.shared.store.put_message_back(queued, until).await;
        }
        let delivery = match self.closed_until(&channel, now).await? {
            Some(until) => {
                Delivery::Quota { why: format!("the month's messages are used up; not tried before {until}") }
            }
            None => self.senders.send(&channel, &message, now).await,
        };
        self.settle(queued, &channel, (&message, &delivery)).await
    }

    /// Until when a channel whose month is used up takes nothing.
    async fn closed_until(&self, channel: &Channel, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        if channel.kind() != ChannelKind::Line {
            return Ok(None);
        }
        let row = self.shared.store.quota(channel.id.as_str()).await?;
        Ok(closed(row.and_then(|row| row.closed_until), now))
    }

    async fn settle(
        &self,
        queued: &Queued,
        channel: &Channel,
        (message, delivery): (&Message, &Delivery),
    ) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        // A clock that was set back since, which nobody noticed yet, makes no life longer than it is.
        let first_at = queued.first_tried_at.unwrap_or(now).min(now);
        let tried = Tried {
            kind: channel.kind(),
            level: message.level,
            attempt: queued.attempt,
            first_at,
            uncertain_before: queued.uncertain,
            on_uncertain: match &channel.destination {
                Destination::Email(route) => route.on_uncertain,
                _ => OnUncertain::ByLevel,
            },
            now,
        };
        let next = next_try(&tried, delivery, chance(&queued.id, queued.attempt));
        let state = match next {
            Next::Done => Sending::Sent,
            Next::At(at) => Sending::Waiting(at),
            Next::GiveUp(_) => Sending::Failed,
            Next::HandToPerson => Sending::Held,
        };
        let result = match next {
            Next::GiveUp(ended) => ended.name(),
            _ => delivery.name(),
        };
        let metrics = &self.shared.metrics;
        metrics.casework.notification_attempts_total.with_label_values(&[channel.kind().name(), result]).inc();
        let settled = Settled {
            result: delivery.name(),
            why: delivery.why().to_owned(),
            hash: hex(&Sha256::digest(queued.message.as_bytes())),
            state,
            uncertain: matches!(delivery, Delivery::Uncertain { .. }),
        };
        if let Delivery::Quota { .. } = delivery {
            // Before the message is settled: what comes after it must not be tried in vain, whatever happens here.
            self.shared.store.close_quota(channel.id.as_str(), next_month(now)).await?;
        }
        self.shared.store.settle_message(queued, settled, now).await?;
        if next != Next::Done {
            tracing::warn!(channel = %channel.id, result, why = delivery.why(), "a message did not arrive");
        }
        if falls_over(&tried, next) {
            let is_closed = matches!(delivery, Delivery::Quota { .. });
            self.hand_over(queued, (channel, is_closed), now).await?;
        }
        if next == Next::Done {
            let waited = (now - queued.created_at).num_milliseconds().max(0) as f64 / 1000.0;
            let kind = channel.kind().name();
            metrics.casework.notification_delivery_delay_seconds.with_label_values(&[kind]).observe(waited);
            metrics.casework.notifications_total.with_label_values(&[kind]).inc();
            if now - first_at >= OUTAGE {
                self.merge(channel, queued, now).await?;
            }
        }
        Ok(())
    }

    /// Gives a message to the channel that takes over, once: it is the same message there.
    async fn hand_over(
        &self,
        queued: &Queued,
        (channel, is_closed): (&Channel, bool),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Some(other) = self.bureau.office.takes_over(channel, is_closed) else { return Ok(()) };
        let posting = Posting {
            subject: queued.subject.clone(),
            kind: known(&queued.kind),
            channel: String::new(),
            recipient: String::new(),
            epoch: queued.epoch,
            urgent: queued.urgent,
            message: queued.message.clone(),
        };
        self.shared.store.post_messages(posting.each(other), now).await.map(|_| ())
    }

    /// Who left is told nothing; what waited for them goes to their units, or to all staff where that reaches nobody.
    async fn reroute(
        &self,
        queued: &Queued,
        name: &UserName,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (store, office) = (&self.shared.store, &self.bureau.office);
        let roster = store.roster().await?;
        let note = Note {
            subject: &queued.subject,
            kind: known(&queued.kind),
            epoch: queued.epoch,
            urgent: queued.urgent,
            message,
        };
        let by_unit = roster::instead_of(&roster, &office.channels, name, message.level, now);
        let gone = |it: &Posting| (&it.channel, &it.recipient) == (&queued.channel, &queued.recipient);
        let mut postings = note.to(by_unit);
        postings.retain(|it| !gone(it));
        if postings.is_empty() {
            postings = note.by_channels(office.channels.iter().filter(|channel| {
                channel.audience == Audience::Staff && channel.takes(message.purpose, message.level)
            }));
            postings.retain(|it| !gone(it));
        }
        tracing::warn!(account = %name, to = postings.len(), "a message for a disabled account goes to others");
        let why = format!("帳號 {name} 已停用，改送 {} 處", postings.len());
        store.reroute_message(queued, postings, why, now).await
    }

    /// What stands in the place of a message that cannot be read: which case it is about, and where to look. The public is
    /// told nothing that nobody wrote.
    async fn in_plain_words(
        &self,
        queued: &Queued,
        channel: &Channel,
        now: DateTime<Utc>,
    ) -> Result<Option<Message>, StoreError> {
        if channel.audience == Audience::Public {
            return Ok(None);
        }
        let case = self.shared.store.case(&queued.subject).await?;
        let path = case.as_ref().map_or_else(|| "/messages".to_owned(), |case| format!("/cases/{}", case.id));
        let message = notice::unreadable(case.as_ref(), queued.urgent, self.bureau.address(&path), now);
        tracing::error!(message = queued.id, kind = queued.kind, "a message cannot be read, its case is named instead");
        self.shared.metrics.casework.notification_fallbacks_total.inc();
        Ok(Some(Message { key: queued.id.clone(), retry_key: queued.retry_key.clone(), ..message }))
    }

    async fn give_up(&self, queued: &Queued, why: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        tracing::warn!(channel = queued.channel, why, "a message is given up");
        let settled = Settled {
            result: "rejected",
            why: why.to_owned(),
            hash: hex(&Sha256::digest(queued.message.as_bytes())),
            state: Sending::Failed,
            uncertain: false,
        };
        self.shared.store.settle_message(queued, settled, now).await
    }

    /// After an outage: one message that says how many were late and what is open now, in the place of all alerts that
    /// still wait for the same recipient. What the public waits for is never merged.
    async fn merge(&self, channel: &Channel, queued: &Queued, now: DateTime<Utc>) -> Result<(), StoreError> {
        let waiting = self.shared.store.waiting_for(&queued.channel, MOST_MERGED).await?;
        let late: Vec<(SentRow, Message)> = waiting
            .into_iter()
            .filter(|row| row.recipient == queued.recipient && row.attempts > 0)
            .filter_map(|row| Letter::read(&row.message, &row.id, "").ok().map(|message| (row, message)))
            .filter(|(_, message)| message.purpose == Purpose::Alert)
            .collect();
        let Some(first) = late.iter().map(|(row, _)| row.created_at).min().filter(|_| late.len() > FEW) else {
            return Ok(());
        };
        let filter = CaseFilter {
            states: CaseState::ALL.into_iter().filter(|state| state.awaits_answer()).collect(),
            ..CaseFilter::default()
        };
        let mut open = self.shared.store.cases(&filter, None, MOST_OPEN).await?.cases;
        open.sort_by_key(|case| (std::cmp::Reverse(case.level), case.number));
        let lines: Vec<String> = open
            .iter()
            .filter(|case| case.level != CaseLevel::C)
            .map(|case| {
                format!(
                    "〔{}〕第 {} 案 {}（{}）",
                    case.level.name(),
                    case.number,
                    case.title,
                    case.stage.state().words()
                )
            })
            .collect();
        let level = late.iter().map(|(_, message)| message.level).max().unwrap_or(Level::None);
        let message = notice::late(late.len(), (first, now), &lines, level, self.bureau.address("/cases"));
        let posting = Posting {
            subject: LATE.to_owned(),
            kind: LATE,
            channel: String::new(),
            recipient: String::new(),
            epoch: now.timestamp_micros(),
            urgent: level == Level::A,
            message: Letter::of(&message).written(),
        };
        let mine = posting.each(channel);
        let ids = late.into_iter().map(|(row, _)| row.id).collect();
        let merged = self.shared.store.merge_messages(mine, ids, now).await?;
        tracing::info!(channel = %channel.id, merged, "messages that were late are told in one");
        Ok(())
    }
}

/// The kinds of messages, which the database holds as text.
fn known(kind: &str) -> &'static str {
    const KINDS: [&str; 14] = [
        "alert",
        "assign",
        "submit",
        "return",
        "publish",
        "release",
        "due",
        "escalation",
        "digest",
        "test",
        "watch",
        "level",
        "expected",
        LATE,
    ];
    KINDS.into_iter().find(|known| *known == kind).unwrap_or("other")
}

/// Something between 0 and 1 that differs from message to message and from try to try, so that what failed together does
/// not come back together; the same after a restart.
fn chance(id: &str, attempt: u32) -> f64 {
    let hash = Sha256::digest(format!("{id}/{attempt}"));
    let bits = hash.iter().take(4).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    f64::from(bits) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_lies_between_nought_and_one_and_differs_from_try_to_try() {
        let all: Vec<f64> = (0..100).map(|attempt| chance("01J", attempt)).collect();
        assert!(all.iter().all(|it| (0.0..=1.0).contains(it)));
        assert!(all.iter().any(|it| *it < 0.2) && all.iter().any(|it| *it > 0.8));
        assert!((chance("a", 1) - chance("b", 1)).abs() > f64::EPSILON);
    }
}
