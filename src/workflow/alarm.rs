//! A case as an alert that burns while it waits for an answer, and the sign of life that tells silence from peace.

use chrono::{DateTime, Utc};
use url::Url;

use super::notice;
use crate::domain::{Alarm, Case, CaseLevel, Due, Level};

/// The alert of a case. Its labels are what it was opened with and its level: stable, and no person among them.
#[must_use]
pub fn of_case(case: &Case, level: CaseLevel, due: Option<&Due>, link: Option<Url>, now: DateTime<Utc>) -> Alarm {
    let mut labels = vec![
        ("alertname", "ClarionCase".to_owned()),
        ("case", case.number.to_string()),
        ("level", level.name().to_owned()),
        ("severity", severity(level).to_owned()),
    ];
    labels.extend(case.service.clone().map(|service| ("service", service)));
    labels.extend(case.district.clone().map(|district| ("district", district)));
    let assignment = case.stage.assignment().map_or_else(|| "尚未分派".to_owned(), ToString::to_string);
    let limit =
        due.map_or_else(String::new, |due| format!("；{}時限 {}", due.goal.words(), notice::clock(due.at, now)));
    Alarm {
        labels,
        summary: format!("〔第 {} 案〕{}", case.number, case.title),
        description: format!("目前：{}（{assignment}）{limit}", case.stage.state().words()),
        started: case.moments.known,
        ended: None,
        link,
    }
}

/// The sign of life: an alert that always burns. Whoever routes it to a dead man's switch is told when it stops coming.
#[must_use]
pub fn watchdog(link: Option<Url>, now: DateTime<Utc>) -> Alarm {
    Alarm {
        labels: vec![("alertname", "ClarionWatchdog".to_owned()), ("severity", "none".to_owned())],
        summary: "澄訊運作中".to_owned(),
        description: "本警示恆為觸發狀態；停止更新即表示澄訊或其資料庫已停擺，或無法連線至本通知系統。".to_owned(),
        started: now,
        ended: None,
        link,
    }
}

/// The severities that the rules for Prometheus use as well, so that one routing serves both.
fn severity(level: CaseLevel) -> &'static str {
    match notice::level(level) {
        Level::A => "critical",
        Level::B => "warning",
        Level::None => "none",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Assignment, Moments, Stage};

    fn case(stage: Stage) -> Case {
        let known: DateTime<Utc> = "2026-03-17T08:00:00+08:00".parse().unwrap();
        Case {
            id: "c1".into(),
            number: 7,
            version: 1,
            level: CaseLevel::A,
            title: "王小明稱停水三天".into(),
            story: None,
            district: Some("鳳山區".into()),
            service: Some("water".into()),
            moments: Moments {
                published: None,
                fetched: known,
                acknowledged: None,
                known,
                planned: None,
                answered: None,
            },
            extension: None,
            stage,
            since: known,
        }
    }

    #[test]
    fn labels_stay_the_same_from_step_to_step_and_name_nobody() {
        let now = "2026-03-17T09:00:00+08:00".parse().unwrap();
        let to = Assignment { agency: "高雄市政府水利局".into(), unit: None };
        let first = of_case(&case(Stage::ToVerify), CaseLevel::A, None, None, now);
        let later = of_case(&case(Stage::Verifying(to)), CaseLevel::A, None, None, now);
        assert_eq!(first.labels, later.labels);
        assert!(later.description.contains("水利局") && first.description.contains("尚未分派"));
        assert!(first.labels.iter().all(|(_, value)| !value.contains("王小明") && !value.is_empty()));
        assert_eq!(first.started, later.started);
    }
}
