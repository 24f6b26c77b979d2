use super::*;
use crate::domain::{ChannelId, Destination, PersonName, Reachable, Substitute};

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-03-17T{text}:00+08:00").parse().unwrap()
}

fn channel(id: &str, audience: Audience, to: &[&str]) -> Channel {
    Channel {
        id: ChannelId::parse(id).unwrap(),
        name: id.into(),
        audience,
        destination: Destination::Line {
            api: "https://api.line.me/".parse().unwrap(),
            to: to.iter().map(|it| (*it).to_owned()).collect(),
        },
        min_level: Level::B,
        quiet: None,
        fall_back: None,
        allow_private: false,
    }
}

fn channels() -> Vec<Channel> {
    vec![
        channel("duty", Audience::Staff, &["C1"]),
        channel("roads", Audience::Unit, &["C2"]),
        channel("press", Audience::Public, &["C3"]),
    ]
}

fn person(user: &str, state: AccountState) -> Reachable {
    Reachable {
        name: name(user),
        person: PersonName::parse(user).unwrap(),
        state,
        addresses: vec![("duty".into(), format!("U{user}"))],
    }
}

fn unit(id: &str, channels: &[&str], members: &[(&str, bool)]) -> OrgUnit {
    OrgUnit {
        id: id.into(),
        version: 1,
        agency: "高雄市政府工務局".into(),
        name: format!("{id}科"),
        contacts: Vec::new(),
        channels: channels.iter().map(|it| (*it).to_owned()).collect(),
        watch: WatchList::default(),
        members: members.iter().map(|(user, heads)| (name(user), *heads)).collect(),
    }
}

fn stands_in(of: Post, by: Post, from: &str, until: &str) -> Substitute {
    Substitute {
        id: format!("{of:?}"),
        of,
        by,
        from: at(from),
        until: at(until),
        note: String::new(),
        made_by: name("boss"),
    }
}

fn roster() -> Roster {
    Roster {
        units: vec![
            unit("roads", &["roads"], &[("chief", true), ("wang", false)]),
            unit("lamps", &[], &[("chen", false)]),
        ],
        people: ["chief", "wang", "chen"].iter().map(|it| person(it, AccountState::Active)).collect(),
        substitutes: Vec::new(),
    }
}

/// Where a message goes, as `address` or `address for somebody`.
fn told(roster: &Roster, whom: Whom) -> Vec<String> {
    let found = recipients(roster, &channels(), &roster.units[0], (whom, Level::B), at("10:00"));
    let words = found.into_iter().map(|it| match it.stands_in_for {
        Some(away) => format!("{} for {away}", it.address),
        None => it.address,
    });
    words.collect()
}

#[test]
fn a_unit_is_told_by_its_channels_and_its_people() {
    assert_eq!(told(&roster(), Whom::All), ["Uchief", "Uwang", "C2"]);
    assert_eq!(told(&roster(), Whom::Heads), ["Uchief"]);
}

#[test]
fn nobody_is_told_by_an_account_that_was_disabled() {
    let mut roster = roster();
    roster.people[0].state = AccountState::Disabled;
    assert_eq!(told(&roster, Whom::All), ["Uwang", "C2"]);
    assert_eq!(told(&roster, Whom::Heads), ["Uwang", "C2"], "without a head the unit is told");
    let instead = instead_of(&roster, &channels(), &name("chief"), Level::B, at("10:00"));
    assert_eq!(instead.iter().map(|it| it.address.as_str()).collect::<Vec<_>>(), ["Uwang", "C2"]);
}

#[test]
fn a_substitute_is_told_in_the_place_of_who_is_away_and_reads_for_whom() {
    let mut roster = roster();
    let head = Post::Person(name("chief"));
    roster.substitutes.push(stands_in(head.clone(), Post::Person(name("chen")), "09:00", "11:00"));
    assert_eq!(told(&roster, Whom::Heads), ["Uchen for chief"]);
    assert_eq!(told(&roster, Whom::All), ["Uchen for chief", "Uwang", "C2"]);
    // The time has not come, or is over.
    roster.substitutes[0] = stands_in(head, Post::Person(name("chen")), "08:00", "10:00");
    assert_eq!(told(&roster, Whom::Heads), ["Uchief"]);
}

#[test]
fn a_unit_may_stand_in_for_a_unit_and_those_who_stand_in_for_each_other_are_not_asked_for_ever() {
    let mut roster = roster();
    let (roads, lamps) = (Post::Unit("roads".into()), Post::Unit("lamps".into()));
    roster.substitutes.push(stands_in(roads.clone(), lamps.clone(), "09:00", "11:00"));
    assert_eq!(told(&roster, Whom::All), ["Uchen for 高雄市政府工務局roads科"]);
    roster.substitutes.push(stands_in(lamps, roads, "09:00", "11:00"));
    assert_eq!(told(&roster, Whom::All), [""; 0]);
}

#[test]
fn who_stands_in_acts_for_somebody_and_who_works_there_for_themselves() {
    let mut roster = roster();
    let by = Post::Unit("lamps".into());
    roster.substitutes.push(stands_in(Post::Person(name("wang")), by, "09:00", "11:00"));
    let acts = |user: &str, time: &str| acts_for(&roster, &roster.units[0], &name(user), at(time));
    assert_eq!(acts("chen", "10:00").as_deref(), Some("wang"));
    assert_eq!(acts("chen", "11:00"), None);
    assert_eq!(acts("chief", "10:00"), None);
}

#[test]
fn a_list_fits_by_service_or_word_and_within_its_districts() {
    let list = |services: &[&str], districts: &[&str], words: &[&str]| {
        let own = |of: &[&str]| of.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        WatchList { services: own(services), districts: own(districts), words: own(words) }
    };
    let matter =
        Matter {
            service: Some("streetlight"), district: Some("鼓山區"), texts: vec!["路燈三天不亮", "巷口漆黑"]
        };
    for (watch, expect) in [
        (list(&[], &[], &[]), None),
        (list(&["streetlight"], &[], &[]), Some(vec!["streetlight"])),
        (list(&["flood"], &[], &["漆黑"]), Some(vec!["漆黑"])),
        (list(&["flood"], &[], &["積水"]), None),
        (list(&[], &["鼓山區"], &[]), Some(vec!["鼓山區"])),
        (list(&["streetlight"], &["鼓山區"], &["路燈"]), Some(vec!["streetlight", "路燈", "鼓山區"])),
        (list(&["streetlight"], &["鳳山區"], &[]), None),
        (list(&["flood"], &["鼓山區"], &[]), None),
    ] {
        assert_eq!(fits(&watch, &matter), expect, "{watch:?}");
    }
    let nowhere = Matter { district: None, ..matter.clone() };
    assert_eq!(fits(&list(&["streetlight"], &["鼓山區"], &[]), &nowhere), None, "it may lie elsewhere");
    let mut roster = roster();
    roster.units[0].watch = list(&["streetlight"], &[], &[]);
    roster.units[1].watch = list(&["streetlight"], &["鼓山區"], &[]);
    let names: Vec<&str> = watching(&roster, &matter).into_iter().map(|(unit, _)| unit.id.as_str()).collect();
    assert_eq!(names, ["lamps", "roads"], "the list that says more comes first");
}
