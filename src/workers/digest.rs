//! Tells people of the day: at every time of the reports up the line and of the office's own, one message with the
//! 輿情彙整表. Each is told once, whoever tells it: the outbox knows it by the time it is for.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Bureau, Shared};
use crate::{
    document,
    domain::{Closure, Level, Period, Purpose},
    lifecycle::{Pulse, Stop},
    store::{Posting, StoreError},
    wire::Letter,
    workflow::digest::{self, Making},
};

/// How often it is asked whether one is due. A digest is at most this late.
const EVERY: Duration = Duration::from_secs(15);

/// One that was missed for longer is not made up for: what it would tell stands in the next one.
const PATIENCE: TimeDelta = TimeDelta::hours(2);

/// The subject and the kind of the message.
const DIGEST: &str = "digest";

/// The loop.
pub struct Digests {
    shared: Shared,
    bureau: Arc<Bureau>,
    pulse: Pulse,
    /// The end of the last one that was posted, so that it is not made again at every look.
    posted: Option<DateTime<Utc>>,
}

impl Digests {
    /// A loop that has told nobody anything yet.
    #[must_use]
    pub fn new(shared: Shared, bureau: Arc<Bureau>, pulse: Pulse) -> Self {
        Self { shared, bureau, pulse, posted: None }
    }

    /// Posts what is due; says how many messages that were.
    ///
    /// # Errors
    /// When the database does not answer. What was not posted is tried again.
    pub async fn tick(&mut self) -> Result<u64, StoreError> {
        let now = self.shared.clock.now();
        // A wall clock that was set back must not keep the next ones from being told; the outbox knows a repetition.
        self.posted = self.posted.filter(|last| *last <= now);
        let mut posted = 0;
        for period in digest::ended(&self.bureau.city.deadlines.digest_times(), now, PATIENCE) {
            if self.posted.is_none_or(|last| last < period.until) {
                posted += self.post(period, now).await?;
                self.posted = Some(period.until);
            }
        }
        Ok(posted)
    }

    /// Posts until the stop.
    pub async fn run(mut self, stop: Stop) {
        loop {
            self.pulse.beat();
            if let Err(error) = self.tick().await {
                tracing::error!(%error, "the digest cannot be made, trying again");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.clock.sleep(EVERY) => {}
            }
        }
    }

    async fn post(&self, period: Period, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let channels = &self.bureau.office.channels;
        let takers: Vec<_> = channels.iter().filter(|it| it.takes(Purpose::Digest, Level::None)).collect();
        if takers.is_empty() {
            return Ok(0);
        }
        let (store, city) = (&self.shared.store, &self.bureau.city);
        let since = digest::day_began(&city.deadlines.digest_times(), period);
        let matter = store.digest_matter(period, since).await?;
        let closures: Vec<Closure> = store.closures().await?.into_iter().map(|row| row.closure).collect();
        let sources = self.shared.sources.borrow().clone();
        let with = Making {
            city,
            closures: &closures,
            sources: &sources,
            office: &self.bureau.office.name,
            base: &self.bureau.public_url,
        };
        let made = digest::digest(matter, period, &with, now);
        let html = document::digest_html(&made);
        let message = digest::message(&made, Some(html), self.bureau.address("/digest"));
        let posting = Posting {
            subject: DIGEST.to_owned(),
            kind: DIGEST,
            channel: String::new(),
            recipient: String::new(),
            epoch: period.until.timestamp_micros(),
            urgent: false,
            message: Letter::of(&message).written(),
        };
        let postings = takers.into_iter().flat_map(|channel| posting.clone().each(channel)).collect();
        store.post_messages(postings, now).await
    }
}
