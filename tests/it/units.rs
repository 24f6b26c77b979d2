//! Units below the agencies: who is told of what, who stands in for whom, and what becomes of a message for somebody who
//! left.

use axum::http::StatusCode;
use clarion::{
    domain::{
        Account, AccountState, Action, Actor, Assignment, Audience, Channel, ChannelId, Destination, Duties, Event,
        Level, Office, PersonName, Post, Role, Secret, Stage, Substitute, TOKEN_BYTES, Token, Verification, WatchList,
    },
    lifecycle::Pulse,
    notify::{Senders, Settings},
    store::{AuditFilter, KeepingUnit, KeptUnit, Link, Store},
    workers::{Deadlines, Dispatch},
};

use crate::{
    cases::{actor, changing, opening, user},
    duty::bureau,
    on_both,
    support::{
        built_in, morning,
        receiver::Receiver,
        room::{Answer, CLOSED, NOBODY, Room},
        sqlite,
    },
    workers::World,
};

const AGENCY: &str = "高雄市政府工務局";

/// A channel of LINE with one group.
fn line(id: &str, name: &str, audience: Audience, to: &str) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: name.into(),
        audience,
        destination: Destination::Line { api: "https://api.line.me/".parse().unwrap(), to: vec![to.into()] },
        min_level: Level::None,
        quiet: None,
        fall_back: None,
        allow_private: false,
    }
}

fn office() -> Office {
    let channels = vec![
        line("duty", "值班群組", Audience::Staff, "Cduty"),
        line("roads", "養工處群組", Audience::Unit, "Croads"),
        line("press", "新聞群組", Audience::Public, "Cpress"),
    ];
    Office { channels, ..NOBODY }
}

fn keeping(id: &str, name: &str, watch: WatchList) -> KeepingUnit {
    KeepingUnit {
        id: id.into(),
        seen: None,
        agency: AGENCY.into(),
        name: name.into(),
        contacts: Vec::new(),
        channels: vec!["roads".into()],
        watch,
    }
}

/// Adds an account that somebody may use.
pub async fn account(store: &Store, name: &str, unit: Option<&str>) {
    let duties = Duties::given([Role::AgencyContact].into(), unit.map(|_| AGENCY.to_owned()), unit.map(str::to_owned));
    let account = Account {
        name: user(name),
        person: PersonName::parse("王小明").unwrap(),
        duties,
        state: AccountState::Active,
        created_at: morning(),
        logged_in_at: None,
    };
    let mut bytes = [0; TOKEN_BYTES];
    bytes.iter_mut().zip(name.bytes()).for_each(|(byte, letter)| *byte = letter);
    let token = Token::new(bytes);
    let link = Link { token: token.hash(), issued_at: morning() };
    assert!(store.add_account(account, link, event(Action::AccountAdded, name)).await.unwrap());
}

fn event(action: Action, subject: &str) -> Event {
    Event { at: morning(), actor: Actor::command_line(), action, subject: subject.into(), detail: "{}".into() }
}

/// Channel and address of every message about a subject, of one sort.
async fn told(store: &Store, subject: &str, kind: &str) -> Vec<String> {
    let rows = store.messages(subject, 100).await.unwrap();
    let mut told: Vec<String> = rows
        .into_iter()
        .filter(|row| row.kind == kind)
        .map(|row| format!("{} {}", row.channel, row.recipient))
        .collect();
    told.sort();
    told
}

async fn log(store: &Store) -> Vec<String> {
    let rows = store.audit_log(&AuditFilter::default(), None, 200).await.unwrap();
    let mut chain = Verification::against(None);
    for row in rows.iter().rev() {
        chain.read(row).unwrap();
    }
    rows.into_iter().map(|row| row.action).collect()
}

