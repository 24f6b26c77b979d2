//! The pages of casework with nothing in them and with the worst in them.

use super::*;
use crate::{
    domain::{CaseLevel, CaseState, StepKind},
    store::CaseSize,
    web::{
        casework::{
            change, channels::ChannelNotices, clock, closures, digest, entry, inbox, messages, page, steps, timeline,
        },
        findings::OutcomeWords,
    },
};

fn clock(text: &str, class: &'static str) -> clock::ClockRow {
    let own = || text.to_owned();
    clock::ClockRow {
        goal: "簽收",
        class,
        shape: "○",
        words: own(),
        clock: own(),
        iso: own(),
        reached: Some((own(), own())),
        why: vec![own(), own()],
    }
}

fn choice(text: &str) -> Vec<Choice> {
    vec![Choice { value: text.into(), name: text.into(), count: text.into(), chosen: true }]
}

fn message(text: &str) -> messages::MessageRow {
    let own = || text.to_owned();
    let send = || messages::SendLine { attempt: 1, result: own(), why: own(), hash: own(), clock: own(), iso: own() };
    messages::MessageRow {
        channel: own(),
        recipient: own(),
        kind: own(),
        case: Some((own(), Some(own()))),
        subject: Some(own()),
        class: "failing",
        shape: "■",
        state: own(),
        attempts: 2,
        clock: own(),
        iso: own(),
        why: Some(own()),
        sends: vec![send(), send()],
        resend: Some((own(), true)),
    }
}

#[test]
fn the_inbox_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = |level| inbox::CaseRow {
            address: own(),
            number: i64::MAX,
            title: line(&text),
            level,
            state: CaseState::ToVerify,
            agency: Some(own()),
            district: Some(own()),
            next: Some(clock(&text, "failing")),
            size: CaseSize { reports: u64::MAX, outlets: 1 },
            clock: own(),
            ago: own(),
            iso: own(),
        };
        check(&inbox::CasesPage {
            frame: admins(),
            wanted: inbox::WantedCases { agency: own(), ..inbox::WantedCases::default() },
            levels: choice(&text),
            agencies: choice(&text),
            rows: CaseLevel::ALL.map(row).into(),
            total: u64::MAX,
            next: Some(own()),
            calendar: Some(own()),
            channels: ChannelNotices { grave: vec![own()], troubles: vec![own(), own()] },
            may_open: true,
            may_close: true,
        });
    }
    for view in inbox::View::ALL {
        check(&inbox::CasesPage {
            frame: frame(),
            wanted: inbox::WantedCases { view, ..inbox::WantedCases::default() },
            levels: Vec::new(),
            agencies: Vec::new(),
            rows: Vec::new(),
            total: 0,
            next: None,
            calendar: None,
            channels: ChannelNotices::default(),
            may_open: false,
            may_close: false,
        });
    }
}

#[test]
fn the_digest_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = |level: Option<CaseLevel>| digest::DigestLine {
            number: 1,
            address: own(),
            title: own(),
            summary: own(),
            outlet: own(),
            clock: own(),
            iso: own(),
            place: Some(own()),
            agency: Some(own()),
            level,
            need: crate::domain::Need::Yes,
            handling: own(),
            due: Some((own(), own(), level.is_some())),
            again: true,
        };
        check(&digest::DigestPage {
            frame: admins(),
            period: own(),
            counts: crate::domain::DigestCounts::default(),
            rows: vec![row(Some(CaseLevel::A)), row(None)],
        });
    }
    check(&digest::DigestPage {
        frame: frame(),
        period: String::new(),
        counts: crate::domain::DigestCounts::default(),
        rows: Vec::new(),
    });
}

fn changes(text: &str) -> change::Changes {
    let own = || text.to_owned();
    let notice = change::NoticeLine {
        goals: own(),
        reason: own(),
        progress: own(),
        expected: (own(), own()),
        by: own(),
        clock: (own(), own()),
    };
    change::Changes {
        levels: choice(text),
        latest: Some(own()),
        missed: vec!["簽收", "函復"],
        must_explain: true,
        notices: vec![notice],
    }
}

