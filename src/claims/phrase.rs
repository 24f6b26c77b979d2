//! What the words right before and behind something say of it.

use super::{Item, Per, Value, read::NEAR_BYTES};
use crate::{
    domain::{NamedBody, Span},
    text::Edge,
};

/// Bytes of a field that are read: more than the longest report has.
const READ_BYTES: usize = 64 << 10;

/// Characters behind a value in which 為 or 至 makes it a former one.
const TURN_CHARACTERS: usize = 8;

/// Characters before a figure that may say by how much something changed.
const CHANGE_CHARACTERS: usize = 5;

/// Characters of the longest credit: 港邊通訊社記者王小明高雄17日電.
const CREDIT_CHARACTERS: usize = 40;

/// Words before a state that is planned or weighed and not decided on as of now.
pub(super) const PLANS: [&str; 16] = [
    "擬", "將", "研議", "研擬", "規劃", "計畫", "預計", "預定", "打算", "考慮", "評估", "草案", "有意", "可能", "構想",
    "提議",
];

/// Words before a state of now.
pub(super) const PRESENTS: [&str; 10] =
    ["現有", "目前", "現行", "現況", "現為", "現仍", "現階段", "至今", "迄今", "當前"];

/// The beginning of a text, cut between characters.
pub(super) fn head(text: &str) -> &str {
    let end = (0..=READ_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// The parts of a clause between spaces that stand for marks, as in headlines and posts: between two characters that are
/// not letters or digits of ASCII.
pub(super) fn spaced(copy: &str, clause: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = clause.start;
    let mut before = None;
    let mut chars = clause.of(copy).unwrap_or_default().char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
        let after = chars.peek().map(|it| it.1);
        if c == ' ' && wide(before) && wide(after) {
            parts.push(Span::new(start, clause.start + at));
            start = clause.start + at + 1;
        }
        before = Some(c);
    }
    parts.push(Span::new(start, clause.end));
    parts.retain(|part| !part.is_empty());
    parts
}

/// Names that numbers are part of (三民區, 九如一路).
pub(super) fn is_taken(body: NamedBody) -> bool {
    !matches!(body, NamedBody::Here | NamedBody::Elsewhere | NamedBody::Government)
}

/// 由5.6億元修正為6.9億元: what stands behind 為 or 至 is no former value.
pub(super) fn between_turns(copy: &str, from: usize, to: usize) -> bool {
    const TURNS: [&str; 12] = ["為", "至", "改", "到", "成", "變", "取代", "更新", "更正", "調", "延", "增"];
    let between = copy.get(from..to).unwrap_or_default();
    TURNS.iter().any(|turn| between.contains(turn))
}

/// Whether 為 or 至 stands right behind a value: 由5.6億元修正為.
pub(super) fn turns_behind(copy: &str, from: usize) -> bool {
    let rest: String = copy.get(from..).unwrap_or_default().chars().take(TURN_CHARACTERS).collect();
    let rest = rest.split(['，', '。', '；', ',']).next().unwrap_or_default();
    ["為", "至", "改", "到", "成", "增", "減", "降", "升", "調", "縮", "延", "擴", "提", "→"]
        .iter()
        .any(|turn| rest.contains(turn))
}

/// Whether a day comes again: 每月一日, 每年3月5日. It is no date of an event.
pub(super) fn comes_again(copy: &str, span: Span) -> bool {
    const EVERY: [&str; 8] = ["每月", "每個月", "每年", "逐年", "逐月", "每季", "每學期", "每逢"];
    let before = copy.get(..span.start).unwrap_or_default();
    let written = span.of(copy).unwrap_or_default();
    EVERY.iter().any(|every| before.ends_with(every) || written.starts_with(every))
        || (before.ends_with('每') && written.starts_with(['月', '年', '季']))
}

/// Whether one of `words` stands in a clause before `own`.
pub(super) fn follows(copy: &str, clause: usize, own: usize, words: &[&str]) -> bool {
    let head = copy.get(clause..own).unwrap_or_default();
    words.iter().any(|word| head.contains(word))
}

/// Who wrote a report, where and on which day: 「（港邊通訊社高雄17日電）」, 「記者王小明／高雄報導」. It stands in brackets, or
/// at the beginning of a line, and is no part of what the report says.
pub(super) fn credits(copy: &str) -> Vec<Span> {
    let mut found = Vec::new();
    for (open, close) in [('（', '）'), ('(', ')'), ('〔', '〕'), ('【', '】'), ('[', ']')] {
        for (at, _) in copy.match_indices(open) {
            let start = at + open.len_utf8();
            let inner = copy.get(start..).and_then(|rest| rest.split(close).next()).unwrap_or_default();
            let is_short = inner.chars().nth(CREDIT_CHARACTERS).is_none();
            let signs = inner.ends_with('電') || inner.ends_with("報導") || inner.starts_with("記者");
            if is_short && signs && inner.contains(['社', '者', '／', '/', '訊', '報']) {
                found.push(Span::new(start, start + inner.len()));
            }
        }
    }
    let mut start = 0;
    for line in copy.split_inclusive('\n') {
        let credit = line.find("報導").map(|at| at + "報導".len()).and_then(|end| line.get(..end));
        let is_credit = |it: &&str| {
            it.chars().nth(CREDIT_CHARACTERS).is_none()
                && (it.starts_with("記者") || it.contains("中心／") || it.contains("中心/"))
                && !it.contains(['，', '。', ','])
        };
        if let Some(credit) = credit.filter(is_credit) {
            found.push(Span::new(start, start + credit.len()));
        }
        start += line.len();
    }
    found
}

pub(super) fn is_name(value: Value) -> bool {
    matches!(value, Value::Agency(_) | Value::Agent(_) | Value::Place(_) | Value::Site(_))
}

/// 今（14）日 in a release says when it was announced, and seldom when what it announces is.
pub(super) fn is_day_of_writing(copy: &str, item: &Item) -> bool {
    let Value::Time(moment) = item.value else { return false };
    moment.edge == Edge::At
        && moment.end.is_none()
        && moment.start.minutes.is_none()
        && item.span.of(copy).is_some_and(|written| written.starts_with("今(") || written.starts_with("今（"))
}

/// Whether the words right before a figure say that it is by how much something changed.
pub(super) fn is_change(copy: &str, clause: usize, start: usize) -> bool {
    let head = copy.get(clause..start).unwrap_or_default();
    let near: String = head.chars().rev().take(CHANGE_CHARACTERS).collect();
    if ["多最", "少至", "達多", "加參", "上以", "早最", "少最", "晚上", "晚夜"].iter().any(|word| near.contains(word))
    {
        return false;
    }
    let near = near.split(['，', '、', ',', '。', '；', '元', '至', '為', '到']).next().unwrap_or_default();
    near.contains([
        '增', '減', '多', '少', '加', '漲', '降', '差', '早', '晚', '縮', '跌', '掉', '升', '退', '省', '延',
    ])
}

/// Whether a title is the end of one word and the beginning of another: 山區長輩, 社區長照.
pub(super) fn is_cut(copy: &str, span: Span) -> bool {
    span.of(copy).is_some_and(|name| name.ends_with('長'))
        && copy.get(span.end..).is_some_and(|rest| rest.starts_with(['輩', '者', '照', '期', '青', '遠', '年', '大']))
}

/// Whether what stands at `start` is led up to as the one in charge: 由, 歸, 係, 被, 屬.
pub(super) fn leads_up(copy: &str, start: usize) -> bool {
    copy.get(..start).and_then(|head| head.chars().next_back()).is_some_and(|c| "由歸係被屬是向交請叫".contains(c))
}

/// The days behind 每週: 每週二、四, 每週一至五.
pub(super) fn weekdays(copy: &str, clause: Span) -> Vec<(Span, u8)> {
    const DAYS: [(char, u8); 9] =
        [('一', 0), ('二', 1), ('三', 2), ('四', 3), ('五', 4), ('六', 5), ('日', 6), ('天', 6), ('末', 5)];
    let written = clause.of(copy).unwrap_or_default();
    let mut found = Vec::new();
    if !written.contains('每') {
        return found;
    }
    for lead in ["每周", "每週", "每逢周", "每星期", "每逢星期"] {
        for (at, _) in written.match_indices(lead) {
            let from = at + lead.len();
            let (mut bits, mut last, mut end, mut ranged) = (0_u8, None, from, false);
            for (offset, c) in written.get(from..).unwrap_or_default().char_indices() {
                if let Some((_, day)) = DAYS.iter().find(|(name, _)| *name == c) {
                    let first = if ranged { last.unwrap_or(*day) } else { *day };
                    for day in first.min(*day)..=*day {
                        bits |= 1 << day;
                    }
                    (last, ranged, end) = (Some(*day), false, from + offset + c.len_utf8());
                } else if "至到~-".contains(c) {
                    ranged = true;
                } else if !"、及和與周週星期,".contains(c) {
                    break;
                }
            }
            if bits != 0 {
                found.push((Span::new(clause.start + at, clause.start + end), bits));
            }
        }
    }
    found
}

/// Whether a body or place is said not to be the one: 不歸水利局管, 與水利局無關.
pub(super) fn is_denied(copy: &str, span: Span) -> bool {
    let behind = copy.get(span.end..).unwrap_or_default();
    // 不會由納稅人埋單: what leads up to the body stands between.
    let start = copy
        .get(..span.start)
        .and_then(|head| head.strip_suffix(['由', '歸', '是', '被']))
        .map_or(span.start, str::len);
    is_turned(copy, span)
        || is_turned(copy, Span::new(start, span.end))
        || behind.starts_with("無關")
        || behind.starts_with("沒有關")
}

/// Whether a negator stands right before a word: 未通過, 不予同意, 根本沒有洩洪.
pub(super) fn is_turned(copy: &str, span: Span) -> bool {
    const NEGATORS: [&str; 18] = [
        "不", "未", "無", "沒", "沒有", "非", "免", "勿", "不予", "不會", "不得", "未予", "未被", "沒被", "未曾",
        "不再", "不是", "不歸",
    ];
    copy.get(..span.start).is_some_and(|head| NEGATORS.iter().any(|negator| head.ends_with(negator)))
}

/// What a figure is counted by, from the words before it: 每月, 每人每日, 一個月, or behind it: /月.
pub(super) fn per(copy: &str, span: Span) -> Option<Per> {
    const WORDS: [(&str, Per); 49] = [
        ("每半小時", Per::HalfHour),
        ("每30分鐘", Per::HalfHour),
        ("半小時", Per::HalfHour),
        ("每兩年", Per::TwoYears),
        ("每2年", Per::TwoYears),
        ("每二年", Per::TwoYears),
        ("每學期", Per::Term),
        ("每小時", Per::Hour),
        ("每時", Per::Hour),
        ("時薪", Per::Hour),
        ("一小時", Per::Hour),
        ("單小時", Per::Hour),
        ("每日", Per::Day),
        ("每天", Per::Day),
        ("一天", Per::Day),
        ("單日", Per::Day),
        ("日薪", Per::Day),
        ("每週", Per::Week),
        ("每周", Per::Week),
        ("每星期", Per::Week),
        ("一週", Per::Week),
        ("每月", Per::Month),
        ("每個月", Per::Month),
        ("一個月", Per::Month),
        ("月薪", Per::Month),
        ("每季", Per::Quarter),
        ("每年", Per::Year),
        ("一年", Per::Year),
        ("年租", Per::Year),
        ("每學年", Per::Year),
        ("每公斤", Per::Kilogram),
        ("每台斤", Per::Catty),
        ("一斤", Per::Catty),
        ("每人", Per::Person),
        ("一人", Per::Person),
        ("一個人", Per::Person),
        ("每名", Per::Person),
        ("每位", Per::Person),
        ("每戶", Per::Household),
        ("一戶", Per::Household),
        ("每次", Per::Time),
        ("每趟", Per::Time),
        ("一趟", Per::Time),
        ("每餐", Per::Meal),
        ("一餐", Per::Meal),
        ("每件", Per::Piece),
        ("每份", Per::Piece),
        ("每張", Per::Piece),
        ("每輛", Per::Piece),
    ];
    let head = copy.get(..span.start)?;
    let from = head.char_indices().rev().take(8).last().map_or(0, |(at, _)| at);
    let near = head.get(from..)?;
    let last = near.rfind(['，', '。', '、', '；', ',', '\n']).map_or(0, |at| at + 1);
    // A mark of several bytes is cut at its end.
    let near = (last..near.len()).find_map(|at| near.get(at..)).unwrap_or_default();
    if !near.contains(['每', '一', '單', '薪', '租', '半']) {
        return None;
    }
    WORDS
        .iter()
        .filter_map(|(word, per)| Some((near.rfind(word)?, word.len(), *per)))
        .max_by_key(|(at, length, _)| (*at, *length))
        .map(|(_, _, per)| per)
}

/// What stands between 「 and 」, at any depth the outermost.
pub(super) fn quoted(copy: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (at, c) in copy.char_indices() {
        match c {
            '「' | '『' | '“' => open.push(at + c.len_utf8()),
            '」' | '』' | '”' => {
                if let Some(start) = open.pop().filter(|_| open.is_empty()) {
                    found.push(Span::new(start, at));
                }
            }
            _ => {}
        }
    }
    found
}

/// Who says a quotation: what stands in its sentence before the verb of saying in front of it.
pub(super) fn speaker(copy: &str, quote: Span, verbs: &[Span]) -> Option<Span> {
    let head = copy.get(..quote.start)?;
    let start = head
        .rfind(['。', '！', '？', '\n', '；'])
        .map_or(0, |at| at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let verb = verbs
        .iter()
        .rfind(|verb| verb.start >= start && verb.end <= quote.start && quote.start - verb.end <= NEAR_BYTES)?;
    let before = copy.get(start..verb.start).unwrap_or_default();
    let comma = before
        .rfind(['，', ','])
        .map_or(0, |at| at + before.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8));
    let start = if comma < before.len() { start + comma } else { start };
    Some(Span::new(start, verb.start)).filter(|span| !span.is_empty())
}
