//! When a message is tried again, when it is given up, and when a person has to decide. Pure: time and chance are
//! arguments.

use chrono::{DateTime, TimeDelta, Utc};

use super::{ChannelKind, Delivery, Level, OnUncertain, Promise};

/// The shortest wait in seconds.
const SHORTEST: f64 = 1.0;

/// The longest wait in seconds (the plan's rules for delivery: full jitter, 1 s to 5 min).
const LONGEST: f64 = 300.0;

/// Doublings after which the longest wait is reached; a higher power would only overflow.
const DOUBLINGS: i32 = 9;

/// The longest wait that a receiver may ask for.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(1);

/// How long what is urgent is tried.
const LIFE_HIGH: TimeDelta = TimeDelta::hours(24);

/// How long anything else is tried: what waited longer is told in one message together with the rest.
const LIFE_LOW: TimeDelta = TimeDelta::hours(6);

/// How long LINE knows a retry key, 24 hours from the first request (LINE Developers, "Retrying a failed API request"),
/// less a minute for the way there.
const KEY_LIFE: TimeDelta = TimeDelta::minutes(24 * 60 - 1);

/// How long after its first failure an urgent message goes to the channel that takes over (N01 of the plan).
const FALL_OVER: TimeDelta = TimeDelta::minutes(5);

/// A message that was just tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// By what.
    pub kind: ChannelKind,
    /// How urgent it is.
    pub level: Level,
    /// Which try it was, from 1.
    pub attempt: u32,
    /// When the first one was.
    pub first_at: DateTime<Utc>,
    /// Whether an earlier one was left without an answer.
    pub uncertain_before: bool,
    /// What becomes of a mail without an answer.
    pub on_uncertain: OnUncertain,
    /// The time.
    pub now: DateTime<Utc>,
}

/// Why a message is not tried any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Its time ran out.
    Expired,
    /// It was refused.
    Rejected,
    /// The channel's key was refused.
    Unauthorised,
    /// The quota is used up.
    Quota,
}

impl Ended {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Expired, Self::Rejected, Self::Unauthorised, Self::Quota];

    /// The name in metrics (`result`) and the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::Unauthorised => "unauthorised",
            Self::Quota => "quota",
        }
    }

    /// The end of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.name() == name)
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it arrived.
    Done,
    /// Another try.
    At(DateTime<Utc>),
    /// Nothing by this channel.
    GiveUp(Ended),
    /// A person decides whether it is sent again, since it may have arrived.
    HandToPerson,
}

/// What comes after a try; `random` is in 0 to 1.
#[must_use]
pub fn next_try(tried: &Tried, delivery: &Delivery, random: f64) -> Next {
    let again = tried.now + wait(tried.attempt, random);
    match delivery {
        Delivery::Accepted { .. } | Delivery::Duplicate => Next::Done,
        Delivery::Rejected { .. } => Next::GiveUp(Ended::Rejected),
        Delivery::Unauthorised { .. } => Next::GiveUp(Ended::Unauthorised),
        Delivery::Quota { .. } => Next::GiveUp(Ended::Quota),
        Delivery::Retry { after, .. } => {
            let asked = after.map_or(TimeDelta::zero(), |after| TimeDelta::from_std(after).unwrap_or(LONGEST_ASKED));
            let at = again.max(tried.now + asked.min(LONGEST_ASKED));
            if at < tried.expires_at() { Next::At(at) } else { tried.too_late() }
        }
        Delivery::Uncertain { .. } if tried.may_resend() && again < tried.expires_at() => Next::At(again),
        Delivery::Uncertain { .. } => Next::HandToPerson,
    }
}

/// Whether the channel that takes over is given the message now: at once when this channel never will, and of an urgent
/// message when its next try lies more than five minutes after its first.
#[must_use]
pub fn falls_over(tried: &Tried, next: Next) -> bool {
    match next {
        Next::Done => false,
        Next::GiveUp(_) => true,
        Next::At(at) => tried.level == Level::A && at > tried.first_at + FALL_OVER,
        Next::HandToPerson => tried.level == Level::A,
    }
}

/// What it means that a person sends a message again that was held or given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resend {
    /// Whether somebody may get it twice, which the person has to know.
    pub may_repeat: bool,
    /// Whether the channel still knows the key of the first try, so that its time goes on counting from there.
    pub within_key: bool,
}

