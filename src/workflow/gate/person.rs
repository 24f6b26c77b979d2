//! Names of persons, told by surname and post or by what they say: each stands in an official statement or was signed.

use super::{Bench, FaultKind, reading::Reading};
use crate::domain::{Part, Span};

/// The most usual surnames, by the name statistics of 內政部 (全國姓名統計分析), without those that are mostly other words
/// (於, 任, 時, 和, 方).
const SURNAMES: &str = "陳林黃張李王吳劉蔡楊許鄭謝洪郭邱曾廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余盧梁趙顏柯翁魏\
孫戴范宋鄧杜侯傅曹薛丁卓馬董唐藍石蔣古紀姚連馮歐程湯田康姜汪白涂鄒尤巫鐘龔黎韓阮袁童陸邵夏倪錢柳";

/// Surnames of two characters.
const DOUBLE: [&str; 8] = ["歐陽", "司馬", "諸葛", "上官", "司徒", "張簡", "范姜", "夏侯"];

/// Posts, the longest of one end first.
const POSTS: [&str; 62] = [
    "副總經理",
    "總工程司",
    "主任秘書",
    "副秘書長",
    "立法委員",
    "副主任委員",
    "主任委員",
    "副發言人",
    "副分局長",
    "副總幹事",
    "副大隊長",
    "總幹事",
    "大隊長",
    "總經理",
    "董事長",
    "秘書長",
    "發言人",
    "副市長",
    "副局長",
    "副處長",
    "副院長",
    "副署長",
    "副部長",
    "副議長",
    "副校長",
    "副主任",
    "分局長",
    "分隊長",
    "中隊長",
    "理事長",
    "工程司",
    "召集人",
    "負責人",
    "市議員",
    "市長",
    "局長",
    "處長",
    "院長",
    "署長",
    "部長",
    "議長",
    "科長",
    "股長",
    "課長",
    "組長",
    "隊長",
    "所長",
    "廠長",
    "站長",
    "場長",
    "館長",
    "校長",
    "區長",
    "里長",
    "會長",
    "主任",
    "專員",
    "技正",
    "議員",
    "立委",
    "委員",
    "教授",
];

/// How persons are spoken of without a post.
const TITLES: [&str; 6] = ["先生", "女士", "小姐", "醫師", "律師", "記者"];

/// What stands behind the name of somebody who speaks or acts.
const ACTS: [&str; 27] = [
    "表示", "指出", "說明", "強調", "認為", "回應", "指稱", "坦言", "透露", "呼籲", "說", "稱", "率", "主持", "裁示",
    "指示", "宣布", "親自", "出面", "出席", "今", "昨", "，", "。", "、", "（", "(",
];

/// Characters that no given name has in it here: they end a word that only begins with a surname.
const NO_GIVEN: &str =
    "的是為由請與及和於在有已將經向對任前副代各該本等長局處科市區里府會員之不無了二三四五六七八九十部門度視";

/// Words of two or three characters that begin with a surname.
const WORDS: [&str; 60] = [
    "高雄", "高度", "高達", "高架", "高鐵", "高層", "金額", "連續", "連帶", "連結", "簡單", "簡易", "許多", "許可",
    "程序", "程度", "古蹟", "田地", "石化", "江河", "何時", "何人", "何種", "施工", "施作", "施政", "施行", "施打",
    "紀錄", "游泳", "賴以", "葉片", "洪水", "洪災", "林地", "林園", "林業", "黃線", "黃色", "陳情", "陳述", "陳報",
    "陳列", "張貼", "周邊", "周遭", "周延", "周知", "溫度", "夏季", "白天", "康復", "董事", "唐突", "曾經", "馬上",
    "余額", "童軍", "陸續", "丁種",
];

/// Words that end with a surname: 工程管理科長 is no 程管理.
const ENDINGS: [&str; 58] = [
    "感謝", "致謝", "答謝", "提高", "最高", "升高", "偏高", "加高", "措施", "設施", "實施", "工程", "流程", "課程",
    "行程", "時程", "期程", "日程", "路程", "規程", "章程", "橋梁", "健康", "兒童", "農田", "如何", "任何", "為何",
    "允許", "特許", "容許", "也許", "精簡", "造林", "園林", "樹林", "大林", "杉林", "士林", "雲林", "員林", "行李",
    "四周", "上周", "下周", "本周", "上游", "中游", "下游", "大陸", "登陸", "空白", "信賴", "依賴", "仰賴", "世紀",
    "岩石", "學童",
];

