use chrono::{DateTime, Utc};

use super::*;

/// 2026-03-17 18:00 in Taipei, a Tuesday.
fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-17T10:00:00Z").unwrap().to_utc()
}

/// Reads `text` and compares with an RFC 3339 time (empty for none).
fn check(text: &str, expect: &str, quality: DateQuality) {
    let expect = DateTime::parse_from_rfc3339(expect).ok().map(|at| Dated { at: at.to_utc(), quality });
    assert_eq!(parse(text, now()), expect, "{text}");
}

fn exact(text: &str, expect: &str) {
    check(text, expect, DateQuality::Exact);
}

fn nothing(text: &str) {
    assert_eq!(parse(text, now()), None, "{text}");
}

#[test]
fn mail_dates_are_read_with_all_their_usual_faults() {
    for text in [
        "Tue, 17 Mar 2026 10:48:00 +0800",
        "17 Mar 2026 10:48:00 +0800",
        "Tue, 17 Mar 26 10:48 +0800",
        "Tue,17 Mar 2026 10:48:00+0800",
        "Tuesday, 17-Mar-26 02:48:00 GMT",
        "Tue, 17 March 2026 02:48:00 UT",
        "Mon, 16 Mar 2026 21:48:00 EST",
        "Mon, 16 Mar 2026 18:48:00 PST",
        "Wrong, 17 Mar 2026 02:48:00 Z",
        "Tue, 17 Mar 2026 10:48:00",
        "Tue, 17 Mar 2026 10:48:00 +0800 (台北標準時間)",
        "Tue Mar 17 2026 10:48:00 GMT+0800 (Taipei)",
        "17 Mar, 2026 10:48 AM",
        "Mar 17, 2026 10:48 am",
        "March 17th, 2026 at 10:48 a.m.",
    ] {
        exact(text, "2026-03-17T10:48:00+08:00");
    }
    exact("Sun, 6 Jul 2014 1:2:03 GMT", "2014-07-06T01:02:03Z");
    exact("Fri, 06 Sept 1996 08:00:00 GMT", "1996-09-06T08:00:00Z");
}

#[test]
fn iso_dates_are_read_in_their_variants() {
    for text in [
        "2026-03-17T10:48:00+08:00",
        "2026-03-17T02:48:00Z",
        "2026-03-17T02:48:00.000Z",
        "2026-03-17 10:48:00",
        "2026-03-17T10:48",
        "2026-03-17T10:48:00+0800",
        "2026-03-17T10:48:00+08",
        "20260317T024800Z",
        "2026/03/17 10:48",
        "2026.03.17 10:48",
        "2026-03-17 10:48:00.0 +0800",
        "2026-3-17 10:48:00 上午",
        "2026-03-17t02:48:00z",
    ] {
        exact(text, "2026-03-17T10:48:00+08:00");
    }
    exact("2026-03-17T02:48:00.52Z", "2026-03-17T02:48:00.52Z");
    check("2026-03-17", "2026-03-17T00:00:00+08:00", DateQuality::DayOnly);
    check("20260317", "2026-03-17T00:00:00+08:00", DateQuality::DayOnly);
    check("2026-03", "2026-03-01T00:00:00+08:00", DateQuality::Inferred);
    exact("2026-03-16T24:00:00+08:00", "2026-03-17T00:00:00+08:00");
    exact("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z");
}

#[test]
fn chinese_dates_are_read() {
    exact("2026年3月17日 下午 05:23:52", "2026-03-17T17:23:52+08:00");
    exact("2017/8/21 下午 05:23:52", "2017-08-21T17:23:52+08:00");
    exact("2017/8/21 上午 12:05:00", "2017-08-21T00:05:00+08:00");
    exact("2026年3月17日(二) 10時48分", "2026-03-17T10:48:00+08:00");
    exact("2026年3月17日 星期二 晚上9點半", "2026-03-17T21:30:00+08:00");
    exact("發布時間：２０２６／０３／１７　１０：４８", "2026-03-17T10:48:00+08:00");
    exact("2026-03-17 中午12:00", "2026-03-17T12:00:00+08:00");
    exact("2026-03-17 凌晨 12:10", "2026-03-17T00:10:00+08:00");
    check("28 九月 2025", "2025-09-28T00:00:00+08:00", DateQuality::DayOnly);
    exact("28 九月, 2025 - 10:48", "2025-09-28T10:48:00+08:00");
}

#[test]
fn the_republics_years_are_read() {
    for text in [
        "115-03-17",
        "115/3/17",
        "115.03.17",
        "115年3月17日",
        "民國115年3月17日",
        "中華民國一一五年三月十七日",
        "1150317",
        "民國 115 年 03 月 17 日",
        "中華民國115/03/17",
        "中華民國一百一十五年三月十七日",
    ] {
        check(text, "2026-03-17T00:00:00+08:00", DateQuality::DayOnly);
    }
    check("99/12/31", "2010-12-31T00:00:00+08:00", DateQuality::DayOnly);
    check("民國99年12月31日", "2010-12-31T00:00:00+08:00", DateQuality::DayOnly);
    exact("115/03/17 10:48", "2026-03-17T10:48:00+08:00");
}

