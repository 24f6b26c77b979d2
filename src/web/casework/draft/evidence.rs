//! What a draft is written from, beside it: what was claimed and what is so, the statements, and what the city already said
//! on the same matter, so that nobody contradicts last week's release unaware.

use crate::{
    domain::{Field, SourceTextKind, Span, roc_date, taipei},
    store::{Dossier, PublishedRow, Quoted},
    web::{
        Desk,
        casework::{act, release},
        names,
        pieces::{self, Look, Paint, Piece},
    },
};

/// A claim and the words that stand against it.
#[derive(Debug, Clone)]
pub(in crate::web) struct ContrastRow {
    pub outlet: String,
    pub report: String,
    pub verdict: &'static str,
    pub claim: Vec<Piece>,
    /// Agency, page and words of the statement.
    pub fact: Option<(String, String, Vec<Piece>)>,
    /// What became of the words on the outlet's page, if they stand there no longer.
    pub gone: Option<&'static str>,
}

/// A statement the draft may rest on.
#[derive(Debug, Clone)]
pub(in crate::web) struct StatementRow {
    pub words: String,
    pub title: String,
    pub address: String,
}

/// What went out before.
#[derive(Debug, Clone)]
pub(in crate::web) struct EarlierRow {
    pub title: String,
    pub agency: String,
    pub day: String,
    pub address: String,
    pub facts: Vec<String>,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Evidence {
    pub contrasts: Vec<ContrastRow>,
    pub statements: Vec<StatementRow>,
    pub earlier: Vec<EarlierRow>,
}

impl Desk {
    pub(super) fn evidence(&self, dossier: &Dossier, earlier: &[PublishedRow]) -> Evidence {
        let standings = act::standings(dossier);
        let contrast = |quoted: &Quoted| {
            let standing =
                standings.iter().find(|it| it.report == quoted.finding.article_id && it.quote == quoted.claim());
            ContrastRow {
                outlet: quoted.outlet.clone(),
                report: format!("/reports/{}", quoted.finding.article_id),
                verdict: names::verdict(quoted.finding.found.verdict),
                claim: sentence(quoted),
                fact: self.stated(quoted),
                gone: standing.and_then(|it| match (it.deleted, it.stands) {
                    (true, _) => Some("原報導已下架"),
                    (false, false) => Some("原網頁已無此說法"),
                    (false, true) => None,
                }),
            }
        };
        let sources = dossier.sources();
        let statements = sources.iter().filter(|it| it.kind == SourceTextKind::Statement).map(|it| StatementRow {
            words: self.source_words(dossier, it),
            title: it.title.clone(),
            address: super::field::source_address(it),
        });
        let earlier = earlier.iter().map(|row| EarlierRow {
            title: row.release.releasing.text.title.clone(),
            agency: self.names.agency(&row.release.releasing.agency).to_owned(),
            day: roc_date(taipei(row.release.issued_at).date_naive()),
            address: format!("/clarifications/{}", release::slug(row.case_number, row.release.releasing.revision)),
            facts: row.release.releasing.text.facts.clone(),
        });
        Evidence {
            contrasts: dossier.quoted.iter().map(contrast).collect(),
            statements: statements.collect(),
            earlier: earlier.collect(),
        }
    }

    fn stated(&self, quoted: &Quoted) -> Option<(String, String, Vec<Piece>)> {
        let (fact, words) = quoted.fact.as_ref().zip(quoted.finding.found.fact.as_ref())?;
        let it = &fact.statement;
        let text = if words.quote.field == Field::Title { &it.title } else { &it.text };
        let shown = marked(text, words.quote.span, words.quote.part);
        Some((self.names.agency(&it.agency).to_owned(), names::fact_address(&fact.id), shown))
    }
}

fn sentence(quoted: &Quoted) -> Vec<Piece> {
    let quote = quoted.finding.found.claim;
    let text = if quote.field == Field::Title { &quoted.title } else { &quoted.text };
    marked(text, quote.span, quote.part)
}

fn marked(text: &str, range: Span, part: Span) -> Vec<Piece> {
    pieces::cut(text, range, &[Paint { span: part, look: Look::Marked(String::new()) }])
}
