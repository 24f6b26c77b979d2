//! A bulletin board as PTT serves it: index pages with the newest post last, pinned posts below a line, deleted posts
//! without a link, dates without a year, and a question about the visitor's age before anything.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    answer::Answer,
    page,
    site::{Ask, Site},
    stamp,
    template::{Values, escape, fill},
};
use crate::demo::day::{Report, Shown};

/// Posts on an index page.
const ROWS: usize = 20;

/// Minutes between two comments on a post.
const PACE: u32 = 3;

/// Where a visitor is asked for their age.
const GATE: &str = "/ask/over18";

/// The board's rules: pinned, and the oldest post of the board.
const RULES: &str = "/bbs/Takao/M.1772323200.A.0A1.html";

/// The author of a deleted post that every visitor finds on the list.
const DELETED: &str = "lovelyrain";

/// A comment: its mark and what it says.
const COMMENTS: [(&str, &str); 12] = [
    ("推", "推一個"),
    ("→", "先看看後續"),
    ("推", "住附近，路過"),
    ("噓", "標題可以好好下嗎"),
    ("推", "幫高調"),
    ("→", "1999案號貼一下"),
    ("推", "辛苦了"),
    ("→", "等官方說法"),
    ("推", "感恩分享"),
    ("噓", "又來"),
    ("推", "+1"),
    ("→", "排版用心給過"),
];

const VISITORS: [&str; 7] = ["harborcat", "qishan87", "lrt_rider", "moonbay", "takao2nd", "sugarcane", "ferry0500"];

/// What the board answers at `now`.
pub(super) fn answer(site: &Site, ask: Ask<'_>, now: DateTime<Utc>) -> Answer {
    let path = ask.target.split('?').next().unwrap_or_default();
    if path == GATE {
        return Answer::html(include_str!("markup/over18.html").to_owned());
    }
    let Some(name) = path.strip_prefix("/bbs/Takao/") else { return Answer::not_found() };
    if !ask.adult {
        return Answer::elsewhere(&format!("{GATE}?from={path}"));
    }
    if path == RULES {
        return Answer::html(rules(site));
    }
    if let Some(index) = name.strip_prefix("index").and_then(|rest| rest.strip_suffix(".html")) {
        return index_page(site, index, now).map_or_else(Answer::not_found, Answer::html);
    }
    let shown = site.reports().find(|report| site.path(report) == path).and_then(|report| report.shown(now));
    shown.map_or_else(Answer::not_found, |shown| Answer::html(post(site, shown, now)))
}

/// An index page by its number; without one the newest. `None` when there is no such page.
fn index_page(site: &Site, number: &str, now: DateTime<Utc>) -> Option<String> {
    // The oldest page never changes: the day's posts start on the next one.
    let oldest = [rules_row(" 3/01"), deleted_row("windylane", " 3/02")];
    let today = today(site, now);
    let pages: Vec<&[String]> = std::iter::once(oldest.as_slice()).chain(today.chunks(ROWS)).collect();
    let last = pages.len();
    let wanted = if number.is_empty() { last } else { number.parse().ok()? };
    let rows = pages.get(wanted.checked_sub(1)?)?;
    let pinned = format!("<div class=\"r-list-sep\"></div>\n{}", rules_row(" 3/01"));
    let values = vec![
        ("older", turn("‹ 上頁", (wanted > 1).then(|| wanted - 1))),
        ("newer", turn("下頁 ›", (wanted < last).then(|| wanted + 1))),
        ("rows", rows.concat()),
        ("pinned", if wanted == last { pinned } else { String::new() }),
    ];
    Some(fill(include_str!("markup/board_index.html"), &values))
}

/// The rows of the day's posts, the newest last.
fn today(site: &Site, now: DateTime<Utc>) -> Vec<String> {
    let mut rows: Vec<String> = site
        .reports()
        .filter_map(|report| match report.shown(now) {
            Some(shown) => Some(row(site, shown, now)),
            None => report.is_deleted(now).then(|| deleted_row(&report.byline, &stamp::month_day(report.at))),
        })
        .collect();
    if !rows.is_empty() {
        rows.insert(1, deleted_row(DELETED, &stamp::month_day(site.day.opens)));
    }
    rows
}

