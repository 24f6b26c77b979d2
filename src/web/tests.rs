//! Every template with nothing in it and with the worst in it.

use askama::Template;
use axum::http::StatusCode;
use chrono::DateTime;

use super::{
    corrections::{Amended, CorrectionRow, Question},
    fault::FaultPage,
    filter::Wanted,
    findings::{FactWords, FindingRow, Findings, JudgedWords},
    frame::{Frame, Section},
    list::{Choice, Facets, InForce, ListPage, Row},
    pieces::{Look, Piece},
    report::{Feeling, Guess, Moment, ReportPage, Version},
    sources::{Condition, SourceRow, SourcesPage, When},
    story::Telling,
    visitor::Visitor,
    {accounts, audit, facts, held, log_in, password, statement},
};
use crate::domain::{
    Account, AccountState, Doubt, Duties, Label, Level, Outcome, PersonName, Role, TextKind, Trouble, TroubleKind,
    UserName,
};

mod cases;
mod drafts;
mod figures;
mod officials;
mod tracking;
mod units;

/// Markup, a quote, a bidirectional override, NUL, and more than any outlet writes.
fn hostile() -> String {
    format!("\"'><script>alert(1)</script>{{{{7*7}}}}\u{202e}\0{}", "極長".repeat(5_000))
}

fn line(text: &str) -> Vec<Piece> {
    let look = [Look::Plain, Look::Marked(text.to_owned()), Look::Doubted("不符"), Look::Masked("電話")];
    look.map(|look| Piece { text: text.to_owned(), look }).to_vec()
}

fn check(page: &impl Template) {
    let html = page.render().unwrap();
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
    assert!(!html.contains("<script>alert") && !html.contains("\"'>"), "markup came through");
    for pair in [
        "main", "header", "footer", "ol", "ul", "li", "dl", "bdi", "mark", "table", "details", "form", "fieldset",
        "select",
    ] {
        let opened = html.matches(&format!("<{pair}>")).count() + html.matches(&format!("<{pair} ")).count();
        assert_eq!(opened, html.matches(&format!("</{pair}>")).count(), "<{pair}> is not closed");
    }
}

fn frame() -> Frame {
    Frame::new(Section::Reports, DateTime::UNIX_EPOCH, Visitor::sample(None))
}

fn list(text: &str, rows: Vec<Row>) -> ListPage {
    let choice = || vec![Choice { value: text.into(), name: text.into(), count: text.into(), chosen: true }];
    ListPage {
        frame: frame(),
        wanted: Wanted { search: text.into(), source: text.into(), ..Wanted::default() },
        facets: Facets {
            outlets: choice(),
            services: choice(),
            agencies: choice(),
            districts: choice(),
            sentiments: choice(),
            kinds: choice(),
            scopes: choice(),
            checks: choice(),
        },
        in_force: vec![InForce { what: "搜尋", value: text.into(), without: text.into() }],
        rows,
        total: u64::MAX,
        next: Some(text.into()),
        idle_search: true,
        doubtful: u64::MAX,
    }
}

fn amended(text: &str) -> Amended {
    let own = || Some(text.to_owned());
    Amended { scope: own(), service: own(), agency: own(), kind: own(), toward_city: own() }
}

fn row(text: &str) -> Row {
    Row {
        id: text.into(),
        outlet: text.into(),
        clock: text.into(),
        ago: text.into(),
        iso: text.into(),
        title: line(text),
        lead: line(text),
        service: Some((text.into(), text.into())),
        agency: Some(text.into()),
        agency_is_citys: false,
        district: Some(text.into()),
        kind: TextKind::Complaint,
        toward_city: Label::Negative,
        official: true,
        in_scope: false,
        revision: 9,
        others: u64::MAX,
        doubt: Doubt::Open(Level::A),
        reason: Some(text.into()),
        amended: amended(text),
    }
}

#[test]
fn the_list_holds_whatever_it_is_given() {
    check(&list("", Vec::new()));
    check(&list("", vec![row("")]));
    check(&list(&hostile(), vec![row(&hostile()), row(&hostile())]));
    check(&ListPage { facets: Facets::default(), in_force: Vec::new(), ..list("", Vec::new()) });
}

fn telling(text: &str, current: bool) -> Telling {
    let own = || text.to_owned();
    Telling { id: own(), outlet: own(), clock: own(), iso: own(), first: true, syndicated: true, current }
}

