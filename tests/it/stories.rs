//! `clarion stories`: which reports tell one story, measured on the staged day and met on the command line.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use clarion::{
    clock::{Clock, SystemClock},
    demo::day::Day,
    pipeline::Analyzer,
    story::{Limits, Placed, Report, Stories},
};
use serde_json::{Value, json};

use crate::support::{analyzer, morning};

/// Changes of every text whose copies must be found.
const ROUNDS: u64 = 2;

fn report(analyzer: &Analyzer, id: &str, title: &str, text: &str) -> Report<String> {
    let analysis = analyzer.analyse(title, text, Some(morning()));
    analyzer.report(id.to_owned(), "", (title, text), Some(morning()), &analysis)
}

/// Numbers that look random and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        // The constants of Knuth's MMIX; the upper bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// The text with one of its characters in twenty replaced, taken out, or put in.
fn edited(text: &str, chance: &mut Chance) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let pool = chars.clone();
    for _ in 0..pool.len().div_ceil(20) {
        let (at, other) = (chance.below(chars.len()), pool[chance.below(pool.len())]);
        match chance.below(3) {
            0 => chars[at] = other,
            1 => drop(chars.remove(at)),
            _ => chars.insert(at, other),
        }
    }
    chars.into_iter().collect()
}

#[tokio::test]
async fn copies_with_one_character_in_twenty_changed_are_found() {
    let analyzer = analyzer().await;
    let day = Day::staged().unwrap();
    let (mut found, mut asked, mut missed) = (0, 0, Vec::new());
    for round in 1..=ROUNDS {
        let mut stories = Stories::new(Limits::default());
        let mut chance = Chance(round);
        let placed: BTreeMap<&str, Placed<String>> = day
            .reports
            .iter()
            .map(|told| (told.key.as_str(), stories.place(&report(&analyzer, &told.key, &told.title, &told.text))))
            .collect();
        // All copies come after all originals, so that each could also be taken for another report.
        for told in &day.reports {
            let copy = stories.place(&report(&analyzer, "copy", &told.title, &edited(&told.text, &mut chance)));
            asked += 1;
            if copy.story == placed[told.key.as_str()].story {
                found += 1;
            } else {
                missed.push((&told.key, told.text.chars().count()));
            }
        }
    }
    assert!(asked >= 200);
    assert!(f64::from(found) >= 0.97 * f64::from(asked), "{found} of {asked}; missed {missed:?}");
    println!("{found} of {asked} copies found; missed {missed:?}");
}

#[tokio::test]
async fn unrelated_reports_of_one_day_are_never_one_story() {
    let analyzer = analyzer().await;
    let day = Day::staged().unwrap();
    let mut stories = Stories::new(Limits::default());
    let mut clusters: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for told in &day.reports {
        let placed = stories.place(&report(&analyzer, &told.key, &told.title, &told.text));
        clusters.entry(placed.story).or_default().push((&told.key, &told.story));
    }
    let wrong: Vec<&Vec<(&str, &str)>> = clusters
        .values()
        .filter(|reports| reports.iter().map(|(_, story)| story).collect::<BTreeSet<_>>().len() > 1)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let told_again = clusters.values().filter(|reports| reports.len() > 1).count();
    assert!(told_again >= 5, "{clusters:?}");
}

/// Complaints and bulletins as they are worded every day, each about something else.
fn alike() -> Vec<String> {
    let roads = [
        "五甲一路",
        "五甲二路",
        "博愛一路",
        "中華五路",
        "民族一路",
        "建國三路",
        "明誠二路",
        "自由二路",
        "大順三路",
        "九如一路",
    ];
    let districts = ["鳳山區", "左營區", "三民區", "苓雅區", "前鎮區", "楠梓區", "小港區", "鼓山區"];
    let complaints = roads
        .iter()
        .map(|road| format!("渠反映{road}路口有一盞路燈故障不亮，夜間視線不良，影響用路人安全，建請儘速派員查處。"));
    let outages = districts.iter().enumerate().map(|(n, district)| {
        format!(
            "台灣自來水公司第七區管理處公告，為辦理管線汰換工程，{district}部分地區訂於本月{}日上午9時至下午5時停水，影響\
             {}戶，停水範圍內用戶請預先儲水備用，關閉總水閥，並慎防火災。管線末端及地勢較高地區可能延後復水，造成不便，敬請\
             見諒。如有疑問，請洽該公司服務所。",
            n + 3,
            n * 137 + 420
        )
    });
    let unnamed = ["該處", "該路段", "該址前", "該公園旁"]
        .into_iter()
        .map(|at| format!("渠反映{at}有一盞路燈故障不亮，建請查處。"));
    complaints.chain(outages).chain(unnamed).collect()
}

#[tokio::test]
async fn reports_worded_alike_about_different_places_stay_apart() {
    let analyzer = analyzer().await;
    let mut stories = Stories::new(Limits::default());
    for (n, text) in alike().iter().enumerate() {
        let placed = stories.place(&report(&analyzer, &n.to_string(), "", text));
        assert!(placed.first, "{text} is taken for report {}", placed.story);
    }
}

