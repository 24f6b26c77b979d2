//! One report: what was written, what was understood of it, and why.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use url::Url;

use crate::{
    domain::{Dated, Field, Label, Scored},
    store::{Mark, Report, RevisionRow},
    web::{
        Desk,
        corrections::{Amended, CorrectionRow, LONGEST_NOTE, Question},
        fault::{Fault, Shared},
        filter::Wanted,
        findings::Findings,
        frame::{Frame, Section},
        moment, names,
        pieces::{self, Paint, Piece},
        story::Telling,
        visitor::Visitor,
    },
};

/// Words shown for one service or agency; the text itself has the rest highlighted.
const MOST_WORDS: usize = 12;

/// Versions listed, newest first; an outlet that changes a page more often than this counts words or visitors.
const MOST_REVISIONS: usize = 20;

/// A time of the report, as the page writes it.
#[derive(Debug)]
pub(super) struct Moment {
    pub what: &'static str,
    pub clock: String,
    pub ago: String,
    pub iso: String,
    pub note: Option<&'static str>,
    /// Whether lists are ordered by it.
    pub leads: bool,
}

/// A guess with how sure it is.
#[derive(Debug)]
pub(super) struct Guess {
    pub name: String,
    /// None of what a person said.
    pub percent: Option<u32>,
    pub note: Option<String>,
}

/// A polarity with its strength.
#[derive(Debug)]
pub(super) struct Feeling {
    pub what: &'static str,
    pub label: Label,
    pub score: String,
    /// The machine's own, when a person put it right.
    pub amended: Option<String>,
}

/// An earlier or later version.
#[derive(Debug)]
pub(super) struct Version {
    pub number: u32,
    pub title: Vec<Piece>,
    pub clock: String,
    pub iso: String,
    pub hash: String,
    pub current: bool,
}

/// Less than one in ten is no category to name.
const LEAST_SHOWN: f64 = 0.1;

/// The page.
#[derive(Debug, Template)]
#[template(path = "report.html")]
pub(super) struct ReportPage {
    pub(super) frame: Frame,
    pub(super) title: Vec<Piece>,
    pub(super) body: Vec<Vec<Piece>>,
    pub(super) outlet: String,
    pub(super) byline: Option<String>,
    pub(super) official: Option<String>,
    pub(super) in_scope: bool,
    pub(super) scope_percent: u32,
    pub(super) original: Option<String>,
    pub(super) moments: Vec<Moment>,
    pub(super) masked: bool,
    pub(super) services: Vec<Guess>,
    pub(super) categories: Vec<Guess>,
    pub(super) agencies: Vec<Guess>,
    /// Kind and name.
    pub(super) places: Vec<(&'static str, String)>,
    pub(super) district: Option<String>,
    pub(super) kind: &'static str,
    pub(super) feelings: Vec<Feeling>,
    /// A service or agency with the words that spoke for it.
    pub(super) reasons: Vec<(String, Vec<String>)>,
    pub(super) versions: Vec<Version>,
    /// The reports of its story, itself among them, in the order of publication.
    pub(super) tellings: Vec<Telling>,
    pub(super) source: String,
    /// Where all reports of this source are listed.
    pub(super) source_reports: String,
    pub(super) charset: String,
    pub(super) snapshot: Option<String>,
    pub(super) model: String,
    pub(super) id: String,
    /// What people put right of it.
    pub(super) amended: Amended,
    pub(super) corrections: Vec<CorrectionRow>,
    pub(super) questions: Vec<Question>,
    /// What official statements say of it.
    pub(super) findings: Findings,
    /// The page of the statement it is itself.
    pub(super) fact: Option<String>,
    /// The cases it belongs to: page, number and state.
    pub(super) cases: Vec<(String, i64, &'static str)>,
}

impl Feeling {
    fn words(&self) -> &'static str {
        names::label(self.label)
    }

    fn shape(&self) -> &'static str {
        names::shape(self.label)
    }

    fn class(&self) -> &'static str {
        self.label.name()
    }
}

impl ReportPage {
    fn plain_title(&self) -> String {
        pieces::plain(&self.title)
    }

    #[expect(clippy::unused_self, reason = "templates reach constants through the page")]
    fn longest_note(&self) -> usize {
        LONGEST_NOTE
    }

    fn is_told_again(&self) -> bool {
        self.tellings.len() > 1
    }

