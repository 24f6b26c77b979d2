//! The steps of a case. What the table of steps does not allow cannot be done, and what protects the public from an
//! unchecked text does not stand in the table but here: two people, neither of them a writer, bound to one hash.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::gate::Cleared;
use crate::domain::{
    Answer, Approval, Assignment, CaseLevel, CaseState, Duties, Issued, Role, Stage, StepKind, StepTable, Submitted,
    UserName,
};

/// A step with what it brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// 分派
    Assign(Assignment),
    /// 簽收查證
    Accept,
    /// 開始擬稿
    Draft,
    /// 市府資料有誤
    Admit,
    /// 陳核: a revision, its hash, and everybody who wrote any revision; who submits it counts among them.
    Submit(u32, String, BTreeSet<UserName>),
    /// 退回修改
    Return,
    /// 核稿 of the text with this hash
    Review(String),
    /// 核定 of the text with this hash
    Approve(String),
    /// 發布 of a text that passed the gate
    Publish(Cleared),
    /// 開始追蹤
    Track,
    /// 結案
    Close,
    /// 函復結案
    Reply,
    /// 不處理
    Dismiss,
    /// 移請權責機關
    Refer(String),
    /// 媒體已更正
    NoteCorrection,
    /// 重啟
    Reopen,
}

impl Step {
    /// Which step it is.
    #[must_use]
    pub fn kind(&self) -> StepKind {
        match self {
            Self::Assign(_) => StepKind::Assign,
            Self::Accept => StepKind::Accept,
            Self::Draft => StepKind::Draft,
            Self::Admit => StepKind::Admit,
            Self::Submit(..) => StepKind::Submit,
            Self::Return => StepKind::Return,
            Self::Review(_) => StepKind::Review,
            Self::Approve(_) => StepKind::Approve,
            Self::Publish(_) => StepKind::Publish,
            Self::Track => StepKind::Track,
            Self::Close => StepKind::Close,
            Self::Reply => StepKind::Reply,
            Self::Dismiss => StepKind::Dismiss,
            Self::Refer(_) => StepKind::Refer,
            Self::NoteCorrection => StepKind::NoteCorrection,
            Self::Reopen => StepKind::Reopen,
        }
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy)]
pub enum Doer<'a> {
    /// Clarion by itself.
    Daemon,
    /// A person with these duties.
    Person(&'a UserName, &'a Duties),
}

/// Why a step is refused, in the words shown to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The case does not stand where the step begins.
    #[error("案件目前的狀態不能進行這個步驟")]
    NotFromHere,
    /// Cases of this level have no such step.
    #[error("這個等級的案件沒有這個步驟")]
    NotAtThisLevel,
    /// The person holds none of the step's roles.
    #[error("您的角色不能進行這個步驟")]
    NotYourRole,
    /// A contact acts for the own agency alone.
    #[error("案件不屬於您的機關")]
    OtherAgency,
    /// The text is not the one that was submitted.
    #[error("稿件內容已變更，請重新開啟後再核")]
    TextChanged,
    /// Who wrote any revision may not consent to it.
    #[error("擬稿人不得核自己的稿")]
    OwnDraft,
    /// 核定 comes after 核稿.
    #[error("須先完成核稿才能核定")]
    NotReviewed,
    /// Both consents are needed.
    #[error("須完成核稿與核定才能發布")]
    NotApproved,
    /// Two consents of one person are one.
    #[error("核稿與核定須由不同的人辦理")]
    SamePerson,
    /// It was given already.
    #[error("這一步已經完成")]
    Already,
    /// A goal was missed, and the agency did not say why yet.
    #[error("已逾時限，須先填報逾期說明（原因、辦理現況、預計完成時間）")]
    Unexplained,
}

impl Refusal {
    /// The name in JSON and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFromHere => "not_from_here",
            Self::NotAtThisLevel => "not_at_this_level",
            Self::NotYourRole => "not_your_role",
            Self::OtherAgency => "other_agency",
            Self::TextChanged => "text_changed",
            Self::OwnDraft => "own_draft",
            Self::NotReviewed => "not_reviewed",
            Self::NotApproved => "not_approved",
            Self::SamePerson => "same_person",
            Self::Already => "already",
            Self::Unexplained => "unexplained",
        }
    }
}

/// Whether the table lets somebody take a step from where a case stands. What depends on the text is not asked here.
///
/// # Errors
/// [`Refusal`] with the reason.
pub fn may(
    table: &StepTable,
    (level, stage): (CaseLevel, &Stage),
    step: StepKind,
    doer: Doer<'_>,
) -> Result<CaseState, Refusal> {
    let rule = table.rules.get(&step).ok_or(Refusal::NotFromHere)?;
    if !rule.levels.contains(&level) {
        return Err(Refusal::NotAtThisLevel);
    }
    if !rule.from.contains(&stage.state()) {
        return Err(Refusal::NotFromHere);
    }
    match doer {
        Doer::Daemon if rule.daemon => {}
        Doer::Daemon => return Err(Refusal::NotYourRole),
        Doer::Person(_, duties) => {
            if !rule.roles.iter().any(|role| duties.include_any(&[*role])) {
                return Err(Refusal::NotYourRole);
            }
            let only_contact = is_agencys(table, step, duties);
            let own = stage.assignment().is_some_and(|it| duties.agency() == Some(it.agency.as_str()));
            if only_contact && !own {
                return Err(Refusal::OtherAgency);
            }
        }
    }
    Ok(rule.to)
}

