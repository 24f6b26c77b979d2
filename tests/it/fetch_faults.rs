//! Slow, broken, greedy and forbidding servers: F20 to F27 and F33 of the fault list.

use std::{
    io::Write as _,
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
    time::Duration,
};

use clarion::domain::TroubleKind;
use clarion::fetch::{Blocked, FetchError, Fetched, Fetcher, Limit, Request, Stage};
use flate2::{Compression, write::GzEncoder};
use tokio::time::Instant;

use crate::fetch_sites::{
    Hands, Site, answer, body, fetcher, get, get_soon, impatient, loopback, redirect, request, send, send_for_ever,
    settings, stay_silent,
};

const OK_HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";

fn stage(fetched: Result<Fetched, FetchError>) -> Stage {
    match fetched {
        Err(FetchError::Timeout { stage, .. }) => stage,
        other => panic!("expected a time-out, got {other:?}"),
    }
}

fn kind(fetched: Result<Fetched, FetchError>) -> TroubleKind {
    fetched.unwrap_err().kind()
}

#[tokio::test]
async fn f20_silence_is_given_up_at_each_stage() {
    let silent = Site::acting(|_, stream| stay_silent(stream));
    assert_eq!(stage(get_soon(silent.url("/")).await), Stage::FirstByte);
    // The listener never accepts: the connection stands, but nobody answers the TLS greeting.
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tls = format!("https://{}/", deaf.local_addr().unwrap()).parse().unwrap();
    assert_eq!(stage(get_soon(tls).await), Stage::Connect);
    let hangs_up = Site::giving("");
    assert_eq!(kind(get(hangs_up.url("/")).await), TroubleKind::HttpError);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(kind(get(format!("http://{nobody}/").parse().unwrap()).await), TroubleKind::HttpError);
}