fn finding(text: &str, judged: bool) -> FindingRow {
    let own = || text.to_owned();
    FindingRow {
        id: own(),
        level: Level::A,
        verdict: "與公布內容不符",
        kind: "數字",
        sureness: "高",
        why: own(),
        place: "內文",
        claim: line(text),
        fact: Some(FactWords {
            address: own(),
            agency: own(),
            title: own(),
            clock: Some(own()),
            is_former: true,
            words: line(text),
        }),
        judged: judged.then(|| JudgedWords {
            outcome: Outcome::Misreport,
            by: own(),
            clock: own(),
            iso: own(),
            note: Some(own()),
        }),
        clock: own(),
        iso: own(),
        dictionaries: own(),
        rules: own(),
    }
}

fn correction(text: &str) -> CorrectionRow {
    let own = || text.to_owned();
    CorrectionRow {
        id: own(),
        what: "範圍",
        was: own(),
        becomes: own(),
        note: Some(own()),
        by: own(),
        clock: own(),
        iso: own(),
    }
}

#[test]
fn the_report_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let guesses = || vec![Guess { name: text.clone(), percent: Some(100), note: Some(text.clone()) }];
        let page = ReportPage {
            frame: frame(),
            title: line(&text),
            body: vec![line(&text)],
            outlet: text.clone(),
            byline: Some(text.clone()),
            official: Some(text.clone()),
            in_scope: false,
            scope_percent: 0,
            original: Some(text.clone()),
            moments: vec![Moment {
                what: "刊登",
                clock: text.clone(),
                ago: text.clone(),
                iso: text.clone(),
                note: Some("註"),
                leads: true,
            }],
            masked: true,
            services: guesses(),
            categories: guesses(),
            agencies: guesses(),
            places: vec![("道路", text.clone())],
            district: Some(text.clone()),
            kind: "陳情",
            feelings: vec![Feeling {
                what: "對市府傾向",
                label: Label::Positive,
                score: text.clone(),
                amended: Some(text.clone()),
            }],
            reasons: vec![(text.clone(), vec![text.clone()])],
            versions: vec![Version {
                number: 2,
                title: line(&text),
                clock: text.clone(),
                iso: text.clone(),
                hash: text.clone(),
                current: true,
            }],
            tellings: vec![telling(&text, true), telling(&text, false)],
            source: text.clone(),
            source_reports: text.clone(),
            charset: text.clone(),
            snapshot: Some(text.clone()),
            model: text.clone(),
            id: text.clone(),
            amended: amended(&text),
            corrections: vec![correction(&text)],
            questions: vec![Question {
                name: "service",
                words: "服務類別",
                shown: text.clone(),
                choices: vec![Choice { value: text.clone(), name: text.clone(), count: String::new(), chosen: true }],
            }],
            findings: Findings {
                checked: true,
                shared: Some((text.clone(), text.clone())),
                article_id: text.clone(),
                alerts: vec![finding(&text, false), finding(&text, true)],
                others: vec![finding(&text, false)],
            },
            fact: Some(text.clone()),
            cases: vec![(text.clone(), 1, "待查證")],
        };
        check(&page);
        let page = ReportPage { frame: admins(), ..page };
        check(&page);
        check(&ReportPage {
            title: Vec::new(),
            body: Vec::new(),
            byline: None,
            official: None,
            original: None,
            moments: Vec::new(),
            masked: false,
            services: Vec::new(),
            categories: Vec::new(),
            agencies: Vec::new(),
            places: Vec::new(),
            district: None,
            feelings: Vec::new(),
            reasons: Vec::new(),
            versions: Vec::new(),
            tellings: Vec::new(),
            snapshot: None,
            amended: Amended::default(),
            corrections: Vec::new(),
            questions: Vec::new(),
            findings: Findings::default(),
            fact: None,
            cases: Vec::new(),
            ..page
        });
    }
}

#[test]
fn the_sources_hold_whatever_they_are_given() {
    check(&SourcesPage { frame: frame(), rows: Vec::new() });
    for text in [String::new(), hostile()] {
        let when = || Some(When { clock: text.clone(), distance: text.clone(), iso: text.clone() });
        let row = |condition| SourceRow {
            id: text.clone(),
            name: text.clone(),
            outlet: text.clone(),
            address: Some(text.clone()),
            kind: "看板",
            interval: text.clone(),
            policy: "留存全文",
            official: Some(text.clone()),
            condition,
            failures: u32::MAX,
            trouble: Some(Trouble { kind: TroubleKind::HttpError, detail: text.clone() }),
            succeeded: when(),
            newest: when(),
            count: Some(text.clone()),
            due: when(),
        };
        check(&SourcesPage { frame: frame(), rows: vec![row(Condition::Failing), row(Condition::Off)] });
    }
}

