//! What a digest is made of: the cases that were open in a period and the reports that spoke ill of the city.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{Row, any::AnyRow};

use super::{Store, StoreError, cases, rows};
use crate::domain::{
    Case, DigestCase, DigestMatter, DigestRelease, DigestReport, Field, Label, Period, Span, StepKind,
};

/// Cases that were open at any moment from `$1` to before `$2`: those that are, and those that ended since.
macro_rules! open_cases {
    ($columns:literal, $joined:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM cases c ",
            $joined,
            " WHERE c.known_at < $2 AND (c.since >= $1 OR c.state IN ('to_verify', 'assigned', 'verifying', \
             'drafting', 'reviewing', 'published', 'tracking', 'apologised')) ORDER BY ",
            $order
        )
    };
}

/// Reports in scope that were first fetched from `$1` to before `$2` and speak ill of the city.
macro_rules! negative {
    ($columns:literal, $joined:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM articles a JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision ",
            $joined,
            " WHERE m.in_scope = 1 AND m.toward_city = 'negative' AND a.official IS NULL AND a.first_seen_at >= $1 \
             AND a.first_seen_at < $2 ORDER BY ",
            $order
        )
    };
}

const CASES: &str = open_cases!("c.*", "", "c.number");
const CASE_REPORTS: &str = open_cases!(
    "c.id AS case_id, a.id, a.source_id, a.outlet, a.url, a.first_seen_at, r.byline, r.title, \
     SUBSTR(r.text, 1, 400) AS lead, COALESCE(t.story, a.id) AS tale, m.district, m.toward_city, s.service, g.agency, \
     1 AS outlets, c.number AS case_number",
    "JOIN case_reports j ON j.case_id = c.id JOIN articles a ON a.id = j.article_id \
     JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision \
     JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision LEFT JOIN stories t ON t.article_id = a.id \
     LEFT JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0 \
     LEFT JOIN mention_agencies g ON g.article_id = a.id AND g.revision = a.revision AND g.rank = 0",
    "c.number, j.joined_at, a.number"
);
const CASE_MARKS: &str = open_cases!(
    "k.article_id, k.field, k.span_start, k.span_end",
    "JOIN case_reports j ON j.case_id = c.id JOIN articles a ON a.id = j.article_id \
     JOIN mention_marks k ON k.article_id = a.id AND k.revision = a.revision AND k.what LIKE 'personal:%'",
    "c.number, k.position"
);
const CLAIMS: &str =
    open_cases!("k.case_id, k.claimed", "JOIN case_claims k ON k.case_id = c.id", "c.number, k.added_at, k.claimed");
const STEPS: &str = open_cases!(
    "l.subject, l.detail, COALESCE(u.person, l.actor) AS person",
    "JOIN audit l ON l.subject = c.id AND l.action = 'case_stepped' LEFT JOIN users u ON u.name = l.actor",
    "l.seq"
);
const REPORTS: &str = negative!(
    "a.id, a.source_id, a.outlet, a.url, a.first_seen_at, r.byline, r.title, SUBSTR(r.text, 1, 400) AS lead, \
     COALESCE(t.story, a.id) AS tale, m.district, m.toward_city, s.service, g.agency, \
     (SELECT COUNT(DISTINCT o.outlet) FROM stories q JOIN articles o ON o.id = q.article_id \
     WHERE q.story = t.story AND o.first_seen_at < $2) AS outlets, \
     COALESCE((SELECT MAX(k.number) FROM case_reports e JOIN cases k ON k.id = e.case_id WHERE e.article_id = a.id), \
     (SELECT MAX(k.number) FROM stories q JOIN case_reports e ON e.article_id = q.article_id \
     JOIN cases k ON k.id = e.case_id WHERE q.story = t.story)) AS case_number",
    "JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision LEFT JOIN stories t ON t.article_id = a.id \
     LEFT JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0 \
     LEFT JOIN mention_agencies g ON g.article_id = a.id AND g.revision = a.revision AND g.rank = 0",
    "a.first_seen_at, a.number"
);
const REPORT_MARKS: &str = negative!(
    "k.article_id, k.field, k.span_start, k.span_end",
    "JOIN mention_marks k ON k.article_id = a.id AND k.revision = a.revision AND k.what LIKE 'personal:%'",
    "a.number, k.position"
);

