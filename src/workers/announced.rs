//! Entries → rows of the queue, and the report an entry is by itself when its page is not to be had.

use crate::{
    domain::{Article, Entry, Source, SourceKind},
    extract::{link, plain},
    store::Announced,
};

/// Characters from which an announced text counts as the whole report: shorter ones are leads.
const WHOLE_TEXT: usize = 120;

/// Most bytes of an index key; PostgreSQL's B-trees take some 2,700.
const LONGEST_KEY: usize = 2000;

/// A queue row for an entry. The fingerprint covers what a reader would see change, not the order of categories.
pub(super) fn row(id: String, entry: Entry) -> Announced {
    let entry = storable(entry);
    let updated = entry.updated.map(|d| d.at.timestamp_micros().to_string()).unwrap_or_default();
    let fingerprint = super::fingerprint([
        entry.title.as_bytes(),
        entry.link.as_deref().unwrap_or_default().as_bytes(),
        entry.summary.as_deref().unwrap_or_default().as_bytes(),
        entry.content.as_deref().unwrap_or_default().as_bytes(),
        updated.as_bytes(),
    ]);
    Announced { id, fingerprint, entry }
}

/// An entry as both databases take it: PostgreSQL refuses NUL in text, and an index key must be short.
fn storable(mut entry: Entry) -> Entry {
    for text in [&mut entry.id, &mut entry.title].into_iter().chain(
        [&mut entry.link, &mut entry.author, &mut entry.summary, &mut entry.content, &mut entry.outlet]
            .into_iter()
            .flatten(),
    ) {
        if text.contains('\0') {
            *text = text.replace('\0', "");
        }
    }
    entry.id = key(entry.id);
    entry
}

/// A text as a key: itself, or its hash when it is longer than an index takes.
pub(super) fn key(text: String) -> String {
    if text.len() <= LONGEST_KEY { text } else { format!("sha256:{}", super::sha256_hex(text.as_bytes())) }
}

/// Whether the listing gave the whole report, so that its page need not be fetched: posts and rows of a table have
/// no more than that, and some feeds carry full texts.
pub(super) fn is_whole(source: &Source, entry: &Entry) -> bool {
    match source.kind {
        SourceKind::Mastodon(_) | SourceKind::Youtube(_) | SourceKind::Json { .. } => true,
        SourceKind::Folder(_) => entry.content.is_some(),
        _ => {
            entry.link.is_none()
                || entry.content.as_deref().is_some_and(|html| {
                    let text = plain::text(html);
                    text.chars().count() >= WHOLE_TEXT && !cut_short(&text)
                })
        }
    }
}

/// Whether a text ends the way teasers do.
fn cut_short(text: &str) -> bool {
    let end = text.trim_end().trim_end_matches([']', '］', '】', ')', '）']);
    end.ends_with("...") || end.ends_with('…') || end.ends_with("閱讀全文") || end.ends_with("繼續閱讀")
}

/// The outlet a report is counted under: the source's, except where the source passes on the reports of others.
pub(super) fn outlet(source: &Source, entry: &Entry) -> String {
    let passes_on = matches!(source.kind, SourceKind::Folder(_) | SourceKind::Feed(_) | SourceKind::Json { .. });
    entry.outlet.clone().filter(|_| passes_on).unwrap_or_else(|| source.outlet.clone())
}

/// The report as far as the listing tells it.
pub(super) fn article(source: &Source, entry: &Entry) -> Article {
    let body = entry.content.as_deref().or(entry.summary.as_deref()).unwrap_or_default();
    let url = entry.link.clone().unwrap_or_else(|| format!("{}:{}", source.id, entry.id));
    Article {
        canonical_url: link::absolute(&url).map_or_else(|| url.clone(), |url| link::canonical(&url)),
        url,
        title: entry.title.clone(),
        byline: entry.author.clone(),
        outlet: entry.outlet.clone(),
        published_at: entry.published,
        updated_at: entry.updated,
        text: plain::text(body),
        charset: "utf-8".into(),
        language: None,
    }
}

/// Fills what the page did not say from what the listing said.
pub(super) fn complete(mut article: Article, entry: &Entry) -> Article {
    if article.title.is_empty() {
        article.title.clone_from(&entry.title);
    }
    article.byline = article.byline.or_else(|| entry.author.clone());
    article.published_at = article.published_at.or(entry.published);
    article.updated_at = article.updated_at.or(entry.updated);
    article
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teaser_is_not_a_whole_report() {
        for teaser in ["水利局表示……", "水利局表示...", "今天上午[…]", "看更多（閱讀全文）"]
        {
            assert!(cut_short(teaser), "{teaser}");
        }
        assert!(!cut_short("水利局表示，將於週五前完成。"));
    }

    #[test]
    fn a_key_is_never_longer_than_an_index_takes() {
        let long = "x".repeat(1 << 20);
        assert!(row("a".into(), Entry { id: long, ..Entry::default() }).entry.id.len() < 100);
        assert_eq!(row("a".into(), Entry { id: "a\0b".into(), ..Entry::default() }).entry.id, "ab");
    }

    #[test]
    fn a_changed_lead_is_a_changed_entry() {
        let entry = Entry { id: "1".into(), title: "甲".into(), ..Entry::default() };
        let changed = Entry { summary: Some("乙".into()), ..entry.clone() };
        assert_ne!(row("a".into(), entry.clone()).fingerprint, row("b".into(), changed).fingerprint);
        assert_eq!(row("a".into(), entry.clone()).fingerprint, row("b".into(), entry).fingerprint);
    }
}
