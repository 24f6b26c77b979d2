//! What people do with a case, the same for pages and for programs: read it, ask the workflow, write what it decided.

use chrono::{DateTime, Utc};
use serde_json::json;
use ulid::Ulid;

use super::{draft::Held, tell};
use crate::{
    casefile,
    domain::{
        Account, Action, Answer, Assignment, Case, CaseLevel, Clarification, Contact, Disagreement, Moments, Outcome,
        Stage, Standing, StepKind,
    },
    store::{AlertOutcome, Changing, Dossier, Kept, Moved, Opened, Opening, StoreError},
    web::{Desk, access::Member},
    workflow::{
        casework::{self, Doer, Refusal, Step},
        gate::{self, Examined},
    },
};

/// Characters of a reason or a note.
pub(in crate::web) const LONGEST_REASON: usize = 500;

/// Why something was not done.
#[derive(Debug)]
pub(in crate::web) enum Undone {
    /// There is no such case.
    Missing,
    /// Somebody else changed the case since it was looked at.
    Stale,
    /// The workflow refuses.
    Refused(Refusal),
    /// The text has faults.
    Gate(Vec<gate::Fault>),
    /// Something that was sent cannot be used; what, in words for the person.
    Wrong(&'static str),
    /// The same, with what is asked for in it.
    Unfit(String),
    /// Work on our side broke down.
    Broken(String),
    /// The database failed.
    Store(StoreError),
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for Undone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A step that somebody asks for, as a form or a program sends it.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Ask {
    /// The version of the case it was asked on; the current one without.
    pub version: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// The agency to assign to, or the body to refer to.
    pub agency: Option<String>,
    /// Its unit.
    pub unit: Option<String>,
    /// The hash of the text that was looked at.
    pub hash: Option<String>,
    /// The channels a text goes out by.
    pub channels: Vec<String>,
    /// What became of the alerts, when the case is not answered.
    pub outcome: Option<Outcome>,
}

/// A case that somebody enters by hand.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct ByHand {
    pub level: Option<CaseLevel>,
    pub title: Option<String>,
    /// What it is about and where: without both there is nothing to hand on.
    pub matter: Option<String>,
    pub place: Option<String>,
    pub district: Option<String>,
    pub service: Option<String>,
    /// A report it is about.
    pub report: Option<String>,
    /// When the person first knew, if that was before now.
    pub known: Option<DateTime<Utc>>,
}

impl Desk {
    /// The case with everything it rests on, as this person may see it.
    pub(in crate::web) async fn dossier(&self, id: &str) -> Result<Dossier, Undone> {
        self.console.store.dossier(id).await?.ok_or(Undone::Missing)
    }