pub(super) fn check(reading: &Reading, bench: &mut Bench<'_>) {
    if reading.part == Part::Contacts {
        return;
    }
    for span in find(reading.copy.text(), |name, post| is_place(name, post, bench)) {
        if reading.is_settled(span) {
            continue;
        }
        let written = reading.shown(span);
        let is_contact = bench.laid.contacts.iter().any(|contact| contact.name.contains(&written));
        if is_contact {
            continue;
        }
        if let Some(rest) = bench.shelf.stated(&written).or_else(|| bench.basis(&[&written])) {
            bench.anchor(reading, span, rest);
        } else {
            let reported = bench.shelf.is_reported(&written);
            bench.fault(reading, span, FaultKind::Person { written, reported });
        }
    }
}

/// Whether a text names a person with a post: 許股長世盛, 王小明科長, 科長王小明.
pub(super) fn has_named_post(text: &str) -> bool {
    POSTS.iter().any(|post| text.contains(post))
        && (!find(text, |_, _| false).is_empty()
            || SURNAMES.chars().any(|surname| POSTS.iter().any(|post| text.contains(&format!("{surname}{post}")))))
}

/// 成功里長 is of a village of that name.
fn is_place(name: &str, post: &str, bench: &Bench<'_>) -> bool {
    let unit = match post {
        "里長" => "里",
        "區長" => "區",
        "站長" => "站",
        _ => return bench.rules.places.contains(name),
    };
    bench.rules.places.contains(name) || bench.rules.places.contains(&format!("{name}{unit}"))
}

/// The names of persons in a text, in order.
fn find(text: &str, is_place: impl Fn(&str, &str) -> bool) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    for (index, &(at, _)) in chars.iter().enumerate() {
        if found.last().is_some_and(|last| at < last.end) {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let Some(surname) = surname(rest) else { continue };
        let before = text.get(..at).unwrap_or_default();
        let so_far = text.get(..at + rest.chars().next().map_or(0, char::len_utf8)).unwrap_or_default();
        if ENDINGS.iter().any(|word| so_far.ends_with(word)) {
            continue;
        }
        let behind_post = POSTS.iter().any(|post| before.ends_with(post));
        let ends = chars.iter().skip(index + surname).map(|(at, c)| at + c.len_utf8());
        // A given name has two characters, seldom one.
        let mut names = ends.take(2).map(|end| Span::new(at, end)).collect::<Vec<_>>();
        names.reverse();
        let name = names.into_iter().find(|span| {
            let written = span.of(text).unwrap_or_default();
            let tail = text.get(span.end..).unwrap_or_default();
            is_name(written, surname) && is_told(written, tail, behind_post, before, &is_place)
        });
        found.extend(name);
    }
    found
}

/// How many characters of a surname begin `rest`.
fn surname(rest: &str) -> Option<usize> {
    if DOUBLE.iter().any(|name| rest.starts_with(name)) {
        return Some(2);
    }
    rest.chars().next().filter(|c| SURNAMES.contains(*c)).map(|_| 1)
}

fn is_name(written: &str, surname: usize) -> bool {
    let mut given = written.chars().skip(surname).peekable();
    given.peek().is_some()
        && given.all(|c| matches!(c, '\u{4e00}'..='\u{9fff}') && !NO_GIVEN.contains(c))
        && !WORDS.iter().any(|word| written.starts_with(word))
}

/// Whether a post, a title or what it does tells that a name is one.
fn is_told(name: &str, tail: &str, behind_post: bool, before: &str, is_place: &impl Fn(&str, &str) -> bool) -> bool {
    if let Some(post) = POSTS.iter().chain(&TITLES).find(|post| tail.starts_with(*post)) {
        // 水利局長: a surname within another word has a character of that word before it.
        return !is_place(name, post);
    }
    if behind_post && (tail.is_empty() || ACTS.iter().any(|act| tail.starts_with(act))) {
        return true;
    }
    let begins = before.chars().next_back().is_none_or(|c| !matches!(c, '\u{4e00}'..='\u{9fff}'));
    let says = ["表示", "指出", "強調", "認為", "指稱", "坦言", "透露"].iter().any(|act| tail.starts_with(act));
    begins && says && name.chars().count() == 3 && !is_place(name, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[&str]) {
        let found: Vec<_> =
            find(text, |name, _| name == "高雄").into_iter().map(|span| span.of(text).unwrap()).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_post_or_a_verb_of_saying_tells_a_name() {
        check("水利局局長王小明表示", &["王小明"]);
        check("王小明局長今日說明", &["王小明"]);
        check("里長陳大同、林美美", &["陳大同"]);
        check("陳大同表示不滿", &["陳大同"]);
        check("歐陽小明議員", &["歐陽小明"]);
    }

    #[test]
    fn words_that_begin_with_a_surname_are_no_names() {
        for text in [
            "高雄市長期推動",
            "局長高度重視",
            "處長許多建議",
            "曾任局長",
            "水利局長期監測",
            "連續三年",
            "施工單位說明",
            "程序委員會",
            "現任局長",
            "該處長期",
            "周邊里長",
            "工程管理科長",
            "兒童福利科長",
            "感謝成功里長",
        ] {
            check(text, &[]);
        }
    }
}
