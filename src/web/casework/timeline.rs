//! What happened to a case, in words, out of the audit log.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::change;
use crate::{
    domain::{Action, CaseLevel, CaseState, Role, Sealed, StepKind},
    web::{Desk, moment, names},
};

/// Something that happened.
#[derive(Debug)]
pub(in crate::web) struct Happening {
    pub clock: String,
    pub iso: String,
    pub by: String,
    /// The roles held at the time.
    pub roles: String,
    pub what: String,
    /// Particulars, each a line.
    pub details: Vec<String>,
    pub reason: Option<String>,
    /// The page of a statement it speaks of.
    pub link: Option<String>,
}

impl Happening {
    pub(super) fn of(desk: &Desk, row: Sealed, now: DateTime<Utc>) -> Self {
        let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
        let roles = row.actor.role.split(',').filter_map(Role::from_name).map(names::role);
        let (what, details) = told(desk, &row.action, &detail);
        Self {
            clock: moment::clock(row.at, now),
            iso: moment::iso(row.at),
            roles: roles.collect::<Vec<_>>().join("、"),
            by: match text(&detail, "stands_in_for") {
                Some(away) => format!("{}（代理{away}）", row.actor.name),
                None if row.actor.name.starts_with('(') => "系統".to_owned(),
                None => row.actor.name,
            },
            what,
            details,
            reason: text(&detail, "reason").filter(|_| row.action != Action::PublicationRefused.name()),
            link: text(&detail, "fact").map(|id| names::fact_address(&id)),
        }
    }
}

fn text(detail: &Value, key: &str) -> Option<String> {
    detail.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn count(detail: &Value, key: &str) -> usize {
    detail.get(key).and_then(Value::as_array).map_or(0, Vec::len)
}

/// What was done, and its particulars.
fn told(desk: &Desk, action: &str, detail: &Value) -> (String, Vec<String>) {
    let level = text(detail, "level").as_deref().and_then(CaseLevel::from_name);
    let Some(action) = Action::from_name(action) else { return (action.to_owned(), Vec::new()) };
    let mut details = Vec::new();
    let what = match action {
        Action::CaseOpened => {
            details.extend(level.map(|level| format!("等級：{}", level.words())));
            details.extend(text(detail, "matter").map(|it| format!("事項：{it}")));
            details.extend(text(detail, "place").map(|it| format!("地點：{it}")));
            "開立案件".to_owned()
        }
        Action::CaseJoined => {
            details.extend(level.map(|level| format!("等級提高為{}", level.words())));
            let claims = count(detail, "claims");
            details.extend((claims > 0).then(|| format!("新增 {claims} 項不符說法")));
            match (count(detail, "reports"), count(detail, "copies")) {
                (_, copies) if copies > 0 => format!("併入 {copies} 則相同報導"),
                (reports, _) => format!("併入 {reports} 則報導"),
            }
        }
        Action::CaseStepped => {
            let state = |key| text(detail, key).as_deref().and_then(CaseState::from_name);
            if let (Some(from), Some(to)) = (state("from"), state("to"))
                && from != to
            {
                details.push(format!("{} → {}", from.words(), to.words()));
            }
            let body = |agency: &str| desk.assignee(agency, text(detail, "unit").as_deref());
            details.extend(text(detail, "agency").map(|agency| format!("機關：{}", body(&agency))));
            let step = text(detail, "step").as_deref().and_then(StepKind::from_name);
            step.map_or_else(|| names::action(action).to_owned(), |step| step.words().to_owned())
        }
        Action::CaseChanged => {
            details.extend(text(detail, "extended_to").map(|day| format!("展延至 {day}")));
            let extends = details.len();
            let other = || if extends > 0 { "延長處理期限" } else { "調整案件" }.to_owned();
            level.map_or_else(other, |level| format!("等級改為{}", level.words()))
        }
        Action::OverdueExplained => {
            details.extend(text(detail, "progress").map(|it| format!("辦理現況：{it}")));
            let expected = text(detail, "expected_at").as_deref().and_then(moment::read);
            details.extend(expected.map(|at| format!("預計完成：{}", change::promised(at))));
            names::action(action).to_owned()
        }
        Action::ContradictionExplained => {
            if let (Some(words), Some(earlier)) = (text(detail, "words"), text(detail, "earlier")) {
                details.push(format!("稿件「{words}」與先前「{earlier}」不一致"));
            }
            names::action(action).to_owned()
        }
        Action::MessageResent => {
            details.extend(text(detail, "channel").map(|channel| format!("通道：{}", desk.channel_name(&channel))));
            names::action(action).to_owned()
        }
        Action::DraftKept => {
            let revision = detail.get("revision").and_then(Value::as_u64);
            details.extend(text(detail, "model").map(|model| format!("採用模型建議（{model}）")));
            revision.map_or_else(|| names::action(action).to_owned(), |it| format!("儲存稿件第 {it} 版"))
        }
        Action::ModelAsked => {
            let came = if text(detail, "result").as_deref() == Some("proposed") {
                "已提出建議"
            } else {
                "未獲得建議"
            };
            details.extend(text(detail, "model").map(|model| format!("{model}：{came}")));
            names::action(action).to_owned()
        }
        Action::BasisSigned => {
            if let (Some(phrase), Some(basis)) = (text(detail, "phrase"), text(detail, "basis")) {
                details.push(format!("「{phrase}」依據：{basis}"));
            }
            names::action(action).to_owned()
        }
        Action::PublicationRefused => {
            let faults = count(detail, "faults");
            details.extend((faults > 0).then(|| format!("稿件有 {faults} 處須補正")));
            details.extend(text(detail, "reason").as_deref().and_then(refusal).map(str::to_owned));
            names::action(action).to_owned()
        }
        other => names::action(other).to_owned(),
    };
    (what, details)
}

/// Why a publication was refused, in words, from the name in the log.
fn refusal(name: &str) -> Option<&'static str> {
    use crate::workflow::casework::Refusal;
    let all = [
        (Refusal::TextChanged, "稿件內容已變更"),
        (Refusal::NotApproved, "尚未完成核稿與核定"),
        (Refusal::SamePerson, "核稿與核定為同一人"),
        (Refusal::OwnDraft, "擬稿人核自己的稿"),
    ];
    all.into_iter().find(|(refusal, _)| refusal.name() == name).map(|(_, words)| words)
}