    /// Takes a step of a case.
    pub(in crate::web) async fn step(
        &self,
        member: &Member,
        id: &str,
        kind: StepKind,
        ask: Ask,
    ) -> Result<Case, Undone> {
        let dossier = self.dossier(id).await?;
        if ask.version.is_some_and(|version| version != dossier.case.version) {
            return Err(Undone::Stale);
        }
        let reason = ask.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        if kind.needs_reason() && reason.is_none() {
            return Err(Undone::Wrong("請填寫理由"));
        }
        if reason.is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
            return Err(Undone::Wrong("理由過長（上限 500 字）"));
        }
        let (table, doer) = (&self.console.city.steps, Doer::Person(&member.account.name, &member.account.duties));
        casework::may(table, (dossier.case.level, &dossier.case.stage), kind, doer)?;
        let now = self.console.clock.now();
        self.may_go_on(&dossier, kind, &member.account, now).await?;
        let open = self.open_disagreements(&dossier, kind).await?;
        let taken = self.prepared(&dossier, kind, (&ask, &open), now).and_then(|step| {
            let stage = dossier.case.stage.clone();
            Ok(casework::take(table, (dossier.case.level, stage), step, doer, now)?)
        });
        let stage = match taken {
            Ok(stage) => stage,
            Err(undone) => {
                if kind == StepKind::Publish {
                    self.note_refusal(member, id, &undone, now).await?;
                }
                return Err(undone);
            }
        };
        let mut detail = json!({
            "step": kind.name(), "from": dossier.case.stage.state().name(), "to": stage.state().name(),
        });
        let stands_in = tell::acts_for(&dossier, &member.account.name, now);
        let told = [
            ("reason", reason),
            ("hash", ask.hash.as_deref()),
            ("agency", ask.agency.as_deref()),
            ("unit", ask.unit.as_deref()),
            ("stands_in_for", stands_in.as_deref()),
        ];
        for (key, value) in told {
            if let (Some(value), Some(object)) = (value, detail.as_object_mut()) {
                object.insert(key.to_owned(), value.into());
            }
        }
        let release = (kind == StepKind::Publish).then(|| self.releasing(member, &dossier, &stage)).flatten();
        let postings = self.postings(&dossier, kind, &stage, (&ask, release.as_ref()), now);
        let draft = self.redrafted(&dossier, kind, &stage, now);
        let changing = Changing {
            id: id.to_owned(),
            version: dossier.case.version,
            draft,
            stage,
            detail: detail.to_string(),
            release,
            postings,
        };
        let outcome = self.alert_outcome(member, &dossier, kind, (ask.outcome, reason));
        let actor = member.visitor.actor();
        match self.console.store.change_case_and_alerts(changing, outcome, actor, now).await? {
            Moved::Stale => Err(Undone::Stale),
            Moved::Done(case) => {
                self.counted(&dossier.case, &case);
                Ok(*case)
            }
        }
    }

    /// The draft that a step lays before people: when another agency speaks while nobody has written on it, and when the
    /// city apologises.
    fn redrafted(&self, dossier: &Dossier, kind: StepKind, stage: &Stage, now: DateTime<Utc>) -> Option<Clarification> {
        // Where there is none yet, the daemon lays one with the right speaker.
        let untouched = dossier.draft().is_some_and(|draft| draft.author.is_none());
        let answer = match kind {
            StepKind::Assign if untouched && dossier.case.level != CaseLevel::C => Answer::Clarification,
            StepKind::Admit => Answer::Apology,
            _ => return None,
        };
        let console = &self.console;
        let issuer = stage.assignment()?.clone();
        let text = casefile::first_draft(&console.city, &console.office, dossier, (issuer, answer), now);
        (dossier.draft().map(|draft| &draft.hash) != Some(&text.hash())).then_some(text)
    }

    /// The step with what it needs of the case.
    fn prepared(
        &self,
        dossier: &Dossier,
        kind: StepKind,
        (ask, open): (&Ask, &[Disagreement]),
        now: DateTime<Utc>,
    ) -> Result<Step, Undone> {
        let hash = || ask.hash.clone().ok_or(Undone::Wrong("缺少稿件雜湊值，請重新開啟稿件"));
        Ok(match kind {
            StepKind::Assign => Step::Assign(self.assignment(dossier, ask)?),
            StepKind::Accept => Step::Accept,
            StepKind::Draft => Step::Draft,
            StepKind::Admit => Step::Admit,
            StepKind::Submit => {
                let draft = dossier.draft().ok_or(Undone::Wrong("尚無稿件可陳核"))?;
                if ask.hash.as_ref().is_some_and(|hash| *hash != draft.hash) {
                    return Err(Undone::Refused(Refusal::TextChanged));
                }
                let writers = dossier.drafts.iter().filter_map(|draft| draft.author.clone()).collect();
                Step::Submit(draft.revision, draft.hash.clone(), writers)
            }
            StepKind::Return => Step::Return,
            StepKind::Review => Step::Review(hash()?),
            StepKind::Approve => Step::Approve(hash()?),
            StepKind::Publish => {
                let Stage::Reviewing(to, answer, text) = &dossier.case.stage else {
                    return Err(Undone::Refused(Refusal::NotFromHere));
                };
                if ask.hash.as_ref().is_some_and(|hash| *hash != text.hash) {
                    return Err(Undone::Refused(Refusal::TextChanged));
                }
                let draft = dossier.drafts.iter().find(|draft| draft.revision == text.revision);
                let draft = draft.ok_or(Undone::Refused(Refusal::TextChanged))?;
                Step::Publish(self.cleared(dossier, (to, *answer), (&draft.text, open), now)?)
            }
            StepKind::Track => Step::Track,
            StepKind::Close => Step::Close,
            StepKind::Reply => Step::Reply,
            StepKind::Dismiss => Step::Dismiss,
            StepKind::Refer => {
                let body = ask.agency.clone().filter(|body| !body.trim().is_empty());
                Step::Refer(body.ok_or(Undone::Wrong("請填寫權責機關"))?)
            }
            StepKind::NoteCorrection => Step::NoteCorrection,
            StepKind::Reopen => Step::Reopen,
        })
    }

