//! When a report is visited again. Few visits, close together while an outlet is likely to act and far apart later; one
//! request a visit, whatever comes of it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{Answered, Revisit, Round, Visits};

/// After the first fetch, by the product's requirements (step 2): corrections mostly come within hours, quiet rewrites
/// within days.
const AFTER_FETCH: [TimeDelta; 7] = [
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(3),
    TimeDelta::hours(6),
    TimeDelta::hours(24),
    TimeDelta::hours(72),
    TimeDelta::days(7),
];

/// After a clarification went out, by the product's requirements (step 9): the same steps as far as a day, since it is
/// then that outlets are called.
const AFTER_PUBLICATION: [TimeDelta; 5] =
    [TimeDelta::minutes(15), TimeDelta::hours(1), TimeDelta::hours(3), TimeDelta::hours(6), TimeDelta::hours(24)];

/// Two visits closer together than this are one: that of the later moment, which sees more.
const CLOSE: TimeDelta = TimeDelta::minutes(5);

/// The most by which a visit is put off so that reports of one hour are not asked for in one second, and the share of
/// its own step that this may be.
const LONGEST_JITTER: TimeDelta = TimeDelta::minutes(10);
const JITTER_SHARE: i32 = 10;

/// A page that was gone is looked at once more after this time. Gone counts when two visits at least ten minutes apart
/// found it so; a page that is being published anew is often away for a minute or two.
const CONFIRM_AFTER: TimeDelta = TimeDelta::minutes(12);

/// After a try that brought no answer: half the time to the next visit, within these bounds, and once only.
const SHORTEST_MAKE_UP: TimeDelta = TimeDelta::minutes(15);
const LONGEST_MAKE_UP: TimeDelta = TimeDelta::hours(1);

impl Visits {
    /// A report that was just fetched.
    #[must_use]
    pub fn new(first_fetched: DateTime<Utc>) -> Self {
        Self { first_fetched, published: None, last: None }
    }

    /// The next visit to the report of key `id`. Of several that were missed only the latest is made up for: what the
    /// earlier ones would have shown is gone. None when all were made.
    #[must_use]
    pub fn next(&self, id: &str, now: DateTime<Utc>) -> Option<Revisit> {
        let planned = self.planned(id);
        let made = self.last.map(|(visit, at, _)| visit.at.max(at));
        let open = planned.iter().filter(|visit| made.is_none_or(|made| visit.at > made));
        let (missed, coming): (Vec<&Revisit>, Vec<&Revisit>) = open.partition(|visit| visit.at <= now);
        let regular = missed.last().or(coming.first()).map(|visit| **visit);
        // What only repeats the last visit is left out when a regular one is there to do the same.
        let again = self.again(regular).filter(|again| regular.is_none_or(|regular| again.at + CLOSE < regular.at));
        again.or(regular)
    }

    /// The state after a visit was made at `now`.
    #[must_use]
    pub fn after(self, visit: Revisit, now: DateTime<Utc>, answered: Answered) -> Self {
        Self { last: Some((visit, now, answered)), ..self }
    }

    /// The state after a clarification went out, which opens another round of visits.
    #[must_use]
    pub fn clarified(self, at: DateTime<Utc>) -> Self {
        Self { published: Some(at), ..self }
    }

    /// The visit that repeats the last one: at most one for each.
    fn again(&self, regular: Option<Revisit>) -> Option<Revisit> {
        let (visit, at, answered) = self.last?;
        match (answered, visit.round) {
            (Answered::Gone, round) if round != Round::Confirm => {
                Some(Revisit { round: Round::Confirm, at: at + CONFIRM_AFTER })
            }
            (Answered::Nothing, Round::Fetch | Round::Publication) => {
                let half = regular.map_or(LONGEST_MAKE_UP, |regular| (regular.at - at) / 2);
                let pause = half.clamp(SHORTEST_MAKE_UP, LONGEST_MAKE_UP);
                Some(Revisit { round: Round::MakeUp, at: at + pause })
            }
            _ => None,
        }
    }

    /// All regular visits in order.
    fn planned(&self, id: &str) -> Vec<Revisit> {
        let share = share_of(id);
        let put_off = |from: DateTime<Utc>, step: TimeDelta| {
            let most = (step / JITTER_SHARE).min(LONGEST_JITTER);
            from + step + TimeDelta::milliseconds(most.num_milliseconds() * i64::from(share) / i64::from(u16::MAX))
        };
        let fetch =
            AFTER_FETCH.map(|step| Revisit { round: Round::Fetch, at: put_off(self.first_fetched, step) }).into_iter();
        let publication = self
            .published
            .map(|from| AFTER_PUBLICATION.map(|step| Revisit { round: Round::Publication, at: put_off(from, step) }));
        let mut all: Vec<Revisit> = fetch.chain(publication.into_iter().flatten()).collect();
        all.sort_by_key(|visit| (visit.at, visit.round));
        let mut kept: Vec<Revisit> = Vec::with_capacity(all.len());
        for visit in all {
            match kept.last_mut() {
                Some(last) if visit.at - last.at < CLOSE => *last = visit,
                _ => kept.push(visit),
            }
        }
        kept
    }
}

