//! The staged news day: Tuesday 17 March 2026 in Kaohsiung, from six in the morning to six in the evening. Every
//! report, event and figure is invented; the texts are in `day/*.toml`.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

use super::sources::Outlet;
use crate::domain::{TAIPEI, TextKind};

/// The files of the day, with the names errors give them.
const FILES: [(&str, &str); 2] =
    [("morning.toml", include_str!("day/morning.toml")), ("afternoon.toml", include_str!("day/afternoon.toml"))];

/// A day of reports, checked and in the order of their appearance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// When the day begins: reports up to here are there from the start.
    pub opens: DateTime<Utc>,
    /// When the day is over.
    pub closes: DateTime<Utc>,
    /// The reports, the earliest first.
    pub reports: Vec<Report>,
}

/// One report, and what we know about it that its readers do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its name in the day's files: a capital letter and three digits.
    pub key: String,
    /// A number made of the key, for the report's address.
    pub serial: u32,
    /// Who publishes it.
    pub outlet: Outlet,
    /// When it appears.
    pub at: DateTime<Utc>,
    /// The event it tells of; several reports may share one.
    pub story: String,
    /// The headline; a post on a timeline has none of its own but the day's files give it one.
    pub title: String,
    /// The credit line, or the account that posted it.
    pub byline: String,
    /// What kind of text it is.
    pub kind: TextKind,
    /// The city service it is about.
    pub service: Option<String>,
    /// Whether it concerns Kaohsiung and its services.
    pub in_scope: bool,
    /// The one point in which it disagrees with `fact`.
    pub misreport: Option<Misreport>,
    /// Key of the city's release it agrees or disagrees with.
    pub fact: Option<String>,
    /// The text, one paragraph a line.
    pub text: String,
    /// What the outlet itself changed later, the earliest first.
    pub revisions: Vec<Revision>,
}

/// A later change to a report. What is `None` stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// When the change appears.
    pub at: DateTime<Utc>,
    /// The new headline.
    pub title: Option<String>,
    /// The new text, one paragraph a line.
    pub text: Option<String>,
    /// Whether the report was taken down.
    pub deleted: bool,
}

/// How a staged misreport departs from the city's release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misreport {
    /// Another figure.
    WrongNumber,
    /// Another date.
    WrongDate,
    /// Another agency in charge.
    WrongAgency,
    /// Another place.
    WrongPlace,
    /// A plan told as decided.
    WrongStatus,
    /// A notice nobody issued.
    InventedNotice,
    /// A notice that no longer holds, told as new.
    Outdated,
    /// A negation lost or added.
    Negation,
}

/// A report as it reads at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// The report.
    pub report: &'a Report,
    /// Its headline by then.
    pub title: &'a str,
    /// Its text by then, one paragraph a line.
    pub text: &'a str,
    /// When it was last changed, if it was.
    pub updated: Option<DateTime<Utc>>,
}

