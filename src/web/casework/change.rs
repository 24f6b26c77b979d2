//! What changes the time of a case and is no step of it: another level, a longer period of a complaint, what is said of a
//! missed goal. The same for pages and for programs.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;
use ulid::Ulid;

use super::{
    act::{LONGEST_REASON, Undone},
    api::{answer, read},
    clock::Clock,
};
use crate::{
    domain::{
        Account, Case, CaseLevel, CaseState, Closure, Extension, Goal, OverdueNotice, Role, StepKind, roc_date, taipei,
    },
    store::Dossier,
    web::{
        Desk,
        access::Member,
        fault::{Fault, Shared},
        form::Form,
        list::Choice,
        moment,
    },
    wire::CaseJson,
    workflow::{
        casework::{self, Refusal},
        deadline, notice,
    },
};

/// States in which a complaint may become a matter for the press and the other way round: later there is a draft, which
/// complaints have not.
const BEFORE_DRAFT: [CaseState; 3] = [CaseState::ToVerify, CaseState::Assigned, CaseState::Verifying];

/// What may be changed on the page of a case, and what was said of missed goals.
#[derive(Debug, Default)]
pub(in crate::web) struct Changes {
    /// Levels it may be given; empty when it may not.
    pub levels: Vec<Choice>,
    /// The last day to which a complaint may be extended, as the browser's field takes it; none when it may not.
    pub latest: Option<String>,
    /// Goals that were missed, in words, when somebody may say why.
    pub missed: Vec<&'static str>,
    /// Whether an agency has to before it goes on.
    pub must_explain: bool,
    pub notices: Vec<NoticeLine>,
}

/// What was said of missed goals.
#[derive(Debug)]
pub(in crate::web) struct NoticeLine {
    pub goals: String,
    pub reason: String,
    pub progress: String,
    pub expected: (String, String),
    pub by: String,
    pub clock: (String, String),
}

impl Changes {
    #[expect(clippy::unused_self, reason = "templates reach constants through what is shown")]
    pub fn longest_reason(&self) -> usize {
        LONGEST_REASON
    }
}