#[tokio::test]
async fn f20_what_is_not_tls_is_a_tls_failure() {
    let raw = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", raw.local_addr().unwrap()).parse().unwrap();
    std::thread::spawn(move || {
        for mut stream in raw.incoming().flatten() {
            send(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
            stay_silent(&stream);
        }
    });
    assert_eq!(kind(get(url).await), TroubleKind::Tls);
}

#[tokio::test]
async fn f21_a_dribbling_server_is_cut_off_in_head_and_body() {
    let head = Site::acting(|_, stream| {
        send(stream, b"HTTP/1.1 200 OK\r\n");
        send_for_ever(stream, |n| format!("X-{n}: y\r\n").into_bytes(), Duration::from_millis(50));
    });
    assert_eq!(stage(get_soon(head.url("/")).await), Stage::FirstByte);
    let slow = Site::acting(|_, stream| {
        send(stream, format!("{OK_HEAD}\r\n").as_bytes());
        send_for_ever(stream, |_| b"x".to_vec(), Duration::from_millis(50));
    });
    assert_eq!(stage(get_soon(slow.url("/")).await), Stage::Rate);
    let stalled = Site::acting(|_, stream| {
        send(stream, format!("{OK_HEAD}Content-Length: 99\r\n\r\nhalf").as_bytes());
        stay_silent(stream);
    });
    assert_eq!(stage(get_soon(stalled.url("/")).await), Stage::Idle);
    let steady = Site::acting(|_, stream| {
        send(stream, format!("{OK_HEAD}\r\n").as_bytes());
        send_for_ever(stream, |_| vec![b'x'; 1024], Duration::from_millis(50));
    });
    let begun = Instant::now();
    assert_eq!(stage(get_soon(steady.url("/")).await), Stage::Total);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn f21_slow_hosts_do_not_hold_up_others() {
    let slow = Site::acting(|_, stream| stay_silent(stream));
    let quick = Site::giving(answer("200 OK", "", "quick"));
    let fetcher = fetcher(impatient());
    let slow_ones = futures_util::future::join_all((0..20).map(|_| {
        let (fetcher, url) = (&fetcher, slow.url("/"));
        async move { fetcher.get(&request(url)).await }
    }));
    let begun = Instant::now();
    let quick_ones = async {
        for _ in 0..5 {
            assert_eq!(body(fetcher.get(&request(quick.url("/"))).await), b"quick");
        }
        begun.elapsed()
    };
    tokio::select! {
        _ = slow_ones => panic!("twenty turns at one slow host take longer than five at a quick one"),
        took = quick_ones => assert!(took < Duration::from_secs(2)),
    }
}

#[tokio::test]
async fn a_request_may_bring_time_outs_of_its_own() {
    let late = Site::acting(|_, stream| {
        std::thread::sleep(Duration::from_secs(1));
        send(stream, &answer("200 OK", "", "late"));
    });
    assert_eq!(stage(get_soon(late.url("/")).await), Stage::FirstByte);
    let patient = Request { timeouts: Some(settings().timeouts), ..request(late.url("/")) };
    assert_eq!(body(fetcher(impatient()).get(&patient).await), b"late");
}

/// `mebibytes` of zeros, a gzip member each: what unpacks to far more than it weighs.
fn gzip_bomb(mebibytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    encoder.finish().unwrap().repeat(mebibytes)
}

#[tokio::test]
async fn f22_bombs_stop_at_the_caps_and_soon() {
    for mebibytes in [100, 1024] {
        let site = Site::giving(answer("200 OK", "Content-Encoding: gzip\r\n", gzip_bomb(mebibytes)));
        let begun = Instant::now();
        let error = get(site.url("/")).await.unwrap_err();
        assert!(matches!(error, FetchError::TooLarge { limit: Limit::Ratio(200), .. }), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
    let mut packed = Vec::new();
    let quick = brotli::enc::BrotliEncoderParams { quality: 4, ..Default::default() };
    brotli::BrotliCompress(&mut &*vec![0; 16 << 20], &mut packed, &quick).unwrap();
    let site = Site::giving(answer("200 OK", "Content-Encoding: br\r\n", packed));
    assert_eq!(kind(get(site.url("/")).await), TroubleKind::TooLarge);
}

#[tokio::test]
async fn f22_packings_not_asked_for_are_refused() {
    for encoding in ["gzip, gzip", "gzip, br", "zstd", "deflate", "compress"] {
        let site = Site::giving(answer("200 OK", &format!("Content-Encoding: {encoding}\r\n"), gzip_bomb(1)));
        assert_eq!(kind(get(site.url("/")).await), TroubleKind::HttpError, "{encoding}");
        assert!(site.heads()[0].contains("\r\naccept-encoding: gzip, br\r\n"));
    }
    let packed = Site::giving(answer("200 OK", "Content-Encoding: gzip\r\n", gzip_bomb(1)));
    assert_eq!(body(get(packed.url("/")).await).len(), 1 << 20);
}

#[tokio::test]
async fn f23_a_body_that_is_not_what_its_head_says_is_refused_whole() {
    let cut = &gzip_bomb(1)[..500];
    for (what, sent) in [
        ("too long a length", format!("{OK_HEAD}Content-Length: 99\r\n\r\nhalf").into_bytes()),
        ("a negative length", format!("{OK_HEAD}Content-Length: -1\r\n\r\nbody").into_bytes()),
        ("two lengths", format!("{OK_HEAD}Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody!").into_bytes()),
        ("a length in words", format!("{OK_HEAD}Content-Length: four\r\n\r\nbody").into_bytes()),
        ("a chunk of no size", format!("{OK_HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\nbody\r\n").into_bytes()),
        ("a chunk cut short", format!("{OK_HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nbody").into_bytes()),
        ("no last chunk", format!("{OK_HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n").into_bytes()),
        ("half a gzip", answer("200 OK", "Content-Encoding: gzip\r\n", cut)),
        ("no gzip at all", answer("200 OK", "Content-Encoding: gzip\r\n", "<html>")),
        ("no HTTP at all", b"220 mail.example.tw ESMTP\r\n".to_vec()),
        ("a partial answer", answer("206 Partial Content", "", "part")),
    ] {
        let error = get(Site::giving(sent).url("/")).await.expect_err(what);
        assert_eq!(error.kind(), TroubleKind::HttpError, "{what}: {error}");
    }
}

#[tokio::test]
async fn f23_bytes_beyond_an_answer_never_become_the_next_one() {
    for first in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbodyHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse"[..],
        b"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse",
    ] {
        let asked = AtomicU16::new(0);
        let site = Site::acting(move |_, stream| {
            if asked.fetch_add(1, Ordering::SeqCst) == 0 {
                send(stream, first);
                stay_silent(stream);
            } else {
                send(stream, &answer("200 OK", "", "true"));
            }
        });
        let fetcher = fetcher(settings());
        let question = Request { etag: Some("\"1\"".into()), ..request(site.url("/")) };
        fetcher.get(&question).await.unwrap();
        assert_eq!(body(fetcher.get(&question).await), b"true");
    }
}

#[tokio::test]
async fn f24_endless_heads_and_bodies_are_capped() {
    let flood = |start: &'static str, piece: fn(usize) -> Vec<u8>| {
        Site::acting(move |_, stream: &mut TcpStream| {
            send(stream, start.as_bytes());
            send_for_ever(stream, piece, Duration::ZERO);
        })
    };
    let plain = flood("HTTP/1.1 200 OK\r\n\r\n", |_| vec![b'x'; 65_536]);
    assert_eq!(kind(get(plain.url("/")).await), TroubleKind::TooLarge);
    let chunked = flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", |_| {
        format!("400\r\n{}\r\n", "x".repeat(1024)).into_bytes()
    });
    assert_eq!(kind(get(chunked.url("/")).await), TroubleKind::TooLarge);
    let announced = Site::giving("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
    assert_eq!(kind(get(announced.url("/")).await), TroubleKind::TooLarge);
    let head = flood("HTTP/1.1 200 OK\r\n", |n| format!("X-{n}: {}\r\n", "y".repeat(999)).into_bytes());
    assert_eq!(kind(get(head.url("/")).await), TroubleKind::HttpError);
    let one_line = flood("HTTP/1.1 200 OK\r\nX: ", |_| vec![b'y'; 65_536]);
    assert_eq!(kind(get(one_line.url("/")).await), TroubleKind::HttpError);
    let long = format!("X: {}\r\n", "y".repeat(999)).repeat(90);
    assert_eq!(kind(get(Site::giving(answer("200 OK", &long, "")).url("/")).await), TroubleKind::TooLarge);
    let many = "X: y\r\n".repeat(10_000);
    assert_eq!(kind(get(Site::giving(answer("200 OK", &many, "")).url("/")).await), TroubleKind::HttpError);
}

#[tokio::test]
async fn f25_a_wish_for_a_pause_is_read_and_capped() {
    for (value, expect) in [
        ("3600", Some(3600)),
        ("Mon, 02 Mar 2026 01:02:00 GMT", Some(120)),
        ("86400", Some(3600)),
        ("-1", None),
        ("1e9", None),
        ("soon", None),
    ] {
        for status in [429, 503] {
            let site = Site::giving(answer(&format!("{status} Later"), &format!("Retry-After: {value}\r\n"), ""));
            let fetcher = Fetcher::new(settings(), Arc::new(Hands::default())).unwrap();
            let error = fetcher.get(&request(site.url("/"))).await.unwrap_err();
            assert_eq!(error.retry_after().map(|span| span.as_secs()), expect, "{status} {value}");
            assert_eq!(error.status(), Some(status));
            let limited = expect.is_some() || status == 429;
            assert_eq!(error.kind(), if limited { TroubleKind::RateLimited } else { TroubleKind::HttpError });
        }
    }
}

#[tokio::test]
async fn f25_no_request_is_made_before_the_pause_is_over() {
    let site = Site::giving(answer("429 Too Many Requests", "Retry-After: 120\r\n", ""));
    let clock = Arc::new(Hands::default());
    let fetcher = Fetcher::new(settings(), Arc::clone(&clock) as _).unwrap();
    let ask = async || fetcher.get(&request(site.url("/"))).await.unwrap_err().retry_after();
    assert_eq!(ask().await, Some(Duration::from_mins(2)));
    clock.advance(Duration::from_secs(119));
    assert_eq!(ask().await, Some(Duration::from_secs(1)));
    assert_eq!(site.accepted(), 1);
    clock.advance(Duration::from_secs(1));
    ask().await;
    assert_eq!(site.accepted(), 2);
}

#[tokio::test]
async fn f26_validators_are_sent_back_byte_for_byte() {
    for (etag, modified) in [
        ("\"a-1\"", "Mon, 02 Mar 2026 01:00:00 GMT"),
        ("W/\"weak\"", "tomorrow"),
        ("bare", "Fri, 01 Jan 2100 00:00:00 GMT"),
    ] {
        let full = Site::giving(answer("200 OK", &format!("ETag: {etag}\r\nLast-Modified: {modified}\r\n"), "x"));
        let Ok(Fetched::Full { etag: kept, last_modified, .. }) = get(full.url("/")).await else { panic!() };
        assert_eq!((kept.as_deref(), last_modified.as_deref()), (Some(etag), Some(modified)));
        let renewed = Site::giving("HTTP/1.1 304 Not Modified\r\nETag: \"new\"\r\n\r\n");
        let question = Request { etag: kept, last_modified, ..request(renewed.url("/")) };
        let expect = Fetched::NotModified { etag: Some("\"new\"".into()), last_modified: None };
        assert_eq!(fetcher(settings()).get(&question).await, Ok(expect));
        let head = &renewed.heads()[0];
        assert!(head.contains(&format!("\r\nif-none-match: {}\r\n", etag.to_ascii_lowercase())), "{head}");
        assert!(head.contains(&format!("\r\nif-modified-since: {}\r\n", modified.to_ascii_lowercase())), "{head}");
    }
    let unasked = Site::giving("HTTP/1.1 304 Not Modified\r\n\r\n");
    assert_eq!(kind(get(unasked.url("/")).await), TroubleKind::HttpError);
}

#[tokio::test]
async fn f27_the_same_body_has_the_same_hash_however_it_is_packed() {
    let hash = async |site: Site| match get(site.url("/")).await {
        Ok(Fetched::Full { body_sha256_hex, .. }) => body_sha256_hex,
        other => panic!("{other:?}"),
    };
    let plain = hash(Site::giving(answer("200 OK", "", vec![0; 1 << 20]))).await;
    let packed = hash(Site::giving(answer("200 OK", "Content-Encoding: gzip\r\n", gzip_bomb(1)))).await;
    assert_eq!(plain, packed);
    assert_eq!(
        hash(Site::giving(answer("200 OK", "", ""))).await,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[tokio::test]
async fn a_test_for_humans_is_no_page() {
    let site = Site::giving(answer("403 Forbidden", "cf-mitigated: challenge\r\n", "<html>Just a moment...</html>"));
    assert_eq!(kind(get(site.url("/")).await), TroubleKind::Challenge);
}

/// A site whose robots.txt is `robots`, with a page everywhere else.
fn with_robots(robots: Vec<u8>) -> Site {
    Site::acting(move |head, stream| {
        let robots_asked = head.starts_with("get /robots.txt ");
        send(stream, if robots_asked { &robots } else { b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage" });
    })
}

async fn ask_with_robots(site: &Site, path: &str) -> Result<Fetched, FetchError> {
    fetcher(impatient()).get(&Request::new(site.url(path), loopback())).await
}

#[tokio::test]
async fn f33_what_robots_txt_allows_is_read() {
    let mut long = b"user-agent: *\ndisallow: /x\n".to_vec();
    long.resize(5 << 20, b'#');
    for (what, robots) in [
        ("rules", answer("200 OK", "", "user-agent: *\ndisallow: /x\n")),
        ("a byte order mark", answer("200 OK", "", "\u{feff}user-agent: *\r\ndisallow: /x\r\n")),
        ("5 MiB", answer("200 OK", "", long)),
        ("a redirect", redirect(302, "/elsewhere.txt")),
        ("not there", answer("404 Not Found", "", "")),
        ("forbidden", answer("403 Forbidden", "", "")),
        ("a circle", redirect(302, "/robots.txt")),
        ("a page", answer("200 OK", "Content-Type: text/html\r\n", "<html>找不到網頁</html>")),
        ("NULs", answer("200 OK", "", [0; 999])),
    ] {
        let site = with_robots(robots);
        assert_eq!(body(ask_with_robots(&site, "/news").await), b"page", "{what}");
        if ["rules", "a byte order mark", "5 MiB"].contains(&what) {
            let error = ask_with_robots(&site, "/x/1").await.unwrap_err();
            assert_eq!((error.kind(), error.blocked()), (TroubleKind::Robots, Some(Blocked::Robots)), "{what}");
        }
    }
}

#[tokio::test]
async fn f33_a_site_that_cannot_show_its_robots_txt_is_not_asked() {
    let broken = with_robots(answer("500 Oops", "", ""));
    assert_eq!(kind(ask_with_robots(&broken, "/news").await), TroubleKind::Robots);
    assert_eq!(broken.accepted(), 1);
    let silent = Site::acting(|_, stream| stay_silent(stream));
    assert_eq!(kind(ask_with_robots(&silent, "/news").await), TroubleKind::Timeout);
}

#[tokio::test]
async fn f33_rules_are_read_once_a_day_and_the_last_good_ones_stand_in_for_a_day() {
    let up = Arc::new(AtomicU16::new(1));
    let state = Arc::clone(&up);
    let site = Site::acting(move |head, stream| {
        let reply = match (head.starts_with("get /robots.txt "), state.load(Ordering::SeqCst)) {
            (true, 0) => answer("503 Down", "", ""),
            (true, _) => answer("200 OK", "", "user-agent: clarion\ndisallow: /x\ncrawl-delay: 7\n"),
            (false, _) => answer("200 OK", "", "page"),
        };
        send(stream, &reply);
    });
    let clock = Arc::new(Hands::default());
    let fetcher = Fetcher::new(settings(), Arc::clone(&clock) as _).unwrap();
    let ask = async |path: &str| fetcher.get(&Request::new(site.url(path), loopback())).await;
    let robots_asked = || site.heads().iter().filter(|head| head.starts_with("get /robots.txt ")).count();
    assert_eq!(body(ask("/news").await), b"page");
    assert_eq!(kind(ask("/x").await), TroubleKind::Robots);
    // The crawl delay of the rules spaces the turns, on the clock that was passed in.
    assert_eq!((robots_asked(), seconds(&clock)), (1, 7));
    up.store(0, Ordering::SeqCst);
    clock.advance(Duration::from_hours(25));
    assert_eq!(body(ask("/news").await), b"page");
    assert_eq!(kind(ask("/x").await), TroubleKind::Robots);
    assert_eq!(robots_asked(), 2);
    clock.advance(Duration::from_hours(24));
    assert_eq!(kind(ask("/news").await), TroubleKind::Robots);
    up.store(1, Ordering::SeqCst);
    clock.advance(Duration::from_mins(6));
    assert_eq!(body(ask("/news").await), b"page");
}

fn seconds(clock: &Hands) -> u64 {
    clarion::clock::Clock::monotonic(clock).as_secs()
}
