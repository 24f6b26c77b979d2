//! How many published robots.txt cases the reader decides as expected.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::Tally;
use crate::fetch::robots::Rules;

/// The two sets of cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    /// `google_cases.jsonl`: the cases of the RFC's authors.
    pub google: Tally,
    /// `real_file_cases.jsonl`: files of real sites, with crawl delays.
    pub real_files: Tally,
    /// What went wrong: file, line, test, agent and address, one a case.
    pub wrong: Vec<String>,
}

/// Scores the folder `dir`, which holds both case files and the robots.txt they name.
///
/// # Errors
/// A file that cannot be read or a line that is no JSON, with its name and number.
pub fn score(dir: &Path) -> Result<Score> {
    let mut wrong = Vec::new();
    let google = tally(dir, "google_cases.jsonl", "robots, cases of the RFC", &mut wrong)?;
    let real_files = tally(dir, "real_file_cases.jsonl", "robots, files of real sites", &mut wrong)?;
    Ok(Score { google, real_files, wrong })
}

fn tally(dir: &Path, name: &str, title: &str, wrong: &mut Vec<String>) -> Result<Tally> {
    let path = dir.join(name);
    let cases = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut tally = Tally::new(title);
    for (number, line) in (1..).zip(cases.lines()) {
        let case: Value = serde_json::from_str(line).with_context(|| format!("{name}:{number} is no JSON"))?;
        let right = as_expected(dir, &case).with_context(|| format!("{name}:{number}"))?;
        tally.count(right);
        if !right {
            let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
            wrong.push(format!("{name}:{number} {} {} {}", text("test"), text("user_agent"), text("url")));
        }
    }
    Ok(tally)
}

fn as_expected(dir: &Path, case: &Value) -> Result<bool> {
    let text = |key: &str| case.get(key).and_then(Value::as_str);
    let file = match text("robots_file") {
        Some(name) => fs::read(dir.join(name)).with_context(|| format!("cannot read {name}"))?,
        None => text("robots_txt").unwrap_or_default().as_bytes().to_vec(),
    };
    let rules = Rules::parse(&file);
    let agent = text("user_agent").unwrap_or_default();
    Ok(match case.get("allowed").and_then(Value::as_bool) {
        Some(allowed) => rules.allows(agent, text("url").unwrap_or_default()) == allowed,
        // A case without a decision is about the delay: the seconds asked for, or none.
        None => {
            rules.crawl_delay(agent).map(|delay| delay.as_secs_f64()) == case.get("crawl_delay").and_then(Value::as_f64)
        }
    })
}
