//! Every form of a release over a usual one, a hostile one and an empty one. Outlets and events are invented.

mod samples;

use std::{collections::BTreeMap, io::Read};

use chrono::{NaiveDate, TimeDelta};
use flate2::{Crc, read::DeflateDecoder};
use proptest::prelude::{ProptestConfig, any, proptest};
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use samples::{HOSTILE, at, draft, empty, hostile, samples, url, usual};

use super::{words::clean, *};
use crate::domain::{Answer, Clarification, LONGEST_CARD, Publication, Release, Verdict};

fn short(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))
}

fn long(bytes: &[u8], at: usize) -> usize {
    short(bytes, at) | short(bytes, at + 2) << 16
}

/// The members of an archive by its directory, each held against its own header and its checksum.
fn unzip(bytes: &[u8]) -> BTreeMap<String, String> {
    let end = bytes.len() - 22;
    assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
    let (count, mut entry) = (short(bytes, end + 10), long(bytes, end + 16));
    assert_eq!(entry + long(bytes, end + 12), end, "the directory ends where its end begins");
    let mut members = BTreeMap::new();
    for _ in 0..count {
        assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
        let header = long(bytes, entry + 42);
        assert_eq!(&bytes[header..header + 4], b"PK\x03\x04");
        assert_eq!(bytes[header + 4..header + 30], bytes[entry + 6..entry + 32], "header and directory say the same");
        let (packed, size, name) = (long(bytes, entry + 20), long(bytes, entry + 24), short(bytes, entry + 28));
        let begin = header + 30 + name + short(bytes, header + 28);
        let stored = &bytes[begin..begin + packed];
        let mut content = Vec::new();
        if short(bytes, entry + 10) == 8 {
            DeflateDecoder::new(stored).read_to_end(&mut content).unwrap();
        } else {
            content.extend(stored);
        }
        assert_eq!(content.len(), size);
        let mut crc = Crc::new();
        crc.update(&content);
        assert_eq!(usize::try_from(crc.sum()).unwrap(), long(bytes, entry + 16));
        let name_at = entry + 46;
        let name_text = String::from_utf8(bytes[name_at..name_at + name].to_vec()).unwrap();
        members.insert(name_text, String::from_utf8(content).unwrap());
        entry = name_at + name;
    }
    members
}

/// The text of a well-formed document, with the blanks of ODF; names of elements are counted.
fn read_xml(xml: &str) -> (String, BTreeMap<String, usize>) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut text, mut names, mut depth) = (String::new(), BTreeMap::new(), 0);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                start.attributes().for_each(|attribute| drop(attribute.unwrap()));
                *names.entry(start.name().as_ref().to_owned()).or_insert(0) += 1;
                depth += 1;
            }
            Event::Empty(void) => {
                let name = void.name().as_ref().to_owned();
                text.push_str(match name.as_str() {
                    "text:s" => " ",
                    "text:tab" => "\t",
                    "text:line-break" | "br" => "\n",
                    _ => "",
                });
                *names.entry(name).or_insert(0) += 1;
            }
            Event::End(_) => {
                depth -= 1;
                text.push('\n');
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(name) => text.push(match &*name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                other => panic!("&{other};"),
            }),
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    (text, names)
}

/// Words without the blanks between them, which forms may lay out as they like.
fn words_of(text: &str) -> String {
    clean(text).split_whitespace().collect()
}

fn assert_holds_every_part(release: &Release, text: &str, card: bool) {
    let text = words_of(text);
    for (part, words) in release.text.parts() {
        if card || part != crate::domain::Part::Card {
            assert!(text.contains(&words_of(words)), "{part:?} is not in it");
        }
    }
}

