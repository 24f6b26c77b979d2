//! Watches the clocks of open cases: warns before a goal is due, says when it was missed, and goes up the chain until
//! somebody acknowledges. Due times are never stored: they follow from the case, the calendar and the suspensions known
//! now, so that a typhoon or a corrected clock changes them at once.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{Bureau, Shared};
use crate::{
    casefile::Note,
    domain::{Case, ClockStatus, Closure, Due, EscalationTo, Goal, Level, Message, OverdueNotice, Roster},
    lifecycle::{Pulse, Stop},
    store::StoreError,
    workflow::{deadline, notice, roster::Whom},
};

/// How often the clocks are looked at. A warning is at most this late.
const EVERY: Duration = Duration::from_secs(15);

/// The message that a goal comes near or was missed.
const DUE: &str = "due";

/// The message that what was overdue is not done at the time that was promised.
const EXPECTED: &str = "expected";

/// The message that nobody acknowledged.
const ESCALATION: &str = "escalation";

/// The loop.
pub struct Deadlines {
    shared: Shared,
    bureau: Arc<Bureau>,
    pulse: Pulse,
    /// What was posted already, so that the outbox is not asked again and again; it would refuse a repetition anyway.
    posted: HashSet<(String, &'static str, i64)>,
    /// Goals that are known to be missed, so that the database is not asked again and again; it counts each once.
    missed: HashSet<(String, Goal)>,
}

impl Deadlines {
    /// A loop that has told nobody anything yet.
    #[must_use]
    pub fn new(shared: Shared, bureau: Arc<Bureau>, pulse: Pulse) -> Self {
        Self { shared, bureau, pulse, posted: HashSet::new(), missed: HashSet::new() }
    }

    /// Looks at every case that waits for an answer, and sets the gauges of casework.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tick(&mut self) -> Result<(), StoreError> {
        let now = self.shared.clock.now();
        let closures: Vec<Closure> = self.shared.store.closures().await?.into_iter().map(|it| it.closure).collect();
        let open = self.shared.waiting_cases().await?;
        let roster = self.shared.store.roster().await?;
        let mut notices: HashMap<String, Vec<OverdueNotice>> = HashMap::new();
        if let Some(since) = open.iter().map(|case| case.moments.known).min() {
            for (case, notice) in self.shared.store.overdue_notices_since(since).await? {
                notices.entry(case).or_default().push(notice);
            }
        }
        for case in &open {
            self.watch((case, &roster), &closures, now).await?;
            let said = notices.get(&case.id).map(Vec::as_slice).unwrap_or_default();
            if let Some(notice) = deadline::broken(case, said, now) {
                let message = notice::expected(case, notice, self.bureau.address(&format!("/cases/{}", case.id)), now);
                let epoch = notice.expected.timestamp_micros();
                self.post((case, &roster), (EXPECTED, epoch), (&message, Some(Whom::All)), now).await?;
            }
        }
        let waiting: HashSet<&str> = open.iter().map(|case| case.id.as_str()).collect();
        self.posted.retain(|(id, ..)| waiting.contains(id.as_str()));
        self.missed.retain(|(id, _)| waiting.contains(id.as_str()));
        self.gauge(&open).await
    }

    /// Looks until the stop.
    pub async fn run(mut self, stop: Stop) {
        loop {
            self.pulse.beat();
            if let Err(error) = self.tick().await {
                tracing::error!(%error, "the clocks of cases cannot be read, trying again");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.clock.sleep(EVERY) => {}
            }
        }
    }

