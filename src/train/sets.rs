//! Reads labelled texts: the open data of the city, the texts written for this project, rows given by the user.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
};

use chrono::{DateTime, NaiveDate};
use serde::Deserialize;

use super::{Example, Origin};
use crate::domain::{City, Target, taipei};

/// Why a set cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SetError {
    /// The file is not there or not readable.
    #[error("{} cannot be read: {reason}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A row that does not have the expected shape.
    #[error("{} line {line}: {what}; correct or remove the row", .path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What does not fit.
        what: String,
    },
}

/// Reads the rows of one file.
type Reader<'a> = &'a dyn Fn(&Lines, &mut Vec<Example>) -> Result<(), SetError>;

/// All sets marked for training: `data` is the folder of open data, `written` that of the texts of this project. A set that
/// is not there is left out.
///
/// # Errors
/// [`SetError`] with file and line when a set is there but cannot be read.
pub fn read_sets(data: Option<&Path>, written: Option<&Path>, city: &City) -> Result<Vec<Example>, SetError> {
    let mut examples = Vec::new();
    let mut add = |path: PathBuf, read: Reader<'_>| {
        if path.is_file() { read(&Lines { path }, &mut examples) } else { Ok(()) }
    };
    if let Some(data) = data {
        add(data.join("open1999/cases.jsonl"), &|lines, out| cases(lines, city, out))?;
        add(data.join("city_faq/kaohsiung_faq.jsonl"), &|lines, out| faq(lines, city, out))?;
        add(data.join("city_faq/kcg_sites.jsonl"), &|lines, out| sites(lines, city, out))?;
    }
    if let (Some(data), Some(written)) = (data, written) {
        let bureaus = bureaus(&Lines { path: written.join("bureaus.tsv") })?;
        add(data.join("city_faq/taipei_faq.jsonl"), &|lines, out| other_faq(lines, &bureaus, out))?;
    }
    if let Some(written) = written {
        let twins = twins(&Lines { path: written.join("twins.tsv") })?;
        add(written.join("texts.tsv"), &|lines, out| texts(lines, &twins, out))?;
        add(written.join("cases.tsv"), &|lines, out| written_cases(lines, city, out))?;
        add(written.join("questions.tsv"), &|lines, out| written_questions(lines, city, out))?;
    }
    Ok(examples)
}

/// Rows of JSON Lines: `title`, `text`, `published_at` and any of `in_scope` (true or false), `service`, `category`,
/// `agency`, `unit`, `kind`, `sentiment`, `toward_city`. This is what `clarion corrections export` writes.
///
/// # Errors
/// [`SetError`] with file and line.
pub fn read_rows(path: &Path, city: &City) -> Result<Vec<Example>, SetError> {
    let lines = Lines { path: path.to_owned() };
    let mut examples = Vec::new();
    lines.json(|row: GivenRow, line| {
        let agency = match row.agency.as_deref().unwrap_or_default() {
            "" => String::new(),
            name => body(city, name, row.unit.as_deref())
                .ok_or_else(|| lines.fault(line, format!("no agency of the dictionaries is called {name}")))?,
        };
        let mut example = Example::new(Origin::Given, &row.title, &row.text)
            .with(Target::Scope, row.in_scope.map_or("", |inside| if inside { "yes" } else { "no" }))
            .with(Target::Agency, &agency);
        for (target, label) in [
            (Target::Service, row.service),
            (Target::Category, row.category),
            (Target::Kind, row.kind),
            (Target::Sentiment, row.sentiment),
            (Target::TowardCity, row.toward_city),
        ] {
            example = example.with(target, label.as_deref().unwrap_or_default());
        }
        example.day = row.published_at.as_deref().and_then(day);
        examples.push(example);
        Ok(())
    })?;
    Ok(examples)
}

#[derive(Deserialize)]
struct GivenRow {
    #[serde(default)]
    title: String,
    text: String,
    published_at: Option<String>,
    in_scope: Option<bool>,
    service: Option<String>,
    category: Option<String>,
    agency: Option<String>,
    unit: Option<String>,
    kind: Option<String>,
    sentiment: Option<String>,
    toward_city: Option<String>,
}

#[derive(Deserialize)]
struct CaseRow {
    created: String,
    category_norm: String,
    agency: String,
    #[serde(default)]
    district: String,
    #[serde(default)]
    address_masked: String,
    text: String,
    #[serde(default)]
    citizen_words: bool,
}