/// What is sent of a missed goal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OverdueIn {
    reason: String,
    progress: String,
    /// RFC 3339.
    expected_at: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelIn {
    level: String,
    reason: String,
    version: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtensionIn {
    /// `2026-04-16`
    to: String,
    reason: String,
    version: Option<i64>,
}

impl Desk {
    /// What somebody may change of a case now.
    pub(super) fn case_changes(
        &self,
        dossier: &Dossier,
        account: Option<&Account>,
        closures: &[Closure],
        now: DateTime<Utc>,
    ) -> Changes {
        let case = &dossier.case;
        let dues = deadline::of_case(&self.console.city, closures, case);
        let by = |goals: &[Goal]| goals.iter().map(|goal| goal.words()).collect::<Vec<_>>();
        let missed = deadline::missed(case, &dues, now);
        let may_explain = account.is_some_and(|account| may_speak(case, account));
        let unexplained = deadline::unexplained(case, &dues, &dossier.notices, now);
        let levels = |account: &Account| {
            let allowed = CaseLevel::ALL.into_iter().rev().filter(|level| may_relevel(case, *level, account).is_ok());
            allowed.map(choice).collect()
        };
        let latest = account.filter(|account| may_extend(case, account)).and_then(|_| {
            let latest = deadline::latest_extension(&self.console.city, closures, case)?;
            Some(latest.to_string())
        });
        Changes {
            levels: account.map(levels).unwrap_or_default(),
            latest,
            must_explain: !unexplained.is_empty() && may_explain,
            missed: if may_explain { by(&missed) } else { Vec::new() },
            notices: dossier
                .notices
                .iter()
                .map(|it| NoticeLine {
                    goals: by(&it.goals).join("、"),
                    reason: it.reason.clone(),
                    progress: it.progress.clone(),
                    expected: (moment::clock(it.expected, now), moment::iso(it.expected)),
                    by: it.by.to_string(),
                    clock: (moment::clock(it.at, now), moment::iso(it.at)),
                })
                .collect(),
        }
    }

    /// Whether an agency may go on: not before it said why a goal was missed.
    pub(super) async fn may_go_on(
        &self,
        dossier: &Dossier,
        kind: StepKind,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<(), Undone> {
        if !casework::is_agencys(&self.console.city.steps, kind, &account.duties) {
            return Ok(());
        }
        let closures: Vec<Closure> = self.console.store.closures().await?.into_iter().map(|it| it.closure).collect();
        let dues = deadline::of_case(&self.console.city, &closures, &dossier.case);
        let open = deadline::unexplained(&dossier.case, &dues, &dossier.notices, now);
        if open.is_empty() { Ok(()) } else { Err(Undone::Refused(Refusal::Unexplained)) }
    }

    /// Keeps what is said of the goals that were missed.
    async fn explain(
        &self,
        member: &Member,
        id: &str,
        (reason, progress, expected): (&str, &str, Option<DateTime<Utc>>),
    ) -> Result<(), Undone> {
        let dossier = self.dossier(id).await?;
        if !may_speak(&dossier.case, &member.account) {
            return Err(Undone::Refused(Refusal::OtherAgency));
        }
        let now = self.console.clock.now();
        let closures: Vec<Closure> = self.console.store.closures().await?.into_iter().map(|it| it.closure).collect();
        let dues = deadline::of_case(&self.console.city, &closures, &dossier.case);
        let goals = deadline::missed(&dossier.case, &dues, now);
        if goals.is_empty() {
            return Err(Undone::Wrong("本案目前沒有逾時的項目"));
        }
        let reason = said(reason, "請填寫逾期原因")?;
        let progress = said(progress, "請填寫辦理現況")?;
        let expected = expected.filter(|at| *at > now).ok_or(Undone::Wrong("預計完成時間須晚於現在"))?;
        let by = member.account.name.clone();
        let notice = OverdueNotice { id: Ulid::generate().to_string(), goals, reason, progress, expected, by, at: now };
        Ok(self.console.store.explain_overdue(id, notice, member.visitor.actor()).await?)
    }

    /// Gives a case another level. Its clocks follow by themselves; people are told when it rises.
    async fn relevel(
        &self,
        member: &Member,
        (id, version): (&str, Option<i64>),
        level: Option<CaseLevel>,
        reason: &str,
    ) -> Result<(), Undone> {
        let dossier = self.dossier(id).await?;
        let case = &dossier.case;
        if version.is_some_and(|version| version != case.version) {
            return Err(Undone::Stale);
        }
        let level = level.ok_or(Undone::Wrong("請選擇等級"))?;
        may_relevel(case, level, &member.account)?;
        let reason = said(reason, "請填寫理由")?;
        let now = self.console.clock.now();
        let detail = json!({ "level": level.name(), "from_level": case.level.name(), "reason": reason });
        let message = notice::releveled(case, level, &reason, self.case_link(id), now);
        let raised = level > case.level;
        let postings = raised.then(|| self.for_staff((case, &dossier), "level", &case.stage, &message, now));
        let change = (id, case.version);
        let store = &self.console.store;
        let actor = member.visitor.actor();
        let postings = postings.unwrap_or_default();
        let done = store.relevel_case(change, (level, postings), detail.to_string(), actor, now).await?;
        if done { Ok(()) } else { Err(Undone::Stale) }
    }

    /// Gives a complaint further time.
    async fn extend(
        &self,
        member: &Member,
        (id, version): (&str, Option<i64>),
        to: Option<NaiveDate>,
        reason: &str,
    ) -> Result<(), Undone> {
        let case = self.console.store.case(id).await?.ok_or(Undone::Missing)?;
        if version.is_some_and(|version| version != case.version) {
            return Err(Undone::Stale);
        }
        if !may_extend(&case, &member.account) {
            return Err(Undone::Refused(Refusal::NotFromHere));
        }
        let to = to.ok_or(Undone::Wrong("請選擇展延後的日期"))?;
        let reason = said(reason, "請填寫延長原因，並以書面告知陳情人")?;
        let closures: Vec<Closure> = self.console.store.closures().await?.into_iter().map(|it| it.closure).collect();
        deadline::may_extend(&self.console.city, &closures, &case, to, &reason)
            .map_err(|fault| Undone::Unfit(fault.to_string()))?;
        let (actor, now) = (member.visitor.actor(), self.console.clock.now());
        let extension = Extension { to, reason };
        let done = self.console.store.extend_case((id, case.version), extension, actor, now).await?;
        if done { Ok(()) } else { Err(Undone::Stale) }
    }

    /// The page of the case again, or why something was not done.
    fn case_changed(&self, member: &Member, id: &str, done: Result<(), Undone>) -> Response {
        let back = format!("/cases/{id}");
        match done {
            Ok(()) => Self::go(&back, None),
            Err(undone) => self.undone(&member.visitor, undone, back),
        }
    }

    /// The case again for a program, or why something was not done.
    async fn case_changed_json(&self, member: &Member, id: &str, done: Result<(), Undone>) -> Response {
        let case = match done {
            Ok(()) => self.console.store.case(id).await.map_err(Undone::from),
            Err(undone) => return self.refusal(&member.visitor, undone),
        };
        match case {
            Ok(Some(case)) => answer(&json!({ "case": CaseJson::from(&case) })),
            Ok(None) => self.apology(&member.visitor, &Fault::Missing),
            Err(undone) => self.refusal(&member.visitor, undone),
        }
    }
}

/// A text that has to be there.
fn said(text: &str, missing: &'static str) -> Result<String, Undone> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    match text.trim() {
        "" => Err(Undone::Wrong(missing)),
        text if text.chars().count() > LONGEST_REASON => Err(Undone::Wrong("填寫內容過長（上限 500 字）")),
        text => Ok(text.to_owned()),
    }
}

fn choice(level: CaseLevel) -> Choice {
    let (value, name) = (level.name().to_owned(), format!("{}（{}）", level.words(), level.name()));
    Choice { value, name, count: String::new(), chosen: false }
}

/// Whether an account is that of the agency that has the case, or of the office.
fn may_speak(case: &Case, account: &Account) -> bool {
    let duties = &account.duties;
    let own = case.stage.assignment().is_some_and(|it| duties.agency() == Some(it.agency.as_str()));
    case.stage.state().awaits_answer()
        && (duties.include_any(&[Role::DutyOfficer, Role::Spokesperson])
            || (own && duties.include_any(&[Role::AgencyContact])))
}

/// Whether a complaint may be given further time by somebody: by who may answer it.
fn may_extend(case: &Case, account: &Account) -> bool {
    case.level == CaseLevel::C && may_speak(case, account)
}

/// Whether a case may be given this level by somebody.
fn may_relevel(case: &Case, level: CaseLevel, account: &Account) -> Result<(), Undone> {
    if !account.duties.include_any(&[Role::DutyOfficer, Role::Spokesperson]) {
        return Err(Undone::Refused(Refusal::NotYourRole));
    }
    let state = case.stage.state();
    if !state.awaits_answer() {
        return Err(Undone::Refused(Refusal::NotFromHere));
    }
    if level == case.level {
        return Err(Undone::Wrong("案件已是這個等級"));
    }
    let crosses = (level == CaseLevel::C) != (case.level == CaseLevel::C);
    if crosses && !BEFORE_DRAFT.contains(&state) {
        return Err(Undone::Wrong("擬稿後不得改為或改自陳情案件"));
    }
    Ok(())
}

/// The clocks of a case as sentences for a program: what was missed and is not explained.
pub(super) fn unexplained(clocks: &[Clock], dossier: &Dossier, now: DateTime<Utc>) -> Vec<&'static str> {
    let dues: Vec<_> = clocks.iter().map(|clock| clock.due.clone()).collect();
    let goals = deadline::unexplained(&dossier.case, &dues, &dossier.notices, now);
    goals.into_iter().map(Goal::name).collect()
}

