use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::{
    dictionary::Dictionaries,
    domain::{
        Calendar, CalendarDay, CaseLevel, City, ClockStatus, Closure, EscalationTo, Goal, OfficeHours, Profile,
        RestHours,
    },
};

fn city() -> &'static City {
    static CITY: std::sync::OnceLock<City> = std::sync::OnceLock::new();
    CITY.get_or_init(|| Dictionaries::embedded().unwrap())
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).unwrap().to_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn profile(level: CaseLevel) -> &'static Profile {
    city().deadlines.profile(level).unwrap()
}

fn office<'a>(calendar: &'a Calendar, closures: &'a [Closure]) -> Office<'a> {
    Office { deadlines: &city().deadlines, calendar, closures, district: Some("前鎮區") }
}

fn last_due(level: CaseLevel, known: &str, closures: &[Closure]) -> Due {
    due(profile(level), &office(&city().calendar, closures), at(known)).pop().unwrap()
}

fn closure(day: &str, from: Option<&str>, until: Option<&str>, valid_from: &str) -> Closure {
    Closure {
        day: date(day),
        district: None,
        from: from.map(time),
        until: until.map(time),
        valid_from: at(valid_from),
        note: "凱米颱風".into(),
    }
}

#[test]
fn the_hours_that_count_are_told_day_by_day() {
    let why = last_due(CaseLevel::B, "2026-03-17T10:00", &[]).why;
    assert_eq!(
        why,
        [
            "B 級（一般）：應於知悉後上班時間 4 小時內完成「發布回應」，至遲為當日 17:00；16:00 以後或非上班日知悉者，視同次一上班日收件，至遲為該日 12:00。",
            "115年3月17日（二）10:00知悉，即時起算。",
            "3月17日（二）計入 10:00 至 12:00、13:30 至 15:30，共 4 小時。",
            "12:00 至 13:30 午休不計。",
            "上班時間滿 4 小時為3月17日（二）15:30，即為期限。",
            "依據：行政院會議紀錄：希望各部會於4小時內回應；當日17:00截止為本系統預設。",
        ]
    );
}

#[test]
fn a_matter_known_before_the_spring_festival_tells_the_holidays_by_name() {
    // Friday 13 February 2026, after the cut-off; the offices are shut from Saturday 14 to Sunday 22.
    let due = last_due(CaseLevel::B, "2026-02-13T16:30", &[]);
    assert_eq!(due.at, at("2026-02-23T12:00"));
    let off = "2月14日（六）至2月22日（日）放假（週末、小年夜、農曆除夕、春節、補假），不計。";
    assert!(due.why.iter().any(|why| why == off), "{:#?}", due.why);
    assert!(
        due.why.iter().any(|why| why.contains("已在當日 16:00 以後，視同次一上班日收件，自2月23日（一）08:00起算"))
    );
}

#[test]
fn a_closure_in_the_middle_of_the_day_moves_the_cap_and_says_so() {
    let closures = [closure("2024-07-25", Some("12:00"), None, "2024-07-25T11:00")];
    let due = last_due(CaseLevel::B, "2024-07-25T09:00", &closures);
    assert_eq!(due.at, at("2024-07-26T09:00"), "three hours before noon, one on the next day");
    for told in [
        "7月25日（四）全市 12:00 起停止上班（凱米颱風），停班時間不計。",
        "7月25日（四）計入 09:00 至 12:00，共 3 小時。",
        "7月26日（五）計入 08:00 至 09:00，共 1 小時。",
        "7月25日（四）17:00逢停止上班，至遲時間順延為7月26日（五）12:00。",
    ] {
        assert!(due.why.iter().any(|why| why == told), "{told}\n{:#?}", due.why);
    }
    let grave = last_due(CaseLevel::A, "2024-07-25T11:00", &closures);
    assert_eq!(grave.at, at("2024-07-25T13:00"));
    assert!(grave.why[0].contains("颱風停班均不扣除"), "{:#?}", grave.why);
}