    /// Where the text that is to go out says otherwise than the city said before, as far as nobody answers for it.
    async fn open_disagreements(&self, dossier: &Dossier, kind: StepKind) -> Result<Vec<Disagreement>, Undone> {
        let Stage::Reviewing(_, _, text) = &dossier.case.stage else { return Ok(Vec::new()) };
        let draft = dossier.drafts.iter().find(|draft| draft.revision == text.revision);
        match draft.filter(|_| kind == StepKind::Publish) {
            Some(draft) => Ok(Held::open(&self.held_of(dossier, &draft.text).await?)),
            None => Ok(Vec::new()),
        }
    }

    /// The agency of the city that a case is given to.
    fn assignment(&self, dossier: &Dossier, ask: &Ask) -> Result<Assignment, Undone> {
        let name = ask.agency.as_deref().unwrap_or_default();
        let agency = self.console.city.agencies.iter().find(|it| it.name == name && it.city);
        let agency = agency.ok_or(Undone::Wrong("請由清單選擇市府所屬機關；非市府權責請用「移請權責機關」"))?;
        let unit = ask.unit.clone().filter(|unit| !unit.is_empty());
        let is_unit = |name: &String| {
            agency.units.iter().any(|it| it.name == *name) || dossier.roster.unit_named(&agency.name, name).is_some()
        };
        if unit.as_ref().is_some_and(|unit| !is_unit(unit)) {
            return Err(Undone::Wrong("該機關沒有這個單位"));
        }
        Ok(Assignment { agency: agency.name.clone(), unit })
    }

    /// What the gate says of a text of a case.
    pub(in crate::web) fn examined(
        &self,
        dossier: &Dossier,
        (text, open): (&Clarification, &[Disagreement]),
        now: DateTime<Utc>,
    ) -> Examined {
        let (to, answer) = self.speaker(&dossier.case);
        self.with_laid(dossier, (&to, answer), (text, open), |laid| gate::examine(laid, &self.console.gate, now))
    }

    fn cleared(
        &self,
        dossier: &Dossier,
        (to, answer): (&Assignment, Answer),
        (text, open): (&Clarification, &[Disagreement]),
        now: DateTime<Utc>,
    ) -> Result<gate::Cleared, Undone> {
        self.with_laid(dossier, (to, answer), (text, open), |laid| gate::clear(laid, &self.console.gate, now))
            .map_err(Undone::Gate)
    }

