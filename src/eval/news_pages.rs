//! How well captured news pages are read: title, date, writer and body against what a person wrote down.

use std::{fs, path::Path};

use anyhow::Context as _;
use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};
use serde::Deserialize;
use url::Url;

use super::tally::Tally;
use crate::{
    domain::{Article, ArticleSelectors, Dated, TAIPEI},
    extract::{article, charset},
};

/// How one page was read. A part is `None` where nothing is expected of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageScore {
    /// The file, below the folder.
    pub file: String,
    /// Whether the headline is right, white space included.
    pub title: Option<bool>,
    /// Whether the expected time is the one of publication or of the last change, to the minute.
    pub date: Option<bool>,
    /// Whether the writer is right.
    pub byline: Option<bool>,
    /// Whether the body holds the expected phrase.
    pub body: Option<bool>,
    /// What was read, or why nothing was.
    pub read: Result<Article, String>,
}

/// All pages of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewsPages {
    /// In the order of the list.
    pub pages: Vec<PageScore>,
}

/// What a page is asked: the part's name, and whether it is right where something is expected.
type Part = (&'static str, fn(&PageScore) -> Option<bool>);

/// The parts, the last whether the page could be read at all.
const PARTS: [Part; 5] = [
    ("title", |page| page.title),
    ("date", |page| page.date),
    ("byline", |page| page.byline),
    ("body", |page| page.body),
    ("read", |page| Some(page.read.is_ok())),
];

impl NewsPages {
    /// The figures: title, date, byline, body, and pages that could be read at all.
    #[must_use]
    pub fn parts(&self) -> [Tally; 5] {
        PARTS.map(|(name, part)| {
            let mut tally = Tally::new(name);
            self.pages.iter().filter_map(part).for_each(|right| tally.count(right));
            tally
        })
    }

    /// The pages that are wrong in the part of that name.
    pub fn wrong_in<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a PageScore> {
        let parts = PARTS.iter().filter(move |(part, _)| *part == name);
        parts.flat_map(|(_, part)| self.pages.iter().filter(|page| part(page) == Some(false)))
    }
}

/// A row of `expected.jsonl`.
#[derive(Deserialize)]
struct Expected {
    file: String,
    title: Option<String>,
    date: Option<String>,
    author: Option<String>,
    contents_contains: Option<String>,
}

/// Reads every page that `expected.jsonl` in `dir` names and compares.
///
/// # Errors
/// When the list or a page cannot be opened or the list is not JSON Lines; a page that cannot be *read* is a score.
pub fn score(dir: &Path) -> anyhow::Result<NewsPages> {
    let list = dir.join("expected.jsonl");
    let rows = fs::read_to_string(&list).with_context(|| format!("opening {}", list.display()))?;
    let mut pages = Vec::new();
    for (number, row) in rows.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let expected: Expected =
            serde_json::from_str(row).with_context(|| format!("{} line {}", list.display(), number + 1))?;
        let path = dir.join(&expected.file);
        let body = fs::read(&path).with_context(|| format!("opening {}", path.display()))?;
        pages.push(compare(expected, read(&body))?);
    }
    Ok(NewsPages { pages })
}

/// The captures do not say where they came from; any address does, as no canonical link is asked for.
const ADDRESS: &str = "https://captured.invalid/report";

/// After the last capture: nothing in them is from the future.
const CAPTURED_BEFORE: DateTime<Utc> = match DateTime::from_timestamp(1_577_836_800, 0) {
    Some(at) => at,
    None => DateTime::UNIX_EPOCH,
};

fn read(body: &[u8]) -> Result<Article, String> {
    let page = charset::decode(body, None).map_err(|error| error.to_string())?;
    let url = Url::parse(ADDRESS).map_err(|error| error.to_string())?;
    article::read(&page.text, page.charset, &url, &ArticleSelectors::default(), CAPTURED_BEFORE)
        .map_err(|error| error.to_string())
}

fn compare(expected: Expected, read: Result<Article, String>) -> anyhow::Result<PageScore> {
    let got = read.as_ref().ok();
    let asked = |holds: &dyn Fn(&Article) -> bool| Some(got.is_some_and(holds));
    let time =
        expected.date.as_deref().map(|text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")).transpose()?;
    Ok(PageScore {
        title: expected.title.and_then(|title| asked(&|article| article.title == title)),
        date: time.and_then(|time| {
            asked(&|article| {
                [article.published_at, article.updated_at].into_iter().flatten().any(|at| is_minute(at, time))
            })
        }),
        byline: expected.author.and_then(|author| asked(&|article| article.byline.as_deref() == Some(author.as_str()))),
        body: expected.contents_contains.and_then(|phrase| asked(&|article| article.text.contains(&phrase))),
        file: expected.file,
        read,
    })
}

/// Whether an instant is that minute on a clock in Taipei.
fn is_minute(at: Dated, wall: NaiveDateTime) -> bool {
    let zone: FixedOffset = TAIPEI;
    at.at.with_timezone(&zone).format("%F %R").to_string() == wall.format("%F %R").to_string()
}
