//! The shape of `casework/deadlines.toml`, and how it becomes what casework is timed by.

use std::collections::BTreeSet;

use chrono::NaiveTime;
use serde::Deserialize;

use super::{DictionaryError, files};
use crate::domain::{
    CaseLevel, Deadlines, Escalation, EscalationTo, Goal, OfficeHours, Profile, RestHours, Rule, TimedGoal,
};

/// How a time of day is written.
const CLOCK: &str = "%H:%M";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeadlineFile {
    office: OfficeShape,
    warnings: WarningShape,
    reports: ReportShape,
    #[serde(default)]
    escalation: Vec<EscalationShape>,
    quiet: QuietShape,
    profile: Vec<ProfileShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficeShape {
    hours: Vec<[String; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WarningShape {
    near_minutes: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportShape {
    slots: Vec<String>,
    #[serde(default)]
    digests: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EscalationShape {
    to: String,
    after_minutes: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuietShape {
    levels: Vec<String>,
    from: String,
    until: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProfileShape {
    level: String,
    #[serde(default)]
    elapsed: Vec<ElapsedShape>,
    #[serde(default)]
    working: Vec<WorkingShape>,
    #[serde(default)]
    days: Vec<DaysShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElapsedShape {
    goal: String,
    minutes: u16,
    basis: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkingShape {
    goal: String,
    minutes: u16,
    cap: String,
    late_from: String,
    late_cap: String,
    basis: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysShape {
    goal: String,
    days: u16,
    until: String,
    longest: u16,
    basis: String,
}

/// Reads what casework is timed by.
pub(super) fn deadlines(text: &str) -> Result<Deadlines, DictionaryError> {
    let file: DeadlineFile = toml::from_str(text)
        .map_err(|error| DictionaryError::Shape { file: files::DEADLINES, detail: Box::new(error) })?;
    let office = office(&file.office.hours)?;
    let ascending = |entry: &str, written: &[String]| {
        written.iter().map(|time| clock(entry, time)).collect::<Result<BTreeSet<_>, _>>()
    };
    Ok(Deadlines {
        profiles: profiles(file.profile, &office)?,
        office,
        near_minutes: file.warnings.near_minutes,
        slots: ascending("reports.slots", &file.reports.slots)?.into_iter().collect(),
        digests: ascending("reports.digests", &file.reports.digests)?.into_iter().collect(),
        escalation: escalation(&file.escalation)?,
        quiet: quiet(&file.quiet)?,
    })
}

fn office(hours: &[[String; 2]]) -> Result<OfficeHours, DictionaryError> {
    let period = |[from, until]: &[String; 2]| Ok((clock("office.hours", from)?, clock("office.hours", until)?));
    let periods = hours.iter().map(period).collect::<Result<Vec<_>, DictionaryError>>()?;
    OfficeHours::new(periods)
        .ok_or_else(|| fault("office.hours", &format!("{hours:?}"), "one or more periods in order"))
}

fn escalation(steps: &[EscalationShape]) -> Result<Vec<Escalation>, DictionaryError> {
    let mut chain: Vec<Escalation> = Vec::with_capacity(steps.len());
    for step in steps {
        let to = EscalationTo::from_name(&step.to)
            .ok_or_else(|| fault("escalation.to", &step.to, "assignee, section_chief, spokespersons"))?;
        if chain.last().is_some_and(|before| before.after_minutes >= step.after_minutes) {
            let minutes = step.after_minutes.to_string();
            return Err(fault(
                &format!("escalation {}", step.to),
                &minutes,
                "the minutes that come after the step before",
            ));
        }
        chain.push(Escalation { after_minutes: step.after_minutes, to });
    }
    Ok(chain)
}

fn quiet(quiet: &QuietShape) -> Result<RestHours, DictionaryError> {
    let levels = quiet.levels.iter().map(|name| match level("quiet.levels", name)? {
        CaseLevel::A => Err(fault("quiet.levels", name, "B, C: a grave matter is told at every hour")),
        level => Ok(level),
    });
    Ok(RestHours {
        levels: levels.collect::<Result<_, _>>()?,
        from: clock("quiet.from", &quiet.from)?,
        until: clock("quiet.until", &quiet.until)?,
    })
}

fn profiles(shapes: Vec<ProfileShape>, office: &OfficeHours) -> Result<Vec<Profile>, DictionaryError> {
    let mut profiles: Vec<Profile> = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let level = level("profile.level", &shape.level)?;
        if profiles.iter().any(|known| known.level == level) {
            return Err(fault("profile.level", &shape.level, "the levels that have no profile yet"));
        }
        profiles.push(profile(level, shape, office)?);
    }
    if CaseLevel::ALL.iter().all(|level| profiles.iter().any(|known| known.level == *level)) {
        return Ok(profiles);
    }
    let told: Vec<&str> = profiles.iter().map(|profile| profile.level.name()).collect();
    Err(fault("profile.level", &told.join(", "), "the lists that hold all of A, B, C"))
}

fn profile(level: CaseLevel, shape: ProfileShape, office: &OfficeHours) -> Result<Profile, DictionaryError> {
    let mut goals = Vec::new();
    for ElapsedShape { goal, minutes, basis } in shape.elapsed {
        let entry = format!("profile {}, {goal}", level.name());
        goals.push(timed(&entry, &goal, Rule::Elapsed { minutes: some(&entry, minutes)? }, basis)?);
    }
    for shape in shape.working {
        let entry = format!("profile {}, {}", level.name(), shape.goal);
        let rule = working(&entry, &shape, office)?;
        goals.push(timed(&entry, &shape.goal, rule, shape.basis)?);
    }
    for DaysShape { goal, days, until, longest, basis } in shape.days {
        let entry = format!("profile {}, {goal}", level.name());
        let rule = Rule::Days { days: some(&entry, days)?, until: worked(&entry, &until, office)?, longest };
        goals.push(timed(&entry, &goal, rule, basis)?);
    }
    goals.sort_by_key(|timed| timed.goal);
    let twice = goals.iter().zip(goals.iter().skip(1)).find(|(one, other)| one.goal == other.goal);
    match (goals.is_empty(), twice) {
        (true, _) => {
            Err(fault(&format!("profile {}", level.name()), "", "the goals there must be; write one at least"))
        }
        (_, Some((one, _))) => {
            Err(fault(&format!("profile {}", level.name()), one.goal.name(), "the goals that were not told yet"))
        }
        _ => Ok(Profile { level, goals }),
    }
}

/// Times that run backwards would let a matter be due before it was known.
fn working(entry: &str, shape: &WorkingShape, office: &OfficeHours) -> Result<Rule, DictionaryError> {
    let cap = worked(entry, &shape.cap, office)?;
    let late_cap = worked(entry, &shape.late_cap, office)?;
    let late_from = clock(entry, &shape.late_from)?;
    if late_from >= cap {
        return Err(fault(entry, &shape.late_from, "the times before cap, as late_from has to be"));
    }
    if late_cap > cap {
        return Err(fault(entry, &shape.late_cap, "the times up to cap, as late_cap has to be"));
    }
    Ok(Rule::Working { minutes: some(entry, shape.minutes)?, cap, late_from, late_cap })
}

fn timed(entry: &str, goal: &str, rule: Rule, basis: String) -> Result<TimedGoal, DictionaryError> {
    let goal = Goal::from_name(goal).ok_or_else(|| fault(entry, goal, "acknowledge, plan, publish, answer"))?;
    Ok(TimedGoal { goal, rule, basis })
}

fn level(entry: &str, name: &str) -> Result<CaseLevel, DictionaryError> {
    CaseLevel::from_name(name).ok_or_else(|| fault(entry, name, "A, B, C"))
}

fn some(entry: &str, number: u16) -> Result<u16, DictionaryError> {
    if number == 0 { Err(fault(entry, "0", "the numbers from 1")) } else { Ok(number) }
}

fn clock(entry: &str, written: &str) -> Result<NaiveTime, DictionaryError> {
    NaiveTime::parse_from_str(written, CLOCK).map_err(|_| fault(entry, written, "the times of day, written 08:00"))
}

/// A time of day at which people are there.
fn worked(entry: &str, written: &str, office: &OfficeHours) -> Result<NaiveTime, DictionaryError> {
    let at = clock(entry, written)?;
    let inside = office.periods().iter().any(|(from, until)| *from < at && at <= *until);
    if inside { Ok(at) } else { Err(fault(entry, written, "the times within office hours")) }
}

fn fault(entry: &str, value: &str, expected: &'static str) -> DictionaryError {
    let (entry, value) = (entry.to_owned(), value.to_owned());
    DictionaryError::Value { file: files::DEADLINES, entry, value, expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT_IN: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/casework/deadlines.toml"));

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn the_built_in_presets_are_those_of_the_city() {
        let deadlines = deadlines(BUILT_IN).unwrap();
        let rules =
            |level| deadlines.profile(level).unwrap().goals.iter().map(|it| (it.goal, it.rule)).collect::<Vec<_>>();
        assert_eq!(
            rules(CaseLevel::A),
            [
                (Goal::Acknowledge, Rule::Elapsed { minutes: 30 }),
                (Goal::Plan, Rule::Elapsed { minutes: 60 }),
                (Goal::Publish, Rule::Elapsed { minutes: 120 }),
            ]
        );
        let working = Rule::Working { minutes: 240, cap: at(17, 0), late_from: at(16, 0), late_cap: at(12, 0) };
        assert_eq!(rules(CaseLevel::B), [(Goal::Publish, working)]);
        assert_eq!(rules(CaseLevel::C), [(Goal::Answer, Rule::Days { days: 6, until: at(17, 30), longest: 30 })]);
        assert_eq!(deadlines.slots, [at(10, 30), at(14, 30), at(18, 30)]);
        assert_eq!(deadlines.digests, [at(8, 0), at(17, 0)]);
        assert_eq!(deadlines.office, OfficeHours::default());
        let chain: Vec<_> = deadlines.escalation.iter().map(|step| (step.after_minutes, step.to.words())).collect();
        assert_eq!(chain, [(10, "承辦人"), (20, "科長"), (30, "發言人群組")]);
    }

    #[test]
    fn a_rule_that_cannot_be_is_named_with_its_entry() {
        for (from, to, told) in [
            ("level = \"B\"", "level = \"D\"", "entry profile.level: \"D\" is not one of A, B, C"),
            (
                "[[profile]]\nlevel = \"C\"\n\n[[profile.days]]",
                "[[profile.days]]",
                "entry profile.level: \"A, B\" is not one of the lists",
            ),
            (
                "level = \"B\"",
                "level = \"A\"",
                "entry profile.level: \"A\" is not one of the levels that have no profile",
            ),
            ("goal = \"plan\"", "goal = \"publish\"", "entry profile A: \"publish\" is not one of the goals"),
            ("goal = \"answer\"", "goal = \"reply\"", "entry profile C, reply: \"reply\" is not one of acknowledge"),
            ("minutes = 240", "minutes = 0", "entry profile B, publish: \"0\" is not one of the numbers from 1"),
            (
                "cap = \"17:00\"",
                "cap = \"13:00\"",
                "entry profile B, publish: \"13:00\" is not one of the times within office",
            ),
            ("late_from = \"16:00\"", "late_from = \"17:00\"", "\"17:00\" is not one of the times before cap"),
            ("late_cap = \"12:00\"", "late_cap = \"17:30\"", "\"17:30\" is not one of the times up to cap"),
            ("\"14:30\"", "\"25:30\"", "entry reports.slots: \"25:30\" is not one of the times of day"),
            ("[\"08:00\", \"17:00\"]", "[\"8 Uhr\"]", "entry reports.digests: \"8 Uhr\""),
            ("\"13:30\"", "\"11:30\"", "entry office.hours"),
            ("to = \"assignee\"", "to = \"mayor\"", "entry escalation.to: \"mayor\""),
            ("after_minutes = 20", "after_minutes = 10", "entry escalation section_chief: \"10\""),
            ("levels = [\"B\"", "levels = [\"A\"", "entry quiet.levels: \"A\""),
        ] {
            assert!(BUILT_IN.contains(from), "{from}");
            let error = deadlines(&BUILT_IN.replacen(from, to, 1)).unwrap_err().to_string();
            assert!(error.starts_with("casework/deadlines.toml") && error.contains(told), "{to}: {error}");
        }
    }

    #[test]
    fn a_key_that_nobody_reads_is_refused_with_its_line() {
        let error = deadlines(&BUILT_IN.replacen("longest =", "longst =", 1)).unwrap_err().to_string();
        assert!(
            error.contains("casework/deadlines.toml") && error.contains("longst") && error.contains("line"),
            "{error}"
        );
    }
}