/// Looks at a message before a person sends it again. `uncertain` says that a try was left without an answer.
#[must_use]
pub fn resend(kind: ChannelKind, uncertain: bool, first_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Resend {
    let knows_key = kind == ChannelKind::Line && first_at.is_some_and(|at| now < at + KEY_LIFE);
    let told_apart = match kind.promise() {
        Promise::OnceWithinADay => knows_key,
        Promise::Idempotent => true,
        // The receiver of a signed webhook knows a message by its id, at any time.
        Promise::AtLeastOnce => kind == ChannelKind::Webhook,
        Promise::AtMostOneDuplicate => false,
    };
    Resend { may_repeat: uncertain && !told_apart, within_key: knows_key }
}

/// Full jitter: anything between the shortest wait and one that doubles with every try, so that what failed together does
/// not come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
fn wait(attempt: u32, random: f64) -> TimeDelta {
    let doublings = i32::try_from(attempt).unwrap_or(DOUBLINGS).min(DOUBLINGS);
    let ceiling = 2f64.powi(doublings).min(LONGEST);
    let seconds = SHORTEST + random.clamp(0.0, 1.0) * (ceiling - SHORTEST).max(0.0);
    #[expect(clippy::cast_possible_truncation, reason = "at most 300,000")]
    TimeDelta::milliseconds((seconds * 1000.0) as i64)
}

impl Tried {
    /// Until when it is tried.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        let life = if self.level == Level::A { LIFE_HIGH } else { LIFE_LOW };
        self.first_at + if self.kind == ChannelKind::Line { life.min(KEY_LIFE) } else { life }
    }

    /// Whether what may have arrived is sent again, by what the channel promises. A second mail without an answer could
    /// become a second duplicate.
    fn may_resend(&self) -> bool {
        match self.kind.promise() {
            Promise::OnceWithinADay | Promise::AtLeastOnce | Promise::Idempotent => true,
            Promise::AtMostOneDuplicate => {
                !self.uncertain_before
                    && match self.on_uncertain {
                        OnUncertain::Hold => false,
                        OnUncertain::Resend => true,
                        OnUncertain::ByLevel => self.level > Level::None,
                    }
            }
        }
    }

    /// The end of what ran out of time: what may have arrived is no plain failure.
    fn too_late(&self) -> Next {
        if self.uncertain_before { Next::HandToPerson } else { Next::GiveUp(Ended::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn tried(kind: ChannelKind, level: Level, attempt: u32, since_first: TimeDelta) -> Tried {
        let now: DateTime<Utc> = "2026-03-17T08:00:00+08:00".parse().unwrap();
        Tried {
            kind,
            level,
            attempt,
            first_at: now - since_first,
            uncertain_before: false,
            on_uncertain: OnUncertain::ByLevel,
            now,
        }
    }

    fn retry(after: Option<u64>) -> Delivery {
        Delivery::Retry { after: after.map(Duration::from_secs), why: String::new() }
    }

    fn uncertain() -> Delivery {
        Delivery::Uncertain { why: String::new() }
    }

    #[test]
    fn a_person_is_warned_where_a_message_may_come_twice() {
        let now: DateTime<Utc> = "2026-03-17T08:00:00+08:00".parse().unwrap();
        let look = |kind, uncertain, hours| {
            let it = resend(kind, uncertain, Some(now - TimeDelta::hours(hours)), now);
            (it.may_repeat, it.within_key)
        };
        assert_eq!(look(ChannelKind::Line, true, 1), (false, true), "the key tells a repetition");
        assert_eq!(look(ChannelKind::Line, true, 24), (true, false), "by now LINE has forgotten the key");
        assert_eq!(look(ChannelKind::Line, false, 24), (false, false));
        assert_eq!(look(ChannelKind::Email, true, 1), (true, false));
        assert_eq!(look(ChannelKind::Email, false, 1), (false, false));
        assert_eq!(look(ChannelKind::Webhook, true, 100), (false, false));
        assert_eq!(look(ChannelKind::Slack, true, 1), (true, false));
    }

    #[track_caller]
    fn waits(attempt: u32, after: Option<u64>, random: f64, seconds: f64) {
        let tried = tried(ChannelKind::Webhook, Level::A, attempt, TimeDelta::zero());
        let next = next_try(&tried, &retry(after), random);
        let Next::At(at) = next else { panic!("try {attempt}: {next:?}") };
        assert!(((at - tried.now).as_seconds_f64() - seconds).abs() < 0.001, "try {attempt}: {at}");
    }

    #[test]
    fn waits_lie_between_a_second_and_a_ceiling_that_doubles_up_to_five_minutes() {
        for attempt in [1, 2, 9, 40, u32::MAX] {
            waits(attempt, None, 0.0, 1.0);
        }
        waits(1, None, 1.0, 2.0);
        waits(2, None, 1.0, 4.0);
        waits(8, None, 1.0, 256.0);
        waits(9, None, 1.0, 300.0);
        waits(u32::MAX, None, 1.0, 300.0);
        waits(3, None, 0.25, 2.75);
    }

    #[test]
    fn what_the_receiver_asks_for_is_obeyed_up_to_an_hour() {
        waits(1, Some(120), 1.0, 120.0);
        waits(1, Some(0), 0.0, 1.0);
        waits(1, Some(7200), 0.0, 3600.0);
        waits(1, Some(u64::MAX), 0.0, 3600.0);
    }

    #[track_caller]
    fn ends(kind: ChannelKind, level: Level, hours: i64, delivery: &Delivery, expect: Next) {
        assert_eq!(
            next_try(&tried(kind, level, 50, TimeDelta::hours(hours)), delivery, 0.0),
            expect,
            "{kind:?} {hours} h"
        );
    }

    #[test]
    fn what_is_urgent_is_tried_for_a_day_and_the_rest_for_six_hours() {
        let tried = tried(ChannelKind::Email, Level::A, 50, TimeDelta::hours(23));
        assert_eq!(next_try(&tried, &retry(None), 0.0), Next::At(tried.now + TimeDelta::seconds(1)));
        ends(ChannelKind::Email, Level::A, 24, &retry(None), Next::GiveUp(Ended::Expired));
        ends(ChannelKind::Email, Level::B, 6, &retry(None), Next::GiveUp(Ended::Expired));
        ends(ChannelKind::Email, Level::A, 23, &retry(Some(3600)), Next::GiveUp(Ended::Expired));
    }

    #[test]
    fn a_line_message_without_an_answer_is_never_sent_again_after_a_day() {
        let within = tried(ChannelKind::Line, Level::A, 50, TimeDelta::hours(23));
        assert_eq!(next_try(&within, &uncertain(), 0.0), Next::At(within.now + TimeDelta::seconds(1)));
        ends(ChannelKind::Line, Level::A, 24, &uncertain(), Next::HandToPerson);
        let failed_last =
            Tried { uncertain_before: true, ..tried(ChannelKind::Line, Level::A, 50, TimeDelta::hours(24)) };
        assert_eq!(next_try(&failed_last, &retry(None), 0.0), Next::HandToPerson);
    }

    #[track_caller]
    fn mail(level: Level, on_uncertain: OnUncertain, uncertain_before: bool, resent: bool) {
        let tried = Tried { uncertain_before, on_uncertain, ..tried(ChannelKind::Email, level, 1, TimeDelta::zero()) };
        let next = next_try(&tried, &uncertain(), 0.0);
        let expect = if resent { Next::At(tried.now + TimeDelta::seconds(1)) } else { Next::HandToPerson };
        assert_eq!(next, expect, "{level:?} {on_uncertain:?} {uncertain_before}");
    }

    #[test]
    fn a_mail_without_an_answer_is_sent_once_more_or_held_as_the_setting_says() {
        mail(Level::A, OnUncertain::ByLevel, false, true);
        mail(Level::None, OnUncertain::ByLevel, false, false);
        mail(Level::None, OnUncertain::Resend, false, true);
        mail(Level::A, OnUncertain::Hold, false, false);
        mail(Level::A, OnUncertain::Resend, true, false);
    }

    #[test]
    fn what_was_refused_for_good_is_not_tried_again_and_what_arrived_neither() {
        let why = String::new;
        for (delivery, expect) in [
            (Delivery::Accepted { receipt: why() }, Next::Done),
            (Delivery::Duplicate, Next::Done),
            (Delivery::Rejected { why: why() }, Next::GiveUp(Ended::Rejected)),
            (Delivery::Unauthorised { why: why() }, Next::GiveUp(Ended::Unauthorised)),
            (Delivery::Quota { why: why() }, Next::GiveUp(Ended::Quota)),
        ] {
            ends(ChannelKind::Line, Level::A, 0, &delivery, expect);
        }
    }

    #[test]
    fn an_urgent_message_is_with_the_other_channel_within_five_minutes_whatever_the_chance() {
        for random in [0.0, 0.1, 0.37, 0.5, 0.83, 1.0] {
            let mut tried = tried(ChannelKind::Line, Level::A, 1, TimeDelta::zero());
            loop {
                let next = next_try(&tried, &retry(None), random);
                if falls_over(&tried, next) {
                    break;
                }
                let Next::At(at) = next else { panic!("{next:?}") };
                tried = Tried { now: at, attempt: tried.attempt + 1, ..tried };
                assert!(tried.now <= tried.first_at + TimeDelta::minutes(5), "{random}: try {}", tried.attempt);
            }
        }
    }

    #[test]
    fn an_ordinary_message_waits_for_its_own_channel_until_that_gives_up() {
        let tried = tried(ChannelKind::Line, Level::B, 9, TimeDelta::hours(1));
        assert!(!falls_over(&tried, next_try(&tried, &retry(None), 1.0)));
        assert!(falls_over(&tried, Next::GiveUp(Ended::Quota)));
        assert!(!falls_over(&tried, Next::Done));
    }
}