/// Questions and complaints in scope that were first fetched from `$1` to before `$2`, by anybody but the city.
macro_rules! asked {
    ($columns:literal, $joined:literal, $order:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM articles a JOIN mentions m ON m.article_id = a.id AND m.revision = a.revision ",
            $joined,
            " WHERE m.in_scope = 1 AND m.kind IN ('question', 'complaint') AND a.official IS NULL \
             AND a.first_seen_at >= $1 AND a.first_seen_at < $2 ORDER BY ",
            $order
        )
    };
}

const ASKED: &str = asked!(
    "a.id, a.source_id, a.outlet, a.url, a.first_seen_at, r.byline, r.title, SUBSTR(r.text, 1, 400) AS lead, \
     COALESCE(t.story, a.id) AS tale, m.district, m.toward_city, s.service, g.agency, 1 AS outlets, \
     CAST(NULL AS BIGINT) AS case_number",
    "JOIN revisions r ON r.article_id = a.id AND r.revision = a.revision LEFT JOIN stories t ON t.article_id = a.id \
     LEFT JOIN mention_services s ON s.article_id = a.id AND s.revision = a.revision AND s.rank = 0 \
     LEFT JOIN mention_agencies g ON g.article_id = a.id AND g.revision = a.revision AND g.rank = 0",
    "a.first_seen_at, a.number"
);
const ASKED_MARKS: &str = asked!(
    "k.article_id, k.field, k.span_start, k.span_end",
    "JOIN mention_marks k ON k.article_id = a.id AND k.revision = a.revision AND k.what LIKE 'personal:%'",
    "a.number, k.position"
);

/// Personal data in the headline and in the text of reports, by their keys.
type Masks = HashMap<String, (Vec<Span>, Vec<Span>)>;

