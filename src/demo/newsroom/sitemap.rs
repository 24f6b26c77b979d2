//! Announcements as a Google News sitemap.

use chrono::{DateTime, Utc};

use super::{answer::Answer, page::values, site::Site, template::fill};

/// The sitemap of the reports that are out.
pub(super) fn news(site: &Site, now: DateTime<Utc>) -> Answer {
    let rows =
        site.shown(now).into_iter().map(|shown| fill(include_str!("markup/sitemap_url.xml"), &values(site, shown)));
    let sitemap = fill(include_str!("markup/sitemap.xml"), &[("items", rows.collect())]);
    Answer::ok("application/xml; charset=utf-8", sitemap)
}
