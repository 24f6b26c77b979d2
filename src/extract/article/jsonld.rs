//! JSON-LD: what a page says of itself for search engines. Written by plug-ins and by hand, so broken JSON is
//! repaired where that is safe and read field by field where it is not.

use scraper::Html;
use serde_json::Value;

use super::super::tree;

/// What the JSON-LD of a page says of its report; empty fields were not said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stated {
    /// `headline`, else `name`.
    pub headline: Option<String>,
    /// `author`, names of persons and bodies alike.
    pub authors: Vec<String>,
    /// `datePublished`, else `dateCreated`, as written.
    pub published: Option<String>,
    /// `dateModified`, as written.
    pub modified: Option<String>,
    /// `articleBody`, as written: plain or HTML.
    pub body: Option<String>,
    /// `publisher`.
    pub publisher: Option<String>,
    /// `inLanguage`.
    pub language: Option<String>,
}

/// Nodes looked at in one page; a page has a few dozen.
const MAX_NODES: usize = 2_000;

/// Reads all JSON-LD of a page. The first report named wins; later nodes about the same headline fill its gaps.
pub(super) fn read(html: &Html) -> Stated {
    let mut stated: Option<Stated> = None;
    for script in tree::find(html.root_element(), r#"script[type*="ld+json" i]"#) {
        let text: String = script.text().collect();
        let found = match parse(&text) {
            Some(value) => reports(&value).into_iter().map(report).collect(),
            None => vec![salvage(&text)],
        };
        for other in found {
            match &mut stated {
                None => stated = Some(other),
                Some(stated) if stated.headline == other.headline || stated.headline.is_none() => stated.fill(other),
                Some(_) => {}
            }
        }
    }
    stated.unwrap_or_default()
}

impl Stated {
    fn fill(&mut self, other: Self) {
        self.headline = self.headline.take().or(other.headline);
        self.published = self.published.take().or(other.published);
        self.modified = self.modified.take().or(other.modified);
        self.body = self.body.take().or(other.body);
        self.publisher = self.publisher.take().or(other.publisher);
        self.language = self.language.take().or(other.language);
        if self.authors.is_empty() {
            self.authors = other.authors;
        }
    }
}

/// Parses JSON as it is, else with the usual faults mended: wrapping comments, raw line breaks inside strings,
/// commas before a closing bracket.
fn parse(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches("<!--").trim_start_matches("//<![CDATA[").trim_start_matches("<![CDATA[");
    let text =
        text.trim_end_matches("-->").trim_end_matches("//]]>").trim_end_matches("]]>").trim().trim_end_matches(';');
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&mended(text))).ok()
}

fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        let control = c.is_control();
        if quoted && control {
            // A raw line break inside a string is the writer's paragraph.
            out.push_str(if c == '\n' { "\\n" } else { " " });
            escaped = false;
            continue;
        }
        if !quoted && matches!(c, '}' | ']') {
            let kept = out.trim_end().trim_end_matches(',').len();
            out.truncate(kept);
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        out.push(c);
    }
    out
}

/// All nodes that describe a report, outermost first.
fn reports(root: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut open = std::collections::VecDeque::from([root]);
    for _ in 0..MAX_NODES {
        let Some(value) = open.pop_front() else { break };
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                if is_report(fields.get("@type")) {
                    found.push(value);
                } else {
                    open.extend(["@graph", "mainEntity", "mainEntityOfPage"].iter().filter_map(|key| fields.get(*key)));
                }
            }
            _ => {}
        }
    }
    found
}

/// schema.org's `Article` and the types below it end in these words.
fn is_report(kind: Option<&Value>) -> bool {
    let fits = |kind: &str| ["Article", "Posting", "Report"].iter().any(|end| kind.ends_with(end));
    match kind {
        Some(Value::String(one)) => fits(one),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).any(fits),
        _ => false,
    }
}