#[test]
fn an_odt_is_told_by_its_first_bytes_and_every_part_of_it_is_well_formed() {
    for release in samples() {
        let file = odt(&release).unwrap();
        assert_eq!(&file[30..38], b"mimetype");
        assert_eq!(&file[38..38 + ODT_TYPE.len()], ODT_TYPE.as_bytes());
        assert_eq!(file, odt(&release).unwrap(), "the same release gives the same bytes");
        let members = unzip(&file);
        for (name, content) in members.iter().filter(|(name, _)| *name != "mimetype") {
            let (_, names) = read_xml(content);
            assert!(!names.is_empty(), "{name}");
            assert!(!content.contains(['\u{0}', '\u{202e}']), "{name}");
        }
        for listed in ["content.xml", "styles.xml", "meta.xml"] {
            assert!(members["META-INF/manifest.xml"].contains(&format!("\"{listed}\"")), "{listed}");
        }
    }
}

#[test]
fn every_part_is_in_the_document_and_the_card_only_while_it_is_a_draft() {
    for release in samples() {
        let (text, _) = read_xml(&unzip(&odt(&release).unwrap())["content.xml"]);
        assert_holds_every_part(&release, &text, release.issued.is_none());
    }
    let (text, _) = read_xml(&unzip(&odt(&usual()).unwrap())["content.xml"]);
    assert!(!text.contains(&usual().text.card));
    assert!(text.contains("一、全市56座") && text.contains("二、例行維護"), "{text}");
    // Issued at five past midnight in Taipei.
    assert!(text.contains("發布日期：115年3月18日 00:05"), "{text}");
    assert!(text.contains("一、示範新聞網，115年3月16日，「抽水站『全數停擺』」"), "{text}");
    assert!(!text.contains("javascript"), "only addresses of the web are shown");
}

#[test]
fn blanks_of_a_text_survive_in_a_document() {
    let mut release = usual();
    release.text.facts = vec!["甲  乙   丙\n丁\t戊".into()];
    let (text, _) = read_xml(&unzip(&odt(&release).unwrap())["content.xml"]);
    assert!(text.contains("一、甲  乙   丙\n丁\t戊"), "{text}");
}

#[test]
fn a_draft_says_so_everywhere() {
    let mark = "預擬稿";
    let members = unzip(&odt(&draft()).unwrap());
    assert!(
        read_xml(&members["styles.xml"]).0.contains("預擬稿　未經核定，不得對外發布"),
        "in the header of every page"
    );
    assert!(members["meta.xml"].contains("【預擬稿】有關"));
    assert!(members["content.xml"].contains("【預擬稿】有關"));
    for text in [html(&draft()), plain(&draft()), card(&draft()), script(&draft())] {
        assert!(text.contains(mark), "{text}");
    }
    assert!(ticker(&draft()).iter().all(|line| line.contains(mark)));
    let members = unzip(&odt(&usual()).unwrap());
    for text in [html(&usual()), plain(&usual()), card(&usual()), script(&usual()), ticker(&usual()).join("")]
        .iter()
        .chain(members.values())
    {
        assert!(!text.contains(mark), "{text}");
    }
}

fn feed(releases: &[Release]) -> (String, Value) {
    let [home, atom_url, json_url] =
        ["", "atom.xml", "feed.json"].map(|path| url(&format!("https://news.city.example/{path}")));
    let feed = Feed {
        title: "市府澄清說明 <&>",
        agency: "高雄市政府",
        authority: "news.city.example",
        begun: at("2026-01-01T00:00:00Z"),
        home: &home,
        atom_url: &atom_url,
        json_url: &json_url,
        releases,
    };
    (feed.atom(), serde_json::from_str(&feed.json()).unwrap())
}

