//! What is to be said of channels that do not deliver, or soon will not.

use chrono::{DateTime, Utc};

use super::inbox::PATIENCE;
use crate::{
    domain::{Channel, closed, roc_date, taipei},
    store::{ChannelTrouble, QuotaRow},
    web::{Desk, fault::Fault, moment},
};

/// What is said at the head of a page, a sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web) struct ChannelNotices {
    /// What has to be seen to at once: nothing goes out by this channel before somebody does.
    pub grave: Vec<String>,
    /// What else is wrong.
    pub troubles: Vec<String>,
}

impl Desk {
    /// What is to be said now.
    pub(in crate::web) async fn channel_notices(&self, now: DateTime<Utc>) -> Result<ChannelNotices, Fault> {
        let store = &self.console.store;
        let refused = store.refused_channels(now).await?;
        let grave = refused.iter().map(|id| {
            format!("「{}」的金鑰或權限失效，訊息送不出去。請管理員更換金鑰，並以測試訊息確認。", self.channel_name(id))
        });
        let mut notices = ChannelNotices { grave: grave.collect(), troubles: Vec::new() };
        for row in store.quotas().await? {
            let channel = self.console.office.channels.iter().find(|it| it.id.as_str() == row.channel);
            let Some(channel) = channel else { continue };
            match self.quota_sentence(channel, &row, now) {
                Some((sentence, true)) => notices.grave.push(sentence),
                Some((sentence, false)) => notices.troubles.push(sentence),
                None => {}
            }
        }
        let found = store.channel_troubles(now, PATIENCE).await?;
        notices.troubles.extend(found.iter().map(|it| self.trouble_sentence(it, now)));
        Ok(notices)
    }

    /// A channel's name on screen; one that is configured no longer is known by its id.
    pub(in crate::web) fn channel_name(&self, id: &str) -> String {
        let channels = &self.console.office.channels;
        channels.iter().find(|channel| channel.id.as_str() == id).map_or(id, |channel| &channel.name).to_owned()
    }

    /// What is said of a month's messages, and whether it is grave; nothing while there are plenty.
    fn quota_sentence(&self, channel: &Channel, row: &QuotaRow, now: DateTime<Utc>) -> Option<(String, bool)> {
        let name = &channel.name;
        if let Some(until) = closed(row.closed_until, now) {
            let day = roc_date(taipei(until).date_naive());
            let instead = self.console.office.takes_over(channel, true).map_or_else(
                || "期間沒有替代通道，請設定備援通道或提高方案額度。".to_owned(),
                |other| format!("期間改由「{}」送出。", other.name),
            );
            return Some((format!("「{name}」本月訊息額度已用完，{day}起恢復；{instead}"), true));
        }
        let quota = row.quota.filter(|quota| quota.remaining() < self.console.quota_warning)?;
        let left = moment::thousands(quota.left()?);
        Some((format!("「{name}」本月訊息額度僅剩 {left} 則；群組訊息按成員人數計算。"), false))
    }

    fn trouble_sentence(&self, it: &ChannelTrouble, now: DateTime<Utc>) -> String {
        let (name, n) = (self.channel_name(&it.channel), moment::thousands(it.messages));
        match it.state.as_str() {
            "held" => format!("「{name}」有 {n} 則訊息無法確認是否送達，待人工決定是否重送。"),
            "failed" => format!("「{name}」近 24 小時有 {n} 則訊息送不出去。"),
            _ => format!("「{name}」有 {n} 則訊息尚未送出，最早一則寫於{}。", moment::ago(it.earliest, now)),
        }
    }
}
