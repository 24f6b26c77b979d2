//! XML as it is found in feeds: elements split out of a text one level at a time, with the forgiveness that feeds
//! need (undeclared prefixes, stray `&` and `<`, missing and crossed end tags, a cut end). Nothing outside the text is
//! ever read and no entity of a DTD is expanded.

use std::borrow::Cow;

use quick_xml::{
    Reader,
    events::{Event, attributes::Attributes},
};

use super::plain;

/// How many open elements an end tag is matched against; deeper nesting is hostile.
const LOOK_BACK: usize = 64;

/// Fields whose content is one line, so that any other field's start tag must end them.
const LINES: [&str; 12] = [
    "category",
    "comments",
    "guid",
    "id",
    "issued",
    "link",
    "loc",
    "modified",
    "pubDate",
    "published",
    "title",
    "updated",
];

/// Start tags that cannot stand inside a line, and whose unmatched end tags end whatever is open.
const FIELDS: [&str; 23] = [
    "category",
    "channel",
    "comments",
    "content",
    "description",
    "enclosure",
    "entry",
    "guid",
    "id",
    "issued",
    "item",
    "lastmod",
    "link",
    "loc",
    "modified",
    "pubDate",
    "published",
    "source",
    "subtitle",
    "summary",
    "title",
    "updated",
    "url",
];

/// Start tags that end even a long text left open.
const BOUNDARIES: [&str; 4] = ["item", "entry", "pubDate", "guid"];

/// One element: borrowed from the text it was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// The name as written, with its prefix.
    pub(super) name: &'a str,
    /// The attributes as written.
    attributes: &'a str,
    /// Everything between the tags, as written.
    pub(super) inner: &'a str,
    /// Whether it ended before the text did; one cut off holds all that was left.
    pub(super) complete: bool,
}

impl<'a> Element<'a> {
    /// The prefix, empty when there is none.
    pub(super) fn prefix(&self) -> &'a str {
        self.name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    /// The name without its prefix.
    pub(super) fn local(&self) -> &'a str {
        self.name.split_once(':').map_or(self.name, |(_, local)| local)
    }

    /// Attributes as name and value.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        let mut pairs = Attributes::html(self.attributes, 0);
        pairs.with_checks(false);
        pairs.filter_map(Result::ok).map(|pair| (pair.key.0, pair.value))
    }

    /// One attribute, its references decoded.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let (_, value) = self.attributes().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(plain::decode_entities(&value).trim().to_owned())
    }

    /// The elements directly inside.
    pub(super) fn children(&self) -> Elements<'a> {
        elements(self.inner)
    }

    /// The content as characters: CDATA as it stands, references decoded, comments off, ends trimmed. Tags stay.
    pub(super) fn text(&self) -> String {
        unwrap(self.inner, |part| plain::decode_entities(part))
    }

    /// The content as markup: CDATA unwrapped, references kept, comments off, ends trimmed.
    pub(super) fn markup(&self) -> String {
        unwrap(self.inner, Cow::Borrowed)
    }
}

fn unwrap<'a>(inner: &'a str, outside: impl Fn(&'a str) -> Cow<'a, str>) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find("<!") {
        let (before, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(&outside(before));
        rest = if let Some(data) = special.strip_prefix("<![CDATA[") {
            let (data, after) = data.split_once("]]>").unwrap_or((data, ""));
            out.push_str(data);
            after
        } else if let Some(comment) = special.strip_prefix("<!--") {
            comment.split_once("-->").map_or("", |(_, after)| after)
        } else {
            out.push_str("<!");
            special.get(2..).unwrap_or_default()
        };
    }
    out.push_str(&outside(rest));
    out.trim().to_owned()
}

/// Makes a `<` that opens no tag a character, so that 「5<10」 does not swallow what follows.
pub(super) fn without_stray_brackets(text: &str) -> Cow<'_, str> {
    let opens = |next: Option<char>| next.is_some_and(|c| c.is_alphabetic() || "_/!?:".contains(c));
    let mut strays = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let here = at + found;
        let rest = text.get(here..).unwrap_or_default();
        let skip = if rest.starts_with("<![CDATA[") { rest.find("]]>").unwrap_or(rest.len()) } else { 1 };
        if !opens(rest.chars().nth(1)) {
            strays.push(here);
        }
        at = here + skip;
    }
    if strays.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + strays.len() * 3);
    let mut from = 0;
    for stray in strays {
        out.push_str(text.get(from..stray).unwrap_or_default());
        out.push_str("&lt;");
        from = stray + 1;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

/// The elements at the top level of a text.
pub(super) fn elements(text: &str) -> Elements<'_> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    Elements { text, reader, open: None, within: Vec::new(), queued: None }
}

/// Walks the top level of a text.
pub(super) struct Elements<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    open: Option<Open<'a>>,
    /// Names of all open elements; the first is `open`.
    within: Vec<&'a str>,
    /// An empty element that followed one it ended.
    queued: Option<Element<'a>>,
}

struct Open<'a> {
    name: &'a str,
    attributes: &'a str,
    from: usize,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        if let Some(element) = self.queued.take() {
            return Some(element);
        }
        loop {
            let before = self.offset();
            let found = match self.reader.read_event() {
                Ok(Event::Start(_)) => self.start(before),
                Ok(Event::Empty(_)) => self.empty(before),
                Ok(Event::End(_)) => self.end(before),
                // What cannot be read further ends here: what was open holds the rest.
                Ok(Event::Eof) | Err(_) => return self.close(self.text.len(), false),
                Ok(_) => None,
            };
            if found.is_some() {
                return found;
            }
        }
    }
}

