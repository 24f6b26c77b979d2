//! 發送紀錄: what was to be sent, by which channel, and what came of every try.

use std::collections::HashMap;

use askama::Template;
use axum::{
    body::Bytes,
    extract::{Path, RawQuery, State},
    response::Response,
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use ulid::Ulid;
use url::form_urlencoded::{self, Serializer};

use super::{
    act::{LONGEST_REASON, Undone},
    api::{answer, read},
};
use crate::{
    domain::{self, Audience, Level, Message, Purpose, Resend, StepKind},
    store::{Posting, SendRow, SentRow},
    web::{
        Desk,
        access::{Member, RESENDERS},
        fault::{Fault, Shared},
        filter,
        form::Form,
        frame::{Frame, Section},
        list::Choice,
        moment,
        visitor::Visitor,
    },
    wire::Letter,
};

/// Messages on a page.
const PAGE: usize = 50;

/// The sort and the subject of test messages.
const TEST: &str = "test";

/// The states of a message, as stored, with their words.
const STATES: [(&str, &str); 6] = [
    ("waiting", "待送"),
    ("sent", "已送出"),
    ("failed", "送不出去"),
    ("held", "待人工決定"),
    ("merged", "已併入彙整訊息"),
    ("rerouted", "已改送他人"),
];

/// One try.
#[derive(Debug)]
pub(in crate::web) struct SendLine {
    pub attempt: u32,
    pub result: String,
    pub why: String,
    pub hash: String,
    pub clock: String,
    pub iso: String,
}

/// A message.
#[derive(Debug)]
pub(in crate::web) struct MessageRow {
    pub channel: String,
    pub recipient: String,
    pub kind: String,
    /// The page and the number of the case it is about, as far as that is known.
    pub case: Option<(String, Option<String>)>,
    /// What it is about, of one that is about no case.
    pub subject: Option<String>,
    pub class: &'static str,
    pub shape: &'static str,
    pub state: String,
    pub attempts: u32,
    pub clock: String,
    pub iso: String,
    pub why: Option<String>,
    pub sends: Vec<SendLine>,
    /// Where a person sends it again, and whether somebody may get it twice then; none when there is nothing to.
    pub resend: Option<(String, bool)>,
}

/// A channel, for a test.
#[derive(Debug)]
pub(in crate::web) struct ChannelLine {
    pub id: String,
    pub name: String,
    pub kind: &'static str,
    pub audience: &'static str,
    pub is_public: bool,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "messages.html")]
pub(in crate::web) struct MessagesPage {
    pub frame: Frame,
    pub states: Vec<Choice>,
    pub rows: Vec<MessageRow>,
    pub is_first: bool,
    pub first: String,
    pub next: Option<String>,
    pub channels: Vec<ChannelLine>,
    pub may_resend: bool,
    /// Whether a test message was just written.
    pub is_tested: bool,
}

impl MessagesPage {
    async fn load(desk: &Desk, visitor: Visitor, query: &str) -> Result<Self, Fault> {
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(query.as_bytes());
            pairs.find(|(key, _)| key == name).map(|(_, value)| filter::clean(&value)).unwrap_or_default()
        };
        let (state, before) = (value("state"), Some(value("before")).filter(|before| !before.is_empty()));
        let (store, now) = (&desk.console.store, desk.console.clock.now());
        let mut rows = store.sent_log(&state, before.as_deref(), PAGE + 1).await?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let (newest, oldest) = (rows.first().map(|row| row.id.clone()), rows.last().map(|row| row.id.clone()));
        let mut sends: HashMap<String, Vec<SendRow>> = HashMap::new();
        if let (Some(newest), Some(oldest)) = (&newest, &oldest) {
            for send in store.sends(oldest, newest).await? {
                sends.entry(send.outbox_id.clone()).or_default().push(send);
            }
        }
        let channels = desk.console.office.channels.iter().map(|channel| ChannelLine {
            id: channel.id.to_string(),
            name: channel.name.clone(),
            kind: channel.kind().words(),
            audience: channel.audience.words(),
            is_public: channel.audience == Audience::Public,
        });
        let row = |row: SentRow| {
            let tries = sends.remove(&row.id).unwrap_or_default();
            desk.message_row(row, tries, now)
        };
        Ok(Self {
            states: STATES
                .map(|(name, words)| Choice {
                    value: name.to_owned(),
                    name: words.to_owned(),
                    count: String::new(),
                    chosen: state == name,
                })
                .into(),
            rows: rows.into_iter().map(row).collect(),
            is_first: before.is_none(),
            first: address(&state, None),
            next: oldest.filter(|_| more).map(|before| address(&state, Some(&before))),
            channels: channels.collect(),
            may_resend: visitor.holds_any(RESENDERS),
            is_tested: value("tested") == "1",
            frame: Frame::new(Section::Cases, now, visitor),
        })
    }

    fn is_filtered(&self) -> bool {
        self.states.iter().any(|state| state.chosen)
    }
}

