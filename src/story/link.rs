//! Whether two reports tell of one story: by their texts alone, or by less of their texts and what both name. The
//! figures below were set on staged reports with 5 % of their characters changed and on a city's complaints, which are
//! all worded alike and yet about different lamps.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    report::{Names, Report},
    shelf::Known,
};

/// Likeness of two texts that are one text, edited: with 5 % of its characters changed a long one keeps .57 to .85, while
/// reports on similar matters by different hands have less than .2.
const SAME_TEXT: f64 = 0.5;

/// Shingles below which a text is brief: some sixty characters, which are compared one by one. Nobody retells a part of
/// them, and they are like each other because there are few ways to say that a lamp is out; so they must be one text.
const BRIEF: usize = 120;

/// Likeness of two brief texts that are one, edited: with 5 % of its characters changed one keeps .75 and more.
const SAME_BRIEF: f64 = 0.7;

/// Shingles below which a text is short: a sentence. Even one in the same words must name the same place or figure.
const SHORT: usize = 50;

/// Likeness of texts of which parts were taken over, such as a release told in a paper's own words around its
/// sentences.
const RETOLD: f64 = 0.3;

/// Sites and figures, a site among them, in common that are then enough: an event takes place somewhere, and one name is
/// what all shares that stands on one road.
const RETOLD_NAMES: usize = 2;

/// Likeness of reports by different hands on one event, which at the least share its figures and names.
const SAME_EVENT: f64 = 0.1;

/// Sites and figures, some of each, that such reports must have in common, and the part that these must be of all that the one with fewer
/// names: lists of roads and fees meet by chance.
const SAME_EVENT_NAMES: usize = 3;
const SAME_EVENT_PART: usize = 3;

/// Between reports of one event by different hands: later ones are the next event of its kind.
const SAME_EVENT_HOURS: i64 = 24;

/// From how many figures on each side it tells against one story that none is shared.
const TELLING_FIGURES: usize = 3;

/// The share of pairs of characters from which two questions are one question, put in other words. Offices answer different
/// questions with one form.
const SAME_QUESTION: f64 = 0.5;

/// How strongly a report belongs to one that is known, 0 to 1; none when they are two stories.
pub(super) fn strength<Id>(report: &Report<Id>, known: &Known, window: TimeDelta) -> Option<f64> {
    let (sketch, other) = (report.sketch.as_ref()?, known.sketch.as_ref()?);
    let apart = apart(report.at, known.at);
    if apart > window {
        return None;
    }
    let shared = Shared::of(&report.names, &known.names);
    let likeness = sketch.likeness(other);
    let length = sketch.shingles().min(other.shingles());
    let enough = if length < BRIEF { SAME_BRIEF } else { SAME_TEXT };
    let same_text = likeness >= enough && (length >= SHORT || shared.specific() > 0);
    let same_event = length >= BRIEF
        && apart <= TimeDelta::hours(SAME_EVENT_HOURS)
        && shared.matters > 0
        && (likeness >= RETOLD && shared.is_placed() || likeness >= SAME_EVENT && shared.is_event());
    (!shared.contradict && (same_text || same_event)).then_some(likeness)
}

/// What two reports both name.
struct Shared {
    sites: usize,
    figures: usize,
    matters: usize,
    /// Sites and figures of the one that names fewer.
    named: usize,
    /// Each names places, or figures, and none of the other's: the same words about another event.
    contradict: bool,
}

impl Shared {
    fn of(left: &Names, right: &Names) -> Self {
        let (sites, figures) = (common(&left.sites, &right.sites), common(&left.figures, &right.figures));
        let districts = common(&left.districts, &right.districts);
        let elsewhere = |left: &[u64], right: &[u64], common| common == 0 && !left.is_empty() && !right.is_empty();
        let counted = left.figures.len().min(right.figures.len());
        let contradict = elsewhere(&left.districts, &right.districts, districts)
            || elsewhere(&left.sites, &right.sites, sites)
            || (figures == 0 && counted >= TELLING_FIGURES)
            || are_two_questions(&left.asked, &right.asked);
        let named = (left.sites.len() + left.figures.len()).min(right.sites.len() + right.figures.len());
        Self { sites, figures, matters: common(&left.matters, &right.matters), named, contradict }
    }

    /// What hardly two events of one day have in common by chance.
    fn specific(&self) -> usize {
        self.sites + self.figures
    }

    /// Whether what is shared says where, and more than that.
    fn is_placed(&self) -> bool {
        self.sites > 0 && self.specific() >= RETOLD_NAMES
    }

    /// Whether so much is shared that it can only be one event.
    fn is_event(&self) -> bool {
        let both = self.sites > 0 && self.figures > 0;
        both && self.specific() >= SAME_EVENT_NAMES && self.specific() * SAME_EVENT_PART >= self.named
    }
}

/// Whether both headlines ask, and not the same.
fn are_two_questions(left: &[u64], right: &[u64]) -> bool {
    let common = common(left, right);
    let all = left.len() + right.len() - common;
    !left.is_empty() && !right.is_empty() && (common as f64) < SAME_QUESTION * all as f64
}

/// How many numbers two sorted lists share.
fn common(left: &[u64], right: &[u64]) -> usize {
    left.iter().filter(|name| right.binary_search(name).is_ok()).count()
}

