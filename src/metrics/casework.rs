//! What is counted of cases and of messages about them.

use prometheus::{Gauge, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec};

use super::Catalogue;

/// The names of the states of a case, as labels.
const STATES: [&str; 12] = [
    "to_verify",
    "assigned",
    "verifying",
    "drafting",
    "reviewing",
    "published",
    "tracking",
    "closed",
    "dismissed",
    "referred",
    "apologised",
    "outlet_corrected",
];

/// The kinds of channels, as labels.
const CHANNELS: [&str; 8] = ["line", "email", "telegram", "slack", "teams", "mattermost", "webhook", "alertmanager"];

/// What comes of asking a language model, as labels.
const REWRITES: [&str; 11] = [
    "proposed",
    "unchanged",
    "incomplete",
    "too_long",
    "malformed",
    "silent",
    "unreachable",
    "busy",
    "unauthorised",
    "refused",
    "unread",
];

/// Metrics of casework.
#[derive(Debug)]
pub struct Casework {
    /// Cases by state and level.
    pub cases: IntGaugeVec,
    /// Cases that were opened by the daemon, by level.
    pub opened_total: IntCounterVec,
    /// Steps that led to another state.
    pub transitions_total: IntCounterVec,
    /// Time spent in a state.
    pub stage_duration_seconds: HistogramVec,
    /// Goals that were missed.
    pub deadline_breaches_total: IntCounterVec,
    /// When the oldest case that nobody was given became known; 0 without one.
    pub oldest_unassigned_timestamp_seconds: Gauge,
    /// Publications that were refused, by why.
    pub publications_refused_total: IntCounterVec,
    /// Messages that arrived, by kind of channel.
    pub notifications_total: IntCounterVec,
    /// Tries, by kind of channel and result.
    pub notification_attempts_total: IntCounterVec,
    /// Time from writing a message to its arrival.
    pub notification_delivery_delay_seconds: HistogramVec,
    /// Messages that could not be read and were told in plain words.
    pub notification_fallbacks_total: IntCounter,
    /// Messages by channel and state.
    pub outbox_messages: IntGaugeVec,
    /// When the oldest message that waits was written.
    pub outbox_oldest_pending_timestamp_seconds: GaugeVec,
    /// Open cases that an Alertmanager is told of, by channel.
    pub alarms: IntGaugeVec,
    /// Times that an Alertmanager was told what burns, or a webhook that we live, by channel and result.
    pub alarm_sends_total: IntCounterVec,
    /// When it last took it.
    pub alarm_last_success_timestamp_seconds: GaugeVec,
    /// The part of the month's messages that is left, by channel.
    pub channel_quota_remaining_ratio: GaugeVec,
    /// The part below which people are warned.
    pub channel_quota_warning_ratio: Gauge,
    /// Times a language model was asked to improve a draft, by result.
    pub rewrite_requests_total: IntCounterVec,
    /// How long it took.
    pub rewrite_duration_seconds: Histogram,
    /// Visits to reports that are known, by what they found.
    pub article_revisits_total: IntCounterVec,
}

