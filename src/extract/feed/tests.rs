use super::*;
use crate::domain::DateQuality;

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-17T10:00:00Z").unwrap().to_utc()
}

fn all(text: &str) -> Vec<Entry> {
    parse(text.as_bytes(), None, None, now()).unwrap().entries
}

fn only(text: &str) -> Entry {
    let entries = all(text);
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.into_iter().next().unwrap()
}

fn item(inner: &str) -> Entry {
    only(&format!("<rss version='2.0'><channel><title>木棉日報</title><item>{inner}</item></channel></rss>"))
}

fn atom(inner: &str) -> Entry {
    only(&format!("<feed xmlns='http://www.w3.org/2005/Atom'><entry>{inner}</entry></feed>"))
}

fn taipei(text: &str) -> Option<Dated> {
    date::parse(text, now())
}

#[test]
fn an_rss_item_is_read_whole() {
    let entry = item(
        "<title>路燈 &amp; 人行道</title><link>https://mumian.example/1</link><guid isPermaLink='false'>m-1</guid>
         <author>desk@mumian.example (王小明)</author><category>地方</category><category><![CDATA[交通]]></category>
         <pubDate>Tue, 17 Mar 2026 10:48:00 +0800</pubDate><description>&lt;p&gt;短文&lt;/p&gt;</description>
         <content:encoded><![CDATA[<p>全文 &amp; 其他</p>]]></content:encoded><source url='https://x.example'>港邊通訊社</source>",
    );
    assert_eq!(entry.title, "路燈 & 人行道");
    assert_eq!((entry.id.as_str(), entry.link.as_deref()), ("m-1", Some("https://mumian.example/1")));
    assert_eq!(entry.author.as_deref(), Some("王小明"));
    assert_eq!(entry.categories, ["地方", "交通"]);
    assert_eq!(entry.published, taipei("2026-03-17 10:48"));
    assert_eq!(entry.summary.as_deref(), Some("<p>短文</p>"));
    assert_eq!(entry.content.as_deref(), Some("<p>全文 &amp; 其他</p>"));
    assert_eq!(entry.outlet.as_deref(), Some("港邊通訊社"));
}

#[test]
fn modules_stand_in_for_what_an_item_lacks() {
    let entry = item(
        "<dc:title>標題</dc:title><dc:creator>甲</dc:creator><dc:creator>乙</dc:creator><dc:subject>水利</dc:subject>
         <dc:date>2026-03-17T10:48:00+08:00</dc:date><itunes:summary>摘要</itunes:summary><itunes:keywords>a, b</itunes:keywords>
         <atom:link href='https://a.example/1'/>",
    );
    assert_eq!((entry.title.as_str(), entry.author.as_deref()), ("標題", Some("甲")));
    assert_eq!(entry.categories, ["a", "b", "水利"]);
    assert_eq!((entry.published, entry.updated), (taipei("2026-03-17 10:48"), taipei("2026-03-17 10:48")));
    assert_eq!(entry.summary.as_deref(), Some("摘要"));
    assert_eq!(entry.link.as_deref(), Some("https://a.example/1"));
    assert_eq!(item("<itunes:author>丙</itunes:author>").author.as_deref(), Some("丙"));
    let updated =
        item("<pubDate>2026-03-17 08:00</pubDate><atom:updated>2026-03-17T10:48:00+08:00</atom:updated>").updated;
    assert_eq!(updated, taipei("2026-03-17 10:48"));
}

#[test]
fn a_prefix_means_what_its_declaration_says() {
    let entry = only(
        "<rss xmlns:c='http://purl.org/rss/1.0/modules/content/' xmlns:x='http://purl.org/dc/elements/1.1/' \
         xmlns='http://www.w3.org/2005/Atom'><channel><item><title>甲</title><x:creator>乙</x:creator>\
         <c:encoded>全文</c:encoded></item></channel></rss>",
    );
    assert_eq!((entry.title.as_str(), entry.author.as_deref()), ("甲", Some("乙")));
    assert_eq!(entry.content.as_deref(), Some("全文"));
}

#[test]
fn rdf_items_stand_beside_their_channel() {
    let entry = only(
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'><channel><title>x\
         </title></channel><item rdf:about='urn:1'><title>甲</title><link>https://a.example/1</link></item></rdf:RDF>",
    );
    assert_eq!((entry.id.as_str(), entry.link.as_deref()), ("urn:1", Some("https://a.example/1")));
}

