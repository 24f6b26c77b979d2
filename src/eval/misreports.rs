//! How well misreports are found and true reports left alone: on the half of the labelled set that nothing was fitted on,
//! on official sentences with one thing made wrong, and on pairs of contradiction of another set.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use rayon::prelude::*;
use serde::Deserialize;

use super::{Figure, Tally, mutate};
use crate::{
    check::{Checked, Checker, Fact, Level},
    domain::City,
    pipeline::Analyzer,
    text::sentences,
    wire::{Document, FactIn, Labelled},
};

/// The normal quantile of a bound that 95 of 100 samples fall within.
const Z: f64 = 1.96;

/// Characters of the shortest official sentence that is made wrong: a shorter one is a heading.
const LEAST_SENTENCE: usize = 20;

/// The share of contradictions that must be found before the precision counts.
const NLI_RECALL: f64 = 0.05;

/// A question of the city's FAQ with its answer.
#[derive(Deserialize)]
struct Row {
    question: String,
    answer: String,
}

/// Two sentences and how the second stands to the first.
#[derive(Deserialize)]
struct Pair {
    sentence1: String,
    sentence2: String,
    label: String,
}

/// Measures the labelled set.
///
/// # Errors
/// When it cannot be read.
pub fn labelled(path: &Path, analyzer: &Analyzer) -> anyhow::Result<Vec<Figure>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines =
        text.lines().map(serde_json::from_str).collect::<Result<Vec<Labelled>, _>>().context("the labelled set")?;
    let facts = lines.iter().flat_map(|line| &line.facts);
    let against = analyzer.checker(analyzer.register(facts.map(|fact| fact_of(analyzer, fact)).collect()));
    let held: Vec<&Labelled> = lines.iter().filter(|line| line.is_held_out()).collect();
    let checked: Vec<(&Labelled, Checked, [bool; 2])> = held
        .into_par_iter()
        .map(|line| {
            let document = Document::from_line(&line.report.to_string())?;
            let found = check(analyzer, &against, &document);
            Ok::<_, serde_json::Error>((line, found, baselines(line, &document)))
        })
        .collect::<Result<_, _>>()
        .context("the labelled set")?;
    let mut figures = Vec::new();
    let flagged = |it: &(&Labelled, Checked, [bool; 2])| it.1.level != Level::None;
    figures.extend(detection("misreports", &checked, flagged, [Some(0.95), Some(0.85), Some(0.99)]));
    let mut pair = Tally::new("misreports: right pair of spans when found");
    let mut kind = Tally::new("misreports: right pair and kind when found");
    let mut sure = Tally::new("misreports: precision at level A");
    for (line, checked, _) in &checked {
        if checked.level == Level::A {
            sure.count(line.flag);
        }
        if line.flag && checked.level != Level::None {
            let best = checked.findings.first();
            let right = best.is_some_and(|best| is_pair(line, best));
            pair.count(right);
            kind.count(right && best.is_some_and(|best| best.kind.name() == line.kind));
        }
    }
    figures.extend([bounded(pair, Some(0.9)), bounded(kind, Some(0.9)), bounded(sure, Some(0.97))]);
    for (at, name) in ["keyword baseline", "number-mismatch baseline"].into_iter().enumerate() {
        let says = |it: &(&Labelled, Checked, [bool; 2])| it.2.get(at).copied().unwrap_or(false);
        figures.extend(detection(name, &checked, says, [None; 3]));
    }
    let mut kinds: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
    for (line, checked, _) in checked.iter().filter(|it| it.0.flag) {
        let name = format!("misreports: found of {} {}", line.verdict, line.kind);
        let tally = kinds.entry((&line.verdict, &line.kind)).or_insert_with(|| Tally::new(&name));
        tally.count(checked.level != Level::None);
    }
    figures.extend(kinds.into_values().map(|tally| bounded(tally, None)));
    Ok(figures)
}

