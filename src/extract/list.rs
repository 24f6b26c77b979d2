//! A page with a list of links → [`Listing`], by the CSS selectors of its source.

use chrono::{DateTime, Utc};
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::domain::{Dated, Entry, ListSelectors, Listing};

use super::{
    date, link,
    tree::{self, TreeError},
};

/// Why a list page gave no listing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The page was given up while parsing.
    #[error("{url}: {source}")]
    Tree {
        /// The page.
        url: String,
        /// Which limit it broke.
        source: TreeError,
    },
    /// A selector is no CSS.
    #[error("list.{field} = {selector:?} is no CSS selector ({reason}); correct it in the source's configuration")]
    Selector {
        /// Which selector.
        field: &'static str,
        /// As configured.
        selector: String,
        /// What the parser said.
        reason: String,
    },
    /// No row on the page.
    #[error(
        "{url}: list.item = {selector:?} finds nothing in {bytes} bytes of HTML titled {title:?}; the page was redesigned, is filled in by script, or is a notice: look at it and correct the selector"
    )]
    NoRows {
        /// The page.
        url: String,
        /// The selector for a row.
        selector: String,
        /// Length of the decoded page.
        bytes: usize,
        /// What the page calls itself.
        title: String,
    },
}

/// Reads the rows of a list page. Links are resolved against `base`; a row without a link to follow is counted in
/// [`Listing::passed_over`], and a second row with the same link is dropped.
///
/// # Errors
/// [`ListError`] when the page is hostile, a selector is wrong, or there is no row.
pub fn parse(text: &str, base: &Url, selectors: &ListSelectors, now: DateTime<Utc>) -> Result<Listing, ListError> {
    let html = tree::parse(text).map_err(|source| ListError::Tree { url: base.to_string(), source })?;
    let columns = Columns::parse(selectors)?;
    let rows: Vec<ElementRef<'_>> = html.select(&columns.item).collect();
    if rows.is_empty() {
        return Err(ListError::NoRows {
            url: base.to_string(),
            selector: selectors.item.clone(),
            bytes: text.len(),
            title: tree::find(html.root_element(), "title").into_iter().map(tree::line).next().unwrap_or_default(),
        });
    }
    let base = base_of(&html, base);
    let mut listing = Listing::default();
    for row in rows {
        match columns.entry(row, &base, now) {
            Some(entry) if listing.entries.iter().any(|known| known.id == entry.id) => {}
            Some(entry) => listing.entries.push(entry),
            None => listing.passed_over += 1,
        }
    }
    Ok(listing)
}

/// The address links are relative to: `<base href>` where the page sets one.
fn base_of(html: &Html, url: &Url) -> Url {
    let set =
        tree::find(html.root_element(), "base[href]").first().and_then(|tag| link::resolve(url, tag.attr("href")?));
    set.unwrap_or_else(|| url.clone())
}

/// The selectors, parsed.
struct Columns {
    item: Selector,
    link: Option<Selector>,
    title: Option<Selector>,
    date: Option<Selector>,
    summary: Option<Selector>,
}

impl Columns {
    fn parse(selectors: &ListSelectors) -> Result<Self, ListError> {
        let one = |field, css: &str| {
            Selector::parse(css).map_err(|reason| ListError::Selector {
                field,
                selector: css.to_owned(),
                reason: reason.to_string(),
            })
        };
        let maybe = |field, css: &Option<String>| css.as_deref().map(|css| one(field, css)).transpose();
        Ok(Self {
            item: one("item", &selectors.item)?,
            link: maybe("link", &selectors.link)?,
            title: maybe("title", &selectors.title)?,
            date: maybe("date", &selectors.date)?,
            summary: maybe("summary", &selectors.summary)?,
        })
    }

