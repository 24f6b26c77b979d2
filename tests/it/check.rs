//! Reports against official statements: what is flagged, and what must not be.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use clarion::{
    check::{Checked, Fact, Level, Verdict},
    clock::{Clock, SystemClock},
    domain::ClaimKind,
    pipeline::Analyzer,
    wire::{Document, FactIn, instant},
};
use serde_json::{Value, json};

use crate::support::analyzer;

fn fact(analyzer: &Analyzer, id: &str, published_at: &str, title: &str, text: &str) -> Fact {
    let published = instant(published_at);
    Fact {
        id: id.into(),
        agency: "高雄市政府水利局".into(),
        published,
        valid_from: None,
        valid_to: None,
        url: None,
        sheet: analyzer.sheet(title, text, published),
    }
}

const POOL: &str = "水利局今（4）日表示，埤前滯洪池工程總經費2.5億元，可容納雨水12萬噸，預計115年12月完工，施工期間松埔路維持雙向通行。";

async fn check(facts: &[(&str, &str, &str)], published_at: &str, text: &str) -> Checked {
    let analyzer = analyzer().await;
    let facts =
        facts.iter().enumerate().map(|(at, (day, title, text))| fact(&analyzer, &at.to_string(), day, title, text));
    let checker = analyzer.checker(analyzer.register(facts.collect()));
    let published = instant(published_at);
    checker.check(&analyzer.sheet("", text, published), published)
}

async fn check_pool(text: &str) -> Checked {
    check(&[("2026-03-04T10:00:00", "埤前滯洪池動工", POOL)], "2026-03-04T15:00:00", text).await
}

#[tokio::test]
async fn a_wrong_figure_is_found_with_both_sentences() {
    let text = "埤前滯洪池4日動工，工程總經費25億元，可容納雨水12萬噸，預計今年12月完工。";
    let checked = check_pool(text).await;
    assert_eq!(checked.level, Level::B, "{checked:?}");
    let first = &checked.findings[0];
    assert_eq!((first.verdict, first.kind), (Verdict::Contradicted, ClaimKind::Figure));
    assert_eq!(first.claim.part.of(text), Some("25億元"));
    let truth = first.fact.as_ref().unwrap();
    assert_eq!((truth.id.as_deref(), truth.part.of(POOL)), (Some("0"), Some("2.5億元")));
    assert!(first.why.contains("25億元") && first.why.contains("2.5億元"), "{}", first.why);
}

#[tokio::test]
async fn what_agrees_or_is_opinion_is_left_alone() {
    for text in [
        "埤前滯洪池4日動工，工程總經費2億5千萬元，可容納雨水12萬噸，預計今年底完工。",
        "埤前滯洪池工程花費約兩億五千萬，可以裝下十二萬噸的雨水。",
        "埤前滯洪池蓋了真的有用嗎？我看下次大雨照樣淹，花再多錢都是浪費。",
        "台南市永康區的滯洪池工程總經費25億元，可容納雨水80萬噸。",
        POOL,
        "",
        "🌧️🌧️🌧️",
        "嗯",
    ] {
        let checked = check_pool(text).await;
        assert_eq!(checked.level, Level::None, "{text}: {:?}", checked.findings);
    }
}

#[tokio::test]
async fn a_sentence_taken_over_with_one_thing_changed_is_found() {
    for (from, to) in [("12萬噸", "21萬噸"), ("115年12月", "116年12月"), ("維持", "未維持")] {
        let text = POOL.replace(from, to);
        let checked = check_pool(&text).await;
        assert_ne!(checked.level, Level::None, "{to}: {checked:?}");
    }
}

const SUN: (&str, &str, &str) = (
    "2026-03-04T10:00:00",
    "網傳「埤前公園4月起收門票」 水利局澄清並無此事",
    "針對社群流傳「埤前公園4月1日起進園要收100元門票」，水利局今（4）日澄清，該公園並無任何收費規劃，全園仍免費開放。",
);

#[tokio::test]
async fn a_rumour_is_found_where_it_is_spread_and_not_where_its_denial_is_told() {
    let spread = "大家知道嗎，埤前公園4月1日開始進去要收100元門票，以後只能去別的地方散步了";
    let checked = check(&[SUN], "2026-03-04T20:00:00", spread).await;
    let first = checked.findings.first().expect("the rumour");
    assert_eq!((checked.level > Level::None, first.verdict), (true, Verdict::Denied), "{checked:?}");
    let denial = first.fact.as_ref().unwrap();
    assert_eq!(denial.span.of(SUN.2), Some("該公園並無任何收費規劃"));
    for told in [
        "埤前公園4月1日起要收100元門票？水利局打臉：假的，公園照樣免費。",
        "群組又在傳埤前公園4月1日起收門票100元，水利局說沒有這回事，不要再轉了。",
    ] {
        let checked = check(&[SUN], "2026-03-04T20:00:00", told).await;
        assert_eq!(checked.level, Level::None, "{checked:?}");
    }
}

