use std::sync::Arc;

use super::*;
use crate::{
    domain::{City, ClaimCues, Cues, Field, Opposition},
    text::{Measure, Normaliser, Segmenter},
};

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}

fn sheet(text: &str) -> Sheet {
    let claims = ClaimCues {
        negators: words(&["未", "不"]),
        charge: words(&["負責", "受理"]),
        agents: vec![words(&["廠商", "承商"])],
        denials: words(&["並無"]),
        former: words(&["由", "原訂"]),
        speakers: words(&["表示", "說"]),
        hearsay: words(&["網傳"]),
        oppositions: vec![Opposition { name: "operation".into(), poles: vec![words(&["暫停"]), words(&["恢復"])] }],
        ..ClaimCues::default()
    };
    let city = City { cues: Cues { claims, ..Cues::default() }, ..City::default() };
    let reader = Reader::new(&city, Arc::new(Segmenter::new(&city))).unwrap();
    let normaliser = Normaliser::default();
    reader.read(normaliser.normalise(""), normaliser.normalise(text), &[], None)
}

fn figures(sheet: &Sheet) -> Vec<(f64, Measure, Option<Per>, bool)> {
    let figure = |item: &Item| match item.value {
        Value::Figure(figure, per) => Some((figure.low, figure.measure, per, item.is(Mark::Former))),
        _ => None,
    };
    sheet.items.iter().filter_map(figure).collect()
}

#[test]
fn a_former_value_is_told_from_the_present_one() {
    let sheet = sheet("經費由5.6億元修正為6.9億元。");
    assert_eq!(figures(&sheet), [(5.6e8, Measure::Money, None, true), (6.9e8, Measure::Money, None, false)]);
}

#[test]
fn what_is_stated_is_told_with_its_subject_its_value_and_who_says_it() {
    let told = sheet("工程總經費2億5,000萬元，里長說「一定要在颱風季前完工」，網傳占42%。").claims();
    let plain: Vec<(&str, &str, Option<&str>, Option<&str>)> = told
        .iter()
        .map(|it| (it.subject.as_str(), it.value.as_str(), it.unit.as_deref(), it.attributed_to.as_deref()))
        .collect();
    assert_eq!(plain[0], ("工程總經費", "250000000", Some("元"), None));
    assert_eq!(plain[1], ("里長", "一定要在颱風季前完工", None, Some("里長")));
    assert_eq!(plain[2], ("網傳占", "42", Some("%"), Some("未具名")));
    assert_eq!(told[0].span, crate::domain::Span::new(15, 30));
}

#[test]
fn bodies_without_an_entry_are_those_in_charge() {
    let agents = |text: &str| -> Vec<(String, bool)> {
        let sheet = sheet(text);
        let agents = sheet.items.iter().filter(|item| matches!(item.value, Value::Agent(_)));
        agents.map(|item| (sheet.written(item.field, item.span).to_owned(), item.is(Mark::Charge))).collect()
    };
    assert_eq!(agents("退票由潮聲娛樂自5月28日起受理。"), [("潮聲娛樂".to_owned(), true)]);
    assert_eq!(agents("由承商負責修復。"), [("承商".to_owned(), true)]);
    assert_eq!(agents("廠商很多，理由不受理，由於沒有人負責。"), []);
    let kinds = |text: &str| {
        sheet(text).items.iter().find_map(|item| match item.value {
            Value::Agent(agent) => Some(agent),
            _ => None,
        })
    };
    let (a, b) = (kinds("由承商負責。").unwrap(), kinds("由廠商負責。").unwrap());
    assert!(a.may_be(b) && !a.may_be(Agent::named("潮聲娛樂")));
    assert!(Agent::named("潮聲娛樂公司").may_be(Agent::named("潮聲娛樂")));
}

#[test]
fn places_are_told_by_what_they_end_in() {
    let sites = |text: &str| -> Vec<String> {
        let sheet = sheet(text);
        let sites = sheet.items.iter().filter(|item| matches!(item.value, Value::Site(_)));
        sites.map(|item| sheet.written(item.field, item.span).to_owned()).collect()
    };
    assert_eq!(sites("右昌國小與鳳山溪旁的公車站。"), ["右昌國小", "鳳山溪"]);
    assert_eq!(Site::of("右昌國民小學"), Site::of("右昌國小"));
    assert_ne!(Site::of("右昌國小"), Site::of("仕隆國小"));
    assert_eq!(Site::of("公車站"), None);
}

