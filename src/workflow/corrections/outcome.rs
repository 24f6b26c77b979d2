//! What an outlet made of a report that was found wrong, by all that was seen at its address.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{
    page::{Claim, Page, Shown, shown},
    value::{Laid, pairs, share},
};
use crate::{
    domain::{City, CountedFrom, Field, Quote, Remark, Remedy, Seen, Sighting, Tracked, WrongClaim, taipei},
    text::{Lexicon, LexiconError, Normaliser},
};

/// Two visits that find a page gone count when they are this far apart.
const GONE_FOR: TimeDelta = TimeDelta::minutes(10);

/// Two versions that take turns count as settled once the latest has stood for this long: servers that disagree, and tests
/// of two headlines, are over by then.
const SETTLED_AFTER: TimeDelta = TimeDelta::hours(6);

/// Headlines that share less than this were changed and not polished.
const SAME_TITLE: f64 = 0.8;

/// What we said.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// When it went out.
    pub at: DateTime<Utc>,
    /// Its headline.
    pub title: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// Decides what became of reports.
#[derive(Debug)]
pub struct Judge {
    normaliser: Normaliser,
    speakers: Lexicon<()>,
}

/// What one version comes to.
#[derive(Debug, Clone, PartialEq)]
struct Standing {
    remedy: Remedy,
    remarks: Vec<Remark>,
    /// The wrong words and the official ones, and another value, when there is one.
    other: Option<String>,
}

/// What one visit comes to.
#[derive(Debug, Clone)]
struct Visit<'a> {
    at: DateTime<Utc>,
    hash: Option<&'a str>,
    standing: Standing,
}

impl WrongClaim {
    /// The claim that a finding quotes, by its words in the version it was found in. None when the bytes are not of that
    /// version.
    #[must_use]
    pub fn quoted(
        title: &str,
        text: &str,
        quote: &Quote,
        kind: crate::domain::ClaimKind,
        official: Option<&str>,
    ) -> Option<Self> {
        let field = match quote.field {
            Field::Title => title,
            Field::Text => text,
        };
        let (clause, wrong) = (quote.span.of(field)?.to_owned(), quote.part.of(field)?.to_owned());
        Some(Self { kind, field: quote.field, clause, wrong, official: official.map(str::to_owned) })
    }
}

impl Judge {
    /// A judge who knows the city's bodies by their names.
    ///
    /// # Errors
    /// [`LexiconError`] when there are more names than can be looked for at once.
    pub fn new(city: &City) -> Result<Self, LexiconError> {
        let normaliser = Normaliser::new(&city.variants);
        let own = city.agencies.iter().filter(|agency| agency.city);
        let names = own.flat_map(|agency| {
            let aliases = agency.aliases.iter().map(|alias| &alias.name);
            [&agency.name, &agency.short].into_iter().chain(aliases).chain(agency.units.iter().map(|unit| &unit.name))
        });
        let names: Vec<(String, ())> = names.map(|name| (normaliser.normalise(name).text().to_owned(), ())).collect();
        Ok(Self { speakers: Lexicon::new(names)?, normaliser })
    }

