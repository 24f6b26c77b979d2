//! Lines around a report that are not the report: teasers, calls to subscribe, buttons.

use super::{prose::Line, times};

/// Beginnings of lines that call a reader elsewhere; only in short lines that are no sentence.
const CALLS: [&str; 30] = [
    "延伸閱讀",
    "相關新聞",
    "相關報導",
    "看更多",
    "更多新聞",
    "更多報導",
    "推薦閱讀",
    "熱門新聞",
    "廣告",
    "分享",
    "我要分享",
    "訂閱",
    "追蹤",
    "按讚",
    "點我",
    "請繼續往下",
    "下載",
    "版權所有",
    "著作權",
    "字級",
    "字體大小",
    "列印",
    "留言",
    "回上頁",
    "上一則",
    "下一則",
    "責任編輯",
    "關鍵字",
    "加入好友",
    "ADVERTISEMENT",
];

/// Parts of lines that only calls hold.
const OFFERS: [&str; 19] = [
    "下載APP",
    "下載App",
    "下載 APP",
    "下載 App",
    "用APP看",
    "點我下載",
    "LINE好友",
    "Line好友",
    "LINE 好友",
    "加入粉絲團",
    "粉絲專頁按讚",
    "請繼續往下閱讀",
    "訂閱電子報",
    "訂閱頻道",
    "不得轉載",
    "未經授權",
    "看更多新聞",
    "付費會員",
    "已過查詢時效",
];

/// Headings after which a page lists other reports.
const TAILS: [&str; 16] = [
    "延伸閱讀",
    "相關新聞",
    "相關報導",
    "推薦閱讀",
    "推薦新聞",
    "推薦文章",
    "熱門新聞",
    "更多新聞",
    "更多報導",
    "看更多",
    "你可能",
    "您可能",
    "猜你喜歡",
    "其他人也",
    "大家都在看",
    "最新影音",
];

/// Characters of the longest heading over other reports or a request.
const LONGEST_HEADING: usize = 14;

/// How an outlet asks its readers for support.
const REQUESTS: [&str; 13] = [
    "支持獨立",
    "支持我們",
    "支持本報",
    "支持本刊",
    "支持優質",
    "支持好新聞",
    "支持調查報導",
    "支持深度報導",
    "訂閱本",
    "訂閱我們",
    "加入會員",
    "成為會員",
    "贊助我們",
];

/// Words of such a request.
const PLEAS: [&str; 12] = [
    "獨立報導",
    "獨立媒體",
    "支持我們",
    "您的支持",
    "你的支持",
    "訂閱",
    "加入會員",
    "成為會員",
    "贊助",
    "定期定額",
    "每一份支持",
    "每一分支持",
];

/// Characters of the longest line of such a request.
const LONGEST_PLEA: usize = 120;

/// Lines at the head of a body that may repeat the headline or carry the time.
const HEAD_LINES: usize = 6;

/// Characters beside a printed time that make the line more than a time stamp.
const LONGEST_STAMP_NOTE: usize = 14;

/// The lines without those at the head that only repeat the headline or print the time: both are fields of their
/// own, and a claim must not be found in them twice. The rubric above a headline goes with it.
pub(super) fn without_head(lines: Vec<Line>, title: &str) -> Vec<Line> {
    let squashed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let title = squashed(title);
    let headline = lines.iter().take(HEAD_LINES).position(|line| squashed(&line.text) == title).unwrap_or_default();
    let is_rubric = |at: usize, line: &Line| at < headline && !is_running(line);
    let repeats = |line: &Line| squashed(&line.text) == title || is_stamp(&line.text);
    let keep = |at: usize, line: &Line| at >= HEAD_LINES || !(is_rubric(at, line) || repeats(line));
    let all = lines.len();
    let kept: Vec<Line> =
        lines.iter().enumerate().filter(|(at, line)| keep(*at, line)).map(|(_, line)| line.clone()).collect();
    if kept.is_empty() && all > 0 { lines } else { kept }
}

/// Whether a line is a time and hardly more.
pub(super) fn is_stamp(text: &str) -> bool {
    let Some(stamp) = times::stamps(text).next() else { return false };
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    stamp.contains([':', '：', '時', '點'])
        && letters(text) <= letters(stamp) + LONGEST_STAMP_NOTE
        && !text.contains(['，', '。'])
}

