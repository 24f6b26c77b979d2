//! HTML fragments → plain text, and character references → characters. For the short HTML of feeds and posts; whole
//! pages go through a real HTML parser.

use std::borrow::Cow;

use html5ever::data::NAMED_ENTITIES;

/// The longest name of an HTML character reference is 31 characters (HTML standard §13.5).
const LONGEST_REFERENCE: usize = 32;

/// Elements whose words are not for readers.
const SILENT: [&str; 6] = ["script", "style", "head", "noscript", "template", "iframe"];

/// Elements that end a line.
const BLOCKS: [&str; 24] = [
    "address",
    "article",
    "blockquote",
    "br",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "section",
    "table",
    "tr",
    "ul",
];

/// Replaces the five XML references, numbers and HTML's named characters; what is none of them stays as written.
#[must_use]
pub fn decode_entities(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        rest = if let Some(tail) = reference(after, &mut out) {
            tail
        } else {
            out.push('&');
            after
        };
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The words of an HTML fragment: tags off, references decoded, one block a line, no empty lines.
#[must_use]
pub fn text(html: &str) -> String {
    let mut raw = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        raw.push_str(&decode_entities(before));
        // Past the last `>` there is no tag, and looking for its end at every `<` would take forever.
        if !after.contains('>') {
            raw.push('<');
            rest = after;
            break;
        }
        rest = if let Some((name, tail)) = tag(after) {
            if BLOCKS.contains(&name.as_str()) {
                raw.push('\n');
            }
            if SILENT.contains(&name.as_str()) { after_end_of(&name, tail) } else { tail }
        } else {
            raw.push('<');
            after
        };
    }
    raw.push_str(&decode_entities(rest));
    let lines = raw.lines().map(squeeze).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The same on one line, for headlines.
#[must_use]
pub fn line(html: &str) -> String {
    squeeze(&text(html))
}

/// Runs of white space, ideographic and unbreakable ones too, become one space; none at the ends.
fn squeeze(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a reference after its `&`, writes what it means and gives back what follows.
fn reference<'a>(after: &'a str, out: &mut String) -> Option<&'a str> {
    let end = after.bytes().take(LONGEST_REFERENCE).position(|b| b == b';')?;
    let (name, tail) = after.split_at_checked(end)?;
    let tail = tail.get(1..)?;
    let Some(digits) = name.strip_prefix('#') else {
        match name {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            _ => out.extend(named(after.get(..=end)?)?),
        }
        return Some(tail);
    };
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    // A control character by number is no more welcome than one by byte.
    let meaning = char::from_u32(code.ok()?).filter(|c| *c >= ' ' || matches!(c, '\t' | '\n' | '\r'));
    out.push(meaning.unwrap_or(char::REPLACEMENT_CHARACTER));
    Some(tail)
}

/// The one or two characters of a name with its semicolon. The table holds beginnings of names too, as zeros.
fn named(name: &str) -> Option<impl Iterator<Item = char>> {
    let &(first, second) = NAMED_ENTITIES.get(name).filter(|(first, _)| *first != 0)?;
    Some([first, second].into_iter().filter(|code| *code != 0).filter_map(char::from_u32))
}

/// Reads a tag, comment or declaration after its `<`: its name in lower case and what follows. A `<` that opens none
/// of them is text.
fn tag(after: &str) -> Option<(String, &str)> {
    if let Some(comment) = after.strip_prefix("!--") {
        return Some((String::new(), comment.split_once("-->").map_or("", |(_, tail)| tail)));
    }
    let inner = after.strip_prefix('/').unwrap_or(after);
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '?') {
        return None;
    }
    let (_, tail) = after.split_once('>')?;
    let name = inner.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    Some((name, tail))
}

/// What follows the end tag of an element, or nothing when it never ends.
fn after_end_of<'a>(name: &str, text: &'a str) -> &'a str {
    let closes = |part: &str| part.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("</") {
        if closes(after) {
            return after.split_once('>').map_or("", |(_, tail)| tail);
        }
        rest = after;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_become_characters_and_strays_stay() {
        for (written, meant) in [
            ("A &amp; B &lt;b&gt; &#39;&#x9AD8;&#38596;", "A & B <b> '高雄"),
            ("R&D &c; &copy=2 & &;", "R&D &c; &copy=2 & &;"),
            ("&nbsp;&hellip;&mdash;", "\u{a0}…—"),
            ("&#0;&#xD800;&#99999999999;", "\u{fffd}\u{fffd}&#99999999999;"),
        ] {
            assert_eq!(decode_entities(written), meant);
        }
    }

    #[test]
    fn a_fragment_becomes_one_line_a_block() {
        let html = "<p>第一段&nbsp;話<br/>換行</p><!-- x --><script>var a='</p>'</script><p>1 < 2 且 3 > 2</p>";
        assert_eq!(text(html), "第一段 話\n換行\n1 < 2 且 3 > 2");
        assert_eq!(line(" <b>頭</b>條\n 新聞 "), "頭條 新聞");
    }

    #[test]
    fn a_tag_that_never_ends_is_text() {
        assert_eq!(text("前 <b 後"), "前 <b 後");
        assert_eq!(text("前<style>p{}"), "前");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(html: String) {
            let _ = text(&html);
        }
    }
}
