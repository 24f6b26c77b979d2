//! Addresses, redirects, ports and credentials: F01 to F12 of the fault list.

use std::sync::Arc;

use clarion::{
    clock::SystemClock,
    domain::TroubleKind,
    fetch::{Blocked, FetchError, Fetched, Fetcher, Guard, Proxy, Request, Settings},
};
use url::Url;

use crate::fetch_sites::{Names, Site, answer, body, fetcher, get, loopback, redirect, request, send, settings};

fn reason(fetched: Result<Fetched, FetchError>) -> Blocked {
    let error = fetched.unwrap_err();
    assert_eq!(error.kind(), TroubleKind::Blocked, "{error}");
    error.blocked().unwrap()
}

/// Asks for `host` on the port of a listening site, under rules that list the port but no network.
async fn check_private(site: &Site, host: &str) {
    let guard = Arc::new(Guard::default().with_ports(&[site.port()]));
    let url = Url::parse(&format!("http://{host}:{}/", site.port())).unwrap();
    for robots in [false, true] {
        let request = Request { robots, ..Request::new(url.clone(), Arc::clone(&guard)) };
        let error = fetcher(settings()).get(&request).await.unwrap_err();
        assert_eq!((error.kind(), error.blocked()), (TroubleKind::Blocked, Some(Blocked::PrivateAddress)), "{host}");
    }
}

#[tokio::test]
async fn f01_f02_f03_loopback_is_never_reached_in_any_notation() {
    let site = Site::giving(answer("200 OK", "", "secret"));
    for host in [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",
        "[::]",
        "[::1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.01",
        "017700000001",
        "127.1",
        "１２７.０.０.１",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fc00::1]",
        "[fe80::1]",
        "[ff02::1]",
    ] {
        check_private(&site, host).await;
    }
    assert_eq!(site.accepted(), 0);
}

#[tokio::test]
async fn f04_every_range_that_is_not_public_is_refused() {
    let site = Site::giving(answer("200 OK", "", "secret"));
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ] {
        check_private(&site, host).await;
    }
    assert_eq!(site.accepted(), 0);
}

async fn by_name(names: &Arc<Names>, site: &Site, times: usize) -> Vec<Result<Fetched, FetchError>> {
    let lookup = Arc::clone(names);
    let fetcher = Fetcher::with_lookup(settings(), Arc::new(SystemClock::start()), lookup).unwrap();
    let url = Url::parse(&format!("http://news.example.tw:{}/", site.port())).unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..times {
        outcomes.push(fetcher.get(&request(url.clone())).await);
    }
    outcomes
}

#[tokio::test]
async fn f05_private_answers_of_a_name_server_are_dropped() {
    let site = Site::giving(answer("200 OK", "", "ok"));
    let mut fetched = by_name(&Names::answering(&[&["10.0.0.1", "::1"]]), &site, 1).await;
    assert_eq!(reason(fetched.remove(0)), Blocked::PrivateAddress);
    let mut fetched = by_name(&Names::answering(&[&["10.0.0.1", "127.0.0.1"]]), &site, 1).await;
    assert_eq!(body(fetched.remove(0)), b"ok");
    assert_eq!(site.accepted(), 1);
}

