//! One version of a report: whether a claim still stands in it, whether it is only told as an error, and whether what the
//! city says stands beside it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    phrases::{
        ADMITS, ASKS, CITY, DENIALS, EARLIER, GONE, HEARSAY, MISTAKEN, NEGATING_ENDS, NEGATORS, NO_NEGATORS,
        NOTE_HEADS, NOTE_WORDS, POINTING, REFUTED, RIGHTED, SAYING, TURNS, WALL, has,
    },
    value::{Laid, Value, pairs, share},
};
use crate::{
    domain::{Field, Span, WrongClaim},
    text::{Lexicon, Normaliser},
};

/// Characters before a value within which a negator belongs to it.
const NEAR: usize = 8;

/// The share of a clause's pairs of characters that a sentence needs to be about the same thing: for values that stand for
/// many things (3人), and for those that hardly do (25億元), when they stood elsewhere in the report from the beginning.
const SAME_MATTER: f64 = 0.3;
const SAME_TELLING_MATTER: f64 = 0.1;

/// A clause with another value is about the same thing from this share on.
const SAME_CLAUSE: f64 = 0.5;

/// The share of a headline of ours that a report needs to have taken it over.
const TAKEN_OVER: f64 = 0.9;

/// Characters of a sentence of ours that is no accident in a report.
const LEAST_SENTENCE: usize = 14;

/// A page that shrank to less than this is a notice that it is gone, unless it says otherwise.
const GONE_SHARE: f64 = 0.2;

/// A page that shrank to less than this may be cut off by a wall, or say that it is gone.
const CUT_SHARE: f64 = 0.5;

/// One version, read.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) title: Laid,
    pub(super) text: Laid,
}

impl Page {
    pub(super) fn new(title: &str, text: &str, normaliser: &Normaliser, day: Option<NaiveDate>) -> Self {
        let canonical = |text: &str| normaliser.normalise(text).text().to_owned();
        Self { title: Laid::new(canonical(title), true, day), text: Laid::new(canonical(text), false, day) }
    }

    pub(super) fn field(&self, field: Field) -> &Laid {
        match field {
            Field::Title => &self.title,
            Field::Text => &self.text,
        }
    }

    fn length(&self) -> f64 {
        self.text.text.chars().filter(|c| c.is_alphanumeric()).count() as f64
    }
}

/// A claim, read.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) wrong: Value,
    pub(super) official: Option<Value>,
    /// What the clause is about, without its value.
    matter: BTreeSet<(char, char)>,
    field: Field,
    clause: String,
}

impl Claim {
    /// Reads a claim. One that is not found in the version it was found in by its value is looked for by its whole clause.
    pub(super) fn new(claim: &WrongClaim, base: &Page, normaliser: &Normaliser, day: Option<NaiveDate>) -> Self {
        let canonical = |text: &str| normaliser.normalise(text).text().to_owned();
        let (clause, part) = (canonical(&claim.clause), canonical(&claim.wrong));
        let official = claim.official.as_deref().map(canonical).filter(|official| !official.trim().is_empty());
        let mut read = Self {
            wrong: Value::read(&part, claim.kind, day),
            official: official.map(|official| Value::read(&official, claim.kind, day)),
            matter: pairs(&clause.replace(&part, " ")),
            field: claim.field,
            clause,
        };
        let found = [Field::Title, Field::Text].into_iter().any(|field| !read.standing(base, base, field).is_empty());
        if !found {
            read.wrong = Value::Words(read.clause.clone());
        }
        read
    }

    /// Where the claim stands as something that is so.
    pub(super) fn standing(&self, page: &Page, base: &Page, field: Field) -> Vec<Span> {
        let laid = page.field(field);
        let right = self.rights(laid);
        let stands = |span: &Span| {
            self.is_about(laid, base, field, *span)
                && !self.is_told_as_error(laid, *span, field == Field::Title, &right)
        };
        self.written(laid, &right).into_iter().filter(stands).collect()
    }

    /// Whether the value stands anywhere, in whatever sense.
    fn is_written(&self, page: &Page) -> bool {
        [&page.title, &page.text].into_iter().any(|laid| !self.written(laid, &self.rights(laid)).is_empty())
    }

    fn written(&self, laid: &Laid, right: &[Span]) -> Vec<Span> {
        let mut places = self.wrong.places(laid);
        if let Value::Words(own) = &self.wrong {
            // 養工處 within 養工處養護科 is the official value, and a sentence nearer to the official words is theirs.
            let official =
                self.official.as_ref().map(|it| if let Value::Words(it) = it { pairs(it) } else { pairs("") });
            let own = pairs(own);
            places.retain(|span| {
                let inside = right.iter().any(|it| it.overlaps(*span) && it.len() > span.len());
                let nearer = right.contains(span)
                    && official.as_ref().is_some_and(|it| share(it, laid.at(*span)) >= share(&own, laid.at(*span)));
                !inside && !nearer
            });
        }
        places
    }

