//! The first draft of a case in the city's form, from the findings and the sentences of `dictionaries/casework/draft.toml`.
//! It only puts words that were published into sentences that the office wrote; what is not known is left out.

mod about;
mod difference;
mod shorten;

pub use about::{About, Disputed, Outlet, Stated};
pub use difference::difference;

use chrono::{Datelike, NaiveDate};
use shorten::{quotable, shortened, tidy};

use crate::{
    domain::{Answer, ClaimKind, Clarification, LONGEST_CARD, Sentence, Slot, Templates, Verdict, roc_date, taipei},
    text::{Normaliser, moments},
};

/// Characters of a claim in a title: two lines of a release.
const IN_TITLE: usize = 30;

/// Characters of a claim on a card, so that the fact has room.
const ON_CARD: usize = 36;

/// Characters of a claim anywhere else.
const IN_TEXT: usize = 120;

/// Claims that get a question of their own.
const ASKED: usize = 2;

/// The first draft of a case.
#[must_use]
pub fn draft(templates: &Templates, about: &About) -> Clarification {
    let writer = Writer { templates, about };
    match about.answer {
        Answer::Clarification => writer.clarification(),
        Answer::Apology => writer.apology(),
    }
}

struct Writer<'a> {
    templates: &'a Templates,
    about: &'a About,
}

/// What is known for the open places.
#[derive(Default)]
struct Values(Vec<(Slot, String)>);

impl Values {
    fn with(mut self, slot: Slot, value: impl Into<String>) -> Self {
        self.0.insert(0, (slot, value.into()));
        self
    }

    fn get(&self, slot: Slot) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == slot).map(|(_, value)| value.as_str())
    }
}

