//! HTML text → tree, for pages nobody vouches for.
//!
//! html5ever takes quadratic time in nesting depth and in the attributes of one tag, and browsers cap both. The
//! page is fed in small pieces and the tree is watched between them, so a hostile page costs milliseconds and ends
//! in an error instead of a stalled worker.

use std::{
    borrow::Cow,
    cell::{Cell, Ref},
};

use html5ever::{
    Attribute, ParseOpts, QualName, driver,
    tendril::{StrTendril, TendrilSink},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
};
use scraper::{ElementRef, Html, HtmlTreeSink, Node, Selector};

/// Elements nested deeper than this end the parse; browsers stop nesting at the same depth.
pub const MAX_DEPTH: usize = 512;

/// A page with more elements than this is not a report; the largest front pages hold about 20,000.
pub const MAX_ELEMENTS: usize = 300_000;

/// Bytes handed to the parser between two looks at the tree.
const PIECE: usize = 4096;

/// Words inside one unfinished tag (or comment) after which the page is given up. Each attribute is compared with
/// all before it, so the cost is the square of this.
const MAX_WORDS_IN_TAG: usize = 10_000;

/// Repeated `<html>` and `<body>` tags that add attributes; each one is sorted into all before it.
const MAX_REPEATED_BODIES: usize = 500;

/// Names looked at while closing tags; an ordinary page needs about ten an element.
const MAX_LOOKS: u64 = 50_000_000;

/// Why a page was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Nested deeper than [`MAX_DEPTH`].
    #[error(
        "the page nests elements more than {MAX_DEPTH} deep near byte {at}; no browser shows that: open it by hand, and leave it out of the source if it stays so"
    )]
    TooDeep {
        /// Bytes read before the depth was met.
        at: usize,
    },
    /// More than [`MAX_ELEMENTS`] elements, or as much work in fewer.
    #[error(
        "the page has too many elements (over {MAX_ELEMENTS}, or as much work) near byte {at}; point the source at a single report or a shorter list"
    )]
    TooMany {
        /// Bytes read before the limit was met.
        at: usize,
    },
    /// One tag with thousands of attributes.
    #[error(
        "a tag or comment with over {MAX_WORDS_IN_TAG} words stands near byte {at}; the page is broken or hostile: open it by hand before asking again"
    )]
    TooManyAttributes {
        /// Bytes read before the limit was met.
        at: usize,
    },
}

/// Parses a whole page. Takes time linear in its length, whatever is in it.
///
/// # Errors
/// [`TreeError`] when the page exceeds one of the limits above; nothing of it is used then.
pub fn parse(html: &str) -> Result<Html, TreeError> {
    let mut parser = driver::parse_document(Watch::new(), ParseOpts::default());
    let mut words = 0;
    let mut at = 0;
    for piece in pieces(html) {
        let before = parser.tokenizer.sink.sink.steps.get();
        parser.process(StrTendril::from_slice(piece));
        at += piece.len();
        let watch = &parser.tokenizer.sink.sink;
        watch.verdict(at)?;
        // While a tag is unfinished the tree builder hears nothing, so the words are counted here.
        words = if watch.steps.get() == before { words + words_in(piece) } else { 0 };
        if words > MAX_WORDS_IN_TAG {
            return Err(TreeError::TooManyAttributes { at });
        }
    }
    Ok(parser.finish())
}

/// The elements below `root` that match `css`, in document order; none when `css` is no selector.
#[must_use]
pub fn find<'a>(root: ElementRef<'a>, css: &str) -> Vec<ElementRef<'a>> {
    Selector::parse(css).map(|selector| root.select(&selector).collect()).unwrap_or_default()
}

/// The visible text of an element on one line: line breaks and tabs become a space, ends are trimmed, and the
/// spaces an editor set inside a headline stay.
#[must_use]
pub fn line(element: ElementRef<'_>) -> String {
    let mut text = String::new();
    for node in element.descendants() {
        let hidden = || {
            node.parent()
                .and_then(|parent| {
                    parent.value().as_element().map(|e| matches!(e.name(), "script" | "style" | "noscript"))
                })
                .unwrap_or_default()
        };
        if let Node::Text(words) = node.value()
            && !hidden()
        {
            text.push_str(words);
        }
    }
    one_line(&text)
}

/// `text` on one line: each run of white space that holds a line break or tab becomes one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = String::new();
    for c in text.trim().chars() {
        if c.is_whitespace() {
            gap.push(c);
            continue;
        }
        if gap.contains(['\n', '\r', '\t']) {
            out.push(' ');
        } else {
            out.push_str(&gap);
        }
        gap.clear();
        out.push(c);
    }
    out
}

/// Cuts text into pieces of at most [`PIECE`] bytes, on character boundaries.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, tail) = rest.split_at_checked(rest.floor_char_boundary(PIECE)).unwrap_or((rest, ""));
        rest = tail;
        Some(piece)
    })
}

/// How many attributes a piece of a tag can hold at most: they are parted by space, slash or a closing quote.
fn words_in(piece: &str) -> usize {
    let mut parted = false;
    let mut words = 0;
    for byte in piece.bytes() {
        let parts = byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'');
        words += usize::from(parts && !parted);
        parted = parts;
    }
    words
}

