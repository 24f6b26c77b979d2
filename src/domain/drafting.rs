//! The sentences of which a first draft is made, and the words that no draft may have. Both come out of
//! `dictionaries/casework/`, so that the office can change them.

use std::{collections::BTreeMap, fmt};

use super::Answer;

/// All that the dictionaries say of how a clarification is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drafting {
    /// The sentences of the first draft.
    pub templates: Templates,
    /// Words that stand in the way of publication.
    pub wording: Vec<WordGroup>,
    /// What a language model is told.
    pub rewrite: RewriteWords,
}

/// What a language model is told when a person lets it try to improve a draft.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RewriteWords {
    /// The rules; [`RewriteWords::MARK`] stands for the line that data lie between.
    pub rules: String,
    /// The task.
    pub task: String,
    /// What the draft is called.
    pub draft: String,
    /// What a report is called.
    pub report: String,
    /// What an official statement is called.
    pub statement: String,
}

impl RewriteWords {
    /// What stands in the rules for the line that data lie between.
    pub const MARK: &'static str = "{界線}";
}

/// Somebody whom the press may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The full name.
    pub name: String,
    /// The post: 股長.
    pub post: String,
    /// The telephone, as it is to be printed: `07-7995678#2513`.
    pub telephone: String,
}

/// Words that no draft may have, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordGroup {
    /// What they are called on screen.
    pub name: String,
    /// The answers they are refused in.
    pub answers: Vec<Answer>,
    /// Why, in a clause.
    pub reason: String,
    /// What to write instead, in a clause.
    pub suggestion: String,
    /// The words.
    pub words: Vec<String>,
    /// Longer words that have one of these in them and are harmless: 選舉委員會.
    pub except: Vec<String>,
}

/// What a template leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The outlets.
    Outlets,
    /// The day of the report, with the year.
    Day,
    /// The day of the report, without the year.
    MonthDay,
    /// The claim, word for word.
    Claim,
    /// What came out, in a clause.
    Conclusion,
    /// Who answers.
    Agency,
    /// The unit below it.
    Unit,
    /// The sentence of the official statement.
    Fact,
    /// Who published that statement.
    Publisher,
    /// The day it was published.
    Published,
    /// The number of its document.
    DocumentNo,
    /// Where it can be read.
    Link,
    /// Who is in charge.
    InCharge,
    /// The name of a contact.
    Name,
    /// The post of a contact.
    Post,
    /// The telephone of a contact.
    Telephone,
    /// The day of issue.
    Today,
}

impl Slot {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Outlets,
        Self::Day,
        Self::MonthDay,
        Self::Claim,
        Self::Conclusion,
        Self::Agency,
        Self::Unit,
        Self::Fact,
        Self::Publisher,
        Self::Published,
        Self::DocumentNo,
        Self::Link,
        Self::InCharge,
        Self::Name,
        Self::Post,
        Self::Telephone,
        Self::Today,
    ];

    /// How it is written in a template, between `{` and `}`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Outlets => "媒體",
            Self::Day => "日期",
            Self::MonthDay => "月日",
            Self::Claim => "說法",
            Self::Conclusion => "結論",
            Self::Agency => "機關",
            Self::Unit => "單位",
            Self::Fact => "事實",
            Self::Publisher => "發布機關",
            Self::Published => "發布日",
            Self::DocumentNo => "文號",
            Self::Link => "連結",
            Self::InCharge => "權責機關",
            Self::Name => "姓名",
            Self::Post => "職稱",
            Self::Telephone => "電話",
            Self::Today => "發布日期",
        }
    }

    /// The slot of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|slot| slot.name() == name)
    }
}