#[test]
fn an_atom_entry_is_read_whole() {
    let entry = atom(
        "<title type='html'>&lt;b&gt;路燈&lt;/b&gt;</title><id>urn:1</id><link rel='self' href='https://f.example/s'/>
         <link href='https://f.example/1'/><author><name>王小明</name><email>a@b</email></author><author><name>乙</name></author>
         <category term='local' label='地方'/><category term='road'/><published>2026-03-17T10:00:00+08:00</published>
         <updated>2026-03-17T10:48:00+08:00</updated><summary>摘要</summary>
         <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>全文 &amp; 其他</p></div></content>
         <source><title>鳳凰木晚報</title></source>",
    );
    assert_eq!((entry.title.as_str(), entry.id.as_str()), ("<b>路燈</b>", "urn:1"));
    assert_eq!((entry.link.as_deref(), entry.author.as_deref()), (Some("https://f.example/1"), Some("王小明")));
    assert_eq!(entry.categories, ["地方", "road"]);
    assert_eq!((entry.published, entry.updated), (taipei("2026-03-17 10:00"), taipei("2026-03-17 10:48")));
    assert_eq!((entry.summary.as_deref(), entry.content.as_deref()), (Some("摘要"), Some("<p>全文 &amp; 其他</p>")));
    assert_eq!(entry.outlet.as_deref(), Some("鳳凰木晚報"));
}

#[test]
fn an_entry_without_publication_was_published_when_updated() {
    let entry = atom("<updated>2026-03-17T10:48:00+08:00</updated>");
    assert_eq!((entry.published, entry.updated), (taipei("2026-03-17 10:48"), taipei("2026-03-17 10:48")));
    assert_eq!(atom("<modified>2026-03-17</modified>").updated.unwrap().quality, DateQuality::DayOnly);
}

#[test]
fn atom_text_is_read_by_its_type_and_mode() {
    for (written, meant) in [
        ("<summary mode='base64'>6auY6ZuE5biC</summary>", "高雄市"),
        ("<summary type='text/html' mode='escaped'>&lt;p&gt;x&lt;/p&gt;</summary>", "<p>x</p>"),
        ("<summary type='xhtml'><div>&lt;p&gt;</div></summary>", "&lt;p&gt;"),
        ("<summary type='application/octet-stream'>6auY6ZuE5biC</summary>", "高雄市"),
        ("<summary type='application/json'>{\"a\":1}</summary>", "{\"a\":1}"),
        ("<summary><![CDATA[&amp;]]></summary>", "&amp;"),
        (
            "<summary type='html' xml:base='https://a.example/n/'>&lt;a href='1?x=y'&gt;z&lt;/a&gt;</summary>",
            "<a href='https://a.example/n/1?x=y'>z</a>",
        ),
    ] {
        assert_eq!(atom(written).summary.as_deref(), Some(meant), "{written}");
    }
}

#[test]
fn a_youtube_video_says_what_it_is_about() {
    let entry = atom(
        "<title>今日高雄</title><media:group><media:title>x</media:title><media:description>路燈修復</media:description>\
                      </media:group>",
    );
    assert_eq!(entry.summary.as_deref(), Some("路燈修復"));
}

#[test]
fn a_json_feed_is_read() {
    let entry = only(
        r#"{"version":"https://jsonfeed.org/version/1.1","items":[{"id":7,"url":"https://c.example/7","title":"甲",
        "content_text":"全文","authors":[{"url":"x"},{"name":"王小明"}],"tags":["地方"],"date_published":"2026-03-17T10:48:00+08:00"}]}"#,
    );
    assert_eq!((entry.id.as_str(), entry.link.as_deref()), ("7", Some("https://c.example/7")));
    assert_eq!((entry.author.as_deref(), entry.content.as_deref()), (Some("王小明"), Some("全文")));
    assert_eq!((entry.published, entry.categories), (taipei("2026-03-17 10:48"), vec!["地方".to_owned()]));
}

#[test]
fn broken_feeds_give_what_they_hold() {
    let entries = all(
        "\u{feff}\n <?xml version='1.0'?>\n<rss><channel><item><title>A & B &nbsp;c &zzz;</title><x:y>1</x:y></item>\
                       <item><title>5 < 10<link>https://a.example/2</link></item><item><title>cut off",
    );
    let titles: Vec<_> = entries.iter().map(|e| e.title.as_str()).collect();
    assert_eq!(titles, ["A & B \u{a0}c &zzz;", "5 < 10", "cut off"]);
    assert_eq!(entries[1].link.as_deref(), Some("https://a.example/2"));
    let warned = only("<br />\n<b>Warning</b>: x in y<rss><channel><item><title>甲</title></item></channel></rss>");
    assert_eq!(warned.title, "甲");
}

#[test]
fn no_entity_is_fetched_or_expanded() {
    let entry = only(
        "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'><!ENTITY x SYSTEM 'file:///etc/passwd'>]>\
         <rss><channel><item><title>&b; &x;</title></item></channel></rss>",
    );
    assert_eq!(entry.title, "&b; &x;");
}

