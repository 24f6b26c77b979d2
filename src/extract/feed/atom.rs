//! Atom 1.0 (RFC 4287) and 0.3.

use super::{
    Reading,
    base::Base,
    base64, identified, said,
    space::{Names, Space},
};
use crate::{domain::Entry, extract::xml::Element};

/// The entries of a `feed`.
pub(super) fn entries<'a>(root: Element<'a>, names: &Names<'a>, base: &Base<'_>, reading: Reading) -> Vec<Entry> {
    root.children()
        .filter(|child| child.local().eq_ignore_ascii_case("entry"))
        .map(|child| entry(child, names, base, reading))
        .collect()
}

/// The times an entry states, the best stand-in for its publication first.
#[derive(Default)]
struct Times {
    published: Option<String>,
    created: Option<String>,
    dublin: Option<String>,
    updated: Option<String>,
}

fn entry<'a>(element: Element<'a>, names: &Names<'a>, base: &Base<'_>, reading: Reading) -> Entry {
    let (names, base) = (names.within(&element), base.within(&element));
    let mut entry = Entry::default();
    let mut times = Times::default();
    let (mut creator, mut described) = (None, None);
    for child in element.children() {
        let base = base.within(&child);
        let name = child.local().to_ascii_lowercase();
        match (names.space(&child), name.as_str()) {
            (Space::Own | Space::Atom, name) => own(&mut entry, &mut times, name, &child, &base),
            (Space::Dublin, "creator") => creator = creator.or_else(|| said(child.text())),
            (Space::Dublin, "date") => times.dublin = said(child.text()),
            (Space::Dublin, "subject") => entry.categories.extend(said(child.text())),
            (Space::Media, "group") => {
                described = child.children().find(|e| e.local() == "description").and_then(|e| said(e.text()));
            }
            _ => {}
        }
    }
    entry.author = entry.author.or(creator);
    entry.summary = entry.summary.or(described);
    let stated = [&times.published, &times.created, &times.dublin, &times.updated];
    entry.published = stated.into_iter().flatten().find_map(|text| reading.date(text));
    entry.updated = times.updated.as_deref().and_then(|text| reading.date(text));
    identified(entry)
}

fn own(entry: &mut Entry, times: &mut Times, name: &str, child: &Element<'_>, base: &Base<'_>) {
    match name {
        "title" => entry.title = construct(child, base),
        "id" => entry.id = base.id(&child.text()),
        "summary" => entry.summary = said(construct(child, base)),
        "content" => entry.content = said(construct(child, base)),
        "author" => entry.author = entry.author.take().or_else(|| person(child)),
        "link" => {
            let rel = child.attribute("rel").filter(|rel| !rel.is_empty());
            if entry.link.is_none() && rel.is_none_or(|rel| rel.eq_ignore_ascii_case("alternate")) {
                entry.link = base.link(&child.attribute("href").unwrap_or_default());
            }
        }
        "category" => {
            let name = ["label", "term"].iter().find_map(|name| child.attribute(name).and_then(said));
            entry.categories.extend(name.or_else(|| said(child.text())));
        }
        "published" | "issued" => times.published = said(child.text()),
        "created" => times.created = said(child.text()),
        "updated" | "modified" => times.updated = said(child.text()),
        "source" => {
            let title = child.children().find(|e| e.local() == "title");
            entry.outlet = title.and_then(|e| said(construct(&e, base)));
        }
        _ => {}
    }
}

/// The name of a person construct, else the e-mail address.
fn person(element: &Element<'_>) -> Option<String> {
    let part =
        |name: &str| element.children().find(|e| e.local().eq_ignore_ascii_case(name)).and_then(|e| said(e.text()));
    part("name").or_else(|| part("email"))
}

/// A text construct (RFC 4287 §3.1, §4.1.3; Atom 0.3 §3.1): what its type and mode say it is, as text or HTML.
fn construct(element: &Element<'_>, base: &Base<'_>) -> String {
    let kind = element.attribute("type").unwrap_or_default().to_ascii_lowercase();
    let mode = element.attribute("mode").unwrap_or_default().to_ascii_lowercase();
    if mode == "base64" {
        return base64::decode(&element.markup()).unwrap_or_else(|| element.text());
    }
    if kind.contains("xhtml") && mode != "escaped" {
        return base.html(without_wrapping_div(&element.markup()).to_owned());
    }
    match kind.as_str() {
        "html" | "text/html" => {
            let naked = element.inner.trim_start().starts_with('<') && !element.inner.contains("<![CDATA[");
            let text = element.text();
            base.html(if naked { without_wrapping_div(&text).to_owned() } else { text })
        }
        "" | "text" => element.text(),
        _ if kind.starts_with("text/") || mode == "escaped" || mode == "xml" => element.text(),
        _ if kind.ends_with("+xml") || kind.ends_with("/xml") => element.markup(),
        _ => base64::decode(&element.markup()).unwrap_or_else(|| element.text()),
    }
}

/// The inside of the one `div` that RFC 4287 wraps XHTML in.
fn without_wrapping_div(markup: &str) -> &str {
    let mut all = crate::extract::xml::elements(markup);
    match (all.next(), all.next()) {
        (Some(only), None)
            if only.local().eq_ignore_ascii_case("div") && markup.starts_with('<') && markup.ends_with('>') =>
        {
            only.inner.trim()
        }
        _ => markup,
    }
}