/// One sentence of the first draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sentence {
    /// The title, of what news say.
    NewsTitle,
    /// The lead, of what news say.
    NewsLead,
    /// A fact about a further claim of news.
    NewsFurther,
    /// What somebody who read the news would ask.
    NewsQuestion,
    /// What is asked of media and readers.
    NewsAppeal,
    /// The card, of what news say.
    NewsCard,
    /// The title, of what goes round in social media.
    PostTitle,
    /// The lead, of what goes round in social media.
    PostLead,
    /// A fact about a further claim that goes round.
    PostFurther,
    /// What somebody who met the post would ask.
    PostQuestion,
    /// What is asked of those who met the post.
    PostAppeal,
    /// The card, of what goes round in social media.
    PostCard,
    /// The conclusion where the official statement says otherwise.
    Contradicted,
    /// The conclusion where what is told was so once.
    Outdated,
    /// The conclusion where it is not so at all.
    Denied,
    /// The conclusion where another body is in charge.
    OtherBody,
    /// A fact in the words of its statement.
    Fact,
    /// A fact as a quotation: its words only make sense on the day they were written.
    FactQuoted,
    /// Who is in charge.
    InCharge,
    /// That another body is in charge, which is not known by name.
    InChargeUnnamed,
    /// What is asked about who is in charge.
    InChargeQuestion,
    /// What is done next.
    Measures,
    /// What is asked about that.
    MeasuresQuestion,
    /// The answer to what is asked about the claim.
    Reply,
    /// A contact.
    ContactLine,
    /// Who issues it.
    IssuedBy,
    /// When.
    IssuedOn,
    /// The title of an apology.
    ApologyTitle,
    /// The lead of an apology.
    ApologyLead,
    /// What the city said and was wrong.
    ApologyWrong,
    /// What is right, for a person to fill in.
    ApologyRight,
    /// What is done so that it does not happen again.
    ApologyMeasures,
    /// The request for understanding.
    ApologyAppeal,
    /// The card of an apology.
    ApologyCard,
    /// What somebody would ask about it.
    ApologyQuestion,
    /// The answer.
    ApologyReply,
}

const ABOUT_REPORT: [Slot; 6] = [Slot::Outlets, Slot::Day, Slot::MonthDay, Slot::Claim, Slot::Conclusion, Slot::Agency];
const ABOUT_FACT: [Slot; 7] =
    [Slot::Claim, Slot::Fact, Slot::Publisher, Slot::Published, Slot::DocumentNo, Slot::Link, Slot::Agency];
const ABOUT_CARD: [Slot; 7] =
    [Slot::Outlets, Slot::Day, Slot::MonthDay, Slot::Claim, Slot::Conclusion, Slot::Agency, Slot::Fact];
const ABOUT_BODY: [Slot; 3] = [Slot::Agency, Slot::Unit, Slot::InCharge];
const ABOUT_CONTACT: [Slot; 5] = [Slot::Name, Slot::Post, Slot::Telephone, Slot::Agency, Slot::Unit];
const ABOUT_ISSUE: [Slot; 3] = [Slot::Agency, Slot::Unit, Slot::Today];

impl Sentence {
    /// All of them.
    pub const ALL: [Self; 36] = [
        Self::NewsTitle,
        Self::NewsLead,
        Self::NewsFurther,
        Self::NewsQuestion,
        Self::NewsAppeal,
        Self::NewsCard,
        Self::PostTitle,
        Self::PostLead,
        Self::PostFurther,
        Self::PostQuestion,
        Self::PostAppeal,
        Self::PostCard,
        Self::Contradicted,
        Self::Outdated,
        Self::Denied,
        Self::OtherBody,
        Self::Fact,
        Self::FactQuoted,
        Self::InCharge,
        Self::InChargeUnnamed,
        Self::InChargeQuestion,
        Self::Measures,
        Self::MeasuresQuestion,
        Self::Reply,
        Self::ContactLine,
        Self::IssuedBy,
        Self::IssuedOn,
        Self::ApologyTitle,
        Self::ApologyLead,
        Self::ApologyWrong,
        Self::ApologyRight,
        Self::ApologyMeasures,
        Self::ApologyAppeal,
        Self::ApologyCard,
        Self::ApologyQuestion,
        Self::ApologyReply,
    ];

