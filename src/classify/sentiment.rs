//! The tone of a text and its tone toward the city's government, clause by clause.

use super::{
    name::Owner,
    reading::{Feeling, Found, Reading},
    services::ServiceScore,
};
use crate::{
    domain::{AgencyGuess, City, Field, Label, Sentiment, Span, TextKind},
    text::{clauses, sentences},
};

/// Within this distance of zero a tone is neutral: about one plain word against a text of even tone.
const NEUTRAL_BAND: f64 = 0.15;

/// Words of tone before a score reaches half its strength.
const DAMPING: f64 = 1.5;

/// What a negator leaves of a tone: 不滿意 is weaker than 不滿.
const NEGATED: f64 = -0.8;

/// What an intensifier makes of a tone.
const INTENSIFIED: f64 = 1.5;

/// How far before a word, in bytes (four characters), a negator or intensifier reaches.
const REACH: usize = 12;

/// The least that a complaint about a city service says of the city.
const COMPLAINT_TONE: f64 = -0.35;

/// Verbs that hand the word to somebody: what is said next is their view of others, not a view of them.
const SPEAKING: [&str; 19] = [
    "坦言", "強調", "回應", "指出", "提醒", "呼籲", "澄清", "解釋", "表示", "認為", "說明", "說：", "透露", "重申",
    "稱，", "補充", "闢謠", "駁斥", "否認",
];

/// A colon this many bytes behind the name of an office (水利局長：) still lets the office speak.
const HEAD_BYTES: usize = 9;

/// How far before a remedy, in characters, a wish reaches.
const WISH_CHARS: usize = 6;

/// Ways of telling what others spread: neither the tone of the writer nor that of an office.
const RUMOURS: [&str; 12] =
    ["網傳", "謠傳", "訛傳", "流傳", "瘋傳", "盛傳", "謠言", "不實", "錯誤訊息", "錯誤資訊", "假訊息", "爭議訊息"];

/// Words that say no to what follows them in the clause.
const DENIALS: [&str; 16] = [
    "並未",
    "並無",
    "並非",
    "並沒",
    "查無",
    "絕無",
    "從未",
    "未曾",
    "沒有這",
    "無此",
    "否認",
    "駁斥",
    "闢謠",
    "澄清",
    "非屬實",
    "子虛烏有",
];

/// What the words of a text say of its tone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tones {
    /// Of the text as a whole.
    pub(super) whole: Sentiment,
    /// Toward the city's government.
    pub(super) toward_city: Sentiment,
    /// The text takes all blame back: it is denied, told as a rumour, put right, or said not to be so.
    pub(super) cleared: bool,
}

/// The tone of the text as a whole, and toward the city's government.
pub(super) fn of(
    city: &City,
    reading: &Reading<'_>,
    services: &[ServiceScore],
    agencies: &[AgencyGuess],
    kind: TextKind,
    inside: bool,
) -> Tones {
    // What another body answers for says nothing of the city.
    let services = if agencies.first().is_none_or(|best| best.city) { services } else { &[] };
    let mut whole = Tone::default();
    let mut toward = Tone::default();
    let (mut taken_back, mut left) = (false, false);
    for (field, weight) in [(Field::Title, 1.5), (Field::Text, 1.0)] {
        taken_back |= weigh(city, reading, services, field, |clause| {
            left |= clause.words.tones.iter().any(|tone| *tone < 0.0) || !clause.words.events.is_empty();
            for &tone in &clause.words.tones {
                whole.add(tone * weight);
                if clause.on_city {
                    toward.add(tone * weight);
                }
            }
            clause.words.events.iter().for_each(|event| whole.add(event * weight));
        });
    }
    let mut toward = toward.score();
    let ours = services.first().and_then(|best| city.services.get(best.service)).is_some_and(|service| service.city);
    let complained = reading.kinds.iter().any(|found| found.what == TextKind::Complaint);
    if inside && ours && complained && kind == TextKind::Complaint {
        toward = toward.min(COMPLAINT_TONE);
    }
    if !inside {
        toward = 0.0;
    }
    Tones { whole: label(whole.score()), toward_city: label(toward), cleared: taken_back && !left }
}

