//! `clarion satisfaction`: answers to surveys, from the machine the daemon runs on.

use std::{
    collections::HashMap,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use serde_json::json;

use super::{input, say, with_store};
use crate::{
    app,
    classify::Classifier,
    clock::{Clock, SystemClock},
    domain::{Actor, Survey, Surveyed, masked, taipei},
    store::{Put, Store},
    wire::{self, RowFault, SurveyRead},
};

/// Answers written in one transaction.
const BATCH: usize = 500;

/// Imports what people answered who were asked whether they are content
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = "/etc/clarion/clarion.toml")]
    config: PathBuf,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Imports answers from CSV or JSON Lines: case or `number_1999`, date, score, channel, comment, key. What is there already
    /// is left as it is; personal data in comments is masked before anything is kept
    Import {
        /// The file; `-` is standard input
        file: PathBuf,
    },
}

/// Runs the command.
///
/// # Errors
/// When the configuration is wrong, the database cannot be opened, or the file cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let Args { command: Command::Import { file }, config } = args;
    with_store(&config, async |config, store| {
        let city = app::city(&config.dictionaries.folder)?;
        let classifier = Classifier::new(&city).context("the dictionaries")?;
        import(&store, &classifier, &file).await
    })
}

async fn import(store: &Store, classifier: &Classifier, file: &Path) -> anyhow::Result<ExitCode> {
    let clock = SystemClock::start();
    let now = clock.now();
    let rows = wire::surveys(&input(file)?, taipei(now).date_naive());
    if rows.is_empty() {
        bail!("{} holds no answer; write a table with a head, or JSON Lines", file.display());
    }
    let (mut good, mut refused) = (Vec::new(), 0);
    let mut refuse = |line: usize, why: &dyn std::fmt::Display| {
        refused += 1;
        // Standard error may be closed; the exit code still tells.
        let _ = writeln!(io::stderr(), "第 {line} 行：{why}，未匯入。");
    };
    let mut known: HashMap<String, (usize, Survey)> = HashMap::new();
    for SurveyRead { line, read } in rows {
        let survey = match read {
            Ok(survey) => about_a_case(store, survey).await?,
            Err(fault) => Err(fault),
        };
        let survey = match survey {
            Ok(survey) => Survey { comment: survey.comment.map(|it| covered(classifier, &it)), ..survey },
            Err(fault) => {
                refuse(line, &fault);
                continue;
            }
        };
        match known.get(&survey.key) {
            Some((first, other)) if *other != survey => {
                refuse(line, &format!("與第 {first} 行的識別碼相同但內容不同（可另加識別碼 key 欄區分）"));
            }
            Some(_) => {}
            None => {
                known.insert(survey.key.clone(), (line, survey.clone()));
                good.push(survey);
            }
        }
    }
    let subject = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let (mut new, mut revised, mut same) = (0, 0, 0);
    for batch in good.chunks(BATCH) {
        for put in store.put_surveys(batch.to_vec(), subject.clone(), Actor::command_line(), now).await? {
            match put {
                Put::New => new += 1,
                Put::Revised => revised += 1,
                Put::Same => same += 1,
            }
        }
    }
    say(&json!({ "new": new, "revised": revised, "same": same, "refused": refused }).to_string())?;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The same with the key of its case, which was named by key or by number.
async fn about_a_case(store: &Store, survey: Survey) -> anyhow::Result<Result<Survey, RowFault>> {
    let Surveyed::Case(named) = &survey.about else { return Ok(Ok(survey)) };
    let id = match store.case(named).await? {
        Some(case) => Some(case.id),
        None => match named.parse() {
            Ok(number) => store.case_id(number).await?,
            Err(_) => None,
        },
    };
    Ok(match id {
        Some(id) => Ok(Survey { about: Surveyed::Case(id), ..survey }),
        None => Err(RowFault::NoCase(named.clone())),
    })
}

/// A text whose personal data is covered.
fn covered(classifier: &Classifier, text: &str) -> String {
    let spans: Vec<_> = classifier.personal(text).into_iter().map(|it| it.span).collect();
    masked(text, &spans)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Dictionaries;

    #[test]
    fn a_comment_is_kept_without_what_names_somebody() {
        let classifier = Classifier::new(&Dictionaries::embedded().unwrap()).unwrap();
        let shown = covered(&classifier, "請回電0912-345-678，車號ABC-1234，謝謝1999。");
        assert!(!shown.contains("0912") && !shown.contains("1234") && shown.contains("●●●"), "{shown}");
        assert!(shown.starts_with("請回電") && shown.ends_with("謝謝1999。"), "{shown}");
        assert_eq!(covered(&classifier, "路燈很快就修好了"), "路燈很快就修好了");
    }
}