#[test]
fn a_feed_has_what_atom_demands_and_what_was_issued_alone() {
    let older = Release { revision: 1, text: Clarification::default(), ..usual() };
    let other = Release {
        number: "澄 2/3".into(),
        issued: Some(Publication { first: at("2026-03-18T00:00:00Z"), at: at("2026-03-18T00:00:00Z") }),
        ..hostile()
    };
    let (atom, json) = feed(&[older, usual(), draft(), other]);
    let (text, names) = read_xml(&atom);
    assert_eq!(names["entry"], 2, "the newest revision of each");
    for name in ["id", "title", "updated", "author"] {
        assert_eq!(names[name], 3, "{name} of the feed and of each entry");
    }
    assert!(text.contains("tag:news.city.example,2026-01-01:feed"));
    assert!(text.contains("tag:news.city.example,2026-01-01:release:%E6%BE%84%202%2F3"));
    assert!(text.contains("2026-03-18T08:00:00+08:00"));
    assert!(text.find("2026-03-18T08:00:00+08:00") < text.find("2026-03-18T00:05:00+08:00"), "the newest first");
    assert!(text.contains("<p>本案屬水利局權責。</p>"), "content is HTML, escaped once more");
    assert!(!atom.contains("<script"));
    let html = json["items"][0]["content_html"].as_str().unwrap();
    assert!(!html.contains(" style="), "readers of feeds have styles of their own");
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "a script in a text stays text: {html}");

    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(json["items"].as_array().unwrap().len(), 2);
    assert_eq!(json["items"][1]["date_published"], "2026-03-17T14:30:00+08:00");
    assert_eq!(json["items"][1]["date_modified"], "2026-03-18T00:05:00+08:00");
    assert_holds_every_part(&usual(), &read_fragment(&json["items"][1]["content_html"], &usual()), false);
}

/// The text of a piece of HTML with the title, which a feed has apart.
fn read_fragment(html: &Value, release: &Release) -> String {
    release.text.title.clone() + &read_xml(&format!("<div>{}</div>", html.as_str().unwrap())).0
}

#[test]
fn an_empty_feed_is_a_feed() {
    let (atom, json) = feed(&[draft()]);
    let (text, names) = read_xml(&atom);
    assert_eq!((names["id"], names["updated"], names["author"]), (1, 1, 1));
    assert!(text.contains("2026-01-01T08:00:00+08:00"));
    assert_eq!(json["items"], Value::Array(Vec::new()));
}

#[test]
fn html_is_well_formed_and_holds_every_part() {
    for release in samples() {
        let page = html(&release);
        let (text, names) = read_xml(&page);
        assert_holds_every_part(&release, &text, release.issued.is_none());
        assert!(page.contains("<html lang=\"zh-Hant-TW\">"));
        assert_eq!((names["h1"], names.get("script")), (1, None));
    }
    assert!(!html(&usual()).contains("javascript:"));
}

#[test]
fn a_claim_is_reviewed_once_with_every_report_that_made_it() {
    let reviews: Value = serde_json::from_str(&claim_review(&usual()).unwrap()).unwrap();
    let [review] = reviews.as_array().unwrap().as_slice() else { panic!("{reviews}") };
    assert_eq!(review["claimReviewed"], "全市抽水站已停擺三天");
    assert_eq!(review["reviewRating"]["alternateName"], "與公布資料不符");
    assert_eq!(review["reviewRating"].get("ratingValue"), None);
    assert_eq!(review["itemReviewed"]["datePublished"], "2026-03-16");
    let appearances = review["itemReviewed"]["appearance"].as_array().unwrap();
    assert_eq!(appearances.len(), 1, "what is no address of the web is no appearance");
    assert_eq!(appearances[0]["url"], "https://demo-news.example/a?x=1&y=2");
    assert_eq!(review["author"]["name"], "高雄市政府水利局");
}

#[test]
fn a_review_does_not_end_the_script_it_stands_in() {
    let json = claim_review(&hostile()).unwrap();
    assert!(!json.contains(['<', '>', '&', '\u{2028}', '\u{2029}']));
    let review: Value = serde_json::from_str(&json).unwrap();
    assert!(review[0]["claimReviewed"].as_str().unwrap().starts_with("]]> <script>alert(1)</script>"));
}

