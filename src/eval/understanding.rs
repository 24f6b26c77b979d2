//! How well texts are understood: models trained without the held-out fold, asked about the texts of that fold through the
//! whole analysis.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use anyhow::Context as _;
use rayon::prelude::*;

use super::{
    Figure, agreement,
    score::{self, Answer},
    segmentation,
};
use crate::{
    classify::Classifier,
    domain::{Analysis, City, Target},
    pipeline::Analyzer,
    train::{self, Corpus, Example, HELD_OUT, Origin, Recipe},
};

/// Figures and, where wanted, a table of labels behind each.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order measured.
    pub figures: Vec<Figure>,
    /// Under the name of a figure, its labels one by one.
    pub details: Vec<(String, String)>,
    /// What was answered to the texts written for this project.
    pub asked: Vec<Asked>,
}

/// A text of the held-out fold with one of its labels, so that other programs can be asked the same.
#[derive(Debug)]
pub struct Asked {
    /// What the label is about.
    pub target: Target,
    /// The headline.
    pub title: String,
    /// The body.
    pub text: String,
    /// The label.
    pub truth: String,
    /// The best answer; empty where there was none.
    pub answer: String,
}

/// A measure of a list of answers.
type Measure = fn(&[&Answer]) -> f64;

/// Trains on all folds but the held-out one and asks about that.
///
/// # Errors
/// When a set is there but cannot be read, or the models cannot be made.
pub fn measure(data: &Path, written: Option<&Path>, city: &City) -> anyhow::Result<Report> {
    let bare = City { models: Vec::new(), ..city.clone() };
    let examples = train::read_sets(Some(data), written, &bare)?;
    let corpus = Corpus::new(&Classifier::new(&bare)?, examples);
    let models = Target::ALL.into_iter().filter_map(|target| {
        let model = corpus.train(target, |example| train::fold(example) != HELD_OUT)?;
        Some((target, Arc::from(model.to_bytes(Recipe::of(target).kept))))
    });
    let analyzer = Analyzer::new(&City { models: models.collect(), ..bare })?;
    let asked: Vec<(&Example, Analysis)> = corpus
        .examples()
        .par_iter()
        .filter(|example| train::fold(example) == HELD_OUT)
        .map(|example| (example, analyzer.classifier().analyse(title(example), &example.text, example.day)))
        .collect();
    let mut report = Report::default();
    cases(&asked, &mut report);
    with_addresses(&corpus, &analyzer, &mut report);
    questions(&asked, &mut report);
    written_texts(&asked, &mut report);
    report.asked = asked.iter().flat_map(|(example, analysis)| one_by_one(example, analysis)).collect();
    baselines(&corpus, &mut report);
    if let Some(passes) = written.map(|folder| folder.join("passes.tsv")).filter(|path| path.is_file()) {
        report.figures.extend(agreement::measure(&passes)?);
    }
    districts(data, &analyzer, &mut report)?;
    let gold = data.join("segmentation/cityu_gold.txt");
    if gold.is_file() {
        report.figures.push(segmentation::against_gold(&gold, analyzer.segmenter())?);
    }
    let (whole, torn) = segmentation::whole_words(city, analyzer.segmenter());
    report.details.push((whole.name.clone(), torn.join("\n")));
    report.figures.push(whole);
    Ok(report)
}

/// The address of a case is not part of its text.
fn title(example: &Example) -> &str {
    match example.origin {
        Origin::Cases | Origin::Citizens => "",
        _ => &example.title,
    }
}

impl Report {
    fn add(&mut self, name: &str, answers: &[Answer], measure: Measure, target: Option<f64>) {
        if answers.is_empty() {
            return;
        }
        let answers: Vec<&Answer> = answers.iter().collect();
        self.figures.push(Figure {
            name: name.to_owned(),
            reached: measure(&answers),
            of: answers.len(),
            interval: Some(score::interval(&answers, measure)),
            target,
        });
    }

    fn detail(&mut self, name: &str, answers: &[Answer]) {
        self.details.push((name.to_owned(), score::per_label(&answers.iter().collect::<Vec<_>>())));
    }
}

/// The answers of an analysis to a target.
fn ranked(target: Target, analysis: &Analysis) -> Vec<(String, f64)> {
    let polarity =
        |sentiment: crate::domain::Sentiment| vec![(sentiment.label.name().to_owned(), sentiment.score.abs())];
    match target {
        Target::Scope => {
            let Analysis { scope, .. } = analysis;
            vec![if scope.inside { ("yes".into(), scope.score) } else { ("no".into(), 1.0 - scope.score) }]
        }
        Target::Service => analysis.services.iter().map(|it| (it.name.clone(), it.score)).collect(),
        Target::Category => analysis.categories.iter().map(|it| (it.name.clone(), it.score)).collect(),
        Target::Agency => analysis
            .agencies
            .iter()
            .map(|it| {
                let unit = it.unit.as_ref().map_or_else(String::new, |unit| format!("/{unit}"));
                (format!("{}{unit}", it.name), it.score)
            })
            .collect(),
        Target::Kind => vec![(analysis.kind.name().to_owned(), 1.0)],
        Target::Sentiment => polarity(analysis.sentiment),
        Target::TowardCity => polarity(analysis.toward_city),
    }
}

