//! XML, written so that it is well-formed by construction: an element is closed where it was opened, and what is not a
//! constant of this crate is escaped.

use super::words::clean;

/// A text of elements. What it holds is also good HTML, so long as [`Markup::void`] is used for void elements alone.
#[derive(Debug, Default)]
pub(super) struct Markup {
    written: String,
}

impl Markup {
    /// An XML document.
    pub(super) fn xml() -> Self {
        Self { written: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into() }
    }

    /// An element with what is written inside.
    pub(super) fn element(&mut self, name: &'static str, attributes: &[(&str, &str)], inside: impl FnOnce(&mut Self)) {
        self.tag(name, attributes);
        self.written.push('>');
        inside(self);
        self.written.push_str("</");
        self.written.push_str(name);
        self.written.push('>');
    }

    /// An element that holds text alone.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: &[(&str, &str)], text: &str) {
        self.element(name, attributes, |markup| markup.text(text));
    }

    /// An element that holds nothing.
    pub(super) fn void(&mut self, name: &'static str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes);
        self.written.push_str("/>");
    }

    /// Text.
    pub(super) fn text(&mut self, text: &str) {
        escape(&mut self.written, text, false);
    }

    /// A constant piece of markup.
    pub(super) fn constant(&mut self, piece: &'static str) {
        self.written.push_str(piece);
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.written
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.written.push('<');
        self.written.push_str(name);
        for (key, value) in attributes {
            self.written.push(' ');
            self.written.push_str(key);
            self.written.push_str("=\"");
            escape(&mut self.written, value, true);
            self.written.push('"');
        }
    }
}

fn escape(into: &mut String, text: &str, attribute: bool) {
    for sign in clean(text).chars() {
        match sign {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            // `]]>` may not stand in text (XML 1.0 §2.4).
            '>' => into.push_str("&gt;"),
            '"' if attribute => into.push_str("&quot;"),
            // Read as a space in an attribute otherwise (XML 1.0 §3.3.3).
            '\n' if attribute => into.push_str("&#10;"),
            '\t' if attribute => into.push_str("&#9;"),
            sign => into.push(sign),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_in_text_and_attributes_are_escaped() {
        let mut markup = Markup::default();
        markup.leaf("p", &[("title", "\"a\"\n<b>")], "]]> & <script>\u{0}");
        markup.void("br", &[]);
        assert_eq!(markup.finish(), "<p title=\"&quot;a&quot;&#10;&lt;b&gt;\">]]&gt; &amp; &lt;script&gt;</p><br/>");
    }
}
