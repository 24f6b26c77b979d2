//! Places that no gazetteer has, told by the word they end in: 右昌國小, 鳳山溪, 興中橋.

use super::agent::pairs;
use crate::{
    domain::Span,
    text::{Hit, Lexicon, LexiconError},
};

/// What names of places end in; the longest that fits counts.
const ENDINGS: [&str; 44] = [
    "國民小學",
    "國民中學",
    "國小",
    "國中",
    "高中",
    "高職",
    "高工",
    "幼兒園",
    "大學",
    "社區活動中心",
    "活動中心",
    "運動中心",
    "托育中心",
    "文化中心",
    "圖書館",
    "體育館",
    "體育場",
    "美術館",
    "博物館",
    "游泳池",
    "停車場",
    "滯洪池",
    "抽水站",
    "衛生所",
    "動物園",
    "風景區",
    "夜市",
    "市場",
    "公園",
    "園區",
    "漁港",
    "碼頭",
    "車站",
    "步道",
    "吊橋",
    "橋",
    "排水",
    "溪",
    "站",
    "宮",
    "廟",
    "國宅",
    "隧道",
    "地下道",
];

/// What stands before an ending and names no place: 公車站, 滯洪池公園.
const GENERIC: [&str; 24] = [
    "國小", "國中", "公車", "捷運", "火車", "轉運", "加油", "變電", "工作", "服務", "接駁", "充電", "租賃", "立體",
    "地下", "路邊", "公有", "平面", "臨時", "社區", "里民", "附近", "作為", "二期",
];

/// Characters of a name before its ending that tell it from others of its kind.
const TELLING: usize = 2;

/// A place of a kind, with its name as a set of pairs of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site {
    /// Which ending.
    pub kind: u8,
    /// The name before it.
    pub name: u64,
}

impl Site {
    /// A name as a site, when it ends in one of the words.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let ends = |(_, ending): &(u8, &str)| name.ends_with(ending);
        let (kind, ending) = (0_u8..).zip(ENDINGS).filter(ends).max_by_key(|(_, ending)| ending.len())?;
        site(name, Span::new(name.len() - ending.len(), name.len()), kind).map(|it| it.1)
    }
}

/// The endings, to be looked for.
pub(super) fn endings() -> Result<Lexicon<u8>, LexiconError> {
    Lexicon::new((0_u8..).zip(ENDINGS).map(|(kind, ending)| (ending.to_owned(), kind)))
}

/// The sites of a text, by the endings found in it.
pub(super) fn sites(copy: &str, endings: &[Hit<'_, u8>]) -> Vec<(Span, Site)> {
    let mut found: Vec<(Span, Site)> = Vec::new();
    for ending in endings {
        let site = ending.payloads.first().and_then(|kind| site(copy, ending.span, *kind));
        if let Some(site) = site.filter(|(span, _)| found.last().is_none_or(|(before, _)| !before.overlaps(*span))) {
            found.push(site);
        }
    }
    found
}

/// What stands right before an ending, when it can be a name.
fn site(copy: &str, ending: Span, kind: u8) -> Option<(Span, Site)> {
    let head = copy.get(..ending.start)?;
    let name: Vec<(usize, char)> = head.char_indices().rev().take(TELLING).collect();
    let may_be = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) && !"的在於到從及和與每該此各本個座處".contains(c);
    let whole = name.len() == TELLING && name.iter().all(|(_, c)| may_be(*c));
    let (start, _) = name.last().filter(|_| whole)?;
    let name = head.get(*start..)?;
    // 國民小學 and 國小, 國民中學 and 國中 are one kind.
    let kind = if kind < 2 { kind + 2 } else { kind };
    (!GENERIC.contains(&name)).then(|| (Span::new(*start, ending.end), Site { kind, name: pairs(name) }))
}
