//! A site in trouble, so that a source is seen failing and recovering: busy for the first quarter of the day, then moved
//! to a machine that answers everything with one page until noon, then well. It is well long before it has news again, for
//! a source that failed for hours is not asked at once.

use chrono::{DateTime, Utc};

use super::{answer::Answer, site::Site, template::fill};
use crate::demo::sources::Outlet;

/// What the busy site asks pollers to wait, in seconds.
const RETRY_AFTER: u32 = 120;

/// How a troubled site answers instead; `None` when it is well.
pub(super) fn answer(site: &Site, target: &str, now: DateTime<Utc>) -> Option<Answer> {
    if site.outlet != Outlet::Weidao {
        return None;
    }
    let quarter = (site.day.closes - site.day.opens) / 4;
    if now < site.day.opens + quarter {
        return Some(Answer::unavailable(RETRY_AFTER));
    }
    let moving = now < site.day.opens + quarter * 2 && target == site.outlet.listing();
    moving.then(|| Answer::html(fill(include_str!("markup/weidao_moved.html"), &[("home", site.home.to_string())])))
}