/// scraper's tree with counters beside it.
struct Watch {
    tree: HtmlTreeSink,
    steps: Cell<u64>,
    elements: Cell<usize>,
    bodies: Cell<usize>,
    too_deep: Cell<bool>,
}

type Handle = <HtmlTreeSink as TreeSink>::Handle;

impl Watch {
    fn new() -> Self {
        Self {
            tree: HtmlTreeSink::new(Html::new_document()),
            steps: Cell::new(0),
            elements: Cell::new(0),
            bodies: Cell::new(0),
            too_deep: Cell::new(false),
        }
    }

    fn step(&self) {
        self.steps.set(self.steps.get() + 1);
    }

    fn look_at_depth(&self, parent: Handle) {
        if !self.too_deep.get() {
            let html = self.tree.0.borrow();
            let depth = html.tree.get(parent).map_or(0, |node| node.ancestors().count());
            self.too_deep.set(depth > MAX_DEPTH);
        }
    }

    fn verdict(&self, at: usize) -> Result<(), TreeError> {
        if self.too_deep.get() {
            Err(TreeError::TooDeep { at })
        } else if self.bodies.get() > MAX_REPEATED_BODIES {
            Err(TreeError::TooManyAttributes { at })
        } else if self.elements.get() > MAX_ELEMENTS || self.steps.get() > MAX_LOOKS {
            Err(TreeError::TooMany { at })
        } else {
            Ok(())
        }
    }
}

impl TreeSink for Watch {
    type Handle = Handle;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    // Every real page has errors of syntax; nobody reads them.
    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        self.tree.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Ref<'a, QualName> {
        self.step();
        self.tree.elem_name(target)
    }

    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        self.step();
        self.elements.set(self.elements.get() + 1);
        self.tree.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        self.step();
        self.tree.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.step();
        self.tree.create_pi(target, data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.step();
        if matches!(child, NodeOrText::AppendNode(_)) {
            self.look_at_depth(*parent);
        }
        self.tree.append(parent, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.step();
        self.look_at_depth(*element);
        self.tree.append_based_on_parent_node(element, previous, child);
    }

    fn append_doctype_to_document(&self, name: StrTendril, public_id: StrTendril, system_id: StrTendril) {
        self.tree.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.tree.get_template_contents(target)
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        self.tree.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.step();
        self.look_at_depth(*sibling);
        self.tree.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.step();
        self.bodies.set(self.bodies.get() + 1);
        if self.bodies.get() <= MAX_REPEATED_BODIES {
            self.tree.add_attrs_if_missing(target, attrs);
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.step();
        self.tree.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        self.step();
        self.tree.reparent_children(node, new_parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ordinary_page_becomes_a_tree() {
        let html = parse("<html><body><div id=a><p>路燈<b>不亮</b></div>").unwrap();
        let found = find(html.root_element(), "#a p");
        assert_eq!(found.into_iter().map(line).collect::<Vec<_>>(), ["路燈不亮"]);
    }

    #[test]
    fn a_page_nested_as_deep_as_browsers_allow_is_read() {
        let html = parse(&format!("{}x", "<div>".repeat(500))).unwrap();
        assert_eq!(find(html.root_element(), "div").len(), 500);
    }

    #[test]
    fn nesting_without_end_is_given_up() {
        for tag in ["<div>", "<ul><li>", "<b>", "<table><tr><td>", "<svg><g>", "<template>"] {
            let result = parse(&tag.repeat(200_000));
            assert!(matches!(result, Err(TreeError::TooDeep { .. })), "{tag} {:?}", result.err());
        }
    }

    #[test]
    fn formatting_that_is_opened_anew_in_each_paragraph_is_given_up() {
        let page: String = (0..10_000).fold(String::new(), |page, n| page + &format!("<p><b id={n}></p>"));
        assert!(matches!(parse(&page), Err(TreeError::TooDeep { .. })));
    }

    #[test]
    fn a_tag_with_a_million_attributes_is_given_up() {
        use std::fmt::Write as _;
        let mut page = String::from("<p ");
        for n in 0..1_000_000 {
            write!(page, "a{n} ").unwrap();
        }
        assert!(matches!(parse(&page), Err(TreeError::TooManyAttributes { .. })));
        let bodies: String = (0..10_000).fold(String::new(), |page, n| page + &format!("<body a{n}>"));
        assert!(matches!(parse(&bodies), Err(TreeError::TooManyAttributes { .. })));
    }

    #[test]
    fn one_long_attribute_comment_or_text_is_read() {
        let long = "x".repeat(1_000_000);
        assert!(parse(&format!("<p title='{long}'>a")).is_ok());
        assert!(parse(&format!("<p>a<!-- {long}")).is_ok());
        assert!(parse(&format!("<p>{long}")).is_ok());
    }

    #[test]
    fn editors_spaces_stay_and_line_breaks_go() {
        assert_eq!(one_line(" \n平鎮  疏散　7人\n\t 1女\n"), "平鎮  疏散　7人 1女");
    }

    #[test]
    fn any_text_is_parsed_without_panic() {
        proptest::proptest!(|(text in "(<[a-z!/]{0,8}[ a-z=\"'>]{0,9}|&[a-z#0-9]{0,4};?|[高雄 ]{0,3}){0,60}")| {
            let _ = parse(&text);
        });
    }
}
