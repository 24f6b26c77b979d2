use chrono::FixedOffset;

use super::*;

const URL: &str = "https://lantern.example/news/7?utm_source=x";
const BODY: &str = "<p>市府今日表示，三民區的路燈已經全部修復，感謝里民通報。</p><p>工務局說，若仍有路燈不亮，可以撥打１９９９，將於三日內派員修復。</p>";

fn now() -> DateTime<Utc> {
    "2026-03-20T00:00:00Z".parse().unwrap()
}

fn try_read(page: &str, selectors: &ArticleSelectors) -> Result<Article, ArticleError> {
    read(page, "utf-8", &Url::parse(URL).unwrap(), selectors, now())
}

fn article(page: &str) -> Article {
    try_read(page, &ArticleSelectors::default()).unwrap()
}

fn taipei(at: Option<crate::domain::Dated>) -> String {
    at.map(|at| at.at.with_timezone(&FixedOffset::east_opt(8 * 3600).unwrap()).format("%F %R").to_string())
        .unwrap_or_default()
}

#[test]
fn a_page_with_json_ld_is_read_whole() {
    let read = article(&format!(
        r#"<html lang="zh-Hant-TW"><head><title>路燈修復了 | 地方 | 燈塔新聞網</title>
        <link rel=canonical href="https://www.lantern.example/news/7"><meta property="og:site_name" content="燈塔新聞網">
        <script type="application/ld+json">{{"@type":"NewsArticle","headline":"路燈修復了","author":{{"name":"王小明"}},
        "datePublished":"2026-03-17T10:48:00+08:00","dateModified":"2026-03-17T11:30:00+08:00"}}</script></head>
        <body><h1>路燈修復了</h1><article>{BODY}</article></body></html>"#
    ));
    assert_eq!(
        (read.title.as_str(), read.byline.as_deref(), read.outlet.as_deref()),
        ("路燈修復了", Some("王小明"), Some("燈塔新聞網"))
    );
    assert_eq!(
        (taipei(read.published_at), taipei(read.updated_at)),
        ("2026-03-17 10:48".into(), "2026-03-17 11:30".into())
    );
    assert_eq!(
        (read.canonical_url.as_str(), read.language.as_deref()),
        ("https://www.lantern.example/news/7", Some("zh-Hant-TW"))
    );
    assert_eq!(read.text.lines().count(), 2);
}

#[test]
fn a_page_without_any_mark_is_read_from_what_it_prints() {
    let read = article(&format!(
        "<title>路燈修復了 - 燈塔電子報</title><h1>路燈修復了</h1><div class=date>2026年3月17日 下午 5:23</div><div><p>〔記者王小明／高雄報導〕市府說明路燈修復情形。</p>{BODY}</div>"
    ));
    assert_eq!((read.title.as_str(), read.byline.as_deref()), ("路燈修復了", Some("王小明")));
    assert_eq!(
        (taipei(read.published_at), read.canonical_url.as_str()),
        ("2026-03-17 17:23".into(), "https://lantern.example/news/7")
    );
}

#[test]
fn selectors_of_the_source_come_first() {
    let page = format!(
        "<title>甲</title><h1>頻道名稱</h1><h3>真正的標題</h3><i class=w>值班編輯</i><b class=d>2026/03/16 08:00</b><article>別的文章，很長的一段文字。{BODY}</article><div class=real>{BODY}<p class=x>雜訊，不該出現的一句話。</p></div>"
    );
    let some = |css: &str| Some(css.to_owned());
    let selectors = ArticleSelectors {
        title: some("h3"),
        byline: some(".w"),
        published: some(".d"),
        body: some(".real, .real p"),
        remove: some(".x"),
    };
    let read = try_read(&page, &selectors).unwrap();
    assert_eq!(
        (read.title.as_str(), read.byline.as_deref(), taipei(read.published_at)),
        ("真正的標題", Some("值班編輯"), "2026-03-16 08:00".into())
    );
    assert_eq!(read.text.lines().count(), 2);
}