#[tokio::test]
async fn what_a_later_statement_replaced_is_outdated() {
    let old = ("2026-03-04T10:00:00", "埤前滯洪池動工", POOL);
    let new = POOL.replace("2.5億元", "3.2億元").replace("今（4）日", "今（9）日");
    let text = "埤前滯洪池蓋起來，工程總經費2.5億元，可容納雨水12萬噸，預計今年12月完工，鄰居都很期待。";
    let both = [old, ("2026-03-09T10:00:00", "埤前滯洪池經費調整", new.as_str())];
    let checked = check(&both, "2026-03-10T10:00:00", text).await;
    let first = &checked.findings[0];
    assert_eq!((checked.level > Level::None, first.verdict), (true, Verdict::Outdated), "{checked:?}");
    assert_eq!(first.fact.as_ref().unwrap().part.of(&new), Some("3.2億元"));
    assert_eq!(check(&both, "2026-03-08T10:00:00", text).await.level, Level::None, "it appeared before");
}

#[tokio::test]
async fn a_report_older_than_every_statement_is_not_wrong_by_it() {
    let text = POOL.replace("2.5億元", "3.5億元");
    let facts = [("2026-03-04T10:00:00", "埤前滯洪池動工", POOL)];
    assert_eq!(check(&facts, "2026-02-01T09:00:00", &text).await.level, Level::None);
}

#[tokio::test]
async fn a_report_that_quotes_the_clarification_is_left_alone() {
    let denial = "水利局今（4）日澄清，網傳「埤前滯洪池今晚潰堤」並非事實，水位正常，請勿轉傳。";
    let facts = [("2026-03-04T10:00:00", "埤前滯洪池並未潰堤", denial)];
    for text in ["網傳埤前滯洪池今晚潰堤，水利局澄清並非事實，水位正常。", denial] {
        let checked = check(&facts, "2026-03-04T18:00:00", text).await;
        assert_eq!(checked.level, Level::None, "{text}: {:?}", checked.findings);
    }
}

#[tokio::test]
async fn a_plan_does_not_contradict_what_is_so_now_and_a_day_of_every_month_no_date() {
    let parking = (
        "2026-03-04T10:00:00",
        "埤前公園停車場收費仍在徵詢意見",
        "埤前公園停車場現有80格未收費。交通局研擬納入計時收費，每月1日公布收費方案的進度，自115年4月6日起徵詢意見。",
    );
    for text in [
        "埤前公園停車場80格擬納入收費，交通局從4月6日起徵詢意見。",
        "（港邊通訊社高雄2日電）埤前公園停車場要不要收費，交通局每月一日公布進度，4月6日起徵詢意見。",
    ] {
        let checked = check(&[parking], "2026-03-04T20:00:00", text).await;
        assert_eq!(checked.level, Level::None, "{text}: {:?}", checked.findings);
    }
}

#[tokio::test]
async fn words_told_as_those_of_somebody_else_are_found_without_quotation_marks() {
    let market = (
        "2026-03-04T10:00:00",
        "埤前市場搬遷說明會",
        "經發局今（4）日召開埤前市場搬遷說明會，120名攤商出席，市場訂6月1日搬到埤前停車場旁的中繼場，補助每攤3萬元。\
         攤商自治會會長表示，新場沒有冷凍庫，攤商一攤都不會搬。",
    );
    let report = |speaker: &str| {
        format!(
            "埤前市場4日開搬遷說明會，120名攤商到場，市場6月1日要搬到中繼場，每攤補助3萬元。\
             {speaker}表示，新場沒有冷凍庫，攤商一攤都不會搬。"
        )
    };
    let checked = check(&[market], "2026-03-04T20:00:00", &report("經發局長")).await;
    let first = checked.findings.first().expect("another speaker");
    assert_eq!((checked.level > Level::None, first.kind), (true, ClaimKind::Quote), "{checked:?}");
    let same = check(&[market], "2026-03-04T20:00:00", &report("自治會會長")).await;
    assert_eq!(same.level, Level::None, "{same:?}");
}

#[tokio::test]
async fn odd_statements_and_reports_are_read_in_bounded_time() {
    let table: Vec<String> = (1..=300).map(|row| format!("項目{row}\t預算{}萬{}千元", row * 7, row % 10)).collect();
    let table = table.join("\n");
    let english = "The detention pond in Niaosong costs NT$250 million and will be completed in December 2026.";
    let quotation = "里長說：「埤前滯洪池工程\n總經費2.5億元，\n我們等了十年。」";
    let line = "埤前滯洪池工程總經費25億元，".repeat(40_000);
    let facts = [
        ("", "沒有日期", "埤前滯洪池工程總經費2.5億元。"),
        ("2026-03-01T00:00:00", "自相矛盾", "埤前滯洪池工程總經費3.5億元。"),
        ("2026-03-01T00:00:00", "預算表", &table),
        ("2026-03-01T00:00:00", "English", english),
        ("2026-03-01T00:00:00", "", "\0\u{202e}\u{feff}"),
        ("2026-03-01T00:00:00", "", ""),
    ];
    let begun = SystemClock::start();
    for text in [table.as_str(), english, quotation, &line, "\0", "埤前滯洪池工程總經费2.5亿元"] {
        let _ = check(&facts, "2026-03-04T15:00:00", text).await;
    }
    assert!(begun.monotonic() < Duration::from_mins(2), "{:?}", begun.monotonic());
}