/// How pages count their readers, and say when they were last touched or printed. A number or time behind it is another one
/// at every visit, and would make a further version of a text that nobody changed.
const COUNTERS: [&str; 22] = [
    "瀏覽人次",
    "瀏覽人數",
    "瀏覽次數",
    "瀏覽數",
    "瀏覽量",
    "點閱人次",
    "點閱次數",
    "點閱率",
    "點閱數",
    "點閱",
    "點擊次數",
    "點擊數",
    "閱讀次數",
    "閱讀數",
    "觀看次數",
    "觀看人次",
    "累計人次",
    "線上人數",
    "更新日期",
    "更新時間",
    "最後更新",
    "列印時間",
];

/// Characters of the longest line of such counters, with who published the page and when.
const LONGEST_COUNTER: usize = 80;

/// Calls are short; sentences that begin like one are not.
const LONGEST_CALL: usize = 45;

/// The report's own lines: calls and teasers out, and everything after a heading such as 「延伸閱讀」 or a request for
/// support, unless the report goes on behind it.
pub(super) fn without(lines: Vec<Line>) -> Vec<Line> {
    let end = end(&lines);
    let own = |line: &Line| !is_call(line) && !is_tail(&line.text) && !line.is_link() && !is_counter(&line.text);
    lines.into_iter().take(end).filter(own).collect()
}

/// Where the report ends: before the first heading or request behind its last sentence.
fn end(lines: &[Line]) -> usize {
    let closes = |line: &Line| is_tail(&line.text) || is_request(&line.text);
    let last = lines.iter().rposition(|line| is_running(line) && !is_call(line) && !is_plea(&line.text));
    let after = last.map_or(lines.len(), |last| last + 1);
    lines.iter().skip(after).position(closes).map_or(lines.len(), |at| after + at)
}

/// Whether a line is a sentence of a report: teasers and rubrics do not end like one.
fn is_running(line: &Line) -> bool {
    line.prose() > 0 && (line.text.contains('。') || line.text.ends_with(['！', '？', '」', '）', '!', '?', '.']))
}

/// A heading over other reports.
fn is_tail(text: &str) -> bool {
    let heading = bare(text);
    heading.chars().count() <= LONGEST_HEADING
        && !heading.contains(['，', '。'])
        && TAILS.iter().any(|tail| heading.starts_with(tail))
}

/// The line that opens a request for support: its heading, or a sentence that names what is asked.
fn is_request(text: &str) -> bool {
    let heading = bare(text);
    let short = heading.chars().count() <= LONGEST_HEADING && !heading.contains('。');
    (short && REQUESTS.iter().any(|request| heading.starts_with(request)))
        || (is_plea(text) && REQUESTS.iter().any(|request| text.contains(request)))
}

/// A sentence an outlet may address to its readers. One that quotes or reports somebody is the report's own.
fn is_plea(text: &str) -> bool {
    const REPORTED: [&str; 6] = ["「", "表示", "指出", "說明", "強調", "呼籲"];
    text.chars().count() <= LONGEST_PLEA
        && PLEAS.iter().any(|word| text.contains(word))
        && !REPORTED.iter().any(|word| text.contains(word))
}

fn is_call(line: &Line) -> bool {
    let text = bare(&line.text);
    let address = line
        .text
        .split("http")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .map_or(0, |rest| rest.chars().count());
    if address * 2 >= line.len() {
        return true;
    }
    if line.len() > LONGEST_CALL {
        return false;
    }
    let letters = text.chars().any(char::is_alphanumeric);
    let sentence = line.text.ends_with(['。', '！', '」']) && line.text.contains('，');
    !letters
        || (!sentence
            && (CALLS.iter().any(|call| text.starts_with(call)) || OFFERS.iter().any(|offer| text.contains(offer))))
}

/// A line of counters and stamps: one of their names right before a number, and no sentence.
fn is_counter(text: &str) -> bool {
    let counts = |name: &&str| {
        text.split(name).skip(1).any(|behind| {
            let behind = behind.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '：' | '|' | '｜'));
            behind.starts_with(|c: char| c.is_numeric() || c == '民')
        })
    };
    text.chars().count() <= LONGEST_COUNTER && !text.contains(['，', '。', '！', '？']) && COUNTERS.iter().any(counts)
}