fn cases(lines: &Lines, city: &City, out: &mut Vec<Example>) -> Result<(), SetError> {
    lines.json(|row: CaseRow, _| {
        let origin = if row.citizen_words { Origin::Citizens } else { Origin::Cases };
        // Every other case with its address, as some of what comes in has one and some has not.
        let placed = row.created.bytes().map(usize::from).sum::<usize>() % 2 == 0;
        let address = if placed { format!("{}{}", row.district, row.address_masked) } else { String::new() };
        let mut example = Example::new(origin, &address, &row.text)
            .with(Target::Category, &row.category_norm)
            .with(Target::Agency, &body(city, &row.agency, None).unwrap_or_default());
        if origin == Origin::Citizens {
            example = example.with(Target::Scope, "yes");
        }
        example.day = day(&row.created);
        out.push(example);
        Ok(())
    })
}

#[derive(Deserialize)]
struct FaqRow {
    question: String,
    answer: String,
    agency: String,
}

fn faq(lines: &Lines, city: &City, out: &mut Vec<Example>) -> Result<(), SetError> {
    lines.json(|row: FaqRow, _| {
        let agency = body(city, &row.agency, None).unwrap_or_default();
        let question = Example::new(Origin::Question, "", &row.question).with(Target::Agency, &agency);
        out.push(question.with(Target::Scope, "yes"));
        out.push(Example::new(Origin::Answer, "", &row.answer).answering(&row.question).with(Target::Agency, &agency));
        Ok(())
    })
}

#[derive(Deserialize)]
struct SiteRow {
    title: String,
}

/// The title of a body's site is that body's, where it names it.
fn sites(lines: &Lines, city: &City, out: &mut Vec<Example>) -> Result<(), SetError> {
    lines.json(|row: SiteRow, _| {
        let named = city.agencies.iter().filter(|agency| agency.city && row.title.contains(&agency.short));
        if let Some(agency) = named.max_by_key(|agency| agency.short.len()) {
            // The name of the body itself says nothing new.
            let rest = [&agency.name, &agency.short, "高雄市政府", "高雄市"];
            let title = rest.iter().fold(row.title.clone(), |title, part| title.replace(*part, ""));
            if title.chars().filter(|c| c.is_alphabetic()).count() > 1 {
                out.push(Example::new(Origin::Site, "", &title).with(Target::Agency, &agency.name));
            }
        }
        Ok(())
    })
}

#[derive(Deserialize)]
struct OtherFaqRow {
    question: String,
    answer: String,
    bureau: String,
    maintainer: String,
}

/// A bureau of another city and, where its sections went to different bodies here, a word of the section's name.
struct Bureau {
    name: String,
    section: String,
    agency: String,
}

fn other_faq(lines: &Lines, bureaus: &[Bureau], out: &mut Vec<Example>) -> Result<(), SetError> {
    lines.json(|row: OtherFaqRow, _| {
        let here = bureaus
            .iter()
            .filter(|bureau| bureau.name == row.bureau && row.maintainer.contains(&bureau.section))
            .max_by_key(|bureau| bureau.section.len());
        // The name of the other city would be learned as a mark of whatever its FAQ asks most.
        let plain = |text: &str| text.replace("臺北市", "").replace("台北市", "");
        if let Some(bureau) = here {
            let question = plain(&row.question);
            for (origin, text) in [(Origin::OtherQuestion, &question), (Origin::OtherAnswer, &plain(&row.answer))] {
                out.push(Example::new(origin, "", text).answering(&question).with(Target::Agency, &bureau.agency));
            }
        }
        if row.question.contains("臺北") || row.question.contains("台北") {
            let question = Example::new(Origin::OtherQuestion, "", &row.question);
            out.push(question.with(Target::Scope, "no"));
        }
        Ok(())
    })
}

fn bureaus(lines: &Lines) -> Result<Vec<Bureau>, SetError> {
    let mut bureaus = Vec::new();
    lines.table(|cells: [&str; 3], _| {
        let [name, section, agency] = cells.map(str::to_owned);
        bureaus.push(Bureau { name, section, agency });
        Ok(())
    })?;
    Ok(bureaus)
}

/// Texts that were written as the other half of a pair, each with the first one of it.
fn twins(lines: &Lines) -> Result<HashMap<String, String>, SetError> {
    let mut twins = HashMap::new();
    lines.table(|[id, first]: [&str; 2], _| {
        twins.insert(id.to_owned(), first.to_owned());
        Ok(())
    })?;
    Ok(twins)
}

