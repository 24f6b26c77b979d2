//! Who did what and when, as a chain: every row holds the hash of the one before, so that a row that was changed, taken
//! out or put in shows. A chain that was rebuilt as a whole shows against an anchor that was kept elsewhere.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Account, session::hex};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Somebody logged in.
    LogIn,
    /// Somebody could not.
    LogInFailed,
    /// An address or an account is refused for a while.
    Lock,
    /// Somebody logged out.
    LogOut,
    /// An account was made.
    AccountAdded,
    /// An account was disabled.
    AccountDisabled,
    /// A new set-up link replaced an account's password.
    AccountReset,
    /// An account's roles were changed.
    RolesChanged,
    /// A set-up link was used.
    SetUp,
    /// A person changed the own password.
    PasswordChanged,
    /// The machine's reading of a report was put right.
    Corrected,
    /// A correction was taken back.
    CorrectionWithdrawn,
    /// An official statement was entered, or changed, by a person.
    FactEntered,
    /// Official statements were imported.
    FactsImported,
    /// Answers to surveys were imported.
    SurveysImported,
    /// A person said what became of an alert.
    FindingJudged,
    /// A case was opened.
    CaseOpened,
    /// Reports or claims joined a case.
    CaseJoined,
    /// A step of casework was taken.
    CaseStepped,
    /// How a case is timed was changed.
    CaseChanged,
    /// A revision of a draft was kept.
    DraftKept,
    /// A language model was asked to improve a draft.
    ModelAsked,
    /// What a language model proposed is not used.
    ProposalDropped,
    /// A person signed for words of a draft.
    BasisSigned,
    /// A signature was taken back.
    BasisWithdrawn,
    /// A statement was laid beside a case.
    SourceLaid,
    /// A publication was refused.
    PublicationRefused,
    /// A suspension of work was entered.
    ClosureEntered,
    /// A suspension of work was taken back.
    ClosureWithdrawn,
    /// A key for the API was made.
    ApiKeyMade,
    /// A key for the API was ended.
    ApiKeyEnded,
    /// A unit was added or changed.
    UnitKept,
    /// Somebody joined a unit, left it, or became its head.
    UnitStaffed,
    /// Where a channel reaches a person was changed.
    AddressChanged,
    /// Somebody stands in for somebody.
    SubstituteEntered,
    /// That was taken back.
    SubstituteWithdrawn,
    /// A message was sent again by a person.
    MessageResent,
    /// An agency said why a goal was missed.
    OverdueExplained,
    /// A person answers for a contradiction with an earlier statement.
    ContradictionExplained,
    /// That was taken back.
    ExplanationWithdrawn,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 40] = [
        Self::LogIn,
        Self::LogInFailed,
        Self::Lock,
        Self::LogOut,
        Self::AccountAdded,
        Self::AccountDisabled,
        Self::AccountReset,
        Self::RolesChanged,
        Self::SetUp,
        Self::PasswordChanged,
        Self::Corrected,
        Self::CorrectionWithdrawn,
        Self::FactEntered,
        Self::FactsImported,
        Self::SurveysImported,
        Self::FindingJudged,
        Self::CaseOpened,
        Self::CaseJoined,
        Self::CaseStepped,
        Self::CaseChanged,
        Self::DraftKept,
        Self::ModelAsked,
        Self::ProposalDropped,
        Self::BasisSigned,
        Self::BasisWithdrawn,
        Self::SourceLaid,
        Self::PublicationRefused,
        Self::ClosureEntered,
        Self::ClosureWithdrawn,
        Self::ApiKeyMade,
        Self::ApiKeyEnded,
        Self::UnitKept,
        Self::UnitStaffed,
        Self::AddressChanged,
        Self::SubstituteEntered,
        Self::SubstituteWithdrawn,
        Self::MessageResent,
        Self::OverdueExplained,
        Self::ContradictionExplained,
        Self::ExplanationWithdrawn,
    ];

    /// The name in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LogIn => "log_in",
            Self::LogInFailed => "log_in_failed",
            Self::Lock => "lock",
            Self::LogOut => "log_out",
            Self::AccountAdded => "account_added",
            Self::AccountDisabled => "account_disabled",
            Self::AccountReset => "account_reset",
            Self::RolesChanged => "roles_changed",
            Self::SetUp => "set_up",
            Self::PasswordChanged => "password_changed",
            Self::Corrected => "corrected",
            Self::CorrectionWithdrawn => "correction_withdrawn",
            Self::FactEntered => "fact_entered",
            Self::FactsImported => "facts_imported",
            Self::SurveysImported => "surveys_imported",
            Self::FindingJudged => "finding_judged",
            Self::CaseOpened => "case_opened",
            Self::CaseJoined => "case_joined",
            Self::CaseStepped => "case_stepped",
            Self::CaseChanged => "case_changed",
            Self::DraftKept => "draft_kept",
            Self::ModelAsked => "model_asked",
            Self::ProposalDropped => "proposal_dropped",
            Self::BasisSigned => "basis_signed",
            Self::BasisWithdrawn => "basis_withdrawn",
            Self::SourceLaid => "source_laid",
            Self::PublicationRefused => "publication_refused",
            Self::ClosureEntered => "closure_entered",
            Self::ClosureWithdrawn => "closure_withdrawn",
            Self::ApiKeyMade => "api_key_made",
            Self::ApiKeyEnded => "api_key_ended",
            Self::UnitKept => "unit_kept",
            Self::UnitStaffed => "unit_staffed",
            Self::AddressChanged => "address_changed",
            Self::SubstituteEntered => "substitute_entered",
            Self::SubstituteWithdrawn => "substitute_withdrawn",
            Self::MessageResent => "message_resent",
            Self::OverdueExplained => "overdue_explained",
            Self::ContradictionExplained => "contradiction_explained",
            Self::ExplanationWithdrawn => "explanation_withdrawn",
        }
    }

    /// The action of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }
}