    fn with_laid<T>(
        &self,
        dossier: &Dossier,
        (issuer, answer): (&Assignment, Answer),
        (text, disagreements): (&Clarification, &[Disagreement]),
        look: impl FnOnce(&gate::Laid<'_>) -> T,
    ) -> T {
        let (sources, standing) = (dossier.sources(), standings(dossier));
        let bases: Vec<_> = dossier.bases.iter().map(|kept| kept.basis.clone()).collect();
        let contacts = self.contacts(dossier, issuer);
        look(&gate::Laid {
            answer,
            text,
            issuer,
            contacts: &contacts,
            sources: &sources,
            bases: &bases,
            standing: &standing,
            disagreements,
        })
    }

    /// Who speaks for the city in a case, and how. A case that nobody was given yet is the office's own.
    pub(in crate::web) fn speaker(&self, case: &Case) -> (Assignment, Answer) {
        let answer = match &case.stage {
            Stage::Drafting(_, answer) | Stage::Reviewing(_, answer, _) => *answer,
            stage => stage.issued().map_or(Answer::Clarification, |issued| issued.answer),
        };
        let own = || Assignment { agency: self.console.office.name.clone(), unit: None };
        (case.stage.assignment().cloned().unwrap_or_else(own), answer)
    }

    /// Whom the press may ask about what an agency or its unit says.
    fn contacts(&self, dossier: &Dossier, issuer: &Assignment) -> Vec<Contact> {
        casefile::contacts(&self.console.office, dossier, issuer)
    }

    fn counted(&self, before: &Case, after: &Case) {
        let (from, to) = (before.stage.state(), after.stage.state());
        if from != to {
            let metrics = &self.console.metrics;
            metrics.casework.transitions_total.with_label_values(&[from.name(), to.name()]).inc();
            let seconds = (after.since - before.since).num_milliseconds().max(0) as f64 / 1000.0;
            metrics.casework.stage_duration_seconds.with_label_values(&[from.name()]).observe(seconds);
        }
    }

    /// What a step says of the alerts of the case: an answer confirms them, an apology says that the city was wrong.
    fn alert_outcome(
        &self,
        member: &Member,
        dossier: &Dossier,
        kind: StepKind,
        (outcome, note): (Option<Outcome>, Option<&str>),
    ) -> Option<AlertOutcome> {
        let outcome = match kind {
            StepKind::Publish if self.speaker(&dossier.case).1 == Answer::Clarification => Some(Outcome::Misreport),
            StepKind::NoteCorrection => Some(Outcome::Misreport),
            StepKind::Admit => Some(Outcome::CityWrong),
            StepKind::Dismiss | StepKind::Refer => outcome,
            _ => None,
        };
        let open = dossier.quoted.iter().map(|it| &it.finding).filter(|finding| finding.judged.is_none());
        Some(AlertOutcome {
            outcome: outcome?,
            note: note.map(str::to_owned),
            by: member.account.name.clone(),
            alerts: open.map(|finding| (finding.article_id.clone(), finding.id.clone())).collect(),
        })
    }

    async fn note_refusal(
        &self,
        member: &Member,
        id: &str,
        undone: &Undone,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (name, faults) = match undone {
            Undone::Refused(refusal) => (refusal.name(), Vec::new()),
            Undone::Gate(faults) => ("gate", faults.iter().map(super::json::fault_name).collect()),
            _ => return Ok(()),
        };
        self.console.metrics.casework.publications_refused_total.with_label_values(&[name]).inc();
        let detail = json!({ "reason": name, "faults": faults }).to_string();
        let what = (Action::PublicationRefused, detail);
        self.console.store.note_on_case(id, what, member.visitor.actor(), now).await
    }

    /// Keeps a revision of a draft. While it is 核稿 nothing can be changed: it has to be returned first.
    pub(in crate::web) async fn keep_draft(
        &self,
        member: &Member,
        id: &str,
        base: u32,
        text: Clarification,
    ) -> Result<Kept, Undone> {
        let case = self.console.store.case(id).await?.ok_or(Undone::Missing)?;
        self.may_write(&case, &member.account)?;
        let by = (member.account.name.clone(), member.visitor.actor());
        let now = self.console.clock.now();
        Ok(self.console.store.keep_draft((id, base), text, by, now).await?)
    }

    /// Whether somebody may write on the draft of a case: who may submit it, while it is not under review.
    pub(in crate::web) fn may_write(&self, case: &Case, account: &Account) -> Result<(), Undone> {
        let doer = Doer::Person(&account.name, &account.duties);
        let table = &self.console.city.steps;
        Ok(casework::may(table, (case.level, &case.stage), StepKind::Submit, doer).map(|_| ())?)
    }

    /// The steps that somebody may take now, as far as that does not depend on the text.
    pub(in crate::web) fn steps_of(&self, case: &Case, account: Option<&Account>) -> Vec<StepKind> {
        let Some(account) = account else { return Vec::new() };
        let doer = Doer::Person(&account.name, &account.duties);
        let table = &self.console.city.steps;
        StepKind::ALL
            .into_iter()
            .filter(|step| casework::may(table, (case.level, &case.stage), *step, doer).is_ok())
            .collect()
    }

    /// Opens a case by hand. A complaint needs a matter and a place (a post that says neither cannot be handed on).
    pub(in crate::web) async fn open_by_hand(&self, member: &Member, hand: ByHand) -> Result<(String, i64), Undone> {
        let now = self.console.clock.now();
        let title = hand.title.filter(|title| !title.trim().is_empty()).ok_or(Undone::Wrong("請填寫案由"))?;
        let level = hand.level.ok_or(Undone::Wrong("請選擇等級"))?;
        let given = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        if level == CaseLevel::C && !(given(&hand.matter) && given(&hand.place)) {
            return Err(Undone::Wrong("轉錄 1999 須有具體事項與地點"));
        }
        if title.chars().count() > LONGEST_REASON {
            return Err(Undone::Wrong("案由過長（上限 500 字）"));
        }
        let known = hand.known.unwrap_or(now);
        if known > now {
            return Err(Undone::Wrong("知悉時間不得晚於現在"));
        }
        let mut reports = Vec::new();
        let (mut published, mut story) = (None, None);
        if let Some(report) = &hand.report {
            let row = self.console.store.report(report).await?.ok_or(Undone::Wrong("查無此報導"))?.row;
            published = Some(row.at);
            story = self.console.store.tellers(report).await?.first().map(|teller| teller.id.clone());
            reports.push((report.clone(), "manual".to_owned()));
        }
        let id = Ulid::generate().to_string();
        let detail = json!({
            "level": level.name(), "title": title, "matter": hand.matter, "place": hand.place, "report": hand.report,
        });
        let mut opening = Opening {
            id: id.clone(),
            level,
            title,
            // A complaint is about one report, not about its story.
            story: story.filter(|_| level != CaseLevel::C),
            district: hand.district.filter(|it| !it.is_empty()),
            service: hand.service.filter(|it| !it.is_empty()),
            moments: Moments { published, fetched: now, acknowledged: Some(now), known, planned: None, answered: None },
            reports,
            claims: Vec::new(),
            draft: None,
            postings: Vec::new(),
            detail: detail.to_string(),
        };
        opening.postings = self.for_watching(&opening, now).await?;
        match self.console.store.open_case(opening, member.visitor.actor(), now).await? {
            Opened::New(number) => Ok((id, number)),
            Opened::Already => Err(Undone::Wrong("這個事件已有辦理中的案件")),
        }
    }
}

/// Whether what is quoted still stands in the stored pages.
pub(in crate::web) fn standings(dossier: &Dossier) -> Vec<Standing> {
    let of = |report: &crate::store::CaseReport, quoted: &crate::store::Quoted| {
        let quote = quoted.claim();
        Standing {
            report: report.article_id.clone(),
            quote: quote.to_owned(),
            stands: report.title.contains(quote) || report.text.contains(quote),
            deleted: report.gone,
        }
    };
    let all = dossier.quoted.iter().filter_map(|quoted| {
        dossier.reports.iter().find(|it| it.article_id == quoted.finding.article_id).map(|report| of(report, quoted))
    });
    all.collect()
}
