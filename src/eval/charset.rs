//! Charset detection against files of known charset: `index.jsonl` names each file and its true charset.

use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

use super::tally::Tally;
use crate::extract::charset::{self, CharsetError};

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharsetScore {
    /// Files in a charset that can be decoded.
    pub named: Tally,
    /// Files in a charset that must be refused by its name.
    pub refused: Tally,
    /// File, true charset and what was answered, for each wrong answer.
    pub wrong: Vec<(String, String, String)>,
}

#[derive(Deserialize)]
struct Row {
    file: String,
    true_charset: String,
}

/// Decodes every file of the index without help from HTTP. GB2312, GBK and GB18030 are one family.
///
/// # Errors
/// When the index or a file cannot be read.
pub fn score(dir: &Path) -> anyhow::Result<CharsetScore> {
    let path = dir.join("index.jsonl");
    let index = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let mut score =
        CharsetScore { named: Tally::new("charset named"), refused: Tally::new("charset refused"), wrong: Vec::new() };
    for line in index.lines().filter(|line| !line.trim().is_empty()) {
        let row: Row = serde_json::from_str(line).with_context(|| format!("a row of {}", path.display()))?;
        let path = dir.join(&row.file);
        let body = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let answer = match charset::decode(&body, None) {
            Ok(decoded) => decoded.charset,
            Err(CharsetError::Unsupported(name) | CharsetError::NotText(name)) => name,
        };
        let truth = row.true_charset.to_ascii_lowercase();
        let right = family(answer) == family(&truth);
        if truth == "euc-tw" { &mut score.refused } else { &mut score.named }.count(right);
        if !right {
            score.wrong.push((row.file, truth, answer.to_owned()));
        }
    }
    Ok(score)
}

fn family(label: &str) -> &str {
    if matches!(label, "gb2312" | "gbk") { "gb18030" } else { label }
}
