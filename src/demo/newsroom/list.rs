//! Announcements as HTML list pages: a television station's, and a neighbourhood paper's in Big5.

use chrono::{DateTime, Utc};

use super::{answer::Answer, big5, page::values, site::Site, template::fill};

/// The list of a site in UTF-8.
pub(super) fn utf8(site: &Site, now: DateTime<Utc>) -> Answer {
    Answer::html(page(site, now, include_str!("markup/dengta_list.html"), include_str!("markup/dengta_row.html")))
}

/// The list of a site in Big5.
pub(super) fn big5(site: &Site, now: DateTime<Utc>) -> Answer {
    big5::html(&page(site, now, include_str!("markup/jiugang_list.html"), include_str!("markup/jiugang_row.html")))
}

fn page(site: &Site, now: DateTime<Utc>, list: &str, row: &str) -> String {
    let rows = site.shown(now).into_iter().map(|shown| fill(row, &values(site, shown)));
    fill(list, &[("home", site.home.to_string()), ("rows", rows.collect())])
}
