//! `clarion train`: learns the weights of the models from labelled texts and writes them with their cards.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};

use super::{dictionary, learn, say};
use crate::{
    classify::Classifier,
    domain::{City, Target},
    train::{self, Corpus},
};

/// Learns the models from labelled texts
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Further labelled rows as JSON Lines: title, text and any of `in_scope`, service, category, agency, unit, kind,
    /// sentiment, `toward_city`; what `clarion corrections export` writes
    rows: Vec<PathBuf>,
    /// The folder of open data (`open1999`, `city_faq`)
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The folder of the texts written for this project
    #[arg(long, value_name = "DIR")]
    written: Option<PathBuf>,
    /// Reports labelled as wrong or right with official statements, whose development half the check learns from with
    /// `misreports.jsonl` of the written texts
    #[arg(long, value_name = "FILE")]
    misreports: Option<PathBuf>,
    /// Learns the weights of the check alone
    #[arg(long)]
    check_only: bool,
    /// The folder the models are written to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A folder of dictionaries that replaces the built-in one
    #[arg(long, value_name = "DIR")]
    dictionaries: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When texts or dictionaries cannot be read, nothing can be learned, or a file cannot be written.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { rows, data, written, misreports, check_only, out, dictionaries } = args;
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let city = dictionary::open(dictionaries.as_deref())?;
    learn::check(&city, written.as_deref(), misreports.as_deref(), &out)?;
    if check_only {
        return Ok(ExitCode::SUCCESS);
    }
    let city = City { models: Vec::new(), ..city };
    let mut examples = train::read_sets(data.as_deref(), written.as_deref(), &city)?;
    for path in &rows {
        examples.extend(train::read_rows(path, &city)?);
    }
    if examples.is_empty() {
        bail!("there is nothing to learn from; name rows, --data or --written");
    }
    let classifier = Classifier::new(&city)?;
    let corpus = Corpus::new(&classifier, examples);
    for target in Target::ALL {
        let Some(model) = corpus.train(target, train::may_ship) else {
            say(&format!("{}: fewer than two labels, not trained", target.name()))?;
            continue;
        };
        let bytes = model.to_bytes(train::Recipe::of(target).kept);
        write(&out, &format!("{}.bin", target.name()), &bytes)?;
        write(&out, &format!("{}.md", target.name()), corpus.card(target, &model, bytes.len()).as_bytes())?;
        say(&format!("{}: {} labels, {} bytes", target.name(), model.labels.len(), bytes.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
