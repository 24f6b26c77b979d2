//! `xml:base`: what relative addresses inside a feed are relative to.

use url::Url;

use crate::extract::xml::Element;

/// Attributes of HTML whose value is one address (HTML standard, index of attributes).
const ADDRESSES: [&str; 9] =
    ["action", "background", "cite", "data", "formaction", "href", "longdesc", "poster", "src"];

/// The address of the feed, and what `xml:base` says at this place.
#[derive(Debug, Clone)]
pub(super) struct Base<'a> {
    document: Option<&'a Url>,
    stated: Option<Url>,
}

impl<'a> Base<'a> {
    /// No `xml:base` yet.
    pub(super) fn new(document: Option<&'a Url>) -> Self {
        Self { document, stated: None }
    }

    /// The base inside an element.
    pub(super) fn within(&self, element: &Element<'_>) -> Self {
        let mut inside = self.clone();
        if let Some(base) = element.attribute("xml:base") {
            let joined = match self.stated.as_ref().or(self.document) {
                Some(outer) => outer.join(&base),
                None => Url::parse(&base),
            };
            inside.stated = joined.ok().or(inside.stated);
        }
        inside
    }

    /// A link made absolute; one that is absolute stays as written. Nothing for `javascript:` and its kind.
    pub(super) fn link(&self, href: &str) -> Option<String> {
        let href = href.trim();
        if href.is_empty() {
            return None;
        }
        match (Url::parse(href), self.stated.as_ref().or(self.document)) {
            (Ok(url), _) => matches!(url.scheme(), "http" | "https").then(|| href.to_owned()),
            (Err(_), Some(base)) => base.join(href).ok().map(Into::into),
            (Err(_), None) => Some(href.to_owned()),
        }
    }

    /// An id that is a relative address, where the feed says what to.
    pub(super) fn id(&self, id: &str) -> String {
        match (&self.stated, Url::parse(id)) {
            (Some(base), Err(_)) if !id.is_empty() => base.join(id).map_or_else(|_| id.to_owned(), Into::into),
            _ => id.to_owned(),
        }
    }

    /// HTML with its addresses made absolute, where the feed says what to.
    pub(super) fn html(&self, html: String) -> String {
        let Some(base) = &self.stated else { return html };
        let mut out = String::with_capacity(html.len());
        let mut rest = html.as_str();
        while let Some((before, after)) = rest.split_once('<') {
            out.push_str(before);
            out.push('<');
            let (tag, tail) = after.find('>').and_then(|end| after.split_at_checked(end)).unwrap_or((after, ""));
            absolute_tag(tag, base, &mut out);
            rest = tail;
        }
        out.push_str(rest);
        out
    }
}

/// Copies a tag, its addresses resolved.
fn absolute_tag(tag: &str, base: &Url, out: &mut String) {
    let mut rest = tag;
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, quoted) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let quote = quoted.chars().next().unwrap_or('"');
        let Some((value, after)) = quoted.get(1..).and_then(|inner| inner.split_once(quote)) else { break };
        out.push_str(before);
        out.push(quote);
        let name = before.trim_end().strip_suffix('=').and_then(|names| names.split_whitespace().last());
        match base.join(value.trim()) {
            Ok(url) if name.is_some_and(is_address) && Url::parse(value.trim()).is_err() => out.push_str(url.as_str()),
            _ => out.push_str(value),
        }
        out.push(quote);
        rest = after;
    }
    out.push_str(rest);
}

fn is_address(name: &str) -> bool {
    ADDRESSES.iter().any(|address| address.eq_ignore_ascii_case(name))
}
