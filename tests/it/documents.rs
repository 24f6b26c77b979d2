//! Documents through `LibreOffice`, the program the city's offices open them with. It is a judge that must be there: a
//! test without it fails and says what to install.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clarion::{
    document::{Cell, Column, FONT_RULES, Sheet, ods, odt},
    domain::{Answer, AnsweredReport, CitedStatement, Clarification, Publication, Release, Verdict},
};
use url::Url;

use crate::support::room;

/// Text that a careless writer breaks on.
const HOSTILE: &str = "]]> <script>alert(1)</script> {{ 7*7 }} & \"'";

fn at(written: &str) -> DateTime<Utc> {
    written.parse().unwrap()
}

fn release(issued: bool) -> Release {
    let at = at("2026-03-17T06:30:00Z");
    Release {
        number: "澄115-0012".into(),
        revision: 2,
        agency: "高雄市政府水利局".into(),
        unit: "水利養護科".into(),
        answer: Answer::Clarification,
        issued: issued.then_some(Publication { first: at, at }),
        url: Url::parse("https://news.city.example/releases/115-0012").unwrap(),
        reports: vec![AnsweredReport {
            outlet: "示範新聞網".into(),
            title: "抽水站「全數停擺」　里民憂心汛期".into(),
            url: Url::parse("https://demo-news.example/local/2026/03/16/pumping-stations?id=20260316001&from=list").ok(),
            day: NaiveDate::from_ymd_opt(2026, 3, 16),
            claim: "全市抽水站已停擺三天".into(),
            verdict: Verdict::Contradicted,
        }],
        statements: vec![CitedStatement {
            agency: "高雄市政府水利局".into(),
            title: "抽水站例行維護公告".into(),
            document_no: Some("高市水養字第11530001號".into()),
            url: Url::parse("https://water.city.example/notice/1").ok(),
        }],
        text: Clarification {
            title: "有關示範新聞網3月16日報導「抽水站全數停擺」，水利局澄清說明".into(),
            lead: "針對示範新聞網3月16日報導指「全市抽水站已停擺三天」，與事實不符，恐使民眾誤解，水利局說明如下：".into(),
            facts: vec![
                "全市56座抽水站於115年3月14日至16日均正常運轉，依抽水站操作紀錄，期間啟動抽水12次，累計抽水量1,250,000立方公尺。"
                    .into(),
                "例行維護僅2座，每座2小時，並已於115年3月10日以高市水養字第11530001號公告；維護期間由鄰近抽水站支援，未影響排水。"
                    .into(),
                HOSTILE.into(),
            ],
            jurisdiction: "抽水站之操作及維護屬水利局權責；下水道清淤由各區公所協助辦理。".into(),
            measures: "水利局將於115年4月30日汛期前完成全數抽水站檢查，結果公布於水利局網站。".into(),
            appeal: "籲請媒體報導前先行查證，民眾如有疑問請撥打1999市民專線。".into(),
            contacts: "王科長小明 07-0000000#2500\n陳股長小華 07-0000000#2513".into(),
            card: "全市56座抽水站均正常運轉，並無停擺。例行維護僅2座，已事先公告。（高雄市政府水利局）".into(),
            questions: vec![("抽水站有停擺嗎？".into(), "沒有，56座均正常運轉。".into())],
        },
    }
}

