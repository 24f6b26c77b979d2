//! One staged site: which of its reports are out, where each stands, and what it answers to an address.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    answer::{Answer, Known, Validator},
    big5, board, feed, list, page, sitemap,
    template::fill,
    timeline, trouble,
};
use crate::demo::{
    day::{Day, Report, Shown},
    sources::Outlet,
};

/// Real feeds keep the newest twenty to fifty items.
const KEPT: usize = 30;

/// A site of the staged newsroom.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) outlet: Outlet,
    /// Its address, with the slash at the end.
    pub(super) home: Url,
    pub(super) day: Arc<Day>,
}

/// What a visitor asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ask<'a> {
    /// Path and query as sent.
    pub(super) target: &'a str,
    /// Whether the visitor says to be an adult.
    pub(super) adult: bool,
    /// What the visitor knows already.
    pub(super) known: Known<'a>,
}

impl Site {
    /// What the site answers at `now`.
    pub(super) fn answer(&self, ask: Ask<'_>, now: DateTime<Utc>) -> Answer {
        if ask.target == "/robots.txt" {
            return self.robots();
        }
        if let Some(trouble) = trouble::answer(self, ask.target, now) {
            return trouble;
        }
        if self.outlet == Outlet::Hamabbs {
            return board::answer(self, ask, now);
        }
        if ask.target == self.outlet.listing() {
            let changed = self.shown(now).iter().map(Shown::changed_at).max();
            return self.listing(now).validated(self.validator(), changed, ask.known);
        }
        let shown = self.reports().find(|r| self.path(r) == ask.target).and_then(|report| report.shown(now));
        shown.map_or_else(Answer::not_found, |shown| {
            let page = page::html(self, shown, now);
            let answer = if self.outlet == Outlet::Jiugang { big5::html(&page) } else { Answer::html(page) };
            answer.validated(self.validator(), Some(shown.changed_at()), ask.known)
        })
    }

    /// The site's reports, the earliest first, published or not.
    pub(super) fn reports(&self) -> impl DoubleEndedIterator<Item = &Report> {
        self.day.reports.iter().filter(|report| report.outlet == self.outlet)
    }

    /// What readers see at `now`, the newest first.
    pub(super) fn shown(&self, now: DateTime<Utc>) -> Vec<Shown<'_>> {
        self.reports().rev().filter_map(|report| report.shown(now)).take(KEPT).collect()
    }

    /// Where a report stands, for as long as the site does.
    pub(super) fn path(&self, report: &Report) -> String {
        let serial = report.serial;
        match self.outlet {
            Outlet::Mumian => format!("/news/local/5{serial}"),
            Outlet::Fenghuang => format!("/story/7327/{serial}"),
            Outlet::Chaosheng => format!("/a/20260317-{serial}"),
            Outlet::Nanfeng => format!("/articles/{serial}"),
            Outlet::Dengta => format!("/news/local/{serial}.html"),
            Outlet::Jiugang => format!("/shownews.asp?id={serial}"),
            Outlet::Gangbian => format!("/news/aloc/20260317{serial}.aspx"),
            Outlet::Hamabbs => format!("/bbs/Takao/M.{}.A.{serial:03X}.html", report.at.timestamp()),
            Outlet::Cityhall => format!("/CityNews_Detail.aspx?n=7D0E21C4B9F3A865&s={serial:016X}"),
            Outlet::Videos => format!("/watch?v={}", page::video(report)),
            Outlet::Tag => format!("/@{}/1142760000000{serial}", report.byline),
            Outlet::Weidao => format!("/n/{serial}"),
        }
    }

    /// The whole address of a path on this site.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.home.as_str().trim_end_matches('/'))
    }

    fn listing(&self, now: DateTime<Utc>) -> Answer {
        match self.outlet {
            Outlet::Mumian | Outlet::Gangbian | Outlet::Cityhall | Outlet::Weidao => feed::rss(self, now),
            Outlet::Fenghuang => feed::atom(self, now),
            Outlet::Videos => feed::youtube(self, now),
            Outlet::Chaosheng => feed::json(self, now),
            Outlet::Nanfeng => sitemap::news(self, now),
            Outlet::Dengta => list::utf8(self, now),
            Outlet::Jiugang => list::big5(self, now),
            Outlet::Tag => timeline::statuses(self, now),
            Outlet::Hamabbs => Answer::not_found(),
        }
    }

    /// PTT has no robots.txt; everybody else keeps pollers out of a few corners.
    fn robots(&self) -> Answer {
        if self.outlet == Outlet::Hamabbs {
            return Answer::not_found();
        }
        let sitemap = if self.outlet == Outlet::Nanfeng {
            format!("\nSitemap: {}\n", self.at(self.outlet.listing()))
        } else {
            String::new()
        };
        Answer::ok("text/plain; charset=utf-8", fill(include_str!("markup/robots.txt"), &[("sitemap", sitemap)]))
    }

    /// Most sites send an `ETag`; the agency a date; an old ASP site, a board and YouTube nothing.
    fn validator(&self) -> Validator {
        match self.outlet {
            Outlet::Gangbian => Validator::Date,
            Outlet::Tag => Validator::Weak,
            Outlet::Jiugang | Outlet::Hamabbs | Outlet::Videos => Validator::None,
            _ => Validator::Strong,
        }
    }
}
