//! Reads a text into a [`Sheet`].

use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    Clause, Item, Manner, Per, Quotation, Sentence, Sheet, Stance, Value, cue,
    token::{self, Weights},
};
use crate::{
    domain::{City, Field, Named, NamedBody, Span},
    text::{
        Hit, Lexicon, LexiconError, Moment, Normalised, Normaliser, Quantity, Segmenter, clauses, moments, quantities,
        sentences,
    },
};

/// Clauses of one text that are laid out; what is behind them is a table or a list that nobody states.
const MOST_CLAUSES: usize = 300;

/// Bytes of a field that are read: more than the longest report has.
const READ_BYTES: usize = 64 << 10;

/// Items of one clause that are compared: a longer list is a table.
const MOST_ITEMS: usize = 24;

/// How far before a value, in bytes, the word may stand that makes it a former one, and that says what it is counted by.
const NEAR_BYTES: usize = 24;

/// The words of a quotation that are compared; fewer are a name or an emphasis.
const LEAST_QUOTED: usize = 4;

/// Reads texts by a city's dictionaries.
#[derive(Debug)]
pub struct Reader {
    segmenter: Arc<Segmenter>,
    cues: Lexicon<Manner>,
    weights: Weights,
}

impl Reader {
    /// A reader of a city's dictionaries.
    ///
    /// # Errors
    /// [`LexiconError`] when the cue words are too many for the automaton.
    pub fn new(city: &City, segmenter: Arc<Segmenter>) -> Result<Self, LexiconError> {
        let normaliser = Normaliser::new(&city.variants);
        let canonical = |word: &str| normaliser.normalise(word).text().to_owned();
        Ok(Self { segmenter, cues: cue::lexicon(city, canonical)?, weights: Weights::new(city, canonical) })
    }

    /// Lays out a text by its canonical copies and the names in them (see `classify::Classifier::names`).
    #[must_use]
    pub fn read(&self, title: Normalised, text: Normalised, names: &[Named], published: Option<NaiveDate>) -> Sheet {
        let mut sheet = Sheet {
            title,
            text,
            published,
            sentences: Vec::new(),
            clauses: Vec::new(),
            tokens: Vec::new(),
            characters: Vec::new(),
            items: Vec::new(),
            quotations: Vec::new(),
            tells_of_correction: false,
            elsewhere: false,
        };
        for field in [Field::Title, Field::Text] {
            let copy = sheet.copy(field).clone();
            let names: Vec<Named> = names.iter().filter(|name| name.field == field).copied().collect();
            self.read_field(field, head(copy.text()), &names, published, &mut sheet);
        }
        let any = |wanted: fn(NamedBody) -> bool| names.iter().any(|name| wanted(name.body));
        sheet.elsewhere = any(|body| body == NamedBody::Elsewhere)
            && !any(|body| {
                matches!(
                    body,
                    NamedBody::Here | NamedBody::District(_) | NamedBody::Station(_) | NamedBody::Facility(_)
                )
            });
        sheet.tells_of_correction = sheet.clauses.iter().any(|clause| clause.stance.is_correction());
        sheet
    }

    fn read_field(&self, field: Field, copy: &str, names: &[Named], published: Option<NaiveDate>, sheet: &mut Sheet) {
        let finds = self.finds(copy, names, published);
        let mut words = self.segmenter.segment(copy).into_iter().map(|word| word.span).peekable();
        for sentence in sentences(copy) {
            let first = sheet.clauses.len();
            if first >= MOST_CLAUSES {
                break;
            }
            let mut stance = Stance::default();
            let parts = clauses(copy, sentence).into_iter().flat_map(|clause| spaced(copy, clause));
            for span in parts.take(MOST_CLAUSES - first) {
                let (tokens, characters) = (sheet.tokens.len(), sheet.characters.len());
                while words.next_if(|word| word.end <= span.start).is_some() {}
                while let Some(word) = words.next_if(|word| word.start < span.end) {
                    self.add_word(field, copy, word, &finds, sheet);
                }
                let clause = Clause {
                    field,
                    span,
                    sentence: sheet.sentences.len(),
                    tokens: (tokens, sheet.tokens.len()),
                    characters: (characters, sheet.characters.len()),
                    stance: finds.stance(copy, span),
                };
                stance.join(clause.stance);
                finds.add_items(field, copy, span, sheet);
                sheet.clauses.push(clause);
            }
            sheet.sentences.push(Sentence { field, span: sentence, clauses: (first, sheet.clauses.len()), stance });
        }
        let verbs: Vec<Span> =
            finds.cues.iter().filter(|cue| cue.payloads.contains(&Manner::Speaker)).map(|cue| cue.span).collect();
        for span in finds.quoted {
            let inner = span.of(copy).unwrap_or_default();
            let words: Vec<u64> = self.segmenter.tokens(inner).iter().map(|word| token::key(word)).collect();
            if words.len() >= LEAST_QUOTED {
                sheet.quotations.push(Quotation { field, span, words, speaker: speaker(copy, span, &verbs) });
            }
        }
    }