#[test]
fn a_selector_that_is_no_css_is_named() {
    let selectors = ArticleSelectors { body: Some("div[".into()), ..ArticleSelectors::default() };
    let error = try_read("<p>甲", &selectors).unwrap_err().to_string();
    assert!(error.contains("article.body") && error.contains("div["), "{error}");
}

#[test]
fn notices_and_empty_pages_are_errors_that_say_what_to_do() {
    for (page, expect) in [
        ("", "no text"),
        ("<html><body><script>render()</script></body></html>", "no text"),
        ("<title>Just a moment...</title><body><p>Enable JavaScript and cookies to continue</p></body>", "robots"),
        (
            "<form action='/ask/over18'><p>您即將進入之看板內容需滿十八歲方可瀏覽。</p></form><p>請確認年齡，謝謝您。</p>",
            "over18=1",
        ),
    ] {
        let error = try_read(page, &ArticleSelectors::default()).unwrap_err().to_string();
        assert!(error.contains(expect) && error.contains("lantern.example"), "{page} → {error}");
    }
}

#[test]
fn a_hostile_page_is_an_error() {
    let error = try_read(&"<div>".repeat(200_000), &ArticleSelectors::default()).unwrap_err();
    assert!(matches!(error, ArticleError::Tree { source: TreeError::TooDeep { .. }, .. }));
}

#[test]
fn markup_in_text_stays_text() {
    let read = article(&format!(
        "<title>&lt;script&gt;alert(1)&lt;/script&gt;路燈</title><article><p>&lt;img onerror=x&gt; 市府表示，已經修復。</p>{BODY}</article>"
    ));
    assert_eq!(read.title, "<script>alert(1)</script>路燈");
    assert!(read.text.starts_with("<img onerror=x> 市府表示"));
}

#[test]
fn broken_json_ld_does_not_lose_the_page() {
    let read = article(&format!(
        "<title>路燈修復了</title><script type='application/ld+json'>{{\"@type\":\"NewsArticle\",,,</script><article>{BODY}</article>"
    ));
    assert_eq!(read.title, "路燈修復了");
}

#[test]
fn a_time_printed_without_a_mark_of_its_own_is_found() {
    for (line, expect) in [
        ("發布日期：115年3月17日 上午09:30", "2026-03-17 09:30"),
        ("發稿時間：2026/3/17 下午3時5分", "2026-03-17 15:05"),
        ("115年3月17日 上午9時0分", "2026-03-17 09:00"),
        ("張貼日期：115-03-17", "2026-03-17 00:00"),
    ] {
        let inside = article(&format!("<h1>路燈修復了</h1><div id=main><div>{line}</div>{BODY}</div>"));
        assert_eq!(taipei(inside.published_at), expect, "{line}");
        let outside = article(&format!(
            "<h1>路燈修復了</h1><ul><li>{line}</li><li>點閱：1234</li></ul><article>{BODY}</article>"
        ));
        let found = taipei(outside.published_at);
        assert!(found == expect || !line.contains('：'), "{line}: {found}");
    }
    let told =
        article(&format!("<h1>路燈修復了</h1><article><p>自2026年3月1日 08:00起，市府換裝路燈。</p>{BODY}</article>"));
    assert_eq!(told.published_at, None);
}

#[test]
fn what_is_no_page_is_refused_with_its_address() {
    for (text, expect) in [
        ("{\"title\":\"路燈\"}\n{\"title\":\"水管\"}", "clarion analyze"),
        ("<rss><channel><item><title>路燈不亮，市府派員。</title></item></channel></rss>", "clarion feed"),
        ("市府今日表示，路燈已經全部修復，感謝里民通報。", "without any markup"),
        ("<b>\u{e000}\u{fffd}市\u{e001}</b>", "no headline"),
    ] {
        let error = try_read(text, &ArticleSelectors::default()).unwrap_err().to_string();
        assert!(error.contains(expect) && error.contains("lantern.example"), "{text} → {error}");
    }
}
