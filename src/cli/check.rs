//! `clarion check`: documents in, what official statements say of their claims out.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use rayon::prelude::*;

use super::{
    dictionary,
    lines::{self, Blank, Input},
};
use crate::{
    check::{Checked, FEATURES, Fact, Quoted, Register},
    domain::Field,
    pipeline::Analyzer,
    wire::{CheckOut, Document, FactIn, FindingOut, QuotedOut},
};

/// Reads documents as JSON Lines and checks them against official statements
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The documents.
    #[command(flatten)]
    input: Input,
    /// The official statements, JSON Lines of id, title, text, agency, `published_at`, `valid_from`, `valid_to`, url
    #[arg(long, value_name = "FILE")]
    facts: PathBuf,
    /// A folder of dictionaries that replaces the built-in one
    #[arg(long, value_name = "DIR")]
    dictionaries: Option<PathBuf>,
    /// Answers with every pair that was compared and what spoke for it, instead of findings
    #[arg(long)]
    explain: bool,
}

/// Statements laid out at once: enough to keep all cores busy, and few enough that what the register does not keep of them
/// takes no room to speak of.
const BATCH: usize = 1024;

/// Runs the command.
///
/// # Errors
/// When dictionaries, statements or input cannot be read, or output cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { input, facts, dictionaries, explain } = args;
    let analyzer = Analyzer::new(&dictionary::open(dictionaries.as_deref())?)?;
    let (register, complete) = read_facts(&analyzer, &facts)?;
    let checker = analyzer.checker(register);
    let done = lines::each_line(&input, Blank::Skip, |line| {
        let document = Document::from_line(line)?;
        let published = document.published();
        let sheet = analyzer.sheet(&document.title, &document.text, published);
        if explain {
            let hits = checker.register().find(&sheet);
            let pairs = checker.candidates(&sheet, published, &hits);
            return Ok(serde_json::to_string(&explained(&document, &sheet, &pairs))?);
        }
        let found = checker.check(&sheet, published);
        Ok(serde_json::to_string(&answer(document, &found, checker.register()))?)
    })?;
    Ok(if complete { done } else { ExitCode::FAILURE })
}

/// Reads the statements; says whether all lines could be.
fn read_facts(analyzer: &Analyzer, path: &Path) -> anyhow::Result<(Register, bool)> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = (1..).zip(BufReader::new(file).lines());
    let mut register = analyzer.register(Vec::new());
    let mut complete = true;
    loop {
        let batch: Vec<(usize, String)> = lines
            .by_ref()
            .take(BATCH)
            .map(|(number, line)| Ok((number, line?)))
            .collect::<io::Result<_>>()
            .with_context(|| format!("cannot read {}", path.display()))?;
        if batch.is_empty() {
            return Ok((register, complete));
        }
        let read: Vec<Result<_, (usize, serde_json::Error)>> = batch
            .par_iter()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                let fact: FactIn = serde_json::from_str(line).map_err(|error| (*number, error))?;
                Ok(laid_out(analyzer, fact))
            })
            .collect();
        let mut facts = Vec::with_capacity(read.len());
        for fact in read {
            match fact {
                Ok(fact) => facts.push(fact),
                Err((number, error)) => {
                    complete = false;
                    // Standard error may be closed; the exit code still tells.
                    let _ = writeln!(io::stderr(), "{} line {number}: {error}", path.display());
                }
            }
        }
        register = register.with(facts);
    }
}

pub(super) fn laid_out(analyzer: &Analyzer, fact: FactIn) -> Fact {
    let (title, text) = (fact.title.unwrap_or_default(), fact.text.unwrap_or_default());
    let published = FactIn::time(fact.published_at.as_deref());
    let valid_from = FactIn::time(fact.valid_from.as_deref());
    Fact {
        sheet: analyzer.sheet(&title, &text, published.or(valid_from)),
        id: fact.id,
        agency: fact.agency.unwrap_or_default(),
        published,
        valid_from,
        valid_to: FactIn::time(fact.valid_to.as_deref()),
        url: fact.url,
    }
}

fn answer(document: Document, checked: &Checked, register: &Register) -> CheckOut {
    let report = [document.title.as_str(), document.text.as_str()];
    let quoted = |it: &Quoted| {
        let fact = it.id.as_deref().and_then(|id| register.get(id));
        let [title, text] = match &fact {
            Some(fact) => [Field::Title, Field::Text].map(|field| fact.sheet.copy(field).original()),
            None if it.id.is_some() => ["", ""],
            None => report,
        };
        QuotedOut::new(it.id.clone(), it.field, (it.span, it.part), (title, text))
    };
    let findings = checked
        .findings
        .iter()
        .map(|finding| FindingOut {
            verdict: finding.verdict.name(),
            kind: finding.kind.name(),
            claim: quoted(&finding.claim),
            fact: finding.fact.as_ref().map(quoted),
            score: finding.score,
            why: finding.why.clone(),
        })
        .collect();
    CheckOut {
        flag: checked.level != crate::check::Level::None,
        level: checked.level.name(),
        score: checked.score,
        findings,
        id: document.id,
    }
}

fn explained(
    document: &Document,
    sheet: &crate::claims::Sheet,
    pairs: &[crate::check::Candidate<'_>],
) -> serde_json::Value {
    let pairs: Vec<serde_json::Value> = pairs
        .iter()
        .map(|pair| {
            let bytes = |span: Option<crate::domain::Span>| span.map(|span| [span.start, span.end]);
            serde_json::json!({
                "ground": format!("{:?}", pair.ground),
                "kind": pair.kind.name(),
                "claim": sheet.written(pair.claim.0, pair.claim.1),
                "claim_part": sheet.written(pair.claim.0, pair.claim_value),
                "claim_field": format!("{:?}", pair.claim.0),
                "claim_span": bytes(sheet.original(pair.claim.0, pair.claim.1)),
                "fact_id": pair.fact.id,
                "fact": pair.fact.sheet.written(pair.truth.0, pair.truth.1),
                "fact_part": pair.fact.sheet.written(pair.truth.0, pair.truth_value),
                "fact_field": format!("{:?}", pair.truth.0),
                "fact_span": bytes(pair.fact.sheet.original(pair.truth.0, pair.truth.1)),
                "former": pair.former,
                "features": FEATURES.iter().zip(pair.features.all()).map(|(name, value)| ((*name).to_owned(), (*value).into())).collect::<serde_json::Map<_, serde_json::Value>>(),
            })
        })
        .collect();
    serde_json::json!({ "id": document.id, "pairs": pairs })
}