on_both! {
    async fn a_unit_is_kept_staffed_and_changed_on_the_version_that_was_seen(database: Database) {
        let store = &database.store;
        account(store, "wang", Some("養護工程處")).await;
        account(store, "lin", None).await;
        let now = morning();
        let watch = WatchList { services: vec!["streetlight".into()], ..WatchList::default() };
        let keep = async |keeping: KeepingUnit| store.keep_unit(keeping, actor("boss"), now).await.unwrap();
        assert_eq!(keep(keeping("u1", "養護工程處", watch.clone())).await, KeptUnit::Done);
        assert_eq!(keep(keeping("u2", "養護工程處", watch.clone())).await, KeptUnit::Taken);
        let changed = KeepingUnit { seen: Some(1), ..keeping("u1", "養工處", watch.clone()) };
        assert_eq!(keep(changed.clone()).await, KeptUnit::Done);
        assert_eq!(keep(changed).await, KeptUnit::Stale, "it is at version 2 by now");
        assert_eq!(keep(KeepingUnit { seen: Some(2), ..keeping("u1", "養護工程處", watch) }).await, KeptUnit::Done);

        assert!(store.staff_unit(("u1", &user("lin")), Some(true), actor("boss"), now).await.unwrap());
        assert!(!store.staff_unit(("none", &user("lin")), Some(true), actor("boss"), now).await.unwrap());
        assert!(!store.staff_unit(("u1", &user("nobody")), None, actor("boss"), now).await.unwrap());
        assert!(store.set_address(&user("lin"), ("duty", Some("Ulin")), actor("boss"), now).await.unwrap());
        assert!(!store.set_address(&user("wang"), ("duty", Some("Ulin")), actor("boss"), now).await.unwrap());
        let roster = store.roster().await.unwrap();
        let unit = roster.unit("u1").unwrap();
        assert_eq!((unit.version, unit.name.as_str()), (3, "養護工程處"));
        assert_eq!(unit.members, [(user("lin"), true), (user("wang"), false)], "one entered, one by the account");
        assert_eq!(roster.person(&user("lin")).unwrap().addresses, [("duty".to_owned(), "Ulin".to_owned())]);
        assert_eq!(store.holder_of("duty", "Ulin").await.unwrap(), Some((user("lin"), AccountState::Active)));
        assert_eq!(store.holder_of("duty", "Cduty").await.unwrap(), None);

        let substitute = Substitute {
            id: "s1".into(),
            of: Post::Person(user("lin")),
            by: Post::Unit("u1".into()),
            from: now,
            until: now + chrono::TimeDelta::hours(1),
            note: "公出".into(),
            made_by: user("lin"),
        };
        store.enter_substitute(substitute.clone(), actor("lin"), now).await.unwrap();
        assert_eq!(store.roster().await.unwrap().substitutes, [substitute]);
        assert!(store.withdraw_substitute("s1", actor("lin"), now).await.unwrap());
        assert!(!store.withdraw_substitute("s1", actor("lin"), now).await.unwrap());
        assert!(store.roster().await.unwrap().substitutes.is_empty());
        let log = log(store).await;
        for (action, count) in [
            ("unit_kept", 3), ("unit_staffed", 1), ("address_changed", 1), ("substitute_entered", 1),
            ("substitute_withdrawn", 1),
        ] {
            assert_eq!(log.iter().filter(|it| *it == action).count(), count, "{action}: {log:?}");
        }
    }
}