impl Casework {
    pub(super) fn new(r: &mut Catalogue) -> prometheus::Result<Self> {
        // A minute to a day, with the goals of the deadline profiles (30 min, 1 h, 2 h, 4 h) among them.
        let stages = [60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 86_400.0];
        let waits = [1.0, 5.0, 15.0, 30.0, 60.0, 120.0, 300.0];
        let delays = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0];
        let made = Self {
            cases: r.int_gauges("cases", "Cases by where they stand and how they are timed.", &["state", "level"])?,
            opened_total: r.counters("cases_opened_total", "Cases opened for alerts, by level.", &["level"])?,
            transitions_total: r.counters(
                "case_transitions_total",
                "Steps of cases from one state to another.",
                &["from", "to"],
            )?,
            stage_duration_seconds: r.histograms(
                "case_stage_duration_seconds",
                "Time a case stood in a state before it left it.",
                &["stage"],
                &stages,
            )?,
            deadline_breaches_total: r.counters(
                "case_deadline_breaches_total",
                "Goals of cases that were not reached in time.",
                &["stage"],
            )?,
            oldest_unassigned_timestamp_seconds: r.gauge(
                "oldest_unassigned_case_timestamp_seconds",
                "When the oldest case that no agency was given became known; 0 when there is none.",
            )?,
            publications_refused_total: r.counters(
                "publications_refused_total",
                "Publications that were refused, by why.",
                &["reason"],
            )?,
            notifications_total: r.counters(
                "notifications_total",
                "Messages that arrived, by the kind of channel.",
                &["channel"],
            )?,
            notification_attempts_total: r.counters(
                "notification_attempts_total",
                "Tries to send a message, by the kind of channel and what came of it.",
                &["channel", "result"],
            )?,
            notification_delivery_delay_seconds: r.histograms(
                "notification_delivery_delay_seconds",
                "Time from the writing of a message to its arrival.",
                &["channel"],
                &delays,
            )?,
            notification_fallbacks_total: r.counter(
                "notification_fallbacks_total",
                "Messages that could not be read; their case was named instead.",
            )?,
            outbox_messages: r.int_gauges(
                "outbox_messages",
                "Messages by channel and where they stand.",
                &["channel", "state"],
            )?,
            outbox_oldest_pending_timestamp_seconds: r.gauges(
                "outbox_oldest_pending_timestamp_seconds",
                "When the oldest message that still waits was written, by channel.",
                &["channel"],
            )?,
            alarms: r.int_gauges("alarms", "Open cases that an Alertmanager is told of, by channel.", &["channel"])?,
            alarm_sends_total: r.counters(
                "alarm_sends_total",
                "Times an Alertmanager was told the open cases, or a webhook a sign of life, by channel and result.",
                &["channel", "result"],
            )?,
            alarm_last_success_timestamp_seconds: r.gauges(
                "alarm_last_success_timestamp_seconds",
                "When an Alertmanager or a webhook last took that, by channel.",
                &["channel"],
            )?,
            channel_quota_remaining_ratio: r.gauges(
                "channel_quota_remaining_ratio",
                "The part of the month's messages that is left, from 0 to 1, by channel.",
                &["channel"],
            )?,
            channel_quota_warning_ratio: r.gauge(
                "channel_quota_warning_ratio",
                "The part of the month's messages below which people are warned, as it is configured.",
            )?,
            rewrite_requests_total: r.counters(
                "rewrite_requests_total",
                "Times a language model was asked to improve a draft, by what came of it.",
                &["result"],
            )?,
            rewrite_duration_seconds: r.histogram(
                "rewrite_duration_seconds",
                "Time until a language model that was asked to improve a draft answered or did not.",
                &waits,
            )?,
            article_revisits_total: r.counters(
                "article_revisits_total",
                "Visits to reports that are known, by what they found.",
                &["result"],
            )?,
        };
        made.start_at_zero();
        Ok(made)
    }

    fn start_at_zero(&self) {
        for level in ["A", "B", "C"] {
            self.opened_total.with_label_values(&[level]);
        }
        for stage in ["acknowledge", "plan", "publish", "answer"] {
            self.deadline_breaches_total.with_label_values(&[stage]);
        }
        for reason in ["gate", "not_approved", "same_person", "text_changed"] {
            self.publications_refused_total.with_label_values(&[reason]);
        }
        for channel in CHANNELS {
            self.notifications_total.with_label_values(&[channel]);
            for result in
                ["accepted", "duplicate", "retry", "rejected", "quota", "expired", "uncertain", "unauthorised"]
            {
                self.notification_attempts_total.with_label_values(&[channel, result]);
            }
        }
        for result in REWRITES {
            self.rewrite_requests_total.with_label_values(&[result]);
        }
        for result in ["changed", "unchanged", "gone", "failed"] {
            self.article_revisits_total.with_label_values(&[result]);
        }
        self.no_cases();
    }

    /// Sets all counts of cases to nought, before those that there are are set.
    pub fn no_cases(&self) {
        for state in STATES {
            for level in ["A", "B", "C"] {
                self.cases.with_label_values(&[state, level]).set(0);
            }
        }
    }

    /// Forgets the counts of messages, before those that there are are set: a channel that is no longer configured must
    /// not alarm anybody.
    pub fn no_messages(&self) {
        self.outbox_messages.reset();
        self.outbox_oldest_pending_timestamp_seconds.reset();
    }
}
