//! What `analyze` answers.

use serde::Serialize;

use super::DocumentId;
use crate::domain::{Analysis, Field, Sentiment, Span};

/// One answer of `analyze`, a line of JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnalysisOut {
    /// The document's id as given.
    pub id: DocumentId,
    /// Whether it concerns this city and its services.
    pub in_scope: bool,
    /// 0 to 1.
    pub scope_score: f64,
    /// Best first.
    pub services: Vec<ServiceOut>,
    /// 1999 categories, best first.
    pub categories: Vec<CategoryOut>,
    /// Best first.
    pub agencies: Vec<AgencyOut>,
    /// In order of appearance.
    pub places: Vec<PlaceOut>,
    /// The district it is about.
    pub district: Option<String>,
    /// What sort of text.
    pub kind: &'static str,
    /// Of the text.
    pub sentiment: SentimentOut,
    /// Toward the city's government.
    pub toward_city: SentimentOut,
    /// Checkable statements.
    pub claims: Vec<ClaimOut>,
    /// Personal data.
    pub personal_data: Vec<PersonalOut>,
    /// The words that decided services and agencies.
    pub evidence: Vec<EvidenceOut>,
}

/// A service with its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceOut {
    /// Its id.
    pub id: String,
    /// 0 to 1.
    pub score: f64,
}

/// A 1999 category with its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CategoryOut {
    /// Its name.
    pub name: String,
    /// 0 to 1.
    pub score: f64,
}

/// An agency with its score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgencyOut {
    /// Its full name.
    pub name: String,
    /// The unit below it.
    pub unit: Option<String>,
    /// 0 to 1.
    pub score: f64,
    /// Whether it is the city's own.
    pub city: bool,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaceOut {
    /// `district`, `village`, `road`, `station`, `facility`.
    pub kind: &'static str,
    /// Its current name.
    pub name: String,
    /// `title` or `text`.
    pub field: &'static str,
    /// Bytes of the field.
    pub span: [usize; 2],
    /// The district it lies in.
    pub district: Option<String>,
}

/// A polarity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SentimentOut {
    /// `negative`, `neutral`, `positive`.
    pub label: &'static str,
    /// -1 to 1.
    pub score: f64,
}

/// A checkable statement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClaimOut {
    /// `figure`, `date`, `agency`, `status`, `notice`, `place`, `quote`.
    pub kind: &'static str,
    /// `title` or `text`.
    pub field: &'static str,
    /// Bytes of the field.
    pub span: [usize; 2],
    /// The words under the span.
    pub text: String,
    /// What it speaks of.
    pub subject: String,
    /// What it says.
    pub value: String,
    /// The unit of the value.
    pub unit: Option<String>,
    /// Whether it is denied.
    pub negated: bool,
    /// Who is quoted.
    pub attributed_to: Option<String>,
}

/// Personal data to mask.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonalOut {
    /// `phone`, `plate`, `id`, `address`, `name`.
    pub kind: &'static str,
    /// `title` or `text`.
    pub field: &'static str,
    /// Bytes of the field.
    pub span: [usize; 2],
}

/// A word that decided.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceOut {
    /// `title` or `text`.
    pub field: &'static str,
    /// Bytes of the field.
    pub span: [usize; 2],
    /// The service id or agency name it spoke for.
    pub speaks_for: String,
}

impl AnalysisOut {
    /// The answer for the document `id` with its `title` and `text`, which the claims quote.
    #[must_use]
    pub fn new(id: DocumentId, title: &str, text: &str, analysis: &Analysis) -> Self {
        let quote = |field, span: Span| {
            let whole = match field {
                Field::Title => title,
                Field::Text => text,
            };
            span.of(whole).unwrap_or_default().to_owned()
        };
        let services = analysis.services.iter();
        let categories = analysis.categories.iter();
        Self {
            id,
            in_scope: analysis.scope.inside,
            scope_score: rounded(analysis.scope.score),
            services: services.map(|it| ServiceOut { id: it.name.clone(), score: rounded(it.score) }).collect(),
            categories: categories.map(|it| CategoryOut { name: it.name.clone(), score: rounded(it.score) }).collect(),
            agencies: analysis
                .agencies
                .iter()
                .map(|it| AgencyOut {
                    name: it.name.clone(),
                    unit: it.unit.clone(),
                    score: rounded(it.score),
                    city: it.city,
                })
                .collect(),
            places: analysis
                .places
                .iter()
                .map(|it| PlaceOut {
                    kind: it.kind.name(),
                    name: it.name.clone(),
                    field: field(it.field),
                    span: bytes(it.span),
                    district: it.district.clone(),
                })
                .collect(),
            district: analysis.district.clone(),
            kind: analysis.kind.name(),
            sentiment: SentimentOut::from(analysis.sentiment),
            toward_city: SentimentOut::from(analysis.toward_city),
            claims: analysis
                .claims
                .iter()
                .map(|it| ClaimOut {
                    kind: it.kind.name(),
                    field: field(it.field),
                    span: bytes(it.span),
                    text: quote(it.field, it.span),
                    subject: it.subject.clone(),
                    value: it.value.clone(),
                    unit: it.unit.clone(),
                    negated: it.negated,
                    attributed_to: it.attributed_to.clone(),
                })
                .collect(),
            personal_data: analysis
                .personal_data
                .iter()
                .map(|it| PersonalOut { kind: it.kind.name(), field: field(it.field), span: bytes(it.span) })
                .collect(),
            evidence: analysis
                .evidence
                .iter()
                .map(|it| EvidenceOut {
                    field: field(it.field),
                    span: bytes(it.span),
                    speaks_for: it.speaks_for.clone(),
                })
                .collect(),
        }
    }
}

impl From<Sentiment> for SentimentOut {
    fn from(sentiment: Sentiment) -> Self {
        Self { label: sentiment.label.name(), score: rounded(sentiment.score) }
    }
}

/// Four decimals: more would only show noise, and would differ between machines.
fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}

fn bytes(span: Span) -> [usize; 2] {
    [span.start, span.end]
}

fn field(field: Field) -> &'static str {
    match field {
        Field::Title => "title",
        Field::Text => "text",
    }
}