#[test]
fn a_closure_that_was_known_late_tells_which_hours_were_worked() {
    let closures = [closure("2024-07-25", None, None, "2024-07-25T10:20")];
    let due = last_due(CaseLevel::B, "2024-07-25T08:30", &closures);
    assert_eq!(due.at, at("2024-07-26T10:10"), "110 minutes before it was known, 130 on the next day");
    let told = "7月25日（四）全市全日停止上班（凱米颱風），惟7月25日（四）10:20始得知，此前照常計入，停班時間不計。";
    assert!(due.why.iter().any(|why| why == told), "{:#?}", due.why);
}

#[test]
fn working_days_are_told_with_what_was_left_out() {
    let why = last_due(CaseLevel::C, "2025-12-23T10:00", &[]).why;
    assert_eq!(
        why[1..6],
        [
            "114年12月23日（二）10:00知悉，當日為始日，不計入。",
            "12月25日（四）放假（行憲紀念日），不計。",
            "12月27日（六）至12月28日（日）放假（週末），不計。",
            "115年1月1日（四）放假（開國紀念日），不計。",
            "計入12月24日（三）、12月26日（五）、12月29日（一）、12月30日（二）、12月31日（三）、115年1月2日（五），共 6 個工作日。",
        ]
    );
}

#[test]
fn warnings_come_at_half_of_the_office_hours_and_shortly_before_the_end() {
    // Four hours from 10:00: half has passed at 12:00, a quarter of an hour is left at 15:15.
    let day = last_due(CaseLevel::B, "2026-03-17T10:00", &[]);
    assert_eq!(day.warnings(), [at("2026-03-17T12:00"), at("2026-03-17T15:15")]);
    // Known on Friday evening: nobody is warned on Saturday.
    let night = last_due(CaseLevel::B, "2026-03-20T20:00", &[]);
    assert_eq!(night.warnings(), [at("2026-03-23T10:00"), at("2026-03-23T11:45")]);
    // Due at 08:10, ten minutes after the offices open: the warning comes in the last five minutes of the day before.
    let closures = [closure("2024-07-25", Some("14:00"), None, "2024-07-25T08:00")];
    let split = last_due(CaseLevel::B, "2024-07-25T08:40", &closures);
    assert_eq!((split.at, split.near), (at("2024-07-26T08:10"), at("2024-07-25T13:55")));
    let grave = last_due(CaseLevel::A, "2026-03-17T23:30", &[]);
    assert_eq!(grave.warnings(), [at("2026-03-18T00:30"), at("2026-03-18T01:15")]);
}

#[test]
fn a_clock_runs_passes_half_draws_near_and_is_overdue() {
    let due = last_due(CaseLevel::A, "2026-03-17T09:00", &[]);
    let minutes = TimeDelta::minutes;
    for (now, expect) in [
        ("2026-03-17T09:59", ClockStatus::Running(minutes(61))),
        ("2026-03-17T10:00", ClockStatus::HalfPassed(minutes(60))),
        ("2026-03-17T10:45", ClockStatus::Near(minutes(15))),
        ("2026-03-17T11:00", ClockStatus::Near(minutes(0))),
        ("2026-03-17T11:01", ClockStatus::Overdue(minutes(1))),
    ] {
        assert_eq!(status(&due, at(now)), expect, "{now}");
    }
}

#[test]
fn the_next_warning_of_a_matter_that_can_wait_comes_in_the_morning() {
    let quiet = &city().deadlines.quiet;
    let dues = due(profile(CaseLevel::A), &office(&city().calendar, &[]), at("2026-03-17T23:00"));
    assert_eq!(next_warning(&dues, quiet, CaseLevel::A, at("2026-03-17T23:00")), Some(at("2026-03-17T23:15")));
    assert_eq!(next_warning(&dues, quiet, CaseLevel::B, at("2026-03-17T23:00")), Some(at("2026-03-18T07:00")));
    assert_eq!(next_warning(&dues, quiet, CaseLevel::A, at("2026-03-18T01:00")), None);
}