    fn outlets(&self) -> usize {
        Telling::outlets(&self.tellings)
    }

    fn is_revised(&self) -> bool {
        self.versions.len() > 1
    }

    fn current(&self) -> u32 {
        self.versions.iter().find(|version| version.current).map_or(1, |version| version.number)
    }

    async fn load(desk: &Desk, visitor: Visitor, id: &str) -> Result<Self, Fault> {
        let Some(report) = desk.console.store.report(id).await? else { return Err(Fault::Missing) };
        let now = desk.console.clock.now();
        let corrections = desk.console.store.corrections_of(id, report.row.revision).await?;
        let amended = desk.amended(&corrections);
        let mut versions = Vec::new();
        for version in report.revisions.iter().rev().take(MOST_REVISIONS) {
            let marks = desk.console.store.marks_of(id, version.revision).await?;
            versions.push(desk.version(version, &marks, report.row.revision, now));
        }
        let is_fact = report.row.official.is_some() && !desk.console.store.fact_versions(id).await?.is_empty();
        let tellings = Telling::of(desk.console.store.tellers(id).await?, id, now);
        let (findings, doubted) = desk.findings(&report, now).await?;
        let paints = |field| {
            // What is to be looked at comes before the words that decided what the report is about.
            let of_field = doubted.iter().filter(|(of, _)| *of == field);
            let mut paints: Vec<Paint> = of_field.map(|(_, paint)| paint.clone()).collect();
            let rest = pieces::paints(&report.marks, field, &desk.names);
            let is_free = |paint: &Paint| paint.is_mask() || paints.iter().all(|it| !it.span.overlaps(paint.span));
            let rest: Vec<Paint> = rest.into_iter().filter(is_free).collect();
            paints.extend(rest);
            paints
        };
        let (title, text) = (paints(Field::Title), paints(Field::Text));
        Ok(Self {
            frame: Frame::new(Section::Reports, now, visitor),
            title: pieces::whole(&report.row.title, &title),
            body: pieces::paragraphs(&report.text, &text),
            masked: title.iter().chain(&text).any(Paint::is_mask),
            reasons: desk.reasons(&report),
            moments: moments(&report, now),
            original: web_address(&report.row.url),
            services: guesses(&report.services, amended.service.is_none(), |id| desk.names.service(id)),
            categories: guesses(worth_showing(&report.categories), true, |name| name),
            agencies: report
                .agencies
                .iter()
                .map(|agency| Guess {
                    name: agency.name.clone(),
                    percent: amended.agency.is_none().then(|| percent(agency.score)),
                    note: match (&agency.unit, agency.city) {
                        (_, false) => Some("非市府權責".to_owned()),
                        (unit, true) => unit.clone(),
                    },
                })
                .collect(),
            places: report.places.iter().map(place).collect(),
            kind: names::kind(report.row.kind),
            feelings: vec![
                Feeling {
                    what: "對市府傾向",
                    label: report.toward_city.label,
                    // The machine's score says nothing of a person's judgement.
                    score: if amended.toward_city.is_none() { signed(report.toward_city.score) } else { String::new() },
                    amended: amended.toward_city.clone(),
                },
                Feeling {
                    what: "全文語氣",
                    label: report.sentiment.label,
                    score: signed(report.sentiment.score),
                    amended: None,
                },
            ],
            versions,
            tellings,
            findings,
            cases: desk
                .console
                .store
                .cases_of_report(id)
                .await?
                .into_iter()
                .map(|case| (format!("/cases/{}", case.id), case.number, case.stage.state().words()))
                .collect(),
            fact: is_fact.then(|| names::fact_address(id)),
            questions: desk.questions(&report),
            corrections: corrections.iter().map(|it| desk.correction_row(it, now)).collect(),
            amended,
            source: desk.source_name(&report.source_id),
            source_reports: Wanted::of_source(&report.source_id).address(),
            scope_percent: percent(report.scope_score),
            in_scope: report.row.in_scope,
            official: report.row.official.map(|name| desk.names.agency(&name).to_owned()),
            outlet: report.row.outlet,
            district: report.row.district,
            id: report.row.id,
            byline: report.byline,
            charset: report.charset,
            snapshot: report.snapshot,
            model: report.model_version,
        })
    }
}