/// The answers to a text written for this project.
fn one_by_one<'a>(example: &'a Example, analysis: &'a Analysis) -> impl Iterator<Item = Asked> {
    let written = Target::ALL.into_iter().filter(|_| example.origin == Origin::Written);
    written.filter_map(|target| {
        let answer = ranked(target, analysis).into_iter().next().map_or_else(String::new, |(label, _)| label);
        let (title, text) = (example.title.clone(), example.text.clone());
        Some(Asked { target, title, text, truth: example.label(target)?.to_owned(), answer })
    })
}

fn answers(asked: &[(&Example, Analysis)], target: Target, take: impl Fn(&Example) -> bool) -> Vec<Answer> {
    let chosen = asked.iter().filter(|(example, _)| take(example));
    chosen
        .filter_map(|(example, analysis)| {
            Some(Answer { truth: example.label(target)?.to_owned(), ranked: ranked(target, analysis) })
        })
        .collect()
}

/// The agency alone, without its unit.
fn without_units(answers: Vec<Answer>) -> Vec<Answer> {
    let agency = |label: &str| label.split('/').next().unwrap_or_default().to_owned();
    answers
        .into_iter()
        .map(|answer| Answer {
            truth: agency(&answer.truth),
            ranked: answer.ranked.iter().map(|(label, sure)| (agency(label), *sure)).collect(),
        })
        .collect()
}

fn cases(asked: &[(&Example, Analysis)], report: &mut Report) {
    let any = |example: &Example| matches!(example.origin, Origin::Cases | Origin::Citizens);
    let own = |example: &Example| example.origin == Origin::Citizens;
    let all = answers(asked, Target::Category, any);
    report.add("1999 category, all: accuracy", &all, score::accuracy, Some(0.91));
    report.add("1999 category, all: macro-F1", &all, score::macro_f1, Some(0.60));
    report.add("1999 category, all: calibration error", &all, score::calibration_error, None);
    report.detail("1999 category", &all);
    report.add(
        "1999 category, citizens: accuracy",
        &answers(asked, Target::Category, own),
        score::accuracy,
        Some(0.82),
    );
    let all = answers(asked, Target::Agency, any);
    report.add("1999 agency with unit, all: accuracy", &all, score::accuracy, None);
    let all = without_units(all);
    report.add("1999 agency, all: accuracy", &all, score::accuracy, Some(0.955));
    report.detail("1999 agency", &all);
    let own = without_units(answers(asked, Target::Agency, own));
    report.add("1999 agency, citizens: accuracy", &own, score::accuracy, Some(0.90));
}

/// The cases as the city's line takes them down, with the line that says where. The models were shown it with every other
/// case; the target is that of the text alone.
fn with_addresses(corpus: &Corpus, analyzer: &Analyzer, report: &mut Report) {
    let placed = corpus.examples().par_iter().filter(|example| {
        let case = matches!(example.origin, Origin::Cases | Origin::Citizens);
        case && !example.title.is_empty() && train::fold(example) == HELD_OUT
    });
    let read = |example: &&Example| analyzer.classifier().analyse(&example.title, &example.text, example.day);
    let asked: Vec<(&Example, Analysis)> = placed.map(|example| (example, read(&example))).collect();
    let all = answers(&asked, Target::Category, |_| true);
    report.add("  with its address, 1999 category: accuracy", &all, score::accuracy, None);
}

fn questions(asked: &[(&Example, Analysis)], report: &mut Report) {
    let all = without_units(answers(asked, Target::Agency, |example| example.origin == Origin::Question));
    report.add("FAQ question → agency: accuracy", &all, score::accuracy, Some(0.86));
    report.add("FAQ question → agency: NDCG", &all, score::ndcg, Some(0.93));
    report.detail("FAQ question → agency", &all);
}

