//! What official statements say of a report, claim and fact side by side, and what a person makes of it.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use chrono::{DateTime, Utc};

use crate::{
    domain::{FactVersion, Field, Finding, Found, Level, Outcome, Quote, Span},
    store::{Judging, Mark, Report},
    web::{
        Desk,
        access::Person,
        corrections::LONGEST_NOTE,
        fault::{Fault, Shared},
        form::Form,
        moment, names,
        pieces::{self, Look, Paint, Piece},
    },
};

/// Characters of a sentence that are shown on either side of the clause in question.
const AROUND: usize = 80;

/// An official statement's words.
#[derive(Debug)]
pub(super) struct FactWords {
    /// The page of the statement.
    pub address: String,
    pub agency: String,
    pub title: String,
    /// When it was published.
    pub clock: Option<String>,
    /// Whether it is a version that another one followed.
    pub is_former: bool,
    pub words: Vec<Piece>,
}

/// An outcome that a person may choose, or chose.
#[derive(Debug)]
pub(super) struct OutcomeWords {
    pub name: &'static str,
    pub words: &'static str,
}

/// What a person made of a finding.
#[derive(Debug)]
pub(super) struct JudgedWords {
    pub outcome: Outcome,
    pub by: String,
    pub clock: String,
    pub iso: String,
    pub note: Option<String>,
}

/// A finding as the page shows it.
#[derive(Debug)]
pub(super) struct FindingRow {
    pub id: String,
    pub level: Level,
    pub verdict: &'static str,
    pub kind: &'static str,
    pub sureness: &'static str,
    pub why: String,
    /// Which part of the report is quoted.
    pub place: &'static str,
    pub claim: Vec<Piece>,
    pub fact: Option<FactWords>,
    pub judged: Option<JudgedWords>,
    pub clock: String,
    pub iso: String,
    pub dictionaries: String,
    pub rules: String,
}

/// All that is found of a report.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Whether the report was held against the register at all.
    pub checked: bool,
    /// The report whose check it is, when that is another one of the same words: its page and outlet.
    pub shared: Option<(String, String)>,
    /// The report to which outcomes belong.
    pub article_id: String,
    pub alerts: Vec<FindingRow>,
    pub others: Vec<FindingRow>,
}

impl FindingRow {
    pub(super) fn is_grave(&self) -> bool {
        self.level == Level::A
    }

    pub(super) fn is_open(&self) -> bool {
        self.judged.is_none()
    }

    pub(super) fn level_words(&self) -> &'static str {
        names::level(self.level)
    }
}

impl JudgedWords {
    pub(super) fn is_city_wrong(&self) -> bool {
        self.outcome == Outcome::CityWrong
    }

    pub(super) fn words(&self) -> &'static str {
        names::outcome(self.outcome)
    }

    pub(super) fn class(&self) -> &'static str {
        self.outcome.name()
    }
}

impl Findings {
    /// Alerts that nobody judged.
    pub(super) fn open(&self) -> usize {
        self.alerts.iter().filter(|row| row.is_open()).count()
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    pub(super) fn outcomes(&self) -> Vec<OutcomeWords> {
        Outcome::ALL.map(|outcome| OutcomeWords { name: outcome.name(), words: names::outcome(outcome) }).into()
    }
}

impl Desk {
    /// Why a report is to be looked at, by the first alert on it that is open.
    pub(super) async fn reason_to_look(&self, id: &str) -> Result<Option<String>, Fault> {
        let found = self.console.store.findings_of(id).await?.map(|(_, found)| found).unwrap_or_default();
        let open = |it: &Finding| it.found.level > Level::None && it.judged.is_none();
        Ok(found.into_iter().find(open).map(|it| it.found.why))
    }

