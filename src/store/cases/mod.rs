//! Cases: opened once a story, changed one version after another, each change in the transaction that writes the audit log
//! and the messages about it.

mod breaches;
mod changes;
mod dossier;
mod drafts;
mod explained;
mod laid;
mod list;
mod notices;
mod outbox;
mod proposals;
mod published;
mod releases;
mod rows;
mod sends;

pub use changes::{AlertOutcome, CaseClaim, Changing, Joining, Moved, Opened, Opening};
pub use dossier::{Dossier, Quoted};
pub use drafts::{DraftNote, Kept, KeptBasis};
pub use list::{CaseAlert, CaseFilter, CasePage, CaseReport, CaseSize, OpenCount};
pub use outbox::{Posting, Queued, SentRow, Settled, Standing as Sending};
pub use proposals::{Decided, Proposal};
pub use published::PublishedRow;
pub use releases::{ClosureRow, NamedSource, ReleaseRow, Releasing};
pub(super) use rows::case;
pub use sends::{ChannelTrouble, SendRow};
