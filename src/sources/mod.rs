//! What to poll and when. Pure: state, outcome and policy in, state out.

mod schedule;

pub use schedule::{BACK_OFF_CAP, FORCED_FULL_FETCH, Outcome, Success, after, due, first_due, wants_full};
