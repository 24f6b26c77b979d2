//! 更正追蹤: what each outlet made of its reports, with every version beside the one before it.

use std::sync::Arc;

use askama::Template;
use chrono::{DateTime, Utc};

use super::track::Tracking;
use crate::{
    casefile::TrackedReport,
    domain::{CountedFrom, Field, Remedy, Span, StepKind},
    store::{Dossier, Version},
    text::Segmenter,
    web::{
        Desk,
        fault::Fault,
        frame::{Frame, Section},
        moment,
        pieces::{self, Paint},
        report::web_address,
        visitor::Visitor,
    },
    workflow::corrections::{Difference, RunKind, Side, difference, time_in_words},
};

/// Versions of one report that are compared, the latest.
const MOST_VERSIONS: usize = 10;

/// Characters of what did not change that are shown on either side of what did; more is cut in the middle.
const AROUND: usize = 40;

/// A row of the table.
#[derive(Debug)]
pub(in crate::web) struct CopyRow {
    pub outlet: String,
    pub title: String,
    /// The page of the report here.
    pub address: String,
    /// Where it is read, when a browser may open that.
    pub original: Option<String>,
    /// What the outlet did; none when nothing of the report was found wrong.
    pub remedy: Option<Remedy>,
    /// When it was seen to stand so: on the clock, for machines.
    pub since: Option<(String, String)>,
    /// How long that took at the most, and from when it is counted.
    pub took: Option<(String, &'static str)>,
    pub why: String,
}

/// A stretch of a comparison.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::web) struct Stretch {
    pub kind: RunKind,
    pub text: String,
}

/// A version beside the one before it.
#[derive(Debug)]
pub(in crate::web) struct Compared {
    pub number: u32,
    pub before: u32,
    pub clock: String,
    pub iso: String,
    pub hash: String,
    /// Empty when the headline stayed.
    pub title: Vec<Stretch>,
    /// Empty when the text stayed.
    pub text: Vec<Stretch>,
    /// Whether all of it was compared word by word.
    pub by_words: bool,
}

/// All versions of one report.
#[derive(Debug)]
pub(in crate::web) struct History {
    pub outlet: String,
    pub title: String,
    pub versions: usize,
    /// The latest first.
    pub compared: Vec<Compared>,
}

/// Reports before and after the release.
#[derive(Debug)]
pub(in crate::web) struct Course {
    pub before: u32,
    pub after: u32,
    /// Hours in which something was reported: from and to on the clock, reports, outlets that are new.
    pub hours: Vec<(String, u32, u32)>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "cases_corrections.html")]
pub(in crate::web) struct CorrectionsPage {
    pub frame: Frame,
    pub id: String,
    pub number: i64,
    pub version: i64,
    pub title: String,
    pub state: &'static str,
    pub summary: String,
    /// When the first release went out: on the clock, for machines.
    pub released: Option<(String, String)>,
    pub rows: Vec<CopyRow>,
    pub histories: Vec<History>,
    pub course: Option<Course>,
    /// Why it counts as coming back.
    pub wave: Option<String>,
    /// Whether every outlet put it right before the city answered.
    pub settled_early: bool,
    /// Whether they may enter that.
    pub may_note: bool,
}

impl CopyRow {
    fn class(&self) -> &'static str {
        match self.remedy {
            Some(Remedy::Corrected | Remedy::Deleted) => "well",
            Some(Remedy::AddedStatement | Remedy::TitleOnly) => "silent",
            Some(Remedy::Unchanged | Remedy::Flapping) => "failing",
            None => "off",
        }
    }

    fn shape(&self) -> &'static str {
        match self.remedy {
            Some(Remedy::Corrected | Remedy::Deleted) => "●",
            Some(Remedy::AddedStatement | Remedy::TitleOnly) => "!",
            Some(Remedy::Unchanged | Remedy::Flapping) => "✕",
            None => "–",
        }
    }

    fn words(&self) -> &'static str {
        self.remedy.map_or("未列入", Remedy::words)
    }

    fn of(it: &TrackedReport, title: String, now: DateTime<Utc>) -> Self {
        let tracked = it.tracked.as_ref();
        let from = |from| match from {
            CountedFrom::Publication => "自發布澄清起",
            CountedFrom::FirstSeen => "自首次查得起",
        };
        Self {
            outlet: it.report.outlet.clone(),
            title,
            address: format!("/reports/{}", it.report.article_id),
            original: web_address(&it.report.url),
            remedy: tracked.map(|it| it.remedy),
            since: tracked.and_then(|it| it.since).map(|at| (moment::clock(at, now), moment::iso(at))),
            took: tracked.and_then(|it| it.took).map(|(counted, time)| (time_in_words(time), from(counted))),
            why: tracked.map_or_else(|| "沒有與市府公布內容不符的說法。".to_owned(), |it| it.why.clone()),
        }
    }
}

