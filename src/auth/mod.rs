//! Who may come in: passwords, log-ins, sessions, and the links that set accounts up. The rules are in `domain`, what was
//! decided is kept by the store; nothing here knows of pages or cookies.

mod accounts;
mod error;
mod hasher;
mod keys;
mod log_in;
mod passwords;
mod secret;

pub use accounts::Accounts;
pub use error::AuthError;
pub use keys::LONGEST_KEY_LIFE;
pub use passwords::{NewPassword, SetUp};
