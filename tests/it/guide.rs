//! The guide for staff says what the program does: its tables are those of the dictionaries.

use std::{fs, path::Path};

use clarion::{
    dictionary::Dictionaries,
    domain::{CaseLevel, CaseState, Role, Rule, StepKind, StepRule},
};

fn guide() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/casework-zh-TW.md")).unwrap()
}

/// The rows of the table whose header begins with `header`, as cells.
fn table(header: &str) -> Vec<Vec<String>> {
    let guide = guide();
    let rows: Vec<Vec<String>> = guide
        .lines()
        .skip_while(|line| !line.starts_with(header))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect();
    assert!(!rows.is_empty(), "the guide has no table that begins with {header}");
    rows
}

/// Those of `all` that are in, in the order of `all`.
fn listed<T: Copy>(all: &[T], is_in: impl Fn(&T) -> bool, words: impl Fn(T) -> &'static str) -> String {
    all.iter().copied().filter(|it| is_in(it)).map(words).collect::<Vec<_>>().join("、")
}

fn role(role: Role) -> &'static str {
    match role {
        Role::DutyOfficer => "值班人員",
        Role::AgencyContact => "機關聯絡人",
        Role::Spokesperson => "發言人",
        Role::Approver => "核定人",
        Role::Admin => "系統管理者",
        Role::ReadOnly => "唯讀",
    }
}

/// A step as the guide shows it.
fn row(step: StepKind, rule: &StepRule) -> Vec<String> {
    let mut roles = listed(&Role::ALL, |it| rule.roles.contains(it), role);
    if rule.daemon {
        roles += "、系統";
    }
    vec![
        step.words().to_owned(),
        listed(&CaseState::ALL, |it| rule.from.contains(it), CaseState::words),
        rule.to.words().to_owned(),
        roles,
        listed(&[CaseLevel::A, CaseLevel::B, CaseLevel::C], |it| rule.levels.contains(it), CaseLevel::name),
        if step.needs_reason() { "必填" } else { "選填" }.to_owned(),
    ]
}

#[test]
fn the_table_of_steps_is_the_one_the_workflow_reads() {
    let city = Dictionaries::embedded().unwrap();
    let table = table("| 步驟 |");
    assert_eq!(table.len(), city.steps.rules.len(), "one row a step");
    for (shown, step) in table.into_iter().zip(StepKind::ALL) {
        assert_eq!(shown, row(step, &city.steps.rules[&step]));
    }
}

#[test]
fn every_goal_stands_there_with_its_time_and_basis() {
    let city = Dictionaries::embedded().unwrap();
    let table = table("| 等級 | 項目 |");
    let goals: Vec<_> =
        city.deadlines.profiles.iter().flat_map(|it| it.goals.iter().map(|goal| (it.level, goal))).collect();
    assert_eq!(table.len(), goals.len(), "one row a goal");
    for (shown, (level, goal)) in table.iter().zip(goals) {
        assert_eq!(shown[..2], [level.name().to_owned(), goal.goal.words().to_owned()]);
        let times = match &goal.rule {
            Rule::Elapsed { minutes } => vec![format!("{minutes} 分鐘")],
            Rule::Working { minutes, cap, late_from, late_cap } => {
                let clocks = [cap, late_from, late_cap].map(|time| time.format("%H:%M").to_string());
                clocks.into_iter().chain([format!("{minutes} 分鐘")]).collect()
            }
            Rule::Days { days, until, .. } => vec![format!("{days} 個工作日"), until.format("%H:%M").to_string()],
        };
        for time in times {
            assert!(shown[2].contains(&time), "{shown:?} does not say {time}");
        }
        assert_eq!(shown[3], goal.basis);
    }
}

#[test]
fn hours_warnings_and_the_chain_are_those_of_the_file() {
    let city = Dictionaries::embedded().unwrap();
    let (guide, rules) = (guide(), &city.deadlines);
    let clock = |time: &chrono::NaiveTime| time.format("%H:%M").to_string();
    let hours: Vec<String> =
        rules.office.periods().iter().map(|(from, until)| format!("{} 至 {}", clock(from), clock(until))).collect();
    let chain = rules.escalation.iter().map(|step| format!("{} 分鐘", step.after_minutes));
    let quiet = format!("{} 至 {}", clock(&rules.quiet.from), clock(&rules.quiet.until));
    let said = [hours.join("、"), format!("到期前 {} 分鐘", rules.near_minutes), quiet];
    for words in chain.chain(rules.escalation.iter().map(|step| step.to.words().to_owned())).chain(said) {
        assert!(guide.contains(&words), "the guide does not say {words}");
    }
}