/// A page of a unit after it was added: its path, and the version its form sends.
fn version(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"version\" value=\"").expect("the page has a form");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_administrator_keeps_units_and_their_head_enters_who_stands_in() {
    let room = Room::of(sqlite().await, &CLOSED, built_in().clone(), office());
    room.person("boss", &[Role::Admin]).await;
    room.person("wang", &[Role::DutyOfficer]).await;
    room.contact("chief", AGENCY).await;
    room.contact("chen", AGENCY).await;
    let (boss, wang, chief) = (room.cookie("boss").await, room.cookie("wang").await, room.cookie("chief").await);
    let get = async |path: &str, cookie: &str| room.get(path).with(cookie).send().await;
    let post = async |path: &str, fields: &[(&str, &str)], cookie: &str| -> Answer {
        room.post(path, fields).with(cookie).send().await
    };

    assert!(get("/units", &wang).await.text.contains("尚未登錄科室"));
    assert!(!get("/units", &wang).await.text.contains("新增科室"));
    assert_eq!(post("/units", &[("agency", AGENCY), ("name", "路燈課")], &wang).await.status, StatusCode::FORBIDDEN);
    let wrong = post("/units", &[("agency", "無此局"), ("name", "路燈課")], &boss).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("請由清單選擇市府所屬機關") && wrong.text.contains("value=\"路燈課\""));
    let page = post("/units", &[("agency", AGENCY), ("name", "路燈課")], &boss).await.location().to_owned();
    assert!(post("/units", &[("agency", AGENCY), ("name", "路燈課")], &boss).await.text.contains("已有同名的科室"));

    let seen = version(&get(&page, &boss).await.text);
    let fields = [
        ("version", seen.as_str()),
        ("name", "路燈課"),
        ("words", "路燈\n 照明 \n路燈"),
        ("district", "鼓山區"),
        ("contacts", "王小明、課長、07-0000000"),
        ("channel", "roads"),
    ];
    assert_eq!(post(&page, &fields, &wang).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&page, &fields, &boss).await.location(), format!("{page}#unit"));
    // Two administrators at once: the second is told, and keeps what they typed.
    let mut late = fields;
    late[2].1 = "燈<b>桿";
    let stale = post(&page, &late, &boss).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.text.contains("已有他人變更這個科室") && stale.text.contains("燈&#60;b&#62;桿"), "{}", stale.text);
    let public = [("version", "2"), ("name", "路燈課"), ("channel", "press")];
    assert!(post(&page, &public, &boss).await.text.contains("請由清單選擇同仁或科室通道"));
    let shown = get(&page, &wang).await.text;
    for words in ["鼓山區", "「路燈」", "「照明」", "課長 王小明", "養工處群組"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("修改設定") && !shown.contains("登錄代理"));

    let members = format!("{page}/members");
    assert_eq!(
        post(&members, &[("account", "chief"), ("heads", "1")], &boss).await.location(),
        format!("{page}#member")
    );
    assert!(post(&members, &[("account", "nobody")], &boss).await.text.contains("請由清單選擇帳號"));
    assert_eq!(post(&members, &[("account", "chen")], &boss).await.location(), format!("{page}#member"));

    let substitutes = format!("{page}/substitutes");
    let times = [("from", "2026-03-17T08:00"), ("until", "2026-03-17T18:00"), ("note", "公<i>出")];
    let away = |by: &'static str| [&[("of", "person:chief"), ("by", by)][..], &times[..]].concat();
    assert_eq!(post(&substitutes, &away("person:chen"), &wang).await.status, StatusCode::FORBIDDEN);
    for (by, words) in
        [("person:chief", "不得由本人代理"), ("person:none", "請選擇代理人"), ("unit:none", "請選擇代理人")]
    {
        let refused = post(&substitutes, &away(by), &chief).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(words) && refused.text.contains("公&#60;i&#62;出"), "{by}: {}", refused.text);
    }
    let mut over = away("person:chen");
    over[3].1 = "2026-03-17T07:00";
    assert!(post(&substitutes, &over, &chief).await.text.contains("代理迄時須晚於起時及現在"));
    let others = [&[("of", "person:wang"), ("by", "person:chen")][..], &times[..]].concat();
    assert!(post(&substitutes, &others, &chief).await.text.contains("請選擇本科室或其成員"));
    assert_eq!(post(&substitutes, &away("person:chen"), &chief).await.location(), format!("{page}#substitute"));
    let shown = get(&page, &wang).await.text;
    assert!(shown.contains("代理中") && shown.contains("公&#60;i&#62;出") && !shown.contains("/withdraw"), "{shown}");

    let id = room.store.roster().await.unwrap().substitutes.remove(0).id;
    let withdraw = format!("{substitutes}/{id}/withdraw");
    assert_eq!(post(&withdraw, &[], &wang).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post(&withdraw, &[], &chief).await.location(), format!("{page}#substitute"));
    assert_eq!(post(&withdraw, &[], &chief).await.status, StatusCode::NOT_FOUND, "it is over");
    assert!(get("/units", &wang).await.text.contains(&page));
    let log = log(&room.store).await;
    assert!(log.iter().any(|it| it == "substitute_entered") && log.iter().any(|it| it == "unit_kept"));
}