#[tokio::test]
async fn f05_the_checked_address_is_the_connected_one_and_a_rebound_name_is_refused() {
    let site = Site::giving(answer("200 OK", "", "ok"));
    let names = Names::answering(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let mut fetched = by_name(&names, &site, 2).await;
    assert_eq!(body(fetched.remove(0)), b"ok");
    assert_eq!(reason(fetched.remove(0)), Blocked::PrivateAddress);
    assert_eq!((names.asked(), site.accepted()), (2, 1));
}

#[tokio::test]
async fn f06_a_redirect_to_a_private_address_is_refused_at_that_hop() {
    for target in ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://0xa9fea9fe/"]
    {
        let site = Site::giving(redirect(302, target));
        assert_eq!(reason(get(site.url("/")).await), Blocked::PrivateAddress, "{target}");
    }
    let inner = Site::at("127.0.0.2", |_, stream| send(stream, &redirect(302, "http://10.0.0.1/")));
    let leads_in = redirect(302, inner.url("/").as_str());
    let outer = Site::giving(leads_in);
    assert_eq!(reason(get(outer.url("/")).await), Blocked::PrivateAddress);
    assert_eq!((outer.accepted(), inner.accepted()), (1, 1));
}

#[tokio::test]
async fn f06_a_redirect_to_another_scheme_is_refused() {
    for target in ["file:///etc/passwd", "ftp://example.tw/", "gopher://example.tw/", "data:text/plain,x"] {
        assert_eq!(reason(get(Site::giving(redirect(302, target)).url("/")).await), Blocked::Scheme, "{target}");
    }
}

#[tokio::test]
async fn f07_loops_and_long_chains_end() {
    let endless = Site::acting(|head, stream| {
        let number: u32 = head.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        send(stream, &if number == 21 { answer("200 OK", "", "") } else { redirect(302, &format!("/{}", number + 1)) });
    });
    assert_eq!(reason(get(endless.url("/0")).await), Blocked::Redirect);
    assert_eq!(endless.accepted(), 6);
    assert_eq!(body(get(endless.url("/16")).await), b"");
    let itself = Site::giving(redirect(301, "/"));
    assert_eq!(reason(get(itself.url("/")).await), Blocked::Redirect);
    assert_eq!(itself.accepted(), 1);
    let pair = Site::acting(|head, stream| {
        send(stream, &redirect(302, if head.starts_with("get /a ") { "/b" } else { "/a" }));
    });
    assert_eq!(reason(get(pair.url("/a")).await), Blocked::Redirect);
    assert_eq!(pair.accepted(), 2);
}

#[tokio::test]
async fn f07_a_location_that_leads_nowhere_is_refused() {
    for location in ["", "http://", "//", &format!("/{}", "x".repeat(60_000))] {
        assert_eq!(reason(get(Site::giving(redirect(302, location)).url("/")).await), Blocked::Redirect);
    }
    let none = Site::giving(answer("302 Found", "", ""));
    assert_eq!(reason(get(none.url("/")).await), Blocked::Redirect);
    let huge = Site::giving(redirect(302, &format!("/{}", "x".repeat(1 << 16))));
    assert_eq!(get(huge.url("/")).await.unwrap_err().kind(), TroubleKind::TooLarge);
}

#[tokio::test]
async fn f07_a_relative_location_is_followed_and_a_line_break_in_one_adds_no_header() {
    let site = Site::acting(|head, stream| {
        let reply = if head.starts_with("get /a/start ") {
            redirect(302, "../%0d%0aX-Injected:%20yes")
        } else {
            answer("200 OK", "", "there")
        };
        send(stream, &reply);
    });
    assert_eq!(body(get(site.url("/a/start")).await), b"there");
    assert!(site.heads()[1].starts_with("get /%0d%0ax-injected:%20yes http/1.1\r\n"));
    assert!(!site.heads()[1].contains("\nx-injected"));
}

#[tokio::test]
async fn f08_a_permanent_move_to_another_host_is_followed_and_reported() {
    let new = Site::at("127.0.0.2", |_, stream| send(stream, &answer("200 OK", "", "moved")));
    let old = Site::giving(redirect(301, new.url("/feed").as_str()));
    match get(old.url("/")).await.unwrap() {
        Fetched::Full { page, moved_to, .. } => {
            assert_eq!((page.url, moved_to), (new.url("/feed"), Some(new.url("/feed"))));
        }
        other @ Fetched::NotModified { .. } => panic!("{other:?}"),
    }
    let for_now = Site::giving(redirect(302, new.url("/feed").as_str()));
    assert!(matches!(get(for_now.url("/")).await, Ok(Fetched::Full { moved_to: None, .. })));
}

#[tokio::test]
async fn f09_credentials_are_never_sent_and_cookies_stay_with_their_host() {
    let other = Site::at("127.0.0.2", |_, stream| send(stream, &answer("200 OK", "", "")));
    let target = format!("http://user:pw@{}/", other.url("/").authority());
    let first = Site::giving(redirect(302, &target));
    let mut url = first.url("/");
    url.set_username("admin").unwrap();
    url.set_password(Some("secret")).unwrap();
    let cookies = vec![("over18".to_owned(), "1".to_owned()), ("lang".to_owned(), "tw".to_owned())];
    fetcher(settings()).get(&Request { cookies, ..request(url) }).await.unwrap();
    assert!(first.heads()[0].contains("\r\ncookie: over18=1; lang=tw\r\n"));
    for head in [first.heads(), other.heads()].concat() {
        assert!(!head.contains("authorization") && !head.contains("referer"), "{head}");
    }
    assert!(!other.heads()[0].contains("cookie"));
}

fn through(proxy: &Site, guards_targets: bool, names: &Arc<Names>) -> Fetcher {
    let proxy = Some(Proxy { url: proxy.url("/"), guards_targets });
    let lookup = Arc::clone(names);
    Fetcher::with_lookup(Settings { proxy, ..settings() }, Arc::new(SystemClock::start()), lookup).unwrap()
}

#[tokio::test]
async fn f10_a_proxy_may_be_private_while_its_targets_may_not() {
    let proxy = Site::giving(answer("200 OK", "", "by proxy"));
    let public = Request { robots: false, ..Request::new("http://a.example.tw/".parse().unwrap(), Arc::default()) };
    let names = Names::answering(&[&["8.8.8.8"]]);
    assert_eq!(body(through(&proxy, false, &names).get(&public).await), b"by proxy");
    assert!(proxy.heads()[0].starts_with("get http://a.example.tw/ http/1.1"));
    let inside = Names::answering(&[&["10.0.0.1"]]);
    assert_eq!(reason(through(&proxy, false, &inside).get(&public).await), Blocked::PrivateAddress);
    let literal = Request { url: "http://10.0.0.1/".parse().unwrap(), ..public.clone() };
    assert_eq!(reason(through(&proxy, true, &inside).get(&literal).await), Blocked::PrivateAddress);
    assert_eq!(proxy.accepted(), 1);
    assert_eq!(body(through(&proxy, true, &inside).get(&public).await), b"by proxy");
}

#[tokio::test]
async fn f11_only_web_ports_are_asked() {
    for port in [22, 25, 6379, 9093] {
        for host in ["8.8.8.8", "news.example.tw"] {
            let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
            let request = Request::new(url, Arc::default());
            assert_eq!(reason(fetcher(settings()).get(&request).await), Blocked::Port, "{host}:{port}");
        }
    }
}

#[tokio::test]
async fn f12_a_listed_network_is_reached_by_address_and_by_name_and_by_no_other_source() {
    let site = Site::giving(answer("200 OK", "", "intranet"));
    let names = Names::answering(&[&["127.0.0.1"]]);
    let fetcher = Fetcher::with_lookup(settings(), Arc::new(SystemClock::start()), names).unwrap();
    let url = Url::parse(&format!("http://intranet.example.tw:{}/", site.port())).unwrap();
    assert_eq!(body(fetcher.get(&request(site.url("/"))).await), b"intranet");
    assert_eq!(body(fetcher.get(&request(url.clone())).await), b"intranet");
    let elsewhere = Arc::new(Guard::new(&["10.0.0.0/8"]).unwrap());
    for guard in [elsewhere, Arc::new(Guard::default().with_ports(&[site.port()]))] {
        let request = Request { guard, ..request(url.clone()) };
        assert_eq!(reason(fetcher.get(&request).await), Blocked::PrivateAddress);
    }
    assert_eq!(site.accepted(), 2);
    assert_eq!(loopback().check_url(&site.url("/")), Ok(clarion::fetch::Reach::ListedNetworks));
}
