//! RSS 0.90, 0.91–0.94, 1.0 and 2.0 with the modules publishers use (Dublin Core, content, iTunes, Media RSS, Atom).

use super::{
    Reading,
    base::Base,
    identified, said,
    space::{Names, Space},
};
use crate::{domain::Entry, extract::xml::Element};

/// The entries of an `rss`, `rdf:RDF` or bare `channel`.
pub(super) fn entries<'a>(root: Element<'a>, names: &Names<'a>, base: &Base<'_>, reading: Reading) -> Vec<Entry> {
    let mut found = Vec::new();
    for child in root.children() {
        match child.local().to_ascii_lowercase().as_str() {
            "channel" => {
                let (names, base) = (names.within(&child), base.within(&child));
                let items = child.children().filter(|e| e.local().eq_ignore_ascii_case("item"));
                found.extend(items.map(|item| entry(item, &names, &base, reading)));
            }
            "item" => found.push(entry(child, names, base, reading)),
            _ => {}
        }
    }
    found
}

/// What an item says, before the sayings are weighed against each other.
#[derive(Default)]
struct Item {
    entry: Entry,
    guid_is_link: bool,
    pub_date: Option<String>,
    dublin_date: Option<String>,
    dublin_issued: Option<String>,
    dublin_modified: Option<String>,
    atom_published: Option<String>,
    atom_updated: Option<String>,
    atom_link: Option<String>,
    dublin_author: Option<String>,
    itunes_author: Option<String>,
    atom_author: Option<String>,
    dublin_title: Option<String>,
    /// Stand-ins for a missing description, the best first.
    summaries: [Option<String>; 3],
    itunes_keywords: Vec<String>,
    subjects: Vec<String>,
}

fn entry<'a>(element: Element<'a>, names: &Names<'a>, base: &Base<'_>, reading: Reading) -> Entry {
    let (names, base) = (names.within(&element), base.within(&element));
    let mut item = Item { guid_is_link: true, ..Item::default() };
    for child in element.children() {
        let name = child.local().to_ascii_lowercase();
        match names.space(&child) {
            Space::Own => own(&mut item, &name, &child, &base),
            Space::Dublin => dublin(&mut item, &name, &child),
            Space::Content if name == "encoded" => keep(&mut item.entry.content, child.text()),
            Space::Itunes => itunes(&mut item, &name, &child),
            Space::Atom => atom(&mut item, &name, &child, &base),
            Space::Media if name == "description" => set_summary(&mut item, 2, child.text()),
            Space::Content | Space::Media | Space::Other => {}
        }
    }
    let about = element.attribute("rdf:about").unwrap_or_default();
    weigh(item, about, reading)
}

/// Puts a later saying over an earlier one, an empty one over nothing.
fn keep(place: &mut Option<String>, text: String) {
    if let Some(text) = said(text) {
        *place = Some(text);
    }
}

fn set_summary(item: &mut Item, rank: usize, text: String) {
    if let Some(place) = item.summaries.get_mut(rank) {
        keep(place, text);
    }
}

fn own(item: &mut Item, name: &str, child: &Element<'_>, base: &Base<'_>) {
    match name {
        "title" => item.entry.title = said(child.text()).unwrap_or_else(|| std::mem::take(&mut item.entry.title)),
        "link" => {
            let href = said(child.text()).or_else(|| child.attribute("href")).unwrap_or_default();
            let link = base.within(child).link(&href);
            item.entry.link = link.or_else(|| item.entry.link.take());
        }
        "description" => keep(&mut item.entry.summary, child.text()),
        "author" => keep(&mut item.entry.author, child.text()),
        "category" => item.entry.categories.extend(said(child.text())),
        "guid" => {
            item.entry.id = child.text();
            item.guid_is_link = child.attribute("isPermaLink").is_none_or(|value| !value.eq_ignore_ascii_case("false"));
        }
        "pubdate" => keep(&mut item.pub_date, child.text()),
        "source" => keep(&mut item.entry.outlet, child.text()),
        _ => {}
    }
}