/// Who acts, as what, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// A user name, or something in brackets, which no user name is.
    pub name: String,
    /// The roles held at the time, with commas between.
    pub role: String,
    /// The network address, or `local`.
    pub address: String,
}

impl Actor {
    /// Somebody on the machine itself.
    #[must_use]
    pub fn command_line() -> Self {
        Self { name: "(command line)".into(), role: String::new(), address: "local".into() }
    }

    /// The daemon by itself.
    #[must_use]
    pub fn daemon() -> Self {
        Self { name: "(daemon)".into(), role: String::new(), address: "local".into() }
    }

    /// Somebody who is not known yet.
    #[must_use]
    pub fn visitor(address: &str) -> Self {
        Self { name: "(visitor)".into(), role: String::new(), address: address.into() }
    }

    /// Somebody who is logged in.
    #[must_use]
    pub fn account(account: &Account, address: &str) -> Self {
        Self { name: account.name.to_string(), role: account.duties.role_names(), address: address.into() }
    }
}

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// To whom or what.
    pub subject: String,
    /// Further particulars, as a JSON object. Never a secret.
    pub detail: String,
}

/// An event in its place of the chain. The action is text: a newer version may have written one this version does not
/// know, and the chain must hold all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The place, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// A JSON object.
    pub detail: String,
    /// The hash of the row before; empty in the first.
    pub prev_hash: String,
    /// SHA-256 over all of the above, in hex.
    pub hash: String,
}

impl Sealed {
    /// The event as the next row after `head`.
    #[must_use]
    pub fn after(head: &Head, event: Event) -> Self {
        let mut sealed = Self {
            seq: head.seq.saturating_add(1),
            at: event.at,
            actor: event.actor,
            action: event.action.name().to_owned(),
            subject: event.subject,
            detail: event.detail,
            prev_hash: head.hash.clone(),
            hash: String::new(),
        };
        sealed.hash = sealed.digest();
        sealed
    }

    /// The hash this row must have. Every field is preceded by its length, so that nothing can move from one to the
    /// next unseen.
    fn digest(&self) -> String {
        let (seq, at) = (self.seq.to_string(), self.at.timestamp_micros().to_string());
        let Actor { name, role, address } = &self.actor;
        let mut hash = Sha256::new();
        for field in [&seq, &at, name, role, address, &self.action, &self.subject, &self.detail, &self.prev_hash] {
            hash.update(u64::try_from(field.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(field.as_bytes());
        }
        hex(&hash.finalize())
    }
}

/// The end of the chain, and, kept elsewhere, an anchor: a row the chain must have for ever. Rows are numbered without
/// gaps, so that the number is also their count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// The number of the last row; 0 of an empty log.
    pub seq: i64,
    /// Its hash; empty of an empty log.
    pub hash: String,
    /// When it was written.
    pub at: Option<DateTime<Utc>>,
}

/// What is wrong with the log, and at which row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditFault {
    /// A row is missing, or one was put in.
    #[error("row {expected} is missing; row {found} stands in its place")]
    Gap {
        /// The row that must come.
        expected: i64,
        /// The row that came.
        found: i64,
    },
    /// A field of the row was changed.
    #[error("row {0} was changed: its hash is not that of its fields")]
    Altered(i64),
    /// The row does not follow the one before.
    #[error("row {0} does not follow the one before: a row before it was replaced")]
    Unlinked(i64),
    /// The row is another than when the anchor was taken.
    #[error("row {0} is not the one of the anchor: the log was rebuilt")]
    Rebuilt(i64),
    /// Rows that were there when the anchor was taken are gone.
    #[error("the log ends at row {last}, but the anchor was taken at row {anchored}: rows were deleted")]
    Truncated {
        /// The last row there is.
        last: i64,
        /// The row of the anchor.
        anchored: i64,
    },
}

