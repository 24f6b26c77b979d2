use chrono::{DateTime, NaiveDate, Utc};

use super::*;
use crate::{
    dictionary::Dictionaries,
    domain::{Assignment, Contact},
};

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-30T06:30:00Z".parse().unwrap()
}

fn outlet(name: &str, is_post: bool) -> Outlet {
    Outlet { name: name.into(), day: Some(day(11, 29)), is_post }
}

fn disputed() -> Disputed {
    Disputed {
        verdict: Verdict::Contradicted,
        kind: ClaimKind::Figure,
        outlets: vec![outlet("南方日報", false)],
        claim: "滯洪池總經費高達25億元".into(),
        sentence: "議員質疑，滯洪池總經費高達25億元。".into(),
        fact: Some(Stated {
            sentence: "滯洪池總經費為2億5,000萬元，工期18個月。".into(),
            agency: "高雄市政府水利局".into(),
            day: Some(day(11, 20)),
            document_no: Some("高市水工字第11512345600號".into()),
            url: Some("https://wrb.kcg.gov.tw/news/1".into()),
            in_charge: None,
        }),
    }
}

fn about(answer: Answer, disputed: Vec<Disputed>) -> About {
    About {
        answer,
        disputed,
        issuer: Assignment { agency: "高雄市政府水利局".into(), unit: Some("水利工程科".into()) },
        contacts: vec![Contact {
            name: "王小明".into(), post: "股長".into(), telephone: "07-7995678#2513".into()
        }],
        now: now(),
    }
}

fn made(about: &About) -> Clarification {
    draft(&Dictionaries::embedded().unwrap().drafting.templates, about)
}

#[test]
fn the_first_draft_has_the_form_of_the_city() {
    let text = made(&about(Answer::Clarification, vec![disputed()]));
    assert_eq!(text.title, "有關南方日報115年11月29日報導「滯洪池總經費高達25億元」，高雄市政府水利局澄清說明");
    assert_eq!(
        text.lead,
        "針對南方日報於11月29日報導指「滯洪池總經費高達25億元」一事，經查與公布內容不符，高雄市政府水利局說明如下："
    );
    assert_eq!(
        text.facts,
        [
            "經查，滯洪池總經費為2億5,000萬元，工期18個月（依據：高雄市政府水利局115年11月20日公布，文號：高市水工字第11512345600號，\
          參考連結：https://wrb.kcg.gov.tw/news/1 ）。"
        ]
    );
    assert_eq!(
        text.contacts,
        "新聞聯絡人：王小明股長　電話：07-7995678#2513\n發布單位：高雄市政府水利局水利工程科\n發布日期：115年11月30日"
    );
    assert!(text.jurisdiction.is_empty() && text.card.chars().count() <= LONGEST_CARD);
    assert_eq!(text.questions.len(), 2);
}

#[test]
fn a_post_is_not_called_a_report() {
    let post = Disputed { outlets: vec![outlet("批踢踢看板", true)], verdict: Verdict::Denied, ..disputed() };
    let text = made(&about(Answer::Clarification, vec![post]));
    for (_, words) in text.parts() {
        assert!(!words.contains("報導"), "{words}");
    }
    assert!(text.title.starts_with("有關網路流傳「") && text.lead.contains("並無此事"), "{text:?}");
}

#[test]
fn several_outlets_are_named_and_a_day_only_when_it_is_that_of_all() {
    let third = Outlet { day: Some(day(11, 28)), ..outlet("港都新聞網", false) };
    let many =
        Disputed { outlets: vec![outlet("南方日報", false), outlet("海風電視", false), third], ..disputed() };
    let text = made(&about(Answer::Clarification, vec![many]));
    assert!(text.title.starts_with("有關南方日報、海風電視等媒體報導「"), "{}", text.title);
}

#[test]
fn each_finding_is_a_fact_and_one_statement_is_given_once() {
    let mut other = Disputed { claim: "工期長達5年".into(), ..disputed() };
    let text = made(&about(Answer::Clarification, vec![disputed(), other.clone()]));
    assert_eq!(text.facts.len(), 1);
    other.fact.as_mut().unwrap().sentence = "工程訂於116年12月完工。".into();
    let text = made(&about(Answer::Clarification, vec![disputed(), other]));
    assert_eq!(text.facts.len(), 2);
    assert!(text.facts[1].starts_with("另報導提及「工期長達5年」部分，"), "{}", text.facts[1]);
}

#[test]
fn a_sentence_of_another_day_or_mouth_is_quoted() {
    for sentence in ["今(20)日起恢復供水。", "本局已完成抽驗。", "3月5日完工。"] {
        let mut it = disputed();
        let fact = it.fact.as_mut().unwrap();
        fact.sentence = sentence.into();
        fact.day = Some(NaiveDate::from_ymd_opt(2025, 2, 20).unwrap());
        let text = made(&about(Answer::Clarification, vec![it]));
        let words = sentence.trim_end_matches('。');
        assert!(text.facts[0].contains(&format!("公布內容載明：「{words}」")), "{}", text.facts[0]);
        assert!(!text.card.contains(words), "{}", text.card);
    }
}

#[test]
fn another_body_in_charge_gets_its_part() {
    let mut it = Disputed { kind: ClaimKind::Agency, ..disputed() };
    it.fact.as_mut().unwrap().in_charge = Some("台灣電力公司".into());
    let text = made(&about(Answer::Clarification, vec![it.clone()]));
    assert!(text.jurisdiction.starts_with("本案屬台灣電力公司權責，"), "{}", text.jurisdiction);
    it.fact.as_mut().unwrap().in_charge = None;
    let text = made(&about(Answer::Clarification, vec![it]));
    assert!(text.jurisdiction.contains("以上開公布內容為準"), "{}", text.jurisdiction);
}

#[test]
fn a_card_keeps_its_length_whatever_the_fact() {
    let mut it = Disputed { claim: "很長的說法，".repeat(40), ..disputed() };
    it.fact.as_mut().unwrap().sentence = "很長的事實，".repeat(60);
    let text = made(&about(Answer::Clarification, vec![it]));
    assert!(text.card.chars().count() <= LONGEST_CARD && !text.card.contains("很長的事實"), "{}", text.card);
    assert!(text.title.chars().count() <= 90, "{}", text.title);
}

#[test]
fn an_apology_blames_nobody_and_leaves_the_right_value_to_a_person() {
    let text = made(&about(Answer::Apology, vec![disputed()]));
    assert_eq!(text.title, "高雄市政府水利局先前公布資料有誤，更正並致歉");
    assert!(text.facts[0].contains("「滯洪池總經費為2億5,000萬元，工期18個月」") && text.facts[1].contains("【請填寫"));
    for (_, words) in text.parts() {
        assert!(!words.contains("與事實不符") && !words.contains("澄清"), "{words}");
    }
}

#[test]
fn nothing_to_put_straight_leaves_title_and_lead_to_a_person() {
    let calm = Disputed { verdict: Verdict::Supported, ..disputed() };
    let text = made(&about(Answer::Clarification, vec![calm]));
    assert!(text.title.is_empty() && text.lead.is_empty() && text.facts.is_empty() && !text.contacts.is_empty());
}

#[test]
fn what_a_report_writes_is_never_read_as_a_template() {
    let sly = Disputed { claim: "{電話}〔{機關}〕".into(), ..disputed() };
    let text = made(&about(Answer::Clarification, vec![sly]));
    assert!(text.title.contains("「{電話}〔{機關}〕」"), "{}", text.title);
}
