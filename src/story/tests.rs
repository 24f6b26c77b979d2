//! Stories as a whole, over invented texts.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;

fn hour(hour: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
}

/// A report of the event `event`, told with `variant` of its words changed.
fn report(id: &str, outlet: &str, event: u32, variant: u32) -> Report<String> {
    let words: Vec<String> =
        (0..100).map(|n| if n % 20 == variant { format!("改{n}") } else { format!("事{event}字{n}") }).collect();
    Report::new(id.to_owned(), outlet, Some(hour(0)), None, words.iter().map(String::as_str), [])
}

fn place_all(reports: &[Report<String>]) -> Vec<Placed<String>> {
    let mut stories = Stories::new(Limits::default());
    reports.iter().map(|report| stories.place(report)).collect()
}

#[test]
fn a_story_is_named_by_its_first_report_and_counts_its_outlets() {
    let reports = [
        report("a", "木棉日報", 1, 100),
        report("b", "燈塔新聞", 2, 100),
        report("c", "燈塔新聞", 1, 3),
        report("d", "木棉日報", 1, 4),
    ];
    let placed = place_all(&reports);
    let found: Vec<(&str, bool, usize)> = placed.iter().map(|p| (p.story.as_str(), p.first, p.outlets)).collect();
    assert_eq!(found, [("a", true, 1), ("b", true, 1), ("a", false, 2), ("a", false, 2)]);
}

#[test]
fn texts_without_words_are_no_story_together() {
    let empty = |id: &str| {
        Report::new(id.to_owned(), "", Some(hour(0)), None, [], [Entity::Site("鳳仁路"), Entity::Figure("52人")])
    };
    let placed = place_all(&[empty("a"), empty("b")]);
    assert!(placed.iter().all(|placed| placed.first));
}

#[test]
fn a_story_that_nobody_holds_is_forgotten() {
    let mut stories = Stories::new(Limits { held: 3, ..Limits::default() });
    for n in 0..50 {
        stories.place(&report(&n.to_string(), "", n, 100));
    }
    assert_eq!(stories.told.len(), 3);
    assert!(stories.place(&report("again", "", 0, 100)).first);
    assert_eq!(stories.place(&report("copy", "", 49, 1)).story, "49");
}

#[test]
fn recalled_reports_go_on_with_their_story() {
    let mut stories = Stories::new(Limits::default());
    // The first report of the story is held no longer.
    stories.recall(&report("b", "", 1, 1), &"a".to_owned());
    stories.recall(&report("c", "", 2, 1), &"c".to_owned());
    stories.recall(&report("d", "", 1, 2), &"a".to_owned());
    assert_eq!(stories.find(&report("e", "", 1, 3)).as_deref(), Some("a"));
    assert_eq!(stories.find(&report("f", "", 3, 3)), None);
    assert_eq!(stories.told.len(), 2);
}

#[test]
fn a_story_goes_on_from_report_to_report_beyond_the_window() {
    let mut stories = Stories::new(Limits::default());
    let told = |id: &str, hour, variant| Report { at: Some(self::hour(hour)), ..report(id, "", 1, variant) };
    assert!(stories.place(&told("a", 0, 0)).first);
    assert_eq!(stories.place(&told("b", 60, 1)).story, "a");
    assert_eq!(stories.place(&told("c", 120, 2)).story, "a");
    assert!(stories.place(&told("d", 300, 3)).first);
}

#[test]
fn a_report_from_the_far_future_does_not_push_the_others_out() {
    let mut stories = Stories::new(Limits::default());
    stories.place(&report("a", "", 1, 100));
    stories.place(&Report { at: Some(hour(900_000)), ..report("far", "", 1, 100) });
    assert_eq!(stories.place(&report("b", "", 1, 2)).story, "a");
}

proptest! {
    #[test]
    fn names_of_reports_and_outlets_do_not_decide(
        told in proptest::collection::vec((0..6_u32, 0..5_u32), 1..40),
        shift in 0..40_usize,
    ) {
        let clusters = |name: &dyn Fn(usize) -> String| -> Vec<usize> {
            let reports: Vec<Report<String>> = told
                .iter()
                .enumerate()
                .map(|(n, (event, variant))| report(&name(n), &name(n % 3), *event, *variant))
                .collect();
            let placed = place_all(&reports);
            placed.iter().map(|p| reports.iter().position(|report| report.id == p.story).unwrap()).collect()
        };
        let count = told.len();
        prop_assert_eq!(clusters(&|n| n.to_string()), clusters(&|n| format!("x{}", (n + shift) % count)));
    }
}
