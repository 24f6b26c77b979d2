//! The only code that reaches outside sites. It asks for one address at a time, within the address rules, the
//! site's robots.txt and the pace a host can bear, and hands back bytes or a named failure; it must not decide
//! when to ask, read what came back, or count anything: the caller does.

mod body;
mod client;
mod exchange;
mod guard;
mod outcome;
mod politeness;
mod redirect;
mod request;
mod resolver;
mod retry_after;
pub mod robots;
mod settings;

pub use client::{Fetcher, install_tls};
pub use guard::{Blocked, Guard, GuardError, Reach};
pub use outcome::{FetchError, Fetched, Limit, Stage};
pub use politeness::{Permit, Politeness};
pub use request::Request;
pub use resolver::{Lookup, SystemLookup};
pub use settings::{Limits, Proxy, Settings, Timeouts};
