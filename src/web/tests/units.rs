//! The pages of units with nothing in them and with the worst in them.

use super::*;
use crate::web::units::{MemberRow, SubstituteRow, UnitFields, UnitPage, UnitRow, UnitsPage};

fn choice(text: &str) -> Vec<Choice> {
    vec![Choice { value: text.into(), name: text.into(), count: text.into(), chosen: true }]
}

fn page(text: &str) -> UnitPage {
    let own = || text.to_owned();
    UnitPage {
        frame: frame(),
        id: own(),
        version: 3,
        agency: own(),
        title: own(),
        watch: vec![own()],
        contacts: vec![own()],
        channels: vec![own()],
        fields: UnitFields {
            name: own(),
            contacts: own(),
            words: own(),
            channels: choice(text),
            services: choice(text),
            districts: choice(text),
        },
        members: vec![MemberRow {
            name: own(),
            person: own(),
            heads: true,
            state: Some("已停用"),
            reached: vec![own()],
            substitute: Some(own()),
        }],
        substitutes: vec![SubstituteRow {
            id: own(),
            of: own(),
            by: own(),
            from: (own(), own()),
            until: (own(), own()),
            note: own(),
            made_by: own(),
            holds: true,
        }],
        accounts: choice(text),
        away: choice(text),
        standing_in: choice(text),
        from: own(),
        until: own(),
        note: own(),
        may_edit: true,
        may_substitute: true,
        error: Some(("substitute", own())),
    }
}

#[test]
fn the_units_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = UnitRow {
            address: own(),
            agency: own(),
            name: own(),
            watch: vec![own()],
            heads: vec![own()],
            members: 2,
            substitute: Some(own()),
        };
        check(&UnitsPage {
            frame: frame(),
            rows: vec![row],
            agencies: choice(&text),
            name: own(),
            error: Some(own()),
            may_add: true,
        });
        check(&page(&text));
        for part in ["unit", "member"] {
            check(&UnitPage { error: Some((part, own())), ..page(&text) });
        }
    }
    check(&UnitsPage {
        frame: frame(),
        rows: Vec::new(),
        agencies: Vec::new(),
        name: String::new(),
        error: None,
        may_add: false,
    });
    check(&UnitPage {
        watch: Vec::new(),
        contacts: Vec::new(),
        channels: Vec::new(),
        fields: UnitFields::default(),
        members: Vec::new(),
        substitutes: Vec::new(),
        may_edit: false,
        may_substitute: false,
        error: None,
        ..page("")
    });
}