impl<'a> Elements<'a> {
    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    /// The tag that was just read, split into name and attributes.
    fn tag(&self, before: usize) -> (&'a str, &'a str) {
        let tag = self.text.get(before..self.offset()).unwrap_or_default();
        let tag = tag.trim_start_matches(['<', '/']).trim_end_matches('>');
        let tag = tag.strip_suffix('/').unwrap_or(tag);
        let end = tag.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(tag.len());
        tag.split_at_checked(end).unwrap_or((tag, ""))
    }

    fn start(&mut self, before: usize) -> Option<Element<'a>> {
        let (name, attributes) = self.tag(before);
        let done = self.end_what_cannot_hold(name, before);
        if self.within.is_empty() {
            self.open = Some(Open { name, attributes, from: self.offset() });
        }
        self.within.push(name);
        done
    }

    fn empty(&mut self, before: usize) -> Option<Element<'a>> {
        let (name, attributes) = self.tag(before);
        let done = self.end_what_cannot_hold(name, before);
        if !self.within.is_empty() {
            return done;
        }
        let element = Element { name, attributes, inner: "", complete: true };
        if done.is_some() {
            self.queued = Some(element);
            return done;
        }
        Some(element)
    }

    fn end(&mut self, before: usize) -> Option<Element<'a>> {
        let (name, _) = self.tag(before);
        let keep = match self.innermost(name) {
            Some(at) => at,
            // The end tag of another field: a slip of the publisher, who meant the field that is open.
            None if FIELDS.contains(&local(name)) => self.within.len().saturating_sub(1),
            None => return None,
        };
        self.keep(keep, before)
    }

    /// Ends open elements that `next` cannot stand in.
    fn end_what_cannot_hold(&mut self, next: &str, before: usize) -> Option<Element<'a>> {
        let mut keep = self.within.len();
        if matches!(next, "item" | "entry") {
            keep = self.innermost(next).unwrap_or(keep);
        }
        while keep.checked_sub(1).and_then(|top| self.within.get(top)).is_some_and(|open| is_ended_by(open, next)) {
            keep -= 1;
        }
        self.keep(keep, before)
    }

    /// Where the innermost open element of a name is, as far back as is looked.
    fn innermost(&self, name: &str) -> Option<usize> {
        let back = self.within.iter().rev().take(LOOK_BACK).position(|open| *open == name)?;
        self.within.len().checked_sub(back + 1)
    }

    /// Leaves `keep` elements open; when that is none, the outermost is complete.
    fn keep(&mut self, keep: usize, before: usize) -> Option<Element<'a>> {
        self.within.truncate(keep);
        if keep == 0 { self.close(before, true) } else { None }
    }

    fn close(&mut self, until: usize, complete: bool) -> Option<Element<'a>> {
        self.within.clear();
        let Open { name, attributes, from } = self.open.take()?;
        Some(Element { name, attributes, inner: self.text.get(from..until).unwrap_or_default(), complete })
    }
}

fn local(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, local)| local)
}

/// Whether the start of `next` shows that `open` was never ended.
fn is_ended_by(open: &str, next: &str) -> bool {
    (LINES.contains(&open) && (FIELDS.contains(&next) || next.contains(':')))
        || (matches!(open, "description" | "summary" | "content" | "content:encoded") && BOUNDARIES.contains(&next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[(&str, &str)]) {
        let text = without_stray_brackets(text);
        let found: Vec<_> = elements(&text).map(|e| (e.name, e.text())).collect();
        let expect: Vec<_> = expect.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn cdata_stands_as_written_and_references_are_decoded() {
        check("<a>x &amp; <![CDATA[&amp; <b>]]> <!-- c -->y</a>", &[("a", "x & &amp; <b> y")]);
    }

    #[test]
    fn missing_and_crossed_end_tags_are_understood() {
        check("<title>A</subtitle><id>1</id>", &[("title", "A"), ("id", "1")]);
        check("<title>A<link>u</link>", &[("title", "A"), ("link", "u")]);
        check("<title>A<guid/>", &[("title", "A"), ("guid", "")]);
        check("<item><title>A</item><item>B", &[("item", "<title>A"), ("item", "B")]);
        check("<description>a</p>b</description>", &[("description", "a</p>b")]);
    }

    #[test]
    fn stray_brackets_and_ampersands_are_characters() {
        check("<title>5 < 10 & A&B</title><b>1<2</b>", &[("title", "5 < 10 & A&B"), ("b", "1<2")]);
    }

    #[test]
    fn entities_of_a_dtd_are_not_expanded() {
        check("<!DOCTYPE a [<!ENTITY c SYSTEM 'file:///etc/passwd'>]><a>&c;</a>", &[("a", "&c;")]);
    }

    #[test]
    fn attributes_are_read_with_or_without_quotes() {
        let element = elements("<link rel=self href='a?b&amp;c' TITLE=\"x\"/>").next().unwrap();
        assert_eq!(element.attribute("href").as_deref(), Some("a?b&c"));
        assert_eq!(element.attribute("title").as_deref(), Some("x"));
        assert_eq!(element.attribute("rel").as_deref(), Some("self"));
    }

    #[test]
    fn deep_nesting_takes_no_time() {
        let deep = "<d>".repeat(200_000) + &"</e>".repeat(200_000);
        assert_eq!(elements(&deep).count(), 1);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[<>a-c/!\\[\\]=\"'& -]{0,60}") {
            let text = without_stray_brackets(&text);
            for element in elements(&text) {
                let _ = (element.text(), element.attributes().count(), element.children().count());
            }
        }
    }
}