impl Stretch {
    fn is_old(&self) -> bool {
        matches!(self.kind, RunKind::Removed | RunKind::MovedAway)
    }

    fn is_new(&self) -> bool {
        matches!(self.kind, RunKind::Added | RunKind::MovedHere)
    }

    /// What is read out before it.
    fn words(&self) -> &'static str {
        match self.kind {
            RunKind::Kept => "",
            RunKind::Removed => "刪除：",
            RunKind::Added => "新增：",
            RunKind::MovedAway => "移至他處：",
            RunKind::MovedHere => "由他處移來：",
        }
    }

    fn sign(&self) -> &'static str {
        match self.kind {
            RunKind::Kept => "",
            RunKind::Removed => "－",
            RunKind::Added => "＋",
            RunKind::MovedAway => "↷",
            RunKind::MovedHere => "↶",
        }
    }
}

impl Compared {
    fn is_same(&self) -> bool {
        self.title.is_empty() && self.text.is_empty()
    }
}

impl CorrectionsPage {
    pub async fn load(desk: &Desk, visitor: Visitor, id: &str) -> Result<Self, Fault> {
        let Some(dossier) = desk.console.store.dossier(id).await? else { return Err(Fault::Missing) };
        let now = desk.console.clock.now();
        let tracking = desk.tracked(&dossier).await?;
        let (mut rows, mut laid) = (Vec::new(), Vec::new());
        for it in &tracking.reports {
            let versions = desk.versions_of_report(&it.report.article_id).await?;
            let title = versions.iter().find(|version| version.hash == it.report.hash);
            let title = title.or(versions.last()).map_or_else(String::new, |version| version.title.clone());
            rows.push(CopyRow::of(it, title.clone(), now));
            laid.push((it.report.outlet.clone(), title, versions));
        }
        let segmenter = Arc::clone(&desk.console.segmenter);
        let comparing = tokio::task::spawn_blocking(move || {
            let history = |(outlet, title, versions): (String, String, Vec<Version>)| History {
                outlet,
                title,
                versions: versions.len(),
                compared: compared(&versions, &segmenter, now),
            };
            laid.into_iter().map(history).collect::<Vec<_>>()
        });
        let histories = comparing.await.map_err(|error| Fault::Panic(error.to_string()))?;
        let may_note = desk.steps_of(&dossier.case, visitor.account()).contains(&StepKind::NoteCorrection);
        Ok(Self::of((dossier, tracking), rows, histories, may_note, Frame::new(Section::Nowhere, now, visitor)))
    }

    fn of(
        (dossier, tracking): (Dossier, Tracking),
        rows: Vec<CopyRow>,
        histories: Vec<History>,
        may_note: bool,
        frame: Frame,
    ) -> Self {
        let now = frame.now;
        let case = dossier.case;
        let released = tracking.released;
        let course = released.zip(tracking.volume).map(|(at, volume)| {
            let hour = |it: &crate::workflow::corrections::Hour| {
                let from = at + chrono::TimeDelta::hours(it.from);
                (moment::clock(from, now), it.reports, it.new_outlets)
            };
            let hours = volume.hours.iter().filter(|hour| hour.reports > 0).map(hour).collect();
            Course { before: volume.before, after: volume.after, hours }
        });
        Self {
            frame,
            id: case.id,
            number: case.number,
            version: case.version,
            title: case.title,
            state: case.stage.state().words(),
            summary: tracking.summary.words,
            released: released.map(|at| (moment::clock(at, now), moment::iso(at))),
            rows,
            histories,
            course,
            wave: tracking.wave.map(|wave| wave.why),
            settled_early: tracking.is_settled_early,
            may_note: may_note && tracking.is_settled_early,
        }
    }
}

