//! The console over a real store: what a duty officer sees, and what a hostile address or report gets.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    auth::Accounts,
    clock::{Clock, Sleep},
    domain::{
        AgencyGuess, AgencyKind, Analysis, Article, ArticleSelectors, City, Dated, Entry, Evidence, Field, Label,
        Mention, PersonalData, PersonalSpan, Policy, Scope, Scored, Sentiment, Service, SessionLimits, Source,
        SourceId, SourceKind, SourceState, Span, TextKind, Trouble, TroubleKind,
    },
    metrics::Metrics,
    store::{Announced, Reading, Store, Told},
    text::Segmenter,
    web::{self, Console, Entrance},
};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

/// 2026-03-17 12:00 in Taipei.
const NOON: i64 = 1_773_720_000;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(NOON, 0).unwrap()
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep_until(&self, _: Duration) -> Sleep<'_> {
        Box::pin(async {})
    }
}

/// A console with its store.
struct Room {
    store: Store,
    router: Router,
    metrics: Arc<Metrics>,
    segmenter: Arc<Segmenter>,
    written: usize,
    _folder: TempDir,
}

/// What an answer was.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Room {
    async fn open() -> Self {
        Self::with_sources(vec![source("harbour", "港都日報", None)], || true).await
    }

    async fn with_sources(sources: Vec<Source>, ready: fn() -> bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let metrics = Arc::new(Metrics::new().unwrap());
        let url = format!("sqlite:{}", folder.path().join("clarion.db").display());
        let store = Store::open(&url, Arc::clone(&metrics)).await.unwrap();
        let city = Arc::new(city());
        let segmenter = Arc::new(Segmenter::new(&city));
        let (_, sources) = watch::channel(Arc::new(sources));
        let entrance = open_to_readers(&store, &city);
        let router = web::console(Console {
            store: store.clone(),
            metrics: Arc::clone(&metrics),
            segmenter: Arc::clone(&segmenter),
            gate: Arc::new(clarion::workflow::gate::GateRules::new(&city).unwrap()),
            disagreeing: Arc::new(|_, _, _| Vec::new()),
            judge: Arc::new(clarion::workflow::corrections::Judge::new(&city).unwrap()),
            base: "https://clarion.example/".parse().unwrap(),
            office: crate::support::room::NOBODY,
            converter: Arc::new(crate::support::room::converter("")),
            city,
            model: None,
            quota_warning: 0.2,
            sources,
            clock: Arc::new(Still),
            entrance,
            ready: Arc::new(ready),
        })
        .unwrap();
        Self { store, router, metrics, segmenter, written: 0, _folder: folder }
    }

    async fn ask(&self, method: Method, address: &str) -> Answer {
        let request = Request::builder().method(method).uri(address).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 22).await.unwrap().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, address: &str) -> Answer {
        self.ask(Method::GET, address).await
    }

    /// Queues, claims and keeps a report, as the workers do.
    async fn write(&mut self, draft: Draft) -> String {
        self.written += 1;
        let (n, now) = (self.written, Still.now());
        let key = draft.key.clone().unwrap_or_else(|| format!("report-{n}"));
        let from = source("harbour", "港都日報", draft.official.then_some("高雄市政府工務局"));
        let entry = Entry { id: format!("{key}-{n}"), title: draft.title.clone(), ..Entry::default() };
        let announced = Announced { id: format!("entry-{n}"), fingerprint: n.to_string(), entry };
        self.store.announce(&from.id, vec![announced], now).await.unwrap();
        let claimed = self.store.claim(1, now, Duration::from_mins(1)).await.unwrap();
        let analysis = draft.analysis();
        let words = self.segmenter.words(&format!("{} {}", draft.title, draft.text));
        let reading = Reading {
            queued: Some(claimed[0].clone()),
            article_id: key.clone(),
            outlet: draft.outlet.into(),
            content_hash: format!("hash-{n}"),
            snapshot: None,
            article: Article {
                url: draft.url.unwrap_or_else(|| format!("https://harbour.example/{key}")),
                canonical_url: format!("https://harbour.example/{key}"),
                title: draft.title,
                text: draft.text,
                published_at: Some(Dated::exact(now - draft.age)),
                charset: "utf-8".into(),
                ..Article::default()
            },
            mention: Mention { analysis, search_words: words, model_version: "test-1".into() },
            told: Told { story: draft.story.map(str::to_owned), syndicated: draft.syndicated, known_by: Vec::new() },
            checking: clarion::store::Checking::Left,
            fetched_at: now,
        };
        self.store.keep(&from, reading).await.unwrap();
        key
    }
}

