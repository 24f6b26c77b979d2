use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::{dictionary::Dictionaries, workflow::gate};

const OWN: &str = "高雄市政府工務局";
const OTHER: &str = "高雄市政府水利局";

/// The table that comes with the program, read once: that takes a while.
fn table() -> StepTable {
    static TABLE: OnceLock<StepTable> = OnceLock::new();
    TABLE.get_or_init(|| Dictionaries::embedded().unwrap().steps).clone()
}

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn duties(roles: &[Role], agency: Option<&str>) -> Duties {
    Duties::given(roles.iter().copied().collect(), agency.map(str::to_owned), None)
}

fn own() -> Assignment {
    Assignment { agency: OWN.into(), unit: None }
}

fn text(drafters: &[&str]) -> Submitted {
    Submitted {
        revision: 2,
        hash: "h2".into(),
        by: name("contact"),
        drafters: drafters.iter().map(|it| name(it)).collect(),
        reviewed: None,
        approved: None,
    }
}

fn reviewing(drafters: &[&str]) -> Stage {
    Stage::Reviewing(own(), Answer::Clarification, text(drafters))
}

/// Takes a step as somebody with these roles.
fn step(stage: Stage, step: Step, who: &str, roles: &[Role]) -> Result<Stage, Refusal> {
    let (name, duties) = (name(who), duties(roles, Some(OWN)));
    take(&table(), (CaseLevel::B, stage), step, Doer::Person(&name, &duties), DateTime::UNIX_EPOCH)
}

#[test]
fn a_case_goes_from_doubt_to_the_public_in_the_hands_of_three() {
    let duty = &[Role::DutyOfficer];
    let stage = step(Stage::ToVerify, Step::Assign(own()), "duty", duty).unwrap();
    let stage = step(stage, Step::Accept, "contact", &[Role::AgencyContact]).unwrap();
    let stage = step(stage, Step::Draft, "contact", &[Role::AgencyContact]).unwrap();
    let submit = Step::Submit(2, "h2".into(), BTreeSet::new());
    let stage = step(stage, submit, "contact", &[Role::AgencyContact]).unwrap();
    let own = step(stage.clone(), Step::Review("h2".into()), "contact", &[Role::Spokesperson]);
    assert_eq!(own, Err(Refusal::OwnDraft), "who submits a text stands behind it");
    let stage = step(stage, Step::Review("h2".into()), "speaker", &[Role::Spokesperson]).unwrap();
    let stage = step(stage, Step::Approve("h2".into()), "chief", &[Role::Approver]).unwrap();
    let stage = step(stage, Step::Publish(gate::cleared("h2")), "speaker", &[Role::Spokesperson]).unwrap();
    assert_eq!(stage.issued().map(|it| (it.revision, it.hash.as_str())), Some((2, "h2")));
    assert_eq!(stage.state(), CaseState::Published);
}

#[test]
fn what_protects_the_public_is_refused_by_name() {
    let speaker = &[Role::Spokesperson];
    let chief = &[Role::Approver, Role::Spokesperson];
    let review = |hash: &str| Step::Review(hash.into());
    let approve = || Step::Approve("h2".into());
    let publish = |hash: &str| Step::Publish(gate::cleared(hash));
    assert_eq!(step(reviewing(&[]), review("h1"), "a.a", speaker), Err(Refusal::TextChanged));
    assert_eq!(step(reviewing(&["a.a"]), review("h2"), "a.a", speaker), Err(Refusal::OwnDraft));
    assert_eq!(step(reviewing(&[]), approve(), "b.b", chief), Err(Refusal::NotReviewed));
    let reviewed = || step(reviewing(&["c.c"]), review("h2"), "a.a", speaker).unwrap();
    assert_eq!(step(reviewed(), review("h2"), "b.b", speaker), Err(Refusal::Already));
    assert_eq!(step(reviewed(), approve(), "a.a", chief), Err(Refusal::SamePerson));
    assert_eq!(step(reviewed(), approve(), "c.c", chief), Err(Refusal::OwnDraft));
    assert_eq!(step(reviewed(), publish("h2"), "a.a", speaker), Err(Refusal::NotApproved));
    let approved = || step(reviewed(), approve(), "b.b", chief).unwrap();
    assert_eq!(step(approved(), publish("h3"), "a.a", speaker), Err(Refusal::TextChanged));
    assert_eq!(step(approved(), publish("h2"), "b.b", &[Role::Approver]), Err(Refusal::NotYourRole));
    assert!(step(approved(), publish("h2"), "a.a", speaker).is_ok());
    let returned = step(approved(), Step::Return, "b.b", chief).unwrap();
    assert_eq!(returned, Stage::Drafting(own(), Answer::Clarification), "what was consented to is gone");
}

#[test]
fn an_apology_ends_where_apologies_end() {
    let stage = Stage::Reviewing(
        own(),
        Answer::Apology,
        Submitted {
            reviewed: Some(Approval { by: name("a.a"), at: DateTime::UNIX_EPOCH }),
            approved: Some(Approval { by: name("b.b"), at: DateTime::UNIX_EPOCH }),
            ..text(&["c.c"])
        },
    );
    let stage = step(stage, Step::Publish(gate::cleared("h2")), "a.a", &[Role::Spokesperson]).unwrap();
    assert_eq!(stage.state(), CaseState::Apologised);
    let closed = step(stage, Step::Close, "a.a", &[Role::DutyOfficer]).unwrap();
    assert!(closed.issued().is_some(), "what went out is known of a closed case too");
}