    /// Where a report stands after everything that was `seen` at its address, in order of time. `published` is the day it
    /// appeared, from which 明天 is read; `told` is the clarification, once there is one. None without claims or without a
    /// page.
    #[must_use]
    pub fn judge(
        &self,
        seen: &[Sighting],
        claims: &[WrongClaim],
        published: Option<NaiveDate>,
        told: Option<Told<'_>>,
    ) -> Option<Tracked> {
        let pages: Vec<Option<(Page, &str)>> = seen
            .iter()
            .map(|sighting| match &sighting.seen {
                Seen::Page { title, text, hash } => {
                    Some((Page::new(title, text, &self.normaliser, published), hash.as_str()))
                }
                Seen::Gone => None,
            })
            .collect();
        let start = first_with(seen, claims)?;
        let base = &pages.get(start)?.as_ref()?.0;
        let read: Vec<Claim> =
            claims.iter().map(|claim| Claim::new(claim, base, &self.normaliser, published)).collect();
        let ours = told.map(|told| {
            let whole = self.normaliser.normalise(&format!("{}\n{}", told.title, told.text)).text().to_owned();
            Laid::new(whole, false, published)
        });
        let mut visits: Vec<Visit<'_>> = Vec::new();
        let mut gone: Option<DateTime<Utc>> = None;
        let mut last: Option<&Page> = None;
        for (sighting, page) in seen.iter().zip(&pages).skip(start) {
            let before = visits.last().map(|visit| visit.standing.clone());
            let standing = if let Some((page, _)) = page {
                let returned = before.as_ref().is_some_and(|it| it.remedy == Remedy::Deleted);
                gone = None;
                let mut standing = match shown(page, base, &read) {
                    Shown::Gone => Standing::plain(Remedy::Deleted),
                    Shown::Part => {
                        let text = last.unwrap_or(base);
                        let joined = self.joined(sighting, seen, text, &pages, published);
                        let mut standing = self.standing(joined.as_ref().unwrap_or(text), base, &read, ours.as_ref());
                        standing.remarks.push(Remark::Hidden);
                        standing
                    }
                    Shown::Whole => {
                        last = Some(page);
                        self.standing(page, base, &read, ours.as_ref())
                    }
                };
                let kept = before.is_some_and(|it| it.remarks.contains(&Remark::Returned));
                if (returned || kept) && standing.remedy != Remedy::Deleted {
                    standing.remarks.push(Remark::Returned);
                }
                standing
            } else {
                let since = *gone.get_or_insert(sighting.at);
                let mut standing = before.unwrap_or_else(|| Standing::plain(Remedy::Unchanged));
                if is_gone(since, sighting.at) || standing.remedy == Remedy::Deleted {
                    standing = Standing::plain(Remedy::Deleted);
                } else if !standing.remarks.contains(&Remark::PerhapsGone) {
                    standing.remarks.push(Remark::PerhapsGone);
                }
                standing
            };
            visits.push(Visit { at: sighting.at, hash: page.as_ref().map(|it| it.1), standing });
        }
        conclude(&visits, claims, told.map(|told| told.at))
    }

    /// The headline of a page that shows no text, with the text that was read last.
    fn joined(
        &self,
        sighting: &Sighting,
        seen: &[Sighting],
        text: &Page,
        pages: &[Option<(Page, &str)>],
        day: Option<NaiveDate>,
    ) -> Option<Page> {
        let Seen::Page { title, .. } = &sighting.seen else { return None };
        let is_it = |page: &Option<(Page, &str)>| page.as_ref().is_some_and(|it| std::ptr::eq(&raw const it.0, text));
        let at = pages.iter().position(is_it)?;
        let Seen::Page { text, .. } = &seen.get(at)?.seen else { return None };
        Some(Page::new(title, text, &self.normaliser, day))
    }

    fn standing(&self, page: &Page, base: &Page, claims: &[Claim], ours: Option<&Laid>) -> Standing {
        let each: Vec<Standing> = claims.iter().map(|claim| self.standing_of(page, base, claim, ours)).collect();
        let best = each.iter().map(|it| it.remedy).max().unwrap_or(Remedy::Unchanged);
        let Some(mut worst) = each.into_iter().min_by_key(|it| it.remedy) else {
            return Standing::plain(Remedy::Unchanged);
        };
        if best == Remedy::Corrected && worst.remedy != Remedy::Corrected {
            worst.remarks.push(Remark::Partly);
        }
        worst
    }