    /// What is found of a report, and where in it alerts stand.
    pub(super) async fn findings(
        &self,
        report: &Report,
        now: DateTime<Utc>,
    ) -> Result<(Findings, Vec<(Field, Paint)>), Fault> {
        let store = &self.console.store;
        let Some((whose, found)) = store.findings_of(&report.row.id).await? else {
            return Ok((Findings::default(), Vec::new()));
        };
        let other = if whose == report.row.id { None } else { store.report(&whose).await? };
        let quoted = other.as_ref().unwrap_or(report);
        let mut findings = Findings {
            checked: true,
            shared: other.as_ref().map(|other| (format!("/reports/{}", other.row.id), other.row.outlet.clone())),
            article_id: whose,
            ..Findings::default()
        };
        let mut paints = Vec::new();
        for finding in found {
            let is_alert = finding.found.level > Level::None || finding.judged.is_some();
            if is_alert && other.is_none() {
                let Quote { field, part, .. } = finding.found.claim;
                let look = Look::Doubted(names::verdict(finding.found.verdict));
                paints.push((field, Paint { span: part, look }));
            }
            let row = self.finding_row(finding, (&quoted.row.title, &quoted.text, &quoted.marks), now).await?;
            if is_alert { findings.alerts.push(row) } else { findings.others.push(row) }
        }
        findings.alerts.sort_by_key(|row| !row.is_open());
        Ok((findings, paints))
    }

    /// A finding beside the headline, the text and the marks of the version of the report it quotes.
    pub(super) async fn finding_row(
        &self,
        finding: Finding,
        (title, text, marks): (&str, &str, &[Mark]),
        now: DateTime<Utc>,
    ) -> Result<FindingRow, Fault> {
        let Found { verdict, kind, level, score, claim, fact, why } = finding.found;
        let fact = match fact {
            Some(fact) => {
                let versions = self.console.store.fact_versions(&fact.id).await?;
                let latest = versions.first().map_or(0, |latest| latest.revision);
                let version = versions.into_iter().find(|version| version.revision == fact.revision);
                version.map(|version| self.fact_words(&version, fact.quote, latest, now))
            }
            None => None,
        };
        Ok(FindingRow {
            id: finding.id,
            level,
            verdict: names::verdict(verdict),
            kind: names::claim(kind),
            sureness: names::sureness(score),
            why,
            place: if claim.field == Field::Title { "標題" } else { "內文" },
            claim: sentence(field(claim.field, title, text), claim, &self.masks(marks, claim.field)),
            fact,
            judged: finding.judged.map(|judged| JudgedWords {
                outcome: judged.outcome,
                by: judged.by.to_string(),
                clock: moment::clock(judged.at, now),
                iso: moment::iso(judged.at),
                note: judged.note,
            }),
            clock: moment::clock(finding.found_at, now),
            iso: moment::iso(finding.found_at),
            dictionaries: finding.dictionaries,
            rules: finding.rules,
        })
    }

    fn fact_words(&self, version: &FactVersion, quote: Quote, latest: u32, now: DateTime<Utc>) -> FactWords {
        let it = &version.statement;
        FactWords {
            address: names::fact_address(&version.id),
            agency: self.names.agency(&it.agency).to_owned(),
            title: it.title.clone(),
            clock: it.published.map(|at| moment::clock(at, now)),
            is_former: version.revision != latest,
            words: sentence(field(quote.field, &it.title, &it.text), quote, &[]),
        }
    }

    /// What of a text hides personal data.
    pub(super) fn masks(&self, marks: &[Mark], field: Field) -> Vec<Paint> {
        let mut paints = pieces::paints(marks, field, &self.names);
        paints.retain(Paint::is_mask);
        paints
    }
}

fn field<'a>(field: Field, title: &'a str, text: &'a str) -> &'a str {
    match field {
        Field::Title => title,
        Field::Text => text,
    }
}

/// The sentence around a clause, with the part that decides marked.
pub(super) fn sentence(text: &str, quote: Quote, masks: &[Paint]) -> Vec<Piece> {
    let range = around(text, quote.span);
    let mut paints = masks.to_vec();
    paints.push(Paint { span: quote.part, look: Look::Marked(String::new()) });
    let pieces = pieces::cut(text, range, &paints);
    let ended = |at: usize| text.get(..at).and_then(|before| before.chars().next_back()).is_none_or(is_end);
    let goes_on = text.get(range.end..).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('\n'));
    let (cut_before, cut_after) = (!ended(range.start), goes_on && !ended(range.end));
    pieces::shortened(pieces, cut_before, cut_after)
}