/// A report to be.
struct Draft {
    key: Option<String>,
    title: String,
    text: String,
    outlet: &'static str,
    url: Option<String>,
    service: &'static str,
    feeling: Label,
    inside: bool,
    official: bool,
    age: TimeDelta,
    personal: Option<&'static str>,
    evidence: Option<&'static str>,
    story: Option<&'static str>,
    syndicated: bool,
}

impl Draft {
    fn new(title: &str, text: &str) -> Self {
        Self {
            key: None,
            title: title.into(),
            text: text.into(),
            outlet: "港都日報",
            url: None,
            service: "streetlight",
            feeling: Label::Negative,
            inside: true,
            official: false,
            age: TimeDelta::hours(1),
            personal: None,
            evidence: None,
            story: None,
            syndicated: false,
        }
    }

    fn span(&self, word: &str) -> Span {
        let start = self.text.find(word).unwrap();
        Span::new(start, start + word.len())
    }

    fn analysis(&self) -> Analysis {
        let city = self.service != "water_outage";
        let agency = if city { "高雄市政府工務局" } else { "台灣自來水公司" };
        Analysis {
            scope: Scope { inside: self.inside, score: 0.9 },
            services: vec![Scored { name: self.service.into(), score: 0.8 }],
            categories: Vec::new(),
            agencies: vec![AgencyGuess { name: agency.into(), unit: None, score: 0.7, city }],
            places: Vec::new(),
            district: Some("鳳山區".into()),
            kind: TextKind::Complaint,
            sentiment: Sentiment::NEUTRAL,
            toward_city: Sentiment { label: self.feeling, score: -0.5 },
            claims: Vec::new(),
            personal_data: self
                .personal
                .map(|word| PersonalSpan { kind: PersonalData::Phone, field: Field::Text, span: self.span(word) })
                .into_iter()
                .collect(),
            evidence: self
                .evidence
                .map(|word| Evidence { field: Field::Text, span: self.span(word), speaks_for: self.service.into() })
                .into_iter()
                .collect(),
        }
    }
}

/// Reading needs no log-in.
fn open_to_readers(store: &Store, city: &City) -> Entrance {
    let limits = SessionLimits { idle: TimeDelta::minutes(30), whole: TimeDelta::hours(12) };
    Entrance {
        accounts: Accounts::new(store.clone(), Arc::new(Still), limits, city).unwrap(),
        anyone_may_read: true,
        offers_log_in: true,
        public_url: None,
        trusted_proxies: Vec::new(),
    }
}

fn city() -> City {
    let agency = |name: &str, short: &str, kind, city| clarion::domain::Agency {
        name: name.into(),
        short: short.into(),
        kind,
        city,
        aliases: Vec::new(),
        units: Vec::new(),
    };
    let service = |id: &str, name: &str, words: &[&str]| Service {
        id: id.into(),
        name: name.into(),
        city: true,
        agencies: Vec::new(),
        unit: None,
        leads: Vec::new(),
        words: words.iter().map(|&word| word.into()).collect(),
        weak: Vec::new(),
        golden: String::new(),
    };
    City {
        agencies: vec![
            agency("高雄市政府工務局", "工務局", AgencyKind::Bureau, true),
            agency("台灣自來水公司", "台水", AgencyKind::External, false),
        ],
        services: vec![
            service("streetlight", "路燈", &["路燈"]),
            service("mrt", "捷運輕軌", &["捷運", "輕軌"]),
            service("water_outage", "自來水", &["停水"]),
        ],
        words: vec!["台鐵".into()],
        variants: vec![('臺', '台')],
        ..City::default()
    }
}