#[test]
fn the_chain_goes_on_until_somebody_acknowledges() {
    let told = |level, alerted: &str, acknowledged, now: &str| -> Vec<EscalationTo> {
        let steps = escalations(&city().deadlines, level, at(alerted), acknowledged, at(now));
        steps.into_iter().map(|(to, _)| to).collect()
    };
    let day = "2026-03-17T10:00";
    assert_eq!(told(CaseLevel::A, day, false, "2026-03-17T10:09"), []);
    assert_eq!(told(CaseLevel::A, day, false, "2026-03-17T10:10"), [EscalationTo::Assignee]);
    assert_eq!(
        told(CaseLevel::A, day, false, "2026-03-17T10:29"),
        [EscalationTo::Assignee, EscalationTo::SectionChief]
    );
    assert_eq!(told(CaseLevel::A, day, false, "2026-03-18T10:00"), EscalationTo::ALL);
    assert_eq!(told(CaseLevel::A, day, true, "2026-03-18T10:00"), []);
    assert_eq!(told(CaseLevel::A, "2026-03-17T03:00", false, "2026-03-17T03:30"), EscalationTo::ALL, "at every hour");
    assert_eq!(told(CaseLevel::B, "2026-03-17T03:00", false, "2026-03-17T07:09"), [], "quiet hours");
}

#[test]
fn a_chain_that_runs_into_the_night_goes_on_step_by_step_in_the_morning() {
    let steps = escalations(&city().deadlines, CaseLevel::B, at("2026-03-17T21:45"), false, at("2026-03-18T08:00"));
    let times: Vec<_> = steps.into_iter().map(|(_, at)| at).collect();
    assert_eq!(times, [at("2026-03-17T21:55"), at("2026-03-18T07:05"), at("2026-03-18T07:15")]);
}

#[test]
fn quiet_hours_within_one_day_and_none_at_all() {
    let quiet = |from, until| RestHours { levels: vec![CaseLevel::C], from: time(from), until: time(until) };
    let of = |quiet: &RestHours, from| heard(quiet, CaseLevel::C, at(from), TimeDelta::minutes(10));
    assert_eq!(of(&quiet("12:00", "13:30"), "2026-03-17T12:10"), at("2026-03-17T13:40"));
    assert_eq!(of(&quiet("12:00", "13:30"), "2026-03-17T11:50"), at("2026-03-17T13:30"), "quiet from twelve on");
    assert_eq!(of(&quiet("12:00", "12:00"), "2026-03-17T12:00"), at("2026-03-17T12:10"), "none");
}

#[test]
fn reports_go_up_three_times_a_day() {
    let slot = |now| next_slot(&city().deadlines.slots, at(now)).unwrap();
    assert_eq!(slot("2026-03-17T10:29"), at("2026-03-17T10:30"));
    assert_eq!(slot("2026-03-17T10:30"), at("2026-03-17T14:30"));
    assert_eq!(slot("2026-03-17T18:30"), at("2026-03-18T10:30"));
    assert_eq!(next_slot(&[], at("2026-03-17T18:30")), None);
}

#[test]
fn what_is_open_and_not_yet_due_says_nothing_of_the_rate() {
    let due = at("2026-03-17T12:00");
    let goals = [
        (due, Some(due)),
        (due, Some(at("2026-03-17T12:01"))),
        (due, None),
        (at("2026-03-18T12:00"), None),
        (due, Some(at("2026-03-17T09:00"))),
    ];
    let counted = on_time(goals, at("2026-03-17T15:00"));
    assert_eq!(counted, OnTime { on_time: 2, counted: 4 });
    assert_eq!(counted.rate(), Some(0.5));
    assert_eq!(on_time([], due).rate(), None);
}