fn is_end(sign: char) -> bool {
    matches!(sign, '。' | '！' | '？' | '!' | '?' | '\n' | '；')
}

/// The bytes of the sentence that a span lies in, or as much of it as is shown.
fn around(text: &str, span: Span) -> Span {
    let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else { return span };
    let start = before
        .char_indices()
        .rev()
        .take(AROUND)
        .take_while(|(_, sign)| !is_end(*sign))
        .last()
        .map_or(span.start, |(at, _)| at);
    let mut end = span.end;
    let is_over = span.of(text).and_then(|clause| clause.chars().next_back()).is_some_and(is_end);
    for sign in after.chars().take(if is_over { 0 } else { AROUND }) {
        if sign == '\n' {
            break;
        }
        end += sign.len_utf8();
        if is_end(sign) {
            break;
        }
    }
    Span::new(start, end)
}

/// Records what a person found out.
pub(super) async fn judge(
    State(desk): State<Shared>,
    person: Person,
    Path((id, finding)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let Person { account, visitor, .. } = person;
    let has_controls = id.chars().chain(finding.chars()).any(char::is_control);
    let (Some(outcome), false) = (Outcome::from_name(form.typed("outcome")), has_controls) else {
        return desk.apology(&visitor, &Fault::Changed);
    };
    let note = form.line("note").map(|note| note.chars().take(LONGEST_NOTE).collect());
    let by = (account.name, visitor.actor());
    let now = desk.console.clock.now();
    match desk.console.store.judge_finding((&id, &finding), outcome, note, by, now).await {
        Ok(Judging::Done(_)) => {
            desk.console.metrics.findings_judged_total.with_label_values(&[outcome.name()]).inc();
            Desk::go(&format!("/reports/{id}#findings"), None)
        }
        Ok(Judging::Stale) => desk.apology(&visitor, &Fault::Changed),
        Err(error) => desk.apology(&visitor, &Fault::Store(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, clause: &str, part: &str, expect: &str) {
        let at = |words: &str| text.find(words).map(|start| Span::new(start, start + words.len())).unwrap();
        let quote = Quote { field: Field::Text, span: at(clause), part: at(part) };
        let shown: String = sentence(text, quote, &[])
            .into_iter()
            .map(|piece| if piece.look == Look::Plain { piece.text } else { format!("[{}]", piece.text) })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn a_claim_is_shown_in_its_sentence() {
        let text = "市府動工。工程總經費25億元，8月完工。里長很高興。";
        check(text, "工程總經費25億元", "25億元", "工程總經費[25億元]，8月完工。");
        check(text, "8月完工", "8月", "工程總經費25億元，[8月]完工。");
        check("標題沒有句號25億元", "25億元", "25億元", "標題沒有句號[25億元]");
        check("第一段\n總經費25億元\n第三段", "總經費25億元", "25億元", "總經費[25億元]");
    }

    #[test]
    fn a_sentence_without_end_is_cut() {
        let text = format!("{}25億元{}", "前".repeat(200), "後".repeat(200));
        let shown = pieces::plain(&sentence(
            &text,
            Quote { field: Field::Text, span: Span::new(600, 608), part: Span::new(600, 608) },
            &[],
        ));
        assert!(shown.starts_with("…前") && shown.ends_with("後…"), "{shown}");
        assert_eq!(shown.chars().count(), AROUND * 2 + 4 + 2);
    }
}