    fn finds<'a>(&'a self, copy: &'a str, names: &[Named], published: Option<NaiveDate>) -> Finds<'a> {
        let times = moments(copy, published);
        let mut taken: Vec<Span> = times.iter().map(|moment| moment.span).collect();
        taken.extend(names.iter().filter(|name| is_taken(name.body)).map(|name| name.span));
        taken.sort_unstable();
        let figures = quantities(copy, &taken);
        Finds { times, figures, names: names.to_vec(), cues: self.cues.find(copy).collect(), quoted: quoted(copy) }
    }

    /// Adds a word unless it is part of a value, which is compared by itself.
    fn add_word(&self, field: Field, copy: &str, span: Span, finds: &Finds<'_>, sheet: &mut Sheet) {
        let inside = |other: Span| other.start <= span.start && span.end <= other.end;
        let of_time = part(&finds.times, span, |time| time.span).first().is_some_and(|time| inside(time.span));
        let of_figure =
            part(&finds.figures, span, |figure| figure.span).first().is_some_and(|figure| inside(figure.span));
        if of_time || of_figure {
            return;
        }
        let Some(word) = span.of(copy) else { return };
        if let Some(token) = self.weights.token(word, field, span) {
            sheet.characters.extend(self.weights.characters(word));
            sheet.tokens.push(token);
        }
    }
}

/// Everything found in one field, in order.
struct Finds<'a> {
    times: Vec<Moment>,
    figures: Vec<Quantity>,
    names: Vec<Named>,
    cues: Vec<Hit<'a, Manner>>,
    quoted: Vec<Span>,
}

/// Of finds in order, those that reach into `span` from its beginning on.
fn part<T>(finds: &[T], span: Span, of: impl Fn(&T) -> Span) -> &[T] {
    let from = finds.partition_point(|it| of(it).end <= span.start);
    let to = finds.partition_point(|it| of(it).start < span.end);
    finds.get(from..to.max(from)).unwrap_or_default()
}

impl Finds<'_> {
    fn stance(&self, copy: &str, span: Span) -> Stance {
        let mut stance = Stance::default();
        for cue in part(&self.cues, span, |cue| cue.span) {
            cue.payloads.iter().for_each(|manner| stance.add(*manner));
        }
        if span.of(copy).is_some_and(|written| written.contains(['？', '?', '嗎'])) {
            stance.ask();
        }
        if self.quoted.iter().any(|quote| quote.start <= span.start && span.end <= quote.end + '」'.len_utf8()) {
            stance.quote();
        }
        stance
    }

    /// Adds what the clause under `span`, the next of the sheet, says that can be compared.
    fn add_items(&self, field: Field, copy: &str, span: Span, sheet: &mut Sheet) {
        let clause = sheet.clauses.len();
        let within = |other: Span| span.start <= other.start;
        let mut items = Vec::new();
        let mut add = |value, span| items.push(Item { value, field, span, clause, former: false, speaker: false });
        for moment in part(&self.times, span, |it| it.span).iter().filter(|it| within(it.span)) {
            add(Value::Time(*moment), moment.span);
        }
        for figure in part(&self.figures, span, |it| it.span).iter().filter(|it| within(it.span) && !it.ordinal) {
            add(Value::Figure(*figure, per(copy, figure.span)), figure.span);
        }
        for name in part(&self.names, span, |it| it.span).iter().filter(|it| within(it.span)) {
            match name.body {
                NamedBody::Agency { .. } | NamedBody::Government => add(Value::Agency(name.body), name.span),
                NamedBody::Here | NamedBody::Elsewhere => {}
                _ => add(Value::Place(name.body), name.span),
            }
        }
        let cues = part(&self.cues, span, |it| it.span);
        for cue in cues.iter().filter(|it| within(it.span)) {
            for manner in cue.payloads {
                if let Manner::Pole(opposition, pole) = manner {
                    add(Value::State(*opposition, *pole, is_turned(cues, cue.span)), cue.span);
                }
            }
        }
        items.truncate(MOST_ITEMS);
        let near =
            |cue: &Hit<'_, Manner>, from: usize, to: usize| within(cue.span) && from <= to && to - from <= NEAR_BYTES;
        for found in &mut items {
            found.former = cues.iter().any(|cue| {
                cue.payloads.contains(&Manner::Former)
                    && near(cue, cue.span.end, found.span.start)
                    && !between_turns(copy, cue.span.end, found.span.start)
            });
            found.speaker = cues
                .iter()
                .any(|cue| cue.payloads.contains(&Manner::Speaker) && near(cue, found.span.end, cue.span.start));
        }
        sheet.items.extend(items);
    }
}