fn address(state: &str, before: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    for (key, value) in [("state", state), ("before", before.unwrap_or_default())] {
        if !value.is_empty() {
            query.append_pair(key, value);
        }
    }
    match query.finish() {
        query if query.is_empty() => "/messages".into(),
        query => format!("/messages?{query}"),
    }
}

impl Desk {
    /// A message as a page shows it. Its text holds headlines as they were published, and is not shown.
    pub(super) fn message_row(&self, row: SentRow, sends: Vec<SendRow>, now: DateTime<Utc>) -> MessageRow {
        let letter = Letter::read(&row.message, &row.id, "").ok();
        let is_case = Ulid::from_string(&row.subject).is_ok();
        let (class, shape) = match row.state.as_str() {
            "sent" => ("well", "●"),
            "failed" => ("failing", "■"),
            "held" => ("silent", "◆"),
            "waiting" => ("", "○"),
            _ => ("", "◇"),
        };
        let send = |send: SendRow| SendLine {
            attempt: send.attempt,
            result: result(&send.result).to_owned(),
            why: send.why,
            hash: send.hash.chars().take(12).collect(),
            clock: moment::clock(send.at, now),
            iso: moment::iso(send.at),
        };
        let resend = self.look_again(&row, now).map(|it| (format!("/messages/{}/resend", row.id), it.may_repeat));
        let number = letter.as_ref().and_then(|letter| letter.case_number.clone());
        MessageRow {
            channel: self.channel_name(&row.channel),
            recipient: row.recipient,
            kind: kind(&row.kind).to_owned(),
            case: is_case.then(|| (format!("/cases/{}", row.subject), number)),
            subject: letter.filter(|_| !is_case).map(|letter| letter.subject),
            class,
            shape,
            state: STATES.iter().find(|(name, _)| *name == row.state).map_or(row.state, |(_, it)| (*it).to_owned()),
            attempts: row.attempts,
            clock: moment::clock(row.created_at, now),
            iso: moment::iso(row.created_at),
            why: row.why.filter(|why| !why.is_empty()),
            sends: sends.into_iter().map(send).collect(),
            resend,
        }
    }
}

impl Desk {
    /// What it means to send a message again; none for one that is on its way, arrived, or has no channel any more.
    fn look_again(&self, row: &SentRow, now: DateTime<Utc>) -> Option<Resend> {
        let mut channels = self.console.office.channels.iter();
        let channel = channels.find(|it| it.id.as_str() == row.channel)?;
        let stopped = matches!(row.state.as_str(), "held" | "failed");
        stopped.then(|| domain::resend(channel.kind(), row.uncertain, row.first_tried_at, now))
    }

