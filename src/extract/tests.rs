use super::*;
use crate::domain::{DateQuality, Pointers};

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-17T10:00:00Z").unwrap().to_utc()
}

fn page(body: &str) -> Page {
    let url = Url::parse("https://mumian.example/rss").unwrap();
    Page { url, content_type: None, body: body.as_bytes().to_vec(), fetched_at: now() }
}

fn read(kind: &SourceKind, body: &str) -> Result<Listing, ExtractError> {
    listing(kind, &page(body), now())
}

fn feed_kind() -> SourceKind {
    SourceKind::Feed(page("").url)
}

#[test]
fn headlines_are_plain_and_no_report_is_from_the_future() {
    let body =
        "<rss><channel><item><title>&lt;b&gt;路燈&lt;/b&gt; 修復</title><pubDate>2028-01-01T00:00:00Z</pubDate></item>
        <item><guid>x</guid></item></channel></rss>";
    let listing = read(&feed_kind(), body).unwrap();
    let [entry] = listing.entries.as_slice() else { panic!("{listing:?}") };
    assert_eq!(entry.title, "路燈 修復");
    let published = entry.published.unwrap();
    assert_eq!((published.at, published.quality), (now(), DateQuality::Clamped));
    assert_eq!(listing.passed_over, 1);
}

#[test]
fn an_item_without_a_word_is_passed_over() {
    let listing =
        read(&feed_kind(), "<rss><channel><item/><item><title>甲</title></item><item> </item></channel></rss>");
    let listing = listing.unwrap();
    assert_eq!((listing.entries.len(), listing.passed_over), (1, 2));
}

#[test]
fn an_index_of_sitemaps_names_its_children() {
    let body = "<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>";
    let listing = read(&SourceKind::Sitemap(page("").url), body).unwrap();
    assert_eq!(listing.children, [Url::parse("https://a.example/1.xml").unwrap()]);
}

#[test]
fn a_bot_check_is_told_from_a_page_of_another_sort() {
    let check = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><p>Checking</p></body></html>";
    let error = read(&feed_kind(), check).unwrap_err();
    assert!(error.met_challenge() && error.met_html(), "{error}");
    let other = "<!DOCTYPE html><html><head><title>最新消息</title></head><body><p>高雄市政府</p></body></html>";
    let error = read(&feed_kind(), other).unwrap_err();
    assert!(error.met_html() && !error.met_challenge(), "{error}");
    assert!(error.to_string().contains("最新消息"), "{error}");
}

#[test]
fn json_is_read_by_pointers() {
    let pointers = Pointers { items: "/list".into(), title: "/t".into(), ..Pointers::default() };
    let kind = SourceKind::Json { url: page("").url, pointers };
    assert_eq!(read(&kind, r#"{"list":[{"t":"停水公告"}]}"#).unwrap().entries[0].title, "停水公告");
}

#[test]
fn a_folder_has_no_listing() {
    assert_eq!(read(&SourceKind::Folder("x".into()), ""), Err(ExtractError::Folder));
}

#[test]
fn a_sitemap_cut_off_is_told_from_a_whole_one() {
    let whole = "<urlset><url><loc>https://a.example/1</loc></url></urlset>";
    let kind = SourceKind::Sitemap(page("").url);
    assert!(!read(&kind, whole).unwrap().truncated);
    let cut = read(&kind, whole.strip_suffix("</urlset>").unwrap()).unwrap();
    assert_eq!((cut.truncated, cut.entries.len()), (true, 1));
}