/// A clause with what it says.
struct Clause {
    words: Words,
    /// Its tone is one toward the city's government.
    on_city: bool,
}

/// Gives every clause of a field that has a tone of its own to `take`, and says whether a clause took blame back.
fn weigh(
    city: &City,
    reading: &Reading<'_>,
    services: &[ServiceScore],
    field: Field,
    mut take: impl FnMut(&Clause),
) -> bool {
    let mut cleared = false;
    let text = reading.copy(field).text();
    let feelings: Vec<_> = reading.feelings.iter().filter(|found| found.field == field).collect();
    let subjects = subjects(city, reading, services, field);
    let mut subjects = subjects.as_slice();
    let mut feelings = feelings.as_slice();
    for sentence in sentences(text) {
        let (mut on_city, mut quoted, mut rumoured) = (false, false, false);
        for clause in clauses(text, sentence) {
            let words = words(text, take_within(&mut feelings, clause, |found| found.span));
            let named = take_within(&mut subjects, clause, |subject| subject.span);
            let office = named.iter().any(|subject| subject.office);
            let written = clause.of(text).unwrap_or_default();
            let contains = |cues: &[&str]| cues.iter().any(|cue| written.contains(cue));
            // 「水利局：」 hands the word to the office as 「水利局表示」 does.
            let heads = written.ends_with([':', '：'])
                && named.last().is_some_and(|subject| subject.office && clause.end - subject.span.end <= HEAD_BYTES);
            let speaks = heads || contains(&SPEAKING);
            if office {
                quoted = speaks;
            }
            rumoured = rumoured || contains(&RUMOURS);
            on_city = (on_city || !named.is_empty()) && !speaks && !quoted;
            let denied = contains(&DENIALS);
            cleared |= rumoured || denied || words.remedied || words.tones.contains(&0.0);
            if !rumoured {
                take(&Clause { words: if denied { words.denied() } else { words }, on_city });
            }
        }
    }
    cleared
}

#[derive(Debug, Default)]
struct Tone {
    sum: f64,
    strength: f64,
}

impl Tone {
    fn add(&mut self, tone: f64) {
        self.sum += tone;
        self.strength += tone.abs();
    }

    /// -1 to 1: the balance, smaller when only few words carry it.
    fn score(&self) -> f64 {
        self.sum / (self.strength + DAMPING)
    }
}

fn label(score: f64) -> Sentiment {
    let label = match score {
        score if score <= -NEUTRAL_BAND => Label::Negative,
        score if score >= NEUTRAL_BAND => Label::Positive,
        _ => Label::Neutral,
    };
    Sentiment { label, score: score.clamp(-1.0, 1.0) }
}

/// Where a text speaks of the government.
#[derive(Debug, Clone, Copy)]
struct Subject {
    span: Span,
    /// The government or a body of it is named, not only a service.
    office: bool,
}

/// In order, where a field names the government, its agencies or a service that the city provides.
fn subjects(city: &City, reading: &Reading<'_>, services: &[ServiceScore], field: Field) -> Vec<Subject> {
    let is_ours = |owner| match owner {
        Owner::Government => true,
        Owner::Agency { agency, .. } => city.agencies.get(agency).is_some_and(|agency| agency.city),
        _ => false,
    };
    let names = reading.names.iter().filter(|found| found.field == field && is_ours(found.what.owner));
    let of_city = |index: usize| {
        services.iter().any(|kept| kept.service == index)
            && city.services.get(index).is_some_and(|service| service.city)
    };
    let words = reading.services.iter().filter(|found| found.field == field && of_city(found.what.service));
    let names = names.map(|found| Subject { span: found.span, office: true });
    let mut subjects: Vec<Subject> =
        names.chain(words.map(|found| Subject { span: found.span, office: false })).collect();
    subjects.sort_unstable_by_key(|subject| subject.span);
    subjects
}

