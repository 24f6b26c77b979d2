//! Sentences and clauses by Chinese punctuation.

use crate::domain::Span;

/// The sentences of `text` in order, each with its final mark and closing quotes, without surrounding white space;
/// a line break ends a sentence. Empty ones are left out.
#[must_use]
pub fn sentences(text: &str) -> Vec<Span> {
    split(text, Span::new(0, text.len()), |c| matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | '\n' | '\r'))
}

/// The clauses of the part of `text` under `within`: pieces between any two marks, commas and colons included.
/// A span off the character boundaries of `text` has none.
#[must_use]
pub fn clauses(text: &str, within: Span) -> Vec<Span> {
    split(text, within, |c| {
        matches!(c, '。' | '！' | '？' | '!' | '?' | '；' | ';' | '\n' | '\r' | '，' | ',' | '：' | ':' | '…')
    })
}

fn split(text: &str, within: Span, ends: impl Fn(char) -> bool) -> Vec<Span> {
    let mut parts = Vec::new();
    let Some(part) = within.of(text) else { return parts };
    let mut start = within.start;
    let mut chars = part.char_indices().peekable();
    let mut before = None;
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().map(|it| it.1);
        let in_number =
            matches!(c, ',' | ':') && [before, after].iter().all(|it| it.is_some_and(|c| c.is_ascii_digit()));
        before = Some(c);
        if !ends(c) || in_number {
            continue;
        }
        let mut end = within.start + at + c.len_utf8();
        while let Some((at, next)) = chars.next_if(|&(_, next)| ends(next) || closes(next)) {
            end = within.start + at + next.len_utf8();
        }
        push_trimmed(text, Span::new(start, end), &mut parts);
        start = end;
    }
    push_trimmed(text, Span::new(start, within.end), &mut parts);
    parts
}

fn closes(c: char) -> bool {
    matches!(c, '」' | '』' | '）' | ')' | '”' | '’' | '》' | '〉' | '】')
}

fn push_trimmed(text: &str, span: Span, parts: &mut Vec<Span>) {
    let Some(part) = span.of(text) else { return };
    let body = part.trim();
    if !body.is_empty() {
        let start = span.start + (part.len() - part.trim_start().len());
        parts.push(Span::new(start, start + body.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<_> = sentences(text).into_iter().map(|span| span.of(text).unwrap()).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn a_sentence_keeps_its_mark_and_its_closing_quote() {
        check("他說：「不會。」市府回應！\n第二段", &["他說：「不會。」", "市府回應！", "第二段"]);
        check("真的嗎？！不會吧；好", &["真的嗎？！", "不會吧；", "好"]);
        check(" \n\n 。", &["。"]);
        check("", &[]);
    }

    #[test]
    fn a_clause_ends_at_a_comma() {
        let text = "工務局說，路燈已修。好";
        let parts: Vec<_> = clauses(text, sentences(text)[0]).into_iter().map(|span| span.of(text).unwrap()).collect();
        assert_eq!(parts, ["工務局說，", "路燈已修。"]);
        assert!(clauses(text, Span::new(1, 2)).is_empty());
        let text = "經費3,200萬元,14:30開工";
        let parts: Vec<_> = clauses(text, sentences(text)[0]).into_iter().map(|span| span.of(text).unwrap()).collect();
        assert_eq!(parts, ["經費3,200萬元,", "14:30開工"]);
    }
}
