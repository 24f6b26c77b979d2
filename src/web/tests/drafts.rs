//! The pages of drafts and of what went out, with nothing in them and with the worst in them.

use super::*;
use crate::{
    document::Block,
    web::{
        casework::{
            draft::{
                consistency::{ExplainedRow, HeldRow},
                evidence::{ContrastRow, EarlierRow, Evidence, StatementRow},
                field::{AnchorRow, FaultRow, FieldRow},
                page::{BasisRow, Behind, DraftPage, Notice, RevisionRow},
                proposal::ProposalRow,
                review::{Consent, Review, StepButton},
                revision::{PrintPage, RevisionPage, RunRow},
            },
            paper::Paper,
            public::{ClarificationPage, ClarificationsPage, PublicRow},
        },
        keys,
    },
    workflow::corrections::RunKind,
};

fn paper(text: &str) -> Paper {
    let own = || text.to_owned();
    Paper {
        mark: Some("預擬稿"),
        title: own(),
        fields: vec![("發布機關", own())],
        blocks: vec![
            Block::Heading("問答"),
            Block::Paragraph(own()),
            Block::Labelled { label: own(), text: own(), url: "https://a.example/\"'>".parse().ok() },
            Block::Line(own()),
        ],
    }
}

fn empty_paper() -> Paper {
    Paper { mark: None, title: String::new(), fields: Vec::new(), blocks: Vec::new() }
}

fn field(text: &str, rows: u8) -> FieldRow {
    let own = || text.to_owned();
    FieldRow {
        id: own(),
        name: "fact",
        label: own(),
        rows,
        value: own(),
        hint: Some("註"),
        most: Some(200),
        faults: vec![FaultRow { id: own(), words: own(), excerpt: line(text), phrase: Some(own()) }],
        anchors: vec![AnchorRow { words: own(), rest: own(), address: Some(own()) }],
    }
}

fn review(text: &str) -> Review {
    let own = || text.to_owned();
    let step = |publishes: bool| StepButton { name: "publish", words: "發布", needs_reason: !publishes, publishes };
    Review {
        revision: u32::MAX,
        hash: own(),
        version: i64::MAX,
        submitted_by: own(),
        drafters: own(),
        consents: [Consent { what: "核稿", by: Some((own(), own(), own())) }, Consent { what: "核定", by: None }],
        paper: paper(text),
        steps: vec![step(true), step(false)],
        barred: Some("註"),
        channels: vec![(own(), own(), "LINE")],
    }
}

fn evidence(text: &str) -> Evidence {
    let own = || text.to_owned();
    Evidence {
        contrasts: vec![ContrastRow {
            outlet: own(),
            report: own(),
            verdict: "不符",
            claim: line(text),
            fact: Some((own(), own(), line(text))),
            gone: Some("原報導已下架"),
        }],
        statements: vec![StatementRow { words: own(), title: own(), address: own() }],
        earlier: vec![EarlierRow { title: own(), agency: own(), day: own(), address: own(), facts: vec![own()] }],
    }
}

fn held(text: &str, is_explained: bool) -> HeldRow {
    let own = || text.to_owned();
    let said = || ExplainedRow { id: own(), note: own(), by: own(), clock: own(), iso: own() };
    HeldRow {
        key: own(),
        part: own(),
        why: own(),
        ours: line(text),
        theirs: line(text),
        publisher: own(),
        day: Some(own()),
        address: own(),
        explained: is_explained.then(said),
    }
}

