//! The page of corrections with nothing in it and with the worst in it.

use super::*;
use crate::{
    domain::Remedy,
    web::casework::corrections::{Compared, CopyRow, CorrectionsPage, Course, History, Stretch},
    workflow::corrections::RunKind,
};

#[test]
fn the_corrections_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = |remedy| CopyRow {
            outlet: own(),
            title: own(),
            address: own(),
            original: Some(own()),
            remedy,
            since: Some((own(), own())),
            took: Some((own(), "自發布澄清起")),
            why: own(),
        };
        let kinds =
            [RunKind::Kept, RunKind::Removed, RunKind::Added, RunKind::MovedAway, RunKind::MovedHere].into_iter();
        let stretches: Vec<Stretch> = kinds.map(|kind| Stretch { kind, text: own() }).collect();
        let compared = |title, text| Compared {
            number: 2,
            before: 1,
            clock: own(),
            iso: own(),
            hash: own(),
            title,
            text,
            by_words: false,
        };
        let rows = Remedy::ALL.into_iter().map(Some).chain([None]).map(row).collect();
        let whole = || vec![compared(Vec::new(), Vec::new())];
        let both = compared(Vec::new(), stretches);
        let history = |compared| History { outlet: own(), title: own(), versions: 100, compared };
        check(&CorrectionsPage {
            frame: frame(),
            id: own(),
            number: i64::MAX,
            version: 1,
            title: own(),
            state: "追蹤",
            summary: own(),
            released: Some((own(), own())),
            rows,
            histories: vec![history(Vec::new()), history(whole()), history(vec![both])],
            course: Some(Course { before: 0, after: u32::MAX, hours: vec![(own(), 1, 0), (own(), 3, 2)] }),
            wave: Some(own()),
            settled_early: true,
            may_note: true,
        });
    }
    check(&CorrectionsPage {
        frame: frame(),
        id: String::new(),
        number: 0,
        version: 0,
        title: String::new(),
        state: "",
        summary: String::new(),
        released: None,
        rows: Vec::new(),
        histories: Vec::new(),
        course: None,
        wave: None,
        settled_early: false,
        may_note: false,
    });
}