#[test]
fn an_apology_a_draft_and_an_undisputed_report_are_no_review() {
    assert_eq!(claim_review(&Release { answer: Answer::Apology, ..usual() }), None);
    assert_eq!(claim_review(&draft()), None);
    assert_eq!(claim_review(&empty()), None);
    let mut release = usual();
    release.reports.iter_mut().for_each(|report| report.verdict = Verdict::NotFound);
    assert_eq!(claim_review(&release), None);
    assert!(plain(&Release { answer: Answer::Apology, ..usual() }).contains("更正致歉"));
}

#[test]
fn plain_text_holds_every_part() {
    for release in samples() {
        assert_holds_every_part(&release, &plain(&release), release.issued.is_none());
    }
}

#[test]
fn a_card_has_two_hundred_characters_with_its_mark() {
    assert_eq!(card(&usual()), usual().text.card);
    assert_eq!(card(&draft()), format!("【預擬稿】{}", usual().text.card));
    let mut release = draft();
    release.text.card = "一二三四五六七八九。".repeat(25);
    assert_eq!(card(&release), format!("【預擬稿】{}", "一二三四五六七八九。".repeat(19)));
    release.text.card = "字".repeat(201);
    assert_eq!(card(&release).chars().count(), LONGEST_CARD);
    assert!(card(&release).ends_with('…'));
    release.text.card = String::new();
    assert!(card(&release).contains(&usual().text.title));
    assert!(card(&hostile()).chars().count() <= LONGEST_CARD);
}

#[test]
fn a_ticker_has_short_lines_without_addresses() {
    assert_eq!(
        ticker(&usual()),
        ["【澄清說明】有關示範新聞網報導「抽水站全數停擺」，水利局澄清說明（高雄市政府水利局）"]
    );
    for release in samples() {
        for line in ticker(&release) {
            assert!(line.chars().count() <= LONGEST_TICKER && !line.contains(['\n', '\u{202e}']), "{line}");
        }
    }
    let mut release = usual();
    release.text.title = "詳見 https://news.city.example/一 說明".into();
    assert_eq!(ticker(&release), ["【澄清說明】詳見 一 說明（高雄市政府水利局）"]);
}

#[test]
fn a_script_is_said_in_short_sentences() {
    let said = script(&usual());
    assert_eq!(
        said,
        "以下是高雄市政府水利局的澄清說明。\n\
         針對示範新聞網三月十六日報導指「全市抽水站已停擺三天」，與事實不符，\n\
         水利局說明如下：\n\
         第一，全市五十六座抽水站於一百一十五年三月十四日至十六日均正常運轉。\n\
         第二，例行維護僅兩座，每座兩小時。\n\
         本案屬水利局權責。\n\
         汛期前將完成全數檢查。\n\
         請民眾勿轉傳，如有疑問請撥一九九九。\n\
         以上是高雄市政府水利局的說明。\n"
    );
    for release in samples() {
        assert!(script(&release).lines().all(|line| line.chars().count() <= 40));
    }
}

fn sheets() -> Vec<Sheet> {
    let column = |title: &str, width| Column { title: title.into(), width };
    vec![
        Sheet {
            name: "彙整表".into(),
            columns: vec![column("編號", 15), column("標題", 60)],
            rows: vec![
                vec![Cell::Count(-1200), Cell::Text("=1+1".into()), Cell::Number(f64::NAN), Cell::Empty],
                vec![
                    Cell::Day(NaiveDate::from_ymd_opt(2026, 3, 17).unwrap()),
                    Cell::Moment(at("2026-03-17T16:05:00Z")),
                    Cell::Duration(TimeDelta::minutes(1565)),
                    Cell::Number(0.5),
                ],
                vec![Cell::Text(HOSTILE.into())],
                vec![],
            ],
        },
        Sheet { name: "彙整表".into(), columns: Vec::new(), rows: Vec::new() },
        Sheet { name: "a/b[c]*?:\\".into(), columns: Vec::new(), rows: Vec::new() },
        Sheet { name: "長".repeat(40), columns: Vec::new(), rows: Vec::new() },
        Sheet { name: "長".repeat(41), columns: Vec::new(), rows: Vec::new() },
        Sheet { name: String::new(), columns: Vec::new(), rows: Vec::new() },
    ]
}

