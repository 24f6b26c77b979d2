//! An alert that burns until it is over, as Alertmanager keeps it.

use chrono::{DateTime, Utc};
use url::Url;

/// One alert. What it is known by are its labels: nothing in them may change while it burns, and each is one of a bounded
/// set, but for the number of the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its labels, the name of the alert among them. No person is named in them.
    pub labels: Vec<(&'static str, String)>,
    /// One line.
    pub summary: String,
    /// What more there is to say.
    pub description: String,
    /// Since when.
    pub started: DateTime<Utc>,
    /// Until when; none while it burns.
    pub ended: Option<DateTime<Utc>>,
    /// Where to read on.
    pub link: Option<Url>,
}