fn draft(text: &str) -> DraftPage {
    let own = || text.to_owned();
    DraftPage {
        frame: admins(),
        case_id: own(),
        number: 1,
        title: own(),
        state: "核稿",
        answer: "澄清說明",
        speaker: own(),
        base: u32::MAX,
        editable: true,
        notices: vec![
            Notice { is_refusal: true, keeps: false, words: own(), points: vec![own()] },
            Notice { is_refusal: false, keeps: true, words: own(), points: Vec::new() },
        ],
        behind: Some(Behind {
            revision: 2,
            by: own(),
            clock: own(),
            iso: own(),
            changes: vec![(own(), own(), own()), (own(), String::new(), own())],
        }),
        restored: Some((own(), own())),
        fields: vec![field(text, 0), field(text, 4)],
        bases: vec![BasisRow { id: own(), phrase: own(), basis: own(), by: own(), clock: own(), iso: own() }],
        held: vec![held(text, true), held(text, false)],
        may_know: true,
        evidence: evidence(text),
        review: Some(review(text)),
        revisions: vec![RevisionRow { number: 1, by: own(), clock: own(), iso: own(), hash: own(), current: true }],
        submit: Some((1, own())),
        makes_pdf: text.is_empty(),
        model: Some(own()),
        proposals: [true, false]
            .map(|is_behind| ProposalRow {
                id: own(),
                model: own(),
                asked_by: own(),
                clock: own(),
                iso: own(),
                changes: vec![(own(), own(), own()), (own(), String::new(), String::new())],
                faults: if is_behind { Vec::new() } else { vec![own()] },
                is_behind,
            })
            .into(),
    }
}

#[test]
fn the_draft_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        check(&draft(&text));
        check(&DraftPage { editable: false, submit: None, may_know: false, ..draft(&text) });
    }
    check(&DraftPage {
        frame: frame(),
        base: 0,
        editable: false,
        notices: Vec::new(),
        behind: None,
        restored: None,
        fields: Vec::new(),
        bases: Vec::new(),
        held: Vec::new(),
        may_know: false,
        evidence: Evidence::default(),
        review: None,
        revisions: Vec::new(),
        submit: None,
        model: None,
        proposals: Vec::new(),
        ..draft("")
    });
    let bare = Review { steps: Vec::new(), barred: None, channels: Vec::new(), paper: empty_paper(), ..review("") };
    check(&DraftPage { review: Some(bare), ..draft("") });
}

#[test]
fn a_revision_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let runs = [RunKind::Kept, RunKind::Removed, RunKind::Added, RunKind::MovedAway, RunKind::MovedHere];
        let page = RevisionPage {
            frame: admins(),
            case_id: own(),
            number: 1,
            revision: 2,
            by: own(),
            clock: own(),
            iso: own(),
            hash: own(),
            before: Some(1),
            after: Some(3),
            changes: vec![(own(), runs.map(|kind| RunRow { kind, text: own() }).into())],
            paper: paper(&text),
            makes_pdf: true,
        };
        check(&page);
        check(&RevisionPage {
            makes_pdf: false,
            before: None,
            after: None,
            changes: Vec::new(),
            paper: empty_paper(),
            ..page
        });
        check(&PrintPage { frame: frame(), paper: paper(&text), back: own(), is_draft: text.is_empty() });
    }
}

#[test]
fn what_the_public_reads_holds_whatever_it_is_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = PublicRow {
            address: own(),
            title: own(),
            lead: own(),
            agency: own(),
            answer: "澄清說明",
            day: own(),
            iso: own(),
        };
        let list =
            ClarificationsPage { frame: frame(), office: own(), rows: vec![row], is_first: false, next: Some(own()) };
        check(&list);
        check(&ClarificationsPage { rows: Vec::new(), is_first: true, next: None, ..list });
        let page = ClarificationPage {
            frame: frame(),
            office: own(),
            address: own(),
            url: own(),
            lead: own(),
            paper: paper(&text),
            makes_pdf: text.is_empty(),
            newer: Some(own()),
            // What stands here was escaped where it was made.
            review: Some("[{}]".into()),
        };
        check(&page);
        check(&ClarificationPage { paper: empty_paper(), newer: None, review: None, ..page });
    }
}

#[test]
fn the_keys_hold_whatever_they_are_given() {
    for text in [String::new(), hostile()] {
        let own = || text.clone();
        let row = |is_over: bool| keys::KeyRow {
            hash: own(),
            label: own(),
            made: own(),
            ends: own(),
            used: is_over.then(own),
            is_over,
        };
        let page = keys::KeysPage {
            frame: admins(),
            rows: vec![row(true), row(false)],
            made: Some((own(), own())),
            label: own(),
            days: own(),
            error: Some("錯"),
        };
        check(&page);
        check(&keys::KeysPage { rows: Vec::new(), made: None, error: None, ..page });
    }
}
