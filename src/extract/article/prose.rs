//! An element → its visible lines, one paragraph a line, as a reader sees them.

use scraper::{ElementRef, Node};

/// One paragraph with how much of it is link text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Line {
    /// The words, without white space at either end.
    pub text: String,
    /// Characters inside links.
    pub linked: usize,
}

impl Line {
    /// Characters that are not white space.
    pub fn len(&self) -> usize {
        self.text.chars().filter(|c| !c.is_whitespace()).count()
    }

    /// Whether the line is nothing but a link: a teaser for another report, not a sentence of this one.
    pub fn is_link(&self) -> bool {
        self.linked * 10 >= self.len() * 9 && !self.text.ends_with('。')
    }

    /// Characters that count as running text: written sentences outside links.
    pub fn prose(&self) -> usize {
        let length = self.len();
        let sentence =
            length >= 20 || (length >= 8 && self.text.contains(['，', '。', '！', '？', '；', '：', ',', '.']));
        if sentence && !self.is_link() { length.saturating_sub(self.linked) } else { 0 }
    }
}

/// Elements that never hold a report's words.
const SILENT: [&str; 24] = [
    "script", "style", "noscript", "template", "iframe", "svg", "math", "form", "button", "select", "input",
    "textarea", "nav", "aside", "footer", "header", "video", "audio", "object", "canvas", "head", "title", "dialog",
    "rt",
];

/// Elements that run on within a paragraph.
const INLINE: [&str; 38] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "q", "rp", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "td", "th", "time", "tt", "u", "var", "wbr",
];

/// Words of class and id names that mark what stands around a report.
const AROUND: [&str; 31] = [
    "share",
    "sharing",
    "social",
    "related",
    "relate",
    "recommend",
    "recommended",
    "ad",
    "ads",
    "advert",
    "advertisement",
    "banner",
    "subscribe",
    "newsletter",
    "comment",
    "comments",
    "breadcrumb",
    "breadcrumbs",
    "tags",
    "keywords",
    "promo",
    "promote",
    "readmore",
    "copyright",
    "toolbar",
    "sidebar",
    "popup",
    "dfp",
    "sponsor",
    "paging",
    "pagination",
];

/// The visible lines below `root`, without navigation, forms, share bars and what `cut` names.
pub(super) fn lines(root: ElementRef<'_>, cut: impl Fn(&ElementRef<'_>) -> bool) -> Vec<Line> {
    let mut page = Lines::default();
    let top = root.id();
    let mut node = *root;
    // A plain walk without recursion: the depth of a page is not ours to choose.
    loop {
        let mut enter = true;
        match node.value() {
            Node::Text(words) => page.words(words),
            Node::Element(element) => {
                let this = ElementRef::wrap(node);
                enter = node.id() == top
                    || !(SILENT.contains(&element.name())
                        || stands_around(&element.classes().chain(element.id()).collect::<Vec<_>>())
                        || is_hidden(element.attr("hidden"), element.attr("style"))
                        || this.is_some_and(|this| cut(&this)));
                if enter {
                    page.open(element.name(), is_block(element.name(), element.attr("style")));
                }
            }
            _ => {}
        }
        if enter && let Some(child) = node.first_child() {
            node = child;
            continue;
        }
        let mut entered = enter;
        loop {
            if entered && let Some(element) = node.value().as_element() {
                page.close(element.name(), is_block(element.name(), element.attr("style")));
            }
            if node.id() == top {
                return page.finish();
            }
            if let Some(next) = node.next_sibling() {
                node = next;
                break;
            }
            let Some(parent) = node.parent() else { return page.finish() };
            node = parent;
            entered = true;
        }
    }
}

/// The lines joined, one a line.
pub(super) fn join(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn is_block(name: &str, style: Option<&str>) -> bool {
    !INLINE.contains(&name) || style.is_some_and(|style| style.replace(' ', "").contains("display:block"))
}

fn is_hidden(hidden: Option<&str>, style: Option<&str>) -> bool {
    hidden.is_some() || style.is_some_and(|style| style.replace(' ', "").contains("display:none"))
}

fn stands_around(names: &[&str]) -> bool {
    names
        .iter()
        .flat_map(|name| name.split(|c: char| !c.is_ascii_alphanumeric()))
        .any(|word| AROUND.iter().any(|around| word.eq_ignore_ascii_case(around)))
}

/// Lines as they grow.
#[derive(Default)]
struct Lines {
    done: Vec<Line>,
    open: Line,
    links: usize,
    space: Space,
}

/// White space seen since the last word.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Space {
    #[default]
    None,
    Blank,
    Break,
}