    /// Sends a message again, by somebody who says why and, where it may come twice, that they know.
    async fn send_again(
        &self,
        member: &Member,
        id: &str,
        (reason, knows): (Option<String>, bool),
    ) -> Result<(), Undone> {
        let (store, now) = (&self.console.store, self.console.clock.now());
        let row = store.message(id).await?.ok_or(Undone::Missing)?;
        let look = self.look_again(&row, now).ok_or(Undone::Wrong("這則訊息不需要重送，或通道已不在設定檔內"))?;
        let reason = reason.ok_or(Undone::Wrong("請填寫重送理由"))?;
        if reason.chars().count() > LONGEST_REASON {
            return Err(Undone::Wrong("理由過長（上限 500 字）"));
        }
        if look.may_repeat && !knows {
            return Err(Undone::Wrong("這則訊息可能已送達，請勾選確認後再重送"));
        }
        let detail = json!({
            "message": row.id, "kind": row.kind, "channel": row.channel, "was": row.state, "reason": reason,
            "may_repeat": look.may_repeat,
        });
        let actor = member.visitor.actor();
        let done = store.resend_message((id, look.within_key), detail.to_string(), actor, now).await?;
        if done { Ok(()) } else { Err(Undone::Stale) }
    }
}

/// Sends a message again.
pub(in crate::web) async fn resend(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let form = Form::read(&body);
    match desk.send_again(&member, &id, (form.line("reason"), form.has("knows"))).await {
        Ok(()) => Desk::go("/messages?tested=1", None),
        Err(undone) => desk.undone(&member.visitor, undone, "/messages".to_owned()),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResendIn {
    reason: String,
    /// Whether the person knows that it may have arrived.
    #[serde(default)]
    knows: bool,
}

/// The same for programs.
pub(in crate::web) async fn resend_json(
    State(desk): State<Shared>,
    member: Member,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let sent: ResendIn = match read(&body) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let reason = Some(sent.reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    match desk.send_again(&member, &id, (reason, sent.knows)).await {
        Ok(()) => answer(&json!({ "id": id, "state": "waiting" })),
        Err(undone) => desk.refusal(&member.visitor, undone),
    }
}

/// A sort of message in words, from its stored name.
fn kind(name: &str) -> &str {
    match name {
        "alert" => "警示",
        "release" => "發布",
        "late" => "延遲通知彙整",
        "watch" => "關注通知",
        "level" => "等級提高",
        "expected" => "預計完成提醒",
        "digest" => "彙整",
        TEST => "測試",
        _ if name.starts_with("due") => "時限提醒",
        _ if name.starts_with("escalat") => "逐級通知",
        _ => StepKind::from_name(name).map_or(name, |step| step.words()),
    }
}

/// What a try came to in words, from its stored name.
fn result(name: &str) -> &str {
    match name {
        "accepted" => "已送出",
        "duplicate" => "先前已送出",
        "retry" => "稍後重送",
        "rejected" => "對方拒收",
        "unauthorised" => "金鑰或權限失效",
        "quota" => "本月額度已用完",
        "uncertain" => "無法確認是否送達",
        other => other,
    }
}

/// The log.
pub(in crate::web) async fn log(State(desk): State<Shared>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    desk.answer(&visitor, MessagesPage::load(&desk, visitor.clone(), &query.unwrap_or_default()).await)
}

/// Writes a test message for one channel.
pub(in crate::web) async fn test(State(desk): State<Shared>, member: Member, body: Bytes) -> Response {
    let form = Form::read(&body);
    let channels = &desk.console.office.channels;
    let Some(channel) = channels.iter().find(|channel| channel.id.as_str() == form.typed("channel")) else {
        return desk.apology(&member.visitor, &Fault::Changed);
    };
    let now = desk.console.clock.now();
    let message = Message {
        key: String::new(),
        retry_key: String::new(),
        purpose: Purpose::Test,
        level: Level::None,
        subject: format!("〔測試〕澄訊通道「{}」", channel.name),
        text: format!("這是測試訊息，請勿處理。收到本訊息即表示通道正常。\n發送者：{}", member.account.person.as_str()),
        html: None,
        link: None,
        card: None,
        case_number: None,
        occurred_at: now,
        ended_at: None,
    };
    let posting = Posting {
        subject: TEST.to_owned(),
        kind: TEST,
        channel: String::new(),
        recipient: String::new(),
        epoch: now.timestamp_micros(),
        urgent: false,
        message: Letter::of(&message).written(),
    };
    match desk.console.store.post_messages(posting.each(channel), now).await {
        Ok(_) => Desk::go("/messages?tested=1", None),
        Err(error) => desk.apology(&member.visitor, &Fault::Store(error)),
    }
}
