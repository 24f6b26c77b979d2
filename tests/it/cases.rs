//! Cases in the database: opened once a story, changed one version after another, with drafts and messages that are never
//! changed.

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    domain::{
        Action, Actor, Answer, Approval, Assignment, Basis, CaseLevel, CaseState, Clarification, Closure, Issued,
        Moments, Role, Stage, Submitted, UserName,
    },
    store::{
        CaseClaim, CaseFilter, Changing, ClosureRow, Joining, Kept, KeptBasis, Moved, Opened, Opening, Posting,
        Releasing, Sending, Settled, Store,
    },
};
use sqlx::{AnyConnection, Connection, Executor};

use crate::{
    facts::{RELEASE, WRONG, contradicted, keep, latest, own, put, statement},
    on_both,
    support::{
        morning,
        room::{CLOSED, Room},
        source,
    },
};

pub fn user(name: &str) -> UserName {
    UserName::parse(name).unwrap()
}

pub fn actor(name: &str) -> Actor {
    Actor { name: name.into(), role: "duty_officer".into(), address: "192.0.2.1".into() }
}

pub fn to() -> Assignment {
    Assignment { agency: "高雄市政府水利局".into(), unit: None }
}

pub fn text(title: &str) -> Clarification {
    Clarification { title: title.into(), facts: vec!["總經費2億5,000萬元。".into()], ..Clarification::default() }
}

pub fn posting(subject: &str, channel: &str, epoch: i64) -> Posting {
    Posting {
        subject: subject.into(),
        kind: "alert",
        channel: channel.into(),
        recipient: String::new(),
        epoch,
        urgent: true,
        message: "{}".into(),
    }
}

pub fn opening(id: &str, story: Option<String>, reports: Vec<(String, String)>) -> Opening {
    Opening {
        id: id.into(),
        level: CaseLevel::B,
        title: "五甲下水道經費".into(),
        story,
        district: Some("鳳山區".into()),
        service: None,
        moments: Moments {
            published: None,
            fetched: morning(),
            acknowledged: None,
            known: morning(),
            planned: None,
            answered: None,
        },
        reports,
        claims: Vec::new(),
        draft: Some(text("初稿")),
        postings: vec![posting(id, "duty", 1)],
        detail: "{}".into(),
    }
}

/// What goes out of the case `c1` as it was issued.
pub fn releasing(issued: &Issued) -> Releasing {
    Releasing {
        id: "r1".into(),
        case_id: "c1".into(),
        revision: issued.revision,
        hash: issued.hash.clone(),
        answer: issued.answer,
        agency: to().agency,
        unit: None,
        text: text("澄清說明"),
        anchors: "[]".into(),
        sources: Vec::new(),
        by: user("wang"),
    }
}

pub fn changing(id: &str, version: i64, stage: Stage) -> Changing {
    Changing { id: id.into(), version, stage, detail: "{}".into(), draft: None, release: None, postings: Vec::new() }
}

async fn step(store: &Store, id: &str, stage: Stage, at: DateTime<Utc>) -> Moved {
    let version = store.case(id).await.unwrap().unwrap().version;
    store.change_case(changing(id, version, stage), actor("wang"), at).await.unwrap()
}

