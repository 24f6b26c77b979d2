//! A release for those who read it out or let it run along the foot of a picture: 跑馬燈 and 口播.

use super::{
    reading::{spoken, without_addresses},
    words::{DRAFT, DRAFT_MARK, one_line, ordinal},
};
use crate::domain::Release;

/// Characters of a line of the 跑馬燈.
pub const LONGEST_TICKER: usize = 60;

/// Characters of a line of the 口播: about ten seconds at 240 a minute, what is said in one breath or two.
const LONGEST_BREATH: usize = 40;

/// The 跑馬燈: the title and who says it, in lines of at most [`LONGEST_TICKER`] characters, without addresses. Every
/// line of a draft bears its mark.
#[must_use]
pub fn ticker(release: &Release) -> Vec<String> {
    let mut text = one_line(&without_addresses(&release.text.title));
    let agency = one_line(&release.agency);
    if !text.contains(&agency) {
        text = format!("{text}（{agency}）");
    }
    let mark = if release.issued.is_some() {
        format!("【{}】", release.answer.words())
    } else {
        format!("【{DRAFT}】【{}】", release.answer.words())
    };
    let room = LONGEST_TICKER - mark.chars().count();
    broken(&text, room).into_iter().map(|line| format!("{mark}{line}")).collect()
}

/// The 口播: what is said, in short lines, numbers as they are spoken. Addresses and contacts are not read out.
#[must_use]
pub fn script(release: &Release) -> String {
    let text = &release.text;
    let agency = spoken(&one_line(&release.agency));
    let mut said = vec![format!("以下是{agency}的{}。", release.answer.words()), spoken(&text.lead)];
    let facts = text.facts.iter().filter(|fact| !fact.trim().is_empty());
    said.extend((1..).zip(facts).map(|(at, fact)| format!("第{}，{}", ordinal(at), spoken(fact))));
    said.extend([&text.jurisdiction, &text.measures, &text.appeal].map(|part| spoken(part)));
    said.push(format!("以上是{agency}的說明。"));
    let mut lines: Vec<String> =
        if release.issued.is_none() { vec![format!("（{DRAFT_MARK}）")] } else { Vec::new() };
    for sentence in said.iter().flat_map(|text| sentences(text)) {
        lines.extend(broken(&sentence, LONGEST_BREATH));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Sentences with their stops. A semicolon ends one too.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        let sign = if sign == '；' { '。' } else { sign };
        if let Some(last) = sentences.last_mut().filter(|_| sign != '\n') {
            last.push(sign);
        }
        let ends =
            matches!(sign, '。' | '！' | '？' | '\n') && !signs.peek().is_some_and(|next| CLOSERS.contains(next));
        if ends {
            sentences.push(String::new());
        }
    }
    sentences.iter().map(|sentence| sentence.trim().to_owned()).filter(|sentence| !sentence.is_empty()).collect()
}

/// Marks that belong to what stands before them.
const CLOSERS: [char; 6] = ['」', '』', '）', '】', '》', '〉'];

/// Marks behind which a line may end.
const BREAKS: [char; 9] = ['，', '、', '；', '：', '。', '！', '？', '」', '）'];

/// A text in lines of at most `longest` characters that end behind a mark where there is one, and never inside a number
/// or a Latin word that fits into a line.
fn broken(text: &str, longest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.trim().chars().collect();
    while rest.len() > longest {
        let behind = |at: usize| rest.get(at.wrapping_sub(1)).copied();
        let before = |at: usize| rest.get(at).copied();
        let closes = |at: usize| before(at).is_some_and(|sign| CLOSERS.contains(&sign) || BREAKS.contains(&sign));
        let mark = |at: &usize| behind(*at).is_some_and(|sign| BREAKS.contains(&sign)) && !closes(*at);
        let whole = |at: &usize| {
            let inside = |sign: Option<char>| sign.is_some_and(|sign| sign.is_ascii_graphic());
            !(closes(*at) || inside(behind(*at)) && inside(before(*at)))
        };
        // A line that ends in its first third leaves the next one no better off.
        let at =
            (longest / 3..=longest).rev().find(mark).or_else(|| (1..=longest).rev().find(whole)).unwrap_or(longest);
        let next = rest.split_off(at);
        lines.push(rest.into_iter().collect::<String>().trim().to_owned());
        rest = next;
    }
    lines.push(rest.into_iter().collect::<String>().trim().to_owned());
    lines.retain(|line| !line.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_behind_a_mark_and_not_inside_a_number() {
        assert_eq!(broken("一二三四五，六七八九十。", 8), ["一二三四五，", "六七八九十。"]);
        assert_eq!(broken("經費共計12,500元整", 7), ["經費共計", "12,500元", "整"]);
        assert_eq!(broken("一二三「四五。」六七八", 8), ["一二三「四五。」", "六七八"]);
        assert_eq!(broken("aaaaaaaaaa", 4), ["aaaa", "aaaa", "aa"]);
        assert_eq!(broken("  ", 4), Vec::<String>::new());
    }

    #[test]
    fn a_sentence_is_a_line_and_a_quotation_keeps_its_end() {
        assert_eq!(
            sentences("他說「停水。」並無此事；請勿轉傳。\n謝謝"),
            ["他說「停水。」並無此事。", "請勿轉傳。", "謝謝"]
        );
    }
}