fn detection<T>(
    name: &str,
    checked: &[(&Labelled, T, [bool; 2])],
    flagged: impl Fn(&(&Labelled, T, [bool; 2])) -> bool,
    [precision, recall, alone]: [Option<f64>; 3],
) -> Vec<Figure> {
    let mut right = Tally::new(&format!("{name}: precision"));
    let mut found = Tally::new(&format!("{name}: recall"));
    let mut controls = Tally::new(&format!("{name}: true reports left alone"));
    for it in checked {
        let says = flagged(it);
        if says {
            right.count(it.0.flag);
        }
        if it.0.flag { found.count(says) } else { controls.count(!says) }
    }
    vec![bounded(right, precision), bounded(found, recall), bounded(controls, alone)]
}

/// What two simple programs would say: one that looks for words of alarm, one that looks for a number which no official
/// statement has.
fn baselines(line: &Labelled, report: &Document) -> [bool; 2] {
    const ALARM: [&str; 8] = ["停", "網傳", "爆", "竟", "傳出", "取消", "聽說", "驚"];
    let written = format!("{}{}", report.title, report.text);
    let official: String = line.facts.iter().flat_map(|fact| [&fact.title, &fact.text]).flatten().cloned().collect();
    let numbers = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|it| !it.is_empty()).map(str::to_owned).collect()
    };
    let known = numbers(&official);
    let mismatch = numbers(&written).iter().any(|number| !known.contains(number));
    [ALARM.iter().any(|word| written.contains(word)), mismatch]
}

fn is_pair(line: &Labelled, finding: &crate::check::Finding) -> bool {
    line.is_claim(finding.claim.field, finding.claim.span)
        && finding
            .fact
            .as_ref()
            .is_some_and(|fact| line.is_fact(fact.id.as_deref().unwrap_or_default(), fact.field, fact.span))
}

