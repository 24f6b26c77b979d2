//! A release between the store and the forms in which it leaves the console.

use chrono::{DateTime, Utc};
use ulid::Ulid;
use url::Url;

use crate::{
    domain::{
        Answer, AnsweredReport, Assignment, CitedStatement, Clarification, Draft, Publication, Release, SourceText,
        SourceTextKind, Stage, Verdict, roc_year, taipei,
    },
    store::{Dossier, NamedSource, PublishedRow, Releasing},
    web::{Desk, access::Member},
};

/// The last part of the address of a release's public page: the number of its case and the revision of its text, which
/// are known before it goes out.
pub(in crate::web) fn slug(case_number: i64, revision: u32) -> String {
    format!("{case_number}-{revision}")
}

/// The case number and the revision of such a part.
pub(in crate::web) fn read_slug(slug: &str) -> Option<(i64, u32)> {
    let (number, revision) = slug.split_once('-')?;
    Some((number.parse().ok()?, revision.parse().ok()?))
}

/// What documents take of a text, whether it went out or not.
struct Said<'a> {
    revision: u32,
    answer: Answer,
    agency: &'a str,
    unit: Option<&'a str>,
    text: &'a Clarification,
    sources: &'a [NamedSource],
}

/// A release as documents take it. Without a time it is a draft, and says so on every page.
pub(in crate::web) fn document(
    it: &Releasing,
    case_number: i64,
    base: &Url,
    (opened, issued): (DateTime<Utc>, Option<DateTime<Utc>>),
) -> Release {
    let said = Said {
        revision: it.revision,
        answer: it.answer,
        agency: &it.agency,
        unit: it.unit.as_deref(),
        text: &it.text,
        sources: &it.sources,
    };
    made(&said, (case_number, opened), base, issued.map(|at| Publication { first: at, at }))
}

/// What went out, as documents take it.
pub(in crate::web) fn published(row: &PublishedRow, base: &Url) -> Release {
    let at = row.release.issued_at;
    let document = document(&row.release.releasing, row.case_number, base, (row.known, Some(at)));
    Release { issued: Some(Publication { first: row.first, at }), ..document }
}

fn made(it: &Said<'_>, (number, opened): (i64, DateTime<Utc>), base: &Url, issued: Option<Publication>) -> Release {
    let path = format!("/clarifications/{}", slug(number, it.revision));
    let of = |kind| it.sources.iter().filter(move |source| source.kind == kind);
    Release {
        number: format!("{}-{number:04}", roc_year(taipei(opened).date_naive())),
        revision: it.revision,
        agency: it.agency.to_owned(),
        unit: it.unit.unwrap_or_default().to_owned(),
        answer: it.answer,
        issued,
        url: base.join(&path).unwrap_or_else(|_| base.clone()),
        reports: of(SourceTextKind::Report).map(report).collect(),
        statements: of(SourceTextKind::Statement).map(statement).collect(),
        text: it.text.clone(),
    }
}

/// The reports and statements that a text of a case names.
fn named(dossier: &Dossier) -> Vec<NamedSource> {
    let quoted_of = |it: &SourceText| {
        let own = dossier.quoted.iter().find(|quoted| quoted.finding.article_id == it.id);
        own.or(dossier.quoted.first()).filter(|_| it.kind == SourceTextKind::Report)
    };
    let current = dossier.sources();
    let named = current.iter().filter(|it| it.kind == SourceTextKind::Statement || it.url.is_some());
    let source = |it: &SourceText| NamedSource {
        kind: it.kind,
        id: it.id.clone(),
        revision: it.revision,
        publisher: it.publisher.clone(),
        title: it.title.clone(),
        url: it.url.clone(),
        document_no: it.document_no.clone(),
        published: it.published,
        claim: quoted_of(it).map(|quoted| quoted.claim().to_owned()),
        verdict: quoted_of(it).map(|quoted| quoted.finding.found.verdict),
    };
    named.map(source).collect()
}

impl Desk {
    /// What goes out, with the reports and statements it names.
    pub(in crate::web) fn releasing(&self, member: &Member, dossier: &Dossier, stage: &Stage) -> Option<Releasing> {
        let (issued, to) = (stage.issued()?, stage.assignment()?);
        let draft = dossier.drafts.iter().find(|draft| draft.revision == issued.revision)?;
        let examined = self.examined(dossier, (&draft.text, &[]), issued.at);
        Some(Releasing {
            id: Ulid::generate().to_string(),
            case_id: dossier.case.id.clone(),
            revision: issued.revision,
            hash: issued.hash.clone(),
            answer: issued.answer,
            agency: to.agency.clone(),
            unit: to.unit.clone(),
            text: draft.text.clone(),
            anchors: super::json::anchors(&examined.anchors).to_string(),
            sources: named(dossier),
            by: member.account.name.clone(),
        })
    }

    /// A revision of a draft as it would go out; it bears 預擬稿, because it has not.
    pub(in crate::web) fn preview(&self, dossier: &Dossier, draft: &Draft) -> Release {
        let (Assignment { agency, unit }, answer) = self.speaker(&dossier.case);
        let sources = named(dossier);
        let said = Said {
            revision: draft.revision,
            answer,
            agency: &agency,
            unit: unit.as_deref(),
            text: &draft.text,
            sources: &sources,
        };
        made(&said, (dossier.case.number, dossier.case.moments.known), &self.console.base, None)
    }
}

fn report(source: &NamedSource) -> AnsweredReport {
    AnsweredReport {
        outlet: source.publisher.clone(),
        title: source.title.clone(),
        url: source.url.as_deref().and_then(|url| url.parse().ok()),
        day: source.published.map(|at| taipei(at).date_naive()),
        claim: source.claim.clone().unwrap_or_default(),
        verdict: source.verdict.unwrap_or(Verdict::NotFound),
    }
}

fn statement(source: &NamedSource) -> CitedStatement {
    CitedStatement {
        agency: source.publisher.clone(),
        title: source.title.clone(),
        document_no: source.document_no.clone(),
        url: source.url.as_deref().and_then(|url| url.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_release() {
        assert_eq!(read_slug(&slug(12, 3)), Some((12, 3)));
        for bad in ["", "12", "12-", "-3", "a-1", "1-2-3"] {
            assert_eq!(read_slug(bad), None, "{bad}");
        }
    }
}