#[tokio::test]
async fn a_case_that_fits_is_told_to_its_unit_and_offered_to_it_first() {
    let room = Room::of(sqlite().await, &CLOSED, built_in().clone(), office());
    room.person("boss", &[Role::Admin]).await;
    room.person("wang", &[Role::DutyOfficer]).await;
    room.contact("chief", AGENCY).await;
    room.contact("chen", AGENCY).await;
    let (boss, wang, chen) = (room.cookie("boss").await, room.cookie("wang").await, room.cookie("chen").await);
    let watch = WatchList { words: vec!["路燈".into()], ..WatchList::default() };
    let contacts =
        vec![clarion::domain::Contact {
            name: "林小華".into(), post: "課長".into(), telephone: "07-1111111".into()
        }];
    let keeping = KeepingUnit { contacts, ..keeping("u1", "路燈課", watch) };
    room.store.keep_unit(keeping, actor("boss"), morning()).await.unwrap();
    room.store.staff_unit(("u1", &user("chief")), Some(true), actor("boss"), morning()).await.unwrap();
    let reach = |name: &str, address: &str| {
        room.post(&format!("/accounts/{name}/addresses"), &[("channel", "duty"), ("address", address)])
            .with(&boss)
            .send()
    };
    assert_eq!(reach("chief", "chief@example.gov.tw").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reach("chief", "Uchief").await.status, StatusCode::OK);
    assert_eq!(reach("chen", "Uchief").await.status, StatusCode::UNPROCESSABLE_ENTITY, "it is somebody else's");
    assert_eq!(reach("chen", "Uchen").await.status, StatusCode::OK);
    let shown = room.get("/accounts/chief").with(&boss).send().await.text;
    assert!(shown.contains("value=\"Uchief\"") && !shown.contains("新聞群組"), "{shown}");

    let open = async |title: &str| {
        let fields = [("title", title), ("level", "B")];
        room.post("/cases", &fields).with(&wang).send().await.location().trim_start_matches("/cases/").to_owned()
    };
    let other = open("垃圾車改道").await;
    assert_eq!(told(&room.store, &other, "watch").await, [""; 0]);
    let id = open("巷口路燈三天不亮").await;
    assert_eq!(told(&room.store, &id, "watch").await, ["duty Uchief", "roads Croads"]);
    let shown = room.get(&format!("/cases/{id}")).with(&wang).send().await.text;
    assert!(shown.contains("<optgroup label=\"關注清單相符\">"), "{shown}");
    assert!(shown.contains(&format!("value=\"{AGENCY}|路燈課\" selected>工務局・路燈課（路燈）")), "{shown}");
    assert_eq!(shown.matches(" selected").count(), 1, "one choice is offered");

    // The head is away: what is for the unit goes to who stands in, and what that person does says so.
    let substitute = Substitute {
        id: "s1".into(),
        of: Post::Person(user("chief")),
        by: Post::Person(user("chen")),
        from: morning(),
        until: morning() + chrono::TimeDelta::hours(8),
        note: String::new(),
        made_by: user("boss"),
    };
    room.store.enter_substitute(substitute, actor("boss"), morning()).await.unwrap();
    let steps = format!("/cases/{id}/steps");
    let to = format!("{AGENCY}|路燈課");
    let assign = [("step", "assign"), ("version", "1"), ("to", to.as_str())];
    assert_eq!(room.post(&steps, &assign).with(&wang).send().await.status, StatusCode::SEE_OTHER);
    assert_eq!(told(&room.store, &id, "assign").await, ["duty Cduty", "duty Uchen", "roads Croads"]);
    let mine = room.store.messages(&id, 100).await.unwrap().into_iter().find(|row| row.recipient == "Uchen").unwrap();
    assert!(mine.message.contains("代理：王小明"), "{}", mine.message);
    let accept = [("step", "accept"), ("version", "2")];
    assert_eq!(room.post(&steps, &accept).with(&chen).send().await.status, StatusCode::SEE_OTHER);
    let shown = room.get(&format!("/cases/{id}")).with(&wang).send().await.text;
    assert!(shown.contains("chen（代理王小明）") && shown.contains("工務局路燈課"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_is_told_nothing_and_what_waited_for_them_goes_to_their_unit() {
    let world = World::new(Vec::new()).await;
    let receiver =
        Receiver::open([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}".to_vec()]).await;
    let mut channels = office().channels;
    for channel in &mut channels {
        if let Destination::Line { api, .. } = &mut channel.destination {
            *api = receiver.url("/");
        }
        channel.allow_private = true;
    }
    let bureau = bureau(channels);
    let secrets = bureau.office.channels.iter().map(|it| (it.id.clone(), vec![Secret::new("token")])).collect();
    let senders = Senders::new(Settings::new("https://clarion.example/"), secrets).unwrap();
    let dispatch = Dispatch::new(world.shared.clone(), bureau.clone(), senders.into(), Pulse::default());
    let store = world.store();
    for name in ["lin", "chen", "boss"] {
        account(store, name, None).await;
    }
    store.keep_unit(keeping("u1", "路燈課", WatchList::default()), actor("boss"), morning()).await.unwrap();
    for (name, heads) in [("lin", true), ("chen", false)] {
        store.staff_unit(("u1", &user(name)), Some(heads), actor("boss"), morning()).await.unwrap();
        let address = format!("U{name}");
        store.set_address(&user(name), ("duty", Some(&address)), actor("boss"), morning()).await.unwrap();
    }
    let mut first = opening("c1", None, Vec::new());
    first.postings = Vec::new();
    store.open_case(first, actor("wang"), morning()).await.unwrap();
    let to = Assignment { agency: AGENCY.into(), unit: Some("路燈課".into()) };
    store.change_case(changing("c1", 1, Stage::Assigned(to)), Actor::daemon(), morning()).await.unwrap();

    // The chain goes to the head of the unit, who leaves before the message does.
    let mut deadlines = Deadlines::new(world.shared.clone(), bureau, Pulse::default());
    world.pass(std::time::Duration::from_mins(21));
    deadlines.tick().await.unwrap();
    assert_eq!(told(store, "c1", "escalation").await.iter().filter(|it| *it == "duty Ulin").count(), 2);
    store.disable_account(&user("lin"), event(Action::AccountDisabled, "lin")).await.unwrap();
    while dispatch.tick().await.unwrap() > 0 {}
    let bodies: Vec<String> = receiver.taken().into_iter().map(|taken| taken.body).collect();
    assert!(bodies.iter().all(|body| !body.contains("Ulin")), "{bodies:#?}");
    let rerouted: Vec<_> =
        store.messages("c1", 100).await.unwrap().into_iter().filter(|row| row.state == "rerouted").collect();
    assert_eq!(rerouted.len(), 2);
    assert!(rerouted.iter().all(|row| row.recipient == "Ulin" && row.why.as_deref().unwrap().contains("lin 已停用")));
    // The step that only the head was told of reached the rest of the unit, each once.
    let chief: Vec<&String> = bodies.iter().filter(|body| body.contains("通知科長")).collect();
    for address in ["Uchen", "Croads", "Cduty"] {
        assert_eq!(chief.iter().filter(|body| body.contains(address)).count(), 1, "{address}: {chief:#?}");
    }
}
