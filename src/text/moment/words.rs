//! The small words around days and times.

use super::Edge;

/// Whether a day or time can begin with `c`.
pub(super) fn may_begin(c: char) -> bool {
    c.is_ascii_digit()
        || matches!(
            c,
            '民' | '今'
                | '昨'
                | '明'
                | '前'
                | '後'
                | '大'
                | '本'
                | '這'
                | '上'
                | '下'
                | '去'
                | '隔'
                | '翌'
                | '次'
                | '當'
                | '同'
                | '週'
                | '周'
                | '星'
                | '禮'
                | '拜'
                | '凌'
                | '清'
                | '早'
                | '中'
                | '午'
                | '傍'
                | '晚'
                | '深'
                | '半'
                | '夜'
                | '月'
                | '年'
                | '第'
                | 'q'
                | '即'
                | '元'
                | '〇'
                | '零'
                | '一'
                | '二'
                | '三'
                | '四'
                | '五'
                | '六'
                | '七'
                | '八'
                | '九'
                | '十'
                | '廿'
                | '卅'
        )
}

/// Which side of it a moment means, by the words behind it, and how many bytes they take.
pub(super) fn edge(rest: &str) -> (Edge, usize) {
    const BEHIND: [(&str, Edge); 17] = [
        ("起", Edge::From),
        ("開始", Edge::From),
        ("以後", Edge::After),
        ("之後", Edge::After),
        ("過後", Edge::After),
        ("以前", Edge::Until),
        ("之前", Edge::Until),
        ("前夕", Edge::At),
        ("前後", Edge::At),
        ("前往", Edge::At),
        ("前鎮", Edge::At),
        ("前金", Edge::At),
        ("為止", Edge::Until),
        ("截止", Edge::Until),
        ("止", Edge::Until),
        ("前", Edge::Until),
        ("後", Edge::After),
    ];
    let found = BEHIND.iter().filter(|(word, _)| rest.starts_with(word)).max_by_key(|(word, _)| word.len());
    match found {
        Some((_, Edge::At)) | None => (Edge::At, 0),
        Some((word, edge)) => (*edge, word.len()),
    }
}

/// 自, 從 before a moment: from it on.
pub(super) fn begins_before(head: &str) -> bool {
    head.ends_with(['自', '從'])
}

/// What may stand between a day and its time: a space, a weekday in brackets, a comma-less 的.
pub(super) fn gap(rest: &str) -> usize {
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    let after = rest.get(spaces..).unwrap_or_default();
    let bracketed = weekday_in_brackets(after);
    let then = after.get(bracketed..).unwrap_or_default();
    spaces + bracketed + (then.len() - then.trim_start_matches(' ').len())
}

/// The length of （週三） or (三) at the beginning of `rest`.
pub(super) fn weekday_in_brackets(rest: &str) -> usize {
    let Some(inner) = rest.strip_prefix('(').or_else(|| rest.strip_prefix('（')) else { return 0 };
    let open = rest.len() - inner.len();
    let word = ["星期", "禮拜", "週", "周"].iter().find(|word| inner.starts_with(**word)).map_or(0, |word| word.len());
    let Some(day) = inner.get(word..).and_then(|rest| rest.chars().next()).filter(|c| weekday(*c).is_some()) else {
        return 0;
    };
    let end = open + word + day.len_utf8();
    match rest.get(end..).and_then(|rest| rest.chars().next()) {
        Some(c @ (')' | '）')) => end + c.len_utf8(),
        _ => 0,
    }
}

/// Days since Monday.
pub(super) fn weekday(c: char) -> Option<i64> {
    Some(match c {
        '一' => 0,
        '二' => 1,
        '三' => 2,
        '四' => 3,
        '五' => 4,
        '六' => 5,
        '日' | '天' | '末' => 6,
        _ => return None,
    })
}