/// Why the day's files cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum DayError {
    /// A file is not TOML, or a field is missing, unknown or of the wrong type.
    #[error("{file}: {source}")]
    Toml {
        /// The file.
        file: &'static str,
        /// Where and what.
        source: Box<toml::de::Error>,
    },
    /// A field says something it cannot say.
    #[error("report {key}: {field} = {written:?} {wants}")]
    Field {
        /// The report.
        key: String,
        /// The field.
        field: &'static str,
        /// What is written there.
        written: String,
        /// What would be right.
        wants: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    report: Vec<WrittenReport>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenReport {
    key: String,
    outlet: String,
    at: String,
    story: String,
    title: String,
    byline: String,
    kind: String,
    service: String,
    in_scope: bool,
    misreport: String,
    fact: String,
    text: String,
    #[serde(default)]
    revision: Vec<WrittenRevision>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRevision {
    at: String,
    title: Option<String>,
    text: Option<String>,
    #[serde(default)]
    deleted: bool,
}

impl Day {
    /// The day that comes with the program.
    ///
    /// # Errors
    /// [`DayError`] when a file is not what it should be; it names the report and the field.
    pub fn staged() -> Result<Self, DayError> {
        let mut reports = Vec::new();
        for (file, text) in FILES {
            let read = toml::from_str::<File>(text).map_err(|e| DayError::Toml { file, source: Box::new(e) })?;
            for written in read.report {
                reports.push(written.checked()?);
            }
        }
        reports.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
        related(&reports)?;
        Ok(Self { opens: taipei(6, 0), closes: taipei(18, 0), reports })
    }

    /// The report of that key.
    #[must_use]
    pub fn report(&self, key: &str) -> Option<&Report> {
        self.reports.iter().find(|report| report.key == key)
    }
}

impl Report {
    /// What a reader sees at `now`: nothing before the report appears or once it was taken down.
    #[must_use]
    pub fn shown(&self, now: DateTime<Utc>) -> Option<Shown<'_>> {
        if self.at > now {
            return None;
        }
        let mut shown = Shown { report: self, title: &self.title, text: &self.text, updated: None };
        for revision in self.revisions.iter().take_while(|revision| revision.at <= now) {
            if revision.deleted {
                return None;
            }
            shown.title = revision.title.as_deref().unwrap_or(shown.title);
            shown.text = revision.text.as_deref().unwrap_or(shown.text);
            shown.updated = Some(revision.at);
        }
        Some(shown)
    }

    /// The headline it ends the day with. A post on a timeline has none: its first twenty characters stand in.
    #[must_use]
    pub fn last_title(&self) -> &str {
        if self.outlet == Outlet::Tag {
            let end = self.text.char_indices().nth(20).map(|(end, _)| end);
            return end.and_then(|end| self.text.get(..end)).unwrap_or(&self.text);
        }
        self.revisions.iter().rev().find_map(|revision| revision.title.as_deref()).unwrap_or(&self.title)
    }

    /// Whether readers at `now` find it taken down.
    #[must_use]
    pub fn is_deleted(&self, now: DateTime<Utc>) -> bool {
        self.revisions.iter().any(|revision| revision.deleted && revision.at <= now)
    }
}

impl Shown<'_> {
    /// The first paragraph.
    #[must_use]
    pub fn lead(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }

    /// When it last changed, or appeared.
    #[must_use]
    pub fn changed_at(&self) -> DateTime<Utc> {
        self.updated.unwrap_or(self.report.at)
    }
}

impl WrittenReport {
    fn checked(self) -> Result<Report, DayError> {
        let key = self.key;
        let wrong = |field, written: &str, wants| DayError::Field {
            key: key.clone(),
            field,
            written: written.to_owned(),
            wants,
        };
        let serial = serial(&key).ok_or_else(|| wrong("key", &key, "must be a capital letter and three digits"))?;
        let time = |field, written: &str| {
            moment(written).ok_or_else(|| wrong(field, written, "must be a time of day such as 07:12"))
        };
        let at = time("at", &self.at)?;
        let outlet = Outlet::from_id(&self.outlet);
        let outlet = outlet.ok_or_else(|| wrong("outlet", &self.outlet, "must be an outlet of the staged newsroom"))?;
        let kind = TextKind::from_name(&self.kind);
        let kind =
            kind.ok_or_else(|| wrong("kind", &self.kind, "must be a kind of text such as report or complaint"))?;
        let misreport = written(self.misreport).map(|kind| {
            misreport(&kind).ok_or_else(|| wrong("misreport", &kind, "must be a kind of misreport or empty"))
        });
        let misreport = misreport.transpose()?;
        let text = paragraphs(&self.text);
        if self.title.trim().is_empty() || text.is_empty() {
            return Err(wrong("text", &text, "must hold a paragraph, under a title"));
        }
        let mut revisions = Vec::with_capacity(self.revision.len());
        let mut last = at;
        for revision in self.revision {
            let changed = time("revision.at", &revision.at)?;
            if changed <= last {
                return Err(wrong(
                    "revision.at",
                    &revision.at,
                    "must come after the report and the revision before it",
                ));
            }
            last = changed;
            let text = revision.text.as_deref().map(paragraphs);
            revisions.push(Revision { at: changed, title: revision.title, text, deleted: revision.deleted });
        }
        let (service, fact) = (written(self.service), written(self.fact));
        let Self { story, title, byline, in_scope, .. } = self;
        Ok(Report {
            key,
            serial,
            outlet,
            at,
            story,
            title,
            byline,
            kind,
            service,
            in_scope,
            misreport,
            fact,
            text,
            revisions,
        })
    }
}

