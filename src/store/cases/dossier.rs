//! All that a case rests on, in one reading.

use super::{
    super::{Store, StoreError, rows},
    drafts::KeptBasis,
    list::CaseReport,
};
use crate::domain::{Case, Draft, FactVersion, Finding, OverdueNotice, Roster, SourceText, SourceTextKind};

/// An alert with the version of the report it quotes and the version of the statement that stands against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Quoted {
    /// The alert.
    pub finding: Finding,
    /// The outlet.
    pub outlet: String,
    /// The headline of the version that is quoted.
    pub title: String,
    /// Its text.
    pub text: String,
    /// When it was published, by its own words.
    pub published: Option<chrono::DateTime<chrono::Utc>>,
    /// The statement.
    pub fact: Option<FactVersion>,
}

impl Quoted {
    /// The claim, word for word.
    #[must_use]
    pub fn claim(&self) -> &str {
        let quote = self.finding.found.claim;
        let text = if quote.field == crate::domain::Field::Title { &self.title } else { &self.text };
        quote.span.of(text).unwrap_or_default()
    }

    /// The words of the statement that stand against it.
    #[must_use]
    pub fn fact_words(&self) -> Option<&str> {
        let (fact, words) = self.fact.as_ref().zip(self.finding.found.fact.as_ref())?;
        let it = &fact.statement;
        let text = if words.quote.field == crate::domain::Field::Title { &it.title } else { &it.text };
        words.quote.span.of(text)
    }

    /// The words of the claim that decide.
    #[must_use]
    pub fn claimed(&self) -> &str {
        let quote = self.finding.found.claim;
        let text = if quote.field == crate::domain::Field::Title { &self.title } else { &self.text };
        quote.part.of(text).unwrap_or_default()
    }
}

/// A case with everything it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// The case.
    pub case: Case,
    /// Its reports, as they stand now.
    pub reports: Vec<CaseReport>,
    /// Its alerts, each claim once.
    pub quoted: Vec<Quoted>,
    /// Statements that people laid beside it.
    pub laid: Vec<FactVersion>,
    /// All revisions of its draft, the latest first.
    pub drafts: Vec<Draft>,
    /// What people signed for.
    pub bases: Vec<KeptBasis>,
    /// What was said of missed goals, the earliest first.
    pub notices: Vec<OverdueNotice>,
    /// The units below the agencies, and who stands in for whom now.
    pub roster: Roster,
}

impl Dossier {
    /// The texts that a draft of this case may rest on: its reports as they stand now and as they were quoted, the
    /// statements that stand against them, and those that people laid beside.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceText> {
        let mut sources: Vec<SourceText> = self.reports.iter().map(of_report).collect();
        for quoted in &self.quoted {
            let known = sources.iter().any(|it| {
                it.kind == SourceTextKind::Report
                    && it.id == quoted.finding.article_id
                    && it.revision == quoted.finding.revision
            });
            if !known {
                sources.push(SourceText {
                    kind: SourceTextKind::Report,
                    id: quoted.finding.article_id.clone(),
                    revision: quoted.finding.revision,
                    hash: String::new(),
                    publisher: quoted.outlet.clone(),
                    published: quoted.published,
                    document_no: None,
                    url: None,
                    title: quoted.title.clone(),
                    text: quoted.text.clone(),
                });
            }
        }
        for fact in self.quoted.iter().filter_map(|it| it.fact.as_ref()).chain(&self.laid) {
            let known = sources
                .iter()
                .any(|it| it.kind == SourceTextKind::Statement && it.id == fact.id && it.revision == fact.revision);
            if !known {
                sources.push(of_statement(fact));
            }
        }
        sources
    }

    /// The latest revision of the draft.
    #[must_use]
    pub fn draft(&self) -> Option<&Draft> {
        self.drafts.first()
    }
}

/// A report as a draft may rest on it.
fn of_report(report: &CaseReport) -> SourceText {
    SourceText {
        kind: SourceTextKind::Report,
        id: report.article_id.clone(),
        revision: report.revision,
        hash: report.hash.clone(),
        publisher: report.outlet.clone(),
        published: report.published,
        document_no: None,
        url: Some(report.url.clone()),
        title: report.title.clone(),
        text: report.text.clone(),
    }
}

/// A statement as a draft may rest on it.
fn of_statement(fact: &FactVersion) -> SourceText {
    SourceText {
        kind: SourceTextKind::Statement,
        id: fact.id.clone(),
        revision: fact.revision,
        hash: fact.hash.clone(),
        publisher: fact.statement.agency.clone(),
        published: fact.statement.published,
        document_no: fact.statement.document_no.clone(),
        url: fact.statement.url.clone(),
        title: fact.statement.title.clone(),
        text: fact.statement.text.clone(),
    }
}

impl Store {
    /// A case with everything it rests on.
    ///
    /// # Errors
    /// When the database does not answer. An unknown case is `Ok(None)`.
    pub async fn dossier(&self, id: &str) -> Result<Option<Dossier>, StoreError> {
        let Some(case) = self.case(id).await? else { return Ok(None) };
        let reports = self.reports_of_case(id).await?;
        let mut quoted = Vec::new();
        for finding in self.findings_of_case(id).await? {
            quoted.push(self.quoted(finding).await?);
        }
        let mut laid = Vec::new();
        for (fact_id, revision) in self.laid_sources(id).await? {
            laid.extend(self.fact_version(&fact_id, revision).await?);
        }
        let (drafts, bases) = (self.drafts(id).await?, self.bases(id).await?);
        let (notices, roster) = (self.overdue_notices(id).await?, self.roster().await?);
        Ok(Some(Dossier { case, reports, quoted, laid, drafts, bases, notices, roster }))
    }

    /// An alert with the texts it quotes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn quoted(&self, finding: Finding) -> Result<Quoted, StoreError> {
        let work = async {
            let row = sqlx::query(
                "SELECT a.outlet, r.title, r.text, r.published_at FROM revisions r \
                 JOIN articles a ON a.id = r.article_id WHERE r.article_id = $1 AND r.revision = $2",
            )
            .bind(finding.article_id.clone())
            .bind(i64::from(finding.revision))
            .fetch_one(&self.read)
            .await?;
            Ok((
                rows::text(&row, "outlet")?,
                rows::text(&row, "title")?,
                rows::text(&row, "text")?,
                rows::optional_time(&row, "published_at")?,
            ))
        };
        let (outlet, title, text, published) = self.timed("quoted", work).await?;
        let fact = match &finding.found.fact {
            Some(fact) => self.fact_version(&fact.id, fact.revision).await?,
            None => None,
        };
        Ok(Quoted { finding, outlet, title, text, published, fact })
    }
}