#[test]
fn days_of_the_week_and_changes_are_read() {
    let sheet = sheet("每週二、四及每星期一至三作業，較去年減少42%，死亡11人，最多20人。");
    let days: Vec<u8> = sheet
        .items
        .iter()
        .filter_map(|item| if let Value::Weekdays(days) = item.value { Some(days) } else { None })
        .collect();
    assert_eq!(days, [0b1010, 0b111]);
    let changes: Vec<&str> = sheet
        .items
        .iter()
        .filter(|item| item.is(Mark::Delta))
        .map(|item| sheet.written(item.field, item.span))
        .collect();
    assert_eq!(changes, ["42%"]);
}

#[test]
fn a_figure_knows_what_it_is_counted_by() {
    let found = figures(&sheet("每戶每月補助3,000元，全年共3億元。"));
    assert_eq!(found[0], (3000.0, Measure::Money, Some(Per::Month), false));
    assert_eq!(found[1].2, None);
}

#[test]
fn a_negator_right_before_a_state_turns_it_around() {
    let states = |text: &str| -> Vec<Value> {
        sheet(text).items.iter().map(|item| item.value).filter(|value| matches!(value, Value::State(..))).collect()
    };
    assert_eq!(states("渡輪暫停。"), [Value::State(0, 0, false)]);
    assert_eq!(states("渡輪未暫停。"), [Value::State(0, 0, true)]);
    assert_eq!(states("渡輪恢復。"), [Value::State(0, 1, false)]);
}

#[test]
fn clauses_say_how_they_are_meant() {
    let sheet = sheet("網傳要停水，市府並無計畫。真的嗎？");
    let [first, second, third] = sheet.clauses.as_slice() else { panic!("{:?}", sheet.clauses) };
    assert!(first.stance.is_hearsay() && !first.stance.is_denial());
    assert!(second.stance.is_denial());
    assert!(third.stance.is_question());
    assert!(sheet.stances(0).1.is_denial(), "a sentence is meant as all of its clauses");
}

#[test]
fn a_quotation_has_its_words_and_its_speaker() {
    let sheet = sheet("水利專家表示「高雄不能只靠加高堤防來防洪」。");
    let [quote] = sheet.quotations.as_slice() else { panic!("{:?}", sheet.quotations) };
    assert_eq!(sheet.written(Field::Text, quote.speaker.unwrap()), "水利專家");
    assert_eq!(sheet.written(Field::Text, quote.span), "高雄不能只靠加高堤防來防洪");
}

#[test]
fn a_space_between_words_of_a_post_is_a_mark() {
    let sheet = sheet("明天停水 記得儲水 共 300 戶");
    let parts: Vec<&str> = sheet.clauses.iter().map(|clause| sheet.written(clause.field, clause.span)).collect();
    assert_eq!(parts, ["明天停水", "記得儲水", "共 300 戶"]);
}

#[test]
fn odd_input_is_laid_out_in_bounded_time() {
    for text in ["", "。", "\0", "🌧️", &"3,".repeat(200_000), &"「".repeat(100_000), &"字".repeat(1_000_000)] {
        let sheet = sheet(text);
        assert!(sheet.clauses.len() <= 300);
    }
}

#[test]
fn a_credit_carries_no_claims() {
    for text in [
        "（港邊通訊社高雄17日電）渡輪暫停。",
        "(港邊通訊社記者王小明高雄17日電)渡輪暫停。",
        "記者王小明／高雄17日報導\n渡輪暫停。",
        "港邊新聞中心／高雄17日報導\n渡輪暫停。",
    ] {
        let values: Vec<Value> = sheet(text).items.iter().map(|item| item.value).collect();
        assert_eq!(values, [Value::State(0, 0, false)], "{text}");
    }
    let sheet = sheet("（3月17日）渡輪暫停，記者會17日舉行。");
    assert_eq!(sheet.items.iter().filter(|item| matches!(item.value, Value::Time(_))).count(), 2);
}

#[test]
fn what_comes_again_is_planned_or_is_so_now_is_told_apart() {
    let marked = |text: &str, mark| sheet(text).items.iter().any(|item| item.is(mark));
    assert!(marked("每年4月1日補滿。", Mark::Every) && !marked("4月1日起補滿。", Mark::Every));
    assert!(marked("擬暫停渡輪。", Mark::Planned) && !marked("渡輪暫停。", Mark::Planned));
    assert!(marked("現有渡輪暫停。", Mark::Present) && !marked("渡輪暫停。", Mark::Present));
    assert!(!marked("擬調整票價，渡輪暫停。", Mark::Planned), "another clause");
}