fn source(id: &str, outlet: &str, official: Option<&str>) -> Source {
    Source {
        id: SourceId::parse(id).unwrap(),
        name: format!("{outlet}地方新聞"),
        outlet: outlet.into(),
        kind: SourceKind::Feed("https://harbour.example/rss".parse().unwrap()),
        interval: Duration::from_mins(10),
        policy: Policy::FullText,
        weight: 1.0,
        official: official.map(str::to_owned),
        article: ArticleSelectors::default(),
        allow_networks: Vec::new(),
        enabled: true,
    }
}

/// The addresses of the reports on a page, in its order.
fn reports(page: &Answer) -> Vec<String> {
    let links = page.text.split("<h2><a href=\"/reports/").skip(1);
    links.filter_map(|rest| rest.split_once('"')).map(|(id, _)| id.to_owned()).collect()
}

#[tokio::test]
async fn an_empty_list_says_where_to_look() {
    let room = Room::open().await;
    let page = room.get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("查無符合條件的報導") && page.text.contains("href=\"/sources\""));
    assert!(page.text.contains("lang=\"zh-Hant-TW\"") && page.text.contains("115年3月17日 12:00"));
}

#[tokio::test]
async fn the_list_shows_the_newest_first_and_what_was_understood() {
    let mut room = Room::open().await;
    let old = Draft { age: TimeDelta::hours(5), ..Draft::new("路燈三晚不亮", "鳳山區路燈不亮。") };
    let old = room.write(Draft { evidence: Some("路燈"), ..old }).await;
    let new = Draft {
        service: "water_outage", outlet: "南風新聞網", ..Draft::new("週四停水", "停水十小時。")
    };
    let new = room.write(new).await;
    room.write(Draft { inside: false, ..Draft::new("外縣市新聞", "與本市無關。") }).await;
    let page = room.get("/").await;
    assert_eq!(reports(&page), [new, old]);
    for words in [
        "南風新聞網",
        "3月17日 11:00",
        "1 小時前",
        "台水",
        "非市府權責",
        "鳳山區",
        "▼",
        "負面",
        "共 <strong>2</strong> 件",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(page.text.contains("<mark title=\"路燈\">路燈</mark>不亮"), "words that decided are highlighted");
}

#[tokio::test]
async fn every_filter_narrows_the_list_and_stays_in_the_page() {
    let mut room = Room::open().await;
    let light = room.write(Draft { official: true, ..Draft::new("路燈", "路燈不亮。") }).await;
    let water =
        Draft {
            service: "water_outage", outlet: "南風新聞網", feeling: Label::Positive, ..Draft::new("水", "停水。")
        };
    let water = room.write(Draft { age: TimeDelta::days(3), ..water }).await;
    let away = room.write(Draft { inside: false, ..Draft::new("外縣市", "無關。") }).await;
    for (query, expect) in [
        ("outlet=南風新聞網", vec![&water]),
        ("service=streetlight", vec![&light]),
        ("agency=台灣自來水公司", vec![&water]),
        ("district=鳳山區", vec![&light, &water]),
        ("district=左營區", vec![]),
        ("sentiment=positive", vec![&water]),
        ("kind=notice", vec![]),
        ("scope=other", vec![&away]),
        ("scope=all", vec![&away, &light, &water]),
        ("from=2026-03-17", vec![&light]),
        ("to=2026-03-16", vec![&water]),
        ("from=2026-03-14&to=2026-03-14", vec![&water]),
        ("source=harbour", vec![&light, &water]),
        ("source=nobody", vec![]),
    ] {
        let encoded: String = url_encoded(query);
        let page = room.get(&format!("/?{encoded}")).await;
        let (mut found, mut expect) = (reports(&page), expect.into_iter().cloned().collect::<Vec<_>>());
        found.sort();
        expect.sort();
        assert_eq!(found, expect, "{query}");
        assert!(page.text.contains("移除條件："), "{query}");
    }
    assert!(room.get("/?sentiment=positive").await.text.contains("value=\"positive\" checked"));
    assert!(room.get("/").await.text.contains("官方發布"));
}

#[tokio::test]
async fn a_form_with_empty_fields_leads_to_the_short_address() {
    let room = Room::open().await;
    let answer = room.get("/?q=&outlet=&scope=all&sentiment=").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.headers["location"], "/?scope=all");
}