/// A number for a key, the same at every start (FNV-1a, by its authors' public description), folded to 16 bits.
fn share_of(id: &str) -> u16 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u16::try_from((hash >> 16) ^ (hash & 0xffff)).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    /// Makes every visit the moment it is due and returns them with the minute.
    fn walk(mut visits: Visits, id: &str, mut answer: impl FnMut(usize) -> Answered) -> Vec<(Round, i64)> {
        let (mut made, mut now) = (Vec::new(), visits.first_fetched);
        while let Some(visit) = visits.next(id, now) {
            now = now.max(visit.at);
            visits = visits.after(visit, now, answer(made.len()));
            made.push((visit.round, (now - at(0)).num_minutes()));
            assert!(made.len() < 100, "{made:?}");
        }
        made
    }

    #[test]
    fn a_report_is_visited_seven_times_in_a_week() {
        for id in ["01J0A", "01J0B", "", "一"] {
            let made = walk(Visits::new(at(0)), id, |_| Answered::Page);
            let steps = [15, 60, 180, 360, 1440, 4320, 10080];
            assert_eq!(made.len(), steps.len());
            for ((round, minute), step) in made.into_iter().zip(steps) {
                assert_eq!(round, Round::Fetch);
                assert!((step..=step + 10.min(step / 10 + 1)).contains(&minute), "{id}: {minute} for {step}");
            }
        }
    }

    #[test]
    fn reports_of_one_minute_are_not_asked_for_together() {
        let visits = Visits::new(at(0));
        let moments: std::collections::BTreeSet<i64> =
            (0..50).map(|n| visits.next(&format!("01J0{n}"), at(0)).unwrap().at.timestamp() / 3).collect();
        assert!(moments.len() > 15, "{}", moments.len());
        assert_eq!(visits.next("01J0A", at(0)), visits.next("01J0A", at(0)));
    }

    #[test]
    fn a_clarification_opens_another_round() {
        let visits = Visits::new(at(0)).clarified(at(600));
        let made = walk(visits, "01J0A", |_| Answered::Page);
        let rounds = |round| made.iter().filter(|it| it.0 == round).count();
        assert_eq!((rounds(Round::Fetch), rounds(Round::Publication)), (7, 5));
        assert!(made.iter().any(|(round, minute)| *round == Round::Publication && (615..=617).contains(minute)));
        assert!(made.is_sorted_by_key(|it| it.1));
    }

    #[test]
    fn two_rounds_that_meet_ask_once() {
        // The six hours of the first round and the fifteen minutes of the second fall on one moment.
        let made = walk(Visits::new(at(0)).clarified(at(345)), "", |_| Answered::Page);
        assert_eq!(made.len(), 11);
        assert!(made.windows(2).all(|pair| pair[1].1 - pair[0].1 >= 4), "{made:?}");
    }

    #[test]
    fn after_an_outage_only_the_latest_missed_visit_is_made() {
        let visits = Visits::new(at(0));
        let visit = visits.next("01J0A", at(400)).unwrap();
        assert!(visit.at >= at(360) && visit.at <= at(370));
        let after = visits.after(visit, at(400), Answered::Page).next("01J0A", at(400)).unwrap();
        assert!(after.at >= at(1440));
    }

    #[test]
    fn a_try_without_an_answer_is_made_up_for_once() {
        let made = walk(Visits::new(at(0)), "", |_| Answered::Nothing);
        let rounds = |round| made.iter().filter(|it| it.0 == round).count();
        assert_eq!(rounds(Round::Fetch), 7);
        assert_eq!(rounds(Round::MakeUp), 7);
        let gaps: Vec<i64> = made.windows(2).map(|pair| pair[1].1 - pair[0].1).collect();
        assert!(gaps.iter().all(|gap| *gap >= 15), "{made:?}");
    }

    #[test]
    fn a_page_that_is_gone_is_looked_at_again_after_more_than_ten_minutes() {
        let made = walk(Visits::new(at(0)), "", |n| if n == 0 { Answered::Gone } else { Answered::Page });
        let (first, second) = (made[0], made[1]);
        assert_eq!((first.0, second.0), (Round::Fetch, Round::Confirm));
        assert!((10..=15).contains(&(second.1 - first.1)));
        assert_eq!(walk(Visits::new(at(0)), "", |_| Answered::Gone).len(), 14);
    }

    #[test]
    fn a_wall_clock_that_is_set_back_makes_no_storm() {
        let visits = Visits::new(at(0));
        let first = visits.next("a", at(20)).unwrap();
        let after = visits.after(first, at(20), Answered::Page);
        assert!(after.next("a", at(-500)).unwrap().at >= at(60));
    }
}
