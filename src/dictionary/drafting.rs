//! The files of casework on how a clarification is written: its sentences, and the words it may not have.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{DictionaryError, files};
use crate::domain::{self, Answer, Sentence, Template, Templates};

/// Tables of entries by their names; which there must be is said by [`Sentence`].
type DraftFile = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WordingFile {
    group: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    name: String,
    #[serde(default)]
    answers: Vec<String>,
    reason: String,
    suggestion: String,
    words: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RewriteFile {
    rules: String,
    task: String,
    draft: String,
    report: String,
    statement: String,
}

/// What a language model is told. Without the mark in its rules it could not know what is data.
pub(super) fn rewrite(text: &str) -> Result<domain::RewriteWords, DictionaryError> {
    let file = files::REWRITE;
    let it: RewriteFile =
        toml::from_str(text).map_err(|detail| DictionaryError::Shape { file, detail: Box::new(detail) })?;
    let names = [("task", &it.task), ("draft", &it.draft), ("report", &it.report), ("statement", &it.statement)];
    let value = |entry: &str, value: &str, expected| DictionaryError::Value {
        file,
        entry: entry.to_owned(),
        value: value.to_owned(),
        expected,
    };
    if !it.rules.contains(domain::RewriteWords::MARK) {
        return Err(value("rules", "", "a text that holds {界線}, which marks what is data"));
    }
    if let Some((entry, words)) = names.into_iter().find(|(_, words)| words.trim().is_empty() || words.contains('{')) {
        return Err(value(entry, words, "words without { }"));
    }
    let domain = domain::RewriteWords {
        rules: it.rules,
        task: it.task,
        draft: it.draft,
        report: it.report,
        statement: it.statement,
    };
    Ok(domain)
}

/// The sentences of the first draft.
pub(super) fn templates(text: &str) -> Result<Templates, DictionaryError> {
    let file = files::DRAFT;
    let written: DraftFile =
        toml::from_str(text).map_err(|detail| DictionaryError::Shape { file, detail: Box::new(detail) })?;
    for (table, entries) in &written {
        if let Some(key) = entries.keys().find(|key| Sentence::ALL.iter().all(|it| it.entry() != (table, key.as_str())))
        {
            return Err(DictionaryError::Value {
                file,
                entry: table.clone(),
                value: key.clone(),
                expected: "the entries of the built-in file",
            });
        }
    }
    let mut sentences = BTreeMap::new();
    for sentence in Sentence::ALL {
        let (table, key) = sentence.entry();
        let entry = || format!("{table}.{key}");
        let words = written
            .get(table)
            .and_then(|entries| entries.get(key))
            .ok_or_else(|| DictionaryError::Missing { file, entry: entry() })?;
        let template = Template::parse(words, sentence.slots()).map_err(|fault| DictionaryError::Template {
            file,
            entry: entry(),
            fault,
        })?;
        sentences.insert(sentence, template);
    }
    Ok(Templates::new(sentences))
}

/// The words that stand in the way of publication.
pub(super) fn wording(text: &str) -> Result<Vec<domain::WordGroup>, DictionaryError> {
    let file = files::WORDING;
    let written: WordingFile =
        toml::from_str(text).map_err(|detail| DictionaryError::Shape { file, detail: Box::new(detail) })?;
    written.group.into_iter().map(|group| word_group(file, group)).collect()
}

fn word_group(file: &'static str, group: Group) -> Result<domain::WordGroup, DictionaryError> {
    let answer = |name: &String| {
        Answer::from_name(name).ok_or_else(|| DictionaryError::Value {
            file,
            entry: group.name.clone(),
            value: name.clone(),
            expected: "clarification, apology",
        })
    };
    let named = group.answers.iter().map(answer).collect::<Result<Vec<_>, _>>()?;
    Ok(domain::WordGroup {
        answers: if named.is_empty() { Answer::ALL.to_vec() } else { named },
        name: group.name,
        reason: group.reason,
        suggestion: group.suggestion,
        words: group.words,
        except: group.except,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAFT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/casework/draft.toml"));
    const WORDING: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/casework/wording.toml"));

    #[track_caller]
    fn refused(from: &str, to: &str, parts: &[&str]) {
        assert!(DRAFT.contains(from), "{from}");
        let fault = templates(&DRAFT.replace(from, to)).unwrap_err().to_string();
        assert!(parts.iter().all(|part| fault.contains(part)), "{fault}");
    }

    #[test]
    fn a_fault_names_file_entry_and_the_names_that_may_be_used() {
        templates(DRAFT).unwrap();
        refused("{媒體}", "{報社}", &["casework/draft.toml", "news.title", "{報社}", "{媒體} {日期}"]);
        refused("measures =", "measure =", &["casework/draft.toml", "measure", "built-in"]);
        refused("[footer]", "[foot]", &["casework/draft.toml", "foot"]);
        let one_less: String =
            DRAFT.lines().filter(|line| !line.starts_with("issued_on")).collect::<Vec<_>>().join("\n");
        let fault = templates(&one_less).unwrap_err().to_string();
        assert!(fault.contains("footer.issued_on"), "{fault}");
    }

    #[test]
    fn a_model_is_told_what_is_data_whatever_staff_write() {
        const REWRITE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/casework/rewrite.toml"));
        rewrite(REWRITE).unwrap();
        let fault = rewrite(&REWRITE.replace("「{界線}」", "")).unwrap_err().to_string();
        assert!(fault.contains("rewrite.toml") && fault.contains("{界線}"), "{fault}");
        let fault = rewrite(&REWRITE.replace("task = \"請", "task = \"{稿}請")).unwrap_err().to_string();
        assert!(fault.contains("task"), "{fault}");
    }

    #[test]
    fn words_stand_once_and_each_group_says_why_and_what_to_write() {
        let groups = wording(WORDING).unwrap();
        let mut words: Vec<(&String, Answer)> = groups
            .iter()
            .flat_map(|group| group.words.iter().flat_map(|word| group.answers.iter().map(move |it| (word, *it))))
            .collect();
        let all = words.len();
        words.sort_by_key(|(word, answer)| (word.as_str(), answer.name()));
        let twice: Vec<_> = words.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty() && all >= 150, "{all} {twice:?}");
        for group in &groups {
            assert!(!group.reason.is_empty() && !group.suggestion.is_empty(), "{}", group.name);
            for except in &group.except {
                assert!(group.words.iter().any(|word| except.contains(word.as_str())), "{except} excepts nothing");
            }
        }
        let fault = wording(&WORDING.replacen("\"apology\"", "\"regret\"", 1)).unwrap_err().to_string();
        assert!(fault.contains("regret") && fault.contains("clarification, apology"), "{fault}");
    }
}