#[test]
fn links_are_made_absolute_and_scripts_are_no_links() {
    let base = Url::parse("https://a.example.tw/rss.xml").unwrap();
    let text = "<rss><channel><item><link>/n/1</link></item><item><link>javascript:x()</link></item></channel></rss>";
    let entries = parse(text.as_bytes(), None, Some(&base), now()).unwrap().entries;
    assert_eq!(entries[0].link.as_deref(), Some("https://a.example.tw/n/1"));
    assert_eq!(entries[1].link, None);
}

#[test]
fn every_entry_has_a_lasting_id() {
    assert_eq!(item("<link>https://a.example/1</link>").id, "https://a.example/1");
    let hashed = item("<title>甲</title><description>乙</description>").id;
    assert_eq!(hashed.len(), 64);
    assert_eq!(hashed, item("<description>乙</description><title>甲</title>").id);
    assert_eq!(item(&format!("<guid isPermaLink='false'>{}</guid>", "x".repeat(5000))).id.len(), 64);
    assert_eq!(item("<guid>https://a.example/9</guid>").link.as_deref(), Some("https://a.example/9"));
}

#[test]
fn the_newest_500_are_kept_and_the_rest_counted() {
    let items: Vec<String> =
        (0..600).map(|n| format!("<item><title>{n}</title><pubDate>{}</pubDate></item>", 1_700_000_000 + n)).collect();
    let items = items.concat();
    let listing = read(&format!("<rss><channel>{items}</channel></rss>"), None, now()).unwrap();
    assert_eq!((listing.entries.len(), listing.passed_over), (500, 100));
    assert_eq!(listing.entries[0].title, "100");
}

#[test]
fn a_time_without_zone_is_taipeis_in_a_chinese_feed_only() {
    let chinese = item("<title>路燈</title><pubDate>2026-03-17 10:48:00</pubDate>").published;
    assert_eq!(chinese, taipei("2026-03-17T10:48:00+08:00"));
    let foreign = only("<rss><channel><item><pubDate>2026-03-17 10:48:00</pubDate></item></channel></rss>").published;
    assert_eq!(foreign, taipei("2026-03-17T10:48:00Z"));
}

#[test]
fn what_is_no_feed_is_named() {
    for (text, says) in [
        ("<!DOCTYPE html><html><head><title>找不到網頁</title>", "找不到網頁"),
        ("<!DOCTYPE html><html><head><title>x</title>", "kind = \"list\""),
        ("<urlset><url><loc>https://a.example</loc></url></urlset>", "kind = \"sitemap\""),
        ("<note><to>x</to></note>", "<note>"),
        ("{\"a\":1}", "kind = \"json\""),
        ("{\"items\":", "cannot be read"),
        ("Service Unavailable", "service unavailable"),
        (" \n", "empty"),
    ] {
        let error = parse(text.as_bytes(), None, None, now()).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(body: Vec<u8>) {
        drop(parse(&body, None, None, now()));
    }

    #[test]
    fn no_scramble_of_a_feed_makes_it_panic(cut in 0_usize..400, swap in 0_usize..400) {
        let mut body = b"<rss><channel><item><title><![CDATA[a]]></title><link>x</link><pubDate>3/17</pubDate></item></channel></rss>"
            .to_vec();
        body.truncate(cut);
        if let Some(byte) = body.get_mut(swap) {
            *byte = b'<';
        }
        drop(parse(&body, None, None, now()));
    }
}

#[test]
fn a_feed_cut_off_gives_what_it_holds_and_says_so() {
    let whole = "<rss><channel><item><title>甲</title></item><item><title>乙</title></item></channel></rss>";
    let middle = whole.find("<item><title>乙").unwrap() + 3;
    for (length, entries, truncated) in [(whole.len(), 2, false), (whole.len() - 6, 2, true), (middle, 1, true)] {
        let listing = parse(&whole.as_bytes()[..length], None, None, now()).unwrap();
        assert_eq!((listing.entries.len(), listing.truncated), (entries, truncated), "{length} bytes");
    }
    assert!(!parse(b"{\"items\":[]}", None, None, now()).unwrap().truncated);
}

#[test]
fn cst_is_taipei_in_a_feed_from_taiwan_and_chicago_elsewhere() {
    let read = |title: &str, host: &str, zone: &str| {
        let feed = format!(
            "<rss><channel><item><title>{title}</title><pubDate>Tue, 17 Mar 2026 10:48:00 {zone}</pubDate></item></channel></rss>"
        );
        let listing = parse(feed.as_bytes(), None, Some(&Url::parse(host).unwrap()), now()).unwrap();
        listing.entries[0].published.unwrap().at.to_rfc3339()
    };
    for zone in ["CST", "TST"] {
        assert_eq!(read("路燈", "https://a.example", zone), "2026-03-17T02:48:00+00:00");
        assert_eq!(read("Lamp", "https://a.tw", zone), "2026-03-17T02:48:00+00:00");
    }
    assert_eq!(read("Lamp", "https://a.example", "CST"), "2026-03-17T16:48:00+00:00");
}
