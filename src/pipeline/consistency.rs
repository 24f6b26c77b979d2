//! Holds a draft against what the city said before on the same matter, with the same comparison that reports are held
//! against official statements by.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Analyzer;
use crate::{
    check::{self, Checker, Fact, Quoted},
    domain::{Clarification, Disagreement, Field, Level, Part, SourceText, Span},
};

/// Opens a quotation. Whose words those are the comparison does not know: an answer often quotes what it denies.
const QUOTES: char = '「';

/// Compares drafts with earlier statements. Making one takes as long as laying out the dictionaries.
#[derive(Debug)]
pub struct Consistency {
    analyzer: Arc<Analyzer>,
    /// A checker of the city whose register holds nothing.
    blank: Checker,
}

impl Consistency {
    /// By an analyzer's dictionaries.
    #[must_use]
    pub fn new(analyzer: Arc<Analyzer>) -> Self {
        Self { blank: analyzer.checker(analyzer.register(Vec::new())), analyzer }
    }

    /// Clauses of a draft that say otherwise than earlier statements, in the order of the draft. What the draft quotes of
    /// reports is not its own word: headline, lead and card are left out, and answers that quote. The bar is the one of alerts,
    /// below which projects that are told alike are taken for one: a short clause that agrees in nothing else is not found.
    #[must_use]
    pub fn disagreements(&self, text: &Clarification, earlier: &[SourceText], now: DateTime<Utc>) -> Vec<Disagreement> {
        let (own, places) = own_words(text);
        if own.is_empty() || earlier.is_empty() {
            return Vec::new();
        }
        let facts = earlier.iter().map(|it| Fact {
            id: key(it),
            agency: it.publisher.clone(),
            published: it.published,
            valid_from: None,
            valid_to: None,
            url: None,
            sheet: self.analyzer.sheet(&it.title, &it.text, it.published),
        });
        let checker = self.blank.with(facts.collect());
        let sheet = self.analyzer.sheet("", &own, Some(now));
        let mut found: Vec<Disagreement> = checker
            .check(&sheet, Some(now))
            .findings
            .into_iter()
            .filter(|finding| finding.verdict.alerts() && check::level(&sheet, finding) > Level::None)
            .filter_map(|finding| {
                let fact = finding.fact.as_ref()?;
                let source = earlier.iter().find(|it| Some(key(it)) == fact.id)?;
                disagreement(&finding, (fact, source), (&own, &places))
            })
            .collect();
        found.sort_by_key(|it| (it.part, it.span));
        found
    }
}

/// The key of an earlier text with its version.
fn key(source: &SourceText) -> String {
    format!("{}@{}", source.id, source.revision)
}

/// What a draft says in its own words, as one text, with where each part of it begins and ends.
fn own_words(text: &Clarification) -> (String, Vec<(Part, Span)>) {
    let (mut own, mut places) = (String::new(), Vec::new());
    for (part, words) in text.parts() {
        let is_own = match part {
            Part::Fact(_) | Part::Jurisdiction | Part::Measures => true,
            Part::Reply(_) => !words.contains(QUOTES),
            _ => false,
        };
        if is_own {
            let start = own.len();
            own.push_str(words);
            places.push((part, Span::new(start, own.len())));
            own.push('\n');
        }
    }
    (own, places)
}

fn disagreement(
    finding: &check::Finding,
    (fact, source): (&Quoted, &SourceText),
    (own, places): (&str, &[(Part, Span)]),
) -> Option<Disagreement> {
    let claim = &finding.claim;
    let (part, place) =
        places.iter().find(|(_, place)| place.start <= claim.span.start && claim.span.end <= place.end)?;
    let of = match fact.field {
        Field::Title => &source.title,
        Field::Text => &source.text,
    };
    Some(Disagreement {
        part: *part,
        span: Span::new(claim.span.start - place.start, claim.span.end - place.start),
        words: claim.span.of(own)?.to_owned(),
        differs: within(claim.part, claim.span),
        source: key(source),
        earlier: fact.span.of(of)?.to_owned(),
        earlier_differs: within(fact.part, fact.span),
        why: finding.why.clone(),
    })
}

/// A part of a clause, as bytes of the clause; all of it when it lies elsewhere.
fn within(part: Span, clause: Span) -> Span {
    if clause.start <= part.start && part.end <= clause.end {
        Span::new(part.start - clause.start, part.end - clause.start)
    } else {
        Span::new(0, clause.end - clause.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{dictionary::Dictionaries, domain::SourceTextKind};

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-03-{text}:00+08:00").parse().unwrap()
    }

    fn consistency() -> Consistency {
        Consistency::new(Arc::new(Analyzer::new(&Dictionaries::embedded().unwrap()).unwrap()))
    }

    fn earlier(id: &str, text: &str) -> SourceText {
        SourceText {
            kind: SourceTextKind::Statement,
            id: id.into(),
            revision: 1,
            hash: String::new(),
            publisher: "高雄市政府水利局".into(),
            published: Some(at("10T09:00")),
            document_no: None,
            url: None,
            title: String::new(),
            text: text.into(),
        }
    }

    const EARLIER: &str = "五甲地區雨水下水道改善工程總經費為新臺幣2億5,000萬元，預定115年8月31日完工。";

    #[test]
    fn a_draft_that_says_otherwise_than_last_weeks_release_shows_both_clauses() {
        let consistency = consistency();
        let mut draft = Clarification {
            title: "針對「五甲地區雨水下水道改善工程總經費25億元」之說明".into(),
            lead: "報載「五甲地區雨水下水道改善工程總經費25億元」，與事實不符。".into(),
            facts: vec!["五甲地區雨水下水道改善工程總經費為新臺幣3億5,000萬元，預定115年8月31日完工。".into()],
            measures: "將持續說明。".into(),
            ..Clarification::default()
        };
        let found = consistency.disagreements(&draft, &[earlier("release:1", EARLIER)], at("17T09:00"));
        assert_eq!(found.len(), 1, "what is quoted of the report is not the draft's own word: {found:?}");
        let it = &found[0];
        assert_eq!((it.part, it.source.as_str()), (Part::Fact(0), "release:1@1"));
        assert!(it.differs.of(&it.words).unwrap().contains("3億5,000萬"), "{it:?}");
        assert!(it.earlier_differs.of(&it.earlier).unwrap().contains("2億5,000萬"), "{it:?}");
        let key = it.key();
        // The same as before is no disagreement, and another figure is another one.
        draft.facts = vec!["五甲地區雨水下水道改善工程總經費為新臺幣2億5,000萬元，預定115年8月31日完工。".into()];
        assert_eq!(consistency.disagreements(&draft, &[earlier("release:1", EARLIER)], at("17T09:00")), []);
        draft.facts = vec!["五甲地區雨水下水道改善工程總經費為新臺幣4億5,000萬元，預定115年8月31日完工。".into()];
        let other = consistency.disagreements(&draft, &[earlier("release:1", EARLIER)], at("17T09:00"));
        assert_ne!(other[0].key(), key);
    }

    #[test]
    fn a_release_on_something_else_disagrees_with_nothing() {
        let draft = Clarification {
            facts: vec!["路平專案總經費為新臺幣3億元。".into()], ..Clarification::default()
        };
        assert_eq!(consistency().disagreements(&draft, &[earlier("release:1", EARLIER)], at("17T09:00")), []);
        assert_eq!(consistency().disagreements(&draft, &[], at("17T09:00")), []);
    }
}