/// Says why a goal was missed.
pub(in crate::web) async fn overdue(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let said = (form.typed("reason"), form.typed("progress"), moment::read(form.typed("expected")));
    let done = desk.explain(&member, &id, said).await;
    desk.case_changed(&member, &id, done)
}

/// The same for programs.
pub(in crate::web) async fn overdue_json(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: OverdueIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let said = (sent.reason.as_str(), sent.progress.as_str(), moment::read(&sent.expected_at));
    let done = desk.explain(&member, &id, said).await;
    desk.case_changed_json(&member, &id, done).await
}

/// Gives a case another level.
pub(in crate::web) async fn level(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    // A form that says no version has seen none.
    let version = Some(form.typed("version").parse().unwrap_or(-1));
    let level = CaseLevel::from_name(form.typed("level"));
    let done = desk.relevel(&member, (&id, version), level, form.typed("reason")).await;
    desk.case_changed(&member, &id, done)
}

/// The same for programs.
pub(in crate::web) async fn level_json(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: LevelIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let level = CaseLevel::from_name(&sent.level);
    let done = desk.relevel(&member, (&id, sent.version), level, &sent.reason).await;
    desk.case_changed_json(&member, &id, done).await
}

/// Gives a complaint further time.
pub(in crate::web) async fn extension(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    let version = Some(form.typed("version").parse().unwrap_or(-1));
    let done = desk.extend(&member, (&id, version), form.typed("to").parse().ok(), form.typed("reason")).await;
    desk.case_changed(&member, &id, done)
}

/// The same for programs.
pub(in crate::web) async fn extension_json(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: ExtensionIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let done = desk.extend(&member, (&id, sent.version), sent.to.parse().ok(), &sent.reason).await;
    desk.case_changed_json(&member, &id, done).await
}

/// A moment as a notice promises it, with its day in the calendar of the Republic.
pub(super) fn promised(at: DateTime<Utc>) -> String {
    let at = taipei(at);
    format!("{} {}", roc_date(at.date_naive()), at.format("%H:%M"))
}
