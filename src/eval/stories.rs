//! How well reports of one story are found, on texts of the city that are all on like matters: a copy of a text with one
//! character in twenty changed belongs to it, and two texts on two matters do not.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use anyhow::Context as _;
use rayon::prelude::*;

use super::{Figure, Tally};
use crate::{
    pipeline::Analyzer,
    story::{Limits, Report, Stories},
};

/// Texts of one set that are measured, taken at even distances: enough that a wrong merge in a hundred thousand pairs of one
/// matter shows.
const MOST: usize = 2_000;

/// One character in so many is changed.
const CHANGED: usize = 20;

/// Characters below which a case is short: some fifteen words.
const SHORT: usize = 40;

/// The share of pairs of characters from which two questions are one question, put twice.
const SAME_QUESTION: f64 = 0.5;

/// A text and what tells it from others on the same matter.
struct Sample {
    title: String,
    text: String,
    /// Texts on one matter are alike; only they are held against each other.
    matter: String,
    /// What it is about: the place of a case, the question of an answer.
    about: String,
}

/// What two texts are about is one thing.
type IsSame = fn(&Sample, &Sample) -> bool;

/// Measures the sets that are in the folder of open data.
///
/// # Errors
/// When a set is there but cannot be read.
pub fn measure(data: &Path, analyzer: &Analyzer) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    let cases = rows(data, &["open1999/cases.jsonl"], case)?;
    let answers = rows(data, &["city_faq/kaohsiung_faq.jsonl", "city_faq/taipei_faq.jsonl"], answer)?;
    let sets: [(&str, Vec<Sample>, IsSame); 2] =
        [("1999 cases", cases, |one, other| one.about == other.about), ("FAQ answers", answers, is_same_question)];
    for (name, samples, is_same) in sets {
        if !samples.is_empty() {
            figures.extend(set(name, &samples, is_same, analyzer));
        }
    }
    Ok(figures)
}

fn set(name: &str, samples: &[Sample], is_same: IsSame, analyzer: &Analyzer) -> Vec<Figure> {
    let reports = read(samples, analyzer, |sample| sample.text.clone());
    let mut stories = Stories::new(Limits::default());
    let placed: Vec<usize> = reports.iter().map(|report| stories.place(report).story).collect();
    let edited = read(samples, analyzer, |sample| edited(&sample.text));
    let mut found = Tally::new(&format!("stories, {name} with 5 % edits: recall"));
    let mut short = Tally::new(&format!("stories, {name} under {SHORT} characters: recall"));
    for (report, sample) in edited.iter().zip(samples) {
        let is_found = placed.get(report.id).is_some_and(|story| stories.find(report) == Some(*story));
        found.count(is_found);
        if sample.text.chars().count() < SHORT {
            short.count(is_found);
        }
    }
    let apart = apart(name, samples, &placed, is_same);
    let mut figures = vec![Figure::new(found, Some(0.97))];
    if short.total > 0 {
        figures.push(Figure::new(short, None));
    }
    figures.push(Figure::new(apart, Some(0.9999)));
    figures
}

/// Reports of the samples, numbered. None has a time, so that each counts as near to each: as if all had come on one day.
fn read(samples: &[Sample], analyzer: &Analyzer, text: impl Fn(&Sample) -> String + Sync) -> Vec<Report<usize>> {
    let report = |(number, sample): (usize, &Sample)| {
        let text = text(sample);
        let analysis = analyzer.analyse(&sample.title, &text, None);
        analyzer.report(number, "", (&sample.title, &text), None, &analysis)
    };
    samples.par_iter().enumerate().map(report).collect()
}

/// Of the pairs on one matter that are about two things, those that are two stories.
fn apart(name: &str, samples: &[Sample], placed: &[usize], is_same: IsSame) -> Tally {
    let mut matters: BTreeMap<&str, Vec<(&Sample, usize)>> = BTreeMap::new();
    for (sample, story) in samples.iter().zip(placed) {
        matters.entry(&sample.matter).or_default().push((sample, *story));
    }
    let mut tally = Tally::new("");
    for texts in matters.values() {
        for (place, (sample, story)) in texts.iter().enumerate() {
            for (other, others) in texts.iter().take(place) {
                if !is_same(sample, other) {
                    tally.count(story != others);
                }
            }
        }
    }
    tally.name = format!("stories, unrelated {name}: apart ({} merged)", tally.total - tally.right);
    tally
}