/// The time between two reports; none between one without a time and any other.
fn apart(left: Option<DateTime<Utc>>, right: Option<DateTime<Utc>>) -> TimeDelta {
    left.zip(right).map_or(TimeDelta::zero(), |(left, right)| (left - right).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::{Entity, Sketch};

    const WINDOW: TimeDelta = TimeDelta::hours(72);

    /// A text of numbered words.
    fn words(numbers: std::ops::Range<u32>) -> Vec<String> {
        numbers.map(|n| format!("字{n}")).collect()
    }

    fn report(numbers: std::ops::Range<u32>, hour: i64, entities: &[Entity<'_>]) -> Report<()> {
        let words = words(numbers);
        let at = DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        Report::new((), "", Some(at), None, words.iter().map(String::as_str), entities.iter().copied())
    }

    fn check(left: &Report<()>, right: &Report<()>, same: bool) {
        let known =
            |report: &Report<()>| Known { at: report.at, sketch: report.sketch.clone(), names: report.names.clone() };
        for (one, other) in [(left, right), (right, left)] {
            let found = strength(one, &known(other), WINDOW);
            let like = one.sketch.as_ref().zip(other.sketch.as_ref()).map(|(one, other)| Sketch::likeness(one, other));
            assert_eq!(found.is_some(), same, "likeness {like:?}, {:?} and {:?}", left.names, right.names);
        }
    }

    #[test]
    fn an_edited_text_is_the_same_story_within_the_window() {
        let text = report(0..200, 0, &[]);
        check(&text, &report(15..215, 72, &[]), true);
        check(&text, &report(15..215, 73, &[]), false);
        check(&text, &report(120..320, 0, &[]), false);
    }

    #[test]
    fn a_text_without_a_time_is_near() {
        let timeless = Report { at: None, ..report(0..200, 0, &[]) };
        check(&timeless, &report(0..200, 900_000, &[]), true);
    }

    #[test]
    fn the_same_words_about_another_place_are_another_story() {
        let here = report(0..200, 0, &[Entity::District("鳳山區")]);
        check(&here, &report(0..200, 0, &[Entity::District("左營區")]), false);
        check(&here, &report(0..200, 0, &[Entity::District("鳳山區"), Entity::District("左營區")]), true);
        check(&here, &report(0..200, 0, &[]), true);
        let road = report(0..200, 0, &[Entity::Site("五甲二路")]);
        check(&road, &report(0..200, 0, &[Entity::Site("博愛一路")]), false);
    }

    #[test]
    fn the_same_words_with_other_figures_are_another_story() {
        let figures = |from: u32| -> Vec<String> { (from..from + 3).map(|n| format!("{n}人")).collect() };
        let counted = |figures: &[String]| {
            let entities: Vec<Entity<'_>> = figures.iter().map(|figure| Entity::Figure(figure)).collect();
            report(0..200, 0, &entities)
        };
        check(&counted(&figures(10)), &counted(&figures(20)), false);
        check(&counted(&figures(10)), &counted(&figures(12)), true);
    }

    #[test]
    fn one_form_that_answers_two_questions_is_two_stories() {
        let asked = |pairs: &[&'static str]| {
            let pairs: Vec<Entity<'_>> = pairs.iter().map(|pair| Entity::Asked(pair)).collect();
            report(0..200, 0, &pairs)
        };
        let lamp = asked(&["路燈", "燈維", "維修"]);
        check(&lamp, &asked(&["育兒", "兒津", "津貼"]), false);
        check(&lamp, &asked(&["路燈", "燈維", "維修", "修嗎"]), true);
        check(&lamp, &report(0..200, 0, &[]), true);
    }

    #[test]
    fn short_texts_need_something_they_both_name() {
        let lamp = report(0..12, 0, &[]);
        check(&lamp, &lamp, false);
        let named = report(0..12, 0, &[Entity::Site("五甲二路")]);
        check(&named, &named, true);
        check(&report(0..40, 0, &[]), &report(2..42, 0, &[]), true);
        check(&report(0..40, 0, &[]), &report(12..52, 0, &[]), false);
    }

    #[test]
    fn two_complaints_about_one_road_are_two_stories() {
        let named =
            [Entity::Site("五甲二路"), Entity::Site("國泰路"), Entity::Figure("12公"), Entity::Service("light")];
        check(&report(0..50, 0, &named), &report(22..72, 0, &named), false);
        check(&report(0..50, 0, &named), &report(3..53, 0, &named), true);
    }

    #[test]
    fn reports_by_different_hands_meet_in_names_and_figures() {
        let named = [Entity::Site("鳳仁路"), Entity::Figure("52人"), Entity::Figure("320平"), Entity::Service("fire")];
        let one = report(0..200, 0, &named);
        check(&one, &report(150..350, 20, &named), true);
        check(&one, &report(150..350, 30, &named), false);
        check(&one, &report(150..350, 20, named.get(1..).unwrap()), false);
        check(&one, &report(1000..1200, 20, &named), false);
        let two = [Entity::Site("鳳仁路"), Entity::Figure("52人"), Entity::Service("fire")];
        check(&one, &report(90..290, 20, &two), true);
        check(&one, &report(90..290, 20, two.get(1..).unwrap()), false);
    }
}