impl Lines {
    fn open(&mut self, name: &str, block: bool) {
        if block {
            self.end_line();
        }
        match name {
            "a" => self.links += 1,
            "td" | "th" => self.space = Space::Blank,
            _ => {}
        }
    }

    fn close(&mut self, name: &str, block: bool) {
        if block {
            self.end_line();
        }
        if name == "a" {
            self.links = self.links.saturating_sub(1);
        }
    }

    fn words(&mut self, words: &str) {
        for c in words.chars() {
            match c {
                '\n' | '\r' => self.space = Space::Break,
                // Zero-width marks stand in copied text and would split words for every later stage.
                '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' => {}
                '\u{3000}' if self.open.text.is_empty() => {}
                '\u{3000}' => self.letter(c),
                c if c.is_whitespace() || c.is_control() => {
                    if self.space == Space::None {
                        self.space = Space::Blank;
                    }
                }
                c => self.letter(c),
            }
        }
    }

    fn letter(&mut self, c: char) {
        if let Some(last) = self.open.text.chars().last() {
            // A line break in the source between two Han characters is the editor's, not the writer's.
            let joins = self.space == Space::Break && is_wide(last) && is_wide(c);
            if self.space != Space::None && !joins {
                self.open.text.push(' ');
            }
        }
        self.space = Space::None;
        self.open.text.push(c);
        if self.links > 0 && !c.is_whitespace() {
            self.open.linked += 1;
        }
    }

    fn end_line(&mut self) {
        self.space = Space::None;
        let line = std::mem::take(&mut self.open);
        let text = line.text.trim();
        if !text.is_empty() {
            self.done.push(Line { text: text.to_owned(), linked: line.linked });
        }
    }

    fn finish(mut self) -> Vec<Line> {
        self.end_line();
        self.done
    }
}

/// Han characters, kana, full-width forms and their punctuation, which are written without spaces.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::super::tree;
    use super::*;

    fn check(html: &str, expect: &[&str]) {
        let page = tree::parse(html).unwrap();
        let body = tree::find(page.root_element(), "body")[0];
        let lines: Vec<String> = lines(body, |_| false).into_iter().map(|line| line.text).collect();
        assert_eq!(lines, expect, "{html}");
    }

    #[test]
    fn a_paragraph_is_a_line() {
        check("<p>　　路燈<b>不亮</b>。</p><p>市府派<br>工</p>", &["路燈不亮。", "市府派", "工"]);
        check("<div>一<span style='display:block;height:1em'></span>二</div>", &["一", "二"]);
        check("<table><tr><td>路燈</td><td>三盞</td></tr></table>", &["路燈 三盞"]);
    }

    #[test]
    fn a_line_break_between_han_characters_joins_and_between_words_parts() {
        check("<p>從火\n  場中疏散\nKaohsiung\nMRT</p>", &["從火場中疏散 Kaohsiung MRT"]);
    }

    #[test]
    fn what_a_reader_does_not_see_is_left_out() {
        check(
            "<nav>首頁</nav><p>甲<script>x()</script><style>p{}</style></p><p hidden>乙</p><div style='display: none'>丙</div>",
            &["甲"],
        );
        check(
            "<div class='social-share'>分享</div><div id=related_news>他</div><p class=loaded>本文&amp;圖</p>",
            &["本文&圖"],
        );
        check("<p>\u{feff}水\u{200b}管</p><p>&nbsp;</p>", &["水管"]);
    }

    #[test]
    fn a_line_of_link_text_is_told_from_a_sentence_with_a_link() {
        let page =
            tree::parse("<p><a href=x>高雄市府宣布新措施上路</a></p><p>據<a href=x>水利局</a>表示，積水已退去。</p>")
                .unwrap();
        let lines = lines(page.root_element(), |_| false);
        assert_eq!(lines.iter().map(Line::is_link).collect::<Vec<_>>(), [true, false]);
        assert_eq!(lines.iter().map(|line| line.prose() > 0).collect::<Vec<_>>(), [false, true]);
    }
}