    fn standing_of(&self, page: &Page, base: &Page, claim: &Claim, ours: Option<&Laid>) -> Standing {
        let stands = |field: Field| !claim.standing(page, base, field).is_empty();
        let (in_title, in_text) = (stands(Field::Title), stands(Field::Text));
        let note = claim.note(page, base, &self.speakers);
        if !in_title && !in_text {
            return match claim.other_value(page, base).filter(|_| !note) {
                Some(other) => {
                    Standing { remedy: Remedy::Unchanged, remarks: vec![Remark::OtherValue], other: Some(other) }
                }
                None => Standing::plain(Remedy::Corrected),
            };
        }
        if note {
            return Standing { remarks: vec![Remark::NoteOnly], ..Standing::plain(Remedy::Corrected) };
        }
        if claim.statement(page, base, ours, &self.speakers) {
            return Standing::plain(Remedy::AddedStatement);
        }
        if in_text {
            let changed = share(&pairs(&base.title.text), &page.title.text) < SAME_TITLE
                || share(&pairs(&page.title.text), &base.title.text) < SAME_TITLE
                || !claim.standing(base, base, Field::Title).is_empty();
            let title_only = changed && !in_title;
            return Standing::plain(if title_only { Remedy::TitleOnly } else { Remedy::Unchanged });
        }
        let had_text = !claim.standing(base, base, Field::Text).is_empty();
        let remarks = if had_text { vec![Remark::TitleStill] } else { Vec::new() };
        Standing { remarks, ..Standing::plain(Remedy::Unchanged) }
    }
}

impl Standing {
    fn plain(remedy: Remedy) -> Self {
        Self { remedy, remarks: Vec::new(), other: None }
    }
}

/// Whether a page that was first found missing at `since`, and at every visit from then on, is gone as of a visit at `at`.
#[must_use]
pub fn is_gone(since: DateTime<Utc>, at: DateTime<Utc>) -> bool {
    at - since >= GONE_FOR
}

/// The first page with the words of a claim; the first page at all when none has them.
fn first_with(seen: &[Sighting], claims: &[WrongClaim]) -> Option<usize> {
    let first = claims.first()?;
    let has = |sighting: &Sighting| match &sighting.seen {
        Seen::Page { title, text, .. } => title.contains(&first.clause) || text.contains(&first.clause),
        Seen::Gone => false,
    };
    let page = |sighting: &Sighting| matches!(sighting.seen, Seen::Page { .. });
    seen.iter().position(has).or_else(|| seen.iter().position(page))
}