#[tokio::test]
async fn a_search_finds_words_and_highlights_them() {
    let mut room = Room::open().await;
    let metro = room
        .write(Draft {
            service: "mrt", ..Draft::new("捷運黃線動工", "捷運局說明期程，搭臺鐵轉乘。")
        })
        .await;
    let water = room.write(Draft { service: "water_outage", ..Draft::new("週四停水", "三區停水十小時。") }).await;
    let page = room.get(&format!("/?q={}", url_encoded("捷運"))).await;
    assert_eq!(reports(&page), std::slice::from_ref(&metro));
    assert!(page.text.contains("<mark>捷運</mark>黃線動工"));
    assert_eq!(reports(&room.get(&format!("/?q={}", url_encoded("停水"))).await), [water]);
    let page = room.get(&format!("/?q={}", url_encoded("台鐵"))).await;
    assert_eq!(reports(&page), [metro], "a variant of a character is the same word");
    assert!(page.text.contains("<mark>臺鐵</mark>"));
    assert!(reports(&room.get(&format!("/?q={}", url_encoded("捷運 停水"))).await).is_empty());
}

#[tokio::test]
async fn no_search_breaks_the_index_or_the_page() {
    let mut room = Room::open().await;
    room.write(Draft::new("路燈", "路燈不亮。")).await;
    let long = "停水".repeat(1_700);
    for search in [
        "\"",
        "*",
        "'",
        "水",
        "%",
        "_",
        "路燈*",
        "\"路燈",
        "NEAR(a b)",
        "a AND",
        "NOT",
        "words:x",
        "(",
        "-路燈",
        "^x",
        "\0",
        "路燈\0",
        "\\",
        "{}",
        "<script>alert(1)</script>",
        "\u{202e}路燈",
        &long,
    ] {
        let page = room.get(&format!("/?q={}", url_encoded(search))).await;
        assert_eq!(page.status, StatusCode::OK, "{search:.20}");
        assert!(!page.text.contains("<script>alert"), "{search:.20}");
    }
    let page = room.get("/?q=%22*").await;
    assert!(page.text.contains("已略過搜尋條件"));
}