    /// The table and the key of its entry in the file.
    #[must_use]
    pub fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::NewsTitle => ("news", "title"),
            Self::NewsLead => ("news", "lead"),
            Self::NewsFurther => ("news", "further"),
            Self::NewsQuestion => ("news", "question"),
            Self::NewsAppeal => ("news", "appeal"),
            Self::NewsCard => ("news", "card"),
            Self::PostTitle => ("post", "title"),
            Self::PostLead => ("post", "lead"),
            Self::PostFurther => ("post", "further"),
            Self::PostQuestion => ("post", "question"),
            Self::PostAppeal => ("post", "appeal"),
            Self::PostCard => ("post", "card"),
            Self::Contradicted => ("conclusion", "contradicted"),
            Self::Outdated => ("conclusion", "outdated"),
            Self::Denied => ("conclusion", "denied"),
            Self::OtherBody => ("conclusion", "other_body"),
            Self::Fact => ("body", "fact"),
            Self::FactQuoted => ("body", "fact_quoted"),
            Self::InCharge => ("body", "in_charge"),
            Self::InChargeUnnamed => ("body", "in_charge_unnamed"),
            Self::InChargeQuestion => ("body", "in_charge_question"),
            Self::Measures => ("body", "measures"),
            Self::MeasuresQuestion => ("body", "measures_question"),
            Self::Reply => ("body", "reply"),
            Self::ContactLine => ("footer", "contact"),
            Self::IssuedBy => ("footer", "issued_by"),
            Self::IssuedOn => ("footer", "issued_on"),
            Self::ApologyTitle => ("apology", "title"),
            Self::ApologyLead => ("apology", "lead"),
            Self::ApologyWrong => ("apology", "wrong"),
            Self::ApologyRight => ("apology", "right"),
            Self::ApologyMeasures => ("apology", "measures"),
            Self::ApologyAppeal => ("apology", "appeal"),
            Self::ApologyCard => ("apology", "card"),
            Self::ApologyQuestion => ("apology", "question"),
            Self::ApologyReply => ("apology", "reply"),
        }
    }

    /// What may be left open in it.
    #[must_use]
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Self::NewsTitle
            | Self::NewsLead
            | Self::NewsQuestion
            | Self::PostTitle
            | Self::PostLead
            | Self::PostQuestion
            | Self::ApologyTitle
            | Self::ApologyLead
            | Self::ApologyQuestion => &ABOUT_REPORT,
            Self::Fact | Self::FactQuoted | Self::NewsFurther | Self::PostFurther | Self::ApologyWrong => &ABOUT_FACT,
            Self::NewsCard | Self::PostCard | Self::Reply | Self::ApologyCard => &ABOUT_CARD,
            Self::Contradicted | Self::Outdated | Self::Denied | Self::OtherBody => &[],
            Self::ContactLine => &ABOUT_CONTACT,
            Self::IssuedBy | Self::IssuedOn => &ABOUT_ISSUE,
            Self::NewsAppeal
            | Self::PostAppeal
            | Self::InCharge
            | Self::InChargeUnnamed
            | Self::InChargeQuestion
            | Self::Measures
            | Self::MeasuresQuestion
            | Self::ApologyRight
            | Self::ApologyMeasures
            | Self::ApologyAppeal
            | Self::ApologyReply => &ABOUT_BODY,
        }
    }
}

/// The sentences of the first draft, one each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Templates(BTreeMap<Sentence, Template>);

impl Templates {
    /// The sentences given; one that is not given is empty.
    #[must_use]
    pub fn new(sentences: BTreeMap<Sentence, Template>) -> Self {
        Self(sentences)
    }

    /// The sentence with its open places filled. What `value` gives is taken as it is and never read as a template.
    #[must_use]
    pub fn fill<'a>(&self, sentence: Sentence, value: impl Fn(Slot) -> Option<&'a str>) -> String {
        self.0.get(&sentence).map_or_else(String::new, |template| template.fill(value))
    }
}

/// A sentence with open places.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Open(Slot),
    /// Left out as a whole when nothing is known for a place in it.
    Optional(Vec<Piece>),
}

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateFault {
    /// A place of a name that is not one of this entry's.
    Unknown {
        /// The name.
        name: String,
        /// Those that it may have.
        allowed: &'static [Slot],
    },
    /// A bracket without its partner, or a bracket within one.
    Bracket(char),
}

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, allowed: [] } => {
                write!(f, "{{{name}}} cannot be filled; this entry has no placeholders")
            }
            Self::Unknown { name, allowed } => {
                let names: Vec<String> = allowed.iter().map(|slot| format!("{{{}}}", slot.name())).collect();
                write!(f, "{{{name}}} cannot be filled; use one of {}", names.join(" "))
            }
            Self::Bracket(bracket) => {
                write!(f, "{bracket} has no partner or stands within another; correct the brackets")
            }
        }
    }
}