fn is_same_question(one: &Sample, other: &Sample) -> bool {
    let pairs = |text: &str| {
        let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        chars.windows(2).map(<[char]>::to_vec).collect::<BTreeSet<_>>()
    };
    if one.text == other.text {
        return true;
    }
    let (one, other) = (pairs(&one.about), pairs(&other.about));
    let common = one.intersection(&other).count();
    common as f64 >= SAME_QUESTION * (one.len() + other.len() - common) as f64
}

/// The text with one character in twenty, and one at the least, left out, put twice or taken for another of the text.
fn edited(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.is_empty() {
        return String::new();
    }
    let mut dice = Dice(text.bytes().fold(chars.len() as u64, |seed, byte| seed.rotate_left(9) ^ u64::from(byte)));
    let mut changed = BTreeSet::new();
    while changed.len() < (chars.len() / CHANGED).max(1) {
        changed.insert(dice.below(chars.len()));
    }
    let mut edited = String::with_capacity(text.len() + text.len() / CHANGED);
    for (place, c) in chars.iter().enumerate() {
        if !changed.contains(&place) {
            edited.push(*c);
            continue;
        }
        match dice.below(3) {
            0 => {}
            1 => edited.extend([*c, *c]),
            _ => edited.extend(chars.get(dice.below(chars.len()))),
        }
    }
    edited
}

/// Numbers that look like chance and are the same in every run (the multiplier and increment are Knuth's MMIX).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

/// The place of a case is part of what is written of it: the text says 「該處」.
fn case(row: &serde_json::Value) -> Option<Sample> {
    let (address, text) = (row.get("address_masked")?.as_str()?, row.get("text")?.as_str()?);
    Some(Sample {
        title: String::new(),
        text: format!("{address}，{text}"),
        matter: row.get("category_norm")?.as_str()?.to_owned(),
        about: address.to_owned(),
    })
}

fn answer(row: &serde_json::Value) -> Option<Sample> {
    let (question, answer) = (row.get("question")?.as_str()?, row.get("answer")?.as_str()?);
    Some(Sample {
        title: question.to_owned(),
        text: answer.to_owned(),
        matter: row.get("agency").or_else(|| row.get("bureau"))?.as_str()?.to_owned(),
        about: question.to_owned(),
    })
}

/// The rows of those files that are there, at even distances.
fn rows(data: &Path, files: &[&str], sample: fn(&serde_json::Value) -> Option<Sample>) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for path in files.iter().map(|file| data.join(file)).filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let lines: Vec<&str> = text.lines().collect();
        for line in lines.iter().step_by((lines.len() * files.len()).div_ceil(MOST).max(1)) {
            let row = serde_json::from_str(line).with_context(|| format!("{} is not JSON Lines", path.display()))?;
            samples.extend(sample(&row).filter(|sample| !sample.text.trim().is_empty()));
        }
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(about: &str, matter: &str) -> Sample {
        let (matter, about) = (matter.into(), about.into());
        Sample { title: String::new(), text: String::new(), matter, about }
    }

    #[test]
    fn one_character_in_twenty_is_changed_and_the_same_ones_every_time() {
        let text: String = ('一'..).take(200).collect();
        let changed = edited(&text);
        let kept = text.chars().filter(|c| changed.contains(*c)).count();
        assert!((190..=200).contains(&kept) && changed != text, "{changed}");
        assert_eq!(edited(&text), changed);
        assert_eq!(edited(""), "");
        assert!(edited("燈").chars().all(|c| c == '燈'));
    }

    #[test]
    fn only_pairs_on_one_matter_about_two_things_can_be_merged_wrongly() {
        let samples = [sample("a", "路燈"), sample("b", "路燈"), sample("a", "路燈"), sample("c", "積水")];
        let tally = apart("cases", &samples, &[0, 0, 0, 0], |one, other| one.about == other.about);
        assert_eq!(
            (tally.right, tally.total, tally.name.as_str()),
            (0, 2, "stories, unrelated cases: apart (2 merged)")
        );
        assert_eq!(apart("cases", &samples, &[0, 1, 0, 1], |one, other| one.about == other.about).right, 2);
    }

    #[test]
    fn a_question_put_twice_is_one_question() {
        let same = |one: &str, other: &str| {
            is_same_question(&Sample { text: "甲".into(), ..sample(one, "") }, &sample(other, ""))
        };
        assert!(same("如何申請路燈維修？", "請問如何申請路燈維修"));
        assert!(!same("如何申請育兒津貼？", "如何申請老人假牙補助？"));
    }
}