fn case(text: &str) -> page::CasePage {
    let own = || text.to_owned();
    let step = |kind| steps::StepForm {
        kind,
        again: kind == StepKind::Assign,
        agencies: vec![steps::AgencyChoices { agency: own(), choices: choice(text) }],
        bodies: vec![own()],
        body: own(),
        outcomes: vec![OutcomeWords { name: "misreport", words: "確為誤報" }],
    };
    let found = |judged| page::CaseFinding { report: own(), outlet: own(), row: finding(text, judged) };
    page::CasePage {
        frame: admins(),
        id: own(),
        number: 7,
        version: 3,
        title: line(text),
        level: CaseLevel::A,
        state: CaseState::Drafting,
        remark: Some(own()),
        agency: Some(own()),
        district: Some(own()),
        service: Some(own()),
        since: (own(), own()),
        moments: vec![page::KnownMoment { what: "知悉", clock: own(), iso: own(), counts: true }],
        extension: Some((own(), own())),
        clocks: vec![clock(text, "well"), clock(text, "failing")],
        findings: vec![found(false), found(true)],
        reports: vec![page::ReportLine {
            address: own(),
            outlet: own(),
            title: line(text),
            published: Some((own(), own())),
            gone: true,
        }],
        steps: StepKind::ALL.map(step).into(),
        changes: changes(text),
        draft: Some(page::DraftLine {
            revision: 2,
            title: own(),
            lead: own(),
            parts: 3,
            by: Some(own()),
            clock: own(),
            iso: own(),
        }),
        makes_pdf: text.is_empty(),
        releases: vec![page::ReleaseLine {
            address: own(),
            title: own(),
            answer: "澄清說明",
            by: own(),
            clock: own(),
            iso: own(),
        }],
        laid: vec![page::LaidLine { address: own(), agency: own(), title: own(), revision: 1 }],
        may_lay: true,
        messages: vec![message(text)],
        timeline: vec![timeline::Happening {
            clock: own(),
            iso: own(),
            by: own(),
            roles: own(),
            what: own(),
            details: vec![own()],
            reason: Some(own()),
            link: Some(own()),
        }],
    }
}

#[test]
fn the_case_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        check(&case(&text));
        check(&page::CasePage {
            frame: frame(),
            title: Vec::new(),
            level: CaseLevel::C,
            state: CaseState::Closed,
            remark: None,
            agency: None,
            district: None,
            service: None,
            moments: Vec::new(),
            extension: None,
            clocks: Vec::new(),
            findings: Vec::new(),
            reports: Vec::new(),
            steps: Vec::new(),
            changes: change::Changes::default(),
            draft: None,
            releases: Vec::new(),
            laid: Vec::new(),
            may_lay: false,
            messages: Vec::new(),
            timeline: Vec::new(),
            ..case(&text)
        });
        let faults = vec![(text.clone(), text.clone())];
        check(&steps::RefusedPage {
            frame: admins(),
            title: text.clone(),
            advice: "請重新查看。",
            faults,
            back: text.clone(),
        });
    }
}

#[test]
fn the_forms_and_logs_of_casework_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let fields = entry::CaseFields {
            title: own(),
            matter: own(),
            place: own(),
            known: own(),
            report: Some(own()),
            levels: choice(&text),
            districts: choice(&text),
            services: choice(&text),
            error: Some(own()),
        };
        check(&entry::EntryPage { frame: admins(), fields });
        let row = closures::ClosureLine {
            id: own(),
            day: own(),
            hours: own(),
            place: own(),
            note: own(),
            by: own(),
            clock: own(),
            iso: own(),
        };
        let fields = closures::ClosureFields {
            day: own(),
            from: own(),
            until: own(),
            note: own(),
            districts: choice(&text),
            error: Some(own()),
        };
        check(&closures::ClosuresPage { frame: admins(), rows: vec![row], fields, may_enter: true });
        let channel =
            || messages::ChannelLine { id: own(), name: own(), kind: "LINE", audience: "對外", is_public: true };
        check(&messages::MessagesPage {
            frame: admins(),
            states: choice(&text),
            rows: vec![message(&text), message(&text)],
            is_first: false,
            first: own(),
            next: Some(own()),
            channels: vec![channel(), channel()],
            may_resend: true,
            is_tested: true,
        });
    }
    check(&entry::EntryPage { frame: frame(), fields: entry::CaseFields::default() });
    let fields = closures::ClosureFields::default();
    check(&closures::ClosuresPage { frame: frame(), rows: Vec::new(), fields, may_enter: false });
    check(&messages::MessagesPage {
        frame: frame(),
        states: Vec::new(),
        rows: Vec::new(),
        is_first: true,
        first: String::new(),
        next: None,
        channels: Vec::new(),
        may_resend: false,
        is_tested: false,
    });
}
