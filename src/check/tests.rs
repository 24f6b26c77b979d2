use super::{
    agree::{Relation, relation, slips},
    *,
};
use crate::{
    claims::{Item, Per, Value},
    domain::{City, Field, Span},
    text::{moments, quantities},
};

fn item(value: Value) -> Item {
    Item::new(value, Field::Text, Span::new(0, 0), 0)
}

fn figure(text: &str, per: Option<Per>) -> Item {
    item(Value::Figure(quantities(text, &[])[0], per))
}

#[test]
fn figures_agree_when_the_one_is_a_fair_way_to_write_the_other() {
    for (claim, truth, expect) in [
        ("2.5億元", "2億5,000萬元", Relation::Agree),
        ("近三百人", "298名", Relation::Agree),
        ("25億元", "2.5億元", Relation::Differ),
        ("三成", "30%", Relation::Agree),
        ("300人", "300戶", Relation::Apart),
        ("300元", "300公尺", Relation::Apart),
    ] {
        assert_eq!(relation(&City::default(), &figure(claim, None), &figure(truth, None)), expect, "{claim} {truth}");
    }
    let (month, year) = (figure("300元", Some(Per::Month)), figure("300元", Some(Per::Year)));
    assert_eq!(relation(&City::default(), &month, &year), Relation::Differ);
    let slips = |a: &str, b: &str| slips(&figure(a, None), &figure(b, None));
    assert_eq!(super::agree::slips(&month, &year), [Feature::Per]);
    assert_eq!(slips("25億元", "2.5億元"), [Feature::Power]);
    assert_eq!(slips("276台", "267台"), [Feature::Digits]);
    assert_eq!(slips("276台", "277台"), [Feature::Near]);
    assert_eq!(slips("276台", "312台"), []);
    let likenesses = |a: &str, b: &str| super::agree::likenesses(&figure(a, None), &figure(b, None));
    assert_eq!(likenesses("276台", "312台"), [Feature::SameUnit, Feature::SoonAfter]);
    assert_eq!(likenesses("276台", "31200輛"), [Feature::FarApart]);
}

#[test]
fn times_agree_within_what_was_said() {
    for (claim, truth, expect) in [
        ("3月5日", "2026年3月5日上午9時", Relation::Agree),
        ("3月5日下午3時", "3月5日15:00", Relation::Agree),
        ("3月5日", "3月1日至3月8日", Relation::Agree),
        ("3月15日", "3月1日至3月8日", Relation::Differ),
        ("3月5日起", "3月5日前", Relation::Differ),
        ("3月5日八點半", "3月5日20時30分", Relation::Agree),
        ("3月5日早上八點半", "3月5日20時30分", Relation::Differ),
        ("下午3時", "3月5日", Relation::Apart),
    ] {
        let of = |text: &str| item(Value::Time(moments(text, chrono::NaiveDate::from_ymd_opt(2026, 3, 4))[0]));
        assert_eq!(relation(&City::default(), &of(claim), &of(truth)), expect, "{claim} {truth}");
    }
}

#[test]
fn states_of_two_poles_are_each_other_turned_around() {
    let mut city = City::default();
    city.cues.claims.oppositions = vec![crate::domain::Opposition {
        name: "operation".into(),
        poles: vec![vec!["暫停".into()], vec!["恢復".into()]],
    }];
    let state = |pole, turned| item(Value::State(0, pole, turned));
    for (claim, truth, expect) in [
        (state(0, false), state(0, false), Relation::Agree),
        (state(0, false), state(0, true), Relation::Differ),
        (state(0, false), state(1, false), Relation::Differ),
        (state(0, true), state(1, false), Relation::Agree),
    ] {
        assert_eq!(relation(&city, &claim, &truth), expect);
    }
}

#[test]
fn only_what_harms_and_is_sure_is_of_the_highest_level() {
    assert_eq!(Level::of(0.95, "明天停班停課"), Level::A);
    assert_eq!(Level::of(0.95, "展覽延長"), Level::B);
    assert_eq!(Level::of(0.88, "明天停班停課"), Level::B);
    assert_eq!(Level::of(0.3, "明天停班停課"), Level::None);
}

#[test]
fn a_word_and_the_same_with_a_negator_are_told_apart() {
    let own = ["渡輪停止收費", "渡輪不停止收費"].map(|text| text.chars().collect::<Vec<char>>());
    let [plain, turned] = &own;
    assert!(super::wording::negates(turned, plain) && !super::wording::negates(plain, turned));
    assert!(!super::wording::negates(turned, turned), "both negate it");
    assert_eq!(super::wording::longest_run(plain, turned), 4);
}
