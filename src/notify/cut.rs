//! Texts made to fit. What a reader sees as one character is never cut in two, and the link is always kept.

use unicode_segmentation::UnicodeSegmentation as _;
use url::Url;

/// What stands where a text was cut.
const MORE: &str = "…";

/// `text` in at most `most` pieces of at most `limit` units, the last with the link. What does not fit is cut off, with a
/// mark. Messengers count UTF-16 units (LINE Developers, "Character counting in a text").
pub(super) fn pieces(text: &str, link: Option<&Url>, limit: usize, most: usize) -> Vec<String> {
    let link = link.map(Url::as_str).filter(|link| !text.contains(link) && units(link) < limit / 2);
    let tail = link.map(|link| format!("\n{link}")).unwrap_or_default();
    let mut pieces = split(text, limit);
    let room = limit.saturating_sub(units(&tail));
    let fits = pieces.len() < most || (pieces.len() == most && pieces.last().is_none_or(|last| units(last) <= room));
    if !fits {
        pieces.truncate(most);
        if let Some(last) = pieces.last_mut() {
            let kept = split(last, room.saturating_sub(units(MORE))).into_iter().next().unwrap_or_default();
            *last = format!("{kept}{MORE}");
        }
    }
    match pieces.last_mut() {
        Some(last) if units(last) <= room => last.push_str(&tail),
        _ => pieces.push(tail.trim_start().to_owned()),
    }
    pieces
}

/// The one piece of [`pieces`].
pub(super) fn piece(text: &str, link: Option<&Url>, limit: usize) -> String {
    pieces(text, link, limit, 1).into_iter().next().unwrap_or_default()
}

/// The whole text in pieces of at most `limit` units.
fn split(text: &str, limit: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut filled = limit;
    let mut add = |part: &str, size: usize| {
        if filled + size > limit {
            pieces.push(String::new());
            filled = 0;
        }
        if let Some(last) = pieces.last_mut() {
            last.push_str(part);
        }
        filled += size;
    };
    for grapheme in text.graphemes(true) {
        let size = units(grapheme);
        if size <= limit {
            add(grapheme, size);
        } else {
            // A letter under thousands of accents is nobody's character; it is cut like any other text.
            grapheme.chars().for_each(|c| add(c.encode_utf8(&mut [0; 4]), c.len_utf16()));
        }
    }
    pieces
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = "👨‍👩‍👧"; // three faces of two units and two joiners: 8 units

    #[track_caller]
    fn check(text: &str, link: Option<&str>, limit: usize, most: usize, expect: &[&str]) {
        let link = link.map(|link| link.parse().unwrap());
        assert_eq!(pieces(text, link.as_ref(), limit, most), expect);
    }

    #[test]
    fn what_fits_is_left_as_it_is_with_the_link_below() {
        check("停水通知", None, 10, 1, &["停水通知"]);
        check("停水通知", Some("https://a.tw/1"), 60, 1, &["停水通知\nhttps://a.tw/1"]);
        check("見 https://a.tw/1", Some("https://a.tw/1"), 60, 1, &["見 https://a.tw/1"]);
    }

    #[test]
    fn what_does_not_fit_is_cut_with_a_mark_and_keeps_its_link() {
        check("一二三四五六七八九十", None, 5, 1, &["一二三四…"]);
        // 40 units: 15 for the link and its line break, 1 for the mark, 24 for the text.
        let expect = format!("{}…\nhttps://a.tw/1", "水".repeat(24));
        check(&"水".repeat(99), Some("https://a.tw/1"), 40, 1, &[&expect]);
    }

    #[test]
    fn a_long_text_goes_on_in_further_pieces_up_to_the_last() {
        check("一二三四五六七", None, 3, 5, &["一二三", "四五六", "七"]);
        check("一二三四五六七", None, 3, 2, &["一二三", "四五…"]);
        let full = "水".repeat(40);
        check(&full, Some("https://a.tw/1"), 40, 2, &[&full, "https://a.tw/1"]);
    }

    #[test]
    fn a_character_of_several_parts_is_not_cut_in_two() {
        check(&format!("水{FAMILY}{FAMILY}"), None, 10, 1, &[&format!("水{FAMILY}…")]);
        check("e\u{301}e\u{301}", None, 3, 2, &["e\u{301}", "e\u{301}"]);
        check("é̀̀̀̀", None, 2, 9, &["é̀", "̀̀", "̀"]);
    }

    #[test]
    fn nothing_is_one_empty_piece() {
        check("", None, 10, 5, &[""]);
    }
}
