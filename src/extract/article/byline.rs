//! Who wrote it: a person's name out of an author field or the credit lines Taiwanese papers print.

/// Words that make a name a desk, an outlet or a remark.
const NOT_A_PERSON: [&str; 56] = [
    "報", "網", "社", "新聞", "中心", "記者", "編輯", "綜合", "即時", "電", "頻道", "周刊", "週刊", "雜誌", "小組",
    "團隊", "政府", "局", "處", "市", "縣", "組", "室", "部", "聞", "匿名", "作者", "來源", "翻攝", "攝影", "提供",
    "媒體", "公司", "協會", "基金", "官方", "責任", "特約", "國際", "地方", "社會", "生活", "政治", "財經", "娛樂",
    "台灣", "整理", "快訊", "更新", "獨家", "影音", "直播", "焦點", "熱門", "體育", "健康",
];

/// The same for names in Latin letters.
const NOT_A_PERSON_LATIN: [&str; 12] =
    ["news", "editor", "staff", "online", "times", "team", "admin", "daily", "media", "press", "taiwan", "reporter"];

/// Where dispatches come from: 「記者王小明高雄17日電」 runs name and place together. Short forms of the 22 cities and
/// counties, then capitals with resident correspondents.
const DATELINES: [&str; 62] = [
    "臺北",
    "台北",
    "新北",
    "桃園",
    "臺中",
    "台中",
    "臺南",
    "台南",
    "高雄",
    "基隆",
    "新竹",
    "苗栗",
    "彰化",
    "南投",
    "雲林",
    "嘉義",
    "屏東",
    "宜蘭",
    "花蓮",
    "臺東",
    "台東",
    "澎湖",
    "金門",
    "連江",
    "馬祖",
    "華盛頓",
    "紐約",
    "洛杉磯",
    "舊金山",
    "芝加哥",
    "休士頓",
    "波士頓",
    "渥太華",
    "溫哥華",
    "多倫多",
    "東京",
    "大阪",
    "首爾",
    "北京",
    "上海",
    "香港",
    "澳門",
    "新加坡",
    "曼谷",
    "河內",
    "雅加達",
    "馬尼拉",
    "吉隆坡",
    "新德里",
    "倫敦",
    "巴黎",
    "柏林",
    "布魯塞爾",
    "日內瓦",
    "羅馬",
    "維也納",
    "華沙",
    "莫斯科",
    "伊斯坦堡",
    "耶路撒冷",
    "雪梨",
    "聖保羅",
];

/// Words that end a credit: what the named person did.
const DID: [&str; 7] = ["報導", "特稿", "專訪", "採訪", "專題", "連線", "撰文"];

/// Signs between a name and a place.
const SLASHES: [char; 8] = ['／', '/', '╱', '∕', '│', '|', '｜', '⁄'];

/// Labels before a writer's name, with the sign that must follow.
const LABELS: [&str; 9] = ["採訪撰文", "撰文", "採訪", "撰稿", "作者", "特約記者", "文字", "記者", "文"];

/// A person's name out of an author field, or several joined by 「、」; none for a desk, an outlet or an address.
pub(super) fn in_field(field: &str) -> Option<String> {
    let field = field.trim();
    if field.contains("://") || field.starts_with('@') {
        return None;
    }
    names(field.split(SLASHES).next().unwrap_or(field))
}

/// The writer named in the credit that opens or closes a report.
///
/// Understood are 「記者王小明／高雄報導」 in any bracket or none, 「（中央社記者王小明高雄17日電）」, 「文／王小明」, 「記者：王小明」 and
/// 「（王小明／高雄報導）」. A caption 「圖／記者王小明攝」 names a photographer and is passed over.
pub(super) fn in_line(line: &str) -> Option<String> {
    credits(line).find_map(|credit| reporter(credit).or_else(|| before_place(credit)).or_else(|| labelled(credit)))
}

/// The stretches of a line that may be a credit: what stands in brackets, and the line's own beginning and end.
fn credits(line: &str) -> impl Iterator<Item = &str> {
    const BRACKETS: [char; 12] = ['（', '）', '(', ')', '〔', '〕', '[', ']', '【', '】', '［', '］'];
    line.split(BRACKETS).flat_map(|part| part.split(['。', '！', '？'])).map(str::trim).filter(|part| !part.is_empty())
}

