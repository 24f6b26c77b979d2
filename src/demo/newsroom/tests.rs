use std::{
    future::Future,
    sync::{Mutex, Once},
    time::Duration,
};

use chrono::{DateTime, Utc};
use reqwest::{Client, Response, header, redirect::Policy};

use super::*;
use crate::clock::Sleep;

/// A clock that stands where it is put.
struct Standing(Mutex<DateTime<Utc>>);

impl Standing {
    fn put(&self, at: &str) {
        *self.0.lock().unwrap() = taipei(at);
    }
}

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep_until(&self, _: Duration) -> Sleep<'_> {
        Box::pin(std::future::pending())
    }
}

struct Visit {
    newsroom: Newsroom,
    clock: Arc<Standing>,
    client: Client,
}

fn taipei(at: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("2026-03-17T{at}:00+08:00")).unwrap().to_utc()
}

/// Opens the newsroom at a time of the day and lets `act` visit it.
async fn visit<F: Future<Output = ()>>(at: &str, act: impl FnOnce(Visit) -> F) {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| rustls::crypto::ring::default_provider().install_default().unwrap());
    let clock = Arc::new(Standing(Mutex::new(taipei(at))));
    let newsroom = Newsroom::open(Arc::new(Day::staged().unwrap()), clock.clone()).unwrap();
    let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let stop = CancellationToken::new();
    let running = newsroom.run(stop.clone());
    let visiting = async {
        act(Visit { newsroom, clock, client }).await;
        stop.cancel();
    };
    tokio::join!(running, visiting);
}

impl Visit {
    fn listing(&self, outlet: Outlet) -> Url {
        let sources = self.newsroom.sources();
        sources.iter().find(|s| s.id.as_str() == outlet.id()).unwrap().kind.url().unwrap().clone()
    }

    async fn get(&self, url: Url) -> Response {
        self.client.get(url).header(header::COOKIE, "over18=1").send().await.unwrap()
    }

    async fn text(&self, url: Url) -> String {
        let answer = self.get(url.clone()).await;
        assert_eq!(answer.status(), 200, "{url}");
        answer.text().await.unwrap()
    }

    async fn status(&self, key: &str) -> u16 {
        self.get(self.newsroom.address(key).unwrap()).await.status().as_u16()
    }
}