    fn entry(&self, row: ElementRef<'_>, base: &Url, now: DateTime<Utc>) -> Option<Entry> {
        let anchor = self.anchor(row)?;
        let target = link::resolve(base, anchor.attr("href")?)?;
        let cell = |selector: &Option<Selector>| {
            selector.as_ref().and_then(|selector| row.select(selector).map(tree::line).find(|line| !line.is_empty()))
        };
        let title = cell(&self.title).unwrap_or_else(|| {
            let line = tree::line(anchor);
            // Outlets shorten the visible headline with 「…」 and keep the whole one in the attribute.
            let whole =
                anchor.attr("title").map(tree::one_line).filter(|title| title.chars().count() > line.chars().count());
            whole.unwrap_or(line)
        });
        if title.is_empty() {
            return None;
        }
        Some(Entry {
            id: link::canonical(&target),
            title,
            link: Some(target.to_string()),
            published: self.published(row, now),
            summary: cell(&self.summary),
            ..Entry::default()
        })
    }

    /// The first link of the row that has words; a picture before it links to the same report.
    fn anchor<'a>(&self, row: ElementRef<'a>) -> Option<ElementRef<'a>> {
        if let Some(selector) = &self.link {
            return row.select(selector).find(|anchor| anchor.attr("href").is_some());
        }
        if row.value().name() == "a" && row.attr("href").is_some() {
            return Some(row);
        }
        let anchors = tree::find(row, "a[href]");
        anchors.iter().find(|anchor| !tree::line(**anchor).is_empty()).or(anchors.first()).copied()
    }

    fn published(&self, row: ElementRef<'_>, now: DateTime<Utc>) -> Option<Dated> {
        let read = |element: ElementRef<'_>| {
            let stated = element.attr("datetime").and_then(|text| date::parse(text, now));
            stated.or_else(|| date::parse(&tree::line(element), now))
        };
        let found = match &self.date {
            Some(selector) => row.select(selector).find_map(read),
            None => tree::find(row, "time").into_iter().find_map(read),
        };
        found.map(|at| at.not_after(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<title>市政新聞</title><ul>
        <li><a href='/n/1?utm_source=x'><img src=a.png></a><a href='/n/1'>路燈修復</a><i>2026/03/17 10:48</i><p>三民區的路燈</p></li>
        <li><a href='2' title='水管破裂，三民區停水至晚間'>水管破裂…</a><i>2026-03-16</i></li>
        <li>無連結</li><li><a href='javascript:void(0)'>展開</a></li>
        <li><a href='/n/1'>路燈修復</a></li></ul>";

    fn check(item: &str) -> Result<Listing, ListError> {
        let now = "2026-03-20T00:00:00Z".parse().unwrap();
        let selectors = ListSelectors {
            item: item.into(),
            date: Some("i".into()),
            summary: Some("p".into()),
            ..ListSelectors::default()
        };
        parse(PAGE, &Url::parse("https://city.example/news/").unwrap(), &selectors, now)
    }

    #[test]
    fn rows_become_entries_with_whole_headlines_and_absolute_links() {
        let listing = check("li").unwrap();
        let rows: Vec<(&str, Option<&str>)> =
            listing.entries.iter().map(|e| (e.title.as_str(), e.link.as_deref())).collect();
        assert_eq!(
            rows,
            [
                ("路燈修復", Some("https://city.example/n/1")),
                ("水管破裂，三民區停水至晚間", Some("https://city.example/news/2"))
            ]
        );
        assert_eq!((listing.passed_over, listing.entries[0].summary.as_deref()), (2, Some("三民區的路燈")));
        assert_eq!(listing.entries[0].published.unwrap().at.to_rfc3339(), "2026-03-17T02:48:00+00:00");
    }

    #[test]
    fn a_row_may_be_the_link_itself() {
        assert_eq!(check("li > a[title]").unwrap().entries.len(), 1);
    }

    #[test]
    fn a_wrong_selector_is_named() {
        let error = check("li[").unwrap_err().to_string();
        assert!(error.contains("list.item") && error.contains("li["), "{error}");
    }

    #[test]
    fn a_page_without_rows_says_what_was_looked_for() {
        let error = check("tr.news").unwrap_err().to_string();
        assert!(
            error.contains("tr.news") && error.contains("市政新聞") && error.contains(&PAGE.len().to_string()),
            "{error}"
        );
    }
}
