//! Pairs of quotations: nearly the same words by somebody else, or turned around.

use super::{
    Candidate, Feature, copy,
    pair::{Ground, Pairs},
    similar::Bag,
};
use crate::{
    claims::Sheet,
    domain::{ClaimKind, Field, Span},
};

/// The words of a quotation that are compared; fewer are a name or an emphasis.
const LEAST_QUOTED: usize = 4;

/// The share of what is told, of the shorter one's words, that both must have.
const LEAST_TOLD: f64 = 0.3;

/// What people who speak for something are called.
const TITLES: [&str; 38] = [
    "副市長",
    "市長",
    "副局長",
    "局長",
    "處長",
    "科長",
    "分局長",
    "所長",
    "隊長",
    "大隊長",
    "區長",
    "里長",
    "主任",
    "院長",
    "校長",
    "園長",
    "館長",
    "站長",
    "董事長",
    "總經理",
    "經理",
    "理事長",
    "會長",
    "秘書長",
    "主席",
    "議長",
    "議員",
    "立委",
    "委員",
    "教授",
    "專家",
    "學者",
    "醫師",
    "建築師",
    "召集人",
    "代表",
    "發言人",
    "負責人",
];

/// Characters before a title that tell whose it is.
const NAME_CHARACTERS: usize = 4;

impl<'a> Pairs<'_, 'a> {
    /// Quotations of nearly the same words by different speakers, or with words that turn them around.
    pub(super) fn quotations(&self, found: &mut Vec<Candidate<'a>>) {
        let (report, official) = (self.report.sheet, self.official());
        for quote in report.quotations.iter().filter(|it| it.words.len() >= LEAST_QUOTED) {
            for other in official.quotations.iter().filter(|it| it.words.len() >= LEAST_QUOTED) {
                let same = quote.words.iter().filter(|word| other.words.contains(word)).count();
                let share = same as f64 / quote.words.len().max(other.words.len()).max(1) as f64;
                if share < 0.5 {
                    continue;
                }
                let speakers = quote
                    .speaker
                    .zip(other.speaker)
                    .map(|(a, b)| same_speaker(report.written(quote.field, a), official.written(other.field, b)));
                let turned = copy::turns(report.written(quote.field, quote.span))
                    != copy::turns(official.written(other.field, other.span));
                // The same words by the same person, or by nobody in particular, are no error.
                if speakers != Some(false) && !(turned && quote.speaker.is_some()) {
                    continue;
                }
                let (Some(clause), Some(truth)) =
                    (clause_of(report, quote.field, quote.span), clause_of(official, other.field, other.span))
                else {
                    continue;
                };
                let mut features = self.features(clause, truth);
                features.set(Feature::SameWords, share);
                features.mark(Feature::OtherSpeaker, speakers == Some(false));
                let pair = self.pair(
                    (Ground::Quotation, ClaimKind::Quote),
                    (clause, quote.span),
                    (truth, other.span),
                    features,
                );
                found.extend(pair.map(|it| Candidate {
                    claim: (quote.field, quote.span),
                    truth: (other.field, other.span),
                    ..it
                }));
            }
        }
    }

    /// What the report tells as said by one and the statement as said by another.
    pub(super) fn speakers(&self, found: &mut Vec<Candidate<'a>>) {
        let official = told(self.official());
        if official.is_empty() {
            return;
        }
        for claim in told(self.report.sheet) {
            let nearest = official
                .iter()
                .map(|truth| (claim.words.held(&truth.words), truth))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.clause.cmp(&a.1.clause)));
            let Some((share, truth)) = nearest.filter(|(share, _)| *share >= LEAST_TOLD) else { continue };
            if same_speaker(claim.by, truth.by) {
                continue;
            }
            let mut features = self.features(claim.clause, truth.clause);
            features.set(Feature::SameWords, share);
            features.mark(Feature::OtherSpeaker, true);
            let what = (Ground::Speaker, ClaimKind::Quote);
            found.extend(self.pair(what, (claim.clause, claim.span), (truth.clause, truth.span), features));
        }
    }
}

/// What is told as said by a person with a title.
struct Told<'s> {
    /// The clause with the speaker, by its place in the sheet.
    clause: usize,
    /// The speaker.
    by: &'s str,
    /// Where the speaker stands.
    span: Span,
    /// What is said.
    words: Bag,
}

/// What the sentences of a text tell as said by whom: 自治會會長表示，新場沒有冷凍庫.
fn told(sheet: &Sheet) -> Vec<Told<'_>> {
    let mut found: Vec<Told<'_>> = Vec::new();
    for (at, clause) in sheet.clauses.iter().enumerate().filter(|(_, it)| it.stance.is_spoken()) {
        let written = sheet.written(clause.field, clause.span);
        let ends = TITLES.iter().filter_map(|title| written.find(title).map(|from| from + title.len()));
        let Some(end) = ends.max() else { continue };
        let span = Span::new(clause.span.start, clause.span.start + end);
        let to = sheet.sentences.get(clause.sentence).map_or(clause.span.end, |sentence| sentence.span.end);
        let words = Bag::under(sheet, clause.field, Span::new(span.end, to));
        found.push(Told { clause: at, by: sheet.written(clause.field, span), span, words });
    }
    found
}

fn clause_of(sheet: &Sheet, field: Field, span: Span) -> Option<usize> {
    sheet.clauses.iter().position(|it| it.field == field && it.span.overlaps(span))
}

/// Whether two descriptions of a speaker may be of one person: the same title with a like name before it (水利局局長 and
/// 水利局長, not 里長), or without titles two characters in a row.
fn same_speaker(a: &str, b: &str) -> bool {
    let titled = |text: &str| -> Option<(&'static str, Vec<char>)> {
        let (at, title) =
            TITLES.iter().filter_map(|title| Some((text.rfind(title)?, *title))).max_by_key(|it| (it.0, it.1.len()))?;
        Some((title, text.get(..at)?.chars().rev().take(NAME_CHARACTERS).collect()))
    };
    if let (Some((title, name)), Some((other, named))) = (titled(a), titled(b)) {
        return title == other && (name.is_empty() || named.is_empty() || name.iter().any(|c| named.contains(c)));
    }
    let pairs = |text: &str| -> Vec<(char, char)> { text.chars().zip(text.chars().skip(1)).collect() };
    let b = pairs(b);
    pairs(a).iter().any(|pair| b.contains(pair))
}