impl Store {
    /// All that a digest of a period is made of. Reports are read from `since` on, so that what was told earlier in the day
    /// is known as such.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn digest_matter(&self, period: Period, since: DateTime<Utc>) -> Result<DigestMatter, StoreError> {
        let work = async {
            let masks = masks(&self.within(REPORT_MARKS, since, period.until).await?)?;
            let found = self.within(REPORTS, since, period.until).await?;
            let reports = found.iter().map(|row| report(row, &masks)).collect::<Result<_, _>>()?;
            Ok(DigestMatter { cases: self.digest_cases(period).await?, reports })
        };
        self.timed("digest_matter", work).await
    }

    /// Questions and complaints in scope that were first fetched in a period, the earliest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn asked(&self, period: Period) -> Result<Vec<DigestReport>, StoreError> {
        let work = async {
            let masks = masks(&self.within(ASKED_MARKS, period.from, period.until).await?)?;
            let found = self.within(ASKED, period.from, period.until).await?;
            found.iter().map(|row| report(row, &masks)).collect()
        };
        self.timed("asked", work).await
    }

    /// The cases that became known in a period, by their numbers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn cases_known(&self, period: Period) -> Result<Vec<Case>, StoreError> {
        let work = async {
            let sql = "SELECT * FROM cases WHERE known_at >= $1 AND known_at < $2 ORDER BY number";
            self.within(sql, period.from, period.until).await?.iter().map(cases::case).collect()
        };
        self.timed("cases_known", work).await
    }

    async fn digest_cases(&self, period: Period) -> Result<Vec<DigestCase>, StoreError> {
        let read = async |sql| self.within(sql, period.from, period.until).await;
        let masks = masks(&read(CASE_MARKS).await?)?;
        let mut reports: HashMap<String, Vec<DigestReport>> = HashMap::new();
        for row in &read(CASE_REPORTS).await? {
            reports.entry(rows::text(row, "case_id")?).or_default().push(report(row, &masks)?);
        }
        let mut claims: HashMap<String, Vec<String>> = HashMap::new();
        for row in &read(CLAIMS).await? {
            claims.entry(rows::text(row, "case_id")?).or_default().push(rows::text(row, "claimed")?);
        }
        let mut steps: HashMap<String, Vec<(StepKind, String)>> = HashMap::new();
        for row in &read(STEPS).await? {
            if let Some(step) = step(&rows::text(row, "detail")?) {
                steps.entry(rows::text(row, "subject")?).or_default().push((step, rows::text(row, "person")?));
            }
        }
        let mut all = Vec::new();
        for row in &read(CASES).await? {
            let case = cases::case(row)?;
            let reports = reports.remove(&case.id).unwrap_or_default();
            let mut outlets: Vec<&str> = reports.iter().map(|it| it.outlet.as_str()).collect();
            outlets.sort_unstable();
            outlets.dedup();
            let release = match case.stage.issued() {
                Some(_) => self.releases_of_case(&case.id).await?.into_iter().next(),
                None => None,
            };
            let notice = self.overdue_notices(&case.id).await?.pop();
            all.push(DigestCase {
                notice,
                outlets: u64::try_from(outlets.len()).unwrap_or_default(),
                report: reports.into_iter().next(),
                claims: claims.remove(&case.id).unwrap_or_default(),
                release: release
                    .map(|it| DigestRelease { title: it.releasing.text.title, revision: it.releasing.revision }),
                steps: steps.remove(&case.id).unwrap_or_default(),
                case,
            });
        }
        Ok(all)
    }

    async fn within(
        &self,
        sql: &'static str,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<AnyRow>, StoreError> {
        Ok(sqlx::query(sql).bind(rows::micros(from)).bind(rows::micros(until)).fetch_all(&self.read).await?)
    }
}

/// The step that a row of the audit log tells of; none of a step that only another version knows.
fn step(detail: &str) -> Option<StepKind> {
    let detail: serde_json::Value = serde_json::from_str(detail).ok()?;
    StepKind::from_name(detail.get("step")?.as_str()?)
}

fn masks(found: &[AnyRow]) -> Result<Masks, StoreError> {
    let mut masks = Masks::new();
    for row in found {
        let of = masks.entry(rows::text(row, "article_id")?).or_default();
        let (start, end) = (rows::integer(row, "span_start")?, rows::integer(row, "span_end")?);
        let span = Span::new(rows::small(start), rows::small(end));
        match rows::field_from(&rows::text(row, "field")?) {
            Field::Title => of.0.push(span),
            Field::Text => of.1.push(span),
        }
    }
    Ok(masks)
}

fn report(row: &AnyRow, masks: &Masks) -> Result<DigestReport, StoreError> {
    let (id, label) = (rows::text(row, "id")?, rows::text(row, "toward_city")?);
    let (title_masks, lead_masks) = masks.get(&id).cloned().unwrap_or_default();
    // A report that no story was found for is told by its own outlet.
    let outlets = u64::try_from(rows::integer(row, "outlets")?).unwrap_or_default().max(1);
    Ok(DigestReport {
        id,
        story: rows::text(row, "tale")?,
        source_id: rows::text(row, "source_id")?,
        outlet: rows::text(row, "outlet")?,
        author: rows::optional(row, "byline")?,
        title: rows::text(row, "title")?,
        title_masks,
        lead: rows::text(row, "lead")?,
        lead_masks,
        url: rows::text(row, "url")?,
        seen: rows::time(row, "first_seen_at")?,
        district: rows::optional(row, "district")?,
        service: rows::optional(row, "service")?,
        agency: rows::optional(row, "agency")?,
        toward_city: Label::from_name(&label)
            .ok_or(StoreError::Value { column: "mentions.toward_city", value: label })?,
        outlets,
        case_number: row.try_get("case_number")?,
    })
}