fn report(node: &Value) -> Stated {
    let text = |keys: &[&str]| keys.iter().find_map(|key| word(node.get(*key)?));
    Stated {
        headline: text(&["headline", "name"]),
        authors: node.get("author").or_else(|| node.get("creator")).map(names).unwrap_or_default(),
        published: text(&["datePublished", "dateCreated"]),
        modified: text(&["dateModified"]),
        body: text(&["articleBody"]),
        publisher: node.get("publisher").and_then(|publisher| names(publisher).into_iter().next()),
        language: text(&["inLanguage"]),
    }
}

/// A value as text: itself, the first of a list, or a language-tagged `@value`.
fn word(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => items.iter().find_map(|item| item.as_str())?.trim().to_owned(),
        Value::Object(fields) => fields.get("@value").or_else(|| fields.get("name"))?.as_str()?.trim().to_owned(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The names in an `author` or `publisher`: text, an object with `name`, or a list of either.
fn names(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(word).collect(),
        other => word(other).into_iter().collect(),
    }
}

/// The plain fields of JSON that cannot be parsed, each found by its quoted name.
fn salvage(text: &str) -> Stated {
    if !["Article", "Posting"].iter().any(|kind| text.contains(kind)) {
        return Stated::default();
    }
    Stated {
        headline: field(text, "headline"),
        published: field(text, "datePublished"),
        modified: field(text, "dateModified"),
        body: field(text, "articleBody"),
        ..Stated::default()
    }
}

fn field(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\"{name}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let mut value = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return word(&Value::String(value)),
            '\\' => match chars.next()? {
                'n' => value.push('\n'),
                'r' | 't' => value.push(' '),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(json: &str) -> Stated {
        read(&tree::parse(&format!("<script type='application/ld+json'>{json}</script>")).unwrap())
    }

    #[test]
    fn a_report_is_found_alone_in_a_list_and_in_a_graph() {
        for json in [
            r#"{"@type":"NewsArticle","headline":"路燈不亮"}"#,
            r#"[{"@type":"BreadcrumbList"},{"@type":["Article","NewsArticle"],"headline":"路燈不亮"}]"#,
            r#"{"@graph":[{"@type":"WebPage"},{"@type":"http://schema.org/ReportageNewsArticle","headline":"路燈不亮"}]}"#,
            r#"{"@type":"WebPage","mainEntity":{"@type":"BlogPosting","name":"路燈不亮"}}"#,
        ] {
            assert_eq!(stated(json).headline.as_deref(), Some("路燈不亮"), "{json}");
        }
        assert_eq!(stated(r#"{"@type":"WebPage","name":"首頁"}"#), Stated::default());
    }

    #[test]
    fn authors_come_as_text_object_or_list() {
        for json in [r#""王小明""#, r#"{"@type":"Person","name":"王小明"}"#, r#"[{"name":"王小明"}]"#, r#"["王小明"]"#]
        {
            assert_eq!(stated(&format!(r#"{{"@type":"Article","author":{json}}}"#)).authors, ["王小明"], "{json}");
        }
    }

    #[test]
    fn broken_json_is_mended() {
        let json = "<!-- {\"@type\":\"NewsArticle\",\"headline\":\"路燈\t不亮\",\"articleBody\":\"一\n二\",\"keywords\":[\"a\",],} -->";
        let found = stated(json);
        assert_eq!((found.headline.as_deref(), found.body.as_deref()), (Some("路燈 不亮"), Some("一\n二")));
    }

    #[test]
    fn json_that_cannot_be_mended_still_gives_its_plain_fields() {
        let found =
            stated(r#"{"@type":"NewsArticle","headline":"說"停水"了","datePublished":"2026-03-17T10:48:00+08:00","#);
        assert_eq!(found.published.as_deref(), Some("2026-03-17T10:48:00+08:00"));
        assert_eq!(stated(&"[".repeat(100_000)), Stated::default());
    }

    #[test]
    fn later_nodes_of_the_same_report_fill_its_gaps() {
        let found = stated(
            r#"[{"@type":"NewsArticle","headline":"甲"},{"@type":"Article","headline":"甲","datePublished":"2026-03-17"},{"@type":"Article","headline":"乙","dateModified":"2020-01-01"}]"#,
        );
        assert_eq!((found.published.as_deref(), found.modified), (Some("2026-03-17"), None));
    }
}
