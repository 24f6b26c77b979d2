//! The staff of the staged day: they work some of the cases through the public API, each with an account of their own, run
//! into every refusal that protects the public, and leave the rest to whoever watches.

use std::collections::BTreeMap;

use anyhow::Context;
use chrono::{DateTime, Utc};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use url::Url;

use super::day::Day;
use crate::domain::taipei;

/// A figure that nothing official has.
const UNFOUNDED: &str = "另本案已支出整修費用999萬元。";

/// What the staff make of a case, by the key of the report it is about.
const SCRIPTS: [(&str, Script); 5] = [
    ("A038", Script::Publish("高雄市政府水利局")),
    ("A046", Script::Refused("高雄市政府捷運工程局")),
    ("A059", Script::Publish("高雄市政府工務局")),
    ("B019", Script::Publish("高雄市政府消防局")),
    ("B026", Script::TooLate("高雄市政府交通局")),
];

/// How a case is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// All the way to the public.
    Publish(&'static str),
    /// The same, after every mistake that is refused.
    Refused(&'static str),
    /// Approved, but the outlet puts it right before it goes out.
    TooLate(&'static str),
}

/// Something the staff did, or were refused.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    /// Which step of the story.
    pub name: &'static str,
    /// Staged time.
    pub at: String,
    /// Whether it came out as it should.
    pub ok: bool,
    /// What happened.
    pub detail: String,
}

/// A case under way.
#[derive(Debug)]
struct Work {
    id: String,
    key: &'static str,
    script: Script,
    is_done: bool,
}

/// The staff with their keys.
pub(super) struct Staff {
    client: Client,
    base: Url,
    keys: BTreeMap<String, String>,
    works: Vec<Work>,
    /// What they did, in order.
    pub deeds: Vec<Deed>,
    /// Why publications were refused.
    pub refused: Vec<String>,
}

/// An answer of the API.
struct Reply {
    status: u16,
    body: Value,
}

impl Reply {
    fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn reason(&self) -> &str {
        self.body.get("reason").and_then(Value::as_str).unwrap_or_default()
    }

    /// The kinds of faults of a text.
    fn faults(&self) -> Vec<String> {
        let all = self.body.get("faults").and_then(Value::as_array).into_iter().flatten();
        all.filter_map(|fault| Some(fault.get("kind")?.as_str()?.to_owned())).collect()
    }
}

impl Staff {
    /// The staff of the console at `base`, each known by the key of an account.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub fn new(base: Url, keys: BTreeMap<String, String>) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, base, keys, works: Vec::new(), deeds: Vec::new(), refused: Vec::new() })
    }

    /// Takes up new cases and goes on with those under way.
    ///
    /// # Errors
    /// When the API does not answer in JSON.
    pub async fn work(&mut self, day: &Day, now: DateTime<Utc>) -> anyhow::Result<()> {
        let listed = self.ask("duty", Method::GET, "/api/v1/cases?state=to_verify", None).await?;
        let cases = listed.body.get("cases").and_then(Value::as_array).cloned().unwrap_or_default();
        for case in &cases {
            let (id, title) = (text(case, "id"), text(case, "title"));
            if self.works.iter().any(|work| work.id == id) {
                continue;
            }
            let Some((key, script)) = script_of(day, &title) else { continue };
            self.works.push(Work { id: id.clone(), key, script, is_done: false });
            match script {
                Script::Publish(agency) => self.publish(&id, key, agency, now).await?,
                Script::Refused(agency) => self.refused(&id, agency, now).await?,
                Script::TooLate(agency) => {
                    let hash = self.through_approval(&id, agency, now).await?;
                    self.note("approved", now, hash.is_some(), format!("{key}: reviewed and approved by two others"));
                }
            }
        }
        self.come_too_late(now).await
    }

    /// A case from doubt to the public.
    async fn publish(&mut self, id: &str, key: &str, agency: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        let Some(hash) = self.through_approval(id, agency, now).await? else { return Ok(()) };
        let out =
            self.step(id, "spokesperson", json!({ "step": "publish", "hash": hash, "channels": ["public"] })).await?;
        self.note("published", now, out.is_done(), format!("{key}: {}", said(&out)));
        Ok(())
    }

    /// Assigns, accepts, drafts, submits, reviews and approves; the hash of the text that two others consented to.
    async fn through_approval(&mut self, id: &str, agency: &str, now: DateTime<Utc>) -> anyhow::Result<Option<String>> {
        if !self.prepare(id, agency, now).await? {
            return Ok(None);
        }
        let Some(hash) = self.submit(id, now).await? else { return Ok(None) };
        let review = self.step(id, "spokesperson", json!({ "step": "review", "hash": hash })).await?;
        let approve = self.step(id, "approver", json!({ "step": "approve", "hash": hash })).await?;
        let ok = review.is_done() && approve.is_done();
        if !ok {
            self.note("consent", now, false, format!("{} {}", said(&review), said(&approve)));
        }
        Ok(ok.then_some(hash))
    }

    /// Brings a case to where its draft is written.
    async fn prepare(&mut self, id: &str, agency: &str, now: DateTime<Utc>) -> anyhow::Result<bool> {
        for body in
            [json!({ "step": "assign", "agency": agency }), json!({ "step": "accept" }), json!({ "step": "draft" })]
        {
            let done = self.step(id, "duty", body.clone()).await?;
            if !done.is_done() {
                self.note("worked", now, false, format!("{body}: {}", said(&done)));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Submits the draft as it is; the hash of its text.
    async fn submit(&mut self, id: &str, now: DateTime<Utc>) -> anyhow::Result<Option<String>> {
        let draft = self.draft(id).await?;
        let hash = text(&draft, "hash");
        let done = self.step(id, "duty", json!({ "step": "submit", "hash": hash })).await?;
        if !done.is_done() {
            self.note("submitted", now, false, said(&done));
        }
        Ok(done.is_done().then_some(hash))
    }

    /// A case in which every mistake is made that must be refused, and then put right.
    async fn refused(&mut self, id: &str, agency: &str, now: DateTime<Utc>) -> anyhow::Result<()> {
        if !self.prepare(id, agency, now).await? {
            return Ok(());
        }
        // A figure that nobody published gets as far as two consents, and no further.
        let good = self.draft(id).await?;
        let unfounded = self.keep(id, &with_fact(&good)).await?;
        self.note("draft_changed", now, unfounded.is_done(), said(&unfounded));
        let Some(hash) = self.submit(id, now).await? else { return Ok(()) };
        self.step(id, "spokesperson", json!({ "step": "review", "hash": hash })).await?;
        self.step(id, "approver", json!({ "step": "approve", "hash": hash })).await?;
        let out = self.step(id, "spokesperson", json!({ "step": "publish", "hash": hash })).await?;
        let ok = out.reason() == "gate" && out.faults().iter().any(|kind| kind == "figure");
        self.expect_refusal("refused_number", "number without evidence", now, ok, &out);

        // The text is put right. What was consented to before counts no longer.
        self.step(id, "approver", json!({ "step": "return", "reason": "整修費用查無依據，請刪除" })).await?;
        let text_again = good.get("text").cloned().unwrap_or_default();
        self.keep(id, &text_again).await?;
        let Some(new_hash) = self.submit(id, now).await? else { return Ok(()) };
        let out = self.step(id, "approver", json!({ "step": "approve", "hash": new_hash })).await?;
        self.expect_refusal(
            "refused_order",
            "approved before it was reviewed",
            now,
            out.reason() == "not_reviewed",
            &out,
        );
        let out = self.step(id, "deputy", json!({ "step": "review", "hash": hash })).await?;
        self.expect_refusal("refused_changed", "text changed after opening", now, out.reason() == "text_changed", &out);
        let out = self.step(id, "duty", json!({ "step": "review", "hash": new_hash })).await?;
        self.expect_refusal("refused_role", "consent by somebody without the role", now, out.status == 409, &out);
        self.step(id, "deputy", json!({ "step": "review", "hash": new_hash })).await?;
        let out = self.step(id, "deputy", json!({ "step": "approve", "hash": new_hash })).await?;
        self.expect_refusal("refused_person", "same person approving", now, out.reason() == "same_person", &out);
        let out = self.step(id, "spokesperson", json!({ "step": "publish", "hash": new_hash })).await?;
        self.expect_refusal(
            "refused_early",
            "published before it was approved",
            now,
            out.reason() == "not_approved",
            &out,
        );
        self.step(id, "approver", json!({ "step": "approve", "hash": new_hash })).await?;
        let out = self
            .step(id, "spokesperson", json!({ "step": "publish", "hash": new_hash, "channels": ["public"] }))
            .await?;
        self.note("published", now, out.is_done(), format!("A046: {}", said(&out)));
        Ok(())
    }

    /// What was approved is not published once the outlet took the claim out of its page.
    async fn come_too_late(&mut self, now: DateTime<Utc>) -> anyhow::Result<()> {
        let waiting: Vec<(usize, String)> = self
            .works
            .iter()
            .enumerate()
            .filter(|(_, work)| matches!(work.script, Script::TooLate(_)) && !work.is_done)
            .map(|(at, work)| (at, work.id.clone()))
            .collect();
        for (at, id) in waiting {
            let file = self.ask("duty", Method::GET, &format!("/api/v1/cases/{id}"), None).await?.body;
            let reports = file.get("reports").and_then(Value::as_array).cloned().unwrap_or_default();
            if !reports.iter().any(|report| report.get("revision").and_then(Value::as_u64) > Some(1)) {
                continue;
            }
            if let Some(work) = self.works.get_mut(at) {
                work.is_done = true;
            }
            let out = self.step(&id, "spokesperson", json!({ "step": "publish" })).await?;
            let ok = out.reason() == "gate" && out.faults().iter().any(|kind| kind == "gone");
            self.expect_refusal("refused_gone", "quoted claim gone", now, ok, &out);
            self.step(&id, "spokesperson", json!({ "step": "return", "reason": "媒體已自行更正" })).await?;
            let out = self.step(&id, "spokesperson", json!({ "step": "note_correction" })).await?;
            self.note("outlet_first", now, out.is_done(), format!("the outlet put it right by itself: {}", said(&out)));
        }
        Ok(())
    }

    /// The cases that went out, with the key of the report each is about.
    pub fn published(&self) -> Vec<(&'static str, String)> {
        let out = self.works.iter().filter(|work| !matches!(work.script, Script::TooLate(_)));
        out.map(|work| (work.key, work.id.clone())).collect()
    }

    /// Asks the API as a member of the staff.
    ///
    /// # Errors
    /// When it does not answer in JSON.
    pub async fn read(&self, who: &str, path: &str) -> anyhow::Result<Value> {
        Ok(self.ask(who, Method::GET, path, None).await?.body)
    }

    async fn draft(&self, id: &str) -> anyhow::Result<Value> {
        let file = self.ask("duty", Method::GET, &format!("/api/v1/cases/{id}"), None).await?.body;
        Ok(file.get("draft").cloned().unwrap_or_default())
    }

    async fn keep(&self, id: &str, text: &Value) -> anyhow::Result<Reply> {
        let base = self.draft(id).await?.get("revision").cloned().unwrap_or_default();
        let body = json!({ "base": base, "text": text });
        self.ask("duty", Method::POST, &format!("/api/v1/cases/{id}/drafts"), Some(body)).await
    }

    async fn step(&self, id: &str, who: &str, body: Value) -> anyhow::Result<Reply> {
        self.ask(who, Method::POST, &format!("/api/v1/cases/{id}/steps"), Some(body)).await
    }

    async fn ask(&self, who: &str, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Reply> {
        let key = self.keys.get(who).with_context(|| format!("{who} has no key"))?;
        let mut request = self.client.request(method, self.base.join(path)?).bearer_auth(key);
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let written = answer.text().await?;
        let body = serde_json::from_str(&written).with_context(|| format!("{path} answered {status}: {written}"))?;
        Ok(Reply { status, body })
    }

    fn expect_refusal(&mut self, name: &'static str, reason: &str, now: DateTime<Utc>, ok: bool, reply: &Reply) {
        if ok {
            self.refused.push(reason.to_owned());
        }
        self.note(name, now, ok, format!("{reason}: {}", said(reply)));
    }

    fn note(&mut self, name: &'static str, now: DateTime<Utc>, ok: bool, detail: String) {
        self.deeds.push(Deed { name, at: taipei(now).to_rfc3339(), ok, detail });
    }
}

/// What is made of the case of that title.
fn script_of(day: &Day, title: &str) -> Option<(&'static str, Script)> {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    SCRIPTS.into_iter().find(|(key, _)| day.report(key).is_some_and(|it| squeezed(&it.title) == squeezed(title)))
}

/// The text of a draft with a figure that nothing official has.
fn with_fact(draft: &Value) -> Value {
    let mut text = draft.get("text").cloned().unwrap_or_default();
    if let Some(facts) = text.get_mut("facts").and_then(Value::as_array_mut) {
        facts.push(UNFOUNDED.into());
    }
    text
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// An answer in a line.
fn said(reply: &Reply) -> String {
    if reply.is_done() {
        return format!("{} done", reply.status);
    }
    let faults = reply.body.get("faults").and_then(Value::as_array).into_iter().flatten();
    let words: Vec<&str> = faults.filter_map(|fault| fault.get("words")?.as_str()).collect();
    format!("{} {} {} {}", reply.status, reply.reason(), text(&reply.body, "title"), words.join(" "))
}