#[test]
fn an_extension_needs_a_reason_and_ends_within_thirty_days() {
    let timed = &profile(CaseLevel::C).goals[0];
    let known = at("2026-03-02T10:00");
    let extend = |to: &str, reason: &str| {
        let office = office(&city().calendar, &[]);
        // Six working days after Monday 2 March end on Tuesday 10 March.
        extended(timed, &office, (known, at("2026-03-10T17:30")), date(to), reason)
    };
    assert_eq!(extend("2026-03-20", "  ").unwrap_err(), ExtensionFault::NoReason);
    assert_eq!(extend("2026-03-10", "會勘").unwrap_err(), ExtensionFault::NotLater(date("2026-03-10")));
    // Thirty days after 2 March is Wednesday 1 April.
    assert_eq!(extend("2026-04-02", "會勘").unwrap_err(), ExtensionFault::TooLong(date("2026-04-01")));
    assert_eq!(extend("2026-04-01", "會勘").unwrap().at, at("2026-04-01T17:30"));
    let weekend = extend("2026-03-21", "須辦理會勘").unwrap();
    assert_eq!(weekend.at, at("2026-03-23T17:30"), "a Saturday moves on to Monday");
    assert!(weekend.why[0].contains("原因：須辦理會勘；應以書面告知陳情人"), "{:?}", weekend.why);
    let publish = &profile(CaseLevel::B).goals[0];
    let office = office(&city().calendar, &[]);
    let fault = extended(publish, &office, (known, known), date("2026-03-20"), "會勘").unwrap_err();
    assert_eq!(fault, ExtensionFault::NotInDays);
}

#[test]
fn an_extension_whose_thirtieth_day_is_a_holiday_may_end_behind_it() {
    // Thirty days after 6 March 2026 is Sunday 5 April; Monday the 6th is a day off in its place.
    let office = office(&city().calendar, &[]);
    let timed = &profile(CaseLevel::C).goals[0];
    let known = at("2026-03-06T10:00");
    let due = extended(timed, &office, (known, at("2026-03-16T17:30")), date("2026-04-07"), "會勘").unwrap();
    assert_eq!(due.at, at("2026-04-07T17:30"));
    assert!(extended(timed, &office, (known, at("2026-03-16T17:30")), date("2026-04-08"), "會勘").is_err());
}

#[test]
fn an_empty_calendar_counts_monday_to_friday_and_says_so() {
    let empty = Calendar::default();
    let due = due(profile(CaseLevel::B), &office(&empty, &[]), at("2026-02-13T17:00")).pop().unwrap();
    assert_eq!(due.at, at("2026-02-16T12:00"), "a Monday, though it is 農曆除夕");
    assert!(due.why.iter().any(|why| why.contains("未載於辦公日曆，暫依週一至週五上班推算")), "{:#?}", due.why);
}

#[test]
fn a_calendar_that_ends_while_the_clock_runs_is_continued() {
    let due = last_due(CaseLevel::C, "2027-12-30T10:00", &[]);
    // Friday 31 December is off; Monday 3 to Monday 10 January are taken for worked.
    assert_eq!(due.at, at("2028-01-10T17:30"));
    assert!(due.why.iter().any(|why| why.starts_with("117年1月1日（六）未載於辦公日曆")), "{:#?}", due.why);
}

#[test]
fn moments_at_both_ends_of_time_do_not_stop_the_clock() {
    for known in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for level in CaseLevel::ALL {
            let dues = due(profile(level), &office(&city().calendar, &[]), known);
            assert!(dues.iter().all(|due| due.at >= known), "{known}");
        }
    }
}

/// Any minute from December 2024 to March 2026.
fn minute() -> impl Strategy<Value = DateTime<Utc>> {
    (0..690_000_i64).prop_map(|minute| at("2024-12-01T00:00") + TimeDelta::minutes(minute))
}

