//! The loops against fake sites: what comes in well, and what bad input gets.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    clock::{Clock, Sleep},
    domain::{Policy, SessionLimits, Source, SourceKind, SourceState},
    fetch::{self, Fetcher},
    lifecycle::{Pulse, Stop},
    store::{Filter, Report, Store},
    workers::{Poll, Read, Revisits, Shared, Upkeep},
};
use tokio::sync::{Notify, watch};

use crate::support::{self, Database, Site, analyzer, morning, whole};

/// A clock the test moves by hand; waiting takes no time.
#[derive(Default)]
pub struct HandClock {
    monotonic: AtomicU64,
    /// Microseconds by which somebody set the wall clock.
    set: AtomicI64,
}

impl HandClock {
    pub fn pass(&self, time: Duration) {
        self.monotonic.fetch_add(u64::try_from(time.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// Somebody sets the wall clock; or the machine slept, in which the monotonic clock stands still.
    pub fn jump(&self, by: TimeDelta) {
        self.set.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        let set = TimeDelta::microseconds(self.set.load(Ordering::SeqCst));
        morning() + TimeDelta::from_std(self.monotonic()).unwrap() + set
    }

    fn monotonic(&self) -> Duration {
        Duration::from_micros(self.monotonic.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, at: Duration) -> Sleep<'_> {
        self.pass(at.saturating_sub(self.monotonic()));
        Box::pin(tokio::task::yield_now())
    }
}

/// The daemon's loops over one database, driven by hand.
pub struct World {
    pub database: Database,
    pub clock: Arc<HandClock>,
    pub shared: Shared,
    poll: Poll,
    read: Read,
    revisits: Revisits,
    sources: watch::Sender<Arc<Vec<Source>>>,
}

impl World {
    pub async fn new(sources: Vec<Source>) -> Self {
        fetch::install_tls();
        let database = support::sqlite().await;
        let clock = Arc::new(HandClock::default());
        let mut settings = fetch::Settings::default();
        settings.timeouts.total = Duration::from_millis(900);
        settings.timeouts.first_byte = Duration::from_millis(400);
        settings.timeouts.idle = Duration::from_millis(400);
        let fetcher = Arc::new(Fetcher::new(settings, clock.clone()).unwrap());
        let (sender, receiver) = watch::channel(Arc::new(sources));
        let metrics = Arc::clone(&database.metrics);
        let shared = Shared::new(database.store.clone(), fetcher, analyzer().await, receiver, metrics, clock.clone());
        let found = Arc::new(Notify::new());
        let poll = Poll::new(shared.clone(), Pulse::default(), Arc::clone(&found));
        let read = Read::new(shared.clone(), Pulse::default(), found, 4, 2);
        let revisits = Revisits::new(shared.clone(), Pulse::default());
        Self { database, clock, shared, poll, read, revisits, sources: sender }
    }

    /// A reader that remembers nothing, as after a restart or in another daemon on the same server.
    fn restart(&mut self) {
        self.read = Read::new(self.shared.clone(), Pulse::default(), Arc::default(), 4, 2);
    }

    /// Polls what is due, reads what was found, and lets the interval pass.
    pub async fn round(&self) {
        self.look().await;
        self.clock.pass(Duration::from_mins(6));
    }

    /// Polls what is due and reads what was found.
    pub async fn look(&self) {
        self.poll.tick().await.unwrap();
        while self.read.tick(&Stop::new()).await.unwrap() > 0 {}
    }

    /// Lets so many minutes pass and makes the visits that are due by then.
    pub async fn visit_after(&self, minutes: u64) {
        self.clock.pass(Duration::from_mins(minutes));
        self.revisits.tick(&Stop::new()).await.unwrap();
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.clock.pass(time);
    }

    pub fn store(&self) -> &Store {
        &self.database.store
    }

    /// Puts other sources in the place of those that are configured, as a reload does.
    pub fn configure(&self, sources: Vec<Source>) {
        self.sources.send_replace(Arc::new(sources));
    }

    pub async fn reports(&self) -> Vec<Report> {
        let mut reports = Vec::new();
        for row in self.store().reports(&Filter::default(), None, 100).await.unwrap().rows {
            reports.push(self.store().report(&row.id).await.unwrap().unwrap());
        }
        reports
    }

    async fn state(&self, id: &str) -> SourceState {
        let states = self.store().source_states().await.unwrap();
        states.into_iter().find(|(known, _)| known == id).map(|(_, state)| state).unwrap_or_default()
    }
}

pub fn source(id: &str, kind: SourceKind) -> Source {
    Source { kind, allow_networks: vec!["127.0.0.0/8".into()], ..support::source(id, "木棉日報") }
}

pub fn rss(items: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>木棉日報</title>{items}</channel></rss>")
}

pub fn item(site: &Site, path: &str, title: &str, lead: &str) -> String {
    format!(
        "<item><guid>{path}</guid><title>{title}</title><link>{}</link><description>{lead}</description>\
         <pubDate>Tue, 17 Mar 2026 07:40:00 +0800</pubDate></item>",
        site.url(path)
    )
}

pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"zh-Hant\"><head><meta charset=\"utf-8\"><title>{title}｜木棉日報</title></head>\
         <body><nav><a href=\"/\">首頁</a></nav><article><h1>{title}</h1><p>{body}</p></article></body></html>"
    )
}

const LIGHTS: &str = "鳳山區五甲二路整排路燈連續三晚不亮，里民晚上出門只能摸黑走路，工務局道路養護工程處表示，已派員前往查修，\
                      預計今天入夜前恢復照明，並將全面清查周邊線路，避免同樣情形再次發生。";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_becomes_analysed_reports_and_is_asked_conditionally() {
    let site = Site::open().await;
    let feed = rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑"));
    let head = "application/rss+xml\r\nETag: \"v1\"\r\nLast-Modified: Tue, 17 Mar 2026 00:00:00 GMT";
    site.answer("/rss", whole("200 OK", head, feed.as_bytes()));
    site.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
    world.round().await;
    let report = world.reports().await.remove(0);
    assert_eq!((report.row.title.as_str(), report.text.as_str()), ("五甲二路路燈不亮", LIGHTS));
    assert_eq!(report.row.service.as_deref(), Some("streetlight"));
    assert_eq!(report.row.district.as_deref(), Some("鳳山區"));
    assert!(report.row.in_scope && report.snapshot.is_some());
    world.round().await;
    let asked = site.last_request().to_ascii_lowercase();
    assert!(
        asked.contains("if-none-match: \"v1\"") && asked.contains("if-modified-since: tue, 17 mar 2026"),
        "{asked}"
    );
    assert_eq!(site.asked(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_entry_becomes_a_revision() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
    site.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
    world.round().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈已修復", "里民放心")));
    site.serve("/1", "text/html", page("五甲二路路燈已修復", LIGHTS));
    world.round().await;
    let report = world.reports().await.remove(0);
    assert_eq!((report.row.title.as_str(), report.revisions.len()), ("五甲二路路燈已修復", 2));
}

/// A source whose first answer is `bytes`: what the duty officer is told, and that everything else goes on.
async fn check_trouble(bytes: Vec<u8>, result: &str, expect: &[&str]) {
    let (bad, good) = (Site::open().await, Site::open().await);
    bad.answer("/rss", bytes);
    good.serve("/rss", "application/rss+xml", rss(&item(&good, "/1", "五甲二路路燈不亮", "里民摸黑")));
    good.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    let world = World::new(vec![
        source("weidao", SourceKind::Feed(bad.url("/rss"))),
        source("mumian", SourceKind::Feed(good.url("/rss"))),
    ])
    .await;
    world.round().await;
    let state = world.state("weidao").await;
    let trouble = state.trouble.expect("the trouble is shown").detail;
    for part in expect {
        assert!(trouble.contains(part), "{part:?} is not in {trouble:?}");
    }
    assert_eq!(state.failures, 1);
    let polls = world.database.metrics.source_polls_total.with_label_values(&["weidao", result]).get();
    assert_eq!(polls, 1, "counted as {result}: {trouble}");
    assert_eq!(world.reports().await.len(), 1, "the other source goes on");
    assert_eq!(world.state("mumian").await.failures, 0);

    bad.serve("/rss", "application/rss+xml", rss(&item(&bad, "/2", "三多路淹水", "積水二十公分")));
    world.round().await;
    let again = world.state("weidao").await;
    assert!(again.due_at > Some(world.clock.now() - TimeDelta::minutes(6)), "backs off");
    world.clock.pass(Duration::from_hours(7));
    world.round().await;
    assert_eq!(world.state("weidao").await.trouble, None, "it recovers by itself");
    assert_eq!(world.reports().await.len(), 2, "nothing stored was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_feed_is_named_with_what_to_do() {
    check_trouble(whole("404 Not Found", "text/plain", b"gone"), "http_error", &["404", "/rss", "browser"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forbidden_feed_is_named() {
    check_trouble(whole("403 Forbidden", "text/plain", b"no"), "http_error", &["403", "/rss"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_server_is_named() {
    check_trouble(whole("500 Internal Server Error", "text/plain", b"oh"), "http_error", &["500", "/rss"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_server_is_a_timeout() {
    check_trouble(Vec::new(), "timeout", &["/rss", "in time"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_cut_short_is_named() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<rss".to_vec();
    check_trouble(head, "http_error", &["/rss"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn xml_broken_beyond_reading_is_named() {
    let broken = b"<?xml version=\"1.0\"?><<>>&&& <channel <item>";
    check_trouble(whole("200 OK", "application/rss+xml", broken), "parse_error", &["breaks off"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_where_a_feed_was_expected_is_named_with_the_remedy() {
    let html = page("木棉日報首頁", "今日要聞、地方、生活、體育、財經，全部的新聞都在這裡，歡迎天天來看看。");
    check_trouble(whole("200 OK", "text/html", html.as_bytes()), "parse_error", &["HTML"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_answer_is_not_a_feed() {
    check_trouble(whole("200 OK", "application/rss+xml", b""), "parse_error", &["empty"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_megabytes_are_cut_off() {
    let body = vec![b' '; 100 << 20];
    check_trouble(whole("200 OK", "application/rss+xml", &body), "too_large", &["bytes", "/rss"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn big5_that_says_utf8_is_read_right() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "Road lights", "")));
    let html = page("五甲二路路燈不亮", LIGHTS);
    let (bytes, _, lost) = encoding_rs::BIG5.encode(&html);
    assert!(!lost);
    site.serve("/1", "text/html; charset=utf-8", bytes);
    let world = World::new(vec![source("jiugang", SourceKind::Feed(site.url("/rss")))]).await;
    world.round().await;
    let report = world.reports().await.remove(0);
    assert_eq!((report.text.as_str(), report.charset.as_str()), (LIGHTS, "big5"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_cannot_be_read_leaves_its_headline_and_lead() {
    let site = Site::open().await;
    let items = item(&site, "/gone", "五甲二路路燈不亮", "里民晚上摸黑走路") + &item(&site, "/2", "三多路淹水", "積水");
    site.serve("/rss", "application/rss+xml", rss(&items));
    site.serve(
        "/2",
        "text/html",
        page("三多路淹水", "苓雅區三多路今天上午大雨後積水二十公分，機車騎士只能牽車涉水而過。"),
    );
    let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
    world.round().await;
    let mut texts: Vec<String> = world.reports().await.into_iter().map(|report| report.text).collect();
    texts.sort();
    assert_eq!(texts.len(), 2);
    assert!(texts.contains(&"里民晚上摸黑走路".to_owned()), "{texts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_bound_to_headlines_is_never_fetched_further() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
    site.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    let feed = source("mumian", SourceKind::Feed(site.url("/rss")));
    let world = World::new(vec![Source { policy: Policy::HeadlineOnly, ..feed }]).await;
    world.round().await;
    assert_eq!((site.asked(), world.reports().await[0].text.as_str()), (1, "里民摸黑"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_address_is_refused_before_a_packet_is_sent() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(""));
    let feed = source("mumian", SourceKind::Feed(site.url("/rss")));
    let world = World::new(vec![Source { allow_networks: Vec::new(), ..feed }]).await;
    world.round().await;
    assert_eq!(site.asked(), 0);
    let blocked = world.database.metrics.fetch_blocked_total.with_label_values(&["private_address"]).get();
    assert_eq!(blocked, 1, "{:?}", world.state("mumian").await.trouble);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_pages_and_rows_is_read_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.html"), page("五甲二路路燈不亮", LIGHTS)).unwrap();
    let rows = "{\"id\":\"r1\",\"title\":\"三多路淹水\",\"text\":\"苓雅區三多路積水。\",\"outlet\":\"鳳凰木晚報\"}\nnot json\n";
    std::fs::write(folder.path().join("b.jsonl"), rows).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not for us").unwrap();
    let kind = SourceKind::Folder(folder.path().to_path_buf());
    let world = World::new(vec![source("import", kind)]).await;
    world.round().await;
    let mut found: Vec<(String, String)> =
        world.reports().await.into_iter().map(|report| (report.row.outlet, report.row.title)).collect();
    found.sort();
    let expect = [("木棉日報", "五甲二路路燈不亮"), ("鳳凰木晚報", "三多路淹水")];
    assert_eq!(found, expect.map(|(outlet, title)| (outlet.to_owned(), title.to_owned())));
    world.round().await;
    assert_eq!(world.reports().await.len(), 2, "a second look finds nothing new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_board_is_read_back_to_what_is_known() {
    let site = Site::open().await;
    let row = |n: u32| {
        format!(
            "<div class=\"r-ent\"><div class=\"nrec\"></div><div class=\"title\"><a href=\"/bbs/Takao/M.{n}.html\">[問題] 第{n}篇</a>\
             </div><div class=\"meta\"><div class=\"author\">takao</div><div class=\"date\"> 3/17</div></div></div>"
        )
    };
    let index = |rows: String, older: &str| {
        format!(
            "<html><body><div class=\"btn-group\"><a class=\"btn wide\" href=\"{older}\">‹ 上頁</a></div>\
             <div class=\"r-list-container\">{rows}<div class=\"r-list-sep\"></div>{}</div></body></html>",
            row(99)
        )
    };
    site.serve("/bbs/Takao/index.html", "text/html", index(row(3) + &row(4), "/bbs/Takao/index1.html"));
    site.serve("/bbs/Takao/index1.html", "text/html", index(row(1) + &row(2), "/bbs/Takao/index0.html"));
    for n in 1..=4 {
        let body = format!(
            "<html><body><div id=\"main-content\"><div class=\"article-metaline\"><span class=\"article-meta-tag\">標題</span>\
             <span class=\"article-meta-value\">[問題] 第{n}篇</span></div>\n鳳山區的路燈是不是又壞了？有人知道要打給誰嗎？\n\
             <span class=\"f2\">※ 發信站: 打狗站</span></div></body></html>"
        );
        site.serve(&format!("/bbs/Takao/M.{n}.html"), "text/html", body);
    }
    let world = World::new(vec![source("hamabbs", SourceKind::Board(site.url("/bbs/Takao/index.html")))]).await;
    world.round().await;
    assert!(site.last_request().contains("over18=1"));
    assert_eq!(world.state("hamabbs").await.trouble, None, "an older page that is missing costs itself only");
    let mut titles: Vec<String> = world.reports().await.into_iter().map(|report| report.row.title).collect();
    titles.sort();
    assert_eq!(titles.len(), 4, "{titles:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_a_removed_source_waits_for_its_return() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
    site.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    let feed = source("mumian", SourceKind::Feed(site.url("/rss")));
    let world = World::new(vec![feed.clone()]).await;
    world.poll.tick().await.unwrap();
    world.configure(Vec::new());
    world.read.tick(&Stop::new()).await.unwrap();
    assert_eq!(world.store().waiting().await.unwrap(), 1);
    world.configure(vec![feed]);
    world.clock.pass(Duration::from_hours(2));
    world.round().await;
    assert_eq!(world.reports().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_stays_the_same_still_leads_to_new_reports() {
    let site = Site::open().await;
    let index = format!("<sitemapindex><sitemap><loc>{}</loc></sitemap></sitemapindex>", site.url("/news.xml"));
    site.serve("/index.xml", "application/xml", index);
    let map = |paths: &[&str]| {
        let urls: Vec<String> = paths.iter().map(|path| format!("<url><loc>{}</loc></url>", site.url(path))).collect();
        format!("<urlset>{}</urlset>", urls.concat())
    };
    site.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    site.serve(
        "/2",
        "text/html",
        page("三多路淹水", "苓雅區三多路今天上午大雨後積水二十公分，機車騎士只能牽車涉水而過。"),
    );
    site.serve("/news.xml", "application/xml", map(&["/1"]));
    let world = World::new(vec![source("nanfeng", SourceKind::Sitemap(site.url("/index.xml")))]).await;
    world.round().await;
    site.serve("/news.xml", "application/xml", map(&["/1", "/2"]));
    world.round().await;
    assert_eq!(world.reports().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_site_is_waited_for_without_using_up_tries() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
    site.answer("/1", whole("429 Too Many Requests", "text/plain\r\nRetry-After: 600", b"later"));
    let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
    for _ in 0..5 {
        world.round().await;
    }
    assert!(world.reports().await.is_empty(), "it is not given up as a mere headline");
    site.serve("/1", "text/html", page("五甲二路路燈不亮", LIGHTS));
    world.clock.pass(Duration::from_hours(1));
    world.round().await;
    assert_eq!(world.reports().await[0].text, LIGHTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_stop_claimed_entries_go_back_into_the_queue() {
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
    let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
    world.poll.tick().await.unwrap();
    let stop = Stop::new();
    stop.cancel();
    world.read.tick(&stop).await.unwrap();
    assert_eq!(world.store().claim(5, world.clock.now(), Duration::from_mins(1)).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_source_delays_nobody_else() {
    let slow = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let held = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&held);
    let address = slow.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the fake site ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((stream, _)) = slow.accept().await {
            keep.lock().unwrap().push(stream);
        }
    });
    let site = Site::open().await;
    site.serve("/rss", "application/rss+xml", rss(&item(&site, "/1", "五甲二路路燈不亮", "里民摸黑")));
    let world = World::new(vec![
        source("slow", SourceKind::Feed(format!("http://{address}/rss").parse().unwrap())),
        source("mumian", SourceKind::Feed(site.url("/rss"))),
    ])
    .await;
    let stop = Stop::new();
    let polling = world.poll.run(stop.clone());
    let found = async {
        while world.database.store.waiting().await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    tokio::time::timeout(Duration::from_secs(5), futures_util::future::join(polling, found)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_real_captured_pages_becomes_reports() {
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/news_pages/html");
    if !pages.is_dir() {
        println!("{} is not there: real-data check not made", pages.display());
        return;
    }
    let world = World::new(vec![source("archive", SourceKind::Folder(pages))]).await;
    world.round().await;
    let reports = world.reports().await;
    let titles: Vec<&str> = reports.iter().map(|report| report.row.title.as_str()).collect();
    for title in ["平鎮輪胎行惡火  疏散7人1女命喪", "與母爭吵疑失足墜樓　男子送醫搶救不治"]
    {
        assert!(titles.contains(&title), "{title} is not in {titles:#?}");
    }
    assert!(reports.len() >= 7, "{titles:#?}");
    // None of these stories happened in the city, so none may be laid before its duty officer.
    let inside: Vec<&str> =
        reports.iter().filter(|report| report.row.in_scope).map(|report| report.row.title.as_str()).collect();
    assert!(inside.is_empty(), "{inside:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_join_a_story_at_once_and_after_a_restart() {
    const TREES: &str = "左營區博愛二路行道樹昨晚倒塌壓到兩輛汽車，消防局派員排除，工務局養護工程處今天上午完成清運，車道已恢復通行，\
                         車主將依程序申請國家賠償。";
    let sites = [Site::open().await, Site::open().await, Site::open().await];
    let serve = |site: &Site, path: &str, body: &str| {
        site.serve("/rss", "application/rss+xml", rss(&item(site, path, "市政快訊", "市政快訊")));
        site.serve(path, "text/html", page("市政快訊", body));
    };
    serve(&sites[0], "/1", LIGHTS);
    serve(&sites[1], "/1", &format!("（中央社記者王小明高雄17日電）{LIGHTS}"));
    serve(&sites[2], "/1", TREES);
    let named = ["mumian", "weidao", "dengta"].into_iter().zip(&sites);
    let mut world = World::new(named.map(|(id, site)| source(id, SourceKind::Feed(site.url("/rss")))).collect()).await;
    let stories = async |world: &World| {
        let kept = world.store().tellings(0, 10).await.unwrap();
        let mut stories: Vec<(String, bool)> = kept.into_iter().map(|it| (it.story, it.syndicated)).collect();
        stories.sort();
        stories
    };
    world.round().await;
    let kept = stories(&world).await;
    let apart = kept.iter().map(|(story, _)| story).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((kept.len(), apart, kept.iter().filter(|(_, syndicated)| *syndicated).count()), (3, 2, 1));
    world.restart();
    serve(&sites[2], "/2", LIGHTS);
    world.round().await;
    let after = stories(&world).await;
    let again = after.iter().map(|(story, _)| story).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!((after.len(), again), (4, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_joins_its_reports_to_what_another_kept_meanwhile() {
    let sites = [Site::open().await, Site::open().await, Site::open().await];
    let serve = |site: &Site, path: &str, body: &str| {
        site.serve("/rss", "application/rss+xml", rss(&item(site, path, "市政快訊", "市政快訊")));
        site.serve(path, "text/html", page("市政快訊", body));
    };
    let named = ["mumian", "weidao", "dengta"].into_iter().zip(&sites);
    let mut world = World::new(named.map(|(id, site)| source(id, SourceKind::Feed(site.url("/rss")))).collect()).await;
    let stories = async |world: &World| {
        let kept = world.store().tellings(0, 10).await.unwrap();
        let stories: std::collections::BTreeSet<String> = kept.iter().map(|it| it.story.clone()).collect();
        (kept.len(), stories.len())
    };
    let mut other = Read::new(world.shared.clone(), Pulse::default(), Arc::default(), 4, 2);
    let empty = rss("");
    for site in &sites {
        site.serve("/rss", "application/rss+xml", empty.clone());
    }
    world.round().await;
    // Both have looked at the database; now they take turns.
    for (n, site) in sites.iter().enumerate() {
        serve(site, &format!("/{n}"), LIGHTS);
        world.round().await;
        std::mem::swap(&mut world.read, &mut other);
    }
    assert_eq!(stories(&world).await, (3, 1));
    // The page changes beyond likeness, and the report keeps its story.
    let changed = "左營區博愛二路行道樹昨晚倒塌壓到兩輛汽車，消防局派員排除，車主將依程序申請國家賠償。";
    serve(&sites[1], "/1", changed);
    let renamed = rss(&item(&sites[1], "/1", "市政快訊更正", "市政快訊"));
    sites[1].serve("/rss", "application/rss+xml", renamed);
    world.round().await;
    let texts: Vec<String> = world.reports().await.into_iter().map(|report| report.text).collect();
    assert_eq!(stories(&world).await, (3, 1), "{texts:?}");
    let metrics = &world.database.metrics;
    assert_eq!((metrics.stories_total.get(), metrics.story_reports_total.get()), (1, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_reports_shows_in_the_gauge_of_its_service_and_passes() {
    let site = Site::open().await;
    let items: String =
        (0..4).map(|n| item(&site, &format!("/{n}"), &format!("鳳山區第{n}盞路燈不亮"), "摸黑")).collect();
    site.serve("/rss", "application/rss+xml", rss(&items));
    for n in 0..4 {
        site.serve(&format!("/{n}"), "text/html", page(&format!("鳳山區第{n}盞路燈不亮"), LIGHTS));
    }
    let world = World::new(vec![source("mumian", SourceKind::Feed(site.url("/rss")))]).await;
    let limits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };
    let services = vec!["streetlight".to_owned(), "flood".to_owned()];
    let mut upkeep = Upkeep::new(world.shared.clone(), Pulse::default(), limits, services);
    let mut scores = async || {
        let now = upkeep.clocks();
        upkeep.tick(None, now).await.unwrap();
        ["streetlight", "flood"]
            .map(|service| world.database.metrics.service_burst_score.with_label_values(&[service]).get().to_string())
    };
    assert_eq!(scores().await, ["0", "0"]);
    world.round().await;
    let [lights, flood] = scores().await;
    assert!(lights.parse::<f64>().unwrap() > 3.0 && flood == "0", "{lights} {flood}");
    for _ in 0..4 {
        world.clock.pass(Duration::from_hours(20));
        assert_eq!(scores().await, ["0", "0"]);
    }
}