on_both! {
    async fn an_alert_opens_one_case_and_its_copies_join_it(database: Database) {
        let room = Room::open(database, &CLOSED);
        let store = &room.store;
        put(store, "f1", statement(RELEASE)).await;
        let fact = latest(store, "f1").await;
        let checked = own(vec![contradicted(WRONG, &fact)], fact.number);
        keep(store, &source("mumian", "木棉日報"), ("https://a.example/1", WRONG), None, checked.clone()).await;
        let alerts = store.unclaimed_alerts(morning() - TimeDelta::days(1), 10).await.unwrap();
        assert_eq!(alerts.len(), 1);
        assert_eq!((alerts[0].claimed.as_str(), alerts[0].outlet.as_str()), ("25億元", "木棉日報"));
        let (tale, report) = (alerts[0].story.clone(), alerts[0].finding.article_id.clone());
        let claim = CaseClaim {
            verdict: alerts[0].finding.found.verdict,
            kind: alerts[0].finding.found.kind,
            claimed: "25億元".into(),
            fact_id: Some("f1".into()),
        };
        let first = Opening {
            claims: vec![claim.clone()],
            ..opening("c1", Some(tale.clone()), vec![(report.clone(), "news".into())])
        };
        let opened = store.open_case(first.clone(), Actor::daemon(), morning()).await.unwrap();
        assert_eq!(opened, Opened::New(1));
        let again = Opening { id: "c2".into(), ..first };
        assert_eq!(store.open_case(again, Actor::daemon(), morning()).await.unwrap(), Opened::Already);
        assert!(store.unclaimed_alerts(morning() - TimeDelta::days(1), 10).await.unwrap().is_empty());

        // The same error in another outlet's report of the story.
        let other = source("gangbian", "港邊通訊社");
        keep(store, &other, ("https://b.example/1", &format!("{WRONG}里長盼早日完工。")), Some(tale.clone()), checked)
            .await;
        let further = store.unclaimed_alerts(morning() - TimeDelta::days(1), 10).await.unwrap();
        assert_eq!(further.len(), 1);
        let joining = Joining {
            case_id: "c1".into(),
            level: Some(CaseLevel::A),
            reports: vec![(further[0].finding.article_id.clone(), "news".into())],
            claims: vec![claim.clone()],
            postings: Vec::new(),
            detail: "{}".into(),
        };
        store.join_case(joining, morning()).await.unwrap();
        assert!(store.unclaimed_alerts(morning() - TimeDelta::days(1), 10).await.unwrap().is_empty());
        let case = store.case("c1").await.unwrap().unwrap();
        assert_eq!((case.level, case.version, case.number), (CaseLevel::A, 2, 1));
        assert_eq!(store.claims_of_case("c1").await.unwrap(), [claim]);
        let dossier = store.dossier("c1").await.unwrap().unwrap();
        assert_eq!(dossier.reports.len(), 2);
        assert_eq!(dossier.quoted.len(), 1, "the same claim of two reports is one");
        assert_eq!(dossier.quoted[0].claimed(), "25億元");
        assert_eq!(dossier.quoted[0].fact_words(), Some(RELEASE));
        assert_eq!(dossier.sources().len(), 3, "two reports and the statement");
        let cases = store.cases_of_report(&report).await.unwrap();
        assert_eq!(cases.iter().map(|case| case.id.as_str()).collect::<Vec<_>>(), ["c1"]);
        assert_eq!(store.last_case_of_story(&tale).await.unwrap().map(|case| case.id), Some("c1".into()));
    }
}

on_both! {
    async fn two_who_change_a_case_at_once_do_not_undo_each_other(database: Database) {
        let room = Room::open(database, &CLOSED);
        let store = &room.store;
        store.open_case(opening("c1", None, Vec::new()), Actor::daemon(), morning()).await.unwrap();
        let assigned = changing("c1", 1, Stage::Assigned(to()));
        let moved = store.change_case(assigned.clone(), actor("wang"), morning() + TimeDelta::minutes(3)).await.unwrap();
        let Moved::Done(case) = moved else { panic!("{moved:?}") };
        assert_eq!(case.moments.acknowledged, Some(morning() + TimeDelta::minutes(3)), "a person saw to it");
        assert_eq!((case.version, case.stage.state()), (2, CaseState::Assigned));
        assert_eq!(store.change_case(assigned, actor("chen"), morning()).await.unwrap(), Moved::Stale);
        assert_eq!(store.timeline("c1", 10).await.unwrap().len(), 2, "what was not done is not in the log");
    }
}

on_both! {
    async fn every_stage_comes_back_as_it_was_kept(database: Database) {
        let room = Room::open(database, &CLOSED);
        for name in ["a.a", "b.b", "c.c"] {
            room.person(name, &[Role::Spokesperson]).await;
        }
        let store = &room.store;
        store.open_case(opening("c1", None, Vec::new()), Actor::daemon(), morning()).await.unwrap();
        let at = morning() + TimeDelta::hours(1);
        let consent = |name: &str| Approval { by: user(name), at };
        let issued = Issued { revision: 2, hash: "h2".into(), answer: Answer::Apology, at };
        let submitted = Submitted {
            revision: 2,
            hash: "h2".into(),
            by: user("c.c"),
            drafters: [user("c.c")].into(),
            reviewed: Some(consent("a.a")),
            approved: Some(consent("b.b")),
        };
        for stage in [
            Stage::Assigned(Assignment { unit: Some("防洪維護科".into()), ..to() }),
            Stage::Verifying(to()),
            Stage::Drafting(to(), Answer::Apology),
            Stage::Reviewing(to(), Answer::Clarification, Submitted { reviewed: None, approved: None, ..submitted.clone() }),
            Stage::Reviewing(to(), Answer::Apology, submitted),
            Stage::Published(to(), Issued { answer: Answer::Clarification, ..issued.clone() }),
            Stage::Tracking(to(), issued.clone()),
            Stage::Apologised(to(), issued.clone()),
            Stage::Closed(Some(to()), Some(issued)),
            Stage::Closed(None, None),
            Stage::Dismissed(Some(to())),
            Stage::Referred("臺灣鐵路公司".into()),
            Stage::OutletCorrected(None),
            Stage::ToVerify,
        ] {
            let moved = step(store, "c1", stage.clone(), at).await;
            assert!(matches!(moved, Moved::Done(_)), "{stage:?}");
            assert_eq!(store.case("c1").await.unwrap().unwrap().stage, stage);
        }
        let case = store.case("c1").await.unwrap().unwrap();
        assert_eq!(case.moments.planned, Some(at));
        assert_eq!(case.moments.answered, None, "it waits again");
        let filter = CaseFilter { states: vec![CaseState::ToVerify, CaseState::Closed], ..CaseFilter::default() };
        assert_eq!(store.cases(&filter, None, 10).await.unwrap().total, 1);
        let filter = CaseFilter { states: vec![CaseState::Published], ..CaseFilter::default() };
        assert_eq!(store.cases(&filter, None, 10).await.unwrap().total, 0);
        assert_eq!(store.count_cases().await.unwrap().iter().map(|it| it.cases).sum::<u64>(), 1);
    }
}