/// What all visits together come to.
fn conclude(visits: &[Visit<'_>], claims: &[WrongClaim], told: Option<DateTime<Utc>>) -> Option<Tracked> {
    let (first, last) = (visits.first()?, visits.last()?);
    let (turns, flapping) = turns(visits);
    let mut standing = last.standing.clone();
    if flapping {
        standing = Standing::plain(Remedy::Flapping);
    } else if turns {
        standing.remarks.push(Remark::Alternating);
    }
    let helped = |visit: &Visit<'_>| visit.standing.remedy == Remedy::Corrected;
    if !flapping && standing.remedy < Remedy::Deleted && visits.iter().any(helped) {
        standing.remarks.push(Remark::Restored);
    }
    standing.remarks.sort_unstable();
    standing.remarks.dedup();
    let same = |visit: &&Visit<'_>| visit.standing.remedy == last.standing.remedy;
    let run = visits.iter().rev().take_while(same).count();
    let begun = visits.len().saturating_sub(run);
    let dated = standing.remedy != Remedy::Unchanged && (begun > 0 || flapping);
    let since = visits.get(begun).filter(|_| dated).map(|visit| since_of(visits, begun, visit));
    let not_before = begun.checked_sub(1).filter(|_| dated).and_then(|at| visits.get(at)).map(|visit| visit.at);
    let took = since.map(|since| match told.filter(|told| since >= *told) {
        Some(told) => (CountedFrom::Publication, since - told),
        None => (CountedFrom::FirstSeen, since - first.at),
    });
    let why = why(&standing, claims, since, took);
    Some(Tracked { remedy: standing.remedy, since, not_before, took, remarks: standing.remarks, why })
}

/// A page that is gone was gone at the first visit that found no page.
fn since_of(visits: &[Visit<'_>], begun: usize, visit: &Visit<'_>) -> DateTime<Utc> {
    let earlier = visits.get(..begun).unwrap_or_default().iter().rev();
    let missing = earlier.take_while(|it| it.hash.is_none() && visit.standing.remedy == Remedy::Deleted);
    missing.last().map_or(visit.at, |it| it.at)
}

/// Whether two versions take turns, and whether it makes a difference which of them a reader is shown.
fn turns(visits: &[Visit<'_>]) -> (bool, bool) {
    let mut stretches: Vec<(&str, DateTime<Utc>, DateTime<Utc>, Remedy)> = Vec::new();
    for visit in visits {
        let Some(hash) = visit.hash else { continue };
        match stretches.last_mut().filter(|it| it.0 == hash) {
            Some(stretch) => stretch.2 = visit.at,
            None => stretches.push((hash, visit.at, visit.at, visit.standing.remedy)),
        }
    }
    let mut latest = stretches.iter().rev();
    let (Some(last), Some(other), Some(again)) = (latest.next(), latest.next(), latest.next()) else {
        return (false, false);
    };
    let turns = last.0 == again.0 && last.2 - last.1 < SETTLED_AFTER;
    let is_page = visits.last().is_some_and(|visit| visit.hash.is_some());
    (turns && is_page, turns && is_page && last.3 != other.3)
}

/// The sentence that is shown.
fn why(
    standing: &Standing,
    claims: &[WrongClaim],
    since: Option<DateTime<Utc>>,
    took: Option<(CountedFrom, TimeDelta)>,
) -> String {
    let wrong = claims.first().map(|claim| claim.wrong.as_str()).unwrap_or_default();
    let official = claims.first().and_then(|claim| claim.official.as_deref());
    let is = |remark: Remark| standing.remarks.contains(&remark);
    let right = official.map(|official| format!("「{official}」"));
    let what = match standing.remedy {
        Remedy::Corrected if is(Remark::NoteOnly) => {
            format!("原句「{wrong}」仍在，但報導已加註更正{}", right.map_or(String::new(), |it| format!("為{it}")))
        }
        Remedy::Corrected => {
            format!("標題與內文已不再稱「{wrong}」{}", right.map_or(String::new(), |it| format!("（市府公布為{it}）")))
        }
        Remedy::AddedStatement => format!("報導已加入市府說明，但仍稱「{wrong}」"),
        Remedy::TitleOnly => format!("標題已修改，但內文仍稱「{wrong}」"),
        Remedy::Deleted => "報導已無法開啟或已下架".to_owned(),
        Remedy::Flapping => format!("兩個版本輪流出現，其中一版仍稱「{wrong}」"),
        Remedy::Unchanged if is(Remark::OtherValue) => format!(
            "「{wrong}」改為「{}」，仍與市府公布{}不符",
            standing.other.as_deref().unwrap_or_default(),
            right.unwrap_or_else(|| "內容".to_owned())
        ),
        Remedy::Unchanged if is(Remark::TitleStill) => format!("內文已修改，但標題仍稱「{wrong}」"),
        Remedy::Unchanged => format!("報導仍稱「{wrong}」"),
    };
    let mut parts = vec![what];
    let notes = [
        (Remark::Restored, "曾更正後又改回"),
        (Remark::Returned, "下架後又重新上架"),
        (Remark::Partly, "其餘錯誤說法已更正"),
        (Remark::Hidden, "目前只能看到部分內容，內文以先前版本為準"),
        (Remark::PerhapsGone, "最近一次無法開啟，待再次確認"),
        (Remark::Alternating, "兩個版本輪流出現，內容無實質差別"),
    ];
    parts.extend(notes.iter().filter(|(remark, _)| is(*remark)).map(|(_, words)| (*words).to_owned()));
    if let (Some(since), Some((from, time))) = (since, took) {
        let from = match from {
            CountedFrom::Publication => "發布澄清後",
            CountedFrom::FirstSeen => "首次查得報導後",
        };
        let moment = taipei(since).format("%-m月%-d日%H:%M");
        parts.push(format!("{moment}查得，距{from}{}", super::summary::time_in_words(time)));
    }
    parts.join("；") + "。"
}