prop_compose! {
    /// Closures close to each other, so that they meet the clock.
    fn closures()(
        first in 0..480_u64,
        rest in prop::collection::vec(
            (0..12_u64, prop::option::of(0..24_u32), prop::option::of(0..24_u32), -48..30_i64, prop::option::of(prop::bool::ANY)),
            0..8,
        ),
    ) -> Vec<Closure> {
        rest.into_iter()
            .map(|(day, from, until, hours, here)| {
                let day = date("2024-12-01") + Days::new(first + day);
                Closure {
                    day,
                    district: here.map(|here| if here { "前鎮區".into() } else { "鳳山區".into() }),
                    from: from.and_then(|hour| NaiveTime::from_hms_opt(hour, 30, 0)),
                    until: until.and_then(|hour| NaiveTime::from_hms_opt(hour, 0, 0)),
                    valid_from: instant(day.and_time(NaiveTime::MIN)) + TimeDelta::hours(hours),
                    note: String::new(),
                }
            })
            .collect()
    }
}

/// The moment within a week of the first closure, where there is one.
fn near(closures: &[Closure], minutes: i64) -> DateTime<Utc> {
    let first = closures.iter().map(|it| it.day).min().unwrap_or(date("2025-01-24"));
    instant(first.and_time(NaiveTime::MIN)) + TimeDelta::minutes(minutes)
}

fn dues(closures: &[Closure], known: DateTime<Utc>) -> Vec<Due> {
    let office = office(&city().calendar, closures);
    CaseLevel::ALL.iter().flat_map(|level| due(profile(*level), &office, known)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nothing_is_due_before_it_was_known(known in minute(), closures in closures(), minutes in -10_000..20_000_i64) {
        for known in [known, near(&closures, minutes)] {
            for due in dues(&closures, known) {
                prop_assert!(due.at >= known && due.half <= due.at && due.near <= due.at, "{due:?}");
                prop_assert!(due.warnings().iter().all(|at| *at > known && *at <= due.at), "{due:?}");
                prop_assert!(due.why.len() >= 3, "{due:?}");
            }
        }
    }

    #[test]
    fn what_was_known_later_is_not_due_earlier(
        closures in closures(),
        minutes in -10_000..20_000_i64,
        more in 0..3_000_i64,
    ) {
        let (first, then) = (near(&closures, minutes), near(&closures, minutes + more));
        for (first, then) in dues(&closures, first).into_iter().zip(dues(&closures, then)) {
            prop_assert!(first.at <= then.at, "{first:#?}\n{then:#?}");
        }
    }

    #[test]
    fn a_further_closure_makes_nothing_due_earlier(closures in closures(), minutes in -10_000..20_000_i64) {
        let known = near(&closures, minutes);
        let fewer = closures.split_last().map_or(closures.as_slice(), |(_, fewer)| fewer);
        for (before, after) in dues(fewer, known).into_iter().zip(dues(&closures, known)) {
            prop_assert!(before.at <= after.at, "{before:#?}\n{after:#?}");
        }
    }

    #[test]
    fn no_calendar_stops_the_clock(
        off in prop::collection::vec(prop::bool::weighted(0.8), 0..60),
        hours in (0..12_u32, 12..24_u32),
        minutes in 0..100_000_i64,
    ) {
        let day = |(n, off): (u64, bool)| CalendarDay { date: date("2026-03-01") + Days::new(n), off, note: String::new() };
        let calendar = Calendar::new((0..).zip(off).map(day).collect());
        let period = (NaiveTime::from_hms_opt(hours.0, 0, 0).unwrap(), NaiveTime::from_hms_opt(hours.1, 0, 0).unwrap());
        let deadlines = crate::domain::Deadlines {
            office: OfficeHours::new(vec![period]).unwrap(),
            ..city().deadlines.clone()
        };
        let office = Office { deadlines: &deadlines, calendar: &calendar, closures: &[], district: None };
        let known = at("2026-02-01T00:00") + TimeDelta::minutes(minutes);
        for level in CaseLevel::ALL {
            for due in due(profile(level), &office, known) {
                prop_assert!(due.at >= known && (due.goal != Goal::Answer || due.at > known), "{due:?}");
            }
        }
    }
}