#[test]
fn a_fault_says_what_to_do() {
    for status in [
        StatusCode::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED,
        StatusCode::FORBIDDEN,
        StatusCode::CONFLICT,
        StatusCode::GONE,
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::INTERNAL_SERVER_ERROR,
    ] {
        check(&FaultPage { frame: frame(), status, number: Some(hostile()) });
        check(&FaultPage { frame: frame(), status, number: None });
    }
}

/// A page as an administrator sees it, whose name is the worst a name may be.
fn admins() -> Frame {
    let account = Account {
        name: UserName::parse("admin").unwrap(),
        person: PersonName::parse("\"'><script>alert(1)</script>").unwrap(),
        duties: Duties::given(Role::ALL.into(), None, None),
        state: AccountState::Active,
        created_at: DateTime::UNIX_EPOCH,
        logged_in_at: None,
    };
    Frame::new(Section::Nowhere, DateTime::UNIX_EPOCH, Visitor::sample(Some(account)))
}

#[test]
fn the_log_in_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        for news in
            [log_in::News::None, log_in::News::Wrong, log_in::News::Asked, log_in::News::LoggedOut, log_in::News::SetUp]
        {
            for frame in [frame(), admins()] {
                let fields = vec![(text.clone(), text.clone())];
                let held = held::Held { to: text.clone(), fields };
                let page = |held| log_in::LogInPage {
                    frame: frame.clone(),
                    news,
                    name: text.clone(),
                    next: text.clone(),
                    held,
                };
                check(&page(None));
                check(&page(Some(held.clone())));
                check(&held::HeldPage { frame, held, next: text.clone() });
            }
        }
    }
}

#[test]
fn the_passwords_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let wrong = password::Errors { current: Some("錯"), new: Some("錯"), again: Some("錯") };
        for errors in [password::Errors::default(), wrong] {
            for (asks_current, is_done) in [(false, false), (true, false), (true, true)] {
                check(&password::PasswordPage {
                    frame: admins(),
                    action: text.clone(),
                    name: text.clone(),
                    person: text.clone(),
                    asks_current,
                    errors,
                    is_done,
                });
            }
        }
    }
}

#[test]
fn the_accounts_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let choice = || Choice { value: text.clone(), name: text.clone(), count: String::new(), chosen: true };
        let wrong = accounts::Errors { name: Some("錯"), person: Some("錯"), roles: Some("錯"), body: Some("錯") };
        let fields = |errors| accounts::Fields {
            name: text.clone(),
            person: text.clone(),
            roles: vec![choice()],
            bodies: vec![choice()],
            errors,
        };
        let row = |state| accounts::AccountRow {
            name: text.clone(),
            person: text.clone(),
            roles: vec!["唯讀"],
            body: Some(text.clone()),
            state,
            logged_in: Some((text.clone(), text.clone())),
        };
        let link = || Some(accounts::NewLink { name: text.clone(), address: text.clone() });
        let rows = vec![row(AccountState::Active), row(AccountState::Invited), row(AccountState::Disabled)];
        check(&accounts::AccountsPage { frame: admins(), rows, fields: fields(wrong), link: link() });
        for state in [AccountState::Active, AccountState::Disabled] {
            check(&accounts::AccountPage {
                frame: admins(),
                row: row(state),
                fields: fields(wrong),
                link: link(),
                notice: Some("註"),
                reaches: vec![accounts::Reach {
                    channel: text.clone(),
                    name: text.clone(),
                    kind: "LINE",
                    address: text.clone(),
                }],
            });
        }
    }
    let fields = accounts::Fields::default();
    check(&accounts::AccountsPage { frame: admins(), rows: Vec::new(), fields, link: None });
}

#[test]
fn the_audit_log_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let row = || audit::AuditRow {
            seq: i64::MAX,
            clock: text.clone(),
            iso: text.clone(),
            actor: text.clone(),
            roles: text.clone(),
            address: text.clone(),
            action: text.clone(),
            subject: text.clone(),
            detail: Some(text.clone()),
            hash: text.clone(),
        };
        for rows in [Vec::new(), vec![row(), row()]] {
            check(&audit::AuditPage {
                frame: admins(),
                actor: text.clone(),
                actions: Vec::new(),
                rows,
                is_first: false,
                first: text.clone(),
                next: Some(text.clone()),
            });
        }
    }
}
