use proptest::prelude::*;

use super::*;

/// Words of one character, or a run of ASCII letters and digits.
fn cut(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let runs_on = |word: &&mut Word| {
            c.is_ascii_alphanumeric() && word.span.of(text).unwrap().ends_with(|c: char| c.is_ascii_alphanumeric())
        };
        match words.last_mut().filter(runs_on) {
            Some(word) => word.span.end = end,
            None => words.push(Word { span: Span::new(at, end) }),
        }
    }
    words
}

fn compared(old: &str, new: &str, work: usize) -> Difference {
    let (old_words, new_words) = (cut(old), cut(new));
    difference_within(Side { text: old, words: &old_words }, Side { text: new, words: &new_words }, work)
}

/// `=kept -removed +added <moved away >moved here`, joined by `|`.
#[track_caller]
fn check(old: &str, new: &str, expect: &str) {
    let found = compared(old, new, WORK);
    assert!(found.by_words);
    let written: Vec<String> = found
        .runs
        .iter()
        .map(|run| match run.kind {
            RunKind::Kept => format!("={}", run.before.unwrap().of(old).unwrap()),
            RunKind::Removed => format!("-{}", run.before.unwrap().of(old).unwrap()),
            RunKind::Added => format!("+{}", run.after.unwrap().of(new).unwrap()),
            RunKind::MovedAway => format!("<{}", run.before.unwrap().of(old).unwrap()),
            RunKind::MovedHere => format!(">{}", run.after.unwrap().of(new).unwrap()),
        })
        .collect();
    assert_eq!(written.join("|"), expect);
    holds(old, new, &found);
}

#[track_caller]
fn holds(old: &str, new: &str, found: &Difference) {
    let side = |of: fn(&Run) -> Option<Span>, text: &str| -> String {
        found.runs.iter().filter_map(of).map(|span| span.of(text).unwrap()).collect()
    };
    assert_eq!(side(|run| run.before, old), old);
    assert_eq!(side(|run| run.after, new), new);
    for run in &found.runs {
        if let (Some(before), Some(after)) = (run.before, run.after) {
            assert_eq!(before.of(old), after.of(new));
        }
    }
}

#[test]
fn a_replaced_number_is_shown_alone() {
    check("總經費25億元，明年完工。", "總經費2億元，明年完工。", "=總經費|-25|+2|=億元，明年完工。");
}

#[test]
fn an_added_sentence_leaves_the_rest_alone() {
    check("甲里停水。", "甲里停水。市府說明已修復。", "=甲里停水。|+市府說明已修復。");
    check("", "新的。", "+新的。");
    check("舊的。", "", "-舊的。");
    check("", "", "");
}

#[test]
fn a_rewritten_sentence_is_shown_as_a_whole() {
    check(
        "開頭不變。市府砸錢蓋步道，居民罵翻天。結尾不變。",
        "開頭不變。工程款由中央與地方共同負擔，經費已公開。結尾不變。",
        "=開頭不變。|-市府砸錢蓋步道，居民罵翻天|+工程款由中央與地方共同負擔，經費已公開|=。結尾不變。",
    );
}

#[test]
fn a_comma_between_two_changes_goes_with_them() {
    check(
        "全長三公里，寬五公尺的步道沿河岸而建並設照明。",
        "全長六公里，寬七公尺的步道沿河岸而建並設照明。",
        "=全長|-三|+六|=公里，寬|-五|+七|=公尺的步道沿河岸而建並設照明。",
    );
    check(
        "活動日期為甲，乙，民眾可於現場報名參加抽獎。",
        "活動日期為丙，丁，民眾可於現場報名參加抽獎。",
        "=活動日期為|-甲，乙|+丙，丁|=，民眾可於現場報名參加抽獎。",
    );
}

#[test]
fn a_paragraph_that_moved_is_told_from_one_that_is_new() {
    let (lead, second) = ("導言說明事情的經過與地點。\n", "市府表示工程將如期於年底完工。\n");
    let rest = "居民希望施工期間維持通行。\n里長將再召開說明會。\n";
    check(
        &[lead, second, rest].concat(),
        &[lead, rest, second].concat(),
        &format!("={lead}|<{second}|={rest}|>{second}"),
    );
}

#[test]
fn beyond_the_work_only_paragraphs_are_compared() {
    let old = "甲乙丙丁戊己庚辛壬癸。\n同一段落。\n";
    let new = "子丑寅卯辰巳午未申酉。\n同一段落。\n";
    let found = compared(old, new, 12);
    assert!(!found.by_words);
    holds(old, new, &found);
    assert_eq!(found.runs.last().unwrap().before.unwrap().of(old), Some("同一段落。\n"));
}

#[test]
fn two_texts_of_200_kilobytes_without_a_common_word_take_bounded_work() {
    let text =
        |from: u32| -> String { (0..66_000_u32).filter_map(|n| char::from_u32(from + n * 7919 % 5000)).collect() };
    let (old, new) = (text(0x4e00), text(0x6500));
    let found = compared(&old, &new, WORK);
    holds(&old, &new, &found);
    let lines = |text: &str| text.chars().flat_map(|c| [c, '\n']).collect::<String>();
    let (old, new) = (lines(&old), lines(&new));
    holds(&old, &new, &compared(&old, &new, WORK));
}

fn text() -> impl Strategy<Value = String> {
    let words =
        ["市府", "25", "2.5", "億元", "，", "。", "\n", "的", "步道", "不", "甲", "全長三公里的步道沿岸興建完成\n"];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn the_runs_are_both_versions(old in text(), new in text(), work in 0..3000_usize) {
        holds(&old, &new, &compared(&old, &new, work));
    }

    #[test]
    fn the_runs_are_both_versions_of_any_text(old: String, new: String) {
        holds(&old, &new, &compared(&old, &new, WORK));
    }

    #[test]
    fn a_text_does_not_differ_from_itself(text in text()) {
        prop_assert!(compared(&text, &text, WORK).is_empty());
    }
}
