//! What came of the cases of the staged day, for the demo's report.

use serde_json::Value;

use super::{
    account::{Account, Correction, Reason},
    day::Day,
    receiver::Counts,
    staff::Staff,
};
use crate::domain::taipei;

/// What must have happened, in words of the staff's deeds.
const STORY: [&str; 8] = [
    "published",
    "approved",
    "refused_number",
    "refused_order",
    "refused_changed",
    "refused_person",
    "refused_gone",
    "outlet_first",
];

/// What outlets must have done after a clarification: one each.
const REMEDIES: [&str; 3] = ["corrected", "deleted", "unchanged"];

/// Clarifications that went out, at the least.
const PUBLISHED: usize = 4;

impl Account {
    /// Takes over what the staff did, and looks at what the public and the outlets made of it.
    ///
    /// # Errors
    /// When the API does not answer in JSON.
    pub async fn casework(&mut self, day: &Day, staff: &Staff, counts: &Counts) -> anyhow::Result<()> {
        let at = taipei(day.closes).to_rfc3339();
        for deed in &staff.deeds {
            self.note(deed.name, deed.at.clone(), deed.ok, deed.detail.clone());
        }
        for name in STORY {
            if !self.has(name) {
                self.note(name, at.clone(), false, "did not take place".into());
            }
        }
        self.refused = staff.refused.iter().map(|reason| Reason { reason: reason.clone() }).collect();
        let out = staff.read("reader", "/api/v1/releases").await?;
        let releases = out.get("releases").and_then(Value::as_array).map_or(0, Vec::len);
        self.note("public_pages", at.clone(), releases >= PUBLISHED, format!("{releases} clarifications are public"));

        for (key, id) in staff.published() {
            let told = staff.read("reader", &format!("/api/v1/cases/{id}/corrections")).await?;
            for it in told.get("corrections").and_then(Value::as_array).into_iter().flatten() {
                let text = |name: &str| it.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                self.corrections.push(Correction {
                    report: key.to_owned(),
                    outlet: text("outlet"),
                    outcome: text("outcome"),
                    seconds: it.get("seconds").and_then(Value::as_u64),
                });
            }
        }
        for remedy in REMEDIES {
            let outlet = self.corrections.iter().find(|it| it.outcome == remedy).map(|it| it.outlet.clone());
            let detail = outlet.clone().unwrap_or_else(|| "no outlet".to_owned());
            self.note(remedy, at.clone(), outlet.is_some(), format!("{remedy} after the clarification: {detail}"));
        }

        let (to_staff, to_public) = (counts.staff(), counts.public());
        self.notifications = to_staff + to_public;
        let detail = format!("{to_staff} messages reached the staff and {to_public} the public");
        let all_public = u64::try_from(releases).is_ok_and(|releases| to_public == releases);
        self.note("notifications", at, to_staff >= 8 && all_public, detail);
        Ok(())
    }
}