impl AuditFault {
    /// The first bad row.
    #[must_use]
    pub fn row(&self) -> i64 {
        match self {
            Self::Gap { expected, .. } => *expected,
            Self::Altered(row) | Self::Unlinked(row) | Self::Rebuilt(row) => *row,
            Self::Truncated { last, .. } => last.saturating_add(1),
        }
    }
}

/// The reading of a log from its beginning.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    head: Head,
    anchor: Option<Head>,
}

impl Verification {
    /// Nothing read yet.
    #[must_use]
    pub fn against(anchor: Option<Head>) -> Self {
        Self { head: Head::default(), anchor }
    }

    /// The last row that was read.
    #[must_use]
    pub fn at(&self) -> i64 {
        self.head.seq
    }

    /// Reads the next row.
    ///
    /// # Errors
    /// When it is not the one that must come.
    pub fn read(&mut self, row: &Sealed) -> Result<(), AuditFault> {
        let expected = self.head.seq.saturating_add(1);
        if row.seq != expected {
            return Err(AuditFault::Gap { expected, found: row.seq });
        }
        if row.digest() != row.hash {
            return Err(AuditFault::Altered(row.seq));
        }
        if row.prev_hash != self.head.hash {
            return Err(AuditFault::Unlinked(row.seq));
        }
        if self.anchor.as_ref().is_some_and(|anchor| anchor.seq == row.seq && anchor.hash != row.hash) {
            return Err(AuditFault::Rebuilt(row.seq));
        }
        self.head = Head { seq: row.seq, hash: row.hash.clone(), at: Some(row.at) };
        Ok(())
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When the anchor's row was not reached.
    pub fn end(self) -> Result<Head, AuditFault> {
        match self.anchor {
            Some(anchor) if anchor.seq > self.head.seq => {
                Err(AuditFault::Truncated { last: self.head.seq, anchored: anchor.seq })
            }
            _ => Ok(self.head),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(subjects: &[&str]) -> Vec<Sealed> {
        let mut head = Head::default();
        subjects
            .iter()
            .map(|subject| {
                let event = Event {
                    at: DateTime::UNIX_EPOCH,
                    actor: Actor::daemon(),
                    action: Action::LogIn,
                    subject: (*subject).to_owned(),
                    detail: "{}".into(),
                };
                let sealed = Sealed::after(&head, event);
                head = Head { seq: sealed.seq, hash: sealed.hash.clone(), at: Some(sealed.at) };
                sealed
            })
            .collect()
    }

    fn check(rows: &[Sealed], anchor: Option<&Sealed>) -> Result<i64, AuditFault> {
        let anchor = anchor.map(|row| Head { seq: row.seq, hash: row.hash.clone(), at: Some(row.at) });
        let mut verification = Verification::against(anchor);
        for row in rows {
            verification.read(row)?;
        }
        verification.end().map(|head| head.seq)
    }

    #[test]
    fn an_untouched_chain_holds() {
        let rows = chain(&["a", "b", "c"]);
        assert_eq!(check(&rows, rows.get(1)), Ok(3));
        assert_eq!(check(&[], None), Ok(0));
    }

    #[test]
    fn every_sort_of_tampering_is_named_with_its_row() {
        let rows = chain(&["a", "b", "c"]);
        let mut changed = rows.clone();
        changed[1].actor.address = "elsewhere".into();
        assert_eq!(check(&changed, None), Err(AuditFault::Altered(2)));
        let mut missing = rows.clone();
        missing.remove(1);
        assert_eq!(check(&missing, None), Err(AuditFault::Gap { expected: 2, found: 3 }));
        let rebuilt = chain(&["a", "x", "c"]);
        assert_eq!(check(&rebuilt, None), Ok(3), "a chain alone does not show this");
        assert_eq!(check(&rebuilt, rows.get(2)), Err(AuditFault::Rebuilt(3)));
        let spliced = [rows[0].clone(), rebuilt[1].clone(), rows[2].clone()];
        assert_eq!(check(&spliced, None), Err(AuditFault::Unlinked(3)));
        let fault = check(&rows[..2], rows.get(2)).unwrap_err();
        assert_eq!((fault.row(), fault), (3, AuditFault::Truncated { last: 2, anchored: 3 }));
    }

    #[test]
    fn nothing_moves_from_one_field_to_the_next_unseen() {
        let mut row = chain(&["ab"]).remove(0);
        let before = row.digest();
        (row.subject, row.detail) = ("a".into(), "b{}".into());
        assert_ne!(row.digest(), before);
    }
}
