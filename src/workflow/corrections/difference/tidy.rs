//! The shortest way is not always one that reads well. Two words that happen to stay in a rewritten sentence are noise;
//! so is a mark that stays between two replaced words.

use super::myers::Step;

/// The share of a sentence, in characters, that has to stay for its words to be compared one by one. Below it the whole
/// sentence is shown as replaced.
const LEAST_KEPT: f64 = 0.4;

/// Letters of words between two changes that are taken into them: 的, 在, a comma.
const TINY: usize = 1;

/// The same steps, made readable: sentences that were rewritten as a whole, no tiny words between two changes, and in each
/// change what was removed before what was added.
pub(super) fn tidy<'a>(steps: Vec<Step>, old: &dyn Fn(usize) -> &'a str, new: &dyn Fn(usize) -> &'a str) -> Vec<Step> {
    let mut tidied = Vec::with_capacity(steps.len());
    let mut sentence = Vec::new();
    for step in steps {
        let ends = matches!(step, Step::Keep(left, _) if is_end(old(left)));
        if !ends {
            sentence.push(step);
            continue;
        }
        finish(&std::mem::take(&mut sentence), old, new, &mut tidied);
        tidied.push(step);
    }
    finish(&sentence, old, new, &mut tidied);
    tidied
}

/// Whether a word is the end of a sentence or of a paragraph.
fn is_end(word: &str) -> bool {
    word.chars().any(|c| matches!(c, '。' | '！' | '？' | '；' | '\n'))
}

/// Everything between two ends of sentences that were kept.
fn finish<'a>(steps: &[Step], old: &dyn Fn(usize) -> &'a str, new: &dyn Fn(usize) -> &'a str, tidied: &mut Vec<Step>) {
    let (mut kept, mut removed, mut added) = (0, 0, 0);
    for step in steps {
        match *step {
            Step::Keep(left, _) => kept += letters(old(left)),
            Step::Remove(left) => removed += letters(old(left)),
            Step::Add(right) => added += letters(new(right)),
        }
    }
    let longer = kept + removed.max(added);
    // A sentence put in beside one that stays is no rewriting, however long it is.
    let rewritten = removed > 0 && added > 0 && (kept as f64) < LEAST_KEPT * longer as f64;
    let mut waiting = Change::default();
    for (at, step) in steps.iter().enumerate() {
        match *step {
            Step::Keep(left, right) if rewritten || is_tiny(steps, at, old) => {
                waiting.removed.push(left);
                waiting.added.push(right);
            }
            Step::Keep(..) => {
                waiting.flush(tidied);
                tidied.push(*step);
            }
            Step::Remove(left) => waiting.removed.push(left),
            Step::Add(right) => waiting.added.push(right),
        }
    }
    waiting.flush(tidied);
}

#[derive(Default)]
struct Change {
    removed: Vec<usize>,
    added: Vec<usize>,
}

impl Change {
    fn flush(&mut self, tidied: &mut Vec<Step>) {
        tidied.extend(self.removed.drain(..).map(Step::Remove));
        tidied.extend(self.added.drain(..).map(Step::Add));
    }
}

/// Whether the kept word at `at` belongs to so few letters between two replacements that they read better as one.
fn is_tiny<'a>(steps: &[Step], at: usize, old: &dyn Fn(usize) -> &'a str) -> bool {
    let kept = |step: &&Step| matches!(step, Step::Keep(..));
    let (before, after) = (steps.get(..at).unwrap_or_default(), steps.get(at + 1..).unwrap_or_default());
    let near = |words: usize| words <= TINY + 1;
    let (behind, ahead) = (
        before.iter().rev().take(TINY + 2).take_while(kept).count(),
        after.iter().take(TINY + 2).take_while(kept).count(),
    );
    if !near(behind) || !near(ahead) {
        return false;
    }
    let run = steps.get(at - behind..=at + ahead).unwrap_or_default();
    let size: usize = run.iter().map(|step| if let Step::Keep(left, _) = step { letters(old(*left)) } else { 0 }).sum();
    let replaces = |side: &mut dyn Iterator<Item = &Step>| {
        let change: Vec<&Step> = side.take_while(|step| !matches!(step, Step::Keep(..))).take(64).collect();
        change.iter().any(|step| matches!(step, Step::Remove(_)))
            && change.iter().any(|step| matches!(step, Step::Add(_)))
    };
    size <= TINY && replaces(&mut before.iter().rev().skip(behind)) && replaces(&mut after.iter().skip(ahead))
}

fn letters(word: &str) -> usize {
    word.chars().filter(|c| c.is_alphanumeric()).count()
}