/// Whether it is for an agency that somebody takes a step, and not for the office: of the step's roles they hold that of a
/// contact alone.
#[must_use]
pub fn is_agencys(table: &StepTable, step: StepKind, duties: &Duties) -> bool {
    let roles = table.rules.get(&step).into_iter().flat_map(|rule| &rule.roles);
    let mut held = roles.filter(|role| duties.include_any(&[**role])).peekable();
    held.peek().is_some() && held.all(|role| *role == Role::AgencyContact)
}

/// Takes a step: where the case stands then.
///
/// # Errors
/// [`Refusal`] with the reason; the case stands where it stood.
pub fn take(
    table: &StepTable,
    (level, stage): (CaseLevel, Stage),
    step: Step,
    doer: Doer<'_>,
    at: DateTime<Utc>,
) -> Result<Stage, Refusal> {
    may(table, (level, &stage), step.kind(), doer)?;
    let by = match doer {
        Doer::Daemon => None,
        Doer::Person(name, _) => Some(name.clone()),
    };
    match (step, stage) {
        (Step::Assign(to), _) => Ok(Stage::Assigned(to)),
        (Step::Accept, Stage::Assigned(to)) => Ok(Stage::Verifying(to)),
        (Step::Draft, Stage::Verifying(to)) => Ok(Stage::Drafting(to, Answer::Clarification)),
        (Step::Admit, Stage::Verifying(to) | Stage::Drafting(to, _)) => Ok(Stage::Drafting(to, Answer::Apology)),
        (Step::Submit(revision, hash, mut drafters), Stage::Drafting(to, answer)) => {
            let by = by.ok_or(Refusal::NotYourRole)?;
            drafters.insert(by.clone());
            let submitted = Submitted { revision, hash, by, drafters, reviewed: None, approved: None };
            Ok(Stage::Reviewing(to, answer, submitted))
        }
        (Step::Return, Stage::Reviewing(to, answer, _)) => Ok(Stage::Drafting(to, answer)),
        (Step::Review(hash), Stage::Reviewing(to, answer, text)) => {
            Ok(Stage::Reviewing(to, answer, reviewed(text, &hash, by, at)?))
        }
        (Step::Approve(hash), Stage::Reviewing(to, answer, text)) => {
            Ok(Stage::Reviewing(to, answer, approved(text, &hash, by, at)?))
        }
        (Step::Publish(cleared), Stage::Reviewing(to, answer, text)) => publish(to, answer, text, &cleared, at),
        (Step::Track, Stage::Published(to, issued)) => Ok(Stage::Tracking(to, issued)),
        (Step::Close, stage) => Ok(Stage::Closed(stage.assignment().cloned(), stage.issued().cloned())),
        (Step::Reply, stage) => Ok(Stage::Closed(stage.assignment().cloned(), None)),
        (Step::Dismiss, stage) => Ok(Stage::Dismissed(stage.assignment().cloned())),
        (Step::Refer(body), _) => Ok(Stage::Referred(body)),
        (Step::NoteCorrection, stage) => Ok(Stage::OutletCorrected(stage.assignment().cloned())),
        (Step::Reopen, _) => Ok(Stage::ToVerify),
        // A file that is edited to begin a step elsewhere cannot give it what it has to have.
        _ => Err(Refusal::NotFromHere),
    }
}

fn reviewed(text: Submitted, hash: &str, by: Option<UserName>, at: DateTime<Utc>) -> Result<Submitted, Refusal> {
    let by = consenting(&text, hash, by)?;
    if text.reviewed.is_some() {
        return Err(Refusal::Already);
    }
    Ok(Submitted { reviewed: Some(Approval { by, at }), ..text })
}

fn approved(text: Submitted, hash: &str, by: Option<UserName>, at: DateTime<Utc>) -> Result<Submitted, Refusal> {
    let by = consenting(&text, hash, by)?;
    let Some(review) = &text.reviewed else { return Err(Refusal::NotReviewed) };
    if text.approved.is_some() {
        return Err(Refusal::Already);
    }
    if review.by == by {
        return Err(Refusal::SamePerson);
    }
    Ok(Submitted { approved: Some(Approval { by, at }), ..text })
}

/// The person, who saw this very text and wrote nothing of it. The daemon consents to nothing.
fn consenting(text: &Submitted, hash: &str, by: Option<UserName>) -> Result<UserName, Refusal> {
    let by = by.ok_or(Refusal::NotYourRole)?;
    if text.hash != hash {
        return Err(Refusal::TextChanged);
    }
    if text.drafters.contains(&by) {
        return Err(Refusal::OwnDraft);
    }
    Ok(by)
}

fn publish(
    to: Assignment,
    answer: Answer,
    text: Submitted,
    cleared: &Cleared,
    at: DateTime<Utc>,
) -> Result<Stage, Refusal> {
    let (Some(review), Some(approval)) = (&text.reviewed, &text.approved) else { return Err(Refusal::NotApproved) };
    if review.by == approval.by {
        return Err(Refusal::SamePerson);
    }
    if [&review.by, &approval.by].into_iter().any(|by| text.drafters.contains(by)) {
        return Err(Refusal::OwnDraft);
    }
    if cleared.hash() != text.hash {
        return Err(Refusal::TextChanged);
    }
    let issued = Issued { revision: text.revision, hash: text.hash, answer, at };
    Ok(match answer {
        Answer::Clarification => Stage::Published(to, issued),
        Answer::Apology => Stage::Apologised(to, issued),
    })
}

#[cfg(test)]
mod tests;
