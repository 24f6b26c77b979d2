//! A report's page → [`Article`]. Must not fetch, must not know any one outlet: a template changes, the habits of
//! a country's newsrooms do not.
//!
//! Evidence in order: the selectors of the source, JSON-LD, the page's own marks and meta tags, density of text.

mod boilerplate;
mod byline;
mod challenge;
mod content;
mod headline;
mod jsonld;
mod meta;
mod other;
mod prose;
mod selectors;
mod times;

use chrono::{DateTime, Utc};
use scraper::Html;
use url::Url;

use crate::domain::{Article, ArticleSelectors};

use super::{
    plain,
    tree::{self, TreeError},
};

pub use challenge::Obstacle;
use jsonld::Stated;
use meta::Head;
pub use other::Other;
use prose::Line;
use selectors::Chosen;

/// Why no report could be read out of a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArticleError {
    /// The page was given up while parsing.
    #[error("{url}: {source}")]
    Tree {
        /// The page.
        url: String,
        /// Which limit it broke.
        source: TreeError,
    },
    /// Something stands in the way of the report.
    #[error("{url} answered with {obstacle}")]
    Challenge {
        /// The page.
        url: String,
        /// What stands there.
        obstacle: Obstacle,
    },
    /// It is no page.
    #[error("{url} gave {other}")]
    NotAPage {
        /// The address.
        url: String,
        /// What it is instead, and what to do.
        other: Other,
    },
    /// Nothing on the page is text.
    #[error(
        "{url} holds no text to read in {bytes} bytes of HTML; it may be a video, or built by script: keep the source to headlines, or give it a body selector"
    )]
    NoText {
        /// The page.
        url: String,
        /// Length of the decoded page.
        bytes: usize,
    },
    /// A selector of the source is no CSS.
    #[error("article.{field} = {selector:?} is no CSS selector ({reason}); correct it in the source's configuration")]
    Selector {
        /// Which of the source's selectors.
        field: &'static str,
        /// As configured.
        selector: String,
        /// What the parser said.
        reason: String,
    },
}

/// Lines at either end of a body where a credit may stand.
const CREDIT_LINES: usize = 5;

/// Reads the report out of a decoded page. `decoded_charset` is the label it was decoded from, `url` where it came
/// from, `now` the time of fetching, before which it must have been published.
///
/// # Errors
/// [`ArticleError`] when the page is hostile, is no page, is a notice instead of a report, or holds no text, and when a selector
/// is wrong. Never panics, and takes time linear in the page's length.
pub fn read(
    page_text: &str,
    decoded_charset: &str,
    url: &Url,
    selectors: &ArticleSelectors,
    now: DateTime<Utc>,
) -> Result<Article, ArticleError> {
    let no_page = |other| ArticleError::NotAPage { url: url.to_string(), other };
    if let Some(other) = Other::of(page_text) {
        return Err(no_page(other));
    }
    let html = tree::parse(page_text).map_err(|source| ArticleError::Tree { url: url.to_string(), source })?;
    let chosen = Chosen::read(&html, selectors)?;
    let head = Head::read(&html);
    let stated = jsonld::read(&html);
    let lines = match chosen.body {
        lines if !lines.is_empty() => lines,
        _ => content::found(page_text, &html, chosen.remove.as_ref(), stated.body.as_deref()),
    };
    if let Some(obstacle) = challenge::met(page_text, head.title.as_deref(), content::score(&lines)) {
        return Err(ArticleError::Challenge { url: url.to_string(), obstacle });
    }
    if lines.is_empty() {
        return Err(ArticleError::NoText { url: url.to_string(), bytes: page_text.len() });
    }
    let outlet = outlet(&head, &stated);
    let times = times::choose(
        &html,
        chosen.published.as_deref().into_iter().chain(stated.published.as_deref()).chain(head.published()),
        stated.modified.as_deref().into_iter().chain(head.modified()),
        || stamp_lines(&html, &lines),
        now,
    );
    let title = chosen.title.or_else(|| title(&html, &head, &stated, outlet.as_deref())).unwrap_or_default();
    let byline = chosen.byline.or_else(|| writer(&html, &head, &stated, &lines));
    let lines = boilerplate::without_head(lines, &title);
    if title.is_empty()
        && let Some(other) = Other::of_text(&prose::join(&lines))
    {
        return Err(no_page(other));
    }
    Ok(Article {
        url: url.to_string(),
        canonical_url: head.canonical(url),
        title,
        byline,
        outlet,
        published_at: times.published,
        updated_at: times.updated,
        text: prose::join(&lines),
        charset: decoded_charset.to_owned(),
        language: head.language.clone().or(stated.language),
    })
}

/// Lines that print a time without an element made for it: the labelled ones of the page, then those at the head of the
/// text.
fn stamp_lines(html: &Html, lines: &[Line]) -> Vec<String> {
    let page = tree::find(html.root_element(), "body").into_iter().flat_map(|body| prose::lines(body, |_| false));
    let labelled = page.filter(|line| times::is_labelled(&line.text));
    let head = lines.iter().take(CREDIT_LINES).filter(|line| boilerplate::is_stamp(&line.text)).cloned();
    labelled.chain(head).map(|line| line.text).collect()
}

fn outlet(head: &Head, stated: &Stated) -> Option<String> {
    let named =
        head.outlets().chain(stated.publisher.as_deref()).map(|name| headline::without_names(&plain::line(name), &[]));
    named.into_iter().find(|name| !name.is_empty()).or_else(|| head.title.as_deref().and_then(headline::outlet_of))
}

fn title(html: &Html, head: &Head, stated: &Stated, outlet: Option<&str>) -> Option<String> {
    let titles: Vec<&str> = head.titles().collect();
    let outlets: Vec<&str> = head.outlets().chain(stated.publisher.as_deref()).chain(outlet).collect();
    let said = stated.headline.as_deref().map(plain::line);
    headline::choose(html, &titles, said.as_deref(), &outlets)
}

/// The writer: stated, else marked on the page, else named in the credit at either end of the text.
fn writer(html: &Html, head: &Head, stated: &Stated, lines: &[Line]) -> Option<String> {
    let joined = stated.authors.join("、");
    let fields = [joined.as_str()].into_iter().chain(stated.authors.iter().map(String::as_str)).chain(head.authors());
    fields.into_iter().find_map(byline::in_field).or_else(|| marked_writer(html)).or_else(|| {
        let ends = lines.iter().take(CREDIT_LINES).chain(lines.iter().rev().take(CREDIT_LINES));
        ends.into_iter().find_map(|line| byline::in_line(&line.text))
    })
}

fn marked_writer(html: &Html) -> Option<String> {
    const MARKS: &str = r#"[rel~="author"], [itemprop~="author"], [class*="author" i], [class*="reporter" i], [class*="byline" i], [class*="writer" i]"#;
    const LONGEST: usize = 40;
    tree::find(html.root_element(), MARKS)
        .into_iter()
        .map(tree::line)
        .filter(|line| line.chars().count() <= LONGEST)
        .find_map(|line| byline::in_line(&line).or_else(|| byline::in_field(&line)))
}

#[cfg(test)]
mod tests;
