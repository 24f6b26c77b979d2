//! Feeds and charsets against public data beside the project, where it is there, and the way from bytes to a listing.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clarion::{
    domain::{Page, SourceKind},
    eval, extract,
};
use url::Url;

/// The share of expected fields that must be read right, each field for itself and all together.
const FIELDS_RIGHT: f64 = 0.95;

/// How many of the 21 files must be named right.
const CHARSETS_RIGHT: usize = 20;

fn now() -> DateTime<Utc> {
    // 2026-03-17 18:00 in Taipei.
    DateTime::from_timestamp(1_773_741_600, 0).unwrap_or_default()
}

/// Where a folder of public data would be.
fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name)
}

#[test]
fn feeds_of_a_public_corpus_are_read_as_expected() {
    let dir = data("feeds");
    if !dir.is_dir() {
        println!("{} is not there: real-data check not made", dir.display());
        return;
    }
    let score = eval::feeds::score(&dir, now()).unwrap();
    for tally in score.fields.iter().chain([&score.all_fields()]) {
        println!("feeds: {:<10} {}/{}", tally.name, tally.right, tally.total);
        assert!(tally.total > 0 && tally.share() >= FIELDS_RIGHT, "{tally:?}\n{:#?}", score.wrong);
    }
}

#[test]
fn charsets_of_public_files_are_named() {
    let dir = data("charset");
    if !dir.is_dir() {
        println!("{} is not there: real-data check not made", dir.display());
        return;
    }
    let score = eval::charset::score(&dir).unwrap();
    println!(
        "charset: {}/{} named, {}/{} refused",
        score.named.right, score.named.total, score.refused.right, score.refused.total
    );
    assert!(score.named.right + score.refused.right >= CHARSETS_RIGHT, "{:?}", score.wrong);
    assert_eq!(score.refused.right, score.refused.total, "{:?}", score.wrong);
}

#[test]
fn a_big5_feed_from_a_site_that_says_utf_8_becomes_entries() {
    let feed = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><rss><channel><title>舊港時報</title><item><title>旗津渡輪加開班次\
                </title><link>/news/1</link><pubDate>115/03/17 10:48</pubDate><description>輪船公司表示，假日加開八班。\
                </description></item></channel></rss>";
    let (body, _, _) = encoding_rs::BIG5.encode(feed);
    let url = Url::parse("https://jiugang.example/rss").unwrap();
    let content_type = Some("text/xml; charset=utf-8".to_owned());
    let page = Page { url: url.clone(), content_type, body: body.into_owned(), fetched_at: now() };
    let listing = extract::listing(&SourceKind::Feed(url), &page, now()).unwrap();
    let [entry] = listing.entries.as_slice() else { panic!("{listing:?}") };
    assert_eq!(entry.title, "旗津渡輪加開班次");
    assert_eq!(entry.link.as_deref(), Some("https://jiugang.example/news/1"));
    assert_eq!(entry.published.unwrap().at.to_rfc3339(), "2026-03-17T02:48:00+00:00");
}
