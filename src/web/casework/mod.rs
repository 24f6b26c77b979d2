//! Cases on pages and in the API. What may be done is decided by `workflow`; here it is asked for, written, and shown.

mod act;
pub(super) mod api;
pub(super) mod change;
pub(super) mod channels;
pub(super) mod clock;
pub(super) mod closures;
pub(super) mod corrections;
pub(super) mod digest;
pub(super) mod draft;
pub(super) mod entry;
mod export;
pub(super) mod inbox;
mod json;
pub(super) mod messages;
pub(super) mod outgoing;
pub(super) mod page;
pub(super) mod paper;
pub(super) mod public;
mod release;
pub(super) mod steps;
mod tell;
pub(super) mod timeline;
pub(super) mod track;
