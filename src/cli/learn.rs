//! The part of `clarion train` that learns what the check weighs pairs by.

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Context;
use rayon::prelude::*;

use super::{check::laid_out, say, train::write};
use crate::{
    check::{Candidate, Checker, Ground},
    claims::Sheet,
    domain::City,
    pipeline::Analyzer,
    train::{Judged, Pair, learn},
    wire::{Document, Labelled},
};

/// The file of labelled pairs among the texts written for this project.
const WRITTEN: &str = "misreports.jsonl";

/// Rows of which there are too few pairs to learn from; `check` weighs them by numbers of its own.
const BY_HAND: [&str; 2] = ["copy", "quotation"];

/// Learns from the labelled pairs of the written texts and from the development half of a labelled set, and writes
/// `check.tsv`; does nothing without either.
///
/// # Errors
/// When a file cannot be read or written.
pub(super) fn check(city: &City, written: Option<&Path>, labelled: Option<&Path>, out: &Path) -> anyhow::Result<()> {
    let own = written.map(|dir| dir.join(WRITTEN)).filter(|path| path.is_file());
    let mut lines = own.map(|path| read(&path)).transpose()?.unwrap_or_default();
    if let Some(path) = labelled {
        lines.extend(read(path)?.into_iter().filter(|line| !line.is_held_out()));
    }
    if lines.is_empty() {
        return Ok(());
    }
    let analyzer = Analyzer::new(city)?;
    let facts: Vec<_> =
        lines.par_iter().flat_map_iter(|line| &line.facts).map(|fact| laid_out(&analyzer, fact.clone())).collect();
    let checker = analyzer.checker(analyzer.register(facts));
    let reports: Vec<Judged> = lines
        .par_iter()
        .map(|line| judged(&analyzer, &checker, line))
        .collect::<Result<_, _>>()
        .context("labelled pairs")?;
    let pairs: Vec<&Pair> = reports.iter().flat_map(|report| &report.pairs).collect();
    let mut table = String::from("row\tfeature\tweight\n");
    for (row, weights) in learn(&reports) {
        let own = || pairs.iter().filter(|pair| pair.row == row);
        say(&format!("check, {row}: {} pairs, {} right", own().count(), own().filter(|pair| pair.right).count()))?;
        for (feature, weight) in weights.iter().filter(|it| it.1.abs() >= 5e-4) {
            writeln!(table, "{row}\t{feature}\t{weight:.3}")?;
        }
    }
    write(out, "check.tsv", table.as_bytes())?;
    write(out, "check.md", card(&lines, &pairs).as_bytes())
}

/// What the weights were learned from.
fn card(lines: &[Labelled], pairs: &[&Pair]) -> String {
    let wrong = lines.iter().filter(|line| line.flag).count();
    let right = pairs.iter().filter(|pair| pair.right).count();
    format!(
        "# check.tsv

Weights of the features of a pair of a claim and an official statement (`check/features.rs`), one row a ground or kind:
a softmax over the pairs of a report and \"none of them\", with weights that all rows share, what each row adds, and a
penalty on large ones, learned by `clarion train`.

- Data: {} labelled reports, {wrong} of them wrong, from `training/misreports.jsonl` and from the development half of
  `tests/golden/misreports.jsonl`: the lines whose id has an even SHA-256. {} pairs, {right} of them where the label says.
  All written for this project by language models working apart from its code; invented events; Apache-2.0.
- A wrong report of which no pair is where the label says counts three tenths, for any of its pairs.
- Held out: the other half of `tests/golden/misreports.jsonl`. `make eval` prints what is reached there.
- Limits: reports that say a thing in quite other words than the statement are not found; numbers that a reporter adds from
  elsewhere may be held against the wrong statement. Sentences taken over and quotations are weighed by hand (`check/weights.rs`).
",
        lines.len(),
        pairs.len(),
    )
}

fn read(path: &Path) -> anyhow::Result<Vec<Labelled>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty()).map(serde_json::from_str);
    lines.collect::<Result<_, _>>().with_context(|| format!("{}", path.display()))
}

fn judged(analyzer: &Analyzer, checker: &Checker, line: &Labelled) -> Result<Judged, serde_json::Error> {
    let document = Document::from_line(&line.report.to_string())?;
    let published = document.published();
    let sheet = analyzer.sheet(&document.title, &document.text, published);
    let pair = |it: &Candidate<'_>| Pair {
        row: it.ground.row(it.kind),
        features: it.features.clone(),
        right: line.flag && is_right(line, &sheet, it),
    };
    let hits = checker.register().find(&sheet);
    let candidates = checker.candidates(&sheet, published, &hits);
    let pairs = candidates.iter().map(pair).filter(|pair| !BY_HAND.contains(&pair.row)).collect();
    Ok(Judged { wrong: line.flag, pairs })
}

/// Whether a pair is where the label says. What is denied or replaced is often said in several clauses of a statement.
fn is_right(line: &Labelled, sheet: &Sheet, it: &Candidate<'_>) -> bool {
    let claim = sheet.original(it.claim.0, it.claim.1).is_some_and(|span| line.is_claim(it.claim.0, span));
    let truth = it.fact.sheet.original(it.truth.0, it.truth.1);
    let loose = matches!(it.ground, Ground::Denial | Ground::Former) && line.is_of(&it.fact.id);
    claim && (loose || truth.is_some_and(|span| line.is_fact(&it.fact.id, it.truth.0, span)))
}