impl Desk {
    /// The words that decided, by what they spoke for. Words under a mask are left out.
    fn reasons(&self, report: &Report) -> Vec<(String, Vec<String>)> {
        let masks: Vec<&Mark> = report.marks.iter().filter(|mark| mark.what.starts_with("personal:")).collect();
        let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for mark in report.marks.iter().filter(|mark| !mark.what.starts_with("personal:")) {
            let hidden = masks.iter().any(|mask| mask.field == mark.field && mask.span.overlaps(mark.span));
            let text = if mark.field == Field::Title { &report.row.title } else { &report.text };
            let Some(word) = mark.span.of(text).filter(|_| !hidden) else { continue };
            let words = reasons.entry(self.names.reason(&mark.what)).or_default();
            if words.len() < MOST_WORDS && words.iter().all(|known| known != word) {
                words.push(word.to_owned());
            }
        }
        reasons.into_iter().collect()
    }

    fn version(
        &self,
        version: &RevisionRow,
        marks: &[Mark],
        current: u32,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Version {
        let mut paints = pieces::paints(marks, Field::Title, &self.names);
        paints.retain(Paint::is_mask);
        Version {
            number: version.revision,
            title: pieces::whole(&version.title, &paints),
            clock: moment::clock(version.fetched_at, now),
            iso: moment::iso(version.fetched_at),
            hash: version.content_hash.chars().take(12).collect(),
            current: version.revision == current,
        }
    }
}

fn moments(report: &Report, now: chrono::DateTime<chrono::Utc>) -> Vec<Moment> {
    let moment = |what, at, note| Moment {
        what,
        clock: moment::clock(at, now),
        ago: moment::ago(at, now),
        iso: moment::iso(at),
        note,
        leads: false,
    };
    let dated = |what, dated: Dated| moment(what, dated.at, names::quality(dated.quality));
    let leads_by_publication = report.published.is_some_and(|published| published.at == report.row.at);
    let published = report.published.map(|at| Moment { leads: leads_by_publication, ..dated("刊登", at) });
    let updated = report.updated.map(|at| dated("更新", at));
    let seen = Moment { leads: !leads_by_publication, ..moment("首次擷取", report.row.first_seen_at, None) };
    published.into_iter().chain(updated).chain([seen]).collect()
}

/// The categories worth a look; the rest only says how the model spreads its doubt.
fn worth_showing(categories: &[Scored]) -> &[Scored] {
    let worth = categories.iter().take_while(|category| category.score >= LEAST_SHOWN).count();
    categories.get(..worth).unwrap_or_default()
}

fn guesses<'a>(scored: &'a [Scored], are_machines: bool, name: impl Fn(&'a str) -> &'a str) -> Vec<Guess> {
    let guess = |scored: &'a Scored| Guess {
        name: name(&scored.name).to_owned(),
        percent: are_machines.then(|| percent(scored.score)),
        note: None,
    };
    scored.iter().map(guess).collect()
}

fn place((kind, name, district): &(String, String, Option<String>)) -> (&'static str, String) {
    let within = district.as_ref().filter(|district| *district != name);
    (names::place(kind), within.map_or_else(|| name.clone(), |district| format!("{name}（{district}）")))
}

/// Only addresses a browser may open without harm; an entry of a folder or a script is none.
pub(super) fn web_address(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.to_string())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=100 before")]
fn percent(score: f64) -> u32 {
    (score * 100.0).round().clamp(0.0, 100.0) as u32
}

fn signed(score: f64) -> String {
    format!("{score:+.2}")
}

/// The page of one report.
pub(super) async fn report(State(desk): State<Shared>, visitor: Visitor, Path(id): Path<String>) -> Response {
    // PostgreSQL refuses NUL in a text, and no key holds any control character.
    if id.chars().any(char::is_control) {
        return desk.apology(&visitor, &Fault::Missing);
    }
    desk.answer(&visitor, ReportPage::load(&desk, visitor.clone(), &id).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        assert!(web_address("https://example.tw/a?b=1").is_some());
        for bad in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "folder/a.html", ""] {
            assert_eq!(web_address(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_share_stays_within_a_hundred() {
        assert_eq!([-1.0, 0.0, 0.505, 1.0, 7.0, f64::NAN].map(percent), [0, 0, 51, 100, 100, 0]);
        assert_eq!(signed(-0.6), "-0.60");
    }
}