#[test]
fn a_missing_year_is_the_nearest_past_one() {
    check("3/17", "2026-03-17T00:00:00+08:00", DateQuality::Inferred);
    check(" 3/05", "2026-03-05T00:00:00+08:00", DateQuality::Inferred);
    check("12/31", "2025-12-31T00:00:00+08:00", DateQuality::Inferred);
    check("3月17日 10:48", "2026-03-17T10:48:00+08:00", DateQuality::Inferred);
    check("2/29", "2024-02-29T00:00:00+08:00", DateQuality::Inferred);
}

#[test]
fn a_time_alone_is_the_latest_such_time() {
    check("10:48", "2026-03-17T10:48:00+08:00", DateQuality::Inferred);
    check("18:05", "2026-03-17T18:05:00+08:00", DateQuality::Inferred);
    check("23:10", "2026-03-16T23:10:00+08:00", DateQuality::Inferred);
}

#[test]
fn times_told_from_now_are_read() {
    for (text, expect) in [
        ("3 小時前", "2026-03-17T15:00:00+08:00"),
        ("三小時前", "2026-03-17T15:00:00+08:00"),
        ("約 3 個小時前", "2026-03-17T15:00:00+08:00"),
        ("5分鐘前", "2026-03-17T17:55:00+08:00"),
        ("半小時前", "2026-03-17T17:30:00+08:00"),
        ("2天前", "2026-03-15T18:00:00+08:00"),
        ("2 hours ago", "2026-03-17T16:00:00+08:00"),
        ("剛剛", "2026-03-17T18:00:00+08:00"),
        ("昨天 10:48", "2026-03-16T10:48:00+08:00"),
        ("昨天", "2026-03-16T00:00:00+08:00"),
        ("昨晚 9:30", "2026-03-16T21:30:00+08:00"),
        ("今天 下午 2:05", "2026-03-17T14:05:00+08:00"),
        ("今天", "2026-03-17T00:00:00+08:00"),
        ("前天 08:00", "2026-03-15T08:00:00+08:00"),
        ("Yesterday 10:48", "2026-03-16T10:48:00+08:00"),
    ] {
        check(text, expect, DateQuality::Inferred);
    }
}

#[test]
fn machines_dates_are_read() {
    exact("Tue Mar 17 08:00:00 2026", "2026-03-17T08:00:00+08:00");
    exact("Tue Mar  3 08:00:00 2026", "2026-03-03T08:00:00+08:00");
    exact("Tue Mar 17 10:48:00 CST 2026", "2026-03-17T10:48:00+08:00");
    exact("Tue, 17 Mar 2026 10:48:00 CST", "2026-03-17T10:48:00+08:00");
    exact("Tue, 17 Mar 2026 10:48:00 TST", "2026-03-17T10:48:00+08:00");
    exact("3/17/2026 10:48:00 AM", "2026-03-17T10:48:00+08:00");
    exact("17/3/2026 22:48", "2026-03-17T22:48:00+08:00");
    exact("/Date(1489734000000)/", "2017-03-17T07:00:00Z");
    exact("/Date(1489734000000+0800)/", "2017-03-17T07:00:00Z");
    exact("1489734000", "2017-03-17T07:00:00Z");
    exact("1489734000123", "2017-03-17T07:00:00.123Z");
}

#[test]
fn the_zone_of_a_feed_without_zones_can_be_chosen() {
    use chrono::Offset;
    let read = parse_in("2026-03-17 10:48", now(), Utc.fix()).unwrap();
    assert_eq!(read.at.to_rfc3339(), "2026-03-17T10:48:00+00:00");
    let chicago = parse_in("Tue, 17 Mar 2026 10:48:00 CST", now(), Utc.fix()).unwrap();
    assert_eq!(chicago.at.to_rfc3339(), "2026-03-17T16:48:00+00:00");
}

#[test]
fn impossible_dates_are_no_dates() {
    for text in [
        "2026-02-30",
        "2/30",
        "0001-01-01T00:00:00",
        "9999-12-31",
        "2026-13-01",
        "2026-00-10",
        "2026-03-17 25:00",
        "115/2/30",
        "",
        "   ",
        "尚未公布",
        "第3期",
        "99999999999999",
        "2026-03-17T10:61:00Z",
        "-",
        "12",
        "00/00",
        "民國",
        "前",
        "：",
    ] {
        nothing(text);
    }
    nothing(&"9".repeat(500));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}") {
        let _ = parse(&text, now());
    }

    #[test]
    fn nothing_like_a_date_makes_it_panic(text in "[0-9年月日時分半前上下午 /:.,TZ+()民國Mar\\-]{0,30}") {
        let _ = parse(&text, now());
    }

    #[test]
    fn every_rfc_3339_time_is_read_back(seconds in 0_i64..4_000_000_000) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        proptest::prop_assert_eq!(parse(&at.to_rfc3339(), now()), Some(Dated::exact(at)));
        proptest::prop_assert_eq!(parse(&at.to_rfc2822(), now()), Some(Dated::exact(at)));
    }
}
