//! Segmentation and search words with the built-in dictionaries.

use std::sync::LazyLock;

use clarion::{
    dictionary::Dictionaries,
    text::{Segmenter, sentences},
};
use proptest::prelude::*;

static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new(&Dictionaries::embedded().unwrap()));

fn words(text: &str) -> Vec<&str> {
    SEGMENTER.segment(text).into_iter().map(|word| word.span.of(text).unwrap()).collect()
}

fn check(text: &str, expect: &[&str]) {
    assert_eq!(words(text), expect);
}

fn check_whole(text: &str) {
    let segments = SEGMENTER.segment(text);
    let mut end = 0;
    for word in &segments {
        assert_eq!(word.span.start, end, "a gap or an overlap");
        assert!(word.span.of(text).is_some_and(|word| !word.is_empty()), "off a character boundary");
        end = word.span.end;
    }
    assert_eq!(end, text.len());
}

#[test]
fn names_of_the_city_stay_whole() {
    check("工務局道路養護工程處搶修路燈", &["工務局", "道路養護工程處", "搶修", "路燈"]);
    check("鳳山區五甲一路停班停課", &["鳳山區", "五甲一路", "停班停課"]);
}

#[test]
fn a_number_and_its_measure_are_two_words() {
    check("三名里民", &["三", "名", "里民"]);
}

#[test]
fn latin_words_numbers_and_addresses_stay_whole() {
    check("見https://example.org/a?b=1。", &["見", "https://example.org/a?b=1", "。"]);
    check("PM2.5達35.4", &["PM2.5", "達", "35.4"]);
    assert!(words("騎YouBike 2.0上班").contains(&"YouBike"));
}

#[test]
fn a_picture_is_one_word() {
    check("👨‍👩‍👧讚👍🏽🇹🇼", &["👨‍👩‍👧", "讚", "👍🏽", "🇹🇼"]);
}

#[test]
fn search_finds_the_short_word_inside_the_long_one() {
    let indexed = SEGMENTER.words("臺灣自來水公司搶修，捷運局說明。");
    let indexed: Vec<&str> = indexed.split(' ').collect();
    for query in ["自來水", "捷運局", "台灣", "臺灣", "搶修"] {
        for token in SEGMENTER.tokens(query) {
            assert!(indexed.contains(&token.as_str()), "{token} is not among {indexed:?}");
        }
    }
    assert!(indexed.iter().all(|word| word.chars().all(char::is_alphanumeric)));
    assert!(SEGMENTER.tokens("，。！").is_empty());
}

#[test]
fn hostile_text_is_covered_exactly() {
    for text in ["", "路", " \n\t", "\0\0a\0", "e\u{301}\u{301}", "１２３年", "🎉🎉🎉", "高雄🎆abcé한국어ไทย\u{202e}反"]
    {
        check_whole(text);
    }
}

#[test]
fn a_single_line_of_ten_megabytes_is_cut() {
    for piece in ["路", "路燈壞了", "a", "http", "高雄市鳳山區 "] {
        check_whole(&piece.repeat((10 << 20) / piece.len()));
    }
}

proptest! {
    #[test]
    fn any_text_is_covered_exactly(text in "[高雄市路燈不亮三名年0-9a-zA-Z:/.🎉\u{200d}\u{301}，。 \n]{0,60}|\\PC{0,40}") {
        check_whole(&text);
        for span in sentences(&text) {
            prop_assert!(span.of(&text).is_some_and(|sentence| !sentence.trim().is_empty()));
        }
    }
}