/// Keys are unique, facts are releases of the city that are out by then, and a misreport names its fact.
fn related(reports: &[Report]) -> Result<(), DayError> {
    let mut keys = HashSet::new();
    for report in reports {
        let wrong = |field, written: &str, wants| DayError::Field {
            key: report.key.clone(),
            field,
            written: written.to_owned(),
            wants,
        };
        if !keys.insert(report.key.as_str()) {
            return Err(wrong("key", &report.key, "stands on two reports"));
        }
        match &report.fact {
            None if report.misreport.is_some() => {
                return Err(wrong("fact", "", "must name the release the misreport disagrees with"));
            }
            Some(fact) if !reports.iter().any(|r| r.key == *fact && r.outlet == Outlet::Cityhall) => {
                return Err(wrong("fact", fact, "must be the key of a release of the city"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// `A012` → 1012, `B003` → 2003.
fn serial(key: &str) -> Option<u32> {
    let (letter, digits) = key.split_at_checked(1)?;
    let letter = letter.chars().next().filter(char::is_ascii_uppercase)?;
    let number: u32 = Some(digits).filter(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()?;
    Some((u32::from(letter) - u32::from('A') + 1) * 1000 + number)
}

fn misreport(name: &str) -> Option<Misreport> {
    let name = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
    Misreport::deserialize(name).ok()
}

/// A field the day's files leave empty says nothing.
fn written(field: String) -> Option<String> {
    Some(field).filter(|field| !field.is_empty())
}

/// One paragraph a line, as `domain::Article` has it.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

fn moment(written: &str) -> Option<DateTime<Utc>> {
    let time = NaiveTime::parse_from_str(written, "%H:%M").ok()?;
    at(time)
}

fn at(time: NaiveTime) -> Option<DateTime<Utc>> {
    let day = NaiveDate::from_ymd_opt(2026, 3, 17)?;
    Some(day.and_time(time).and_local_timezone(TAIPEI).single()?.to_utc())
}

/// A time of the staged day that cannot be wrong.
fn taipei(hour: u32, minute: u32) -> DateTime<Utc> {
    NaiveTime::from_hms_opt(hour, minute, 0).and_then(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, fs, path::Path};

    use super::*;

    #[test]
    fn the_day_is_full_and_does_not_open_empty() {
        let day = Day::staged().unwrap();
        assert_eq!(day.opens.to_rfc3339(), "2026-03-16T22:00:00+00:00");
        assert_eq!(day.closes - day.opens, chrono::TimeDelta::hours(12));
        assert!(day.reports.len() >= 120, "{} reports", day.reports.len());
        assert!(day.reports.iter().filter(|r| r.at <= day.opens).count() >= 20);
        assert!(day.reports.iter().all(|r| r.at < day.closes));
        assert!(day.reports.is_sorted_by_key(|r| r.at));
        let mut outlets = HashMap::<_, usize>::new();
        for report in &day.reports {
            *outlets.entry(report.outlet).or_default() += 1;
        }
        assert_eq!(outlets.len(), Outlet::ALL.len(), "{outlets:?}");
    }

    #[test]
    fn every_kind_of_misreport_is_staged_once_and_nothing_foretells_its_fact() {
        let day = Day::staged().unwrap();
        let staged: Vec<_> = day.reports.iter().filter_map(|r| r.misreport).collect();
        assert_eq!(staged.len(), 8);
        assert_eq!(staged.iter().collect::<HashSet<_>>().len(), 8);
        for report in day.reports.iter().filter(|r| r.fact.is_some()) {
            let fact = day.report(report.fact.as_deref().unwrap()).unwrap();
            assert!(fact.at < report.at, "{} speaks of {} before it is out", report.key, fact.key);
        }
    }

    #[test]
    fn every_service_is_one_of_the_dictionary() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries/services.toml");
        let text = fs::read_to_string(path).unwrap();
        let known: HashSet<&str> = text.lines().filter_map(|l| l.strip_prefix("id = \"")?.strip_suffix('"')).collect();
        let day = Day::staged().unwrap();
        let told: HashSet<&str> = day.reports.iter().filter_map(|r| r.service.as_deref()).collect();
        assert!(told.is_subset(&known), "{:?}", told.difference(&known));
        assert_eq!(told.len(), known.len(), "no report on {:?}", known.difference(&told));
        assert!(day.reports.iter().all(|r| r.in_scope == r.service.is_some()));
    }

    #[test]
    fn all_38_districts_are_told_of() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("dictionaries/places/districts.tsv");
        let text = fs::read_to_string(path).unwrap();
        let day = Day::staged().unwrap();
        let all: String = day.reports.iter().flat_map(|r| [r.title.as_str(), "\n", r.text.as_str(), "\n"]).collect();
        let districts = text.lines().filter(|l| !l.starts_with('#')).flat_map(|l| l.split('\t'));
        let districts: HashSet<&str> = districts.filter_map(|cell| cell.strip_suffix('區')).collect();
        assert!(districts.len() >= 38, "{}", districts.len());
        let silent: Vec<_> = districts.into_iter().filter(|name| !all.contains(*name)).collect();
        assert!(silent.is_empty(), "{silent:?}");
    }

    #[test]
    fn a_report_reads_as_its_newest_revision_by_then() {
        let day = Day::staged().unwrap();
        let is_changed = |r: &&Report| r.revisions.iter().any(|it| !it.deleted);
        let revised: Vec<_> = day.reports.iter().filter(is_changed).collect();
        assert!(revised.len() >= 4);
        for report in revised {
            let change = &report.revisions[0];
            assert_eq!(report.shown(report.at - chrono::TimeDelta::minutes(1)), None);
            assert_eq!(report.shown(report.at).unwrap().title, report.title);
            let later = report.shown(change.at).unwrap();
            assert_eq!(later.updated, Some(change.at));
            assert_ne!((later.title, later.text), (report.title.as_str(), report.text.as_str()));
        }
        let mut gone = day.reports[0].clone();
        let at = gone.at + chrono::TimeDelta::hours(1);
        gone.revisions = vec![Revision { at, title: None, text: None, deleted: true }];
        assert!(gone.shown(gone.at).is_some() && gone.shown(at).is_none() && gone.is_deleted(at));
    }

    #[test]
    fn the_last_title_is_what_a_reader_finds_in_the_evening() {
        let day = Day::staged().unwrap();
        for report in &day.reports {
            let Some(shown) = report.shown(day.closes) else {
                assert!(report.is_deleted(day.closes), "{}", report.key);
                continue;
            };
            let read = if report.outlet == Outlet::Tag { shown.text } else { shown.title };
            assert!(read.starts_with(report.last_title()) && !report.last_title().is_empty(), "{}", report.key);
        }
        assert_eq!(day.report("A031").unwrap().last_title(), "六點多的輕軌從科工館站就擠到貼門，實習護");
    }

    #[test]
    fn a_key_becomes_a_number() {
        assert_eq!((serial("A012"), serial("B003")), (Some(1012), Some(2003)));
        for bad in ["", "A", "a012", "A12", "A0123", "港12"] {
            assert_eq!(serial(bad), None, "{bad}");
        }
    }
}
