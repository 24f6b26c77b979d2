use super::*;
use crate::{
    dictionary::Dictionaries,
    domain::{Assignment, Case, CaseLevel, Issued, Label, Moments, Span},
};

fn city() -> &'static City {
    static CITY: std::sync::OnceLock<City> = std::sync::OnceLock::new();
    CITY.get_or_init(|| Dictionaries::embedded().unwrap())
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("2026-03-{text}:00+08:00")).unwrap().to_utc()
}

fn times() -> Vec<NaiveTime> {
    city().deadlines.digest_times()
}

fn stretch(from: &str, until: &str) -> Period {
    Period { from: at(from), until: at(until) }
}

fn case(number: i64, level: CaseLevel, known: &str, stage: Stage) -> DigestCase {
    let known = at(known);
    DigestCase {
        case: Case {
            id: format!("c{number}"),
            number,
            version: 1,
            level,
            title: format!("案由{number}"),
            story: None,
            district: Some("鳳山區".into()),
            service: Some("streetlight".into()),
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
        },
        report: None,
        outlets: 0,
        claims: Vec::new(),
        release: None,
        notice: None,
        steps: Vec::new(),
    }
}

#[test]
fn what_an_agency_said_of_a_missed_goal_stands_in_its_row_until_the_answer_is_out() {
    let notice = crate::domain::OverdueNotice {
        id: "n".into(),
        goals: vec![Goal::Publish],
        reason: "承商未到場".into(),
        progress: "已函催".into(),
        expected: at("17T15:00"),
        by: crate::domain::UserName::parse("chen").unwrap(),
        at: at("17T12:00"),
    };
    let row = |stage| {
        let mut it = case(7, CaseLevel::A, "17T08:00", stage);
        it.notice = Some(notice.clone());
        handling(&it)
    };
    assert_eq!(
        row(Stage::ToVerify),
        "第 7 案（待查證）；逾期說明：承商未到場；現況：已函催；預計 115年3月17日 15:00 完成"
    );
    assert_eq!(row(Stage::Dismissed(None)), "第 7 案（不處理）");
}

fn report(id: &str, story: &str, seen: &str) -> DigestReport {
    DigestReport {
        id: id.into(),
        story: story.into(),
        source_id: "board".into(),
        outlet: "木棉日報".into(),
        author: Some("王小明".into()),
        title: format!("標題{id}"),
        title_masks: Vec::new(),
        lead: "路燈不亮。".into(),
        lead_masks: Vec::new(),
        url: format!("https://a.example/{id}"),
        seen: at(seen),
        district: None,
        service: None,
        agency: Some("高雄市政府工務局".into()),
        toward_city: Label::Negative,
        outlets: 2,
        case_number: None,
    }
}

fn made(matter: DigestMatter, period: Period) -> Digest {
    let base = "https://clarion.example/".parse().unwrap();
    let with = Making { city: city(), closures: &[], sources: &[], office: "新聞局", base: &base };
    digest(matter, period, &with, period.until)
}

fn to() -> Assignment {
    Assignment { agency: "高雄市政府水利局".into(), unit: None }
}

#[test]
fn a_digest_goes_back_to_the_one_before() {
    for (until, from) in [
        ("17T08:00", "16T18:30"),
        ("17T10:30", "17T08:00"),
        ("17T17:00", "17T14:30"),
        ("17T18:30", "17T17:00"),
        ("17T09:15", "17T08:00"),
        ("17T23:00", "17T18:30"),
    ] {
        assert_eq!(period(&times(), at(until)), stretch(from, until));
    }
    assert_eq!(period(&[], at("17T09:00")), stretch("16T09:00", "17T09:00"));
}

#[test]
fn what_was_missed_for_long_is_not_made_up_for() {
    let due = |now| ended(&times(), at(now), TimeDelta::hours(2));
    assert_eq!(due("17T08:00"), [stretch("16T18:30", "17T08:00")]);
    assert_eq!(due("17T10:00"), [stretch("16T18:30", "17T08:00")], "two hours are not too long");
    assert_eq!(due("17T10:01"), []);
    assert_eq!(due("17T18:45"), [stretch("17T14:30", "17T17:00"), stretch("17T17:00", "17T18:30")]);
    assert_eq!(due("17T03:00"), []);
    assert_eq!(last_ended(&times(), at("17T03:00")), stretch("16T17:00", "16T18:30"));
}

