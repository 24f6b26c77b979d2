//! Reads a text into a [`Sheet`].

use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    Clause, Item, Manner, Mark, Quotation, Sentence, Sheet, Stance, Token, Value,
    agent::{Agent, agents},
    cue,
    phrase::{
        PLANS, PRESENTS, between_turns, comes_again, credits, follows, head, is_change, is_cut, is_day_of_writing,
        is_denied, is_name, is_taken, is_turned, leads_up, per, quoted, spaced, speaker, turns_behind, weekdays,
    },
    site::{Site, endings, sites},
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

/// Items of one clause that are compared: a longer list is a table.
const MOST_ITEMS: usize = 24;

/// How far before a value, in bytes, the word may stand that makes it a former one, and that says what it is counted by.
pub(super) const NEAR_BYTES: usize = 24;

/// How far behind a body, in bytes, the verb may stand that puts it in charge.
const VERB_BYTES: usize = 12;

/// The words of a quotation that are compared; fewer are a name or an emphasis.
const LEAST_QUOTED: usize = 2;

/// Reads texts by a city's dictionaries.
#[derive(Debug)]
pub struct Reader {
    segmenter: Arc<Segmenter>,
    cues: Lexicon<Manner>,
    weights: Weights,
    endings: Lexicon<u8>,
}

impl Reader {
    /// A reader of a city's dictionaries.
    ///
    /// # Errors
    /// [`LexiconError`] when the cue words are too many for the automaton.
    pub fn new(city: &City, segmenter: Arc<Segmenter>) -> Result<Self, LexiconError> {
        let normaliser = Normaliser::new(&city.variants);
        let canonical = |word: &str| normaliser.normalise(word).text().to_owned();
        Ok(Self {
            segmenter,
            cues: cue::lexicon(city, canonical)?,
            weights: Weights::new(city, canonical)?,
            endings: endings()?,
        })
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
        let mut phrases = self.weights.phrases(copy).peekable();
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
                    while phrases.next_if(|it| it.span.start < word.start).is_some() {}
                    let phrase = phrases.next_if(|it| it.span.start == word.start && it.span.end <= span.end);
                    let Some(phrase) = phrase.filter(|it| it.span.end > word.end) else {
                        self.add_word(field, copy, word, &finds, sheet);
                        continue;
                    };
                    while words.next_if(|word| word.start < phrase.span.end).is_some() {}
                    self.add_phrase(field, copy, &phrase, &finds, sheet);
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
        let cues = self.cues.find(copy).collect();
        let endings: Vec<Hit<'_, u8>> = self.endings.find(copy).collect();
        let (quoted, credits, sites) = (quoted(copy), credits(copy), sites(copy, &endings));
        Finds { times, figures, names: names.to_vec(), cues, quoted, credits, sites }
    }

    /// Adds a word unless it is part of a value, which is compared by itself.
    fn add_word(&self, field: Field, copy: &str, span: Span, finds: &Finds<'_>, sheet: &mut Sheet) {
        let Some(word) = span.of(copy).filter(|_| !finds.has_value(span)) else { return };
        if let Some(token) = self.weights.token(word, field, span) {
            self.add(token, word, sheet);
        }
    }

    /// Adds several words that mean the same as another one (破土動工, 動工).
    fn add_phrase(&self, field: Field, copy: &str, phrase: &Hit<'_, (u64, f32)>, finds: &Finds<'_>, sheet: &mut Sheet) {
        let Some(words) = phrase.span.of(copy).filter(|_| !finds.has_value(phrase.span)) else { return };
        if let Some(token) = Weights::phrase(field, phrase) {
            self.add(token, words, sheet);
        }
    }

    fn add(&self, token: Token, written: &str, sheet: &mut Sheet) {
        let first = sheet.characters.len();
        sheet.characters.extend(self.weights.characters(written));
        sheet.tokens.push(Token { characters: (first, sheet.characters.len()), ..token });
    }
}

/// Everything found in one field, in order.
struct Finds<'a> {
    times: Vec<Moment>,
    figures: Vec<Quantity>,
    names: Vec<Named>,
    cues: Vec<Hit<'a, Manner>>,
    quoted: Vec<Span>,
    credits: Vec<Span>,
    sites: Vec<(Span, Site)>,
}

/// Of finds in order, those that reach into `span` from its beginning on.
fn part<T>(finds: &[T], span: Span, of: impl Fn(&T) -> Span) -> &[T] {
    let from = finds.partition_point(|it| of(it).end <= span.start);
    let to = finds.partition_point(|it| of(it).start < span.end);
    finds.get(from..to.max(from)).unwrap_or_default()
}

