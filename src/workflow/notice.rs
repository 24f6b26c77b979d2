//! What people are told about a case, in the words they read on a telephone: what it is, what stands against what, what is
//! theirs to do, and until when.

use chrono::{DateTime, TimeDelta, Utc};
use url::Url;

use crate::domain::{
    Case, CaseLevel, Clarification, ClockStatus, Due, Level, Message, OverdueNotice, Purpose, Stage, StepKind,
    roc_date, taipei,
};

/// Characters of a sentence that are shown in a message.
const LONGEST_SENTENCE: usize = 80;

/// What stands before the name of who is away in a message to a substitute.
const STANDING_IN: &str = "代理：";

/// What stands against what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contrast<'a> {
    /// The outlet.
    pub outlet: &'a str,
    /// What it says.
    pub claim: &'a str,
    /// What the city published, if anything.
    pub fact: Option<&'a str>,
    /// Who published it.
    pub agency: Option<&'a str>,
}

/// How urgent a message about a case is.
#[must_use]
pub fn level(level: CaseLevel) -> Level {
    match level {
        CaseLevel::A => Level::A,
        CaseLevel::B => Level::B,
        CaseLevel::C => Level::None,
    }
}

/// A case was opened, or something new joined it; `news` says what, in a clause.
#[must_use]
pub fn alert(
    (title, case_level): (&str, CaseLevel),
    contrasts: &[Contrast<'_>],
    (outlets, news): (usize, &str),
    due: Option<&Due>,
    link: Option<Url>,
    now: DateTime<Utc>,
) -> Message {
    let mut lines = vec![format!("待查證：{title}")];
    for it in contrasts.iter().take(3) {
        lines.push(format!("・{}：「{}」", it.outlet, shortened(it.claim)));
        if let Some(fact) = it.fact {
            lines.push(format!("　{}：「{}」", it.agency.unwrap_or("市府公布"), shortened(fact)));
        }
    }
    lines.push(format!("目前 {outlets} 家媒體；{news}"));
    if let Some(due) = due {
        lines.push(format!("{}時限 {}", due.goal.words(), clock(due.at, now)));
    }
    Message {
        card: None,
        ..plain(
            (Purpose::Alert, level(case_level)),
            (format!("〔{}・{}〕{title}", case_level.words(), case_level.name()), lines.join("\n")),
            link,
            now,
        )
    }
}

/// A goal of a case comes near, or was missed.
#[must_use]
pub fn due(case: &Case, due: &Due, status: ClockStatus, link: Option<Url>, now: DateTime<Utc>) -> Message {
    let (what, ask) = match status {
        ClockStatus::Overdue(by) => (format!("已逾時 {}", span(by)), "請填報原因、辦理現況及預計完成時間。"),
        ClockStatus::Near(left) => (format!("剩 {}", span(left)), "請儘速辦理。"),
        ClockStatus::HalfPassed(left) | ClockStatus::Running(left) => (format!("時間已過半，剩 {}", span(left)), ""),
    };
    let subject = format!("〔第 {} 案〕{}{what}", case.number, due.goal.words());
    let assignment = case.stage.assignment().map_or_else(|| "尚未分派".to_owned(), ToString::to_string);
    let text = format!(
        "{}\n目前：{}（{assignment}）\n{}時限 {}\n{ask}",
        case.title,
        case.stage.state().words(),
        due.goal.words(),
        clock(due.at, now),
    );
    numbered(case, plain((Purpose::Alert, level(case.level)), (subject, text.trim_end().to_owned()), link, now))
}

/// Nobody acknowledged a case; who is told next is named.
#[must_use]
pub fn escalated(case: &Case, to: &str, link: Option<Url>, now: DateTime<Utc>) -> Message {
    let subject = format!("〔第 {} 案〕尚無人簽收，通知{to}", case.number);
    let waited = span(now - case.moments.known);
    let text = format!("{}\n知悉後已 {waited}，尚無人簽收。", case.title);
    numbered(case, plain((Purpose::Alert, level(case.level)), (subject, text), link, now))
}

/// A step was taken that makes something somebody else's to do.
#[must_use]
pub fn stepped(
    case: &Case,
    step: StepKind,
    stage: &Stage,
    reason: Option<&str>,
    link: Option<Url>,
    now: DateTime<Utc>,
) -> Message {
    let subject = format!("〔第 {} 案〕{}", case.number, step.words());
    let mut lines = vec![case.title.clone(), format!("目前：{}", stage.state().words())];
    lines.extend(stage.assignment().map(|to| format!("權責機關：{to}")));
    lines.extend(reason.map(|reason| format!("理由：{reason}")));
    numbered(case, plain((Purpose::Alert, level(case.level)), (subject, lines.join("\n")), link, now))
}

/// A person gave a case another level.
#[must_use]
pub fn releveled(case: &Case, to: CaseLevel, reason: &str, link: Option<Url>, now: DateTime<Utc>) -> Message {
    let subject = format!("〔第 {} 案〕等級由{}改為{}", case.number, case.level.words(), to.words());
    let text = format!("{}\n理由：{reason}\n時限已依新等級重算。", case.title);
    numbered(case, plain((Purpose::Alert, level(to)), (subject, text), link, now))
}

/// The time has come at which an agency expected to be done with what was overdue.
#[must_use]
pub fn expected(case: &Case, notice: &OverdueNotice, link: Option<Url>, now: DateTime<Utc>) -> Message {
    let goals: Vec<&str> = notice.goals.iter().map(|goal| goal.words()).collect();
    let subject = format!("〔第 {} 案〕預計完成時間已到，{}未完成", case.number, goals.join("、"));
    let text = format!(
        "{}\n逾期說明：{}\n辦理現況：{}\n預計完成：{}（{}填報）",
        case.title,
        notice.reason,
        notice.progress,
        clock(notice.expected, now),
        notice.by,
    );
    numbered(case, plain((Purpose::Alert, level(case.level)), (subject, text), link, now))
}

/// A person opened a case.
#[must_use]
pub fn opened((title, case_level): (&str, CaseLevel), link: Option<Url>, now: DateTime<Utc>) -> Message {
    let subject = format!("〔{}・{}〕{title}", case_level.words(), case_level.name());
    plain((Purpose::Alert, level(case_level)), (subject, format!("人工開立案件：{title}")), link, now)
}

/// What a unit is told of a case that fits its watch list, with what the two have in common.
#[must_use]
pub fn watched(message: &Message, unit: &str, reasons: &[String]) -> Message {
    let subject = format!("〔關注〕{}", message.subject);
    let text = format!("{}\n符合{unit}的關注清單：{}", message.text, reasons.join("、"));
    Message { subject, text, card: None, ..message.clone() }
}

/// The same for who stands in for somebody, who reads for whom.
#[must_use]
pub fn standing_in(message: &Message, away: &str) -> Message {
    Message { text: format!("{}\n{STANDING_IN}{away}", message.text), card: None, ..message.clone() }
}

/// For whom a message went to a substitute.
#[must_use]
pub fn stands_in_for(text: &str) -> Option<&str> {
    text.lines().last()?.strip_prefix(STANDING_IN)
}

/// Stands in the place of a message that cannot be read.
#[must_use]
pub fn unreadable(case: Option<&Case>, urgent: bool, link: Option<Url>, now: DateTime<Utc>) -> Message {
    let level = if urgent { Level::A } else { Level::B };
    let advice = "這則通知的內容無法顯示，請開啟連結查看。";
    match case {
        Some(case) => {
            let subject = format!("〔第 {} 案〕有新的通知", case.number);
            numbered(case, plain((Purpose::Alert, level), (subject, format!("{}\n{advice}", case.title)), link, now))
        }
        None => plain((Purpose::Alert, level), ("有新的通知".to_owned(), advice.to_owned()), link, now),
    }
}

/// What went out, for the public.
#[must_use]
pub fn released(case: &Case, text: &Clarification, body: String, link: Option<Url>, now: DateTime<Utc>) -> Message {
    let card = Some(text.card.clone()).filter(|card| !card.trim().is_empty());
    let purpose = (Purpose::Clarification, level(case.level));
    Message { card, ..numbered(case, plain(purpose, (text.title.clone(), body), link, now)) }
}

/// Messages that were not sent one by one because the channel was down, in one.
#[must_use]
pub fn late(
    waited: usize,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    open: &[String],
    level: Level,
    link: Option<Url>,
) -> Message {
    let subject = format!("{} 至 {} 共 {waited} 則通知延遲", clock(from, until), clock(until, until));
    let mut lines = vec!["通道中斷期間的通知不逐則補送。".to_owned()];
    if open.is_empty() {
        lines.push("目前沒有待處理的案件。".to_owned());
    } else {
        lines.push(format!("目前待處理 {} 件：", open.len()));
        lines.extend(open.iter().take(20).map(|case| format!("・{case}")));
    }
    plain((Purpose::Alert, level), (subject, lines.join("\n")), link, until)
}

fn numbered(case: &Case, message: Message) -> Message {
    Message { case_number: Some(case.number.to_string()), ..message }
}

fn plain(
    (purpose, level): (Purpose, Level),
    (subject, text): (String, String),
    link: Option<Url>,
    now: DateTime<Utc>,
) -> Message {
    Message {
        key: String::new(),
        retry_key: String::new(),
        purpose,
        level,
        subject,
        text,
        html: None,
        link,
        card: None,
        case_number: None,
        occurred_at: now,
        ended_at: None,
    }
}

/// `14:30`, with the day when that is another one.
pub(super) fn clock(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (at, now) = (taipei(at), taipei(now));
    let time = at.format("%H:%M");
    if at.date_naive() == now.date_naive() { time.to_string() } else { format!("{} {time}", roc_date(at.date_naive())) }
}

/// A length of time as people say it: `2 小時 5 分`, `45 分`, `3 天 2 小時`.
#[must_use]
pub fn span(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    match (days, hours, rest) {
        (0, 0, rest) => format!("{rest} 分"),
        (0, hours, 0) => format!("{hours} 小時"),
        (0, hours, rest) => format!("{hours} 小時 {rest} 分"),
        (days, 0, _) => format!("{days} 天"),
        (days, hours, _) => format!("{days} 天 {hours} 小時"),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_SENTENCE) {
        Some((end, _)) => text.get(..end).unwrap_or(text).to_owned() + "…",
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_alert_shows_both_sentences() {
        let contrast = Contrast {
            outlet: "木棉日報",
            claim: "總經費25億元",
            fact: Some("總經費2億5,000萬元"),
            agency: Some("水利局"),
        };
        let now = at("2026-03-17T08:00:00+08:00");
        let message = alert(("箱涵工程經費", CaseLevel::A), &[contrast], (1, "新案件"), None, None, now);
        assert_eq!(message.subject, "〔重大・A〕箱涵工程經費");
        assert_eq!(
            message.text,
            "待查證：箱涵工程經費\n・木棉日報：「總經費25億元」\n　水利局：「總經費2億5,000萬元」\n目前 1 家媒體；新案件"
        );
        assert_eq!(message.level, Level::A);
    }

    #[test]
    fn a_span_is_told_as_people_say_it() {
        for (minutes, words) in
            [(0, "0 分"), (45, "45 分"), (120, "2 小時"), (125, "2 小時 5 分"), (1440, "1 天"), (1565, "1 天 2 小時")]
        {
            assert_eq!(span(TimeDelta::minutes(minutes)), words);
        }
    }

    #[test]
    fn a_time_of_another_day_names_the_day() {
        let now = at("2026-03-17T22:00:00+08:00");
        assert_eq!(clock(at("2026-03-17T23:30:00+08:00"), now), "23:30");
        assert_eq!(clock(at("2026-03-18T12:00:00+08:00"), now), "115年3月18日 12:00");
    }
}