impl Desk {
    /// The versions of a report as they may be shown: personal data is hidden before anything is compared.
    async fn versions_of_report(&self, article_id: &str) -> Result<Vec<Version>, Fault> {
        let mut versions = self.console.store.versions_of(article_id).await?;
        let old = versions.len().saturating_sub(MOST_VERSIONS + 1);
        for version in versions.iter_mut().skip(old) {
            let marks = self.console.store.marks_of(article_id, version.revision).await?;
            let hidden = |text: &str, field: Field| {
                let mut paints = pieces::paints(&marks, field, &self.names);
                paints.retain(Paint::is_mask);
                pieces::plain(&pieces::whole(text, &paints))
            };
            (version.title, version.text) = (hidden(&version.title, Field::Title), hidden(&version.text, Field::Text));
        }
        Ok(versions)
    }
}

/// Every version beside the one before it, the latest first.
fn compared(versions: &[Version], segmenter: &Segmenter, now: DateTime<Utc>) -> Vec<Compared> {
    let pairs = versions.iter().zip(versions.iter().skip(1)).rev().take(MOST_VERSIONS);
    let compare = |before: &str, after: &str| {
        let (old, new) = (segmenter.segment(before), segmenter.segment(after));
        let found = difference(Side { text: before, words: &old }, Side { text: after, words: &new });
        (stretches(&found, before, after), found.by_words)
    };
    let pair = |(before, after): (&Version, &Version)| {
        let (title, text) = (compare(&before.title, &after.title), compare(&before.text, &after.text));
        Compared {
            number: after.revision,
            before: before.revision,
            clock: moment::clock(after.fetched, now),
            iso: moment::iso(after.fetched),
            hash: after.hash.chars().take(12).collect(),
            by_words: title.1 && text.1,
            title: title.0,
            text: text.0,
        }
    };
    pairs.map(pair).collect()
}

/// What changed with some of what stands around it; nothing when nothing changed.
fn stretches(found: &Difference, before: &str, after: &str) -> Vec<Stretch> {
    if found.is_empty() {
        return Vec::new();
    }
    let last = found.runs.len().saturating_sub(1);
    let stretch = |(at, run): (usize, &crate::workflow::corrections::Run)| {
        let of = |span: Option<Span>, text: &str| span.and_then(|span| span.of(text)).unwrap_or_default().to_owned();
        let text = match run.kind {
            RunKind::Kept => around(&of(run.after, after), at == 0, at == last),
            RunKind::Added | RunKind::MovedHere => of(run.after, after),
            RunKind::Removed | RunKind::MovedAway => of(run.before, before),
        };
        Stretch { kind: run.kind, text }
    };
    found.runs.iter().enumerate().map(stretch).collect()
}

/// The beginning and the end of what stayed, as far as it stands beside something that changed.
fn around(text: &str, is_first: bool, is_last: bool) -> String {
    let count = text.chars().count();
    let (head, tail) = (if is_first { 0 } else { AROUND }, if is_last { 0 } else { AROUND });
    if count <= head + tail + 1 {
        return text.to_owned();
    }
    let begin: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{begin}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::City;

    fn version(revision: u32, title: &str, text: &str) -> Version {
        let own = |text: &str| text.to_owned();
        Version {
            revision,
            hash: format!("hash-{revision}"),
            title: own(title),
            text: own(text),
            fetched: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn versions_are_compared_word_by_word_with_little_around() {
        let long = "市府表示將持續辦理。".repeat(30);
        let versions = [
            version(1, "工程經費25億元", &format!("{long}總經費25億元。{long}")),
            version(2, "工程經費2.5億元", &format!("{long}總經費2.5億元。{long}")),
            version(3, "工程經費2.5億元", &format!("{long}總經費2.5億元。{long}")),
        ];
        let found = compared(&versions, &Segmenter::new(&City::default()), DateTime::UNIX_EPOCH);
        assert_eq!(found.iter().map(|it| (it.before, it.number)).collect::<Vec<_>>(), [(2, 3), (1, 2)]);
        assert!(found[0].is_same() && found[0].by_words);
        let text = &found[1].text;
        assert!(text.iter().any(Stretch::is_old) && text.iter().any(Stretch::is_new), "{text:?}");
        let shown: usize = text.iter().map(|it| it.text.chars().count()).sum();
        assert!(shown < 4 * AROUND, "{text:?}");
        assert!(text[0].text.starts_with('…') && text[text.len() - 1].text.ends_with('…'), "{text:?}");
    }

    #[test]
    fn what_stayed_is_cut_in_the_middle() {
        assert_eq!(around("短文", false, false), "短文");
        let cut = around(&"長".repeat(200), false, false);
        assert_eq!(cut.chars().count(), 2 * AROUND + 1);
        assert_eq!(around(&"長".repeat(200), true, false).chars().next(), Some('…'));
    }
}