/// A line without the signs that decorate headings.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '▼' | '▲'
                    | '►'
                    | '▶'
                    | '★'
                    | '☆'
                    | '●'
                    | '◆'
                    | '■'
                    | '【'
                    | '】'
                    | '〈'
                    | '〉'
                    | '《'
                    | '》'
                    | '「'
                    | '」'
                    | '：'
                    | ':'
                    | '>'
                    | '→'
                    | '👉'
                    | '※'
                    | '+'
                    | '＋'
                    | '-'
                    | '['
                    | ']'
            )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line { text: text.into(), linked: 0 }
    }

    #[test]
    fn calls_and_lists_of_other_reports_are_cut() {
        let kept = without(vec![
            line("市府今日表示，三民區的路燈已經全部修復。"),
            line("請繼續往下閱讀..."),
            line("現在用APP看新聞 點我下載"),
            line("分享新措施的里長說，感謝市府，路燈亮了。"),
            line("▼"),
            line("更多燈塔報導："),
            line("水管也修好了，居民說終於有水。"),
            line("【延伸閱讀】"),
            line("另一則"),
        ]);
        let texts: Vec<&str> = kept.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "市府今日表示，三民區的路燈已經全部修復。",
                "分享新措施的里長說，感謝市府，路燈亮了。",
                "更多燈塔報導：",
                "水管也修好了，居民說終於有水。"
            ]
        );
    }

    #[test]
    fn headline_and_time_at_the_head_are_fields_of_their_own() {
        let kept = without_head(
            vec![
                line("路燈　修復"),
                line("最新更新：2026/03/17 10:48"),
                line("市府 2026-03-17 10:48 宣布，路燈修復。"),
            ],
            "路燈 修復",
        );
        assert_eq!(kept.len(), 1);
        assert_eq!(without_head(vec![line("路燈")], "路燈").len(), 1);
    }

    #[test]
    fn what_a_page_counts_of_its_readers_is_no_part_of_its_text() {
        const STATEMENT: &str = "水利局表示，滯洪池瀏覽步道已完工，去年參觀人次：12萬人。";
        for counter in [
            "瀏覽人次：12,345",
            "發布單位：水利局　發布日期：115-03-17　點閱數: 88",
            "更新日期：民國115年3月17日",
            "資料更新時間 2026-03-17 10:48:02",
            "點閱 １２３",
        ] {
            assert_eq!(without(vec![line(STATEMENT), line(counter)]), [line(STATEMENT)], "{counter}");
        }
        let spoken = "點閱數創新高，半天就有 12 萬次。";
        assert_eq!(without(vec![line(STATEMENT), line(spoken)]).len(), 2);
    }

    #[test]
    fn a_report_that_goes_on_behind_a_teaser_is_kept_whole() {
        let kept = without(vec![
            line("市府今日表示，三民區的路燈已經全部修復，居民十分感謝。"),
            line("延伸閱讀：水管破了"),
            line("延伸閱讀"),
            Line { text: "鳳山區水管破裂，水公司漏夜搶修恢復供水".into(), linked: 19 },
            line("工務局說，下週起巡查鄰近里。"),
            line("大家都在看"),
            line("港邊倉庫夜間整修引來里民關切的另一則標題"),
        ]);
        let texts: Vec<&str> = kept.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["市府今日表示，三民區的路燈已經全部修復，居民十分感謝。", "工務局說，下週起巡查鄰近里。"]);
    }

    #[test]
    fn a_request_for_support_behind_the_report_is_cut() {
        const REPORT: &str = "市府今日表示，三民區的路燈已經全部修復，居民十分感謝。";
        const OFFER: &str = "公車處推出定期定額月票，民眾加入會員就能訂閱班次通知。";
        for request in [
            &["支持獨立報導", "新聞需要時間。您的支持，讓我們能繼續在現場。", "立即加入"][..],
            &["加入會員", "每月一杯咖啡，贊助一位記者，訂閱電子報。"],
            &["我們沒有財團，請加入會員支持我們，讓港都的故事有人寫。"],
        ] {
            let page = [REPORT].iter().chain(request).map(|text| line(text)).collect();
            assert_eq!(without(page), [line(REPORT)], "{request:?}");
        }
        assert_eq!(without(vec![line(REPORT), line(OFFER), line(REPORT)]).len(), 3);
    }

    #[test]
    fn a_rubric_above_the_headline_goes_with_it() {
        let page = vec![line("地方｜市政追蹤系列：港都的夜晚有多亮"), line("路燈修復"), line("市府宣布，路燈修復。")];
        assert_eq!(without_head(page, "路燈修復").len(), 1);
    }

    #[test]
    fn a_heading_before_most_of_the_text_cuts_only_itself() {
        let kept = without(vec![
            line("開頭一句話，很短的句子。"),
            line("相關新聞"),
            line("真正的內文在這裡，里民說路燈已經修好，感謝市府的幫忙。"),
        ]);
        assert_eq!(kept.len(), 2);
    }
}