impl Writer<'_> {
    fn fill(&self, sentence: Sentence, values: &Values) -> String {
        self.templates.fill(sentence, |slot| values.get(slot))
    }

    fn clarification(&self) -> Clarification {
        let disputed: Vec<&Disputed> = self.about.disputed.iter().filter(|it| it.verdict.alerts()).collect();
        let Some(first) = disputed.first() else {
            return Clarification {
                measures: self.fill(Sentence::Measures, &self.bodies()),
                appeal: self.fill(Sentence::NewsAppeal, &self.bodies()),
                contacts: self.contacts(),
                ..Clarification::default()
            };
        };
        let form = Form::of(first);
        let elsewhere = disputed.iter().find(|it| it.kind == ClaimKind::Agency);
        let jurisdiction = elsewhere.map_or_else(String::new, |it| self.jurisdiction(it));
        let measures = self.fill(Sentence::Measures, &self.bodies());
        Clarification {
            title: self.fill(form.title, &self.values(first, IN_TITLE)),
            lead: self.fill(form.lead, &self.values(first, IN_TEXT)),
            facts: self.facts(&disputed, form),
            card: self.card(form.card, first),
            questions: self.questions(&disputed, form, &jurisdiction, &measures),
            appeal: self.fill(form.appeal, &self.bodies()),
            contacts: self.contacts(),
            jurisdiction,
            measures,
        }
    }

    fn apology(&self) -> Clarification {
        let told: Vec<&Disputed> = self.about.disputed.iter().collect();
        let values = |longest| told.first().map_or_else(|| self.bodies(), |first| self.values(first, longest));
        let mut facts: Vec<String> = Vec::new();
        for disputed in &told {
            if let Some(stated) = &disputed.fact {
                let values = self.stated(disputed, stated).with(Slot::Fact, quotable(&stated.sentence));
                let wrong = self.fill(Sentence::ApologyWrong, &values);
                if !facts.contains(&wrong) {
                    facts.push(wrong);
                }
            }
        }
        facts.push(self.fill(Sentence::ApologyRight, &self.bodies()));
        Clarification {
            title: self.fill(Sentence::ApologyTitle, &values(IN_TITLE)),
            lead: self.fill(Sentence::ApologyLead, &values(IN_TEXT)),
            facts,
            jurisdiction: String::new(),
            measures: self.fill(Sentence::ApologyMeasures, &self.bodies()),
            appeal: self.fill(Sentence::ApologyAppeal, &self.bodies()),
            contacts: self.contacts(),
            card: self.fill(Sentence::ApologyCard, &values(ON_CARD)),
            questions: vec![
                (
                    self.fill(Sentence::ApologyQuestion, &values(ON_CARD)),
                    self.fill(Sentence::ApologyReply, &self.bodies()),
                ),
                (
                    self.fill(Sentence::MeasuresQuestion, &self.bodies()),
                    self.fill(Sentence::ApologyMeasures, &self.bodies()),
                ),
            ],
        }
    }

    /// One fact a finding; a statement that answers two claims is given once.
    fn facts(&self, disputed: &[&Disputed], form: Form) -> Vec<String> {
        let mut facts = Vec::new();
        let mut given: Vec<&str> = Vec::new();
        for it in disputed {
            let Some(stated) = it.fact.as_ref().filter(|stated| !given.contains(&stated.sentence.as_str())) else {
                continue;
            };
            let values = self.stated(it, stated);
            let quoted = || self.stated(it, stated).with(Slot::Fact, quotable(&stated.sentence));
            facts.push(if !given.is_empty() {
                self.fill(form.further, &quoted())
            } else if self.stands_by_itself(stated) {
                self.fill(Sentence::Fact, &values)
            } else {
                self.fill(Sentence::FactQuoted, &quoted())
            });
            given.push(&stated.sentence);
        }
        facts
    }

    /// The card with the fact, or without where it would not fit: half a sentence may say the opposite.
    fn card(&self, sentence: Sentence, first: &Disputed) -> String {
        let with = self.with_fact(first, ON_CARD);
        let card = self.fill(sentence, &with);
        if card.chars().count() <= LONGEST_CARD { card } else { self.fill(sentence, &with.with(Slot::Fact, "")) }
    }

    fn questions(
        &self,
        disputed: &[&Disputed],
        form: Form,
        jurisdiction: &str,
        measures: &str,
    ) -> Vec<(String, String)> {
        let mut questions: Vec<(String, String)> = Vec::new();
        for it in disputed.iter().take(ASKED) {
            let question = self.fill(form.question, &self.values(it, ON_CARD));
            if questions.iter().all(|(asked, _)| *asked != question) {
                questions.push((question, self.fill(Sentence::Reply, &self.with_fact(it, ON_CARD))));
            }
        }
        let about = if jurisdiction.is_empty() {
            (Sentence::MeasuresQuestion, measures)
        } else {
            (Sentence::InChargeQuestion, jurisdiction)
        };
        questions.push((self.fill(about.0, &self.bodies()), about.1.to_owned()));
        questions
    }

    fn jurisdiction(&self, disputed: &Disputed) -> String {
        let body = disputed.fact.as_ref().and_then(|stated| stated.in_charge.as_deref());
        let sentence = if body.is_some() { Sentence::InCharge } else { Sentence::InChargeUnnamed };
        self.fill(sentence, &self.bodies().with(Slot::InCharge, body.unwrap_or_default()))
    }

    fn contacts(&self) -> String {
        let today = roc_date(taipei(self.about.now).date_naive());
        let mut lines: Vec<String> = Vec::new();
        for contact in &self.about.contacts {
            let values = self
                .bodies()
                .with(Slot::Name, tidy(&contact.name))
                .with(Slot::Post, tidy(&contact.post))
                .with(Slot::Telephone, tidy(&contact.telephone));
            lines.push(self.fill(Sentence::ContactLine, &values));
        }
        let issue = self.bodies().with(Slot::Today, today);
        lines.push(self.fill(Sentence::IssuedBy, &issue));
        lines.push(self.fill(Sentence::IssuedOn, &issue));
        lines.join("\n")
    }

    fn bodies(&self) -> Values {
        let issuer = &self.about.issuer;
        Values::default()
            .with(Slot::Agency, tidy(&issuer.agency))
            .with(Slot::Unit, tidy(issuer.unit.as_deref().unwrap_or_default()))
    }

    fn values(&self, disputed: &Disputed, longest: usize) -> Values {
        let conclusion = match (disputed.verdict, disputed.kind) {
            (Verdict::Denied, _) => Sentence::Denied,
            (Verdict::Outdated, _) => Sentence::Outdated,
            (_, ClaimKind::Agency) => Sentence::OtherBody,
            _ => Sentence::Contradicted,
        };
        let day = day_of(&disputed.outlets);
        let month_day = |day: NaiveDate| format!("{}月{}日", day.month(), day.day());
        self.bodies()
            .with(Slot::Outlets, named(&disputed.outlets))
            .with(Slot::Day, day.map_or_else(String::new, roc_date))
            .with(Slot::MonthDay, day.map_or_else(String::new, month_day))
            .with(Slot::Claim, shortened(&disputed.claim, longest))
            .with(Slot::Conclusion, self.fill(conclusion, &Values::default()))
    }

    fn stated(&self, disputed: &Disputed, stated: &Stated) -> Values {
        let optional = |value: &Option<String>| value.as_deref().map(tidy).unwrap_or_default();
        self.values(disputed, IN_TEXT)
            .with(Slot::Fact, tidy_sentence(&stated.sentence))
            .with(Slot::Publisher, tidy(&stated.agency))
            .with(Slot::Published, stated.day.map_or_else(String::new, roc_date))
            .with(Slot::DocumentNo, optional(&stated.document_no))
            .with(Slot::Link, optional(&stated.url))
    }

    /// With the fact where it can be told without a quotation, and none where it cannot.
    fn with_fact(&self, disputed: &Disputed, longest: usize) -> Values {
        let fact = disputed.fact.as_ref().filter(|stated| self.stands_by_itself(stated));
        let fact = fact.map_or_else(String::new, |stated| tidy_sentence(&stated.sentence));
        self.values(disputed, longest).with(Slot::Fact, fact)
    }

    /// Whether a sentence of a statement means today what it meant on its day, and in our mouth what it meant in that of
    /// its agency: 今日, 3月5日 of another year, 本局 do not.
    fn stands_by_itself(&self, stated: &Stated) -> bool {
        const OF_ITS_DAY: [&str; 18] = [
            "今", "昨", "明日", "明天", "明起", "明(", "明（", "即日", "當日", "當天", "同日", "翌日", "隔日", "隔天",
            "次日", "本月", "上月", "下月",
        ];
        const OF_ITS_SPEAKER: [&str; 7] = ["本局", "本處", "本會", "本所", "本府", "本公司", "我們"];
        let words = |list: &[&str]| list.iter().any(|word| stated.sentence.contains(word));
        let copy = Normaliser::default().normalise(&stated.sentence);
        let today = taipei(self.about.now).date_naive();
        let same = moments(copy.text(), stated.day) == moments(copy.text(), Some(today));
        same && !words(&OF_ITS_DAY) && !words(&OF_ITS_SPEAKER)
    }
}

