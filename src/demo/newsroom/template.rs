//! Filling the markup of the staged sites: `{{name}}` is escaped, `{{&name}}` is put in as it is.

/// Names and what stands for them.
pub(super) type Values = Vec<(&'static str, String)>;

/// The template with every name replaced; a name without a value leaves nothing.
pub(super) fn fill(template: &str, values: &[(&'static str, String)]) -> String {
    let mut filled = String::with_capacity(template.len() * 2);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((name, after)) = after.split_once("}}") else { break };
        let (name, raw) = name.strip_prefix('&').map_or((name, false), |name| (name, true));
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            if raw { filled.push_str(value) } else { filled.push_str(&escape(value)) }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Text as it may stand in HTML and XML, in attributes too.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// A text of one paragraph a line as HTML paragraphs.
pub(super) fn paragraphs(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("<p>{}</p>", escape(line))).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_escaped_unless_the_template_says_otherwise() {
        let values = vec![("a", "<b> & \"c\"".to_owned())];
        assert_eq!(fill("{{a}}|{{&a}}|{{none}}|{x}", &values), "&lt;b&gt; &amp; &quot;c&quot;|<b> & \"c\"||{x}");
        assert_eq!(paragraphs("一\n<二>"), "<p>一</p>\n<p>&lt;二&gt;</p>");
    }
}
