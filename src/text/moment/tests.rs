use super::*;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Wednesday, 4 March 2026.
fn found(text: &str) -> Vec<(String, Moment)> {
    let found = moments(text, Some(day(2026, 3, 4)));
    found.into_iter().map(|moment| (moment.span.of(text).unwrap().to_owned(), moment)).collect()
}

#[track_caller]
fn check(text: &str, written: &str, first: NaiveDate, last: NaiveDate) {
    let all = found(text);
    let Some((_, moment)) = all.iter().find(|(it, _)| it == written) else { panic!("{text}: {all:?}") };
    let days = moment.start.days.unwrap();
    assert_eq!((days.first, days.last), (first, last), "{text}");
}

#[track_caller]
fn check_day(text: &str, written: &str, on: NaiveDate) {
    check(text, written, on, on);
}

#[test]
fn a_date_in_full_is_that_day() {
    for text in [
        "115年3月4日",
        "民國115年3月4日",
        "2026年3月4日",
        "2026/3/4",
        "115/3/4",
        "2026-03-04",
        "115.3.4",
        "一一五年三月四日",
    ] {
        check_day(text, text, day(2026, 3, 4));
    }
    check("115年度預算", "115年度", day(2026, 1, 1), day(2026, 12, 31));
    check("2026年底完工", "2026年底", day(2026, 11, 1), day(2026, 12, 31));
    check("115年6月完工", "115年6月", day(2026, 6, 1), day(2026, 6, 30));
    check("98年8月8日", "98年8月8日", day(2009, 8, 8), day(2009, 8, 8));
}

#[test]
fn a_date_without_a_year_is_the_nearest() {
    check_day("12月31日", "12月31日", day(2025, 12, 31));
    check_day("3/15截止", "3/15截止", day(2026, 3, 15));
    check_day("10日上午", "10日上午", day(2026, 3, 10));
    check_day("28日指出", "28日", day(2026, 2, 28));
    check("5月底前", "5月底前", day(2026, 5, 21), day(2026, 5, 31));
    let yearless = moments("3月4日", None);
    assert!(yearless[0].start.days.unwrap().yearless);
    assert!(yearless[0].start.days.unwrap().agrees(Days::one(day(2026, 3, 4))));
}

#[test]
fn relative_days_are_seen_from_the_day_of_the_text() {
    for (text, written, on) in [
        ("今（4）日上午", "今（4）日上午", day(2026, 3, 4)),
        ("昨(3)日表示", "昨(3)日", day(2026, 3, 3)),
        ("明起停水", "明起", day(2026, 3, 5)),
        ("今天宣布", "今天", day(2026, 3, 4)),
        ("後天舉行", "後天", day(2026, 3, 6)),
        ("下週一開工", "下週一", day(2026, 3, 9)),
        ("上周五晚上", "上周五晚上", day(2026, 2, 27)),
        ("本週六", "本週六", day(2026, 3, 7)),
        ("週二凌晨", "週二凌晨", day(2026, 3, 3)),
        ("本月15日", "本月15日", day(2026, 3, 15)),
        ("下個月5號", "下個月5號", day(2026, 4, 5)),
        ("明天停班停課", "明天", day(2026, 3, 5)),
        ("明(5)日起", "明(5)日起", day(2026, 3, 5)),
    ] {
        check_day(text, written, on);
    }
    check("去年12月", "去年12月", day(2025, 12, 1), day(2025, 12, 31));
    check("今年底完工", "今年底", day(2026, 11, 1), day(2026, 12, 31));
    check("明年上半年", "明年上半年", day(2027, 1, 1), day(2027, 6, 30));
    check("年底前完成", "年底前", day(2026, 11, 1), day(2026, 12, 31));
    check("月底", "月底", day(2026, 3, 21), day(2026, 3, 31));
}

#[track_caller]
fn check_time(text: &str, minutes: u32) {
    let all = found(text);
    assert!(all.iter().any(|(_, it)| it.start.minutes == Some((minutes, minutes))), "{text}: {all:?}");
}

#[test]
fn times_of_day_are_minutes_since_midnight() {
    for (text, minutes) in [
        ("下午3時30分", 15 * 60 + 30),
        ("晚上10點半", 22 * 60 + 30),
        ("14:30", 14 * 60 + 30),
        ("上午九時許", 9 * 60),
        ("中午12時", 12 * 60),
        ("凌晨12點", 0),
        ("今(4)日21時", 21 * 60),
        ("明天早上8點", 8 * 60),
        ("3月5日（週四）下午2時", 14 * 60),
    ] {
        check_time(text, minutes);
    }
    let all = found("今天上午");
    assert_eq!(all[0].1.start.minutes, Some((0, 720)));
}

#[test]
fn a_period_has_two_ends() {
    let of = |text: &str| found(text).remove(0).1;
    let dates = of("3月5日至8日");
    assert_eq!(dates.end.unwrap().days.unwrap().first, day(2026, 3, 8));
    let times = of("晚上10時至隔日清晨5時");
    assert_eq!(times.end.unwrap().minutes, Some((300, 300)));
    let both = of("3月5日上午9時至下午5時止");
    assert_eq!(both.end.unwrap().minutes, Some((1020, 1020)));
    assert_eq!(found("自3月5日")[0].1.edge, Edge::From);
    assert_eq!(of("3月5日起").edge, Edge::From);
    assert_eq!(of("3月5日前").edge, Edge::Until);
    assert_eq!(of("3月5日前往").edge, Edge::At);
}

#[test]
fn amounts_and_names_are_no_days() {
    for text in [
        "3個月",
        "5年內",
        "連續7日",
        "7日內",
        "三民區",
        "一般",
        "1.5公尺",
        "前鎮區",
        "今後",
        "明誠路",
        "上午茶",
        "同時",
        "3點建議",
        "99/100",
        "24小時",
        "2個小時",
        "上萬人",
        "第15屆",
    ] {
        assert!(found(text).is_empty(), "{text}: {:?}", found(text));
    }
}

#[test]
fn odd_input_is_read_in_bounded_time() {
    for text in ["", "年", "13月40日", "9999年99月99日", "25:99", "今（99）日"] {
        let _ = found(text);
    }
    let _ = found(&"今".repeat(100_000));
    let _ = found(&"1/".repeat(100_000));
}