#[tokio::test]
async fn an_address_nobody_would_write_still_gets_a_list() {
    let room = Room::open().await;
    for query in [
        "after=x",
        "after=9-9-9",
        "after=99999999999999999999-1",
        "from=0000-00-00",
        "to=9999-12-31",
        "from=262142-01-01",
        "scope=scope",
        "kind=%FF%FE",
        "%",
        "&&==&",
        "sentiment=good&sentiment=negative",
        "outlet=%00",
        "x=1",
        "after=-1--1",
    ] {
        let page = room.get(&format!("/?{query}")).await;
        assert!(matches!(page.status, StatusCode::OK | StatusCode::SEE_OTHER), "{query}: {}", page.status);
    }
    assert!(room.get("/?from=2026-03-18&to=2026-03-17").await.text.contains("起日晚於迄日"));
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let mut room = Room::open().await;
    for n in 0..65 {
        let age = TimeDelta::minutes(n / 3);
        room.write(Draft { age, ..Draft::new(&format!("第 {n} 則"), "路燈") }).await;
    }
    let mut seen = Vec::new();
    let mut address = Some("/?service=streetlight".to_owned());
    let mut pages = 0;
    while let Some(at) = address {
        let page = room.get(&at).await;
        pages += 1;
        seen.extend(reports(&page));
        assert!(page.text.contains("共 <strong>65</strong> 件"));
        let next = page.text.split_once("rel=\"next\" href=\"").and_then(|(_, rest)| rest.split_once('"'));
        address = next.map(|(at, _)| at.replace("&#38;", "&").replace("&amp;", "&"));
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!((pages, seen.len(), distinct.len()), (3, 65, 65));
}

#[tokio::test]
async fn a_report_shows_its_text_the_words_that_decided_and_no_personal_data() {
    let mut room = Room::open().await;
    let text = "里民反映路燈不亮，請電0912345678洽詢。\n第二段。";
    let draft =
        Draft { evidence: Some("路燈"), personal: Some("0912345678"), ..Draft::new("路燈三晚不亮", text) };
    let id = room.write(draft).await;
    let page = room.get(&format!("/reports/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "反映<mark title=\"路燈\">路燈</mark>不亮",
        "第二段。",
        "●●●",
        "已於畫面遮蔽",
        "清單以此時間排序",
        "rel=\"noreferrer noopener\"",
        "https://harbour.example/",
        "高雄市政府工務局",
        "80%",
        "test-1",
        "utf-8",
        "第 1 版",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("0912345678"));
    assert!(!room.get("/").await.text.contains("0912345678"), "nor does the list");
    let found = room.get("/?q=0912345678").await;
    let field = "value=\"0912345678\"";
    assert!(found.text.contains(field) && !found.text.contains("<mark>0912345678"), "nor does a search for it");
}

#[tokio::test]
async fn a_changed_report_lists_its_versions() {
    let mut room = Room::open().await;
    let first = Draft { key: Some("one".into()), ..Draft::new("停水十小時", "停水十小時。") };
    room.write(first).await;
    room.write(Draft { key: Some("one".into()), ..Draft::new("停水八小時", "更正為八小時。") }).await;
    assert!(room.get("/").await.text.contains("已改版 2"));
    let page = room.get("/reports/one").await;
    assert!(page.text.contains("第 2 版") && page.text.contains("第 1 版") && page.text.contains("停水十小時"));
}

#[tokio::test]
async fn a_hostile_report_is_only_text() {
    let mut room = Room::open().await;
    let bad = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}路燈";
    let draft = Draft { url: Some("javascript:alert(1)".into()), evidence: Some("路燈"), ..Draft::new(bad, bad) };
    let id = room.write(Draft { outlet: "<b>報</b>", ..draft }).await;
    for address in ["/".to_owned(), format!("/reports/{id}"), "/?q=script".to_owned()] {
        let page = room.get(&address).await;
        assert_eq!(page.status, StatusCode::OK);
        for raw in ["<script>alert", "<img src=x", "<b>報", "href=\"javascript:"] {
            assert!(!page.text.contains(raw), "{address}: {raw}");
        }
    }
}

#[tokio::test]
async fn sources_in_trouble_come_first_with_what_to_do() {
    let mut sources = vec![
        source("a-well", "甲報", None),
        source("b-failing", "乙報", None),
        source("c-new", "丙報", None),
        source("d-off", "丁報", Some("高雄市政府工務局")),
        source("e-silent", "戊報", None),
    ];
    sources[3].enabled = false;
    let room = Room::with_sources(sources, || true).await;
    let now = Still.now();
    let well = SourceState {
        polled_at: Some(now - TimeDelta::minutes(4)),
        succeeded_at: Some(now - TimeDelta::minutes(4)),
        due_at: Some(now + TimeDelta::minutes(6)),
        newest_at: Some(now - TimeDelta::hours(2)),
        last_count: 1_234,
        ..SourceState::default()
    };
    let failing = SourceState {
        failures: 3,
        trouble: Some(Trouble { kind: TroubleKind::HttpError, detail: "<b>404</b>".into() }),
        ..well.clone()
    };
    let silent = SourceState { succeeded_at: Some(now - TimeDelta::days(2)), ..well.clone() };
    for (id, state) in [("a-well", well), ("b-failing", failing), ("e-silent", silent)] {
        room.store.save_source_state(&SourceId::parse(id).unwrap(), state).await.unwrap();
    }
    let page = room.get("/sources").await;
    let places: Vec<usize> =
        ["乙報地方", "戊報地方", "丙報地方", "甲報地方", "丁報地方"].map(|name| page.text.find(name).unwrap()).to_vec();
    assert!(places.is_sorted(), "{places:?}");
    for words in [
        "5 個來源，",
        "2 個異常",
        "1 個停用",
        "連續失敗 3 次",
        "&#60;b&#62;404",
        "逾時未更新",
        "尚未輪詢",
        "1,234",
        "6 分鐘後",
        "每 10 分鐘",
        "官方・工務局",
        "2 天前",
    ] {
        assert!(page.text.contains(words), "{words}");
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let room = Room::open().await;
    let style = room.get("/").await.text;
    let style = style.split("href=\"").find(|part| part.starts_with("/assets/") && part.contains("style.css")).unwrap();
    let style = style.split('"').next().unwrap().to_owned();
    for address in ["/", "/sources", "/reports/none", "/nothing", "/healthz", "/reports/latest", &style] {
        let answer = room.get(address).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{address}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{address}");
        assert_eq!(answer.headers["referrer-policy"], "same-origin", "{address}");
        assert_eq!(answer.headers["x-frame-options"], "DENY", "{address}");
    }
    assert!(room.get(&style).await.headers["cache-control"].to_str().unwrap().contains("immutable"));
    let before = room.get("/assets/00000000/style.css").await;
    assert_eq!((before.status, &before.headers["cache-control"]), (StatusCode::OK, &"no-cache".parse().unwrap()));
    assert_eq!(room.get("/").await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn no_page_runs_or_styles_anything_inline() {
    let mut room = Room::open().await;
    let id = room.write(Draft::new("路燈", "路燈")).await;
    for address in ["/".to_owned(), format!("/reports/{id}"), "/sources".to_owned(), "/nothing".to_owned()] {
        let page = room.get(&address).await.text;
        for inline in ["<style", " style=", " onclick=", "<script>", "javascript:"] {
            assert!(!page.contains(inline), "{address}: {inline}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let room = Room::open().await;
    for address in ["/nothing", "/reports/none", "/reports/%00", "/reports/..%2f..%2fetc%2fpasswd", "/assets/x/y.css"] {
        let page = room.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        assert!(page.text.contains("找不到這個頁面"), "{address}");
    }
}

#[tokio::test]
async fn only_reading_is_answered() {
    let room = Room::open().await;
    assert_eq!(room.ask(Method::HEAD, "/").await.status, StatusCode::OK);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::TRACE] {
        let answer = room.ask(method, "/").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.headers["allow"].to_str().unwrap().contains("GET"));
    }
}

#[tokio::test]
async fn a_closed_database_gives_a_number_and_no_detail() {
    let room = Room::open().await;
    room.store.close().await;
    for address in ["/", "/sources", "/reports/x", "/reports/latest"] {
        let page = room.get(address).await;
        assert!(page.status.is_server_error(), "{address}");
        assert!(page.text.contains("錯誤編號") && !page.text.to_lowercase().contains("pool"), "{address}");
    }
    assert_eq!(room.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(room.get("/healthz").await.text, "ok\n");
}

#[tokio::test]
async fn a_daemon_that_is_not_ready_says_so() {
    let ready = Room::open().await;
    assert_eq!(ready.get("/readyz").await.status, StatusCode::OK);
    let starting = Room::with_sources(Vec::new(), || false).await;
    assert_eq!(starting.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(starting.get("/sources").await.text.contains("尚未設定來源"));
}

#[tokio::test]
async fn a_page_that_panics_is_an_apology_and_the_next_one_works() {
    let room = Room::with_sources(Vec::new(), || panic!("secret words")).await;
    let page = room.get("/readyz").await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(page.text.contains("錯誤編號") && !page.text.contains("secret"));
    assert!(page.headers.contains_key("content-security-policy"));
    assert_eq!(room.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_script_is_told_how_many_there_are() {
    let mut room = Room::open().await;
    room.write(Draft::new("路燈", "路燈")).await;
    room.write(Draft { inside: false, ..Draft::new("外縣市", "無關") }).await;
    assert_eq!(room.get("/reports/latest").await.text, r#"{"newest":1,"total":1}"#);
    assert_eq!(room.get("/reports/latest?scope=all").await.text, r#"{"newest":2,"total":2}"#);
}

#[tokio::test]
async fn answers_are_counted_by_route_and_scraped_elsewhere() {
    let room = Room::open().await;
    room.get("/reports/a").await;
    room.get("/reports/b").await;
    room.get("/nothing").await;
    let router = web::exposition(Arc::clone(&room.metrics), room.store.clone());
    let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
    let text = String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
    for line in [
        r#"clarion_http_requests_total{code="404",handler="/reports/{id}",method="GET"} 2"#,
        r#"clarion_http_requests_total{code="404",handler="unmatched",method="GET"} 1"#,
        r#"clarion_db_size_bytes{file="main"}"#,
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn serving_ends_with_the_stop() {
    let room = Room::open().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    stop.cancel();
    web::serve(listener, room.router.clone(), stop).await.unwrap();
}

fn url_encoded(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"=&-_.".contains(&byte);
    text.bytes().map(|byte| if safe(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[tokio::test]
async fn the_page_of_a_report_names_who_else_told_its_story() {
    let mut room = Room::open().await;
    let draft = |key: &str, outlet, hours| Draft {
        key: Some(key.into()),
        outlet,
        age: TimeDelta::hours(hours),
        ..Draft::new("家具工廠火警", "仁武區家具工廠起火。")
    };
    room.write(draft("second", "港都日報", 2)).await;
    room.write(Draft { story: Some("second"), ..draft("first", "燈塔<新聞>", 5) }).await;
    room.write(Draft { story: Some("second"), syndicated: true, ..draft("third", "木棉日報", 1) }).await;
    room.write(draft("alone", "木棉日報", 1)).await;
    let page = room.get("/reports/second").await.text;
    let section = page.split_once("同一事件報導").and_then(|(_, rest)| rest.split_once("</section>")).unwrap().0;
    assert!(section.contains("共 3 則，3 家媒體"), "{section}");
    let row = |outlet: &str| {
        let row = section.split("<li").find(|row| row.contains(outlet)).unwrap();
        ["首發", "轉載", "本則", "href=\"/reports/"].map(|badge| row.contains(badge))
    };
    assert_eq!(row("燈塔&#60;新聞&#62;"), [true, false, false, true]);
    assert_eq!(row("港都日報"), [false, false, true, false]);
    assert_eq!(row("木棉日報"), [false, true, false, true]);
    assert!(!room.get("/reports/alone").await.text.contains("同一事件報導"));
}

#[tokio::test]
async fn the_list_shows_a_story_once_and_every_report_on_demand() {
    let mut room = Room::open().await;
    let draft = |key: &str, outlet, hours| Draft {
        key: Some(key.into()),
        outlet,
        age: TimeDelta::hours(hours),
        ..Draft::new("家具工廠火警", "仁武區家具工廠起火。")
    };
    let copy = |key: &str, outlet, hours| Draft { story: Some("first"), ..draft(key, outlet, hours) };
    room.write(draft("first", "港都日報", 5)).await;
    room.write(copy("copy", "木棉日報", 3)).await;
    room.write(copy("again", "木棉日報", 2)).await;
    room.write(Draft { feeling: Label::Positive, ..copy("latest", "燈塔新聞", 1) }).await;
    room.write(draft("alone", "木棉日報", 4)).await;
    let page = room.get("/").await;
    assert_eq!(reports(&page), ["latest", "alone"]);
    assert!(page.text.contains("<a class=\"others\" href=\"/reports/latest#story\">另有 2 家媒體</a>"));
    assert_eq!(page.text.matches("家媒體").count(), 1, "a story with one outlet has no others");
    assert!(page.text.contains("共 <strong>2</strong> 件") && page.text.contains("data-news=\"件新事件\""));
    assert_eq!(reports(&room.get("/?sentiment=negative").await), ["again", "alone"], "the newest that passes");
    assert_eq!(reports(&room.get(&format!("/?{}", url_encoded("outlet=港都日報"))).await), ["first"]);
    let apart = room.get("/?stories=apart").await;
    assert_eq!(reports(&apart), ["latest", "again", "copy", "alone", "first"]);
    for words in
        ["共 <strong>5</strong> 則", "data-news=\"則新報導\"", "移除條件：同一事件 不合併", "value=\"apart\" checked"]
    {
        assert!(apart.text.contains(words), "{words}");
    }
    assert_eq!(room.get("/reports/latest?stories=apart").await.text, r#"{"newest":4,"total":5}"#);
    assert_eq!(room.get("/reports/latest").await.text, r#"{"newest":4,"total":2}"#);
    assert!(room.get("/reports/first").await.text.contains("id=\"story\""));
}