fn texts(lines: &Lines, twins: &HashMap<String, String>, out: &mut Vec<Example>) -> Result<(), SetError> {
    let firsts: HashSet<&str> = twins.values().map(String::as_str).collect();
    let mut known: HashMap<String, String> = HashMap::new();
    lines.table(|[id, _, scope, kind, sentiment, toward_city, service, title, text]: [&str; 9], line| {
        let inside = scope == "yes";
        let mut example = Example::new(Origin::Written, title, text)
            .with(Target::Scope, scope)
            .with(Target::Kind, kind)
            .with(Target::Sentiment, sentiment)
            // Outside it is neutral by definition, which says nothing of tone.
            .with(Target::TowardCity, if inside { toward_city } else { "" })
            .with(Target::Service, if inside { service.trim_matches('-') } else { "" });
        if firsts.contains(id) {
            known.insert(id.to_owned(), example.kin().to_owned());
        } else if let Some(first) = twins.get(id) {
            let first = known.get(first).ok_or_else(|| lines.fault(line, format!("{first} must stand before {id}")))?;
            example = example.answering(first);
        }
        out.push(example);
        Ok(())
    })
}

fn written_cases(lines: &Lines, city: &City, out: &mut Vec<Example>) -> Result<(), SetError> {
    lines.table(|[_, category, agency, text]: [&str; 4], line| {
        let agency = body(city, agency, None)
            .ok_or_else(|| lines.fault(line, format!("no agency of the dictionaries is called {agency}")))?;
        let example = Example::new(Origin::WrittenCase, "", text).with(Target::Category, category);
        out.push(example.with(Target::Agency, &agency).with(Target::Scope, "yes"));
        Ok(())
    })
}

fn written_questions(lines: &Lines, city: &City, out: &mut Vec<Example>) -> Result<(), SetError> {
    lines.table(|[_, agency, text]: [&str; 3], line| {
        let agency = body(city, agency, None)
            .ok_or_else(|| lines.fault(line, format!("no agency of the dictionaries is called {agency}")))?;
        let example = Example::new(Origin::WrittenQuestion, "", text).with(Target::Agency, &agency);
        out.push(example.with(Target::Scope, "yes"));
        Ok(())
    })
}

/// The label of the body called `name`, now or formerly: `AGENCY` or `AGENCY/UNIT`.
fn body(city: &City, name: &str, unit: Option<&str>) -> Option<String> {
    // The open data numbers the desks of one body (養工處2).
    let (agency, known_unit) = city.body(name.trim_end_matches(|c: char| c.is_ascii_digit()))?;
    let units = &city.agencies.get(agency)?.units;
    let unit = unit.filter(|unit| !unit.is_empty());
    let unit = match unit {
        Some(unit) => units.iter().find(|known| known.name == unit),
        None => known_unit.and_then(|unit| units.get(unit)),
    };
    let agency = &city.agencies.get(agency)?.name;
    Some(unit.map_or_else(|| agency.clone(), |unit| format!("{agency}/{}", unit.name)))
}

fn day(written: &str) -> Option<NaiveDate> {
    DateTime::parse_from_rfc3339(written).ok().map(|at| taipei(at.to_utc()).date_naive())
}

/// A file of rows.
struct Lines {
    path: PathBuf,
}

impl Lines {
    fn fault(&self, line: usize, what: String) -> SetError {
        SetError::Row { path: self.path.clone(), line, what }
    }

    fn each(&self, mut take: impl FnMut(&str, usize) -> Result<(), SetError>) -> Result<(), SetError> {
        let failed = |reason| SetError::Read { path: self.path.clone(), reason };
        let file = File::open(&self.path).map_err(failed)?;
        for (number, line) in (1..).zip(BufReader::new(file).lines()) {
            let line = line.map_err(failed)?;
            if !line.trim().is_empty() {
                take(&line, number)?;
            }
        }
        Ok(())
    }

    fn json<T: for<'de> Deserialize<'de>>(
        &self,
        mut take: impl FnMut(T, usize) -> Result<(), SetError>,
    ) -> Result<(), SetError> {
        self.each(|line, number| {
            let row = serde_json::from_str(line).map_err(|error| self.fault(number, error.to_string()))?;
            take(row, number)
        })
    }

    /// Rows of a tab-separated table; the first line names the columns.
    fn table<const N: usize>(
        &self,
        mut take: impl FnMut([&str; N], usize) -> Result<(), SetError>,
    ) -> Result<(), SetError> {
        self.each(|line, number| {
            if number == 1 {
                return Ok(());
            }
            let cells: Vec<&str> = line.split('\t').collect();
            let cells = <[&str; N]>::try_from(cells)
                .map_err(|cells| self.fault(number, format!("{} columns where {N} are expected", cells.len())))?;
            take(cells, number)
        })
    }
}