    /// Where the official value stands.
    fn rights(&self, laid: &Laid) -> Vec<Span> {
        let wrong = self.wrong.places(laid);
        let mut places = self.official.as_ref().map(|official| official.fair_places(laid)).unwrap_or_default();
        if !matches!(self.wrong, Value::Words(_)) {
            places.retain(|span| !wrong.contains(span));
        }
        places
    }

    /// Whether the official value stands in the page as something that is so.
    pub(super) fn official_stands(&self, laid: &Laid) -> bool {
        self.rights(laid).into_iter().any(|span| !negated(before(laid, span)))
    }

    fn is_about(&self, laid: &Laid, base: &Page, field: Field, span: Span) -> bool {
        let Some(sentence) = laid.sentence_of(span).and_then(|at| laid.sentences.get(at)) else { return false };
        let words = laid.at(*sentence);
        let common = share(&self.matter, words);
        if self.wrong.is_telling() {
            let old = field == Field::Text && base.text.text.contains(words) && !words.contains(&self.clause);
            let pointed = POINTING.iter().any(|it| before(laid, span).ends_with(it));
            return !old || pointed || common >= SAME_TELLING_MATTER || self.field == Field::Title;
        }
        let least = if field == Field::Title { SAME_MATTER * 0.5 } else { SAME_MATTER };
        common >= least
    }

    /// Whether the value at `span` is told as an error, as hearsay that is denied, or as not so.
    fn is_told_as_error(&self, laid: &Laid, span: Span, headline: bool, right: &[Span]) -> bool {
        let head = before(laid, span);
        let tail = behind(laid, span);
        // What was said before it was somebody else's turn does not reach this value.
        let head = TURNS
            .iter()
            .filter_map(|turn| head.rfind(turn).map(|at| at + turn.len()))
            .max()
            .map_or(head, |at| head.get(at..).unwrap_or_default());
        let long = matches!(&self.wrong, Value::Words(_)) && self.wrong.is_telling();
        let next = laid.sentence_of(span).and_then(|at| laid.sentences.get(at + 1)).map_or("", |it| laid.at(*it));
        let (whole, within) = if long { (laid.at(span), laid.at(span)) } else { (head, tail) };
        let later = |words: &[&str]| has(whole, words) || has(within, words) || has(next, words);
        let asked = within.chars().take(4).any(|c| matches!(c, '？' | '?'));
        (!long && negated(head))
            || has(within, &REFUTED)
            || has(whole, &MISTAKEN)
            || (has(whole, &EARLIER) && later(&RIGHTED))
            || (has(whole, &HEARSAY) && later(&DENIALS))
            || (asked && (has(within, &DENIALS) || has(next, &DENIALS) || right.iter().any(|it| it.start > span.end)))
            || (headline && right.iter().any(|it| it.start > span.end) && has(&laid.text, &DENIALS))
            || (head.ends_with('由') && has(within, &["更正為", "修正為"]) && !right.is_empty())
    }

    /// Another value of the same measure where this one stood, as written.
    pub(super) fn other_value(&self, page: &Page, base: &Page) -> Option<String> {
        let laid = page.field(self.field);
        let (right, old) = (self.rights(laid), base.field(self.field));
        let about = |clause: &&Span| {
            share(&self.matter, laid.at(**clause)) >= SAME_CLAUSE && !old.text.contains(laid.at(**clause))
        };
        let clauses: Vec<&Span> = laid.clauses.iter().filter(about).collect();
        if clauses.iter().any(|clause| right.iter().any(|it| it.overlaps(**clause))) {
            return None;
        }
        let others = clauses.into_iter().flat_map(|clause| self.wrong.likes_within(laid, *clause));
        others
            .filter(|span| !right.contains(span) && !self.wrong.places(laid).contains(span))
            .find(|span| !negated(before(laid, *span)))
            .map(|span| laid.at(span).to_owned())
    }

    /// A note of the newsroom's own that gives the right value, or takes the claim back where there is none.
    pub(super) fn note(&self, page: &Page, base: &Page, speakers: &Lexicon<()>) -> bool {
        let laid = &page.text;
        lines(laid).filter(|(line, _)| !base.text.text.contains(line)).any(|(line, span)| {
            let right = match &self.official {
                Some(_) => self.rights(laid).iter().any(|it| it.overlaps(span) && !negated(before(laid, *it))),
                None => share(&self.matter, line) >= SAME_MATTER && has(line, &REFUTED),
            };
            right && is_note(line) && (has(line, &ADMITS) || !speaks(line, speakers))
        })
    }

