//! The pages of the fact register with nothing in them and with the worst in them.

use super::*;

#[test]
fn the_facts_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let choice = || vec![Choice { value: own(), name: own(), count: own(), chosen: true }];
        let row = || facts::FactRow {
            address: own(),
            title: own(),
            lead: own(),
            agency: own(),
            kind: "新聞稿",
            validity: validity(&text),
            clock: own(),
            iso: own(),
            revision: 2,
        };
        let side = || (own(), own(), own());
        check(&facts::FactsPage {
            frame: admins(),
            wanted: facts::WantedFacts { search: own(), all: true, ..facts::WantedFacts::default() },
            kinds: choice(),
            agencies: choice(),
            rows: vec![row(), row()],
            total: u64::MAX,
            next: Some(own()),
            disputes: vec![facts::Dispute { sides: [side(), side()], why: own() }],
            stale: vec![(own(), own())],
        });
    }
    check(&facts::FactsPage {
        frame: frame(),
        wanted: facts::WantedFacts::default(),
        kinds: Vec::new(),
        agencies: Vec::new(),
        rows: Vec::new(),
        total: 0,
        next: None,
        disputes: Vec::new(),
        stale: Vec::new(),
    });
}

fn validity(text: &str) -> facts::Validity {
    let own = || Some(text.to_owned());
    facts::Validity { class: "well", shape: "●", words: "有效", from: own(), until: own() }
}

#[test]
fn the_fact_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let version = |current| facts::FactVersionRow {
            number: 1,
            title: own(),
            changes: vec!["標題", "內容"],
            by: own(),
            clock: own(),
            iso: own(),
            hash: own(),
            current,
        };
        let doubted =
            facts::Doubted { address: own(), outlet: own(), title: line(&text), verdict: "不符", state: "待查證" };
        let page = facts::FactPage {
            frame: admins(),
            id: own(),
            address: own(),
            title: own(),
            body: vec![line(&text)],
            agency: own(),
            kind: "新聞稿",
            validity: validity(&text),
            published: Some((own(), own())),
            document_no: Some(own()),
            original: Some(own()),
            report: Some(own()),
            superseded_by: Some(own()),
            versions: vec![version(true), version(false)],
            doubted: vec![doubted],
            may_change: true,
            may_edit: true,
            holds: true,
            today: own(),
        };
        check(&page);
        check(&facts::FactPage {
            frame: frame(),
            body: Vec::new(),
            published: None,
            document_no: None,
            original: None,
            report: None,
            superseded_by: None,
            versions: Vec::new(),
            doubted: Vec::new(),
            may_change: false,
            ..page
        });
    }
}

#[test]
fn the_statement_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let choice = || vec![Choice { value: own(), name: own(), count: own(), chosen: true }];
        for aim in [statement::Aim::New, statement::Aim::Edit(own(), 1), statement::Aim::Supersede(own(), 2)] {
            let fields = statement::StatementFields {
                title: own(),
                text: own(),
                document_no: own(),
                url: own(),
                published: own(),
                from: own(),
                to: own(),
                kinds: choice(),
                agencies: choice(),
                error: Some(own()),
            };
            check(&statement::StatementPage { frame: admins(), aim, former: own(), fields });
        }
    }
}