/// The beginning of a text, cut between characters.
fn head(text: &str) -> &str {
    let end = (0..=READ_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// The parts of a clause between spaces that stand for marks, as in headlines and posts: between two characters that are
/// not letters or digits of ASCII.
fn spaced(copy: &str, clause: Span) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut start = clause.start;
    let mut before = None;
    let mut chars = clause.of(copy).unwrap_or_default().char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
        let after = chars.peek().map(|it| it.1);
        if c == ' ' && wide(before) && wide(after) {
            parts.push(Span::new(start, clause.start + at));
            start = clause.start + at + 1;
        }
        before = Some(c);
    }
    parts.push(Span::new(start, clause.end));
    parts.retain(|part| !part.is_empty());
    parts
}

/// Names that numbers are part of (三民區, 九如一路).
fn is_taken(body: NamedBody) -> bool {
    !matches!(body, NamedBody::Here | NamedBody::Elsewhere | NamedBody::Government)
}

/// 由5.6億元修正為6.9億元: what stands behind 為 or 至 is no former value.
fn between_turns(copy: &str, from: usize, to: usize) -> bool {
    const TURNS: [&str; 12] = ["為", "至", "改", "到", "成", "變", "取代", "更新", "更正", "調", "延", "增"];
    let between = copy.get(from..to).unwrap_or_default();
    TURNS.iter().any(|turn| between.contains(turn))
}

/// Whether a negator stands right before a word: 未通過, 不予同意.
fn is_turned(cues: &[Hit<'_, Manner>], span: Span) -> bool {
    cues.iter().any(|cue| {
        cue.payloads.contains(&Manner::Negator) && cue.span.end <= span.start && span.start - cue.span.end <= 3
    })
}

/// What a figure is counted by, from the words before it: 每月, 每人每日, 一個月, or behind it: /月.
fn per(copy: &str, span: Span) -> Option<Per> {
    const WORDS: [(&str, Per); 40] = [
        ("每半小時", Per::Hour),
        ("每小時", Per::Hour),
        ("每時", Per::Hour),
        ("時薪", Per::Hour),
        ("一小時", Per::Hour),
        ("單小時", Per::Hour),
        ("每日", Per::Day),
        ("每天", Per::Day),
        ("一天", Per::Day),
        ("單日", Per::Day),
        ("日薪", Per::Day),
        ("每週", Per::Week),
        ("每周", Per::Week),
        ("每星期", Per::Week),
        ("一週", Per::Week),
        ("每月", Per::Month),
        ("每個月", Per::Month),
        ("一個月", Per::Month),
        ("月薪", Per::Month),
        ("每季", Per::Quarter),
        ("每年", Per::Year),
        ("一年", Per::Year),
        ("年租", Per::Year),
        ("每學年", Per::Year),
        ("每人", Per::Person),
        ("一人", Per::Person),
        ("一個人", Per::Person),
        ("每名", Per::Person),
        ("每位", Per::Person),
        ("每戶", Per::Household),
        ("一戶", Per::Household),
        ("每次", Per::Time),
        ("每趟", Per::Time),
        ("一趟", Per::Time),
        ("每餐", Per::Meal),
        ("一餐", Per::Meal),
        ("每件", Per::Piece),
        ("每份", Per::Piece),
        ("每張", Per::Piece),
        ("每輛", Per::Piece),
    ];
    let head = copy.get(..span.start)?;
    let from = head.char_indices().rev().take(8).last().map_or(0, |(at, _)| at);
    let near = head.get(from..)?;
    let last = near.rfind(['，', '。', '、', '；', ',', '\n']).map_or(0, |at| at + 1);
    // A mark of several bytes is cut at its end.
    let near = (last..near.len()).find_map(|at| near.get(at..)).unwrap_or_default();
    WORDS
        .iter()
        .filter_map(|(word, per)| Some((near.rfind(word)?, word.len(), *per)))
        .max_by_key(|(at, length, _)| (*at, *length))
        .map(|(_, _, per)| per)
}

/// What stands between 「 and 」, at any depth the outermost.
fn quoted(copy: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (at, c) in copy.char_indices() {
        match c {
            '「' | '『' | '“' => open.push(at + c.len_utf8()),
            '」' | '』' | '”' => {
                if let Some(start) = open.pop().filter(|_| open.is_empty()) {
                    found.push(Span::new(start, at));
                }
            }
            _ => {}
        }
    }
    found
}

/// Who says a quotation: what stands in its sentence before the verb of saying in front of it.
fn speaker(copy: &str, quote: Span, verbs: &[Span]) -> Option<Span> {
    let head = copy.get(..quote.start)?;
    let start = head
        .rfind(['。', '！', '？', '\n', '；'])
        .map_or(0, |at| at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let verb = verbs
        .iter()
        .rfind(|verb| verb.start >= start && verb.end <= quote.start && quote.start - verb.end <= NEAR_BYTES)?;
    Some(Span::new(start, verb.start)).filter(|span| !span.is_empty())
}