    /// What the city says was added: by its value in its own mouth, or in the words of the clarification.
    pub(super) fn statement(&self, page: &Page, base: &Page, told: Option<&Laid>, speakers: &Lexicon<()>) -> bool {
        let laid = &page.text;
        let fresh = |words: &str| !base.text.text.contains(words);
        let right = self.rights(laid);
        let said = lines(laid).filter(|(line, _)| fresh(line)).any(|(line, span)| {
            let value = right.iter().any(|it| it.overlaps(span) && fresh(laid.paragraph_of(*it)));
            let denied = has(line, &DENIALS) && share(&self.matter, line) >= SAME_MATTER;
            speaks(line, speakers) && has(line, &SAYING) && (value || denied)
        });
        let taken = told.is_some_and(|told| {
            let (first, rest) = told.sentences.split_first().map_or((None, &[][..]), |(it, rest)| (Some(it), rest));
            let title = first.map(|it| pairs(told.at(*it))).filter(|it| it.len() >= 6);
            let headed = title
                .is_some_and(|title| lines(laid).any(|(line, _)| share(&title, line) >= TAKEN_OVER && fresh(line)));
            headed
                || rest
                    .iter()
                    .map(|it| told.at(*it))
                    .any(|it| it.chars().count() >= LEAST_SENTENCE && laid.text.contains(it) && fresh(it))
        });
        said || taken
    }
}

/// What a page that holds no report says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// The report.
    Whole,
    /// Its beginning, or nothing at all.
    Part,
    /// That it is gone.
    Gone,
}

/// Whether the page holds the report, by what it held at first.
pub(super) fn shown(page: &Page, base: &Page, claims: &[Claim]) -> Shown {
    let share = if base.length() > 0.0 { page.length() / base.length() } else { 1.0 };
    if share >= CUT_SHARE {
        return Shown::Whole;
    }
    let written = claims.iter().any(|claim| claim.is_written(page));
    let right = claims.iter().any(|claim| claim.official_stands(&page.text));
    if (has(&page.title.text, &GONE) || has(&page.text.text, &GONE)) && !written {
        return Shown::Gone;
    }
    if has(&page.text.text, &WALL) {
        return if written || right { Shown::Whole } else { Shown::Part };
    }
    if page.length() == 0.0 {
        return if page.title.text == base.title.text { Shown::Part } else { Shown::Gone };
    }
    if share < GONE_SHARE && !written && !right { Shown::Gone } else { Shown::Whole }
}

/// The paragraphs of a text with where they stand.
fn lines(laid: &Laid) -> impl Iterator<Item = (&str, Span)> {
    let mut at = 0;
    laid.text.split('\n').filter_map(move |line| {
        let span = Span::new(at, at + line.len());
        at = span.end + 1;
        (!line.trim().is_empty()).then_some((line, span))
    })
}

fn is_note(line: &str) -> bool {
    let head = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let asked = line.match_indices("更正").all(|(at, _)| {
        let before: String = line.get(..at).unwrap_or_default().chars().rev().take(12).collect();
        ASKS.iter().any(|ask| before.contains(&ask.chars().rev().collect::<String>()))
    });
    let words = NOTE_WORDS.iter().filter(|word| line.contains(**word)).any(|word| !word.contains("更正") || !asked);
    NOTE_HEADS.iter().any(|word| head.starts_with(word)) || words || has(line, &["原報導誤", "誤植為"])
}

fn speaks(line: &str, speakers: &Lexicon<()>) -> bool {
    has(line, &CITY) || speakers.find(line).next().is_some()
}

/// The words of its sentence before a span.
fn before(laid: &Laid, span: Span) -> &str {
    let start = laid.sentence_of(span).and_then(|at| laid.sentences.get(at)).map_or(span.start, |it| it.start);
    Span::new(start, span.start).of(&laid.text).unwrap_or_default()
}

/// The words of its sentence behind a span.
fn behind(laid: &Laid, span: Span) -> &str {
    let end = laid.sentence_of(span).and_then(|at| laid.sentences.get(at)).map_or(span.end, |it| it.end);
    Span::new(span.end.min(end), end).of(&laid.text).unwrap_or_default()
}

/// Whether words that end right before a value turn it around.
fn negated(head: &str) -> bool {
    let clause = head.rsplit(['，', ',', '：', ':', '。', ' ']).next().unwrap_or_default();
    let count = clause.chars().count();
    let near: String = clause.chars().skip(count.saturating_sub(NEAR)).collect();
    let near = NO_NEGATORS.iter().fold(near, |near, word| near.replace(word, "　"));
    NEGATORS.iter().any(|word| near.contains(word)) || NEGATING_ENDS.iter().any(|word| near.ends_with(word))
}