#[test]
fn a_contact_acts_for_the_own_agency_alone() {
    let stage = || Stage::Assigned(own());
    let contact = |agency: &str, roles: &[Role]| {
        let (name, duties) = (name("contact"), duties(roles, Some(agency)));
        take(&table(), (CaseLevel::B, stage()), Step::Accept, Doer::Person(&name, &duties), DateTime::UNIX_EPOCH)
    };
    assert!(contact(OWN, &[Role::AgencyContact]).is_ok());
    assert_eq!(contact(OTHER, &[Role::AgencyContact]), Err(Refusal::OtherAgency));
    assert!(contact(OTHER, &[Role::AgencyContact, Role::DutyOfficer]).is_ok(), "who is more than a contact may");
}

#[test]
fn a_complaint_is_replied_to_and_never_published() {
    let (table, name, duties) = (table(), name("duty"), duties(&Role::ALL, None));
    let doer = Doer::Person(&name, &duties);
    let verifying = Stage::Verifying(own());
    assert_eq!(may(&table, (CaseLevel::C, &verifying), StepKind::Reply, doer), Ok(CaseState::Closed));
    assert_eq!(may(&table, (CaseLevel::B, &verifying), StepKind::Reply, doer), Err(Refusal::NotAtThisLevel));
    for step in [StepKind::Draft, StepKind::Submit, StepKind::Publish] {
        let stages = [verifying.clone(), Stage::Drafting(own(), Answer::Clarification), reviewing(&[])];
        assert!(stages.iter().all(|stage| may(&table, (CaseLevel::C, stage), step, doer).is_err()), "{step:?}");
    }
}

#[test]
fn the_daemon_tracks_and_does_nothing_else() {
    let table = table();
    let allowed: Vec<StepKind> =
        StepKind::ALL.into_iter().filter(|step| table.rules.get(step).is_some_and(|rule| rule.daemon)).collect();
    assert_eq!(allowed, [StepKind::Track]);
}

#[test]
fn no_role_but_those_of_casework_takes_a_step() {
    let table = table();
    for (step, rule) in &table.rules {
        assert!(!rule.roles.contains(&Role::ReadOnly) && !rule.roles.contains(&Role::Admin), "{step:?}");
        assert!(!rule.roles.is_empty() && !rule.from.is_empty(), "{step:?}");
    }
    let reached: BTreeSet<CaseState> = table.rules.values().map(|rule| rule.to).collect();
    let missing: Vec<CaseState> = CaseState::ALL.into_iter().filter(|state| !reached.contains(state)).collect();
    assert_eq!(missing, [CaseState::Apologised], "which publishing leads to when it is an apology");
}

/// People of every role, several of whom hold more than one.
fn people() -> Vec<(UserName, Duties)> {
    use Role::{AgencyContact, Approver, DutyOfficer, Spokesperson};
    [
        ("p0", vec![AgencyContact]),
        ("p1", vec![DutyOfficer]),
        ("p2", vec![Spokesperson]),
        ("p3", vec![Approver]),
        ("p4", vec![Spokesperson, Approver]),
        ("p5", vec![DutyOfficer, Spokesperson, Approver, AgencyContact]),
    ]
    .into_iter()
    .map(|(who, roles)| (name(who), duties(&roles, Some(OWN))))
    .collect()
}

/// A step by its number, about one of three texts, written by whoever the number says.
fn numbered(step: usize, hash: usize, writer: usize) -> Step {
    let hash = format!("h{}", hash % 3);
    match step % 16 {
        0 => Step::Assign(own()),
        1 => Step::Accept,
        2 => Step::Draft,
        3 => Step::Admit,
        4 => Step::Submit(1, hash, [name(&format!("p{}", writer % 6))].into()),
        5 => Step::Return,
        6 | 7 => Step::Review(hash),
        8 | 9 => Step::Approve(hash),
        10 | 11 => Step::Publish(gate::cleared(&hash)),
        12 => Step::Track,
        13 => Step::Dismiss,
        14 => Step::NoteCorrection,
        _ => Step::Reopen,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever people try in whatever order, nothing is out without two consents by two others than the writer, to the
    /// very text that passed the gate.
    #[test]
    fn no_sequence_of_steps_gets_out_without_two_approvals_and_a_clean_gate(
        tries in proptest::collection::vec((0_usize..16, 0_usize..3, 0_usize..6, 0_usize..6), 0..120),
    ) {
        let (table, people) = (table(), people());
        let mut stage = Stage::ToVerify;
        for (number, hash, writer, who) in tries {
            let (by, duties) = &people[who];
            let step = numbered(number, hash, writer);
            let before = stage.clone();
            let Ok(after) = take(&table, (CaseLevel::B, stage.clone()), step.clone(), Doer::Person(by, duties), DateTime::UNIX_EPOCH)
            else { continue };
            if after.state().is_out() && !before.state().is_out() {
                let Stage::Reviewing(_, _, text) = &before else { panic!("out from {before:?}") };
                let Step::Publish(cleared) = &step else { panic!("out by {step:?}") };
                let (review, approval) = (text.reviewed.as_ref().unwrap(), text.approved.as_ref().unwrap());
                prop_assert_ne!(&review.by, &approval.by);
                prop_assert!(!text.drafters.contains(&review.by) && !text.drafters.contains(&approval.by));
                prop_assert_eq!(cleared.hash(), text.hash.as_str());
                prop_assert_eq!(&after.issued().unwrap().hash, &text.hash);
            }
            stage = after;
        }
    }
}