#[tokio::test]
async fn hostile_texts_are_placed_without_harm() {
    let analyzer = analyzer().await;
    let mut stories = Stories::new(Limits::default());
    for text in ["", "", " \n\t", "路", "路", "🎉🎉🎉", "🎉🎉🎉", "\0\0\0", "\0\0\0", "e\u{301}", "\u{202e}", "。。。"]
    {
        assert!(stories.place(&report(&analyzer, text, text, text)).first, "{text:?}");
    }
    let begun = SystemClock::start();
    let nothing = analyzer.analyse("", "", None);
    for (n, piece) in ["高雄市鳳山區路燈不亮", "路燈", "0", "路1", "12 ", "（中央社"].iter().enumerate()
    {
        let text = piece.repeat((10 << 20) / piece.len());
        stories.place(&analyzer.report(n.to_string(), "", (&text, &text), None, &nothing));
    }
    assert!(begun.monotonic() < Duration::from_mins(1), "{:?}", begun.monotonic());
}

/// What the command answers to these lines, and its exit code.
fn run(arguments: &[&str], lines: &[u8]) -> (Vec<Value>, Option<i32>, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_clarion"))
        .arg("stories")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = Arc::<[u8]>::from(lines);
    let writing = std::thread::spawn(move || stdin.write_all(&lines));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (answers, output.status.code(), String::from_utf8(output.stderr).unwrap())
}

const FIRE: &str = "高雄市仁武區鳳仁路一間家具工廠今天上午起火，黑煙直竄天際，消防局出動18車52人搶救，11時56分控制火勢，初估燃燒面積約320平方\
                    公尺。消防局表示，起火原因仍待調查，現場無人受傷，環保局派員監測空氣品質。";

#[test]
fn the_command_names_stories_by_their_first_report() {
    let line = |id: Value, outlet: &str, text: &str, at: &str| {
        json!({"id": id, "title": "", "text": text, "outlet": outlet, "published_at": at}).to_string()
    };
    let lines = [
        line(json!(17), "燈塔新聞", &format!("〔記者王小明／高雄報導〕{FIRE}"), "2026-03-17T12:00:00+08:00"),
        line(
            json!("b"),
            "木棉日報",
            "高雄市立圖書館本月起延長開館時間，總館每日開放到晚間十時，歡迎市民多加利用館內空間與資源。",
            "2026-03-17T12:05:00+08:00",
        ),
        line(json!("c"), "木棉日報", &format!("（中央社記者李大同高雄17日電）{FIRE}"), "2026-03-17T12:10:00+08:00"),
        line(json!("d"), "燈塔新聞", FIRE, "2026-03-21T12:10:00+08:00"),
        line(json!("e"), "", FIRE, ""),
    ];
    let (answers, code, stderr) = run(&[], lines.join("\n").as_bytes());
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let answer = |id: Value, story: Value, first: bool, outlets: u32, syndicated: bool| json!({"id": id, "story": story, "first": first, "outlets": outlets, "syndicated": syndicated});
    let expect = [
        answer(json!(17), json!(17), true, 1, false),
        answer(json!("b"), json!("b"), true, 1, false),
        answer(json!("c"), json!(17), false, 2, true),
        answer(json!("d"), json!("d"), true, 1, false),
        answer(json!("e"), json!(17), false, 3, false),
    ];
    assert_eq!(answers, expect);
    let keys: Vec<&String> = answers[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "story", "first", "outlets", "syndicated"]);
}

#[test]
fn a_bad_line_is_named_and_the_rest_is_placed() {
    let long = json!({"id": "long", "text": "路燈".repeat(100_000)}).to_string();
    let lines = format!(
        "{{\"id\":1,\"text\":\"{FIRE}\"}}\n[]\n\n{long}\n{{\"id\":1.50,\"text\":\"{FIRE}\"}}\n{{}}\n{{\"id\":\"nul\",\"text\":\"\\u0000\"}}\n"
    );
    let (answers, code, stderr) = run(&["--jobs", "2"], lines.as_bytes());
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("line 2: ") && stderr.lines().count() == 1, "{stderr}");
    let firsts: Vec<bool> = answers.iter().map(|answer| answer["first"].as_bool().unwrap()).collect();
    assert_eq!(firsts, [true, true, false, true, true]);
}

#[test]
fn the_reports_held_and_the_window_are_bounded_as_asked() {
    let line = |id: u32, text: &str, hour: u32| {
        json!({"id": id, "text": text, "published_at": format!("2026-03-17T{hour:02}:00:00+08:00")}).to_string() + "\n"
    };
    let other = "高雄市立圖書館本月起延長開館時間，總館每日開放到晚間十時，歡迎市民多加利用館內空間與資源。";
    let lines = [line(1, FIRE, 1), line(2, other, 2), line(3, FIRE, 9)].concat();
    let last = |arguments: &[&str]| run(arguments, lines.as_bytes()).0[2]["story"].clone();
    assert_eq!(last(&[]), 1);
    assert_eq!(last(&["--held", "1"]), 3);
    assert_eq!(last(&["--window", "7"]), 3);
    assert_eq!(last(&["--window", "8"]), 1);
    assert_eq!(run(&["--held", "0"], b"").1, Some(2));
}

#[tokio::test]
async fn on_real_texts_of_a_city_copies_are_found_and_complaints_stay_apart() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    if !data.is_dir() {
        println!("{} is not there: real-data check not made", data.display());
        return;
    }
    let figures = clarion::eval::stories::measure(&data, &*analyzer().await).unwrap();
    let missed: Vec<String> =
        figures.iter().filter(|it| it.name.contains("1999 cases") && !it.holds()).map(ToString::to_string).collect();
    assert!(figures.len() >= 3 && missed.is_empty(), "{missed:?}");
}