#[tokio::test]
async fn every_form_answers_with_what_is_out_and_nothing_more() {
    visit("15:00", |visit| async move {
        let day = visit.newsroom.day.clone();
        let now = visit.clock.now();
        for outlet in Outlet::ALL {
            if matches!(outlet, Outlet::Jiugang | Outlet::Tag) {
                continue;
            }
            let listing = visit.text(visit.listing(outlet)).await;
            for report in day.reports.iter().filter(|r| r.outlet == outlet) {
                let shown = report.shown(now);
                let title = template::escape(shown.map_or(report.title.as_str(), |shown| shown.title));
                assert_eq!(listing.contains(&title), shown.is_some(), "{} {title} in\n{listing}", report.key);
                assert_eq!(visit.status(&report.key).await, if shown.is_some() { 200 } else { 404 }, "{}", report.key);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn each_form_is_what_its_media_type_says() {
    visit("17:59", |visit| async move {
        for (outlet, media, mark) in [
            (Outlet::Mumian, "application/rss+xml; charset=utf-8", "<rss version=\"2.0\""),
            (Outlet::Fenghuang, "application/atom+xml; charset=utf-8", "<feed xmlns=\"http://www.w3.org/2005/Atom\""),
            (Outlet::Chaosheng, "application/feed+json; charset=utf-8", "https://jsonfeed.org/version/1.1"),
            (Outlet::Nanfeng, "application/xml; charset=utf-8", "<news:publication_date>2026-03-17T"),
            (Outlet::Dengta, "text/html; charset=utf-8", "<ul class=\"news-list\">"),
            (Outlet::Gangbian, "application/rss+xml; charset=utf-8", "<content:encoded><![CDATA[<p>"),
            (Outlet::Hamabbs, "text/html; charset=utf-8", "<div class=\"r-list-sep\">"),
            (Outlet::Cityhall, "application/rss+xml; charset=utf-8", "Tue, 17 Mar 2026 09:00:00 +0800"),
            (Outlet::Videos, "text/xml; charset=UTF-8", "<media:description>"),
            (Outlet::Weidao, "application/rss+xml; charset=utf-8", "<item>"),
        ] {
            let answer = visit.get(visit.listing(outlet)).await;
            assert_eq!(answer.headers()[header::CONTENT_TYPE], media);
            let text = answer.text().await.unwrap();
            assert!(text.contains(mark) && !text.contains("{{"), "{}: {text}", outlet.id());
            if media.contains("json") {
                assert!(
                    serde_json::from_str::<serde_json::Value>(&text).unwrap()["items"].as_array().unwrap().len() > 10
                );
            }
        }
        let statuses = visit.text(visit.listing(Outlet::Tag)).await;
        let statuses: serde_json::Value = serde_json::from_str(&statuses).unwrap();
        assert_eq!(statuses[0]["created_at"], "2026-03-17T09:52:00.000Z");
        for status in statuses.as_array().unwrap() {
            assert!(status["tags"].as_array().unwrap().iter().any(|tag| tag["name"] == "高雄"), "{status}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_neighbourhood_paper_sends_big5_and_does_not_say_so() {
    visit("12:00", |visit| async move {
        let report = visit.newsroom.day.report("A022").unwrap().clone();
        for url in [visit.listing(Outlet::Jiugang), visit.newsroom.address("A022").unwrap()] {
            let answer = visit.get(url).await;
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html");
            let bytes = answer.bytes().await.unwrap();
            assert!(std::str::from_utf8(&bytes).is_err());
            let (text, wrong) = encoding_rs::BIG5.decode_without_bom_handling(&bytes);
            assert!(!wrong && text.contains(&report.title) && text.contains("115年3月17日 上午5時50分"), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    visit("09:00", |visit| async move {
        for outlet in [Outlet::Mumian, Outlet::Chaosheng, Outlet::Nanfeng, Outlet::Cityhall, Outlet::Tag] {
            let url = visit.listing(outlet);
            let etag = visit.get(url.clone()).await.headers()[header::ETAG].clone();
            let again = visit.client.get(url).header(header::IF_NONE_MATCH, etag.clone()).send().await.unwrap();
            assert_eq!((again.status().as_u16(), &again.headers()[header::ETAG]), (304, &etag), "{}", outlet.id());
            assert!(again.bytes().await.unwrap().is_empty());
        }
        let url = visit.listing(Outlet::Gangbian);
        let modified = visit.get(url.clone()).await.headers()[header::LAST_MODIFIED].clone();
        assert_eq!(modified, "Tue, 17 Mar 2026 00:50:00 GMT");
        let ask = |at: header::HeaderValue| visit.client.get(url.clone()).header(header::IF_MODIFIED_SINCE, at).send();
        assert_eq!(ask(modified.clone()).await.unwrap().status(), 304);
        visit.clock.put("09:21");
        assert_eq!(ask(modified).await.unwrap().status(), 200);
    })
    .await;
}

#[tokio::test]
async fn the_board_asks_for_the_visitors_age_first() {
    visit("17:59", |visit| async move {
        for url in [visit.listing(Outlet::Hamabbs), visit.newsroom.address("A017").unwrap()] {
            let answer = visit.client.get(url.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 302);
            let to = url.join(answer.headers()[header::LOCATION].to_str().unwrap()).unwrap();
            assert_eq!((to.path(), to.query()), ("/ask/over18", Some(format!("from={}", url.path()).as_str())));
            assert_eq!(visit.client.get(to).send().await.unwrap().status(), 200);
        }
        let index = visit.text(visit.listing(Outlet::Hamabbs)).await;
        let at = |what: &str| index.find(what).unwrap_or_else(|| panic!("{what} in {index}"));
        assert!(
            at("建工路又要刨") < at("青軸鍵盤") && at("青軸鍵盤") < at("r-list-sep") && at("r-list-sep") < at("板規")
        );
        assert!(at("(本文已被刪除)") < at("r-list-sep") && index.contains("> 3/17<"));
        let older = index.split("href=\"").find(|rest| rest.contains(">‹ 上頁")).unwrap().split('"').next().unwrap();
        let older = visit.text(visit.listing(Outlet::Hamabbs).join(older).unwrap()).await;
        assert!(older.contains("板規") && !older.contains("r-list-sep") && older.contains("disabled\">‹ 上頁"));
        let post = visit.text(visit.newsroom.address("A017").unwrap()).await;
        assert!(post.contains("<span class=\"article-meta-value\">Tue Mar 17 05:46:00 2026</span>"), "{post}");
        assert!(post.contains("push-tag\">推 </span>") && post.contains("03/17 05:49"), "{post}");
    })
    .await;
}

#[tokio::test]
async fn a_later_correction_replaces_the_report_in_page_and_listing() {
    visit("08:19", |visit| async move {
        let page = visit.newsroom.address("A013").unwrap();
        let before = (visit.text(page.clone()).await, visit.text(visit.listing(Outlet::Gangbian)).await);
        visit.clock.put("08:20");
        let after = (visit.text(page).await, visit.text(visit.listing(Outlet::Gangbian)).await);
        for (before, after) in [(before.0, after.0), (before.1, after.1)] {
            assert!(before.contains("約600平方公尺") && !before.contains("兩名消防員輕傷"));
            assert!(
                !after.contains("約600平方公尺") && after.contains("約640平方公尺") && after.contains("兩名消防員輕傷")
            );
        }
    })
    .await;
}

#[tokio::test]
async fn the_site_in_trouble_refuses_then_answers_wrongly_then_recovers() {
    visit("06:00", |visit| async move {
        let url = visit.listing(Outlet::Weidao);
        let busy = visit.get(url.clone()).await;
        assert_eq!(
            (busy.status().as_u16(), &busy.headers()[header::RETRY_AFTER]),
            (503, &header::HeaderValue::from(120))
        );
        visit.clock.put("10:00");
        let moved = visit.get(url.clone()).await;
        assert_eq!(moved.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(moved.text().await.unwrap().contains("主機搬遷中"));
        visit.clock.put("17:00");
        let feed = visit.text(url).await;
        assert_eq!(feed.matches("<item>").count(), 2);
    })
    .await;
}

#[tokio::test]
async fn robots_are_told_where_not_to_go() {
    visit("06:00", |visit| async move {
        for outlet in Outlet::ALL {
            let answer = visit.get(visit.listing(outlet).join("/robots.txt").unwrap()).await;
            assert_eq!(answer.status(), if outlet == Outlet::Hamabbs { 404 } else { 200 }, "{}", outlet.id());
            let text = answer.text().await.unwrap();
            assert!(!text.to_lowercase().contains("crawl-delay") && !text.contains("{{"));
            assert_eq!(text.contains("Disallow: /search"), outlet != Outlet::Hamabbs);
            let unknown = visit.get(visit.listing(outlet).join("/nothing/here").unwrap()).await.status().as_u16();
            assert_eq!(unknown, if outlet == Outlet::Weidao { 503 } else { 404 }, "{}", outlet.id());
        }
    })
    .await;
}

#[tokio::test]
async fn pages_state_their_time_as_their_site_does() {
    visit("17:59", |visit| async move {
        for (key, mark) in [
            ("A014", "\"datePublished\":\"2026-03-17T05:42:00+08:00\""),
            ("A038", "\"@graph\":["),
            ("B030", "[{\"@context\":\"https://schema.org\",\"@type\":\"WebSite\""),
            ("A015", "<meta property=\"article:published_time\" content=\"2026-03-17T05:44:00+08:00\">"),
            ("B013", "<div class=\"publish-time\">2026/03/17 上午 11:48</div>"),
            ("B016", "content=\"2026-03-17T14:40:00+08:00\""),
            ("A001", "115年3月17日 上午5時40分"),
            ("A035", "TkToday1035"),
        ] {
            let page = visit.text(visit.newsroom.address(key).unwrap()).await;
            assert!(page.contains(mark) && !page.contains("{{"), "{key}: {page}");
        }
        assert_eq!(visit.newsroom.address("Z999"), None);
    })
    .await;
}