/// Takes the finds inside `clause` off the front of `rest`, which is in order.
fn take_within<'a, T>(rest: &mut &'a [T], clause: Span, span: impl Fn(&T) -> Span) -> &'a [T] {
    let before = rest.partition_point(|found| span(found).start < clause.start);
    let end = rest.partition_point(|found| span(found).start < clause.end);
    let inside = rest.get(before..end).unwrap_or_default();
    *rest = rest.get(end..).unwrap_or_default();
    inside
}

/// What the words of a clause say.
#[derive(Debug, Default, PartialEq)]
struct Words {
    /// Judgments, turned and strengthened by the words before them.
    tones: Vec<f64>,
    /// Bad news that blames nobody.
    events: Vec<f64>,
    /// What was bad has been put right.
    remedied: bool,
}

impl Words {
    /// What is left when the clause says that nothing of it is so.
    fn denied(mut self) -> Self {
        self.tones.retain(|tone| *tone > 0.0);
        self.events.clear();
        self
    }
}

/// Reads the words of a clause of `text`.
fn words(text: &str, found: &[&Found<Feeling>]) -> Words {
    let mut words = Words::default();
    let (mut negators, mut factor) = (0_u32, 1.0);
    let mut end = 0;
    for found in found {
        if found.span.start.saturating_sub(end) > REACH {
            (negators, factor) = (0, 1.0);
        }
        end = found.span.end;
        match found.what {
            Feeling::Negator => negators += 1,
            Feeling::Intensifier => factor *= INTENSIFIED,
            Feeling::Remedy => {
                words.remedied = words.remedied || (negators % 2 == 0 && !is_wished(text, found.span.start));
                (negators, factor) = (0, 1.0);
            }
            Feeling::Tone(_) | Feeling::Event => {
                let (tone, list) = match found.what {
                    Feeling::Tone(tone) => (tone, &mut words.tones),
                    _ => (-1.0, &mut words.events),
                };
                list.push(tone * factor * turned(tone, negators));
                (negators, factor) = (0, 1.0);
            }
        }
    }
    if words.remedied { words.denied() } else { words }
}

/// What negators make of a tone: no praise is blame, but no blame is not yet praise.
fn turned(tone: f64, negators: u32) -> f64 {
    match (negators, negators % 2) {
        (0, _) => 1.0,
        (_, 0) => NEGATED * NEGATED,
        _ if tone < 0.0 => 0.0,
        _ => NEGATED,
    }
}

/// Words before a remedy that show it is still to come.
const WISHES: [&str; 14] =
    ["要求", "希望", "盼", "請", "望", "拜託", "建議", "應", "待", "何時", "快", "速", "需要", "怎麼"];

/// Whether what begins at `at` is asked for and not done.
fn is_wished(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let reach = before.char_indices().rev().nth(WISH_CHARS - 1).map_or(0, |(start, _)| start);
    let before = before.get(reach..).unwrap_or_default();
    WISHES.iter().any(|wish| before.contains(wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(list: &[(usize, Feeling)]) -> Words {
        let found: Vec<_> =
            list.iter().map(|&(at, what)| Found { field: Field::Text, span: Span::new(at, at + 3), what }).collect();
        words("", &found.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_negator_turns_only_the_word_it_reaches() {
        use Feeling::{Negator, Tone};
        assert_eq!(words_of(&[(0, Negator), (3, Tone(1.0)), (6, Tone(1.0))]).tones, [-0.8, 1.0]);
        assert_eq!(words_of(&[(0, Negator), (60, Tone(1.0))]).tones, [1.0]);
    }

    #[test]
    fn no_blame_is_not_praise() {
        use Feeling::{Negator, Tone};
        assert_eq!(words_of(&[(0, Negator), (3, Tone(-1.0))]).tones, [0.0]);
    }

    #[test]
    fn a_remedy_cancels_the_bad_news_of_its_clause() {
        use Feeling::{Event, Negator, Remedy, Tone};
        assert_eq!(words_of(&[(0, Event), (3, Tone(-1.0)), (6, Remedy)]), Words { remedied: true, ..Words::default() });
        assert_eq!(words_of(&[(0, Event), (6, Negator), (9, Remedy)]).events, [-1.0]);
    }
}