fn row(site: &Site, shown: Shown<'_>, now: DateTime<Utc>) -> String {
    let report = shown.report;
    let score: i32 = comments(report, now)
        .map(|comment| match comment.tag {
            "推" => 1,
            "噓" => -1,
            _ => 0,
        })
        .sum();
    let pushes = if score > 0 { format!(r#"<span class="hl f2">{score}</span>"#) } else { String::new() };
    let title = format!(r#"<a href="{}">{}</a>"#, site.path(report), escape(shown.title));
    fill_row(pushes, title, &report.byline, &stamp::month_day(report.at), "")
}

fn rules_row(date: &str) -> String {
    fill_row(String::new(), format!(r#"<a href="{RULES}">[公告] Takao 板規</a>"#), "takao_bm", date, "M")
}

/// The row of a post its author took down.
fn deleted_row(author: &str, date: &str) -> String {
    fill_row(String::new(), format!("(本文已被刪除) [{}]", escape(author)), "-", date, "")
}

fn fill_row(pushes: String, title: String, author: &str, date: &str, mark: &str) -> String {
    let values: Values = vec![
        ("pushes", pushes),
        ("title", title),
        ("author", author.to_owned()),
        ("date", date.to_owned()),
        ("mark", mark.to_owned()),
    ];
    fill(include_str!("markup/board_row.html"), &values)
}

fn turn(label: &str, to: Option<usize>) -> String {
    match to {
        Some(page) => format!(r#"<a class="btn wide" href="/bbs/Takao/index{page}.html">{label}</a>"#),
        None => format!(r#"<a class="btn wide disabled">{label}</a>"#),
    }
}

/// A comment on a post.
struct Comment {
    tag: &'static str,
    what: &'static str,
    who: &'static str,
    at: DateTime<Utc>,
}

/// The comments a post has by `now`: two to five, always the same for one post.
fn comments(report: &Report, now: DateTime<Utc>) -> impl Iterator<Item = Comment> {
    let (serial, posted) = (report.serial, report.at);
    (1..=2 + serial % 4).filter_map(move |n| {
        let at = posted + TimeDelta::minutes(i64::from(n * PACE));
        let pick = |step: u32, of: usize| usize::try_from(serial + n * step).unwrap_or_default() % of;
        let (tag, what) = *COMMENTS.get(pick(5, COMMENTS.len()))?;
        let who = VISITORS.get(pick(3, VISITORS.len()))?;
        (at <= now).then_some(Comment { tag, what, who, at })
    })
}

fn post(site: &Site, shown: Shown<'_>, now: DateTime<Utc>) -> String {
    let report = shown.report;
    // Documentation addresses (RFC 5737): nobody's.
    let ip = format!("203.0.113.{}", report.serial % 200 + 1);
    let pushes = comments(report, now).map(|comment| {
        let tint = if comment.tag == "推" { "hl " } else { "f1 hl " };
        let values: Values = vec![
            ("tint", tint.to_owned()),
            ("tag", comment.tag.to_owned()),
            ("who", comment.who.to_owned()),
            ("what", comment.what.to_owned()),
            ("when", stamp::month_day_time(comment.at)),
        ];
        fill(include_str!("markup/board_push.html"), &values)
    });
    let mut values = page::values(site, shown);
    // Paragraphs stand apart on a board.
    values.retain(|(name, _)| *name != "text");
    values.extend([
        ("text", shown.text.replace('\n', "\n\n")),
        ("nick", "港都鄉民".to_owned()),
        ("ip", ip),
        ("pushes", pushes.collect()),
    ]);
    fill(include_str!("markup/board_post.html"), &values)
}

fn rules(site: &Site) -> String {
    let text = "一、發文請選分類。\n\n二、禁止人身攻擊與個資。\n\n三、轉貼新聞請附全文出處。";
    let values: Values = vec![
        ("title", "[公告] Takao 板規".to_owned()),
        ("byline", "takao_bm".to_owned()),
        ("nick", "板主".to_owned()),
        ("lead", "一、發文請選分類。".to_owned()),
        ("ctime", "Sun Mar  1 08:00:00 2026".to_owned()),
        ("text", text.to_owned()),
        ("ip", "203.0.113.250".to_owned()),
        ("url", site.at(RULES)),
    ];
    fill(include_str!("markup/board_post.html"), &values)
}
