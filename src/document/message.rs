//! A release as plain text: in full for e-mail and messengers, and short for cards.

use super::{
    body::{Block, blocks, fields},
    words::{DRAFT, DRAFT_MARK, clean, title},
};
use crate::domain::{LONGEST_CARD, Release};

/// The whole release, one paragraph a line, with a blank line between sections.
#[must_use]
pub fn plain(release: &Release) -> String {
    let mut lines = Vec::new();
    if release.issued.is_none() {
        lines.push(format!("【{DRAFT_MARK}】"));
        lines.push(String::new());
    }
    lines.push(title(release));
    lines.push(String::new());
    lines.extend(fields(release).into_iter().map(|(name, value)| format!("{name}：{value}")));
    lines.push(String::new());
    for block in blocks(release) {
        match block {
            Block::Heading(name) => lines.extend([String::new(), format!("【{name}】")]),
            Block::Paragraph(text) | Block::Line(text) => lines.push(text),
            Block::Labelled { label, text, url } => {
                lines.push(format!("{label}{text}"));
                lines.extend(url.map(String::from));
            }
        }
    }
    lines.extend([String::new(), format!("全文網址：{}", release.url), String::new()]);
    lines.join("\n")
}

/// The text for cards and short messages, at most [`LONGEST_CARD`] characters with its mark. The draft's own; its title
/// when it has none. What is longer ends with the last whole sentence that has room, else with 「…」.
#[must_use]
pub fn card(release: &Release) -> String {
    let written = if release.text.card.trim().is_empty() { &release.text.title } else { &release.text.card };
    let mark = if release.issued.is_some() { String::new() } else { format!("【{DRAFT}】") };
    let room = LONGEST_CARD - mark.chars().count();
    format!("{mark}{}", within(clean(written).trim(), room))
}

fn within(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.into();
    }
    let cut: String = text.chars().take(room).collect();
    match cut.rfind(['。', '！', '？']).and_then(|at| cut.get(..at).zip(cut.get(at..)?.chars().next())) {
        Some((before, stop)) => format!("{before}{stop}"),
        None => text.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
    }
}
