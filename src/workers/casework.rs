//! Opens a case for every story in which something has to be put straight, lets further reports join it, and tells people
//! only what is new: a new claim, a graver one, another sort of outlet. Cases whose answer went out it takes on to tracking.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use ulid::Ulid;

use super::{Bureau, Shared};
use crate::{
    casefile::{self, Note},
    domain::{Actor, Answer, Case, CaseLevel, CaseState, Finding, Level, Message, Moments, Outcome, Sealed, StepKind},
    lifecycle::{Pulse, Stop},
    store::{CaseAlert, CaseClaim, CaseFilter, Changing, Joining, Moved, Opened, Opening, Posting, Quoted, StoreError},
    workflow::{
        casework::{self, Doer, Step},
        deadline,
        notice::{self, Contrast},
        roster::{Matter, Whom},
        urgency::{self, Doubtful, Reach},
    },
};

/// How often alerts are looked for. Nobody waits longer than this for a case to open.
const EVERY: Duration = Duration::from_secs(5);

/// Alerts older than this open no case: what is three days old can no longer be answered the same day.
const WINDOW: TimeDelta = TimeDelta::hours(72);

/// Alerts looked at in one turn.
const MOST: usize = 500;

/// Least time between two messages about one case, unless it becomes graver (N07: an outlet may flap between two versions).
const LEAST_BETWEEN: TimeDelta = TimeDelta::minutes(30);

/// The message that a case was opened, or something joined it.
const ALERT: &str = "alert";

/// The loop.
pub struct Casework {
    shared: Shared,
    bureau: Arc<Bureau>,
    pulse: Pulse,
}

impl Casework {
    /// A loop for this office.
    #[must_use]
    pub fn new(shared: Shared, bureau: Arc<Bureau>, pulse: Pulse) -> Self {
        Self { shared, bureau, pulse }
    }