/// What the program says to `input`.
struct Answer {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

fn program(arguments: &[&str], input: &str) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_clarion"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Answer { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Lines of the labelled set.
fn labelled() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/misreports.jsonl");
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_labelled_set_is_whole_and_half_of_it_is_true() {
    let lines = labelled();
    let flagged = lines.iter().filter(|line| line["flag"] == true).count();
    assert!(lines.len() >= 600 && flagged * 20 >= lines.len() * 9 && flagged * 20 <= lines.len() * 11);
    for line in &lines {
        for (place, whole) in [("claim", Some(&line["report"])), ("fact", None)] {
            let Some(quoted) = line.get(place) else { continue };
            let fact = line["facts"].as_array().unwrap().iter().find(|fact| fact["id"] == quoted["id"]);
            let whole = whole.or(fact).unwrap()[quoted["field"].as_str().unwrap()].as_str().unwrap();
            let [start, end] = [0, 1].map(|at| usize::try_from(quoted["span"][at].as_u64().unwrap()).unwrap());
            assert_eq!(whole.get(start..end), quoted["text"].as_str(), "{}", line["id"]);
        }
    }
}

/// Of what is flagged in the whole set this share must be misreports, and of true reports this share left alone. Both are a
/// little below what was measured when the weights were fitted (.968 and .990), so that one report does not fail the build.
const PRECISION: f64 = 0.95;
const LEFT_ALONE: f64 = 0.98;

#[tokio::test]
async fn hardly_a_true_report_of_the_labelled_set_is_flagged() {
    let analyzer = analyzer().await;
    let lines = labelled();
    let facts = lines.iter().flat_map(|line| line["facts"].as_array().unwrap()).map(|value| {
        let fact: FactIn = serde_json::from_value(value.clone()).unwrap();
        let published = FactIn::time(fact.published_at.as_deref());
        let sheet = analyzer.sheet(&fact.title.unwrap_or_default(), &fact.text.unwrap_or_default(), published);
        let agency = fact.agency.unwrap_or_default();
        Fact { id: fact.id, agency, published, valid_from: None, valid_to: None, url: None, sheet }
    });
    let checker = analyzer.checker(analyzer.register(facts.collect()));
    let (mut right, mut wrong, mut controls) = (0.0, 0.0, 0.0);
    for line in &lines {
        let document = Document::from_line(&line["report"].to_string()).unwrap();
        let published = document.published();
        let found = checker.check(&analyzer.sheet(&document.title, &document.text, published), published);
        let flagged = found.level != Level::None;
        match (line["flag"].as_bool().unwrap(), flagged) {
            (true, true) => right += 1.0,
            (false, flagged) => {
                controls += 1.0;
                wrong += f64::from(u8::from(flagged));
            }
            (true, false) => {}
        }
    }
    assert!(right / (right + wrong) >= PRECISION, "{right} right, {wrong} wrong");
    assert!(1.0 - wrong / controls >= LEFT_ALONE, "{wrong} of {controls}");
    assert!(right >= 80.0, "{right} found");
}

#[test]
fn the_command_answers_in_the_shape_others_rely_on() {
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts.jsonl");
    let row = json!({"id": "f1", "title": "埤前滯洪池動工", "text": POOL, "agency": "高雄市政府水利局", "published_at": "2026-03-04T10:00"});
    fs::write(&facts, format!("{row}\n")).unwrap();
    let text = "埤前滯洪池4日動工，工程總經費25億元，可容納雨水12萬噸，預計今年12月完工。";
    let input = json!({"id": 7, "title": "", "text": text, "published_at": "2026-03-04T15:00"}).to_string();
    let answer = program(&["check", "--facts", facts.to_str().unwrap()], &input);
    assert_eq!(answer.status, Some(0), "{}", answer.stderr);
    let out: Value = serde_json::from_str(answer.stdout.trim()).unwrap();
    assert_eq!((&out["id"], &out["flag"], &out["level"]), (&json!(7), &json!(true), &json!("B")));
    let finding = &out["findings"][0];
    assert_eq!((&finding["verdict"], &finding["kind"]), (&json!("contradicted"), &json!("figure")));
    assert_eq!(finding["fact"]["id"], "f1");
    let [start, end] = [0, 1].map(|at| usize::try_from(finding["claim"]["span"][at].as_u64().unwrap()).unwrap());
    assert_eq!(text.get(start..end), finding["claim"]["text"].as_str());

    fs::write(&facts, format!("{row}\nnot json\n")).unwrap();
    let answer = program(&["check", "--facts", facts.to_str().unwrap()], &input);
    assert_eq!(answer.status, Some(1));
    assert!(answer.stderr.contains("line 2") && !answer.stdout.is_empty(), "{}", answer.stderr);
}