on_both! {
    async fn a_revision_is_written_from_the_latest_and_never_changed(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        room.person("chen", &[Role::DutyOfficer]).await;
        let store = &room.store;
        store.open_case(opening("c1", None, Vec::new()), Actor::daemon(), morning()).await.unwrap();
        let by = |name: &str| (user(name), actor(name));
        let keep = async |base: u32, title: &str, name: &str| {
            store.keep_draft(("c1", base), text(title), by(name), morning()).await.unwrap()
        };
        store.note_draft(("c1", 1), &text("未存"), &user("wang"), morning()).await.unwrap();
        assert_eq!(store.draft_note("c1", &user("wang")).await.unwrap().unwrap().text, text("未存"));
        assert_eq!(store.draft_note("c1", &user("chen")).await.unwrap(), None, "a note is its writer's");
        assert_eq!(keep(1, "二稿", "wang").await, Kept::New(2));
        assert_eq!(store.draft_note("c1", &user("wang")).await.unwrap(), None, "it was kept");
        assert_eq!(keep(1, "另一二稿", "chen").await, Kept::Behind(2));
        assert_eq!(keep(2, "二稿", "chen").await, Kept::Same(2));
        let drafts = store.drafts("c1").await.unwrap();
        let authors: Vec<_> = drafts.iter().map(|it| it.author.as_ref().map(UserName::as_str)).collect();
        assert_eq!(authors, [Some("wang"), None]);
        assert_eq!(drafts[0].hash, text("二稿").hash());

        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&room.database.url).await.unwrap();
        for change in ["UPDATE drafts SET text = 'x'", "DELETE FROM drafts"] {
            assert!(connection.execute(change).await.is_err(), "{change}");
        }
    }
}

on_both! {
    async fn a_first_draft_that_was_written_before_the_case_was_given_to_somebody_is_not_laid(database: Database) {
        let room = Room::open(database, &CLOSED);
        let store = &room.store;
        let new = Opening { draft: None, ..opening("c1", None, Vec::new()) };
        store.open_case(new, Actor::daemon(), morning()).await.unwrap();
        step(store, "c1", Stage::Assigned(to()), morning()).await;
        store.lay_draft(("c1", 1), text("市府說明"), morning()).await.unwrap();
        assert_eq!(store.drafts("c1").await.unwrap(), [], "it speaks for who had the case before");
        for title in ["水利局說明", "又一稿"] {
            store.lay_draft(("c1", 2), text(title), morning()).await.unwrap();
        }
        let titles: Vec<String> = store.drafts("c1").await.unwrap().into_iter().map(|it| it.text.title).collect();
        assert_eq!(titles, ["水利局說明"], "the first draft is laid once");
    }
}

on_both! {
    async fn a_signature_holds_until_it_is_taken_back(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let store = &room.store;
        store.open_case(opening("c1", None, Vec::new()), Actor::daemon(), morning()).await.unwrap();
        let basis = Basis { phrase: "42%".into(), basis: "工程月報".into(), by: user("wang"), at: morning() };
        let kept = KeptBasis { id: "b1".into(), basis };
        store.sign_basis("c1", kept.clone(), actor("wang")).await.unwrap();
        assert_eq!(store.bases("c1").await.unwrap(), [kept]);
        assert!(!store.withdraw_basis("c2", "b1", actor("wang"), morning()).await.unwrap(), "another case's");
        assert!(store.withdraw_basis("c1", "b1", actor("wang"), morning()).await.unwrap());
        assert!(!store.withdraw_basis("c1", "b1", actor("wang"), morning()).await.unwrap());
        assert!(store.bases("c1").await.unwrap().is_empty());
    }
}