/// News and posts are answered in words of their own.
#[derive(Clone, Copy)]
struct Form {
    title: Sentence,
    lead: Sentence,
    further: Sentence,
    question: Sentence,
    appeal: Sentence,
    card: Sentence,
}

impl Form {
    fn of(disputed: &Disputed) -> Self {
        let is_post = !disputed.outlets.is_empty() && disputed.outlets.iter().all(|outlet| outlet.is_post);
        if is_post {
            Self {
                title: Sentence::PostTitle,
                lead: Sentence::PostLead,
                further: Sentence::PostFurther,
                question: Sentence::PostQuestion,
                appeal: Sentence::PostAppeal,
                card: Sentence::PostCard,
            }
        } else {
            Self {
                title: Sentence::NewsTitle,
                lead: Sentence::NewsLead,
                further: Sentence::NewsFurther,
                question: Sentence::NewsQuestion,
                appeal: Sentence::NewsAppeal,
                card: Sentence::NewsCard,
            }
        }
    }
}

/// The outlets by name, two at most; a post beside news is not named.
fn named(outlets: &[Outlet]) -> String {
    let only_posts = outlets.iter().all(|outlet| outlet.is_post);
    let mut names: Vec<String> = Vec::new();
    for outlet in outlets.iter().filter(|outlet| only_posts || !outlet.is_post) {
        let name = tidy(&outlet.name);
        if !names.contains(&name) && !name.is_empty() {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one}、{two}"),
        [one, two, ..] => format!("{one}、{two}等媒體"),
    }
}

/// The day on which all of them said it; none when they did not say it on one day.
fn day_of(outlets: &[Outlet]) -> Option<NaiveDate> {
    let day = outlets.first()?.day?;
    outlets.iter().all(|outlet| outlet.day == Some(day)).then_some(day)
}

/// A sentence without its last mark, to stand in another one.
fn tidy_sentence(sentence: &str) -> String {
    tidy(sentence).trim_end_matches(['。', '；', ';', '，', '、']).to_owned()
}

#[cfg(test)]
mod tests;