    async fn watch(
        &mut self,
        (case, roster): (&Case, &Roster),
        closures: &[Closure],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let link = self.bureau.address(&format!("/cases/{}", case.id));
        for due in deadline::of_case(&self.bureau.city, closures, case) {
            if deadline::reached(case, due.goal).is_some() {
                continue;
            }
            let status = deadline::status(&due, now);
            let Some(stage) = stage(&due, status) else { continue };
            if stage == MISSED
                && self.missed.insert((case.id.clone(), due.goal))
                && self.shared.store.count_breach(&case.id, due.goal, now).await?
            {
                self.shared.metrics.casework.deadline_breaches_total.with_label_values(&[due.goal.name()]).inc();
            }
            let message = notice::due(case, &due, status, link.clone(), now);
            let whom = if stage == MISSED { Whom::Heads } else { Whom::All };
            self.post((case, roster), (DUE, epoch(due.goal, stage)), (&message, Some(whom)), now).await?;
        }
        let acknowledged = case.moments.acknowledged.is_some();
        let deadlines = &self.bureau.city.deadlines;
        let told = deadline::escalations(deadlines, case.level, case.moments.known, acknowledged, now);
        for (step, (to, at)) in told.into_iter().enumerate() {
            if at <= now {
                let message = notice::escalated(case, to.words(), link.clone(), now);
                let whom = match to {
                    EscalationTo::Assignee => Some(Whom::All),
                    EscalationTo::SectionChief => Some(Whom::Heads),
                    EscalationTo::Spokespersons => None,
                };
                let epoch = i64::try_from(step).unwrap_or(i64::MAX);
                self.post((case, roster), (ESCALATION, epoch), (&message, whom), now).await?;
            }
        }
        Ok(())
    }

    /// Tells all staff, and of the unit that has the case whom it is for, or who stands in there.
    async fn post(
        &mut self,
        (case, roster): (&Case, &Roster),
        (kind, epoch): (&'static str, i64),
        (message, whom): (&Message, Option<Whom>),
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if !self.posted.insert((case.id.clone(), kind, epoch)) {
            return Ok(());
        }
        let office = &self.bureau.office;
        let note = Note { subject: &case.id, kind, epoch, urgent: message.level == Level::A, message };
        let mut postings = note.by_channels(office.staff(message.level));
        if let Some(whom) = whom {
            postings.extend(note.to_unit(roster, office, case.stage.assignment(), whom, now));
        }
        self.shared.store.post_messages(postings, now).await.map(|_| ())
    }

    async fn gauge(&self, open: &[Case]) -> Result<(), StoreError> {
        let metrics = &self.shared.metrics;
        metrics.casework.no_cases();
        for count in self.shared.store.count_cases().await? {
            let cases = i64::try_from(count.cases).unwrap_or(i64::MAX);
            metrics.casework.cases.with_label_values(&[count.state.name(), count.level.name()]).set(cases);
        }
        let unassigned = open.iter().filter(|case| case.stage.assignment().is_none()).map(|case| case.moments.known);
        let oldest = unassigned.min().map_or(0, |at| at.timestamp());
        metrics.casework.oldest_unassigned_timestamp_seconds.set(oldest as f64);
        metrics.casework.no_messages();
        for (channel, state, count, earliest) in self.shared.store.count_messages().await? {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let channel = metrics.bounded("channel", &channel);
            metrics.casework.outbox_messages.with_label_values(&[channel, &state]).set(count);
            if state == "waiting" {
                let at = earliest.timestamp() as f64;
                metrics.casework.outbox_oldest_pending_timestamp_seconds.with_label_values(&[channel]).set(at);
            }
        }
        Ok(())
    }
}

/// What is told of a goal, in the order in which it is told.
const HALF: i64 = 0;
const NEAR: i64 = 1;
const MISSED: i64 = 2;

/// What is to be told of a goal now. A goal that is so short that half of it is the last minutes is told of once.
fn stage(due: &Due, status: ClockStatus) -> Option<i64> {
    match status {
        ClockStatus::Running(_) => None,
        ClockStatus::HalfPassed(_) if due.half >= due.near => None,
        ClockStatus::HalfPassed(_) => Some(HALF),
        ClockStatus::Near(_) => Some(NEAR),
        ClockStatus::Overdue(_) => Some(MISSED),
    }
}

/// One message of each sort about each goal.
fn epoch(goal: Goal, stage: i64) -> i64 {
    let place = Goal::ALL.iter().position(|it| *it == goal).unwrap_or_default();
    i64::try_from(place).unwrap_or_default() * 10 + stage
}