/// For what Dublin Core repeats, the first counts, as the first creator is the writer.
fn dublin(item: &mut Item, name: &str, child: &Element<'_>) {
    let text = child.text();
    let place = match name {
        "title" => &mut item.dublin_title,
        "creator" | "author" => &mut item.dublin_author,
        "description" | "abstract" => return set_summary(item, 0, text),
        "subject" => return item.subjects.extend(said(text)),
        "date" => &mut item.dublin_date,
        "issued" | "created" => &mut item.dublin_issued,
        "modified" => &mut item.dublin_modified,
        _ => return,
    };
    *place = place.take().or_else(|| said(text));
}

fn itunes(item: &mut Item, name: &str, child: &Element<'_>) {
    match name {
        "author" => keep(&mut item.itunes_author, child.text()),
        "summary" => set_summary(item, 1, child.text()),
        "keywords" => {
            let words = child.text();
            item.itunes_keywords.extend(words.split(',').filter_map(|word| said(word.trim().to_owned())));
        }
        _ => {}
    }
}

fn atom(item: &mut Item, name: &str, child: &Element<'_>, base: &Base<'_>) {
    match name {
        "updated" | "modified" => keep(&mut item.atom_updated, child.text()),
        "published" | "issued" => keep(&mut item.atom_published, child.text()),
        "author" => {
            let name = child.children().find(|e| e.local() == "name").map(|e| e.text());
            keep(&mut item.atom_author, name.unwrap_or_default());
        }
        "link" if child.attribute("rel").is_none_or(|rel| rel == "alternate") => {
            let link = base.within(child).link(&child.attribute("href").unwrap_or_default());
            keep(&mut item.atom_link, link.unwrap_or_default());
        }
        "summary" => set_summary(item, 0, child.text()),
        "content" => item.entry.content = item.entry.content.take().or_else(|| said(child.text())),
        _ => {}
    }
}

/// Chooses between the format's own saying and its stand-ins.
fn weigh(item: Item, about: String, reading: Reading) -> Entry {
    let mut entry = item.entry;
    if entry.title.is_empty() {
        entry.title = item.dublin_title.unwrap_or_default();
    }
    let permalink = Some(&entry.id).filter(|id| item.guid_is_link && id.starts_with("http")).cloned();
    entry.link = entry.link.or(item.atom_link).or(permalink);
    if entry.id.is_empty() {
        entry.id = about;
    }
    let author = entry.author.or(item.dublin_author).or(item.itunes_author).or(item.atom_author);
    entry.author = author.map(|text| person(&text));
    entry.summary = entry.summary.or_else(|| item.summaries.into_iter().flatten().next());
    entry.categories.extend(item.itunes_keywords);
    entry.categories.extend(item.subjects);
    let first = |texts: [&Option<String>; 4]| texts.into_iter().flatten().find_map(|text| reading.date(text));
    entry.published = first([&item.pub_date, &item.dublin_issued, &item.atom_published, &item.dublin_date]);
    entry.updated = first([&item.atom_updated, &item.dublin_modified, &item.dublin_date, &None]);
    identified(entry)
}

/// The name out of `address (name)`, `name (address)` and `name <address>`, which RSS 2.0 took from e-mail; the address when
/// there is no name.
fn person(text: &str) -> String {
    let split = text.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let split = split.or_else(|| text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')));
    let Some((outside, inside)) = split.map(|(a, b)| (a.trim(), b.trim())) else { return text.to_owned() };
    let chosen = match (outside.contains('@'), inside.contains('@')) {
        (true, false) if !inside.is_empty() => inside,
        (false, true) => {
            if outside.is_empty() {
                inside
            } else {
                outside
            }
        }
        _ => text,
    };
    chosen.trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_taken_out_of_an_e_mail_address() {
        for (written, name) in [
            ("a@example.tw (王小明)", "王小明"),
            ("王小明 (a@example.tw)", "王小明"),
            ("\"王小明\" <a@example.tw>", "王小明"),
            ("a@example.tw", "a@example.tw"),
            ("王小明（地方中心）", "王小明（地方中心）"),
            ("<p>Name</p>", "<p>Name</p>"),
        ] {
            assert_eq!(person(written), name);
        }
    }
}