/// 「…記者NAMES／…報導」 and 「…記者NAMES PLACE17日電」.
fn reporter(credit: &str) -> Option<String> {
    let (before, after) = credit.split_once("記者")?;
    // 「圖／記者…」 and 「對記者…說」 are no credits; an outlet's name before the word is short.
    if before.chars().count() > 10 || before.ends_with(SLASHES) && !before.trim_end_matches(SLASHES).ends_with('文') {
        return None;
    }
    let after = after.trim_start_matches(['：', ':', ' ', '　']);
    if let Some((head, tail)) = after.split_once(SLASHES) {
        return did(tail).then(|| names(head)).flatten();
    }
    if let Some((head, _)) =
        after.split_once("日電").or_else(|| after.split_once("日專電")).or_else(|| after.split_once("報導"))
    {
        let head = head.trim_end_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)).trim_end();
        return names(without_place(head));
    }
    None
}

/// Whether what follows the slash says that the named person wrote: 「高雄報導」, 「綜合報導」, 「專訪」.
fn did(tail: &str) -> bool {
    // The credit ends with the word; 「…／駕駛接受專訪說明」 is a headline with a rubric.
    let credit = tail.split_whitespace().next().unwrap_or_default();
    let place = DID.iter().find_map(|word| credit.strip_suffix(word));
    place.is_some_and(|place| place.chars().count() <= 10 && !place.contains(['，', '、', '圖', '攝', '：']))
}

/// 「NAME／高雄報導」 without the word 記者.
fn before_place(credit: &str) -> Option<String> {
    let (head, tail) = credit.split_once(SLASHES)?;
    if did(tail) { names(head.rsplit([' ', '　']).next().unwrap_or(head)) } else { None }
}

/// 「文／NAME」, 「撰文：NAME」, 「記者 NAME」.
fn labelled(credit: &str) -> Option<String> {
    LABELS.iter().find_map(|label| {
        let rest = credit.strip_prefix(label)?.trim_start();
        let rest = rest.strip_prefix(|c| SLASHES.contains(&c) || matches!(c, '：' | ':'))?;
        let end = [" ", "　", "圖／", "圖/", "攝影", "／", "/", "，"]
            .iter()
            .filter_map(|sign| rest.trim_start().find(sign))
            .min();
        let rest = rest.trim_start();
        names(end.and_then(|end| rest.get(..end)).unwrap_or(rest))
    })
}

/// Cuts the place off a dispatch's names: a known dateline, else all after the third character, as most names have
/// three.
fn without_place(text: &str) -> &str {
    let bare = text.trim_end_matches(['市', '縣']);
    if let Some(head) = DATELINES.iter().find_map(|place| bare.strip_suffix(place)) {
        return head.trim_end();
    }
    if let Some((head, _)) = text.rsplit_once([' ', '　']) {
        return head.trim_end();
    }
    let cut = text.char_indices().nth(3).map_or(text.len(), |(at, _)| at);
    if text.contains('、') { text } else { text.get(..cut).unwrap_or(text) }
}

/// One or more persons' names, cleaned and joined by 「、」; none unless every part is one.
fn names(text: &str) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    let is_latin = text.is_ascii();
    for part in text
        .split(|c: char| matches!(c, '、' | '，' | '；' | ',' | ';' | '&' | '＆') || (!is_latin && c.is_whitespace()))
    {
        let mut name = part.trim();
        for title in ["中央社", "特約記者", "實習記者", "特派員", "特派", "記者", "撰文", "主筆", "By ", "by "]
        {
            name = name.strip_prefix(title).unwrap_or(name).trim();
        }
        for role in ["綜合報導", "報導", "特派員", "記者", "撰"] {
            name = name.strip_suffix(role).unwrap_or(name).trim();
        }
        if name.is_empty() || name == "文" {
            continue;
        }
        if !is_person(name) {
            return None;
        }
        if !found.iter().any(|known| known == name) {
            found.push(name.to_owned());
        }
    }
    (1..=4).contains(&found.len()).then(|| found.join("、"))
}