    /// Opens cases for new alerts and lets what belongs to open ones join them; says how many cases were opened.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tick(&self) -> Result<usize, StoreError> {
        let now = self.shared.clock.now();
        let alerts = self.shared.store.unclaimed_alerts(now - WINDOW, MOST).await?;
        let mut stories: BTreeMap<String, Vec<CaseAlert>> = BTreeMap::new();
        for alert in alerts {
            stories.entry(alert.story.clone()).or_default().push(alert);
        }
        let mut opened = 0;
        for (story, alerts) in stories {
            opened += usize::from(self.take(&story, alerts, now).await?);
        }
        self.join_copies(now).await?;
        self.lay_drafts(now).await?;
        self.track(now).await?;
        Ok(opened)
    }

    /// Looks until the stop.
    pub async fn run(self, stop: Stop) {
        loop {
            self.pulse.beat();
            if let Err(error) = self.tick().await {
                tracing::error!(%error, "cases cannot be opened, trying again");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.shared.clock.sleep(EVERY) => {}
            }
        }
    }

    /// Brings the alerts of one story into its case; whether one was opened.
    async fn take(&self, story: &str, alerts: Vec<CaseAlert>, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let last = self.shared.store.last_case_of_story(story).await?;
        let claims: BTreeSet<CaseClaim> = alerts.iter().map(claim).collect();
        let Some(case) = last else { return self.open(story, alerts, claims, now).await };
        let known: BTreeSet<CaseClaim> = self.shared.store.claims_of_case(&case.id).await?.into_iter().collect();
        let new: Vec<CaseClaim> = claims.difference(&known).cloned().collect();
        if !case.stage.state().is_open() && !new.is_empty() {
            return self.open(story, alerts, claims, now).await;
        }
        // A further report that says what a case that is over was about belongs to it, and is no news to anybody.
        let known_reports = self.shared.store.reports_of_case(&case.id).await?;
        let sorts: BTreeSet<&str> = known_reports.iter().map(|report| report.sort.as_str()).collect();
        let reports = self.reports(&alerts);
        let another = reports.iter().find(|(_, sort)| !sorts.contains(sort.as_str())).map(|(_, sort)| sort.clone());
        let sources = known_reports.iter().map(|report| (report.outlet.as_str(), report.source_id.as_str()));
        let level = self.level(&alerts, sources, now);
        let graver = level > case.level && case.level != CaseLevel::C;
        let news = if graver {
            Some("等級提高".to_owned())
        } else if !new.is_empty() {
            Some(format!("新增 {} 項說法", new.len()))
        } else {
            another.map(|sort| format!("擴及{}", sort_words(&sort)))
        };
        let mut postings = Vec::new();
        if let Some(news) = news.filter(|_| case.stage.state().is_open()) {
            let last = self.shared.store.last_posting(&case.id, ALERT).await?;
            let quiet = last.is_some_and(|(_, at)| at <= now && now - at < LEAST_BETWEEN) && !graver;
            if !quiet {
                let epoch = last.map_or(1, |(epoch, _)| epoch + 1);
                let outlets = outlets(known_reports.iter().map(|report| &report.outlet), &alerts);
                let level = if graver { level } else { case.level };
                let quoted = self.quoted(&alerts).await?;
                let message = self.message((&case.title, level), &quoted, (outlets, &news), &case.id, now).await?;
                postings = self.postings(&case, epoch, &message, now).await?;
            }
        }
        let detail = serde_json::json!({
            "reports": reports.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            "claims": new.iter().map(|it| it.claimed.as_str()).collect::<Vec<_>>(),
            "level": graver.then(|| level.name()),
        });
        let joining = Joining {
            case_id: case.id,
            level: graver.then_some(level),
            reports,
            claims: new,
            postings,
            detail: detail.to_string(),
        };
        self.shared.store.join_case(joining, now).await?;
        Ok(false)
    }

    async fn open(
        &self,
        story: &str,
        alerts: Vec<CaseAlert>,
        claims: BTreeSet<CaseClaim>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let Some(first) = alerts.iter().min_by_key(|it| (it.published.unwrap_or(it.fetched), &it.finding.id)) else {
            return Ok(false);
        };
        let (level, id) = (self.level(&alerts, [], now), Ulid::generate().to_string());
        let quoted = self.quoted(&alerts).await?;
        let title = first.title.trim().to_owned();
        let title = if title.is_empty() { quoted.first().map_or("", Quoted::claim).to_owned() } else { title };
        let reports = self.reports(&alerts);
        let message = self.message((&title, level), &quoted, (outlets([], &alerts), "新案件"), &id, now).await?;
        let note = note(&id, 1, &message);
        let mut postings = note.by_channels(self.bureau.office.staff(message.level));
        let roster = self.shared.store.roster().await?;
        let matter = Matter {
            service: first.service.as_deref(),
            district: first.district.as_deref(),
            texts: alerts.iter().map(|it| it.title.as_str()).chain(quoted.iter().map(Quoted::claim)).collect(),
        };
        let called = |reason: &str| self.bureau.city.called(reason);
        postings.extend(note.to_watching(&roster, &self.bureau.office, &matter, called, now));
        let opening = Opening {
            postings,
            level,
            story: Some(story.to_owned()),
            district: first.district.clone(),
            service: first.service.clone(),
            moments: Moments {
                published: first.published,
                fetched: alerts.iter().map(|it| it.fetched).min().unwrap_or(now),
                acknowledged: None,
                known: alerts.iter().map(|it| it.finding.found_at).min().unwrap_or(now),
                planned: None,
                answered: None,
            },
            draft: None,
            detail: serde_json::json!({
                "level": level.name(), "title": title, "story": story,
                "reports": reports.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            })
            .to_string(),
            title,
            reports,
            claims: claims.into_iter().collect(),
            id,
        };
        let opened = self.shared.store.open_case(opening, Actor::daemon(), now).await?;
        let is_new = matches!(opened, Opened::New(_));
        if is_new {
            self.shared.metrics.casework.opened_total.with_label_values(&[level.name()]).inc();
        }
        Ok(is_new)
    }

    /// Copies, word for word, of reports of open cases.
    async fn join_copies(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut cases: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (case, report, source) in self.shared.store.unjoined_copies(MOST).await? {
            cases.entry(case).or_default().push((report, self.sort(&source)));
        }
        for (case_id, reports) in cases {
            let detail = serde_json::json!({ "copies": reports.iter().map(|(id, _)| id).collect::<Vec<_>>() });
            let joining = Joining {
                case_id,
                level: None,
                reports,
                claims: Vec::new(),
                postings: Vec::new(),
                detail: detail.to_string(),
            };
            let case_id = joining.case_id.clone();
            self.shared.store.join_case(joining, now).await?;
            self.weigh(&case_id, now).await?;
        }
        Ok(())
    }

    /// Raises a case whose reports have come to reach far, and tells people.
    async fn weigh(&self, id: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Some(dossier) = self.shared.store.dossier(id).await? else { return Ok(()) };
        let case = &dossier.case;
        let fetched = |it: &Quoted| {
            let report = dossier.reports.iter().find(|report| report.article_id == it.finding.article_id);
            report.map_or(it.finding.found_at, |report| report.fetched)
        };
        // What holds no longer, or was found to be none, is no reason to wake anybody.
        let mut holding = BTreeSet::new();
        for report in &dossier.reports {
            let found = self.shared.store.findings_of(&report.article_id).await?.map(|(_, found)| found);
            holding.extend(found.unwrap_or_default().into_iter().map(|finding| finding.id));
        }
        let alerts: Vec<Doubtful> = dossier
            .quoted
            .iter()
            .filter(|it| holding.contains(&it.finding.id))
            .filter(|it| it.finding.judged.as_ref().is_none_or(|judged| judged.outcome == Outcome::Misreport))
            .map(|it| doubtful(&it.finding, it.published, fetched(it)))
            .collect();
        let sources = dossier.reports.iter().map(|report| (report.outlet.as_str(), report.source_id.as_str()));
        let level = urgency::level(&alerts, self.reach(sources, case.service.as_deref()), now);
        if level <= case.level || case.level == CaseLevel::C || !case.stage.state().is_open() {
            return Ok(());
        }
        // Who put it at its level knew how far it reached, or will see it in the list.
        if self.shared.store.timeline(id, MOST).await?.iter().any(is_level_by_a_person) {
            return Ok(());
        }
        let outlets = outlets(dossier.reports.iter().map(|report| &report.outlet), &[]);
        let epoch = self.shared.store.last_posting(id, ALERT).await?.map_or(1, |(epoch, _)| epoch + 1);
        let news = format!("等級提高，已有 {outlets} 家媒體報導");
        let message = self.message((&case.title, level), &dossier.quoted, (outlets, &news), id, now).await?;
        let joining = Joining {
            case_id: id.to_owned(),
            level: Some(level),
            reports: Vec::new(),
            claims: Vec::new(),
            postings: self.postings(case, epoch, &message, now).await?,
            detail: serde_json::json!({ "level": level.name(), "outlets": outlets }).to_string(),
        };
        self.shared.store.join_case(joining, now).await
    }

    /// Cases whose answer went out: from now on their reports are watched.
    async fn track(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let filter = CaseFilter { states: vec![CaseState::Published], ..CaseFilter::default() };
        for case in self.shared.store.cases(&filter, None, MOST).await?.cases {
            let table = &self.bureau.city.steps;
            let standing = (case.level, case.stage.clone());
            let Ok(stage) = casework::take(table, standing, Step::Track, Doer::Daemon, now) else { continue };
            let (from, to) = (case.stage.state().name(), stage.state().name());
            let detail = serde_json::json!({ "step": StepKind::Track.name(), "from": from, "to": to });
            let changing = Changing {
                id: case.id,
                version: case.version,
                stage,
                detail: detail.to_string(),
                draft: None,
                release: None,
                postings: Vec::new(),
            };
            // Whoever changed the case meanwhile is not overruled.
            if let Moved::Done(_) = self.shared.store.change_case(changing, Actor::daemon(), now).await? {
                let metrics = &self.shared.metrics.casework;
                metrics.transitions_total.with_label_values(&[from, to]).inc();
                let seconds = (now - case.since).num_milliseconds().max(0) as f64 / 1000.0;
                metrics.stage_duration_seconds.with_label_values(&[from]).observe(seconds);
            }
        }
        Ok(())
    }

    /// Each claim once, of the first report that makes it.
    async fn quoted(&self, alerts: &[CaseAlert]) -> Result<Vec<Quoted>, StoreError> {
        let mut seen = BTreeSet::new();
        let mut quoted = Vec::new();
        for alert in alerts.iter().filter(|alert| seen.insert(claim(alert))) {
            quoted.push(self.shared.store.quoted(alert.finding.clone()).await?);
        }
        quoted.sort_by(|a, b| b.finding.found.score.total_cmp(&a.finding.found.score));
        Ok(quoted)
    }

    /// Lays a draft before people in every case that has none.
    async fn lay_drafts(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        for id in self.shared.store.undrafted_cases(MOST).await? {
            let Some(dossier) = self.shared.store.dossier(&id).await? else { continue };
            let (city, office) = (&self.bureau.city, &self.bureau.office);
            let issuer = casefile::speaker(city, office, &dossier);
            let text = casefile::first_draft(city, office, &dossier, (issuer, Answer::Clarification), now);
            self.shared.store.lay_draft((&id, dossier.case.version), text, now).await?;
        }
        Ok(())
    }

    async fn message(
        &self,
        (title, level): (&str, CaseLevel),
        quoted: &[Quoted],
        (outlets, news): (usize, &str),
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<Message, StoreError> {
        let contrasts: Vec<Contrast<'_>> = quoted
            .iter()
            .map(|it| Contrast {
                outlet: &it.outlet,
                claim: it.claim(),
                fact: it.fact_words(),
                agency: it.fact.as_ref().map(|fact| fact.statement.agency.as_str()),
            })
            .collect();
        let closures: Vec<_> = self.shared.store.closures().await?.into_iter().map(|it| it.closure).collect();
        let due = deadline::of_level(&self.bureau.city, &closures, None, (level, now)).pop();
        let link = self.bureau.address(&format!("/cases/{id}"));
        Ok(notice::alert((title, level), &contrasts, (outlets, news), due.as_ref(), link, now))
    }

    /// The message for all staff, and for the unit the case was given to.
    async fn postings(
        &self,
        case: &Case,
        epoch: i64,
        message: &Message,
        now: DateTime<Utc>,
    ) -> Result<Vec<Posting>, StoreError> {
        let note = note(&case.id, epoch, message);
        let mut postings = note.by_channels(self.bureau.office.staff(message.level));
        let roster = self.shared.store.roster().await?;
        postings.extend(note.to_unit(&roster, &self.bureau.office, case.stage.assignment(), Whom::All, now));
        Ok(postings)
    }

    /// The level of a case with these alerts, whose reports are by these outlets too, each with its source.
    fn level<'a>(
        &self,
        alerts: &'a [CaseAlert],
        known: impl IntoIterator<Item = (&'a str, &'a str)>,
        now: DateTime<Utc>,
    ) -> CaseLevel {
        let doubtful: Vec<Doubtful> = alerts.iter().map(|it| doubtful(&it.finding, it.published, it.fetched)).collect();
        let new = alerts.iter().map(|it| (it.outlet.as_str(), it.source_id.as_str()));
        let service = alerts.iter().find_map(|it| it.service.as_deref());
        urgency::level(&doubtful, self.reach(known.into_iter().chain(new), service), now)
    }

    /// How far reports by these outlets go, each named with one of its sources.
    fn reach<'a>(&self, outlets: impl Iterator<Item = (&'a str, &'a str)>, service: Option<&str>) -> Reach {
        let outlets: BTreeMap<&str, &str> = outlets.collect();
        let sources = self.shared.sources.borrow();
        // A source that is configured no longer was an ordinary one.
        let weight = |id: &&str| sources.iter().find(|it| it.id.as_str() == *id).map_or(1.0, |it| it.weight);
        let gauge = &self.shared.metrics.service_burst_score;
        let burst = service.map_or(0.0, |service| gauge.with_label_values(&[service]).get());
        Reach { weight: outlets.values().map(weight).sum(), burst }
    }

    fn reports(&self, alerts: &[CaseAlert]) -> Vec<(String, String)> {
        let all: BTreeMap<&str, &str> =
            alerts.iter().map(|alert| (alert.finding.article_id.as_str(), alert.source_id.as_str())).collect();
        all.into_iter().map(|(report, source)| (report.to_owned(), self.sort(source))).collect()
    }

    /// The sort of outlet a source is.
    fn sort(&self, source_id: &str) -> String {
        let sources = self.shared.sources.borrow();
        let source = sources.iter().find(|source| source.id.as_str() == source_id);
        source.map_or(NEWS, |source| source.kind.sort()).to_owned()
    }
}

