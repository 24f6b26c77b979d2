//! The credit of a report, 「（中央社記者王小明高雄17日電）」 or 「〔記者王小明／高雄報導〕」: it names who wrote the text, so it is
//! taken off before texts are compared, and a news agency in it says that the text was taken over.

/// Characters from either end of a text within which a credit ends or begins; the longest with three writers fits.
const REACH: usize = 60;

const OPENING: [char; 6] = ['（', '(', '〔', '[', '【', '［'];
const CLOSING: [char; 6] = ['）', ')', '〕', ']', '】', '］'];

/// How a dispatch ends: 「高雄17日電」, 「東京17日專電」, 「綜合外電」. The last character alone ends 「停電」 too.
const DISPATCHED: [&str; 3] = ["日電", "專電", "外電"];

/// How a paper's own credit ends.
const WRITTEN: [&str; 3] = ["報導", "特稿", "專訪"];

const SLASHES: [char; 6] = ['／', '/', '╱', '∕', '｜', '|'];

/// A text without its credits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credited<'a> {
    /// The text.
    pub body: &'a str,
    /// The news agency whose dispatch it is, as it is written: 「中央社」.
    pub agency: Option<&'a str>,
}

/// Takes the credits at the beginning and the end off a text.
#[must_use]
pub fn strip(text: &str) -> Credited<'_> {
    let mut body = text.trim();
    let mut agency = None;
    // 「〔即時新聞／綜合報導〕（中央社高雄17日電）」: one after the other, but not without end.
    for _ in 0..3 {
        let Some((credit, rest)) = opening(body) else { break };
        agency = agency.or_else(|| dispatched_by(credit));
        body = rest;
    }
    for _ in 0..3 {
        let Some((rest, credit)) = closing(body) else { break };
        agency = agency.or_else(|| dispatched_by(credit));
        body = rest;
    }
    Credited { body, agency }
}

/// The credit that opens a text, and what follows it.
fn opening(text: &str) -> Option<(&str, &str)> {
    let near = head(text, REACH);
    if let Some(inside) = near.strip_prefix(OPENING) {
        let credit = inside.get(..inside.find(CLOSING)?)?;
        let rest = text.strip_prefix(OPENING)?.strip_prefix(credit)?.strip_prefix(CLOSING)?;
        return is_credit(credit).then_some((credit, rest.trim_start()));
    }
    // Without brackets it is a line of its own, or ends at the first white space: 「記者王小明／高雄報導　市府…」,
    // 「中央社 高雄17日電」.
    let line = near.lines().next()?;
    let whole_line = (line.len() < near.len() || near.len() == text.len()) && is_credit(line);
    let credit = if whole_line { line } else { line.split(['　', ' ']).next().filter(|word| is_credit(word))? };
    Some((credit, text.strip_prefix(credit)?.trim_start()))
}

/// What stands before the credit that closes a text, and the credit.
fn closing(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_suffix(CLOSING)?;
    let reach = inside.char_indices().rev().take(REACH).find(|(_, c)| OPENING.contains(c));
    let (at, bracket) = reach?;
    let credit = inside.get(at + bracket.len_utf8()..)?;
    let is_end = is_credit(credit) || credit.starts_with("編輯：") || credit.starts_with("譯者：");
    is_end.then_some((text.get(..at)?.trim_end(), credit))
}

/// Whether a stretch says who wrote what follows or went before.
fn is_credit(stretch: &str) -> bool {
    let stretch = stretch.trim();
    let says = stretch.contains(['，', '。', '！', '？', '「', '」']);
    let is_written = WRITTEN.iter().any(|end| stretch.ends_with(end))
        && (stretch.contains(SLASHES) || ["記者", "中心", "綜合"].iter().any(|word| stretch.contains(word)));
    !says && (is_written || dispatched_by(stretch).is_some())
}

/// The agency whose dispatch a credit says it is: 「港邊通訊社高雄17日電」, 「中央社記者王小明高雄17日電」, 「中央社 東京17日專電」,
/// 「綜合中央社報導」.
fn dispatched_by(credit: &str) -> Option<&str> {
    let credit = credit.trim();
    if is_agency(credit) {
        return Some(credit);
    }
    let (before, _) = credit.split_once('社')?;
    let agency = credit.get(..before.len() + '社'.len_utf8())?;
    let is_wire =
        DISPATCHED.iter().any(|end| credit.ends_with(end)) || (agency.ends_with("中央社") && credit.ends_with("報導"));
    // 「社會中心／綜合報導」 names a desk; the name of an agency is short.
    let is_name = (1..=8).contains(&before.chars().count()) && !before.contains(SLASHES);
    (is_wire && is_name).then(|| agency.trim_start_matches("綜合").trim_start_matches(['／', '/']))
}

/// Whether a stretch is nothing but the name of the national agency, as copies end: 「（中央社）」.
fn is_agency(stretch: &str) -> bool {
    matches!(stretch.trim(), "中央社" | "中央通訊社")
}

/// The first characters of a text.
fn head(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, body: &str, agency: Option<&str>) {
        assert_eq!(strip(text), Credited { body, agency }, "{text}");
    }

    #[test]
    fn a_credit_is_taken_off_and_an_agency_named() {
        check("（中央社記者王小明高雄17日電）市府今天表示", "市府今天表示", Some("中央社"));
        check("（港邊通訊社高雄17日電）高雄市今天", "高雄市今天", Some("港邊通訊社"));
        check("（綜合中央社報導）市府今天", "市府今天", Some("中央社"));
        check("（中央社東京17日綜合外電）日本", "日本", Some("中央社"));
        check("中央社 高雄17日電\n市府今天", "市府今天", Some("中央社"));
        check("〔記者王小明／高雄報導〕市府今天", "市府今天", None);
        check("[記者王小明/綜合報導]市府今天", "市府今天", None);
        check("【燈塔報記者王小明╱高雄報導】\n市府今天", "市府今天", None);
        check("記者王小明／高雄報導\n市府今天", "市府今天", None);
        check("記者王小明／高雄報導　市府今天", "市府今天", None);
        check("社會中心／綜合報導\n一名騎士", "一名騎士", None);
        check("市府今天表示。（王小明／高雄報導）", "市府今天表示。", None);
        check("市府今天表示。（編輯：王小明）", "市府今天表示。", None);
        check("市府今天表示。（中央社）", "市府今天表示。", Some("中央社"));
        check("〔即時新聞／綜合報導〕（中央社記者王小明高雄17日電）市府", "市府", Some("中央社"));
    }

    #[test]
    fn what_is_no_credit_stays() {
        for text in [
            "（圖）市府今天表示",
            "台電說明昨天停電",
            "社區停電",
            "左營活動中心停電",
            "水利局／抽水站停電",
            "某某合作社停電",
            "（路燈不亮，已停電）請派人",
            "他在社群說：「沒電」",
            "記者會上市長報導疫情，並說明",
            "市府表示（見附圖）",
            "",
            "（",
            "）",
            "（）",
        ] {
            check(text, text, None);
        }
    }

    #[test]
    fn any_text_is_read_without_panic() {
        proptest::proptest!(|(text in "(記者|／|[\\[（〔）〕\\]]|高雄|社|日電|報導|17|中央社|[a-z王 　、\n]){0,24}")| {
            let found = strip(&text);
            assert!(text.contains(found.body));
        });
    }
}