impl Finds<'_> {
    /// Whether a word is part of a value.
    fn has_value(&self, span: Span) -> bool {
        let inside = |other: Span| other.start <= span.start && span.end <= other.end;
        part(&self.times, span, |time| time.span).first().is_some_and(|time| inside(time.span))
            || part(&self.figures, span, |figure| figure.span).first().is_some_and(|figure| inside(figure.span))
    }

    fn stance(&self, copy: &str, span: Span) -> Stance {
        let mut stance = Stance::default();
        for cue in part(&self.cues, span, |cue| cue.span) {
            cue.payloads.iter().for_each(|manner| stance.add(*manner));
        }
        if part(&self.names, span, |name| name.span).iter().any(|name| name.body == NamedBody::Elsewhere) {
            stance.be_elsewhere();
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
        let cues = part(&self.cues, span, |it| it.span);
        let mut add = |value, span| items.push(Item::new(value, field, span, clause));
        for moment in part(&self.times, span, |it| it.span).iter().filter(|it| within(it.span)) {
            add(Value::Time(*moment), moment.span);
        }
        for figure in part(&self.figures, span, |it| it.span).iter().filter(|it| within(it.span) && !it.ordinal) {
            add(Value::Figure(*figure, per(copy, figure.span)), figure.span);
        }
        for name in part(&self.names, span, |it| it.span).iter().filter(|it| within(it.span)) {
            match name.body {
                NamedBody::Agency { .. } | NamedBody::Government if is_cut(copy, name.span) => {}
                NamedBody::Agency { .. } | NamedBody::Government => add(Value::Agency(name.body), name.span),
                NamedBody::Here | NamedBody::Elsewhere => {}
                _ => add(Value::Place(name.body), name.span),
            }
        }
        let names = part(&self.names, span, |it| it.span);
        let is_named = |span: Span| names.iter().any(|name| name.span.overlaps(span));
        // 由義大醫院受託經營: a place may be the body in charge.
        let is_body = |it: &Named| matches!(it.body, NamedBody::Agency { .. } | NamedBody::Government);
        let is_other = |span: Span, agent: Agent| {
            names.iter().all(|it| !it.span.overlaps(span) || (matches!(agent, Agent::Name(_)) && !is_body(it)))
        };
        for (span, agent) in agents(copy, span, cues).into_iter().filter(|(span, agent)| is_other(*span, *agent)) {
            add(Value::Agent(agent), span);
        }
        let sites = part(&self.sites, span, |it| it.0).iter().filter(|it| within(it.0) && !is_named(it.0));
        for (span, site) in sites {
            add(Value::Site(*site), *span);
        }
        for (span, days) in weekdays(copy, span) {
            add(Value::Weekdays(days), span);
        }
        for cue in cues.iter().filter(|it| within(it.span)) {
            for manner in cue.payloads {
                if let Manner::Pole(opposition, pole) = manner {
                    add(Value::State(*opposition, *pole, is_turned(copy, cue.span)), cue.span);
                }
            }
        }
        items.retain(|item| !self.credits.iter().any(|credit| credit.overlaps(item.span)));
        items.truncate(MOST_ITEMS);
        for found in &mut items {
            let near_cue = |manner: Manner, is_near: &dyn Fn(Span) -> bool| {
                cues.iter().any(|cue| cue.payloads.contains(&manner) && is_near(cue.span))
            };
            let own = found.span;
            let after = |cue: Span| within(cue) && own.end <= cue.start && cue.start - own.end <= NEAR_BYTES;
            let was = |cue: Span| {
                within(cue)
                    && cue.end <= own.start
                    && own.start - cue.end <= NEAR_BYTES
                    && !between_turns(copy, cue.end, own.start)
                    && (!matches!(cue.of(copy), Some("由" | "從")) || turns_behind(copy, own.end))
            };
            let does = |cue: Span| after(cue) && cue.start - own.end <= VERB_BYTES;
            let is_body = matches!(found.value, Value::Agency(_) | Value::Agent(_));
            let is_figure = matches!(found.value, Value::Figure(..));
            let is_state = matches!(found.value, Value::State(..));
            let is_time = matches!(found.value, Value::Time(_));
            found.mark(Mark::Former, near_cue(Manner::Former, &was));
            found.mark(Mark::Negated, is_name(found.value) && is_denied(copy, own));
            found.mark(Mark::Delta, is_figure && is_change(copy, span.start, own.start));
            found.mark(Mark::Every, is_time && comes_again(copy, own));
            found.mark(Mark::Planned, is_state && follows(copy, span.start, own.start, &PLANS));
            found.mark(Mark::Present, is_state && follows(copy, span.start, own.start, &PRESENTS));
            found.mark(Mark::Charge, is_body && (leads_up(copy, own.start) || near_cue(Manner::Charge, &does)));
            found.mark(Mark::Speaker, near_cue(Manner::Speaker, &after) || is_day_of_writing(copy, found));
        }
        // 民眾, 業者 and the like stand everywhere; only as those in charge can they be compared.
        items.retain(|it: &Item| it.is(Mark::Charge) || !matches!(it.value, Value::Agent(Agent::Kind(_))));
        sheet.items.extend(items);
    }
}