impl Template {
    /// Reads a template: `{媒體}` is an open place, and what stands in 〔〕 is left out when nothing is known for a place
    /// in it. `allowed` are the places it may have.
    ///
    /// # Errors
    /// [`TemplateFault`] for another place, or brackets that do not match.
    pub fn parse(text: &str, allowed: &'static [Slot]) -> Result<Self, TemplateFault> {
        let (mut all, mut inner): (Vec<Piece>, Option<Vec<Piece>>) = (Vec::new(), None);
        let mut words = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if !matches!(c, '{' | '}' | '〔' | '〕') {
                words.push(c);
                continue;
            }
            let into = inner.as_mut().unwrap_or(&mut all);
            if !words.is_empty() {
                into.push(Piece::Words(std::mem::take(&mut words)));
            }
            match c {
                '{' => {
                    let (name, rest) = chars.as_str().split_once('}').ok_or(TemplateFault::Bracket('{'))?;
                    let slot = Slot::from_name(name).filter(|slot| allowed.contains(slot));
                    let unknown = || TemplateFault::Unknown { name: name.to_owned(), allowed };
                    into.push(Piece::Open(slot.ok_or_else(unknown)?));
                    chars = rest.chars();
                }
                '〔' if inner.is_none() => inner = Some(Vec::new()),
                '〕' => all.push(Piece::Optional(inner.take().ok_or(TemplateFault::Bracket('〕'))?)),
                other => return Err(TemplateFault::Bracket(other)),
            }
        }
        if inner.is_some() {
            return Err(TemplateFault::Bracket('〔'));
        }
        if !words.is_empty() {
            all.push(Piece::Words(words));
        }
        Ok(Self(all))
    }

    /// The words with every place filled once.
    fn fill<'a>(&self, value: impl Fn(Slot) -> Option<&'a str>) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            piece.write(&mut text, &value);
        }
        text
    }
}

impl Piece {
    fn write<'a>(&self, text: &mut String, value: &impl Fn(Slot) -> Option<&'a str>) {
        match self {
            Self::Words(words) => text.push_str(words),
            Self::Open(slot) => text.push_str(value(*slot).unwrap_or_default()),
            Self::Optional(pieces) => {
                let missing =
                    |piece: &Self| matches!(piece, Self::Open(slot) if value(*slot).is_none_or(str::is_empty));
                if !pieces.iter().any(missing) {
                    for piece in pieces {
                        piece.write(text, value);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: &[Slot] = &[Slot::Outlets, Slot::Day, Slot::Claim];

    #[test]
    fn a_place_is_filled_once_and_its_value_is_never_read_as_a_template() {
        let template = Template::parse("有關{媒體}〔{日期}〕報導「{說法}」", PLACES).unwrap();
        let value = |slot| match slot {
            Slot::Outlets => Some("{說法}日報〔"),
            Slot::Claim => Some("停水"),
            _ => None,
        };
        assert_eq!(template.fill(value), "有關{說法}日報〔報導「停水」");
    }

    #[test]
    fn an_optional_stretch_goes_with_its_value() {
        let template = Template::parse("報導〔，文號{日期}〕。", PLACES).unwrap();
        assert_eq!(template.fill(|_| Some("")), "報導。");
        assert_eq!(template.fill(|_| Some("3")), "報導，文號3。");
    }

    #[test]
    fn a_wrong_place_is_refused_with_the_names_that_may_be_used() {
        for (text, part) in [
            ("{媒體名稱}報導", "{媒體} {日期} {說法}"),
            ("{電話}", "{電話}"),
            ("{媒體", "{ has no partner"),
            ("媒體}", "} has no partner"),
            ("〔{日期}", "〔 has no partner"),
            ("〔〔{日期}〕〕", "〔 has no partner"),
            ("日期〕", "〕 has no partner"),
        ] {
            let fault = Template::parse(text, PLACES).unwrap_err().to_string();
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }

    #[test]
    fn every_name_leads_back() {
        assert!(Slot::ALL.iter().all(|it| Slot::from_name(it.name()) == Some(*it)));
        let entries: std::collections::BTreeSet<_> = Sentence::ALL.iter().map(|it| it.entry()).collect();
        assert_eq!(entries.len(), Sentence::ALL.len());
    }
}