/// Whether a text has the shape of a person's name: 2 to 4 Han characters, longer with a dot in it, or two to four
/// Latin words.
fn is_person(name: &str) -> bool {
    let letters = name.chars().count();
    let han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
    let dot = |c: char| matches!(c, '·' | '‧' | '・' | '．' | '•');
    if name.chars().all(|c| han(c) || dot(c)) {
        let longest = if name.contains(dot) { 14 } else { 4 };
        return (2..=longest).contains(&letters) && !NOT_A_PERSON.iter().any(|word| name.contains(word));
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    let lower = name.to_lowercase();
    (2..=4).contains(&words.len())
        && letters <= 40
        && words.iter().all(|word| {
            word.starts_with(|c: char| c.is_uppercase())
                && word.chars().all(|c| c.is_alphabetic() || matches!(c, '.' | '-' | '\''))
        })
        && !NOT_A_PERSON_LATIN.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_of_every_usual_shape_are_read() {
        for (line, expect) in [
            ("記者王小明／高雄報導", "王小明"),
            ("〔記者王小明／高雄報導〕市府今日表示，路燈已修復。", "王小明"),
            ("[記者王小明/綜合報導]市府今日表示", "王小明"),
            ("【燈塔報記者王小明╱高雄報導】", "王小明"),
            ("（中央社記者王小明高雄17日電）高雄市府今天", "王小明"),
            ("（中央社記者王小明、李大同高雄市17日電）", "王小明、李大同"),
            ("（記者歐陽大同華盛頓17日專電）", "歐陽大同"),
            ("（中央社記者王小明某鎮17日電）", "王小明"),
            ("警方將進一步釐清原因。（王小明／高雄報導）", "王小明"),
            ("文／王小明　圖／李大同", "王小明"),
            ("文/王小明", "王小明"),
            ("撰文：王小明", "王小明"),
            ("記者：王小明", "王小明"),
            ("記者 王小明／專訪", "王小明"),
            ("記者王小明／高雄報導 市府今日表示", "王小明"),
            ("燈塔報 記者王小明、李大同／連線報導", "王小明、李大同"),
            ("記者王小明高雄報導", "王小明"),
        ] {
            assert_eq!(in_line(line).as_deref(), Some(expect), "{line}");
        }
    }

    #[test]
    fn desks_captions_and_sentences_are_no_writers() {
        for line in [
            "地方中心／綜合報導",
            "社會中心／綜合報導",
            "〔即時新聞／綜合報導〕",
            "▲路燈不亮。（圖／記者王小明翻攝）",
            "（記者王小明攝）",
            "市長上午召開記者會，說明路燈／號誌報導",
            "他對記者表示，路燈已修復",
            "快訊／駕駛接受專訪說明經過",
            "圖／市府提供",
            "（中央社澎湖縣28日電）",
            "",
        ] {
            assert_eq!(in_line(line), None, "{line}");
        }
    }

    #[test]
    fn an_author_field_gives_persons_only() {
        for (field, expect) in [
            ("王小明", Some("王小明")),
            ("記者王小明／高雄報導", Some("王小明")),
            ("王小明, 李大同", Some("王小明、李大同")),
            ("文 王小明", Some("王小明")),
            ("瓦旦·吉洛", Some("瓦旦·吉洛")),
            ("Mary Ann Smith", Some("Mary Ann Smith")),
            ("燈塔新聞網", None),
            ("澎湖縣28日電", None),
            ("地方中心", None),
            ("https://social.example/lantern", None),
            ("@lantern", None),
            ("Lantern News", None),
            ("992", None),
            ("", None),
        ] {
            assert_eq!(in_field(field).as_deref(), expect, "{field}");
        }
    }

    #[test]
    fn any_line_is_read_without_panic() {
        proptest::proptest!(|(line in "(記者|文／|／|[\\[（〔]|高雄|日電|報導|17|[a-zA-Z王 、]){0,20}")| {
            let _ = (in_line(&line), in_field(&line));
        });
    }
}