/// Measures official answers with one thing made wrong, and as they are.
///
/// # Errors
/// When the set is there but cannot be read.
pub fn mutated(data: &Path, city: &City, analyzer: &Analyzer) -> anyhow::Result<Vec<Figure>> {
    let path = data.join("city_faq/kaohsiung_faq.jsonl");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let rows = text.lines().map(serde_json::from_str).collect::<Result<Vec<Row>, _>>().context("the city's FAQ")?;
    let facts = rows.iter().enumerate().map(|(at, row)| Fact {
        id: at.to_string(),
        agency: String::new(),
        published: None,
        valid_from: None,
        valid_to: None,
        url: None,
        sheet: analyzer.sheet(&row.question, &row.answer, None),
    });
    let checker = analyzer.checker(analyzer.register(facts.collect()));
    let flags = |title: &str, text: &str| checker.check(&analyzer.sheet(title, text, None), None).level != Level::None;
    let results: Vec<(bool, Vec<(&'static str, bool)>)> = rows
        .par_iter()
        .flat_map(|row| {
            let sentences: Vec<&str> = sentences(&row.answer)
                .into_iter()
                .filter_map(|span| span.of(&row.answer))
                .filter(|sentence| sentence.chars().count() >= LEAST_SENTENCE)
                .collect();
            sentences
                .into_par_iter()
                .map(|sentence| {
                    let made = mutate::all(city, &analyzer.sheet("", sentence, None));
                    let found = made.iter().map(|it| (it.what, flags(&row.question, &it.text))).collect();
                    (flags(&row.question, sentence), found)
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let mut alone = Tally::new("official sentences as they are: left alone");
    let mut all = Tally::new("official sentences made wrong: found");
    let mut sorts: BTreeMap<&str, Tally> = BTreeMap::new();
    for (flagged, made) in results {
        alone.count(!flagged);
        for (what, found) in made {
            all.count(found);
            let named = || Tally::new(&format!("official sentences made wrong: {what} found"));
            sorts.entry(what).or_insert_with(named).count(found);
        }
    }
    let mut figures = vec![bounded(all, Some(0.9)), bounded(alone, Some(0.995))];
    figures.extend(sorts.into_values().map(|tally| bounded(tally, None)));
    Ok(figures)
}

/// Measures pairs of a set of entailment and contradiction, in Simplified characters brought back.
///
/// # Errors
/// When the set is there but cannot be read.
pub fn contradictions(data: &Path, city: &City, analyzer: &Analyzer) -> anyhow::Result<Vec<Figure>> {
    let path = data.join("nli/ocnli_train_3k.jsonl");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let pairs = text.lines().map(serde_json::from_str).collect::<Result<Vec<Pair>, _>>().context("the pairs")?;
    let back: BTreeMap<char, char> = city.fold.iter().rev().map(|(from, to)| (*to, *from)).collect();
    let traditional = |text: &str| text.chars().map(|c| back.get(&c).copied().unwrap_or(c)).collect::<String>();
    let mut scores: Vec<(f64, bool)> = pairs
        .par_iter()
        .map(|pair| {
            let fact = Fact {
                id: "1".into(),
                agency: String::new(),
                published: None,
                valid_from: None,
                valid_to: None,
                url: None,
                sheet: analyzer.sheet("", &traditional(&pair.sentence1), None),
            };
            let checker = analyzer.checker(analyzer.register(vec![fact]));
            let found = checker.check(&analyzer.sheet("", &traditional(&pair.sentence2), None), None);
            (found.score, pair.label == "contradiction")
        })
        .collect();
    scores.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = scores.iter().filter(|it| it.1).count();
    let mut tally = Tally::new(&format!("contradictions: precision at recall {NLI_RECALL}"));
    for (_, right) in scores.iter().filter(|it| it.0 > 0.0) {
        tally.count(*right);
        if tally.right as f64 >= all as f64 * NLI_RECALL {
            break;
        }
    }
    let mut guess = Tally::new("contradictions: share among all pairs");
    for (_, right) in &scores {
        guess.count(*right);
    }
    // What the hypothesis alone gives away: those who write a contradiction like to write a negation.
    let mut alone = Tally::new("contradictions: precision of a negation in the hypothesis");
    for pair in pairs.iter().filter(|pair| pair.sentence2.contains(['不', '没', '无'])) {
        alone.count(pair.label == "contradiction");
    }
    Ok(vec![bounded(tally, Some(0.8)), bounded(guess, None), bounded(alone, None)])
}

fn check(analyzer: &Analyzer, checker: &Checker, document: &Document) -> Checked {
    let published = document.published();
    checker.check(&analyzer.sheet(&document.title, &document.text, published), published)
}

fn fact_of(analyzer: &Analyzer, fact: &FactIn) -> Fact {
    let published = FactIn::time(fact.published_at.as_deref());
    let (title, text) = (fact.title.as_deref().unwrap_or_default(), fact.text.as_deref().unwrap_or_default());
    Fact {
        id: fact.id.clone(),
        agency: fact.agency.clone().unwrap_or_default(),
        published,
        valid_from: FactIn::time(fact.valid_from.as_deref()),
        valid_to: FactIn::time(fact.valid_to.as_deref()),
        url: fact.url.clone(),
        sheet: analyzer.sheet(title, text, published),
    }
}

/// A figure with the bounds of Wilson (1927), which hold for small counts and shares near 1.
fn bounded(tally: Tally, target: Option<f64>) -> Figure {
    let (share, count) = (tally.share(), tally.total as f64);
    let mut figure = Figure::new(tally, target);
    if count > 0.0 {
        let centre = share + Z * Z / (2.0 * count);
        let reach = Z * (share * (1.0 - share) / count + Z * Z / (4.0 * count * count)).sqrt();
        let scale = 1.0 + Z * Z / count;
        figure.interval = Some(((centre - reach) / scale, (centre + reach) / scale));
    }
    figure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_of_wilson() {
        let mut tally = Tally::new("");
        (0..10).for_each(|at| tally.count(at < 9));
        let (low, high) = bounded(tally, None).interval.unwrap();
        // Newcombe (1998), table I, for 9 of 10 by the score method.
        assert!((low - 0.596).abs() < 0.002 && (high - 0.982).abs() < 0.002, "{low} {high}");
    }
}
