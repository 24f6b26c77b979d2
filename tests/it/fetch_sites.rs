//! Sites that behave badly: raw TCP listeners on loopback, a name server that answers as told, and a clock that
//! jumps instead of waiting.

use std::{
    collections::VecDeque,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{IpAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use clarion::{
    clock::{Clock, Sleep, SystemClock},
    fetch::{FetchError, Fetched, Fetcher, Guard, Lookup, Request, Settings, Timeouts},
};
use futures_util::future::BoxFuture;
use url::Url;

/// A site on loopback. It ends with the test process.
pub struct Site {
    address: String,
    accepted: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// A site on 127.0.0.1 that lets `act` write the answer to each request's head.
    pub fn acting(act: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", act)
    }

    /// A site that gives the same bytes to every request.
    pub fn giving(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::acting(move |_, stream| send(stream, &answer))
    }

    /// A site on another loopback address, for tests in which the host matters.
    pub fn at(ip: &str, act: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let site = Self {
            address: listener.local_addr().unwrap().to_string(),
            accepted: Arc::default(),
            heads: Arc::default(),
        };
        let (accepted, heads, act) = (Arc::clone(&site.accepted), Arc::clone(&site.heads), Arc::new(act));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                accepted.fetch_add(1, Ordering::SeqCst);
                let (heads, act) = (Arc::clone(&heads), Arc::clone(&act));
                thread::spawn(move || {
                    if let Some(head) = head(&stream) {
                        heads.lock().unwrap().push(head.clone());
                        act(&head, &mut stream);
                    }
                });
            }
        });
        site
    }

    /// An address on this site.
    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.url("/").port().unwrap()
    }

    /// Connections made so far.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The heads of the requests so far, in lower case.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Writes; the reader may well have hung up, which is the point of many tests.
pub fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes).and_then(|()| stream.flush());
}

/// Writes pieces for as long as the reader listens.
pub fn send_for_ever(stream: &mut TcpStream, mut piece: impl FnMut(usize) -> Vec<u8>, pause: Duration) {
    let mut number = 0;
    while stream.write_all(&piece(number)).is_ok() {
        number += 1;
        thread::sleep(pause);
    }
}

/// Says nothing until the reader hangs up.
pub fn stay_silent(stream: &TcpStream) {
    let _ = io::copy(&mut &*stream, &mut io::sink());
}

/// An answer with `body` and its true length.
pub fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

/// A redirect.
pub fn redirect(status: u16, location: &str) -> Vec<u8> {
    answer(&format!("{status} Elsewhere"), &format!("Location: {location}\r\n"), "")
}

fn head(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    Some(head.to_ascii_lowercase())
}

/// The usual settings without a pause between two fetches.
pub fn settings() -> Settings {
    Settings { spacing: Duration::ZERO, ..Settings::new("mailto:press@example.tw") }
}

/// Settings so short that slowness shows within two seconds.
pub fn impatient() -> Settings {
    let short = Duration::from_millis(600);
    let timeouts = Timeouts {
        // Shorter than the next stage, as in the daemon: at equal limits chance decides which one is named.
        connect: short / 2,
        first_byte: short,
        idle: short,
        total: Duration::from_millis(1800),
        least_rate: 1024,
        rate_after: short / 2,
    };
    Settings { timeouts, ..settings() }
}

/// A fetcher on the machine's clock.
pub fn fetcher(settings: Settings) -> Fetcher {
    Fetcher::new(settings, Arc::new(SystemClock::start())).unwrap()
}

/// A guard that takes loopback for the world.
pub fn loopback() -> Arc<Guard> {
    Arc::new(Guard::new(&["127.0.0.0/8"]).unwrap())
}

/// A request that reaches loopback and does not ask for robots.txt.
pub fn request(url: Url) -> Request {
    Request { robots: false, ..Request::new(url, loopback()) }
}

/// Fetches once.
pub async fn get(url: Url) -> Result<Fetched, FetchError> {
    fetcher(settings()).get(&request(url)).await
}

/// Fetches once, without patience.
pub async fn get_soon(url: Url) -> Result<Fetched, FetchError> {
    fetcher(impatient()).get(&request(url)).await
}

/// The body of a full answer.
pub fn body(fetched: Result<Fetched, FetchError>) -> Vec<u8> {
    match fetched {
        Ok(Fetched::Full { page, .. }) => page.body,
        other => panic!("expected a full answer, got {other:?}"),
    }
}

/// A name server that gives the next of its answers each time, and the last for ever.
pub struct Names {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    pub fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let answers = answers.iter().map(|one| one.iter().map(|ip| ip.parse().unwrap()).collect()).collect();
        Arc::new(Self { answers: Mutex::new(answers), asked: AtomicUsize::new(0) })
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Lookup for Names {
    fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() };
        Box::pin(async move { Ok(next) })
    }
}

/// A clock that stands still until told, and jumps where others wait.
#[derive(Default)]
pub struct Hands(Mutex<Duration>);

impl Hands {
    pub fn advance(&self, span: Duration) {
        *self.0.lock().unwrap() += span;
    }
}

impl Clock for Hands {
    fn now(&self) -> DateTime<Utc> {
        "2026-03-02T01:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::from_std(self.monotonic()).unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn sleep_until(&self, at: Duration) -> Sleep<'_> {
        let mut hands = self.0.lock().unwrap();
        *hands = (*hands).max(at);
        Box::pin(std::future::ready(()))
    }
}