fn written_texts(asked: &[(&Example, Analysis)], report: &mut Report) {
    let written = |example: &Example| example.origin == Origin::Written;
    let scope = answers(asked, Target::Scope, written);
    report.add("in scope: F1", &scope, |answers| score::f1_of(answers, "yes"), Some(0.93));
    report.add("in scope: calibration error", &scope, score::calibration_error, None);
    let kind = answers(asked, Target::Kind, written);
    report.add("kind: accuracy", &kind, score::accuracy, Some(0.85));
    report.detail("kind", &kind);
    let toward = answers(asked, Target::TowardCity, written);
    report.add("toward the city: macro-F1", &toward, score::macro_f1, Some(0.80));
    report.detail("toward the city", &toward);
    let whole = answers(asked, Target::Sentiment, written);
    report.add("sentiment of the text: macro-F1", &whole, score::macro_f1, None);
    let service = answers(asked, Target::Service, written);
    report.add("service: accuracy", &service, score::accuracy, None);
    report.detail("service", &service);
}

/// What naive Bayes on single characters and pairs reaches on the texts written for this project; where it comes close,
/// the texts are too easy.
fn baselines(corpus: &Corpus, report: &mut Report) {
    let measures: [(Target, &str, Measure); 3] = [
        (Target::Scope, "in scope: F1", |answers| score::f1_of(answers, "yes")),
        (Target::Kind, "kind: accuracy", score::accuracy),
        (Target::TowardCity, "toward the city: macro-F1", score::macro_f1),
    ];
    for (target, name, measure) in measures {
        let texts = corpus.examples().iter().filter(|it| it.origin == Origin::Written && it.label(target).is_some());
        let (held_out, known): (Vec<&Example>, Vec<&Example>) = texts.partition(|it| train::fold(it) == HELD_OUT);
        let bayes = Bayes::new(target, &known);
        let answers: Vec<Answer> = held_out
            .iter()
            .map(|example| Answer {
                truth: example.label(target).unwrap_or_default().to_owned(),
                ranked: vec![(bayes.answer(example), 1.0)],
            })
            .collect();
        report.add(&format!("  naive Bayes, {name}"), &answers, measure, None);
    }
}

/// Multinomial naive Bayes with add-one smoothing.
struct Bayes<'a> {
    labels: BTreeMap<&'a str, (f64, BTreeMap<String, f64>, f64)>,
}

impl<'a> Bayes<'a> {
    fn new(target: Target, examples: &[&'a Example]) -> Self {
        let mut labels: BTreeMap<&str, (f64, BTreeMap<String, f64>, f64)> = BTreeMap::new();
        for example in examples {
            let entry = labels.entry(example.label(target).unwrap_or_default()).or_default();
            entry.0 += 1.0;
            for gram in grams(example) {
                *entry.1.entry(gram).or_default() += 1.0;
                entry.2 += 1.0;
            }
        }
        Self { labels }
    }

    fn answer(&self, example: &Example) -> String {
        let grams = grams(example);
        let known: f64 = self.labels.values().map(|(_, counts, _)| counts.len() as f64).sum();
        let chance = |(texts, counts, total): &(f64, BTreeMap<String, f64>, f64)| {
            let seen = |gram: &String| (counts.get(gram).copied().unwrap_or_default() + 1.0) / (total + known);
            texts.ln() + grams.iter().map(|gram| seen(gram).ln()).sum::<f64>()
        };
        let best = self.labels.iter().max_by(|left, right| chance(left.1).total_cmp(&chance(right.1)));
        best.map_or_else(String::new, |(label, _)| (*label).to_owned())
    }
}

fn grams(example: &Example) -> Vec<String> {
    let chars: Vec<char> = format!("{}\n{}", example.title, example.text).chars().collect();
    chars.iter().map(char::to_string).chain(chars.windows(2).map(|pair| pair.iter().collect())).collect()
}

/// The district of a case from its address alone.
fn districts(data: &Path, analyzer: &Analyzer, report: &mut Report) -> anyhow::Result<()> {
    let path = data.join("open1999/cases.jsonl");
    if !path.is_file() {
        return Ok(());
    }
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let answered: Vec<Answer> = text
        .par_lines()
        .filter_map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).ok()?;
            let (district, address) = (row.get("district")?.as_str()?, row.get("address_masked")?.as_str()?);
            // Where roads usually lie was read from the other folds.
            let held_out = train::fold(&Example::new(Origin::Cases, "", address)) == HELD_OUT;
            let found = analyzer.analyse("", address, None).district;
            (held_out && !district.is_empty() && !address.is_empty()).then(|| Answer {
                truth: district.to_owned(),
                ranked: found.map(|name| (name, 1.0)).into_iter().collect(),
            })
        })
        .collect();
    let decided: Vec<Answer> = answered.iter().filter(|answer| !answer.ranked.is_empty()).cloned().collect();
    let share = |answers: &[&Answer]| {
        answers.iter().filter(|answer| !answer.ranked.is_empty()).count() as f64 / answers.len().max(1) as f64
    };
    report.add("address → district: decided", &answered, share, Some(0.80));
    report.add("address → district: right when decided", &decided, score::accuracy, Some(0.985));
    report.detail("address → district", &decided);
    Ok(())
}