on_both! {
    async fn what_goes_out_is_kept_with_the_step_and_never_changed(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::Spokesperson]).await;
        let store = &room.store;
        store.open_case(opening("c1", None, Vec::new()), Actor::daemon(), morning()).await.unwrap();
        let issued = Issued { revision: 1, hash: "h1".into(), answer: Answer::Clarification, at: morning() };
        let release = releasing(&issued);
        let step = Changing {
            release: Some(release.clone()),
            postings: vec![posting("c1", "line", 2), posting("c1", "mail", 2)],
            ..changing("c1", 1, Stage::Published(to(), issued))
        };
        assert!(matches!(store.change_case(step, actor("wang"), morning()).await.unwrap(), Moved::Done(_)));
        let releases = store.releases(None, 10).await.unwrap();
        assert_eq!(releases.iter().map(|it| &it.releasing).collect::<Vec<_>>(), [&release]);
        assert_eq!(store.messages("c1", 10).await.unwrap().len(), 3);
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&room.database.url).await.unwrap();
        for change in ["UPDATE releases SET text = 'x'", "DELETE FROM releases"] {
            assert!(connection.execute(change).await.is_err(), "{change}");
        }
    }
}

on_both! {
    async fn a_message_is_sent_by_one_daemon_and_every_try_is_logged(database: Database) {
        let store = &database.store;
        let both = vec![posting("c1", "line", 1), posting("c1", "line", 1), posting("c1", "line", 2)];
        assert_eq!(store.post_messages(both, morning()).await.unwrap(), 2, "the same message is written once");
        let lease = TimeDelta::minutes(2);
        let claims = (0..4).map(|_| store.claim_messages(1, morning(), lease));
        let claimed: Vec<_> =
            futures_util::future::join_all(claims).await.into_iter().flat_map(|it| it.unwrap()).collect();
        assert_eq!(claimed.len(), 2, "each by one");
        assert!(claimed.iter().all(|it| it.attempt == 1 && it.retry_key.len() == 36), "{claimed:?}");
        let settled = |state| Settled {
            result: "retry",
            why: "503".into(),
            hash: "h".into(),
            state,
            uncertain: false,
        };
        let later = morning() + TimeDelta::minutes(1);
        store.settle_message(&claimed[0], settled(Sending::Waiting(later)), morning()).await.unwrap();
        store.settle_message(&claimed[1], settled(Sending::Failed), morning()).await.unwrap();
        assert!(store.claim_messages(5, morning(), lease).await.unwrap().is_empty(), "its time has not come");
        let again = store.claim_messages(5, later, lease).await.unwrap();
        assert_eq!(again.len(), 1);
        assert_eq!((again[0].attempt, &again[0].retry_key), (2, &claimed[0].retry_key), "it is the same message");
        assert_eq!(again[0].first_tried_at, Some(morning()));
        // The lease ends with a daemon that died: another one takes over, and the dead one's word no longer counts.
        let taken = store.claim_messages(5, later + lease, lease).await.unwrap();
        assert_eq!(taken.len(), 1);
        store.settle_message(&again[0], settled(Sending::Sent), later).await.unwrap();
        let states = |rows: Vec<clarion::store::SentRow>| {
            let mut states: Vec<String> = rows.into_iter().map(|it| it.state).collect();
            states.sort();
            states
        };
        assert_eq!(states(store.messages("c1", 10).await.unwrap()), ["failed", "waiting"]);
        store.settle_message(&taken[0], settled(Sending::Sent), later).await.unwrap();
        assert_eq!(states(store.messages("c1", 10).await.unwrap()), ["failed", "sent"]);
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect(&database.url).await.unwrap();
        for change in ["UPDATE sends SET why = 'x'", "DELETE FROM sends"] {
            assert!(connection.execute(change).await.is_err(), "{change}");
        }
    }
}

on_both! {
    async fn a_suspension_of_work_is_kept_and_can_be_taken_back(database: Database) {
        let room = Room::open(database, &CLOSED);
        room.person("wang", &[Role::DutyOfficer]).await;
        let store = &room.store;
        let row = |id: &str, district: Option<&str>, from: Option<&str>| ClosureRow {
            id: id.into(),
            closure: Closure {
                day: "2026-07-10".parse().unwrap(),
                district: district.map(str::to_owned),
                from: from.map(|it| it.parse().unwrap()),
                until: None,
                valid_from: morning(),
                note: "颱風".into(),
            },
            by: user("wang"),
        };
        let all = [row("k1", None, None), row("k2", Some("旗山區"), Some("12:00:00"))];
        for it in &all {
            store.enter_closure(it.clone(), actor("wang")).await.unwrap();
        }
        assert_eq!(store.closures().await.unwrap(), all);
        assert!(store.withdraw_closure("k1", actor("wang"), morning()).await.unwrap());
        assert!(!store.withdraw_closure("k1", actor("wang"), morning()).await.unwrap());
        assert_eq!(store.closures().await.unwrap(), all[1..]);
        let log = store.timeline("k1", 10).await.unwrap();
        assert_eq!(log.iter().map(|it| it.action.as_str()).collect::<Vec<_>>(), [
            Action::ClosureEntered.name(),
            Action::ClosureWithdrawn.name()
        ]);
    }
}
