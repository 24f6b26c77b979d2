//! What the selectors of a source pick out of a page, before anything else is asked.

use scraper::{ElementRef, Html, Selector};

use crate::domain::ArticleSelectors;

use super::{super::tree, ArticleError, byline, content, prose::Line};

/// The parts of a page that selectors found; a selector that finds nothing leaves the part to the general rules.
#[derive(Default)]
pub(super) struct Chosen {
    pub title: Option<String>,
    pub byline: Option<String>,
    pub published: Option<String>,
    pub body: Vec<Line>,
    pub remove: Option<Selector>,
}

impl Chosen {
    /// Applies the selectors.
    ///
    /// # Errors
    /// [`ArticleError::Selector`] naming the first that is no CSS.
    pub fn read(html: &Html, selectors: &ArticleSelectors) -> Result<Self, ArticleError> {
        let remove = parsed("remove", selectors.remove.as_deref())?;
        let first = |field, css: &Option<String>| -> Result<Option<String>, ArticleError> {
            let selector = parsed(field, css.as_deref())?;
            Ok(selector.and_then(|selector| html.select(&selector).map(value).find(|text| !text.is_empty())))
        };
        Ok(Self {
            title: first("title", &selectors.title)?,
            // What a source names by hand is believed even where it has no shape of a person's name.
            byline: first("byline", &selectors.byline)?
                .map(|text| byline::in_line(&text).or_else(|| byline::in_field(&text)).unwrap_or(text)),
            published: first("published", &selectors.published)?,
            body: parsed("body", selectors.body.as_deref())?
                .map(|body| content::selected(html, &body, remove.as_ref()))
                .unwrap_or_default(),
            remove,
        })
    }
}

/// A selector as configured; none when there is none.
fn parsed(field: &'static str, css: Option<&str>) -> Result<Option<Selector>, ArticleError> {
    css.map(|css| {
        Selector::parse(css).map_err(|reason| ArticleError::Selector {
            field,
            selector: css.to_owned(),
            reason: reason.to_string(),
        })
    })
    .transpose()
}

/// An element's value: machine-readable where it has one, else its words.
fn value(element: ElementRef<'_>) -> String {
    let attribute = ["datetime", "content"].iter().find_map(|name| element.attr(name)).map(str::trim);
    attribute.filter(|text| !text.is_empty()).map_or_else(|| tree::line(element), str::to_owned)
}