/// Runs a program of a package, with fonts that stand in for 標楷體.
fn run(program: &str, package: &str, arguments: &[&str], fonts: Option<&Path>) -> String {
    let output = Command::new(program)
        .args(arguments)
        .envs(fonts.map(|fonts| ("FONTCONFIG_FILE", fonts)))
        .output()
        .unwrap_or_else(|fault| panic!("{program}: {fault}; install it: apt-get install {package}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A file converted by `LibreOffice`, with a profile of its own so that tests beside each other do not wait for a lock.
fn convert(folder: &Path, file: &str, bytes: &[u8], to: &str) -> PathBuf {
    let source = folder.join(file);
    fs::write(&source, bytes).unwrap();
    let profile = format!("-env:UserInstallation={}", Url::from_directory_path(folder.join("profile")).unwrap());
    let (source, out) = (source.to_string_lossy(), folder.to_string_lossy());
    let arguments = [&profile, "--headless", "--convert-to", to, "--outdir", &*out, &*source];
    let fonts = folder.join("fonts.conf");
    fs::write(&fonts, FONT_RULES).unwrap();
    run("soffice", "libreoffice-writer-nogui libreoffice-calc-nogui", &arguments, Some(&fonts));
    let ending = to.split(':').next().unwrap();
    let made = folder.join(file).with_extension(ending);
    assert!(made.exists(), "LibreOffice made no {ending} of {file}");
    made
}

pub fn pdf_text(pdf: &Path) -> String {
    run("pdftotext", "poppler-utils", &["-layout", &pdf.to_string_lossy(), "-"], None)
}

/// Without the blanks and line ends of the layout.
fn joined(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn a_clarification_opens_in_libreoffice_with_its_words_and_fonts() {
    let folder = tempfile::tempdir().unwrap();
    let release = release(true);
    let pdf = convert(folder.path(), "release.odt", &odt(&release).unwrap(), "pdf");
    let text = joined(&pdf_text(&pdf));
    for (part, words) in release.text.parts() {
        let shown = text.contains(&joined(words));
        assert_eq!(shown, part != clarion::domain::Part::Card, "{part:?} in {text}");
    }
    for words in [
        "發布日期：115年3月17日14:30",
        "發布機關：高雄市政府水利局",
        "一、全市56座",
        "第1頁，共",
        "高市水養字第11530001號",
    ] {
        assert!(text.contains(&joined(words)), "{words} in {text}");
    }
    assert!(!text.contains("預擬稿"), "{text}");
    let fonts = run("pdffonts", "poppler-utils", &[&pdf.to_string_lossy()], None);
    // 標楷體 may not be redistributed; 文鼎楷書 stands in for it where it is not installed.
    assert!(["KaiTi", "DFKai", "標楷", "UKai"].iter().any(|font| fonts.contains(font)), "fonts-arphic-ukai?\n{fonts}");
    assert!(["Times", "Liberation"].iter().any(|font| fonts.contains(font)), "fonts-liberation?\n{fonts}");
    assert!(!fonts.contains("CJK"), "a character of neither font:\n{fonts}");
    let plain = convert(folder.path(), "release.odt", &odt(&release).unwrap(), "txt:Text (encoded):UTF8");
    let plain = fs::read_to_string(plain).unwrap();
    assert!(plain.contains(&format!("三、{HOSTILE}")), "{plain}");
}

#[tokio::test]
async fn a_pdf_is_whole_tagged_and_made_for_the_archive() {
    let converter = room::converter("soffice");
    let release = release(true);
    let made = converter.pdf(&odt(&release).unwrap()).await.unwrap_or_else(|fault| panic!("{fault}"));
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("release.pdf");
    fs::write(&pdf, &made).unwrap();
    let text = joined(&pdf_text(&pdf));
    for (part, words) in release.text.parts() {
        assert_eq!(text.contains(&joined(words)), part != clarion::domain::Part::Card, "{part:?} in {text}");
    }
    assert!(text.contains("發布日期：115年3月17日14:30") && !text.contains("預擬稿"), "{text}");
    let told = run("pdfinfo", "poppler-utils", &[&pdf.to_string_lossy()], None);
    let title = format!("Title:           {}", release.text.title);
    for line in [title.as_str(), "Tagged:          yes", "(A4)", "JavaScript:      no"] {
        assert!(told.contains(line), "{line} in {told}");
    }
    // PDF/A-2b says so in its metadata (ISO 19005-2, 6.6.4).
    let raw = String::from_utf8_lossy(&made).into_owned();
    assert!(raw.contains("<pdfaid:part>2<") && raw.contains("<pdfaid:conformance>B<"), "not PDF/A-2b");
    let fonts = run("pdffonts", "poppler-utils", &[&pdf.to_string_lossy()], None);
    assert!(["KaiTi", "DFKai", "標楷", "UKai"].iter().any(|font| fonts.contains(font)), "fonts-arphic-ukai?\n{fonts}");
    for font in fonts.lines().skip(2) {
        assert!(font.contains(" yes yes "), "every font is embedded, in part: {font}");
    }
    let again = converter.pdf(&odt(&release).unwrap()).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&made, &again), "the same document is converted once");
}

#[test]
fn every_page_of_a_draft_bears_its_mark() {
    let folder = tempfile::tempdir().unwrap();
    let mut release = release(false);
    release.text.facts.extend((1..=20).map(|at| format!("第{at}點補充說明。").repeat(12)));
    let pdf = convert(folder.path(), "draft.odt", &odt(&release).unwrap(), "pdf");
    let text = pdf_text(&pdf);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() >= 3, "{text}");
    for (page, number) in pages.iter().zip(1..) {
        let page = joined(page);
        assert!(page.contains("預擬稿未經核定，不得對外發布"), "page {number}: {page}");
        assert!(page.contains(&format!("第{number}頁，共{}頁", pages.len())), "page {number}: {page}");
    }
    assert!(joined(&text).contains("【預擬稿】有關示範新聞網"), "{text}");
}

#[test]
fn a_table_opens_in_libreoffice_with_its_types_and_its_head_on_every_page() {
    let folder = tempfile::tempdir().unwrap();
    let column = |title: &str, width| Column { title: title.into(), width };
    let row = |at: i64| {
        vec![
            Cell::Count(at * 1000),
            Cell::Text("示範新聞網報導抽水站停擺".into()),
            Cell::Moment(self::at("2026-03-17T06:30:00Z")),
            Cell::Day(NaiveDate::from_ymd_opt(2026, 3, 17).unwrap()),
            Cell::Duration(TimeDelta::minutes(1565)),
            Cell::Number(12.5),
            Cell::Text("=1+1".into()),
        ]
    };
    let sheet = Sheet {
        name: "輿情彙整表".into(),
        columns: vec![
            column("編號", 20),
            column("標題", 60),
            column("接獲時間", 50),
            column("日期", 35),
            column("歷時", 20),
            column("比率", 20),
            column("備註", 30),
        ],
        rows: (1..=60).map(row).collect(),
    };
    let bytes = ods("輿情彙整表", "高雄市政府新聞局", at("2026-03-17T09:00:00Z"), &[sheet]).unwrap();
    let pdf = convert(folder.path(), "table.ods", &bytes, "pdf");
    let text = pdf_text(&pdf);
    let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
    assert!(pages.len() >= 2, "{text}");
    for page in pages {
        assert!(page.contains("接獲時間"), "the head stands on every page: {page}");
    }
    for shown in ["1,000", "115年3月17日 14:30", "26:05", "12.50", "=1+1"] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    // Types survive: a spreadsheet writes the file anew from what it understood.
    let flat = convert(folder.path(), "table.ods", &bytes, "fods");
    let flat = fs::read_to_string(flat).unwrap();
    for typed in [
        "office:value-type=\"float\" office:value=\"1000\"",
        "office:date-value=\"2026-03-17T14:30:00\"",
        "office:date-value=\"2026-03-17\"",
        "office:time-value=\"PT26H05M00S\"",
    ] {
        assert!(flat.contains(typed), "{typed}");
    }
    assert!(!flat.contains("table:formula"), "text is never a formula");
}