/// What sort an outlet is that is no board, no timeline and no channel.
const NEWS: &str = "news";

fn sort_words(sort: &str) -> &'static str {
    match sort {
        "social" => "社群平臺",
        "board" => "論壇",
        "video" => "影音平臺",
        "manual" => "人工登錄",
        _ => "新聞媒體",
    }
}

fn note<'n>(id: &'n str, epoch: i64, message: &'n Message) -> Note<'n> {
    Note { subject: id, kind: ALERT, epoch, urgent: message.level == Level::A, message }
}

fn claim(alert: &CaseAlert) -> CaseClaim {
    let found = &alert.finding.found;
    CaseClaim {
        verdict: found.verdict,
        kind: found.kind,
        claimed: alert.claimed.clone(),
        fact_id: found.fact.as_ref().map(|fact| fact.id.clone()),
    }
}

fn doubtful(finding: &Finding, published: Option<DateTime<Utc>>, fetched: DateTime<Utc>) -> Doubtful {
    let found = &finding.found;
    Doubtful { level: found.level, score: found.score, at: published.unwrap_or(fetched) }
}

/// Whether an entry of a timeline says that a person changed the level.
fn is_level_by_a_person(entry: &Sealed) -> bool {
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    !entry.actor.name.starts_with('(') && detail.get("from_level").is_some()
}

/// How many outlets tell it: those known and those of new alerts.
fn outlets<'a>(known: impl IntoIterator<Item = &'a String>, alerts: &'a [CaseAlert]) -> usize {
    known.into_iter().chain(alerts.iter().map(|alert| &alert.outlet)).collect::<BTreeSet<_>>().len()
}
