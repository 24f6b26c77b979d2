//! Reports out of captured pages of Taiwanese outlets, and out of pages made up to be difficult.

use std::path::Path;

use chrono::{DateTime, Utc};
use clarion::{
    domain::{Article, ArticleSelectors},
    eval::news_pages,
    extract::article,
};
use proptest::proptest;
use url::Url;

#[test]
fn captured_pages_are_read_right() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/news_pages");
    if !dir.join("expected.jsonl").exists() {
        println!("{} is not there: real-data check not made", dir.display());
        return;
    }
    let scores = news_pages::score(&dir).unwrap();
    for part in scores.parts() {
        println!("news pages, {}: {} of {}", part.name, part.right, part.total);
    }
    for part in scores.parts() {
        let wrong: Vec<&news_pages::PageScore> = scores.wrong_in(&part.name).collect();
        assert!(part.total > 0 && wrong.is_empty(), "{}: {wrong:#?}", part.name);
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_774_000_000, 0).unwrap_or_default()
}

fn read(page: &str) -> Result<Article, String> {
    let url = Url::parse("https://lantern.example/news/7").map_err(|error| error.to_string())?;
    article::read(page, "utf-8", &url, &ArticleSelectors::default(), now()).map_err(|error| error.to_string())
}

const BODY: &str = "<p>市府今日表示，三民區的路燈已經全部修復，感謝里民通報。</p><p>工務局說，若仍有路燈不亮，可以撥打１９９９，將於三日內派員修復。</p>";

#[test]
fn hostile_pages_end_in_an_error_or_a_report_and_never_in_a_panic() {
    let many_attributes = (0..100_000).fold(String::new(), |tag, n| tag + &format!(" a{n}"));
    let long = "長".repeat(300_000);
    let pages = [
        "<div>".repeat(200_000),
        "<ul><li>".repeat(100_000),
        "<b>".repeat(200_000),
        "<table><tr><td>".repeat(70_000),
        format!("<svg>{}", "<g>".repeat(200_000)),
        format!("<p{many_attributes}>{BODY}"),
        format!("<p title='{long}'>{BODY}"),
        format!("{BODY}<!-- {long}"),
        format!("<p>{long}"),
        format!("<article>{}</article>", "<p>路燈，不亮。".repeat(20_000)),
        format!("<script type='application/ld+json'>{}</script>{BODY}", "[".repeat(200_000)),
        format!("<title>{}</title>{BODY}", " | ".repeat(50_000)),
        format!("{}{BODY}", "<h1>路燈</h1><time>2026/03/17 10:48</time>".repeat(5_000)),
        "\u{0}\u{1}<\u{0}p>".repeat(1000),
        String::new(),
    ];
    for page in &pages {
        let start: String = page.chars().take(40).collect();
        match read(page) {
            Ok(article) => assert!(!article.text.is_empty(), "{start}"),
            Err(error) => assert!(error.contains("lantern.example"), "{start}: {error}"),
        }
    }
}

#[test]
fn a_report_of_an_unknown_outlet_is_read_by_the_general_rules() {
    let report = read(&format!(
        "<html lang=zh-TW><head><title>路燈修復了 ｜ 地方 ｜ 燈塔新聞網</title><meta name=pubdate content='2026-03-17T10:48:00Z'></head>
         <body><header>燈塔新聞網</header><nav><a href=/>首頁</a></nav><h1>路燈修復了</h1><span class='post-time'>2026/03/17 10:48</span>
         <article><p>［記者王小明／高雄報導］市府說明修復情形。</p>{BODY}<p>延伸閱讀</p><p><a href=/1>水管破了</a></p></article>
         <aside>熱門</aside><footer>版權所有</footer></body></html>"
    ))
    .unwrap();
    assert_eq!(report.title, "路燈修復了");
    assert_eq!(report.byline.as_deref(), Some("王小明"));
    assert_eq!(report.outlet.as_deref(), Some("燈塔新聞網"));
    assert_eq!(report.published_at.map(|at| at.at.to_rfc3339()).as_deref(), Some("2026-03-17T02:48:00+00:00"));
    assert_eq!(report.text.lines().count(), 3, "{}", report.text);
}

#[test]
fn a_rubric_above_and_a_request_below_are_no_part_of_the_report() {
    let report = read(&format!(
        "<title>路燈修復了 | 燈塔新聞網</title><article><p class=kicker>地方／市政追蹤</p><h1>路燈修復了</h1>{BODY}
         <p>延伸閱讀</p><p><a href=/1>水管破裂三民區停水至晚間</a></p><p>里長說，夜裡走路安心多了。</p>
         <div class=box><h3>支持獨立報導</h3><p>新聞需要時間。您的支持，讓我們能繼續在現場。</p><p>訂閱電子報，加入會員。</p></div></article>"
    ))
    .unwrap();
    assert_eq!(report.text.lines().count(), 3, "{}", report.text);
    assert!(report.text.starts_with("市府今日") && report.text.ends_with("安心多了。"), "{}", report.text);
}

#[test]
fn any_markup_is_read_without_panic() {
    proptest!(|(page in "(<(h1|p|article|div class=time|time|b|meta name=pubdate content=2026)>|</(p|div|b)>|記者王小明／高雄報導|2026/[0-9]{1,3}/17 1?0:48|路燈，不亮。|&[a-z]{0,5};?|[ \n]){0,60}")| {
        let _ = read(&page);
    });
}