#[test]
fn a_table_keeps_its_types() {
    let members = unzip(&ods("彙整表", "高雄市政府新聞局", at("2026-03-17T09:00:00Z"), &sheets()).unwrap());
    let content = &members["content.xml"];
    for (name, part) in members.iter().filter(|(name, _)| *name != "mimetype") {
        assert!(!read_xml(part).1.is_empty(), "{name}");
    }
    for expected in [
        "table:number-columns-repeated=\"2\"",
        "office:value-type=\"float\" office:value=\"-1200\"",
        "office:value-type=\"float\" office:value=\"0.5\"",
        "office:value-type=\"date\" office:date-value=\"2026-03-17\"",
        "office:value-type=\"date\" office:date-value=\"2026-03-18T00:05:00\"",
        "office:value-type=\"time\" office:time-value=\"PT26H5M0S\"",
        "office:value-type=\"string\"><text:p>=1+1</text:p>",
        "<table:table-header-rows>",
        "style:column-width=\"60mm\"",
    ] {
        assert!(content.contains(expected), "{expected}");
    }
    assert!(!content.contains("NaN") && !content.contains("table:formula"));
    assert!(words_of(&read_xml(content).0).contains(&words_of(HOSTILE)));
}

#[test]
fn the_head_of_a_table_stays_in_sight() {
    let members = unzip(&ods("表", "局", at("2026-03-17T09:00:00Z"), &sheets()).unwrap());
    let settings = &members["settings.xml"];
    assert_eq!(settings.matches("config:name=\"VerticalSplitMode\" config:type=\"short\">2<").count(), sheets().len());
    assert_eq!(
        settings.matches("config:name=\"VerticalSplitPosition\" config:type=\"int\">1<").count(),
        sheets().len()
    );
}

#[test]
fn every_sheet_has_a_name_that_programs_take() {
    let members = unzip(&ods("表", "局", at("2026-03-17T09:00:00Z"), &sheets()).unwrap());
    let long = "長".repeat(31);
    let second = "長".repeat(28) + "（2）";
    for name in ["彙整表", "彙整表（2）", "a－b－c－－－－－", &long, &second, "工作表6"] {
        assert!(members["content.xml"].contains(&format!("table:name=\"{name}\"")), "{name}");
        assert!(members["settings.xml"].contains(&format!("config:name=\"{name}\"")), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_is_written_every_form_holds_it(parts in any::<[String; 4]>(), number in "[0-9０-９.,:/()#%$～-]{0,24}元?") {
        let [title, lead, fact, contact] = parts;
        let release = Release {
            number: lead.clone(),
            agency: contact.clone(),
            issued: None,
            text: Clarification { title, lead: lead + &number, facts: vec![fact], contacts: contact, ..usual().text },
            ..usual()
        };
        let members = unzip(&odt(&release).unwrap());
        assert_holds_every_part(&release, &read_xml(&members["content.xml"]).0, true);
        read_xml(&members["styles.xml"]);
        read_xml(&members["meta.xml"]);
        assert_holds_every_part(&release, &read_xml(&html(&release)).0, true);
        assert_holds_every_part(&release, &plain(&release), true);
        assert!(card(&release).chars().count() <= LONGEST_CARD);
        assert!(ticker(&release).iter().all(|line| line.chars().count() <= LONGEST_TICKER));
        assert!(script(&release).contains("預擬稿"));
        let issued = Release { issued: usual().issued, ..release };
        read_xml(&feed(&[issued]).0);
    }
}