#[test]
fn an_earlier_digest_of_the_day_began_the_evening_before() {
    assert_eq!(day_began(&times(), stretch("17T14:30", "17T17:00")), at("16T18:30"));
    assert_eq!(day_began(&times(), stretch("16T18:30", "17T08:00")), at("16T18:30"));
    assert_eq!(day_began(&[], stretch("16T09:00", "17T09:00")), at("16T09:00"));
}

#[test]
fn urgent_cases_come_first_and_every_story_once() {
    let cases = vec![
        case(1, CaseLevel::B, "17T09:00", Stage::Assigned(to())),
        case(2, CaseLevel::C, "17T09:00", Stage::ToVerify),
        case(3, CaseLevel::A, "17T10:00", Stage::ToVerify),
        case(4, CaseLevel::A, "17T09:30", Stage::ToVerify),
        case(5, CaseLevel::A, "17T09:00", Stage::Dismissed(None)),
    ];
    let reports = vec![
        report("1", "s1", "17T09:00"),
        report("2", "s1", "17T09:05"),
        DigestReport { outlets: 5, ..report("3", "s2", "17T10:00") },
        DigestReport { case_number: Some(1), ..report("4", "s3", "17T10:00") },
        DigestReport { case_number: Some(99), ..report("5", "s4", "17T10:01") },
    ];
    let digest = made(DigestMatter { cases, reports }, stretch("17T08:00", "17T10:30"));
    let cases: Vec<_> = digest.rows.iter().filter_map(|row| row.case_number).collect();
    assert_eq!(cases, [4, 3, 5, 1, 2]);
    let others: Vec<_> = digest.rows.iter().filter(|row| row.case_number.is_none()).collect();
    assert_eq!(
        others.iter().map(|row| (row.title.as_str(), row.outlets)).collect::<Vec<_>>(),
        [("標題3", 5), ("標題1", 2), ("標題5", 2)]
    );
    assert_eq!(others[2].handling, "錄案（第 99 案已結）", "a case that is over long since is not in the table");
    assert_eq!(digest.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
    let counts = digest.counts();
    assert_eq!((counts.cases, counts.awaiting, counts.overdue, counts.stories), (5, 4, 0, 3));
}

#[test]
fn what_an_earlier_digest_of_the_day_told_is_marked() {
    let matter = || DigestMatter {
        cases: vec![
            case(1, CaseLevel::B, "17T07:00", Stage::ToVerify),
            case(2, CaseLevel::B, "17T09:00", Stage::ToVerify),
        ],
        reports: vec![
            report("1", "old", "17T07:00"),
            report("2", "old", "17T09:00"),
            report("3", "new", "17T09:10"),
            report("4", "gone", "17T07:00"),
        ],
    };
    let digest = made(matter(), stretch("17T08:00", "17T10:30"));
    let again: Vec<_> = digest.rows.iter().map(|row| (row.title.as_str(), row.again)).collect();
    assert_eq!(again, [("案由1", true), ("案由2", false), ("標題2", true), ("標題3", false)]);
    let first = made(matter(), stretch("16T18:30", "17T10:00"));
    assert!(first.rows.iter().all(|row| !row.again), "the digest before was of another day");
}

#[test]
fn a_row_says_what_is_needed_and_what_was_answered() {
    let issued = |answer| Issued { revision: 2, hash: String::new(), answer, at: at("17T10:00") };
    let submitted = crate::domain::Submitted {
        revision: 1,
        hash: String::new(),
        by: crate::domain::UserName::parse("wang").unwrap(),
        drafters: BTreeSet::new(),
        reviewed: None,
        approved: None,
    };
    for (stage, need) in [
        (Stage::Verifying(to()), Need::ToVerify),
        (Stage::Reviewing(to(), Answer::Clarification, submitted), Need::Yes),
        (Stage::Drafting(to(), Answer::Apology), Need::No),
        (Stage::Published(to(), issued(Answer::Clarification)), Need::Done),
        (Stage::Closed(Some(to()), Some(issued(Answer::Apology))), Need::No),
        (Stage::Closed(None, None), Need::No),
    ] {
        assert_eq!(super::need(&stage), need, "{stage:?}");
    }
    let mut out = case(7, CaseLevel::B, "17T09:00", Stage::Tracking(to(), issued(Answer::Clarification)));
    out.case.moments.answered = Some(at("17T10:00"));
    out.report = Some(report("1", "s", "17T09:00"));
    out.claims = vec!["25億元".into(), "8月底".into()];
    out.release = Some(crate::domain::DigestRelease { title: "澄清說明".into(), revision: 2 });
    let steps = [(StepKind::Accept, "陳一"), (StepKind::Review, "林二"), (StepKind::Approve, "黃三")];
    out.steps = steps.map(|(step, name)| (step, name.to_owned())).into();
    let row =
        made(DigestMatter { cases: vec![out], reports: Vec::new() }, stretch("17T08:00", "17T10:30")).rows.remove(0);
    assert_eq!(row.summary, "案由7：「25億元」、「8月底」");
    assert_eq!((row.handling.as_str(), row.service.as_deref()), ("第 7 案（追蹤，澄清稿）", Some("路燈")));
    assert_eq!((row.due, row.answered), (Some(at("17T14:30")), Some(at("17T10:00"))));
    assert_eq!(row.answer, Some(("澄清說明".into(), "https://clarion.example/clarifications/7-2".into())));
    assert_eq!((row.officer.as_deref(), row.reviewer.as_deref()), (Some("陳一"), Some("黃三")));
    let mut dropped = case(8, CaseLevel::B, "17T09:00", Stage::Dismissed(None));
    dropped.case.moments.answered = Some(at("17T10:00"));
    let row = made(DigestMatter { cases: vec![dropped], reports: Vec::new() }, stretch("17T08:00", "17T10:30"))
        .rows
        .remove(0);
    assert_eq!((row.answered, row.closed.is_some()), (None, true), "what needs no answer was not answered");
}

#[test]
fn nobody_can_be_looked_up_by_a_digest() {
    for (name, shown) in [
        ("王小明", "王○明"),
        ("王明", "王○"),
        ("歐陽小明", "歐○○明"),
        ("王小明、陳大文", "王○明、陳○文"),
        ("someone", "so***"),
        ("小明8964", "小明***"),
        ("", ""),
    ] {
        assert_eq!(masked_name(name), shown);
    }
    let phone = "洽0912345678王先生";
    assert_eq!(masked(phone, &[Span::new(3, 13)]), "洽●●●王先生");
    assert_eq!(
        masked(phone, &[Span::new(3, 13), Span::new(5, 99)]),
        "洽●●●●●●",
        "what runs into one another hides both"
    );
    assert_eq!(masked("洽0912", &[Span::new(3, 13), Span::new(40, 50)]), "洽●●●");
    let mut hidden = report("1", "s", "17T09:00");
    hidden.title = phone.into();
    hidden.title_masks = vec![Span::new(3, 13)];
    hidden.lead.clone_from(&hidden.title);
    hidden.lead_masks.clone_from(&hidden.title_masks);
    let digest = made(DigestMatter { cases: Vec::new(), reports: vec![hidden] }, stretch("17T08:00", "17T10:30"));
    assert!(!format!("{digest:?}").contains("0912"), "{digest:?}");
}

#[test]
fn a_message_counts_and_names_what_is_open() {
    let cases = vec![
        case(1, CaseLevel::A, "17T08:10", Stage::ToVerify),
        case(2, CaseLevel::B, "17T09:00", Stage::Dismissed(None)),
    ];
    let digest =
        made(DigestMatter { cases, reports: vec![report("1", "s", "17T09:00")] }, stretch("17T08:00", "17T10:30"));
    let message = message(&digest, None, None);
    assert_eq!(message.subject, "〔輿情彙整〕115年3月17日 10:30");
    assert_eq!(
        message.text,
        "期間：115年3月17日 08:00 至 10:30\n\
         案件 2 件（待回應 1 件，其中逾時 1 件）、未立案之負面報導 1 則、續報 0 則\n\
         ・〔重大〕第 1 案（待查證） 案由1，時限 10:10"
    );
    let nothing = super::message(&made(DigestMatter::default(), stretch("16T18:30", "17T08:00")), None, None);
    assert_eq!(nothing.text, "期間：115年3月16日 18:30 至 115年3月17日 08:00\n本期間沒有案件，也沒有負面報導。");
}
